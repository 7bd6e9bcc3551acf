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

mod bytes;
mod charset;
mod object;
mod objects;
mod transport;
mod world;
mod xml;

pub use transport::{
    Exchange, NoNetwork, Request, Response, Transport, TransportError, without_secrets,
};
pub use world::World;
