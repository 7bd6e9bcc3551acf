//! Tests of the parser: what sources mean, what is said of wrong ones, and that nothing is lost.

mod errors;
mod meaning;
mod random;
