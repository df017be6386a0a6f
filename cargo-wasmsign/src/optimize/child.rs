//! Child processes: how they are started and attended.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

/// What a child left behind.
#[derive(Debug)]
pub struct ChildOutput {
    /// How it ended.
    pub status: ExitStatus,
    /// The end of its standard output, where that was piped.
    pub stdout: Vec<u8>,
    /// The end of its standard error.
    pub stderr: Vec<u8>,
}

/// Starts a prepared command, feeds it these bytes on standard input, and waits for its end. The
/// standard streams of the command are already set. [`run_to_end`] is one; a caller that must be
/// able to kill its children brings its own.
pub type Spawn<'a> = &'a dyn Fn(&mut Command, &[u8]) -> io::Result<ChildOutput>;

/// How much of each stream is kept: the end, where the reason of a failure stands.
const KEPT: usize = 64 * 1024;

/// A command that talks on no stream of ours. Some of Binaryen's passes print to standard output,
/// which is for results.
pub(super) fn quiet(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// The plain [`Spawn`]: no signals, no time limit; keeps the last 64 KiB of each stream.
///
/// # Errors
///
/// Those of the operating system when it starts or waits.
pub fn run_to_end(command: &mut Command, input: &[u8]) -> io::Result<ChildOutput> {
    let mut child = command.spawn()?;
    let (stdout, stderr) = attend(&mut child, input);
    Ok(ChildOutput { status: child.wait()?, stdout, stderr })
}

/// Feeds and drains all streams at once: a child that waits for one of them would never end.
fn attend(child: &mut Child, input: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(|| {
            // A child that ends before it has read all says why by itself.
            stdin.map(|mut stdin| stdin.write_all(input))
        });
        let stdout = scope.spawn(|| stdout.map(read_end).unwrap_or_default());
        let stderr = stderr.map(read_end).unwrap_or_default();
        (stdout.join().unwrap_or_default(), stderr)
    })
}

/// The last [`KEPT`] bytes of a stream, however long it is.
fn read_end(mut stream: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut chunk = [0; 8192];
    // A stream that cannot be read further has ended.
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        kept.extend_from_slice(&chunk[..count]);
        kept.drain(..kept.len().saturating_sub(KEPT));
    }
    kept
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_stream_is_kept() {
        let mut stream = vec![b'a'; 3 * KEPT];
        stream.push(b'z');
        let kept = read_end(&stream[..]);
        assert_eq!((kept.len(), kept.last()), (KEPT, Some(&b'z')));
    }

    /// Runs a script with piped streams.
    #[cfg(unix)]
    pub(in crate::optimize) fn shell(script: &str, input: &[u8]) -> ChildOutput {
        let mut command = quiet(Path::new("sh"));
        command.args(["-c", script]).stdout(Stdio::piped());
        run_to_end(&mut command, input).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn long_input_and_output_do_not_block_each_other() {
        let output = shell("cat; cat /dev/zero | head -c 300000 >&2; exit 3", &vec![b'x'; 1 << 20]);
        assert_eq!((output.stdout.len(), output.stderr.len()), (KEPT, KEPT));
        assert_eq!(output.status.code(), Some(3));
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_does_not_read_is_no_failure_of_ours() {
        assert!(shell("exit 0", &vec![b'x'; 1 << 20]).status.success());
    }
}
