//! JSON with the place of every value, repeated properties kept. After most errors it reads on.

use std::borrow::Cow;

use memchr::memmem;

use super::super::error::SyntaxError;
use super::super::memory::{self, Memory, Purse};
use super::super::tree::Span;
use super::super::{MAX_DEPTH, MAX_ERRORS};
use super::strings::string_end;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node<'s> {
    pub(super) kind: Kind<'s>,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum Kind<'s> {
    Null,
    Bool(bool),
    Number(&'s str),
    /// Borrowed where it has no escapes.
    String(Cow<'s, str>),
    Array(Box<[Node<'s>]>),
    Object(Box<[Property<'s>]>),
    /// Reported.
    Invalid,
}

#[derive(Debug)]
pub(super) struct Property<'s> {
    pub(super) key: Cow<'s, str>,
    pub(super) span: Span,
    pub(super) value: Node<'s>,
}

/// What was read, if there was anything to read, and what is wrong.
pub(super) struct Document<'s> {
    pub(super) root: Option<Node<'s>>,
    pub(super) errors: Vec<SyntaxError>,
    /// What the nodes take.
    pub(super) purse: Purse<'s>,
}

/// Reads a whole text.
pub(super) fn document<'s>(text: &'s str, memory: &'s Memory) -> Document<'s> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        purse: Purse::new(memory),
        is_over: false,
        is_comment_free: false,
        errors: Vec::new(),
        nodes: Vec::new(),
        properties: Vec::new(),
    };
    if text.starts_with('\u{feff}') {
        reader.error_here(
            "Invalid start of value",
            "A byte order mark stands here, which Terraform does not take in JSON.",
        );
        reader.at = 3;
    }
    reader.blanks();
    if reader.at == text.len() {
        reader.error(
            "Missing value",
            "The file holds no JSON at all.",
            reader.at..reader.at,
        );
        return Document {
            root: None,
            errors: reader.errors,
            purse: reader.purse,
        };
    }
    let root = reader.value();
    reader.blanks();
    if reader.at < text.len() && !reader.is_over && !reader.was_broken() {
        reader.error_here(
            "Extraneous data after value",
            "Extra characters appear after the JSON value.",
        );
    }
    Document {
        root: Some(root),
        errors: reader.errors,
        purse: reader.purse,
    }
}

pub(super) struct Reader<'s> {
    pub(super) text: &'s str,
    pub(super) at: usize,
    depth: usize,
    purse: Purse<'s>,
    is_over: bool,
    is_comment_free: bool,
    pub(super) errors: Vec<SyntaxError>,
    /// Of lists that are not complete yet, those of inner lists last.
    nodes: Vec<Node<'s>>,
    properties: Vec<Property<'s>>,
}

impl<'s> Reader<'s> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// An error that already told where a bracket is missing or too much.
    fn was_broken(&self) -> bool {
        let tells = |error: &SyntaxError| {
            error.message.starts_with("Mismatched") || error.message.starts_with("Unclosed")
        };
        self.errors.iter().any(tells)
    }

    pub(super) fn error(
        &mut self,
        message: &'static str,
        detail: impl Into<Cow<'static, str>>,
        range: std::ops::Range<usize>,
    ) {
        if !self.is_over && self.errors.len() < MAX_ERRORS {
            self.errors
                .push(SyntaxError::new(message, detail, Span::new(range)));
        }
    }

    fn error_here(&mut self, message: &'static str, detail: impl Into<Cow<'static, str>>) {
        let c = self.text[self.at..].chars().next();
        self.error(
            message,
            detail,
            self.at..self.at + c.map_or(0, char::len_utf8),
        );
    }

    /// Accounts for memory; ends the reading if there is none left.
    pub(super) fn spend(&mut self, bytes: usize) {
        // Once more while a list that is complete is moved to its place.
        if self.is_over || self.purse.spend(2 * bytes) {
            return;
        }
        // Whatever else is wrong with it.
        self.errors.truncate(MAX_ERRORS - 1);
        let place = Span::new(self.at..self.at);
        self.errors.push(memory::too_large(place));
        self.is_over = true;
        self.text = &self.text[..self.at];
    }

    /// Skips blanks, and comments, which are in error.
    fn blanks(&mut self) {
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'#' | b'/') if self.comment() => {}
                _ => return,
            }
        }
    }

    fn comment(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let length = match rest {
            [b'#', ..] | [b'/', b'/', ..] => memchr::memchr(b'\n', rest),
            [b'/', b'*', inside @ ..] if !self.is_comment_free => {
                let end = memmem::find(inside, b"*/").map(|length| length + 4);
                self.is_comment_free |= end.is_none();
                end
            }
            _ => return false,
        };
        let end = length.map_or(self.text.len(), |length| self.at + length);
        self.error(
            "Comment in JSON",
            "JSON has no comments. Terraform ignores properties named \"//\" in the objects that stand for blocks.",
            self.at..end,
        );
        self.at = end;
        true
    }

    fn value(&mut self) -> Node<'s> {
        self.blanks();
        let start = self.at;
        let kind = match self.byte() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => match self.string() {
                (text, true) => Kind::String(text),
                (_, false) => Kind::Invalid,
            },
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.keyword(),
            byte => {
                self.no_value(byte);
                Kind::Invalid
            }
        };
        let span = Span::new(start..self.at.max(start));
        Node { kind, span }
    }

    fn no_value(&mut self, byte: Option<u8>) {
        const EXPECTED: &str =
            "A JSON value must start with a brace, a bracket, a number, a string, or a keyword.";
        match byte {
            // Which bracket is open is told.
            None => {}
            Some(b'}' | b',') => self.error_here("Missing JSON value", EXPECTED),
            Some(b']') => self.error_here("Missing array element value", EXPECTED),
            Some(b'\'') => {
                self.error_here(
                    "Invalid start of value",
                    "JSON strings are written in double quotes.",
                );
                self.skip_value();
            }
            Some(_) => {
                self.error_here("Invalid start of value", EXPECTED);
                self.skip_value();
            }
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Kind<'s>) -> Kind<'s> {
        if self.depth >= MAX_DEPTH {
            let detail =
                format!("Objects and arrays may nest {MAX_DEPTH} levels deep, and this is deeper.");
            self.error_here("Too deeply nested", detail);
            self.skip_brackets();
            // That all the others are open is no news then.
            self.is_over |= self.at == self.text.len();
            return Kind::Invalid;
        }
        self.depth += 1;
        let kind = read(self);
        self.depth -= 1;
        kind
    }

    /// Past the bracket that closes the one at hand.
    fn skip_brackets(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => {
                    self.at = string_end(self.text.as_bytes(), self.at).0;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Up to a comma, a bracket or the end of the line.
    fn skip_value(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.find([',', '}', ']', '{', '[', '"', '\n']);
        // Always further than before.
        let least = rest.chars().next().map_or(0, char::len_utf8);
        self.at += length.unwrap_or(rest.len()).max(least);
    }

    fn object(&mut self) -> Kind<'s> {
        let open = self.at;
        let first = self.properties.len();
        self.at += 1;
        let mut comma: Option<usize> = None;
        loop {
            self.blanks();
            match self.byte() {
                Some(b'}') => {
                    if let Some(at) = comma {
                        self.error(
                            "Trailing comma in object",
                            "JSON does not permit a trailing comma after the final property in an object.",
                            at..at + 1,
                        );
                    }
                    self.at += 1;
                    break;
                }
                Some(b']') => {
                    self.error_here(
                        "Mismatched braces",
                        "A JSON object must be closed with a brace, not a bracket.",
                    );
                    self.at += 1;
                    break;
                }
                None => {
                    self.error(
                        "Unclosed object",
                        "No closing brace was found for this JSON object.",
                        open..open + 1,
                    );
                    break;
                }
                Some(_) => {
                    if let Some(property) = self.property() {
                        self.spend(size_of::<Property<'_>>());
                        self.properties.push(property);
                    }
                    comma = self.separator(
                        b'}',
                        "A comma must appear between each property definition in an object.",
                    );
                }
            }
        }
        Kind::Object(self.properties.drain(first..).collect())
    }

    /// The comma after a property or element, if there is one; else a closing bracket or the end must
    /// follow.
    fn separator(&mut self, close: u8, detail: &'static str) -> Option<usize> {
        self.blanks();
        match self.byte() {
            Some(b',') => {
                self.at += 1;
                Some(self.at - 1)
            }
            Some(b'}' | b']') | None => None,
            Some(b':') if close == b']' => {
                self.error_here(
                    "Invalid array value",
                    "A colon is not used to introduce values in a JSON array.",
                );
                self.at += 1;
                None
            }
            Some(_) => {
                self.error_here("Missing separator comma", detail);
                if !matches!(self.byte(), Some(b'"' | b'{' | b'[')) {
                    self.skip_value();
                }
                None
            }
        }
    }

    fn property(&mut self) -> Option<Property<'s>> {
        let start = self.at;
        let Some(key) = self.key() else {
            self.skip_value();
            return None;
        };
        let span = Span::new(start..self.at);
        self.blanks();
        match self.byte() {
            Some(b':') => self.at += 1,
            Some(b'=') => {
                self.error_here(
                    "Missing property value colon",
                    "JSON uses a colon as its name/value delimiter, not an equals sign.",
                );
                self.at += 1;
            }
            Some(b'}' | b',') => {
                self.error_here(
                    "Missing object value",
                    "A JSON object attribute must have a value, introduced by a colon.",
                );
                return None;
            }
            Some(_) => self.error_here(
                "Missing property value colon",
                "A colon must appear between an object property's name and its value.",
            ),
            None => return None,
        }
        let value = self.value();
        Some(Property { key, span, value })
    }

    fn key(&mut self) -> Option<Cow<'s, str>> {
        const MESSAGE: &str = "Invalid object property name";
        match self.byte()? {
            b'"' => Some(self.string().0),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let start = self.at;
                let is_name =
                    |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
                self.at += self.text.as_bytes()[start..]
                    .iter()
                    .take_while(is_name)
                    .count();
                let key = &self.text[start..self.at];
                let detail =
                    format!("A JSON object property name must be a string: write \"{key}\".");
                self.error(MESSAGE, detail, start..self.at);
                Some(Cow::Borrowed(key))
            }
            _ => {
                self.error_here(MESSAGE, "A JSON object property name must be a string.");
                None
            }
        }
    }

    fn array(&mut self) -> Kind<'s> {
        let open = self.at;
        let first = self.nodes.len();
        self.at += 1;
        let mut comma: Option<usize> = None;
        loop {
            self.blanks();
            match self.byte() {
                Some(b']') => {
                    if let Some(at) = comma {
                        self.error(
                            "Trailing comma in array",
                            "JSON does not permit a trailing comma after the final value in an array.",
                            at..at + 1,
                        );
                    }
                    self.at += 1;
                    break;
                }
                Some(b'}') => {
                    self.error_here(
                        "Mismatched brackets",
                        "A JSON array must be closed with a bracket, not a brace.",
                    );
                    self.at += 1;
                    break;
                }
                None => {
                    self.error(
                        "Unclosed array",
                        "No closing bracket was found for this JSON array.",
                        open..open + 1,
                    );
                    break;
                }
                Some(_) => {
                    let element = self.value();
                    self.spend(size_of::<Node<'_>>());
                    self.nodes.push(element);
                    comma =
                        self.separator(b']', "A comma must appear between each value in an array.");
                }
            }
        }
        Kind::Array(self.nodes.drain(first..).collect())
    }

    fn number(&mut self) -> Kind<'s> {
        let start = self.at;
        let is_part = |byte: &&u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
        let rest = &self.text.as_bytes()[start..];
        self.at += rest.iter().take_while(is_part).count();
        let digits = &self.text[start..self.at];
        if is_number(digits) {
            return Kind::Number(digits);
        }
        self.error(
            "Invalid JSON number",
            "There is a syntax error in the given JSON number.",
            start..self.at,
        );
        Kind::Invalid
    }

    fn keyword(&mut self) -> Kind<'s> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let is_part = |byte: &&u8| byte.is_ascii_alphabetic() || **byte == b'_';
        self.at += rest.iter().take_while(is_part).count();
        let word = &self.text[start..self.at];
        let detail = match word {
            "true" => return Kind::Bool(true),
            "false" => return Kind::Bool(false),
            "null" => return Kind::Null,
            "undefined" | "NaN" | "Infinity" => {
                format!("The JavaScript identifier {word:?} cannot be used in JSON.")
            }
            _ => {
                let meant = match word.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "on" => " Did you mean \"true\"?",
                    "false" | "no" | "off" => " Did you mean \"false\"?",
                    "null" | "nil" | "none" => " Did you mean \"null\"?",
                    _ => " Text must be quoted.",
                };
                format!("{word:?} is not a valid JSON keyword.{meant}")
            }
        };
        self.error("Invalid JSON keyword", detail, start..self.at);
        Kind::Invalid
    }
}

/// True for what JSON calls a number.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(is_digits)
}
