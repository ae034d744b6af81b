//! What a test prepares for calls, and what it reads of them afterwards.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::Region;
use crate::fake::Failure;
use crate::s3::BucketName;

macro_rules! methods {
    ($($variant:ident = $method:ident),+ $(,)?) => {
        /// The methods of [`crate::s3::S3`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum S3Method {
            $(#[doc = concat!("[`crate::s3::S3::", stringify!($method), "`]")] $variant,)+
        }

        impl S3Method {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The method's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($method),)+
                }
            }
        }
    };
}

methods! {
    CreateBucket = create_bucket,
    HeadBucket = head_bucket,
    DeleteBucket = delete_bucket,
    ListVersions = list_versions,
    DeleteVersions = delete_versions,
    LiftLegalHold = lift_legal_hold,
    ListUploads = list_uploads,
    AbortUpload = abort_upload,
    GetVersioning = get_versioning,
    PutVersioning = put_versioning,
    GetEncryption = get_encryption,
    PutEncryption = put_encryption,
    GetPublicAccessBlock = get_public_access_block,
    PutPublicAccessBlock = put_public_access_block,
    GetOwnership = get_ownership,
    PutOwnership = put_ownership,
    GetPolicy = get_policy,
    PutPolicy = put_policy,
    DeletePolicy = delete_policy,
    GetTags = get_tags,
    PutTags = put_tags,
    GetObjectLock = get_object_lock,
    PutObjectLock = put_object_lock,
    GetLogging = get_logging,
    PutLogging = put_logging,
    GetReplication = get_replication,
    PutReplication = put_replication,
    DeleteReplication = delete_replication,
    GetLifecycle = get_lifecycle,
    PutLifecycle = put_lifecycle,
    DeleteLifecycle = delete_lifecycle,
}

/// One call, as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Call {
    /// What was called.
    pub method: S3Method,
    /// The bucket it is about.
    pub bucket: BucketName,
    /// The region of the port.
    pub region: Region,
    /// Which call of this method it is; the first is 1.
    pub nth: usize,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The call has arrived and nothing is done yet.
    Before,
    /// It is done, or refused, and the answer has not left.
    After,
}

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a test runs within calls.
#[derive(Clone)]
pub(super) struct Hook(Arc<dyn Fn(S3Call, Moment) -> Waiting + Send + Sync>);

impl Hook {
    pub(super) fn new<F>(hook: impl Fn(S3Call, Moment) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |call, moment| Box::pin(hook(call, moment))))
    }

    pub(super) fn run(&self, call: S3Call, moment: Moment) -> Waiting {
        (self.0)(call, moment)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Hook(..)")
    }
}

/// The calls so far and the failures to come.
#[derive(Debug, Default)]
pub(super) struct Script {
    calls: Vec<S3Call>,
    failures: BTreeMap<S3Method, VecDeque<Option<Failure>>>,
}

impl Script {
    pub(super) fn fail(&mut self, method: S3Method, nth: usize, failure: Failure) {
        let queue = self.failures.entry(method).or_default();
        let index = nth.saturating_sub(1);
        if queue.len() <= index {
            queue.resize(index + 1, None);
        }
        queue[index] = Some(failure);
    }

    pub(super) fn calls(&self) -> &[S3Call] {
        &self.calls
    }

    pub(super) fn forget_calls(&mut self) {
        self.calls.clear();
    }

    /// Writes a call down and says how it is to fail.
    pub(super) fn arrived(
        &mut self,
        method: S3Method,
        bucket: &BucketName,
        region: &Region,
    ) -> (S3Call, Option<Failure>) {
        let same = self.calls.iter().filter(|call| call.method == method);
        let call = S3Call {
            method,
            bucket: bucket.clone(),
            region: region.clone(),
            nth: same.count() + 1,
        };
        self.calls.push(call.clone());
        let failures = self.failures.get_mut(&method);
        (call, failures.and_then(VecDeque::pop_front).flatten())
    }
}
