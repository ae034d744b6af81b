//! A provider as a process of its own, from its start to each of its ends. The provider is
//! `examples/minimal.rs` or `faulty.rs`, which `cargo test -p tfplugin` builds.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tfplugin::client::messages::{
    DynamicValue, apply_resource_change, configure_provider, get_provider_schema, stop_provider,
};
use tfplugin::client::plugin::{GrpcStdioClient, HealthCheckRequest, HealthClient};
use tfplugin::client::{Address, Ended, Error, Host, Launch, Provider};

/// Beside the test's own executable.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let built = test.parent().and_then(Path::parent).expect("a directory");
    let path = built.join("examples").join(name);
    assert!(
        path.exists(),
        "{} is missing: run `cargo build -p tfplugin --examples`, or all tests of the package",
        path.display()
    );
    path
}

fn minimal() -> Launch {
    launch("minimal")
}

fn launch(name: &str) -> Launch {
    // Whatever the developer has set.
    Launch::new(example(name))
        .variable("TF_LOG", "")
        .variable("TF_LOG_PROVIDER", "")
}

fn socket(host: &Host) -> PathBuf {
    match &host.handshake().address {
        Address::Unix(path) => path.clone(),
        Address::Tcp(address) => panic!("{address}"),
    }
}

async fn answers(host: &Host) {
    let schema = host
        .provider()
        .get_provider_schema(get_provider_schema::Request {})
        .await
        .expect("a schema");
    assert!(schema.into_inner().provider.is_some());
}

/// Of the type `faulty`'s configuration and resource have.
fn encode(value: &cty::Value) -> Option<DynamicValue> {
    Some(DynamicValue {
        msgpack: cty::msgpack::encode(value, &value.ty()).expect("an encoding"),
        json: Vec::new(),
    })
}

/// Configures `faulty`.
async fn configured() -> Host {
    let launch = launch("faulty").variable("TF_LOG", "trace");
    let host = launch.start().await.expect("a session");
    let request = configure_provider::Request {
        config: encode(&cty::Value::empty_object()),
        ..Default::default()
    };
    let answer = host.provider().configure_provider(request).await;
    assert_eq!(answer.expect("an answer").into_inner().diagnostics, []);
    host
}

/// Has `faulty` make a thing that behaves like `how`.
async fn make(mut provider: Provider, how: &str) -> apply_resource_change::Response {
    let planned = cty::Value::object([("how", cty::Value::string(how))]);
    let request = apply_resource_change::Request {
        type_name: "faulty_thing".into(),
        prior_state: encode(&cty::Value::null(planned.ty())),
        planned_state: encode(&planned),
        config: encode(&planned),
        ..Default::default()
    };
    let answer = provider.apply_resource_change(request).await;
    answer.expect("an answer").into_inner()
}

fn signal(name: &str, process: Option<u32>) {
    let process = process.expect("a living process").to_string();
    let status = Command::new("kill").args([name, &process]).status();
    assert!(status.expect("`kill` on PATH").success());
}

/// Ended as it should, and kept silent on stdout.
fn assert_clean(ended: &Ended, socket: &Path) {
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(ended.stdout, "");
    let crashed = ended.stderr.lines().any(|line| line.starts_with("panic: "));
    assert!(!crashed, "{}", ended.stderr);
    let directory = socket.parent().expect("a directory");
    assert!(!directory.exists(), "{} is left over", directory.display());
}

#[test]
fn started_by_hand_it_says_what_it_is() {
    let by_hand = |cookie: &str| -> Output {
        Command::new(example("minimal"))
            .env("TF_PLUGIN_MAGIC_COOKIE", cookie)
            .output()
            .expect("it runs")
    };
    for cookie in ["", "wrong"] {
        let output = by_hand(cookie);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("This is a Terraform provider"), "{said}");
    }
}

#[tokio::test]
async fn a_session_from_handshake_to_shutdown() {
    let parent = tempfile::tempdir().unwrap();
    let host = minimal()
        .variable("PLUGIN_UNIX_SOCKET_DIR", parent.path())
        .start()
        .await
        .unwrap();
    let handshake = host.handshake();
    assert_eq!((handshake.core_version, handshake.protocol_version), (1, 6));
    assert!(handshake.has_certificate());
    assert_eq!(handshake.multiplex, None);

    let socket = socket(&host);
    let directory = socket.parent().unwrap();
    assert_eq!(directory.parent(), Some(parent.path()));
    let mode = fs::metadata(directory).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o700);

    // As every host, with a stream open that nobody closes.
    let stdio = GrpcStdioClient::new(host.channel()).stream_stdio(()).await;
    let mut stdio = stdio.unwrap().into_inner();
    answers(&host).await;
    let ended = host.shut_down().await.unwrap();
    assert_eq!(stdio.message().await.unwrap_or(None), None);
    assert_clean(&ended, &socket);
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn a_host_that_wants_no_tls_gets_none() {
    let host = minimal().without_tls().start().await.unwrap();
    assert!(!host.handshake().has_certificate());
    answers(&host).await;
    let socket = socket(&host);
    assert_clean(&host.shut_down().await.unwrap(), &socket);
}

