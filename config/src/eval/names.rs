//! What the names at the root of a traversal stand for.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use cty::{Type, Value};

use crate::instance::Mode;
use crate::load::ResourceName;
use crate::syntax::tree::{Name, Span, Step, StepKind};
use crate::why::Why;
use crate::{Dialect, similar};

use super::Evaluator;
use super::expr::Env;
use super::fault::{Fault, Outcome};
use super::marks;
use super::module::ModuleInstance;
use super::repeat::Repetition;

/// Where names lead.
#[derive(Clone, Copy)]
pub(super) enum Names<'a> {
    /// Nowhere: a constant.
    Nothing,
    /// To the variables of a template.
    Variables(&'a BTreeMap<Arc<str>, Value>),
    /// To what a module declares, and what repeats the block at hand.
    Module(&'a Rc<ModuleInstance>, &'a Repetition),
}

impl<'a> Names<'a> {
    /// The directory of the module, for functions.
    pub(super) fn module_dir(&self, evaluator: &'a Evaluator<'_>) -> &'a Path {
        match self {
            Self::Module(module, _) => &module.directory,
            Self::Nothing | Self::Variables(_) => &evaluator.root_dir,
        }
    }
}

/// A value, and the steps that have not led to it yet.
type Found<'s> = Outcome<(Value, &'s [Step])>;

impl Env<'_> {
    /// `name.step[step]`.
    pub(super) fn reference(&self, name: &str, steps: &[Step], span: Span) -> Outcome {
        if let Some(value) = self.bound(name) {
            return self.steps(value.clone(), steps);
        }
        let (value, rest) = match self.names {
            Names::Nothing => {
                let message = format!("only constants may stand here, not the variable {name:?}");
                return Err(Fault::fatal(message, span));
            }
            Names::Variables(variables) => match variables.get(name) {
                Some(value) => (value.clone(), steps),
                None => {
                    let message = format!("the template is given no variable {name:?}");
                    let given = variables.keys().map(AsRef::as_ref);
                    return Err(misspelt(Fault::fatal(message, span), name, given));
                }
            },
            Names::Module(module, repetition) => Scope {
                env: self,
                module,
                repetition,
                span,
            }
            .find(name, steps)?,
        };
        // Looking it up went through all of it.
        if !rest.is_empty()
            && let Err(message) = self.evaluator.budget.pass(&value)
        {
            return Err(Fault::fatal(message, span));
        }
        self.steps(value, rest)
    }
}

/// A name being looked up in a module.
struct Scope<'e, 'a> {
    env: &'e Env<'a>,
    module: &'a Rc<ModuleInstance>,
    repetition: &'a Repetition,
    span: Span,
}

