//! Nested blocks as model fields: [`One`], [`Many`], [`Keyed`].
//!
//! A `dynamic` block whose `for_each` is not known yet arrives as an unknown collection. There is
//! no way from these types to their elements that does not pass by it.

use std::collections::BTreeMap;

use cty::{Type, Value};

use super::Model;
use crate::diagnostic::Diagnostics;
use crate::path::Trail;

/// A block that occurs at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum One<M> {
    /// Written.
    Present(M),
    /// Not written.
    #[default]
    Absent,
    /// Not known before apply whether it is there.
    Unknown,
}

/// A block that occurs any number of times, as a list or set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Many<M> {
    /// The blocks; none written: empty. Order means nothing in a set.
    Known(Vec<M>),
    /// Not known before apply how many there are.
    Unknown,
}

/// A block with a label, of which each label occurs once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keyed<M> {
    /// The blocks by label.
    Known(BTreeMap<String, M>),
    /// Not known before apply which there are.
    Unknown,
}

impl<M> One<M> {
    /// The block, if it is known to be there.
    pub fn present(&self) -> Option<&M> {
        match self {
            Self::Present(block) => Some(block),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// The block, to be changed, if it is known to be there.
    pub fn present_mut(&mut self) -> Option<&mut M> {
        match self {
            Self::Present(block) => Some(block),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// True if not written.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// True if not known whether it is there.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl<M> From<Option<M>> for One<M> {
    fn from(block: Option<M>) -> Self {
        block.map_or(Self::Absent, Self::Present)
    }
}

impl<M> Many<M> {
    /// The blocks, if their number is known.
    pub fn known(&self) -> Option<&[M]> {
        match self {
            Self::Known(blocks) => Some(blocks),
            Self::Unknown => None,
        }
    }

    /// The blocks, to be changed, if their number is known.
    pub fn known_mut(&mut self) -> Option<&mut [M]> {
        match self {
            Self::Known(blocks) => Some(blocks),
            Self::Unknown => None,
        }
    }

    /// True if not known how many there are.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl<M> Default for Many<M> {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl<M> FromIterator<M> for Many<M> {
    fn from_iter<I: IntoIterator<Item = M>>(blocks: I) -> Self {
        Self::Known(blocks.into_iter().collect())
    }
}

impl<M> Keyed<M> {
    /// The blocks by label, if they are known.
    pub fn known(&self) -> Option<&BTreeMap<String, M>> {
        match self {
            Self::Known(blocks) => Some(blocks),
            Self::Unknown => None,
        }
    }
}

impl<M> Default for Keyed<M> {
    fn default() -> Self {
        Self::Known(BTreeMap::new())
    }
}

/// One object of a block; core sends no unknown ones, but they would read as all unknown.
fn element<M: Model>(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> M {
    if value.is_known() {
        M::decode(value, at, diagnostics)
    } else {
        M::unknown()
    }
}

/// One or many of these from any of the four nestings: a list of blocks by index, a set by place,
/// a single block without either. `None`: not known how many.
pub(super) fn read<M: Model>(
    value: &Value,
    at: &Trail<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<M>> {
    if value.is_null() {
        return Some(Vec::new());
    }
    if !value.is_known() {
        return None;
    }
    let in_set = matches!(value.data(), cty::Data::Set(..));
    let Some(elements) = value.elements() else {
        return Some(vec![element(value, at, diagnostics)]);
    };
    let elements = elements.iter().enumerate();
    Some(
        elements
            .map(|(i, value)| {
                let at = if in_set { at.element(i) } else { at.index(i) };
                element(value, &at, diagnostics)
            })
            .collect(),
    )
}

pub(super) fn read_keyed<M: Model>(
    value: &Value,
    at: &Trail<'_>,
    diagnostics: &mut Diagnostics,
) -> Keyed<M> {
    if !value.is_known() {
        return Keyed::Unknown;
    }
    let entries = value.entries().into_iter().flatten();
    Keyed::Known(
        entries
            .map(|(key, value)| {
                let block = element(value, &at.key(key), diagnostics);
                (key.to_string(), block)
            })
            .collect(),
    )
}

/// Blocks as a value of `ty`, a list or set of objects.
pub(super) fn write<M: Model>(blocks: &[M], ty: &Type) -> Value {
    let elements = blocks.iter().map(M::encode);
    match ty {
        Type::Set(element) => Value::set(element.as_ref().clone(), elements),
        Type::List(element) => Value::list(element.as_ref().clone(), elements),
        single => {
            let mut elements = elements;
            elements
                .next()
                .unwrap_or_else(|| Value::null(single.clone()))
        }
    }
}