#[tokio::test]
async fn a_host_that_knows_the_seventh_field_gets_it() {
    let launch = minimal().variable("PLUGIN_MULTIPLEX_GRPC", "true");
    let host = launch.start().await.unwrap();
    assert_eq!(host.handshake().multiplex, Some(false));
    host.shut_down().await.unwrap();
}

#[tokio::test]
async fn a_host_that_makes_no_sense_is_told_so() {
    let launch = minimal().variable("PLUGIN_CLIENT_CERT", "-----BEGIN NONSENSE-----");
    let Err(Error::Ended { status, stderr }) = launch.start().await else {
        panic!("it served");
    };
    assert_eq!(status.code(), Some(1));
    assert!(stderr.contains("PLUGIN_CLIENT_CERT"), "{stderr}");
}

#[tokio::test]
async fn ctrl_c_is_left_to_the_host() {
    let host = minimal().variable("TF_LOG", "debug").start().await.unwrap();
    let socket = socket(&host);
    for (name, taken) in [("-INT", "interrupt"), ("-HUP", "hangup")] {
        signal(name, host.process_id());
        let taken = format!("left the {taken} to the host");
        host.logged(&taken).await.unwrap();
        answers(&host).await;
    }
    assert_clean(&host.shut_down().await.unwrap(), &socket);
}

#[tokio::test]
async fn only_the_second_sigterm_ends_it() {
    let host = minimal().variable("TF_LOG", "warn").start().await.unwrap();
    let socket = socket(&host);
    signal("-TERM", host.process_id());
    host.logged("a second SIGTERM ends the provider")
        .await
        .unwrap();
    answers(&host).await;
    signal("-TERM", host.process_id());
    assert_clean(&host.wait().await.unwrap(), &socket);
}

#[tokio::test]
async fn a_panic_is_a_diagnostic_and_no_crash() {
    let host = configured().await;
    let socket = socket(&host);
    for _ in 0..2 {
        let answer = make(host.provider(), "panic").await;
        let [diagnostic] = answer.diagnostics.as_slice() else {
            panic!("{:?}", answer.diagnostics);
        };
        assert!(diagnostic.detail.contains("as was asked"), "{diagnostic:?}");
    }
    let ended = host.shut_down().await.unwrap();
    assert_clean(&ended, &socket);
    let log = ended.stderr.lines().map(serde_json::from_str);
    let log: Vec<serde_json::Value> = log.collect::<Result<_, _>>().unwrap();
    let errors = log.iter().filter(|line| line["@level"] == "error");
    let messages: Vec<_> = errors.map(|line| &line["@message"]).collect();
    assert_eq!(messages, ["a handler panicked: as was asked"; 2]);
}

#[tokio::test]
async fn stopping_returns_at_once_and_the_work_still_answers() {
    let host = configured().await;
    let socket = socket(&host);
    let making = tokio::spawn(make(host.provider(), "wait"));
    host.logged("ApplyResourceChange").await.unwrap();
    let stopped = host
        .provider()
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap();
    assert_eq!(stopped.into_inner().error, "");
    let answer = making.await.unwrap();
    assert_eq!(answer.diagnostics[0].summary, "Half made");
    assert!(answer.new_state.is_some());
    assert_clean(&host.shut_down().await.unwrap(), &socket);
}

#[tokio::test]
async fn it_does_not_outlive_a_host_that_was_killed() {
    let host = minimal().start().await.unwrap();
    answers(&host).await;
    let socket = socket(&host);
    assert_clean(&host.hang_up().await.unwrap(), &socket);
}

#[tokio::test]
async fn it_does_not_outlive_the_process_that_started_it() {
    // The shell stays the parent, since it has another command to run.
    let host = Launch::new("/bin/sh")
        .argument("-c")
        .argument(r#""$0"; exit 1"#)
        .argument(example("minimal"))
        .start()
        .await
        .unwrap();
    answers(&host).await;
    let socket = socket(&host);
    signal("-KILL", host.process_id());
    // Ends with the pipes that the provider holds, although the connection is still there.
    host.wait().await.unwrap();
    assert!(!socket.parent().unwrap().exists());
}

#[tokio::test]
async fn every_line_of_the_log_is_one_that_terraform_parses() {
    let host = minimal().variable("TF_LOG", "json").start().await.unwrap();
    answers(&host).await;
    let check = HealthCheckRequest {
        service: "plugin".into(),
    };
    HealthClient::new(host.channel())
        .check(check)
        .await
        .unwrap();
    let ended = host.hang_up().await.unwrap();
    assert!(!ended.stderr.is_empty());
    for line in ended.stderr.lines() {
        let line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        for key in ["@level", "@message", "@timestamp"] {
            assert!(line[key].is_string(), "{line:?}");
        }
    }
}
