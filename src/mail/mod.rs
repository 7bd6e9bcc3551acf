//! The mail side: writing our mails and handing them to the relay.
