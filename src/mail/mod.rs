//! The mail side: writing our mails and handing them to the relay.
//!
//! [`letter`] turns plain values into a finished mail, [`relay`] hands it over and says what became of it, [`watch`] whether the relay answers at all. None knows the store or a
//! journey.

pub mod letter;
pub mod relay;
pub mod sender;
pub mod watch;
