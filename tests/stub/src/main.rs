//! `holdfast-stub`: started by Terraform from a mirror that `holdfast_stub::Mirror` laid out.

use std::process::ExitCode;

use holdfast_stub::{SCHEMA_FILE, Schemas, Stub};

fn main() -> ExitCode {
    match schemas() {
        Ok(schemas) => tfplugin::serve(Stub::new(schemas)),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Terraform starts providers without arguments: the schemas lie beside the program.
fn schemas() -> Result<Schemas, String> {
    let program = std::env::current_exe().map_err(|error| {
        format!("cannot tell where this program is, to find its schemas: {error}")
    })?;
    let file = program.with_file_name(SCHEMA_FILE);
    let json = std::fs::read_to_string(&file)
        .map_err(|error| format!("cannot read the schemas in {}: {error}", file.display()))?;
    Schemas::only(&json).map_err(|error| format!("{}: {error}", file.display()))
}
