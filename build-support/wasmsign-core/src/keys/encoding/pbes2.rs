//! PKCS#8 under a passphrase: PBES2 of RFC 8018, with scrypt (RFC 7914) or PBKDF2, and AES-CBC.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use pkcs5::pbes2::{self, Parameters};
use pkcs8::{
    AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier,
    der::{
        self, Decode, Header, Reader, SecretDocument, SliceReader, Tag,
        asn1::{AnyRef, OctetStringRef, UintRef},
    },
};
use zeroize::Zeroizing;

use super::der::of_der;
use super::scrypt::Work;
use crate::keys::error::KeyError;
use crate::keys::foreign;
use crate::limits::MAX_PBKDF2_ROUNDS;

const BLOCK: usize = 16;

/// What is written: as much work as OpenSSL reads, and OWASP recommends with so little memory.
const WRITTEN: (u64, u64, u64) = (1 << 14, 8, 5);

/// Whether a key can be decrypted at all.
pub(super) fn check(info: &[u8]) -> Result<(), KeyError> {
    Sealed::read(info)?.parameters().map(drop)
}

/// The PKCS#8 inside, which the right passphrase gives.
pub(super) fn decrypt(info: &[u8], passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let sealed = Sealed::read(info)?;
    let parameters = sealed.parameters()?;
    let mut bytes = Zeroizing::new(sealed.data.to_vec());
    if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK) {
        return Err(malformed("the encrypted data is not of whole blocks"));
    }
    let opened = parameters.decrypt_in_place(passphrase, &mut bytes).map(<[u8]>::len);
    let length = opened.map_err(|error| match error {
        pkcs5::Error::DecryptFailed => KeyError::WrongPassphrase,
        _ => malformed("the parameters of its encryption do not fit together"),
    })?;
    // One of 256 wrong passphrases leaves bytes whose padding looks right.
    match is_one_sequence(&bytes[..length]) {
        true => {
            bytes.truncate(length);
            Ok(bytes)
        }
        false => Err(KeyError::WrongPassphrase),
    }
}

fn is_one_sequence(bytes: &[u8]) -> bool {
    let Ok(mut reader) = SliceReader::new(bytes) else { return false };
    let header = Header::decode(&mut reader);
    header.is_ok_and(|header| {
        header.tag() == Tag::Sequence && header.length() == reader.remaining_len()
    })
}

/// The parts of an `EncryptedPrivateKeyInfo` of PBES2.
struct Sealed<'a> {
    derivation: AlgorithmIdentifierRef<'a>,
    cipher: AlgorithmIdentifierRef<'a>,
    /// Both, as they stand in the file.
    both: AnyRef<'a>,
    data: &'a [u8],
}

impl<'a> Sealed<'a> {
    fn read(info: &'a [u8]) -> Result<Self, KeyError> {
        let (scheme, data) = pair::<AlgorithmIdentifierRef<'a>, &OctetStringRef>(info)?;
        if scheme.oid != pbes2::PBES2_OID {
            return Err(unknown(&scheme.oid));
        }
        let both =
            scheme.parameters.ok_or_else(|| malformed("its encryption has no parameters"))?;
        let read = both.sequence(|reader| Ok((reader.decode()?, reader.decode()?)));
        let (derivation, cipher) = read.map_err(|error: der::Error| of_der(error))?;
        Ok(Self { derivation, cipher, both, data: data.as_bytes() })
    }

    /// The parameters, of which all is known and the work within the limits.
    fn parameters(&self) -> Result<Parameters, KeyError> {
        let ciphers = [pbes2::AES_128_CBC_OID, pbes2::AES_192_CBC_OID, pbes2::AES_256_CBC_OID];
        if !ciphers.contains(&self.cipher.oid) {
            return Err(unknown(&self.cipher.oid));
        }
        let parameters = || {
            self.derivation.parameters.ok_or_else(|| malformed("its derivation has no parameters"))
        };
        match self.derivation.oid {
            pbes2::PBKDF2_OID => check_pbkdf2(parameters()?)?,
            pbes2::SCRYPT_OID => check_scrypt(parameters()?)?,
            other => return Err(unknown(&other)),
        }
        Parameters::try_from(self.both).map_err(of_der)
    }
}

