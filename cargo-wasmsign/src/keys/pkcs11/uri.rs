//! The URI of a key in a token (RFC 7512).

use std::path::PathBuf;

use super::super::scheme::Told;
use crate::text::nearest::suggestion;
use crate::text::words::Invalid;

/// What may stand before `?`.
const OF_PATH: [&str; 8] =
    ["token", "object", "id", "slot-id", "serial", "manufacturer", "model", "type"];

/// What may stand behind it.
const OF_QUERY: [&str; 2] = ["module-path", "pin-source"];

/// Which key of which token, and how to get there. What is `None` fits every token and key.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Uri {
    /// The token's label.
    pub(super) token: Option<String>,
    /// Its serial number.
    pub(super) serial: Option<String>,
    /// Who has made it.
    pub(super) manufacturer: Option<String>,
    /// What it is.
    pub(super) model: Option<String>,
    /// The slot that it is in.
    pub(super) slot_id: Option<u64>,
    /// The key's label.
    pub(super) object: Option<String>,
    /// The key's id, bytes.
    pub(super) id: Option<Vec<u8>>,
    /// The library that knows the token.
    pub(super) module: PathBuf,
    /// The file whose first line is the PIN.
    pub(super) pin_source: Option<PathBuf>,
}

impl Uri {
    /// Reads what stands behind `pkcs11:`; relative paths begin in the directory of `told`.
    ///
    /// # Errors
    ///
    /// What is wrong with it. Values are not repeated: one of them may be a PIN.
    pub(super) fn parse(text: &str, told: &Told<'_>) -> Result<Self, Invalid> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut uri = Self::default();
        let mut module = None;
        for attribute in attributes(path, ';', &OF_PATH) {
            let (name, value) = attribute?;
            match name {
                "id" => uri.id = Some(value),
                "slot-id" => uri.slot_id = Some(number(name, value)?),
                "type" => refuse_other_types(&value)?,
                _ => {
                    let value = Some(utf8(name, value)?);
                    match name {
                        "token" => uri.token = value,
                        "object" => uri.object = value,
                        "serial" => uri.serial = value,
                        "manufacturer" => uri.manufacturer = value,
                        _ => uri.model = value,
                    }
                }
            }
        }
        for attribute in attributes(query, '&', &OF_QUERY) {
            let (name, value) = attribute?;
            let value = utf8(name, value)?;
            match name {
                "module-path" => module = Some(told.path(&value)),
                _ => uri.pin_source = Some(file_of(&value, told)?),
            }
        }
        let missing = || {
            Invalid::because(
                "expected `?module-path=PATH` at its end, the library that knows the token",
            )
        };
        uri.module = module.ok_or_else(missing)?;
        Ok(uri)
    }
}

/// Each attribute of one half, decoded; an empty half has none.
fn attributes<'a>(
    half: &'a str,
    separator: char,
    known: &'static [&'static str],
) -> impl Iterator<Item = Result<(&'static str, Vec<u8>), Invalid>> + 'a {
    let mut seen = Vec::new();
    half.split(separator).filter(|one| !one.is_empty()).map(move |one| {
        let (name, value) = one.split_once('=').ok_or_else(|| {
            Invalid::because(format!("expected `NAME=VALUE` between each `{separator}`"))
        })?;
        let Some(name) = known.iter().find(|known| **known == name) else {
            return Err(unknown(name, known));
        };
        if seen.contains(name) {
            return Err(Invalid::because(format!("`{name}` stands there twice")));
        }
        seen.push(*name);
        match decoded(value) {
            Some(value) if !value.is_empty() => Ok((*name, value)),
            Some(_) => Err(Invalid::because(format!("`{name}` is empty"))),
            None => Err(Invalid::because(format!(
                "`{name}` has a character that must be written as `%` and two hexadecimal digits"
            ))),
        }
    })
}

fn unknown(name: &str, known: &[&str]) -> Invalid {
    let elsewhere = OF_PATH.contains(&name) || OF_QUERY.contains(&name);
    Invalid::because(match name {
        "pin-value" => {
            "`pin-value` is not read, because others can see it there; put the PIN into a \
                        file and name that with `pin-source=file:PATH`"
                .to_owned()
        }
        "module-name" => {
            "`module-name` is not read; use `module-path` with the whole path".to_owned()
        }
        _ if elsewhere => format!("`{name}` stands on the wrong side of `?`"),
        _ if is_plain(name) => {
            format!("unknown attribute `{name}`; {}", suggestion(name, known, "the known ones are"))
        }
        _ => "unknown attribute".to_owned(),
    })
}

/// Whether it looks like the name of an attribute, and not like something that was to be its value.
fn is_plain(name: &str) -> bool {
    name.len() <= 20 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// The bytes of a value, in which `%` and two digits stand for one. Characters that separate attributes are none of them.
fn decoded(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, behind @ ..] = rest {
        let (byte, length) = match first {
            b'%' => (*hex::decode(behind.get(..2)?).ok()?.first()?, 2),
            b' ' | b'#' | b'?' | 0..0x20 | 0x7f => return None,
            byte => (*byte, 0),
        };
        bytes.push(byte);
        rest = &behind[length..];
    }
    Some(bytes)
}

fn utf8(name: &str, value: Vec<u8>) -> Result<String, Invalid> {
    let text = String::from_utf8(value).ok().filter(|text| !text.contains('\0'));
    text.ok_or_else(|| Invalid::because(format!("`{name}` is not UTF-8 text")))
}

fn number(name: &str, value: Vec<u8>) -> Result<u64, Invalid> {
    let number = String::from_utf8(value).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| Invalid::because(format!("`{name}` is not a decimal number")))
}

