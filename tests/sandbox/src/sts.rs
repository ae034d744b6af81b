//! STS: winterbaume's, mended where it differs from AWS.
//!
//! - winterbaume-sts 0.2 answers GetCallerIdentity the same to every key. Here a key that
//!   AssumeRole handed out is the assumed role, in the role's account.
//! - Its root identity is `arn:aws:sts::...:user/moto`; users live in IAM: `arn:aws:iam::...`.
//! - Its state is per region; keys are valid in all regions.
//! - Not mended: any role can be assumed by anybody, with any token, for any time, and key ids have
//!   small letters among the capitals.

use std::future::Future;
use std::pin::Pin;

use winterbaume_core::{MockRequest, MockResponse, MockService, StatefulService};
use winterbaume_sts::StsService;
use winterbaume_sts::model::GetCallerIdentityResponse;
use winterbaume_sts::wire::serialize_get_caller_identity_response;

use crate::ACCOUNT;
use crate::credential::Credential;
use crate::query;
use crate::service::{Protocol, Served};

/// winterbaume finds the region in the host; one for all keeps all sessions together.
const ENDPOINT: &str = "https://sts.us-east-1.amazonaws.com/";
/// Operations that are called without a signature: their token says who calls.
const UNSIGNED: [&str; 2] = ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"];

/// Who a key belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) account: String,
    pub(crate) arn: String,
    pub(crate) user_id: String,
}

/// The STS of the sandbox, and its memory of who holds which key.
#[derive(Default)]
pub(crate) struct Sts {
    inner: StsService,
}

impl Sts {
    /// The holder of a key: an assumed role, else the sandbox's one user.
    pub(crate) async fn identity(&self, access_key: &str) -> Identity {
        let state = self
            .inner
            .snapshot(winterbaume_core::default_account_id(), "us-east-1")
            .await;
        let session = state
            .assumed_roles
            .into_iter()
            .find(|role| role.access_key_id == access_key);
        match session {
            Some(role) => {
                let partition = role.role_arn.split(':').nth(1).unwrap_or("aws");
                let name = role.role_arn.rsplit('/').next().unwrap_or_default();
                Identity {
                    arn: format!(
                        "arn:{partition}:sts::{}:assumed-role/{name}/{}",
                        role.account_id, role.role_session_name
                    ),
                    user_id: format!("{}:{}", role.assumed_role_id, role.role_session_name),
                    account: role.account_id,
                }
            }
            None => Identity {
                account: ACCOUNT.to_owned(),
                arn: format!("arn:aws:iam::{ACCOUNT}:user/sandbox"),
                user_id: "AIDASANDBOXSANDBOX000".to_owned(),
            },
        }
    }

    /// Whether a request without credentials may be meant for STS.
    pub(crate) fn takes_unsigned(request: &MockRequest) -> bool {
        action(request).is_some_and(|action| UNSIGNED.contains(&action.as_str()))
    }

    async fn caller(&self, request: &MockRequest) -> MockResponse {
        let query = winterbaume_core::extract_query_string(&request.uri);
        let key = Credential::of(&request.headers, query).map(|found| found.access_key);
        let identity = self.identity(&key.unwrap_or_default()).await;
        serialize_get_caller_identity_response(&GetCallerIdentityResponse {
            account: Some(identity.account),
            arn: Some(identity.arn),
            user_id: Some(identity.user_id),
        })
    }
}

/// The `Action` of a Query request, from its form body or its query string.
fn action(request: &MockRequest) -> Option<String> {
    let body = std::str::from_utf8(&request.body).unwrap_or_default();
    let query = winterbaume_core::extract_query_string(&request.uri);
    [body, query]
        .into_iter()
        .find_map(|text| query::values(text, "Action").pop())
}

impl MockService for Sts {
    fn service_name(&self) -> &str {
        "sts"
    }

    fn url_patterns(&self) -> Vec<&str> {
        self.inner.url_patterns()
    }

    fn handle(
        &self,
        mut request: MockRequest,
    ) -> Pin<Box<dyn Future<Output = MockResponse> + Send + '_>> {
        Box::pin(async move {
            if action(&request).as_deref() == Some("GetCallerIdentity") {
                return self.caller(&request).await;
            }
            // winterbaume reads only the body.
            if request.body.is_empty() {
                let query = winterbaume_core::extract_query_string(&request.uri);
                request.body = query.to_owned().into();
            }
            request.uri = ENDPOINT.to_owned();
            self.inner.handle(request).await
        })
    }
}

impl Served for Sts {
    fn protocol(&self) -> Protocol {
        Protocol::Query
    }

    fn operation(&self, request: &MockRequest) -> Option<String> {
        action(request)
    }
}
