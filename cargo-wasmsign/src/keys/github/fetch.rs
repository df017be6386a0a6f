//! Asks GitHub for the keys of an account.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::uri::{Parts, PathAndQuery};
use ureq::http::{StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};

use crate::error::{Error, Result};
use crate::text::redact;

/// Who is asked.
const GITHUB: &str = "https://github.com";

/// Who is asked instead: GitHub Enterprise, a mirror.
const BASE: &str = "WASMSIGN_GITHUB_URL";

/// An account has a few keys of some hundred bytes.
const MAX_BODY: u64 = 1024 * 1024;

const MAX_REDIRECTS: usize = 5;

/// How long everything may take, with every redirect.
const PATIENCE: Duration = Duration::from_secs(30);

const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// The list of an account's keys, one a line.
///
/// # Errors
///
/// Exit code 2 where the variable with the address is none, 4 where the answer is no list within the limits.
pub(super) fn list(name: &str) -> Result<Vec<u8>> {
    let base = std::env::var(BASE).ok().filter(|base| !base.is_empty());
    list_from(base.as_deref().unwrap_or(GITHUB), name, PATIENCE)
}

fn list_from(base: &str, name: &str, patience: Duration) -> Result<Vec<u8>> {
    let url = address(base, name).ok_or_else(|| {
        Error::usage(format!("the environment variable {BASE} is not the address of a server"))
            .because(format!(
                "expected `https://HOST` or `http://HOST`, found {}",
                redact::shown(base)
            ))
            .advice(format!("unset it to ask {GITHUB}"))
    })?;
    let request =
        Request { agent: agent(), first: url.clone(), deadline: Instant::now() + patience };
    request.get(url.clone()).map_err(|why| {
        let message = format!("failed to get the keys of the GitHub account `{name}` from `{url}`");
        let advice = match why {
            Failure::Status(StatusCode::NOT_FOUND) => "check the name of the account",
            _ => "try again later, or pass the text or the file of the key",
        };
        Error::io(message, why).advice(advice)
    })
}

/// The address of the list; `None` where the base is not one of a server.
fn address(base: &str, name: &str) -> Option<Uri> {
    let is_plain = |uri: &Uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && uri.query().is_none()
    };
    base.parse().ok().filter(is_plain).filter(|_| !base.contains('#'))?;
    format!("{}/{name}.keys", base.trim_end_matches('/')).parse().ok()
}

fn agent() -> Agent {
    // The roots that the system trusts, as cargo does; not a list of ours, which would grow old.
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    // Redirects are followed here, because not every one of them may be.
    let config = Agent::config_builder()
        .tls_config(tls)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT_PATIENCE))
        .user_agent(concat!("cargo-wasmsign/", env!("CARGO_PKG_VERSION")));
    config.build().new_agent()
}

/// One question, with the redirects before its answer.
struct Request {
    agent: Agent,
    /// Whom the user has named.
    first: Uri,
    deadline: Instant,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Transfer(#[from] ureq::Error),
    #[error("it took longer than {} seconds", PATIENCE.as_secs())]
    TooSlow,
    #[error("the answer is longer than {MAX_BODY} bytes")]
    TooLong,
    #[error("the server answered {0}")]
    Status(StatusCode),
    #[error("the server redirected more than {MAX_REDIRECTS} times")]
    TooManyRedirects,
    #[error("the server redirected to an address that is not followed: only `https` is")]
    BadRedirect,
}

impl Request {
    fn get(&self, mut url: Uri) -> Result<Vec<u8>, Failure> {
        for _ in 0..=MAX_REDIRECTS {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Failure::TooSlow);
            }
            let request = self.agent.get(url.clone()).config().timeout_global(Some(left)).build();
            let mut answer = request.call().map_err(Failure::of)?;
            match answer.status() {
                StatusCode::OK => {
                    let body = answer.body_mut().with_config().limit(MAX_BODY);
                    return body.read_to_vec().map_err(Failure::of);
                }
                status if status.is_redirection() => {
                    let target = answer.headers().get(header::LOCATION);
                    let target = target.and_then(|target| target.to_str().ok());
                    let target = target.ok_or(Failure::Status(status))?;
                    url = self.redirected(&url, target).ok_or(Failure::BadRedirect)?;
                }
                status => return Err(Failure::Status(status)),
            }
        }
        Err(Failure::TooManyRedirects)
    }

    /// Where a redirect leads, where it may be followed: to `https`, or to the server that the user has named without.
    fn redirected(&self, from: &Uri, target: &str) -> Option<Uri> {
        let next = match target.starts_with('/') && !target.starts_with("//") {
            true => at(from, target)?,
            false => target.parse().ok()?,
        };
        let is_named =
            next.scheme() == self.first.scheme() && next.authority() == self.first.authority();
        (next.scheme_str() == Some("https") || is_named).then_some(next)
    }
}

