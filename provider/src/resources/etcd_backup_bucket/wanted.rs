//! [`Wanted`]: the settings of a bucket as a model asks for them, and whether they are met.

use holdfast_aws::s3::{
    Algorithm, Encryption, Logging, ObjectLock, Ownership, Period, PublicAccessBlock, Replication,
    ReplicationRule, ReplicationScope, Retention, Setting, Switch, Versioning,
};
use holdfast_recovery::bucket::{self, Document, TlsOnly};
use tfplugin::prelude::*;

use super::feature::Feature;
use super::found::Found;
use super::model::{self, EtcdBackupBucket};
use crate::tags::{TagMap, known_tags};

/// The id of our replication rule.
pub(super) const RULE: &str = "holdfast";

/// Everything that a bucket shall have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) arn: String,
    pub(super) encryption: Encryption,
    pub(super) object_lock: Option<ObjectLock>,
    /// The user's half of the policy.
    pub(super) policy: Option<Document>,
    pub(super) logging: Option<Logging>,
    pub(super) replication: Option<Replication>,
    pub(super) tags: TagMap,
}

/// How a setting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is as it shall be.
    Met,
    /// It is not there.
    Missing,
    /// It is there, and another one.
    Other,
    /// The store has no such setting.
    NotOffered,
}

impl Wanted {
    /// Of a model whose values are known.
    ///
    /// # Errors
    /// The policy is none, or none for this bucket.
    pub(super) fn of(model: &EtcdBackupBucket) -> Result<Self, Diagnostics> {
        let arn = text(&model.arn);
        let policy = model.policy.as_str().map(|policy| {
            let document: Document = policy.parse()?;
            document.check_for(&arn)?;
            Ok(document)
        });
        let policy = policy.transpose().map_err(|why| invalid_policy(&why))?;
        Ok(Self {
            policy,
            ..Self::without_policy(model)
        })
    }

    /// Of everything but the policy.
    pub(super) fn without_policy(model: &EtcdBackupBucket) -> Self {
        Self {
            arn: text(&model.arn),
            encryption: encryption(model),
            object_lock: model.object_lock.present().map(object_lock),
            policy: None,
            logging: model.logging.present().map(logging),
            replication: model.replication.present().map(replication),
            tags: known_tags(&model.tags_all),
        }
    }

    /// Whether the configuration asks for it: then a store must have it.
    pub(super) fn asks_for(&self, feature: Feature) -> bool {
        match feature {
            Feature::PublicAccessBlock | Feature::Ownership => false,
            Feature::Versioning => self.object_lock.is_some() || self.replication.is_some(),
            Feature::Encryption => self.encryption.algorithm == Algorithm::Kms,
            Feature::ObjectLock => self.object_lock.is_some(),
            Feature::Policy => self.policy.is_some(),
            Feature::Logging => self.logging.is_some(),
            Feature::Replication => self.replication.is_some(),
            Feature::Tags => !self.tags.is_empty(),
        }
    }

    /// Whether something has to be there, asked for or not.
    pub(super) fn needs(&self, feature: Feature) -> bool {
        match feature {
            Feature::PublicAccessBlock
            | Feature::Ownership
            | Feature::Encryption
            | Feature::Versioning
            | Feature::Policy => true,
            Feature::ObjectLock | Feature::Logging | Feature::Replication | Feature::Tags => {
                self.asks_for(feature)
            }
        }
    }

    /// The whole policy: both halves.
    pub(super) fn whole_policy(&self) -> String {
        bucket::merge(self.policy.as_ref(), &self.arn)
    }

    /// How a setting stands against what was found.
    pub(super) fn standing(&self, feature: Feature, found: &Found) -> Standing {
        match feature {
            Feature::PublicAccessBlock => required(&found.public_access_block, |block| {
                *block == PublicAccessBlock::ALL
            }),
            Feature::Ownership => required(&found.ownership, |ownership| {
                *ownership == Ownership::BucketOwnerEnforced
            }),
            Feature::Encryption => required(&found.encryption, |found| self.encrypts(found)),
            Feature::Versioning => required(&found.versioning, |versioning| {
                *versioning == Versioning::Enabled
            }),
            Feature::Policy => required(&found.policy, |policy| self.allows(policy)),
            Feature::ObjectLock => optional(self.object_lock.as_ref(), &found.object_lock),
            Feature::Logging => optional(self.logging.as_ref(), &found.logging),
            Feature::Replication => match (&self.replication, &found.replication) {
                (Some(wanted), Setting::Present(found)) => standing(replicates(wanted, found)),
                (wanted, found) => optional(wanted.as_ref(), found),
            },
            Feature::Tags => match &found.tags {
                Setting::Unsupported => Standing::NotOffered,
                Setting::Present(_) => standing(found.own_tags() == self.tags),
                Setting::Absent if self.tags.is_empty() => Standing::Met,
                Setting::Absent => Standing::Missing,
            },
        }
    }

