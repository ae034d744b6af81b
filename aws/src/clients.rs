//! [`Clients`]: the provider's arguments turned into clients, one per service and region, each
//! made when it is first asked for.
//!
//! Making a [`Clients`] reads the shared files and, if named, the CA bundle; it calls nobody.
//! Credentials, the account and (only when nothing else names one) the region of the instance
//! are fetched by the first call that needs them, once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_config::identity::IdentityCache;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::profile::Profile;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::token::ProvideToken;
use aws_credential_types::provider::{error::TokenError, future};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::checksum_config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::os_shim_internal::Env;
use aws_types::region::Region as SdkRegion;
use aws_types::sdk_ua_metadata::FrameworkMetadata;
use aws_types::service_config::ServiceConfigKey;
use tokio::sync::OnceCell;

use crate::clock::SystemClock;
use crate::config::{BadSetting, ClientConfig, RetryMode};
use crate::dlm::Dlm;
use crate::dlm::sdk::SdkDlm;
use crate::http::{Http, Trust};
use crate::patient::Patient;
use crate::refusal::{self, Place};
use crate::s3::S3;
use crate::s3::sdk::SdkS3;
use crate::{Account, AwsError, ErrorKind, InvalidRegion, Region, Services, credentials, files};

/// Longer than a working handshake anywhere; short enough to name an unreachable endpoint soon.
const CONNECT: Duration = Duration::from_secs(5);
/// From the request sent to the first byte of the answer.
const READ: Duration = Duration::from_secs(30);
/// One attempt from end to end, without the pauses between attempts.
const ATTEMPT: Duration = Duration::from_secs(60);
/// A credential process may ask a person for a code; SSO and roles are calls of their own.
const CREDENTIALS: Duration = Duration::from_secs(60);

/// Clients of one account, as one provider block describes it.
#[derive(Debug)]
pub struct Clients {
    config: ClientConfig,
    sdk: SdkConfig,
    sources: ProviderConfig,
    named_region: Option<Region>,
    region: OnceCell<Region>,
    account: OnceCell<Account>,
    dlm: Mutex<BTreeMap<Region, Arc<Patient<SdkDlm, SystemClock>>>>,
    s3: Mutex<BTreeMap<Region, Arc<Patient<SdkS3, SystemClock>>>>,
}

impl Clients {
    /// Checks `config`, reads the files it names, and makes no call.
    ///
    /// # Errors
    /// The first argument that cannot work; [`ClientConfig::check`] lists all that can be found
    /// without reading files.
    pub async fn new(config: ClientConfig) -> Result<Self, BadSetting> {
        if let Some(bad) = config.check().into_iter().next() {
            return Err(bad);
        }
        let environment = Env::real();
        let files = files::named(&config);
        let profile = files::profile(&config, &files, &environment).await?;
        let http = http(&config, profile.as_ref(), &environment)?;
        let named_region = region(&config, profile.as_ref(), &environment)?;
        let region = named_region.as_ref().map(sdk_region);

        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .operation_attempt_timeout(config.attempt_timeout.unwrap_or(ATTEMPT))
            .build();
        let sources = ProviderConfig::without_region()
            .with_region(region.clone())
            .with_http_client(http.clone())
            .with_timeout_config(timeouts.clone());
        let sdk = load(&config, files.clone(), http, timeouts, region).await;
        let credentials = credentials::provider(&config, files, &sources, &sdk);
        let sdk = sdk.into_builder().credentials_provider(credentials).build();
        Ok(Self {
            config,
            sdk,
            sources,
            named_region,
            region: OnceCell::new(),
            account: OnceCell::new(),
            dlm: Mutex::default(),
            s3: Mutex::default(),
        })
    }

    /// The account behind the credentials, asked of STS in `region` the first time.
    async fn caller(&self, region: &Region) -> Result<Account, AwsError> {
        if self.config.skip_requesting_account_id {
            return Ok(Account::NotAsked);
        }
        let ask = || async { self.allowed(self.ask_caller(region).await?) };
        self.account.get_or_try_init(ask).await.cloned()
    }

