//! Names that look like known ones and are none: of variables, of profiles.

use std::collections::BTreeMap;

use strsim::osa_distance;

use super::environment::VARIABLES;
use super::{Manifests, SecretSource};
use crate::error::{Error, Result};
use crate::text::nearest::nearest;

/// How the variables begin that stand above every manifest.
const PREFIX: &str = "CARGO_WASMSIGN_";

/// The profiles that cargo has without a word in any file.
const PROFILES: [&str; 4] = ["dev", "release", "test", "bench"];

/// As many typing errors in a whole name of a variable, its beginning included, are near.
const FEW: usize = 2;

impl Manifests {
    /// Refuses tables of profiles whose names are nearly those of profiles that there are, and remembers the others that
    /// no profile has, as a warning. `configured` are the profiles of cargo's configuration.
    ///
    /// # Errors
    ///
    /// Exit code 2, with the place of the table and the nearest name.
    pub fn check_profiles(&mut self, configured: Vec<&str>) -> Result<()> {
        let profiles = self.profiles.iter().map(String::as_str);
        let known = PROFILES.into_iter().chain(profiles).chain(configured);
        let known: Vec<_> = known.map(str::to_owned).collect();
        let tables = self.packages.values().flatten().chain([&self.workspace]);
        let places: BTreeMap<_, _> = tables.flat_map(|tables| tables.profile_places()).collect();
        let mut warnings = Vec::new();
        for (place, name) in places.into_iter().filter(|(_, name)| !is_profile(name, &known)) {
            let told = format!("{place}: no profile is named `{name}`");
            match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => return Err(Error::usage(format!("{told}; did you mean `{near}`?"))),
                None => warnings.push(format!("{told}: this table never counts")),
            }
        }
        self.warnings = warnings;
        Ok(())
    }

    /// Refuses a variable of the environment whose name is nearly one of ours, and that no key is in.
    ///
    /// # Errors
    ///
    /// Exit code 2, with the nearest name.
    pub fn check_environment(&self, names: impl IntoIterator<Item = String>) -> Result<()> {
        let is_key = |name: &String| {
            self.keys().any(|key| match &key.secret {
                Some(SecretSource::Env(variable) | SecretSource::EnvFile(variable)) => {
                    variable == name
                }
                _ => false,
            })
        };
        for name in names {
            if let Some(meant) = misspelt(&name).filter(|_| !is_key(&name)) {
                return Err(Error::usage(format!(
                    "the variable `{name}` is set, which nobody reads"
                ))
                .advice(format!("did you mean `{meant}`? if not, unset it")));
            }
        }
        Ok(())
    }
}

/// Whether cargo has a profile of this name, or a variable makes one.
fn is_profile(name: &str, known: &[String]) -> bool {
    let start = format!("CARGO_PROFILE_{}_", name.replace('-', "_").to_uppercase());
    let makes_it =
        || std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with(&start));
    known.iter().any(|known| known == name) || makes_it()
}

/// The variable of ours that a name was meant to be.
fn misspelt(name: &str) -> Option<&'static str> {
    let known = VARIABLES.into_iter();
    if VARIABLES.contains(&name) {
        return None;
    }
    let upper = name.to_uppercase();
    if let Some(rest) = upper.strip_prefix(PREFIX) {
        let rests = known.filter_map(|known| known.strip_prefix(PREFIX));
        let near = nearest(rest, rests)?;
        return VARIABLES.into_iter().find(|known| known.strip_prefix(PREFIX) == Some(near));
    }
    let is_near = |known: &&str| upper.starts_with("CARGO_") && osa_distance(&upper, known) <= FEW;
    VARIABLES.into_iter().find(is_near)
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
