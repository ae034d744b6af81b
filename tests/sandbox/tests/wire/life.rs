//! A policy's life: created, read back with what AWS fills in, listed, tagged, deleted.

use holdfast_sandbox::{ACCOUNT, Sandbox, Timestamps};
use serde_json::{Value, json};

use crate::client::{Caller, daily, with};

fn sandbox() -> Sandbox {
    Sandbox::start().expect("the sandbox starts")
}

#[test]
fn a_policy_reads_back_with_what_the_service_fills_in() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&with(daily(), &[("/Tags", json!({ "team": "storage" }))]));
    let mut policy = caller.get(&id);
    assert_eq!(policy["PolicyId"], json!(id));
    assert_eq!(
        policy["PolicyArn"],
        json!(format!("arn:aws:dlm:us-east-1:{ACCOUNT}:policy/{id}"))
    );
    assert_eq!(policy["DateCreated"], policy["DateModified"]);
    for member in ["PolicyId", "PolicyArn", "DateCreated", "DateModified"] {
        policy[member] = json!("-");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&policy).unwrap(), @r#"
    {
      "PolicyId": "-",
      "Description": "daily",
      "State": "ENABLED",
      "StatusMessage": "ENABLED",
      "ExecutionRoleArn": "arn:aws:iam::123456789012:role/dlm",
      "DateCreated": "-",
      "DateModified": "-",
      "PolicyDetails": {
        "PolicyType": "EBS_SNAPSHOT_MANAGEMENT",
        "ResourceTypes": [
          "VOLUME"
        ],
        "ResourceLocations": [
          "CLOUD"
        ],
        "TargetTags": [
          {
            "Key": "Backup",
            "Value": "Daily"
          }
        ],
        "Schedules": [
          {
            "Name": "daily",
            "CopyTags": false,
            "CreateRule": {
              "Location": "CLOUD",
              "Interval": 24,
              "IntervalUnit": "HOURS",
              "Times": [
                "03:00"
              ]
            },
            "RetainRule": {
              "Count": 7,
              "Interval": 0
            }
          }
        ],
        "PolicyLanguage": "STANDARD"
      },
      "Tags": {
        "team": "storage"
      },
      "PolicyArn": "-",
      "DefaultPolicy": false
    }
    "#);
}

/// github.com/go-to-k/cdk-real-drift, tests/corpus/AWS__DLM__LifecyclePolicy.CustomPolicy.json: what
/// AWS answered in July 2026 for a policy that names neither time nor location.
#[test]
fn details_are_filled_in_as_aws_was_seen_to() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&with(
        daily(),
        &[(
            "/PolicyDetails/Schedules/0/CreateRule",
            json!({ "Interval": 12, "IntervalUnit": "HOURS" }),
        )],
    ));
    let details = caller.get(&id)["PolicyDetails"].clone();
    let time = details["Schedules"][0]["CreateRule"]["Times"][0].clone();
    let members: Vec<_> = details
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        members,
        [
            "PolicyType",
            "ResourceTypes",
            "ResourceLocations",
            "TargetTags",
            "Schedules",
            "PolicyLanguage"
        ]
    );
    assert_eq!(
        details["Schedules"][0],
        json!({
            "Name": "daily",
            "CopyTags": false,
            "CreateRule": { "Location": "CLOUD", "Interval": 12, "IntervalUnit": "HOURS", "Times": [time] },
            "RetainRule": { "Count": 7, "Interval": 0 },
        })
    );
    assert_eq!(time.as_str().unwrap().len(), 5);
    assert_eq!(
        caller.get(&id)["PolicyDetails"],
        details,
        "the chosen time stays"
    );
}

#[test]
fn chosen_times_differ_between_policies() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let request = with(
        daily(),
        &[("/PolicyDetails/Schedules/0/CreateRule/Times", Value::Null)],
    );
    let times: std::collections::BTreeSet<String> = (0..20)
        .map(|_| caller.get(&caller.create(&request)))
        .map(|policy| policy["PolicyDetails"]["Schedules"][0]["CreateRule"]["Times"][0].to_string())
        .collect();
    assert!(times.len() > 10, "{times:?}");
}

#[test]
fn age_rules_and_cron_rules_read_back_as_sent() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&with(
        daily(),
        &[
            (
                "/PolicyDetails/Schedules/0/CreateRule",
                json!({ "CronExpression": "cron(0 3 * * ? *)" }),
            ),
            (
                "/PolicyDetails/Schedules/0/RetainRule",
                json!({ "Interval": 2, "IntervalUnit": "WEEKS" }),
            ),
            ("/PolicyDetails/Schedules/0/CopyTags", json!(true)),
        ],
    ));
    let schedule = caller.get(&id)["PolicyDetails"]["Schedules"][0].clone();
    assert_eq!(
        schedule["CreateRule"],
        json!({ "Location": "CLOUD", "CronExpression": "cron(0 3 * * ? *)" })
    );
    assert_eq!(
        schedule["RetainRule"],
        json!({ "Interval": 2, "IntervalUnit": "WEEKS" })
    );
    assert_eq!(schedule["CopyTags"], json!(true));
}

