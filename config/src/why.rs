//! Why a value is unknown, which resources it came from, and where it was written: marks on
//! [`cty::Value`].

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use cty::{CustomMark, Mark, Value};

use crate::instance::{Address, InstanceKey};

/// Why something is unknown: the cause, and through what it came, outermost (nearest to the
/// reader) first, the cause last. Prints as `s3_config.bucket <- module.backup.bucket <-
/// var.bucket has no value`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Why {
    /// The last link: `var.bucket has no value`, `data.aws_vpc.main is read during apply`.
    pub cause: Arc<str>,
    /// What it came through, outermost first: `local.name`, `module.backup.bucket`.
    pub chain: Vec<Arc<str>>,
    key: Arc<str>,
}

/// A value derived from an attribute of a resource instance, which may itself be unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The instance; without a key, and with `any_key`, any instance of the resource.
    pub address: Address,
    /// True if the instance's key could not be told.
    pub any_key: bool,
    /// The attribute path read from it, as written: `name`, `name[0].id`; empty for the whole.
    pub path: Arc<str>,
    /// How sure it is that the value came from there.
    pub certainty: Certainty,
    key: Arc<str>,
}

/// How sure it is that a value came from a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It did.
    #[default]
    Sure,
    /// It came from this one or from another reference of the value: an unknown condition or key
    /// chose among them, and nothing else was on offer.
    OneOf,
    /// It came from this one, or from something that is no resource.
    Perhaps,
}

/// On a value that depends on a boolean variable of the root module which has its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GateMark {
    pub(crate) variable: Arc<str>,
    pub(crate) default: bool,
    key: Arc<str>,
}

/// Where a known value, or a part of one, was written, and what it came through: only in an
/// evaluation that is asked to tell ([`crate::Inputs::trace`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The first link: `prod.tfvars:12`, `-var retention`, `main.tf:3`.
    pub place: Arc<str>,
    /// What it came through, outermost first: `local.name`, `var.retention`.
    pub chain: Vec<Arc<str>>,
    key: Arc<str>,
}

impl GateMark {
    pub(crate) fn new(variable: Arc<str>, default: bool) -> Self {
        let key = format!("gate {variable}").into();
        Self {
            variable,
            default,
            key,
        }
    }

    pub(crate) fn from_mark(mark: &Mark) -> Option<&Self> {
        downcast(mark)
    }

    pub(crate) fn mark(self) -> Mark {
        Mark::Custom(Arc::new(self))
    }
}

impl Source {
    /// Longer chains are not told in full.
    const MAX_CHAIN: usize = 24;

    /// A place, through nothing yet.
    pub fn new(place: impl Into<Arc<str>>) -> Self {
        Self::from_parts(place.into(), Vec::new())
    }

    /// The same place, seen through one more thing.
    pub fn through(&self, link: impl Into<Arc<str>>) -> Self {
        if self.chain.len() >= Self::MAX_CHAIN {
            return self.clone();
        }
        let mut chain = Vec::with_capacity(self.chain.len() + 1);
        chain.push(link.into());
        chain.extend(self.chain.iter().cloned());
        Self::from_parts(self.place.clone(), chain)
    }

    fn from_parts(place: Arc<str>, chain: Vec<Arc<str>>) -> Self {
        // Two ways from one place are two sources.
        let key = format!("from {place} {}", chain.join(" "));
        Self {
            place,
            chain,
            key: key.into(),
        }
    }

    /// The source that a mark is, if it is one.
    pub fn from_mark(mark: &Mark) -> Option<&Self> {
        downcast(mark)
    }

    /// All sources of a value and of what it contains, each once.
    pub fn of(value: &Value) -> Vec<Self> {
        let marks = value.deep_marks();
        marks.iter().filter_map(Self::from_mark).cloned().collect()
    }

    /// As a mark.
    pub fn mark(self) -> Mark {
        Mark::Custom(Arc::new(self))
    }
}

impl fmt::Display for Source {
    /// `var.retention <- prod.tfvars:12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for link in &self.chain {
            write!(f, "{link} <- ")?;
        }
        f.write_str(&self.place)
    }
}

