//! Replies: every data_coding, header and way in which a part says where it belongs.

use super::{deliver, read, settings};
use crate::carrier::pdu::Delivered;
use smpp::{ShortMessage, Tlv, tag};
use sms::DefaultAlphabet::{self, Gsm, GsmPacked, Latin1};

const UDHI: u8 = 0x40;

/// Source, the carrier's alphabet, the message, its text, its place (reference, number, of, wide).
type Row = (
    &'static str,
    DefaultAlphabet,
    ShortMessage,
    &'static str,
    Option<(u16, u8, u8, bool)>,
);

fn check(rows: Vec<Row>) {
    for (source, alphabet, sm, text, place) in rows {
        let mut settings = settings();
        settings.default_alphabet = alphabet;
        let Delivered::Text(incoming) = read(&sm, &settings) else {
            panic!("{source}: a receipt")
        };
        let found = incoming
            .concat
            .map(|concat| (concat.reference, concat.number, concat.of, concat.wide));
        assert_eq!((incoming.text.as_str(), found), (text, place), "{source}");
    }
}

fn with(sm: ShortMessage, tlvs: &[Tlv]) -> ShortMessage {
    ShortMessage {
        tlvs: tlvs.to_vec(),
        ..sm
    }
}

fn sar(reference: u16, of: u8, number: u8) -> Vec<Tlv> {
    vec![
        Tlv::u16(tag::SAR_MSG_REF_NUM, reference),
        Tlv::u8(tag::SAR_TOTAL_SEGMENTS, of),
        Tlv::u8(tag::SAR_SEGMENT_SEQNUM, number),
    ]
}

#[test]
fn codings() {
    let of = |data_coding: u8, octets: &[u8]| deliver(0, data_coding, octets);
    let section = "SMPP 3.4 §5.2.19";
    check(vec![
        (
            section,
            Gsm,
            of(0, b"Hi \x00 \x1b\x65 \x11"),
            "Hi @ € _",
            None,
        ),
        (
            "farhadi/node-smpp#26: 0x40 under data_coding 0 is GSM, or ASCII where the carrier says so",
            Gsm,
            of(0, b"\x40"),
            "¡",
            None,
        ),
        ("farhadi/node-smpp#26", Latin1, of(0, b"\x40"), "@", None),
        (
            "kneodev/ksmppd#50: Latin-1 under data_coding 0",
            Gsm,
            of(0, b"f\xfcr"),
            "für",
            None,
        ),
        (
            "kneodev/ksmppd#50",
            Latin1,
            of(0, b"f\xfcr $"),
            "für $",
            None,
        ),
        (
            "kneodev/ksmppd#170: UTF-8 leaks under data_coding 0",
            Gsm,
            of(0, "50 € für dich".as_bytes()),
            "50 € für dich",
            None,
        ),
        (
            "fiorix/go-smpp#75: packed",
            GsmPacked,
            of(0, &sms::gsm::pack(b"Yes, please")),
            "Yes, please",
            None,
        ),
        (
            "fiorix/go-smpp#109: packed, the last septet is a filler and no @",
            GsmPacked,
            of(0, &sms::gsm::pack(b"perhaps")),
            "perhaps",
            None,
        ),
        (
            "python-smpplib/python-smpplib#125: IA5",
            Gsm,
            of(1, b"Hi @ $ _"),
            "Hi @ $ _",
            None,
        ),
        (
            "farhadi/node-smpp#26: IA5 that is GSM",
            Gsm,
            of(1, b"a\x00b\x02 \x11"),
            "a@b$ _",
            None,
        ),
        (section, Gsm, of(3, b"caf\xe9"), "café", None),
        (
            "our own: Windows-1252 under Latin-1",
            Gsm,
            of(3, b"\x80 \x93quoted\x94"),
            "€ “quoted”",
            None,
        ),
        (section, Gsm, of(2, &[1, 0xff]), "[binary: 01ff]", None),
        (section, Gsm, of(4, &[1, 0xff]), "[binary: 01ff]", None),
        (
            "our own: JIS is kept, not guessed",
            Gsm,
            of(5, &[0x30, 0x6f]),
            "[binary: 306f]",
            None,
        ),
        (section, Gsm, of(6, &[0xbf, 0xe0]), "Пр", None),
        (section, Gsm, of(7, &[0xf9, 0xec]), "של", None),
        (
            "joaogervasoni/smppjs#51: UCS-2 is big-endian",
            Gsm,
            of(8, &[0x77, 0xed, 0x4f, 0xe1]),
            "短信",
            None,
        ),
        (
            "our own: a surrogate pair",
            Gsm,
            of(8, &[0xd8, 0x3d, 0xde, 0x00]),
            "😀",
            None,
        ),
        (
            "our own: half a pair, alone",
            Gsm,
            of(8, &[0, b'A', 0xd8, 0x3d]),
            "A\u{fffd}",
            None,
        ),
        (
            "our own: an odd octet",
            Gsm,
            of(8, &[0, b'A', 7]),
            "A\u{fffd}",
            None,
        ),
        (section, Gsm, of(9, &[1]), "[binary: 01]", None),
        (section, Gsm, of(10, &[0x1b, 0x24]), "[binary: 1b24]", None),
        (
            "our own: reserved, and UTF-8",
            Gsm,
            of(11, "é".as_bytes()),
            "é",
            None,
        ),
        (
            "our own: reserved, and not UTF-8",
            Gsm,
            of(12, &[0xff]),
            "[binary: ff]",
            None,
        ),
        (section, Gsm, of(13, &[0x30]), "[binary: 30]", None),
        (section, Gsm, of(14, &[0x30]), "[binary: 30]", None),
        (
            "3GPP TS 23.038 §4: class 0",
            Gsm,
            of(0x10, b"\x00"),
            "@",
            None,
        ),
        (
            "3GPP TS 23.038 §4: class 1, whatever the default is",
            Latin1,
            of(0xf1, b"\x00"),
            "@",
            None,
        ),
        (
            "3GPP TS 23.038 §4: class 1, data",
            Gsm,
            of(0xf5, &[1]),
            "[binary: 01]",
            None,
        ),
        (
            "3GPP TS 23.038 §4: class 0, UCS-2",
            Gsm,
            of(0x18, &[0, b'A']),
            "A",
            None,
        ),
        (
            "3GPP TS 23.038 §4: compressed",
            Gsm,
            of(0x20, &[1]),
            "[binary: 01]",
            None,
        ),
        (
            "3GPP TS 23.038 §4: to be deleted by itself",
            Gsm,
            of(0x40, b"\x00"),
            "@",
            None,
        ),
        (
            "3GPP TS 23.038 §4: message waiting",
            Gsm,
            of(0xc8, b"\x02"),
            "$",
            None,
        ),
        (
            "3GPP TS 23.038 §4: message waiting, UCS-2",
            Gsm,
            of(0xe0, &[0, b'A']),
            "A",
            None,
        ),
    ]);
}

