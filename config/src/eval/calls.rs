//! `module` blocks: how often a module is called, where it is found, or why it is not.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use cty::{Type, Value};

use crate::inputs::MissingModules;
use crate::instance::{InstanceKey, ModuleStep};
use crate::load::{Content, Module};
use crate::paths::clean;
use crate::syntax::tree::Name;
use crate::why::Why;
use crate::{Problem, ProblemKind};

use super::expr::Env;
use super::installed::Installed;
use super::limits::{MAX_MODULE_DEPTH, MAX_MODULES};
use super::marks;
use super::module::{Caller, ModuleInstance};
use super::names::Names;
use super::repeat::{Expansion, Repetition};
use super::{Evaluator, Node};

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
        !matches!(self.expansion, Expansion::Single | Expansion::Off)
    }

    /// Why nobody knows how many there are, if so.
    pub(super) fn unknown_number(&self) -> Option<&Why> {
        match &self.expansion {
            Expansion::Unknown(why, _) => Some(why),
            Expansion::Single | Expansion::Off | Expansion::Count(_) | Expansion::Each(_) => None,
        }
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

impl Evaluator<'_> {
    /// All instances of a call.
    pub(super) fn call_value(&self, calls: &Calls) -> Value {
        if let Some(why) = &calls.missing {
            return marks::unknown(why.clone());
        }
        let all = || calls.instances.iter().map(|it| self.outputs_value(it));
        match &calls.expansion {
            Expansion::Single => all()
                .next()
                .unwrap_or_else(|| marks::unknown(Why::new(format!("{} is missing", calls.name)))),
            Expansion::Off => Value::null(Type::Dynamic),
            Expansion::Count(_) => Value::tuple(all()),
            Expansion::Each(entries) => {
                Value::object(entries.iter().map(|(key, _)| key.clone()).zip(all()))
            }
            Expansion::Unknown(why, _) => marks::unknown(why.clone()),
        }
    }

    /// A `module` block that is declared, expanded and loaded.
    pub(super) fn call(&self, module: &Rc<ModuleInstance>, name: &Name) -> Rc<Calls> {
        if let Some(calls) = module.calls.made(name) {
            return calls;
        }
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
        name: &Name,
        content: &Content,
        shown: &str,
    ) -> Calls {
        let env = Env {
            evaluator: self,
            names: Names::Module(module, &Repetition::None),
            bound: None,
        };
        let expansion = env.expansion(content, shown);
        let is_set = || env.walks_set(content);
        let expansion = self.planned_module_expansion(expansion, is_set, &module.path, name);
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
                name: name.clone().into(),
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
        name: &Name,
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
        let in_plan = match &self.installed {
            Installed::InPlan(_) => Some(self.installed.directory(&module.path, name)),
            Installed::OnDisk(_) => None,
        };
        let (directory, relative) = if let Some(relative) = in_plan {
            let Some(relative) = relative else {
                let message = format!("module {name:?} is not in the plan");
                self.report_missing(Problem::analysis(message).at(origin));
                return Err(Why::new(format!("{shown} is not in the plan")));
            };
            (self.root_dir.join(&relative), relative)
        } else if is_local_source(source) {
            let relative = Path::new(&module.relative_path).join(source);
            (module.directory.join(source), relative)
        } else {
            match self.installed.directory(&module.path, name) {
                Some(relative) => (self.root_dir.join(&relative), relative),
                None => {
                    let shown_source = without_credentials(source);
                    // The line would show what the message leaves out.
                    let origin = match shown_source == source {
                        true => origin,
                        false => content.header.clone(),
                    };
                    let message =
                        format!("module {name:?} comes from {shown_source:?} and is not installed");
                    let help = "`terraform init` installs modules; --missing-modules=note goes \
                                on without them";
                    let problem = Problem::analysis(message).with_help(help).at(origin);
                    self.report_missing(problem);
                    return Err(Why::new(format!("{shown} is not installed")));
                }
            }
        };
        let Some(canonical) = self.cache.places.directory(&directory) else {
            let written = match is_local_source(source) {
                true => Path::new(source),
                false => relative.as_path(),
            };
            let message = format!(
                "module {name:?}: the directory {} does not exist",
                written.display()
            );
            self.report(Problem::analysis(message).at(origin));
            return Err(Why::new(format!("the directory of {shown} does not exist")));
        };
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
        let directory = self.cache.places.simplest(&directory, &canonical);
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
            problem.kind = ProblemKind::Note;
            problem.help = None;
        }
        self.report(problem);
    }
}

struct Found {
    config: Arc<Module>,
    canonical: PathBuf,
    directory: PathBuf,
    relative_path: String,
}

/// A source that may be printed: `https://user:token@host` without what is before the `@`.
fn without_credentials(source: &str) -> String {
    // Keys may be handed over as arguments: `sshkey`, `aws_access_key_secret`.
    let source = match source.split_once('?') {
        Some((address, arguments)) if !arguments.split('&').all(is_public) => address,
        _ => source,
    };
    let Some((scheme, rest)) = source.split_once("://") else {
        return source.to_owned();
    };
    let host = rest.split('/').next().unwrap_or(rest);
    match host.rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => source.to_owned(),
    }
}

/// True for arguments of a source that say what to fetch, not who fetches it.
fn is_public(argument: &str) -> bool {
    let name = argument.split('=').next().unwrap_or(argument);
    matches!(name, "ref" | "depth" | "archive" | "version" | "checksum")
}

/// True for `./name` and `../name`: everything else is fetched by `terraform init`.
pub(crate) fn is_local_source(source: &str) -> bool {
    let local = ["./", "../", ".\\", "..\\"];
    local.iter().any(|start| source.starts_with(start)) || matches!(source, "." | "..")
}
