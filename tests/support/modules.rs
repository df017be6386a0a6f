//! Small modules made by hand, section by section.

/// The header of a module.
pub const MODULE: &[u8] = b"\0asm\x01\0\0\0";
/// The header of a component.
pub const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// The types `() -> i32` and `() -> ()`.
pub const TYPES: &[u8] = &[2, 0x60, 0, 1, 0x7f, 0x60, 0, 0];

/// A number as LEB128.
pub fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A section.
pub fn section(id: u8, payload: &[u8]) -> Vec<u8> {
    [&[id], &*leb(payload.len()), payload].concat()
}

/// A text with its length.
pub fn text(text: &str) -> Vec<u8> {
    [&*leb(text.len()), text.as_bytes()].concat()
}

/// A custom section.
pub fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[&*text(name), content].concat())
}

/// A list with its length.
pub fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [leb(items.len()), items.concat()].concat()
}

/// The code section of these bodies, each without locals and `end`.
pub fn code(bodies: &[&[u8]]) -> Vec<u8> {
    let body = |body: &&[u8]| {
        let body = [&[0], *body, &[0x0b]].concat();
        [leb(body.len()), body].concat()
    };
    section(10, &list(&bodies.iter().map(body).collect::<Vec<_>>()))
}

/// A module of these sections.
pub fn module(sections: &[Vec<u8>]) -> Vec<u8> {
    [MODULE, &sections.concat()].concat()
}

/// A module that exports one function `() -> i32` of this name and body, with these custom sections at the end.
pub fn function(export: &str, body: &[u8], customs: &[Vec<u8>]) -> Vec<u8> {
    module(&[
        section(1, TYPES),
        section(3, &[1, 0]),
        section(7, &list(&[[text(export), vec![0, 0]].concat()])),
        code(&[body]),
        customs.concat(),
    ])
}

/// A module whose export `f` answers 42.
pub fn answer() -> Vec<u8> {
    function("f", &[0x41, 42], &[])
}

/// A module whose export calls the import `g` of `env`, of this type (0: `() -> i32`, 1: `() -> ()`), and goes on with
/// `rest`.
pub fn calling(export: &str, ty: u8, rest: &[u8]) -> Vec<u8> {
    module(&[
        section(1, TYPES),
        section(2, &list(&[[text("env"), text("g"), vec![0, ty]].concat()])),
        section(3, &[1, 0]),
        section(7, &list(&[[text(export), vec![0, 1]].concat()])),
        code(&[&[&[0x10, 0], rest].concat()]),
    ])
}

/// As [`calling`], with the export `f`, which answers with a number.
pub fn importer(ty: u8) -> Vec<u8> {
    calling("f", ty, if ty == 0 { &[] } else { &[0x41, 42] })
}

/// A component of these core modules and, behind each, a custom section.
pub fn component(modules: &[Vec<u8>]) -> Vec<u8> {
    let parts: Vec<_> = modules
        .iter()
        .enumerate()
        .flat_map(|(at, module)| [section(1, module), custom(&format!("after-{at}"), b"\0\xff")])
        .collect();
    [COMPONENT, &parts.concat()].concat()
}
