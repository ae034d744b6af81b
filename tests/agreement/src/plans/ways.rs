//! The checker on one configuration and its plan, in every way that they come.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use holdfast_e2e::Workdir;
use serde_json::Value as Json;

use super::Made;
use super::verdicts::Verdicts;

/// What was said, by way.
#[derive(Debug)]
pub struct Ways {
    /// Of the directory.
    pub written: Verdicts,
    /// Of the plan file.
    pub binary: Verdicts,
    /// Of the plan as JSON, with `--source`.
    pub sourced: Verdicts,
    /// Of the plan as JSON, with nothing else.
    pub alone: Verdicts,
}

impl Ways {
    /// Checks a configuration and a plan of it.
    ///
    /// # Errors
    /// The checker cannot be started, or prints no report; or it says something else of a plan from
    /// standard input than of the same in a file.
    pub fn of(workdir: &Workdir, checker: &Path, made: &Made) -> Result<Self> {
        let directory = workdir.path();
        let name = made.path.file_name().context("a file")?;
        let name = name.to_str().context("a plain name")?;
        let json = format!("{name}.json");
        fs::write(directory.join(&json), &made.text)?;
        let check = |arguments: &[&str]| checked(checker, &directory, arguments, None);
        let alone = check(&[&json])?;
        let piped = checked(checker, &directory, &["-"], Some(&directory.join(&json)))?;
        ensure!(
            piped.said == alone.said,
            "{:?}\n{:?}",
            piped.said,
            alone.said
        );
        ensure!(
            piped.code == alone.code,
            "{:?} {:?}",
            piped.code,
            alone.code
        );
        Ok(Self {
            written: check(&["."])?,
            binary: check(&[name])?,
            sourced: check(&[&json, "--source", "."])?,
            alone,
        })
    }

    /// Fails unless the directory, the plan file and JSON with `--source` give the same findings at
    /// the same lines, and JSON alone never the opposite.
    ///
    /// # Errors
    /// They differ.
    pub fn agree(&self) -> Result<()> {
        self.agree_but_alone()?;
        self.hold("JSON alone", &self.alone, true)
    }

    /// The same, but for JSON alone.
    ///
    /// # Errors
    /// They differ.
    pub fn agree_but_alone(&self) -> Result<()> {
        for (way, other) in [("binary", &self.binary), ("--source", &self.sourced)] {
            let (ours, theirs) = (places(&self.written), places(other));
            ensure!(ours == theirs, "{way}: {ours:#?}\n{theirs:#?}");
            self.hold(way, other, false)?;
        }
        Ok(())
    }

    fn hold(&self, way: &str, other: &Verdicts, may_be_open: bool) -> Result<()> {
        let found = self.written.contradictions(other, may_be_open);
        ensure!(found.is_empty(), "{way}: {found:#?}");
        ensure!(
            other.errors == self.written.errors,
            "{way}: {:?}",
            other.errors
        );
        Ok(())
    }

    /// All four.
    pub fn all(&self) -> [(&'static str, &Verdicts); 4] {
        [
            ("directory", &self.written),
            ("binary", &self.binary),
            ("--source", &self.sourced),
            ("JSON alone", &self.alone),
        ]
    }

    /// Those of the plan.
    pub fn planned(&self) -> [(&'static str, &Verdicts); 3] {
        let [_, binary, sourced, alone] = self.all();
        [binary, sourced, alone]
    }
}

/// Runs `holdfast check --format json`.
///
/// # Errors
/// It cannot be started, or prints no report.
pub fn checked(
    checker: &Path,
    directory: &Path,
    arguments: &[&str],
    stdin: Option<&Path>,
) -> Result<Verdicts> {
    let mut command = Command::new(checker);
    command.args(["check", "--format", "json"]).args(arguments);
    command.current_dir(directory);
    command.stdin(match stdin {
        Some(path) => File::open(path)?.into(),
        None => Stdio::null(),
    });
    let output = command.output().context("the checker cannot be started")?;
    Verdicts::read(&output.stdout, output.status.code())
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Findings but for their words.
fn places(verdicts: &Verdicts) -> Vec<Json> {
    let keys = [
        "rule", "severity", "address", "subject", "file", "line", "column",
    ];
    let place = |finding: &Json| keys.iter().map(|key| finding[*key].clone()).collect();
    verdicts.findings.iter().map(place).collect()
}
