//! The formats that sign a file as a whole.

use blake2::Blake2b512;
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};
use k256::elliptic_curve::sec1::ToSec1Point;
use sha2::{Digest, Sha512};

use super::one;
use crate::bytes::{MODULE, custom, module, rolling, sha256, wide};
use crate::draft::{Draft, malformed, refused, verified};
use crate::keys::{ALICE, BOB, public, sign, signed, signed_data};
use crate::text::{base64, pem, ssh_string};

pub fn cases() -> Vec<Draft> {
    let groups = [
        ("wasmsign1", wasmsign1()),
        ("wasm-sign", wasm_sign()),
        ("minisign", minisign()),
        ("sshsig", sshsig()),
        ("oak", oak()),
    ];
    let of_one = groups
        .into_iter()
        .flat_map(|(format, drafts)| drafts.into_iter().map(move |draft| draft.in_format(format)));
    of_one.chain(several()).collect()
}

/// The module that all of them sign.
fn body() -> Vec<u8> {
    [&MODULE[..], &one().concat()].concat()
}

/// Another module.
fn other() -> Vec<u8> {
    [body(), custom("other", b"")].concat()
}

fn changed(mut file: Vec<u8>, at: usize) -> Vec<u8> {
    file[at] ^= 1;
    file
}

const FORM: &str = "signature-form";
const NOBODY: &str = "no-trusted-signature";

// wasmsign 0.1

fn wasmsign1_digest(module: &[u8], additional_data: &[u8]) -> Vec<u8> {
    let length = (additional_data.len() as u32).to_le_bytes();
    Sha512::digest([b"WasmSignature", &length[..], additional_data, module].concat()).to_vec()
}

fn wasmsign1_section(signature: &[u8]) -> Vec<u8> {
    custom("signature_wasmsign", &[&[2, 0, 0, 0], signature].concat())
}

/// A module with the signature over it at its end.
fn with_wasmsign1(module: &[u8], additional_data: &[u8]) -> Vec<u8> {
    let signature = sign(ALICE, &wasmsign1_digest(module, additional_data));
    [module, &wasmsign1_section(&signature)].concat()
}

fn wasmsign1() -> Vec<Draft> {
    let good = || with_wasmsign1(&body(), b"");
    let section = || good()[body().len()..].to_vec();
    let at = body().len();
    vec![
        verified("accepted", "The section of 89 bytes at the end.", good()),
        verified("header-alone", "It is the only section.", with_wasmsign1(&MODULE, b"")),
        verified(
            "aad",
            "Additional data was signed, and is given.",
            with_wasmsign1(&body(), b"1.0"),
        )
        .additional_data("1.0"),
        refused(
            "aad-missing",
            NOBODY,
            "Additional data was signed, and is not given.",
            with_wasmsign1(&body(), b"1.0"),
        ),
        refused("aad-given", NOBODY, "Additional data is given, and was not signed.", good())
            .additional_data("1.0"),
        refused(
            "byte-changed",
            NOBODY,
            "One bit of the module is another one.",
            changed(good(), 10),
        ),
        refused("other-key", NOBODY, "Somebody else has signed.", good()).keys(&[BOB]),
        refused("absent", "no-signature", "There is no such section.", body()),
        refused(
            "wasmsign2",
            "no-signature",
            "There is a signature of another format alone.",
            signed(&one()),
        ),
        refused(
            "of-sha-256",
            NOBODY,
            "The signature is over the SHA-256 of the module, as Oak has it.",
            [body(), wasmsign1_section(&sign(ALICE, &sha256(&body())))].concat(),
        ),
        refused(
            "of-blake2b",
            NOBODY,
            "The signature is over the BLAKE2b-512 of the module, as minisign has it.",
            [body(), wasmsign1_section(&sign(ALICE, &Blake2b512::digest(body())))].concat(),
        ),
        refused("symbol", "no-signature", "The signature is in the data, behind an export.", {
            let export = crate::bytes::section(7, b"\x01\x0c___SIGNATURE\x03\x00");
            [&MODULE[..], &export].concat()
        }),
        malformed("cut", "section-leaves-file", "The last byte is missing.", {
            let mut file = good();
            file.pop();
            file
        }),
        malformed("longer", FORM, "A byte of zero behind the signature, in the section.", {
            let payload = [&[2, 0, 0, 0][..], &section()[25..], &[0]].concat();
            [body(), custom("signature_wasmsign", &payload)].concat()
        }),
        malformed("padded", FORM, "The size of the section has three bytes.", {
            [&body()[..], &[0], &wide(87, 3), &section()[2..]].concat()
        }),
        malformed("name-length-padded", FORM, "The length of the name has two bytes.", {
            [&body()[..], &[0, 88], &wide(18, 2), &section()[3..]].concat()
        }),
        malformed("algorithm", FORM, "The algorithm is 1.", {
            let mut file = good();
            file[at + 21] = 1;
            file
        }),
        malformed("behind", FORM, "A section behind it.", [good(), custom("x", b"")].concat()),
        malformed("twice", FORM, "It stands there twice.", [good(), section()].concat()),
        malformed("first", FORM, "It stands at the head, over the header.", {
            [with_wasmsign1(&MODULE, b""), one().concat()].concat()
        }),
    ]
}

