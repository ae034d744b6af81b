//! Addresses: the bucket in the path or in the host, the key, the query.

use super::error::S3Error;
use crate::query;

/// What a request addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) bucket: Option<String>,
    /// The decoded key.
    pub(super) key: Option<String>,
    pub(super) query: Vec<(String, String)>,
}

/// Hosts under which buckets are addressed, as in `BUCKET.localhost`; those of AWS aside.
const LOCAL_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "sandbox"];

impl Target {
    /// Reads a Host header, an encoded path and a query.
    pub(super) fn of(host: &str, path: &str, query: &str) -> Result<Self, S3Error> {
        if path.starts_with("/v20180820/") {
            // The S3 Control API, which signs as `s3`.
            return Err(S3Error::not_implemented());
        }
        let path = query::decode(path);
        let path = path.strip_prefix('/').unwrap_or(&path);
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (bucket, key) = match bucket_of(host) {
            Some(bucket) => (Some(bucket.to_owned()), some(path)),
            None => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                (some(bucket), some(key))
            }
        };
        Ok(Self {
            bucket,
            key,
            query: query::pairs(query),
        })
    }

    /// Whether the query names this.
    pub(super) fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(key, _)| key == name)
    }

    /// A parameter; an empty one counts as absent.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// The bucket that a Host header names, if it names one.
fn bucket_of(host: &str) -> Option<&str> {
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    for base in LOCAL_HOSTS {
        if let Some(bucket) = host
            .strip_suffix(base)
            .and_then(|rest| rest.strip_suffix('.'))
        {
            return Some(bucket);
        }
    }
    // BUCKET.s3.REGION.amazonaws.com, BUCKET.s3.amazonaws.com, BUCKET.s3.dualstack.REGION...
    let rest = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let at = rest.rfind(".s3").filter(|at| {
        let after = &rest[at + 3..];
        after.is_empty() || after.starts_with(['.', '-'])
    })?;
    Some(&rest[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(host: &str, path: &str) -> (Option<String>, Option<String>) {
        let target = Target::of(host, path, "").unwrap();
        (target.bucket, target.key)
    }

    #[test]
    fn buckets_stand_in_the_path_or_in_the_host() {
        let both = (Some("b.c".to_owned()), Some("a b/c".to_owned()));
        assert_eq!(parts("127.0.0.1:4566", "/b.c/a%20b/c"), both);
        assert_eq!(parts("b.c.localhost:4566", "/a%20b/c"), both);
        assert_eq!(parts("b.c.127.0.0.1:4566", "/a%20b/c"), both);
        assert_eq!(parts("b.c.s3.eu-west-1.amazonaws.com", "/a%20b/c"), both);
        assert_eq!(parts("b.c.s3.amazonaws.com", "/a%20b/c"), both);
        assert_eq!(
            parts("b.c.s3.dualstack.eu-west-1.amazonaws.com", "/a%20b/c"),
            both
        );
        assert_eq!(parts("s3.eu-west-1.amazonaws.com", "/b.c/a%20b/c"), both);
        assert_eq!(parts("s3.amazonaws.com", "/"), (None, None));
        assert_eq!(parts("localhost", "/b/"), (Some("b".into()), None));
    }

    #[test]
    fn the_control_api_is_another() {
        let found = Target::of("localhost", "/v20180820/tags/arn", "");
        assert_eq!(found.unwrap_err().code(), "NotImplemented");
    }
}
