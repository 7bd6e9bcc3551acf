//! The envelopes of `tests/fixtures/soap/`, good and bad, against the reader; and hostile ones too large to keep as files. [SPEC 9.5]

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::{
    answer::ENVELOPE_NAMESPACE,
    envelope::{Call, MAX_BYTES},
    fault::FaultReason,
    legacy::{Code, MessageKind, Request},
};

/// Envelopes in the manners of many clients, all of which say the same.
const GOOD: &[(&str, Option<&str>)] = &[
    ("zeep.xml", Some("text/xml; charset=utf-8")),
    ("php.xml", Some("text/xml; charset=utf-8")),
    ("delphi-href.xml", Some("text/xml")),
    ("href-nested.xml", Some("text/xml; charset=\"utf-8\"")),
    ("perl-typed.xml", Some("text/xml; charset=utf-8")),
    ("bare.xml", None),
    ("cdata-comments.xml", None),
    ("header.xml", Some("application/x-www-form-urlencoded")),
    ("utf-16le-mark.xml", Some("text/xml; charset=utf-16")),
    ("utf-16be-bare.xml", Some("text/xml")),
    ("utf-16-declared-utf-8-sent.xml", None),
    ("latin-1-declared.xml", Some("text/xml")),
    ("latin-1-unlabelled.xml", Some("text/xml")),
];

