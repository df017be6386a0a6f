//! The successions of a key: a chain without loops, forks and gaps.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use super::files::Read;
use crate::keys::PublicKey;
use crate::limits::MAX_SUCCESSIONS;
use crate::trust::document::Located;
use crate::trust::error::Faults;
use crate::trust::model::TrustedKey;
use crate::trust::succession::Handover;
use crate::trust::words::shown;

/// A succession, and the file that it was read from.
struct Link<'t> {
    file: &'t Located<&'t str>,
    handover: Handover,
}

/// The chain that begins with a key, put in order; `None` after a fault.
pub(super) fn read(
    first: &PublicKey,
    files: &[Located<&str>],
    read: Read<'_>,
    faults: &mut Faults<'_>,
) -> Option<Vec<Handover>> {
    if let Some(file) = files.get(MAX_SUCCESSIONS) {
        let what =
            format!("{}: more than {MAX_SUCCESSIONS} successions of one key", shown(file.value));
        faults.add(&file.span, what);
        return None;
    }
    let links = files.iter().map(|file| link(file, read, faults));
    let links = links.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
    ordered(first, links, faults)
}

fn link<'t>(
    file: &'t Located<&'t str>,
    read: Read<'_>,
    faults: &mut Faults<'_>,
) -> Option<Link<'t>> {
    let name = shown(file.value);
    let content = read(file.value).map_err(|error| format!("failed to read {name}: {error}"));
    let handover = content
        .and_then(|content| Handover::read(&content).map_err(|error| format!("{name}: {error}")));
    Some(Link { file, handover: faults.take(&file.span, handover)? })
}

fn ordered(
    first: &PublicKey,
    mut links: Vec<Link<'_>>,
    faults: &mut Faults<'_>,
) -> Option<Vec<Handover>> {
    let mut chain: Vec<Handover> = Vec::new();
    let mut end = first.clone();
    while let Some(next) = links.iter().position(|link| link.handover.from == end) {
        let Link { file, handover } = links.remove(next);
        if let Some(other) = links.iter().find(|other| other.handover.from == handover.from) {
            let what = format!(
                "{} and {} name a successor of the same key: a key has one successor",
                shown(file.value),
                shown(other.file.value)
            );
            faults.add(&other.file.span, what);
            return None;
        }
        let comes_back = |earlier: &Handover| earlier.to == handover.to;
        if handover.to == *first || chain.iter().any(comes_back) {
            let what = format!("{} hands over to an earlier key: a loop", shown(file.value));
            faults.add(&file.span, what);
            return None;
        }
        end = handover.to.clone();
        chain.push(handover);
    }
    for link in &links {
        let what = format!(
            "{} is of a key that the chain does not reach: a succession before it is missing",
            shown(link.file.value)
        );
        faults.add(&link.file.span, what);
    }
    links.is_empty().then_some(chain)
}

/// Notes a key that hands over to two others, under two names.
pub(super) fn check_forks(
    names: &[Located<&str>],
    keys: &[Option<TrustedKey>],
    faults: &mut Faults<'_>,
) {
    let mut successors: BTreeMap<&PublicKey, &PublicKey> = BTreeMap::new();
    for (name, key) in names.iter().zip(keys) {
        for handover in key.iter().flat_map(|key| &key.successions) {
            let known = successors.entry(&handover.from).or_insert(&handover.to);
            if **known != handover.to {
                let what = format!(
                    "a succession of {} names another successor than one of an earlier key: a key has one \
                     successor",
                    shown(name.value)
                );
                faults.add(&name.span, what);
            }
        }
    }
}
