//! Markers, lengths and raw bytes; nothing is read past the end of the input and no memory is
//! set aside on the word of a length.

use rmp::Marker;

use crate::{DecodeProblem, Number, NumberError};

type Result<T> = std::result::Result<T, DecodeProblem>;

/// What is left of the input.
pub(super) struct Reader<'a>(&'a [u8]);

/// One item: all of a scalar, or the length of what follows.
pub(super) enum Item<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    /// Text or bytes; whether it is UTF-8 is for the user to see.
    Bytes(&'a [u8]),
    /// So many items follow.
    Array(u32),
    /// So many pairs of items follow.
    Map(u32),
    Ext(i8, &'a [u8]),
    /// The one marker that MessagePack does not use.
    Reserved,
}

impl Item<'_> {
    /// What it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Bool(_) => "a bool",
            Self::Int(_) | Self::UInt(_) | Self::Float(_) => "a number",
            Self::Bytes(_) => "a string",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Ext(..) => "an unknown value",
            Self::Reserved => "a byte that MessagePack does not use",
        }
    }

    /// Any number: an integer or float of any width, or decimal text.
    pub(super) fn number(&self) -> Option<std::result::Result<Number, NumberError>> {
        Some(match self {
            Self::Int(n) => Ok((*n).into()),
            Self::UInt(n) => Ok((*n).into()),
            Self::Float(n) => Number::try_from(*n),
            Self::Bytes(text) => match std::str::from_utf8(text) {
                Ok(text) => text.parse(),
                Err(_) => Err(NumberError::NotANumber),
            },
            _ => return None,
        })
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    pub(super) fn remaining(&self) -> usize {
        self.0.len()
    }

    pub(super) fn item(&mut self) -> Result<Item<'a>> {
        let [marker] = self.array()?;
        Ok(match Marker::from_u8(marker) {
            Marker::Null => Item::Nil,
            Marker::Reserved => Item::Reserved,
            Marker::False => Item::Bool(false),
            Marker::True => Item::Bool(true),
            Marker::FixPos(n) => Item::Int(n.into()),
            Marker::FixNeg(n) => Item::Int(n.into()),
            Marker::I8 => Item::Int(i8::from_be_bytes(self.array()?).into()),
            Marker::I16 => Item::Int(i16::from_be_bytes(self.array()?).into()),
            Marker::I32 => Item::Int(i32::from_be_bytes(self.array()?).into()),
            Marker::I64 => Item::Int(i64::from_be_bytes(self.array()?)),
            Marker::U8 => Item::UInt(self.len8()?.into()),
            Marker::U16 => Item::UInt(self.len16()?.into()),
            Marker::U32 => Item::UInt(self.len32()?.into()),
            Marker::U64 => Item::UInt(u64::from_be_bytes(self.array()?)),
            Marker::F32 => Item::Float(f32::from_be_bytes(self.array()?).into()),
            Marker::F64 => Item::Float(f64::from_be_bytes(self.array()?)),
            Marker::FixStr(len) => Item::Bytes(self.bytes(len.into())?),
            Marker::Str8 | Marker::Bin8 => {
                let len = self.len8()?;
                Item::Bytes(self.bytes(len)?)
            }
            Marker::Str16 | Marker::Bin16 => {
                let len = self.len16()?;
                Item::Bytes(self.bytes(len)?)
            }
            Marker::Str32 | Marker::Bin32 => {
                let len = self.len32()?;
                Item::Bytes(self.bytes(len)?)
            }
            Marker::FixArray(len) => Item::Array(len.into()),
            Marker::Array16 => Item::Array(self.len16()?),
            Marker::Array32 => Item::Array(self.len32()?),
            Marker::FixMap(len) => Item::Map(len.into()),
            Marker::Map16 => Item::Map(self.len16()?),
            Marker::Map32 => Item::Map(self.len32()?),
            Marker::FixExt1 => self.ext(1)?,
            Marker::FixExt2 => self.ext(2)?,
            Marker::FixExt4 => self.ext(4)?,
            Marker::FixExt8 => self.ext(8)?,
            Marker::FixExt16 => self.ext(16)?,
            Marker::Ext8 => {
                let len = self.len8()?;
                self.ext(len)?
            }
            Marker::Ext16 => {
                let len = self.len16()?;
                self.ext(len)?
            }
            Marker::Ext32 => {
                let len = self.len32()?;
                self.ext(len)?
            }
        })
    }

    /// Whether binary data follow, which text never is.
    pub(super) fn is_binary(&self) -> bool {
        let marker = self.0.first().copied().map(Marker::from_u8);
        matches!(marker, Some(Marker::Bin8 | Marker::Bin16 | Marker::Bin32))
    }

    /// Passes over one item and all that it holds.
    pub(super) fn skip(&mut self) -> Result<()> {
        let mut pending: u64 = 1;
        while pending > 0 {
            pending -= 1;
            pending += match self.item()? {
                Item::Array(len) => len.into(),
                Item::Map(len) => 2 * u64::from(len),
                _ => 0,
            };
        }
        Ok(())
    }

    fn ext(&mut self, len: u32) -> Result<Item<'a>> {
        let [kind] = self.array()?;
        Ok(Item::Ext(kind as i8, self.bytes(len)?))
    }

    fn len8(&mut self) -> Result<u32> {
        Ok(u8::from_be_bytes(self.array()?).into())
    }

    fn len16(&mut self) -> Result<u32> {
        Ok(u16::from_be_bytes(self.array()?).into())
    }

    fn len32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn bytes(&mut self, len: u32) -> Result<&'a [u8]> {
        let taken = self.0.split_at_checked(len as usize);
        let (bytes, rest) = taken.ok_or(DecodeProblem::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(DecodeProblem::Truncated)?;
        self.0 = rest;
        Ok(*bytes)
    }
}
