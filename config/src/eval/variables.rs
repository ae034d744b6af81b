//! Input variables: what they are given, and what becomes of it.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::rc::Rc;

use cty::{Mark, Refinement, Type, Value, convert};

use crate::inputs::VarInput;
use crate::load::{self, Constraint, Content};
use crate::syntax::tree::Name;
use crate::why::{GateMark, Why};
use crate::{Origin, Problem, similar};

use super::limits;
use super::module::ModuleInstance;
use super::{Evaluator, Node};

/// What a root module's variable is given.
#[derive(Clone, Debug)]
pub(super) struct Given {
    raw: Raw,
    from: From,
}

#[derive(Clone, Debug)]
enum Raw {
    /// From a file.
    Value(Value),
    /// From the command line or the environment: what it means depends on the variable's type.
    Text(String),
    /// Something that is no constant, and reported.
    Broken,
}

/// Where a value was given.
#[derive(Clone, Debug)]
pub(super) enum From {
    File(Origin),
    /// `-var x` or `TF_VAR_x`.
    Outside(String),
}

impl From {
    /// Where a value that must not be shown may be said to come from: its variable.
    fn hidden(self, variable: &Content) -> Self {
        match self {
            Self::File(_) => Self::File(variable.header.clone()),
            outside => outside,
        }
    }

    pub(super) fn problem(&self, message: String) -> Problem {
        match self {
            Self::File(origin) => Problem::analysis(message).at(origin.clone()),
            Self::Outside(shown) => Problem::usage(format!("{shown}: {message}")),
        }
    }
}

/// Arguments of a module block that are not given to variables.
const META_ARGUMENTS: [&str; 6] = [
    "source",
    "version",
    "count",
    "for_each",
    "providers",
    "depends_on",
];

