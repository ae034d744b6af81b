//! Doing what was planned, in a phase of its own.

use cty::Value;
use tfplugin::client::messages;

use super::object::Object;
use super::plan::Basis;
use super::{About, Action, Core, Order, Plan, Stop};
use crate::check::{self, Purpose};
use crate::provider::Provider;
use crate::rule::{Fault, Rule};
use crate::schema::Schema;
use crate::wire;

/// One ApplyResourceChange.
struct Change<'a> {
    prior: &'a Value,
    planned: &'a Value,
    config: &'a Value,
    private: &'a [u8],
    /// What the state holds if the provider answers with an error and no object.
    held: Option<&'a Object>,
}

impl<P: Provider> Core<P> {
    /// Plans and applies; nothing for `config` destroys.
    ///
    /// # Errors
    /// As [`Core::plan`] and [`Core::apply_plan`].
    pub async fn apply(&mut self, type_name: &str, config: Option<&Value>) -> Result<Action, Stop> {
        let plan = self.plan(type_name, config).await?;
        self.apply_plan(&plan, config).await?;
        Ok(plan.action)
    }

    /// Applies a plan; what its configuration did not know is known now. The state holds whatever
    /// came of it, whether or not it went well.
    ///
    /// # Errors
    /// The provider refuses, or breaks a rule.
    pub async fn apply_plan(&mut self, plan: &Plan, config: Option<&Value>) -> Result<(), Stop> {
        let type_name = plan.type_name.as_str();
        let schema = self.schema(type_name)?;
        self.keep(type_name, &schema, plan.object.as_ref())?;
        if plan.action == Action::NoOp && self.state.deposed.is_empty() {
            return Ok(());
        }
        self.begin().await?;
        self.upgraded(type_name, &schema).await?;
        if let Some(config) = config {
            let config = schema.block.complete(config)?;
            self.change(plan, &schema, &config).await?;
        } else if let Some(object) = &plan.object {
            self.delete(type_name, &schema, object, &plan.private)
                .await?;
        }
        self.delete_deposed(type_name, &schema).await
    }

    async fn change(&mut self, plan: &Plan, schema: &Schema, config: &Value) -> Result<(), Stop> {
        let type_name = plan.type_name.as_str();
        match (plan.action, &plan.object) {
            (Action::NoOp | Action::Delete, _) => Ok(()),
            (Action::Update, Some(object)) => self.make(plan, schema, config, Some(object)).await,
            (Action::Replace(Order::DeleteFirst), Some(object)) => {
                self.delete(type_name, schema, object, &plan.private)
                    .await?;
                self.make(plan, schema, config, None).await
            }
            (Action::Replace(Order::CreateFirst), Some(object)) => {
                let old = object.store(schema)?;
                self.state.objects.remove(type_name);
                let made = self.make(plan, schema, config, None).await;
                if self.state.objects.contains_key(type_name) {
                    self.state.deposed.push((type_name.to_owned(), old));
                } else {
                    self.state.objects.insert(type_name.to_owned(), old);
                }
                made
            }
            (_, _) => self.make(plan, schema, config, None).await,
        }
    }

    /// Creates or updates: validates and plans once more, holds the provider to the plan, applies.
    async fn make(
        &mut self,
        plan: &Plan,
        schema: &Schema,
        config: &Value,
        object: Option<&Object>,
    ) -> Result<(), Stop> {
        let type_name = plan.type_name.as_str();
        self.validate(type_name, schema, config).await?;
        let null = Value::null(schema.block.ty());
        let prior = object.map_or(&null, |object| &object.value);
        let basis = Basis {
            prior,
            prior_private: object.map_or(&[], |object| &object.private),
            planned_private: &plan.private,
            config,
        };
        let last = self.propose(type_name, schema, &basis).await?;
        let about = About::of("plan_resource_change", type_name);
        if object.is_some() && last.replaces() {
            return Err(about.broken(Rule::FinalAction, "an update became a replacement"));
        }
        let block = &schema.block;
        about.judge(check::result(
            block,
            &plan.planned,
            &last.planned,
            Purpose::Replanned,
        ))?;
        if object.is_some() && last.planned == *prior {
            return Ok(());
        }
        let change = Change {
            prior,
            planned: &last.planned,
            config,
            private: &last.private,
            held: object,
        };
        self.send(type_name, schema, &change).await
    }

