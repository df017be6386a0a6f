//! The trust file of a project: its own modules, by the key that signs them.

use cargo_metadata::Package;

use super::change::Change;
use super::place::Place;
use super::tables::KEY;
use crate::error::{Error, Result};
use crate::keys::{self, NamedKey};
use crate::manifest::Manifests;
use crate::ops::select;
use crate::ops::trust::document;

/// The trust file beside the manifest. The key is the one that is new in the manifest, as it is named there, or else those
/// that the manifest has.
///
/// # Errors
///
/// Exit code 2 where no public key is known.
pub(super) fn change(
    place: &Place,
    manifests: &Manifests,
    packages: &[&Package],
    named: Option<&str>,
) -> Result<Change> {
    let path = place.root.join(document::FILE_NAME);
    let about = "whom to trust";
    if path.symlink_metadata().is_ok() {
        return Ok(Change::kept(&path, about));
    }
    let keys = match named {
        Some(public) => vec![(KEY.to_owned(), public.to_owned())],
        None => known(manifests)?,
    };
    let mut text = String::from(document::HEAD);
    keys.iter().for_each(|(name, public)| document::add_key(&mut text, name, public));
    let modules: Vec<_> = packages.iter().flat_map(|package| select::all(package)).collect();
    let names: Vec<_> = keys.into_iter().map(|(name, _)| name).collect();
    document::add_rule(&mut text, &modules, &names);
    Ok(Change::text(&path, None, text, about.to_owned()))
}

/// The keys of the manifest whose public halves are known, in one line each.
fn known(manifests: &Manifests) -> Result<Vec<(String, String)>> {
    let key = |key: &NamedKey| {
        let public = keys::public_halves(key).ok()?.into_iter().next()?;
        Some((key.name.clone(), document::text_of(&public)))
    };
    let keys: Vec<_> = manifests.keys().filter_map(key).collect();
    match keys.is_empty() {
        false => Ok(keys),
        true => Err(Error::usage("the manifest names no key whose public half can be known")
            .advice("set `public` in the table of the key")),
    }
}
