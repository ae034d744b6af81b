//! The syntax tree: what both notations (HCL and JSON) are read into.

use std::ops::Range;
use std::sync::Arc;

use cty::Value;
pub use cty::ops::{BinaryOp, UnaryOp};

/// A range of bytes in a file's text. Files end at 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Past the last byte.
    pub end: u32,
}

/// A file's or a block's content. Keys may repeat; whoever reads it says what that means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// In source order.
    pub attributes: Vec<Arc<Attribute>>,
    /// In source order.
    pub blocks: Vec<Arc<Block>>,
}

/// `name = expression`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// What is assigned.
    pub expr: Expr,
    /// True in JSON where the same property is also among the body's blocks, since only a
    /// provider's schema could tell which it is.
    pub maybe_block: bool,
}

/// `type "label" { body }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The type.
    pub type_name: Arc<str>,
    /// The labels.
    pub labels: Vec<Arc<str>>,
    /// Type and labels.
    pub header: Span,
    /// The content.
    pub body: Body,
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// Every form an expression can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `null`, `true`, `12`, or text without interpolation.
    Literal(Value),
    /// Text with interpolations or directives.
    Template(Vec<Part>),
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{ a = b }`.
    Object(Vec<Item>),
    /// A name on its own: `local`, `each`, or a variable of a `for`.
    Variable(Arc<str>),
    /// `base.step[step]`.
    Traversal(Box<Expr>, Vec<Step>),
    /// `name(arguments)`.
    Call(Box<Call>),
    /// `!a`, `-a`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`.
    Binary(BinaryOp, Box<(Expr, Expr)>),
    /// `a ? b : c`.
    Conditional(Box<Conditional>),
    /// `[for ...]` or `{for ...}`.
    For(Box<For>),
}

/// One entry of an object expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: Expr,
}

/// The key of an object expression's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A bare word is text, not a reference.
    Word(Arc<str>, Span),
    /// Anything else is evaluated.
    Expr(Expr),
}

/// One step of a traversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which kind.
    pub kind: StepKind,
    /// Where it stands, its dot or brackets included.
    pub span: Span,
}

/// The kinds of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// `.name`.
    Attribute(Arc<str>),
    /// `[expression]`.
    Index(Expr),
    /// `.0`, from before there were brackets.
    LegacyIndex(u64),
    /// `.*`: what follows, up to the next bracket, is applied to each element.
    AttributeSplat,
    /// `[*]`: all that follows is applied to each element.
    FullSplat,
}

/// A function call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `merge`, or `provider::aws::arn_parse`.
    pub name: Arc<str>,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// True if the last argument is followed by `...`.
    pub expand_last: bool,
}

/// `condition ? yes : no`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditional {
    /// The condition.
    pub condition: Expr,
    /// Its value if true.
    pub yes: Expr,
    /// Its value if false.
    pub no: Expr,
}

/// A `for` expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct For {
    /// The variable that holds the key or index, if there are two.
    pub key_name: Option<Arc<str>>,
    /// The variable that holds the element.
    pub value_name: Arc<str>,
    /// What is walked.
    pub collection: Expr,
    /// The key of each result: then it is an object, else a tuple.
    pub key: Option<Expr>,
    /// The value of each result.
    pub value: Expr,
    /// True if followed by `...`: values of equal keys are gathered in a tuple.
    pub grouping: bool,
    /// `if`.
    pub condition: Option<Expr>,
}

/// One part of a template, whitespace already stripped as its markers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text.
    Literal(Arc<str>),
    /// `${ expression }`.
    Interpolation(Expr),
    /// `%{ if }`.
    If {
        /// The condition.
        condition: Expr,
        /// Up to `else` or `endif`.
        yes: Vec<Part>,
        /// From `else` to `endif`.
        no: Vec<Part>,
    },
    /// `%{ for }`.
    For {
        /// The variable that holds the key or index, if there are two.
        key_name: Option<Arc<str>>,
        /// The variable that holds the element.
        value_name: Arc<str>,
        /// What is walked.
        collection: Expr,
        /// Up to `endfor`.
        body: Vec<Part>,
    },
}

impl Span {
    /// From byte offsets; those past 4 GiB end there.
    pub fn new(range: Range<usize>) -> Self {
        let cap = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            start: cap(range.start),
            end: cap(range.end.max(range.start)),
        }
    }

    /// As byte offsets.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Body {
    /// The last attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.attributes
            .iter()
            .rfind(|attribute| attribute.name.as_ref() == name)
    }

    /// Blocks of one type, in order.
    pub fn blocks_of<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Arc<Block>> {
        self.blocks
            .iter()
            .filter(move |block| block.type_name.as_ref() == type_name)
    }
}

impl Expr {
    /// The text, if it is text without interpolation.
    pub fn literal_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(value) => value.as_str(),
            _ => None,
        }
    }
}
