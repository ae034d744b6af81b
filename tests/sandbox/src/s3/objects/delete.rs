//! Deleting: a marker where versions are kept, the bytes where a version is named.

use http::{HeaderMap, HeaderValue};
use winterbaume_core::MockResponse;

use super::lock::{Hold, bypasses, protected};
use super::{Content, NULL};
use crate::s3::bucket::{Bucket, Versioning};
use crate::s3::config::{boolean, read};
use crate::s3::error::{S3Error, document, empty};
use crate::s3::target::Target;
use crate::s3::xml::Element;

/// Keys per DeleteObjects.
const MOST: usize = 1000;

/// What a deletion did.
enum Done {
    /// The version is gone, or never was there.
    Version { was_marker: bool },
    /// A marker hides the key now.
    Marked { id: String },
    /// There was nothing to mark: without versioning the bytes just go.
    Plain,
}

fn delete(bucket: &mut Bucket, key: &str, id: Option<&str>, bypass: bool) -> Result<Done, S3Error> {
    if let Some(id) = id {
        if bucket
            .versions
            .get(key, id)
            .is_some_and(|version| !version.hold.lets_go(bypass))
        {
            return Err(protected());
        }
        let removed = bucket.versions.remove(key, id);
        return Ok(Done::Version {
            was_marker: removed.is_some_and(|version| version.content == Content::Marker),
        });
    }
    match bucket.versioning {
        Versioning::Never => {
            bucket.versions.remove(key, NULL);
            Ok(Done::Plain)
        }
        versioning => {
            let id = bucket
                .versions
                .push(key, Content::Marker, Hold::default(), versioning);
            Ok(Done::Marked { id })
        }
    }
}

pub(in crate::s3) fn one(
    bucket: &mut Bucket,
    target: &Target,
    headers: &HeaderMap,
) -> Result<MockResponse, S3Error> {
    let key = target.key.as_deref().unwrap_or_default();
    let id = target.parameter("versionId");
    let done = delete(bucket, key, id, bypasses(headers))?;
    let mut answer = empty(204);
    let (marker, id) = match &done {
        Done::Version { was_marker } => (*was_marker, id.unwrap_or_default()),
        Done::Marked { id } => (true, id.as_str()),
        Done::Plain => return Ok(answer),
    };
    if let Ok(id) = HeaderValue::from_str(id) {
        answer.headers.insert("x-amz-version-id", id);
    }
    if marker {
        let yes = HeaderValue::from_static("true");
        answer.headers.insert("x-amz-delete-marker", yes);
    }
    Ok(answer)
}

pub(in crate::s3) fn many(
    bucket: &mut Bucket,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<MockResponse, S3Error> {
    let root = read(body, "Delete")?;
    let objects: Vec<&Element> = root.all("Object").collect();
    if objects.is_empty() || objects.len() > MOST {
        return Err(S3Error::malformed());
    }
    let quiet = root.text_of("Quiet").map_or(Ok(false), boolean)?;
    let mut result = Element::new("DeleteResult");
    for object in objects {
        let key = object
            .child("Key")
            .ok_or_else(S3Error::malformed)?
            .raw_text();
        let id = object.text_of("VersionId");
        match delete(bucket, key, id, bypasses(headers)) {
            Ok(_) if quiet => {}
            Ok(done) => result.children.push(deleted(key, id, &done)),
            Err(error) => result.children.push(
                Element::new("Error")
                    .with(Element::leaf("Key", key))
                    .with_some(id.map(|id| Element::leaf("VersionId", id)))
                    .with(Element::leaf("Code", error.code()))
                    .with(Element::leaf("Message", error.message())),
            ),
        }
    }
    Ok(document(&result))
}

fn deleted(key: &str, id: Option<&str>, done: &Done) -> Element {
    let entry = Element::new("Deleted")
        .with(Element::leaf("Key", key))
        .with_some(id.map(|id| Element::leaf("VersionId", id)));
    let marker = match done {
        Done::Version { was_marker: true } => id.unwrap_or_default(),
        Done::Marked { id } => id,
        Done::Version { was_marker: false } | Done::Plain => return entry,
    };
    entry
        .with(Element::leaf("DeleteMarker", "true"))
        .with(Element::leaf("DeleteMarkerVersionId", marker))
}
