//! What the compiler says of calls that are wrong, word for word: `tests/ui/NAME.rs` and `NAME.stderr`. With
//! `UPDATE_UI=1` in the environment the texts are written anew.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::*;
use wasmsign_core::manifest::MANIFEST_SECTION;
use wasmsign_core::{Identity, KeyEncoding, ModuleManifest};

/// A project with every file that the calls name.
fn project(name: &str) -> Project {
    let project = Project::new(name, &dependencies());
    let plain = module(&[custom("policy", b"none")]);
    let one = signed(&plain, &[1]);
    let delimiter = custom("signature_delimiter", &[7; 16]);
    let part = signed(&module(&[custom("policy", b"none"), delimiter]), &[1]);
    let mut changed = one.clone();
    *changed.last_mut().unwrap() ^= 1;

    project.write("unsigned.wasm", &plain);
    project.write("unsigned.wasm.sig", detached(&plain, 1));
    project.write("one.wasm", &one);
    project.write("two.wasm", signed(&plain, &[1, 2]));
    project.write("stripped.wasm", [part, custom("extra", b"anything")].concat());
    project.write("changed.wasm", changed);
    project.write("cut.wasm", &one[..one.len() - 1]);
    project.write("text.wasm", "(module)");
    project.write("codec.wasm", signed(&module(&[codec()]), &[1]));
    project.write("component.wasm", b"\0asm\x0d\0\x01\0");
    for (seed, name) in [(1, "one"), (2, "two"), (3, "three")] {
        project.write(&format!("keys/{name}.pub"), public_text(seed));
    }
    project.write("keys/one.secret", &*secret(1).encode(KeyEncoding::Pem));
    project.write("keys/none.pub", "a note");
    project
}

/// What a module `codec`, version 1.4.2, says of itself.
fn codec() -> Vec<u8> {
    let version = "1.4.2".parse().unwrap();
    let built = Identity::from_bytes([7; 32]);
    let manifest = ModuleManifest::builder("codec", &version, "codec", "release", built)
        .optimizer("binaryen", "116", ["-Oz"])
        .extra("channel", "stable");
    custom(MANIFEST_SECTION, &manifest.build().unwrap().encode().unwrap())
}

fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut cases: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    cases
}

/// Without what cargo adds, and without the paths of this machine.
fn normal(said: &str) -> String {
    let lines = said.lines().filter(|line| !line.starts_with("error: could not compile"));
    let text = lines.collect::<Vec<_>>().join("\n");
    text.replace(env!("CARGO_MANIFEST_DIR"), "$MACROS").replace('\\', "/").trim_end().to_owned()
        + "\n"
}

#[test]
fn errors_point_at_the_argument_and_say_what_to_do() {
    let project = project("ui");
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case.file_stem().unwrap().to_str().unwrap().to_owned();
        project.write(&format!("src/bin/{name}.rs"), fs::read(&case).unwrap());
        let said = normal(&project.fail(&["check", "-q", "--bin", &name]));
        let expected = case.with_extension("stderr");
        if std::env::var_os("UPDATE_UI").is_some() {
            fs::write(&expected, &said).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{name}:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_secret_key_is_refused_without_being_repeated() {
    let project = Project::new("secrets", &dependencies());
    let secret = secret(1);
    let hex: String =
        secret.encode(KeyEncoding::Compact).iter().map(|byte| format!("{byte:02x}")).collect();
    let secret_lines = |seed| {
        let pem = common::secret(seed).encode(KeyEncoding::Pem);
        Vec::from_iter(String::from_utf8(pem.to_vec()).unwrap().lines().map(str::to_owned))
    };
    let pem = secret_lines(1).join("\n");
    // One line of it is a secret too, though with a slash in it, it could be a path.
    let slashed = (1..).map(|seed| secret_lines(seed)[1].clone()).find(|line| line.contains('/'));
    let slashed = slashed.expect("every other key has one");
    // Without its first byte as well: what is broken may be a secret all the same.
    for text in [&hex, &hex[2..], &pem, &slashed] {
        let source = format!("fn main() {{ wasmsign_macros::public_key!({text:?}); }}");
        project.write("src/main.rs", source);
        let said = project.fail(&["check", "-q"]);
        assert!(said.contains("it may be a secret key"), "{said}");
        let digits = text.lines().max_by_key(|line| line.len()).unwrap();
        assert!(!said.contains(&digits[8..24]), "{said}");
    }
}

const PASS: &str = r##"
use wasmsign_core::{PublicKey, VerifiedModule};
use wasmsign_macros::{embed_section, include_signed, public_key};

static ONE: VerifiedModule<'_> = include_signed!("one.wasm", keys = ["keys/one.pub"]);
static TWO: VerifiedModule<'_> =
    include_signed!("two.wasm", keys = ["keys/one.pub", "keys/two.pub"], require = all);
static TWO_OF_THREE: VerifiedModule<'_> = include_signed!(
    r"two.wasm",
    keys = ["keys/one.pub", "keys/two.pub", "keys/three.pub"],
    require = 2,
    coverage = whole,
);
static STRIPPED: VerifiedModule<'_> =
    include_signed!("stripped.wasm", keys = ["keys/one.pub"], sections = ["pol*"]);
static DETACHED: VerifiedModule<'_> =
    include_signed!("unsigned.wasm", keys = ["keys/one.pub"], signature = "unsigned.wasm.sig");
static CODEC: VerifiedModule<'_> = include_signed!(
    "codec.wasm", keys = ["keys/one.pub"], package = "codec", version = ">=1.4, <2"
);
const KEY: PublicKey = public_key!("keys/one.pub");
const HEX: PublicKey = public_key!("HEX_OF_KEY");

embed_section!("nothing", "on this target");

macro_rules! included {
    ($path:literal, $key:expr) => { include_signed!($path, keys = [$key]) };
}

fn main() {
    assert_eq!(ONE.bytes(), std::fs::read("one.wasm").unwrap());
    assert_eq!(ONE.covered_bytes(), ONE.bytes());
    assert_eq!(ONE.verified().identity(), TWO.verified().identity());
    assert_eq!(TWO, TWO_OF_THREE);
    assert_eq!(ONE.verified().identity(), DETACHED.verified().identity());
    assert!(STRIPPED.covered_bytes().len() < STRIPPED.bytes().len());
    assert_eq!(KEY, PublicKey::decode(&std::fs::read("keys/one.pub").unwrap()).unwrap());
    assert_eq!(KEY, HEX);
    assert_eq!(ONE, included!("one.wasm", "keys/one.pub"));
    assert!(ONE.verified().manifest().is_none());
    let said = CODEC.verified().manifest().unwrap();
    let now = wasmsign_core::Verifier::new([KEY]).unwrap().verify_bytes(CODEC.bytes()).unwrap();
    assert_eq!(Some(said), now.verified().manifest());
    assert_eq!(said.extra().next(), Some(("channel", "stable")));
    let verifier = wasmsign_core::Verifier::builder([KEY]).with_identity().build().unwrap();
    assert_eq!(verifier.verify(ONE.bytes()).unwrap().identity(), ONE.verified().identity());
}
"##;

#[test]
fn what_is_right_compiles_and_says_the_truth() {
    let project = project("pass");
    let key = secret(1).public_key().encode(KeyEncoding::Compact);
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    project.write("src/main.rs", PASS.replace("HEX_OF_KEY", &hex));
    project.succeed(&["run", "-q"]);
}
