//! Going through a value and all its parts.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use super::{Data, Value};
use crate::{Marks, Path, PathStep, Type};

impl Value {
    /// The marks of the value and of all its parts.
    pub fn deep_marks(&self) -> Marks {
        self.children().fold(self.marks.clone(), |marks, child| {
            marks.union(&child.deep_marks())
        })
    }

    /// True if the value or any part of it carries a mark.
    pub fn is_marked_deep(&self) -> bool {
        !self.marks.is_empty() || self.children().any(Value::is_marked_deep)
    }

    /// The value without any marks, and all the marks it had.
    pub fn unmark_deep(self) -> (Self, Marks) {
        if !self.is_marked_deep() {
            return (self, Marks::NONE);
        }
        let marks = self.deep_marks();
        let plain = self.rebuild(&mut Path::ROOT.clone(), &mut |_, value| {
            Ok::<_, Infallible>(value.unmark().0)
        });
        match plain {
            Ok(plain) => (plain, marks),
            Err(never) => match never {},
        }
    }

    /// Calls `visit` with the value and each of its parts, outermost first; parts of a value for
    /// which `visit` answers `false` are left out.
    pub fn walk(&self, visit: &mut impl FnMut(&Path, &Value) -> bool) {
        self.walk_from(&mut Path::ROOT.clone(), visit);
    }

    fn walk_from(&self, path: &mut Path, visit: &mut impl FnMut(&Path, &Value) -> bool) {
        if !visit(path, self) {
            return;
        }
        for (step, child) in self.steps() {
            path.push(step);
            child.walk_from(path, visit);
            path.pop();
        }
    }

    /// The direct parts and the step to each.
    pub fn steps(&self) -> Box<dyn Iterator<Item = (PathStep, &Value)> + '_> {
        match &self.data {
            Data::List(_, elements) | Data::Tuple(elements) => {
                Box::new(numbered(elements, PathStep::Index))
            }
            Data::Set(_, elements) => Box::new(numbered(elements, PathStep::Element)),
            Data::Map(_, entries) => Box::new(named(entries, PathStep::Key)),
            Data::Object(attributes) => Box::new(named(attributes, PathStep::Attribute)),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// The part at a path, if the value is known so far and has it. Elements of sets have none.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.steps()
            .iter()
            .try_fold(self, |value, step| match (step, &value.data) {
                (PathStep::Attribute(name), Data::Object(attributes)) => attributes.get(name),
                (PathStep::Key(key), Data::Map(_, entries)) => entries.get(key),
                (PathStep::Index(i), Data::List(_, elements) | Data::Tuple(elements)) => {
                    elements.get(usize::try_from(*i).ok()?)
                }
                _ => None,
            })
    }

    /// Rebuilds the value bottom up: `map` gets each part after its own parts were mapped.
    ///
    /// Marks stay unless `map` removes them. `map` should keep the type of elements of
    /// collections; a collection whose elements all changed to one other type takes that type.
    pub fn transform<E>(
        self,
        map: &mut impl FnMut(&Path, Value) -> Result<Value, E>,
    ) -> Result<Self, E> {
        self.rebuild(&mut Path::ROOT.clone(), map)
    }

    /// Maps every leaf: each known primitive, null, unknown and empty collection stays in place
    /// as `map` returns it.
    pub fn map_leaves(self, map: &mut impl FnMut(Value) -> Value) -> Self {
        let mapped = self.transform(&mut |_, value: Value| {
            let is_leaf = value.children().next().is_none();
            Ok::<_, Infallible>(if is_leaf { map(value) } else { value })
        });
        match mapped {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    fn rebuild<E>(
        self,
        path: &mut Path,
        map: &mut impl FnMut(&Path, Value) -> Result<Value, E>,
    ) -> Result<Self, E> {
        let Self { data, marks } = self;
        let value = match data {
            Data::List(element, elements) => {
                let elements = rebuild_elements(&elements, PathStep::Index, path, map)?;
                Self::list(element_type(element, elements.first()), elements)
            }
            Data::Set(element, elements) => {
                let elements = rebuild_elements(&elements, PathStep::Element, path, map)?;
                Self::set(element_type(element, elements.first()), elements)
            }
            Data::Tuple(elements) => {
                Self::tuple(rebuild_elements(&elements, PathStep::Index, path, map)?)
            }
            Data::Map(element, entries) => {
                let entries = rebuild_entries(&entries, PathStep::Key, path, map)?;
                let first = entries.first().map(|(_, value)| value);
                Self::map(element_type(element, first), entries)
            }
            Data::Object(attributes) => Self::object(rebuild_entries(
                &attributes,
                PathStep::Attribute,
                path,
                map,
            )?),
            leaf => leaf.into(),
        };
        map(path, value.with_marks(&marks))
    }
}

fn numbered(
    elements: &[Value],
    step: fn(u64) -> PathStep,
) -> impl Iterator<Item = (PathStep, &Value)> {
    (0u64..).map(step).zip(elements)
}

fn named(
    entries: &BTreeMap<Arc<str>, Value>,
    step: fn(Arc<str>) -> PathStep,
) -> impl Iterator<Item = (PathStep, &Value)> {
    entries.iter().map(move |(k, v)| (step(k.clone()), v))
}

/// The element type of a rebuilt collection: as it was, or else whatever its elements now have
/// in common.
fn element_type(was: Type, first: Option<&Value>) -> Type {
    match first.map(Value::ty) {
        Some(ty) if ty != was && !ty.has_dynamic() => Type::Dynamic,
        _ => was,
    }
}

fn rebuild_elements<E>(
    elements: &[Value],
    step: fn(u64) -> PathStep,
    path: &mut Path,
    map: &mut impl FnMut(&Path, Value) -> Result<Value, E>,
) -> Result<Vec<Value>, E> {
    let mut rebuilt = Vec::with_capacity(elements.len());
    for (index, element) in (0u64..).zip(elements) {
        path.push(step(index));
        rebuilt.push(element.clone().rebuild(path, map)?);
        path.pop();
    }
    Ok(rebuilt)
}

fn rebuild_entries<E>(
    entries: &BTreeMap<Arc<str>, Value>,
    step: fn(Arc<str>) -> PathStep,
    path: &mut Path,
    map: &mut impl FnMut(&Path, Value) -> Result<Value, E>,
) -> Result<Vec<(Arc<str>, Value)>, E> {
    let mut rebuilt = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        path.push(step(key.clone()));
        rebuilt.push((key.clone(), value.clone().rebuild(path, map)?));
        path.pop();
    }
    Ok(rebuilt)
}
