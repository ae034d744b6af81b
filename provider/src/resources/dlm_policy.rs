//! `holdfast_dlm_policy`: EBS snapshots by tag.
//!
//! - `model`: the field lists;
//! - `rules`: what AWS would reject, refused at plan time;
//! - `wire`: between the model and the port;
//! - `create`: made once, or found again;
//! - here: plan, create, read, update, delete, import.

mod create;
mod model;
mod rules;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

use holdfast_aws::dlm::{Dlm, Found, Policy, PolicyChange, PolicyId, PolicyType};
use holdfast_aws::{AwsError, ErrorKind, Region};
use tfplugin::Path;
use tfplugin::prelude::*;

use self::create::{CREATION, Creation};
use self::model::DlmPolicy;
use crate::client::{Client, region_of};
use crate::creation::once::Made;
use crate::creation::{CreationId, Mark};
use crate::tags::{self, known_tags};

const TYPE_NAME: &str = "holdfast_dlm_policy";

/// The resource.
pub struct Handler;

impl Resource for Handler {
    type Client = Client;
    type Model = DlmPolicy;
    const TYPE_NAME: &'static str = TYPE_NAME;

    fn validate(&self, config: &DlmPolicy, diagnostics: &mut Diagnostics) {
        rules::check(config, diagnostics);
    }

    async fn plan(&self, cx: &mut PlanCx<Client>, change: Change<'_, DlmPolicy>) {
        let (prior, config, planned) = match change {
            Change::Create { config, planned } => (None, config, planned),
            Change::Update {
                prior,
                config,
                planned,
            } => (Some(prior), config, planned),
            Change::Delete { .. } => return,
        };
        let defaults = cx.client.as_ref().map(|client| &client.default_tags);
        planned.tags_all = tags::planned_all(defaults, &planned.tags);
        rules::complete(prior, config, planned);
        if planned.region.is_unknown()
            && config.region.is_null()
            && let Some(client) = &cx.client
        {
            match client.services.region().await {
                Ok(region) => planned.region = region.as_str().into(),
                Err(error) => cx.diagnostics.extend(failed("No region", &error)),
            }
        }
        if let Some(prior) = prior {
            for path in rules::replacements(prior, planned) {
                cx.requires_replace(path);
            }
            cx.diagnostics.extend(rules::orphans(prior, planned));
        }
    }

    async fn create(&self, cx: &mut Cx<Client>, planned: DlmPolicy) -> Applied<DlmPolicy> {
        let client = Arc::clone(&cx.client);
        let mut creation = match Creation::begin(&client, planned).await {
            Ok(creation) => creation,
            Err(errors) => return Applied::Failed(errors),
        };
        make(cx, &mut creation).await
    }

    async fn read(
        &self,
        cx: &mut Cx<Client>,
        state: DlmPolicy,
    ) -> Result<ReadBack<DlmPolicy>, Diagnostics> {
        let doing = "Cannot read the DLM policy";
        let (dlm, region) = reach(&cx.client, &state, doing).await?;
        let Some(id) = identify(cx, &*dlm, &state, doing).await? else {
            return Ok(ReadBack::Gone);
        };
        match dlm.get(&id).await.map_err(|error| failed(doing, &error))? {
            Found::Absent => Ok(ReadBack::Gone),
            Found::Present(policy) => {
                managed_kind(&policy)?;
                cx.diagnostics.extend(unhealthy(&policy));
                cx.diagnostics.extend(unmanaged(&policy));
                let defaults = &cx.client.default_tags;
                Ok(ReadBack::Present(wire::read(
                    &policy, &region, &state, defaults,
                )))
            }
        }
    }

