//! Plans on the command line: what is taken for one, what is wrong with it, what the report says
//! where nobody knows a line.

use serde_json::Value;

use crate::support::{Checked, Repo, with_plan, zip_of};

/// With the configuration and the plans of a folder of `config/tests/fixtures/plans`.
fn folder(name: &str) -> Repo {
    Repo::copy_of(&format!("config/tests/fixtures/plans/{name}"))
}

/// With nothing but a plan.
fn only(folder: &str, plan: &str) -> Repo {
    let repo = Repo::new();
    repo.write(plan, fixture(folder, plan));
    repo
}

fn fixture(folder: &str, plan: &str) -> Vec<u8> {
    let fixtures = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../config/tests/fixtures/plans"
    );
    std::fs::read(format!("{fixtures}/{folder}/{plan}")).expect("the fixture is there")
}

/// A binary plan with these bytes after those of its member `tfplan`: of a field that is there
/// twice, the later one counts.
fn with_fields(plan: &[u8], fields: &[u8]) -> Vec<u8> {
    with_plan(plan, |bytes| bytes.extend(fields))
}

/// JSON with one key at the top changed.
fn with_key(plan: &[u8], key: &str, value: impl Into<Value>) -> Vec<u8> {
    let mut plan: Value = serde_json::from_slice(plan).expect("a plan is JSON");
    plan[key] = value.into();
    plan.to_string().into_bytes()
}

/// What standard error says in a human run, and the code.
fn refused(repo: &Repo, path: &str) -> String {
    let output = repo.run(&["check", path]);
    format!("{}\n{}", output.code, output.stderr.trim_end())
}

fn findings(checked: &Checked) -> usize {
    checked.entries("findings").len()
}

#[test]
fn a_plan_as_json_is_told_without_lines() {
    let repo = only("all-in-one-spot", "plan.json");
    let checked = repo.check(&["plan.json"]);
    assert_eq!(checked.output.code, 1);
    insta::assert_snapshot!(checked.output.stdout);
    insta::assert_snapshot!(repo.run(&["check", "plan.json"]).stdout);
}

#[test]
fn what_json_cannot_tell_says_what_would() {
    let repo = only("modules", "plan.json");
    insta::assert_snapshot!(repo.check(&["plan.json"]).output.stdout);
    insta::assert_snapshot!(repo.run(&["check", "plan.json"]).stdout);
    let repo = only("no-etcd-block", "plan.json");
    insta::assert_snapshot!(repo.run(&["check", "plan.json"]).stdout);
}

#[test]
fn a_binary_plan_is_told_with_the_lines_it_carries() {
    let repo = only("yaml-driven", "p.tfplan");
    insta::assert_snapshot!(repo.check(&["p.tfplan"]).output.stdout);
    insta::assert_snapshot!(repo.run(&["check", "p.tfplan"]).stdout);
}

#[test]
fn a_plan_beside_its_sources_is_told_with_theirs() {
    for args in [&["p.tfplan"][..], &["plan.json", "--source", "."]] {
        let checked = folder("all-in-one-spot").check(args);
        assert_eq!(checked.json["findings"][0]["file"], "main.tf", "{args:?}");
    }
}

#[test]
fn standard_input_is_a_plan_of_either_kind() {
    let repo = Repo::new();
    for plan in ["plan.json", "p.tfplan", "tofu.json", "tofu.tfplan"] {
        let text = fixture("all-in-one-spot", plan);
        let output = repo.run_on(&["check", "-"], &text);
        assert_eq!((output.code, output.stderr.as_str()), (1, ""), "{plan}");
        let end = "checked 1 cluster in 1 plan\n";
        assert!(output.stdout.ends_with(end), "{plan}: {}", output.stdout);
    }
    let text = fixture("all-in-one-spot", "plan.json");
    let json = repo.run_on(&["check", "-", "--format", "json"], &text);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    for key in ["file", "line", "column"] {
        assert_eq!(json["findings"][0][key], Value::Null, "{key} is not known");
    }
    let human = repo.run_on(&["check", "-"], &text).stdout;
    assert!(human.contains("--> standard input\n"), "{human}");
    let source = folder("all-in-one-spot");
    let human = source.run_on(&["check", "-", "--source", "."], &text);
    assert!(human.stdout.contains("--> main.tf:"), "{}", human.stdout);
}

