//! Reading a manifest, strictly: what is read in two ways by two readers is none.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use semver::Version;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::document::{ModuleManifest, Optimizer, SCHEMA, Text};
use super::error::ManifestError;
use crate::digest::Identity;
use crate::limits::MAX_MANIFEST_BYTES;

impl ModuleManifest {
    /// Reads the content of the section. Nothing is verified by that.
    ///
    /// # Errors
    ///
    /// [`ManifestError::TooLong`], and [`ManifestError::Broken`] with the line and the column.
    pub fn parse(content: &[u8]) -> Result<Self, ManifestError> {
        if content.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLong { length: content.len() as u64 });
        }
        serde_json::from_slice(content).map_err(|error| ManifestError::Broken(error.to_string()))
    }
}

/// `git:` and the digits of a SHA-1 or SHA-256 commit.
pub(super) fn is_revision(text: &str) -> bool {
    let digits = text.strip_prefix("git:").unwrap_or_default();
    matches!(digits.len(), 40 | 64) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The keys of a manifest, as far as they were read.
#[derive(Default)]
struct Keys {
    schema: Option<u64>,
    package: Option<String>,
    version: Option<String>,
    target: Option<String>,
    profile: Option<String>,
    revision: Option<String>,
    dirty: Option<bool>,
    built: Option<Identity>,
    optimizer: Option<Optimizer>,
    extra: Vec<(Text, Text)>,
}

impl Keys {
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "schema" => self.schema = Some(map.next_value()?),
            "package" => self.package = Some(map.next_value()?),
            "version" => self.version = Some(map.next_value()?),
            "target" => self.target = Some(map.next_value()?),
            "profile" => self.profile = Some(map.next_value()?),
            "revision" => self.revision = map.next_value()?,
            "dirty" => self.dirty = map.next_value()?,
            "built" => self.built = Some(map.next_value()?),
            "optimizer" => self.optimizer = map.next_value()?,
            "extra" => self.extra = map.next_value::<Extra>()?.0,
            _ => _ = map.next_value::<Passed>()?,
        }
        Ok(())
    }

    fn complete<E: Error>(self) -> Result<ModuleManifest, E> {
        let schema = self.schema.ok_or_else(|| E::missing_field("schema"))?;
        if schema != SCHEMA {
            return Err(E::custom(format!("schema {schema} is not known")));
        }
        let version = self.version.ok_or_else(|| E::missing_field("version"))?;
        version.parse::<Version>().map_err(|error| E::custom(format!("version: {error}")))?;
        if self.revision.as_deref().is_some_and(|revision| !is_revision(revision)) {
            return Err(E::custom("revision: expected `git:` and 40 or 64 hexadecimal digits"));
        }
        Ok(ModuleManifest {
            package: self.package.ok_or_else(|| E::missing_field("package"))?.into(),
            version: version.into(),
            target: self.target.ok_or_else(|| E::missing_field("target"))?.into(),
            profile: self.profile.ok_or_else(|| E::missing_field("profile"))?.into(),
            revision: self.revision.map(Into::into),
            dirty: self.dirty,
            built: self.built.ok_or_else(|| E::missing_field("built"))?,
            optimizer: self.optimizer,
            extra: self.extra.into(),
        })
    }
}

/// Gives each key of an object to `read`, and fails where one comes a second time.
fn each_key<'de, A: MapAccess<'de>>(
    mut map: A,
    mut read: impl FnMut(&str, &mut A) -> Result<(), A::Error>,
) -> Result<(), A::Error> {
    let mut seen = BTreeSet::new();
    while let Some(key) = map.next_key::<String>()? {
        if seen.contains(&key) {
            return Err(A::Error::custom(format!("the key {key:?} stands twice")));
        }
        read(&key, &mut map)?;
        seen.insert(key);
    }
    Ok(())
}

impl<'de> Deserialize<'de> for ModuleManifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = ModuleManifest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a module manifest")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ModuleManifest, A::Error> {
                let mut keys = Keys::default();
                each_key(map, |key, map| keys.read(key, map))?;
                keys.complete()
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Optimizer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Optimizer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an optimizer")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Optimizer, A::Error> {
                let (mut name, mut version, mut options) = (None, None, None);
                each_key(map, |key, map| {
                    match key {
                        "name" => name = Some(map.next_value::<String>()?),
                        "version" => version = Some(map.next_value::<String>()?),
                        "options" => options = Some(map.next_value::<Vec<String>>()?),
                        _ => _ = map.next_value::<Passed>()?,
                    }
                    Ok(())
                })?;
                let options = options.ok_or_else(|| A::Error::missing_field("options"))?;
                Ok(Optimizer {
                    name: name.ok_or_else(|| A::Error::missing_field("name"))?.into(),
                    version: version.ok_or_else(|| A::Error::missing_field("version"))?.into(),
                    options: options.into_iter().map(Cow::Owned).collect(),
                })
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// An object of texts, sorted by key.
struct Extra(Vec<(Text, Text)>);

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Extra;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Extra, A::Error> {
                let mut pairs: Vec<(Text, Text)> = Vec::new();
                each_key(map, |key, map| {
                    let value = map.next_value::<String>()?;
                    pairs.push((String::from(key).into(), value.into()));
                    Ok(())
                })?;
                pairs.sort_unstable();
                Ok(Extra(pairs))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A value that nobody wants. Its objects may have no key twice either.
struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anything;

        impl<'de> Visitor<'de> for Anything {
            type Value = Passed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_str<E>(self, _: &str) -> Result<Passed, E> {
                Ok(Passed)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Passed, A::Error> {
                while let Some(Passed) = list.next_element()? {}
                Ok(Passed)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Passed, A::Error> {
                each_key(map, |_, map| map.next_value::<Passed>().map(drop))?;
                Ok(Passed)
            }
        }

        deserializer.deserialize_any(Anything)
    }
}
