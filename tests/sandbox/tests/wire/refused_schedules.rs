//! What CreateLifecyclePolicy refuses in a schedule, and how.

use serde_json::{Value, json};

use crate::client::{daily, with};
use crate::refusals::{details, instances, refused, schedule, tags, taken};

#[test]
fn schedules() {
    let extra = |count: usize| -> Value {
        let one = daily()["PolicyDetails"]["Schedules"][0].clone();
        Value::Array(vec![one; count])
    };
    let mixed = json!([
        daily()["PolicyDetails"]["Schedules"][0],
        { "CreateRule": { "CronExpression": "cron(0 3 * * ? *)" }, "RetainRule": { "Interval": 1, "IntervalUnit": "DAYS" } },
    ]);
    insta::assert_snapshot!(refused(&daily(), &[
        ("five", vec![details("/Schedules", extra(5))]),
        ("neither rule", vec![details("/Schedules", json!([{ "Name": "x" }]))]),
        ("name with a slash", vec![schedule("/Name", json!("a/b"))]),
        ("name of 121", vec![schedule("/Name", json!("x".repeat(121)))]),
        ("count and age mixed", vec![details("/Schedules", mixed)]),
        ("46 tags to add", vec![schedule("/TagsToAdd", tags(46))]),
        ("variable tags on volumes", vec![schedule("/VariableTags", json!([{ "Key": "id", "Value": "$(instance-id)" }]))]),
        ("unknown variable", vec![instances(), schedule("/VariableTags", json!([{ "Key": "id", "Value": "$(name)" }]))]),
        ("deprecation of snapshots", vec![schedule("/DeprecateRule", json!({ "Count": 1 }))]),
    ]), @r#"
    five: 400 InvalidRequestException: Value at 'PolicyDetails.Schedules' failed to satisfy constraint: Member must have length between 1 and 4, not 5
    neither rule: 400 InvalidRequestException: The following required parameter(s) are missing: {CreateRule, RetainRule} RequiredParameters=["CreateRule","RetainRule"]
    name with a slash: 400 InvalidRequestException: Value 'a/b' at 'Schedules[0].Name' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9A-Za-z _-]+
    name of 121: 400 InvalidRequestException: Value at 'Schedules[0].Name' failed to satisfy constraint: Member must have length between 0 and 120, not 121
    count and age mixed: 400 InvalidRequestException: All schedules of a policy must use the same retention type: count or age
    46 tags to add: 400 InvalidRequestException: Value at 'Schedules[0].TagsToAdd' failed to satisfy constraint: Member must have length between 0 and 45, not 46
    variable tags on volumes: 400 InvalidRequestException: The following parameter(s) are not supported for policies that target volumes: {VariableTags}
    unknown variable: 400 InvalidRequestException: Value '$(name)' at 'Schedules[0].VariableTags' failed to satisfy constraint: Member must satisfy enum value set: [$(instance-id), $(timestamp)]
    deprecation of snapshots: 400 InvalidRequestException: The following parameter(s) are not supported for snapshot policies: {DeprecateRule}
    "#);
    taken(
        &daily(),
        &[
            ("four", vec![details("/Schedules", extra(4))]),
            ("no name", vec![schedule("/Name", Value::Null)]),
            (
                "variable tags",
                vec![
                    instances(),
                    schedule(
                        "/VariableTags",
                        json!([{ "Key": "at", "Value": "$(timestamp)" }]),
                    ),
                ],
            ),
        ],
    );
}

