//! [`Found`]: the settings of a bucket as S3 has them, in nine calls, and as a model.

use std::collections::BTreeSet;

use holdfast_aws::s3::{
    Algorithm, BucketName, Encryption, Logging, ObjectLock, Ownership, Period, PublicAccessBlock,
    Replication, S3, Setting, Versioning,
};
use holdfast_aws::{AwsError, ErrorKind};
use holdfast_recovery::bucket;
use tfplugin::prelude::*;

use super::feature::{self, Feature};
use super::model::{self, EtcdBackupBucket};
use super::wanted::{RULE, Standing, Wanted};
use crate::tags::{TagMap, read_own};

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) public_access_block: Setting<PublicAccessBlock>,
    pub(super) ownership: Setting<Ownership>,
    pub(super) encryption: Setting<Encryption>,
    pub(super) versioning: Setting<Versioning>,
    pub(super) object_lock: Setting<ObjectLock>,
    pub(super) policy: Setting<String>,
    pub(super) logging: Setting<Logging>,
    pub(super) replication: Setting<Replication>,
    pub(super) tags: Setting<TagMap>,
}

/// Whether a bucket is there.
#[derive(Debug)]
pub(super) enum Look {
    /// It is, with these settings.
    Present(Box<Found>),
    /// It is not.
    Gone,
}

impl Found {
    /// Looks at everything: the tags first, which tell whether the bucket is there and whose it is,
    /// then the rest at once. What nobody `asks_for` may be denied: it counts as absent then.
    pub(super) async fn look(
        s3: &dyn S3,
        name: &BucketName,
        asks_for: impl Fn(Feature) -> bool + Send,
    ) -> Result<Look, AwsError> {
        match s3.get_tags(name).await {
            Ok(tags) => Self::beside(tags, s3, name, asks_for).await,
            Err(error) => gone(error),
        }
    }

    /// Looks at the rest.
    pub(super) async fn beside(
        tags: Setting<TagMap>,
        s3: &dyn S3,
        name: &BucketName,
        asks_for: impl Fn(Feature) -> bool + Send,
    ) -> Result<Look, AwsError> {
        let rest = tokio::try_join!(
            s3.get_public_access_block(name),
            s3.get_ownership(name),
            s3.get_encryption(name),
            s3.get_versioning(name),
            s3.get_policy(name),
            allowed(asks_for(Feature::ObjectLock), s3.get_object_lock(name)),
            allowed(asks_for(Feature::Logging), s3.get_logging(name)),
            allowed(asks_for(Feature::Replication), s3.get_replication(name)),
        );
        let (
            public_access_block,
            ownership,
            encryption,
            versioning,
            policy,
            object_lock,
            logging,
            replication,
        ) = match rest {
            Ok(rest) => rest,
            Err(error) => return gone(error),
        };
        Ok(Look::Present(Box::new(Self {
            public_access_block,
            ownership,
            encryption,
            versioning,
            object_lock,
            policy,
            logging,
            replication,
            tags,
        })))
    }

    /// The tags that are not AWS's own (`aws:...`), which nobody can change.
    pub(super) fn own_tags(&self) -> TagMap {
        own(&self.tags)
    }

    /// The bucket as a model; what S3 does not know stays as `state` has it. And what such a bucket
    /// shall have and has not, of what no attribute shows.
    pub(super) fn model(
        &self,
        state: &EtcdBackupBucket,
        defaults: &TagMap,
    ) -> (EtcdBackupBucket, BTreeSet<Feature>) {
        let mut model = self.attributes(state, defaults);
        // Statements that nobody could write here show as a difference of the attribute.
        let wanted = Wanted::of(&model).unwrap_or_else(|_| Wanted::without_policy(&model));
        let unsupported = self.unsupported(&known_unsupported(state), &wanted);
        let away = |feature: &Feature| {
            let standing = wanted.standing(*feature, self);
            matches!(standing, Standing::Missing | Standing::Other)
                && !unsupported.contains(feature)
        };
        let taken_away = Feature::ALL.into_iter().filter(away).collect();
        model.unsupported = feature::words(&unsupported);
        (model, taken_away)
    }

