//! The text form of a delivery receipt, in its dialects [SMPP 3.4 Appendix B].

/// What stands in a receipt's text. Everything but the id may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReceiptText {
    /// The message id as written; see [`message_id`](crate::message_id).
    pub id: String,
    /// `DELIVRD`, `UNDELIV` …, in upper case.
    pub stat: Option<String>,
    /// submit date as written; see [`parse_receipt_date`].
    pub submitted: Option<String>,
    /// done date as written; see [`parse_receipt_date`].
    pub done: Option<String>,
    /// The network's error code as written.
    pub err: Option<String>,
    /// Messages submitted, as written (`001`).
    pub sub: Option<String>,
    /// Messages delivered, as written.
    pub dlvrd: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Sub,
    Dlvrd,
    Submitted,
    Done,
    Stat,
    Err,
    Text,
}

/// The names of the fields in the field, lower case, blanks and underscores taken out; longer ones first where one begins another.
const NAMES: [(&str, Field); 13] = [
    ("submitdate", Field::Submitted),
    ("donedate", Field::Done),
    ("delivered", Field::Dlvrd),
    ("dlvrd", Field::Dlvrd),
    ("status", Field::Stat),
    ("state", Field::Stat),
    ("stat", Field::Stat),
    ("error", Field::Err),
    ("err", Field::Err),
    ("text", Field::Text),
    ("msgid", Field::Id),
    ("sub", Field::Sub),
    ("id", Field::Id),
];

/// Reads a receipt's text: any case, any order, fields missing, blanks around names and colons, `_` for a blank in names, `,` and `;`
/// between fields. What follows `text:` is the message and is not searched.
///
/// `None` if there is no id, or nothing but an id: then it is not a receipt.
pub fn parse_receipt(text: &str) -> Option<ReceiptText> {
    let marks = find_names(text);
    let mut receipt = ReceiptText::default();
    for (at, &(field, _, value_at)) in marks.iter().enumerate() {
        if field == Field::Text {
            break;
        }
        let end = marks
            .get(at + 1)
            .map_or(text.len(), |&(_, name_at, _)| name_at);
        let value = text[value_at..end]
            .trim_matches(|c: char| c.is_whitespace() || c.is_control() || ",;&\"'".contains(c));
        keep(&mut receipt, field, value);
    }
    let says_more = receipt.stat.is_some()
        || receipt.done.is_some()
        || receipt.err.is_some()
        || receipt.sub.is_some()
        || receipt.dlvrd.is_some();
    (!receipt.id.is_empty() && says_more).then_some(receipt)
}

/// Keeps the first value of each field; dates whole, of all else the first word.
fn keep(receipt: &mut ReceiptText, field: Field, value: &str) {
    let word = value
        .split(|c: char| c.is_whitespace() || c.is_control())
        .next()
        .unwrap_or_default();
    if word.is_empty() {
        return;
    }
    if field == Field::Id {
        if receipt.id.is_empty() {
            receipt.id = word.to_owned();
        }
        return;
    }
    let (slot, value) = match field {
        Field::Submitted => (&mut receipt.submitted, value.to_owned()),
        Field::Done => (&mut receipt.done, value.to_owned()),
        Field::Stat => (&mut receipt.stat, word.to_ascii_uppercase()),
        Field::Err => (&mut receipt.err, word.to_owned()),
        Field::Sub => (&mut receipt.sub, word.to_owned()),
        Field::Dlvrd => (&mut receipt.dlvrd, word.to_owned()),
        Field::Id | Field::Text => return,
    };
    slot.get_or_insert(value);
}

