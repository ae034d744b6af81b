//! [`Policy`] and [`Details`]: what holds for the policy as a whole.

use jiff::Timestamp;

use super::schedule::Kept;
use super::tags::{self, Tag, TagMap};
use super::{Fault, Given, Path, Schedule, check_word, check_words, choices};

/// A policy as a configuration describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// 1 to 500 letters, digits, spaces, `_` and `-`.
    pub description: Given<String>,
    /// ARN of the role that DLM takes on.
    pub execution_role_arn: Given<String>,
    /// `ENABLED` or `DISABLED`.
    pub state: Given<String>,
    /// Tags of the policy itself.
    pub tags: TagMap,
    /// What it does.
    pub policy_details: Details,
}

/// The body of a snapshot policy as a configuration describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Exactly one of `VOLUME` and `INSTANCE`.
    pub resource_types: Given<Vec<Given<String>>>,
    /// Exactly one, or absent.
    pub resource_locations: Given<Vec<Given<String>>>,
    /// Target tags with a key each.
    pub target_tags: TagMap,
    /// More target tags, for keys with several values.
    pub target_tag: Given<Vec<Tag>>,
    /// 1 to 4.
    pub schedule: Given<Vec<Schedule>>,
}

impl Policy {
    /// Everything that AWS would reject, and what is worth a warning. `now` decides what a cron
    /// expression with years still does.
    pub fn check(&self, now: Timestamp) -> Vec<Fault> {
        let root = Path::root();
        let mut faults = Vec::new();
        let description = root.field("description");
        check_words(&self.description, 500, &description, &mut faults);
        self.check_role(&root.field("execution_role_arn"), &mut faults);
        let states = ["ENABLED", "DISABLED"];
        check_word(&self.state, &states, &root.field("state"), &mut faults);
        tags::check_own(&self.tags, &root.field("tags"), &mut faults);
        let details = root.field("policy_details");
        self.policy_details.check(now, &details, &mut faults);
        faults
    }

    fn check_role(&self, at: &Path, faults: &mut Vec<Fault>) {
        let Some(arn) = self.execution_role_arn.known() else {
            return;
        };
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let is_role = match parts.as_slice() {
            ["arn", partition, "iam", "", account, role] => {
                (*partition == "aws" || partition.starts_with("aws-"))
                    && !account.is_empty()
                    && account.bytes().all(|b| b.is_ascii_digit())
                    && role.starts_with("role/")
            }
            _ => false,
        };
        if !is_role || arn.len() > 2048 {
            faults.push(at.error(format!(
                "must be the ARN of a role such as \"arn:aws:iam::123456789012:role/name\", not {arn:?}"
            )));
        }
    }
}

impl Details {
    /// The same for this block, which lies at `at`.
    pub fn check(&self, now: Timestamp, at: &Path, faults: &mut Vec<Fault>) {
        let types = at.field("resource_types");
        check_single(
            &self.resource_types,
            &["VOLUME", "INSTANCE"],
            &types,
            faults,
        );
        if !self.resource_locations.is_absent() {
            let locations = at.field("resource_locations");
            let words = ["CLOUD", "OUTPOST", "LOCAL_ZONE"];
            check_single(&self.resource_locations, &words, &locations, faults);
        }
        tags::check_targets(&self.target_tags, &self.target_tag, at, faults);
        let Some(schedules) = self.schedule.known() else {
            if self.schedule.is_absent() {
                faults.push(
                    at.field("schedule")
                        .error("is missing: a policy has 1 to 4"),
                );
            }
            return;
        };
        self.check_schedules(schedules, now, &at.field("schedule"), faults);
    }

    fn check_schedules(
        &self,
        schedules: &[Schedule],
        now: Timestamp,
        at: &Path,
        faults: &mut Vec<Fault>,
    ) {
        if schedules.is_empty() || schedules.len() > 4 {
            let count = schedules.len();
            faults.push(at.error(format!("must occur 1 to 4 times, occurs {count} times")));
        }
        let of_volumes = self.targets_volumes();
        for (index, schedule) in schedules.iter().enumerate() {
            schedule.check(of_volumes, now, &at.index(index), faults);
        }
        check_names(schedules, at, faults);
        check_kinds(schedules, at, faults);
    }

    /// Whether it is certain that volumes are the targets.
    fn targets_volumes(&self) -> bool {
        let types = self.resource_types.known().map(Vec::as_slice);
        matches!(types, Some([Given::Known(word)]) if word == "VOLUME")
    }
}

