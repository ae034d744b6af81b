//! What shall be done: the calls of a plan, and the action that follows from their answers.

use cty::{Path, Value};
use tfplugin::client::messages;

use super::object::Object;
use super::{About, Core, Stop, capabilities};
use crate::check;
use crate::proposed::proposed;
use crate::provider::Provider;
use crate::rule::{Fault, Rule};
use crate::schema::{Schema, Shape};
use crate::wire;

/// What comes first in a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As Terraform does by itself.
    DeleteFirst,
    /// `create_before_destroy`.
    CreateFirst,
}

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing; the provider does not hear of it.
    NoOp,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is made anew.
    Replace(Order),
    /// It is taken away.
    Delete,
}

/// What shall be done with an object.
#[derive(Clone, Debug)]
pub struct Plan {
    /// With what.
    pub type_name: String,
    /// What.
    pub action: Action,
    /// The object as it was read; null if there is none.
    pub prior: Value,
    /// The object as it shall be.
    pub planned: Value,
    /// What the provider says must not change in place, as far as it does change.
    pub replace: Vec<Path>,
    pub(super) object: Option<Object>,
    pub(super) private: Vec<u8>,
}

/// An answer to one call.
pub(super) struct Proposal {
    pub(super) planned: Value,
    pub(super) private: Vec<u8>,
    replace: Vec<Path>,
}

impl Proposal {
    pub(super) fn replaces(&self) -> bool {
        !self.replace.is_empty()
    }
}

/// From what a plan starts.
pub(super) struct Basis<'a> {
    pub(super) prior: &'a Value,
    pub(super) prior_private: &'a [u8],
    /// That of the plan which this one repeats.
    pub(super) planned_private: &'a [u8],
    pub(super) config: &'a Value,
}

impl<P: Provider> Core<P> {
    /// Plans in a phase of its own; nothing for `config` means that the configuration has no such
    /// object. Values may be unknown.
    ///
    /// # Errors
    /// The provider refuses, or breaks a rule.
    pub async fn plan(&mut self, type_name: &str, config: Option<&Value>) -> Result<Plan, Stop> {
        let schema = self.schema(type_name)?;
        let null = Value::null(schema.block.ty());
        let config = match config {
            Some(config) => schema.block.complete(config)?,
            None => null.clone(),
        };
        self.begin().await?;
        let mut object = None;
        if let Some(stored) = self.upgraded(type_name, &schema).await? {
            object = self.read(type_name, &schema, &stored).await?;
        }
        let prior = object
            .as_ref()
            .map_or(&null, |object| &object.value)
            .clone();
        let mut plan = Plan {
            type_name: type_name.to_owned(),
            action: Action::NoOp,
            planned: null.clone(),
            replace: Vec::new(),
            private: object.as_ref().map_or(Vec::new(), |o| o.private.clone()),
            prior,
            object,
        };
        if config.is_null() {
            if let Some(object) = plan.object.clone() {
                plan.action = Action::Delete;
                plan.private = self.plan_destroy(type_name, &schema, &object).await?;
            }
            return Ok(plan);
        }
        self.validate(type_name, &schema, &config).await?;
        self.plan_change(&schema, &config, plan).await
    }

    async fn plan_change(
        &mut self,
        schema: &Schema,
        config: &Value,
        mut plan: Plan,
    ) -> Result<Plan, Stop> {
        let null = Value::null(schema.block.ty());
        let tainted = plan.object.as_ref().is_some_and(|object| object.tainted);
        let nothing = tainted || plan.object.is_none();
        let basis = Basis {
            prior: if nothing { &null } else { &plan.prior },
            prior_private: if nothing { &[] } else { &plan.private },
            planned_private: &[],
            config,
        };
        let first = self.propose(&plan.type_name, schema, &basis).await?;
        plan.action = match (&plan.object, nothing) {
            (None, _) => Action::Create,
            (Some(_), true) => Action::Replace(self.order),
            (Some(_), false) if !first.replace.is_empty() => Action::Replace(self.order),
            (Some(_), false) if first.planned == plan.prior => Action::NoOp,
            (Some(_), false) => Action::Update,
        };
        let second = match plan.action {
            // A tainted object was planned as a create in the first place.
            Action::Replace(_) if !nothing => {
                let basis = Basis {
                    prior: &null,
                    prior_private: &first.private,
                    planned_private: &[],
                    config,
                };
                Some(self.propose(&plan.type_name, schema, &basis).await?)
            }
            _ => None,
        };
        plan.replace = first.replace;
        (plan.planned, plan.private) = match second {
            Some(second) => (second.planned, second.private),
            None => (first.planned, first.private),
        };
        Ok(plan)
    }

