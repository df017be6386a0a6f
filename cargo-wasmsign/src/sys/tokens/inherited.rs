//! The tokens of the make that has started us.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jobserver::Client;

/// The variables in which a heap is described, in the order in which cargo looks.
const VARIABLES: [&str; 3] = ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"];

/// How often it is seen whether a token has come.
const INTERVAL: Duration = Duration::from_millis(10);

/// The heap: a pipe of one byte a token, and the token that we were started with.
#[derive(Debug)]
pub(super) struct Inherited {
    read: File,
    write: File,
    /// `-jN` of that make, if known.
    jobs: Option<usize>,
    /// Whether our own token is free. While cargo runs it is cargo's.
    own: Mutex<bool>,
}

/// A token, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Token {
    heap: Arc<Inherited>,
    /// Its byte in the pipe; none is our own token.
    byte: Option<u8>,
}

impl Inherited {
    /// The heap that the environment tells of, if it is there.
    pub(super) fn find() -> Option<Self> {
        let text = VARIABLES.iter().find_map(|name| std::env::var(name).ok())?;
        Self::described(&text)
    }

    fn described(text: &str) -> Option<Self> {
        let [read, write] = paths(text)?;
        // Opened anew, so that whether reading waits is ours to say.
        let open = |options: &mut OpenOptions, path: &Path| {
            let wait_for_nobody = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
            let file = options.custom_flags(wait_for_nobody).open(path).ok()?;
            file.metadata().ok()?.file_type().is_fifo().then_some(file)
        };
        Some(Self {
            // A fifo that nobody has open for writing would look like one at its end.
            read: open(OpenOptions::new().read(true).write(read == write), &read)?,
            write: open(OpenOptions::new().write(true).read(read == write), &write)?,
            jobs: text.split_whitespace().find_map(|word| word.strip_prefix("-j")?.parse().ok()),
            own: Mutex::new(false),
        })
    }

    /// Whether there may be more tokens than these jobs want.
    pub(super) fn may_exceed(&self, jobs: usize) -> bool {
        self.jobs.is_none_or(|all| all > jobs)
    }

    /// Releases the token that this process was started with.
    pub(super) fn free_own(&self) {
        *self.own() = true;
    }

    /// Waits for a token.
    pub(super) fn acquire(heap: &Arc<Self>) -> io::Result<Token> {
        loop {
            match Self::another(heap)? {
                Some(token) => return Ok(token),
                None => thread::sleep(INTERVAL),
            }
        }
    }

    /// A token, if there is one just now.
    pub(super) fn another(heap: &Arc<Self>) -> io::Result<Option<Token>> {
        let token = |byte| Some(Token { heap: Arc::clone(heap), byte });
        if std::mem::take(&mut *heap.own()) {
            return Ok(token(None));
        }
        let mut byte = [0];
        match (&heap.read).read(&mut byte) {
            Ok(0) => Err(io::Error::new(ErrorKind::UnexpectedEof, "the jobserver of make is gone")),
            Ok(_) => Ok(token(Some(byte[0]))),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn own(&self) -> MutexGuard<'_, bool> {
        // It is one word.
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        match self.byte {
            None => self.heap.free_own(),
            // It was in the pipe before, so there is room for it. Where make is gone, nobody waits for it.
            Some(byte) => drop((&self.heap.write).write(&[byte])),
        }
    }
}

/// The two ends that `--jobserver-auth` names, the last of several: a fifo, or two numbers of open files.
fn paths(text: &str) -> Option<[PathBuf; 2]> {
    let auth = |word: &'_ str| {
        let names = ["--jobserver-auth=", "--jobserver-fds="];
        names.iter().find_map(|name| word.strip_prefix(name)).map(str::to_owned)
    };
    let auth = text.split_whitespace().rev().find_map(auth)?;
    if let Some(fifo) = auth.strip_prefix("fifo:") {
        return Some([fifo.into(), fifo.into()]);
    }
    let (read, write) = auth.split_once(',')?;
    // What make keeps from us has negative numbers.
    let path =
        |number: &str| Some(Path::new("/dev/fd").join(number.parse::<u32>().ok()?.to_string()));
    Some([path(read)?, path(write)?])
}

