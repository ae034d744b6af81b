//! Why a type does not become another, in Terraform's words.

use super::{Mode, exists};
use crate::{ObjectType, Type};

/// Why values of type `got` do not convert to `want`, without a full stop:
/// `attribute "name" is required`, `string required, but have tuple`.
///
/// Only meaningful where no conversion exists.
pub fn mismatch(got: &Type, want: &Type) -> String {
    match (got, want) {
        (Type::Object(got), Type::Object(want)) => objects(got, want),
        (Type::Tuple(_), Type::List(element)) if **element == Type::Dynamic => {
            "all list elements must have the same type".to_owned()
        }
        (Type::Tuple(_), Type::Set(element)) if **element == Type::Dynamic => {
            "all set elements must have the same type".to_owned()
        }
        (Type::Object(_), Type::Map(element)) if **element == Type::Dynamic => {
            "all map elements must have the same type".to_owned()
        }
        (Type::Tuple(parts), Type::List(element) | Type::Set(element)) => {
            let parts = parts.iter().enumerate();
            elements(parts.map(|(i, part)| (i.to_string(), part)), element)
        }
        (Type::Object(object), Type::Map(element)) => {
            let parts = object.attributes.iter();
            elements(
                parts.map(|(name, part)| (format!("{name:?}"), part)),
                element,
            )
        }
        (Type::List(got) | Type::Set(got), Type::List(want)) => {
            format!("incorrect list element type: {}", mismatch(got, want))
        }
        (Type::List(got) | Type::Set(got), Type::Set(want)) => {
            format!("incorrect set element type: {}", mismatch(got, want))
        }
        (Type::Map(got), Type::Map(want)) => {
            format!("incorrect map element type: {}", mismatch(got, want))
        }
        _ if !got.is_primitive() && want.is_collection() => required(want),
        _ if says_both(got, want) => format!(
            "{} required, but have {}",
            want.friendly_name(),
            got.friendly_name()
        ),
        _ => required(want),
    }
}

fn required(want: &Type) -> String {
    format!("{} required", want.friendly_name_for_constraint())
}

/// Naming both types helps where no value of one could ever be taken for the other. Where some
/// could, as with text and numbers, it would lead the reader to the type instead of the value.
fn says_both(got: &Type, want: &Type) -> bool {
    got.is_primitive() != want.is_primitive()
        || *want == Type::String
        || matches!(
            (got, want),
            (Type::Bool, Type::Number)
                | (Type::Number, Type::Bool)
                | (Type::Tuple(_), Type::Object(_))
        )
}

fn elements<'t>(mut parts: impl Iterator<Item = (String, &'t Type)>, want: &Type) -> String {
    match parts.find(|(_, part)| !exists(part, want, Mode::Unsafe)) {
        Some((name, part)) => format!("element {name}: {}", mismatch(part, want)),
        None => format!(
            "all elements must be {}",
            want.friendly_name_for_constraint()
        ),
    }
}

fn objects(got: &ObjectType, want: &ObjectType) -> String {
    let is_missing = |name: &&std::sync::Arc<str>| {
        !got.attributes.contains_key(*name) && !want.optional.contains(*name)
    };
    let missing: Vec<String> = want
        .attributes
        .keys()
        .filter(is_missing)
        .map(|name| format!("{name:?}"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return format!("attribute {one} is required"),
        [one, two] => return format!("attributes {one} and {two} are required"),
        [most @ .., last] => {
            return format!("attributes {}, and {last} are required", most.join(", "));
        }
    }
    let unfit = want.attributes.iter().find_map(|(name, want)| {
        let got = got.attributes.get(name)?;
        (!exists(got, want, Mode::Unsafe)).then(|| (name, mismatch(got, want)))
    });
    match unfit {
        Some((name, why)) => format!("attribute {name:?}: {why}"),
        None => "incorrect object attributes".to_owned(),
    }
}
