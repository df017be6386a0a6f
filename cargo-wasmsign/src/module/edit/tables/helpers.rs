//! The functions that do what an instruction does, and trap where it traps.

use wasm_encoder::{BlockType, Encode, Function, InstructionSink, ValType};

use super::layout::Layout;

/// A function for one instruction on certain tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Helper {
    /// `table.fill`, of (start, value, length).
    Fill { table: u32 },
    /// `table.copy`, of (destination, source, length).
    Copy { to: u32, from: u32 },
}

/// The helpers that a module needs, after its own functions.
pub(super) struct Helpers<'a> {
    layout: &'a Layout,
    needed: Vec<Helper>,
}

impl<'a> Helpers<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self { layout, needed: Vec::new() }
    }

    /// The index of the function; none where there can be no such one.
    pub(super) fn index(&mut self, helper: Helper) -> Option<u32> {
        helper.second_parameter(self.layout)?;
        let known = self.needed.iter().position(|other| *other == helper);
        let place = known.unwrap_or_else(|| {
            self.needed.push(helper);
            self.needed.len() - 1
        });
        Some(self.layout.functions + place as u32)
    }

    pub(super) fn count(&self) -> u32 {
        self.needed.len() as u32
    }

    /// The types of these functions, one each.
    pub(super) fn types(&self) -> Vec<Vec<u8>> {
        const FUNCTION: u8 = 0x60;
        let second = |helper: &Helper| helper.second_parameter(self.layout);
        let of = |second: ValType| {
            let mut bytes = vec![FUNCTION];
            [ValType::I32, second, ValType::I32].as_slice().encode(&mut bytes);
            bytes.push(0);
            bytes
        };
        self.needed.iter().filter_map(second).map(of).collect()
    }

    /// The indices of these types.
    pub(super) fn functions(&self) -> Vec<Vec<u8>> {
        let index = |place: u32| {
            let mut bytes = Vec::new();
            (self.layout.types + place).encode(&mut bytes);
            bytes
        };
        (0..self.count()).map(index).collect()
    }

    /// Their code.
    pub(super) fn bodies(&self) -> impl Iterator<Item = Function> {
        self.needed.iter().map(|helper| helper.body())
    }
}

impl Helper {
    fn second_parameter(self, layout: &Layout) -> Option<ValType> {
        match self {
            Self::Fill { table } => layout.element(table),
            Self::Copy { to, from } => {
                layout.element(to).and(layout.element(from)).map(|_| ValType::I32)
            }
        }
    }

    fn body(self) -> Function {
        let mut function = Function::new([]);
        let mut code = function.instructions();
        match self {
            Self::Fill { table } => {
                trap_beyond(&mut code, 0, table);
                counted(&mut code, |code| {
                    code.local_get(0).local_get(1).table_set(table);
                    step(code, 0, 1);
                });
            }
            Self::Copy { to, from } => {
                trap_beyond(&mut code, 0, to);
                trap_beyond(&mut code, 1, from);
                copy(&mut code, to, from);
            }
        }
        code.end();
        function
    }
}

/// The local that holds how many elements are left.
const LENGTH: u32 = 2;

/// Traps as the instruction does, before anything is written, where `start` and the length leave the table: with an
/// access behind the largest one that there can be.
fn trap_beyond(code: &mut InstructionSink<'_>, start: u32, table: u32) {
    code.local_get(start).i64_extend_i32_u().local_get(LENGTH).i64_extend_i32_u().i64_add();
    code.table_size(table).i64_extend_i32_u().i64_gt_u();
    code.if_(BlockType::Empty).i32_const(-1).table_get(table).drop().end();
}

/// Does something as often as the length says.
fn counted(code: &mut InstructionSink<'_>, does: impl Fn(&mut InstructionSink<'_>)) {
    code.loop_(BlockType::Empty).local_get(LENGTH).if_(BlockType::Empty);
    does(code);
    step(code, LENGTH, -1);
    code.br(1).end().end();
}

fn step(code: &mut InstructionSink<'_>, local: u32, by: i32) {
    code.local_get(local).i32_const(by).i32_add().local_set(local);
}

/// Upwards where the destination is below the source, else downwards: the two may overlap.
fn copy(code: &mut InstructionSink<'_>, to: u32, from: u32) {
    code.local_get(0).local_get(1).i32_le_u().if_(BlockType::Empty);
    counted(code, |code| {
        code.local_get(0).local_get(1).table_get(from).table_set(to);
        step(code, 0, 1);
        step(code, 1, 1);
    });
    code.else_();
    counted(code, |code| {
        for start in [0, 1] {
            code.local_get(start).local_get(LENGTH).i32_add().i32_const(1).i32_sub();
        }
        code.table_get(from).table_set(to);
    });
    code.end();
}
