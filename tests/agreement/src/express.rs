//! Expressions of a kind: chosen from the grammar, and put into locals, variables, files, templates
//! and modules on the way.

use serde_json::{Value as Json, json};

use crate::expr::{Expr, Facts};
use crate::grammar::{Hole, Line, Token, lines};
use crate::hoist::hoist;
use crate::kind::Kind;
use crate::scope::{Env, Scope, root};

/// Names of loop variables: few, so that inner ones hide outer ones.
const NAMES: &[&str] = &["k", "v", "x", "pool", "i", "each_one", "item"];

/// What strings are made of: words that mean something to somebody.
const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "cp",
    "us-east-1a",
    "under_score",
    "0 */6 * * *",
    "10",
    "007",
    "1e3",
    "true",
    "null",
    "v1.34.2+k3s1",
    "a,b",
    "with \"quotes\"",
    "line\nbreak",
    "${not}",
    "100%{",
    "tab\t",
    "back\\slash",
    "\u{e9}",
    "e\u{301}",
    "\u{1f600}",
    " padded ",
    "<&>",
    "/",
    "yes",
    "0x1f",
    "~",
    "2024-01-01",
];

/// Numbers as they are written.
const NUMBERS: &[&str] = &[
    "0", "1", "3", "10", "48", "-2", "0.5", "1.25", "100", "1e3", "65536",
];

impl Scope {
    /// An expression, as long as chance has it.
    pub(crate) fn express(&mut self, kind: &Kind, env: &Env) -> Expr {
        let mut budget = match self.random.below(100) {
            0..30 => 0,
            30..65 => self.random.between(1, 3),
            65..94 => self.random.between(3, 8),
            _ => self.random.between(8, 20),
        };
        self.grow(kind, env, &mut budget)
    }

    /// An expression of at most that many forms.
    fn grow(&mut self, kind: &Kind, env: &Env, budget: &mut usize) -> Expr {
        if *budget == 0 || (matches!(kind, Kind::Small { .. }) && self.random.chance(60)) {
            return self.leaf(kind, env);
        }
        *budget -= 1;
        if let Kind::Small { from } = kind {
            let any = self.grow(&Kind::Number, env, budget);
            let text = format!("min(3, max({from}, floor(«»)))");
            return Expr::made(&text, &[&any]).of_kind(kind).form("clamp");
        }
        let fitting: Vec<(&Line, Option<Kind>)> = lines()
            .iter()
            .filter(|line| line.plain || !env.plain)
            // JSON and YAML have no sets.
            .filter(|line| *kind != Kind::Set || !line.form.contains("-round"))
            .filter_map(|line| Some((line, line.result.unify(kind)?)))
            .collect();
        let specific: Vec<_> = fitting
            .iter()
            .filter(|(line, _)| !matches!(line.result, Kind::Any | Kind::Simple))
            .collect();
        let (line, any) = if !specific.is_empty() && self.random.chance(65) {
            (*self.random.pick(&specific)).clone()
        } else {
            self.random.pick(&fitting).clone()
        };
        let value = self.form(line, any, kind, env, budget);
        let hoisted = line.heredoc || self.random.chance(30);
        if hoisted && value.facts.bound.is_empty() {
            return hoist(self, value, kind, line.heredoc, env.plain);
        }
        if line.heredoc {
            // It names what only means something here, and may not stand here.
            return self.leaf(kind, env);
        }
        value
    }

