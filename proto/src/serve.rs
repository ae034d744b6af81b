//! The whole life of a provider process: read what the host says, listen, announce, answer, end.

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;

use crate::accept::accept;
use crate::generated::tfplugin6::provider_server::Provider;
use crate::handshake::{Environment, Line, StartError, announce};
use crate::lifecycle::Lifecycle;
use crate::route::Router;
use crate::signals::Signals;
use crate::socket::Socket;
use crate::tls::Session;
use crate::work::Work;
use crate::{logging, work};

/// How long answers may take to leave after the end; the host kills after two seconds.
const PARTING: Duration = Duration::from_millis(500);
/// How long stopped work may take to end when nobody waits for its answer any more.
const FAREWELL: Duration = Duration::from_secs(2);
/// Exit code of a Go program that panicked.
const CRASHED: u8 = 2;

/// Serves until the host ends the process; what a provider's `main` returns.
///
/// `provider` is made inside the runtime, with the [`Work`] that it shares with this process.
/// Crates that begin with one of `quiet` log warnings only.
/// The code is 0 after a normal end, 1 (with a sentence on stderr) if serving could not begin.
pub(crate) fn serve<P: Provider>(
    quiet: &'static [&'static str],
    provider: impl FnOnce(Work) -> P,
) -> ExitCode {
    logging::report_panics();
    let served = std::panic::catch_unwind(AssertUnwindSafe(|| run(quiet, provider)));
    match served {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        Err(payload) => {
            logging::crashed(&work::message(payload.as_ref()));
            CRASHED.into()
        }
    }
}

fn run<P: Provider>(
    quiet: &'static [&'static str],
    provider: impl FnOnce(Work) -> P,
) -> Result<(), StartError> {
    let environment = Environment::read(|name| std::env::var_os(name))?;
    logging::start(quiet);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::Prepare(error.to_string()))?;
    let served = runtime.block_on(async {
        // First of all: from here on Ctrl-C belongs to the host.
        let signals = Signals::listen().map_err(|error| StartError::Prepare(error.to_string()))?;
        let server = Server::bind(environment).await?;
        let (life, work) = (Lifecycle::new(), Work::default());
        let provider = provider(work.clone());
        tracing::debug!(
            address = %server.socket.address(),
            tls = server.session.is_some(),
            "serving"
        );
        announce(&server.line()).map_err(|error| StartError::Prepare(error.to_string()))?;
        tokio::join!(
            server.run(provider, &life),
            end_when_due(signals, &work, &life),
        );
        Ok(())
    });
    // Work that does not end must not hold the process.
    runtime.shutdown_background();
    served
}

/// Ends the life when the host or a signal says so, or when the host is gone.
async fn end_when_due(signals: Signals, work: &Work, life: &Lifecycle) {
    tokio::select! {
        () = life.ended() => {
            tracing::debug!("the host has ended the provider");
            return;
        }
        () = life.abandoned() => {}
        () = signals.ending(work) => {}
    }
    work.stop();
    // No answer can be delivered, but half a create is worse than a whole one.
    let _ = timeout(FAREWELL, work.finished()).await;
    life.end();
}

/// A provider that listens.
#[derive(Debug)]
pub(crate) struct Server {
    socket: Socket,
    session: Option<Session>,
    reads_multiplex: bool,
}

impl Server {
    /// Listens as the host wants it. Connections wait until [`Self::run`].
    ///
    /// # Errors
    /// No socket, no certificate.
    pub(crate) async fn bind(environment: Environment) -> Result<Self, StartError> {
        Ok(Self {
            socket: Socket::bind(&environment).await?,
            session: environment
                .client_certificate
                .map(Session::new)
                .transpose()?,
            reads_multiplex: environment.reads_multiplex,
        })
    }

    /// What to announce.
    pub(crate) fn line(&self) -> Line<'_> {
        Line {
            address: self.socket.address(),
            certificate: self.session.as_ref().map(|session| &session.certificate),
            multiplex: self.reads_multiplex,
        }
    }

    /// Answers until the life ends, then a moment longer for answers under way.
    pub(crate) async fn run<P: Provider>(self, provider: P, life: &Lifecycle) {
        let (admitted, connections) = mpsc::channel(16);
        let tls = self
            .session
            .map(|session| TlsAcceptor::from(session.config));
        let router = Router::new(provider, life);
        let serving = tonic::transport::Server::builder().serve_with_incoming_shutdown(
            router,
            ReceiverStream::new(connections),
            life.ended(),
        );
        let parting = async {
            life.ended().await;
            tokio::time::sleep(PARTING).await;
        };
        let answering = async {
            tokio::select! {
                served = serving => if let Err(error) = served {
                    tracing::error!(%error, "the server failed");
                },
                () = parting => tracing::debug!("left answers behind"),
            }
            // If the server fails there is nothing left to live for.
            life.end();
        };
        tokio::join!(accept(self.socket, tls, admitted, life.clone()), answering);
    }
}

#[cfg(all(test, unix, feature = "client"))]
mod tests;
