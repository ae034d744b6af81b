//! The tree that a text gives, printed as s-expressions.

mod bounds;
mod errors;
mod fuzz;
mod json;
mod trees;

use std::fmt::Write as _;

use super::parse;
use super::tree::{Body, Expr, ExprKind, Key, Literal, Name, Part, StepKind, Word};
use crate::SourceFile;

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile::new(name, text)
}

fn read(name: &str, text: &str) -> String {
    let parsed = parse(&file(name, text));
    let mut out = String::new();
    for error in &parsed.errors {
        let at = error.span.range();
        let place = text.get(at.clone()).expect("spans are within the text");
        writeln!(
            out,
            "error at {}..{} {place:?}: {}",
            at.start, at.end, error.message
        )
        .unwrap();
    }
    body(&parsed.body, 0, &mut out);
    out
}

fn body(it: &Body, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent);
    for attribute in &it.attributes {
        let maybe = match (attribute.maybe_block, attribute.repeats) {
            (true, _) => "? ",
            (_, true) => "again ",
            _ => "",
        };
        writeln!(
            out,
            "{pad}{maybe}{} = {}",
            attribute.name,
            sexp(&attribute.expr)
        )
        .unwrap();
    }
    if it.is_incomplete {
        writeln!(out, "{pad}...").unwrap();
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
