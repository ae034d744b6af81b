//! What CreateLifecyclePolicy and the tag operations refuse, and how; schedules have a file of their
//! own. Each case is a good policy with one thing wrong, so that nothing else can be the reason.

use holdfast_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Caller, daily, with};

const DETAILS: &str = "/PolicyDetails";
const SCHEDULE: &str = "/PolicyDetails/Schedules/0";

/// Where a request changes, as a JSON pointer, and to what; null takes away.
pub(crate) type Change = (String, Value);

/// Sends `base` with each case's changes; answers one line per case. All must be refused.
pub(crate) fn refused(base: &Value, cases: &[(&str, Vec<Change>)]) -> String {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let caller = Caller::new(&sandbox);
    let lines: Vec<String> = cases
        .iter()
        .map(|(name, changes)| {
            let answer = caller.dlm("POST", "/policies", &with(base.clone(), changes));
            assert!(answer.status >= 400, "{name} is taken: {}", answer.text);
            format!("{name}: {}", answer.error())
        })
        .collect();
    assert!(
        sandbox.policies().is_empty(),
        "a refused policy is not stored"
    );
    lines.join("\n")
}

/// Sends `base` with each case's changes; all must be taken.
pub(crate) fn taken(base: &Value, cases: &[(&str, Vec<Change>)]) {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let caller = Caller::new(&sandbox);
    for (name, changes) in cases {
        let answer = caller.dlm("POST", "/policies", &with(base.clone(), changes));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    }
}

/// A change of the request.
fn top(at: &str, value: Value) -> Change {
    (at.to_owned(), value)
}

/// A change inside the details.
pub(crate) fn details(at: &str, value: Value) -> Change {
    top(&format!("{DETAILS}{at}"), value)
}

/// A change inside the one schedule.
pub(crate) fn schedule(at: &str, value: Value) -> Change {
    top(&format!("{SCHEDULE}{at}"), value)
}

pub(crate) fn tags(count: usize) -> Value {
    (0..count)
        .map(|n| json!({ "Key": format!("k{n}"), "Value": "v" }))
        .collect()
}

pub(crate) fn instances() -> Change {
    details("/ResourceTypes", json!(["INSTANCE"]))
}

