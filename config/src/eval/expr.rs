//! Expressions to values.

use std::sync::Arc;

use cty::{Data, Type, Value, convert, ops};

use crate::syntax::tree::{
    Arm, BinaryOp, Chain, Conditional, Expr, ExprKind, Item, Key, Operand, Span,
};
use crate::why::Why;

use super::Evaluator;
use super::either::either;
use super::fault::{Fault, Outcome};
use super::marks;
use super::names::Names;

/// What an expression may refer to. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Env<'a> {
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) names: Names<'a>,
    /// Variables of `for` and iterators of `dynamic`, innermost first.
    pub(super) bound: Option<&'a Bound<'a>>,
}

/// One bound variable.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    pub(super) outer: Option<&'a Bound<'a>>,
}

impl<'a> Env<'a> {
    /// The variable of that name bound nearest.
    pub(super) fn bound(&self, name: &str) -> Option<&'a Value> {
        let mut next = self.bound;
        while let Some(bound) = next {
            if bound.name == name {
                return Some(bound.value);
            }
            next = bound.outer;
        }
        None
    }

    /// The value of an expression.
    pub(super) fn eval(&self, expr: &Expr) -> Outcome {
        let _step = self
            .evaluator
            .budget
            .step()
            .map_err(|message| Fault::fatal(message, expr.span))?;
        let outcome = match &expr.kind {
            ExprKind::Literal(value) => return Ok(value.value()),
            ExprKind::Template(parts) => self.template(parts, expr.span),
            ExprKind::Tuple(elements) => self.all(elements).map(Value::tuple),
            ExprKind::Object(items) => self.object(items),
            ExprKind::Variable(name) => self.reference(name, &[], expr.span),
            ExprKind::Traversal(it) => match &it.base.kind {
                ExprKind::Variable(name) => self.reference(name, &it.steps, it.base.span),
                _ => self.steps(self.eval(&it.base)?, &it.steps),
            },
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Unary(op, operand) => {
                let value = self.eval(operand)?;
                ops::unary(*op, &value).map_err(|error| Fault::of(&error, operand.span))
            }
            ExprKind::Binary(chain) => self.chain(chain),
            ExprKind::Conditional(it) => self.conditional(it, expr.span),
            ExprKind::For(it) => self.for_expr(it, expr.span),
            // Reported when the file was read.
            ExprKind::Invalid => Ok(marks::unknown(Why::new("this expression does not parse"))),
        };
        let passed = |value: &Value| self.evaluator.budget.pass(value);
        if let Ok(value) = &outcome
            && let Err(message) = passed(value)
        {
            return Err(Fault::fatal(message, expr.span));
        }
        outcome
    }

    /// The values of several expressions that go into one collection, or into one call.
    pub(super) fn all(&self, exprs: &[Expr]) -> Outcome<Vec<Value>> {
        let mut held = 0;
        let one = |expr: &Expr| {
            let value = self.eval(expr)?;
            self.put(&value, &mut held, expr.span)?;
            Ok(value)
        };
        exprs.iter().map(one).collect()
    }

    /// Accounts for a value that goes into a collection.
    pub(super) fn put(&self, value: &Value, held: &mut u64, span: Span) -> Outcome<()> {
        let put = self.evaluator.budget.put(value, held);
        put.map_err(|message| Fault::fatal(message, span))
    }

    /// Like [`Env::eval`], converted to a type.
    pub(super) fn eval_as(&self, expr: &Expr, want: &Type) -> Outcome {
        convert_at(&self.eval(expr)?, want, expr.span)
    }

    fn object(&self, items: &[Item]) -> Outcome {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(items.len());
        let mut outer = cty::Marks::NONE;
        let mut is_open = false;
        let mut held = 0;
        for item in items {
            let key: Option<Arc<str>> = match &item.key {
                Key::Word(word) => Some(word.text.clone().into()),
                Key::Expr(expr) => {
                    let key = self.eval_as(expr, &Type::String)?;
                    if key.is_null() {
                        let message = "null cannot be the key of an object";
                        return Err(Fault::new(message, expr.span));
                    }
                    outer = outer.union(&marks::of_chooser(key.marks()));
                    key.as_str().map(Into::into)
                }
            };
            let value = self.eval(&item.value)?;
            self.put(&value, &mut held, item.value.span)?;
            match key {
                Some(key) => entries.push((key, value)),
                None => is_open = true,
            }
        }
        if is_open {
            let candidates = entries.iter().map(|(_, value)| value);
            let marks = marks::of_choice(&outer, candidates);
            return Ok(Value::unknown(Type::Dynamic).with_marks(&marks));
        }
        Ok(Value::object(entries).with_marks(&marks::without_whys(&outer)))
    }

    /// From left to right.
    fn chain(&self, chain: &Chain) -> Outcome {
        let mut left = (self.eval(&chain.first), chain.first.span);
        for right in &chain.rest {
            let span = left.1.to(right.expr.span);
            left = (self.binary(left, right, span), span);
        }
        left.0
    }

    fn binary(&self, (a, left): (Outcome, Span), right: &Operand, span: Span) -> Outcome {
        let op = right.op;
        let b = self.eval(&right.expr);
        if let BinaryOp::And | BinaryOp::Or = op {
            let as_bool = |side: Outcome, span| convert_at(&side?, &Type::Bool, span);
            let sides = (
                as_bool(a.clone(), left),
                as_bool(b.clone(), right.expr.span),
            );
            // What cannot be converted is refused whatever the other side is.
            let is_bool = |side: &Outcome, bool: &Outcome| side.is_err() || bool.is_ok();
            if is_bool(&a, &sides.0)
                && is_bool(&b, &sides.1)
                && let Some(result) = short_circuit(op == BinaryOp::Or, &sides.0, &sides.1)
            {
                return result;
            }
        }
        let (a, b) = (a?, b?);
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) && !a.is_known() && !b.is_known() {
            // Types that differ prove nothing while either may be null.
            let marks = a.marks().union(b.marks());
            return Ok(Value::unknown_not_null(Type::Bool).with_marks(&marks));
        }
        let value = ops::binary(op, &a, &b).map_err(|error| {
            let span = match error {
                ops::OpError::Operand(ops::Side::Left, _) => left,
                ops::OpError::Operand(ops::Side::Right, _) => right.expr.span,
                _ => span,
            };
            Fault::of(&error, span)
        })?;
        Ok(without_stale_whys(value))
    }

    /// `a ? b : c ? d : e` is `a ? b : (c ? d : e)`.
    fn conditional(&self, it: &Conditional, span: Span) -> Outcome {
        let mut no = (self.eval(&it.no), it.no.span);
        for arm in it.arms.iter().rev() {
            let span = arm.condition.span.to(span);
            no = (self.arm(arm, no, span), span);
        }
        no.0
    }

    fn arm(&self, arm: &Arm, (no, no_span): (Outcome, Span), span: Span) -> Outcome {
        let yes = self.eval(&arm.yes);
        let condition = self.eval(&arm.condition)?;
        if condition.is_null() {
            let message = "the condition is null; it must be true or false";
            return Err(Fault::new(message, arm.condition.span));
        }
        let condition = convert_at(&condition, &Type::Bool, arm.condition.span)?;
        let ty = match (&yes, &no) {
            (Ok(yes), Ok(no)) => common_type(yes, no, span)?,
            (Err(fault), _) | (_, Err(fault)) if fault.is_fatal => return Err(fault.clone()),
            // Terraform does not mind a fault in the branch that is not taken.
            _ => Type::Dynamic,
        };
        match condition.as_bool() {
            Some(chosen) => {
                let (taken, left, span) = match chosen {
                    true => (yes, no, arm.yes.span),
                    false => (no, yes, no_span),
                };
                let value = convert_at(&taken?, &ty, span)?;
                // In Terraform what is secret of one makes both secret.
                let secret = left.map_or(cty::Marks::NONE, |left| marks::secrecy(left.marks()));
                let marks = marks::of_chooser(condition.marks()).union(&secret);
                Ok(value.with_marks(&marks))
            }
            None => {
                let candidates: Vec<Value> = yes.into_iter().chain(no).collect();
                let marks = marks::of_choice(condition.marks(), &candidates);
                let value = match candidates.as_slice() {
                    [yes, no] => either(yes, no, &ty),
                    _ => Value::unknown(ty),
                };
                // Parts of a list of known length are as unknown as the whole would be.
                let value = value.map_leaves(&mut |leaf| leaf.with_marks(&marks));
                Ok(without_stale_whys(value.with_marks(&marks)))
            }
        }
    }
}

