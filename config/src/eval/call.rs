//! Function calls.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cty::{Data, Type, Value};

use crate::functions::{self, FunctionContext, FunctionError};
use crate::syntax;
use crate::syntax::tree::{Call, Expr, ExprKind, Span};
use crate::why::{Certainty, Reference, Why};

use super::expr::Env;
use super::fault::{Fault, Outcome};
use super::marks;
use super::names::Names;

impl Env<'_> {
    pub(super) fn call(&self, call: &Call, span: Span) -> Outcome {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match name {
            _ if matches!(self.names, Names::Nothing) => {
                let message = "functions cannot be called here";
                Err(Fault::new(message, span))
            }
            "try" => self.try_first(&call.arguments, span),
            "can" => self.can(&call.arguments, span),
            _ => self.call_function(name, call, span),
        }
    }

    fn call_function(&self, name: &str, call: &Call, span: Span) -> Outcome {
        let arguments = match self.arguments(call)? {
            Arguments::Listed(arguments) => arguments,
            Arguments::Unknown(marks) => {
                return Ok(Value::unknown(Type::Dynamic).with_marks(&marks));
            }
        };
        let all_marks = || {
            let none = cty::Marks::NONE;
            arguments
                .iter()
                .fold(none, |sum, value| sum.union(&value.deep_marks()))
        };
        let render = |text: &str, path: &Path, variables: &BTreeMap<Arc<str>, Value>| {
            self.render(text, path, variables)
        };
        let context = FunctionContext {
            module_dir: self.names.module_dir(self.evaluator),
            root_dir: &self.evaluator.root_dir,
            fence: &self.evaluator.fence,
            render_template: &render,
        };
        let result = match functions::call(name, &arguments, &context) {
            Some(result) => result,
            None => {
                let why = if name.starts_with("provider::") {
                    Why::new(format!("{name}() is a provider's function"))
                } else {
                    Why::new(format!("there is no function {name}() that is known here"))
                };
                return Ok(Value::unknown(Type::Dynamic)
                    .with_marks(&all_marks())
                    .mark(why.mark()));
            }
        };
        let value = result.map_err(|error| {
            let at = error.argument.and_then(|at| call.arguments.get(at));
            let span = at.map_or(span, |argument| argument.span);
            Fault::new(functions::describe(name, &error), span)
        })?;
        let value = marks::explain(value, || Why::new(format!("{name}() is known after apply")));
        if !value.is_known() && matches!(name, "coalesce" | "coalescelist") {
            return Ok(undecided_choice(value, &arguments));
        }
        Ok(value)
    }

    fn arguments(&self, call: &Call) -> Outcome<Arguments> {
        let mut values: Vec<Value> = call
            .arguments
            .iter()
            .map(|argument| self.eval(argument))
            .collect::<Outcome<_>>()?;
        if !call.expand_last {
            return Ok(Arguments::Listed(values));
        }
        let (Some(last), Some(written)) = (values.pop(), call.arguments.last()) else {
            return Ok(Arguments::Listed(values));
        };
        match last.data() {
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
                let marks = marks::of_container(&last);
                values.extend(elements.iter().map(|it| it.clone().with_marks(&marks)));
                Ok(Arguments::Listed(values))
            }
            Data::Unknown(..) => {
                let marks = values.iter().fold(last.deep_marks(), |sum, value| {
                    sum.union(&value.deep_marks())
                });
                Ok(Arguments::Unknown(marks))
            }
            Data::Null(_) => {
                let message = "null cannot be expanded into arguments by `...`";
                Err(Fault::new(message, written.span))
            }
            Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Map(..) | Data::Object(_) => {
                let message = "only a list or set can be expanded into arguments by `...`";
                Err(Fault::new(message, written.span))
            }
        }
    }

    /// The first argument that has a value. One whose value is unknown may yet fail, unless it
    /// only picks from what is certainly there; then what follows it may be the value as well.
    fn try_first(&self, arguments: &[Expr], span: Span) -> Outcome {
        let mut last = Fault::new("try takes at least one expression", span);
        for argument in arguments {
            let (result, doubt) = self.evaluator.doubting(|| self.eval(argument));
            match result {
                Ok(value) if doubt.is_some() => return Ok(in_doubt(&value, doubt)),
                Ok(value) if value.is_wholly_known() => return Ok(value),
                // Only in part unknown: what was picked is there.
                Ok(value) if is_picked(argument) && (value.is_known() || self.is_there(&value)) => {
                    return Ok(value);
                }
                Ok(value) => return Ok(in_doubt(&value, None)),
                Err(fault) if fault.is_fatal => return Err(fault),
                Err(fault) => last = fault,
            }
        }
        let message = format!("no expression of this try succeeds; the last: {last}");
        Err(Fault::new(message, last.span))
    }

    /// True if a value comes from instances of which it is certain that they are there: not of a
    /// resource or a module of unknown number, nor of a key that nobody knows.
    fn is_there(&self, value: &Value) -> bool {
        let certain = |reference: &Reference| {
            reference.certainty == Certainty::Sure
                && !reference.any_key
                && !self.evaluator.may_be_absent(&reference.address)
        };
        let marks = value.deep_marks();
        let mut references = marks.iter().filter_map(Reference::from_mark).peekable();
        references.peek().is_some() && references.all(certain)
    }

    fn can(&self, arguments: &[Expr], span: Span) -> Outcome {
        let [argument] = arguments else {
            return Err(Fault::new("can takes one expression", span));
        };
        let (result, doubt) = self.evaluator.doubting(|| self.eval(argument));
        match result {
            Ok(value) if value.is_wholly_known() && doubt.is_none() => Ok(Value::bool(true)),
            Ok(value) => {
                let marks = marks::of_chooser(&value.deep_marks());
                let unknown = Value::unknown(Type::Bool).with_marks(&marks);
                Ok(match doubt {
                    Some(why) => unknown.mark(why.mark()),
                    None => unknown,
                })
            }
            Err(fault) if fault.is_fatal => Err(fault),
            Err(_) => Ok(Value::bool(false)),
        }
    }

    /// For `templatefile` and `templatestring`: a template sees its variables and nothing else.
    fn render(
        &self,
        text: &str,
        path: &Path,
        variables: &BTreeMap<Arc<str>, Value>,
    ) -> Result<Value, FunctionError> {
        let fail = |message: &dyn std::fmt::Display, span: Span| {
            let before = &text[..text.floor_char_boundary(span.range().start.min(text.len()))];
            let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
            FunctionError::new(format!("{}:{line}: {message}", path.display()))
        };
        let template = syntax::parse_template(text).map_err(|error| fail(&error, error.span))?;
        let env = Env {
            evaluator: self.evaluator,
            names: Names::Variables(variables),
            bound: None,
        };
        env.eval(&template)
            .map_err(|fault| fail(&fault, fault.span))
    }
}

