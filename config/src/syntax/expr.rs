//! Expressions.

use cty::Number;
use smallvec::SmallVec;

use super::lexer::TokenKind as T;
use super::parser::{Parser, Read, Stop};
use super::tree::{
    Arm, BinaryOp, Call, Chain, Conditional, Expr, ExprKind, Literal, Name, Operand, Step,
    StepKind, Traversal, UnaryOp, Word,
};

/// The operator that a token is and how tightly it binds.
#[inline]
fn operator(kind: T) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        T::Or => (BinaryOp::Or, 1),
        T::And => (BinaryOp::And, 2),
        T::EqualEqual => (BinaryOp::Equal, 3),
        T::NotEqual => (BinaryOp::NotEqual, 3),
        T::Less => (BinaryOp::Less, 4),
        T::LessOrEqual => (BinaryOp::LessOrEqual, 4),
        T::Greater => (BinaryOp::Greater, 4),
        T::GreaterOrEqual => (BinaryOp::GreaterOrEqual, 4),
        T::Plus => (BinaryOp::Add, 5),
        T::Minus => (BinaryOp::Subtract, 5),
        T::Star => (BinaryOp::Multiply, 6),
        T::Slash => (BinaryOp::Divide, 6),
        T::Percent => (BinaryOp::Modulo, 6),
        _ => return None,
    })
}

