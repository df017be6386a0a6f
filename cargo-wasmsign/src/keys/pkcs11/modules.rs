//! The libraries that know tokens. Each is loaded once, and stays.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::RvError;

use super::failure::{Called, reason};
use crate::error::{Error, Result};
use crate::text::redact;

/// By their true paths: a library keeps its state for the whole process, and is not to be started twice.
static LOADED: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());

/// The module at a path.
///
/// # Errors
///
/// Exit code 2 where there is none, 5 where what is there is none or fails.
pub(super) fn load(path: &Path) -> Result<Pkcs11> {
    let shown = redact::shown_path(path);
    let path = path.canonicalize().map_err(|source| {
        Error::usage(format!("there is no PKCS#11 module {shown}"))
            .because(source)
            .advice("set `module-path` to the library that came with the token")
    })?;
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = loaded.get(&path) {
        return Ok(module.clone());
    }
    let module = Pkcs11::new(&path).map_err(|source| {
        Error::tool(format!("{shown} is not a PKCS#11 module"))
            .because(source)
            .advice("set `module-path` to the library that came with the token")
    })?;
    let started = module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    match started {
        Err(error) if reason(&error) == Some(&RvError::CryptokiAlreadyInitialized) => {}
        started => started.or_failed("start")?,
    }
    loaded.insert(path, module.clone());
    Ok(module)
}
