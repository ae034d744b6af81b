//! The `provider` block, named as in hashicorp/aws.

use std::path::PathBuf;
use std::time::Duration;

use holdfast_aws::config::{AssumeRole as Role, AssumeRoleWithWebIdentity as WebRole};
use holdfast_aws::config::{BadSetting, ClientConfig, Endpoints as Urls, RetryMode};
use tfplugin::Model;
use tfplugin::prelude::*;

use crate::creation::TAG;
use crate::tags::{TagMap, known_tags, reserved};

model! {
    /// Keeps the data of Rancher, K3s and RKE2 clusters on AWS recoverable: manages what backs them
    /// up.
    ///
    /// Credentials and region are found as the AWS CLI finds them: environment, profile, SSO, web
    /// identity, container, instance. Every argument is optional.
    pub struct Settings {
        /// Region of resources that name none.
        pub region: Attr<String> = optional(),
        /// Profile of the shared configuration and credentials files.
        pub profile: Attr<String> = optional(),
        /// Access key id; with `secret_key`, instead of every other source of credentials.
        pub access_key: Attr<String> = optional().sensitive(),
        /// The secret that belongs to `access_key`.
        pub secret_key: Attr<String> = optional().sensitive(),
        /// Session token that belongs to temporary keys.
        pub token: Attr<String> = optional().sensitive(),
        /// Shared configuration files, instead of `~/.aws/config`.
        pub shared_config_files: StringList = optional(),
        /// Shared credentials files, instead of `~/.aws/credentials`.
        pub shared_credentials_files: StringList = optional(),
        /// Accept any TLS certificate. Never for production.
        pub insecure: Attr<bool> = optional(),
        /// PEM file of certificate authorities to trust beside the system's.
        pub custom_ca_bundle: Attr<String> = optional(),
        /// How retries are paced.
        pub retry_mode: Attr<String> = optional().validate(one_of(["standard", "adaptive"])),
        /// How often a call that failed for a passing reason is repeated. If nothing says so (nor
        /// `AWS_MAX_ATTEMPTS`, nor the profile): twice, and for about a minute while AWS throttles.
        pub max_retries: Attr<u32> = optional().validate(between(0..=100)),
        /// Accounts that may be worked in; any other is refused before the first call.
        pub allowed_account_ids: StringSet = optional(),
        /// Do not ask STS which account this is, for stores that have none.
        pub skip_requesting_account_id: Attr<bool> = optional(),
        /// Address buckets as `endpoint/bucket`, not `bucket.endpoint`.
        pub s3_use_path_style: Attr<bool> = optional(),
        /// Roles to take on, one after the other.
        pub assume_role: Many<AssumeRole> = list(),
        /// A role to take on with a web identity token, before those of `assume_role`.
        pub assume_role_with_web_identity: One<AssumeRoleWithWebIdentity> = one(),
        /// Endpoints instead of AWS's own.
        pub endpoints: One<Endpoints> = one(),
        /// Tags of everything that can be tagged.
        pub default_tags: One<DefaultTags> = one(),
    }
}

model! {
    /// A role to take on.
    pub struct AssumeRole {
        /// ARN of the role.
        pub role_arn: Attr<String> = required(),
        /// Name of the session in AWS's logs.
        pub session_name: Attr<String> = optional(),
        /// What the role's trust policy asks for.
        pub external_id: Attr<String> = optional(),
        /// How long credentials last, such as `1h` or `30m`: 15 minutes to 12 hours.
        pub duration: Attr<String> = optional().validate(satisfies(
            "A length of time in hours, minutes and seconds, such as `1h30m`.",
            |text: &String| session_duration(text).is_some(),
        )),
        /// JSON policy that narrows the session.
        pub policy: Attr<String> = optional(),
        /// ARNs of managed policies that narrow the session.
        pub policy_arns: StringSet = optional(),
        /// Identity that AWS's logs name as the source.
        pub source_identity: Attr<String> = optional(),
        /// Tags of the session.
        pub tags: StringMap = optional(),
        /// Keys of session tags that later roles inherit.
        pub transitive_tag_keys: StringSet = optional(),
    }
}

