//! The commands, one file each.

pub mod admin;
pub mod migrate;
pub mod place;
pub mod verify;
