//! Laws of the two codecs: what is written reads back, and nothing that is read panics.

use crate::generate::{Allow, typed_values, types};
use cty::{Type, json, msgpack};
use proptest::prelude::*;

const ALL: Allow = Allow {
    unknown: true,
    dynamic: true,
};
const KNOWN: Allow = Allow {
    unknown: false,
    dynamic: true,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn msgpack_reads_what_it_writes((ty, value) in typed_values(ALL)) {
        let bytes = msgpack::encode(&value, &ty)?;
        prop_assert_eq!(msgpack::decode(&bytes, &ty)?, value);
    }

    #[test]
    fn json_reads_what_it_writes((ty, value) in typed_values(KNOWN)) {
        let text = json::encode(&value, &ty)?;
        prop_assert_eq!(json::decode(&text, &ty)?, value);
    }

    #[test]
    fn type_notation_reads_what_it_writes(ty in types(ALL)) {
        prop_assert_eq!(Type::from_json(&ty.to_json())?, ty);
    }

    /// Types are lost, the JSON is not.
    #[test]
    fn plain_json_is_stable((_, value) in typed_values(KNOWN)) {
        let text = json::encode_plain(&value)?;
        let again = json::decode_implied(&text)?;
        prop_assert_eq!(json::encode_plain(&again)?, text);
    }

    #[test]
    fn a_value_that_ends_early_is_refused((ty, value) in typed_values(ALL), cut in any::<prop::sample::Index>()) {
        let bytes = msgpack::encode(&value, &ty)?;
        let cut = cut.index(bytes.len());
        prop_assert!(msgpack::decode(&bytes[..cut], &ty).is_err());
    }

    #[test]
    fn a_value_with_more_behind_it_is_refused((ty, value) in typed_values(ALL), more in 1..9usize) {
        let mut bytes = msgpack::encode(&value, &ty)?;
        bytes.extend(vec![0xc0; more]);
        prop_assert!(msgpack::decode(&bytes, &ty).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn mutated_msgpack_never_panics(
        (ty, value) in typed_values(ALL),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = msgpack::encode(&value, &ty)?;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(value) = msgpack::decode(&bytes, &ty) {
            // Whatever was read can be written again.
            prop_assert!(msgpack::encode(&value, &ty).is_ok());
        }
    }

    #[test]
    fn random_msgpack_never_panics(ty in types(ALL), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = msgpack::decode(&bytes, &ty);
    }

    #[test]
    fn mutated_json_never_panics(
        (ty, value) in typed_values(KNOWN),
        (at, with) in (any::<prop::sample::Index>(), "[{}\\[\\],:\"0e\\\\]{0,2}"),
    ) {
        let mut text: Vec<char> = json::encode(&value, &ty)?.chars().collect();
        let at = at.index(text.len());
        text.splice(at..=at, with.chars());
        let text: String = text.into_iter().collect();
        let _ = json::decode(&text, &ty);
        let _ = json::decode_implied(&text);
        let _ = Type::from_json(&text);
    }
}
