//! The keys of a trust file. What they mean is said here; that it is all of them is read from the parser.

use std::fmt::Write as _;

use super::table;

/// A table of a trust file: its heading, the parser's file, and its keys with their values and what they mean.
pub struct TrustTable {
    /// The table, as it is written.
    pub heading: &'static str,
    /// Where it is parsed, below the library's `trust/parse`.
    pub parser: &'static str,
    /// Its keys: name, value, meaning.
    pub keys: &'static [(&'static str, &'static str, &'static str)],
}

/// Every table.
pub const TABLES: &[TrustTable] = &[
    TrustTable {
        heading: "The file",
        parser: "mod.rs",
        keys: &[
            (
                "version",
                "`1`",
                "The version of the file's form. Needed, but not in the manifest's `trust` table.",
            ),
            ("keys", "tables", "`[keys.NAME]`: whom the file knows."),
            ("roles", "tables", "`[roles.NAME]`: keys of which so many must have signed."),
            (
                "rules",
                "list of tables",
                "`[[rules]]`: what is asked of which module. The first that matches decides.",
            ),
            ("revoked", "table", "`[revoked]`: what never counts, whoever has signed it."),
            (
                "identities",
                "list of strings",
                "In `[revoked]`: identities of modules, `sha256:` with 64 digits.",
            ),
        ],
    },
    TrustTable {
        heading: "`[keys.NAME]`",
        parser: "keys.rs",
        keys: &[
            (
                "public",
                "string",
                "The key: a path, from the trust file's directory, or its own text. Needed.",
            ),
            (
                "valid-from",
                "date or time",
                "From when it and its successors count, inclusive. A date is 00:00 UTC.",
            ),
            ("valid-until", "date or time", "Until when they count, exclusive."),
            (
                "revoked",
                "boolean",
                "Whether the key and its successors never count. Default: `false`.",
            ),
            (
                "retired",
                "date or time",
                "From when the key itself counts no more, while its successors do.",
            ),
            (
                "successions",
                "list of strings",
                "Files in which it hands over to a successor, and that to the next (`cargo wasmsign key succeed`).",
            ),
        ],
    },
    TrustTable {
        heading: "`[roles.NAME]`",
        parser: "roles.rs",
        keys: &[
            ("keys", "list of strings", "Names of keys. Needed."),
            (
                "threshold",
                "integer",
                "How many distinct ones must have signed. A key and its successors count once. Default: `1`.",
            ),
        ],
    },
    TrustTable {
        heading: "`[[rules]]`",
        parser: "rules.rs",
        keys: &[
            (
                "modules",
                "list of globs",
                "Names of modules. `*` and `?` do not match `/`, `**` does. Needed.",
            ),
            (
                "require",
                "list of strings",
                "Roles or keys, each of which must be satisfied. Needed, unless `unsigned` is true.",
            ),
            (
                "coverage",
                "`\"whole\"`, `\"prefix\"`",
                "How much of the file must be covered. Default: `\"whole\"`.",
            ),
            (
                "sections",
                "list of globs",
                "With `coverage = \"prefix\"`: custom sections that must be covered too.",
            ),
            (
                "kind",
                "`\"module\"`, `\"component\"`, `\"any\"`",
                "The kind of binary. Default: `\"module\"`.",
            ),
            ("package", "string", "The cargo package that the module's manifest must name."),
            (
                "version",
                "string",
                "The versions that it may have, as a requirement of cargo's (`\">=1.4\"`).",
            ),
            (
                "formats",
                "list of strings",
                "Which formats of signatures count. Default: `[\"wasmsign2\"]`.",
            ),
            (
                "algorithms",
                "list of strings",
                "Of which algorithms each role must have signatures. Default: `[\"ed25519\"]`.",
            ),
            (
                "unsigned",
                "boolean",
                "Whether the module may be unsigned. A bad signature by a key of the file is still refused. Default: `false`.",
            ),
        ],
    },
];

/// The page of the trust file's keys.
pub fn page() -> String {
    let mut page = "# Trust file keys\n\n\
        Every key of a trust file, and of the table `[workspace.metadata.wasmsign.trust]`, which has the same. \
        [Say whom to trust](../trust.md) shows them by example. An unknown key is an error, and `cargo wasmsign trust \
        check FILE` shows every error at once.\n"
        .to_owned();
    for part in TABLES {
        let rows = part.keys.iter().map(|(key, value, about)| {
            vec![format!("`{key}`"), (*value).to_owned(), (*about).to_owned()]
        });
        let _ =
            write!(page, "\n## {}\n\n{}", part.heading, table(&["key", "value", "meaning"], rows));
    }
    page
}
