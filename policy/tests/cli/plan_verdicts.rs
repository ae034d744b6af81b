//! What is said of a plan is what is said of the configuration that it was made from, whichever
//! way it comes: every rule, every configuration that the real provider planned, both hosts.
//!
//! The table in `docs/plans.md` says which input decides what; `HOLDFAST_UPDATE=1` rewrites it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use holdfast::rules;
use serde_json::Value;

use crate::support::{Checked, Repo};

/// Every folder of `config/tests/fixtures/plans`.
const FOLDERS: [&str; 9] = [
    "all-in-one-spot",
    "dynamic-etcd-unknown",
    "modules",
    "no-etcd-block",
    "pool-per-zone-mixed",
    "retention-null-gated",
    "rke1-spot",
    "split-one-zone",
    "yaml-driven",
];

/// Of a plan as JSON it cannot be told whether a `dynamic` block stands where none is shown: it is
/// read as absent, and the message says so.
const READ_AS_ABSENT: [&str; 2] = ["dynamic-etcd-unknown", "no-etcd-block"];
const CAVEAT: &str = "unless a dynamic block sets it: pass --source";

/// Names of the plan of each host: binary, and as JSON.
const HOSTS: [(&str, &str); 2] = [("p.tfplan", "plan.json"), ("tofu.tfplan", "tofu.json")];

/// What a rule says of a cluster; where it holds, nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Violated,
    Undecided,
}

/// By rule and address.
type Verdicts = BTreeMap<(String, String), Said>;

fn folder(name: &str) -> Repo {
    Repo::copy_of(&format!("config/tests/fixtures/plans/{name}"))
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_default()
}

/// Everything but what is only there under a condition, which is not looked for in plans.
fn verdicts(checked: &Checked) -> Verdicts {
    let named = |entry: &Value| {
        (
            text(entry, "rule").to_owned(),
            text(entry, "address").to_owned(),
        )
    };
    let unconditional = |entry: &&Value| entry["when"].is_null();
    let findings = checked.entries("findings").iter();
    let findings = findings.filter(unconditional);
    let undecided = checked.entries("undecided").iter();
    findings
        .map(|entry| (named(entry), Said::Violated))
        .chain(undecided.map(|entry| (named(entry), Said::Undecided)))
        .collect()
}

/// What nobody's host or input changes: findings whole, and of open questions which they are.
fn told(checked: &Checked) -> Vec<Value> {
    let mut told: Vec<Value> = checked.entries("findings").to_vec();
    told.retain(|finding| finding["when"].is_null());
    for open in checked.entries("undecided") {
        let mut open = open.clone();
        for key in ["because", "chain"] {
            open[key].take();
        }
        told.push(open);
    }
    told
}

#[test]
fn every_folder_is_compared() {
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/tests/fixtures/plans");
    let entries = std::fs::read_dir(plans).expect("the fixtures are there");
    let folders = entries.filter_map(|entry| {
        let path = entry.expect("it can be listed").path();
        path.is_dir().then_some(path)
    });
    let names: BTreeSet<String> = folders
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, FOLDERS.map(str::to_owned).into());
}

#[test]
fn a_plan_with_its_sources_says_what_the_configuration_says() {
    for name in FOLDERS {
        let repo = folder(name);
        let written = repo.check(&[]);
        for (binary, json) in HOSTS {
            // Lines and columns, messages and related places are the same, too.
            let planned = repo.check(&[binary]);
            assert_eq!(told(&planned), told(&written), "{name}: {binary}");
            assert_eq!(
                planned.entries("errors"),
                [] as [Value; 0],
                "{name}: {binary}"
            );
            let with_source = repo.check(&[json, "--source", "."]);
            assert_eq!(told(&with_source), told(&written), "{name}: {json}");
            assert_eq!(
                with_source.entries("errors"),
                [] as [Value; 0],
                "{name}: {json}"
            );
            assert_eq!(
                [planned.output.code, with_source.output.code],
                [written.output.code; 2],
                "{name}"
            );
        }
    }
}

#[test]
fn pools_by_key_in_a_dynamic_block_are_tied_to_their_machines() {
    let repo = Repo::copy_of("policy/tests/fixtures/ten-resources");
    let written = repo.check(&[]);
    assert_eq!(
        written.verdicts(),
        "violated etcd-spot-only rancher2_cluster_v2.c[\"green\"]\n\
         violated retention-unset rancher2_cluster_v2.c[\"green\"]"
    );
    assert_eq!(told(&repo.check(&["p.tfplan"])), told(&written));
}

#[test]
fn a_binary_plan_far_from_its_sources_shows_the_lines_that_it_carries() {
    for name in FOLDERS {
        let here = folder(name);
        let elsewhere = Repo::new();
        for (binary, _) in HOSTS {
            let plan = std::fs::read(here.path().join(binary)).unwrap();
            elsewhere.write(binary, plan);
            let checked = elsewhere.check(&[binary]);
            let written = here.check(&[]);
            assert_eq!(verdicts(&checked), verdicts(&written), "{name}: {binary}");
            let lines = |checked: &Checked| {
                let findings = checked.entries("findings").iter();
                let lines = findings.map(|it| (it["line"].clone(), it["column"].clone()));
                lines.collect::<Vec<_>>()
            };
            assert_eq!(lines(&checked), lines(&written), "{name}: {binary}");
            for finding in checked.entries("findings") {
                let file = finding["file"].as_str().unwrap_or_default();
                assert!(file.starts_with(binary), "{name}: {file}");
            }
        }
    }
}

