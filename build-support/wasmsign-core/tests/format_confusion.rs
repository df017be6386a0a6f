//! What somebody makes of other people's signatures: signatures of one format in another, forms that only look right, and
//! files that are to cost more than they may.

#![cfg(all(
    feature = "minisign",
    feature = "oak",
    feature = "sshsig",
    feature = "wasm-sign",
    feature = "wasmsign1"
))]

use std::io::Cursor;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use wasmsign_core::formats::minisign::{Algorithm, Signature};
use wasmsign_core::formats::oak::Endorsement;
use wasmsign_core::formats::{FileSignatures, wasmsign1};
use wasmsign_core::keys::Secp256k1SecretKey;
use wasmsign_core::limits::MAX_KEYS_OVER_FILE;
use wasmsign_core::{PublicKey, SecretKey, Verified, Verifier, VerifyError, sign};

const MODULE: &[u8] =
    &[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 0x0a, 4, 1, 2, 0, 0x0b];

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn public(seed: u8) -> PublicKey {
    secret(seed).public_key().clone()
}

fn verifier(keys: impl IntoIterator<Item = u8>) -> Verifier {
    let keys: Vec<_> = keys.into_iter().map(public).collect();
    Verifier::builder(keys).with_identity().build().unwrap()
}

#[track_caller]
fn code(result: Result<Verified, VerifyError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "verified")
}

fn ec() -> Secp256k1SecretKey {
    Secp256k1SecretKey::decode(include_bytes!("vectors/secp256k1.pem")).unwrap()
}

fn ends_with_wasmsign1(module: &[u8]) -> Vec<u8> {
    let mut signed = Vec::new();
    sign::wasmsign1(Cursor::new(module), &mut signed, &secret(7), b"").unwrap();
    signed
}

/// A `.sig` file of the tool-conventions.
fn detached() -> Vec<u8> {
    let signed = sign::detached(MODULE, None, &[sign::NewSignature::by(&secret(7))]).unwrap();
    signed.data.encode()
}

/// The Ed25519 signature that each format has over the module, without what stands around it.
fn bare_signatures() -> Vec<(&'static str, [u8; 64])> {
    let detached = detached();
    let hashed = sign::minisign(MODULE, &secret(7), "s", "t").unwrap();
    let hashed = Signature::decode(hashed.as_bytes()).unwrap();
    let pure = sign::minisign_pure(Cursor::new(MODULE), &secret(7), "s", "").unwrap();
    let pure = Signature::decode(pure.as_bytes()).unwrap();
    let ssh = sign::sshsig(MODULE, &secret(7), "wasm").unwrap();
    let ssh = wasmsign_core::formats::sshsig::Signature::decode(ssh.as_bytes()).unwrap();
    let oak = sign::oak(MODULE, &[&secret(7)]).unwrap();
    let oak = Endorsement::decode_all(oak.as_bytes()).unwrap();
    vec![
        ("wasmsign2", *detached.last_chunk().unwrap()),
        ("wasmsign1", *ends_with_wasmsign1(MODULE).last_chunk().unwrap()),
        ("minisign", hashed.signature),
        ("minisign, comment", hashed.global_signature),
        ("minisign, pure", pure.signature),
        ("minisign, pure, comment", pure.global_signature),
        ("sshsig", ssh.signature),
        ("oak", oak[0].signature),
    ]
}

/// A file of each format with this signature in it.
fn presented(bare: [u8; 64]) -> Vec<(&'static str, Vec<u8>, FileSignatures)> {
    let bytes = |text: String| text.into_bytes();
    let minisig = |algorithm, comment: &str, global_signature| {
        let number = *public(7).default_key_id().first_chunk().unwrap();
        let trusted_comment = comment.into();
        let whole =
            Signature { algorithm, number, signature: bare, trusted_comment, global_signature };
        FileSignatures::minisign(&bytes(whole.encode("s"))).unwrap()
    };
    let ssh = wasmsign_core::formats::sshsig::Signature {
        public_key: *public(7).ed25519_bytes().unwrap(),
        namespace: "wasm".into(),
        hash: wasmsign_core::formats::sshsig::Hash::Sha512,
        signature: bare,
    };
    let mut detached = detached();
    let start = detached.len() - 64;
    detached[start..].copy_from_slice(&bare);
    let oak = Endorsement {
        public_key: public(7),
        signature: bare,
        hash: {
            use sha2::{Digest, Sha256};
            Sha256::digest(MODULE).into()
        },
    };
    let at_the_end = [MODULE, &wasmsign1::section(&bare)].concat();
    vec![
        ("wasmsign2", MODULE.to_vec(), FileSignatures::detached(&detached)),
        ("wasmsign1", at_the_end, FileSignatures::wasmsign1(b"").unwrap()),
        ("minisign", MODULE.to_vec(), minisig(Algorithm::Prehashed, "", bare)),
        ("minisign, pure", MODULE.to_vec(), minisig(Algorithm::Pure, "", bare)),
        (
            "sshsig",
            MODULE.to_vec(),
            FileSignatures::sshsig(ssh.encode().unwrap().as_bytes(), "wasm").unwrap(),
        ),
        ("oak", MODULE.to_vec(), FileSignatures::oak(oak.encode().as_bytes()).unwrap()),
    ]
}

