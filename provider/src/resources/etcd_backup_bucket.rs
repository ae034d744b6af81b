//! `holdfast_etcd_backup_bucket`: a bucket for etcd snapshots, secure by default.
//!
//! - `model`: the field lists;
//! - `rules`: what S3 would refuse, refused at plan time;
//! - `feature`: the settings of a bucket by name; `wanted`: what a model asks for; `found`: what S3
//!   has;
//! - `put`: from one to the other, a call at a time; `patience`: waiting for S3;
//! - `create`: made once, or found again; `delete`: what protects a bucket, what empties it;
//! - here: plan, create, read, update, delete, import.

mod create;
mod delete;
mod feature;
mod found;
mod model;
mod patience;
mod put;
mod rules;
#[cfg(test)]
mod tests;
mod wanted;

use std::collections::BTreeSet;
use std::sync::Arc;

use holdfast_aws::s3::{BucketName, Head, S3};
use holdfast_aws::{AwsError, ErrorKind, Region};
use tfplugin::prelude::*;
use tfplugin::{Path, PrivateKey};

use self::create::CREATION;
use self::delete::{Delete, PROTECTED};
use self::feature::Feature;
use self::found::{Found, Look, known_unsupported};
use self::model::EtcdBackupBucket;
use self::put::Work;
use self::wanted::{Standing, Wanted};
use crate::client::Client;
use crate::creation::CreationId;
use crate::tags;

const TYPE_NAME: &str = "holdfast_etcd_backup_bucket";

/// What a refresh found changed that no attribute shows, so that the plan mends it.
const TAKEN_AWAY: PrivateKey = PrivateKey::new("taken_away");

/// The resource.
pub struct Handler;

impl Resource for Handler {
    type Client = Client;
    type Model = EtcdBackupBucket;
    const TYPE_NAME: &'static str = TYPE_NAME;

    fn validate(&self, config: &EtcdBackupBucket, diagnostics: &mut Diagnostics) {
        rules::check(config, diagnostics);
    }

    async fn plan(&self, cx: &mut PlanCx<Client>, change: Change<'_, EtcdBackupBucket>) {
        match change {
            Change::Create { config, planned } => {
                if let Some(name) = cx.private.get_str(PROTECTED) {
                    let error = delete::protected(name, "Replacing the bucket");
                    cx.diagnostics.push(error);
                }
                complete(cx, config, planned).await;
                rules::check_planned(planned, &mut cx.diagnostics);
                if let Some(s3) = port(cx, &planned.region).await {
                    cx.diagnostics.extend(rules::check_new(planned, &*s3));
                }
            }
            Change::Update {
                prior,
                config,
                planned,
            } => {
                complete(cx, config, planned).await;
                rules::keep_policy(prior, planned);
                plan_update(cx, prior, planned);
            }
            Change::Delete { prior } => {
                if prior.deletion_protection.is_true() {
                    let name = prior.bucket.as_str().unwrap_or_default();
                    let error = delete::protected(name, "Destroying the bucket");
                    cx.diagnostics.push(error);
                }
            }
        }
    }

    async fn create(
        &self,
        cx: &mut Cx<Client>,
        planned: EtcdBackupBucket,
    ) -> Applied<EtcdBackupBucket> {
        create::run(cx, planned).await
    }

    async fn read(
        &self,
        cx: &mut Cx<Client>,
        mut state: EtcdBackupBucket,
    ) -> Result<ReadBack<EtcdBackupBucket>, Diagnostics> {
        let place = Place::of(&cx.client, &state).await?;
        let doing = format!("Cannot read bucket {}", place.name);
        state.region = place.region.as_str().into();
        rules::complete(&mut state);
        let failed = |error: &AwsError| failed(&doing, error, None);
        let tags = match place.s3.get_tags(&place.name).await {
            Err(error) if *error.kind() == ErrorKind::NotFound => return Ok(ReadBack::Gone),
            tags => tags.map_err(|error| failed(&error))?,
        };
        if let Some(creation) = creation_id(cx)
            && !delete::carries(&tags, &creation)
        {
            cx.diagnostics.push(create::somebody_elses(&place.name));
            return Ok(ReadBack::Gone);
        }
        let asks_for = asked_for(&state);
        let look = Found::beside(tags, &*place.s3, &place.name, asks_for).await;
        let Look::Present(found) = look.map_err(|error| failed(&error))? else {
            return Ok(ReadBack::Gone);
        };
        let (model, taken_away) = found.model(&state, &cx.client.default_tags);
        if taken_away.is_empty() {
            cx.private.remove(TAKEN_AWAY);
        } else {
            let words: Vec<_> = taken_away.iter().map(|feature| feature.word()).collect();
            cx.private.set(TAKEN_AWAY, words.join(","));
        }
        Ok(ReadBack::Present(model))
    }

