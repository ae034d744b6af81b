//! `rsadecrypt`: PKCS #1 v1.5 with a key as OpenSSL or OpenSSH writes it. What it gives is
//! sensitive here, though not in Terraform, so that no report prints what was decrypted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cty::{Mark, Value};
use num_bigint::BigUint;

use super::FunctionError;
use super::encoding::decode_base64;
use super::signature::{Function, Param, Returns, Shape};

/// Larger keys are not used: the time grows with the cube.
const MAX_BITS: u64 = 16_384;

pub(super) const RSADECRYPT: Function = Function::new(
    &[Param::string("ciphertext"), Param::string("privatekey")],
    Returns::Shape(Shape::String),
    |args| {
        let cipher = decode_base64(args.str(0)).map_err(|_| {
            FunctionError::at(
                0,
                "failed to decode input: cipher text must be base64-encoded",
            )
        })?;
        let key = Key::parse(args.str(1))
            .map_err(|wrong| FunctionError::at(1, format!("invalid private key: {wrong}")))?;
        let text = key
            .decrypt(&cipher)
            .ok_or_else(|| FunctionError::new("failed to decrypt: crypto/rsa: decryption error"))?;
        let text = String::from_utf8(text)
            .map_err(|_| FunctionError::new("what was decrypted is not valid UTF-8"))?;
        Ok(Value::string(text).mark(Mark::Sensitive))
    },
);

struct Key {
    modulus: BigUint,
    exponent: BigUint,
}

impl Key {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (label, bytes) = pem(text).ok_or("ssh: no key found")?;
        let key = match label {
            "RSA PRIVATE KEY" => pkcs1(&bytes).ok_or("ssh: the key cannot be read"),
            "PRIVATE KEY" => pkcs8(&bytes).ok_or("ssh: this is no RSA key"),
            "OPENSSH PRIVATE KEY" => openssh(&bytes).ok_or("ssh: this is no plain RSA key"),
            _ => Err("ssh: unsupported key type"),
        }?;
        match key.modulus.bits() {
            0..=MAX_BITS => Ok(key),
            _ => Err("the key has more than 16384 bits"),
        }
    }

    /// The message, without its padding `00 02 random 00`.
    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        let cipher = BigUint::from_bytes_be(cipher);
        if self.modulus.bits() == 0 || cipher >= self.modulus {
            return None;
        }
        let message = cipher.modpow(&self.exponent, &self.modulus).to_bytes_be();
        // The leading zero byte does not show in a number.
        let whole = message.len() as u64 == self.modulus.bits().div_ceil(8) - 1;
        let padding = message.strip_prefix(&[2]).filter(|_| whole)?;
        let end = padding.iter().position(|byte| *byte == 0)?;
        (end >= 8).then(|| padding[end + 1..].to_vec())
    }
}

/// Label and content of the first block between `-----BEGIN` and `-----END`. One with headers
/// (such as those of encrypted keys) is none.
fn pem(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.split_ascii_whitespace().collect();
    Some((label, STANDARD.decode(body).ok()?))
}

/// `SEQUENCE { version, modulus, public exponent, private exponent, ... }`.
fn pkcs1(der: &[u8]) -> Option<Key> {
    let (mut fields, _) = element(der, SEQUENCE)?;
    let mut integers = Vec::new();
    for _ in 0..4 {
        let (integer, rest) = element(fields, INTEGER)?;
        integers.push(BigUint::from_bytes_be(integer));
        fields = rest;
    }
    let [_, modulus, _, exponent] = integers.try_into().ok()?;
    Some(Key { modulus, exponent })
}

/// `SEQUENCE { version, SEQUENCE { algorithm ... }, OCTET STRING { key } }`.
fn pkcs8(der: &[u8]) -> Option<Key> {
    /// 1.2.840.113549.1.1.1.
    const RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let (fields, _) = element(der, SEQUENCE)?;
    let (_, fields) = element(fields, INTEGER)?;
    let (algorithm, fields) = element(fields, SEQUENCE)?;
    let (algorithm, _) = element(algorithm, OBJECT)?;
    let (key, _) = element(fields, OCTETS)?;
    if algorithm == RSA { pkcs1(key) } else { None }
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// The content of a DER element of that kind, and what follows it.
fn element(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, length], rest) = der.split_first_chunk()?;
    if found != kind {
        return None;
    }
    let (length, rest) = match usize::from(length) {
        short @ 0..=0x7f => (short, rest),
        long => {
            let (digits, rest) = rest.split_at_checked(long - 0x80)?;
            if digits.len() > 4 {
                return None;
            }
            let fold = |sum: usize, digit: &u8| sum << 8 | usize::from(*digit);
            (digits.iter().fold(0, fold), rest)
        }
    };
    rest.split_at_checked(length)
}

/// `openssh-key-v1`, not encrypted: cipher, key derivation, its options, the number of keys, the
/// public key, then two equal checks, the kind, and the numbers n, e, d.
fn openssh(bytes: &[u8]) -> Option<Key> {
    let rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let (cipher, rest) = string(rest)?;
    let (_derivation, rest) = string(rest)?;
    let (_options, rest) = string(rest)?;
    let rest = rest.strip_prefix(&[0, 0, 0, 1])?;
    let (_public, rest) = string(rest)?;
    let (private, _) = string(rest)?;
    let (_checks, private) = private.split_at_checked(8)?;
    let (kind, private) = string(private)?;
    if cipher != b"none" || kind != b"ssh-rsa" {
        return None;
    }
    let (modulus, private) = string(private)?;
    let (_public_exponent, private) = string(private)?;
    let (exponent, _) = string(private)?;
    Some(Key {
        modulus: BigUint::from_bytes_be(modulus),
        exponent: BigUint::from_bytes_be(exponent),
    })
}

/// Bytes after their length in four bytes.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}
