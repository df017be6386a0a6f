// The page: takes `?module=URL&key=TEXT` (`key` may be repeated, `require`, `coverage`, `package` and `version` are as in
// `wasmsign.js`), or `?module=URL&trust=URL&name=NAME` (without a name, that of the module's file counts),
// states the outcome in `document.body.dataset.verdict` and `.reason`, and shows what there is to know.

import { Refused, verify } from "./wasmsign.js";

/** Names of the sections that are not custom, by their ids. */
const NAMES = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
  "tag",
];

/** Rows that a person reads. */
const ROWS = 1000;

/** Segments that a narrow screen has room for. */
const SEGMENTS = 64;

/** Characters of a name that a person reads. */
const NAME = 200;

/** What moves the cursor, turns the direction of writing, or is not seen. */
const TREACHEROUS = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

const at = (id) => document.getElementById(id);

async function main() {
  const query = new URLSearchParams(location.search);
  fill(at("question"), query);
  if (!query.has("module")) return;
  at("verdict").textContent = visible(`Fetching and verifying ${query.get("module")} …`);
  const outcome = await ask(query);
  // It takes as long once more, and nothing that runs waits for it.
  outcome.identity = await identity(outcome.facts);
  show(outcome);
  // Last, because whoever waits for the outcome may look at the rest then.
  Object.assign(document.body.dataset, { reason: outcome.reason, verdict: outcome.verdict });
}

/** Has the form ask again what was asked: all of the keys, and no less of them than before. */
function fill(form, query) {
  const { module: address, key } = form.elements;
  address.value = query.get("module") ?? "";
  const [first = "", ...others] = query.getAll("key");
  key.value = first;
  // A trust file says whose keys count.
  key.required = !query.has("trust");
  const field = key.closest("label");
  const added = others.map((text) => {
    const another = field.cloneNode(true);
    another.querySelector("textarea").value = text;
    return another;
  });
  field.after(...added);
  for (const name of ["require", "coverage", "package", "version", "trust", "name"]) {
    at(name).disabled = !query.has(name);
    at(name).value = query.get(name) ?? "";
    at(name).closest("label").hidden = !query.has(name);
  }
}

/** The identity; none where the verifier has no memory for that. */
async function identity(facts) {
  try {
    return await facts.identity?.();
  } catch {
    return null;
  }
}

/** What came of it; nothing is thrown. */
async function ask(query) {
  try {
    const verified = await verify(fetch(query.get("module")), keys(query), options(query));
    return { verdict: "verified", facts: verified, ...(await run(verified.bytes)) };
  } catch (error) {
    const reason = error instanceof Refused ? error.reason : "failed";
    return { verdict: "refused", reason, message: error.message, facts: error.facts ?? {} };
  }
}

/** The keys; with a trust file, what was left empty in the form is none. */
function keys(query) {
  return query.getAll("key").filter((key) => key || !query.has("trust"));
}

function options(query) {
  const [require, coverage, name, version] = ["require", "coverage", "package", "version"].map(
    (option) => query.get(option) ?? undefined,
  );
  return { require: Number(require) || require, coverage, package: name, version, map: true, trust: trust(query) };
}

/** The trust file that is asked, if one is. */
function trust(query) {
  if (!query.has("trust")) return undefined;
  const { pathname } = new URL(query.get("module"), location.href);
  return { url: query.get("trust"), name: query.get("name") ?? pathname.split("/").at(-1) };
}

/** Instantiates a module that was verified, without any imports. */
async function run(bytes) {
  try {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    const exported = Object.keys(instance.exports);
    return { reason: "", message: `It was instantiated, and exports ${exported.join(", ") || "nothing"}.` };
  } catch (error) {
    return { reason: "not-instantiated", message: `It is trusted, and was not instantiated: ${error.message}` };
  }
}

