//! Modules that need more than the features that hosts are said to know.

use wasmparser::WasmFeatures;

use super::constructs::{self, Construct};
use super::detect::{detect_beyond, validate};
use super::functions::first_fault;
use super::{Features, Job, passes};
use crate::error::{Error, Result};
use crate::escape::escape;

/// Refuses `module`, which the optimizer made of the job's, where it needs more than `listed`.
///
/// # Errors
///
/// Usage, with the missing features and who uses them; tool for a module that is not valid at all.
pub(super) fn refuse(job: &Job, module: &[u8], listed: &Features) -> Result<()> {
    let Err(fault) = validate(module, listed.validation()) else { return Ok(()) };
    if let Err(fault) = validate(module, WasmFeatures::all()) {
        return Err(invalid(job, &fault));
    }
    let needed = detect_beyond(&job.name, module, listed)?;
    let mut missing = needed.names_beyond(listed);
    // Tags belong to both kinds of exceptions.
    if missing.contains(&"legacy-exceptions")
        && !constructs::found(module).contains(&Construct::NewExceptions)
    {
        missing.retain(|name| *name != "exceptions");
    }
    let names: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "`{}` needs {}, which `optimize.features` does not list",
        job.name.display(),
        names.join(", ")
    );
    Err(Error::usage(message).because(places(job, module, listed, &fault)).advice(advice(&missing)))
}

/// Who uses it: by name if anything has kept one. What the optimizer has left may have no names any more;
/// then a user in the module as it was before is shown, too.
fn places(job: &Job, module: &[u8], listed: &Features, fault: &wasmparser::Error) -> String {
    const LEFT: &str = "of the optimized module";
    let Some((function, fault)) = first_fault(module, listed.validation()) else {
        return place("outside of the functions", fault, LEFT);
    };
    let left = place(&format!("in {function}"), &fault, LEFT);
    match before(job, listed).filter(|_| function.name.is_none()) {
        Some(before) => format!("{left}\n{before}"),
        None => left,
    }
}

fn before(job: &Job, listed: &Features) -> Option<String> {
    let module = std::fs::read(&job.input).ok()?;
    let (function, fault) = first_fault(&module, listed.validation())?;
    Some(place(&format!("in {function}"), &fault, "as it was built"))
}

fn place(place: &str, fault: &wasmparser::Error, which: &str) -> String {
    format!("{place}, at offset {:#x} {which}: {}", fault.offset(), escape(fault.message()))
}

/// The pass that does without a feature.
fn lowering(feature: &str) -> Option<&'static str> {
    match feature {
        "sign-ext" => Some("signext-lowering"),
        "nontrapping-float-to-int" => Some("llvm-nontrapping-fptoint-lowering"),
        "bulk-memory" => Some("llvm-memory-copy-fill-lowering"),
        "memory64" => Some("memory64-lowering"),
        "multimemory" => Some("multi-memory-lowering"),
        _ => None,
    }
}

fn advice(missing: &[&str]) -> String {
    let passes: Vec<_> = missing.iter().filter_map(|feature| lowering(feature)).collect();
    let since = passes.iter().filter_map(|pass| passes::since(pass)).max();
    let newer = since.map(|since| format!(" (Binaryen {since} or newer)")).unwrap_or_default();
    let lower = match passes.is_empty() {
        true => String::new(),
        false => format!("lower it with `optimize.passes = {passes:?}`{newer}, "),
    };
    format!(
        "{lower}compile without it (`-C target-cpu=mvp`, and the standard library with it), or list it if every \
         host knows it"
    )
}

fn invalid(job: &Job, fault: &wasmparser::Error) -> Error {
    let message =
        format!("what the optimizer has made of `{}` is not a valid module", job.name.display());
    Error::tool(message)
        .because(format!("{} (at offset {:#x})", escape(fault.message()), fault.offset()))
        .advice("try another `optimize.level`, or set `optimize = false`")
}
