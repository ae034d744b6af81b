//! Versions of objects. Bytes, metadata and tags lie with winterbaume; which version is whose,
//! which is current and which may not go is known here.

pub(super) mod delete;
pub(super) mod list;
pub(super) mod lock;
pub(super) mod transfer;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::bucket::Versioning;
use crate::random;
use lock::Hold;

/// What a version is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Bytes, under this key at winterbaume.
    Object {
        stored: String,
        etag: String,
        size: u64,
    },
    /// A delete marker.
    Marker,
}

/// A version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// `null` for what was written without versioning.
    pub(super) id: String,
    pub(super) content: Content,
    pub(super) modified: jiff::Timestamp,
    pub(super) hold: Hold,
}

/// All versions of a bucket: by key, newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions {
    keys: BTreeMap<String, Vec<Version>>,
}

/// The id of what is written without versioning.
pub(super) const NULL: &str = "null";

impl Versions {
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = (&String, &Vec<Version>)> {
        self.keys.iter()
    }

    /// The current version of a key, a marker included.
    pub(super) fn current(&self, key: &str) -> Option<&Version> {
        self.keys.get(key)?.first()
    }

    pub(super) fn get(&self, key: &str, id: &str) -> Option<&Version> {
        self.keys.get(key)?.iter().find(|version| version.id == id)
    }

    pub(super) fn get_mut(&mut self, key: &str, id: &str) -> Option<&mut Version> {
        let versions = self.keys.get_mut(key)?;
        versions.iter_mut().find(|version| version.id == id)
    }

    /// Puts a version on top: a new id if versions are kept, else in the place of `null`. Answers
    /// the id.
    pub(super) fn push(
        &mut self,
        key: &str,
        content: Content,
        hold: Hold,
        versioning: Versioning,
    ) -> String {
        let id = match versioning {
            Versioning::Enabled => random::hex::<16>(),
            Versioning::Never | Versioning::Suspended => NULL.to_owned(),
        };
        let versions = self.keys.entry(key.to_owned()).or_default();
        versions.retain(|version| version.id != id);
        versions.insert(
            0,
            Version {
                id: id.clone(),
                content,
                modified: jiff::Timestamp::now(),
                hold,
            },
        );
        id
    }

    /// Takes a version away for good.
    pub(super) fn remove(&mut self, key: &str, id: &str) -> Option<Version> {
        let versions = self.keys.get_mut(key)?;
        let at = versions.iter().position(|version| version.id == id)?;
        let removed = versions.remove(at);
        if versions.is_empty() {
            self.keys.remove(key);
        }
        Some(removed)
    }

    pub(super) fn snapshot(&self) -> Value {
        self.keys
            .iter()
            .flat_map(|(key, versions)| versions.iter().map(move |version| (key, version)))
            .map(|(key, version)| {
                let size = match &version.content {
                    Content::Object { size, .. } => json!(size),
                    Content::Marker => Value::Null,
                };
                json!({
                    "Key": key,
                    "VersionId": version.id,
                    "Size": size,
                    "IsDeleteMarker": version.content == Content::Marker,
                    "Mode": version.hold.retention.as_ref().map(|r| r.mode.word()),
                    "LegalHold": version.hold.legal,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(versions: &mut Versions, versioning: Versioning) -> String {
        versions.push("k", Content::Marker, Hold::default(), versioning)
    }

    #[test]
    fn what_was_written_before_versioning_stays_as_null() {
        let mut versions = Versions::default();
        assert_eq!(push(&mut versions, Versioning::Never), NULL);
        assert_eq!(push(&mut versions, Versioning::Never), NULL);
        let new = push(&mut versions, Versioning::Enabled);
        assert_eq!(versions.current("k").unwrap().id, new);
        assert_eq!(push(&mut versions, Versioning::Suspended), NULL);
        assert_eq!(versions.keys["k"].len(), 2);
        assert!(versions.remove("k", NULL).is_some());
        assert_eq!(versions.current("k").unwrap().id, new);
        assert!(versions.remove("k", &new).is_some() && versions.is_empty());
    }
}
