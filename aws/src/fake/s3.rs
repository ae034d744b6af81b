//! [`FakeS3`]: S3 in memory.

mod bucket;
mod port;
mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use bucket::{FakeBucket, Hold, Stored};
pub use script::{Moment, S3Call, S3Method};

use script::{Hook, Script};

use crate::Region;
use crate::fake::Failure;
use crate::s3::BucketName;

/// The buckets of everybody, as one account sees them, in every region. [`FakeStore::region`]
/// gives the port.
///
/// Every call is written down, may be made to fail before or after it is done, and stops at a
/// hook of the test, so that two writers can be made to cross. What S3 would refuse is not
/// checked but for what a caller's own steps run into: no bucket, another region, versions left
/// over, object lock without versioning, a lifecycle configuration without rules.
#[derive(Debug, Default)]
pub struct FakeStore {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    buckets: BTreeMap<BucketName, FakeBucket>,
    foreign: BTreeSet<BucketName>,
    busy: BTreeMap<BucketName, usize>,
    unsupported: BTreeSet<S3Method>,
    names_no_minimum_size: bool,
    page: usize,
    script: Script,
    hook: Option<Hook>,
}

/// S3 of one region, in memory.
#[derive(Debug)]
pub struct FakeS3 {
    region: Region,
    store: Arc<FakeStore>,
}

impl FakeStore {
    /// No buckets.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// S3 of `region`.
    pub fn region(self: &Arc<Self>, region: &Region) -> FakeS3 {
        FakeS3 {
            region: region.clone(),
            store: Arc::clone(self),
        }
    }

    /// Makes the `nth` call of `method` from now on fail, whatever its bucket; the first is 1.
    pub fn fail(&self, method: S3Method, nth: usize, failure: Failure) {
        self.lock().script.fail(method, nth, failure);
    }

    /// Waits for `hook` before and after the effect of every call, in the call's own task.
    pub fn hook<F>(&self, hook: impl Fn(S3Call, Moment) -> F + Send + Sync + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.lock().hook = Some(Hook::new(hook));
    }

    /// Every call so far, in order, failed ones included.
    pub fn calls(&self) -> Vec<S3Call> {
        self.lock().script.calls().to_vec()
    }

    /// The methods of those calls.
    pub fn methods(&self) -> Vec<S3Method> {
        self.calls().into_iter().map(|call| call.method).collect()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.lock().script.forget_calls();
    }

    /// Lets the store lack these, as stores that are not AWS do: looks find
    /// [`crate::s3::Setting::Unsupported`], writes fail.
    pub fn lack(&self, methods: impl IntoIterator<Item = S3Method>) {
        self.lock().unsupported.extend(methods);
    }

    /// Lets the store name no minimum size that it was not sent, as Ceph does.
    pub fn name_no_minimum_size(&self) {
        self.lock().names_no_minimum_size = true;
    }

    /// Gives versions and uploads out in pages of this size instead of 1000.
    pub fn page(&self, size: usize) {
        self.lock().page = size;
    }

    /// A bucket of this name belongs to somebody else.
    pub fn foreign(&self, name: &BucketName) {
        self.lock().foreign.insert(name.clone());
    }

    /// The next `times` creates of this name find it busy.
    pub fn busy(&self, name: &BucketName, times: usize) {
        self.lock().busy.insert(name.clone(), times);
    }

    /// The bucket of this name, if the account has one.
    pub fn bucket(&self, name: &BucketName) -> Option<FakeBucket> {
        self.lock().buckets.get(name).cloned()
    }

    /// The names of the account's buckets.
    pub fn names(&self) -> Vec<BucketName> {
        self.lock().buckets.keys().cloned().collect()
    }

    /// Puts a bucket there behind the caller's back, in the place of any of that name.
    pub fn put(&self, name: &BucketName, bucket: FakeBucket) {
        self.lock().buckets.insert(name.clone(), bucket);
    }

    /// Changes a bucket behind the caller's back; `false` if there is none.
    pub fn edit(&self, name: &BucketName, change: impl FnOnce(&mut FakeBucket)) -> bool {
        self.lock().buckets.get_mut(name).map(change).is_some()
    }

    /// Deletes a bucket behind the caller's back, with all that is in it; `false` if there is
    /// none.
    pub fn remove(&self, name: &BucketName) -> bool {
        self.lock().buckets.remove(name).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn page(&self) -> usize {
        match self.page {
            0 => 1000,
            size => size,
        }
    }
}

#[cfg(test)]
mod tests;
