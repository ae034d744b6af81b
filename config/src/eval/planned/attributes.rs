//! Where an evaluation asks the plan: how many there are, what an attribute is.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use cty::{Mark, Type, Value};

use crate::instance::{Address, Instance, InstanceKey, Lifecycle, Mode, ModuleStep, ProviderRef};
use crate::load::{Content, Located, ResourceName};
use crate::plan::{Completeness, values};
use crate::syntax::tree;
use crate::{Origin, Problem};

use super::super::Evaluator;
use super::super::limits::{MAX_INSTANCES, MAX_REPETITION};
use super::super::module::ModuleInstance;
use super::super::repeat::{Expansion, Repetition};
use super::super::resource::address;
use super::merge::{self, filled};
use super::solve::{Iteration, Written};
use super::{Planned, PlannedBody, without_key};

/// What differs between the configuration and the plan.
#[derive(Debug, Default)]
pub(in super::super) struct Differences {
    first: RefCell<Option<String>>,
}

impl Differences {
    fn add(&self, what: impl FnOnce() -> String) {
        self.first.borrow_mut().get_or_insert_with(what);
    }
}

impl<'c> Evaluator<'c> {
    /// False if the plan at hand has no such instance.
    pub(in super::super) fn is_planned(&self, address: &Address) -> bool {
        let Some(planned) = self.planned else {
            return true;
        };
        let has = planned.has(address);
        let is_whole = planned.plan.completeness == Completeness::Complete;
        if !has && is_whole && address.mode == Mode::Managed {
            self.differences.add(|| format!("{address} is not planned"));
        }
        has
    }

    /// Adds the instances of the plan that the configuration does not show.
    pub(in super::super) fn add_unconfigured(&self, shown: &mut Vec<Instance>) {
        let Some(planned) = self.planned else { return };
        let known: HashSet<Address> = shown.iter().map(|it| it.address.clone()).collect();
        let changes = Planned::left(planned.plan);
        let changes = changes.map(|it| (&it.address, &it.provider, &it.change.after));
        let prior = Planned::untouched(planned.plan);
        // Data that nobody asks for any more are not there any more.
        let prior = prior.filter(|it| it.address.mode == Mode::Managed);
        let prior = prior.map(|it| (&it.address, &it.provider, &it.value));
        for (address, provider, value) in changes.chain(prior) {
            if known.contains(address) {
                continue;
            }
            if shown.len() >= MAX_INSTANCES {
                let message = format!("this plan has more than {MAX_INSTANCES} instances");
                return self.report(Problem::analysis(message).about(&planned.path));
            }
            self.differences.add(|| format!("{address} is not in it"));
            let schema = self.schema_of(address).map(AsRef::as_ref);
            let header = self.header_of(address).unwrap_or_else(|| planned.place());
            let provider = provider.rsplit('/').next().unwrap_or(provider);
            shown.push(Instance {
                address: address.clone(),
                repetition: None,
                body: values::body(value, schema, &header),
                lifecycle: Lifecycle::default(),
                provider: ProviderRef {
                    module: Vec::new(),
                    name: provider.into(),
                    alias: None,
                },
                header,
            });
        }
    }

    fn header_of(&self, address: &Address) -> Option<Origin> {
        let module = self.module_at(&address.module)?;
        let content = module.config.resources.get(&name_of(address))?;
        Some(content.header.clone())
    }

