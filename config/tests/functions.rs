//! Functions give what Terraform and OpenTofu give: expressions with results of the real programs.
//!
//! `data/functions/known.txt`, `unknown.txt` and `operators.txt` hold the expressions, the `.json`
//! files beside them what hosts made of them: all results of Terraform 1.15.9, which decides, and of other
//! hosts those that differ. One test asks the hosts at hand again (`HOLDFAST_TERRAFORM_BINARIES`,
//! else the `terraform` on PATH); with `HOLDFAST_BLESS=1` it writes the results anew.
//!
//! - `cases`: the files and what this crate makes of them. - `hosts`: what hosts make of them.

#[path = "functions/cases.rs"]
mod cases;
#[path = "functions/hosts.rs"]
mod hosts;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cases::{DECIDES, DECIDES_TOFU, Kept, called, expressions, kept, of_dialect, text};
use cty::Value;
use hosts::{Host, Results};
use serde_json::Value as Json;
use terraform_config::Dialect;
use terraform_config::functions;
use terraform_config::why::Why;

/// A call that fails, in Terraform's words and in ours.
struct Worded {
    expression: String,
    theirs: String,
    ours: String,
}

/// Compares one expression with a host's result; a message that differs goes to `worded`, unless
/// both are about the number of arguments.
fn compare(
    expression: &str,
    ours: Result<Value, String>,
    theirs: &Json,
    worded: &mut Vec<Worded>,
) -> Result<(), String> {
    match (ours, theirs["error"].as_str()) {
        (Err(ours), Some(theirs)) => {
            let theirs = theirs.strip_suffix('.').unwrap_or(theirs).to_owned();
            let of_count = ours.contains("wrong number of arguments")
                && theirs.starts_with("Function")
                && theirs.contains("expects");
            if ours != theirs && !of_count {
                worded.push(Worded {
                    expression: expression.to_owned(),
                    theirs,
                    ours,
                });
            }
            Ok(())
        }
        (Ok(ours), Some(theirs)) => Err(format!("gives {ours:?}, the host fails: {theirs}")),
        (Err(ours), None) => Err(format!("fails: {ours}; the host gives {}", theirs["value"])),
        (Ok(ours), None) => {
            let expected =
                cases::decode(theirs).map_err(|error| format!("unreadable result: {error}"))?;
            if ours.ty() != expected.ty() {
                let (ours, theirs) = (ours.ty().friendly_name(), expected.ty().friendly_name());
                return Err(format!("is a {ours}, the host's a {theirs}"));
            }
            let (ours, _) = ours.unmark_deep();
            if ours != expected {
                return Err(format!(
                    "gives {:?}, the host {:?}",
                    ours.data(),
                    expected.data()
                ));
            }
            Ok(())
        }
    }
}

/// Expressions that give something else here, and why that is left so.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "jsonencode(toset([0, -0]))",
        "equal zeros, of which a set holds one; two in Terraform",
    ),
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
    (
        r#"templatestring("${local.t_name}", {name = "x"})"#,
        NOT_IN_THE_TREE,
    ),
    (
        r#"templatestring((local.t_name), {name = "x"})"#,
        NOT_IN_THE_TREE,
    ),
    (
        r#"cidrcontains("::ffff:10.0.0.0/104", "10.0.0.1")"#,
        "OpenTofu mixes up both address lengths here",
    ),
    (r#"urldecode("%FF")"#, "bytes that are no text are unknown"),
];

const NOT_IN_THE_TREE: &str = "what stands around one reference does not show in the tree";

const LENIENT_TIMES: &str = "RFC 3339 allows no such time; formatdate and timeadd refuse it too";
const UNKNOWN_CHARSET: &str = "few encodings are known here, so any other is unknown, not wrong";