#[test]
fn the_envelope() {
    let tag_map = |count: usize| -> Value {
        Value::Object((0..count).map(|n| (format!("k{n}"), json!("v"))).collect())
    };
    insta::assert_snapshot!(refused(&daily(), &[
        ("nothing", vec![
            top("/ExecutionRoleArn", Value::Null), top("/Description", Value::Null),
            top("/State", Value::Null), top("/PolicyDetails", Value::Null),
        ]),
        ("no role", vec![top("/ExecutionRoleArn", Value::Null)]),
        ("role of another kind", vec![top("/ExecutionRoleArn", json!("arn:aws:iam::123456789012:user/me"))]),
        ("role without account", vec![top("/ExecutionRoleArn", json!("arn:aws:iam:::role/me"))]),
        ("empty description", vec![top("/Description", json!(""))]),
        ("description with a dot", vec![top("/Description", json!("daily."))]),
        ("description of 501", vec![top("/Description", json!("x".repeat(501)))]),
        ("state ERROR", vec![top("/State", json!("ERROR"))]),
        ("no tags at all", vec![top("/Tags", json!({}))]),
        ("46 tags", vec![top("/Tags", tag_map(46))]),
        ("tag of AWS", vec![top("/Tags", json!({ "aws:x": "1" }))]),
        ("tag with a space", vec![top("/Tags", json!({ "a b": "1" }))]),
        ("tag key of 129", vec![top("/Tags", json!({ "k".repeat(129): "1" }))]),
        ("tag value of 257", vec![top("/Tags", json!({ "k": "v".repeat(257) }))]),
        ("interval at the top", vec![top("/CreateInterval", json!(1))]),
        ("wrong type", vec![top("/Description", json!(7))]),
    ]), @r#"
    nothing: 400 InvalidRequestException: The following required parameter(s) are missing: {ExecutionRoleArn, Description, State, PolicyDetails} RequiredParameters=["ExecutionRoleArn","Description","State","PolicyDetails"]
    no role: 400 InvalidRequestException: The following required parameter(s) are missing: {ExecutionRoleArn} RequiredParameters=["ExecutionRoleArn"]
    role of another kind: 400 InvalidRequestException: Value 'arn:aws:iam::123456789012:user/me' at 'ExecutionRoleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws(-[a-z]{1,3}){0,2}:iam::\d+:role/.*
    role without account: 400 InvalidRequestException: Value 'arn:aws:iam:::role/me' at 'ExecutionRoleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws(-[a-z]{1,3}){0,2}:iam::\d+:role/.*
    empty description: 400 InvalidRequestException: Value at 'Description' failed to satisfy constraint: Member must have length between 1 and 500, not 0
    description with a dot: 400 InvalidRequestException: Value 'daily.' at 'Description' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9A-Za-z _-]+
    description of 501: 400 InvalidRequestException: Value at 'Description' failed to satisfy constraint: Member must have length between 1 and 500, not 501
    state ERROR: 400 InvalidRequestException: Value 'ERROR' at 'State' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]
    no tags at all: 400 InvalidRequestException: Value at 'Tags' failed to satisfy constraint: Member must have length between 1 and 45, not 0
    46 tags: 400 InvalidRequestException: Value at 'Tags' failed to satisfy constraint: Member must have length between 1 and 45, not 46
    tag of AWS: 400 InvalidRequestException: Value 'aws:x' at 'Tags.Key' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?!aws:)[a-zA-Z+-=._:/]+$
    tag with a space: 400 InvalidRequestException: Value 'a b' at 'Tags.Key' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?!aws:)[a-zA-Z+-=._:/]+$
    tag key of 129: 400 InvalidRequestException: Value at 'Tags.Key' failed to satisfy constraint: Member must have length between 1 and 128, not 129
    tag value of 257: 400 InvalidRequestException: Value at 'Tags.Value' failed to satisfy constraint: Member must have length between 0 and 256, not 257
    interval at the top: 400 InvalidRequestException: The following parameter(s) are not supported for custom policies: {CreateInterval}
    wrong type: 400 SerializationException: invalid type: integer `7`, expected a string at line 1 column 72
    "#);
    taken(
        &daily(),
        &[
            ("45 tags", vec![top("/Tags", tag_map(45))]),
            (
                "tags of the narrow alphabet",
                vec![top(
                    "/Tags",
                    json!({ "holdfast:creating": "é", "a+b-c=d.e_f/9": "" }),
                )],
            ),
            (
                "description of 500",
                vec![top("/Description", json!("x".repeat(500)))],
            ),
            (
                "role elsewhere",
                vec![top(
                    "/ExecutionRoleArn",
                    json!("arn:aws-us-gov:iam::123456789012:role/path/dlm"),
                )],
            ),
            ("unknown members", vec![top("/Unknown", json!(1))]),
        ],
    );
}

