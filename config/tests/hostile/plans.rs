//! Plans that somebody made to make a checker slow, large or fall over: small ones for tests, and
//! up to 100 MB of the same for `cargo prove hostile`.

use cty::{Type, Value, msgpack};

use super::planfile::{Message, change, dynamic, file, file_with, plan, resource};

/// What is hostile, as which file, and its bytes, about so many.
pub(crate) struct PlanInput {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) bytes: Make,
}

/// Makes about so many bytes.
type Make = fn(usize) -> Vec<u8>;

/// An input by name.
type Named = (&'static str, Make);

/// All of them.
pub(crate) fn inputs() -> Vec<PlanInput> {
    const BINARY: [Named; 17] = [
        ("zeros", |size| file(&vec![0; size])),
        ("nulls in a value", |size| value(array(size, &[0xc0]))),
        ("small maps in a value", |size| {
            value(array(size, &[0x81, 0xa1, b'a', 0xc0]))
        }),
        ("unknowns in a value", |size| {
            value(array(size, &[0xd4, 0, 0]))
        }),
        ("nested arrays in a value", |size| value(vec![0x91; size])),
        ("nested maps in a value", |size| {
            value([0x81, 0xa1, b'a'].repeat(size / 3))
        }),
        ("digits of a number", |size| {
            let digits = msgpack::encode(&Value::string("7".repeat(size)), &Type::String);
            let mut typed = vec![0x92, 0xc4, 8];
            typed.extend(b"\"number\"");
            typed.extend(digits.expect("text"));
            variable(typed)
        }),
        ("digits of a number or a string", |size| {
            let number = "7.".to_owned() + &"1".repeat(4000);
            let digits = msgpack::encode(&Value::string(number), &Type::String);
            value(array(size, &digits.expect("text")))
        }),
        ("a type that nests", |size| {
            let ty = "[\"list\",".repeat(size / 8);
            let mut typed = vec![0x92, 0xc6];
            typed.extend(u32::try_from(ty.len()).unwrap_or(u32::MAX).to_be_bytes());
            typed.extend(ty.into_bytes());
            variable(typed)
        }),
        ("empty changes", |size| with(&[0x1a, 0].repeat(size / 2))),
        ("empty variables", |size| with(&[0x12, 0].repeat(size / 2))),
        ("empty paths", |size| {
            let mut change = change(1, &[dynamic(&Value::int(1))]);
            change.0.extend([0x22, 0].repeat(size / 2));
            file(&plan().message(3, resource("acme_box.a", change)).0)
        }),
        ("resources", |size| {
            let mut message = plan();
            for index in 0..size / 100 {
                let address = format!("terraform_data.a[{index}]");
                let after = Value::object([("id", Value::unknown(Type::String))]);
                let bytes = msgpack::encode(&after, &after.ty()).expect("a value");
                let change = change(1, &[Message::new().bytes(1, &bytes)]);
                message = message.message(3, resource(&address, change));
            }
            file(&message.0)
        }),
        ("empty objects in the state", |size| {
            let objects = "{},".repeat(size / 3);
            state(&format!(r#"{{"version":4,"resources":[{objects}{{}}]}}"#))
        }),
        ("a state that nests", |size| {
            state(&format!(
                r#"{{"version":4,"resources":{}"#,
                "[".repeat(size)
            ))
        }),
        ("modules", |size| {
            let mut manifest = String::from("[");
            for index in 0..size / 40 {
                manifest += &format!(r#"{{"Key":"m{index}","Dir":"m{index}"}},"#);
            }
            manifest += r#"{"Key":"","Dir":"."}]"#;
            file_with(&plan().0, &[("tfconfig/modules.json", manifest.as_bytes())])
        }),
        ("a long configuration", |size| {
            let text = "resource \"terraform_data\" \"a\" {}\n".repeat(size / 34);
            file_with(&plan().0, &[("tfconfig/m-/main.tf", text.as_bytes())])
        }),
    ];
    const JSON: [Named; 8] = [
        ("resources", |size| {
            let change = r#"{"address":"terraform_data.a","mode":"managed","type":"terraform_data","name":"a","change":{"actions":["create"],"before":null,"after":{"input":null},"after_unknown":{"id":true}}},"#;
            json(&format!(
                r#""resource_changes":[{}null]"#,
                change.repeat(size / change.len())
            ))
        }),
        ("nulls in a value", |size| {
            after(&format!("[{}null]", "null,".repeat(size / 5)))
        }),
        ("small maps in a value", |size| {
            after(&format!("[{}null]", "{\"a\":0},".repeat(size / 8)))
        }),
        ("arrays that nest", |size| after(&"[".repeat(size))),
        ("objects that nest", |size| {
            after(&"{\"a\":".repeat(size / 5))
        }),
        ("one long string", |size| {
            after(&format!("\"{}\"", "x".repeat(size)))
        }),
        ("digits of a number", |size| after(&"7".repeat(size))),
        ("a configuration that nests", |size| {
            json(&format!(
                r#""configuration":{}"#,
                "{\"root_module\":".repeat(size / 15)
            ))
        }),
    ];
    let all = |file, inputs: &[Named]| {
        let input = |(name, bytes): &Named| PlanInput {
            name,
            file,
            bytes: *bytes,
        };
        inputs.iter().map(input).collect::<Vec<_>>()
    };
    let mut inputs = all("p.tfplan", &BINARY);
    inputs.extend(all("plan.json", &JSON));
    inputs
}

/// An array of one element over and over.
fn array(size: usize, element: &[u8]) -> Vec<u8> {
    let count = size / element.len();
    let mut array = vec![0xdd];
    array.extend(u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
    array.extend(element.repeat(count));
    array
}

fn with(fields: &[u8]) -> Vec<u8> {
    let mut message = plan();
    message.0.extend_from_slice(fields);
    file(&message.0)
}

fn value(msgpack: Vec<u8>) -> Vec<u8> {
    let change = change(1, &[Message::new().bytes(1, &msgpack)]);
    file(&plan().message(3, resource("acme_box.a", change)).0)
}

fn variable(msgpack: Vec<u8>) -> Vec<u8> {
    let value = Message::new().bytes(1, &msgpack);
    let variable = Message::new().text(1, "x").message(2, value);
    file(&plan().message(2, variable).0)
}

fn state(text: &str) -> Vec<u8> {
    file_with(&plan().0, &[("tfstate", text.as_bytes())])
}

fn json(rest: &str) -> Vec<u8> {
    format!(
        r#"{{"format_version":"1.2","terraform_version":"1.15.9","planned_values":{{}},{rest}}}"#
    )
    .into_bytes()
}

fn after(value: &str) -> Vec<u8> {
    json(&format!(
        r#""resource_changes":[{{"address":"terraform_data.a","mode":"managed","type":"terraform_data","name":"a","change":{{"actions":["create"],"before":null,"after":{{"input":{value}}},"after_unknown":{{}}}}}}]"#
    ))
}
