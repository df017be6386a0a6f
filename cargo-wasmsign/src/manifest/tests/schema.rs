//! The schema against what the reader knows and takes, and against the published file.

mod validator;

use std::path::Path;

use serde_json::Value;

use super::super::schema;
use super::{KEYS, Scratch, example};
use validator::{as_json, valid};

#[test]
fn the_published_schema_is_the_current_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/manifest.schema.json");
    let published = std::fs::read_to_string(path).expect("the schema is published");
    let renew = "docs/manifest.schema.json is not what `config --schema` prints; renew it with\n    \
                 cargo run -p cargo-wasmsign --no-default-features -- config --schema > docs/manifest.schema.json";
    assert!(published.trim_end() == format!("{:#}", schema()), "{renew}");
}

#[test]
fn every_key_is_described() {
    let schema = schema();
    for (name, definition) in schema["$defs"].as_object().expect("it has definitions") {
        for (key, value) in definition["properties"].as_object().into_iter().flatten() {
            assert!(value["description"].is_string(), "{name}.{key}");
        }
    }
}

#[test]
fn the_schema_takes_the_example_of_the_reference() {
    for manifest in [example::WORKSPACE, example::APP, KEYS] {
        assert_eq!(valid(&schema(), &as_json(manifest)), Ok(()), "{manifest}");
    }
}

/// Lines of a package's table, right and wrong ones: the schema says what the reader says.
const LINES: &str = "
optimize = false
optimize = true
optimize = 'z'
optimize = 4
optimize = 5
optimize = 'fast'
optimize = {}
optimize.level = 's'
optimize.level = 3
optimize.level = -1
optimize.lvel = 3
optimize.features = 'auto'
optimize.features = ['simd']
optimize.features = 'simd'
optimize.exports = ['add']
optimize.exports = []
optimize.exports = ['a', 'a']
optimize.minimum-version = 116
optimize.minimum-version = 0
optimize.minimum-version = 'x'
optimize.timeout = '10m'
optimize.timeout = '1h30m'
optimize.timeout = '10'
optimize.timeout = 'm'
optimize.timeout = ''
optimize.timeout = 600
optimize.names = 'drop'
optimize.tool = ''
target = 'a'
target = ['a', 'b']
target = []
target = 1
sign-with = ['dev']
sign-with = 'dev'
sign-with = []
signature = 'both'
signature = 'all'
key-id = ''
key-id = 'none'
enabled = 1
reproducible = true
auditable = 'yes'
unfinished = 'allow'
unfinished = 'refuse'
unfinished = 'yes'
unfinished = true
colour = 1
keys = {}
profile.dev = { optimize = 1 }
profile.dev.colour = 1
profile.dev.profile.x = {}
profile.debug = {}
transform.command = ['a']
transform.command = 'a'
transform.command = []
transform.output = ''
transform.produces = ['pkg/**']
transform.produces = 'pkg'
transform.produces = ['']
transform.inputs = []
transform.inputs = [1]
transform.after = 'optimize'
transform.after = 'sign'
transform = []
transform = [{ command = ['a'], after = 'optimize' }, { command = ['b'] }]
transform = [{ after = 'optimize' }]
transform = [{ command = ['a'], comand = 'b' }]
transform = 'a'
sections.remove = []
sections.remove = 'a'
sections.producers = true
sections.parts = [['@standard'], ['a']]
sections.parts = ['a']
sections.parts = [[]]
sections.parts = []
sections.embed.a.file = 'a'
sections.embed.a = 'a'
sections.embed.a = {}
sections.embed.signature.file = 'a'
";

#[test]
fn the_schema_and_the_reader_agree_on_packages() {
    for line in LINES.trim().lines() {
        agree(KEYS, &format!("[package.metadata.wasmsign]\n{line}\n"));
    }
}

#[test]
fn the_schema_and_the_reader_agree_on_keys() {
    for line in "
secret = { env = 'A' }
secret = { env = '8' }
secret = { env-file = 'A' }
secret = { env-file = 'A', passphrase-env = 'B' }
secret = { env = 'A', passphrase-env = 'B' }
secret = { file = 'a', passphrase-env = 'B' }
secret = { file = 'a', passphrase-env = 'not a name' }
secret = { passphrase-env = 'B' }
secret = { ssh-agent = 'SHA256:1rcmPGRLXnWJeFv7LOhpgSFmRTZ9UcMwYRFDSFnVPp8', passphrase-env = 'B' }
secret = { file = 'a' }
secret = { file = '' }
secret = {}
secret = 'hush'
secret = { env = 'A', file = 'a' }
secret = { vault = 'A' }
secret = { ssh-agent = 'SHA256:1rcmPGRLXnWJeFv7LOhpgSFmRTZ9UcMwYRFDSFnVPp8' }
secret = { command = ['a'] }
secret = { command = [] }
secret = { command = 'a' }
colour = 1
"
    .trim()
    .lines()
    {
        agree(&format!("[workspace.metadata.wasmsign.keys.a]\npublic = 'a'\n{line}\n"), "");
    }
    agree("[workspace.metadata.wasmsign.keys]\na = { public = '' }\n", "");
    agree("[workspace.metadata.wasmsign]\ntrust = {}\n", "");
}

fn agree(workspace: &str, app: &str) {
    let read = Scratch::new().read(workspace, app).is_ok();
    let schema = schema();
    let validated = [workspace, app].map(|manifest| valid(&schema, &as_json(manifest)));
    let all: Result<(), String> = validated.into_iter().collect();
    assert_eq!(all.is_ok(), read, "{all:?}\n{workspace}{app}");
}

#[test]
fn nothing_in_the_schema_may_be_null() {
    fn look(value: &Value) {
        assert!(!value.is_null() && *value != "null", "TOML has no null");
        match value {
            Value::Array(list) => list.iter().for_each(look),
            Value::Object(table) => table.values().for_each(look),
            _ => {}
        }
    }
    look(&schema());
}
