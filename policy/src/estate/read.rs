//! How adapters read: one block at a time, by the provider's schema.
//!
//! Each value is converted to the schema's type first, as the provider would; one that cannot be
//! converted is a [`Problem`] and reads as unknown, so that no rule builds on it.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use cty::{Data, Mark, Value};
use terraform_config::instance::{Body, Instance, Nested};
use terraform_config::why::Why;
use terraform_config::{Origin, Problem};

use super::schema::Schema;
use super::{Fact, Lack, Presence, Unknown};
use crate::place::Place;

/// Of a block that a plan as JSON does not show, though one may be written.
const DYNAMIC: &str = "unless a dynamic block sets it: pass --source";

const NOT_AN_ARGUMENT: &str = "this is a block, not an argument";

/// What reading one resource instance brought up.
pub(super) struct Log {
    address: String,
    problems: RefCell<Vec<Problem>>,
    /// Every path that was asked for, so that a test can hold them against the schema.
    #[cfg(test)]
    pub(super) asked: RefCell<std::collections::BTreeSet<String>>,
}

/// A block of a resource, and its schema.
pub(super) struct View<'a> {
    body: &'a Body,
    schema: &'static Schema,
    origin: &'a Origin,
    /// From the resource, with a final dot: `rke_config.etcd.`; empty for the resource itself.
    path: String,
    /// The address and the path with positions, where there are no lines to show; else empty.
    name: String,
    log: &'a Log,
}

