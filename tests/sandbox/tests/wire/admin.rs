//! The control paths, as another process uses them.

use holdfast_sandbox::{Fault, Remote, RemoteError, Sandbox, StartError};
use serde_json::{Value, json};

use crate::client::{Caller, daily};

fn sandbox() -> (Sandbox, Remote) {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let remote = Remote::new(&sandbox.url()).expect("its URL is one");
    (sandbox, remote)
}

#[test]
fn state_and_log_are_seen_from_outside() {
    let (sandbox, remote) = sandbox();
    let id = Caller::new(&sandbox).create(&daily());
    let state = remote.state().unwrap();
    assert_eq!(state, sandbox.state());
    assert_eq!(state["dlm"]["policies"][0]["PolicyId"], json!(id));
    assert_eq!(state["dlm"]["policies"][0]["Region"], json!("us-east-1"));
    assert_eq!(remote.log().unwrap(), sandbox.log());
    assert_eq!(
        sandbox.log().len(),
        1,
        "control requests are not in the log"
    );
    assert_eq!(
        remote.call("GET", "/_sandbox/counts", None).unwrap(),
        json!({ "dlm:CreateLifecyclePolicy": 1 })
    );
    remote.call("DELETE", "/_sandbox/log", None).unwrap();
    assert!(sandbox.log().is_empty());
}

#[test]
fn policies_are_made_changed_and_taken_away_from_outside() {
    let (sandbox, remote) = sandbox();
    let made = remote
        .call(
            "POST",
            "/_sandbox/dlm/policies?region=eu-west-1",
            Some(&daily()),
        )
        .unwrap();
    let id = made["PolicyId"].as_str().unwrap();
    let caller = Caller::new(&sandbox).in_region("eu-west-1");
    assert_eq!(
        caller.get(id)["PolicyDetails"]["PolicyLanguage"],
        json!("STANDARD")
    );
    let path = format!("/_sandbox/dlm/policies/{id}");
    remote
        .call(
            "PATCH",
            &path,
            Some(&json!({ "Tags": { "drift": "yes" }, "Description": "by hand" })),
        )
        .unwrap();
    assert_eq!(caller.get(id)["Tags"], json!({ "drift": "yes" }));
    assert_eq!(caller.get(id)["Description"], json!("by hand"));
    remote.call("DELETE", &path, None).unwrap();
    assert_eq!(
        caller
            .dlm("GET", &format!("/policies/{id}"), &Value::Null)
            .status,
        404
    );

    let planted = json!({ "PolicyId": "policy-0abc", "Region": "eu-west-1", "State": "ERROR" });
    remote
        .call("PUT", "/_sandbox/dlm/policies", Some(&planted))
        .unwrap();
    assert_eq!(caller.get("policy-0abc")["State"], json!("ERROR"));
    remote.call("POST", "/_sandbox/reset", None).unwrap();
    assert_eq!(
        remote.state().unwrap(),
        json!({ "dlm": { "policies": [] }, "s3": { "buckets": [] } })
    );
}

#[test]
fn faults_are_steered_from_outside() {
    let (sandbox, remote) = sandbox();
    let rule = remote
        .inject(&Fault::Hang.on("dlm:GetLifecyclePolicies"))
        .unwrap();
    let path = format!("/_sandbox/faults/{}", rule.0);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            Caller::new(&sandbox)
                .dlm("GET", "/policies", &Value::Null)
                .status
        });
        remote.call("GET", &format!("{path}/held"), None).unwrap();
        let rules = remote.call("GET", "/_sandbox/faults", None).unwrap();
        assert_eq!(rules["rules"][0]["held"], json!(1));
        remote
            .call("POST", &format!("{path}/release"), None)
            .unwrap();
        assert_eq!(call.join().unwrap(), 200);
    });
    remote.call("GET", "/_sandbox/idle", None).unwrap();
    remote.call("DELETE", &path, None).unwrap();
    remote.inject(&Fault::Reset.on("*")).unwrap();
    remote.call("DELETE", "/_sandbox/faults", None).unwrap();
    assert!(sandbox.faults().is_empty());
}

