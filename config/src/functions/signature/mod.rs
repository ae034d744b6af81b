//! What a function takes and gives. `call` holds the rules of every call.

mod call;
#[cfg(test)]
mod tests;

use cty::{Mark, Marks, Type, Value};

use super::{FunctionContext, FunctionError};
use crate::Dialect;
use crate::why::Why;

/// What a call gives.
pub(super) type Outcome = Result<Value, FunctionError>;

/// A type that can be written in a constant.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Any,
    String,
    Number,
    Bool,
    List(&'static Shape),
    Set(&'static Shape),
    Map(&'static Shape),
}

/// `list(any)`.
pub(super) const ANY_LIST: Shape = Shape::List(&Shape::Any);
/// `set(any)`.
pub(super) const ANY_SET: Shape = Shape::Set(&Shape::Any);
/// `list(string)`.
pub(super) const STRINGS: Shape = Shape::List(&Shape::String);

impl Shape {
    pub(super) fn ty(self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::String => Type::String,
            Self::Number => Type::Number,
            Self::Bool => Type::Bool,
            Self::List(element) => Type::list(element.ty()),
            Self::Set(element) => Type::set(element.ty()),
            Self::Map(element) => Type::map(element.ty()),
        }
    }
}

/// What happens to the marks of an argument.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MarkRule {
    /// All marks, inner ones too, move to the result: the function sees a plain value.
    Lift,
    /// The function sees the marks and hands on those it should.
    Keep,
    /// Secrecy moves to the result, as Terraform does it; the function hands on the origins of
    /// what it picks, so that the result does not claim to come from what it left behind.
    Split,
}

/// One parameter.
#[derive(Clone, Copy)]
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) takes_null: bool,
    takes_unknown: bool,
    takes_dynamic: bool,
    marks: MarkRule,
}

impl Param {
    pub(super) const fn new(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            shape,
            takes_null: false,
            takes_unknown: false,
            takes_dynamic: false,
            marks: MarkRule::Lift,
        }
    }

    pub(super) const fn any(name: &'static str) -> Self {
        Self::new(name, Shape::Any)
    }

    pub(super) const fn string(name: &'static str) -> Self {
        Self::new(name, Shape::String)
    }

    pub(super) const fn number(name: &'static str) -> Self {
        Self::new(name, Shape::Number)
    }

    /// The function deals with null; else null is an error.
    pub(super) const fn null(mut self) -> Self {
        self.takes_null = true;
        self
    }

    /// The function deals with an unknown value; else the result is unknown.
    pub(super) const fn unknown(mut self) -> Self {
        self.takes_unknown = true;
        self
    }

    /// The function deals with values of unknown type; else not even the result's type is known.
    pub(super) const fn dynamic(mut self) -> Self {
        self.takes_dynamic = true;
        self
    }

    /// The function deals with marks.
    pub(super) const fn marked(mut self) -> Self {
        self.marks = MarkRule::Keep;
        self
    }

    /// The function deals with all marks but secrecy.
    pub(super) const fn origins(mut self) -> Self {
        self.marks = MarkRule::Split;
        self
    }

    /// The function deals with nulls, unknown values and unknown types.
    pub(super) const fn anything(self) -> Self {
        self.null().unknown().dynamic()
    }
}

/// How a result's type is found.
#[derive(Clone, Copy)]
pub(super) enum Returns {
    Shape(Shape),
    /// From the arguments, of which any may be unknown.
    Of(fn(&[Value]) -> Result<Type, FunctionError>),
}

/// A function.
#[derive(Clone, Copy)]
pub(super) struct Function {
    pub(super) params: &'static [Param],
    pub(super) rest: Option<Param>,
    returns: Returns,
    may_be_null: bool,
    run: fn(&Args<'_>) -> Outcome,
}

impl Function {
    pub(super) const fn new(
        params: &'static [Param],
        returns: Returns,
        run: fn(&Args<'_>) -> Outcome,
    ) -> Self {
        Self {
            params,
            rest: None,
            returns,
            may_be_null: false,
            run,
        }
    }

    /// Takes any number of further arguments.
    pub(super) const fn rest(mut self, param: Param) -> Self {
        self.rest = Some(param);
        self
    }

    /// The result may be null.
    pub(super) const fn nullable(mut self) -> Self {
        self.may_be_null = true;
        self
    }

    /// The parameter of an argument.
    pub(super) fn parameter(&self, argument: usize) -> Option<&Param> {
        self.params.get(argument).or(self.rest.as_ref())
    }

    /// The result type, if it is the same for all calls.
    #[cfg(test)]
    pub(super) fn declared_shape(&self) -> Option<Shape> {
        match self.returns {
            Returns::Shape(shape) => Some(shape),
            Returns::Of(_) => None,
        }
    }
}

/// The arguments of a running function: converted, and unmarked as the parameters ask.
pub(super) struct Args<'a> {
    pub(super) values: &'a [Value],
    pub(super) returns: &'a Type,
    pub(super) cx: &'a FunctionContext<'a>,
}

impl<'a> Args<'a> {
    /// A string argument. The call's rules have made it known and not null.
    pub(super) fn str(&self, i: usize) -> &'a str {
        self.values
            .get(i)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A known number.
    pub(super) fn number(&self, i: usize) -> cty::Number {
        self.values
            .get(i)
            .and_then(Value::as_number)
            .cloned()
            .unwrap_or(cty::Number::ZERO)
    }

    /// A known number that must be whole.
    pub(super) fn int(&self, i: usize) -> Result<i64, FunctionError> {
        whole(&self.number(i)).map_err(FunctionError::new)
    }

    /// The result of a function that looks at marks itself. OpenTofu does not call such a function
    /// with what is unknown, and forgets that it is secret.
    pub(super) fn waited(&self, result: Value) -> Value {
        if result.is_known() || self.cx.dialect == Dialect::Terraform {
            return result;
        }
        let (result, marks) = result.unmark();
        result.with_marks(&marks.retain(|mark| *mark != Mark::Sensitive))
    }

    /// The arguments from `i` on.
    pub(super) fn from(&self, i: usize) -> &'a [Value] {
        self.values.get(i..).unwrap_or_default()
    }
}

/// A whole number of 64 bits, or Terraform's words about it.
pub(super) fn whole(number: &cty::Number) -> Result<i64, String> {
    number.to_i64().ok_or_else(|| {
        format!(
            "value must be a whole number, between {} and {}",
            i64::MIN,
            i64::MAX
        )
    })
}

/// True for marks that only say why something is unknown.
pub(super) fn is_why(mark: &Mark) -> bool {
    match mark {
        Mark::Custom(custom) => custom.as_any().is::<Why>(),
        Mark::Sensitive | Mark::Ephemeral => false,
    }
}

/// The marks that Terraform knows: sensitive and ephemeral.
pub(super) fn secrecy(marks: &Marks) -> Marks {
    marks.retain(|mark| !matches!(mark, Mark::Custom(_)))
}
