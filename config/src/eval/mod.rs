//! Evaluates a root module and all it calls.
//!
//! Everything is evaluated when it is first asked for, and once: variables, locals, outputs,
//! module calls, how often a resource is there, and each of its attributes.
//!
//! - `expr`, `traverse`, `template`, `call`, `special`: expressions. - `names`: what they refer to.
//! - `module`, `calls`, `resource`, `variables`: what the names stand for. - `repeat`: count and for_each.
//! - `body`: blocks to the product. - `installed`: modules that are not local.
//! - `settings`: what is said about resources and modules. - `conform`: schemas of providers.
//!   - `checks`: conditions. - `trace`: where values were written. - `gates`: variables that switch resources.
//! - `either`: one of two values. - `fault`: what stops an expression. - `marks`: reasons and references on the way.
//! - `planned`: a plan at hand. - `memo`, `limits`: once, and not for ever.

mod body;
mod call;
mod calls;
mod checks;
mod conform;
mod either;
mod expr;
mod fault;
mod gates;
mod installed;
mod limits;
mod marks;
mod memo;
mod module;
mod names;
mod planned;
mod repeat;
mod resource;
mod settings;
mod special;
mod template;
mod trace;
mod traverse;
mod variables;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use cty::Value;

use crate::disk::Disk;
use crate::instance::{Attribute, Instance, ModuleStep, Provider, Settings};
use crate::load::{self, Located};
use crate::syntax::tree;
use crate::why::Why;
use crate::{Cache, Dialect, Inputs, Origin, Problem, RootDir, threads};

use installed::Installed;
use limits::{Budget, MAX_MODULES};
use memo::{Memo, State};
use module::ModuleInstance;
use variables::Given;

pub(crate) use calls::is_local_source;
pub use gates::{Behind, Gate, behind_gates};
pub(crate) use planned::Planned;

/// What a root module holds, evaluated.
#[derive(Clone, Debug, Default)]
pub struct Evaluated {
    /// Every instance of every resource and data source, sorted by address.
    pub instances: Vec<Instance>,
    /// What could not be read or evaluated, in the order it was met.
    pub problems: Vec<Problem>,
    /// Every module instance, the root first.
    pub modules: Vec<Module>,
    /// Outputs of the root module, sorted by name.
    pub outputs: Vec<(Arc<str>, Attribute)>,
    /// Every provider configuration that a module declares, sorted by address.
    pub providers: Vec<Provider>,
    /// Boolean variables on which it depends what is there, sorted: see [`behind_gates`].
    pub gates: Vec<Gate>,
    /// Expressions evaluated and values made.
    steps: u64,
}

/// One module instance.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its path; empty for the root.
    pub path: Vec<ModuleStep>,
    /// Where it was read from, or why it was not.
    pub source: ModuleSource,
    /// What its `terraform` blocks say.
    pub settings: Settings,
}

/// Where a module came from.
#[derive(Clone, Debug)]
pub enum ModuleSource {
    /// Read from this directory.
    Directory(PathBuf),
    /// Not installed, or not found: its resources are not seen and its outputs are unknown.
    Missing(Why),
}

/// Evaluates `root` and the modules it calls. Always gives a result; what could not be evaluated
/// is unknown and named in `problems`.
pub fn evaluate(root: &RootDir, inputs: &Inputs, cache: &Cache) -> Evaluated {
    // Evaluation follows references as deep as they go; the caller's stack may be small.
    run(root, || Evaluator::new(root, inputs, cache, None).run())
}

/// The same with a plan at hand. The instances are those of the plan that are configured.
pub(crate) fn evaluate_planned(
    root: &RootDir,
    inputs: &Inputs,
    cache: &Cache,
    planned: &Planned<'_>,
) -> Evaluated {
    run(root, || {
        Evaluator::new(root, inputs, cache, Some(planned)).run()
    })
}

fn run(root: &RootDir, evaluate: impl FnOnce() -> Evaluated + Send) -> Evaluated {
    let result = threads::on_deep_stack(evaluate);
    result.unwrap_or_else(|reason| {
        let path = &root.path;
        let message = format!("{} could not be evaluated: {reason}", path.display());
        Evaluated {
            problems: vec![Problem::analysis(message).about(path)],
            ..Evaluated::default()
        }
    })
}

/// One evaluation under way.
struct Evaluator<'c> {
    root_dir: PathBuf,
    /// Files are read in here and nowhere else.
    fence: PathBuf,
    dialect: Dialect,
    inputs: &'c Inputs,
    cache: &'c Cache,
    installed: Installed,
    /// Values of the root module's variables.
    given: HashMap<tree::Name, Given>,
    modules: RefCell<HashMap<Vec<ModuleStep>, Rc<ModuleInstance>>>,
    problems: RefCell<Problems>,
    /// What is being evaluated, outermost first, to tell the story of a cycle.
    under_way: RefCell<Vec<String>>,
    /// Set where the expression under way picks an instance that there may be none of: only `try`
    /// and `can` ask, for elsewhere Terraform refuses to plan it.
    doubt: RefCell<Option<Why>>,
    gates: gates::Met,
    planned: Option<&'c Planned<'c>>,
    differences: planned::Differences,
    workspace: String,
    budget: Budget,
}

