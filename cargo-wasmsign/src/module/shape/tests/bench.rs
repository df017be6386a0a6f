//! What the tests of shaping share: modules written as words, and a run of the whole of it.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;

use wasmsign_core::inspect::inspect;
use wasmsign_core::wasm::Kind;

use crate::error::Result;
use crate::module::shape::{Delimiters, Embedding, Outline, PartOf, Plan, Wishes};

/// What a test wishes for, in words.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Names to remove.
    pub remove: Vec<String>,
    /// Names to embed; the content of each is its name twice.
    pub embed: Vec<String>,
    /// The names in each part, `@standard` for all that are not custom.
    pub parts: Option<Vec<Vec<String>>>,
}

impl Wanted {
    pub fn of(remove: &str, embed: &str, parts: Option<&str>) -> Self {
        let parts = parts.map(|parts| parts.split('|').map(words).collect());
        Self { remove: words(remove), embed: words(embed), parts }
    }

    /// The part that a section is to be in: the first where nobody names it.
    pub fn part_of(&self, name: Option<&str>) -> usize {
        let name = name.unwrap_or("@standard");
        let parts = self.parts.iter().flatten();
        parts
            .enumerate()
            .find(|(_, names)| names.iter().any(|it| it == name))
            .map_or(0, |(at, _)| at)
    }
}

pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// `value` as LEB128.
pub fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

pub fn section(id: u8, payload: &[u8]) -> Vec<u8> {
    [&[id], &leb(payload.len())[..], payload].concat()
}

pub fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[&leb(name.len()), name.as_bytes(), content].concat())
}

pub fn module(sections: &[Vec<u8>]) -> Vec<u8> {
    [&b"\0asm\x01\0\0\0"[..], &sections.concat()].concat()
}

/// One section for each word: a number is the id of a section that is not custom, all else the name of a custom one.
pub fn sections(words: &[String]) -> Vec<Vec<u8>> {
    let section_of = |(index, word): (usize, &String)| match word.parse() {
        Ok(id) => section(id, &[index as u8; 3]),
        Err(_) => custom(word, &[index as u8; 5]),
    };
    words.iter().enumerate().map(section_of).collect()
}

/// The words of a module: `/` stands for a delimiter.
pub fn shown(module: &[u8]) -> String {
    let found = inspect(module).expect("it is well-formed").sections;
    let word = |section: &wasmsign_core::wasm::Section| match section.name() {
        Some("signature_delimiter") => "/".to_owned(),
        Some(name) => name.to_owned(),
        None => section.id.to_string(),
    };
    found.iter().map(word).collect::<Vec<_>>().join(" ")
}

pub fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

pub fn content(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// A section whose content is its name twice.
pub fn embedding(directory: &Path, name: &str) -> Result<Embedding> {
    let path = directory.join("content");
    std::fs::write(&path, name.repeat(2)).unwrap();
    let embedding = Embedding::open(name, &path);
    // The open file is all that it needs, and the next one has the same name.
    std::fs::remove_file(path).unwrap();
    embedding
}

pub fn plan(module: &[u8], wanted: &Wanted) -> Result<Plan> {
    let directory = (!wanted.embed.is_empty()).then(|| tempfile::tempdir().unwrap());
    let directory = directory.as_ref().map_or(Path::new(""), |directory| directory.path());
    let embed = wanted.embed.iter().map(|name| embedding(directory, name));
    let part_of = |name: Option<&str>| wanted.part_of(name);
    let wishes = Wishes {
        remove: &|name| wanted.remove.iter().any(|it| it == name),
        embed: embed.collect::<Result<_>>()?,
        parts: wanted.parts.as_ref().map(|_| &part_of as PartOf<'_>),
    };
    Plan::make(Kind::Module, &inspect(module).expect("it is well-formed").sections, wishes)
}

/// Plans and writes.
pub fn shape(
    module: &[u8],
    wanted: &Wanted,
    delimiters: &Delimiters,
) -> Result<(Vec<u8>, Outline)> {
    let plan = plan(module, wanted)?;
    let mut output = tempfile::tempfile().unwrap();
    plan.write(Path::new("m.wasm"), &file(module), &mut output, delimiters)?;
    Ok((content(&mut output), plan.outline().clone()))
}