// wasm-sign 0.2

fn ec() -> SigningKey {
    SigningKey::from_slice(&sha256(b"cargo-wasmsign conformance: alice, secp256k1"))
        .expect("a hash is a scalar but for one in 2^128")
}

/// SPKI in PEM, as openssl writes it.
fn ec_public() -> Vec<u8> {
    const HEAD: &[u8] =
        b"\x30\x56\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x0a\
        \x03\x42\x00";
    let point = ec().verifying_key().as_affine().to_sec1_point(false);
    pem("PUBLIC KEY", 64, &[HEAD, point.as_bytes()].concat()).into_bytes()
}

/// The order of the group.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// r and s of a signature, s in the lower half.
fn ecdsa(module: &[u8]) -> ([u8; 32], [u8; 32]) {
    let signature: Signature = ec().sign_prehash(&sha256(module)).expect("32 bytes are a digest");
    let bytes = signature.normalize_s().to_bytes();
    let (r, s) = bytes.split_at(32);
    (r.try_into().expect("32 bytes"), s.try_into().expect("32 bytes"))
}

/// The other s that verifies: n − s.
fn high(s: [u8; 32]) -> [u8; 32] {
    let mut borrow = 0;
    let mut result = [0; 32];
    for at in (0..32).rev() {
        let difference = i16::from(N[at]) - i16::from(s[at]) - borrow;
        borrow = i16::from(difference < 0);
        result[at] = difference.rem_euclid(256) as u8;
    }
    result
}

/// The shortest form of a positive number.
fn der_integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1);
    let sign: &[u8] = if number[start] < 0x80 { &[] } else { &[0] };
    [sign, &number[start..]].concat()
}

fn der(integers: &[Vec<u8>]) -> Vec<u8> {
    let content: Vec<u8> = integers
        .iter()
        .flat_map(|number| [&[2, number.len() as u8][..], number].concat())
        .collect();
    [&[0x30, content.len() as u8][..], &content].concat()
}

/// The section with these bytes for a signature.
fn wasm_sign_section(der: &[u8]) -> Vec<u8> {
    let mut section = [&b"\x00\x74\x09signature\x00"[..], &[der.len() as u8], der].concat();
    section.resize(118, 0);
    section
}

