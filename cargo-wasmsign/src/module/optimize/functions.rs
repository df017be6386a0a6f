//! Which function of a module needs a feature, and what it is called.

use std::fmt;

use wasmparser::{
    ExternalKind, FuncValidatorAllocations, KnownCustom, Name, NameSectionReader, Parser, Payload,
    ValidPayload, Validator, WasmFeatures,
};

use crate::text::escape::escape;

/// The longest name that a message shows, in characters.
const SHOWN: usize = 120;

/// A function of a module.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    index: u32,
    /// From the section `name`, else from the exports.
    pub(super) name: Option<String>,
}

impl fmt::Display for Function {
    /// `` `add` `` or `function 12`, safe to print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => {
                let short: String = name.chars().take(SHOWN).collect();
                let rest = if short.len() < name.len() { "…" } else { "" };
                write!(f, "`{}{rest}`", escape(&short))
            }
            None => write!(f, "function {}", self.index),
        }
    }
}

/// The first function of a valid module that is not valid with `features` alone, and where and why.
pub(super) fn first_fault(
    module: &[u8],
    features: WasmFeatures,
) -> Option<(Function, wasmparser::Error)> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut allocations = FuncValidatorAllocations::default();
    for payload in Parser::new(0).parse_all(module) {
        // What concerns the module as a whole does not matter here: only bodies do.
        if let ValidPayload::Func(mut function, body) = validator.payload(&payload.ok()?).ok()? {
            function.features = features;
            let index = function.index;
            let mut function = function.into_validator(allocations);
            if let Err(fault) = function.validate(&body) {
                return Some((Function { index, name: name(module, index) }, fault));
            }
            allocations = function.into_allocations();
        }
    }
    None
}

fn name(module: &[u8], index: u32) -> Option<String> {
    let (mut named, mut exported) = (None, None);
    for payload in Parser::new(0).parse_all(module) {
        match payload.ok()? {
            Payload::ExportSection(section) => exported = Some(section),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    named = Some(names);
                }
            }
            _ => {}
        }
    }
    let export = || {
        let mut exports = exported?.into_iter().flatten();
        let of_it = exports.find(|one| one.kind == ExternalKind::Func && one.index == index);
        of_it.map(|export| export.name.to_owned())
    };
    named.and_then(|names| function_name(names, index)).or_else(export)
}

/// A broken section of names names nothing.
fn function_name(names: NameSectionReader<'_>, index: u32) -> Option<String> {
    for subsection in names {
        if let Name::Function(functions) = subsection.ok()? {
            let naming = functions.into_iter().flatten().find(|naming| naming.index == index);
            return naming.map(|naming| naming.name.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::testing::{custom, function};

    fn found(module: &[u8]) -> Option<String> {
        let fault = first_fault(module, WasmFeatures::empty());
        fault.map(|(function, fault)| format!("{function} at {:#x}", fault.offset()))
    }

    #[test]
    fn a_function_has_its_name_or_its_export_or_a_number() {
        let module = function(&[0x20, 0, 0xc0]);
        let at = module.iter().position(|byte| *byte == 0xc0).unwrap();
        assert_eq!(found(&module).unwrap(), format!("`f` at {at:#x}"));
        let names = custom("name", b"\x01\x06\x01\0\x03a\x1bb");
        let module = [module, names].concat();
        assert_eq!(found(&module).unwrap(), format!("`a\\u{{1b}}b` at {at:#x}"));
        assert_eq!(found(&function(&[0x20, 0])), None);
        let nameless = Function { index: 12, name: None };
        assert_eq!(nameless.to_string(), "function 12");
    }
}