enum Arguments {
    Listed(Vec<Value>),
    /// Nobody knows how many; their marks.
    Unknown(cty::Marks),
}

/// Perhaps this value, perhaps that of something else.
fn in_doubt(value: &Value, doubt: Option<Why>) -> Value {
    let marks = marks::at_most(&value.deep_marks(), Certainty::Perhaps);
    let unknown = Value::unknown(Type::Dynamic);
    match doubt {
        // It outweighs why the value itself is unknown.
        Some(why) => unknown
            .with_marks(&marks::without_whys(&marks))
            .mark(why.mark()),
        None => unknown.with_marks(&marks),
    }
}

/// Which argument it is depends on what is unknown. What is null or empty is none of them.
fn undecided_choice(value: Value, arguments: &[Value]) -> Value {
    let is_empty =
        |it: &Value| it.as_str() == Some("") || it.elements().is_some_and(<[_]>::is_empty);
    let mut candidates = arguments
        .iter()
        .filter(|argument| !argument.is_null() && !is_empty(argument));
    let certainty = match candidates.clone().count() {
        0 | 1 => Certainty::Sure,
        _ if candidates.all(|it| marks::have_reference(&it.deep_marks())) => Certainty::OneOf,
        _ => Certainty::Perhaps,
    };
    let (value, marks) = value.unmark();
    value.with_marks(&marks::at_most(&marks, certainty))
}

/// Functions that fail or not by how much they are given, never by what it turns out to be.
const PICKING: &[&str] = &[
    "concat", "element", "flatten", "join", "lower", "one", "tolist", "tostring", "upper", "values",
];

/// True for `name.attribute[key]` and what picks from such, which fails or not by what it leads
/// through.
fn is_picked(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) | ExprKind::Literal(_) => true,
        ExprKind::Traversal(it) => is_picked(&it.base),
        ExprKind::Call(call) => {
            PICKING.contains(&call.name.as_ref()) && call.arguments.iter().all(is_picked)
        }
        _ => false,
    }
}
