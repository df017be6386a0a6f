//! What versions of Binaryen cannot read in modules, whatever features they are allowed.
//!
//! Found by trying: `since` is the first release that reads a module with nothing else in it.

use std::collections::BTreeSet;

use wasmparser::{
    AbstractHeapType, BlockType, ElementItems, FunctionBody, HeapType, Operator, Parser, Payload,
    RefType, TableInit, TableType, TypeRef,
};

/// Something that an older Binaryen cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Construct {
    TableFill,
    TableCopy,
    TableInit,
    ElemDrop,
    NewExceptions,
    BlockParameters,
    Table64,
    TableInitializer,
    OtherElements,
}

impl Construct {
    pub(super) const ALL: [Self; 9] = [
        Self::TableFill,
        Self::TableCopy,
        Self::TableInit,
        Self::ElemDrop,
        Self::NewExceptions,
        Self::BlockParameters,
        Self::Table64,
        Self::TableInitializer,
        Self::OtherElements,
    ];

    /// As messages call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TableFill => "table.fill",
            Self::TableCopy => "table.copy",
            Self::TableInit => "table.init",
            Self::ElemDrop => "elem.drop",
            Self::NewExceptions => "try_table (the new exceptions, with exnref)",
            Self::BlockParameters => "blocks with parameters",
            Self::Table64 => "tables with 64-bit indices",
            Self::TableInitializer => "tables with an initial value",
            Self::OtherElements => "elements other than functions",
        }
    }

    /// The first Binaryen that reads it.
    pub(super) fn since(self) -> u32 {
        match self {
            Self::OtherElements => 113,
            Self::TableFill | Self::TableCopy | Self::NewExceptions => 117,
            Self::Table64 => 118,
            Self::TableInit => 119,
            Self::BlockParameters => 121,
            Self::ElemDrop => 124,
            Self::TableInitializer => 129,
        }
    }

    /// Whether functions can do what it does.
    pub(super) fn is_replaceable(self) -> bool {
        matches!(self, Self::TableFill | Self::TableCopy)
    }
}

/// Those that are in a valid module.
pub(super) fn found(module: &[u8]) -> BTreeSet<Construct> {
    let mut scan = Scan::default();
    // What cannot be read was refused before.
    let _ = scan.module(module);
    scan.found
}

#[derive(Default)]
struct Scan {
    found: BTreeSet<Construct>,
    /// Whether the function type of this index has parameters.
    has_parameters: Vec<bool>,
}

impl Scan {
    fn module(&mut self, module: &[u8]) -> wasmparser::Result<()> {
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types {
                        let types = group?.into_types();
                        let parameters = types.map(|ty| match ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(ty) => !ty.params().is_empty(),
                            _ => false,
                        });
                        self.has_parameters.extend(parameters);
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if let TypeRef::Table(table) = import?.ty {
                            self.table(&table);
                        }
                    }
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        let table = table?;
                        self.table(&table.ty);
                        self.add_if(
                            matches!(table.init, TableInit::Expr(_)),
                            Construct::TableInitializer,
                        );
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        self.elements(&element?.items);
                    }
                }
                Payload::CodeSectionEntry(body) => self.body(&body)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn table(&mut self, table: &TableType) {
        self.add_if(table.table64, Construct::Table64);
        self.add_if(table.element_type == RefType::EXNREF, Construct::NewExceptions);
    }

    fn elements(&mut self, items: &ElementItems<'_>) {
        let is_other = matches!(items, ElementItems::Expressions(ty, _) if *ty != RefType::FUNCREF);
        self.add_if(is_other, Construct::OtherElements);
    }

    fn body(&mut self, body: &FunctionBody<'_>) -> wasmparser::Result<()> {
        for local in body.get_locals_reader()? {
            let is_exception = local?.1 == wasmparser::ValType::Ref(RefType::EXNREF);
            self.add_if(is_exception, Construct::NewExceptions);
        }
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            self.operator(&operators.read()?);
        }
        Ok(())
    }

    fn operator(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::TableFill { .. } => self.add(Construct::TableFill),
            Operator::TableCopy { .. } => self.add(Construct::TableCopy),
            Operator::TableInit { .. } => self.add(Construct::TableInit),
            Operator::ElemDrop { .. } => self.add(Construct::ElemDrop),
            Operator::ThrowRef | Operator::RefNull { hty: EXCEPTION } => {
                self.add(Construct::NewExceptions);
            }
            Operator::TryTable { try_table } => {
                self.add(Construct::NewExceptions);
                self.block(try_table.ty);
            }
            Operator::Block { blockty }
            | Operator::Loop { blockty }
            | Operator::If { blockty }
            | Operator::Try { blockty } => self.block(*blockty),
            _ => {}
        }
    }

    fn block(&mut self, ty: BlockType) {
        if let BlockType::FuncType(index) = ty {
            let has_any = self.has_parameters.get(index as usize).is_some_and(|has_any| *has_any);
            self.add_if(has_any, Construct::BlockParameters);
        }
    }

    fn add_if(&mut self, is_there: bool, construct: Construct) {
        if is_there {
            self.add(construct);
        }
    }

    fn add(&mut self, construct: Construct) {
        self.found.insert(construct);
    }
}