impl Drop for Evaluator<'_> {
    /// Modules know their callers, and callers the modules that they call: a circle.
    fn drop(&mut self) {
        for module in self.modules.get_mut().values() {
            module.calls.forget();
        }
    }
}

/// Something that is made once: its name, and where it is written.
#[derive(Clone, Copy)]
struct Node<'n> {
    shown: &'n str,
    origin: &'n Origin,
}

/// Problems in the order they were met, each once: a module that is called twice says it twice.
#[derive(Default)]
struct Problems {
    list: Vec<Problem>,
    seen: BTreeSet<(String, Option<PathBuf>, usize)>,
}

impl<'c> Evaluator<'c> {
    fn new(
        root: &RootDir,
        inputs: &'c Inputs,
        cache: &'c Cache,
        planned: Option<&'c Planned<'c>>,
    ) -> Self {
        let dialect = inputs.dialect.unwrap_or_else(|| cache.dialect(&root.path));
        let mut evaluator = Self {
            fence: cache.places.repository(&root.path),
            root_dir: root.path.clone(),
            dialect,
            inputs,
            cache,
            installed: Installed::default(),
            given: HashMap::new(),
            modules: RefCell::default(),
            problems: RefCell::default(),
            under_way: RefCell::default(),
            doubt: RefCell::default(),
            gates: gates::Met::default(),
            planned,
            differences: planned::Differences::default(),
            workspace: workspace(&root.path, inputs, &cache.disk),
            budget: Budget::new(),
        };
        if let Some(modules) = planned.and_then(|planned| planned.modules.clone()) {
            evaluator.installed = Installed::InPlan(modules);
            return evaluator;
        }
        match Installed::read(&root.path, inputs, &cache.disk) {
            Ok(installed) => evaluator.installed = installed,
            Err(problem) => evaluator.report(*problem),
        }
        evaluator
    }

    /// Reads the root module and what its variables are given.
    fn root(&mut self) -> Rc<ModuleInstance> {
        let config = self.load(&self.root_dir);
        if config.is_empty && config.incomplete.is_none() {
            let path = self.root_dir.clone();
            let message = format!("{} holds no Terraform file", path.display());
            self.report(Problem::analysis(message).about(path));
        }
        self.given = self.root_variables(&config);
        let ancestry = vec![self.cache.places.canonical(&self.root_dir)];
        let directory = self.root_dir.clone();
        let root = Rc::new(ModuleInstance::root(config, directory, ancestry));
        self.register(&root);
        root
    }

    fn run(mut self) -> Evaluated {
        let root = self.root();
        let mut evaluated = Evaluated::default();
        self.walk(&root, &mut evaluated);
        for (name, content) in &root.config.outputs {
            if let (Some(value), Some(written)) =
                (self.output(&root, name), content.attribute("value"))
            {
                let origin = written.expr_origin();
                let value = self.planned_output(value, name);
                evaluated.outputs.push((
                    name.clone().into(),
                    Attribute {
                        value,
                        origin,
                        maybe_block: false,
                    },
                ));
            }
        }
        self.add_unconfigured(&mut evaluated.instances);
        evaluated
            .instances
            .sort_by(|a, b| a.address.cmp(&b.address));
        evaluated
            .providers
            .sort_by(|a, b| a.address.cmp(&b.address));
        let gates = self.gates.take().into_iter();
        let gate = |(variable, default): (Arc<str>, bool)| Gate {
            variable,
            value: !default,
        };
        // What is planned was planned as it is.
        if self.planned.is_none() {
            evaluated.gates = gates.map(gate).collect();
        }
        evaluated.steps = self.budget.taken();
        if let Some(difference) = self.differences() {
            self.report(difference);
        }
        evaluated.problems = std::mem::take(&mut self.problems.borrow_mut().list);
        evaluated
    }

    /// All that a module and the modules it calls hold.
    fn walk(&self, module: &Rc<ModuleInstance>, into: &mut Evaluated) {
        into.modules.push(Module {
            path: module.path.clone(),
            source: ModuleSource::Directory(module.directory.clone()),
            settings: self.settings(module),
        });
        into.providers.extend(self.providers(module));
        self.check_variables(module);
        for (name, content) in &module.config.resources {
            if !self.instances(module, name, content, &mut into.instances) {
                return;
            }
        }
        for name in module.config.calls.keys() {
            let calls = self.call(module, name);
            if let Some(why) = &calls.missing {
                let mut path = module.path.clone();
                path.push(ModuleStep {
                    name: name.clone().into(),
                    key: None,
                });
                into.modules.push(Module {
                    path,
                    source: ModuleSource::Missing(why.clone()),
                    settings: Settings::default(),
                });
            }
            for instance in &calls.instances {
                self.check_arguments(instance);
                self.walk(instance, into);
            }
        }
    }

