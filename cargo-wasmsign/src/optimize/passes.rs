//! Names of Binaryen's passes, checked before Binaryen aborts over them.

use crate::error::{Error, Result};

/// Refuses a pass that is none of `known`.
pub(super) fn check_known(name: &str, known: &[String]) -> Result<()> {
    if known.iter().any(|pass| pass == name) {
        return Ok(());
    }
    let error = unknown(name);
    Err(match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => error.advice(format!("did you mean `{near}`?")),
        None => error.advice("`optimize.passes` takes the names that `wasm-opt --help` lists"),
    })
}

/// Refuses what cannot be a pass, and would be another flag on the command line of `wasm-opt`.
pub(super) fn check_form(name: &str) -> Result<()> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(fits) {
        return Ok(());
    }
    Err(unknown(name).advice("names of passes are lower-case words with hyphens, such as `vacuum`"))
}

fn unknown(name: &str) -> Error {
    Error::usage(format!("the optimizer has no pass `{}`", name.escape_debug()))
}

/// The one of `known` that a typing error made into `name`.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn an_unknown_pass_gets_the_nearest() {
        let known = ["vacuum", "dce", "inlining"].map(String::from);
        assert!(check_known("dce", &known).is_ok());
        let error = check_known("vacum", &known).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        assert_eq!(error.what_to_do(), Some("did you mean `vacuum`?"));
        let error = check_known("xyz", &known).unwrap_err();
        assert!(error.what_to_do().unwrap().contains("wasm-opt --help"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert!(check_form("merge-blocks").is_ok());
        for name in ["", "-o", "output=x", "a b", "A", "a\n"] {
            assert_eq!(check_form(name).unwrap_err().exit(), Exit::Usage, "{name:?}");
        }
    }
}
