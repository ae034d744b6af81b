//! Files and blocks.

use std::sync::Arc;

use super::layout::End;
use super::lexer::{self, TokenKind as T};
use super::parser::{Parser, Read, Stop};
use super::repeats;
use super::tree::{Attribute, Block, Body, Expr, ExprKind, Item, Key, Label, Span, Word};

/// What ends a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Close {
    /// The end of the file.
    File,
    /// A closing brace: the one that belongs to the brace at this offset.
    Brace(usize),
}

/// How much of each list was there before something was read.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    exprs: usize,
    items: usize,
    attributes: usize,
    blocks: usize,
    pieces: usize,
}

impl Parser<'_> {
    /// A whole file.
    pub(super) fn file(&mut self) -> Read<Body> {
        let start = self.token.end;
        self.advance();
        self.body(Close::File, start)
    }

    /// Attributes and blocks up to the end of the file or the closing brace, which is left.
    fn body(&mut self, close: Close, start: usize) -> Read<Body> {
        let marks = self.marks();
        let mut is_incomplete = false;
        loop {
            match self.token.kind {
                T::Newline => self.advance(),
                T::Ident => {
                    let (before, start) = (self.marks(), self.token.start);
                    if let Err(stop) = self.entry() {
                        self.recover_entry(before, start, stop)?;
                        is_incomplete = true;
                    }
                }
                T::End => {
                    if let Close::Brace(open) = close {
                        self.unclosed_block(open)?;
                        is_incomplete = true;
                    }
                    break;
                }
                T::CloseBrace if self.is_close(close) => break,
                _ => {
                    self.no_entry()?;
                    is_incomplete = true;
                }
            }
        }
        is_incomplete |= self.is_over;
        let span = self.span(start, self.token.start.max(start));
        self.finish_body(marks, span, is_incomplete)
    }

    fn finish_body(&mut self, marks: Marks, span: Span, is_incomplete: bool) -> Read<Body> {
        let mut attributes: Box<[Attribute]> = self.attributes.drain(marks.attributes..).collect();
        let blocks = self.blocks.drain(marks.blocks..).collect();
        if repeats::mark_attributes(&mut attributes) {
            self.report_repeated(&attributes)?;
        }
        Ok(Body {
            attributes,
            blocks,
            span,
            is_incomplete,
        })
    }

    /// True at the brace that ends a body.
    fn is_close(&self, close: Close) -> bool {
        match (close, self.layout) {
            (Close::File, _) => false,
            (Close::Brace(_), None) => true,
            (Close::Brace(open), Some(layout)) => {
                layout.end_of(open) == Some(End::Closed(self.token.start, self.token.end))
            }
        }
    }

    /// True if it is known that nothing closes the brace at `open`.
    fn is_open(&self, open: usize) -> bool {
        let end = self.layout.and_then(|layout| layout.end_of(open));
        matches!(end, Some(End::Open(_)))
    }

    #[cold]
    fn report_repeated(&mut self, attributes: &[Attribute]) -> Read<()> {
        for attribute in attributes.iter().filter(|attribute| attribute.repeats) {
            let detail = format!(
                "The argument {:?} was already set. Each argument may be set only once.",
                attribute.name.as_str()
            );
            self.note("Attribute redefined", detail, attribute.name_span)?;
        }
        Ok(())
    }

    /// `name = expression` or a block, and the newline after it.
    fn entry(&mut self) -> Read<()> {
        let start = self.token.start;
        let name = self.word();
        match self.token.kind {
            T::Equal => self.attribute(name)?,
            T::OpenBrace | T::OpenQuote | T::Ident => self.block(start, name)?,
            T::Colon if self.layout.is_some() => {
                self.fail_here(
                    "Argument or block definition required",
                    "An argument is set with an equals sign \"=\", not with a colon.",
                );
                self.attribute(name)?;
            }
            _ => {
                return Err(self.fail(
                    "Argument or block definition required",
                    "An argument or block definition is required here. To set an argument, use the equals sign \"=\" to introduce the argument value.",
                    name.span,
                ));
            }
        }
        Ok(())
    }

    fn attribute(&mut self, name: Word) -> Read<()> {
        let expr = self.assigned()?;
        let is_invalid = expr.kind == ExprKind::Invalid;
        self.push_attribute(name, expr)?;
        match self.token.kind {
            T::Newline | T::End => Ok(()),
            _ if is_invalid && self.layout.is_some() => Ok(()),
            T::Comma => {
                let span = self.token_span();
                self.note(
                    "Unexpected comma after argument",
                    "Argument definitions must be separated by newlines, not commas.",
                    span,
                )?;
                self.advance();
                Ok(())
            }
            _ => {
                let goes_on = !self.at(T::CloseBrace) && !self.begins_item();
                self.missing_newline(
                    "Missing newline after argument",
                    "An argument definition must end with a newline.",
                )?;
                if goes_on && let Some(attribute) = self.attributes.last_mut() {
                    // Who knows what was meant.
                    attribute.expr.kind = ExprKind::Invalid;
                }
                Ok(())
            }
        }
    }

    /// True for `name =`, `name {` and `name "`.
    fn begins_item(&self) -> bool {
        let rest = self.text.get(self.token.end..).unwrap_or_default();
        let rest = rest.trim_start_matches([' ', '\t']);
        let is_assigned = rest.starts_with('=') && !rest.starts_with("==");
        self.at(T::Ident) && (is_assigned || rest.starts_with(['{', '"']))
    }

    /// What follows an argument or a block on its line.
    #[cold]
    fn missing_newline(&mut self, message: &'static str, detail: &'static str) -> Read<()> {
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

    #[inline]
    fn push_attribute(&mut self, name: Word, expr: Expr) -> Read<()> {
        self.spend(size_of::<Attribute>())?;
        self.attributes.push(Attribute {
            name: name.text,
            name_span: name.span,
            expr,
            maybe_block: false,
            repeats: false,
        });
        Ok(())
    }

    /// From the equals sign to the end of the expression. In a file known to have errors one that
    /// has any is invalid, and skipped.
    #[inline]
    fn assigned(&mut self) -> Read<Expr> {
        let Some(layout) = self.layout else {
            self.advance();
            return self.expression();
        };
        let marks = self.marks();
        let value_start = self.token.end;
        let end = layout.item_end(self.text, value_start, false);
        let result = match layout.open_in(value_start..end) {
            Some((kind, at)) => Err(self.never_closed(kind, at)),
            None => {
                self.advance();
                self.expression()
            }
        };
        Ok(result.unwrap_or_else(|Stop| {
            self.truncate(marks);
            self.skip_item(value_start, false);
            Expr {
                kind: ExprKind::Invalid,
                span: self.span(value_start, self.token.start.max(value_start)),
            }
        }))
    }

    /// A block from its labels on.
    fn block(&mut self, start: usize, type_name: Word) -> Read<()> {
        let mut labels: Vec<Label> = Vec::new();
        let mut header_end = self.previous_end;
        loop {
            match self.token.kind {
                T::OpenBrace => break,
                T::OpenQuote => {
                    let (text, span) = self.quoted_label()?;
                    labels.push(Label { text, span });
                }
                T::Ident => {
                    let word = self.word();
                    labels.push(Label {
                        text: word.text,
                        span: word.span,
                    });
                }
                _ => {
                    let stop = self.bad_header();
                    self.next_line_brace(stop)?;
                }
            }
            self.spend(size_of::<Label>())?;
            header_end = self.previous_end;
        }
        let header = self.span(start, header_end);
        let open = self.token.start;
        let body = self.nested(|parser| parser.braces(open))?;
        self.spend(size_of::<Block>() + size_of::<Body>() + 16)?;
        self.blocks.push(Block {
            type_name: type_name.text,
            labels: labels.into(),
            header,
            span: self.span_from(start),
            body: Arc::new(body),
        });
        match self.token.kind {
            T::Newline | T::End => Ok(()),
            _ if self.is_open(open) => Ok(()),
            _ => self.missing_newline(
                "Missing newline after block definition",
                "A block definition must end with a newline.",
            ),
        }
    }

    /// In a file known to have errors, a brace in the next line.
    #[cold]
    fn next_line_brace(&mut self, stop: Stop) -> Read<()> {
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

    #[cold]
    fn bad_header(&mut self) -> Stop {
        match self.token.kind {
            T::Equal => self.fail_here(
                "Invalid block definition",
                "The equals sign \"=\" indicates an argument definition, and must not be used when defining a block.",
            ),
            T::Newline | T::End => {
                let span = self.span(self.previous_end, self.previous_end);
                self.fail(
                    "Invalid block definition",
                    "A block definition must have block content delimited by \"{\" and \"}\", starting on the same line as the block header.",
                    span,
                )
            }
            _ => self.fail_here(
                "Invalid block definition",
                "Either a quoted string block label or an opening brace (\"{\") is expected here.",
            ),
        }
    }

    /// `{ body }`.
    fn braces(&mut self, open: usize) -> Read<Body> {
        // What nothing closes ends where the next item around it seems to begin.
        let whole = self.text;
        if let Some(layout) = self.layout
            && let Some(End::Open(end)) = layout.end_of(open)
        {
            self.text = &whole[..end.min(whole.len())];
        }
        self.advance();
        let start = self.previous_end;
        let body = match self.token.kind {
            T::Newline | T::End | T::CloseBrace => self.body(Close::Brace(open), start)?,
            _ => self.one_line(open, start)?,
        };
        if self.text.len() < whole.len() && !self.is_over {
            let at = self.text.len();
            self.text = whole;
            self.resume(at);
            self.previous_end = at;
        } else {
            self.advance();
        }
        Ok(body)
    }

    /// `{ name = expression }`.
    fn one_line(&mut self, open: usize, start: usize) -> Read<Body> {
        if self.layout.is_some() {
            return self.broken_line(open, start);
        }
        let marks = self.marks();
        if !self.at(T::Ident) {
            return Err(self.fail_here(
                "Argument or block definition required",
                "An argument or block definition is required here.",
            ));
        }
        let name = self.word();
        if !self.at(T::Equal) {
            return Err(self.fail_here(
                "Argument definition required",
                "A single-line block definition can contain only a single argument.",
            ));
        }
        self.advance();
        let expr = self.expression()?;
        self.push_attribute(name, expr)?;
        if !self.at(T::CloseBrace) {
            return Err(self.fail_here(
                "Invalid single-argument block definition",
                "A single-line block definition must end with a closing brace immediately after its single argument definition.",
            ));
        }
        let span = self.span(start, self.token.start);
        self.finish_body(marks, span, false)
    }

    /// Like [`Self::one_line`] in a file known to have errors: whatever is wrong is said once, and
    /// all arguments are read.
    fn broken_line(&mut self, open: usize, start: usize) -> Read<Body> {
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

    /// The one argument of a line and the closing brace after it.
    fn single(&mut self, open: usize) -> Read<()> {
        if !self.at(T::Ident) {
            return Err(self.fail_here(
                "Argument or block definition required",
                "An argument or block definition is required here.",
            ));
        }
        let name = self.word();
        if !self.at(T::Equal) {
            let detail = format!(
                "A single-line block definition can contain only a single argument. If you meant to define argument {:?}, use an equals sign to assign it a value. To define a nested block, place it on a line of its own within its parent block.",
                name.text.as_str()
            );
            return Err(self.fail("Argument definition required", detail, name.span));
        }
        let expr = self.assigned()?;
        let is_valid = expr.kind != ExprKind::Invalid;
        if self.at(T::CloseBrace) && self.is_close(Close::Brace(open)) {
            return self.push_attribute(name, expr);
        }
        if is_valid {
            let detail = match self.token.kind {
                T::Comma => {
                    "Single-line block syntax can include only one argument definition. To define multiple arguments, use the multi-line block syntax with one argument definition per line."
                }
                T::Newline => {
                    "An argument definition on the same line as its containing block creates a single-line block definition, which must also be closed on the same line. Place the block's closing brace immediately after the argument definition."
                }
                _ => {
                    "A single-line block definition must end with a closing brace immediately after its single argument definition."
                }
            };
            self.fail_here("Invalid single-argument block definition", detail);
        }
        Err(Stop)
    }

    #[cold]
    fn unclosed_block(&mut self, open: usize) -> Read<()> {
        let span = self.span(open, open + 1);
        self.note(
            "Unclosed configuration block",
            "There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.",
            span,
        )
    }

    /// Something that begins neither an argument nor a block.
    #[cold]
    fn no_entry(&mut self) -> Read<()> {
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
    fn truncate(&mut self, marks: Marks) {
        self.exprs.truncate(marks.exprs);
        self.items.truncate(marks.items);
        self.attributes.truncate(marks.attributes);
        self.blocks.truncate(marks.blocks);
        self.pieces.truncate(marks.pieces);
    }

    /// Goes on after the item that begins at `start`.
    fn skip_item(&mut self, start: usize, comma: bool) {
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
    fn recover_entry(&mut self, marks: Marks, start: usize, stop: Stop) -> Read<()> {
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
    fn never_closed(&mut self, kind: T, at: usize) -> Stop {
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
                "There is no closing brace for this sequence. This might be caused by incorrect nesting inside it.",
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
