//! hcl-edit's tree to ours. A parser of our own takes this place later.

use std::ops::Range;
use std::sync::Arc;

use cty::Number;
use hcl_edit::Span as _;
use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, Object, ObjectKey, Traversal, TraversalOperator,
    UnaryOperator,
};
use hcl_edit::structure::{Block as HclBlock, Body as HclBody, Structure};

use super::scan::{Heredoc, blank_heredocs};
use super::template;
use super::tree::{
    Arm, Attribute, BinaryOp, Block, Body, Call, Chain, Conditional, Expr, ExprKind, For, Item,
    Key, Label, Literal, Operand, Span, Step, StepKind, Traversal as OurTraversal, UnaryOp, Word,
};
use super::{MAX_DEPTH, Spans, SyntaxError, too_deep};

/// Reads a whole file.
pub(super) fn parse_body(text: &str) -> Result<Body, SyntaxError> {
    let blanked = blank_heredocs(text)?;
    let body = hcl_edit::parser::parse_body(&blanked.text)
        .map_err(|error| syntax_error(&error, text, Spans::from(0)))?;
    let reader = Reader {
        text,
        heredocs: &blanked.heredocs,
        spans: Spans::from(0),
    };
    reader.body(&body, 0)
}

/// Reads an expression that is a part of a text; newlines mean nothing in it.
pub(super) fn parse_expression(
    text: &str,
    spans: Spans,
    depth: usize,
) -> Result<Expr, SyntaxError> {
    let whole = spans.of(0..text.len());
    if depth > MAX_DEPTH {
        return Err(too_deep(whole));
    }
    if text.trim().is_empty() {
        return Err(SyntaxError::new("an expression is missing here", whole));
    }
    // hcl-edit lets newlines pass only inside brackets; the line end is for a comment or heredoc.
    let wrapped = format!("({text}\n)");
    let spans = spans.within(-1);
    let blanked = blank_heredocs(&wrapped)
        .map_err(|error| SyntaxError::new(error.message, spans.of(error.span.range())))?;
    let parsed = hcl_edit::parser::parse_expr(&blanked.text)
        .map_err(|error| syntax_error(&error, &wrapped[..=text.len()], spans))?;
    let Expression::Parenthesis(inner) = &parsed else {
        return Err(SyntaxError::new("this is more than one expression", whole));
    };
    let reader = Reader {
        text: &wrapped,
        heredocs: &blanked.heredocs,
        spans,
    };
    reader.expr(inner.inner(), depth)
}

fn syntax_error(error: &hcl_edit::parser::Error, text: &str, spans: Spans) -> SyntaxError {
    // hcl-edit may point into the middle of a character, or past the text that is ours.
    let at = text.floor_char_boundary(error.location().offset());
    let message = match error.message() {
        // hcl-edit went back to the beginning of the attribute or block.
        "unexpected token" => "what begins here does not parse",
        message => message,
    };
    SyntaxError::new(message, spans.of(at..at))
}

struct Reader<'a> {
    /// With heredocs as written; offsets agree with hcl-edit's.
    text: &'a str,
    heredocs: &'a [Heredoc],
    spans: Spans,
}

