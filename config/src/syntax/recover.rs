//! What is read on after an error, in a file known to have some.

use super::body::Close;
use super::layout::End;
use super::lexer::{self, TokenKind as T};
use super::parser::{Parser, Read, Stop};
use super::tree::{Body, Expr, ExprKind, Item, Key, Span, Word};

/// How much of each list was there before something was read.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    exprs: usize,
    items: usize,
    pub(super) attributes: usize,
    pub(super) blocks: usize,
    pieces: usize,
}

impl Parser<'_> {
    /// True for `name =`, `name {` and `name "`.
    pub(super) fn begins_item(&self) -> bool {
        let rest = self.text.get(self.token.end..).unwrap_or_default();
        let rest = rest.trim_start_matches([' ', '\t']);
        let is_assigned = rest.starts_with('=') && !rest.starts_with("==");
        self.at(T::Ident) && (is_assigned || rest.starts_with(['{', '"']))
    }

    /// What follows an argument or a block on its line.
    #[cold]
    pub(super) fn missing_newline(
        &mut self,
        message: &'static str,
        detail: &'static str,
    ) -> Read<()> {
        let stop = self.fail_here(message, detail);
        // What looks like the next one is read as such.
        match (self.token.kind, self.layout) {
            (T::Ident, Some(_)) if self.begins_item() => Ok(()),
            (T::CloseBrace, Some(layout)) if !layout.is_stray(self.token.start) => Ok(()),
            (_, Some(_)) => {
                self.skip_item(self.token.start, false);
                Ok(())
            }
            (_, None) => Err(stop),
        }
    }

    /// In a file known to have errors, a brace in the next line.
    #[cold]
    pub(super) fn next_line_brace(&mut self, stop: Stop) -> Read<()> {
        let at = self.token.start;
        if self.layout.is_none() || !self.at(T::Newline) {
            return Err(stop);
        }
        self.advance();
        if !self.at(T::OpenBrace) {
            self.resume(at);
            return Err(stop);
        }
        Ok(())
    }

    /// Like [`Self::one_line`] in a file known to have errors: whatever is wrong is said once, and
    /// all arguments are read.
    pub(super) fn broken_line(&mut self, open: usize, start: usize) -> Read<Body> {
        let marks = self.marks();
        let first = self.token.start;
        if self.single(open).is_ok() {
            let span = self.span(start, self.token.start);
            return self.finish_body(marks, span, false);
        }
        // As if it were written on lines of its own.
        self.truncate(marks);
        self.newlines = true;
        self.resume(first);
        let told = self.errors.len();
        let body = self.body(Close::Brace(open), start);
        self.errors.truncate(told);
        body
    }

    /// Something that begins neither an argument nor a block.
    #[cold]
    pub(super) fn no_entry(&mut self) -> Read<()> {
        let start = self.token.start;
        let stop = match self.token.kind {
            T::OpenQuote => self.fail_here(
                "Invalid argument name",
                "Argument names must not be quoted.",
            ),
            T::CloseBrace => self.fail_here(
                "Argument or block definition required",
                "An argument or block definition is required here; this closing brace has no opening one.",
            ),
            _ => self.fail_here(
                "Argument or block definition required",
                "An argument or block definition is required here.",
            ),
        };
        if self.layout.is_none() {
            return Err(stop);
        }
        if self.at(T::OpenQuote) && self.quoted_entry().is_ok() {
            return Ok(());
        }
        if self.at(T::CloseBrace) {
            self.resume(start + 1);
        } else {
            self.skip_past(start);
        }
        Ok(())
    }

    /// `"name" = expression`, which is in error and said.
    fn quoted_entry(&mut self) -> Read<()> {
        let (text, span) = self.quoted_label()?;
        if !matches!(self.token.kind, T::Equal | T::Colon) {
            return Err(Stop);
        }
        let told = self.errors.len();
        let result = self.attribute(Word { text, span });
        self.errors.truncate(told);
        result
    }

    pub(super) fn marks(&self) -> Marks {
        Marks {
            exprs: self.exprs.len(),
            items: self.items.len(),
            attributes: self.attributes.len(),
            blocks: self.blocks.len(),
            pieces: self.pieces.len(),
        }
    }

    /// Drops what was read since, which is not complete.
    pub(super) fn truncate(&mut self, marks: Marks) {
        self.exprs.truncate(marks.exprs);
        self.items.truncate(marks.items);
        self.attributes.truncate(marks.attributes);
        self.blocks.truncate(marks.blocks);
        self.pieces.truncate(marks.pieces);
    }

    /// Goes on after the item that begins at `start`.
    pub(super) fn skip_item(&mut self, start: usize, comma: bool) {
        let Some(layout) = self.layout else { return };
        let end = layout.item_end(self.text, start, comma);
        self.newlines = true;
        self.resume(end);
    }

    /// Goes on after the item that begins at `start`, and in any case further on.
    fn skip_past(&mut self, start: usize) {
        self.skip_item(start, false);
        if self.token.start <= start {
            self.resume(lexer::code(self.text, start).1);
        }
    }

    /// After an attribute or a block that could not be read.
    #[cold]
    pub(super) fn recover_entry(&mut self, marks: Marks, start: usize, stop: Stop) -> Read<()> {
        if self.layout.is_none() {
            return Err(stop);
        }
        self.truncate(marks);
        self.skip_past(start);
        Ok(())
    }

    /// After an entry of an object that could not be read.
    #[cold]
    pub(super) fn recover_item(
        &mut self,
        object: usize,
        start: usize,
        marks: Marks,
        key: Option<Key>,
    ) -> Read<()> {
        let Some(layout) = self.layout else {
            return Err(Stop);
        };
        let Some(End::Closed(close, _)) = layout.end_of(object) else {
            return Err(Stop);
        };
        if self.is_over {
            return Err(Stop);
        }
        self.truncate(marks);
        self.skip_item(start, true);
        if self.token.start > close {
            self.resume(close);
        }
        if self.at(T::Comma) {
            self.advance();
        } else if self.token.start <= start {
            return Err(Stop);
        }
        if let Some(key) = key {
            let span = key.span();
            self.items.push(Item {
                key,
                value: Expr {
                    kind: ExprKind::Invalid,
                    span: Span {
                        start: span.end,
                        end: span.end,
                    },
                },
                repeats: false,
            });
        }
        Ok(())
    }

    /// A bracket or quote that nothing closes.
    #[cold]
    pub(super) fn never_closed(&mut self, kind: T, at: usize) -> Stop {
        let before = self.text[..at].chars().next_back();
        let after_name =
            before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ')' || c == ']');
        let span = self.span(at, at + 1);
        match kind {
            T::OpenParen if after_name => self.fail(
                "Unterminated function call",
                "There is no closing parenthesis for this function call.",
                span,
            ),
            T::OpenParen => self.fail(
                "Unbalanced parentheses",
                "There is no closing parenthesis for this one.",
                span,
            ),
            T::OpenBracket if after_name => self.fail(
                "Missing close bracket on index",
                "The index operator must end with a closing bracket (\"]\").",
                span,
            ),
            T::OpenBracket => self.fail(
                "Unterminated tuple constructor expression",
                "There is no corresponding closing bracket.",
                span,
            ),
            T::OpenBrace => self.fail(
                "Unterminated object constructor expression",
                "There is no corresponding closing brace.",
                span,
            ),
            T::OpenInterpolation | T::OpenDirective => self.fail(
                "Unclosed template interpolation sequence",
                "There is no closing brace for this sequence. This might be caused by incorrect nesting inside it. If it belongs to another language, such as a shell script, begin it with \"$${\" or \"%%{\".",
                self.span(at, at + 2),
            ),
            _ => self.unclosed_text(kind, at),
        }
    }

    fn unclosed_text(&mut self, kind: T, at: usize) -> Stop {
        let end = lexer::line_end(self.text.as_bytes(), at);
        let inside = self.layout.and_then(|layout| layout.open_in(at + 1..end));
        if let Some((kind @ (T::OpenInterpolation | T::OpenDirective), at)) = inside {
            return self.never_closed(kind, at);
        }
        let span = self.span(at, end);
        if kind == T::OpenHeredoc {
            let marker = lexer::heredoc_marker(self.text, at);
            let marker = marker.map_or("", |marker| &self.text[marker]);
            let detail = format!(
                "No closing marker was found for the string: a line that holds only {marker}, and ends with a newline."
            );
            return self.fail("Unterminated template string", detail, span);
        }
        if end == self.text.len() {
            return self.fail(
                "Unterminated template string",
                "No closing quote was found for the string.",
                span,
            );
        }
        self.fail(
            "Invalid multi-line string",
            "No quote closes this string on its line, and quoted strings may not be split over multiple lines. For a text of several lines use the \\n escape sequence or a heredoc such as <<EOT.",
            span,
        )
    }
}
