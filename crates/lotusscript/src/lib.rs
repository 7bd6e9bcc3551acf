//! The languages of Notes, without Notes: LotusScript and the formula language, read, checked and run.
//!
//! The crate opens no file and no socket and reads no clock of its own; what a program wants of the world it asks its host for. Source
//! may be anything: it is refused with errors that say where and what was expected, within limits, without a panic.
//!
//! - [`syntax`]: LotusScript from text to a tree and back.
//! - [`formula`]: the formula language: read, checked, and run against a host.

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod formula;
pub mod syntax;
