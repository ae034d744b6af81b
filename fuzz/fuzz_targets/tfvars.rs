//! Any bytes as `terraform.tfvars` and as its JSON.

#![no_main]

#[allow(dead_code)]
#[path = "../../config/tests/fuzz/targets.rs"]
mod targets;

use libfuzzer_sys::fuzz_target;
use targets::{Kind, parses};

fuzz_target!(|bytes: &[u8]| {
    parses(Kind::Values, bytes);
    parses(Kind::JsonValues, bytes);
});
