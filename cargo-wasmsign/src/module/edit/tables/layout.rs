//! How many types and functions a module has, and which tables.

use wasmparser::{Parser, Payload, RefType, TableType, TypeRef};

/// What the indices of new functions and types begin with, and what tables hold.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) types: u32,
    pub(super) functions: u32,
    pub(super) tables: Vec<TableType>,
}

impl Layout {
    /// Counts.
    pub(super) fn read(module: &[u8]) -> wasmparser::Result<Self> {
        let mut layout = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types {
                        layout.types += group?.types().len() as u32;
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        layout.import(import?.ty);
                    }
                }
                Payload::FunctionSection(functions) => layout.functions += functions.count(),
                Payload::TableSection(tables) => {
                    for table in tables {
                        layout.tables.push(table?.ty);
                    }
                }
                _ => {}
            }
        }
        Ok(layout)
    }

    fn import(&mut self, import: TypeRef) {
        match import {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => self.functions += 1,
            TypeRef::Table(table) => self.tables.push(table),
            _ => {}
        }
    }

    /// What a table of 32 bits holds, if every engine with tables knows it.
    pub(super) fn element(&self, table: u32) -> Option<wasm_encoder::ValType> {
        let table = self.tables.get(table as usize).filter(|table| !table.table64)?;
        match table.element_type {
            RefType::FUNCREF => Some(wasm_encoder::ValType::FUNCREF),
            RefType::EXTERNREF => Some(wasm_encoder::ValType::EXTERNREF),
            _ => None,
        }
    }
}
