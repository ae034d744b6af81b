//! The tree that a text gives, printed as s-expressions.

use std::fmt::Write as _;

use super::tree::{Body, Expr, ExprKind, Key, Literal, Name, Part, StepKind, Word};
use super::{parse, parse_expression};
use crate::SourceFile;

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile {
        path: name.into(),
        text: text.into(),
    }
}

fn read(name: &str, text: &str) -> String {
    let parsed = parse(&file(name, text));
    let mut out = String::new();
    for error in &parsed.errors {
        let at = error.span.range();
        writeln!(out, "error at {}..{}: {}", at.start, at.end, error.message).unwrap();
    }
    body(&parsed.body, 0, &mut out);
    out
}

fn body(it: &Body, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent);
    for attribute in &it.attributes {
        let maybe = if attribute.maybe_block { "? " } else { "" };
        writeln!(
            out,
            "{pad}{maybe}{} = {}",
            attribute.name,
            sexp(&attribute.expr)
        )
        .unwrap();
    }
    for block in &it.blocks {
        let labels: Vec<&Name> = block.labels.iter().map(|label| &label.text).collect();
        writeln!(out, "{pad}{} {labels:?}", block.type_name).unwrap();
        body(&block.body, indent + 1, out);
    }
}

fn sexp(expr: &Expr) -> String {
    let list = |name: &str, items: Vec<String>| format!("({name} {})", items.join(" "));
    match &expr.kind {
        ExprKind::Literal(literal) => match literal {
            Literal::Text(text) => format!("{text:?}"),
            Literal::Number(number) => number.to_string(),
            Literal::Bool(value) => value.to_string(),
            Literal::Null => "null".into(),
        },
        ExprKind::Invalid => "invalid".into(),
        ExprKind::Template(parts) => list("template", parts.iter().map(part).collect()),
        ExprKind::Tuple(items) => list("tuple", items.iter().map(sexp).collect()),
        ExprKind::Object(items) => list(
            "object",
            items
                .iter()
                .map(|item| match &item.key {
                    Key::Word(word) => format!("{}={}", word.text, sexp(&item.value)),
                    Key::Expr(key) => format!("{}={}", sexp(key), sexp(&item.value)),
                })
                .collect(),
        ),
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::Traversal(it) => {
            let mut out = sexp(&it.base);
            for step in &it.steps {
                match &step.kind {
                    StepKind::Attribute(name) => write!(out, ".{name}").unwrap(),
                    StepKind::Index(index) => write!(out, "[{}]", sexp(index)).unwrap(),
                    StepKind::LegacyIndex(index) => write!(out, ".{index}").unwrap(),
                    StepKind::AttributeSplat => out.push_str(".*"),
                    StepKind::FullSplat => out.push_str("[*]"),
                }
            }
            out
        }
        ExprKind::Call(call) => {
            let mut items: Vec<_> = call.arguments.iter().map(sexp).collect();
            if call.expand_last {
                items.push("...".into());
            }
            list(&call.name, items)
        }
        ExprKind::Unary(op, operand) => list(&format!("{op:?}"), vec![sexp(operand)]),
        ExprKind::Binary(chain) => chain.rest.iter().fold(sexp(&chain.first), |left, right| {
            list(&format!("{:?}", right.op), vec![left, sexp(&right.expr)])
        }),
        ExprKind::Conditional(it) => it.arms.iter().rfold(sexp(&it.no), |no, arm| {
            list("if", vec![sexp(&arm.condition), sexp(&arm.yes), no])
        }),
        ExprKind::For(it) => {
            let mut items = vec![
                format!("{:?}", (text(&it.key_name), it.value_name.text.as_str())),
                sexp(&it.collection),
            ];
            items.extend(it.key.as_ref().map(sexp));
            items.push(sexp(&it.value));
            items.extend(it.grouping.then(|| "...".to_owned()));
            items.extend(it.condition.as_ref().map(sexp));
            list("for", items)
        }
    }
}

fn text(word: &Option<Word>) -> Option<&str> {
    word.as_ref().map(|word| word.text.as_str())
}

