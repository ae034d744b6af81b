//! Hashes of texts. Those of files are in `filesystem`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cty::Value;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::FunctionError;
use super::signature::{Args, Function, Outcome, Param, Returns, Shape};

const STR: &[Param] = &[Param::string("str")];
const STRING: Returns = Returns::Shape(Shape::String);

pub(super) const MD5: Function = Function::new(STR, STRING, |args| text(args, hex::<Md5>));
pub(super) const SHA1: Function = Function::new(STR, STRING, |args| text(args, hex::<Sha1>));
pub(super) const SHA256: Function = Function::new(STR, STRING, |args| text(args, hex::<Sha256>));
pub(super) const SHA512: Function = Function::new(STR, STRING, |args| text(args, hex::<Sha512>));
pub(super) const BASE64SHA256: Function =
    Function::new(STR, STRING, |args| text(args, base64::<Sha256>));
pub(super) const BASE64SHA512: Function =
    Function::new(STR, STRING, |args| text(args, base64::<Sha512>));

fn text(args: &Args<'_>, hash: fn(&[u8]) -> String) -> Outcome {
    Ok(Value::string(hash(args.str(0).as_bytes())))
}

/// The digest in hexadecimal.
pub(super) fn hex<D: Digest>(bytes: &[u8]) -> String {
    hex_digits(&D::digest(bytes))
}

/// The digest in base64.
pub(super) fn base64<D: Digest>(bytes: &[u8]) -> String {
    STANDARD.encode(D::digest(bytes))
}

fn hex_digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) const UUIDV5: Function = Function::new(
    &[Param::string("namespace"), Param::string("name")],
    STRING,
    |args| {
        let namespace = args.str(0);
        let Some(namespace) = namespace_id(namespace) else {
            return Err(FunctionError::new(format!(
                "uuidv5() doesn't support namespace {namespace}"
            )));
        };
        let mut hash = Sha1::new();
        hash.update(namespace);
        hash.update(args.str(1));
        let mut id = hash.finalize();
        id[6] = id[6] & 0x0f | 0x50;
        id[8] = id[8] & 0x3f | 0x80;
        let digits = hex_digits(&id[..16]);
        let parts = [
            &digits[..8],
            &digits[8..12],
            &digits[12..16],
            &digits[16..20],
            &digits[20..],
        ];
        Ok(Value::string(parts.join("-")))
    },
);

/// The namespaces of RFC 4122, appendix C, by name; any other by its UUID.
fn namespace_id(name: &str) -> Option<[u8; 16]> {
    let id = match name {
        "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
        "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
        "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
        other => other,
    };
    parse_uuid(id)
}

/// `8-4-4-4-12` hexadecimal digits, also in braces or after `urn:uuid:`, or 32 without dashes.
fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let lower = text.to_ascii_lowercase();
    let bare = lower.strip_prefix("urn:uuid:").unwrap_or(&lower);
    let bare = match bare.len() {
        38 => bare
            .strip_prefix('{')
            .and_then(|bare| bare.strip_suffix('}'))?,
        _ => bare,
    };
    let digits = match bare.len() {
        36 => {
            let dashes: Vec<usize> = bare.match_indices('-').map(|(at, _)| at).collect();
            if dashes != [8, 13, 18, 23] {
                return None;
            }
            bare.replace('-', "")
        }
        32 => bare.to_owned(),
        _ => return None,
    };
    let mut id = [0; 16];
    for (i, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(id)
}
