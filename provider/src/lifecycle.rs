//! Lifecycle rules of S3 buckets: what `holdfast_lifecycle_rule` and `holdfast_bucket_lifecycle`
//! share (docs/decisions/0009-one-rule-one-resource.md).
//!
//! S3 reads and writes all rules of a bucket as one document, without a condition. So every change
//! goes through the bucket's coordinator: one at a time per bucket, those that wait together in
//! one write, each on top of what was read a moment ago.
//!
//! | file | holds |
//! |---|---|
//! | `blocks.rs` | the blocks of a rule, and [`blocks::Body`] |
//! | `law.rs` | what S3 would reject, at plan time |
//! | `wire.rs` | between a body and a rule as S3 has it |
//! | `store.rs` | the calls that a coordinator makes |
//! | `coordinator.rs` | the coordinator: the queue of one bucket, its turn, its cache |
//! | `effort.rs` | one batch: read, merge, write, look again |
//! | `steps.rs` | its steps, each of which may fail and be tried again |
//! | `job.rs` | what one resource wants of a bucket, and what came of it |
//! | `memory.rs` | what this process wrote a moment ago |
//! | `reach.rs` | from `bucket` and `region` to a coordinator |
//! | `roster.rs` | which resource has which rule; which of the two kinds is planned |
//! | `words.rs` | refusals and warnings as diagnostics |

pub mod blocks;
pub(crate) mod coordinator;
mod effort;
pub(crate) mod job;
pub(crate) mod law;
mod memory;
pub(crate) mod reach;
pub(crate) mod roster;
mod steps;
mod store;
#[cfg(test)]
mod tests;
pub(crate) mod wire;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_aws::Region;
use holdfast_aws::clock::Clock;
use holdfast_aws::s3::{BucketName, S3};

use self::coordinator::Coordinator;
use self::roster::Planned;
use self::store::Store;

/// The buckets of one configured provider.
///
/// It begins with ConfigureProvider: what was read before a command does not count in it.
pub struct Lifecycles {
    clock: Arc<dyn Clock>,
    buckets: Mutex<BTreeMap<(Region, BucketName), Arc<Coordinator>>>,
    /// Which resources plans have named.
    pub(crate) planned: Planned,
}

impl Lifecycles {
    /// No bucket yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            buckets: Mutex::default(),
            planned: Planned::default(),
        }
    }

    /// The coordinator of a bucket; the same one every time.
    pub(crate) fn bucket(&self, s3: &Arc<dyn S3>, name: &BucketName) -> Arc<Coordinator> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (s3.region().clone(), name.clone());
        let make = || {
            let store = Store::new(Arc::clone(s3), name.clone());
            Arc::new(Coordinator::new(store, Arc::clone(&self.clock)))
        };
        Arc::clone(buckets.entry(key).or_insert_with(make))
    }
}

impl fmt::Debug for Lifecycles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycles").finish_non_exhaustive()
    }
}

/// Whether a bucket may be called so.
pub(crate) fn is_bucket_name(name: &str) -> bool {
    name.parse::<BucketName>().is_ok()
}

/// Whether a region may be called so, at AWS or at another store (`fsn1`).
pub(crate) fn is_region(name: &str) -> bool {
    Region::of_store(name).is_ok()
}