/// Every field name in the text: (field, where the name begins, where its value begins), up to and with `text:`.
fn find_names(text: &str) -> Vec<(Field, usize, usize)> {
    let octets = text.as_bytes();
    let mut marks = Vec::with_capacity(8);
    let mut at = 0;
    while at < octets.len() {
        let begins_word =
            at == 0 || !octets[at - 1].is_ascii_alphanumeric() && octets[at - 1] < 0x80;
        if begins_word && let Some((field, value_at)) = name_at(octets, at) {
            marks.push((field, at, value_at));
            if field == Field::Text {
                break;
            }
            at = value_at;
        } else {
            at += 1;
        }
    }
    marks
}

fn name_at(octets: &[u8], at: usize) -> Option<(Field, usize)> {
    NAMES
        .iter()
        .find_map(|&(name, field)| Some((field, after_name(octets, at, name.as_bytes())?)))
}

/// Where the value begins if `name` and its colon stand at `at`, blanks and underscores inside tolerated.
fn after_name(octets: &[u8], mut at: usize, name: &[u8]) -> Option<usize> {
    const MOST_BLANKS: usize = 4;
    let skip = |mut at: usize| {
        let last = at + MOST_BLANKS;
        while at < last && matches!(octets.get(at), Some(b' ' | b'_' | b'\t')) {
            at += 1;
        }
        at
    };
    for (i, letter) in name.iter().enumerate() {
        if i > 0 {
            at = skip(at);
        }
        if octets.get(at)?.to_ascii_lowercase() != *letter {
            return None;
        }
        at += 1;
    }
    at = skip(at);
    matches!(octets.get(at), Some(b':' | b'=')).then_some(at + 1)
}

/// A receipt's date: (year, month, day, hour, minute, second), in the SMSC's own zone.
///
/// `YYMMDDhhmm`, `YYMMDDhhmmss`, the same with a four-digit year, and SMPP's absolute time; anything between the digits is
/// skipped. Years of two digits are 2000–2099. `None` for what is no date.
pub fn parse_receipt_date(text: &str) -> Option<(u16, u8, u8, u8, u8, u8)> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|octet| octet - b'0')
        .take(17)
        .collect();
    match digits.len() {
        10 => date(&digits, 2),
        12 => date(&digits, 2).or_else(|| date(&digits, 4)),
        14 => date(&digits, 4),
        15 => date(&digits[..12], 2), // YYMMDDhhmmss and tnn, its sign skipped
        _ => None,
    }
}

