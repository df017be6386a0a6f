//! Every way to name a secret key.

use super::scheme::Scheme;
use super::{agent, command, env, env_file, file};

/// In the order in which messages list them. A path needs none on the command line.
pub static SCHEMES: [&Scheme; 5] =
    [&env::SCHEME, &env_file::SCHEME, &file::SCHEME, &agent::SCHEME, &command::SCHEME];
