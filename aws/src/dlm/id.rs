//! [`PolicyId`] and [`PolicyArn`]: parsed once at the border, known to be well formed inside.

use std::fmt;
use std::str::FromStr;

/// Says what is wrong with a text that should have been an id or an ARN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidId(String);

/// The id of a lifecycle policy: `policy-` and hexadecimal digits, at most 64 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(String);

const PREFIX: &str = "policy-";
const LONGEST: usize = 64;

impl PolicyId {
    /// The id as AWS writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PolicyId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let digits = text.strip_prefix(PREFIX).unwrap_or_default();
        let hexadecimal = digits
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if digits.is_empty() || !hexadecimal || text.len() > LONGEST {
            return Err(InvalidId(format!(
                "{text:?} is not the id of a DLM policy: one starts with \"policy-\" and goes on \
                 with digits and the letters a to f, such as \"policy-0123456789abcdef0\""
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PolicyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The ARN of a lifecycle policy: `arn:PARTITION:dlm:REGION:ACCOUNT:policy/ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyArn {
    text: String,
    id: PolicyId,
}

impl PolicyArn {
    /// The ARN as AWS writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The policy it names.
    pub fn id(&self) -> &PolicyId {
        &self.id
    }

    /// The region it names.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account it names: twelve digits.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    fn part(&self, index: usize) -> &str {
        self.text.split(':').nth(index).unwrap_or_default()
    }
}

impl FromStr for PolicyArn {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let parts: Vec<&str> = text.split(':').collect();
        let id = match parts.as_slice() {
            ["arn", partition, "dlm", region, account, resource]
                if partition.starts_with("aws")
                    && !region.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|b| b.is_ascii_digit()) =>
            {
                resource
                    .strip_prefix("policy/")
                    .and_then(|id| id.parse().ok())
            }
            _ => None,
        };
        match id {
            Some(id) => Ok(Self {
                text: text.to_owned(),
                id,
            }),
            None => Err(InvalidId(format!(
                "{text:?} is not the ARN of a DLM policy: one looks like \
                 \"arn:aws:dlm:eu-central-1:123456789012:policy/policy-0123456789abcdef0\""
            ))),
        }
    }
}

impl fmt::Display for PolicyArn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_other_things_are_refused_with_a_sentence() {
        assert_eq!(
            "policy-0123456789abcdef0"
                .parse::<PolicyId>()
                .unwrap()
                .as_str(),
            "policy-0123456789abcdef0"
        );
        for wrong in [
            "vol-1",
            "policy-",
            "policy-XYZ",
            "policy-ABC",
            "",
            "arn:aws:dlm",
        ] {
            assert!(wrong.parse::<PolicyId>().is_err(), "{wrong}");
        }
        assert!(
            format!("policy-{}", "a".repeat(57))
                .parse::<PolicyId>()
                .is_ok()
        );
        assert!(
            format!("policy-{}", "a".repeat(58))
                .parse::<PolicyId>()
                .is_err()
        );
        insta::assert_snapshot!("vol-1".parse::<PolicyId>().unwrap_err(), @r#""vol-1" is not the id of a DLM policy: one starts with "policy-" and goes on with digits and the letters a to f, such as "policy-0123456789abcdef0""#);
    }

    #[test]
    fn an_arn_knows_its_parts() {
        let arn: PolicyArn = "arn:aws-cn:dlm:cn-north-1:123456789012:policy/policy-0a"
            .parse()
            .unwrap();
        assert_eq!(arn.id().as_str(), "policy-0a");
        assert_eq!(arn.region(), "cn-north-1");
        assert_eq!(arn.account(), "123456789012");
        for wrong in [
            "arn:aws:dlm:eu-west-1:123456789012:policy/vol-1",
            "arn:aws:s3:eu-west-1:123456789012:policy/policy-0a",
            "arn:aws:dlm:eu-west-1:12345:policy/policy-0a",
            "policy-0a",
        ] {
            assert!(wrong.parse::<PolicyArn>().is_err(), "{wrong}");
        }
    }
}