    /// What the plan says of an instance.
    pub(in super::super) fn planned_body(&self, address: &Address) -> Option<PlannedBody<'c>> {
        let planned = self.planned?;
        let (address, value) = planned.value(address)?;
        let schema = self
            .inputs
            .schemas
            .resource(address.mode, &address.type_name);
        Some(PlannedBody {
            address,
            value,
            schema: schema.map(AsRef::as_ref),
            is_secret: value.marks().iter().any(|it| *it == Mark::Sensitive),
        })
    }

    /// The same by the resource and its key.
    pub(in super::super) fn planned_instance(
        &self,
        module: &ModuleInstance,
        name: &ResourceName,
        key: Option<&InstanceKey>,
    ) -> Option<PlannedBody<'c>> {
        // Addresses are made for nothing without a plan.
        self.planned?;
        self.planned_body(&address(module, name, key.cloned()))
    }

    /// True if what is written and what is there may well differ.
    fn ignores_changes(&self, address: &Address) -> bool {
        let name = name_of(address);
        let module = self.module_at(&address.module);
        let module = module.as_ref().map(|module| &module.config.resources);
        let content = module.and_then(|resources| resources.get(&name));
        let is_lifecycle = |block: &&Located<tree::Block>| block.node().type_name == "lifecycle";
        let mut blocks = content
            .into_iter()
            .flat_map(|it| &it.blocks)
            .filter(is_lifecycle);
        blocks.any(|block| block.node().body.attribute("ignore_changes").is_some())
    }

    /// What the plan knows of an attribute that is read from an instance; `own` says why the rest
    /// is unknown.
    pub(in super::super) fn planned_attribute(
        &self,
        address: &Address,
        name: &str,
        own: impl FnOnce() -> Mark,
    ) -> Option<Value> {
        let body = self.planned_body(address)?;
        let planned = body.attribute(name).filter(|it| it.is_known())?;
        let value = match planned.is_wholly_known() {
            true => planned.clone(),
            false => filled(planned, &cty::Marks::NONE.with(own())),
        };
        Some(match body.is_secret {
            true => value.mark(Mark::Sensitive),
            false => value,
        })
    }

    /// What is written, with what the plan says of it.
    pub(in super::super) fn with_plan(
        &self,
        own: Value,
        name: &str,
        planned: Option<&PlannedBody<'c>>,
    ) -> Value {
        let Some((body, value)) = planned.and_then(|it| Some((it, it.attribute(name)?))) else {
            return own;
        };
        let merged = merge::merge(own, value);
        if merged.is_contradicted {
            self.differ(body, || format!("{name} of {} differs", body.address));
        }
        let value = self.sourced_at(merged.value, || "the plan".into());
        match body.is_secret {
            true => value.mark(Mark::Sensitive),
            false => value,
        }
    }

    /// A property of `.tf.json` that may be a block: then it is none of this.
    pub(in super::super) fn maybe_with_plan(
        &self,
        own: Value,
        name: &str,
        planned: Option<&PlannedBody<'c>>,
    ) -> Value {
        let attribute = planned.filter(|it| !it.may_be_block(name));
        self.with_plan(own, name, attribute)
    }

    /// An output of the root module, with what the plan says of it.
    pub(in super::super) fn planned_output(&self, own: Value, name: &str) -> Value {
        let planned = self.planned.and_then(|it| it.outputs.get(name));
        match planned {
            Some(planned) => merge::merge(own, planned).value,
            None => own,
        }
    }

    /// Notes that an instance is not what is written, unless that is no wonder.
    fn differ(&self, body: &PlannedBody<'_>, what: impl FnOnce() -> String) {
        let is_untouched = |planned: &Planned<'_>| planned.untouched.contains(body.address);
        let is_told = self.differences.first.borrow().is_some();
        let is_wonder = !self.planned.is_some_and(is_untouched);
        if !is_told && is_wonder && !self.ignores_changes(body.address) {
            self.differences.add(what);
        }
    }

    /// Notes that the plan has other blocks than are written.
    pub(super) fn differ_in_blocks(&self, type_name: &str, body: &PlannedBody<'_>) {
        self.differ(body, || {
            format!("the {type_name} blocks of {} differ", body.address)
        });
    }

    /// What is said of a configuration that is not the one that was planned.
    pub(in super::super) fn differences(&self) -> Option<Problem> {
        // What a plan carries is what was planned, whatever the provider made of it.
        if self.planned.is_none_or(|planned| planned.modules.is_some()) {
            return None;
        }
        let first = self.differences.first.borrow_mut().take()?;
        let shown = self.root_dir.display();
        let message = format!("{shown} is not what was planned: {first}");
        let help = "the plan's values count; plan again, or name the directory it was made in";
        Some(Problem::note(message).with_help(help).about(&self.root_dir))
    }

    /// How often a resource is there, where the configuration does not tell and the plan does, and
    /// what each instance sees of `for_each`.
    pub(in super::super) fn planned_resource_expansion(
        &self,
        expansion: Expansion,
        is_set: impl FnOnce() -> bool,
        module: &Rc<ModuleInstance>,
        name: &ResourceName,
        content: &Content,
    ) -> Expansion {
        let Some(planned) = self.planned else {
            return expansion;
        };
        let resource = address(module, name, None);
        let expansion = match &expansion {
            Expansion::Unknown(_, Repetition::None) if planned.has(&resource) => Expansion::Single,
            Expansion::Unknown(_, repetition) => {
                let keys = planned.resource_keys(&without_key(&resource));
                let known = keys.and_then(|keys| of_keys(&keys, repetition, is_set));
                known.unwrap_or(expansion)
            }
            _ => expansion,
        };
        match expansion {
            Expansion::Each(entries) => {
                let written = Written::of_content(content, "each");
                let solved = entries.into_iter().map(|(key, value)| {
                    let address = address(module, name, Some(InstanceKey::Name(key.clone())));
                    let value = match value.is_known() {
                        true => value,
                        false => self.solved_each(value, &address, &written),
                    };
                    (key, value)
                });
                Expansion::Each(solved.collect())
            }
            expansion => expansion,
        }
    }

    /// `each.value` of an instance, as far as its attributes show it.
    fn solved_each(&self, value: Value, address: &Address, written: &Written<'_>) -> Value {
        let Some(body) = self.planned_body(address) else {
            return value;
        };
        let unknown = Iteration {
            key: Value::unknown(Type::String),
            value,
        };
        unknown.solved(written, body.value).value
    }

    /// How often a module is there, where the configuration does not tell and the plan does.
    pub(in super::super) fn planned_module_expansion(
        &self,
        expansion: Expansion,
        is_set: impl FnOnce() -> bool,
        module: &[ModuleStep],
        name: &tree::Name,
    ) -> Expansion {
        let (Some(planned), Expansion::Unknown(_, repetition)) = (self.planned, &expansion) else {
            return expansion;
        };
        let mut path = module.to_vec();
        path.push(ModuleStep {
            name: name.clone().into(),
            key: None,
        });
        let keys = planned.module_keys(&path);
        let known = keys.and_then(|keys| of_keys(&keys, repetition, is_set));
        known.unwrap_or(expansion)
    }
}

