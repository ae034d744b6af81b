//! Which instances a plan leaves there, to be found by address.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::configuration::resource_key;
use crate::instance::{Address, InstanceKey, ModuleStep};
use crate::plan::{Plan, ResourceChange};

/// The keys of all instances of something. Equal sets of one index are one and the same.
pub(super) type Keys = Rc<BTreeSet<Option<InstanceKey>>>;

/// A resource within an instance of a module.
type Resource = (Vec<ModuleStep>, String);

/// The instances of a plan.
pub(super) struct There<'a> {
    by_address: HashMap<&'a Address, &'a ResourceChange>,
    by_resource: HashMap<Resource, Vec<&'a ResourceChange>>,
    /// Without the keys of modules.
    by_name: HashMap<(Vec<Arc<str>>, String), Vec<&'a ResourceChange>>,
    calls: HashMap<(Vec<ModuleStep>, Arc<str>), Keys>,
    keys: RefCell<HashMap<Resource, Keys>>,
    sets: RefCell<HashSet<Keys>>,
}

impl<'a> There<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let mut there = Self {
            by_address: HashMap::new(),
            by_resource: HashMap::new(),
            by_name: HashMap::new(),
            calls: HashMap::new(),
            keys: RefCell::default(),
            sets: RefCell::default(),
        };
        let mut calls: HashMap<_, BTreeSet<_>> = HashMap::new();
        let mut last: &[ModuleStep] = &[];
        for change in plan.resource_changes.iter().filter(|it| it.is_there()) {
            let address = &change.address;
            there.by_address.insert(address, change);
            let resources = there.by_resource.entry(resource(address)).or_default();
            resources.push(change);
            there.by_name.entry(name(address)).or_default().push(change);
            if address.module == last {
                continue;
            }
            last = &address.module;
            for (at, step) in last.iter().enumerate() {
                let call = (last[..at].to_vec(), Arc::clone(&step.name));
                calls.entry(call).or_default().insert(step.key.clone());
            }
        }
        let calls = calls.into_iter();
        there.calls = calls
            .map(|(call, keys)| (call, there.shared(keys)))
            .collect();
        there
    }

    fn shared(&self, keys: BTreeSet<Option<InstanceKey>>) -> Keys {
        let mut sets = self.sets.borrow_mut();
        if let Some(known) = sets.get(&keys) {
            return Rc::clone(known);
        }
        let keys = Keys::new(keys);
        sets.insert(Rc::clone(&keys));
        keys
    }

    /// The instance of exactly that address.
    pub(super) fn at(&self, address: &Address) -> Option<&'a ResourceChange> {
        self.by_address.get(address).copied()
    }

    /// All instances of the resource of an address, whatever its key; a step of its module without
    /// a key may be any instance of that module.
    pub(super) fn instances(&self, address: &Address) -> Cow<'_, [&'a ResourceChange]> {
        if let Some(exact) = self.by_resource.get(&resource(address)) {
            return Cow::Borrowed(exact);
        }
        let all = self.by_name.get(&name(address)).into_iter().flatten();
        let may_be = |it: &&&ResourceChange| {
            let mut steps = it.address.module.iter().zip(&address.module);
            steps.all(|(there, wanted)| wanted.key.is_none() || there.key == wanted.key)
        };
        all.filter(may_be).copied().collect()
    }

    /// The keys of all instances of the resource of an address.
    pub(super) fn keys(&self, address: &Address) -> Keys {
        let resource = resource(address);
        if let Some(known) = self.keys.borrow().get(&resource) {
            return Rc::clone(known);
        }
        let instances = self.instances(address);
        let keys = instances.iter().map(|it| it.address.key.clone()).collect();
        let keys = self.shared(keys);
        self.keys.borrow_mut().insert(resource, Rc::clone(&keys));
        keys
    }

    /// The keys of all instances of a module that a module calls.
    pub(super) fn calls(&self, caller: &[ModuleStep], name: &str) -> Keys {
        let known = self.calls.get(&(caller.to_vec(), name.into()));
        known.cloned().unwrap_or_default()
    }
}

fn resource(address: &Address) -> Resource {
    let key = resource_key(address.mode, &address.type_name, &address.name);
    (address.module.clone(), key)
}

fn name(address: &Address) -> (Vec<Arc<str>>, String) {
    let modules = address.module.iter().map(|step| Arc::clone(&step.name));
    let key = resource_key(address.mode, &address.type_name, &address.name);
    (modules.collect(), key)
}