    /// What AWS blocks by itself, and a bucket key where there is no key of KMS, do not count.
    fn encrypts(&self, found: &Encryption) -> bool {
        let wanted = &self.encryption;
        let bucket_key =
            wanted.algorithm != Algorithm::Kms || found.bucket_key == wanted.bucket_key;
        found.algorithm == wanted.algorithm && found.kms_key == wanted.kms_key && bucket_key
    }

    fn allows(&self, found: &str) -> bool {
        let parts = bucket::split(found, &self.arn);
        let user = match (&self.policy, &parts.user) {
            (None, None) => true,
            (Some(wanted), Some(found)) => bucket::same(&wanted.to_string(), found),
            _ => false,
        };
        parts.tls_only == TlsOnly::Present && user
    }
}

fn required<T>(found: &Setting<T>, met: impl FnOnce(&T) -> bool) -> Standing {
    match found {
        Setting::Present(found) => standing(met(found)),
        Setting::Absent => Standing::Missing,
        Setting::Unsupported => Standing::NotOffered,
    }
}

fn optional<T: PartialEq>(wanted: Option<&T>, found: &Setting<T>) -> Standing {
    match (wanted, found) {
        (_, Setting::Unsupported) => Standing::NotOffered,
        (None, Setting::Absent) => Standing::Met,
        (Some(_), Setting::Absent) => Standing::Missing,
        (wanted, Setting::Present(found)) => standing(wanted == Some(found)),
    }
}

fn standing(met: bool) -> Standing {
    if met { Standing::Met } else { Standing::Other }
}

/// The id and the priority of the only rule are nobody's business, and switches have defaults.
fn replicates(wanted: &Replication, found: &Replication) -> bool {
    let plain = |rule: &ReplicationRule| ReplicationRule {
        id: None,
        priority: None,
        kms_objects: Some(rule.kms_objects.clone().unwrap_or(Switch::Disabled)),
        delete_markers: Some(rule.delete_markers.clone().unwrap_or(Switch::Disabled)),
        ..rule.clone()
    };
    let rules = |replication: &Replication| replication.rules.iter().map(plain).collect::<Vec<_>>();
    found.role == wanted.role && rules(found) == rules(wanted)
}

fn encryption(model: &EtcdBackupBucket) -> Encryption {
    let key = model.kms_key_arn.as_str().map(str::to_owned);
    Encryption {
        algorithm: if key.is_some() {
            Algorithm::Kms
        } else {
            Algorithm::Aes256
        },
        bucket_key: key.is_some(),
        kms_key: key,
        blocked: Vec::new(),
    }
}

fn object_lock(block: &model::ObjectLock) -> ObjectLock {
    let number = |attr: &Attr<i64>| attr.known().and_then(|n| i32::try_from(*n).ok());
    let period = match (number(&block.days), number(&block.years)) {
        (Some(days), _) => Some(Period::Days(days)),
        (None, years) => years.map(Period::Years),
    };
    let mode = block.mode.as_str();
    ObjectLock {
        default_retention: mode.zip(period).map(|(mode, period)| Retention {
            mode: mode.into(),
            period,
        }),
    }
}

fn logging(block: &model::Logging) -> Logging {
    Logging {
        target_bucket: text(&block.target_bucket),
        target_prefix: text(&block.target_prefix),
    }
}

fn replication(block: &model::Replication) -> Replication {
    let key = block.kms_key_arn.as_str().map(str::to_owned);
    Replication {
        role: text(&block.role_arn),
        rules: vec![ReplicationRule {
            id: Some(RULE.to_owned()),
            priority: Some(1),
            status: Switch::Enabled,
            scope: ReplicationScope::Prefix(String::new()),
            destination: text(&block.bucket_arn),
            // S3 wants to hear of one only together with the other.
            kms_objects: key.is_some().then_some(Switch::Enabled),
            replica_kms_key: key,
            delete_markers: Some(Switch::Disabled),
        }],
    }
}

/// What is wrong with the policy, at its attribute.
pub(super) fn invalid_policy(why: &bucket::InvalidPolicy) -> Diagnostics {
    let detail = format!("Not a policy for this bucket: {why}.");
    Diagnostic::error("Invalid policy", detail)
        .at(path!("policy"))
        .into()
}

fn text(attr: &Attr<String>) -> String {
    attr.as_str().unwrap_or_default().to_owned()
}
