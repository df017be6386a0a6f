//! The rules of a trust file.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::keys::Keys;
use crate::formats::Format;
use crate::keys::Algorithm;
use crate::limits::MAX_KEYS;
use crate::manifest::VersionReq;
use crate::trust::document::{Located, Table, Value, not_empty, one_of};
use crate::trust::error::Faults;
use crate::trust::model::{Role, Rule};
use crate::trust::pattern::Pattern;
use crate::trust::words::{shown, suggestion};
use crate::verify::{Policy, SectionNames};
use crate::wasm::Kind;

pub(super) fn read(
    list: Option<Value<'_>>,
    keys: &Keys<'_>,
    roles: &[Role],
    faults: &mut Faults<'_>,
) -> Vec<Rule> {
    let list = list.and_then(|list| list.array("tables", faults)).unwrap_or_default();
    let mut rules: Vec<Rule> = Vec::new();
    for value in list {
        let Some(table) = value.table(faults) else { continue };
        let span = table.span.clone();
        let rule = rule(table, keys, roles, faults);
        if let Some(why) = never_matches(&rule, &rules) {
            faults.add(&span, format!("this rule can never match: {why}"));
        }
        rules.push(rule);
    }
    rules
}

/// Why no name comes to this rule, where that is plain.
fn never_matches(rule: &Rule, earlier: &[Rule]) -> Option<String> {
    let all = |rule: &Rule| rule.modules.iter().any(Pattern::matches_all);
    if let Some(index) = earlier.iter().position(all) {
        return Some(format!("rule {index} before it matches every name"));
    }
    let stands = |pattern: &Pattern| earlier.iter().any(|rule| rule.modules.contains(pattern));
    let taken = !rule.modules.is_empty() && rule.modules.iter().all(stands);
    taken.then(|| "all its patterns stand in earlier rules".into())
}

fn rule(mut table: Table<'_>, keys: &Keys<'_>, roles: &[Role], faults: &mut Faults<'_>) -> Rule {
    let modules = modules(&mut table, faults);
    let unsigned = table.take("unsigned").and_then(|value| value.boolean(faults)).unwrap_or(false);
    let require = require(&mut table, unsigned, keys, roles, faults);
    let mut policy = policy(&mut table, faults);
    let package = table.take("package").and_then(|value| value.string(faults));
    policy.package = package.and_then(|text| not_empty(text, faults)).map(String::from);
    let version = table.take("version").and_then(|value| value.string(faults));
    policy.version = version.and_then(|text| {
        let parsed = VersionReq::parse(text.value);
        let parsed = parsed.map_err(|error| format!("expected a version requirement: {error}"));
        faults.take(&text.span, parsed)
    });
    let formats = words(table.take("formats"), Format::NAMES, Format::Wasmsign2, faults);
    let algorithms = match table.take("algorithms") {
        // Each format has its own.
        None if formats.contains(&Format::WasmSign) => Vec::new(),
        value => words(value, Algorithm::NAMES, Algorithm::Ed25519, faults),
    };
    table.finish(faults);
    Rule { modules, require, policy, formats, algorithms, unsigned }
}

fn modules(table: &mut Table<'_>, faults: &mut Faults<'_>) -> Vec<Pattern> {
    let Some(value) = table.needed("modules", faults) else { return Vec::new() };
    let texts = value.strings(faults);
    if value.is_empty_array() {
        faults.add(&value.span, "a rule needs a pattern of modules");
    }
    patterns(&texts, faults)
}

fn patterns(texts: &[Located<&str>], faults: &mut Faults<'_>) -> Vec<Pattern> {
    let pattern = |text: &Located<&str>| faults.take(&text.span, Pattern::parse(text.value));
    texts.iter().filter_map(pattern).collect()
}

