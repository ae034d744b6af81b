//! What is right.

use super::super::parse;
use super::super::tree::{Expr, ExprKind, Part};
use super::{file, read};

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
    a = (tuple 1 (Negate 2.5) 123456789012345678901234567890 "x" true null)
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
    plain = (template "    " %(for None x xs {"    server " $x "\n    "}) "    end\n")
    flush = (template %(for None x xs {"    server " $x "\n"}) "    end\n")
    strip = (template "a\n  b" $"x" "      c\n\n")
    tabs = (template "tab\n  " $i " at start\n")
    empty = ""
    blank = "\n"
    escapes = "a\\n ${x} %{y} $$${z} $x %y\n"
    quoted = "a\n ${x} %{y} $$${z} $x %y $$"
    nested = (template %(if a {$b} {%(for Some("k") v c {"x"})}))
    "#);
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
