//! Which parts of a value must not be printed.

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::{Data, Mark, PathStep, Value};

use crate::schema::{NestedBlock, Schema};

/// Paths as a tree, so that a value is gone through once however many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree {
    is_sensitive: bool,
    /// Attributes and elements of maps.
    names: BTreeMap<Arc<str>, Tree>,
    /// Elements of lists.
    indices: BTreeMap<u64, Tree>,
    /// Every element, whatever its key.
    every: Option<Box<Tree>>,
}

impl Tree {
    /// What a schema says.
    pub(super) fn of(schema: &Schema) -> Self {
        let sensitive = schema.attributes.iter().filter(|(_, it)| it.sensitive);
        let whole = Self {
            is_sensitive: true,
            ..Self::default()
        };
        let attributes = sensitive.map(|(name, _)| (name.clone(), whole.clone()));
        let blocks = schema.blocks.iter();
        let blocks = blocks.map(|(name, it)| (name.clone(), Self::of_blocks(it)));
        Self {
            names: attributes
                .chain(blocks.filter(|(_, it)| !it.is_empty()))
                .collect(),
            ..Self::default()
        }
    }

    fn of_blocks(block: &NestedBlock) -> Self {
        use crate::schema::Nesting::{Group, Single};
        let one = Self::of(&block.schema);
        match block.nesting {
            Single | Group => one,
            _ if one.is_empty() => one,
            _ => Self {
                every: Some(Box::new(one)),
                ..Self::default()
            },
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// One more path.
    pub(super) fn add(&mut self, path: &[PathStep]) {
        let end = path.iter().fold(self, |tree, step| match step {
            PathStep::Attribute(name) | PathStep::Key(name) => {
                tree.names.entry(name.clone()).or_default()
            }
            PathStep::Index(index) | PathStep::Element(index) => {
                tree.indices.entry(*index).or_default()
            }
        });
        end.is_sensitive = true;
    }

    /// The value with the marks that it should have.
    pub(super) fn mark(&self, value: Value) -> Value {
        if self.is_empty() {
            return value;
        }
        if self.is_sensitive {
            return value.mark(Mark::Sensitive);
        }
        let (plain, marks) = value.unmark();
        let data = match plain.data().clone() {
            Data::List(ty, elements) => Data::List(ty, self.elements(&elements)),
            Data::Tuple(elements) => Data::Tuple(self.elements(&elements)),
            Data::Map(ty, entries) => Data::Map(ty, self.entries(entries)),
            Data::Object(entries) => Data::Object(self.entries(entries)),
            // An element of a set cannot be told from the others, so all of it is sensitive.
            Data::Set(..) => return plain.with_marks(&marks).mark(Mark::Sensitive),
            leaf => leaf,
        };
        Value::from(data).with_marks(&marks)
    }

    fn elements(&self, elements: &[Value]) -> Arc<[Value]> {
        let mark = |(index, element): (u64, &Value)| {
            let part = self.indices.get(&index).or(self.every.as_deref());
            match part {
                Some(part) => part.mark(element.clone()),
                None => element.clone(),
            }
        };
        (0u64..).zip(elements).map(mark).collect()
    }

    fn entries(
        &self,
        mut entries: Arc<BTreeMap<Arc<str>, Value>>,
    ) -> Arc<BTreeMap<Arc<str>, Value>> {
        for (name, value) in Arc::make_mut(&mut entries) {
            if let Some(part) = self.names.get(name).or(self.every.as_deref()) {
                *value = part.mark(value.clone());
            }
        }
        entries
    }
}
