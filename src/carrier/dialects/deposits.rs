//! Deposits: how a part is written for carriers of each alphabet, flash and binary too.

use crate::carrier::pdu::encoded;
use sms::DefaultAlphabet::{self, Gsm, GsmPacked, Latin1};
use sms::{Encoding, Part, Reference, Text, gsm};

/// Source, the carrier's alphabet, flash, the text, data_coding, user data.
type Row = (
    &'static str,
    DefaultAlphabet,
    bool,
    &'static str,
    u8,
    &'static [u8],
);

fn part(text: &str) -> Part {
    let parts = Text::new(text).unwrap().cut(Reference::Eight(7), 255);
    parts.unwrap().remove(0)
}

#[test]
fn texts() {
    let rows: [Row; 11] = [
        ("SMPP 3.4 §5.2.19", Gsm, false, "a@€", 0, b"a\x00\x1b\x65"),
        ("3GPP TS 23.038 §4", Gsm, true, "a@", 0x10, b"a\x00"),
        ("SMPP 3.4 §5.2.19", Gsm, false, "ж", 8, &[0x04, 0x36]),
        ("3GPP TS 23.038 §4", Gsm, true, "ж", 0x18, &[0x04, 0x36]),
        (
            "opentelecoms-org/jsmpp#83: Latin-1 where the carrier means that",
            Latin1,
            false,
            "£$@é",
            0,
            b"\xa3$@\xe9",
        ),
        (
            "3GPP TS 23.038 §4: what Latin-1 lacks",
            Latin1,
            false,
            "5 €",
            0x11,
            b"5 \x1b\x65",
        ),
        (
            "3GPP TS 23.038 §4: flash names its alphabet",
            Latin1,
            true,
            "@",
            0x10,
            b"\x00",
        ),
        ("SMPP 3.4 §5.2.19", Latin1, false, "ж", 8, &[0x04, 0x36]),
        (
            "3GPP TS 23.038 §6.1.2.1",
            GsmPacked,
            false,
            "hello",
            0,
            &[0xE8, 0x32, 0x9B, 0xFD, 0x06],
        ),
        (
            "3GPP TS 23.038 §6.1.2.1",
            GsmPacked,
            true,
            "hello",
            0x10,
            &[0xE8, 0x32, 0x9B, 0xFD, 0x06],
        ),
        ("SMPP 3.4 §5.2.19", GsmPacked, false, "ж", 8, &[0x04, 0x36]),
    ];
    for (source, alphabet, flash, text, data_coding, user_data) in rows {
        let written = encoded(&part(text), flash, alphabet);
        assert_eq!(
            written,
            (data_coding, user_data.to_vec()),
            "{source}: {text}"
        );
    }
}

#[test]
fn parts_of_long_texts_keep_their_header() {
    let part = part(&"long ".repeat(60));
    let header = [5, 0, 3, 7, 2, 1];
    for alphabet in [Gsm, GsmPacked, Latin1] {
        let (_, octets) = encoded(&part, false, alphabet);
        assert!(octets.starts_with(&header), "{alphabet:?}");
        let read = sms::read_user_data(&octets, true, 0, alphabet);
        let expected = gsm::decode(&part.payload);
        assert_eq!(read.content, sms::Incoming::Text(expected), "{alphabet:?}");
    }
    // 153 septets and the header fill the 140 octets of an SMS.
    assert_eq!(encoded(&part, false, GsmPacked).1.len(), 140);
}

#[test]
fn binary() {
    let part = Part {
        number: 1,
        of: 1,
        encoding: Encoding::Binary,
        udh: Some(vec![6, 5, 4, 0x0b, 0x84, 0x23, 0xf0]),
        payload: vec![1, 6, 0xff],
    };
    let octets = [6, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 1, 6, 0xff].to_vec();
    for alphabet in [Gsm, GsmPacked, Latin1] {
        assert_eq!(encoded(&part, false, alphabet), (4, octets.clone()));
        assert_eq!(encoded(&part, true, alphabet), (0x14, octets.clone()));
    }
}