/// The same corpus, `DefaultPolicyInstance`.
#[test]
fn a_bare_default_policy_is_filled_in() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let request = |kind: &str| {
        with(
            daily(),
            &[
                ("/PolicyDetails", Value::Null),
                ("/DefaultPolicy", json!(kind)),
            ],
        )
    };
    let policy = caller.get(&caller.create(&request("INSTANCE")));
    assert_eq!(policy["DefaultPolicy"], json!(true));
    assert_eq!(
        policy["PolicyDetails"],
        json!({
            "PolicyType": "IMAGE_MANAGEMENT", "PolicyLanguage": "SIMPLIFIED", "ResourceType": "INSTANCE",
            "CreateInterval": 1, "RetainInterval": 7, "CopyTags": false, "ExtendDeletion": false,
        })
    );
    let volumes = caller.get(&caller.create(&request("VOLUME")));
    assert_eq!(
        volumes["PolicyDetails"]["PolicyType"],
        json!("EBS_SNAPSHOT_MANAGEMENT")
    );
}

#[test]
fn timestamps_are_epoch_floats_or_strings() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let planted = sandbox
        .plant_policy(
            &json!({ "DateCreated": 1_656_790_738.203, "DateModified": 1_657_950_895.575 }),
        )
        .unwrap();
    let text = caller
        .dlm("GET", &format!("/policies/{planted}"), &Value::Null)
        .text;
    // Letter for letter the log of hashicorp/terraform-provider-aws#25665.
    assert!(
        text.contains(r#""DateCreated":1.656790738203E9,"DateModified":1.657950895575E9"#),
        "{text}"
    );
    sandbox.set_timestamps(Timestamps::Iso8601);
    assert_eq!(
        caller.get(&planted)["DateCreated"],
        json!("2022-07-02T19:38:58Z")
    );
}

#[test]
fn a_deleted_policy_is_gone() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let path = format!("/policies/{}", caller.create(&daily()));
    assert_eq!(caller.dlm("DELETE", &path, &Value::Null).status, 200);
    for method in ["GET", "DELETE", "PATCH"] {
        let answer = caller.dlm(method, &path, &json!({}));
        assert_eq!(answer.status, 404, "{method}");
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("ResourceNotFoundException")
        );
        assert_eq!(answer.json()["ResourceType"], json!("policy"));
    }
    assert!(sandbox.policies().is_empty());
}

#[test]
fn a_create_sent_twice_makes_two_policies() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    assert_ne!(caller.create(&daily()), caller.create(&daily()));
    assert_eq!(sandbox.policies().len(), 2);
}

#[test]
fn regions_do_not_see_each_other() {
    let sandbox = sandbox();
    let (here, there) = (
        Caller::new(&sandbox),
        Caller::new(&sandbox).in_region("cn-north-1"),
    );
    let id = here.create(&daily());
    let other = there.create(&daily());
    let path = format!("/policies/{id}");
    assert_eq!(there.dlm("GET", &path, &Value::Null).status, 404);
    assert_eq!(there.dlm("DELETE", &path, &Value::Null).status, 404);
    let listed = there.dlm("GET", "/policies", &Value::Null).json();
    assert_eq!(listed["Policies"].as_array().unwrap().len(), 1);
    assert_eq!(
        there.get(&other)["PolicyArn"],
        json!(format!(
            "arn:aws-cn:dlm:cn-north-1:{ACCOUNT}:policy/{other}"
        ))
    );
    let arn = here.get(&id)["PolicyArn"]
        .as_str()
        .unwrap()
        .replace("us-east-1", "cn-north-1");
    assert_eq!(
        here.dlm("GET", &format!("/tags/{arn}"), &Value::Null)
            .status,
        404
    );
}

#[test]
fn the_hundred_and_first_policy_of_a_region_is_too_many() {
    let sandbox = sandbox();
    for _ in 0..100 {
        sandbox.create_policy("us-east-1", daily()).unwrap();
    }
    let answer = Caller::new(&sandbox).dlm("POST", "/policies", &daily());
    assert_eq!(answer.status, 429);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("LimitExceededException")
    );
    assert_eq!(answer.json()["ResourceType"], json!("policy"));
    Caller::new(&sandbox)
        .in_region("eu-west-1")
        .create(&daily());
}

