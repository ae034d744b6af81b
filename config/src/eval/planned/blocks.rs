//! Which planned block is made by which written one.
//!
//! Blocks of a list are planned in the order in which they are written, so that what is left of
//! them after those that are known belongs to the one `dynamic` block of unknown number. Blocks of
//! a set, and several such `dynamic` blocks, are told apart by the values that are known.

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::{Type, Value};

use crate::SourceFile;
use crate::instance::{Block, Body, Nested};
use crate::load::origin;
use crate::plan::values;
use crate::syntax::tree::{self, Name};
use crate::why::Certainty;

use super::super::body::Dynamic;
use super::super::expr::{Bound, Env};
use super::super::fault::Fault;
use super::super::marks;
use super::merge::agrees;
use super::solve::{Iteration, Written};
use super::{PlannedBlocks, PlannedBody};

/// More comparisons than this are not made.
const MAX_COMPARED: usize = 100_000;

/// A block as written.
struct Item<'b> {
    block: &'b tree::Block,
    source: &'b Arc<SourceFile>,
    type_name: &'b Name,
    made: Made<'b>,
}

enum Made<'b> {
    Block,
    Blocks(Dynamic<'b>),
    /// Something that is reported.
    Failed(Fault),
}

/// A block that is certainly there, or any number of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    One,
    Any,
}

/// What becomes of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate<T> {
    /// It is these.
    Planned(Vec<T>),
    /// Nobody knows what it is in the plan.
    Unclear,
}

/// What becomes of all units of a type.
#[derive(Debug, PartialEq, Eq)]
struct Fates<T> {
    of: Vec<Fate<T>>,
    /// Planned blocks that nothing makes.
    extra: Vec<T>,
    /// True if it might have been otherwise.
    is_doubtful: bool,
}

