//! Blocks of tokens as bits: stored, with the fixed codes, or with codes of their own, whichever
//! is shortest.

use super::huffman::{Code, codes, reverse};

const LITERALS: usize = 286;
const OFFSETS: usize = 30;
const END: usize = 256;
/// The code of the shortest match.
const FIRST_LENGTH: usize = 257;
const MAX_STORED: usize = 65_535;
/// In which order the lengths of the codes for code lengths are written.
const LENGTH_ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// One piece of a text.
#[derive(Clone, Copy)]
pub(super) enum Token {
    /// A byte.
    Literal(u8),
    /// So many bytes as they stand so far back.
    Match {
        /// 4 to 258.
        length: usize,
        /// 1 to 32,768.
        offset: usize,
    },
}

/// A symbol, and the bits that follow it.
#[derive(Clone, Copy)]
struct Symbol {
    symbol: usize,
    extra: u32,
    extra_bits: u32,
}

/// Groups of four symbols for lengths (of two for offsets), each group with twice the range of
/// the one before.
fn grouped(value: usize, group: u32) -> Symbol {
    let per_group = 1 << group;
    if value < 2 * per_group {
        return Symbol {
            symbol: value,
            extra: 0,
            extra_bits: 0,
        };
    }
    let extra_bits = value.ilog2() - group;
    let step = value >> extra_bits;
    Symbol {
        symbol: extra_bits as usize * per_group + step,
        extra: (value - (step << extra_bits)) as u32,
        extra_bits,
    }
}

fn length_symbol(length: usize) -> Symbol {
    let symbol = match length {
        // The longest has a code of its own.
        258 => Symbol {
            symbol: 28,
            extra: 0,
            extra_bits: 0,
        },
        _ => grouped(length - 3, 2),
    };
    Symbol {
        symbol: symbol.symbol + FIRST_LENGTH,
        ..symbol
    }
}

fn offset_symbol(offset: usize) -> Symbol {
    grouped(offset - 1, 1)
}

/// Codes of literals and lengths, and of offsets.
struct Codes {
    literals: Vec<Code>,
    offsets: Vec<Code>,
}

impl Codes {
    fn fixed() -> Self {
        let literal = |symbol: u16| {
            let (bits, length) = match symbol {
                0..144 => (symbol + 48, 8),
                144..256 => (symbol + 400 - 144, 9),
                256..280 => (symbol - 256, 7),
                _ => (symbol + 192 - 280, 8),
            };
            Code {
                bits: reverse(bits, length),
                length,
            }
        };
        let offset = |symbol: u16| Code {
            bits: reverse(symbol, 5),
            length: 5,
        };
        Self {
            literals: (0..LITERALS as u16).map(literal).collect(),
            offsets: (0..OFFSETS as u16).map(offset).collect(),
        }
    }
}

fn size(frequencies: &[u32], codes: &[Code]) -> usize {
    let pairs = frequencies.iter().zip(codes);
    pairs
        .map(|(frequency, code)| *frequency as usize * usize::from(code.length))
        .sum()
}

/// What heads a block with codes of its own.
struct Head {
    literals: usize,
    offsets: usize,
    /// Lengths of all codes, runs of one length gathered: each a symbol and its extra bits.
    lengths: Vec<Symbol>,
    codes: Vec<Code>,
    /// How many of [`LENGTH_ORDER`] are written.
    written: usize,
    /// All of it in bits.
    size: usize,
}

impl Head {
    fn new(literals: usize, offsets: usize, own: &Codes) -> Self {
        let all = own.literals[..literals].iter();
        let all = all.chain(&own.offsets[..offsets]);
        let all: Vec<usize> = all.map(|code| usize::from(code.length)).collect();
        let lengths = runs(&all);
        let mut frequencies = [0u32; LENGTH_ORDER.len()];
        lengths.iter().for_each(|it| frequencies[it.symbol] += 1);
        let codes = codes(&frequencies, 7);
        let is_used = |symbol: &usize| frequencies[*symbol] > 0;
        let last = LENGTH_ORDER.iter().rposition(is_used).unwrap_or(0);
        let written = (last + 1).max(4);
        let extra: u32 = lengths.iter().map(|it| it.extra_bits).sum();
        Self {
            literals,
            offsets,
            size: 3 + 5 + 5 + 4 + 3 * written + size(&frequencies, &codes) + extra as usize,
            lengths,
            codes,
            written,
        }
    }
}

/// Gathers equal lengths: 16 repeats the last one 3 to 6 times, 17 stands for 3 to 10 zeros and 18
/// for 11 to 138.
fn runs(lengths: &[usize]) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let plain = |symbol| Symbol {
        symbol,
        extra: 0,
        extra_bits: 0,
    };
    let run = |symbol, extra: usize, extra_bits| Symbol {
        symbol,
        extra: extra as u32,
        extra_bits,
    };
    for chunk in lengths.chunk_by(|a, b| a == b) {
        let (length, mut left) = (chunk[0], chunk.len());
        if length > 0 {
            symbols.push(plain(length));
            left -= 1;
            while left >= 3 {
                let count = left.min(6);
                symbols.push(run(16, count - 3, 2));
                left -= count;
            }
        } else {
            while left >= 11 {
                let count = left.min(138);
                symbols.push(run(18, count - 11, 7));
                left -= count;
            }
            if left >= 3 {
                symbols.push(run(17, left - 3, 3));
                left = 0;
            }
        }
        symbols.extend((0..left).map(|_| plain(length)));
    }
    symbols
}

