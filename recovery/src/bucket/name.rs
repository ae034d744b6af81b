//! [`check_name`] and [`check_reserved`].

use std::net::Ipv4Addr;

/// A text that no store takes as the name of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} cannot be the name of a bucket: {why}.")]
pub struct InvalidName {
    name: String,
    why: &'static str,
}

/// Whether AWS and other stores take the name, and K3s will ask for it.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_name(name: &str) -> Result<(), InvalidName> {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let allowed = |c: char| edge(c) || c == '-' || c == '.';
    let why = if !(3..=63).contains(&name.chars().count()) {
        "it has 3 to 63 characters"
    } else if !name.chars().all(allowed) {
        "it has lower-case letters, digits, hyphens and dots only"
    } else if !name.starts_with(edge) || !name.ends_with(edge) {
        "it begins and ends with a letter or digit"
    } else if name.contains("..") {
        "two dots cannot follow each other"
    } else if name.contains(".-") || name.contains("-.") {
        // minio-go, which K3s uses, refuses these before it asks any store.
        "a dot and a hyphen cannot follow each other, or K3s refuses it"
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "it looks like an IP address"
    } else {
        return Ok(());
    };
    Err(InvalidName {
        name: name.to_owned(),
        why,
    })
}

/// What AWS keeps for itself (S3 user guide, "General purpose bucket naming rules").
const PREFIXES: &[&str] = &["xn--", "sthree-", "amzn-s3-demo-"];
const SUFFIXES: &[&str] = &["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// Whether AWS keeps the name for itself; other stores do not mind.
///
/// # Errors
/// It does.
pub fn check_reserved(name: &str) -> Result<(), InvalidName> {
    let why = if PREFIXES.iter().any(|kept| name.starts_with(kept)) {
        "AWS keeps names that begin with xn--, sthree- or amzn-s3-demo-"
    } else if SUFFIXES.iter().any(|kept| name.ends_with(kept)) {
        "AWS keeps names that end with -s3alias, --ol-s3, .mrap, --x-s3 or --table-s3"
    } else {
        return Ok(());
    };
    Err(InvalidName {
        name: name.to_owned(),
        why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_every_store_takes() {
        for name in ["etcd-backups", "a.b", "123", "1.2.3", &"a".repeat(63)] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        let wrong = [
            "ab",
            &"a".repeat(64),
            "Backups",
            "my_bucket",
            "bücher",
            "a/b",
            "-ab",
            "ab.",
            "a..b",
            "a.-b",
            "10.0.0.1",
        ];
        let said: Vec<String> = wrong
            .iter()
            .map(|name| check_name(name).unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        "ab" cannot be the name of a bucket: it has 3 to 63 characters.
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" cannot be the name of a bucket: it has 3 to 63 characters.
        "Backups" cannot be the name of a bucket: it has lower-case letters, digits, hyphens and dots only.
        "my_bucket" cannot be the name of a bucket: it has lower-case letters, digits, hyphens and dots only.
        "bücher" cannot be the name of a bucket: it has lower-case letters, digits, hyphens and dots only.
        "a/b" cannot be the name of a bucket: it has lower-case letters, digits, hyphens and dots only.
        "-ab" cannot be the name of a bucket: it begins and ends with a letter or digit.
        "ab." cannot be the name of a bucket: it begins and ends with a letter or digit.
        "a..b" cannot be the name of a bucket: two dots cannot follow each other.
        "a.-b" cannot be the name of a bucket: a dot and a hyphen cannot follow each other, or K3s refuses it.
        "10.0.0.1" cannot be the name of a bucket: it looks like an IP address.
        "#);
    }
    #[test]
    fn aws_keeps_some_names() {
        let kept = [
            "xn--a",
            "sthree-a",
            "amzn-s3-demo-a",
            "a-s3alias",
            "a--ol-s3",
            "a.mrap",
        ];
        for name in kept.iter().chain(&["a--x-s3", "a--table-s3"]) {
            assert_eq!(check_name(name), Ok(()), "{name}");
            assert!(check_reserved(name).is_err(), "{name}");
        }
        assert_eq!(check_reserved("etcd-backups"), Ok(()));
    }
}
