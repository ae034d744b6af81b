//! The provider at the pace of the fault matrix: the shipped code with a clock that need not be
//! waited for. Started by a test host, never by hand.

use std::process::ExitCode;

fn main() -> ExitCode {
    tfplugin::serve(terraform_provider_holdfast::Holdfast::at(
        holdfast_faults::pace::hurried(),
    ))
}