    async fn ask_caller(&self, region: &Region) -> Result<String, AwsError> {
        const ACTION: &str = "sts:GetCallerIdentity";
        let endpoint = self.config.endpoints.sts.as_deref();
        let mut config = aws_sdk_sts::config::Builder::from(&self.sdk).region(sdk_region(region));
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        let place = self.place(region, endpoint);
        let answer = aws_sdk_sts::Client::from_conf(config.build())
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| refusal::read(ACTION, &place, &error))?;
        let account = answer.account().map(str::to_owned);
        account.ok_or_else(|| {
            AwsError::new(ErrorKind::Unreadable, ACTION, "the answer has no account")
                .with_place(place.to_string())
        })
    }

    fn allowed(&self, account: String) -> Result<Account, AwsError> {
        let allowed = &self.config.allowed_account_ids;
        if allowed.is_empty() || allowed.contains(&account) {
            return Ok(Account::Id(account));
        }
        let said = format!(
            "the credentials belong to account {account}, and allowed_account_ids names {}",
            allowed.join(", ")
        );
        let action = format!("account {account}");
        Err(AwsError::new(ErrorKind::Settings, action, said))
    }

    fn place(&self, region: &Region, endpoint: Option<&str>) -> Place {
        let endpoint = endpoint.or(self.sdk.endpoint_url());
        Place::new(region.clone(), endpoint.map(str::to_owned))
    }

    fn patient_dlm(&self, region: &Region) -> Patient<SdkDlm, SystemClock> {
        let endpoint = self.config.endpoints.dlm.as_deref();
        let mut config = aws_sdk_dlm::config::Builder::from(&self.sdk).region(sdk_region(region));
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        let client = aws_sdk_dlm::Client::from_conf(config.build());
        self.patient(SdkDlm::new(client, self.place(region, endpoint)))
    }

    fn patient_s3(&self, region: &Region) -> Patient<SdkS3, SystemClock> {
        let endpoint = self.config.endpoints.s3.clone();
        let mut config = aws_sdk_s3::config::Builder::from(&self.sdk)
            .region(sdk_region(region))
            .force_path_style(self.config.s3_use_path_style)
            // Bodies carry Content-MD5, which every store takes.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // Sessions are for directory buckets, which are none of ours.
            .disable_s3_express_session_auth(true);
        if let Some(url) = &endpoint {
            config = config.endpoint_url(url);
        }
        let client = aws_sdk_s3::Client::from_conf(config.build());
        let endpoint = endpoint.or_else(|| self.endpoint_found("S3"));
        let is_aws = endpoint.is_none() && self.sdk.endpoint_url().is_none();
        let place = self.place(region, endpoint.as_deref());
        self.patient(SdkS3::new(client, region.clone(), is_aws, place))
    }

    /// The endpoint that the environment or the profile names for this service alone.
    fn endpoint_found(&self, service: &str) -> Option<String> {
        let key = ServiceConfigKey::builder()
            .service_id(service)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        self.sdk.service_config()?.load_config(key)
    }

    fn patient<P>(&self, port: P) -> Patient<P, SystemClock> {
        match self.retries_are_named() {
            true => Patient::none(port, SystemClock),
            false => Patient::new(port, SystemClock),
        }
    }

    /// `region` or the one of resources that name none, once the account may be worked in.
    async fn resolved(&self, region: Option<&Region>) -> Result<Region, AwsError> {
        let region = match region {
            Some(region) => region.clone(),
            None => self.region().await?,
        };
        if !self.config.allowed_account_ids.is_empty() {
            self.caller(&region).await?;
        }
        Ok(region)
    }

    /// Whether the provider block, the environment or the profile says how often to repeat a call.
    fn retries_are_named(&self) -> bool {
        let found = self.sdk.retry_config().map(RetryConfig::max_attempts);
        self.config.max_retries.is_some()
            || found.is_some_and(|found| found != RetryConfig::standard().max_attempts())
    }
}

#[async_trait]
impl Services for Clients {
    async fn region(&self) -> Result<Region, AwsError> {
        if let Some(region) = &self.named_region {
            return Ok(region.clone());
        }
        let ask = || async {
            let instance = ImdsRegionProvider::builder()
                .configure(&self.sources)
                .build();
            let name = instance.region().await;
            name.and_then(|name| name.as_ref().parse().ok())
                .ok_or_else(no_region)
        };
        self.region.get_or_try_init(ask).await.cloned()
    }

    fn region_named(&self, name: &str) -> Result<Region, InvalidRegion> {
        self.config.region_named(name)
    }

    async fn account(&self) -> Result<Account, AwsError> {
        if self.config.skip_requesting_account_id {
            return Ok(Account::NotAsked);
        }
        self.caller(&self.region().await?).await
    }

    async fn dlm(&self, region: Option<&Region>) -> Result<Arc<dyn Dlm>, AwsError> {
        let region = self.resolved(region).await?;
        let mut clients = self.dlm.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients
            .entry(region.clone())
            .or_insert_with(|| Arc::new(self.patient_dlm(&region)));
        Ok(Arc::clone(client) as Arc<dyn Dlm>)
    }

    async fn s3(&self, region: Option<&Region>) -> Result<Arc<dyn S3>, AwsError> {
        let region = self.resolved(region).await?;
        let mut clients = self.s3.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients
            .entry(region.clone())
            .or_insert_with(|| Arc::new(self.patient_s3(&region)));
        Ok(Arc::clone(client) as Arc<dyn S3>)
    }
}

fn no_region() -> AwsError {
    let said = "none is named: set the provider's `region`, the environment's AWS_REGION, \
                `region` in the profile, or `region` on the resource";
    AwsError::new(ErrorKind::Settings, "the choice of a region", said)
}

fn sdk_region(region: &Region) -> SdkRegion {
    SdkRegion::new(region.as_str().to_owned())
}

/// The region that the provider block, the environment or the profile names.
fn region(
    config: &ClientConfig,
    profile: Option<&Profile>,
    environment: &Env,
) -> Result<Option<Region>, BadSetting> {
    let variable = |name: &str| environment.get(name).ok().filter(|value| !value.is_empty());
    let of_profile = || {
        profile
            .and_then(|profile| profile.get("region"))
            .map(str::to_owned)
    };
    let named = config
        .region
        .clone()
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .or_else(of_profile);
    named
        .map(|name| config.region_named(&name))
        .transpose()
        .map_err(|error| BadSetting::new("region", error.to_string()))
}

