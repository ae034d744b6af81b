//! `count` and `for_each`.

use std::sync::Arc;

use cty::{Data, Type, Value};

use crate::Dialect;
use crate::instance::InstanceKey;
use crate::load::Content;
use crate::why::Why;

use super::expr::Env;
use super::fault::{Fault, Outcome};
use super::limits::MAX_REPETITION;
use super::marks;

/// What `count` and `each` stand for in one instance.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Repetition {
    /// In a block without `count` and `for_each`: nothing.
    None,
    Count {
        index: Value,
    },
    Each {
        key: Value,
        value: Value,
    },
}

/// How often a block is there.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expansion {
    /// Without `count` and `for_each`: once.
    Single,
    /// Not at all: `enabled` in OpenTofu's `lifecycle` is false.
    Off,
    /// As often as this.
    Count(u64),
    /// Once per key.
    Each(Vec<(Arc<str>, Value)>),
    /// Nobody knows; each would see this.
    Unknown(Why, Repetition),
}

impl Expansion {
    /// Of a block whose `count` or `for_each` could not be evaluated.
    pub(super) fn failed(why: Why, content: &Content) -> Self {
        let unknown = marks::unknown(why.clone());
        unknown_expansion(why, &unknown, content.attribute("count").is_some())
    }

    /// Every instance: its key and what it sees.
    pub(super) fn instances(&self) -> Vec<(Option<InstanceKey>, Repetition)> {
        match self {
            Self::Single => vec![(None, Repetition::None)],
            Self::Off => Vec::new(),
            Self::Unknown(_, repetition) => vec![(None, repetition.clone())],
            Self::Count(count) => (0..*count)
                .map(|index| (Some(InstanceKey::Index(index)), counted(index)))
                .collect(),
            Self::Each(entries) => entries
                .iter()
                .map(|(key, value)| {
                    let name = Some(InstanceKey::Name(key.clone()));
                    (name, each(key, value.clone()))
                })
                .collect(),
        }
    }

    /// What the instance of that key sees. Of an unknown number of instances any key may exist.
    pub(super) fn repetition(&self, key: Option<&InstanceKey>) -> Option<Repetition> {
        match (self, key) {
            (Self::Single, None) => Some(Repetition::None),
            (Self::Count(count), Some(InstanceKey::Index(index))) if index < count => {
                Some(counted(*index))
            }
            (Self::Each(entries), Some(InstanceKey::Name(name))) => {
                let (key, value) = entries.iter().find(|(key, _)| key == name)?;
                Some(each(key, value.clone()))
            }
            (Self::Unknown(_, Repetition::Each { value, .. }), Some(InstanceKey::Name(name))) => {
                Some(each(name, value.clone()))
            }
            (Self::Unknown(_, Repetition::Count { .. }), Some(InstanceKey::Index(index))) => {
                Some(counted(*index))
            }
            (Self::Unknown(_, repetition), None) => Some(repetition.clone()),
            _ => None,
        }
    }
}

fn counted(index: u64) -> Repetition {
    Repetition::Count {
        index: Value::number(index),
    }
}

fn each(key: &Arc<str>, value: Value) -> Repetition {
    Repetition::Each {
        key: Value::string(key.clone()),
        value,
    }
}

