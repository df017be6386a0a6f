//! The way to an agent.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};

/// Connects to the agent at `path`. With `patience`, it may stay silent for no longer.
///
/// # Errors
///
/// Exit code 2: nobody listens there.
#[cfg(unix)]
pub(super) fn connect(
    path: &Path,
    patience: Option<Duration>,
) -> Result<impl Read + Write + use<>> {
    use std::os::unix::net::UnixStream;
    let stream = UnixStream::connect(path).and_then(|stream| {
        stream.set_read_timeout(patience)?;
        stream.set_write_timeout(patience)?;
        Ok(stream)
    });
    stream.map_err(|source| {
        Error::usage(format!("no ssh agent can be reached at `{}`", path.display()))
            .because(source)
            .advice(
                "it may have exited; start one with `eval \"$(ssh-agent)\"` and add the key with \
                 `ssh-add FILE`",
            )
    })
}

/// Agents listen at Unix sockets, which the standard library does not have here.
#[cfg(not(unix))]
pub(super) fn connect(
    _path: &Path,
    _patience: Option<Duration>,
) -> Result<impl Read + Write + use<>> {
    let none: Result<std::io::Empty> =
        Err(Error::usage("ssh agents are not supported on this system")
            .advice("sign with a key file, a variable or a `command`"));
    none
}