impl Evaluator<'_> {
    /// What the root module's variables are given, in Terraform's order: the environment,
    /// `terraform.tfvars`, `*.auto.tfvars`, then `-var` and `-var-file` as they come.
    pub(super) fn root_variables(&self, root: &load::Module) -> HashMap<Name, Given> {
        // What was planned was planned with these, wherever they came from.
        if let Some(planned) = self.planned {
            let variables = planned.plan.variables.iter();
            let given = variables.map(|(name, value)| {
                let given = Given {
                    raw: Raw::Value(value.clone()),
                    from: From::Outside("the plan".to_owned()),
                };
                (name.as_ref().into(), given)
            });
            return given.collect();
        }
        let mut given = HashMap::new();
        for (name, text) in &self.inputs.environment {
            let Some(variable) = name.strip_prefix("TF_VAR_") else {
                continue;
            };
            // The environment is full of things that are meant for others.
            if root.variables.contains_key(variable) {
                let value = Given {
                    raw: Raw::Text(text.clone()),
                    from: From::Outside(name.clone()),
                };
                given.insert(variable.into(), value);
            }
        }
        for path in &root.variable_files {
            self.variable_file(path, root, &mut given);
        }
        for input in &self.inputs.variables {
            match input {
                VarInput::File(path) => match self.cache.disk.text(path) {
                    Ok(_) => self.variable_file(path, root, &mut given),
                    Err(message) => self.report(Problem::usage(message).about(path)),
                },
                VarInput::Value { name, text } if root.variables.contains_key(name.as_str()) => {
                    let value = Given {
                        raw: Raw::Text(text.clone()),
                        from: From::Outside(format!("-var {name}")),
                    };
                    given.insert(name.as_str().into(), value);
                }
                VarInput::Value { name, .. } => {
                    let shown = self.root_dir.display();
                    let message =
                        format!("-var {name}: no variable of that name is declared in {shown}");
                    let problem = Problem::usage(message).about(&self.root_dir);
                    let declared = root.variables.keys().map(Name::as_str);
                    self.report(match similar::suggestion(name, declared) {
                        Some(similar) => problem.with_help(format!("did you mean {similar:?}?")),
                        None => problem,
                    });
                }
            }
        }
        given
    }

    fn variable_file(&self, path: &Path, root: &load::Module, given: &mut HashMap<Name, Given>) {
        let file = self.cache.file(path);
        for problem in &file.problems {
            self.report(problem.clone());
        }
        for block in &file.body.blocks {
            let message = "a file of variable values holds no blocks";
            self.report(Problem::analysis(message).at(file.origin(block.header)));
        }
        for attribute in &file.body.attributes {
            let name = &attribute.name;
            let Some(variable) = root.variables.get(name) else {
                let message = format!("no variable {name:?} is declared in the root module");
                let problem = Problem::note(message).at(file.origin(attribute.name_span));
                let declared = root.variables.keys().map(Name::as_str);
                self.report(match similar::suggestion(name, declared) {
                    Some(similar) => problem.with_help(format!("did you mean {similar:?}?")),
                    None => problem,
                });
                continue;
            };
            let raw = self.constant(&attribute.expr).map_or_else(
                |fault| {
                    self.report(match self.flag(variable, "sensitive") {
                        Some(true) => {
                            let message = format!("what var.{name} is given is no constant");
                            Problem::analysis(message).at(variable.header.clone())
                        }
                        _ => fault.into_problem(&file.source),
                    });
                    Raw::Broken
                },
                Raw::Value,
            );
            let from = From::File(file.origin(attribute.expr.span));
            given.insert(name.clone(), Given { raw, from });
        }
    }

    /// `var.name`, if it is declared.
    pub(super) fn variable(&self, module: &Rc<ModuleInstance>, name: &Name) -> Option<Value> {
        if let Some(value) = module.variables.made(name) {
            return Some(value);
        }
        let content = module.config.variables.get(name)?;
        let shown = format!("{}var.{name}", module.prefix());
        let node = Node {
            shown: &shown,
            origin: &content.header,
        };
        Some(self.once(&module.variables, name.clone(), node, || {
            let mut value = self.variable_value(module, name, content, &shown);
            for (flag, mark) in [
                ("sensitive", Mark::Sensitive),
                ("ephemeral", Mark::Ephemeral),
            ] {
                if self.flag(content, flag) == Some(true) {
                    value = value.mark(mark);
                }
            }
            value
        }))
    }

    fn variable_value(
        &self,
        module: &Rc<ModuleInstance>,
        name: &Name,
        content: &Content,
        shown: &str,
    ) -> Value {
        let constraint = self.constraint(content);
        let nullable = self.flag(content, "nullable").unwrap_or(true);
        let given = match &module.caller {
            None => match self.given_to_root(name, content, &constraint) {
                ToRoot::Nothing => None,
                ToRoot::Value(value, from) => Some((value, from)),
                ToRoot::Broken => {
                    let why = Why::new(format!("{shown} is in error"));
                    return Value::unknown(constraint.ty.clone()).mark(why.mark());
                }
            },
            Some(caller) => caller.content.attribute(name).map(|argument| {
                let value = self.value_of(&caller.module, argument, &caller.repetition, shown);
                let value = self.sourced(value, || argument.expr_origin());
                let value = self.through(self.bounded(value, argument, shown), shown);
                (value, From::File(argument.expr_origin()))
            }),
        };
        let given = given.filter(|(value, _)| nullable || !value.is_null());
        let given = given.or_else(|| {
            let default = content.attribute("default")?;
            match self.constant(&default.node().expr) {
                Ok(value) => {
                    let value = self.gated(module, name, &constraint, value);
                    Some((value, From::File(default.expr_origin())))
                }
                Err(fault) => {
                    self.report(fault.into_problem(&default.source));
                    None
                }
            }
        });
        let Some((value, from)) = given else {
            // A call without it is reported by `check_arguments`.
            return no_value(&constraint.ty, nullable, shown);
        };
        let value = match &from {
            From::File(origin) => self.sourced(value, || origin.clone()),
            From::Outside(shown) => self.sourced_at(value, || shown.as_str().into()),
        };
        let value = match module.caller {
            None => self.traced(value, shown),
            Some(_) => value,
        };
        if let Err(message) = limits::check_growth(&value, &constraint.ty) {
            self.report(from.problem(format!("the value of {shown}: {message}")));
            let why = Why::new(format!("{shown} is too large to look at"));
            return Value::unknown(constraint.ty.clone()).mark(why.mark());
        }
        let filled = constraint.defaults.apply(value);
        convert::convert(&filled, &constraint.ty).unwrap_or_else(|error| {
            let message = format!("this value does not suit {shown}: {error}");
            let from = match self.flag(content, "sensitive") {
                Some(true) => from.hidden(content),
                _ => from,
            };
            self.report(from.problem(message));
            let why = Why::new(format!("{shown} is in error"));
            Value::unknown(constraint.ty.clone()).mark(why.mark())
        })
    }

    /// A boolean that nobody sets is a gate.
    fn gated(
        &self,
        module: &ModuleInstance,
        name: &Name,
        constraint: &Constraint,
        value: Value,
    ) -> Value {
        if module.caller.is_some() || !matches!(constraint.ty, Type::Bool | Type::Dynamic) {
            return value;
        }
        let is_text = constraint.ty == Type::Dynamic && value.as_bool().is_none();
        let known = convert::convert(&value, &Type::Bool).ok();
        match known.and_then(|known| known.as_bool()).filter(|_| !is_text) {
            Some(default) => {
                let gate = GateMark::new(name.as_str().into(), default);
                value.mark(gate.mark())
            }
            None => value,
        }
    }

    /// Where the value of a variable was given, or its default.
    pub(super) fn place_of_value(
        &self,
        module: &ModuleInstance,
        name: &Name,
        content: &Content,
    ) -> From {
        let given = match &module.caller {
            None => self.given.get(name).map(|given| given.from.clone()),
            Some(caller) => {
                let argument = caller.content.attribute(name);
                argument.map(|argument| From::File(argument.expr_origin()))
            }
        };
        let default = || content.attribute("default").map(|it| it.expr_origin());
        let from = given
            .unwrap_or_else(|| From::File(default().unwrap_or_else(|| content.header.clone())));
        match self.flag(content, "sensitive") {
            Some(true) => from.hidden(content),
            _ => from,
        }
    }

    fn given_to_root(&self, name: &Name, content: &Content, constraint: &Constraint) -> ToRoot {
        let Some(Given { raw, from }) = self.given.get(name).cloned() else {
            return ToRoot::Nothing;
        };
        let text = match raw {
            Raw::Value(value) => return ToRoot::Value(value, from),
            Raw::Broken => return ToRoot::Broken,
            Raw::Text(text) => text,
        };
        // Without a type, or with a primitive one, the text is the value; `any` is an expression.
        if constraint.is_literal {
            return ToRoot::Value(Value::string(text), from);
        }
        let fail = |fault: &dyn fmt::Display| {
            const MESSAGE: &str = "this is no value of its type";
            // The fault may quote it.
            let message = match self.flag(content, "sensitive") {
                Some(true) => MESSAGE.to_owned(),
                _ => format!("{MESSAGE}: {fault}"),
            };
            self.report(from.problem(message));
            ToRoot::Broken
        };
        match crate::syntax::parse_expression(&text) {
            Ok(expr) => match self.constant(&expr) {
                Ok(value) => ToRoot::Value(value, from),
                Err(fault) => fail(&fault),
            },
            Err(error) => fail(&error),
        }
    }

    fn constraint(&self, content: &Content) -> Constraint {
        let Some(attribute) = content.attribute("type") else {
            return Constraint::any();
        };
        let constant = |expr: &_| self.constant(expr).map_err(|fault| fault.to_string());
        Constraint::read(&attribute.node().expr, &constant).unwrap_or_else(|error| {
            let origin = attribute.origin(error.span);
            self.report(Problem::analysis(error.message).at(origin));
            Constraint::any()
        })
    }

    /// Reports arguments that a module does not declare, and required ones that it is not given.
    pub(super) fn check_arguments(&self, module: &Rc<ModuleInstance>) {
        let (Some(caller), None) = (&module.caller, &module.config.incomplete) else {
            return;
        };
        let call = module.path.last().map_or("", |step| step.name.as_ref());
        for argument in &caller.content.attributes {
            let name = &argument.node().name;
            let meta = META_ARGUMENTS.contains(&name.as_ref());
            if !meta && !module.config.variables.contains_key(name) {
                let message = format!("module {call:?} declares no variable {name:?}");
                let origin = argument.origin(argument.node().name_span);
                self.report(Problem::analysis(message).at(origin));
            }
        }
        for (name, content) in &module.config.variables {
            let given = caller.content.attribute(name).is_some();
            if !given && content.attribute("default").is_none() {
                let message = format!("module {call:?} needs a value for its variable {name:?}");
                let header = caller.content.header.clone();
                self.report(Problem::analysis(message).at(header));
            }
        }
    }
}

/// What a variable of the root module is given.
enum ToRoot {
    Nothing,
    Value(Value, From),
    /// Something that cannot be read, and is reported.
    Broken,
}

/// A variable that nobody gives a value.
fn no_value(ty: &Type, nullable: bool, shown: &str) -> Value {
    let refinement = Refinement {
        not_null: !nullable,
        ..Refinement::default()
    };
    let why = Why::not_given(shown);
    Value::refined(ty.clone(), refinement).mark(why.mark())
}
