//! Many files on as many threads as there are cores, with the results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::error::Result;

/// Does `work` on each item, on as many threads as there are cores, and gives the results to `done` in
/// the order of the items.
pub(super) fn in_parallel<'a, I: Sync, T: Send>(
    items: &'a [I],
    work: impl Fn(&'a I) -> T + Sync,
    mut done: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    // Asking for the number of cores takes longer than verifying a small module.
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    let threads = if items.len() == 1 { 1 } else { cores().min(items.len()) };
    if threads == 1 {
        return items.iter().try_for_each(|item| done(work(item)));
    }
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (results, inbox) = mpsc::sync_channel(threads * 4);
        for _ in 0..threads {
            let (results, next, work) = (results.clone(), &next, &work);
            let worker = move || {
                while let Some((index, item)) = take_next(items, next) {
                    // The other end is gone only when the results are not wanted any more.
                    if results.send((index, work(item))).is_err() {
                        break;
                    }
                }
            };
            // Where the system has no more threads, those that run share the work.
            let _ = thread::Builder::new().spawn_scoped(scope, worker);
        }
        drop(results);
        let mut waiting = BTreeMap::new();
        let mut reported = 0;
        for (index, result) in inbox {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&reported) {
                done(result)?;
                reported += 1;
            }
        }
        // The rest, if no thread could be started.
        items[reported..].iter().try_for_each(|item| done(work(item)))
    })
}

fn take_next<'a, P>(items: &'a [P], next: &AtomicUsize) -> Option<(usize, &'a P)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}
