//! Receipts: is it one, of which message, what does it say, when.

use super::{deliver, hex, read, settings};
use crate::carrier::pdu::Delivered;
use jiff::Timestamp;
use smpp::{Frame, IdForm, Pdu, ShortMessage, Tlv, tag};
use sms::ReceiptState::{self, *};

/// esm_class of a receipt, and of an intermediate notice [SMPP 3.4 §5.2.12].
const RECEIPT: u8 = 0x04;
const NOTICE: u8 = 0x20;

/// What is read of a receipt: id, state, done date.
type Said = (Option<&'static str>, ReceiptState, Option<&'static str>);

/// Family, source, the message, what is read; `None`: it is a person's text.
type Row = (&'static str, &'static str, ShortMessage, Option<Said>);

fn text(text: &str) -> ShortMessage {
    deliver(RECEIPT, 0, text.as_bytes())
}

fn with(sm: ShortMessage, tlvs: &[Tlv]) -> ShortMessage {
    ShortMessage {
        tlvs: tlvs.to_vec(),
        ..sm
    }
}

fn id_tlv(id: &str) -> Tlv {
    Tlv::c_string(tag::RECEIPTED_MESSAGE_ID, id)
}

fn state_tlv(state: u8) -> Tlv {
    Tlv::u8(tag::MESSAGE_STATE, state)
}

