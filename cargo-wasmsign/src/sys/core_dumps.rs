//! Core dumps: the memory of a process that crashed, in a file that anybody may find.

/// Has the system write no core dump of this process, whose memory may hold secret keys and passphrases, nor of the
/// programs that it starts.
#[cfg(unix)]
pub fn forbid() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Core);
    limit.current = Some(0);
    // A limit may always be lowered.
    let _ = setrlimit(Resource::Core, limit);
}

/// Other systems write none unless they are asked to.
#[cfg(not(unix))]
pub fn forbid() {}
