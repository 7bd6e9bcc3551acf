//! The source against good input in every dress and bad input of every kind.

use super::{Event, Limits, Source};
use crate::error::Error;
use proptest::prelude::*;
use std::fmt::Write;
use std::io::{BufRead, BufReader};

/// The events in a line each, with their positions.
fn events_of(bytes: impl BufRead, limits: Limits) -> Result<String, Error> {
    let mut source = Source::new(bytes, limits);
    let mut out = String::new();
    while let Some(event) = source.next()? {
        let at = event.position();
        let _ = write!(out, "{}:{} ", at.line, at.column);
        match event {
            Event::Declaration { encoding, .. } => {
                let _ = writeln!(out, "declaration {encoding:?}");
            }
            Event::Doctype { text, .. } => {
                let _ = writeln!(out, "doctype {text}");
            }
            Event::Start {
                name,
                attributes,
                empty,
                ..
            } => {
                let _ = write!(out, "start {name}");
                for attribute in attributes {
                    let at = attribute.position();
                    let (name, value) = (attribute.name, attribute.value);
                    let _ = write!(out, " {}:{} {name}={value:?}", at.line, at.column);
                }
                out.push_str(if empty { " empty\n" } else { "\n" });
            }
            Event::End { name, .. } => {
                let _ = writeln!(out, "end {name}");
            }
            Event::Text { text, .. } => {
                let _ = writeln!(out, "text {text:?}");
            }
            Event::CData { text, .. } => {
                let _ = writeln!(out, "cdata {text:?}");
            }
            Event::Comment { text, .. } => {
                let _ = writeln!(out, "comment {text:?}");
            }
            Event::Instruction { target, data, .. } => {
                let _ = writeln!(out, "instruction {target} {data:?}");
            }
        }
    }
    Ok(out)
}

fn events(bytes: &[u8]) -> Result<String, Error> {
    events_of(bytes, Limits::default())
}

fn error(bytes: &[u8]) -> Error {
    events(bytes).expect_err(&String::from_utf8_lossy(bytes))
}

const WHOLE: &str = "<?xml version='1.0' encoding='utf-8'?>\r\n<!DOCTYPE database SYSTEM 'domino.dtd'>\n<!-- ä\r\nb -->
<database xmlns='http://www.lotus.com/dxl'\r\n title='a\r\nb&#10;c&quot;&#xe4;'>
 <?x  y z?><form/><view a = \"'\" ></view >
<text>O&apos;Brien &amp; S\u{f6}hne\r\n\u{1F600}<![CDATA[<b>&amp;]]]><break/>&#13;\r</text>
</database>\r\n<!--end-->\n";

const WHOLE_EVENTS: &str = r#"1:1 declaration Some("utf-8")
2:1 doctype database SYSTEM 'domino.dtd'
3:1 comment " ä\nb "
5:1 start database 5:11 xmlns="http://www.lotus.com/dxl" 6:2 title="a b\nc\"ä"
7:22 text "\n "
8:2 instruction x "y z"
8:12 start form empty
8:19 end form
8:19 start view 8:25 a="'"
8:34 end view
8:42 text "\n"
9:1 start text
9:7 text "O'Brien & Söhne\n😀"
10:2 cdata "<b>&amp;]"
10:23 start break empty
10:31 end break
10:31 text "\r\n"
10:37 end text
10:44 text "\n"
11:1 end database
12:1 comment "end"
"#;

#[test]
fn every_kind_of_event_with_its_position() {
    assert_eq!(events(WHOLE.as_bytes()).unwrap(), WHOLE_EVENTS);
}

#[test]
fn bytes_may_come_one_at_a_time() {
    for capacity in [1, 2, 3, 7] {
        let slow = BufReader::with_capacity(capacity, WHOLE.as_bytes());
        assert_eq!(
            events_of(slow, Limits::default()).unwrap(),
            WHOLE_EVENTS,
            "{capacity} at a time"
        );
    }
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{FEFF}" } else { "" };
    [mark, text]
        .concat()
        .encode_utf16()
        .flat_map(unit)
        .collect()
}

