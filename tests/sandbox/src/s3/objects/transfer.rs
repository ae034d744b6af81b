//! Calls that move bytes, or that winterbaume answers whole: the bytes stay there, the version is
//! entered here.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use winterbaume_core::{MockRequest, MockResponse};

use super::lock::{Hold, demands_digest};
use super::{Content, NULL, Version};
use crate::random;
use crate::s3::S3;
use crate::s3::bucket::{Bucket, Upload, Versioning};
use crate::s3::error::S3Error;
use crate::s3::inner::Names;
use crate::s3::operation::Operation;
use crate::s3::store::Caller;
use crate::s3::target::Target;
use crate::s3::xml::parse;

const VERSION_ID: HeaderName = HeaderName::from_static("x-amz-version-id");
const DELETE_MARKER: HeaderName = HeaderName::from_static("x-amz-delete-marker");

/// Whether winterbaume has a part in an operation.
pub(in crate::s3) fn is_transfer(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::PutObject
            | O::GetObject
            | O::HeadObject
            | O::PutObjectTagging
            | O::GetObjectTagging
            | O::DeleteObjectTagging
            | O::CreateMultipartUpload
            | O::CompleteMultipartUpload
            | O::UploadPart
            | O::ListParts
            | O::AbortMultipartUpload
            | O::PutBucketAcl
            | O::GetBucketAcl
            | O::PutBucketCors
            | O::GetBucketCors
            | O::DeleteBucketCors
            | O::PutBucketNotificationConfiguration
            | O::GetBucketNotificationConfiguration
            | O::PutBucketAccelerateConfiguration
            | O::GetBucketAccelerateConfiguration
            | O::PutBucketRequestPayment
            | O::GetBucketRequestPayment
            | O::PutBucketWebsite
            | O::GetBucketWebsite
            | O::DeleteBucketWebsite
    )
}

/// What is found out under the lock before winterbaume is asked.
struct Errand {
    /// The bucket at winterbaume.
    inner: String,
    /// The key there.
    stored: Option<String>,
    after: After,
}

/// What is done with winterbaume's answer.
enum After {
    /// Nothing.
    Nothing,
    /// A new version is entered.
    Enter { hold: Hold, size: Size },
    /// An upload is remembered.
    Open { hold: Hold },
    /// An upload is forgotten.
    Forget { id: String },
    /// The version's own headers are added.
    Show {
        version: Version,
        versioning: Versioning,
    },
}

/// Where the size of a new version comes from.
enum Size {
    Known(u64),
    /// The parts of an upload; the object tells.
    Parts {
        id: String,
    },
}

/// Carries a call out.
pub(in crate::s3) async fn run(
    s3: &S3,
    operation: Operation,
    target: &Target,
    caller: &Caller,
    request: MockRequest,
) -> Result<MockResponse, S3Error> {
    let errand = {
        let mut state = s3.lock();
        let bucket = state.admit(operation, target, caller, &request.headers)?;
        prepare(bucket, operation, target, &request)?
    };
    let name = target.bucket.as_deref().unwrap_or_default();
    let key = target.key.as_deref().unwrap_or_default();
    let names = Names {
        inner: &errand.inner,
        bucket: name,
        key: errand.stored.as_deref().map(|stored| (stored, key)),
    };
    let query = query_for(target);
    let mut answer = s3.inner.call(&names, request, &query).await;
    if answer.status >= 300 {
        return Ok(answer);
    }
    let entered = match &errand.after {
        After::Enter {
            size: Size::Parts { .. },
            ..
        } => size_of(s3, &names).await,
        After::Enter {
            size: Size::Known(size),
            ..
        } => *size,
        _ => 0,
    };
    let mut state = s3.lock();
    let bucket = state
        .buckets
        .get_mut(name)
        .ok_or_else(|| S3Error::no_bucket(name))?;
    finish(bucket, key, errand, entered, &mut answer);
    Ok(answer)
}