#[test]
fn known_values_agree_with_the_hosts() {
    let (cases, locals) = (text("known.txt"), text("known.tf"));
    let cases = expressions(&cases);
    let kept = kept("known.json");
    assert_eq!(
        cases.len(),
        kept[DECIDES].len(),
        "run with HOLDFAST_BLESS=1"
    );
    let mut listing = String::new();
    let mut different = BTreeSet::new();
    for dialect in [Dialect::Terraform, Dialect::Tofu] {
        let (mut faults, mut worded) = (Vec::new(), Vec::new());
        let results = of_dialect(&kept, dialect);
        let ours = cases::ours(&cases, &locals, dialect);
        for (expression, ours) in cases.iter().zip(ours) {
            let theirs = results.get(*expression).cloned().unwrap_or_default();
            let compared = compare(expression, ours, &theirs, &mut worded);
            let differs = DIFFERENT
                .iter()
                .any(|(different, _)| different == expression);
            if let Err(fault) = compared {
                if differs {
                    different.insert(*expression);
                } else {
                    faults.push(format!("{expression}\n    {fault}"));
                }
            }
        }
        assert!(
            faults.is_empty(),
            "{} disagreements in {dialect:?}:\n{}",
            faults.len(),
            faults.join("\n")
        );
        if dialect == Dialect::Terraform {
            listing = worded.iter().map(Worded::show).collect();
        }
    }
    let agreeing = DIFFERENT.iter().map(|(expression, _)| *expression);
    let agreeing: Vec<&str> = agreeing.filter(|it| !different.contains(it)).collect();
    assert!(agreeing.is_empty(), "these agree by now: {agreeing:?}");
    insta::assert_snapshot!("errors_worded_differently", listing);
}

impl Worded {
    fn show(&self) -> String {
        let Self {
            expression,
            theirs,
            ours,
        } = self;
        format!("{expression}\n  terraform: {theirs}\n  here:      {ours}\n")
    }
}

#[test]
fn unknown_values_agree_with_the_hosts() {
    planned_values_agree("unknown");
}

#[test]
fn operators_agree_with_the_hosts() {
    planned_values_agree("operators");
}

/// Compares what is made of a case file with what hosts plan.
fn planned_values_agree(name: &str) {
    let (cases, locals) = (text(&format!("{name}.txt")), text(&format!("{name}.tf")));
    let cases = expressions(&cases);
    let kept = kept(&format!("{name}.json"));
    assert_eq!(
        cases.len(),
        kept[DECIDES].len(),
        "run with HOLDFAST_BLESS=1"
    );
    for dialect in [Dialect::Terraform, Dialect::Tofu] {
        let results = of_dialect(&kept, dialect);
        let mut faults = Vec::new();
        for (expression, ours) in cases.iter().zip(cases::ours(&cases, &locals, dialect)) {
            let theirs = results.get(*expression).cloned().unwrap_or_default();
            if let Err(fault) = compare_planned(ours, &theirs) {
                faults.push(format!("{expression}\n    {fault}"));
            }
        }
        assert!(
            faults.is_empty(),
            "{} disagreements in {dialect:?}:\n{}",
            faults.len(),
            faults.join("\n")
        );
    }
}

fn compare_planned(ours: Result<Value, String>, theirs: &Json) -> Result<(), String> {
    let refused = theirs["error"].as_str();
    let ours = match (ours, refused) {
        (Err(_), Some(_)) => return Ok(()),
        (Err(error), None) => return Err(format!("fails: {error}; the host gives {theirs}")),
        (Ok(ours), Some(error)) => return Err(format!("gives {ours:?}, the host fails: {error}")),
        (Ok(ours), None) => ours,
    };
    let shown = cases::show(&ours);
    if cases::sorted(shown.clone()) != cases::sorted(theirs.clone()) {
        return Err(format!("gives {shown}, the host {theirs}"));
    }
    if ours.is_wholly_known() == Why::of(&ours).is_some() {
        return Err(format!("gives {ours:?} with a wrong reason"));
    }
    Ok(())
}

/// Functions without arguments, or of results that no two runs share.
const FEW_CASES: &[&str] = &["bcrypt", "plantimestamp", "timestamp", "uuid"];

