//! Text between sequences: what ends it, and what escapes stand for.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr3};

use super::parser::{Parser, Read};
use super::steps::count;
use super::tree::Name;

/// What may stand in a template's text, and what ends it.
#[derive(Clone, Copy)]
pub(super) enum Kind<'m> {
    /// Backslashes escape; ends with `"` on the same line.
    Quoted,
    /// Ends with a line that holds the marker only.
    Heredoc { marker: &'m str },
    /// Ends with the text.
    Bare,
}

/// Bytes that end a run of plain text between quotes.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let bytes = *b"\"\\$%\n\r";
    let mut at = 0;
    while at < bytes.len() {
        special[bytes[at] as usize] = true;
        at += 1;
    }
    special
};

/// Past the newline of the line at `at`, or before a sequence or a stray carriage return in it.
fn plain_line_end(bytes: &[u8], at: usize) -> usize {
    let end = memchr3(b'$', b'%', b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
    count(end - at);
    let ends_line = bytes.get(end) == Some(&b'\n');
    match memchr(b'\r', &bytes[at..end]) {
        Some(length) if !(ends_line && at + length + 1 == end) => at + length,
        _ if ends_line => end + 1,
        _ => end,
    }
}

/// The first special byte from `at` on.
#[inline]
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    let start = at;
    while bytes.get(at).is_some_and(|byte| !SPECIAL[*byte as usize]) {
        at += 1;
    }
    count(at - start);
    at
}

impl<'s> Parser<'s> {
    #[inline]
    pub(super) fn stored(&mut self, text: &str) -> Read<Name> {
        if text.len() > Name::INLINE_CAP {
            self.spend(text.len() + 32)?;
        }
        Ok(Name::new(text))
    }

    /// Text up to the next sequence, past the end of its line or up to the closing quote.
    pub(super) fn text_piece(
        &mut self,
        kind: Kind<'_>,
        open: usize,
        start: usize,
    ) -> Read<(Cow<'s, str>, usize)> {
        let bytes = self.text.as_bytes();
        let special = |at: usize| match kind {
            Kind::Quoted => plain_end(bytes, at),
            Kind::Heredoc { .. } | Kind::Bare => plain_line_end(bytes, at),
        };
        let mut end = special(start);
        let mut decoded = None;
        loop {
            let ends_line = end > start && bytes[end - 1] == b'\n';
            match bytes.get(end) {
                None => break,
                Some(b'"') if matches!(kind, Kind::Quoted) => break,
                Some(_) if ends_line && !matches!(kind, Kind::Quoted) => break,
                Some(b'$' | b'%') if bytes.get(end + 1) == Some(&b'{') => break,
                Some(_) => end = self.special(kind, open, start..end, &mut decoded)?,
            }
            if bytes[end - 1] != b'\n' {
                let plain = end;
                end = special(plain);
                push(&mut decoded, &self.text[plain..end]);
            }
        }
        let text = decoded.map_or(Cow::Borrowed(&self.text[start..end]), Cow::Owned);
        Ok((text, end))
    }

    /// Takes the special byte that follows `before`, which begins no sequence, and what belongs to it;
    /// gives where that ends. `decoded` is the text so far, where it is not as written.
    pub(super) fn special(
        &mut self,
        kind: Kind<'_>,
        open: usize,
        before: Range<usize>,
        decoded: &mut Option<String>,
    ) -> Read<usize> {
        let (text, at) = (self.text, before.end);
        let so_far = || text[before].to_owned();
        let end = match (&text.as_bytes()[at..], kind) {
            ([b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..], _) => {
                let decoded = decoded.get_or_insert_with(so_far);
                decoded.push_str(&text[at + 1..at + 3]);
                return Ok(at + 3);
            }
            ([b'\\', ..], Kind::Quoted) => {
                let (c, length) = self.escape(at)?;
                decoded.get_or_insert_with(so_far).push(c);
                return Ok(at + length);
            }
            ([b'$' | b'%', ..], _) => at + 1,
            ([b'\n' | b'\r', ..], Kind::Quoted) => return Err(self.open_quote(open, at)),
            ([b'\r', b'\n', ..], _) => at + 2,
            ([b'\r', ..], Kind::Heredoc { .. }) => return Err(self.invalid_character(at)),
            // HashiCorp's scanner gives up at a stray carriage return: the rest is plain text.
            _ => text.len(),
        };
        push(decoded, &text[at..end]);
        Ok(end)
    }

    /// The character that a backslash sequence stands for and the length of the sequence.
    fn escape(&mut self, at: usize) -> Read<(char, usize)> {
        const MESSAGE: &str = "Invalid escape sequence";
        let rest = &self.text[at..];
        let simple = |c| Ok((c, 2));
        let Some(selector) = rest.chars().nth(1) else {
            let span = self.span(at, at + 1);
            let detail = "Backslash must be followed by an escape sequence selector character.";
            return Err(self.fail(MESSAGE, detail, span));
        };
        let digits = match selector {
            'n' => return simple('\n'),
            'r' => return simple('\r'),
            't' => return simple('\t'),
            '"' => return simple('"'),
            '\\' => return simple('\\'),
            'u' => 4,
            'U' => 8,
            '\n' | '\r' => {
                let span = self.span(at, at + 1);
                return Err(self.fail(
                    "Invalid character",
                    "A backslash does not continue quoted text in the next line. Use a heredoc for several lines.",
                    span,
                ));
            }
            _ => {
                let span = self.span(at, at + 1 + selector.len_utf8());
                let detail = format!(
                    "The symbol {selector:?} is not a valid escape sequence selector. To write a backslash, double it."
                );
                return Err(self.fail(MESSAGE, detail, span));
            }
        };
        let is_hex = |code: &&str| code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some(code) = rest.get(2..2 + digits).filter(is_hex) else {
            let span = self.span(at, at + 2);
            let detail = format!(
                "The \\{selector} escape sequence must be followed by {digits} hexadecimal digits."
            );
            return Err(self.fail(MESSAGE, detail, span));
        };
        let code = u32::from_str_radix(code, 16).unwrap_or(u32::MAX);
        match char::from_u32(code) {
            Some(c) => Ok((c, 2 + digits)),
            None => {
                let span = self.span(at, at + 2 + digits);
                let detail = format!("There is no character U+{code:04x}.");
                Err(self.fail(MESSAGE, detail, span))
            }
        }
    }
}

/// Adds what follows to a text that is not as written.
pub(super) fn push(decoded: &mut Option<String>, more: &str) {
    if let Some(decoded) = decoded {
        decoded.push_str(more);
    }
}
