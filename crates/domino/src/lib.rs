//! Notes as scripts see it, without Notes: the product objects over databases that live in memory and came from DXL.
//!
//! A [`World`] is what a run of an agent sees: who runs it, which databases there are, what the clock says, what a person answers in windows, and how HTTP goes out. It is
//! the host of `lotusscript`, and of the formula language. The crate opens no file and no socket and reads no clock; what goes out goes through [`Transport`]. What Notes has
//! and this crate has not fails with its name, never silently.
//!
//! - [`World`]: what all objects share.
//! - `objects`: one file for each family of classes, as the classes of Notes are named.

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod agent;
mod bytes;
mod charset;
mod convert;
mod form;
mod formulas;
mod mail;
mod names;
mod object;
mod objects;
mod report;
pub mod store;
#[cfg(test)]
mod tests;
mod time;
mod trace;
mod transport;
mod windows;
mod world;
mod xml;

pub use agent::{AgentError, agents_of};
pub use mail::Mail;
pub use report::{CallPlace, DocumentChange, Failure, Report, WhatChanged};
pub use store::{DatabaseId, Store};
pub use trace::{Trace, Traced, Wish};
pub use transport::{
    Exchange, NoNetwork, Request, Response, Transport, TransportError, without_secrets,
};
pub use windows::{Choice, Window, WindowAnswer};
pub use world::World;
