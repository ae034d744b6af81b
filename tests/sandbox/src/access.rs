//! Which access keys are let in: all, except those denied by name or by their first letters.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use winterbaume_core::MockResponse;

use crate::service::{Common, Protocol};

/// Why a key is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Denial {
    /// The key is known but may do nothing, except ask who it is. Keys that begin with `DENIED`.
    AccessDenied,
    /// There is no such key. Keys that begin with `INVALID`.
    InvalidKey,
    /// The key's session has ended. Keys that begin with `EXPIRED`.
    ExpiredToken,
}

/// Keys that begin so are denied without being told to.
const BY_PREFIX: [(&str, Denial); 3] = [
    ("DENIED", Denial::AccessDenied),
    ("INVALID", Denial::InvalidKey),
    ("EXPIRED", Denial::ExpiredToken),
];

#[derive(Debug, Default)]
pub(crate) struct Access {
    denied: Mutex<HashMap<String, Denial>>,
}

impl Access {
    pub(crate) fn deny(&self, access_key: &str, denial: Denial) {
        self.denied
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(access_key.to_owned(), denial);
    }

    pub(crate) fn clear(&self) {
        self.denied
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The denial that meets a call, if one does. AWS lets every existing key call
    /// GetCallerIdentity, whatever its policies say.
    pub(crate) fn denial(
        &self,
        access_key: &str,
        service: &str,
        operation: &str,
    ) -> Option<Denial> {
        let named = self
            .denied
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(access_key)
            .copied();
        let denial = named.or_else(|| {
            BY_PREFIX
                .iter()
                .find(|(prefix, _)| access_key.starts_with(prefix))
                .map(|(_, denial)| *denial)
        })?;
        let asks_who = (service, operation) == ("sts", "GetCallerIdentity");
        (denial != Denial::AccessDenied || !asks_who).then_some(denial)
    }
}

impl Denial {
    /// The answer, in the words of AWS.
    pub(crate) fn answer(self, protocol: Protocol, caller: &str, action: &str) -> MockResponse {
        match self {
            Self::AccessDenied => denied(protocol, caller, action),
            Self::InvalidKey => protocol.common(
                Common::InvalidKey,
                "The security token included in the request is invalid.",
            ),
            Self::ExpiredToken => protocol.common(
                Common::ExpiredToken,
                "The security token included in the request is expired",
            ),
        }
    }
}

/// The answer to a caller whose policies lack `action` (`dlm:CreateLifecyclePolicy`).
pub(crate) fn denied(protocol: Protocol, caller: &str, action: &str) -> MockResponse {
    protocol.common(
        Common::AccessDenied,
        &format!(
            "User: {caller} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_denied_by_prefix_or_by_name() {
        let access = Access::default();
        let denial = |key| access.denial(key, "dlm", "GetLifecyclePolicy");
        assert_eq!(denial("AKIDEXAMPLE"), None);
        assert_eq!(denial("DENIEDKEY"), Some(Denial::AccessDenied));
        assert_eq!(denial("INVALIDKEY"), Some(Denial::InvalidKey));
        assert_eq!(denial("EXPIREDKEY"), Some(Denial::ExpiredToken));
        access.deny("AKIDEXAMPLE", Denial::ExpiredToken);
        assert_eq!(denial("AKIDEXAMPLE"), Some(Denial::ExpiredToken));
        access.clear();
        assert_eq!(denial("AKIDEXAMPLE"), None);
    }

    #[test]
    fn a_key_without_permissions_may_ask_who_it_is() {
        let access = Access::default();
        assert_eq!(access.denial("DENIEDKEY", "sts", "GetCallerIdentity"), None);
        assert_eq!(
            access.denial("INVALIDKEY", "sts", "GetCallerIdentity"),
            Some(Denial::InvalidKey)
        );
        assert_eq!(
            access.denial("DENIEDKEY", "sts", "AssumeRole"),
            Some(Denial::AccessDenied)
        );
    }
}
