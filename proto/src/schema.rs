//! Schemas: what a configuration may say, and how each attribute behaves.
//!
//! Authors seldom build these by hand: [`model!`](crate::model!) makes a [`Block`] from a field
//! list. The planning algorithm, validation, the wire and the documentation pages all read it.
//!
//! - here: the shapes and the type they imply;
//! - [`Schema::to_json`]: as Terraform prints schemas;
//! - [`SchemaFault`]: what Terraform core would refuse, found by [`Schema::faults`] in a test.

mod check;
mod json;

use std::fmt;
use std::sync::Arc;

use cty::{Type, Value};

use crate::modifiers::PlanModifier;
use crate::validators::ErasedValidator;

pub use check::{SchemaFault, SchemaKind};

/// A versioned block: the schema of a provider, a resource or a data source.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The version of the state's shape; raised when old states need an upgrade.
    pub version: u32,
    /// The root block.
    pub block: Block,
}

/// Attributes and nested blocks, in the order the author wrote them.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Markdown.
    pub description: String,
    /// Set if users should move away; says where to. May be empty.
    pub deprecated: Option<String>,
    /// What is written `name = value`.
    pub attributes: Vec<Attribute>,
    /// What is written `name { ... }`.
    pub blocks: Vec<NestedBlock>,
}

/// What is written `name = value`.
#[derive(Clone)]
pub struct Attribute {
    /// Lower case, digits and underscores.
    pub name: Arc<str>,
    /// The type of its value.
    pub shape: Shape,
    /// Who gives the value.
    pub mode: Mode,
    /// True if Terraform must not print the value.
    pub sensitive: bool,
    /// Markdown.
    pub description: String,
    /// Set if users should move away; says where to. May be empty.
    pub deprecated: Option<String>,
    /// The value used where the configuration has none. Needs [`Mode::OptionalComputed`]: core
    /// refuses a planned value for what the configuration left out otherwise.
    pub default: Option<Value>,
    /// What a value must satisfy; run on known, non-null values.
    pub validators: Vec<Arc<dyn ErasedValidator>>,
    /// What happens to the planned value, in order.
    pub modifiers: Vec<Arc<dyn PlanModifier>>,
}

/// Who gives the value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration, always.
    Required,
    /// The configuration, or nobody: then it stays null.
    Optional,
    /// The configuration, else the provider.
    OptionalComputed,
    /// The provider; the configuration must not.
    Computed,
}

impl Mode {
    /// True if the provider may give the value.
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }

    /// True if the configuration may give the value.
    pub fn is_configurable(self) -> bool {
        !matches!(self, Self::Computed)
    }
}

/// The type of an attribute's value.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A type as Terraform has it.
    Type(Type),
    /// Objects whose attributes have descriptions and behaviour of their own.
    Nested(NestedType),
}

/// Objects whose attributes have descriptions and behaviour of their own, written `name = {...}`.
#[derive(Clone, Debug)]
pub struct NestedType {
    /// One object or a collection of them.
    pub nesting: Nesting,
    /// The attributes of each object.
    pub attributes: Vec<Attribute>,
}

/// What is written `name { ... }`.
#[derive(Clone)]
pub struct NestedBlock {
    /// Lower case, digits and underscores.
    pub name: Arc<str>,
    /// How repetitions are put together.
    pub nesting: Nesting,
    /// What is inside.
    pub block: Block,
    /// The fewest blocks a configuration may have.
    pub min: u32,
    /// The most, if there is a limit. [`Nesting::Single`] has one of 1 by nature.
    pub max: Option<u32>,
    /// What happens to the planned value as a whole, in order.
    pub modifiers: Vec<Arc<dyn PlanModifier>>,
}

/// How objects are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object or null.
    Single,
    /// A list of objects. As a block: empty, never null, when absent.
    List,
    /// A set of objects. As a block: empty, never null, when absent.
    Set,
    /// Objects by key; a block's key is its label. As a block: empty, never null, when absent.
    Map,
}

impl Nesting {
    /// The type of a value of this nesting.
    pub fn over(self, object: Type) -> Type {
        match self {
            Self::Single => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}

impl Schema {
    /// The type of values of this schema.
    pub fn ty(&self) -> Type {
        self.block.ty()
    }
}

impl Block {
    /// The type of values of this block.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name.clone(), a.ty()));
        let blocks = self.blocks.iter().map(|b| (b.name.clone(), b.ty()));
        Type::object(attributes.chain(blocks))
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name == name)
    }

    /// The nested block of that name.
    pub fn nested(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|b| &*b.name == name)
    }
}

impl Attribute {
    /// An attribute without description or behaviour.
    pub fn new(name: impl Into<Arc<str>>, shape: Shape, mode: Mode) -> Self {
        Self {
            name: name.into(),
            shape,
            mode,
            sensitive: false,
            description: String::new(),
            deprecated: None,
            default: None,
            validators: Vec::new(),
            modifiers: Vec::new(),
        }
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        self.shape.ty()
    }
}

impl Shape {
    /// The type of values of this shape.
    pub fn ty(&self) -> Type {
        match self {
            Self::Type(ty) => ty.clone(),
            Self::Nested(nested) => nested.nesting.over(nested.element()),
        }
    }
}

impl NestedType {
    /// The type of one object.
    pub fn element(&self) -> Type {
        Type::object(self.attributes.iter().map(|a| (a.name.clone(), a.ty())))
    }
}

impl NestedBlock {
    /// The type of its values.
    pub fn ty(&self) -> Type {
        self.nesting.over(self.block.ty())
    }
}

// Validators and modifiers are code: their number is all that can be shown.
impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute")
            .field("name", &self.name)
            .field("shape", &self.shape)
            .field("mode", &self.mode)
            .field("sensitive", &self.sensitive)
            .field("deprecated", &self.deprecated)
            .field("validators", &self.validators.len())
            .field("modifiers", &self.modifiers.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NestedBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NestedBlock")
            .field("name", &self.name)
            .field("nesting", &self.nesting)
            .field("block", &self.block)
            .field("min", &self.min)
            .field("max", &self.max)
            .finish_non_exhaustive()
    }
}