    async fn update(
        &self,
        cx: &mut Cx<Client>,
        prior: &DlmPolicy,
        planned: DlmPolicy,
    ) -> Applied<DlmPolicy> {
        let doing = "Cannot update the DLM policy";
        let mut state = planned;
        let updated = async {
            let (dlm, region) = reach(&cx.client, prior, doing).await?;
            let id = identify(cx, &*dlm, prior, doing)
                .await?
                .ok_or_else(|| gone(doing))?;
            let Found::Present(before) = dlm.get(&id).await.map_err(|e| failed(doing, &e))? else {
                return Err(gone(doing));
            };
            let change = changes(prior, &state, &before)?;
            if change != PolicyChange::default() {
                dlm.update(&id, &change)
                    .await
                    .map_err(|error| failed(doing, &error))?;
            }
            // The mark is among what is removed: a policy that an import took over is finished.
            let (set, removed) = tags::difference(&before.tags, &known_tags(&state.tags_all));
            dlm.tag(&before.arn, &set)
                .await
                .map_err(|error| failed(doing, &error))?;
            dlm.untag(&before.arn, &removed)
                .await
                .map_err(|error| failed(doing, &error))?;
            let Found::Present(after) = dlm.get(&id).await.map_err(|e| failed(doing, &e))? else {
                return Err(gone(doing));
            };
            wire::fill(&mut state, &after, &region);
            Ok(())
        };
        match updated.await {
            Ok(()) => {
                cx.private.remove(CREATION);
                Applied::Done(state)
            }
            // Whatever got through shows in the next refresh; the old state claims nothing new.
            Err(errors) => Applied::Failed(errors),
        }
    }

    async fn delete(&self, cx: &mut Cx<Client>, state: DlmPolicy) -> Deleted {
        let doing = "Cannot delete the DLM policy";
        let deleted = async {
            let (dlm, _) = reach(&cx.client, &state, doing).await?;
            let Some(id) = identify(cx, &*dlm, &state, doing).await? else {
                return Ok(None);
            };
            if let Some(creation) = creation_id(cx) {
                // Noted first: from here on no sibling takes the policy up.
                let free = cx.client.creations.note(&creation);
                let found = dlm.get(&id).await.map_err(|error| failed(doing, &error))?;
                if !free || !still_ours(&found, &creation) {
                    return Ok(Some(finished_elsewhere(&id)));
                }
            }
            let gone = dlm.delete(&id).await;
            gone.map(|_| None).map_err(|error| failed(doing, &error))
        };
        match deleted.await {
            Ok(warning) => {
                cx.diagnostics.extend(warning);
                Deleted::Done
            }
            Err(errors) => Deleted::Failed(errors),
        }
    }

    async fn import(&self, _: &mut Cx<Client>, id: &str) -> Result<DlmPolicy, Diagnostics> {
        let (id, region) = match id.split_once('@') {
            Some((id, region)) => (id, region.into()),
            None => (id, Attr::Null),
        };
        let invalid = |why: String| Diagnostic::error("Invalid import id", why);
        let id: PolicyId = id
            .parse()
            .map_err(|error: holdfast_aws::dlm::InvalidId| invalid(format!("{error}.")))?;
        region_of(&region)?;
        Ok(DlmPolicy {
            id: id.as_str().into(),
            region,
            ..DlmPolicy::default()
        })
    }
}

/// Finds or makes the policy, and finishes it.
async fn make(cx: &mut Cx<Client>, creation: &mut Creation<'_>) -> Applied<DlmPolicy> {
    let held = creation_id(cx);
    let made = creation
        .obtain(held.as_ref(), &cx.cancel, &mut cx.diagnostics)
        .await;
    let mut state = creation.planned.clone();
    state.region.fill(creation.region.as_str());
    cx.private.set(CREATION, creation.mark.id.as_str());
    let id = match made {
        Ok(Made::Exists(id)) => id,
        Ok(Made::Refused(error)) => {
            return Applied::Failed(failed("Cannot create the DLM policy", &error));
        }
        Ok(Made::Unclear(error)) => {
            wire::forget_unknowns(&mut state);
            let errors = unclear(&error);
            return Applied::Partial { state, errors };
        }
        Err(errors) => return Applied::Failed(errors),
    };
    let mut reached = state.clone();
    reached.id.fill(id.as_str());
    wire::forget_unknowns(&mut reached);
    cx.checkpoint(&reached);
    match creation.finish(&id, &mut state).await {
        Ok(()) => {
            cx.private.remove(CREATION);
            Applied::Done(state)
        }
        Err(error) => {
            let errors = failed("The DLM policy was made and not finished", &error);
            Applied::Partial {
                state: reached,
                errors,
            }
        }
    }
}

