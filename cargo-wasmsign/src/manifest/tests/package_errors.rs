//! Every error in the table of a package, with its exact message.

use super::{check, package_error};

#[test]
fn keys_that_a_table_does_not_have() {
    let cases = "
sgin-with = ['release']
    APP:2:1: unknown key `sgin-with` in [package.metadata.wasmsign]; did you mean `sign-with`?
  colour = 1
    APP:2:3: unknown key `colour` in [package.metadata.wasmsign]; the known keys are: `enabled`, `target`, `sign-with`, `signature-format`, `signature`, `key-id`, `reproducible`, `auditable`, `manifest`, `artifact-dir`, `unfinished`, `transform`, `optimize`, `sections` and `profile`
\"b\\u001b\" = 1
    APP:2:1: unknown key `b\\u{1b}` in [package.metadata.wasmsign]; the known keys are: `enabled`, `target`, `sign-with`, `signature-format`, `signature`, `key-id`, `reproducible`, `auditable`, `manifest`, `artifact-dir`, `unfinished`, `transform`, `optimize`, `sections` and `profile`
[package.metadata.wasmsign.optimise]
    APP:2:28: unknown key `optimise` in [package.metadata.wasmsign]; did you mean `optimize`?
optimize.lvel = 1
    APP:2:10: unknown key `lvel` in [package.metadata.wasmsign.optimize]; did you mean `level`?
optimize = { 'ü' = 1, tols = 1 }
    APP:2:14: unknown key `ü` in [package.metadata.wasmsign.optimize]; the known keys are: `level`, `passes`, `exports`, `names`, `debug`, `features`, `tool`, `minimum-version` and `timeout`
sections.remve = []
    APP:2:10: unknown key `remve` in [package.metadata.wasmsign.sections]; did you mean `remove`?
profile.dev.sgnature = 'both'
    APP:2:13: unknown key `sgnature` in [package.metadata.wasmsign.profile.dev]; did you mean `signature`?
profile.dev.profile.x = {}
    APP:2:13: unknown key `profile` in [package.metadata.wasmsign.profile.dev]; the known keys are: `enabled`, `target`, `sign-with`, `signature-format`, `signature`, `key-id`, `reproducible`, `auditable`, `manifest`, `artifact-dir`, `unfinished`, `transform`, `optimize` and `sections`
keys.a.public = 'x'
    APP:2:1: `keys` does not belong in [package.metadata.wasmsign], only in [workspace.metadata.wasmsign]
profile.dev.keys = {}
    APP:2:13: `keys` does not belong in [package.metadata.wasmsign.profile.dev], only in [workspace.metadata.wasmsign]
trust = {}
    APP:2:1: `trust` does not belong in [package.metadata.wasmsign], only in [workspace.metadata.wasmsign]
profile.dev.trust = {}
    APP:2:13: `trust` does not belong in [package.metadata.wasmsign.profile.dev], only in [workspace.metadata.wasmsign]
transform.comand = ['x']
    APP:2:11: unknown key `comand` in [package.metadata.wasmsign.transform]; did you mean `command`?
sections.embed.a = { file = 'a', fil = 'a' }
    APP:2:34: unknown key `fil` in [package.metadata.wasmsign.sections.embed.a]; did you mean `file`?
";
    check(cases, package_error);
}

#[test]
fn values_that_are_not_right() {
    let cases = "
enabled = 'yes'
    APP:2:11: `enabled`: expected `true` or `false`, found a string
target = 1
    APP:2:10: `target`: expected a string or a list of strings, found an integer
target = []
    APP:2:10: `target`: expected a string or a list of strings, found an empty list
target = ['a', 2000-01-01]
    APP:2:16: `target`: expected a string, found a date
target = ['a', 'a']
    APP:2:16: `target`: `a` is listed twice
target = ''
    APP:2:10: `target`: expected a target triple, found an empty string
target = '--x'
    APP:2:10: `target`: expected a target triple, found `--x`
sign-with = 'release'
    APP:2:13: `sign-with`: expected a list of strings, found a string
sign-with = []
    APP:2:13: `sign-with`: expected a list of strings, found an empty list
sign-with = ['release', 'dev', 'release']
    APP:2:32: `sign-with`: `release` is listed twice
sign-with = [{}]
    APP:2:14: `sign-with`: expected a string, found a table
sign-with = ['relase']
    APP:2:14: `sign-with`: there is no key named `relase`; did you mean `release`?
profile.unused.sign-with = ['production']
    APP:2:29: `sign-with`: there is no key named `production`; the known keys are: `dev` and `release`
signature = 'embeded'
    APP:2:13: `signature`: expected `embedded`, `detached` or `both`, found `embeded`
profile.unused.signature = ''
    APP:2:28: `signature`: expected `embedded`, `detached` or `both`, found an empty string
reproducible = 1
    APP:2:16: `reproducible`: expected `true` or `false`, found an integer
profile.dev.reproducible = 'yes'
    APP:2:28: `reproducible`: expected `true` or `false`, found a string
unfinished = true
    APP:2:14: `unfinished`: expected a string, found a boolean
unfinished = 'yes'
    APP:2:14: `unfinished`: expected `refuse` or `allow`, found `yes`
optimize.timeout = 600
    APP:2:20: `timeout`: expected a string, found an integer
optimize.timeout = '10'
    APP:2:20: `timeout`: expected a time, such as `90s`, `10m` or `1h30m`, found `10`
auditable = []
    APP:2:13: `auditable`: expected `true` or `false`, found a list
signature = false
    APP:2:13: `signature`: expected a string, found a boolean
profile = 1
    APP:2:11: `profile`: expected a table, found an integer
profile.dev = 'x'
    APP:2:15: `dev`: expected a table, found a string
profile.debug = {}
    APP:2:9: `debug`: there is no profile with this name; did you mean `dev`?
";
    check(cases, package_error);
}

