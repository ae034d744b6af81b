//! Plans as JSON, read.
//!
//! - `bodies`: blocks and attributes. - `fixtures`: real plans. - `links`: instances of them, and
//!   what they are linked to. - `hostile`: what is written to break a reader. - `generated`: plans of
//!   any size. - `merge`: known, unknown and sensitive in one value.

mod bodies;
mod fixtures;
mod generated;
mod hostile;
mod links;
mod merge;
#[path = "../support/mod.rs"]
mod support;

use terraform_config::plan::Plan;
use terraform_config::schema::Schemas;

/// A plan of one change: the object under `change`.
fn change(change: &str) -> String {
    format!(
        r#"{{"format_version":"1.2","terraform_version":"1.15.9","resource_changes":[
            {{"address":"terraform_data.a","mode":"managed","type":"terraform_data","name":"a",
              "provider_name":"terraform.io/builtin/terraform","change":{change}}}]}}"#
    )
}

fn read(text: &str) -> Plan {
    Plan::from_json(text.as_bytes(), &Schemas::default()).expect("this is a plan")
}

fn refused(text: &str) -> String {
    let read = Plan::from_json(text.as_bytes(), &Schemas::default());
    read.expect_err("this is no plan").to_string()
}
