//! Cuts a case down to what disagrees.
//!
//! Many smaller cases are planned at once, as modules of one root; the smallest that still
//! disagrees in the same way is cut further.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::case::{Case, File};
use crate::code::{Block, Item};
use crate::compare::{Disagreement, What};
use crate::expr::Expr;
use crate::host::Planner;
use crate::proof::one_root;

/// How many smaller cases one root holds.
const WIDTH: usize = 24;

/// Where a block, attribute or nested block is: its file, then the places on the way to it.
type Place = (String, Vec<usize>);

/// The smallest case found that disagrees as `found` does.
///
/// # Errors
/// The host cannot be driven.
pub fn shrink(planner: &mut Planner, case: &Case, found: &Disagreement) -> Result<Case> {
    let mut best = case.clone();
    if let Some(slice) = smallest(planner, vec![sliced(case, &found.address)], found)? {
        best = slice;
    }
    let mut chunk = places(&best).len() / 2;
    loop {
        let mut smaller = cut(&best, chunk.max(1));
        if chunk <= 2 {
            smaller.extend(simplified(&best));
        }
        match smallest(planner, smaller, found)? {
            Some(case) => {
                best = case;
                chunk = chunk.min(places(&best).len() / 2);
            }
            None if chunk <= 1 => break,
            None => chunk /= 2,
        }
    }
    best.name.clone_from(&case.name);
    Ok(best)
}

/// The case with what an instance needs: the names in its address, and the names in what they name.
/// Names are only given once in a case.
fn sliced(case: &Case, address: &str) -> Case {
    let mut wanted: BTreeSet<String> = words(address).collect();
    wanted.extend(["in", "out", "kind", "name", "pools", "tmpl", "maybe"].map(str::to_owned));
    loop {
        let before = wanted.len();
        for file in case.files.values() {
            let File::Code { blocks, .. } = file else {
                continue;
            };
            for block in blocks {
                if block.kind == "locals" {
                    for item in &block.items {
                        if let Item::Attribute(name, value) = item
                            && wanted.contains(name)
                        {
                            wanted.extend(words(&value.text()));
                        }
                    }
                } else if block
                    .labels
                    .last()
                    .is_some_and(|name| wanted.contains(name))
                {
                    wanted.extend(words(&block.hcl()));
                }
            }
        }
        if wanted.len() == before {
            break;
        }
    }
    let keep = |name: &String| wanted.contains(name);
    let mut less = case.clone();
    for (name, file) in &mut less.files {
        let File::Code { blocks, .. } = file else {
            continue;
        };
        if name.ends_with("versions.tf") {
            continue;
        }
        for block in blocks.iter_mut().filter(|block| block.kind == "locals") {
            block.items.retain(|item| match item {
                Item::Attribute(name, _) => keep(name),
                _ => true,
            });
        }
        blocks.retain(|block| block.kind == "locals" || block.labels.last().is_some_and(keep));
    }
    less.arguments
        .retain(|argument| declares(&less.files, &argument.name));
    less
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| !word.is_empty()).map(str::to_owned)
}

/// The smallest of these that disagrees alike.
fn smallest(
    planner: &mut Planner,
    mut cases: Vec<Case>,
    found: &Disagreement,
) -> Result<Option<Case>> {
    cases.sort_by_key(size);
    for group in cases.chunks_mut(WIDTH) {
        for (number, case) in group.iter_mut().enumerate() {
            case.name = format!("c{number:04}");
        }
        let (planned, compared) = one_root(planner, group, 0, &mut BTreeMap::new())?;
        let alike = |case: &&Case| {
            compared.disagreements.iter().any(|it| {
                it.case == case.name
                    && it.what == found.what
                    && (it.path == found.path || found.what == What::Problem)
            })
        };
        if let Some(case) = planned.iter().find(alike) {
            return Ok(Some(case.clone()));
        }
    }
    Ok(None)
}

fn size(case: &Case) -> usize {
    case.texts()
        .map(|(path, text)| path.len() + text.len())
        .sum()
}

/// The case without so many of its parts, at every place.
fn cut(case: &Case, chunk: usize) -> Vec<Case> {
    let places = places(case);
    let mut all: Vec<Case> = places
        .chunks(chunk)
        .map(|some| without(case, some))
        .collect();
    for name in case.files.keys() {
        if matches!(case.files[name], File::Text(_)) && chunk <= 4 {
            let mut less = case.clone();
            less.files.remove(name);
            all.push(less);
        }
    }
    all
}

