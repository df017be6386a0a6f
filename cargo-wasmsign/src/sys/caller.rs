//! Who has called us, as far as it matters for advice: a build script has methods in the place of flags.

use std::sync::LazyLock;

/// Set by `wasmsign-build`.
const BUILD_SCRIPT: &str = "WASMSIGN_BUILD_SCRIPT";

static IS_BUILD_SCRIPT: LazyLock<bool> = LazyLock::new(|| std::env::var_os(BUILD_SCRIPT).is_some());

/// How another key is given.
pub fn key() -> &'static str {
    if *IS_BUILD_SCRIPT { "`Guest::key`" } else { "`--key`" }
}

/// How a module is left unsigned.
pub fn unsigned() -> &'static str {
    if *IS_BUILD_SCRIPT { "`Guest::unsigned`" } else { "`--no-sign`" }
}