fn wasm_sign() -> Vec<Draft> {
    let (r, s) = ecdsa(&body());
    let usual = der(&[der_integer(&r), der_integer(&s)]);
    let with = |der: &[u8]| [body(), wasm_sign_section(der)].concat();
    let good = || with(&usual);
    let at = body().len();
    let set = |place: usize, byte: u8| {
        let mut file = good();
        file[place] = byte;
        file
    };
    let zero_before = |number: &[u8]| [&[0], &der_integer(number)[..]].concat();
    let length = usual.len() as u8;
    let longer = {
        let mut payload = [&[0, length][..], &usual].concat();
        payload.resize(107, 0);
        [body(), custom("signature", &payload)].concat()
    };
    let long_length = [&[0x30, 0x81], &usual[1..]].concat();
    let drafts = vec![
        verified("low-s", "S is in the lower half.", good()),
        verified(
            "high-s",
            "S is in the upper half, as openssl writes it every second time.",
            with(&der(&[der_integer(&r), der_integer(&high(s))])),
        ),
        verified("header-alone", "It is the only section.", {
            let (r, s) = ecdsa(&MODULE);
            [&MODULE[..], &wasm_sign_section(&der(&[der_integer(&r), der_integer(&s)]))].concat()
        }),
        refused(
            "byte-changed",
            NOBODY,
            "One bit of the module is another one.",
            changed(good(), 10),
        ),
        refused("absent", "no-signature", "There is no such section.", body()),
        malformed("cut", "section-leaves-file", "The last byte is missing.", {
            good()[..at + 117].to_vec()
        }),
        malformed(
            "length-longer",
            FORM,
            "The length byte is one too large.",
            set(at + 13, length + 1),
        ),
        malformed(
            "length-shorter",
            FORM,
            "The length byte is one too small.",
            set(at + 13, length - 1),
        ),
        malformed("length-255", FORM, "The length byte leaves the section.", set(at + 13, 255)),
        malformed("head", FORM, "The byte before the length is not zero.", set(at + 12, 1)),
        malformed("padding", FORM, "The last byte is not zero.", set(at + 117, 1)),
        malformed("section-longer", FORM, "The section has 119 bytes.", longer),
        malformed("behind", FORM, "A section behind it.", [good(), custom("x", b"")].concat()),
        malformed("twice", FORM, "It stands there twice.", {
            [good(), wasm_sign_section(&usual)].concat()
        }),
        malformed(
            "r-padded",
            FORM,
            "DER that is not minimal: a zero before R.",
            with(&der(&[zero_before(&r), der_integer(&s)])),
        ),
        malformed(
            "s-padded",
            FORM,
            "DER that is not minimal: a zero before S.",
            with(&der(&[der_integer(&r), zero_before(&s)])),
        ),
        malformed(
            "length-of-two-bytes",
            FORM,
            "DER that is not minimal: a length of two bytes.",
            with(&long_length),
        ),
        malformed("three-integers", FORM, "A third number behind S.", {
            with(&der(&[der_integer(&r), der_integer(&s), vec![1]]))
        }),
        malformed("r-zero", FORM, "R is zero.", with(&der(&[vec![0], der_integer(&s)]))),
        malformed("s-is-the-order", FORM, "S is the order of the group.", {
            with(&der(&[der_integer(&r), der_integer(&N)]))
        }),
        malformed("no-signature", FORM, "No signature, and zeros for it.", with(&[])),
    ];
    let mut drafts: Vec<_> = drafts.into_iter().map(|draft| draft.key_file(&ec_public())).collect();
    drafts.push(refused("key-of-ed25519", NOBODY, "The key is one of Ed25519.", good()));
    drafts
}

// minisign

const NUMBER: &[u8; 8] = b"\x01\x02\x03\x04\x05\x06\x07\x08";

/// The key as minisign writes it, with its number.
fn minisign_public(number: &[u8; 8]) -> Vec<u8> {
    let key = [&b"Ed"[..], number, &public(ALICE)].concat();
    format!("untrusted comment: minisign public key\n{}\n", base64(&key)).into_bytes()
}