#[test]
fn every_encoding_gives_the_same_events() {
    let dresses = [
        (
            "utf-8 with a mark",
            [b"\xEF\xBB\xBF", WHOLE.as_bytes()].concat(),
        ),
        ("utf-16le", utf_16(WHOLE, u16::to_le_bytes, false)),
        ("utf-16be", utf_16(WHOLE, u16::to_be_bytes, false)),
        (
            "utf-16le with a mark",
            utf_16(WHOLE, u16::to_le_bytes, true),
        ),
        (
            "utf-16be with a mark",
            utf_16(WHOLE, u16::to_be_bytes, true),
        ),
        (
            "declared utf-16, saved as utf-8",
            WHOLE.replace("'utf-8'", "'UTF-16'").into_bytes(),
        ),
    ];
    for (name, bytes) in dresses {
        for capacity in [1, 5, 8192] {
            let slow = BufReader::with_capacity(capacity, bytes.as_slice());
            let found = events_of(slow, Limits::default()).unwrap();
            assert_eq!(
                found.replace("\"UTF-16\"", "\"utf-8\""),
                WHOLE_EVENTS,
                "{name}"
            );
        }
    }
}

#[test]
fn a_long_declaration_counts_the_same_however_the_bytes_come() {
    for (spaces, is_looked_at) in [(10, true), (980, true), (990, false), (5_000, false)] {
        let file = format!(
            "<?xml version='1.0' encoding='koi8-r'{:spaces$}?><a/>",
            "",
            spaces = spaces
        );
        let whole = format!("{:?}", events(file.as_bytes()));
        assert_eq!(whole.contains("Encoding"), is_looked_at, "{whole}");
        for capacity in [1, 3, 1_023, 1_025] {
            let slow = BufReader::with_capacity(capacity, file.as_bytes());
            assert_eq!(
                format!("{:?}", events_of(slow, Limits::default())),
                whole,
                "{spaces} spaces, {capacity} bytes at a time"
            );
        }
    }
}

#[test]
fn single_byte_encodings_as_declared() {
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE4\x80</a>";
    assert!(events(latin).unwrap().contains("\"ä\\u{80}\""));
    let windows = b"<?xml version=\"1.0\" encoding = \"Windows-1252\"?><a>\xE4\x80</a>";
    assert!(events(windows).unwrap().contains("\"ä€\""));
    let hole = b"<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>";
    assert!(matches!(error(hole), Error::Malformed { at, .. } if at.position.byte == 48));
}

#[test]
fn positions_count_the_bytes_of_the_file() {
    let text = "<a>\n😀ä<b/></a>";
    let byte_of_b = |bytes: &[u8]| {
        let mut source = Source::new(bytes, Limits::default());
        while let Some(event) = source.next().unwrap() {
            if let Event::Start {
                name: "b",
                position,
                ..
            } = event
            {
                assert_eq!((position.line, position.column), (2, 3));
                return position.byte;
            }
        }
        panic!("no b");
    };
    assert_eq!(byte_of_b(text.as_bytes()), 10);
    assert_eq!(byte_of_b(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()), 13);
    assert_eq!(byte_of_b(&utf_16(text, u16::to_le_bytes, false)), 14);
    assert_eq!(byte_of_b(&utf_16(text, u16::to_be_bytes, true)), 16);
}

#[test]
fn carriage_returns_are_reported() {
    let mut source = Source::new(&b"<a>\n ab\r\n</a>"[..], Limits::default());
    while source.next().unwrap().is_some() {}
    let at = source.first_carriage_return().unwrap();
    assert_eq!((at.line, at.column, at.byte), (2, 4, 7));
}

#[test]
fn cut_anywhere_is_an_error_with_its_place() {
    let end_of_root = WHOLE.find("</database>").unwrap() + "</database>".len();
    for length in 0..end_of_root {
        let why = error(&WHOLE.as_bytes()[..length]);
        assert!(
            matches!(
                why,
                Error::CutOff { .. }
                    | Error::Empty { .. }
                    | Error::Malformed { .. }
                    | Error::Syntax { .. }
            ),
            "{length}: {why}"
        );
        assert!(
            why.place().position.byte <= length as u64,
            "{length}: {why}"
        );
    }
    let cut = error(b"<database>\n<form>\n<body>text");
    assert_eq!(
        cut.to_string(),
        "line 3, column 11, in /database/form/body: the file ends inside <body>; export it again, or fetch it in full"
    );
}

type Expected = fn(&Error) -> bool;

