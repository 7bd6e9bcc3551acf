//! Message ids of many SMSCs: what stands in the response and what in the receipt, and whether both are one message.
//!
//! A source is `repository#number` for an issue on GitHub, `repository:path` for a file there, a section of the specification, or
//! an address.

use smpp::IdForm::{
    self, DecimalInResponseHexInReceipt, HexInResponseDecimalInReceipt, Text as AsIs,
};
use smpp::{IdPlace, canonical, other_spellings};

/// Family, source, the carrier's setting, id in the response, id in the receipt.
type Row = (
    &'static str,
    &'static str,
    IdForm,
    &'static str,
    &'static str,
);

const ONE: [Row; 22] = [
    ("any", "SMPP 3.4 §5.2.23", AsIs, "1a2b3c4d", "1a2b3c4d"),
    (
        "Clickatell",
        "jookies/jasmin#70: 128 bits in hexadecimal",
        AsIs,
        "a29f6845555647139e5c8f3b817f2c9a",
        "A29F6845555647139E5C8F3B817F2C9A",
    ),
    (
        "Jasmin",
        "jookies/jasmin#153: a UUID",
        AsIs,
        "4a38dc46-5125-4969-90be-72104c340d5c",
        "4A38DC46-5125-4969-90BE-72104C340D5C",
    ),
    (
        "any",
        "jookies/jasmin#916: another case",
        AsIs,
        "1101C1-C9D03D-F000",
        "1101c1-c9d03d-f000",
    ),
    (
        "any",
        "jookies/jasmin#1129: leading zeros of a hexadecimal id",
        AsIs,
        "00B8BE19",
        "B8BE19",
    ),
    (
        "any",
        "jookies/jasmin#423: a leading zero of 22 digits",
        AsIs,
        "04062581461565934000241",
        "4062581461565934000241",
    ),
    (
        "any",
        "jookies/jasmin#418: the parts of a long text",
        AsIs,
        "SAR-2347039245475-1eedf843-2-1",
        "SAR-2347039245475-1EEDF843-2-1",
    ),
    (
        "Nexmo",
        "help.nexmo.com/hc/en-us/articles/215468998",
        AsIs,
        "12345678",
        "0000000012345678",
    ),
    (
        "any",
        "python-smpplib/python-smpplib#90: filled up inside",
        AsIs,
        "6C7C7DE28BB3E961947700000000FE37",
        "6c7c7de28bb3e961947700000000fe37",
    ),
    (
        "any",
        "our own: 0x, quotes, braces, blanks, a NUL",
        AsIs,
        "0x00B8BE19",
        "\"b8be19\"",
    ),
    ("any", "our own", AsIs, "b8 be 19 ", "{B8BE19}\0"),
    (
        "SMSCs of Kannel's msg-id-type 1",
        "jookies/jasmin#1034",
        HexInResponseDecimalInReceipt,
        "39f99dd5",
        "0972660181",
    ),
    (
        "SMSCs of Kannel's msg-id-type 1",
        "jookies/jasmin#535",
        HexInResponseDecimalInReceipt,
        "10C8F40D",
        "281605133",
    ),
    (
        "SMSCs of Kannel's msg-id-type 1",
        "opentelecoms-org/jsmpp#178: always ten digits",
        HexInResponseDecimalInReceipt,
        "D2D3A04",
        "0221067780",
    ),
    (
        "jSMPP's simulator",
        "opentelecoms-org/jsmpp#56",
        HexInResponseDecimalInReceipt,
        "33E95179",
        "870928761",
    ),
    (
        "smscsim",
        "MavoCz/smscsim#4: hexadecimal with zeros, decimal without",
        HexInResponseDecimalInReceipt,
        "000000000000001f",
        "31",
    ),
    (
        "an operator that Cloudhopper met",
        "twitter-archive/cloudhopper-smpp:src/test/java/com/cloudhopper/smpp/util/DeliveryReceiptTest.java",
        HexInResponseDecimalInReceipt,
        "16fee0e525",
        "98765432101",
    ),
    (
        "any",
        "jookies/jasmin#586: 64 bits",
        HexInResponseDecimalInReceipt,
        "812FC7470000001B",
        "9308878062554710043",
    ),
    (
        "any",
        "smppcenter.com/kb/how-read-smpp-delivery-receipt: above 64 bits",
        HexInResponseDecimalInReceipt,
        "3800e11b0592d471c",
        "64567564356765435676",
    ),
    (
        "SMSCs of Kannel's msg-id-type 2",
        "amalysh/kannel:doc/userguide/userguide.xml",
        DecimalInResponseHexInReceipt,
        "281605133",
        "10C8F40D",
    ),
    (
        "SMSCs of Kannel's msg-id-type 2",
        "our own: 0x before it",
        DecimalInResponseHexInReceipt,
        "0281605133",
        "0x10c8f40d",
    ),
    (
        "SMSCs of Kannel's msg-id-type 2",
        "our own: what is no number stays text",
        DecimalInResponseHexInReceipt,
        "4A38DC46-5125",
        "4a38dc46-5125",
    ),
];

const TWO: [Row; 5] = [
    (
        "any",
        "jookies/jasmin#596: hexadecimal by its letters, and the carrier said nothing of bases",
        AsIs,
        "BB860",
        "768096",
    ),
    (
        "any",
        "our own: ten may be sixteen",
        HexInResponseDecimalInReceipt,
        "10",
        "10",
    ),
    (
        "any",
        "jookies/jasmin#418: two parts",
        AsIs,
        "SAR-2347039245475-1eedf843-2-1",
        "SAR-2347039245475-1eedf843-2-2",
    ),
    ("any", "our own: a zero behind", AsIs, "12", "120"),
    (
        "any",
        "our own: 0x before what is no number",
        AsIs,
        "0xyz",
        "yz",
    ),
];

#[test]
fn ids_that_are_one() {
    for (family, source, form, response, receipt) in ONE {
        assert_eq!(
            canonical(form, IdPlace::InResponse, response),
            canonical(form, IdPlace::InReceipt, receipt),
            "{family}, {source}"
        );
    }
}

#[test]
fn ids_that_are_two() {
    for (family, source, form, response, receipt) in TWO {
        assert_ne!(
            canonical(form, IdPlace::InResponse, response),
            canonical(form, IdPlace::InReceipt, receipt),
            "{family}, {source}"
        );
    }
}

/// Where a carrier's setting says nothing, the other base is still among the spellings that a proof by number and handset may use.
#[test]
fn the_other_base_is_a_hint() {
    for (family, source, _, response, receipt) in ONE {
        let response = canonical(AsIs, IdPlace::InResponse, response);
        let receipt = canonical(AsIs, IdPlace::InReceipt, receipt);
        let hinted = other_spellings(&receipt).contains(&response);
        assert!(response == receipt || hinted, "{family}, {source}");
    }
    let part = canonical(AsIs, IdPlace::InReceipt, "1A2B3C4D-2");
    assert_eq!(other_spellings(&part), ["1a2b3c4d"]);
}
