//! How many files a process may have open.

/// Has the system let this process hold many files open: every module on its way is one or two.
#[cfg(unix)]
pub fn allow_many() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    // Some programs look at each file that they might have open: children inherit this.
    const MANY: u64 = 16_384;
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(MANY, |most| most.min(MANY));
    if limit.current.is_some_and(|now| now < wanted) {
        limit.current = Some(wanted);
        // If it is refused, the limit stays as it was, and code that needs more reports it.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// Other systems have no such limit, or none that is this low.
#[cfg(not(unix))]
pub fn allow_many() {}