#[test]
fn bad_input_is_refused_where_it_is_bad() {
    let cases: &[(&[u8], u32, u32, Expected)] = &[
        (b"", 1, 1, |e| matches!(e, Error::Empty { .. })),
        (b" \n ", 2, 2, |e| matches!(e, Error::Empty { .. })),
        (b"<!-- only -->", 1, 14, |e| {
            matches!(e, Error::Empty { .. })
        }),
        (b"hello", 1, 1, |e| matches!(e, Error::NotXml { .. })),
        (b"\x7FELF\x02\0 <a/>", 1, 1, |e| {
            matches!(e, Error::NotXml { .. })
        }),
        (b"<?xml version='1.0'?>\n a<b/>", 2, 2, |e| {
            matches!(e, Error::NotXml { .. })
        }),
        (b"<a/>\n x", 2, 2, |e| matches!(e, Error::Outside { .. })),
        (b"<a/>&amp;", 1, 5, |e| matches!(e, Error::Outside { .. })),
        (b"<a/><![CDATA[x]]>", 1, 5, |e| {
            matches!(e, Error::Outside { .. })
        }),
        (b"<a/>\n<b/>", 2, 1, |e| {
            matches!(e, Error::SecondRoot { .. })
        }),
        (b"<a></b>", 1, 4, |e| matches!(e, Error::WrongEnd { .. })),
        (b"<a></A>", 1, 4, |e| matches!(e, Error::WrongEnd { .. })),
        (b"<a></a x='1'>", 1, 4, |e| {
            matches!(e, Error::WrongEnd { .. })
        }),
        (b"<a></a></a>", 1, 8, |e| {
            matches!(e, Error::StrayEnd { .. })
        }),
        (b"<a>\xFF</a>", 1, 4, |e| {
            matches!(e, Error::Malformed { .. })
        }),
        (b"<a>\n\xC3\xA4\xC3</a>", 2, 2, |e| {
            matches!(e, Error::Malformed { .. })
        }),
        (b"<a>\xC3", 1, 4, |e| matches!(e, Error::Malformed { .. })),
        (b"\xFF\xFE<\0a\0>\0\0\xD8<\0", 1, 4, |e| {
            matches!(e, Error::Malformed { .. })
        }),
        (b"\xFF\xFE<\0a\0>\0x", 1, 4, |e| {
            matches!(e, Error::Malformed { .. })
        }),
        (b"\xFF\xFE\0\0<\0\0\0", 1, 1, |e| {
            matches!(e, Error::Encoding { .. })
        }),
        (
            b"<?xml version='1.0' encoding='Shift_JIS'?><a/>",
            1,
            1,
            |e| matches!(e, Error::Encoding { name, .. } if name == "shift_jis"),
        ),
        (b"<?xml version='1.1'?><a/>", 1, 1, |e| {
            matches!(e, Error::Version { .. })
        }),
        (b"<?xml encoding='utf-8'?><a/>", 1, 1, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b" <?xml version='1.0'?><a/>", 1, 2, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<a>\x01</a>", 1, 4, |e| {
            matches!(e, Error::Character { code: 1, .. })
        }),
        (b"<a>\0</a>", 1, 4, |e| {
            matches!(e, Error::Character { code: 0, .. })
        }),
        (b"<a b='\x0B'/>", 1, 7, |e| {
            matches!(e, Error::Character { code: 11, .. })
        }),
        (b"<a>\xEF\xBF\xBE</a>", 1, 4, |e| {
            matches!(e, Error::Character { code: 0xFFFE, .. })
        }),
        (b"<a>&#0;</a>", 1, 4, |e| {
            matches!(e, Error::CharacterReference { .. })
        }),
        (b"<a>&#x1F;</a>", 1, 4, |e| {
            matches!(e, Error::CharacterReference { .. })
        }),
        (b"<a>&#xD800;</a>", 1, 4, |e| {
            matches!(e, Error::Reference { .. })
        }),
        (b"<a>&#xZZ;</a>", 1, 4, |e| {
            matches!(e, Error::Reference { .. })
        }),
        (b"<a>&#x110000;</a>", 1, 4, |e| {
            matches!(e, Error::Reference { .. })
        }),
        (b"<a b='&#;'/>", 1, 7, |e| {
            matches!(e, Error::Reference { .. })
        }),
        (b"<a>&#+65;</a>", 1, 4, |e| {
            matches!(e, Error::Reference { .. })
        }),
        (b"<a>x&#99999999999;</a>", 1, 5, |e| {
            matches!(e, Error::Reference { .. })
        }),
        (b"\0\0\0", 1, 1, |e| matches!(e, Error::NotXml { .. })),
        (b"<a/>\n\0", 2, 1, |e| matches!(e, Error::Outside { .. })),
        (b"<a/><!-- \x01 -->", 1, 10, |e| {
            matches!(e, Error::Character { code: 1, .. })
        }),
        (b"<a>&nbsp;</a>", 1, 4, |e| {
            matches!(e, Error::Entity { .. })
        }),
        (b"<a b='x&nbsp;'/>", 1, 8, |e| {
            matches!(e, Error::Entity { .. })
        }),
        (b"<a>R & D</a>", 1, 6, |e| matches!(e, Error::Syntax { .. })),
        (b"<a>R&D;E</a>", 1, 5, |e| matches!(e, Error::Entity { .. })),
        (b"<a>]]></a>", 1, 4, |e| matches!(e, Error::Syntax { .. })),
        (b"<a><!-- a--b --></a>", 1, 4, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<a><!ELEMENT b ANY></a>", 1, 4, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<!doctype a><a/>", 1, 1, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<!DOCTYPE><a/>", 1, 1, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<!DOCTYPE a SYSTEM><a/>", 1, 1, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 1, 1, |e| {
            matches!(e, Error::InternalSubset { .. })
        }),
        (b"<!DOCTYPE a SYSTEM 'x' [ ]><a/>", 1, 1, |e| {
            matches!(e, Error::InternalSubset { .. })
        }),
        (b"<a/><!DOCTYPE a>", 1, 5, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<a><!DOCTYPE a></a>", 1, 4, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<!DOCTYPE a><!DOCTYPE a><a/>", 1, 13, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (
            b"< a/>",
            1,
            1,
            |e| matches!(e, Error::Syntax { mend, .. } if mend.contains("&lt;")),
        ),
        (
            b"<a>b\n< c</a>",
            2,
            1,
            |e| matches!(e, Error::Syntax { mend, .. } if mend.contains("&lt;")),
        ),
        (b"<a>b<=c</a>", 1, 5, |e| matches!(e, Error::Syntax { .. })),
        (b"<1/>", 1, 1, |e| matches!(e, Error::Syntax { .. })),
        (b"<a :b='1'/>", 1, 4, |e| matches!(e, Error::Name { .. })),
        (b"<a><:b/></a>", 1, 5, |e| matches!(e, Error::Name { .. })),
        (b"<a<b/>", 1, 2, |e| matches!(e, Error::Name { .. })),
        (b"<a\n b/>", 2, 3, |e| matches!(e, Error::Syntax { .. })),
        (b"<a b=c/>", 1, 6, |e| matches!(e, Error::Syntax { .. })),
        (b"<a b='1'c='2'/>", 1, 9, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<a b='<'/>", 1, 7, |e| matches!(e, Error::Syntax { .. })),
        (b"<a b='&'/>", 1, 7, |e| matches!(e, Error::Syntax { .. })),
        (b"<a b='1' b='2'/>", 1, 10, |e| {
            matches!(e, Error::AttributeTwice { .. })
        }),
        (b"<a ='1'/>", 1, 4, |e| matches!(e, Error::Name { .. })),
        (b"<a xmlns='http://www.lotus.com/DXL'/>", 1, 4, |e| {
            matches!(e, Error::Namespace { .. })
        }),
        (
            b"<a xmlns='http://www.lotus.com/dxl'><b xmlns=''/></a>",
            1,
            40,
            |e| matches!(e, Error::Namespace { .. }),
        ),
        (b"<d:a xmlns:d='http://www.lotus.com/dxl'/>", 1, 1, |e| {
            matches!(e, Error::Prefix { .. })
        }),
        (b"<?XML version='1.0'?><a/>", 1, 1, |e| {
            matches!(e, Error::Syntax { .. })
        }),
        (b"<??><a/>", 1, 3, |e| matches!(e, Error::Name { .. })),
        (b"<a b='1", 1, 8, |e| matches!(e, Error::CutOff { .. })),
        (b"<a><!-- ", 1, 9, |e| matches!(e, Error::CutOff { .. })),
        (b"<", 1, 2, |e| matches!(e, Error::CutOff { .. })),
        (b"<!", 1, 3, |e| {
            matches!(e, Error::CutOff { .. } | Error::Syntax { .. })
        }),
    ];
    for (bytes, line, column, expected) in cases {
        let shown = String::from_utf8_lossy(bytes);
        let why = error(bytes);
        assert!(expected(&why), "{shown}: {why:?}");
        let at = why.place().position;
        assert_eq!((at.line, at.column), (*line, *column), "{shown}: {why}");
    }
}

#[test]
fn doctypes_are_reported_and_never_fetched() {
    for good in [
        "database",
        "database SYSTEM 'xmlschemas/domino_9_0_1.dtd'",
        "database  PUBLIC \"-//x\"\n 'a[b'",
    ] {
        let text = format!("<!DOCTYPE {good}><database/>");
        assert!(
            events(text.as_bytes())
                .unwrap()
                .contains(&format!("doctype {good}")),
            "{good}"
        );
    }
}

#[test]
fn a_million_deep_is_an_error_or_a_million_events() {
    let deep = "<a>".repeat(1_000_000);
    assert!(matches!(
        error(deep.as_bytes()),
        Error::TooDeep { limit: 1000, at } if at.position.column == 3001
    ));
    let whole = deep + &"</a>".repeat(1_000_000);
    let limits = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    let mut source = Source::new(whole.as_bytes(), limits);
    let mut count = 0;
    while source.next().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 2_000_000);
}

