//! SMPP 3.4 as it is spoken in the field: PDUs read leniently, the session from both sides, receipts and message ids.
//!
//! The crate stands on its own: it knows sockets (any `AsyncRead + AsyncWrite`) and time-outs, and nothing of queues, numbers or
//! databases. From the bottom up:
//!
//! - [`status`], [`tlv`], [`message`], [`pdu`]: one PDU to and from octets. Decoding forgives what real SMSCs send (see [`pdu`]).
//! - `session` (private): one task that owns a bound socket; requests by token, deadlines, enquire_link, exact accounts of what was
//!   written.
//! - [`client`] (ESME) and [`server`] (SMSC, for the simulator and tests): the two faces of that task.
//! - [`receipt`] and [`message_id`]: what the receipts of the world's SMSCs have in common.
//!
//! **Why the codec is our own.** The strict codecs at hand refuse whole PDUs for one odd field (a TLV string without its NUL, an
//! address of 21 characters, five characters of validity). Wrapping one would mean a second, lenient parser for whatever it
//! refuses, plus a conversion for whatever it accepts; the lenient parser alone is smaller and faster. `rusmpp` stays as the
//! witness in the tests: each side reads what the other writes.

#![warn(missing_docs)]

pub mod client;
mod handshake;
mod inbox;
pub mod message;
pub mod message_id;
pub mod pdu;
pub mod receipt;
mod secret;
pub mod server;
mod session;
pub mod status;
pub mod tlv;

pub use client::{BindError, Client, ClientSettings, DeliveryKind, Event, Gate, Gone, bind};
pub use message::{Address, ShortMessage};
pub use message_id::{IdForm, IdPlace, canonical, other_spellings, receipt_id};
pub use pdu::{Bind, BindKind, BindResp, Frame, MAX_PDU, Pdu};
pub use receipt::{ReceiptDate, ReceiptText, parse_receipt, parse_receipt_date, plain_text};
pub use secret::Secret;
pub use server::{AcceptError, BindRequest, Limits, PendingBind, Server, ServerEvent, accept};
pub use status::CommandStatus;
pub use tlv::{Tlv, tag};
