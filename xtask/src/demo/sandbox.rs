//! The sandbox as a program of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use holdfast_sandbox::Remote;

use super::held::Held;

/// The sandbox as a program of its own, so that `--keep` can leave it behind.
pub(super) struct SandboxProcess {
    child: Option<Child>,
    pub(super) url: String,
}

impl SandboxProcess {
    /// Starts it; with `keep` it survives the demo.
    pub(super) fn start(program: &Path, keep: bool) -> Result<Self> {
        let mut start = Command::new(program);
        start.args(["--listen", "127.0.0.1:0"]);
        start
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // Ctrl-C in the shell must not end a sandbox that is kept, and must end any other: the demo
        // that would do so ends with it.
        if keep {
            std::os::unix::process::CommandExt::process_group(&mut start, 0);
        }
        let mut child = start.spawn().context("cannot start the sandbox")?;
        let stdout = child.stdout.take().context("the sandbox has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        match line.trim().strip_prefix("listening on ") {
            Some(url) => Ok(Self {
                url: url.to_owned(),
                child: Some(child),
            }),
            None => {
                let _ = child.kill();
                bail!("the sandbox began with {line:?} instead of its address")
            }
        }
    }
}

impl SandboxProcess {
    /// The way to its control requests.
    pub(super) fn remote(&self) -> Result<Remote> {
        Ok(Remote::new(&self.url)?)
    }

    /// What it holds.
    pub(super) fn held(&self) -> Result<Held> {
        Ok(Held::new(&self.remote()?.state()?))
    }

    /// Leaves it running; answers its process id.
    pub(super) fn forget(&mut self) -> u32 {
        self.child.take().map_or(0, |child| child.id())
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Already gone is as good as ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
