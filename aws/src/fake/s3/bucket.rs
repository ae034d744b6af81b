//! [`FakeBucket`]: one bucket with everything that can be said about it.

use crate::Region;
use crate::s3::{
    Algorithm, Encryption, LifecycleDocument, Logging, NewBucket, ObjectLock, ObjectVersion,
    Ownership, PublicAccessBlock, Replication, Tags, Upload, Versioning,
};

/// A bucket. Its parts are plain and public, so that a test can prepare and compare them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeBucket {
    /// Where it is.
    pub region: Region,
    /// Its tags.
    pub tags: Tags,
    /// Whether it keeps old versions; `None`: never switched on.
    pub versioning: Option<Versioning>,
    /// How new objects are encrypted.
    pub encryption: Option<Encryption>,
    /// Its public access blocks.
    pub public_access: Option<PublicAccessBlock>,
    /// Who owns what others write.
    pub ownership: Option<Ownership>,
    /// Its policy.
    pub policy: Option<String>,
    /// Object lock, where it is on.
    pub object_lock: Option<ObjectLock>,
    /// Where its access logs go.
    pub logging: Option<Logging>,
    /// Where its objects are copied to.
    pub replication: Option<Replication>,
    /// Its lifecycle configuration.
    pub lifecycle: Option<LifecycleDocument>,
    /// What the next looks at the lifecycle configuration find instead: a write that is not seen
    /// everywhere yet.
    pub lifecycle_seen: Vec<Option<LifecycleDocument>>,
    /// What is in it.
    pub versions: Vec<Stored>,
    /// Unfinished uploads.
    pub uploads: Vec<Upload>,
}

/// A version in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Which.
    pub version: ObjectVersion,
    /// What keeps it.
    pub hold: Hold,
}

/// What keeps a version from being deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Nothing.
    Free,
    /// Governance retention.
    Governance,
    /// Compliance retention.
    Compliance,
    /// A legal hold.
    Legal,
}

impl FakeBucket {
    /// A bucket as AWS makes one that nothing was asked of: encrypted by AES256, closed to the
    /// public, owned by its creator alone.
    pub fn new(region: &Region) -> Self {
        Self {
            region: region.clone(),
            tags: Tags::new(),
            versioning: None,
            encryption: Some(Encryption {
                algorithm: Algorithm::Aes256,
                kms_key: None,
                bucket_key: false,
                blocked: vec!["SSE-C".to_owned()],
            }),
            public_access: Some(PublicAccessBlock::ALL),
            ownership: Some(Ownership::BucketOwnerEnforced),
            policy: None,
            object_lock: None,
            logging: None,
            replication: None,
            lifecycle: None,
            lifecycle_seen: Vec::new(),
            versions: Vec::new(),
            uploads: Vec::new(),
        }
    }

    /// The bucket that `new` asks for.
    pub(super) fn asked(new: &NewBucket, region: &Region) -> Self {
        let mut bucket = Self::new(region);
        bucket.tags = new.tags.clone();
        if let Some(ownership) = &new.ownership {
            bucket.ownership = Some(ownership.clone());
        }
        if new.object_lock {
            bucket.versioning = Some(Versioning::Enabled);
            bucket.object_lock = Some(ObjectLock {
                default_retention: None,
            });
        }
        bucket
    }
}