#[test]
fn a_hundred_thousand_attributes() {
    let mut tag = String::from("<a");
    for number in 0..100_000 {
        let _ = write!(tag, " a{number}='{number}'");
    }
    tag += "/>";
    assert!(matches!(
        error(tag.as_bytes()),
        Error::TooManyAttributes { limit: 1000, at } if at.position.column == 10_784
    ));
    let limits = Limits {
        attributes: usize::MAX,
        ..Limits::default()
    };
    let mut source = Source::new(tag.as_bytes(), limits);
    let Some(Event::Start { attributes, .. }) = source.next().unwrap() else {
        panic!("no start");
    };
    assert_eq!(attributes.len(), 100_000);
    assert_eq!(attributes.get("a99999"), Some("99999"));
    let twice = tag.replace("/>", " a7=''/>");
    let why = events_of(twice.as_bytes(), limits).unwrap_err();
    assert!(matches!(why, Error::AttributeTwice { name, .. } if name == "a7"));
}

#[test]
fn huge_texts_up_to_the_limit() {
    let limits = Limits {
        text: 1 << 20,
        name: 10,
        ..Limits::default()
    };
    let sized = |count: usize, piece: &str| format!("<a>{}</a>", piece.repeat(count));
    for (count, piece) in [(1 << 20, "x"), (100_000, "x\n"), (200_000, "&amp;")] {
        let text = sized(count, piece);
        let mut source = Source::new(text.as_bytes(), limits);
        source.next().unwrap();
        let Some(Event::Text { text, .. }) = source.next().unwrap() else {
            panic!("no text");
        };
        assert_eq!(text.len(), count * piece.replace("&amp;", "&").len());
    }
    for text in [
        sized((1 << 20) + 1, "x"),
        sized(1 << 22, "&lt;"),
        format!("<a><![CDATA[{}", "x".repeat(3 << 20)),
        format!("<a b='{}", "x".repeat(3 << 20)),
        format!("<!--{}", "x".repeat(3 << 20)),
        format!("<a>&{}", "x".repeat(3 << 20)),
        " ".repeat(3 << 20),
    ] {
        let why = events_of(text.as_bytes(), limits).unwrap_err();
        assert!(matches!(why, Error::TooLong { .. }), "{why}");
    }
    let why = events_of(&b"<abcdefghijk/>"[..], limits).unwrap_err();
    assert!(matches!(why, Error::NameTooLong { limit: 10, .. }), "{why}");
    let why = events_of(&b"<a abcdefghijk=''/>"[..], limits).unwrap_err();
    assert!(matches!(why, Error::NameTooLong { limit: 10, at } if at.position.column == 4));
}