impl Reader<'_> {
    fn body(&self, body: &HclBody, depth: usize) -> Result<Body, SyntaxError> {
        let (mut attributes, mut blocks) = (Vec::new(), Vec::new());
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let name_range = attribute.key.span().unwrap_or_default();
                    attributes.push(Attribute {
                        name: attribute.key.as_str().into(),
                        name_span: self.spans.of(name_range),
                        expr: self.expr(&attribute.value, depth + 1)?,
                        maybe_block: false,
                        repeats: false,
                    });
                }
                Structure::Block(block) => {
                    blocks.push(self.block(block, depth + 1)?);
                }
            }
        }
        Ok(Body {
            attributes: attributes.into(),
            blocks: blocks.into(),
            span: self.spans.of(body.span().unwrap_or_default()),
            is_incomplete: false,
        })
    }

    fn block(&self, block: &HclBlock, depth: usize) -> Result<Block, SyntaxError> {
        let ident = block.ident.span().unwrap_or_default();
        let end = block
            .labels
            .iter()
            .filter_map(hcl_edit::Span::span)
            .next_back();
        let header = ident.start..end.map_or(ident.end, |label| label.end);
        let header = self.spans.of(header);
        if depth > MAX_DEPTH {
            return Err(too_deep(header));
        }
        Ok(Block {
            type_name: block.ident.as_str().into(),
            labels: block
                .labels
                .iter()
                .map(|label| Label {
                    text: label.as_str().into(),
                    span: self.spans.of(label.span().unwrap_or_default()),
                })
                .collect(),
            header,
            span: self.spans.of(block.span().unwrap_or_default()),
            body: Arc::new(self.body(&block.body, depth)?),
        })
    }

    fn expr(&self, expr: &Expression, depth: usize) -> Result<Expr, SyntaxError> {
        let range = expr.span().unwrap_or_default();
        let span = self.spans.of(range.clone());
        if depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let depth = depth + 1;
        let kind = match expr {
            Expression::Null(_) => ExprKind::Literal(Literal::Null),
            Expression::Bool(value) => ExprKind::Literal(Literal::Bool(*value.value())),
            Expression::Number(_) => ExprKind::Literal(Literal::Number(self.number(range, span)?)),
            Expression::String(text) => match self.heredoc_at(range.start) {
                Some(heredoc) => return self.heredoc(heredoc, span, depth),
                None => ExprKind::Literal(Literal::Text(text.as_str().into())),
            },
            Expression::StringTemplate(_) => {
                let inside = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
                let text = self.text.get(inside.clone()).unwrap_or_default();
                let spans = self.spans.within(offset(inside.start));
                return template::parse(text, template::Kind::Quoted, spans, span, depth);
            }
            Expression::HeredocTemplate(_) => {
                return Err(SyntaxError::new("this heredoc cannot be read", span));
            }
            Expression::Array(array) => ExprKind::Tuple(
                array
                    .iter()
                    .map(|element| self.expr(element, depth))
                    .collect::<Result<_, _>>()?,
            ),
            Expression::Object(object) => ExprKind::Object(self.items(object, depth)?.into()),
            Expression::Parenthesis(inner) => return self.expr(inner.inner(), depth),
            Expression::Variable(name) => ExprKind::Variable(name.as_str().into()),
            Expression::Conditional(it) => ExprKind::Conditional(Box::new(Conditional {
                arms: smallvec::smallvec![Arm {
                    condition: self.expr(&it.cond_expr, depth)?,
                    yes: self.expr(&it.true_expr, depth)?,
                }],
                no: self.expr(&it.false_expr, depth)?,
            })),
            Expression::FuncCall(call) => ExprKind::Call(Box::new(self.call(call, depth)?)),
            Expression::Traversal(traversal) => self.traversal(traversal, &range, depth)?,
            Expression::UnaryOp(unary) => ExprKind::Unary(
                match unary.operator.value() {
                    UnaryOperator::Neg => UnaryOp::Negate,
                    UnaryOperator::Not => UnaryOp::Not,
                },
                Box::new(self.expr(&unary.expr, depth)?),
            ),
            Expression::BinaryOp(binary) => ExprKind::Binary(Box::new(Chain {
                first: self.expr(&binary.lhs_expr, depth)?,
                rest: smallvec::smallvec![Operand {
                    op: binary_op(*binary.operator.value()),
                    expr: self.expr(&binary.rhs_expr, depth)?,
                }],
            })),
            Expression::ForExpr(it) => ExprKind::For(Box::new(self.for_expr(it, depth)?)),
        };
        Ok(Expr { kind, span })
    }

    /// hcl-edit rounds numbers to 64 bits; the text does not.
    fn number(&self, range: Range<usize>, span: Span) -> Result<Number, SyntaxError> {
        let text = self.text.get(range).unwrap_or_default();
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        digits
            .parse()
            .map_err(|_| SyntaxError::new(format!("{text} is no number that can be read"), span))
    }

    fn heredoc_at(&self, start: usize) -> Option<&Heredoc> {
        let at = self
            .heredocs
            .binary_search_by_key(&start, |heredoc| heredoc.range.start)
            .ok()?;
        self.heredocs.get(at)
    }

    fn heredoc(&self, heredoc: &Heredoc, span: Span, depth: usize) -> Result<Expr, SyntaxError> {
        let text = self.text.get(heredoc.content.clone()).unwrap_or_default();
        let kind = template::Kind::Heredoc {
            flush: heredoc.flush,
        };
        let spans = self.spans.within(offset(heredoc.content.start));
        // hcl-edit saw two quotes here; the heredoc is longer.
        let length = heredoc.range.len();
        let span = match self.spans {
            Spans::Offset(_) => Span::new(span.start as usize..span.start as usize + length),
            Spans::Fixed(span) => span,
        };
        template::parse(text, kind, spans, span, depth)
    }

    fn word(&self, text: &str, range: Option<Range<usize>>) -> Word {
        Word {
            text: text.into(),
            span: self.spans.of(range.unwrap_or_default()),
        }
    }

    fn items(&self, object: &Object, depth: usize) -> Result<Vec<Item>, SyntaxError> {
        object
            .iter()
            .map(|(key, value)| {
                let key = match key {
                    ObjectKey::Ident(name) => Key::Word(self.word(name.as_str(), name.span())),
                    ObjectKey::Expression(expr) => Key::Expr(self.expr(expr, depth)?),
                };
                let value = self.expr(value.expr(), depth)?;
                Ok(Item {
                    key,
                    value,
                    repeats: false,
                })
            })
            .collect()
    }

    fn call(&self, call: &FuncCall, depth: usize) -> Result<Call, SyntaxError> {
        let mut name = String::new();
        for part in &call.name.namespace {
            name.push_str(part.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        Ok(Call {
            name: name.into(),
            name_span: self.spans.of(call.name.name.span().unwrap_or_default()),
            arguments: call
                .args
                .iter()
                .map(|argument| self.expr(argument, depth))
                .collect::<Result<_, _>>()?,
            expand_last: call.args.expand_final(),
        })
    }

    fn traversal(
        &self,
        traversal: &Traversal,
        whole: &Range<usize>,
        depth: usize,
    ) -> Result<ExprKind, SyntaxError> {
        let base = self.expr(&traversal.expr, depth)?;
        let mut steps = Vec::with_capacity(traversal.operators.len());
        for operator in &traversal.operators {
            let range = operator.span().unwrap_or_else(|| whole.clone());
            let span = self.spans.of(range);
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => StepKind::Attribute(name.as_str().into()),
                TraversalOperator::Index(index) => {
                    StepKind::Index(Box::new(self.expr(index, depth)?))
                }
                TraversalOperator::LegacyIndex(index) => StepKind::LegacyIndex(*index.value()),
                TraversalOperator::AttrSplat(_) => StepKind::AttributeSplat,
                TraversalOperator::FullSplat(_) => StepKind::FullSplat,
            };
            steps.push(Step { kind, span });
        }
        Ok(ExprKind::Traversal(Box::new(OurTraversal {
            base,
            steps: steps.into(),
        })))
    }

    fn for_expr(&self, it: &ForExpr, depth: usize) -> Result<For, SyntaxError> {
        let optional = |expr: Option<&Expression>| expr.map(|expr| self.expr(expr, depth));
        Ok(For {
            key_name: it
                .intro
                .key_var
                .as_ref()
                .map(|name| self.word(name.as_str(), name.span())),
            value_name: self.word(it.intro.value_var.as_str(), it.intro.value_var.span()),
            collection: self.expr(&it.intro.collection_expr, depth)?,
            key: optional(it.key_expr.as_ref()).transpose()?,
            value: self.expr(&it.value_expr, depth)?,
            grouping: it.grouping,
            condition: optional(it.cond.as_ref().map(|cond| &cond.expr)).transpose()?,
        })
    }
}

fn offset(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

fn binary_op(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Or => BinaryOp::Or,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Eq => BinaryOp::Equal,
        BinaryOperator::NotEq => BinaryOp::NotEqual,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::LessEq => BinaryOp::LessOrEqual,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::GreaterEq => BinaryOp::GreaterOrEqual,
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Subtract,
        BinaryOperator::Mul => BinaryOp::Multiply,
        BinaryOperator::Div => BinaryOp::Divide,
        BinaryOperator::Mod => BinaryOp::Modulo,
    }
}
