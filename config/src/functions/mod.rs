//! Terraform's built-in functions: what the expression `name(arguments)` gives.
//!
//! - [`call`]: calls one by name; [`names`], [`advice`] and [`describe`] serve messages.
//! - `lists/`: the signatures of Terraform 1.15 and OpenTofu 1.12, as these print them; tests hold
//!   the functions here against them.
//! - `registry`: every function, one line each. `try`, `can` and `convert` look at expressions and
//!   belong to the evaluator; functions of providers belong to nobody here.
//! - `signature`: what a function takes and gives, and the rules of every call: conversion, nulls,
//!   unknowns, marks.
//! - `collection` (lists, maps, sets), `string`, `pattern`, `format`, `numeric`, `convert`,
//!   `encoding`, `gzip`, `json`, `yaml`, `csv`, `hash`, `rsa`, `time`, `cidr`, `filesystem`: the
//!   functions.
//! - `decimal`, `text`, `limits`: what several of them need.
//!
//! Facts come from Terraform 1.11's function documentation and from go-cty 1.16, go-cty-yaml 1.1
//! and HCL 2.23, whose behaviour these functions repeat; `tests/functions.rs` holds them against
//! results of the real program.
//!
//! Where Terraform would give a value that cannot be told from the configuration (the time, a
//! random id, a file outside the repository), the result is unknown and says why.

mod cidr;
mod collection;
mod convert;
mod csv;
mod decimal;
mod encoding;
mod filesystem;
mod format;
mod gzip;
mod hash;
mod json;
#[cfg(test)]
mod laws;
mod limits;
mod numeric;
mod pattern;
mod registry;
mod rsa;
mod signature;
mod string;
mod text;
mod time;
mod unknowable;
mod yaml;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cty::Value;

use crate::disk::Disk;
use crate::{Dialect, similar};

pub(crate) use string::unknown_with_prefix;

/// Renders a template: its text, the path it was read from (for messages), and its variables,
/// which are all it may refer to.
pub type RenderTemplate<'a> =
    dyn Fn(&str, &Path, &BTreeMap<Arc<str>, Value>) -> Result<Value, FunctionError> + 'a;

/// What functions may know beside their arguments.
#[derive(Clone, Copy)]
pub struct FunctionContext<'a> {
    /// The directory of the module that calls. Paths are not relative to it; an error about a
    /// missing file says so if the file is found there.
    pub module_dir: &'a Path,
    /// The root module's directory, where Terraform runs: relative paths start here.
    pub root_dir: &'a Path,
    /// The repository's root. Files are read inside it and nowhere else: a path that leaves it,
    /// through `..`, an absolute path, `~` or a symbolic link, gives an unknown value.
    pub fence: &'a Path,
    /// Where files are read.
    pub(crate) disk: &'a Disk,
    /// Whose functions there are.
    pub dialect: Dialect,
    /// Renders the templates of `templatefile` and `templatestring`.
    pub render_template: &'a RenderTemplate<'a>,
}

/// A call that Terraform would refuse. [`describe`] makes a sentence of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FunctionError {
    /// Which argument is at fault, from 0; `None` if it is the call as a whole.
    pub argument: Option<usize>,
    /// What is wrong: no capital, no full stop, Terraform's words where they are good. Holds no
    /// sensitive value.
    pub message: String,
}

impl FunctionError {
    /// An error about the call as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            argument: None,
            message: message.into(),
        }
    }

    /// An error about one argument, counted from 0.
    pub fn at(argument: usize, message: impl Into<String>) -> Self {
        Self {
            argument: Some(argument),
            message: message.into(),
        }
    }
}

/// Calls the function of that name (`upper`, `core::upper`). `None` if the dialect has no such
/// function, or one that looks at expressions: `try`, `can`, `convert`.
///
/// The result carries the marks of every argument it was made from. An unknown argument makes it
/// unknown, of the right type, except where it can be told all the same: `length` of a list of
/// unknown strings is known.
pub fn call(
    name: &str,
    args: &[Value],
    cx: &FunctionContext<'_>,
) -> Option<Result<Value, FunctionError>> {
    let in_dialect = registry::only(name).is_none_or(|only| only == cx.dialect);
    let function = registry::find(name).filter(|_| in_dialect)?;
    Some(function.call(args, cx))
}

/// The names of all functions of a dialect, without the prefix `core::`, in no order.
pub fn names(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let values = registry::TABLE.iter().map(|(name, _)| *name);
    values
        .chain(registry::OF_EXPRESSIONS.iter().copied())
        .filter(move |name| registry::only(name).is_none_or(|only| only == dialect))
}

/// What to say to somebody who calls a function that the dialect does not have: that the other
/// one has it, or which name is nearly the same.
pub fn advice(name: &str, dialect: Dialect) -> Option<String> {
    match registry::only(name) {
        Some(Dialect::Tofu) if dialect == Dialect::Terraform => {
            Some("OpenTofu has it: --dialect tofu reads the configuration so".to_owned())
        }
        Some(Dialect::Terraform) if dialect == Dialect::Tofu => {
            Some("Terraform has it and OpenTofu has not".to_owned())
        }
        _ => similar::suggestion(name, names(dialect)).map(|it| format!("did you mean {it:?}?")),
    }
}

/// The sentence Terraform prints about an error, without its full stop.
pub fn describe(name: &str, error: &FunctionError) -> String {
    let parameter = error
        .argument
        .and_then(|argument| registry::find(name)?.parameter(argument));
    match parameter {
        Some(parameter) => format!(
            "Invalid value for \"{}\" parameter: {}",
            parameter.name, error.message
        ),
        None => format!("Call to function \"{name}\" failed: {}", error.message),
    }
}
