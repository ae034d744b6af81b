//! Values that are made once, when first asked for, and never while they are being made.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;

/// Values by key. `None`: being made.
#[derive(Debug)]
pub(super) struct Memo<K, V>(RefCell<HashMap<K, Option<V>>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

/// What is known of a key.
pub(super) enum State<V> {
    Made(V),
    /// Asked for by what it is made from: a cycle.
    BeingMade,
    /// Nobody has asked before; it counts as being made from now on.
    New,
}

impl<K: Hash + Eq, V: Clone> Memo<K, V> {
    /// What was made. Most that is asked for was, and then its name for messages is not needed.
    pub(super) fn made(&self, key: &K) -> Option<V> {
        self.0.borrow().get(key)?.clone()
    }

    /// Drops all values.
    pub(super) fn forget(&self) {
        self.0.borrow_mut().clear();
    }

    pub(super) fn begin(&self, key: K) -> State<V> {
        match self.0.borrow_mut().entry(key) {
            std::collections::hash_map::Entry::Occupied(slot) => match slot.get() {
                Some(value) => State::Made(value.clone()),
                None => State::BeingMade,
            },
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(None);
                State::New
            }
        }
    }

    pub(super) fn end(&self, key: K, value: V) {
        self.0.borrow_mut().insert(key, Some(value));
    }
}
