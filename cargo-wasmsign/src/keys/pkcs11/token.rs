//! A token, and a key in it that signs.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::ObjectHandle;
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use wasmsign_core::PublicKey;

use super::super::diagnose::mistake;
use super::super::holder::{Found, Holder};
use super::failure::{Called, of_login, reason};
use super::objects::{self, Key};
use super::uri::Uri;
use super::{modules, pin};
use crate::error::{Error, Result};
use crate::text::escape::escape;

/// A token in its slot.
struct Token {
    slot: Slot,
    info: TokenInfo,
}

impl Token {
    fn is_named(&self, uri: &Uri) -> bool {
        let fits =
            |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|one| one == found);
        fits(&uri.token, self.info.label())
            && fits(&uri.serial, self.info.serial_number())
            && fits(&uri.manufacturer, self.info.manufacturer_id())
            && fits(&uri.model, self.info.model())
            && uri.slot_id.is_none_or(|slot| slot == self.slot.id())
    }

    fn name(&self) -> String {
        format!("`{}`", escape(self.info.label()))
    }
}

/// As URIs name them.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, serial) = (self.info.label(), self.info.serial_number());
        f.write_str(&escape(&format!("token={label};serial={serial};slot-id={}", self.slot.id())))
    }
}

/// Finds the key that a URI names, and logs in to its token. Nothing is signed.
///
/// # Errors
///
/// Exit code 2 where there is no such module, token or key, or more than one, or the PIN is missing or wrong; 5 where the
/// module or the token fails.
pub(super) fn find(uri: &Uri, pin_env: Option<&str>, public: Option<&PublicKey>) -> Result<Found> {
    let module = modules::load(&uri.module)?;
    let token = token(&module, uri)?;
    let session = module.open_ro_session(token.slot).or_failed("open a session with its token")?;
    log_in(&session, &token, uri, pin_env)?;
    let key = objects::find(&session, uri, &token.name())?;
    if key.always_asks {
        return Err(Error::usage(format!(
            "the key in the token {} wants the PIN again for each signature",
            token.name()
        ))
        .advice("use a key without the attribute CKA_ALWAYS_AUTHENTICATE"));
    }
    let public_key = public_half(&key, &session, public, &token)?;
    let handle = key.handle;
    Ok(Found::new(TokenSigner {
        token: token.name(),
        session: Mutex::new(session),
        handle,
        public_key,
    }))
}

/// The one token that a URI names.
fn token(module: &Pkcs11, uri: &Uri) -> Result<Token> {
    let slots = module.get_slots_with_initialized_token().or_failed("list its tokens")?;
    let tokens = slots.into_iter().map(|slot| {
        Ok(Token { slot, info: module.get_token_info(slot).or_failed("describe a token")? })
    });
    let tokens = tokens.collect::<Result<Vec<_>>>()?;
    let listed = |tokens: &[Token]| {
        let lines: Vec<_> = tokens.iter().map(Token::to_string).collect();
        format!("it has\n{}", lines.join("\n"))
    };
    let (mut named, others): (Vec<_>, Vec<_>) =
        tokens.into_iter().partition(|token| token.is_named(uri));
    match (named.pop(), named.is_empty()) {
        (Some(token), true) => Ok(token),
        (Some(token), false) => {
            named.push(token);
            Err(Error::usage("the PKCS#11 module has several tokens that this can mean")
                .because(listed(&named))
                .advice("name one of them with `token=…` or `serial=…`"))
        }
        (None, _) => Err(Error::usage("the PKCS#11 module has no such token")
            .because(match others.is_empty() {
                true => "it has none at all".to_owned(),
                false => listed(&others),
            })
            .advice("plug the token in, or correct the URI")),
    }
}

/// Logs in where the token wants that, once: a wrong PIN is not tried again.
fn log_in(session: &Session, token: &Token, uri: &Uri, pin_env: Option<&str>) -> Result<()> {
    if !token.info.login_required() {
        return Ok(());
    }
    let result = match token.info.protected_authentication_path() {
        // It has keys or a reader of its own to be given the PIN.
        true => session.login(UserType::User, None),
        false => session.login_with_raw(UserType::User, &pin::read(uri, pin_env, &token.name())?),
    };
    match result {
        Err(error) if reason(&error) == Some(&RvError::UserAlreadyLoggedIn) => Ok(()),
        result => result.map_err(|error| of_login(error, &token.name())),
    }
}

/// The public half of a key: what the token says, else what the manifest does. Every signature is checked with it.
fn public_half(
    key: &Key,
    session: &Session,
    public: Option<&PublicKey>,
    token: &Token,
) -> Result<PublicKey> {
    let told = key.public_keys(session)?;
    let first = told.iter().find(|told| Some(*told) == public).or(told.first()).or(public);
    first.cloned().ok_or_else(|| {
        Error::usage(format!("the token {} does not show the public half of its key", token.name()))
            .advice("set `public` in the key's table, or write the public key into the token")
    })
}

/// A key in a token that has let us in.
#[derive(Debug)]
struct TokenSigner {
    token: String,
    /// It ends the login when it is closed, and is used by one thread at a time.
    session: Mutex<Session>,
    handle: ObjectHandle,
    public_key: PublicKey,
}

impl Holder for TokenSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Has the token sign. It may wait for a touch: there is no limit of time.
    ///
    /// # Errors
    ///
    /// Exit code 5 where it fails, or what it gives is no signature of the key.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        let pure = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = session.sign(&pure, self.handle, message).or_failed("sign")?;
        let length = answer.len();
        let signature = <[u8; 64]>::try_from(answer).map_err(|_| {
            let token = &self.token;
            Error::tool(format!("the token {token} gave {length} bytes, and a signature has 64"))
                .advice("check whether the token and its library know Ed25519 (CKM_EDDSA)")
        })?;
        match self.public_key.verify(message, &signature) {
            true => Ok(signature),
            false => Err(self.wrong(message, &signature)),
        }
    }
}

impl TokenSigner {
    /// The error for a signature that does not verify.
    fn wrong(&self, message: &[u8], signature: &[u8; 64]) -> Error {
        let why = mistake(&self.public_key, message, signature);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let token = &self.token;
        Error::tool(format!("the token {token} returned a signature that does not verify{why}"))
            .advice("check whether the public key of this id or label belongs to the secret one")
    }
}
