//! Reads the handshake line as a host does.

use std::path::PathBuf;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

use super::{Address, Error};

/// A provider's announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// go-plugin's own protocol; 1.
    pub core_version: u32,
    /// The Terraform plugin protocol's major version.
    pub protocol_version: u32,
    /// Where it listens.
    pub address: Address,
    /// Its one-time certificate; none without TLS.
    pub(super) certificate: Option<CertificateDer<'static>>,
    /// The seventh field, if there was one.
    pub multiplex: Option<bool>,
}

impl Handshake {
    /// True if the provider wants TLS.
    pub fn has_certificate(&self) -> bool {
        self.certificate.is_some()
    }

    /// The same, as somebody reads it who does not care for TLS.
    #[must_use]
    pub fn without_certificate(mut self) -> Self {
        self.certificate = None;
        self
    }
}

impl FromStr for Handshake {
    type Err = Error;

    /// Of a line without its end.
    fn from_str(line: &str) -> Result<Self, Error> {
        parse(line).map_err(|reason| Error::Handshake {
            line: line.to_owned(),
            reason,
        })
    }
}

fn parse(line: &str) -> Result<Handshake, &'static str> {
    let fields: Vec<&str> = line.split('|').collect();
    let (required, multiplex) = match *fields.as_slice() {
        [a, b, c, d, e, f] => ([a, b, c, d, e, f], None),
        [a, b, c, d, e, f, g] => ([a, b, c, d, e, f], Some(g)),
        _ => return Err("it has neither 6 nor 7 fields"),
    };
    let [core, protocol, network, address, transport, certificate] = required;
    if transport != "grpc" {
        return Err("it does not speak gRPC");
    }
    Ok(Handshake {
        core_version: core.parse().map_err(|_| "the first field is no number")?,
        protocol_version: protocol
            .parse()
            .map_err(|_| "the second field is no number")?,
        address: match network {
            "unix" => Address::Unix(PathBuf::from(address)),
            "tcp" => Address::Tcp(address.parse().map_err(|_| "the address has no port")?),
            _ => return Err("the network is neither unix nor tcp"),
        },
        certificate: (!certificate.is_empty())
            .then(|| STANDARD_NO_PAD.decode(certificate))
            .transpose()
            .map_err(|_| "the certificate is no base64 without padding")?
            .map(CertificateDer::from),
        multiplex: multiplex
            .map(str::parse)
            .transpose()
            .map_err(|_| "the seventh field is neither true nor false")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::Line;

    #[test]
    fn what_a_provider_writes_is_read_back() {
        let address = Address::Unix("/tmp/plugin1/socket".into());
        let certificate = CertificateDer::from(vec![0xfb, 0xef, 0xff, 0xbe]);
        for (certificate, multiplex) in [(None, false), (Some(&certificate), true)] {
            let line = Line {
                address: &address,
                certificate,
                multiplex,
            };
            let read: Handshake = line.to_string().parse().unwrap();
            assert_eq!(read.address, address);
            assert_eq!(read.certificate.as_ref(), certificate);
            assert_eq!(read.multiplex, multiplex.then_some(false));
            assert_eq!((read.core_version, read.protocol_version), (1, 6));
        }
    }

    #[test]
    fn what_hosts_refuse_is_refused() {
        for line in [
            "hello",
            "1|6|unix|/tmp/s",
            "1|6|unix|/tmp/s|netrpc|",
            "1|6|pipe|/tmp/s|grpc|",
            "1|six|unix|/tmp/s|grpc|",
            "1|6|tcp|localhost|grpc|",
            "1|6|unix|/tmp/s|grpc|++//vg==",
        ] {
            let refused = line.parse::<Handshake>();
            assert!(matches!(refused, Err(Error::Handshake { .. })), "{line}");
        }
    }
}
