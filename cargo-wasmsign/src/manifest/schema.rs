//! The JSON Schema of the manifest's tables: for editors, and for programs that write manifests.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::tables;

const ABOUT: &str = "The tables that `cargo wasmsign` reads in a `Cargo.toml`.\n\n\
    Precedence, key by key: the command line, the environment (`CARGO_WASMSIGN_TARGET`, `_SIGN_WITH`, `_SIGNATURE`, \
    `_KEY_ID`, `_OPTIMIZE`), the package's table of the profile, the package's table, the workspace's table of the \
    profile, the workspace's table, the default. Tables merge per key, lists replace.";

/// The JSON Schema (draft 2020-12) of `[workspace.metadata.wasmsign]` and `[package.metadata.wasmsign]`,
/// as the properties `workspace` and `package` of one object.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<Tables>().to_value()
}

struct Tables;
struct Workspace;
struct Package;

impl JsonSchema for Tables {
    fn schema_name() -> Cow<'static, str> {
        "cargo-wasmsign".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut workspace = generator.subschema_for::<Workspace>();
        let about = "`[workspace.metadata.wasmsign]`, at the root of a workspace.";
        workspace.insert("description".to_owned(), about.into());
        let mut package = generator.subschema_for::<Package>();
        let about = "`[package.metadata.wasmsign]`, in a member; an empty one makes the package one for wasm.";
        package.insert("description".to_owned(), about.into());
        json_schema!({
            "type": "object",
            "additionalProperties": false,
            "properties": { "workspace": workspace, "package": package },
            "title": "cargo-wasmsign",
            "description": ABOUT,
        })
    }
}

impl JsonSchema for Workspace {
    fn schema_name() -> Cow<'static, str> {
        "Workspace".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        tables::describe_workspace(generator)
    }
}

impl JsonSchema for Package {
    fn schema_name() -> Cow<'static, str> {
        "Package".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        tables::describe_package(generator)
    }
}
