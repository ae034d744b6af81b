//! The program as a process: streams, colour, exit codes.

use std::process::{Command, Stdio};

use crate::support::Repo;

/// Rejected by every rule.
const BAD: &str = r#"
resource "rancher2_cluster_v2" "c" {
  name               = "c"
  kubernetes_version = "v1.34.6+k3s1"
  rke_config {
  }
}
"#;

fn holdfast(repo: &Repo) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.arg("check").current_dir(repo.path()).env_clear();
    command
}

#[test]
fn the_process_says_what_a_run_says() {
    let repo = Repo::with(BAD);
    let output = holdfast(&repo).output().unwrap();
    let run = repo.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), run.stdout);
    assert!(output.stderr.is_empty(), "progress is silent");
}

#[test]
fn colour_is_for_terminals_and_can_be_refused() {
    let repo = Repo::with(BAD);
    let coloured = |name: &str, value: &str| {
        let output = holdfast(&repo).env(name, value).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!coloured("TERM", "xterm-256color"), "a pipe is no terminal");
    assert!(coloured("CLICOLOR_FORCE", "1"));
    let both = holdfast(&repo)
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(!both.stdout.contains(&0x1b));
}

#[cfg(unix)]
#[test]
fn a_plan_may_come_through_a_pipe() {
    let repo = Repo::copy_of("config/tests/fixtures/plans/all-in-one-spot");
    for path in ["-", "/dev/stdin"] {
        let plan = std::fs::read(repo.path().join("plan.json")).unwrap();
        let (reader, mut writer) = std::io::pipe().unwrap();
        let mut command = holdfast(&repo);
        let child = command.arg(path).stdin(reader).stdout(Stdio::piped());
        let child = child.spawn().unwrap();
        // The command keeps an end, too.
        drop(command);
        std::io::Write::write_all(&mut writer, &plan).unwrap();
        drop(writer);
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{path}");
        assert!(
            text.ends_with("checked 1 cluster in 1 plan\n"),
            "{path}: {text}"
        );
    }
}

#[test]
fn a_reader_that_went_away_is_no_error_and_hides_no_finding() {
    let repo = Repo::with(BAD);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = holdfast(&repo)
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
