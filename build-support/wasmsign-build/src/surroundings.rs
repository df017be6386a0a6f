//! The environment of a guest's build: that of the shell from which the host is built, without what the host's cargo
//! has added for its own compilation.

use std::ffi::OsStr;
use std::process::Command;

/// Variables that begin like this are about the host's build.
const FOREIGN: [&str; 4] = ["CARGO_", "DEP_", "RUSTC_", "RUSTUP_TOOLCHAIN"];

/// These too, to the letter.
const FOREIGN_NAMES: [&str; 14] = [
    "CARGO",
    "DEBUG",
    "HOST",
    "MAKEFLAGS",
    "MFLAGS",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTC",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "TARGET",
];

/// Of cargo's variables, those that say how to reach crates, where things are, and how to show them. All others decide
/// what is compiled (`CARGO_PROFILE_*` and `CARGO_INCREMENTAL` too), and a guest is what its manifests say.
const KEPT: [&str; 6] = [
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_TERM_",
    "CARGO_WASMSIGN_",
];

/// Whether a variable stays out of the guest's build.
pub(crate) fn is_foreign(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    // Names have no case on Windows.
    let name = if cfg!(windows) { name.to_uppercase() } else { name.into_owned() };
    if name == "CARGO_HOME" || KEPT.iter().any(|kept| name.starts_with(kept)) {
        return false;
    }
    FOREIGN_NAMES.contains(&&*name) || FOREIGN.iter().any(|start| name.starts_with(start))
}

/// Takes the host's build out of the environment of a child.
pub(crate) fn scrub(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if is_foreign(&name) {
            command.env_remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_build_stays_out() {
        for name in [
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "CARGO_BUILD_TARGET",
            "CARGO_BUILD_RUSTC_WRAPPER",
            "CARGO_TARGET_DIR",
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "CARGO_PROFILE_RELEASE_OPT_LEVEL",
            "CARGO_INCREMENTAL",
            "TARGET",
            "HOST",
            "RUSTC",
            "RUSTUP_TOOLCHAIN",
            "RUSTUP_TOOLCHAIN_SOURCE",
            "CARGO_CFG_TARGET_OS",
            "CARGO_FEATURE_DEFAULT",
            "CARGO_PKG_NAME",
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_PRIMARY_PACKAGE",
            "OUT_DIR",
            "PROFILE",
            "DEBUG",
            "OPT_LEVEL",
            "NUM_JOBS",
            "CARGO_MAKEFLAGS",
            "MAKEFLAGS",
            "DEP_Z_ROOT",
        ] {
            assert!(is_foreign(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn the_users_settings_stay() {
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "RUSTUP_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_HTTP_PROXY",
            "CARGO_REGISTRIES_OURS_INDEX",
            "CARGO_TERM_COLOR",
            "CARGO_WASMSIGN_SIGN_WITH",
            "WASMSIGN_RELEASE_KEY",
            "SSH_AUTH_SOCK",
            "DEBUGINFOD_URLS",
        ] {
            assert!(!is_foreign(OsStr::new(name)), "{name}");
        }
    }
}