#[test]
fn key_ids_that_are_not_right() {
    let cases = "
key-id = 1
    APP:2:10: `key-id`: expected a string, found an integer
key-id = ''
    APP:2:10: `key-id`: expected `auto`, `none`, `hex:` with digits, or a text, found an empty string
key-id = 'hex:'
    APP:2:10: `key-id`: expected `auto`, `none`, `hex:` with digits, or a text, found `hex:`
key-id = 'hex:abc'
    APP:2:10: `key-id`: expected an even number of hexadecimal digits after `hex:`, found `hex:abc`
key-id = 'hex:zz'
    APP:2:10: `key-id`: expected an even number of hexadecimal digits after `hex:`, found `hex:zz`
";
    check(cases, package_error);
    let long = "APP:2:10: `key-id`: expected a key id of at most 255 bytes, found 256 bytes";
    assert_eq!(package_error(&format!("key-id = '{}'", "é".repeat(128))), long);
    assert_eq!(package_error(&format!("key-id = 'hex:{}'", "00".repeat(256))), long);
}

#[test]
fn optimizer_options_that_are_not_right() {
    let cases = "
optimize = 5
    APP:2:12: `optimize`: expected `0`, `1`, `2`, `3`, `4`, `s` or `z`, found `5`
optimize = 'fast'
    APP:2:12: `optimize`: expected `0`, `1`, `2`, `3`, `4`, `s` or `z`, found `fast`
optimize = 1.5
    APP:2:12: `optimize`: expected `true`, `false`, a level or a table, found a float
[[package.metadata.wasmsign.optimize]]
    APP:2:29: `optimize`: expected `true`, `false`, a level or a table, found a list of tables
optimize.level = -1
    APP:2:18: `level`: expected `0`, `1`, `2`, `3`, `4`, `s` or `z`, found `-1`
optimize.level = true
    APP:2:18: `level`: expected a string or an integer, found a boolean
optimize.passes = 'x'
    APP:2:19: `passes`: expected a list of strings, found a string
optimize.passes = ['vacuum', '--x']
    APP:2:30: `passes`: expected the name of a Binaryen pass, found `--x`
optimize.names = 'drop'
    APP:2:18: `names`: expected `keep` or `strip`, found `drop`
optimize.debug = true
    APP:2:18: `debug`: expected a string, found a boolean
optimize.features = 'all'
    APP:2:21: `features`: expected `auto` or a list of features, found `all`
optimize.features = 1
    APP:2:21: `features`: expected `auto` or a list of features, found an integer
optimize.features = ['a b']
    APP:2:22: `features`: expected the name of a WebAssembly feature, found `a b`
optimize.tool = ''
    APP:2:17: `tool`: expected `auto`, `embedded` or a program, found an empty string
optimize.exports = 'add'
    APP:2:20: `exports`: expected a list of strings, found a string
optimize.exports = []
    APP:2:20: `exports`: expected a list of strings, found an empty list
optimize.exports = ['add', '']
    APP:2:28: `exports`: expected the name of an export, found an empty string
optimize.exports = ['add', 'add']
    APP:2:28: `exports`: `add` is listed twice
optimize.minimum-version = '116'
    APP:2:28: `minimum-version`: expected a version of wasm-opt, such as 116, found a string
optimize.minimum-version = 0
    APP:2:28: `minimum-version`: expected a version of wasm-opt, such as 116, found `0`
optimize.minimum-version = -1
    APP:2:28: `minimum-version`: expected a version of wasm-opt, such as 116, found `-1`
optimize.minimum-version = 4294967296
    APP:2:28: `minimum-version`: expected a version of wasm-opt, such as 116, found `4294967296`
";
    check(cases, package_error);
}

#[test]
fn sections_that_cannot_be_removed() {
    let cases = "
sections = []
    APP:2:12: `sections`: expected a table, found a list
sections.remove = 'x'
    APP:2:19: `remove`: expected a list of strings, found a string
sections.remove = ['@standard']
    APP:2:20: `remove`: `@standard` means all non-custom sections, which cannot be removed
sections.remove = ['@standrd']
    APP:2:20: `remove`: expected a glob on the names of custom sections, found `@standrd`
sections.remove = ['']
    APP:2:20: `remove`: expected a glob on the names of custom sections, found an empty string
sections.remove = ['a*', '[a']
    APP:2:26: `remove`: expected a glob (`[` is not closed), found `[a`
sections.remove = ['signature']
    APP:2:20: `remove`: `signature` is a signature section, which cannot be removed
sections.remove = ['signature_delimiter']
    APP:2:20: `remove`: `signature_delimiter` is a signature section, which cannot be removed
";
    check(cases, package_error);
}
