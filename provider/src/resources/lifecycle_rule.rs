//! `holdfast_lifecycle_rule`: one lifecycle rule of a bucket.
//!
//! - `model`: the field list;
//! - [`crate::lifecycle`]: the rules of S3, and the way they are read and written;
//! - here: plan, create, read, update, delete, import.

mod model;
#[cfg(test)]
mod tests;

use holdfast_aws::ErrorKind;
use holdfast_aws::s3::lifecycle::RuleId;
use holdfast_aws::s3::{Found, Setting};
use tfplugin::PrivateKey;
use tfplugin::prelude::*;

use self::model::LifecycleRule;
use crate::client::Client;
use crate::creation::CreationId;
use crate::lifecycle::job::{Edit, Refusal, Why};
use crate::lifecycle::reach::{self, Place};
use crate::lifecycle::words::{self, About, Written};
use crate::lifecycle::{law, wire};

/// Tells the rule of this resource from one of the same name that another resource of the same run
/// has made.
const OWNER: PrivateKey = PrivateKey::new("owner");

/// The resource.
pub struct Handler;

impl Resource for Handler {
    type Client = Client;
    type Model = LifecycleRule;
    const TYPE_NAME: &'static str = "holdfast_lifecycle_rule";

    fn validate(&self, config: &LifecycleRule, diagnostics: &mut Diagnostics) {
        for fault in law::describe(&config.rule_id, &config.body()).check() {
            diagnostics.push(law::diagnose(&fault));
        }
    }

    async fn plan(&self, cx: &mut PlanCx<Client>, change: Change<'_, LifecycleRule>) {
        let (Change::Create { config, planned }
        | Change::Update {
            config, planned, ..
        }) = change
        else {
            return;
        };
        if let (Some(bucket), Some(rule)) = (planned.bucket.as_str(), planned.rule_id.as_str()) {
            planned.id = format!("{bucket}/{rule}").into();
        }
        let Some(client) = &cx.client else { return };
        if planned.region.is_unknown() && config.region.is_null() {
            match client.services.region().await {
                Ok(region) => planned.region = region.as_str().into(),
                Err(error) => cx
                    .diagnostics
                    .push(Diagnostic::error("No region", error.to_string())),
            }
        }
        if let (Some(bucket), Some(rule)) = (planned.bucket.as_str(), planned.rule_id.as_str()) {
            let fight = client.lifecycles.planned.rule(bucket, rule);
            cx.diagnostics
                .extend(fight.map(|fight| words::fight(bucket, &fight)));
        }
    }

    async fn create(&self, cx: &mut Cx<Client>, planned: LifecycleRule) -> Applied<LifecycleRule> {
        let doing = "Cannot create the lifecycle rule";
        // Never the owner of an object that this one replaces, which private state may still name.
        let (place, id, owner) = match begin(cx, &planned, None, doing).await {
            Ok(begun) => begun,
            Err(errors) => return Applied::Failed(errors),
        };
        let rules = &place.coordinator.roster;
        if let Err(id) = rules.begin(&owner, std::slice::from_ref(&id)) {
            let why = Why::Twin { id };
            let may_be_done = false;
            return Applied::Failed(refused(doing, &place, &Refusal { why, may_be_done }));
        }
        let state = LifecycleRule {
            id: format!("{}/{id}", place.bucket).into(),
            region: place.region.as_str().into(),
            ..planned
        };
        let edit = Edit::Create(wire::rule(&id, &state.body()));
        let done = place.coordinator.apply(vec![edit], None, &cx.cancel).await;
        match done {
            Ok(report) => {
                cx.private.set(OWNER, owner.as_str());
                cx.diagnostics.extend(about(&place).remarks(&report));
                Applied::Done(state)
            }
            Err(refusal) => {
                let errors = refused(doing, &place, &refusal);
                if refusal.may_be_done {
                    cx.private.set(OWNER, owner.as_str());
                    return Applied::Partial { state, errors };
                }
                rules.end(&owner, &[id]);
                Applied::Failed(errors)
            }
        }
    }

    async fn read(
        &self,
        cx: &mut Cx<Client>,
        state: LifecycleRule,
    ) -> Result<ReadBack<LifecycleRule>, Diagnostics> {
        let doing = "Cannot read the lifecycle rule";
        let place = Place::of(&cx.client, &state.bucket, &state.region, doing).await?;
        let id = rule_id(&state, doing)?;
        let Some(document) = place.read(doing, &about(&place)).await? else {
            return Ok(ReadBack::Gone);
        };
        let Setting::Present(document) = document.as_ref() else {
            return Ok(ReadBack::Gone);
        };
        let found = document
            .rule(&id)
            .map_err(|error| reach::unreadable(doing, &error))?;
        let Found::Present(found) = found else {
            return Ok(ReadBack::Gone);
        };
        cx.diagnostics
            .extend(words::unknown_elements(&found, path!("rule_id")));
        // Right after an import only the names are known.
        let imported = state.status.is_null();
        let prior = (!imported).then(|| state.body());
        let body = wire::read(&found, prior.as_ref());
        let state = LifecycleRule {
            id: format!("{}/{id}", place.bucket).into(),
            region: place.region.as_str().into(),
            ..state
        };
        Ok(ReadBack::Present(state.with_body(body)))
    }

