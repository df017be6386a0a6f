//! Where sections go, and which orders are refused.

use super::bench::*;
use crate::exit::Exit;
use crate::module::shape::Delimiters;

#[track_caller]
fn assert_shaped(before: &str, wanted: &Wanted, after: &str) {
    let module = module(&sections(&words(before)));
    let shaped = shape(&module, wanted, &Delimiters::Random);
    let (shaped, _) = shaped.unwrap_or_else(|error| panic!("{before}, {wanted:?}: {error}"));
    assert_eq!(shown(&shaped), after, "{before}, {wanted:?}");
}

#[test]
fn sections_go_and_come() {
    for (before, remove, embed, after) in [
        ("1 a 10 b name", "", "", "1 a 10 b name"),
        ("1 a 10 b a name", "a", "", "1 10 b name"),
        (
            "1 10 b name producers target_features",
            "",
            "z y",
            "1 10 b y z name producers target_features",
        ),
        ("1 10 name b producers", "", "y", "1 10 y name b producers"),
        ("1 a 10", "", "y", "1 a 10 y"),
        ("", "", "y", "y"),
        ("1 10 producers", "", "name target_features y", "1 10 y name producers target_features"),
        ("1 10 name target_features", "", "producers", "1 10 name producers target_features"),
        ("1 10 build name", "build", "build", "1 10 build name"),
        ("a 1 10 b", "", "dylink.0", "dylink.0 a 1 10 b"),
        // It was so before, and is nobody's wish.
        ("name 1 10 b", "", "y", "name 1 10 b y"),
    ] {
        assert_shaped(before, &Wanted::of(remove, embed, None), after);
    }
}

#[test]
fn sections_fall_into_parts() {
    let all = "1 metadata.code.branch_hint 10 a b name producers target_features";
    for (before, embed, parts, after) in [
        (all, "", "@standard", &format!("{all} /")[..]),
        (
            all,
            "",
            "@standard a | b | name producers target_features",
            "1 metadata.code.branch_hint 10 a / b / name producers target_features /",
        ),
        (
            all,
            "z",
            "@standard z | b | none",
            "1 metadata.code.branch_hint 10 a z name producers target_features / b /",
        ),
        ("1 10 a b name", "", "b | @standard name", "a b / 1 10 name /"),
        ("1 a 10 b name", "", "b | @standard name a", "b / 1 a 10 name /"),
        ("1 10 name", "y z", "@standard | y | name z", "1 10 / y / z name /"),
        ("a 1 10 b", "", "none | @standard | a | b", "1 10 / a / b /"),
        ("dylink.0 1 10 a", "", "@standard dylink.0 | a", "dylink.0 1 10 / a /"),
        ("dylink.0 1 10 a", "", "dylink.0 | a | @standard", "dylink.0 / a / 1 10 /"),
        ("1 10", "y", "y | @standard", "y / 1 10 /"),
        ("", "", "@standard", ""),
    ] {
        assert_shaped(before, &Wanted::of("", embed, Some(parts)), after);
    }
}

#[test]
fn the_outline_tells_what_was_done() {
    let before = module(&sections(&words("1 a 10 b c name")));
    let wanted = Wanted::of("a", "z", Some("c | @standard | name | b z"));
    let (_, outline) = shape(&before, &wanted, &Delimiters::None).unwrap();
    assert_eq!((outline.removed, outline.embedded), (words("a"), words("z")));
    assert_eq!(outline.moved, words("c b"));
    let parts: Vec<_> =
        outline.parts.iter().map(|part| (part.sections.join(" "), part.bytes)).collect();
    let sizes = [9, 10, 12, 9 + 6];
    let names = ["c", "@standard", "name", "b z"].map(str::to_owned);
    assert_eq!(parts, names.into_iter().zip(sizes).collect::<Vec<_>>());
}

