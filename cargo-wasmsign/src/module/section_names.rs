//! What sections that are not custom are called.

use wasmsign_core::wasm::Kind;

/// The name of the section of this id, as the specifications of WebAssembly ("Modules") and of the component model
/// ("Binary Format") have it.
pub fn standard_name(kind: Kind, id: u8) -> Option<&'static str> {
    standard_names(kind).get(usize::from(id)).copied()
}

fn standard_names(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Module => &[
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
        ],
        Kind::Component => &[
            "custom",
            "core module",
            "core instance",
            "core type",
            "component",
            "instance",
            "alias",
            "type",
            "canon",
            "start",
            "import",
            "export",
            "value",
        ],
    }
}
