//! Other people's S3, for second opinions: moto's server and versitygw, each on a free loopback
//! port until it is dropped.
//!
//! Where the programs are: `HOLDFAST_MOTO_SERVER` and `HOLDFAST_VERSITYGW`; else in `tools/` of
//! cargo's target directory, where `.ci/tools` puts them. PATH is not searched: opinions change from
//! version to version, and `.ci/tools` installs those whose opinions are on record.

use std::env;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take to listen. moto imports much of botocore first.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at whether it listens.
const PAUSE: Duration = Duration::from_millis(50);
/// The port may be taken by another between finding and using it; then there is another.
const TRIES: usize = 5;

/// A running server.
#[derive(Debug)]
pub struct Other {
    url: String,
    child: Child,
    /// Where versitygw keeps its buckets; removed with it.
    _directory: TempDir,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum OtherError {
    /// The program is not installed.
    #[error(
        "there is no {program}: {variable} names none, and none is in {tools}; run .ci/tools, which needs {needs}"
    )]
    Missing {
        /// `moto_server` or `versitygw`.
        program: &'static str,
        /// The environment variable that may name it.
        variable: &'static str,
        /// Where `.ci/tools` puts it.
        tools: String,
        /// What installs it.
        needs: &'static str,
    },
    /// It is there, but does not run.
    #[error("{program} does not start: {error}")]
    Start {
        /// Its path.
        program: String,
        /// Why not.
        error: io::Error,
    },
    /// It runs, but does not listen.
    #[error("{program} does not listen on port {port} after {} s", PATIENCE.as_secs())]
    Silent {
        /// Its path.
        program: String,
        /// Where it should.
        port: u16,
    },
}

/// A program and where it is looked for.
struct Program {
    name: &'static str,
    variable: &'static str,
    /// Its place under `tools/`.
    tool: &'static str,
    needs: &'static str,
}

const MOTO: Program = Program {
    name: "moto_server",
    variable: "HOLDFAST_MOTO_SERVER",
    tool: "moto/bin/moto_server",
    needs: "python3",
};

const VERSITYGW: Program = Program {
    name: "versitygw",
    variable: "HOLDFAST_VERSITYGW",
    tool: "bin/versitygw",
    needs: "go",
};

impl Other {
    /// The access key of both servers.
    pub const ACCESS_KEY: &'static str = "AKIDEXAMPLE";
    /// The secret key of both.
    pub const SECRET_KEY: &'static str = "example-secret-key";
    /// The region that versitygw serves; moto serves all.
    pub const REGION: &'static str = "us-east-1";

    /// Starts moto's server: AWS's services as Python people test against them.
    ///
    /// # Errors
    /// It is not installed, or does not come up.
    pub fn moto() -> Result<Self, OtherError> {
        Self::start(&MOTO, |program, port, _| {
            let mut command = Command::new(program);
            command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
            command
        })
    }

    /// Starts versitygw over a directory of its own: a store that speaks S3 and lacks what plain
    /// stores lack.
    ///
    /// # Errors
    /// As [`Other::moto`].
    pub fn versitygw() -> Result<Self, OtherError> {
        Self::start(&VERSITYGW, |program, port, directory| {
            let (buckets, versions) = (directory.join("buckets"), directory.join("versions"));
            let mut command = Command::new(program);
            command
                .args(["--port", &format!("127.0.0.1:{port}")])
                .args(["--region", Self::REGION, "--quiet", "posix"])
                .arg("--versioning-dir")
                .args([versions, buckets])
                .env("ROOT_ACCESS_KEY", Self::ACCESS_KEY)
                .env("ROOT_SECRET_KEY", Self::SECRET_KEY);
            command
        })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn start(
        program: &Program,
        command: impl Fn(&Path, u16, &Path) -> Command,
    ) -> Result<Self, OtherError> {
        let path = program.find()?;
        let named = path.display().to_string();
        let failed = |error| OtherError::Start {
            program: named.clone(),
            error,
        };
        let mut last = 0;
        for _ in 0..TRIES {
            let directory = tempfile::tempdir().map_err(failed)?;
            for name in ["buckets", "versions"] {
                std::fs::create_dir(directory.path().join(name)).map_err(failed)?;
            }
            let port = free_port().map_err(failed)?;
            let mut child = command(&path, port, directory.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(failed)?;
            if listens(&mut child, port) {
                return Ok(Self {
                    url: format!("http://127.0.0.1:{port}"),
                    child,
                    _directory: directory,
                });
            }
            end(&mut child);
            last = port;
        }
        Err(OtherError::Silent {
            program: named,
            port: last,
        })
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

impl Program {
    fn find(&self) -> Result<PathBuf, OtherError> {
        let named = env::var_os(self.variable).filter(|path| !path.is_empty());
        let tools = tools();
        let beside = tools.as_ref().map(|tools| tools.join(self.tool));
        let found = named
            .map(PathBuf::from)
            .or_else(|| beside.filter(|path| path.is_file()));
        found.ok_or_else(|| OtherError::Missing {
            program: self.name,
            variable: self.variable,
            tools: tools.map_or_else(|| "tools/".to_owned(), |tools| tools.display().to_string()),
            needs: self.needs,
        })
    }
}

/// `tools/` in cargo's target directory: tests run in `debug/deps/` or so of it.
fn tools() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    let profile = program
        .ancestors()
        .skip(1)
        .find(|directory| !directory.ends_with("deps"))?;
    Some(profile.parent()?.join("tools"))
}

fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Waits until somebody answers there; false if the process ends before, or time runs out.
fn listens(child: &mut Child, port: u16) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if !matches!(child.try_wait(), Ok(None)) {
            return false;
        }
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_with_the_way_to_get_it() {
        let nowhere = Program {
            name: "no-such-program",
            variable: "HOLDFAST_NO_SUCH_PROGRAM",
            tool: "bin/no-such-program",
            needs: "nothing",
        };
        let error = nowhere.find().unwrap_err().to_string();
        assert!(
            error.starts_with(
                "there is no no-such-program: HOLDFAST_NO_SUCH_PROGRAM names none, and none is in "
            ) && error.ends_with("/tools; run .ci/tools, which needs nothing"),
            "{error}"
        );
    }
}
