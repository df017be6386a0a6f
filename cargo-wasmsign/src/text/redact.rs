//! What may be repeated on the screen. A secret key can stand wherever a person was to name something: nothing is repeated
//! that may be one.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use wasmsign_core::PublicKey;
use wasmsign_core::keys::{is_plainly_public, may_be_secret};

/// The words and variables of this call that may hold a secret key. Whatever a message is about, it may quote one of them.
#[derive(Clone, Default)]
pub struct Given(Vec<String>);

impl Given {
    /// Those of these texts.
    pub fn of(texts: impl IntoIterator<Item = String>) -> Self {
        let texts: Vec<_> = texts.into_iter().collect();
        let values = texts.iter().flat_map(|text| values(value(text))).map(str::to_owned);
        Self(values.filter(|text| may_be_secret(text) && !is_made_here(text)).collect())
    }

    /// The message without them. The path of what is there stays.
    pub fn hidden_in<'a>(&self, message: &'a str) -> Cow<'a, str> {
        let secrets = self.0.iter().filter(|text| is_secret_for_a_path(Path::new(text)));
        let quoted = secrets.flat_map(|text| pieces(text)).filter(|piece| message.contains(piece));
        quoted.fold(message.into(), |message, piece| without(&message, piece).into())
    }
}

/// How many there are, and nothing of them.
impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Given").field(&self.0.len()).finish()
    }
}

/// The message without a piece. Where it says our compact form of a key, that is an answer about a public key, of which
/// somebody has given the 32 bytes.
fn without(message: &str, piece: &str) -> String {
    let is_answer = |before: &str, behind: &str| {
        let digit = |c: char| c.is_ascii_alphanumeric();
        let is_whole = !behind.starts_with(digit)
            && before.strip_suffix("01").is_some_and(|before| !before.ends_with(digit));
        is_whole && piece.len() == 64 && PublicKey::decode(format!("01{piece}").as_bytes()).is_ok()
    };
    let (mut shown, mut rest) = (String::new(), message);
    while let Some((before, behind)) = rest.split_once(piece) {
        shown.push_str(before);
        match is_answer(&shown, behind) {
            true => shown.push_str(piece),
            false => shown.push_str(&hidden(piece)),
        }
        rest = behind;
    }
    shown + rest
}

/// A text and its parts, as far as they may be secret: a message may break it, and escape what is no digit of a key.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/-_".contains(c)));
    let all = [text].into_iter().chain(text.lines()).chain(parts).chain(text.split('/'));
    all.filter(|piece| may_be_secret(piece))
}

/// The parts that say something: of the URI of a key in a token, its values.
fn values(text: &str) -> Vec<&str> {
    match text.strip_prefix("pkcs11:") {
        Some(uri) => uri
            .split([';', '?', '&'])
            .map(|one| one.split_once('=').map_or(one, |(_, value)| value))
            .collect(),
        None => vec![text],
    }
}

/// What is given, without the flag and the scheme before it.
fn value(text: &str) -> &str {
    let text = value_of_flag(text).unwrap_or(text);
    text.strip_prefix("ssh-agent:").unwrap_or(text)
}

/// The value in `--flag=VALUE` and `-fVALUE`.
fn value_of_flag(text: &str) -> Option<&str> {
    let Some(long) = text.strip_prefix("--") else { return text.strip_prefix('-')?.get(1..) };
    let (flag, value) = long.split_once('=')?;
    let is_name = flag.bytes().all(|b| b == b'-' || b.is_ascii_lowercase());
    is_name.then_some(value)
}

/// Whether this names a file of ours, which stores call by the digits of its hash: with that ending it is no key.
fn is_made_here(text: &str) -> bool {
    Path::new(text).extension().is_some_and(|ending| ending == "wasm" || ending == "sig")
}

/// A text in quotes, or what it is not shown for.
pub fn shown(text: &str) -> String {
    match may_be_secret(text) {
        true => hidden(text),
        false => format!("`{}`", text.escape_debug()),
    }
}

/// A path in quotes, or what it is not shown for.
pub fn shown_path(path: &Path) -> String {
    match is_secret_for_a_path(path) {
        true => hidden(&path.to_string_lossy()),
        false => format!("`{}`", path.display()),
    }
}

/// Whether a path may be the text of a key that somebody gave in its place. What is there is a path.
pub fn is_secret_for_a_path(path: &Path) -> bool {
    let is_there = |path: &&Path| !path.as_os_str().is_empty() && path.symlink_metadata().is_ok();
    let known = path.ancestors().find(is_there).unwrap_or(Path::new(""));
    path.strip_prefix(known).is_ok_and(|rest| may_be_secret(&rest.to_string_lossy()))
}

