//! What the HTTP doors share: the listener, the caller, limits; and the way to ask ourselves.

pub mod caller;
pub mod listener;
pub mod own_door;

pub use listener::{BodyError, Limits, Peer, peer, read_body, serve};
