//! The Holdfast provider.

pub mod creation;