    async fn update(
        &self,
        cx: &mut Cx<Client>,
        _: &LifecycleRule,
        planned: LifecycleRule,
    ) -> Applied<LifecycleRule> {
        let doing = "Cannot update the lifecycle rule";
        let (place, id, owner) = match begin(cx, &planned, owner(cx), doing).await {
            Ok(begun) => begun,
            Err(errors) => return Applied::Failed(errors),
        };
        let mut state = planned;
        state.id.fill(format!("{}/{id}", place.bucket));
        state.region.fill(place.region.as_str());
        let edit = Edit::Update(wire::rule(&id, &state.body()));
        match place.coordinator.apply(vec![edit], None, &cx.cancel).await {
            Ok(report) => {
                // An earlier owner of this run has lost it to this one.
                let _ = place.coordinator.roster.begin(&owner, &[id]);
                cx.private.set(OWNER, owner.as_str());
                cx.diagnostics.extend(about(&place).remarks(&report));
                Applied::Done(state)
            }
            // Whatever got through shows in the next refresh; the old state claims nothing new.
            Err(refusal) => Applied::Failed(refused(doing, &place, &refusal)),
        }
    }

    async fn delete(&self, cx: &mut Cx<Client>, state: LifecycleRule) -> Deleted {
        let doing = "Cannot delete the lifecycle rule";
        let deleted = async {
            let place = Place::of(&cx.client, &state.bucket, &state.region, doing).await?;
            let id = rule_id(&state, doing)?;
            let owner = owner(cx);
            let coordinator = &place.coordinator;
            if coordinator.roster.is_others(owner.as_ref(), &id) {
                return Ok(words::kept(place.bucket.as_str(), &[id]));
            }
            let edits = vec![Edit::Remove(id.clone())];
            match coordinator.apply(edits, None, &cx.cancel).await {
                Ok(_) => {
                    if let Some(owner) = owner {
                        coordinator.roster.end(&owner, &[id]);
                    }
                    Ok(None)
                }
                Err(refusal) => match &refusal.why {
                    Why::Aws(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
                    _ => Err(refused(doing, &place, &refusal)),
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

    async fn import(&self, _: &mut Cx<Client>, id: &str) -> Result<LifecycleRule, Diagnostics> {
        let invalid = |why: String| Diagnostic::error("Invalid import id", why);
        let Some((bucket, rule)) = id.split_once('/') else {
            return Err(invalid(format!(
                "{id:?} is not the id of a lifecycle rule, which has the form bucket/rule_id, or \
                 bucket@region/rule_id."
            ))
            .into());
        };
        let (bucket, region) = reach::imported_bucket(bucket)?;
        if let Err(error) = rule.parse::<RuleId>() {
            return Err(invalid(format!("{error}.")).into());
        }
        Ok(LifecycleRule {
            bucket: bucket.into(),
            rule_id: rule.into(),
            region,
            ..LifecycleRule::default()
        })
    }
}

/// Where the rule lives, its id, and whose it is: one that has no owner yet gets one.
async fn begin(
    cx: &Cx<Client>,
    planned: &LifecycleRule,
    owner: Option<CreationId>,
    doing: &str,
) -> Result<(Place, RuleId, CreationId), Diagnostics> {
    let place = Place::of(&cx.client, &planned.bucket, &planned.region, doing).await?;
    let id = rule_id(planned, doing)?;
    let owner = match owner {
        Some(owner) => owner,
        None => reach::new_owner(doing)?,
    };
    Ok((place, id, owner))
}

fn owner(cx: &Cx<Client>) -> Option<CreationId> {
    cx.private.get_str(OWNER).and_then(|id| id.parse().ok())
}

fn rule_id(state: &LifecycleRule, doing: &str) -> Result<RuleId, Diagnostics> {
    let id = state.rule_id.as_str().unwrap_or_default();
    id.parse().map_err(|error| {
        Diagnostic::error(doing, format!("{error}."))
            .at(path!("rule_id"))
            .into()
    })
}

fn about(place: &Place) -> About<'_> {
    About {
        bucket: place.bucket.as_str(),
        import: place.import(),
        rules: Written::Here,
    }
}

fn refused(doing: &str, place: &Place, refusal: &Refusal) -> Diagnostics {
    about(place).refused(doing, refusal)
}
