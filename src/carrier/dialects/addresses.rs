//! Addresses as carriers write them, through the whole translation: what a reply's sender and our number become.

use super::{deliver, read, settings};
use crate::carrier::pdu::Delivered;
use smpp::{Address, ShortMessage};
use sms::Country;

/// Source, the carrier's country, type of number, numbering plan, address, what it becomes.
type Row = (
    &'static str,
    &'static str,
    u8,
    u8,
    &'static str,
    &'static str,
);

#[test]
fn senders() {
    let rows: [Row; 20] = [
        ("SMPP 3.4 §5.2.5", "AU", 1, 1, "61491570156", "+61491570156"),
        (
            "our own: with its plus",
            "AU",
            1,
            1,
            "+61491570156",
            "+61491570156",
        ),
        (
            "our own: dialled from Australia",
            "AU",
            0,
            1,
            "001161491570156",
            "+61491570156",
        ),
        (
            "clxcommunications.com/docs/sms/smpp-enhanced.html: unknown, with 00",
            "AU",
            0,
            1,
            "0061491570156",
            "+61491570156",
        ),
        (
            "clxcommunications.com/docs/sms/smpp-enhanced.html: national",
            "AU",
            2,
            1,
            "491570156",
            "+61491570156",
        ),
        (
            "our own: national with its trunk digit",
            "AU",
            2,
            1,
            "0491570156",
            "+61491570156",
        ),
        (
            "our own: national, said to be international",
            "AU",
            1,
            1,
            "0491570156",
            "+61491570156",
        ),
        (
            "our own: blanks",
            "AU",
            1,
            1,
            "61 491 570 156",
            "+61491570156",
        ),
        (
            "our own: network specific, subscriber",
            "AU",
            3,
            0,
            "61491570156",
            "+61491570156",
        ),
        (
            "our own: subscriber",
            "AU",
            4,
            0,
            "0491570156",
            "+61491570156",
        ),
        (
            "joaogervasoni/smppjs#56: a short code of five digits, national",
            "AU",
            2,
            1,
            "10086",
            "10086",
        ),
        ("our own: abbreviated", "AU", 6, 0, "199123", "199123"),
        (
            "SMPP 3.4 §5.2.5: alphanumeric",
            "AU",
            5,
            0,
            "MyBank",
            "MyBank",
        ),
        (
            "our own: alphanumeric, digits",
            "AU",
            5,
            0,
            "+61491570156",
            "+61491570156",
        ),
        (
            "funbox/smppex#92: alphanumeric, other characters",
            "AU",
            5,
            0,
            "Test-SM_1",
            "Test-SM_1",
        ),
        ("our own: empty", "AU", 0, 0, "", ""),
        (
            "our own: another country's handset",
            "AU",
            1,
            1,
            "64211234567",
            "+64211234567",
        ),
        (
            "our own: at home in New Zealand",
            "NZ",
            2,
            1,
            "0211234567",
            "+64211234567",
        ),
        (
            "our own: a mobile that could be a fixed line",
            "DE",
            0,
            1,
            "4915123456789",
            "+4915123456789",
        ),
        (
            "our own: at home in Britain",
            "GB",
            0,
            1,
            "07400123456",
            "+447400123456",
        ),
    ];
    for (source, country, ton, npi, address, expected) in rows {
        let sm = ShortMessage {
            source: Address::new(ton, npi, address),
            ..deliver(0, 0, b"Yes")
        };
        let mut settings = settings();
        settings.country = Country::parse(country).unwrap();
        let Delivered::Text(incoming) = read(&sm, &settings) else {
            panic!("{source}")
        };
        assert_eq!(incoming.sender.to_string(), expected, "{source}");
    }
}
