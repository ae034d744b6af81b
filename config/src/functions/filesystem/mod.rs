//! Functions of files and paths.
//!
//! - `fence`: which files may be read.
//! - `read`: contents, hashes, existence.
//! - `set`: `fileset`.
//! - `template`: `templatefile` and `templatestring`.
//! - `path`: functions of the text of paths.

mod fence;
pub(super) mod path;
pub(super) mod read;
pub(super) mod set;
pub(super) mod template;

#[cfg(test)]
mod tests;
