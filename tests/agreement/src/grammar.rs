//! The forms of expressions, read from `data/grammar.txt`.

use std::sync::LazyLock;

use crate::kind::Kind;

/// One form.
#[derive(Debug)]
pub(crate) struct Line {
    /// What it evaluates to.
    pub(crate) result: Kind,
    /// Its name in the counts.
    pub(crate) form: &'static str,
    /// Its text.
    pub(crate) tokens: Vec<Token>,
    /// True if its value is known and not sensitive if that of its parts is.
    pub(crate) plain: bool,
    /// True if it fills lines of its own.
    pub(crate) heredoc: bool,
}

/// A part of a line.
#[derive(Debug)]
pub(crate) enum Token {
    /// Text as it is.
    Text(String),
    /// `$x`: a fresh name.
    Fresh(String),
    /// `«...»`: another expression.
    Hole(Hole),
}

/// What another expression must be.
#[derive(Debug)]
pub(crate) struct Hole {
    /// Of this kind.
    pub(crate) kind: Kind,
    /// It may be null.
    pub(crate) nullable: bool,
    /// It is known and not sensitive.
    pub(crate) plain: bool,
    /// The fresh names in scope, and what they are.
    pub(crate) binds: Vec<(String, Kind)>,
}

/// All of them.
pub(crate) fn lines() -> &'static [Line] {
    static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
        let text = include_str!("../data/grammar.txt");
        let lines = text.lines().map(str::trim_end);
        lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(line)
            .collect()
    });
    &LINES
}

fn line(text: &'static str) -> Line {
    let mut words = text.splitn(2, ' ');
    let result = words.next().unwrap_or_default();
    let rest = words.next().unwrap_or_default().trim_start();
    let (form, template) = rest.split_once(' ').unwrap_or((rest, ""));
    let template = template.trim_start();
    Line {
        result: Kind::parse(result),
        form,
        tokens: tokens(&unescaped(form, template)),
        plain: !template.contains("local.maybe") && !template.starts_with("sensitive("),
        heredoc: template.contains("<<"),
    }
}

/// Line breaks of heredocs; elsewhere `\n` is the language's own.
fn unescaped(form: &str, template: &str) -> String {
    if form.starts_with("heredoc") {
        return template.replace("\\n", "\n");
    }
    match template.split_once("<<") {
        Some((before, heredoc)) => format!("{before}<<{}", heredoc.replace("\\n", "\n")),
        None => template.to_owned(),
    }
}

fn tokens(template: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['«', '$']) {
        let (before, from) = rest.split_at(at);
        let (token, length) = match from.strip_prefix('«') {
            Some(inside) => {
                let end = inside.find('»').unwrap_or(inside.len());
                (Token::Hole(hole(&inside[..end])), end + 2 * '«'.len_utf8())
            }
            None => fresh(from),
        };
        tokens.push(Token::Text(before.to_owned()));
        tokens.push(token);
        rest = &from[length..];
    }
    tokens.push(Token::Text(rest.to_owned()));
    tokens
}

/// `$x`; another dollar is text.
fn fresh(from: &str) -> (Token, usize) {
    let name: String = from[1..]
        .chars()
        .take_while(char::is_ascii_lowercase)
        .collect();
    if name.is_empty() {
        let dollars = from.chars().take_while(|c| *c == '$').count();
        return (Token::Text("$".repeat(dollars)), dollars);
    }
    let length = name.len() + 1;
    (Token::Fresh(name), length)
}

fn hole(text: &str) -> Hole {
    let (kind, binds) = text.split_once('|').unwrap_or((text, ""));
    let binds = binds.split(',').filter_map(|bind| {
        let (name, kind) = bind.split_once(':')?;
        Some((name.trim_start_matches('$').to_owned(), Kind::parse(kind)))
    });
    Hole {
        kind: Kind::parse(kind.trim_end_matches(['?', '!'])),
        nullable: kind.ends_with('?'),
        plain: kind.ends_with('!'),
        binds: binds.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read() {
        let line = line("ls for-if   [for $i, $x in «ls!» : \"$${$x}\" if «b|$i:n,$x:s»]");
        assert_eq!(line.result, Kind::list(Kind::Text, false));
        assert_eq!(line.form, "for-if");
        let shown: Vec<String> = line
            .tokens
            .iter()
            .map(|token| match token {
                Token::Text(text) => text.clone(),
                Token::Fresh(name) => format!("<{name}>"),
                Token::Hole(hole) => format!("{:?} {}", hole.kind, hole.binds.len()),
            })
            .collect();
        assert_eq!(
            shown.concat(),
            "[for <i>, <x> in List { of: Text, some: false } 0 : \"$${<x>}\" if Bool 2]"
        );
    }

    #[test]
    fn every_line_is_read() {
        assert!(lines().len() > 280);
        assert!(lines().iter().all(|line| line.tokens.len() > 1
            || ["empty", "function", "short-circuit"].contains(&line.form)));
    }
}
