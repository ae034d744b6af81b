//! Plan files made by hand, from what is known of the format.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{Cursor, Write};

use cty::{Type, Value, msgpack};

/// A message of Protocol Buffers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message(pub(crate) Vec<u8>);

impl Message {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn varint(&mut self, mut number: u64) {
        while number > 0x7f {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(crate) fn number(mut self, field: u64, number: u64) -> Self {
        self.varint(field << 3);
        self.varint(number);
        self
    }

    pub(crate) fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    pub(crate) fn message(self, field: u64, message: Self) -> Self {
        self.bytes(field, &message.0)
    }
}

/// `Plan` as Terraform 1.15.9 begins it.
pub(crate) fn plan() -> Message {
    Message::new()
        .number(1, 3)
        .text(14, "1.15.9")
        .number(25, 1)
        .number(26, 1)
}

/// `DynamicValue` of a value of its own type.
pub(crate) fn value(value: &Value) -> Message {
    typed(value, &value.ty())
}

/// `DynamicValue` that says its type itself.
pub(crate) fn dynamic(value: &Value) -> Message {
    typed(value, &Type::Dynamic)
}

fn typed(value: &Value, ty: &Type) -> Message {
    let bytes = msgpack::encode(value, ty).expect("a value that can be written");
    Message::new().bytes(1, &bytes)
}

/// `Change` with an action and values.
pub(crate) fn change(action: u64, values: &[Message]) -> Message {
    let change = Message::new().number(1, action);
    let values = values.iter().cloned();
    values.fold(change, |change, value| change.message(2, value))
}

/// `ResourceInstanceChange`.
pub(crate) fn resource(address: &str, change: Message) -> Message {
    Message::new()
        .text(13, address)
        .text(8, r#"provider["registry.terraform.io/acme/acme"]"#)
        .message(9, change)
}

/// A plan file: the plan, an empty state and a configuration.
pub(crate) fn file(plan: &[u8]) -> Vec<u8> {
    file_with(plan, &[])
}

/// The same with other members: a member of a name that is there already replaces that.
pub(crate) fn file_with(plan: &[u8], others: &[(&str, &[u8])]) -> Vec<u8> {
    let state = br#"{"version":4,"resources":[]}"#;
    let manifest = br#"[{"Key":"","Dir":"."}]"#;
    let mut members: Vec<(&str, &[u8])> = vec![
        ("tfplan", plan),
        ("tfstate", state),
        ("tfconfig/m-/main.tf", b""),
        ("tfconfig/modules.json", manifest),
    ];
    members.retain(|(name, _)| others.iter().all(|(other, _)| other != name));
    members.extend(others);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        // Packing takes longer than reading.
        let method = zip::CompressionMethod::Stored;
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(name, options).expect("a zip in memory");
        writer.write_all(bytes).expect("a zip in memory");
    }
    writer.finish().expect("a zip in memory").into_inner()
}
