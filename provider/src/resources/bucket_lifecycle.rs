//! `holdfast_bucket_lifecycle`: all lifecycle rules of a bucket.
//!
//! - `model`: the field lists;
//! - [`crate::lifecycle`]: the rules of S3, and the way they are read and written;
//! - here: plan, create, read, update, delete, import.
//!
//! An apply changes the rules that its plan has shown. One that somebody else has added since is
//! left alone; the next plan shows it, and the apply of that removes it.

mod model;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use holdfast_aws::ErrorKind;
use holdfast_aws::s3::lifecycle::{LifecycleRule, MinimumSize, RuleId};
use holdfast_aws::s3::{LifecycleDocument, Setting};
use holdfast_recovery::lifecycle::Configuration;
use tfplugin::PrivateKey;
use tfplugin::prelude::*;

use self::model::{BucketLifecycle, Rule};
use crate::client::Client;
use crate::creation::CreationId;
use crate::lifecycle::job::{Edit, Refusal, Report, Why};
use crate::lifecycle::reach::{self, Place};
use crate::lifecycle::words::{self, About, Written};
use crate::lifecycle::{law, wire};

/// Tells the rules of this resource from those of the same names that another resource of the same
/// run has made.
const OWNER: PrivateKey = PrivateKey::new("owner");

/// The resource.
pub struct Handler;

impl Resource for Handler {
    type Client = Client;
    type Model = BucketLifecycle;
    const TYPE_NAME: &'static str = "holdfast_bucket_lifecycle";

    fn validate(&self, config: &BucketLifecycle, diagnostics: &mut Diagnostics) {
        let rule = law::blocks(&config.rule, |rule| law::describe(&rule.id, &rule.body()));
        for fault in (Configuration { rule }).check() {
            diagnostics.push(law::diagnose(&fault));
        }
    }

    async fn plan(&self, cx: &mut PlanCx<Client>, change: Change<'_, BucketLifecycle>) {
        let (Change::Create { config, planned }
        | Change::Update {
            config, planned, ..
        }) = change
        else {
            return;
        };
        planned.id = planned.bucket.clone();
        let Some(client) = &cx.client else { return };
        if planned.region.is_unknown() && config.region.is_null() {
            match client.services.region().await {
                Ok(region) => planned.region = region.as_str().into(),
                Err(error) => cx
                    .diagnostics
                    .push(Diagnostic::error("No region", error.to_string())),
            }
        }
        if let Some(bucket) = planned.bucket.as_str() {
            let fight = client.lifecycles.planned.whole(bucket);
            cx.diagnostics
                .extend(fight.map(|fight| words::fight(bucket, &fight)));
        }
    }

    async fn create(
        &self,
        cx: &mut Cx<Client>,
        planned: BucketLifecycle,
    ) -> Applied<BucketLifecycle> {
        let doing = "Cannot create the lifecycle configuration";
        // Never the owner of an object that this one replaces, which private state may still name.
        let (place, rules, owner) = match begin(cx, &planned, None, doing).await {
            Ok(begun) => begun,
            Err(errors) => return Applied::Failed(errors),
        };
        let ids: Vec<RuleId> = rules.iter().map(|rule| rule.id.clone()).collect();
        let roster = &place.coordinator.roster;
        if let Err(id) = roster.begin(&owner, &ids) {
            let why = Why::Twin { id };
            let may_be_done = false;
            return Applied::Failed(refused(
                doing,
                &place,
                &planned,
                &Refusal { why, may_be_done },
            ));
        }
        let size = minimum_size(&planned);
        let mut state = planned;
        state.id.fill(place.bucket.as_str());
        state.region.fill(place.region.as_str());
        let edits = rules.into_iter().map(Edit::Create).collect();
        match place.coordinator.apply(edits, size, &cx.cancel).await {
            Ok(report) => {
                cx.private.set(OWNER, owner.as_str());
                finish(cx, &place, &mut state, &report);
                Applied::Done(state)
            }
            Err(refusal) => {
                let errors = refused(doing, &place, &state, &refusal);
                if refusal.may_be_done {
                    cx.private.set(OWNER, owner.as_str());
                    state
                        .transition_default_minimum_object_size
                        .fill(Attr::Null);
                    return Applied::Partial { state, errors };
                }
                roster.end(&owner, &ids);
                Applied::Failed(errors)
            }
        }
    }

