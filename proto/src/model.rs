//! One field list gives struct, schema, decoding, encoding and documentation.
//!
//! ```
//! use tfplugin::prelude::*;
//!
//! model! {
//!     /// Keeps a greeting.
//!     pub struct Greeting {
//!         /// Who is greeted.
//!         pub name: Attr<String> = required().validate(length(1..=80)).requires_replace(),
//!         /// How.
//!         pub words: Attr<String> = optional().default("Hello"),
//!         /// A handle made by the provider.
//!         pub id: Attr<String> = computed().use_state_for_unknown(),
//!         /// When to greet; at most four times.
//!         pub schedule: Many<Schedule> = list().max(4),
//!     }
//! }
//!
//! model! {
//!     /// A time of day.
//!     pub struct Schedule {
//!         /// Hours after midnight, UTC.
//!         pub hour: Attr<i64> = required().validate(between(0..=23)),
//!         /// Free text.
//!         pub labels: StringMap = optional(),
//!     }
//! }
//!
//! let greeting = Greeting { name: "world".into(), ..Greeting::default() };
//! let again = Greeting::from_value(&greeting.encode())?;
//! assert_eq!(again, greeting);
//! # Ok::<(), tfplugin::Diagnostics>(())
//! ```
//!
//! - `attr`: [`Attr`], the value of an attribute, and the Rust types it can hold;
//! - `block`: [`One`], [`Many`], [`Keyed`], nested blocks;
//! - `spec`: how each behaves, the words behind the `=`;
//! - here: the traits that join them, and the macro.
//!
//! Why a declarative macro: `docs/decisions/0003-one-field-list.md`.

mod attr;
mod block;
pub(crate) mod spec;

use std::fmt;

use cty::{Type, Value};

use crate::diagnostic::Diagnostics;
use crate::path::Trail;
use crate::schema::Block;

pub use attr::{Attr, AttrType, StringList, StringMap, StringSet, unfit};
pub use block::{Keyed, Many, One};
pub use spec::{AttributeSpec, BlockSpec};

/// A struct declared by [`model!`](crate::model!): the Rust side of a block.
pub trait Model: Clone + Default + fmt::Debug + PartialEq + Send + Sync + Sized + 'static {
    /// Its schema.
    fn block() -> &'static Block;

    /// The type of its values.
    fn ty() -> &'static Type;

    /// Reads a known object of that type; null reads as nothing set. What does not fit is said in
    /// `diagnostics` and reads as unknown.
    fn decode(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Self;

    /// The object.
    fn encode(&self) -> Value;

    /// Every attribute and block unknown.
    fn unknown() -> Self;

    /// Reads an object of that type.
    fn from_value(value: &Value) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let model = Self::decode(value, &Trail::ROOT, &mut diagnostics);
        if diagnostics.is_empty() {
            Ok(model)
        } else {
            Err(diagnostics)
        }
    }
}

/// What can stand as a field of a model: [`Attr`], [`One`], [`Many`], [`Keyed`].
pub trait Field: Sized {
    /// What the expression behind the `=` makes.
    type Spec;