#[test]
fn no_signature_is_one_of_another_format() {
    let mut verified = Vec::new();
    for (from, bare) in bare_signatures() {
        for (to, file, signatures) in presented(bare) {
            if verifier([7]).verify_with(&file[..], &signatures).is_ok() {
                verified.push((from, to));
            }
        }
    }
    // Those of minisign lack the second signature, which nothing but minisign makes.
    let own = ["wasmsign2", "wasmsign1", "sshsig", "oak"].map(|name| (name, name));
    assert_eq!(verified, own);
}

#[test]
fn a_file_that_is_a_message_is_not_signed_as_it_is() {
    use sha2::{Digest, Sha256, Sha512};
    let detached = [&b"wasmsig\x01\x01\x01"[..], &Sha256::digest(MODULE)].concat();
    let ssh = [&b"SSHSIG\0\0\0\x04wasm"[..], &[0; 90]].concat();
    let (oak, wasmsign1) = (Sha256::digest(MODULE), Sha512::digest(MODULE));
    let files: [&[u8]; 6] = [
        &oak,
        &wasmsign1,
        &detached,
        &ssh,
        b"DSSEv1 28 application/vnd.something 2 {}",
        b"cargo-wasmsign delimiter v1",
    ];
    for file in files {
        let error = sign::minisign_pure(Cursor::new(file), &secret(7), "s", "t").unwrap_err();
        assert_eq!(error.code(), "other-message", "{file:?}");
        // Its hash is no message of another format.
        assert!(sign::minisign(file, &secret(7), "s", "t").is_ok());
    }
    for file in [&b""[..], &[0; 31], &[0; 33], &[0; 63], &[0; 65], b"wasmsi", b"SSHSI"] {
        assert!(sign::minisign_pure(Cursor::new(file), &secret(7), "s", "t").is_ok());
    }
}

#[test]
fn the_identity_is_right_whichever_formats_are_asked_for() {
    let identity = |module: &[u8]| wasmsign_core::inspect::inspect(module).unwrap().identity;
    let signed = ends_with_wasmsign1(MODULE);
    let (one, two) = (FileSignatures::wasmsign1(b"").unwrap(), FileSignatures::wasm_sign());
    for asked in [one.clone().and(two.clone()), two.clone().and(one.clone())] {
        let verified = verifier([7]).verify_with(&signed[..], &asked).unwrap();
        assert_eq!(verified.identity(), identity(MODULE));
    }
    let mut signed = Vec::new();
    sign::wasm_sign(Cursor::new(MODULE), &mut signed, &ec()).unwrap();
    let verifier = Verifier::builder([ec().public_key().clone()]).with_identity().build().unwrap();
    for asked in [one.clone().and(two.clone()), two.and(one)] {
        let verified = verifier.verify_with(&signed[..], &asked).unwrap();
        assert_eq!(verified.identity(), identity(MODULE));
    }
}

#[test]
fn a_signature_over_the_file_covers_any_number_of_parts() {
    let delimiter = [&b"\0\x24\x13signature_delimiter"[..], &[1; 16]].concat();
    let parts: Vec<u8> = [&[0, 2, 1, b'x'], &delimiter[..]].concat().repeat(100);
    let module = [MODULE, &parts].concat();
    let minisig = sign::minisign(&module[..], &secret(7), "s", "t").unwrap();
    let minisig = FileSignatures::minisign(minisig.as_bytes()).unwrap();
    for asked in [minisig.clone(), FileSignatures::embedded().and(minisig)] {
        let verified = verifier([7]).verify_with(&module[..], &asked).unwrap();
        assert!(verified.is_whole());
        assert_eq!(verified.covered(), module.len() as u64);
    }
}