model! {
    /// A role to take on with a web identity token.
    pub struct AssumeRoleWithWebIdentity {
        /// ARN of the role.
        pub role_arn: Attr<String> = required(),
        /// Name of the session in AWS's logs.
        pub session_name: Attr<String> = optional(),
        /// How long credentials last, such as `1h` or `30m`: 15 minutes to 12 hours.
        pub duration: Attr<String> = optional().validate(satisfies(
            "A length of time in hours, minutes and seconds, such as `1h30m`.",
            |text: &String| session_duration(text).is_some(),
        )),
        /// JSON policy that narrows the session.
        pub policy: Attr<String> = optional(),
        /// ARNs of managed policies that narrow the session.
        pub policy_arns: StringSet = optional(),
        /// The token. This or `web_identity_token_file`.
        pub web_identity_token: Attr<String> = optional().sensitive(),
        /// File that holds the token.
        pub web_identity_token_file: Attr<String> = optional(),
    }
}

model! {
    /// Endpoints instead of AWS's own, as URLs.
    pub struct Endpoints {
        /// Data Lifecycle Manager.
        pub dlm: Attr<String> = optional(),
        /// S3.
        pub s3: Attr<String> = optional(),
        /// EC2.
        pub ec2: Attr<String> = optional(),
        /// STS.
        pub sts: Attr<String> = optional(),
        /// CloudWatch.
        pub cloudwatch: Attr<String> = optional(),
    }
}

model! {
    /// Tags of everything that can be tagged.
    pub struct DefaultTags {
        /// Keys and values. A resource's own tag of the same key wins.
        pub tags: StringMap = optional(),
    }
}

impl Settings {
    /// The provider's default tags.
    pub fn default_tags(&self) -> TagMap {
        self.default_tags
            .present()
            .map(|block| known_tags(&block.tags))
            .unwrap_or_default()
    }

    /// What is wrong with the arguments by themselves, once all are known.
    pub fn check(&self, diagnostics: &mut Diagnostics) {
        if self.default_tags().contains_key(TAG) {
            let at = path!("default_tags", 0, "tags", Key(TAG));
            diagnostics.push(reserved(at));
        }
        if !self.encode().is_wholly_known() {
            return;
        }
        for bad in self.client_config().check() {
            diagnostics.push(invalid(&bad));
        }
    }

    /// What the ports need to know; every value must be known.
    pub fn client_config(&self) -> ClientConfig {
        ClientConfig {
            region: text(&self.region),
            profile: text(&self.profile),
            access_key: text(&self.access_key).map(Into::into),
            secret_key: text(&self.secret_key).map(Into::into),
            token: text(&self.token).map(Into::into),
            shared_config_files: paths(&self.shared_config_files),
            shared_credentials_files: paths(&self.shared_credentials_files),
            insecure: self.insecure.is_true(),
            custom_ca_bundle: text(&self.custom_ca_bundle).map(PathBuf::from),
            retry_mode: self
                .retry_mode
                .as_str()
                .and_then(|mode| mode.parse::<RetryMode>().ok()),
            max_retries: self.max_retries.known().copied(),
            first_backoff: None,
            attempt_timeout: None,
            assume_role: self
                .assume_role
                .known()
                .unwrap_or_default()
                .iter()
                .map(role)
                .collect(),
            assume_role_with_web_identity: self
                .assume_role_with_web_identity
                .present()
                .map(web_role),
            allowed_account_ids: texts(&self.allowed_account_ids),
            skip_requesting_account_id: self.skip_requesting_account_id.is_true(),
            endpoints: self.endpoints.present().map(urls).unwrap_or_default(),
            s3_use_path_style: self.s3_use_path_style.is_true(),
        }
    }
}

/// An argument that cannot work, as a diagnostic that points at it.
pub fn invalid(bad: &BadSetting) -> Diagnostic {
    let detail = format!("{}: {}.", bad.argument, bad.message.trim_end_matches('.'));
    Diagnostic::error("Invalid provider configuration", detail).at(path!(bad.argument))
}

fn role(block: &AssumeRole) -> Role {
    Role {
        role_arn: text(&block.role_arn).unwrap_or_default(),
        session_name: text(&block.session_name),
        external_id: text(&block.external_id).map(Into::into),
        duration: block.duration.as_str().and_then(session_duration),
        policy: text(&block.policy),
        policy_arns: texts(&block.policy_arns),
        source_identity: text(&block.source_identity),
        tags: known_tags(&block.tags).into_iter().collect(),
        transitive_tag_keys: texts(&block.transitive_tag_keys),
    }
}

