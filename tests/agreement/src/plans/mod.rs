//! Plan files that real hosts made, read by us.
//!
//! - `made`: a host makes a plan and shows it. - `held`: both readers held to what it shows, and to
//!   each other.
//! - `generated`: plans of generated configurations. - `verdicts`: what the checker says of a
//!   configuration. - `ways`: in every way that it comes.

pub mod generated;
mod held;
mod made;
pub mod verdicts;
mod ways;

pub use held::{Held, held};
pub use made::{Made, make, schemas};
pub use ways::{Ways, checked};
