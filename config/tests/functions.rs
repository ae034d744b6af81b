//! Functions give what Terraform gives: expressions with results of the real program.
//!
//! `data/functions/known.txt` and `unknown.txt` hold the expressions, the `.json` files beside
//! them what Terraform 1.11.4 made of them. One test needs a `terraform` on PATH and asks it
//! again; with `HOLDFAST_BLESS=1` it writes the results anew.

#[path = "functions/expr.rs"]
mod expr;
#[path = "functions/terraform.rs"]
mod terraform;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use cty::{Data, Number, Refinement, Type, Value};
use serde_json::{Value as Json, json};
use terraform::{Results, UNKNOWN};
use terraform_config::why::Why;

/// The Terraform whose results are kept. Others may word errors differently.
const KEPT_VERSION: &str = "1.11.4";

/// What stands for unknown values in Terraform, as [`locals`] does here.
const LOCALS: &str = r#"
resource "terraform_data" "u" {}
locals {
  ustr  = terraform_data.u.id
  ulist = split(",", local.ustr)
  uset  = toset(local.ulist)
  umap  = zipmap(local.ulist, local.ulist)
  unum  = parseint(local.ustr, 10)
  ubool = startswith(local.ustr, "x")
  uobj  = tolist([{ a = 1, b = "x" }])[local.unum]
  udyn  = jsondecode(local.ustr)
}
"#;

fn locals() -> BTreeMap<&'static str, Value> {
    let unknown = |ty: Type| {
        let refinement = Refinement {
            not_null: true,
            ..Refinement::default()
        };
        Value::refined(ty, refinement).mark(Why::new("terraform_data.u.id is unknown").mark())
    };
    let object = Type::object([("a", Type::Number), ("b", Type::String)]);
    BTreeMap::from([
        ("ustr", unknown(Type::String)),
        ("ulist", unknown(Type::list(Type::String))),
        ("uset", unknown(Type::set(Type::String))),
        ("umap", unknown(Type::map(Type::String))),
        ("unum", unknown(Type::Number)),
        ("ubool", unknown(Type::Bool)),
        ("uobj", unknown(object)),
        ("udyn", unknown(Type::Dynamic)),
    ])
}

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/functions")
        .join(name)
}

fn cases(name: &str) -> String {
    fs::read_to_string(data(name)).expect("the case file is readable")
}

