//! `terraform-provider-holdfast`: started by Terraform, never by hand.

use std::process::ExitCode;

fn main() -> ExitCode {
    tfplugin::serve(terraform_provider_holdfast::Holdfast::default())
}
