//! The Terraform plugin protocol 6: write a provider in Rust.
//!
//! A resource is a field list and one method per operation:
//!
//! ```
//! use tfplugin::prelude::*;
//!
//! model! {
//!     /// A note.
//!     pub struct Note {
//!         /// The name of its file.
//!         pub name: Attr<String> = required().validate(length(1..=80)).requires_replace(),
//!         /// What it says.
//!         pub text: Attr<String> = optional().default("nothing yet"),
//!         /// Where it is.
//!         pub path: Attr<String> = computed().use_state_for_unknown(),
//!     }
//! }
//!
//! pub struct Handler;
//!
//! impl Resource for Handler {
//!     type Client = String; // what the provider's `configure` makes
//!     type Model = Note;
//!     const TYPE_NAME: &'static str = "notes_note";
//!
//!     async fn create(&self, cx: &mut Cx<String>, mut note: Note) -> Applied<Note> {
//!         let name = note.name.as_str().unwrap_or_default();
//!         note.path.fill(format!("{}/{name}", cx.client));
//!         // ... write the file; then:
//!         Applied::Done(note)
//!     }
//! #   async fn read(&self, _: &mut Cx<String>, n: Note) -> Result<ReadBack<Note>, Diagnostics> { Ok(ReadBack::Present(n)) }
//! #   async fn update(&self, _: &mut Cx<String>, _: &Note, n: Note) -> Applied<Note> { Applied::Done(n) }
//! #   async fn delete(&self, _: &mut Cx<String>, _: Note) -> Deleted { Deleted::Done }
//!     // read, update, delete; and where wanted: validate, plan, import, upgrade
//! }
//! ```
//!
//! `examples/minimal.rs` is a whole provider. What an author needs, in the order of a file:
//!
//! - [`model!`](crate::model!): attributes and blocks. [`Attr`] is known, null or unknown; [`One`],
//!   [`Many`] and [`Keyed`] are nested blocks.
//! - [`validators`], [`modifiers`]: what a value must satisfy, what happens to it in a plan.
//! - [`Resource`], [`DataSource`], [`Provider`]: the operations. Their outcomes are enums
//!   ([`Applied`], [`ReadBack`], [`Deleted`]); errors and warnings are [`Diagnostics`], each at the
//!   [`path!`](crate::path!) of its attribute ([`Result`] has them as its error).
//! - [`Cx`]: what an operation is handed: the client, a cancellation token, [`Private`] state, and
//!   [`Cx::checkpoint`], which keeps what was made if the operation dies.
//! - [`docs`]: registry pages from schemas; [`schema::Schema::faults`]: what a test asserts of each.
//! - [`resources!`](crate::resources!): the registry, one word per resource.
//! - [`serve`]: the provider's `main`.
//! - [`AnyProvider`], [`AnyResource`], [`AnyDataSource`]: all of it over plain values, for a
//!   provider whose schemas are data.
//!
//! The feature `client` (off by default) adds the module `client`, the host's end of the protocol:
//! it starts a provider as Terraform does and speaks to it, for tests.

// The transport. `serve` is the life of the process: `handshake`, `socket`, `tls` and `accept` let
// the host in, `route` hands its requests to the author's half and to `goplugin`, `work` runs what
// they start, `lifecycle` and `signals` know the end, `logging` speaks to the host's log.
mod accept;
#[cfg(feature = "client")]
pub mod client;
pub(crate) mod generated;
mod goplugin;
mod handshake;
mod lifecycle;
mod logging;
mod route;
mod serve;
mod signals;
mod socket;
mod tls;
mod work;

// The author's half.
mod check;
mod data_source;
mod diagnostic;
pub mod docs;
mod erased;
pub mod model;
pub mod modifiers;
mod path;
mod plan;
pub mod prelude;
mod private;
mod provider;
mod registry;
mod resource;
pub mod schema;
mod service;
mod state;
mod validate;
pub mod validators;
mod walk;
mod wire;

pub use cty::{Number, Path, PathStep, Type, Value};
pub use data_source::{DataCx, DataSource};
pub use diagnostic::{Diagnostic, Diagnostics, Result, Severity};
pub use erased::{AnyDataSource, AnyProvider, AnyResource, data_source, resource};
pub use model::{Attr, Keyed, Many, Model, One};
pub use path::{IntoStep, Key, Trail};
pub use private::{Private, PrivateError, PrivateKey};
pub use provider::{ConfigureCx, Configured, Provider};
pub use resource::{Applied, Change, Cx, Deleted, PlanCx, ReadBack, Resource};
pub use tokio_util::sync::CancellationToken;

/// Serves a provider until the host ends the process: what `main` returns. Every [`Provider`] is
/// an [`AnyProvider`].
///
/// The code is 0 after a normal end. Started by hand instead of by Terraform, the process says on
/// stderr what it is and ends with 1.
pub fn serve(provider: impl AnyProvider) -> std::process::ExitCode {
    serve::serve(provider.quiet(), |work| {
        service::Service::new(provider, work)
    })
}

/// What the macros write; no part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::model::{Field, decode, encode, name, shown, text};

    /// One step of a path.
    pub fn step(step: impl crate::IntoStep) -> crate::PathStep {
        step.into_step()
    }
}
