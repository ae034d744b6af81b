//! Buckets come and go: CreateBucket, HeadBucket, DeleteBucket, ListBuckets, GetBucketLocation.

use http::{HeaderMap, HeaderValue};
use winterbaume_core::MockResponse;

use super::bucket::{Bucket, Versioning};
use super::config::{access, object_lock, read, tagging};
use super::error::{BUCKET_REGION, S3Error, document, empty};
use super::settings::S3Feature;
use super::store::{Caller, State};
use super::xml::Element;

/// The region whose endpoint makes buckets anywhere, and whose own buckets name no location.
const FIRST_REGION: &str = "us-east-1";

pub(super) fn create(
    state: &mut State,
    caller: &Caller,
    name: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<MockResponse, S3Error> {
    check_name(name)?;
    let configuration = match body.trim_ascii() {
        [] => Element::default(),
        body => read(body, "CreateBucketConfiguration")?,
    };
    let region = region(&configuration, &caller.region)?;
    if let Some(found) = state.buckets.get(name) {
        return taken(found, caller, &region);
    }
    if let Some(left) = state.aborting.get_mut(name) {
        *left -= 1;
        if *left == 0 {
            state.aborting.remove(name);
        }
        return Err(S3Error::aborted().detail("BucketName", name));
    }
    let settings = &state.settings;
    let mut bucket = Bucket::new(name, &caller.account, &region, settings);
    if let Some(set) = configuration.child("Tags") {
        let tags = tagging::tags(set)?;
        if !settings.lacks(S3Feature::TagsOnCreate) && !settings.lacks(S3Feature::Tagging) {
            bucket.tags = tags;
        }
    }
    if let Some(word) = word(headers, "x-amz-object-ownership")
        && !settings.lacks(S3Feature::OwnershipControls)
    {
        if !access::is_ownership(word) {
            return Err(S3Error::argument(
                "Invalid x-amz-object-ownership header",
                "x-amz-object-ownership",
                word,
            ));
        }
        bucket.ownership = Some(word.to_owned());
    }
    let public_acl = word(headers, "x-amz-acl").is_some_and(|acl| acl != "private");
    if public_acl && bucket.ownership.as_deref() == Some("BucketOwnerEnforced") {
        return Err(S3Error::new(
            400,
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        ));
    }
    if word(headers, "x-amz-bucket-object-lock-enabled")
        .is_some_and(|flag| flag.eq_ignore_ascii_case("true"))
    {
        if settings.lacks(S3Feature::ObjectLock) {
            return Err(S3Error::not_implemented());
        }
        bucket.versioning = Versioning::Enabled;
        bucket.object_lock = Some(object_lock::enabled());
    }
    state.buckets.insert(name.to_owned(), bucket);
    Ok(created(name, &region))
}

fn word<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The region that a new bucket is for.
fn region(configuration: &Element, endpoint: &str) -> Result<String, S3Error> {
    let incompatible = |which: &str| {
        S3Error::new(
            400,
            "IllegalLocationConstraintException",
            format!(
                "The {which} location constraint is incompatible for the region specific endpoint this request was sent to."
            ),
        )
    };
    let wanted = configuration.text_of("LocationConstraint");
    match wanted.filter(|wanted| !wanted.is_empty()) {
        None if endpoint == FIRST_REGION => Ok(FIRST_REGION.to_owned()),
        None => Err(incompatible("unspecified")),
        Some("EU") if matches!(endpoint, FIRST_REGION | "eu-west-1") => Ok("eu-west-1".to_owned()),
        Some(wanted) if wanted == FIRST_REGION || !crate::credential::is_region(wanted) => {
            if endpoint == FIRST_REGION || wanted != FIRST_REGION {
                return Err(S3Error::new(
                    400,
                    "InvalidLocationConstraint",
                    "The specified location-constraint is not valid",
                )
                .detail("LocationConstraint", wanted));
            }
            Err(incompatible(wanted))
        }
        Some(wanted) if endpoint == FIRST_REGION || endpoint == wanted => Ok(wanted.to_owned()),
        Some(wanted) => Err(incompatible(wanted)),
    }
}

/// The answer to a name that is in use. us-east-1 answers its owner's second create as the first.
fn taken(found: &Bucket, caller: &Caller, region: &str) -> Result<MockResponse, S3Error> {
    let (code, message) = if found.account != caller.account {
        (
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
        )
    } else if found.region == FIRST_REGION && region == FIRST_REGION {
        return Ok(created(&found.name, FIRST_REGION));
    } else {
        (
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        )
    };
    Err(S3Error::new(409, code, message).detail("BucketName", &found.name))
}

fn created(name: &str, region: &str) -> MockResponse {
    let mut answer = empty(200);
    let location = if region == FIRST_REGION {
        format!("/{name}")
    } else {
        format!("http://{name}.s3.amazonaws.com/")
    };
    if let Ok(location) = HeaderValue::from_str(&location) {
        answer.headers.insert(http::header::LOCATION, location);
    }
    answer
}

/// The naming rules of general purpose buckets.
fn check_name(name: &str) -> Result<(), S3Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let fine = (3..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|&byte| plain(byte) || byte == b'-' || byte == b'.')
        && bytes.first().is_some_and(|&byte| plain(byte))
        && bytes.last().is_some_and(|&byte| plain(byte))
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !["xn--", "sthree-", "amzn-s3-demo-"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        && !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]
            .iter()
            .any(|suffix| name.ends_with(suffix));
    if fine {
        return Ok(());
    }
    Err(S3Error::new(
        400,
        "InvalidBucketName",
        "The specified bucket is not valid.",
    )
    .detail("BucketName", name))
}

