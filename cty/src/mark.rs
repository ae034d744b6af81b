//! Marks: what follows a value through every operation.

use std::any::Any;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

/// A note on a value. Every operation hands the marks of its operands to its result.
#[derive(Clone, Debug)]
pub enum Mark {
    /// Must not be printed.
    Sensitive,
    /// Exists only while a command runs; never stored.
    Ephemeral,
    /// A mark that a user of this crate defines, such as the reason why a value is unknown.
    Custom(Arc<dyn CustomMark>),
}

/// A mark defined outside this crate. Two marks are one mark if their keys are equal.
pub trait CustomMark: Any + Debug + Send + Sync {
    /// Identity and sort order.
    fn key(&self) -> &str;
    /// For `downcast_ref`.
    fn as_any(&self) -> &dyn Any;
}

/// The marks of one value, sorted; sharing is cheap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(Option<Arc<BTreeSet<Mark>>>);

impl Marks {
    /// No marks.
    pub const NONE: Self = Self(None);

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The marks in order.
    pub fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.0.iter().flat_map(|set| set.iter())
    }

    /// True if `mark` is among them.
    pub fn contains(&self, mark: &Mark) -> bool {
        self.0.as_ref().is_some_and(|set| set.contains(mark))
    }

    /// These and one more.
    pub fn with(&self, mark: Mark) -> Self {
        let mut set = self.0.as_deref().cloned().unwrap_or_default();
        set.insert(mark);
        Self(Some(Arc::new(set)))
    }

    /// These and those.
    pub fn union(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (_, None) => self.clone(),
            (None, _) => other.clone(),
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) || b.is_subset(a) => self.clone(),
            (Some(a), Some(b)) => Self(Some(Arc::new(a.union(b).cloned().collect()))),
        }
    }

    /// Those that `keep` approves of.
    pub fn retain(&self, keep: impl Fn(&Mark) -> bool) -> Self {
        self.iter().filter(|mark| keep(mark)).cloned().collect()
    }
}

impl FromIterator<Mark> for Marks {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Self {
        let set: BTreeSet<Mark> = marks.into_iter().collect();
        Self((!set.is_empty()).then(|| Arc::new(set)))
    }
}

impl Mark {
    fn rank(&self) -> (u8, &str) {
        match self {
            Self::Sensitive => (0, ""),
            Self::Ephemeral => (1, ""),
            Self::Custom(mark) => (2, mark.key()),
        }
    }
}

impl PartialEq for Mark {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Mark {}

impl PartialOrd for Mark {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Mark {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}
