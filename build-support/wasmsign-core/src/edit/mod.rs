//! Operations that rewrite a module around its signatures.

#[cfg(any(feature = "wasmsign1", feature = "wasm-sign"))]
mod at_the_end;
mod attach;
mod delimited;
mod detach;
mod earlier;
mod error;
mod split;

#[cfg(feature = "wasm-sign")]
pub use at_the_end::take_away_wasm_sign;
#[cfg(feature = "wasmsign1")]
pub use at_the_end::take_away_wasmsign1;
pub use attach::{Attached, attach};
pub use delimited::Delimited;
pub use detach::{Detached, detach};
pub use earlier::Earlier;
pub use error::EditError;
pub use split::{Split, split};
