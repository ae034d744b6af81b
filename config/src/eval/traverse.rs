//! Steps into values: attributes, indexes, splats.

use std::fmt::Write as _;

use cty::{Data, Mark, Type, Value, convert, ops};

use crate::similar;
use crate::syntax::tree::{Name, Span, Step, StepKind};
use crate::why::{Certainty, Reference};

use super::expr::{Env, without_stale_whys};
use super::fault::{Fault, Outcome};
use super::marks;

impl Env<'_> {
    /// `value.step[step]`.
    pub(super) fn steps(&self, mut value: Value, steps: &[Step]) -> Outcome {
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            rest = after;
            value = match &step.kind {
                StepKind::Attribute(name) => self.attribute(&value, name, step.span)?,
                StepKind::Index(key) => {
                    let key = self.eval(key)?;
                    self.index(&value, &key, step.span)?
                }
                StepKind::LegacyIndex(at) => self.index(&value, &Value::number(*at), step.span)?,
                StepKind::FullSplat => {
                    rest = &[];
                    self.splat(&value, after, step.span)?
                }
                StepKind::AttributeSplat => {
                    let each = after
                        .iter()
                        .take_while(|step| {
                            matches!(step.kind, StepKind::Attribute(_) | StepKind::LegacyIndex(_))
                        })
                        .count();
                    rest = &after[each..];
                    self.splat(&value, &after[..each], step.span)?
                }
            };
        }
        Ok(value)
    }

    fn attribute(&self, value: &Value, name: &Name, span: Span) -> Outcome {
        // By far the most frequent case; the general one puts the whole type together.
        if let Some(found) = value
            .entries()
            .and_then(|entries| entries.get(name.as_str()))
        {
            return Ok(found.clone().with_marks(value.marks()));
        }
        self.check_attribute(value, name, span)?;
        let found = ops::get_attr(value, name).map_err(|error| {
            let fault = Fault::of(&error, span);
            match names_of(value) {
                Some(names) => fault.with_help(format!("it has: {names}")),
                None => fault,
            }
        })?;
        Ok(self.through_references(value, found, &RefStep::Attribute(name)))
    }

    /// Refuses a name that an instance of a resource has not, if its schema is at hand.
    fn check_attribute(&self, value: &Value, name: &str, span: Span) -> Outcome<()> {
        if value.is_known() || !is_single_instance(value) {
            return Ok(());
        }
        let mut references = value.marks().iter().filter_map(Reference::from_mark);
        let Some(reference) = references.next() else {
            return Ok(());
        };
        let Some(schema) = self.evaluator.schema_of(&reference.address) else {
            return Ok(());
        };
        if schema.names().any(|known| known == name) {
            return Ok(());
        }
        let what = &reference.address.type_name;
        let fault = Fault::fatal(format!("{what} has no attribute {name:?}"), span);
        Err(match similar::suggestion(name, schema.names()) {
            Some(similar) => fault.with_help(format!("did you mean {similar:?}?")),
            None => fault,
        })
    }

    pub(super) fn index(&self, value: &Value, key: &Value, span: Span) -> Outcome {
        let (key, key_marks) = key.clone().unmark();
        let mut key_marks = marks::of_chooser(&key_marks);
        // The key of an object is no secret in Terraform.
        if matches!(value.data(), Data::Object(_)) {
            key_marks = key_marks.retain(|mark| matches!(mark, Mark::Custom(_)));
        }
        if let (Data::Map(_, entries) | Data::Object(entries), Some(text)) =
            (value.data(), key.as_str())
            && let Some(found) = entries.get(text)
        {
            let found = found.clone().with_marks(value.marks());
            return Ok(without_stale_whys(found.with_marks(&key_marks)));
        }
        let found = ops::index(value, &key).map_err(|error| Fault::of(&error, span))?;
        if value.is_known() && !key.is_known() {
            let marks = marks::of_choice(&key_marks, value.children());
            return Ok(found.with_marks(&marks).with_marks(value.marks()));
        }
        let found = self.through_references(value, found, &RefStep::Index(&key));
        Ok(without_stale_whys(found.with_marks(&key_marks)))
    }

    /// `value[*].steps`: a single value counts as a list of one, null as an empty one.
    fn splat(&self, value: &Value, each: &[Step], span: Span) -> Outcome {
        let ty = value.ty();
        let is_sequence = matches!(ty, Type::Tuple(_) | Type::List(_) | Type::Set(_));
        if value.is_null() {
            if is_sequence {
                return Err(Fault::new("a null list cannot be splatted", span));
            }
            return Ok(Value::tuple([]).with_marks(value.marks()));
        }
        match value.data() {
            Data::Tuple(elements) => {
                let elements = self.each(elements, each)?;
                Ok(Value::tuple(elements).with_marks(value.marks()))
            }
            Data::List(element, elements) | Data::Set(element, elements) => {
                let made = self.each(elements, each)?;
                let element = match made.first() {
                    Some(first) => first.ty(),
                    None => self.type_of_each(element, each),
                };
                Ok(Value::list(element, made).with_marks(value.marks()))
            }
            Data::Unknown(..) if is_single_instance(value) => {
                Ok(Value::tuple([self.steps(value.clone(), each)?]))
            }
            // What is no list counts as a list of one, unless it is null.
            Data::Unknown(..)
                if !is_sequence && ty != Type::Dynamic && value.is_definitely_not_null() =>
            {
                Ok(Value::tuple([self.steps(value.clone(), each)?]))
            }
            Data::Unknown(..) => {
                // How many there are is unknown, but what each would be says where it comes from.
                let element = match &ty {
                    Type::List(element) | Type::Set(element) => {
                        Value::unknown(Type::clone(element)).with_marks(value.marks())
                    }
                    _ => value.clone(),
                };
                let made = self.steps(element, each)?;
                let ty = match ty {
                    Type::List(_) | Type::Set(_) => Type::list(made.ty()),
                    _ => Type::Dynamic,
                };
                let marks = marks::of_chooser(value.marks()).union(&made.deep_marks());
                Ok(Value::unknown(ty).with_marks(&marks))
            }
            _ => {
                let one = Value::tuple([self.steps(value.clone(), each)?]);
                Ok(one.with_marks(&marks::secrecy(value.marks())))
            }
        }
    }

    fn each(&self, elements: &[Value], steps: &[Step]) -> Outcome<Vec<Value>> {
        elements
            .iter()
            .map(|element| self.steps(element.clone(), steps))
            .collect()
    }

    /// The type that an element of a type has after these steps.
    fn type_of_each(&self, element: &Type, steps: &[Step]) -> Type {
        self.steps(Value::unknown(element.clone()), steps)
            .map_or(Type::Dynamic, |value| value.ty())
    }

    /// What an unknown value that came from resources is, one step further: their configuration
    /// may say. `found` is what its type alone tells.
    fn through_references(&self, value: &Value, found: Value, step: &RefStep<'_>) -> Value {
        if value.is_known() || !marks::have_reference(value.marks()) {
            return found;
        }
        let references: Vec<&Reference> = value
            .marks()
            .iter()
            .filter_map(Reference::from_mark)
            .collect();
        let (plain, found_marks) = found.unmark();
        let rest = marks::of_chooser(&found_marks);
        let stepped: Vec<Value> = references
            .iter()
            .map(|reference| self.evaluator.read_reference(reference, step, &rest))
            .collect();
        if let ([only], [Certainty::Sure]) = (
            stepped.as_slice(),
            references
                .iter()
                .map(|it| it.certainty)
                .collect::<Vec<_>>()
                .as_slice(),
        ) {
            // The type that a module's variable asked for still holds.
            return convert::convert(only, &plain.ty())
                .unwrap_or_else(|_| plain.with_marks(only.marks()));
        }
        // Why nobody knows which of them it is outweighs why each is unknown.
        let certainty = match references.len() {
            1 => Certainty::Sure,
            _ => Certainty::OneOf,
        };
        let all = stepped.iter().fold(rest, |sum, value| {
            let marks = &marks::at_most(value.marks(), certainty);
            if marks::have_why(&sum) {
                sum.union(&marks::without_whys(marks))
            } else {
                sum.union(marks)
            }
        });
        plain.with_marks(&all)
    }
}

