//! [`Feature`]: the settings of a bucket by name, in the order in which they are put.

use std::collections::BTreeSet;

use tfplugin::Path;
use tfplugin::prelude::*;

/// One setting of a bucket that a store may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Feature {
    PublicAccessBlock,
    Ownership,
    Encryption,
    Versioning,
    ObjectLock,
    Policy,
    Logging,
    Replication,
    Tags,
}

impl Feature {
    /// All, in the order in which they are put: the public is shut out first, object lock and
    /// replication need versioning, a policy comes after the public access blocks, and the tags,
    /// among them the mark of a create, come last.
    pub(super) const ALL: [Self; 9] = [
        Self::PublicAccessBlock,
        Self::Ownership,
        Self::Encryption,
        Self::Versioning,
        Self::ObjectLock,
        Self::Policy,
        Self::Logging,
        Self::Replication,
        Self::Tags,
    ];

    /// Its word in `unsupported`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::PublicAccessBlock => "public_access_block",
            Self::Ownership => "ownership",
            Self::Encryption => "encryption",
            Self::Versioning => "versioning",
            Self::ObjectLock => "object_lock",
            Self::Policy => "policy",
            Self::Logging => "logging",
            Self::Replication => "replication",
            Self::Tags => "tags",
        }
    }

    /// The attribute that asks for it; none of what every bucket gets.
    pub(super) fn attribute(self) -> Option<Path> {
        Some(match self {
            Self::PublicAccessBlock | Self::Ownership | Self::Versioning => return None,
            Self::Encryption => path!("kms_key_arn"),
            Self::ObjectLock => path!("object_lock"),
            Self::Policy => path!("policy"),
            Self::Logging => path!("logging"),
            Self::Replication => path!("replication"),
            Self::Tags => path!("tags"),
        })
    }

    /// Of words as a state or private state has them; unknown ones are left out.
    pub(super) fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<Self> {
        let named = |word: &str| Self::ALL.into_iter().find(|one| one.word() == word);
        words.into_iter().filter_map(named).collect()
    }
}

/// Features as the attribute `unsupported`.
pub(super) fn words(features: &BTreeSet<Feature>) -> StringSet {
    StringSet::of(features.iter().map(|feature| feature.word()))
}

/// Features as a message lists them.
pub(super) fn listed(features: &BTreeSet<Feature>) -> String {
    let mut words: Vec<_> = features.iter().map(|feature| feature.word()).collect();
    words.sort_unstable();
    words.join(", ")
}
