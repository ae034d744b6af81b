//! Regular expressions: `regex`, `regexall`, and `replace` with a pattern between slashes.
//!
//! Terraform's are RE2's as Go has them; the `regex` crate is of the same family (no
//! backtracking, leftmost-first). [`translate`] rewrites what the two spell differently:
//!
//! | pattern | Go | `regex` crate |
//! |---|---|---|
//! | `\d \w \s \b` | ASCII | Unicode |
//! | `{` that begins no count | literal | error |
//! | `[` and `&&`, `--`, `~~` within a class | literal | nested class, set operation |
//! | `\Q…\E`, octal escapes | known | unknown |
//! | `\<` and `\>` | literal | word boundaries |
//!
//! Left as it is: Go refuses a count above 1000, a repeated repetition (`a**`) and the flag `x`;
//! here they work. `\C` (one byte) is refused.

use std::cell::RefCell;
use std::collections::HashMap;

use cty::{Type, Value};
use regex::{Captures, Regex, RegexBuilder};

use super::FunctionError;
use super::limits::{check_elements, check_text};
use super::signature::{Args, Function, Outcome, Param, Returns};

/// Patterns that a thread keeps.
const MAX_COMPILED: usize = 32;

thread_local! {
    /// Compiling takes longer than matching, and a shared module has the same pattern in every
    /// root that calls it.
    static COMPILED: RefCell<HashMap<String, Regex>> = RefCell::default();
}

const PARAMS: &[Param] = &[Param::string("pattern"), Param::string("string")];

pub(super) const REGEX: Function = Function::new(
    PARAMS,
    Returns::Of(|args| match args[0].as_str() {
        Some(pattern) => match_type(pattern),
        None => Ok(Type::Dynamic),
    }),
    |args| {
        let pattern = compile_argument(args.str(0))?;
        let Some(captures) = pattern.captures(args.str(1)) else {
            return Err(FunctionError::new(
                "pattern did not match any part of the given string",
            ));
        };
        Ok(match_value(&pattern, &captures))
    },
);

pub(super) const REGEXALL: Function = Function::new(
    PARAMS,
    Returns::Of(|args| match args[0].as_str() {
        Some(pattern) => match_type(pattern).map(Type::list),
        None => Ok(Type::list(Type::Dynamic)),
    }),
    regexall,
);

fn regexall(args: &Args<'_>) -> Outcome {
    let pattern = compile_argument(args.str(0))?;
    let element = match_type(args.str(0))?;
    let mut matches = Vec::new();
    for captures in pattern.captures_iter(args.str(1)) {
        check_elements(matches.len())?;
        matches.push(match_value(&pattern, &captures));
    }
    Ok(Value::list(element, matches))
}

/// What one match looks like: a string without groups, a tuple of unnamed groups, an object of
/// named ones.
fn match_type(pattern: &str) -> Result<Type, FunctionError> {
    let pattern = compile_argument(pattern)?;
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    let named: Vec<&str> = names.iter().flatten().copied().collect();
    match (names.len(), named.len()) {
        (0, _) => Ok(Type::String),
        (_, 0) => Ok(Type::tuple(vec![Type::String; names.len()])),
        (all, named_count) if all == named_count => Ok(Type::object(
            named.into_iter().map(|name| (name, Type::String)),
        )),
        _ => Err(FunctionError::at(
            0,
            "invalid regexp pattern: cannot mix both named and unnamed capture groups",
        )),
    }
}

fn match_value(pattern: &Regex, captures: &Captures<'_>) -> Value {
    // A group inside one that took no part in the match is null.
    let group = |i: usize| match captures.get(i) {
        Some(found) => Value::string(found.as_str()),
        None => Value::null(Type::String),
    };
    let names: Vec<Option<&str>> = pattern.capture_names().collect();
    match names.get(1) {
        None => group(0),
        Some(None) => Value::tuple((1..names.len()).map(group)),
        Some(Some(_)) => {
            let named = names
                .iter()
                .enumerate()
                .filter_map(|(i, name)| Some((i, (*name)?)));
            Value::object(named.map(|(i, name)| (name, group(i))))
        }
    }
}

/// Replaces all matches; `$1`, `${name}` and `$$` in `new` mean what they mean in Go.
pub(super) fn replace_all(pattern: &Regex, text: &str, new: &str) -> Result<String, FunctionError> {
    let mut replaced = String::new();
    let mut from = 0;
    for captures in pattern.captures_iter(text) {
        let Some(found) = captures.get(0) else { break };
        replaced.push_str(&text[from..found.start()]);
        captures.expand(new, &mut replaced);
        from = found.end();
        check_text(replaced.len())?;
    }
    replaced.push_str(&text[from..]);
    check_text(replaced.len())?;
    Ok(replaced)
}

fn compile_argument(pattern: &str) -> Result<Regex, FunctionError> {
    compile(pattern).map_err(|reason| {
        FunctionError::at(0, format!("invalid regexp pattern: {reason} in {pattern}"))
    })
}

/// Compiles a pattern in Go's syntax; the error is a phrase.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    if let Some(known) = COMPILED.with_borrow(|known| known.get(pattern).cloned()) {
        return Ok(known);
    }
    let compiled = compile_anew(pattern)?;
    COMPILED.with_borrow_mut(|known| {
        if known.len() >= MAX_COMPILED {
            known.clear();
        }
        known.insert(pattern.to_owned(), compiled.clone());
    });
    Ok(compiled)
}

