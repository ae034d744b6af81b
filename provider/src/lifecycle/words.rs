//! Refusals and warnings as Terraform shows them.

use std::collections::BTreeSet;

use holdfast_aws::s3::lifecycle::{LifecycleRule, RuleId};
use holdfast_aws::{AwsError, ErrorKind};
use tfplugin::Path;
use tfplugin::prelude::*;

use super::job::{Refusal, Report, Why};
use super::roster::Fight;

/// How many rules a message names.
const NAMED: usize = 10;

/// What a diagnostic is about: names, and where its attributes are.
pub(crate) struct About<'a> {
    /// The bucket.
    pub(crate) bucket: &'a str,
    /// The bucket as an import id names it.
    pub(crate) import: String,
    /// Where rules are written.
    pub(crate) rules: Written<'a>,
}

/// Where rules are written.
pub(crate) enum Written<'a> {
    /// The resource is a rule.
    Here,
    /// They are blocks of the resource, with these ids in this order.
    Blocks(Vec<&'a str>),
}

impl About<'_> {
    /// Something S3 did not do.
    pub(crate) fn refused(&self, doing: &str, refusal: &Refusal) -> Diagnostics {
        let bucket = self.bucket;
        let mut detail = match &refusal.why {
            Why::Aws(error) => return self.failed(doing, error),
            Why::Exists { id } => format!(
                "Bucket {bucket} has a rule {:?} already, and it says something else than planned. \
                 A rule that was not made here is never taken over. If it shall be managed here, \
                 import it with `terraform import ADDRESS {}`; else choose another id.",
                id.as_str(),
                self.import_of(id)
            ),
            Why::Twin { id } => format!(
                "Another resource of this configuration has made rule {:?} of bucket {bucket} in \
                 this very run. Two resources cannot share a rule: remove one, or choose another id.",
                id.as_str()
            ),
            Why::Full { rules } => format!(
                "Bucket {bucket} has {rules} rules already, and S3 allows {}. Rules with the same \
                 actions can be joined by a shorter prefix.",
                super::job::MOST_RULES
            ),
            Why::Mixed { error, other } => {
                let id = other.id.as_deref().unwrap_or_default();
                let (theirs, ours) = match other.legacy {
                    true => ("the older prefix", "a filter"),
                    false => ("a filter", "the older prefix"),
                };
                format!(
                    "S3 takes rules with a filter or rules with the older prefix in one bucket, not \
                     both. In the way is rule {id:?} of bucket {bucket}, which has {theirs}, while \
                     this resource has {ours}. Write both in one form. S3 said: {error}"
                )
            }
            Why::TooSlow { limit, times } => format!(
                "S3 replaces all rules of a bucket at once and cannot be told to do so only if \
                 nothing has changed. So what was read is sent within {} ms or not at all, and {times} \
                 times it took longer, so nothing was sent. Apply again, perhaps with a lower \
                 -parallelism: the machine, or the way to its credentials, is slow.",
                limit.as_millis()
            ),
            Why::Unseen { waited } => format!(
                "S3 accepted the change and still shows what was there before, {} s later. Plan \
                 again in a few minutes.",
                waited.as_secs()
            ),
            Why::Contested { times } => format!(
                "The rules of bucket {bucket} were written {times} times, and each time another \
                 program wrote over them. Find out who else writes lifecycle rules there, then \
                 apply again."
            ),
            Why::Unsupported => {
                "The store at this endpoint does not offer lifecycle rules. Nothing was changed: take \
                 this resource out of the configuration, or use a store that has them."
                    .to_owned()
            }
            Why::Stopped => "Terraform was stopped before it was done.".to_owned(),
        };
        if refusal.may_be_done {
            detail.push_str(" Some of it may have been done; the next plan shows what is missing.");
        }
        Diagnostic::error(doing, detail)
            .at(self.at(&refusal.why))
            .into()
    }

    /// A call that failed.
    pub(crate) fn failed(&self, doing: &str, error: &AwsError) -> Diagnostics {
        let at = match error.kind() {
            ErrorKind::NotFound => path!("bucket"),
            ErrorKind::WrongRegion { .. } => path!("region"),
            ErrorKind::Invalid { .. } => self.part_of(error.said()),
            _ => Path::ROOT,
        };
        let mut detail = error.to_string();
        if *error.kind() == ErrorKind::NotFound {
            detail.push_str(&format!(
                " Make bucket {:?} first, or correct its name.",
                self.bucket
            ));
        }
        Diagnostic::error(doing, detail).at(at).into()
    }

    /// What a user should know about something that was done.
    pub(crate) fn remarks(&self, report: &Report) -> Vec<Diagnostic> {
        let bucket = self.bucket;
        let mut remarks = Vec::new();
        if !report.found.is_empty() {
            let detail = format!(
                "Bucket {bucket} had {} already, exactly as planned: an earlier apply was probably \
                 cut short. Nothing was changed, and this resource manages it from now on. If \
                 something else does, take it out of this state with `terraform state rm`.",
                names(report.found.iter().map(RuleId::as_str))
            );
            let summary = "The lifecycle rule was there as planned";
            let at = report.found.first().map_or(Path::ROOT, |id| self.id(id));
            remarks.push(Diagnostic::warning(summary, detail).at(at));
        }
        if !report.bent.is_empty() {
            let detail = format!(
                "The store accepted {} of bucket {bucket} and keeps it in other words. The next \
                 plan shows the difference.",
                names(report.bent.iter().map(RuleId::as_str))
            );
            let summary = "The store changed the lifecycle rule";
            remarks.push(Diagnostic::warning(summary, detail));
        }
        if !report.repaired.is_empty() {
            let detail = format!(
                "Another program that writes the rules of bucket {bucket} had overwritten {}, which \
                 this run has made; it is back.",
                names(report.repaired.iter().map(RuleId::as_str))
            );
            let summary = "A lifecycle rule was lost and put back";
            remarks.push(Diagnostic::warning(summary, detail));
        }
        remarks
    }

    fn import_of(&self, id: &RuleId) -> String {
        match self.rules {
            Written::Blocks(_) => self.import.clone(),
            Written::Here => format!("{}/{id}", self.import),
        }
    }

    fn at(&self, why: &Why) -> Path {
        match why {
            Why::Exists { id } | Why::Twin { id } => self.id(id),
            Why::Full { .. } => path!("bucket"),
            Why::Mixed { other, .. } if other.legacy => self.part("filter"),
            Why::Mixed { .. } => self.part("prefix"),
            _ => Path::ROOT,
        }
    }

    /// Where the id of a rule is written.
    fn id(&self, id: &RuleId) -> Path {
        let Written::Blocks(ids) = &self.rules else {
            return path!("rule_id");
        };
        let place = ids.iter().position(|other| *other == id.as_str());
        place.map_or(path!("rule"), |place| path!("rule", place, "id"))
    }

    /// Where a part of a rule is written: of many rules, nobody knows whose.
    fn part(&self, name: &str) -> Path {
        match self.rules {
            Written::Here => path!(name),
            Written::Blocks(_) => path!("rule"),
        }
    }

    /// The part of a rule that S3 complains of, as far as its words tell.
    fn part_of(&self, said: &str) -> Path {
        // The longer words hold the shorter ones.
        let parts = [
            (
                "NoncurrentVersionTransition",
                "noncurrent_version_transition",
            ),
            (
                "NoncurrentVersionExpiration",
                "noncurrent_version_expiration",
            ),
            (
                "AbortIncompleteMultipartUpload",
                "abort_incomplete_multipart_upload",
            ),
            ("Expiration", "expiration"),
            ("Transition", "transition"),
            ("ObjectSize", "filter"),
            ("Filter", "filter"),
            ("Tag", "filter"),
        ];
        let part = parts.iter().find(|(word, _)| said.contains(word));
        part.map_or(Path::ROOT, |(_, name)| self.part(name))
    }
}