#[test]
fn create_rules() {
    let rule = |rule: Value| vec![schedule("/CreateRule", rule)];
    let cron = |text: &str| rule(json!({ "CronExpression": text }));
    insta::assert_snapshot!(refused(&daily(), &[
        ("empty", rule(json!({}))),
        ("no unit", rule(json!({ "Interval": 24 }))),
        ("five hours", rule(json!({ "Interval": 5, "IntervalUnit": "HOURS" }))),
        ("days", rule(json!({ "Interval": 1, "IntervalUnit": "DAYS" }))),
        ("two times", rule(json!({ "Interval": 12, "IntervalUnit": "HOURS", "Times": ["01:00", "02:00"] }))),
        ("no such time", rule(json!({ "Interval": 12, "IntervalUnit": "HOURS", "Times": ["24:00"] }))),
        ("time of one digit", rule(json!({ "Interval": 12, "IntervalUnit": "HOURS", "Times": ["3:00"] }))),
        ("interval and cron", rule(json!({ "Interval": 24, "IntervalUnit": "HOURS", "CronExpression": "cron(0 3 * * ? *)" }))),
        ("times and cron", rule(json!({ "Times": ["03:00"], "CronExpression": "cron(0 3 * * ? *)" }))),
        ("cron of five fields", cron("cron(0 3 * * *)")),
        ("cron of five long fields", cron("cron(0 3 ? JAN MON-FRI)")),
        ("cron with both days", cron("cron(0 3 1 * MON *)")),
        ("cron every half hour", cron("cron(0/30 * * * ? *)")),
        ("cron every leap day", cron("cron(0 0 29 2 ? *)")),
        ("location of an Outpost", rule(json!({ "Interval": 24, "IntervalUnit": "HOURS", "Location": "OUTPOST_LOCAL" }))),
    ]), @r#"
    empty: 400 InvalidRequestException: The following required parameter(s) are missing: {Interval, IntervalUnit} RequiredParameters=["Interval","IntervalUnit"]
    no unit: 400 InvalidRequestException: The following required parameter(s) are missing: {IntervalUnit} RequiredParameters=["IntervalUnit"]
    five hours: 400 InvalidRequestException: Value '5' at 'Schedules[0].CreateRule.Interval' failed to satisfy constraint: Member must satisfy enum value set: [1, 2, 3, 4, 6, 8, 12, 24]
    days: 400 InvalidRequestException: Value 'DAYS' at 'Schedules[0].CreateRule.IntervalUnit' failed to satisfy constraint: Member must satisfy enum value set: [HOURS]
    two times: 400 InvalidRequestException: Value at 'Schedules[0].CreateRule.Times' failed to satisfy constraint: Member must have length between 0 and 1, not 2
    no such time: 400 InvalidRequestException: Value '24:00' at 'Schedules[0].CreateRule.Times' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]$
    time of one digit: 400 InvalidRequestException: Value '3:00' at 'Schedules[0].CreateRule.Times' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]$
    interval and cron: 400 InvalidRequestException: The following parameter(s) cannot be specified together: {CronExpression, Interval} MutuallyExclusiveParameters=["CronExpression","Interval"]
    times and cron: 400 InvalidRequestException: The following parameter(s) cannot be specified together: {CronExpression, Times} MutuallyExclusiveParameters=["CronExpression","Times"]
    cron of five fields: 400 InvalidRequestException: Value 'cron(0 3 * * *)' at 'Schedules[0].CreateRule.CronExpression' is not valid: it is not cron(...) with 11 to 100 characters inside
    cron of five long fields: 400 InvalidRequestException: Value 'cron(0 3 ? JAN MON-FRI)' at 'Schedules[0].CreateRule.CronExpression' is not valid: it has 5 fields, not 6
    cron with both days: 400 InvalidRequestException: Value 'cron(0 3 1 * MON *)' at 'Schedules[0].CreateRule.CronExpression' is not valid: one of day-of-month and day-of-week must be ?
    cron every half hour: 400 InvalidRequestException: Value 'cron(0/30 * * * ? *)' at 'Schedules[0].CreateRule.CronExpression' is not valid: the effective period must be between 1 hour and 1 year
    cron every leap day: 400 InvalidRequestException: Value 'cron(0 0 29 2 ? *)' at 'Schedules[0].CreateRule.CronExpression' is not valid: the effective period must be between 1 hour and 1 year
    location of an Outpost: 400 InvalidRequestException: Value 'OUTPOST_LOCAL' at 'Schedules[0].CreateRule.Location' failed to satisfy constraint: Member must satisfy enum value set: [CLOUD]
    "#);
    let hours: Vec<_> = [1, 2, 3, 4, 6, 8, 12, 24]
        .map(|hours| {
            (
                "hours",
                rule(json!({ "Interval": hours, "IntervalUnit": "HOURS" })),
            )
        })
        .into();
    taken(&daily(), &hours);
    taken(
        &daily(),
        &[
            ("hourly", cron("cron(15 * * * ? *)")),
            ("yearly", cron("cron(0 0 1 1 ? *)")),
            ("once", cron("cron(0 0 1 1 ? 2031)")),
            ("last Friday", cron("cron(0 18 ? * 6L *)")),
        ],
    );
}

