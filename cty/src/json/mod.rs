//! JSON, the form of state files, of the protocol's fallback, and of `jsonencode`.
//!
//! - [`encode`] and [`decode`] are driven by a type, as MessagePack is: natural JSON, and a
//!   dynamic value as `{"value": ..., "type": ...}`. Nothing is unknown in JSON.
//! - [`encode_plain`] and [`decode_implied`] are `jsonencode` and `jsondecode`: the value alone
//!   says what is written, the text alone says what is read.
//!
//! Numbers lose nothing either way. Text is written as Terraform writes it, with `<`, `>` and
//! `&` as `\u003c` and so on.

mod decode;
mod encode;
#[cfg(test)]
mod tests;
mod text;

pub use decode::{decode, decode_implied, decode_value, imply_type};
pub use encode::{encode, encode_plain, encode_value};
