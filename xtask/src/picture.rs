//! The picture in the README: the demo's own output, drawn.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use holdfast_e2e::programs::repository;

/// Where it lies.
const PICTURE: &str = "docs/demo.svg";

/// Runs the demo with colours and draws what it prints.
///
/// # Errors
/// The demo fails, or the picture cannot be written.
pub(crate) fn run() -> Result<()> {
    let mut demo = Command::new(std::env::current_exe()?);
    demo.arg("demo")
        .env("CLICOLOR_FORCE", "1")
        .stderr(Stdio::inherit());
    let ran = demo.output()?;
    ensure!(ran.status.success(), "the demo failed: {}", ran.status);
    let text = String::from_utf8(ran.stdout)?;
    let drawn = anstyle_svg::Term::new().render_svg(&format!("$ cargo demo\n{text}"));
    fs::write(repository().join(PICTURE), drawn)?;
    Ok(())
}