/// The four lines.
fn minisig(word: &[u8; 2], message: &[u8], comment: &str) -> String {
    let signature = sign(ALICE, message);
    let global = sign(ALICE, &[&signature[..], comment.as_bytes()].concat());
    four_lines(word, &signature, comment, &global)
}

fn four_lines(word: &[u8; 2], signature: &[u8], comment: &str, global: &[u8]) -> String {
    let first = base64(&[&word[..], NUMBER, signature].concat());
    format!("untrusted comment: a\n{first}\ntrusted comment: {comment}\n{}\n", base64(global))
}

fn hashed(module: &[u8]) -> String {
    minisig(b"ED", &Blake2b512::digest(module), "b")
}

fn pure(module: &[u8]) -> String {
    minisig(b"Ed", module, "b")
}

fn minisign() -> Vec<Draft> {
    let good = || hashed(&body());
    let lines = |text: &str| text.lines().map(String::from).collect::<Vec<_>>();
    let with_line = |at: usize, line: &str| {
        let mut lines = lines(&good());
        lines[at] = line.into();
        lines.join("\n") + "\n"
    };
    let numbered = |draft: Draft| draft.key_file(&minisign_public(NUMBER));
    let comment_changed = || good().replace("trusted comment: b", "trusted comment: c");
    let prehash = Blake2b512::digest(body()).to_vec();
    let relabelled = |text: &str, word: &[u8; 2]| {
        let signature = sign(ALICE, &Blake2b512::digest(body()));
        let global = sign(ALICE, &[&signature[..], b"b"].concat());
        assert_eq!(text, four_lines(b"ED", &signature, "b", &global));
        four_lines(word, &signature, "b", &global)
    };
    let draft = |draft: Draft, text: &str| draft.detached(text.as_bytes().to_vec());
    let bad =
        |name: &str, about: &str, text: &str| draft(malformed(name, FORM, about, body()), text);
    let pure_as_hashed = pure(&body()).replacen("RW", "RU", 1);
    vec![
        draft(verified("hashed", "`ED`, over the BLAKE2b-512.", body()), &good()),
        draft(verified("pure", "`Ed`, over the file itself.", body()), &pure(&body())),
        numbered(draft(verified("number", "The key has the number.", body()), &good())),
        draft(verified("crlf", "Lines end with CR LF.", body()), &good().replace('\n', "\r\n")),
        draft(
            verified("no-last-newline", "The last line does not end.", body()),
            good().trim_end(),
        ),
        draft(verified("any-file", "The file is no module.", b"an archive".to_vec()), &{
            hashed(b"an archive")
        }),
        draft(verified("empty-comment", "The trusted comment is empty.", body()), &{
            minisig(b"ED", &Blake2b512::digest(body()), "")
        }),
        draft(
            refused("other-number", NOBODY, "The key has another number.", body())
                .key_file(&minisign_public(b"somebody")),
            &good(),
        ),
        draft(
            refused("other-key", NOBODY, "Somebody else has signed.", body()).keys(&[BOB]),
            &good(),
        ),
        draft(
            refused(
                "byte-changed",
                NOBODY,
                "One bit of the module is another one.",
                changed(body(), 10),
            ),
            &good(),
        ),
        draft(
            refused("pure-byte-changed", NOBODY, "The same under `Ed`.", changed(body(), 10)),
            &pure(&body()),
        ),
        numbered(draft(
            refused("byte-changed-number", "body-changed", "The key has the number.", other()),
            &good(),
        )),
        draft(
            refused("comment-changed", NOBODY, "The trusted comment is another one.", body()),
            &{ comment_changed() },
        ),
        numbered(draft(
            refused("comment-changed-number", "comment-changed", "The key has the number.", body()),
            &comment_changed(),
        )),
        draft(
            refused(
                "prehash-confusion",
                "body-changed",
                "The file is the BLAKE2b-512 of a signed one, under `Ed`.",
                prehash,
            ),
            &relabelled(&good(), b"Ed"),
        ),
        draft(
            refused(
                "hashed-as-pure",
                NOBODY,
                "A signature with `ED`, presented as one with `Ed`.",
                body(),
            ),
            &relabelled(&good(), b"Ed"),
        ),
        draft(
            refused(
                "pure-as-hashed",
                NOBODY,
                "A signature with `Ed`, presented as one with `ED`.",
                body(),
            ),
            &pure_as_hashed,
        ),
        draft(refused("signature-of-wasmsign1", NOBODY, "Made for wasmsign1.", body()), &{
            minisig(b"ED", &wasmsign1_digest(&body(), b""), "b")
        }),
        bad("cut", "The last line is missing.", &lines(&good())[..3].join("\n")),
        bad("cut-in-line", "The last four digits are missing.", &good()[..good().len() - 5]),
        bad("more", "A fifth line.", &(good() + "more\n")),
        bad("line-before", "An empty line before the first.", &format!("\n{}", good())),
        bad("algorithm", "Neither `Ed` nor `ED`.", &relabelled(&good(), b"EE")),
        bad("untrusted-missing", "The first line is no comment.", &with_line(0, "a")),
        bad("untrusted-space", "No space behind `untrusted comment:`.", &{
            with_line(0, "untrusted comment:")
        }),
        bad("trusted-missing", "The third line is no trusted comment.", &with_line(2, "b")),
        bad("spare-bits", "Bits that mean nothing are set in the last digit.", &{
            let mut lines = lines(&good());
            let digits = lines[3].strip_suffix("==").expect("64 bytes end so").to_owned();
            let (start, last) = digits.split_at(85);
            let place = b"AQgw".iter().position(|digit| [*digit] == last.as_bytes());
            let next = char::from(b"BRhx"[place.expect("four of its six bits are zero")]);
            lines[3] = format!("{start}{next}==");
            lines.join("\n") + "\n"
        }),
        bad("no-padding", "Base64 without its padding.", &good().replace("==\n", "\n")),
        bad("empty", "An empty file of 1 byte.", "\n"),
    ]
    .into_iter()
    .collect()
}

