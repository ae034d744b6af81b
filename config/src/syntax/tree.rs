//! The syntax tree: what both notations (HCL and JSON) are read into.
//!
//! Chains are flat: `a + b - c`, `a ? b : c ? d : e` and `a.b[0].c` are one node each however long
//! they are, so that the depth of a tree is that of the brackets in the text, which is bounded.

use std::ops::Range;
use std::sync::Arc;

use cty::{Number, Type, Value};
use smallvec::SmallVec;

pub use cty::ops::{BinaryOp, UnaryOp};

/// A name or a piece of text. Up to 23 bytes stand in place; longer ones are shared.
pub type Name = smol_str::SmolStr;

/// A range of bytes in a file's text. Files end at 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Past the last byte.
    pub end: u32,
}

/// A file's or a block's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// In source order. Names may repeat: see [`Attribute::repeats`].
    pub attributes: Box<[Attribute]>,
    /// In source order.
    pub blocks: Box<[Block]>,
    /// What stands between the braces, or the whole file. In JSON the object that it came from.
    pub span: Span,
    /// True if something that stands here could not be read and is not in the lists: what seems
    /// absent may be there.
    pub is_incomplete: bool,
}

/// `name = expression`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name.
    pub name: Name,
    /// Where the name stands.
    pub name_span: Span,
    /// What is assigned.
    pub expr: Expr,
    /// True in JSON where the same property is also among the body's blocks, since only a
    /// provider's schema could tell which it is.
    pub maybe_block: bool,
    /// True if an earlier attribute of the body has this name, which is an error and reported.
    pub repeats: bool,
}

/// `type "label" { body }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The type.
    pub type_name: Name,
    /// The labels.
    pub labels: Box<[Label]>,
    /// Type and labels.
    pub header: Span,
    /// From the type past the closing brace.
    pub span: Span,
    /// The content.
    pub body: Arc<Body>,
}

/// A label of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Without quotes.
    pub text: Name,
    /// Where it stands, its quotes included.
    pub span: Span,
}

/// A name that an expression declares or that stands for itself, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name.
    pub text: Name,
    /// Where it stands.
    pub span: Span,
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands; parentheses around it do not count.
    pub span: Span,
}

/// Every form an expression can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `null`, `true`, `12`, or text without interpolation.
    Literal(Literal),
    /// Text with interpolations or directives.
    Template(Box<[Part]>),
    /// `[a, b]`.
    Tuple(Box<[Expr]>),
    /// `{ a = b }`.
    Object(Box<[Item]>),
    /// A name on its own: `local`, `each`, or a variable of a `for`.
    Variable(Name),
    /// `base.step[step]`.
    Traversal(Box<Traversal>),
    /// `name(arguments)`.
    Call(Box<Call>),
    /// `!a`, `-a`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b - c`.
    Binary(Box<Chain>),
    /// `a ? b : c ? d : e`.
    Conditional(Box<Conditional>),
    /// `[for ...]` or `{for ...}`.
    For(Box<For>),
    /// Something that does not parse, and is reported.
    Invalid,
}

/// A value written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text without interpolation.
    Text(Name),
}

/// One entry of an object expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: Expr,
    /// True if an earlier entry of the object has the same word or literal text as its key. Both
    /// are kept; the last one counts.
    pub repeats: bool,
}

/// The key of an object expression's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A bare word is text, not a reference.
    Word(Word),
    /// Anything else is evaluated.
    Expr(Expr),
}

/// `base.step[step]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traversal {
    /// Where it begins.
    pub base: Expr,
    /// At least one.
    pub steps: SmallVec<[Step; 2]>,
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
    Attribute(Name),
    /// `[expression]`.
    Index(Box<Expr>),
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
    pub name: Name,
    /// Where the name stands.
    pub name_span: Span,
    /// The arguments.
    pub arguments: SmallVec<[Expr; 2]>,
    /// True if the last argument is followed by `...`.
    pub expand_last: bool,
}

/// Operators of one precedence, applied from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The leftmost operand.
    pub first: Expr,
    /// Each operator with what stands right of it; at least one.
    pub rest: SmallVec<[Operand; 1]>,
}

/// An operator and what stands right of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The operator.
    pub op: BinaryOp,
    /// What stands right of it.
    pub expr: Expr,
}

/// `condition ? yes : condition ? yes : no`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditional {
    /// The conditions, in the order in which they are asked; at least one.
    pub arms: SmallVec<[Arm; 1]>,
    /// The value if none is true.
    pub no: Expr,
}

/// A condition and what is chosen if it is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// The condition.
    pub condition: Expr,
    /// The value if it is true.
    pub yes: Expr,
}