fn name_of(address: &Address) -> ResourceName {
    ResourceName {
        mode: address.mode,
        type_name: address.type_name.clone().into(),
        name: address.name.clone().into(),
    }
}

/// As often as there are keys; each sees what all would.
fn of_keys(
    keys: &BTreeSet<InstanceKey>,
    repetition: &Repetition,
    is_set: impl FnOnce() -> bool,
) -> Option<Expansion> {
    if keys.len() as u64 > MAX_REPETITION {
        return None;
    }
    match repetition {
        Repetition::None => keys.is_empty().then_some(Expansion::Off),
        Repetition::Count { .. } => {
            let index = |key: &InstanceKey| match key {
                InstanceKey::Index(index) => Some(index + 1),
                InstanceKey::Name(_) => None,
            };
            let counts: Option<Vec<u64>> = keys.iter().map(index).collect();
            let count = counts?.into_iter().max().unwrap_or(0);
            (count <= MAX_REPETITION).then_some(Expansion::Count(count))
        }
        Repetition::Each { value, .. } => {
            let is_set = is_set();
            let entry = |key: &InstanceKey| match key {
                InstanceKey::Name(name) if is_set => {
                    let known = filled(&Value::string(name.clone()), value.marks());
                    Some((name.clone(), known))
                }
                InstanceKey::Name(name) => Some((name.clone(), value.clone())),
                InstanceKey::Index(_) => None,
            };
            Some(Expansion::Each(
                keys.iter().map(entry).collect::<Option<_>>()?,
            ))
        }
    }
}
