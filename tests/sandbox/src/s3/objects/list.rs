//! Listings: objects (both versions of the API), versions, unfinished uploads.

use std::collections::BTreeSet;

use winterbaume_core::MockResponse;

use super::{Content, Version};
use crate::query;
use crate::s3::bucket::Bucket;
use crate::s3::error::{S3Error, document};
use crate::s3::life::{owner_id, time};
use crate::s3::target::Target;
use crate::s3::xml::Element;

/// Entries per page, prefixes included.
const PAGE: usize = 1000;

/// What a listing asks for.
struct Wanted<'a> {
    bucket: &'a Bucket,
    prefix: &'a str,
    delimiter: Option<&'a str>,
    most: usize,
    encoded: bool,
}

impl<'a> Wanted<'a> {
    fn of(bucket: &'a Bucket, target: &'a Target, most: &str) -> Result<Self, S3Error> {
        let most = match target.parameter(most) {
            None => PAGE,
            Some(text) => text
                .parse::<usize>()
                .map(|most| most.min(PAGE))
                .map_err(|_| {
                    S3Error::argument(
                        format!("Provided {most} not an integer or within integer range"),
                        most,
                        text,
                    )
                })?,
        };
        Ok(Self {
            bucket,
            prefix: target.parameter("prefix").unwrap_or_default(),
            delimiter: target.parameter("delimiter"),
            most,
            encoded: target.parameter("encoding-type") == Some("url"),
        })
    }

    /// Text as the listing writes it.
    fn text(&self, text: &str) -> String {
        if self.encoded {
            query::encode(text)
        } else {
            text.to_owned()
        }
    }

    /// The common prefix that stands for a key.
    fn folder<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter?;
        let at = key[self.prefix.len()..].find(delimiter)?;
        Some(&key[..self.prefix.len() + at + delimiter.len()])
    }

    fn head(&self, root: &str) -> Element {
        Element::new(root)
            .with(Element::leaf("Name", &self.bucket.name))
            .with(Element::leaf("Prefix", self.text(self.prefix)))
            .with(Element::leaf("MaxKeys", self.most.to_string()))
            .with_some(
                self.delimiter
                    .map(|text| Element::leaf("Delimiter", self.text(text))),
            )
            .with_some(self.encoded.then(|| Element::leaf("EncodingType", "url")))
    }

    fn folders(&self, root: Element, folders: &BTreeSet<&str>) -> Element {
        folders.iter().fold(root, |root, folder| {
            let prefix = Element::leaf("Prefix", self.text(folder));
            root.with(Element::new("CommonPrefixes").with(prefix))
        })
    }

    /// The entries after `after`, and the last key or prefix if there are more.
    fn page(
        &self,
        after: &str,
    ) -> (
        Vec<(&'a str, &'a Version)>,
        BTreeSet<&'a str>,
        Option<&'a str>,
    ) {
        let (mut entries, mut folders) = (Vec::new(), BTreeSet::new());
        let mut last = None;
        for (key, versions) in self.bucket.versions.keys() {
            let Some(version) = versions
                .first()
                .filter(|first| first.content != Content::Marker)
            else {
                continue;
            };
            if !key.starts_with(self.prefix) {
                continue;
            }
            let folder = self.folder(key);
            let place = folder.unwrap_or(key);
            // A prefix that was on the last page stands for all its keys.
            if place <= after || folder.is_some_and(|folder| folders.contains(folder)) {
                continue;
            }
            if entries.len() + folders.len() == self.most {
                return (entries, folders, last.or(Some("")));
            }
            match folder {
                Some(folder) => {
                    folders.insert(folder);
                }
                None => entries.push((key.as_str(), version)),
            }
            last = Some(place);
        }
        (entries, folders, None)
    }
}

pub(in crate::s3) fn objects(bucket: &Bucket, target: &Target) -> Result<MockResponse, S3Error> {
    let wanted = Wanted::of(bucket, target, "max-keys")?;
    let after = target.parameter("marker").unwrap_or_default();
    let (entries, folders, last) = wanted.page(after);
    let root = wanted
        .head("ListBucketResult")
        .with(Element::leaf("Marker", wanted.text(after)))
        .with(Element::leaf("IsTruncated", last.is_some().to_string()))
        .with_some(
            last.filter(|_| wanted.delimiter.is_some())
                .map(|last| Element::leaf("NextMarker", wanted.text(last))),
        );
    Ok(document(&contents(&wanted, root, &entries, &folders)))
}

pub(in crate::s3) fn objects_v2(bucket: &Bucket, target: &Target) -> Result<MockResponse, S3Error> {
    let wanted = Wanted::of(bucket, target, "max-keys")?;
    let start = target.parameter("start-after").unwrap_or_default();
    let token = target.parameter("continuation-token");
    let after = match token {
        Some(token) => unhex(token).ok_or_else(|| {
            S3Error::argument(
                "The continuation token provided is incorrect",
                "continuation-token",
                token,
            )
        })?,
        None => start.to_owned(),
    };
    let (entries, folders, last) = wanted.page(&after);
    let count = entries.len() + folders.len();
    let root = wanted
        .head("ListBucketResult")
        .with(Element::leaf("KeyCount", count.to_string()))
        .with_some(token.map(|token| Element::leaf("ContinuationToken", token)))
        .with(Element::leaf("IsTruncated", last.is_some().to_string()))
        .with_some(last.map(|last| Element::leaf("NextContinuationToken", hex(last))));
    Ok(document(&contents(&wanted, root, &entries, &folders)))
}

