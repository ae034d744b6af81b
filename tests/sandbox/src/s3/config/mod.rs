//! What is configured on a bucket, one module per subresource.

pub(super) mod access;
pub(super) mod encryption;
pub(super) mod logging;
pub(super) mod object_lock;
pub(super) mod policy;
mod policy_match;
pub(super) mod replication;
pub(super) mod tagging;
pub(super) mod versioning;

use super::error::S3Error;
use super::xml::{Element, parse};

/// The body as a document with this root.
pub(super) fn read(body: &[u8], root: &str) -> Result<Element, S3Error> {
    parse(body)
        .filter(|found| found.name() == root)
        .ok_or_else(S3Error::malformed)
}

/// A whole number; anything else does not fit the schema.
pub(super) fn number(text: &str) -> Result<i64, S3Error> {
    text.parse().map_err(|_| S3Error::malformed())
}

/// A boolean of XML Schema.
pub(super) fn boolean(text: &str) -> Result<bool, S3Error> {
    match text {
        "true" | "TRUE" | "1" => Ok(true),
        "false" | "FALSE" | "0" => Ok(false),
        _ => Err(S3Error::malformed()),
    }
}
