//! The policy of the journeys: the settings by which both of them decide, as one value that neither owns.

use crate::config::rooms;

/// What decides about texts and is set once for the process.
#[derive(Debug, Clone)]
pub struct Policy {
    pub to_handset: rooms::ToHandset,
    pub to_desktop: rooms::ToDesktop,
    /// Which parts ask for receipts.
    pub receipts: rooms::Receipts,
    /// Whether a receipt's id may be a decimal one in hexadecimal, or the reverse, where number and handset prove it.
    pub guesses_ids: bool,
    /// The part behind the `@` of our mails.
    pub mail_domain: String,
}