#[test]
fn a_file_is_hashed_for_few_keys() {
    let file = vec![b'x'; 4 << 20];
    let of = |number: Option<[u8; 8]>| {
        let text = sign::minisign_pure(Cursor::new(&file), &secret(7), "s", "t").unwrap();
        let mut signature = Signature::decode(text.as_bytes()).unwrap();
        signature.number = number.unwrap_or(signature.number);
        FileSignatures::minisign(signature.encode("s").as_bytes()).unwrap()
    };
    let verify = |keys: Vec<u8>, asked| {
        let result = verifier(keys).verify_file(&file[..], asked);
        result.map_or_else(|error| error.code(), |_| "verified")
    };
    let (usual, foreign) = (of(None), of(Some([1; 8])));
    // The key that the signature names comes first, wherever it stands.
    assert_eq!(verify((8..250).chain([7]).collect(), &usual), "verified");
    let few: Vec<u8> = (8..7 + MAX_KEYS_OVER_FILE as u8).chain([7]).collect();
    assert_eq!(few.len(), MAX_KEYS_OVER_FILE);
    assert_eq!(verify(few.clone(), &foreign), "verified");
    let more: Vec<u8> = (100..101).chain(few).collect();
    assert_eq!(verify(more.clone(), &foreign), "too-many-signatures");
    assert_eq!(verify(more, &usual), "verified");
    // Keys that have another number do not count.
    let numbered = |seed: u8| PublicKey::decode(&public(seed).encode_minisign(&[seed; 8])).unwrap();
    let keys: Vec<_> = (100..200).map(numbered).chain([public(7)]).collect();
    assert!(Verifier::new(keys).unwrap().verify_file(&file[..], &foreign).is_ok());
}

#[test]
fn a_claim_that_names_its_key_costs_one_operation() {
    // 256 endorsements, the last of which is by the last of a thousand keys.
    let stranger = SecretKey::from_seed(&[9; 32]);
    let keys: Vec<_> = (0..1000u32)
        .map(|number| {
            let mut seed = [0; 32];
            seed[..4].copy_from_slice(&number.to_le_bytes());
            SecretKey::from_seed(&seed)
        })
        .collect();
    let mut signers: Vec<&dyn sign::Signer> = vec![&stranger; 255];
    signers.push(&keys[999]);
    let text = sign::oak(MODULE, &signers).unwrap();
    let public = keys.iter().map(|key| key.public_key().clone());
    let verifier = Verifier::new(public).unwrap();
    let given = FileSignatures::oak(text.as_bytes()).unwrap();
    assert_eq!(code(verifier.verify_with(MODULE, &given)), "verified");
    // Nor does the reason for a refusal.
    let start = Instant::now();
    let changed = [MODULE, &[0, 2, 1, b'x']].concat();
    assert_eq!(code(verifier.verify_with(&changed[..], &given)), "body-changed");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_endorsement_is_by_the_key_that_it_names() {
    let text = sign::oak(MODULE, &[&secret(7)]).unwrap();
    let verify = |text: &str| {
        let given = FileSignatures::oak(text.as_bytes())?;
        Ok::<_, wasmsign_core::formats::FormatError>(code(
            verifier([7, 8]).verify_with(MODULE, &given),
        ))
    };
    let key = |content: &[u8]| {
        pem_rfc7468::encode_string("PUBLIC KEY", pem_rfc7468::LineEnding::LF, content).unwrap()
    };
    let raw = public(7).ed25519_bytes().unwrap().to_vec();
    let with = |content: &[u8]| text.replace(&key(&raw), &key(content));
    assert_eq!(verify(&text).unwrap(), "verified");
    assert_eq!(verify(&with(public(8).ed25519_bytes().unwrap())).unwrap(), "body-changed");
    let spki = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], &raw].concat();
    assert_eq!(verify(&with(&spki)).unwrap(), "verified");
    // Encodings of our own keys, which are none of this format.
    let compact = [&[1], &raw[..]].concat();
    let in_text = Base64::encode_string(&raw).into_bytes();
    for other in [compact, in_text, [&b"\xef\xbb\xbf"[..], &raw].concat(), spki[1..].to_vec()] {
        assert!(verify(&with(&other)).is_err());
    }
    assert!(verify(&text.replace("-----\n-----BEGIN", "----------BEGIN")).is_err());
}

