//! Accept or reject, as `terraform fmt -check` does: exit 2 rejects, 0 and 3 accept.
//!
//! The verdicts lie in `data/syntax/*.json`, so that this runs without a host; the last test asks
//! the hosts at hand for all of them again (`HOLDFAST_TERRAFORM_BINARIES`, else the `terraform` on
//! PATH). `HOLDFAST_UPDATE=1` writes what the first of them says.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::accepts;
use super::fmt::rejected_by;
use super::generate;
use super::random::Random;

/// How many generated texts are kept, valid ones and mutated ones by turns.
const GENERATED: u64 = 600;

#[derive(Debug)]
struct Case {
    text: String,
    is_accepted: bool,
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/syntax")
        .join(name)
}

fn read(name: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(data(name)).expect("the data is committed");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("the data is JSON");
    let case = |case: &Value| Case {
        text: case["text"].as_str().expect("a text").to_owned(),
        is_accepted: case["accepted"].as_bool().expect("a verdict"),
    };
    cases.iter().map(case).collect()
}

fn write(name: &str, cases: &[Case]) {
    let lines: Vec<String> = cases
        .iter()
        .map(|case| {
            let text = Value::from(case.text.as_str());
            format!("{{\"accepted\": {}, \"text\": {text}}}", case.is_accepted)
        })
        .collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    std::fs::write(data(name), text).expect("the data can be written");
}

/// Texts that the generator makes, in a fixed order.
fn generated() -> Vec<String> {
    let text = |seed| {
        let mut random = Random::new(seed);
        let mut text = generate::valid(&mut random);
        if seed % 3 == 0 {
            text.push('\n');
            text.push_str(&generate::heredoc(&mut random));
        }
        if seed % 2 == 0 {
            text = generate::mutated(&mut random, &text);
        }
        text
    };
    (0..GENERATED).map(text).collect()
}

fn disagreements(cases: &[Case]) -> Vec<String> {
    let wrong = cases
        .iter()
        .filter(|case| accepts(&case.text) != case.is_accepted);
    let shown = wrong.map(|case| format!("accepted {}: {:?}", case.is_accepted, case.text));
    shown.collect()
}

#[test]
fn small_cases_have_terraforms_verdict() {
    let cases = read("cases.json");
    assert!(cases.len() >= 250, "{}", cases.len());
    let rejected = cases.iter().filter(|case| !case.is_accepted).count();
    assert!(rejected >= 100 && cases.len() - rejected >= 100);
    assert_eq!(disagreements(&cases), Vec::<String>::new());
}

#[test]
fn generated_texts_have_terraforms_verdict() {
    let cases = read("generated.json");
    let texts: Vec<&str> = cases.iter().map(|case| case.text.as_str()).collect();
    assert_eq!(texts, generated(), "HOLDFAST_UPDATE=1 writes them anew");
    assert_eq!(disagreements(&cases), Vec::<String>::new());
}

#[test]
fn the_verdicts_are_those_of_the_hosts_at_hand() {
    let is_update = std::env::var_os("HOLDFAST_UPDATE").is_some();
    for host in hosts() {
        let mut cases = read("cases.json");
        let small = cases.len();
        if is_update {
            let new = |text| Case {
                text,
                is_accepted: true,
            };
            cases.extend(generated().into_iter().map(new));
        } else {
            cases.extend(read("generated.json"));
        }
        let texts = cases.iter().map(|case| case.text.as_str());
        let rejected = rejected_by(&host, texts).expect("the host runs");
        let mut wrong = Vec::new();
        for (at, case) in cases.iter_mut().enumerate() {
            let is_accepted = !rejected.contains(&at);
            if is_accepted != case.is_accepted {
                wrong.push(format!("accepted {is_accepted}: {:?}", case.text));
                case.is_accepted = is_accepted;
            }
        }
        if is_update {
            let generated = cases.split_off(small);
            write("cases.json", &cases);
            write("generated.json", &generated);
            return;
        }
        assert_eq!(wrong, Vec::<String>::new(), "{}", host.display());
    }
}

fn hosts() -> Vec<PathBuf> {
    let on_path = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(&path).map(|folder| folder.join("terraform"));
        places.find(|place| place.is_file()).into_iter().collect()
    };
    match std::env::var_os("HOLDFAST_TERRAFORM_BINARIES") {
        Some(listed) => std::env::split_paths(&listed).collect(),
        None => on_path(),
    }
}
