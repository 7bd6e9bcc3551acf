//! PDUs as other libraries met them: what is odd costs at most the odd field.
//!
//! A source is `repository#number` for an issue or pull request on GitHub.

use crate::peer::{octets, text};
use smpp::pdu::Oddity;
use smpp::{Frame, Pdu, ShortMessage, Tlv, tag};

/// With its length put right.
fn measured(mut pdu: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(pdu.len()).unwrap();
    pdu[..4].copy_from_slice(&length.to_be_bytes());
    pdu
}

fn delivered(pdu: Vec<u8>) -> (ShortMessage, Option<Oddity>) {
    let (frame, oddity) = Frame::decode(&measured(pdu)).unwrap();
    match frame.pdu {
        Pdu::DeliverSm(sm) => (sm, oddity),
        other => panic!("{other:?}"),
    }
}

/// Source, what is appended to a deliver_sm, what is odd about it, how many TLVs are read.
type Row = (&'static str, &'static [u8], Option<Oddity>, usize);

#[test]
fn behind_the_text() {
    let rows: [Row; 8] = [
        (
            "praekelt/python-smpp#7: a NUL",
            b"\0",
            Some(Oddity::Trailing),
            0,
        ),
        (
            "opentelecoms-org/jsmpp#214: a TLV that ends too soon",
            b"\x04\x27\0\x04\x02",
            Some(Oddity::TlvCut),
            0,
        ),
        (
            "opentelecoms-org/jsmpp#214: a whole one before it",
            b"\x04\x27\0\x01\x02\0\x1e\0\x09ab",
            Some(Oddity::TlvCut),
            1,
        ),
        (
            "our own: a text that ends too soon is kept as far as it goes",
            b"\x04\x24\0\x09part",
            Some(Oddity::TlvCut),
            1,
        ),
        (
            "fizzed/cloudhopper-smpp#10: a network error of four octets",
            b"\x04\x23\0\x04\x03\0\0\x01",
            None,
            1,
        ),
        (
            "onlinecity/php-smpp#70: tags of their own",
            b"\x14\x54\0\x04\0\0\0\0\x14\x11\0\x04\0\0\0\0",
            None,
            2,
        ),
        ("our own: a TLV of no octets", b"\x04\x27\0\0", None, 1),
        (
            "our own: one tag twice",
            b"\x04\x27\0\x01\x02\x04\x27\0\x01\x05",
            None,
            2,
        ),
    ];
    for (source, tail, oddity, tlvs) in rows {
        let pdu = [
            &octets(&Frame::new(1, Pdu::DeliverSm(text("yes"))))[..],
            tail,
        ]
        .concat();
        let (sm, found) = delivered(pdu);
        assert_eq!((found, sm.tlvs.len()), (oddity, tlvs), "{source}");
        assert_eq!(sm.user_data(), "yes", "{source}");
    }
}

#[test]
fn inside() {
    let sm = ShortMessage {
        validity_period: "00000".into(),
        short_message: b"yes"[..].into(),
        tlvs: vec![
            Tlv::new(tag::SAR_MSG_REF_NUM, vec![7]),
            Tlv::new(tag::MESSAGE_STATE, vec![0, 0, 0, 2]),
            Tlv::new(tag::RECEIPTED_MESSAGE_ID, b"38601fa".to_vec()),
        ],
        ..text("")
    };
    let (read, oddity) = delivered(octets(&Frame::new(1, Pdu::DeliverSm(sm.clone()))));
    assert_eq!((&read, oddity), (&sm, None));
    // Numbers of another width, and a string without its NUL.
    assert_eq!(read.sar_msg_ref_num(), Some(7));
    assert_eq!(read.message_state(), Some(2));
    assert_eq!(read.receipted_message_id().as_deref(), Some("38601fa"));
    // twitter-archive/cloudhopper-smpp#31: a refusal without its message_id
    let refused = measured(
        [
            &[0; 4][..],
            &0x8000_0004_u32.to_be_bytes(),
            &[0, 0, 0, 0x58, 0, 0, 0, 1],
        ]
        .concat(),
    );
    let (frame, oddity) = Frame::decode(&refused).unwrap();
    assert_eq!(
        (frame.pdu, oddity),
        (
            Pdu::SubmitSmResp {
                message_id: String::new()
            },
            None
        )
    );
}
