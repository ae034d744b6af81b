//! Making a policy once (docs/decisions/0004-creation-mark.md): leftovers are looked at first, the
//! create call carries the mark, the last call takes it off.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_aws::clock::{Timestamp, backoff};
use holdfast_aws::dlm::{Dlm, Found, NewPolicy, Policy, PolicyFilter, PolicyId, Tags};
use holdfast_aws::{AwsError, ErrorKind, Region};
use tfplugin::prelude::*;
use tfplugin::{CancellationToken, Model, PrivateKey, Value};

use super::model::DlmPolicy;
use super::{TYPE_NAME, about_role, failed, reach, wire};
use crate::client::Client;
use crate::creation::once::{Made, Make, make_once};
use crate::creation::{CreationId, Fingerprint, Leftover, Mark, TAG, judge};

/// The creation id of a policy that was not seen finished.
pub(super) const CREATION: PrivateKey = PrivateKey::new("creation");

/// How often a new policy is read before its absence is believed, and how often a policy that
/// another process seems to be making is looked at again before this create gives way.
const LOOKS: usize = 4;
/// Pauses between these.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// One create under way.
pub(super) struct Creation<'a> {
    pub(super) dlm: Arc<dyn Dlm>,
    pub(super) region: Region,
    pub(super) client: &'a Client,
    pub(super) planned: DlmPolicy,
    pub(super) mark: Mark,
    /// Unfinished policies of other configurations, as they were seen at first.
    strays: Vec<PolicyId>,
}

/// Policies that carry a mark of somebody else's.
#[derive(Default)]
struct Seen {
    dead: Vec<(Mark, PolicyId)>,
    alive: BTreeMap<PolicyId, Timestamp>,
    strays: Vec<PolicyId>,
}

impl<'a> Creation<'a> {
    /// Prepares a create: nothing is sent but the question for the account.
    pub(super) async fn begin(client: &'a Client, planned: DlmPolicy) -> Result<Self, Diagnostics> {
        let doing = "Cannot prepare the DLM policy";
        let (dlm, region) = reach(client, &planned, doing).await?;
        let account = client
            .account()
            .await
            .map_err(|error| failed(doing, &error))?;
        let id = CreationId::random().map_err(|error| {
            Diagnostic::error(doing, format!("The system gave no random bits: {error}."))
        })?;
        // Without its text, unlike configurations would have one fingerprint.
        let text = configuration(&planned).map_err(|why| Diagnostic::error(doing, why))?;
        let fingerprint = Fingerprint::new(&account, region.as_str(), TYPE_NAME, &text);
        let mark = Mark::new(fingerprint, id, client.clock.now());
        client.creations.note(&mark.id);
        Ok(Self {
            dlm,
            region,
            client,
            planned,
            mark,
            strays: Vec::new(),
        })
    }

    /// Finds or makes the policy. `held` is the creation id of the state in hand, if that is
    /// unfinished.
    pub(super) async fn obtain(
        &mut self,
        held: Option<&CreationId>,
        cancel: &CancellationToken,
        diagnostics: &mut Diagnostics,
    ) -> Result<Made<PolicyId>, Diagnostics> {
        let leftover = self.leftover(held, cancel).await;
        // Not after the last call: until Terraform has heard of the policy, no time may be lost.
        self.report_strays(cancel, diagnostics).await;
        if let Some(found) = leftover? {
            return Ok(self.take_up(found).await);
        }
        let make = MakePolicy {
            dlm: &*self.dlm,
            policy: wire::new_policy(&self.planned),
        };
        Ok(make_once(&make, &self.mark, &*self.client.clock, cancel).await)
    }

