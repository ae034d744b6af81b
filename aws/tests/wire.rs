//! What the DLM adapter puts on the wire and makes of what comes back, answer by answer.

mod support;

use holdfast_aws::dlm::{
    AgeUnit, CreateRule, Cycle, Dlm, Found, Gone, NewPolicy, Policy, PolicyChange, PolicyDetails,
    PolicyFilter, PolicyId, ResourceType, RetainRule, Schedule, State, Tag, Tags,
};
use holdfast_aws::{AwsError, ErrorKind, Services};
use std::sync::Arc;
use support::{Answer, Canned};

const ID: &str = "policy-0123456789abcdef0";
/// As the service answers: dates as numbers, the unset half of a rule as 0.
const POLICY: &str = r#"{"Policy":{"PolicyId":"policy-0123456789abcdef0",
  "PolicyArn":"arn:aws:dlm:eu-central-1:123456789012:policy/policy-0123456789abcdef0",
  "Description":"nightly","State":"ENABLED","StatusMessage":"ENABLED",
  "ExecutionRoleArn":"arn:aws:iam::123456789012:role/dlm",
  "DateCreated":1.656790738203E9,"DateModified":1.656790738203E9,
  "Tags":{"team":"core"},"DefaultPolicy":false,
  "PolicyDetails":{"PolicyType":"EBS_SNAPSHOT_MANAGEMENT","ResourceTypes":["VOLUME"],
    "ResourceLocations":["CLOUD"],"PolicyLanguage":"STANDARD",
    "TargetTags":[{"Key":"Backup","Value":"Daily"},{"Key":"Backup","Value":"Weekly"}],
    "Schedules":[
      {"Name":"daily","CopyTags":false,
       "CreateRule":{"Location":"CLOUD","Interval":24,"IntervalUnit":"HOURS","Times":["03:06"]},
       "RetainRule":{"Count":7,"Interval":0}},
      {"Name":"monthly","CreateRule":{"CronExpression":"cron(0 3 1 * ? *)"},
       "RetainRule":{"Interval":6,"IntervalUnit":"MONTHS"},
       "FastRestoreRule":{"Count":1,"AvailabilityZones":["eu-central-1a"]}}]}}}"#;

fn id() -> PolicyId {
    ID.parse().expect("a policy id")
}

fn policy() -> NewPolicy {
    NewPolicy {
        description: "nightly".into(),
        execution_role_arn: "arn:aws:iam::123456789012:role/dlm".into(),
        state: State::Enabled,
        details: PolicyDetails {
            policy_type: None,
            resource_types: vec![ResourceType::Volume],
            resource_locations: vec![],
            target_tags: vec![Tag::new("Backup", "Daily"), Tag::new("Backup", "Weekly")],
            schedules: vec![
                Schedule {
                    name: Some("daily".into()),
                    copy_tags: Some(true),
                    tags_to_add: vec![Tag::new("made-by", "dlm")],
                    variable_tags: vec![],
                    create_rule: Some(CreateRule {
                        cycle: Cycle::Every {
                            hours: 24,
                            times: vec!["03:00".into()],
                        },
                        location: None,
                    }),
                    retain_rule: Some(RetainRule::Count(7)),
                },
                Schedule {
                    name: Some("monthly".into()),
                    copy_tags: None,
                    tags_to_add: vec![],
                    variable_tags: vec![],
                    create_rule: Some(CreateRule {
                        cycle: Cycle::Cron("cron(0 3 1 * ? *)".into()),
                        location: None,
                    }),
                    retain_rule: Some(RetainRule::Age {
                        interval: 6,
                        unit: AgeUnit::Months,
                    }),
                },
            ],
            policy_language: None,
            parameters: None,
        },
        tags: Tags::from([("team".into(), "core".into())]),
    }
}

async fn dlm(server: &Canned) -> Arc<dyn Dlm> {
    let clients = server.clients().await;
    clients.dlm(None).await.expect("a client")
}

async fn present(server: &Canned) -> Policy {
    match dlm(server).await.get(&id()).await.expect("an answer") {
        Found::Present(policy) => policy,
        Found::Absent => panic!("the policy is there"),
    }
}

