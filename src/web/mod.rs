//! What the HTTP doors share: the listener, the caller, limits.

pub mod caller;
pub mod listener;

pub use listener::{BodyError, Limits, Peer, peer, read_body, serve};