/// A list that must have exactly one element, one of a few words.
fn check_single(
    list: &Given<Vec<Given<String>>>,
    words: &[&str],
    at: &Path,
    faults: &mut Vec<Fault>,
) {
    let choices = choices(words);
    match list {
        Given::Unknown => {}
        Given::Absent => faults.push(at.error(format!("is missing: name {choices}"))),
        Given::Known(elements) => match elements.as_slice() {
            [word] => check_word(word, words, &at.index(0), faults),
            _ => faults.push(at.error(format!("must name exactly one: {choices}"))),
        },
    }
}

/// DLM knows its snapshots by policy and schedule name, so two of one name share theirs.
fn check_names(schedules: &[Schedule], at: &Path, faults: &mut Vec<Fault>) {
    for (index, schedule) in schedules.iter().enumerate() {
        let Some(name) = schedule.name.known() else {
            continue;
        };
        let earlier = &schedules[..index];
        if let Some(first) = earlier
            .iter()
            .position(|other| other.name.known() == Some(name))
        {
            faults.push(at.index(index).field("name").warning(format!(
                "is also the name of {}: DLM tells snapshots apart by it",
                at.index(first)
            )));
        }
    }
}

/// All schedules keep by count, or all by age.
fn check_kinds(schedules: &[Schedule], at: &Path, faults: &mut Vec<Fault>) {
    let kinds = schedules.iter().enumerate();
    let mut kinds = kinds.filter_map(|(index, schedule)| Some((index, schedule.kept()?)));
    let Some((first, kind)) = kinds.next() else {
        return;
    };
    let say = |kind| match kind {
        Kept::ByCount => "count",
        Kept::ByAge => "age",
    };
    for (index, _) in kinds.filter(|(_, other)| *other != kind) {
        faults.push(at.index(index).field("retain_rule").error(format!(
            "must keep by {} like {}: all schedules of a policy keep in the same way",
            say(kind),
            at.index(first)
        )));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{CreateRule, RetainRule, Severity};
    use super::*;

    fn known(text: &str) -> Given<String> {
        Given::Known(text.to_owned())
    }

    /// A policy that AWS accepts: daily at 03:00, seven kept.
    pub(crate) fn policy() -> Policy {
        Policy {
            description: known("nightly backup"),
            execution_role_arn: known("arn:aws:iam::123456789012:role/service-role/dlm"),
            state: known("ENABLED"),
            tags: Given::Absent,
            policy_details: Details {
                resource_types: Given::Known(vec![known("VOLUME")]),
                target_tags: Given::Known(vec![("Backup".to_owned(), known("Daily"))]),
                schedule: Given::Known(vec![schedule("daily")]),
                ..Details::default()
            },
        }
    }

    fn schedule(name: &str) -> Schedule {
        Schedule {
            name: known(name),
            create_rule: Given::Known(CreateRule {
                interval: Given::Known(24),
                times: Given::Known(vec![known("03:00")]),
                ..CreateRule::default()
            }),
            retain_rule: Given::Known(RetainRule {
                count: Given::Known(7),
                ..RetainRule::default()
            }),
            ..Schedule::default()
        }
    }

    impl Policy {
        pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
            change(&mut self);
            self
        }

        pub(crate) fn with_details(self, change: impl FnOnce(&mut Details)) -> Self {
            self.with(|policy| change(&mut policy.policy_details))
        }

        pub(crate) fn with_schedule(self, change: impl FnOnce(&mut Schedule)) -> Self {
            self.with_details(|details| {
                if let Given::Known(schedules) = &mut details.schedule {
                    change(&mut schedules[0]);
                }
            })
        }
    }

    /// Every fault on a line of its own, warnings marked.
    pub(crate) fn faults_of(policy: &Policy) -> String {
        let now = "2026-09-01T12:00:00Z".parse().unwrap();
        let line = |fault: &Fault| match fault.severity {
            Severity::Error => fault.to_string(),
            Severity::Warning => format!("warning: {fault}"),
        };
        let lines: Vec<String> = policy.check(now).iter().map(line).collect();
        lines.join("\n")
    }

    #[test]
    fn a_good_policy_has_no_faults_and_neither_has_one_that_is_not_known_yet() {
        assert_eq!(faults_of(&policy()), "");
        let unknown = Policy {
            description: Given::Unknown,
            execution_role_arn: Given::Unknown,
            state: Given::Unknown,
            tags: Given::Unknown,
            policy_details: Details {
                resource_types: Given::Unknown,
                resource_locations: Given::Unknown,
                target_tags: Given::Unknown,
                target_tag: Given::Unknown,
                schedule: Given::Unknown,
            },
        };
        assert_eq!(faults_of(&unknown), "");
        let hollow = policy().with_details(|details| {
            details.resource_types = Given::Known(vec![Given::Unknown]);
            details.schedule = Given::Known(vec![Schedule {
                name: Given::Unknown,
                tags_to_add: Given::Unknown,
                variable_tags: Given::Unknown,
                create_rule: Given::Unknown,
                retain_rule: Given::Unknown,
                archived: false,
            }]);
        });
        assert_eq!(faults_of(&hollow), "");
    }

    #[test]
    fn description_role_and_state_are_checked() {
        let described =
            |text: &str| faults_of(&policy().with(|policy| policy.description = known(text)));
        assert_eq!(described(&"d".repeat(500)), "");
        insta::assert_snapshot!(described(&"d".repeat(501)), @"description must have 1 to 500 characters, has 501");
        insta::assert_snapshot!(described(""), @"description must have 1 to 500 characters, has 0");
        insta::assert_snapshot!(described("nightly, 03:00"), @r#"description must not contain ',': letters, digits, spaces, "_" and "-" are allowed"#);

        let role =
            |arn: &str| faults_of(&policy().with(|policy| policy.execution_role_arn = known(arn)));
        assert_eq!(role("arn:aws-us-gov:iam::123456789012:role/dlm"), "");
        for wrong in [
            "AWSDataLifecycleManagerDefaultRole",
            "arn:aws:iam::123456789012:user/dlm",
            "arn:aws:iam:eu-west-1:123456789012:role/dlm",
            "arn:aws:iam::account:role/dlm",
        ] {
            assert!(
                role(wrong).starts_with("execution_role_arn must be"),
                "{wrong}"
            );
        }
        let paused = policy().with(|policy| policy.state = known("ERROR"));
        insta::assert_snapshot!(faults_of(&paused), @r#"state must be ENABLED or DISABLED, not "ERROR""#);
    }

    #[test]
    fn exactly_one_resource_type_and_location() {
        let typed = |types: Given<Vec<Given<String>>>| {
            faults_of(&policy().with_details(|details| details.resource_types = types))
        };
        assert_eq!(typed(Given::Known(vec![known("INSTANCE")])), "");
        insta::assert_snapshot!(typed(Given::Absent), @"policy_details.resource_types is missing: name VOLUME or INSTANCE");
        insta::assert_snapshot!(typed(Given::Known(vec![])), @"policy_details.resource_types must name exactly one: VOLUME or INSTANCE");
        insta::assert_snapshot!(typed(Given::Known(vec![known("VOLUME"), known("INSTANCE")])), @"policy_details.resource_types must name exactly one: VOLUME or INSTANCE");
        insta::assert_snapshot!(typed(Given::Known(vec![known("volume")])), @r#"policy_details.resource_types[0] must be VOLUME or INSTANCE, not "volume""#);
        let located = |places: Vec<Given<String>>| {
            faults_of(&policy().with_details(|details| {
                details.resource_locations = Given::Known(places);
            }))
        };
        assert_eq!(located(vec![known("LOCAL_ZONE")]), "");
        insta::assert_snapshot!(located(vec![known("MOON")]), @r#"policy_details.resource_locations[0] must be CLOUD, OUTPOST or LOCAL_ZONE, not "MOON""#);
    }

    #[test]
    fn one_to_four_schedules_that_keep_in_one_way() {
        let with = |schedules: Given<Vec<Schedule>>| {
            faults_of(&policy().with_details(|details| details.schedule = schedules))
        };
        let names =
            |names: &[&str]| Given::Known(names.iter().map(|name| schedule(name)).collect());
        assert_eq!(with(names(&["a", "b", "c", "d"])), "");
        insta::assert_snapshot!(with(names(&["a", "b", "c", "d", "e"])), @"policy_details.schedule must occur 1 to 4 times, occurs 5 times");
        insta::assert_snapshot!(with(names(&[])), @"policy_details.schedule must occur 1 to 4 times, occurs 0 times");
        insta::assert_snapshot!(with(Given::Absent), @"policy_details.schedule is missing: a policy has 1 to 4");
        insta::assert_snapshot!(with(names(&["daily", "weekly", "daily"])), @"warning: policy_details.schedule[2].name is also the name of policy_details.schedule[0]: DLM tells snapshots apart by it");
        let by_age = Schedule {
            retain_rule: Given::Known(RetainRule {
                interval: Given::Known(2),
                interval_unit: known("WEEKS"),
                ..RetainRule::default()
            }),
            ..schedule("weekly")
        };
        insta::assert_snapshot!(with(Given::Known(vec![schedule("daily"), by_age])), @"policy_details.schedule[1].retain_rule must keep by count like policy_details.schedule[0]: all schedules of a policy keep in the same way");
    }
}
