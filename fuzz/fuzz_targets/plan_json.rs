//! Any bytes as a plan that `terraform show -json` printed.

#![no_main]

#[allow(dead_code)]
#[path = "../../config/tests/fuzz/targets.rs"]
mod targets;

use libfuzzer_sys::fuzz_target;
use targets::reads_json_plan;

fuzz_target!(|bytes: &[u8]| {
    reads_json_plan(bytes);
});
