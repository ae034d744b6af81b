//! [`BucketName`].

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// The name of a bucket that may exist.
///
/// Parsing accepts every name that some bucket has: before 2018 us-east-1 allowed capitals,
/// underscores and 255 characters, and other stores allow what they like, short of what would
/// change the address. [`BucketName::check_new`] asks for what AWS lets a new bucket be called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketName(String);

/// A text that no bucket can be called, or no new one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} cannot be the name of a bucket: {why}")]
pub struct InvalidName {
    name: String,
    why: &'static str,
}

/// What AWS keeps for itself (user guide, "General purpose bucket naming rules").
const RESERVED_PREFIXES: &[&str] = &["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES: &[&str] = &["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

impl BucketName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether AWS lets a new general purpose bucket have this name.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_new(&self) -> Result<(), InvalidName> {
        let name = self.as_str();
        let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let allowed = |c: char| edge(c) || c == '-' || c == '.';
        let why = if !(3..=63).contains(&name.len()) {
            "a new one has 3 to 63 characters"
        } else if !name.chars().all(allowed) {
            "a new one has lower-case letters, digits, hyphens and dots only"
        } else if !name.starts_with(edge) || !name.ends_with(edge) {
            "it begins and ends with a letter or digit"
        } else if name.contains("..") {
            "two dots cannot follow each other"
        } else if name.parse::<Ipv4Addr>().is_ok() {
            "it looks like an IP address"
        } else if RESERVED_PREFIXES.iter().any(|kept| name.starts_with(kept)) {
            "names that begin with xn--, sthree- or amzn-s3-demo- are reserved"
        } else if RESERVED_SUFFIXES.iter().any(|kept| name.ends_with(kept)) {
            "names that end with -s3alias, --ol-s3, .mrap, --x-s3 or --table-s3 are reserved"
        } else {
            return Ok(());
        };
        Err(invalid(name, why))
    }
}

impl FromStr for BucketName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if !(3..=255).contains(&name.len()) {
            return Err(invalid(name, "one has at least 3 characters"));
        }
        if !name.chars().all(allowed) {
            let why = "one has letters, digits, hyphens and dots only";
            return Err(invalid(name, why));
        }
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(invalid(name, "it begins with a letter or digit"));
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn invalid(name: &str, why: &'static str) -> InvalidName {
    InvalidName {
        name: name.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_a_name_and_what_is_new_keeps_to_the_rules() {
        let new = |name: &str| name.parse::<BucketName>().unwrap().check_new();
        for name in ["etcd-backups", "a.b", "123", &"a".repeat(63)] {
            assert_eq!(new(name), Ok(()), "{name}");
        }
        let said = [
            "Old_Bucket",
            &"a".repeat(64),
            "a-",
            "a..b",
            "10.0.0.1",
            "xn--bucket",
            "mine-s3alias",
        ]
        .map(|name| new(name).unwrap_err().why);
        assert_eq!(
            said.iter().collect::<std::collections::BTreeSet<_>>().len(),
            7
        );
        for name in ["", "ab", "a/b", "-ab", "a b", "bücher"] {
            assert!(name.parse::<BucketName>().is_err(), "{name}");
        }
        insta::assert_snapshot!(new("a..b").unwrap_err(), @r#""a..b" cannot be the name of a bucket: two dots cannot follow each other"#);
    }
}
