//! Who is let in, and what becomes of requests that no service takes.

use holdfast_sandbox::{Denial, Outcome, Sandbox};
use serde_json::{Value, json};

use crate::client::{Caller, daily};

fn sandbox() -> Sandbox {
    Sandbox::start().expect("the sandbox starts")
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn requests_without_usable_credentials_are_refused() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let send = |headers: &[(&str, &str)]| {
        caller
            .send("GET", "/policies", headers, "")
            .unwrap()
            .error()
    };
    let nowhere = Caller::new(&sandbox).in_region("mars").scope("dlm");
    let ec2 = caller.scope("ec2");
    let refusals = [
        send(&[JSON]),
        send(&[JSON, ("authorization", "Bearer token")]),
        send(&[
            JSON,
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKID/dlm, Signature=0",
            ),
        ]),
        send(&[JSON, ("authorization", &nowhere)]),
        send(&[JSON, ("authorization", &ec2)]),
    ];
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    403 MissingAuthenticationTokenException: Missing Authentication Token
    403 IncompleteSignatureException: Authorization is not AWS4-HMAC-SHA256
    403 IncompleteSignatureException: Credential is not ACCESS_KEY/DATE/REGION/SERVICE/aws4_request
    403 InvalidSignatureException: Credential should be scoped to a valid region, not 'mars'.
    404 UnknownOperationException: The sandbox does not serve ec2
    "#);
}

#[test]
fn a_presigned_query_is_as_good_as_a_header() {
    let sandbox = sandbox();
    let id = sandbox.create_policy("eu-west-1", daily()).unwrap();
    let query =
        "X-Amz-Credential=AKID%2F20260901%2Feu-west-1%2Fdlm%2Faws4_request&X-Amz-Signature=0";
    let answer = Caller::new(&sandbox)
        .send("GET", &format!("/policies/{id}?{query}"), &[], "")
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[test]
fn unknown_paths_and_methods_are_unknown_operations() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    for (method, path) in [
        ("GET", "/"),
        ("PUT", "/policies"),
        ("POST", "/policies/policy-0"),
        ("GET", "/buckets"),
    ] {
        let answer = caller.dlm(method, path, &Value::Null);
        assert_eq!(answer.status, 404, "{method} {path}");
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("UnknownOperationException")
        );
    }
    assert_eq!(sandbox.calls("dlm:UnknownOperation"), 4);
}

#[test]
fn bodies_that_are_not_the_operations_json_are_told_so() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let scope = caller.scope("dlm");
    for body in ["{", "[]", "\"text\"", "{\"State\": 1}"] {
        let headers = [JSON, ("authorization", scope.as_str())];
        let answer = caller.send("POST", "/policies", &headers, body).unwrap();
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("SerializationException"),
            "{body}"
        );
    }
}

#[test]
fn denied_keys_are_turned_away_in_the_words_of_each_protocol() {
    let sandbox = sandbox();
    sandbox.deny("AKIDFIRED", Denial::InvalidKey);
    let mut lines = Vec::new();
    for key in ["DENIED1", "INVALID1", "EXPIRED1", "AKIDFIRED"] {
        let caller = Caller::new(&sandbox).with_key(key);
        lines.push(format!(
            "{key} {}",
            caller.dlm("POST", "/policies", &daily()).error()
        ));
        let role = "Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=s";
        let sts = caller.sts(role);
        let code = sts
            .text
            .split("<Code>")
            .nth(1)
            .and_then(|rest| rest.split('<').next());
        lines.push(format!("{key} {} {}", sts.status, code.unwrap_or("-")));
    }
    assert!(sandbox.policies().is_empty());
    insta::assert_snapshot!(lines.join("\n"), @r#"
    DENIED1 403 AccessDeniedException: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: dlm:CreateLifecyclePolicy because no identity-based policy allows the dlm:CreateLifecyclePolicy action
    DENIED1 403 AccessDenied
    INVALID1 403 UnrecognizedClientException: The security token included in the request is invalid.
    INVALID1 403 InvalidClientTokenId
    EXPIRED1 403 ExpiredTokenException: The security token included in the request is expired
    EXPIRED1 403 ExpiredToken
    AKIDFIRED 403 UnrecognizedClientException: The security token included in the request is invalid.
    AKIDFIRED 403 InvalidClientTokenId
    "#);
}

#[test]
fn every_answer_has_a_request_id_of_its_own_and_the_log_knows_it() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let answers = [
        caller.dlm("GET", "/policies", &Value::Null),
        caller.dlm("GET", "/policies/policy-0", &Value::Null),
        caller.sts("Action=GetCallerIdentity"),
        caller.send("GET", "/", &[], "").unwrap(),
    ];
    let ids: Vec<&str> = answers
        .iter()
        .map(|answer| answer.header("x-amzn-requestid").unwrap())
        .collect();
    let logged: Vec<String> = sandbox
        .log()
        .into_iter()
        .map(|entry| entry.request_id)
        .collect();
    assert_eq!(ids, logged);
    assert_eq!(
        ids.iter().collect::<std::collections::BTreeSet<_>>().len(),
        4
    );
}

#[test]
fn the_log_tells_service_operation_region_and_outcome_and_no_secret() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox)
        .in_region("eu-west-1")
        .with_key("AKIDSECRET");
    let id = caller.create(&daily());
    caller.dlm("GET", "/policies/policy-0", &Value::Null);
    caller.dlm(
        "GET",
        &format!("/policies/{id}?X-Amz-Signature=5ec2e7"),
        &Value::Null,
    );
    caller.sts("Action=GetCallerIdentity&Version=2011-06-15");
    let log = sandbox.log();
    let lines: Vec<String> = log
        .iter()
        .map(|entry| {
            format!(
                "{} {} {} {:?}",
                entry.name(),
                entry.region,
                entry.path.replace(&id, "ID"),
                entry.outcome
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    dlm:CreateLifecyclePolicy eu-west-1 /policies Answered { status: 200, error: None }
    dlm:GetLifecyclePolicy eu-west-1 /policies/policy-0 Answered { status: 404, error: Some("ResourceNotFoundException") }
    dlm:GetLifecyclePolicy eu-west-1 /policies/ID Answered { status: 200, error: None }
    sts:GetCallerIdentity eu-west-1 / Answered { status: 200, error: None }
    "#);
    assert_eq!(sandbox.calls("dlm:GetLifecyclePolicy"), 2);
    assert_eq!(
        log[0].outcome,
        Outcome::Answered {
            status: 200,
            error: None
        }
    );
    let text = json!(log).to_string();
    assert!(
        !text.contains("AKIDSECRET") && !text.contains("5ec2e7"),
        "{text}"
    );
    sandbox.clear_log();
    assert!(sandbox.log().is_empty() && sandbox.counts().is_empty());
}
