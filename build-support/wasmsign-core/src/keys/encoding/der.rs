//! SPKI and PKCS#8 in DER, for Ed25519 as RFC 8410 has them.

use alloc::format;
use alloc::string::String;

use pkcs8::{
    AlgorithmIdentifierRef, EncodePrivateKey, LineEnding, ObjectIdentifier, PrivateKeyInfo,
    PrivateKeyInfoRef, SubjectPublicKeyInfoRef,
    der::{
        Decode, DecodeValue, Document, ErrorKind, Header, Reader, SliceReader, Tag, Tagged,
        asn1::{AnyRef, BitStringRef, OctetStringRef, SequenceRef},
    },
};
use zeroize::Zeroizing;

use crate::keys::error::KeyError;
use crate::keys::foreign;
use crate::keys::parsed::{Encoded, Halves, Seed};

const ED25519: AlgorithmIdentifierRef<'static> =
    AlgorithmIdentifierRef { oid: ObjectIdentifier::new_unwrap("1.3.101.112"), parameters: None };

/// The header of the inner OCTET STRING, which holds the 32-byte seed.
const SEED_HEADER: [u8; 2] = [0x04, 0x20];

/// Tells the structures apart by the types of their first two members.
pub(super) fn read(der: &[u8]) -> Result<Encoded, KeyError> {
    let owned = || Zeroizing::new(der.to_vec());
    match first_tags(der)? {
        (Tag::Sequence, Tag::BitString) => Ok(Encoded::Spki(owned())),
        (Tag::Integer, Tag::Sequence) => Ok(Encoded::Pkcs8(owned())),
        (Tag::Sequence, Tag::OctetString) => Ok(Encoded::EncryptedPkcs8(der.to_vec())),
        (Tag::Integer, Tag::Integer) => Err(KeyError::WrongAlgorithm { found: "RSA".into() }),
        (Tag::Integer, Tag::OctetString) => {
            Err(KeyError::WrongAlgorithm { found: "EC (ECDSA)".into() })
        }
        (Tag::Sequence, Tag::Sequence) => {
            Err(KeyError::Unrecognised { length: der.len(), found: "an X.509 certificate" })
        }
        _ => Err(malformed("its first two elements are not those of a key".into())),
    }
}

fn first_tags(der: &[u8]) -> Result<(Tag, Tag), KeyError> {
    let mut reader = SliceReader::new(der).map_err(of_der)?;
    Header::decode(&mut reader).map_err(of_der)?;
    let mut next = || reader.decode::<AnyRef<'_>>().map(|member| member.tag());
    Ok((next().map_err(of_der)?, next().map_err(of_der)?))
}

pub(super) fn decode_spki(der: &[u8]) -> Result<[u8; 32], KeyError> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(of_der)?;
    require_ed25519(&info.algorithm)?;
    public_bytes(&info.subject_public_key)
}

/// Whether this is the SPKI of a key of ECDSA over secp256k1, as far as its algorithm says.
#[cfg(feature = "wasm-sign")]
pub(super) fn is_secp256k1(der: &[u8]) -> bool {
    const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
    SubjectPublicKeyInfoRef::from_der(der).is_ok_and(|info| {
        info.algorithm.oid == EC && info.algorithm.parameters_oid() == Ok(SECP256K1)
    })
}

pub(super) fn decode_pkcs8(der: &[u8]) -> Result<Halves, KeyError> {
    match PrivateKeyInfoRef::from_der(der) {
        Ok(info) => halves(&info, info.public_key),
        Err(error) => {
            let info = of_ring(der).map_err(|_| of_der(error))?;
            let public = info.public_key.map(|inner| BitStringRef::from_der(inner.as_bytes()));
            halves(&info, public.transpose().map_err(of_der)?)
        }
    }
}

/// PKCS#8 v2 as ring writes it: the tag of the public half stands around a whole BIT STRING, as if it were explicit.
type OfRing<'a> = PrivateKeyInfo<AnyRef<'a>, &'a OctetStringRef, &'a SequenceRef>;

