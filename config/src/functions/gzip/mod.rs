//! `base64gzip` and OpenTofu's `base64gunzip`.
//!
//! The result of `base64gzip` depends on the compressor, so this one makes the choices of the one
//! in Terraform, Go's `compress/flate` at its level 6, byte for byte. The format is RFC 1951.
//!
//! - `matches`: text to literals and repeats. - `huffman`: frequencies to codes. - `blocks`: both
//!   to bits.

mod blocks;
mod huffman;
mod matches;

use std::io::Read as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cty::Value;
use flate2::Crc;

use super::FunctionError;
use super::encoding::decode_base64;
use super::limits::MAX_TEXT;
use super::signature::{Function, Param, Returns, Shape};

const STR: &[Param] = &[Param::string("str")];
const STRING: Returns = Returns::Shape(Shape::String);

pub(super) const BASE64GZIP: Function = Function::new(STR, STRING, |args| {
    Ok(Value::string(STANDARD.encode(gzip(args.str(0).as_bytes()))))
});

/// OpenTofu only.
pub(super) const BASE64GUNZIP: Function = Function::new(STR, STRING, |args| {
    // No message repeats the text: it may be a secret, and long.
    let bytes = decode_base64(args.str(0))
        .map_err(|_| FunctionError::new("failed to decode base64 data"))?;
    let mut text = Vec::new();
    let limit = MAX_TEXT as u64 + 1;
    flate2::read::MultiGzDecoder::new(bytes.as_slice())
        .take(limit)
        .read_to_end(&mut text)
        .map_err(|error| FunctionError::new(format!("failed to gunzip bytestream: {error}")))?;
    super::limits::check_text(text.len())?;
    String::from_utf8(text).map(Value::string).map_err(|_| {
        FunctionError::new("the result of decoding the provided string is not valid UTF-8")
    })
});

/// A gzip file of one member without name and time.
fn gzip(text: &[u8]) -> Vec<u8> {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut writer = blocks::Writer::new(HEADER.to_vec());
    matches::deflate(text, &mut writer);
    // Flushed, then closed, each of which leaves an empty stored block.
    writer.empty_block(false);
    writer.empty_block(true);
    let mut file = writer.finish();
    let mut crc = Crc::new();
    crc.update(text);
    file.extend(crc.sum().to_le_bytes());
    file.extend(crc.amount().to_le_bytes());
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gunzip(file: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        let mut decoder = flate2::read::GzDecoder::new(file);
        decoder.read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn large_texts_come_back() {
        let random = |seed: u32| {
            let mut state = seed;
            move || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            }
        };
        let mut next = random(7);
        let noise: Vec<u8> = (0..300_000).map(|_| next()).collect();
        assert_eq!(gunzip(&gzip(&noise)), noise);
        let mut next = random(8);
        let words: Vec<u8> = (0..400_000)
            .map(|_| b"etcd"[usize::from(next()) % 4])
            .collect();
        assert_eq!(gunzip(&gzip(&words)), words);
        let same = vec![b'x'; 200_000];
        assert_eq!(gunzip(&gzip(&same)), same);
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(text in prop::collection::vec(0u8..6, 0..2_000)) {
            prop_assert_eq!(gunzip(&gzip(&text)), text);
        }
    }
}
