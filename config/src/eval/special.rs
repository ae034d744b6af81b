//! Functions that look at expressions, not at values: `try`, `can`, `convert`, and what
//! `templatestring` takes for a template.

use cty::{Type, Value, convert};

use crate::load::Constraint;
use crate::syntax::tree::{Call, Expr, ExprKind, Span};
use crate::why::{Certainty, Reference, Why};

use super::expr::Env;
use super::fault::{Fault, Outcome};
use super::marks;

impl Env<'_> {
    /// The first argument that has a value. One whose value is unknown may yet fail, unless it
    /// only picks from what is certainly there; then what follows it may be the value as well.
    pub(super) fn try_first(&self, arguments: &[Expr], span: Span) -> Outcome {
        let mut last = Fault::new("try takes at least one expression", span);
        for argument in arguments {
            let (result, doubt) = self.evaluator.doubting(|| self.eval(argument));
            match result {
                Ok(value) if doubt.is_some() => return Ok(in_doubt(&value, doubt)),
                Ok(value) if value.is_wholly_known() => return Ok(value),
                // What was picked is there, so no argument that follows can be the value.
                Ok(value) if is_picked(argument) && (value.is_known() || self.is_there(&value)) => {
                    return Ok(waiting(value));
                }
                Ok(value) => return Ok(in_doubt(&value, None)),
                Err(fault) if fault.is_fatal => return Err(fault),
                Err(fault) => last = fault,
            }
        }
        let message = format!("no expression of this try succeeds; the last: {last}");
        Err(Fault::new(message, last.span))
    }

    /// True if a value comes from instances of which it is certain that they are there: not of a
    /// resource or a module of unknown number, nor of a key that nobody knows.
    fn is_there(&self, value: &Value) -> bool {
        let certain = |reference: &Reference| {
            reference.certainty == Certainty::Sure
                && !reference.any_key
                && !self.evaluator.may_be_absent(&reference.address)
        };
        let marks = value.deep_marks();
        let mut references = marks.iter().filter_map(Reference::from_mark).peekable();
        references.peek().is_some() && references.all(certain)
    }

    pub(super) fn can(&self, arguments: &[Expr], span: Span) -> Outcome {
        let [argument] = arguments else {
            return Err(Fault::new("can takes one expression", span));
        };
        let (result, doubt) = self.evaluator.doubting(|| self.eval(argument));
        match result {
            Ok(value) if value.is_wholly_known() && doubt.is_none() => Ok(Value::bool(true)),
            Ok(value) => {
                let marks = marks::open(&marks::of_chooser(&value.deep_marks()));
                let unknown = Value::unknown(Type::Bool).with_marks(&marks);
                Ok(match doubt {
                    Some(why) => unknown.mark(why.mark()),
                    None => unknown,
                })
            }
            Err(fault) if fault.is_fatal => Err(fault),
            Err(_) => Ok(Value::bool(false)),
        }
    }

    /// `convert(value, type)`. What is wrong with the type is no fault that `try` catches, unless
    /// it is text.
    pub(super) fn convert(&self, call: &Call, span: Span) -> Outcome {
        let [value, wanted] = call.arguments.as_slice() else {
            let given = call.arguments.len();
            let message =
                format!("wrong number of arguments for convert(value, type): {given} given");
            return Err(Fault::new(message, span));
        };
        if wanted.literal_text().is_some() {
            let message = "A type specification is either a primitive type keyword (bool, number, \
                           string) or a complex type constructor call, like list(string)";
            return Err(Fault::new(message, wanted.span));
        }
        let constant = |expr: &Expr| {
            let constant = self.evaluator.constant(expr);
            constant.map_err(|fault| fault.to_string())
        };
        let constraint = Constraint::read_full(wanted, &constant)
            .map_err(|error| Fault::fatal(error.message, error.span))?;
        let filled = constraint.defaults.apply(self.eval(value)?);
        convert::convert(&filled, &constraint.ty).map_err(|error| {
            let message = format!("Invalid value for \"value\" parameter: {error}");
            Fault::new(message, value.span)
        })
    }
}

/// `templatestring` renders what is found elsewhere: its template is a reference, nothing that is
/// put together in its place. OpenTofu does not mind.
pub(super) fn check_template(arguments: &[Expr]) -> Outcome<()> {
    let Some(template) = arguments.first() else {
        return Ok(());
    };
    const ELSEWHERE: &str =
        "templatestring is only for rendering templates retrieved dynamically from elsewhere";
    let wrong = match &template.kind {
        ExprKind::Literal(_) if template.literal_text().is_some() => format!(
            "{ELSEWHERE}, and so does not support providing a literal template; consider using a \
             template string expression instead"
        ),
        ExprKind::Template(_) => format!(
            "{ELSEWHERE}; to render an inline template, consider using a plain template string \
             expression"
        ),
        kind if is_reference(kind) => return Ok(()),
        _ => "must be a direct reference to a single string from elsewhere, containing valid \
              Terraform template syntax"
            .to_owned(),
    };
    let message =
        format!("Invalid value for \"template\" parameter: invalid template expression: {wrong}");
    Err(Fault::new(message, template.span))
}

fn is_reference(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Variable(_) => true,
        ExprKind::Traversal(it) => is_reference(&it.base.kind),
        _ => false,
    }
}

/// This value, of which Terraform tells nothing as long as a part of it is unknown. What is only
/// not given yet will be by then.
fn waiting(value: Value) -> Value {
    let marks = value.deep_marks();
    if marks
        .iter()
        .filter_map(Why::from_mark)
        .all(Why::is_not_given)
    {
        return value;
    }
    let marks = match value.is_known() {
        // Nobody knows any more which part comes from where.
        true => marks::at_most(&marks, Certainty::OneOf),
        false => marks,
    };
    Value::unknown(Type::Dynamic).with_marks(&marks::open(&marks))
}

/// Perhaps this value, perhaps that of something else.
fn in_doubt(value: &Value, doubt: Option<Why>) -> Value {
    let marks = marks::open(&marks::at_most(&value.deep_marks(), Certainty::Perhaps));
    let unknown = Value::unknown(Type::Dynamic);
    match doubt {
        // It outweighs why the value itself is unknown.
        Some(why) => unknown
            .with_marks(&marks::without_whys(&marks))
            .mark(why.mark()),
        None => unknown.with_marks(&marks),
    }
}

/// Functions that fail or not by how much they are given, never by what it turns out to be.
const PICKING: &[&str] = &[
    "concat", "element", "flatten", "join", "lower", "one", "tolist", "tostring", "upper", "values",
];

/// True for `name.attribute[key]` and what picks from such, which fails or not by what it leads
/// through.
fn is_picked(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) | ExprKind::Literal(_) => true,
        ExprKind::Traversal(it) => is_picked(&it.base),
        ExprKind::Call(call) => {
            PICKING.contains(&call.name.as_ref()) && call.arguments.iter().all(is_picked)
        }
        _ => false,
    }
}
