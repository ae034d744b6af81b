//! [`SdkDlm`]: the port [`Dlm`] on the AWS SDK.

use async_trait::async_trait;
use aws_sdk_dlm::Client;
use aws_sdk_dlm::config::Config;
use aws_sdk_dlm::operation::create_lifecycle_policy::CreateLifecyclePolicyError;
use aws_sdk_dlm::operation::delete_lifecycle_policy::DeleteLifecyclePolicyError;
use aws_sdk_dlm::operation::get_lifecycle_policies::GetLifecyclePoliciesError;
use aws_sdk_dlm::operation::get_lifecycle_policy::GetLifecyclePolicyError;
use aws_sdk_dlm::operation::tag_resource::TagResourceError;
use aws_sdk_dlm::operation::untag_resource::UntagResourceError;
use aws_sdk_dlm::operation::update_lifecycle_policy::UpdateLifecyclePolicyError;
use aws_sdk_dlm::types::error::InvalidRequestException;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::retry::RetryConfig;

use super::dates::MendDates;
use super::{
    Dlm, Found, Gone, NewPolicy, Policy, PolicyArn, PolicyChange, PolicyFilter, PolicyId,
    PolicySummary, Tags, request, response,
};
use crate::refusal::{self, Blame, Place};
use crate::{AwsError, ErrorKind};

const CREATE: &str = "dlm:CreateLifecyclePolicy";
const GET: &str = "dlm:GetLifecyclePolicy";
const LIST: &str = "dlm:GetLifecyclePolicies";
const UPDATE: &str = "dlm:UpdateLifecyclePolicy";
const DELETE: &str = "dlm:DeleteLifecyclePolicy";
const TAG: &str = "dlm:TagResource";
const UNTAG: &str = "dlm:UntagResource";

/// DLM of one region through the SDK.
#[derive(Debug)]
pub(crate) struct SdkDlm {
    client: Client,
    place: Place,
}

impl SdkDlm {
    /// `place` is where `client` calls.
    pub(crate) fn new(client: Client, place: Place) -> Self {
        Self { client, place }
    }

    /// For those who read the log: the SDK's own events do not name the IAM action.
    fn calling(&self, action: &str) {
        tracing::debug!(action, place = %self.place, "calling AWS");
    }

    fn failed<E>(&self, action: &str, error: SdkError<E, HttpResponse>) -> AwsError
    where
        E: std::error::Error
            + aws_smithy_types::error::metadata::ProvideErrorMetadata
            + Blame
            + Send
            + Sync
            + 'static,
    {
        let failure = refusal::read(action, &self.place, &error);
        tracing::debug!(action, kind = ?failure.kind(), request = failure.request_id(), "AWS call failed");
        failure
    }

    fn unreadable(&self, action: &str, why: String) -> AwsError {
        AwsError::new(ErrorKind::Unreadable, action, why).with_place(self.place.to_string())
    }
}

#[async_trait]
impl Dlm for SdkDlm {
    async fn create(&self, policy: &NewPolicy) -> Result<PolicyId, AwsError> {
        self.calling(CREATE);
        let once = Config::builder().retry_config(RetryConfig::disabled());
        let answer = self
            .client
            .create_lifecycle_policy()
            .description(&policy.description)
            .execution_role_arn(&policy.execution_role_arn)
            .state(request::state(&policy.state))
            .policy_details(request::details(&policy.details))
            .set_tags((!policy.tags.is_empty()).then(|| policy.tags.clone().into_iter().collect()))
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(|error| self.failed(CREATE, error))?;
        response::parse(answer.policy_id(), "PolicyId").map_err(|why| self.unreadable(CREATE, why))
    }

    async fn get(&self, id: &PolicyId) -> Result<Found<Policy>, AwsError> {
        self.calling(GET);
        let answer = self
            .client
            .get_lifecycle_policy()
            .policy_id(id.as_str())
            .customize()
            .interceptor(MendDates)
            .send()
            .await;
        let answer = match answer.map_err(|error| self.failed(GET, error)) {
            Ok(answer) => answer,
            Err(error) if *error.kind() == ErrorKind::NotFound => return Ok(Found::Absent),
            Err(error) => return Err(error),
        };
        let policy = answer
            .policy()
            .ok_or_else(|| self.unreadable(GET, "the answer has no Policy".to_owned()))?;
        match response::policy(policy) {
            Ok(policy) => Ok(Found::Present(policy)),
            Err(why) => Err(self.unreadable(GET, why)),
        }
    }

