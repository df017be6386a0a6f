//! OpenSSH's signatures: what is read is what a plain reader reads, what that finds written as `ssh-keygen` writes it is
//! read, and nothing verifies but what was signed.

use std::sync::LazyLock;

use wasmsign_core::formats::FileSignatures;
use wasmsign_core::formats::sshsig::{Hash, Signature};
use wasmsign_core::sign;

use crate::endorsed::{MODULE, NAMESPACE, VERIFIER};
use crate::originals;
use crate::text::{base64, of_base64};

/// What was signed.
pub static SIGNED: LazyLock<String> = LazyLock::new(|| {
    sign::sshsig(MODULE, &originals::secret(1), NAMESPACE).expect("the module can be signed")
});

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// Takes the input for a file, and for the bytes inside of one.
pub fn check_sshsig(data: &[u8]) {
    file(data);
    file(armor(data).as_bytes());
}

fn file(data: &[u8]) {
    let plain = plain(data);
    let read = Signature::decode(data);
    match (&read, &plain) {
        (Ok(read), Some((plain, _))) => assert_eq!(read, plain),
        (Ok(read), None) => panic!("a plain reader does not read {read:?}"),
        (Err(error), Some((_, true))) => panic!("as ssh-keygen writes it: {error}"),
        (Err(_), _) => {}
    }
    let given = FileSignatures::sshsig(data, NAMESPACE);
    assert_eq!(given.is_ok(), read.is_ok());
    let (Ok(read), Ok(given)) = (read, given) else { return };
    let written = read.encode().expect("what was read has a namespace");
    assert_eq!(Signature::decode(written.as_bytes()).as_ref(), Ok(&read));
    if VERIFIER.verify_with(MODULE, &given).is_ok() {
        assert_eq!(written, *SIGNED, "nobody has signed this");
    }
}

fn armor(blob: &[u8]) -> String {
    let digits = base64(blob);
    let lines = digits.as_bytes().chunks(70).map(String::from_utf8_lossy);
    let lines: Vec<_> = lines.map(|line| line + "\n").collect();
    format!("{BEGIN}\n{}{END}\n", lines.concat())
}

/// What a file says, and whether it is written as `ssh-keygen` writes it.
fn plain(data: &[u8]) -> Option<(Signature, bool)> {
    let inner = data.strip_prefix(BEGIN.as_bytes())?;
    let end = inner.windows(END.len()).position(|window| window == END.as_bytes())?;
    let digits: Vec<u8> =
        inner[..end].iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    let blob = of_base64(str::from_utf8(&digits).ok()?)?;
    Some((of_blob(&blob)?, data.starts_with(armor(&blob).as_bytes())))
}

fn of_blob(blob: &[u8]) -> Option<Signature> {
    let mut rest = blob.strip_prefix(b"SSHSIG\0\0\0\x01")?;
    let key = string(&mut rest)?;
    let namespace = str::from_utf8(string(&mut rest)?).ok()?;
    let reserved = string(&mut rest)?;
    let hash = match string(&mut rest)? {
        b"sha512" => Hash::Sha512,
        b"sha256" => Hash::Sha256,
        _ => return None,
    };
    let signature = string(&mut rest)?;
    let is_right = rest.is_empty() && reserved.is_empty() && !namespace.is_empty();
    is_right.then_some(Signature {
        public_key: of_ed25519(key)?,
        namespace: namespace.into(),
        hash,
        signature: of_ed25519(signature)?,
    })
}

/// What stands behind the name of the algorithm.
fn of_ed25519<const N: usize>(mut bytes: &[u8]) -> Option<[u8; N]> {
    let (name, content) = (string(&mut bytes)?, string(&mut bytes)?);
    (name == b"ssh-ed25519" && bytes.is_empty()).then(|| content.try_into().ok())?
}

fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (string, behind) = behind.split_at_checked(length)?;
    *rest = behind;
    Some(string)
}
