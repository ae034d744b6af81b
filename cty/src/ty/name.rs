//! Types in words, as Terraform's messages put them.

use super::Type;

impl Type {
    /// The type in words: `list of string`, `object`, `dynamic`.
    pub fn friendly_name(&self) -> String {
        self.in_words("dynamic", "dynamic")
    }

    /// The type in words where it says what is allowed: `any type`, `list of any single type`.
    pub fn friendly_name_for_constraint(&self) -> String {
        self.in_words("any type", "any single type")
    }

    fn in_words(&self, dynamic: &str, dynamic_element: &str) -> String {
        let of = |kind: &str, element: &Self| {
            format!(
                "{kind} of {}",
                element.in_words(dynamic_element, dynamic_element)
            )
        };
        match self {
            Self::Dynamic => dynamic.to_owned(),
            Self::String => "string".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::List(t) => of("list", t),
            Self::Set(t) => of("set", t),
            Self::Map(t) => of("map", t),
            Self::Object(_) => "object".to_owned(),
            Self::Tuple(_) => "tuple".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_like_terraform() {
        let ty = Type::list(Type::map(Type::Dynamic));
        assert_eq!(ty.friendly_name(), "list of map of dynamic");
        assert_eq!(
            ty.friendly_name_for_constraint(),
            "list of map of any single type"
        );
        assert_eq!(Type::Dynamic.friendly_name_for_constraint(), "any type");
        assert_eq!(Type::tuple([Type::Bool]).friendly_name(), "tuple");
    }
}
