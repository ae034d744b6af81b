//! The pure parts: what is sent and read, what a plan completes and warns of.

use holdfast_aws::dlm::{Cycle, Policy, Tag};
use holdfast_aws::{AwsError, ErrorKind, Region};
use tfplugin::prelude::*;

use super::model::{CreateRule, DlmPolicy, PolicyDetails, RetainRule, Schedule, TargetTag};
use super::{attribute_of, changes, failed, rules, wire};
use crate::tags::TagMap;

fn schedule(name: &str) -> Schedule {
    Schedule {
        name: name.into(),
        copy_tags: Attr::Known(false),
        create_rule: One::Present(CreateRule {
            interval: Attr::Known(24),
            interval_unit: "HOURS".into(),
            times: StringList::of(["03:00"]),
            location: "CLOUD".into(),
            ..CreateRule::default()
        }),
        retain_rule: One::Present(RetainRule {
            count: Attr::Known(7),
            ..RetainRule::default()
        }),
        ..Schedule::default()
    }
}

/// A policy as a plan has it, all known but what AWS gives.
fn planned() -> DlmPolicy {
    DlmPolicy {
        id: Attr::Unknown,
        arn: Attr::Unknown,
        region: "eu-central-1".into(),
        description: "Daily snapshots".into(),
        execution_role_arn: "arn:aws:iam::123456789012:role/dlm".into(),
        state: "ENABLED".into(),
        policy_details: One::Present(PolicyDetails {
            policy_type: "EBS_SNAPSHOT_MANAGEMENT".into(),
            policy_language: "STANDARD".into(),
            resource_types: StringList::of(["VOLUME"]),
            resource_locations: StringList::of(["CLOUD"]),
            target_tags: StringMap::of([("Backup", "Daily")]),
            target_tag: Many::default(),
            schedule: [schedule("daily")].into_iter().collect(),
        }),
        tags: Attr::Null,
        tags_all: StringMap::of::<String, String>([]),
    }
}

fn details(policy: &mut DlmPolicy) -> &mut PolicyDetails {
    policy.policy_details.present_mut().expect("details")
}

/// What AWS holds after it was sent `planned`.
fn made(planned: &DlmPolicy) -> Policy {
    let sent = wire::new_policy(planned);
    let id = "policy-0123456789abcdef0";
    Policy {
        id: id.parse().expect("an id"),
        arn: format!("arn:aws:dlm:eu-central-1:123456789012:policy/{id}")
            .parse()
            .expect("an ARN"),
        description: sent.description,
        execution_role_arn: sent.execution_role_arn,
        state: sent.state,
        status_message: None,
        created: None,
        modified: None,
        details: sent.details,
        tags: sent.tags,
        is_default: false,
        not_managed: Vec::new(),
    }
}

fn region() -> Region {
    "eu-central-1".parse().expect("a region")
}

fn read(policy: &Policy, prior: &DlmPolicy) -> DlmPolicy {
    wire::read(policy, &region(), prior, &TagMap::new())
}

#[test]
fn what_is_sent_is_read_back() {
    let mut policy = planned();
    {
        let details = details(&mut policy);
        details.target_tag = [("Role", "server"), ("Role", "agent")]
            .map(|(key, value)| TargetTag {
                key: key.into(),
                value: value.into(),
            })
            .into_iter()
            .collect();
        let mut cron = schedule("monthly");
        cron.create_rule = One::Present(CreateRule {
            cron_expression: "cron(0 3 1 * ? *)".into(),
            location: "CLOUD".into(),
            ..CreateRule::default()
        });
        cron.retain_rule = One::Present(RetainRule {
            interval: Attr::Known(3),
            interval_unit: "MONTHS".into(),
            ..RetainRule::default()
        });
        cron.tags_to_add = StringMap::of([("Made", "DLM")]);
        details.schedule = [schedule("daily"), cron].into_iter().collect();
    }
    let made = made(&policy);
    let mut state = policy.clone();
    wire::fill(&mut state, &made, &region());
    let mut again = read(&made, &state);
    // A set has no order.
    for model in [&mut state, &mut again] {
        if let Some(tags) = details(model).target_tag.known_mut() {
            tags.sort();
        }
    }
    assert_eq!(again, state);
}

