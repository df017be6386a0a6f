//! For build scripts: embed only WebAssembly modules that are signed.
//!
//! | a host embeds | with | how it is trusted |
//! | --- | --- | --- |
//! | a guest of its own repository | [`Guest`] | built and signed by the installed `cargo wasmsign` |
//! | a module that somebody else has built | [`Import`] | verified with the keys and the policy that the script names |
//!
//! and a guest says what it was built from with [`BuildInfo`].
//!
//! ```toml
//! # the host's Cargo.toml
//! [build-dependencies]
//! wasmsign-build = "0.1"
//! ```
//!
//! ```no_run
//! // the host's build.rs
//! fn main() -> wasmsign_build::Result<()> {
//!     wasmsign_build::Guest::new("guests/plugin").profile("release").build()?;
//!     wasmsign_build::Import::new("vendor/codec.wasm").key("keys/vendor.pub").verify()?;
//!     Ok(())
//! }
//! ```
//!
//! ```ignore
//! // the host's src/main.rs
//! static PLUGIN: &[u8] = include_bytes!(env!("PLUGIN_WASM"));
//! static CODEC: &[u8] = include_bytes!(env!("CODEC_WASM"));
//! ```
//!
//! Errors say what to do. `build` and `verify` give them to `main`; `build_or_exit` and `verify_or_exit` tell cargo
//! (`cargo::error`) and end the script.
//!
//! # How a guest is built
//!
//! As if `cargo wasmsign build` had been typed in the guest's directory, in the shell in which the host is built:
//!
//! - **Nothing of the host's compilation leaks in**: no flags (`RUSTFLAGS`, `CARGO_ENCODED_RUSTFLAGS`), wrappers, targets,
//!   profiles, features, and none of what cargo sets for build scripts. Of the variables that begin with `CARGO_`, those
//!   stay that say where crates come from (`CARGO_HOME`, `CARGO_NET_*`, `CARGO_HTTP_*`, `CARGO_REGISTRY_*`,
//!   `CARGO_REGISTRIES_*`) and how to show things (`CARGO_TERM_*`), and `CARGO_WASMSIGN_*`. So a secret key is not to be kept
//!   in a variable with another name that begins like this. The guest's `.cargo/config.toml`, and those above it, count.
//! - **The toolchain** is what rustup chooses in the guest's directory: a guest's bytes do not depend on what compiles the
//!   host (`cargo +nightly`, say). [`Guest::toolchain`] names another.
//! - **The target directory** is below `OUT_DIR`, a directory for each guest: builds wait for no lock that the outer cargo
//!   holds, and several hosts build at once.
//! - **Jobs** are as many as the outer build's (`--jobs` with its number). The two builds do not share one heap of tokens,
//!   so a machine may run up to twice as many for a while.
//!
//! # When it is built again
//!
//! When one of the files or variables changes that went into it, and for nothing else: the sources that the compiler has read (as in
//! cargo's dep-info; files that `include_bytes!` names, build scripts of dependencies and path dependencies are among
//! them), the manifests of local packages, `Cargo.toml` and `Cargo.lock` of the workspace, settings of cargo and rustup
//! on the way up, and the files that the tables of `cargo wasmsign` name: keys, embedded sections, programs. A local build
//! script that asks cargo to watch nothing has its whole package watched, as cargo does. So are the variables of `env!`, of
//! `rerun-if-env-changed`, and those that replace the tables' settings (`CARGO_WASMSIGN_SIGN_WITH`, say). Variables
//! that hold keys are not watched, because cargo writes the values of watched variables into its target directory.
//!
//! # Without network, tools or secrets
//!
//! - **docs.rs** has no network, a read-only source and no `cargo wasmsign`. Where `DOCS_RS` is set, a [`Guest`] is a stub: a
//!   module of eight bytes without a signature, which no verifier accepts. Nothing else is looked at, so the guest need not
//!   be in the published package, and cargo does leave packages below another out. A crate that is to be published
//!   better has its module as a file with [`Import`], which needs nothing but that file.
//! - **`--no-default-features`, platforms without the guest**: [`Guest::or_stub`] with the condition. Every stub is a
//!   warning of the build.
//! - **Offline**: [`Guest::offline`], or `CARGO_NET_OFFLINE=true` for all of the build, once `cargo fetch` has been run for
//!   guest and host.
//! - **Without the secret key**: [`Guest::unsigned`], where the host knows what to do with a module that is not signed.
//!
//! A host verifies what it has embedded, with `wasmsign-core`, before it runs it: only that tells a stub, an unsigned
//! module and a signed one apart. [`Guest::public_key`] has it refused while the host is built, too.
//!
//! # What it costs
//!
//! This crate depends on `wasmsign-core` and on `serde_json` (for what `cargo wasmsign` says, without `serde`'s procedural
//! macros): 44 crates in all, five of them for JSON. There is no command line and no optimizer among them.
//!
//! To import 10 MB takes 17 ms longer than to read them; but 0.36 s in the unoptimized code that cargo makes of build
//! dependencies by default (docs/BENCHMARKS.md). Hosts with large modules set
//!
//! ```toml
//! [profile.dev.build-override]
//! opt-level = 3
//! ```

mod dep_info;
mod error;
mod git;
mod guest;
mod import;
mod info;
mod inputs;
mod keys;
mod messages;
mod module;
mod script;
mod surroundings;
mod tool;
mod traces;
mod trust;

pub use error::{Error, ErrorKind, Result};
pub use guest::Guest;
pub use import::Import;
pub use info::BuildInfo;
pub use module::Module;
pub use wasmsign_core::wasm::Kind;
pub use wasmsign_core::{Policy, Require};
