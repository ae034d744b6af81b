//! A plan at hand: what it knows fills what the configuration alone does not know, and where the
//! two contradict each other the plan wins. References and places stay the configuration's.
//!
//! - here: which instances there are, and their values. - `merge`: one value of two.
//! - `blocks`: which planned block is made by which written one. - `solve`: what an iterator was.
//! - `attributes`: where an evaluation asks.

mod attributes;
mod blocks;
mod merge;
mod solve;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cty::{Data, Mark, Value};

use crate::instance::{Address, InstanceKey, ModuleStep};
use crate::plan::{
    Action, Completeness, DeferredReason, Later, Plan, PriorResource, ResourceChange,
};
use crate::schema::{Nesting, Schema};
use crate::{Origin, SourceFile};

pub(super) use attributes::Differences;

/// What a plan says, found by address.
pub(crate) struct Planned<'p> {
    pub(super) plan: &'p Plan,
    /// Of its file, as it is shown.
    path: PathBuf,
    /// Where each module of its sources lies, relative to the root's, by the names of its calls
    /// joined by dots. `None`: sources are on disk.
    pub(super) modules: Option<HashMap<String, PathBuf>>,
    /// What will be after the apply, and data that were read.
    values: HashMap<&'p Address, &'p Later>,
    /// Those of them that are as they were, whatever the configuration says now.
    untouched: HashSet<&'p Address>,
    /// Keys of a resource by its address without one.
    keys: HashMap<Address, BTreeSet<InstanceKey>>,
    /// Keys of a module by its path, the last step without one.
    module_keys: HashMap<Vec<ModuleStep>, BTreeSet<InstanceKey>>,
    /// What the outputs of the root module will be.
    outputs: HashMap<&'p str, &'p Later>,
    /// Resources of which nobody knows how many there will be.
    open: HashSet<Address>,
}

impl<'p> Planned<'p> {
    /// Looks through a plan, not yet into its values.
    pub(crate) fn new(
        plan: &'p Plan,
        path: &Path,
        modules: Option<HashMap<String, PathBuf>>,
    ) -> Self {
        let mut planned = Self {
            plan,
            path: path.to_owned(),
            modules,
            values: HashMap::new(),
            untouched: HashSet::new(),
            keys: HashMap::new(),
            module_keys: HashMap::new(),
            outputs: HashMap::new(),
            open: HashSet::new(),
        };
        for output in &plan.output_changes {
            planned.outputs.insert(&output.name, &output.change.after);
        }
        for change in Self::left(plan) {
            planned.add(&change.address, &change.change.after);
        }
        for deferred in &plan.deferred_changes {
            let address = &deferred.change.address;
            if deferred.reason == DeferredReason::InstanceCountUnknown {
                planned.open.insert(without_key(address));
            }
            planned.add(address, &deferred.change.change.after);
        }
        for prior in Self::untouched(plan) {
            planned.add(&prior.address, &prior.value);
            planned.untouched.insert(&prior.address);
        }
        planned
    }

