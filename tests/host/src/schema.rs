//! Schemas as a host reads them from the wire, and what they say of values.
//!
//! `read` makes them of messages and refuses what Terraform would refuse to load.

mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::{Path, PathStep, Type, Value};

/// What a provider or one of its types looks like.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Version of the form of its states.
    pub version: i64,
    /// Its arguments.
    pub block: Block,
}

/// Attributes and blocks of one level.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Attributes by name.
    pub attributes: Attributes,
    /// Blocks by name.
    pub blocks: BTreeMap<Arc<str>, NestedBlock>,
}

/// Attributes by name.
pub type Attributes = BTreeMap<Arc<str>, Attribute>;

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// What it holds.
    pub shape: Shape,
    /// The configuration must set it.
    pub required: bool,
    /// The configuration may set it.
    pub optional: bool,
    /// The provider may choose it where the configuration does not.
    pub computed: bool,
    /// Never shown.
    pub sensitive: bool,
    /// Never stored.
    pub write_only: bool,
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A value of a type.
    Type(Type),
    /// One or more objects with a schema of their own.
    Nested(Nesting, Attributes),
}

/// Blocks of one name.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// How often it occurs and what tells its instances apart.
    pub nesting: Nesting,
    /// What each holds.
    pub block: Block,
    /// The least number of them.
    pub min_items: i64,
    /// The largest number of them; 0 for any.
    pub max_items: i64,
}

/// How objects are nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One or none.
    Single,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By key.
    Map,
    /// One, of which nothing is set if the configuration has none.
    Group,
}

/// A configuration that no host would send.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration does not fit the schema at {at}: {message}")]
pub struct InvalidConfig {
    /// The part at fault.
    pub at: String,
    /// What is wrong with it.
    pub message: String,
}

impl Nesting {
    fn around(self, object: Type) -> Type {
        match self {
            Self::Single | Self::Group => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}

impl Attribute {
    /// The type of its values.
    pub fn ty(&self) -> Type {
        match &self.shape {
            Shape::Type(ty) => ty.clone(),
            Shape::Nested(nesting, attributes) => nesting.around(Type::object(types(attributes))),
        }
    }
}

impl NestedBlock {
    fn ty(&self) -> Type {
        self.nesting.around(self.block.ty())
    }

    /// What stands where the configuration has no such block.
    fn absent(&self) -> Value {
        match self.nesting {
            Nesting::Single => Value::null(self.ty()),
            Nesting::List => Value::list(self.block.ty(), []),
            Nesting::Set => Value::set(self.block.ty(), []),
            Nesting::Map => Value::map::<Arc<str>>(self.block.ty(), []),
            Nesting::Group => {
                let nothing = self.block.complete(&Value::empty_object());
                nothing.unwrap_or_else(|_| Value::null(self.ty()))
            }
        }
    }
}

impl Block {
    /// The type of its values.
    pub fn ty(&self) -> Type {
        let blocks = self.blocks.iter().map(|(name, b)| (name.clone(), b.ty()));
        Type::object(types(&self.attributes).chain(blocks))
    }

    /// The whole object of a configuration that may leave things out and be of looser types
    /// (tuples for lists, objects for maps), as a host makes it of the language.
    ///
    /// # Errors
    /// Something is not in the schema, or of a type that cannot become the schema's.
    pub fn complete(&self, given: &Value) -> Result<Value, InvalidConfig> {
        self.complete_at(&mut Path::ROOT.clone(), given)
    }

    fn complete_at(&self, path: &mut Path, given: &Value) -> Result<Value, InvalidConfig> {
        if given.is_null() || !given.is_known() {
            return convert(path, given, &self.ty());
        }
        let entries = given
            .entries()
            .ok_or_else(|| invalid(path, "an object is needed"))?;
        let known =
            |name: &Arc<str>| self.attributes.contains_key(name) || self.blocks.contains_key(name);
        if let Some(name) = entries.keys().find(|name| !known(name)) {
            return Err(invalid(path, &format!("there is no argument {name:?}")));
        }
        let mut whole = Vec::new();
        for (name, attribute) in &self.attributes {
            path.push(PathStep::Attribute(name.clone()));
            whole.push((
                name.clone(),
                match entries.get(name) {
                    Some(value) => convert(path, value, &attribute.ty())?,
                    None => Value::null(attribute.ty()),
                },
            ));
            path.pop();
        }
        for (name, nested) in &self.blocks {
            path.push(PathStep::Attribute(name.clone()));
            whole.push((
                name.clone(),
                match entries.get(name) {
                    Some(value) => nested.complete_at(path, value)?,
                    None => nested.absent(),
                },
            ));
            path.pop();
        }
        Ok(Value::object(whole))
    }
}

impl NestedBlock {
    fn complete_at(&self, path: &mut Path, given: &Value) -> Result<Value, InvalidConfig> {
        if !given.is_known() {
            return convert(path, given, &self.ty());
        }
        let ty = self.block.ty();
        if matches!(self.nesting, Nesting::Single | Nesting::Group) {
            return self.block.complete_at(path, given);
        }
        let mut instances = Vec::new();
        for (step, instance) in given.steps() {
            path.push(step.clone());
            let key = match step {
                PathStep::Attribute(key) | PathStep::Key(key) => key,
                PathStep::Index(_) | PathStep::Element(_) => Arc::from(""),
            };
            instances.push((key, self.block.complete_at(path, instance)?));
            path.pop();
        }
        let count = i64::try_from(instances.len()).unwrap_or(i64::MAX);
        if count < self.min_items || (self.max_items > 0 && count > self.max_items) {
            return Err(invalid(path, "too few or too many blocks"));
        }
        let values = instances.iter().map(|(_, value)| value.clone());
        Ok(match self.nesting {
            Nesting::Set => Value::set(ty, values),
            Nesting::Map => Value::map(ty, instances),
            Nesting::List | Nesting::Single | Nesting::Group => Value::list(ty, values),
        })
    }
}

fn types(attributes: &Attributes) -> impl Iterator<Item = (Arc<str>, Type)> + '_ {
    attributes.iter().map(|(name, a)| (name.clone(), a.ty()))
}

fn convert(path: &Path, value: &Value, ty: &Type) -> Result<Value, InvalidConfig> {
    cty::convert::convert(value, ty).map_err(|error| InvalidConfig {
        at: path.concat(&error.path).to_string(),
        message: error.message,
    })
}

fn invalid(path: &Path, message: &str) -> InvalidConfig {
    InvalidConfig {
        at: path.to_string(),
        message: message.to_owned(),
    }
}
