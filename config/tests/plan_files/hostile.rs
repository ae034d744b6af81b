//! Plan files that are damaged, or made to do harm: one clear error or a plan, and no more memory
//! than a plan may take. `cargo prove fuzz` damages more of them.

use std::fs;

use cty::{Type, Value};
use terraform_config::plan::{Plan, PlanError};
use terraform_config::schema::Schemas;

use crate::planfile::{Message, change, dynamic, file, file_with, plan, resource, value};
use crate::random::Random;
use crate::{FOLDERS, HOSTS, fixtures, schemas};

fn read(bytes: &[u8]) -> Result<Plan, PlanError> {
    Plan::from_bytes(bytes, &Schemas::default())
}

fn fixture() -> Vec<u8> {
    fs::read(fixtures().join("modules/p.tfplan")).expect("a fixture")
}

/// The plan in an archive, unpacked.
fn message(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a fixture");
    let mut member = archive.by_name("tfplan").expect("a fixture");
    let mut message = Vec::new();
    std::io::copy(&mut member, &mut message).expect("a fixture");
    message
}

#[test]
fn a_plan_cut_off_anywhere_is_refused() {
    let bytes = fixture();
    assert!(read(&bytes).is_ok());
    for len in 0..bytes.len() {
        let error = read(&bytes[..len]).unwrap_err().to_string();
        assert!(!error.is_empty() && error.len() < 1000, "{len}: {error}");
    }
}

#[test]
fn a_message_cut_off_anywhere_ends() {
    let message = message(&fixture());
    for len in 0..message.len() {
        // Cut between two fields it is a plan, of which something is missing.
        let _: Result<_, _> = read(&file(&message[..len]));
    }
}

#[test]
fn flipped_bits_of_an_archive_end() {
    let bytes = fixture();
    let whole = read(&bytes).unwrap();
    let mut random = Random::new(7);
    for _ in 0..3000 {
        let mut damaged = bytes.clone();
        let at = random.below(damaged.len());
        damaged[at] ^= 1 << random.below(8);
        if let Ok(plan) = read(&damaged) {
            // The checksums hold, so that what was read is what was there.
            assert_eq!(plan.resource_changes.len(), whole.resource_changes.len());
        }
    }
}

#[test]
fn flipped_bits_of_a_message_end() {
    let known = schemas();
    let mut random = Random::new(11);
    for folder in FOLDERS {
        for (binary, _, _) in HOSTS {
            let message = message(&fs::read(fixtures().join(folder).join(binary)).unwrap());
            for _ in 0..100 {
                let mut damaged = message.clone();
                for _ in 0..1 + random.below(3) {
                    let at = random.below(damaged.len());
                    damaged[at] ^= 1 << random.below(8);
                }
                if let Err(error) = Plan::from_bytes(&file(&damaged), &known) {
                    assert!(error.to_string().len() < 2000, "{error}");
                }
            }
        }
    }
}

#[test]
fn a_plan_that_unpacks_to_too_much_is_refused() {
    let limit = 192 << 20;
    let zeros = vec![0; limit as usize + 1];
    let error = PlanError::TooLarge {
        what: "bytes",
        limit,
    };
    assert_eq!(read(&file(&zeros)).unwrap_err(), error);
    // What nobody reads may be as large as it likes.
    let unread: (&str, &[u8]) = ("tfstate-prev", &zeros);
    assert!(read(&file_with(&plan().0, &[unread])).is_ok());
}

#[test]
fn values_that_would_take_too_much_are_refused() {
    let is_too_large = |bytes: Vec<u8>| {
        let error = read(&bytes).unwrap_err();
        assert!(matches!(error, PlanError::TooLarge { .. }), "{error}");
    };
    let count = 6 << 20;
    let mut nulls = vec![0xdd];
    nulls.extend(u32::to_be_bytes(count));
    nulls.resize(nulls.len() + count as usize, 0xc0);
    let many = change(1, &[Message::new().bytes(1, &nulls)]);
    is_too_large(file(&plan().message(3, resource("acme_box.a", many)).0));
    // One empty message after the other.
    let paths = [0x22, 0].repeat(count as usize);
    let mut many = change(1, &[value(&Value::int(1))]);
    many.0.extend(paths);
    is_too_large(file(&plan().message(3, resource("acme_box.a", many)).0));
    let state = format!(
        r#"{{"version":4,"resources":[{}]}}"#,
        vec!["{}"; count as usize].join(",")
    );
    is_too_large(file_with(&plan().0, &[("tfstate", state.as_bytes())]));
}

