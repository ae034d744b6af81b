//! The case files, what hosts made of them, and what this crate makes of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use cty::{Data, Type, Value};
use serde_json::{Value as Json, json};
use terraform_config::{Cache, Dialect, Inputs, RootDir, evaluate};

use crate::hosts::{LINES, Results, UNKNOWN, copy, output};

/// The host whose results are kept whole: it decides what the dialect `terraform` gives.
pub(crate) const DECIDES: &str = "terraform-1.15.9";
/// The host that decides what the dialect `tofu` gives.
pub(crate) const DECIDES_TOFU: &str = "opentofu-1.12.6";

/// Results by host: all of [`DECIDES`], and of the others those that differ.
pub(crate) type Kept = BTreeMap<String, Results>;

pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/functions")
        .join(name)
}

pub(crate) fn text(name: &str) -> String {
    fs::read_to_string(data(name)).expect("the file is readable")
}

/// The expressions of a case file.
pub(crate) fn expressions(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

pub(crate) fn kept(name: &str) -> Kept {
    serde_json::from_str(&text(name)).expect("the result file is JSON")
}

/// What the deciding host of a dialect gives.
pub(crate) fn of_dialect(kept: &Kept, dialect: Dialect) -> Results {
    let mut results = kept[DECIDES].clone();
    if dialect == Dialect::Tofu
        && let Some(differences) = kept.get(DECIDES_TOFU)
    {
        results.extend(differences.clone());
    }
    results
}

/// What this crate makes of expressions: a value or what is wrong.
pub(crate) fn ours(
    expressions: &[&str],
    locals: &str,
    dialect: Dialect,
) -> Vec<Result<Value, String>> {
    let directory = tempfile::tempdir().expect("a scratch directory");
    copy(&data("files"), directory.path()).expect("files can be copied");
    let outputs = expressions.iter().enumerate();
    let outputs: String = outputs.map(|(i, it)| output(i, it)).collect();
    let main = directory.path().join("main.tf");
    fs::write(&main, outputs + locals).expect("files can be written");
    let root = RootDir {
        path: directory.path().to_owned(),
        named: true,
    };
    let inputs = Inputs {
        dialect: Some(dialect),
        ..Inputs::default()
    };
    let evaluated = evaluate(&root, &inputs, &Cache::default());
    let mut faults: BTreeMap<usize, String> = BTreeMap::new();
    for problem in &evaluated.problems {
        let origin = problem.origin.as_ref().expect("a problem has a place");
        let at = (origin.start().line - 1) / LINES;
        faults.entry(at).or_insert_with(|| problem.message.clone());
    }
    let values: BTreeMap<&str, &Value> = evaluated
        .outputs
        .iter()
        .map(|(name, output)| (name.as_ref(), &output.value))
        .collect();
    (0..expressions.len())
        .map(
            |i| match (faults.remove(&i), values.get(&*format!("c{i}"))) {
                (Some(fault), _) => Err(fault),
                (None, value) => {
                    let element = value.and_then(|value| value.children().next());
                    element.cloned().ok_or_else(|| "it is lost".to_owned())
                }
            },
        )
        .collect()
}

/// A value as a plan shows it, with [`UNKNOWN`] in it.
pub(crate) fn show(value: &Value) -> Json {
    match value.data() {
        Data::Null(_) => Json::Null,
        Data::Unknown(..) => json!(UNKNOWN),
        Data::Bool(value) => json!(value),
        // No sign of a zero comes through the wire.
        Data::Number(number) if *number == cty::Number::ZERO => json!(0),
        Data::Number(number) => {
            serde_json::from_str(&number.to_string()).expect("a finite number is JSON")
        }
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

/// With arrays in an order of their own: a plan does not say which are sets.
pub(crate) fn sorted(value: Json) -> Json {
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

/// A known result as a value.
pub(crate) fn decode(result: &Json) -> Result<Value, String> {
    let ty = Type::from_json_value(&result["type"]).map_err(|error| error.to_string())?;
    cty::json::decode_value(&result["value"], &ty).map_err(|error| error.to_string())
}

/// Writes a result file anew.
pub(crate) fn bless(name: &str, kept: &Kept) {
    let text = serde_json::to_string_pretty(kept).expect("results are JSON");
    fs::write(data(name), text + "\n").expect("the result file is writable");
}

/// The directory of the files that expressions read.
pub(crate) fn files() -> PathBuf {
    data("files")
}

/// The function that an expression is about: the one that it calls outermost, without `core::`.
/// What `abspath` gives depends on where it runs, and what `base64gzip` gives may be long: of these
/// the result is wrapped.
pub(crate) fn called(expression: &str) -> &str {
    if expression.contains("abspath(") {
        return "abspath";
    }
    let expression = expression
        .strip_prefix("sha256(")
        .map_or(expression, |inner| {
            if inner.starts_with("base64gzip(") {
                inner
            } else {
                expression
            }
        });
    let name = expression.split('(').next().unwrap_or_default();
    name.strip_prefix("core::").unwrap_or(name)
}

/// Names followed by an opening parenthesis, outside of text.
pub(crate) fn names_called(expression: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut start, mut in_text, mut escaped) = (None, false, false);
    for (at, letter) in expression.char_indices() {
        if in_text {
            in_text = escaped || letter != '"';
            escaped = letter == '\\' && !escaped;
            continue;
        }
        match letter {
            '"' => in_text = true,
            'a'..='z' | 'A'..='Z' | '_' | ':' | '0'..='9' => {
                start.get_or_insert(at);
                continue;
            }
            '(' => names.extend(start.map(|start| &expression[start..at])),
            _ => {}
        }
        start = None;
    }
    names
}
