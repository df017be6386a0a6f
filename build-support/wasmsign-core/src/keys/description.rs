//! What a key tells of itself before anybody gives a passphrase.

use super::encoding;
use super::error::KeyError;
use super::form::KeyForm;
use super::public::PublicKey;
use super::secret::SecretKey;

/// What the bytes of a key, secret or public, tell without a passphrase.
///
/// ```
/// use wasmsign_core::keys::KeyDescription;
///
/// let key = b"01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// let description = KeyDescription::of(key)?;
/// assert_eq!(description.form.word(), "hex");
/// assert!(!description.is_secret);
/// # Ok::<(), wasmsign_core::KeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyDescription {
    /// How it is written down.
    pub form: KeyForm,
    /// Whether it is a secret key.
    pub is_secret: bool,
    /// Whether that is under a passphrase.
    pub is_encrypted: bool,
    /// The public half, which of encrypted keys only OpenSSH's show. There it is what the file says: it is checked against
    /// the seed once that is decrypted.
    pub public_key: Option<PublicKey>,
    /// The number by which minisign's signatures name the key, where it has one that can be seen.
    pub minisign_number: Option<[u8; 8]>,
}

impl KeyDescription {
    /// Describes a key in any encoding that [`PublicKey::decode`] or [`SecretKey::decode`] reads. A secret key that is not
    /// encrypted is checked as when it is read.
    ///
    /// # Errors
    /// Those of [`PublicKey::decode`] and [`SecretKey::decode`]; never [`KeyError::Encrypted`], [`KeyError::PublicGiven`] or
    /// [`KeyError::SecretGiven`].
    pub fn of(bytes: &[u8]) -> Result<Self, KeyError> {
        let seen = encoding::look(bytes)?;
        let form = seen.form;
        if let Some(encrypted) = seen.encrypted {
            let public_key = encrypted.public.as_ref().map(PublicKey::from_bytes).transpose()?;
            let (is_secret, is_encrypted) = (true, true);
            return Ok(Self { form, is_secret, is_encrypted, public_key, minisign_number: None });
        }
        let is_encrypted = false;
        match PublicKey::decode(bytes) {
            Err(KeyError::SecretGiven) => {
                let key = SecretKey::decode(bytes)?;
                let minisign_number = key.minisign_number();
                let public_key = Some(key.public_key().clone());
                Ok(Self { form, is_secret: true, is_encrypted, public_key, minisign_number })
            }
            public => {
                let (public_key, minisign_number) = (Some(public?), seen.minisign_number);
                Ok(Self { form, is_secret: false, is_encrypted, public_key, minisign_number })
            }
        }
    }
}