fn date(digits: &[u8], year_digits: usize) -> Option<(u16, u8, u8, u8, u8, u8)> {
    let year = digits[..year_digits]
        .iter()
        .fold(0, |sum, &d| sum * 10 + u16::from(d));
    let year = if year_digits == 2 { 2000 + year } else { year };
    let pair = |i: usize| {
        digits
            .get(year_digits + 2 * i..year_digits + 2 * i + 2)
            .map(|two| two[0] * 10 + two[1])
    };
    let (month, day, hour, minute) = (pair(0)?, pair(1)?, pair(2)?, pair(3)?);
    let second = pair(4).unwrap_or(0);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let valid =
        year >= 1990 && (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
    valid.then_some((year, month, day, hour, minute, second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (String, String, String) {
        let receipt = parse_receipt(text).unwrap_or_else(|| panic!("not a receipt: {text}"));
        (
            receipt.id,
            receipt.stat.unwrap_or_default(),
            receipt.done.unwrap_or_default(),
        )
    }

    #[test]
    fn dialects() {
        for (text, id, stat, done) in [
            (
                "id:1a2b sub:001 dlvrd:001 submit date:2611210406 done date:2611210407 stat:DELIVRD err:000 text:hello",
                "1a2b",
                "DELIVRD",
                "2611210407",
            ),
            (
                "ID:1A2B SUB:001 DLVRD:001 SUBMIT DATE:2611210406 DONE DATE:2611210407 STAT:delivrd ERR:000 TEXT:",
                "1A2B",
                "DELIVRD",
                "2611210407",
            ),
            (
                "stat:UNDELIV done date:261121040700 id:77",
                "77",
                "UNDELIV",
                "261121040700",
            ),
            ("id: 77 stat: EXPIRED", "77", "EXPIRED", ""),
            ("id:77 stat : REJECTD", "77", "REJECTD", ""),
            (
                "id:77 submit_date:2611210406 done_date:2611210407 stat:DELIVRD",
                "77",
                "DELIVRD",
                "2611210407",
            ),
            ("id:77,sub:001,stat:DELIVRD;", "77", "DELIVRD", ""),
            (
                "id:77 done date:2026-11-21 04:07:00 stat:DELIVRD",
                "77",
                "DELIVRD",
                "2026-11-21 04:07:00",
            ),
            ("id:77 err:001 text:id:88 stat:UNDELIV", "77", "", ""),
            ("id:77 stat:DELIVRD\0", "77", "DELIVRD", ""),
            ("id:0a-b_c.9 stat:ACCEPTD err:", "0a-b_c.9", "ACCEPTD", ""),
            ("id:77 status:DELIVRD", "77", "DELIVRD", ""),
            ("id:7 id:8 stat:DELIVRD stat:UNDELIV", "7", "DELIVRD", ""),
            (
                "id:77 sub:001 dlvrd:000 submit date: done date: stat:UNKNOWN err:",
                "77",
                "UNKNOWN",
                "",
            ),
            ("ünïd:5 id:77 stat:DELIVRD text:ü", "77", "DELIVRD", ""),
        ] {
            assert_eq!(
                read(text),
                (id.to_owned(), stat.to_owned(), done.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn all_fields() {
        let receipt = parse_receipt(
            "id:9 sub:002 dlvrd:001 submit date:2611210406 done date:2611210407 stat:DELIVRD err:0c text:x",
        );
        assert_eq!(
            receipt,
            Some(ReceiptText {
                id: "9".into(),
                stat: Some("DELIVRD".into()),
                submitted: Some("2611210406".into()),
                done: Some("2611210407".into()),
                err: Some("0c".into()),
                sub: Some("002".into()),
                dlvrd: Some("001".into()),
            })
        );
    }

    #[test]
    fn not_receipts() {
        for text in [
            "",
            "yes",
            "my id: 12",
            "id:",
            "stat:DELIVRD",
            "paid:3 stat:x",
            "id: stat:DELIVRD",
            "text:id:3 stat:DELIVRD",
        ] {
            assert_eq!(parse_receipt(text), None, "{text}");
        }
    }

    #[test]
    fn dates() {
        for (text, expected) in [
            ("2611210406", Some((2026, 11, 21, 4, 6, 0))),
            ("261121040644", Some((2026, 11, 21, 4, 6, 44))),
            ("20261121040644", Some((2026, 11, 21, 4, 6, 44))),
            ("202611210406", Some((2026, 11, 21, 4, 6, 0))),
            ("2026-11-21 04:06", Some((2026, 11, 21, 4, 6, 0))),
            ("261121040644000+", Some((2026, 11, 21, 4, 6, 44))),
            ("2402290000", Some((2024, 2, 29, 0, 0, 0))),
            ("2302290000", None),
            ("2613210406", None),
            ("2611212406", None),
            ("0000000000", None),
            ("", None),
            ("DELIVRD", None),
            ("26112104", None),
        ] {
            assert_eq!(parse_receipt_date(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,80}|[idstatubmerlvxdone :_=;\u{e9}]{0,60}") {
            let _ = parse_receipt(&text);
            let _ = parse_receipt_date(&text);
        }

        #[test]
        fn fields_in_any_order(order in Just(vec!["id:4f", "stat:DELIVRD", "err:000", "done date:2611210406", "sub:001"]).prop_shuffle()) {
            let receipt = parse_receipt(&order.join(" ")).expect("a receipt");
            prop_assert_eq!(receipt.id, "4f");
            prop_assert_eq!(receipt.stat.as_deref(), Some("DELIVRD"));
            prop_assert_eq!(receipt.done.as_deref(), Some("2611210406"));
        }
    }
}
