//! The object lock of a bucket.

use winterbaume_core::MockResponse;

use super::{number, read};
use crate::s3::bucket::{Bucket, Versioning};
use crate::s3::error::{S3Error, document, empty};
use crate::s3::xml::Element;

const ROOT: &str = "ObjectLockConfiguration";
/// A hundred years.
const MOST_DAYS: i64 = 36_500;

/// Object lock without a default retention, as the header of CreateBucket turns it on.
pub(in crate::s3) fn enabled() -> Element {
    Element::new(ROOT).with(Element::leaf("ObjectLockEnabled", "Enabled"))
}

/// Puts the lock on, new or existing bucket; it cannot be taken off again, only its default
/// retention can.
pub(in crate::s3) fn put(bucket: &mut Bucket, body: &[u8]) -> Result<MockResponse, S3Error> {
    let root = read(body, ROOT)?;
    if root.text_of("ObjectLockEnabled") != Some("Enabled") {
        return Err(S3Error::malformed());
    }
    if let Some(rule) = root.child("Rule") {
        let retention = rule.child("DefaultRetention");
        check(retention.ok_or_else(S3Error::malformed)?)?;
    }
    if bucket.versioning != Versioning::Enabled {
        return Err(S3Error::bucket_state(
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        ));
    }
    bucket.object_lock = Some(root);
    Ok(empty(200))
}

fn check(retention: &Element) -> Result<(), S3Error> {
    if !matches!(retention.text_of("Mode"), Some("GOVERNANCE" | "COMPLIANCE")) {
        return Err(S3Error::malformed());
    }
    let (name, length, unit) = match (retention.text_of("Days"), retention.text_of("Years")) {
        (Some(days), None) => ("Days", number(days)?, 1),
        (None, Some(years)) => ("Years", number(years)?, 365),
        _ => return Err(S3Error::malformed()),
    };
    if length <= 0 {
        return Err(S3Error::argument(
            "Default retention period must be a positive integer value.",
            name,
            &length.to_string(),
        ));
    }
    if length.saturating_mul(unit) > MOST_DAYS {
        return Err(S3Error::argument(
            "Default retention period too large",
            name,
            &length.to_string(),
        ));
    }
    Ok(())
}

pub(in crate::s3) fn get(bucket: &Bucket) -> Result<MockResponse, S3Error> {
    bucket.object_lock.as_ref().map(document).ok_or_else(|| {
        S3Error::absent(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
            &bucket.name,
        )
    })
}
