//! Module instances: their locals, outputs and calls.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use cty::{Mark, Number, Type, Value};

use crate::Problem;
use crate::inputs::Dialect;
use crate::instance::{InstanceKey, ModuleStep};
use crate::load::{Content, Located, Module, ResourceName};
use crate::syntax::tree::{Attribute, Expr, Name};
use crate::why::Why;

use super::calls::Calls;
use super::expr::Env;
use super::marks;
use super::memo::Memo;
use super::names::Names;
use super::repeat::{Expansion, Repetition};
use super::{Evaluator, Node};

/// One instance of a module.
#[derive(Debug)]
pub(super) struct ModuleInstance {
    pub(super) path: Vec<ModuleStep>,
    prefix: String,
    pub(super) config: Arc<Module>,
    /// Joined to the path that the user gave.
    pub(super) directory: PathBuf,
    /// `path.module`.
    pub(super) relative_path: String,
    /// The block that calls it; the root has none.
    pub(super) caller: Option<Caller>,
    /// Why nobody knows how often it is there, if so.
    pub(super) repetition: Option<Why>,
    /// Its directory and those of all that lead to it, to find circles.
    pub(super) ancestry: Vec<PathBuf>,
    pub(super) variables: Memo<Name, Value>,
    locals: Memo<Name, Value>,
    outputs: Memo<Name, Value>,
    pub(super) calls: Memo<Name, Rc<Calls>>,
    pub(super) expansions: Memo<ResourceName, Rc<Expansion>>,
    pub(super) resources: Memo<ResourceName, Value>,
    pub(super) attributes: Memo<(ResourceName, Option<InstanceKey>, Name), Value>,
}

/// Who calls a module.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) module: Rc<ModuleInstance>,
    pub(super) content: Content,
    pub(super) repetition: Repetition,
}

impl ModuleInstance {
    /// The root of an evaluation.
    pub(super) fn root(config: Arc<Module>, directory: PathBuf, ancestry: Vec<PathBuf>) -> Self {
        Self::new(Vec::new(), config, directory, ".".to_owned(), ancestry)
    }

    pub(super) fn new(
        path: Vec<ModuleStep>,
        config: Arc<Module>,
        directory: PathBuf,
        relative_path: String,
        ancestry: Vec<PathBuf>,
    ) -> Self {
        let mut prefix = String::new();
        for step in &path {
            let key = step.key.as_ref().map(ToString::to_string);
            prefix += "module.";
            prefix += &step.name;
            prefix += key.as_deref().unwrap_or_default();
            prefix += ".";
        }
        Self {
            path,
            prefix,
            config,
            directory,
            relative_path,
            caller: None,
            repetition: None,
            ancestry,
            variables: Memo::default(),
            locals: Memo::default(),
            outputs: Memo::default(),
            calls: Memo::default(),
            expansions: Memo::default(),
            resources: Memo::default(),
            attributes: Memo::default(),
        }
    }

    /// `module.a.module.b`, with a dot at the end; empty for the root.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// For messages.
    pub(super) fn described(&self) -> String {
        let prefix = self.prefix();
        match prefix.strip_suffix('.') {
            None => "the root module".to_owned(),
            Some(path) => path.to_owned(),
        }
    }
}

impl<'c> Evaluator<'c> {
    /// `local.name`, if it is declared.
    pub(super) fn local(&self, module: &Rc<ModuleInstance>, name: &Name) -> Option<Value> {
        if let Some(value) = module.locals.made(name) {
            return Some(value);
        }
        let local = module.config.locals.get(name)?;
        let shown = format!("{}local.{name}", module.prefix());
        let node = Node {
            shown: &shown,
            origin: &local.expr_origin(),
        };
        Some(self.once(&module.locals, name.clone(), node, || {
            self.named_value(module, local, &shown)
        }))
    }