#[test]
fn an_import_sorts_target_tags_by_how_many_values_a_key_has() {
    let mut policy = made(&planned());
    policy.details.target_tags = vec![
        Tag::new("Backup", "Daily"),
        Tag::new("Role", "a"),
        Tag::new("Role", "b"),
    ];
    let mut imported = read(&policy, &DlmPolicy::default());
    let details = details(&mut imported);
    assert_eq!(details.target_tags, StringMap::of([("Backup", "Daily")]));
    let blocks = details.target_tag.known().map(<[_]>::len);
    assert_eq!(blocks, Some(2));
}

#[test]
fn a_time_that_aws_chose_stays_when_something_else_changes() {
    let mut config = planned();
    let mut prior = planned();
    let mut after = planned();
    for model in [&mut config, &mut after] {
        let schedules = details(model).schedule.known_mut().expect("schedules");
        let rule = schedules[0].create_rule.present_mut().expect("a rule");
        rule.times = Attr::Null;
        rule.interval_unit = Attr::Null;
    }
    rules::complete(Some(&prior), &config, &mut after);
    assert_eq!(after, prior);

    // A renamed schedule is a new one, whose time AWS has yet to choose.
    details(&mut prior).schedule = [schedule("nightly")].into_iter().collect();
    rules::complete(Some(&prior), &config, &mut after);
    let schedules = details(&mut after).schedule.known().expect("schedules");
    assert!(
        schedules[0]
            .create_rule
            .present()
            .expect("a rule")
            .times
            .is_unknown()
    );
}

#[test]
fn of_two_schedules_with_one_name_each_keeps_its_own_time() {
    let timed = |time: Option<&str>| {
        let mut schedule = schedule("daily");
        let rule = schedule.create_rule.present_mut().expect("a rule");
        rule.times = time.map_or(Attr::Null, |time| StringList::of([time]));
        schedule
    };
    let mut prior = planned();
    details(&mut prior).schedule = [timed(Some("03:06")), timed(Some("17:31"))]
        .into_iter()
        .collect();
    let mut config = planned();
    details(&mut config).schedule = [timed(None), timed(None)].into_iter().collect();
    let mut after = config.clone();
    rules::complete(Some(&prior), &config, &mut after);
    assert_eq!(after, prior);
}

#[test]
fn any_time_stays_any_time() {
    let mut policy = planned();
    let schedules = details(&mut policy)
        .schedule
        .known_mut()
        .expect("schedules");
    let rule = schedules[0].create_rule.present_mut().expect("a rule");
    rule.times = StringList::of::<String>([]);
    let mut held = made(&policy);
    if let Some(rule) = &mut held.details.schedules[0].create_rule {
        rule.cycle = Cycle::Every {
            hours: 24,
            times: vec!["03:17".to_owned()],
        };
    }
    let mut state = policy;
    wire::fill(&mut state, &held, &region());
    assert_eq!(read(&held, &state), state);
}

#[test]
fn a_cron_expression_has_no_times() {
    let mut config = planned();
    let schedules = details(&mut config)
        .schedule
        .known_mut()
        .expect("schedules");
    schedules[0].create_rule = One::Present(CreateRule {
        cron_expression: "cron(0 3 * * ? *)".into(),
        ..CreateRule::default()
    });
    let mut after = config.clone();
    rules::complete(Some(&planned()), &config, &mut after);
    let schedules = details(&mut after).schedule.known().expect("schedules");
    let rule = schedules[0].create_rule.present().expect("a rule");
    assert!(
        rule.times.is_null() && rule.interval_unit.is_null(),
        "{rule:?}"
    );
}

