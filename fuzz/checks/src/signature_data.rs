//! Signature data: what is decoded is encoded to the same bytes, in both forms.

use wasmsign_core::formats::FormatError;
use wasmsign_core::formats::sections::{SignatureData, SignatureSet};
use wasmsign_core::verify::VerifierBuilder;
use wasmsign_core::wasm::{Place, Rule};
use wasmsign_core::{Verifier, VerifyError};

use crate::encode::{literal_set, plain_set};
use crate::model::MODULE;
use crate::originals;

/// Takes the input for detached signature data.
pub fn check_signature_data(data: &[u8]) {
    match SignatureData::from_detached(data) {
        Ok(decoded) => comes_back(data, &decoded),
        Err(FormatError::Malformed(fault)) => {
            assert_eq!(fault.place, Place::DetachedSignature);
            assert!(fault.offset <= data.len() as u64);
            let is_literal = fault.rule == Rule::LiteralForm;
            assert!(!is_literal || literal_verdict(data) != "malformed", "no literal form");
        }
        Err(_) => {}
    }
    literal_verdict(data);
}

fn comes_back(data: &[u8], decoded: &SignatureData) {
    assert_eq!(decoded.encode(), data);
    let _ = (decoded.envoy_obstacle(), format!("{decoded:?}"));
    if let Some(sets) = plain_sets(&decoded.sets) {
        // Not the same bytes: an entry may end with a count of certificates, which is not written here.
        let plain = SignatureData::from_detached(&[&data[..4], &sets.concat()].concat());
        assert_eq!(format!("{plain:?}"), format!("{:?}", Ok::<_, FormatError>(decoded)));
    }
    if let Some(literal) = literal(decoded) {
        assert_eq!(literal_verdict(&literal), verdict(&fitting(verifier()), data));
    }
}

/// One word for what a verifier says of a bare module by this data.
fn verdict(verifier: &Verifier, data: &[u8]) -> &'static str {
    match verifier.verify_detached(&MODULE[..], data) {
        Ok(_) => "verified",
        Err(VerifyError::Refused(refusal)) => refusal.reason().code(),
        Err(VerifyError::Malformed(_)) => "malformed",
        Err(error) => panic!("{error:?}"),
    }
}

fn literal_verdict(data: &[u8]) -> &'static str {
    verdict(&fitting(verifier().literal_form()), data)
}

fn verifier() -> VerifierBuilder {
    Verifier::builder([originals::public(1)])
}

fn fitting(builder: VerifierBuilder) -> Verifier {
    builder.build().expect("there is a key")
}

/// The same data in the literal form; `None` where an entry is not an ordinary one.
pub fn literal(data: &SignatureData) -> Option<Vec<u8>> {
    let sets: Option<Vec<_>> = data.sets.iter().map(literal_set).collect();
    let count = [1, 1, 1, u8::try_from(data.sets.len()).expect("64 sets at most")];
    Some([&count[..], &sets?.concat()].concat())
}

fn plain_sets(sets: &[SignatureSet]) -> Option<Vec<Vec<u8>>> {
    sets.iter().map(plain_set).collect()
}
