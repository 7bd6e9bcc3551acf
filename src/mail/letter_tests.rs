//! Each mail byte for byte, read back by an independent parser, and fed with everything that could break out of a body.
#![allow(clippy::unwrap_used)] // a test that unwraps nothing fails

use mail_parser::MessageParser;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn style() -> Style {
    Style {
        mail_domain: "sms.example.com".to_owned(),
        zone: TimeZone::get("Australia/Sydney").unwrap(),
        original_header: OriginalHeader::OneLine,
        zone_names: ZoneNames::Current,
    }
}

fn occasion() -> Occasion<'static> {
    Occasion {
        message_id: "reply.77@sms.example.com",
        date_at: at("2003-03-13T06:47:08Z"),
        event_at: at("2003-03-13T06:47:08Z"),
        to: "ann@example.com",
        to_name: None,
        handset: Some("+61491570156"),
        sms_id: Some("msg_42"),
        answers: None,
    }
}

/// Half past two in the afternoon in Sydney's summer.
fn sent_at() -> i64 {
    at("2003-03-11T03:34:00Z")
}

fn reply(original: &'static str) -> Matter<'static> {
    Matter::Reply {
        text: "Yes,\nat six",
        sent_at: sent_at(),
        original,
    }
}

fn body(style: &Style, matter: &Matter<'_>, notes: &[Note]) -> String {
    write(style, &occasion(), matter, notes).unwrap().body
}

#[test]
fn a_reply_is_classic_to_the_byte_with_one_line_or_two() {
    let two = Style {
        original_header: OriginalHeader::TwoLines,
        ..style()
    };
    assert_eq!(
        body(&style(), &reply("Dinner tonight?"), &[]),
        "Yes,\r\nat six\r\n\r\n---Original Message--- Sent: 11/03/2003 14:34\r\n\r\nDinner tonight?"
    );
    assert_eq!(
        body(&two, &reply("Dinner tonight?"), &[]),
        "Yes,\r\nat six\r\n\r\n---Original Message---\r\nSent: 11/03/2003 14:34\r\n\r\nDinner tonight?"
    );
}

#[test]
fn a_receipt_is_classic_to_the_byte() {
    let receipt = |delivered| Matter::Receipt {
        delivered,
        submitted_at: sent_at(),
        received_at: sent_at() + 61_000,
        text: "Dinner?",
    };
    let expected = |word: &str| {
        format!(
            "Delivery Receipt:\r\n\r\nStatus: {word}\r\nDestination: 61491570156\r\nSubmitted: 11/03/03 14:34\r\nReceived: 11/03/03 14:35\r\n\r\nMessage:\r\n\r\nDinner?"
        )
    };
    assert_eq!(body(&style(), &receipt(true), &[]), expected("DELIVERED"));
    assert_eq!(
        body(&style(), &receipt(false), &[]),
        expected("UNDELIVERABLE")
    );
}

#[test]
fn a_failure_carries_the_company_s_zone_in_current_or_classic_letters() {
    let cases = [
        (
            "Australia/Sydney",
            ZoneNames::Current,
            "2003-03-13T06:47:08Z",
            "13/03/2003 17:47:08 AEDT",
        ),
        (
            "Australia/Sydney",
            ZoneNames::Classic,
            "2003-03-13T06:47:08Z",
            "13/03/2003 17:47:08 EDT",
        ),
        (
            "Australia/Sydney",
            ZoneNames::Classic,
            "2003-07-13T06:47:08Z",
            "13/07/2003 16:47:08 EST",
        ),
        (
            "Australia/Adelaide",
            ZoneNames::Classic,
            "2003-03-13T06:47:08Z",
            "13/03/2003 17:17:08 CDT",
        ),
        (
            "Australia/Perth",
            ZoneNames::Classic,
            "2003-03-13T06:47:08Z",
            "13/03/2003 14:47:08 WST",
        ),
        (
            "Pacific/Auckland",
            ZoneNames::Classic,
            "2003-03-13T06:47:08Z",
            "13/03/2003 19:47:08 NZDT",
        ),
    ];
    for (zone, zone_names, when, expected) in cases {
        let style = Style {
            zone: TimeZone::get(zone).unwrap(),
            zone_names,
            ..style()
        };
        let occasion = Occasion {
            event_at: at(when),
            ..occasion()
        };
        let letter = write(
            &style,
            &occasion,
            &Matter::Failure {
                status: "Invalid PIN.",
            },
            &[],
        )
        .unwrap();
        assert_eq!(
            letter.body,
            format!("Date: {expected}\r\n\r\nStatus: Invalid PIN.")
        );
    }
}

#[test]
fn an_abort_lists_every_try() {
    let attempts = [
        AttemptLine {
            at: at("2003-03-13T06:45:00Z"),
            carrier: Some("telco"),
            outcome: "ESME_RSYSERR",
        },
        AttemptLine {
            at: at("2003-03-13T06:47:00Z"),
            carrier: Some("telco"),
            outcome: "no link",
        },
    ];
    let abort = Matter::Abort {
        tries: 11,
        parts: None,
        attempts: &attempts,
        text: "Dinner?",
    };
    assert_eq!(
        body(&style(), &abort, &[]),
        "Date: 13/03/2003 17:47:08 AEDT\r\n\r\nStatus: Message to 61491570156 could not be delivered after 11 attempts.\r\n\r\n\
         13/03/2003 17:45:00 telco ESME_RSYSERR\r\n13/03/2003 17:47:00 telco no link\r\n\r\nMessage:\r\n\r\nDinner?"
    );
    let partly = Matter::Abort {
        tries: 1,
        parts: Some((2, 3)),
        attempts: &attempts[..1],
        text: "Dinner?",
    };
    assert!(
        body(&style(), &partly, &[])
            .contains("delivered after 1 attempt. 2 of 3 parts were accepted.\r\n")
    );
    let never = Matter::Abort {
        tries: 0,
        parts: None,
        attempts: &[AttemptLine {
            at: 0,
            carrier: None,
            outcome: "pool_exhausted",
        }],
        text: "Dinner?",
    };
    assert!(body(&style(), &never, &[]).contains(
        "could not be delivered.\r\n\r\n01/01/1970 10:00:00 pool_exhausted\r\n\r\nMessage:"
    ));
}

#[test]
fn a_note_adds_one_paragraph_and_one_header_and_changes_nothing_else() {
    let plain = write(&style(), &occasion(), &reply("Hi"), &[]).unwrap();
    let noted = write(
        &style(),
        &occasion(),
        &reply("Hi"),
        &[Note::Cut, Note::Ambiguous],
    )
    .unwrap();
    let added = noted.body.strip_prefix(&plain.body).unwrap();
    assert_eq!(
        added,
        "\r\n\r\nThe text was longer than allowed: only its beginning was sent. This reply may answer an older text to the same mobile."
    );
    assert_eq!(
        noted.headers.last().unwrap(),
        &("X-EmailSMS-Note", "cut, ambiguous".to_owned())
    );
    assert_eq!(noted.headers.len(), plain.headers.len() + 1);
}

#[test]
fn the_whole_reply_on_paper() {
    let raw = write(&style(), &occasion(), &reply("Dinner \u{1f600}?"), &[])
        .unwrap()
        .to_bytes()
        .unwrap();
    let expected = "From: 61491570156@sms.example.com\r\n\
        To: ann@example.com\r\n\
        Subject: Reply from Mobile# 61491570156\r\n\
        Date: Thu, 13 Mar 2003 06:47:08 +0000\r\n\
        Message-ID: <reply.77@sms.example.com>\r\n\
        Reply-To: no-reply@sms.example.com\r\n\
        In-Reply-To: <msg_42@sms.example.com>\r\n\
        References: <msg_42@sms.example.com>\r\n\
        X-EmailSMS-Time: 2003-03-13T06:47:08Z\r\n\
        X-EmailSMS-Id: msg_42\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n\
        WWVzLA0KYXQgc2l4DQoNCi0tLU9yaWdpbmFsIE1lc3NhZ2UtLS0gU2VudDogMTEvMDMvMjAwMyAx\r\n\
        NDozNA0KDQpEaW5uZXIg8J+YgD8=\r\n";
    assert_eq!(String::from_utf8(raw).unwrap(), expected);
}

#[test]
fn only_a_reply_counts_as_written_by_a_person() {
    let reply = write(&style(), &occasion(), &reply("Hi"), &[]).unwrap();
    assert_eq!(
        reply.envelope_from.as_deref(),
        Some("no-reply@sms.example.com")
    );
    assert!(
        !reply
            .headers
            .iter()
            .any(|(name, _)| *name == "Auto-Submitted")
    );
    let failure = write(
        &style(),
        &Occasion {
            handset: None,
            sms_id: None,
            ..occasion()
        },
        &Matter::Failure {
            status: "Invalid PIN.",
        },
        &[],
    )
    .unwrap();
    assert_eq!(failure.envelope_from, None);
    assert_eq!(failure.from, "no-reply@sms.example.com");
    let names: Vec<_> = failure.headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["Reply-To", "Auto-Submitted", "X-EmailSMS-Time"]);
}