impl Scope<'_, '_> {
    fn find<'s>(&self, name: &str, steps: &'s [Step]) -> Found<'s> {
        match name {
            "var" => self.variable(steps),
            "local" => self.local(steps),
            "each" | "count" => self.repeated(name, steps),
            "path" => self.path(steps),
            "module" => self.module_call(steps),
            "data" => self.resource(Mode::Data, None, steps),
            "resource" => self.resource(Mode::Managed, None, steps),
            "terraform" => self.terraform(name, steps),
            "tofu" if self.env.evaluator.dialect == Dialect::Tofu => self.terraform(name, steps),
            "self" => Ok((marks::unknown(Why::new("self is known after apply")), &[])),
            "ephemeral" | "action" => {
                let (kind, rest) = self.attribute(steps, name)?;
                let (label, _) = self.attribute(rest, name)?;
                let why = Why::new(format!("{name}.{kind}.{label} exists only during apply"));
                Ok((marks::unknown(why), &[]))
            }
            type_name => self.resource(Mode::Managed, Some(type_name), steps),
        }
    }

    /// The next step, which must be `.name`.
    fn attribute<'s>(&self, steps: &'s [Step], of: &str) -> Outcome<(&'s Name, &'s [Step])> {
        match steps.split_first() {
            Some((
                Step {
                    kind: StepKind::Attribute(name),
                    ..
                },
                rest,
            )) => Ok((name, rest)),
            _ => {
                let message = format!("{of:?} is no value; a name must follow it");
                Err(Fault::fatal(message, self.span))
            }
        }
    }

    fn variable<'s>(&self, steps: &'s [Step]) -> Found<'s> {
        let (name, rest) = self.attribute(steps, "var")?;
        match self.env.evaluator.variable(self.module, name) {
            Some(value) => Ok((value, rest)),
            None => {
                let declared = self.module.config.variables.keys();
                self.undeclared(&format!("variable {name:?}"), steps, name, declared)
            }
        }
    }

    fn local<'s>(&self, steps: &'s [Step]) -> Found<'s> {
        let (name, rest) = self.attribute(steps, "local")?;
        match self.env.evaluator.local(self.module, name) {
            Some(value) => Ok((value, rest)),
            None => {
                let declared = self.module.config.locals.keys();
                self.undeclared(&format!("local value {name:?}"), steps, name, declared)
            }
        }
    }

    fn repeated<'s>(&self, object: &str, steps: &'s [Step]) -> Found<'s> {
        let (name, rest) = self.attribute(steps, object)?;
        let value = match (self.repetition, object, name.as_str()) {
            (Repetition::Count { index }, "count", "index") => index,
            (Repetition::Each { key, .. }, "each", "key") => key,
            (Repetition::Each { value, .. }, "each", "value") => value,
            _ => {
                let argument = if object == "each" {
                    "for_each"
                } else {
                    "count"
                };
                let message = format!("{object}.{name} has a value only where {argument} is set");
                return Err(Fault::fatal(message, self.span));
            }
        };
        Ok((value.clone(), rest))
    }

    fn path<'s>(&self, steps: &'s [Step]) -> Found<'s> {
        let (name, rest) = self.attribute(steps, "path")?;
        let evaluator = self.env.evaluator;
        let text = match name.as_str() {
            "module" => self.module.relative_path.clone(),
            "root" => ".".to_owned(),
            "cwd" if evaluator.cache.disk.memory().is_some() => {
                let why = Why::new("the directory of a plan is not in it");
                return Ok((Value::unknown(Type::String).mark(why.mark()), rest));
            }
            "cwd" => {
                let absolute = std::path::absolute(&evaluator.root_dir);
                absolute.unwrap_or_default().to_string_lossy().into_owned()
            }
            _ => {
                let message = format!("path has no attribute {name:?}");
                return Err(Fault::fatal(message, self.span));
            }
        };
        Ok((Value::string(text), rest))
    }

    fn terraform<'s>(&self, object: &str, steps: &'s [Step]) -> Found<'s> {
        let (name, rest) = self.attribute(steps, object)?;
        let value = match name.as_str() {
            "workspace" => Value::string(self.env.evaluator.workspace.as_str()),
            "applying" => {
                let why = Why::new(format!("{object}.applying depends on the command"));
                Value::unknown(Type::Bool).mark(why.mark())
            }
            _ => {
                let message = format!("{object} has no attribute {name:?}");
                return Err(Fault::fatal(message, self.span));
            }
        };
        Ok((value, rest))
    }

    fn resource<'s>(&self, mode: Mode, type_name: Option<&str>, steps: &'s [Step]) -> Found<'s> {
        let (type_name, steps): (Name, _) = match type_name {
            Some(type_name) => (type_name.into(), steps),
            None => {
                let (type_name, rest) = self.attribute(steps, "data")?;
                (type_name.clone(), rest)
            }
        };
        let (name, rest) = self.attribute(steps, &type_name)?;
        let name = ResourceName {
            mode,
            type_name,
            name: name.clone(),
        };
        if !self.module.config.resources.contains_key(&name) {
            let declared = self.module.config.resources.keys();
            let same = declared.filter(|it| it.mode == name.mode && it.type_name == name.type_name);
            let same = same.map(|it| &it.name);
            return self.undeclared(&format!("resource {name}"), steps, &name.name, same);
        }
        Ok((self.env.evaluator.resource_value(self.module, &name), rest))
    }

    /// `module.name.output` and `module.name[key].output` ask for that one output, since others
    /// may depend on what is being evaluated.
    fn module_call<'s>(&self, steps: &'s [Step]) -> Found<'s> {
        let evaluator = self.env.evaluator;
        let (name, rest) = self.attribute(steps, "module")?;
        if !self.module.config.calls.contains_key(name) {
            let declared = self.module.config.calls.keys();
            return self.undeclared(&format!("module {name:?}"), steps, name, declared);
        }
        let calls = evaluator.call(self.module, name);
        let (key, after_key) = match rest.split_first() {
            Some((
                Step {
                    kind: StepKind::Index(key),
                    ..
                },
                after,
            )) if calls.is_repeated() => (Some(self.env.eval(key)?), after),
            _ => (None, rest),
        };
        if let (Some(why), Some(_)) = (calls.unknown_number(), &key) {
            evaluator.doubt(why.clone());
        }
        let Some(instance) = calls.instance(key.as_ref()) else {
            return Ok((evaluator.call_value(&calls), rest));
        };
        let Some((step, after)) = after_key.split_first() else {
            return Ok((evaluator.outputs_value(&instance), &[]));
        };
        let output = match &step.kind {
            StepKind::Attribute(output) => output.clone(),
            StepKind::Index(key) => match self.env.eval(key)?.as_str() {
                Some(output) => output.into(),
                None => return Ok((evaluator.outputs_value(&instance), after_key)),
            },
            StepKind::LegacyIndex(_) | StepKind::AttributeSplat | StepKind::FullSplat => {
                return Ok((evaluator.outputs_value(&instance), after_key));
            }
        };
        match evaluator.output(&instance, &output) {
            Some(value) => Ok((value, after)),
            None => match &instance.config.incomplete {
                Some(why) => Ok((marks::unknown(why.clone()), after)),
                None => {
                    let message = format!("module.{name} has no output {output:?}");
                    Err(Fault::new(message, step.span))
                }
            },
        }
    }

    /// Something that nobody declared; in a file that could not be read it might have been.
    fn undeclared<'s, 'n>(
        &self,
        what: &str,
        steps: &[Step],
        name: &str,
        declared: impl Iterator<Item = &'n Name>,
    ) -> Found<'s> {
        if let Some(why) = &self.module.config.incomplete {
            return Ok((marks::unknown(why.clone()), &[]));
        }
        let message = format!("no {what} is declared in {}", self.module.described());
        // All of its name, up to where it is wrong.
        let is_named = |step: &&Step| matches!(&step.kind, StepKind::Attribute(it) if *it == name);
        let end = steps.iter().find(is_named);
        let span = end.map_or(self.span, |step| self.span.to(step.span));
        let fault = Fault::fatal(message, span);
        Err(misspelt(fault, name, declared.map(Name::as_str)))
    }
}

/// With the name that was probably meant.
fn misspelt<'n>(fault: Fault, name: &str, known: impl Iterator<Item = &'n str>) -> Fault {
    match similar::suggestion(name, known) {
        Some(similar) => fault.with_help(format!("did you mean {similar:?}?")),
        None => fault,
    }
}
