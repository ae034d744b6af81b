//! Bounds that keep a hostile configuration from filling the memory. Terraform has none, or
//! higher ones; no real configuration comes near these.

use super::FunctionError;

/// The longest text that a function makes, in bytes.
pub(super) const MAX_TEXT: usize = 16 << 20;

/// The most elements that a function puts into one collection.
pub(super) const MAX_ELEMENTS: usize = 250_000;

/// The most files that one search looks at.
pub(super) const MAX_FILES: usize = 1_000_000;

/// The largest file that is read, in bytes.
pub(super) const MAX_FILE: u64 = 16 << 20;

/// Refuses a text of so many bytes.
pub(super) fn check_text(bytes: usize) -> Result<(), FunctionError> {
    if bytes <= MAX_TEXT {
        return Ok(());
    }
    Err(FunctionError::new(format!(
        "the result would be longer than {MAX_TEXT} bytes"
    )))
}

/// Refuses a collection of so many elements.
pub(super) fn check_elements(count: usize) -> Result<(), FunctionError> {
    if count <= MAX_ELEMENTS {
        return Ok(());
    }
    Err(FunctionError::new(format!(
        "the result would have more than {MAX_ELEMENTS} elements"
    )))
}
