//! What a module says of itself: the module manifest.

use super::{component_body, standard};
use crate::bytes::{component, custom, data, delimiter, module, rolling};
use crate::draft::{Draft, refused, verified};
use crate::keys::{ALICE, BOB, signed_data, signed_set};

const SECTION: &str = "wasmsign-manifest";

/// Version 1.4.2 of the package `codec`, as a writer writes it.
const CODEC: &str = r#"{"schema":1,"package":"codec","version":"1.4.2","target":"codec","profile":"release","revision":"git:0123456789abcdef0123456789abcdef01234567","dirty":false,"built":"sha256:0707070707070707070707070707070707070707070707070707070707070707","optimizer":{"name":"binaryen","version":"116","options":["-Oz"]},"extra":{"channel":"stable"}}"#;

pub fn cases() -> Vec<Draft> {
    [asked(), readers(), broken(), places(), kinds()].into_iter().flatten().collect()
}

fn says(json: &str) -> Vec<u8> {
    custom(SECTION, json.as_bytes())
}

/// [`CODEC`] with one text in place of another.
fn with(from: &str, to: &str) -> String {
    assert!(CODEC.contains(from), "{from}");
    CODEC.replacen(from, to, 1)
}

/// A module of one part that says this, signed by alice.
fn saying(json: &str) -> Vec<u8> {
    signed(&[[standard(), says(json)].concat()])
}

fn signed(parts: &[Vec<u8>]) -> Vec<u8> {
    module(&signed_data(parts), &parts.concat())
}

