//! Terraform's types and values.
//!
//! - [`Type`]: type constraints, in Terraform's JSON notation ([`Type::from_json`]).
//! - [`Value`]: known, null or unknown data with [`Mark`]s that follow it through every operation.
//! - [`Number`]: decimals that never wrap or round.
//! - `convert`: conversion to a type and unification of types.
//! - `msgpack`, `json`: the two encodings of the plugin protocol and of state files.
//!
//! The plugin protocol speaks these values on the wire and the evaluator computes with them.

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