    async fn list(&self, filter: &PolicyFilter) -> Result<Vec<PolicySummary>, AwsError> {
        self.calling(LIST);
        let ids = filter.ids.iter().map(|id| id.as_str().to_owned()).collect();
        let kind = filter.resource_type.as_ref();
        let answer = self
            .client
            .get_lifecycle_policies()
            .set_policy_ids(request::some(ids))
            .set_state(filter.state.as_ref().map(|state| state.as_str().into()))
            .set_resource_types(kind.map(|kind| vec![kind.as_str().into()]))
            .set_target_tags(request::target_tags(filter))
            .send()
            .await;
        let answer = match answer.map_err(|error| self.failed(LIST, error)) {
            Ok(answer) => answer,
            // Asked for an id that does not exist, AWS refuses instead of listing none. Of several
            // ids the others may exist, so there the refusal stands.
            Err(error) if *error.kind() == ErrorKind::NotFound && filter.ids.len() < 2 => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        answer
            .policies()
            .iter()
            .map(response::summary)
            .collect::<Result<_, _>>()
            .map_err(|why| self.unreadable(LIST, why))
    }

    async fn update(&self, id: &PolicyId, change: &PolicyChange) -> Result<(), AwsError> {
        self.calling(UPDATE);
        self.client
            .update_lifecycle_policy()
            .policy_id(id.as_str())
            .set_description(change.description.clone())
            .set_execution_role_arn(change.execution_role_arn.clone())
            .set_state(change.state.as_ref().map(request::state))
            .set_policy_details(change.details.as_ref().map(request::details))
            .send()
            .await
            .map_err(|error| self.failed(UPDATE, error))?;
        Ok(())
    }

    async fn delete(&self, id: &PolicyId) -> Result<Gone, AwsError> {
        self.calling(DELETE);
        let answer = self
            .client
            .delete_lifecycle_policy()
            .policy_id(id.as_str())
            .send()
            .await;
        match answer.map_err(|error| self.failed(DELETE, error)) {
            Ok(_) => Ok(Gone::Now),
            Err(error) if *error.kind() == ErrorKind::NotFound => Ok(Gone::Already),
            Err(error) => Err(error),
        }
    }

    async fn tag(&self, policy: &PolicyArn, tags: &Tags) -> Result<(), AwsError> {
        if tags.is_empty() {
            return Ok(());
        }
        self.calling(TAG);
        self.client
            .tag_resource()
            .resource_arn(policy.as_str())
            .set_tags(Some(tags.clone().into_iter().collect()))
            .send()
            .await
            .map_err(|error| self.failed(TAG, error))?;
        Ok(())
    }

    async fn untag(&self, policy: &PolicyArn, keys: &[String]) -> Result<(), AwsError> {
        if keys.is_empty() {
            return Ok(());
        }
        self.calling(UNTAG);
        self.client
            .untag_resource()
            .resource_arn(policy.as_str())
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .await
            .map_err(|error| self.failed(UNTAG, error))?;
        Ok(())
    }
}

fn members(error: &InvalidRequestException) -> (Vec<String>, Vec<String>) {
    (
        error.required_parameters().to_vec(),
        error.mutually_exclusive_parameters().to_vec(),
    )
}

macro_rules! blame_members {
    ($($error:ident),+) => {$(
        impl Blame for $error {
            fn members(&self) -> (Vec<String>, Vec<String>) {
                match self {
                    Self::InvalidRequestException(error) => members(error),
                    _ => (Vec::new(), Vec::new()),
                }
            }
        }
    )+};
}

blame_members! {
    CreateLifecyclePolicyError,
    GetLifecyclePoliciesError,
    TagResourceError,
    UntagResourceError,
    UpdateLifecyclePolicyError
}

impl Blame for GetLifecyclePolicyError {}
impl Blame for DeleteLifecyclePolicyError {}