impl Env<'_> {
    /// How often a block is there, by its `count` or `for_each`.
    pub(super) fn expansion(&self, content: &Content, what: &str) -> Expansion {
        let (attribute, result) = match (content.attribute("count"), content.attribute("for_each"))
        {
            (None, None) => return self.enabled(content, what),
            (Some(count), None) => (count, self.count(count, what)),
            (None, Some(for_each)) => (for_each, self.for_each(for_each, what)),
            (Some(_), Some(for_each)) => {
                let message = "count and for_each cannot both be set";
                (
                    for_each,
                    Err(Fault::new(message, for_each.node().name_span)),
                )
            }
        };
        result.unwrap_or_else(|fault| {
            self.evaluator.report(fault.into_problem(&attribute.source));
            let why = Why::new(format!(
                "the {} of {what} is in error",
                attribute.node().name
            ));
            Expansion::failed(why, content)
        })
    }

    /// True if `for_each` walks a set.
    pub(super) fn walks_set(&self, content: &Content) -> bool {
        let for_each = content.attribute("for_each");
        let value = for_each.and_then(|it| self.eval(&it.node().expr).ok());
        value.is_some_and(|value| matches!(value.ty(), Type::Set(_)))
    }

    /// In OpenTofu a `lifecycle` block may say that there is none.
    fn enabled(&self, content: &Content, what: &str) -> Expansion {
        if self.evaluator.dialect == Dialect::Terraform {
            return Expansion::Single;
        }
        let mut blocks = content.blocks.iter().rev();
        let written = blocks.find_map(|block| {
            let node = block.node();
            if node.type_name != "lifecycle" {
                return None;
            }
            Some((node.body.attribute("enabled")?, &block.source))
        });
        let Some((attribute, source)) = written else {
            return Expansion::Single;
        };
        let value = match self.eval_as(&attribute.expr, &Type::Bool) {
            Ok(value) => value,
            Err(fault) => {
                self.evaluator.report(fault.into_problem(source));
                let why = Why::new(format!("the enabled of {what} is in error"));
                return Expansion::Unknown(why, Repetition::None);
            }
        };
        self.evaluator.note_gates(&value);
        match value.as_bool() {
            Some(true) => Expansion::Single,
            Some(false) => Expansion::Off,
            None => Expansion::Unknown(marks::why(&value), Repetition::None),
        }
    }

    fn count(&self, attribute: &Attribute, what: &str) -> Outcome<Expansion> {
        let expr = &attribute.node().expr;
        let fail = |message: &str| Err(Fault::new(message, expr.span));
        let value = self.eval_as(expr, &Type::Number)?;
        self.evaluator.note_gates(&value);
        if value.is_null() {
            return fail("count is null; it must be a whole number");
        }
        let Some(number) = value.as_number() else {
            return Ok(unknown_expansion(marks::why(&value), &value, true));
        };
        match number.to_u64() {
            Some(count) if count <= MAX_REPETITION => Ok(Expansion::Count(count)),
            Some(_) => Err(too_many(what, expr.span)),
            None if number.is_integer() && number.sign().is_gt() => Err(too_many(what, expr.span)),
            None => fail("count must be a whole number, 0 or greater"),
        }
    }

    fn for_each(&self, attribute: &Attribute, what: &str) -> Outcome<Expansion> {
        let expr = &attribute.node().expr;
        let fail = |message: &str| Err(Fault::new(message, expr.span));
        let value = self.eval(expr)?;
        self.evaluator.note_gates(&value);
        let marks = marks::of_container(&value);
        let unknown = || Ok(unknown_expansion(marks::why(&value), &value, false));
        let entries: Vec<(Arc<str>, Value)> = match value.data() {
            Data::Null(_) => return fail("for_each is null; it must be a map or a set of strings"),
            Data::Unknown(..) => return unknown(),
            Data::Map(_, entries) | Data::Object(entries) => entries
                .iter()
                .map(|(key, value)| (key.clone(), value.clone().with_marks(&marks)))
                .collect(),
            Data::Set(element, elements) => {
                let text = *element == Type::String || elements.is_empty();
                if !text || elements.iter().any(Value::is_null) {
                    return fail("the set of for_each must hold strings only, and no null");
                }
                let mut entries = Vec::with_capacity(elements.len());
                for element in elements.iter() {
                    let Some(key) = element.as_str() else {
                        return unknown();
                    };
                    entries.push((key.into(), element.clone().with_marks(&marks)));
                }
                entries
            }
            Data::List(..) | Data::Tuple(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                let fault = Fault::new("for_each must be a map or a set of strings", expr.span);
                return Err(fault.with_help("toset(...) makes a set of a list of strings"));
            }
        };
        if entries.len() as u64 > MAX_REPETITION {
            return Err(too_many(what, expr.span));
        }
        Ok(Expansion::Each(entries))
    }
}

type Attribute = crate::load::Located<crate::syntax::tree::Attribute>;

fn too_many(what: &str, span: crate::syntax::tree::Span) -> Fault {
    let message = format!("{what} has more than {MAX_REPETITION} instances, too many to look at");
    Fault::fatal(message, span)
}

/// An unknown number of instances; each would see unknown keys and values that say why, and where
/// they would come from.
fn unknown_expansion(why: Why, value: &Value, is_count: bool) -> Expansion {
    let marks = value.deep_marks();
    let repetition = if is_count {
        Repetition::Count {
            index: Value::unknown(Type::Number).with_marks(&marks),
        }
    } else {
        let (key, element) = unknown_pair(value);
        Repetition::Each {
            key: marks::explain(key, || why.clone()),
            value: marks::explain(element, || why.clone()),
        }
    };
    Expansion::Unknown(why, repetition)
}

/// Key and value of an element of an unknown map or set.
pub(super) fn unknown_pair(value: &Value) -> (Value, Value) {
    let marks = value.deep_marks();
    let element = match value.ty() {
        Type::Map(element) | Type::Set(element) | Type::List(element) => Type::clone(&element),
        _ => Type::Dynamic,
    };
    let key = Value::unknown(Type::String).with_marks(&marks::of_chooser(&marks));
    (key, Value::unknown(element).with_marks(&marks))
}
