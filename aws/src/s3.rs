//! S3: the port [`S3`] of buckets and their settings, and the plain types it speaks.
//!
//! | file | holds |
//! |---|---|
//! | `name.rs` | [`BucketName`] |
//! | `bucket.rs` | [`NewBucket`], and what creates, looks and deletes find |
//! | `settings.rs` | [`Setting`] and the settings: [`Versioning`], [`Encryption`], [`ObjectLock`], ... |
//! | `content.rs` | what has to leave before a bucket can go: [`VersionPage`], [`UploadPage`] |
//! | [`lifecycle`] | the lifecycle configuration as a document, and one rule of it |
//! | `fresh.rs` | [`SendWhile`]: a write that goes out in time or not at all |
//! | `sdk.rs` | the adapter on the AWS SDK |
//! | `patient.rs` | what waits while S3 throttles |
//!
//! Facts about the service that shape the port (botocore `s3/2006-03-01` and observation; S3's own
//! names in brackets): every setting is a sub-resource of the bucket that is read and written
//! whole, without ETag or condition. Two writes at a time to one bucket answer 409
//! (`OperationAborted`), so calls to one bucket go one after the other. For up to two minutes after a create a
//! sub-resource may still answer `NoSuchBucket` ([`crate::ErrorKind::NotFound`], which in this
//! port always means the bucket), and a read may show what was before the last write: waiting is
//! the caller's. A request signed for another region than the bucket's fails with
//! [`crate::ErrorKind::WrongRegion`], which names the right one. Other stores lack settings: a
//! read answers [`Setting::Unsupported`], a write fails with [`crate::ErrorKind::Unsupported`].

mod bucket;
mod content;
mod fresh;
pub mod lifecycle;
mod name;
mod patient;
pub(crate) mod sdk;
mod settings;

use async_trait::async_trait;

pub use bucket::{Creation, Deletion, Head, NewBucket};
pub use content::{
    Governance, NotDeleted, ObjectVersion, Upload, UploadPage, VersionMark, VersionPage,
};
pub use fresh::SendWhile;
pub use lifecycle::LifecycleDocument;
pub use name::{BucketName, InvalidName};
pub use settings::{
    Algorithm, Encryption, Logging, ObjectLock, Ownership, Period, PublicAccessBlock, Replication,
    ReplicationRule, ReplicationScope, Retention, RetentionMode, Setting, Switch, Versioning,
};

pub use crate::found::{Found, Gone, Tags};
use crate::{AwsError, Region};

/// What became of a lifecycle configuration that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// S3 has taken it.
    Now,
    /// Its [`SendWhile`] had ended before the request left; nothing was sent.
    TooLate,
}

/// S3 of one account and one region, or a store that speaks like it.
///
/// Every method may fail with any [`AwsError`]. All but [`S3::create_bucket`],
/// [`S3::put_lifecycle`] and [`S3::delete_lifecycle`] are retried as the provider's retry settings
/// say before they fail.
/// Writes carry `Content-MD5`, which AWS and other stores accept, and no newer checksum.
#[async_trait]
pub trait S3: Send + Sync {
    /// The region that requests are signed for, and where new buckets go.
    fn region(&self) -> &Region;

    /// Whether AWS itself is asked, and no endpoint of the settings.
    fn is_aws(&self) -> bool;

    /// Creates a bucket (`CreateBucket`).
    ///
    /// Sent at most once: where an own bucket answers like a new one, a second request would hide
    /// who made it. After an error with [`AwsError::is_outcome_unknown`] look before creating
    /// again.
    async fn create_bucket(&self, bucket: &NewBucket) -> Result<Creation, AwsError>;

    /// Looks whether a bucket is there, and whose (`HeadBucket`).
    async fn head_bucket(&self, bucket: &BucketName) -> Result<Head, AwsError>;

    /// Deletes an empty bucket (`DeleteBucket`).
    async fn delete_bucket(&self, bucket: &BucketName) -> Result<Deletion, AwsError>;

    /// Lists versions and delete markers, at most 1000, from `after` on (`ListObjectVersions`).
    async fn list_versions(
        &self,
        bucket: &BucketName,
        after: Option<&VersionMark>,
    ) -> Result<VersionPage, AwsError>;

    /// Deletes at most 1000 versions and delete markers (`DeleteObjects`) and returns those that
    /// S3 would not delete. One that was gone counts as deleted. No versions: nothing is sent.
    async fn delete_versions(
        &self,
        bucket: &BucketName,
        versions: &[ObjectVersion],
        governance: Governance,
    ) -> Result<Vec<NotDeleted>, AwsError>;

    /// Lifts the legal hold of one version (`PutObjectLegalHold`).
    async fn lift_legal_hold(
        &self,
        bucket: &BucketName,
        version: &ObjectVersion,
    ) -> Result<(), AwsError>;

    /// Lists unfinished uploads, at most 1000, from `after` on (`ListMultipartUploads`).
    async fn list_uploads(
        &self,
        bucket: &BucketName,
        after: Option<&Upload>,
    ) -> Result<UploadPage, AwsError>;

