//! Expressions and what they give.

mod support;

use std::fmt::Write as _;
use std::path::Path;

use terraform_config::Inputs;

/// A copy of `fixtures/language` with one output per expression.
fn values(expressions: &str) -> String {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/language");
    let directory = tempfile::tempdir().expect("a scratch directory");
    for name in ["main.tf", "modules/m/main.tf", "t.tpl", "d.json", "d.yaml"] {
        let bytes = std::fs::read(fixture.join(name)).expect("the fixture is there");
        support::write(directory.path(), name, &bytes);
    }
    let expressions: Vec<&str> = expressions
        .lines()
        .filter(|line| !line.is_empty())
        .collect();
    let mut text = String::new();
    for (at, expression) in expressions.iter().enumerate() {
        writeln!(text, "output \"o{at:03}\" {{\n  value = {expression}\n}}").expect("text grows");
    }
    support::write(directory.path(), "outputs.tf", text.as_bytes());
    let evaluated = support::run(directory.path(), &Inputs::default());
    let mut out = support::problems(&evaluated.problems, directory.path());
    for (expression, (_, output)) in expressions.iter().zip(&evaluated.outputs) {
        writeln!(out, "{expression}\n    {}", support::value(&output.value)).expect("text grows");
    }
    out
}

/// Each of these values is the one that Terraform 1.11.4 gives.
#[test]
fn values_are_those_of_terraform() {
    let expressions = include_str!("fixtures/language/expressions.txt");
    insta::assert_snapshot!(values(expressions));
}

/// Terraform 1.11.4 refuses each of these, too.
#[test]
fn what_is_wrong_is_said_at_its_place() {
    let expressions = r#"
local.nope
var.nope
module.nope.x
aws_nope.x.id
data.aws_nope.x.id
local.obj.nope
local.obj.list[7]
local.obj.list["x"]
local.obj.list.n
null.a
null["a"]
1 + "x"
!"x"
1 < "x"
" ${~ [1] }"
[1] && true
null ? 1 : 2
"a" ? 1 : 2
true ? { a = 1 } : [1]
"${[1]}x"
{ (null) = 1 }
[for x in null : x]
[for x in 5 : x]
{ for x in ["a", "a"] : x => 1 }
[for x in [1] : x if null]
merge(5...)
upper()
upper([])
nope(
each.key
count.index
path.nope
terraform.nope
module.m.nope
try(local.nope)
var
local
tolist("x")[*]
tolist(null)[*]
toset(["a"])[0]
"%{ for x in 5 }%{ endfor }"
"%{ if null }%{ endif }"
file("${path.module}/nope.txt")
templatefile("t.tpl", { xs = [] })
templatefile("t.tpl", { xs = 5, name = "n" })
0 / 0
try(local.nope, 1)
false ? local.nope : 1
"#;
    let mut out = String::new();
    for expression in expressions.lines().filter(|line| !line.is_empty()) {
        writeln!(out, "{expression}").expect("text grows");
        for line in values(expression)
            .lines()
            .filter(|line| line.contains("outputs.tf"))
        {
            writeln!(out, "    {}", line.replace("outputs.tf:", "")).expect("text grows");
        }
    }
    insta::assert_snapshot!(out);
}
