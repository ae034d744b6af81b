//! Type constraints of variables: `map(object({ size = optional(number, 3) }))`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cty::{Data, ObjectType, Type, Value, convert};

use crate::syntax::tree::{Call, Expr, ExprKind, Span};

/// A type and the defaults that `optional(type, default)` gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constraint {
    pub(crate) ty: Type,
    pub(crate) defaults: Defaults,
    /// True if text from outside (`-var x=text`) is the value itself: the type is primitive or
    /// was not written. Else such text is an expression.
    pub(crate) is_literal: bool,
}

/// Defaults of a type's attributes and of what they contain.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Defaults {
    /// Of this object's attributes.
    values: BTreeMap<Arc<str>, Value>,
    /// Inside this object's attributes.
    attributes: BTreeMap<Arc<str>, Defaults>,
    /// Inside this tuple's elements.
    elements: BTreeMap<usize, Defaults>,
    /// Inside every element of this collection.
    every: Option<Box<Defaults>>,
}

/// What is wrong with a constraint, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TypeError {
    pub(crate) message: String,
    pub(crate) span: Span,
}

/// Evaluates a default inside a constraint: a constant.
pub(crate) type Constant<'a> = dyn Fn(&Expr) -> Result<Value, String> + 'a;

impl Constraint {
    /// The constraint of a variable without one.
    pub(crate) fn any() -> Self {
        Self {
            is_literal: true,
            ..Self::of(Type::Dynamic)
        }
    }

    /// Reads a constraint.
    pub(crate) fn read(expr: &Expr, constant: &Constant<'_>) -> Result<Self, TypeError> {
        // `type = "string"`, from before types were expressions.
        match expr.literal_text() {
            Some("string") => return Ok(Self::of(Type::String)),
            Some("list") => return Ok(Self::of(Type::list(Type::Dynamic))),
            Some("map") => return Ok(Self::of(Type::map(Type::Dynamic))),
            // In JSON every constraint is text.
            Some(text) => {
                let inner = crate::syntax::parse_expression(text)
                    .map_err(|error| fail(error.message, expr.span))?;
                return read(&inner, constant).map_err(|error| fail(error.message, expr.span));
            }
            None => {}
        }
        read(expr, constant)
    }

    /// Reads a constraint as `convert` takes it: text is none, and neither are `list` and `map`
    /// without saying of what.
    pub(crate) fn read_full(expr: &Expr, constant: &Constant<'_>) -> Result<Self, TypeError> {
        match &expr.kind {
            ExprKind::Variable(name) if matches!(name.as_str(), "list" | "map") => {
                let message = format!("the type {name} needs an argument that says of what");
                Err(fail(message, expr.span))
            }
            _ => read(expr, constant),
        }
    }

    fn of(ty: Type) -> Self {
        Self::with_defaults(ty, Defaults::default())
    }

    fn with_defaults(ty: Type, defaults: Defaults) -> Self {
        Self {
            is_literal: ty.is_primitive(),
            ty,
            defaults,
        }
    }
}

fn fail(message: impl Into<String>, span: Span) -> TypeError {
    TypeError {
        message: message.into(),
        span,
    }
}

fn read(expr: &Expr, constant: &Constant<'_>) -> Result<Constraint, TypeError> {
    match &expr.kind {
        ExprKind::Variable(name) => match name.as_str() {
            "string" => Ok(Constraint::of(Type::String)),
            "number" => Ok(Constraint::of(Type::Number)),
            "bool" => Ok(Constraint::of(Type::Bool)),
            "any" => Ok(Constraint::of(Type::Dynamic)),
            // Without an element type, as Terraform still allows for these two.
            "list" => Ok(Constraint::of(Type::list(Type::Dynamic))),
            "map" => Ok(Constraint::of(Type::map(Type::Dynamic))),
            "set" | "object" | "tuple" => {
                let message = format!("the type {name} needs an argument that says of what");
                Err(fail(message, expr.span))
            }
            _ => Err(fail(format!("{name} is no type"), expr.span)),
        },
        ExprKind::Call(call) => read_call(call, expr.span, constant),
        _ => Err(fail("a type is expected here", expr.span)),
    }
}

fn read_call(call: &Call, span: Span, constant: &Constant<'_>) -> Result<Constraint, TypeError> {
    let [argument] = call.arguments.as_slice() else {
        let message = format!("{}(...) takes one argument here", call.name);
        return Err(fail(message, span));
    };
    let collection = |make: fn(Type) -> Type| {
        let inner = read(argument, constant)?;
        let every = (!inner.defaults.is_empty()).then(|| Box::new(inner.defaults));
        let defaults = Defaults {
            every,
            ..Defaults::default()
        };
        Ok(Constraint::with_defaults(make(inner.ty), defaults))
    };
    match call.name.as_str() {
        "list" => collection(Type::list),
        "set" => collection(Type::set),
        "map" => collection(Type::map),
        "object" => read_object(argument, constant),
        "tuple" => read_tuple(argument, constant),
        name => Err(fail(format!("{name} is no type"), span)),
    }
}

