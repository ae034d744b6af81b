//! The table for people: `OPINIONS.md`.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::case::Case;
use crate::cases;
use crate::difference::{DIFFERENCES, Store};

const HEAD: &str = "# Second opinions on S3

The sandbox, moto 5.2.5 and versitygw 1.8.0 get the same requests (`tests/opinions`). The sandbox
answers all of them as AWS does. These tables show where the others do not, and the page of AWS
that decides; an empty cell means: as AWS. For what AWS's pages leave open, `src/s3/mod.rs` says what the sandbox does and why.
versitygw is a store of its own, not an AWS: where it answers 501, it lacks the feature.

Written by the tests from `tests/opinions/difference.rs`; `HOLDFAST_UPDATE=1 cargo test -p
holdfast-sandbox --test opinions` writes it anew.
";

fn table() -> String {
    let mut text = HEAD.to_owned();
    for case in cases() {
        let (all, rows) = (all(&case), rows(&case));
        if all.is_empty() && rows.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n## {}\n\nAWS decides: <{}>\n{all}",
            case.name, case.page
        );
        if !rows.is_empty() {
            let _ = write!(
                text,
                "\n| request | AWS and the sandbox | moto | versitygw |\n|---|---|---|---|\n{rows}"
            );
        }
    }
    text
}

/// What a store says to a whole case.
fn all(case: &Case) -> String {
    let whole = format!("{}/*", case.name);
    DIFFERENCES
        .iter()
        .filter(|found| found.step == whole)
        .map(|found| {
            format!(
                "\n{} answers `{}` to all of this.\n",
                found.store.name(),
                found.says
            )
        })
        .collect()
}

/// One row for each step to which a store says something of its own.
fn rows(case: &Case) -> String {
    let mut rows = String::new();
    for step in &case.steps {
        let name = format!("{}/{}", case.name, step.name);
        let says = |store| {
            let mut of_store = DIFFERENCES.iter().filter(|found| found.store == store);
            let found = of_store.find(|found| found.is_about(case.name, step.name));
            found.map_or(String::new(), |found| format!("`{}`", found.says))
        };
        if !DIFFERENCES.iter().any(|found| found.step == name) {
            continue;
        }
        let (moto, versitygw) = (says(Store::Moto), says(Store::Versitygw));
        let page = step
            .page
            .map_or(String::new(), |page| format!(" ([page]({page}))"));
        let _ = writeln!(
            rows,
            "| {}{page} | `{}` | {moto} | {versitygw} |",
            step.name, step.says
        );
    }
    rows
}

#[test]
fn the_table_is_fresh() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("OPINIONS.md");
    if std::env::var_os("HOLDFAST_UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, table()).expect("the table can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == table(),
        "OPINIONS.md is stale; HOLDFAST_UPDATE=1 writes it anew"
    );
}
