//! Where two JSON values differ, in words.

use serde_json::Value as Json;

/// A line for each member in which `found` differs from `expected`; `at` names the whole.
pub(crate) fn between(at: &str, expected: &Json, found: &Json) -> Vec<String> {
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => {
            let new = found.keys().filter(|key| !expected.contains_key(*key));
            expected
                .keys()
                .chain(new)
                .flat_map(|key| {
                    let (expected, found) = (expected.get(key), found.get(key));
                    member(&format!("{at}.{key}"), expected, found)
                })
                .collect()
        }
        (Json::Array(expected), Json::Array(found)) => (0..expected.len().max(found.len()))
            .flat_map(|i| member(&format!("{at}[{i}]"), expected.get(i), found.get(i)))
            .collect(),
        _ if expected == found => Vec::new(),
        _ => vec![format!("- {at}: {found} instead of {expected}")],
    }
}

fn member(at: &str, expected: Option<&Json>, found: Option<&Json>) -> Vec<String> {
    match (expected, found) {
        (Some(expected), Some(found)) => between(at, expected, found),
        (Some(expected), None) => vec![format!("- {at} is missing: {expected}")],
        (None, Some(found)) => vec![format!("- {at} is too much: {found}")],
        (None, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_difference_is_named_by_its_place() {
        let expected = json!({ "a": [1, { "b": 2 }], "c": null });
        assert_eq!(between("all", &expected, &expected), [""; 0]);
        let found = json!({ "a": [1, { "b": 3 }, 4], "d": "x" });
        assert_eq!(
            between("all", &expected, &found),
            [
                "- all.a[1].b: 3 instead of 2",
                "- all.a[2] is too much: 4",
                "- all.c is missing: null",
                "- all.d is too much: \"x\"",
            ]
        );
    }
}
