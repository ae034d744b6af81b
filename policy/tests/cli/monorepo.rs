//! Many root modules at once: what is said of them is right, in one order, and the same however
//! many threads say it.

use std::process::Command;

use holdfast_monorepo::{Fault, Monorepo};
use serde_json::Value;

use crate::support::Repo;

const ONE_TEAM: Monorepo = Monorepo { teams: 1 };
const TWO_TEAMS: Monorepo = Monorepo { teams: 2 };

fn written(monorepo: Monorepo) -> Repo {
    let repo = Repo::new();
    monorepo.write(repo.path()).expect("it is writable");
    repo
}

fn text<'e>(entry: &'e Value, key: &str) -> &'e str {
    entry[key].as_str().unwrap_or("-")
}

/// Where clusters of a fault stand, what is said of them, and how: `file rule address severity
/// when`.
fn expected() -> Vec<String> {
    let said = |(root, fault): (holdfast_monorepo::Root, Fault)| {
        let directory = root.directory();
        let team = directory.split("/live/").next().unwrap_or_default();
        let (file, how) = match fault {
            Fault::Spot | Fault::NoRetention => (format!("{directory}/main.tf"), "error -"),
            Fault::SpotInModule => (format!("{team}/modules/cluster/main.tf"), "error -"),
            Fault::SpotBehindGate => (
                format!("{team}/modules/cluster/main.tf"),
                "warning var.enabled = true",
            ),
            Fault::UnknownRetention => (format!("{directory}/main.tf"), "undecided"),
        };
        format!("{file} {} {} {how}", fault.rule(), fault.address())
    };
    let mut all: Vec<String> = TWO_TEAMS.faults().map(said).collect();
    all.sort();
    all
}

#[test]
fn each_fault_is_found_and_nothing_else() {
    let checked = written(TWO_TEAMS).check(&[]);
    assert_eq!(checked.output.stderr, "");
    assert_eq!(checked.output.code, 1);
    let rules: Vec<&str> = Fault::ALL.into_iter().map(Fault::rule).collect();
    // Other rules may have something to say of it, too.
    let is_ours = |entry: &&Value| rules.contains(&text(entry, "rule"));
    let entries = |key: &str| checked.json[key].as_array().cloned().unwrap_or_default();
    let spot = |entry: &Value| {
        let [file, rule, address] = ["file", "rule", "address"].map(|key| text(entry, key));
        format!("{file} {rule} {address}")
    };
    let finding =
        |it: &Value| format!("{} {} {}", spot(it), text(it, "severity"), text(it, "when"));
    let open = |it: &Value| format!("{} undecided", spot(it));
    let mut told: Vec<String> = entries("findings")
        .iter()
        .filter(is_ours)
        .map(finding)
        .collect();
    told.extend(entries("undecided").iter().filter(is_ours).map(open));
    told.sort();
    assert_eq!(told, expected());
}

#[test]
fn findings_are_sorted() {
    let checked = written(TWO_TEAMS).check(&[]);
    for key in ["findings", "undecided"] {
        let entries = checked.json[key].as_array().expect("a list");
        let place = |it: &Value| {
            let number = |key: &str| it[key].as_u64().unwrap_or_default();
            let [file, rule, address] =
                ["file", "rule", "address"].map(|key| text(it, key).to_owned());
            (file, number("line"), number("column"), rule, address)
        };
        assert!(entries.len() > 1);
        assert!(entries.iter().map(place).is_sorted(), "{key}");
    }
}

#[test]
fn any_number_of_threads_says_the_same() {
    let repo = written(ONE_TEAM);
    let said = |threads: &str, format: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["check", "--format", format])
            .current_dir(repo.path())
            .env_clear()
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .expect("the program starts");
        (output.status.code(), output.stdout, output.stderr)
    };
    for format in ["human", "json"] {
        let alone = said("1", format);
        assert_eq!(alone.0, Some(1));
        for threads in ["2", "16"] {
            assert!(
                said(threads, format) == alone,
                "{format} on {threads} threads"
            );
        }
    }
}