    async fn delete(
        &mut self,
        type_name: &str,
        schema: &Schema,
        object: &Object,
        private: &[u8],
    ) -> Result<(), Stop> {
        let null = Value::null(schema.block.ty());
        let change = Change {
            prior: &object.value,
            planned: &null,
            config: &null,
            private,
            held: Some(object),
        };
        self.send(type_name, schema, &change).await
    }

    /// Deletes what was replaced; each gets a destroy plan of its own.
    async fn delete_deposed(&mut self, type_name: &str, schema: &Schema) -> Result<(), Stop> {
        while let Some(place) = self
            .state
            .deposed
            .iter()
            .position(|(of, _)| of == type_name)
        {
            let (_, stored) = self.state.deposed.remove(place);
            let current = self.state.objects.remove(type_name);
            let gone = async {
                let object = self.upgrade(type_name, schema, &stored).await?;
                let private = self.plan_destroy(type_name, schema, &object).await?;
                self.delete(type_name, schema, &object, &private).await
            };
            let gone = gone.await;
            // What the delete left is the deposed object still.
            let left = self.state.objects.remove(type_name);
            self.state
                .objects
                .extend(current.map(|current| (type_name.to_owned(), current)));
            if let Err(stop) = gone {
                let left = (type_name.to_owned(), left.unwrap_or(stored));
                self.state.deposed.push(left);
                return Err(stop);
            }
        }
        Ok(())
    }

    async fn send(
        &mut self,
        type_name: &str,
        schema: &Schema,
        change: &Change<'_>,
    ) -> Result<(), Stop> {
        let about = About::of("apply_resource_change", type_name);
        let ty = schema.block.ty();
        let request = messages::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: wire::encode(change.prior, &ty)?,
            planned_state: wire::encode(change.planned, &ty)?,
            config: wire::encode(change.config, &ty)?,
            planned_private: change.private.to_vec(),
            ..messages::apply_resource_change::Request::default()
        };
        let answer = about.status(self.provider.apply_resource_change(request).await)?;
        let errors = wire::errors(&answer.diagnostics);
        let value = wire::decode(answer.new_state.as_ref(), &ty);
        let value = value.map_err(|fault| about.violated(vec![fault]))?;
        let mut faults = check::stored(&schema.block, &value);
        if errors.is_empty() {
            faults.extend(outcome(schema, change, &value));
        }
        let failed = !errors.is_empty();
        let kept = match (value.is_null(), failed) {
            // Core keeps what it had, private included.
            (true, true) => change.held.cloned(),
            (true, false) => None,
            (false, _) => Some(Object {
                value: without_unknowns(value),
                private: answer.private,
                tainted: match change.held {
                    Some(held) => held.tainted,
                    None => failed,
                },
            }),
        };
        self.keep(type_name, schema, kept.as_ref())?;
        about.judge(faults)?;
        self.beside(&about, None, answer.new_identity.as_ref())?;
        self.heard(&about, &answer.diagnostics)
    }

    fn keep(
        &mut self,
        type_name: &str,
        schema: &Schema,
        object: Option<&Object>,
    ) -> Result<(), Stop> {
        match object {
            Some(object) => {
                let stored = object.store(schema)?;
                self.state.objects.insert(type_name.to_owned(), stored);
            }
            None => drop(self.state.objects.remove(type_name)),
        }
        Ok(())
    }
}

/// What is wrong with the object of an apply that reports no error.
fn outcome(schema: &Schema, change: &Change<'_>, value: &Value) -> Vec<Fault> {
    match (change.planned.is_null(), value.is_null()) {
        (true, true) => Vec::new(),
        (true, false) => vec![Fault::new(
            Rule::NotGone,
            "something is left after a delete",
        )],
        (false, true) => vec![Fault::new(Rule::Null, "there is no object")],
        (false, false) => check::result(&schema.block, change.planned, value, Purpose::Applied),
    }
}

/// As core stores what should not be there.
fn without_unknowns(value: Value) -> Value {
    value.map_leaves(&mut |leaf| match leaf.is_known() {
        true => leaf,
        false => Value::null(leaf.ty()),
    })
}