/// Each rule once, and not more of them than a person reads.
fn names<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    let named: Vec<String> = ids.iter().take(NAMED).map(|id| format!("{id:?}")).collect();
    match ids.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Two kinds of resources that would undo each other's work.
pub(crate) fn fight(bucket: &str, fight: &Fight) -> Diagnostic {
    let detail = format!(
        "holdfast_bucket_lifecycle owns all rules of bucket {bucket}, and holdfast_lifecycle_rule \
         manages {} of the same bucket: each apply of the one undoes the other's. Keep one of the \
         two for a bucket.",
        names(fight.rules.iter().map(String::as_str))
    );
    Diagnostic::warning("Two resources fight over the rules of one bucket", detail)
        .at(path!("bucket"))
}

/// Elements of a rule that this version does not know.
pub(crate) fn unknown_elements(rule: &LifecycleRule, at: Path) -> Option<Diagnostic> {
    if rule.foreign.is_empty() {
        return None;
    }
    let elements: Vec<&str> = rule.foreign.iter().map(|one| one.xml.as_str()).collect();
    let detail = format!(
        "Rule {:?} has {}, set by other means. Plans do not show it, and it stays when the rule is \
         changed here.",
        rule.id.as_str(),
        elements.join(", ")
    );
    let summary = "The lifecycle rule has what this version does not manage";
    Some(Diagnostic::warning(summary, detail).at(at))
}

/// Rules that stay although their resource goes.
pub(crate) fn kept(bucket: &str, ids: &[RuleId]) -> Option<Diagnostic> {
    if ids.is_empty() {
        return None;
    }
    let detail = format!(
        "Another resource of this configuration has made {} of bucket {bucket} its own in this \
         run, so only the old state goes.",
        names(ids.iter().map(RuleId::as_str))
    );
    Some(Diagnostic::warning("The lifecycle rule stays", detail))
}

/// Rules that the whole configuration does not name.
pub(crate) fn strangers(bucket: &str, ids: &[&str]) -> Option<Diagnostic> {
    if ids.is_empty() {
        return None;
    }
    let detail = format!(
        "Bucket {bucket} has {}, which no plan has shown yet. It was left alone; the next plan \
         shows it, and the apply after that removes it unless it is in the configuration.",
        names(ids.iter().copied())
    );
    Some(Diagnostic::warning("The bucket has other lifecycle rules", detail).at(path!("rule")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_named_once_and_not_all_of_many() {
        let said = |count: usize| {
            let ids: Vec<String> = (0..count).map(|n| format!("r{:02}", n % 12)).collect();
            names(ids.iter().map(String::as_str))
        };
        assert_eq!(said(2), r#""r00", "r01""#);
        assert_eq!(
            said(30),
            r#""r00", "r01", "r02", "r03", "r04", "r05", "r06", "r07", "r08", "r09" and 2 more"#
        );
    }
}
