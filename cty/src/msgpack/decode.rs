//! Reading.

use std::sync::Arc;

use super::reader::{Item, Reader};
use super::{REFINED, refinement};
use crate::codec::Place;
use crate::value::construct::{normalize, types_differ};
use crate::{DecodeError, DecodeProblem, Marks, Number, ObjectType, Path, PathStep, Type, Value};

/// Reads one value of a type; the input must end with it.
///
/// A collection of a type that contains [`Type::Dynamic`] takes the type its elements have in
/// common, and fails if they differ. Memory stays in proportion to the input, whatever lengths
/// it claims.
pub fn decode(input: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let mut decoder = Decoder::new(input, &Marks::NONE);
    let value = decoder.value(ty)?;
    decoder.end(value)
}

/// Reads one value whose type nobody knows; the input must end with it.
///
/// Arrays are tuples, maps are objects, and null and unknown values have no type. A number that is
/// neither a 64-bit integer nor a binary fraction was written as its decimals, so that it reads as
/// a string: text that such a number would have been written as gets the marks `maybe_number`. A
/// dynamic value, a pair whose first half is binary, has the type that it names.
pub fn decode_implied(input: &[u8], maybe_number: &Marks) -> Result<Value, DecodeError> {
    let mut decoder = Decoder::new(input, maybe_number);
    let value = decoder.implied()?;
    decoder.end(value)
}

/// What an input holds, without reading any of it: what reading takes in memory is known before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Values, maps and arrays among them.
    pub values: u64,
    /// Maps.
    pub maps: u64,
    /// Entries of maps, as far as the maps tell the truth.
    pub entries: u64,
}

/// Counts what the input holds.
pub fn count(input: &[u8]) -> Result<Count, DecodeError> {
    let decoder = Decoder::new(input, &Marks::NONE);
    let mut reader = Reader::new(input);
    let mut count = Count::default();
    while reader.remaining() > 0 {
        let item = reader.item().map_err(|problem| decoder.error(problem))?;
        count.values += 1;
        if let Item::Map(len) = item {
            count.maps += 1;
            count.entries += u64::from(len);
        }
    }
    // Keys are items too. No map has more entries than the input has room for.
    count.entries = count.entries.min(count.values / 2);
    count.values -= count.entries;
    Ok(count)
}

/// True for text that a number would have been written as: the shortest decimals, no exponent, of
/// what is neither a 64-bit integer nor a binary fraction.
fn is_written_number(text: &str) -> bool {
    // Terraform's numbers have no more digits, and a binary fraction of a float not as many.
    const MAX_LENGTH: usize = 4096;
    const MAX_BINARY: usize = 1100;
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_shortest = is_digits(digits)
        && (digits == "0" || !digits.starts_with('0'))
        && fraction.is_none_or(|it| is_digits(it) && !it.ends_with('0'));
    match fraction {
        _ if !is_shortest || text.len() > MAX_LENGTH => false,
        None => whole.parse::<i64>().is_err(),
        // A binary fraction ends in 5.
        Some(it) if !it.ends_with('5') || text.len() > MAX_BINARY => true,
        Some(_) => {
            let number = text.parse::<Number>();
            number.is_ok_and(|number| number.to_f64_exact().is_none())
        }
    }
}

struct Decoder<'a> {
    reader: Reader<'a>,
    place: Place,
    maybe_number: &'a Marks,
}

impl<'a> Decoder<'a> {
    fn new(input: &'a [u8], maybe_number: &'a Marks) -> Self {
        Self {
            reader: Reader::new(input),
            place: Place::default(),
            maybe_number,
        }
    }

    fn end(self, value: Value) -> Result<Value, DecodeError> {
        match self.reader.remaining() {
            0 => Ok(value),
            n => Err(DecodeError {
                path: Path::ROOT,
                problem: DecodeProblem::Trailing(n),
            }),
        }
    }

