//! The wire format of Protocol Buffers: fields with a number, read in the order in which they stand.

/// One field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Field<'a> {
    pub(super) number: u32,
    pub(super) wire: Wire<'a>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire<'a> {
    /// A number, a truth value or the number of a name.
    Varint(u64),
    /// Text, bytes or a message.
    Bytes(&'a [u8]),
    /// Eight or four bytes; no field of a plan is one.
    Fixed,
}

/// What is wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum WireError {
    #[error("it ends in the middle of a field")]
    Truncated,
    #[error("a number is longer than 64 bits")]
    Overlong,
    #[error("a field has the wire type {0}, which does not exist or is no longer used")]
    WireType(u64),
    #[error("a field has the number {0}")]
    Number(u64),
    #[error("field {0} is of another kind than it should be")]
    Kind(u32),
    #[error("text is not UTF-8")]
    Utf8,
}

/// The fields of a message.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self(message)
    }

    fn varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(WireError::Truncated)?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(WireError::Overlong);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(WireError::Overlong)
    }

    fn bytes(&mut self, len: u64) -> Result<&'a [u8], WireError> {
        let len = usize::try_from(len).map_err(|_| WireError::Truncated)?;
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn field(&mut self) -> Result<Field<'a>, WireError> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0);
        let number = number.ok_or(WireError::Number(key >> 3))?;
        let wire = match key & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => self.bytes(8).map(|_| Wire::Fixed)?,
            2 => {
                let len = self.varint()?;
                Wire::Bytes(self.bytes(len)?)
            }
            5 => self.bytes(4).map(|_| Wire::Fixed)?,
            other => return Err(WireError::WireType(other)),
        };
        Ok(Field { number, wire })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Field<'a> {
    pub(super) fn varint(self) -> Result<u64, WireError> {
        match self.wire {
            Wire::Varint(value) => Ok(value),
            _ => Err(WireError::Kind(self.number)),
        }
    }

    pub(super) fn is_true(self) -> Result<bool, WireError> {
        Ok(self.varint()? != 0)
    }

    pub(super) fn bytes(self) -> Result<&'a [u8], WireError> {
        match self.wire {
            Wire::Bytes(bytes) => Ok(bytes),
            _ => Err(WireError::Kind(self.number)),
        }
    }

    pub(super) fn text(self) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| WireError::Utf8)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u32, Wire<'_>)>, WireError> {
        let fields = Fields::of(bytes);
        fields
            .map(|field| field.map(|field| (field.number, field.wire)))
            .collect()
    }

    #[test]
    fn fields_are_read_in_order() {
        // The examples of Protocol Buffers' own page on encoding.
        assert_eq!(read(&[0x08, 0x96, 0x01]), Ok(vec![(1, Wire::Varint(150))]));
        let text = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67];
        assert_eq!(read(&text), Ok(vec![(2, Wire::Bytes(b"testing"))]));
        let two = [0x80, 0xd0, 0xac, 0xf3, 0x0e, 0x01, 0x0d, 1, 2, 3, 4];
        let big = (500_000_000, Wire::Varint(1));
        assert_eq!(read(&two), Ok(vec![big, (1, Wire::Fixed)]));
        assert_eq!(read(&[]), Ok(vec![]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(read(&[0x08]), Err(WireError::Truncated));
        assert_eq!(read(&[0x12, 0x07, 0x74]), Err(WireError::Truncated));
        assert_eq!(read(&[0x0b]), Err(WireError::WireType(3)));
        assert_eq!(read(&[0x00, 0x00]), Err(WireError::Number(0)));
        let overlong = [
            0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
        ];
        assert_eq!(read(&overlong), Err(WireError::Overlong));
        let huge = [
            0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        ];
        assert_eq!(read(&huge), Err(WireError::Truncated));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _: Result<_, _> = read(&bytes);
        }
    }
}
