//! What keeps a version: retention and legal hold.

use http::HeaderMap;
use winterbaume_core::MockResponse;

use super::Content;
use crate::s3::bucket::Bucket;
use crate::s3::config::read;
use crate::s3::error::{S3Error, document, empty};
use crate::s3::target::Target;
use crate::s3::xml::Element;

/// How hard a retention is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::s3) enum Mode {
    /// Those who may bypass it can.
    Governance,
    /// Nobody can.
    Compliance,
}

impl Mode {
    fn of(word: &str) -> Option<Self> {
        match word {
            "GOVERNANCE" => Some(Self::Governance),
            "COMPLIANCE" => Some(Self::Compliance),
            _ => None,
        }
    }

    pub(in crate::s3) fn word(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

/// Until when a version stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::s3) struct Retention {
    pub(in crate::s3) mode: Mode,
    pub(in crate::s3) until: jiff::Timestamp,
}

/// What keeps a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::s3) struct Hold {
    pub(in crate::s3) retention: Option<Retention>,
    pub(in crate::s3) legal: bool,
}

impl Hold {
    /// Whether the version may be deleted for good now.
    pub(in crate::s3) fn lets_go(&self, bypass: bool) -> bool {
        let kept = self.retention.is_some_and(|retention| {
            retention.until > jiff::Timestamp::now()
                && (retention.mode == Mode::Compliance || !bypass)
        });
        !self.legal && !kept
    }

    /// What an upload asks for, or else the bucket's default retention.
    pub(in crate::s3) fn of_upload(bucket: &Bucket, headers: &HeaderMap) -> Result<Self, S3Error> {
        let word = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let mode = word("x-amz-object-lock-mode");
        let until = word("x-amz-object-lock-retain-until-date");
        let legal = word("x-amz-object-lock-legal-hold");
        let asked = mode.is_some() || until.is_some() || legal.is_some();
        let Some(lock) = &bucket.object_lock else {
            return if asked {
                Err(no_lock())
            } else {
                Ok(Self::default())
            };
        };
        let retention = match (mode, until) {
            (Some(mode), Some(until)) => Some(retention(mode, until)?),
            (None, None) => default_retention(lock),
            _ => {
                return Err(S3Error::argument(
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
                    "x-amz-object-lock-mode",
                    mode.unwrap_or_default(),
                ));
            }
        };
        Ok(Self {
            retention,
            legal: legal == Some("ON"),
        })
    }
}

fn retention(mode: &str, until: &str) -> Result<Retention, S3Error> {
    let mode = Mode::of(mode).ok_or_else(S3Error::malformed)?;
    let until: jiff::Timestamp = until.parse().map_err(|_| S3Error::malformed())?;
    if until <= jiff::Timestamp::now() {
        return Err(S3Error::argument(
            "The retain until date must be in the future!",
            "RetainUntilDate",
            &until.to_string(),
        ));
    }
    Ok(Retention { mode, until })
}

/// The retention that a bucket gives every new version.
fn default_retention(lock: &Element) -> Option<Retention> {
    let rule = lock.child("Rule")?.child("DefaultRetention")?;
    let mode = Mode::of(rule.text_of("Mode")?)?;
    let days: i64 = match (rule.text_of("Days"), rule.text_of("Years")) {
        (Some(days), _) => days.parse().ok()?,
        (None, years) => years?.parse::<i64>().ok()?.checked_mul(365)?,
    };
    let length = jiff::SignedDuration::from_hours(days.checked_mul(24)?);
    let until = jiff::Timestamp::now().checked_add(length).ok()?;
    Some(Retention { mode, until })
}

/// Whether uploads must carry a digest: retention comes with them.
pub(in crate::s3) fn demands_digest(bucket: &Bucket, headers: &HeaderMap) -> bool {
    bucket
        .object_lock
        .as_ref()
        .and_then(default_retention)
        .is_some()
        || headers.contains_key("x-amz-object-lock-mode")
        || headers.contains_key("x-amz-object-lock-legal-hold")
}

