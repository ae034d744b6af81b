//! Module instances: their locals, outputs and calls.

use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use cty::{Mark, Type, Value};

use crate::Problem;
use crate::inputs::MissingModules;
use crate::instance::{InstanceKey, ModuleStep};
use crate::load::{Content, Located, Module, ResourceName};
use crate::syntax::tree::{Attribute, Expr};
use crate::why::Why;

use super::expr::Env;
use super::limits::{MAX_MODULE_DEPTH, MAX_MODULES};
use super::marks;
use super::memo::Memo;
use super::names::Names;
use super::repeat::{Expansion, Repetition};
use super::{Evaluator, Node};

/// One instance of a module.
#[derive(Debug)]
pub(super) struct ModuleInstance {
    pub(super) path: Vec<ModuleStep>,
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
    ancestry: Vec<PathBuf>,
    pub(super) variables: Memo<Arc<str>, Value>,
    locals: Memo<Arc<str>, Value>,
    outputs: Memo<Arc<str>, Value>,
    calls: Memo<Arc<str>, Rc<Calls>>,
    pub(super) expansions: Memo<ResourceName, Rc<Expansion>>,
    pub(super) resources: Memo<ResourceName, Value>,
    pub(super) attributes: Memo<(ResourceName, Option<InstanceKey>, Arc<str>), Value>,
}

/// Who calls a module.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) module: Rc<ModuleInstance>,
    pub(super) content: Content,
    pub(super) repetition: Repetition,
}

/// A `module` block, expanded.
#[derive(Debug)]
pub(super) struct Calls {
    name: String,
    expansion: Expansion,
    pub(super) instances: Vec<Rc<ModuleInstance>>,
    /// Why its configuration could not be read, if so.
    pub(super) missing: Option<Why>,
}

impl Calls {
    /// True with `count` or `for_each`.
    pub(super) fn is_repeated(&self) -> bool {
        self.expansion != Expansion::Single
    }

    /// The instance that a key names, if it is known and there is one; of an unknown number of
    /// instances the one that stands for all.
    pub(super) fn instance(&self, key: Option<&Value>) -> Option<Rc<ModuleInstance>> {
        let wanted = match (&self.expansion, key) {
            (Expansion::Single, None) => None,
            (Expansion::Unknown(..), Some(_)) => None,
            (Expansion::Count(_), Some(key)) => {
                let index = key.as_number()?.to_u64()?;
                Some(InstanceKey::Index(index))
            }
            (Expansion::Each(_), Some(key)) => Some(InstanceKey::Name(key.as_str()?.into())),
            _ => return None,
        };
        let has_key = |it: &&Rc<ModuleInstance>| it.path.last().is_some_and(|s| s.key == wanted);
        self.instances.iter().find(has_key).cloned()
    }
}

impl ModuleInstance {
    /// The root of an evaluation.
    pub(super) fn root(config: Arc<Module>, directory: PathBuf) -> Self {
        let ancestry = vec![canonical(&directory)];
        Self::new(Vec::new(), config, directory, ".".to_owned(), ancestry)
    }

