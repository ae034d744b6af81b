//! What an iterator was, told by what was made with it: where a `dynamic` block writes
//! `name = machine_pools.key` and the plan says `name`, the key is that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cty::{Number, Type, Value};

use crate::load::Content;
use crate::syntax::tree::{Block, Body, Expr, ExprKind, Name, Part, Step, StepKind};
use crate::why::Reference;

use super::merge::filled;

/// Key and value of one round.
pub(super) struct Iteration {
    pub(super) key: Value,
    pub(super) value: Value,
}

/// What is written in a body, and what of an iterator it asks for.
pub(super) struct Written<'b> {
    iterator: &'b str,
    attributes: Vec<(&'b str, &'b Expr)>,
    blocks: Vec<&'b Block>,
    /// Attributes of the iterator's value that are asked for by name.
    used: BTreeSet<Arc<str>>,
    /// True if the value is asked for in any other way.
    is_used_whole: bool,
}

impl<'b> Written<'b> {
    pub(super) fn of_content(content: &'b Content, iterator: &'b str) -> Self {
        let attributes = content.attributes.iter().map(|it| it.node());
        Self::new(
            iterator,
            attributes.map(|it| (it.name.as_str(), &it.expr)).collect(),
            content.blocks.iter().map(|it| it.node()).collect(),
        )
    }

    pub(super) fn of_body(body: &'b Body, iterator: &'b str) -> Self {
        let (attributes, blocks) = parts(body);
        Self::new(iterator, attributes, blocks)
    }

    fn new(
        iterator: &'b str,
        attributes: Vec<(&'b str, &'b Expr)>,
        blocks: Vec<&'b Block>,
    ) -> Self {
        let mut written = Self {
            iterator,
            attributes,
            blocks,
            used: BTreeSet::new(),
            is_used_whole: false,
        };
        for at in 0..written.attributes.len() {
            let expr: &'b Expr = written.attributes[at].1;
            written.uses(expr);
        }
        for at in 0..written.blocks.len() {
            let block: &'b Block = written.blocks[at];
            written.uses_inside(&block.body);
        }
        written
    }

    fn uses_inside(&mut self, body: &Body) {
        body.attributes.iter().for_each(|it| self.uses(&it.expr));
        body.blocks.iter().for_each(|it| self.uses_inside(&it.body));
    }

    /// Notes which parts of the value an expression asks for.
    fn uses(&mut self, expr: &Expr) {
        let Some(steps) = path(expr, self.iterator) else {
            self.is_used_whole |=
                matches!(&expr.kind, ExprKind::Variable(it) if it == self.iterator);
            return expr.each_child(&mut |child| self.uses(child));
        };
        if let [step, rest @ ..] = steps
            && is_named(step, "value")
        {
            match rest.first().and_then(name_of) {
                Some(name) => {
                    self.used.insert(name);
                }
                None => self.is_used_whole = true,
            }
        }
        for step in steps {
            if let StepKind::Index(key) = &step.kind {
                self.uses(key);
            }
        }
    }
}

impl Iteration {
    /// The same, as far as a planned object shows it.
    pub(super) fn solved(self, written: &Written<'_>, planned: &Value) -> Self {
        let mut clues = Clues {
            iterator: written.iterator,
            key: None,
            value: None,
            parts: BTreeMap::new(),
        };
        clues.body(&written.attributes, &written.blocks, planned);
        let key = match (&clues.key, self.key.is_known()) {
            (Some(known), false) => filled(known, self.key.marks()),
            _ => self.key,
        };
        // Parts of a resource are read from that.
        let marks = self.value.deep_marks();
        let has_reference = marks.iter().any(|it| Reference::from_mark(it).is_some());
        let value = match clues.value {
            _ if self.value.is_known() => self.value,
            Some(known) => filled(&known, self.value.marks()),
            // What the whole holds beside the parts that are solved is not known.
            None if written.is_used_whole || has_reference || clues.parts.is_empty() => self.value,
            None => {
                let marks = self.value.marks();
                let part = |name: &Arc<str>| match clues.parts.get(name) {
                    Some(known) => filled(known, marks),
                    None => Value::unknown(Type::Dynamic).with_marks(marks),
                };
                let parts = written.used.iter().map(|name| (name.clone(), part(name)));
                Value::object(parts.collect::<Vec<_>>())
            }
        };
        Self { key, value }
    }
}

/// What was found so far.
struct Clues<'i> {
    iterator: &'i str,
    key: Option<Value>,
    value: Option<Value>,
    /// Attributes of the value that are known.
    parts: BTreeMap<Arc<str>, Value>,
}

