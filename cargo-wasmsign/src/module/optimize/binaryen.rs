//! Binaryen itself, where it is compiled in. Called in the child process alone, but for the names.

#[cfg(feature = "embedded-optimizer")]
mod embedded;

#[cfg(feature = "embedded-optimizer")]
pub(super) use embedded::{VERSION, optimize, pass_names};

#[cfg(not(feature = "embedded-optimizer"))]
pub(super) use absent::{VERSION, optimize, pass_names};

/// The same without Binaryen.
#[cfg(not(feature = "embedded-optimizer"))]
mod absent {
    use crate::module::optimize::child::Call;

    /// There is nothing that could have a version.
    pub(crate) const VERSION: Option<&str> = None;

    /// There are no passes.
    pub(crate) fn pass_names() -> Vec<String> {
        Vec::new()
    }

    /// Always an error.
    pub(crate) fn optimize(_: &Call) -> Result<(), String> {
        Err("this build of the program has no embedded optimizer".to_owned())
    }
}
