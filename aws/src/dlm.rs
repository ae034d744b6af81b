//! Data Lifecycle Manager: the port [`Dlm`] and the plain types it speaks.
//!
//! | file | holds |
//! |---|---|
//! | `id.rs` | [`PolicyId`], [`PolicyArn`] |
//! | `policy.rs` | [`NewPolicy`], [`Policy`], [`PolicySummary`], [`PolicyChange`] |
//! | `details.rs` | the tree below them: [`PolicyDetails`], [`Schedule`], [`CreateRule`], [`RetainRule`] |
//! | `sdk.rs` | the adapter on the AWS SDK, with `request.rs`, `response.rs` and `dates.rs` |
//! | `patient.rs` | what waits while AWS throttles |
//! | `words.rs` | AWS's fixed words as enums ([`State`], [`PolicyType`], ...) |
//!
//! Facts about the service that shape the port (botocore `dlm/2018-01-12` and observation):
//! there is no client token, so a create that is sent twice makes two policies; there is no
//! pagination; the list shows summaries with tags but no details; an update leaves out nothing
//! it is given and clears nothing it is not given, except that `PolicyDetails` is taken whole.

mod dates;
mod details;
mod id;
mod patient;
mod policy;
mod request;
mod response;
pub(crate) mod sdk;
mod words;

use async_trait::async_trait;

pub use details::{CreateRule, Cycle, Parameters, PolicyDetails, RetainRule, Schedule};
pub use id::{InvalidId, PolicyArn, PolicyId};
pub use policy::{NewPolicy, Policy, PolicyChange, PolicyFilter, PolicySummary};
pub use words::{
    AgeUnit, Location, PolicyLanguage, PolicyType, ResourceLocation, ResourceType, State,
};

use crate::AwsError;
pub use crate::found::{Found, Gone, Tag, Tags};

/// Data Lifecycle Manager of one account and one region.
///
/// Every method may fail with any [`AwsError`]. All but [`Dlm::create`] are retried as the
/// provider's retry settings say before they fail.
#[async_trait]
pub trait Dlm: Send + Sync {
    /// Creates a policy (`CreateLifecyclePolicy`).
    ///
    /// Sent at most once: the API has no client token, and a second request would make a second
    /// policy. After an error with [`AwsError::is_outcome_unknown`] look for the policy
    /// ([`Dlm::list`]) before creating again; after one that is only
    /// [`AwsError::is_retryable`], nothing was made.
    async fn create(&self, policy: &NewPolicy) -> Result<PolicyId, AwsError>;

    /// Reads one policy with its details and tags (`GetLifecyclePolicy`).
    async fn get(&self, id: &PolicyId) -> Result<Found<Policy>, AwsError>;

    /// Lists the policies that match every part of `filter` (`GetLifecyclePolicies`).
    ///
    /// The answer is complete: the service does not paginate.
    async fn list(&self, filter: &PolicyFilter) -> Result<Vec<PolicySummary>, AwsError>;

    /// Changes what `change` names and leaves the rest (`UpdateLifecyclePolicy`).
    ///
    /// Of a policy that is gone it says so by [`crate::ErrorKind::NotFound`].
    async fn update(&self, id: &PolicyId, change: &PolicyChange) -> Result<(), AwsError>;

    /// Deletes a policy (`DeleteLifecyclePolicy`). Its snapshots stay.
    async fn delete(&self, id: &PolicyId) -> Result<Gone, AwsError>;

    /// Sets these tags and leaves others (`TagResource`). No tags: nothing is sent.
    async fn tag(&self, policy: &PolicyArn, tags: &Tags) -> Result<(), AwsError>;

    /// Removes the tags with these keys (`UntagResource`). No keys: nothing is sent.
    async fn untag(&self, policy: &PolicyArn, keys: &[String]) -> Result<(), AwsError>;
}
