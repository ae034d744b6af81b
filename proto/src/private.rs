//! Private state: what a provider remembers about an object and users never see.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// The name of an entry in private state.
///
/// ```
/// use tfplugin::PrivateKey;
/// const CREATE_ID: PrivateKey = PrivateKey::new("create_id");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrivateKey(&'static str);

impl PrivateKey {
    /// A key. Declare it as a constant: a bad one then stops the compiler.
    ///
    /// # Panics
    /// If the key is empty or begins with a dot; this crate keeps those for itself.
    pub const fn new(key: &'static str) -> Self {
        match key.as_bytes() {
            [] | [b'.', ..] => panic!("a private key is not empty and does not begin with a dot"),
            _ => Self(key),
        }
    }
}

/// Private state of one object: JSON values by key.
///
/// It travels from plan to apply and from state to state by itself: what an operation leaves in it
/// is stored, also if nothing was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    entries: BTreeMap<String, Json>,
}

/// The bytes are not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("private state is not a JSON object; another program must have written it")]
pub struct PrivateError;

impl Private {
    /// The value of an entry.
    pub fn get(&self, key: PrivateKey) -> Option<&Json> {
        self.entries.get(key.0)
    }

    /// The value of an entry, if it is text.
    pub fn get_str(&self, key: PrivateKey) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Sets an entry. Not for secrets: Terraform stores private state as it is.
    pub fn set(&mut self, key: PrivateKey, value: impl Into<Json>) {
        self.entries.insert(key.0.to_owned(), value.into());
    }

    /// Removes an entry.
    pub fn remove(&mut self, key: PrivateKey) -> Option<Json> {
        self.entries.remove(key.0)
    }

    /// Reads what [`Private::to_bytes`] wrote; no bytes, no entries.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PrivateError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let entries = serde_json::from_slice(bytes).map_err(|_| PrivateError)?;
        Ok(Self { entries })
    }

    /// A JSON object with sorted keys; no entries, no bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let entries = self.entries.clone().into_iter().collect();
        Json::Object(entries).to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: PrivateKey = PrivateKey::new("id");

    #[test]
    fn survives_the_wire() {
        let mut private = Private::default();
        assert_eq!(private.to_bytes(), b"");
        private.set(PrivateKey::new("made"), 12);
        private.set(ID, "a-b");
        let bytes = private.to_bytes();
        assert_eq!(bytes, br#"{"id":"a-b","made":12}"#);
        let mut again = Private::from_bytes(&bytes).unwrap();
        assert_eq!(again, private);
        assert_eq!(again.get_str(ID), Some("a-b"));
        assert_eq!(again.remove(ID), Some("a-b".into()));
        assert_eq!(again.get(ID), None);
    }

    #[test]
    fn keeps_what_it_does_not_know() {
        // The framework's own keys, and those of a newer version of a provider.
        let bytes = br#"{".import_before_read":"dHJ1ZQ==","new":{"a":[1]}}"#;
        let private = Private::from_bytes(bytes).unwrap();
        assert_eq!(private.to_bytes(), bytes);
    }

    #[test]
    fn refuses_what_is_no_object() {
        for bytes in [&b"[]"[..], b"\xff", b"{", b"12"] {
            assert_eq!(Private::from_bytes(bytes), Err(PrivateError));
        }
        assert_eq!(Private::from_bytes(b""), Ok(Private::default()));
    }
}
