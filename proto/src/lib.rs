//! Under construction.

mod accept;
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
