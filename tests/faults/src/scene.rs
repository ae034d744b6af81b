//! What the matrix has to know of a resource: a [`Scene`].

use anyhow::Result;
use holdfast_sandbox::Sandbox;
use serde_json::Value as Json;

use crate::cell::Operation;
use crate::scenes;

/// Every resource. A new one is a file in `scenes` and a word here.
pub const ALL: &[&dyn Scene] = &[
    &scenes::dlm_policy::DlmPolicy,
    &scenes::etcd_backup_bucket::EtcdBackupBucket,
    &scenes::lifecycle_rule::LifecycleRule,
    &scenes::bucket_lifecycle::BucketLifecycle,
];

/// One resource: how it is configured, and how to recognise it in the sandbox.
///
/// Whether sandbox and state agree is not for a scene to say: both must equal what the same
/// operation leaves when nothing fails.
pub trait Scene: Sync {
    /// Its type.
    fn type_name(&self) -> &'static str;

    /// Puts into an empty sandbox what the resource needs, and what it must leave alone.
    ///
    /// # Errors
    /// The sandbox refuses.
    fn prepare(&self, sandbox: &Sandbox) -> Result<()> {
        let _ = sandbox;
        Ok(())
    }

    /// The configuration that is created, read and deleted; blocks are lists of objects.
    fn first(&self) -> Json;

    /// The configuration to which it is updated in place, by as many different calls as can be.
    fn second(&self) -> Json;

    /// What others do to the thing before an operation, if it is there then.
    ///
    /// # Errors
    /// The sandbox refuses.
    fn meanwhile(&self, operation: Operation, sandbox: &Sandbox) -> Result<()> {
        let _ = (operation, sandbox);
        Ok(())
    }

    /// Members whose values differ from life to life: ids and times. They count as equal.
    fn volatile(&self) -> &'static [&'static str];

    /// The ids, as `import` takes them, of all things in [`Sandbox::state`] that this resource may
    /// have made.
    fn made(&self, stored: &Json) -> Vec<String>;

    /// Whether a create knows a finished thing that no state holds, or says how to import it. If not,
    /// only an import helps when the provider dies after the last call of a create.
    fn knows_finished(&self) -> bool {
        true
    }

    /// The id of the thing that a state of the resource holds, if it holds one.
    fn held(&self, state: &Json) -> Option<String> {
        state["id"].as_str().map(str::to_owned)
    }
}
