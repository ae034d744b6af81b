//! Functions of IP networks in CIDR notation.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cty::{Type, Value};
use num_bigint::BigInt;

use super::FunctionError;
use super::signature::{Args, Function, Outcome, Param, Returns, STRINGS, Shape, whole};

const PREFIX: Param = Param::string("prefix");
const STRING: Returns = Returns::Shape(Shape::String);

/// Addresses that begin alike.
#[derive(Clone, Copy)]
struct Network {
    /// The first address.
    first: u128,
    /// How many bits they share.
    length: u32,
    /// 32 or 128.
    bits: u32,
}

impl Network {
    /// Reads `10.0.0.0/8`; bits beyond the prefix are dropped.
    fn parse(text: &str) -> Result<Self, String> {
        let bad = || format!("invalid CIDR expression: invalid CIDR address: {text}");
        let (address, length) = text.split_once('/').ok_or_else(bad)?;
        let (address, bits) = match parse_ipv4(address) {
            Some(address) => (u128::from(u32::from(address)), 32),
            None => (
                u128::from(address.parse::<Ipv6Addr>().map_err(|_| bad())?),
                128,
            ),
        };
        let is_digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let length = length
            .parse()
            .ok()
            .filter(|length| is_digits && *length <= bits);
        let length = length.ok_or_else(bad)?;
        Ok(Self {
            first: address & mask(length, bits),
            length,
            bits,
        })
    }

    /// How many addresses there are, less one.
    fn last_number(&self) -> u128 {
        !mask(self.length, self.bits) & all_ones(self.bits)
    }

    fn last(&self) -> u128 {
        self.first | self.last_number()
    }

    fn address(&self, address: u128) -> IpAddr {
        // Addresses of 32 bits fit.
        match (self.bits, u32::try_from(address)) {
            (32, Ok(address)) => IpAddr::V4(Ipv4Addr::from(address)),
            _ => IpAddr::V6(Ipv6Addr::from(address)),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(self.first), self.length)
    }
}

/// Four decimal numbers; leading zeros are allowed and mean nothing, as Terraform reads them.
fn parse_ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        let is_digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        *octet = part.parse().ok().filter(|_| is_digits)?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

fn all_ones(bits: u32) -> u128 {
    u128::MAX >> (128 - bits)
}

fn mask(length: u32, bits: u32) -> u128 {
    let host = all_ones(bits).checked_shr(length).unwrap_or(0);
    all_ones(bits) & !host
}

fn network(args: &Args<'_>) -> Result<Network, FunctionError> {
    Network::parse(args.str(0)).map_err(FunctionError::new)
}

/// A whole number of any size; those beyond 128 bits are saturated, for no network holds them.
fn big_int(args: &Args<'_>, i: usize) -> Result<i128, FunctionError> {
    let number = args.number(i);
    if !number.is_integer() {
        return Err(FunctionError::new("value must be a whole number"));
    }
    let saturated = if number < cty::Number::ZERO {
        i128::MIN + 1
    } else {
        i128::MAX
    };
    Ok(number.to_string().parse().unwrap_or(saturated))
}

pub(super) const CIDRHOST: Function =
    Function::new(&[PREFIX, Param::number("hostnum")], STRING, |args| {
        let number = big_int(args, 1)?;
        let network = network(args)?;
        let most = network.last_number();
        // Negative numbers count from the end.
        let host = match u128::try_from(number) {
            Ok(number) => Some(number).filter(|number| *number <= most),
            Err(_) => most.checked_sub(number.unsigned_abs() - 1),
        };
        match host {
            Some(host) => Ok(Value::string(
                network.address(network.first | host).to_string(),
            )),
            None => Err(FunctionError::new(format!(
                "prefix of {} does not accommodate a host numbered {number}",
                network.length
            ))),
        }
    });

pub(super) const CIDRNETMASK: Function = Function::new(&[PREFIX], STRING, |args| {
    let network = network(args)?;
    if network.bits != 32 {
        return Err(FunctionError::new(format!(
            "IPv6 addresses cannot have a netmask: {}",
            args.str(0)
        )));
    }
    let mask = network.address(mask(network.length, 32));
    Ok(Value::string(mask.to_string()))
});

