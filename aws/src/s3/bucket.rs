//! A bucket on its way to S3 ([`NewBucket`]) and what the calls about it find.

use super::name::BucketName;
use super::settings::Ownership;
use crate::Region;
use crate::found::Tags;

/// What a create sends. The bucket lands in the region of the port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBucket {
    /// Its name, unique among all accounts of the partition.
    pub name: BucketName,
    /// Turns object lock, and with it versioning, on for ever.
    pub object_lock: bool,
    /// Who owns what others write, from the first moment on. Unset: not sent, for there are stores
    /// that refuse it.
    pub ownership: Option<Ownership>,
    /// Set by the same call, so that the bucket is never without them. None: not sent, for there
    /// are stores that refuse them.
    pub tags: Tags,
}

/// What became of a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// The bucket is there. In us-east-1, and in many stores, this is also the answer when the
    /// caller had it already: look first ([`super::S3::head_bucket`]).
    Made,
    /// The caller had it already (409 `BucketAlreadyOwnedByYou`); nothing was done.
    MineAlready,
    /// Somebody else has a bucket of this name (409 `BucketAlreadyExists`); nothing was done.
    Foreign,
    /// S3 is still busy with this name (409 `OperationAborted`), usually because it was deleted a
    /// moment ago; nothing was done. It may last from seconds to about an hour.
    Busy,
}

/// What a look at a bucket found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// It is there and the caller may use it.
    Present {
        /// Where it is, if the store says so in a name that AWS could use.
        region: Option<Region>,
    },
    /// It is there, and it is somebody else's or the caller may not look at it (403).
    Foreign {
        /// Where it is, if the store says so.
        region: Option<Region>,
    },
    /// It is in another region than the port's: ask the port of that region.
    Elsewhere {
        /// Where it is, if the store says so.
        region: Option<Region>,
    },
    /// There is none.
    Absent,
}

/// What the delete of a bucket found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It was there and this call deleted it.
    Now,
    /// It was not there any more.
    Already,
    /// Objects, versions or delete markers are in it; nothing was done.
    NotEmpty,
}
