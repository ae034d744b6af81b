//! What a configuration checks itself before anything is made: `validation` of variables and
//! `precondition`. One that is false stops Terraform's plan.

use std::rc::Rc;

use cty::{Mark, Type};

use crate::Problem;
use crate::load::{Content, Located};
use crate::syntax::tree;

use super::Evaluator;
use super::expr::Env;
use super::module::ModuleInstance;
use super::names::Names;
use super::repeat::Repetition;

/// What became of a condition.
enum Verdict {
    /// True, or nobody knows.
    Passes,
    /// It is false, and this is what its author says about it.
    Fails(Option<String>),
}

impl Evaluator<'_> {
    /// Holds the variables of a module against their `validation` blocks.
    pub(super) fn check_variables(&self, module: &Rc<ModuleInstance>) {
        for (name, content) in &module.config.variables {
            let has_rules = |block: &Located<tree::Block>| block.node().type_name == "validation";
            if !content.blocks.iter().any(has_rules) {
                continue;
            }
            let env = Env {
                evaluator: self,
                names: Names::Module(module, &Repetition::None),
                bound: None,
            };
            for block in content.blocks.iter().filter(|block| has_rules(block)) {
                let Verdict::Fails(said) = self.verdict(&env, block) else {
                    continue;
                };
                let shown = format!("{}var.{name}", module.prefix());
                let said = said.unwrap_or_else(|| "it does not pass its validation".to_owned());
                let from = self.place_of_value(module, name, content);
                let rule = block.origin(block.node().header).start();
                let file = block.source.path.file_name().unwrap_or_default();
                let help = format!(
                    "Terraform refuses to plan it; the rule is at {}:{}",
                    file.display(),
                    rule.line
                );
                let message = format!("the value of {shown} is refused: {said}");
                self.report(from.problem(message).with_help(help));
            }
        }
    }

    /// Holds a resource or an output against its conditions of a kind.
    pub(super) fn check_conditions(
        &self,
        env: &Env<'_>,
        content: &Content,
        kind: &str,
        what: &str,
    ) {
        let is_lifecycle = |block: &Located<tree::Block>| block.node().type_name == "lifecycle";
        let direct = content
            .blocks
            .iter()
            .filter(|it| it.node().type_name == kind);
        let direct = direct.cloned();
        let nested = content.blocks.iter().filter(|it| is_lifecycle(it));
        let nested = nested.flat_map(|block| {
            Located::<tree::Block>::all(&block.node().body, &block.source)
                .filter(|it| it.node().type_name == kind)
                .collect::<Vec<_>>()
        });
        for block in direct.chain(nested) {
            if let Verdict::Fails(said) = self.verdict(env, &block) {
                let said = said.unwrap_or_else(|| "its condition is false".to_owned());
                let message = format!("a {kind} of {what} fails: {said}");
                let origin = block.origin(block.node().header);
                let help = "Terraform refuses to plan it";
                self.report(Problem::analysis(message).with_help(help).at(origin));
            }
        }
    }

    fn verdict(&self, env: &Env<'_>, block: &Located<tree::Block>) -> Verdict {
        let body = &block.node().body;
        let Some(condition) = body.attribute("condition") else {
            return Verdict::Passes;
        };
        let (value, _) = self.doubting(|| env.eval_as(&condition.expr, &Type::Bool));
        match value {
            Ok(value) if value.as_bool() == Some(false) => {}
            Ok(_) => return Verdict::Passes,
            Err(fault) => {
                self.report(fault.into_problem(&block.source));
                return Verdict::Passes;
            }
        }
        let said = body.attribute("error_message").and_then(|message| {
            let (value, _) = self.doubting(|| env.eval_as(&message.expr, &Type::String));
            let value = value.ok()?;
            let is_secret = value.deep_marks().contains(&Mark::Sensitive);
            let text = value.as_str().filter(|_| !is_secret)?;
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            Some(line.trim_end_matches('.').to_owned())
        });
        Verdict::Fails(said)
    }
}
