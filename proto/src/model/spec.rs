//! What stands behind the `=` of a field in [`model!`](crate::model!): how the attribute or block
//! behaves.

use std::marker::PhantomData;
use std::sync::Arc;

use super::{AttrType, Model};
use crate::modifiers::{PlanModifier, requires_replace, use_state_for_unknown};
use crate::schema::{Attribute, Mode, NestedBlock, Nesting};
use crate::validators::{Validator, erase};

/// How an attribute behaves; begin with [`required`], [`optional`], [`computed`] or
/// [`optional_computed`].
pub struct AttributeSpec<T> {
    attribute: Attribute,
    of: PhantomData<fn() -> T>,
}

/// The configuration must give a value.
pub fn required<T: AttrType>() -> AttributeSpec<T> {
    AttributeSpec::new(Mode::Required)
}

/// The configuration may give a value; if not, it stays null.
pub fn optional<T: AttrType>() -> AttributeSpec<T> {
    AttributeSpec::new(Mode::Optional)
}

/// The provider gives the value.
pub fn computed<T: AttrType>() -> AttributeSpec<T> {
    AttributeSpec::new(Mode::Computed)
}

/// The configuration may give a value; if not, the provider does.
pub fn optional_computed<T: AttrType>() -> AttributeSpec<T> {
    AttributeSpec::new(Mode::OptionalComputed)
}

impl<T: AttrType> AttributeSpec<T> {
    fn new(mode: Mode) -> Self {
        Self {
            attribute: Attribute::new("", T::shape(), mode),
            of: PhantomData,
        }
    }

    pub(super) fn named(self, name: Arc<str>, description: String) -> Attribute {
        Attribute {
            name,
            description,
            ..self.attribute
        }
    }

    /// The value where the configuration has none. Makes an optional attribute computed too, as
    /// core demands.
    pub fn default(mut self, value: impl Into<T>) -> Self {
        self.attribute.default = Some(value.into().write());
        if self.attribute.mode == Mode::Optional {
            self.attribute.mode = Mode::OptionalComputed;
        }
        self
    }

    /// Never printed, neither by Terraform nor by the model's `Debug`.
    pub fn sensitive(mut self) -> Self {
        self.attribute.sensitive = true;
        self
    }

    /// To be moved away from; `instead` says where to.
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.attribute.deprecated = Some(instead.into());
        self
    }

    /// A known, non-null value must satisfy this.
    pub fn validate(mut self, validator: impl Validator<T>) -> Self {
        self.attribute.validators.push(erase(validator));
        self
    }

    /// Appends a plan modifier.
    pub fn modify(mut self, modifier: Arc<dyn PlanModifier>) -> Self {
        self.attribute.modifiers.push(modifier);
        self
    }

    /// A change of the value replaces the object.
    pub fn requires_replace(self) -> Self {
        self.modify(requires_replace())
    }

    /// Once given by the provider, the value stays; without this every change of the object makes
    /// it "known after apply".
    pub fn use_state_for_unknown(self) -> Self {
        self.modify(use_state_for_unknown())
    }
}

/// How a nested block behaves; begin with [`one`], [`list`], [`set`] or [`map`].
pub struct BlockSpec<F> {
    nesting: Nesting,
    min: u32,
    max: Option<u32>,
    modifiers: Vec<Arc<dyn PlanModifier>>,
    of: PhantomData<fn() -> F>,
}

/// At most one block: in Terraform a list with at most one element, as most providers have it.
pub fn one<M: Model>() -> BlockSpec<super::One<M>> {
    BlockSpec {
        max: Some(1),
        ..BlockSpec::new(Nesting::List)
    }
}

/// Any number of blocks, whose order counts.
pub fn list<M: Model>() -> BlockSpec<super::Many<M>> {
    BlockSpec::new(Nesting::List)
}

/// Any number of distinct blocks, whose order does not count.
///
/// Their attributes have no address: a plan shows a changed element as one gone and one new.
pub fn set<M: Model>() -> BlockSpec<super::Many<M>> {
    BlockSpec::new(Nesting::Set)
}

/// Blocks with a label.
pub fn map<M: Model>() -> BlockSpec<super::Keyed<M>> {
    BlockSpec::new(Nesting::Map)
}

impl<F> BlockSpec<F> {
    fn new(nesting: Nesting) -> Self {
        Self {
            nesting,
            min: 0,
            max: None,
            modifiers: Vec::new(),
            of: PhantomData,
        }
    }

    pub(super) fn named<M: Model>(self, name: Arc<str>, description: String) -> NestedBlock {
        let mut block = M::block().clone();
        if !description.is_empty() {
            block.description = description;
        }
        NestedBlock {
            name,
            nesting: self.nesting,
            block,
            min: self.min,
            max: self.max,
            modifiers: self.modifiers,
        }
    }

    /// Appends a plan modifier; it sees the blocks of this name as one value.
    pub fn modify(mut self, modifier: Arc<dyn PlanModifier>) -> Self {
        self.modifiers.push(modifier);
        self
    }

    /// Any change of these blocks, their number included, replaces the object.
    pub fn requires_replace(self) -> Self {
        self.modify(requires_replace())
    }
}

impl<M> BlockSpec<super::One<M>> {
    /// The block must be written.
    pub fn required(mut self) -> Self {
        self.min = 1;
        self
    }

    /// In Terraform an object instead of a list: expressions say `block.x`, not `block[0].x`.
    pub fn single(mut self) -> Self {
        self.nesting = Nesting::Single;
        self
    }
}

impl<M> BlockSpec<super::Many<M>> {
    /// The fewest blocks allowed.
    pub fn min(mut self, blocks: u32) -> Self {
        self.min = blocks;
        self
    }

    /// The most blocks allowed.
    pub fn max(mut self, blocks: u32) -> Self {
        self.max = Some(blocks);
        self
    }
}
