//! Operations that rewrite a module around its signatures.

mod attach;
mod delimited;
mod detach;
mod earlier;
mod error;
mod split;

pub use attach::{Attached, attach};
pub use delimited::Delimited;
pub use detach::{Detached, detach};
pub use earlier::Earlier;
pub use error::EditError;
pub use split::{Split, split};
