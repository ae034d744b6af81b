//! What comparing finds.

use std::collections::BTreeMap;
use std::fmt;

/// What comparing found.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Where the two differ.
    pub disagreements: Vec<Disagreement>,
    /// Written attributes by path, `type.block.attribute`.
    pub paths: BTreeMap<String, Counts>,
    /// Instances by type; those of data sources begin with `data.`.
    pub types: BTreeMap<String, usize>,
    /// Blocks by path, written or made.
    pub blocks: BTreeMap<String, usize>,
    /// Why a value is unknown to us that the plan knows, with one place of each.
    pub reasons: BTreeMap<String, (usize, String)>,
    /// Instances that both have.
    pub instances: usize,
    /// References that were held to those of the plan's configuration.
    pub references: usize,
    /// Links that were followed through what the generator put in their way.
    pub links: usize,
    /// Instances whose number is unknown to us.
    pub repetitions: usize,
    /// Sensitive to us alone, and made of something both unknown and sensitive: there hosts lose
    /// the mark in negations and in functions that look at marks themselves (`abs`, `element`).
    pub kept_secret: usize,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The case.
    pub case: String,
    /// The instance.
    pub address: String,
    /// The path in it.
    pub path: String,
    /// What is wrong.
    pub what: What,
    /// As people read it.
    pub detail: String,
    /// The expression as written.
    pub expression: String,
    /// Operators in it that older hosts treat otherwise.
    pub older: bool,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case,
            address,
            path,
            what,
            detail,
            expression,
            ..
        } = self;
        write!(
            f,
            "{case} {what:?} {address} {path}\n    {detail}\n    {expression}"
        )
    }
}

/// Kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// We call something an error that the host plans.
    Problem,
    /// An instance is only in one of both.
    Instances,
    /// Known to both, and not the same.
    Value,
    /// Known to us, unknown in the plan.
    KnownToUsOnly,
    /// Not the same number of blocks, or unknown in one only.
    Blocks,
    /// Sensitive in one only.
    Sensitive,
    /// A reference to the wrong resource, or none.
    Reference,
    /// Unknown to us without a reason.
    NoReason,
    /// A plan that we read says something else than the configuration alone.
    ReadBack,
}

/// How often a path was written, and what was known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Written, and not null.
    pub written: usize,
    /// Known in the plan.
    pub known: usize,
    /// Known in the plan and to us.
    pub known_to_us: usize,
    /// Unknown in both.
    pub unknown: usize,
    /// Null in both: as if not written.
    pub null: usize,
}

impl Compared {
    /// Adds what another comparison found.
    pub fn take_in(&mut self, other: Self) {
        self.disagreements.extend(other.disagreements);
        for (path, counts) in other.paths {
            self.paths.entry(path).or_default().add(counts);
        }
        for (kind, count) in other.types {
            *self.types.entry(kind).or_default() += count;
        }
        for (path, count) in other.blocks {
            *self.blocks.entry(path).or_default() += count;
        }
        for (reason, (count, at)) in other.reasons {
            self.reasons.entry(reason).or_insert((0, at)).0 += count;
        }
        self.instances += other.instances;
        self.references += other.references;
        self.links += other.links;
        self.repetitions += other.repetitions;
        self.kept_secret += other.kept_secret;
    }
}

impl Counts {
    /// Adds up.
    pub fn add(&mut self, other: Self) {
        self.written += other.written;
        self.known += other.known;
        self.known_to_us += other.known_to_us;
        self.unknown += other.unknown;
        self.null += other.null;
    }
}
