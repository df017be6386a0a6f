//! Functions that nothing leads to. Their bodies become `unreachable`, so that every index stays what it is.

use std::collections::BTreeSet;
use std::ops::Range;

use wasm_encoder::{CodeSection, Section as _};
use wasmparser::{
    ConstExpr, Element, ElementItems, ElementKind, Operator, OperatorsReader, Parser, Payload,
    TableInit, TypeRef,
};

/// No locals, `unreachable`, `end`.
const DEAD: [u8; 3] = [0, 0x00, 0x0b];

/// The code section without what neither these functions nor the module itself lead to; `None` where nothing goes.
pub(super) fn code_without(
    module: &[u8],
    exported: &BTreeSet<u32>,
) -> wasmparser::Result<Option<Vec<u8>>> {
    let calls = Calls::read(module)?;
    let live = calls.live(exported);
    if live.len() == calls.bodies.len() {
        return Ok(None);
    }
    let mut code = CodeSection::new();
    for (index, body) in (calls.imported..).zip(&calls.bodies) {
        code.raw(if live.contains(&index) { &module[body.range.clone()] } else { &DEAD });
    }
    let mut frame = Vec::new();
    code.append_to(&mut frame);
    Ok(Some(frame))
}

/// Which functions lead to which.
#[derive(Default)]
struct Calls {
    /// How many functions are imported: the index of the first that is not.
    imported: u32,
    /// What the module itself refers to: its start function, and what is in tables and globals.
    roots: Vec<u32>,
    bodies: Vec<Body>,
}

struct Body {
    range: Range<usize>,
    /// The functions that it calls or refers to.
    leads_to: Vec<u32>,
}

impl Calls {
    fn read(module: &[u8]) -> wasmparser::Result<Self> {
        let mut calls = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            calls.add(payload?)?;
        }
        Ok(calls)
    }

    fn add(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let is_function =
                        matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
                    self.imported += u32::from(is_function);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    if let TableInit::Expr(value) = table?.init {
                        self.refer(&value)?;
                    }
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.refer(&global?.init_expr)?;
                }
            }
            Payload::StartSection { func, .. } => self.roots.push(func),
            Payload::ElementSection(segments) => {
                for segment in segments {
                    self.add_segment(segment?)?;
                }
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                let mut leads_to = Vec::new();
                functions(body.get_operators_reader()?, &mut leads_to)?;
                // A slice is what wasmparser reads here.
                let range = range.start as usize..range.end as usize;
                self.bodies.push(Body { range, leads_to });
            }
            _ => {}
        }
        Ok(())
    }

    fn add_segment(&mut self, segment: Element<'_>) -> wasmparser::Result<()> {
        if let ElementKind::Active { offset_expr, .. } = &segment.kind {
            self.refer(offset_expr)?;
        }
        match segment.items {
            ElementItems::Functions(functions) => {
                for function in functions {
                    self.roots.push(function?);
                }
            }
            ElementItems::Expressions(_, values) => {
                for value in values {
                    self.refer(&value?)?;
                }
            }
        }
        Ok(())
    }

    fn refer(&mut self, value: &ConstExpr<'_>) -> wasmparser::Result<()> {
        functions(value.get_operators_reader(), &mut self.roots)
    }

    /// The functions of the module that can be reached from these, and from the module itself.
    fn live(&self, exported: &BTreeSet<u32>) -> BTreeSet<u32> {
        let mut live = BTreeSet::new();
        let mut waiting: Vec<u32> = self.roots.iter().chain(exported).copied().collect();
        while let Some(index) = waiting.pop() {
            let place = index.checked_sub(self.imported).map(|place| place as usize);
            if let Some(body) = place.and_then(|place| self.bodies.get(place))
                && live.insert(index)
            {
                waiting.extend(&body.leads_to);
            }
        }
        live
    }
}

/// Adds the functions that these instructions call or refer to.
fn functions(mut operators: OperatorsReader<'_>, to: &mut Vec<u32>) -> wasmparser::Result<()> {
    while !operators.eof() {
        if let Operator::Call { function_index }
        | Operator::ReturnCall { function_index }
        | Operator::RefFunc { function_index } = operators.read()?
        {
            to.push(function_index);
        }
    }
    Ok(())
}