    fn new(
        path: Vec<ModuleStep>,
        config: Arc<Module>,
        directory: PathBuf,
        relative_path: String,
        ancestry: Vec<PathBuf>,
    ) -> Self {
        Self {
            path,
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
    pub(super) fn prefix(&self) -> String {
        use std::fmt::Write as _;
        self.path.iter().fold(String::new(), |mut text, step| {
            let key = step.key.as_ref().map(ToString::to_string);
            // Writing to a string does not fail.
            let written = write!(text, "module.{}{}.", step.name, key.unwrap_or_default());
            written.unwrap_or_default();
            text
        })
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
    pub(super) fn local(&self, module: &Rc<ModuleInstance>, name: &Arc<str>) -> Option<Value> {
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
    pub(super) fn output(&self, module: &Rc<ModuleInstance>, name: &Arc<str>) -> Option<Value> {
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
                    unknown(Why::new(format!("{shown} has no value")))
                }
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
        marks::through(self.bounded(value, attribute, shown), shown)
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
        env.eval(&attribute.node.expr).unwrap_or_else(|fault| {
            self.report(fault.into_problem(&attribute.source));
            unknown(Why::new(format!("{shown} is in error")))
        })
    }

    /// All outputs of an instance.
    pub(super) fn outputs_value(&self, module: &Rc<ModuleInstance>) -> Value {
        let outputs = module.config.outputs.keys().filter_map(|name| {
            let value = self.output(module, name)?;
            Some((name.clone(), value))
        });
        Value::object(outputs)
    }

    /// All instances of a call.
    pub(super) fn call_value(&self, calls: &Calls) -> Value {
        if let Some(why) = &calls.missing {
            return unknown(why.clone());
        }
        let all = || calls.instances.iter().map(|it| self.outputs_value(it));
        match &calls.expansion {
            Expansion::Single => all()
                .next()
                .unwrap_or_else(|| unknown(Why::new(format!("{} is missing", calls.name)))),
            Expansion::Count(_) => Value::tuple(all()),
            Expansion::Each(entries) => {
                Value::object(entries.iter().map(|(key, _)| key.clone()).zip(all()))
            }
            Expansion::Unknown(why, _) => unknown(why.clone()),
        }
    }

    /// A `module` block that is declared, expanded and loaded.
    pub(super) fn call(&self, module: &Rc<ModuleInstance>, name: &Arc<str>) -> Rc<Calls> {
        let shown = format!("{}module.{name}", module.prefix());
        let missing = |why| Rc::new(Calls::missing(&shown, why));
        let Some(content) = module.config.calls.get(name) else {
            return missing(Why::new(format!("{shown} is not declared")));
        };
        let node = Node {
            shown: &shown,
            origin: &content.header,
        };
        self.once_or(&module.calls, name.clone(), node, missing, || {
            Rc::new(self.load_calls(module, name, content, &shown))
        })
    }

    fn load_calls(
        &self,
        module: &Rc<ModuleInstance>,
        name: &Arc<str>,
        content: &Content,
        shown: &str,
    ) -> Calls {
        let env = Env {
            evaluator: self,
            names: Names::Module(module, &Repetition::None),
            bound: None,
        };
        let expansion = env.expansion(content, shown);
        let found = match self.find_module(module, name, content, shown) {
            Ok(found) => found,
            Err(why) => {
                return Calls {
                    expansion,
                    ..Calls::missing(shown, why)
                };
            }
        };
        let why = match &expansion {
            Expansion::Unknown(why, _) => Some(why.clone()),
            _ => module.repetition.clone(),
        };
        let mut instances = Vec::new();
        for (key, repetition) in expansion.instances() {
            let mut path = module.path.clone();
            path.push(ModuleStep {
                name: name.clone(),
                key,
            });
            let mut ancestry = module.ancestry.clone();
            ancestry.push(found.canonical.clone());
            let mut instance = ModuleInstance::new(
                path,
                Arc::clone(&found.config),
                found.directory.clone(),
                found.relative_path.clone(),
                ancestry,
            );
            instance.caller = Some(Caller {
                module: Rc::clone(module),
                content: content.clone(),
                repetition,
            });
            instance.repetition.clone_from(&why);
            let instance = Rc::new(instance);
            if !self.register(&instance) {
                let message = format!("this root has more than {MAX_MODULES} module instances");
                self.report(Problem::analysis(message).at(content.header.clone()));
                break;
            }
            instances.push(instance);
        }
        Calls {
            name: shown.to_owned(),
            expansion,
            instances,
            missing: None,
        }
    }

    fn find_module(
        &self,
        module: &Rc<ModuleInstance>,
        name: &Arc<str>,
        content: &Content,
        shown: &str,
    ) -> Result<Found, Why> {
        let Some(attribute) = content.attribute("source") else {
            let message = format!("module {name:?} has no source");
            self.report(Problem::analysis(message).at(content.header.clone()));
            return Err(Why::new(format!("{shown} has no source")));
        };
        let source = self.value_of(module, attribute, &Repetition::None, shown);
        let origin = attribute.expr_origin();
        let Some(source) = source.as_str() else {
            if !source.is_known() {
                let message = format!("the source of module {name:?} is unknown");
                self.report_missing(Problem::analysis(message).at(origin));
                return Err(marks::why(&source).through(shown));
            }
            let message = format!("the source of module {name:?} must be text");
            self.report(Problem::analysis(message).at(origin));
            return Err(Why::new(format!("{shown} has no source")));
        };
        let (directory, relative) = if is_local_source(source) {
            let relative = Path::new(&module.relative_path).join(source);
            (module.directory.join(source), relative)
        } else {
            match self.installed.directory(&module.path, name) {
                Some(relative) => (self.root_dir.join(&relative), relative),
                None => {
                    let message =
                        format!("module {name:?} comes from {source:?} and is not installed");
                    let help = "`terraform init` installs modules; --missing-modules=note goes \
                                on without them";
                    let problem = Problem::analysis(message).with_help(help).at(origin);
                    self.report_missing(problem);
                    return Err(Why::new(format!("{shown} is not installed")));
                }
            }
        };
        if !directory.is_dir() {
            let message = format!(
                "module {name:?}: the directory {} does not exist",
                clean(&directory).display()
            );
            self.report(Problem::analysis(message).at(origin));
            return Err(Why::new(format!("the directory of {shown} does not exist")));
        }
        let canonical = canonical(&directory);
        let circle = module.ancestry.contains(&canonical);
        if circle || module.path.len() >= MAX_MODULE_DEPTH {
            let message = if circle {
                format!("module {name:?} calls itself, directly or through others")
            } else {
                format!("modules call each other more than {MAX_MODULE_DEPTH} levels deep")
            };
            self.report(Problem::analysis(message).at(origin));
            return Err(Why::new(format!("{shown} calls itself")));
        }
        let directory = simplest(&directory, &canonical);
        let config = self.load(&directory);
        Ok(Found {
            config,
            canonical,
            directory,
            relative_path: clean(&relative).to_string_lossy().replace('\\', "/"),
        })
    }

    /// A problem about a module that is not there: how much it weighs is the user's choice.
    fn report_missing(&self, mut problem: Problem) {
        if self.inputs.missing_modules == MissingModules::Note {
            problem.kind = crate::ProblemKind::Note;
            problem.help = None;
        }
        self.report(problem);
    }

    /// A literal `true` or `false`.
    pub(super) fn flag(&self, content: &Content, name: &str) -> Option<bool> {
        self.constant(&content.attribute(name)?.node.expr)
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

struct Found {
    config: Arc<Module>,
    canonical: PathBuf,
    directory: PathBuf,
    relative_path: String,
}

impl Calls {
    fn missing(name: &str, why: Why) -> Self {
        Self {
            name: name.to_owned(),
            expansion: Expansion::Single,
            instances: Vec::new(),
            missing: Some(why),
        }
    }
}

fn unknown(why: Why) -> Value {
    Value::unknown(Type::Dynamic).mark(why.mark())
}

/// True for `./name` and `../name`: everything else is fetched by `terraform init`.
pub(crate) fn is_local_source(source: &str) -> bool {
    let local = ["./", "../", ".\\", "..\\"];
    local.iter().any(|start| source.starts_with(start)) || matches!(source, "." | "..")
}

/// The path without links, or as it is if it leads nowhere.
pub(crate) fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Without `.` and `name/..`, which is the same place unless a name is a link.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(cleaned.components().next_back(), Some(Component::Normal(_))) =>
            {
                cleaned.pop();
            }
            other => cleaned.push(other),
        }
    }
    if cleaned.as_os_str().is_empty() {
        cleaned.push(".");
    }
    cleaned
}

/// The cleaned path if it leads to the same place.
fn simplest(path: &Path, canonical: &Path) -> PathBuf {
    let cleaned = clean(path);
    match cleaned.canonicalize() {
        Ok(found) if found == canonical => cleaned,
        _ => path.to_owned(),
    }
}
