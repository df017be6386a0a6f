//! Words and numbers that are a contract, read from where the sources declare them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use syn::{Arm, Attribute, Expr, File, ImplItem, Item, ItemEnum, Lit, Meta, Pat, Stmt, Type};

use super::{paragraph, table};
use crate::repository;

/// The page of exit codes.
pub fn exit_codes() -> String {
    let file = parse("cargo-wasmsign/src/exit.rs");
    let exits = declared(&file, "Exit");
    let rows = exits.variants.iter().map(|variant| {
        let (_, number) = variant.discriminant.as_ref().expect("each code has a number");
        let name = variant.ident.to_string().to_lowercase();
        vec![format!("{}", literal(number)), name, documentation(&variant.attrs)]
    });
    let mut page =
        "# Exit codes\n\nScripts may rely on them; codes are added, never changed.\n\n".to_owned();
    page += &table(&["code", "name", "when"], rows);
    page += "\nOf several files the worst decides: 4, then 3, then 1, then 0. An error in the call itself (2) is found before \
        any file is read. When cargo fails, the code is 101 whatever cargo's own was, which the message gives.\n";
    page
}

/// A type of the library, behind its file.
type Declared = (&'static str, &'static str);

/// Where reasons are declared: the heading, what they mean for a caller, and the types.
const REASONS: &[(&str, &str, &[Declared])] = &[
    (
        "Refused",
        "Exit code 1. The module was read correctly, and is not trusted.",
        &[
            ("verify/verdict.rs", "Reason"),
            ("formats/error.rs", "Unknown"),
            ("trust/pins/check.rs", "PinRefusal"),
        ],
    ),
    (
        "Malformed",
        "Exit code 3. The module or its signature data is not what its format demands.",
        &[("wasm/error.rs", "Rule")],
    ),
];

/// The page of reasons.
pub fn reasons() -> String {
    let mut page = "# Reasons\n\n\
        Why a module is not verified: the word in parentheses behind a refusal, and `reason` in [JSON](json.md#verify). \
        Words are added, never changed. A file that could not be read has the reason `io` and exit code 4.\n"
        .to_owned();
    for (heading, about, types) in REASONS {
        let rows = types.iter().flat_map(|(path, name)| codes(path, name));
        let rows = rows.map(|(code, about)| vec![format!("`{code}`"), about]);
        let _ =
            write!(page, "\n## {heading}\n\n{about}\n\n{}", table(&["reason", "meaning"], rows));
    }
    page
}

/// The words that `code` of a type of the library gives, each with what is said of its variant.
fn codes(path: &str, name: &str) -> Vec<(String, String)> {
    let file = parse(&format!("build-support/wasmsign-core/src/{path}"));
    let variants = &declared(&file, name).variants;
    let about = |variant: &str| {
        let declared = variants.iter().find(|declared| declared.ident == variant);
        documentation(&declared.expect("the variant is declared").attrs)
    };
    let arms = arms(&file, name);
    assert!(!arms.is_empty(), "{path}: `code` of {name} was not found");
    // What another type says is told with that type.
    let words = arms.iter().filter_map(|arm| Some((variant(&arm.pat)?, word(&arm.body)?)));
    words.map(|(variant, word)| (word, about(&variant))).collect()
}

/// The arms of the one `match` in a type's `code`.
fn arms<'f>(file: &'f File, name: &str) -> &'f [Arm] {
    let of_type = |ty: &Type| matches!(ty, Type::Path(path) if path.path.is_ident(name));
    let blocks = file.items.iter().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() && of_type(&block.self_ty) => Some(block),
        _ => None,
    });
    let functions = blocks.flat_map(|block| &block.items).filter_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "code" => Some(function),
        _ => None,
    });
    let mut matches = functions.filter_map(|function| match function.block.stmts.last() {
        Some(Stmt::Expr(Expr::Match(choice), _)) => Some(&*choice.arms),
        _ => None,
    });
    matches.next().unwrap_or_default()
}

fn variant(pattern: &Pat) -> Option<String> {
    let path = match pattern {
        Pat::Struct(pattern) => &pattern.path,
        Pat::TupleStruct(pattern) => &pattern.path,
        Pat::Path(pattern) => &pattern.path,
        _ => return None,
    };
    path.segments.last().map(|segment| segment.ident.to_string())
}

fn word(body: &Expr) -> Option<String> {
    match body {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn literal(number: &Expr) -> u8 {
    match number {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().expect("a code is a byte"),
            _ => panic!("a code is a number"),
        },
        _ => panic!("a code is a number"),
    }
}

fn parse(path: &str) -> File {
    let text = std::fs::read_to_string(repository().join(path)).expect("the source is there");
    syn::parse_file(&text).expect("it is Rust")
}

fn declared<'f>(file: &'f File, name: &str) -> &'f ItemEnum {
    let enums = file.items.iter().filter_map(|item| match item {
        Item::Enum(declared) => Some((declared.ident.to_string(), declared)),
        _ => None,
    });
    enums.collect::<BTreeMap<_, _>>()[name]
}

/// What the documentation says, as one line of Markdown in which no name is a link.
fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => word(&pair.value),
        _ => None,
    });
    let text = paragraph(&lines.collect::<Vec<_>>().join("\n"));
    let links = regex::Regex::new(r"\[(`[^`\]]*`)\](\([^)]*\))?").expect("the pattern is right");
    links.replace_all(&text, "$1").into_owned()
}
