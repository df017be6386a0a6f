//! The descendants of a child that does not lead its own process group.

use std::collections::BTreeSet;

use rustix::process::Pid;

/// A process and all that it and its own have started and that still run, as far as the system tells.
pub(super) fn tree(root: Pid) -> Vec<Pid> {
    let parents = parents();
    let mut ids = BTreeSet::from([root.as_raw_nonzero().get()]);
    loop {
        let count = ids.len();
        let children = parents.iter().filter(|(_, parent)| ids.contains(parent));
        let children: Vec<_> = children.map(|(id, _)| *id).collect();
        ids.extend(children);
        if ids.len() == count {
            return ids.into_iter().filter_map(Pid::from_raw).collect();
        }
    }
}

/// Each process with its parent. Only Linux provides this without `unsafe`.
fn parents() -> Vec<(i32, i32)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent = |id: i32| -> Option<(i32, i32)> {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name before it may hold anything.
        let mut words = stat.rsplit(')').next()?.split_whitespace();
        Some((id, words.nth(1)?.parse().ok()?))
    };
    entries.filter_map(|entry| parent(entry.file_name().to_str()?.parse().ok()?)).collect()
}
