//! The roles of the provider block: `sts:AssumeRole` and `sts:AssumeRoleWithWebIdentity`.
//!
//! Ours and not the SDK's, because those know neither a source identity nor transitive tags, and
//! take a web identity token from a file only.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::identity::IdentityCache;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::Client;
use aws_sdk_sts::types::{self as sts, PolicyDescriptorType, Tag};
use aws_types::SdkConfig;

use crate::config::{AssumeRole, AssumeRoleWithWebIdentity};

/// A role taken on with the credentials of `before`.
pub(super) fn assumed(
    role: &AssumeRole,
    sdk: &SdkConfig,
    endpoint: Option<&str>,
    before: SharedCredentialsProvider,
) -> SharedCredentialsProvider {
    // The client that uses the session caches it; a cache here too would serve it past its end.
    let sdk = sdk
        .to_builder()
        .credentials_provider(before)
        .identity_cache(IdentityCache::no_cache())
        .build();
    SharedCredentialsProvider::new(Assumed {
        sts: client(&sdk, endpoint),
        role: role.clone(),
    })
}

/// A role taken on with a token.
pub(super) fn web_identity(
    role: &AssumeRoleWithWebIdentity,
    sdk: &SdkConfig,
    endpoint: Option<&str>,
) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(ByToken {
        sts: client(sdk, endpoint),
        role: role.clone(),
    })
}

fn client(sdk: &SdkConfig, endpoint: Option<&str>) -> Client {
    let mut config = aws_sdk_sts::config::Builder::from(sdk);
    if let Some(url) = endpoint {
        config = config.endpoint_url(url);
    }
    Client::from_conf(config.build())
}

#[derive(Debug)]
struct Assumed {
    sts: Client,
    role: AssumeRole,
}

impl Assumed {
    async fn session(&self) -> Result<Credentials, CredentialsError> {
        let role = &self.role;
        let tags = role.tags.iter().map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(CredentialsError::invalid_configuration)
        });
        let answer = self
            .sts
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(session_name(role.session_name.as_deref()))
            .set_external_id(role.external_id.as_ref().map(|id| id.expose().to_owned()))
            .set_duration_seconds(seconds(role.duration))
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .set_source_identity(role.source_identity.clone())
            .set_tags(some(tags.collect::<Result<_, _>>()?))
            .set_transitive_tag_keys(some(role.transitive_tag_keys.clone()))
            .send()
            .await
            .map_err(CredentialsError::provider_error)?;
        credentials(answer.credentials())
    }
}

impl ProvideCredentials for Assumed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.session())
    }
}

#[derive(Debug)]
struct ByToken {
    sts: Client,
    role: AssumeRoleWithWebIdentity,
}

impl ByToken {
    async fn session(&self) -> Result<Credentials, CredentialsError> {
        let role = &self.role;
        let answer = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(&role.role_arn)
            .role_session_name(session_name(role.session_name.as_deref()))
            .web_identity_token(self.token()?)
            .set_duration_seconds(seconds(role.duration))
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .send()
            .await
            .map_err(CredentialsError::provider_error)?;
        credentials(answer.credentials())
    }

    fn token(&self) -> Result<String, CredentialsError> {
        if let Some(token) = &self.role.web_identity_token {
            return Ok(token.expose().to_owned());
        }
        let Some(path) = &self.role.web_identity_token_file else {
            return Err(CredentialsError::invalid_configuration(
                "a web identity needs its token or a file that holds it",
            ));
        };
        let token = std::fs::read_to_string(path).map_err(|error| {
            let path = path.display();
            CredentialsError::invalid_configuration(format!(
                "the web identity token {path} cannot be read: {error}"
            ))
        })?;
        Ok(token.trim().to_owned())
    }
}

impl ProvideCredentials for ByToken {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.session())
    }
}

fn credentials(session: Option<&sts::Credentials>) -> Result<Credentials, CredentialsError> {
    let unusable = || CredentialsError::unhandled("STS answered without usable credentials");
    let session = session.ok_or_else(unusable)?;
    let end = SystemTime::try_from(*session.expiration()).map_err(|_| unusable())?;
    Ok(Credentials::new(
        session.access_key_id(),
        session.secret_access_key(),
        Some(session.session_token().to_owned()),
        Some(end),
        "assumed role",
    ))
}

/// The name given, or one that the logs of AWS tell apart by its time.
fn session_name(given: Option<&str>) -> String {
    given.map_or_else(
        || {
            let time = SystemTime::now().duration_since(UNIX_EPOCH);
            format!("holdfast-{}", time.unwrap_or_default().as_millis())
        },
        str::to_owned,
    )
}

/// Whole seconds, as the API takes them.
fn seconds(duration: Option<Duration>) -> Option<i32> {
    duration.map(|duration| i32::try_from(duration.as_secs()).unwrap_or(i32::MAX))
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    let descriptor = |arn: &String| PolicyDescriptorType::builder().arn(arn).build();
    some(arns.iter().map(descriptor).collect())
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