/// DLM where the policy lives, and that region.
async fn reach(
    client: &Client,
    state: &DlmPolicy,
    doing: &str,
) -> Result<(Arc<dyn Dlm>, Region), Diagnostics> {
    let region = match region_of(&state.region)? {
        Some(region) => region,
        None => client
            .services
            .region()
            .await
            .map_err(|error| failed(doing, &error))?,
    };
    let dlm = client
        .services
        .dlm(Some(&region))
        .await
        .map_err(|error| failed(doing, &error))?;
    Ok((dlm, region))
}

/// The policy of a state: by its id, or by the mark of a create whose answer was lost.
async fn identify(
    cx: &Cx<Client>,
    dlm: &dyn Dlm,
    state: &DlmPolicy,
    doing: &str,
) -> Result<Option<PolicyId>, Diagnostics> {
    if let Some(id) = state.id.as_str() {
        return match id.parse() {
            Ok(id) => Ok(Some(id)),
            Err(error) => Err(Diagnostic::error(doing, format!("{error}."))
                .at(path!("id"))
                .into()),
        };
    }
    let Some(creation) = creation_id(cx) else {
        return Ok(None);
    };
    let ours = |value: &String| value.parse().is_ok_and(|mark: Mark| mark.id == creation);
    create::find(dlm, ours)
        .await
        .map_err(|error| failed(doing, &error))
}

fn creation_id(cx: &Cx<Client>) -> Option<CreationId> {
    cx.private.get_str(CREATION).and_then(|id| id.parse().ok())
}

/// Whether the policy of an unfinished state still carries the mark of its own create.
fn still_ours(found: &Found<Policy>, creation: &CreationId) -> bool {
    match found {
        Found::Absent => true,
        Found::Present(policy) => {
            matches!(Mark::among(&policy.tags), Some(Ok(mark)) if mark.id == *creation)
        }
    }
}

/// Under `create_before_destroy` the replacement takes the unfinished policy up and finishes it;
/// the state that held it as unfinished must not delete it then.
fn finished_elsewhere(id: &PolicyId) -> Diagnostic {
    Diagnostic::warning(
        "The DLM policy stays: another create has finished it",
        format!(
            "This state held {id} as unfinished, and the policy no longer carries its mark. If no \
             other state manages it, delete it with `aws dlm delete-lifecycle-policy --policy-id {id}`."
        ),
    )
}

/// What an update sends. AWS takes the details whole, so what this version does not manage would
/// be lost: such an update is refused.
fn changes(
    prior: &DlmPolicy,
    planned: &DlmPolicy,
    before: &Policy,
) -> Result<PolicyChange, Diagnostics> {
    let text = |attr: &Attr<String>| attr.as_str().map(str::to_owned);
    let mut change = PolicyChange::default();
    if planned.description != prior.description {
        change.description = text(&planned.description);
    }
    if planned.execution_role_arn != prior.execution_role_arn {
        change.execution_role_arn = text(&planned.execution_role_arn);
    }
    if planned.state != prior.state {
        change.state = planned.state.as_str().map(Into::into);
    }
    if planned.policy_details != prior.policy_details {
        if !before.not_managed.is_empty() {
            let members = before.not_managed.join(", ");
            return Err(Diagnostic::error(
                "The update would remove what this version does not manage",
                format!(
                    "{} has {members}, set by other means, and AWS replaces the details of a policy \
                     as a whole. Remove it there first, or make this change there.",
                    before.id
                ),
            )
            .at(path!("policy_details"))
            .into());
        }
        let mut details = wire::details(planned);
        // A policy once edited in the console must get its parameters in every update.
        details.parameters.clone_from(&before.details.parameters);
        change.details = Some(details);
    }
    Ok(change)
}

