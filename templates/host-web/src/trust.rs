//! A trust file in a request.

use std::collections::BTreeMap;
use std::io;

use serde::Deserialize;
use wasmsign_core::Verifier;
use wasmsign_core::trust::{Time, Trust};

use crate::answer::Fault;

/// A trust file, and what it is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustFile {
    text: String,
    /// The name under which the page knows the module.
    name: String,
    /// Seconds since 1970-01-01 00:00 UTC.
    time: i64,
    /// The bytes of the files that it names, by their paths as they are written there.
    #[serde(default)]
    files: BTreeMap<String, Vec<u8>>,
}

impl TrustFile {
    /// What decides about the module; or a fault with the files that are missing, or with all that is wrong.
    pub(crate) fn verifier(&self) -> Result<Verifier, Fault> {
        let mut missing = Vec::new();
        let trust = Trust::load(&self.text, |path| match self.files.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None => {
                missing.push(path.to_owned());
                Err(io::ErrorKind::NotFound.into())
            }
        });
        if !missing.is_empty() {
            return Err(Fault::missing(missing));
        }
        let trust = trust.map_err(|error| Fault::trust(error.to_string()))?;
        let time = Time::from_unix_seconds(self.time);
        let time =
            time.ok_or_else(|| Fault::trust("the time is not one of the calendar".into()))?;
        Ok(trust.verifier(&self.name, time).build())
    }
}
