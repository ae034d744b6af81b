//! Laws of conversion and unification.

use cty::Type;
use cty::convert::{conversion_exists, conversion_is_safe, convert, unify, unify_values};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generate::{Allow, typed_values, types};

const ALL: Allow = Allow {
    unknown: true,
    dynamic: true,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn to_its_own_type_is_itself((_, value) in typed_values(ALL)) {
        prop_assert_eq!(convert(&value, &value.ty())?, value.clone());
        prop_assert_eq!(convert(&value, &Type::Dynamic)?, value);
    }

    #[test]
    fn once_is_enough((_, value) in typed_values(ALL), ty in types(ALL)) {
        if let Ok(once) = convert(&value, &ty) {
            prop_assert_eq!(convert(&once, &ty)?, once);
        }
    }

    #[test]
    fn the_result_has_the_type((_, value) in typed_values(ALL), ty in types(ALL)) {
        if let Ok(converted) = convert(&value, &ty) {
            let got = converted.ty();
            prop_assert!(ty.accepts(&got), "{got:?} is no {ty:?}");
        }
    }

    /// What types allow and what values do agree.
    #[test]
    fn types_say_what_can_be((_, value) in typed_values(ALL), ty in types(ALL)) {
        let converted = convert(&value, &ty);
        if converted.is_ok() {
            prop_assert!(conversion_exists(&value.ty(), &ty));
        }
        // With dynamic parts the outcome depends on what each element turns into.
        let settled = !ty.has_dynamic() && !value.ty().has_dynamic();
        if settled && conversion_is_safe(&value.ty(), &ty) {
            prop_assert!(converted.is_ok(), "{converted:?}");
        }
    }

    #[test]
    fn all_convert_to_what_they_have_in_common(types in vec(types(ALL), 1..4)) {
        if let Some(common) = unify(&types) {
            for ty in &types {
                prop_assert!(conversion_exists(ty, &common), "{ty:?} to {common:?}");
            }
        }
    }

    #[test]
    fn the_common_type_of_equals_is_theirs(ty in types(ALL), n in 1..4usize) {
        prop_assert_eq!(unify(&vec![ty.clone(); n]), Some(ty));
    }

    #[test]
    fn unified_values_have_one_type(pairs in vec(typed_values(ALL), 1..4)) {
        let values: Vec<_> = pairs.into_iter().map(|(_, value)| value).collect();
        let types: Vec<_> = values.iter().map(|value| value.ty()).collect();
        if let (Some(common), Ok(Some(unified))) = (unify(&types), unify_values(&values)) {
            for value in unified {
                prop_assert!(common.accepts(&value.ty()));
            }
        }
    }
}
