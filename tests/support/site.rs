//! A web server on this machine, with the faults that servers have.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The type that browsers want of WebAssembly.
pub const WASM: &str = "application/wasm";

/// What is served until this is dropped.
pub struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    pages: Mutex<HashMap<String, Page>>,
    closed: AtomicBool,
}

/// What stands at a path.
struct Page {
    content: Arc<[u8]>,
    kind: Option<&'static str>,
    /// The connection ends after so many bytes.
    sent: usize,
    /// How often it was asked for.
    visits: usize,
}

impl Site {
    /// The files of a directory, at a free port.
    pub fn of(directory: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it listens");
        let shared = Arc::<Shared>::default();
        let site = Self { address, shared: Arc::clone(&shared) };
        thread::spawn(move || serve(&listener, &shared));
        for entry in std::fs::read_dir(directory).expect("the directory is there") {
            let path = entry.expect("it can be listed").path();
            let name = path.file_name().expect("an entry has a name").to_string_lossy();
            site.put_as(&name, kind(&path), std::fs::read(&path).expect("it is a file"));
        }
        site
    }

    /// The address of a path, with a query if it has one.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port())
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Serves a module.
    pub fn put(&self, name: &str, module: impl Into<Vec<u8>>) {
        self.put_as(name, Some(WASM), module);
    }

    /// Serves something as this type, or without one.
    pub fn put_as(&self, name: &str, kind: Option<&'static str>, content: impl Into<Vec<u8>>) {
        self.set(name, kind, content.into(), usize::MAX);
    }

    /// Serves a module, and breaks off after so many bytes of it.
    pub fn put_cut(&self, name: &str, module: impl Into<Vec<u8>>, sent: usize) {
        self.set(name, Some(WASM), module.into(), sent);
    }

    /// Has nothing there any more.
    pub fn remove(&self, name: &str) {
        self.shared.pages().remove(name);
    }

    /// How often somebody asked for it.
    pub fn visits(&self, name: &str) -> usize {
        self.shared.pages()[name].visits
    }

    fn set(&self, name: &str, kind: Option<&'static str>, content: Vec<u8>, sent: usize) {
        let sent = sent.min(content.len());
        let page = Page { content: content.into(), kind, sent, visits: 0 };
        self.shared.pages().insert(name.into(), page);
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        // It looks up only for a visitor.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn pages(&self) -> MutexGuard<'_, HashMap<String, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kind(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript"),
        "css" => Some("text/css"),
        "wasm" => Some(WASM),
        _ => None,
    }
}

fn serve(listener: &TcpListener, shared: &Arc<Shared>) {
    for connection in listener.incoming() {
        if shared.closed.load(Ordering::SeqCst) {
            return;
        }
        let shared = Arc::clone(shared);
        // A browser asks for several things at once, and goes when it likes.
        thread::spawn(move || connection.and_then(|connection| answer(connection, &shared)));
    }
}

/// Answers one request, and ends the connection.
fn answer(mut connection: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let request = lines.next().unwrap_or(Ok(String::new()))?;
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = request.split([' ', '?']).nth(1).unwrap_or_default().trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    let found = shared.pages().get_mut(name).map(|page| {
        page.visits += 1;
        (Arc::clone(&page.content), page.kind, page.sent)
    });
    let Some((content, kind, sent)) = found else {
        return connection.write_all(
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        );
    };
    let kind = kind.map(|kind| format!("Content-Type: {kind}\r\n")).unwrap_or_default();
    let length = content.len();
    // Nothing that a test changes is to be found in a cache.
    let head = format!(
        "HTTP/1.1 200 OK\r\n{kind}Content-Length: {length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
    connection.write_all(head.as_bytes())?;
    connection.write_all(&content[..sent])
}