/// The two members of a sequence, and nothing after it.
fn pair<'a, A, B>(bytes: &'a [u8]) -> Result<(A, B), KeyError>
where
    A: Decode<'a, Error = der::Error>,
    B: Decode<'a, Error = der::Error>,
{
    let mut reader = SliceReader::new(bytes).map_err(of_der)?;
    let read = reader.sequence(|reader| Ok((A::decode(reader)?, B::decode(reader)?)));
    let pair = read.map_err(|error: der::Error| of_der(error))?;
    reader.finish().map_err(of_der)?;
    Ok(pair)
}

/// The salt, the rounds, the length of the key if it is said, the function if it is not HMAC-SHA-1.
fn check_pbkdf2(parameters: AnyRef<'_>) -> Result<(), KeyError> {
    let read = parameters.sequence(|reader| {
        AnyRef::decode(reader)?;
        let rounds = UintRef::decode(reader)?;
        Option::<UintRef<'_>>::decode(reader)?;
        Ok((number(rounds), Option::<AlgorithmIdentifierRef<'_>>::decode(reader)?))
    });
    let (rounds, function) = read.map_err(|error: der::Error| of_der(error))?;
    if rounds > MAX_PBKDF2_ROUNDS {
        let asked = format!("PBKDF2 with {} rounds", shown(rounds));
        return Err(KeyError::TooMuchWork { asked, limit: "10,000,000" });
    }
    match function {
        Some(function) if pbes2::Pbkdf2Prf::try_from(function).is_err() => {
            Err(KeyError::UnknownCipher { found: format!("PBKDF2 with {}", function.oid) })
        }
        _ => Ok(()),
    }
}

/// The salt and three numbers; the length of the key may follow.
fn check_scrypt(parameters: AnyRef<'_>) -> Result<(), KeyError> {
    let read = parameters.sequence(|reader| {
        AnyRef::decode(reader)?;
        let mut next = || UintRef::decode(reader).map(number);
        let numbers = (next()?, next()?, next()?);
        Option::<UintRef<'_>>::decode(reader)?;
        Ok(numbers)
    });
    let (n, r, p) = read.map_err(|error: der::Error| of_der(error))?;
    Work::new(n, r, p).map(drop)
}

/// A number; one that is too large is the largest.
fn number(number: UintRef<'_>) -> u64 {
    let bytes = number.as_bytes();
    match bytes.len() {
        0..=8 => bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)),
        _ => u64::MAX,
    }
}

fn shown(number: u64) -> String {
    match number {
        u64::MAX => "more than 2^64".to_string(),
        _ => number.to_string(),
    }
}

fn unknown(oid: &ObjectIdentifier) -> KeyError {
    KeyError::UnknownCipher { found: foreign::of_cipher(oid) }
}

fn malformed(reason: &str) -> KeyError {
    KeyError::Der { offset: None, reason: reason.into() }
}

/// Writes PKCS#8 under a passphrase, in PEM. `random` is the salt and what the cipher begins with.
pub(super) fn encrypt(pkcs8: &[u8], passphrase: &[u8], random: &[u8; 32]) -> Zeroizing<String> {
    encrypted(pkcs8, passphrase, random).expect("what is written is within every limit")
}

fn encrypted(
    pkcs8: &[u8],
    passphrase: &[u8],
    random: &[u8; 32],
) -> pkcs8::Result<Zeroizing<String>> {
    let (salt, start) = random.split_at(BLOCK);
    let (n, r, p) = WRITTEN;
    let work = Work::new(n, r, p).expect("it is within the limits");
    let start = *start.first_chunk().expect("32 - 16 = 16");
    let parameters = Parameters::generate_scrypt_aes256cbc(work.params(), salt, start)?;
    // With room for the padding from the start: a vector that grows leaves copies behind.
    let mut data = Zeroizing::new(vec![0; pkcs8.len() + BLOCK]);
    data[..pkcs8.len()].copy_from_slice(pkcs8);
    let data = parameters.encrypt_in_place(passphrase, &mut data, pkcs8.len())?;
    let encrypted_data = OctetStringRef::new(data)?;
    let info =
        EncryptedPrivateKeyInfoRef { encryption_algorithm: parameters.into(), encrypted_data };
    let document = SecretDocument::encode_msg(&info)?;
    Ok(document.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF)?)
}
