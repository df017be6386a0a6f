//! Where signatures stand, and which hosts and programs read them there, as docs/formats.md has them.

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::formats::Format;

/// Where a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Place {
    /// In the first section.
    ModuleStart,
    /// In a section behind all others, or one that should be there.
    ModuleEnd,
    /// In the data of the module, to which an export points.
    Export,
    /// In a file beside it.
    Beside,
}

/// Those that read a signature of the right form in this place.
pub(super) fn hosts(format: Format, place: Place) -> &'static [&'static str] {
    match (format, place) {
        (Format::Wasmsign2, Place::ModuleStart) => &[
            "Envoy and other proxy-wasm hosts since 2026",
            "hosts that use wasmsign-core",
            "wasmsign2",
        ],
        (Format::Wasmsign2, _) => &["hosts that use wasmsign-core", "wasmsign2"],
        (Format::Wasmsign1, Place::Export) => &["wasmsign 0.1"],
        (Format::Wasmsign1, _) => {
            &["proxy-wasm hosts of 2021 to 2025, if there is no additional data", "wasmsign 0.1"]
        }
        (Format::WasmSign, _) => &["wasm-sign 0.2"],
        (Format::Minisign, _) => &["Lucet's compiler", "minisign"],
        (Format::Sshsig, _) => &["ssh-keygen"],
        (Format::Oak, _) => &["Oak"],
        (Format::Sigstore, _) => &["cosign and other programs of Sigstore"],
        _ => &[],
    }
}

/// Those that read embedded signatures of the default format which the proxy-wasm hosts cannot read.
pub(super) const WITHOUT_ENVOY: &[&str] = &["hosts that use wasmsign-core", "wasmsign2"];
