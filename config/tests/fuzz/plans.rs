//! Plans to damage, and what must hold of any bytes that are read as one. A panic is a find.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use terraform_config::plan::Plan;
use terraform_config::schema::Schemas;

use super::planfile;
use super::random::Random;

/// In which form bytes are a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A plan file.
    File,
    /// The message in it.
    Message,
    /// What `show -json` prints.
    Json,
}

impl Form {
    /// What such a file is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::File => "p.tfplan",
            Self::Message => "tfplan",
            Self::Json => "plan.json",
        }
    }
}

/// Reads bytes as a plan, and every value of it. What is wrong is said in one sentence.
///
/// # Panics
/// Something does not hold.
pub(crate) fn reads(form: Form, bytes: &[u8], schemas: &Schemas) {
    let read = match form {
        Form::File => Plan::from_binary(bytes, schemas),
        Form::Message => Plan::from_binary(&planfile::file(bytes), schemas),
        Form::Json => Plan::from_json(bytes, schemas),
    };
    let plan = match read {
        Ok(plan) => plan,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let changes = plan.resource_changes.iter().chain(&plan.resource_drift);
    let deferred = plan.deferred_changes.iter().map(|it| &it.change);
    for change in changes.chain(deferred) {
        assert_eq!(
            change.address.to_string().parse().as_ref(),
            Ok(&change.address)
        );
        let values = [&change.change.before, &change.change.after];
        assert!(values.iter().all(|value| value.get() == &***value));
    }
    for output in &plan.output_changes {
        let values = [output.change.before.get(), output.change.after.get()];
        assert!(!output.is_sensitive || values.iter().all(|value| value.is_marked_deep()));
    }
}

/// Plans of every form, and schemas of what is in them.
pub(crate) struct Plans {
    plans: Vec<(Form, Vec<u8>)>,
    schemas: [Schemas; 2],
}

impl Plans {
    /// Those of `fixtures/plans`.
    pub(crate) fn read() -> Self {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans");
        let mut plans = Vec::new();
        let mut folders: Vec<_> = fs::read_dir(&base)
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        folders.sort_by_key(fs::DirEntry::path);
        for folder in folders {
            for (form, name) in [
                (Form::File, "p.tfplan"),
                (Form::File, "tofu.tfplan"),
                (Form::Json, "plan.json"),
                (Form::Json, "tofu.json"),
            ] {
                let Ok(bytes) = fs::read(folder.path().join(name)) else {
                    continue;
                };
                if form == Form::File {
                    plans.push((Form::Message, message(&bytes)));
                }
                plans.push((form, bytes));
            }
        }
        let mut known = Schemas::default();
        let text = fs::read_to_string(base.join("schemas.json")).unwrap_or_default();
        known.add(&text).expect("the schemas of the fixtures");
        Self {
            plans,
            schemas: [Schemas::default(), known],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.plans.len()
    }

    /// One of them with damage: the same for the same seed.
    pub(crate) fn damaged(&self, seed: u64) -> (Form, Vec<u8>) {
        let mut random = Random::new(seed);
        let (form, bytes) = &self.plans[random.below(self.plans.len())];
        let mut bytes = bytes.clone();
        for _ in 0..1 + random.below(4) {
            self.damage(&mut bytes, *form, &mut random);
        }
        (*form, bytes)
    }

    fn damage(&self, bytes: &mut Vec<u8>, form: Form, random: &mut Random) {
        let at = random.below(bytes.len().max(1)).min(bytes.len());
        let end = (at + 1 + random.below(64)).min(bytes.len());
        match random.below(8) {
            0 | 1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.below(256) as u8;
                }
            }
            3 => bytes.truncate(at),
            4 => {
                bytes.drain(at..end);
            }
            5 => {
                let piece = bytes[at..end].repeat(1 + random.below(100));
                bytes.splice(at..at, piece);
            }
            // A length, or a number, of any size.
            6 => {
                let huge = vec![0xff; 1 + random.below(10)];
                bytes.splice(at..at, huge);
            }
            // The rest of another one.
            _ => {
                let same = self.plans.iter().filter(|(other, _)| *other == form);
                let same: Vec<_> = same.collect();
                let other = &same[random.below(same.len())].1;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[random.below(other.len())..]);
            }
        }
    }

    /// Reads a damaged plan, with or without schemas.
    pub(crate) fn reads_damaged(&self, form: Form, bytes: &[u8], seed: u64) {
        let schemas = &self.schemas[usize::from(seed.is_multiple_of(2))];
        reads(form, bytes, schemas);
    }
}

/// The message of a plan file.
fn message(bytes: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok();
    if let Some(mut archive) = archive
        && let Ok(mut member) = archive.by_name("tfplan")
    {
        // A fixture that cannot be read has no message to damage.
        let _: Result<_, _> = member.read_to_end(&mut message);
    }
    message
}
