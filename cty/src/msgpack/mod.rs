//! MessagePack, the wire form of the plugin protocol.
//!
//! The type drives both directions: [`encode`] writes a value as a type, [`decode`] reads one of
//! a type. Byte for byte as Terraform core writes: numbers as integer, float or decimal text,
//! whichever loses nothing first; a dynamic value as a pair of its type (JSON) and itself;
//! unknown values as extensions.
//!
//! - `encode`, `decode`: the two directions; [`decode_implied`] reads without a type, and
//!   [`count`] without a value.
//! - `reader`: markers and lengths, never past the input.
//! - `refinement`: what is known of an unknown value.

mod decode;
mod encode;
mod reader;
mod refinement;
#[cfg(test)]
mod tests;

pub use decode::{Count, count, decode, decode_implied};
pub use encode::encode;

/// Extension type of an unknown value without refinements; any other reads the same.
const UNKNOWN: i8 = 0;
/// Extension type of an unknown value with refinements.
const REFINED: i8 = 12;
/// The longest description of refinements that Terraform reads, in bytes.
const MAX_REFINEMENT: usize = 1024;
/// The longest string prefix that Terraform writes, in bytes.
const MAX_PREFIX: usize = 256;
/// The longest bound of a number that is written, in bytes: two of them and the rest stay within
/// [`MAX_REFINEMENT`].
const MAX_BOUND: usize = 480;
