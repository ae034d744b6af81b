//! One module directory under construction.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value as Json;

use crate::code::Block;
use crate::expr::{Expr, Facts};
use crate::kind::Kind;
use crate::random::Random;

/// A module directory under construction: what it declares, and what can be used in it.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The choices.
    pub(crate) random: Random,
    /// Its directory within the case; empty for the outermost.
    pub(crate) directory: String,
    /// Blocks but for locals.
    pub(crate) blocks: Vec<Block>,
    /// Locals.
    pub(crate) locals: Vec<(String, Expr)>,
    /// Data files and templates by name.
    pub(crate) texts: BTreeMap<String, String>,
    /// Variables that the caller sets.
    pub(crate) arguments: Vec<Argument>,
    /// The modules it calls, finished.
    pub(crate) children: Vec<Self>,
    /// Providers of its resources.
    pub(crate) providers: BTreeSet<String>,
    /// Named values that any expression may use, with their kinds.
    pub(crate) named: Vec<Expr>,
    /// Strings that are unknown until apply.
    pub(crate) computed: Vec<Expr>,
    /// The pool loop variables are named from and what is never reused.
    counter: Rc<Cell<usize>>,
}

/// A variable that the caller sets.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// Its name.
    pub(crate) name: String,
    /// Its type constraint, for a variable of the root that it is set from.
    pub(crate) constraint: String,
    /// What it is set to.
    pub(crate) value: Json,
    /// True if something is switched on and off by it.
    pub(crate) gate: bool,
}

/// What an expression may use where it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Env {
    /// Loop variables, innermost last.
    pub(crate) bound: Vec<Bound>,
    /// Nothing unknown, nothing sensitive.
    pub(crate) plain: bool,
}

/// A loop variable, or a part of one.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// `x`, `each.value`.
    pub(crate) text: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// What is in what it stands for.
    pub(crate) facts: Facts,
}

impl Env {
    /// The same, where everything is known and not sensitive.
    #[must_use]
    pub(crate) fn plain(&self) -> Self {
        Self {
            plain: true,
            bound: self.bound.clone(),
        }
    }

    /// Without a name: something else is called so.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.bound.retain(|bound| root(&bound.text) != name);
        self
    }

    /// With one more name, which hides others.
    #[must_use]
    pub(crate) fn with(mut self, text: &str, kind: Kind, facts: &Facts) -> Self {
        let (name, whole) = (root(text), !text.contains('.'));
        self.bound.retain(|bound| match whole {
            true => root(&bound.text) != name,
            false => bound.text != text && bound.text != name,
        });
        self.bound.push(Bound {
            text: text.to_owned(),
            kind,
            facts: facts.clone(),
        });
        self
    }
}

/// The name that is bound: `each` of `each.value`.
pub(crate) fn root(text: &str) -> &str {
    text.split('.').next().unwrap_or(text)
}

impl Scope {
    /// The outermost module of a case.
    pub(crate) fn new(seed: u64) -> Self {
        Self::at(Random::new(seed), String::new(), Rc::default())
    }

    /// A module that is called from here, in a directory of its own; finish it with
    /// [`Scope::adopt`].
    pub(crate) fn child(&mut self, name: &str) -> Self {
        let random = Random::new(self.random.seed());
        let directory = format!("{}{name}/", self.directory);
        Self::at(random, directory, Rc::clone(&self.counter))
    }

    fn at(random: Random, directory: String, counter: Rc<Cell<usize>>) -> Self {
        Self {
            random,
            directory,
            blocks: Vec::new(),
            locals: Vec::new(),
            texts: BTreeMap::new(),
            arguments: Vec::new(),
            children: Vec::new(),
            providers: BTreeSet::new(),
            named: Vec::new(),
            computed: Vec::new(),
            counter,
        }
    }

    /// Takes in a finished module; the call to it, with its arguments set.
    pub(crate) fn adopt(&mut self, name: &str, child: Self) -> Block {
        let source = format!(
            "./{}",
            child.directory[self.directory.len()..].trim_end_matches('/')
        );
        let mut call = Block::new("module", &[name]).with("source", Expr::string(&source));
        for argument in &child.arguments {
            call.set(&argument.name, Expr::literal(argument.value.clone()));
        }
        self.children.push(child);
        call
    }

    /// A name that no other thing of the case has.
    pub(crate) fn fresh(&mut self, prefix: &str) -> String {
        let number = self.counter.get() + 1;
        self.counter.set(number);
        format!("{prefix}{number}")
    }

    /// Declares a local; the reference to it.
    pub(crate) fn local(&mut self, prefix: &str, value: Expr) -> Expr {
        let name = self.fresh(prefix);
        let reference = Expr::instead(format!("local.{name}"), &value).form("local");
        self.locals.push((name, value));
        reference
    }

    /// Lets expressions use a named value.
    pub(crate) fn remember(&mut self, value: &Expr) {
        if value.facts.bound.is_empty() && value.kind.is_some() {
            self.named.push(value.clone());
        }
    }
}
