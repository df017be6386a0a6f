//! The text of a new trust file.

use std::fmt::Write;

use wasmsign_core::{KeyEncoding, PublicKey};

use crate::text::toml::{toml_key, toml_string};

/// The usual name.
pub(crate) const FILE_NAME: &str = "wasmsign-trust.toml";

/// What stands at its beginning.
pub(crate) const HEAD: &str = "\
# Whom to trust for which module. `cargo wasmsign trust check` reads this file, `cargo wasmsign verify --policy` decides
# by it, and `cargo wasmsign trust explain` says why.
version = 1
";

/// A public key in one line.
pub(crate) fn text_of(key: &PublicKey) -> String {
    String::from_utf8_lossy(&key.encode(KeyEncoding::OpenSsh)).trim().to_owned()
}

/// Adds a key: its name, and its text or the path of its file.
pub(crate) fn add_key(text: &mut String, name: &str, public: &str) {
    // Nothing can fail that writes into a string.
    let _ = write!(
        text,
        "\n[keys.{}]\npublic = {}\n# valid-until = 2030-01-01\n# revoked = true\n",
        toml_key(name),
        toml_string(public)
    );
}

/// Adds the rule for these modules.
pub(crate) fn add_rule(text: &mut String, modules: &[String], signers: &[String]) {
    let list = |texts: &[String]| {
        let texts: Vec<_> = texts.iter().map(|text| toml_string(text)).collect();
        texts.join(", ")
    };
    let (modules, require) = (list(modules), list(signers));
    let _ = write!(
        text,
        "\n[[rules]]\nmodules = [{modules}]\nrequire = [{require}] # each of these must have signed\n\
         # package = \"NAME\" # of the module manifest, which `manifest = true` embeds\n# version = \">=1.0\"\n"
    );
}