    fn form(
        &mut self,
        line: &Line,
        any: Option<Kind>,
        kind: &Kind,
        env: &Env,
        budget: &mut usize,
    ) -> Expr {
        let any = any.unwrap_or_else(|| self.any_kind());
        let names = self.names(line);
        let named = |name: &str| names.iter().find(|(it, _)| it == name).map(|(_, to)| to);
        let mut value = Expr::raw("").of_kind(kind).form(line.form);
        let mut before = "";
        let mut taken: Vec<&str> = Vec::new();
        for token in &line.tokens {
            match token {
                Token::Text(text) => {
                    value.push_text(text);
                    self.need(text, &mut value.facts);
                    before = text;
                }
                Token::Fresh(name) => {
                    let name = named(name).map_or(name.as_str(), |it| it);
                    value.push_text(name);
                    taken.push(name);
                    before = "";
                }
                Token::Hole(hole) => {
                    let mut inside = if hole.plain { env.plain() } else { env.clone() };
                    // What is looped over is outside of the loop; all else is inside.
                    let hidden: &[&str] = if before.ends_with(" in ") {
                        &[]
                    } else {
                        &taken
                    };
                    for name in hidden {
                        inside = inside.without(name);
                    }
                    for (name, kind) in &hole.binds {
                        let name = named(name).map_or(name.as_str(), |it| it);
                        inside = inside.with(name, kind.with(&any), &value.facts);
                    }
                    let mut part = self.part(hole, &hole.kind.with(&any), &inside, budget);
                    let bound = std::mem::take(&mut part.facts.bound);
                    value.facts.bound.extend(
                        bound
                            .iter()
                            .filter(|name| !hidden.contains(&name.as_str()))
                            .cloned(),
                    );
                    value.push(part);
                    before = "";
                }
            }
        }
        value.facts.sensitive |= !line.plain;
        value
    }

    fn part(&mut self, hole: &Hole, kind: &Kind, env: &Env, budget: &mut usize) -> Expr {
        if hole.nullable {
            self.nullable(kind, env, budget)
        } else {
            self.grow(kind, env, budget)
        }
    }

    /// Distinct names for the fresh ones of a line.
    fn names(&mut self, line: &Line) -> Vec<(String, String)> {
        let mut names: Vec<(String, String)> = Vec::new();
        for token in &line.tokens {
            let Token::Fresh(name) = token else { continue };
            if names.iter().any(|(it, _)| it == name) {
                continue;
            }
            loop {
                let to = *self.random.pick(NAMES);
                if names.iter().all(|(_, taken)| taken != to) {
                    names.push((name.clone(), to.to_owned()));
                    break;
                }
            }
        }
        names
    }

    fn any_kind(&mut self) -> Kind {
        match self.random.below(12) {
            0..5 => Kind::Text,
            5..7 => Kind::Number,
            7..9 => Kind::Bool,
            9 => Kind::list(Kind::Text, false),
            10 => Kind::map(Kind::Text, false),
            _ => Kind::Pool,
        }
    }

    /// What a form refers to beside its parts.
    fn need(&mut self, text: &str, facts: &mut Facts) {
        if text.contains("local.maybe") {
            self.maybe();
            facts.unknown = true;
            facts.resources.insert("random_id.maybe".to_owned());
        }
        if text.contains("local.tmpl") && !self.locals.iter().any(|(name, _)| name == "tmpl") {
            let template = "<${name}|%{ for i, x in items }${i}=${x};%{ endfor }>";
            self.locals
                .push(("tmpl".to_owned(), Expr::string(template)));
        }
    }

    /// `local.maybe`: a bool that is unknown until apply.
    pub(crate) fn maybe(&mut self) -> Expr {
        if !self.locals.iter().any(|(name, _)| name == "maybe") {
            let id = crate::code::Block::new("resource", &["random_id", "maybe"])
                .with("byte_length", Expr::literal(json!(4)));
            self.providers.insert("random".to_owned());
            self.blocks.push(id);
            let value = Expr::raw("random_id.maybe.hex == \"ff\"");
            self.locals.push(("maybe".to_owned(), value));
        }
        let mut maybe = Expr::raw("local.maybe").reading("random_id.maybe", false);
        maybe.facts.unknown = true;
        maybe
    }

    /// An expression that may be null.
    fn nullable(&mut self, kind: &Kind, env: &Env, budget: &mut usize) -> Expr {
        let value = match self.random.below(6) {
            0 => Expr::raw("null"),
            1 => {
                let on = self.grow(&Kind::Bool, env, budget);
                let value = self.grow(kind, env, budget);
                Expr::made("(«» ? null : «»)", &[&on, &value])
            }
            2 => {
                let pool = self.grow(&Kind::Pool, env, budget);
                Expr::made("try(«».absent, null)", &[&pool])
            }
            3 => {
                let value = self.grow(kind, env, budget);
                Expr::made("lookup({ a = «» }, \"absent\", null)", &[&value])
            }
            _ => return self.grow(kind, env, budget),
        };
        value.form("null")
    }

