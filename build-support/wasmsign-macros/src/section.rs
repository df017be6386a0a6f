//! `embed_section!`: a custom section for the guest in which it stands.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitByteStr, LitStr, Result, Token};

use crate::arguments::{text, unknown};
use crate::failure;
use crate::files::Source;

/// The arguments of `embed_section!`.
pub(crate) struct Section {
    name: LitStr,
    content: Content,
}

/// Where the content comes from.
enum Content {
    Text(LitStr),
    Path(LitStr),
    /// An expression of bytes, for the compiler to evaluate.
    Constant(TokenStream),
}

impl Parse for Section {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = text(input, "the name of a section")?;
        refuse_name(&name)?;
        if input.is_empty() {
            let message =
                "no content was given\nhelp: add a string, `path = \"…\"`, or a constant of bytes";
            return Err(Error::new(name.span(), message));
        }
        input.parse::<Token![,]>()?;
        let content = content(input)?;
        Ok(Self { name, content })
    }
}

fn content(input: ParseStream<'_>) -> Result<Content> {
    let content = if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
        let name: Ident = input.parse()?;
        if name != "path" {
            return Err(unknown(&name, &["path"], "argument"));
        }
        input.parse::<Token![=]>()?;
        Content::Path(text(input, "the path of a file")?)
    } else if input.peek(LitStr) && is_last_but_a_comma(input) {
        Content::Text(input.parse()?)
    } else {
        return constant(input);
    };
    input.parse::<Option<Token![,]>>()?;
    match input.is_empty() {
        true => Ok(content),
        false => Err(input.error("unexpected argument: a section has one name and one content")),
    }
}

/// Whether the text is the content, rather than the beginning of an expression such as `"a".as_bytes()`.
fn is_last_but_a_comma(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let read = ahead.parse::<LitStr>();
    read.is_ok() && (ahead.is_empty() || ahead.peek(Token![,]))
}

fn constant(input: ParseStream<'_>) -> Result<Content> {
    if input.is_empty() {
        return Err(input.error("expected a string, `path = \"…\"`, or a constant of bytes"));
    }
    input.parse().map(Content::Constant)
}

fn refuse_name(name: &LitStr) -> Result<()> {
    let message = match name.value().as_str() {
        "" => "a section must have a name\nhelp: give it a name",
        "signature" | "signature_delimiter" => {
            "only signing adds sections with this name, and it refuses a module that already has \
             one\nhelp: give the section another name"
        }
        "name" => {
            "the toolchain writes the section `name`, and there can be only one\n\
             help: give the section another name"
        }
        other if is_toolchains(other) => {
            "compilers and linkers use sections with this name themselves, and would reject, drop \
             or misread this one\nhelp: give the section another name"
        }
        other if other.contains('\0') => {
            "the compiler does not accept a name that contains a zero byte"
        }
        _ => return Ok(()),
    };
    Err(Error::new(name.span(), message))
}

/// Whether the name is one of the tool conventions. `.init_array` is what runs at the start, and no section of the module
/// at all; sections of debug information are stripped.
fn is_toolchains(name: &str) -> bool {
    matches!(name, "producers" | "target_features" | "linking" | "dylink" | "dylink.0")
        || ["reloc.", ".init_array", ".debug_"].iter().any(|start| name.starts_with(start))
}

/// The expansion of `embed_section!`.
pub(crate) fn expand(section: &Section) -> failure::Result<TokenStream> {
    let name = &section.name;
    let content = match &section.content {
        Content::Text(text) => {
            let bytes = LitByteStr::new(text.value().as_bytes(), text.span());
            quote!(#bytes)
        }
        Content::Path(path) => Source::read(
            path,
            "content of the section",
            "create it before this crate is compiled, or correct the path",
        )?
        .include(),
        Content::Constant(constant) => constant.clone(),
    };
    Ok(quote! {
        #[cfg(target_family = "wasm")]
        const _: () = {
            const CONTENT: &[u8] = #content;
            // Whoever looks for the section would take its not being there for the content's being empty.
            ::core::assert!(!CONTENT.is_empty(), "the linker does not create a section with empty \
                                                  content");
            #[used]
            #[unsafe(link_section = #name)]
            static SECTION: [u8; CONTENT.len()] = match CONTENT.first_chunk() {
                ::core::option::Option::Some(content) => *content,
                ::core::option::Option::None => ::core::unreachable!(),
            };
        };
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(input: &str) -> Result<Section> {
        syn::parse_str(input)
    }

    #[test]
    fn the_three_contents_are_told_apart() {
        let content = |input| parse(input).map(|section| section.content).unwrap();
        assert!(matches!(content(r#""a", "text","#), Content::Text(_)));
        assert!(matches!(content(r#""a", path = "b""#), Content::Path(_)));
        for constant in [r#""a", BYTES"#, r#""a", "b".as_bytes()"#, r#""a", path"#, r#""a", b"c""#]
        {
            assert!(matches!(content(constant), Content::Constant(_)), "{constant}");
        }
    }

    #[test]
    fn errors_say_what_was_expected() {
        for (input, expected) in [
            ("", "expected the name of a section"),
            (r#""", "text""#, "must have a name"),
            (r#""signature", "text""#, "only signing adds"),
            (r#""signature_delimiter", "text""#, "only signing adds"),
            (r#""name", "text""#, "the toolchain writes"),
            (r#""a\0b", "text""#, "zero byte"),
            (r#""linking", "text""#, "linkers use sections"),
            (r#""producers", "text""#, "linkers use sections"),
            (r#""reloc.CODE", "text""#, "linkers use sections"),
            (r#"".init_array.7", "text""#, "linkers use sections"),
            (r#"".debug_info", "text""#, "linkers use sections"),
            (r#""a""#, "no content was given"),
            (r#""a","#, "expected a string"),
            (r#""a", pth = "b""#, "did you mean `path`?"),
            (r#""a", "text", "text""#, "unexpected argument"),
        ] {
            let error = match parse(input) {
                Ok(_) => panic!("{input} was taken"),
                Err(error) => error.to_string(),
            };
            assert!(error.contains(expected), "{input}: {error}");
        }
    }
}
