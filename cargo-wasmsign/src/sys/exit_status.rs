//! How a child program ended, in words that are safe to print.

use std::process::ExitStatus;

use crate::text::escape::escape;

/// How many lines of a child's last words an error quotes, and how many characters of each.
const QUOTED_LINES: usize = 12;
const QUOTED_WIDTH: usize = 400;

/// The last lines of a stream.
pub fn last_words(stream: &[u8]) -> String {
    let text = String::from_utf8_lossy(stream);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let quoted = lines.iter().skip(lines.len().saturating_sub(QUOTED_LINES));
    quoted.map(|line| shorten(&escape(line.trim_end()))).collect::<Vec<_>>().join("\n")
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(QUOTED_WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// How a child ended, as a verb phrase.
pub fn in_words(status: ExitStatus) -> String {
    match status.code() {
        // Windows' exceptions are exit codes with the highest bit set.
        Some(code) if code < 0 => format!("ended with exception {code:#010x}"),
        Some(code) => format!("ended with exit code {code}"),
        None => death(status),
    }
}

#[cfg(unix)]
fn death(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    let number = status.signal().unwrap_or_default();
    format!("was killed by signal {number}{}", signal_name(number))
}

#[cfg(not(unix))]
fn death(status: ExitStatus) -> String {
    format!("ended: {status}")
}

/// The signals that end a program: its own faults, lack of memory, and requests to terminate.
#[cfg(unix)]
fn signal_name(number: i32) -> &'static str {
    match number {
        2 => " (SIGINT)",
        4 => " (SIGILL)",
        5 => " (SIGTRAP)",
        6 => " (SIGABRT: it aborted)",
        7 if cfg!(target_os = "linux") => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL: often the system is out of memory)",
        10 if cfg!(target_vendor = "apple") => " (SIGBUS)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_few_and_safe() {
        let stream = (0..40).map(|n| format!("line {n}\u{1b}[2J\n\n")).collect::<String>();
        let words = last_words(stream.as_bytes());
        assert_eq!(words.lines().count(), QUOTED_LINES);
        assert!(words.starts_with("line 28\\u{1b}[2J") && !words.contains('\u{1b}'));
        assert!(last_words("x".repeat(9999).as_bytes()).chars().count() <= QUOTED_WIDTH + 1);
    }
}