#[test]
fn every_function_is_tried_with_at_least_twenty_sets_of_arguments() {
    let (known, unknown) = (text("known.txt"), text("unknown.txt"));
    let mut counts: BTreeMap<&str, usize> = all_names().map(|name| (name, 0)).collect();
    for expression in expressions(&known).into_iter().chain(expressions(&unknown)) {
        let name = called(expression);
        *counts
            .get_mut(name)
            .unwrap_or_else(|| panic!("{name} is no function: {expression}")) += 1;
    }
    let few: Vec<_> = counts
        .iter()
        .filter(|(name, count)| **count < 20 && !FEW_CASES.contains(name))
        .collect();
    assert!(few.is_empty(), "too few: {few:?}");
}

fn all_names() -> impl Iterator<Item = &'static str> {
    let both = [Dialect::Terraform, Dialect::Tofu];
    let names: BTreeSet<&str> = both.into_iter().flat_map(functions::names).collect();
    names.into_iter()
}

/// What stands before a parenthesis and is no function: types of `convert`, and the name that
/// shows what becomes of a function that does not exist.
const NO_FUNCTIONS: &[&str] = &[
    "list", "map", "nonesuch", "object", "optional", "set", "tuple",
];

/// `try` and `can` would swallow a misspelt name, and the case would show nothing.
#[test]
fn every_name_in_the_cases_is_a_function() {
    let names: BTreeSet<&str> = all_names().collect();
    for file in ["known.txt", "unknown.txt", "operators.txt"] {
        for expression in expressions(&text(file)) {
            for name in cases::names_called(expression) {
                let plain = name.strip_prefix("core::").unwrap_or(name);
                assert!(
                    names.contains(plain) || NO_FUNCTIONS.contains(&plain),
                    "{name} in {expression}"
                );
            }
        }
    }
}

/// Where hosts differ: by host, what it gives and what [`DECIDES`] gives. Errors that are only
/// worded differently are counted, and functions that only one of them has are left out.
#[test]
fn differences_between_hosts_are_listed() {
    let mut listing = String::new();
    for file in ["known.json", "unknown.json", "operators.json"] {
        let kept = kept(file);
        for (host, differences) in kept.iter().filter(|(host, _)| *host != DECIDES) {
            let mut worded = 0;
            let mut by_operator: BTreeMap<&str, usize> = BTreeMap::new();
            for (expression, theirs) in differences {
                let decided = &kept[DECIDES][expression];
                if [theirs, decided].iter().any(|result| is_absent(result)) {
                    continue;
                }
                if theirs["error"].is_string() && decided["error"].is_string() {
                    worded += 1;
                    continue;
                }
                *by_operator.entry(operator(expression)).or_default() += 1;
                let (theirs, decided) = (brief(theirs), brief(decided));
                let line = format!("{expression}\n  {host}: {theirs}\n  {DECIDES}: {decided}\n");
                listing.push_str(&line);
            }
            let counts: Vec<String> = by_operator
                .iter()
                .map(|(of, count)| format!("{count} of {of}; "))
                .collect();
            writeln!(
                listing,
                "{file}, {host}: {}{worded} more errors, worded differently",
                counts.concat()
            )
            .expect("text grows");
        }
    }
    insta::assert_snapshot!("differences_between_hosts", listing);
}

/// What an expression is about: its logical operator, or the function that it calls.
fn operator(expression: &str) -> &str {
    let operators = [" && ", " || "].into_iter();
    let mut found = operators.filter(|operator| expression.contains(operator));
    found.next().map_or_else(|| called(expression), str::trim)
}

/// True if the host has no such function.
fn is_absent(result: &Json) -> bool {
    let error = result["error"].as_str();
    error.is_some_and(|it| it.starts_with("There is no function named") && !it.contains("nonesuch"))
}

fn brief(result: &Json) -> String {
    result.to_string().chars().take(160).collect()
}