/// A `for` expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct For {
    /// The variable that holds the key or index, if there are two.
    pub key_name: Option<Word>,
    /// The variable that holds the element.
    pub value_name: Word,
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
    /// Text, and where it was written.
    Literal(Name, Span),
    /// `${ expression }`.
    Interpolation(Expr),
    /// `%{ if }`.
    If(Box<IfPart>),
    /// `%{ for }`.
    For(Box<ForPart>),
}

/// `%{ if condition }yes%{ else }no%{ endif }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfPart {
    /// The condition.
    pub condition: Expr,
    /// Up to `else` or `endif`.
    pub yes: Box<[Part]>,
    /// From `else` to `endif`.
    pub no: Box<[Part]>,
    /// Where `%{ if }` stands.
    pub span: Span,
}

/// `%{ for name in collection }body%{ endfor }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForPart {
    /// The variable that holds the key or index, if there are two.
    pub key_name: Option<Word>,
    /// The variable that holds the element.
    pub value_name: Word,
    /// What is walked.
    pub collection: Expr,
    /// Up to `endfor`.
    pub body: Box<[Part]>,
    /// Where `%{ for }` stands.
    pub span: Span,
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From its first mark to its last; the end of the line is not part of it.
    pub span: Span,
    /// How it is marked.
    pub kind: CommentKind,
    /// True if nothing but blanks stands before it on its line.
    pub alone: bool,
}

/// How a comment is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentKind {
    /// `# to the end of the line`.
    Hash,
    /// `// to the end of the line`.
    Slashes,
    /// `/* to */`.
    Block,
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

    /// From the start of this one to the end of another.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start,
            end: other.end.max(self.start),
        }
    }
}

impl Body {
    /// The last attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .rfind(|attribute| attribute.name == name)
    }

    /// Blocks of one type, in order.
    pub fn blocks_of<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks
            .iter()
            .filter(move |block| block.type_name == type_name)
    }
}

impl Attribute {
    /// Name and expression.
    pub fn span(&self) -> Span {
        self.name_span.to(self.expr.span)
    }
}

impl Item {
    /// Key and value.
    pub fn span(&self) -> Span {
        self.key.span().to(self.value.span)
    }
}

impl Key {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Word(word) => word.span,
            Self::Expr(expr) => expr.span,
        }
    }

    /// The text, if it is a word or text without interpolation.
    pub fn literal_text(&self) -> Option<&Name> {
        match self {
            Self::Word(word) => Some(&word.text),
            Self::Expr(expr) => expr.literal_name(),
        }
    }
}

impl Literal {
    /// The value that it stands for.
    pub fn value(&self) -> Value {
        match self {
            Self::Null => Value::null(Type::Dynamic),
            Self::Bool(value) => Value::bool(*value),
            Self::Number(number) => Value::number(number.clone()),
            Self::Text(text) => Value::string(text.clone()),
        }
    }
}

impl Expr {
    /// The text, if it is text without interpolation.
    pub fn literal_text(&self) -> Option<&str> {
        self.literal_name().map(Name::as_str)
    }

    /// Hands every expression that is directly inside this one to `visit`.
    pub fn each_child<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Variable(_) | ExprKind::Invalid => {}
            ExprKind::Template(parts) => each_in_parts(parts, visit),
            ExprKind::Tuple(elements) => elements.iter().for_each(visit),
            ExprKind::Object(items) => {
                for item in items {
                    if let Key::Expr(key) = &item.key {
                        visit(key);
                    }
                    visit(&item.value);
                }
            }
            ExprKind::Traversal(it) => {
                visit(&it.base);
                for step in &it.steps {
                    if let StepKind::Index(key) = &step.kind {
                        visit(key);
                    }
                }
            }
            ExprKind::Call(call) => call.arguments.iter().for_each(visit),
            ExprKind::Unary(_, operand) => visit(operand),
            ExprKind::Binary(chain) => {
                visit(&chain.first);
                chain.rest.iter().for_each(|it| visit(&it.expr));
            }
            ExprKind::Conditional(it) => {
                for arm in &it.arms {
                    visit(&arm.condition);
                    visit(&arm.yes);
                }
                visit(&it.no);
            }
            ExprKind::For(it) => {
                visit(&it.collection);
                it.key.iter().for_each(&mut *visit);
                visit(&it.value);
                it.condition.iter().for_each(visit);
            }
        }
    }

    fn literal_name(&self) -> Option<&Name> {
        match &self.kind {
            ExprKind::Literal(Literal::Text(text)) => Some(text),
            _ => None,
        }
    }
}

fn each_in_parts<'e>(parts: &'e [Part], visit: &mut dyn FnMut(&'e Expr)) {
    for part in parts {
        match part {
            Part::Literal(..) => {}
            Part::Interpolation(expr) => visit(expr),
            Part::If(it) => {
                visit(&it.condition);
                each_in_parts(&it.yes, visit);
                each_in_parts(&it.no, visit);
            }
            Part::For(it) => {
                visit(&it.collection);
                each_in_parts(&it.body, visit);
            }
        }
    }
}