/// What is refused, and a piece of the sentence that says why.
const BAD: &[(&str, &str)] = &[
    ("bad-laughs.xml", "a DOCTYPE stands at line 1, column 22"),
    ("bad-quadratic.xml", "a DOCTYPE stands at line 1, column 1"),
    (
        "bad-external-entity.xml",
        "a DOCTYPE stands at line 1, column 1",
    ),
    (
        "bad-parameter-entity.xml",
        "a DOCTYPE stands at line 1, column 1",
    ),
    (
        "bad-doctype-late.xml",
        "a DOCTYPE stands at line 1, column 61",
    ),
    ("bad-entity.xml", "the entity \"eacute\" at line 1, column "),
    ("bad-utf-7.xml", "the charset \"UTF-7\" is not supported"),
    ("bad-utf-7-unlabelled.xml", "not well-formed"),
    ("bad-attributes-65.xml", "has more than 64 attributes"),
    (
        "bad-attribute-twice.xml",
        "an attribute is malformed or stands twice",
    ),
    (
        "bad-nul.xml",
        "a character that XML does not allow stands at line 1, column ",
    ),
    (
        "bad-reference-nul.xml",
        "a character that XML does not allow stands at line 1, column ",
    ),
    (
        "bad-reference-surrogate.xml",
        "a character that XML does not allow stands at line 1, column ",
    ),
    ("bad-lone-surrogate-utf-16.xml", "not valid UTF-16LE"),
    ("bad-gzip.xml", "is compressed"),
    ("bad-truncated.xml", "not well-formed"),
    ("bad-two-roots.xml", "not well-formed"),
    (
        "bad-argument-twice.xml",
        "the argument \"strInRecipients\" is given a second time at line 1, column ",
    ),
    (
        "bad-two-calls.xml",
        "several calls, the second at line 1, column ",
    ),
    ("bad-href-loop.xml", "leads in a circle"),
    (
        "bad-href-outside.xml",
        "does not lead to exactly one element",
    ),
    ("bad-soap-1.2.xml", "not in the SOAP 1.1 namespace"),
    (
        "bad-must-understand.xml",
        "the header \"T\" at line 1, column ",
    ),
    ("bad-no-body.xml", "no Body with a call"),
    ("bad-empty.xml", "the request body is empty"),
    ("bad-html.xml", "the root element is \"html\""),
    ("bad-json.xml", "not well-formed"),
    ("bad-unescaped-text.xml", "not well-formed"),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/soap")
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_clients_manner_says_the_same() {
    for (name, content_type) in GOOD {
        let call = Call::read(&fixture(name), *content_type)
            .unwrap_or_else(|reason| panic!("{name}: {reason}"));
        let Ok(Request::SendTextSms(sms)) = Request::of(&call) else {
            panic!("{name}: {call:?}")
        };
        assert_eq!(&*sms.text, "Grüße & <café>", "{name}");
        assert_eq!(&*sms.credentials.serial, "1234567890123456", "{name}");
        assert_eq!(&*sms.credentials.key, "KEYKEYKEYKEYKEYKEYKEYKEY", "{name}");
        assert_eq!(
            sms.recipients.split(),
            Ok(vec!["0491570156", "0491570157"]),
            "{name}"
        );
        assert_eq!(
            (sms.reply_email.as_str(), sms.originator.as_str()),
            ("ann@example.com", ""),
            "{name}"
        );
        assert_eq!(
            sms.kind.kind(),
            Ok::<_, Code>(MessageKind::Normal),
            "{name}"
        );
    }
}

#[test]
fn what_is_malformed_is_refused_with_place_and_remedy() {
    for (name, sentence) in BAD {
        let reason = Call::read(&fixture(name), Some("text/xml")).expect_err(name);
        assert!(reason.to_string().contains(sentence), "{name}: {reason}");
        assert!(
            !reason.to_xml().contains("KEYKEY"),
            "{name} repeats the key"
        );
    }
}

#[test]
fn every_fixture_is_named_here() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .expect("fixtures")
        .map(|entry| {
            entry
                .expect("entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".xml"))
        .collect();
    let named: BTreeSet<String> = GOOD
        .iter()
        .map(|(name, _)| name)
        .chain(BAD.iter().map(|(name, _)| name))
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(files, named);
}

/// Bodies that cost a careless parser its stack, its memory or its minute. Each just under the size limit unless it says so.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let full = |piece: &str| piece.repeat((MAX_BYTES - 1_000) / piece.len());
    let in_body = |content: String| {
        format!(
            "<e:Envelope xmlns:e=\"{ENVELOPE_NAMESPACE}\"><e:Body>{content}</e:Body></e:Envelope>"
        )
        .into_bytes()
    };
    let namespaces = |level: usize| {
        (0..60)
            .map(|i| format!(" xmlns:n{level}x{i}='u'"))
            .collect::<String>()
    };
    vec![
        ("deep, 100,000", in_body("<a>".repeat(100_000))),
        ("deep, 1,000,000", in_body("<a>".repeat(1_000_000))),
        ("wide", in_body(full("<a/>"))),
        ("comments", in_body(full("<!---->"))),
        ("sections", in_body(full("<![CDATA[]]>"))),
        (
            "one tag of attributes",
            in_body(format!("<a {}/>", full("b='' "))),
        ),
        (
            "one tag without end",
            in_body(format!("<a b='{}", full("x"))),
        ),
        (
            "names in scope",
            in_body(
                (0..40)
                    .map(|level| format!("<a{}>", namespaces(level)))
                    .collect::<String>()
                    + &"<a xmlns:q='u'/>".repeat(55_000),
            ),
        ),
        ("open brackets", in_body(full("<"))),
        ("ampersands", in_body(full("&"))),
        ("long reference", in_body(format!("<a>&{};</a>", full("a")))),
        (
            "huge character reference",
            in_body(format!("<a>&#{};</a>", full("9"))),
        ),
        (
            "ids and hrefs",
            in_body(format!(
                "<Op>{}</Op>",
                (0..9_000)
                    .map(|i| format!("<a{i} id='{i}' href='#{}'/>", i + 1))
                    .collect::<String>()
            )),
        ),
        ("line ends", full("\n").into_bytes()),
        ("NULs", vec![0; MAX_BYTES]),
        (
            "declaration without end",
            format!("<?xml {}", full("a='b' ")).into_bytes(),
        ),
        ("too large", vec![b' '; MAX_BYTES + 1]),
    ]
}

#[test]
fn what_is_hostile_is_refused() {
    for (case, body) in hostile() {
        let reason = Call::read(&body, None).expect_err(case);
        assert!(reason.to_xml().len() < 3_000, "{case}: {reason}");
    }
    assert_eq!(
        Call::read(&vec![b' '; MAX_BYTES + 1], None),
        Err(FaultReason::TooLarge { limit: MAX_BYTES })
    );
}
