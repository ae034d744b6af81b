//! What is known of an unknown value: a map with small integers as keys.

use rmp::encode as write;

use super::reader::{Item, Reader};
use super::{MAX_BOUND, MAX_PREFIX, MAX_REFINEMENT, REFINED};
use crate::{DecodeProblem, Number, Refinement, Type, Value, msgpack};

const NULLNESS: i64 = 1;
const PREFIX: i64 = 2;
const LOWER: i64 = 3;
const UPPER: i64 = 4;
const MIN_LENGTH: i64 = 5;
const MAX_LENGTH: i64 = 6;

/// The description of whatever holds for the type; `None` if that is nothing.
pub(super) fn encode(refinement: &Refinement, ty: &Type) -> Option<Vec<u8>> {
    let mut entries = Entries::default();
    if *ty == Type::Dynamic {
        return None;
    }
    if refinement.not_null {
        entries.key(NULLNESS);
        entries.scalar(&Value::bool(false), &Type::Bool);
    }
    if *ty == Type::String
        && let Some(prefix) = refinement.prefix.as_deref().filter(|p| !p.is_empty())
    {
        entries.key(PREFIX);
        entries.scalar(&Value::string(shorten(prefix)), &Type::String);
    }
    if *ty == Type::Number {
        entries.bound(LOWER, refinement.lower.as_ref());
        entries.bound(UPPER, refinement.upper.as_ref());
    }
    if ty.is_collection() {
        entries.length(MIN_LENGTH, refinement.min_length.filter(|n| *n > 0));
        entries.length(MAX_LENGTH, refinement.max_length);
    }
    entries.finish()
}

/// Writes a description as an extension.
pub(super) fn write(out: &mut Vec<u8>, payload: &[u8]) {
    // Never longer than `MAX_REFINEMENT`: prefix and bounds are limited.
    let _: Result<_, _> = write::write_ext_meta(out, payload.len() as u32, REFINED);
    out.extend_from_slice(payload);
}

/// A prefix of the prefix that Terraform would not refuse for its length.
fn shorten(prefix: &str) -> &str {
    match prefix.len() <= MAX_PREFIX {
        true => prefix,
        false => &prefix[..prefix.floor_char_boundary(MAX_PREFIX - 1)],
    }
}

#[derive(Default)]
struct Entries {
    count: u32,
    body: Vec<u8>,
}

impl Entries {
    fn key(&mut self, key: i64) {
        self.count += 1;
        self.scalar(&Value::int(key), &Type::Number);
    }

    /// Values made here have their type, so encoding them cannot fail.
    fn scalar(&mut self, value: &Value, ty: &Type) {
        self.body
            .extend(msgpack::encode(value, ty).unwrap_or_default());
    }

    /// A bound of hundreds of digits is left out, which is sound, and the rest is kept.
    fn bound(&mut self, key: i64, bound: Option<&(Number, bool)>) {
        if let Some((limit, inclusive)) = bound
            && limit.is_finite()
        {
            let pair = Value::tuple([Value::number(limit.clone()), Value::bool(*inclusive)]);
            let pair = msgpack::encode(&pair, &bound_type()).unwrap_or_default();
            if pair.len() <= MAX_BOUND {
                self.key(key);
                self.body.extend(pair);
            }
        }
    }

    fn length(&mut self, key: i64, length: Option<u64>) {
        if let Some(length) = length.and_then(|n| i64::try_from(n).ok()) {
            self.key(key);
            self.scalar(&Value::int(length), &Type::Number);
        }
    }

    /// Nothing, if it says nothing.
    fn finish(self) -> Option<Vec<u8>> {
        if self.count == 0 {
            return None;
        }
        let mut out = Vec::with_capacity(self.body.len() + 1);
        let _: Result<_, _> = write::write_map_len(&mut out, self.count);
        out.extend(self.body);
        debug_assert!(out.len() <= MAX_REFINEMENT, "prefix and bounds are limited");
        Some(out)
    }
}

fn bound_type() -> Type {
    Type::tuple([Type::Number, Type::Bool])
}

/// The value that a description makes of a type. Keys from the future and bytes after the
/// description are ignored.
pub(super) fn decode(payload: &[u8], ty: &Type) -> Result<Value, DecodeProblem> {
    if payload.len() <= 1 || *ty == Type::Dynamic {
        return Ok(Value::unknown(ty.clone()));
    }
    if payload.len() > MAX_REFINEMENT {
        return Err(DecodeProblem::Refinement("longer than 1024 bytes"));
    }
    let mut reader = Reader::new(payload);
    let Item::Map(entries) = reader.item()? else {
        return Err(DecodeProblem::Refinement("not a map"));
    };
    let mut refinement = Refinement::default();
    for _ in 0..entries {
        let key = reader.item()?.number().and_then(Result::ok);
        let key = key.ok_or(DecodeProblem::Refinement("a key is not an integer"))?;
        match (key.to_i64(), ty) {
            (Some(NULLNESS), _) => match reader.item()? {
                Item::Bool(false) => refinement.not_null = true,
                Item::Bool(true) => return Ok(Value::null(ty.clone())),
                _ => return Err(DecodeProblem::Refinement("nullness is not a bool")),
            },
            (Some(PREFIX), Type::String) => refinement.prefix = Some(prefix(&mut reader)?.into()),
            (Some(LOWER), Type::Number) => refinement.lower = Some(bound(&mut reader)?),
            (Some(UPPER), Type::Number) => refinement.upper = Some(bound(&mut reader)?),
            (Some(MIN_LENGTH), ty) if ty.is_collection() => {
                refinement.min_length = Some(length(&mut reader)?);
            }
            (Some(MAX_LENGTH), ty) if ty.is_collection() => {
                refinement.max_length = Some(length(&mut reader)?);
            }
            (Some(PREFIX..=MAX_LENGTH), _) => {
                return Err(DecodeProblem::Refinement("it does not apply to the type"));
            }
            _ => reader.skip()?,
        }
    }
    Ok(Value::refined(ty.clone(), refinement))
}

fn prefix<'a>(reader: &mut Reader<'a>) -> Result<&'a str, DecodeProblem> {
    match reader.item()? {
        Item::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|_| DecodeProblem::Utf8),
        _ => Err(DecodeProblem::Refinement("a prefix is not a string")),
    }
}

fn bound(reader: &mut Reader<'_>) -> Result<(Number, bool), DecodeProblem> {
    const WRONG: DecodeProblem =
        DecodeProblem::Refinement("a bound is not a pair of number and bool");
    let Item::Array(2) = reader.item()? else {
        return Err(WRONG);
    };
    let limit = reader.item()?.number().ok_or(WRONG)??;
    match reader.item()? {
        Item::Bool(inclusive) => Ok((limit, inclusive)),
        _ => Err(WRONG),
    }
}

fn length(reader: &mut Reader<'_>) -> Result<u64, DecodeProblem> {
    let length = reader.item()?.number().and_then(Result::ok);
    length
        .and_then(|n| n.to_u64())
        .ok_or(DecodeProblem::Refinement("a length is not a whole number"))
}
