//! The resource against S3 in memory, through its own methods.
//!
//! - here: what all of them need: a small host;
//! - `life`: create, read, update, import, drift;
//! - `protection`: what may be deleted, and when;
//! - `stores`: stores that lack something;
//! - `plan`: refusals and what a plan computes.

mod life;
mod plan;
mod protection;
mod stores;

use std::sync::Arc;

use holdfast_aws::clock::{FixedClock, Timestamp};
use holdfast_aws::fake::{FakeBucket, FakeServices, FakeStore};
use holdfast_aws::s3::BucketName;
use tfplugin::Private;

use super::*;
use crate::creation::Creations;
use crate::lifecycle::Lifecycles;
use crate::tags::TagMap;

pub(super) const NOW: &str = "2026-11-23T10:00:00Z";
pub(super) const HOME: &str = "eu-central-1";
pub(super) const KEY: &str = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd";
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/replication";

/// What Terraform keeps of one resource.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) state: EtcdBackupBucket,
    pub(super) private: Private,
    pub(super) tainted: bool,
}

/// One process of the provider, over an account that outlives it.
pub(super) struct Process {
    pub(super) client: Arc<Client>,
}

/// An account, and the time.
pub(super) struct World {
    services: Arc<FakeServices>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) default_tags: TagMap,
}

impl World {
    pub(super) fn new() -> Self {
        Self::at(HOME)
    }

    pub(super) fn at(region: &str) -> Self {
        let now: Timestamp = NOW.parse().expect("a time");
        Self {
            services: Arc::new(FakeServices::new(region.parse().expect("a region"))),
            clock: Arc::new(FixedClock::at(now)),
            default_tags: TagMap::new(),
        }
    }

    /// A new process.
    pub(super) fn process(&self) -> Process {
        let clock = &self.clock;
        Process {
            client: Arc::new(Client {
                services: Arc::clone(&self.services) as Arc<_>,
                default_tags: self.default_tags.clone(),
                clock: Arc::clone(clock) as Arc<_>,
                creations: Arc::new(Creations::default()),
                lifecycles: Arc::new(Lifecycles::new(Arc::clone(clock) as Arc<_>)),
            }),
        }
    }

    pub(super) fn store(&self) -> Arc<FakeStore> {
        self.services.fake_s3()
    }

    /// The bucket of [`config`].
    pub(super) fn bucket(&self) -> Option<FakeBucket> {
        self.store().bucket(&name())
    }
}

pub(super) fn name() -> BucketName {
    "backups".parse().expect("a name")
}

/// The name alone, with the schema's defaults in place.
pub(super) fn config() -> EtcdBackupBucket {
    EtcdBackupBucket {
        bucket: name().as_str().into(),
        region: Attr::Unknown,
        snapshot_folder: model::FOLDER.into(),
        force_destroy: Attr::Known(false),
        deletion_protection: Attr::Known(true),
        ..EtcdBackupBucket::default()
    }
}

/// Everything that can be asked for but object lock.
pub(super) fn full() -> EtcdBackupBucket {
    EtcdBackupBucket {
        kms_key_arn: KEY.into(),
        policy: policy("s3:GetObject").into(),
        logging: One::Present(model::Logging {
            target_bucket: "logs".into(),
            target_prefix: "etcd/".into(),
        }),
        replication: One::Present(model::Replication {
            role_arn: ROLE.into(),
            bucket_arn: "arn:aws:s3:::replica".into(),
            kms_key_arn: "arn:aws:kms:eu-west-1:123456789012:key/1".into(),
        }),
        tags: StringMap::of([("Team", "infra")]),
        ..config()
    }
}