// OpenSSH

struct Ssh<'a> {
    version: u32,
    namespace: &'a str,
    reserved: &'a [u8],
    hash: &'a str,
    algorithm: &'a str,
    behind: &'a [u8],
}

const SSH: Ssh<'_> = Ssh {
    version: 1,
    namespace: "wasm",
    reserved: b"",
    hash: "sha512",
    algorithm: "ssh-ed25519",
    behind: b"",
};

impl Ssh<'_> {
    fn sign(&self, module: &[u8]) -> String {
        let digest = match self.hash {
            "sha256" => sha256(module).to_vec(),
            _ => Sha512::digest(module).to_vec(),
        };
        let fields = [self.namespace.as_bytes(), self.reserved, self.hash.as_bytes(), &digest];
        let message = [b"SSHSIG".to_vec(), fields.map(ssh_string).concat()].concat();
        let key = [ssh_string(b"ssh-ed25519"), ssh_string(&public(ALICE))].concat();
        let signature =
            [ssh_string(self.algorithm.as_bytes()), ssh_string(&sign(ALICE, &message))].concat();
        let strings =
            [&key, self.namespace.as_bytes(), self.reserved, self.hash.as_bytes(), &signature];
        let blob = [
            b"SSHSIG",
            &self.version.to_be_bytes()[..],
            &strings.map(ssh_string).concat(),
            self.behind,
        ];
        pem("SSH SIGNATURE", 70, &blob.concat())
    }
}

