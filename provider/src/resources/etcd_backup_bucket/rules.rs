//! What S3 would refuse, refused at plan time with the attribute named; and what a plan must say
//! before it is too late.

use std::collections::BTreeSet;

use holdfast_aws::Region;
use holdfast_aws::s3::S3;
use holdfast_recovery::bucket::{self, Document, Partition, Writer};
use tfplugin::Path;
use tfplugin::prelude::*;

use super::feature::{Feature, listed};
use super::model::{EtcdBackupBucket, ObjectLock};
use super::wanted::invalid_policy;
use crate::creation::TAG;
use crate::tags::reserved;

/// Tags that a bucket carries at most.
pub(super) const MOST_TAGS: usize = 50;
const KEY: usize = 128;
const VALUE: usize = 256;

/// Every rule over the configuration alone.
pub(super) fn check(config: &EtcdBackupBucket, diagnostics: &mut Diagnostics) {
    check_tags(&config.tags, diagnostics);
    if let Some(lock) = config.object_lock.present() {
        check_lock(lock, diagnostics);
    }
    check_key(config, diagnostics);
    check_replication(config, diagnostics);
    let target = config
        .logging
        .present()
        .map(|logging| &logging.target_bucket);
    if let Some(Attr::Known(target)) = target
        && config.bucket.known() == Some(target)
    {
        let detail = format!("{target} would log the writing of its own logs, for ever.");
        let at = path!("logging", 0, "target_bucket");
        diagnostics.push(Diagnostic::error("A bucket that logs into itself", detail).at(at));
    }
}

fn check_tags(tags: &StringMap, diagnostics: &mut Diagnostics) {
    let Some(tags) = tags.known() else { return };
    if tags.contains_key(TAG) {
        diagnostics.push(reserved(path!("tags", Key(TAG))));
    }
    if tags.len() > MOST_TAGS {
        diagnostics.push(too_many_tags(tags.len(), path!("tags")));
    }
    let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "+-=._:/@".contains(c);
    for (key, value) in tags {
        let length = key.chars().count();
        let value = value.as_str().unwrap_or_default();
        let why = if key.starts_with("aws:") {
            "A key that begins with \"aws:\" is AWS's own.".to_owned()
        } else if !(1..=KEY).contains(&length) {
            format!("A key has 1 to {KEY} characters.")
        } else if value.chars().count() > VALUE {
            format!("A value has at most {VALUE} characters.")
        } else if let Some(wrong) = key.chars().chain(value.chars()).find(|c| !allowed(*c)) {
            format!("{wrong:?} is not allowed: letters, digits, spaces and + - = . _ : / @ are.")
        } else {
            continue;
        };
        let at = path!("tags", Key(key));
        diagnostics.push(Diagnostic::error("Invalid tag", why).at(at));
    }
}

fn too_many_tags(count: usize, at: Path) -> Diagnostic {
    let detail = format!("A bucket carries at most {MOST_TAGS} tags, and these are {count}.");
    Diagnostic::error("Too many tags", detail).at(at)
}

fn check_lock(lock: &ObjectLock, diagnostics: &mut Diagnostics) {
    let at = |name: &str| path!("object_lock", 0, name);
    let ObjectLock { mode, days, years } = lock;
    if days.known().is_some() && years.known().is_some() {
        let detail = "A default retention lasts so many days or so many years: take one out.";
        diagnostics.push(Diagnostic::error("days and years", detail).at(at("years")));
        return;
    }
    if mode.is_null() && (days.known().is_some() || years.known().is_some()) {
        let given = if days.is_null() { "years" } else { "days" };
        let detail = format!("{given} needs mode: \"GOVERNANCE\" or \"COMPLIANCE\".");
        diagnostics.push(Diagnostic::error("A retention without a mode", detail).at(at(given)));
        return;
    }
    if mode.known().is_none() {
        return;
    }
    if days.is_null() && years.is_null() {
        let detail = "A default retention needs days or years. Without one, leave mode out: \
                      `object_lock {}`.";
        diagnostics.push(Diagnostic::error("A retention without an end", detail).at(at("mode")));
        return;
    }
    let detail = "Under a default retention S3 refuses uploads that carry no checksum, and K3s and \
                  RKE2 send none: their snapshots may be refused. If they write here, lock the \
                  replica instead (replication, and a default retention on the bucket that it \
                  names). A bucket that only takes replicas is fine.";
    let warning = Diagnostic::warning("A default retention may stop snapshots", detail);
    diagnostics.push(warning.at(at("mode")));
}

fn check_key(config: &EtcdBackupBucket, diagnostics: &mut Diagnostics) {
    let (Some(key), Some(region)) = (config.kms_key_arn.as_str(), config.region.as_str()) else {
        return;
    };
    diagnostics.extend(key_elsewhere(key, region));
}

