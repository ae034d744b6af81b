//! Making a bucket once (docs/decisions/0004-creation-mark.md): what has the name already is looked
//! at first, the create call carries the mark, the last call takes it off.

mod said;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use holdfast_aws::s3::{self, BucketName, Head, NewBucket, Ownership, S3, Setting, Versioning};
use holdfast_aws::{AwsError, ErrorKind, Region};
use tfplugin::prelude::*;
use tfplugin::{CancellationToken, Model, PrivateKey};

use super::feature::{self, Feature};
use super::found::{Found, own};
use super::model::EtcdBackupBucket;
use super::patience::Patience;
use super::put::Work;
use super::wanted::{Standing, Wanted};
use super::{Place, TYPE_NAME, creation_id, delete, failed, rules};
use crate::client::Client;
use crate::creation::once::{Made, Make, make_once};
use crate::creation::{CreationId, Fingerprint, Leftover, Mark, TAG, judge};
use crate::tags::TagMap;

pub(super) use said::{sibling, somebody_elses};

/// The creation id of a bucket that was not seen finished. As long as a state has it, a bucket of
/// that name without that mark is somebody else's.
pub(super) const CREATION: PrivateKey = PrivateKey::new("creation");

/// How often a create is sent while S3 is busy with the name: for about twenty minutes. A bucket
/// that was just deleted may keep its name busy for longer.
const ATTEMPTS_WHILE_BUSY: usize = 150;

/// One create under way.
struct Creation<'a> {
    s3: Arc<dyn S3>,
    region: Region,
    name: BucketName,
    client: &'a Client,
    cancel: CancellationToken,
    planned: EtcdBackupBucket,
    wanted: Wanted,
    mark: Mark,
}

/// Whether the bucket carries the mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marked {
    Yes,
    /// The store has no tags.
    Cannot,
}

/// Makes the bucket, or finishes the one that an earlier run left.
pub(super) async fn run(
    cx: &mut Cx<Client>,
    planned: EtcdBackupBucket,
) -> Applied<EtcdBackupBucket> {
    let client = Arc::clone(&cx.client);
    let creation = match Creation::begin(&client, planned, cx.cancel.clone()).await {
        Ok(creation) => creation,
        Err(errors) => return Applied::Failed(errors),
    };
    let Some(_claim) = client.creations.claim(creation.name.as_str()) else {
        return Applied::Failed(sibling(&creation.name).into());
    };
    let partial = |marked, errors| Applied::Partial {
        state: creation.partial(marked),
        errors,
    };
    let made = creation.obtain(creation_id(cx).as_ref()).await;
    if matches!(made, Ok(Made::Exists(()) | Made::Unclear(_))) {
        cx.private.set(CREATION, creation.mark.id.as_str());
        client.creations.note(&creation.mark.id);
    }
    match made {
        Ok(Made::Exists(())) => {}
        Ok(Made::Unclear(error)) => {
            return partial(Marked::Yes, said::unclear(&creation.name, &error).into());
        }
        Ok(Made::Refused(error)) => return Applied::Failed(creation.refused(&error)),
        Err(errors) => return Applied::Failed(errors),
    }
    let marked = match creation.see_mark().await {
        Ok(Some(marked)) => marked,
        // Where an own bucket answers like a new one, somebody was faster.
        Ok(None) => return Applied::Failed(said::exists(&creation.name, None).into()),
        Err(errors) => {
            creation.release().await;
            return partial(Marked::Yes, errors);
        }
    };
    if marked == Marked::Cannot {
        cx.private.remove(CREATION);
    }
    cx.checkpoint(&creation.partial(marked));
    match creation.finish(marked).await {
        Ok(unsupported) => {
            cx.private.remove(CREATION);
            let lacking = said::lacking(&creation.name, &creation.wanted, &unsupported);
            cx.diagnostics.extend(lacking);
            Applied::Done(creation.done(&unsupported))
        }
        Err(errors) => {
            if marked == Marked::Yes {
                creation.release().await;
            }
            partial(marked, errors)
        }
    }
}