#[test]
fn lengths_that_are_lies_take_no_memory() {
    for lie in [
        &[0xdd, 0xff, 0xff, 0xff, 0xff][..],
        &[0xdf, 0xff, 0xff, 0xff, 0xff],
        &[0xdb, 0xff, 0xff, 0xff, 0xff],
        &[0xc9, 0xff, 0xff, 0xff, 0xff, 12],
    ] {
        let lie = Message::new().bytes(1, lie);
        let error = read(&file(
            &plan()
                .message(3, resource("acme_box.a", change(1, &[lie])))
                .0,
        ));
        assert!(
            matches!(error, Err(PlanError::Malformed { .. })),
            "{error:?}"
        );
    }
}

#[test]
fn deep_values_are_refused() {
    let mut deep = vec![0x91; 1 << 20];
    deep.push(0xc0);
    let deep = Message::new().bytes(1, &deep);
    let changed = plan().message(
        3,
        resource("acme_box.a", change(1, std::slice::from_ref(&deep))),
    );
    let error = read(&file(&changed.0)).unwrap_err();
    assert!(matches!(error, PlanError::Malformed { .. }), "{error}");
    // A type that nests, in a value that says its type.
    let ty = format!(
        "{}\"string\"{}",
        "[\"list\",".repeat(100_000),
        "]".repeat(100_000)
    );
    let mut typed = vec![0x92, 0xc6];
    typed.extend(u32::to_be_bytes(ty.len() as u32));
    typed.extend(ty.as_bytes());
    typed.push(0xc0);
    let variable = Message::new()
        .text(1, "x")
        .message(2, Message::new().bytes(1, &typed));
    let error = read(&file(&plan().message(2, variable).0)).unwrap_err();
    assert!(matches!(error, PlanError::Malformed { .. }), "{error}");
    let deep = "[".repeat(1 << 20);
    let attributes = format!(r#"{{"version":4,"resources":{deep}"#);
    let error = read(&file_with(&plan().0, &[("tfstate", attributes.as_bytes())])).unwrap_err();
    assert!(matches!(error, PlanError::Malformed { .. }), "{error}");
}

#[test]
fn long_numbers_do_not_take_long() {
    let digits = "7".repeat(4 << 20);
    let number = Message::new().bytes(1, &{
        let text = Value::string(digits.as_str());
        cty::msgpack::encode(&text, &Type::String).unwrap()
    });
    let changed = plan().message(3, resource("acme_box.a", change(1, &[number])));
    assert!(read(&file(&changed.0)).is_ok());
    let mut typed = vec![0x92, 0xc4, 8];
    typed.extend(b"\"number\"");
    typed.extend(cty::msgpack::encode(&Value::string(digits.as_str()), &Type::String).unwrap());
    let variable = Message::new()
        .text(1, "x")
        .message(2, Message::new().bytes(1, &typed));
    // Either is right, as long as it ends.
    let _: Result<_, _> = read(&file(&plan().message(2, variable).0));
    let exponent = dynamic(&Value::string("1e999999999"));
    let variable = Message::new().text(1, "x").message(2, exponent);
    assert!(read(&file(&plan().message(2, variable).0)).is_ok());
}

#[test]
fn names_from_the_archive_lead_nowhere() {
    for name in [
        "tfconfig/m-/../../../etc/cron.d/x",
        "/etc/cron.d/x",
        "tfconfig\\m-\\main.tf",
        "tfconfig/m-a/b/c.tf",
    ] {
        let error = read(&file_with(&plan().0, &[(name, b"x")])).unwrap_err();
        assert!(matches!(error, PlanError::Name(_)), "{name}: {error}");
    }
    // A module that lies elsewhere is told where, and nothing is opened there.
    let manifest = br#"[{"Key":"","Dir":"."},{"Key":"m","Dir":"../../../etc"}]"#;
    let plan = file_with(
        &plan().0,
        &[
            ("tfconfig/modules.json", manifest),
            ("tfconfig/m-m/main.tf", b"# here"),
        ],
    );
    let modules = read(&plan).unwrap().sources.unwrap().modules;
    assert_eq!(modules[1].files["main.tf"].as_ref(), b"# here");
}