    /// Objects of the state that no change names: data that were read while planning, what was not
    /// targeted, and all that a refresh-only plan leaves as it is.
    pub(crate) fn untouched(plan: &'p Plan) -> impl Iterator<Item = &'p PriorResource> {
        let changes = plan.resource_changes.iter();
        let deferred = plan.deferred_changes.iter().map(|it| &it.change);
        let named = changes.chain(deferred);
        let named: HashSet<&Address> = named
            .flat_map(|it| it.previous_address.iter().chain([&it.address]))
            .collect();
        let prior = plan.prior.iter();
        prior.filter(move |it| !named.contains(&it.address))
    }

    /// Changes that leave something there.
    pub(crate) fn left(plan: &'p Plan) -> impl Iterator<Item = &'p ResourceChange> {
        let changes = plan.resource_changes.iter();
        changes.filter(|it| {
            let is_gone = matches!(it.change.action, Action::Delete | Action::Forget);
            it.deposed.is_none() && !is_gone
        })
    }

    fn add(&mut self, address: &'p Address, after: &'p Later) {
        if self.values.contains_key(address) {
            return;
        }
        self.values.insert(address, after);
        if let Some(key) = &address.key {
            let keys = self.keys.entry(without_key(address)).or_default();
            keys.insert(key.clone());
        }
        for (at, step) in address.module.iter().enumerate() {
            let Some(key) = &step.key else { continue };
            let mut path = address.module[..=at].to_vec();
            path[at].key = None;
            let keys = self.module_keys.entry(path).or_default();
            keys.insert(key.clone());
        }
    }

    /// The plan as a place.
    fn place(&self) -> Origin {
        Origin {
            file: Arc::new(SourceFile::without_text(&self.path)),
            range: 0..0,
        }
    }

    /// True if there is an instance of that address.
    pub(super) fn has(&self, address: &Address) -> bool {
        self.values.contains_key(address)
    }

    /// What an instance will be; `None` if that is not known at all.
    fn value(&self, address: &Address) -> Option<(&'p Address, &'p Value)> {
        let (address, value) = self.values.get_key_value(address)?;
        let value = value.get();
        value.entries().is_some().then_some((address, value))
    }

    /// The keys of a resource of which the configuration does not tell how many there are.
    pub(super) fn resource_keys(&self, resource: &Address) -> Option<BTreeSet<InstanceKey>> {
        if self.open.contains(resource) {
            return None;
        }
        self.known_keys(self.keys.get(resource))
    }

    /// The same of a module. One without a resource has no address in a plan.
    pub(super) fn module_keys(&self, path: &[ModuleStep]) -> Option<BTreeSet<InstanceKey>> {
        self.module_keys.get(path).cloned()
    }

    fn known_keys(&self, keys: Option<&BTreeSet<InstanceKey>>) -> Option<BTreeSet<InstanceKey>> {
        match keys {
            Some(keys) => Some(keys.clone()),
            None if self.plan.completeness == Completeness::Complete => Some(BTreeSet::new()),
            // It may have been left out.
            None => None,
        }
    }
}

pub(super) fn without_key(address: &Address) -> Address {
    Address {
        key: None,
        ..address.clone()
    }
}

/// A body of an instance as planned.
#[derive(Clone, Copy)]
pub(super) struct PlannedBody<'p> {
    pub(super) address: &'p Address,
    /// An object.
    pub(super) value: &'p Value,
    pub(super) schema: Option<&'p Schema>,
    /// True if all in it is.
    is_secret: bool,
}

/// Blocks of one type.
pub(super) enum PlannedBlocks<'p> {
    /// In their order.
    Ordered(Vec<&'p Value>),
    /// In an order that says nothing.
    Unordered(Vec<&'p Value>),
    /// Nobody knows.
    Unknown,
}

impl<'p> PlannedBody<'p> {
    pub(super) fn attribute(&self, name: &str) -> Option<&'p Value> {
        self.value.attribute(name)
    }

    /// True if the name is that of a type of blocks, or may be.
    fn may_be_block(&self, name: &str) -> bool {
        self.schema
            .is_none_or(|schema| !schema.attributes.contains_key(name))
    }

    pub(super) fn blocks(&self, type_name: &str) -> PlannedBlocks<'p> {
        let Some(value) = self.value.attribute(type_name) else {
            return PlannedBlocks::Unknown;
        };
        let nested = self.schema.and_then(|schema| schema.blocks.get(type_name));
        // Older providers take blocks for what their schema calls an attribute; and without a
        // schema a set looks like a list.
        let nesting = match (nested, value.data()) {
            (Some(nested), _) => nested.nesting,
            (None, Data::List(..)) => Nesting::List,
            (None, _) => Nesting::Set,
        };
        let is_one = matches!(nesting, Nesting::Single | Nesting::Group);
        if is_one && value.is_null() {
            return PlannedBlocks::Ordered(Vec::new());
        }
        if is_one && value.entries().is_some() {
            return PlannedBlocks::Ordered(vec![value]);
        }
        let Some(elements) = value.elements() else {
            return PlannedBlocks::Unknown;
        };
        if elements.iter().any(|it| it.entries().is_none()) {
            return PlannedBlocks::Unknown;
        }
        let blocks: Vec<&Value> = elements.iter().collect();
        match nesting {
            Nesting::List => PlannedBlocks::Ordered(blocks),
            _ => PlannedBlocks::Unordered(blocks),
        }
    }

    /// One of its blocks.
    pub(super) fn inside(&self, type_name: &str, block: &'p Value) -> Self {
        let nested = self.schema.and_then(|schema| schema.blocks.get(type_name));
        let is_secret = |value: &Value| value.marks().iter().any(|it| *it == Mark::Sensitive);
        let all = self.value.attribute(type_name);
        Self {
            value: block,
            schema: nested.map(|it| &it.schema),
            is_secret: self.is_secret || is_secret(block) || all.is_some_and(is_secret),
            ..*self
        }
    }
}