#[test]
fn retention() {
    let rule = |rule: Value| vec![schedule("/RetainRule", rule)];
    insta::assert_snapshot!(refused(&daily(), &[
        ("empty", rule(json!({}))),
        ("none kept", rule(json!({ "Count": 0 }))),
        ("1001", rule(json!({ "Count": 1001 }))),
        ("count and age", rule(json!({ "Count": 7, "Interval": 7, "IntervalUnit": "DAYS" }))),
        ("age without unit", rule(json!({ "Interval": 7 }))),
        ("unit without age", rule(json!({ "IntervalUnit": "DAYS" }))),
        ("no age", rule(json!({ "Interval": 0, "IntervalUnit": "DAYS" }))),
        ("hours", rule(json!({ "Interval": 7, "IntervalUnit": "HOURS" }))),
        ("101 years", rule(json!({ "Interval": 101, "IntervalUnit": "YEARS" }))),
        ("a text", rule(json!({ "Count": "7" }))),
    ]), @r#"
    empty: 400 InvalidRequestException: The following required parameter(s) are missing: {Count} RequiredParameters=["Count"]
    none kept: 400 InvalidRequestException: Value '0' at 'Schedules[0].RetainRule.Count' failed to satisfy constraint: Member must have value greater than or equal to 1
    1001: 400 InvalidRequestException: Value '1001' at 'Schedules[0].RetainRule.Count' failed to satisfy constraint: Member must have value less than or equal to 1000
    count and age: 400 InvalidRequestException: The following parameter(s) cannot be specified together: {Count, Interval} MutuallyExclusiveParameters=["Count","Interval"]
    age without unit: 400 InvalidRequestException: The following required parameter(s) are missing: {IntervalUnit} RequiredParameters=["IntervalUnit"]
    unit without age: 400 InvalidRequestException: The following required parameter(s) are missing: {Interval} RequiredParameters=["Interval"]
    no age: 400 InvalidRequestException: Value '0' at 'Schedules[0].RetainRule.Interval' failed to satisfy constraint: Member must have value greater than or equal to 1
    hours: 400 InvalidRequestException: Value 'HOURS' at 'Schedules[0].RetainRule.IntervalUnit' failed to satisfy constraint: Member must satisfy enum value set: [DAYS, WEEKS, MONTHS, YEARS]
    101 years: 400 InvalidRequestException: Value '101' at 'Schedules[0].RetainRule.Interval' failed to satisfy constraint: Member must have value less than or equal to 100
    a text: 400 SerializationException: invalid type: string "7", expected i64 at line 1 column 313
    "#);
    taken(
        &daily(),
        &[
            ("1000", rule(json!({ "Count": 1000 }))),
            (
                "100 years",
                rule(json!({ "Interval": 1200, "IntervalUnit": "MONTHS" })),
            ),
        ],
    );
}

/// A policy that archives once a month and keeps nothing in the standard tier: AWS's own example.
fn archiving() -> Value {
    with(
        daily(),
        &[
            schedule(
                "/CreateRule",
                json!({ "CronExpression": "cron(0 0 1 * ? *)" }),
            ),
            schedule("/RetainRule", json!({ "Count": 0 })),
            schedule("/ArchiveRule", tier(json!({ "Count": 3 }))),
        ],
    )
}

fn tier(rule: Value) -> Value {
    json!({ "RetainRule": { "RetentionArchiveTier": rule } })
}

#[test]
fn archives() {
    let by_age = schedule(
        "/RetainRule",
        json!({ "Interval": 0, "IntervalUnit": "DAYS" }),
    );
    let copies = json!([{ "Target": "eu-west-1", "Encrypted": false }]);
    let weekday = schedule(
        "/CreateRule",
        json!({ "CronExpression": "cron(0 0 ? * 2#1 *)" }),
    );
    let twice = json!([
        archiving()["PolicyDetails"]["Schedules"][0],
        archiving()["PolicyDetails"]["Schedules"][0]
    ]);
    insta::assert_snapshot!(refused(&archiving(), &[
        ("of instances", vec![instances()]),
        ("two schedules", vec![details("/Schedules", twice)]),
        ("weekly", vec![schedule("/CreateRule", json!({ "CronExpression": "cron(0 0 ? * MON *)" }))]),
        ("by interval", vec![schedule("/CreateRule", json!({ "Interval": 24, "IntervalUnit": "HOURS" }))]),
        ("two months", vec![schedule("/ArchiveRule", tier(json!({ "Count": 2 })))]),
        ("three first Mondays", vec![weekday.clone(), schedule("/ArchiveRule", tier(json!({ "Count": 3 })))]),
        ("89 days", vec![by_age.clone(), schedule("/ArchiveRule", tier(json!({ "Interval": 89, "IntervalUnit": "DAYS" })))]),
        ("archived by age, kept by count", vec![schedule("/ArchiveRule", tier(json!({ "Interval": 90, "IntervalUnit": "DAYS" })))]),
        ("no tier", vec![schedule("/ArchiveRule", json!({ "RetainRule": {} }))]),
        ("copies of nothing", vec![schedule("/CrossRegionCopyRules", copies.clone())]),
    ]), @r#"
    of instances: 400 InvalidRequestException: The following parameter(s) are not supported for policies that target instances: {ArchiveRule}
    two schedules: 400 InvalidRequestException: A policy with an ArchiveRule can have one schedule only
    weekly: 400 InvalidRequestException: A schedule with an ArchiveRule must have a CronExpression with a period of at least 28 days
    by interval: 400 InvalidRequestException: A schedule with an ArchiveRule must have a CronExpression with a period of at least 28 days
    two months: 400 InvalidRequestException: RetentionArchiveTier must keep snapshots for at least 90 days, not 60
    three first Mondays: 400 InvalidRequestException: RetentionArchiveTier must keep snapshots for at least 90 days, not 84
    89 days: 400 InvalidRequestException: RetentionArchiveTier must keep snapshots for at least 90 days, not 89
    archived by age, kept by count: 400 InvalidRequestException: RetentionArchiveTier must use the same retention type as the schedule's RetainRule
    no tier: 400 InvalidRequestException: The following required parameter(s) are missing: {RetentionArchiveTier} RequiredParameters=["RetentionArchiveTier"]
    copies of nothing: 400 InvalidRequestException: The following parameter(s) are not supported for schedules that archive at once: {CrossRegionCopyRules}
    "#);
    taken(
        &archiving(),
        &[
            ("AWS's example", vec![]),
            (
                "four first Mondays",
                vec![
                    weekday,
                    schedule("/ArchiveRule", tier(json!({ "Count": 4 }))),
                ],
            ),
            (
                "90 days",
                vec![
                    by_age,
                    schedule(
                        "/ArchiveRule",
                        tier(json!({ "Interval": 90, "IntervalUnit": "DAYS" })),
                    ),
                ],
            ),
            (
                "copies of the last",
                vec![
                    schedule("/RetainRule", json!({ "Count": 1 })),
                    schedule("/CrossRegionCopyRules", copies),
                ],
            ),
        ],
    );
}

#[test]
fn copies_shares_and_fast_restore() {
    let copy = |rule: Value| vec![schedule("/CrossRegionCopyRules", json!([rule]))];
    let good = json!({ "Target": "eu-west-1", "Encrypted": true });
    let restore = |rule: Value| vec![schedule("/FastRestoreRule", rule)];
    let by_age = schedule(
        "/RetainRule",
        json!({ "Interval": 7, "IntervalUnit": "DAYS" }),
    );
    let share = |rule: Value| vec![by_age.clone(), schedule("/ShareRules", json!([rule]))];
    insta::assert_snapshot!(refused(&daily(), &[
        ("copy without encryption", copy(json!({ "Target": "eu-west-1" }))),
        ("copy without target", copy(json!({ "Encrypted": true }))),
        ("copy to a target region", copy(json!({ "TargetRegion": "eu-west-1", "Encrypted": true }))),
        ("copy to both", copy(json!({ "TargetRegion": "eu-west-1", "Target": "eu-west-1", "Encrypted": true }))),
        ("copy with an alias", copy(json!({ "Target": "eu-west-1", "Encrypted": true, "CmkArn": "arn:aws:kms:eu-west-1:123456789012:alias/x" }))),
        ("copy kept 101 years", copy(json!({ "Target": "eu-west-1", "Encrypted": true, "RetainRule": { "Interval": 101, "IntervalUnit": "YEARS" } }))),
        ("copy kept without unit", copy(json!({ "Target": "eu-west-1", "Encrypted": true, "RetainRule": { "Interval": 1 } }))),
        ("copy to a place of spaces", copy(json!({ "Target": "eu west 1", "Encrypted": true }))),
        ("copy of an Outpost's snapshots", vec![
            details("/ResourceLocations", json!(["OUTPOST"])),
            schedule("/CreateRule/Location", json!("OUTPOST_LOCAL")),
            schedule("/CrossRegionCopyRules", json!([good])),
        ]),
        ("restore on an Outpost", vec![
            details("/ResourceLocations", json!(["OUTPOST"])),
            schedule("/FastRestoreRule", json!({ "Count": 1, "AvailabilityZones": ["us-east-1a"] })),
        ]),
        ("restore in a region", restore(json!({ "Count": 1, "AvailabilityZones": ["us-east-1"] }))),
        ("four copies", vec![schedule("/CrossRegionCopyRules", json!([good, good, good, good]))]),
        ("restore nowhere", restore(json!({ "Count": 1 }))),
        ("restore in zones and ids", restore(json!({ "Count": 1, "AvailabilityZones": ["us-east-1a"], "AvailabilityZoneIds": ["use1-az1"] }))),
        ("restore in a wrong id", restore(json!({ "Count": 1, "AvailabilityZoneIds": ["us-east-1a"] }))),
        ("restore none", restore(json!({ "Count": 0, "AvailabilityZones": ["us-east-1a"] }))),
        ("share with nobody", share(json!({ "TargetAccounts": [] }))),
        ("share with a name", share(json!({ "TargetAccounts": ["me"] }))),
        ("unshare too late", share(json!({ "TargetAccounts": ["123456789012"], "UnshareInterval": 7, "UnshareIntervalUnit": "DAYS" }))),
        ("unshare without unit", share(json!({ "TargetAccounts": ["123456789012"], "UnshareInterval": 7 }))),
    ]), @r#"
    copy without encryption: 400 InvalidRequestException: The following required parameter(s) are missing: {Encrypted} RequiredParameters=["Encrypted"]
    copy without target: 400 InvalidRequestException: The following required parameter(s) are missing: {Target} RequiredParameters=["Target"]
    copy to a target region: 400 InvalidRequestException: The following parameter(s) are not supported for snapshot policies: {TargetRegion}
    copy to both: 400 InvalidRequestException: The following parameter(s) cannot be specified together: {Target, TargetRegion} MutuallyExclusiveParameters=["Target","TargetRegion"]
    copy with an alias: 400 InvalidRequestException: Value 'arn:aws:kms:eu-west-1:123456789012:alias/x' at 'Schedules[0].CrossRegionCopyRules[0].CmkArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws(-[a-z]{1,3}){0,2}:kms:([a-z]+-){2,3}\d:\d+:key/.*
    copy kept 101 years: 400 InvalidRequestException: Value '101' at 'Schedules[0].CrossRegionCopyRules[0].RetainRule.Interval' failed to satisfy constraint: Member must have value less than or equal to 100
    copy kept without unit: 400 InvalidRequestException: The following required parameter(s) are missing: {IntervalUnit} RequiredParameters=["IntervalUnit"]
    copy to a place of spaces: 400 InvalidRequestException: Value 'eu west 1' at 'Schedules[0].CrossRegionCopyRules[0].Target' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\w:\-\/\*]+$
    copy of an Outpost's snapshots: 400 InvalidRequestException: The following parameter(s) are not supported for snapshots on an Outpost or in a Local Zone: {CrossRegionCopyRules}
    restore on an Outpost: 400 InvalidRequestException: The following parameter(s) are not supported for Outposts: {FastRestoreRule}
    restore in a region: 400 InvalidRequestException: Value 'us-east-1' at 'Schedules[0].FastRestoreRule.AvailabilityZones' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-z]+-){2,3}\d[a-z]
    four copies: 400 InvalidRequestException: Value at 'Schedules[0].CrossRegionCopyRules' failed to satisfy constraint: Member must have length between 0 and 3, not 4
    restore nowhere: 400 InvalidRequestException: The following required parameter(s) are missing: {AvailabilityZones} RequiredParameters=["AvailabilityZones"]
    restore in zones and ids: 400 InvalidRequestException: The following parameter(s) cannot be specified together: {AvailabilityZones, AvailabilityZoneIds} MutuallyExclusiveParameters=["AvailabilityZones","AvailabilityZoneIds"]
    restore in a wrong id: 400 InvalidRequestException: Value 'us-east-1a' at 'Schedules[0].FastRestoreRule.AvailabilityZoneIds' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]{3,4}\d-az\d+
    restore none: 400 InvalidRequestException: Value '0' at 'Schedules[0].FastRestoreRule.Count' failed to satisfy constraint: Member must have value greater than or equal to 1
    share with nobody: 400 InvalidRequestException: The following required parameter(s) are missing: {TargetAccounts} RequiredParameters=["TargetAccounts"]
    share with a name: 400 InvalidRequestException: Value 'me' at 'Schedules[0].ShareRules[0].TargetAccounts' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9]{12}$
    unshare too late: 400 InvalidRequestException: 'Schedules[0].ShareRules[0].UnshareInterval' must be shorter than the schedule's retention period
    unshare without unit: 400 InvalidRequestException: The following required parameter(s) are missing: {UnshareIntervalUnit} RequiredParameters=["UnshareIntervalUnit"]
    "#);
    taken(
        &daily(),
        &[
            (
                "three copies",
                vec![schedule("/CrossRegionCopyRules", json!([good, good, good]))],
            ),
            (
                "copy with a key",
                copy(
                    json!({ "Target": "eu-west-1", "Encrypted": true, "CmkArn": "arn:aws:kms:eu-west-1:123456789012:key/x" }),
                ),
            ),
            (
                "restore",
                restore(json!({ "Count": 1, "AvailabilityZoneIds": ["use1-az1", "apne1-az2"] })),
            ),
            (
                "share",
                share(
                    json!({ "TargetAccounts": ["123456789012"], "UnshareInterval": 6, "UnshareIntervalUnit": "DAYS" }),
                ),
            ),
        ],
    );
}

