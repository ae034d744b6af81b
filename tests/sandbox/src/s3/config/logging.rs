//! Access logs.

use std::collections::BTreeMap;

use winterbaume_core::MockResponse;

use super::read;
use crate::s3::bucket::Bucket;
use crate::s3::error::{S3Error, document, empty};
use crate::s3::xml::Element;

const ROOT: &str = "BucketLoggingStatus";

/// The document, if it may be stored; none turns logging off. `buckets` are all there are.
pub(in crate::s3) fn check(
    buckets: &BTreeMap<String, Bucket>,
    source: &Bucket,
    body: &[u8],
) -> Result<Option<Element>, S3Error> {
    let root = read(body, ROOT)?;
    let Some(enabled) = root.child("LoggingEnabled") else {
        return Ok(None);
    };
    let (Some(name), Some(_)) = (
        enabled.text_of("TargetBucket"),
        enabled.child("TargetPrefix"),
    ) else {
        return Err(S3Error::malformed());
    };
    let invalid = |message: &str| {
        S3Error::new(400, "InvalidTargetBucketForLogging", message).detail("TargetBucket", name)
    };
    let target = buckets
        .get(name)
        .ok_or_else(|| invalid("The target bucket for logging does not exist"))?;
    if target.account != source.account {
        return Err(invalid(
            "The owner for the bucket to be logged and the target bucket must be the same.",
        ));
    }
    if target.region != source.region {
        return Err(S3Error::new(
            403,
            "CrossLocationLoggingProhibited",
            "Cross S3 location logging not allowed.",
        )
        .detail("TargetBucketLocation", &target.region));
    }
    Ok(Some(root))
}

pub(in crate::s3) fn put(bucket: &mut Bucket, checked: Option<Element>) -> MockResponse {
    bucket.logging = checked;
    empty(200)
}

pub(in crate::s3) fn get(bucket: &Bucket) -> MockResponse {
    match &bucket.logging {
        Some(root) => document(root),
        None => document(&Element::new(ROOT)),
    }
}