#[test]
fn json_alone_may_be_undecided_and_never_says_the_opposite() {
    for name in FOLDERS {
        let repo = folder(name);
        let written = verdicts(&repo.check(&[]));
        for (_, json) in HOSTS {
            let checked = repo.check(&[json]);
            assert_eq!(
                checked.entries("errors"),
                [] as [Value; 0],
                "{name}: {json}"
            );
            let alone = verdicts(&checked);
            for (about, said) in &alone {
                let before = written.get(about);
                let agrees = *said == Said::Undecided || before == Some(said);
                let is_read_as_absent = READ_AS_ABSENT.contains(&name);
                assert!(
                    agrees || is_read_as_absent,
                    "{name}: {json}: {about:?}: {said:?}"
                );
            }
            for about in written.keys() {
                // What is violated or open is never said to hold.
                assert!(alone.contains_key(about), "{name}: {json}: {about:?}");
            }
        }
    }
}

#[test]
fn what_is_read_as_absent_says_what_would_tell() {
    for name in READ_AS_ABSENT {
        let repo = folder(name);
        for (binary, json) in HOSTS {
            let finding = repo.check(&[json]).json["findings"][0].clone();
            assert_eq!(finding["rule"], "retention-unset", "{name}");
            let message = finding["message"].as_str().unwrap();
            assert!(message.ends_with(CAVEAT), "{name}: {message}");
            let human = repo.run(&["check", json]).stdout;
            assert!(human.contains(CAVEAT), "{name}: {human}");
            for args in [&["check", binary][..], &["check", json, "--source", "."]] {
                let output = repo.run(args);
                let human = output.stdout + &output.stderr;
                assert!(!human.contains(CAVEAT), "{name}: {args:?}: {human}");
            }
        }
    }
}

/// What one input says in all folders.
#[derive(Default)]
struct Column {
    /// Folders in which the rule is undecided though the configuration decides it, and why.
    open: BTreeMap<&'static str, String>,
    /// Folders in which something is read as absent.
    absent: Vec<&'static str>,
}

fn column(rule: &str, args: &dyn Fn(&str) -> Vec<String>) -> Column {
    let mut column = Column::default();
    for name in FOLDERS {
        let repo = folder(name);
        let args = args(name);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let checked = repo.check(&args);
        let written = verdicts(&repo.check(&[]));
        for open in checked.entries("undecided") {
            let about = (
                text(open, "rule").to_owned(),
                text(open, "address").to_owned(),
            );
            if about.0 == rule && !written.contains_key(&about) {
                let because = text(open, "because").to_owned();
                column.open.entry(name).or_insert(because);
            }
        }
        let caveats = checked.entries("findings").iter().filter(|finding| {
            finding["rule"] == rule && text(finding, "message").ends_with(CAVEAT)
        });
        column.absent.extend(caveats.map(|_| name));
    }
    column
}

impl Column {
    fn cell(&self) -> String {
        let names = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        let mut cell = "decides".to_owned();
        if !self.open.is_empty() {
            let open: Vec<&str> = self.open.keys().copied().collect();
            let _ = write!(cell, "; undecided in {}", names(&open));
        }
        if !self.absent.is_empty() {
            let _ = write!(cell, "; reads a block as absent in {}", names(&self.absent));
        }
        cell
    }
}

/// The generated part of the page.
fn table() -> String {
    let mut text = String::from(
        "| rule | configuration | binary plan | JSON with `--source` | JSON alone |\n\
         |---|---|---|---|---|\n",
    );
    let mut reasons =
        String::from("| rule | configuration | what plan JSON does not say |\n|---|---|---|\n");
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|&word| word.to_owned())
            .collect::<Vec<_>>()
    };
    for rule in rules::ALL {
        let cells = [
            column(rule.id, &|_| words(&[])),
            column(rule.id, &|_| words(&["p.tfplan"])),
            column(rule.id, &|_| words(&["plan.json", "--source", "."])),
            column(rule.id, &|_| words(&["plan.json"])),
        ];
        let _ = write!(text, "| `{}` |", rule.id);
        for cell in &cells {
            let _ = write!(text, " {} |", cell.cell());
        }
        text.push('\n');
        for (name, because) in &cells[3].open {
            let _ = writeln!(reasons, "| `{}` | `{name}` | {because} |", rule.id);
        }
    }
    format!("{text}\n{reasons}")
}

#[test]
fn the_page_says_which_input_decides_what() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/plans.md");
    let text = std::fs::read_to_string(&page).expect("the page is there");
    let (begin, end) = (
        "<!-- rule by input: begin -->\n",
        "<!-- rule by input: end -->",
    );
    let (before, rest) = text.split_once(begin).expect("the table begins");
    let (_, after) = rest.split_once(end).expect("the table ends");
    let fresh = format!("{before}{begin}\n{}\n{end}{after}", table());
    if std::env::var_os("HOLDFAST_UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&page, &fresh).expect("the page is written");
    } else {
        assert!(
            fresh == text,
            "docs/plans.md is stale: HOLDFAST_UPDATE=1 cargo test -p holdfast --test cli plan_verdicts"
        );
    }
}