fn web_role(block: &AssumeRoleWithWebIdentity) -> WebRole {
    WebRole {
        role_arn: text(&block.role_arn).unwrap_or_default(),
        session_name: text(&block.session_name),
        duration: block.duration.as_str().and_then(session_duration),
        policy: text(&block.policy),
        policy_arns: texts(&block.policy_arns),
        web_identity_token: text(&block.web_identity_token).map(Into::into),
        web_identity_token_file: text(&block.web_identity_token_file).map(PathBuf::from),
    }
}

fn urls(block: &Endpoints) -> Urls {
    Urls {
        dlm: text(&block.dlm),
        s3: text(&block.s3),
        ec2: text(&block.ec2),
        sts: text(&block.sts),
        cloudwatch: text(&block.cloudwatch),
    }
}

/// Text that is set; the empty string counts as unset, as in hashicorp/aws.
fn text(attr: &Attr<String>) -> Option<String> {
    attr.as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn texts(set: &StringSet) -> Vec<String> {
    set.elements().into_iter().flatten().cloned().collect()
}

fn paths(list: &StringList) -> Vec<PathBuf> {
    list.elements()
        .into_iter()
        .flatten()
        .map(PathBuf::from)
        .collect()
}

/// A session's length in Go's notation (`1h30m`).
fn session_duration(text: &str) -> Option<Duration> {
    let mut seconds = 0_u64;
    let mut digits = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character),
            'h' | 'm' | 's' => {
                let count: u64 = std::mem::take(&mut digits).parse().ok()?;
                let unit = match character {
                    'h' => 3600,
                    'm' => 60,
                    _ => 1,
                };
                seconds = seconds.checked_add(count.checked_mul(unit)?)?;
            }
            _ => return None,
        }
    }
    (digits.is_empty() && !text.is_empty()).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_go_writes_them() {
        for (text, expected) in [
            ("1h", Some(3600)),
            ("1h30m", Some(5400)),
            ("900s", Some(900)),
            ("3600", None),
            ("1d", None),
            ("h", None),
            ("99999999999999999999h", None),
            ("", None),
        ] {
            assert_eq!(
                session_duration(text).map(|d| d.as_secs()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn settings_that_cannot_work_are_pointed_at() {
        let check = |settings: Settings| {
            let mut diagnostics = Diagnostics::new();
            settings.check(&mut diagnostics);
            diagnostics.to_string()
        };
        insta::assert_snapshot!(check(Settings { access_key: "a".into(), ..Settings::default() }), @"error: Invalid provider configuration (at access_key): access_key: is of no use without secret_key.");
        insta::assert_snapshot!(check(Settings { region: "Frankfurt".into(), ..Settings::default() }), @r#"error: Invalid provider configuration (at region): region: "Frankfurt" is not the name of an AWS region; one looks like "eu-central-1" (with endpoints { s3 = ... } in the provider block, any name of that store will do)."#);
        let role = AssumeRoleWithWebIdentity::default();
        insta::assert_snapshot!(check(Settings {
            assume_role_with_web_identity: One::Present(role),
            ..Settings::default()
        }), @r#"
        error: Invalid provider configuration (at assume_role_with_web_identity): assume_role_with_web_identity: role_arn = "" is not the ARN of a role; one looks like "arn:aws:iam::123456789012:role/name".
        error: Invalid provider configuration (at assume_role_with_web_identity): assume_role_with_web_identity: needs either web_identity_token or web_identity_token_file.
        "#);
        let default_tags = One::Present(DefaultTags {
            tags: StringMap::of([(TAG, "x")]),
        });
        insta::assert_snapshot!(check(Settings { default_tags, ..Settings::default() }), @r#"error: Reserved tag key (at default_tags[0].tags["holdfast:creating"]): "holdfast:creating" is the mark of a create under way; choose another key."#);
        let unknown = Settings {
            region: "?".into(),
            profile: Attr::Unknown,
            ..Settings::default()
        };
        assert_eq!(check(unknown), "", "nothing is said before all is known");
    }

    #[test]
    fn empty_text_is_unset() {
        let settings = Settings {
            profile: "".into(),
            region: "eu-west-1".into(),
            ..Settings::default()
        };
        let config = settings.client_config();
        assert_eq!(config.profile, None);
        assert_eq!(config.region.as_deref(), Some("eu-west-1"));
    }
}
