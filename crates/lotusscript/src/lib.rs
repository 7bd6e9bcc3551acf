//! The languages of Notes, without Notes: LotusScript and the formula language, read, checked and run.
//!
//! The crate opens no file and no socket and reads no clock of its own; what a program wants of the world it asks its host for. Source
//! may be anything: it is refused with errors that say where and what was expected, within limits, without a panic.
//!
//! - [`syntax`]: LotusScript from text to a tree and back.
//! - [`check`](mod@check): names, types, members and releases: what would not compile or not run as meant.
//! - [`notes`]: the classes, functions and constants that Notes brings along, with their releases.
//! - [`sources`]: where LotusScript is found in DXL.
//! - [`run`]: programs, run within limits against a host.
//! - [`formula`]: the formula language, from text to values.

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
pub mod formula;
pub mod notes;
pub mod run;
pub mod sources;
pub mod syntax;
