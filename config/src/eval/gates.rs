//! Gates: boolean variables of the root module that nobody sets and on which it depends what is
//! there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use cty::Value;

use crate::instance::Address;
use crate::why::GateMark;
use crate::{Cache, Inputs, Problem, RootDir, VarInput};

use super::limits::MAX_STEPS;
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
        let evaluated = evaluate(root, &gate.inputs(inputs), cache);
        steps += evaluated.steps;
        let is_new = |address: &&Address| {
            let known = base
                .instances
                .binary_search_by(|it| it.address.cmp(address));
            known.is_err()
        };
        let addresses = evaluated.instances.iter().map(|it| &it.address);
        let added: Vec<Address> = addresses.filter(is_new).cloned().collect();
        if !added.is_empty() {
            found.push(Behind {
                gate: gate.clone(),
                evaluated,
                added,
            });
        }
    }
    (found, None)
}

impl Evaluator<'_> {
    /// Notes the gates on which a `count` or `for_each` depends.
    pub(super) fn note_gates(&self, value: &Value) {
        let marks = value.deep_marks();
        let mut met = self.gates.borrow_mut();
        for gate in marks.iter().filter_map(GateMark::from_mark) {
            met.insert(gate.variable.clone(), gate.default);
        }
    }
}
