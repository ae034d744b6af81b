//! Methods, levels and subresources: which operation a request means.

use super::target::Target;

/// What a request addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Service,
    Bucket,
    Object,
}

/// Declares the operations with their method, level and subresource (`""`: none). Of several
/// that fit, the first is meant.
macro_rules! operations {
    ($($name:ident: $method:literal $level:ident $subresource:literal,)*) => {
        /// An operation of S3, by its name in the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Operation { $($name,)* }

        const TABLE: &[(Operation, &str, Level, &str)] =
            &[$((Operation::$name, $method, Level::$level, $subresource),)*];

        impl Operation {
            /// The name in the API, as the log and the faults have it.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }
    };
}

operations! {
    PutBucketVersioning: "PUT" Bucket "versioning",
    GetBucketVersioning: "GET" Bucket "versioning",
    PutBucketEncryption: "PUT" Bucket "encryption",
    GetBucketEncryption: "GET" Bucket "encryption",
    DeleteBucketEncryption: "DELETE" Bucket "encryption",
    PutPublicAccessBlock: "PUT" Bucket "publicAccessBlock",
    GetPublicAccessBlock: "GET" Bucket "publicAccessBlock",
    DeletePublicAccessBlock: "DELETE" Bucket "publicAccessBlock",
    PutBucketOwnershipControls: "PUT" Bucket "ownershipControls",
    GetBucketOwnershipControls: "GET" Bucket "ownershipControls",
    DeleteBucketOwnershipControls: "DELETE" Bucket "ownershipControls",
    GetBucketPolicyStatus: "GET" Bucket "policyStatus",
    PutBucketPolicy: "PUT" Bucket "policy",
    GetBucketPolicy: "GET" Bucket "policy",
    DeleteBucketPolicy: "DELETE" Bucket "policy",
    PutBucketTagging: "PUT" Bucket "tagging",
    GetBucketTagging: "GET" Bucket "tagging",
    DeleteBucketTagging: "DELETE" Bucket "tagging",
    PutBucketLifecycleConfiguration: "PUT" Bucket "lifecycle",
    GetBucketLifecycleConfiguration: "GET" Bucket "lifecycle",
    DeleteBucketLifecycle: "DELETE" Bucket "lifecycle",
    PutObjectLockConfiguration: "PUT" Bucket "object-lock",
    GetObjectLockConfiguration: "GET" Bucket "object-lock",
    PutBucketLogging: "PUT" Bucket "logging",
    GetBucketLogging: "GET" Bucket "logging",
    PutBucketReplication: "PUT" Bucket "replication",
    GetBucketReplication: "GET" Bucket "replication",
    DeleteBucketReplication: "DELETE" Bucket "replication",
    GetBucketLocation: "GET" Bucket "location",
    PutBucketAcl: "PUT" Bucket "acl",
    GetBucketAcl: "GET" Bucket "acl",
    PutBucketCors: "PUT" Bucket "cors",
    GetBucketCors: "GET" Bucket "cors",
    DeleteBucketCors: "DELETE" Bucket "cors",
    PutBucketNotificationConfiguration: "PUT" Bucket "notification",
    GetBucketNotificationConfiguration: "GET" Bucket "notification",
    PutBucketAccelerateConfiguration: "PUT" Bucket "accelerate",
    GetBucketAccelerateConfiguration: "GET" Bucket "accelerate",
    PutBucketRequestPayment: "PUT" Bucket "requestPayment",
    GetBucketRequestPayment: "GET" Bucket "requestPayment",
    PutBucketWebsite: "PUT" Bucket "website",
    GetBucketWebsite: "GET" Bucket "website",
    DeleteBucketWebsite: "DELETE" Bucket "website",
    DeleteObjects: "POST" Bucket "delete",
    ListObjectVersions: "GET" Bucket "versions",
    ListMultipartUploads: "GET" Bucket "uploads",
    ListObjectsV2: "GET" Bucket "list-type",
    ListObjects: "GET" Bucket "",
    CreateBucket: "PUT" Bucket "",
    HeadBucket: "HEAD" Bucket "",
    DeleteBucket: "DELETE" Bucket "",
    ListBuckets: "GET" Service "",
    PutObjectRetention: "PUT" Object "retention",
    GetObjectRetention: "GET" Object "retention",
    PutObjectLegalHold: "PUT" Object "legal-hold",
    GetObjectLegalHold: "GET" Object "legal-hold",
    PutObjectTagging: "PUT" Object "tagging",
    GetObjectTagging: "GET" Object "tagging",
    DeleteObjectTagging: "DELETE" Object "tagging",
    CreateMultipartUpload: "POST" Object "uploads",
    CompleteMultipartUpload: "POST" Object "uploadId",
    UploadPart: "PUT" Object "uploadId",
    ListParts: "GET" Object "uploadId",
    AbortMultipartUpload: "DELETE" Object "uploadId",
    PutObject: "PUT" Object "",
    GetObject: "GET" Object "",
    HeadObject: "HEAD" Object "",
    DeleteObject: "DELETE" Object "",
}

/// Subresources and headers of operations that this S3 does not have. Without them in the way, a
/// request for one would be taken for the plain operation.
const FOREIGN: [&str; 16] = [
    "abac",
    "analytics",
    "attributes",
    "intelligent-tiering",
    "inventory",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "metrics",
    "renameObject",
    "restore",
    "select",
    "session",
    "torrent",
    "append",
];

impl Operation {
    /// The operation of a request, if there is one.
    pub(super) fn of(method: &str, target: &Target, copies: bool) -> Option<Self> {
        let level = match (&target.bucket, &target.key) {
            (None, _) => Level::Service,
            (Some(_), None) => Level::Bucket,
            (Some(_), Some(_)) => Level::Object,
        };
        let acl = level == Level::Object && target.has("acl");
        if copies || acl || FOREIGN.iter().any(|name| target.has(name)) {
            return None;
        }
        TABLE
            .iter()
            .find(|(_, its_method, its_level, subresource)| {
                *its_method == method
                    && *its_level == level
                    && (subresource.is_empty() || target.has(subresource))
            })
            .map(|(operation, ..)| *operation)
    }

    /// Whether the API demands Content-MD5 or a checksum (`httpChecksumRequired` in the model).
    pub(super) fn demands_checksum(self) -> bool {
        matches!(
            self,
            Self::PutBucketVersioning
                | Self::PutBucketEncryption
                | Self::PutPublicAccessBlock
                | Self::PutBucketOwnershipControls
                | Self::PutBucketPolicy
                | Self::PutBucketTagging
                | Self::PutBucketLifecycleConfiguration
                | Self::PutObjectLockConfiguration
                | Self::PutBucketLogging
                | Self::PutBucketReplication
                | Self::PutBucketAcl
                | Self::PutBucketCors
                | Self::PutBucketRequestPayment
                | Self::PutBucketWebsite
                | Self::DeleteObjects
                | Self::PutObjectRetention
                | Self::PutObjectLegalHold
                | Self::PutObjectTagging
        )
    }

    /// The permission that an operation needs, as policies and messages name it.
    pub(super) fn permission(self, version: bool) -> &'static str {
        match (self, version) {
            (Self::HeadBucket | Self::ListObjects | Self::ListObjectsV2, _) => "ListBucket",
            (Self::ListObjectVersions, _) => "ListBucketVersions",
            (Self::ListMultipartUploads, _) => "ListBucketMultipartUploads",
            (Self::ListBuckets, _) => "ListAllMyBuckets",
            (Self::GetBucketEncryption, _) => "GetEncryptionConfiguration",
            (Self::PutBucketEncryption | Self::DeleteBucketEncryption, _) => {
                "PutEncryptionConfiguration"
            }
            (Self::GetPublicAccessBlock, _) => "GetBucketPublicAccessBlock",
            (Self::PutPublicAccessBlock | Self::DeletePublicAccessBlock, _) => {
                "PutBucketPublicAccessBlock"
            }
            (Self::DeleteBucketOwnershipControls, _) => "PutBucketOwnershipControls",
            (Self::DeleteBucketTagging, _) => "PutBucketTagging",
            (Self::GetBucketLifecycleConfiguration, _) => "GetLifecycleConfiguration",
            (Self::PutBucketLifecycleConfiguration | Self::DeleteBucketLifecycle, _) => {
                "PutLifecycleConfiguration"
            }
            (Self::GetObjectLockConfiguration, _) => "GetBucketObjectLockConfiguration",
            (Self::PutObjectLockConfiguration, _) => "PutBucketObjectLockConfiguration",
            (Self::GetBucketReplication, _) => "GetReplicationConfiguration",
            (Self::PutBucketReplication | Self::DeleteBucketReplication, _) => {
                "PutReplicationConfiguration"
            }
            (Self::GetBucketCors, _) => "GetBucketCORS",
            (Self::PutBucketCors | Self::DeleteBucketCors, _) => "PutBucketCORS",
            (Self::GetBucketNotificationConfiguration, _) => "GetBucketNotification",
            (Self::PutBucketNotificationConfiguration, _) => "PutBucketNotification",
            (Self::GetBucketAccelerateConfiguration, _) => "GetAccelerateConfiguration",
            (Self::PutBucketAccelerateConfiguration, _) => "PutAccelerateConfiguration",
            (Self::HeadObject | Self::GetObject, false) => "GetObject",
            (Self::HeadObject | Self::GetObject, true) => "GetObjectVersion",
            (Self::DeleteObject | Self::DeleteObjects, false) => "DeleteObject",
            (Self::DeleteObject | Self::DeleteObjects, true) => "DeleteObjectVersion",
            (Self::CreateMultipartUpload | Self::UploadPart | Self::CompleteMultipartUpload, _) => {
                "PutObject"
            }
            (Self::ListParts, _) => "ListMultipartUploadParts",
            (other, _) => other.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, path: &str, query: &str) -> Option<&'static str> {
        let target = Target::of("s3.us-east-1.amazonaws.com", path, query).unwrap();
        Operation::of(method, &target, false).map(Operation::name)
    }

    #[test]
    fn subresources_come_before_the_plain_operation() {
        assert_eq!(of("GET", "/", ""), Some("ListBuckets"));
        assert_eq!(of("PUT", "/b", ""), Some("CreateBucket"));
        assert_eq!(
            of("PUT", "/b/", "lifecycle"),
            Some("PutBucketLifecycleConfiguration")
        );
        assert_eq!(
            of("GET", "/b", "policyStatus="),
            Some("GetBucketPolicyStatus")
        );
        assert_eq!(
            of("GET", "/b", "list-type=2&prefix=x"),
            Some("ListObjectsV2")
        );
        assert_eq!(of("GET", "/b", "prefix=versions"), Some("ListObjects"));
        assert_eq!(
            of("PUT", "/b/k", "partNumber=1&uploadId=u"),
            Some("UploadPart")
        );
        assert_eq!(of("PUT", "/b/k", "x-id=PutObject"), Some("PutObject"));
        assert_eq!(of("DELETE", "/b/k", "versionId=v"), Some("DeleteObject"));
    }

    #[test]
    fn what_is_not_served_is_no_operation() {
        assert_eq!(of("PUT", "/b", "analytics&id=x"), None);
        assert_eq!(of("GET", "/b/k", "acl"), None);
        assert_eq!(of("POST", "/b", ""), None);
        assert_eq!(of("PUT", "/", ""), None);
    }
}
