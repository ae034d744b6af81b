//! The program itself: what it prints first, and what ends it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use holdfast_sandbox::Remote;
use serde_json::json;

fn start() -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast-sandbox"))
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output is piped");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("it prints a line");
    let url = line
        .trim_end()
        .strip_prefix("listening on ")
        .expect("the line says where")
        .to_owned();
    (child, url)
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(status.expect("kill runs").success());
}

#[test]
fn the_first_line_says_where_and_sigterm_ends_it() {
    for name in ["-TERM", "-INT"] {
        let (mut child, url) = start();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        let remote = Remote::new(&url).unwrap();
        assert_eq!(
            remote.state().unwrap(),
            json!({ "dlm": { "policies": [] }, "s3": { "buckets": [] } })
        );
        signal(&child, name);
        assert!(child.wait().unwrap().success(), "{name}");
        assert!(remote.state().is_err(), "nobody listens any more");
    }
}

#[test]
fn a_call_that_hangs_does_not_keep_it_alive() {
    let (mut child, url) = start();
    let remote = Remote::new(&url).unwrap();
    let held = {
        let remote = remote.clone();
        let rule = remote
            .call(
                "POST",
                "/_sandbox/faults",
                Some(&json!({ "fault": { "kind": "hang" } })),
            )
            .unwrap();
        // Nothing ever hangs in it, so this waits until the program ends.
        std::thread::spawn(move || {
            remote.call(
                "GET",
                &format!("/_sandbox/faults/{}/held", rule["id"]),
                None,
            )
        })
    };
    signal(&child, "-TERM");
    assert!(child.wait().unwrap().success());
    assert!(held.join().unwrap().is_err());
}

#[test]
fn addresses_that_others_can_reach_are_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_holdfast-sandbox"))
        .args(["--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @r#"holdfast-sandbox: refusing to listen on 0.0.0.0:0: the sandbox lets everybody in, so it listens on loopback only; use 127.0.0.1:0"#);
}
