//! Function calls.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cty::{Data, Type, Value};

use crate::functions::{self, FunctionContext, FunctionError};
use crate::syntax::tree::{Call, Span};
use crate::why::{Certainty, Why};
use crate::{Dialect, syntax};

use super::expr::Env;
use super::fault::{Fault, Outcome};
use super::marks;
use super::names::Names;
use super::special::check_template;

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
            "convert" if self.evaluator.dialect == Dialect::Terraform => self.convert(call, span),
            _ => self.call_function(name, call, span),
        }
    }

    fn call_function(&self, name: &str, call: &Call, span: Span) -> Outcome {
        let is_terraform = self.evaluator.dialect == Dialect::Terraform;
        let in_template = matches!(self.names, Names::Variables(_));
        if is_terraform && in_template && matches!(name, "templatefile" | "templatestring") {
            let message = format!("cannot recursively call {name} from inside another template");
            return Err(Fault::new(message, span));
        }
        if is_terraform && name == "templatestring" {
            check_template(&call.arguments)?;
        }
        let arguments = match self.arguments(call)? {
            Arguments::Listed(arguments) => arguments,
            Arguments::Unknown(marks) => {
                return Ok(Value::unknown(Type::Dynamic).with_marks(&marks));
            }
        };
        if is_terraform
            && name == "templatestring"
            && arguments.first().is_some_and(|it| !is_text(it))
        {
            let message = "Invalid value for \"template\" parameter: invalid template value: a \
                           string is required";
            return Err(Fault::new(message, span));
        }
        // Most functions go through all that they are given.
        for argument in &arguments {
            let passed = self.evaluator.budget.pass(argument);
            passed.map_err(|message| Fault::fatal(message, span))?;
        }
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
            disk: &self.evaluator.cache.disk,
            dialect: self.evaluator.dialect,
            render_template: &render,
        };
        let result = match functions::call(name, &arguments, &context) {
            Some(result) => result,
            // Those of a provider are its own affair.
            None if name.starts_with("provider::") => {
                let why = Why::new(format!("{name}() is a provider's function"));
                return Ok(Value::unknown(Type::Dynamic)
                    .with_marks(&all_marks())
                    .mark(why.mark()));
            }
            None => return Err(self.no_function(name, call)),
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

    fn no_function(&self, name: &str, call: &Call) -> Fault {
        let message = format!("There is no function named {name:?}");
        let fault = Fault::new(message, call.name_span);
        match functions::advice(name, self.evaluator.dialect) {
            Some(advice) => fault.with_help(advice),
            None => fault,
        }
    }

    fn arguments(&self, call: &Call) -> Outcome<Arguments> {
        let mut values = self.all(&call.arguments)?;
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
        let result = env
            .eval(&template)
            .map_err(|fault| fail(&fault, fault.span))?;
        if result.is_null() && self.evaluator.dialect == Dialect::Terraform {
            return Err(fail(&"the result of the template is null", template.span));
        }
        Ok(result)
    }
}

enum Arguments {
    Listed(Vec<Value>),
    /// Nobody knows how many; their marks.
    Unknown(cty::Marks),
}

/// Text, or what may yet be.
fn is_text(value: &Value) -> bool {
    matches!(value.data(), Data::String(_) | Data::Unknown(..))
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