    fn implied(&mut self) -> Result<Value, DecodeError> {
        if !self.place.enter() {
            return Err(self.error(DecodeProblem::TooDeep));
        }
        let value = match self.item()? {
            Item::Nil => Value::null(Type::Dynamic),
            Item::Bool(b) => Value::bool(b),
            Item::Bytes(bytes) => self.text_or_number(bytes)?,
            Item::Ext(..) => Value::unknown(Type::Dynamic),
            Item::Array(2) if self.reader.is_binary() => self.dynamic(2)?,
            Item::Array(len) => {
                let mut elements = Vec::with_capacity(self.capacity(len));
                for index in 0..u64::from(len) {
                    self.place.path.push(PathStep::Index(index));
                    elements.push(self.implied()?);
                    self.place.path.pop();
                }
                Value::tuple(elements)
            }
            Item::Map(len) => {
                let mut attributes = Vec::with_capacity(self.capacity(len));
                for _ in 0..len {
                    let name: Arc<str> = self.key()?.into();
                    self.place.path.push(PathStep::Attribute(name.clone()));
                    attributes.push((name, self.implied()?));
                    self.place.path.pop();
                }
                Value::object(attributes)
            }
            number => match number.number() {
                Some(Ok(number)) => Value::number(number),
                Some(Err(problem)) => return Err(self.error(problem)),
                None => return Err(self.mismatch(&number, &Type::Dynamic)),
            },
        };
        self.place.leave();
        Ok(value)
    }

    fn text_or_number(&self, bytes: &[u8]) -> Result<Value, DecodeError> {
        let text = std::str::from_utf8(bytes).map_err(|_| self.error(DecodeProblem::Utf8))?;
        let value = Value::string(text);
        let is_marked = !self.maybe_number.is_empty() && is_written_number(text);
        Ok(match is_marked {
            true => value.with_marks(self.maybe_number),
            false => value,
        })
    }

    fn value(&mut self, ty: &Type) -> Result<Value, DecodeError> {
        if !self.place.enter() {
            return Err(self.error(DecodeProblem::TooDeep));
        }
        let value = self.bare(ty)?;
        self.place.leave();
        Ok(value)
    }

    fn bare(&mut self, ty: &Type) -> Result<Value, DecodeError> {
        let item = self.item()?;
        match (&item, ty) {
            (Item::Nil, _) => Ok(Value::null(ty.clone())),
            (Item::Ext(REFINED, payload), _) => {
                refinement::decode(payload, ty).map_err(|problem| self.error(problem))
            }
            (Item::Ext(..), _) => Ok(Value::unknown(ty.clone())),
            (Item::Array(len), Type::Dynamic) => self.dynamic(*len),
            (_, Type::Dynamic) => Err(self.error(DecodeProblem::Dynamic)),
            (Item::Bool(b), Type::Bool) => Ok(Value::bool(*b)),
            (Item::Bytes(bytes), Type::String) => Ok(Value::string(self.text(bytes)?)),
            (_, Type::Number) => match item.number() {
                Some(Ok(n)) => Ok(Value::number(n)),
                Some(Err(problem)) => Err(self.error(problem)),
                None => Err(self.mismatch(&item, ty)),
            },
            (Item::Array(len), Type::List(element)) => {
                let elements = self.elements(*len, element, PathStep::Index)?;
                Ok(Value::list(Type::clone(element), elements))
            }
            (Item::Array(len), Type::Set(element)) => {
                let elements = self.elements(*len, element, PathStep::Element)?;
                Ok(Value::set(Type::clone(element), elements))
            }
            (Item::Array(len), Type::Tuple(types)) => self.tuple(*len, types),
            (Item::Map(len), Type::Map(element)) => self.map(*len, element),
            (Item::Map(len), Type::Object(object)) => self.object(*len, object),
            _ => Err(self.mismatch(&item, ty)),
        }
    }

    fn part(&mut self, step: PathStep, ty: &Type) -> Result<Value, DecodeError> {
        self.place.path.push(step);
        let value = self.value(ty)?;
        self.place.path.pop();
        Ok(value)
    }

