//! Every error in the tables `sections` and `transform`, with its exact message.

use super::{KEYS, Scratch, check, nothing, package, package_error};

#[test]
fn sections_that_cannot_be_embedded() {
    let cases = "
sections.embed = ['a']
    APP:2:18: `embed`: expected a table, found a list
sections.embed.a = 'a.json'
    APP:2:20: `a`: expected a table, found a string
sections.embed.a = {}
    APP:2:16: `a`: expected `file`, found none
sections.embed.a.file = ''
    APP:2:25: `file`: expected a path, found an empty string
sections.embed.a = { file = ['a'] }
    APP:2:29: `file`: expected a string, found a list
[package.metadata.wasmsign.sections.embed.'']
    APP:2:43: ``: expected the name of a custom section, found an empty string
sections.embed = { a.file = 'a', signature.file = 'b' }
    APP:2:34: `signature`: this is a signature section, which only signing adds
sections.embed.signature_delimiter.file = 'b'
    APP:2:16: `signature_delimiter`: this is a signature section, which only signing adds
sections.producers = 'yes'
    APP:2:22: `producers`: expected `true` or `false`, found a string
";
    check(cases, package_error);
}

#[test]
fn parts_that_are_not_right() {
    let cases = "
sections.parts = 'x'
    APP:2:18: `parts`: expected a list of lists of selectors, found a string
sections.parts = []
    APP:2:18: `parts`: expected a list of lists of selectors, found an empty list
sections.parts = ['x']
    APP:2:19: `parts`: expected a list, found a string
sections.parts = [['x'], []]
    APP:2:26: `parts`: expected a list of selectors, found an empty list
sections.parts = [['x', 1]]
    APP:2:25: `parts`: expected a string, found an integer
sections.parts = [['x'], ['']]
    APP:2:27: `parts`: expected `@standard` or a glob on the names of custom sections, found an empty string
sections.parts = [['@standrd']]
    APP:2:20: `parts`: expected `@standard` or a glob on the names of custom sections, found `@standrd`
sections.parts = [['[a']]
    APP:2:20: `parts`: expected a glob (`[` is not closed), found `[a`
sections.parts = [['@standard'], ['a', '@standard']]
    APP:2:40: `parts`: `@standard` is listed twice
sections.parts = [
  ['a*', 'b'],
  ['a*'],
]
    APP:4:4: `parts`: `a*` is listed twice
sections.parts = [['signature']]
    APP:2:20: `parts`: `signature` is a signature section, which only signing adds
sections.parts = [['signature_delimiter']]
    APP:2:20: `parts`: `signature_delimiter` is a signature section, which only signing adds
";
    check(cases, package_error);
}

#[test]
fn orders_that_conventions_forbid() {
    let cases = "
sections.parts = [['producers'], ['name']]
    APP:2:35: `parts`: `name` must not come after `producers`: the order is `name` < `producers` < `target_features`
sections.parts = [['target_features'], ['name']]
    APP:2:41: `parts`: `name` must not come after `target_features`: the order is `name` < `producers` < `target_features`
sections.parts = [['a', 'target_features'], ['@standard'], ['b', 'producers']]
    APP:2:66: `parts`: `producers` must not come after `target_features`: the order is `name` < `producers` < `target_features`
sections.parts = [['producers'], ['target_features', 'name']]
    APP:2:54: `parts`: `name` must not come after `producers`: the order is `name` < `producers` < `target_features`
profile.unused.sections.parts = [['@standard'], ['dylink.0']]
    APP:2:50: `parts`: `dylink.0` belongs in the first part, found in part 2: tools look for it at the start
";
    check(cases, package_error);
}

#[test]
fn transforms_that_are_not_right() {
    let cases = "
transform = ['wasm-bindgen']
    APP:2:14: `transform`: expected a table, found a string
transform = 'wasm-bindgen'
    APP:2:13: `transform`: expected a table or a list of tables, found a string
transform = [{ output = 'a' }]
    APP:2:14: `transform`: expected a table with a `command`, found one without
transform = [{ command = ['a'] }, { command = ['a'], comand = 'b' }]
    APP:2:54: unknown key `comand` in [package.metadata.wasmsign.transform]; did you mean `command`?
transform.command = 'wasm-bindgen'
    APP:2:21: `command`: expected a list of strings, found a string
transform.command = []
    APP:2:21: `command`: expected a list of strings, found an empty list
transform.command = ['', 'a']
    APP:2:22: `command`: expected a program, found an empty string
transform.command = ['a', 1]
    APP:2:27: `command`: expected a string, found an integer
transform.output = ''
    APP:2:20: `output`: expected a path, found an empty string
transform.output = 1
    APP:2:20: `output`: expected a string, found an integer
transform.produces = 'pkg'
    APP:2:22: `produces`: expected a list of paths, found a string
transform.produces = ['']
    APP:2:23: `produces`: expected a path, found an empty string
transform.inputs = ['a', '{b']
    APP:2:26: `inputs`: expected a path or a glob (`{` is not closed), found `{b`
transform.after = 'sign'
    APP:2:19: `after`: expected `build` or `optimize`, found `sign`
";
    check(cases, package_error);
}

#[test]
fn every_option_needs_a_command_from_some_table() {
    let output = "[package.metadata.wasmsign.profile.dev]\ntransform = { output = 'a.wasm' }\n";
    let scratch = Scratch::new();
    let manifests = scratch.read(KEYS, output).unwrap();
    assert_eq!(package(&manifests, "release", &nothing()).unwrap().options.transforms, []);
    let error = package(&manifests, "dev", &nothing()).unwrap_err();
    let expected = "APP:2:15: `output`: there is no `transform.command` for it";
    assert_eq!(scratch.message(error), expected);
    let command = "[workspace.metadata.wasmsign]\ntransform.command = ['a']\n";
    let manifests = scratch.read(command, output).unwrap();
    assert!(package(&manifests, "dev", &nothing()).is_ok());
    for option in ["produces = ['a']", "inputs = ['a']", "after = 'build'"] {
        let table = format!("[package.metadata.wasmsign.transform]\n{option}\n");
        let manifests = scratch.read(KEYS, &table).unwrap();
        let message = scratch.message(package(&manifests, "dev", &nothing()).unwrap_err());
        assert!(message.contains("there is no `transform.command`"), "{message}");
    }
}