#[test]
fn a_text_that_a_mail_began_threads_under_that_mail() {
    let cases = [
        (Some("<a.b@notes.example.com>"), "<a.b@notes.example.com>"),
        (Some("a.b@notes.example.com"), "<a.b@notes.example.com>"),
        (Some("<a b@x>"), "<msg_42@sms.example.com>"),
        (
            Some("<x@y>\r\nBcc: eve@example.com"),
            "<msg_42@sms.example.com>",
        ),
        (None, "<msg_42@sms.example.com>"),
    ];
    for (answers, expected) in cases {
        let letter = write(
            &style(),
            &Occasion {
                answers,
                ..occasion()
            },
            &reply("Hi"),
            &[],
        )
        .unwrap();
        assert!(
            letter
                .headers
                .contains(&("References", expected.to_owned())),
            "{answers:?}"
        );
        assert!(
            letter
                .headers
                .contains(&("In-Reply-To", expected.to_owned())),
            "{answers:?}"
        );
    }
}

#[test]
fn what_is_no_address_or_message_id_is_refused_by_name() {
    for to in [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@example.com\r\nBcc: eve@example.com",
        "a\0b@example.com",
        "Ann <ann@example.com>",
        "j\u{f6}rg@example.com",
        "a,b@example.com",
    ] {
        let refused = write(&style(), &Occasion { to, ..occasion() }, &reply("Hi"), &[]);
        assert!(matches!(refused, Err(LetterError::Address(_))), "{to:?}");
    }
    for message_id in ["", "<>", "a", "<a@b", "a@b c", "a@b\r\nX: y"] {
        let refused = write(
            &style(),
            &Occasion {
                message_id,
                ..occasion()
            },
            &reply("Hi"),
            &[],
        );
        assert!(
            matches!(refused, Err(LetterError::MessageId(_))),
            "{message_id:?}"
        );
    }
}

