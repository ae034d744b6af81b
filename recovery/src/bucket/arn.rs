//! ARNs that go with a bucket: its own, its key's, its role's, its replica's.

use std::fmt;

/// A part of AWS with names of its own: what follows `arn:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Partition {
    /// The commercial regions.
    Aws,
    /// China.
    China,
    /// US government.
    UsGov,
    /// European Sovereign Cloud.
    EuSovereign,
    /// An isolated one, by its name.
    Isolated(&'static str),
}

/// Regions of the isolated partitions by how they begin (botocore `partitions.json`).
const ISOLATED: &[(&str, &str)] = &[
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isof-", "aws-iso-f"),
];

impl Partition {
    /// The partition of a region. The regions of other stores count as AWS's own.
    pub fn of(region: &str) -> Self {
        let isolated = ISOLATED.iter().find(|(start, _)| region.starts_with(start));
        if region.starts_with("cn-") {
            Self::China
        } else if region.starts_with("us-gov-") {
            Self::UsGov
        } else if region.starts_with("eusc-") {
            Self::EuSovereign
        } else if let Some((_, name)) = isolated {
            Self::Isolated(name)
        } else {
            Self::Aws
        }
    }

    /// Its name in ARNs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::UsGov => "aws-us-gov",
            Self::EuSovereign => "aws-eusc",
            Self::Isolated(name) => name,
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A text that is not the ARN that is needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{arn:?} is not the ARN of {needed}.")]
pub struct InvalidArn {
    arn: String,
    needed: &'static str,
}

/// The ARN of a bucket.
pub fn bucket_arn(partition: Partition, bucket: &str) -> String {
    format!("arn:{partition}:s3:::{bucket}")
}

/// The region that an ARN names, if it names one.
pub fn region_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| !region.is_empty())
}

/// The bucket of a bucket's ARN.
///
/// # Errors
/// It is none.
pub fn bucket_of(arn: &str) -> Result<&str, InvalidArn> {
    let needed = "a bucket; one looks like \"arn:aws:s3:::name\"";
    match parts(arn) {
        Some(["s3", "", "", bucket]) if super::check_name(bucket).is_ok() => Ok(bucket),
        _ => Err(invalid(arn, needed)),
    }
}

/// Whether this is the ARN of a key of KMS. IAM knows keys by nothing else: an alias in a policy
/// allows nothing.
///
/// # Errors
/// It is none.
pub fn check_key(arn: &str) -> Result<(), InvalidArn> {
    let needed = "a key; one looks like \
                  \"arn:aws:kms:eu-central-1:123456789012:key/...\". An alias will not do: IAM \
                  knows keys by their ids only";
    match parts(arn) {
        Some(["kms", region, account, key])
            if !region.is_empty()
                && is_account(account)
                && key.strip_prefix("key/").is_some_and(is_plain) =>
        {
            Ok(())
        }
        _ => Err(invalid(arn, needed)),
    }
}

/// Whether this is the ARN of a role.
///
/// # Errors
/// It is none.
pub fn check_role(arn: &str) -> Result<(), InvalidArn> {
    let needed = "a role; one looks like \"arn:aws:iam::123456789012:role/name\"";
    match parts(arn) {
        Some(["iam", "", account, role])
            if is_account(account) && role.strip_prefix("role/").is_some_and(|r| !r.is_empty()) =>
        {
            Ok(())
        }
        _ => Err(invalid(arn, needed)),
    }
}

/// What follows the partition.
fn parts(arn: &str) -> Option<[&str; 4]> {
    let mut parts = arn.splitn(6, ':');
    if parts.next() != Some("arn") {
        return None;
    }
    let partition = parts.next()?;
    if partition != "aws" && !partition.starts_with("aws-") {
        return None;
    }
    Some([parts.next()?, parts.next()?, parts.next()?, parts.next()?])
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn invalid(arn: &str, needed: &'static str) -> InvalidArn {
    InvalidArn {
        arn: arn.to_owned(),
        needed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_has_its_regions() {
        for (region, partition) in [
            ("eu-central-1", "aws"),
            ("us-east-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
        ] {
            assert_eq!(Partition::of(region).as_str(), partition, "{region}");
        }
        assert_eq!(bucket_arn(Partition::China, "b-1"), "arn:aws-cn:s3:::b-1");
    }

    #[test]
    fn arns_are_told_apart() {
        let key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        assert_eq!(check_key(key), Ok(()));
        assert_eq!(region_of(key), Some("eu-central-1"));
        for wrong in [
            "alias/backups",
            "arn:aws:kms:eu-central-1:123456789012:alias/backups",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms::123456789012:key/1234abcd",
            "arn:aws:kms:eu-central-1:12:key/1234abcd",
            "arn:aws:kms:eu-central-1:123456789012:key/*",
        ] {
            assert!(check_key(wrong).is_err(), "{wrong}");
        }
        assert_eq!(check_role("arn:aws-cn:iam::123456789012:role/a/b"), Ok(()));
        assert!(check_role("arn:aws:iam::123456789012:user/a").is_err());
        assert!(check_role("arn:gcp:iam::123456789012:role/a").is_err());
        assert_eq!(bucket_of("arn:aws:s3:::replica"), Ok("replica"));
        for wrong in ["replica", "arn:aws:s3:::replica/*", "arn:aws:s3:::R"] {
            assert!(bucket_of(wrong).is_err(), "{wrong}");
        }
        insta::assert_snapshot!(check_key("alias/a").unwrap_err(), @r#""alias/a" is not the ARN of a key; one looks like "arn:aws:kms:eu-central-1:123456789012:key/...". An alias will not do: IAM knows keys by their ids only."#);
    }
}
