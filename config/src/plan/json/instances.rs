//! Instances from a plan as JSON alone: values from the plan, what is written and what it refers to
//! from what the document says of the configuration.
//!
//! What nobody wrote is left out, as from a configuration, though the plan knows what the provider
//! makes of it. Blocks that `dynamic` blocks make are not in the document's configuration: their
//! values are the plan's, and what of them is unknown stays so. Where the document cannot tell
//! something that the configuration would, it is unknown, and says that `--source DIR` helps.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use cty::{Type, Value};
use serde_json::{Map, Value as Json};

use super::body::{Builder, Written};
use super::configuration::{Configuration, Resource};
use super::document::Document;
use super::links::{Links, PASS_SOURCE};
use crate::instance::{
    Address, Attribute, Body, Instance, Lifecycle, Mode, ModuleStep, ProviderRef,
};
use crate::plan::{DeferredReason, Plan, ResourceChange};
use crate::schema::Schema;
use crate::why::Why;
use crate::{Origin, SourceFile};

/// What a body takes beside its values, in values.
const VALUES_OF_A_BODY: usize = 64;

type Expressions = Option<Rc<Map<String, Json>>>;

/// The instances that a plan leaves there, unchanged ones included, and what is deferred, which
/// stands for any number. Nothing if the plan was not read from JSON. All are at one place that has
/// no line: `path`, the plan as it is shown.
///
/// Of a resource whose type no schema is known for, and of those beyond what any plan needs, there
/// is the address alone: its body is [`Body::is_incomplete`].
pub(in crate::plan) fn instances(plan: &Plan, path: &Path) -> Vec<Instance> {
    let Some(document) = &plan.document else {
        return Vec::new();
    };
    let origin = Origin {
        file: Arc::new(SourceFile::without_text(path)),
        range: 0..0,
    };
    let (configuration, fault) = match Configuration::of(document) {
        Ok(configuration) => (configuration, None),
        Err(error) => (Configuration::default(), Some(error.to_string())),
    };
    let maker = Maker {
        plan,
        document,
        links: Links::new(plan, document, &configuration),
        fault,
        lifecycle: untold_lifecycle(&origin),
        origin,
        expressions: RefCell::default(),
        provider: RefCell::default(),
    };
    maker.instances()
}

struct Maker<'a> {
    plan: &'a Plan,
    document: &'a Document,
    links: Links<'a>,
    /// Why the configuration cannot be read, if it cannot.
    fault: Option<String>,
    origin: Origin,
    /// By where they stand in the document: instances of one resource share them.
    expressions: RefCell<HashMap<usize, Expressions>>,
    /// Of every instance.
    lifecycle: Lifecycle,
    /// The provider configuration of the last instance, by what tells it.
    provider: RefCell<Option<(Named, ProviderRef)>>,
}

/// The key of a provider configuration, and the provider's source.
type Named = (Option<String>, String);

