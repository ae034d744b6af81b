//! Real configurations, damaged at random, never make the program panic.

mod support;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use terraform_config::{Inputs, SourceFile, syntax};

/// Pieces that mean something to a parser or to the evaluator.
const PIECES: [&str; 44] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "${",
    "%{",
    "$${",
    "<<EOT\n",
    "<<-EOT\n",
    "EOT\n",
    "\n",
    "#",
    "/*",
    "*/",
    "=",
    "=>",
    "...",
    "?",
    ":",
    ",",
    ".",
    "*",
    "[*]",
    "-",
    "!",
    "null",
    "for x in",
    "if",
    "%{ endif }",
    "count = 2\n",
    "for_each = local\n",
    "each.value",
    "var.",
    "module.",
    "\\u00",
    "\u{feff}",
    "é",
    "9999999999999999999999",
    "dynamic \"x\" {\n",
    "try(",
    "~}",
];

/// One change to a text.
#[derive(Clone, Debug)]
enum Change {
    Insert(usize, usize),
    Delete(usize, usize),
    Copy(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<usize>(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (any::<usize>(), 1..40usize).prop_map(|(at, length)| Change::Delete(at, length)),
        (any::<usize>(), 1..60usize, any::<usize>())
            .prop_map(|(from, length, to)| Change::Copy(from, length, to)),
    ]
}

fn apply(text: &mut String, change: &Change) {
    let spot = |at: usize| text.floor_char_boundary(at % (text.len() + 1));
    match *change {
        Change::Insert(at, piece) => {
            let at = spot(at);
            text.insert_str(at, PIECES[piece]);
        }
        Change::Delete(at, length) => {
            let start = spot(at);
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, "");
        }
        Change::Copy(from, length, to) => {
            let (start, to) = (spot(from), spot(to));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            let piece = text[start..end].to_owned();
            text.insert_str(to, &piece);
        }
    }
}

/// Every file under `fixtures`, with its path there.
fn corpus() -> Vec<(PathBuf, String)> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut open = vec![base.clone()];
    let mut files = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).expect("fixtures are there") {
            let path = entry.expect("fixtures are there").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "tf") {
                let text = std::fs::read_to_string(&path).expect("fixtures are text");
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

const JSON: &str = r#"{
  "variable": { "x": { "type": "map(object({a=optional(string,\"b\")}))", "default": { "k": {} } } },
  "locals": { "a": ["${var.x[\"k\"].a}", 1.5e3, null], "b": { "%{ for k, v in var.x }${k}%{ endfor }": true } },
  "resource": { "t": { "n": [{ "for_each": "${var.x}", "z": [{ "y": "${each.key}" }], "dynamic": { "d": { "for_each": "${local.a}", "content": { "v": "${d.value}" } } } }] } },
  "output": { "o": { "value": "${t.n[*].id}" } }
}"#;

fn check(name: &str, text: &str) {
    let directory = support::tree(&[(name, text)]);
    let evaluated = support::run(directory.path(), &Inputs::default());
    let panicked = |message: &str| message.contains("a fault in this program");
    let panics = evaluated
        .problems
        .iter()
        .filter(|problem| panicked(&problem.message));
    assert_eq!(panics.count(), 0, "{text}");
    for problem in &evaluated.problems {
        if let Some(origin) = &problem.origin {
            assert!(
                origin.file.text.get(origin.range.clone()).is_some(),
                "{problem:?}"
            );
        }
    }
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    }
}

#[test]
fn damaged_configurations_do_not_panic() {
    let corpus = corpus();
    let case = (0..corpus.len(), prop::collection::vec(change(), 1..4));
    proptest!(config(400), |((at, changes) in case)| {
        let mut text = corpus[at].1.clone();
        changes.iter().for_each(|change| apply(&mut text, change));
        check("main.tf", &text);
    });
}

#[test]
fn damaged_json_does_not_panic() {
    proptest!(config(200), |(changes in prop::collection::vec(change(), 1..4))| {
        let mut text = JSON.to_owned();
        changes.iter().for_each(|change| apply(&mut text, change));
        check("main.tf.json", &text);
    });
}

#[test]
fn any_text_parses_or_not() {
    let pieces = prop::collection::vec(
        prop_oneof![
            3 => (0..PIECES.len()).prop_map(|piece| PIECES[piece].to_owned()),
            1 => "\\PC{0,6}",
        ],
        0..30,
    );
    proptest!(config(2000), |(pieces in pieces, kind in 0..3usize)| {
        let name = ["x.tf", "x.tf.json", "x.tfvars.json"][kind];
        let file = SourceFile::new(name, pieces.concat());
        let parsed = syntax::parse(&file);
        for error in parsed.errors {
            prop_assert!(file.text.get(error.span.range()).is_some(), "{error:?}");
        }
        drop(syntax::parse_expression(&file.text));
        drop(syntax::parse_template(&file.text));
    });
}
