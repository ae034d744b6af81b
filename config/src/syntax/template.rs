//! Templates, cut as HashiCorp's parser cuts them.
//!
//! It sees text one line at a time (in quoted text: all of it up to the next sequence), and a strip
//! marker reaches no further than the piece next to it: `~}` at the end of a line of a heredoc
//! takes the newline and leaves the indentation of the next line. `<<-` then takes the common
//! indentation of all pieces that begin a line; a line that lost the newline before it begins none.

use unicode_segmentation::UnicodeSegmentation;

use super::hcl::parse_expression;
use super::scan::sequence_end;
use super::tree::{Expr, ExprKind, ForPart, IfPart, Literal, Part, Span, Word};
use super::{MAX_DEPTH, Spans, SyntaxError, too_deep};

/// Where a template stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Between quotes: backslashes escape.
    Quoted,
    /// In a heredoc.
    Heredoc {
        /// `<<-`: common indentation is taken away.
        flush: bool,
    },
    /// On its own: a template file, a JSON string.
    Bare,
}

/// Reads a template. Text without sequences is a literal; a single interpolation is its
/// expression, whatever its type.
pub(super) fn parse(
    text: &str,
    kind: Kind,
    spans: Spans,
    whole: Span,
    depth: usize,
) -> Result<Expr, SyntaxError> {
    if depth > MAX_DEPTH {
        return Err(too_deep(whole));
    }
    let mut pieces = Cutter {
        text,
        kind,
        spans,
        depth: depth + 1,
    }
    .cut()?;
    if kind == (Kind::Heredoc { flush: true }) {
        flush(&mut pieces);
    }
    if let [Piece::Interpolation(_)] = pieces.as_slice() {
        let Some(Piece::Interpolation(expr)) = pieces.pop() else {
            return Err(too_deep(whole));
        };
        return Ok(Expr {
            kind: expr.kind,
            span: whole,
        });
    }
    if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
        let text: String = pieces.iter().filter_map(Piece::text).collect();
        return Ok(Expr {
            kind: ExprKind::Literal(Literal::Text(text.into())),
            span: whole,
        });
    }
    let mut builder = Builder {
        pieces: pieces.into_iter(),
        whole,
    };
    let (parts, end) = builder.parts(depth + 1)?;
    match end {
        End::OfTemplate => Ok(Expr {
            kind: ExprKind::Template(parts.into()),
            span: whole,
        }),
        End::Else(span) => Err(SyntaxError::new("`else` without `if`", span)),
        End::Endif(span) => Err(SyntaxError::new("`endif` without `if`", span)),
        End::Endfor(span) => Err(SyntaxError::new("`endfor` without `for`", span)),
    }
}

/// A template before its directives are nested.
enum Piece {
    Text(String),
    Interpolation(Expr),
    If(Expr, Span),
    Else(Span),
    Endif(Span),
    For {
        key_name: Option<Word>,
        value_name: Word,
        collection: Expr,
        span: Span,
    },
    Endfor(Span),
}

impl Piece {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

struct Cutter<'a> {
    text: &'a str,
    kind: Kind,
    spans: Spans,
    depth: usize,
}

