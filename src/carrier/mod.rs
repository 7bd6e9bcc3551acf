//! The SMPP door: a link to each carrier, what its PDUs mean, how fast it may be fed.
//!
//! The specification's spelling rules in here. A link takes what the journey out has ready, reports every outcome, and answers a delivery only when it is on disk.

#[cfg(test)]
mod dialects;
mod link;
mod pacing;
mod pdu;
mod status;

pub use link::{Account, Link, LinkState};

use crate::config::rooms;
use smpp::IdForm;
use sms::{Country, DefaultAlphabet};
use std::time::Duration;

/// How links to carriers behave.
#[derive(Debug, Clone)]
pub struct Settings {
    pub window: usize,
    /// Parts a second; 0: no limit.
    pub rate: f64,
    pub response_timeout: Duration,
    pub enquire_link: Duration,
    pub reconnect: Duration,
    pub system_type: String,
    pub message_id: IdForm,
    pub default_alphabet: DefaultAlphabet,
    pub receipts: rooms::Receipts,
    pub source_ton: u8,
    pub source_npi: u8,
    pub dest_ton: u8,
    pub dest_npi: u8,
    pub country: Country,
    /// That a link without TLS may leave this machine: a private line or a VPN carries it.
    pub private_network: bool,
}

impl From<&rooms::Carrier> for Settings {
    fn from(carrier: &rooms::Carrier) -> Self {
        Self {
            window: usize::from(carrier.window).max(1),
            rate: carrier.rate,
            response_timeout: carrier.response_timeout_s.duration(),
            enquire_link: carrier.enquire_link_s.duration(),
            reconnect: carrier.reconnect_s.duration(),
            system_type: carrier.system_type.clone(),
            message_id: match carrier.message_id {
                rooms::MessageId::Auto | rooms::MessageId::AsIs => IdForm::Text,
                rooms::MessageId::HexReceipts => IdForm::DecimalInResponseHexInReceipt,
                rooms::MessageId::DecimalReceipts => IdForm::HexInResponseDecimalInReceipt,
            },
            default_alphabet: match carrier.default_alphabet {
                rooms::DefaultAlphabet::Gsm => DefaultAlphabet::Gsm,
                rooms::DefaultAlphabet::GsmPacked => DefaultAlphabet::GsmPacked,
                rooms::DefaultAlphabet::Latin1 => DefaultAlphabet::Latin1,
            },
            receipts: carrier.receipts,
            source_ton: carrier.source_ton,
            source_npi: carrier.source_npi,
            dest_ton: carrier.dest_ton,
            dest_npi: carrier.dest_npi,
            country: Country::parse(&carrier.country).unwrap_or(Country::AU),
            private_network: carrier.private_network,
        }
    }
}
