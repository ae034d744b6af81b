//! What is wrong, where that is said, and what is read all the same.

use super::super::{parse, parse_expression, parse_template};
use super::{file, read};

fn all(cases: &[&str]) -> String {
    let all = cases.iter().map(|text| {
        let shown = read("x.tf", text).replace('\n', "\n  ");
        format!("{text:?}\n  {}\n", shown.trim_end())
    });
    all.collect()
}

#[test]
fn one_error_is_one_message() {
    insta::assert_snapshot!(all(&[
        "a = \n",
        "a = {\n  b = 1\n",
        "a = 1\na = 2\n",
        "a = \"${}\"\n",
        "a = \"%{ if x }\"\n",
        "a = \"%{ endif }\"\n",
        "a = \"%{ els }\"\n",
        "a = \"\\q\"\n",
        "a = \"\\ud800\"\n",
        "a = <<EOT\nx\n",
        "a = <<EOT\nx\nEOT",
        "a = <<\"EOT\"\nx\nEOT\n",
        "a = \"x\ny\"\nb = 1\n",
        "a = \"x\nb = 1\n",
        "a = \"${x\"\nb = 1\n",
        "a = 'x'\nb = 1\n",
        "}\n",
        "resource {",
        "a = 1 b = 2\n",
        "a = 1, b = 2\n",
        "a: 1\n",
        "\"a\" = 1\n",
        "a \"${b}\" {}\n",
        "a \"b\"\n{\n}\n",
        "a { b = 1, c = 2 }\n",
        "a { b = 1\nc = 2\n}\n",
        "a { b {} }\n",
        "a {} b {}\n",
        "a = 1.2.3\n",
        "a = b.0.1\n",
        "a = b.*.c.*\n",
        "a = b.\n",
        "a = b[*\n]\n",
        "a = f(1 2)\nb = 1\n",
        "a = [1 2]\nb = 1\n",
        "a = [1, 2\nb = 1\n",
        "a = f(1\nb = 1\n",
        "a = (1\nb = 1\n",
        "a = x ? y\n",
        "a = x::y\n",
        "a = [for x in y: x => x]\n",
        "a = {for x in y: x}\n",
        "a = [for x y: x]\n",
        "a = 1 & 2\n",
        "a = 1 +\n",
        "a = /* x\n",
        "\u{0}",
    ]));
}

#[test]
fn neighbours_of_an_error_are_read() {
    let text = r#"
locals {
  good   = 1
  broken = [1 2, 3]
  after  = 2
  object = {
    a = 1
    b = = 2
    c = [
      3 4
    ], d = 5
  }
  text   = "${f(}"
  last   = true
}

resource "a" "b" {
  x = upper("y"
  z = 1
  nested {
    k = ]
    l = 2
  }
}

!!! what is this?

output "o" { value = 1 ? }
module "m" {
  source = "./m"
}
"#;
    insta::assert_snapshot!(read("x.tf", text));
}

#[test]
fn unclosed_blocks_end_where_the_next_begins() {
    let text = r#"
resource "a" "b" {
  x = 1
  inner {
    y = 2
  z = 3
}

variable "v" {
  default = {
    k = "v"
}

output "o" {
  value = [
    1,
}

locals {
  last = 1
"#;
    insta::assert_snapshot!(read("x.tf", text));
}

#[test]
fn open_heredocs_and_quotes_do_not_swallow_the_file() {
    let text = r#"
resource "a" "b" {
  script = <<-EOT
    line
    EOT;
  after  = 1
}
resource "c" "d" {
  script = <<EOF
line
  name = "x
  more = "y ${"z
  last = 1
}
locals {
  long = "one
two
three"
  next = 2
}
"#;
    insta::assert_snapshot!(read("x.tf", text));
}

#[test]
fn stray_brackets_are_told_once() {
    insta::assert_snapshot!(all(&[
        "a = 1\n}\nb = 2\n",
        "r {\n  a = 1\n  }\n}\nb = 2\n",
        "r {\n  a = [1]]\n  b = 2\n}\n",
        "r {\n  a = f(1))\n  b = 2\n}\n",
        "r {\n  a = {]}\n  b = 2\n}\n",
        ")\na = 1\n",
        "a = { b = 1 ) }\nc = 1\n",
    ]));
}

#[test]
fn details_say_what_to_do() {
    let cases = [
        "a = 1, b = 2\n",
        "a = 'x'\n",
        "a = \"x\ny\"\n",
        "a = <<EOT\nx\nEOT",
        "a = <<EOT x\n",
        "a = b.0.1\n",
        "a = “x”\n",
        "r {\n",
        "a = \"${x:-y}\"\n",
        "a = {\n  b c = 1\n}\n",
        "a = 1\nb = 2\na = 3\n",
        "a = \"${x\nb = 1\n",
        "a = {\n  b = 1 c = 2\n}\n",
        "a = {\n  b\n}\n",
        "a = {\n  b = 1\n",
        "a = [1 2]\n",
        "a = [1, 2\nb = 1\n",
        "a = f(1 2)\n",
        "a = f(1, 2\nb = 1\n",
        "a = b.\n",
        "a = b..c\n",
        "a = b[*\n]\n",
        "a = b c\n",
        "a = 1 +\n",
        "a = 1 & 2\n",
        "a = x ? y\n",
        "a = [for x in y]\n",
        "a = {for x in y: x}\n",
        "a: 1\n",
        "a b = 1\n",
        "\"a\" = 1\n",
        "a \"${b}\" {}\n",
        "a \"b\"\n{\n}\n",
        "a { b = 1, c = 2 }\n",
        "a {} b {}\n",
        "a = \"\\q\"\n",
        "a = \"%{ if x }y\"\n",
        "a = \"%{ endif }\"\n",
        "a = \"%{ els }\"\n",
        "a = 1.2.3\n",
        "a = x::y\n",
        "}\n",
        "a = /* x\n",
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|text| {
            let errors = parse(&file("x.tf", text)).errors;
            let first = errors.first().expect("an error");
            format!("{text:?}\n  {}\n  {}\n", first.message, first.detail)
        })
        .collect();
    insta::assert_snapshot!(all.concat());
}

#[test]
fn only_so_many_errors_are_told() {
    let text = "a = ]\n".repeat(1_000);
    let parsed = parse(&file("x.tf", &text));
    assert_eq!(parsed.errors.len(), 100);
    assert_eq!(parsed.body.attributes.len(), 1_000);
}

#[test]
fn what_is_no_file_has_one_error_at_most() {
    let message = |text: &str| {
        parse_expression(text)
            .err()
            .map(|it| it.message.into_owned())
    };
    insta::assert_compact_debug_snapshot!(
        ["", " \n", "1 2", "a[\n0\n]\n+ 1", "# c", "f(", "\"x\ny\""].map(message),
        @r#"[Some("Missing expression"), Some("Missing expression"), Some("Extra characters after expression"), None, Some("Missing expression"), Some("Missing expression"), Some("Invalid multi-line string")]"#
    );
    let message = |text: &str| parse_template(text).err().map(|it| it.message.into_owned());
    insta::assert_compact_debug_snapshot!(
        ["", "a\nb", "${", "%{ if a }", "\\q \"x\" $${"].map(message),
        @r#"[None, None, Some("Missing expression"), Some("Unexpected end of template"), None]"#
    );
}