impl<'a> Creation<'a> {
    /// Prepares a create: nothing is sent but the question for the account.
    async fn begin(
        client: &'a Client,
        mut planned: EtcdBackupBucket,
        cancel: CancellationToken,
    ) -> Result<Self, Diagnostics> {
        let doing = "Cannot prepare the bucket";
        let Place { s3, region, name } = Place::of(client, &planned).await?;
        planned.region.fill(region.as_str());
        rules::complete(&mut planned);
        let refused = rules::check_new(&planned, &*s3);
        if refused.has_errors() {
            return Err(refused);
        }
        let wanted = Wanted::of(&planned)?;
        let account = client.account().await;
        let account = account.map_err(|error| failed(doing, &error, None))?;
        let id = CreationId::random().map_err(|error| {
            Diagnostic::error(doing, format!("The system gave no random bits: {error}."))
        })?;
        // Without its text, unlike configurations would have one fingerprint.
        let text = configuration(&planned).map_err(|why| Diagnostic::error(doing, why))?;
        let fingerprint = Fingerprint::new(&account, region.as_str(), TYPE_NAME, &text);
        let mark = Mark::new(fingerprint, id, client.clock.now());
        Ok(Self {
            s3,
            region,
            name,
            client,
            cancel,
            planned,
            wanted,
            mark,
        })
    }

    /// Makes the bucket, or takes up the unfinished one of this very configuration. `held` is the
    /// creation id of the state in hand, if that is unfinished.
    async fn obtain(&self, held: Option<&CreationId>) -> Result<Made<()>, Diagnostics> {
        let doing = format!("Cannot look for bucket {}", self.name);
        let failed = |error: &AwsError| failed(&doing, error, None);
        match self
            .s3
            .head_bucket(&self.name)
            .await
            .map_err(|e| failed(&e))?
        {
            Head::Absent => {}
            Head::Foreign { .. } => return Err(said::taken(&self.name).into()),
            Head::Elsewhere { region } => return Err(self.elsewhere(region).await.into()),
            Head::Present { .. } => match self.s3.get_tags(&self.name).await {
                // Gone between the two calls.
                Err(error) if *error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(failed(&error)),
                Ok(tags) => return self.take_up(tags, held).await,
            },
        }
        Ok(make_once(self, &self.mark, &*self.client.clock, &self.cancel).await)
    }

    /// What to say of a bucket in another region. From here S3 does not tell whose it is.
    async fn elsewhere(&self, region: Option<Region>) -> Diagnostic {
        if let Some(region) = &region
            && let Ok(there) = self.client.services.s3(Some(region)).await
            && let Ok(Head::Foreign { .. }) = there.head_bucket(&self.name).await
        {
            return said::taken(&self.name);
        }
        said::exists(&self.name, region.as_ref())
    }

    /// Puts this create's mark on the bucket if it is one that this very configuration has left
    /// behind.
    async fn take_up(
        &self,
        tags: Setting<TagMap>,
        held: Option<&CreationId>,
    ) -> Result<Made<()>, Diagnostics> {
        let (name, now) = (&self.name, self.client.clock.now());
        let Some(mark) = Mark::among(&own(&tags)) else {
            return Err(said::exists(name, None).into());
        };
        let creations = &self.client.creations;
        if let Ok(mark) = &mark
            && creations.knows(&mark.id)
            && held != Some(&mark.id)
        {
            // What it has left is in its own state, which heals it.
            return Err(said::sibling(name).into());
        }
        match judge(&mark, &self.mark.fingerprint, held, creations, now) {
            Leftover::Finish(_) | Leftover::Ours => {}
            Leftover::MayBeAlive { until } => return Err(said::may_be_alive(name, until).into()),
            Leftover::Foreign => return Err(said::unfinished(name).into()),
        }
        let mut tags = tags.present().unwrap_or_default();
        tags.insert(TAG.to_owned(), self.mark.to_string());
        Ok(match self.s3.put_tags(name, &tags).await {
            Ok(()) => Made::Exists(()),
            Err(error) if error.is_outcome_unknown() => Made::Unclear(error),
            Err(error) => Made::Refused(error),
        })
    }

