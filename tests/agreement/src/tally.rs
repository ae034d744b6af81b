//! What was written how often.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::grammar::lines;

/// Counts over cases.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Cases by idiom.
    pub idioms: BTreeMap<String, usize>,
    /// Expressions by form.
    pub forms: BTreeMap<String, usize>,
    /// Calls by function.
    pub functions: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts a case.
    pub fn count(&mut self, case: &Case) {
        let idioms: BTreeSet<char> = case.idioms.iter().copied().collect();
        for idiom in idioms {
            *self.idioms.entry(idiom.to_string()).or_default() += 1;
        }
        for facts in case.facts.values() {
            for form in &facts.forms {
                *self.forms.entry(form.clone()).or_default() += 1;
            }
        }
        let names = functions();
        for (_, text) in case.texts() {
            for name in calls(&text) {
                if names.contains(name) {
                    *self.functions.entry(name.to_owned()).or_default() += 1;
                }
            }
        }
    }
}

/// The functions that the grammar and the idioms call.
pub fn functions() -> BTreeSet<&'static str> {
    let grammar = include_str!("../data/grammar.txt");
    let code = grammar.lines().filter(|line| !line.starts_with('#'));
    code.flat_map(calls).collect()
}

/// Every form of the grammar.
pub fn forms() -> BTreeSet<&'static str> {
    lines().iter().map(|line| line.form).collect()
}

/// The words before a parenthesis.
fn calls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('(').filter_map(|(at, _)| {
        let before = &text[..at];
        let start = before
            .rfind(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit()))
            .map_or(0, |at| {
                at + before[at..].chars().next().map_or(1, char::len_utf8)
            });
        let name = &before[start..];
        name.starts_with(|c: char| c.is_ascii_lowercase())
            .then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found() {
        let found: Vec<&str> = calls("a = upper(lower(\"é\")) + (1) + x9(").collect();
        assert_eq!(found, ["upper", "lower", "x9"]);
        assert!(functions().len() > 90, "{:?}", functions());
    }
}
