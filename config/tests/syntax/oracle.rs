//! Our tree beside hcl-edit's.
//!
//! hcl-edit keeps the blanks that strip markers take, so text next to one is compared without blanks.
//! The text of `<<-` heredocs is not compared: theirs loses letters of lines that are indented less
//! than a blank one.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, Object, ObjectKey, Traversal as TheirTraversal,
    TraversalOperator, UnaryOperator,
};
use hcl_edit::structure::{Block as TheirBlock, Body as TheirBody, Structure};
use hcl_edit::template::{Directive, Element, Strip, Template};
use terraform_config::syntax::tree::{
    BinaryOp, Block, Body, Call, Chain, Conditional, Expr, ExprKind, For, Item, Key, Literal, Part,
    Span, StepKind, Traversal, UnaryOp, Word,
};

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Attributes, blocks, expressions, entries, steps and parts.
    pub(crate) nodes: usize,
    /// A sentence each.
    pub(crate) differences: Vec<String>,
}

/// Compares what both made of a text.
pub(crate) fn compare(text: &str, ours: &Body, theirs: &TheirBody) -> Comparison {
    let mut comparer = Comparer {
        text,
        found: Comparison::default(),
    };
    comparer.body(ours, theirs);
    comparer.found
}

/// How text must agree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Same,
    ButBlanks,
    Any,
}

struct Comparer<'t> {
    text: &'t str,
    found: Comparison,
}

