//! Expressions as the generator builds them: text with other expressions in it.
//!
//! An expression can be cut down: each part may give way to something simpler of its kind, and the
//! whole still means something ([`Expr::simpler`]).

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::kind::Kind;

/// An expression of the Terraform language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expr {
    pieces: Vec<Piece>,
    /// What it evaluates to, as far as somebody asked.
    pub(crate) kind: Option<Kind>,
    /// What it is, if it is a literal: `.tf.json`, data files and defaults then hold it as it is.
    pub(crate) literal: Option<Json>,
    /// What is in it, and in what it names.
    pub(crate) facts: Facts,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Part(Expr),
}

/// What is in an expression, through locals, variables and modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Names that only mean something where it stands: loop variables, `each`, iterators.
    pub(crate) bound: BTreeSet<String>,
    /// The forms it is made of.
    pub(crate) forms: BTreeSet<String>,
    /// The resources that it reads, as `type.label`.
    pub(crate) resources: BTreeSet<String>,
    /// Resources that its value comes from, whichever way it is computed.
    pub(crate) links: BTreeSet<String>,
    /// True if it may be unknown.
    pub(crate) unknown: bool,
    /// True if it may be sensitive.
    pub(crate) sensitive: bool,
}

impl Expr {
    /// Text as it is.
    pub(crate) fn raw(text: impl Into<String>) -> Self {
        Self {
            pieces: vec![Piece::Text(text.into())],
            ..Self::default()
        }
    }

    /// A literal.
    pub(crate) fn literal(value: Json) -> Self {
        Self {
            literal: Some(value.clone()),
            ..Self::raw(hcl(&value))
        }
    }

    /// A string.
    pub(crate) fn string(text: &str) -> Self {
        Self::literal(Json::from(text))
    }

    /// A keyword, type or list of names, which `.tf.json` has without interpolation.
    pub(crate) fn keyword(text: &str, json: Json) -> Self {
        Self {
            literal: Some(json),
            ..Self::raw(text)
        }
    }

    /// Text that means what another expression means.
    pub(crate) fn instead(text: impl Into<String>, of: &Self) -> Self {
        Self {
            kind: of.kind.clone(),
            facts: of.facts.clone(),
            ..Self::raw(text)
        }
    }

    /// Text in which each `«»` stands for a part.
    ///
    /// # Panics
    /// There are not as many as parts.
    pub(crate) fn made(text: &str, parts: &[&Self]) -> Self {
        let texts: Vec<&str> = text.split("«»").collect();
        assert_eq!(texts.len(), parts.len() + 1, "parts of {text}");
        let mut made = Self::raw(texts[0]);
        for (part, text) in parts.iter().zip(&texts[1..]) {
            made.push((*part).clone());
            made.push_text(text);
        }
        made
    }

    /// Adds text at the end.
    pub(crate) fn push_text(&mut self, text: &str) {
        self.pieces.push(Piece::Text(text.to_owned()));
    }

    /// Adds a part at the end.
    pub(crate) fn push(&mut self, part: Self) {
        self.facts.add(&part.facts);
        self.pieces.push(Piece::Part(part));
    }

    /// The same, of that kind.
    #[must_use]
    pub(crate) fn of_kind(mut self, kind: &Kind) -> Self {
        self.kind = Some(kind.clone());
        self
    }

    /// The same, found under that name in the counts.
    #[must_use]
    pub(crate) fn form(mut self, form: &str) -> Self {
        self.facts.forms.insert(form.to_owned());
        self
    }

    /// The same, meaning something only where `name` is bound.
    #[must_use]
    pub(crate) fn bound(mut self, name: &str) -> Self {
        self.facts.bound.insert(name.to_owned());
        self
    }

    /// The same, reading a resource; `link` if its value is that of the resource.
    #[must_use]
    pub(crate) fn reading(mut self, resource: &str, link: bool) -> Self {
        self.facts.resources.insert(resource.to_owned());
        if link {
            self.facts.links.insert(resource.to_owned());
        }
        self
    }

    /// The same, whose value still comes from where that of `of` comes from.
    #[must_use]
    pub(crate) fn linked(mut self, of: &Self) -> Self {
        self.facts.links.extend(of.facts.links.iter().cloned());
        self
    }

