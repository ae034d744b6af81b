//! The handshake of go-plugin: what the host says in the environment, and the one line with which
//! the provider answers on stdout.
//!
//! The version needs no choosing. Protocol 6 is the only one served, so `PLUGIN_PROTOCOL_VERSIONS`
//! is not read: a host without version 6 compares the number in the line and says so itself.

use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::socket::Address;

/// Tells a plugin that a host started it. No secret; the value is Terraform's.
pub(crate) const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);
/// go-plugin's own protocol.
const CORE_VERSION: u32 = 1;
/// The Terraform plugin protocol served here.
const PROTOCOL_VERSION: u32 = 6;

/// Why a provider does not start serving.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Somebody typed its name.
    #[error(
        "This is a Terraform provider: a plugin that Terraform and OpenTofu start by themselves.\n\
         It does nothing when started by hand. Name it under required_providers in a configuration\n\
         and run `terraform init`."
    )]
    NotStartedByAHost,
    /// A variable of the host that cannot be understood.
    #[error("cannot read {name}, which the host of this provider set: {reason}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// No place to listen.
    #[error("cannot listen for the host of this provider at {place}: {reason}")]
    Listen {
        /// Directory or address.
        place: String,
        /// The operating system's answer.
        reason: std::io::Error,
    },
    /// No runtime, no certificate.
    #[error("cannot prepare to serve: {0}")]
    Prepare(String),
}

/// What the host says in the environment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Environment {
    /// The host's one-time certificate. Without it (`TF_DISABLE_PLUGIN_TLS`) there is no TLS.
    pub(crate) client_certificate: Option<CertificateDer<'static>>,
    /// Where the host wants the socket.
    pub(crate) socket_dir: Option<PathBuf>,
    /// TCP ports to choose from, where there are no Unix sockets.
    pub(crate) ports: std::ops::RangeInclusive<u16>,
    /// The host reads a seventh field. Older ones would take it for part of the sixth.
    pub(crate) reads_multiplex: bool,
}

impl Environment {
    /// Reads it through `variable`; an empty variable is an absent one, as in go-plugin.
    ///
    /// # Errors
    /// No host started this process, or what it says makes no sense.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, StartError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        if variable(COOKIE.0).is_none_or(|cookie| cookie != COOKIE.1) {
            return Err(StartError::NotStartedByAHost);
        }
        let port = |name: &'static str, default: u16| match variable(name) {
            None => Ok(default),
            Some(value) => value
                .to_str()
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| StartError::Environment {
                    name,
                    reason: "it is no port number".into(),
                }),
        };
        Ok(Self {
            client_certificate: variable("PLUGIN_CLIENT_CERT")
                .map(|pem| certificate(pem.as_encoded_bytes()))
                .transpose()?,
            socket_dir: variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            ports: port("PLUGIN_MIN_PORT", 10_000)?..=port("PLUGIN_MAX_PORT", 25_000)?,
            reads_multiplex: variable("PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }
}

fn certificate(pem: &[u8]) -> Result<CertificateDer<'static>, StartError> {
    CertificateDer::from_pem_slice(pem).map_err(|error| StartError::Environment {
        name: "PLUGIN_CLIENT_CERT",
        reason: format!("it is no PEM certificate ({error})"),
    })
}

/// The line that tells the host where to connect.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) address: &'a Address,
    /// The provider's one-time certificate, which the host will trust and no other.
    pub(crate) certificate: Option<&'a CertificateDer<'static>>,
    /// Adds the seventh field: the broker is not multiplexed.
    pub(crate) multiplex: bool,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Go's base64.RawStdEncoding: a padded field is "illegal base64 data" to the host.
        let certificate = self
            .certificate
            .map(|der| STANDARD_NO_PAD.encode(der))
            .unwrap_or_default();
        write!(
            f,
            "{CORE_VERSION}|{PROTOCOL_VERSION}|{}|grpc|{certificate}",
            self.address
        )?;
        if self.multiplex {
            f.write_str("|false")?;
        }
        Ok(())
    }
}

/// Prints the line; the only thing this process ever writes to stdout. Hosts stop reading at other
/// things in front of it, and a long line behind it blocks the process.
///
/// # Errors
/// The host closed the pipe.
pub(crate) fn announce(line: &Line<'_>) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(extra: &[(&str, &str)]) -> Result<Environment, StartError> {
        let all = [COOKIE].into_iter().chain(extra.iter().copied());
        let all: Vec<_> = all.collect();
        Environment::read(|name| {
            let set = all.iter().rev().find(|(key, _)| *key == name);
            set.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn a_user_who_starts_the_provider_is_told_what_it_is() {
        for cookie in ["", "d602bf8f", "D602BF8F470BC67CA7FAA0386276BBDD4330EFAF"] {
            let error = environment(&[(COOKIE.0, cookie)]).unwrap_err();
            assert!(matches!(error, StartError::NotStartedByAHost), "{error}");
        }
        insta::assert_snapshot!(Environment::read(|_| None).unwrap_err(), @r"
        This is a Terraform provider: a plugin that Terraform and OpenTofu start by themselves.
        It does nothing when started by hand. Name it under required_providers in a configuration
        and run `terraform init`.
        ");
    }

    #[test]
    fn everything_but_the_cookie_has_a_default() {
        assert_eq!(
            environment(&[("PLUGIN_CLIENT_CERT", "")]).unwrap(),
            Environment {
                client_certificate: None,
                socket_dir: None,
                ports: 10_000..=25_000,
                reads_multiplex: false,
            }
        );
    }

    #[test]
    fn the_host_is_heard() {
        let heard = environment(&[
            ("PLUGIN_UNIX_SOCKET_DIR", "/run/plugins"),
            ("PLUGIN_MIN_PORT", "4000"),
            ("PLUGIN_MAX_PORT", "4001"),
            ("PLUGIN_MULTIPLEX_GRPC", "false"),
        ])
        .unwrap();
        assert_eq!(heard.socket_dir, Some("/run/plugins".into()));
        assert_eq!(heard.ports, 4000..=4001);
        // go-plugin looks only at whether it is set.
        assert!(heard.reads_multiplex);
    }

    #[test]
    fn a_host_that_makes_no_sense_is_named() {
        let port = environment(&[("PLUGIN_MAX_PORT", "99999")]).unwrap_err();
        insta::assert_snapshot!(port, @"cannot read PLUGIN_MAX_PORT, which the host of this provider set: it is no port number");
        let pem = environment(&[("PLUGIN_CLIENT_CERT", "hello")]).unwrap_err();
        insta::assert_snapshot!(pem, @"cannot read PLUGIN_CLIENT_CERT, which the host of this provider set: it is no PEM certificate (no items found)");
    }

    #[test]
    fn the_line_has_six_fields_and_a_seventh_on_request() {
        let address = Address::Unix("/tmp/plugin1/socket".into());
        // Bytes whose base64 uses both characters in which the alphabets differ, and needs padding.
        let der = CertificateDer::from(vec![0xfb, 0xef, 0xff, 0xbe]);
        let mut line = Line {
            address: &address,
            certificate: None,
            multiplex: false,
        };
        assert_eq!(line.to_string(), "1|6|unix|/tmp/plugin1/socket|grpc|");
        line.certificate = Some(&der);
        assert_eq!(line.to_string(), "1|6|unix|/tmp/plugin1/socket|grpc|++//vg");
        line.multiplex = true;
        let tcp = Address::Tcp(([127, 0, 0, 1], 10_000).into());
        line.address = &tcp;
        assert_eq!(
            line.to_string(),
            "1|6|tcp|127.0.0.1:10000|grpc|++//vg|false"
        );
    }
}
