//! UpdateLifecyclePolicy: a PATCH that clears nothing.

use holdfast_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Answer, Caller, daily, with};

fn sandbox() -> Sandbox {
    Sandbox::start().expect("the sandbox starts")
}

fn update(caller: &Caller<'_>, id: &str, request: &Value) -> Answer {
    caller.dlm("PATCH", &format!("/policies/{id}"), request)
}

#[test]
fn what_is_not_sent_stays() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&with(daily(), &[("/Tags", json!({ "a": "1" }))]));
    let before = caller.get(&id);
    let answer = update(&caller, &id, &json!({ "State": "DISABLED" }));
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    let mut after = caller.get(&id);
    assert_eq!(after["State"], json!("DISABLED"));
    assert_eq!(after["StatusMessage"], json!("DISABLED"));
    for member in ["State", "StatusMessage", "DateModified"] {
        after[member] = before[member].clone();
    }
    assert_eq!(after, before);
}

#[test]
fn members_of_the_details_that_are_not_sent_stay_and_schedules_are_replaced_whole() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&with(
        daily(),
        &[
            ("/PolicyDetails/ResourceTypes", json!(["INSTANCE"])),
            (
                "/PolicyDetails/Parameters",
                json!({ "ExcludeBootVolume": true }),
            ),
            (
                "/PolicyDetails/Schedules/0/TagsToAdd",
                json!([{ "Key": "By", "Value": "DLM" }]),
            ),
        ],
    ));
    let schedules = json!([{
        "Name": "hourly",
        "CreateRule": { "Interval": 1, "IntervalUnit": "HOURS", "Times": ["00:00"] },
        "RetainRule": { "Count": 24 },
    }]);
    let answer = update(
        &caller,
        &id,
        &json!({ "PolicyDetails": { "Schedules": schedules } }),
    );
    assert_eq!(answer.status, 200, "{}", answer.text);
    let details = caller.get(&id)["PolicyDetails"].clone();
    assert_eq!(
        details["TargetTags"],
        json!([{ "Key": "Backup", "Value": "Daily" }])
    );
    assert_eq!(details["Parameters"], json!({ "ExcludeBootVolume": true }));
    assert_eq!(
        details["Schedules"],
        json!([{
            "Name": "hourly",
            "CopyTags": false,
            "CreateRule": { "Location": "CLOUD", "Interval": 1, "IntervalUnit": "HOURS", "Times": ["00:00"] },
            "RetainRule": { "Count": 24, "Interval": 0 },
        }])
    );
}

#[test]
fn what_was_read_can_be_sent_back() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&daily());
    let details = caller.get(&id)["PolicyDetails"].clone();
    let answer = update(&caller, &id, &json!({ "PolicyDetails": details }));
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(caller.get(&id)["PolicyDetails"], details);
}

#[test]
fn an_update_dates_the_policy_and_ends_an_error() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = sandbox.create_policy("us-east-1", daily()).unwrap();
    let broken = json!({
        "State": "ERROR", "StatusMessage": "The role lacks permissions",
        "DateCreated": 1_600_000_000, "DateModified": 1_600_000_000,
    });
    sandbox.patch_policy(&id, &broken).unwrap();
    assert_eq!(caller.get(&id)["State"], json!("ERROR"));
    update(&caller, &id, &json!({ "Description": "still broken" }));
    assert_eq!(
        caller.get(&id)["State"],
        json!("ERROR"),
        "only a sent state changes it"
    );
    update(&caller, &id, &json!({ "State": "ENABLED" }));
    let policy = caller.get(&id);
    assert_eq!(
        (&policy["State"], &policy["StatusMessage"]),
        (&json!("ENABLED"), &json!("ENABLED"))
    );
    assert_eq!(policy["DateCreated"].as_f64(), Some(1_600_000_000.0));
    assert!(policy["DateModified"].as_f64() > Some(1_600_000_000.0));
}