    /// In native syntax.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Part(part) => part.write(out),
            }
        }
    }

    /// As the property of a `.tf.json` file.
    pub(crate) fn json(&self) -> Json {
        match &self.literal {
            Some(value) => escaped(value),
            None => Json::from(format!("${{{}}}", self.text())),
        }
    }

    /// Every expression that is one step simpler: a part instead of the whole, the plainest value
    /// of its kind, or the same with one part one step simpler.
    pub(crate) fn simpler(&self) -> Vec<Self> {
        let mut all = Vec::new();
        if let Some(plain) = self.kind.as_ref().and_then(plainest) {
            let plain = Self::literal(plain);
            if plain.text().len() < self.text().len() {
                all.push(plain);
            }
        }
        for piece in &self.pieces {
            if let Piece::Part(part) = piece
                && part.kind.is_some()
                && part.kind == self.kind
            {
                all.push(part.clone());
            }
        }
        for (at, piece) in self.pieces.iter().enumerate() {
            let Piece::Part(part) = piece else { continue };
            for simpler in part.simpler() {
                let mut whole = self.clone();
                whole.pieces[at] = Piece::Part(simpler);
                all.push(whole);
            }
        }
        all
    }
}

fn plainest(kind: &Kind) -> Option<Json> {
    Some(match kind {
        Kind::Text => json!("a"),
        Kind::Number | Kind::Small { .. } => json!(1),
        Kind::Bool => json!(true),
        Kind::List { of, .. } => json!([plainest(of)?]),
        Kind::Map { of, .. } => json!({ "a": plainest(of)? }),
        Kind::Pool => json!({"name": "a", "n": 1, "on": true, "zone": "a", "tags": {}}),
        Kind::Set | Kind::Any | Kind::Simple => return None,
    })
}

impl Facts {
    /// Takes in what is in a part.
    pub(crate) fn add(&mut self, part: &Self) {
        self.bound.extend(part.bound.iter().cloned());
        self.forms.extend(part.forms.iter().cloned());
        self.resources.extend(part.resources.iter().cloned());
        self.unknown |= part.unknown;
        self.sensitive |= part.sensitive;
    }
}

/// A JSON value as the language writes it.
pub(crate) fn hcl(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(hcl).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Json::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{} = {}", quoted(key), hcl(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        leaf => leaf.to_string(),
    }
}

/// A quoted string that means exactly this text.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A JSON value of which the templates in strings mean themselves.
fn escaped(value: &Json) -> Json {
    let text = |text: &str| text.replace("${", "$${").replace("%{", "%%{");
    match value {
        Json::String(it) => Json::from(text(it)),
        Json::Array(items) => items.iter().map(escaped).collect(),
        Json::Object(entries) => entries
            .iter()
            .map(|(key, value)| (text(key), escaped(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        leaf => leaf.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_mean_themselves_in_both_syntaxes() {
        let value = json!({"a b": ["x\n\"${y}\" 100%{", 1.5, true, null, {}]});
        let literal = Expr::literal(value);
        assert_eq!(
            literal.text(),
            r#"{ "a b" = ["x\n\"$${y}\" 100%%{", 1.5, true, null, {}] }"#
        );
        assert_eq!(
            literal.json(),
            json!({"a b": ["x\n\"$${y}\" 100%%{", 1.5, true, null, {}]})
        );
        assert_eq!(Expr::raw("local.x").json(), json!("${local.x}"));
    }

    #[test]
    fn an_expression_is_cut_down_part_by_part() {
        let name = Expr::raw("local.name").of_kind(&Kind::Text);
        let upper = Expr::made("upper(«»)", &[&name]).of_kind(&Kind::Text);
        let whole = Expr::made("format(«», «»)", &[&upper, &name]).of_kind(&Kind::Text);
        let texts: Vec<String> = whole.simpler().iter().map(Expr::text).collect();
        assert_eq!(
            texts,
            [
                "\"a\"",
                "upper(local.name)",
                "local.name",
                "format(\"a\", local.name)",
                "format(local.name, local.name)",
                "format(upper(\"a\"), local.name)",
                "format(upper(local.name), \"a\")",
            ]
        );
    }
}