    /// Adds the attribute or block to the schema.
    fn declare(spec: Self::Spec, name: &'static str, description: String, block: &mut Block);

    /// Reads the field.
    fn decode(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Self;

    /// The field as a value of `ty`, its type in the schema.
    fn encode(&self, ty: &Type) -> Value;

    /// Not known.
    fn unknown() -> Self;
}

impl<T: AttrType> Field for Attr<T> {
    type Spec = AttributeSpec<T>;

    fn declare(spec: Self::Spec, name: &'static str, description: String, block: &mut Block) {
        block.attributes.push(spec.named(name.into(), description));
    }

    fn decode(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Self {
        Self::read(value, at, diagnostics)
    }

    fn encode(&self, _: &Type) -> Value {
        self.write()
    }

    fn unknown() -> Self {
        Self::Unknown
    }
}

impl<M: Model> Field for One<M> {
    type Spec = BlockSpec<Self>;

    fn declare(spec: Self::Spec, name: &'static str, description: String, block: &mut Block) {
        block.blocks.push(spec.named::<M>(name.into(), description));
    }

    fn decode(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Self {
        match block::read(value, at, diagnostics) {
            None => Self::Unknown,
            Some(blocks) => blocks.into_iter().next().into(),
        }
    }

    fn encode(&self, ty: &Type) -> Value {
        match self {
            Self::Present(present) => block::write(std::slice::from_ref(present), ty),
            Self::Absent => block::write::<M>(&[], ty),
            Self::Unknown => Value::unknown(ty.clone()),
        }
    }

    fn unknown() -> Self {
        Self::Unknown
    }
}

impl<M: Model> Field for Many<M> {
    type Spec = BlockSpec<Self>;

    fn declare(spec: Self::Spec, name: &'static str, description: String, block: &mut Block) {
        block.blocks.push(spec.named::<M>(name.into(), description));
    }

    fn decode(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Self {
        block::read(value, at, diagnostics).map_or(Self::Unknown, Self::Known)
    }

    fn encode(&self, ty: &Type) -> Value {
        match self {
            Self::Known(blocks) => block::write(blocks, ty),
            Self::Unknown => Value::unknown(ty.clone()),
        }
    }

    fn unknown() -> Self {
        Self::Unknown
    }
}

impl<M: Model> Field for Keyed<M> {
    type Spec = BlockSpec<Self>;

    fn declare(spec: Self::Spec, name: &'static str, description: String, block: &mut Block) {
        block.blocks.push(spec.named::<M>(name.into(), description));
    }

    fn decode(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Self {
        block::read_keyed(value, at, diagnostics)
    }

    fn encode(&self, ty: &Type) -> Value {
        match self {
            Self::Known(blocks) => {
                let entries = blocks.iter().map(|(k, m)| (k.as_str(), m.encode()));
                Value::map(M::ty().clone(), entries)
            }
            Self::Unknown => Value::unknown(ty.clone()),
        }
    }

    fn unknown() -> Self {
        Self::Unknown
    }
}

/// Declares a model: a struct whose fields are attributes and nested blocks. See the
/// [module](mod@crate::model).
///
/// Doc comments become the descriptions of the schema and of the documentation page. A field's
/// type says what it holds, the expression behind `=` how it behaves.
#[macro_export]
macro_rules! model {
    (
        $(#[doc = $doc:literal])*
        $vis:vis struct $Name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $field_vis:vis $field:ident : $Field:ty = $spec:expr
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
        $vis struct $Name {
            $(
                $(#[doc = $field_doc])*
                $field_vis $field: $Field,
            )*
        }

        impl $crate::Model for $Name {
            fn block() -> &'static $crate::schema::Block {
                static BLOCK: ::std::sync::OnceLock<$crate::schema::Block> =
                    ::std::sync::OnceLock::new();
                BLOCK.get_or_init(|| {
                    #[allow(unused_mut)]
                    let mut block = $crate::schema::Block {
                        description: $crate::__private::text(&[$($doc),*]),
                        ..::core::default::Default::default()
                    };
                    $(
                        let spec: <$Field as $crate::__private::Field>::Spec = $spec;
                        <$Field as $crate::__private::Field>::declare(
                            spec,
                            $crate::__private::name(stringify!($field)),
                            $crate::__private::text(&[$($field_doc),*]),
                            &mut block,
                        );
                    )*
                    block
                })
            }

            fn ty() -> &'static $crate::Type {
                static TYPE: ::std::sync::OnceLock<$crate::Type> = ::std::sync::OnceLock::new();
                TYPE.get_or_init(|| Self::block().ty())
            }

            fn decode(
                value: &$crate::Value,
                at: &$crate::Trail<'_>,
                diagnostics: &mut $crate::Diagnostics,
            ) -> Self {
                let _ = (value, at, &diagnostics);
                Self {
                    $($field: $crate::__private::decode(
                        value,
                        $crate::__private::name(stringify!($field)),
                        at,
                        diagnostics,
                    ),)*
                }
            }

            fn encode(&self) -> $crate::Value {
                $crate::Value::object::<&str>([
                    $($crate::__private::encode::<Self, _>(
                        &self.$field,
                        $crate::__private::name(stringify!($field)),
                    ),)*
                ])
            }

            fn unknown() -> Self {
                Self {
                    $($field: $crate::__private::Field::unknown(),)*
                }
            }
        }

        impl ::core::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut shown = f.debug_struct(stringify!($Name));
                $(
                    let name = $crate::__private::name(stringify!($field));
                    shown.field(name, $crate::__private::shown::<Self>(name, &self.$field));
                )*
                shown.finish()
            }
        }
    };
}

/// A description from the lines of a doc comment.
pub fn text(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
        .collect();
    lines.join("\n").trim().to_owned()
}

/// The name of a field in Terraform: `r#type` is `type`.
pub const fn name(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// Reads one field of an object.
pub fn decode<F: Field>(
    object: &Value,
    name: &'static str,
    at: &Trail<'_>,
    diagnostics: &mut Diagnostics,
) -> F {
    let absent = Value::null(Type::Dynamic);
    let value = object.attribute(name).unwrap_or(&absent);
    F::decode(value, &at.attribute(name), diagnostics)
}

/// One field as an attribute of an object.
pub fn encode<M: Model, F: Field>(field: &F, name: &'static str) -> (&'static str, Value) {
    let ty = match M::ty() {
        Type::Object(object) => object.attributes.get(name),
        _ => None,
    };
    (name, field.encode(ty.unwrap_or(&Type::Dynamic)))
}

/// One field for `Debug`: a sensitive attribute is not shown.
pub fn shown<'a, M: Model>(name: &str, field: &'a dyn fmt::Debug) -> &'a dyn fmt::Debug {
    match M::block().attribute(name) {
        Some(attribute) if attribute.sensitive => &"(sensitive)",
        _ => field,
    }
}

#[cfg(test)]
mod tests;