/// The text of all pieces of a file of one line, and how long the longest is.
fn pieces_of(file: &str, limits: Limits) -> Result<(String, usize), Error> {
    let mut source = Source::new(file.as_bytes(), limits).in_pieces();
    let (mut whole, mut longest) = (String::new(), 0);
    while let Some(event) = source.next()? {
        if let Event::Text { text, position } = event {
            let before = whole.chars().count() as u32;
            assert_eq!(position.column, before + 4, "all is one line");
            whole.push_str(text);
            longest = longest.max(text.len());
        }
    }
    Ok((whole, longest))
}

#[test]
fn long_texts_come_in_pieces() {
    let limits = Limits {
        text: 4 << 20,
        ..Limits::default()
    };
    for (piece, count) in [("x", 9 << 20), ("xyz]]x]", 1 << 20), ("äöü", 1 << 20)] {
        let text = piece.repeat(count);
        let file = format!("<a>{text}</a>");
        let (whole, longest) = pieces_of(&file, limits).unwrap();
        assert!(whole == text && longest < 3 << 20, "{piece} {longest}");
        assert!(matches!(
            events_of(file.as_bytes(), limits),
            Err(Error::TooLong { .. })
        ));
    }
    // References are never cut; lines end a piece.
    for (piece, read) in [("&amp;", "&"), ("&#x1F600;", "\u{1F600}"), ("a\r\n", "a\n")] {
        let file = format!("<a>{}</a>", piece.repeat(1 << 20));
        let mut source = Source::new(file.as_bytes(), limits).in_pieces();
        let (mut whole, mut count) = (String::new(), 0);
        while let Some(event) = source.next().unwrap() {
            if let Event::Text { text, .. } = event {
                whole.push_str(text);
                count += 1;
                let is_last = whole.len() == read.len() << 20;
                assert!(!read.ends_with('\n') || is_last || text.ends_with('\n'));
            }
        }
        assert!(
            whole == read.repeat(1 << 20) && count > 1,
            "{piece} {count}"
        );
    }
    // What is wrong in a long text is told as in a short one.
    for (end, wanted) in [("]]>", 4), ("&x;", 4), ("&", 4)] {
        let at = 3 << 20;
        let file = format!("<a>{}{end}</a>", "x".repeat(at));
        let why = pieces_of(&file, limits).unwrap_err();
        assert_eq!(why.place().position.column as usize, at + wanted, "{end}");
    }
}

