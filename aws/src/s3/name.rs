//! [`BucketName`].

use std::fmt;
use std::str::FromStr;

/// The name of a bucket that may exist.
///
/// Before 2018 us-east-1 allowed capitals, underscores and 255 characters, and other stores allow
/// what they like, so all of that is taken here, short of what would change the address. What a
/// new bucket may be called is the domain's to say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketName(String);

/// A text that no bucket is called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot be the name of a bucket: one has 3 to 255 letters, digits, hyphens and dots, and begins with a letter or digit"
)]
pub struct InvalidName(String);

impl BucketName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BucketName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let usable = (3..=255).contains(&name.len())
            && name.chars().all(allowed)
            && name.starts_with(|c: char| c.is_ascii_alphanumeric());
        match usable {
            true => Ok(Self(name.to_owned())),
            false => Err(InvalidName(name.to_owned())),
        }
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_change_the_address() {
        for name in ["etcd-backups", "a.b", "123", "Old_Bucket", &"a".repeat(255)] {
            assert_eq!(name.parse::<BucketName>().unwrap().as_str(), name);
        }
        for name in ["", "ab", "a/b", "-ab", "..a", "a b", "a?b", "bücher"] {
            assert!(name.parse::<BucketName>().is_err(), "{name}");
        }
    }
}
