//! Random texts: none panics, none takes long, and every error has its place.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use super::super::steps::counted;
use super::super::{parse, parse_expression, parse_template, tokens};
use super::file;

const CASES: u32 = 3_000;

/// What means something to a lexer, a parser or the search for what belongs together.
const PIECES: [&str; 64] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"",
    "${",
    "${~",
    "%{",
    "$${",
    "<<EOT\n",
    "<<-EOT\n",
    "EOT\n",
    "<<\"EOT\"\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "#",
    "//",
    "/*",
    "*/",
    "=",
    "=",
    "==",
    "=>",
    "...",
    "?",
    ":",
    "::",
    ",",
    ".",
    "*",
    "[*]",
    ".*",
    "-",
    "!",
    "null",
    "for",
    "x in",
    "if",
    "%{ if x }",
    "%{ else }",
    "%{ endif }",
    "%{ endfor }",
    "\\u00",
    "\\n",
    "\\",
    "\u{feff}",
    "é",
    "名",
    "9999999999999999999999",
    "1.5",
    "a = ",
    "b {\n",
    "  c = 1\n",
    "r \"l\" {\n",
    "~}",
    "}\n",
    "'",
    " ",
    "a",
];

/// For JSON.
const JSON: [&str; 32] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\"a\"",
    "\"a\":",
    ":",
    ",",
    ",",
    "1",
    "-",
    "01",
    "1e5",
    "true",
    "nul",
    "\\",
    "\\u00e9",
    "\\ud83d",
    "\n",
    "//",
    "/*",
    "*/",
    "#",
    "=",
    "'",
    "${",
    "}",
    "%{ if x }",
    "\"locals\": {",
    "\"resource\": {\"t\": {\"n\": ",
    "é",
];

fn check(name: &str, text: &str) -> Result<(), TestCaseError> {
    let file = file(name, text);
    let (parsed, steps) = counted(|| parse(&file));
    prop_assert!(steps <= 100 * (text.len() + 100), "{steps} steps");
    for error in &parsed.errors {
        prop_assert!(text.get(error.span.range()).is_some(), "{error:?}");
    }
    for attribute in &parsed.body.attributes {
        prop_assert!(
            text.get(attribute.span().range()).is_some(),
            "{attribute:?}"
        );
    }
    for block in &parsed.body.blocks {
        prop_assert!(text.get(block.span.range()).is_some(), "{block:?}");
        prop_assert!(text.get(block.body.span.range()).is_some(), "{block:?}");
    }
    if parsed.errors.is_empty() {
        prop_assert!(!parsed.body.is_incomplete);
    }
    Ok(())
}

fn config() -> Config {
    Config {
        cases: CASES,
        rng_seed: RngSeed::Fixed(20_261_123),
        failure_persistence: None,
        ..Config::default()
    }
}

fn texts(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        20 => proptest::sample::select(pieces).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

#[test]
fn random_hcl_is_read() {
    proptest!(config(), |(text in texts(&PIECES))| {
        check("x.tf", &text)?;
        let joined: String = tokens(&text).map(|token| token.text).collect();
        prop_assert_eq!(&joined, &text);
        for error in parse_expression(&text).err().into_iter().chain(parse_template(&text).err()) {
            prop_assert!(text.get(error.span.range()).is_some(), "{error:?}");
        }
    });
}

#[test]
fn random_json_is_read() {
    proptest!(config(), |(text in texts(&JSON))| {
        check("x.tf.json", &text)?;
        check("x.tfvars.json", &text)?;
    });
}

#[test]
fn cut_off_and_doubled_texts_are_read() {
    let text = include_str!("../../../tests/data/syntax/sample.tf");
    assert_eq!(parse(&file("x.tf", text)).errors, []);
    let cuts = (0..text.len()).filter(|at| text.is_char_boundary(*at));
    for at in cuts {
        let (before, after) = text.split_at(at);
        check("x.tf", before).expect("a text cut off is read");
        check("x.tf", after).expect("a text that begins anywhere is read");
    }
}