#[test]
fn the_details() {
    insta::assert_snapshot!(refused(&daily(), &[
        ("empty", vec![top("/PolicyDetails", json!({}))]),
        ("no target tags", vec![details("/TargetTags", json!([]))]),
        ("no schedules", vec![details("/Schedules", Value::Null)]),
        ("unknown policy type", vec![details("/PolicyType", json!("SNAPSHOT"))]),
        ("two resource types", vec![details("/ResourceTypes", json!(["VOLUME", "INSTANCE"]))]),
        ("unknown resource type", vec![details("/ResourceTypes", json!(["DISK"]))]),
        ("AMIs of volumes", vec![details("/PolicyType", json!("IMAGE_MANAGEMENT"))]),
        ("two locations", vec![details("/ResourceLocations", json!(["CLOUD", "OUTPOST"]))]),
        ("unknown location", vec![details("/ResourceLocations", json!(["MOON"]))]),
        ("51 target tags", vec![details("/TargetTags", tags(51))]),
        ("target tag with =", vec![details("/TargetTags", json!([{ "Key": "a=b", "Value": "" }]))]),
        ("target tag without value", vec![details("/TargetTags", json!([{ "Key": "a" }]))]),
        ("language of default policies", vec![
            details("/PolicyLanguage", json!("FANCY")),
        ]),
        ("members of default policies", vec![
            details("/CreateInterval", json!(1)), details("/Exclusions", json!({})),
        ]),
        ("members of event policies", vec![details("/EventSource", json!({}))]),
        ("boot volume of a volume", vec![details("/Parameters", json!({ "ExcludeBootVolume": true }))]),
        ("reboot for snapshots", vec![instances(), details("/Parameters", json!({ "NoReboot": true }))]),
        ("51 excluded tags", vec![instances(), details("/Parameters", json!({ "ExcludeDataVolumeTags": tags(51) }))]),
    ]), @r#"
    empty: 400 InvalidRequestException: The following required parameter(s) are missing: {ResourceTypes, TargetTags, Schedules} RequiredParameters=["ResourceTypes","TargetTags","Schedules"]
    no target tags: 400 InvalidRequestException: The following required parameter(s) are missing: {TargetTags} RequiredParameters=["TargetTags"]
    no schedules: 400 InvalidRequestException: The following required parameter(s) are missing: {Schedules} RequiredParameters=["Schedules"]
    unknown policy type: 400 InvalidRequestException: Value 'SNAPSHOT' at 'PolicyDetails.PolicyType' failed to satisfy constraint: Member must satisfy enum value set: [EBS_SNAPSHOT_MANAGEMENT, IMAGE_MANAGEMENT, EVENT_BASED_POLICY]
    two resource types: 400 InvalidRequestException: Value at 'PolicyDetails.ResourceTypes' failed to satisfy constraint: Member must have length between 1 and 1, not 2
    unknown resource type: 400 InvalidRequestException: Value 'DISK' at 'PolicyDetails.ResourceTypes' failed to satisfy constraint: Member must satisfy enum value set: [VOLUME, INSTANCE]
    AMIs of volumes: 400 InvalidRequestException: Value 'VOLUME' at 'PolicyDetails.ResourceTypes' failed to satisfy constraint: Member must satisfy enum value set: [INSTANCE]
    two locations: 400 InvalidRequestException: Value at 'PolicyDetails.ResourceLocations' failed to satisfy constraint: Member must have length between 1 and 1, not 2
    unknown location: 400 InvalidRequestException: Value 'MOON' at 'PolicyDetails.ResourceLocations' failed to satisfy constraint: Member must satisfy enum value set: [CLOUD, OUTPOST, LOCAL_ZONE]
    51 target tags: 400 InvalidRequestException: Value at 'PolicyDetails.TargetTags' failed to satisfy constraint: Member must have length between 1 and 50, not 51
    target tag with =: 400 InvalidRequestException: Value 'a=b' at 'PolicyDetails.TargetTags[0].Key' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\=]+
    target tag without value: 400 InvalidRequestException: The following required parameter(s) are missing: {Value} RequiredParameters=["Value"]
    language of default policies: 400 InvalidRequestException: Value 'FANCY' at 'PolicyDetails.PolicyLanguage' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD]
    members of default policies: 400 InvalidRequestException: The following parameter(s) are not supported for custom policies: {CreateInterval, Exclusions}
    members of event policies: 400 InvalidRequestException: The following parameter(s) are not supported for EBS_SNAPSHOT_MANAGEMENT policies: {EventSource}
    boot volume of a volume: 400 InvalidRequestException: The following parameter(s) are not supported for policies that do not snapshot instances: {ExcludeBootVolume}
    reboot for snapshots: 400 InvalidRequestException: The following parameter(s) are not supported for policies that make no AMIs: {NoReboot}
    51 excluded tags: 400 InvalidRequestException: Value at 'PolicyDetails.Parameters.ExcludeDataVolumeTags' failed to satisfy constraint: Member must have length between 0 and 50, not 51
    "#);
    taken(
        &daily(),
        &[
            (
                "two values of one target key",
                vec![details(
                    "/TargetTags",
                    json!([{ "Key": "a", "Value": "1" }, { "Key": "a", "Value": "2" }]),
                )],
            ),
            (
                "local zone",
                vec![
                    details("/ResourceLocations", json!(["LOCAL_ZONE"])),
                    schedule("/CreateRule/Location", json!("LOCAL_ZONE")),
                ],
            ),
            (
                "instances",
                vec![
                    instances(),
                    details(
                        "/Parameters",
                        json!({
                            "ExcludeBootVolume": true, "ExcludeDataVolumeTags": tags(50),
                        }),
                    ),
                ],
            ),
            (
                "AMIs",
                vec![
                    instances(),
                    details("/PolicyType", json!("IMAGE_MANAGEMENT")),
                    details("/Parameters", json!({ "NoReboot": true })),
                ],
            ),
        ],
    );
}

