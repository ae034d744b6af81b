//! Tuples, objects and `for`.

use super::lexer::TokenKind as T;
use super::parser::{Parser, Read, Stop};
use super::tree::{Expr, ExprKind, For, Item, Key, Name, Word};

impl Parser<'_> {
    pub(super) fn tuple(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let newlines = std::mem::replace(&mut self.newlines, false);
        self.advance();
        if self.at_word("for") {
            return self.for_expr(start, T::CloseBracket, newlines);
        }
        let first = self.exprs.len();
        while !self.at(T::CloseBracket) {
            self.spend(size_of::<Expr>())?;
            let element = self.expression()?;
            self.exprs.push(element);
            match self.token.kind {
                T::Comma => self.advance(),
                T::CloseBracket => {}
                T::End => {
                    let span = self.span(start, start + 1);
                    return Err(self.fail(
                        "Unterminated tuple constructor expression",
                        "There is no corresponding closing bracket before the end of the file.",
                        span,
                    ));
                }
                _ => {
                    return Err(self.fail_here(
                        "Missing item separator",
                        "Expected a comma to mark the beginning of the next item.",
                    ));
                }
            }
        }
        self.newlines = newlines;
        self.advance();
        let elements = self.exprs.drain(first..).collect();
        Ok(Expr {
            kind: ExprKind::Tuple(elements),
            span: self.span_from(start),
        })
    }

    pub(super) fn object(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let newlines = std::mem::replace(&mut self.newlines, true);
        self.advance();
        while self.at(T::Newline) {
            self.advance();
        }
        if self.at_word("for") {
            return self.for_expr(start, T::CloseBrace, newlines);
        }
        let first = self.items.len();
        loop {
            match self.token.kind {
                T::Newline => self.advance(),
                T::CloseBrace => break,
                _ => {
                    self.spend(size_of::<Item>())?;
                    let item_start = self.token.start;
                    let marks = self.marks();
                    let mut key = None;
                    match self.item(start, &mut key) {
                        Ok(item) => self.items.push(item),
                        Err(Stop) => self.recover_item(start, item_start, marks, key)?,
                    }
                }
            }
        }
        self.newlines = newlines;
        self.advance();
        let mut items: Box<[Item]> = self.items.drain(first..).collect();
        super::repeats::mark_items(&mut items);
        Ok(Expr {
            kind: ExprKind::Object(items),
            span: self.span_from(start),
        })
    }

    /// One entry of the object that begins at `object`, and the comma or newline after it.
    fn item(&mut self, object: usize, key_out: &mut Option<Key>) -> Read<Item> {
        let key = key_out.insert(self.key()?);
        if !matches!(self.token.kind, T::Equal | T::Colon) {
            let is_word = matches!(key, Key::Word(_));
            *key_out = None;
            return Err(self.no_value(object, is_word));
        }
        self.advance();
        let value = self.expression()?;
        match self.token.kind {
            T::Comma | T::Newline => self.advance(),
            T::CloseBrace => {}
            T::End => return Err(self.unterminated_object(object)),
            _ => {
                return Err(self.fail_here(
                    "Missing attribute separator",
                    "Expected a newline or comma to mark the beginning of the next attribute.",
                ));
            }
        }
        // It was put there above.
        let key = key_out.take().ok_or(Stop)?;
        Ok(Item {
            key,
            value,
            repeats: false,
        })
    }

    /// A name on its own is text; anything else is an expression.
    #[inline]
    fn key(&mut self) -> Read<Key> {
        let start = self.token.start;
        if !self.at(T::Ident) {
            return self.expression().map(Key::Expr);
        }
        let text = self.token_text();
        let expr = self.expression()?;
        if self.previous_end != start + text.len() {
            return Ok(Key::Expr(expr));
        }
        let text = match expr.kind {
            ExprKind::Variable(name) => name,
            // `true`, `false` and `null` are no keywords here.
            _ => Name::new(text),
        };
        let span = expr.span;
        Ok(Key::Word(Word { text, span }))
    }

    #[cold]
    fn no_value(&mut self, object: usize, after_word: bool) -> Stop {
        match self.token.kind {
            T::Newline | T::Comma | T::CloseBrace => self.fail_here(
                "Missing attribute value",
                "Expected an attribute value, introduced by an equals sign (\"=\").",
            ),
            T::Ident if after_word => self.fail_here(
                "Missing key/value separator",
                "Expected an equals sign (\"=\") to mark the beginning of the attribute value. A name that holds blanks or dots must be quoted.",
            ),
            T::End => self.unterminated_object(object),
            _ => self.fail_here(
                "Missing key/value separator",
                "Expected an equals sign (\"=\") to mark the beginning of the attribute value.",
            ),
        }
    }

    #[cold]
    fn unterminated_object(&mut self, object: usize) -> Stop {
        let span = self.span(object, object + 1);
        self.fail(
            "Unterminated object constructor expression",
            "There is no corresponding closing brace before the end of the file.",
            span,
        )
    }

    /// From the word `for` on, up to `close`; newlines have their former meaning after it.
    fn for_expr(&mut self, start: usize, close: T, newlines: bool) -> Read<Expr> {
        self.newlines = false;
        self.advance();
        let (key_name, value_name) =
            self.for_names("For expression", "Invalid 'for' expression")?;
        let collection = self.expression()?;
        if !self.at(T::Colon) {
            return Err(
                self.bad_for("For expression requires a colon after the collection expression.")
            );
        }
        self.advance();
        let mut value = self.expression()?;
        let mut key = None;
        if self.at(T::FatArrow) {
            self.advance();
            key = Some(std::mem::replace(&mut value, self.expression()?));
        }
        let ellipsis = self.token_span();
        let grouping = self.at(T::Ellipsis);
        if grouping {
            self.advance();
        }
        let condition = if self.at_word("if") {
            self.advance();
            Some(self.expression()?)
        } else {
            None
        };
        if !self.at(close) {
            return Err(self.bad_for("Extra characters after the end of the 'for' expression."));
        }
        let wrong = match (&key, close) {
            (Some(key), T::CloseBracket) => Some((
                "Key expression is not valid when building a tuple.",
                key.span,
            )),
            (None, T::CloseBracket) if grouping => Some((
                "Grouping ellipsis (...) cannot be used when building a tuple.",
                ellipsis,
            )),
            (None, T::CloseBrace) => Some((
                "Key expression is required when building an object.",
                value.span,
            )),
            _ => None,
        };
        if let Some((detail, span)) = wrong {
            return Err(self.fail("Invalid 'for' expression", detail, span));
        }
        self.newlines = newlines;
        self.advance();
        self.spend(size_of::<For>())?;
        let it = For {
            key_name,
            value_name,
            collection,
            key,
            value,
            grouping,
            condition,
        };
        Ok(Expr {
            kind: ExprKind::For(Box::new(it)),
            span: self.span_from(start),
        })
    }

    /// `name in` or `key, name in`.
    pub(super) fn for_names(
        &mut self,
        what: &str,
        message: &'static str,
    ) -> Read<(Option<Word>, Word)> {
        if !self.at(T::Ident) {
            let detail = format!("{what} requires variable name after 'for'.");
            return Err(self.fail_here(message, detail));
        }
        let mut value = self.word();
        let mut key = None;
        if self.at(T::Comma) {
            self.advance();
            if !self.at(T::Ident) {
                let detail = format!("{what} requires value variable name after comma.");
                return Err(self.fail_here(message, detail));
            }
            key = Some(std::mem::replace(&mut value, self.word()));
        }
        if !self.at_word("in") {
            let detail = format!("{what} requires the 'in' keyword after its name declarations.");
            return Err(self.fail_here(message, detail));
        }
        self.advance();
        Ok((key, value))
    }

    #[cold]
    fn bad_for(&mut self, detail: &'static str) -> Stop {
        self.fail_here("Invalid 'for' expression", detail)
    }
}
