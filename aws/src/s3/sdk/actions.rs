//! The IAM actions of the calls, by which errors and logs name them.

pub(super) const CREATE: &str = "s3:CreateBucket";
/// The action that IAM asks for a `HeadBucket`.
pub(super) const HEAD: &str = "s3:ListBucket";
pub(super) const DELETE: &str = "s3:DeleteBucket";
pub(super) const LIST_VERSIONS: &str = "s3:ListBucketVersions";
pub(super) const DELETE_VERSIONS: &str = "s3:DeleteObjectVersion";
pub(super) const LEGAL_HOLD: &str = "s3:PutObjectLegalHold";
pub(super) const LIST_UPLOADS: &str = "s3:ListBucketMultipartUploads";
pub(super) const ABORT_UPLOAD: &str = "s3:AbortMultipartUpload";
pub(super) const GET_VERSIONING: &str = "s3:GetBucketVersioning";
pub(super) const PUT_VERSIONING: &str = "s3:PutBucketVersioning";
pub(super) const GET_ENCRYPTION: &str = "s3:GetEncryptionConfiguration";
pub(super) const PUT_ENCRYPTION: &str = "s3:PutEncryptionConfiguration";
pub(super) const GET_PUBLIC_ACCESS: &str = "s3:GetBucketPublicAccessBlock";
pub(super) const PUT_PUBLIC_ACCESS: &str = "s3:PutBucketPublicAccessBlock";
pub(super) const GET_OWNERSHIP: &str = "s3:GetBucketOwnershipControls";
pub(super) const PUT_OWNERSHIP: &str = "s3:PutBucketOwnershipControls";
pub(super) const GET_POLICY: &str = "s3:GetBucketPolicy";
pub(super) const PUT_POLICY: &str = "s3:PutBucketPolicy";
pub(super) const DELETE_POLICY: &str = "s3:DeleteBucketPolicy";
pub(super) const GET_TAGS: &str = "s3:GetBucketTagging";
pub(super) const PUT_TAGS: &str = "s3:PutBucketTagging";
pub(super) const GET_OBJECT_LOCK: &str = "s3:GetBucketObjectLockConfiguration";
pub(super) const PUT_OBJECT_LOCK: &str = "s3:PutBucketObjectLockConfiguration";
pub(super) const GET_LOGGING: &str = "s3:GetBucketLogging";
pub(super) const PUT_LOGGING: &str = "s3:PutBucketLogging";
pub(super) const GET_REPLICATION: &str = "s3:GetReplicationConfiguration";
/// IAM asks it for the delete too; the same holds for lifecycle and tags.
pub(super) const PUT_REPLICATION: &str = "s3:PutReplicationConfiguration";
pub(super) const GET_LIFECYCLE: &str = "s3:GetLifecycleConfiguration";
pub(super) const PUT_LIFECYCLE: &str = "s3:PutLifecycleConfiguration";
