//! Second opinions: the same requests to the sandbox, to moto and to versitygw, held against what
//! AWS says.
//!
//! A case (`case`, with `buckets`, `configuration`, `lifecycle` and `objects`) is a list of requests with the
//! answers of AWS. The sandbox must give them all. Where another store gives another one,
//! `difference` records it, and `OPINIONS.md` lists it beside AWS's answer and the page that
//! decides. A store that is not installed is passed over with a sentence.

mod buckets;
mod case;
mod configuration;
mod difference;
mod endpoint;
mod lifecycle;
mod objects;
#[path = "../shared/rules.rs"]
mod rules;
mod sign;
mod table;

use std::collections::BTreeSet;

use case::Case;
use difference::{DIFFERENCES, Store};
use endpoint::Endpoint;
use holdfast_sandbox::{Other, OtherError, Sandbox};

fn cases() -> Vec<Case> {
    let parts = [
        buckets::cases(),
        configuration::cases(),
        lifecycle::cases(),
        objects::cases(),
    ];
    parts.into_iter().flatten().collect()
}

/// What a store says otherwise than AWS.
struct Dissent {
    case: &'static str,
    step: &'static str,
    aws: &'static str,
    says: String,
}

fn dissent(url: &str) -> Vec<Dissent> {
    let endpoint = Endpoint::new(url);
    let mut dissent = Vec::new();
    for case in cases() {
        let heard = endpoint.hear(&case);
        for (step, says) in case.steps.iter().zip(heard) {
            if says != step.says {
                dissent.push(Dissent {
                    case: case.name,
                    step: step.name,
                    aws: step.says,
                    says,
                });
            }
        }
    }
    dissent
}

/// Holds a store against the table, both ways.
fn compare(store: Store, started: Result<Other, OtherError>) {
    let other = match started {
        Ok(other) => other,
        Err(missing @ OtherError::Missing { .. }) => {
            eprintln!("{} is not asked: {missing}", store.name());
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let found: BTreeSet<(String, String)> = dissent(other.url())
        .into_iter()
        .map(|found| (format!("{}/{}", found.case, found.step), found.says))
        .collect();
    let known = known(store);
    let line =
        |(step, says): &(String, String)| format!("    {}({step:?}, {says:?}),\n", store.name());
    let new: String = found.difference(&known).map(line).collect();
    let gone: String = known.difference(&found).map(line).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "{} differs from AWS otherwise than difference.rs says.\nNew:\n{new}Gone:\n{gone}",
        store.name()
    );
}

/// What the table says of a store, step by step.
fn known(store: Store) -> BTreeSet<(String, String)> {
    let mut known = BTreeSet::new();
    for case in cases() {
        for step in &case.steps {
            let mut of_store = DIFFERENCES.iter().filter(|found| found.store == store);
            if let Some(found) = of_store.find(|found| found.is_about(case.name, step.name)) {
                let name = format!("{}/{}", case.name, step.name);
                known.insert((name, found.says.to_owned()));
            }
        }
    }
    known
}

#[test]
fn the_sandbox_is_of_the_opinion_of_aws() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let dissent = dissent(&sandbox.url());
    let lines: Vec<String> = dissent
        .iter()
        .map(|found| {
            format!(
                "{}/{}: AWS says {}, the sandbox {}",
                found.case, found.step, found.aws, found.says
            )
        })
        .collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn moto_differs_where_the_table_says() {
    compare(Store::Moto, Other::moto());
}

#[test]
fn versitygw_differs_where_the_table_says() {
    compare(Store::Versitygw, Other::versitygw());
}

#[test]
fn steps_have_names_of_their_own_and_differences_name_them() {
    let mut names = BTreeSet::new();
    for case in cases() {
        for step in &case.steps {
            let name = format!("{}/{}", case.name, step.name);
            assert!(names.insert(name.clone()), "{name} stands twice");
        }
    }
    for difference in DIFFERENCES {
        let about = cases().iter().any(|case| {
            let mut steps = case.steps.iter();
            steps.any(|step| difference.is_about(case.name, step.name))
        });
        assert!(about, "{} is no step", difference.step);
    }
}