#[test]
fn parts() {
    let of =
        |esm_class: u8, data_coding: u8, octets: &[u8]| deliver(esm_class, data_coding, octets);
    let payload = |octets: &[u8]| Tlv::new(tag::MESSAGE_PAYLOAD, octets.to_vec());
    let eight = b"\x05\x00\x03\x07\x03\x02part";
    let place = Some((7, 2, 3, false));
    let long =
        "Hello, this is a text whose UDHI bit is set although it has no header, and it is long.";
    check(vec![
        (
            "3GPP TS 23.040 §9.2.3.24.1",
            Gsm,
            of(UDHI, 0, eight),
            "part",
            place,
        ),
        (
            "opentelecoms-org/jsmpp#121: a reference of 16 bits",
            Gsm,
            of(UDHI, 0, b"\x06\x08\x04\x01\x07\x03\x02part"),
            "part",
            Some((0x107, 2, 3, true)),
        ),
        (
            "farhadi/node-smpp#139: esm_class 72",
            Gsm,
            of(72, 0, eight),
            "part",
            place,
        ),
        (
            "linxGnu/gosmpp#90: reply path beside the header",
            Gsm,
            of(0xc0, 0, eight),
            "part",
            place,
        ),
        (
            "onlinecity/php-smpp#22: a header without its bit",
            Gsm,
            of(0, 0, eight),
            "part",
            place,
        ),
        (
            "joaogervasoni/smppjs#56: a header before UCS-2",
            Gsm,
            of(UDHI, 8, &[5, 0, 3, 7, 3, 2, 0x77, 0xed]),
            "短",
            place,
        ),
        (
            "joaogervasoni/smppjs#56: and without its bit",
            Gsm,
            of(0, 8, &[5, 0, 3, 7, 3, 2, 0x77, 0xed]),
            "短",
            place,
        ),
        (
            "linxGnu/gosmpp#91: the bit without a header",
            Gsm,
            of(UDHI, 0, long.as_bytes()),
            long,
            None,
        ),
        (
            "linxGnu/gosmpp#91: the bit without a header, UCS-2",
            Gsm,
            of(UDHI, 8, &[0, b'H', 0, b'i']),
            "Hi",
            None,
        ),
        (
            "linxGnu/gosmpp#56: header and text in message_payload",
            Gsm,
            with(of(UDHI, 0, b""), &[payload(eight)]),
            "part",
            place,
        ),
        (
            "SMPP 3.4 §5.3.2.32: a long text in message_payload",
            Gsm,
            with(of(0, 3, b""), &[payload(&[b'x'; 300])]),
            &"x".repeat(300).leak()[..],
            None,
        ),
        (
            "twitter-archive/cloudhopper-smpp#66: sar",
            Gsm,
            with(of(0, 0, b"part"), &sar(7, 3, 2)),
            "part",
            Some((7, 2, 3, true)),
        ),
        (
            "our own: sar beside a header that says nothing of parts",
            Gsm,
            with(of(UDHI, 0, b"\x03\x24\x01\x01part\x1bg"), &sar(7, 3, 2)),
            "partğ",
            Some((7, 2, 3, true)),
        ),
        (
            "our own: the header goes before sar",
            Gsm,
            with(of(UDHI, 0, eight), &sar(9, 4, 1)),
            "part",
            place,
        ),
        (
            "our own: sar that makes no sense",
            Gsm,
            with(of(0, 0, b"part"), &sar(7, 2, 3)),
            "part",
            None,
        ),
        (
            "our own: sar of one part",
            Gsm,
            with(of(0, 0, b"part"), &sar(7, 1, 1)),
            "part",
            None,
        ),
        (
            "spring-attic/spring-integration-extensions#50: elements without their length",
            Gsm,
            of(UDHI, 0, b"\x00\x03\xa4\x03\x01part"),
            "¥¤¥£part",
            None,
        ),
        (
            "3GPP TS 23.040 §9.2.3.24.4: ports",
            Gsm,
            of(UDHI, 4, &[6, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 1, 6]),
            "[binary for port 2948: 0106]",
            None,
        ),
        (
            "farhadi/node-smpp#100: Turkish, a single shift",
            Gsm,
            of(UDHI, 0, b"\x03\x24\x01\x01a\x1bg\x1bs"),
            "ağş",
            None,
        ),
        (
            "farhadi/node-smpp#125: Spanish, in the element for locking shift",
            Gsm,
            of(UDHI, 0, b"\x03\x25\x01\x02Hola"),
            "Hola",
            None,
        ),
        (
            "farhadi/node-smpp#100: Portuguese, a part of two",
            Gsm,
            of(UDHI, 0, b"\x08\x24\x01\x03\x00\x03\x08\x02\x01n\x1b\x7bo"),
            "não",
            Some((8, 1, 2, false)),
        ),
        (
            "jookies/jasmin#907: Hindi is kept, not guessed",
            Gsm,
            of(UDHI, 0, b"\x03\x25\x01\x06ab"),
            "[binary: 6162]",
            None,
        ),
        (
            "linxGnu/gosmpp#136: packed septets begin on a boundary after the header",
            GsmPacked,
            of(
                UDHI,
                0,
                &[&[5, 0, 3, 7, 3, 2][..], &sms::gsm::pack_after(6, b"part")].concat(),
            ),
            "part",
            place,
        ),
    ]);
}

/// What a part ends in the middle of is whole when the parts are joined.
#[test]
fn characters_cut_between_parts() {
    let text_of = |octets: &[u8], data_coding: u8| match read(
        &deliver(UDHI, data_coding, octets),
        &settings(),
    ) {
        Delivered::Text(incoming) => incoming.text,
        Delivered::Receipt(_) => panic!("a receipt"),
    };
    let first = text_of(&[5, 0, 3, 7, 2, 1, 0xd8, 0x3d], 8);
    let second = text_of(&[5, 0, 3, 7, 2, 2, 0xde, 0x00], 8);
    assert_eq!(sms::mend(first + &second), "😀");
    let first = text_of(b"\x05\x00\x03\x07\x02\x01cost 5 \x1b", 0);
    let second = text_of(b"\x05\x00\x03\x07\x02\x02e", 0);
    assert_eq!(sms::mend(first + &second), "cost 5 €");
}
