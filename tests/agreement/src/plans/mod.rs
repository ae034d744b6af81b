//! Plan files that real hosts made, read by us.
//!
//! - `made`: a host makes a plan and shows it. - `held`: both readers held to what it shows, and to
//!   each other.

mod held;
mod made;

pub use held::{Held, held};
pub use made::{Made, make, schemas};
