//! Bounds on what an evaluation may take, so that a hostile configuration ends with a sentence.
//! Terraform has none, or higher ones; no real configuration comes near these.

use std::cell::Cell;

use cty::{Data, Type, Value};

/// Instances of one resource or module.
pub(super) const MAX_REPETITION: u64 = 10_000;
/// Instances of all resources of a root.
pub(super) const MAX_INSTANCES: usize = 50_000;
/// Module instances of a root.
pub(super) const MAX_MODULES: usize = 10_000;
/// Problems of a root that are told.
pub(super) const MAX_PROBLEMS: usize = 5_000;
/// Modules within modules.
pub(super) const MAX_MODULE_DEPTH: usize = 32;
/// Bytes of one string that a template makes.
pub(super) const MAX_TEXT: usize = 16 << 20;
/// Values inside one value, itself included.
const MAX_VALUES: u64 = 250_000;
/// How deep values may lie in each other.
const MAX_VALUE_DEPTH: usize = 256;
/// Expressions evaluated and values made for one root.
pub(super) const MAX_STEPS: u64 = 5_000_000;
/// Expressions being evaluated at one time, through references too.
const MAX_DEPTH: usize = 4_000;

/// What is said once there are no steps left; from then on everything fails.
pub(super) const OUT_OF_STEPS: &str = "evaluating this root takes more than 5 million steps";

/// What is left of the bounds on an evaluation.
#[derive(Debug)]
pub(super) struct Budget {
    steps: Cell<u64>,
    depth: Cell<usize>,
}

/// One expression being evaluated; it ends when this is dropped.
pub(super) struct Step<'b>(&'b Budget);

impl Drop for Step<'_> {
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get() - 1);
    }
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            steps: Cell::new(MAX_STEPS),
            depth: Cell::new(0),
        }
    }

    /// Begins an expression, or says which bound it would break.
    pub(super) fn step(&self) -> Result<Step<'_>, &'static str> {
        self.take(1)?;
        if self.depth.get() >= MAX_DEPTH {
            return Err("references and expressions nest more than 4000 levels deep");
        }
        self.depth.set(self.depth.get() + 1);
        Ok(Step(self))
    }

    /// How many steps were taken.
    pub(super) fn taken(&self) -> u64 {
        MAX_STEPS - self.steps.get()
    }

    fn take(&self, steps: u64) -> Result<(), &'static str> {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or(0));
        match left {
            Some(_) => Ok(()),
            None => Err(OUT_OF_STEPS),
        }
    }

    /// Says which bound a value that is kept breaks, if it breaks one. Looks no further than the
    /// bound.
    pub(super) fn check(&self, value: &Value) -> Result<(), &'static str> {
        let weight = Weight::of(value)?;
        self.take(KEPT + weight.values + weight.objects * OBJECT + weight.bytes / 32)
    }

    /// Accounts for what is done with a value that is only passed on, and says how many values it
    /// holds: most of what is done with it goes through all of it.
    pub(super) fn pass(&self, value: &Value) -> Result<u64, &'static str> {
        let weight = Weight::of(value)?;
        self.take(weight.values / 4 + weight.bytes / 32)?;
        Ok(weight.values)
    }

    /// Like [`Self::pass`] of something that is put into a collection that is being made, which
    /// holds so many values before and after.
    pub(super) fn put(&self, value: &Value, held: &mut u64) -> Result<(), &'static str> {
        *held += self.pass(value)?;
        match *held <= MAX_VALUES {
            true => Ok(()),
            false => Err(TOO_MANY),
        }
    }

    /// True if there are no steps left: nothing can be evaluated any more.
    pub(super) fn is_spent(&self) -> bool {
        self.steps.get() == 0
    }

    /// Accounts for a block of a resource.
    pub(super) fn block(&self) -> Result<(), &'static str> {
        self.take(BLOCK)
    }
}

/// Says if a value gets too large once every object in it has the attributes that a type gives it.
pub(super) fn check_growth(value: &Value, ty: &Type) -> Result<(), &'static str> {
    let objects = Weight::of(value)?.objects;
    match objects.saturating_mul(widest(ty)) > 4 * MAX_VALUES {
        true => Err(TOO_MANY),
        false => Ok(()),
    }
}

/// The most attributes of an object inside a type.
fn widest(ty: &Type) -> u64 {
    match ty {
        Type::List(inside) | Type::Set(inside) | Type::Map(inside) => widest(inside),
        Type::Tuple(elements) => elements.iter().map(widest).max().unwrap_or_default(),
        Type::Object(object) => {
            let inside = object.attributes.values().map(widest).max();
            (object.attributes.len() as u64).max(inside.unwrap_or_default())
        }
        Type::Dynamic | Type::String | Type::Number | Type::Bool => 0,
    }
}

/// Steps that stand for the memory of a value that is kept, of an object in it, of a block: some 30
/// bytes each, so that two roots evaluated at a time stay within 300 MiB.
const KEPT: u64 = 20;
const OBJECT: u64 = 32;
const BLOCK: u64 = 64;

const TOO_MANY: &str = "this holds more than 250000 values";

/// What a value holds, itself included.
#[derive(Default)]
struct Weight {
    values: u64,
    /// Objects and maps among them.
    objects: u64,
    /// Of text.
    bytes: u64,
}

impl Weight {
    fn of(value: &Value) -> Result<Self, &'static str> {
        let mut weight = Self::default();
        weight.add(value, 0)?;
        Ok(weight)
    }

    fn add(&mut self, value: &Value, depth: usize) -> Result<(), &'static str> {
        if depth > MAX_VALUE_DEPTH {
            return Err("this holds values nested more than 256 levels deep");
        }
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(TOO_MANY);
        }
        match value.data() {
            Data::String(text) => self.bytes += text.len() as u64,
            Data::Map(..) | Data::Object(_) => self.objects += 1,
            _ => {}
        }
        value
            .children()
            .try_for_each(|child| self.add(child, depth + 1))
    }
}
