//! What is written in the brackets of `include_signed!`.

use std::num::NonZeroUsize;

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitInt, LitStr, Result, Token, bracketed};
use wasmsign_core::Require;
use wasmsign_core::manifest::VersionReq;

use crate::globs::Glob;

/// The arguments of `include_signed!`, each read and none followed yet.
pub(crate) struct Arguments {
    pub(crate) module: LitStr,
    pub(crate) keys: Vec<LitStr>,
    pub(crate) require: Require,
    /// Where `require` says so, or else the module.
    pub(crate) require_span: Span,
    /// The sections that a prefix must hold; `None` where the whole file must be covered.
    pub(crate) prefix: Option<Vec<Glob>>,
    pub(crate) signature: Option<LitStr>,
    /// The package that the module must say it is.
    pub(crate) package: Option<LitStr>,
    /// The versions that it may say, and where that stands.
    pub(crate) version: Option<(VersionReq, Span)>,
}

const NAMES: [&str; 7] =
    ["keys", "require", "coverage", "sections", "signature", "package", "version"];

/// The named arguments as far as they were read.
#[derive(Default)]
struct Named {
    keys: Option<Vec<LitStr>>,
    require: Option<(Require, Span)>,
    prefix: Option<bool>,
    sections: Option<(Vec<Glob>, Span)>,
    signature: Option<LitStr>,
    package: Option<LitStr>,
    version: Option<(VersionReq, Span)>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let module = text(input, "the path of a module")?;
        let mut named = Named::default();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                named.read_one(input)?;
            }
        }
        named.complete(module)
    }
}

impl Named {
    fn read_one(&mut self, input: ParseStream<'_>) -> Result<()> {
        let name: Ident = input.parse().map_err(|error| {
            Error::new(error.span(), format!("expected a named argument: {}", known()))
        })?;
        let word = name.to_string();
        if !NAMES.contains(&word.as_str()) {
            return Err(unknown(&name, &NAMES, "argument"));
        }
        input.parse::<Token![=]>()?;
        match word.as_str() {
            "keys" => {
                once(&mut self.keys, &name, texts(input, "a public key, or the path of one")?)
            }
            "require" => once(&mut self.require, &name, require(input)?),
            "coverage" => once(&mut self.prefix, &name, prefix(input)?),
            "sections" => once(&mut self.sections, &name, (globs(input)?, name.span())),
            "package" => once(&mut self.package, &name, text(input, "the name of a package")?),
            "version" => once(&mut self.version, &name, version(input)?),
            _ => once(&mut self.signature, &name, text(input, "the path of a signature")?),
        }
    }

    fn complete(self, module: LitStr) -> Result<Arguments> {
        let Some(keys) = self.keys else {
            let message = "no public keys were given\nhelp: add `keys = [\"keys/release.pub\"]`";
            return Err(Error::new(module.span(), message));
        };
        let prefix = match (self.prefix, &self.sections) {
            (Some(false), Some((_, span))) => {
                let message = "`sections` requires a prefix, but `coverage = whole` requires the \
                               whole file\nhelp: remove one of the two; the whole file includes \
                               the sections";
                return Err(Error::new(*span, message));
            }
            (_, Some((globs, _))) => Some(globs.clone()),
            (Some(true), None) => Some(Vec::new()),
            (_, None) => None,
        };
        let (require, require_span) = self.require.unwrap_or((Require::Any, module.span()));
        let Self { signature, package, version, .. } = self;
        Ok(Arguments { module, keys, require, require_span, prefix, signature, package, version })
    }
}

fn once<T>(place: &mut Option<T>, name: &Ident, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new(name.span(), format!("`{name}` is given twice"))),
    }
}

/// A literal text, or what was expected in its place.
pub(crate) fn text(input: ParseStream<'_>, what: &str) -> Result<LitStr> {
    input.parse().map_err(|error: Error| {
        Error::new(error.span(), format!("expected {what} as a string literal: \"…\""))
    })
}

fn texts(input: ParseStream<'_>, what: &str) -> Result<Vec<LitStr>> {
    if !input.peek(syn::token::Bracket) {
        let message = format!("expected a list: [\"…\"], each {what}");
        return Err(Error::new(input.span(), message));
    }
    let list;
    let brackets = bracketed!(list in input);
    let mut texts = Vec::new();
    while !list.is_empty() {
        texts.push(text(&list, what)?);
        if !list.is_empty() {
            list.parse::<Token![,]>()?;
        }
    }
    match texts.is_empty() {
        true => Err(Error::new(brackets.span.join(), format!("expected {what}, found none"))),
        false => Ok(texts),
    }
}

fn globs(input: ParseStream<'_>) -> Result<Vec<Glob>> {
    texts(input, "the name of a custom section")?.iter().map(Glob::parse).collect()
}

fn version(input: ParseStream<'_>) -> Result<(VersionReq, Span)> {
    let text = text(input, "a version requirement")?;
    match text.value().parse() {
        Ok(requirement) => Ok((requirement, text.span())),
        Err(error) => {
            let message = format!("expected a version requirement such as \">=1.4, <2\": {error}");
            Err(Error::new(text.span(), message))
        }
    }
}

