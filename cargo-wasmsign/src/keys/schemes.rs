//! Every way to name a key.

use super::scheme::{PublicScheme, Scheme};
use super::{agent, command, directory, env, env_file, file, github, pkcs11};

/// Of secret keys, in the order in which messages list them. A path needs none on the command line.
pub static SCHEMES: [&Scheme; 6] = [
    &env::SCHEME,
    &env_file::SCHEME,
    &file::SCHEME,
    &agent::SCHEME,
    &pkcs11::SCHEME,
    &command::SCHEME,
];

/// Of public keys. A path and a key's own text need none.
pub(super) static PUBLIC_SCHEMES: [&PublicScheme; 2] = [&github::SCHEME, &directory::SCHEME];
