//! Answers that every port gives.

use std::collections::BTreeMap;

/// Whether what was asked for exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    /// It exists, and this is it.
    Present(T),
    /// AWS says that there is no such thing.
    Absent,
}

/// What a delete found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It was there and this call deleted it.
    Now,
    /// It was not there any more.
    Already,
}

/// The tags of one thing: every key once.
pub type Tags = BTreeMap<String, String>;

/// One tag of a list in which a key may occur more than once .
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// Case-sensitive.
    pub key: String,
    /// May be empty.
    pub value: String,
}

impl Tag {
    /// A tag of `key` and `value`.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}
