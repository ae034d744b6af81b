//! What is known of one value: known, absent or unknown. Rules match on all three.

use std::sync::Arc;

use crate::place::Place;

/// One value of the estate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// Written, and known; the place is the expression.
    Known(T, Place),
    /// Not there, so the provider applies its default.
    Absent(Lack),
    /// Written in a way that nobody can evaluate before apply, or without a value that is missing.
    Unknown(Unknown),
}

/// How a value is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The attribute is written and null; the place is the expression.
    Null(Place),
    /// The attribute is not written; the place is the header of the block that lacks it.
    Attribute(Place),
    /// The whole block around it is not written; the place is the header of the block that would
    /// hold that block.
    Block(Place),
}

/// Why something cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What would decide it: `var.retention has no value`.
    pub because: Arc<str>,
    /// Through what it came, outermost first.
    pub chain: Vec<Arc<str>>,
    /// Where the unknown value or block is written.
    pub place: Place,
}

/// Whether something that is written will be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It will.
    Certain,
    /// None, one or many of it: its `count`, `for_each` or `dynamic` block is unknown.
    Unknown(Unknown),
}

impl<T> Fact<T> {
    /// The value, with the default that the provider applies where it is absent.
    pub fn or_default(&self, default: T) -> Result<T, &Unknown>
    where
        T: Clone,
    {
        match self {
            Self::Known(value, _) => Ok(value.clone()),
            Self::Absent(_) => Ok(default),
            Self::Unknown(unknown) => Err(unknown),
        }
    }
}

impl Unknown {
    /// Something that no evaluation can tell, at its place.
    pub fn new(because: impl Into<Arc<str>>, place: Place) -> Self {
        Self {
            because: because.into(),
            chain: Vec::new(),
            place,
        }
    }
}

impl Presence {
    /// Unknown if either is.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::Certain => other,
            Self::Unknown(_) => self,
        }
    }
}