impl Cutter<'_> {
    fn cut(&self) -> Result<Vec<Piece>, SyntaxError> {
        let mut pieces = Vec::new();
        let mut at = 0;
        let mut strip_next = false;
        while at < self.text.len() {
            let rest = &self.text[at..];
            if !rest.starts_with("${") && !rest.starts_with("%{") {
                let end = at + self.text_length(rest);
                let mut piece = self.decode(at, end)?;
                if std::mem::take(&mut strip_next) {
                    piece = piece.trim_start().to_owned();
                }
                pieces.push(Piece::Text(piece));
                at = end;
                continue;
            }
            let close = sequence_end(self.text, at + 2)
                .map_err(|error| SyntaxError::new(error.message, self.spans.of(at..at + 2)))?;
            let mut inside = at + 2..close;
            if self.text[inside.clone()].starts_with('~') {
                inside.start += 1;
                // `strip_next` is set if the text before was itself cut off by a sequence.
                if let Some(Piece::Text(before)) = pieces.last_mut() {
                    before.truncate(before.trim_end().len());
                }
            }
            strip_next = self.text[inside.clone()].ends_with('~');
            if strip_next {
                inside.end -= 1;
            }
            let span = self.spans.of(at..close + 1);
            pieces.push(if rest.starts_with("${") {
                Piece::Interpolation(self.expression(inside.start, inside.end)?)
            } else {
                self.directive(inside.start, inside.end, span)?
            });
            at = close + 1;
        }
        Ok(pieces)
    }

    /// Length of the text up to the next sequence or past the next newline.
    fn text_length(&self, rest: &str) -> usize {
        let bytes = rest.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if self.kind == Kind::Quoted => at += 2,
                b'$' | b'%' if is_escaped(&bytes[at..]) => at += 3,
                b'$' | b'%' if bytes.get(at + 1) == Some(&b'{') => break,
                b'\n' if self.kind != Kind::Quoted => {
                    at += 1;
                    break;
                }
                _ => at += 1,
            }
        }
        let mut end = at.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        end
    }

    fn decode(&self, start: usize, end: usize) -> Result<String, SyntaxError> {
        let mut decoded = String::with_capacity(end - start);
        let mut rest = &self.text[start..end];
        while let Some(at) = rest.find(['$', '%', '\\']) {
            decoded.push_str(&rest[..at]);
            rest = &rest[at..];
            if is_escaped(rest.as_bytes()) {
                decoded.push_str(&rest[1..3]);
                rest = &rest[3..];
            } else if rest.starts_with('\\') && self.kind == Kind::Quoted {
                let here = end - rest.len();
                let (c, length) = unescape(rest).ok_or_else(|| {
                    let span = self.spans.of(here..(here + 2).min(end));
                    SyntaxError::new("this escape sequence is none that the language has", span)
                })?;
                decoded.push(c);
                rest = &rest[length..];
            } else {
                decoded.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
        decoded.push_str(rest);
        Ok(decoded)
    }

    fn expression(&self, start: usize, end: usize) -> Result<Expr, SyntaxError> {
        let offset = i64::try_from(start).unwrap_or(i64::MAX);
        parse_expression(
            &self.text[start..end],
            self.spans.within(offset),
            self.depth,
        )
    }

    fn directive(&self, start: usize, end: usize, span: Span) -> Result<Piece, SyntaxError> {
        let text = &self.text[start..end];
        let keyword_at = start + text.len() - text.trim_start().len();
        let text = text.trim();
        let length = text
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(text.len());
        let (keyword, rest) = text.split_at(length);
        let rest_at = keyword_at + length;
        let bare = |piece: Piece| {
            if rest.is_empty() {
                Ok(piece)
            } else {
                let message = format!("nothing may follow `{keyword}` in a directive");
                Err(SyntaxError::new(message, span))
            }
        };
        match keyword {
            "if" => Ok(Piece::If(self.expression(rest_at, end)?, span)),
            "for" => self.for_directive(rest_at, end, span),
            "else" => bare(Piece::Else(span)),
            "endif" => bare(Piece::Endif(span)),
            "endfor" => bare(Piece::Endfor(span)),
            _ => Err(SyntaxError::new(
                "a directive begins with `if`, `else`, `endif`, `for` or `endfor`",
                span,
            )),
        }
    }

    fn for_directive(&self, start: usize, end: usize, span: Span) -> Result<Piece, SyntaxError> {
        let expected =
            || SyntaxError::new("expected `for NAME in` or `for KEY, NAME in` here", span);
        let mut rest = self.text[start..end].trim_start();
        let mut names = Vec::new();
        loop {
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
                .ok_or_else(expected)?;
            names.push(&rest[..length]);
            rest = rest[length..].trim_start();
            match rest.strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None => break,
            }
        }
        rest = rest.strip_prefix("in").ok_or_else(expected)?;
        if !rest.starts_with(|c: char| c.is_whitespace() || "([{\"".contains(c)) {
            return Err(expected());
        }
        let (key_name, value_name) = match names.as_slice() {
            [value] if !value.is_empty() => (None, *value),
            [key, value] if !key.is_empty() && !value.is_empty() => (Some(*key), *value),
            _ => return Err(expected()),
        };
        let word = |name: &str| Word {
            text: name.into(),
            span,
        };
        Ok(Piece::For {
            key_name: key_name.map(word),
            value_name: word(value_name),
            collection: self.expression(end - rest.len(), end)?,
            span,
        })
    }
}