#[test]
fn times_beyond_reason_are_written_all_the_same() {
    for when in [i64::MIN, -1, 0, i64::MAX] {
        let occasion = Occasion {
            date_at: when,
            event_at: when,
            ..occasion()
        };
        write(
            &style(),
            &occasion,
            &Matter::Receipt {
                delivered: true,
                submitted_at: when,
                received_at: when,
                text: "",
            },
            &[],
        )
        .unwrap()
        .to_bytes()
        .unwrap();
    }
}

/// Characters that break mails, among harmless ones.
fn hostile() -> impl Strategy<Value = String> {
    let sharp = prop::sample::select(vec![
        "\r",
        "\n",
        "\r\n",
        "\0",
        "\r\n.\r\n",
        "\n.\n",
        "\r\n\r\nX-Evil: yes",
        "\u{202e}",
        "\u{2028}",
        "\u{1b}[2J",
        "\u{85}",
        "=?utf-8?q?=0d=0aX-Evil:_y?=",
        "\"",
        "\\",
        "<",
        ">",
        ",",
        ";",
        ":",
        "@",
        "(",
        " ",
        "\t",
        "\u{1f600}",
        "\u{e9}",
        "Ann",
        ".",
    ]);
    prop::collection::vec(
        prop_oneof![
            sharp.prop_map(str::to_owned),
            any::<char>().prop_map(String::from)
        ],
        0..40,
    )
    .prop_map(|words| words.concat())
}

