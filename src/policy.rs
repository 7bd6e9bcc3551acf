//! The policy of the journeys: the settings by which both of them decide, as one value that neither owns.

use crate::config::rooms;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// What decides about texts. It is set once for the process, but for what carriers differ in.
#[derive(Debug, Clone)]
pub struct Policy {
    pub to_handset: rooms::ToHandset,
    pub to_desktop: rooms::ToDesktop,
    /// In what carriers differ.
    pub carriers: Arc<Carriers>,
    /// The part behind the `@` of our mails.
    pub mail_domain: String,
}

/// What a journey has to know of a carrier's dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Which parts ask for receipts.
    pub receipts: rooms::Receipts,
    /// Whether a receipt's id may be a decimal one in hexadecimal, or the reverse, where number and handset prove it.
    pub guesses_ids: bool,
}

impl From<&rooms::Carrier> for Dialect {
    fn from(carrier: &rooms::Carrier) -> Self {
        Self {
            receipts: carrier.receipts,
            guesses_ids: carrier.message_id == rooms::MessageId::Auto,
        }
    }
}

/// The dialects of all carriers; who starts their links keeps them up to date, before a link speaks.
#[derive(Debug)]
pub struct Carriers {
    /// Of those that have no settings of their own.
    general: Dialect,
    own: RwLock<HashMap<i64, Dialect>>,
}

impl Carriers {
    /// All alike.
    pub fn alike(general: Dialect) -> Self {
        Self {
            general,
            own: RwLock::default(),
        }
    }

    /// The dialect of a carrier.
    pub fn dialect_of(&self, carrier_id: i64) -> Dialect {
        let own = self.own.read().ok();
        own.and_then(|own| own.get(&carrier_id).copied())
            .unwrap_or(self.general)
    }

    /// From now on a carrier speaks so.
    pub fn learn(&self, carrier_id: i64, dialect: Dialect) {
        if let Ok(mut own) = self.own.write() {
            own.insert(carrier_id, dialect);
        }
    }
}
