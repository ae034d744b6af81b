//! Command-line arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::finding::Severity;
use crate::report::Format;

/// Rejects clusters that would lose their data, from the Terraform code that builds them.
#[derive(Debug, Parser)]
#[command(name = "holdfast", version)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check Terraform configurations and plans.
    Check(CheckArgs),
    /// List the rules.
    Rules(RulesArgs),
    /// Show the page of a rule.
    Explain(ExplainArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, 3 something could not be analysed\n\
or a plan is partial.")]
pub(super) struct CheckArgs {
    /// Directories to walk, files that stand for theirs, plans (binary, or as `terraform show
    /// -json` prints them), patterns such as '**/*.tfplan', or - for a plan on standard input
    /// [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Directory of the configuration that the plans were made from: its lines are shown, and what
    /// plans leave out is read there
    #[arg(long, value_name = "DIR")]
    pub(super) source: Option<PathBuf>,

    /// Value of a root variable, as for terraform (-var works too)
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(super) variables: Vec<String>,

    /// File of values, as for terraform (-var-file works too)
    #[arg(long = "var-file", value_name = "FILE")]
    pub(super) variable_files: Vec<PathBuf>,

    /// Value of terraform.workspace [default: TF_WORKSPACE, else default]
    #[arg(long, value_name = "NAME")]
    pub(super) workspace: Option<String>,

    /// Language to read [default: tofu where a .tofu file is, else terraform]
    #[arg(long, value_enum)]
    pub(super) dialect: Option<Dialect>,

    /// What a module from a registry or from git means that is not installed
    #[arg(long, value_enum, default_value_t = MissingModules::Error, value_name = "OUTCOME")]
    pub(super) missing_modules: MissingModules,

    /// List the root modules and plans that would be checked, and stop
    #[arg(long)]
    pub(super) show_roots: bool,

    /// Fail on what cannot be decided, too
    #[arg(long)]
    pub(super) strict: bool,

    /// Weakest finding that fails the run
    #[arg(long, value_enum, default_value_t = Severity::Error, value_name = "SEVERITY")]
    pub(super) fail_on: Severity,

    /// Format on standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,

    /// Write a format to a file; may be repeated
    #[arg(long = "output", value_name = "FORMAT=PATH", value_parser = file_output)]
    pub(super) outputs: Vec<(Format, PathBuf)>,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesArgs {
    /// Format on standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// The rule: see `holdfast rules`
    #[arg(value_name = "RULE")]
    pub(super) rule: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Dialect {
    Terraform,
    Tofu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MissingModules {
    /// Exit code 3.
    Error,
    /// A note; what they would give is unknown.
    Note,
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Error, Self::Warning, Self::Info]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

fn file_output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) = text
        .split_once('=')
        .ok_or("write FORMAT=PATH, such as json=report.json")?;
    let format = Format::from_str(format, false)?;
    match path.is_empty() {
        true => Err("the path after = is empty".to_owned()),
        false => Ok((format, path.into())),
    }
}

/// Terraform writes `-var` and `-var-file` with one dash; clap wants two.
pub(super) fn as_terraform_spells_it(arg: OsString) -> OsString {
    let single = |text: &str| {
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        matches!(name, "-var" | "-var-file")
    };
    match arg.to_str() {
        Some(text) if single(text) => format!("-{text}").into(),
        _ => arg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn single_dashes_are_doubled_for_the_two_that_terraform_has() {
        for (written, read) in [
            ("-var", "--var"),
            ("-var=a=b", "--var=a=b"),
            ("-var-file=x.tfvars", "--var-file=x.tfvars"),
            ("--var", "--var"),
            ("-variable", "-variable"),
            ("a=-var", "a=-var"),
        ] {
            assert_eq!(as_terraform_spells_it(written.into()), OsString::from(read));
        }
    }
}
