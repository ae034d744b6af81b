//! A host that behaves like Terraform core, for tests of providers: the same calls in the same
//! order (plugin protocol, 8.2), the same checks of every answer (section 4), with each rule named.
//!
//! - [`Core`]: keeps a state and takes an object of each type through plan, apply, replace, destroy,
//!   import and refresh. A broken rule stops it with a [`Violation`].
//! - [`Rule`]: what it enforces.
//! - [`check`]: the checks themselves, over values.
//! - [`proposed`]: the proposal that core sends with each plan.
//! - [`schema`]: schemas read from the wire, and configurations made whole by them.
//! - [`Program`]: a provider's program; [`Provider`] is anything that answers like one, such as the
//!   deliberately wrong one of `tests/rules.rs`, which breaks every rule once.
//!
//! Where it differs from Terraform: one object of each type, known by the type's name; the flag
//! `legacy_type_system`, which relaxes Terraform's checks, is not honoured; a plan phase does not
//! run a validate walk in a process of its own first. Identity (but for the rule that nobody without
//! a schema has one), ephemeral resources, data sources, moves, functions, list resources and
//! actions are not driven yet.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use cty::Value;
//! use holdfast_host::{Action, Core, Processes, Program};
//!
//! let program = Program::new("terraform-provider-example", [], Processes::OnePerPhase);
//! let mut core = Core::start(program).await?;
//! core.configure(Value::empty_object()).await?;
//! let config = Value::object([("name", Value::string("one"))]);
//! assert_eq!(core.apply("example_thing", Some(&config)).await?, Action::Create);
//! assert_eq!(core.apply("example_thing", Some(&config)).await?, Action::NoOp);
//! assert_eq!(core.apply("example_thing", None).await?, Action::Delete);
//! # Ok(())
//! # }
//! ```

pub mod check;
mod core;
pub mod proposed;
mod provider;
mod rule;
pub mod schema;
mod wire;

pub use core::{Action, Core, Order, Plan, State, Stop, Stored};
pub use provider::{Begun, Process, Processes, Program, Provider};
pub use rule::{Fault, Refusal, Rule, Violation};