/// S3 encrypts with keys of the bucket's own region only.
fn key_elsewhere(key: &str, region: &str) -> Option<Diagnostic> {
    let of = bucket::region_of(key).filter(|of| *of != region)?;
    let detail =
        format!("The key is in {of} and the bucket in {region}: S3 needs one in {region}.");
    Some(Diagnostic::error("A key of another region", detail).at(path!("kms_key_arn")))
}

fn check_replication(config: &EtcdBackupBucket, diagnostics: &mut Diagnostics) {
    let Some(replication) = config.replication.present() else {
        return;
    };
    let own = config.bucket.as_str();
    let target = replication.bucket_arn.as_str();
    if own.is_some() && target.and_then(|arn| bucket::bucket_of(arn).ok()) == own {
        let detail = "A bucket cannot be its own replica.";
        let at = path!("replication", 0, "bucket_arn");
        diagnostics.push(Diagnostic::error("A replica of itself", detail).at(at));
    }
    if config.kms_key_arn.known().is_some() && replication.kms_key_arn.is_null() {
        let detail = "The bucket's objects are encrypted by KMS (kms_key_arn), and S3 copies those \
                      only if the replica has a key too: name one of the replica's region.";
        let at = path!("replication", 0, "kms_key_arn");
        diagnostics.push(Diagnostic::error("A replica that would stay empty", detail).at(at));
    }
}

/// What a new bucket must be besides: AWS keeps more for itself than other stores do.
pub(super) fn check_new(planned: &EtcdBackupBucket, s3: &dyn S3) -> Diagnostics {
    let mut found = Diagnostics::new();
    if !s3.is_aws() {
        return found;
    }
    if let Some(Err(why)) = planned.bucket.as_str().map(bucket::check_reserved) {
        let error = Diagnostic::error("Invalid bucket name", why.to_string());
        found.push(error.at(path!("bucket")));
    }
    let region = planned.region.as_str().map(str::parse::<Region>);
    if let Some(Err(why)) = region {
        let error = Diagnostic::error("Invalid region", why.to_string());
        found.push(error.at(path!("region")));
    }
    found
}

/// What follows from what is planned: the ARN and the writers' policy, as soon as they can be known.
pub(super) fn complete(planned: &mut EtcdBackupBucket) {
    planned.arn = match (planned.bucket.as_str(), planned.region.as_str()) {
        (Some(bucket), Some(region)) => bucket::bucket_arn(Partition::of(region), bucket).into(),
        _ => Attr::Unknown,
    };
    let inputs = (
        planned.arn.as_str(),
        planned.snapshot_folder.as_str(),
        &planned.kms_key_arn,
    );
    planned.writer_policy_json = match inputs {
        (Some(bucket), Some(folder), key) if !key.is_unknown() => {
            let key = key.as_str();
            Writer {
                bucket,
                folder,
                key,
            }
            .policy()
            .into()
        }
        _ => Attr::Unknown,
    };
}

/// What can be said once the region and the tags of the provider are known.
pub(super) fn check_planned(planned: &EtcdBackupBucket, diagnostics: &mut Diagnostics) {
    let own = planned.tags.known().map_or(0, |tags| tags.len());
    if let Some(all) = planned.tags_all.known()
        && own <= MOST_TAGS
        && all.len() > MOST_TAGS
    {
        diagnostics.push(too_many_tags(all.len(), path!("tags")));
    }
    if let (Some(policy), Some(arn)) = (planned.policy.as_str(), planned.arn.as_str()) {
        let checked = policy
            .parse::<Document>()
            .and_then(|document| document.check_for(arn));
        if let Err(why) = checked {
            diagnostics.extend(invalid_policy(&why));
        }
    }
    if let (Some(key), Some(region)) = (planned.kms_key_arn.as_str(), planned.region.as_str()) {
        diagnostics.extend(key_elsewhere(key, region));
    }
}

/// A policy that means what the state's does stays as the state spells it.
pub(super) fn keep_policy(prior: &EtcdBackupBucket, planned: &mut EtcdBackupBucket) {
    if let (Some(held), Some(new)) = (prior.policy.as_str(), planned.policy.as_str())
        && bucket::same(held, new)
    {
        planned.policy = prior.policy.clone();
    }
}

/// Object lock cannot be turned off, and a bucket is not replaced for that.
pub(super) fn unlocks(prior: &EtcdBackupBucket, planned: &EtcdBackupBucket) -> Option<Diagnostic> {
    let unlocks = prior.object_lock.present().is_some() && planned.object_lock.is_absent();
    let detail = "S3 never turns object lock off again. Write `object_lock {}` to have no default \
                  retention. A bucket without object lock has to be another one.";
    unlocks.then(|| {
        Diagnostic::error("Object lock cannot be turned off", detail).at(path!("object_lock"))
    })
}

/// What other hands have changed and no attribute shows.
pub(super) fn taken_away(name: &str, features: &BTreeSet<Feature>) -> Diagnostic {
    let detail = format!(
        "Other hands have changed {} of {name}, or made the bucket without; the apply makes it what \
         it shall be.",
        listed(features)
    );
    Diagnostic::warning("The bucket lacks protections", detail)
}
