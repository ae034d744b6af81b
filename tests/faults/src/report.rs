//! What came of cells, as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::cell::{Blow, Cell, Operation, Retries};
use crate::matrix::{Outcome, Survival};

/// What came of some cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    survived: BTreeMap<Survival, usize>,
    lost: usize,
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Ok(survival) => *self.survived.entry(*survival).or_default() += 1,
            Err(_) => self.lost += 1,
        }
    }

    fn of(&self, survival: Survival) -> usize {
        self.survived.get(&survival).copied().unwrap_or(0)
    }
}

/// The parts that are there: `4`, `3+2e`, `1e+1w`, `2+1 LOST`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marks = [
            (Survival::Silently, ""),
            (Survival::NextApply, "e"),
            (Survival::AfterWait, "w"),
            (Survival::Imported, "i"),
        ];
        let mut parts: Vec<String> = marks
            .iter()
            .map(|(survival, mark)| (self.of(*survival), mark))
            .filter(|(count, _)| *count > 0)
            .map(|(count, mark)| format!("{count}{mark}"))
            .collect();
        if self.lost > 0 {
            parts.push(format!("{} LOST", self.lost));
        }
        match parts.is_empty() {
            true => f.pad("-"),
            false => f.pad(&parts.join("+")),
        }
    }
}

/// One cell and what came of it.
type Played = (Cell, Outcome);

/// Cells that share a grid: the resource, whether its provider is killed, its retries.
type Group<'a> = (&'a str, bool, Retries);

/// The table: for each resource and kind of retries, operations down and blows across.
pub fn table(played: &[Played]) -> String {
    let mut groups: BTreeMap<Group<'_>, Vec<&Played>> = BTreeMap::new();
    for one in played {
        let cell = &one.0;
        let key = (
            cell.scene.type_name(),
            cell.blow == Blow::Kill,
            cell.retries,
        );
        groups.entry(key).or_default().push(one);
    }
    let mut text = String::new();
    for ((type_name, kills, retries), played) in &groups {
        let about = match (kills, retries) {
            (true, _) => "the provider is killed after each call",
            (false, Retries::Shipped) => "each call fails once",
            (false, Retries::None) => "each call fails once, max_retries = 0",
        };
        text += &format!("{type_name}: {about}\n");
        text += &grid(played);
        text.push('\n');
    }
    text += &summary(played);
    text
}

fn grid(played: &[&Played]) -> String {
    let blows: BTreeSet<Blow> = played.iter().map(|(cell, _)| cell.blow).collect();
    let mut text = format!("  {:<9}{:>5}", "", "calls");
    for blow in &blows {
        text += &format!("{blow:>13}");
    }
    text.push('\n');
    for operation in Operation::ALL {
        let of = played
            .iter()
            .filter(|(cell, _)| cell.operation == operation);
        let calls: BTreeSet<_> = of.clone().map(|(cell, _)| &cell.call).collect();
        if calls.is_empty() {
            continue;
        }
        text += &format!("  {operation:<9}{:>5}", calls.len());
        for blow in &blows {
            let mut tally = Tally::default();
            of.clone()
                .filter(|(cell, _)| cell.blow == *blow)
                .for_each(|(_, outcome)| tally.add(outcome));
            text += &format!("{tally:>13}");
        }
        text.push('\n');
    }
    text
}

/// The counts of all, and every lost cell with its reason.
fn summary(played: &[Played]) -> String {
    let mut all = Tally::default();
    played.iter().for_each(|(_, outcome)| all.add(outcome));
    let kinds = [
        (Survival::Silently, "survived without a word"),
        (
            Survival::NextApply,
            "(e) with an error, healed by the next apply",
        ),
        (
            Survival::AfterWait,
            "(w) healed by an apply a quarter of an hour later",
        ),
        (Survival::Imported, "(i) by an import"),
    ];
    let mut text = format!("{} cells:\n", played.len());
    for (survival, words) in kinds {
        if all.of(survival) > 0 {
            text += &format!("{:>6} {words}\n", all.of(survival));
        }
    }
    text += &format!("{:>6} lost\n", all.lost);
    for (cell, outcome) in played {
        if let Err(why) = outcome {
            text += &format!("\nLOST {cell}\n{why:#}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Call;
    use crate::scene;

    fn cell(operation: Operation, blow: Blow) -> Cell {
        Cell {
            scene: scene::ALL[0],
            retries: Retries::None,
            operation,
            call: Call {
                action: "dlm:CreateLifecyclePolicy".to_owned(),
                nth: 1,
            },
            is_last: false,
            blow,
        }
    }

    #[test]
    fn what_is_lost_is_told_with_the_name_of_its_cell() {
        let lost = Err(anyhow::anyhow!("it was made twice"));
        let played = [
            (cell(Operation::Create, Blow::Reset), Ok(Survival::Silently)),
            (
                cell(Operation::Create, Blow::Reset),
                Ok(Survival::NextApply),
            ),
            (cell(Operation::Create, Blow::LostAnswer), lost),
            (
                cell(Operation::Delete, Blow::Reset),
                Ok(Survival::NextApply),
            ),
            (cell(Operation::Create, Blow::Kill), Ok(Survival::AfterWait)),
        ];
        insta::assert_snapshot!(table(&played), @r"
        holdfast_dlm_policy: each call fails once, max_retries = 0
                   calls        reset  lost-answer
          create       1         1+1e       1 LOST
          delete       1           1e            -

        holdfast_dlm_policy: the provider is killed after each call
                   calls         kill
          create       1           1w

        5 cells:
             1 survived without a word
             2 (e) with an error, healed by the next apply
             1 (w) healed by an apply a quarter of an hour later
             1 lost

        LOST holdfast_dlm_policy/create/dlm:CreateLifecyclePolicy#1/lost-answer/no-retries
        it was made twice
        ");
    }
}
