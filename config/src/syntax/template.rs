//! Quoted text, heredocs and templates on their own, cut as HashiCorp's parser cuts them.
//!
//! Text is cut at the end of each line (in quoted text: not at all) and at each sequence, and a strip
//! marker reaches no further than the piece next to it: `~}` at the end of a line of a heredoc takes
//! the newline and leaves the indentation of the next line. `<<-` then takes the common indentation
//! of all pieces that begin a line; a line that lost the newline before it begins none.

use std::borrow::Cow;

use super::lexer::{self, TokenKind as T};
use super::parser::{Parser, Read, Stop};
use super::pieces::{Piece, cut_front, take_indentation, trim_end};
use super::text::{Kind, plain_end, push};
use super::tree::{Expr, ExprKind, Literal, Name, Span};

impl<'s> Parser<'s> {
    /// `"text ${expression} text"`.
    #[inline]
    pub(super) fn quoted(&mut self) -> Read<Expr> {
        let (open, start) = (self.token.start, self.token.end);
        let end = plain_end(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return self.quoted_template(open, start);
        }
        let kind = self.literal(&self.text[start..end])?;
        self.resume(end + 1);
        Ok(Expr {
            kind,
            span: self.span(open, end + 1),
        })
    }

    #[inline]
    fn literal(&mut self, text: &str) -> Read<ExprKind> {
        Ok(ExprKind::Literal(Literal::Text(self.stored(text)?)))
    }

    fn quoted_template(&mut self, open: usize, start: usize) -> Read<Expr> {
        let first = self.pieces.len();
        let end = self.cut(Kind::Quoted, open, start, first)?;
        let kind = self.assemble(first)?;
        self.resume(end);
        Ok(Expr {
            kind,
            span: self.span(open, end),
        })
    }

