//! The stand-ins of `demo` and `smsc`: a carrier's SMSC with its phones, and a mail catcher.

pub mod handsets;
pub mod smsc;
pub mod stand_ins;
