//! Making a bucket's settings what they shall be, strictly one call at a time.

use std::collections::BTreeSet;

use holdfast_aws::s3::{
    BucketName, ObjectLock, Ownership, PublicAccessBlock, S3, Setting, Versioning,
};
use holdfast_aws::{AwsError, ErrorKind};
use tfplugin::prelude::*;
use tfplugin::{CancellationToken, Path};

use super::failed;
use super::feature::{Feature, listed};
use super::found::{Found, Look};
use super::patience::Patience;
use super::wanted::{Standing, Wanted};
use crate::client::Client;

/// One bucket that is being worked on.
pub(super) struct Work<'a> {
    pub(super) client: &'a Client,
    pub(super) s3: &'a dyn S3,
    pub(super) name: &'a BucketName,
    pub(super) wanted: &'a Wanted,
    pub(super) cancel: &'a CancellationToken,
    /// Whether this operation made the bucket.
    pub(super) fresh: bool,
}

impl Work<'_> {
    pub(super) fn patience(&self) -> Patience<'_> {
        let clock = &*self.client.clock;
        if self.fresh {
            Patience::with_new(clock, self.cancel)
        } else {
            Patience::with_old(clock, self.cancel)
        }
    }

    /// Puts one setting. What the store does not offer goes into `unsupported`, unless it was asked
    /// for.
    pub(super) async fn put(
        &self,
        feature: Feature,
        before: Option<&Found>,
        unsupported: &mut BTreeSet<Feature>,
    ) -> Result<(), Diagnostics> {
        let mut patience = self.patience();
        loop {
            let Err(error) = self.send(feature, before).await else {
                unsupported.remove(&feature);
                return Ok(());
            };
            if self.lacks(feature, &error) {
                return self.does_without(feature, unsupported);
            }
            if !patience.after(&error).await {
                let doing = format!("Cannot set {} of bucket {}", feature.word(), self.name);
                return Err(failed(&doing, &error, Some(feature)));
            }
        }
    }

    /// Takes note of what the store does not offer.
    ///
    /// # Errors
    /// It was asked for.
    pub(super) fn does_without(
        &self,
        feature: Feature,
        unsupported: &mut BTreeSet<Feature>,
    ) -> Result<(), Diagnostics> {
        if self.wanted.asks_for(feature) {
            return Err(not_offered(feature));
        }
        unsupported.insert(feature);
        Ok(())
    }

    /// Whether a refusal says that the store has no such thing. Some stores have policies and not
    /// the condition that refuses plain HTTP.
    fn lacks(&self, feature: Feature, error: &AwsError) -> bool {
        match error.kind() {
            ErrorKind::Unsupported => true,
            ErrorKind::Invalid { .. } => {
                // Of the user's own statements the store's words say more.
                let ours_alone = !self.wanted.asks_for(feature);
                feature == Feature::Policy && ours_alone && !self.s3.is_aws()
            }
            _ => false,
        }
    }

    /// Sends one setting, once.
    pub(super) async fn send(
        &self,
        feature: Feature,
        before: Option<&Found>,
    ) -> Result<(), AwsError> {
        let Self {
            s3, name, wanted, ..
        } = self;
        match feature {
            Feature::PublicAccessBlock => {
                s3.put_public_access_block(name, &PublicAccessBlock::ALL)
                    .await
            }
            Feature::Ownership => {
                s3.put_ownership(name, &Ownership::BucketOwnerEnforced)
                    .await
            }
            Feature::Encryption => {
                let mut encryption = wanted.encryption.clone();
                // The call replaces all of it: what others have blocked stays blocked.
                if let Some(Setting::Present(found)) = before.map(|found| &found.encryption) {
                    encryption.blocked.clone_from(&found.blocked);
                }
                s3.put_encryption(name, &encryption).await
            }
            Feature::Versioning => s3.put_versioning(name, &Versioning::Enabled).await,
            Feature::ObjectLock => match &wanted.object_lock {
                Some(lock) => s3.put_object_lock(name, lock).await,
                // It stays on for ever; the default retention can go.
                None => {
                    let none = ObjectLock {
                        default_retention: None,
                    };
                    s3.put_object_lock(name, &none).await
                }
            },
            Feature::Policy => s3.put_policy(name, &wanted.whole_policy()).await,
            Feature::Logging => s3.put_logging(name, wanted.logging.as_ref()).await,
            Feature::Replication => match &wanted.replication {
                Some(replication) => s3.put_replication(name, replication).await,
                None => s3.delete_replication(name).await,
            },
            Feature::Tags => {
                let mut tags = wanted.tags.clone();
                // AWS's own tags are refused if they are missing from the whole.
                if let Some(Setting::Present(found)) = before.map(|found| &found.tags) {
                    let theirs = found.iter().filter(|(key, _)| key.starts_with("aws:"));
                    tags.extend(theirs.map(|(key, value)| (key.clone(), value.clone())));
                }
                s3.put_tags(name, &tags).await
            }
        }
    }

    /// Looks until all that was put is seen, but the tags if they are `last`; answers what is seen.
    pub(super) async fn until_seen(
        &self,
        put: &BTreeSet<Feature>,
        unsupported: &mut BTreeSet<Feature>,
    ) -> Result<Found, Diagnostics> {
        let doing = format!("Cannot read bucket {} back", self.name);
        let mut patience = self.patience();
        loop {
            let asks_for = |feature| self.wanted.asks_for(feature);
            let found = match Found::look(self.s3, self.name, asks_for).await {
                Ok(Look::Present(found)) => found,
                Ok(Look::Gone) => {
                    if self.fresh && patience.for_sight().await {
                        continue;
                    }
                    let detail = "The bucket is gone again; somebody may have deleted it.";
                    return Err(Diagnostic::error(doing, detail).into());
                }
                Err(error) => {
                    if patience.after(&error).await {
                        continue;
                    }
                    return Err(failed(&doing, &error, None));
                }
            };
            let standing = |feature: &Feature| self.wanted.standing(*feature, &found);
            for feature in put {
                if standing(feature) == Standing::NotOffered {
                    self.does_without(*feature, unsupported)?;
                }
            }
            let unseen = |feature: &&Feature| {
                matches!(standing(feature), Standing::Missing | Standing::Other)
                    && !unsupported.contains(feature)
            };
            let unseen: BTreeSet<Feature> = put.iter().filter(unseen).copied().collect();
            if unseen.is_empty() {
                return Ok(*found);
            }
            if !patience.for_sight().await {
                // Some stores take what they have not got.
                let ignored = |feature: &Feature| {
                    standing(feature) == Standing::Missing && !self.wanted.asks_for(*feature)
                };
                if !self.s3.is_aws() && unseen.iter().all(ignored) {
                    unsupported.extend(unseen);
                    return Ok(*found);
                }
                let words = listed(&unseen);
                let detail = format!(
                    "S3 has taken {words} and does not show it after two minutes. Apply again, \
                     which looks anew."
                );
                return Err(Diagnostic::error(doing, detail).into());
            }
        }
    }
}

/// The error about something that was asked for.
fn not_offered(feature: Feature) -> Diagnostics {
    let asker = match feature {
        Feature::Tags => "`tags`, or `default_tags` of the provider,".to_owned(),
        _ => match feature.attribute() {
            Some(attribute) => format!("`{attribute}`"),
            None => "`object_lock` or `replication`".to_owned(),
        },
    };
    let detail = format!(
        "The store does not offer {}, which {asker} asks for. Take that out of the configuration, \
         or use a store that has it.",
        feature.word()
    );
    Diagnostic::error("The store does not offer what is asked for", detail)
        .at(feature.attribute().unwrap_or(Path::ROOT))
        .into()
}