fn payload(text: &str) -> Tlv {
    Tlv::new(tag::MESSAGE_PAYLOAD, text.as_bytes().to_vec())
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// A captured PDU.
fn pdu(digits: &str) -> ShortMessage {
    match Frame::decode(&hex(digits)).unwrap().0.pdu {
        Pdu::DeliverSm(sm) | Pdu::DataSm(sm) => sm,
        other => panic!("{other:?}"),
    }
}

fn said(id: &'static str, state: ReceiptState, done: &'static str) -> Option<Said> {
    Some((Some(id), state, Some(done)))
}

/// Without a date.
fn told(id: &'static str, state: ReceiptState) -> Option<Said> {
    Some((Some(id), state, None))
}

fn check(rows: Vec<Row>, form: IdForm) {
    let mut settings = settings();
    settings.message_id = form;
    for (family, source, sm, expected) in rows {
        let found = match read(&sm, &settings) {
            Delivered::Receipt(receipt) => Some(receipt),
            Delivered::Text(_) => None,
        };
        let found = found.map(|receipt| {
            let done = receipt
                .done_at
                .map(|at| Timestamp::from_millisecond(at).unwrap().to_string());
            assert_eq!(receipt.handset, Some(61_491_570_156), "{family}, {source}");
            assert_eq!(receipt.number, Some(61_400_000_001), "{family}, {source}");
            (receipt.message_id, receipt.state, done)
        });
        let expected = expected.map(|(id, state, done)| {
            let done = done.map(|done| format!("{done}:00Z").replace("::00Z", "Z"));
            (id.map(str::to_owned), state, done)
        });
        assert_eq!(found, expected, "{family}, {source}: {sm:?}");
    }
}

/// Dates to the minute are written without seconds here, others end in `:`.
#[test]
fn texts() {
    let rows: Vec<Row> = vec![
        (
            "Logica",
            "SMPP 3.4 Appendix B",
            text(
                "id:1234567890 sub:001 dlvrd:001 submit date:1609011130 done date:1609011131 stat:DELIVRD err:000 text:hello",
            ),
            said("1234567890", Delivered, "2016-09-01T11:31"),
        ),
        (
            "Logica",
            "SMPP 3.4 Appendix B: the capital of Text",
            text(
                "id:4 sub:001 dlvrd:000 submit date:1006020051 done date:1006020052 stat:UNDELIV err:011 Text:Hello",
            ),
            said("4", Undeliverable, "2010-06-02T00:52"),
        ),
        (
            "Clickatell",
            "jookies/jasmin#70: 32 hexadecimal digits, seconds",
            text(
                "id:a29f6845555647139e5c8f3b817f2c9a sub:001 dlvrd:001 submit date:141023215253 done date:141023215259 stat:DELIVRD err:000 text:",
            ),
            said(
                "a29f6845555647139e5c8f3b817f2c9a",
                Delivered,
                "2014-10-23T21:52:59:",
            ),
        ),
        (
            "Nexmo",
            "help.nexmo.com/hc/en-us/articles/215468998: leading zeros",
            text(
                "id:0000000012345678 sub:001 dlvrd:001 submit date:1601010100 done date:1601010101 stat:DELIVRD err:000 text:none",
            ),
            said("12345678", Delivered, "2016-01-01T01:01"),
        ),
        (
            "Jasmin",
            "jookies/jasmin#1239: no sub, dlvrd, text; err of two digits",
            text(
                "id:1298d520-b783-49d9-87af-643d7bf13304 submit date:2411051159 done date:2411051159 stat:DELIVRD err:00",
            ),
            said(
                "1298d520-b783-49d9-87af-643d7bf13304",
                Delivered,
                "2024-11-05T11:59",
            ),
        ),
        (
            "Jasmin",
            "jookies/jasmin:tests/protocols/smpp/test_operations.py (195): years of four digits",
            text(
                "id:c87c2273-7edb-4bc7-8d3a-7f57f21b625e submit date:201506201641 done date:201506201641 stat:DELIVRD err:000",
            ),
            said(
                "c87c2273-7edb-4bc7-8d3a-7f57f21b625e",
                Delivered,
                "2015-06-20T16:41",
            ),
        ),
        (
            "an operator that Cloudhopper met",
            "twitter-archive/cloudhopper-smpp:src/test/java/com/cloudhopper/smpp/util/DeliveryReceiptTest.java: years of four digits, seconds, err of one",
            text(
                "id:2E179B310EDE971B2760C72B7F026E1B submit date:20110314181534 done date:20110314181741 stat:DELIVRD err:0",
            ),
            said(
                "2e179b310ede971b2760c72b7f026e1b",
                Delivered,
                "2011-03-14T18:17:41:",
            ),
        ),
        (
            "any",
            "twitter-archive/cloudhopper-smpp:src/test/java/com/cloudhopper/smpp/util/DeliveryReceiptTest.java: another order, stat behind an empty text",
            text(
                "sub:001 id:74e02ee1-4e2f-4a6e-a78b-4b247d756a22 err:000 dlvrd:001 done date:110206193110 submit date:110206193041 text: stat:DELIVRD",
            ),
            said(
                "74e02ee1-4e2f-4a6e-a78b-4b247d756a22",
                Delivered,
                "2011-02-06T19:31:10:",
            ),
        ),
        (
            "any",
            "twitter-archive/cloudhopper-smpp#40: err in hexadecimal",
            text(
                "id:0123456789 sub:002 dlvrd:001 submit date:1005232039 done date:1005242339 stat:EXPIRED err:21b text:x",
            ),
            said("123456789", Expired, "2010-05-24T23:39"),
        ),
        (
            "any",
            "opentelecoms-org/jsmpp#62: no sub, no dlvrd",
            text(
                "id:1526758174 submit date:1701240904 done date:1701240904 stat:DELIVRD err:000 text:hellow",
            ),
            said("1526758174", Delivered, "2017-01-24T09:04"),
        ),
        (
            "any",
            "opentelecoms-org/jsmpp:jsmpp/src/test/java/org/jsmpp/util/DeliveryReceiptParserTest.java: a text without its name",
            text(
                "id:0123456789 sub:001 dlvrd:001 submit date:080901113012 done date:080901113147 stat:DELIVRD err:000 see you later",
            ),
            said("123456789", Delivered, "2008-09-01T11:31:47:"),
        ),
        (
            "an operator with do-not-disturb",
            "opentelecoms-org/jsmpp:jsmpp-examples/src/test/java/org/jsmpp/examples/receipts/CustomDeliveryReceiptStripperTest.java: err before stat, a state of its own",
            text(
                "id:0123456789 sub:002 dlvrd:003 submit date:0809011130 done date:0809021131 err:123 stat:DND_REJECTED text:hello",
            ),
            said("123456789", Rejected, "2008-09-02T11:31"),
        ),
        (
            "an operator with do-not-disturb",
            "3GPP TS 23.038 §6.2.1: the same in GSM, where _ is 0x11",
            text(
                "id:0123456789 submit\x11date:0809011130 done\x11date:0809021131 err:123 stat:DND\x11REJECTED",
            ),
            said("123456789", Rejected, "2008-09-02T11:31"),
        ),
        (
            "an operator behind ksmppd",
            "kneodev/ksmppd#108: the state lost its name",
            text(
                "id:ce5bc5a9-4f7d-4282-9244-2e1022a9335c sub:000 dlvrd:000 submit date:180903120815 done date:180903120816 DELIVRD err:000 Text:",
            ),
            said(
                "ce5bc5a9-4f7d-4282-9244-2e1022a9335c",
                Delivered,
                "2018-09-03T12:08:16:",
            ),
        ),
        (
            "a Russian operator",
            "funbox/smppex#46: SMPP's own time, three hours ahead",
            text(
                "id:rdwjwxns18krxr9936ey96ymcw sub:000 dlvrd:000 submit date:180711070003912+ done date:180711070000012+ stat:UNDELIV err:000",
            ),
            said(
                "rdwjwxns18krxr9936ey96ymcw",
                Undeliverable,
                "2018-07-11T04:00:00:",
            ),
        ),
        (
            "GoIP",
            "jookies/jasmin:tests/protocols/smpp/test_operations.py (goip): counts of one digit, a text of controls",
            text(
                "id:68673723 sub:1 dlvrd:13 submit date:1909301545 done date:1909301545 stat:DELIVRD err:0 Text:\x04\x1a",
            ),
            said("68673723", Delivered, "2019-09-30T15:45"),
        ),
        (
            "a USSD gateway",
            "farhadi/node-smpp#77: more delivered than submitted",
            text(
                "id:45013692 sub:0 dlvrd:28 submit date:1908121157 done date:1908121158 stat:UNDELIV err:21 Text:*100#",
            ),
            said("45013692", Undeliverable, "2019-08-12T11:58"),
        ),
        (
            "Yo! (Uganda)",
            "praekeltfoundation/vumi#216 and vumi/transports/smpp/deprecated/tests/test_smpp.py: success is 0",
            text(
                "id:77001 sub:1 dlvrd:1 submit date:1203151000 done date:1203151001 stat:0 err:0 text:If a general",
            ),
            said("77001", Delivered, "2012-03-15T10:01"),
        ),
        (
            "Yo! (Uganda)",
            "the same with an error: no word that is known",
            text(
                "id:77001 sub:1 dlvrd:0 submit date:1203151000 done date:1203151001 stat:0 err:5 text:If a general",
            ),
            said("77001", Enroute, "2012-03-15T10:01"),
        ),
        (
            "any",
            "praekeltfoundation/vumi:vumi/transports/smpp/tests/test_smpp_transport.py: null for what it has not",
            text(
                "id:foo sub:null dlvrd:null submit date:200101010030 done date:200101020030 stat:DELIVRD err:null text:Meep",
            ),
            said("foo", Delivered, "2020-01-01T02:00:30:"),
        ),
        (
            "any",
            "praekeltfoundation/vumi:vumi/transports/smpp/tests/test_smpp_transport.py: id, stat, text and no more",
            text("id:1b1720be-5f48-41c4-b3f8-6e59dbf45366 stat:DELIVRD text:Meep"),
            told("1b1720be-5f48-41c4-b3f8-6e59dbf45366", Delivered),
        ),
        (
            "an Indian operator",
            "jookies/jasmin#447 and praekeltfoundation/vumi#897: FAILED, and a date of zeros",
            text(
                "id:1216080510463401720 sub:001 dlvrd:001 submit date:1608051046 done date:0000000000 stat:FAILED err:002 Text:",
            ),
            told("1216080510463401720", Undeliverable),
        ),
        (
            "an Indian operator",
            "onlinecity/php-smpp#70: err of four digits, an escape in the text, TLVs of its own",
            with(
                text(
                    "id:117062714244798261 sub:001 dlvrd:001 submit date:1706271624 done date:1706271624 stat:DELIVRD err:0000 text:H\x1bello world",
                ),
                &[
                    Tlv::new(tag::NETWORK_ERROR_CODE, vec![0, 0, 0]),
                    Tlv::new(0x1454, vec![0; 4]),
                ],
            ),
            said("117062714244798261", Delivered, "2017-06-27T16:24"),
        ),
        (
            "any",
            "e-com-net.com/article/2299106.htm: the cause in the text",
            text(
                "id:0911897980 sub:001 dlvrd:000 submit date:1201121551 done date:1201121551 stat:UNDELIV err:075 text:-PROFILE",
            ),
            said("911897980", Undeliverable, "2012-01-12T15:51"),
        ),
        (
            "RestComm",
            "RestComm/smscgateway#63: null behind the text",
            text(
                "id:34265880701 sub:001 dlvrd:001 submit date:1709260755 done date:1709260755 stat:UNDELIV err:001 text:sfdsfsnull",
            ),
            said("34265880701", Undeliverable, "2017-09-26T07:55"),
        ),
        (
            "Vodafone UK",
            "mail-archive.com/devel@kannel.org/msg02229.html: a list of values; delivered",
            text("00,0210021543,0210021500,,61491570156,61400000001,we2345678i9o03er45ty67u"),
            Some((None, Delivered, Some("2002-10-02T15:43"))),
        ),
        (
            "Vodafone UK",
            "mail-archive.com/devel@kannel.org/msg02229.html: will be tried again",
            text("01,0210021543,0210021500,30,61491570156,61400000001,we2345678i9o03erliuweydsy"),
            Some((None, Enroute, Some("2002-10-02T15:43"))),
        ),
        (
            "any",
            "SMPP 3.4 Appendix B: a text with the words of a receipt is not searched",
            text("id:77 sub:001 dlvrd:001 stat:DELIVRD err:000 text:id:88 stat:UNDELIV: oh"),
            told("77", Delivered),
        ),
        (
            "any",
            "our own: separators, quotes, blanks and equals signs",
            text(
                "{\"id\": \"1a2b\", \"stat\": \"Delivered\", \"done date\": \"2016-09-01T11:31:05+10:00\"}",
            ),
            said("1a2b", Delivered, "2016-09-01T01:31:05:"),
        ),
        (
            "any",
            "our own: id with blanks, lines, another spelling",
            text(
                "Message ID = 12 34 ab\r\nStatus = UNDELIVERABLE\r\nError code = 0x1f\r\nDone time = 01/09/2016 11:31",
            ),
            said("1234ab", Undeliverable, "2016-09-01T11:31"),
        ),
        (
            "any",
            "our own: NULs at the end",
            text("id:1a2b sub:001 dlvrd:001 stat:DELIVRD err:000\0\0\0"),
            told("1a2b", Delivered),
        ),
    ];
    check(rows, IdForm::Text);
}

#[test]
fn states() {
    let of = |stat: &str| {
        text(&format!(
            "id:1a2b sub:001 dlvrd:000 stat:{stat} err:000 text:"
        ))
    };
    let in_esm = |esm_class: u8, stat: &str| ShortMessage {
        esm_class,
        ..of(stat)
    };
    let mblox = "opentelecoms-org/jsmpp#9";
    let kannel = "amalysh/kannel:gw/smsc/smsc_smpp.c";
    let central = "smscentral.com.au/sms-api/smpp/receive-dlrs";
    let eight = "developer.8x8.com/connect/docs/smpp-delivery-receipts";
    let mut rows: Vec<Row> = vec![];
    for (family, source, stat, state) in [
        ("Mblox", mblox, "BUFFRED", Enroute),
        ("Mblox", mblox, "ACKED", Accepted),
        ("Mblox", mblox, "FAILED", Undeliverable),
        ("SMSCs that Kannel met", kannel, "BUFFERD", Enroute),
        ("8x8", eight, "ENROUTE", Enroute),
        ("8x8", eight, "ACCEPTD", Accepted),
        ("8x8", eight, "UNKNOWN", Unknown),
        ("8x8", eight, "REJECTD", Rejected),
        (
            "Jasmin",
            "jookies/jasmin#181",
            "UNDELIVERABLE",
            Undeliverable,
        ),
        ("Jasmin", "jookies/jasmin#181", "DELIVERED", Delivered),
        ("SMS Central", central, "NOCRED", Rejected),
        ("SMS Central", central, "SYSERR", Undeliverable),
        ("SMS Central", central, "DELETED", Deleted),
        ("SMS Central", central, "EXPIRED", Expired),
        ("any", "SMPP 5.0 §4.7.15", "SKIPPED", Skipped),
        ("any", "SMPP 5.0 §4.7.15", "SCHEDULED", Scheduled),
        // A word that nobody knows is no final word.
        ("any", "our own", "FROBNICATED", Enroute),
        ("any", "our own: cut short", "DELIV", Delivered),
        ("any", "our own: lower case", "delivrd", Delivered),
    ] {
        rows.push((family, source, of(stat), told("1a2b", state)));
    }
    for (stat, state) in [
        ("ACCEPTD", Accepted),
        ("BUFFRED", Enroute),
        ("ENROUTE", Enroute),
        // Never final, whatever it says [SPEC 4.5].
        ("UNDELIV", Enroute),
        ("DELIVRD", Enroute),
    ] {
        rows.push((
            "SMS Central",
            central,
            in_esm(NOTICE, stat),
            told("1a2b", state),
        ));
    }
    check(rows, IdForm::Text);
}

#[test]
fn tlvs() {
    let both = "id:5000 submit date:201506201641 done date:201506201641 stat:DELIVRD err:000";
    let jasmin = "jookies/jasmin#427";
    let empty = || deliver(RECEIPT, 0, b"");
    let rows: Vec<Row> = vec![
        (
            "Sicap MMG",
            "jookies/jasmin#92: data_sm with TLVs only, no esm_class",
            pdu(
                "000000420000010300000000000000010001013631343931353730313536000101363134303030303030303100000000001e00093336326439373031000427000102",
            ),
            told("362d9701", Delivered),
        ),
        (
            "Sicap MMG",
            "jookies/jasmin:tests/protocols/smpp/test_operations.py (224): id and state in the text",
            with(
                deliver(0, 0, b"362d9701 2"),
                &[id_tlv("362d9701"), state_tlv(2)],
            ),
            told("362d9701", Delivered),
        ),
        (
            "Sicap MMG",
            "the same without its TLVs",
            text("362d9701 5"),
            told("362d9701", Undeliverable),
        ),
        (
            "a Philippine gateway",
            "kast.ph/?p=514: no text",
            with(
                empty(),
                &[
                    id_tlv("4f21"),
                    state_tlv(5),
                    Tlv::new(tag::NETWORK_ERROR_CODE, vec![3, 1, 0xf7]),
                ],
            ),
            told("4f21", Undeliverable),
        ),
        (
            "Melrose Labs",
            "linxGnu/gosmpp#124: TLVs and nothing else",
            with(
                empty(),
                &[
                    id_tlv("3534bce5cd49a0e96e149217386900d98646"),
                    state_tlv(2),
                    Tlv::new(tag::NETWORK_ERROR_CODE, vec![3, 0, 0]),
                ],
            ),
            told("3534bce5cd49a0e96e149217386900d98646", Delivered),
        ),
        (
            "any",
            "jookies/jasmin#427: the TLV's id wins",
            with(text(both), &[id_tlv("6000"), state_tlv(2)]),
            said("6000", Delivered, "2015-06-20T16:41"),
        ),
        (
            "any",
            jasmin,
            with(text(both), &[id_tlv("5000"), state_tlv(6)]),
            said("5000", Accepted, "2015-06-20T16:41"),
        ),
        (
            "any",
            jasmin,
            with(text(both), &[state_tlv(5)]),
            said("5000", Undeliverable, "2015-06-20T16:41"),
        ),
        (
            "any",
            "our own: a state that no version defines, and one that nobody filled in, leave it to the text",
            with(text(both), &[state_tlv(0x32)]),
            said("5000", Delivered, "2015-06-20T16:41"),
        ),
        (
            "any",
            "our own",
            with(text(both), &[state_tlv(0)]),
            said("5000", Delivered, "2015-06-20T16:41"),
        ),
        (
            "any",
            "SMPP 5.0 §4.7.15",
            with(empty(), &[id_tlv("5000"), state_tlv(0)]),
            told("5000", Scheduled),
        ),
        (
            "SMSCs that Kannel met",
            "amalysh/kannel:gw/smsc/smsc_smpp.c: id without state",
            with(text(both), &[id_tlv("5000")]),
            said("5000", Delivered, "2015-06-20T16:41"),
        ),
        (
            "any",
            "our own: id without any state proves that the carrier has it",
            with(empty(), &[id_tlv("5000")]),
            told("5000", Enroute),
        ),
        (
            "any",
            "our own: an empty id leaves it to the text",
            with(text(both), &[id_tlv("")]),
            said("5000", Delivered, "2015-06-20T16:41"),
        ),
        (
            "smscsim",
            "MavoCz/smscsim#4: no id in the text",
            with(
                text(
                    "id: sub:001 dlvrd:001 submit date:1609011130 done date:1609011131 stat:DELIVRD err:000 text:",
                ),
                &[id_tlv("0000001F")],
            ),
            said("1f", Delivered, "2016-09-01T11:31"),
        ),
        (
            "any",
            "SMPP 3.4 §5.3.2.12: no NUL at the end, as no TLV needs one",
            with(
                text(both),
                &[
                    Tlv::new(tag::RECEIPTED_MESSAGE_ID, b"7000".to_vec()),
                    state_tlv(2),
                ],
            ),
            said("7000", Delivered, "2015-06-20T16:41"),
        ),
        (
            "any",
            "amalysh/kannel:gw/smsc/smsc_smpp.c: message_payload instead of short_message",
            with(empty(), &[payload(both)]),
            said("5000", Delivered, "2015-06-20T16:41"),
        ),
    ];
    check(rows, IdForm::Text);
}

/// The id is decimal in the text and hexadecimal in the TLV, as in the response.
#[test]
fn captured_with_both_ids() {
    let rows = || -> Vec<Row> {
        vec![
            (
                "an operator that Cloudhopper met",
                "twitter-archive/cloudhopper-smpp:src/test/java/com/cloudhopper/smpp/util/DeliveryReceiptTest.java",
                numbered(pdu(
                    "000000BA00000005000000000000000200010134343935313336313932300001013430343034000400000000000000006E69643A30303539313133393738207375623A30303120646C7672643A303031207375626D697420646174653A3130303231303137333020646F6E6520646174653A3130303231303137333120737461743A44454C49565244206572723A30303020746578743A4024232125262F3A000E0001010006000101001E000833383630316661000427000102",
                )),
                said("38601fa", Delivered, "2010-02-10T17:31"),
            ),
            (
                "a Dutch operator",
                "python-smpplib/python-smpplib:tests/test_command.py: in message_payload, the excerpt in UCS-2",
                numbered(pdu(
                    "000000cb000000050000000000000001000101333136303030303030303000050058585820595959590004000000000000000000000e0001010006000101001e000931643330356234630004270001020424007269643a30343839373038333634207375623a30303120646c7672643a303031207375626d697420646174653a3138313031353139303720646f6e6520646174653a3138313031353139303720737461743a44454c49565244206572723a30303020746578743a041f044004380432043504420426000101",
                )),
                said("1d305b4c", Delivered, "2018-10-15T19:07"),
            ),
        ]
    };
    check(rows(), IdForm::Text);
    check(rows(), IdForm::HexInResponseDecimalInReceipt);
}

/// With our numbers in place of a capture's.
fn numbered(sm: ShortMessage) -> ShortMessage {
    let ours = deliver(0, 0, b"");
    ShortMessage {
        source: ours.source,
        dest: ours.dest,
        ..sm
    }
}

#[test]
fn encodings() {
    let words = "id:S21311242091636504458661711 sub:001 dlvrd:001 submit date:170609163650 done date:170609163657 stat:DELIVRD err:000 text:";
    let id = "s21311242091636504458661711";
    let done = "2017-06-09T16:36:57:";
    let half = [words.as_bytes(), &utf16("Привет")].concat();
    let little: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rows: Vec<Row> = vec![
        (
            "any",
            "farhadi/node-smpp#68: data_coding 8, octets of ASCII",
            deliver(RECEIPT, 8, words.as_bytes()),
            said(id, Delivered, done),
        ),
        (
            "any",
            "fiorix/go-smpp#14: data_coding 8, only the excerpt in UCS-2",
            deliver(RECEIPT, 8, &half),
            said(id, Delivered, done),
        ),
        (
            "any",
            "praekeltfoundation/vumi#635: UCS-2 throughout",
            deliver(RECEIPT, 8, &utf16(words)),
            said(id, Delivered, done),
        ),
        (
            "any",
            "our own: the same under data_coding 0",
            deliver(RECEIPT, 0, &utf16(words)),
            said(id, Delivered, done),
        ),
        (
            "any",
            "our own: in the other order",
            deliver(RECEIPT, 8, &little),
            said(id, Delivered, done),
        ),
        (
            "any",
            "fiorix/go-smpp#73: a NUL before it, the last digit cut off",
            deliver(RECEIPT, 3, &[b"\0", words.as_bytes()].concat()),
            said(id, Delivered, done),
        ),
        (
            "any",
            "our own: Latin-1 in the excerpt",
            deliver(RECEIPT, 3, &[words.as_bytes(), b"\xe4\xf6"].concat()),
            said(id, Delivered, done),
        ),
        (
            "any",
            "our own: binary by its data_coding",
            deliver(RECEIPT, 4, words.as_bytes()),
            said(id, Delivered, done),
        ),
        (
            "any",
            "our own: with a header",
            deliver(
                RECEIPT | 0x40,
                0,
                &[&[5, 0, 3, 7, 1, 1], words.as_bytes()].concat(),
            ),
            said(id, Delivered, done),
        ),
    ];
    check(rows, IdForm::Text);
    let packed = deliver(RECEIPT, 0, &sms::gsm::pack(words.as_bytes()));
    let mut settings = settings();
    settings.default_alphabet = sms::DefaultAlphabet::GsmPacked;
    assert!(matches!(read(&packed, &settings), Delivered::Receipt(_)));
}

/// esm_class is wrong in both directions.
#[test]
fn receipts_or_not() {
    let whole = "id:1a2b sub:001 dlvrd:001 submit date:1609011130 done date:1609011131 stat:DELIVRD err:000 text:hi";
    let done = "2016-09-01T11:31";
    let receipt = said("1a2b", Delivered, done);
    let rows: Vec<Row> = vec![
        (
            "any",
            "farhadi/node-smpp#140: a receipt without esm_class",
            deliver(0, 0, whole.as_bytes()),
            receipt,
        ),
        (
            "any",
            "SMPP 3.4 §5.2.12: the device's acknowledgement, that in truth is a receipt",
            deliver(0x08, 0, whole.as_bytes()),
            receipt,
        ),
        (
            "any",
            "our own: an unannounced one with TLVs",
            with(deliver(0, 0, b""), &[id_tlv("1a2b"), state_tlv(3)]),
            told("1a2b", Expired),
        ),
        (
            "any",
            "our own: a person who writes about ids",
            deliver(0, 0, b"id:1a2b stat:DELIVRD"),
            None,
        ),
        (
            "any",
            "our own: a person who quotes a word",
            deliver(0, 0, b"my id: 12 sub: 3 err: 4"),
            None,
        ),
        (
            "any",
            "our own: a state that nobody knows, without esm_class",
            deliver(0, 0, b"id:1 sub:001 dlvrd:001 stat:FINE err:000"),
            None,
        ),
        (
            "any",
            "our own: one TLV alone, without esm_class",
            with(deliver(0, 0, b"Yes"), &[state_tlv(2)]),
            None,
        ),
        (
            "any",
            "our own: a person's words under a receipt's esm_class",
            deliver(RECEIPT, 0, b"Yes, please"),
            None,
        ),
        (
            "any",
            "our own: a person's words as an intermediate notice",
            deliver(NOTICE, 0, b"On my way: 5 min"),
            None,
        ),
        (
            "any",
            "our own: nothing at all proves that the carrier has it",
            deliver(RECEIPT, 0, b""),
            Some((None, Enroute, None)),
        ),
        (
            "any",
            "our own: a state and a date, but no id",
            text("stat:DELIVRD done date:1609011131"),
            Some((None, Delivered, Some(done))),
        ),
    ];
    check(rows, IdForm::Text);
}

#[test]
fn a_date_that_cannot_be_is_not_believed() {
    let sm = text("id:1a2b done date:9901010000 stat:DELIVRD");
    assert!(
        matches!(read(&sm, &settings()), Delivered::Receipt(receipt) if receipt.done_at.is_none())
    );
}
