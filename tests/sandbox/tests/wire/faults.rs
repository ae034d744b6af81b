//! Every fault, seen from the client, and what it leaves behind.

use std::io::ErrorKind;
use std::time::Duration;

use holdfast_sandbox::{Fault, Outcome, Sandbox};
use serde_json::Value;

use crate::client::{Caller, daily};

const PATIENCE: Duration = Duration::from_secs(20);
const CREATE: &str = "dlm:CreateLifecyclePolicy";

fn sandbox() -> Sandbox {
    Sandbox::start().expect("the sandbox starts")
}

#[test]
fn answered_faults_do_nothing_and_pass() {
    let faults = [
        Fault::Throttle,
        Fault::TooManyRequests,
        Fault::InternalError,
        Fault::Unavailable,
        Fault::AccessDenied,
        Fault::Error {
            status: 418,
            code: "Teapot".into(),
            message: "short and stout".into(),
        },
    ];
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let lines = faults.map(|fault| {
        sandbox.inject(fault.clone().on(CREATE));
        let line = caller.dlm("POST", "/policies", &daily()).error();
        let entry = sandbox.log().pop().unwrap();
        assert_eq!(entry.fault, Some(fault), "the log names the fault");
        assert!(matches!(
            entry.outcome,
            Outcome::Answered { error: Some(_), .. }
        ));
        line
    });
    assert!(sandbox.policies().is_empty());
    caller.create(&daily());
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 ThrottlingException: Rate exceeded
    429 TooManyRequestsException: Too many requests
    500 InternalServerException: The service failed in an unexpected way.
    503 ServiceUnavailableException: The service is unavailable.
    403 AccessDeniedException: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: dlm:CreateLifecyclePolicy because no identity-based policy allows the dlm:CreateLifecyclePolicy action
    418 Teapot: short and stout
    "#);
}

#[test]
fn a_reset_comes_before_the_work() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    sandbox.inject(Fault::Reset.on(CREATE));
    let error = caller.try_dlm("POST", "/policies", &daily()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(sandbox.policies().is_empty());
    assert_eq!(sandbox.log()[0].outcome, Outcome::Reset);
    caller.create(&daily());
}

#[test]
fn a_dropped_answer_comes_after_the_work() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    sandbox.inject(Fault::DropAnswer.on(CREATE));
    let error = caller.try_dlm("POST", "/policies", &daily()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(sandbox.policies().len(), 1);
    assert_eq!(
        sandbox.log()[0].outcome,
        Outcome::AnswerDropped { status: 200 }
    );
}

#[test]
fn the_nth_call_of_an_operation_fails_and_no_other() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    sandbox.inject(Fault::InternalError.on("GetLifecyclePolicies").nth(3));
    let statuses: Vec<u16> = (0..4)
        .map(|_| {
            sandbox.create_policy("us-east-1", daily()).unwrap();
            caller.dlm("GET", "/policies", &Value::Null).status
        })
        .collect();
    assert_eq!(statuses, [200, 200, 500, 200]);
}

#[test]
fn faults_keep_to_their_service_and_region() {
    let sandbox = sandbox();
    sandbox.inject(Fault::Throttle.on("sts:*").always());
    sandbox.inject(Fault::Throttle.on("dlm:*").in_region("eu-west-1").always());
    let (here, there) = (
        Caller::new(&sandbox),
        Caller::new(&sandbox).in_region("eu-west-1"),
    );
    assert_eq!(here.dlm("GET", "/policies", &Value::Null).status, 200);
    assert_eq!(there.dlm("GET", "/policies", &Value::Null).status, 400);
    let answer = here.sts("Action=GetCallerIdentity");
    assert!(
        answer.status == 400 && answer.text.contains("<Code>Throttling</Code>"),
        "{}",
        answer.text
    );
    sandbox.clear_faults();
    assert_eq!(here.sts("Action=GetCallerIdentity").status, 200);
}