/// The HTTP client, trusting whom the provider block, the environment or the profile says.
fn http(
    config: &ClientConfig,
    profile: Option<&Profile>,
    environment: &Env,
) -> Result<SharedHttpClient, BadSetting> {
    let variable = || {
        environment
            .get("AWS_CA_BUNDLE")
            .ok()
            .filter(|path| !path.is_empty())
    };
    let of_profile = || profile.and_then(|profile| profile.get("ca_bundle"));
    let bundle: Option<PathBuf> = config
        .custom_ca_bundle
        .clone()
        .or_else(|| variable().map(PathBuf::from))
        .or_else(|| of_profile().map(PathBuf::from));
    let trust = match bundle {
        _ if config.insecure => {
            Trust::anything().map_err(|error| BadSetting::new("insecure", error.to_string()))?
        }
        Some(path) => Trust::with_bundle(&path)
            .map_err(|error| BadSetting::new("custom_ca_bundle", error.to_string()))?,
        None => Trust::system(),
    };
    Ok(SharedHttpClient::new(Http::new(trust)))
}

/// What the SDK itself finds in the environment and the profile: endpoints, retries, FIPS, dual
/// stack, application name.
async fn load(
    config: &ClientConfig,
    files: EnvConfigFiles,
    http: SharedHttpClient,
    timeouts: TimeoutConfig,
    region: Option<SdkRegion>,
) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .profile_files(files)
        .timeout_config(timeouts)
        .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS).build())
        // Ours replace them; the SDK's own chain would be built in vain.
        .no_credentials()
        // The SDK's own would ask the instance for a region when none is named.
        .token_provider(NoToken)
        .region(region);
    if let Some(profile) = &config.profile {
        loader = loader.profile_name(profile);
    }
    if let Ok(name) = FrameworkMetadata::new("holdfast", Some(env!("CARGO_PKG_VERSION"))) {
        loader = loader.framework_metadata(name);
    }
    let sdk = loader.load().await;
    let found = sdk
        .retry_config()
        .cloned()
        .unwrap_or_else(RetryConfig::standard);
    let retries = retries(config, found);
    sdk.into_builder().retry_config(retries).build()
}

/// Bearer tokens: no service of ours takes them.
#[derive(Debug)]
struct NoToken;

impl ProvideToken for NoToken {
    fn provide_token<'a>(&'a self) -> future::ProvideToken<'a>
    where
        Self: 'a,
    {
        future::ProvideToken::ready(Err(TokenError::not_loaded("none is looked for")))
    }
}

/// `found` by the SDK, overridden by what the provider block says.
fn retries(config: &ClientConfig, found: RetryConfig) -> RetryConfig {
    let attempts = match config.max_retries {
        Some(retries) => retries.saturating_add(1),
        None => found.max_attempts(),
    };
    let paced = match config.retry_mode {
        Some(RetryMode::Standard) => RetryConfig::standard(),
        Some(RetryMode::Adaptive) => RetryConfig::adaptive(),
        None => found,
    };
    let paced = match config.first_backoff {
        Some(pause) => paced.with_initial_backoff(pause),
        None => paced,
    };
    paced.with_max_attempts(attempts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_looked_for_where_the_cli_looks() {
        let found = |argument: Option<&str>, variables: &[(&str, &str)]| {
            let config = ClientConfig {
                region: argument.map(str::to_owned),
                ..ClientConfig::default()
            };
            region(&config, None, &Env::from_slice(variables))
                .unwrap()
                .map(|region| region.to_string())
        };
        let both = [
            ("AWS_DEFAULT_REGION", "eu-west-2"),
            ("AWS_REGION", "eu-west-1"),
        ];
        assert_eq!(
            found(Some("eu-west-3"), &both).as_deref(),
            Some("eu-west-3")
        );
        assert_eq!(found(None, &both).as_deref(), Some("eu-west-1"));
        assert_eq!(found(None, &both[..1]).as_deref(), Some("eu-west-2"));
        assert_eq!(found(None, &[("AWS_REGION", "")]), None);

        let wrong = Env::from_slice(&[("AWS_REGION", "Ireland")]);
        let error = region(&ClientConfig::default(), None, &wrong).unwrap_err();
        assert_eq!(error.argument, "region");
    }

    #[test]
    fn what_the_provider_block_says_of_retries_wins() {
        let block = |mode, max| ClientConfig {
            retry_mode: mode,
            max_retries: max,
            ..ClientConfig::default()
        };
        let found = || RetryConfig::standard().with_max_attempts(7);
        assert_eq!(retries(&block(None, None), found()).max_attempts(), 7);
        assert_eq!(retries(&block(None, Some(0)), found()).max_attempts(), 1);
        let adaptive = retries(&block(Some(RetryMode::Adaptive), None), found());
        assert_eq!(adaptive, RetryConfig::adaptive().with_max_attempts(7));
    }
}
