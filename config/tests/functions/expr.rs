//! Evaluates the expressions of the case files: literals, calls, and names of given values.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cty::{Number, Type, Value};
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::template::Element;
use terraform_config::functions::{FunctionContext, FunctionError, call, describe};

/// Evaluates a text; the error is the sentence Terraform would print, without its full stop.
pub(crate) fn evaluate(
    text: &str,
    files: &Path,
    locals: &BTreeMap<&str, Value>,
) -> Result<Value, String> {
    let expression: Expression = text.parse().map_err(|error| format!("{error}"))?;
    Evaluator { files, locals }.value(&expression)
}

struct Evaluator<'a> {
    files: &'a Path,
    locals: &'a BTreeMap<&'a str, Value>,
}

impl Evaluator<'_> {
    fn value(&self, expression: &Expression) -> Result<Value, String> {
        match expression {
            Expression::Null(_) => Ok(Value::null(Type::Dynamic)),
            Expression::Bool(value) => Ok(Value::bool(*value.value())),
            Expression::Number(number) => {
                // As written: a float in between would change the digits.
                let text = number.value().to_string();
                let written = number.as_repr().map_or(text, |raw| raw.trim().to_owned());
                let number: Number = written.parse().map_err(|error| format!("{error}"))?;
                Ok(Value::number(number))
            }
            Expression::String(text) => Ok(Value::string(text.value().as_str())),
            Expression::StringTemplate(template) => {
                let mut text = String::new();
                for element in template.iter() {
                    match element {
                        Element::Literal(literal) => text.push_str(literal.value()),
                        _ => return Err("interpolations are not for case files".to_owned()),
                    }
                }
                Ok(Value::string(text))
            }
            Expression::Array(array) => {
                let elements: Result<Vec<_>, _> = array.iter().map(|e| self.value(e)).collect();
                Ok(Value::tuple(elements?))
            }
            Expression::Object(object) => {
                let mut attributes = Vec::new();
                for (key, value) in object.iter() {
                    let name = match key {
                        ObjectKey::Ident(name) => name.as_str().to_owned(),
                        ObjectKey::Expression(key) => {
                            self.value(key)?.as_str().unwrap_or_default().to_owned()
                        }
                    };
                    attributes.push((name, self.value(value.expr())?));
                }
                Ok(Value::object(attributes))
            }
            Expression::UnaryOp(operation) => {
                let operand = self.value(&operation.expr)?;
                match (operation.operator.value(), operand.as_number()) {
                    (UnaryOperator::Neg, Some(number)) => Ok(Value::number(number.neg())),
                    _ => Err("only numbers are negated in case files".to_owned()),
                }
            }
            Expression::Traversal(traversal) => {
                let name = match traversal.operators.first().map(|operator| operator.value()) {
                    Some(TraversalOperator::GetAttr(name)) => name.as_str(),
                    _ => return Err("only locals are named in case files".to_owned()),
                };
                self.locals
                    .get(name)
                    .cloned()
                    .ok_or_else(|| format!("no local {name:?}"))
            }
            Expression::FuncCall(function) => {
                let namespace = function
                    .name
                    .namespace
                    .iter()
                    .map(|part| format!("{}::", part.as_str()));
                let name = namespace.collect::<String>() + function.name.name.as_str();
                let args: Result<Vec<_>, _> =
                    function.args.iter().map(|arg| self.value(arg)).collect();
                self.call(&name, &args?)
            }
            other => Err(format!("not for case files: {other:?}")),
        }
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let cx = FunctionContext {
            module_dir: self.files,
            root_dir: self.files,
            fence: self.files,
            render_template: &no_templates,
        };
        let result = call(name, args, &cx).ok_or_else(|| format!("no function {name:?}"))?;
        result.map_err(|error| describe(name, &error))
    }
}

fn no_templates(_: &str, _: &Path, _: &BTreeMap<Arc<str>, Value>) -> Result<Value, FunctionError> {
    Err(FunctionError::new("templates are not for case files"))
}