/// The type of caught exceptions.
const EXCEPTION: HeapType = HeapType::Abstract { shared: false, ty: AbstractHeapType::Exn };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::testing::section;

    /// A module with one exported function `() -> ()` in the place of whatever stands in these sections.
    fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
        let usual: [(u8, &[u8]); 4] =
            [(1, &[1, 0x60, 0, 0]), (3, &[1, 0]), (7, b"\x01\x01f\0\0"), (10, &[1, 2, 0, 0x0b])];
        let order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
        let given = |id: u8| sections.iter().chain(&usual).find(|(other, _)| *other == id);
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        for (id, body) in order.into_iter().filter_map(given) {
            module.extend(section(*id, body));
        }
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
            .validate_all(&module)
            .unwrap();
        module
    }

    /// A code section of one function.
    fn code(body: &[u8]) -> Vec<u8> {
        [&[1, body.len() as u8 + 2, 0], body, &[0x0b]].concat()
    }

    const FUNCTIONS: (u8, &[u8]) = (4, &[1, 0x70, 0, 4]);
    const SEGMENT: (u8, &[u8]) = (9, &[1, 1, 0, 1, 0]);

    /// A module with nothing else in it that is new.
    fn sample(construct: Construct) -> Vec<u8> {
        let with = |body: &[u8], others: &[(u8, &[u8])]| {
            let code = code(body);
            module(&[others, &[(10, &code[..])]].concat())
        };
        match construct {
            Construct::TableFill => {
                with(&[0x41, 0, 0xd0, 0x70, 0x41, 1, 0xfc, 0x11, 0], &[FUNCTIONS])
            }
            Construct::TableCopy => {
                with(&[0x41, 0, 0x41, 1, 0x41, 2, 0xfc, 0x0e, 0, 0], &[FUNCTIONS])
            }
            Construct::TableInit => {
                with(&[0x41, 0, 0x41, 0, 0x41, 1, 0xfc, 0x0c, 0, 0], &[FUNCTIONS, SEGMENT])
            }
            Construct::ElemDrop => with(&[0xfc, 0x0d, 0], &[FUNCTIONS, SEGMENT]),
            Construct::NewExceptions => with(&[0x02, 0x40, 0x1f, 0x40, 1, 2, 0, 0x0b, 0x0b], &[]),
            Construct::BlockParameters => with(
                &[0x41, 1, 0x02, 1, 0x41, 2, 0x6a, 0x0b, 0x1a],
                &[(1, &[2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f])],
            ),
            Construct::Table64 => with(&[], &[(4, &[1, 0x70, 4, 1])]),
            Construct::TableInitializer => {
                with(&[], &[(4, &[1, 0x40, 0, 0x70, 0, 4, 0xd0, 0x70, 0x0b])])
            }
            Construct::OtherElements => with(&[], &[(9, &[1, 5, 0x6f, 1, 0xd0, 0x6f, 0x0b])]),
        }
    }

    #[test]
    fn each_is_found_alone() {
        for construct in Construct::ALL {
            assert_eq!(found(&sample(construct)), BTreeSet::from([construct]), "{construct:?}");
        }
        assert!(found(&module(&[])).is_empty());
    }

    #[cfg(feature = "embedded-optimizer")]
    #[test]
    fn the_embedded_one_reads_what_the_list_says() {
        use crate::module::optimize::Features;
        use crate::module::optimize::capabilities::Abilities;
        use crate::module::optimize::embedded::protocol::BINARYEN;
        use crate::module::optimize::job::Call;
        use crate::module::optimize::testing::{TempDir, binaryen, job};
        let own = Abilities::new(BINARYEN, None);
        for construct in Construct::ALL {
            let dir = TempDir::new();
            let job = job(dir.write("in.wasm", &sample(construct)), dir.0.join("out.wasm"));
            let all = Features::all();
            let unknown = own.unknown(&all);
            let features = all.iter().filter(|feature| !unknown.contains(feature)).collect();
            let read = binaryen(Call { job, features, flags: Vec::new() });
            assert_eq!(read.is_ok(), own.reaches(construct.since()), "{construct:?}: {read:?}");
        }
    }
}
