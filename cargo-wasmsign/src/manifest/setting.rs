//! A value together with who says it.

use crate::text::snippet::Snippet;

/// A value, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// What counts.
    pub value: T,
    /// Who says so.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody says anything.
    Default,
    /// A table of a manifest.
    Manifest {
        /// The place of the key.
        place: Snippet,
        /// The table that the key stands in, by its full name.
        table: String,
    },
    /// An environment variable.
    Environment(&'static str),
    /// A flag.
    CommandLine(&'static str),
    /// A key of cargo's own configuration.
    Cargo(&'static str),
    /// Nobody says anything, and the default goes with the `opt-level` that a profile of cargo's has.
    OptLevel {
        /// The profile.
        profile: String,
        /// What it has, as cargo says it.
        level: String,
    },
}

impl<T> Setting<T> {
    /// What counts where nobody says anything.
    pub(super) fn unsaid(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }

    /// Whether somebody says it.
    pub(super) fn is_said(&self) -> bool {
        self.origin != Origin::Default
    }

    /// Gives way to what a nearer layer says, if it says anything.
    pub(super) fn yield_to(&mut self, nearer: &Self)
    where
        T: Clone,
    {
        if nearer.is_said() {
            *self = nearer.clone();
        }
    }
}
