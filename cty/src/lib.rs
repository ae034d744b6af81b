//! Terraform's types and values.
//!
//! - [`Type`]: type constraints, in Terraform's JSON notation ([`Type::from_json`]).
//! - [`Value`]: known, null or unknown data with [`Mark`]s that follow it through every operation;
//!   a [`Path`] leads to a part of it.
//! - [`Number`]: decimals that never wrap, and lose nothing that was written.
//! - [`convert`](mod@convert): conversion to a type and unification of types.
//! - [`ops`]: the operators of the language.
//! - [`msgpack`], [`json`]: the two encodings of the plugin protocol and of state files; what they
//!   share is in [`codec`].
//!
//! The plugin protocol speaks these values on the wire and the evaluator computes with them.
//! Behaviour is that of HashiCorp's go-cty 1.20, the library inside Terraform and OpenTofu;
//! where this crate differs on purpose, the item's documentation says so.
//!
//! ```
//! use cty::{Type, Value, convert::convert, msgpack};
//!
//! let ty = Type::object([("name", Type::String), ("keep", Type::Number)]);
//! let given = Value::object([("name", Value::string("daily")), ("keep", Value::string("7"))]);
//! let value = convert(&given, &ty)?;
//! assert_eq!(value.attribute("keep"), Some(&Value::int(7)));
//!
//! let bytes = msgpack::encode(&value, &ty)?;
//! assert_eq!(msgpack::decode(&bytes, &ty)?, value);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod codec;
pub mod convert;
pub mod json;
mod mark;
pub mod msgpack;
mod number;
pub mod ops;
mod path;
mod ty;
mod value;

pub use codec::{DecodeError, DecodeProblem, EncodeError, EncodeProblem};
pub use convert::ConvertError;
pub use mark::{CustomMark, Mark, Marks};
pub use number::{Number, NumberError};
pub use path::{Path, PathStep};
pub use ty::{ObjectType, ParseTypeError, Type};
pub use value::{Data, Refinement, Value};
