//! Templates and `for`.

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::{Data, Marks, Type, Value};

use crate::syntax::tree::{Expr, For, ForPart, IfPart, Part, Span};

use super::expr::{Bound, Env, convert_at};
use super::fault::{Fault, Outcome};
use super::limits::MAX_TEXT;
use super::marks;

/// Text as it grows. What follows something unknown is no longer collected.
#[derive(Default)]
struct Text {
    text: String,
    marks: Marks,
    is_open: bool,
}

impl Text {
    fn push(&mut self, text: &str, span: Span) -> Outcome<()> {
        if self.is_open {
            return Ok(());
        }
        if self.text.len() + text.len() > MAX_TEXT {
            let limit = MAX_TEXT >> 20;
            return Err(Fault::fatal(
                format!("this text is longer than {limit} MiB"),
                span,
            ));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn mark(&mut self, marks: &Marks) {
        self.marks = self.marks.union(marks);
    }

    /// Writes a directive, of which hosts know either all of the text or none.
    fn enclosed(&mut self, write: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome<()> {
        let before = self.text.len();
        write(self)?;
        if self.is_open {
            self.text.truncate(before);
        }
        Ok(())
    }
}

/// The elements of what `for` walks, or why nobody knows them.
enum Walk {
    Pairs(Vec<(Value, Value)>),
    /// One element that stands for them all.
    Unknown(Value),
}

impl Env<'_> {
    pub(super) fn template(&self, parts: &[Part], span: Span) -> Outcome {
        let mut text = Text::default();
        self.parts(parts, span, &mut text)?;
        if !text.is_open {
            return Ok(Value::string(text.text).with_marks(&text.marks));
        }
        let unknown = crate::functions::unknown_with_prefix(&text.text);
        Ok(unknown.with_marks(&text.marks))
    }

    fn parts(&self, parts: &[Part], span: Span, text: &mut Text) -> Outcome<()> {
        for part in parts {
            match part {
                Part::Literal(literal, _) => text.push(literal, span)?,
                Part::Interpolation(expr) => self.interpolation(expr, text)?,
                Part::If(it) => text.enclosed(|text| self.if_part(it, span, text))?,
                Part::For(it) => text.enclosed(|text| self.for_part(it, span, text))?,
            }
        }
        Ok(())
    }

    fn interpolation(&self, expr: &Expr, text: &mut Text) -> Outcome<()> {
        let value = self.eval(expr)?;
        if value.is_null() {
            let message = "null cannot be put into text";
            return Err(Fault::new(message, expr.span));
        }
        let value = convert_at(&value, &Type::String, expr.span).map_err(|fault| {
            Fault::new(format!("this cannot be put into text: {fault}"), expr.span)
        })?;
        text.mark(&value.deep_marks());
        match value.as_str() {
            Some(piece) => text.push(piece, expr.span)?,
            None => text.is_open = true,
        }
        Ok(())
    }

    fn if_part(&self, it: &IfPart, span: Span, text: &mut Text) -> Outcome<()> {
        let condition = &it.condition;
        let value = self.eval_as(condition, &Type::Bool)?;
        if value.is_null() {
            let message = "the condition is null; it must be true or false";
            return Err(Fault::new(message, condition.span));
        }
        text.mark(&marks::of_chooser(value.marks()));
        match value.as_bool() {
            Some(chosen) => {
                let (taken, left) = match chosen {
                    true => (&it.yes, &it.no),
                    false => (&it.no, &it.yes),
                };
                self.parts(taken, span, text)?;
                text.mark(&self.secrecy_of(left, span));
                Ok(())
            }
            None => {
                for parts in [&it.yes, &it.no] {
                    text.mark(&self.secrecy_of(parts, span));
                }
                text.is_open = true;
                Ok(())
            }
        }
    }

    /// What is secret of parts that are not written: in Terraform it makes the whole secret. What
    /// is wrong with them does not matter.
    fn secrecy_of(&self, parts: &[Part], span: Span) -> Marks {
        let mut unwritten = Text::default();
        match parts.iter().all(|part| matches!(part, Part::Literal(..))) {
            true => Marks::NONE,
            false => {
                let _ = self.parts(parts, span, &mut unwritten);
                marks::secrecy(&unwritten.marks)
            }
        }
    }

    fn for_part(&self, it: &ForPart, span: Span, text: &mut Text) -> Outcome<()> {
        let (walk, outer) = self.walk(&it.collection)?;
        let key_name = it.key_name.as_ref().map(|word| word.text.as_str());
        text.mark(&outer);
        match walk {
            Walk::Pairs(pairs) => {
                for (key, value) in &pairs {
                    // A walk costs a step even where its body is plain text.
                    let _step = self.evaluator.budget.step();
                    _step
                        .as_ref()
                        .map_err(|message| Fault::fatal(*message, span))?;
                    self.with_pair(key_name, key, &it.value_name.text, value, |env| {
                        env.parts(&it.body, span, text)
                    })?;
                }
                Ok(())
            }
            Walk::Unknown(_) => {
                text.is_open = true;
                Ok(())
            }
        }
    }

    pub(super) fn for_expr(&self, it: &For, span: Span) -> Outcome {
        let (walk, outer) = self.walk(&it.collection)?;
        let pairs = match walk {
            Walk::Pairs(pairs) => pairs,
            Walk::Unknown(element) => return Ok(self.for_unknown(it, &element, &outer)),
        };
        let mut made = Made::default();
        let key_name = it.key_name.as_ref().map(|word| word.text.as_str());
        for (key, value) in &pairs {
            self.with_pair(key_name, key, &it.value_name.text, value, |env| {
                env.for_element(it, &mut made)
            })?;
        }
        let marks = outer.union(&made.marks);
        if made.is_open {
            let results = made.values.iter().map(|(_, value)| value);
            let marks = marks::of_choice(&marks, results);
            return Ok(Value::unknown(Type::Dynamic).with_marks(&marks));
        }
        let value = if it.key.is_none() {
            Value::tuple(made.values.into_iter().map(|(_, value)| value))
        } else if it.grouping {
            let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
            for (key, value) in made.values {
                groups.entry(key).or_default().push(value);
            }
            let groups = groups.into_iter();
            Value::object(groups.map(|(key, values)| (key, Value::tuple(values))))
        } else {
            made.check_unique(it.key.as_ref().map_or(span, |key| key.span))?;
            Value::object(made.values)
        };
        Ok(value.with_marks(&marks::without_whys(&marks)))
    }

    /// One round: the condition, the key, the value.
    fn for_element(&self, it: &For, made: &mut Made) -> Outcome<()> {
        if let Some(condition) = &it.condition {
            let value = self.eval_as(condition, &Type::Bool)?;
            if value.is_null() {
                let message = "the condition is null; it must be true or false";
                return Err(Fault::new(message, condition.span));
            }
            made.mark(&value);
            match value.as_bool() {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => made.is_open = true,
            }
        }
        let key: Arc<str> = match &it.key {
            None => "".into(),
            Some(expr) => {
                let key = self.eval_as(expr, &Type::String)?;
                if key.is_null() {
                    let message = "null cannot be a key of what this makes";
                    return Err(Fault::new(message, expr.span));
                }
                made.mark(&key);
                made.is_open |= !key.is_known();
                key.as_str().unwrap_or_default().into()
            }
        };
        let value = self.eval(&it.value)?;
        self.put(&value, &mut made.held, it.value.span)?;
        made.values.push((key, value));
        Ok(())
    }

    /// The result of a walk over nobody knows what; one round shows where it would come from.
    fn for_unknown(&self, it: &For, element: &Value, outer: &Marks) -> Value {
        let name = it.key_name.as_ref().map(|word| word.text.as_str());
        let key = Value::unknown(Type::Dynamic).with_marks(outer);
        let result = self.with_pair(name, &key, &it.value_name.text, element, |env| {
            env.eval(&it.value)
        });
        let inner = result.map_or(Marks::NONE, |value| value.deep_marks());
        let marks = marks::of_chooser(outer).union(&inner);
        Value::unknown(Type::Dynamic).with_marks(&marks)
    }

    fn walk(&self, collection: &Expr) -> Outcome<(Walk, Marks)> {
        let value = self.eval(collection)?;
        let marks = marks::of_container(&value);
        let number = |at: usize| Value::number(at as u64);
        let walk = match value.data() {
            Data::Null(_) => {
                let message = "null cannot be walked by `for`";
                return Err(Fault::new(message, collection.span));
            }
            Data::List(_, elements) | Data::Tuple(elements) => {
                let elements = elements.iter().cloned().enumerate();
                Walk::Pairs(
                    elements
                        .map(|(at, element)| (number(at), element))
                        .collect(),
                )
            }
            Data::Set(_, elements) => {
                let elements = elements.iter();
                let marked = elements.map(|element| element.clone().with_marks(&marks));
                Walk::Pairs(marked.map(|element| (element.clone(), element)).collect())
            }
            Data::Map(_, entries) | Data::Object(entries) => {
                let entries = entries.iter();
                let pair =
                    |(key, value): (&Arc<str>, &Value)| (Value::string(key.clone()), value.clone());
                Walk::Pairs(entries.map(pair).collect())
            }
            Data::Unknown(Type::String | Type::Number | Type::Bool, _) => {
                let message = "`for` walks lists, sets, maps and objects; this is none";
                return Err(Fault::new(message, collection.span));
            }
            Data::Unknown(ty, _) => {
                let element = match ty {
                    Type::List(inner) | Type::Set(inner) | Type::Map(inner) => {
                        Value::unknown(Type::clone(inner)).with_marks(&marks)
                    }
                    _ => value.clone(),
                };
                Walk::Unknown(element)
            }
            Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                let message = "`for` walks lists, sets, maps and objects; this is none";
                return Err(Fault::new(message, collection.span));
            }
        };
        Ok((walk, marks))
    }

    fn with_pair<T>(
        &self,
        key_name: Option<&str>,
        key: &Value,
        value_name: &str,
        value: &Value,
        run: impl FnOnce(&Env<'_>) -> T,
    ) -> T {
        let key = key_name.map(|name| Bound {
            name,
            value: key,
            outer: self.bound,
        });
        let value = Bound {
            name: value_name,
            value,
            outer: key.as_ref().or(self.bound),
        };
        run(&Env {
            bound: Some(&value),
            ..*self
        })
    }
}

/// What a `for` has made so far.
#[derive(Default)]
struct Made {
    values: Vec<(Arc<str>, Value)>,
    marks: Marks,
    /// True if an unknown condition or key leaves open what is made.
    is_open: bool,
    /// How many values they hold.
    held: u64,
}

impl Made {
    fn mark(&mut self, chooser: &Value) {
        self.marks = self.marks.union(&marks::of_chooser(chooser.marks()));
    }

    fn check_unique(&self, span: Span) -> Outcome<()> {
        let mut seen = std::collections::HashSet::new();
        let Some((key, _)) = self.values.iter().find(|(key, _)| !seen.insert(key)) else {
            return Ok(());
        };
        let message = if self.marks.contains(&cty::Mark::Sensitive) {
            "two elements make the same key, which is sensitive".to_owned()
        } else {
            format!("two elements make the same key {key:?}")
        };
        let help = "write `...` after the value to gather the values of equal keys in a list";
        Err(Fault::new(message, span).with_help(help))
    }
}