#[test]
fn event_policies() {
    let base = with(
        daily(),
        &[top(
            DETAILS,
            json!({
                "PolicyType": "EVENT_BASED_POLICY",
                "EventSource": {
                    "Type": "MANAGED_CWE",
                    "Parameters": { "EventType": "shareSnapshot", "SnapshotOwner": ["123456789012"], "DescriptionRegex": ".*" },
                },
                "Actions": [{ "Name": "copy", "CrossRegionCopy": [{ "Target": "eu-west-1", "EncryptionConfiguration": { "Encrypted": false } }] }],
            }),
        )],
    );
    let source = "/EventSource/Parameters";
    insta::assert_snapshot!(refused(&base, &[
        ("empty", vec![top(DETAILS, json!({ "PolicyType": "EVENT_BASED_POLICY" }))]),
        ("target tags", vec![details("/TargetTags", tags(1))]),
        ("unknown source", vec![details("/EventSource/Type", json!("CWE"))]),
        ("no parameters", vec![details(source, json!({}))]),
        ("unknown event", vec![details("/EventSource/Parameters/EventType", json!("copySnapshot"))]),
        ("owner that is no account", vec![details("/EventSource/Parameters/SnapshotOwner", json!(["self"]))]),
        ("two actions", vec![details("/Actions", json!([{ "Name": "a", "CrossRegionCopy": [{}] }, {}]))]),
        ("action without copies", vec![details("/Actions/0/CrossRegionCopy", Value::Null)]),
        ("copy without encryption", vec![details("/Actions/0/CrossRegionCopy", json!([{ "Target": "eu-west-1" }]))]),
    ]), @r#"
    empty: 400 InvalidRequestException: The following required parameter(s) are missing: {EventSource, Actions} RequiredParameters=["EventSource","Actions"]
    target tags: 400 InvalidRequestException: The following parameter(s) are not supported for EVENT_BASED_POLICY policies: {TargetTags}
    unknown source: 400 InvalidRequestException: Value 'CWE' at 'PolicyDetails.EventSource.Type' failed to satisfy constraint: Member must satisfy enum value set: [MANAGED_CWE]
    no parameters: 400 InvalidRequestException: The following required parameter(s) are missing: {EventType, SnapshotOwner, DescriptionRegex} RequiredParameters=["EventType","SnapshotOwner","DescriptionRegex"]
    unknown event: 400 InvalidRequestException: Value 'copySnapshot' at 'PolicyDetails.EventSource.Parameters.EventType' failed to satisfy constraint: Member must satisfy enum value set: [shareSnapshot]
    owner that is no account: 400 InvalidRequestException: Value 'self' at 'PolicyDetails.EventSource.Parameters.SnapshotOwner' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9]{12}$
    two actions: 400 InvalidRequestException: Value at 'PolicyDetails.Actions' failed to satisfy constraint: Member must have length between 1 and 1, not 2
    action without copies: 400 InvalidRequestException: The following required parameter(s) are missing: {CrossRegionCopy} RequiredParameters=["CrossRegionCopy"]
    copy without encryption: 400 InvalidRequestException: The following required parameter(s) are missing: {EncryptionConfiguration} RequiredParameters=["EncryptionConfiguration"]
    "#);
    taken(
        &base,
        &[
            ("as it is", vec![]),
            (
                "from anybody",
                vec![details("/EventSource/Parameters/SnapshotOwner", json!([]))],
            ),
        ],
    );
}