    async fn update(
        &self,
        cx: &mut Cx<Client>,
        prior: &EtcdBackupBucket,
        planned: EtcdBackupBucket,
    ) -> Applied<EtcdBackupBucket> {
        let mut state = planned;
        match change(cx, prior, &mut state).await {
            Ok(()) => {
                for key in [CREATION, PROTECTED, TAKEN_AWAY] {
                    cx.private.remove(key);
                }
                Applied::Done(state)
            }
            // Whatever got through shows in the next refresh; the old state claims nothing new.
            Err(errors) => Applied::Failed(errors),
        }
    }

    async fn delete(&self, cx: &mut Cx<Client>, state: EtcdBackupBucket) -> Deleted {
        if state.deletion_protection.is_true() {
            let name = state.bucket.as_str().unwrap_or_default();
            return Deleted::Failed(delete::protected_and_tainted(name).into());
        }
        let unfinished = delete::unfinished(creation_id(cx), &state);
        let place = match Place::of(&cx.client, &state).await {
            Ok(place) => place,
            Err(errors) => return Deleted::Failed(errors),
        };
        // From here on no sibling takes the bucket up.
        let Some(_claim) = cx.client.creations.claim(place.name.as_str()) else {
            return Deleted::Failed(create::sibling(&place.name).into());
        };
        let delete = Delete {
            client: &cx.client,
            s3: &*place.s3,
            name: &place.name,
            state: &state,
            cancel: &cx.cancel,
            unfinished,
        };
        match delete.run().await {
            Ok(warning) => {
                cx.diagnostics.extend(warning);
                Deleted::Done
            }
            Err(errors) => Deleted::Failed(errors),
        }
    }

    async fn import(&self, cx: &mut Cx<Client>, id: &str) -> Result<EtcdBackupBucket, Diagnostics> {
        let (name, region) = match id.split_once('@') {
            Some((name, region)) => {
                let region = cx.client.services.region_named(region);
                let region = region.map_err(|why| {
                    Diagnostic::error("Invalid import id", format!("{id:?}: {why}."))
                })?;
                (name, region.as_str().into())
            }
            None => (id, Attr::Null),
        };
        let mut state = EtcdBackupBucket {
            bucket: name.into(),
            region,
            snapshot_folder: model::FOLDER.into(),
            force_destroy: Attr::Known(false),
            deletion_protection: Attr::Known(true),
            ..EtcdBackupBucket::default()
        };
        let here = Place::of(&cx.client, &state).await?;
        state.region = here.region.as_str().into();
        if let Some(region) = here.look_for_import().await? {
            state.region = region.as_str().into();
            Place::of(&cx.client, &state)
                .await?
                .look_for_import()
                .await?;
        }
        Ok(state)
    }
}

/// Fills in what the configuration leaves to the provider.
async fn complete(
    cx: &mut PlanCx<Client>,
    config: &EtcdBackupBucket,
    planned: &mut EtcdBackupBucket,
) {
    let defaults = cx.client.as_ref().map(|client| &client.default_tags);
    planned.tags_all = tags::planned_all(defaults, &planned.tags);
    if planned.region.is_unknown()
        && config.region.is_null()
        && let Some(client) = &cx.client
    {
        match client.services.region().await {
            Ok(region) => planned.region = region.as_str().into(),
            Err(error) => cx.diagnostics.extend(failed("No region", &error, None)),
        }
    }
    rules::complete(planned);
}

/// S3 of a planned bucket, if it can be had already; what is in the way shows in the apply.
async fn port(cx: &PlanCx<Client>, region: &Attr<String>) -> Option<Arc<dyn S3>> {
    let client = cx.client.as_ref()?;
    let region = region.as_str().and_then(|name| Region::of_store(name).ok());
    client.services.s3(region.as_ref()).await.ok()
}

fn plan_update(cx: &mut PlanCx<Client>, prior: &EtcdBackupBucket, planned: &mut EtcdBackupBucket) {
    cx.private.remove(PROTECTED);
    let name = prior.bucket.as_str().unwrap_or_default();
    let moves = prior.bucket != planned.bucket || prior.region != planned.region;
    if prior.deletion_protection.is_true() {
        cx.private.set(PROTECTED, name);
        if moves {
            let error = delete::protected(name, "Replacing the bucket");
            cx.diagnostics.push(error);
        }
    }
    if moves {
        // What is planned here is nobody's: the plan of the replacement follows.
        return;
    }
    rules::check_planned(planned, &mut cx.diagnostics);
    cx.diagnostics.extend(rules::unlocks(prior, planned));
    let taken_away = cx.private.get_str(TAKEN_AWAY).unwrap_or_default();
    let taken_away = Feature::of_words(taken_away.split(','));
    if !taken_away.is_empty() {
        // No attribute shows it, and without a difference nothing would be mended.
        planned.unsupported = Attr::Unknown;
        cx.diagnostics.push(rules::taken_away(name, &taken_away));
    }
}

