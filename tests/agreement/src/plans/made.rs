//! A host makes a plan and shows it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use holdfast_e2e::{Run, Workdir};
use serde_json::Value as Json;
use terraform_config::schema::Schemas;

/// A plan in both of its forms.
#[derive(Clone, Debug)]
pub struct Made {
    /// The plan file.
    pub path: PathBuf,
    /// What is in it.
    pub binary: Vec<u8>,
    /// What `show -json` prints of it.
    pub text: String,
    /// The same, parsed.
    pub shown: Json,
    /// False if planning ended in errors and a plan was written all the same.
    pub succeeded: bool,
}

/// Has a host plan into a file of that name, with `.tfplan` behind it, and show it.
///
/// # Errors
/// No plan is written, or it cannot be shown.
pub fn make(workdir: &Workdir, name: &str, arguments: &[&str]) -> Result<Made> {
    let file = format!("{name}.tfplan");
    let out = format!("-out={file}");
    let mut all = vec!["plan", "-no-color", &out];
    all.extend(arguments);
    let run = workdir.run(&all)?;
    read(workdir, &file, &run).with_context(|| said(&run))
}

fn read(workdir: &Workdir, file: &str, run: &Run) -> Result<Made> {
    let path = workdir.path().join(file);
    let binary = fs::read(&path).context("no plan was written")?;
    let text = workdir.ok(&["show", "-json", "-no-color", file])?.stdout;
    let shown = serde_json::from_str(&text).context("`show -json` printed no JSON")?;
    Ok(Made {
        path,
        binary,
        text,
        shown,
        succeeded: run.status.success(),
    })
}

fn said(run: &Run) -> String {
    format!("{}\n{}{}", run.command, run.stdout, run.stderr)
}

/// The schemas of every provider of the configuration, as the host prints them.
///
/// # Errors
/// It prints none.
pub fn schemas(workdir: &Workdir) -> Result<Schemas> {
    let printed = workdir.ok(&["providers", "schema", "-json"])?;
    let mut schemas = Schemas::default();
    schemas.add(&printed.stdout).context("printed schemas")?;
    Ok(schemas)
}
