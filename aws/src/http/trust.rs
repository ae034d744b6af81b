//! Which servers are believed: [`Trust`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Whose certificates are accepted.
#[derive(Debug, Clone)]
pub(crate) enum Trust {
    /// Those of the system's authorities, and of a bundle's.
    Certificates(TlsContext),
    /// Any.
    Anything(Arc<rustls::ClientConfig>),
}

/// Why a CA bundle cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadBundle {
    #[error("the CA bundle {path} cannot be read: {cause}")]
    Unreadable {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("the CA bundle {path} cannot be used: {cause}")]
    Unusable { path: PathBuf, cause: String },
    #[error("certificate {number} in the CA bundle {path} is malformed")]
    Malformed { path: PathBuf, number: usize },
    #[error(
        "the CA bundle {path} holds no certificate; one begins with -----BEGIN CERTIFICATE-----"
    )]
    Empty { path: PathBuf },
}

impl Trust {
    /// The system's authorities.
    pub(crate) fn system() -> Self {
        Self::Certificates(TlsContext::default())
    }

    /// Everyone.
    pub(crate) fn anything() -> Result<Self, rustls::Error> {
        Ok(Self::Anything(Arc::new(super::insecure::tls()?)))
    }

    /// The system's authorities and those of the PEM file at `path`.
    ///
    /// Added, not instead: a private store's CA must not cut off AWS's own STS.
    pub(crate) fn with_bundle(path: &Path) -> Result<Self, BadBundle> {
        let pem = std::fs::read(path).map_err(|cause| BadBundle::Unreadable {
            path: path.to_owned(),
            cause,
        })?;
        check(path, &pem)?;
        let store = TrustStore::default().with_pem_certificate(pem);
        let context = TlsContext::builder().with_trust_store(store);
        context
            .build()
            .map(Self::Certificates)
            .map_err(|cause| BadBundle::Unusable {
                path: path.to_owned(),
                cause: cause.to_string(),
            })
    }
}

/// The SDK panics on a bad bundle when it first connects, so every certificate is tried here.
fn check(path: &Path, pem: &[u8]) -> Result<(), BadBundle> {
    let mut roots = RootCertStore::empty();
    for (index, certificate) in CertificateDer::pem_slice_iter(pem).enumerate() {
        let added = certificate.is_ok_and(|certificate| roots.add(certificate).is_ok());
        if !added {
            return Err(BadBundle::Malformed {
                path: path.to_owned(),
                number: index + 1,
            });
        }
    }
    if roots.is_empty() {
        return Err(BadBundle::Empty {
            path: path.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str, content: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let error = Trust::with_bundle(&path).unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "")
    }

    #[test]
    fn a_bundle_that_cannot_work_is_refused_when_it_is_read() {
        insta::assert_snapshot!(refusal("empty.pem", b""), @"the CA bundle /empty.pem holds no certificate; one begins with -----BEGIN CERTIFICATE-----");
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        insta::assert_snapshot!(refusal("broken.pem", broken), @"certificate 1 in the CA bundle /broken.pem is malformed");
        let error = Trust::with_bundle(Path::new("absent.pem")).unwrap_err();
        insta::assert_snapshot!(error, @"the CA bundle absent.pem cannot be read: No such file or directory (os error 2)");
    }
}
