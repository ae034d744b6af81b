//! JSON strings.

use std::borrow::Cow;

use super::read::Reader;

impl<'s> Reader<'s> {
    /// A string, as far as it can be read, and whether that is all of it.
    pub(super) fn string(&mut self) -> (Cow<'s, str>, bool) {
        let start = self.at;
        let (end, is_closed) = string_end(self.text.as_bytes(), start);
        if !is_closed {
            self.at = self.broken_end(end);
            self.error(
                "Invalid JSON string",
                "A tab, a newline or another control character stands in this string, or nothing closes it. In JSON these are written \\t and \\n.",
                start..end,
            );
            return (Cow::Borrowed(&self.text[start + 1..end]), false);
        }
        self.at = end;
        let raw = &self.text[start + 1..end - 1];
        if !raw.contains('\\') {
            return (Cow::Borrowed(raw), true);
        }
        self.spend(raw.len());
        let errors = self.errors.len();
        let decoded = self.decoded(raw, start + 1);
        (Cow::Owned(decoded), self.errors.len() == errors)
    }

    /// Where a string was meant to end that goes on after `at`: with the next quote, if what follows
    /// that may follow a string; else here.
    fn broken_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let Some(length) = rest.find('"') else {
            return at;
        };
        let after = rest[length + 1..].trim_start();
        if after.is_empty() || after.starts_with([',', '}', ']', ':']) {
            at + length + 1
        } else {
            at
        }
    }

    fn decoded(&mut self, raw: &str, place: usize) -> String {
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            text.push_str(&rest[..at]);
            rest = &rest[at..];
            let (c, length) = match rest.as_bytes().get(1) {
                Some(b'"') => ('"', 2),
                Some(b'\\') => ('\\', 2),
                Some(b'/') => ('/', 2),
                Some(b'b') => ('\u{8}', 2),
                Some(b'f') => ('\u{c}', 2),
                Some(b'n') => ('\n', 2),
                Some(b'r') => ('\r', 2),
                Some(b't') => ('\t', 2),
                Some(b'u') if code_unit(rest).is_some() => code_point(rest),
                _ => {
                    let start = place + raw.len() - rest.len();
                    self.error(
                        "Invalid JSON string",
                        "A backslash in a JSON string is followed by one of \" \\ / b f n r t, or by u and four hexadecimal digits.",
                        start..start + 1,
                    );
                    ('\\', 1)
                }
            };
            text.push(c);
            rest = &rest[length..];
        }
        text.push_str(rest);
        text
    }
}

/// The code unit of `\uXXXX` that `text` begins with.
fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// The character of one or two `\uXXXX` that `text` begins with and their length. A surrogate on its
/// own is no character; Go puts U+FFFD in its place.
fn code_point(text: &str) -> (char, usize) {
    let first = code_unit(text).unwrap_or_default();
    if (0xd800..0xdc00).contains(&first)
        && let Some(second @ 0xdc00..0xe000) = text.get(6..).and_then(code_unit)
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code).unwrap_or('\u{fffd}'), 12);
    }
    (char::from_u32(first).unwrap_or('\u{fffd}'), 6)
}

/// Past the closing quote of the string that opens at `at`, if there is one before any control
/// character; else up to that.
pub(super) fn string_end(bytes: &[u8], at: usize) -> (usize, bool) {
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return (at + 1, true),
            b'\\' if bytes.get(at + 1).is_some_and(|byte| *byte >= 0x20) => at += 2,
            0..0x20 => break,
            _ => at += 1,
        }
    }
    (at.min(bytes.len()), false)
}
