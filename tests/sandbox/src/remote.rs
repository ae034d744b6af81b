//! A small HTTP client for the control paths of a sandbox in another process.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::fault::{FaultRule, RuleId};
use crate::log::Entry;

/// A sandbox at an address.
#[derive(Clone, Debug)]
pub struct Remote {
    authority: String,
}

/// Why a control request fails.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The URL is not `http://HOST:PORT`.
    #[error("{0} is not the address of a sandbox; it has the form http://127.0.0.1:PORT")]
    Url(String),
    /// Nobody answers, or the answer breaks off.
    #[error("the sandbox at {authority} does not answer: {error}")]
    Connection {
        /// Where.
        authority: String,
        /// Why not.
        error: io::Error,
    },
    /// The sandbox refuses, or answers what is no JSON.
    #[error("the sandbox answers {status} to {request}: {body}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Method and path.
        request: String,
        /// The answer.
        body: String,
    },
}

impl Remote {
    /// The sandbox at `url`, the address that the binary prints. Nothing is sent yet.
    ///
    /// # Errors
    /// It is not `http://HOST:PORT`.
    pub fn new(url: &str) -> Result<Self, RemoteError> {
        let authority = url.trim_end_matches('/').strip_prefix("http://");
        match authority.filter(|authority| !authority.contains('/')) {
            Some(authority) => Ok(Self {
                authority: authority.to_owned(),
            }),
            None => Err(RemoteError::Url(url.to_owned())),
        }
    }

    /// Everything that is stored, as [`crate::Sandbox::state`].
    ///
    /// # Errors
    /// The sandbox cannot be reached.
    pub fn state(&self) -> Result<Value, RemoteError> {
        self.call("GET", "/_sandbox/state", None)
    }

    /// The requests so far, as [`crate::Sandbox::log`].
    ///
    /// # Errors
    /// The sandbox cannot be reached.
    pub fn log(&self) -> Result<Vec<Entry>, RemoteError> {
        let answer = self.call("GET", "/_sandbox/log", None)?;
        let entries = serde_json::from_value(answer["requests"].clone());
        entries.map_err(|error| RemoteError::Refused {
            status: 200,
            request: "GET /_sandbox/log".to_owned(),
            body: error.to_string(),
        })
    }

    /// Injects a fault, as [`crate::Sandbox::inject`].
    ///
    /// # Errors
    /// The sandbox cannot be reached.
    pub fn inject(&self, rule: &FaultRule) -> Result<RuleId, RemoteError> {
        let rule = serde_json::to_value(rule).unwrap_or_default();
        let answer = self.call("POST", "/_sandbox/faults", Some(&rule))?;
        Ok(RuleId(answer["id"].as_u64().unwrap_or_default()))
    }

    /// Any control request, JSON both ways:
    ///
    /// | method and path | does |
    /// |---|---|
    /// | `GET /_sandbox/state` | all stored things: `{"dlm":{"policies":[...]},"s3":{"buckets":[...]}}` |
    /// | `GET`, `DELETE /_sandbox/log` | the requests so far; forgets them |
    /// | `GET /_sandbox/counts` | calls per `service:Operation` |
    /// | `GET /_sandbox/idle` | answers when no request is at work |
    /// | `GET`, `POST`, `DELETE /_sandbox/faults` | the rules; injects one ([`crate::FaultRule`]), answers its id; removes all |
    /// | `DELETE /_sandbox/faults/ID` | removes a rule and lets its calls go |
    /// | `GET /_sandbox/faults/ID/held` | answers when a call hangs in the rule |
    /// | `POST /_sandbox/faults/ID/release` | lets its calls go |
    /// | `POST /_sandbox/denials` | `{"access_key":..,"denial":"access-denied"}` ([`crate::Denial`]) |
    /// | `PUT /_sandbox/timestamps` | `"epoch-seconds"` or `"iso8601"` ([`crate::Timestamps`]) |
    /// | `POST /_sandbox/dlm/policies?region=R` | makes a policy from a CreateLifecyclePolicy body |
    /// | `PUT /_sandbox/dlm/policies` | stores a policy as it is, in the form of the state |
    /// | `PATCH`, `DELETE /_sandbox/dlm/policies/ID` | merges a patch into a policy; takes it away |
    /// | `GET`, `PUT /_sandbox/s3/settings` | how S3 differs from AWS on purpose ([`crate::S3Settings`]) |
    /// | `PUT /_sandbox/s3/foreign` | `{"bucket":..,"region":..}`: makes a bucket of another account |
    /// | `POST /_sandbox/s3/meddle` | `{"bucket":..,"rule":"<Rule>.."}`: somebody adds it after the next read |
    /// | `PUT /_sandbox/s3/lifecycle` | `{"bucket":..,"document":"<LifecycleConfiguration>..","minimum_size":..}`: stores it as it is |
    /// | `POST /_sandbox/s3/request` | a call past faults and log ([`crate::S3Request`]) |
    /// | `POST /_sandbox/reset` | forgets everything |
    ///
    /// # Errors
    /// The sandbox cannot be reached, or refuses.
    pub fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, RemoteError> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let exchange = || -> io::Result<String> {
            let mut stream = TcpStream::connect(&self.authority)?;
            write!(
                stream,
                "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                self.authority,
                body.len(),
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        let answer = exchange().map_err(|error| RemoteError::Connection {
            authority: self.authority.clone(),
            error,
        })?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        match serde_json::from_str(body) {
            Ok(value) if status == 200 => Ok(value),
            _ => Err(RemoteError::Refused {
                status,
                request: format!("{method} {path}"),
                body: body.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_taken() {
        assert!(Remote::new("http://127.0.0.1:4566/").is_ok());
        for bad in [
            "127.0.0.1:4566",
            "https://127.0.0.1:1",
            "http://127.0.0.1:1/path",
        ] {
            assert!(
                matches!(Remote::new(bad), Err(RemoteError::Url(_))),
                "{bad}"
            );
        }
    }
}