pub(super) const CIDRSUBNET: Function = Function::new(
    &[PREFIX, Param::number("newbits"), Param::number("netnum")],
    STRING,
    |args| {
        let new_bits = args.int(1)?;
        let number = big_int(args, 2)?;
        let parent = network(args)?;
        let insufficient = || {
            FunctionError::new(format!(
                "insufficient address space to extend prefix of {} by {new_bits}",
                parent.length
            ))
        };
        let length = u32::try_from(i64::from(parent.length).saturating_add(new_bits))
            .ok()
            .filter(|length| *length <= parent.bits)
            .ok_or_else(insufficient)?;
        let most = match u32::try_from(new_bits) {
            Ok(added) => all_ones(128).checked_shr(128 - added).unwrap_or(0),
            // Terraform lets a prefix shrink, and then takes any number.
            Err(_) => u128::MAX,
        };
        if number.unsigned_abs() > most {
            return Err(FunctionError::new(format!(
                "prefix extension of {new_bits} does not accommodate a subnet numbered {number}"
            )));
        }
        let first = numbered(&parent, number, parent.bits - length).ok_or_else(insufficient)?;
        let subnet = Network {
            first,
            length,
            bits: parent.bits,
        };
        Ok(Value::string(subnet.to_string()))
    },
);

/// The first address with a number put in so many bits from the end. A negative number is taken
/// for its two's complement, and a negative result for its magnitude, as Terraform does.
fn numbered(parent: &Network, number: i128, from_end: u32) -> Option<u128> {
    let shifted = BigInt::from(number) << from_end;
    let joined = BigInt::from(parent.first) | shifted;
    let address = u128::try_from(joined.magnitude()).ok()?;
    (address <= all_ones(parent.bits)).then_some(address)
}

pub(super) const CIDRSUBNETS: Function =
    Function::new(&[PREFIX], Returns::Shape(STRINGS), cidrsubnets).rest(Param::number("newbits"));

/// Subnets one after the other, each on the next boundary of its own size.
fn cidrsubnets(args: &Args<'_>) -> Outcome {
    let base = Network::parse(args.str(0)).map_err(|message| FunctionError::at(0, message))?;
    let mut subnets = Vec::new();
    let mut previous: Option<Network> = None;
    for (i, new_bits) in args.from(1).iter().enumerate() {
        let at = |message: String| FunctionError::at(i + 1, message);
        let new_bits = new_bits
            .as_number()
            .map(whole)
            .unwrap_or(Ok(0))
            .map_err(at)?;
        if new_bits < 1 {
            return Err(at("must extend prefix by at least one bit".to_owned()));
        }
        let added = u32::try_from(new_bits).ok().filter(|added| *added <= 32);
        let Some(added) = added else {
            return Err(at("may not extend prefix by more than 32 bits".to_owned()));
        };
        let length = base.length + added;
        if length > base.bits {
            let protocol = if base.bits == 32 { "IPv4" } else { "IPv6" };
            return Err(at(format!(
                "would extend prefix to {length} bits, which is too long for an {protocol} address"
            )));
        }
        let Some(next) = next_subnet(&base, previous.as_ref(), length) else {
            let after = previous.map_or_else(String::new, |previous| format!(" after {previous}"));
            return Err(at(format!(
                "not enough remaining address space for a subnet with a prefix of {length} \
                 bits{after}"
            )));
        };
        subnets.push(Value::string(next.to_string()));
        previous = Some(next);
    }
    Ok(Value::list(Type::String, subnets))
}

fn next_subnet(base: &Network, previous: Option<&Network>, length: u32) -> Option<Network> {
    let candidate = Network {
        first: base.first,
        length,
        bits: base.bits,
    };
    let Some(previous) = previous else {
        // Terraform begins behind the network before, and there is none before zero.
        return (base.first != 0).then_some(candidate);
    };
    // The first boundary of this size behind the one before.
    let before = Network {
        first: previous.last() & mask(length, base.bits),
        ..candidate
    };
    let first = before.last().checked_add(1)?;
    (base.first <= first && first <= base.last()).then_some(Network { first, ..candidate })
}

/// OpenTofu only.
pub(super) const CIDRCONTAINS: Function = Function::new(
    &[
        Param::string("containing_prefix"),
        Param::string("contained_ip_or_prefix"),
    ],
    Returns::Shape(Shape::Bool),
    |args| {
        let outer = Network::parse(args.str(0)).map_err(|message| FunctionError::at(0, message))?;
        let text = args.str(1);
        let inner = if text.contains('/') {
            Network::parse(text)
        } else {
            let bits = if text.contains(':') { 128 } else { 32 };
            Network::parse(&format!("{text}/{bits}"))
        }
        .map_err(|_| FunctionError::at(1, format!("invalid IP address or prefix: {text}")))?;
        if outer.bits != inner.bits {
            return Err(FunctionError::new(format!(
                "address family mismatch: {} vs. {text}",
                args.str(0)
            )));
        }
        Ok(Value::bool(
            outer.first <= inner.first && inner.last() <= outer.last(),
        ))
    },
);
