//! The SigV4 credential scope of a request: who calls which service in which region.
//!
//! Signatures are not verified; the scope alone tells the services of one port apart.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::query;

/// `AKID/DATE/REGION/SERVICE/aws4_request`, without the date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// The access key id; never logged, for it stands in the Authorization header.
    pub(crate) access_key: String,
    /// The region that the request is signed for.
    pub(crate) region: String,
    /// The signing name of the service: `dlm`, `sts`.
    pub(crate) service: String,
}

/// Why a request has no usable scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CredentialError {
    /// Neither an Authorization header nor a presigned query.
    Missing,
    /// One of them, but not a SigV4 scope.
    Malformed(String),
    /// A scope whose region has not the form of an AWS region.
    NoRegion(String),
}

impl Credential {
    /// Reads the scope from the Authorization header, else from `X-Amz-Credential` (presigned).
    pub(crate) fn of(headers: &HeaderMap, query: &str) -> Result<Self, CredentialError> {
        if let Some(header) = headers.get(AUTHORIZATION) {
            let header = header.to_str().unwrap_or_default();
            if !header.starts_with("AWS4-HMAC-SHA256") {
                return Err(CredentialError::Malformed(
                    "Authorization is not AWS4-HMAC-SHA256".into(),
                ));
            }
            let (_, rest) = header.split_once("Credential=").ok_or_else(|| {
                CredentialError::Malformed("Authorization has no Credential".into())
            })?;
            return Self::parse(rest.split(',').next().unwrap_or_default().trim());
        }
        match query::pairs(query)
            .into_iter()
            .find(|(key, _)| key == "X-Amz-Credential")
        {
            Some((_, scope)) => Self::parse(&scope),
            None => Err(CredentialError::Missing),
        }
    }

    fn parse(scope: &str) -> Result<Self, CredentialError> {
        let parts: Vec<&str> = scope.split('/').collect();
        let [access_key, _date, region, service, "aws4_request"] = parts[..] else {
            return Err(CredentialError::Malformed(
                "Credential is not ACCESS_KEY/DATE/REGION/SERVICE/aws4_request".into(),
            ));
        };
        if access_key.is_empty() || service.is_empty() {
            return Err(CredentialError::Malformed(
                "Credential has an empty part".into(),
            ));
        }
        if !is_region(region) {
            return Err(CredentialError::NoRegion(region.to_owned()));
        }
        Ok(Self {
            access_key: access_key.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }
}

/// Whether `name` has the form of a region: `eu-central-1`, `us-gov-west-1`, `eusc-de-east-1`.
pub(crate) fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let [partition, middle @ .., number] = &parts[..] else {
        return false;
    };
    let lower = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    (2..=4).contains(&partition.len())
        && lower(partition)
        && (1..=2).contains(&middle.len())
        && middle.iter().all(lower)
        && number.len() == 1
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn the_header_names_key_region_and_service() {
        let headers = header(
            "AWS4-HMAC-SHA256 Credential=AKID/20260901/eu-west-1/dlm/aws4_request, SignedHeaders=host, Signature=00",
        );
        let credential = Credential::of(&headers, "").unwrap();
        assert_eq!(credential.access_key, "AKID");
        assert_eq!(credential.region, "eu-west-1");
        assert_eq!(credential.service, "dlm");
    }

    #[test]
    fn a_presigned_query_does_too() {
        let query =
            "X-Amz-Credential=AKID%2F20260901%2Fus-gov-west-1%2Fs3%2Faws4_request&X-Amz-Date=x";
        let credential = Credential::of(&HeaderMap::new(), query).unwrap();
        assert_eq!(
            (credential.region.as_str(), credential.service.as_str()),
            ("us-gov-west-1", "s3")
        );
    }

    #[test]
    fn other_authorizations_are_told_apart() {
        assert_eq!(
            Credential::of(&HeaderMap::new(), "a=b"),
            Err(CredentialError::Missing)
        );
        for bad in [
            "Bearer x",
            "AWS4-HMAC-SHA256 Signature=0",
            "AWS4-HMAC-SHA256 Credential=AKID/dlm",
        ] {
            let found = Credential::of(&header(bad), "");
            assert!(
                matches!(found, Err(CredentialError::Malformed(_))),
                "{bad}: {found:?}"
            );
        }
        let nowhere = header("AWS4-HMAC-SHA256 Credential=AKID/20260901/mars/dlm/aws4_request");
        assert_eq!(
            Credential::of(&nowhere, ""),
            Err(CredentialError::NoRegion("mars".into()))
        );
    }

    #[test]
    fn regions_have_a_form() {
        for good in [
            "us-east-1",
            "ap-southeast-7",
            "us-gov-east-1",
            "cn-north-1",
            "us-iso-west-1",
            "eusc-de-east-1",
        ] {
            assert!(is_region(good), "{good}");
        }
        for bad in [
            "",
            "mars",
            "eu-west",
            "eu-west-",
            "EU-west-1",
            "us-east-1a",
            "europe-west-1",
            "eu--1",
        ] {
            assert!(!is_region(bad), "{bad}");
        }
    }
}
