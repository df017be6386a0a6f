//! The key of a build's delimiters, from its signer.

use zeroize::Zeroizing;

use super::error::SignError;
use super::signer::{Signer, signature};
use crate::formats::sections::{DELIMITER_KEY_TEXT, DelimiterKey, key_from_signature};

/// Asks the signer for two signatures over a text of fixed wording, and makes the key of its delimiters of them. It takes
/// no seed, so that an agent or a token is as good as a key in a file.
///
/// `None` where the two signatures differ: no second build could make these delimiters again, and random ones
/// serve as well.
///
/// # Errors
///
/// [`SignError::Signer`], where a signature does not verify too.
pub fn delimiter_key(signer: &dyn Signer) -> Result<Option<DelimiterKey>, SignError> {
    let first = Zeroizing::new(signature(signer, DELIMITER_KEY_TEXT)?);
    let second = Zeroizing::new(signature(signer, DELIMITER_KEY_TEXT)?);
    Ok((first == second).then(|| key_from_signature(&first)))
}

#[cfg(test)]
mod tests;