impl<'a> Env<'a> {
    /// The blocks of a body, as the plan has them.
    pub(in super::super) fn planned_blocks<'b>(
        &self,
        blocks: impl Iterator<Item = (&'b tree::Block, &'b Arc<SourceFile>)>,
        planned: &PlannedBody<'a>,
        into: &mut Vec<Nested>,
    ) {
        let mut items = Vec::new();
        for (block, source) in blocks {
            if let Err(message) = self.evaluator.budget.block() {
                let fault = Fault::fatal(message, block.header);
                return self.evaluator.report(fault.into_problem(source));
            }
            items.push(self.item(block, source));
        }
        let mut types: BTreeMap<&Name, Vec<usize>> = BTreeMap::new();
        for (at, item) in items.iter().enumerate() {
            types.entry(item.type_name).or_default().push(at);
        }
        // In source order, as without a plan.
        let mut made: Vec<Vec<Nested>> = items.iter().map(|_| Vec::new()).collect();
        for (type_name, places) in types {
            let of_type: Vec<&Item<'_>> = places.iter().map(|at| &items[*at]).collect();
            let blocks = self.of_type(&of_type, type_name, planned);
            for (at, blocks) in places.into_iter().zip(blocks) {
                made[at] = blocks;
            }
        }
        into.extend(made.into_iter().flatten());
    }

    fn item<'b>(&self, block: &'b tree::Block, source: &'b Arc<SourceFile>) -> Item<'b> {
        let (type_name, made) = match block.labels.first() {
            _ if block.type_name != "dynamic" => (&block.type_name, Made::Block),
            label => {
                let type_name = label.map_or(&block.type_name, |label| &label.text);
                let dynamic = self.read_dynamic(block, source);
                (type_name, dynamic.map_or_else(Made::Failed, Made::Blocks))
            }
        };
        Item {
            block,
            source,
            type_name,
            made,
        }
    }

    /// What each of the items of one type makes.
    fn of_type(
        &self,
        items: &[&Item<'_>],
        type_name: &str,
        planned: &PlannedBody<'a>,
    ) -> Vec<Vec<Nested>> {
        let units: Vec<Unit> = items.iter().flat_map(|item| item.units()).collect();
        let known = |at: usize| self.known_values(items, at);
        let fates = match planned.blocks(type_name) {
            PlannedBlocks::Unknown => unclear(&units),
            PlannedBlocks::Ordered(blocks) => in_order(&units, &blocks, &known),
            PlannedBlocks::Unordered(blocks) => in_any_order(&units, &blocks, &known),
        };
        let is_other = |(unit, fate): (&Unit, &Fate<_>)| {
            *unit == Unit::One && *fate == Fate::Planned(Vec::new())
        };
        if !fates.extra.is_empty() || units.iter().zip(&fates.of).any(is_other) {
            self.evaluator.differ_in_blocks(type_name, planned);
        }
        let mut of = fates.of.into_iter();
        let mut made: Vec<Vec<Nested>> = Vec::with_capacity(items.len());
        for item in items {
            let fates: Vec<Fate<&'a Value>> = of.by_ref().take(item.units().count()).collect();
            made.push(self.make(item, fates, planned));
        }
        if fates.is_doubtful {
            made.iter_mut().flatten().for_each(doubt);
        }
        if let (Some(item), Some(last)) = (items.last(), made.last_mut()) {
            last.extend(fates.extra.iter().map(|extra| {
                let header = origin(item.source, item.block.header);
                let inside = planned.inside(type_name, extra);
                Nested::Block(Block {
                    type_name: type_name.into(),
                    body: values::body(extra, inside.schema, &header),
                    header,
                })
            }));
        }
        made
    }

    /// What an item makes, one fate for each of its units.
    fn make(
        &self,
        item: &Item<'_>,
        fates: Vec<Fate<&'a Value>>,
        planned: &PlannedBody<'a>,
    ) -> Vec<Nested> {
        let (block, source) = (item.block, item.source);
        let inside = |value: &'a Value| planned.inside(item.type_name, value);
        let dynamic = match &item.made {
            Made::Failed(fault) => {
                return self
                    .failed(fault.clone(), block, source)
                    .into_iter()
                    .collect();
            }
            Made::Block => None,
            Made::Blocks(dynamic) => Some(dynamic),
        };
        let written = dynamic.filter(|it| it.pairs.is_none());
        let written = written.map(|it| Written::of_body(&it.content.body, &it.iterator));
        let one = |at: usize, planned: Option<&PlannedBody<'a>>| match dynamic {
            None => self.block(item.type_name, &block.body, block, source, planned),
            Some(dynamic) => {
                let pair = dynamic.pairs.as_ref().and_then(|pairs| pairs.get(at));
                let pair = match (pair, planned, &written) {
                    (Some(pair), ..) => pair.clone(),
                    (None, Some(planned), Some(written)) => {
                        solved(dynamic, at, written, planned.value)
                    }
                    _ => dynamic.unknown_pair(),
                };
                self.round(dynamic, &pair, block, source, planned)
            }
        };
        let is_open = dynamic.is_some_and(|it| it.pairs.is_none());
        let mut made = Vec::new();
        for (at, fate) in fates.into_iter().enumerate() {
            match (fate, dynamic) {
                (Fate::Unclear, Some(dynamic)) if is_open => {
                    made.push(self.unknown_rounds(dynamic, block, source));
                }
                (Fate::Unclear, _) => made.push(Nested::Block(one(at, None))),
                (Fate::Planned(values), _) => {
                    let rounds = values.into_iter().enumerate().map(|(round, value)| {
                        let at = if is_open { round } else { at };
                        Nested::Block(one(at, Some(&inside(value))))
                    });
                    made.extend(rounds);
                }
            }
        }
        made
    }

    /// The attributes of a unit that are known without the plan.
    fn known_values(&self, items: &[&Item<'_>], unit: usize) -> Vec<(Name, Value)> {
        let mut before = 0;
        for item in items {
            let count = item.units().count();
            if unit >= before + count {
                before += count;
                continue;
            }
            return match &item.made {
                Made::Failed(_) => Vec::new(),
                Made::Block => self.shallow(&item.block.body),
                Made::Blocks(dynamic) => {
                    let pairs = dynamic.pairs.as_ref();
                    let pair = pairs.and_then(|pairs| pairs.get(unit - before)).cloned();
                    let (key, value) = pair.unwrap_or_else(|| dynamic.unknown_pair());
                    let value = Value::object([("key", key), ("value", value)]);
                    let bound = Bound {
                        name: &dynamic.iterator,
                        value: &value,
                        outer: self.bound,
                    };
                    let env = Env {
                        bound: Some(&bound),
                        evaluator: self.evaluator,
                        names: self.names,
                    };
                    env.shallow(&dynamic.content.body)
                }
            };
        }
        Vec::new()
    }

    fn shallow(&self, body: &tree::Body) -> Vec<(Name, Value)> {
        let attributes = body.attributes.iter();
        // What may be a block is none that lacks what nobody wrote in it.
        let attributes = attributes.filter(|it| !it.repeats && !it.maybe_block);
        let values = attributes.filter_map(|it| {
            let (value, _) = self.evaluator.doubting(|| self.eval(&it.expr));
            // What is wrong with it is said when it is evaluated for good.
            let value = value.ok()?;
            let is_fact = value.is_wholly_known() && !value.is_null();
            is_fact.then(|| (it.name.clone(), value))
        });
        values.collect()
    }
}

