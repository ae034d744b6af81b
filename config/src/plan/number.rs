//! Numbers that a plan file writes as text.

use std::any::Any;
use std::sync::Arc;

use cty::{CustomMark, Mark, Value};

/// On a string of a plan file that may be a number as well. The hosts write a number that is
/// neither a 64-bit integer nor a binary fraction, such as `0.1`, as its decimals, and only the
/// provider's schema tells it from text. `5` and `"5"` differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberOrString;

impl NumberOrString {
    pub(super) fn mark() -> Mark {
        Mark::Custom(Arc::new(Self))
    }

    /// True if the value may be a number or a string.
    pub fn is_on(value: &Value) -> bool {
        let is_it = |mark: &Mark| match mark {
            Mark::Custom(mark) => mark.as_any().is::<Self>(),
            _ => false,
        };
        value.marks().iter().any(is_it)
    }
}

impl CustomMark for NumberOrString {
    fn key(&self) -> &str {
        "number or string"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
