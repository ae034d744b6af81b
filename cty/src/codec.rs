//! What the two codecs share: their errors and their limits.

use std::fmt;
use std::sync::Arc;

use crate::{NumberError, ObjectType, ParseTypeError, Path, Type, Value};

/// Values nested deeper than this are neither written nor read; Terraform's own schemas and
/// configurations stay far below. The limit keeps hostile input from exhausting the stack.
pub const MAX_DEPTH: usize = 128;

/// A value that cannot be written as a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", Located(path))]
pub struct EncodeError {
    /// The part at fault.
    pub path: Path,
    /// What is wrong with it.
    pub problem: EncodeProblem,
}

/// Why a value cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeProblem {
    /// The value has another type than it is to be written as.
    #[error("{} required, but have {}", want.friendly_name(), got.friendly_name())]
    Mismatch {
        /// The type to write.
        want: Type,
        /// The type of the value.
        got: Type,
    },
    /// The object lacks an attribute of its type.
    #[error("attribute {0:?} is required")]
    MissingAttribute(Arc<str>),
    /// The object has an attribute that its type lacks.
    #[error("unsupported attribute {0:?}")]
    ExtraAttribute(Arc<str>),
    /// A tuple of another length.
    #[error("a tuple of length {want} is required, but this one has {got}")]
    TupleLength {
        /// Elements of the type.
        want: usize,
        /// Elements of the value.
        got: usize,
    },
    /// Elements of one collection differ in type; readers in Go panic on that.
    #[error("all elements must have the same type")]
    MixedElements,
    /// JSON has no unknown values.
    #[error("value is not known")]
    Unknown,
    /// JSON has no infinities.
    #[error("cannot serialize infinity as JSON")]
    Infinite,
    /// Deeper than [`MAX_DEPTH`].
    #[error("the value is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More elements or bytes than a 32-bit length can say.
    #[error("the value is too long to be encoded")]
    TooLong,
}

/// Input that is not a value of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", Located(path))]
pub struct DecodeError {
    /// The part at fault.
    pub path: Path,
    /// What is wrong with it.
    pub problem: DecodeProblem,
}

/// Why input cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeProblem {
    /// Another kind of data than the type asks for.
    #[error("{} is required, but the input has {got}", with_article(want))]
    Mismatch {
        /// The type to read.
        want: Type,
        /// What the input holds, in words.
        got: &'static str,
    },
    /// The input ends within the value.
    #[error("the input ends in the middle of the value")]
    Truncated,
    /// So many bytes follow the value.
    #[error("extra bytes after the value: {0}")]
    Trailing(usize),
    /// Not JSON; the parser's words.
    #[error("invalid JSON: {0}")]
    Json(String),
    /// Text that is not UTF-8.
    #[error("text is not valid UTF-8")]
    Utf8,
    /// A key that is no string.
    #[error("all keys must be strings")]
    Key,
    /// The object lacks an attribute of its type.
    #[error("attribute {0:?} is missing")]
    MissingAttribute(Arc<str>),
    /// The object has an attribute that its type lacks.
    #[error("unsupported attribute {0:?}")]
    ExtraAttribute(Arc<str>),
    /// A tuple of another length.
    #[error("a tuple of length {want} is required, but the input has {got}")]
    TupleLength {
        /// Elements of the type.
        want: usize,
        /// Elements of the input.
        got: u64,
    },
    /// Elements of one collection differ in type.
    #[error("all elements must have the same type")]
    MixedElements,
    /// A dynamic value that is not a pair of type and value.
    #[error("a dynamic value must be a pair of its type and its value")]
    Dynamic,
    /// The type of a dynamic value.
    #[error(transparent)]
    Type(#[from] ParseTypeError),
    /// A number that is none, or is too large.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The description of what is known of an unknown value.
    #[error("invalid refinement of an unknown value: {0}")]
    Refinement(&'static str),
    /// Deeper than [`MAX_DEPTH`].
    #[error("the value is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

pub(crate) struct Located<'a>(pub(crate) &'a Path);

impl fmt::Display for Located<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.is_root() {
            true => Ok(()),
            false => write!(f, "{}: ", self.0),
        }
    }
}

pub(crate) fn with_article(ty: &Type) -> String {
    let article = match ty {
        Type::Object(_) => "an",
        _ => "a",
    };
    format!("{article} {}", ty.friendly_name())
}

/// An attribute's name, value and type.
type Attribute<'v> = (&'v Arc<str>, &'v Value, &'v Type);

/// Where in a value a codec is; steps are pushed and popped as it goes.
#[derive(Default)]
pub(crate) struct Place {
    pub(crate) path: Path,
    depth: usize,
}

impl Place {
    /// One level down; `false` if that is too deep. Not every level is a step of the path: a
    /// dynamic value can be the value of a dynamic value.
    pub(crate) fn enter(&mut self) -> bool {
        self.depth += 1;
        self.depth <= MAX_DEPTH
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn encode_error(&self, problem: EncodeProblem) -> EncodeError {
        EncodeError {
            path: self.path.clone(),
            problem,
        }
    }

    pub(crate) fn decode_error(&self, problem: impl Into<DecodeProblem>) -> DecodeError {
        DecodeError {
            path: self.path.clone(),
            problem: problem.into(),
        }
    }

    /// The error unless a null or unknown of type `got` may stand where `want` is asked for.
    pub(crate) fn check_placeholder(&self, got: &Type, want: &Type) -> Result<(), EncodeError> {
        match want.accepts(got) || *got == Type::Dynamic {
            true => Ok(()),
            false => Err(self.mismatch(got.clone(), want)),
        }
    }

    /// The error if elements are to be written as a dynamic type and differ in theirs.
    pub(crate) fn check_elements(
        &self,
        element: &Type,
        elements: &mut dyn Iterator<Item = &Value>,
    ) -> Result<(), EncodeError> {
        match element.has_dynamic() && crate::value::construct::types_differ(elements) {
            true => Err(self.encode_error(EncodeProblem::MixedElements)),
            false => Ok(()),
        }
    }

    /// Attributes of the value and of its type side by side; the error unless they are the same.
    pub(crate) fn attributes<'v>(
        &self,
        value: &'v Value,
        object: &'v ObjectType,
    ) -> Result<Vec<Attribute<'v>>, EncodeError> {
        let mut attributes = Vec::with_capacity(object.attributes.len());
        for (name, ty) in &object.attributes {
            match value.attribute(name) {
                Some(value) => attributes.push((name, value, ty)),
                None => {
                    return Err(self.encode_error(EncodeProblem::MissingAttribute(name.clone())));
                }
            }
        }
        let mut names = value
            .entries()
            .into_iter()
            .flat_map(|entries| entries.keys());
        match names.find(|name| !object.attributes.contains_key(*name)) {
            Some(name) => Err(self.encode_error(EncodeProblem::ExtraAttribute(name.clone()))),
            None => Ok(attributes),
        }
    }

    pub(crate) fn mismatch(&self, got: Type, want: &Type) -> EncodeError {
        self.encode_error(EncodeProblem::Mismatch {
            want: want.clone(),
            got,
        })
    }
}
