//! Depth, size and time, which is counted in bytes that are looked at.

use super::super::steps::counted;
use super::super::tree::{ExprKind, Literal};
use super::super::{MAX_DEPTH, parse, parse_expression, parse_template, tokens};
use super::file;

/// How often each byte may be looked at, in the mean.
const LOOKS: usize = 100;

/// Whether a text of that name parses, and drops the tree.
fn parses(name: &str, text: &str) -> bool {
    let (parsed, steps) = counted(|| parse(&file(name, text)));
    let start: String = text.chars().take(30).collect();
    assert!(
        steps <= LOOKS * (text.len() + 100),
        "{steps} steps for {} bytes: {start}",
        text.len()
    );
    parsed.errors.is_empty()
}

#[test]
fn depth_is_limited_not_fatal() {
    for depth in [MAX_DEPTH - 10, MAX_DEPTH + 1, 10_000] {
        let fits = depth < MAX_DEPTH;
        let around = |open: &str, inner: &str, close: &str| {
            format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
        };
        let expressions = [
            around("[", "", "]"),
            around("(", "1", ")"),
            around("{a=", "1", "}"),
            around("f(", "1", ")"),
            around("a[", "1", "]"),
            around("!", "1", ""),
            around("-", "1", ""),
            around("\"${", "1", "}\""),
            around("a ? ", "1", " : 1"),
            around("[for x in ", "1", " : 1]"),
            around("\"%{ if true }", "1", "%{ endif }\"").replace('"', "x"),
        ];
        for text in &expressions[..10] {
            assert_eq!(
                parses("x.tf", &format!("a = {text}\n")),
                fits,
                "{depth} {}",
                &text[..9]
            );
            assert_eq!(parse_expression(text).is_ok(), fits);
        }
        assert_eq!(parse_template(&expressions[10]).is_ok(), fits);
        assert_eq!(parses("x.tf", &around("a {\n", "", "}\n")), fits);
        let json = format!("{{\"a\": {}}}", around("[", "1", "]"));
        assert_eq!(parses("x.tf.json", &json), fits);
    }
    let mut text = "x".to_owned();
    for _ in 0..300 {
        text = format!("f(<<A\n${{{text}}}\nA\n)");
    }
    assert!(parse_expression(&text).is_err());
}

#[test]
fn what_is_too_deep_does_not_lose_its_neighbours() {
    let text = format!("a = {}{}\nb = 1\n", "[".repeat(5_000), "]".repeat(5_000));
    let parsed = parse(&file("x.tf", &text));
    assert_eq!(parsed.errors.len(), 1);
    let kinds: Vec<_> = parsed
        .body
        .attributes
        .iter()
        .map(|it| &it.expr.kind)
        .collect();
    let one = ExprKind::Literal(Literal::Number(1_i64.into()));
    assert_eq!(kinds, [&ExprKind::Invalid, &one]);
}

#[test]
fn long_chains_are_no_deep_trees() {
    let count = 10_000;
    let long = [
        format!("a{}", " + b * c".repeat(count)),
        format!("a{}", " && b".repeat(count)),
        format!("{}z", "x == 1 ? y : ".repeat(count)),
        format!("a{}", ".b[0]".repeat(count)),
        format!("a{}", "[*].b".repeat(count)),
        format!("[{}]", "a,".repeat(count)),
        format!("f({})", "a,".repeat(count)),
        format!("\"{}\"", "${a}".repeat(count)),
        format!("\"{}\"", "${a} $ x".repeat(count)),
        format!("<<E\n{}\nE\n", "${a} $ x".repeat(count)),
        format!("<<E\n{}\nE\n", "\\r $".repeat(count)),
        format!("\"{}\"", "%{ if a }b%{ else }c%{ endif }".repeat(count)),
        format!("\"{}\"", "\\n$${".repeat(count)),
        format!("a{}", "::b".repeat(count)) + "()",
        format!("<<-E\n{}E\n", "  ${a} $ % \n".repeat(count)),
    ];
    for text in &long {
        assert!(parses("x.tf", &format!("a = {text}\n")), "{}", &text[..20]);
    }
}

#[test]
fn large_things_are_read_in_linear_time() {
    let numbered =
        |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<String>();
    let large = [
        format!(
            "a = {{\n{}}}\n",
            numbered(32_000, |n| format!("  key_{n} = {n}\n"))
        ),
        numbered(60_000, |n| format!("a{n} = {n}\n")),
        numbered(40_000, |n| format!("b \"l{n}\" {{}}\n")),
        format!("a = <<E\n{}E\n", "text that is long\n".repeat(100_000)),
        "# comment\n".repeat(100_000),
        "/**/".repeat(100_000),
        format!("{}\n", " ".repeat(1_000_000)),
        format!("a = 1{}", "\n".repeat(1_000_000)),
    ];
    for text in &large {
        assert!(parses("x.tf", text), "{}", &text[..20.min(text.len())]);
    }
}

#[test]
fn broken_things_are_read_in_linear_time() {
    let count = 5_000;
    let broken = [
        "a = [\n",
        "a {\n",
        "a = {\n",
        "a = f(\n",
        "a = \"\n",
        "a = \"${\n",
        "a = <<E\n",
        "/*\n",
        "/*",
        "a = /*\n",
        "}\n",
        "]\n",
        "{ ",
        "[ ",
        "\"${",
        "a = <<E\n${",
        "a = 1 }\n",
        "a = { ) }\n",
        "= ",
        "\"",
        "%{",
        "<<E\n",
        "a b { c = 1, d = 2 }\n",
        "a { b { c {",
        "a { b = {",
        "'",
        "\r",
        "1...",
        "{a=[{a=(",
        "a{a=\"${<<E\n",
    ];
    for text in broken {
        let text = text.repeat(count);
        assert!(!parses("x.tf", &text), "{}", &text[..9]);
        assert!(!parses("x.tf", &format!("x {{\n{text}\n")));
        assert_eq!(
            tokens(&text).map(|token| token.text.len()).sum::<usize>(),
            text.len()
        );
    }
    let broken = [
        "{\"a\":",
        "[",
        "{",
        "\"",
        "{\"a\" 1 ",
        "// x\n",
        "/*",
        "a",
        "{\"a\":[}",
        "'x',",
        "]",
        "{{",
        "[[}}",
    ];
    for text in broken {
        assert!(!parses("x.tf.json", &text.repeat(count)), "{text}");
        assert!(
            !parses("x.tf.json", &format!("{{{}", text.repeat(count))),
            "{text}"
        );
    }
}

#[test]
fn trees_of_many_nodes_are_refused() {
    // Would be some 300 MiB of tree.
    let text = format!("a = [{}]\nb = 1\n", "1,".repeat(8 << 20));
    let parsed = parse(&file("x.tf", &text));
    assert_eq!(parsed.errors.len(), 1);
    assert_eq!(parsed.errors[0].message, "Too large");
    assert!(parsed.body.is_incomplete);
}
