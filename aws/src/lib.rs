//! Ports to AWS and their SDK adapters: the only crate that names an AWS SDK type.
//!
//! | module | holds |
//! |---|---|
//! | [`dlm`] | the port [`dlm::Dlm`], its plain types, and the SDK adapter behind it |
//! | [`s3`] | the port [`s3::S3`] of buckets and their settings, its plain types, the lifecycle document, the SDK adapter |
//! | [`services`] | [`Services`]: one account, a port per service and region |
//! | [`config`] | [`ClientConfig`]: the provider's arguments about reaching AWS |
//! | [`clients`] | [`Clients`]: those arguments turned into clients, credentials and all |
//! | [`region`] | [`Region`]: a region's name, with a guess at what was meant |
//! | [`error`] | [`AwsError`]: what went wrong, whether a retry can help, whether the answer was lost |
//! | [`clock`] | [`clock::Clock`]: the injected time and the waiting that goes with it |
//! | `fake` | an account in memory, for tests (feature `fake`) |
//!
//! A caller (a resource of the provider) sees ports, plain types and [`AwsError`]; nothing else.

pub mod clients;
pub mod clock;
pub mod config;
mod credentials;
pub mod dlm;
pub mod error;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
mod files;
mod found;
mod http;
mod patient;
mod refusal;
pub mod region;
pub mod s3;
pub mod services;
mod words;

pub use clients::Clients;
pub use config::{BadSetting, ClientConfig, Secret};
pub use error::{AwsError, ErrorKind};
pub use region::{InvalidRegion, Region};
pub use services::{Account, Services};
