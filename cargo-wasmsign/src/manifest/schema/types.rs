//! The tables as types, for their schema alone: what is read is read by hand, so that every error has its place. The
//! tests compare the two.

#![expect(dead_code, reason = "only the schema of these types is used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// The tables that `cargo wasmsign` reads in a `Cargo.toml`.
///
/// Precedence, key by key: the command line, the environment (`CARGO_WASMSIGN_TARGET`, `_SIGN_WITH`, `_SIGNATURE`,
/// `_KEY_ID`, `_OPTIMIZE`), the package's table of the profile, the package's table, the workspace's table of the
/// profile, the workspace's table, the default. Tables merge per key, lists replace.
#[derive(JsonSchema)]
#[schemars(title = "cargo-wasmsign", deny_unknown_fields)]
pub(super) struct Tables {
    /// `[workspace.metadata.wasmsign]`, at the root of a workspace.
    workspace: Option<Workspace>,
    /// `[package.metadata.wasmsign]`, in a member; an empty one makes the package one for wasm.
    package: Option<Package>,
}

/// What counts for all packages of a workspace, and the keys that they are signed with.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Workspace {
    #[schemars(flatten)]
    options: Profile,
    /// Options for single cargo profiles, by their exact names (`dev`, not `debug`); none inherits from another.
    #[schemars(extend("propertyNames" = {"not": {"const": "debug"}}))]
    profile: Option<BTreeMap<String, Profile>>,
    /// The keys that `sign-with` names.
    keys: Option<BTreeMap<String, Key>>,
}

/// What counts for one package.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Package {
    #[schemars(flatten)]
    options: Profile,
    /// Options for single cargo profiles, by their exact names (`dev`, not `debug`); none inherits from another.
    #[schemars(extend("propertyNames" = {"not": {"const": "debug"}}))]
    profile: Option<BTreeMap<String, Profile>>,
}

