//! The order of the elements of a set, which is Terraform's, so that a set turned into a list has
//! its elements where Terraform has them.
//!
//! Known elements come first, then unknown ones, then null. Text, numbers and bools have their
//! own order; other elements that of a text made of them, which is no promise of Terraform's but
//! what it does.

use std::cmp::Ordering;
use std::fmt::Write;

use super::{Data, Value};

/// Sorts elements without marks.
pub(super) fn sort(elements: &mut Vec<Value>) {
    if elements
        .iter()
        .all(|value| value.children().next().is_none())
    {
        elements.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
        return;
    }
    let mut keyed: Vec<(String, Value)> = elements
        .drain(..)
        .map(|value| (key(&value), value))
        .collect();
    keyed.sort_by(|(a_key, a), (b_key, b)| compare((a_key, a), (b_key, b)));
    elements.extend(keyed.into_iter().map(|(_, value)| value));
}

fn compare(a: (&str, &Value), b: (&str, &Value)) -> Ordering {
    let ranks = rank(a.1).cmp(&rank(b.1));
    ranks.then_with(|| a.0.cmp(b.0)).then_with(|| a.1.cmp(b.1))
}

fn rank(value: &Value) -> u8 {
    match value.data() {
        Data::Null(_) => 2,
        Data::Unknown(..) => 1,
        _ => 0,
    }
}

fn key(value: &Value) -> String {
    let mut key = String::new();
    push(&mut key, value);
    key
}

fn push(key: &mut String, value: &Value) {
    match value.data() {
        Data::Unknown(..) => key.push('?'),
        Data::Null(_) => key.push('~'),
        Data::Bool(true) => key.push('T'),
        Data::Bool(false) => key.push('F'),
        Data::Number(n) => key.push_str(&n.to_short_string()),
        Data::String(text) => push_quoted(key, text),
        Data::Map(_, entries) => {
            key.push('{');
            for (name, value) in entries.iter() {
                push_quoted(key, name);
                key.push(':');
                push(key, value);
                key.push(';');
            }
            key.push('}');
        }
        Data::List(_, elements) | Data::Set(_, elements) => {
            push_all(key, '[', elements.iter(), ']');
        }
        Data::Tuple(elements) => push_all(key, '<', elements.iter(), '>'),
        Data::Object(attributes) => push_all(key, '<', attributes.values(), '>'),
    }
}

fn push_all<'v>(
    key: &mut String,
    open: char,
    values: impl Iterator<Item = &'v Value>,
    close: char,
) {
    key.push(open);
    for value in values {
        push(key, value);
        key.push(';');
    }
    key.push(close);
}

/// Go's `%q`.
fn push_quoted(key: &mut String, text: &str) {
    key.push('"');
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '"' | '\\' => write!(key, "\\{c}"),
            '\u{7}' => key.write_str("\\a"),
            '\u{8}' => key.write_str("\\b"),
            '\u{c}' => key.write_str("\\f"),
            '\n' => key.write_str("\\n"),
            '\r' => key.write_str("\\r"),
            '\t' => key.write_str("\\t"),
            '\u{b}' => key.write_str("\\v"),
            '\0'..='\u{1f}' | '\u{7f}' => write!(key, "\\x{:02x}", u32::from(c)),
            ' '..='~' => key.write_char(c),
            _ if is_printable(c) => key.write_char(c),
            '\u{80}'..='\u{ffff}' => write!(key, "\\u{:04x}", u32::from(c)),
            _ => write!(key, "\\U{:08x}", u32::from(c)),
        };
    }
    key.push('"');
}

/// As near to Go's notion as the standard library comes.
fn is_printable(c: char) -> bool {
    let mut escaped = c.escape_debug();
    !c.is_whitespace() && (escaped.len() == 1 || escaped.next() != Some('\\') || is_mark(c))
}

/// Combining marks, which `escape_debug` escapes though they are printable.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}
