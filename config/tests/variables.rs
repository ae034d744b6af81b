//! Input variables: where values come from, which wins, what becomes of them.

mod support;

use insta::assert_snapshot;
use support::{outputs, outputs_of, problems, run, tree, write};
use terraform_config::{Dialect, Inputs, VarInput};

fn var(name: &str, text: &str) -> VarInput {
    VarInput::Value {
        name: name.into(),
        text: text.into(),
    }
}

#[test]
fn later_sources_win() {
    let main: String = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
        .iter()
        .map(|name| format!("variable {name:?} {{\n  default = \"default\"\n}}\noutput {name:?} {{\n  value = var.{name}\n}}\n"))
        .collect();
    let set = |names: &str, from: &str| -> String {
        names
            .chars()
            .map(|name| format!("{name} = {from:?}\n"))
            .collect()
    };
    let directory = tree(&[
        ("main.tf", &main),
        ("terraform.tfvars", &set("cdefghi", "terraform.tfvars")),
        (
            "terraform.tfvars.json",
            r#"{"d":"json","e":"json","f":"json","g":"json","h":"json","i":"json"}"#,
        ),
        ("a.auto.tfvars", &set("efghi", "a.auto")),
        (
            "b.auto.tfvars.json",
            r#"{"f":"b.auto","g":"b.auto","h":"b.auto","i":"b.auto"}"#,
        ),
        ("asked.tfvars", &set("ghi", "asked")),
        ("ignored.tfvars", &set("abcdefghi", "ignored")),
    ]);
    let inputs = Inputs {
        environment: "bcdefghi"
            .chars()
            .map(|name| (format!("TF_VAR_{name}"), "environment".to_owned()))
            .collect(),
        variables: vec![
            var("h", "before"),
            VarInput::File(directory.path().join("asked.tfvars")),
            var("i", "after"),
        ],
        ..Inputs::default()
    };
    let evaluated = run(directory.path(), &inputs);
    let outputs: Vec<String> = evaluated
        .outputs
        .iter()
        .map(|(name, output)| format!("{name} = {}", support::value(&output.value)))
        .collect();
    assert_snapshot!(outputs.join("\n"), @r#"
    a = "default"
    b = "environment"
    c = "terraform.tfvars"
    d = "json"
    e = "a.auto"
    f = "b.auto"
    g = "asked"
    h = "asked"
    i = "after"
    "#);
    assert_eq!(evaluated.problems, []);
}

const TYPES: &str = r#"
variable "untyped" {}
variable "text" { type = string }
variable "number" { type = number }
variable "list" { type = list(string) }
variable "any" { type = any }
output "untyped" { value = var.untyped }
output "text" { value = var.text }
output "number" { value = var.number }
output "list" { value = var.list }
output "any" { value = var.any }
"#;

#[test]
fn text_from_outside_is_read_by_the_type() {
    let files = [("main.tf", TYPES)];
    let inputs = |texts: [&str; 5]| Inputs {
        variables: ["untyped", "text", "number", "list", "any"]
            .iter()
            .zip(texts)
            .map(|(name, text)| var(name, text))
            .collect(),
        ..Inputs::default()
    };
    assert_snapshot!(outputs_of(&files, &inputs(["[1]", "null", "5", "[\"a\", 1]", "{ a = 1 }"])), @r#"
    any = {a = 1}
    list = list["a", "1"]
    number = 5
    text = "null"
    untyped = "[1]"
    "#);
    assert_snapshot!(outputs_of(&files, &inputs(["", "a\"b", "x", "[", "upper(\"x\")"])), @r#"
    any = ?dynamic(output.any <- var.any is in error)
    list = ?list of string(output.list <- var.list is in error)
    number = ?number(output.number <- var.number is in error)
    text = "a\"b"
    untyped = ""
    Usage : -var any: this is no value of its type: functions cannot be called here
    Usage : -var list: this is no value of its type: Missing expression
    Usage : -var number: this value does not suit var.number: a number is required
    "#);
}

#[test]
fn what_nobody_declares_is_a_note() {
    let directory = tree(&[("main.tf", ""), ("terraform.tfvars", "typo = 1\n")]);
    let inputs = Inputs {
        variables: vec![var("other", "x")],
        environment: vec![("TF_VAR_anything".into(), "x".into())],
        ..Inputs::default()
    };
    let evaluated = run(directory.path(), &inputs);
    assert_snapshot!(problems(&evaluated.problems, directory.path()), @r#"
    Note terraform.tfvars:1:1: no variable "typo" is declared in the root module
    Usage : -var other: no variable of that name is declared in $DIR
    "#);
}

#[test]
fn files_of_values_hold_constants() {
    let files = [
        (
            "main.tf",
            "variable \"a\" {}\noutput \"a\" {\n  value = var.a\n}\nvariable \"b\" {}\noutput \"b\" {\n  value = var.b\n}\n",
        ),
        (
            "terraform.tfvars",
            "a = 1 + 2\nb = upper(\"x\")\nblock {}\n",
        ),
        ("x.auto.tfvars", "b = var.a\n"),
        ("y.auto.tfvars", "b = \n"),
    ];
    assert_snapshot!(outputs_of(&files, &Inputs::default()), @r#"
    a = 3
    b = ?dynamic(output.b <- this expression does not parse)
    Analysis terraform.tfvars:3:1: a file of variable values holds no blocks
    Analysis terraform.tfvars:2:5: functions cannot be called here
    Analysis x.auto.tfvars:1:5: only constants may stand here, not the variable "var"
    Analysis y.auto.tfvars:1:5: Invalid expression (Expected the start of an expression, but found the end of the line. An expression may go on in the next line inside parentheses and brackets only.)
    "#);
}

#[test]
fn files_that_are_asked_for_must_be_there() {
    let directory = tree(&[("main.tf", "")]);
    write(directory.path(), "latin1.tfvars", b"a = \"\xe9\"\n");
    let inputs = Inputs {
        variables: vec![
            VarInput::File(directory.path().join("gone.tfvars")),
            VarInput::File(directory.path().join("latin1.tfvars")),
        ],
        ..Inputs::default()
    };
    let evaluated = run(directory.path(), &inputs);
    assert_snapshot!(problems(&evaluated.problems, directory.path()), @r"
    Usage gone.tfvars: $DIR/gone.tfvars does not exist
    Usage latin1.tfvars: $DIR/latin1.tfvars is not UTF-8: see line 1
    ");
}

#[test]
fn workspace_paths_and_dialect_are_inputs() {
    let files = [
        (
            "main.tf",
            "output \"which\" {\n  value = \"terraform\"\n}\n",
        ),
        (
            "main.tofu",
            "output \"which\" {\n  value = \"tofu ${tofu.workspace}\"\n}\n",
        ),
        (
            "other.tf",
            "output \"paths\" {\n  value = \"${path.module} ${path.root} ${terraform.workspace}\"\n}\n",
        ),
    ];
    let inputs = |dialect| Inputs {
        workspace: Some("prod".to_owned()),
        dialect,
        ..Inputs::default()
    };
    assert_snapshot!(outputs_of(&files, &inputs(None)), @r#"
    paths = ". . prod"
    which = "tofu prod"
    "#);
    assert_snapshot!(outputs_of(&files, &inputs(Some(Dialect::Terraform))), @r#"
    paths = ". . prod"
    which = "terraform"
    "#);
}

#[test]
fn types_convert_and_fill_in_defaults() {
    assert_snapshot!(
        outputs(
            r#"
variable "object" {
  type = object({
    name  = string
    size  = optional(number, 3)
    spot  = optional(bool)
    disks = optional(list(object({ gb = optional(number, 20), type = optional(string, "gp3") })), [{}])
    tags  = optional(map(string), { a = "b" })
  })
  default = { name = 5, extra = true }
}
variable "pools" {
  type    = map(object({ roles = optional(set(string), ["worker"]), n = optional(number, 1) }))
  default = { a = { n = null }, b = { roles = ["etcd", "etcd"], n = "2" } }
}
variable "nested" {
  type    = list(tuple([string, object({ x = optional(string, "y") })]))
  default = [["a", {}], [1, { x = null }]]
}
variable "strict" {
  type     = string
  nullable = false
  default  = "default"
}
variable "quoted" {
  type    = "list"
  default = [1, 2]
}
variable "null_object" {
  type    = object({ a = optional(string, "x") })
  default = null
}
output "object" { value = var.object }
output "pools" { value = var.pools }
output "nested" { value = var.nested }
output "strict" { value = var.strict }
output "quoted" { value = var.quoted }
output "null_object" { value = var.null_object }
"#
        ),
        @r#"
        nested = list[["a", {x = "y"}], ["1", {x = "y"}]]
        null_object = null
        object = {disks = list[{gb = 20, type = "gp3"}], name = "5", size = 3, spot = null, tags = map{a = "b"}}
        pools = map{a = {n = 1, roles = set["worker"]}, b = {n = 2, roles = set["etcd"]}}
        quoted = list[1, 2]
        strict = "default"
        "#
    );
}

#[test]
fn null_means_the_default_only_where_null_is_refused() {
    let module = r#"
variable "loose" {
  default = "default"
}
variable "strict" {
  default  = "default"
  nullable = false
}
output "loose" { value = var.loose }
output "strict" { value = var.strict }
"#;
    let main = "module \"m\" {\n  source = \"./m\"\n  loose  = null\n  strict = null\n}\noutput \"m\" {\n  value = module.m\n}\n";
    let files = [("main.tf", main), ("m/main.tf", module)];
    assert_snapshot!(outputs_of(&files, &Inputs::default()), @r#"m = {loose = null, strict = "default"}"#);
}

#[test]
fn what_does_not_suit_is_said() {
    assert_snapshot!(
        outputs(
            r#"
variable "a" {
  type    = number
  default = "x"
}
variable "b" {
  type    = object({ n = number })
  default = { m = 1 }
}
variable "c" { type = strin }
variable "d" { type = list() }
variable "e" { type = object({ a = optional(number, "x") }) }
variable "f" { default = local.x }
variable "g" { type = set }
output "a" { value = var.a }
output "b" { value = var.b }
output "c" { value = var.c }
output "d" { value = var.d }
output "e" { value = var.e }
output "f" { value = var.f }
output "g" { value = var.g }
"#
        ),
        @r#"
        a = ?number(output.a <- var.a is in error)
        b = ?object(output.b <- var.b is in error)
        c = ?dynamic(output.c <- var.c has no value)
        d = ?dynamic(output.d <- var.d has no value)
        e = ?dynamic(output.e <- var.e has no value)
        f = ?dynamic(output.f <- var.f has no value)
        g = ?dynamic(output.g <- var.g has no value)
        Analysis main.tf:4:13: this value does not suit var.a: a number is required
        Analysis main.tf:8:13: this value does not suit var.b: attribute "n" is required
        Analysis main.tf:10:23: strin is no type
        Analysis main.tf:11:23: list(...) takes one argument here
        Analysis main.tf:12:53: this default does not suit the attribute's type: a number is required
        Analysis main.tf:13:26: only constants may stand here, not the variable "local"
        Analysis main.tf:14:23: the type set needs an argument that says of what
        "#
    );
}