/// `||` (or `&&`) where one side decides, as Terraform from 1.12 on has it: a fault on the other
/// side is not looked at, null does not decide an `||` and makes an `&&` false, and what is unknown
/// on the left goes before what is wrong on the right. `None`: nothing decides.
fn short_circuit(is_or: bool, a: &Outcome, b: &Outcome) -> Option<Outcome> {
    let is_fatal = |side: &Outcome| side.as_ref().is_err_and(|fault| fault.is_fatal);
    if is_fatal(a) || is_fatal(b) {
        return None;
    }
    let known = |side: &Outcome| side.as_ref().ok().filter(|value| value.is_known()).cloned();
    // Null counts as false here.
    let truth = |value: &Value| value.as_bool() == Some(true);
    let marks = || {
        let of = |side: &Outcome| {
            side.as_ref()
                .map_or(cty::Marks::NONE, |it| it.marks().clone())
        };
        of(a).union(&of(b))
    };
    let unknown = || {
        let value = Value::unknown_not_null(Type::Bool).with_marks(&marks());
        Some(Ok(value))
    };
    let decided = || {
        let value = Value::bool(is_or).with_marks(&marks());
        Some(Ok(without_stale_whys(value)))
    };
    let (left, right) = (known(a), known(b));
    match (&left, &right) {
        (None, None) if a.is_ok() => unknown(),
        (None, None) => None,
        (Some(value), _) if truth(value) == is_or => decided(),
        (_, Some(value)) if truth(value) == is_or => decided(),
        (None, Some(_)) => match a {
            Ok(_) => unknown(),
            Err(fault) => Some(Err(fault.clone())),
        },
        (Some(_), None) => match b {
            Ok(_) => unknown(),
            Err(fault) => Some(Err(fault.clone())),
        },
        (Some(_), Some(_)) => None,
    }
}

/// The type of a conditional: that which both results can become.
fn common_type(yes: &Value, no: &Value, span: Span) -> Outcome<Type> {
    let bare_null = |value: &Value| matches!(value.data(), Data::Null(Type::Dynamic));
    let (yes_type, no_type) = (yes.ty(), no.ty());
    if bare_null(yes) {
        return Ok(no_type);
    }
    if bare_null(no) {
        return Ok(yes_type);
    }
    if yes_type == Type::Dynamic || no_type == Type::Dynamic {
        return Ok(Type::Dynamic);
    }
    convert::unify(&[yes_type, no_type]).ok_or_else(|| {
        let message = "the true and false results of this condition have inconsistent types";
        Fault::new(message, span)
    })
}

/// A value converted to a type.
pub(super) fn convert_at(value: &Value, want: &Type, span: Span) -> Outcome {
    convert::convert(value, want).map_err(|error| Fault::new(error.to_string(), span))
}

/// What is known does not depend on what is unknown.
pub(super) fn without_stale_whys(value: Value) -> Value {
    if !value.is_known() || !marks::have_why(value.marks()) {
        return value;
    }
    let (value, marks) = value.unmark();
    value.with_marks(&marks::without_whys(&marks))
}