/// Makes the bucket what `state` says, and fills `state` in.
async fn change(
    cx: &mut Cx<Client>,
    prior: &EtcdBackupBucket,
    state: &mut EtcdBackupBucket,
) -> Result<(), Diagnostics> {
    let place = Place::of(&cx.client, state).await?;
    let doing = format!("Cannot update bucket {}", place.name);
    state.region.fill(place.region.as_str());
    rules::complete(state);
    let wanted = Wanted::of(state)?;
    let before = Wanted::of(prior).ok();
    if before.as_ref() == Some(&wanted) && !state.unsupported.is_unknown() {
        // Only what the provider itself keeps has changed.
        return Ok(());
    }
    let asks_for = |feature| wanted.asks_for(feature) || asked_for(prior)(feature);
    let look = Found::look(&*place.s3, &place.name, asks_for).await;
    let Look::Present(found) = look.map_err(|error| failed(&doing, &error, None))? else {
        let detail = "It does not exist any more; plan again, which will create it.";
        return Err(Diagnostic::error(doing, detail).into());
    };
    let work = Work {
        client: &cx.client,
        s3: &*place.s3,
        name: &place.name,
        wanted: &wanted,
        cancel: &cx.cancel,
        fresh: false,
    };
    let mut unsupported = found.unsupported(&known_unsupported(prior), &wanted);
    let mut put = BTreeSet::new();
    for feature in Feature::ALL {
        match wanted.standing(feature, &found) {
            Standing::Met => {}
            Standing::NotOffered => work.does_without(feature, &mut unsupported)?,
            // Known to be refused, and not asked for.
            _ if unsupported.contains(&feature) && !wanted.asks_for(feature) => {}
            Standing::Missing | Standing::Other => {
                work.put(feature, Some(&found), &mut unsupported).await?;
                put.insert(feature);
            }
        }
    }
    if !put.is_empty() {
        let seen = work.until_seen(&put, &mut unsupported).await?;
        unsupported = seen.unsupported(&unsupported, &wanted);
    }
    state.unsupported.fill(feature::words(&unsupported));
    Ok(())
}

/// S3 where a bucket is, and its name.
struct Place {
    s3: Arc<dyn S3>,
    region: Region,
    name: BucketName,
}

impl Place {
    async fn of(client: &Client, state: &EtcdBackupBucket) -> Result<Self, Diagnostics> {
        let doing = "Cannot reach the bucket";
        let region = state.region.as_str().map(Region::of_store).transpose();
        let region = region.map_err(|why| {
            Diagnostic::error("Invalid region", why.to_string()).at(path!("region"))
        })?;
        let s3 = client.services.s3(region.as_ref()).await;
        let s3 = s3.map_err(|error| failed(doing, &error, None))?;
        let name = state.bucket.as_str().unwrap_or_default();
        let name = name.parse().map_err(|why: holdfast_aws::s3::InvalidName| {
            Diagnostic::error("Invalid bucket name", format!("{why}.")).at(path!("bucket"))
        })?;
        let region = s3.region().clone();
        Ok(Self { s3, region, name })
    }

    /// Looks whether the bucket can be imported from here; the region, if it is in another one. Of
    /// one that is nowhere, the read that follows says so.
    async fn look_for_import(&self) -> Result<Option<Region>, Diagnostics> {
        let doing = format!("Cannot import bucket {}", self.name);
        let head = self.s3.head_bucket(&self.name).await;
        match head.map_err(|error| failed(&doing, &error, None))? {
            Head::Elsewhere { region } => Ok(region),
            Head::Present { .. } | Head::Absent => Ok(None),
            Head::Foreign { .. } => {
                let detail = "Another account owns it, or the caller may not look at it \
                              (s3:ListBucket).";
                Err(Diagnostic::error(doing, detail).into())
            }
        }
    }
}

/// Whether a state has a setting that not every bucket has.
fn asked_for(state: &EtcdBackupBucket) -> impl Fn(Feature) -> bool + Send {
    let lock = !state.object_lock.is_absent();
    let logging = !state.logging.is_absent();
    let replication = !state.replication.is_absent();
    move |feature| match feature {
        Feature::ObjectLock => lock,
        Feature::Logging => logging,
        Feature::Replication => replication,
        _ => true,
    }
}

fn creation_id(cx: &Cx<Client>) -> Option<CreationId> {
    cx.private.get_str(CREATION).and_then(|id| id.parse().ok())
}

/// An error of S3, at the attribute that asked for what failed.
fn failed(doing: &str, error: &AwsError, feature: Option<Feature>) -> Diagnostics {
    let at = feature.and_then(Feature::attribute);
    Diagnostic::error(doing, error.to_string())
        .at(at.unwrap_or(Path::ROOT))
        .into()
}