/// Moves tokens of a make to a heap of ours, and gives them back in the end.
#[derive(Debug)]
pub(super) struct Feeder {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Feeder {
    /// Begins to move at most so many.
    pub(super) fn start(heap: Inherited, to: Client, at_most: usize) -> io::Result<Self> {
        let done = Arc::new(AtomicBool::new(false));
        let (heap, stop) = (Arc::new(heap), Arc::clone(&done));
        let thread = thread::Builder::new().name("jobs".into()).spawn(move || {
            let mut held = Vec::new();
            while !stop.load(Ordering::Acquire) {
                // A heap that cannot be read has no more for us: what we have goes on.
                let more = held.len() < at_most;
                match more.then(|| Inherited::another(&heap)) {
                    Some(Ok(Some(token))) if to.release_raw().is_ok() => held.push(token),
                    _ => thread::park_timeout(INTERVAL),
                }
            }
        })?;
        Ok(Self { done, thread: Some(thread) })
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It does not panic, and its tokens are given back by then.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The heap of a make that holds so many tokens, and its directory.
    fn make(tokens: usize) -> (tempfile::TempDir, Inherited) {
        let directory = tempfile::tempdir().unwrap();
        let fifo = directory.path().join("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let text = format!(" -j{} --jobserver-auth=fifo:{}", tokens + 1, fifo.display());
        let heap = Inherited::described(&text).unwrap();
        (&heap.write).write_all(&b"+".repeat(tokens)).unwrap();
        (directory, heap)
    }

    fn count(heap: &Arc<Inherited>) -> usize {
        std::iter::from_fn(|| Inherited::another(heap).unwrap()).collect::<Vec<_>>().len()
    }

    #[test]
    fn tokens_of_make_come_back() {
        let (_directory, heap) = make(2);
        let heap = Arc::new(heap);
        assert_eq!((count(&heap), count(&heap)), (2, 2));
        // The token that we were started with is no token of the pipe.
        heap.free_own();
        assert_eq!((count(&heap), count(&heap)), (3, 3));
        assert!(heap.may_exceed(2) && !heap.may_exceed(3));
    }

    #[test]
    fn what_was_said_bounds_what_make_gives() {
        let (_directory, heap) = make(4);
        let again = Inherited {
            read: heap.read.try_clone().unwrap(),
            write: heap.write.try_clone().unwrap(),
            jobs: None,
            own: Mutex::new(false),
        };
        let client = Client::new(0).unwrap();
        let feeder = Feeder::start(heap, client.clone(), 2).unwrap();
        let moved = [client.acquire().unwrap(), client.acquire().unwrap()];
        thread::sleep(5 * INTERVAL);
        assert_eq!(client.available().unwrap(), 0);
        drop(moved);
        drop(feeder);
        assert_eq!(count(&Arc::new(again)), 4);
    }

    #[test]
    fn descriptions_are_read_as_cargo_reads_them() {
        let fds = |text: &str| paths(text).map(|[read, _]| read);
        assert_eq!(fds(" -j4 --jobserver-auth=3,4").unwrap(), Path::new("/dev/fd/3"));
        assert_eq!(
            fds("-j --jobserver-fds=5,6 --jobserver-auth=7,8").unwrap(),
            Path::new("/dev/fd/7")
        );
        assert_eq!(fds("--jobserver-auth=fifo:/jobs/x").unwrap(), Path::new("/jobs/x"));
        for none in ["", "-k", "--jobserver-auth=-2,-2", "--jobserver-auth=3"] {
            assert_eq!(fds(none), None, "{none}");
        }
        // An open file that is not a pipe is not the jobserver's.
        assert!(Inherited::described("--jobserver-auth=fifo:/dev/null").is_none());
    }
}
