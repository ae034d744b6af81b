//! [`Schedule`]: when, what is written on the snapshots, and how long they are kept.

use jiff::Timestamp;

use super::tags::{self, TagMap};
use super::{CreateRule, Fault, Given, Path, RetainRule, check_word, check_words};

/// One schedule of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedule {
    /// 1 to 120 letters, digits, spaces, `_` and `-`.
    pub name: Given<String>,
    /// Tags for every snapshot.
    pub tags_to_add: TagMap,
    /// Tags with `$(instance-id)` or `$(timestamp)`, of instance policies only.
    pub variable_tags: TagMap,
    /// When.
    pub create_rule: Given<CreateRule>,
    /// How long.
    pub retain_rule: Given<RetainRule>,
    /// Whether snapshots are archived: only then may none be kept.
    pub archived: bool,
}

/// In which way snapshots are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    ByCount,
    ByAge,
}

impl Schedule {
    /// Everything wrong with this block, which lies at `at`. `of_volumes`: it is certain that the
    /// policy targets volumes.
    pub fn check(&self, of_volumes: bool, now: Timestamp, at: &Path, faults: &mut Vec<Fault>) {
        check_words(&self.name, 120, &at.field("name"), faults);
        tags::check_added(&self.tags_to_add, &at.field("tags_to_add"), faults);
        self.check_variables(of_volumes, &at.field("variable_tags"), faults);
        let create = at.field("create_rule");
        match &self.create_rule {
            Given::Absent => faults.push(create.error("is missing: say when snapshots are taken")),
            Given::Unknown => {}
            Given::Known(rule) => rule.check(now, &create, faults),
        }
        let retain = at.field("retain_rule");
        match &self.retain_rule {
            Given::Absent => {
                faults.push(retain.error("is missing: say how long snapshots are kept"))
            }
            Given::Unknown => {}
            Given::Known(rule) => {
                rule.check(self.archived, &retain, faults);
                self.check_overlap(rule, now, &retain, faults);
            }
        }
    }

    fn check_variables(&self, of_volumes: bool, at: &Path, faults: &mut Vec<Fault>) {
        const VARIABLES: &[&str] = &["$(instance-id)", "$(timestamp)"];
        tags::check_added(&self.variable_tags, at, faults);
        let tags = self
            .variable_tags
            .known()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if of_volumes && !tags.is_empty() {
            faults.push(at.error("is for policies of instances only; of volumes use tags_to_add"));
        }
        for (key, value) in tags {
            check_word(value, VARIABLES, &at.key(key), faults);
        }
    }

    /// Kept for less time than passes until the next: DLM keeps the last one until then.
    fn check_overlap(&self, rule: &RetainRule, now: Timestamp, at: &Path, faults: &mut Vec<Fault>) {
        let gaps = self.create_rule.known().and_then(|rule| rule.gaps(now));
        let (Some(gaps), Some(age)) = (gaps, rule.age()) else {
            return;
        };
        if age.interval > 0 && age.at_least() < gaps.shortest {
            faults.push(at.field("interval").warning(
                "is shorter than the time to the next snapshot: there is never more than one, \
                 and it is kept until the next is there",
            ));
        }
    }

    pub(super) fn kept(&self) -> Option<Kept> {
        let rule = self.retain_rule.known()?;
        match (rule.count.known(), rule.interval.known()) {
            (Some(_), None) => Some(Kept::ByCount),
            (None, Some(_)) => Some(Kept::ByAge),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::tests::{faults_of, policy};
    use super::*;

    fn known(text: &str) -> Given<String> {
        Given::Known(text.to_owned())
    }

    fn count(count: i64) -> RetainRule {
        RetainRule {
            count: Given::Known(count),
            ..RetainRule::default()
        }
    }

    fn age(interval: i64, unit: &str) -> RetainRule {
        RetainRule {
            interval: Given::Known(interval),
            interval_unit: known(unit),
            ..RetainRule::default()
        }
    }

    #[test]
    fn nothing_may_be_kept_where_it_is_archived() {
        let archived = |rule| {
            faults_of(&policy().with_schedule(|schedule| {
                schedule.archived = true;
                schedule.retain_rule = Given::Known(rule);
            }))
        };
        assert_eq!(archived(count(0)), "");
        assert_eq!(archived(age(0, "DAYS")), "");
        assert!(archived(count(-1)).contains("must be 1 to 1000"));
    }

    #[test]
    fn an_age_below_the_period_is_worth_a_word() {
        let monthly = |rule| {
            faults_of(&policy().with_schedule(|schedule| {
                schedule.create_rule = Given::Known(CreateRule {
                    cron_expression: known("cron(0 3 1 * ? *)"),
                    ..CreateRule::default()
                });
                schedule.retain_rule = Given::Known(rule);
            }))
        };
        assert_eq!(monthly(age(1, "MONTHS")), "");
        assert_eq!(monthly(count(1)), "");
        insta::assert_snapshot!(monthly(age(7, "DAYS")), @"warning: policy_details.schedule[0].retain_rule.interval is shorter than the time to the next snapshot: there is never more than one, and it is kept until the next is there");
    }

    #[test]
    fn variable_tags_are_for_instances_and_know_two_variables() {
        let variables = |kind: &str, value: &str| {
            let tags = Given::Known(vec![("source".to_owned(), known(value))]);
            let policy = policy().with_schedule(|schedule| schedule.variable_tags = tags);
            faults_of(&policy.with_details(|details| {
                details.resource_types = Given::Known(vec![known(kind)]);
            }))
        };
        assert_eq!(variables("INSTANCE", "$(instance-id)"), "");
        assert_eq!(variables("INSTANCE", "$(timestamp)"), "");
        insta::assert_snapshot!(variables("VOLUME", "$(timestamp)"), @"policy_details.schedule[0].variable_tags is for policies of instances only; of volumes use tags_to_add");
        insta::assert_snapshot!(variables("INSTANCE", "$(volume-id)"), @r#"policy_details.schedule[0].variable_tags["source"] must be $(instance-id) or $(timestamp), not "$(volume-id)""#);
    }

    #[test]
    fn a_schedule_has_a_name_and_both_rules() {
        let bare = policy().with_schedule(|schedule| *schedule = Schedule::default());
        insta::assert_snapshot!(faults_of(&bare), @r"
        policy_details.schedule[0].create_rule is missing: say when snapshots are taken
        policy_details.schedule[0].retain_rule is missing: say how long snapshots are kept
        ");
        let named =
            |name: &str| faults_of(&policy().with_schedule(|schedule| schedule.name = known(name)));
        assert_eq!(named(&"n".repeat(120)), "");
        insta::assert_snapshot!(named(&"n".repeat(121)), @"policy_details.schedule[0].name must have 1 to 120 characters, has 121");
        insta::assert_snapshot!(named("täglich"), @r#"policy_details.schedule[0].name must not contain 'ä': letters, digits, spaces, "_" and "-" are allowed"#);
    }
}