/// A path on the same server.
fn at(server: &Uri, path: &str) -> Option<Uri> {
    let Parts { scheme, authority, .. } = server.clone().into_parts();
    let mut parts = Parts::default();
    (parts.scheme, parts.authority) = (scheme, authority);
    parts.path_and_query = Some(path.parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}

impl Failure {
    fn of(error: ureq::Error) -> Self {
        match error {
            ureq::Error::BodyExceedsLimit(_) => Self::TooLong,
            ureq::Error::Timeout(ureq::Timeout::Global) => Self::TooSlow,
            error => Self::Transfer(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn addresses_are_those_of_servers() {
        let address = |base: &str| address(base, "a").map(|url| url.to_string());
        for (base, url) in [
            (GITHUB, "https://github.com/a.keys"),
            ("http://127.0.0.1:80/", "http://127.0.0.1:80/a.keys"),
            ("https://git.example/mirror//", "https://git.example/mirror/a.keys"),
        ] {
            assert_eq!(address(base).as_deref(), Some(url));
        }
        for base in [
            "github.com",
            "ftp://a",
            "/a",
            "https://",
            "https://me:word@a",
            "http://a?b",
            "http://a#b",
        ] {
            assert_eq!(address(base), None, "{base}");
        }
    }

    #[test]
    fn redirects_lead_to_https_or_back_to_the_named_server() {
        let uri = |text: &str| text.parse::<Uri>().expect(text);
        let redirected = |first: &str, from: &str, to: &str| {
            let request = Request { agent: agent(), first: uri(first), deadline: Instant::now() };
            request.redirected(&uri(from), to).map(|next| next.to_string())
        };
        let (secure, plain) = ("https://a/x.keys", "http://a:1/x.keys");
        for (first, from, to, expected) in [
            (secure, secure, "/y.keys", Some("https://a/y.keys")),
            (secure, secure, "https://b/y", Some("https://b/y")),
            (plain, plain, "/y", Some("http://a:1/y")),
            (plain, plain, "http://a:1/y", Some("http://a:1/y")),
            (plain, plain, "https://b/y", Some("https://b/y")),
            (secure, secure, "http://a/x.keys", None),
            (secure, secure, "//b/y", None),
            (secure, secure, "y.keys", None),
            (secure, secure, "ftp://b/y", None),
            (plain, plain, "http://a:2/y", None),
            (plain, plain, "http://b:1/y", None),
            // What follows a detour over another server is that server's.
            (plain, "https://b/y", "/z", Some("https://b/z")),
            (plain, "https://b/y", "http://b/z", None),
        ] {
            assert_eq!(redirected(first, from, to).as_deref(), expected, "{from} -> {to}");
        }
    }

    #[test]
    fn a_slow_server_is_not_waited_for() {
        let server = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let base = format!("http://{}", server.local_addr().expect("it has one"));
        thread::spawn(move || {
            let (mut stream, _) = server.accept().expect("somebody asks");
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            // A byte now and then keeps a connection alive, and the answer never ends.
            while stream.write_all(b"s").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        });
        let error = list_from(&base, "a", Duration::from_millis(300)).expect_err("it never ends");
        assert_eq!(error.exit(), Exit::Io);
        let why = std::error::Error::source(&error).expect("it is said").to_string();
        assert_eq!(why, "it took longer than 30 seconds");
    }
}
