//! What the provider block says about reaching AWS, argument by argument: [`ClientConfig`].
//!
//! Plain data with the names of the provider's arguments, and [`ClientConfig::check`], which needs
//! nothing else; nothing here touches files, the environment or the network. [`crate::Clients`]
//! turns it into clients.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::{InvalidRegion, Region};

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
    /// Unset: `AWS_MAX_ATTEMPTS`, the profile, then 2, and while AWS throttles for about a minute
    /// more. Creates without a client token are never repeated blindly, whatever is set.
    pub max_retries: Option<u32>,
    /// The longest that the first pause before a repetition may be; each further one doubles.
    /// Unset: one second. No argument of the provider: tests that count repetitions set it.
    pub first_backoff: Option<Duration>,
    /// The longest that one attempt of a call may take. Unset: a minute. No argument of the
    /// provider: tests in which no answer comes set it.
    pub attempt_timeout: Option<Duration>,
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

/// An argument of the provider block that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{argument}: {message}")]
pub struct BadSetting {
    /// The argument's name (`region`, `endpoints`, `assume_role`).
    pub argument: &'static str,
    /// What is wrong with it and what to do.
    pub message: String,
}

impl BadSetting {
    pub(crate) fn new(argument: &'static str, message: impl Into<String>) -> Self {
        Self {
            argument,
            message: message.into(),
        }
    }
}

impl ClientConfig {
    /// Everything that is wrong with the arguments by themselves, in their order.
    pub fn check(&self) -> Vec<BadSetting> {
        let mut bad = Vec::new();
        if let Some(Err(error)) = self.region.as_deref().map(|name| self.region_named(name)) {
            bad.push(BadSetting::new("region", error.to_string()));
        }
        bad.extend(self.check_keys());
        bad.extend(self.endpoints.set().filter_map(check_endpoint));
        bad.extend(self.check_roles());
        bad.extend(self.check_accounts());
        bad
    }

    /// The region that `name` is: of AWS, or of the store that `endpoints` names for S3, which has
    /// names of its own.
    pub(crate) fn region_named(&self, name: &str) -> Result<Region, InvalidRegion> {
        match self.endpoints.s3 {
            Some(_) => Region::of_store(name),
            None => name.parse(),
        }
    }

    fn check_keys(&self) -> Option<BadSetting> {
        let (argument, other) = match (&self.access_key, &self.secret_key, &self.token) {
            (Some(_), None, _) => ("access_key", "secret_key"),
            (None, Some(_), _) => ("secret_key", "access_key"),
            (None, None, Some(_)) => ("token", "access_key and secret_key"),
            _ => return None,
        };
        Some(BadSetting::new(
            argument,
            format!("is of no use without {other}"),
        ))
    }

    fn check_roles(&self) -> Vec<BadSetting> {
        let mut bad = Vec::new();
        for role in &self.assume_role {
            bad.extend(check_role("assume_role", &role.role_arn, role.duration));
        }
        if let Some(role) = &self.assume_role_with_web_identity {
            const NAME: &str = "assume_role_with_web_identity";
            bad.extend(check_role(NAME, &role.role_arn, role.duration));
            if role.web_identity_token.is_some() == role.web_identity_token_file.is_some() {
                let message = "needs either web_identity_token or web_identity_token_file";
                bad.push(BadSetting::new(NAME, message));
            }
        }
        bad
    }

    fn check_accounts(&self) -> Vec<BadSetting> {
        const NAME: &str = "allowed_account_ids";
        let digits = |id: &str| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit());
        let mut bad: Vec<BadSetting> = self
            .allowed_account_ids
            .iter()
            .filter(|id| !digits(id))
            .map(|id| {
                BadSetting::new(
                    NAME,
                    format!("{id:?} is not an account: one has twelve digits"),
                )
            })
            .collect();
        if !self.allowed_account_ids.is_empty() && self.skip_requesting_account_id {
            let message = "cannot be checked with skip_requesting_account_id; drop one of the two";
            bad.push(BadSetting::new(NAME, message));
        }
        bad
    }
}

fn check_endpoint((service, url): (&'static str, &str)) -> Option<BadSetting> {
    let uri: Option<http::Uri> = url.parse().ok();
    let usable = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    });
    (!usable).then(|| {
        let message = format!(
            "{service} = {url:?} is not the URL of a server; one looks like \"https://host:port\""
        );
        BadSetting::new("endpoints", message)
    })
}

fn check_role(argument: &'static str, arn: &str, duration: Option<Duration>) -> Vec<BadSetting> {
    const QUARTER: Duration = Duration::from_secs(15 * 60);
    const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);
    let mut bad = Vec::new();
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let is_role =
        matches!(parts.as_slice(), ["arn", _, "iam", "", _, role] if role.starts_with("role/"));
    if !is_role {
        let message = format!(
            "role_arn = {arn:?} is not the ARN of a role; one looks like \"arn:aws:iam::123456789012:role/name\""
        );
        bad.push(BadSetting::new(argument, message));
    }
    if duration.is_some_and(|duration| !(QUARTER..=LONGEST).contains(&duration)) {
        bad.push(BadSetting::new(
            argument,
            "duration must be between 15m and 12h",
        ));
    }
    bad
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
    fn every_argument_that_cannot_work_is_named() {
        assert_eq!(ClientConfig::default().check(), []);
        let config = ClientConfig {
            region: Some("eu-central-1a".into()),
            access_key: Some("AKIAEXAMPLE".into()),
            endpoints: Endpoints {
                dlm: Some("127.0.0.1:4566".into()),
                sts: Some("http://127.0.0.1:4566".into()),
                ..Endpoints::default()
            },
            assume_role: vec![AssumeRole {
                role_arn: "backup".into(),
                duration: Some(Duration::from_secs(60)),
                ..AssumeRole::default()
            }],
            assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
                role_arn: "arn:aws:iam::123456789012:role/ci".into(),
                ..AssumeRoleWithWebIdentity::default()
            }),
            allowed_account_ids: vec!["123456789012".into(), "1234".into()],
            skip_requesting_account_id: true,
            ..ClientConfig::default()
        };
        let said: Vec<String> = config.check().iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        region: "eu-central-1a" is not the name of an AWS region; did you mean "eu-central-1"?
        access_key: is of no use without secret_key
        endpoints: dlm = "127.0.0.1:4566" is not the URL of a server; one looks like "https://host:port"
        assume_role: role_arn = "backup" is not the ARN of a role; one looks like "arn:aws:iam::123456789012:role/name"
        assume_role: duration must be between 15m and 12h
        assume_role_with_web_identity: needs either web_identity_token or web_identity_token_file
        allowed_account_ids: "1234" is not an account: one has twelve digits
        allowed_account_ids: cannot be checked with skip_requesting_account_id; drop one of the two
        "#);
    }

    #[test]
    fn retry_modes_are_two() {
        for mode in RetryMode::KNOWN {
            assert!(mode.parse::<RetryMode>().is_ok());
        }
        assert!("legacy".parse::<RetryMode>().is_err());
    }
}