fn sshsig() -> Vec<Draft> {
    let good = || SSH.sign(&body());
    let draft = |draft: Draft, text: &str| draft.detached(text.as_bytes().to_vec());
    let bad =
        |name: &str, about: &str, text: &str| draft(malformed(name, FORM, about, body()), text);
    vec![
        draft(verified("sha512", "As `ssh-keygen -Y sign` writes it.", body()), &good()),
        draft(verified("sha256", "With SHA-256.", body()), &{
            Ssh { hash: "sha256", ..SSH }.sign(&body())
        }),
        draft(verified("crlf", "Lines end with CR LF.", body()), &good().replace('\n', "\r\n")),
        draft(verified("text-behind", "Text behind the block is ignored.", body()), &{
            good() + "more\n"
        }),
        draft(
            verified("namespace", "Another namespace, which is asked for.", body())
                .namespace("file"),
            &Ssh { namespace: "file", ..SSH }.sign(&body()),
        ),
        draft(
            refused("wrong-namespace", "body-changed", "The namespace is another one.", body()),
            &{ Ssh { namespace: "file", ..SSH }.sign(&body()) },
        ),
        draft(
            refused("byte-changed", "body-changed", "One bit is another one.", changed(body(), 10)),
            &good(),
        ),
        draft(
            refused("other-key", NOBODY, "Somebody else has signed.", body()).keys(&[BOB]),
            &good(),
        ),
        bad("version-0", "Version 0.", &Ssh { version: 0, ..SSH }.sign(&body())),
        bad("version-2", "Version 2.", &Ssh { version: 2, ..SSH }.sign(&body())),
        bad("reserved", "The reserved field is not empty.", &{
            Ssh { reserved: b"x", ..SSH }.sign(&body())
        }),
        bad("hash", "The hash is MD5.", &Ssh { hash: "md5", ..SSH }.sign(&body())),
        bad("namespace-empty", "The namespace is empty.", &{
            Ssh { namespace: "", ..SSH }.sign(&body())
        }),
        bad("algorithm", "The signature says that it is one of RSA.", &{
            Ssh { algorithm: "rsa-sha2-512", ..SSH }.sign(&body())
        }),
        bad("behind", "A byte behind the signature.", &Ssh { behind: b"x", ..SSH }.sign(&body())),
        bad("text-before", "Text before the block.", &format!("text\n{}", good())),
        bad(
            "cut",
            "The last line is missing.",
            good().split("-----END").next().unwrap_or_default(),
        ),
        bad(
            "cut-in-line",
            "Four digits are missing.",
            &good().replacen("\n-----END", "-----END", 1)[4..],
        ),
    ]
}

// Oak

fn oak_blocks(name: &str, module: &[u8]) -> [String; 3] {
    let hash = sha256(module);
    [
        pem("PUBLIC KEY", 64, &public(name)),
        pem("SIGNATURE", 64, &sign(name, &hash)),
        pem("HASH", 64, &hash),
    ]
}

