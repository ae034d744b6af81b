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

/// Compressors differ in the bytes they write, so Terraform's cannot be repeated.
pub(super) const BASE64GZIP: Function = Function::new(&[Param::string("str")], STRING, |_| {
    unknown("base64gzip() is not computed: its bytes depend on the compressor")
});

/// OpenTofu only.
pub(super) const BASE64GUNZIP: Function = Function::new(&[Param::string("str")], STRING, |_| {
    unknown("base64gunzip() is not computed")
});

/// A private key in a configuration is nothing that a checker should use.
pub(super) const RSADECRYPT: Function = Function::new(
    &[Param::string("ciphertext"), Param::string("privatekey")],
    STRING,
    |_| unknown("rsadecrypt() is not computed: nothing is decrypted here"),
);

fn unknown(why: &str) -> Outcome {
    Ok(Value::unknown(Type::String).mark(Why::new(why).mark()))
}
