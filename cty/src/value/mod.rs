//! Values.
//!
//! - `construct`: making them.
//! - `access`: asking them.
//! - `set_order`: the order of the elements of a set.
//! - `walk`: going through them and rebuilding them.

mod access;
pub(crate) mod construct;
mod set_order;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::{Mark, Marks, Number, Type};

/// A value and its marks. Cloning shares the data.
///
/// Equality and order look at the data alone; ask [`Value::marks`] for the rest. `Debug` does not
/// show sensitive and ephemeral data, so no log can.
#[derive(Clone)]
pub struct Value {
    data: Data,
    marks: Marks,
}

/// What a value is. Match on it through [`Value::data`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Data {
    /// No value, of a type. A bare `null` has [`Type::Dynamic`].
    Null(Type),
    /// Not known yet; of a type ([`Type::Dynamic`]: not even the type is known).
    Unknown(Type, Option<Arc<Refinement>>),
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text, NFC-normalised by [`Value::string`].
    String(Arc<str>),
    /// Element type and elements.
    List(Type, Arc<[Value]>),
    /// Element type and elements, without duplicates, in Terraform's order.
    Set(Type, Arc<[Value]>),
    /// Element type and elements by key.
    Map(Type, Arc<BTreeMap<Arc<str>, Value>>),
    /// Attributes by name.
    Object(Arc<BTreeMap<Arc<str>, Value>>),
    /// Elements.
    Tuple(Arc<[Value]>),
}

/// What is known of an unknown value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinement {
    /// It will not be null.
    pub not_null: bool,
    /// A string that begins so.
    pub prefix: Option<Arc<str>>,
    /// A number not below this (or above it, if exclusive: `false`).
    pub lower: Option<(Number, bool)>,
    /// A number not above this (or below it, if exclusive: `false`).
    pub upper: Option<(Number, bool)>,
    /// A collection of at least so many elements.
    pub min_length: Option<u64>,
    /// A collection of at most so many elements.
    pub max_length: Option<u64>,
}

impl Value {
    /// What the value is.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The marks on this value itself (not on what it contains).
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The value with one more mark.
    pub fn mark(mut self, mark: Mark) -> Self {
        self.marks = self.marks.with(mark);
        self
    }

    /// The value with these marks too.
    pub fn with_marks(mut self, marks: &Marks) -> Self {
        self.marks = self.marks.union(marks);
        self
    }

    /// The value without its own marks, and those marks.
    pub fn unmark(self) -> (Self, Marks) {
        (self.data.into(), self.marks)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = [Mark::Sensitive, Mark::Ephemeral];
        match hidden.iter().any(|mark| self.marks.contains(mark)) {
            true => f.write_str("(hidden)")?,
            false => self.data.fmt(f)?,
        }
        if !self.marks.is_empty() {
            f.write_str(" marked ")?;
            f.debug_list().entries(self.marks.iter()).finish()?;
        }
        Ok(())
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self {
            data,
            marks: Marks::NONE,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.data.cmp(&other.data)
    }
}
