//! Tables of keys, each declared once: its name, its kind, its default and what it means. Reading, laying one layer over
//! another, listing and the schema follow from that.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::kind::{InVariable, Kind};
use super::listing::Listing;
use super::names::Names;
use super::node::Node;
use super::setting::{Origin, Setting};
use super::text::Text;
use crate::error::Result;

/// What one layer says of a key or of a table, and in the end what counts.
pub(crate) trait Layer: Sized + 'static {
    /// What counts, without its origin.
    type Value;

    /// Its name in the schema; none for what is described where it stands.
    const NAME: Option<&'static str> = None;

    /// Reads what a manifest says.
    fn read(node: &Node<'_>) -> Result<Self>;

    /// Puts a nearer layer on top.
    fn cover(&mut self, nearer: &Self);

    /// Adds what counts, under `key` with all tables above it.
    fn list(&self, key: String, listing: &mut Listing);

    /// What counts.
    fn into_value(self) -> Self::Value;

    /// What a manifest may say.
    fn describe(generator: &mut SchemaGenerator) -> Schema;
}

/// A layer that a variable of the environment can be as well.
pub(crate) trait FromVariable: Layer {
    /// Reads the value of a variable of this name; signers have these names.
    fn from_variable(name: &'static str, text: &Text<'_>, names: &Names) -> Result<Self>;
}

/// A value of some kind, and who says it.
pub(crate) struct Said<K: Kind>(pub(super) Setting<K::Value>);

impl<K: Kind> Said<K> {
    /// What counts where nobody says anything.
    pub(super) fn unsaid(value: K::Value) -> Self {
        Self(Setting::unsaid(value))
    }
}

impl<K: Kind> Clone for Said<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Kind> fmt::Debug for Said<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K: Kind> Layer for Said<K> {
    type Value = K::Value;
    const NAME: Option<&'static str> = K::NAME;

    fn read(node: &Node<'_>) -> Result<Self> {
        Ok(Self(Setting { value: K::read(node)?, origin: node.origin() }))
    }

    fn cover(&mut self, nearer: &Self) {
        self.0.yield_to(&nearer.0);
    }

    fn list(&self, key: String, listing: &mut Listing) {
        listing.add(key, &self.0, K::show(&self.0.value));
    }

    fn into_value(self) -> K::Value {
        self.0.value
    }

    fn describe(generator: &mut SchemaGenerator) -> Schema {
        K::describe(generator)
    }
}

impl<K: InVariable> FromVariable for Said<K> {
    fn from_variable(name: &'static str, text: &Text<'_>, names: &Names) -> Result<Self> {
        let value = K::from_variable(text, names)?;
        Ok(Self(Setting { value, origin: Origin::Environment(name) }))
    }
}

/// The schema of a layer: in place, or a reference to the one of its name.
pub(super) fn schema_of<L: Layer>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Described<L>>()
}

/// What makes a layer known to `schemars`.
struct Described<L>(PhantomData<L>);

impl<L: Layer> JsonSchema for Described<L> {
    fn inline_schema() -> bool {
        L::NAME.is_none()
    }

    fn schema_name() -> Cow<'static, str> {
        L::NAME.unwrap_or_default().into()
    }

    fn schema_id() -> Cow<'static, str> {
        // Layers without a name are described in place, where nobody asks for an identity.
        Self::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        L::describe(generator)
    }
}

/// The schema of a table that has no other keys than those that are added.
pub(super) struct TableSchema {
    about: String,
    keys: Map<String, Value>,
    required: Vec<&'static str>,
}

impl TableSchema {
    /// A table without keys.
    pub(super) fn new(about: &str) -> Self {
        Self { about: about.trim().to_owned(), keys: Map::new(), required: Vec::new() }
    }

    /// Adds a key. A default is told unless it is none, or an empty list.
    pub(super) fn key(
        &mut self,
        key: &str,
        about: &str,
        mut schema: Schema,
        default: Option<Value>,
    ) {
        schema.insert("description".to_owned(), json!(about.trim()));
        let told = default.filter(|default| !default.is_null() && *default != json!([]));
        if let Some(default) = told {
            schema.insert("default".to_owned(), default);
        }
        self.keys.insert(key.to_owned(), schema.to_value());
    }

    /// Says that a key must be there.
    pub(super) fn require(&mut self, key: &'static str) {
        self.required.push(key);
    }

    /// The whole schema.
    pub(super) fn finish(self) -> Schema {
        let mut schema = json_schema!({
            "type": "object",
            "additionalProperties": false,
            "description": self.about,
            "properties": self.keys,
        });
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), json!(self.required));
        }
        schema
    }
}

