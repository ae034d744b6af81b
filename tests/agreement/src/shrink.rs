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

/// The smallest case found that disagrees as `found` does; `said` hears how it goes on.
///
/// # Errors
/// The host cannot be driven.
pub fn shrink(
    planner: &mut Planner,
    case: &Case,
    found: &Disagreement,
    said: &dyn Fn(&str),
) -> Result<Case> {
    let mut search = Search {
        planner,
        found,
        best: case.clone(),
        said,
    };
    search.accept(vec![sliced(case, &found.address)])?;
    let mut chunk = places(&search.best).len() / 2;
    while chunk > 0 {
        if !search.cut(chunk)? {
            chunk /= 2;
        }
    }
    while search.simplify()? || search.cut(1)? {}
    let mut best = search.best;
    best.name.clone_from(&case.name);
    Ok(best)
}

/// A search under way.
struct Search<'a> {
    planner: &'a mut Planner,
    found: &'a Disagreement,
    best: Case,
    said: &'a dyn Fn(&str),
}

impl Search<'_> {
    /// Leaves parts out, so many at a time; true if some were not needed.
    fn cut(&mut self, chunk: usize) -> Result<bool> {
        let places = places(&self.best);
        let parts: Vec<&[Place]> = places.chunks(chunk).collect();
        let cases = parts.iter().map(|part| without(&self.best, part)).collect();
        let alive = self.alive(cases)?;
        if alive.is_empty() {
            return Ok(false);
        }
        let all: Vec<Place> = alive.iter().flat_map(|at| parts[*at].to_vec()).collect();
        let one = without(&self.best, parts[alive[0]]);
        self.accept(vec![without(&self.best, &all), one])
    }

    /// Puts simpler expressions in place; true if some did.
    fn simplify(&mut self) -> Result<bool> {
        let mut steps: Vec<(Place, Expr)> = Vec::new();
        for place in places(&self.best) {
            let file = self.best.files.get(&place.0);
            let Some(value) = file.and_then(|file| expression(file, &place.1)) else {
                continue;
            };
            let mut simpler = value.simpler();
            simpler.sort_by_key(|it| it.text().len());
            let few = simpler.into_iter().take(8);
            steps.extend(few.map(|simpler| (place.clone(), simpler)));
        }
        let cases = steps
            .iter()
            .map(|step| replaced(&self.best, [step]))
            .collect();
        let alive = self.alive(cases)?;
        // The first that did is the simplest of its place.
        let mut chosen: BTreeMap<&Place, &(Place, Expr)> = BTreeMap::new();
        for at in alive {
            chosen.entry(&steps[at].0).or_insert(&steps[at]);
        }
        let Some(first) = chosen.values().next() else {
            return Ok(false);
        };
        let one = replaced(&self.best, [*first]);
        let all = replaced(&self.best, chosen.values().copied());
        self.accept(vec![all, one])
    }

    /// Goes on with the first of these that disagrees alike; true if there is one.
    fn accept(&mut self, cases: Vec<Case>) -> Result<bool> {
        let alive = self.alive(cases.clone())?;
        let Some(first) = alive.first() else {
            return Ok(false);
        };
        let smaller = size(&cases[*first]) < size(&self.best);
        self.best = cases[*first].clone();
        (self.said)(&format!("{} bytes left", size(&self.best)));
        Ok(smaller)
    }

    /// Which of these disagree alike.
    fn alive(&mut self, mut cases: Vec<Case>) -> Result<Vec<usize>> {
        let mut alive = Vec::new();
        for (group, cases) in cases.chunks_mut(WIDTH).enumerate() {
            for (number, case) in cases.iter_mut().enumerate() {
                case.name = format!("c{number:04}");
            }
            let (_, _, compared, _) = one_root(self.planner, cases, 0, true, &mut BTreeMap::new())?;
            for (number, case) in cases.iter().enumerate() {
                let alike = |it: &Disagreement| {
                    it.case == case.name
                        && it.what == self.found.what
                        && (it.path == self.found.path || it.what == What::Problem)
                };
                if compared.disagreements.iter().any(alike) {
                    alive.push(group * WIDTH + number);
                }
            }
        }
        Ok(alive)
    }
}

fn size(case: &Case) -> usize {
    let texts = case.texts();
    texts.map(|(path, text)| path.len() + text.len()).sum()
}

fn replaced<'s>(case: &Case, steps: impl IntoIterator<Item = &'s (Place, Expr)>) -> Case {
    let mut less = case.clone();
    for ((name, place), by) in steps {
        if let Some(file) = less.files.get_mut(name) {
            replace(file, place, by.clone());
        }
    }
    less
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
    use crate::dues::Dealer;
    use crate::random::Random;

    #[test]
    fn every_part_can_be_left_out() {
        let due = Dealer::new(Random::new(7)).next();
        let case = Case::generate("c0000", 7, 'c', &due);
        let places = places(&case);
        assert!(places.len() > 20);
        for place in &places {
            let less = without(&case, std::slice::from_ref(place));
            assert!(size(&less) < size(&case), "{place:?}");
        }
        assert!(without(&case, &places).arguments.is_empty());
    }
}
