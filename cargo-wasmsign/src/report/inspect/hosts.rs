//! Which hosts and programs read a format, as docs/formats.md has them.

use wasmsign_core::formats::Format;

use super::known::Place;

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