#[test]
fn positions_behind_a_huge_text_are_right() {
    let text = format!(
        "<a>{}<b/>{}\n ä<b/></a>",
        "ä\n".repeat(400_000),
        "x".repeat(300)
    );
    let mut source = Source::new(text.as_bytes(), Limits::default());
    let mut found = Vec::new();
    while let Some(event) = source.next().unwrap() {
        if let Event::Start {
            name: "b",
            position,
            ..
        } = event
        {
            found.push((position.line, position.column, position.byte));
        }
    }
    assert_eq!(found, [(400_001, 1, 1_200_003), (400_002, 3, 1_200_311)]);
}

#[test]
fn after_an_error_there_is_nothing() {
    let mut source = Source::new(&b"<a></b></a>"[..], Limits::default());
    source.next().unwrap();
    source.next().unwrap_err();
    assert!(source.next().unwrap().is_none());
}

#[test]
fn elements_are_skipped_whole() {
    let mut source = Source::new(
        &b"<a><b><b/>x<b></b></b><c/><d/></a>"[..],
        Limits::default(),
    );
    let mut starts = Vec::new();
    while let Some(event) = source.next().unwrap() {
        let Event::Start { name, .. } = event else {
            continue;
        };
        let skipped = matches!(name, "b" | "c");
        starts.push(name.to_owned());
        if skipped {
            source.skip_element().unwrap();
        }
    }
    assert_eq!(starts, ["a", "b", "c", "d"]);
}

proptest! {
    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = events(&bytes);
    }

    #[test]
    fn any_markup_ends_the_same_however_it_comes(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<a>", "</a>", "<a b='", "'", "\"", "/>", ">", "&", "&amp;", "&#13;", ";", "x", "ä", " ", "\r", "\n", "]]>", "<![CDATA[",
                "<!--", "-->", "<?p", "?>", "<!DOCTYPE a>", "<?xml version='1.0'?>",
            ]),
            0..30,
        ),
        capacity in 1_usize..9,
    ) {
        let text = pieces.concat();
        let whole = events(text.as_bytes()).map_err(|why| why.to_string());
        let slow = BufReader::with_capacity(capacity, text.as_bytes());
        let slow = events_of(slow, Limits::default()).map_err(|why| why.to_string());
        prop_assert_eq!(whole, slow);
    }
}
