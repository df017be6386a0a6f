//! What a module shows its host and asks of it: the names, kinds and types of exports and imports.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::types::{CoreTypeId, EntityType, Types, TypesRef};
use wasmparser::{
    AbstractHeapType, CompositeInnerType, FuncType, HeapType, MemoryType, RefType, TableType,
    UnpackedIndex, ValType,
};

use crate::text::escape::escape;

/// Passes that are there to change it, by how their names begin: what they leave is what was asked for.
const CHANGING_PASSES: [&str; 24] = [
    "asyncify",
    "enclose-world",
    "extract-function",
    "generate-dyncalls",
    "generate-i64-dyncalls",
    "i64-to-i32-lowering",
    "instrument-",
    "intrinsic-lowering",
    "legalize-",
    "log-execution",
    "memory64-lowering",
    "minify-imports",
    "mod-asyncify",
    "multi-memory-lowering",
    "post-emscripten",
    "remove-exports",
    "remove-imports",
    "remove-memory",
    "remove-non-js-ops",
    "safe-heap",
    "stack-check",
    "string-",
    "table64-lowering",
    "trace-calls",
];

/// Whether a pass is there to change what a module shows or asks for.
pub(super) fn is_changed_by(pass: &str) -> bool {
    CHANGING_PASSES.iter().any(|name| pass.starts_with(name))
}

/// Kinds and types are texts, so that they can be compared between modules, and told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interface {
    imports: BTreeSet<Import>,
    exports: BTreeMap<String, String>,
    /// How many things of each kind there are, imported or not.
    counts: [u32; 4],
}

/// Something that a module imports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    module: String,
    name: String,
    kind: Kind,
    ty: String,
}

/// What an import or an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Function,
    Table,
    Memory,
    Global,
    Tag,
}

impl Import {
    fn shown(&self) -> String {
        format!("`{}` of `{}`", escape(&self.name), escape(&self.module))
    }
}

impl Interface {
    /// That of a module; a component has none of this form.
    pub(super) fn of(types: &Types) -> Self {
        let types = types.as_ref();
        let import = |(module, name, entity): (&str, &str, EntityType)| {
            let (kind, ty) = text(types, entity);
            Import { module: module.to_owned(), name: name.to_owned(), kind, ty }
        };
        let export = |(name, entity): (&str, EntityType)| (name.to_owned(), text(types, entity).1);
        Self {
            imports: types.core_imports().into_iter().flatten().map(import).collect(),
            exports: types.core_exports().into_iter().flatten().map(export).collect(),
            counts: [
                types.table_count(),
                types.memory_count(),
                types.global_count(),
                types.tag_count(),
            ],
        }
    }

    /// The same with these exports alone.
    pub(super) fn keep(mut self, exports: &[String]) -> Self {
        self.exports.retain(|name, _| exports.contains(name));
        self
    }

    /// How the interface `after` differs from this one so that its host would notice, as a fragment. Imports that nothing
    /// needs may go: functions that are not among those that the module is bound to call, and whatever else was not
    /// replaced by something of the module's own.
    pub(super) fn difference<'a>(
        &'a self,
        after: &'a Self,
        called: impl FnOnce() -> BTreeSet<(&'a str, &'a str)>,
    ) -> Option<String> {
        self.exports_differ(after).or_else(|| self.imports_differ(after, called))
    }

    fn exports_differ(&self, after: &Self) -> Option<String> {
        for (name, ty) in &self.exports {
            match after.exports.get(name) {
                None => return Some(format!("without its export `{}`", escape(name))),
                Some(other) if other != ty => {
                    return Some(format!(
                        "whose export `{}` was {ty} and is now {other}",
                        escape(name)
                    ));
                }
                Some(_) => {}
            }
        }
        let new = after.exports.keys().find(|name| !self.exports.contains_key(*name));
        new.map(|name| format!("with a new export `{}`", escape(name)))
    }

    fn imports_differ<'a>(
        &'a self,
        after: &'a Self,
        called: impl FnOnce() -> BTreeSet<(&'a str, &'a str)>,
    ) -> Option<String> {
        if let Some(new) = after.imports.difference(&self.imports).next() {
            let is_it = |old: &&Import| (&old.module, &old.name) == (&new.module, &new.name);
            return Some(match self.imports.iter().find(is_it) {
                Some(old) => {
                    format!("whose import {} was {} and is now {}", new.shown(), old.ty, new.ty)
                }
                None => format!("with a new import {}", new.shown()),
            });
        }
        let gone: Vec<_> = self.imports.difference(&after.imports).collect();
        let has_function = gone.iter().any(|import| import.kind == Kind::Function);
        let called = if has_function { called() } else { BTreeSet::new() };
        let is_lost = |import: &&&Import| match import.kind {
            Kind::Function => called.contains(&(import.module.as_str(), import.name.as_str())),
            kind => !self.has_fewer(after, kind),
        };
        let lost = gone.iter().find(is_lost);
        lost.map(|import| format!("without its import {}", import.shown()))
    }

    /// Whether there are fewer of a kind in `after`: an import that became a definition leaves as many.
    fn has_fewer(&self, after: &Self, kind: Kind) -> bool {
        let index = match kind {
            Kind::Function => return false,
            Kind::Table => 0,
            Kind::Memory => 1,
            Kind::Global => 2,
            Kind::Tag => 3,
        };
        after.counts[index] < self.counts[index]
    }
}

