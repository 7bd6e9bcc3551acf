//! The SOAP door: the legacy interface, its WSDL, envelopes and faults.
//!
//! A call's way in: [`charset`] makes text of bytes, [`envelope`] makes a [`envelope::Call`] of text, [`legacy`] makes a typed
//! [`legacy::Request`] of that. The way out: a [`answer::Response`], or a [`fault::FaultReason`] when the call was malformed. [`door`] is where both meet HTTP and the
//! journeys.

pub mod answer;
pub mod charset;
#[cfg(test)]
mod corpus;
pub mod door;
pub mod envelope;
pub mod fault;
pub mod legacy;
pub mod routes;
pub mod self_call;
pub mod values;
pub mod wsdl;
