//! Bounds on what an evaluation may take, so that a hostile configuration ends with a sentence.
//! Terraform has none, or higher ones; no real configuration comes near these.

use std::cell::Cell;

use cty::Value;

/// Instances of one resource or module.
pub(super) const MAX_REPETITION: u64 = 10_000;
/// Instances of all resources of a root.
pub(super) const MAX_INSTANCES: usize = 50_000;
/// Module instances of a root.
pub(super) const MAX_MODULES: usize = 10_000;
/// Modules within modules.
pub(super) const MAX_MODULE_DEPTH: usize = 32;
/// Bytes of one string that a template makes.
pub(super) const MAX_TEXT: usize = 16 << 20;
/// Values inside one value, itself included.
const MAX_VALUES: u64 = 250_000;
/// How deep values may lie in each other.
const MAX_VALUE_DEPTH: usize = 256;
/// Expressions evaluated and values made for one root.
pub(super) const MAX_STEPS: u64 = 10_000_000;
/// Expressions being evaluated at one time, through references too.
const MAX_DEPTH: usize = 4_000;

/// What is said once there are no steps left; from then on everything fails.
pub(super) const OUT_OF_STEPS: &str = "evaluating this root takes more than 10 million steps";

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

    /// Says which bound a value breaks, if it breaks one. Looks no further than the bound.
    pub(super) fn check(&self, value: &Value) -> Result<(), &'static str> {
        let mut left = MAX_VALUES;
        count(value, 0, &mut left)?;
        self.take(MAX_VALUES - left)
    }
}

fn count(value: &Value, depth: usize, left: &mut u64) -> Result<(), &'static str> {
    if depth > MAX_VALUE_DEPTH {
        return Err("this holds values nested more than 256 levels deep");
    }
    let Some(rest) = left.checked_sub(1) else {
        return Err("this holds more than 250000 values");
    };
    *left = rest;
    value
        .children()
        .try_for_each(|child| count(child, depth + 1, left))
}
