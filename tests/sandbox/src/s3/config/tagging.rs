//! Tags of a bucket.

use std::collections::HashSet;

use winterbaume_core::MockResponse;

use super::read;
use crate::s3::bucket::{Bucket, Tags};
use crate::s3::error::{S3Error, document, empty};
use crate::s3::xml::Element;

/// Tags per bucket.
const MOST: usize = 50;

/// The tags in a `TagSet` or `Tags` element.
pub(in crate::s3) fn tags(set: &Element) -> Result<Tags, S3Error> {
    let invalid = |message: &str| S3Error::new(400, "InvalidTag", message);
    let mut tags = Tags::new();
    let mut keys = HashSet::new();
    for tag in set.all("Tag") {
        let key = tag.child("Key").ok_or_else(S3Error::malformed)?.raw_text();
        let value = tag
            .child("Value")
            .ok_or_else(S3Error::malformed)?
            .raw_text();
        if !(1..=128).contains(&key.chars().count()) {
            return Err(invalid("The TagKey you have provided is invalid").detail("TagKey", key));
        }
        if value.chars().count() > 256 {
            return Err(invalid("The TagValue you have provided is invalid").detail("TagKey", key));
        }
        if key.to_lowercase().starts_with("aws:") {
            return Err(invalid("System tags cannot be added/updated by requester"));
        }
        if !keys.insert(key.to_owned()) {
            let error = invalid("Cannot provide multiple Tags with the same key");
            return Err(error.detail("TagKey", key));
        }
        tags.push((key.to_owned(), value.to_owned()));
    }
    if tags.len() > MOST {
        return Err(S3Error::new(
            400,
            "BadRequest",
            "Bucket tag count cannot be greater than 50",
        ));
    }
    Ok(tags)
}

pub(in crate::s3) fn put(bucket: &mut Bucket, body: &[u8]) -> Result<MockResponse, S3Error> {
    let root = read(body, "Tagging")?;
    bucket.tags = tags(root.child("TagSet").ok_or_else(S3Error::malformed)?)?;
    Ok(empty(204))
}

pub(in crate::s3) fn get(bucket: &Bucket) -> Result<MockResponse, S3Error> {
    if bucket.tags.is_empty() {
        return Err(S3Error::absent(
            "NoSuchTagSet",
            "The TagSet does not exist",
            &bucket.name,
        ));
    }
    let set = bucket
        .tags
        .iter()
        .fold(Element::new("TagSet"), |set, (key, value)| {
            set.with(
                Element::new("Tag")
                    .with(Element::leaf("Key", key))
                    .with(Element::leaf("Value", value)),
            )
        });
    Ok(document(&Element::new("Tagging").with(set)))
}
