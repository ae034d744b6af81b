//! A stored policy and the forms in which it is shown.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::model::{PolicyDetails, TagMap};
use crate::random;

/// How timestamps are answered.
///
/// The model says ISO 8601. The service has been seen to answer both: epoch seconds in 2022 and
/// 2023 (hashicorp/terraform-provider-aws#25665, aws/aws-sdk-java-v2#3856), strings in 2018 and
/// 2019 (aws/aws-sdk-go#2100, aws/aws-sdk-java-v2#1053) and to today's strict SDKs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timestamps {
    /// A number: `1.656790738203E9`.
    #[default]
    EpochSeconds,
    /// A string: `2022-07-02T19:38:58Z`.
    Iso8601,
}

/// Milliseconds since 1970, in JSON as seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Millis(pub(crate) i64);

impl Millis {
    pub(crate) fn now() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// As Java prints a double, which is how the service writes it.
    fn java(self) -> String {
        let digits = self.0.to_string();
        let exponent = digits.len() - 4;
        let fraction = digits[1..].trim_end_matches('0');
        format!(
            "{}.{}E{exponent}",
            &digits[..1],
            if fraction.is_empty() { "0" } else { fraction }
        )
    }

    fn raw(self, timestamps: Timestamps) -> Box<RawValue> {
        let iso = jiff::Timestamp::from_millisecond(self.0)
            .map(|time| time.strftime("%FT%TZ").to_string());
        let text = match (timestamps, iso) {
            (Timestamps::Iso8601, Ok(iso)) => format!("\"{iso}\""),
            // Dates before 2001 have fewer digits than `java` counts on; none occurs.
            _ if self.0 >= 1_000_000_000_000 => self.java(),
            _ => format!("{}.0", self.0 / 1000),
        };
        RawValue::from_string(text).unwrap_or_default()
    }
}

impl Serialize for Millis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Ok(Self((seconds * 1000.0).round() as i64))
    }
}

/// A policy as the sandbox keeps it; in JSON, the form of the state snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Policy {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) policy_id: String,
    pub(crate) description: String,
    pub(crate) state: String,
    pub(crate) status_message: String,
    pub(crate) execution_role_arn: String,
    pub(crate) date_created: Millis,
    pub(crate) date_modified: Millis,
    pub(crate) policy_details: PolicyDetails,
    pub(crate) tags: TagMap,
    pub(crate) default_policy: bool,
    /// Whether the console made or changed it: then updates must carry Parameters.
    #[serde(default)]
    pub(crate) console: bool,
}

/// The members of `Policy` in GetLifecyclePolicy's answer, in its order.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    policy_id: &'a str,
    description: &'a str,
    state: &'a str,
    status_message: &'a str,
    execution_role_arn: &'a str,
    date_created: Box<RawValue>,
    date_modified: Box<RawValue>,
    policy_details: &'a PolicyDetails,
    tags: &'a TagMap,
    policy_arn: String,
    default_policy: bool,
}

impl Policy {
    /// `policy-` and 17 hexadecimal digits, the first a zero, as AWS makes them.
    pub(crate) fn new_id() -> String {
        format!("policy-0{}", random::hex::<8>())
    }

    pub(crate) fn arn(&self) -> String {
        format!(
            "arn:{}:dlm:{}:{}:policy/{}",
            partition(&self.region),
            self.region,
            self.account,
            self.policy_id
        )
    }

    /// The body of GetLifecyclePolicy's answer.
    pub(crate) fn answer(&self, timestamps: Timestamps) -> String {
        let answer = Answer {
            policy_id: &self.policy_id,
            description: &self.description,
            state: &self.state,
            status_message: &self.status_message,
            execution_role_arn: &self.execution_role_arn,
            date_created: self.date_created.raw(timestamps),
            date_modified: self.date_modified.raw(timestamps),
            policy_details: &self.policy_details,
            tags: &self.tags,
            policy_arn: self.arn(),
            default_policy: self.default_policy,
        };
        let policy = to_raw_value(&answer).unwrap_or_default();
        format!("{{\"Policy\":{policy}}}")
    }

    /// One element of GetLifecyclePolicies' answer: no details, DefaultPolicy a boolean.
    pub(crate) fn summary(&self) -> Value {
        json!({
            "PolicyId": self.policy_id,
            "Description": self.description,
            "State": self.state,
            "Tags": self.tags,
            "PolicyType": self.policy_details.policy_type,
            "DefaultPolicy": self.default_policy,
        })
    }

    /// The form of the state snapshot.
    pub(crate) fn snapshot(&self) -> Value {
        let mut value = json!(self);
        value["PolicyArn"] = json!(self.arn());
        value
    }
}

/// The partition of ARNs in a region.
fn partition(region: &str) -> &'static str {
    match region.split('-').take(2).collect::<Vec<_>>()[..] {
        ["cn", ..] => "aws-cn",
        ["us", "gov"] => "aws-us-gov",
        ["us", "iso"] => "aws-iso",
        ["us", "isob"] => "aws-iso-b",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_spelled_as_the_service_spells_them() {
        let spelled = |millis: i64, how| Millis(millis).raw(how).get().to_owned();
        // From the log in hashicorp/terraform-provider-aws#25665.
        assert_eq!(
            spelled(1_656_790_738_203, Timestamps::EpochSeconds),
            "1.656790738203E9"
        );
        assert_eq!(
            spelled(1_656_790_738_200, Timestamps::EpochSeconds),
            "1.6567907382E9"
        );
        assert_eq!(
            spelled(2_000_000_000_000, Timestamps::EpochSeconds),
            "2.0E9"
        );
        assert_eq!(spelled(5_000, Timestamps::EpochSeconds), "5.0");
        assert_eq!(
            spelled(1_656_790_738_203, Timestamps::Iso8601),
            "\"2022-07-02T19:38:58Z\""
        );
    }

    #[test]
    fn milliseconds_survive_the_snapshot() {
        let time = Millis(1_656_790_738_203);
        let text = serde_json::to_string(&time).unwrap();
        assert_eq!(text, "1656790738.203");
        assert_eq!(serde_json::from_str::<Millis>(&text).unwrap(), time);
    }

    #[test]
    fn ids_have_the_form_of_the_model() {
        let id = Policy::new_id();
        let digits = id.strip_prefix("policy-").unwrap();
        assert_eq!(digits.len(), 17);
        assert!(
            digits
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        );
    }

    #[test]
    fn regions_have_partitions() {
        assert_eq!(partition("eu-west-1"), "aws");
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
    }
}