#[test]
fn from_count_to_age_is_a_replacement() {
    let mut after = planned();
    assert!(rules::replacements(&planned(), &after).is_empty());
    let schedules = details(&mut after).schedule.known_mut().expect("schedules");
    schedules[0].retain_rule = One::Present(RetainRule {
        interval: Attr::Known(1),
        interval_unit: "WEEKS".into(),
        ..RetainRule::default()
    });
    let paths: Vec<_> = rules::replacements(&planned(), &after)
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(paths.join("\n"), @r#"
    policy_details[0].schedule[0].retain_rule[0].count
    policy_details[0].schedule[0].retain_rule[0].interval
    "#);
}

#[test]
fn an_update_sends_what_changed_and_keeps_what_it_does_not_manage() {
    let prior = planned();
    let before = made(&prior);
    let mut after = planned();
    after.description = "Nightly snapshots".into();
    let change = changes(&prior, &after, &before).expect("a change");
    assert_eq!(change.description.as_deref(), Some("Nightly snapshots"));
    assert!(
        change.details.is_none() && change.state.is_none(),
        "{change:?}"
    );

    details(&mut after).target_tags = StringMap::of([("Backup", "Nightly")]);
    let change = changes(&prior, &after, &before).expect("a change");
    assert_eq!(
        change.details.expect("details").target_tags,
        [Tag::new("Backup", "Nightly")]
    );

    let mut strange = before;
    strange.not_managed = vec!["Schedules[0].FastRestoreRule".to_owned()];
    let refused = changes(&prior, &after, &strange).expect_err("a refusal");
    insta::assert_snapshot!(refused, @"error: The update would remove what this version does not manage (at policy_details): policy-0123456789abcdef0 has Schedules[0].FastRestoreRule, set by other means, and AWS replaces the details of a policy as a whole. Remove it there first, or make this change there.");
}

#[test]
fn members_of_the_api_are_found_in_the_schema() {
    let ty = <DlmPolicy as tfplugin::Model>::ty();
    for member in [
        "Description",
        "ExecutionRoleArn",
        "State",
        "TargetTags",
        "ResourceTypes",
        "ResourceLocations",
        "Schedules",
        "CronExpression",
        "PolicyType",
    ] {
        let path = attribute_of(member).expect(member).to_string();
        let last = path.rsplit('.').next().unwrap_or_default().to_owned();
        assert!(
            format!("{ty:?}").contains(&format!("{last:?}")),
            "{member} is written {last}"
        );
    }
    assert_eq!(attribute_of("NoSuchMember"), None);
}

#[test]
fn a_chosen_time_fills_the_unknown() {
    let mut state = planned();
    let schedules = details(&mut state).schedule.known_mut().expect("schedules");
    schedules[0]
        .create_rule
        .present_mut()
        .expect("a rule")
        .times = Attr::Unknown;
    let mut policy = made(&state);
    if let Some(rule) = &mut policy.details.schedules[0].create_rule {
        rule.cycle = Cycle::Every {
            hours: 24,
            times: vec!["03:17".to_owned()],
        };
    }
    wire::fill(&mut state, &policy, &region());
    let schedules = details(&mut state).schedule.known().expect("schedules");
    let rule = schedules[0].create_rule.present().expect("a rule");
    assert_eq!(rule.times, StringList::of(["03:17"]));
}

#[test]
fn a_role_that_aws_refuses_is_pointed_at() {
    let kind = ErrorKind::Invalid {
        required: Vec::new(),
        exclusive: Vec::new(),
    };
    let said = "Unable to assume role arn:aws:iam::123456789012:role/dlm";
    let error = AwsError::new(kind, "dlm:CreateLifecyclePolicy", said);
    let shown = failed("Cannot create the DLM policy", &error).to_string();
    assert!(shown.contains("(at execution_role_arn)"), "{shown}");
}
