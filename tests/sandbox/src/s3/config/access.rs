//! Public access blocks and ownership.

use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use super::{boolean, read};
use crate::s3::bucket::Bucket;
use crate::s3::error::{S3Error, document, empty};
use crate::s3::xml::Element;

/// The four blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::s3) struct AccessBlock {
    acls: bool,
    ignore_acls: bool,
    pub(in crate::s3) policy: bool,
    restrict: bool,
}

impl AccessBlock {
    /// What a new bucket has.
    pub(in crate::s3) const ALL: Self = Self {
        acls: true,
        ignore_acls: true,
        policy: true,
        restrict: true,
    };

    fn words(self) -> [(&'static str, bool); 4] {
        [
            ("BlockPublicAcls", self.acls),
            ("IgnorePublicAcls", self.ignore_acls),
            ("BlockPublicPolicy", self.policy),
            ("RestrictPublicBuckets", self.restrict),
        ]
    }

    pub(in crate::s3) fn snapshot(self) -> Value {
        self.words()
            .into_iter()
            .map(|(word, on)| (word.to_owned(), json!(on)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

pub(in crate::s3) fn put_block(bucket: &mut Bucket, body: &[u8]) -> Result<MockResponse, S3Error> {
    let root = read(body, "PublicAccessBlockConfiguration")?;
    let flag = |name| root.text_of(name).map_or(Ok(false), boolean);
    bucket.access_block = Some(AccessBlock {
        acls: flag("BlockPublicAcls")?,
        ignore_acls: flag("IgnorePublicAcls")?,
        policy: flag("BlockPublicPolicy")?,
        restrict: flag("RestrictPublicBuckets")?,
    });
    Ok(empty(200))
}

pub(in crate::s3) fn get_block(bucket: &Bucket) -> Result<MockResponse, S3Error> {
    let block = bucket.access_block.ok_or_else(|| {
        S3Error::absent(
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
            &bucket.name,
        )
    })?;
    let root = Element::new("PublicAccessBlockConfiguration");
    Ok(document(
        &block.words().into_iter().fold(root, |root, (word, on)| {
            root.with(Element::leaf(word, on.to_string()))
        }),
    ))
}

/// The three kinds of ownership.
pub(in crate::s3) fn is_ownership(word: &str) -> bool {
    [
        "BucketOwnerEnforced",
        "BucketOwnerPreferred",
        "ObjectWriter",
    ]
    .contains(&word)
}

pub(in crate::s3) fn put_ownership(
    bucket: &mut Bucket,
    body: &[u8],
) -> Result<MockResponse, S3Error> {
    let root = read(body, "OwnershipControls")?;
    let mut rules = root.all("Rule");
    let word = rules
        .next()
        .and_then(|rule| rule.text_of("ObjectOwnership"));
    match (word.filter(|word| is_ownership(word)), rules.next()) {
        (Some(word), None) => {
            bucket.ownership = Some(word.to_owned());
            Ok(empty(200))
        }
        _ => Err(S3Error::malformed()),
    }
}

pub(in crate::s3) fn get_ownership(bucket: &Bucket) -> Result<MockResponse, S3Error> {
    let word = bucket.ownership.as_deref().ok_or_else(|| {
        S3Error::absent(
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found",
            &bucket.name,
        )
    })?;
    let rule = Element::new("Rule").with(Element::leaf("ObjectOwnership", word));
    Ok(document(&Element::new("OwnershipControls").with(rule)))
}