/// A step as it shows in the path of a reference.
pub(super) enum RefStep<'a> {
    Attribute(&'a Name),
    Index(&'a Value),
}

impl RefStep<'_> {
    /// The attribute of an object that this names, if it does.
    pub(super) fn attribute_name(&self) -> Option<Name> {
        match self {
            Self::Attribute(name) => Some((*name).clone()),
            Self::Index(key) => key.as_str().map(Into::into),
        }
    }

    /// A path, one step longer.
    pub(super) fn append_to(&self, path: &str) -> String {
        // An instance is an object: `m["name"]` is `m.name`.
        if let (true, Some(name)) = (path.is_empty(), self.attribute_name()) {
            return name.into();
        }
        let mut path = path.to_owned();
        match self {
            Self::Attribute(name) => {
                path.push('.');
                path.push_str(name);
            }
            Self::Index(key) => {
                let written = match (key.as_str(), key.as_number()) {
                    (Some(text), _) => write!(path, "[{text:?}]"),
                    (_, Some(number)) => write!(path, "[{number}]"),
                    _ => write!(path, "[*]"),
                };
                // Writing to a string does not fail.
                written.unwrap_or_default();
            }
        }
        path
    }
}

/// True for a whole instance of a resource.
fn is_single_instance(value: &Value) -> bool {
    let mut references = value.marks().iter().filter_map(Reference::from_mark);
    references.next().is_some_and(|reference| {
        reference.path.is_empty() && !reference.any_key && references.next().is_none()
    })
}

/// The names an object has, if they are few enough to be told. Keys of a map may be secrets.
fn names_of(value: &Value) -> Option<String> {
    match value.data() {
        Data::Object(attributes) if !attributes.is_empty() && attributes.len() <= 12 => {
            let names: Vec<&str> = attributes.keys().map(AsRef::as_ref).collect();
            Some(names.join(", "))
        }
        _ => None,
    }
}
