//! DXL, the XML of Notes databases, as a language: bytes to events, events to trees, trees to bytes.
//!
//! The crate stands on its own: it opens no file and no socket, reads no clock, and fetches nothing that a file names. What comes
//! in may be anything: cut off, in another encoding, nested a million deep. It is refused with an [`Error`] that says where and how
//! to mend it, within [`Limits`], without a panic.
//!
//! Begin with the [`guide`]. From the bottom up:
//!
//! - [`source`]: bytes to events, streaming, hardened.
//! - [`notes`]: the documents of a file, one after the other: items, rich text, dates.
//! - [`tree`]: events to a lossless tree, to look at and to change; [`mod@write`]: trees to bytes.
//! - [`design`]: what is in a tree as forms, views, agents and so on, with their code.
//! - [`builder`]: databases and their design, made so that they can only come out right.
//! - [`schema`]: which element may stand where, and what it bears.
//! - [`check`](mod@check): whether a file is DXL, and whether Domino's importer takes it.
//! - [`diff`](mod@diff): what really differs between two files; [`clean`](mod@clean): what a repository should keep of one.

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod builder;
pub mod check;
pub mod clean;
pub mod design;
pub mod diff;
mod error;
pub mod guide;
mod meaning;
pub mod notes;
pub mod position;
mod references;
pub mod schema;
pub mod source;
pub mod tree;
mod uses;
pub mod write;

pub use error::Error;
pub use position::{Place, Position};
pub use source::{Event, Limits, Source};
pub use tree::{Element, ElementMut, Kind, Node, NodeId, Tree};
pub use write::WriteError;

/// The namespace of every element of DXL.
pub const NAMESPACE: &str = "http://www.lotus.com/dxl";
