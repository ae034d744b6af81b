//! Faults, switches and other stores, as an S3 client meets them.

use std::io::ErrorKind;
use std::time::Duration;

use holdfast_sandbox::{Fault, Outcome, Remote, S3Feature, S3Request, S3Settings, Sandbox};
use serde_json::json;

use crate::client::Caller;

const PATIENCE: Duration = Duration::from_secs(20);
const PUT: &str = "s3:PutBucketLifecycleConfiguration";
const RULE: &str = "<LifecycleConfiguration><Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    Caller::new(&sandbox).bucket("backups");
    sandbox.clear_log();
    sandbox
}

fn has_rules(sandbox: &Sandbox) -> bool {
    !sandbox.buckets()[0]["Lifecycle"].is_null()
}

#[test]
fn faults_speak_as_s3() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let lines = [
        Fault::Throttle,
        Fault::TooManyRequests,
        Fault::InternalError,
        Fault::Unavailable,
        Fault::AccessDenied,
        Fault::Error {
            status: 409,
            code: "OperationAborted".into(),
            message: "A conflicting conditional operation is currently in progress".into(),
        },
    ]
    .map(|fault| {
        sandbox.inject(fault.on(PUT));
        let answer = caller.s3("PUT", "/backups?lifecycle", RULE);
        assert_eq!(
            answer.element("RequestId"),
            answer.header("x-amz-request-id")
        );
        answer.s3_line()
    });
    assert!(!has_rules(&sandbox));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    503 SlowDown: Please reduce your request rate.
    429 TooManyRequests: Too many requests
    500 InternalError: We encountered an internal error. Please try again.
    503 ServiceUnavailable: Service is unable to handle request.
    403 AccessDenied: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: s3:PutLifecycleConfiguration because no identity-based policy allows the s3:PutLifecycleConfiguration action
    409 OperationAborted: A conflicting conditional operation is currently in progress
    "#);
    assert_eq!(sandbox.calls(PUT), 6);
}

