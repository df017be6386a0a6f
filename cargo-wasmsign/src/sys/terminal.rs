//! Asking on the terminal for what must not be seen.

use std::io;

/// What came of asking.
#[derive(Debug)]
pub enum Answer {
    /// A line, without its end.
    Line(String),
    /// Nobody can be asked: there is no terminal.
    NoTerminal,
    /// Whoever was asked has pressed Ctrl-C, or ended the input.
    Declined,
}

/// Asks on the terminal, wherever the standard streams go, without showing what is typed. The terminal is as it was
/// afterwards, also where a signal ends this program meanwhile.
///
/// # Errors
///
/// Those of the system.
pub fn ask(prompt: &str) -> io::Result<Answer> {
    let Some(_kept) = kept::Kept::of_terminal() else { return Ok(Answer::NoTerminal) };
    match rpassword::prompt_password(prompt) {
        Ok(line) => Ok(Answer::Line(line)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof
            ) =>
        {
            Ok(Answer::Declined)
        }
        Err(error) => Err(error),
    }
}

/// Shows a line on the terminal.
pub fn tell(line: &str) {
    kept::tell(line);
}

/// Has the terminal show again what is typed, where a signal comes while somebody is asked.
pub fn restore() {
    kept::restore();
}

#[cfg(unix)]
mod kept {
    use std::fs::{File, OpenOptions};
    use std::io::Write;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    const TERMINAL: &str = "/dev/tty";

    /// The terminal and how it was, while somebody is asked.
    static KEPT: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    fn lock() -> MutexGuard<'static, Option<(File, Termios)>> {
        // It is set or taken, and nothing between.
        KEPT.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the terminal was is known for as long as this lives.
    pub(super) struct Kept;

    impl Kept {
        pub(super) fn of_terminal() -> Option<Self> {
            let terminal = OpenOptions::new().read(true).write(true).open(TERMINAL).ok()?;
            let settings = tcgetattr(&terminal).ok()?;
            *lock() = Some((terminal, settings));
            Some(Self)
        }
    }

    impl Drop for Kept {
        fn drop(&mut self) {
            *lock() = None;
        }
    }

    pub(super) fn restore() {
        if let Some((terminal, settings)) = lock().take() {
            // This program is ending: there is nobody to tell that it failed.
            let _ = tcsetattr(&terminal, OptionalActions::Now, &settings);
        }
    }

    pub(super) fn tell(line: &str) {
        if let Ok(mut terminal) = OpenOptions::new().write(true).open(TERMINAL) {
            // The question that follows says the same.
            let _ = writeln!(terminal, "{line}");
        }
    }
}

/// The console is restored by the system's own handler, and by the crate that asks.
#[cfg(not(unix))]
mod kept {
    use std::io::{IsTerminal, stderr, stdin};

    pub(super) struct Kept;

    impl Kept {
        pub(super) fn of_terminal() -> Option<Self> {
            (stdin().is_terminal() || stderr().is_terminal()).then_some(Self)
        }
    }

    pub(super) fn restore() {}

    pub(super) fn tell(line: &str) {
        eprintln!("{line}");
    }
}