impl Item<'_> {
    fn units(&self) -> impl Iterator<Item = Unit> + use<> {
        let (unit, count) = match &self.made {
            Made::Block => (Unit::One, 1),
            Made::Blocks(Dynamic {
                pairs: Some(pairs), ..
            }) => (Unit::One, pairs.len()),
            Made::Blocks(_) | Made::Failed(_) => (Unit::Any, 1),
        };
        std::iter::repeat_n(unit, count)
    }
}

/// Key and value of the round of a `dynamic` block that makes a planned block.
fn solved(
    dynamic: &Dynamic<'_>,
    round: usize,
    written: &Written<'_>,
    planned: &Value,
) -> (Value, Value) {
    let (key, value) = dynamic.unknown_pair();
    let key = match dynamic.collection.ty() {
        Type::List(_) | Type::Tuple(_) => Value::number(round as u64),
        _ => key,
    };
    let found = Iteration { key, value }.solved(written, planned);
    match dynamic.collection.ty() {
        Type::Set(_) if found.key.is_known() => (found.key.clone(), found.key),
        Type::Set(_) => (found.value.clone(), found.value),
        _ => (found.key, found.value),
    }
}

fn unclear<T>(units: &[Unit]) -> Fates<T> {
    Fates {
        of: units.iter().map(|_| Fate::Unclear).collect(),
        extra: Vec::new(),
        is_doubtful: false,
    }
}

/// The known attributes of a unit.
type Known<'k> = dyn Fn(usize) -> Vec<(Name, Value)> + 'k;

fn in_order<'p>(units: &[Unit], planned: &[&'p Value], known: &Known<'_>) -> Fates<&'p Value> {
    let ones = units.iter().filter(|it| **it == Unit::One).count();
    let any = units.len() - ones;
    let Some(rest) = planned.len().checked_sub(ones) else {
        // More are written than are planned.
        return dealt(units, planned, |_| 0);
    };
    match any {
        0 => dealt(units, planned, |_| 0),
        1 => dealt(units, planned, |_| rest),
        _ if rest == 0 => dealt(units, planned, |_| 0),
        _ => shared(units, planned, known).unwrap_or_else(|| unclear(units)),
    }
}

/// Planned blocks in their order: one to each that is certain, so many to each other.
fn dealt<'p>(
    units: &[Unit],
    planned: &[&'p Value],
    count: impl Fn(usize) -> usize,
) -> Fates<&'p Value> {
    let mut left = planned.iter().copied();
    let of = units.iter().enumerate().map(|(at, unit)| {
        let count = match unit {
            Unit::One => 1,
            Unit::Any => count(at),
        };
        Fate::Planned(left.by_ref().take(count).collect())
    });
    Fates {
        of: of.collect(),
        extra: left.collect(),
        is_doubtful: false,
    }
}

/// True if no known attribute contradicts the plan.
fn suits(known: &[(Name, Value)], planned: &Value) -> bool {
    known.iter().all(|(name, value)| {
        planned.attribute(name).is_none_or(|planned| {
            !planned.is_wholly_known() || planned.is_null() || agrees(value, planned)
        })
    })
}

/// Which unit suits which planned block; `None` if there is too much to compare.
fn suiting(units: &[Unit], planned: &[&Value], known: &Known<'_>) -> Option<Vec<Vec<bool>>> {
    if units.len() * planned.len() > MAX_COMPARED {
        return None;
    }
    let row = |at: usize| {
        let known = known(at);
        planned.iter().map(|it| suits(&known, it)).collect()
    };
    Some((0..units.len()).map(row).collect())
}

