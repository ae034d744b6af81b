//! [`Job`]: what one resource wants of a bucket's rules; [`Report`] and [`Refusal`]: what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use holdfast_aws::AwsError;
use holdfast_aws::s3::Found;
use holdfast_aws::s3::LifecycleDocument;
use holdfast_aws::s3::lifecycle::{InTheWay, LifecycleRule, MinimumSize, RuleId, Scope};
use tokio::sync::oneshot;

/// The most rules that a bucket can have.
pub(crate) const MOST_RULES: usize = 1000;

/// One wish.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Edit {
    /// The rule is new: one of its id that says something else is not ours.
    Create(LifecycleRule),
    /// The rule is ours and says this from now on.
    Update(LifecycleRule),
    /// The rule is ours and goes.
    Remove(RuleId),
}

impl Edit {
    /// The rule it is about.
    pub(crate) fn id(&self) -> &RuleId {
        match self {
            Self::Create(rule) | Self::Update(rule) => &rule.id,
            Self::Remove(id) => id,
        }
    }
}

/// What one resource wants: all of it or nothing.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) edits: Vec<Edit>,
    /// The size to set; `None` leaves it as it is.
    pub(super) minimum_size: Option<MinimumSize>,
    /// How far S3 has heard of it.
    pub(super) sent: Progress,
    /// Rules that were there as wanted before anything was sent.
    found: BTreeSet<RuleId>,
    /// The rules as they were before anything was sent.
    before: BTreeMap<RuleId, LifecycleRule>,
    /// What the store made of a rule, if not what was sent.
    bent: BTreeMap<RuleId, LifecycleRule>,
    answer: oneshot::Sender<Answer>,
}

/// How far S3 has heard of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Progress {
    /// Nothing was sent.
    Nothing,
    /// Something was, and no answer says whether it was taken.
    Perhaps,
    /// S3 has taken it.
    Taken,
}

/// What a resource is told.
pub(super) type Answer = Result<Report, Box<Refusal>>;

/// A job that is done.
#[derive(Debug)]
pub(crate) struct Report {
    /// Rules of a create that were there as wanted before anything was sent.
    pub(crate) found: Vec<RuleId>,
    /// Rules that the store keeps in other words than those sent.
    pub(crate) bent: Vec<RuleId>,
    /// Rules of this process that another writer had lost, put back.
    pub(crate) repaired: Vec<RuleId>,
    /// The configuration as it was seen last.
    pub(crate) document: Arc<LifecycleDocument>,
}

/// A job that is not done.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{why}")]
pub(crate) struct Refusal {
    /// Why.
    pub(crate) why: Why,
    /// Whether S3 may have taken it all the same.
    pub(crate) may_be_done: bool,
}

/// Why a job is not done.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Why {
    /// A rule of that id is there and says something else.
    #[error("the bucket has a rule {id:?} already, and it is another one")]
    Exists { id: RuleId },
    /// Another resource of this process has made a rule of that id.
    #[error("another resource of this configuration has made rule {id:?} in this bucket just now")]
    Twin { id: RuleId },
    /// The bucket has as many rules as it can have.
    #[error("the bucket has {rules} rules already, and S3 allows {MOST_RULES}")]
    Full { rules: usize },
    /// S3 does not take a rule beside another one.
    #[error("{error}")]
    Mixed { error: AwsError, other: InTheWay },
    /// Reading and writing lie too far apart on this machine.
    #[error("more than {} ms passed between reading the rules and sending them, {times} times", limit.as_millis())]
    TooSlow { limit: Duration, times: usize },
    /// S3 took it, and what was there before is still read.
    #[error("S3 accepted the change and still shows what was there before, {} s later", waited.as_secs())]
    Unseen { waited: Duration },
    /// Somebody else overwrites what was written, again and again.
    #[error("another program overwrites the rules of this bucket again and again ({times} times)")]
    Contested { times: usize },
    /// The store has no lifecycle configurations.
    #[error("the store at this endpoint does not offer lifecycle rules")]
    Unsupported,
    /// The user stops Terraform.
    #[error("stopped before it was done")]
    Stopped,
    /// S3 says no, or does not answer.
    #[error("{0}")]
    Aws(AwsError),
}

impl Edit {
    /// What the rule shall say.
    pub(super) fn rule(&self) -> Option<&LifecycleRule> {
        match self {
            Self::Create(rule) | Self::Update(rule) => Some(rule),
            Self::Remove(_) => None,
        }
    }
}

impl Job {
    pub(super) fn new(
        edits: Vec<Edit>,
        minimum_size: Option<MinimumSize>,
    ) -> (Self, oneshot::Receiver<Answer>) {
        let (answer, receiver) = oneshot::channel();
        let job = Self {
            edits,
            minimum_size,
            sent: Progress::Nothing,
            found: BTreeSet::new(),
            before: BTreeMap::new(),
            bent: BTreeMap::new(),
            answer,
        };
        (job, receiver)
    }

    /// Whether it only takes rules away.
    pub(super) fn only_removes(&self) -> bool {
        self.minimum_size.is_none() && self.edits.iter().all(|e| matches!(e, Edit::Remove(_)))
    }

    /// Rules that the store keeps in other words than those sent.
    pub(super) fn bent(&self) -> impl Iterator<Item = &RuleId> {
        self.bent.keys()
    }

