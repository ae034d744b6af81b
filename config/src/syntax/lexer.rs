//! Bytes to tokens, by the rules of HashiCorp's scanner.
//!
//! [`code`] reads one token of code; text inside quotes and heredocs is read by whoever knows that it
//! stands there: the parser, or [`super::tokens::Tokens`] with a stack of modes.

use memchr::{memchr, memmem};

use super::steps::count;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Blanks and tabs; in code that newlines do not end, newlines too.
    Blank,
    /// A comment, without the end of its line.
    Comment,
    /// `\n` or `\r\n`.
    Newline,
    /// A name or keyword.
    Ident,
    /// A number, or what begins like one.
    Number,
    /// The `"` that opens text.
    OpenQuote,
    /// The `"` that closes text.
    CloseQuote,
    /// `<<EOT` or `<<-EOT` and the end of its line.
    OpenHeredoc,
    /// The line that ends a heredoc, without the end of the line.
    CloseHeredoc,
    /// Text inside quotes or a heredoc.
    Text,
    /// `${` or `${~`.
    OpenInterpolation,
    /// `%{` or `%{~`.
    OpenDirective,
    /// `}` or `~}` that ends an interpolation or a directive.
    CloseSequence,
    /// `{`.
    OpenBrace,
    /// `}`.
    CloseBrace,
    /// `[`.
    OpenBracket,
    /// `]`.
    CloseBracket,
    /// `(`.
    OpenParen,
    /// `)`.
    CloseParen,
    /// `,`.
    Comma,
    /// `.`.
    Dot,
    /// `...`.
    Ellipsis,
    /// `:`.
    Colon,
    /// `::`.
    DoubleColon,
    /// `=`.
    Equal,
    /// `=>`.
    FatArrow,
    /// `?`.
    Question,
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Star,
    /// `/`.
    Slash,
    /// `%`.
    Percent,
    /// `==`.
    EqualEqual,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `!`.
    Bang,
    /// A character that means nothing in the language.
    Invalid,
    /// The end of the text.
    End,
}

/// Which bytes begin or continue names.
const NAME_START: u8 = 1;
const NAME: u8 = 2;
const DIGIT: u8 = 4;
const WIDE: u8 = 8;

const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        if c.is_ascii_alphabetic() || c == b'_' {
            class[byte] = NAME_START | NAME;
        } else if c.is_ascii_digit() {
            class[byte] = NAME | DIGIT;
        } else if c == b'-' {
            class[byte] = NAME;
        } else if c >= 0x80 {
            class[byte] = WIDE;
        }
        byte += 1;
    }
    class
};

pub(super) fn is_digit(byte: u8) -> bool {
    CLASS[byte as usize] & DIGIT != 0
}

/// The token of code at `at`, which is neither blank nor a comment, and where it ends.
#[inline]
pub(super) fn code(text: &str, at: usize) -> (TokenKind, usize) {
    let (kind, end) = token(text, at);
    count(end - at + 1);
    (kind, end)
}

#[inline]
fn token(text: &str, at: usize) -> (TokenKind, usize) {
    use TokenKind as T;
    let bytes = text.as_bytes();
    let Some(&byte) = bytes.get(at) else {
        return (T::End, at);
    };
    if CLASS[byte as usize] & NAME_START != 0 {
        return (T::Ident, name_end(text, at + 1));
    }
    let next = bytes.get(at + 1).copied().unwrap_or_default();
    let one = |kind| (kind, at + 1);
    let two = |kind| (kind, at + 2);
    match byte {
        b'=' if next == b'=' => two(T::EqualEqual),
        b'=' if next == b'>' => two(T::FatArrow),
        b'=' => one(T::Equal),
        b'.' if next == b'.' && bytes.get(at + 2) == Some(&b'.') => (T::Ellipsis, at + 3),
        b'.' => one(T::Dot),
        b'"' => one(T::OpenQuote),
        b'{' => one(T::OpenBrace),
        b'}' => one(T::CloseBrace),
        b'[' => one(T::OpenBracket),
        b']' => one(T::CloseBracket),
        b'(' => one(T::OpenParen),
        b')' => one(T::CloseParen),
        b',' => one(T::Comma),
        b'\n' => one(T::Newline),
        b'\r' if next == b'\n' => two(T::Newline),
        b':' if next == b':' => two(T::DoubleColon),
        b':' => one(T::Colon),
        b'?' => one(T::Question),
        b'0'..=b'9' => (T::Number, number_end(bytes, at)),
        b'!' if next == b'=' => two(T::NotEqual),
        b'!' => one(T::Bang),
        b'<' if next == b'=' => two(T::LessOrEqual),
        b'<' => match heredoc_opening(text, at) {
            Some(end) => (T::OpenHeredoc, end),
            None => one(T::Less),
        },
        b'>' if next == b'=' => two(T::GreaterOrEqual),
        b'>' => one(T::Greater),
        b'&' if next == b'&' => two(T::And),
        b'|' if next == b'|' => two(T::Or),
        b'~' if next == b'}' => two(T::CloseSequence),
        b'+' => one(T::Plus),
        b'-' => one(T::Minus),
        b'*' => one(T::Star),
        b'/' => one(T::Slash),
        b'%' => one(T::Percent),
        _ => wide(text, at),
    }
}

/// A name of other letters than ASCII's, or a character that means nothing.
#[cold]
fn wide(text: &str, at: usize) -> (TokenKind, usize) {
    let c = text[at..].chars().next().unwrap_or_default();
    let end = at + c.len_utf8();
    if unicode_id_start::is_id_start(c) {
        (TokenKind::Ident, name_end(text, end))
    } else {
        (TokenKind::Invalid, end)
    }
}

