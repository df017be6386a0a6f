use std::io::Cursor;

use wasmsign_core::{KeyEncoding, SecretKey, sign};

use super::*;
use crate::ErrorKind;

/// A package in a directory of its own, with a signed module and its signer's key.
struct Package(PathBuf);

impl Package {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        let package = Self(std::env::temp_dir().join(format!("wasmsign-build-{name}-{id}")));
        fs::create_dir_all(package.0.join("out")).unwrap();
        package.write("a.wasm", &signed(&[7]));
        package.write("a.pub", &public(7));
        package.write("b.pub", &public(8));
        package
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.0.join(name), content).unwrap();
    }

    fn run(&self, import: &Import) -> (Result<Module>, Vec<String>) {
        let script = Script {
            package: self.0.clone(),
            out: self.0.join("out"),
            hosted_docs: true,
            jobs: None,
            started: std::time::SystemTime::now(),
        };
        let mut told = Told::default();
        let result = import.run(&script, &mut told);
        (result, told.lines().unwrap())
    }

    #[track_caller]
    fn refuses(&self, import: &Import, kind: ErrorKind, texts: &[&str]) {
        let error = self.run(import).0.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        let told = format!("{error:?}");
        texts.iter().for_each(|text| assert!(told.contains(text), "no `{text}` in {told}"));
        assert_eq!(fs::read_dir(self.0.join("out")).unwrap().count(), 0);
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn public(seed: u8) -> Vec<u8> {
    SecretKey::from_seed(&[seed; 32]).public_key().encode(KeyEncoding::Pem)
}

fn signed(seeds: &[u8]) -> Vec<u8> {
    let secrets: Vec<_> = seeds.iter().map(|&seed| SecretKey::from_seed(&[seed; 32])).collect();
    let signatures: Vec<_> = secrets
        .iter()
        .map(|secret| sign::NewSignature { signer: secret, key_id: sign::KeyId::Auto })
        .collect();
    let mut signed = Cursor::new(Vec::new());
    // A custom section `x`.
    let module = b"\0asm\x01\0\0\0\x00\x02\x01x";
    sign::embed(Cursor::new(module), &mut signed, &signatures).unwrap();
    signed.into_inner()
}

#[test]
fn a_verified_module_is_copied_and_told() {
    let package = Package::new("copied");
    let (module, told) = package.run(&Import::new("a.wasm").key("a.pub"));
    let module = module.unwrap();
    assert_eq!(fs::read(module.path()).unwrap(), signed(&[7]));
    assert!(module.verified().unwrap().is_whole() && module.identity().is_some());
    let path = |name: &str| package.0.join(name).display().to_string();
    assert_eq!(
        told,
        [
            format!("cargo::rerun-if-changed={}", path("a.pub")),
            format!("cargo::rerun-if-changed={}", path("a.wasm")),
            format!("cargo::rustc-env=A_WASM={}", path("out/A_WASM.wasm")),
        ]
    );
}

#[test]
fn a_key_may_be_a_text() {
    let package = Package::new("text");
    let key = SecretKey::from_seed(&[7; 32]).public_key().encode(KeyEncoding::OpenSsh);
    let import = Import::new("a.wasm").key(String::from_utf8(key).unwrap().trim());
    package.run(&import).0.unwrap();
}

#[test]
fn a_secret_key_in_the_place_of_a_public_one_is_not_repeated() {
    let package = Package::new("secret");
    for seed in 1..9 {
        let pem = SecretKey::from_seed(&[seed; 32]).encode(KeyEncoding::Pem);
        let pem = std::str::from_utf8(&pem).unwrap();
        let digits = pem.lines().nth(1).unwrap();
        // A half of it as well: what is broken may be a secret all the same.
        for text in [pem, digits, &digits[..40]] {
            let error = package.run(&Import::new("a.wasm").key(text)).0.unwrap_err();
            let told = format!("{error:?}");
            assert_eq!(error.kind(), ErrorKind::Key);
            assert!(
                told.contains("may be a secret key") && !told.contains(&digits[24..40]),
                "{told}"
            );
        }
    }
}

#[test]
fn what_is_not_trusted_is_refused() {
    let package = Package::new("refused");
    let import = Import::new("a.wasm");
    package.refuses(&import, ErrorKind::Key, &["a.wasm", "`key`"]);
    package.refuses(&import.clone().key("c.pub"), ErrorKind::Key, &["c.pub", "Cargo.toml"]);
    package.refuses(&import.clone().key("a.wasm"), ErrorKind::Key, &["a.wasm", "module"]);
    let other = import.clone().key("b.pub");
    package.refuses(&other, ErrorKind::Refused, &["a.wasm", "no-trusted-signature", "inspect"]);
    let both = other.clone().key("a.pub").require(Require::All);
    package.refuses(&both, ErrorKind::Refused, &["policy-not-met", "2 of the keys"]);
    let two = Require::AtLeast(2.try_into().unwrap());
    let twice = import.clone().key("a.pub").key("a.pub").require(two);
    package.refuses(&twice, ErrorKind::Key, &["a.wasm", "keys given is 1", "`require`"]);
    let missing = Import::new("none.wasm").key("a.pub");
    package.refuses(&missing, ErrorKind::Io, &["none.wasm"]);
    package.write("a.wasm", &[&signed(&[7])[..], b"\x00\x02\x01y"].concat());
    package.refuses(&import.clone().key("a.pub"), ErrorKind::Refused, &["body-changed", "again"]);
    let component = import.clone().key("a.pub").expect(Kind::Component);
    package.refuses(&component, ErrorKind::Refused, &["kind-mismatch"]);
    package.write("a.wasm", b"\0asm\x01\0\0\0");
    package.refuses(&import.clone().key("a.pub"), ErrorKind::Refused, &["no-signature"]);
    package.write("a.wasm", &signed(&[7])[..20]);
    package.refuses(&import.key("a.pub"), ErrorKind::Malformed, &["a.wasm", "offset"]);
}

#[test]
fn several_signers_may_be_asked_for() {
    let package = Package::new("several");
    package.write("a.wasm", &signed(&[7, 8]));
    let import = Import::new("a.wasm").key("a.pub").key("b.pub").require(Require::All);
    let module = package.run(&import).0.unwrap();
    assert_eq!(module.verified().unwrap().signers().len(), 2);
}

#[test]
fn a_detached_signature_is_copied_too() {
    let package = Package::new("detached");
    let module = b"\0asm\x01\0\0\0";
    let secret = SecretKey::from_seed(&[7; 32]);
    let signature = sign::NewSignature { signer: &secret, key_id: sign::KeyId::Auto };
    let data = sign::detached(&module[..], None, &[signature]).unwrap().data.encode();
    package.write("b.wasm", module);
    package.write("b.wasm.sig", &data);
    let import = Import::new("b.wasm").key("a.pub").signature("b.wasm.sig").env_name("B");
    let (module, told) = package.run(&import);
    assert_eq!(fs::read(module.unwrap().signature().unwrap()).unwrap(), data);
    assert!(told.iter().any(|line| line.starts_with("cargo::rustc-env=B_SIGNATURE=")));
    assert!(told.iter().any(|line| line.ends_with("b.wasm.sig") && line.contains("rerun")));
}
