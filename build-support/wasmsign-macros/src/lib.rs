//! Signed WebAssembly modules and public keys, verified while the program is compiled.
//!
//! | macro | gives |
//! | --- | --- |
//! | [`include_signed!`] | the bytes of a module that has met a policy, as a `wasmsign_core::VerifiedModule` |
//! | [`public_key!`] | a `wasmsign_core::PublicKey`, as a constant |
//! | [`embed_section!`] | a custom section of the WebAssembly guest in which it stands |
//!
//! ```toml
//! [dependencies]
//! wasmsign-core = "0.1"    # under this name, of the same release; a guest that only embeds sections does without it
//! wasmsign-macros = "0.1"
//! ```
//!
//! ```ignore
//! use wasmsign_core::VerifiedModule;
//! use wasmsign_macros::include_signed;
//!
//! static PLUGIN: VerifiedModule<'_> = include_signed!("plugin.wasm", keys = ["keys/release.pub"]);
//! ```
//!
//! If `plugin.wasm` is not, byte for byte, what the holder of that key has signed, the program does not compile. If it
//! is, it costs nothing more at run time than `include_bytes!` would.
//!
//! # Paths
//!
//! Relative paths begin at the directory of the `Cargo.toml` whose code is compiled, not at the source file as those of
//! `include_bytes!` do. Every file that a macro has read is a dependency of the build: when the module, a key or the
//! signature changes, cargo compiles, and the macro verifies, again. Of a symbolic link, cargo notes where it leads: when
//! it comes to lead elsewhere, touch the source.
//!
//! # What it proves
//!
//! The bytes in the program are those that were verified, also if somebody writes to the file in that moment: they are
//! not read from it a second time. A module of up to 256 KiB goes into the program as a literal. As the compiler
//! takes a quarter of a second for a literal of 10 MB, a longer one is copied beside the compiler's own output and
//! included from there; where the compiler was not told such a place, the literal is taken. So
//! whoever may write to the target directory is trusted, as always: he could as well replace the program.
//!
//! It proves nothing about *later*: who can change the program can change the module in it, and a key that is withdrawn
//! after the build stays in force for what was built. It does not say that the module does no harm. Where modules
//! come and go without the program, verify when they are loaded: `wasmsign_core::Verifier`.
//!
//! # Large modules
//!
//! Cargo compiles macros without optimization unless it is told otherwise, and SHA-256 feels it. For modules of some
//! megabytes:
//!
//! ```toml
//! [profile.dev.build-override]
//! opt-level = 3
//! [profile.release.build-override]
//! opt-level = 3
//! ```
//!
//! docs/BENCHMARKS.md has the figures.
//!
//! # Dependencies
//!
//! `wasmsign-core`, `syn`, `quote`, `proc-macro2` and `strsim`: five, and 40 with all of theirs, of which only `strsim`
//! is not in the tree of `wasmsign-core`. They are compiled for the machine that builds, and none of them goes into
//! your program.

mod arguments;
mod bytes;
mod failure;
mod files;
mod globs;
mod keys;
mod section;
mod signed;
mod support;
mod verdict;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Includes a module that is verified now: an expression of the type `wasmsign_core::VerifiedModule`.
///
/// ```ignore
/// static PLUGIN: VerifiedModule<'_> = include_signed!("plugin.wasm", keys = ["keys/release.pub"]);
///
/// static STRICT: VerifiedModule<'_> = include_signed!(
///     "plugin.wasm",
///     keys = ["keys/release.pub", "keys/review.pub"],
///     require = all,
///     signature = "plugin.wasm.sig",
/// );
/// ```
///
/// | argument | value | without it |
/// | --- | --- | --- |
/// | the first | the path of the module | |
/// | `keys` | a list of public keys, each a path or the key's own text, as in [`public_key!`] | an error |
/// | `require` | `any`, `all`, or how many of the keys must have signed | `any` |
/// | `coverage` | `whole`, or `prefix`: a signed prefix will do that holds every section that is not custom | `whole` |
/// | `sections` | names of custom sections that must lie in the prefix, `*` and `?` standing for anything; implies `coverage = prefix` | none |
/// | `signature` | the path of a detached signature, which alone counts then | the embedded one |
/// | `package` | the package that the module must say it is, in its module manifest under the signature | any, or none |
/// | `version` | the versions that it may say, as cargo writes a requirement: `">=1.4, <2"` | any, or none |
///
/// The value has the bytes and the proof for them: who has signed, how much, the identity, what the module says of itself. In prefix mode all bytes of the
/// file are included, and `covered_bytes` gives those that are verified. What that means is told in the documentation of
/// `wasmsign_core`.
#[proc_macro]
pub fn include_signed(input: TokenStream) -> TokenStream {
    let arguments = parse_macro_input!(input as arguments::Arguments);
    finish(signed::expand(&arguments))
}

/// A public key that is checked now: an expression of the type `wasmsign_core::PublicKey`, fit for a constant.
///
/// ```ignore
/// const RELEASE: PublicKey = public_key!("keys/release.pub");
/// const REVIEW: PublicKey = public_key!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… me@example.com");
/// ```
///
/// It takes a path or the key itself, in each of the encodings of `wasmsign_core::keys`. A text is a key where it looks
/// like one: PEM, an OpenSSH line, or forty and more digits of hex or base64. A secret key is refused; neither its text
/// nor the line in which it stands is shown.
#[proc_macro]
pub fn public_key(input: TokenStream) -> TokenStream {
    let text = parse_macro_input!(input as syn::LitStr);
    finish(keys::expand(&text))
}

/// Puts data into a custom section of the WebAssembly module that is being compiled: an item. On other targets it
/// expands to nothing.
///
/// ```
/// use wasmsign_macros::embed_section;
///
/// const VERSION: &[u8] = env!("CARGO_PKG_VERSION").as_bytes();
///
/// embed_section!("policy", "network: none");       // a text
/// embed_section!("manifest", path = "Cargo.toml"); // a file, relative to Cargo.toml
/// embed_section!("version", VERSION);              // a constant of bytes
/// ```
///
/// The section is there before the module is signed, so that the signature covers it. `cargo wasmsign build` keeps it
/// unless `sections.remove` names it. Two calls with one name make one section, of which the linker chooses the order;
/// of nothing it makes none, so that empty content is an error. Call it in the crate that becomes the module: the linker
/// may leave out what stands in a library.
///
/// The names `signature` and `signature_delimiter` are refused, since signing makes these sections, and so are those that
/// compilers and linkers use: `name`, `producers`, `target_features`, `linking`, `dylink.0`, and names that begin with
/// `reloc.`, `.debug_` or `.init_array`.
///
/// # Unsafe code
///
/// It expands to a static with `#[unsafe(link_section = …)]`. Edition 2024 calls that attribute unsafe because on some
/// systems a section can make a linker or loader run its content; a custom section of WebAssembly is data, and this
/// macro expands it nowhere else, and refuses `.init_array`, which is none. The compiler does not report what a macro of another crate expands to, so a guest may
/// have `#![forbid(unsafe_code)]` and call it. Where no unsafe code may stand at all, not even in an expansion, leave
/// the section to `sections.embed` of the manifest, which needs no code.
#[proc_macro]
pub fn embed_section(input: TokenStream) -> TokenStream {
    let section = parse_macro_input!(input as section::Section);
    finish(section::expand(&section))
}

/// The expansion, or the error in its place.
fn finish(result: failure::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(failure::Failure::into_tokens).into()
}