impl Parser<'_> {
    /// An expression and nothing else.
    pub(super) fn only_expression(&mut self) -> Read<Expr> {
        self.newlines = false;
        self.advance();
        let expr = self.expression()?;
        if !self.at(T::End) {
            return Err(self.fail_here(
                "Extra characters after expression",
                "An expression was successfully parsed, but extra characters were found after it.",
            ));
        }
        Ok(expr)
    }

    /// An expression.
    pub(super) fn expression(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let expr = self.operation(start)?;
        if self.at(T::Question) {
            return self.conditional(start, expr);
        }
        Ok(expr)
    }

    /// Terms and the operators between them.
    #[inline]
    fn operation(&mut self, start: usize) -> Read<Expr> {
        let first = self.term()?;
        match operator(self.token.kind) {
            Some(_) => self.chain(start, first, 1),
            None => Ok(first),
        }
    }

    /// What follows `left` with operators that bind at least as tightly as `least`.
    fn chain(&mut self, start: usize, mut left: Expr, least: u8) -> Read<Expr> {
        while let Some((_, level)) = operator(self.token.kind)
            && level >= least
        {
            let mut rest: SmallVec<[Operand; 1]> = SmallVec::new();
            while let Some((op, same)) = operator(self.token.kind)
                && same == level
            {
                self.advance();
                let right_start = self.token.start;
                let mut expr = self.term()?;
                if operator(self.token.kind).is_some_and(|(_, tighter)| tighter > level) {
                    expr = self.chain(right_start, expr, level + 1)?;
                }
                self.spend(size_of::<Operand>())?;
                rest.push(Operand { op, expr });
            }
            left = Expr {
                kind: ExprKind::Binary(Box::new(Chain { first: left, rest })),
                span: self.span_from(start),
            };
        }
        Ok(left)
    }

    /// From the `?` after the first condition on.
    fn conditional(&mut self, start: usize, condition: Expr) -> Read<Expr> {
        let mut arms: SmallVec<[Arm; 1]> = SmallVec::new();
        let mut next = condition;
        while self.at(T::Question) {
            self.advance();
            let yes = self.nested(Self::expression)?;
            if !self.at(T::Colon) {
                return Err(self.fail_here(
                    "Missing false expression in conditional",
                    "The conditional operator (condition ? true result : false result) needs a colon and a false result here.",
                ));
            }
            self.advance();
            self.spend(size_of::<Arm>())?;
            arms.push(Arm {
                condition: next,
                yes,
            });
            next = self.operation(self.token.start)?;
        }
        Ok(Expr {
            kind: ExprKind::Conditional(Box::new(Conditional { arms, no: next })),
            span: self.span_from(start),
        })
    }

    /// An operand with the steps that follow it.
    fn term(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let expr = match self.token.kind {
            T::Ident => self.name()?,
            T::OpenQuote => self.quoted()?,
            T::Number => self.number()?,
            T::OpenBracket => self.nested(Self::tuple)?,
            T::OpenBrace => self.nested(Self::object)?,
            T::OpenParen => self.nested(Self::parentheses)?,
            T::OpenHeredoc => self.heredoc()?,
            T::Minus => return self.nested(|parser| parser.unary(UnaryOp::Negate)),
            T::Bang => return self.nested(|parser| parser.unary(UnaryOp::Not)),
            _ => return Err(self.no_expression()),
        };
        if matches!(self.token.kind, T::Dot | T::OpenBracket) {
            return self.traversal(start, expr);
        }
        Ok(expr)
    }

    #[cold]
    fn no_expression(&mut self) -> Stop {
        match self.token.kind {
            T::End => self.fail_here(
                "Missing expression",
                "Expected the start of an expression, but nothing follows.",
            ),
            T::Newline => self.fail_here(
                "Invalid expression",
                "Expected the start of an expression, but found the end of the line. An expression may go on in the next line inside parentheses and brackets only.",
            ),
            T::Less if self.text[self.token.start..].starts_with("<<") => self.fail_here(
                "Invalid expression",
                "A heredoc begins with `<<` or `<<-` and a name without quotes, and nothing, not even a blank, may follow the name on its line.",
            ),
            _ => self.fail_here(
                "Invalid expression",
                "Expected the start of an expression, but found an invalid expression token.",
            ),
        }
    }

    fn unary(&mut self, op: UnaryOp) -> Read<Expr> {
        let start = self.token.start;
        self.advance();
        let operand = self.term()?;
        self.spend(size_of::<Expr>())?;
        Ok(Expr {
            kind: ExprKind::Unary(op, Box::new(operand)),
            span: self.span_from(start),
        })
    }

    fn parentheses(&mut self) -> Read<Expr> {
        let newlines = std::mem::replace(&mut self.newlines, false);
        self.advance();
        let expr = self.expression()?;
        if !self.at(T::CloseParen) {
            return Err(self.fail_here(
                "Unbalanced parentheses",
                "Expected a closing parenthesis to terminate the expression.",
            ));
        }
        self.newlines = newlines;
        self.advance();
        Ok(expr)
    }

    fn number(&mut self) -> Read<Expr> {
        let digits = self.token_text();
        let kind = if digits.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = digits
                .bytes()
                .fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
            ExprKind::Literal(Literal::Number(Number::from(number)))
        } else {
            match digits.parse::<Number>() {
                Ok(number) => ExprKind::Literal(Literal::Number(number)),
                // Terraform takes it, and nobody writes it.
                Err(cty::NumberError::OutOfRange) => ExprKind::Invalid,
                Err(_) => {
                    return Err(self.fail_here(
                        "Invalid number literal",
                        "Failed to recognize the value of this number literal.",
                    ));
                }
            }
        };
        let span = self.token_span();
        self.advance();
        Ok(Expr { kind, span })
    }

    /// A variable, a keyword or a call.
    #[inline]
    fn name(&mut self) -> Read<Expr> {
        let text = self.token_text();
        let start = self.token.start;
        let span = self.token_span();
        self.advance();
        let kind = match self.token.kind {
            T::OpenParen | T::DoubleColon => {
                return self.nested(|parser| {
                    parser.call(
                        start,
                        Word {
                            text: Name::new(text),
                            span,
                        },
                    )
                });
            }
            _ => match text {
                "true" => ExprKind::Literal(Literal::Bool(true)),
                "false" => ExprKind::Literal(Literal::Bool(false)),
                "null" => ExprKind::Literal(Literal::Null),
                _ => ExprKind::Variable(Name::new(text)),
            },
        };
        Ok(Expr { kind, span })
    }

    /// From the parenthesis or the `::` after a function's name on.
    fn call(&mut self, start: usize, mut name: Word) -> Read<Expr> {
        if self.at(T::DoubleColon) {
            name = self.scoped_name(start, name)?;
        }
        let newlines = std::mem::replace(&mut self.newlines, false);
        self.advance();
        let mut arguments: SmallVec<[Expr; 2]> = SmallVec::new();
        let mut expand_last = false;
        while !self.at(T::CloseParen) {
            self.spend(size_of::<Expr>())?;
            let argument = self.expression()?;
            arguments.push(argument);
            match self.token.kind {
                T::Comma => self.advance(),
                T::CloseParen => {}
                T::Ellipsis => {
                    self.advance();
                    expand_last = true;
                    if !self.at(T::CloseParen) {
                        return Err(self.fail_here(
                            "Missing closing parenthesis",
                            "An expanded function argument (with ...) must be immediately followed by the closing parenthesis.",
                        ));
                    }
                }
                T::End => {
                    return Err(self.fail(
                        "Unterminated function call",
                        "There is no closing parenthesis for this function call before the end of the file.",
                        name.span,
                    ));
                }
                _ => {
                    return Err(self.fail_here(
                        "Missing argument separator",
                        "A comma is required to separate each function argument from the next.",
                    ));
                }
            }
        }
        self.newlines = newlines;
        self.advance();
        self.spend(size_of::<Call>())?;
        let call = Call {
            name: name.text,
            name_span: name.span,
            arguments,
            expand_last,
        };
        Ok(Expr {
            kind: ExprKind::Call(Box::new(call)),
            span: self.span_from(start),
        })
    }

    /// `first::second::third`.
    fn scoped_name(&mut self, start: usize, first: Word) -> Read<Word> {
        let mut text = first.text.to_string();
        while self.at(T::DoubleColon) {
            self.advance();
            if !self.at(T::Ident) {
                return Err(self.fail_here(
                    "Missing function name",
                    "The scope mark :: must be followed by the name of a function.",
                ));
            }
            text.push_str("::");
            text.push_str(self.token_text());
            self.advance();
        }
        let span = self.span_from(start);
        if !self.at(T::OpenParen) {
            return Err(self.fail_here(
                "Missing open parenthesis",
                "The name of a function must be followed by an open parenthesis to begin the function call.",
            ));
        }
        Ok(Word {
            text: text.into(),
            span,
        })
    }

    /// From the first dot or bracket after `base` on.
    fn traversal(&mut self, start: usize, base: Expr) -> Read<Expr> {
        let mut steps: SmallVec<[Step; 2]> = SmallVec::new();
        loop {
            let step_start = self.token.start;
            let kind = match self.token.kind {
                T::Dot => self.dot(&steps)?,
                T::OpenBracket => self.nested(Self::bracket)?,
                _ => break,
            };
            self.spend(size_of::<Step>())?;
            let span = self.span_from(step_start);
            steps.push(Step { kind, span });
        }
        self.spend(size_of::<Traversal>())?;
        Ok(Expr {
            kind: ExprKind::Traversal(Box::new(Traversal { base, steps })),
            span: self.span_from(start),
        })
    }

    #[inline]
    fn dot(&mut self, before: &[Step]) -> Read<StepKind> {
        self.advance();
        match self.token.kind {
            T::Ident => {
                let name = Name::new(self.token_text());
                self.advance();
                Ok(StepKind::Attribute(name))
            }
            T::Number => self.legacy_index(),
            T::Star if in_attribute_splat(before) => Err(self.fail_here(
                "Nested splat expression not allowed",
                "A splat expression (*) cannot be used inside another attribute-only splat expression.",
            )),
            T::Star => {
                self.advance();
                Ok(StepKind::AttributeSplat)
            }
            _ => Err(self.fail_here(
                "Invalid attribute name",
                "An attribute name is required after a dot.",
            )),
        }
    }

    fn legacy_index(&mut self) -> Read<StepKind> {
        let digits = self.token_text();
        if let Some((first, second)) = digits.split_once('.') {
            let detail = format!(
                "Two indexes cannot be chained with dots. Use brackets instead, like [{first}][{second}]."
            );
            return Err(self.fail_here("Invalid legacy index syntax", detail));
        }
        if let Ok(index) = digits.parse() {
            self.advance();
            return Ok(StepKind::LegacyIndex(index));
        }
        let index = self.number()?;
        Ok(StepKind::Index(Box::new(index)))
    }

    fn bracket(&mut self) -> Read<StepKind> {
        self.advance();
        if self.at(T::Star) {
            self.advance();
            if !self.at(T::CloseBracket) {
                return Err(self.fail_here(
                    "Missing close bracket on splat index",
                    "The star for a full splat operator must be immediately followed by a closing bracket (\"]\").",
                ));
            }
            self.advance();
            return Ok(StepKind::FullSplat);
        }
        let newlines = std::mem::replace(&mut self.newlines, false);
        if self.at(T::Newline) {
            self.advance();
        }
        self.spend(size_of::<Expr>())?;
        let key = self.expression()?;
        if !self.at(T::CloseBracket) {
            return Err(self.fail_here(
                "Missing close bracket on index",
                "The index operator must end with a closing bracket (\"]\").",
            ));
        }
        self.newlines = newlines;
        self.advance();
        Ok(StepKind::Index(Box::new(key)))
    }
}

/// True after `.*` and attributes or indexes with dots.
fn in_attribute_splat(steps: &[Step]) -> bool {
    let last = steps
        .iter()
        .rev()
        .find(|step| !matches!(step.kind, StepKind::Attribute(_) | StepKind::LegacyIndex(_)));
    last.is_some_and(|step| matches!(step.kind, StepKind::AttributeSplat))
}
