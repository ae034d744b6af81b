//! How this S3 differs from AWS on purpose: another store's dialect, or AWS on a slow day.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::operation::Operation;

/// What a store may lack. Its operations are answered 501 NotImplemented then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum S3Feature {
    /// Get, Put and DeleteBucketEncryption.
    Encryption,
    /// Get, Put and DeletePublicAccessBlock.
    PublicAccessBlock,
    /// Get, Put and DeleteBucketOwnershipControls; the header of CreateBucket is ignored.
    OwnershipControls,
    /// Get and PutBucketLogging.
    Logging,
    /// Get, Put and Delete of the lifecycle configuration.
    Lifecycle,
    /// Get, Put and DeleteBucketPolicy, GetBucketPolicyStatus.
    Policy,
    /// Get, Put and DeleteBucketTagging; tags in CreateBucket are ignored.
    Tagging,
    /// Tags in CreateBucket are ignored; the tagging operations are there. AWS has them since 2025,
    /// other stores mostly not.
    TagsOnCreate,
    /// Get and PutBucketVersioning.
    Versioning,
    /// Get and PutObjectLockConfiguration, retention and legal hold; the header of CreateBucket is
    /// answered 501.
    ObjectLock,
    /// Get, Put and DeleteBucketReplication.
    Replication,
}

/// The switches. The default is AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Settings {
    /// What the store lacks.
    pub lacks: BTreeSet<S3Feature>,
    /// After a PUT or DELETE of a lifecycle configuration, so many reads still show the old one.
    pub stale_lifecycle_reads: u32,
    /// So many calls to subresources of a new bucket are answered NoSuchBucket.
    pub unseen_bucket_calls: u32,
    /// So many creations of a bucket of a just deleted name are answered OperationAborted.
    pub aborted_recreations: u32,
    /// Whether `x-amz-transition-default-minimum-object-size` is known. Ceph ignores it and
    /// answers without.
    pub minimum_size_header: bool,
    /// Whether an empty `Filter` is kept. Some stores answer the rule with an empty `Prefix`
    /// element instead.
    pub empty_filter: bool,
    /// Whether only Content-MD5 will do where AWS takes any checksum, as MinIO has it.
    pub md5_only: bool,
}

impl Default for S3Settings {
    fn default() -> Self {
        Self {
            lacks: BTreeSet::new(),
            stale_lifecycle_reads: 0,
            unseen_bucket_calls: 0,
            aborted_recreations: 0,
            minimum_size_header: true,
            empty_filter: true,
            md5_only: false,
        }
    }
}

impl S3Settings {
    /// A store that has buckets, objects, versions and tags, and nothing else that is configured
    /// on AWS.
    pub fn plain_store() -> Self {
        use S3Feature::{
            Encryption, Lifecycle, Logging, ObjectLock, OwnershipControls, Policy,
            PublicAccessBlock, Replication, TagsOnCreate,
        };
        Self {
            lacks: BTreeSet::from([
                Encryption,
                Lifecycle,
                Logging,
                ObjectLock,
                OwnershipControls,
                Policy,
                PublicAccessBlock,
                Replication,
                TagsOnCreate,
            ]),
            minimum_size_header: false,
            md5_only: true,
            ..Self::default()
        }
    }

    /// Ceph's gateway, as far as it matters here (hashicorp/terraform-provider-aws#46021, #49547):
    /// no minimum size header, no ownership controls, and an empty filter that becomes a prefix.
    pub fn ceph() -> Self {
        Self {
            lacks: BTreeSet::from([
                S3Feature::Logging,
                S3Feature::OwnershipControls,
                S3Feature::TagsOnCreate,
            ]),
            minimum_size_header: false,
            empty_filter: false,
            ..Self::default()
        }
    }

    pub(super) fn lacks(&self, feature: S3Feature) -> bool {
        self.lacks.contains(&feature)
    }

    /// Whether the store has this operation.
    pub(super) fn serves(&self, operation: Operation) -> bool {
        feature(operation).is_none_or(|feature| !self.lacks(feature))
    }
}

/// The feature that an operation belongs to.
fn feature(operation: Operation) -> Option<S3Feature> {
    use Operation as O;
    use S3Feature as F;
    Some(match operation {
        O::GetBucketEncryption | O::PutBucketEncryption | O::DeleteBucketEncryption => {
            F::Encryption
        }
        O::GetPublicAccessBlock | O::PutPublicAccessBlock | O::DeletePublicAccessBlock => {
            F::PublicAccessBlock
        }
        O::GetBucketOwnershipControls
        | O::PutBucketOwnershipControls
        | O::DeleteBucketOwnershipControls => F::OwnershipControls,
        O::GetBucketLogging | O::PutBucketLogging => F::Logging,
        O::GetBucketLifecycleConfiguration
        | O::PutBucketLifecycleConfiguration
        | O::DeleteBucketLifecycle => F::Lifecycle,
        O::GetBucketPolicy
        | O::PutBucketPolicy
        | O::DeleteBucketPolicy
        | O::GetBucketPolicyStatus => F::Policy,
        O::GetBucketTagging | O::PutBucketTagging | O::DeleteBucketTagging => F::Tagging,
        O::GetBucketVersioning | O::PutBucketVersioning => F::Versioning,
        O::GetObjectLockConfiguration
        | O::PutObjectLockConfiguration
        | O::GetObjectRetention
        | O::PutObjectRetention
        | O::GetObjectLegalHold
        | O::PutObjectLegalHold => F::ObjectLock,
        O::GetBucketReplication | O::PutBucketReplication | O::DeleteBucketReplication => {
            F::Replication
        }
        _ => return None,
    })
}