/// The query without the version, which winterbaume does not know.
fn query_for(target: &Target) -> String {
    let pairs = target.query.iter().filter(|(key, _)| key != "versionId");
    pairs
        .map(|(key, value)| {
            format!(
                "{}={}",
                crate::query::encode(key),
                crate::query::encode(value)
            )
        })
        .collect::<Vec<_>>()
        .join("&")
}

/// The size of a finished upload.
async fn size_of(s3: &S3, names: &Names<'_>) -> u64 {
    let head = MockRequest {
        method: "HEAD".to_owned(),
        uri: String::new(),
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
    };
    let answer = s3.inner.call(names, head, "").await;
    let length = answer.headers.get(header::CONTENT_LENGTH);
    length
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

fn prepare(
    bucket: &mut Bucket,
    operation: Operation,
    target: &Target,
    request: &MockRequest,
) -> Result<Errand, S3Error> {
    use Operation as O;
    let key = target.key.as_deref().unwrap_or_default();
    let headers = &request.headers;
    let (stored, after) = match operation {
        O::PutObject => {
            preconditions(bucket, key, headers)?;
            has_digest(bucket, headers)?;
            let after = After::Enter {
                hold: Hold::of_upload(bucket, headers)?,
                size: Size::Known(request.body.len() as u64),
            };
            (Some(random::hex::<16>()), after)
        }
        O::GetObject | O::HeadObject => {
            let version = version(bucket, target)?.clone();
            let stored = stored(&version, key, target)?;
            let versioning = bucket.versioning;
            (
                Some(stored),
                After::Show {
                    version,
                    versioning,
                },
            )
        }
        O::PutObjectTagging | O::GetObjectTagging | O::DeleteObjectTagging => {
            let version = version(bucket, target)?;
            (Some(stored(version, key, target)?), After::Nothing)
        }
        O::CreateMultipartUpload => {
            let hold = Hold::of_upload(bucket, headers)?;
            (Some(random::hex::<16>()), After::Open { hold })
        }
        O::UploadPart | O::ListParts | O::AbortMultipartUpload | O::CompleteMultipartUpload => {
            let id = target.parameter("uploadId").unwrap_or_default();
            let upload = bucket.uploads.get(id).filter(|upload| upload.key == key);
            let upload = upload.ok_or_else(|| no_upload(id))?;
            let id = id.to_owned();
            let after = match operation {
                O::AbortMultipartUpload => After::Forget { id },
                O::CompleteMultipartUpload => After::Enter {
                    hold: upload.hold,
                    size: Size::Parts { id },
                },
                _ => After::Nothing,
            };
            (Some(upload.stored.clone()), after)
        }
        O::PutBucketAcl if bucket.ownership.as_deref() == Some("BucketOwnerEnforced") => {
            return Err(S3Error::new(
                400,
                "AccessControlListNotSupported",
                "The bucket does not allow ACLs",
            ));
        }
        _ => (None, After::Nothing),
    };
    Ok(Errand {
        inner: bucket.inner.clone(),
        stored,
        after,
    })
}

fn no_upload(id: &str) -> S3Error {
    S3Error::new(
        404,
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    )
    .detail("UploadId", id)
}

/// Uploads under retention must carry a digest.
fn has_digest(bucket: &Bucket, headers: &HeaderMap) -> Result<(), S3Error> {
    let digest = headers
        .keys()
        .any(|name| name == "content-md5" || name.as_str().starts_with("x-amz-checksum-"));
    if digest || !demands_digest(bucket, headers) {
        return Ok(());
    }
    Err(S3Error::request(
        "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    ))
}

/// `If-None-Match: *` and `If-Match` of uploads.
fn preconditions(bucket: &Bucket, key: &str, headers: &HeaderMap) -> Result<(), S3Error> {
    let etag = bucket
        .versions
        .current(key)
        .and_then(|version| match &version.content {
            Content::Object { etag, .. } => Some(etag.as_str()),
            Content::Marker => None,
        });
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let plain = |etag: &str| etag.trim_matches('"').to_owned();
    let new = text(header::IF_NONE_MATCH).is_none_or(|_| etag.is_none());
    let same = text(header::IF_MATCH)
        .is_none_or(|wanted| etag.is_some_and(|etag| plain(etag) == plain(wanted)));
    if new && same {
        return Ok(());
    }
    Err(S3Error::new(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    ))
}

fn version<'a>(bucket: &'a Bucket, target: &Target) -> Result<&'a Version, S3Error> {
    let key = target.key.as_deref().unwrap_or_default();
    match target.parameter("versionId") {
        Some(id) => bucket
            .versions
            .get(key, id)
            .ok_or_else(|| S3Error::no_version(key, id)),
        None => bucket
            .versions
            .current(key)
            .ok_or_else(|| S3Error::no_key(key)),
    }
}

/// The key at winterbaume; a marker has none.
fn stored(version: &Version, key: &str, target: &Target) -> Result<String, S3Error> {
    match (&version.content, target.has("versionId")) {
        (Content::Object { stored, .. }, _) => Ok(stored.clone()),
        (Content::Marker, true) => Err(S3Error::method_not_allowed("GET").marker(&version.id)),
        (Content::Marker, false) => Err(S3Error::no_key(key).marker(&version.id)),
    }
}

fn finish(bucket: &mut Bucket, key: &str, errand: Errand, size: u64, answer: &mut MockResponse) {
    match errand.after {
        After::Nothing => {}
        After::Enter { hold, size: source } => {
            let content = Content::Object {
                stored: errand.stored.unwrap_or_default(),
                etag: etag(answer),
                size,
            };
            let versioning = bucket.versioning;
            let id = bucket.versions.push(key, content, hold, versioning);
            if let Size::Parts { id } = source {
                bucket.uploads.remove(&id);
            }
            if versioning != Versioning::Never {
                insert(answer, VERSION_ID, &id);
            }
            encrypted(bucket, answer);
        }
        After::Open { hold } => {
            let id = parse(&answer.body)
                .and_then(|root| root.text_of("UploadId").map(str::to_owned))
                .unwrap_or_default();
            let upload = Upload {
                key: key.to_owned(),
                stored: errand.stored.unwrap_or_default(),
                initiated: jiff::Timestamp::now(),
                hold,
            };
            bucket.uploads.insert(id, upload);
        }
        After::Forget { id } => {
            bucket.uploads.remove(&id);
        }
        After::Show {
            version,
            versioning,
        } => {
            if versioning != Versioning::Never || version.id != NULL {
                insert(answer, VERSION_ID, &version.id);
            }
            if let Some(retention) = version.hold.retention {
                insert(
                    answer,
                    HeaderName::from_static("x-amz-object-lock-mode"),
                    retention.mode.word(),
                );
                insert(
                    answer,
                    HeaderName::from_static("x-amz-object-lock-retain-until-date"),
                    &retention.until.to_string(),
                );
            }
            encrypted(bucket, answer);
        }
    }
}

/// The ETag of a new version: in the header of a PUT, in the body of a finished upload.
fn etag(answer: &MockResponse) -> String {
    let header = answer.headers.get(header::ETAG);
    header
        .and_then(|etag| etag.to_str().ok().map(str::to_owned))
        .or_else(|| parse(&answer.body)?.text_of("ETag").map(str::to_owned))
        .unwrap_or_default()
}

/// Tells how the bucket encrypts.
fn encrypted(bucket: &Bucket, answer: &mut MockResponse) {
    let by_default = bucket
        .encryption
        .child("Rule")
        .and_then(|rule| rule.child("ApplyServerSideEncryptionByDefault"));
    if let Some(algorithm) = by_default.and_then(|rule| rule.text_of("SSEAlgorithm")) {
        insert(
            answer,
            HeaderName::from_static("x-amz-server-side-encryption"),
            algorithm,
        );
    }
}

fn insert(answer: &mut MockResponse, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers.insert(name, value);
    }
}

impl S3Error {
    /// Says that a delete marker is in the way.
    fn marker(self, id: &str) -> Self {
        self.header(DELETE_MARKER, "true").header(VERSION_ID, id)
    }
}
