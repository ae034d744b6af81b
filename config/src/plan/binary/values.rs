//! MessagePack to values.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cty::{DecodeError, Marks, Type, Value, convert, msgpack};
use serde_json::value::RawValue;

use super::sensitive::Tree;
use crate::instance::{Address, Mode};
use crate::plan::PlanError;
use crate::plan::number::NumberOrString;
use crate::schema::{Schema, Schemas};

/// What all that is read of a plan may take in memory, in bytes, as it is estimated before.
const MAX_MEMORY: u64 = 512 << 20;
/// What a value takes, with its place in a map.
const VALUE: u64 = 100;
/// What the name of an entry takes, unless a schema has it already.
const NAME: u64 = 30;
/// What a map takes beside its values: its first node has room for eleven.
const MAP: u64 = 800;

/// Reads values, and knows how many more may be read.
pub(super) struct Values<'s> {
    schemas: &'s Schemas,
    types: HashMap<(Mode, Arc<str>), Option<Arc<Known>>>,
    maybe_number: Marks,
    left: u64,
}

/// What a schema says of the values of a type of resource.
struct Known {
    schema: Arc<Schema>,
    ty: Type,
    sensitive: Tree,
}

impl<'s> Values<'s> {
    pub(super) fn new(schemas: &'s Schemas) -> Self {
        Self {
            schemas,
            types: HashMap::new(),
            maybe_number: [NumberOrString::mark()].into_iter().collect(),
            left: MAX_MEMORY,
        }
    }

    /// Takes so many bytes of what may still be read.
    pub(super) fn charge(&mut self, bytes: u64) -> Result<(), PlanError> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or(PlanError::too_large("bytes of values", MAX_MEMORY))?;
        Ok(())
    }

    fn charge_values(&mut self, place: &str, bytes: &[u8]) -> Result<(), PlanError> {
        let count = msgpack::count(bytes).map_err(|error| damaged(place, &error))?;
        let values = count.values * VALUE + count.entries * NAME + count.maps * MAP;
        self.charge(values + bytes.len() as u64)
    }

    /// A value that nobody has a type for, unless it says it itself.
    pub(super) fn any(&mut self, place: &str, bytes: &[u8]) -> Result<Value, PlanError> {
        self.charge_values(place, bytes)?;
        let value = msgpack::decode_implied(bytes, &self.maybe_number);
        value.map_err(|error| damaged(place, &error))
    }

    /// The value of a resource.
    pub(super) fn resource(
        &mut self,
        address: &Address,
        bytes: &[u8],
        sensitive: &Tree,
    ) -> Result<Value, PlanError> {
        let known = self.known(address);
        let Some(known) = known else {
            let value = self.any(&address.to_string(), bytes)?;
            return Ok(sensitive.mark(value));
        };
        self.charge_values(&address.to_string(), bytes)?;
        let value = match msgpack::decode(bytes, &known.ty) {
            Ok(value) => value,
            // The provider was older or newer than the schema.
            Err(_) => {
                let value = msgpack::decode_implied(bytes, &self.maybe_number);
                let value = value.map_err(|error| damaged(&address.to_string(), &error))?;
                conformed(value, &known.schema)
            }
        };
        Ok(known.sensitive.mark(sensitive.mark(value)))
    }

    /// The attributes of a resource as the state holds them: JSON.
    pub(super) fn state(
        &mut self,
        address: &Address,
        json: &str,
        sensitive: &Tree,
    ) -> Result<Value, PlanError> {
        let is_part = |byte: &&u8| matches!(byte, b',' | b'[' | b':');
        let parts = json.as_bytes().iter().filter(is_part).count() as u64;
        let maps = memchr::memchr_iter(b'{', json.as_bytes()).count() as u64;
        // Once as JSON, and once as values.
        self.charge(2 * (parts * VALUE + maps * MAP + json.len() as u64))?;
        let known = self.known(address);
        let exact = known
            .as_ref()
            .and_then(|known| cty::json::decode(json, &known.ty).ok());
        let value = match (exact, &known) {
            (Some(value), _) => value,
            (None, Some(known)) => stated(address, json, &known.schema)?,
            (None, None) => implied(address, json)?,
        };
        let value = sensitive.mark(value);
        Ok(match known {
            Some(known) => known.sensitive.mark(value),
            None => value,
        })
    }

    fn known(&mut self, address: &Address) -> Option<Arc<Known>> {
        let key = (address.mode, Arc::clone(&address.type_name));
        let entry = self.types.entry(key).or_insert_with(|| {
            let schema = self.schemas.resource(address.mode, &address.type_name)?;
            Some(Arc::new(Known {
                ty: schema.ty(),
                sensitive: Tree::of(schema),
                schema: Arc::clone(schema),
            }))
        });
        entry.clone()
    }
}

fn damaged(place: &str, error: &DecodeError) -> PlanError {
    PlanError::malformed(place, error)
}

fn implied(address: &Address, json: &str) -> Result<Value, PlanError> {
    let value = cty::json::decode_implied(json);
    value.map_err(|error| damaged(&address.to_string(), &error))
}

/// The attributes of a provider that is older or newer than the schema: each by itself, since a
/// dynamic one can only be read as what it is.
fn stated(address: &Address, json: &str, schema: &Schema) -> Result<Value, PlanError> {
    let parts: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json)
        .map_err(|error| PlanError::malformed(address.to_string(), error))?;
    let (mut exact, mut others) = (Vec::new(), Vec::new());
    for (name, part) in parts {
        let attribute = schema.attributes.get(&*name);
        match attribute.and_then(|it| cty::json::decode(part.get(), &it.ty).ok()) {
            Some(value) => exact.push((Arc::from(&*name), value)),
            None => others.push((Arc::from(&*name), implied(address, part.get())?)),
        }
    }
    let others = conformed(Value::object(others), schema);
    let others = others.entries().into_iter().flatten();
    exact.extend(others.map(|(name, value)| (Arc::clone(name), value.clone())));
    Ok(Value::object(exact))
}

/// A value with the types of a schema where they fit. What the schema does not know, and what does
/// not fit, stays as it is.
fn conformed(value: Value, schema: &Schema) -> Value {
    let Some(entries) = value.entries() else {
        return value;
    };
    let entries = entries.iter().map(|(name, value)| {
        let value = match (schema.attributes.get(name), schema.blocks.get(name)) {
            (Some(attribute), _) => converted(value, &attribute.ty),
            (None, Some(block)) => match value.elements() {
                Some(elements) => {
                    let elements = elements.iter().cloned();
                    Value::tuple(
                        elements
                            .map(|it| conformed(it, &block.schema))
                            .collect::<Vec<_>>(),
                    )
                }
                None => conformed(value.clone(), &block.schema),
            },
            (None, None) => value.clone(),
        };
        (name.clone(), value)
    });
    Value::object(entries.collect::<Vec<_>>())
}

fn converted(value: &Value, ty: &Type) -> Value {
    match convert::convert(value, ty) {
        // The type says whether it is a number or a string.
        Ok(converted) if !ty.has_dynamic() => converted.unmark_deep().0,
        Ok(converted) => converted,
        Err(_) => value.clone(),
    }
}
