//! Gates: boolean variables of the root module that nobody sets and on which it depends what is
//! there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use cty::Value;

use crate::instance::Address;
use crate::why::GateMark;
use crate::{Cache, Inputs, Problem, RootDir, VarInput, threads};

use super::limits::{MAX_INSTANCES, MAX_STEPS};
use super::module::ModuleInstance;
use super::resource::address;
use super::{Evaluated, Evaluator, evaluate};

/// A boolean variable of the root module that has its default and decides by `count`, `for_each`
/// or `enabled` what is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gate {
    /// The variable.
    pub variable: Arc<str>,
    /// The value that it does not have by default.
    pub value: bool,
}

/// What is there if one gate has its other value.
#[derive(Debug)]
pub struct Behind {
    /// The gate.
    pub gate: Gate,
    /// All of the root module, evaluated so.
    pub evaluated: Evaluated,
    /// Addresses that are not there by default, sorted.
    pub added: Vec<Address>,
}

/// Gates met during an evaluation.
pub(super) type Met = RefCell<BTreeMap<Arc<str>, bool>>;

impl Gate {
    /// The inputs of an evaluation with the gate's other value.
    pub fn inputs(&self, inputs: &Inputs) -> Inputs {
        let mut inputs = inputs.clone();
        inputs.variables.push(VarInput::Value {
            name: self.variable.to_string(),
            text: self.value.to_string(),
        });
        inputs
    }
}

impl std::fmt::Display for Gate {
    /// As contracts and commands name it: `var.on = true`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "var.{} = {}", self.variable, self.value)
    }
}

/// Looks behind every gate of an evaluation, one at a time and never two together. Gates behind
/// which nothing is added are left out. What goes wrong there is no problem of the configuration
/// as it is; that too many gates are left to look behind is.
pub fn behind_gates(
    root: &RootDir,
    inputs: &Inputs,
    cache: &Cache,
    base: &Evaluated,
) -> (Vec<Behind>, Option<Problem>) {
    let mut found = Vec::new();
    let mut steps = base.steps;
    for (at, gate) in base.gates.iter().enumerate() {
        if steps >= MAX_STEPS {
            let left = base.gates.len() - at;
            let message = format!("{left} more variables that switch resources are not tried");
            let help = format!(
                "set them one by one, such as -var {}={}",
                gate.variable, gate.value
            );
            let problem = Problem::analysis(message).with_help(help);
            return (found, Some(problem.about(&root.path)));
        }
        let inputs = gate.inputs(inputs);
        // Most gates only take things away: what is in the others is looked at for the rest.
        let (mut added, counted) = addresses(root, &inputs, cache);
        steps += counted;
        added.retain(|address| {
            let known = base
                .instances
                .binary_search_by(|it| it.address.cmp(address));
            known.is_err()
        });
        if !added.is_empty() {
            let evaluated = evaluate(root, &inputs, cache);
            steps += evaluated.steps;
            found.push(Behind {
                gate: gate.clone(),
                evaluated,
                added,
            });
        }
    }
    (found, None)
}

/// Addresses of all instances, sorted, and what it took to find them.
fn addresses(root: &RootDir, inputs: &Inputs, cache: &Cache) -> (Vec<Address>, u64) {
    let found = threads::on_deep_stack(|| {
        let mut evaluator = Evaluator::new(root, inputs, cache, None);
        let root = evaluator.root();
        let mut found = Vec::new();
        evaluator.count(&root, &mut found);
        found.sort();
        (found, evaluator.budget.taken())
    });
    // What goes wrong here is no problem of the configuration as it is.
    found.unwrap_or_default()
}

impl Evaluator<'_> {
    /// Addresses of all that a module and the modules it calls hold.
    fn count(&self, module: &Rc<ModuleInstance>, into: &mut Vec<Address>) {
        for name in module.config.resources.keys() {
            // Hundreds of gates may stand before thousands of resources.
            if self.budget.block().is_err() {
                return;
            }
            let expansion = self.resource_expansion(module, name);
            let instances = expansion.instances().into_iter();
            let room = MAX_INSTANCES.saturating_sub(into.len());
            into.extend(
                instances
                    .take(room)
                    .map(|(key, _)| address(module, name, key)),
            );
        }
        for name in module.config.calls.keys() {
            for instance in &self.call(module, name).instances {
                self.count(instance, into);
            }
        }
    }

    /// Notes the gates on which a `count` or `for_each` depends.
    pub(super) fn note_gates(&self, value: &Value) {
        let marks = value.deep_marks();
        let mut met = self.gates.borrow_mut();
        for gate in marks.iter().filter_map(GateMark::from_mark) {
            met.insert(gate.variable.clone(), gate.default);
        }
    }
}
