//! What has to leave a bucket before it can be deleted: versions, delete markers, unfinished
//! uploads.

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectVersion {
    /// The object's key.
    pub key: String,
    /// The version's id; `null` for one written before versioning.
    pub version: String,
    /// Whether it is a delete marker.
    pub marker: bool,
}

/// Where the next page of versions begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionMark {
    /// `key-marker` of the next request.
    pub key: String,
    /// `version-id-marker` of the next request.
    pub version: Option<String>,
}

/// At most 1000 versions and delete markers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionPage {
    /// What is on the page, versions before delete markers.
    pub versions: Vec<ObjectVersion>,
    /// Where the next one begins, if there is one.
    pub next: Option<VersionMark>,
}

/// A version that could not be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDeleted {
    /// Its key.
    pub key: String,
    /// Its version, if S3 named it.
    pub version: Option<String>,
    /// S3's code (`AccessDenied` for one under object lock).
    pub code: String,
    /// S3's words.
    pub said: String,
}

/// What a delete does about governance retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Governance {
    /// Leaves a version that is under it.
    Respect,
    /// Deletes it all the same (`s3:BypassGovernanceRetention`). Compliance retention and legal
    /// holds stand.
    Bypass,
}

/// A multipart upload that was begun and never finished.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upload {
    /// The key it would have.
    pub key: String,
    /// The upload's id.
    pub id: String,
}

/// At most 1000 uploads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UploadPage {
    /// What is on the page.
    pub uploads: Vec<Upload>,
    /// The last of this page, if there is a next one.
    pub next: Option<Upload>,
}
