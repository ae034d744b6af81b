//! Replication to another bucket. Nothing is copied; only the configuration is kept.

use std::collections::BTreeMap;

use winterbaume_core::MockResponse;

use super::read;
use crate::random;
use crate::s3::bucket::{Bucket, Versioning};
use crate::s3::error::{S3Error, document, empty};
use crate::s3::xml::Element;

const ROOT: &str = "ReplicationConfiguration";

/// The document, if it may be stored, with an ID for every rule.
pub(in crate::s3) fn check(
    buckets: &BTreeMap<String, Bucket>,
    source: &Bucket,
    body: &[u8],
) -> Result<Element, S3Error> {
    let mut root = read(body, ROOT)?;
    if root.text_of("Role").is_none_or(str::is_empty) || root.child("Rule").is_none() {
        return Err(S3Error::malformed());
    }
    if source.versioning != Versioning::Enabled {
        return Err(S3Error::request(
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
        ));
    }
    for rule in root
        .children
        .iter_mut()
        .filter(|child| child.name() == "Rule")
    {
        let status = rule.text_of("Status");
        let target = rule
            .child("Destination")
            .and_then(|to| to.text_of("Bucket"));
        let name = target.and_then(|arn| arn.rsplit(':').next());
        let (Some("Enabled" | "Disabled"), Some(name)) = (status, name) else {
            return Err(S3Error::malformed());
        };
        let target = buckets
            .get(name)
            .ok_or_else(|| S3Error::request("Destination bucket must exist."))?;
        if target.versioning != Versioning::Enabled {
            return Err(S3Error::request(
                "Destination bucket must have versioning enabled.",
            ));
        }
        if rule.text_of("ID").is_none_or(str::is_empty) {
            rule.children.retain(|child| child.name() != "ID");
            rule.children
                .insert(0, Element::leaf("ID", random::request_id()));
        }
    }
    Ok(root)
}

pub(in crate::s3) fn put(bucket: &mut Bucket, checked: Element) -> MockResponse {
    bucket.replication = Some(checked);
    empty(200)
}

pub(in crate::s3) fn get(bucket: &Bucket) -> Result<MockResponse, S3Error> {
    bucket.replication.as_ref().map(document).ok_or_else(|| {
        S3Error::absent(
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found",
            &bucket.name,
        )
    })
}
