//! What an iterator was, told by what was made with it: where a `dynamic` block writes
//! `name = machine_pools.key` and the plan says `name`, the key is that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cty::{Type, Value};

use crate::load::Content;
use crate::syntax::tree::{Block, Body, Expr, ExprKind, Name, Part, Step, StepKind};
use crate::why::Reference;

use super::merge::filled;

/// Key and value of one round.
pub(super) struct Iteration {
    pub(super) key: Value,
    pub(super) value: Value,
}

/// What is written in a body.
pub(super) struct Written<'b> {
    attributes: Vec<(&'b str, &'b Expr)>,
    blocks: Vec<&'b Block>,
}

impl<'b> Written<'b> {
    pub(super) fn of_content(content: &'b Content) -> Self {
        let attributes = content.attributes.iter().map(|it| it.node());
        Self {
            attributes: attributes.map(|it| (it.name.as_str(), &it.expr)).collect(),
            blocks: content.blocks.iter().map(|it| it.node()).collect(),
        }
    }

    pub(super) fn of_body(body: &'b Body) -> Self {
        let attributes = body.attributes.iter().filter(|it| !it.repeats);
        Self {
            attributes: attributes.map(|it| (it.name.as_str(), &it.expr)).collect(),
            blocks: body.blocks.iter().collect(),
        }
    }
}

impl Iteration {
    /// The same, as far as a planned object shows it.
    pub(super) fn solved(self, iterator: &str, written: &Written<'_>, planned: &Value) -> Self {
        let mut clues = Clues {
            iterator,
            key: None,
            value: None,
            parts: BTreeMap::new(),
            used: BTreeSet::new(),
            is_used_whole: false,
        };
        clues.body(written, Some(planned));
        let key = match (&clues.key, self.key.is_known()) {
            (Some(known), false) => filled(known, self.key.marks()),
            _ => self.key,
        };
        // Parts of a resource are read from that.
        let has_reference = self
            .value
            .deep_marks()
            .iter()
            .any(|mark| Reference::from_mark(mark).is_some());
        let value = match clues.value {
            _ if self.value.is_known() => self.value,
            Some(known) => filled(&known, self.value.marks()),
            // What the whole holds beside the parts that are solved is not known.
            None if clues.is_used_whole || has_reference || clues.parts.is_empty() => self.value,
            None => {
                let marks = self.value.marks();
                let part = |name: &Arc<str>| match clues.parts.get(name) {
                    Some(known) => filled(known, marks),
                    None => Value::unknown(Type::Dynamic).with_marks(marks),
                };
                let parts = clues.used.iter().map(|name| (name.clone(), part(name)));
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
    /// Attributes of the value that are asked for by name.
    used: BTreeSet<Arc<str>>,
    /// True if the value is asked for in any other way.
    is_used_whole: bool,
}

impl Clues<'_> {
    fn body(&mut self, written: &Written<'_>, planned: Option<&Value>) {
        for (name, expr) in &written.attributes {
            if let Some(planned) = planned.and_then(|it| it.attribute(name))
                && planned.is_wholly_known()
                && !planned.is_null()
            {
                self.attribute(expr, planned);
            }
            self.uses(expr);
        }
        for block in &written.blocks {
            let same = written.blocks.iter().filter(|it| made(it) == made(block));
            let is_only = block.type_name != "dynamic" && same.count() == 1;
            let planned = planned.filter(|_| is_only);
            let planned = planned.and_then(|it| it.attribute(&block.type_name));
            let planned = planned.and_then(|it| match it.elements() {
                Some([only]) => Some(only),
                Some(_) => None,
                None => it.entries().map(|_| it),
            });
            self.body(&Written::of_body(&block.body), planned);
        }
    }

    /// An attribute that is exactly something of the iterator.
    fn attribute(&mut self, expr: &Expr, planned: &Value) {
        match self.path(bare(expr)) {
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
            _ => {}
        }
    }

    /// The steps into the iterator.
    fn path<'e>(&self, expr: &'e Expr) -> Option<&'e [Step]> {
        match &expr.kind {
            ExprKind::Traversal(it) => match &it.base.kind {
                ExprKind::Variable(name) if name == self.iterator => Some(&it.steps),
                _ => None,
            },
            _ => None,
        }
    }

    /// Notes which parts of the value an expression asks for.
    fn uses(&mut self, expr: &Expr) {
        let Some(steps) = self.path(expr) else {
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