fn asked() -> Vec<Draft> {
    let (other, early) = (with(r#""package":"codec""#, r#""package":"Codec""#), "1.5.0-beta.1");
    let early = with("1.4.2", early);
    let no = |name: &str, reason: &str, about: &str, json: &str| {
        refused(name, reason, about, saying(json))
    };
    vec![
        verified("right", "The package and a version that is asked for.", saying(CODEC))
            .package("codec")
            .version(">=1.4, <2"),
        verified("nothing-asked", "Nothing is asked of it.", saying(CODEC)),
        verified("version-alone", "Any package of that version.", saying(CODEC)).version("1.4"),
        no("other-package", "wrong-package", "A name that differs in case.", &other)
            .package("codec"),
        no("other-package-first", "wrong-package", "Package and version are others.", &other)
            .package("codec")
            .version("2"),
        no("old-version", "wrong-version", "A version that is too low.", CODEC).version(">=1.5"),
        no("next-major", "wrong-version", "`0.4` takes no other major version.", CODEC)
            .version("0.4"),
        no("pre-release", "wrong-version", "A pre-release that nobody names.", &early)
            .version(">=1.4"),
        verified("pre-release-named", "A pre-release that is named.", saying(&early))
            .version(">=1.5.0-alpha"),
        refused("none", "no-manifest", "It says nothing.", signed(&[standard()])).package("codec"),
        verified("none-asked", "It says nothing, and nobody asks.", signed(&[standard()])),
        refused(
            "stranger",
            "no-trusted-signature",
            "Signed by somebody else: that comes first.",
            {
                let body = [standard(), says(&other)].concat();
                module(&data(&[signed_set(&[BOB], &rolling(std::slice::from_ref(&body)))]), &body)
            },
        )
        .package("codec"),
    ]
}

/// What binds writers and not readers.
fn readers() -> Vec<Draft> {
    let spaced =
        CODEC.replace(':', " : ").replace("git : ", "git:").replace("sha256 : ", "sha256:");
    let order = with(r#"{"schema":1,"package":"codec","#, r#"{"package":"codec","schema":1,"#);
    let more = with(r#"{"schema":1,"#, r#"{"later":[{"a":1.5e3},null],"schema":1,"#);
    let escaped = with(r#""package":"codec""#, r#""\u0070ackage":"\u0063odec""#);
    let ok = |name: &str, about: &str, json: &str| {
        verified(name, about, saying(json)).package("codec").version("1.4")
    };
    vec![
        ok("white-space", "White space between the values.", &format!("\n{spaced}\n")),
        ok("order", "The keys in another order.", &order),
        ok("unknown-key", "A key that is not known.", &more),
        ok("escaped", "Letters as escapes.", &escaped),
        ok("longest", "65,536 bytes.", &filled(65_536)),
    ]
}

/// [`CODEC`] with a text so long that all of it has so many bytes.
fn filled(length: usize) -> String {
    with("stable", &"x".repeat(length - CODEC.len() + "stable".len()))
}

/// What counts as none.
fn broken() -> Vec<Draft> {
    let twice = r#""package":"codec","package":"codec""#;
    let cases = [
        ("too-long", "65,537 bytes.", filled(65_537)),
        ("empty", "No bytes.", String::new()),
        ("not-json", "Not JSON.", "codec 1.4.2".into()),
        ("cut", "The last byte is missing.", CODEC[..CODEC.len() - 1].into()),
        ("behind", "Another value behind it.", format!("{CODEC}{{}}")),
        ("bom", "A byte order mark before it.", format!("\u{feff}{CODEC}")),
        ("list", "A list.", format!("[{CODEC}]")),
        ("key-twice", "A key twice.", with(r#""package":"codec""#, twice)),
        (
            "key-twice-escaped",
            "A key twice, once as escapes.",
            with(r#""package":"codec""#, r#""package":"codec","\u0070ackage":"codec""#),
        ),
        (
            "key-twice-in-extra",
            "A key twice in `extra`.",
            with(r#""channel":"stable""#, r#""channel":"stable","channel":"stable""#),
        ),
        (
            "key-twice-in-optimizer",
            "A key twice in `optimizer`.",
            with(r#""version":"116""#, r#""version":"116","version":"116""#),
        ),
        (
            "key-twice-in-unknown",
            "A key twice in a value that is not known.",
            with(r#"{"schema":1"#, r#"{"later":[{"a":1,"a":1}],"schema":1"#),
        ),
        ("schema-2", "Another schema.", with(r#""schema":1"#, r#""schema":2"#)),
        ("schema-text", "The schema as a text.", with(r#""schema":1"#, r#""schema":"1""#)),
        ("no-schema", "No schema.", with(r#""schema":1,"#, "")),
        ("no-version", "No version.", with(r#""version":"1.4.2","#, "")),
        ("version-short", "A version of two numbers.", with("1.4.2", "1.4")),
        ("package-null", "No name.", with(r#""package":"codec""#, r#""package":null"#)),
        ("dirty-text", "A text for a flag.", with(r#""dirty":false"#, r#""dirty":"false""#)),
        ("built-short", "A digest that is too short.", with("sha256:07", "sha256:")),
        ("extra-number", "A number in `extra`.", with(r#""stable""#, "1")),
        ("options-text", "A text for a list.", with(r#"["-Oz"]"#, r#""-Oz""#)),
    ];
    let draft = |(name, about, json): (&str, &str, String)| {
        [
            refused(name, "no-manifest", about, saying(&json)).package("codec"),
            verified(&format!("{name}-not-asked"), about, saying(&json)),
        ]
    };
    let with_0xff = |byte| if byte == b'?' { 0xff } else { byte };
    let content: Vec<u8> = with("stable", "?").bytes().map(with_0xff).collect();
    let not_utf8 = signed(&[[standard(), custom(SECTION, &content)].concat()]);
    let not_utf8 = refused("not-utf8", "no-manifest", "A byte that is not UTF-8.", not_utf8);
    cases.into_iter().flat_map(draft).chain([not_utf8.package("codec")]).collect()
}

/// Where it stands, and how often.
fn places() -> Vec<Draft> {
    let other = with(r#""package":"codec""#, r#""package":"other""#);
    let both = [says(CODEC), says(CODEC)].concat();
    let first = [standard(), says(CODEC), delimiter(1)].concat();
    let bare = [standard(), delimiter(1)].concat();
    let of =
        |count: usize, parts: &[Vec<u8>]| module(&signed_data(&parts[..count]), &parts.concat());
    let prefix = |draft: Draft| draft.package("codec").prefix();
    vec![
        refused("twice", "no-manifest", "Two of them.", signed(&[[standard(), both].concat()]))
            .package("codec"),
        verified("before-code", "Before all other sections.", {
            signed(&[[says(CODEC), standard()].concat()])
        })
        .package("codec"),
        prefix(verified(
            "prefix",
            "In the covered part.",
            of(1, &[first.clone(), custom("x", b"")]),
        )),
        prefix(verified("behind-covered", "Another one behind the covered part.", {
            of(1, &[first.clone(), says(&other)])
        })),
        prefix(refused("not-covered", "no-manifest", "Behind the covered part.", {
            of(1, &[bare.clone(), says(CODEC)])
        })),
        prefix(verified("second-part", "In the second part.", {
            of(2, &[bare.clone(), [says(CODEC), delimiter(2)].concat()])
        })),
        prefix(refused("twice-in-parts", "no-manifest", "One in each of two covered parts.", {
            of(2, &[first, [says(&other), delimiter(2)].concat()])
        })),
        refused("other-name", "no-manifest", "A section of nearly that name.", {
            signed(&[[standard(), custom("wasmsign-manifests", CODEC.as_bytes())].concat()])
        })
        .package("codec"),
    ]
}

fn kinds() -> Vec<Draft> {
    let of = |body: Vec<u8>| {
        let data = data(&[signed_set(&[ALICE], &rolling(std::slice::from_ref(&body)))]);
        component(&data, &body)
    };
    vec![
        verified(
            "component",
            "A component that says it.",
            of([component_body(), says(CODEC)].concat()),
        )
        .package("codec")
        .expect("component"),
        refused(
            "component-none",
            "no-manifest",
            "A component that says nothing.",
            of(component_body()),
        )
        .package("codec")
        .expect("component"),
    ]
}