/// A certificate or a public key signs nothing.
fn refuse_other_types(value: &[u8]) -> Result<(), Invalid> {
    match value == b"private" {
        true => Ok(()),
        false => Err(Invalid::because("only a key of `type=private` can sign")),
    }
}

/// The file that a `file:` URI means.
fn file_of(value: &str, told: &Told<'_>) -> Result<PathBuf, Invalid> {
    let path = value.strip_prefix("file:").map(|path| path.strip_prefix("//").unwrap_or(path));
    match path
        .map(|path| path.strip_prefix("localhost/").map_or(path.into(), |path| format!("/{path}")))
    {
        Some(path) if !path.is_empty() => Ok(told.path(&path)),
        _ => Err(Invalid::because(
            "`pin-source` names the file of the PIN as `file:PATH`, and nothing else",
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const MODULE: &str = "?module-path=/lib/a.so";

    fn parse(text: &str) -> Result<Uri, String> {
        let told = Told::in_directory(Path::new("/w"));
        Uri::parse(text, &told).map_err(|invalid| invalid.to_string())
    }

    #[test]
    fn what_a_uri_names_is_read() {
        let text = "token=My%20token;id=%01%fF;object=a;slot-id=7;serial=12;manufacturer=m;model=o;type=private";
        let uri = parse(&format!("{text}?pin-source=file:pins/a&module-path=lib/a.so")).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let expected = Uri {
            token: text("My token"),
            serial: text("12"),
            manufacturer: text("m"),
            model: text("o"),
            slot_id: Some(7),
            object: text("a"),
            id: Some(vec![1, 255]),
            module: "/w/lib/a.so".into(),
            pin_source: Some("/w/pins/a".into()),
        };
        assert_eq!(uri, expected);
        assert_eq!(parse(MODULE).unwrap(), Uri { module: "/lib/a.so".into(), ..Uri::default() });
    }

    #[test]
    fn the_file_of_a_pin_is_named_in_each_form_of_a_file_uri() {
        for source in ["file:/a/pin", "file:///a/pin", "file://localhost/a/pin", "file:%2Fa/pin"] {
            let uri = parse(&format!("{MODULE}&pin-source={source}")).unwrap();
            assert_eq!(uri.pin_source.as_deref(), Some(Path::new("/a/pin")), "{source}");
        }
    }

    #[test]
    fn what_is_no_uri_is_told_without_its_values() {
        for (text, message) in [
            ("token=a", "`?module-path=PATH`"),
            ("", "`?module-path=PATH`"),
            (&format!("tokn=a{MODULE}"), "did you mean `token`?"),
            (&format!("s3cr3t=a{MODULE}"), "unknown attribute"),
            (&format!("token{MODULE}"), "`NAME=VALUE`"),
            (&format!("token=a;token=b{MODULE}"), "`token` stands there twice"),
            (&format!("token={MODULE}"), "`token` is empty"),
            (&format!("token=%0{MODULE}"), "`token` has a character"),
            (&format!("token=a b{MODULE}"), "`token` has a character"),
            (&format!("object=%ff{MODULE}"), "`object` is not UTF-8"),
            (&format!("slot-id=a{MODULE}"), "`slot-id` is not a decimal number"),
            (&format!("type=cert{MODULE}"), "`type=private`"),
            (&format!("pin-source=file:a{MODULE}"), "wrong side of `?`"),
            (&format!("{MODULE}&pin-value=s3cr3t"), "`pin-value` is not read"),
            (&format!("pin-value=s3cr3t{MODULE}"), "`pin-value` is not read"),
            ("?module-name=a", "`module-path` with the whole path"),
            (&format!("{MODULE}&pin-source=s3cr3t"), "`file:PATH`"),
            (&format!("{MODULE}&pin-source=|cat"), "`file:PATH`"),
            (&format!("{MODULE}&pin-source=file:"), "`file:PATH`"),
            (&format!("{MODULE}?token=s3cr3t"), "`module-path` has a character"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(message) && !error.contains("s3cr3t"), "{text}: {error}");
        }
    }
}