impl Maker<'_> {
    fn instances(&self) -> Vec<Instance> {
        let changes = self.plan.resource_changes.iter();
        let mut instances: Vec<Instance> = changes
            .filter(|change| change.is_there())
            .map(|change| self.changed(change))
            .collect();
        for deferred in &self.plan.deferred_changes {
            if deferred.change.is_there() {
                let mut instance = self.changed(&deferred.change);
                let reason = deferral(deferred.reason);
                instance.repetition = Some(Why::new(format!("the change is deferred: {reason}")));
                instances.push(instance);
            }
        }
        // What was read when it was planned changes nothing.
        let prior = self.plan.prior.iter();
        let data: Vec<_> = prior.filter(|it| it.address.mode == Mode::Data).collect();
        if data.is_empty() {
            return instances;
        }
        let changes = self.plan.resource_changes.iter();
        let there: BTreeSet<&Address> = changes.map(|it| &it.address).collect();
        for it in data.into_iter().filter(|it| !there.contains(&it.address)) {
            instances.push(self.instance(&it.address, &it.provider, || it.value.read(), None));
        }
        instances
    }

    fn changed(&self, change: &ResourceChange) -> Instance {
        let after = || change.change.after.read();
        let before = Some(change);
        self.instance(&change.address, &change.provider, after, before)
    }

    fn instance(
        &self,
        address: &Address,
        provider: &str,
        value: impl FnOnce() -> Value,
        change: Option<&ResourceChange>,
    ) -> Instance {
        let module = self.links.configuration.module(&address.module);
        let resource =
            module.and_then(|it| it.resource(address.mode, &address.type_name, &address.name));
        let schema = self
            .document
            .schemas
            .resource(address.mode, &address.type_name);
        let body = match schema {
            Some(schema) if self.document.afford(VALUES_OF_A_BODY) => {
                self.body(address, schema, resource, value(), change)
            }
            _ => Body {
                is_incomplete: true,
                ..Body::default()
            },
        };
        Instance {
            repetition: None,
            body,
            lifecycle: self.lifecycle.clone(),
            provider: self.provider_of(resource, address, provider),
            header: self.origin.clone(),
            address: address.clone(),
        }
    }

    fn body(
        &self,
        address: &Address,
        schema: &Schema,
        resource: Option<&Resource<'_>>,
        value: Value,
        change: Option<&ResourceChange>,
    ) -> Body {
        let before = change.map(|change| change.change.before.read());
        let builder = Builder {
            links: &self.links,
            scope: self.links.scope(address),
            origin: &self.origin,
            address: address.to_string(),
        };
        let expressions = resource.and_then(|resource| self.expressions(resource));
        let written = match (&expressions, &self.fault) {
            (Some(expressions), _) => Written::As(expressions),
            (None, Some(fault)) => Written::Untold(fault),
            (None, None) => Written::Untold("the plan as JSON does not say what is written there"),
        };
        builder.body(schema, &value, before.as_ref(), written, "")
    }

    fn expressions(&self, resource: &Resource<'_>) -> Expressions {
        let text = resource.expressions.unwrap_or("{}");
        let place = text.as_ptr() as usize;
        if resource.expressions.is_some()
            && let Some(known) = self.expressions.borrow().get(&place)
        {
            return known.clone();
        }
        let parsed = self.document.parse::<Map<String, Json>>(text);
        let made = parsed.ok().map(Rc::new);
        if resource.expressions.is_some() {
            self.expressions.borrow_mut().insert(place, made.clone());
        }
        made
    }

    /// The provider configuration that an instance is made with.
    fn provider_of(
        &self,
        resource: Option<&Resource<'_>>,
        address: &Address,
        source: &str,
    ) -> ProviderRef {
        let key = resource.and_then(|resource| resource.provider.as_deref());
        if let Some(((last_key, last_source), provider)) = &*self.provider.borrow()
            && last_key.as_deref() == key
            && last_source == source
            && !source.is_empty()
        {
            return provider.clone();
        }
        let made = self.provider(resource, address, source);
        let named = (key.map(str::to_owned), source.to_owned());
        *self.provider.borrow_mut() = Some((named, made.clone()));
        made
    }

    fn provider(
        &self,
        resource: Option<&Resource<'_>>,
        address: &Address,
        source: &str,
    ) -> ProviderRef {
        let key = resource.and_then(|resource| resource.provider.as_deref());
        let known = key.and_then(|key| self.links.configuration.providers.get(key));
        match known {
            Some(provider) => ProviderRef {
                module: provider
                    .module_address
                    .as_ref()
                    .map_or(Vec::new(), |it| module(&it.0)),
                name: provider.name.0.as_ref().into(),
                alias: provider.alias.as_ref().map(|alias| alias.0.as_ref().into()),
            },
            // One that nobody declares is the root's.
            None => {
                let name = source.rsplit('/').next().filter(|name| !name.is_empty());
                let name = name.or_else(|| address.type_name.split('_').next());
                ProviderRef {
                    module: Vec::new(),
                    name: name.unwrap_or_default().into(),
                    alias: None,
                }
            }
        }
    }
}

/// Nothing of it is in the document.
fn untold_lifecycle(origin: &Origin) -> Lifecycle {
    let untold = |name: &str| {
        let why = format!("the plan as JSON does not say what {name} is; {PASS_SOURCE}");
        Some(Attribute {
            value: Value::unknown(Type::Bool).mark(Why::new(why).mark()),
            origin: origin.clone(),
            maybe_block: false,
        })
    };
    Lifecycle {
        prevent_destroy: untold("prevent_destroy"),
        create_before_destroy: untold("create_before_destroy"),
        ..Lifecycle::default()
    }
}

/// The path of a module, as an address without a resource.
fn module(text: &str) -> Vec<ModuleStep> {
    let address = format!("{text}.a.b").parse::<Address>();
    address.map(|address| address.module).unwrap_or_default()
}

fn deferral(reason: DeferredReason) -> &'static str {
    match reason {
        DeferredReason::InstanceCountUnknown => "its count or for_each is unknown",
        DeferredReason::ResourceConfigUnknown => "its configuration is unknown",
        DeferredReason::ProviderConfigUnknown => "its provider's configuration is unknown",
        DeferredReason::AbsentPrerequisite => "something that it needs is not there yet",
        DeferredReason::DeferredPrerequisite => "something that it needs is deferred",
        DeferredReason::Other => "for a reason of a later host",
    }
}
