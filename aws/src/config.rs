//! What the provider block says about reaching AWS, argument by argument: [`ClientConfig`].
//!
//! Plain data with the names of the provider's arguments; nothing here touches files, the
//! environment or the network. [`crate::Clients`] turns it into clients.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A value that must never be shown: its `Debug` prints no part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one call that needs it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(secret)")
    }
}

/// The arguments of the provider block. `Default` means: all as the AWS CLI finds it.
#[derive(Debug, Clone, Default)]
pub struct ClientConfig {
    /// Region of resources that name none. Unset: `AWS_REGION`, `AWS_DEFAULT_REGION`, the
    /// profile, the instance's metadata.
    pub region: Option<String>,
    /// Profile of the shared files. Unset: `AWS_PROFILE`, then `default`.
    pub profile: Option<String>,
    /// Static credentials; they override every other source. Both keys or neither.
    pub access_key: Option<Secret>,
    /// The secret half of `access_key`.
    pub secret_key: Option<Secret>,
    /// Session token of static credentials.
    pub token: Option<Secret>,
    /// Instead of `AWS_CONFIG_FILE` or `~/.aws/config`. Empty: those.
    pub shared_config_files: Vec<PathBuf>,
    /// Instead of `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`. Empty: those.
    pub shared_credentials_files: Vec<PathBuf>,
    /// Accepts any TLS certificate. Never for production.
    pub insecure: bool,
    /// PEM file with certificate authorities trusted beside the system's. Unset:
    /// `AWS_CA_BUNDLE`.
    pub custom_ca_bundle: Option<PathBuf>,
    /// How retries are paced. Unset: `AWS_RETRY_MODE`, the profile, then standard.
    pub retry_mode: Option<RetryMode>,
    /// How often a call is repeated after a failure that a repetition can mend; 0: never.
    /// Unset: `AWS_MAX_ATTEMPTS`, the profile, then 2. Creates without a client token are never
    /// repeated blindly, whatever is set.
    pub max_retries: Option<u32>,
    /// Roles taken on one after the other, each with the credentials of the one before.
    pub assume_role: Vec<AssumeRole>,
    /// A role taken on with a token instead of keys, before those of `assume_role`.
    pub assume_role_with_web_identity: Option<AssumeRoleWithWebIdentity>,
    /// Accounts that may be worked in; any other is refused before the first change. Empty: all.
    pub allowed_account_ids: Vec<String>,
    /// Never asks STS for the account: for S3-compatible stores that have no STS.
    pub skip_requesting_account_id: bool,
    /// Endpoints that replace AWS's own.
    pub endpoints: Endpoints,
    /// `https://host/bucket` instead of `https://bucket.host`.
    pub s3_use_path_style: bool,
}

/// Endpoint URLs, one per service. Unset: `AWS_ENDPOINT_URL_DLM` and its like,
/// `AWS_ENDPOINT_URL`, the profile, then AWS's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Data Lifecycle Manager.
    pub dlm: Option<String>,
    /// S3.
    pub s3: Option<String>,
    /// EC2.
    pub ec2: Option<String>,
    /// STS.
    pub sts: Option<String>,
    /// CloudWatch.
    pub cloudwatch: Option<String>,
}

impl Endpoints {
    /// Every endpoint that is set, with its argument's name.
    pub(crate) fn set(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("dlm", &self.dlm),
            ("s3", &self.s3),
            ("ec2", &self.ec2),
            ("sts", &self.sts),
            ("cloudwatch", &self.cloudwatch),
        ]
        .into_iter()
        .filter_map(|(name, url)| url.as_deref().map(|url| (name, url)))
    }
}

/// How retries are paced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryMode {
    /// Exponential pauses with jitter and a budget.
    Standard,
    /// The same, and the client slows itself down when it is throttled.
    Adaptive,
}

impl RetryMode {
    /// The values of the argument.
    pub const KNOWN: &[&str] = &["standard", "adaptive"];
}

impl std::str::FromStr for RetryMode {
    type Err = InvalidRetryMode;

    fn from_str(text: &str) -> Result<Self, InvalidRetryMode> {
        match text {
            "standard" => Ok(Self::Standard),
            "adaptive" => Ok(Self::Adaptive),
            _ => Err(InvalidRetryMode(text.to_owned())),
        }
    }
}

/// A retry mode that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a retry mode: use \"standard\" or \"adaptive\"")]
pub struct InvalidRetryMode(String);

/// A role to take on with credentials (`sts:AssumeRole`).
#[derive(Debug, Clone, Default)]
pub struct AssumeRole {
    /// ARN of the role.
    pub role_arn: String,
    /// Name that AWS's logs show. Unset: made from the time.
    pub session_name: Option<String>,
    /// What the role's owner asks for as proof.
    pub external_id: Option<Secret>,
    /// How long one session lasts, 15 minutes to 12 hours. Unset: one hour.
    pub duration: Option<Duration>,
    /// JSON of a policy that narrows the session.
    pub policy: Option<String>,
    /// ARNs of managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// Identity that AWS's logs keep over a chain of roles.
    pub source_identity: Option<String>,
    /// Tags of the session.
    pub tags: Vec<(String, String)>,
    /// Keys of session tags that the next role of a chain sees too.
    pub transitive_tag_keys: Vec<String>,
}

/// A role to take on with a token (`sts:AssumeRoleWithWebIdentity`).
#[derive(Debug, Clone, Default)]
pub struct AssumeRoleWithWebIdentity {
    /// ARN of the role.
    pub role_arn: String,
    /// Name that AWS's logs show. Unset: made from the time.
    pub session_name: Option<String>,
    /// How long one session lasts, 15 minutes to 12 hours. Unset: one hour.
    pub duration: Option<Duration>,
    /// JSON of a policy that narrows the session.
    pub policy: Option<String>,
    /// ARNs of managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// The token itself. This or the file.
    pub web_identity_token: Option<Secret>,
    /// The file that holds the token, read anew for every session.
    pub web_identity_token_file: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows() {
        let config = ClientConfig {
            access_key: Some("AKIAEXAMPLE".into()),
            secret_key: Some("hunter2hunter2".into()),
            token: Some("token-of-session".into()),
            assume_role: vec![AssumeRole {
                external_id: Some("between-us".into()),
                ..AssumeRole::default()
            }],
            ..ClientConfig::default()
        };
        let shown = format!("{config:?}");
        for secret in ["AKIA", "hunter2", "token-of", "between-us"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert_eq!(shown.matches("(secret)").count(), 4);
    }

    #[test]
    fn retry_modes_are_two() {
        for mode in RetryMode::KNOWN {
            assert!(mode.parse::<RetryMode>().is_ok());
        }
        assert!("legacy".parse::<RetryMode>().is_err());
    }
}
