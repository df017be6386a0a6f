//! The compiler's flags for a target, from wherever cargo takes them.

use cargo_platform::CfgExpr;

use super::compiler::short_name;
use super::{Compiler, Configuration};
use crate::error::Result;

/// The flags, in cargo's order. Of the environment, the tables of the target, and `build.rustflags` the first that says
/// something counts alone.
///
/// # Errors
///
/// Exit code 2: the configuration says something else, or the compiler does not know the target.
pub(super) fn configured(
    configuration: &Configuration,
    compiler: &Compiler,
    target: &str,
) -> Result<Vec<String>> {
    if let Some(flags) = from_environment() {
        return Ok(flags);
    }
    let conditions = conditions(configuration);
    let flags = from_files(configuration, target, &[])?;
    if conditions.is_empty() {
        return Ok(flags);
    }
    // Flags decide which tables hold, and these bring flags: as cargo, we go round once.
    let cfg = compiler.cfg(target, &flags)?;
    let holding = conditions.iter().filter(|(_, condition)| condition.matches(&cfg));
    let holding: Vec<_> = holding.map(|(key, _)| *key).collect();
    from_files(configuration, target, &holding)
}

fn from_environment() -> Option<Vec<String>> {
    let owned = |flags: &mut dyn Iterator<Item = &str>| flags.map(str::to_owned).collect();
    if let Ok(text) = std::env::var("CARGO_ENCODED_RUSTFLAGS") {
        return Some(owned(&mut text.split('\x1f').filter(|_| !text.is_empty())));
    }
    let text = std::env::var("RUSTFLAGS").ok()?;
    Some(owned(&mut text.split(' ').map(str::trim).filter(|flag| !flag.is_empty())))
}

/// The tables that hold under a condition, in the order in which cargo takes them.
fn conditions(configuration: &Configuration) -> Vec<(&str, CfgExpr)> {
    let inner = |key: &str| key.strip_prefix("cfg(")?.strip_suffix(')')?.parse().ok();
    let keys = configuration.keys(&["target"]).into_iter();
    keys.filter_map(|key| Some((key, inner(key)?))).collect()
}

/// What the tables of the target say, and those that hold for it; else what `build` says.
fn from_files(
    configuration: &Configuration,
    target: &str,
    holding: &[&str],
) -> Result<Vec<String>> {
    let mut flags = Vec::new();
    for key in [short_name(target)].iter().chain(holding) {
        flags.extend(configuration.words(&["target", key, "rustflags"])?.unwrap_or_default());
    }
    if flags.is_empty() {
        flags = configuration.words(&["build", "rustflags"])?.unwrap_or_default();
    }
    Ok(flags)
}

/// Whether the compiler's flags for a target silence all of its warnings.
pub(super) fn silences_warnings(configuration: &Configuration, target: &str) -> bool {
    const SILENT: [&str; 6] = [
        "-Awarnings",
        "-A warnings",
        "--allow=warnings",
        "--allow warnings",
        "--cap-lints=allow",
        "--cap-lints allow",
    ];
    let flags = Compiler::of(configuration)
        .and_then(|compiler| configured(configuration, &compiler, target))
        .unwrap_or_default();
    let one = flags.iter().any(|flag| SILENT.contains(&flag.as_str()));
    one || flags.windows(2).any(|two| SILENT.contains(&two.join(" ").as_str()))
}