/// What is done to modules.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Profile {
    /// Whether the package takes part at all.
    #[schemars(extend("default" = true))]
    enabled: Option<bool>,
    /// The targets to build for. By default those of cargo's `build.target` that are wasm, else
    /// `wasm32-unknown-unknown`.
    target: Option<Targets>,
    /// The names of the signers; all of them sign, in this order.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    sign_with: Option<Vec<String>>,
    /// Where the signatures go.
    #[schemars(extend("default" = "embedded"))]
    signature: Option<Signature>,
    /// The key id stored beside a signature: `auto` (made from the public key), `none`, `hex:` with digits, or a text
    /// of at most 255 bytes.
    #[schemars(length(min = 1), extend("default" = "auto"))]
    key_id: Option<String>,
    /// Whether the module must come out the same wherever it is built.
    #[schemars(extend("default" = false))]
    reproducible: Option<bool>,
    /// Whether the module carries the list of what it was built from.
    #[schemars(extend("default" = false))]
    auditable: Option<bool>,
    /// A directory, from this Cargo.toml, that the published modules are copied to as well.
    #[schemars(length(min = 1))]
    artifact_dir: Option<String>,
    /// What becomes of a module that another tool has yet to finish: that carries `component-type:*` or wasm-bindgen's
    /// data.
    #[schemars(extend("default" = "refuse"))]
    unfinished: Option<Unfinished>,
    /// Programs before and after the optimizer: a table, or a list of tables that are taken in order.
    transform: Option<Transforms>,
    /// What the optimizer does: `false`, `true`, a level, or a table of options.
    optimize: Option<Optimize>,
    /// What happens to custom sections, after the optimizer and before signing.
    sections: Option<Sections>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Targets {
    /// One target triple.
    One(#[schemars(length(min = 1))] String),
    /// Several target triples.
    Several(#[schemars(length(min = 1), extend("uniqueItems" = true))] Vec<String>),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum Signature {
    /// Into the module.
    Embedded,
    /// Into a file `NAME.wasm.sig` beside it.
    Detached,
    /// Both.
    Both,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum Unfinished {
    /// It is an error: that tool would break the signature.
    Refuse,
    /// It is signed as it is, because its host finishes it.
    Allow,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Transforms {
    One(Transform),
    /// Several, each of which names its command.
    Several(
        #[schemars(extend("items" = {"$ref": "#/$defs/Transform", "required": ["command"]}))]
        Vec<Transform>,
    ),
}

/// A program that rewrites each module, such as wasm-bindgen.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Transform {
    /// The program and its arguments, with `{input}`, `{output}`, `{name}` and `{profile}` in them. It runs in the
    /// directory of the `Cargo.toml` that names it.
    #[schemars(length(min = 1))]
    command: Option<Vec<String>>,
    /// Where the program leaves the module; the same places.
    #[schemars(length(min = 1))]
    output: Option<String>,
    /// What else it makes, as globs with `{name}` and `{profile}` in them: made again when it is gone or another's. By
    /// default everything in the directory of `output`.
    #[schemars(inner(length(min = 1)))]
    produces: Option<Vec<String>>,
    /// What else it reads, as globs with `{name}` and `{profile}` in them.
    #[schemars(inner(length(min = 1)))]
    inputs: Option<Vec<String>>,
    /// When it runs.
    #[schemars(extend("default" = "build"))]
    after: Option<After>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum After {
    /// On what cargo has built.
    Build,
    /// On what the optimizer has left.
    Optimize,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Optimize {
    /// Whether the optimizer runs.
    Switch(bool),
    /// A level; everything else is as in tables further away, or the default.
    Level(Level),
    /// Options, with the optimizer on.
    Table(Box<OptimizeTable>),
}

/// Options of the optimizer (Binaryen).
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct OptimizeTable {
    /// How much, and for what.
    #[schemars(extend("default" = "z"))]
    level: Option<Level>,
    /// Further Binaryen passes by name, in this order.
    passes: Option<Vec<String>>,
    /// The exports to keep; everything that only others need goes. By default all stay. Holds with the optimizer off too.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    exports: Option<Vec<String>>,
    /// What happens to the name section.
    #[schemars(extend("default" = "strip"))]
    names: Option<Keep>,
    /// What happens to DWARF.
    #[schemars(extend("default" = "strip"))]
    debug: Option<Keep>,
    /// The WebAssembly features that hosts know: a module that needs others is an error, with the optimizer off too.
    #[schemars(extend("default" = "auto"))]
    features: Option<Features>,
    /// The program that optimizes: `auto` (the embedded one where it can read the module, else a wasm-opt program in
    /// `PATH` that can), `embedded`, the path of a wasm-opt program (from this Cargo.toml), or a bare name to
    /// be found in `PATH`.
    #[schemars(length(min = 1), extend("default" = "auto"))]
    tool: Option<String>,
    /// The oldest version of wasm-opt that may be used, such as 116.
    #[schemars(range(min = 1))]
    minimum_version: Option<u32>,
    /// How long the optimizer may take over one module, such as `90s`, `10m` or `1h30m`. No limit by default.
    #[schemars(length(min = 2), regex(pattern = "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$"))]
    timeout: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Level {
    Word(LevelWord),
    /// The levels `0` to `4` as numbers.
    Number(#[schemars(range(min = 0, max = 4))] u8),
}

#[derive(JsonSchema)]
enum LevelWord {
    /// Nothing but the passes that are named.
    #[schemars(rename = "0")]
    O0,
    /// Little, and fast to do.
    #[schemars(rename = "1")]
    O1,
    /// More.
    #[schemars(rename = "2")]
    O2,
    /// For speed.
    #[schemars(rename = "3")]
    O3,
    /// For speed, however long it takes.
    #[schemars(rename = "4")]
    O4,
    /// For size.
    #[schemars(rename = "s")]
    Os,
    /// For size above all.
    #[schemars(rename = "z")]
    Oz,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum Keep {
    /// It stays.
    Keep,
    /// It goes.
    Strip,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Features {
    Auto(Auto),
    /// These, by Binaryen's names; none is the minimum of WebAssembly.
    List(Vec<String>),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum Auto {
    /// Those that `target_features` names, or that the module is found to use.
    Auto,
}

/// What happens to custom sections, after the optimizer and before signing.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Sections {
    /// Custom sections to drop: globs on their names.
    remove: Option<Vec<String>>,
    /// Custom sections to add, by name.
    #[schemars(extend("propertyNames" = {"minLength": 1, "not": {"enum": ["signature", "signature_delimiter"]}}))]
    embed: Option<BTreeMap<String, Embed>>,
    /// The parts to sign, in this order: lists of globs on the names of custom sections, or `@standard` for every section
    /// that is not custom. A section that no part names joins the first.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    parts: Option<Vec<Vec<String>>>,
    /// Whether the `producers` section names this program.
    #[schemars(extend("default" = false))]
    producers: Option<bool>,
}

/// A custom section to add.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Embed {
    /// The file that is its content, from this Cargo.toml.
    #[schemars(length(min = 1))]
    file: String,
}

/// A key that modules can be signed with.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Key {
    /// The public half: a path from this Cargo.toml, or the key's text. It must belong to the secret half.
    #[schemars(length(min = 1))]
    public: Option<String>,
    /// Where the secret half is found; never the secret itself.
    secret: Option<Secret>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum Secret {
    /// The environment variable that holds the key's text.
    Env(#[schemars(regex(pattern = "^[A-Za-z_][A-Za-z0-9_]*$"))] String),
    /// The environment variable that holds the path of the key's file.
    EnvFile(#[schemars(regex(pattern = "^[A-Za-z_][A-Za-z0-9_]*$"))] String),
    /// The key's file, from this Cargo.toml.
    File(#[schemars(length(min = 1))] String),
    /// A key that the agent behind `SSH_AUTH_SOCK` holds: its fingerprint (`SHA256:…`, with `public` beside it), or the
    /// public key.
    SshAgent(#[schemars(length(min = 1))] String),
    /// A program and its arguments that signs what it reads from standard input; needs `public`. It runs in the directory
    /// of this Cargo.toml.
    Command(#[schemars(length(min = 1))] Vec<String>),
}
