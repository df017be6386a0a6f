//! Child processes: what they may not see, and how they end when we do.

#[cfg(unix)]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Variables that hold secrets: no child inherits them.
static WITHHELD: Mutex<BTreeSet<OsString>> = Mutex::new(BTreeSet::new());

/// The children that run now, by process id.
static RUNNING: Mutex<BTreeMap<u32, Group>> = Mutex::new(BTreeMap::new());

/// Whether there is a terminal that Ctrl-C is typed on, and that a child may ask something on (a password, a PIN):
/// only processes of the group that we are in may read it, and others would be stopped for ever.
static INTERACTIVE: LazyLock<bool> = LazyLock::new(has_terminal);

/// How a child is reached by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// It is in our process group, because it may want to ask something on the terminal.
    Ours,
    /// It leads a group of its own, so that its own children end with it.
    #[cfg(unix)]
    Own,
}

/// Keeps a variable from every child that is started from now on.
pub fn withhold(variable: impl Into<OsString>) {
    lock(&WITHHELD).insert(variable.into());
}

/// A child that is ended when this program is, and when this value is dropped.
pub struct Running(Child);

impl Running {
    /// Starts a command, without the secrets of our environment. Every child starts here.
    ///
    /// # Errors
    ///
    /// Those of the system, when there is no such program or no process to be had.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let group = if *INTERACTIVE { Group::Ours } else { lead_own_group(command) };
        Self::start_in(group, command)
    }

    /// As [`Running::start`], for a command that asks nobody anything: its own children always end with it.
    fn start_apart(command: &mut Command) -> io::Result<Self> {
        let group = lead_own_group(command);
        Self::start_in(group, command)
    }

    fn start_in(group: Group, command: &mut Command) -> io::Result<Self> {
        lock(&WITHHELD).iter().for_each(|variable| {
            command.env_remove(variable);
        });
        // Under the lock, so that a signal finds the child in the list or not started at all.
        let mut running = lock(&RUNNING);
        let child = command.spawn()?;
        running.insert(child.id(), group);
        Ok(Self(child))
    }

    /// The child's standard output, if it is piped and was not taken before.
    pub fn stdout(&mut self) -> Option<impl Read + use<>> {
        self.0.stdout.take()
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn wait(mut self) -> io::Result<ExitStatus> {
        let status = self.0.wait();
        lock(&RUNNING).remove(&self.0.id());
        if status.as_ref().is_ok_and(ended_by_signal) {
            // A terminal sends Ctrl-C to all of us, and ours may come a moment after the child's.
            std::thread::sleep(Duration::from_millis(100));
        }
        status
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After `wait` it is not in the list any more, and there is nothing to end.
        if let Some(group) = lock(&RUNNING).remove(&self.0.id()) {
            end(self.0.id(), group);
            // The error could only be that it is gone already.
            let _ = self.0.wait();
        }
    }
}

/// The output of a child.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output, where the command pipes it.
    pub stdout: Vec<u8>,
    /// The end of its standard error, which contains the reason of a failure.
    pub stderr: Vec<u8>,
}

/// How long a child may take to exit after a termination signal.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How much of standard error is kept.
const KEPT: usize = 64 * 1024;

/// Runs a command to its end with `input` on standard input.
///
/// # Errors
///
/// Those of the system; not that the command failed.
pub fn output(command: &mut Command, input: &[u8]) -> io::Result<Output> {
    output_up_to(u64::MAX, command, input)
}

/// As [`output`], for a command whose standard output nobody reads beyond the first `limit` bytes. One that
/// writes more finds it closed.
///
/// # Errors
///
/// As [`output`].
pub fn output_up_to(limit: u64, command: &mut Command, input: &[u8]) -> io::Result<Output> {
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    converse(Running::start(command)?, limit, input)
}

/// As [`output_up_to`], for a command that asks nobody anything, and is ended with its own children where it takes longer
/// than `time`.
///
/// # Errors
///
/// As [`output`]; [`io::ErrorKind::TimedOut`] where it was ended.
pub fn output_within(
    time: Option<Duration>,
    limit: u64,
    command: &mut Command,
    input: &[u8],
) -> io::Result<Output> {
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    let running = Running::start_apart(command)?;
    let Some(time) = time else { return converse(running, limit, input) };
    let id = running.0.id();
    std::thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        let watch = scope.spawn(move || {
            waiting.recv_timeout(time) == Err(RecvTimeoutError::Timeout) && end_one(id)
        });
        let output = converse(running, limit, input);
        drop(done);
        match watch.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => output,
        }
    })
}

