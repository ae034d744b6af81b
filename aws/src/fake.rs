//! An account of AWS in memory, for the unit tests of those who use the ports (feature `fake`).
//!
//! [`FakeDlm`] keeps policies, writes down every call and fails on request, before doing
//! anything or after having done it ([`Failure`]). It checks nothing: `tests/sandbox` is the
//! place for AWS's own validation. [`FakeStore`] is the same for S3.

mod s3;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::dlm::{
    Dlm, Found, Gone, NewPolicy, Policy, PolicyArn, PolicyChange, PolicyFilter, PolicyId,
    PolicySummary, State, Tags,
};
use crate::s3::S3;
use crate::{Account, AwsError, ErrorKind, Region, Services};
pub use s3::{FakeBucket, FakeS3, FakeStore, Hold, Moment, S3Call, S3Method, Stored};

/// The account that everything in here belongs to.
pub const ACCOUNT: &str = "123456789012";

/// The methods of [`Dlm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// [`Dlm::create`]
    Create,
    /// [`Dlm::get`]
    Get,
    /// [`Dlm::list`]
    List,
    /// [`Dlm::update`]
    Update,
    /// [`Dlm::delete`]
    Delete,
    /// [`Dlm::tag`]
    Tag,
    /// [`Dlm::untag`]
    Untag,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing is done and an error of this kind comes back.
    Refused(Refusal),
    /// It is done, and then the answer is lost.
    AnswerLost,
}

/// What a refused call is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// [`ErrorKind::Throttled`]
    Throttled,
    /// [`ErrorKind::Denied`]
    Denied,
    /// [`ErrorKind::Server`]: the outcome is unknown to the caller.
    Server,
    /// [`ErrorKind::Unreachable`]
    Unreachable,
    /// [`ErrorKind::Invalid`]
    Invalid,
    /// [`ErrorKind::Limit`]
    Limit,
    /// [`ErrorKind::Timeout`]: the outcome is unknown to the caller.
    Timeout,
    /// [`ErrorKind::Conflict`]: something else is being done to the same thing.
    Conflict,
    /// [`ErrorKind::NotFound`] with S3's code for a bucket that is not known (yet).
    NoSuchBucket,
    /// [`ErrorKind::Unsupported`]: the store does not offer this.
    Unsupported,
}

impl Refusal {
    fn kind(self) -> ErrorKind {
        match self {
            Self::Throttled => ErrorKind::Throttled,
            Self::Denied => ErrorKind::Denied,
            Self::Server => ErrorKind::Server,
            Self::Unreachable => ErrorKind::Unreachable,
            Self::Limit => ErrorKind::Limit,
            Self::Timeout => ErrorKind::Timeout,
            Self::Conflict => ErrorKind::Conflict,
            Self::NoSuchBucket => ErrorKind::NotFound,
            Self::Unsupported => ErrorKind::Unsupported,
            Self::Invalid => ErrorKind::Invalid {
                required: Vec::new(),
                exclusive: Vec::new(),
            },
        }
    }

    fn error(self, action: &str) -> AwsError {
        let error = AwsError::new(self.kind(), action, "the test asked for this failure");
        match self {
            Self::Conflict => error.with_code("OperationAborted"),
            Self::NoSuchBucket => error.with_code("NoSuchBucket"),
            Self::Unsupported => error.with_code("NotImplemented"),
            _ => error,
        }
    }
}

/// DLM of one region, in memory.
#[derive(Debug)]
pub struct FakeDlm {
    region: String,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    policies: BTreeMap<PolicyId, Policy>,
    made: u32,
    calls: Vec<Method>,
    failures: BTreeMap<Method, VecDeque<Option<Failure>>>,
}

impl FakeDlm {
    /// An empty region.
    pub fn new(region: &str) -> Self {
        Self {
            region: region.to_owned(),
            inner: Mutex::default(),
        }
    }

    /// Makes the `nth` call of `method` from now on fail; the first is 1.
    pub fn fail(&self, method: Method, nth: usize, failure: Failure) {
        let mut inner = self.lock();
        let queue = inner.failures.entry(method).or_default();
        let index = nth.saturating_sub(1);
        if queue.len() <= index {
            queue.resize(index + 1, None);
        }
        queue[index] = Some(failure);
    }

    /// Every call so far, in order, failed ones included.
    pub fn calls(&self) -> Vec<Method> {
        self.lock().calls.clone()
    }

    /// Every policy that exists, by id.
    pub fn policies(&self) -> Vec<Policy> {
        self.lock().policies.values().cloned().collect()
    }

    /// Changes a policy behind the caller's back; `false` if there is none.
    pub fn edit(&self, id: &PolicyId, change: impl FnOnce(&mut Policy)) -> bool {
        self.lock().policies.get_mut(id).map(change).is_some()
    }