    async fn read(
        &self,
        cx: &mut Cx<Client>,
        state: BucketLifecycle,
    ) -> Result<ReadBack<BucketLifecycle>, Diagnostics> {
        let doing = "Cannot read the lifecycle configuration";
        let place = Place::of(&cx.client, &state.bucket, &state.region, doing).await?;
        let Some(document) = place.read(doing, &about(&place, &state)).await? else {
            return Ok(ReadBack::Gone);
        };
        let document = match document.as_ref() {
            Setting::Present(document) if !document.is_empty() => document,
            _ => return Ok(ReadBack::Gone),
        };
        let found = document
            .rules()
            .map_err(|error| reach::unreadable(doing, &error))?;
        for rule in &found {
            cx.diagnostics
                .extend(words::unknown_elements(rule, path!("rule")));
        }
        let size = &document.minimum_size;
        Ok(ReadBack::Present(BucketLifecycle {
            id: place.bucket.as_str().into(),
            region: place.region.as_str().into(),
            rule: read_rules(&found, &state),
            transition_default_minimum_object_size: match size {
                Some(size) => size.as_str().into(),
                // Not every store says which size it was sent.
                None => state.transition_default_minimum_object_size.clone(),
            },
            ..state
        }))
    }

    async fn update(
        &self,
        cx: &mut Cx<Client>,
        prior: &BucketLifecycle,
        planned: BucketLifecycle,
    ) -> Applied<BucketLifecycle> {
        let doing = "Cannot update the lifecycle configuration";
        let (place, rules, owner) = match begin(cx, &planned, owner(cx), doing).await {
            Ok(begun) => begun,
            Err(errors) => return Applied::Failed(errors),
        };
        let before = ids(prior);
        let after: Vec<RuleId> = rules.iter().map(|rule| rule.id.clone()).collect();
        let gone = before.iter().filter(|id| !after.contains(id));
        let mut edits: Vec<Edit> = gone.cloned().map(Edit::Remove).collect();
        edits.extend(
            rules
                .into_iter()
                .map(|rule| match before.contains(&rule.id) {
                    true => Edit::Update(rule),
                    false => Edit::Create(rule),
                }),
        );
        let size = minimum_size(&planned);
        let mut state = planned;
        state.id.fill(place.bucket.as_str());
        state.region.fill(place.region.as_str());
        match place.coordinator.apply(edits, size, &cx.cancel).await {
            Ok(report) => {
                let _ = place.coordinator.roster.begin(&owner, &after);
                cx.private.set(OWNER, owner.as_str());
                finish(cx, &place, &mut state, &report);
                Applied::Done(state)
            }
            // Whatever got through shows in the next refresh; the old state claims nothing new.
            Err(refusal) => Applied::Failed(refused(doing, &place, &state, &refusal)),
        }
    }