    /// The unfinished policy to finish, if there is one. Another process (each provider block has
    /// its own) may be making a twin at this moment, so what looks alive is given time to finish.
    async fn leftover(
        &mut self,
        held: Option<&CreationId>,
        cancel: &CancellationToken,
    ) -> Result<Option<PolicyId>, Diagnostics> {
        let mut seen = self.look(held).await?;
        for pause in backoff(FIRST_PAUSE, LONGEST_PAUSE).take(LOOKS) {
            if seen.alive.is_empty() || cancel.is_cancelled() {
                break;
            }
            tokio::select! {
                () = self.client.clock.sleep(pause) => {}
                () = cancel.cancelled() => {}
            }
            let again = self.look(held).await?;
            // What has appeared meanwhile has a living process, whose twin ours may become.
            let stays = |id: &PolicyId| again.alive.contains_key(id);
            seen.alive.retain(|id, _| stays(id));
            seen.dead = again.dead;
        }
        self.strays = seen.strays;
        if !seen.alive.is_empty() {
            let errors = seen
                .alive
                .iter()
                .map(|(id, until)| may_be_alive(id, *until));
            return Err(errors.collect());
        }
        seen.dead.sort_by_key(|(mark, _)| mark.since);
        // A sibling may find the same ones at this moment; whoever notes a mark first has it.
        Ok(seen
            .dead
            .into_iter()
            .find(|(mark, _)| self.client.creations.note(&mark.id))
            .map(|(_, id)| id))
    }

    /// Sorts the policies that carry a mark.
    async fn look(&self, held: Option<&CreationId>) -> Result<Seen, Diagnostics> {
        let doing = "Cannot look for unfinished DLM policies";
        let all = self
            .dlm
            .list(&PolicyFilter::default())
            .await
            .map_err(|error| failed(doing, &error))?;
        let Client {
            creations, clock, ..
        } = self.client;
        let mut seen = Seen::default();
        for policy in all {
            let Some(mark) = Mark::among(&policy.tags) else {
                continue;
            };
            match judge(&mark, &self.mark.fingerprint, held, creations, clock.now()) {
                Leftover::Ours => {}
                Leftover::Finish(mark) => seen.dead.push((mark, policy.id)),
                Leftover::MayBeAlive { until } => drop(seen.alive.insert(policy.id, until)),
                Leftover::Foreign => seen.strays.push(policy.id),
            }
        }
        Ok(seen)
    }

    /// Reports the unfinished policies of other configurations, each once in this process. Patient:
    /// another process may be about to finish them.
    async fn report_strays(&self, cancel: &CancellationToken, diagnostics: &mut Diagnostics) {
        let Client {
            creations, clock, ..
        } = self.client;
        let first = |id: &PolicyId| creations.reports(id.as_str());
        let mut strays: Vec<_> = self.strays.iter().filter(|id| first(id)).collect();
        for pause in backoff(FIRST_PAUSE, LONGEST_PAUSE).take(LOOKS) {
            if strays.is_empty() {
                return;
            }
            // What cannot be looked at again is reported as it was seen.
            let Ok(all) = self.dlm.list(&PolicyFilter::default()).await else {
                break;
            };
            let mark = |id: &PolicyId| {
                let policy = all.iter().find(|policy| policy.id == *id)?;
                Mark::among(&policy.tags)
            };
            strays.retain(|id| mark(id).is_some());
            let alive = |mark: Mark| clock.now() <= mark.until();
            if !strays
                .iter()
                .any(|id| mark(id).is_some_and(|mark| mark.is_ok_and(alive)))
            {
                break;
            }
            tokio::select! {
                () = clock.sleep(pause) => {}
                () = cancel.cancelled() => break,
            }
        }
        diagnostics.extend(strays.into_iter().map(unfinished));
    }

    /// Puts this create's mark on a policy whose own create is dead.
    async fn take_up(&self, id: PolicyId) -> Made<PolicyId> {
        let marked = async {
            let policy = match self.dlm.get(&id).await? {
                Found::Present(policy) => policy,
                Found::Absent => {
                    let said = format!("{id} is gone");
                    return Err(AwsError::new(
                        ErrorKind::NotFound,
                        "dlm:GetLifecyclePolicy",
                        said,
                    ));
                }
            };
            let tags = Tags::from([(TAG.to_owned(), self.mark.to_string())]);
            self.dlm.tag(&policy.arn, &tags).await
        };
        match marked.await {
            Ok(()) => Made::Exists(id),
            Err(error) if error.is_outcome_unknown() => Made::Unclear(error),
            Err(error) => Made::Refused(error),
        }
    }

