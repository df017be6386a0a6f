//! The roles of a trust file.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::keys::Keys;
use crate::trust::document::{Located, Table, Value, not_empty};
use crate::trust::error::Faults;
use crate::trust::model::{Role, Signers};
use crate::trust::words::{shown, suggestion};

pub(super) fn read(
    table: Option<Value<'_>>,
    keys: &Keys<'_>,
    signers: &Signers,
    faults: &mut Faults<'_>,
) -> Vec<Role> {
    let table = table.and_then(|table| table.table(faults));
    let mut roles = Vec::new();
    for (name, value) in table.iter().flat_map(Table::entries) {
        if keys.index(name.value).is_some() {
            faults.add(&name.span, format!("{} is the name of a key too", shown(name.value)));
        }
        let role = value.table(faults).map(|table| role(&name, table, keys, signers, faults));
        // Rules may name one that has a fault.
        roles.push(role.unwrap_or_else(|| Role {
            name: Arc::from(name.value),
            keys: Vec::new(),
            threshold: 1,
        }));
    }
    roles
}

fn role(
    name: &Located<&str>,
    mut table: Table<'_>,
    keys: &Keys<'_>,
    signers: &Signers,
    faults: &mut Faults<'_>,
) -> Role {
    not_empty(name.clone(), faults);
    let listed = table.needed("keys", faults);
    let listed_span = listed.as_ref().map(|value| value.span.clone());
    let named = listed.map(|value| value.strings(faults)).unwrap_or_default();
    let members: Vec<_> = named.iter().filter_map(|key| member(key, keys, faults)).collect();
    if let (Some(span), true) = (&listed_span, named.is_empty()) {
        faults.add(span, "a role needs a key");
    }
    let threshold = table.take("threshold");
    let wanted = threshold.as_ref().map_or(Some(1), |value| value.count(faults));
    let there = keys.distinct(&members, signers);
    // Where a name is missing or unknown, that is the fault.
    let complete = !members.is_empty() && members.len() == named.len();
    if let (Some(value), Some(wanted), true) = (&threshold, wanted, complete)
        && wanted > there
    {
        let what = format!(
            "a threshold of {wanted}, but the role has {there} distinct {}",
            if there == 1 { "key" } else { "keys" }
        );
        faults.add(&value.span, what);
    }
    table.finish(faults);
    Role { name: Arc::from(name.value), keys: members, threshold: wanted.unwrap_or(1) }
}

fn member(name: &Located<&str>, keys: &Keys<'_>, faults: &mut Faults<'_>) -> Option<usize> {
    let index = keys.index(name.value);
    if index.is_none() {
        let known: Vec<_> = keys.names().collect();
        let near = suggestion(name.value, &known);
        faults.add(&name.span, format!("no key is called {}{near}", shown(name.value)));
    }
    index
}