#[test]
fn nothing_changes_where_nothing_is_wished_for() {
    let before = module(&sections(&words("1 a 10 b name")));
    let changes =
        |wanted: &Wanted, delimiters| plan(&before, wanted).unwrap().changes_anything(&delimiters);
    assert!(!changes(&Wanted::of("x", "", None), Delimiters::Random));
    assert!(!changes(&Wanted::of("", "", Some("@standard a | b name")), Delimiters::None));
    assert!(changes(&Wanted::of("", "", Some("@standard a b | name")), Delimiters::Random));
    assert!(changes(&Wanted::of("", "", Some("@standard a name | b")), Delimiters::None));
    assert!(changes(&Wanted::of("a", "", None), Delimiters::None));
    assert!(changes(&Wanted::of("", "y", None), Delimiters::None));
}

#[track_caller]
fn assert_refused(before: &str, wanted: &Wanted, says: &[&str]) {
    let Err(error) = plan(&module(&sections(&words(before))), wanted) else {
        panic!("{before}, {wanted:?}: expected a refusal")
    };
    assert_eq!(error.exit(), Exit::Usage, "{error}");
    let text = format!("{error}; {}", error.what_to_do().expect("every refusal has advice"));
    assert!(says.iter().all(|part| text.contains(part)), "{says:?} not in {text}");
}

#[test]
fn orders_that_webassembly_does_not_take_are_refused() {
    for (before, embed, parts, says) in [
        ("1 10 name", "", "name | @standard", ["`name`", "`@standard`"]),
        ("1 10 producers", "", "producers | @standard", ["`producers`", "`@standard`"]),
        ("1 10 name producers", "", "@standard producers | name", ["`producers`", "`name`"]),
        (
            "1 10 producers target_features",
            "",
            "@standard target_features | producers",
            ["`target_features`", "`producers`"],
        ),
        ("1 10 name", "producers", "@standard producers | name", ["`producers`", "`name`"]),
        ("dylink.0 1 10 a", "", "a | @standard dylink.0", ["`a`", "`dylink.0` only"]),
        ("1 10 a", "dylink.0", "a @standard | dylink.0", ["`dylink.0`", "first section"]),
        // That `producers` stands where it should not was so before; that `name` does is new.
        ("producers 1 10 name", "", "producers name | @standard", ["`name`", "`@standard`"]),
        (
            "1 metadata.code.x 10",
            "",
            "@standard | metadata.code.x",
            ["`metadata.code.x`", "same part as `@standard`"],
        ),
        (
            "1 metadata.code.x 10",
            "",
            "metadata.code.x | @standard",
            ["`metadata.code.x`", "same part as `@standard`"],
        ),
        ("1 10 linking reloc.CODE", "", "@standard", ["`linking`", "link the module first"]),
    ] {
        assert_refused(before, &Wanted::of("", embed, Some(parts)), &says);
    }
    assert_refused("1 10", &Wanted::of("", "metadata.code.x", None), &["before the code"]);
    assert_refused("1 10 reloc.CODE", &Wanted::of("", "y", None), &["`reloc.CODE`"]);
}

#[test]
fn names_that_are_taken_are_refused() {
    let says = ["already has a section `build`", "`sections.remove`"];
    assert_refused("1 build", &Wanted::of("", "build", None), &says);
    assert_refused("1", &Wanted::of("", "build build", None), &["has the section `build` twice"]);
    for own in ["signature", "signature_delimiter"] {
        assert_refused("1", &Wanted::of("", own, None), &[own, "only signing adds it"]);
    }
}

#[test]
fn what_is_signed_or_in_parts_already_is_refused() {
    assert_refused("signature 1 10", &Wanted::default(), &["`signature`", "already"]);
    assert_refused("1 signature", &Wanted::of("signature", "", None), &["`signature`"]);
    assert_refused("1 signature_delimiter 10", &Wanted::default(), &["`signature_delimiter`"]);
}

#[test]
fn there_are_no_more_parts_than_can_be_signed() {
    let names: Vec<_> = (0..65).map(|index| format!("n{index}")).collect();
    let parts = |count: usize| Wanted::of("", "", Some(&names[..count].join("|")));
    let plan_of = |count: usize| plan(&module(&sections(&names[..count])), &parts(count));
    assert_eq!(plan_of(64).unwrap().outline().parts.len(), 64);
    assert_refused(&names.join(" "), &parts(65), &["65 parts", "64"]);
}