#[test]
fn a_hanging_call_is_done_when_it_is_released() {
    let sandbox = sandbox();
    let rule = sandbox.inject(Fault::Hang.on(CREATE));
    std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            Caller::new(&sandbox)
                .dlm("POST", "/policies", &daily())
                .status
        });
        sandbox.wait_until_held(rule, PATIENCE).unwrap();
        assert!(
            sandbox.policies().is_empty(),
            "nothing is done while it hangs"
        );
        assert_eq!(sandbox.log()[0].outcome, Outcome::Pending);
        assert_eq!(sandbox.faults()[0].held, 1);
        assert!(sandbox.release(rule));
        assert_eq!(call.join().unwrap(), 200);
    });
    assert_eq!(sandbox.policies().len(), 1);
}

#[test]
fn a_held_answer_belongs_to_work_that_is_done() {
    let sandbox = sandbox();
    let rule = sandbox.inject(Fault::HoldAnswer.on(CREATE));
    std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            Caller::new(&sandbox)
                .dlm("POST", "/policies", &daily())
                .status
        });
        sandbox.wait_until_held(rule, PATIENCE).unwrap();
        assert_eq!(sandbox.policies().len(), 1, "the work is done");
        sandbox.clear_faults();
        assert_eq!(call.join().unwrap(), 200);
    });
}

#[test]
fn silence_does_nothing_even_when_it_ends() {
    let sandbox = sandbox();
    let rule = sandbox.inject(Fault::Silence.on(CREATE));
    std::thread::scope(|scope| {
        let call = scope.spawn(|| Caller::new(&sandbox).try_dlm("POST", "/policies", &daily()));
        sandbox.wait_until_held(rule, PATIENCE).unwrap();
        assert_eq!(sandbox.log()[0].outcome, Outcome::Pending);
        sandbox.clear_faults();
        assert!(call.join().unwrap().is_err(), "nobody is answered");
    });
    assert_eq!(sandbox.log()[0].outcome, Outcome::Reset);
    assert!(sandbox.policies().is_empty());
}

#[test]
fn work_goes_on_when_its_client_hangs_up() {
    let sandbox = sandbox();
    let rule = sandbox.inject(Fault::Hang.on(CREATE));
    let body = daily().to_string();
    let mut stream = std::net::TcpStream::connect(sandbox.address()).unwrap();
    let request = format!(
        "POST /policies HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-length: {}\r\n\r\n{body}",
        Caller::new(&sandbox).scope("dlm"),
        body.len()
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    sandbox.wait_until_held(rule, PATIENCE).unwrap();
    drop(stream);
    let busy = sandbox.wait_until_idle(Duration::ZERO).unwrap_err();
    assert!(
        busy.to_string()
            .starts_with("1 request(s) are still at work"),
        "{busy}"
    );
    sandbox.release(rule);
    sandbox.wait_until_idle(PATIENCE).unwrap();
    assert_eq!(sandbox.policies().len(), 1);
}

#[test]
fn a_delayed_call_is_answered_late_and_whole() {
    let sandbox = sandbox();
    sandbox.inject(Fault::Delay { millis: 1 }.on(CREATE));
    let id = Caller::new(&sandbox).create(&daily());
    assert_eq!(sandbox.policies()[0]["PolicyId"], serde_json::json!(id));
    assert_eq!(sandbox.faults()[0].struck, 1);
}

#[test]
fn waiting_for_a_call_that_never_comes_ends() {
    let sandbox = sandbox();
    let rule = sandbox.inject(Fault::Hang.on(CREATE));
    let error = sandbox.wait_until_held(rule, Duration::ZERO).unwrap_err();
    assert_eq!(error.to_string(), "no call hung in fault rule 1 within 0 s");
}

#[tokio::test]
async fn a_sandbox_can_be_used_and_dropped_in_async_code() {
    let sandbox = sandbox();
    let address = sandbox.address();
    let rule = sandbox.inject(Fault::Hang.on("*"));
    let scope = Caller::new(&sandbox).scope("dlm");
    let call = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address)?;
        let request =
            format!("GET /policies HTTP/1.1\r\nhost: x\r\nauthorization: {scope}\r\n\r\n");
        std::io::Write::write_all(&mut stream, request.as_bytes())?;
        std::io::Read::read_to_end(&mut stream, &mut Vec::new())
    });
    assert!(sandbox.until_held(rule).await);
    drop(sandbox);
    // The hanging call's connection is closed, and so is the port.
    assert!(matches!(call.await.unwrap(), Ok(0) | Err(_)));
    assert!(std::net::TcpStream::connect(address).is_err());
}
