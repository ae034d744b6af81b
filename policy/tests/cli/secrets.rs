//! What is sensitive is never shown: canaries planted in variables and in a plan's values, over
//! every input and every format. `fixtures/secrets` and `fixtures/secret-blocks` were planned by the
//! real provider.

use serde_json::Value;

use crate::support::{Repo, with_plan};

/// What every planted secret contains, in small letters.
const CANARIES: [&str; 2] = ["canary", "4711"];

const PLANS: [&str; 4] = ["p.tfplan", "tofu.tfplan", "plan.json", "tofu.json"];

fn secrets() -> Repo {
    Repo::copy_of("policy/tests/fixtures/secrets")
}

#[track_caller]
fn assert_silent(repo: &Repo, args: &[&str]) -> String {
    let mut all = vec![
        "check",
        "--output",
        "json=report.json",
        "--output",
        "human=report.txt",
    ];
    all.extend(args);
    let output = repo.run(&all);
    let read = |name: &str| {
        std::fs::read_to_string(repo.path().join(name)).expect("the report is written")
    };
    let text = [
        output.stdout,
        output.stderr,
        read("report.json"),
        read("report.txt"),
    ]
    .join("\n");
    let small = text.to_lowercase();
    for canary in CANARIES {
        assert!(!small.contains(canary), "{args:?}:\n{text}");
    }
    text
}

#[test]
fn the_canaries_are_in_what_is_read() {
    for plan in PLANS.iter().filter(|plan| plan.ends_with(".json")) {
        let text = std::fs::read_to_string(secrets().path().join(plan)).unwrap();
        assert!(
            text.matches("canary").count() > 5 && text.contains("4711"),
            "{plan}"
        );
    }
}

/// A folder as it is, and each of its plans with and without its sources.
fn inputs() -> Vec<Vec<&'static str>> {
    let plans = PLANS.iter();
    let ways = plans.flat_map(|&plan| [vec![plan], vec![plan, "--source", "."]]);
    std::iter::once(vec!["."]).chain(ways).collect()
}

#[test]
fn what_a_dynamic_block_takes_from_a_sensitive_value_is_not_shown() {
    let repo = Repo::copy_of("policy/tests/fixtures/secret-blocks");
    for args in inputs() {
        let text = assert_silent(&repo, &args);
        assert!(text.contains("retention-unset"), "{args:?}:\n{text}");
    }
}

#[test]
fn findings_about_sensitive_values_do_not_show_them() {
    let repo = secrets();
    for args in inputs() {
        let text = assert_silent(&repo, &args);
        // They rest on sensitive values all the same.
        for rule in ["etcd-spot-only", "retention-unset"] {
            assert!(text.contains(rule), "{args:?}: {rule} is silent:\n{text}");
        }
        assert!(
            text.contains("machine_pools[0]"),
            "{args:?}: the name is not shown:\n{text}"
        );
    }
}

#[test]
fn a_plan_that_is_damaged_around_a_secret_does_not_show_it() {
    let repo = secrets();
    let text = std::fs::read_to_string(repo.path().join("plan.json")).unwrap();
    let plan: Value = serde_json::from_str(&text).unwrap();
    let pointers = [
        "/resource_changes",
        "/resource_changes/0",
        "/resource_changes/0/mode",
        "/resource_changes/0/change",
        "/resource_changes/0/change/actions",
        "/resource_changes/0/change/after/rke_config",
        "/resource_changes/0/change/after/rke_config/0/etcd/0/snapshot_retention",
        "/resource_changes/0/change/after/rke_config/0/machine_pools/0/quantity",
        "/resource_changes/0/change/after_unknown",
        "/resource_changes/0/change/after_sensitive",
        "/resource_changes/1/change/after/amazonec2_config/0/request_spot_instance",
        "/variables",
        "/variables/token",
        "/output_changes",
        "/output_changes/token",
        "/configuration",
        "/configuration/root_module",
        "/complete",
        "/errored",
    ];
    for pointer in pointers {
        let mut damaged = plan.clone();
        *damaged
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}")) = "canary-4711".into();
        repo.write("damaged.json", damaged.to_string());
        assert_silent(&repo, &["damaged.json"]);
        assert_silent(&repo, &["damaged.json", "--source", "."]);
    }
    for end in (0..text.len()).step_by(97) {
        if text.is_char_boundary(end) {
            repo.write("damaged.json", &text[..end]);
            assert_silent(&repo, &["damaged.json"]);
        }
    }
}

#[test]
fn a_plan_file_that_is_damaged_around_a_secret_does_not_show_it() {
    let repo = secrets();
    let plan = std::fs::read(repo.path().join("p.tfplan")).unwrap();
    for step in 0..400 {
        let flipped = with_plan(&plan, |bytes| {
            let at = step * 131 % bytes.len();
            bytes[at] ^= 1 << (step % 8);
        });
        repo.write("damaged.tfplan", flipped);
        assert_silent(&repo, &["damaged.tfplan"]);
    }
}

#[test]
fn variables_of_the_command_line_are_not_shown() {
    let repo = secrets();
    std::fs::remove_file(repo.path().join("terraform.tfvars")).unwrap();
    let given = [
        "-var",
        "token=canary",
        "-var",
        "pool=canary",
        "-var",
        "keep=canary-4711",
        "-var",
        "machines={spot=canary,key=\"canary\"}",
    ];
    assert_silent(&repo, &given);
    repo.write(
        "typed.tfvars",
        "token = canary\nmachines = { spot = canary }\n",
    );
    assert_silent(&repo, &["-var-file", "typed.tfvars"]);
    let mut with_plan = vec!["plan.json"];
    with_plan.extend(given);
    assert_silent(&repo, &with_plan);
}