#[tokio::test]
async fn a_create_sends_what_was_asked_and_nothing_else() {
    let answer = Answer::Json(200, r#"{"PolicyId":"policy-0123456789abcdef0"}"#);
    let server = Canned::new(&[], answer).await;
    assert_eq!(
        dlm(&server).await.create(&policy()).await.expect("an id"),
        id()
    );

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line, "POST /policies");
    assert!(
        requests[0]
            .header("authorization")
            .contains("/eu-central-1/dlm/aws4_request")
    );
    assert!(
        requests[0].header("user-agent").contains("lib/holdfast"),
        "{:?}",
        requests[0].headers
    );
    let body: serde_json::Value = serde_json::from_str(&requests[0].body).expect("JSON");
    insta::assert_snapshot!(format!("{body:#}"), @r#"
    {
      "Description": "nightly",
      "ExecutionRoleArn": "arn:aws:iam::123456789012:role/dlm",
      "PolicyDetails": {
        "ResourceTypes": [
          "VOLUME"
        ],
        "TargetTags": [
          {
            "Key": "Backup",
            "Value": "Daily"
          },
          {
            "Key": "Backup",
            "Value": "Weekly"
          }
        ],
        "Schedules": [
          {
            "Name": "daily",
            "CopyTags": true,
            "TagsToAdd": [
              {
                "Key": "made-by",
                "Value": "dlm"
              }
            ],
            "CreateRule": {
              "Interval": 24,
              "IntervalUnit": "HOURS",
              "Times": [
                "03:00"
              ]
            },
            "RetainRule": {
              "Count": 7
            }
          },
          {
            "Name": "monthly",
            "CreateRule": {
              "CronExpression": "cron(0 3 1 * ? *)"
            },
            "RetainRule": {
              "Interval": 6,
              "IntervalUnit": "MONTHS"
            }
          }
        ]
      },
      "State": "ENABLED",
      "Tags": {
        "team": "core"
      }
    }
    "#);
}

#[tokio::test]
async fn a_policy_is_read_as_the_service_writes_it() {
    let server = Canned::new(&[], Answer::Json(200, POLICY)).await;
    let read = present(&server).await;
    let request = &server.requests()[0];
    assert_eq!(request.line, format!("GET /policies/{ID}"));

    assert_eq!(read.id, id());
    assert_eq!(read.arn.account(), "123456789012");
    assert_eq!(read.state, State::Enabled);
    let created = read.created.expect("a date").to_string();
    assert_eq!(created, "2022-07-02T19:38:58.203Z");
    assert_eq!(read.tags, Tags::from([("team".into(), "core".into())]));
    assert_eq!(read.not_managed, ["Schedules[1].FastRestoreRule"]);

    let details = &read.details;
    let weekly = [Tag::new("Backup", "Daily"), Tag::new("Backup", "Weekly")];
    assert_eq!(details.target_tags, weekly);
    let daily = &details.schedules[0];
    assert_eq!(daily.retain_rule, Some(RetainRule::Count(7)));
    let at = |time: &str| Cycle::Every {
        hours: 24,
        times: vec![time.into()],
    };
    assert_eq!(
        daily.create_rule.as_ref().map(|rule| &rule.cycle),
        Some(&at("03:06"))
    );
    let half_a_year = RetainRule::Age {
        interval: 6,
        unit: AgeUnit::Months,
    };
    assert_eq!(details.schedules[1].retain_rule, Some(half_a_year));
}

#[tokio::test]
async fn dates_as_texts_and_words_of_a_newer_service_are_read_too() {
    const NEWER: &str = r#"{"Policy":{"PolicyId":"policy-0a","PolicyArn":"arn:aws:dlm:eu-central-1:123456789012:policy/policy-0a",
      "State":"PAUSED","DateCreated":"2022-07-02T19:38:58Z","PolicyDetails":{"PolicyType":"VAULTS"}}}"#;
    let server = Canned::new(&[], Answer::Json(200, NEWER)).await;
    let read = present(&server).await;
    assert_eq!(read.state, State::Other("PAUSED".into()));
    assert!(read.created.is_some());
    assert!(read.details.schedules.is_empty());
}

