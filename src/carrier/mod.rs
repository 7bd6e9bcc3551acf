//! The SMPP door: a link to each carrier, what its PDUs mean, how fast it may be fed.
//!
//! The specification's spelling rules in here. A link takes what the journey out has ready, reports every outcome, and answers a delivery only when it is on disk.

mod bind;
#[cfg(test)]
mod dialects;
mod link;
#[cfg(test)]
mod link_tests;
mod pacing;
mod pdu;
mod prompt;
mod status;
mod tls;

pub use link::{Account, Link, MayWrite};
pub use tls::Tls;

use crate::config::rooms;
use smpp::IdForm;
use sms::{Country, DefaultAlphabet};
use std::time::Duration;

/// How the links to a carrier behave.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Of each bind.
    pub window: usize,
    /// Parts a second on each bind; 0: no limit.
    pub rate: f64,
    pub response_timeout: Duration,
    pub enquire_link: Duration,
    pub reconnect: Duration,
    pub system_type: String,
    pub service_type: String,
    /// As the bind carries it.
    pub interface_version: u8,
    pub bind: rooms::BindForm,
    /// `None`: in the clear.
    pub tls: Option<Tls>,
    /// What command statuses mean, over the table of all carriers.
    pub statuses: rooms::Statuses,
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
            service_type: carrier.service_type.clone(),
            interface_version: match carrier.interface_version {
                rooms::InterfaceVersion::V33 => 0x33,
                rooms::InterfaceVersion::V34 => 0x34,
                rooms::InterfaceVersion::V50 => 0x50,
            },
            bind: carrier.bind,
            tls: match carrier.tls {
                rooms::CarrierTls::None => None,
                rooms::CarrierTls::Tls => Some(Tls {
                    ca_file: carrier.tls_ca_file.clone(),
                    server_name: carrier.tls_server_name.clone(),
                }),
            },
            statuses: carrier.statuses.clone(),
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