#[test]
fn results_are_those_of_the_hosts_at_hand() {
    let hosts = hosts::all();
    if hosts.is_empty() {
        println!("skipped: install terraform to hold the kept results against it");
        return;
    }
    type Ask = fn(&Host, &[&str], &str, &std::path::Path) -> std::io::Result<Results>;
    let asks: [(&str, Ask); 3] = [
        ("known", Host::known),
        ("unknown", Host::unknown),
        ("operators", Host::unknown),
    ];
    for (name, ask) in asks {
        let (cases, locals) = (text(&format!("{name}.txt")), text(&format!("{name}.tf")));
        let file = format!("{name}.json");
        let mut kept = match is_blessed() {
            true => Kept::new(),
            false => kept(&file),
        };
        let files = cases::files();
        let mut answers: Vec<(&Host, Results)> = Vec::new();
        for host in &hosts {
            let answer = ask(host, &expressions(&cases), &locals, &files);
            answers.push((host, answer.expect("the host evaluates the cases")));
        }
        if is_blessed() {
            let all = answers.iter().find(|(host, _)| host.name == DECIDES);
            let all = all.expect("the deciding host is at hand").1.clone();
            for (host, answer) in answers {
                kept.insert(host.name.clone(), differences(&all, answer));
            }
            kept.insert(DECIDES.to_owned(), all);
            cases::bless(&file, &kept);
            continue;
        }
        for (host, answer) in answers {
            let differences = differences(&kept[DECIDES], answer);
            if host.name == DECIDES {
                assert_eq!(differences, Results::new(), "{}", host.name);
            } else if let Some(listed) = kept.get(&host.name) {
                let news = self::differences(listed, differences.clone());
                assert_eq!(news, Results::new(), "{}", host.name);
                assert_eq!(differences.len(), listed.len(), "{}", host.name);
            } else {
                // A host that nobody has met: what it does is worth a look, and no fault.
                println!("{}: {} results differ", host.name, differences.len());
            }
        }
    }
}

fn differences(all: &Results, answer: Results) -> Results {
    let same = |(expression, result): &(String, Json)| all.get(expression) != Some(result);
    answer.into_iter().filter(same).collect()
}

fn is_blessed() -> bool {
    std::env::var_os("HOLDFAST_BLESS").is_some()
}

/// The committed lists of functions are those of the hosts.
#[test]
fn signatures_are_those_of_the_hosts_at_hand() {
    let lists = [
        (DECIDES, "terraform-1.15.txt"),
        (DECIDES_TOFU, "opentofu-1.12.txt"),
    ];
    for host in hosts::all() {
        let Some((_, file)) = lists.iter().find(|(name, _)| *name == host.name) else {
            continue;
        };
        let theirs = host.functions().expect("the host tells its functions");
        let theirs = signatures(&theirs["function_signatures"]);
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/functions/lists")
            .join(file);
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        let head = format!(
            "# The functions of {}, from `metadata functions -json`: name, parameters (? takes\n\
             # null, ... any number), result type.\n\n",
            host.name
        );
        if is_blessed() {
            std::fs::write(&path, head + &theirs).expect("the list is writable");
        } else {
            assert_eq!(kept, head + &theirs);
        }
    }
}

fn signatures(list: &Json) -> String {
    let functions = list.as_object().expect("functions by name");
    let mut lines: Vec<String> = functions
        .iter()
        .filter(|(name, _)| !name.contains("::"))
        .map(|(name, function)| {
            let fixed = function["parameters"].as_array().into_iter().flatten();
            let fixed = fixed.map(|it| parameter(it, ""));
            let rest = function.get("variadic_parameter");
            let rest = rest.map(|it| parameter(it, "..."));
            let all: Vec<String> = fixed.chain(rest).collect();
            let returns = type_name(&function["return_type"]);
            format!("{name}({}) {returns}\n", all.join(", "))
        })
        .collect();
    lines.sort();
    lines.concat()
}

fn parameter(it: &Json, more: &str) -> String {
    let null = if it["is_nullable"] == true { "?" } else { "" };
    let name = it["name"].as_str().unwrap_or_default();
    format!("{name} {}{null}{more}", type_name(&it["type"]))
}

fn type_name(ty: &Json) -> String {
    match ty {
        Json::Array(parts) => format!(
            "{}({})",
            parts[0].as_str().unwrap_or_default(),
            type_name(&parts[1])
        ),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}