fn expressions(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

fn results(name: &str) -> Results {
    let text = fs::read_to_string(data(name)).expect("the result file is readable");
    serde_json::from_str(&text).expect("the result file is JSON")
}

/// A call that fails, in Terraform's words and in ours.
struct Worded {
    expression: String,
    theirs: String,
    ours: String,
}

/// Compares one expression with Terraform's result; a message that differs goes to `worded`.
fn compare(expression: &str, theirs: &Json, worded: &mut Vec<Worded>) -> Result<(), String> {
    let ours = expr::evaluate(expression, &data("files"), &BTreeMap::new());
    match (ours, theirs["error"].as_str()) {
        (Err(ours), Some(theirs)) => {
            let theirs = theirs.strip_suffix('.').unwrap_or(theirs).to_owned();
            if ours != theirs {
                worded.push(Worded {
                    expression: expression.to_owned(),
                    theirs,
                    ours,
                });
            }
            Ok(())
        }
        (Ok(ours), Some(theirs)) => Err(format!("gives {ours:?}, Terraform fails: {theirs}")),
        (Err(ours), None) => Err(format!(
            "fails: {ours}; Terraform gives {}",
            theirs["value"]
        )),
        (Ok(ours), None) => {
            let expected = decode(theirs).map_err(|error| format!("unreadable result: {error}"))?;
            if ours.ty() != expected.ty() {
                let (ours, theirs) = (ours.ty().friendly_name(), expected.ty().friendly_name());
                return Err(format!("is a {ours}, Terraform's a {theirs}"));
            }
            if ours != expected {
                return Err(format!(
                    "gives {:?}, Terraform {:?}",
                    ours.data(),
                    expected.data()
                ));
            }
            Ok(())
        }
    }
}

fn decode(result: &Json) -> Result<Value, String> {
    let ty = Type::from_json_value(&result["type"]).map_err(|error| error.to_string())?;
    cty::json::decode_value(&result["value"], &ty).map_err(|error| error.to_string())
}

/// Expressions that give something else here, and why that is left so.
const DIFFERENT: &[(&str, &str)] = &[
    (
        r#"regex("a**", "a")"#,
        "the regex crate repeats repetitions",
    ),
    (
        r#"regex("(?x)a b", "ab")"#,
        "the regex crate knows the flag x",
    ),
    (
        r#"regex("(?P<1a>a)", "a")"#,
        "the regex crate wants a letter first in a group's name",
    ),
    (
        r#"regex("(?P<a>a)(?P<a>b)", "ab")"#,
        "the regex crate wants names of groups to differ",
    ),
    (
        r#"cidrhost("::ffff:10.0.0.0/112", 1)"#,
        "Terraform mixes up both address lengths here",
    ),
    (
        r#"timecmp("2017-11-22T00:00:00,5Z", "2017-11-22T00:00:00Z")"#,
        LENIENT_TIMES,
    ),
    (
        r#"timecmp("2017-11-22T0:00:00Z", "2017-11-22T00:00:00Z")"#,
        LENIENT_TIMES,
    ),
    (
        r#"timecmp("2017-11-22T00:00:00+24:00", "2017-11-22T00:00:00Z")"#,
        LENIENT_TIMES,
    ),
    (
        r#"timecmp("2017-11-22T00:00:00+00:60", "2017-11-22T00:00:00Z")"#,
        LENIENT_TIMES,
    ),
    (r#"textencodebase64("a", "utf8")"#, UNKNOWN_CHARSET),
    (r#"textencodebase64("a", "nope")"#, UNKNOWN_CHARSET),
    (
        r#"jsondecode("\"\\ud800\"")"#,
        "half of a surrogate pair is no text",
    ),
    (r#"jsonencode(-0.0)"#, "there is no negative zero here"),
];

const LENIENT_TIMES: &str = "RFC 3339 allows no such time; formatdate and timeadd refuse it too";
const UNKNOWN_CHARSET: &str = "few encodings are known here, so any other is unknown, not wrong";

#[test]
fn known_values_agree_with_terraform() {
    let text = cases("known.txt");
    let (mut faults, mut worded) = (Vec::new(), Vec::new());
    let results = results("known.json");
    for expression in expressions(&text) {
        let theirs = results.get(expression).cloned().unwrap_or_default();
        let compared = compare(expression, &theirs, &mut worded);
        let differs = DIFFERENT
            .iter()
            .any(|(different, _)| *different == expression);
        match compared {
            Ok(()) if differs => faults.push(format!("{expression}\n    agrees by now")),
            Err(fault) if !differs => faults.push(format!("{expression}\n    {fault}")),
            _ => {}
        }
    }
    assert!(
        faults.is_empty(),
        "{} disagreements:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert_eq!(
        expressions(&text).len(),
        results.len(),
        "run with HOLDFAST_BLESS=1"
    );
    let listing: String = worded
        .iter()
        .map(|w| {
            format!(
                "{}\n  terraform: {}\n  here:      {}\n",
                w.expression, w.theirs, w.ours
            )
        })
        .collect();
    insta::assert_snapshot!("errors_worded_differently", listing);
}

/// Expressions of which we know more than Terraform, soundly: the known part decides.
const MORE_KNOWN: &[&str] = &[r#"matchkeys(["a", local.ustr], ["1", "2"], ["1"])"#];

#[test]
fn unknown_values_agree_with_terraform() {
    let text = cases("unknown.txt");
    let results = results("unknown.json");
    let mut faults = Vec::new();
    for expression in expressions(&text) {
        let theirs = results.get(expression).cloned().unwrap_or_default();
        let ours = match expr::evaluate(expression, &data("files"), &locals()) {
            Ok(ours) => ours,
            Err(error) => {
                faults.push(format!("{expression}\n    fails: {error}"));
                continue;
            }
        };
        let shown = show(&ours);
        if sorted(shown.clone()) != sorted(theirs.clone()) && !MORE_KNOWN.contains(&expression) {
            faults.push(format!(
                "{expression}\n    gives {shown}, Terraform {theirs}"
            ));
        }
        if ours.is_wholly_known() == Why::of(&ours).is_some() {
            faults.push(format!(
                "{expression}\n    gives {ours:?} with a wrong reason"
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{} disagreements:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert_eq!(
        expressions(&text).len(),
        results.len(),
        "run with HOLDFAST_BLESS=1"
    );
}

/// A value as JSON with [`UNKNOWN`] in it.
fn show(value: &Value) -> Json {
    match value.data() {
        Data::Null(_) => Json::Null,
        Data::Unknown(..) => json!(UNKNOWN),
        Data::Bool(value) => json!(value),
        Data::Number(number) => number_json(number),
        Data::String(text) => json!(**text),
        Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
            elements.iter().map(show).collect()
        }
        Data::Map(_, entries) | Data::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.to_string(), show(value)))
            .collect(),
    }
}

fn number_json(number: &Number) -> Json {
    serde_json::from_str(&number.to_string()).expect("a finite number is JSON")
}

/// With arrays in an order of their own: a plan does not say which are sets.
fn sorted(value: Json) -> Json {
    match value {
        Json::Array(elements) => {
            let mut elements: Vec<Json> = elements.into_iter().map(sorted).collect();
            elements.sort_by_key(Json::to_string);
            Json::Array(elements)
        }
        Json::Object(members) => members
            .into_iter()
            .map(|(key, member)| (key, sorted(member)))
            .collect(),
        other => other,
    }
}

#[test]
fn results_are_those_of_the_terraform_on_path() {
    let Some(version) = terraform::version() else {
        println!("skipped: install terraform to hold the kept results against it");
        return;
    };
    let (known, unknown) = (cases("known.txt"), cases("unknown.txt"));
    let files = data("files");
    let new_known = terraform::known(&expressions(&known), &files).expect("terraform applies");
    let new_unknown =
        terraform::unknown(&expressions(&unknown), LOCALS, &files).expect("terraform plans");
    if std::env::var_os("HOLDFAST_BLESS").is_some() && version == KEPT_VERSION {
        for (name, results) in [("known.json", &new_known), ("unknown.json", &new_unknown)] {
            let text = serde_json::to_string_pretty(results).expect("results are JSON");
            fs::write(data(name), text + "\n").expect("the result file is writable");
        }
        return;
    }
    let is_kept = version == KEPT_VERSION;
    for (kept, new) in [("known.json", new_known), ("unknown.json", new_unknown)] {
        for (expression, kept) in results(kept) {
            let mut new = new.get(&expression).cloned().unwrap_or_default();
            if !is_kept && kept["error"].is_string() && new["error"].is_string() {
                new = kept.clone();
            }
            assert_eq!(kept, new, "{expression} with Terraform {version}");
        }
    }
}
