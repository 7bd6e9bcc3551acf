//! The language of texting: telephone numbers, mail addresses, the text and its parts, states and receipts.
//!
//! Values that cannot be wrong once they exist. Nothing in here does I/O or reads a clock.

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod coding;
mod country;
pub mod gsm;
pub mod language;
mod mail_address;
mod number;
mod octets;
mod receipt;
mod smsc_address;
mod state;
mod text;
mod transliteration;
mod user_data;
mod words;

pub use coding::{DefaultAlphabet, Incoming, UserData, decode_user_data, mend, read_user_data};
pub use country::Country;
pub use mail_address::{MailAddress, MailAddressError};
pub use number::{NumberError, PhoneNumber};
pub use octets::cut_octets;
pub use receipt::{ReceiptState, Wish};
pub use smsc_address::{SmscAddress, TypeOfNumber, normalise};
pub use state::{Classic, State};
pub use text::{
    Encoding, MAX_PARTS, MAX_TEXT_OCTETS, Part, Reference, ReferenceSize, Text, TextError,
};
pub use user_data::{Concat, Ports, UserDataHeader, split};
pub use words::{OptWord, opt_word, opt_word_with, printable_line};
