//! Files and blocks.

use std::sync::Arc;

use super::MAX_ERRORS;
use super::layout::End;
use super::lexer::TokenKind as T;
use super::parser::{Parser, Read, Stop};
use super::recover::Marks;
use super::repeats;
use super::tree::{Attribute, Block, Body, Expr, ExprKind, Label, Span, Word};

/// What ends a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// The end of the file.
    File,
    /// A closing brace: the one that belongs to the brace at this offset.
    Brace(usize),
}

impl Parser<'_> {
    /// A whole file.
    pub(super) fn file(&mut self) -> Read<Body> {
        let start = self.token.end;
        self.advance();
        self.body(Close::File, start)
    }

    /// Attributes and blocks up to the end of the file or the closing brace, which is left.
    pub(super) fn body(&mut self, close: Close, start: usize) -> Read<Body> {
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

    pub(super) fn finish_body(
        &mut self,
        marks: Marks,
        span: Span,
        is_incomplete: bool,
    ) -> Read<Body> {
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
    pub(super) fn is_close(&self, close: Close) -> bool {
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
            if self.errors.len() >= MAX_ERRORS {
                break;
            }
            let first = attributes.iter().find(|it| it.name == attribute.name);
            let at = first.map_or(0, |first| first.name_span.range().start);
            let line = self.text[..at]
                .bytes()
                .filter(|byte| *byte == b'\n')
                .count()
                + 1;
            let detail = format!(
                "The argument {:?} was already set in line {line}. Each argument may be set only once.",
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

    pub(super) fn attribute(&mut self, name: Word) -> Read<()> {
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

    #[inline]
    pub(super) fn push_attribute(&mut self, name: Word, expr: Expr) -> Read<()> {
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
    pub(super) fn assigned(&mut self) -> Read<Expr> {
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
        self.single(open)?;
        let span = self.span(start, self.token.start);
        self.finish_body(marks, span, false)
    }

    /// The one argument of a line and the closing brace after it.
    pub(super) fn single(&mut self, open: usize) -> Read<()> {
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
}
