//! Whether a file looks like a plan, by how it begins.

/// Keys that only a plan has, at the top of the document.
const OF_A_PLAN: [&[u8]; 7] = [
    b"planned_values",
    b"resource_changes",
    b"resource_drift",
    b"output_changes",
    b"relevant_attributes",
    b"deferred_changes",
    b"applyable",
];

/// Keys of other documents that hosts print, or keep.
const OF_OTHERS: [&[u8]; 7] = [
    b"values",
    b"provider_schemas",
    b"valid",
    b"root_module",
    b"lineage",
    b"function_signatures",
    b"modules",
];

/// True if a file that begins with these bytes may be a plan: a binary one, one as JSON, or one
/// that OpenTofu encrypted. A few KiB are enough; whether it is one
/// [`super::Plan::from_bytes`] says.
pub fn looks_like_plan(start: &[u8]) -> bool {
    if start.starts_with(b"PK\x03\x04") {
        return true;
    }
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if !start.trim_ascii_start().starts_with(b"{") {
        return false;
    }
    let mut may_be = false;
    for (depth, key) in keys(start) {
        match (depth, key) {
            (1, key) if OF_A_PLAN.contains(&key) => return true,
            (1, key) if OF_OTHERS.contains(&key) => return false,
            (1, b"format_version" | b"encrypted_data") => may_be = true,
            // Keys may be sorted, and the configuration is long.
            (2, b"provider_config" | b"root_module") => may_be = true,
            _ => {}
        }
    }
    may_be
}

/// The keys of the document and of the objects in it, as far as the bytes go.
fn keys(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let (mut at, mut depth) = (0, 0usize);
    std::iter::from_fn(move || {
        while let Some(byte) = text.get(at) {
            at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let start = at;
                    at = string_end(text, at)?;
                    let rest = text[at + 1..].trim_ascii_start();
                    let string = &text[start..at];
                    at += 1;
                    if rest.starts_with(b":") {
                        return Some((depth, string));
                    }
                }
                _ => {}
            }
        }
        None
    })
}

/// Where the quote stands that ends a string.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_told_from_what_else_hosts_print() {
        let looks = |text: &str| looks_like_plan(text.as_bytes());
        assert!(looks_like_plan(b"PK\x03\x04\x14\0"));
        assert!(looks(
            r#"{"format_version":"1.2","terraform_version":"1.15.9","plann"#
        ));
        assert!(looks("\u{feff}\n{\n  \"applyable\": true,"));
        assert!(looks(
            r#"{"configuration":{"provider_config":{"aws":{"name":"#
        ));
        assert!(looks(
            r#"{"meta":{},"encrypted_data":"abc","encryption_version":"v0"}"#
        ));

        assert!(!looks(
            r#"{"format_version":"1.0","values":{"root_module":{}}}"#
        ));
        assert!(!looks(r#"{"format_version":"1.0","provider_schemas":{"#));
        assert!(!looks(r#"{"resource":{"aws_vpc":{"format_version":{"#));
        assert!(!looks(r#"{"a":"format_version","b\"resource_changes":1}"#));
        assert!(!looks(r#"["resource_changes"]"#));
        assert!(!looks(r#"{"version":4,"lineage":"x","encrypted_data":""#));
        assert!(!looks("") && !looks("{") && !looks(r#"{"\"#));
    }
}