    /// Deletes a policy behind the caller's back; `false` if there is none.
    pub fn remove(&self, id: &PolicyId) -> bool {
        self.lock().policies.remove(id).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the call down, then refuses it, or does it and perhaps loses the answer.
    fn call<T>(
        &self,
        method: Method,
        action: &str,
        work: impl FnOnce(&mut Inner) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let mut inner = self.lock();
        inner.calls.push(method);
        let failure = inner
            .failures
            .get_mut(&method)
            .and_then(VecDeque::pop_front);
        match failure.flatten() {
            None => work(&mut inner),
            Some(Failure::Refused(refusal)) => Err(refusal.error(action)),
            Some(Failure::AnswerLost) => {
                work(&mut inner)?;
                Err(AwsError::new(
                    ErrorKind::ConnectionLost,
                    action,
                    "the test asked for this answer to be lost",
                ))
            }
        }
    }

    fn new_policy(&self, number: u32, policy: &NewPolicy) -> Result<Policy, AwsError> {
        let id = format!("policy-{number:017x}");
        let arn = format!("arn:aws:dlm:{}:{ACCOUNT}:policy/{id}", self.region);
        let bad = |error| AwsError::new(ErrorKind::Unreadable, "dlm:fake", format!("{error}"));
        Ok(Policy {
            id: id.parse().map_err(bad)?,
            arn: arn.parse().map_err(bad)?,
            description: policy.description.clone(),
            execution_role_arn: policy.execution_role_arn.clone(),
            state: policy.state.clone(),
            status_message: Some(policy.state.to_string()),
            created: None,
            modified: None,
            details: policy.details.clone(),
            tags: policy.tags.clone(),
            is_default: false,
            not_managed: Vec::new(),
        })
    }
}

#[async_trait]
impl Dlm for FakeDlm {
    async fn create(&self, policy: &NewPolicy) -> Result<PolicyId, AwsError> {
        self.call(Method::Create, "dlm:CreateLifecyclePolicy", |inner| {
            inner.made += 1;
            let made = self.new_policy(inner.made, policy)?;
            let id = made.id.clone();
            inner.policies.insert(id.clone(), made);
            Ok(id)
        })
    }

    async fn get(&self, id: &PolicyId) -> Result<Found<Policy>, AwsError> {
        self.call(Method::Get, "dlm:GetLifecyclePolicy", |inner| {
            Ok(match inner.policies.get(id) {
                Some(policy) => Found::Present(policy.clone()),
                None => Found::Absent,
            })
        })
    }

    async fn list(&self, filter: &PolicyFilter) -> Result<Vec<PolicySummary>, AwsError> {
        self.call(Method::List, "dlm:GetLifecyclePolicies", |inner| {
            let matching = inner
                .policies
                .values()
                .filter(|policy| matches(policy, filter));
            Ok(matching.map(summary).collect())
        })
    }

    async fn update(&self, id: &PolicyId, change: &PolicyChange) -> Result<(), AwsError> {
        self.call(Method::Update, "dlm:UpdateLifecyclePolicy", |inner| {
            let policy = inner.policies.get_mut(id);
            apply(
                policy.ok_or_else(|| missing("dlm:UpdateLifecyclePolicy", id.as_str()))?,
                change,
            );
            Ok(())
        })
    }

    async fn delete(&self, id: &PolicyId) -> Result<Gone, AwsError> {
        self.call(Method::Delete, "dlm:DeleteLifecyclePolicy", |inner| {
            Ok(match inner.policies.remove(id) {
                Some(_) => Gone::Now,
                None => Gone::Already,
            })
        })
    }

    async fn tag(&self, arn: &PolicyArn, tags: &Tags) -> Result<(), AwsError> {
        if tags.is_empty() {
            return Ok(());
        }
        self.call(Method::Tag, "dlm:TagResource", |inner| {
            let policy = inner.policies.get_mut(arn.id());
            let policy = policy.ok_or_else(|| missing("dlm:TagResource", arn.as_str()))?;
            policy.tags.extend(tags.clone());
            Ok(())
        })
    }

