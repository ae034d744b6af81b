//! Ports to AWS and their SDK adapters: the only crate that names an AWS SDK type.
//!
//! | module | holds |
//! |---|---|
//! | [`dlm`] | the port [`dlm::Dlm`], its plain types, and the SDK adapter behind it |
//! | [`error`] | [`AwsError`]: what went wrong, whether a retry can help, whether the answer was lost |
//! | [`clock`] | [`clock::Clock`]: the injected time and the waiting that goes with it |
//!
//! A caller (a resource of the provider) sees ports, plain types and [`AwsError`]; nothing else.

pub mod clock;
pub mod dlm;
pub mod error;

pub use error::{AwsError, ErrorKind};
