//! What a create has to say.

use std::collections::BTreeSet;

use holdfast_aws::clock::Timestamp;
use holdfast_aws::s3::BucketName;
use holdfast_aws::{AwsError, Region};
use tfplugin::prelude::*;

use crate::creation::TAG;
use crate::resources::etcd_backup_bucket::feature::{Feature, listed};
use crate::resources::etcd_backup_bucket::wanted::Wanted;

/// The account has it, and this create has not made it.
pub(super) fn exists(name: &BucketName, region: Option<&Region>) -> Diagnostic {
    let (place, id) = match region {
        Some(region) => (format!(" in {region}"), format!("{name}@{region}")),
        None => (String::new(), name.to_string()),
    };
    let detail = format!(
        "{name} exists{place} and was not made by this resource, so it is not taken over. To manage \
         it here: `terraform import ADDRESS {id}`. Otherwise choose another name."
    );
    Diagnostic::error("The bucket exists already", detail).at(path!("bucket"))
}

/// Somebody else has it.
pub(super) fn taken(name: &BucketName) -> Diagnostic {
    let detail = format!(
        "{name} exists and is not this account's, or the caller may not look at it \
         (s3:ListBucket). Names are shared by all accounts: choose another one."
    );
    Diagnostic::error("The name of the bucket is taken", detail).at(path!("bucket"))
}

/// Another resource of this run is at work on it.
pub(in crate::resources::etcd_backup_bucket) fn sibling(name: &BucketName) -> Diagnostic {
    let detail = format!(
        "Another resource of this run is making or deleting {name}, or has begun to. Two resources \
         cannot have one bucket: take one of them out of the configuration."
    );
    Diagnostic::error("Two resources with one bucket", detail).at(path!("bucket"))
}

/// S3 does not give the name free.
pub(super) fn busy(name: &BucketName, region: &Region) -> Diagnostic {
    let detail = format!(
        "S3 is still busy with an earlier bucket named {name}, which takes up to an hour after a \
         delete. Nothing was made in {region}: apply again later, or choose another name."
    );
    Diagnostic::error("The name of the bucket is still busy", detail).at(path!("bucket"))
}

/// An earlier run may still be making it.
pub(super) fn may_be_alive(name: &BucketName, until: Timestamp) -> Diagnostic {
    let detail = format!(
        "{name} has this very configuration and carries the mark of a create that is less than 15 \
         minutes old. If another run is making it, let it finish. If that run is dead, apply again \
         after {until} and this provider finishes {name}, or take it over now with \
         `terraform import ADDRESS {name}`."
    );
    Diagnostic::error("This bucket may be in the making already", detail).at(path!("bucket"))
}

/// An earlier run with another configuration did not finish it.
pub(super) fn unfinished(name: &BucketName) -> Diagnostic {
    let detail = format!(
        "{name} still carries the mark {TAG:?} of a create that did not finish, with another \
         configuration than this one. If no other run is making it, take it over with \
         `terraform import ADDRESS {name}`, after which an apply makes it what it shall be; or \
         delete it with `aws s3 rb s3://{name}`."
    );
    Diagnostic::error("An unfinished bucket has this name", detail).at(path!("bucket"))
}

/// Its mark has become another one's while this create was at work.
pub(super) fn taken_over(name: &BucketName) -> Diagnostic {
    let detail = format!(
        "{name} no longer carries the mark of this create: another run has taken it up meanwhile, \
         or somebody has removed its tags. It is left as it is."
    );
    Diagnostic::error("Another run is finishing the bucket", detail).at(path!("bucket"))
}

/// The answer to the create was lost.
pub(super) fn unclear(name: &BucketName, error: &AwsError) -> Diagnostic {
    let detail = format!(
        "{error} If {name} exists, the next plan knows it by its mark; nothing is made twice."
    );
    Diagnostic::error("The bucket may have been created", detail)
}

/// A state holds the bucket as unfinished, and the bucket is not that any more.
pub(in crate::resources::etcd_backup_bucket) fn somebody_elses(name: &BucketName) -> Diagnostic {
    let detail = format!(
        "This state held {name} as unfinished, and the bucket does not carry the mark of that \
         create: another run has finished it, or it was never this state's. It stays as it is; \
         `terraform import ADDRESS {name}` takes it over."
    );
    Diagnostic::warning("The bucket is not this state's", detail)
}

/// What every bucket should have and this store has not.
pub(super) fn lacking(
    name: &BucketName,
    wanted: &Wanted,
    unsupported: &BTreeSet<Feature>,
) -> Option<Diagnostic> {
    let lacking = unsupported.iter().filter(|feature| wanted.needs(**feature));
    let lacking: BTreeSet<Feature> = lacking.copied().collect();
    (!lacking.is_empty()).then(|| {
        let detail = format!(
            "{name} goes without: {}. The store does not offer it.",
            listed(&lacking)
        );
        Diagnostic::warning("The store does not offer every protection", detail)
    })
}