/// The content of an SSHSIG block.
fn ssh_block(version: u32, algorithm: &str, reserved: &[u8], behind: &[u8]) -> String {
    let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    let text = sign::sshsig(MODULE, &secret(7), "wasm").unwrap();
    let made = wasmsign_core::formats::sshsig::Signature::decode(text.as_bytes()).unwrap();
    let blob = [
        b"SSHSIG".to_vec(),
        version.to_be_bytes().to_vec(),
        string(&[string(b"ssh-ed25519"), string(&made.public_key)].concat()),
        string(b"wasm"),
        string(reserved),
        string(b"sha512"),
        string(&[string(algorithm.as_bytes()), string(&made.signature)].concat()),
        behind.to_vec(),
    ]
    .concat();
    let digits = Base64::encode_string(&blob);
    let lines: Vec<_> =
        digits.as_bytes().chunks(70).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
}

#[test]
fn sshsig_has_one_form() {
    let is_read = |text: &str| FileSignatures::sshsig(text.as_bytes(), "wasm").is_ok();
    let text = ssh_block(1, "ssh-ed25519", b"", b"");
    assert_eq!(text, sign::sshsig(MODULE, &secret(7), "wasm").unwrap());
    assert!(is_read(&text));
    for version in [0, 2, u32::MAX] {
        assert!(!is_read(&ssh_block(version, "ssh-ed25519", b"", b"")), "{version}");
    }
    for algorithm in ["rsa-sha2-512", "ssh-rsa", "sk-ssh-ed25519@openssh.com", "name@host", ""] {
        assert!(!is_read(&ssh_block(1, algorithm, b"", b"")), "{algorithm}");
    }
    assert!(!is_read(&ssh_block(1, "ssh-ed25519", b"x", b"")));
    assert!(!is_read(&ssh_block(1, "ssh-ed25519", b"", b"x")));
}

/// The namespace in the file is the one that was signed, and the one that is wanted.
#[test]
fn sshsig_says_what_it_is_for() {
    use wasmsign_core::formats::sshsig::Signature;
    let text = sign::sshsig(MODULE, &secret(7), "wasm").unwrap();
    let mut relabelled = Signature::decode(text.as_bytes()).unwrap();
    relabelled.namespace = "file".into();
    let relabelled = relabelled.encode().unwrap();
    for wanted in ["wasm", "file"] {
        let given = FileSignatures::sshsig(relabelled.as_bytes(), wanted).unwrap();
        assert_eq!(code(verifier([7]).verify_with(MODULE, &given)), "body-changed", "{wanted}");
    }
}

#[test]
fn minisign_has_one_form() {
    let text = sign::minisign(MODULE, &secret(7), "", "t").unwrap();
    assert!(text.starts_with("untrusted comment: \n"));
    let is_read = |text: &str| FileSignatures::minisign(text.as_bytes()).is_ok();
    assert!(is_read(&text));
    // minisign wants the space as well.
    assert!(!is_read(&text.replacen(": \n", ":\n", 1)));
    // minisign would show less of the comment than was signed.
    for stray in ["\r", "\0"] {
        assert!(!is_read(&text.replace("comment: t\n", &format!("comment: t{stray}x\n"))));
        assert!(!is_read(&text.replace("comment: t\n", &format!("comment: t{stray}\r\n"))));
    }
    // The last digit of 64 bytes has four bits that mean nothing: only zeros are right.
    let line = text.lines().nth(3).unwrap();
    let spare = format!("{}B==", line.strip_suffix("==").unwrap().split_at(85).0);
    assert_ne!(line, spare);
    assert!(!is_read(&text.replace(line, &spare)));
}

#[test]
fn of_two_secret_keys_none_is_read() {
    let one = include_str!("vectors/secp256k1.pem");
    let at = one.find("-----BEGIN EC PRIVATE KEY").or(one.find("-----BEGIN PRIVATE KEY"));
    let key = &one[at.unwrap()..];
    let is_read = |text: &str| Secp256k1SecretKey::decode(text.as_bytes()).is_ok();
    let parameters = "-----BEGIN EC PARAMETERS-----\nBgUrgQQACg==\n-----END EC PARAMETERS-----\n";
    assert!(is_read(key));
    assert!(is_read(&format!("{parameters}{key}\n\n")));
    assert!(!is_read(&format!("{key}{key}")));
    assert!(!is_read(&format!("{key}{parameters}")));
    assert!(!is_read(&format!("{parameters}{parameters}{key}")));
    assert!(!is_read(&format!("a key\n{key}")));
}
