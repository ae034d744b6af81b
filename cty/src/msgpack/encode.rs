//! Writing.

use rmp::encode as write;

use super::{UNKNOWN, refinement};
use crate::codec::Place;
use crate::{Data, EncodeError, EncodeProblem, Number, ObjectType, PathStep, Type, Value};

/// Writes a value as a type. Marks are not written.
///
/// The value must have the type, parts under [`Type::Dynamic`] aside; a bare null or an unknown
/// of unknown type may stand anywhere. Fails with the path of the first part that does not fit.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder::default();
    encoder.value(value, ty)?;
    Ok(encoder.out)
}

#[derive(Default)]
struct Encoder {
    out: Vec<u8>,
    place: Place,
}

/// Writing to a `Vec` cannot fail; the marker that rmp returns is of no use.
macro_rules! put {
    ($result:expr) => {{
        let _: Result<_, _> = $result;
    }};
}

impl Encoder {
    fn value(&mut self, value: &Value, ty: &Type) -> Result<(), EncodeError> {
        if !self.place.enter() {
            return Err(self.place.encode_error(EncodeProblem::TooDeep));
        }
        self.bare(value, ty)?;
        self.place.leave();
        Ok(())
    }

    fn bare(&mut self, value: &Value, ty: &Type) -> Result<(), EncodeError> {
        if *ty == Type::Dynamic {
            let own = value.ty();
            if own != Type::Dynamic {
                return self.dynamic(value, &own);
            }
        }
        match (value.data(), ty) {
            (Data::Null(got), _) => {
                self.place.check_placeholder(got, ty)?;
                put!(write::write_nil(&mut self.out));
                Ok(())
            }
            (Data::Unknown(got, refinement), _) => {
                self.place.check_placeholder(got, ty)?;
                match refinement
                    .as_deref()
                    .and_then(|r| refinement::encode(r, ty))
                {
                    Some(bytes) => refinement::write(&mut self.out, &bytes),
                    None => self.out.extend([0xd4, UNKNOWN as u8, 0]),
                }
                Ok(())
            }
            (Data::Bool(b), Type::Bool) => {
                put!(write::write_bool(&mut self.out, *b));
                Ok(())
            }
            (Data::Number(n), Type::Number) => self.number(n),
            (Data::String(text), Type::String) => self.string(text),
            (Data::List(_, elements), Type::List(element)) => {
                self.elements(elements, element, PathStep::Index)
            }
            (Data::Set(_, elements), Type::Set(element)) => {
                self.elements(elements, element, PathStep::Element)
            }
            (Data::Tuple(elements), Type::Tuple(types)) => self.tuple(elements, types),
            (Data::Map(_, entries), Type::Map(element)) => {
                self.place.check_elements(element, &mut entries.values())?;
                self.map_header(entries.len())?;
                for (key, value) in entries.iter() {
                    self.string(key)?;
                    self.part(PathStep::Key(key.clone()), value, element)?;
                }
                Ok(())
            }
            (Data::Object(_), Type::Object(object)) => self.object(value, object),
            _ => Err(self.place.mismatch(value.ty(), ty)),
        }
    }

    fn part(&mut self, step: PathStep, value: &Value, ty: &Type) -> Result<(), EncodeError> {
        self.place.path.push(step);
        self.value(value, ty)?;
        self.place.path.pop();
        Ok(())
    }

    fn dynamic(&mut self, value: &Value, own: &Type) -> Result<(), EncodeError> {
        put!(write::write_array_len(&mut self.out, 2));
        let json = own.to_json();
        let len = self.length(json.len())?;
        put!(write::write_bin_len(&mut self.out, len));
        self.out.extend_from_slice(json.as_bytes());
        self.value(value, own)
    }

    fn number(&mut self, n: &Number) -> Result<(), EncodeError> {
        if let Some(int) = n.to_i64() {
            put!(write::write_sint(&mut self.out, int));
            return Ok(());
        }
        match n.to_f64_exact() {
            Some(float) if !n.is_integer() => {
                put!(write::write_f64(&mut self.out, float));
                Ok(())
            }
            _ => self.string(&n.to_exact_string()),
        }
    }

    fn string(&mut self, text: &str) -> Result<(), EncodeError> {
        self.length(text.len())?;
        put!(write::write_str(&mut self.out, text));
        Ok(())
    }

    fn elements(
        &mut self,
        elements: &[Value],
        element: &Type,
        step: fn(u64) -> PathStep,
    ) -> Result<(), EncodeError> {
        self.place.check_elements(element, &mut elements.iter())?;
        let len = self.length(elements.len())?;
        put!(write::write_array_len(&mut self.out, len));
        for (index, value) in (0u64..).zip(elements) {
            self.part(step(index), value, element)?;
        }
        Ok(())
    }

    fn tuple(&mut self, elements: &[Value], types: &[Type]) -> Result<(), EncodeError> {
        if elements.len() != types.len() {
            return Err(self.place.encode_error(EncodeProblem::TupleLength {
                want: types.len(),
                got: elements.len(),
            }));
        }
        let len = self.length(elements.len())?;
        put!(write::write_array_len(&mut self.out, len));
        for (index, (value, ty)) in (0u64..).zip(elements.iter().zip(types)) {
            self.part(PathStep::Index(index), value, ty)?;
        }
        Ok(())
    }

    fn object(&mut self, value: &Value, object: &ObjectType) -> Result<(), EncodeError> {
        let attributes = self.place.attributes(value, object)?;
        self.map_header(attributes.len())?;
        for (name, value, ty) in attributes {
            self.string(name)?;
            self.part(PathStep::Attribute(name.clone()), value, ty)?;
        }
        Ok(())
    }

    fn map_header(&mut self, len: usize) -> Result<(), EncodeError> {
        let len = self.length(len)?;
        put!(write::write_map_len(&mut self.out, len));
        Ok(())
    }

    fn length(&self, len: usize) -> Result<u32, EncodeError> {
        u32::try_from(len).map_err(|_| self.place.encode_error(EncodeProblem::TooLong))
    }
}