fn read_tuple(argument: &Expr, constant: &Constant<'_>) -> Result<Constraint, TypeError> {
    let ExprKind::Tuple(elements) = &argument.kind else {
        return Err(fail("tuple takes a list of types", argument.span));
    };
    let mut types = Vec::new();
    let mut defaults = Defaults::default();
    for (at, element) in elements.iter().enumerate() {
        let inner = read(element, constant)?;
        types.push(inner.ty);
        if !inner.defaults.is_empty() {
            defaults.elements.insert(at, inner.defaults);
        }
    }
    Ok(Constraint::with_defaults(Type::tuple(types), defaults))
}

fn read_object(argument: &Expr, constant: &Constant<'_>) -> Result<Constraint, TypeError> {
    let ExprKind::Object(items) = &argument.kind else {
        let message = "object takes the types of its attributes in braces";
        return Err(fail(message, argument.span));
    };
    let mut attributes = BTreeMap::new();
    let mut optional = BTreeSet::new();
    let mut defaults = Defaults::default();
    for item in items {
        let missing = || fail("the name of an attribute is expected here", item.key.span());
        let name: Arc<str> = item.key.literal_text().ok_or_else(missing)?.clone().into();
        let (inner, default) = match &item.value.kind {
            ExprKind::Call(call) if call.name == "optional" => {
                optional.insert(name.clone());
                read_optional(call, item.value.span, constant)?
            }
            _ => (read(&item.value, constant)?, None),
        };
        if let Some(default) = default {
            defaults.values.insert(name.clone(), default);
        }
        if !inner.defaults.is_empty() {
            defaults.attributes.insert(name.clone(), inner.defaults);
        }
        attributes.insert(name, inner.ty);
    }
    let object = ObjectType {
        attributes,
        optional,
    };
    let ty = Type::Object(Arc::new(object));
    Ok(Constraint::with_defaults(ty, defaults))
}

fn read_optional(
    call: &Call,
    span: Span,
    constant: &Constant<'_>,
) -> Result<(Constraint, Option<Value>), TypeError> {
    let (ty, default) = match call.arguments.as_slice() {
        [ty] => (ty, None),
        [ty, default] => (ty, Some(default)),
        _ => {
            let message = "optional takes a type and, if you like, a default";
            return Err(fail(message, span));
        }
    };
    let inner = read(ty, constant)?;
    let Some(default) = default else {
        return Ok((inner, None));
    };
    let wrong = |message: String| {
        let message = format!("this default does not suit the attribute's type: {message}");
        fail(message, default.span)
    };
    let value = constant(default).map_err(wrong)?;
    let value = convert::convert(&value, &inner.ty).map_err(|error| wrong(error.to_string()))?;
    Ok((inner, Some(value)))
}

impl Defaults {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Fills what is absent or null inside `value`. What is itself null or unknown stays.
    pub(crate) fn apply(&self, value: Value) -> Value {
        if self.is_empty() {
            return value;
        }
        let (value, marks) = value.unmark();
        let filled = match value.data() {
            Data::Map(_, entries) | Data::Object(entries) => self.apply_to_entries(entries),
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
                let elements = elements.iter().enumerate().map(|(at, element)| {
                    match self.every.as_deref().or_else(|| self.elements.get(&at)) {
                        Some(inside) => inside.apply(element.clone()),
                        None => element.clone(),
                    }
                });
                // A conversion to the constraint's type follows and makes the collection.
                Value::tuple(elements)
            }
            Data::Null(_)
            | Data::Unknown(..)
            | Data::Bool(_)
            | Data::Number(_)
            | Data::String(_) => value,
        };
        filled.with_marks(&marks)
    }

    fn apply_to_entries(&self, entries: &BTreeMap<Arc<str>, Value>) -> Value {
        let inside = |name: &Arc<str>, value: Value| match self
            .every
            .as_deref()
            .or_else(|| self.attributes.get(name))
        {
            Some(inside) => inside.apply(value),
            None => value,
        };
        let given = entries
            .iter()
            .filter(|(name, value)| !(value.is_null() && self.values.contains_key(*name)))
            .map(|(name, value)| (name.clone(), inside(name, value.clone())));
        let mut filled: BTreeMap<Arc<str>, Value> = given.collect();
        for (name, default) in &self.values {
            filled
                .entry(name.clone())
                .or_insert_with(|| inside(name, default.clone()));
        }
        Value::object(filled)
    }
}
