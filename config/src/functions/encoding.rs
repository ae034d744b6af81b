//! Base64, character encodings, URLs.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use cty::{Type, Value};

use super::FunctionError;
use super::signature::{Function, Outcome, Param, Returns, Shape};
use crate::why::Why;

const STR: &[Param] = &[Param::string("str")];
const STRING: Returns = Returns::Shape(Shape::String);

/// As Go reads base64: padded, but bits beyond the last byte may be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Decodes base64, line breaks skipped; the offset of the first bad symbol, if there is one.
pub(super) fn decode_base64(text: &str) -> Result<Vec<u8>, usize> {
    let joined: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\r' | '\n'))
        .collect();
    LENIENT.decode(&joined).map_err(|error| match error {
        base64::DecodeError::InvalidByte(at, _) => at,
        _ => joined.len(),
    })
}

pub(super) const BASE64ENCODE: Function = Function::new(STR, STRING, |args| {
    Ok(Value::string(STANDARD.encode(args.str(0))))
});

pub(super) const BASE64DECODE: Function = Function::new(STR, STRING, |args| {
    // Neither message repeats the text: it may be a secret, and long.
    let bytes = decode_base64(args.str(0))
        .map_err(|_| FunctionError::new("failed to decode base64 data"))?;
    String::from_utf8(bytes).map(Value::string).map_err(|_| {
        FunctionError::new("the result of decoding the provided string is not valid UTF-8")
    })
});

pub(super) const URLENCODE: Function = Function::new(STR, STRING, |args| {
    let mut out = String::new();
    for byte in args.str(0).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Value::string(out))
});

/// OpenTofu only.
pub(super) const URLDECODE: Function = Function::new(STR, STRING, |args| {
    let mut bytes = Vec::with_capacity(args.str(0).len());
    let mut rest = args.str(0).as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let code = after
                    .get(..2)
                    .and_then(|code| std::str::from_utf8(code).ok());
                let digits = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let Some(byte) = digits.and_then(|code| u8::from_str_radix(code, 16).ok()) else {
                    return Err(FunctionError::new(
                        "failed to decode URL: invalid URL escape",
                    ));
                };
                rest = &after[2..];
                byte
            }
            other => *other,
        });
    }
    // OpenTofu makes a value of any bytes, which no text shows.
    Ok(String::from_utf8(bytes).map_or_else(
        |_| {
            let why = Why::new("urldecode() gives bytes that are not valid UTF-8");
            Value::unknown(Type::String).mark(why.mark())
        },
        Value::string,
    ))
});