#[test]
fn default_policies() {
    let base = with(
        daily(),
        &[
            top(DETAILS, Value::Null),
            top("/DefaultPolicy", json!("VOLUME")),
        ],
    );
    insta::assert_snapshot!(refused(&base, &[
        ("unknown type", vec![top("/DefaultPolicy", json!("DISK"))]),
        ("created every 8 days", vec![top("/CreateInterval", json!(8))]),
        ("kept 1 day", vec![top("/RetainInterval", json!(1))]),
        ("kept 15 days", vec![top("/RetainInterval", json!(15))]),
        ("kept no longer than the interval", vec![top("/CreateInterval", json!(7)), top("/RetainInterval", json!(7))]),
        ("four copies", vec![top("/CrossRegionCopyTargets", json!(vec![json!({ "TargetRegion": "eu-west-1" }); 4]))]),
        ("copy to no region", vec![top("/CrossRegionCopyTargets", json!([{ "TargetRegion": "Ireland" }]))]),
        ("seven volume types", vec![top("/Exclusions", json!({ "ExcludeVolumeTypes": ["a", "b", "c", "d", "e", "f", "g"] }))]),
        ("volumes of instances", vec![top("/DefaultPolicy", json!("INSTANCE")), top("/Exclusions", json!({ "ExcludeBootVolumes": true }))]),
        ("both places", vec![top("/CopyTags", json!(true)), top(DETAILS, json!({ "CreateInterval": 1 }))]),
        ("schedules", vec![top(DETAILS, json!({ "Schedules": [] }))]),
    ]), @r#"
    unknown type: 400 InvalidRequestException: Value 'DISK' at 'PolicyDetails.ResourceType' failed to satisfy constraint: Member must satisfy enum value set: [VOLUME, INSTANCE]
    created every 8 days: 400 InvalidRequestException: Value '8' at 'CreateInterval' failed to satisfy constraint: Member must have value less than or equal to 7
    kept 1 day: 400 InvalidRequestException: Value '1' at 'RetainInterval' failed to satisfy constraint: Member must have value greater than or equal to 2
    kept 15 days: 400 InvalidRequestException: Value '15' at 'RetainInterval' failed to satisfy constraint: Member must have value less than or equal to 14
    kept no longer than the interval: 400 InvalidRequestException: RetainInterval (7) must be greater than CreateInterval (7)
    four copies: 400 InvalidRequestException: Value at 'CrossRegionCopyTargets' failed to satisfy constraint: Member must have length between 0 and 3, not 4
    copy to no region: 400 InvalidRequestException: Value 'Ireland' at 'CrossRegionCopyTargets.TargetRegion' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-z]+-){2,3}\d
    seven volume types: 400 InvalidRequestException: Value at 'Exclusions.ExcludeVolumeTypes' failed to satisfy constraint: Member must have length between 0 and 6, not 7
    volumes of instances: 400 InvalidRequestException: The following parameter(s) are not supported for default policies for instances: {ExcludeBootVolumes}
    both places: 400 InvalidRequestException: The following parameter(s) cannot be specified together: {PolicyDetails, CopyTags} MutuallyExclusiveParameters=["PolicyDetails","CopyTags"]
    schedules: 400 InvalidRequestException: The following parameter(s) are not supported for default policies: {Schedules}
    "#);
    taken(
        &base,
        &[
            (
                "in the body",
                vec![
                    top("/CreateInterval", json!(2)),
                    top("/Exclusions", json!({ "ExcludeBootVolumes": true })),
                ],
            ),
            (
                "in the details",
                vec![
                    top("/DefaultPolicy", Value::Null),
                    top(
                        DETAILS,
                        json!({ "PolicyLanguage": "SIMPLIFIED", "ResourceType": "INSTANCE", "RetainInterval": 9 }),
                    ),
                ],
            ),
        ],
    );
}

#[test]
fn one_default_policy_per_type() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let caller = Caller::new(&sandbox);
    let base = with(
        daily(),
        &[
            top(DETAILS, Value::Null),
            top("/DefaultPolicy", json!("VOLUME")),
        ],
    );
    caller.create(&base);
    insta::assert_snapshot!(caller.dlm("POST", "/policies", &base).error(), @r#"429 LimitExceededException: A default policy for VOLUME exists in this Region"#);
}

#[test]
fn tag_operations() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let caller = Caller::new(&sandbox);
    let id = caller.create(&daily());
    let arn = caller.get(&id)["PolicyArn"]
        .as_str()
        .expect("an ARN")
        .to_owned();
    let path = format!("/tags/{arn}");
    let calls = [
        caller.dlm("POST", &path, &json!({})),
        caller.dlm("POST", &path, &json!({ "Tags": {} })),
        caller.dlm("POST", &path, &json!({ "Tags": { "aws:x": "1" } })),
        caller.dlm("DELETE", &path, &Value::Null),
        caller.dlm("GET", "/tags/policy-0", &Value::Null),
        caller.dlm("GET", &format!("{path}0"), &Value::Null),
    ];
    let lines = calls
        .map(|answer| answer.error().replace(&arn, "ARN"))
        .join("\n");
    insta::assert_snapshot!(lines, @r#"
    400 InvalidRequestException: The following required parameter(s) are missing: {Tags} RequiredParameters=["Tags"]
    400 InvalidRequestException: Value at 'Tags' failed to satisfy constraint: Member must have length between 1 and 45, not 0
    400 InvalidRequestException: Value 'aws:x' at 'Tags.Key' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?!aws:)[a-zA-Z+-=._:/]+$
    400 InvalidRequestException: The following required parameter(s) are missing: {tagKeys} RequiredParameters=["tagKeys"]
    400 InvalidRequestException: 'policy-0' is not the ARN of a lifecycle policy
    404 ResourceNotFoundException: The requested policy was not found: ARN0
    "#);
}
