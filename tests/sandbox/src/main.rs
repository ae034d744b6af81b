//! `holdfast-sandbox`: the sandbox as a process of its own.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use holdfast_sandbox::Sandbox;
use tokio::signal::unix::{SignalKind, signal};

/// An AWS in one process, for tests and demos: DLM, S3 and STS on one loopback port.
///
/// Point every endpoint of a client at the printed address and give it any credentials. Nothing is
/// stored on disk. `GET /_sandbox/state` shows what exists, `GET /_sandbox/log` what was asked.
#[derive(Debug, Parser)]
#[command(name = "holdfast-sandbox", version)]
struct Arguments {
    /// Loopback address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("holdfast-sandbox: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Serves until SIGTERM or SIGINT.
#[tokio::main(flavor = "current_thread")]
async fn run(arguments: &Arguments) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
    let sandbox = Sandbox::start_at(arguments.listen)?;
    // The first line tells whoever started this where to find it; `println!` flushes at its end.
    println!("listening on {}", sandbox.url());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