/// Bits on their way to bytes.
pub(super) struct Writer {
    bytes: Vec<u8>,
    bits: u64,
    count: u32,
}

impl Writer {
    /// Writes after these bytes.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            bits: 0,
            count: 0,
        }
    }

    /// All bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }

    /// A stored block of nothing, perhaps the last one.
    pub(super) fn empty_block(&mut self, is_last: bool) {
        self.put(u32::from(is_last), 3);
        self.stored(&[]);
    }

    /// A block of tokens, which mean `plain` if that is at hand.
    pub(super) fn block(&mut self, tokens: &[Token], plain: Option<&[u8]>) {
        let mut literals = vec![0u32; LITERALS];
        let mut offsets = vec![0u32; OFFSETS];
        let mut extra = 0;
        for token in tokens {
            match token {
                Token::Literal(byte) => literals[usize::from(*byte)] += 1,
                Token::Match { length, offset } => {
                    let (length, offset) = (length_symbol(*length), offset_symbol(*offset));
                    literals[length.symbol] += 1;
                    offsets[offset.symbol] += 1;
                    extra += (length.extra_bits + offset.extra_bits) as usize;
                }
            }
        }
        literals[END] += 1;
        let count = |it: &[u32]| it.iter().rposition(|it| *it > 0).map_or(0, |last| last + 1);
        let (literal_count, mut offset_count) = (count(&literals), count(&offsets));
        if offset_count == 0 {
            // A tree has at least one leaf.
            offsets[0] = 1;
            offset_count = 1;
        }
        let own = Codes {
            literals: codes(&literals, 15),
            offsets: codes(&offsets, 15),
        };
        let head = Head::new(literal_count, offset_count, &own);
        let fixed = Codes::fixed();
        let plain = plain.filter(|plain| plain.len() <= MAX_STORED);
        // Extra bits are the same for both kinds of codes.
        let extra = if plain.is_some() { extra } else { 0 };
        let of = |codes: &Codes| {
            size(&literals, &codes.literals) + size(&offsets, &codes.offsets) + extra
        };
        let (fixed_size, own_size) = (3 + of(&fixed), head.size + of(&own));
        match plain {
            Some(plain) if (plain.len() + 5) * 8 < fixed_size.min(own_size) => {
                self.put(0, 3);
                self.stored(plain);
            }
            _ if own_size < fixed_size => {
                self.head(&head);
                self.tokens(tokens, &own);
            }
            _ => {
                self.put(2, 3);
                self.tokens(tokens, &fixed);
            }
        }
    }

    fn head(&mut self, head: &Head) {
        self.put(4, 3);
        self.put((head.literals - 257) as u32, 5);
        self.put((head.offsets - 1) as u32, 5);
        self.put((head.written - 4) as u32, 4);
        for symbol in &LENGTH_ORDER[..head.written] {
            self.put(u32::from(head.codes[*symbol].length), 3);
        }
        for symbol in &head.lengths {
            self.symbol(symbol, &head.codes);
        }
    }

    fn tokens(&mut self, tokens: &[Token], codes: &Codes) {
        for token in tokens {
            match token {
                Token::Literal(byte) => self.code(codes.literals[usize::from(*byte)]),
                Token::Match { length, offset } => {
                    self.symbol(&length_symbol(*length), &codes.literals);
                    self.symbol(&offset_symbol(*offset), &codes.offsets);
                }
            }
        }
        self.code(codes.literals[END]);
    }

    fn symbol(&mut self, symbol: &Symbol, codes: &[Code]) {
        self.code(codes[symbol.symbol]);
        self.put(symbol.extra, symbol.extra_bits);
    }

    fn code(&mut self, code: Code) {
        self.put(u32::from(code.bits), u32::from(code.length));
    }

    /// After the three bits of its header: length, its complement, the bytes.
    fn stored(&mut self, bytes: &[u8]) {
        self.align();
        // At most `MAX_STORED`.
        let length = bytes.len() as u16;
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend((!length).to_le_bytes());
        self.bytes.extend(bytes);
    }

    fn put(&mut self, bits: u32, count: u32) {
        self.bits |= u64::from(bits) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.bits as u8);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    fn align(&mut self) {
        if self.count > 0 {
            self.bytes.push(self.bits as u8);
            (self.bits, self.count) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_those_of_the_format() {
        let show = |it: Symbol| (it.symbol, it.extra, it.extra_bits);
        assert_eq!(show(length_symbol(3)), (257, 0, 0));
        assert_eq!(show(length_symbol(10)), (264, 0, 0));
        assert_eq!(show(length_symbol(12)), (265, 1, 1));
        assert_eq!(show(length_symbol(257)), (284, 30, 5));
        assert_eq!(show(length_symbol(258)), (285, 0, 0));
        assert_eq!(show(offset_symbol(1)), (0, 0, 0));
        assert_eq!(show(offset_symbol(4)), (3, 0, 0));
        assert_eq!(show(offset_symbol(6)), (4, 1, 1));
        assert_eq!(show(offset_symbol(32_768)), (29, 8191, 13));
    }
}