    /// Waits until the bucket is seen, and with it the mark; none: the bucket is not this create's.
    /// A store that left the mark out of the create gets it now.
    async fn see_mark(&self) -> Result<Option<Marked>, Diagnostics> {
        let doing = format!("Bucket {} was made and cannot be read", self.name);
        let mut patience = Patience::with_new(&*self.client.clock, &self.cancel);
        loop {
            let error = match self.s3.get_tags(&self.name).await {
                Ok(Setting::Unsupported) => return Ok(Some(Marked::Cannot)),
                Ok(tags) if delete::carries(&tags, &self.mark.id) => {
                    return Ok(Some(Marked::Yes));
                }
                Ok(tags) if !own(&tags).is_empty() => return Ok(None),
                Ok(_) => match self.mark_late().await {
                    Ok(marked) => return Ok(marked),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if !patience.after(&error).await {
                return Err(failed(&doing, &error, None));
            }
        }
    }

    /// Marks a bucket that shows no tags, unless it was there before: what was just made has no
    /// policy, and keeps versions only under object lock.
    async fn mark_late(&self) -> Result<Option<Marked>, AwsError> {
        let was_there = match self.wanted.object_lock {
            None => {
                self.s3.get_versioning(&self.name).await? == Setting::Present(Versioning::Enabled)
            }
            Some(_) => matches!(self.s3.get_policy(&self.name).await?, Setting::Present(_)),
        };
        if was_there {
            return Ok(None);
        }
        match self
            .s3
            .put_tags(&self.name, &self.first_tags(&self.mark))
            .await
        {
            Ok(()) => Ok(Some(Marked::Yes)),
            Err(error) if *error.kind() == ErrorKind::Unsupported => Ok(Some(Marked::Cannot)),
            Err(error) => Err(error),
        }
    }

    /// Puts every setting and takes the mark off: the last call. Answers what the store lacks.
    async fn finish(&self, marked: Marked) -> Result<BTreeSet<Feature>, Diagnostics> {
        let work = Work {
            client: self.client,
            s3: &*self.s3,
            name: &self.name,
            wanted: &self.wanted,
            cancel: &self.cancel,
            fresh: true,
        };
        let mut refused = BTreeSet::new();
        if marked == Marked::Cannot {
            work.does_without(Feature::Tags, &mut refused)?;
        }
        let (needed, others): (BTreeSet<Feature>, BTreeSet<Feature>) = Feature::ALL
            .into_iter()
            .filter(|feature| *feature != Feature::Tags)
            .partition(|feature| self.wanted.needs(*feature));
        for feature in &needed {
            work.put(*feature, None, &mut refused).await?;
        }
        let found = work.until_seen(&needed, &mut refused).await?;
        for feature in others {
            // Somebody's hands were on it while it was unfinished.
            if self.wanted.standing(feature, &found) == Standing::Other {
                work.put(feature, Some(&found), &mut refused).await?;
            }
        }
        if marked == Marked::Yes {
            self.unmark(&work, &found).await?;
        }
        Ok(found.unsupported(&refused, &self.wanted))
    }

    /// Takes the mark off, if it is still this create's.
    async fn unmark(&self, work: &Work<'_>, found: &Found) -> Result<(), Diagnostics> {
        if !delete::carries(&found.tags, &self.mark.id) {
            return Err(said::taken_over(&self.name).into());
        }
        let mut patience = work.patience();
        loop {
            let Err(error) = work.send(Feature::Tags, Some(found)).await else {
                return Ok(());
            };
            if error.is_outcome_unknown()
                && let Ok(tags) = self.s3.get_tags(&self.name).await
                && own(&tags) == self.wanted.tags
            {
                return Ok(());
            }
            if !patience.after(&error).await {
                let doing = format!("Bucket {} was made and not finished", self.name);
                return Err(failed(&doing, &error, Some(Feature::Tags)));
            }
        }
    }

    /// Terraform is about to hear of the unfinished bucket, so nobody needs to wait for this
    /// process. If this fails too, they wait a quarter of an hour.
    async fn release(&self) {
        if let Ok(Setting::Present(mut tags)) = self.s3.get_tags(&self.name).await
            && delete::carries(&Setting::Present(tags.clone()), &self.mark.id)
        {
            tags.insert(TAG.to_owned(), self.mark.released().to_string());
            let _ = self.s3.put_tags(&self.name, &tags).await;
        }
    }

    /// What the create call sends: as many of the tags as fit beside the mark.
    fn first_tags(&self, mark: &Mark) -> TagMap {
        let beside = self.wanted.tags.iter().take(rules::MOST_TAGS - 1);
        let mut tags: TagMap = beside.map(|(k, v)| (k.clone(), v.clone())).collect();
        tags.insert(TAG.to_owned(), mark.to_string());
        tags
    }

    /// The state of an unfinished bucket. Nothing protects it, nor may anything in it be deleted.
    fn partial(&self, marked: Marked) -> EtcdBackupBucket {
        let tags = match marked {
            Marked::Yes => self.first_tags(&self.mark),
            Marked::Cannot => TagMap::new(),
        };
        let mut state = EtcdBackupBucket {
            tags_all: StringMap::of(tags),
            force_destroy: Attr::Known(false),
            deletion_protection: Attr::Known(false),
            ..self.planned.clone()
        };
        state.unsupported.fill(Attr::Null);
        state
    }

    fn done(&self, unsupported: &BTreeSet<Feature>) -> EtcdBackupBucket {
        let mut state = self.planned.clone();
        state.unsupported.fill(feature::words(unsupported));
        state
    }

    /// What to say of a create that S3 refused.
    fn refused(&self, error: &AwsError) -> Diagnostics {
        match error.code() {
            Some(OWNED) => said::exists(&self.name, None).into(),
            Some(TAKEN) => said::taken(&self.name).into(),
            Some(BUSY) => said::busy(&self.name, &self.region).into(),
            _ => {
                let doing = format!("Cannot create bucket {}", self.name);
                failed(&doing, error, None)
            }
        }
    }

    async fn send(&self, bucket: &NewBucket) -> Result<(), AwsError> {
        let refusal = |kind, code: &str, why: &str| {
            Err(AwsError::new(kind, "s3:CreateBucket", why).with_code(code))
        };
        match self.s3.create_bucket(bucket).await? {
            s3::Creation::Made => Ok(()),
            s3::Creation::MineAlready => refusal(ErrorKind::Other, OWNED, "it exists already"),
            s3::Creation::Foreign => refusal(ErrorKind::Other, TAKEN, "the name is taken"),
            s3::Creation::Busy => refusal(ErrorKind::Conflict, BUSY, "the name is busy"),
        }
    }
}

/// S3's codes.
const OWNED: &str = "BucketAlreadyOwnedByYou";
const TAKEN: &str = "BucketAlreadyExists";
const BUSY: &str = "OperationAborted";

#[async_trait]
impl Make for Creation<'_> {
    type Id = ();

    async fn make(&self, mark: &Mark) -> Result<(), AwsError> {
        let bucket = NewBucket {
            name: self.name.clone(),
            object_lock: self.wanted.object_lock.is_some(),
            ownership: Some(Ownership::BucketOwnerEnforced),
            tags: self.first_tags(mark),
        };
        match self.send(&bucket).await {
            // There are stores that refuse what they do not know.
            Err(error) if !self.s3.is_aws() && is_strange(&error) => {
                let plain = NewBucket {
                    ownership: None,
                    tags: TagMap::new(),
                    ..bucket
                };
                self.send(&plain).await
            }
            answer => answer,
        }
    }

    async fn find(&self, mark: &Mark) -> Result<Option<()>, AwsError> {
        match self.s3.get_tags(&self.name).await {
            Ok(tags) => Ok(delete::carries(&tags, &mark.id).then_some(())),
            Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn may_settle(&self, error: &AwsError) -> bool {
        *error.kind() == ErrorKind::Conflict
    }

    fn attempts_to_settle(&self) -> usize {
        ATTEMPTS_WHILE_BUSY
    }
}

fn is_strange(error: &AwsError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unsupported | ErrorKind::Invalid { .. }
    )
}

/// What is planned, as text that is equal for equal configurations: what follows from the rest, or
/// is the store's to say, is left out.
fn configuration(planned: &EtcdBackupBucket) -> Result<String, String> {
    let planned = EtcdBackupBucket {
        arn: Attr::Null,
        writer_policy_json: Attr::Null,
        unsupported: Attr::Null,
        ..planned.clone()
    };
    cty::json::encode(&planned.encode(), EtcdBackupBucket::ty()).map_err(|error| error.to_string())
}
