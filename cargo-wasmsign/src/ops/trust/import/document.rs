//! The trust file, written.

use std::fmt::Write;

use wasmsign_core::KeyEncoding;

use super::trusted::{Key, Requirement, Trusted};
use crate::text::escape::escape;
use crate::text::toml::{toml_key, toml_string};

/// A trust file with one rule, for every module.
pub(super) fn write(source: &str, trusted: &Trusted) -> String {
    let mut text = format!("# Imported from {}.\n", escape(source));
    let left_out = trusted.left_out.iter().map(|what| format!("# Left out: {what}\n"));
    text.extend(left_out);
    text.push_str("version = 1\n");
    trusted.keys.iter().for_each(|key| add_key(&mut text, key));
    let mut required = Vec::new();
    for requirement in &trusted.require {
        required.push(match &requirement.keys[..] {
            [key] => key.clone(),
            _ => add_role(&mut text, trusted, requirement, required.len()),
        });
    }
    let required = list(&required);
    // Nothing can fail that writes into a string.
    let _ = write!(text, "\n[[rules]]\nmodules = [\"**\"]\nrequire = {required}\n");
    text
}

fn add_key(text: &mut String, key: &Key) {
    let public = key.public.encode(KeyEncoding::OpenSsh);
    let public = toml_string(String::from_utf8_lossy(&public).trim());
    let _ = write!(text, "\n[keys.{}]\npublic = {public}\n", toml_key(&key.name));
    let times = [("valid-from", &key.valid_from), ("valid-until", &key.valid_until)];
    for (name, time) in times {
        let line = time.iter().map(|time| format!("{name} = {time}\n"));
        text.extend(line);
    }
}

/// Adds a role with a name that no key has, and gives that name.
fn add_role(text: &mut String, trusted: &Trusted, role: &Requirement, number: usize) -> String {
    let mut name =
        if number == 0 { "signers".to_owned() } else { format!("signers-{}", number + 1) };
    while trusted.keys.iter().any(|key| key.name == name) {
        name.insert_str(0, "any-of-");
    }
    let Requirement { keys, threshold } = role;
    let _ = write!(text, "\n[roles.{name}]\nkeys = {}\nthreshold = {threshold}\n", list(keys));
    name
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| toml_string(name)).collect();
    format!("[{}]", names.join(", "))
}