    fn attributes(&self, state: &EtcdBackupBucket, defaults: &TagMap) -> EtcdBackupBucket {
        let tags = self.own_tags();
        EtcdBackupBucket {
            kms_key_arn: self.key().into(),
            policy: self.user_policy(state),
            object_lock: present(&self.object_lock).map(object_lock).into(),
            logging: present(&self.logging).map(logging).into(),
            replication: present(&self.replication).and_then(replication).into(),
            tags: read_own(&tags, defaults, &state.tags),
            tags_all: StringMap::of(tags),
            ..state.clone()
        }
    }

    fn key(&self) -> Option<String> {
        let found = present(&self.encryption)?;
        let by_kms = matches!(found.algorithm, Algorithm::Kms | Algorithm::KmsDsse);
        found.kms_key.clone().filter(|_| by_kms)
    }

    /// As the state spells it, if it means the same.
    fn user_policy(&self, state: &EtcdBackupBucket) -> Attr<String> {
        let arn = state.arn.as_str().unwrap_or_default();
        let found = present(&self.policy).and_then(|policy| bucket::split(policy, arn).user);
        match (found, state.policy.as_str()) {
            (Some(found), Some(held)) if bucket::same(&found, held) => held.into(),
            (found, _) => found.into(),
        }
    }

    /// What the store does not offer: it says so, or it was found before to refuse what it has not
    /// got.
    pub(super) fn unsupported(
        &self,
        refused: &BTreeSet<Feature>,
        wanted: &Wanted,
    ) -> BTreeSet<Feature> {
        let lacks = |feature: &Feature| match wanted.standing(*feature, self) {
            Standing::NotOffered => true,
            Standing::Met => false,
            Standing::Missing | Standing::Other => refused.contains(feature),
        };
        Feature::ALL.into_iter().filter(lacks).collect()
    }
}

fn present<T>(setting: &Setting<T>) -> Option<&T> {
    match setting {
        Setting::Present(found) => Some(found),
        Setting::Absent | Setting::Unsupported => None,
    }
}

/// Tags that are not AWS's own.
pub(super) fn own(tags: &Setting<TagMap>) -> TagMap {
    let mut tags = present(tags).cloned().unwrap_or_default();
    tags.retain(|key, _| !key.starts_with("aws:"));
    tags
}

/// What a state knows the store not to offer.
pub(super) fn known_unsupported(state: &EtcdBackupBucket) -> BTreeSet<Feature> {
    let words = state.unsupported.elements().unwrap_or_default();
    Feature::of_words(words.into_iter().map(String::as_str))
}

/// In this port *not found* always means the bucket.
fn gone(error: AwsError) -> Result<Look, AwsError> {
    match error.kind() {
        ErrorKind::NotFound => Ok(Look::Gone),
        _ => Err(error),
    }
}

async fn allowed<T>(
    asked_for: bool,
    call: impl Future<Output = Result<Setting<T>, AwsError>>,
) -> Result<Setting<T>, AwsError> {
    match call.await {
        Err(error) if !asked_for && *error.kind() == ErrorKind::Denied => Ok(Setting::Absent),
        answer => answer,
    }
}

fn object_lock(found: &ObjectLock) -> model::ObjectLock {
    let Some(retention) = &found.default_retention else {
        return model::ObjectLock::default();
    };
    let (days, years) = match retention.period {
        Period::Days(days) => (Attr::Known(i64::from(days)), Attr::Null),
        Period::Years(years) => (Attr::Null, Attr::Known(i64::from(years))),
    };
    model::ObjectLock {
        mode: retention.mode.as_str().into(),
        days,
        years,
    }
}

fn logging(found: &Logging) -> model::Logging {
    model::Logging {
        target_bucket: found.target_bucket.as_str().into(),
        target_prefix: found.target_prefix.as_str().into(),
    }
}

/// Of our rule, else of the first one.
fn replication(found: &Replication) -> Option<model::Replication> {
    let ours = |id: &Option<String>| id.as_deref() == Some(RULE);
    let rule = found.rules.iter().find(|rule| ours(&rule.id));
    let rule = rule.or_else(|| found.rules.first())?;
    Some(model::Replication {
        role_arn: found.role.as_str().into(),
        bucket_arn: rule.destination.as_str().into(),
        kms_key_arn: rule.replica_kms_key.clone().into(),
    })
}
