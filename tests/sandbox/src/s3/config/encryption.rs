//! Encryption: always on, AES256 if nothing else is asked for.

use winterbaume_core::MockResponse;

use super::{boolean, read};
use crate::s3::bucket::Bucket;
use crate::s3::error::{S3Error, document, empty};
use crate::s3::xml::Element;

const ROOT: &str = "ServerSideEncryptionConfiguration";

/// What a new bucket has: AES256, no bucket key, SSE-C blocked (since April 2026).
pub(in crate::s3) fn default() -> Element {
    let by_default = Element::new("ApplyServerSideEncryptionByDefault")
        .with(Element::leaf("SSEAlgorithm", "AES256"));
    let blocked =
        Element::new("BlockedEncryptionTypes").with(Element::leaf("EncryptionType", "SSE-C"));
    Element::new(ROOT).with(
        Element::new("Rule")
            .with(by_default)
            .with(Element::leaf("BucketKeyEnabled", "false"))
            .with(blocked),
    )
}

/// The KMS key is not looked up, as with AWS. What a rule leaves out is filled in: no bucket key,
/// and the blocked types that were there.
pub(in crate::s3) fn put(bucket: &mut Bucket, body: &[u8]) -> Result<MockResponse, S3Error> {
    let mut root = read(body, ROOT)?;
    let [rule] = &mut root.children[..] else {
        return Err(S3Error::malformed());
    };
    let by_default = rule
        .child("ApplyServerSideEncryptionByDefault")
        .ok_or_else(S3Error::malformed)?;
    let key = by_default.text_of("KMSMasterKeyID");
    match by_default.text_of("SSEAlgorithm") {
        Some("aws:kms" | "aws:kms:dsse") => {}
        Some("AES256") if key.is_none() => {}
        Some("AES256") => {
            return Err(S3Error::argument(
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
                "ApplyServerSideEncryptionByDefault",
                "",
            ));
        }
        _ => return Err(S3Error::malformed()),
    }
    if let Some(text) = rule.text_of("BucketKeyEnabled") {
        boolean(text)?;
    } else {
        rule.children
            .push(Element::leaf("BucketKeyEnabled", "false"));
    }
    if rule.child("BlockedEncryptionTypes").is_none() {
        let old = bucket.encryption.child("Rule");
        let blocked = old.and_then(|rule| rule.child("BlockedEncryptionTypes"));
        rule.children.extend(blocked.cloned());
    }
    bucket.encryption = root;
    Ok(empty(200))
}

pub(in crate::s3) fn get(bucket: &Bucket) -> MockResponse {
    document(&bucket.encryption)
}

/// Back to what a new bucket has; encryption cannot be off.
pub(in crate::s3) fn delete(bucket: &mut Bucket) -> MockResponse {
    bucket.encryption = default();
    empty(204)
}