/// An entity as it is compared, and told.
fn text(types: TypesRef<'_>, entity: EntityType) -> (Kind, String) {
    match entity {
        EntityType::Func(id) | EntityType::FuncExact(id) => {
            (Kind::Function, format!("a function {}", signature(types, id)))
        }
        EntityType::Table(table) => (Kind::Table, table_text(types, table)),
        EntityType::Memory(memory) => (Kind::Memory, memory_text(memory)),
        EntityType::Global(global) => {
            let mutable = if global.mutable { "mutable " } else { "" };
            let shared = if global.shared { "shared " } else { "" };
            let ty = value(types, global.content_type);
            (Kind::Global, format!("a {shared}{mutable}global {ty}"))
        }
        EntityType::Tag(id) => (Kind::Tag, format!("a tag {}", signature(types, id))),
    }
}

fn table_text(types: TypesRef<'_>, table: TableType) -> String {
    let shared = if table.shared { "shared " } else { "" };
    let wide = if table.table64 { "64-bit " } else { "" };
    let ty = reference(types, table.element_type);
    format!("a {shared}{wide}table {} {ty}", limits(table.initial, table.maximum))
}

fn memory_text(memory: MemoryType) -> String {
    let shared = if memory.shared { "shared " } else { "" };
    let wide = if memory.memory64 { "64-bit " } else { "" };
    let page = memory.page_size_log2.map(|log| format!(" of 2^{log} bytes")).unwrap_or_default();
    format!("a {shared}{wide}memory {}{page}", limits(memory.initial, memory.maximum))
}

fn limits(initial: u64, maximum: Option<u64>) -> String {
    maximum.map_or_else(|| initial.to_string(), |maximum| format!("{initial}..{maximum}"))
}

fn signature(types: TypesRef<'_>, id: CoreTypeId) -> String {
    match &types[id].composite_type.inner {
        CompositeInnerType::Func(function) => function_text(types, function),
        other => other.to_string(),
    }
}

fn function_text(types: TypesRef<'_>, function: &FuncType) -> String {
    let list = |values: &[ValType]| {
        values.iter().map(|ty| value(types, *ty)).collect::<Vec<_>>().join(", ")
    };
    format!("({}) -> ({})", list(function.params()), list(function.results()))
}

fn value(types: TypesRef<'_>, ty: ValType) -> String {
    match ty {
        ValType::Ref(ty) => reference(types, ty).to_owned(),
        other => other.to_string(),
    }
}

/// The top of the type's hierarchy: an optimizer may narrow a type within it, and number types anew.
fn reference(types: TypesRef<'_>, ty: RefType) -> &'static str {
    use AbstractHeapType as Heap;
    match ty.heap_type() {
        HeapType::Abstract { ty, .. } => match ty {
            Heap::Func | Heap::NoFunc => "funcref",
            Heap::Extern | Heap::NoExtern => "externref",
            Heap::Exn | Heap::NoExn => "exnref",
            Heap::Cont | Heap::NoCont => "contref",
            _ => "anyref",
        },
        HeapType::Concrete(UnpackedIndex::Id(id)) | HeapType::Exact(UnpackedIndex::Id(id)) => {
            match types[id].composite_type.inner {
                CompositeInnerType::Func(_) => "funcref",
                CompositeInnerType::Cont(_) => "contref",
                _ => "anyref",
            }
        }
        // A validator has made ids of all of them.
        HeapType::Concrete(_) | HeapType::Exact(_) => "ref",
    }
}
