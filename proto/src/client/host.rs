//! Starts a provider's program as a host does, and watches it to its end.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use super::plugin::{Empty, GrpcControllerClient};
use super::{Channel, Error, Handshake, Identity, Provider, connect, provider};
use crate::handshake::COOKIE;

/// How long a host waits for the handshake.
const START: Duration = Duration::from_secs(60);
/// How long to wait for a provider that was asked to end; only a broken one needs it.
const END: Duration = Duration::from_secs(60);

/// How to start a provider.
#[derive(Debug)]
pub struct Launch {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    tls: bool,
}

impl Launch {
    /// The program, started as Terraform does.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            tls: true,
        }
    }

    /// An argument; hosts give none.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// A variable on top of what the host sets.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Like a host under `TF_DISABLE_PLUGIN_TLS`.
    #[must_use]
    pub fn without_tls(mut self) -> Self {
        self.tls = false;
        self
    }

    /// Starts the program, reads its handshake and connects.
    ///
    /// # Errors
    /// Whatever a host would say about it.
    pub async fn start(self) -> Result<Host, Error> {
        let identity = self.tls.then(Identity::generate).transpose()?;
        let mut child = self
            .command(identity.as_ref())
            .spawn()
            .map_err(|reason| Error::Run {
                program: self.program.display().to_string(),
                reason,
            })?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(Error::Connect("the pipes are missing".into()));
        };
        let stderr = collect(stderr);
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        match timeout(START, stdout.read_line(&mut line)).await {
            Err(_) => return Err(Error::Slow("announce itself")),
            Ok(Ok(1..)) => {}
            Ok(_) => {
                let ended = ended(child, stdout, stderr).await?;
                return Err(Error::Ended {
                    status: ended.status,
                    stderr: ended.stderr,
                });
            }
        }
        let handshake: Handshake = line.trim_end_matches('\n').parse()?;
        let channel = connect(&handshake, identity.as_ref()).await?;
        Ok(Host {
            child,
            stdout,
            stderr,
            handshake,
            identity,
            channel,
        })
    }

    fn command(&self, identity: Option<&Identity>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .env_remove("PLUGIN_CLIENT_CERT")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(identity) = identity {
            command.env("PLUGIN_CLIENT_CERT", identity.pem());
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A running provider and the host's session with it. Dropping it kills the provider.
#[derive(Debug)]
pub struct Host {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: watch::Receiver<String>,
    handshake: Handshake,
    identity: Option<Identity>,
    channel: Channel,
}

impl Host {
    /// Starts `program` with what Terraform sets and nothing else.
    ///
    /// # Errors
    /// As [`Launch::start`].
    pub async fn start(program: impl AsRef<Path>) -> Result<Self, Error> {
        Launch::new(program.as_ref()).start().await
    }

    /// The provider's service. Clones share the connection.
    pub fn provider(&self) -> Provider {
        provider(self.channel.clone())
    }

    /// The connection, for go-plugin's own services.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// What the provider announced.
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// What the provider was told to let in; none without TLS.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The process; none once it has ended.
    pub fn process_id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Returns once the provider has written `text` to its log.
    ///
    /// # Errors
    /// It does not.
    pub async fn logged(&self, text: &str) -> Result<(), Error> {
        let mut log = self.stderr.clone();
        let found = timeout(END, log.wait_for(|log| log.contains(text))).await;
        match found {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Error::Slow("write the expected line to its log")),
        }
    }

    /// Asks the provider to end, hangs up and waits, as a host does at the end of each phase.
    ///
    /// # Errors
    /// It does not end.
    pub async fn shut_down(self) -> Result<Ended, Error> {
        // A host ignores the answer.
        let _ = GrpcControllerClient::new(self.channel.clone())
            .shutdown(Empty {})
            .await;
        self.hang_up().await
    }

    /// Waits, connected, for the provider to end by itself.
    ///
    /// # Errors
    /// It does not end.
    pub async fn wait(self) -> Result<Ended, Error> {
        let end = ended(self.child, self.stdout, self.stderr).await;
        drop(self.channel);
        end
    }

    /// Hangs up without a word, as a host does that was killed, and waits.
    ///
    /// # Errors
    /// It does not end. A clone of the connection or of the provider's client keeps it connected.
    pub async fn hang_up(self) -> Result<Ended, Error> {
        drop(self.channel);
        ended(self.child, self.stdout, self.stderr).await
    }
}

/// How a provider ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it wrote to stdout behind the handshake; hosts expect nothing.
    pub stdout: String,
    /// Its log.
    pub stderr: String,
}

async fn ended(
    mut child: Child,
    mut stdout: BufReader<ChildStdout>,
    stderr: watch::Receiver<String>,
) -> Result<Ended, Error> {
    let mut rest = Vec::new();
    let end = async {
        // A pipe that breaks is at its end.
        let _ = stdout.read_to_end(&mut rest).await;
        child.wait().await
    };
    let status = timeout(END, end)
        .await
        .map_err(|_| Error::Slow("end"))?
        .map_err(|error| Error::Connect(error.to_string()))?;
    Ok(Ended {
        status,
        stdout: String::from_utf8_lossy(&rest).into_owned(),
        stderr: whole(stderr).await,
    })
}

/// Reads a pipe to its end, so that the provider never waits for the host to read.
fn collect(pipe: impl AsyncRead + Send + Unpin + 'static) -> watch::Receiver<String> {
    let (text, read) = watch::channel(String::new());
    tokio::spawn(async move {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while let Ok(1..) = pipe.read_until(b'\n', &mut line).await {
            text.send_modify(|text| text.push_str(&String::from_utf8_lossy(&line)));
            line.clear();
        }
    });
    read
}

/// The whole text, once the pipe is at its end.
async fn whole(mut text: watch::Receiver<String>) -> String {
    // Fails when the reader is done.
    while text.changed().await.is_ok() {}
    text.borrow().clone()
}
