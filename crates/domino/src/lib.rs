//! Notes as scripts see it, without Notes: the product objects over databases that live in memory and came from DXL.
//!
//! A [`World`] is what a run of an agent sees: who runs it, which databases there are, what the clock says, what a person answers in windows, and how HTTP goes out. It is
//! the host of `lotusscript`, and of the formula language. The crate opens no file and no socket and reads no clock; what goes out goes through [`Transport`]. What Notes has
//! and this crate has not fails with its name, never silently.
//!
//! - [`World`]: what all objects share, and what a run leaves: windows, mails, requests, the trace.
//! - [`store`]: databases, read from DXL and written as DXL.
//! - [`World::run_agent`]: finds an agent, puts it together with its libraries, gives it its documents and runs it; [`World::report`] tells what came of it.
//! - `objects`: one file for each family of classes, as the classes of Notes are named.
//!
//! ```
//! use domino::{World, store::tree_of};
//!
//! let design = tree_of("<database xmlns='http://www.lotus.com/dxl' title='Boats'>
//! <agent name='Launch'><trigger type='scheduled'/><documentset type='modified'/>
//! <code event='initialize'><lotusscript>Sub Initialize
//!     Dim session As New NotesSession
//!     Dim boats As NotesDocumentCollection, boat As NotesDocument
//!     Set boats = session.CurrentDatabase.UnprocessedDocuments
//!     Set boat = boats.GetFirstDocument
//!     boat.State = \"afloat\"
//!     Call boat.Save(True, False)
//!     Print boat.Name(0) + \" is launched\"
//! End Sub</lotusscript></code></agent>
//! <document form='Boat'><item name='Name'><text>Ellen</text></item></document></database>")?;
//!
//! let mut world = World::new(1);
//! let database = world.store.add("", "boats.nsf", design);
//! let failure = world.run_agent(database, "Launch", None)?;
//! let report = world.report(failure);
//! assert!(report.failure.is_none());
//! assert_eq!(report.printed, ["Ellen is launched"]);
//! assert!(report.documents[0].difference.as_ref().is_some_and(|d| d.to_string().contains("afloat")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod agent;
mod bytes;
mod charset;
mod convert;
mod files;
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
pub use lotusscript::international::{DateOrder, International};
pub use mail::Mail;
pub use report::{
    CallPlace, DocumentChange, Failure, FileChange, HttpExchange, Report, WhatChanged,
};
pub use store::{DatabaseId, Store};
pub use trace::{Trace, Traced, Wish};
pub use transport::{
    Exchange, NoNetwork, Request, Response, Transport, TransportError, without_secrets,
};
pub use windows::{Choice, Window, WindowAnswer};
pub use world::World;