fn no_lock() -> S3Error {
    S3Error::request("Bucket is missing Object Lock Configuration")
}

/// The hold of the version that a call is for.
fn hold<'a>(bucket: &'a mut Bucket, target: &Target) -> Result<&'a mut Hold, S3Error> {
    if bucket.object_lock.is_none() {
        return Err(no_lock());
    }
    let key = target.key.as_deref().unwrap_or_default();
    let id = match target.parameter("versionId") {
        Some(id) => id.to_owned(),
        None => bucket
            .versions
            .current(key)
            .filter(|version| version.content != Content::Marker)
            .map(|version| version.id.clone())
            .ok_or_else(|| S3Error::no_key(key))?,
    };
    bucket
        .versions
        .get_mut(key, &id)
        .map(|version| &mut version.hold)
        .ok_or_else(|| S3Error::no_version(key, &id))
}

/// Whether the caller asks to pass over GOVERNANCE.
pub(in crate::s3) fn bypasses(headers: &HeaderMap) -> bool {
    headers
        .get("x-amz-bypass-governance-retention")
        .is_some_and(|flag| flag.as_bytes().eq_ignore_ascii_case(b"true"))
}

pub(in crate::s3) fn protected() -> S3Error {
    S3Error::new(
        403,
        "AccessDenied",
        "Access Denied because object protected by object lock.",
    )
}

/// Longer is always fine; shorter, softer or none needs a bypass, and under COMPLIANCE nothing
/// helps.
pub(in crate::s3) fn put_retention(
    bucket: &mut Bucket,
    target: &Target,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<MockResponse, S3Error> {
    let root = read(body, "Retention")?;
    let new = match (root.text_of("Mode"), root.text_of("RetainUntilDate")) {
        (Some(mode), Some(until)) => Some(retention(mode, until)?),
        (None, None) => None,
        _ => return Err(S3Error::malformed()),
    };
    let hold = hold(bucket, target)?;
    let now = jiff::Timestamp::now();
    if let Some(old) = hold.retention.filter(|old| old.until > now) {
        let stays = new.is_some_and(|new| {
            new.until >= old.until && (new.mode == old.mode || old.mode == Mode::Governance)
        });
        if !stays && (old.mode == Mode::Compliance || !bypasses(headers)) {
            return Err(protected());
        }
    }
    hold.retention = new;
    Ok(empty(200))
}

fn no_hold() -> S3Error {
    S3Error::new(
        404,
        "NoSuchObjectLockConfiguration",
        "The specified object does not have a ObjectLock configuration",
    )
}

pub(in crate::s3) fn get_retention(
    bucket: &mut Bucket,
    target: &Target,
) -> Result<MockResponse, S3Error> {
    let retention = hold(bucket, target)?.retention.ok_or_else(no_hold)?;
    Ok(document(
        &Element::new("Retention")
            .with(Element::leaf("Mode", retention.mode.word()))
            .with(Element::leaf(
                "RetainUntilDate",
                retention.until.to_string(),
            )),
    ))
}

pub(in crate::s3) fn put_legal_hold(
    bucket: &mut Bucket,
    target: &Target,
    body: &[u8],
) -> Result<MockResponse, S3Error> {
    let root = read(body, "LegalHold")?;
    let on = match root.text_of("Status") {
        Some("ON") => true,
        Some("OFF") => false,
        _ => return Err(S3Error::malformed()),
    };
    hold(bucket, target)?.legal = on;
    Ok(empty(200))
}

pub(in crate::s3) fn get_legal_hold(
    bucket: &mut Bucket,
    target: &Target,
) -> Result<MockResponse, S3Error> {
    let status = if hold(bucket, target)?.legal {
        "ON"
    } else {
        "OFF"
    };
    Ok(document(
        &Element::new("LegalHold").with(Element::leaf("Status", status)),
    ))
}