/// Shares blocks among several units of any number, in order, so that all suit.
fn shared<'p>(
    units: &[Unit],
    planned: &[&'p Value],
    known: &Known<'_>,
) -> Option<Fates<&'p Value>> {
    let suits = suiting(units, planned, known)?;
    let (rows, columns) = (units.len(), planned.len());
    // From a unit and a block on: can the rest be shared?
    let mut can = vec![vec![false; columns + 1]; rows + 1];
    can[rows][columns] = true;
    for at in (0..rows).rev() {
        for next in (0..=columns).rev() {
            let fits = next < columns && suits[at][next];
            can[at][next] = match units[at] {
                Unit::One => fits && can[at + 1][next + 1],
                Unit::Any => can[at + 1][next] || (fits && can[at][next + 1]),
            };
        }
    }
    if !can[0][0] {
        return None;
    }
    let mut fates = Fates {
        of: Vec::with_capacity(rows),
        extra: Vec::new(),
        is_doubtful: false,
    };
    let mut next = 0;
    for at in 0..rows {
        let start = next;
        let takes = |next: usize| next < columns && suits[at][next] && can[at][next + 1];
        match units[at] {
            Unit::One => next += 1,
            Unit::Any => {
                while takes(next) {
                    fates.is_doubtful |= can[at + 1][next];
                    next += 1;
                }
            }
        }
        fates.of.push(Fate::Planned(planned[start..next].to_vec()));
    }
    Some(fates)
}

/// Blocks of a set: each unit takes what nothing else can be.
fn in_any_order<'p>(units: &[Unit], planned: &[&'p Value], known: &Known<'_>) -> Fates<&'p Value> {
    match (units, planned) {
        ([Unit::Any], _) => return dealt(units, planned, |_| planned.len()),
        ([Unit::One], [_]) | (_, []) => return dealt(units, planned, |_| 0),
        _ => {}
    }
    let Some(suits) = suiting(units, planned, known) else {
        return unclear(units);
    };
    let mut taken = vec![false; planned.len()];
    let mut of: Vec<Fate<&'p Value>> = units.iter().map(|_| Fate::Unclear).collect();
    // Equal blocks are one in a set. Taking one may leave another with one choice.
    for is_first in std::iter::once(true).chain(std::iter::repeat(false)) {
        let mut is_done = !is_first;
        for at in 0..units.len() {
            if units[at] == Unit::Any || of[at] != Fate::Unclear {
                continue;
            }
            let is_free = |it: &usize| suits[at][*it] && (is_first || !taken[*it]);
            let mut free = (0..planned.len()).filter(is_free);
            if let (Some(only), None) = (free.next(), free.next()) {
                taken[only] = true;
                of[at] = Fate::Planned(vec![planned[only]]);
                is_done = false;
            }
        }
        if is_done {
            break;
        }
    }
    for at in 0..units.len() {
        // Written, and not what was planned.
        if units[at] == Unit::One && !suits[at].contains(&true) {
            of[at] = Fate::Planned(Vec::new());
        }
    }
    let is_open = |(unit, fate): (&Unit, &Fate<_>)| *unit == Unit::One && *fate == Fate::Unclear;
    let mut fates = Fates {
        extra: Vec::new(),
        is_doubtful: false,
        of,
    };
    if units.iter().zip(&fates.of).any(is_open) {
        return fates;
    }
    let any: Vec<usize> = (0..units.len())
        .filter(|at| units[*at] == Unit::Any)
        .collect();
    let mut shares: Vec<Vec<&'p Value>> = any.iter().map(|_| Vec::new()).collect();
    for left in (0..planned.len()).filter(|at| !taken[*at]) {
        let mut suited = (0..any.len()).filter(|at| suits[any[*at]][left]);
        match suited.next() {
            None => fates.extra.push(planned[left]),
            Some(first) => {
                fates.is_doubtful |= suited.next().is_some();
                shares[first].push(planned[left]);
            }
        }
    }
    for (at, share) in any.into_iter().zip(shares) {
        fates.of[at] = Fate::Planned(share);
    }
    fates
}

