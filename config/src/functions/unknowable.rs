//! Functions whose result nobody can tell from the configuration alone.

use cty::{Type, Value};

use super::signature::{Args, Function, Outcome, Param, Returns, Shape};
use crate::why::Why;

const STRING: Returns = Returns::Shape(Shape::String);

pub(super) const TIMESTAMP: Function = Function::new(&[], STRING, |_| {
    unknown("timestamp() is only known at apply")
});

pub(super) const PLANTIMESTAMP: Function = Function::new(&[], STRING, |_| {
    unknown("plantimestamp() is the time of the plan")
})
.nullable();

pub(super) const UUID: Function = Function::new(&[], STRING, |_| {
    unknown("uuid() is random and only known at apply")
});

pub(super) const BCRYPT: Function =
    Function::new(&[Param::string("str")], STRING, |args: &Args| {
        if args.values.len() > 2 {
            return Err(super::FunctionError::new(
                "bcrypt() takes no more than two arguments",
            ));
        }
        unknown("bcrypt() is salted at random and only known at apply")
    })
    .rest(Param::number("cost"));

fn unknown(why: &str) -> Outcome {
    Ok(Value::unknown(Type::String).mark(Why::new(why).mark()))
}