#[test]
fn lists_are_summaries_and_filters_narrow_them() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let volumes = caller.create(&with(daily(), &[("/Tags", json!({ "a": "1" }))]));
    let instances = caller.create(&with(
        daily(),
        &[
            ("/State", json!("DISABLED")),
            ("/PolicyDetails/ResourceTypes", json!(["INSTANCE"])),
            (
                "/PolicyDetails/TargetTags",
                json!([{ "Key": "Backup", "Value": "a b" }]),
            ),
            (
                "/PolicyDetails/Schedules/0/TagsToAdd",
                json!([{ "Key": "By", "Value": "DLM" }]),
            ),
        ],
    ));
    let default = caller.create(&with(
        daily(),
        &[
            ("/PolicyDetails", Value::Null),
            ("/DefaultPolicy", json!("VOLUME")),
        ],
    ));
    let all = caller.dlm("GET", "/policies", &Value::Null).json();
    assert_eq!(
        all["Policies"][0],
        json!({
            "PolicyId": volumes, "Description": "daily", "State": "ENABLED", "Tags": { "a": "1" },
            "PolicyType": "EBS_SNAPSHOT_MANAGEMENT", "DefaultPolicy": false,
        })
    );
    let names = [
        (&volumes, "volumes"),
        (&instances, "instances"),
        (&default, "default"),
    ];
    let listed = |query: &str| -> Vec<&str> {
        let answer = caller
            .dlm("GET", &format!("/policies?{query}"), &Value::Null)
            .json();
        let policies = answer["Policies"].as_array().expect("a list");
        let name = |policy: &Value| {
            names
                .iter()
                .find(|(id, _)| policy["PolicyId"] == **id)
                .unwrap()
                .1
        };
        policies.iter().map(name).collect()
    };
    let none: [&str; 0] = [];
    assert_eq!(listed(""), ["volumes", "instances", "default"]);
    assert_eq!(listed("state=DISABLED"), ["instances"]);
    assert_eq!(listed("resourceTypes=INSTANCE"), ["instances"]);
    assert_eq!(
        listed("targetTags=Backup%3DDaily&targetTags=Backup%3Da%20b"),
        ["volumes", "instances"]
    );
    assert_eq!(listed("targetTags=Backup%3DDaily"), ["volumes"]);
    assert_eq!(listed("targetTags=Backup%3Da%20b"), ["instances"]);
    assert_eq!(listed("tagsToAdd=By%3DDLM"), ["instances"]);
    assert_eq!(listed("targetTags=Backup%3DDaily&state=DISABLED"), none);
    assert_eq!(listed("defaultPolicyType=ALL"), ["default"]);
    assert_eq!(listed("defaultPolicyType=INSTANCE"), none);
    assert_eq!(
        listed(&format!("policyIds={default}&policyIds={volumes}")),
        ["volumes", "default"]
    );

    let errors = [
        "state=ON",
        "resourceTypes=DISK",
        "resourceTypes=VOLUME&resourceTypes=INSTANCE",
        "targetTags=Backup",
        "policyIds=policy-0",
    ]
    .map(|query| {
        caller
            .dlm("GET", &format!("/policies?{query}"), &Value::Null)
            .error()
    });
    insta::assert_snapshot!(errors.join("\n"), @r#"
    400 InvalidRequestException: Value 'ON' at 'state' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED, ERROR]
    400 InvalidRequestException: Value 'DISK' at 'resourceTypes' failed to satisfy constraint: Member must satisfy enum value set: [VOLUME, INSTANCE]
    400 InvalidRequestException: Value at 'resourceTypes' failed to satisfy constraint: Member must have length between 0 and 1, not 2
    400 InvalidRequestException: Tag filter 'Backup' is not key=value
    404 ResourceNotFoundException: The requested policy was not found: policy-0
    "#);
}

#[test]
fn tags_come_and_go() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&with(daily(), &[("/Tags", json!({ "a": "1", "b": "2" }))]));
    let arn = caller.get(&id)["PolicyArn"]
        .as_str()
        .unwrap()
        .replace(':', "%3A")
        .replace('/', "%2F");
    let path = format!("/tags/{arn}");
    let tagged = caller.dlm(
        "POST",
        &path,
        &json!({ "Tags": { "b": "3", "holdfast:creating": "x=1" } }),
    );
    assert_eq!((tagged.status, tagged.text.as_str()), (200, "{}"));
    let untagged = caller.dlm(
        "DELETE",
        &format!("{path}?tagKeys=a&tagKeys=never"),
        &Value::Null,
    );
    assert_eq!(untagged.status, 200);
    let expected = json!({ "b": "3", "holdfast:creating": "x=1" });
    assert_eq!(
        caller.dlm("GET", &path, &Value::Null).json(),
        json!({ "Tags": expected })
    );
    assert_eq!(caller.get(&id)["Tags"], expected, "Get answers tags too");
}