    pub(super) async fn validate(
        &mut self,
        type_name: &str,
        schema: &Schema,
        config: &Value,
    ) -> Result<(), Stop> {
        let about = About::of("validate_resource_config", type_name);
        let request = messages::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: wire::encode(config, &schema.block.ty())?,
            client_capabilities: capabilities(),
        };
        let answer = about.status(self.provider.validate_resource_config(request).await)?;
        self.heard(&about, &answer.diagnostics)
    }

    /// One PlanResourceChange of a create or update, with every check.
    pub(super) async fn propose(
        &mut self,
        type_name: &str,
        schema: &Schema,
        basis: &Basis<'_>,
    ) -> Result<Proposal, Stop> {
        let about = About::of("plan_resource_change", type_name);
        let proposal = proposed(&schema.block, basis.prior, basis.config);
        let answer = self.ask(&about, schema, basis, &proposal).await?;
        let planned = wire::decode(answer.planned_state.as_ref(), &schema.block.ty());
        let planned = planned.map_err(|fault| about.violated(vec![fault]))?;
        let block = &schema.block;
        about.judge(check::plan(block, basis.prior, basis.config, &planned))?;
        let mut replace = Vec::new();
        for path in answer.requires_replace.iter().map(wire::path) {
            // Core looks at none of them in a create.
            if basis.prior.is_null() {
                continue;
            }
            let (was, is) = (basis.prior.at(&path), planned.at(&path));
            if was.is_none() && is.is_none() {
                let detail = "neither the prior state nor the plan has this part";
                let rule = Rule::ReplacePath;
                let fault = Fault {
                    rule,
                    at: path,
                    detail: detail.to_owned(),
                };
                return Err(about.violated(vec![fault]));
            }
            let absent = |part: Option<&Value>| part.is_none_or(Value::is_null);
            let equal = was == is && is.is_some_and(Value::is_wholly_known);
            if !(equal || (absent(was) && absent(is))) || is_write_only(schema, &path) {
                replace.push(path);
            }
        }
        Ok(Proposal {
            planned,
            private: answer.planned_private,
            replace,
        })
    }

    /// The planned private of a delete.
    pub(super) async fn plan_destroy(
        &mut self,
        type_name: &str,
        schema: &Schema,
        object: &Object,
    ) -> Result<Vec<u8>, Stop> {
        if !self.plans_destroy {
            return Ok(object.private.clone());
        }
        let about = About::of("plan_resource_change", type_name);
        let null = Value::null(schema.block.ty());
        let basis = Basis {
            prior: &object.value,
            prior_private: &object.private,
            planned_private: &[],
            config: &null,
        };
        let answer = self.ask(&about, schema, &basis, &null).await?;
        let planned = wire::decode(answer.planned_state.as_ref(), &schema.block.ty());
        let planned = planned.map_err(|fault| about.violated(vec![fault]))?;
        if !planned.is_null() {
            let detail = "planned a non-null destroy value";
            return Err(about.broken(Rule::PlannedExistence, detail));
        }
        Ok(answer.planned_private)
    }

    async fn ask(
        &mut self,
        about: &About<'_>,
        schema: &Schema,
        basis: &Basis<'_>,
        proposal: &Value,
    ) -> Result<messages::plan_resource_change::Response, Stop> {
        let ty = schema.block.ty();
        let request = messages::plan_resource_change::Request {
            type_name: about.type_name.to_owned(),
            prior_state: wire::encode(basis.prior, &ty)?,
            proposed_new_state: wire::encode(proposal, &ty)?,
            config: wire::encode(basis.config, &ty)?,
            prior_private: basis.prior_private.to_vec(),
            planned_private: basis.planned_private.to_vec(),
            client_capabilities: capabilities(),
            ..messages::plan_resource_change::Request::default()
        };
        let answer = about.status(self.provider.plan_resource_change(request).await)?;
        self.heard(about, &answer.diagnostics)?;
        self.beside(
            about,
            answer.deferred.as_ref(),
            answer.planned_identity.as_ref(),
        )?;
        Ok(answer)
    }
}

fn is_write_only(schema: &Schema, path: &Path) -> bool {
    let steps = path.steps().iter().filter_map(|step| match step {
        cty::PathStep::Attribute(name) => Some(name),
        _ => None,
    });
    let mut block = &schema.block;
    let mut attributes = &block.attributes;
    for name in steps {
        if let Some(attribute) = attributes.get(name) {
            if attribute.write_only {
                return true;
            }
            match &attribute.shape {
                Shape::Nested(_, inner) => attributes = inner,
                Shape::Type(_) => return false,
            }
        } else if let Some(nested) = block.blocks.get(name) {
            block = &nested.block;
            attributes = &block.attributes;
        } else {
            return false;
        }
    }
    false
}
