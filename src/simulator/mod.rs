//! The stand-ins of `demo` and `smsc`: a carrier's SMSC with its phones, a mail catcher, and the page that shows both side by side.

pub mod catcher;
pub mod desk;
pub mod handsets;
pub mod mailbox;
pub mod page;
pub mod smsc;
pub mod stand_ins;
