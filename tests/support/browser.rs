//! Chromium without a window, told what to do through a pipe (the DevTools protocol).

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scratch;

/// The longest that it may take over anything.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser with one page.
pub struct Browser {
    process: Child,
    commands: Option<ChildStdin>,
    answers: Receiver<Vec<u8>>,
    session: Value,
    last: u64,
    /// Where it keeps what it must not keep from one test to another.
    _profile: TempDir,
}

/// Switches that keep it from the network, the screen, and the files of whoever runs the tests. What it shows are pages
/// of these tests, so it needs no sandbox, which it would not have in a container or for root.
const SWITCHES: [&str; 12] = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    // A name for this machine that is neither localhost nor https: pages there have no WebCrypto.
    "--host-resolver-rules=MAP plain.test 127.0.0.1",
];

impl Browser {
    /// Starts the program that `CHROMIUM` names, or `chromium`.
    pub fn start() -> Self {
        let program = std::env::var_os("CHROMIUM").unwrap_or_else(|| "chromium".into());
        let profile = scratch();
        // The protocol is spoken at the descriptors 3 and 4.
        let script = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(program).args(SWITCHES);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("there is a shell");
        let commands = process.stdin.take();
        let pipe = BufReader::new(process.stdout.take().expect("it is a pipe"));
        let (sender, answers) = mpsc::channel();
        // Reading a pipe knows no end of patience.
        thread::spawn(move || {
            pipe.split(0).map_while(Result::ok).try_for_each(|answer| sender.send(answer))
        });
        let (session, last) = (Value::Null, 0);
        let mut browser = Self { process, commands, answers, session, last, _profile: profile };
        browser.attach();
        browser
    }

    /// Goes to an address, and waits until the page was read.
    pub fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({"url": url}));
        let loaded = r#"new Promise(done => document.readyState === "complete"
            ? done(location.href) : addEventListener("load", () => done(location.href)))"#;
        let at = self.evaluate(loaded);
        assert!(
            at.as_str().is_some_and(|at| at.starts_with(url.split('#').next().unwrap_or(url))),
            "{at}"
        );
    }

    /// What an expression gives, or the promise that it is.
    ///
    /// Panics with what it throws.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let mut answer = self.call("Runtime.evaluate", asked);
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression}\n{thrown:#}");
        answer["result"]["value"].take()
    }

    fn attach(&mut self) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        self.session = self.call("Target.attachToTarget", target)["sessionId"].take();
        self.call("Page.enable", json!({}));
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        let commands = self.commands.as_mut().expect("it is there until the browser is dropped");
        let sent = write!(commands, "{message}\0").and_then(|()| commands.flush());
        sent.unwrap_or_else(|_| self.is_missing());
        loop {
            let mut answer = self.next();
            if answer["id"] == self.last {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }

    fn next(&mut self) -> Value {
        match self.answers.recv_timeout(PATIENCE) {
            Ok(bytes) => serde_json::from_slice(&bytes).expect("the protocol is JSON"),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("the browser takes longer than {PATIENCE:?}")
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => self.is_missing(),
        }
    }

    fn is_missing(&self) -> ! {
        panic!("no browser answers: install Debian's `chromium`, or set CHROMIUM to such a program")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends when nobody talks to it any more.
        self.commands.take();
        let _ = self.process.wait();
    }
}
