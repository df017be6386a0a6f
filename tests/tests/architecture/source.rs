//! The files of a crate, and what each names of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, File, Item, ItemMod, ItemUse, UseTree, Visibility};

/// A module's path, from the root of its crate.
type Module = Vec<String>;

/// A crate, read file by file.
pub struct Crate {
    files: BTreeMap<Module, Parsed>,
}

/// A file that was read.
#[derive(Default)]
struct Parsed {
    /// Paths of this crate that it names.
    named: BTreeSet<Module>,
    /// Names that it shows of other files, with their paths: who uses such a name uses that file.
    shown: BTreeMap<String, Module>,
    /// The modules below it that are compiled for tests alone.
    for_tests: BTreeSet<String>,
}

impl Crate {
    /// Reads all files below a directory but those for tests.
    pub fn read(directory: &Path) -> Self {
        let mut files = BTreeMap::new();
        read(directory, &mut Module::new(), &mut files);
        let tests: Vec<Module> =
            files.iter().flat_map(|(module, file)| below(module, file)).collect();
        files.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        Self { files }
    }

    /// The modules that are files.
    pub fn files(&self) -> impl Iterator<Item = &[String]> {
        self.files.keys().map(Vec::as_slice)
    }

    /// Each file with another one that it names something of.
    pub fn uses(&self) -> BTreeSet<(&[String], &[String])> {
        let mut uses = BTreeSet::new();
        for (from, file) in &self.files {
            for path in &file.named {
                let to = self.file_of(path, 0);
                if to != from.as_slice() {
                    uses.insert((from.as_slice(), to));
                }
            }
        }
        uses
    }

    /// The file that a path leads into, through names that others show.
    fn file_of(&self, path: &[String], depth: usize) -> &[String] {
        assert!(depth < 20, "{path:?} is shown in a circle");
        let length =
            (0..=path.len()).rev().find(|&length| self.files.contains_key(&path[..length]));
        let module = &path[..length.expect("the root is a file")];
        let (module, file) = self.files.get_key_value(module).expect("it was found a line above");
        match path.get(module.len()).and_then(|name| file.shown.get(name)) {
            Some(shown) => {
                let rest = &path[module.len() + 1..];
                self.file_of(&[shown, rest].concat(), depth + 1)
            }
            None => module,
        }
    }
}

fn below(module: &[String], file: &Parsed) -> Vec<Module> {
    let name = |name: &String| module.iter().cloned().chain([name.clone()]).collect();
    file.for_tests.iter().map(name).collect()
}

fn read(directory: &Path, module: &mut Module, files: &mut BTreeMap<Module, Parsed>) {
    for entry in std::fs::read_dir(directory).expect("sources can be read") {
        let path = entry.expect("sources can be read").path();
        let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        if path.is_dir() {
            if !(module.is_empty() && stem == "bin") {
                module.push(stem);
                read(&path, module, files);
                module.pop();
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && stem != "main" {
            let mut own = module.clone();
            own.extend((stem != "mod" && stem != "lib").then_some(stem));
            let text = std::fs::read_to_string(&path).expect("sources are text");
            let code = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            files.insert(own.clone(), parsed(own, &code));
        }
    }
}

fn parsed(module: Module, code: &File) -> Parsed {
    let declared = code.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
        _ => None,
    });
    let declared = declared.collect();
    let mut reader = Reader { here: module, declared, inline: 0, parsed: Parsed::default() };
    reader.visit_file(code);
    reader.parsed
}

/// Walks through a file.
struct Reader {
    here: Module,
    /// The modules that it declares, which it may name without more words.
    declared: BTreeSet<String>,
    /// How many modules within the file are around the place.
    inline: usize,
    parsed: Parsed,
}

impl Reader {
    /// A path from the root, if it is one of this crate.
    fn absolute(&self, path: &[String]) -> Option<Module> {
        let mut at = self.here.clone();
        let mut inline = self.inline;
        let mut words = path.iter().peekable();
        match words.next()?.as_str() {
            "crate" => return Some(words.cloned().collect()),
            "self" => {}
            "super" if inline > 0 => inline -= 1,
            "super" => drop(at.pop()),
            child if inline == 0 && self.declared.contains(child) => at.push(child.to_owned()),
            _ => return None,
        }
        while words.next_if(|word| *word == "super").is_some() {
            if inline > 0 { inline -= 1 } else { drop(at.pop()) }
        }
        // What is within the file is not another's.
        (inline == 0).then(|| at.into_iter().chain(words.cloned()).collect())
    }

    fn tree(&mut self, tree: &UseTree, before: &mut Module, is_shown: bool) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before, is_shown);
                before.pop();
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.tree(tree, before, is_shown));
            }
            UseTree::Name(name) => self.leaf(before, &name.ident.to_string(), None, is_shown),
            UseTree::Rename(name) => {
                let alias = name.rename.to_string();
                self.leaf(before, &name.ident.to_string(), Some(alias), is_shown);
            }
            UseTree::Glob(_) => self.leaf(before, "self", None, false),
        }
    }

    fn leaf(&mut self, before: &[String], name: &str, alias: Option<String>, is_shown: bool) {
        let mut path = before.to_vec();
        if name != "self" || path.is_empty() {
            path.push(name.to_owned());
        }
        let Some(absolute) = self.absolute(&path) else { return };
        if is_shown && self.inline == 0 {
            let shown = alias.or_else(|| path.last().cloned()).unwrap_or_default();
            self.parsed.shown.insert(shown, absolute);
        } else {
            self.parsed.named.insert(absolute);
        }
    }
}

impl Visit<'_> for Reader {
    fn visit_item(&mut self, item: &Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        } else if let Item::Mod(module) = item {
            self.parsed.for_tests.insert(module.ident.to_string());
        }
    }

    fn visit_item_mod(&mut self, module: &ItemMod) {
        if module.content.is_some() {
            self.inline += 1;
            visit::visit_item_mod(self, module);
            self.inline -= 1;
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        let is_shown = !matches!(item.vis, Visibility::Inherited);
        self.tree(&item.tree, &mut Module::new(), is_shown);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let words: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.parsed.named.extend(self.absolute(&words).filter(|_| words.len() > 1));
        visit::visit_path(self, path);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let is_test = |list: &syn::MetaList| {
        list.tokens
            .to_string()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word == "test")
    };
    attribute.meta.require_list().is_ok_and(|list| list.path.is_ident("cfg") && is_test(list))
}

#[test]
fn uses_are_seen_through_names_that_are_shown() {
    let file = |module: &str, text: &str| {
        let module: Module = module.split_terminator("::").map(str::to_owned).collect();
        (module.clone(), parsed(module, &syn::parse_file(text).expect("it is Rust")))
    };
    let files = BTreeMap::from([
        file("", "mod a; mod b;"),
        file("a", "mod deep; pub(crate) use deep::Thing; fn f() { deep::private() }"),
        file(
            "a::deep",
            "#[cfg(test)] mod tests { use crate::b; } mod inner { use super::super::Other; }",
        ),
        file("b", "use crate::a::{self, Thing as T}; fn f() { super::a::deep::call() }"),
    ]);
    let code = Crate { files };
    let uses: Vec<_> = code.uses().into_iter().map(|(a, b)| (a.join("::"), b.join("::"))).collect();
    let expected = [("a", "a::deep"), ("a::deep", "a"), ("b", "a"), ("b", "a::deep")];
    assert_eq!(uses, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}
