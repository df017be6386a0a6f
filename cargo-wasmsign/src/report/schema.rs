//! The JSON Schema of every line of JSON.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::build::{Artifact, Finished, Plan};
use super::clean::Clean;
use super::config::Config;
use super::explain::Explain;
use super::init::Init;
use super::inspect::{Inspect, InspectFile};
use super::key::{KeyConvert, KeyShow, KeySucceed};
use super::manual::Manual;
use super::migrate::Migrate;
use super::new::New;
use super::pin::Pin;
use super::printer::Versioned;
use super::release::{ReleaseVerify, Released};
use super::rewrite::{Attach, Detach, Split};
use super::sign::{Keygen, Sign};
use super::trust::{TrustCheck, TrustWritten};
use super::verify::Verify;

/// A line that `cargo wasmsign` prints on standard output with `--format json`. Other lines of `build` are cargo's own
/// messages.
#[derive(JsonSchema)]
#[schemars(title = "cargo-wasmsign", untagged)]
#[expect(dead_code, reason = "only the schema of this type is used")]
enum AnyLine {
    Artifact(Versioned<Artifact<'static>>),
    Finished(Finished),
    Plan(Versioned<Plan<'static>>),
    Released(Versioned<Released>),
    ReleaseVerify(Versioned<ReleaseVerify>),
    Config(Versioned<Config>),
    Sign(Versioned<Sign>),
    Verify(Versioned<Verify>),
    Migrate(Versioned<Migrate>),
    Explain(Versioned<Explain>),
    TrustCheck(Versioned<TrustCheck>),
    TrustWritten(Versioned<TrustWritten>),
    Pin(Versioned<Pin>),
    Inspect(Versioned<Inspect>),
    InspectFile(Versioned<InspectFile>),
    Keygen(Versioned<Keygen>),
    KeyShow(Versioned<KeyShow>),
    KeyConvert(Versioned<KeyConvert>),
    KeySucceed(Versioned<KeySucceed>),
    Split(Versioned<Split>),
    Detach(Versioned<Detach>),
    Attach(Versioned<Attach>),
    Clean(Versioned<Clean>),
    New(Versioned<New>),
    Init(Versioned<Init>),
    Manual(Versioned<Manual>),
}

/// The JSON Schema (draft 2020-12) of every line of JSON.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    Schema::to_value(generator.into_root_schema_for::<AnyLine>())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/output.schema.json");
        let published = std::fs::read_to_string(path).expect("it is published");
        let published: Value = serde_json::from_str(&published).expect("it is JSON");
        let renew = "docs/output.schema.json is not what `config --schema=output` prints; renew it with\n    \
                     cargo run -p cargo-wasmsign --no-default-features -- config --schema=output > docs/output.schema.json";
        assert_eq!(published, super::schema(), "{renew}");
    }
}