/// The encodings that are computed here.
#[derive(Clone, Copy)]
enum Charset {
    Utf8,
    Utf16 {
        big: bool,
        mark: bool,
    },
    Latin1,
    Ascii,
    /// One of those of the Encoding Standard.
    Legacy(&'static encoding_rs::Encoding),
}

/// By name as IANA registers it, in any case.
fn charset(name: &str) -> Option<Charset> {
    match name.to_ascii_uppercase().as_str() {
        "UTF-8" | "CSUTF8" => Some(Charset::Utf8),
        "UTF-16LE" | "CSUTF16LE" => Some(Charset::Utf16 {
            big: false,
            mark: false,
        }),
        "UTF-16BE" | "CSUTF16BE" => Some(Charset::Utf16 {
            big: true,
            mark: false,
        }),
        "UTF-16" | "CSUTF16" => Some(Charset::Utf16 {
            big: true,
            mark: true,
        }),
        "ISO-8859-1" | "ISO_8859-1" | "ISO_8859-1:1987" | "ISO-IR-100" | "LATIN1" | "L1"
        | "IBM819" | "CP819" | "CSISOLATIN1" => Some(Charset::Latin1),
        "US-ASCII" | "ISO-IR-6" | "ANSI_X3.4-1968" | "ISO646-US" | "US" | "CSASCII" => {
            Some(Charset::Ascii)
        }
        name => {
            let name = LEGACY.iter().find(|legacy| **legacy == name)?;
            encoding_rs::Encoding::for_label(name.as_bytes()).map(Charset::Legacy)
        }
    }
}

/// Names that mean the same to the Encoding Standard as to IANA.
const LEGACY: &[&str] = &[
    "BIG5",
    "EUC-JP",
    "EUC-KR",
    "GB18030",
    "GBK",
    "ISO-2022-JP",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "ISO-8859-10",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "KOI8-R",
    "KOI8-U",
    "SHIFT_JIS",
    "WINDOWS-1250",
    "WINDOWS-1251",
    "WINDOWS-1252",
    "WINDOWS-1253",
    "WINDOWS-1254",
    "WINDOWS-1255",
    "WINDOWS-1256",
    "WINDOWS-1257",
    "WINDOWS-1258",
    "WINDOWS-874",
];

pub(super) const TEXTENCODEBASE64: Function = Function::new(
    &[Param::string("string"), Param::string("encoding")],
    STRING,
    |args| {
        let name = args.str(1);
        let Some(charset) = charset(name) else {
            return Ok(not_computed(name));
        };
        match encode(args.str(0), charset) {
            Some(bytes) => Ok(Value::string(STANDARD.encode(bytes))),
            None => Err(FunctionError::at(
                0,
                format!(
                    "the given string contains characters that cannot be represented in {name}"
                ),
            )),
        }
    },
);

fn encode(text: &str, charset: Charset) -> Option<Vec<u8>> {
    match charset {
        Charset::Utf8 => Some(text.as_bytes().to_vec()),
        Charset::Utf16 { big, mark } => {
            let units = mark
                .then_some(0xFEFF)
                .into_iter()
                .chain(text.encode_utf16());
            let bytes = units.flat_map(|unit: u16| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            });
            Some(bytes.collect())
        }
        Charset::Latin1 => text
            .chars()
            .map(|letter| u8::try_from(u32::from(letter)).ok())
            .collect(),
        Charset::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
        Charset::Legacy(encoding) => {
            let (bytes, _, is_lossy) = encoding.encode(text);
            (!is_lossy).then(|| bytes.into_owned())
        }
    }
}

pub(super) const TEXTDECODEBASE64: Function = Function::new(
    &[Param::string("source"), Param::string("encoding")],
    STRING,
    |args| -> Outcome {
        let name = args.str(1);
        let Some(charset) = charset(name) else {
            return Ok(not_computed(name));
        };
        let bytes = decode_base64(args.str(0)).map_err(|at| {
            let message = format!("the given value is has an invalid base64 symbol at offset {at}");
            FunctionError::at(0, message)
        })?;
        decode(&bytes, charset).map(Value::string).ok_or_else(|| {
            let message = format!(
                "the given string contains symbols that are not defined for {}",
                name.to_ascii_uppercase()
            );
            FunctionError::at(0, message)
        })
    },
);

fn decode(bytes: &[u8], charset: Charset) -> Option<String> {
    match charset {
        Charset::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
        Charset::Utf16 { big, mark } => {
            let (big, bytes) = match (mark, bytes) {
                (true, [0xFE, 0xFF, rest @ ..]) => (true, rest),
                (true, [0xFF, 0xFE, rest @ ..]) => (false, rest),
                _ => (big, bytes),
            };
            let (pairs, []) = bytes.as_chunks::<2>() else {
                return None;
            };
            let unit = |pair: &[u8; 2]| {
                if big {
                    u16::from_be_bytes(*pair)
                } else {
                    u16::from_le_bytes(*pair)
                }
            };
            char::decode_utf16(pairs.iter().map(unit))
                .collect::<Result<_, _>>()
                .ok()
        }
        Charset::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
        Charset::Ascii => String::from_utf8(bytes.to_vec())
            .ok()
            .filter(|text| text.is_ascii()),
        Charset::Legacy(encoding) => encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(|text| text.into_owned()),
    }
}

fn not_computed(encoding: &str) -> Value {
    let why = format!("texts in the encoding {encoding:?} are not computed");
    Value::unknown(Type::String).mark(Why::new(why).mark())
}