#[test]
fn amis() {
    let base = with(
        daily(),
        &[
            instances(),
            details("/PolicyType", json!("IMAGE_MANAGEMENT")),
        ],
    );
    let deprecate = |keep: Value, rule: Value| {
        vec![
            schedule("/RetainRule", keep),
            schedule("/DeprecateRule", rule),
        ]
    };
    let copy = |rule: Value| vec![schedule("/CrossRegionCopyRules", json!([rule]))];
    insta::assert_snapshot!(refused(&base, &[
        ("rules of snapshots", vec![
            schedule("/FastRestoreRule", json!({})), schedule("/ShareRules", json!([{}])), schedule("/ArchiveRule", json!({})),
        ]),
        ("deprecated after more than kept", deprecate(json!({ "Count": 3 }), json!({ "Count": 4 }))),
        ("deprecated later than kept", deprecate(json!({ "Interval": 1, "IntervalUnit": "MONTHS" }), json!({ "Interval": 31, "IntervalUnit": "DAYS" }))),
        ("deprecated in another way", deprecate(json!({ "Count": 3 }), json!({ "Interval": 1, "IntervalUnit": "DAYS" }))),
        ("deprecated after 11 years", deprecate(json!({ "Interval": 12, "IntervalUnit": "YEARS" }), json!({ "Interval": 11, "IntervalUnit": "YEARS" }))),
        ("copy to a target", copy(json!({ "Target": "eu-west-1", "Encrypted": true }))),
        ("copy to no region", copy(json!({ "TargetRegion": "Ireland", "Encrypted": true }))),
        ("copy deprecated later than kept", copy(json!({
            "TargetRegion": "eu-west-1", "Encrypted": true,
            "RetainRule": { "Interval": 1, "IntervalUnit": "DAYS" }, "DeprecateRule": { "Interval": 2, "IntervalUnit": "DAYS" },
        }))),
        ("scripts", vec![schedule("/CreateRule/Scripts", json!([{ "ExecutionHandler": "AWS_VSS_BACKUP" }]))]),
    ]), @r#"
    rules of snapshots: 400 InvalidRequestException: The following parameter(s) are not supported for AMI policies: {FastRestoreRule, ShareRules, ArchiveRule}
    deprecated after more than kept: 400 InvalidRequestException: 'Schedules[0].DeprecateRule' must not exceed the schedule's RetainRule
    deprecated later than kept: 400 InvalidRequestException: 'Schedules[0].DeprecateRule' must not exceed the schedule's RetainRule
    deprecated in another way: 400 InvalidRequestException: 'Schedules[0].DeprecateRule' must use the same retention type as the schedule's RetainRule
    deprecated after 11 years: 400 InvalidRequestException: Value '11' at 'Schedules[0].DeprecateRule.Interval' failed to satisfy constraint: Member must have value less than or equal to 10
    copy to a target: 400 InvalidRequestException: The following parameter(s) are not supported for AMI policies: {Target}
    copy to no region: 400 InvalidRequestException: Value 'Ireland' at 'Schedules[0].CrossRegionCopyRules[0].TargetRegion' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-z]+-){2,3}\d
    copy deprecated later than kept: 400 InvalidRequestException: 'Schedules[0].CrossRegionCopyRules[0].DeprecateRule' must not exceed its RetainRule
    scripts: 400 InvalidRequestException: The following parameter(s) are not supported for policies that do not snapshot instances: {Scripts}
    "#);
    taken(
        &base,
        &[
            (
                "deprecated by count",
                deprecate(json!({ "Count": 3 }), json!({ "Count": 3 })),
            ),
            (
                "copy",
                copy(json!({ "TargetRegion": "eu-west-1", "Encrypted": true })),
            ),
        ],
    );
}