function show({ verdict, reason, message, identity, facts }) {
  const headline = element("strong", verdict === "verified" ? "Verified" : `Refused: ${reason}`);
  at("verdict").replaceChildren(headline, visible(message));
  at("facts").replaceChildren(
    ...terms({ ...facts, identity }).flatMap(([term, what]) => [element("dt", term), element("dd", what)]),
  );
  if (facts.map) showMap(facts);
  at("result").hidden = false;
}

/** What is known of a module, each with its name. */
function terms({ identity, manifest, coverage, total, signers = [], ignored = [], rule, roles = {} }) {
  const terms = [];
  if (manifest) terms.push(["Package", `${manifest.package} ${manifest.version}`]);
  if (rule !== undefined) terms.push(["Decided by", `rule ${rule} of the trust file`]);
  for (const [role, keys] of Object.entries(roles)) terms.push([`For ${role}`, keys.join(", ") || "nobody"]);
  if (identity) terms.push(["Identity", identity]);
  for (const { public_key, key_id } of signers) {
    terms.push(["Signed by", key_id ? `${public_key} (key id ${key_id})` : public_key]);
  }
  if (coverage) {
    const whole = coverage.kind === "whole" ? "the whole file" : "a prefix of the file";
    terms.push(["Covered", `${whole}: bytes 0 to ${coverage.covered} of ${coverage.total}`]);
  } else if (total !== undefined) {
    terms.push(["Length", `${total} bytes`]);
  }
  return [...terms, ...ignored.map((what) => ["Ignored", what])];
}

function showMap({ map, total, coverage }) {
  const header = { start: 0, end: 8, label: "header", standing: "frame", words: "not signed" };
  const listed = map.sections.map((section) => ({
    ...section,
    label: label(section),
    ...standing(section, coverage),
  }));
  // The verifier does not list as many as there may be.
  const end = listed.at(-1)?.end ?? header.end;
  const rest = { start: end, end: total, label: "more sections", ...standing({ end: total }, coverage) };
  const sections = [header, ...listed];
  at("bar").replaceChildren(...segments(end < total ? [...sections, rest] : sections).map(segment));
  const shown = sections.slice(0, ROWS);
  at("sections").replaceChildren(...shown.map(row));
  const hidden = map.section_count + 1 - shown.length;
  at("more").textContent = `and ${hidden} more sections`;
  at("more").hidden = !hidden;
  at("map").hidden = false;
}

/** A segment for each; for neighbours of the same standing together, where there are too many. */
function segments(sections) {
  if (sections.length <= SEGMENTS) return sections;
  const runs = [];
  for (const section of sections) {
    const last = runs.at(-1);
    if (last?.standing === section.standing) [last.end, last.label] = [section.end, section.words];
    else runs.push({ ...section });
  }
  return runs;
}

function label({ id, name }) {
  if (name === null) return NAMES[id] ?? `section ${id}`;
  return `custom "${name.length > NAME ? `${name.slice(0, NAME)}…` : name}"`;
}

/** What the signature says of a section. */
function standing({ name, end }, coverage) {
  if (name === "signature") return { standing: "frame", words: "the signature" };
  const covered = coverage && end <= coverage.covered;
  return covered ? { standing: "covered", words: "covered" } : { standing: "open", words: "not covered" };
}

function segment({ start, end, label, standing }) {
  const span = element("span", "");
  span.className = standing;
  span.title = visible(label);
  span.style.flexGrow = end - start;
  return span;
}

function row({ start, end, label, standing, words }) {
  const tr = document.createElement("tr");
  tr.append(...[start, end - start, label, words].map((what) => element("td", what)));
  tr.lastChild.className = standing;
  return tr;
}

/** An element with a text. What comes from a module is text, never markup. */
function element(name, text) {
  const element = document.createElement(name);
  element.textContent = visible(text);
  return element;
}

/** A text as it stands in the module, so that no name can be mistaken for another, or for what the page says. */
function visible(text) {
  return String(text).replace(TREACHEROUS, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}

main();