#[test]
fn several_plans_and_directories_are_counted() {
    let repo = Repo::new();
    repo.write("a/plan.json", fixture("all-in-one-spot", "plan.json"));
    repo.write("b/p.tfplan", fixture("yaml-driven", "p.tfplan"));
    repo.write("live/main.tf", fixture("all-in-one-spot", "main.tf"));
    let output = repo.run(&["check", "a/plan.json", "b/p.tfplan", "b/p.tfplan", "live"]);
    assert_eq!((output.code, output.stderr.as_str()), (1, ""));
    let end = "3 errors; checked 4 clusters in 1 root module and 2 plans\n";
    assert!(output.stdout.ends_with(end), "{}", output.stdout);

    let listed = repo.run(&["check", "--show-roots", "b/p.tfplan", "live", "-"]);
    assert_eq!(listed.stdout, "live\nb/p.tfplan\nstandard input\n");
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
}

#[test]
fn a_finding_of_two_plans_of_one_configuration_is_heard_once() {
    let repo = folder("all-in-one-spot");
    let args = ["plan.json", "tofu.json", "p.tfplan", "--source", "."];
    assert_eq!(findings(&repo.check(&args)), 1);
    let human = repo.run(&["check", "plan.json", "p.tfplan", "--source", "."]);
    let note = "note: planned in plan.json and p.tfplan";
    assert!(human.stdout.contains(note), "{}", human.stdout);
}

#[test]
fn directories_are_walked_past_the_plans_in_them() {
    let repo = only("all-in-one-spot", "plan.json");
    repo.write("p.tfplan", fixture("all-in-one-spot", "p.tfplan"));
    repo.write("main.tf", "");
    let output = repo.run(&["check"]);
    assert_eq!(output.stdout, "no cluster found in 1 root module\n");
}

