//! `terraform fmt -check` of many texts at once.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Which of the texts, counted from 0, a host rejects: `fmt` names their files in its errors.
///
/// # Errors
/// The host cannot be run, or its exit code and its errors contradict each other.
pub(crate) fn rejected_by<'t>(
    host: &Path,
    texts: impl Iterator<Item = &'t str>,
) -> io::Result<BTreeSet<usize>> {
    let folder = tempfile::tempdir()?;
    for (at, text) in texts.enumerate() {
        std::fs::write(folder.path().join(format!("case{at}.tf")), text)?;
    }
    let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
    let output = Command::new(host)
        .args(["fmt", "-check", "-list=false", "-no-color", "."])
        .current_dir(folder.path())
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", nothing)
        .stdin(Stdio::null())
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let places = told.split(" on case").skip(1);
    let numbers = places.filter_map(|rest| rest.split_once(".tf line ")?.0.parse().ok());
    let rejected: BTreeSet<usize> = numbers.collect();
    if (output.status.code() == Some(2)) == rejected.is_empty() {
        return Err(io::Error::other(format!("{}: {told}", output.status)));
    }
    Ok(rejected)
}
