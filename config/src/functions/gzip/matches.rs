//! Finds what a text repeats: lazily, along chains of places that begin with the same four bytes.

use super::blocks::{Token, Writer};

const WINDOW: usize = 1 << 15;
const MIN_MATCH: usize = 4;
const MAX_MATCH: usize = 258;
const HASH_BITS: u32 = 17;
/// Tokens of one block.
const MAX_TOKENS: usize = 1 << 14;
/// From this length on the next place is not tried for a better one.
const LAZY: usize = 16;
/// From this length on no better one is looked for.
const NICE: usize = 128;
/// How many places are looked at.
const CHAIN: usize = 128;
/// A match of the least length pays only if it is near.
const NEAR: usize = 4096;

/// Splits a text into blocks of tokens and writes them.
pub(super) fn deflate(text: &[u8], writer: &mut Writer) {
    let mut packer = Packer {
        text,
        end: text.len().min(2 * WINDOW),
        window: 0,
        index: 0,
        heads: vec![0; 1 << HASH_BITS],
        before: vec![0; WINDOW],
        chain: 0,
        length: MIN_MATCH - 1,
        offset: 0,
        pending: false,
        block: Some(0),
        tokens: Vec::new(),
    };
    loop {
        packer.pack(false, writer);
        if packer.end == text.len() {
            break;
        }
        packer.slide();
    }
    packer.pack(true, writer);
}

struct Packer<'t> {
    text: &'t [u8],
    /// How far the text is seen: two windows from `window` on.
    end: usize,
    /// Nothing before this is looked at any more.
    window: usize,
    index: usize,
    /// By hash, the last place that has it, plus 1; 0 for none.
    heads: Vec<u32>,
    /// By place, the one before it with the same hash, plus 1.
    before: Vec<u32>,
    /// The place before `index` with its hash, plus 1.
    chain: u32,
    /// The match that begins at the place before `index`.
    length: usize,
    offset: usize,
    /// True if the byte before `index` is not yet in a token.
    pending: bool,
    /// Where the block begins; `None` if that is seen no more.
    block: Option<usize>,
    tokens: Vec<Token>,
}

impl Packer<'_> {
    fn slide(&mut self) {
        if self.index - self.window >= 2 * WINDOW - (MIN_MATCH + MAX_MATCH) {
            self.window += WINDOW;
            self.block = self.block.filter(|block| *block >= self.window);
        }
        self.end = self.text.len().min(self.window + 2 * WINDOW);
    }

    /// Goes on while there is enough text ahead, or to its end.
    fn pack(&mut self, to_the_end: bool, writer: &mut Writer) {
        loop {
            let ahead = self.end - self.index;
            if ahead < MIN_MATCH + MAX_MATCH && !to_the_end {
                return;
            }
            if ahead == 0 {
                if std::mem::take(&mut self.pending) {
                    self.tokens.push(Token::Literal(self.text[self.index - 1]));
                }
                if !self.tokens.is_empty() {
                    self.write_block(writer);
                }
                return;
            }
            if self.can_insert(self.index) {
                self.chain = self.insert(self.index);
            }
            self.step(ahead);
            if self.tokens.len() == MAX_TOKENS {
                self.write_block(writer);
            }
        }
    }

    fn step(&mut self, ahead: usize) {
        let (last_length, last_offset) = (self.length, self.offset);
        (self.length, self.offset) = (MIN_MATCH - 1, 0);
        let oldest = self.index.saturating_sub(WINDOW).max(self.window);
        let candidate = (self.chain as usize).checked_sub(1);
        if let Some(candidate) = candidate.filter(|it| *it >= oldest)
            && ahead > last_length
            && last_length < LAZY
            && let Some((length, offset)) = self.find(candidate, ahead)
        {
            (self.length, self.offset) = (length, offset);
        }
        if last_length >= MIN_MATCH && self.length <= last_length {
            // The match that began one byte ago is the better one.
            self.tokens.push(Token::Match {
                length: last_length,
                offset: last_offset,
            });
            let after = self.index + last_length - 1;
            for place in self.index + 1..after {
                if self.can_insert(place) {
                    self.insert(place);
                }
            }
            self.index = after;
            self.pending = false;
            self.length = MIN_MATCH - 1;
        } else {
            if self.pending {
                self.tokens.push(Token::Literal(self.text[self.index - 1]));
            }
            self.index += 1;
            self.pending = true;
        }
    }

    /// The longest match along the chain: its length and how far back it is.
    fn find(&self, mut candidate: usize, ahead: usize) -> Option<(usize, usize)> {
        let here = &self.text[self.index..self.index + ahead.min(MAX_MATCH)];
        let nice = NICE.min(here.len());
        let mut length = MIN_MATCH - 1;
        let mut found = None;
        for _ in 0..CHAIN {
            if here[length] == self.text[candidate + length] {
                let pairs = here.iter().zip(&self.text[candidate..]);
                let same = pairs.take_while(|(a, b)| a == b).count();
                let distance = self.index - candidate;
                if same > length && (same > MIN_MATCH || distance <= NEAR) {
                    length = same;
                    found = Some((length, distance));
                    if same >= nice {
                        break;
                    }
                }
            }
            if candidate + WINDOW == self.index {
                // What was before it has been forgotten.
                break;
            }
            match (self.before[candidate % WINDOW] as usize).checked_sub(1) {
                Some(next) if next + WINDOW >= self.index && next >= self.window => {
                    candidate = next;
                }
                _ => break,
            }
        }
        found
    }

    fn can_insert(&self, place: usize) -> bool {
        place + MIN_MATCH - 1 < self.end
    }

    /// Makes a place the head of its chain; the head before it.
    fn insert(&mut self, place: usize) -> u32 {
        let bytes = &self.text[place..place + MIN_MATCH];
        let word = bytes
            .iter()
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        let hash = word.wrapping_mul(0x1e35_a7bd) >> (32 - HASH_BITS);
        // Texts are shorter than 4 GiB.
        let place_after = place as u32 + 1;
        let before = std::mem::replace(&mut self.heads[hash as usize], place_after);
        self.before[place % WINDOW] = before;
        before
    }

    fn write_block(&mut self, writer: &mut Writer) {
        let plain = self.block.filter(|block| *block <= self.index);
        let plain = plain.map(|block| &self.text[block..self.index]);
        writer.block(&self.tokens, plain);
        self.tokens.clear();
        self.block = Some(self.index);
    }
}