fn compile_anew(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&translate(pattern))
        .build()
        .map_err(|error| {
            let error = error.to_string();
            // Above it the pattern as translated, which nobody wrote.
            let reason = error.lines().last().unwrap_or_default();
            reason.strip_prefix("error: ").unwrap_or(reason).to_owned()
        })
}

/// A pattern of Go's as the `regex` crate spells it. Faulty ones stay faulty.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        rest = match letter {
            '\\' => escape(after, in_class, &mut out),
            '[' if !in_class => {
                in_class = true;
                open_class(after, &mut out)
            }
            '[' => class_bracket(rest, &mut out),
            ']' if in_class => {
                in_class = false;
                out.push(']');
                after
            }
            '&' | '~' | '-' if in_class && after.starts_with(letter) => {
                // Twice in a row would be a set operation.
                out.push('\\');
                out.push(letter);
                after
            }
            '{' if !in_class && !begins_count(after) => {
                out.push_str("\\{");
                after
            }
            _ => {
                out.push(letter);
                after
            }
        };
    }
    out
}

/// After an opening bracket: a negation, and a bracket that closes nothing yet.
fn open_class<'a>(rest: &'a str, out: &mut String) -> &'a str {
    out.push('[');
    let mut rest = rest;
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(']') {
        out.push_str("\\]");
        rest = after;
    }
    rest
}

/// A bracket within a class: `[:alpha:]`, or itself.
fn class_bracket<'a>(rest: &'a str, out: &mut String) -> &'a str {
    if rest.starts_with("[:")
        && let Some(end) = rest.find(":]")
    {
        out.push_str(&rest[..end + 2]);
        return &rest[end + 2..];
    }
    out.push_str("\\[");
    &rest[1..]
}

/// True if what follows a brace makes it a count: `{2}`, `{2,}`, `{2,3}`.
fn begins_count(rest: &str) -> bool {
    let Some((count, _)) = rest.split_once('}') else {
        return false;
    };
    let (low, high) = count.split_once(',').unwrap_or((count, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !low.is_empty() && is_digits(low) && is_digits(high)
}

/// What follows a backslash.
fn escape<'a>(rest: &'a str, in_class: bool, out: &mut String) -> &'a str {
    let Some(letter) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    let after = &rest[letter.len_utf8()..];
    let class = match letter {
        'd' | 'D' => "0-9",
        's' | 'S' => r"\t\n\f\r ",
        'w' | 'W' => "0-9A-Za-z_",
        _ => "",
    };
    match letter {
        'd' | 's' | 'w' if in_class => out.push_str(class),
        'd' | 's' | 'w' => out.extend(["[", class, "]"]),
        'D' | 'S' | 'W' => out.extend(["[^", class, "]"]),
        'b' if !in_class => out.push_str(r"(?-u:\b)"),
        'B' if !in_class => out.push_str(r"(?-u:\B)"),
        'Q' => {
            let (literal, after) = after.split_once(r"\E").unwrap_or((after, ""));
            out.push_str(&regex::escape(literal));
            return after;
        }
        '<' | '>' => out.push(letter),
        // The braces belong to it: `\p{Greek}`, `\x{263A}`.
        'p' | 'P' | 'x' if after.starts_with('{') => {
            let end = after.find('}').map_or(after.len(), |at| at + 1);
            out.extend(["\\", &rest[..1], &after[..end]]);
            return &after[end..];
        }
        '0' => return octal(rest, out),
        '1'..='7' if after.starts_with(|next: char| next.is_digit(8)) => return octal(rest, out),
        _ => {
            out.push('\\');
            out.push(letter);
        }
    }
    after
}

/// Up to three octal digits.
fn octal<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let end = rest
        .bytes()
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let code = u32::from_str_radix(&rest[..end], 8).unwrap_or_default();
    out.push_str(&format!(r"\x{{{code:X}}}"));
    &rest[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_syntax_is_translated() {
        let cases = [
            (r"a\d+", "a[0-9]+"),
            (r"[\w-]", "[0-9A-Za-z_-]"),
            (r"[^\D]", "[^[^0-9]]"),
            (r"${x}", r"$\{x}"),
            ("a{2,}b{3}", "a{2,}b{3}"),
            ("[[a]", r"[\[a]"),
            ("[[:alpha:]_]", "[[:alpha:]_]"),
            ("[]a]", r"[\]a]"),
            ("[a&&b]", r"[a\&&b]"),
            (r"\Qa.b\E+", r"a\.b+"),
            (r"\012", r"\x{A}"),
            (r"\<b\>", "<b>"),
            (r"\bx", r"(?-u:\b)x"),
            (r"\p{Greek}\x{41}", r"\p{Greek}\x{41}"),
        ];
        for (go, ours) in cases {
            assert_eq!(translate(go), ours, "{go}");
            assert!(compile(go).is_ok(), "{go}");
        }
    }

    #[test]
    fn classes_are_ascii() {
        let digits = compile(r"^\d$").unwrap();
        assert!(digits.is_match("7"));
        assert!(!digits.is_match("٣"));
        assert!(!compile(r"\w").unwrap().is_match("é"));
        assert!(compile(r"^\W$").unwrap().is_match("é"));
        // A dot is a whole character all the same.
        assert!(compile("^.$").unwrap().is_match("é"));
    }
}
