//! Conversion to a type and unification of types, by Terraform's rules.
//!
//! - [`convert`] turns a value into one of a type; `apply` does it part by part.
//! - [`conversion_exists`] says whether types alone allow it; some conversions, such as text to
//!   number, then still fail on the value.
//! - [`unify`] finds the type that several types have in common.
//! - `unknown`: what is known of the result of converting an unknown value.
//! - `message`: why types do not fit, in Terraform's words.

mod apply;
mod message;
#[cfg(test)]
mod tests;
mod unify;
mod unknown;

pub use message::mismatch;
pub use unify::{unify, unify_values};

use crate::codec::Located;
use crate::{ObjectType, Path, Type, Value};

/// A value that cannot become one of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", Located(path))]
pub struct ConvertError {
    /// The part at fault.
    pub path: Path,
    /// What is wrong with it, in Terraform's words, without a full stop.
    pub message: String,
}

/// Converts a value to a type.
///
/// Nulls and unknowns convert too, as far as their types do. An object drops attributes that the
/// type lacks, and gets nulls for absent optional ones. Marks stay. [`Type::Dynamic`] takes
/// anything as it is; as element type of a collection it stands for the one type that all
/// elements can become.
pub fn convert(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    let got = value.ty();
    if got == want.without_optional() {
        return Ok(value.clone());
    }
    if !exists(&got, want, Mode::Unsafe) {
        return Err(ConvertError {
            path: Path::ROOT,
            message: mismatch(&got, want),
        });
    }
    apply::convert(value, want, &mut Path::ROOT.clone())
}

/// True if some value of type `got` converts to `want`.
pub fn conversion_exists(got: &Type, want: &Type) -> bool {
    exists(got, want, Mode::Unsafe)
}

/// True if every value of type `got` converts to `want`.
pub fn conversion_is_safe(got: &Type, want: &Type) -> bool {
    exists(got, want, Mode::Safe)
}

/// Whether conversions count that fail for some values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Safe,
    Unsafe,
}

fn exists(got: &Type, want: &Type, mode: Mode) -> bool {
    if got == want {
        return true;
    }
    let lossy = mode == Mode::Unsafe;
    match (got, want) {
        (_, Type::Dynamic) => true,
        (Type::Dynamic, _) => lossy,
        (Type::Number | Type::Bool, Type::String) => true,
        (Type::String, Type::Number | Type::Bool) => lossy,
        (Type::Object(got), Type::Object(want)) => object_to_object(got, want, mode),
        (Type::Tuple(got), Type::Tuple(want)) => {
            got.len() == want.len() && got.iter().zip(&**want).all(|(g, w)| exists(g, w, mode))
        }
        (Type::List(got) | Type::Set(got), Type::List(want))
        | (Type::Set(got), Type::Set(want))
        | (Type::Map(got), Type::Map(want)) => exists(got, want, mode),
        // Loses order and duplicates.
        (Type::List(got), Type::Set(want)) => lossy && exists(got, want, mode),
        (Type::Tuple(got), Type::List(want) | Type::Set(want)) => {
            // The elements of a list must have one type, so a tuple whose parts only meet in "any
            // type" is none.
            let meets_in_dynamic = |ty: &Type| *ty == Type::Dynamic && got.iter().any(|t| t != ty);
            structure_to_elements(got.iter(), want, mode, &meets_in_dynamic)
        }
        (Type::Object(got), Type::Map(want)) => {
            structure_to_elements(got.attributes.values(), want, mode, &|_| false)
        }
        // The keys may be others than the attributes.
        (Type::Map(got), Type::Object(want)) => {
            lossy
                && want
                    .attributes
                    .iter()
                    .all(|(name, w)| exists(got, w, mode) || want.optional.contains(name))
        }
        _ => false,
    }
}

fn object_to_object(got: &ObjectType, want: &ObjectType, mode: Mode) -> bool {
    want.attributes
        .iter()
        .all(|(name, want_type)| match got.attributes.get(name) {
            Some(got) => exists(got, want_type, mode),
            None => want.optional.contains(name),
        })
}

fn structure_to_elements<'t>(
    parts: impl Iterator<Item = &'t Type> + Clone,
    element: &Type,
    mode: Mode,
    refused: &dyn Fn(&Type) -> bool,
) -> bool {
    if parts.clone().next().is_none() {
        return true;
    }
    match unify::element_type(parts.clone(), element, mode) {
        Some(element) => !refused(&element) && { parts }.all(|part| exists(part, &element, mode)),
        None => false,
    }
}
