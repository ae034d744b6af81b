//! Query strings, form bodies and path segments.

/// The decoded pairs of a query string or form body, in order, repeated keys included.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                decode(&key.replace('+', " ")),
                decode(&value.replace('+', " ")),
            )
        })
        .collect()
}

/// Every value of `key`.
pub(crate) fn values(text: &str, key: &str) -> Vec<String> {
    pairs(text)
        .into_iter()
        .filter(|(found, _)| found == key)
        .map(|(_, value)| value)
        .collect()
}

/// Percent-decodes; a broken escape stays as written, bytes that are no UTF-8 are replaced.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Percent-encodes all but letters, digits and `-_.~/`.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' | b'~' | b'/' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_are_kept_in_order() {
        assert_eq!(
            values("policyIds=a&state=x&policyIds=b", "policyIds"),
            ["a", "b"]
        );
        assert_eq!(values("", "policyIds"), Vec::<String>::new());
    }

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(
            pairs("targetTags=Backup%3DDaily+run")[0].1,
            "Backup=Daily run"
        );
        assert_eq!(decode("a%C3%A9b"), "aéb");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("+"), "+");
        assert_eq!(encode("a b/é+"), "a%20b/%C3%A9%2B");
        assert_eq!(decode(&encode("a b/é+")), "a b/é+");
    }
}
