//! A plan at one place.

use serde_json::Value as Json;

use crate::host::Object;

/// The three trees of a plan at one place.
#[derive(Clone, Copy)]
pub(super) struct Planned<'p> {
    pub(super) after: &'p Json,
    pub(super) unknown: &'p Json,
    pub(super) sensitive: &'p Json,
}

const FALSE: &Json = &Json::Bool(false);
pub(super) const NULL: &Json = &Json::Null;

impl<'p> Planned<'p> {
    pub(super) fn of(object: &'p Object) -> Self {
        Self {
            after: &object.after,
            unknown: &object.unknown,
            sensitive: &object.sensitive,
        }
    }

    pub(super) fn attribute(self, name: &str) -> Self {
        self.step(|tree| tree.get(name))
    }

    pub(super) fn element(self, index: usize) -> Self {
        self.step(|tree| tree.get(index))
    }

    fn step(self, step: impl Fn(&'p Json) -> Option<&'p Json>) -> Self {
        let flag = |tree: &'p Json| {
            if tree.is_boolean() {
                tree
            } else {
                step(tree).unwrap_or(FALSE)
            }
        };
        Self {
            after: step(self.after).unwrap_or(NULL),
            unknown: flag(self.unknown),
            sensitive: flag(self.sensitive),
        }
    }

    pub(super) fn is_unknown(self) -> bool {
        *self.unknown == Json::Bool(true)
    }

    pub(super) fn is_sensitive(self) -> bool {
        *self.sensitive == Json::Bool(true)
    }

    /// True if nothing in it is unknown.
    pub(super) fn is_wholly_known(self) -> bool {
        !any(self.unknown)
    }

    pub(super) fn is_partly_sensitive(self) -> bool {
        any(self.sensitive)
    }
}

/// True if a tree of flags has a true one.
fn any(flags: &Json) -> bool {
    match flags {
        Json::Bool(flag) => *flag,
        Json::Array(items) => items.iter().any(any),
        Json::Object(entries) => entries.values().any(any),
        _ => false,
    }
}
