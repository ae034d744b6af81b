//! Any bytes as the message of a plan file.

#![no_main]

#[allow(dead_code)]
#[path = "../../config/tests/support/planfile.rs"]
mod planfile;
#[allow(dead_code)]
#[path = "../../config/tests/fuzz/plans.rs"]
mod plans;
#[allow(dead_code)]
#[path = "../../config/tests/support/random.rs"]
mod random;

use libfuzzer_sys::fuzz_target;
use plans::{Form, reads};
use terraform_config::schema::Schemas;

fuzz_target!(|bytes: &[u8]| {
    reads(Form::Message, bytes, &Schemas::default());
});
