// Verifies WebAssembly modules before a byte of them is compiled.
//
//     import { verifyAndInstantiate } from "./wasmsign.js";
//     const { instance, verified } = await verifyAndInstantiate(fetch("plugin.wasm"), [key], imports);
//
// `verifier.wasm` decides. This file fetches, leaves the hashing to the browser, and instantiates what was verified.

import { Verifier } from "./verifier.js";

/** Bytes that a module may have, unless `maxBytes` says otherwise. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Characters of an address in a message. */
const MAX_NAME = 200;

/** A module that was not instantiated, because nobody who is trusted is known to have signed it. */
export class Refused extends Error {
  name = "Refused";

  /**
   * @param {string} reason a stable word: those of `cargo wasmsign verify`, and `not-fetched`, `http-status`,
   *   `wrong-type`, `interrupted`, `too-large`, `key`, `trust`, `request`, `verifier`
   * @param {string} message for people
   * @param {{facts?: Partial<Verified>, cause?: unknown}} more what is known of the module all the same: `total`,
   *   `kind`, `identity`, `map`
   */
  constructor(reason, message, { facts = {}, cause } = {}) {
    super(message, { cause });
    this.reason = reason;
    this.facts = facts;
  }
}

/**
 * Verifies a module, and instantiates the very bytes that were verified.
 *
 * @param {Response | Promise<Response>} response of a server that sends `application/wasm`
 * @param {Iterable<string>} keys public keys that are trusted: PEM, an OpenSSH line, or one line of hex or base64
 * @param {WebAssembly.Imports} [imports]
 * @param {Options} [options]
 * @returns {Promise<{module: WebAssembly.Module, instance: WebAssembly.Instance, verified: Verified}>}
 * @throws {Refused} and what `WebAssembly.instantiate` throws for a module that is trusted and does not link
 */
export async function verifyAndInstantiate(response, keys, imports = {}, options = {}) {
  const verified = await verify(response, keys, options);
  const { module, instance } = await WebAssembly.instantiate(verified.bytes, imports);
  return { module, instance, verified };
}

/**
 * Verifies a module.
 *
 * @typedef {object} Options
 * @property {"any" | "all" | number} [require] how many of the keys must have signed; any by default
 * @property {"whole" | "prefix"} [coverage] how much of the file: whole by default
 * @property {string[]} [sections] custom sections that must be covered too; makes `coverage` a prefix
 * @property {string} [package] the package that the module must say it is, under its signature
 * @property {string} [version] the versions that it may say, as cargo writes a requirement: `>=1.4, <2`
 * @property {ArrayBuffer | Uint8Array} [signature] a detached signature, which counts in place of the embedded one
 * @property {boolean} [map] whether to list the sections; false by default
 * @property {number} [maxBytes] how long the module may be; 256 MiB by default
 * @property {Trust} [trust] a trust file, which decides in place of keys and of the options above that say who must have
 *   signed how much
 *
 * @typedef {object} Trust
 * @property {string | URL} url where the trust file is; the files that it names are fetched relative to it
 * @property {string} name the name under which the page knows the module: it selects the rule
 * @property {Date} [time] when keys must be valid; now by default
 *
 * @typedef {object} Verified offsets and lengths are bytes of the file
 * @property {Uint8Array} bytes what is covered, without the signature section: what may run, and nothing else
 * @property {() => Promise<string | null>} identity hashes the file without its signatures: `sha256:` and 64 digits.
 *   As long as to verify it once more, so it is left to those who want it
 * @property {"module" | "component"} kind
 * @property {{kind: "whole" | "prefix", covered: number, total: number}} coverage
 * @property {{public_key: string, key_id: string | null}[]} signers in hexadecimal; the ids are hints
 * @property {string[]} ignored what had no part in the verdict
 * @property {number} [rule] index of the rule of the trust file that has decided, from 0
 * @property {Record<string, string[]>} [roles] the names of the keys that have signed, by those of the roles
 * @property {object | null} [manifest] what the module says of itself in the covered bytes: package, version and more;
 *   where `package`, `version` or `trust` was asked for
 * @property {{sections: {id: number, name: string | null, start: number, end: number}[], section_count: number}} [map]
 *
 * @param {Response | Promise<Response> | ArrayBuffer | Uint8Array} source
 * @param {Iterable<string>} keys public keys that are trusted: PEM, an OpenSSH line, or one line of hex or base64
 * @param {Options} [options]
 * @returns {Promise<Verified>}
 * @throws {Refused}
 */