    /// An expression for an attribute that need not be set.
    pub(crate) fn optional(&mut self, kind: &Kind, env: &Env) -> Expr {
        if self.random.chance(8) {
            let mut budget = 3;
            return self.nullable(kind, env, &mut budget);
        }
        self.express(kind, env)
    }

    /// A name in scope, something named elsewhere, or a literal.
    fn leaf(&mut self, kind: &Kind, env: &Env) -> Expr {
        let allowed = |facts: &Facts| !env.plain || !(facts.unknown || facts.sensitive);
        let bound: Vec<_> = env
            .bound
            .iter()
            .filter(|bound| bound.kind == *kind && allowed(&bound.facts))
            .cloned()
            .collect();
        if !bound.is_empty() && self.random.chance(60) {
            let bound = self.random.pick(&bound);
            let mut value = Expr::raw(bound.text.clone()).of_kind(kind);
            value.facts.add(&bound.facts);
            value.facts.links.clear();
            return value.bound(root(&bound.text)).form("bound-name");
        }
        if !env.plain && *kind == Kind::Text && !self.computed.is_empty() && self.random.chance(5) {
            let computed = self.computed.clone();
            return self.random.pick(&computed).clone().of_kind(kind);
        }
        if self.random.chance(20) {
            let named: Vec<Expr> = self
                .named
                .iter()
                .filter(|value| value.kind.as_ref() == Some(kind) && allowed(&value.facts))
                .cloned()
                .collect();
            if !named.is_empty() {
                return self.random.pick(&named).clone();
            }
        }
        if let Some(text) = self.set_in(kind) {
            return Expr::raw(text).of_kind(kind);
        }
        Expr::literal(self.constant(kind)).of_kind(kind)
    }

    /// A constant with a set in it, for which there is no literal.
    fn set_in(&mut self, kind: &Kind) -> Option<String> {
        match kind {
            Kind::Set => {
                let items = self.constant(&Kind::list(Kind::Text, false));
                Some(format!("toset({})", crate::expr::hcl(&items)))
            }
            Kind::List { of, .. } => Some(format!("[{}]", self.set_in(of)?)),
            Kind::Map { of, .. } => Some(format!("{{ a = {} }}", self.set_in(of)?)),
            _ => None,
        }
    }

    /// A constant of a kind.
    pub(crate) fn constant(&mut self, kind: &Kind) -> Json {
        match kind {
            Kind::Text | Kind::Any | Kind::Simple => json!(self.random.pick(TEXTS)),
            Kind::Number => number(self.random.pick::<&str>(NUMBERS)),
            Kind::Bool => json!(self.random.chance(50)),
            Kind::Small { from } => json!(self.random.between(usize::from(*from), 3)),
            Kind::List { of, some } => {
                let count = self.random.between(usize::from(*some), 3);
                (0..count).map(|_| self.constant(of)).collect()
            }
            Kind::Set => json!(["a", "b"]),
            Kind::Map { of, some } => {
                let keys = ["a", "b", "k-1", "dot.ted"];
                let count = self.random.between(usize::from(*some), keys.len());
                let entries = keys.iter().take(count);
                let entries: Vec<_> = entries
                    .map(|key| ((*key).to_owned(), self.constant(of)))
                    .collect();
                entries
                    .into_iter()
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }
            Kind::Pool => json!({
                "name": self.random.pick(TEXTS),
                "n": self.random.between(0, 5),
                "on": self.random.chance(50),
                "zone": *self.random.pick(&["us-east-1a", "b", "c"]),
                "tags": self.constant(&Kind::map(Kind::Text, false)),
            }),
        }
    }
}

fn number(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or(Json::Null)
}