    /// Gives up an unfinished upload (`AbortMultipartUpload`).
    async fn abort_upload(&self, bucket: &BucketName, upload: &Upload) -> Result<Gone, AwsError>;

    /// `GetBucketVersioning`. [`Setting::Absent`]: never switched on.
    async fn get_versioning(&self, bucket: &BucketName) -> Result<Setting<Versioning>, AwsError>;

    /// `PutBucketVersioning`.
    async fn put_versioning(
        &self,
        bucket: &BucketName,
        versioning: &Versioning,
    ) -> Result<(), AwsError>;

    /// `GetBucketEncryption`.
    async fn get_encryption(&self, bucket: &BucketName) -> Result<Setting<Encryption>, AwsError>;

    /// `PutBucketEncryption`. S3 does not check the key.
    async fn put_encryption(
        &self,
        bucket: &BucketName,
        encryption: &Encryption,
    ) -> Result<(), AwsError>;

    /// `GetPublicAccessBlock`.
    async fn get_public_access_block(
        &self,
        bucket: &BucketName,
    ) -> Result<Setting<PublicAccessBlock>, AwsError>;

    /// `PutPublicAccessBlock`.
    async fn put_public_access_block(
        &self,
        bucket: &BucketName,
        block: &PublicAccessBlock,
    ) -> Result<(), AwsError>;

    /// `GetBucketOwnershipControls`.
    async fn get_ownership(&self, bucket: &BucketName) -> Result<Setting<Ownership>, AwsError>;

    /// `PutBucketOwnershipControls`.
    async fn put_ownership(
        &self,
        bucket: &BucketName,
        ownership: &Ownership,
    ) -> Result<(), AwsError>;

    /// `GetBucketPolicy`: JSON, in S3's own order of members.
    async fn get_policy(&self, bucket: &BucketName) -> Result<Setting<String>, AwsError>;

    /// `PutBucketPolicy` with JSON of at most 20 KiB.
    async fn put_policy(&self, bucket: &BucketName, policy: &str) -> Result<(), AwsError>;

    /// `DeleteBucketPolicy`. No policy: nothing happens.
    async fn delete_policy(&self, bucket: &BucketName) -> Result<(), AwsError>;

    /// `GetBucketTagging`. AWS's own tags (`aws:...`) are among them.
    async fn get_tags(&self, bucket: &BucketName) -> Result<Setting<Tags>, AwsError>;

    /// Replaces all tags (`PutBucketTagging`; with no tags `DeleteBucketTagging`).
    async fn put_tags(&self, bucket: &BucketName, tags: &Tags) -> Result<(), AwsError>;

    /// `GetObjectLockConfiguration`. [`Setting::Absent`]: object lock is off.
    async fn get_object_lock(&self, bucket: &BucketName) -> Result<Setting<ObjectLock>, AwsError>;

    /// Turns object lock on, for ever, and sets or clears the default retention
    /// (`PutObjectLockConfiguration`). Versioning must be enabled.
    async fn put_object_lock(&self, bucket: &BucketName, lock: &ObjectLock)
    -> Result<(), AwsError>;

    /// `GetBucketLogging`.
    async fn get_logging(&self, bucket: &BucketName) -> Result<Setting<Logging>, AwsError>;

    /// Sets access logging or ends it (`PutBucketLogging`).
    async fn put_logging(
        &self,
        bucket: &BucketName,
        logging: Option<&Logging>,
    ) -> Result<(), AwsError>;

    /// `GetBucketReplication`.
    async fn get_replication(&self, bucket: &BucketName) -> Result<Setting<Replication>, AwsError>;

    /// `PutBucketReplication`. Versioning must be enabled on both buckets.
    async fn put_replication(
        &self,
        bucket: &BucketName,
        replication: &Replication,
    ) -> Result<(), AwsError>;

    /// `DeleteBucketReplication`. No replication: nothing happens.
    async fn delete_replication(&self, bucket: &BucketName) -> Result<(), AwsError>;

    /// `GetBucketLifecycleConfiguration`, byte for byte as the store sent it.
    async fn get_lifecycle(
        &self,
        bucket: &BucketName,
    ) -> Result<Setting<LifecycleDocument>, AwsError>;

    /// Replaces the whole lifecycle configuration by `document`, byte for byte
    /// (`PutBucketLifecycleConfiguration`), unless `fresh` ends before the request leaves.
    ///
    /// Sent at most once, whatever the retry settings say: a repetition would write what was
    /// read too long ago over what others wrote since. After a retryable error read again. A
    /// document without rules is refused by S3: use [`S3::delete_lifecycle`].
    async fn put_lifecycle(
        &self,
        bucket: &BucketName,
        document: &LifecycleDocument,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError>;

    /// Deletes the whole lifecycle configuration (`DeleteBucketLifecycle`) on the terms of
    /// [`S3::put_lifecycle`]: sent at most once, and not after `fresh` has ended. No
    /// configuration: nothing happens.
    async fn delete_lifecycle(
        &self,
        bucket: &BucketName,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError>;
}