export async function verify(source, keys, options = {}) {
  const promised = Promise.resolve(source);
  try {
    // Before anything is waited for: whoever changes these objects later changes nothing.
    const { policy, full, trust, signature, maxBytes } = asked(keys, options);
    const file = full ? "verifier-trust.wasm" : undefined;
    const [verifier, given] = await Promise.all([
      orRefused("verifier", "the verifier cannot be loaded", Verifier.create(file)),
      orRefused("not-fetched", "the module cannot be fetched", promised),
    ]);
    await receive(verifier, given, maxBytes);
    if (signature) verifier.signature(signature);
    return await decide(verifier, trust ? trusting(policy, trust) : () => policy);
  } catch (error) {
    discard(promised);
    // A verifier that stumbles, or has no memory left, has trusted nobody.
    throw isAnswer(error) ? error : refused("verifier", "the verifier failed", error);
  }
}

/** Ends a download that nobody waits for any more. */
async function discard(promised) {
  try {
    await (await promised).body.cancel();
  } catch {
    // It is no download, or has ended.
  }
}

/** Whether callers are told of an error as it is. */
function isAnswer(error) {
  return error instanceof Refused || error?.name === "AbortError";
}

function refused(reason, message, cause) {
  return new Refused(reason, `${message}: ${cause?.message ?? cause}`, { cause });
}

/** What is asked of the verifier, as it stands now. */
function asked(keys, options) {
  try {
    const { signature, maxBytes = MAX_BYTES, trust, ...policy } = own(options);
    if (typeof maxBytes !== "number" || !(maxBytes >= 0)) throw expected("maxBytes", "a number of bytes", maxBytes);
    const bytes = signature === undefined ? undefined : bytesOf(signature);
    if (bytes === null) throw expected("signature", "the bytes of a detached signature", signature);
    if (typeof policy.require === "number") policy.require = { atLeast: policy.require };
    // What JSON has no words for is null there, which the verifier refuses, and not left out.
    const request = JSON.stringify({ ...policy, keys: texts(keys ?? []) }, (_, value) =>
      isJson(value) ? value : null,
    );
    const full = [trust, policy.package, policy.version].some((option) => option !== undefined);
    return { policy: request, full, trust: trust && question(trust), signature: bytes?.slice(), maxBytes };
  } catch (error) {
    throw refused("request", "the keys or the options are not valid", error);
  }
}

/** A copy, with what is inherited. Unknown ones are left for the verifier to name: one that is misspelt must not count
 * as one that is not there. */
function own({
  require,
  coverage,
  sections,
  package: name,
  version,
  signature,
  map,
  maxBytes,
  trust,
  ...unknown
}) {
  return { ...unknown, require, coverage, sections, package: name, version, signature, map, maxBytes, trust };
}

/** What a trust file is asked, as it stands now. */
function question({ url, name, time = new Date(), ...unknown }) {
  if (typeof name !== "string") throw expected("trust.name", "the name of the module", name);
  const [other] = Object.keys(unknown);
  if (other !== undefined) throw new TypeError(`trust: unknown field ${other}`);
  const seconds = Math.floor(Number(time) / 1000);
  if (!Number.isSafeInteger(seconds)) throw expected("trust.time", "a date", time);
  return { url: new URL(url, globalThis.location?.href), name, time: seconds };
}

/** Makes requests by a trust file: the text is fetched first, and what it names when the verifier has said what that is. */
function trusting(policy, { url, name, time }) {
  let text;
  const files = {};
  return async (missing) => {
    text ??= new TextDecoder().decode(await bytesAt(url));
    for (const path of missing) files[path] = Array.from(await bytesAt(new URL(path, url)));
    return JSON.stringify({ ...JSON.parse(policy), trust: { text, name, time, files } });
  };
}

/** A small file; that it cannot be had is a fault of the trust file. */
async function bytesAt(url) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw refused("trust", `${nameOf({ url: url.href })} cannot be fetched`, error);
  }
}

function isJson(value) {
  return typeof value !== "function" && typeof value !== "symbol";
}

function texts(keys) {
  if (typeof keys === "string") return [keys];
  if (!(Symbol.iterator in Object(keys))) throw expected("keys", "a list of strings", keys);
  return [...keys];
}

function expected(name, what, found) {
  return new TypeError(`${name}: expected ${what}, found ${typeof found === "number" ? found : kind(found)}`);
}

/** The bytes of a buffer or of a view of one; null where it is something else. */
function bytesOf(source) {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return kind(source).endsWith("ArrayBuffer") ? new Uint8Array(source) : null;
}

/** What something is, for people: `String`, `Blob`, `Undefined`. */
function kind(value) {
  return Object.prototype.toString.call(value).slice(8, -1);
}

