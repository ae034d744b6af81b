//! Provider addresses: `rancher/rancher2`, `registry.terraform.io/hashicorp/aws`.

use std::fmt;
use std::str::FromStr;

/// Both programs' registries: a source without a host means another one in each.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// Where a provider comes from, as `required_providers` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The host, if one was written.
    host: Option<String>,
    /// `hashicorp`.
    namespace: String,
    /// `aws`.
    name: String,
}

/// The text is no provider address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a provider address: write name, namespace/name or host/namespace/name")]
pub struct SourceError(String);

impl Source {
    /// What the provider is called: `aws`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hosts under which programs look for it: the one written, else both registries.
    pub fn hosts(&self) -> Vec<&str> {
        match &self.host {
            Some(host) => vec![host],
            None => REGISTRIES.to_vec(),
        }
    }

    /// The folder of it below a host's: `hashicorp/aws`.
    pub(crate) fn folder(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// True if an address in a schema file is this provider's; without a host, of any host.
    pub(crate) fn is(&self, address: &Self) -> bool {
        let hosts = self.host.is_none() || self.host == address.host;
        hosts && self.namespace == address.namespace && self.name == address.name
    }
}

impl FromStr for Source {
    type Err = SourceError;

    /// Reads an address; a lone name is HashiCorp's. Upper case means nothing.
    fn from_str(text: &str) -> Result<Self, SourceError> {
        let lower = text.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split('/').collect();
        // The parts become folders.
        let plain = |part: &&str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
            !part.is_empty() && !part.starts_with('.') && part.chars().all(allowed)
        };
        if !parts.iter().all(plain) {
            return Err(SourceError(text.to_owned()));
        }
        let (host, namespace, name) = match parts.as_slice() {
            [name] => (None, "hashicorp", *name),
            [namespace, name] => (None, *namespace, *name),
            [host, namespace, name] => (Some((*host).to_owned()), *namespace, *name),
            _ => return Err(SourceError(text.to_owned())),
        };
        Ok(Self {
            host,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "{host}/")?;
        }
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        text.parse().unwrap()
    }

    #[test]
    fn every_spelling_is_read() {
        assert_eq!(source("random"), source("hashicorp/random"));
        assert_eq!(source("Rancher/Rancher2").to_string(), "rancher/rancher2");
        assert_eq!(source("a/b").hosts(), REGISTRIES);
        assert_eq!(source("example.com/a/b").hosts(), ["example.com"]);
        for bad in ["", "a//b", "a/b/c/d", "../a/b", "a b/c"] {
            assert_eq!(bad.parse::<Source>(), Err(SourceError(bad.to_owned())));
        }
    }

    #[test]
    fn a_host_is_matched_only_if_it_was_written() {
        let there = source("registry.terraform.io/rancher/rancher2");
        assert!(source("rancher/rancher2").is(&there));
        assert!(there.is(&there));
        assert!(!source("example.com/rancher/rancher2").is(&there));
        assert!(!source("rancher/rancher").is(&there));
    }
}
