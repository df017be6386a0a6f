//! Reads a web server's access log (Common Log Format) from standard input and prints a
//! summary as JSON: requests, bytes, the count of each status, the paths with most requests.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use regex_lite::Regex;
use serde::Serialize;

const LINE: &str = r#"^\S+ \S+ \S+ \[[^\]]+\] "[A-Z]+ (\S+) HTTP/[0-9.]+" ([0-9]{3}) ([0-9]+|-)"#;
const TOP: usize = 5;

#[derive(Serialize)]
struct Summary {
    requests: u64,
    bytes: u64,
    statuses: BTreeMap<String, u64>,
    top_paths: Vec<(String, u64)>,
    unreadable_lines: u64,
}

fn main() -> io::Result<()> {
    let summary = summarize(io::stdin().lock())?;
    let mut output = io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, &summary)?;
    writeln!(output)
}

fn summarize(log: impl BufRead) -> io::Result<Summary> {
    let line_format = Regex::new(LINE).expect("the pattern is a constant and tested");
    let (mut requests, mut bytes, mut unreadable_lines) = (0, 0_u64, 0);
    let mut statuses = BTreeMap::new();
    let mut paths = BTreeMap::new();
    for line in log.split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        let Some(fields) = line_format.captures(&line) else {
            unreadable_lines += 1;
            continue;
        };
        requests += 1;
        // "-" stands for no body; a number beyond 64 bits counts as none.
        bytes = bytes.saturating_add(fields[3].parse().unwrap_or(0));
        *paths.entry(fields[1].to_owned()).or_default() += 1;
        *statuses.entry(fields[2].to_owned()).or_default() += 1;
    }
    Ok(Summary { requests, bytes, statuses, top_paths: top(paths), unreadable_lines })
}

/// The paths with most requests; those with equally many in alphabetical order.
fn top(paths: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut paths: Vec<_> = paths.into_iter().collect();
    paths.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    paths.truncate(TOP);
    paths
}

#[cfg(test)]
mod tests {
    use super::summarize;

    #[test]
    fn a_log_is_summed_up() {
        let log = br#"10.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET /b HTTP/1.1" 200 2326
10.0.0.1 - - [10/Oct/2025:13:55:37 +0000] "GET /a HTTP/1.1" 304 -
10.0.0.2 - ann [10/Oct/2025:13:55:38 +0000] "POST /b HTTP/2.0" 200 10
no log line
"#;
        let summary = summarize(&log[..]).expect("a slice can always be read");
        assert_eq!((summary.requests, summary.bytes, summary.unreadable_lines), (3, 2336, 1));
        assert_eq!(
            summary.statuses.into_iter().collect::<Vec<_>>(),
            [("200".to_owned(), 2), ("304".to_owned(), 1)]
        );
        assert_eq!(summary.top_paths, [("/b".to_owned(), 2), ("/a".to_owned(), 1)]);
    }
}
