//! Data Lifecycle Manager, API version 2018-01-12, as REST-JSON 1.1.
//!
//! `winterbaume-dlm` validates nothing, answers no ARN and keeps tags apart, so this service is
//! ours: `route` reads method and path, `create`, `update`, `read` and `tags` are the operations,
//! `check` refuses what the service refuses, `defaults` fills in what it fills in, `model` has the
//! shapes of the wire, `policy` what is stored, `direct` the way in for tests.
//!
//! # True to the service
//! - No pages, no client token: a create that is sent twice makes two policies.
//! - Errors are REST-JSON with `RequiredParameters` and `MutuallyExclusiveParameters`; several
//!   absent parameters are named at once, in the service's words.
//! - An update clears nothing, cannot change PolicyType or ResourceTypes, and does not turn
//!   count-based retention into age-based.
//! - 100 policies per account and region; regions and accounts do not see each other.
//! - Answers are filled in: ResourceLocations, PolicyLanguage, PolicyType, CreateRule.Location,
//!   CreateRule.Times, RetainRule.Interval 0, Schedules[].CopyTags false; default policies likewise.
//!
//! # Different from the service, or not known of it
//! - Signatures and the caller's `iam:PassRole` are not verified; the execution role need not exist.
//! - Nothing runs: no snapshots, no state ERROR by itself (plant it with `direct`).
//! - Two enabled policies may share target tags. hashicorp/aws's documentation says that AWS
//!   refuses this; AWS's own page of 2018 said so, its later ones do not.
//! - An update keeps the members of PolicyDetails that it does not send: seen for TargetTags,
//!   assumed of the others (`update`).
//! - The wording of messages is ours except where `error` cites a source, and so is `Code`.
//! - Which error meets a second default policy of one type (here LimitExceededException), an
//!   unknown id in `policyIds` (ResourceNotFoundException) or PolicyDetails in the update of a
//!   default policy (InvalidRequestException) is a guess.
//! - List filters with several values let a policy pass that has one of them: a guess.
//! - Not checked: that copy targets are other regions, that schedule names differ, that KMS keys,
//!   zones and script documents exist, that fast restore and archive fit their quotas.
//! - Default policies for volumes may exclude by tags: the model says they may not, hashicorp/aws's
//!   acceptance test does it.
//! - A cron expression is followed for nine years to find its period; a month's archive counts as
//!   a month, so three are 90 days as AWS's page says, though February to April have 89.

mod check;
mod create;
mod cron;
mod defaults;
mod direct;
mod error;
mod model;
mod policy;
mod read;
mod route;
mod store;
mod tags;
mod update;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use winterbaume_core::{
    MockRequest, MockResponse, MockService, extract_path, extract_query_string,
};

pub use direct::DirectError;
pub use policy::Timestamps;

use crate::ACCOUNT;
use crate::credential::Credential;
use crate::query;
use crate::service::{Protocol, Served};
use crate::sts::Sts;
use error::DlmError;
use model::{CreateRequest, TagRequest, UpdateRequest};
use route::Operation;
use store::{Scope, Store, find};

/// The DLM of the sandbox.
pub(crate) struct Dlm {
    store: Store,
    sts: Arc<Sts>,
    timestamps: Mutex<Timestamps>,
}

impl Dlm {
    /// An empty one; `sts` knows which account a key belongs to.
    pub(crate) fn new(sts: Arc<Sts>) -> Self {
        Self {
            store: Store::default(),
            sts,
            timestamps: Mutex::default(),
        }
    }

    pub(crate) fn set_timestamps(&self, timestamps: Timestamps) {
        *self
            .timestamps
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = timestamps;
    }

    async fn scope(&self, request: &MockRequest) -> Scope {
        match Credential::of(&request.headers, extract_query_string(&request.uri)) {
            Ok(credential) => Scope {
                account: self.sts.identity(&credential.access_key).await.account,
                region: credential.region,
            },
            // The door has turned such requests away; this is for callers of the trait alone.
            Err(_) => Scope {
                account: ACCOUNT.to_owned(),
                region: "us-east-1".to_owned(),
            },
        }
    }