pub(super) fn policy(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Readers","Effect":"Allow","Principal":{{"AWS":"123456789012"}},"Action":"{action}","Resource":"arn:aws:s3:::backups/*"}}]}}"#
    )
}

/// Object lock with a default retention.
pub(super) fn locked(mode: &str, days: i64) -> One<model::ObjectLock> {
    One::Present(model::ObjectLock {
        mode: mode.into(),
        days: Attr::Known(days),
        years: Attr::Null,
    })
}

impl Process {
    /// Plans a create.
    pub(super) async fn plan_create(
        &self,
        config: &EtcdBackupBucket,
        private: Private,
    ) -> (EtcdBackupBucket, Diagnostics) {
        let mut cx = PlanCx::new(Some(Arc::clone(&self.client)));
        cx.private = private;
        let mut planned = EtcdBackupBucket {
            arn: Attr::Unknown,
            writer_policy_json: Attr::Unknown,
            unsupported: Attr::Unknown,
            tags_all: Attr::Unknown,
            ..config.clone()
        };
        let asked = asked(config);
        let change = Change::Create {
            config: &asked,
            planned: &mut planned,
        };
        Handler.plan(&mut cx, change).await;
        (planned, cx.diagnostics)
    }

    /// Plans an update; answers the private state of the plan too.
    pub(super) async fn plan_update(
        &self,
        stored: &Stored,
        config: &EtcdBackupBucket,
    ) -> (EtcdBackupBucket, Private, Diagnostics) {
        let mut cx = PlanCx::new(Some(Arc::clone(&self.client)));
        cx.private = stored.private.clone();
        let mut planned = EtcdBackupBucket {
            unsupported: stored.state.unsupported.clone(),
            ..config.clone()
        };
        if planned.region.is_unknown() {
            planned.region = stored.state.region.clone();
        }
        let asked = asked(config);
        let change = Change::Update {
            prior: &stored.state,
            config: &asked,
            planned: &mut planned,
        };
        Handler.plan(&mut cx, change).await;
        (planned, cx.private, cx.diagnostics)
    }

    /// Plans a destroy.
    pub(super) async fn plan_destroy(&self, stored: &Stored) -> Diagnostics {
        let mut cx = PlanCx::new(Some(Arc::clone(&self.client)));
        cx.private = stored.private.clone();
        let prior = &stored.state;
        Handler.plan(&mut cx, Change::Delete { prior }).await;
        cx.diagnostics
    }

    /// Creates from a configuration; what Terraform stores, and what was said.
    pub(super) async fn create(&self, config: &EtcdBackupBucket) -> (Option<Stored>, Diagnostics) {
        let (planned, said) = self.plan_create(config, Private::default()).await;
        if said.has_errors() {
            return (None, said);
        }
        let mut cx = Cx::new(Arc::clone(&self.client));
        let applied = Handler.create(&mut cx, planned).await;
        let mut said = cx.diagnostics;
        let (state, tainted) = match applied {
            Applied::Done(state) => (Some(state), false),
            Applied::Partial { state, errors } => {
                said.extend(errors);
                (Some(state), true)
            }
            Applied::Failed(errors) => {
                said.extend(errors);
                (None, false)
            }
        };
        let private = cx.private;
        let stored = state.map(|state| Stored {
            state,
            private,
            tainted,
        });
        (stored, said)
    }

    /// Refreshes; none if the bucket is gone.
    pub(super) async fn read(&self, stored: &Stored) -> Result<Option<Stored>, Diagnostics> {
        let mut cx = Cx::new(Arc::clone(&self.client));
        cx.private = stored.private.clone();
        Ok(match Handler.read(&mut cx, stored.state.clone()).await? {
            ReadBack::Present(state) => Some(Stored {
                state,
                private: cx.private,
                tainted: stored.tainted,
            }),
            ReadBack::Gone => None,
        })
    }

    /// Plans and makes an update in place.
    pub(super) async fn update(
        &self,
        stored: &Stored,
        config: &EtcdBackupBucket,
    ) -> Result<Stored, Diagnostics> {
        let (planned, private, said) = self.plan_update(stored, config).await;
        if said.has_errors() {
            return Err(said);
        }
        let mut cx = Cx::new(Arc::clone(&self.client));
        cx.private = private;
        match Handler.update(&mut cx, &stored.state, planned).await {
            Applied::Done(state) => Ok(Stored {
                state,
                private: cx.private,
                tainted: false,
            }),
            Applied::Partial { errors, .. } | Applied::Failed(errors) => Err(errors),
        }
    }

    /// Deletes, with the private state of a destroy's plan or without any, as in a replacement.
    pub(super) async fn delete(
        &self,
        stored: &Stored,
        private: Private,
    ) -> Result<Diagnostics, Diagnostics> {
        let mut cx = Cx::new(Arc::clone(&self.client));
        cx.private = private;
        match Handler.delete(&mut cx, stored.state.clone()).await {
            Deleted::Done => Ok(cx.diagnostics),
            Deleted::Failed(errors) => Err(errors),
        }
    }

    /// One `terraform apply` of the configuration: refresh, then create, replace or update. Of a
    /// tainted object the host hands over no private state.
    pub(super) async fn apply(
        &self,
        stored: Option<Stored>,
        config: &EtcdBackupBucket,
    ) -> Result<Stored, (Option<Stored>, Diagnostics)> {
        let held = match stored {
            None => None,
            Some(stored) => match self.read(&stored).await {
                Ok(found) => found,
                Err(errors) => return Err((Some(stored), errors)),
            },
        };
        let held = match held {
            Some(stored) if stored.tainted => {
                if let Err(errors) = self.delete(&stored, Private::default()).await {
                    return Err((Some(stored), errors));
                }
                None
            }
            other => other,
        };
        match held {
            None => match self.create(config).await {
                (Some(stored), said) if !stored.tainted => {
                    assert!(!said.has_errors(), "{said}");
                    Ok(stored)
                }
                (stored, said) => Err((stored, said)),
            },
            Some(stored) => match self.update(&stored, config).await {
                Ok(stored) => Ok(stored),
                Err(errors) => Err((Some(stored), errors)),
            },
        }
    }
}

/// The configuration as it was written: what the provider is to give is null.
fn asked(config: &EtcdBackupBucket) -> EtcdBackupBucket {
    let mut asked = config.clone();
    if asked.region.is_unknown() {
        asked.region = Attr::Null;
    }
    asked
}

/// A finished bucket, and that the next refresh finds nothing.
pub(super) async fn settled(world: &World, stored: &Stored) {
    stable(world, stored).await;
    let bucket = world.bucket().expect("the bucket");
    assert!(
        !bucket.tags.contains_key(crate::creation::TAG),
        "the mark is off: {bucket:#?}"
    );
}

/// That the next refresh finds nothing.
pub(super) async fn stable(world: &World, stored: &Stored) {
    assert_eq!(world.store().names().len(), 1, "nothing beside it");
    let again = world.process().read(stored).await.expect("a read");
    let again = again.expect("the bucket");
    assert_eq!(again.state, stored.state, "the second plan is empty");
    assert_eq!(again.private, Private::default());
}