#[tokio::test]
async fn what_is_gone_is_absent_and_its_delete_is_done() {
    let gone = Answer::Json(
        404,
        r#"{"__type":"ResourceNotFoundException","Message":"gone","ResourceIds":["policy-0123456789abcdef0"]}"#,
    );
    let server = Canned::new(&[], gone).await;
    let dlm = dlm(&server).await;
    assert_eq!(dlm.get(&id()).await.expect("an answer"), Found::Absent);
    assert_eq!(dlm.delete(&id()).await.expect("an answer"), Gone::Already);
    let error = dlm
        .update(&id(), &PolicyChange::default())
        .await
        .expect_err("nothing to update");
    assert_eq!(*error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_proxys_404_is_not_a_policy_that_is_gone() {
    let page = Answer::Json(404, "<html>not found</html>");
    let server = Canned::new(&[], page).await;
    let dlm = dlm(&server).await;
    let error = dlm.get(&id()).await.expect_err("no answer of AWS");
    insta::assert_snapshot!(error.said(), @"HTTP status 404 without an explanation: perhaps a proxy answered, or a server that is not AWS");
    assert!(dlm.delete(&id()).await.is_err());
}

#[tokio::test]
async fn a_list_sends_its_filters_and_reads_the_tags() {
    let list = r#"{"Policies":[{"PolicyId":"policy-0a","State":"ERROR","Tags":{"a":"b"},"PolicyType":"EBS_SNAPSHOT_MANAGEMENT","DefaultPolicy":false}]}"#;
    let server = Canned::new(&[], Answer::Json(200, list)).await;
    let filter = PolicyFilter {
        state: Some(State::Error),
        resource_type: Some(ResourceType::Volume),
        target_tags: vec![Tag::new("Backup", "Daily & more")],
        ..PolicyFilter::default()
    };
    let found = dlm(&server).await.list(&filter).await.expect("a list");
    assert_eq!(found[0].tags, Tags::from([("a".into(), "b".into())]));
    assert_eq!(found[0].state, State::Error);
    insta::assert_snapshot!(server.requests()[0].line, @"GET /policies?state=ERROR&resourceTypes=VOLUME&targetTags=Backup%3DDaily%20%26%20more");
}

#[tokio::test]
async fn an_update_sends_only_what_changes_and_tags_go_by_arn() {
    let server = Canned::new(&[], Answer::Json(200, "{}")).await;
    let dlm = dlm(&server).await;
    let change = PolicyChange {
        state: Some(State::Disabled),
        ..PolicyChange::default()
    };
    dlm.update(&id(), &change).await.expect("an answer");
    let arn = format!("arn:aws:dlm:eu-central-1:123456789012:policy/{ID}");
    let arn = arn.parse().expect("an ARN");
    let tags = Tags::from([("team".into(), "core".into())]);
    dlm.tag(&arn, &tags).await.expect("an answer");
    dlm.untag(&arn, &["a b".into(), "c".into()])
        .await
        .expect("an answer");
    // Nothing to do is nothing sent: AWS refuses empty lists.
    dlm.tag(&arn, &Tags::new()).await.expect("nothing sent");
    dlm.untag(&arn, &[]).await.expect("nothing sent");

    let sent: Vec<String> = server
        .requests()
        .iter()
        .map(|request| format!("{} {}", request.line, request.body))
        .collect();
    insta::assert_snapshot!(sent.join("\n"), @r#"
    PATCH /policies/policy-0123456789abcdef0 {"State":"DISABLED"}
    POST /tags/arn%3Aaws%3Adlm%3Aeu-central-1%3A123456789012%3Apolicy%2Fpolicy-0123456789abcdef0 {"Tags":{"team":"core"}}
    DELETE /tags/arn%3Aaws%3Adlm%3Aeu-central-1%3A123456789012%3Apolicy%2Fpolicy-0123456789abcdef0?tagKeys=a%20b&tagKeys=c
    "#);
}

async fn refusal(answer: Answer) -> AwsError {
    let server = Canned::new(&[], answer).await;
    let error = dlm(&server)
        .await
        .create(&policy())
        .await
        .expect_err("a refusal");
    assert_eq!(server.requests().len(), 1, "a create is sent once");
    error
}

/// The test's server has another port every time.
fn without_port(error: &AwsError) -> String {
    let text = error.to_string();
    match text.split_once("127.0.0.1:") {
        Some((head, tail)) => {
            format!(
                "{head}127.0.0.1:PORT{}",
                tail.trim_start_matches(|c: char| c.is_ascii_digit())
            )
        }
        None => text,
    }
}

#[tokio::test]
async fn a_refused_create_names_the_members_to_blame() {
    let error = refusal(Answer::Json(
        400,
        r#"{"__type":"InvalidRequestException","Message":"The following required parameter(s) are missing: {TargetTags}","Code":"MISSING_PARAMETER","RequiredParameters":["TargetTags"],"MutuallyExclusiveParameters":[]}"#,
    ))
    .await;
    let blamed = ErrorKind::Invalid {
        required: vec!["TargetTags".into()],
        exclusive: vec![],
    };
    assert_eq!(*error.kind(), blamed);
    assert!(!error.is_outcome_unknown() && !error.is_retryable());
    assert_eq!(error.request_id(), Some("req-1"));
}

#[tokio::test]
async fn every_refusal_is_told_apart() {
    use ErrorKind as K;
    for (status, body, kind) in [
        (
            429,
            r#"{"__type":"LimitExceededException","Message":"100 policies"}"#,
            K::Limit,
        ),
        (
            429,
            r#"{"__type":"TooManyRequestsException"}"#,
            K::Throttled,
        ),
        (
            400,
            r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
            K::Throttled,
        ),
        (
            403,
            r#"{"__type":"AccessDeniedException","Message":"not authorized"}"#,
            K::Denied,
        ),
        (
            403,
            r#"{"__type":"UnrecognizedClientException"}"#,
            K::CredentialsRejected,
        ),
        (
            403,
            r#"{"__type":"ExpiredTokenException"}"#,
            K::CredentialsRejected,
        ),
        (500, r#"{"__type":"InternalServerException"}"#, K::Server),
        (503, "<html>try later</html>", K::Server),
        // A proxy's page: nothing that AWS said.
        (404, "<html>not found</html>", K::Other),
        (403, "<html>blocked</html>", K::Other),
        (200, "<html>log in to the hotel</html>", K::Unreadable),
        (200, "{}", K::Unreadable),
    ] {
        let error = refusal(Answer::Json(status, body)).await;
        assert_eq!(*error.kind(), kind, "{status} {body}");
    }
}

#[tokio::test]
async fn a_create_is_sent_once_however_many_retries_are_allowed() {
    for answer in [
        Answer::Json(500, "{}"),
        Answer::Json(400, r#"{"__type":"ThrottlingException"}"#),
        Answer::Hangup,
    ] {
        let server = Canned::new(&[], answer).await;
        let mut config = server.config();
        config.max_retries = Some(5);
        let clients = holdfast_aws::Clients::new(config).await.expect("settings");
        let dlm = clients.dlm(None).await.expect("a client");
        dlm.create(&policy()).await.expect_err("a refusal");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn other_calls_are_repeated_as_often_as_allowed() {
    let slow_down = Answer::Json(400, r#"{"__type":"ThrottlingException"}"#);
    let server = Canned::new(&[slow_down], Answer::Json(200, POLICY)).await;
    let mut config = server.config();
    config.max_retries = Some(1);
    let clients = holdfast_aws::Clients::new(config).await.expect("settings");
    let dlm = clients.dlm(None).await.expect("a client");
    assert!(matches!(dlm.get(&id()).await, Ok(Found::Present(_))));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_lost_answer_is_not_a_refusal() {
    let error = refusal(Answer::Hangup).await;
    assert_eq!(*error.kind(), ErrorKind::ConnectionLost, "{error}");
    insta::assert_snapshot!(without_port(&error), @"the connection broke during dlm:CreateLifecyclePolicy: connection closed before message completed. Asked: eu-central-1 at http://127.0.0.1:PORT. It may have been done all the same; the next apply looks before it does it again.");
    let error = refusal(Answer::Truncated).await;
    assert!(error.is_outcome_unknown(), "{error}");
    let error = refusal(Answer::Json(200, "<html>log in to the hotel</html>")).await;
    insta::assert_snapshot!(without_port(&error), @r#"the answer to dlm:CreateLifecyclePolicy cannot be read: Error at offset 0: unexpected token '<'. Expected one of '{', '[', '"', 'null', 'true', 'false', <number>. Asked: eu-central-1 at http://127.0.0.1:PORT. It may have been done all the same; the next apply looks before it does it again."#);
}

#[tokio::test]
async fn an_endpoint_that_nobody_serves_is_named_and_nothing_was_sent() {
    let server = Canned::new(&[], Answer::Hangup).await;
    let mut config = server.config();
    // Port 1 of this machine: reserved, and nobody listens.
    config.endpoints.dlm = Some("http://127.0.0.1:1".into());
    let clients = holdfast_aws::Clients::new(config).await.expect("settings");
    let dlm = clients.dlm(None).await.expect("a client");
    let error = dlm.create(&policy()).await.expect_err("nobody there");
    assert!(!error.is_outcome_unknown());
    insta::assert_snapshot!(error, @"cannot reach AWS for dlm:CreateLifecyclePolicy: tcp connect error: Connection refused (os error 111). Asked: eu-central-1 at http://127.0.0.1:1. Check the network, the region and, if set, the endpoint, then try again.");
}

#[tokio::test]
async fn a_refused_signature_never_shows_what_was_signed() {
    let error = refusal(Answer::Json(
        403,
        r#"{"__type":"InvalidSignatureException","message":"The request signature we calculated does not match. Check your key.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:SESSION-TOKEN'"}"#,
    ))
    .await;
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("SESSION-TOKEN"), "{shown}");
    assert_eq!(*error.kind(), ErrorKind::CredentialsRejected);
}