/// The roles that are required, and keys as roles of their own names.
fn require(
    table: &mut Table<'_>,
    unsigned: bool,
    keys: &Keys<'_>,
    roles: &[Role],
    faults: &mut Faults<'_>,
) -> Vec<Role> {
    let value = table.take("require");
    let named = value.as_ref().map(|value| value.strings(faults)).unwrap_or_default();
    let span = value.as_ref().map_or(&table.span, |value| &value.span);
    let is_empty = value.as_ref().is_none_or(Value::is_empty_array);
    if is_empty && !unsigned {
        faults.add(span, "a rule needs `require = […]` with a role or a key, or `unsigned = true`");
    }
    let mut required: Vec<Role> = Vec::new();
    for name in &named {
        let Some(role) = required_role(name, keys, roles, faults) else { continue };
        if required.iter().all(|other| other.name != role.name) {
            required.push(role);
        }
    }
    let asked = required.iter().flat_map(|role| role.keys.iter().copied());
    let count = if unsigned { keys.count(0..keys.names().count()) } else { keys.count(asked) };
    if count > MAX_KEYS {
        let what =
            format!("{count} keys with their successors: one rule can ask for at most {MAX_KEYS}");
        faults.add(span, what);
    }
    required
}

fn required_role(
    name: &Located<&str>,
    keys: &Keys<'_>,
    roles: &[Role],
    faults: &mut Faults<'_>,
) -> Option<Role> {
    if let Some(role) = roles.iter().find(|role| &*role.name == name.value) {
        return Some(role.clone());
    }
    if let Some(key) = keys.index(name.value) {
        return Some(Role { name: name.value.into(), keys: vec![key], threshold: 1 });
    }
    let known: Vec<_> = keys.names().chain(roles.iter().map(|role| &*role.name)).collect();
    let near = suggestion(name.value, &known);
    faults.add(&name.span, format!("no role or key is called {}{near}", shown(name.value)));
    None
}

/// What is covered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CoverageWord {
    Whole,
    Prefix,
}

fn policy(table: &mut Table<'_>, faults: &mut Faults<'_>) -> Policy {
    const COVERAGE: &[(&str, CoverageWord)] =
        &[("whole", CoverageWord::Whole), ("prefix", CoverageWord::Prefix)];
    const KIND: &[(&str, Option<Kind>)] =
        &[("module", Some(Kind::Module)), ("component", Some(Kind::Component)), ("any", None)];
    let coverage = table.take("coverage").and_then(|value| value.word(COVERAGE, faults));
    let kind = table.take("kind").and_then(|value| value.word(KIND, faults));
    let sections = table.take("sections");
    let policy = Policy::default().expect(kind.unwrap_or(Some(Kind::Module)));
    match (coverage.unwrap_or(CoverageWord::Whole), sections) {
        (CoverageWord::Whole, None) => policy,
        (CoverageWord::Whole, Some(sections)) => {
            let what = "`sections` is for `coverage = \"prefix\"`: a whole module has all of them";
            faults.add(&sections.span, what);
            policy
        }
        (CoverageWord::Prefix, None) => policy.prefix(),
        (CoverageWord::Prefix, Some(sections)) => {
            let patterns = patterns(&sections.strings(faults), faults);
            let shown: Vec<_> =
                patterns.iter().map(|pattern| String::from(pattern.as_str())).collect();
            let test = move |name: &str| patterns.iter().any(|pattern| pattern.matches(name));
            policy.prefix_with(SectionNames::matching(shown, test))
        }
    }
}

/// A list of known words, at least one.
fn words<T: Copy>(
    value: Option<Value<'_>>,
    known: &[(&'static str, T)],
    default: T,
    faults: &mut Faults<'_>,
) -> Vec<T> {
    let Some(value) = value else { return vec![default] };
    if value.is_empty_array() {
        faults.add(&value.span, "an empty list lets nothing through; leave it out for the usual");
    }
    value.strings(faults).iter().filter_map(|word| one_of(word, known, faults)).collect()
}