    fn answer(&self, request: &MockRequest, scope: &Scope) -> Result<MockResponse, DlmError> {
        let operation = Operation::of(&request.method, &extract_path(&request.uri))?;
        let query = extract_query_string(&request.uri);
        let mut policies = self.store.lock();
        let place = |id: &str| find(&policies, scope, id).ok_or_else(|| DlmError::no_policy(id));
        match operation {
            Operation::CreateLifecyclePolicy => {
                let request: CreateRequest = body(request)?;
                create::create(&mut policies, scope, request)
                    .map(|id| ok(&json!({ "PolicyId": id })))
            }
            Operation::GetLifecyclePolicies => {
                read::list(&policies, scope, query).map(|list| ok(&list))
            }
            Operation::GetLifecyclePolicy(id) => {
                let timestamps = *self
                    .timestamps
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                place(&id).map(|at| MockResponse::rest_json(200, policies[at].answer(timestamps)))
            }
            Operation::UpdateLifecyclePolicy(id) => {
                let at = place(&id)?;
                let request: UpdateRequest = body(request)?;
                update::update(&mut policies[at], request).map(|()| ok(&json!({})))
            }
            Operation::DeleteLifecyclePolicy(id) => {
                let at = place(&id)?;
                policies.remove(at);
                Ok(ok(&json!({})))
            }
            Operation::TagResource(arn) => {
                let at = tags::policy(&policies, scope, &arn)?;
                let request: TagRequest = body(request)?;
                let Some(tags) = request.tags else {
                    return Err(DlmError::Missing(vec!["Tags"]));
                };
                tags::tag(&mut policies[at], tags).map(|()| ok(&json!({})))
            }
            Operation::UntagResource(arn) => {
                let at = tags::policy(&policies, scope, &arn)?;
                let keys = query::values(query, "tagKeys");
                tags::untag(&mut policies[at], &keys).map(|()| ok(&json!({})))
            }
            Operation::ListTagsForResource(arn) => {
                let at = tags::policy(&policies, scope, &arn)?;
                Ok(ok(&json!({ "Tags": policies[at].tags })))
            }
        }
    }
}

impl MockService for Dlm {
    fn service_name(&self) -> &str {
        "dlm"
    }

    fn url_patterns(&self) -> Vec<&str> {
        vec![r"https?://dlm\..*\.amazonaws\.com"]
    }

    fn handle(
        &self,
        request: MockRequest,
    ) -> Pin<Box<dyn Future<Output = MockResponse> + Send + '_>> {
        Box::pin(async move {
            let scope = self.scope(&request).await;
            self.answer(&request, &scope)
                .unwrap_or_else(|error| error.response())
        })
    }
}

impl Served for Dlm {
    fn protocol(&self) -> Protocol {
        Protocol::RestJson
    }

    fn operation(&self, request: &MockRequest) -> Option<String> {
        let operation = Operation::of(&request.method, &extract_path(&request.uri)).ok()?;
        Some(operation.name().to_owned())
    }
}

fn ok(body: &Value) -> MockResponse {
    MockResponse::rest_json(200, body.to_string())
}

/// The body as the operation's input; an empty one has no members.
fn body<T: DeserializeOwned + Default>(request: &MockRequest) -> Result<T, DlmError> {
    let text = request.body.trim_ascii();
    if text.is_empty() {
        return Ok(T::default());
    }
    // serde would read a struct from an array, too.
    if !text.starts_with(b"{") {
        return Err(DlmError::Serialization(
            "the body is not a JSON object".to_owned(),
        ));
    }
    serde_json::from_slice(text).map_err(|error| DlmError::Serialization(error.to_string()))
}
