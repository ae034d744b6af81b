//! The way in for tests: policies made, changed and taken away behind the API's back.

use serde_json::{Map, Value, json};

use super::Dlm;
use super::create;
use super::model::CreateRequest;
use super::policy::{Millis, Policy};
use super::store::Scope;
use crate::ACCOUNT;

/// Why a direct change is not made.
#[derive(Debug, thiserror::Error)]
pub enum DirectError {
    /// There is no policy of that id, in any region.
    #[error("the sandbox has no policy {0}")]
    NoPolicy(String),
    /// The JSON is not a policy.
    #[error("this is not a policy: {0}")]
    NotAPolicy(serde_json::Error),
    /// CreateLifecyclePolicy would refuse it.
    #[error("DLM refuses this policy: {0}")]
    Refused(String),
}

impl Dlm {
    /// Makes a policy as CreateLifecyclePolicy would, without a request; answers its id.
    pub(crate) fn create(&self, region: &str, request: Value) -> Result<String, DirectError> {
        let request: CreateRequest =
            serde_json::from_value(request).map_err(DirectError::NotAPolicy)?;
        let scope = Scope {
            account: ACCOUNT.to_owned(),
            region: region.to_owned(),
        };
        create::create(&mut self.store.lock(), &scope, request)
            .map_err(|error| DirectError::Refused(error.message()))
    }

    /// Stores a policy as it is, unchecked; members that are absent get plain values.
    pub(crate) fn plant(&self, policy: &Value) -> Result<String, DirectError> {
        let mut whole = json!(Policy {
            account: ACCOUNT.to_owned(),
            region: "us-east-1".to_owned(),
            policy_id: Policy::new_id(),
            description: "planted".to_owned(),
            state: "ENABLED".to_owned(),
            status_message: "ENABLED".to_owned(),
            execution_role_arn: format!("arn:aws:iam::{ACCOUNT}:role/planted"),
            date_created: Millis::now(),
            date_modified: Millis::now(),
            policy_details: Default::default(),
            tags: Default::default(),
            default_policy: false,
            console: false,
        });
        merge(&mut whole, policy);
        let policy: Policy = serde_json::from_value(whole).map_err(DirectError::NotAPolicy)?;
        let id = policy.policy_id.clone();
        let mut policies = self.store.lock();
        policies.retain(|other| other.policy_id != id);
        policies.push(policy);
        Ok(id)
    }

    /// Changes a policy by a JSON merge patch (RFC 7396) over its snapshot; answers the new one.
    pub(crate) fn patch(&self, id: &str, patch: &Value) -> Result<Value, DirectError> {
        let mut policies = self.store.lock();
        let found = policies.iter_mut().find(|policy| policy.policy_id == id);
        let policy = found.ok_or_else(|| DirectError::NoPolicy(id.to_owned()))?;
        let mut changed = json!(policy);
        changed["DateModified"] = json!(Millis::now());
        merge(&mut changed, patch);
        *policy = serde_json::from_value(changed).map_err(DirectError::NotAPolicy)?;
        Ok(policy.snapshot())
    }

    /// Takes a policy away.
    pub(crate) fn remove(&self, id: &str) -> Result<(), DirectError> {
        let mut policies = self.store.lock();
        let found = policies.iter().position(|policy| policy.policy_id == id);
        policies.remove(found.ok_or_else(|| DirectError::NoPolicy(id.to_owned()))?);
        Ok(())
    }

    /// All policies, oldest first.
    pub(crate) fn snapshot(&self) -> Vec<Value> {
        self.store.lock().iter().map(Policy::snapshot).collect()
    }

    /// Takes all policies away.
    pub(crate) fn clear(&self) {
        self.store.lock().clear();
    }
}

/// Merges as RFC 7396 has it: objects member by member, null removes, all else replaces.
fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    let Value::Object(into) = into else { return };
    for (key, value) in patch {
        if value.is_null() {
            into.remove(key);
        } else {
            merge(into.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_replaces_adds_and_removes() {
        let mut value = json!({ "Tags": { "a": "1", "b": "2" }, "List": [1, 2] });
        merge(
            &mut value,
            &json!({ "Tags": { "a": null, "c": "3" }, "List": [3], "New": { "x": null } }),
        );
        assert_eq!(
            value,
            json!({ "Tags": { "b": "2", "c": "3" }, "List": [3], "New": {} })
        );
    }
}
