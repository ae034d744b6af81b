//! Types as the grammar writes them.

use std::fmt;

use cty::Type;

/// What an expression evaluates to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A number.
    Number,
    /// A bool.
    Bool,
    /// A whole number from 0 to 3, or from 1.
    Small {
        /// 0 or 1.
        from: u8,
    },
    /// A list or tuple; it may be empty unless `some`.
    List {
        /// Of what.
        of: Box<Kind>,
        /// True if it has at least one element.
        some: bool,
    },
    /// A set of strings.
    Set,
    /// A map or object; it has an `a` if `some`.
    Map {
        /// Of what.
        of: Box<Kind>,
        /// True if it has an `a`.
        some: bool,
    },
    /// What describes a pool: name, n, on, zone, tags.
    Pool,
    /// The type variable of a line.
    Any,
    /// The type variable of a line that takes strings, numbers and bools only.
    Simple,
}

impl Kind {
    /// Reads the notation of the grammar: `s`, `ls`, `mT`.
    ///
    /// # Panics
    /// It is none.
    pub(crate) fn parse(text: &str) -> Self {
        let some = |rest: &str| matches!(rest, "T" | "U" | "o" | "n");
        match text {
            "s" => Self::Text,
            "n" => Self::Number,
            "b" => Self::Bool,
            "i" => Self::Small { from: 0 },
            "j" => Self::Small { from: 1 },
            "ss" => Self::Set,
            "o" => Self::Pool,
            "T" => Self::Any,
            "U" => Self::Simple,
            _ => match text.split_at(1) {
                ("l", rest) => Self::list(Self::parse(rest), some(rest)),
                ("m", rest) => Self::map(Self::parse(rest), some(rest)),
                _ => panic!("{text:?} is no type of the grammar"),
            },
        }
    }

    /// A list.
    pub(crate) fn list(of: Self, some: bool) -> Self {
        let of = Box::new(of);
        Self::List { of, some }
    }

    /// A map.
    pub(crate) fn map(of: Self, some: bool) -> Self {
        let of = Box::new(of);
        Self::Map { of, some }
    }

    /// What the type variable must stand for in a line of type `self` whose value is `wanted`;
    /// `None` if that line gives no such value.
    pub(crate) fn unify(&self, wanted: &Self) -> Option<Option<Self>> {
        match (self, wanted) {
            (Self::Any, Self::Small { .. }) => None,
            (Self::Any, Self::List { some, .. } | Self::Map { some, .. }) if *some => None,
            (Self::Any, it) => Some(Some(it.clone())),
            (Self::Simple, Self::Text | Self::Number | Self::Bool) => Some(Some(wanted.clone())),
            (Self::Simple, _) => None,
            (Self::Number, Self::Small { .. }) => None,
            (Self::List { of: a, some: true }, Self::List { of: b, .. })
            | (Self::Map { of: a, some: true }, Self::Map { of: b, .. }) => a.unify(b),
            (a, b) => (a == b).then_some(None),
        }
    }

    /// With the type variable replaced.
    #[must_use]
    pub(crate) fn with(&self, any: &Self) -> Self {
        match self {
            Self::Any | Self::Simple => any.clone(),
            Self::List { of, some } => Self::list(of.with(any), *some),
            Self::Map { of, some } => Self::map(of.with(any), *some),
            it => it.clone(),
        }
    }

    /// True if there is a set in it.
    pub(crate) fn has_set(&self) -> bool {
        match self {
            Self::Set => true,
            Self::List { of, .. } | Self::Map { of, .. } => of.has_set(),
            _ => false,
        }
    }

    /// As a type constraint in a configuration.
    pub(crate) fn constraint(&self) -> String {
        match self {
            Self::Text => "string".to_owned(),
            Self::Number | Self::Small { .. } => "number".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::List { of, .. } => format!("list({})", of.constraint()),
            Self::Set => "set(string)".to_owned(),
            Self::Map { of, .. } => format!("map({})", of.constraint()),
            Self::Pool => "object({ name = string, n = number, on = bool, zone = string, \
                           tags = map(string) })"
                .to_owned(),
            Self::Any | Self::Simple => "any".to_owned(),
        }
    }

    /// What serves for an attribute of that type.
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::String => Self::Text,
            Type::Number => Self::Number,
            Type::Bool => Self::Bool,
            Type::List(of) => Self::list(Self::of(of)?, false),
            Type::Map(of) => Self::map(Self::of(of)?, false),
            Type::Set(of) if **of == Type::String => Self::Set,
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.constraint())
    }
}