pub(super) fn head(bucket: &Bucket) -> MockResponse {
    let mut answer = empty(200);
    if let Ok(region) = HeaderValue::from_str(&bucket.region) {
        answer.headers.insert(BUCKET_REGION, region);
    }
    answer
}

pub(super) fn location(bucket: &Bucket) -> MockResponse {
    match bucket.region.as_str() {
        FIRST_REGION => document(&Element::new("LocationConstraint")),
        region => document(&Element::leaf("LocationConstraint", region)),
    }
}

/// Uploads that are not finished do not keep a bucket.
pub(super) fn delete(state: &mut State, name: &str) -> Result<MockResponse, S3Error> {
    if state
        .buckets
        .get(name)
        .is_some_and(|bucket| !bucket.versions.is_empty())
    {
        return Err(S3Error::new(
            409,
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty",
        )
        .detail("BucketName", name));
    }
    state.buckets.remove(name);
    let aborts = state.settings.aborted_recreations;
    if aborts > 0 {
        state.aborting.insert(name.to_owned(), aborts);
    }
    Ok(empty(204))
}

pub(super) fn list(state: &State, caller: &Caller) -> MockResponse {
    let buckets = state
        .buckets
        .values()
        .filter(|bucket| bucket.account == caller.account)
        .fold(Element::new("Buckets"), |list, bucket| {
            list.with(
                Element::new("Bucket")
                    .with(Element::leaf("Name", &bucket.name))
                    .with(Element::leaf("CreationDate", time(bucket.created)))
                    .with(Element::leaf("BucketRegion", &bucket.region)),
            )
        });
    let owner = Element::new("Owner").with(Element::leaf("ID", owner_id(&caller.account)));
    document(
        &Element::new("ListAllMyBucketsResult")
            .with(owner)
            .with(buckets),
    )
}

/// A time as S3 writes it.
pub(super) fn time(time: jiff::Timestamp) -> String {
    time.strftime("%FT%H:%M:%S.%3fZ").to_string()
}

/// A canonical user id for an account: 64 hexadecimal digits.
pub(super) fn owner_id(account: &str) -> String {
    format!("{account:0>64}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules() {
        for good in ["abc", "a.b-c", "0ab", &"a".repeat(63)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in [
            "ab",
            &"a".repeat(64),
            "Abc",
            "a_b",
            "-ab",
            "ab-",
            "a..b",
            "192.168.5.4",
            "xn--ab",
            "ab-s3alias",
            "ab--ol-s3",
        ] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn locations_follow_the_endpoint() {
        let of = |constraint: &str, endpoint: &str| {
            let configuration = Element::new("CreateBucketConfiguration")
                .with(Element::leaf("LocationConstraint", constraint));
            region(&configuration, endpoint).map_err(|error| error.code().to_owned())
        };
        let ok = |region: &str| Ok(region.to_owned());
        let error = |code: &str| Err(code.to_owned());
        assert_eq!(of("", "us-east-1"), ok("us-east-1"));
        assert_eq!(of("eu-west-1", "us-east-1"), ok("eu-west-1"));
        assert_eq!(of("EU", "us-east-1"), ok("eu-west-1"));
        assert_eq!(of("eu-west-1", "eu-west-1"), ok("eu-west-1"));
        assert_eq!(
            of("us-east-1", "us-east-1"),
            error("InvalidLocationConstraint")
        );
        assert_eq!(of("mars", "us-east-1"), error("InvalidLocationConstraint"));
        for (constraint, endpoint) in [
            ("", "eu-west-1"),
            ("us-west-2", "eu-west-1"),
            ("us-east-1", "eu-west-1"),
        ] {
            assert_eq!(
                of(constraint, endpoint),
                error("IllegalLocationConstraintException")
            );
        }
    }
}
