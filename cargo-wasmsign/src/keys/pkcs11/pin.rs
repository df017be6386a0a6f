//! Where the PIN of a token is found. It gets into no message, argument or child.

use std::io::{self, Read};
use std::path::Path;

use cryptoki::types::RawAuthPin;
use zeroize::Zeroizing;

use super::super::{passphrase, variable};
use super::uri::Uri;
use crate::error::{Error, Result};
use crate::sys::child;
use crate::text::redact;

/// No token takes a longer PIN, and a file that never ends is none.
const MAX_PIN_BYTES: u64 = 4096;

/// The PIN for the token called `token`.
///
/// # Errors
///
/// Exit code 2 where nothing says what it is and nobody can be asked, or there is no such file or variable; 4 for a file
/// that cannot be read; 130 where somebody is asked and presses Ctrl-C.
pub(super) fn read(uri: &Uri, pin_env: Option<&str>, token: &str) -> Result<RawAuthPin> {
    match (&uri.pin_source, pin_env) {
        (Some(path), _) => first_line(path),
        (None, Some(name)) => {
            child::withhold(name);
            let value = variable::read(name, "the token's PIN")?;
            Ok(RawAuthPin::new(Box::new(value.into_encoded_bytes())))
        }
        (None, None) => typed(token),
    }
}

/// What somebody types on the terminal. It is asked for once, because a wrong PIN is not tried again.
fn typed(token: &str) -> Result<RawAuthPin> {
    let missing = |why| {
        Error::usage(format!("the token {token} wants a PIN")).because(why).advice(
            "put it into a file and name that in the URI with `pin-source=file:PATH`, or set \
             `pin-env = \"VARIABLE\"` in the key's table",
        )
    };
    let prompt = format!("PIN of the token {token}: ");
    let mut pin =
        passphrase::ask(&prompt, &format!("PIN was typed for the token {token}"), missing)?;
    match pin.is_empty() {
        true => Err(Error::usage(format!("no PIN was typed for the token {token}"))
            .advice("try again; nothing was sent to the token")),
        false => Ok(RawAuthPin::new(Box::new(std::mem::take(&mut *pin)))),
    }
}

fn first_line(path: &Path) -> Result<RawAuthPin> {
    let shown = redact::shown_path(path);
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => Error::usage(format!("there is no file {shown} with the PIN"))
            .because(source)
            .advice("correct `pin-source`, or write the PIN into this file"),
        _ => Error::io(format!("failed to read the PIN from {shown}"), source),
    };
    // As large as it can get from the start: growing would leave copies in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PIN_BYTES as usize + 1));
    fs_err::File::open(path)
        .and_then(|file| file.take(MAX_PIN_BYTES).read_to_end(&mut bytes))
        .map_err(failed)?;
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.is_empty() {
        true => {
            Err(Error::usage(format!("the first line of {shown} is empty, and should be the PIN"))
                .advice("write the PIN into its first line"))
        }
        false => Ok(RawAuthPin::new(Box::new(line.to_vec()))),
    }
}