async function decide(verifier, request) {
  let prepared = verifier.prepare(await request([]));
  if (prepared.missing) prepared = verifier.prepare(await request(prepared.missing));
  const { parts, start, ...facts } = accepted(prepared);
  // Only the verifier knows whether a module that is not trusted has an identity.
  const known = { ...facts, identity: async () => verifier.identify().identity ?? null };
  // WebCrypto takes a third of the verifier's time, but knows no hash on the way, at the ends of parts.
  const digest = parts === 1 && (await sha256(verifier.bytes(start, facts.total)));
  const told = accepted(digest ? verifier.judge(digest) : verifier.verify(), known);
  const offset = verifier.strip();
  const bytes = verifier.bytes(offset, told.coverage.covered);
  return { ...facts, ...told, bytes, identity: () => identify(verifier.bytes(offset, facts.total)) };
}

/** The digest by WebCrypto; nothing where that has no memory, or is not there: on pages that come neither by https nor
 * from this machine. */
async function sha256(bytes) {
  try {
    const digest = await globalThis.crypto?.subtle?.digest("SHA-256", bytes);
    return digest && new Uint8Array(digest);
  } catch {
    return undefined;
  }
}

/** The identity of a module that was verified, and has lost its signature section. */
async function identify(bytes) {
  const digest = await sha256(bytes);
  if (digest) return `sha256:${hex(digest)}`;
  // In another verifier: memory that grows would take the bytes away from whoever holds them.
  const verifier = await Verifier.create();
  verifier.extend(bytes);
  return verifier.identify().identity;
}

/** What the verifier has to say, unless it says no. */
function accepted({ verdict, reason, message, ...rest }, facts) {
  if (verdict === "verified" || verdict === "prepared") return rest;
  throw new Refused(reason, message, { facts });
}

async function receive(verifier, source, maxBytes) {
  if ("ok" in Object(source)) return receiveResponse(verifier, source, maxBytes);
  const bytes = bytesOf(source);
  if (!bytes) throw new Refused("request", `expected a response, or the bytes of a module, found ${kind(source)}`);
  if (bytes.length > maxBytes) throw tooLarge("the module", maxBytes);
  verifier.extend(bytes);
}

async function receiveResponse(verifier, response, maxBytes) {
  const name = nameOf(response);
  if (!response.ok) {
    throw new Refused("http-status", `${name}: the server says ${response.status} ${response.statusText}`);
  }
  if (response.bodyUsed || response.body?.locked) {
    throw new Refused(
      "request",
      `${name}: expected a response that nobody has read, found one that was; clone it first`,
    );
  }
  const type = response.headers.get("content-type");
  // As WebAssembly.instantiateStreaming: a server that does not know what it sends may send anything.
  if (type?.split(";")[0].trim().toLowerCase() !== "application/wasm") {
    throw new Refused(
      "wrong-type",
      `${name}: expected a server that sends application/wasm, found ${type ?? "no type"}`,
    );
  }
  verifier.reserve(Math.min(Number(response.headers.get("content-length")), maxBytes));
  let received = 0;
  for await (const chunk of chunks(response, name)) {
    received += chunk.length;
    if (received > maxBytes) throw tooLarge(name, maxBytes);
    verifier.extend(chunk);
  }
}

/** The address, without the content that one of the scheme `data` has. */
function nameOf({ url = "" }) {
  return url.length > MAX_NAME ? `${url.slice(0, MAX_NAME)}…` : url || "the module";
}

/** The bytes of a response as they arrive. */
async function* chunks(response, name) {
  const reader = response.body?.getReader();
  let received = 0;
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) return;
      // Streams of scripts, and what service workers answer from them, may give anything.
      const bytes = bytesOf(value);
      if (!bytes) throw new TypeError(`expected bytes, found ${kind(value)}`);
      received += bytes.length;
      yield bytes;
    }
  } catch (error) {
    if (isAnswer(error)) throw error;
    throw refused("interrupted", `${name}: the download broke off after ${received} bytes`, error);
  } finally {
    // Whoever stops early wants no more of it.
    reader?.cancel().catch(() => {});
  }
}

function tooLarge(name, maxBytes) {
  return new Refused("too-large", `${name}: expected at most ${maxBytes} bytes, found more`);
}

/** What a promise gives; where it fails, not trusted. */
async function orRefused(reason, message, promise) {
  try {
    return await promise;
  } catch (error) {
    throw isAnswer(error) ? error : refused(reason, message, error);
  }
}

function hex(digest) {
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
