//! The stand-ins of `demo` and `smsc`: a carrier's SMSC with its phones, and a mail catcher.

pub mod catcher;
pub mod mailbox;
pub mod page;