    /// An output, if it is declared.
    pub(super) fn output(&self, module: &Rc<ModuleInstance>, name: &Name) -> Option<Value> {
        if let Some(value) = module.outputs.made(name) {
            return Some(value);
        }
        let content = module.config.outputs.get(name)?;
        let shown = match module.path.as_slice() {
            [] => format!("output.{name}"),
            _ => format!("{}{name}", module.prefix()),
        };
        let node = Node {
            shown: &shown,
            origin: &content.header,
        };
        Some(self.once(&module.outputs, name.clone(), node, || {
            let value = match content.attribute("value") {
                Some(value) => self.named_value(module, value, &shown),
                None => {
                    let message = format!("the output {name:?} has no value");
                    self.report(Problem::analysis(message).at(content.header.clone()));
                    marks::unknown(Why::new(format!("{shown} has no value")))
                }
            };
            let env = Env {
                evaluator: self,
                names: Names::Module(module, &Repetition::None),
                bound: None,
            };
            self.check_conditions(&env, content, "precondition", &shown);
            let value = match self.dialect {
                Dialect::Tofu if !module.path.is_empty() => without_minus_zero(value),
                _ => value,
            };
            match self.flag(content, "sensitive") {
                Some(true) => value.mark(Mark::Sensitive),
                _ => value,
            }
        }))
    }

    /// The value of something that others refer to by name. What is wrong with it is reported
    /// once, here, and the value is then unknown.
    fn named_value(
        &self,
        module: &Rc<ModuleInstance>,
        attribute: &Located<Attribute>,
        shown: &str,
    ) -> Value {
        let value = self.value_of(module, attribute, &Repetition::None, shown);
        let value = self.sourced(value, || attribute.expr_origin());
        self.through(self.bounded(value, attribute, shown), shown)
    }

    /// The value of an attribute; unknown, and reported, if it has none.
    pub(super) fn value_of(
        &self,
        module: &Rc<ModuleInstance>,
        attribute: &Located<Attribute>,
        repetition: &Repetition,
        shown: &str,
    ) -> Value {
        let env = Env {
            evaluator: self,
            names: Names::Module(module, repetition),
            bound: None,
        };
        // What fails in here, fails here.
        let (value, _) = self.doubting(|| env.eval(&attribute.node().expr));
        value.unwrap_or_else(|fault| {
            self.report(fault.into_problem(&attribute.source));
            marks::unknown(Why::new(format!("{shown} is in error")))
        })
    }

    /// Evaluates, and tells why what was picked on the way may not be there.
    pub(super) fn doubting<T>(&self, evaluate: impl FnOnce() -> T) -> (T, Option<Why>) {
        let outer = self.doubt.take();
        let value = evaluate();
        (value, self.doubt.replace(outer))
    }

    /// Notes that an instance is picked that there may be none of.
    pub(super) fn doubt(&self, why: Why) {
        self.doubt.borrow_mut().get_or_insert(why);
    }

    /// All outputs of an instance.
    pub(super) fn outputs_value(&self, module: &Rc<ModuleInstance>) -> Value {
        let outputs = module.config.outputs.keys().filter_map(|name| {
            let value = self.output(module, name)?;
            Some((name.clone(), value))
        });
        Value::object(outputs)
    }

    /// A literal `true` or `false`.
    pub(super) fn flag(&self, content: &Content, name: &str) -> Option<bool> {
        self.constant(&content.attribute(name)?.node().expr)
            .ok()
            .and_then(|value| cty::convert::convert(&value, &Type::Bool).ok())
            .and_then(|value| value.as_bool())
    }

    /// The value of a constant expression.
    pub(super) fn constant(&self, expr: &Expr) -> super::fault::Outcome {
        let env = Env {
            evaluator: self,
            names: Names::Nothing,
            bound: None,
        };
        env.eval(expr)
    }
}

/// What OpenTofu hands on from a module is written down in between, and zero loses its sign there;
/// Terraform keeps it.
fn without_minus_zero(value: Value) -> Value {
    let is_minus_zero = |value: &Value| {
        let zero = value.as_number().filter(|number| **number == Number::ZERO);
        zero.is_some_and(|zero| zero.to_string().starts_with('-'))
    };
    let mut has_one = false;
    value.walk(&mut |_, part| {
        has_one |= is_minus_zero(part);
        !has_one
    });
    if !has_one {
        return value;
    }
    value.map_leaves(&mut |leaf| match is_minus_zero(&leaf) {
        true => Value::number(Number::ZERO).with_marks(leaf.marks()),
        false => leaf,
    })
}