fn unhealthy(policy: &Policy) -> Option<Diagnostic> {
    let failing = policy.state.as_str() == "ERROR";
    failing.then(|| {
        let why = policy
            .status_message
            .as_deref()
            .unwrap_or("AWS gives no reason");
        let detail = format!("{} takes no snapshots: {why}.", policy.id);
        Diagnostic::warning("The DLM policy is in state ERROR", detail).at(path!("state"))
    })
}

/// Refuses a policy of another kind, which only an import can bring here: a plan would replace it.
fn managed_kind(policy: &Policy) -> Result<(), Diagnostics> {
    let kind = match &policy.details.policy_type {
        _ if policy.is_default => "a default policy",
        None | Some(PolicyType::EbsSnapshotManagement) => return Ok(()),
        Some(PolicyType::ImageManagement) => "an AMI policy",
        Some(other) => other.as_str(),
    };
    let detail = format!(
        "{} is {kind}; this version manages snapshot policies that target tags. Leave it to where \
         it is managed now.",
        policy.id
    );
    Err(Diagnostic::error("Another kind of DLM policy", detail).into())
}

fn unmanaged(policy: &Policy) -> Option<Diagnostic> {
    let members = policy.not_managed.join(", ");
    (!members.is_empty()).then(|| {
        let detail = format!(
            "{} has {members}, set by other means. Plans do not show it, and a change of \
             policy_details is refused as long as it is there.",
            policy.id
        );
        let summary = "The DLM policy has what this version does not manage";
        Diagnostic::warning(summary, detail).at(path!("policy_details"))
    })
}

fn gone(doing: &str) -> Diagnostics {
    let detail = "The policy does not exist any more; plan again, which will create it.";
    Diagnostic::error(doing, detail).into()
}

fn unclear(error: &AwsError) -> Diagnostics {
    let detail = format!(
        "{error} If the policy exists, the next plan finds it by its mark; nothing is made twice."
    );
    Diagnostic::error("The DLM policy may have been created", detail).into()
}

/// An error of AWS, pointing at the attribute that it names.
fn failed(doing: &str, error: &AwsError) -> Diagnostics {
    let at = match error.kind() {
        ErrorKind::Invalid {
            required,
            exclusive,
        } => required
            .iter()
            .chain(exclusive)
            .find_map(|member| attribute_of(member))
            // Of a role that DLM may not assume, AWS names no member.
            .or_else(|| about_role(error).then(|| path!("execution_role_arn"))),
        _ => None,
    };
    Diagnostic::error(doing, error.to_string())
        .at(at.unwrap_or(Path::ROOT))
        .into()
}

fn about_role(error: &AwsError) -> bool {
    error.said().to_ascii_lowercase().contains("role")
}

/// The attribute that a member of the API is written as; of a schedule's own, all schedules, since
/// AWS does not say which.
fn attribute_of(member: &str) -> Option<Path> {
    Some(match member {
        "Description" => path!("description"),
        "ExecutionRoleArn" => path!("execution_role_arn"),
        "State" => path!("state"),
        "TargetTags" => path!("policy_details", 0, "target_tags"),
        "ResourceTypes" => path!("policy_details", 0, "resource_types"),
        "ResourceLocations" => path!("policy_details", 0, "resource_locations"),
        "PolicyDetails" => path!("policy_details"),
        "PolicyType" => path!("policy_details", 0, "policy_type"),
        "PolicyLanguage" => path!("policy_details", 0, "policy_language"),
        "Schedules" | "Name" | "CopyTags" | "TagsToAdd" | "VariableTags" | "CreateRule"
        | "RetainRule" | "CronExpression" | "Interval" | "IntervalUnit" | "Times" | "Location"
        | "Count" => path!("policy_details", 0, "schedule"),
        _ => return None,
    })
}