#[test]
fn doors_speak_as_s3() {
    let sandbox = sandbox();
    let lines = ["DENIED1", "INVALID1", "EXPIRED1"].map(|key| {
        let caller = Caller::new(&sandbox).with_key(key);
        caller.s3("PUT", "/backups?lifecycle", RULE).s3_line()
    });
    let unsigned = Caller::new(&sandbox).send(
        "GET",
        "/backups?lifecycle",
        &[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")],
        "",
    );
    let unsigned = unsigned.expect("the sandbox answers").s3_line();
    insta::assert_snapshot!(format!("{}\n{unsigned}", lines.join("\n")), @r#"
    403 AccessDenied: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: s3:PutLifecycleConfiguration because no identity-based policy allows the s3:PutLifecycleConfiguration action
    403 InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.
    400 ExpiredToken: The provided token has expired.
    403 AccessDenied: Access Denied
    "#);
}

#[test]
fn lost_answers_and_resets_differ_in_what_they_leave() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let put = || {
        caller.s3_bare(
            "PUT",
            "/backups?lifecycle",
            &[("content-md5", &crate::client::md5(RULE))],
            RULE,
        )
    };
    sandbox.inject(Fault::Reset.on(PUT));
    assert_eq!(put().unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(!has_rules(&sandbox));
    sandbox.inject(Fault::DropAnswer.on(PUT));
    assert_eq!(put().unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(has_rules(&sandbox));
    assert_eq!(
        sandbox.log()[1].outcome,
        Outcome::AnswerDropped { status: 200 }
    );
}

#[test]
fn one_of_two_clients_is_held_between_its_read_and_its_write() {
    let sandbox = sandbox();
    let slow = sandbox.inject(Fault::Hang.on(PUT).by_key("AKIDSLOW").in_bucket("backups"));
    let theirs = RULE.replace(">r<", ">theirs<");
    std::thread::scope(|scope| {
        let held = scope.spawn(|| {
            Caller::new(&sandbox)
                .with_key("AKIDSLOW")
                .s3("PUT", "/backups?lifecycle", RULE)
                .status
        });
        sandbox.wait_until_held(slow, PATIENCE).expect("it hangs");
        let quick = Caller::new(&sandbox).with_key("AKIDQUICK");
        assert_eq!(quick.s3("PUT", "/backups?lifecycle", &theirs).status, 200);
        assert_eq!(
            quick.s3("GET", "/backups?lifecycle", "").elements("ID"),
            ["theirs"]
        );
        assert!(sandbox.release(slow));
        assert_eq!(held.join().expect("it ends"), 200);
        assert_eq!(
            quick.s3("GET", "/backups?lifecycle", "").elements("ID"),
            ["r"]
        );
    });
}

#[test]
fn features_can_be_missing() {
    let sandbox = sandbox();
    sandbox.set_s3_settings(S3Settings::plain_store());
    let caller = Caller::new(&sandbox);
    let status = |method: &str, path: &str| caller.s3(method, path, "").status;
    for missing in [
        "encryption",
        "publicAccessBlock",
        "ownershipControls",
        "logging",
        "lifecycle",
        "policy",
        "policyStatus",
        "object-lock",
        "replication",
    ] {
        for method in ["GET", "PUT"] {
            let found = status(method, &format!("/backups?{missing}"));
            let expected = if (method, missing) == ("PUT", "policyStatus") {
                200
            } else {
                501
            };
            // PUT of a subresource that is not one is CreateBucket.
            assert_eq!(found, expected, "{method} {missing}");
        }
    }
    assert_eq!(status("GET", "/backups?versioning"), 200);
    let body = "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>";
    assert_eq!(caller.s3("PUT", "/second", body).status, 200);
    assert_eq!(caller.s3("GET", "/second?tagging", "").status, 404);
    let lock = [("x-amz-bucket-object-lock-enabled", "true")];
    assert_eq!(
        caller.s3_with("PUT", "/third", &lock, "").s3_line(),
        "501 NotImplemented: A header you provided implies functionality that is not implemented"
    );
}

#[test]
fn some_stores_take_nothing_but_md5() {
    let sandbox = sandbox();
    let crc = [("x-amz-checksum-crc32", "AAAAAA==")];
    let caller = Caller::new(&sandbox);
    let put = || {
        let answer = caller.s3_bare("PUT", "/backups?policy", &crc, "");
        answer.expect("the sandbox answers").s3_line()
    };
    assert!(put().starts_with("400 MalformedPolicy"));
    sandbox.set_s3_settings(S3Settings {
        md5_only: true,
        ..S3Settings::default()
    });
    assert_eq!(
        put(),
        "400 InvalidRequest: Missing required header: Content-Md5."
    );
}

#[test]
fn everything_is_steered_from_outside() {
    let sandbox = sandbox();
    let remote = Remote::new(&sandbox.url()).expect("its URL is one");
    let call = |method: &str, path: &str, body: serde_json::Value| {
        let body = (!body.is_null()).then_some(body);
        remote.call(method, &format!("/_sandbox/s3/{path}"), body.as_ref())
    };
    let settings = json!({ "lacks": ["encryption"], "stale_lifecycle_reads": 1 });
    call("PUT", "settings", settings).unwrap();
    assert!(sandbox.s3_settings().lacks.contains(&S3Feature::Encryption));
    let read = call("GET", "settings", json!(null)).unwrap();
    assert_eq!(read["minimum_size_header"], json!(true));
    assert!(call("PUT", "settings", json!({ "lack": [] })).is_err());

    call(
        "PUT",
        "foreign",
        json!({ "bucket": "theirs", "region": "eu-west-1" }),
    )
    .unwrap();
    call(
        "PUT",
        "lifecycle",
        json!({ "bucket": "backups", "document": RULE }),
    )
    .unwrap();
    let rule = RULE.replace("LifecycleConfiguration>", "");
    assert!(
        call(
            "POST",
            "meddle",
            json!({ "bucket": "backups", "rule": rule })
        )
        .is_err()
    );
    let rule = "<Rule><ID>theirs</ID></Rule>";
    call(
        "POST",
        "meddle",
        json!({ "bucket": "backups", "rule": rule }),
    )
    .unwrap();
    let seen = call(
        "POST",
        "request",
        json!({ "method": "GET", "path": "/backups?lifecycle" }),
    )
    .unwrap();
    assert_eq!(seen["status"], json!(200));
    let state = remote.state().unwrap();
    assert!(
        state["s3"]["buckets"][0]["Lifecycle"]["Document"]
            .to_string()
            .contains("theirs")
    );
    assert_eq!(state["s3"]["buckets"][1]["Name"], json!("theirs"));
    assert!(sandbox.log().is_empty(), "none of this is in the log");
    remote.call("POST", "/_sandbox/reset", None).unwrap();
    assert_eq!(sandbox.s3_settings(), S3Settings::default());
}

#[test]
fn another_client_of_the_account_calls_past_faults_and_log() {
    let sandbox = sandbox();
    sandbox.inject(Fault::Throttle.on("s3:*").always());
    let answer = sandbox
        .s3(&S3Request::new("PUT", "/backups?lifecycle").body(RULE))
        .expect("it is a request");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(has_rules(&sandbox) && sandbox.log().is_empty());
    let refused = sandbox
        .s3(&S3Request::new("DELETE", "/nobodys").in_region("eu-west-1"))
        .expect("it is a request");
    assert!(refused.status == 404 && refused.body.contains("NoSuchBucket"));
}