    /// Reads the new policy and takes the mark off: the last call. Fills in what AWS gave.
    pub(super) async fn finish(
        &self,
        id: &PolicyId,
        state: &mut DlmPolicy,
    ) -> Result<(), AwsError> {
        let policy = self.read_back(id).await?;
        wire::fill(state, &policy, &self.region);
        let Err(error) = self.dlm.untag(&policy.arn, &[TAG.to_owned()]).await else {
            return Ok(());
        };
        if error.is_outcome_unknown()
            && let Ok(Found::Present(now)) = self.dlm.get(id).await
            && !now.tags.contains_key(TAG)
        {
            return Ok(());
        }
        // Terraform is about to hear of the policy, so nobody needs to wait for this process. If
        // this fails too, they wait a quarter of an hour.
        let released = Tags::from([(TAG.to_owned(), self.mark.released().to_string())]);
        let _ = self.dlm.tag(&policy.arn, &released).await;
        Err(error)
    }

    /// Reads the new policy; a read may lag behind the create.
    async fn read_back(&self, id: &PolicyId) -> Result<Policy, AwsError> {
        for pause in backoff(FIRST_PAUSE, LONGEST_PAUSE).take(LOOKS) {
            if let Found::Present(policy) = self.dlm.get(id).await? {
                return Ok(policy);
            }
            self.client.clock.sleep(pause).await;
        }
        let said = format!("{id} was made a moment ago and cannot be read");
        Err(AwsError::new(
            ErrorKind::NotFound,
            "dlm:GetLifecyclePolicy",
            said,
        ))
    }
}

/// What is planned, as text that is equal for equal configurations: values that AWS is to give are
/// left out.
fn configuration(planned: &DlmPolicy) -> Result<String, String> {
    let known = planned.encode().map_leaves(&mut |leaf: Value| {
        if leaf.is_known() {
            leaf
        } else {
            Value::null(leaf.ty())
        }
    });
    cty::json::encode(&known, DlmPolicy::ty()).map_err(|error| error.to_string())
}

struct MakePolicy<'a> {
    dlm: &'a dyn Dlm,
    policy: NewPolicy,
}

#[async_trait]
impl Make for MakePolicy<'_> {
    type Id = PolicyId;

    async fn make(&self, mark: &Mark) -> Result<PolicyId, AwsError> {
        let mut policy = self.policy.clone();
        policy.tags.insert(TAG.to_owned(), mark.to_string());
        self.dlm.create(&policy).await
    }

    async fn find(&self, mark: &Mark) -> Result<Option<PolicyId>, AwsError> {
        find(self.dlm, |value| *value == mark.to_string()).await
    }

    fn may_settle(&self, error: &AwsError) -> bool {
        // IAM is eventually consistent: a role that was made a moment ago is refused at first.
        matches!(error.kind(), ErrorKind::Invalid { required, exclusive }
            if required.is_empty() && exclusive.is_empty())
            && about_role(error)
    }
}

/// The policy whose mark satisfies `wanted`.
pub(super) async fn find(
    dlm: &dyn Dlm,
    wanted: impl Fn(&String) -> bool + Send,
) -> Result<Option<PolicyId>, AwsError> {
    let all = dlm.list(&PolicyFilter::default()).await?;
    Ok(all
        .into_iter()
        .find(|policy| policy.tags.get(TAG).is_some_and(&wanted))
        .map(|p| p.id))
}

fn may_be_alive(id: &PolicyId, until: Timestamp) -> Diagnostic {
    Diagnostic::error(
        "This policy may be in the making already",
        format!(
            "{id} has this very configuration and carries the mark of a create that is less than \
             15 minutes old. If another run is making it, let it finish. If that run is dead, apply \
             again after {until} and this provider finishes {id}, or take it over now with \
             `terraform import ADDRESS {id}`."
        ),
    )
}

fn unfinished(id: &PolicyId) -> Diagnostic {
    Diagnostic::warning(
        "An unfinished DLM policy was found",
        format!(
            "{id} still carries the mark {TAG:?} of a create that did not finish, with another \
             configuration than this one. If no other run is making it, take it over with \
             `terraform import ADDRESS {id}`, or delete it with \
             `aws dlm delete-lifecycle-policy --policy-id {id}`."
        ),
    )
}