fn places(case: &Case) -> Vec<Place> {
    let mut all = Vec::new();
    for (name, file) in &case.files {
        let File::Code { blocks, .. } = file else {
            continue;
        };
        if name.ends_with("versions.tf") {
            continue;
        }
        for (at, block) in blocks.iter().enumerate() {
            all.push((name.clone(), vec![at]));
            below(name, block, &[at], &mut all);
        }
    }
    all
}

fn below(name: &str, block: &Block, at: &[usize], all: &mut Vec<Place>) {
    for (index, item) in block.items.iter().enumerate() {
        let mut place = at.to_vec();
        place.push(index);
        all.push((name.to_owned(), place.clone()));
        match item {
            Item::Attribute(..) => {}
            Item::Block(block) => below(name, block, &place, all),
            Item::Dynamic(dynamic) => below(name, &dynamic.content, &place, all),
        }
    }
}

/// Later places first, so that earlier ones stay where they are.
fn without(case: &Case, places: &[Place]) -> Case {
    let mut less = case.clone();
    for (name, place) in places.iter().rev() {
        let Some(File::Code { blocks, .. }) = less.files.get_mut(name) else {
            continue;
        };
        match place.as_slice() {
            [at] if *at < blocks.len() => {
                blocks.remove(*at);
            }
            [at, rest @ ..] => {
                if let Some(block) = blocks.get_mut(*at) {
                    remove(block, rest);
                }
            }
            [] => {}
        }
    }
    // A variable that is gone is no longer set.
    less.arguments
        .retain(|argument| declares(&less.files, &argument.name));
    less
}

fn declares(files: &BTreeMap<String, File>, variable: &str) -> bool {
    files.iter().any(|(name, file)| match file {
        File::Code { blocks, .. } if !name.contains('/') => blocks
            .iter()
            .any(|block| block.kind == "variable" && block.labels == [variable]),
        _ => false,
    })
}

fn remove(block: &mut Block, place: &[usize]) {
    match place {
        [at] if *at < block.items.len() => {
            block.items.remove(*at);
        }
        [at, rest @ ..] if !rest.is_empty() => match block.items.get_mut(*at) {
            Some(Item::Block(block)) => remove(block, rest),
            Some(Item::Dynamic(dynamic)) => remove(&mut dynamic.content, rest),
            _ => {}
        },
        _ => {}
    }
}

/// The case with one expression one step simpler, in every way.
fn simplified(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, place) in places(case) {
        let Some(value) = case
            .files
            .get(&name)
            .and_then(|file| expression(file, &place))
        else {
            continue;
        };
        for simpler in value.simpler() {
            let mut less = case.clone();
            if let Some(file) = less.files.get_mut(&name) {
                replace(file, &place, simpler);
            }
            all.push(less);
        }
    }
    all
}

fn expression<'c>(file: &'c File, place: &[usize]) -> Option<&'c Expr> {
    let File::Code { blocks, .. } = file else {
        return None;
    };
    let (first, rest) = place.split_first()?;
    let mut block = blocks.get(*first)?;
    let (last, on_the_way) = rest.split_last()?;
    for at in on_the_way {
        block = match block.items.get(*at)? {
            Item::Block(block) => block,
            Item::Dynamic(dynamic) => &dynamic.content,
            Item::Attribute(..) => return None,
        };
    }
    match block.items.get(*last)? {
        Item::Attribute(_, value) => Some(value),
        Item::Dynamic(dynamic) => Some(&dynamic.for_each),
        Item::Block(_) => None,
    }
}

fn replace(file: &mut File, place: &[usize], by: Expr) {
    let File::Code { blocks, .. } = file else {
        return;
    };
    let Some((first, rest)) = place.split_first() else {
        return;
    };
    let Some(mut block) = blocks.get_mut(*first) else {
        return;
    };
    let Some((last, on_the_way)) = rest.split_last() else {
        return;
    };
    for at in on_the_way {
        block = match block.items.get_mut(*at) {
            Some(Item::Block(block)) => block,
            Some(Item::Dynamic(dynamic)) => &mut dynamic.content,
            _ => return,
        };
    }
    match block.items.get_mut(*last) {
        Some(Item::Attribute(_, value)) => *value = by,
        Some(Item::Dynamic(dynamic)) => dynamic.for_each = by,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_smaller() {
        let case = Case::generate("c0000", 7, 'c');
        let smaller = cut(&case, 1);
        assert_eq!(
            smaller.iter().filter(|it| size(it) >= size(&case)).count(),
            0
        );
        assert!(simplified(&case).iter().all(|it| size(it) != size(&case)));
        assert!(without(&case, &places(&case)).arguments.is_empty());
    }
}