    /// The text of a label, which holds no sequences.
    pub(super) fn quoted_label(&mut self) -> Read<(Name, Span)> {
        let (open, start) = (self.token.start, self.token.end);
        let text = self.text;
        let bytes = text.as_bytes();
        let mut end = plain_end(bytes, start);
        let mut decoded = None;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(mark @ (b'$' | b'%')) if bytes.get(end + 1) == Some(&b'{') => {
                    let mark = char::from(*mark);
                    let span = self.span(end, end + 2);
                    let detail = format!(
                        "Template sequences are not allowed in this string. To include a literal {mark:?}, double it (as \"{mark}{mark}\") to escape it."
                    );
                    return Err(self.fail("Invalid string literal", detail, span));
                }
                Some(_) => end = self.special(Kind::Quoted, open, start..end, &mut decoded)?,
                None => return Err(self.open_quote(open, end)),
            }
            let plain = end;
            end = plain_end(bytes, plain);
            push(&mut decoded, &self.text[plain..end]);
        }
        let decoded = decoded.map_or(Cow::Borrowed(&self.text[start..end]), Cow::Owned);
        let text = self.stored(&decoded)?;
        let span = self.span(open, end + 1);
        self.resume(end + 1);
        Ok((text, span))
    }

    /// From `<<EOT` past the line that ends it.
    pub(super) fn heredoc(&mut self) -> Read<Expr> {
        let (open, start) = (self.token.start, self.token.end);
        let marker = lexer::heredoc_marker(self.text, open).ok_or(Stop)?;
        let flush = marker.start - open == 3;
        let marker = &self.text[marker];
        let first = self.pieces.len();
        let end = self.cut(Kind::Heredoc { marker }, open, start, first)?;
        if flush {
            take_indentation(&mut self.pieces[first..]);
        }
        let kind = self.assemble(first)?;
        self.resume(end);
        Ok(Expr {
            kind,
            span: self.span(open, end),
        })
    }

    /// The whole text as a template.
    pub(super) fn bare(&mut self) -> Read<Expr> {
        let end = self.text.len();
        let mut start = self.token.end;
        if self.text[start..].starts_with('\u{feff}') {
            start += 3;
        }
        let text = &self.text[start..];
        let kind = if memchr::memchr2(b'$', b'%', text.as_bytes()).is_none() {
            self.literal(text)?
        } else {
            let first = self.pieces.len();
            self.cut(Kind::Bare, start, start, first)?;
            self.assemble(first)?
        };
        Ok(Expr {
            kind,
            span: self.span(start, end),
        })
    }

    /// Cuts a template into pieces; gives where it ends, its last mark included.
    fn cut(&mut self, kind: Kind<'_>, open: usize, start: usize, first: usize) -> Read<usize> {
        let mut at = start;
        let mut strip_next = false;
        let mut line_begins = true;
        loop {
            let bytes = self.text.as_bytes();
            match kind {
                Kind::Quoted if bytes.get(at) == Some(&b'"') => return Ok(at + 1),
                Kind::Heredoc { marker } if std::mem::take(&mut line_begins) => {
                    if let Some(end) = lexer::heredoc_closing(self.text, at, marker) {
                        return Ok(end);
                    }
                }
                Kind::Bare if at == bytes.len() => return Ok(at),
                _ => {}
            }
            if at >= bytes.len() {
                return Err(match kind {
                    Kind::Heredoc { marker } => self.open_heredoc(open, marker),
                    _ => self.open_quote(open, at),
                });
            }
            if matches!(bytes[at], b'$' | b'%') && bytes.get(at + 1) == Some(&b'{') {
                let before = self.pieces[first..].last_mut();
                if bytes.get(at + 2) == Some(&b'~')
                    && let Some(Piece::Text(before, _)) = before
                {
                    trim_end(before);
                }
                (at, strip_next) = self.sequence(at, open)?;
                continue;
            }
            let (mut text, end) = self.text_piece(kind, open, at)?;
            if std::mem::take(&mut strip_next) {
                let stripped = text.trim_start().len();
                text = cut_front(text, stripped);
            }
            line_begins = bytes[end - 1] == b'\n';
            self.spend(size_of::<Piece<'_>>())?;
            self.pieces.push(Piece::Text(text, at..end));
            at = end;
        }
    }

    #[cold]
    pub(super) fn open_quote(&mut self, open: usize, end: usize) -> Stop {
        let end = end.min(self.text.len());
        if self.text[end..].starts_with(['\n', '\r']) {
            let span = self.span(open, end);
            return self.fail(
                "Invalid multi-line string",
                "Quoted strings may not be split over multiple lines. For a text of several lines use the \\n escape sequence or a heredoc such as <<EOT.",
                span,
            );
        }
        let span = self.span(open, open + 1);
        self.fail(
            "Unterminated template string",
            "No closing quote was found for the string.",
            span,
        )
    }

    #[cold]
    fn open_heredoc(&mut self, open: usize, marker: &str) -> Stop {
        let span = self.span(
            open,
            open + lexer::line_end(&self.text.as_bytes()[open..], 0),
        );
        let detail = if self.text.ends_with(marker) {
            format!("The line that ends this heredoc, {marker}, must end with a newline.")
        } else {
            format!("No closing marker was found for the string: a line that holds only {marker}.")
        };
        self.fail("Unterminated template string", detail, span)
    }

    /// `${expression}` or `%{directive}` at `at`; gives where the text goes on and whether the blanks
    /// there are to be taken away.
    fn sequence(&mut self, at: usize, open: usize) -> Read<(usize, bool)> {
        let bytes = self.text.as_bytes();
        let strips = bytes.get(at + 2) == Some(&b'~');
        let newlines = std::mem::replace(&mut self.newlines, false);
        self.spend(size_of::<Piece<'_>>())?;
        let is_directive = bytes[at] == b'%';
        self.nested(|parser| {
            parser.resume(at + if strips { 3 } else { 2 });
            let piece = if is_directive {
                parser.directive(at)?
            } else {
                Piece::Interpolation(parser.expression()?)
            };
            parser.pieces.push(piece);
            Ok(())
        })?;
        let next = match self.token.kind {
            T::CloseBrace => (self.token.end, false),
            T::CloseSequence => (self.token.end, true),
            _ => return Err(self.open_sequence(at, open, is_directive)),
        };
        self.newlines = newlines;
        Ok(next)
    }

    #[cold]
    fn open_sequence(&mut self, at: usize, open: usize, is_directive: bool) -> Stop {
        let span = self.span(at, at + 2);
        let quoted = self.text.as_bytes().get(open) == Some(&b'"');
        match self.token.kind {
            T::OpenQuote if quoted => self.fail(
                "Unclosed template interpolation sequence",
                "There is no closing brace for this sequence before the end of the quoted template. This might be caused by incorrect nesting inside the given expression.",
                span,
            ),
            T::End => self.fail(
                "Unclosed template interpolation sequence",
                "There is no closing brace for this sequence before the end of the file. This might be caused by incorrect nesting inside the given expression.",
                span,
            ),
            _ if is_directive => self.fail_here(
                "Extra characters in directive",
                "Expected a closing brace to end the sequence, but found extra characters.",
            ),
            T::Colon => self.fail_here(
                "Extra characters after interpolation expression",
                "Template interpolation doesn't expect a colon here. If this is meant for another language, such as a shell, escape it: begin with \"$${\" instead of \"${\".",
            ),
            _ => self.fail_here(
                "Extra characters after interpolation expression",
                "Expected a closing brace to end the interpolation expression. If this is meant for another language, such as a shell, escape it: begin with \"$${\" instead of \"${\".",
            ),
        }
    }

    /// What stands between `%{` and `}`.
    fn directive(&mut self, start: usize) -> Read<Piece<'s>> {
        if !self.at(T::Ident) {
            return Err(self.fail_here(
                "Invalid template directive",
                "A template directive keyword (\"if\", \"for\", etc) is expected at the beginning of a %{ sequence.",
            ));
        }
        let keyword = self.token_text();
        let keyword_span = self.token_span();
        self.advance();
        Ok(match keyword {
            "if" => {
                let condition = self.expression()?;
                Piece::If(condition, self.span(start, self.token.end))
            }
            "for" => {
                let (key, value) = self.for_names("For directive", "Invalid 'for' directive")?;
                let collection = self.expression()?;
                Piece::For(key, value, collection, self.span(start, self.token.end))
            }
            "else" => Piece::Else(self.span(start, self.token.end)),
            "endif" => Piece::Endif(self.span(start, self.token.end)),
            "endfor" => Piece::Endfor(self.span(start, self.token.end)),
            _ => {
                let detail = format!(
                    "{keyword:?} is not a valid template control keyword: those are \"if\", \"else\", \"endif\", \"for\" and \"endfor\"."
                );
                return Err(self.fail("Invalid template control keyword", detail, keyword_span));
            }
        })
    }
}