fn as_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

const NAMES: [&str; 13] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-EmailSMS-Time",
    "X-EmailSMS-Id",
    "X-EmailSMS-Note",
    "MIME-Version",
];

fn check_paper(raw: &[u8], expected_body: &str) {
    let text = std::str::from_utf8(raw).unwrap();
    assert!(text.is_ascii() && !text.contains('\0'));
    assert!(
        !text.replace("\r\n", "").contains(['\r', '\n']),
        "a bare line end"
    );
    assert!(text.lines().all(|line| line.len() <= 998 && line != "."));
    let mail = MessageParser::default().parse(raw).unwrap();
    for (name, _) in mail.headers_raw() {
        assert!(
            NAMES.contains(&name) || ["Content-Type", "Content-Transfer-Encoding"].contains(&name),
            "a header of its own: {name}"
        );
        assert_eq!(
            mail.headers_raw()
                .filter(|(other, _)| *other == name)
                .count(),
            1
        );
    }
    assert_eq!(
        mail.from().unwrap().first().unwrap().address(),
        Some("61491570156@sms.example.com")
    );
    assert_eq!(
        mail.to().unwrap().first().unwrap().address(),
        Some("ann@example.com")
    );
    assert_eq!(mail.to().unwrap().iter().count(), 1);
    let name = mail
        .to()
        .unwrap()
        .first()
        .unwrap()
        .name()
        .unwrap_or_default();
    assert!(
        !name.chars().any(|c| c.is_control() || is_invisible(c)),
        "{name:?}"
    );
    assert_eq!(
        as_lines(&mail.body_text(0).unwrap()),
        as_lines(expected_body)
    );
}

proptest! {
    #[test]
    fn no_text_and_no_name_breaks_out(text in hostile(), original in hostile(), name in hostile(), id in hostile(), answers in hostile()) {
        let occasion = Occasion { to_name: Some(&name), sms_id: Some(&id), answers: Some(&answers), ..occasion() };
        let attempts = [AttemptLine { at: 0, carrier: Some(&name), outcome: &text }];
        let matters = [
            Matter::Reply { text: &text, sent_at: 0, original: &original },
            Matter::Receipt { delivered: true, submitted_at: 0, received_at: 0, text: &text },
            Matter::Failure { status: &text },
            Matter::Abort { tries: 1, parts: Some((1, 2)), attempts: &attempts, text: &text },
        ];
        for matter in matters {
            let letter = write(&style(), &occasion, &matter, &[Note::Unknown]).unwrap();
            check_paper(&letter.to_bytes().unwrap(), &letter.body);
        }
    }
}

#[test]
fn a_hundred_thousand_characters_arrive_whole() {
    for text in [
        "\r\n".repeat(50_000),
        "\u{1f600}".repeat(25_000),
        ".\n".repeat(50_000),
        "a".repeat(100_000),
    ] {
        let letter = write(
            &style(),
            &Occasion {
                to_name: Some(&text),
                ..occasion()
            },
            &Matter::Reply {
                text: &text,
                sent_at: 0,
                original: &text,
            },
            &[],
        )
        .unwrap();
        check_paper(&letter.to_bytes().unwrap(), &letter.body);
    }
}