    fn dynamic(&mut self, len: u32) -> Result<Value, DecodeError> {
        if len != 2 {
            return Err(self.error(DecodeProblem::Dynamic));
        }
        let Item::Bytes(json) = self.item()? else {
            return Err(self.error(DecodeProblem::Dynamic));
        };
        let ty = Type::from_json(self.text(json)?).map_err(|problem| self.error(problem))?;
        self.value(&ty)
    }

    fn elements(
        &mut self,
        len: u32,
        element: &Type,
        step: fn(u64) -> PathStep,
    ) -> Result<Vec<Value>, DecodeError> {
        let mut elements = Vec::with_capacity(self.capacity(len));
        for index in 0..u64::from(len) {
            elements.push(self.part(step(index), element)?);
        }
        self.check_elements(element, &mut elements.iter())?;
        Ok(elements)
    }

    fn tuple(&mut self, len: u32, types: &[Type]) -> Result<Value, DecodeError> {
        if len as usize != types.len() {
            return Err(self.error(DecodeProblem::TupleLength {
                want: types.len(),
                got: len.into(),
            }));
        }
        let mut elements = Vec::with_capacity(types.len());
        for (index, ty) in (0u64..).zip(types) {
            elements.push(self.part(PathStep::Index(index), ty)?);
        }
        Ok(Value::tuple(elements))
    }

    fn map(&mut self, len: u32, element: &Type) -> Result<Value, DecodeError> {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(self.capacity(len));
        for _ in 0..len {
            let key: Arc<str> = self.key()?.into();
            let value = self.part(PathStep::Key(key.clone()), element)?;
            entries.push((key, value));
        }
        self.check_elements(element, &mut entries.iter().map(|(_, value)| value))?;
        Ok(Value::map(element.clone(), entries))
    }

    fn object(&mut self, len: u32, object: &ObjectType) -> Result<Value, DecodeError> {
        let mut attributes: Vec<(Arc<str>, Value)> = Vec::with_capacity(self.capacity(len));
        for _ in 0..len {
            let name = normalize(self.key()?.into());
            let Some((name, ty)) = object.attributes.get_key_value(&name) else {
                return Err(self.error(DecodeProblem::ExtraAttribute(name)));
            };
            let value = self.part(PathStep::Attribute(name.clone()), ty)?;
            attributes.push((name.clone(), value));
        }
        let value = Value::object(attributes);
        match object
            .attributes
            .keys()
            .find(|name| value.attribute(name).is_none())
        {
            Some(name) => Err(self.error(DecodeProblem::MissingAttribute(name.clone()))),
            None => Ok(value),
        }
    }

    fn key(&mut self) -> Result<&'a str, DecodeError> {
        match self.item()? {
            Item::Bytes(bytes) => self.text(bytes),
            _ => Err(self.error(DecodeProblem::Key)),
        }
    }

    fn check_elements(
        &self,
        element: &Type,
        elements: &mut dyn Iterator<Item = &Value>,
    ) -> Result<(), DecodeError> {
        match element.has_dynamic() && types_differ(elements) {
            true => Err(self.error(DecodeProblem::MixedElements)),
            false => Ok(()),
        }
    }

    /// Each element takes at least one byte of input, so a longer claim is a lie that ends in
    /// [`DecodeProblem::Truncated`]; and a value is much larger than a byte.
    fn capacity(&self, len: u32) -> usize {
        (len as usize).min(self.reader.remaining()).min(4096)
    }

    fn text(&self, bytes: &'a [u8]) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(bytes).map_err(|_| self.error(DecodeProblem::Utf8))
    }

    fn item(&mut self) -> Result<Item<'a>, DecodeError> {
        self.reader.item().map_err(|problem| self.error(problem))
    }

    fn mismatch(&self, item: &Item<'_>, ty: &Type) -> DecodeError {
        self.error(DecodeProblem::Mismatch {
            want: ty.clone(),
            got: item.kind(),
        })
    }

    fn error(&self, problem: impl Into<DecodeProblem>) -> DecodeError {
        self.place.decode_error(problem)
    }
}