#[test]
fn default_policies_are_updated_at_the_top_level() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&with(
        daily(),
        &[
            ("/PolicyDetails", Value::Null),
            ("/DefaultPolicy", json!("VOLUME")),
            ("/RetainInterval", json!(10)),
            ("/CreateInterval", json!(2)),
        ],
    ));
    assert_eq!(
        update(&caller, &id, &json!({ "CreateInterval": 3 })).status,
        200
    );
    let details = caller.get(&id)["PolicyDetails"].clone();
    // Live: github.com/go-to-k/cdk-real-drift issue 1666.
    assert_eq!(
        (&details["CreateInterval"], &details["RetainInterval"]),
        (&json!(3), &json!(10))
    );
    let errors = [
        json!({ "PolicyDetails": { "RetainInterval": 5 } }),
        json!({ "RetainInterval": 3 }),
        json!({ "CreateInterval": 8 }),
    ]
    .map(|request| update(&caller, &id, &request).error());
    insta::assert_snapshot!(errors.join("\n"), @r#"
    400 InvalidRequestException: The following parameter(s) are not supported for updates of default policies: {PolicyDetails}
    400 InvalidRequestException: RetainInterval (3) must be greater than CreateInterval (3)
    400 InvalidRequestException: Value '8' at 'CreateInterval' failed to satisfy constraint: Member must have value less than or equal to 7
    "#);
}

#[test]
fn what_cannot_change_is_refused_and_nothing_changes() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&daily());
    let before = caller.get(&id);
    let by_age = json!([{
        "CreateRule": { "Interval": 24, "IntervalUnit": "HOURS" },
        "RetainRule": { "Interval": 7, "IntervalUnit": "DAYS" },
    }]);
    let errors = [
        json!({ "PolicyDetails": { "PolicyType": "IMAGE_MANAGEMENT" } }),
        json!({ "PolicyDetails": { "ResourceTypes": ["INSTANCE"] } }),
        json!({ "PolicyDetails": { "Schedules": by_age } }),
        json!({ "PolicyDetails": { "TargetTags": [] } }),
        json!({ "PolicyDetails": { "Schedules": [] } }),
        json!({ "CreateInterval": 1 }),
        json!({ "State": "ERROR" }),
        json!({ "Description": "no!" }),
        json!({ "ExecutionRoleArn": "arn:aws:iam::123456789012:user/me", "State": "DISABLED" }),
    ]
    .map(|request| update(&caller, &id, &request).error());
    assert_eq!(caller.get(&id), before);
    insta::assert_snapshot!(errors.join("\n"), @r#"
    400 InvalidRequestException: PolicyType cannot be updated
    400 InvalidRequestException: ResourceTypes cannot be updated
    400 InvalidRequestException: The retention type of a policy cannot be changed from count-based to age-based
    400 InvalidRequestException: The following required parameter(s) are missing: {TargetTags} RequiredParameters=["TargetTags"]
    400 InvalidRequestException: The following required parameter(s) are missing: {Schedules} RequiredParameters=["Schedules"]
    400 InvalidRequestException: The following parameter(s) are not supported for custom policies: {CreateInterval}
    400 InvalidRequestException: Value 'ERROR' at 'State' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]
    400 InvalidRequestException: Value 'no!' at 'Description' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9A-Za-z _-]+
    400 InvalidRequestException: Value 'arn:aws:iam::123456789012:user/me' at 'ExecutionRoleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws(-[a-z]{1,3}){0,2}:iam::\d+:role/.*
    "#);
}

#[test]
fn age_may_become_count() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let by_age = json!({ "Interval": 7, "IntervalUnit": "DAYS" });
    let id = caller.create(&with(
        daily(),
        &[("/PolicyDetails/Schedules/0/RetainRule", by_age)],
    ));
    let details = json!({ "Schedules": daily()["PolicyDetails"]["Schedules"] });
    assert_eq!(
        update(&caller, &id, &json!({ "PolicyDetails": details })).status,
        200
    );
}

#[test]
fn a_policy_that_the_console_touched_wants_its_parameters() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&daily());
    sandbox
        .patch_policy(&id, &json!({ "Console": true }))
        .unwrap();
    let schedules = daily()["PolicyDetails"]["Schedules"].clone();
    let without = json!({ "PolicyDetails": { "Schedules": schedules } });
    insta::assert_snapshot!(update(&caller, &id, &without).error(), @r#"400 InvalidRequestException: The following required parameter(s) are missing: {Parameters} RequiredParameters=["Parameters"]"#);
    let with = json!({ "PolicyDetails": { "Schedules": schedules, "Parameters": {} } });
    assert_eq!(update(&caller, &id, &with).status, 200);
}
