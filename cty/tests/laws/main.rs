//! Laws that hold for all values: property tests.

mod codecs;
mod conversions;
mod generate;
mod numbers;