impl Clues<'_> {
    fn body(&mut self, attributes: &[(&str, &Expr)], blocks: &[&Block], planned: &Value) {
        for (name, expr) in attributes {
            if let Some(planned) = planned.attribute(name)
                && planned.is_wholly_known()
                && !planned.is_null()
            {
                self.attribute(expr, planned);
            }
        }
        for (at, block) in blocks.iter().enumerate() {
            // One among others is told by nothing.
            let is_only = block.type_name != "dynamic" && {
                let others = blocks.iter().enumerate();
                !others
                    .into_iter()
                    .any(|(other, it)| other != at && made(it) == made(block))
            };
            let planned = planned.attribute(&block.type_name).filter(|_| is_only);
            let planned = planned.and_then(|it| match it.elements() {
                Some([only]) => Some(only),
                Some(_) => None,
                None => it.entries().map(|_| it),
            });
            if let Some(planned) = planned {
                let inside = parts(&block.body);
                self.body(&inside.0, &inside.1, planned);
            }
        }
    }

    /// An attribute that is exactly something of the iterator.
    fn attribute(&mut self, expr: &Expr, planned: &Value) {
        match path(bare(expr), self.iterator) {
            Some([step]) if is_named(step, "key") => {
                self.key.get_or_insert_with(|| planned.clone());
            }
            Some([step]) if is_named(step, "value") => {
                self.value.get_or_insert_with(|| planned.clone());
            }
            Some([step, part]) if is_named(step, "value") => {
                if let Some(name) = name_of(part) {
                    self.parts.entry(name).or_insert_with(|| planned.clone());
                }
            }
            None => self.text_around(expr, planned),
            _ => {}
        }
    }

    /// An attribute that is text around something of the iterator: `"pool-${pools.value.zone}"`.
    fn text_around(&mut self, expr: &Expr, planned: &Value) {
        let ExprKind::Template(parts) = &expr.kind else {
            return;
        };
        let (before, inner, after) = match parts.as_ref() {
            [Part::Literal(before, _), Part::Interpolation(inner)] => (before.as_str(), inner, ""),
            [Part::Interpolation(inner), Part::Literal(after, _)] => ("", inner, after.as_str()),
            [
                Part::Literal(before, _),
                Part::Interpolation(inner),
                Part::Literal(after, _),
            ] => (before.as_str(), inner, after.as_str()),
            _ => return,
        };
        let text = planned.as_str();
        let text = text.and_then(|it| it.strip_prefix(before)?.strip_suffix(after));
        let Some(text) = text else { return };
        // Whether it was text before it was put there is seen at what nothing else becomes.
        let is_key = matches!(path(inner, self.iterator), Some([step]) if is_named(step, "key"));
        let may_be_other = matches!(text, "true" | "false") || text.parse::<Number>().is_ok();
        if is_key || !may_be_other {
            self.attribute(inner, &Value::string(text));
        }
    }
}

/// The steps of an expression into a variable.
fn path<'e>(expr: &'e Expr, variable: &str) -> Option<&'e [Step]> {
    match &expr.kind {
        ExprKind::Traversal(it) => match &it.base.kind {
            ExprKind::Variable(name) if name == variable => Some(&it.steps),
            _ => None,
        },
        _ => None,
    }
}

type Parts<'b> = (Vec<(&'b str, &'b Expr)>, Vec<&'b Block>);

fn parts(body: &Body) -> Parts<'_> {
    let attributes = body.attributes.iter().filter(|it| !it.repeats);
    let attributes = attributes.map(|it| (it.name.as_str(), &it.expr));
    (attributes.collect(), body.blocks.iter().collect())
}

/// The type of what a block makes.
fn made(block: &Block) -> &Name {
    match block.labels.first() {
        Some(label) if block.type_name == "dynamic" => &label.text,
        _ => &block.type_name,
    }
}

/// `"${expression}"` is the expression.
fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Template(parts) => match parts.as_ref() {
            [Part::Interpolation(inner)] => inner,
            _ => expr,
        },
        _ => expr,
    }
}

fn is_named(step: &Step, name: &str) -> bool {
    matches!(&step.kind, StepKind::Attribute(it) if it == name)
}

fn name_of(step: &Step) -> Option<Arc<str>> {
    match &step.kind {
        StepKind::Attribute(name) => Some(name.clone().into()),
        StepKind::Index(key) => key.literal_text().map(Into::into),
        _ => None,
    }
}
