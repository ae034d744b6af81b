//! The command line: arguments in, text and exit code out, in one process and without touching
//! anything that a [`World`] does not name.

mod args;
mod check;
mod rules;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anstream::{AutoStream, ColorChoice};
use clap::{CommandFactory, FromArgMatches};

use crate::named;
use crate::report::Colour;
use args::{Args, Command};

/// What a run may see of the machine.
#[derive(Clone, Debug)]
pub struct World {
    /// The working directory, absolute.
    pub cwd: PathBuf,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// What a PATH of `-` reads.
    pub stdin: Stdin,
    /// Whether standard output takes colour.
    pub stdout: Colour,
    /// Whether standard error takes colour.
    pub stderr: Colour,
}

/// What standard input gives.
#[derive(Clone, Debug, Default)]
pub enum Stdin {
    /// Whatever the process is given.
    #[default]
    OfProcess,
    /// These bytes.
    Bytes(Arc<[u8]>),
}

/// What a run says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// For standard output.
    pub stdout: String,
    /// For standard error.
    pub stderr: String,
    /// The exit code: see [`Exit`].
    pub code: u8,
}

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings.
    Findings,
    /// Wrong usage or configuration.
    Usage,
    /// Something could not be analysed.
    NotAnalysed,
}

impl Exit {
    /// The exit code, the same for every command.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::NotAnalysed => 3,
        }
    }
}

/// Runs one command line, the program's name first.
pub fn run<I>(args: I, world: &World) -> Output
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    let args = args
        .into_iter()
        .map(|arg| args::as_terraform_spells_it(arg.into()));
    let matches = match Args::command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return refused(&error, world),
    };
    match Args::from_arg_matches(&matches) {
        Ok(Args {
            command: Command::Check(args),
        }) => check::run(&args, matches.subcommand_matches("check"), world),
        Ok(Args {
            command: Command::Rules(args),
        }) => rules::list(&args),
        Ok(Args {
            command: Command::Explain(args),
        }) => rules::explain(&args),
        Err(error) => refused(&error, world),
    }
}

/// Help and version are no errors; the rest is wrong usage.
fn refused(error: &clap::Error, world: &World) -> Output {
    let text = |colour| match colour {
        Colour::On => error.render().ansi().to_string(),
        Colour::Off => error.render().to_string(),
    };
    match error.use_stderr() {
        true => Output {
            stderr: text(world.stderr),
            code: Exit::Usage.code(),
            ..Output::default()
        },
        false => Output {
            stdout: text(world.stdout),
            ..Output::default()
        },
    }
}

impl World {
    /// The process's own.
    ///
    /// # Errors
    /// If the working directory is gone.
    pub fn of_process() -> io::Result<Self> {
        let takes_colour = |choice| match choice {
            ColorChoice::Never => Colour::Off,
            _ => Colour::On,
        };
        let text = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Ok(Self {
            cwd: std::env::current_dir()?,
            env: std::env::vars_os().filter_map(text).collect(),
            stdin: Stdin::OfProcess,
            stdout: takes_colour(AutoStream::choice(&io::stdout())),
            stderr: takes_colour(AutoStream::choice(&io::stderr())),
        })
    }
}

impl Stdin {
    /// All of it.
    fn read(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.to_vec()),
            Self::OfProcess if io::stdin().is_terminal() => {
                Err(io::Error::other("it is a terminal; pipe a plan into it"))
            }
            Self::OfProcess => named::limited(io::stdin().lock(), 0),
        }
    }
}

impl Output {
    /// Writes it. A reader that went away (`| head`) is no error, and makes none go away.
    pub fn emit(&self) -> ExitCode {
        // Standard error may be closed; then nobody is left to tell.
        let _ = anstream::stderr().write_all(self.stderr.as_bytes());
        let mut stdout = anstream::stdout();
        match stdout
            .write_all(self.stdout.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Ok(()) => ExitCode::from(self.code),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(self.code),
            Err(error) => {
                let _ = writeln!(
                    anstream::stderr(),
                    "error: cannot write the report: {error}"
                );
                ExitCode::from(Exit::Usage.code())
            }
        }
    }
}
