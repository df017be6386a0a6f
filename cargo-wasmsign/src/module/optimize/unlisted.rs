//! Modules that need more than the features that hosts are said to know.

use wasmparser::WasmFeatures;

use super::constructs::{self, Construct};
use super::detect::{detect_beyond, lacks_new_exceptions, validate};
use super::functions::first_fault;
use super::{Features, Job, passes};
use crate::error::{Error, Result};
use crate::module::edit;
use crate::text::escape::escape;

/// Refuses `module`, which was made of the job's, by the optimizer if it is `optimized`, where it needs more than `listed`.
///
/// # Errors
///
/// Usage, with the missing features and who uses them; malformed for a module that is not valid at all.
pub(super) fn refuse(job: &Job, module: &[u8], listed: &Features, optimized: bool) -> Result<()> {
    let fault = match validate(module, listed.validation()) {
        Err(fault) => Some(fault),
        Ok(()) if lacks_new_exceptions(module, listed) => None,
        Ok(()) => return Ok(()),
    };
    if let Err(fault) = validate(module, WasmFeatures::all()) {
        return Err(edit::malformed(&job.name, &fault));
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
    let places = match fault {
        None => format!("it has {}", Construct::NewExceptions.name()),
        Some(fault) if optimized => places(job, module, listed, &fault),
        Some(fault) => user(module, listed, &fault, "of the module").0,
    };
    Err(Error::usage(message).because(places).advice(advice(&missing, optimized)))
}

/// Who uses it: by name if anything has kept one. What the optimizer has left may have no names any more;
/// then a user in the module as it was before is shown, too.
fn places(job: &Job, module: &[u8], listed: &Features, fault: &wasmparser::Error) -> String {
    let (left, is_anonymous) = user(module, listed, fault, "of the optimized module");
    match before(job, listed).filter(|_| is_anonymous) {
        Some(before) => format!("{left}\n{before}"),
        None => left,
    }
}

/// The first user, and whether that is a function without a name.
fn user(
    module: &[u8],
    listed: &Features,
    fault: &wasmparser::Error,
    which: &str,
) -> (String, bool) {
    match first_fault(module, listed.validation()) {
        None => (place("outside the functions", fault, which), false),
        Some((function, fault)) => {
            (place(&format!("in {function}"), &fault, which), function.name.is_none())
        }
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

fn advice(missing: &[&str], optimized: bool) -> String {
    let passes: Vec<_> = missing.iter().filter_map(|feature| lowering(feature)).collect();
    let since = passes.iter().filter_map(|pass| passes::since(pass)).max();
    let newer = since.map(|since| format!(" (Binaryen {since} or newer)")).unwrap_or_default();
    let lower = match passes.is_empty() {
        true => String::new(),
        false => {
            let first = if optimized { "" } else { "optimize it, and " };
            format!("{first}lower it with `optimize.passes = {passes:?}`{newer}, ")
        }
    };
    format!(
        "{lower}compile everything, including the standard library, without it (`-C \
         target-cpu=mvp`), or list it if every host supports it"
    )
}
