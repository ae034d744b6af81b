//! Values that are read when somebody first asks for them.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use cty::{Type, Value};

use super::json::Passage;

/// A value of a plan. A plan as JSON holds far more of them than anybody looks at, so that there
/// each is read when it is first asked for, and then kept.
///
/// What cannot be read as a value at all is unknown, and says why.
#[derive(Clone)]
pub struct Later {
    value: OnceLock<Value>,
    passage: Option<Passage>,
}

impl Later {
    /// What that passage says.
    pub(super) fn at(passage: Passage) -> Self {
        Self {
            value: OnceLock::new(),
            passage: Some(passage),
        }
    }

    /// The value.
    pub fn get(&self) -> &Value {
        self.value.get_or_init(|| self.read())
    }

    /// The value, which is not kept if it was not asked for before.
    pub(super) fn read(&self) -> Value {
        match (self.value.get(), &self.passage) {
            (Some(value), _) => value.clone(),
            (None, Some(passage)) => passage.read(),
            (None, None) => Value::null(Type::Dynamic),
        }
    }
}

impl Deref for Later {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.get()
    }
}

impl From<Value> for Later {
    fn from(value: Value) -> Self {
        Self {
            value: value.into(),
            passage: None,
        }
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
