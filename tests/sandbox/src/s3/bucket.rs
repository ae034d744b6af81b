//! A bucket: what is configured on it and the versions in it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::config::access::AccessBlock;
use super::config::policy::Policy;
use super::lifecycle::Lifecycle;
use super::objects::Versions;
use super::objects::lock::Hold;
use super::settings::S3Settings;
use super::xml::Element;
use crate::random;

/// Whether versions are kept. A bucket never returns to `Never`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

impl Versioning {
    /// The word of the API; none for a bucket that never had versions.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Never => None,
            Self::Enabled => Some("Enabled"),
            Self::Suspended => Some("Suspended"),
        }
    }
}

/// Key-value pairs in the order they were given.
pub(super) type Tags = Vec<(String, String)>;

/// An upload in parts that is not finished.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub(super) key: String,
    /// The key at winterbaume.
    pub(super) stored: String,
    pub(super) initiated: jiff::Timestamp,
    pub(super) hold: Hold,
}

/// A bucket.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    /// The name of its counterpart at winterbaume.
    pub(super) inner: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) created: jiff::Timestamp,
    /// Calls to subresources that still find no bucket.
    pub(super) unseen_calls: u32,
    pub(super) versioning: Versioning,
    pub(super) object_lock: Option<Element>,
    pub(super) encryption: Element,
    pub(super) access_block: Option<AccessBlock>,
    pub(super) ownership: Option<String>,
    pub(super) policy: Option<Policy>,
    pub(super) tags: Tags,
    pub(super) logging: Option<Element>,
    pub(super) replication: Option<Element>,
    pub(super) lifecycle: Lifecycle,
    pub(super) versions: Versions,
    /// By upload id.
    pub(super) uploads: BTreeMap<String, Upload>,
}

impl Bucket {
    /// A bucket as CreateBucket leaves it when nothing is asked for: since April 2023 with all
    /// public access blocked and without ACLs, since January 2023 encrypted, since April 2026
    /// without SSE-C.
    pub(super) fn new(name: &str, account: &str, region: &str, settings: &S3Settings) -> Self {
        Self {
            name: name.to_owned(),
            inner: format!("inner-{}", random::hex::<16>()),
            account: account.to_owned(),
            region: region.to_owned(),
            created: jiff::Timestamp::now(),
            unseen_calls: settings.unseen_bucket_calls,
            versioning: Versioning::Never,
            object_lock: None,
            encryption: super::config::encryption::default(),
            access_block: Some(AccessBlock::ALL),
            ownership: Some("BucketOwnerEnforced".to_owned()),
            policy: None,
            tags: Tags::new(),
            logging: None,
            replication: None,
            lifecycle: Lifecycle::default(),
            versions: Versions::default(),
            uploads: BTreeMap::new(),
        }
    }

    /// Everything, for tests: documents as XML text, the rest as JSON.
    pub(super) fn snapshot(&self) -> Value {
        let text = |element: &Option<Element>| element.as_ref().map(Element::write);
        json!({
            "Name": self.name,
            "Account": self.account,
            "Region": self.region,
            "Versioning": self.versioning.word(),
            "ObjectLock": text(&self.object_lock),
            "Encryption": self.encryption.write(),
            "PublicAccessBlock": self.access_block.map(AccessBlock::snapshot),
            "ObjectOwnership": self.ownership,
            "Policy": self.policy.as_ref().map(Policy::value),
            "Tags": self.tags.iter().cloned().collect::<BTreeMap<_, _>>(),
            "Logging": text(&self.logging),
            "Replication": text(&self.replication),
            "Lifecycle": self.lifecycle.snapshot(),
            "Versions": self.versions.snapshot(),
            "Uploads": self.uploads.values().map(|upload| &upload.key).collect::<Vec<_>>(),
        })
    }
}