/// True for `$${` and `%%{`.
fn is_escaped(bytes: &[u8]) -> bool {
    bytes.starts_with(b"$${") || bytes.starts_with(b"%%{")
}

/// The character that a backslash sequence stands for and the length of the sequence.
fn unescape(text: &str) -> Option<(char, usize)> {
    let simple = |c| Some((c, 2));
    let hex = |digits: usize| {
        let code = text.get(2..2 + digits)?;
        let code = code
            .bytes()
            .all(|b| b.is_ascii_hexdigit())
            .then_some(code)?;
        let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
        Some((c, 2 + digits))
    };
    match text.as_bytes().get(1)? {
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'"' => simple('"'),
        b'\\' => simple('\\'),
        b'u' => hex(4),
        b'U' => hex(8),
        _ => None,
    }
}

/// Takes the common indentation from the pieces that begin a line.
fn flush(pieces: &mut [Piece]) {
    let mut indents = Vec::new();
    let mut common = usize::MAX;
    let mut line_begins = true;
    for (at, piece) in pieces.iter().enumerate() {
        if std::mem::take(&mut line_begins) {
            match piece.text() {
                Some(text) => {
                    let trimmed = text.trim_start();
                    let blank_line = trimmed.is_empty() && text.ends_with('\n');
                    if !blank_line {
                        let indent = &text[..text.len() - trimmed.len()];
                        common = common.min(indent.graphemes(true).count());
                        indents.push(at);
                    }
                }
                None => common = 0,
            }
        }
        line_begins = piece.text().is_some_and(|text| text.ends_with('\n'));
    }
    for at in indents {
        if let Piece::Text(text) = &mut pieces[at] {
            let cut = text.grapheme_indices(true).nth(common).map(|(at, _)| at);
            *text = text[cut.unwrap_or(text.len())..].to_owned();
        }
    }
}

/// What ended a run of parts.
enum End {
    OfTemplate,
    Else(Span),
    Endif(Span),
    Endfor(Span),
}

struct Builder {
    pieces: std::vec::IntoIter<Piece>,
    whole: Span,
}

impl Builder {
    fn parts(&mut self, depth: usize) -> Result<(Vec<Part>, End), SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(too_deep(self.whole));
        }
        let mut parts = Vec::new();
        while let Some(piece) = self.pieces.next() {
            parts.push(match piece {
                Piece::Text(text) if text.is_empty() => continue,
                Piece::Text(text) => Part::Literal(text.into(), self.whole),
                Piece::Interpolation(expr) => Part::Interpolation(expr),
                Piece::If(condition, span) => self.if_part(condition, span, depth)?,
                Piece::For {
                    key_name,
                    value_name,
                    collection,
                    span,
                } => {
                    let (body, end) = self.parts(depth + 1)?;
                    if !matches!(end, End::Endfor(_)) {
                        return Err(SyntaxError::new("no `endfor` ends this", span));
                    }
                    Part::For(Box::new(ForPart {
                        key_name,
                        value_name,
                        collection,
                        body: body.into(),
                        span,
                    }))
                }
                Piece::Else(span) => return Ok((parts, End::Else(span))),
                Piece::Endif(span) => return Ok((parts, End::Endif(span))),
                Piece::Endfor(span) => return Ok((parts, End::Endfor(span))),
            });
        }
        Ok((parts, End::OfTemplate))
    }

    fn if_part(&mut self, condition: Expr, span: Span, depth: usize) -> Result<Part, SyntaxError> {
        let missing = || SyntaxError::new("no `endif` ends this", span);
        let (yes, end) = self.parts(depth + 1)?;
        let no = match end {
            End::Endif(_) => Vec::new(),
            End::Else(_) => match self.parts(depth + 1)? {
                (no, End::Endif(_)) => no,
                _ => return Err(missing()),
            },
            End::OfTemplate | End::Endfor(_) => return Err(missing()),
        };
        Ok(Part::If(Box::new(IfPart {
            condition,
            yes: yes.into(),
            no: no.into(),
            span,
        })))
    }
}