/// Past the letters, digits, `_` and `-` from `at` on.
#[inline]
fn name_end(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        let class = CLASS[byte as usize];
        if class & NAME != 0 {
            at += 1;
        } else if class & WIDE != 0 {
            return wide_name_end(text, at);
        } else {
            break;
        }
    }
    at
}

#[cold]
fn wide_name_end(text: &str, at: usize) -> usize {
    let is_name = |c: char| c == '-' || unicode_id_start::is_id_continue(c);
    let length = text[at..].find(|c| !is_name(c));
    length.map_or(text.len(), |length| at + length)
}

/// The longest run of digits, points and exponents that does not end with a point.
fn number_end(bytes: &[u8], at: usize) -> usize {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let (mut at, mut end) = (at, at);
    loop {
        match byte(at) {
            b'0'..=b'9' => {
                at += 1;
                end = at;
            }
            b'.' => at += 1,
            b'e' | b'E' => {
                let sign = usize::from(matches!(byte(at + 1), b'+' | b'-'));
                if !is_digit(byte(at + 1 + sign)) {
                    return end;
                }
                at += 2 + sign;
                end = at;
            }
            _ => return end,
        }
    }
}

/// Past the end of the line of `<<EOT` or `<<-EOT` at `at`, if one stands there.
fn heredoc_opening(text: &str, at: usize) -> Option<usize> {
    let marker = heredoc_marker(text, at)?;
    match text.as_bytes().get(marker.end..)? {
        [b'\n', ..] => Some(marker.end + 1),
        [b'\r', b'\n', ..] => Some(marker.end + 2),
        _ => None,
    }
}

/// The name after `<<` or `<<-` at `at`.
pub(super) fn heredoc_marker(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let rest = text.get(at..)?.strip_prefix("<<")?;
    let start = at + if rest.starts_with('-') { 3 } else { 2 };
    let c = text[start..].chars().next()?;
    let is_name = c == '_' || unicode_id_start::is_id_start(c);
    is_name.then(|| start..name_end(text, start + c.len_utf8()))
}

/// Where the line at `at` ends, if it holds nothing but the marker, blanks around it aside, and a
/// newline follows.
pub(super) fn heredoc_closing(text: &str, at: usize, marker: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // Few lines hold a blank or the marker's first letter first.
    let first = bytes[at..]
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'\t'))?;
    if first != marker.as_bytes().first()? && !first.is_ascii_whitespace() && first.is_ascii() {
        return None;
    }
    let length = memchr(b'\n', &bytes[at..]);
    count(length.unwrap_or(bytes.len() - at));
    let end = at + length?;
    let line = &text[at..end];
    let end = if line.ends_with('\r') { end - 1 } else { end };
    (line.trim() == marker).then_some(end)
}

/// Past the comment at `at`, if one stands there: up to the end of its line, or past `*/`. A `/*`
/// that nothing closes is none.
pub(super) fn comment_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'#', ..] | [b'/', b'/', ..] => Some(line_end(bytes, at)),
        [b'/', b'*', rest @ ..] => {
            let length = memmem::find(rest, b"*/");
            count(length.unwrap_or(rest.len()));
            length.map(|length| at + 2 + length + 2)
        }
        _ => None,
    }
}

/// The end of the line of `at`: its `\n` or `\r\n`, or the end of the text.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let length = memchr(b'\n', &bytes[at..]);
    count(length.unwrap_or(bytes.len() - at));
    match length {
        None => bytes.len(),
        Some(length) if length > 0 && bytes[at + length - 1] == b'\r' => at + length - 1,
        Some(length) => at + length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_terraform_ends_them() {
        let number = |text: &str| text[..number_end(text.as_bytes(), 0)].to_owned();
        let cases = [
            ("12]", "12"),
            ("1.5e-3x", "1.5e-3"),
            ("1...]", "1"),
            ("1..2", "1..2"),
            ("1.2.3", "1.2.3"),
            ("1.e5", "1.e5"),
            ("1e", "1"),
            ("1e+", "1"),
            ("5m", "5"),
            ("0x1", "0"),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn names_may_hold_letters_of_all_scripts() {
        let name = |text: &str| text[..code(text, 0).1].to_owned();
        assert_eq!(name("größe-2_x = 1"), "größe-2_x");
        assert_eq!(name("名前.x"), "名前");
        assert_eq!(code("“x”", 0), (TokenKind::Invalid, 3));
        assert_eq!(code("-a", 0), (TokenKind::Minus, 1));
    }

    #[test]
    fn heredocs_open_at_the_end_of_a_line_only() {
        assert_eq!(code("<<EOT\nx", 0), (TokenKind::OpenHeredoc, 6));
        assert_eq!(code("<<-E-T\r\nx", 0), (TokenKind::OpenHeredoc, 8));
        for text in ["<<EOT x\n", "<<EOT", "<<\"EOT\"\n", "<<1\n", "<< EOT\n"] {
            assert_eq!(code(text, 0), (TokenKind::Less, 1), "{text:?}");
        }
    }

    #[test]
    fn lines_end_before_their_newline() {
        for (text, end) in [
            ("ab", 2),
            ("ab\n", 2),
            ("ab\r\n", 2),
            ("\n", 0),
            ("", 0),
            ("a\r", 2),
        ] {
            assert_eq!(line_end(text.as_bytes(), 0), end, "{text:?}");
        }
    }
}