impl CustomMark for GateMark {
    fn key(&self) -> &str {
        &self.key
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl CustomMark for Source {
    fn key(&self) -> &str {
        &self.key
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What follows the name of a variable without a value.
const NOT_GIVEN: &str = " has no value";

impl Why {
    /// A cause, through nothing yet.
    pub fn new(cause: impl Into<Arc<str>>) -> Self {
        Self::from_parts(cause.into(), Vec::new())
    }

    /// Of a variable that nobody gives a value.
    pub(crate) fn not_given(variable: &str) -> Self {
        Self::new(format!("{variable}{NOT_GIVEN}"))
    }

    /// True if a host would know, for it asks for a value before it plans anything.
    pub(crate) fn is_not_given(&self) -> bool {
        self.cause.ends_with(NOT_GIVEN)
    }

    /// The same cause, seen through one more thing.
    pub fn through(&self, link: impl Into<Arc<str>>) -> Self {
        let mut chain = Vec::with_capacity(self.chain.len() + 1);
        chain.push(link.into());
        chain.extend(self.chain.iter().cloned());
        Self::from_parts(self.cause.clone(), chain)
    }

    /// Another cause, seen through the same things.
    pub(crate) fn caused_by(&self, cause: impl Into<Arc<str>>) -> Self {
        Self::from_parts(cause.into(), self.chain.clone())
    }

    fn from_parts(cause: Arc<str>, chain: Vec<Arc<str>>) -> Self {
        let key = format!("why {cause}");
        Self {
            cause,
            chain,
            key: key.into(),
        }
    }

    /// The first reason on a value or on anything it contains.
    pub fn of(value: &Value) -> Option<Self> {
        find(value, &|mark| downcast::<Self>(mark).cloned())
    }

    /// The reason that a mark is, if it is one.
    pub fn from_mark(mark: &Mark) -> Option<&Self> {
        downcast(mark)
    }

    /// As a mark.
    pub fn mark(self) -> Mark {
        Mark::Custom(Arc::new(self))
    }
}

impl Reference {
    /// A reference to an attribute of an instance.
    pub fn new(address: Address, any_key: bool, path: impl Into<Arc<str>>) -> Self {
        Self::from_parts(address, any_key, path.into(), Certainty::Sure)
    }

    /// The same reference, no surer than that.
    #[must_use]
    pub fn at_most(self, certainty: Certainty) -> Self {
        let certainty = self.certainty.max(certainty);
        Self::from_parts(self.address, self.any_key, self.path, certainty)
    }

    /// The same reference, to another path.
    #[must_use]
    pub(crate) fn with_path(&self, path: impl Into<Arc<str>>) -> Self {
        Self::from_parts(
            self.address.clone(),
            self.any_key,
            path.into(),
            self.certainty,
        )
    }

    fn from_parts(address: Address, any_key: bool, path: Arc<str>, certainty: Certainty) -> Self {
        let any = if any_key { "[any]" } else { "" };
        let key = format!("ref {address}{any}.{path} {certainty:?}").into();
        Self {
            address,
            any_key,
            path,
            certainty,
            key,
        }
    }

    /// The reference that a mark is, if it is one.
    pub fn from_mark(mark: &Mark) -> Option<&Self> {
        downcast(mark)
    }

    /// All references on a value itself, in the order of their addresses.
    pub fn of(value: &Value) -> Vec<Self> {
        value
            .marks()
            .iter()
            .filter_map(|mark| downcast::<Self>(mark).cloned())
            .collect()
    }

    /// The key, if it is known and there is one.
    pub fn instance_key(&self) -> Option<&InstanceKey> {
        self.address.key.as_ref()
    }

    /// As a mark.
    pub fn mark(self) -> Mark {
        Mark::Custom(Arc::new(self))
    }
}

fn downcast<T: 'static>(mark: &Mark) -> Option<&T> {
    match mark {
        Mark::Custom(custom) => custom.as_any().downcast_ref(),
        Mark::Sensitive | Mark::Ephemeral => None,
    }
}

fn find<T>(value: &Value, pick: &impl Fn(&Mark) -> Option<T>) -> Option<T> {
    use cty::Data;
    if let Some(found) = value.marks().iter().find_map(pick) {
        return Some(found);
    }
    match value.data() {
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
            items.iter().find_map(|item| find(item, pick))
        }
        Data::Map(_, items) | Data::Object(items) => {
            items.values().find_map(|item| find(item, pick))
        }
        Data::Null(_) | Data::Unknown(..) | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            None
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for link in &self.chain {
            write!(f, "{link} <- ")?;
        }
        f.write_str(&self.cause)
    }
}

impl CustomMark for Why {
    fn key(&self) -> &str {
        &self.key
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl CustomMark for Reference {
    fn key(&self) -> &str {
        &self.key
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
