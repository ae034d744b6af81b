//! Codes of bounded length for symbols of given frequencies.

/// The code of a symbol, its first bit lowest, and its length in bits; 0 for a symbol unused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u16,
}

/// Codes of at most `max_bits` bits that make the text shortest.
pub(super) fn codes(frequencies: &[u32], max_bits: usize) -> Vec<Code> {
    let mut codes = vec![Code::default(); frequencies.len()];
    let mut used: Vec<(u32, usize)> = frequencies
        .iter()
        .enumerate()
        .filter(|(_, frequency)| **frequency > 0)
        .map(|(symbol, frequency)| (*frequency, symbol))
        .collect();
    if used.len() <= 2 {
        for (bits, (_, symbol)) in (0..).zip(&used) {
            codes[*symbol] = Code { bits, length: 1 };
        }
        return codes;
    }
    used.sort_unstable();
    let counts = counts_by_length(&used, max_bits);
    let mut next = 0u16;
    for (length, count) in (1u16..).zip(counts) {
        next <<= 1;
        // The most frequent ones are last and get the shortest codes, in the order of symbols.
        let mut chunk: Vec<usize> = used
            .drain(used.len() - count..)
            .map(|(_, symbol)| symbol)
            .collect();
        chunk.sort_unstable();
        for symbol in chunk {
            let bits = reverse(next, length);
            codes[symbol] = Code { bits, length };
            next += 1;
        }
    }
    codes
}

/// The lowest `length` bits the other way round.
pub(super) fn reverse(bits: u16, length: u16) -> u16 {
    (bits << (16 - length)).reverse_bits()
}

/// A level of the tree being made, the root being the highest one.
#[derive(Clone, Copy, Default)]
struct Level {
    last: u64,
    next_leaf: u64,
    next_pair: u64,
    needed: usize,
}

/// How many symbols get codes of 1, 2, ... bits: the boundary package-merge of Katajainen, Moffat
/// and Turpin. `sorted` are at least three frequencies, lowest first.
fn counts_by_length(sorted: &[(u32, usize)], max_bits: usize) -> Vec<usize> {
    const NONE: u64 = u64::MAX;
    let total = sorted.len();
    let frequency = |at: usize| sorted.get(at).map_or(NONE, |(it, _)| u64::from(*it));
    let top = max_bits.min(total - 1);
    // By level; level 0 is never chosen from.
    let first = Level {
        last: frequency(1),
        next_leaf: frequency(2),
        next_pair: frequency(0) + frequency(1),
        needed: 0,
    };
    let mut levels = vec![first; top + 2];
    levels[0] = Level::default();
    levels[1].next_pair = NONE;
    levels[top].needed = 2 * total - 4;
    // leaves[i][j]: leaves left of the ancestor on level j of the rightmost node on level i.
    let mut leaves = vec![vec![0; top + 1]; top + 1];
    for (level, row) in leaves.iter_mut().enumerate().skip(1) {
        row[level] = 2;
    }
    let mut at = top;
    loop {
        let level = levels[at];
        if level.next_pair == NONE && level.next_leaf == NONE {
            // Nothing is left here, and nothing will come from here.
            levels[at].needed = 0;
            levels[at + 1].next_pair = NONE;
            at += 1;
            continue;
        }
        if level.next_leaf < level.next_pair {
            leaves[at][at] += 1;
            levels[at].last = level.next_leaf;
            levels[at].next_leaf = frequency(leaves[at][at]);
        } else {
            levels[at].last = level.next_pair;
            let (below, here) = leaves.split_at_mut(at);
            here[0][..at].copy_from_slice(&below[at - 1][..at]);
            levels[at - 1].needed = 2;
        }
        levels[at].needed -= 1;
        if levels[at].needed == 0 {
            if at == top {
                break;
            }
            levels[at + 1].next_pair = level.last + levels[at].last;
            at += 1;
        } else {
            while levels[at - 1].needed > 0 {
                at -= 1;
            }
        }
    }
    let last = &leaves[top];
    (1..=top)
        .rev()
        .map(|level| last[level] - last[level - 1])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(frequencies: &[u32], max_bits: usize) -> Vec<u16> {
        let codes = codes(frequencies, max_bits);
        codes.iter().map(|code| code.length).collect()
    }

    #[test]
    fn the_frequent_ones_are_short() {
        assert_eq!(lengths(&[0, 0], 15), [0, 0]);
        assert_eq!(lengths(&[0, 9], 15), [0, 1]);
        assert_eq!(lengths(&[9, 0, 1], 15), [1, 0, 1]);
        assert_eq!(lengths(&[1, 2, 4, 8], 15), [3, 3, 2, 1]);
        assert_eq!(lengths(&[1, 2, 4, 8], 2), [2, 2, 2, 2]);
        assert_eq!(
            lengths(&[1, 1, 2, 3, 5, 8, 13, 21], 4),
            [4, 4, 4, 4, 3, 3, 2, 2]
        );
    }

    #[test]
    fn codes_fill_the_space_whatever_the_bound() {
        for bound in 6..=15 {
            let frequencies: Vec<u32> = (0..40).map(|i| 1 + (i * i * 7919) % 1000).collect();
            let filled: f64 = lengths(&frequencies, bound)
                .iter()
                .map(|length| 0.5f64.powi(i32::from(*length)))
                .sum();
            assert_eq!(filled, 1.0, "{bound}");
        }
    }
}
