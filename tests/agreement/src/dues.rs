//! What each case owes: chance alone writes some types and blocks too seldom.
//!
//! All types and their blocks are dealt in hands, one hand a case, and dealt anew when all of them
//! are out. So in any number of cases each kind of block is written about as often as every other,
//! however many there are, and the first cases of a proof are the same however many follow.

use crate::random::Random;
use crate::vocabulary::vocabulary;

/// Blocks of one hand: few enough that a resource stays readable.
const HAND: usize = 16;

/// These come with the idioms, in every case.
const OF_IDIOMS: [&str; 2] = ["rancher2_cluster_v2", "rancher2_machine_config_v2"];

/// A type that a case must write, with these blocks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// `aws_instance`, `data.aws_ami`.
    pub(crate) kind: &'static str,
    /// Paths as in `data/paths.txt`.
    pub(crate) blocks: Vec<&'static str>,
}

/// Hands out dues.
pub(crate) struct Dealer {
    random: Random,
    left: Vec<Due>,
}

impl Dealer {
    pub(crate) fn new(random: Random) -> Self {
        let left = Vec::new();
        Self { random, left }
    }

    /// What the next case owes.
    pub(crate) fn next(&mut self) -> Due {
        loop {
            match self.left.pop() {
                Some(due) => return due,
                None => self.left = self.hands(),
            }
        }
    }

    /// Every type, every block of it, in one of the hands.
    fn hands(&mut self) -> Vec<Due> {
        let mut hands = Vec::new();
        for (kind, blocks) in &vocabulary().block_kinds {
            if OF_IDIOMS.contains(&kind.as_str()) {
                continue;
            }
            let mut blocks: Vec<&'static str> = blocks.iter().map(String::as_str).collect();
            self.random.shuffle(&mut blocks);
            let count = blocks.len().div_ceil(HAND).max(1);
            let each = blocks.len().div_ceil(count).max(1);
            let mut parts: Vec<Vec<&str>> = blocks.chunks(each).map(<[_]>::to_vec).collect();
            if parts.is_empty() {
                parts.push(Vec::new());
            }
            hands.extend(parts.into_iter().map(|blocks| Due { kind, blocks }));
        }
        self.random.shuffle(&mut hands);
        hands
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::proof::LEAST;

    #[test]
    fn two_thousand_cases_owe_each_kind_of_block_often_enough() {
        let mut dealer = Dealer::new(Random::new(1));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for _ in 0..2_000 {
            let due = dealer.next();
            assert!(due.blocks.len() <= HAND, "{due:?}");
            *counts.entry(due.kind).or_default() += 1;
            for block in due.blocks {
                *counts.entry(block).or_default() += 1;
            }
        }
        for (kind, blocks) in &vocabulary().block_kinds {
            if OF_IDIOMS.contains(&kind.as_str()) {
                continue;
            }
            for path in blocks.iter().chain([kind]) {
                let count = counts.get(path.as_str()).copied().unwrap_or_default();
                assert!(count >= LEAST, "{path}: {count}");
            }
        }
    }
}