    fn load(&self, directory: &Path) -> Arc<load::Module> {
        let config = self.cache.module(directory, self.dialect);
        for problem in &config.problems {
            self.report(problem.clone());
        }
        config
    }

    fn report(&self, problem: Problem) {
        let key = if problem.message == limits::OUT_OF_STEPS {
            (problem.message.clone(), None, 0)
        } else {
            let origin = problem.origin.as_ref();
            let at = origin.map_or(0, |origin| origin.range.start);
            (problem.message.clone(), problem.file.clone(), at)
        };
        let mut problems = self.problems.borrow_mut();
        match problems.list.len() {
            limits::MAX_PROBLEMS => {
                let message = format!("there are more than {} problems", limits::MAX_PROBLEMS);
                let more = Problem::analysis(message).with_help("the others are not told");
                problems.list.push(more.about(&self.root_dir));
            }
            0..limits::MAX_PROBLEMS if problems.seen.insert(key) => problems.list.push(problem),
            _ => {}
        }
    }

    /// Makes an instance findable by its path; false if there are too many.
    fn register(&self, module: &Rc<ModuleInstance>) -> bool {
        let mut modules = self.modules.borrow_mut();
        if modules.len() >= MAX_MODULES {
            return false;
        }
        modules.insert(module.path.clone(), Rc::clone(module));
        true
    }

    fn module_at(&self, path: &[ModuleStep]) -> Option<Rc<ModuleInstance>> {
        self.modules.borrow().get(path).cloned()
    }

    /// A value that is made once. One that is made from itself is unknown.
    fn once<K: Hash + Eq + Clone>(
        &self,
        memo: &Memo<K, Value>,
        key: K,
        node: Node<'_>,
        make: impl FnOnce() -> Value,
    ) -> Value {
        let cyclic = |why: Why| marks::unknown(why);
        self.once_or(memo, key, node, cyclic, make)
    }

    fn once_or<K: Hash + Eq + Clone, V: Clone>(
        &self,
        memo: &Memo<K, V>,
        key: K,
        node: Node<'_>,
        cyclic: impl FnOnce(Why) -> V,
        make: impl FnOnce() -> V,
    ) -> V {
        match memo.begin(key.clone()) {
            State::Made(value) => value,
            State::BeingMade => {
                self.report_cycle(node);
                cyclic(Why::new(format!("{} depends on itself", node.shown)))
            }
            State::New => {
                self.under_way.borrow_mut().push(node.shown.to_owned());
                let value = make();
                self.under_way.borrow_mut().pop();
                memo.end(key, value.clone());
                value
            }
        }
    }

    fn report_cycle(&self, node: Node<'_>) {
        let under_way = self.under_way.borrow();
        let start = under_way.iter().rposition(|name| name == node.shown);
        // However one comes into a circle, it is the same one: told from its first name on.
        let mut circle: Vec<&str> = under_way[start.unwrap_or(0)..]
            .iter()
            .map(String::as_str)
            .collect();
        let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or(0);
        circle.rotate_left(first);
        let first = circle.first().copied().unwrap_or(node.shown);
        let message = format!(
            "these depend on each other: {} -> {first}",
            circle.join(" -> ")
        );
        let problem = Problem::analysis(message).at(node.origin.clone());
        drop(under_way);
        self.report(problem);
    }

    /// The value, or an unknown one in its place if it is too large to go on with.
    fn bounded(&self, value: Value, from: &Located<tree::Attribute>, shown: &str) -> Value {
        let Err(message) = self.budget.check(&value) else {
            return value;
        };
        self.report(Problem::analysis(message).at(from.expr_origin()));
        let why = Why::new(format!("{shown} is too large to look at"));
        marks::unknown(why)
    }
}

/// The workspace: as given, as the environment says, as `terraform workspace select` left it.
fn workspace(root: &Path, inputs: &Inputs, disk: &Disk) -> String {
    let from_environment = || {
        inputs
            .environment_variable("TF_WORKSPACE")
            .map(str::to_owned)
    };
    let selected = || {
        let data = inputs.environment_variable("TF_DATA_DIR");
        let path = root.join(data.unwrap_or(".terraform")).join("environment");
        let text = disk.text(&path).ok()?;
        Some(text.trim().to_owned()).filter(|name| !name.is_empty())
    };
    let given = inputs.workspace.clone();
    given
        .or_else(from_environment)
        .or_else(selected)
        .unwrap_or_else(|| "default".to_owned())
}
