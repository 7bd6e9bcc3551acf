//! What carriers send, in tables, one subject a file: each row names whose SMSC it comes from and where that is written down.
//!
//! A source is `repository#number` for an issue or pull request on GitHub, `repository:path` for a file there, a section of a
//! specification, or an address. Numbers of people are replaced, their texts are ours.

mod addresses;
mod deposits;
mod receipts;
mod replies;

use super::Settings;
use super::pdu::{self, Delivered};
use crate::clock::Clock;
use crate::config::rooms;
use bytes::Bytes;
use smpp::{Address, ShortMessage};

/// A carrier as a new one starts, but for ids: as they are written.
fn settings() -> Settings {
    Settings {
        message_id: smpp::IdForm::Text,
        ..Settings::from(&rooms::Carrier::default())
    }
}

/// A deliver_sm from a handset to one of our numbers.
fn deliver(esm_class: u8, data_coding: u8, user_data: &[u8]) -> ShortMessage {
    ShortMessage {
        source: Address::new(1, 1, "61491570156"),
        dest: Address::new(1, 1, "61400000001"),
        esm_class,
        data_coding,
        short_message: Bytes::copy_from_slice(user_data),
        ..ShortMessage::default()
    }
}

fn read(sm: &ShortMessage, settings: &Settings) -> Delivered {
    pdu::delivered(sm, 1, 1, settings, Clock::default())
}

fn hex(digits: &str) -> Vec<u8> {
    data_encoding::HEXLOWER_PERMISSIVE
        .decode(digits.as_bytes())
        .unwrap()
}
