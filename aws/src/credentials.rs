//! Where credentials come from, as the AWS CLI finds them.
//!
//! Static keys of the provider block override everything. Otherwise, in this order: environment;
//! profile (keys, role, SSO, credential process); web identity of the environment; container;
//! instance. A profile named in the provider block leaves out what the environment says, as
//! `aws --profile` does. On top of what was found the roles of the provider block are taken on,
//! one after the other (`role.rs`).
//!
//! Building a chain asks nobody; the first call to AWS does. Where there plainly is no instance,
//! its metadata service costs one second (its client's connect timeout, never repeated), and
//! nothing with `AWS_EC2_METADATA_DISABLED=true`.

mod role;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::SdkConfig;

use crate::config::ClientConfig;

/// The source of credentials that `config` asks for. `sources` lends its region and HTTP client
/// to those of the SDK's sources that call someone, `sdk` to the roles of the provider block.
pub(crate) fn provider(
    config: &ClientConfig,
    files: EnvConfigFiles,
    sources: &ProviderConfig,
    sdk: &SdkConfig,
) -> SharedCredentialsProvider {
    let sts = config.endpoints.sts.as_deref();
    let mut provider = match &config.assume_role_with_web_identity {
        Some(role) => role::web_identity(role, sdk, sts),
        None => keys(config)
            .unwrap_or_else(|| SharedCredentialsProvider::new(chain(config, files, sources))),
    };
    for role in &config.assume_role {
        provider = role::assumed(role, sdk, sts, provider);
    }
    provider
}

/// The static keys of the provider block.
fn keys(config: &ClientConfig) -> Option<SharedCredentialsProvider> {
    let (key, secret) = (config.access_key.as_ref()?, config.secret_key.as_ref()?);
    let token = config.token.as_ref().map(|token| token.expose().to_owned());
    Some(SharedCredentialsProvider::new(Credentials::new(
        key.expose(),
        secret.expose(),
        token,
        None,
        "provider block",
    )))
}

fn chain(
    config: &ClientConfig,
    files: EnvConfigFiles,
    sources: &ProviderConfig,
) -> CredentialsProviderChain {
    let profile = ProfileFileCredentialsProvider::builder()
        .configure(sources)
        .profile_files(files);
    let chain = match &config.profile {
        Some(name) => {
            CredentialsProviderChain::first_try("Profile", profile.profile_name(name).build())
        }
        None => {
            let environment = EnvironmentVariableCredentialsProvider::new();
            let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(sources);
            CredentialsProviderChain::first_try("Environment", environment)
                .or_else("Profile", profile.build())
                .or_else("WebIdentity", web_identity.build())
        }
    };
    let container = EcsCredentialsProvider::builder().configure(sources);
    let instance = ImdsCredentialsProvider::builder().configure(sources);
    chain
        .or_else("Container", container.build())
        .or_else("Instance", Last(instance.build()))
}

/// The last source of a chain: whatever keeps it from answering, there are no credentials. An
/// error of its own would hide that the others had none either.
#[derive(Debug)]
struct Last<P>(P);

impl<P: ProvideCredentials> ProvideCredentials for Last<P> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.0
                .provide_credentials()
                .await
                .map_err(CredentialsError::not_loaded)
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt()
    }
}
