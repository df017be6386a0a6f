//! Names of Binaryen's passes, checked before Binaryen aborts over them.

use super::capabilities::Abilities;
use super::failure::NEWER as WHERE;
use crate::error::{Error, Result};
use crate::text::nearest::nearest;

/// The passes that came after Binaryen 116, and the version that each came with.
const NEWER: [(&str, u32); 41] = [
    ("no-full-inline", 117),
    ("no-inline", 117),
    ("no-partial-inline", 117),
    ("optimize-j2cl", 117),
    ("propagate-globals-globally", 117),
    ("separate-data-segments", 117),
    ("string-gathering", 117),
    ("string-lowering", 117),
    ("translate-to-new-eh", 117),
    ("tuple-optimization", 117),
    ("type-finalizing", 117),
    ("type-unfinalizing", 117),
    ("unsubtyping", 117),
    ("cfp-reftest", 118),
    ("emit-exnref", 118),
    ("propagate-debug-locs", 118),
    ("string-lowering-magic-imports", 118),
    ("table64-lowering", 118),
    ("trace-calls", 118),
    ("translate-to-exnref", 118),
    ("heap-store-optimization", 119),
    ("minimize-rec-groups", 119),
    ("string-lowering-magic-imports-assert", 119),
    ("merge-j2cl-itables", 120),
    ("enclose-world", 121),
    // 121 has it too, and leaves a data count section, which needs what it has lowered.
    ("llvm-memory-copy-fill-lowering", 122),
    ("llvm-nontrapping-fptoint-lowering", 121),
    ("remove-memory-init", 122),
    ("instrument-branch-hints", 124),
    ("string-lifting", 124),
    ("type-refining-gufa", 124),
    ("reorder-types", 125),
    ("remove-relaxed-simd", 126),
    ("strip-toolchain-annotations", 126),
    ("dae2", 129),
    ("gsi-desc-cast", 129),
    ("mark-js-called", 130),
    ("print-boundary", 130),
    ("remove-exports", 130),
    ("constraint-analysis", 131),
    ("make-shared-objects", 132),
];

/// Refuses a pass that came after a tool that calls itself `version`.
pub(super) fn refuse_newer(
    name: &str,
    version: &str,
    abilities: &Abilities,
    is_embedded: bool,
) -> Result<()> {
    let has_it = abilities.options().is_some_and(|options| options.contains(name));
    match since(name) {
        Some(since) if !has_it && !abilities.reaches(since) => {
            refuse_pass(name, since, version, is_embedded)
        }
        _ => Ok(()),
    }
}

/// The version with which a pass came, if that was after 116.
pub(super) fn since(name: &str) -> Option<u32> {
    NEWER.iter().find(|(pass, _)| *pass == name).map(|(_, since)| *since)
}

/// Refuses a pass that is none of `known`.
pub(super) fn check_known<'a>(
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<()> {
    if known.clone().any(|pass| pass == name) {
        return Ok(());
    }
    let error = unknown(name);
    Err(match nearest(name, known) {
        Some(near) => error.advice(format!("did you mean `{near}`?")),
        None => error.advice("`wasm-opt --help` lists the names for `optimize.passes`"),
    })
}

/// Refuses what cannot be a pass, and would be another flag on the command line of `wasm-opt`.
pub(super) fn check_form(name: &str) -> Result<()> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(fits) {
        return Ok(());
    }
    Err(unknown(name).advice("pass names are lower-case words with hyphens, such as `vacuum`"))
}

fn unknown(name: &str) -> Error {
    Error::usage(format!("the optimizer has no pass `{}`", name.escape_debug()))
}

/// Refuses a pass that came after a tool.
///
/// # Errors
///
/// Tool.
fn refuse_pass(name: &str, since: u32, version: &str, is_embedded: bool) -> Result<()> {
    let message = format!("the optimizer, {version}, is too old for the pass `{name}`");
    let compiler = match name {
        "llvm-memory-copy-fill-lowering"
        | "llvm-nontrapping-fptoint-lowering"
        | "signext-lowering" => {
            "; or compile everything, including the standard library, without the features that \
             it lowers (`-C target-cpu=mvp`)"
        }
        _ => "",
    };
    let choose = if is_embedded { " and set `optimize.tool` to it" } else { "" };
    Err(Error::tool(message)
        .because(format!("{name}: Binaryen {since} or newer"))
        .advice(format!("install Binaryen {since} or newer ({WHERE}){choose}{compiler}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn an_unknown_pass_gets_the_nearest() {
        let known = || ["vacuum", "dce", "inlining"].into_iter();
        assert!(check_known("dce", known()).is_ok());
        let error = check_known("vacum", known()).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        assert_eq!(error.what_to_do(), Some("did you mean `vacuum`?"));
        let error = check_known("xyz", known()).unwrap_err();
        assert!(error.what_to_do().unwrap().contains("wasm-opt --help"));
    }

    #[test]
    fn a_pass_of_a_newer_one_is_named_as_such() {
        let refusal = |version: &str, pass| {
            let abilities = Abilities::new(version, None);
            refuse_newer(pass, version, &abilities, true).err().map(|error| {
                assert_eq!(error.exit(), Exit::Tool);
                error.what_to_do().unwrap().to_owned()
            })
        };
        for (pass, since) in
            [("llvm-memory-copy-fill-lowering", 122), ("llvm-nontrapping-fptoint-lowering", 121)]
        {
            let advice = refusal("binaryen 116 (embedded)", pass).unwrap();
            assert!(advice.contains(&format!("Binaryen {since} or newer")), "{advice}");
            assert!(advice.contains("target-cpu=mvp") && !advice.contains("did you mean"));
            assert_eq!(refusal(&format!("wasm-opt version {since}"), pass), None);
        }
        assert_eq!(refusal("binaryen 116 (embedded)", "vacuum"), None);
        let told = Abilities::new("116", Some("--enable-simd --reorder-types"));
        assert!(refuse_newer("reorder-types", "116", &told, false).is_ok());
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert!(check_form("merge-blocks").is_ok());
        for name in ["", "-o", "output=x", "a b", "A", "a\n"] {
            assert_eq!(check_form(name).unwrap_err().exit(), Exit::Usage, "{name:?}");
        }
    }
}