/// Gives a child its input, and reads what it says until it has ended.
fn converse(mut running: Running, limit: u64, input: &[u8]) -> io::Result<Output> {
    let (stdin, stderr) = (running.0.stdin.take(), running.0.stderr.take());
    // All streams at once: a child that waits for one of them would never end.
    let (stdout, stderr) = std::thread::scope(|scope| {
        scope.spawn(|| {
            // If a child does not read all its input, its exit status says why.
            stdin.map(|mut stdin| stdin.write_all(input))
        });
        let stderr = scope.spawn(|| stderr.map(read_end).unwrap_or_default());
        let mut stdout = Vec::new();
        let read = running.stdout().map_or(Ok(0), |pipe| pipe.take(limit).read_to_end(&mut stdout));
        (
            read.map(|_| stdout),
            stderr.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    });
    Ok(Output { status: running.wait()?, stdout: stdout?, stderr })
}

/// Runs a command to its end whose standard input and output, where they are ours to read or write, are files.
///
/// The command goes with its end, and these files with it: a lock on one of them lasts as long as any copy is open.
///
/// # Errors
///
/// As [`output`].
pub fn filter(mut command: Command, input: Stdio, to: Stdio) -> io::Result<Output> {
    command.stdin(input).stdout(to).stderr(Stdio::piped());
    let mut running = Running::start(&mut command)?;
    let stderr = running.0.stderr.take().map(read_end).unwrap_or_default();
    Ok(Output { status: running.wait()?, stdout: Vec::new(), stderr })
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

/// Ends every child, and keeps new ones from starting for as long as the result lives.
pub fn end_all() -> impl Sized {
    let running = lock(&RUNNING);
    end_surely(&running.iter().map(|(&id, &group)| (id, group)).collect::<Vec<_>>());
    running
}

/// Ends a child if it still runs, and returns whether it did.
fn end_one(id: u32) -> bool {
    let group = lock(&RUNNING).get(&id).copied();
    group.inspect(|&group| end_surely(&[(id, group)])).is_some()
}

/// Asks children to end. Most are gone at once. Some do not listen, and nobody would end those later.
fn end_surely(children: &[(u32, Group)]) {
    children.iter().for_each(|&(id, group)| end(id, group));
    let deadline = Instant::now() + PATIENCE;
    while children.iter().any(|&(id, group)| is_there(id, group)) {
        if Instant::now() >= deadline {
            return children.iter().for_each(|&(id, group)| kill(id, group));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The collections are whole between any two of their operations.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the session has a terminal, wherever our own streams lead.
#[cfg(unix)]
fn has_terminal() -> bool {
    std::fs::File::open("/dev/tty").is_ok()
}

/// A console belongs to all who are on it.
#[cfg(not(unix))]
fn has_terminal() -> bool {
    true
}

#[cfg(unix)]
fn ended_by_signal(status: &ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal().is_some()
}

/// There are no signals here.
#[cfg(not(unix))]
fn ended_by_signal(_status: &ExitStatus) -> bool {
    false
}

#[cfg(unix)]
fn lead_own_group(command: &mut Command) -> Group {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
    Group::Own
}

#[cfg(unix)]
fn end(id: u32, group: Group) {
    send(id, group, rustix::process::Signal::TERM);
}

/// Ends what does not listen.
#[cfg(unix)]
fn kill(id: u32, group: Group) {
    send(id, group, rustix::process::Signal::KILL);
}

#[cfg(unix)]
fn send(id: u32, group: Group, signal: rustix::process::Signal) {
    use rustix::process::{kill_process, kill_process_group};
    let Some(pid) = pid(id) else { return };
    // The errors could only be that they are gone already.
    match group {
        Group::Ours => tree::tree(pid).into_iter().for_each(|pid| {
            let _ = kill_process(pid, signal);
        }),
        Group::Own => drop(kill_process_group(pid, signal)),
    }
}

/// Whether a child, or one of its own in its group, still runs. Whoever waits for it takes it away when it has ended.
#[cfg(unix)]
fn is_there(id: u32, group: Group) -> bool {
    use rustix::process::{test_kill_process, test_kill_process_group};
    pid(id).is_some_and(|pid| match group {
        Group::Ours => test_kill_process(pid).is_ok(),
        Group::Own => test_kill_process_group(pid).is_ok(),
    })
}

#[cfg(unix)]
fn pid(id: u32) -> Option<rustix::process::Pid> {
    i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw)
}

/// A console's Ctrl-C reaches every process on it; there is nothing to set up.
#[cfg(not(unix))]
fn lead_own_group(_command: &mut Command) -> Group {
    Group::Ours
}

/// `end` has ended it outright.
#[cfg(not(unix))]
fn is_there(_id: u32, _group: Group) -> bool {
    false
}

#[cfg(not(unix))]
fn kill(id: u32, group: Group) {
    end(id, group);
}

#[cfg(not(unix))]
fn end(id: u32, _group: Group) {
    // `taskkill /T` ends the children of the child too, which the standard library cannot.
    let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &id.to_string()]).output();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_stream_is_kept() {
        let mut stream = vec![b'a'; 3 * KEPT];
        stream.push(b'z');
        let kept = read_end(&stream[..]);
        assert_eq!((kept.len(), kept.last()), (KEPT, Some(&b'z')));
    }

    #[cfg(unix)]
    fn shell(script: &str, input: &[u8]) -> Output {
        output(Command::new("sh").args(["-c", script]).stdout(Stdio::piped()), input).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn long_input_and_output_do_not_block_each_other() {
        let output = shell("cat; head -c 300000 /dev/zero >&2; exit 3", &vec![b'x'; 1 << 20]);
        assert_eq!((output.stdout.len(), output.stderr.len()), (1 << 20, KEPT));
        assert_eq!(output.status.code(), Some(3));
    }

    #[cfg(unix)]
    #[test]
    fn output_without_end_is_not_kept() {
        let mut endless = Command::new("sh");
        endless.args(["-c", "yes 2>&-"]).stdout(Stdio::piped());
        assert_eq!(output_up_to(1000, &mut endless, b"").unwrap().stdout.len(), 1000);
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_takes_too_long_is_ended_with_its_children() {
        let begun = Instant::now();
        let within = |script: &str, time| {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]).stdout(Stdio::piped());
            output_within(Some(Duration::from_millis(time)), u64::MAX, &mut shell, b"")
        };
        assert!(within("exit 7", 60_000).unwrap().status.code() == Some(7));
        // The grandchild holds the pipes open, and nobody in this group listens.
        for script in ["sleep 60 & sleep 60", "trap '' TERM; sleep 60 & sleep 60"] {
            let error = within(script, 100).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{script}");
        }
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_does_not_read_is_no_failure_of_ours() {
        assert!(shell("exit 0", &vec![b'x'; 1 << 20]).status.success());
    }
}