fn part(part: &Part) -> String {
    let all = |parts: &[Part]| parts.iter().map(self::part).collect::<Vec<_>>().join(" ");
    match part {
        Part::Literal(text, _) => format!("{text:?}"),
        Part::Interpolation(expr) => format!("${}", sexp(expr)),
        Part::If(it) => format!(
            "%(if {} {{{}}} {{{}}})",
            sexp(&it.condition),
            all(&it.yes),
            all(&it.no)
        ),
        Part::For(it) => format!(
            "%(for {:?} {} {} {{{}}})",
            text(&it.key_name),
            it.value_name.text,
            sexp(&it.collection),
            all(&it.body)
        ),
    }
}

#[test]
fn every_form_of_expression() {
    let text = r#"
a = [1, -2.50, 123456789012345678901234567890, "x", true, null]
b = { k = 1, "q" = 2, (v) : 3, "${v}-x" = 4 }
c = !x && y || z == 1 + 2 * 3 % 4 - -w
d = cond ? a.b[0].c["k"].*.d : e[*].f.g
e = f(x, g()...)
f = merge([for x in y : x if x > 1]...)
g = { for k, v in y : k => v... if v != null }
h = provider::aws::arn(x)
i = (a) [0]
j = a.0.b
k = "${x}"
l = "a${x}b"
"#;
    insta::assert_snapshot!(read("x.tf", text), @r#"
    a = (tuple 1 -2.5 123456789012345678901234567890 "x" true null)
    b = (object k=1 "q"=2 v=3 (template $v "-x")=4)
    c = (Or (And (Not x) y) (Equal z (Subtract (Add 1 (Modulo (Multiply 2 3) 4)) (Negate w))))
    d = (if cond a.b[0].c["k"].*.d e[*].f.g)
    e = (f x (g ) ...)
    f = (merge (for (None, "x") y x (Greater x 1)) ...)
    g = (for (Some("k"), "v") y k v ... (NotEqual v null))
    h = (provider::aws::arn x)
    i = a[0]
    j = a.0.b
    k = x
    l = (template "a" $x "b")
    "#);
}

#[test]
fn blocks_labels_and_one_liners() {
    let text = "resource \"t\" n {\n  a = 1\n  b { c = 2 }\n  b {}\n}\nlocals {} # x\n";
    insta::assert_snapshot!(read("x.tf", text), @r#"
    resource ["t", "n"]
      a = 1
      b []
        c = 2
      b []
    locals []
    "#);
}

#[test]
fn spans_point_into_the_text_as_written() {
    let text = "\u{feff}a = <<EOT\n  é ${local.b}\nEOT\nc = \"x${f(d)}\"\ne { g = h.i[0] }\n";
    let parsed = parse(&file("x.tf", text));
    assert_eq!(parsed.errors, []);
    let at = |expr: &Expr| text[expr.span.range()].to_owned();
    let a = &parsed.body.attributes[0].expr;
    let c = &parsed.body.attributes[1].expr;
    let inside = |expr: &Expr| match &expr.kind {
        ExprKind::Template(parts) => parts.iter().find_map(|part| match part {
            Part::Interpolation(expr) => Some(at(expr)),
            _ => None,
        }),
        _ => None,
    };
    let block = &parsed.body.blocks[0];
    let g = &block.body.attributes[0];
    insta::assert_compact_debug_snapshot!(
        [
            Some(at(a)), inside(a), Some(at(c)), inside(c),
            Some(at(&g.expr)), Some(text[g.name_span.range()].into()),
            Some(text[block.header.range()].into()),
        ],
        @r#"[Some("<<EOT\n  é ${local.b}\nEOT"), Some("local.b"), Some("\"x${f(d)}\""), Some("f(d)"), Some("h.i[0]"), Some("g"), Some("e")]"#
    );
    assert_eq!(
        crate::Origin {
            file: file("x.tf", text).into(),
            range: 3..4
        }
        .start()
        .column,
        1
    );
}

#[test]
fn heredocs_lose_what_terraform_takes() {
    let text = "
plain = <<EOT
    %{ for x in xs ~}
    server ${x}
    %{ endfor ~}
    end
  EOT
flush = <<-EOT
    %{ for x in xs ~}
    server ${x}
    %{ endfor ~}
    end
  EOT
strip = <<-EOT
    a
      b ${~ \"x\" ~}   
      c

   EOT
tabs = <<-EOT
\ttab
\t  ${i} at start
  EOT
empty = <<EOT
EOT
blank = <<-EOT

  EOT
escapes = <<EOT
a\\n $${x} %%{y} $$$${z} $x %y
EOT
quoted = \"a\\n $${x} %%{y} $$$${z} $x %y $$\"
nested = \"%{ if a }${b}%{ else }%{ for k, v in c }x%{ endfor }%{ endif }\"
";
    insta::assert_snapshot!(read("x.tf", text), @r#"
    plain = (template "    " %(for None x xs {"    server " $x "\n" "    "}) "    end\n")
    flush = (template %(for None x xs {"    server " $x "\n"}) "    end\n")
    strip = (template "a\n" "  b" $"x" "      c\n" "\n")
    tabs = (template "tab\n" "  " $i " at start\n")
    empty = ""
    blank = "\n"
    escapes = "a\\n ${x} %{y} $$${z} $x %y\n"
    quoted = "a\n ${x} %{y} $$${z} $x %y $$"
    nested = (template %(if a {$b} {%(for Some("k") v c {"x"})}))
    "#);
}

#[test]
fn errors_name_their_place() {
    let cases = [
        "a = \n",
        "a = {\n  b = 1\n",
        "a = 1\na = 2\n",
        "a = \"${}\"\n",
        "a = \"%{ if x }\"\n",
        "a = \"%{ endif }\"\n",
        "a = \"\\q\"\n",
        "a = <<EOT\nx\n",
        "a = \"x\ny\"\n",
        "}\n",
        "resource {",
        "a = 1 b = 2\n",
        "\u{0}",
    ];
    let all: Vec<_> = cases
        .iter()
        .map(|text| format!("{text:?}\n  {}", read("x.tf", text)))
        .collect();
    insta::assert_snapshot!(all.join(""), @r#"
    "a = \n"
      error at 4..4: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
    "a = {\n  b = 1\n"
      error at 0..0: what begins here does not parse
    "a = 1\na = 2\n"
      error at 6..6: invalid attribute; expected unique attribute key; found redefined attribute
    "a = \"${}\"\n"
      error at 7..7: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
    "a = \"%{ if x }\"\n"
      error at 0..0: what begins here does not parse
    "a = \"%{ endif }\"\n"
      error at 0..0: what begins here does not parse
    "a = \"\\q\"\n"
      error at 7..7: invalid escape sequence; expected `n`, `r`, `t`, `u`, `U`, `\` or `"`
    "a = <<EOT\nx\n"
      error at 4..9: no line that holds only `EOT` ends this heredoc
    "a = \"x\ny\"\n"
      error at 4..5: this quoted text is not closed by `"` on the same line
    "}\n"
      error at 0..0: what begins here does not parse
    "resource {"
      error at 9..9: invalid block body; expected `}`, newline or identifier
    "a = 1 b = 2\n"
      error at 6..6: expected newline or eof
    "\0"
      error at 0..0: what begins here does not parse
    "#);
}

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
    insta::assert_snapshot!(read("x.tfvars.json", r#"{ "a": "${x}", "a": 1 }"#), @r#"
    a = "${x}"
    a = 1
    "#);
    insta::assert_snapshot!(
        ["{", "[1]", "{\"resource\": 1}", "{\"locals\": {\"a\": \"${\"}}", "{} x"]
            .map(|text| read("x.tf.json", text))
            .join(""),
        @r"
        error at 0..0: EOF while parsing an object
        error at 1..2: a JSON object is expected here
        error at 13..14: a JSON object is expected here
        error at 17..21: this template sequence is not closed by `}`
        error at 3..3: trailing characters
        "
    );
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
fn depth_is_limited_not_fatal() {
    for depth in [60, 100, 10_000] {
        let text = format!("a = {}{}\n", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parse(&file("x.tf", &text)).errors.is_empty(), depth == 60);
        let json = format!("{{\"a\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(
            parse(&file("x.tf.json", &json)).errors.is_empty(),
            depth <= 100
        );
        let text = format!("{}1{}", "\"${".repeat(depth), "}\"".repeat(depth));
        assert_eq!(parse_expression(&text).is_ok(), depth == 60);
    }
    let mut text = "x".to_owned();
    for _ in 0..300 {
        text = format!("f(<<A\n${{{text}}}\nA\n)");
    }
    assert!(parse_expression(&text).is_err());
}

#[test]
fn carriage_returns_are_line_ends() {
    insta::assert_snapshot!(read("x.tf", "a = 1 # c\r\nb {\r\n  c = [\r\n    1,\r\n  ]\r\n}\r\nd = <<-X\r\n  y\r\n  X\r\n"), @r#"
    a = 1
    d = "y\r\n"
    b []
      c = (tuple 1)
    "#);
}
