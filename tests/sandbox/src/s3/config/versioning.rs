//! Versioning.

use winterbaume_core::MockResponse;

use super::read;
use crate::s3::bucket::{Bucket, Versioning};
use crate::s3::error::{S3Error, document, empty};
use crate::s3::xml::Element;

pub(in crate::s3) fn put(bucket: &mut Bucket, body: &[u8]) -> Result<MockResponse, S3Error> {
    let root = read(body, "VersioningConfiguration")?;
    let wanted = match root.text_of("Status") {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        Some(_) => return Err(S3Error::malformed()),
        None => {
            return Err(S3Error::new(
                400,
                "IllegalVersioningConfigurationException",
                "The Versioning element must be specified",
            ));
        }
    };
    if wanted == Versioning::Suspended && bucket.object_lock.is_some() {
        return Err(S3Error::bucket_state(
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
        ));
    }
    if wanted == Versioning::Suspended && bucket.replication.is_some() {
        return Err(S3Error::bucket_state(
            "A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.",
        ));
    }
    bucket.versioning = wanted;
    Ok(empty(200))
}

pub(in crate::s3) fn get(bucket: &Bucket) -> MockResponse {
    let status = bucket.versioning.word();
    document(
        &Element::new("VersioningConfiguration")
            .with_some(status.map(|word| Element::leaf("Status", word))),
    )
}
