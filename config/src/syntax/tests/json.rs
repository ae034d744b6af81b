//! Terraform's JSON notation.

use super::super::parse;
use super::{file, read};

#[test]
fn json_gives_the_same_tree() {
    let text = r#"{
  "//": "a comment",
  "locals": { "a": "${var.x}", "b": [1, 2.5, null], "c": { "${k}": "v%{ if y }z%{ endif }" } },
  "variable": { "x": { "type": "string", "default": "${literal}" } },
  "resource": { "t": { "n": [
    { "tags": { "k": "v" }, "list": ["x"], "dynamic": { "b": { "for_each": "${xs}", "content": { "q": "${b.value}" } } } },
    { "count": 2 }
  ] } },
  "terraform": { "backend": { "s3": { "bucket": "b" } }, "required_providers": { "a": { "source": "x/a" } } }
}"#;
    insta::assert_snapshot!(read("x.tf.json", text), @r#"
    locals []
      a = var.x
      b = (tuple 1 2.5 null)
      c = (object k=(template "v" %(if y {"z"} {})))
    variable ["x"]
      type = "string"
      default = "${literal}"
    resource ["t", "n"]
      ? tags = (object "k"="v")
      list = (tuple "x")
      tags []
        k = "v"
      dynamic ["b"]
        for_each = xs
        content []
          q = b.value
    resource ["t", "n"]
      count = 2
    terraform []
      backend ["s3"]
        bucket = "b"
      required_providers []
        ? a = (object "source"="x/a")
        a []
          source = "x/a"
    "#);
    insta::assert_snapshot!(read("x.tfvars.json", r#"{ "a": "${x}", "b": { "//": 1 }, "//": 2 }"#), @r#"
    a = "${x}"
    b = (object "//"=1)
    "#);
}

#[test]
fn json_errors_are_told_and_the_rest_is_read() {
    let cases = [
        "",
        "{",
        "[1]",
        "1",
        "{\"resource\": 1}",
        "{\"locals\": {\"a\": \"${\", \"b\": 2}}",
        "{\"locals\": {\"a\": \"x\\u00e9 ${1 +}\"}}",
        "{} x",
        "{\"locals\": {\"a\": 1,}}",
        "{\"locals\": {\"a\": [1, 2,], \"b\": 1}}",
        "{\"locals\": {\"a\": [1 2], \"b\": 1}}",
        "{\"locals\": {\"a\": 1 \"b\": 2}}",
        "{\"locals\": {\"a\" = 1, \"b\": 2}}",
        "{\"locals\": {\"a\" 1, \"b\": 2}}",
        "{\"locals\": {a: 1, \"b\": 2}}",
        "{\"locals\": {\"a\", \"b\": 2}}",
        "{\"locals\": {\"a\": True, \"b\": NaN, \"c\": 2}}",
        "{\"locals\": {\"a\": 'x', \"b\": 01, \"c\": 2}}",
        "{\"locals\": {\"a\": \"x\ny\", \"b\": 2}}",
        "{\"locals\": {\"a\": \"\\q\", \"b\": 2}}",
        "{\"locals\": {\"a\": [1}, \"b\": 2}}",
        "{\n  // comment\n  \"locals\": {\"a\": 1 /* c */} # c\n}",
        "{\"locals\": {\"a\": 1, \"a\": 2}}",
        "{\"locals\": {\"a\": {\"b\": 1, \"b\": 2}}}",
        "{\"variable\": {\"v\": {\"default\": {\"b\": 1, \"b\": 2}}}}",
        "{\"resource\": {\"t\": {\"n\": {\"b\": {\"c\": 1, \"c\": 2}, \"b\": {}}}}}",
        "{\"resource\": {\"t\": {\"n\": {\"b\": 1, \"b\": 2}}}}",
        "{\"resource\": {\"t\": {}}}",
        "{\"variable\": null, \"locals\": {\"a\": 1}}",
        "\u{feff}{}",
    ];
    let all: Vec<_> = cases
        .iter()
        .map(|text| {
            format!(
                "{text}\n  {}\n",
                read("x.tf.json", text).trim_end().replace('\n', "\n  ")
            )
        })
        .collect();
    insta::assert_snapshot!(all.concat());
}

#[test]
fn json_blocks_may_come_in_arrays() {
    let text = r#"[
  { "locals": [{ "a": 1 }, { "b": 2 }] },
  { "resource": [{ "t": [{ "n": { "x": 1 } }, { "m": { "x": 2 } }] }], "locals": null },
  { "module": { "m": [[{ "source": "a" }, { "y": "é\ud83d\ude00\ud800" }]] } }
]"#;
    insta::assert_snapshot!(read("x.tf.json", text), @r#"
    locals []
      a = 1
    locals []
      b = 2
    resource ["t", "n"]
      x = 1
    resource ["t", "m"]
      x = 2
    module ["m"]
      source = "a"
      y = "é😀�"
    "#);
}

#[test]
fn json_spans_point_at_keys_and_values() {
    let text = "{\n  \"locals\" : { \"a\\n\" :  [ 1 ] , \"b\":true}\n}";
    let parsed = parse(&file("x.tf.json", text));
    let attributes = &parsed.body.blocks[0].body.attributes;
    let places: Vec<_> = attributes
        .iter()
        .map(|it| (&text[it.name_span.range()], &text[it.expr.span.range()]))
        .collect();
    insta::assert_compact_debug_snapshot!(places, @r#"[("\"a\\n\"", "[ 1 ]"), ("\"b\"", "true")]"#);
}

#[test]
fn json_has_the_verdict_of_terraform_validate() {
    // As Terraform 1.15.9 gave it.
    let accepted = [
        "{}",
        "[]",
        "[{}]",
        "{\"locals\": {\"a\": 1}}",
        "{\"locals\": null}",
        "{\"locals\": []}",
        "{\"locals\": [{\"a\": 1}, {\"b\": 2}]}",
        "{\"locals\": {\"//\": 1}}",
        "{\"//\": 1}",
        "{\"locals\": {\"a\": {\"//\": 1}}}",
        "{\"variable\": {\"v\": null}}",
        "{\"variable\": {\"v\": []}}",
        "{\"variable\": {\"v\": [null]}}",
        "{\"locals\": {\"a\": -0}}",
        "{\"locals\": {\"a\": 1e5000}}",
        "{\"locals\": {\"a\": \"\\ud800\"}}",
        "{\"locals\": {\"a\": \"\\ud83d\\ude00\"}}",
        "{\"locals\": {\"a\": \"${1}\"}}",
        "{\"locals\": {\"a\": {\"${1 + 1}\": 1}}}",
        "{\"locals\": {\"a\": \"x\\r${\"}}",
        "{\"output\": {\"o\": {\"value\": \"\\ufeff${1}\"}}}",
        "\r\n{}\r\n",
    ];
    let rejected = [
        "\u{feff}{}",
        "[1]",
        "[null]",
        "1",
        "null",
        "\"x\"",
        "{} {}",
        "{\"locals\": [null]}",
        "{\"locals\": [[{\"a\": 1}]]}",
        "{\"locals\": {\"a\": 1, \"a\": 2}}",
        "{\"locals\": {\"a\": {\"b\": 1, \"b\": 2}}}",
        "{\"variable\": {\"v\": {\"default\": {\"b\": 1, \"b\": 2}}}}",
        "{\"variable\": null}",
        "{\"variable\": {}}",
        "{\"variable\": {\"v\": {\"default\": 1, \"default\": 2}}}",
        "{\"output\": {\"//\": \"x\", \"o\": {\"value\": 1}}}",
        "{\"locals\": {\"a\": 1,}}",
        "{\"locals\": {\"a\": 01}}",
        "{\"locals\": {\"a\": +1}}",
        "{\"locals\": {\"a\": \"\\q\"}}",
        "{\"locals\": {\"a\": \"x\ty\"}}",
        "{\"locals\": {\"a\": \"x\ny\"}}",
        "// c\n{}",
        "{} // c",
        "{\"locals\": {\"a\": \"${\"}}",
        "{\"locals\": {\"a\": \"%{ if true }x\"}}",
        "{\"locals\": {\"a\": TRUE}}",
        "",
        "{\"terraform\": {\"required_version\": \">= 1\", \"required_version\": \">= 1\"}}",
    ];
    let has_errors = |text: &&&str| !parse(&file("x.tf.json", text)).errors.is_empty();
    let wrong: Vec<_> = accepted.iter().filter(has_errors).collect();
    assert_eq!(wrong, Vec::<&&str>::new());
    let wrong: Vec<_> = rejected.iter().filter(|text| !has_errors(text)).collect();
    assert_eq!(wrong, Vec::<&&str>::new());
}