#[test]
fn patterns_that_the_shell_left_are_resolved() {
    let repo = Repo::new();
    for root in ["envs/prod", "envs/stage"] {
        let plan = fixture("yaml-driven", "p.tfplan");
        repo.write(&format!("{root}/p.tfplan"), plan);
    }
    repo.write(".gitignore", "*.tfplan\n");
    let output = repo.run(&["check", "**/*.tfplan"]);
    assert_eq!((output.code, output.stderr.as_str()), (1, ""));
    let end = "checked 4 clusters in 2 plans\n";
    assert!(output.stdout.ends_with(end), "{}", output.stdout);
    insta::assert_snapshot!(refused(&repo, "**/*.plan"), @r"
    2
    error: no file matches **/*.plan
     |
     = help: a * stays within one directory, ** does not; hidden directories are skipped
    ");
}

#[test]
fn what_a_plan_was_made_with_is_not_given_again() {
    let repo = folder("retention-null-gated");
    let args = [
        "check",
        "plan.json",
        "-var",
        "retention=36",
        "--workspace",
        "prod",
    ];
    let output = repo.run_with(&args, &[("TF_VAR_retention", "36"), ("TF_WORKSPACE", "x")]);
    assert_eq!(output.code, 1);
    insta::assert_snapshot!(output.stderr, @r"
    note: --workspace changed nothing: a plan holds what it was made with

    note: -var and -var-file changed nothing: a plan holds what it was made with
    ");
    let source = repo.run(&["check", "--source", ".", "main.tf"]);
    insta::assert_snapshot!(source.stderr, @"note: --source changed nothing: no PATH is a plan");
    // Beside a plan a directory still gets them.
    let both = repo.run(&["check", "plan.json", ".", "-var", "retention=36"]);
    assert_eq!(both.stderr, "");
}

#[test]
fn a_source_that_is_no_directory_is_wrong_usage() {
    let repo = folder("all-in-one-spot");
    for source in ["nowhere", "main.tf"] {
        let output = repo.run(&["check", "plan.json", "--source", source]);
        assert_eq!(output.code, 2, "{source}");
        assert!(output.stderr.contains("--source"), "{}", output.stderr);
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn partial_plans_and_those_with_errors_are_never_clean() {
    let (binary, json) = (
        fixture("split-one-zone", "p.tfplan"),
        fixture("split-one-zone", "plan.json"),
    );
    // `complete` is field 26 of the plan, `errored` field 20.
    let partial = with_fields(&binary, &[26 << 3 & 0x7f | 0x80, 26 >> 4, 0]);
    let errored = with_fields(&binary, &[20 << 3 & 0x7f | 0x80, 20 >> 4, 1]);
    for (name, plan) in [
        ("partial.tfplan", partial),
        ("errored.tfplan", errored),
        ("partial.json", with_key(&json, "complete", false)),
        ("errored.json", with_key(&json, "errored", true)),
    ] {
        let repo = Repo::new();
        repo.write(name, plan);
        let checked = repo.check(&[name]);
        assert_eq!(checked.output.code, 3, "{name}");
        let error = checked.json["errors"][0]["message"].as_str().unwrap();
        assert!(error.contains("partial plan"), "{name}: {error}");
        assert_eq!(checked.json["errors"][0]["file"], name);
    }
    let spot = with_key(&fixture("all-in-one-spot", "plan.json"), "complete", false);
    let repo = Repo::new();
    repo.write("plan.json", spot);
    let checked = repo.check(&["plan.json"]);
    assert_eq!((checked.output.code, findings(&checked)), (3, 1));
    let tofu = only("split-one-zone", "tofu.json");
    assert_eq!(
        tofu.check(&["tofu.json"]).output.code,
        0,
        "absent is not false"
    );
}

#[test]
fn every_kind_of_bad_plan_is_one_sentence_and_no_verdict() {
    let binary = fixture("split-one-zone", "p.tfplan");
    let json = fixture("split-one-zone", "plan.json");
    let repo = Repo::new();
    repo.write("truncated.tfplan", &binary[..binary.len() / 2]);
    repo.write("truncated.json", &json[..json.len() / 2]);
    repo.write(
        "text.tfplan",
        "Terraform will perform the following actions:\n",
    );
    repo.write("empty.tfplan", "");
    repo.write("empty.json", "");
    repo.write("later.tfplan", with_fields(&binary, &[1 << 3, 4]));
    repo.write("later.json", with_key(&json, "format_version", "2.0"));
    repo.write(
        "encrypted.tfplan",
        r#"{"meta":{"key_provider.pbkdf2.k":"e30="},"encrypted_data":"AAAA","encryption_version":"v0"}"#,
    );
    repo.write("log.json", "{\"@level\":\"info\",\"@message\":\"x\"}\n{}\n");
    repo.write(
        "other.zip",
        zip_of([("readme.txt".to_owned(), b"hello".to_vec())]),
    );
    repo.write("folder.tfplan/readme.txt", "");
    let mut told = String::new();
    for name in [
        "truncated.tfplan",
        "truncated.json",
        "text.tfplan",
        "empty.tfplan",
        "empty.json",
        "later.tfplan",
        "later.json",
        "encrypted.tfplan",
        "log.json",
        "other.zip",
        "folder.tfplan",
        "missing.tfplan",
    ] {
        let output = repo.run(&["check", name]);
        assert_eq!(output.stdout, "nothing was checked\n", "{name}");
        let errors = repo.check(&[name]).entries("errors").len();
        assert_eq!(errors, 1, "{name}");
        told += &format!("{name}: {}\n\n", refused(&repo, name));
    }
    let output = repo.run_on(&["check", "-"], b"");
    told += &format!("-: {}\n{}", output.code, output.stderr);
    insta::assert_snapshot!(told);
}

#[test]
fn a_bad_plan_does_not_stop_the_others() {
    let repo = folder("all-in-one-spot");
    repo.write("bad.tfplan", "x");
    let checked = repo.check(&["bad.tfplan", "p.tfplan", "missing.tfplan"]);
    assert_eq!((checked.output.code, findings(&checked)), (2, 1));
    let checked = repo.check(&["bad.tfplan", "p.tfplan"]);
    assert_eq!((checked.output.code, findings(&checked)), (3, 1));
}