fn of_ring(der: &[u8]) -> pkcs8::der::Result<OfRing<'_>> {
    let mut reader = SliceReader::new(der)?;
    let header = Header::decode(&mut reader)?;
    let info =
        reader.read_nested(header.length(), |reader| OfRing::decode_value(reader, header))?;
    reader.finish()?;
    Ok(info)
}

fn halves<T>(
    info: &PrivateKeyInfo<AnyRef<'_>, &OctetStringRef, T>,
    public: Option<BitStringRef<'_>>,
) -> Result<Halves, KeyError> {
    require_ed25519(&info.algorithm)?;
    let seed = seed(info.private_key.as_bytes())?;
    let public = public.as_ref().map(public_bytes).transpose()?;
    Ok(Halves { seed, public, minisign_number: None })
}

fn seed(inner: &[u8]) -> Result<Seed, KeyError> {
    let wrong =
        || malformed(format!("expected 04 20 and a seed of 32 bytes, found {} bytes", inner.len()));
    inner.strip_prefix(&SEED_HEADER).and_then(Seed::copy).ok_or_else(wrong)
}

fn require_ed25519(found: &AlgorithmIdentifierRef<'_>) -> Result<(), KeyError> {
    if found.oid != ED25519.oid {
        return Err(KeyError::WrongAlgorithm { found: foreign::of_identifier(found) });
    }
    if found.parameters.is_some() {
        return Err(malformed("Ed25519 takes no algorithm parameters".into()));
    }
    Ok(())
}

fn public_bytes(bits: &BitStringRef<'_>) -> Result<[u8; 32], KeyError> {
    let wrong =
        || malformed(format!("expected a public key of 256 bits, found {} bits", bits.bit_len()));
    bits.as_bytes().and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)
}

fn malformed(reason: String) -> KeyError {
    KeyError::Der { offset: None, reason }
}

pub(super) fn encode_spki_pem(key: &[u8; 32]) -> String {
    spki_pem(key).expect("32 bytes are within every limit of DER and PEM")
}

fn spki_pem(key: &[u8; 32]) -> pkcs8::der::Result<String> {
    let subject_public_key = BitStringRef::from_bytes(key)?;
    let info = SubjectPublicKeyInfoRef { algorithm: ED25519, subject_public_key };
    Document::encode_msg(&info)?.to_pem("PUBLIC KEY", LineEnding::LF)
}

pub(super) fn encode_pkcs8_pem(seed: &[u8; 32]) -> Zeroizing<String> {
    pkcs8(seed, |info| info.to_pkcs8_pem(LineEnding::LF))
        .expect("34 bytes are within every limit of DER and PEM")
}

/// PKCS#8 v1.
#[cfg(feature = "encrypted-keys")]
pub(super) fn encode_pkcs8(seed: &[u8; 32]) -> pkcs8::der::SecretDocument {
    pkcs8(seed, |info| info.to_pkcs8_der()).expect("34 bytes are within every limit of DER")
}

fn pkcs8<T>(
    seed: &[u8; 32],
    encode: impl FnOnce(&PrivateKeyInfoRef<'_>) -> pkcs8::Result<T>,
) -> pkcs8::Result<T> {
    let mut inner = Zeroizing::new([0; 34]);
    inner[..2].copy_from_slice(&SEED_HEADER);
    inner[2..].copy_from_slice(seed);
    encode(&PrivateKeyInfoRef::new(ED25519, OctetStringRef::new(&*inner)?))
}

pub(super) fn of_der(error: pkcs8::der::Error) -> KeyError {
    let offset = error.position().and_then(|at| usize::try_from(at).ok());
    KeyError::Der { offset, reason: reason(error.kind()) }
}

/// The words of the crate tell the tag and the length that it found, which in a damaged file may
/// be bytes of the seed. These do not.
fn reason(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::TagUnexpected { expected: Some(tag), .. } => format!("expected {tag}"),
        ErrorKind::TrailingData { .. } => "expected the end of the key".into(),
        ErrorKind::Incomplete { .. } => "the data ends before the key does".into(),
        ErrorKind::Noncanonical { .. } => "not the canonical form of a value".into(),
        _ => "not a valid value for a key".into(),
    }
}
