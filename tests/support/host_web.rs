//! templates/host-web, built, and in a browser.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use wasmsign_core::{KeyEncoding, SecretKey};

use crate::browser::Browser;
use crate::build_host::path_with;
use crate::guests::{guest, key, signed};
use crate::once::{kept, once};
use crate::site::Site;
use crate::{program, repository, run};

/// What `templates/host-web/build` makes, with the tool of this checkout.
pub fn dist() -> &'static Path {
    static DIST: OnceLock<PathBuf> = OnceLock::new();
    DIST.get_or_init(|| {
        once("host-web", || {
            let place = kept().join("host-web");
            let mut build = Command::new(repository().join("templates/host-web/build"));
            build.arg(place.join("dist")).env("CARGO_TARGET_DIR", place.join("target"));
            build.env("PATH", path_with(program().parent().expect("a program is in a directory")));
            for name in ["CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
                build.env_remove(name);
            }
            run(&mut build).exits(0);
            place.join("dist")
        })
    })
}

/// A public key as text.
pub fn text(key: &SecretKey, encoding: KeyEncoding) -> String {
    String::from_utf8(key.public_key().encode(encoding)).expect("it is a text")
}

/// The public key of 7s, which all tests trust.
pub fn trusted() -> String {
    text(&key(7), KeyEncoding::OpenSsh)
}

/// The guest, signed by 7s.
pub fn good() -> Vec<u8> {
    signed(&guest(), &[&key(7)])
}

/// A query with these values.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric();
        text.bytes()
            .map(|byte| if plain(&byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
            .collect()
    };
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    format!("?{}", pairs.join("&"))
}

/// What the page says of a module: the verdict and its reason, once it is there.
pub fn outcome(browser: &mut Browser, site: &Site, pairs: &[(&str, &str)]) -> (String, String) {
    browser.open(&site.url(&query(pairs)));
    stated(browser)
}

/// What the page that is open says.
pub fn stated(browser: &mut Browser) -> (String, String) {
    let stated = r#"new Promise(done => {
        const { dataset } = document.body;
        const look = () => dataset.verdict ? done([dataset.verdict, dataset.reason]) : setTimeout(look, 10);
        look();
    })"#;
    let stated = browser.evaluate(stated);
    let word = |at: usize| stated[at].as_str().expect("both are stated").to_owned();
    (word(0), word(1))
}

/// Asserts what the page says.
#[track_caller]
pub fn is(outcome: (String, String), verdict: &str, reason: &str) {
    assert_eq!((&*outcome.0, &*outcome.1), (verdict, reason));
}

/// What a visitor reads.
pub fn page(browser: &mut Browser) -> String {
    let text = browser.evaluate("document.querySelector('main').innerText");
    text.as_str().expect("a text").to_owned()
}

/// What `wasmsign.js` gives, or the reason why it gives nothing, of a call of one of its functions.
pub fn call(browser: &mut Browser, call: &str) -> Value {
    browser.evaluate(&format!(
        r#"import("/wasmsign.js").then(async ({{ verify, verifyAndInstantiate }}) => {{
            try {{ return await ({call}); }}
            catch (error) {{ return {{ name: error.name, reason: error.reason, message: error.message }}; }}
        }})"#
    ))
}