    /// Tells the resource that it is done. One that has gone needs no answer.
    pub(super) fn done(self, document: Arc<LifecycleDocument>, repaired: Vec<RuleId>) {
        let _ = self.answer.send(Ok(Report {
            found: self.found.into_iter().collect(),
            bent: self.bent.into_keys().collect(),
            repaired,
            document,
        }));
    }

    /// Tells the resource that it is not done.
    pub(super) fn refuse(self, why: Why) {
        let _ = self.answer.send(Err(Box::new(Refusal {
            why,
            may_be_done: self.sent != Progress::Nothing,
        })));
    }

    /// A rule that it would make and that is there already, saying something else. Once anything was
    /// sent, what is there may be its own.
    pub(super) fn other_rule(&self, there: &LifecycleDocument) -> Option<RuleId> {
        if self.sent != Progress::Nothing {
            return None;
        }
        self.edits.iter().find_map(|edit| match edit {
            Edit::Create(rule) => other_rule(there, rule).then(|| rule.id.clone()),
            Edit::Update(_) | Edit::Remove(_) => None,
        })
    }

    /// How many rules `wanted` has, if it would have too many with those of this job.
    pub(super) fn overflow(&self, wanted: &LifecycleDocument) -> Option<usize> {
        let ids: BTreeSet<&str> = wanted.ids().collect();
        let is_there = |edit: &&Edit| ids.contains(edit.id().as_str());
        let (puts, removes): (Vec<&Edit>, Vec<&Edit>) =
            self.edits.iter().partition(|edit| edit.rule().is_some());
        let more = puts.iter().filter(|edit| !is_there(edit)).count();
        let fewer = removes.iter().filter(|edit| is_there(edit)).count();
        let rules = wanted.len();
        (more > 0 && rules + more > MOST_RULES + fewer).then_some(rules)
    }

    /// Puts its wishes into `wanted`; `there` is the configuration as read, and `stale` says that
    /// it is the one from before the last write. Rules of `put` stay for another job.
    pub(super) fn merge(
        &mut self,
        there: &LifecycleDocument,
        stale: bool,
        put: &BTreeSet<RuleId>,
        wanted: &mut LifecycleDocument,
    ) -> Merge {
        let mut merge = Merge::Sure;
        let mut bent = BTreeMap::new();
        self.found.clear();
        for edit in &self.edits {
            let id = edit.id();
            let Some(rule) = edit.rule() else {
                if !put.contains(id) {
                    wanted.remove(id);
                }
                continue;
            };
            let Some(found) = rule_of(there, id) else {
                wanted.upsert(rule);
                continue;
            };
            if self.sent == Progress::Nothing {
                self.before.insert(id.clone(), found.clone());
            }
            if same(&found, rule) {
                if matches!(edit, Edit::Create(_)) && self.before.get(id) == Some(&found) {
                    self.found.insert(id.clone());
                }
            } else if self.sent == Progress::Taken && !stale && self.before.get(id) != Some(&found)
            {
                // S3 has taken it and says something else: the store's own words for the rule, if
                // it says the same again.
                if self.bent.get(id) != Some(&found) {
                    merge = Merge::LookAgain;
                }
                bent.insert(id.clone(), found);
            } else {
                replace(wanted, rule, found);
            }
        }
        if !stale {
            self.bent = bent;
        }
        if let Some(size) = &self.minimum_size {
            // Not every store says which size it was sent.
            let silent = self.sent == Progress::Taken && there.minimum_size.is_none();
            if !silent {
                wanted.minimum_size = Some(size.clone());
            }
        }
        merge
    }
}

/// How sure a merge is of what it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// It is.
    Sure,
    /// What is there must be seen twice before it counts.
    LookAgain,
}

/// Puts a rule in the place of another of its id.
pub(super) fn replace(wanted: &mut LifecycleDocument, rule: &LifecycleRule, found: LifecycleRule) {
    if found.means_the_same_as(rule) {
        // Only the form differs, which the document takes for no change.
        wanted.remove(&rule.id);
        let foreign = found.foreign;
        wanted.upsert(&LifecycleRule {
            foreign,
            ..rule.clone()
        });
    } else {
        wanted.upsert(rule);
    }
}

/// Whether a rule says what is wanted. The older form of a filter counts, except where it says
/// nothing: some stores return it for an empty filter.
pub(super) fn same(found: &LifecycleRule, wanted: &LifecycleRule) -> bool {
    let same_form = found.prefix.is_some() == wanted.prefix.is_some();
    found.means_the_same_as(wanted) && (same_form || found.scope() == Scope::default())
}

/// The rule of that id, if there is one that can be read.
pub(super) fn rule_of(document: &LifecycleDocument, id: &RuleId) -> Option<LifecycleRule> {
    match document.rule(id) {
        Ok(Found::Present(rule)) => Some(rule),
        Ok(Found::Absent) | Err(_) => None,
    }
}

/// Whether another rule has the id of this one.
fn other_rule(there: &LifecycleDocument, rule: &LifecycleRule) -> bool {
    match there.rule(&rule.id) {
        // We write no elements that this version does not know: then somebody else has.
        Ok(Found::Present(found)) => !same(&found, rule) || !found.foreign.is_empty(),
        Ok(Found::Absent) => false,
        // What cannot be read is not ours.
        Err(_) => true,
    }
}