/// Declares a table: the type of its values, the type of its layers, and for each key
///
/// ```text
/// /// What it means.
/// "name" field: Kind = default;                   a value
/// "name" field: Kind = default, env "VARIABLE";   one that a variable may hold as well
/// "name" field in Layer;                          a table below this one
/// "name" field in Layer, env "VARIABLE";
/// ```
macro_rules! table {
    (
        $(#[doc = $about:literal])*
        pub struct $values:ident, layer $layer:ident, named $name:literal {
            $(
                $(#[doc = $doc:literal])*
                $key:literal $field:ident
                    $(in $below:ty)? $(: $kind:ty = $default:expr)? $(, env $variable:literal)? ;
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $values {
            $(
                $(#[doc = $doc])*
                pub $field: <$($crate::manifest::table::Said<$kind>)? $($below)?
                    as $crate::manifest::table::Layer>::Value,
            )*
        }

        #[doc = concat!("What a layer says of [`", stringify!($values), "`].")]
        #[derive(Debug, Clone)]
        pub(crate) struct $layer {
            $( pub(super) $field: $($crate::manifest::table::Said<$kind>)? $($below)?, )*
        }

        /// A layer that says nothing.
        impl Default for $layer {
            fn default() -> Self {
                Self {
                    $( $field: $($crate::manifest::table::Said::unsaid($default))? $(<$below>::default())?, )*
                }
            }
        }

        impl $layer {
            /// The names of the keys.
            pub(super) const KEYS: &'static [&'static str] = &[$($key),*];

            /// What a table says, which may have other keys as well.
            pub(super) fn of(table: &$crate::manifest::node::Table<'_>) -> $crate::error::Result<Self> {
                let mut layer = Self::default();
                $(
                    if let Some(node) = table.node($key) {
                        layer.$field = $crate::manifest::table::Layer::read(&node)?;
                    }
                )*
                Ok(layer)
            }

            /// Adds the keys to a schema.
            pub(super) fn describe_in(
                table: &mut $crate::manifest::table::TableSchema,
                generator: &mut schemars::SchemaGenerator,
            ) {
                $({
                    let schema = $crate::manifest::table::schema_of::<
                        $($crate::manifest::table::Said<$kind>)? $($below)?
                    >(generator);
                    let default: &[serde_json::Value] =
                        &[$( <$kind as $crate::manifest::kind::Kind>::show(&$default) )?];
                    table.key($key, concat!($($doc),*), schema, default.first().cloned());
                })*
            }
        }

        impl $crate::manifest::table::Layer for $layer {
            type Value = $values;
            const NAME: Option<&'static str> = Some($name);

            fn read(node: &$crate::manifest::node::Node<'_>) -> $crate::error::Result<Self> {
                Self::of(&node.table(Self::KEYS)?)
            }

            fn cover(&mut self, nearer: &Self) {
                $( $crate::manifest::table::Layer::cover(&mut self.$field, &nearer.$field); )*
            }

            fn list(&self, key: String, listing: &mut $crate::manifest::listing::Listing) {
                $(
                    let below = $crate::manifest::listing::below(&key, $key);
                    $crate::manifest::table::Layer::list(&self.$field, below, listing);
                )*
            }

            fn into_value(self) -> $values {
                $values {
                    $( $field: $crate::manifest::table::Layer::into_value(self.$field), )*
                }
            }

            fn describe(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut table = $crate::manifest::table::TableSchema::new(concat!($($about),*));
                Self::describe_in(&mut table, generator);
                table.finish()
            }
        }

        $crate::manifest::table::variables! {
            $layer { $( $( $field: $variable, )? )* }
        }
    };
}

/// What the environment says of a table, where variables stand for some of its keys.
macro_rules! variables {
    ($layer:ident {}) => {};
    ($layer:ident { $( $field:ident: $variable:literal, )+ }) => {
        impl $layer {
            /// The variables that stand for some of the keys.
            pub(super) const VARIABLES: &'static [&'static str] = &[$($variable),+];

            /// What these variables say; signers have these names.
            pub(super) fn from_environment(
                environment: &$crate::manifest::environment::Environment,
                names: &$crate::manifest::names::Names,
            ) -> $crate::error::Result<Self> {
                let mut layer = Self::default();
                $(
                    if let Some(text) = environment.text($variable)? {
                        layer.$field = $crate::manifest::table::FromVariable::from_variable($variable, &text, names)?;
                    }
                )+
                Ok(layer)
            }
        }
    };
}

pub(super) use {table, variables};