    async fn delete(&self, cx: &mut Cx<Client>, state: BucketLifecycle) -> Deleted {
        let doing = "Cannot delete the lifecycle configuration";
        let deleted = async {
            let place = Place::of(&cx.client, &state.bucket, &state.region, doing).await?;
            let owner = owner(cx);
            let roster = &place.coordinator.roster;
            let others = |id: &RuleId| roster.is_others(owner.as_ref(), id);
            let (kept, gone): (Vec<_>, Vec<_>) = ids(&state).into_iter().partition(others);
            let edits = gone.iter().cloned().map(Edit::Remove).collect();
            match place.coordinator.apply(edits, None, &cx.cancel).await {
                Ok(_) => {
                    if let Some(owner) = &owner {
                        roster.end(owner, &gone);
                    }
                    Ok(words::kept(place.bucket.as_str(), &kept))
                }
                Err(refusal) => match &refusal.why {
                    Why::Aws(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
                    _ => Err(refused(doing, &place, &state, &refusal)),
                },
            }
        };
        match deleted.await {
            Ok(warning) => {
                cx.diagnostics.extend(warning);
                Deleted::Done
            }
            Err(errors) => Deleted::Failed(errors),
        }
    }

    async fn import(&self, _: &mut Cx<Client>, id: &str) -> Result<BucketLifecycle, Diagnostics> {
        let (bucket, region) = reach::imported_bucket(id)?;
        Ok(BucketLifecycle {
            bucket: bucket.into(),
            region,
            ..BucketLifecycle::default()
        })
    }
}

/// Where the configuration lives, what it shall be, and whose it is: one that has no owner yet
/// gets one.
async fn begin(
    cx: &Cx<Client>,
    planned: &BucketLifecycle,
    owner: Option<CreationId>,
    doing: &str,
) -> Result<(Place, Vec<LifecycleRule>, CreationId), Diagnostics> {
    let place = Place::of(&cx.client, &planned.bucket, &planned.region, doing).await?;
    let rules = wanted(planned, doing)?;
    let owner = match owner {
        Some(owner) => owner,
        None => reach::new_owner(doing)?,
    };
    Ok((place, rules, owner))
}

/// What is sent. Beside a rule with the older prefix one that says nothing is of that form too.
fn wanted(planned: &BucketLifecycle, doing: &str) -> Result<Vec<LifecycleRule>, Diagnostics> {
    let rules = planned.rule.known().unwrap_or_default();
    let older = rules.iter().any(|rule| !rule.prefix.is_null());
    let rule = |(place, model): (usize, &Rule)| {
        let id = model.id.as_str().unwrap_or_default();
        let id: RuleId = id.parse().map_err(|error| {
            Diagnostic::error(doing, format!("{error}.")).at(path!("rule", place, "id"))
        })?;
        let mut body = model.body();
        if older && body.prefix.is_null() && body.filter.is_absent() {
            body.prefix = "".into();
        }
        Ok(wire::rule(&id, &body))
    };
    rules.iter().enumerate().map(rule).collect()
}

/// The rules as S3 has them: those of the state in its order, then the others.
fn read_rules(found: &[LifecycleRule], state: &BucketLifecycle) -> Many<Rule> {
    let prior = state.rule.known().unwrap_or_default();
    let place = |rule: &LifecycleRule| {
        let same = |model: &Rule| model.id.as_str() == Some(rule.id.as_str());
        prior.iter().position(same)
    };
    let mut ordered: Vec<(usize, &LifecycleRule)> = found
        .iter()
        .map(|rule| (place(rule).unwrap_or(usize::MAX), rule))
        .collect();
    ordered.sort_by_key(|(place, _)| *place);
    ordered
        .into_iter()
        .map(|(place, rule)| {
            let prior = prior.get(place).map(Rule::body);
            let id = rule.id.as_str().into();
            Rule {
                id,
                ..Rule::default()
            }
            .with_body(wire::read(rule, prior.as_ref()))
        })
        .collect()
}

fn ids(state: &BucketLifecycle) -> Vec<RuleId> {
    let rules = state.rule.known().unwrap_or_default();
    rules
        .iter()
        .filter_map(|rule| rule.id.as_str()?.parse().ok())
        .collect()
}

fn minimum_size(planned: &BucketLifecycle) -> Option<MinimumSize> {
    let size = planned.transition_default_minimum_object_size.as_str();
    size.map(MinimumSize::from)
}

/// Fills in what S3 has chosen, and says what is worth saying.
fn finish(cx: &mut Cx<Client>, place: &Place, state: &mut BucketLifecycle, report: &Report) {
    let size = report.document.minimum_size.as_ref();
    let size: Attr<String> = size.map(|size| size.as_str().to_owned()).into();
    state.transition_default_minimum_object_size.fill(size);
    cx.diagnostics.extend(about(place, state).remarks(report));
    let bucket = place.bucket.as_str();
    let strangers = strangers(&report.document, state);
    cx.diagnostics.extend(words::strangers(bucket, &strangers));
}

fn strangers<'a>(document: &'a LifecycleDocument, state: &BucketLifecycle) -> Vec<&'a str> {
    let ours: BTreeSet<&str> = written(state).into_iter().collect();
    document.ids().filter(|id| !ours.contains(id)).collect()
}

/// The ids of the rules, in their order.
fn written(state: &BucketLifecycle) -> Vec<&str> {
    let rules = state.rule.known().unwrap_or_default();
    rules
        .iter()
        .map(|rule| rule.id.as_str().unwrap_or_default())
        .collect()
}

fn owner(cx: &Cx<Client>) -> Option<CreationId> {
    cx.private.get_str(OWNER).and_then(|id| id.parse().ok())
}

fn about<'a>(place: &'a Place, state: &'a BucketLifecycle) -> About<'a> {
    About {
        bucket: place.bucket.as_str(),
        import: place.import(),
        rules: Written::Blocks(written(state)),
    }
}

fn refused(doing: &str, place: &Place, state: &BucketLifecycle, refusal: &Refusal) -> Diagnostics {
    about(place, state).refused(doing, refusal)
}
