//! Oak's endorsements: what is read is what a plain reader reads, what that finds in the usual form is read, and nothing
//! verifies but what was signed.

use std::sync::LazyLock;

use wasmsign_core::formats::FileSignatures;
use wasmsign_core::formats::oak::Endorsement;
use wasmsign_core::limits::MAX_ENTRIES_PER_SET;
use wasmsign_core::{PublicKey, sign};

use crate::endorsed::{MODULE, VERIFIER};
use crate::originals;
use crate::text::{of_base64, pem};

/// What was signed.
pub static SIGNED: LazyLock<String> = LazyLock::new(|| {
    sign::oak(MODULE, &[&originals::secret(1)]).expect("the module can be signed")
});

const LABELS: [&str; 3] = ["PUBLIC KEY", "SIGNATURE", "HASH"];
const SPKI: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\0";

/// Takes the input for a file, and for what is in its blocks.
pub fn check_oak(data: &[u8]) {
    file(data);
    let (key, rest) = data.split_at(data.len().min(32));
    let (hash, signature) = rest.split_at(rest.len().min(32));
    let blocks = [(LABELS[0], key), (LABELS[1], signature), (LABELS[2], hash)];
    file(blocks.map(|(label, content)| pem(label, content)).concat().as_bytes());
}

fn file(data: &[u8]) {
    let (plain, read) = (plain(data), Endorsement::decode_all(data));
    match (&read, &plain) {
        (Ok(read), Some((plain, _))) => assert_eq!(read, plain),
        (Ok(read), None) => panic!("a plain reader does not read {read:?}"),
        (Err(error), Some((all, true))) => {
            assert!(all.len() > MAX_ENTRIES_PER_SET as usize, "in the usual form: {error}");
        }
        (Err(_), _) => {}
    }
    let given = FileSignatures::oak(data);
    assert_eq!(given.is_ok(), read.is_ok());
    let (Ok(read), Ok(given)) = (read, given) else { return };
    let written: String = read.iter().map(Endorsement::encode).collect();
    assert_eq!(Endorsement::decode_all(written.as_bytes()).as_ref(), Ok(&read));
    if VERIFIER.verify_with(MODULE, &given).is_ok() {
        assert!(read.iter().any(|one| one.encode() == *SIGNED), "nobody has signed this");
    }
}

/// What a file says, and whether it has the blocks one after the other as openssl would write them.
fn plain(data: &[u8]) -> Option<(Vec<Endorsement>, bool)> {
    let mut rest = str::from_utf8(data).ok()?;
    let (mut blocks, mut usual) = (Vec::new(), String::new());
    while !rest.trim_ascii_start().is_empty() {
        let (label, content, behind) = block(rest.trim_ascii_start())?;
        usual.push_str(&pem(label, &content));
        blocks.push((label, content));
        rest = behind;
    }
    let triples = blocks.chunks(3).map(endorsement).collect::<Option<Vec<_>>>()?;
    (!triples.is_empty()).then(|| (triples, usual.as_bytes() == data))
}

fn block(text: &str) -> Option<(&'static str, Vec<u8>, &str)> {
    let inner = text.strip_prefix("-----BEGIN ")?;
    let label = *LABELS.iter().find(|label| inner.starts_with(&format!("{label}-----")))?;
    let (inner, behind) = inner[label.len() + 5..].split_once(&format!("-----END {label}-----"))?;
    let digits: String = inner.chars().filter(|digit| !digit.is_ascii_whitespace()).collect();
    Some((label, of_base64(&digits)?, behind))
}

/// The three blocks of one, in any order.
fn endorsement(blocks: &[(&str, Vec<u8>)]) -> Option<Endorsement> {
    let of = |wanted: &str| {
        blocks.iter().find(|(label, _)| *label == wanted).map(|(_, content)| &content[..])
    };
    let key = of(LABELS[0])?;
    let key = key.strip_prefix(SPKI).unwrap_or(key).try_into().ok()?;
    Some(Endorsement {
        public_key: PublicKey::from_bytes(key).ok()?,
        signature: of(LABELS[1])?.try_into().ok()?,
        hash: of(LABELS[2])?.try_into().ok()?,
    })
}