impl Comparer<'_> {
    fn differ(
        &mut self,
        span: Span,
        what: &str,
        ours: impl std::fmt::Debug,
        theirs: impl std::fmt::Debug,
    ) {
        let before = self.text.get(..span.range().start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let short = |shown: String| shown.chars().take(80).collect::<String>();
        let (ours, theirs) = (short(format!("{ours:?}")), short(format!("{theirs:?}")));
        self.found
            .differences
            .push(format!("line {line}: {what}: {ours} here, {theirs} there"));
    }

    fn same<T: PartialEq + std::fmt::Debug>(
        &mut self,
        span: Span,
        what: &str,
        ours: T,
        theirs: T,
    ) -> bool {
        let is_same = ours == theirs;
        if !is_same {
            self.differ(span, what, ours, theirs);
        }
        is_same
    }

    fn place(&mut self, what: &str, ours: Span, theirs: Option<Range<usize>>) {
        if let Some(theirs) = theirs {
            self.same(ours, what, ours.range(), theirs);
        }
    }

    fn body(&mut self, ours: &Body, theirs: &TheirBody) {
        let (mut attributes, mut blocks) = (ours.attributes.iter(), ours.blocks.iter());
        for structure in theirs.iter() {
            match structure {
                Structure::Attribute(theirs) => match attributes.next() {
                    Some(ours) => {
                        self.found.nodes += 1;
                        self.same(
                            ours.name_span,
                            "name",
                            ours.name.as_str(),
                            theirs.key.as_str(),
                        );
                        self.place("place of a name", ours.name_span, theirs.key.span());
                        self.expr(&ours.expr, &theirs.value);
                    }
                    None => self.differ(ours.span, "attribute", "none", theirs.key.as_str()),
                },
                Structure::Block(theirs) => match blocks.next() {
                    Some(ours) => self.block(ours, theirs),
                    None => self.differ(ours.span, "block", "none", theirs.ident.as_str()),
                },
            }
        }
        if let Some(more) = attributes.next() {
            self.differ(more.name_span, "attribute", more.name.as_str(), "none");
        }
        if let Some(more) = blocks.next() {
            self.differ(more.header, "block", more.type_name.as_str(), "none");
        }
    }

    fn block(&mut self, ours: &Block, theirs: &TheirBlock) {
        self.found.nodes += 1 + ours.labels.len();
        self.same(
            ours.header,
            "type",
            ours.type_name.as_str(),
            theirs.ident.as_str(),
        );
        let our_labels: Vec<&str> = ours
            .labels
            .iter()
            .map(|label| label.text.as_str())
            .collect();
        let their_labels: Vec<&str> = theirs.labels.iter().map(|label| label.as_str()).collect();
        self.same(ours.header, "labels", our_labels, their_labels);
        for (ours, theirs) in ours.labels.iter().zip(&theirs.labels) {
            self.place("place of a label", ours.span, theirs.span());
        }
        self.place("place of a block", ours.span, theirs.span());
        self.body(&ours.body, &theirs.body);
    }

    fn expr(&mut self, ours: &Expr, theirs: &Expression) {
        if let Expression::Parenthesis(inner) = theirs {
            return self.expr(ours, inner.inner());
        }
        self.found.nodes += 1;
        match (&ours.kind, theirs) {
            // Their heredocs end elsewhere in the last line, and operators and steps around
            // parentheses begin elsewhere.
            (
                _,
                Expression::HeredocTemplate(_)
                | Expression::BinaryOp(_)
                | Expression::Conditional(_)
                | Expression::Traversal(_),
            ) => {}
            (ExprKind::Literal(Literal::Text(_)), _)
                if self.text[ours.span.range()].starts_with('<') => {}
            _ => self.place("place of an expression", ours.span, theirs.span()),
        }
        match (&ours.kind, theirs) {
            (ExprKind::Literal(Literal::Null), Expression::Null(_)) => {}
            (ExprKind::Literal(Literal::Bool(ours_is)), Expression::Bool(theirs)) => {
                self.same(ours.span, "truth", *ours_is, *theirs.value());
            }
            (ExprKind::Literal(Literal::Number(number)), Expression::Number(theirs)) => {
                // They round.
                let number: f64 = number.to_string().parse().unwrap_or(f64::NAN);
                self.same(ours.span, "number", Some(number), theirs.value().as_f64());
            }
            (ExprKind::Unary(UnaryOp::Negate, operand), Expression::Number(theirs)) => {
                let ExprKind::Literal(Literal::Number(number)) = &operand.kind else {
                    return self.differ(ours.span, "number", &ours.kind, theirs.value());
                };
                let number: f64 = number.to_string().parse().unwrap_or(f64::NAN);
                self.same(ours.span, "number", Some(-number), theirs.value().as_f64());
            }
            (ExprKind::Literal(Literal::Text(text)), Expression::String(theirs)) => {
                self.same(ours.span, "text", text.as_str(), theirs.value().as_str());
            }
            (_, Expression::StringTemplate(theirs)) => self.template(ours, theirs, Text::Same),
            (_, Expression::HeredocTemplate(theirs)) => {
                let start = self.text.get(ours.span.range()).unwrap_or_default();
                let is_flush = start.starts_with("<<-");
                let how = if is_flush { Text::Any } else { Text::Same };
                self.template(ours, &theirs.template, how);
            }
            (ExprKind::Tuple(elements), Expression::Array(array)) => {
                if self.same(ours.span, "length of a tuple", elements.len(), array.len()) {
                    for (ours, theirs) in elements.iter().zip(array.iter()) {
                        self.expr(ours, theirs);
                    }
                }
            }
            (ExprKind::Object(items), Expression::Object(object)) => {
                self.object(ours.span, items, object)
            }
            (ExprKind::Variable(name), Expression::Variable(theirs)) => {
                self.same(ours.span, "variable", name.as_str(), theirs.as_str());
            }
            (ExprKind::Traversal(it), Expression::Traversal(theirs)) => {
                self.traversal(ours.span, it, theirs)
            }
            (ExprKind::Call(call), Expression::FuncCall(theirs)) => {
                self.call(ours.span, call, theirs)
            }
            (ExprKind::Unary(op, operand), Expression::UnaryOp(theirs)) => {
                let their_op = match theirs.operator.value() {
                    UnaryOperator::Neg => UnaryOp::Negate,
                    UnaryOperator::Not => UnaryOp::Not,
                };
                self.same(ours.span, "operator", *op, their_op);
                self.expr(operand, &theirs.expr);
            }
            (ExprKind::Binary(chain), Expression::BinaryOp(_)) => {
                self.chain(ours.span, chain, theirs)
            }
            (ExprKind::Conditional(it), Expression::Conditional(_)) => {
                self.conditional(ours.span, it, theirs)
            }
            (ExprKind::For(it), Expression::ForExpr(theirs)) => {
                self.for_expr(ours.span, it, theirs)
            }
            (kind, theirs) => self.differ(ours.span, "expression", kind, theirs),
        }
    }

    fn object(&mut self, span: Span, items: &[Item], object: &Object) {
        if !self.same(span, "entries of an object", items.len(), object.len()) {
            return;
        }
        for (ours, (key, value)) in items.iter().zip(object.iter()) {
            self.found.nodes += 1;
            match (&ours.key, key) {
                (Key::Word(word), ObjectKey::Ident(name)) => {
                    self.same(word.span, "key", word.text.as_str(), name.as_str());
                    self.place("place of a key", word.span, name.span());
                }
                (Key::Expr(ours), ObjectKey::Expression(theirs)) => self.expr(ours, theirs),
                (ours, theirs) => self.differ(ours.span(), "key", ours, theirs),
            }
            self.expr(&ours.value, value.expr());
        }
    }

    fn traversal(&mut self, span: Span, ours: &Traversal, theirs: &TheirTraversal) {
        self.expr(&ours.base, &theirs.expr);
        if !self.same(span, "steps", ours.steps.len(), theirs.operators.len()) {
            return;
        }
        for (ours, theirs) in ours.steps.iter().zip(&theirs.operators) {
            self.found.nodes += 1;
            match (&ours.kind, theirs.value()) {
                (StepKind::Attribute(name), TraversalOperator::GetAttr(theirs)) => {
                    self.same(ours.span, "attribute", name.as_str(), theirs.as_str());
                }
                (StepKind::Index(key), TraversalOperator::Index(theirs)) => self.expr(key, theirs),
                (StepKind::LegacyIndex(at), TraversalOperator::LegacyIndex(theirs)) => {
                    self.same(ours.span, "index", *at, *theirs.value());
                }
                (StepKind::AttributeSplat, TraversalOperator::AttrSplat(_))
                | (StepKind::FullSplat, TraversalOperator::FullSplat(_)) => {}
                (kind, theirs) => self.differ(ours.span, "step", kind, theirs),
            }
        }
    }

    fn call(&mut self, span: Span, ours: &Call, theirs: &hcl_edit::expr::FuncCall) {
        let mut name = String::new();
        for part in &theirs.name.namespace {
            name.push_str(part.as_str());
            name.push_str("::");
        }
        name.push_str(theirs.name.name.as_str());
        self.same(span, "function", ours.name.as_str(), name.as_str());
        self.same(
            span,
            "expansion",
            ours.expand_last,
            theirs.args.expand_final(),
        );
        let count = theirs.args.iter().count();
        if self.same(span, "arguments", ours.arguments.len(), count) {
            for (ours, theirs) in ours.arguments.iter().zip(theirs.args.iter()) {
                self.expr(ours, theirs);
            }
        }
    }

    /// Theirs nest to the left.
    fn chain(&mut self, span: Span, ours: &Chain, theirs: &Expression) {
        let mut left = theirs;
        for operand in ours.rest.iter().rev() {
            let Expression::BinaryOp(theirs) = left else {
                return self.differ(span, "chain", &ours.rest, left);
            };
            self.same(
                span,
                "operator",
                operand.op,
                binary_op(*theirs.operator.value()),
            );
            self.expr(&operand.expr, &theirs.rhs_expr);
            left = &theirs.lhs_expr;
        }
        self.expr(&ours.first, left);
    }

    /// Theirs nest to the right.
    fn conditional(&mut self, span: Span, ours: &Conditional, theirs: &Expression) {
        let mut rest = theirs;
        for arm in &ours.arms {
            let Expression::Conditional(theirs) = rest else {
                return self.differ(span, "conditional", &ours.arms, rest);
            };
            self.expr(&arm.condition, &theirs.cond_expr);
            self.expr(&arm.yes, &theirs.true_expr);
            rest = &theirs.false_expr;
        }
        self.expr(&ours.no, rest);
    }

    fn for_expr(&mut self, span: Span, ours: &For, theirs: &ForExpr) {
        let key = theirs.intro.key_var.as_ref().map(|name| name.as_str());
        let value = theirs.intro.value_var.as_str();
        self.same(
            span,
            "names",
            names(&ours.key_name, &ours.value_name),
            (key, value),
        );
        self.expr(&ours.collection, &theirs.intro.collection_expr);
        self.optional(span, ours.key.as_ref(), theirs.key_expr.as_ref());
        self.expr(&ours.value, &theirs.value_expr);
        self.same(span, "grouping", ours.grouping, theirs.grouping);
        let condition = theirs.cond.as_ref().map(|it| &it.expr);
        self.optional(span, ours.condition.as_ref(), condition);
    }

    fn optional(&mut self, span: Span, ours: Option<&Expr>, theirs: Option<&Expression>) {
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => self.expr(ours, theirs),
            (None, None) => {}
            _ => self.differ(span, "a part of for", ours, theirs),
        }
    }

    fn template(&mut self, ours: &Expr, theirs: &Template, how: Text) {
        let elements: Vec<&Element> = theirs.iter().collect();
        match (&ours.kind, elements.as_slice()) {
            (_, [Element::Interpolation(only)]) => {
                // A single interpolation is its expression, at the place of the whole; that may be a
                // template again.
                let inner = Expr {
                    kind: ours.kind.clone(),
                    span: self.inner_span(&only.expr, ours.span),
                };
                self.expr(&inner, &only.expr);
            }
            (ExprKind::Template(parts), _) => self.parts(ours.span, parts, theirs, how),
            (ExprKind::Literal(Literal::Text(text)), _) => {
                let all: Option<String> = elements
                    .iter()
                    .map(|element| element.as_literal().map(|it| it.as_str()))
                    .collect();
                match all {
                    Some(theirs) => self.text(ours.span, text, &theirs, how),
                    None => self.differ(ours.span, "template", &ours.kind, theirs),
                }
            }
            (kind, _) => self.differ(ours.span, "template", kind, theirs),
        }
    }

    fn inner_span(&self, theirs: &Expression, ours: Span) -> Span {
        match theirs {
            Expression::Parenthesis(inner) => self.inner_span(inner.inner(), ours),
            _ => theirs.span().map_or(ours, Span::new),
        }
    }

    fn text(&mut self, span: Span, ours: &str, theirs: &str, how: Text) {
        let solid = |text: &str| {
            text.chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
        };
        match how {
            Text::Same => {
                self.same(span, "text", ours, theirs);
            }
            Text::ButBlanks => {
                self.same(span, "text", solid(ours), solid(theirs));
            }
            Text::Any => {}
        }
    }

    /// Text between two sequences is theirs in one piece or several, ours in one or none.
    fn parts(&mut self, span: Span, ours: &[Part], theirs: &Template, how: Text) {
        let how = match how {
            Text::Same if has_strip(theirs) => Text::ButBlanks,
            how => how,
        };
        let mut ours = ours.iter().peekable();
        let mut text = String::new();
        for element in theirs.iter().map(Some).chain([None]) {
            if let Some(Element::Literal(more)) = element {
                text.push_str(more);
                continue;
            }
            let our_text = match ours.peek() {
                Some(Part::Literal(text, _)) => text.as_str(),
                _ => "",
            };
            if matches!(ours.peek(), Some(Part::Literal(..))) {
                ours.next();
                self.found.nodes += 1;
            }
            self.text(span, our_text, &std::mem::take(&mut text), how);
            match (element, ours.next()) {
                (None, None) => {}
                (Some(Element::Interpolation(theirs)), Some(Part::Interpolation(ours))) => {
                    self.expr(ours, &theirs.expr);
                }
                (Some(Element::Directive(theirs)), Some(part)) => {
                    self.directive(span, part, theirs, how);
                }
                (theirs, ours) => return self.differ(span, "part", ours, theirs),
            }
        }
    }

    fn directive(&mut self, span: Span, ours: &Part, theirs: &Directive, how: Text) {
        self.found.nodes += 1;
        match (ours, theirs) {
            (Part::If(ours), Directive::If(theirs)) => {
                self.expr(&ours.condition, &theirs.if_expr.cond_expr);
                self.parts(span, &ours.yes, &theirs.if_expr.template, how);
                match &theirs.else_expr {
                    Some(theirs) => self.parts(span, &ours.no, &theirs.template, how),
                    None => {
                        self.same(span, "parts of else", ours.no.len(), 0);
                    }
                }
            }
            (Part::For(ours), Directive::For(theirs)) => {
                let it = &theirs.for_expr;
                let key = it.key_var.as_ref().map(|name| name.as_str());
                let value = it.value_var.as_str();
                self.same(
                    span,
                    "names",
                    names(&ours.key_name, &ours.value_name),
                    (key, value),
                );
                self.expr(&ours.collection, &it.collection_expr);
                self.parts(span, &ours.body, &it.template, how);
            }
            (ours, theirs) => self.differ(span, "directive", ours, theirs),
        }
    }
}

fn names<'a>(key: &'a Option<Word>, value: &'a Word) -> (Option<&'a str>, &'a str) {
    (
        key.as_ref().map(|word| word.text.as_str()),
        value.text.as_str(),
    )
}

/// True if a sequence takes blanks away from the text of this level.
fn has_strip(template: &Template) -> bool {
    template.iter().any(|element| match element {
        Element::Literal(_) => false,
        Element::Interpolation(it) => it.strip != Strip::None,
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(it) => {
                let of_else = it.else_expr.as_ref().map(|it| it.strip);
                [Some(it.if_expr.strip), of_else, Some(it.endif_expr.strip)]
                    .into_iter()
                    .flatten()
                    .any(|strip| strip != Strip::None)
            }
            Directive::For(it) => {
                it.for_expr.strip != Strip::None || it.endfor_expr.strip != Strip::None
            }
        },
    })
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
