//! Which functions a module is bound to call: those that its exports and its start lead to, call by call.
//!
//! What is behind a table, or in a branch that is never taken, counts as far as anybody can say without running it: a
//! function behind a table is not counted, one in a branch is.

use std::collections::BTreeSet;

use wasmparser::{Error, ExternalKind, FunctionBody, Operator, Parser, Payload, TypeRef};

/// The functions of a module as far as calls are concerned.
#[derive(Default)]
struct Functions<'a> {
    /// Module and name of those that are imported.
    imported: Vec<(&'a str, &'a str)>,
    bodies: Vec<FunctionBody<'a>>,
    /// Where it begins.
    roots: Vec<u32>,
}

/// The modules and names of the functions that a valid module imports and is bound to call; of its exports those count
/// that `exports` names, all of them where it is absent.
///
/// # Errors
///
/// Where the module cannot be read.
pub(super) fn called<'a>(
    module: &'a [u8],
    exports: Option<&[String]>,
) -> Result<BTreeSet<(&'a str, &'a str)>, Error> {
    let functions = read(module, exports)?;
    let mut waiting = functions.roots.clone();
    let mut seen: BTreeSet<u32> = waiting.iter().copied().collect();
    let mut called = BTreeSet::new();
    while let Some(index) = waiting.pop() {
        let index = index as usize;
        if let Some(import) = functions.imported.get(index) {
            called.insert(*import);
        } else if let Some(body) = functions.bodies.get(index - functions.imported.len()) {
            let callees = callees(body)?;
            waiting.extend(callees.into_iter().filter(|callee| seen.insert(*callee)));
        }
    }
    Ok(called)
}

fn read<'a>(module: &'a [u8], kept: Option<&[String]>) -> Result<Functions<'a>, Error> {
    let mut functions = Functions::default();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    if let TypeRef::Func(_) | TypeRef::FuncExact(_) = import.ty {
                        functions.imported.push((import.module, import.name));
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    let stays = kept.is_none_or(|kept| kept.iter().any(|name| name == export.name));
                    if stays && matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact)
                    {
                        functions.roots.push(export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => functions.roots.push(func),
            Payload::CodeSectionEntry(body) => functions.bodies.push(body),
            _ => {}
        }
    }
    Ok(functions)
}

fn callees(body: &FunctionBody<'_>) -> Result<Vec<u32>, Error> {
    let mut callees = Vec::new();
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index } | Operator::ReturnCall { function_index } =
            operator?
        {
            callees.push(function_index);
        }
    }
    Ok(callees)
}
