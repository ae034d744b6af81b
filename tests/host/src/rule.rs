//! What Terraform core enforces (plugin protocol, section 4), by name.

use std::fmt;

use cty::Path;
use tfplugin::client::messages;

/// A rule of Terraform core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Errors are diagnostics, never a gRPC status.
    Status,
    /// Diagnostics have a severity and a summary, and point at something in the schema.
    Diagnostic,
    /// Schemas are such that Terraform loads them.
    Schema,
    /// Objects are of the schema's type.
    WrongType,
    /// Write-only values are null in every answer.
    WriteOnly,
    /// Nothing is deferred unless the host allows it.
    Deferred,
    /// No identity for a type without an identity schema: Terraform panics.
    Identity,
    /// An object must be there: after an upgrade, a create, an update, an import, a data read.
    Null,
    /// No unknown values outside plans.
    LeftUnknown,
    /// A plan is an object, and one of a destroy is none.
    PlannedExistence,
    /// A configured value is planned as configured, or as it was.
    PlannedValue,
    /// What is neither configured nor computed is planned as null.
    PlannedForNothing,
    /// What the configuration does not know yet, the plan does not know either.
    PlannedOverUnknown,
    /// Blocks neither appear nor vanish in a plan.
    PlannedBlockCount,
    /// No blocks are an empty collection, not null.
    PlannedBlockNull,
    /// Blocks are there or not, and not unknown; their attributes may be.
    PlannedBlockUnknown,
    /// A dynamic block that is not known stays so.
    PlannedOverDynamicBlock,
    /// Objects in a nested attribute neither appear nor vanish in a plan.
    PlannedNestedCount,
    /// A configured nested attribute is not planned as unknown.
    PlannedNestedUnknown,
    /// Paths of `requires_replace` exist before or after.
    ReplacePath,
    /// The plan at apply has the action that was agreed to.
    FinalAction,
    /// The plan at apply keeps every value that was agreed to.
    FinalValue,
    /// A known planned value is what comes of it.
    ResultValue,
    /// Elements of planned lists and maps neither appear nor vanish.
    ResultElements,
    /// Each element of a set correlates with a planned one, and sets do not grow.
    ResultSet,
    /// Blocks neither appear nor vanish in an apply.
    ResultBlocks,
    /// What a plan says of an unknown value holds.
    ResultRefinement,
    /// After a delete there is nothing.
    NotGone,
    /// An import yields one object.
    ImportedCount,
    /// An import yields an object of the type that was asked for.
    ImportedType,
}

impl Rule {
    /// Every rule, in the order above.
    pub const ALL: [Self; 30] = [
        Self::Status,
        Self::Diagnostic,
        Self::Schema,
        Self::WrongType,
        Self::WriteOnly,
        Self::Deferred,
        Self::Identity,
        Self::Null,
        Self::LeftUnknown,
        Self::PlannedExistence,
        Self::PlannedValue,
        Self::PlannedForNothing,
        Self::PlannedOverUnknown,
        Self::PlannedBlockCount,
        Self::PlannedBlockNull,
        Self::PlannedBlockUnknown,
        Self::PlannedOverDynamicBlock,
        Self::PlannedNestedCount,
        Self::PlannedNestedUnknown,
        Self::ReplacePath,
        Self::FinalAction,
        Self::FinalValue,
        Self::ResultValue,
        Self::ResultElements,
        Self::ResultSet,
        Self::ResultBlocks,
        Self::ResultRefinement,
        Self::NotGone,
        Self::ImportedCount,
        Self::ImportedType,
    ];
}

/// One rule broken by one part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub rule: Rule,
    /// The part; the root for the whole answer.
    pub at: Path,
    /// What is wrong, without a full stop.
    pub detail: String,
}

impl Fault {
    /// A fault of a whole answer.
    pub fn new(rule: Rule, detail: impl Into<String>) -> Self {
        Self {
            rule,
            at: Path::ROOT,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.rule)?;
        if !self.at.is_root() {
            write!(f, " at {}", self.at)?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// An answer that Terraform core would not accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call} of {type_name} broke {} rule(s):{}", .faults.len(), lines(.faults))]
pub struct Violation {
    /// The call that was answered so: `plan_resource_change`.
    pub call: &'static str,
    /// Of which type; empty for the provider itself.
    pub type_name: String,
    /// What is wrong with the answer; never empty.
    pub faults: Vec<Fault>,
}

/// Errors that the provider reported as it should.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{call} of {type_name} was refused:{}", texts(.errors))]
pub struct Refusal {
    /// The call that was answered so.
    pub call: &'static str,
    /// Of which type; empty for the provider itself.
    pub type_name: String,
    /// The errors.
    pub errors: Vec<messages::Diagnostic>,
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("\n- {fault}")).collect()
}

fn texts(errors: &[messages::Diagnostic]) -> String {
    errors
        .iter()
        .map(|error| format!("\n- {}: {}", error.summary, error.detail))
        .collect()
}