#[test]
fn keys_and_timestamps_are_set_from_outside() {
    let (sandbox, remote) = sandbox();
    let caller = Caller::new(&sandbox);
    let id = caller.create(&daily());
    remote
        .call("PUT", "/_sandbox/timestamps", Some(&json!("iso8601")))
        .unwrap();
    assert!(caller.get(&id)["DateCreated"].is_string());
    let denial = json!({ "access_key": "AKIDEXAMPLE", "denial": "expired-token" });
    remote
        .call("POST", "/_sandbox/denials", Some(&denial))
        .unwrap();
    let answer = caller.dlm("GET", "/policies", &Value::Null);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("ExpiredTokenException")
    );
}

#[test]
fn mistakes_are_explained() {
    let (sandbox, remote) = sandbox();
    let refusal = |method, path, body: Option<Value>| match remote.call(method, path, body.as_ref())
    {
        Err(error @ RemoteError::Refused { .. }) => error.to_string(),
        other => panic!("{method} {path}: {other:?}"),
    };
    let lines = [
        refusal("GET", "/_sandbox/nothing", None),
        refusal("POST", "/_sandbox/faults", Some(json!({ "op": "x" }))),
        refusal("GET", "/_sandbox/faults/9/held", None),
        refusal("DELETE", "/_sandbox/faults/x", None),
        refusal("PATCH", "/_sandbox/dlm/policies/policy-0", Some(json!({}))),
        refusal("PUT", "/_sandbox/dlm/policies", Some(json!({ "Tags": 1 }))),
        refusal(
            "POST",
            "/_sandbox/dlm/policies",
            Some(json!({ "State": "ENABLED" })),
        ),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    the sandbox answers 404 to GET /_sandbox/nothing: {"error":"no such control path: GET /_sandbox/nothing"}
    the sandbox answers 400 to POST /_sandbox/faults: {"error":"this is not what /_sandbox/faults takes: unknown field `op`, expected one of `service`, `operation`, `region`, `access_key`, `bucket`, `skip`, `times`, `fault` at line 1 column 5"}
    the sandbox answers 404 to GET /_sandbox/faults/9/held: {"error":"there is no fault rule 9"}
    the sandbox answers 404 to DELETE /_sandbox/faults/x: {"error":"there is no fault rule x"}
    the sandbox answers 404 to PATCH /_sandbox/dlm/policies/policy-0: {"error":"the sandbox has no policy policy-0"}
    the sandbox answers 400 to PUT /_sandbox/dlm/policies: {"error":"this is not a policy: invalid type: number, expected a map"}
    the sandbox answers 400 to POST /_sandbox/dlm/policies: {"error":"DLM refuses this policy: The following required parameter(s) are missing: {ExecutionRoleArn, Description, PolicyDetails}"}
    "#);
    let address = sandbox.address();
    drop(sandbox);
    let gone = remote.state().unwrap_err().to_string();
    assert!(
        gone.starts_with(&format!("the sandbox at {address} does not answer: ")),
        "{gone}"
    );
}

#[test]
fn only_loopback_is_listened_on() {
    let error = Sandbox::start_at("0.0.0.0:4566".parse().unwrap())
        .err()
        .unwrap();
    assert!(matches!(error, StartError::NotLoopback(_)));
    insta::assert_snapshot!(error, @r#"refusing to listen on 0.0.0.0:4566: the sandbox lets everybody in, so it listens on loopback only; use 127.0.0.1:4566"#);
}

#[test]
fn a_taken_port_is_named() {
    let (sandbox, _) = sandbox();
    let error = Sandbox::start_at(sandbox.address())
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.starts_with(&format!("cannot listen on {}: ", sandbox.address())),
        "{error}"
    );
}
