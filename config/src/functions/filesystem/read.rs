//! Contents, hashes and existence of files.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cty::{Type, Value};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::fence::{Contents, Place, locate, not_a_file, read, unknown};
use super::path::expand_home;
use crate::functions::FunctionError;
use crate::functions::hash::{base64, hex};
use crate::functions::signature::{Args, Function, Outcome, Param, Returns, Shape};
use crate::functions::text::quoted_unless_sensitive;

pub(super) const PATH: Param = Param::string("path").marked();
const STRING: Returns = Returns::Shape(Shape::String);

const fn reader(run: fn(&Args<'_>) -> Outcome) -> Function {
    Function::new(&[PATH], STRING, run)
}

pub(in crate::functions) const FILE: Function = reader(|args| {
    with_bytes(args, |bytes| {
        String::from_utf8(bytes).map_err(|_| {
            let name = quoted_unless_sensitive(args.str(0), args.values[0].marks());
            FunctionError::new(format!(
                "contents of {name} are not valid UTF-8; use the filebase64 function to obtain \
                 the Base64 encoded contents or the other file functions (e.g. filemd5, \
                 filesha256) to obtain file hashing results instead"
            ))
        })
    })
});

pub(in crate::functions) const FILEBASE64: Function =
    reader(|args| with_bytes(args, |bytes| Ok(STANDARD.encode(bytes))));
pub(in crate::functions) const FILEMD5: Function =
    reader(|args| with_bytes(args, |bytes| Ok(hex::<Md5>(&bytes))));
pub(in crate::functions) const FILESHA1: Function =
    reader(|args| with_bytes(args, |bytes| Ok(hex::<Sha1>(&bytes))));
pub(in crate::functions) const FILESHA256: Function =
    reader(|args| with_bytes(args, |bytes| Ok(hex::<Sha256>(&bytes))));
pub(in crate::functions) const FILESHA512: Function =
    reader(|args| with_bytes(args, |bytes| Ok(hex::<Sha512>(&bytes))));
pub(in crate::functions) const FILEBASE64SHA256: Function =
    reader(|args| with_bytes(args, |bytes| Ok(base64::<Sha256>(&bytes))));
pub(in crate::functions) const FILEBASE64SHA512: Function =
    reader(|args| with_bytes(args, |bytes| Ok(base64::<Sha512>(&bytes))));

fn with_bytes(
    args: &Args<'_>,
    make: impl FnOnce(Vec<u8>) -> Result<String, FunctionError>,
) -> Outcome {
    let marks = args.values[0].marks();
    let value = match read(args.str(0), marks, args.cx)? {
        Contents::Bytes(bytes) => Value::string(make(bytes)?),
        Contents::Unread(why) => unknown(Type::String, why),
    };
    Ok(value.with_marks(marks))
}

fn is_in_memory(path: &Path, args: &Args<'_>) -> bool {
    let files = args.cx.disk.memory();
    files.is_some_and(|files| files.file(path).is_some())
}

pub(in crate::functions) const FILEEXISTS: Function =
    Function::new(&[PATH], Returns::Shape(Shape::Bool), |args| {
        let marks = args.values[0].marks();
        let name = quoted_unless_sensitive(args.str(0), marks);
        let path = expand_home(args.str(0))?;
        let value = match locate(Path::new(&path), &name, args.cx) {
            Place::Outside(why) => unknown(Type::Bool, why),
            Place::Inside(path) if is_in_memory(&path, args) => Value::bool(true),
            Place::Inside(path) => match std::fs::metadata(path) {
                Ok(found) if found.is_file() => Value::bool(true),
                Ok(found) => return Err(not_a_file(&name, &found)),
                Err(_) => Value::bool(false),
            },
        };
        Ok(value.with_marks(marks))
    });
