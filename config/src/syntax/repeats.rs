//! Names that are given twice.

use std::collections::HashSet;

use super::tree::{Attribute, Item, Name};

/// Up to so many names are compared with each other; more go into a set.
const FEW: usize = 16;

/// Marks attributes whose name an earlier one has; true if there are any.
pub(super) fn mark_attributes(attributes: &mut [Attribute]) -> bool {
    if !may_repeat(attributes.iter().map(|it| Some(&it.name))) {
        return false;
    }
    let repeats = repeats(attributes.iter().map(|it| Some(&it.name)));
    let any = repeats.contains(&true);
    for (attribute, repeats) in attributes.iter_mut().zip(repeats) {
        attribute.repeats = repeats;
    }
    any
}

/// Marks entries whose key is the same word or text as that of an earlier one.
pub(super) fn mark_items(items: &mut [Item]) {
    if !may_repeat(items.iter().map(|it| it.key.literal_text())) {
        return;
    }
    let repeats = repeats(items.iter().map(|it| it.key.literal_text()));
    for (item, repeats) in items.iter_mut().zip(repeats) {
        item.repeats = repeats;
    }
}

/// False if no two names are the same: their lengths and first and last letters differ.
fn may_repeat<'n>(names: impl Iterator<Item = Option<&'n Name>>) -> bool {
    let mut seen = 0_u64;
    for name in names.flatten() {
        let bytes = name.as_bytes();
        let (first, last) = match bytes {
            [first, .., last] => (*first, *last),
            [only] => (*only, *only),
            [] => (0, 0),
        };
        let mixed = u32::from(first) * 31 + u32::from(last) * 7 + bytes.len() as u32 * 13;
        let bit = 1 << (mixed % 64);
        if seen & bit != 0 {
            return true;
        }
        seen |= bit;
    }
    false
}

fn repeats<'n>(names: impl ExactSizeIterator<Item = Option<&'n Name>>) -> Vec<bool> {
    if names.len() <= FEW {
        let names: Vec<Option<&Name>> = names.collect();
        let is_before =
            |(at, name): (usize, &Option<&Name>)| name.is_some() && names[..at].contains(name);
        return names.iter().enumerate().map(is_before).collect();
    }
    let mut seen = HashSet::with_capacity(names.len());
    names
        .map(|name| name.is_some_and(|name| !seen.insert(name)))
        .collect()
}