/// A nested block of which there is at most one.
pub(super) enum Single<'a> {
    /// Nobody wrote it; the place is the header of what lacks it.
    None(Place),
    /// It is there.
    One(View<'a>),
    /// It is written in a `dynamic` block of unknown length.
    Maybe(View<'a>, Unknown),
    /// It is written in a way that the provider refuses.
    Refused(Unknown),
}

impl Log {
    pub(super) fn new(instance: &Instance) -> Self {
        Self {
            address: instance.address.to_string(),
            problems: RefCell::default(),
            #[cfg(test)]
            asked: RefCell::default(),
        }
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

impl<'a> View<'a> {
    /// The body of a resource.
    pub(super) fn of(instance: &'a Instance, schema: &'static Schema, log: &'a Log) -> Self {
        let name = match instance.header.file.has_lines() {
            true => String::new(),
            false => log.address.clone(),
        };
        Self {
            name,
            body: &instance.body,
            schema,
            origin: &instance.header,
            path: String::new(),
            log,
        }
    }

    /// The block's header.
    pub(super) fn header(&self) -> Place {
        Place::named(self.origin, || match self.name.is_empty() {
            true => format!("{}.{}", self.log.address, self.path.trim_end_matches('.')),
            false => self.name.clone(),
        })
    }

    /// The place of something in it.
    fn place(&self, name: &str, origin: &Origin) -> Place {
        Place::named(origin, || match self.name.is_empty() {
            true => format!("{}.{}{name}", self.log.address, self.path),
            false => format!("{}.{name}", self.name),
        })
    }

    /// Types of the blocks in it, known to the schema or not, in source order.
    pub(super) fn block_types(&self) -> impl Iterator<Item = (&'a str, Place)> {
        self.body.blocks.iter().map(|nested| {
            let block = nested.block();
            let name = block.type_name.as_ref();
            (name, self.place(name, &block.header))
        })
    }

    /// An attribute's value, converted to the schema's type, marks and all.
    pub(super) fn value(&self, name: &str) -> Fact<Value> {
        match self.expression(name) {
            Err(fact) => fact,
            Ok((value, place)) => match value.data() {
                Data::Unknown(..) => Fact::Unknown(Unknown::of(&value, place)),
                Data::Null(_) => Fact::Absent(Lack::Null(place)),
                _ => Fact::Known(value, place),
            },
        }
    }

    /// What is written for an attribute, converted to the schema's type: known, null or unknown.
    /// `Err` says why there is nothing to look at.
    pub(super) fn expression(&self, name: &str) -> Result<(Value, Place), Fact<Value>> {
        let path = self.ask(name);
        let Some(ty) = self.schema.attributes.get(name) else {
            unreachable!("{path} is not in the schema");
        };
        let Some(attribute) = self.body.attribute(name) else {
            if self.body.is_incomplete {
                return Err(Fact::Unknown(self.unparsed(&path)));
            }
            return Err(Fact::Absent(Lack::Attribute(self.header())));
        };
        let place = self.place(name, &attribute.origin);
        match cty::convert::convert(&attribute.value, ty) {
            Ok(value) => Ok((value, place)),
            Err(error) => Err(Fact::Unknown(self.unreadable(name, error, place))),
        }
    }

    /// A string attribute.
    pub(super) fn string(&self, name: &str) -> Fact<Arc<str>> {
        self.value(name)
            .map(|value| value.as_str().unwrap_or_default().into())
    }

    /// A bool attribute.
    pub(super) fn bool(&self, name: &str) -> Fact<bool> {
        self.value(name)
            .map(|value| value.as_bool().unwrap_or_default())
    }

    /// A number attribute that the provider takes as a whole number.
    pub(super) fn whole_number(&self, name: &str) -> Fact<i64> {
        let (value, place) = match self.value(name) {
            Fact::Known(value, place) => (value, place),
            Fact::Absent(lack) => return Fact::Absent(lack),
            Fact::Unknown(unknown) => return Fact::Unknown(unknown),
        };
        match value.as_i64() {
            Some(number) => Fact::Known(number, place),
            None => Fact::Unknown(self.unreadable(name, "a whole number is required", place)),
        }
    }

    /// A string that may be shown to people: known and not sensitive.
    pub(super) fn shown(&self, name: &str) -> Option<Arc<str>> {
        match self.value(name) {
            Fact::Known(value, _) if !value.marks().contains(&Mark::Sensitive) => {
                value.as_str().map(Arc::from)
            }
            _ => None,
        }
    }

    /// Nested blocks of one type, in source order.
    pub(super) fn blocks(&self, name: &str) -> Vec<(Self, Presence)> {
        if let Some(place) = self.argument(name) {
            self.unreadable(name, NOT_AN_ARGUMENT, place);
        }
        self.nested(name)
    }

    /// Where a block is written as an argument, if it is. JSON writes both alike.
    fn argument(&self, name: &str) -> Option<Place> {
        let attribute = self.body.attribute(name)?;
        (!attribute.maybe_block).then(|| self.place(name, &attribute.origin))
    }

    fn nested(&self, name: &str) -> Vec<(Self, Presence)> {
        let path = self.ask(name);
        let Some(nested) = self.schema.blocks.get(name) else {
            unreachable!("{path} is not in the schema");
        };
        let view = |(position, it): (usize, &'a Nested)| {
            let block = it.block();
            let name = match (self.name.as_str(), nested.single) {
                ("", _) => String::new(),
                (holder, true) => format!("{holder}.{name}"),
                (holder, false) => format!("{holder}.{name}[{position}]"),
            };
            let view = Self {
                body: &block.body,
                schema: &nested.schema,
                origin: &block.header,
                path: format!("{path}."),
                name,
                log: self.log,
            };
            let presence = match it {
                Nested::Block(_) => Presence::Certain,
                Nested::Unknown { why, .. } => {
                    Presence::Unknown(Unknown::from_why(why, view.header()))
                }
            };
            (view, presence)
        };
        self.body
            .blocks
            .iter()
            .filter(|b| b.block().type_name.as_ref() == name)
            .enumerate()
            .map(view)
            .collect()
    }

    /// The nested block of a type that may stand once.
    ///
    /// A block that is certainly there wins over a `dynamic` one of unknown length, since the
    /// provider refuses both together.
    pub(super) fn block(&self, name: &str) -> Single<'a> {
        debug_assert!(
            self.schema
                .blocks
                .get(name)
                .is_some_and(|nested| nested.single),
            "{name}"
        );
        let (certain, perhaps): (Vec<_>, Vec<_>) = self
            .nested(name)
            .into_iter()
            .partition(|(_, presence)| *presence == Presence::Certain);
        if let Some(place) = self.argument(name) {
            return Single::Refused(self.unreadable(name, NOT_AN_ARGUMENT, place));
        }
        let mut certain = certain.into_iter();
        match (certain.next(), certain.next(), perhaps.into_iter().next()) {
            (Some(_), Some((second, _)), _) => {
                let once = "the provider takes this block once";
                Single::Refused(self.unreadable(name, once, second.header()))
            }
            (Some((view, _)), None, _) => Single::One(view),
            (None, _, Some((view, Presence::Unknown(unknown)))) => Single::Maybe(view, unknown),
            (None, ..) if self.body.is_incomplete => {
                Single::Refused(self.unparsed(&self.ask(name)))
            }
            (None, ..) if self.body.presumed_absent.contains(name) => {
                Single::None(self.header().unless(DYNAMIC))
            }
            (None, ..) => Single::None(self.header()),
        }
    }

    /// What may stand where something does not parse, which is reported where it was read.
    fn unparsed(&self, path: &str) -> Unknown {
        let because = format!("a part of what holds {path} does not parse");
        Unknown::new(because, self.header())
    }

    /// Reports something that the provider would refuse; no rule builds on it.
    fn unreadable(&self, name: &str, fault: impl fmt::Display, place: Place) -> Unknown {
        let path = self.ask(name);
        let message = format!("{}: {path}: {fault}", self.log.address);
        let problem = Problem::analysis(message).at(place.origin().clone());
        self.log.problems.borrow_mut().push(problem);
        Unknown::new(format!("{path} cannot be read"), place)
    }

    /// The full path of a name in this block.
    fn ask(&self, name: &str) -> String {
        let path = format!("{}{name}", self.path);
        #[cfg(test)]
        self.log.asked.borrow_mut().insert(path.clone());
        path
    }
}

impl<T> Fact<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value, place) => Fact::Known(f(value), place),
            Self::Absent(lack) => Fact::Absent(lack),
            Self::Unknown(unknown) => Fact::Unknown(unknown),
        }
    }
}

impl Unknown {
    /// What makes `value` unknown.
    pub(super) fn of(value: &Value, place: Place) -> Self {
        match Why::of(value) {
            Some(why) => Self::from_why(&why, place),
            None => Self::new("its value is known after apply", place),
        }
    }

    pub(super) fn from_why(why: &Why, place: Place) -> Self {
        Self {
            because: why.cause.clone(),
            chain: why.chain.clone(),
            place,
        }
    }
}