#[test]
fn scripts() {
    let script = |script: Value| {
        vec![
            instances(),
            schedule("/CreateRule/Scripts", json!([script])),
        ]
    };
    insta::assert_snapshot!(refused(&daily(), &[
        ("on volumes", vec![schedule("/CreateRule/Scripts", json!([{ "ExecutionHandler": "doc" }]))]),
        ("no handler", script(json!({}))),
        ("handler with a space", script(json!({ "ExecutionHandler": "my doc" }))),
        ("VSS with stages", script(json!({ "ExecutionHandler": "AWS_VSS_BACKUP", "Stages": ["PRE"] }))),
        ("three stages", script(json!({ "ExecutionHandler": "doc", "Stages": ["PRE", "POST", "PRE"] }))),
        ("unknown stage", script(json!({ "ExecutionHandler": "doc", "Stages": ["MID"] }))),
        ("9 seconds", script(json!({ "ExecutionHandler": "doc", "ExecutionTimeout": 9 }))),
        ("four retries", script(json!({ "ExecutionHandler": "doc", "MaximumRetryCount": 4 }))),
        ("unknown service", script(json!({ "ExecutionHandler": "doc", "ExecutionHandlerService": "LAMBDA" }))),
        ("two scripts", vec![instances(), schedule("/CreateRule/Scripts", json!([{ "ExecutionHandler": "doc" }, { "ExecutionHandler": "doc" }]))]),
    ]), @r#"
    on volumes: 400 InvalidRequestException: The following parameter(s) are not supported for policies that do not snapshot instances: {Scripts}
    no handler: 400 InvalidRequestException: The following required parameter(s) are missing: {ExecutionHandler} RequiredParameters=["ExecutionHandler"]
    handler with a space: 400 InvalidRequestException: Value 'my doc' at 'Schedules[0].CreateRule.Scripts[0].ExecutionHandler' failed to satisfy constraint: Member must satisfy regular expression pattern: ^([a-zA-Z0-9_\-.]{3,128}|[a-zA-Z0-9_\-.:/]{3,200}|[A-Z0-9_]+)$
    VSS with stages: 400 InvalidRequestException: The following parameter(s) are not supported for AWS_VSS_BACKUP: {Stages}
    three stages: 400 InvalidRequestException: Value at 'Schedules[0].CreateRule.Scripts[0].Stages' failed to satisfy constraint: Member must have length between 1 and 2, not 3
    unknown stage: 400 InvalidRequestException: Value 'MID' at 'Schedules[0].CreateRule.Scripts[0].Stages' failed to satisfy constraint: Member must satisfy enum value set: [PRE, POST]
    9 seconds: 400 InvalidRequestException: Value '9' at 'Schedules[0].CreateRule.Scripts[0].ExecutionTimeout' failed to satisfy constraint: Member must have value greater than or equal to 10
    four retries: 400 InvalidRequestException: Value '4' at 'Schedules[0].CreateRule.Scripts[0].MaximumRetryCount' failed to satisfy constraint: Member must have value less than or equal to 3
    unknown service: 400 InvalidRequestException: Value 'LAMBDA' at 'Schedules[0].CreateRule.Scripts[0].ExecutionHandlerService' failed to satisfy constraint: Member must satisfy enum value set: [AWS_SYSTEMS_MANAGER]
    two scripts: 400 InvalidRequestException: Value at 'Schedules[0].CreateRule.Scripts' failed to satisfy constraint: Member must have length between 0 and 1, not 2
    "#);
    taken(
        &daily(),
        &[
            (
                "VSS",
                script(json!({ "ExecutionHandler": "AWS_VSS_BACKUP", "MaximumRetryCount": 3 })),
            ),
            (
                "a document",
                script(
                    json!({ "ExecutionHandler": "doc", "Stages": ["PRE"], "ExecutionTimeout": 10 }),
                ),
            ),
        ],
    );
}
