//! The crate over real loopback TCP: against itself, against hostile peers, against an independent codec.
#![allow(clippy::unwrap_used)] // a test that unwraps nothing fails

mod hostile;
mod loopback;
mod message_ids;
mod odd_pdus;
mod peer;
mod witness;