fn contents(
    wanted: &Wanted<'_>,
    root: Element,
    entries: &[(&str, &Version)],
    folders: &BTreeSet<&str>,
) -> Element {
    let root = entries.iter().fold(root, |root, (key, version)| {
        let entry = Element::new("Contents").with(Element::leaf("Key", wanted.text(key)));
        root.with(bytes(entry, version))
    });
    wanted.folders(root, folders)
}

/// The members that objects and versions share.
fn bytes(entry: Element, version: &Version) -> Element {
    let entry = entry.with(Element::leaf("LastModified", time(version.modified)));
    match &version.content {
        Content::Object { etag, size, .. } => entry
            .with(Element::leaf("ETag", etag))
            .with(Element::leaf("Size", size.to_string()))
            .with(Element::leaf("StorageClass", "STANDARD")),
        Content::Marker => entry,
    }
}

pub(in crate::s3) fn versions(bucket: &Bucket, target: &Target) -> Result<MockResponse, S3Error> {
    let wanted = Wanted::of(bucket, target, "max-keys")?;
    let key_marker = target.parameter("key-marker").unwrap_or_default();
    let id_marker = target.parameter("version-id-marker");
    let mut root = wanted
        .head("ListVersionsResult")
        .with(Element::leaf("KeyMarker", wanted.text(key_marker)))
        .with(Element::leaf(
            "VersionIdMarker",
            id_marker.unwrap_or_default(),
        ));
    let mut folders = BTreeSet::new();
    let mut count = 0;
    let mut last: Option<(&str, Option<&str>)> = None;
    let mut truncated = false;
    'keys: for (key, versions) in bucket.versions.keys() {
        if !key.starts_with(wanted.prefix) {
            continue;
        }
        if let Some(folder) = wanted.folder(key) {
            if folder <= key_marker || folders.contains(folder) {
                continue;
            }
            if count == wanted.most {
                truncated = true;
                break;
            }
            folders.insert(folder);
            count += 1;
            last = Some((folder, None));
            continue;
        }
        // Of the key of the marker, only what is older than its version.
        let rest = match (key.as_str().cmp(key_marker), id_marker) {
            (std::cmp::Ordering::Less, _) | (std::cmp::Ordering::Equal, None) => continue,
            (std::cmp::Ordering::Equal, Some(id)) => {
                let at = versions.iter().position(|version| version.id == id);
                &versions[at.map_or(0, |at| at + 1)..]
            }
            (std::cmp::Ordering::Greater, _) => &versions[..],
        };
        for version in rest {
            if count == wanted.most {
                truncated = true;
                break 'keys;
            }
            let latest = versions.first().is_some_and(|first| first.id == version.id);
            root.children.push(entry(&wanted, key, version, latest));
            count += 1;
            last = Some((key, Some(&version.id)));
        }
    }
    root = root.with(Element::leaf("IsTruncated", truncated.to_string()));
    if let Some((key, id)) = last.filter(|_| truncated) {
        root = root
            .with(Element::leaf("NextKeyMarker", wanted.text(key)))
            .with_some(id.map(|id| Element::leaf("NextVersionIdMarker", id)));
    }
    Ok(document(&wanted.folders(root, &folders)))
}

fn entry(wanted: &Wanted<'_>, key: &str, version: &Version, latest: bool) -> Element {
    let name = match version.content {
        Content::Object { .. } => "Version",
        Content::Marker => "DeleteMarker",
    };
    let entry = Element::new(name)
        .with(Element::leaf("Key", wanted.text(key)))
        .with(Element::leaf("VersionId", &version.id))
        .with(Element::leaf("IsLatest", latest.to_string()));
    let owner = Element::leaf("ID", owner_id(&wanted.bucket.account));
    bytes(entry, version).with(Element::new("Owner").with(owner))
}

pub(in crate::s3) fn uploads(bucket: &Bucket, target: &Target) -> Result<MockResponse, S3Error> {
    let wanted = Wanted::of(bucket, target, "max-uploads")?;
    let marker = (
        target.parameter("key-marker").unwrap_or_default(),
        target.parameter("upload-id-marker").unwrap_or_default(),
    );
    let mut found: Vec<_> = bucket
        .uploads
        .iter()
        .map(|(id, upload)| ((upload.key.as_str(), id.as_str()), upload))
        .filter(|(place, _)| place.0.starts_with(wanted.prefix) && *place > marker)
        .collect();
    found.sort_by_key(|(place, _)| *place);
    let truncated = found.len() > wanted.most;
    found.truncate(wanted.most);
    let mut root = Element::new("ListMultipartUploadsResult")
        .with(Element::leaf("Bucket", &bucket.name))
        .with(Element::leaf("KeyMarker", wanted.text(marker.0)))
        .with(Element::leaf("UploadIdMarker", marker.1))
        .with(Element::leaf("Prefix", wanted.text(wanted.prefix)))
        .with(Element::leaf("MaxUploads", wanted.most.to_string()))
        .with(Element::leaf("IsTruncated", truncated.to_string()));
    if let Some(((key, id), _)) = found.last().filter(|_| truncated) {
        root = root
            .with(Element::leaf("NextKeyMarker", wanted.text(key)))
            .with(Element::leaf("NextUploadIdMarker", *id));
    }
    for ((key, id), upload) in found {
        root.children.push(
            Element::new("Upload")
                .with(Element::leaf("Key", wanted.text(key)))
                .with(Element::leaf("UploadId", id))
                .with(Element::leaf("StorageClass", "STANDARD"))
                .with(Element::leaf("Initiated", time(upload.initiated))),
        );
    }
    Ok(document(&root))
}

/// A continuation token: the last place, in a form that nobody reads.
fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<String> {
    let digits = text.as_bytes().chunks(2);
    let bytes = digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<Vec<u8>>>()?;
    String::from_utf8(bytes).ok()
}