/// Whether a line of a file may hold a secret key among other things. A public key in quotes is none.
pub fn may_hold_secret(line: &str) -> bool {
    let pieces = line.split(['"', '\'']).filter(|piece| !is_plainly_public(piece));
    may_be_secret(&pieces.collect::<Vec<_>>().join("'"))
}

fn hidden(text: &str) -> String {
    format!(
        "a text of {} characters, which may be a secret key and so is not shown",
        text.chars().count()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    #[test]
    fn what_may_be_a_key_is_told_by_its_length() {
        assert_eq!(shown("a\u{1b}b"), "`a\\u{1b}b`");
        let said = "a text of 64 characters, which may be a secret key and so is not shown";
        assert_eq!(shown(SEED), said);
        assert_eq!(shown_path(Path::new(SEED)), said);
        assert!(!shown_path(&Path::new("keys").join(SEED)).contains(SEED));
    }

    #[test]
    fn nothing_that_was_given_and_may_be_a_key_stays_in_a_message() {
        let given = |text: &str| Given::of([text.to_owned()]);
        for text in [
            SEED,
            &format!("--key-file={SEED}"),
            &format!("-o{SEED}"),
            &format!("nowhere/{SEED}"),
            &format!("{{\"d\":\"{SEED}\"}}"),
            &format!("-----BEGIN PRIVATE KEY-----\n{SEED}\n-----END PRIVATE KEY-----\n"),
        ] {
            for message in [format!("no `{text}`"), format!("no {text:?}"), format!("no '{SEED}'")]
            {
                let said = given(text).hidden_in(&message).into_owned();
                assert!(!said.contains(&SEED[..8]) && said.starts_with("no "), "{text}: {said}");
            }
            assert!(!format!("{:?}", given(text)).contains(&SEED[..8]));
        }
    }

    #[test]
    fn an_answer_about_a_public_key_of_32_bytes_stays() {
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let given = Given::of([public.to_owned()]);
        let answer = format!("{{\"public_key\":\"01{public}\"}}");
        assert_eq!(given.hidden_in(&answer), answer);
        for message in [public.to_owned(), format!("no `{public}`"), format!("{public}01{public}")]
        {
            assert!(!given.hidden_in(&message).contains(public), "{message}");
        }
    }

    #[test]
    fn what_is_no_key_stays_in_a_message() {
        let directory = tempfile::tempdir().expect("there is room");
        let there = directory.path().join(SEED);
        std::fs::write(&there, "").expect("it can be written");
        let there = there.to_str().expect("it is text").to_owned();
        for text in [
            &there,
            &format!("--target-dir={there}"),
            "ssh-agent:SHA256:ClXkN/e6XpTE1+AXjH8/JJ/PTPVzJ2tAgdmoslQ0QuY",
            "pkcs11:token=main;object=release?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin",
            "--key=ssh-agent:SHA256:ClXkN/e6XpTE1+AXjH8/JJ/PTPVzJ2tAgdmoslQ0QuY",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO8c1H4vuPjcv9a0mj7/vsxoxUTyulzQCHXwEQGyCBLD tester",
            &format!("store/{SEED}.wasm"),
            &format!("{SEED}.wasm.sig"),
            "a/b.wasm",
        ] {
            assert_eq!(Given::of([text.to_owned()]).hidden_in(text), text);
        }
    }

    #[test]
    fn a_line_is_shown_unless_a_key_may_be_in_it() {
        let public =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO8c1H4vuPjcv9a0mj7/vsxoxUTyulzQCHXwEQGyCBLD";
        for line in
            ["", "a = 1", "sign-with = ['release'] # who", &format!("public = \"{public}\"")]
        {
            assert!(!may_hold_secret(line), "{line}");
        }
        let both = format!("keys = ['{public}', '{SEED}']");
        let split = format!("a = ['{}', '{}']", &SEED[..30], &SEED[30..]);
        for line in
            [SEED, &format!("a = \"{SEED}\" # b"), &both, &split, "-----BEGIN PRIVATE KEY-----"]
        {
            assert!(may_hold_secret(line), "{line}");
        }
    }

    #[test]
    fn what_is_there_is_a_path_whatever_its_name() {
        let directory = tempfile::tempdir().expect("there is room");
        let path = directory.path().join(SEED);
        assert!(is_secret_for_a_path(&path));
        std::fs::create_dir(&path).expect("it can be made");
        assert_eq!(shown_path(&path), format!("`{}`", path.display()));
        assert!(!is_secret_for_a_path(&path.join("release.key")));
        assert!(is_secret_for_a_path(&path.join(SEED)));
        assert!(!is_secret_for_a_path(Path::new("keys/release.key")));
    }
}
