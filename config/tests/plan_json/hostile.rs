//! Documents that somebody wrote to make a reader slow, large or fall over, and those that end too
//! early.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use terraform_config::plan::Plan;
use terraform_config::schema::Schemas;

use super::generated;
use super::links::alone;

/// What a large document is made of; the same at 100 MB is read in `--ignored` tests.
fn documents(bytes: usize) -> Vec<(&'static str, String)> {
    let head = r#"{"format_version":"1.2","planned_values":{},"#;
    let fill = |piece: &str| {
        let mut text = piece.repeat(bytes / piece.len());
        text.pop();
        text
    };
    let value = |value: &str| {
        format!(
            r#"{head}"resource_changes":[{{"address":"terraform_data.a","change":{{"actions":["create"],"after":{{"input":{value}}},"after_unknown":{{"id":true}}}}}}]}}"#
        )
    };
    vec![
        ("resources", generated::plan(bytes / 3_400)),
        ("one string", value(&format!("\"{}\"", fill("x")))),
        ("one number", value(&fill("9"))),
        ("little values", value(&format!("[{}]", fill("0,")))),
        ("little objects", value(&format!("[{}]", fill("{},")))),
        (
            "one key over and over",
            value(&format!("{{{}}}", fill(r#""a":1,"#))),
        ),
        (
            "nesting",
            value(&format!(
                "{}{}",
                "[".repeat(bytes / 2),
                "]".repeat(bytes / 2)
            )),
        ),
        ("nesting without an end", "{\"a\":".repeat(bytes / 5)),
        ("an array", "[".repeat(bytes)),
        (
            "little changes",
            format!(
                r#"{head}"resource_changes":[{}]}}"#,
                fill(r#"{"address":"a.b","change":{"actions":["read"]}},"#)
            ),
        ),
        (
            "little outputs",
            format!(
                r#"{head}"output_changes":{{{}}}}}"#,
                fill(r#""a":{"actions":["read"]},"#)
            ),
        ),
        (
            "little resources of the state",
            format!(
                r#"{head}"prior_state":{{"values":{{"root_module":{{"resources":[{}]}}}}}}}}"#,
                fill(r#"{"address":"a.b"},"#)
            ),
        ),
        (
            "modules in modules of the state",
            format!(
                r#"{head}"prior_state":{{"values":{{"root_module":{}}}}}}}"#,
                r#"{"child_modules":["#.repeat(bytes / 18)
            ),
        ),
        (
            "modules in modules",
            format!(
                r#"{head}"variables":{{"a":{{"value":1}}}},"resource_changes":[{{"address":"terraform_data.a","change":{{"actions":["create"],"after":{{}}}}}}],"configuration":{{"root_module":{}{{}}{}}}}}"#,
                r#"{"module_calls":{"m":{"module":"#.repeat(bytes / 40),
                "}}}".repeat(bytes / 40)
            ),
        ),
        (
            "little resources of the configuration",
            format!(
                r#"{head}"configuration":{{"root_module":{{"resources":[{}]}}}}}}"#,
                fill(r#"{"mode":"managed","type":"a","name":"b"},"#)
            ),
        ),
        (
            "paths",
            format!(
                r#"{head}"resource_changes":[{{"address":"a.b","change":{{"actions":["read"],"replace_paths":[{}]}}}}]}}"#,
                fill("[],")
            ),
        ),
        (
            "references",
            format!(
                r#"{head}"resource_changes":[{{"address":"terraform_data.a","change":{{"actions":["create"],"after":{{}},"after_unknown":{{"input":true}}}}}}],"configuration":{{"root_module":{{"resources":[{{"mode":"managed","type":"terraform_data","name":"a","expressions":{{"input":{{"references":[{}]}}}}}}]}}}}}}"#,
                fill(r#""terraform_data.b.id","#)
            ),
        ),
    ]
}

/// Reads a document, every value and every instance of it; says what came of it.
fn outcome(text: &str) -> String {
    let plan = match Plan::from_json(text.as_bytes(), &Schemas::default()) {
        Ok(plan) => plan,
        Err(error) => return error.to_string(),
    };
    let values = plan.resource_changes.iter();
    let known = values.filter(|it| it.change.after.get().is_wholly_known());
    let known = known.count();
    drop(plan);
    let instances = alone(text.as_bytes(), Arc::default());
    format!(
        "a plan of {} instances, {known} wholly known",
        instances.len()
    )
}

fn outcomes(bytes: usize) -> String {
    let documents = documents(bytes).into_iter();
    let lines = documents.map(|(name, text)| format!("{name}: {}\n", outcome(&text)));
    lines.collect()
}

#[test]
fn hostile_documents_are_read_or_refused_with_a_sentence() {
    insta::assert_snapshot!(outcomes(200_000));
}

/// `cargo test --release -p terraform-config --test plan_json -- --ignored --nocapture`: each within
/// 10 s and 1 GiB.
#[test]
#[ignore = "takes minutes, and is about time and memory in an optimised build"]
fn hostile_documents_of_100_mb_are_read_or_refused_in_time() {
    for (name, text) in documents(100_000_000) {
        let start = std::time::Instant::now();
        let outcome = outcome(&text);
        println!("{name}: {:.1} s: {outcome}", start.elapsed().as_secs_f64());
    }
}

#[test]
fn a_plan_cut_off_anywhere_is_refused_with_a_sentence() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans");
    let bytes = fs::read(folder.join("no-etcd-block/plan.json")).expect("a plan");
    let bytes = bytes.trim_ascii_end();
    for length in 0..bytes.len() {
        let read = Plan::from_json(&bytes[..length], &Schemas::default());
        let error = read.expect_err("it is cut off").to_string();
        assert!(error.starts_with("this is no plan as"), "{length}: {error}");
    }
}
