//! JSON values as YAML, in two of its many styles.

use serde_json::Value as Json;

/// In one line; strings in single quotes.
pub(crate) fn flow(value: &Json) -> String {
    match value {
        Json::Null => "~".to_owned(),
        Json::String(text) if text.contains(['\n', '\t']) => Json::from(text.as_str()).to_string(),
        Json::String(text) => format!("'{}'", text.replace('\'', "''")),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("'{key}': {}", flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        leaf => leaf.to_string(),
    }
}

/// In lines; strings plain where that means the same, else in double quotes.
pub(crate) fn block(value: &Json) -> String {
    let mut out = String::from("# written for people\n---\n");
    write(value, 0, &mut out);
    out
}

fn write(value: &Json, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                out.push_str(&format!("{pad}{}:", scalar(key)));
                under(value, depth, out);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("{pad}-"));
                under(item, depth, out);
            }
        }
        leaf => out.push_str(&format!("{pad}{}\n", one_line(leaf))),
    }
}

fn under(value: &Json, depth: usize, out: &mut String) {
    let nested = match value {
        Json::Object(entries) => !entries.is_empty(),
        Json::Array(items) => !items.is_empty(),
        _ => false,
    };
    if nested {
        out.push('\n');
        write(value, depth + 1, out);
    } else {
        out.push_str(&format!(" {}\n", one_line(value)));
    }
}

fn one_line(value: &Json) -> String {
    match value {
        Json::String(text) => scalar(text),
        Json::Null => "null".to_owned(),
        leaf => leaf.to_string(),
    }
}

/// Plain if it is a word that is nothing else.
fn scalar(text: &str) -> String {
    let word = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        && !matches!(
            text,
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if word {
        text.to_owned()
    } else {
        Json::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_styles() {
        let value = json!({"a": ["x", "yes", "it's", 1, null, {}], "b-c": {"d": true}});
        assert_eq!(
            flow(&value),
            "{'a': ['x', 'yes', 'it''s', 1, ~, {}], 'b-c': {'d': true}}"
        );
        assert_eq!(
            block(&value),
            "# written for people\n---\na:\n  - x\n  - \"yes\"\n  - \"it's\"\n  - 1\n  - null\n  \
             - {}\nb-c:\n  d: true\n"
        );
    }
}