fn oak() -> Vec<Draft> {
    let [key, signature, hash] = oak_blocks(ALICE, &body());
    let (good, by_bob) =
        (|| oak_blocks(ALICE, &body()).concat(), || oak_blocks(BOB, &body()).concat());
    let draft = |draft: Draft, text: &str| draft.detached(text.as_bytes().to_vec());
    let bad =
        |name: &str, about: &str, text: &str| draft(malformed(name, FORM, about, body()), text);
    let with_key = |content: &[u8]| pem("PUBLIC KEY", 64, content) + &signature + &hash;
    let spki = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], &public(ALICE)].concat();
    let compact = [&[1], &public(ALICE)[..]].concat();
    vec![
        draft(verified("accepted", "Three blocks.", body()), &good()),
        draft(verified("order", "The blocks in another order.", body()), &{
            format!("{hash}\n{key}{signature}")
        }),
        draft(verified("crlf", "Lines end with CR LF.", body()), &good().replace('\n', "\r\n")),
        draft(verified("spki", "The key as SPKI.", body()), &with_key(&spki)),
        draft(
            verified("two", "Two endorsements, by two keys.", body())
                .keys(&[ALICE, BOB])
                .require("all"),
            &(good() + &by_bob()),
        ),
        draft(verified("stranger-first", "An endorsement by somebody else before.", body()), &{
            by_bob() + &good()
        }),
        draft(
            refused(
                "hash-of-another",
                "body-changed",
                "The hash is that of another module.",
                other(),
            ),
            &good(),
        ),
        draft(
            refused(
                "hash-replaced",
                "body-changed",
                "The hash is that of the module, and was not signed.",
                other(),
            ),
            &{
                let [key, signature, _] = oak_blocks(ALICE, &body());
                key + &signature + &pem("HASH", 64, &sha256(&other()))
            },
        ),
        draft(refused("other-key", NOBODY, "Somebody else has signed.", body()), &by_bob()),
        draft(
            refused("key-of-another", NOBODY, "The block names a key that has not signed.", body()),
            &with_key(&public(BOB)),
        ),
        bad("hash-missing", "There is no HASH.", &format!("{key}{signature}")),
        bad("signature-missing", "There is no SIGNATURE.", &format!("{key}{hash}")),
        bad("key-missing", "There is no PUBLIC KEY.", &format!("{signature}{hash}")),
        bad("key-twice", "PUBLIC KEY is there twice.", &format!("{key}{key}{signature}{hash}")),
        bad("cut", "The last block does not end.", good().trim_end().trim_end_matches('-')),
        bad("text-behind", "Text behind the blocks.", &(good() + "more\n")),
        bad("text-between", "Text between the blocks.", &format!("{key}more\n{signature}{hash}")),
        bad("hash-of-20-bytes", "HASH has 20 bytes.", &{
            format!("{key}{signature}{}", pem("HASH", 64, &[1; 20]))
        }),
        bad("signature-of-63-bytes", "SIGNATURE has 63 bytes.", &{
            format!("{key}{}{hash}", pem("SIGNATURE", 64, &[1; 63]))
        }),
        bad("key-compact", "The key has a byte for its algorithm before it.", &with_key(&compact)),
        bad(
            "key-of-order-2",
            "The key is of small order.",
            &with_key(&{
                let mut minus_one = [0xff; 32];
                (minus_one[0], minus_one[31]) = (0xec, 0x7f);
                minus_one
            }),
        ),
        bad(
            "label",
            "Another block.",
            &format!("{good}{}", pem("CERTIFICATE", 64, b"x"), good = good()),
        ),
    ]
}

// Several

fn several() -> Vec<Draft> {
    let embedded = || signed(&one());
    let minisig = |module: &[u8]| hashed(module).into_bytes();
    vec![
        verified("two-agree", "The signature section and a file of minisign.", embedded())
            .in_formats("wasmsign2,minisign")
            .beside_module(".minisig", minisig(&embedded())),
        refused(
            "two-disagree",
            NOBODY,
            "The signature section is right, the file of minisign is one of another module.",
            embedded(),
        )
        .in_formats("wasmsign2,minisign")
        .beside_module(".minisig", minisig(&other())),
        refused(
            "two-disagree-the-other-way",
            "body-changed",
            "The file of minisign is right, the signature section is one of another module.",
            module(&signed_data(&one()), &custom("x", b"")),
        )
        .in_formats("wasmsign2,minisign")
        .beside_module(".minisig", minisig(&module(&signed_data(&one()), &custom("x", b"")))),
        refused("one-of-two", "no-signature", "There is no file of minisign.", embedded())
            .in_formats("wasmsign2,minisign"),
        refused(
            "not-asked-for",
            "no-signature",
            "A signature of wasmsign1, where one of the default format is asked for.",
            with_wasmsign1(&body(), b""),
        )
        .in_formats("wasmsign2"),
        refused(
            "hashes-of-wasmsign2",
            NOBODY,
            "What is signed is a message of wasmsign2.",
            [body(), wasmsign1_section(&sign(ALICE, &crate::bytes::message(&rolling(&one()))))]
                .concat(),
        )
        .in_formats("wasmsign1"),
    ]
}