    async fn untag(&self, arn: &PolicyArn, keys: &[String]) -> Result<(), AwsError> {
        if keys.is_empty() {
            return Ok(());
        }
        self.call(Method::Untag, "dlm:UntagResource", |inner| {
            let policy = inner.policies.get_mut(arn.id());
            let policy = policy.ok_or_else(|| missing("dlm:UntagResource", arn.as_str()))?;
            policy.tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }
}

fn missing(action: &str, what: &str) -> AwsError {
    AwsError::new(ErrorKind::NotFound, action, format!("no policy {what}"))
        .with_code("ResourceNotFoundException")
}

fn matches(policy: &Policy, filter: &PolicyFilter) -> bool {
    let details = &policy.details;
    (filter.ids.is_empty() || filter.ids.contains(&policy.id))
        && filter
            .state
            .as_ref()
            .is_none_or(|state| *state == policy.state)
        && filter
            .resource_type
            .as_ref()
            .is_none_or(|kind| details.resource_types.contains(kind))
        && filter
            .target_tags
            .iter()
            .all(|tag| details.target_tags.contains(tag))
}

fn summary(policy: &Policy) -> PolicySummary {
    PolicySummary {
        id: policy.id.clone(),
        description: policy.description.clone(),
        state: policy.state.clone(),
        tags: policy.tags.clone(),
        policy_type: policy.details.policy_type.clone(),
        is_default: policy.is_default,
    }
}

fn apply(policy: &mut Policy, change: &PolicyChange) {
    if let Some(description) = &change.description {
        policy.description.clone_from(description);
    }
    if let Some(role) = &change.execution_role_arn {
        policy.execution_role_arn.clone_from(role);
    }
    if let Some(state) = &change.state {
        policy.state = state.clone();
        policy.status_message = Some(State::to_string(state));
    }
    if let Some(details) = &change.details {
        policy.details = details.clone();
    }
}

/// An account whose every region is a [`FakeDlm`], made when first asked for, and a [`FakeS3`] of
/// one [`FakeStore`].
#[derive(Debug)]
pub struct FakeServices {
    region: Region,
    dlm: Mutex<BTreeMap<Region, Arc<FakeDlm>>>,
    store: Arc<FakeStore>,
}

impl FakeServices {
    /// An empty account whose own region is `region`.
    pub fn new(region: Region) -> Self {
        Self {
            region,
            dlm: Mutex::default(),
            store: FakeStore::new(),
        }
    }

    /// The buckets, to prepare and to look at.
    pub fn fake_s3(&self) -> Arc<FakeStore> {
        Arc::clone(&self.store)
    }

    /// DLM of `region`, to prepare and to look at.
    pub fn fake_dlm(&self, region: &Region) -> Arc<FakeDlm> {
        let mut regions = self.dlm.lock().unwrap_or_else(PoisonError::into_inner);
        let fake = regions
            .entry(region.clone())
            .or_insert_with(|| Arc::new(FakeDlm::new(region.as_str())));
        Arc::clone(fake)
    }
}

#[async_trait]
impl Services for FakeServices {
    async fn region(&self) -> Result<Region, AwsError> {
        Ok(self.region.clone())
    }

    async fn account(&self) -> Result<Account, AwsError> {
        Ok(Account::Id(ACCOUNT.to_owned()))
    }

    async fn dlm(&self, region: Option<&Region>) -> Result<Arc<dyn Dlm>, AwsError> {
        Ok(self.fake_dlm(region.unwrap_or(&self.region)))
    }

    async fn s3(&self, region: Option<&Region>) -> Result<Arc<dyn S3>, AwsError> {
        Ok(Arc::new(self.store.region(region.unwrap_or(&self.region))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dlm::{PolicyDetails, ResourceType, Tag};

    fn policy() -> NewPolicy {
        NewPolicy {
            description: "nightly".into(),
            execution_role_arn: "arn:aws:iam::123456789012:role/dlm".into(),
            state: State::Enabled,
            details: PolicyDetails {
                policy_type: None,
                resource_types: vec![ResourceType::Volume],
                resource_locations: vec![],
                target_tags: vec![Tag::new("Backup", "Daily")],
                schedules: vec![],
                policy_language: None,
                parameters: None,
            },
            tags: Tags::new(),
        }
    }

    #[tokio::test]
    async fn a_lost_answer_leaves_the_policy_behind() {
        let dlm = FakeDlm::new("eu-central-1");
        dlm.fail(Method::Create, 1, Failure::Refused(Refusal::Throttled));
        dlm.fail(Method::Create, 2, Failure::AnswerLost);

        let refused = dlm.create(&policy()).await.unwrap_err();
        assert!(!refused.is_outcome_unknown() && dlm.policies().is_empty());
        let lost = dlm.create(&policy()).await.unwrap_err();
        assert!(lost.is_outcome_unknown());
        let id = dlm.create(&policy()).await.unwrap();

        assert_eq!(dlm.policies().len(), 2);
        assert_eq!(dlm.calls(), [Method::Create; 3]);
        assert_eq!(dlm.delete(&id).await.unwrap(), Gone::Now);
        assert_eq!(dlm.delete(&id).await.unwrap(), Gone::Already);
        assert_eq!(dlm.get(&id).await.unwrap(), Found::Absent);
    }

    #[tokio::test]
    async fn tags_and_changes_are_kept_and_filters_find_them() {
        let dlm = FakeDlm::new("eu-central-1");
        let id = dlm.create(&policy()).await.unwrap();
        let arn = dlm.policies()[0].arn.clone();
        let tags = Tags::from([("a".into(), "1".into()), ("b".into(), "2".into())]);
        dlm.tag(&arn, &tags).await.unwrap();
        dlm.untag(&arn, &["a".into()]).await.unwrap();
        let change = PolicyChange {
            state: Some(State::Disabled),
            ..PolicyChange::default()
        };
        dlm.update(&id, &change).await.unwrap();

        let disabled = PolicyFilter {
            state: Some(State::Disabled),
            target_tags: vec![Tag::new("Backup", "Daily")],
            ..PolicyFilter::default()
        };
        let found = dlm.list(&disabled).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].tags, Tags::from([("b".into(), "2".into())]));
        let weekly = PolicyFilter {
            target_tags: vec![Tag::new("Backup", "Weekly")],
            ..PolicyFilter::default()
        };
        assert!(dlm.list(&weekly).await.unwrap().is_empty());
    }
}
