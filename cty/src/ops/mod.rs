//! The operators of Terraform's language on values.
//!
//! Operands are converted as the language does (`"1" + 1` is 2). Unknown operands make unknown
//! results unless the known ones decide; results carry the marks of all operands.
//!
//! - [`binary`], [`unary`]: by operator. `scalar` holds logic, comparison and arithmetic.
//! - [`equal`]: equality of any two values.
//! - [`index`], [`get_attr`], [`has_index`], [`length`]: into collections and structures.

mod equal;
mod index;
mod scalar;
#[cfg(test)]
mod tests;

pub use equal::{Equality, equal, equality};
pub use index::{get_attr, has_index, index, length};
pub use scalar::{
    add, and, div, greater, greater_or_equal, less, less_or_equal, mul, negate, not, or, rem, sub,
};

use std::fmt;

use crate::{ConvertError, NumberError, Value};

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum UnaryOp {
    Not,
    Negate,
}

/// `a op b`.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, OpError> {
    match op {
        BinaryOp::Or => or(a, b),
        BinaryOp::And => and(a, b),
        BinaryOp::Equal => Ok(equal(a, b)),
        BinaryOp::NotEqual => not(&equal(a, b)),
        BinaryOp::Less => less(a, b),
        BinaryOp::LessOrEqual => less_or_equal(a, b),
        BinaryOp::Greater => greater(a, b),
        BinaryOp::GreaterOrEqual => greater_or_equal(a, b),
        BinaryOp::Add => add(a, b),
        BinaryOp::Subtract => sub(a, b),
        BinaryOp::Multiply => mul(a, b),
        BinaryOp::Divide => div(a, b),
        BinaryOp::Modulo => rem(a, b),
    }
}

/// `op a`.
pub fn unary(op: UnaryOp, a: &Value) -> Result<Value, OpError> {
    match op {
        UnaryOp::Not => not(a),
        UnaryOp::Negate => negate(a),
    }
}

/// Which operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first of two.
    Left,
    /// The second of two.
    Right,
    /// The only one.
    Only,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Only => "unary",
        })
    }
}

/// An operation that its operands do not allow. The text is Terraform's detail, a full sentence;
/// [`OpError::summary`] is its heading. Values are never part of it: they may be sensitive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpError {
    /// An operand of the wrong type.
    #[error("Unsuitable value for {0} operand: {1}.")]
    Operand(Side, ConvertError),
    /// A null operand.
    #[error("Error during operation: argument must not be null.")]
    NullOperand,
    /// Arithmetic without a result.
    #[error("Error during operation: {0}.")]
    Number(#[from] NumberError),
    /// `null[...]`.
    #[error("This value is null, so it does not have any indices.")]
    IndexNull,
    /// `null.name`.
    #[error("This value is null, so it does not have any attributes.")]
    AttributeOfNull,
    /// `collection[null]`.
    #[error("Can't use a null value as an indexing key.")]
    NullKey,
    /// A key of the wrong type, or one that names nothing; why.
    #[error("The given key does not identify an element in this collection value{0}")]
    InvalidKey(KeyProblem),
    /// An index into a set.
    #[error(
        "Elements of a set are identified only by their value and don't have any separate index \
         or key to select with, so it's only possible to perform operations across all elements \
         of the set."
    )]
    IndexSet,
    /// An index into what has none.
    #[error("This value does not have any indices.")]
    NotIndexable,
    /// An attribute that the object lacks.
    #[error("This object does not have an attribute named {0:?}.")]
    NoAttribute(String),
    /// An element that the map lacks.
    #[error("This map does not have an element with the key {0:?}.")]
    NoElement(String),
    /// An attribute of a list where one of its elements was meant; its name if they have it.
    #[error(
        "Can't access attributes on a list of objects. Did you mean to access {} for a specific \
         element of the list, or across all elements of the list?",
        attribute_words(.0.as_deref())
    )]
    AttributeOfList(Option<String>),
    /// An attribute of a set where its elements were meant.
    #[error(
        "Can't access attributes on a set of objects. Did you mean to access an attribute across \
         all elements of the set?"
    )]
    AttributeOfSet,
    /// An attribute of text, a number or a bool; which.
    #[error("Can't access attributes on a primitive-typed value ({0}).")]
    AttributeOfPrimitive(String),
    /// An attribute of what has none.
    #[error("This value does not have any attributes.")]
    NoAttributes,
    /// The length of what has none.
    #[error("collection must be a list, a map or a tuple")]
    NoLength,
}

/// Why a key names no element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// It has the wrong type.
    Type(ConvertError),
    /// A fraction.
    Fraction,
    /// Below zero.
    Negative,
    /// The collection is empty.
    Empty,
    /// Not below the length.
    TooLarge,
    /// A number where an object's attribute is named.
    NumberForObject,
    /// There is no such key.
    Absent,
}

impl fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(error) => write!(f, ": {error}."),
            Self::Fraction => f.write_str(
                ": indexing a sequence requires a whole number, but the given index has a \
                 fractional part.",
            ),
            Self::Negative => {
                f.write_str(": a negative number is not a valid index for a sequence.")
            }
            Self::Empty => f.write_str(": the collection has no elements."),
            Self::TooLarge => f.write_str(
                ": the given index is greater than or equal to the length of the collection.",
            ),
            Self::NumberForObject => f.write_str(
                ". An object only supports looking up attributes by name, not by numeric index.",
            ),
            Self::Absent => f.write_str("."),
        }
    }
}

impl OpError {
    /// Terraform's heading for the error.
    pub fn summary(&self) -> &'static str {
        match self {
            Self::Operand(..) => "Invalid operand",
            Self::NullOperand | Self::Number(_) => "Operation failed",
            Self::IndexNull => "Attempt to index null value",
            Self::AttributeOfNull => "Attempt to get attribute from null value",
            Self::NullKey | Self::InvalidKey(_) | Self::IndexSet | Self::NotIndexable => {
                "Invalid index"
            }
            Self::NoElement(_) => "Missing map element",
            Self::NoAttribute(_)
            | Self::AttributeOfList(_)
            | Self::AttributeOfSet
            | Self::AttributeOfPrimitive(_)
            | Self::NoAttributes => "Unsupported attribute",
            Self::NoLength => "Invalid function argument",
        }
    }
}

fn attribute_words(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("attribute {name:?}"),
        None => "an attribute".to_owned(),
    }
}