/// Another block may have made it: what it refers to is what that may not refer to.
fn doubt(nested: &mut Nested) {
    fn body(it: &mut Body) {
        for attribute in it.attributes.values_mut() {
            let value = attribute.value.clone().map_leaves(&mut |leaf| {
                let (leaf, marks) = leaf.unmark();
                leaf.with_marks(&marks::at_most(&marks, Certainty::Perhaps))
            });
            let (value, marks) = value.unmark();
            attribute.value = value.with_marks(&marks::at_most(&marks, Certainty::Perhaps));
        }
        it.blocks.iter_mut().for_each(doubt);
    }
    match nested {
        Nested::Block(block) => body(&mut block.body),
        Nested::Unknown { template, .. } => body(&mut template.body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(names: &[&str]) -> Vec<Value> {
        let block = |name: &&str| Value::object([("name", Value::string(*name))]);
        names.iter().map(block).collect()
    }

    /// Units by what is known of their name: `=a` is one, `*a` any number, `?` nothing known.
    fn show(units: &str, planned: &[&str], in_what: &str) -> String {
        let written: Vec<&str> = units.split(' ').collect();
        let kinds: Vec<Unit> = written
            .iter()
            .map(|it| {
                if it.starts_with('=') {
                    Unit::One
                } else {
                    Unit::Any
                }
            })
            .collect();
        let known = |at: usize| match &written[at][1..] {
            "?" => Vec::new(),
            name => vec![("name".into(), Value::string(name))],
        };
        let planned = blocks(planned);
        let planned: Vec<&Value> = planned.iter().collect();
        let fates = match in_what {
            "order" => in_order(&kinds, &planned, &known),
            _ => in_any_order(&kinds, &planned, &known),
        };
        let names = |values: &[&Value]| {
            let name = |it: &&Value| it.attribute("name")?.as_str().map(str::to_owned);
            values.iter().filter_map(name).collect::<String>()
        };
        let of = fates.of.iter().map(|fate| match fate {
            Fate::Planned(values) => format!("[{}]", names(values)),
            Fate::Unclear => "?".to_owned(),
        });
        let doubt = if fates.is_doubtful { " doubtful" } else { "" };
        let of = of.collect::<Vec<_>>().join(" ");
        format!("{of} +[{}]{doubt}", names(&fates.extra))
    }

    #[test]
    fn blocks_of_a_list_are_dealt_in_order() {
        let show = |units: &str, planned: &[&str]| show(units, planned, "order");
        insta::assert_snapshot!(show("=a =b", &["a", "b"]), @"[a] [b] +[]");
        insta::assert_snapshot!(show("=a *? =b", &["a", "x", "y", "b"]), @"[a] [xy] [b] +[]");
        insta::assert_snapshot!(show("=a *? =b", &["a", "b"]), @"[a] [] [b] +[]");
        // Of several unknown ones the values tell.
        insta::assert_snapshot!(show("*a *b", &["a", "a", "b"]), @"[aa] [b] +[]");
        insta::assert_snapshot!(show("*a *b *a", &["a", "b"]), @"[a] [b] [] +[]");
        insta::assert_snapshot!(show("*? *b", &["a", "b"]), @"[ab] [] +[] doubtful");
        insta::assert_snapshot!(show("*a *b", &["c"]), @"? ? +[]");
        insta::assert_snapshot!(show("*a *b", &[]), @"[] [] +[]");
        // A configuration that is not the one that was planned.
        insta::assert_snapshot!(show("=a =b", &["a"]), @"[a] [] +[]");
        insta::assert_snapshot!(show("=a", &["a", "b"]), @"[a] +[b]");
    }

    #[test]
    fn blocks_of_a_set_are_told_apart_by_what_is_known() {
        let show = |units: &str, planned: &[&str]| show(units, planned, "any order");
        insta::assert_snapshot!(show("=b =a", &["a", "b"]), @"[b] [a] +[]");
        insta::assert_snapshot!(show("=? =a", &["a", "b"]), @"[b] [a] +[]");
        insta::assert_snapshot!(show("=? =?", &["a", "b"]), @"? ? +[]");
        // Equal ones are one.
        insta::assert_snapshot!(show("=a =a", &["a"]), @"[a] [a] +[]");
        insta::assert_snapshot!(show("=a =b =a", &["a", "b"]), @"[a] [b] [a] +[]");
        insta::assert_snapshot!(show("=b *?", &["b"]), @"[b] [] +[]");
        insta::assert_snapshot!(show("*?", &["a", "b"]), @"[ab] +[]");
        insta::assert_snapshot!(show("=b *?", &["a", "b", "c"]), @"[b] [ac] +[]");
        insta::assert_snapshot!(show("*a *b", &["a", "b"]), @"[a] [b] +[]");
        insta::assert_snapshot!(show("*a *?", &["a", "b"]), @"[a] [b] +[] doubtful");
        insta::assert_snapshot!(show("=x =a", &["a", "b"]), @"[] [a] +[b]");
    }
}
