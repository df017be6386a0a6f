//! Names that look like known ones and are none: of variables, of profiles.

use strsim::osa_distance;

use super::environment::PREFIX;
use super::options::OptionsLayer;
use crate::error::{Error, Result};
use crate::text::nearest::nearest;
use crate::text::snippet::Snippet;

/// Of ours, but read elsewhere.
const OTHER_VARIABLES: [&str; 2] = ["CARGO_WASMSIGN_CACHE_SIZE", "CARGO_WASMSIGN_OPTIMIZER"];

/// The profiles that cargo has without a word in any file.
const PROFILES: [&str; 4] = ["dev", "release", "test", "bench"];

/// As many typing errors in a whole name of a variable, its beginning included, are near.
const FEW: usize = 2;

/// Refuses tables of profiles whose names are nearly those of profiles that there are; gives a warning for each of the
/// others that no profile has. `tables` are their places and names, `known` the profiles that files describe.
///
/// # Errors
///
/// Exit code 2, with the place of the table and the nearest name.
pub(super) fn check_profiles<'a>(
    tables: impl Iterator<Item = (&'a Snippet, &'a str)>,
    known: &[&str],
) -> Result<Vec<String>> {
    let known: Vec<_> = PROFILES.iter().chain(known).copied().collect();
    let mut strange: Vec<_> = tables.filter(|(_, name)| !is_profile(name, &known)).collect();
    strange.sort_by_key(|(place, _)| place.to_string());
    strange.dedup();
    let mut warnings = Vec::new();
    for (place, name) in strange {
        let told = format!("there is no profile named `{name}`");
        match nearest(name, known.iter().copied()) {
            Some(near) => {
                return Err(Error::usage(told)
                    .at(place.clone())
                    .label("no such profile")
                    .advice(format!("did you mean `{near}`?")));
            }
            None => warnings.push(format!("{place}: {told}: this table has no effect")),
        }
    }
    Ok(warnings)
}

/// Refuses a variable of the environment whose name is nearly one of ours, and that is not `wanted` for something else.
///
/// # Errors
///
/// Exit code 2, with the nearest name.
pub(super) fn check_environment(
    names: impl IntoIterator<Item = String>,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<()> {
    for name in names {
        if let Some(meant) = misspelt(&name).filter(|_| !is_wanted(&name)) {
            let told = format!("the variable `{name}` is set, but has no effect");
            let advice = format!("did you mean `{meant}`? if not, unset it");
            return Err(Error::usage(told).advice(advice));
        }
    }
    Ok(())
}

/// The variables of ours.
fn variables() -> impl Iterator<Item = &'static str> {
    OptionsLayer::VARIABLES.iter().chain(&OTHER_VARIABLES).copied()
}

/// Whether cargo has a profile of this name, or a variable makes one.
fn is_profile(name: &str, known: &[&str]) -> bool {
    let start = format!("CARGO_PROFILE_{}_", name.replace('-', "_").to_uppercase());
    let makes_it =
        || std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with(&start));
    known.contains(&name) || makes_it()
}

/// The variable of ours that a name was meant to be.
fn misspelt(name: &str) -> Option<&'static str> {
    if variables().any(|known| known == name) {
        return None;
    }
    let upper = name.to_uppercase();
    if let Some(rest) = upper.strip_prefix(PREFIX) {
        let rests = variables().filter_map(|known| known.strip_prefix(PREFIX));
        let near = nearest(rest, rests)?;
        return variables().find(|known| known.strip_prefix(PREFIX) == Some(near));
    }
    let is_near = |known: &&str| upper.starts_with("CARGO_") && osa_distance(&upper, known) <= FEW;
    variables().find(is_near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_variables_are_near_or_somebody_elses() {
        for (name, meant) in [
            ("CARGO_WASMSIGN_SIGNWITH", "CARGO_WASMSIGN_SIGN_WITH"),
            ("CARGO_WASMSIGN_TARGETS", "CARGO_WASMSIGN_TARGET"),
            ("CARGO_WASMSIGN_OPTIMISE", "CARGO_WASMSIGN_OPTIMIZE"),
            ("CARGO_WASMSIGN_CACHESIZE", "CARGO_WASMSIGN_CACHE_SIZE"),
            ("CARGO_WASMSIGN_OPTIMISER", "CARGO_WASMSIGN_OPTIMIZER"),
            ("CARGO_WASMSING_KEY_ID", "CARGO_WASMSIGN_KEY_ID"),
            ("CARGO_WASM_SIGN_TARGET", "CARGO_WASMSIGN_TARGET"),
            ("cargo_wasmsign_target", "CARGO_WASMSIGN_TARGET"),
        ] {
            assert_eq!(misspelt(name), Some(meant), "{name}");
        }
        for name in [
            "CARGO_WASMSIGN_TARGET",
            "CARGO_WASMSIGN_RELEASE_KEY",
            "CARGO_WASMSIGN_KEY",
            "CARGO_BUILD_TARGET",
            "WASMSIGN_KEY",
            "PATH",
        ] {
            assert_eq!(misspelt(name), None, "{name}");
        }
    }
}