fn require(input: ParseStream<'_>) -> Result<(Require, Span)> {
    let span = input.span();
    let wrong = || Error::new(span, "expected `any`, `all`, or how many keys must have signed");
    if input.peek(LitInt) {
        let count = input.parse::<LitInt>()?.base10_parse().ok().and_then(NonZeroUsize::new);
        return count.map(|count| (Require::AtLeast(count), span)).ok_or_else(wrong);
    }
    let word: Ident = input.parse().map_err(|_| wrong())?;
    match word.to_string().as_str() {
        "any" => Ok((Require::Any, span)),
        "all" => Ok((Require::All, span)),
        _ => Err(wrong()),
    }
}

fn prefix(input: ParseStream<'_>) -> Result<bool> {
    let span = input.span();
    let wrong = || Error::new(span, "expected `whole` or `prefix`");
    let word: Ident = input.parse().map_err(|_| wrong())?;
    match word.to_string().as_str() {
        "whole" => Ok(false),
        "prefix" => Ok(true),
        _ => Err(wrong()),
    }
}

fn known() -> String {
    NAMES.map(|name| format!("`{name}`")).join(", ")
}

/// The error at a name that is none of `known`, with the nearest of them.
pub(crate) fn unknown(name: &Ident, known: &[&str], what: &str) -> Error {
    let word = name.to_string();
    let near = known
        .iter()
        .map(|candidate| (strsim::osa_distance(&word.to_lowercase(), candidate), candidate))
        .filter(|(distance, _)| *distance <= (word.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance);
    let help = match near {
        Some((_, near)) => format!("did you mean `{near}`?"),
        None => {
            let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("the known features are {}", known.join(", "))
        }
    };
    Error::new(name.span(), format!("unknown {what} `{word}`\nhelp: {help}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(input: &str) -> String {
        match syn::parse_str::<Arguments>(input) {
            Ok(_) => panic!("{input} was taken"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn everything_has_a_place() {
        let input = r##"r#"m.wasm"#, keys = ["a", "b",], require = 2, sections = ["p*"], signature = "s", package = "p", version = "1","##;
        let arguments: Arguments = syn::parse_str(input).unwrap();
        assert_eq!(arguments.module.value(), "m.wasm");
        assert_eq!(arguments.keys.iter().map(LitStr::value).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(arguments.require, Require::AtLeast(NonZeroUsize::new(2).unwrap()));
        assert_eq!(arguments.prefix.map(|globs| globs.len()), Some(1));
        assert_eq!(arguments.signature.map(|text| text.value()).as_deref(), Some("s"));
        assert_eq!(arguments.package.map(|text| text.value()).as_deref(), Some("p"));
        assert_eq!(arguments.version.map(|version| version.0.to_string()).as_deref(), Some("^1"));
    }

    #[test]
    fn the_strictest_counts_where_nothing_is_said() {
        let arguments: Arguments = syn::parse_str(r#""m", keys = ["a"]"#).unwrap();
        assert_eq!(arguments.require, Require::Any);
        assert!(arguments.prefix.is_none() && arguments.signature.is_none());
        let arguments: Arguments =
            syn::parse_str(r#""m", coverage = prefix, keys = ["a"], require = all"#).unwrap();
        assert_eq!(arguments.require, Require::All);
        assert_eq!(arguments.prefix, Some(Vec::new()));
    }

    #[test]
    fn errors_say_what_was_expected() {
        for (input, expected) in [
            ("", "expected the path of a module"),
            ("env!(\"M\")", "expected the path of a module"),
            (r#""m""#, "no public keys were given"),
            (r#""m" keys = ["a"]"#, "expected `,`"),
            (r#""m", keys = []"#, "found none"),
            (r#""m", keys = "a""#, "expected a list"),
            (r#""m", keys = [1]"#, "expected a public key"),
            (r#""m", ["a"]"#, "expected a named argument"),
            (r#""m", kyes = ["a"]"#, "did you mean `keys`?"),
            (r#""m", colour = "a""#, "the known features are `keys`, `require`"),
            (r#""m", keys = ["a"], keys = ["a"]"#, "`keys` is given twice"),
            (r#""m", keys = ["a"], require = 0"#, "expected `any`, `all`"),
            (r#""m", keys = ["a"], require = -1"#, "expected `any`, `all`"),
            (r#""m", keys = ["a"], require = "all""#, "expected `any`, `all`"),
            (r#""m", keys = ["a"], coverage = half"#, "expected `whole` or `prefix`"),
            (r#""m", keys = ["a"], version = 1"#, "expected a version requirement as a string"),
            (r#""m", keys = ["a"], version = "one""#, "such as \">=1.4, <2\""),
            (r#""m", keys = ["a"], coverage = whole, sections = ["p"]"#, "remove one of the two"),
        ] {
            let error = error(input);
            assert!(error.contains(expected), "{input}: {error}");
        }
    }
}
