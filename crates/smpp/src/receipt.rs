//! The text form of a delivery receipt, in its dialects [SMPP 3.4 Appendix B].
//!
//! Nothing in here decides whether a message *is* a receipt: that takes its esm_class and TLVs too, and is the caller's.

/// What stands in a receipt's text. Everything may be missing, but not all of it; see [`parse_receipt`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReceiptText {
    /// The message id as written; see [`message_id`](crate::message_id).
    pub id: Option<String>,
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

impl ReceiptText {
    /// How many fields there are beside id and stat. A text with an id, a stat and two of these was written by an SMSC.
    pub fn particulars(&self) -> usize {
        [
            &self.submitted,
            &self.done,
            &self.err,
            &self.sub,
            &self.dlvrd,
        ]
        .into_iter()
        .flatten()
        .count()
    }

    /// Whether it says so much that it is a receipt: of a known message something, or of some message a state and when or
    /// how often.
    fn says_enough(&self) -> bool {
        let whereabouts = self.submitted.is_some()
            || self.done.is_some()
            || self.sub.is_some()
            || self.dlvrd.is_some();
        match self.id {
            Some(_) => self.stat.is_some() || self.particulars() > 0,
            None => self.stat.is_some() && whereabouts,
        }
    }
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
const NAMES: [(&str, Field); 19] = [
    ("submitdate", Field::Submitted),
    ("submittime", Field::Submitted),
    ("donedate", Field::Done),
    ("donetime", Field::Done),
    ("delivered", Field::Dlvrd),
    ("dlvrd", Field::Dlvrd),
    ("dlvr", Field::Dlvrd),
    ("status", Field::Stat),
    ("state", Field::Stat),
    ("stat", Field::Stat),
    ("errorcode", Field::Err),
    ("errcode", Field::Err),
    ("error", Field::Err),
    ("err", Field::Err),
    ("text", Field::Text),
    ("messageid", Field::Id),
    ("msgid", Field::Id),
    ("sub", Field::Sub),
    ("id", Field::Id),
];

/// What may stand around a value and does not belong to it.
const AROUND: &str = ",;&|/{}[]()\"'";

/// A receipt's octets as text, in whichever of the usual encodings they are: ASCII, GSM (in which `_` is 0x11), UTF-16 in either
/// order (whose every other octet is zero), whatever data_coding says. The message's own excerpt after `text:` may be mangled.
pub fn plain_text(octets: &[u8]) -> String {
    octets
        .iter()
        .filter(|octet| **octet != 0)
        .map(|&octet| match octet {
            0x11 => '_',
            _ => char::from(octet),
        })
        .collect()
}

/// Reads a receipt's text: any case, any order, fields missing, blanks and quotes around names, colons and values, `_` for a blank in
/// names, any usual separator between fields. What follows `text:` is the message and is not searched, unless it is empty.
///
/// Two dialects without names are read too: Vodafone's list of values, and Sicap's id with the number of the state.
///
/// `None` if it does not say enough to be a receipt: something about an id, or else a state with a date or a count.
pub fn parse_receipt(text: &str) -> Option<ReceiptText> {
    [by_name, by_place, by_number]
        .into_iter()
        .find_map(|dialect| dialect(text).filter(ReceiptText::says_enough))
}

fn by_name(text: &str) -> Option<ReceiptText> {
    let marks = find_names(text);
    let mut receipt = ReceiptText::default();
    for (at, &(field, _, value_at)) in marks.iter().enumerate() {
        let end = marks
            .get(at + 1)
            .map_or(text.len(), |&(_, name_at, _)| name_at);
        let value = trimmed(&text[value_at..end]);
        keep(&mut receipt, field, value);
    }
    state_after_date(&mut receipt);
    Some(receipt)
}

fn trimmed(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || c.is_control() || AROUND.contains(c))
}

/// Keeps the first value of each field: dates whole, ids whole if all their words are hexadecimal, of all else the first word.
fn keep(receipt: &mut ReceiptText, field: Field, value: &str) {
    let word = value
        .split(|c: char| c.is_whitespace() || c.is_control())
        .next()
        .map(trimmed)
        .unwrap_or_default();
    if word.is_empty() {
        return;
    }
    let (slot, value) = match field {
        Field::Id if is_hex_words(value) => (&mut receipt.id, value.to_owned()),
        Field::Id => (&mut receipt.id, word.to_owned()),
        Field::Submitted => (&mut receipt.submitted, value.to_owned()),
        Field::Done => (&mut receipt.done, value.to_owned()),
        Field::Stat => (&mut receipt.stat, word.to_ascii_uppercase()),
        Field::Err => (&mut receipt.err, word.to_owned()),
        Field::Sub => (&mut receipt.sub, word.to_owned()),
        Field::Dlvrd => (&mut receipt.dlvrd, word.to_owned()),
        Field::Text => return,
    };
    slot.get_or_insert(value);
}

fn is_hex_words(value: &str) -> bool {
    value
        .chars()
        .all(|c| c == ' ' || c.is_ascii_digit() || matches!(c, 'a'..='f' | 'A'..='F'))
}

/// `done date:180903120816 DELIVRD`: a state that lost its name.
fn state_after_date(receipt: &mut ReceiptText) {
    let (None, Some(done)) = (&receipt.stat, &receipt.done) else {
        return;
    };
    let Some((date, word)) = done.rsplit_once(char::is_whitespace) else {
        return;
    };
    let is_word = word.len() > 3 && word.bytes().all(|octet| octet.is_ascii_alphabetic());
    if is_word && date.bytes().any(|octet| octet.is_ascii_digit()) {
        receipt.stat = Some(word.to_ascii_uppercase());
        receipt.done = Some(trimmed(date).to_owned());
    }
}

/// Vodafone UK: status, status time, accepted time, error, destination, originator, reserved. 00 is delivered, 01 will be tried again;
/// other numbers are handed on as they are.
fn by_place(text: &str) -> Option<ReceiptText> {
    let values: Vec<&str> = text.split(',').map(trimmed).collect();
    let [status, done, submitted, err, ..] = values.as_slice() else {
        return None;
    };
    let is_status = status.len() == 2 && status.bytes().all(|octet| octet.is_ascii_digit());
    parse_receipt_date(done)?;
    parse_receipt_date(submitted)?;
    (is_status && values.len() >= 6).then(|| ReceiptText {
        stat: Some(match *status {
            "00" => "DELIVRD".to_owned(),
            "01" => "ENROUTE".to_owned(),
            other => other.to_owned(),
        }),
        done: Some((*done).to_owned()),
        submitted: Some((*submitted).to_owned()),
        err: (!err.is_empty()).then(|| (*err).to_owned()),
        ..ReceiptText::default()
    })
}

/// Sicap: an id and the number of its message_state.
fn by_number(text: &str) -> Option<ReceiptText> {
    let (id, state) = trimmed(text).split_once(' ')?;
    let is_id = id.len() >= 6 && id.bytes().all(|octet| octet.is_ascii_hexdigit());
    let is_state = matches!(state.as_bytes(), [b'1'..=b'9']);
    (is_id && is_state).then(|| ReceiptText {
        id: Some(id.to_owned()),
        stat: Some(state.to_owned()),
        ..ReceiptText::default()
    })
}

/// Every field name in the text: (field, where the name begins, where its value begins), up to and with a `text:` that is followed by
/// something else than blanks and a name.
fn find_names(text: &str) -> Vec<(Field, usize, usize)> {
    let octets = text.as_bytes();
    let mut marks = Vec::with_capacity(8);
    let mut at = 0;
    while at < octets.len() {
        let begins_word =
            at == 0 || !octets[at - 1].is_ascii_alphanumeric() && octets[at - 1] < 0x80;
        if begins_word && let Some((field, value_at)) = name_at(octets, at) {
            marks.push((field, at, value_at));
            if field == Field::Text && !is_empty_text(octets, value_at) {
                break;
            }
            at = value_at;
        } else {
            at += 1;
        }
    }
    marks
}

/// Whether blanks and then another name follow.
fn is_empty_text(octets: &[u8], value_at: usize) -> bool {
    let blanks = octets[value_at..]
        .iter()
        .take_while(|octet| **octet == b' ')
        .count();
    blanks > 0 && name_at(octets, value_at + blanks).is_some()
}

fn name_at(octets: &[u8], at: usize) -> Option<(Field, usize)> {
    NAMES
        .iter()
        .find_map(|&(name, field)| Some((field, after_name(octets, at, name.as_bytes())?)))
}

/// Where the value begins if `name` and its colon stand at `at`, blanks, underscores and quotes inside tolerated.
fn after_name(octets: &[u8], mut at: usize, name: &[u8]) -> Option<usize> {
    const MOST_BLANKS: usize = 4;
    let skip = |mut at: usize| {
        let last = at + MOST_BLANKS;
        while at < last && matches!(octets.get(at), Some(b' ' | b'_' | b'\t' | b'"')) {
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

/// A moment as an SMSC writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptDate {
    /// 1990–9999.
    pub year: u16,
    /// 1–12.
    pub month: u8,
    /// From 1.
    pub day: u8,
    /// 0–23.
    pub hour: u8,
    /// 0–59.
    pub minute: u8,
    /// 0–59; 0 where it is not written.
    pub second: u8,
    /// Minutes by which its clock is ahead of UTC, where it says so; most do not.
    pub offset_minutes: Option<i16>,
}

/// Reads a receipt's date.
///
/// `YYMMDDhhmm`, `YYMMDDhhmmss`, the same with a four-digit year, SMPP's absolute time with its quarters of an hour [SMPP 3.4 §7.1.1],
/// ISO 8601, `DD/MM/YYYY hh:mm:ss`; anything else between the digits is skipped. Years of two digits are 2000–2099. `None` for what is no
/// date.
pub fn parse_receipt_date(text: &str) -> Option<ReceiptDate> {
    let text = text.trim();
    let (civil, zone) = split_zone(text);
    let groups: Vec<&str> = civil
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    if let [year, month, day, hour, minute, rest @ ..] = groups.as_slice() {
        let (year, day) = if day.len() == 4 {
            (day, year)
        } else {
            (year, day)
        };
        let second = rest.first().copied().unwrap_or("0");
        let fields = [year, month, day, hour, minute, second].map(|group| group.parse().ok());
        let [
            Some(y),
            Some(month),
            Some(day),
            Some(hour),
            Some(minute),
            Some(second),
        ] = fields
        else {
            return None;
        };
        let y = if year.len() == 2 { 2000 + y } else { y };
        return dated([y, month, day, hour, minute, second], zone);
    }
    let digits: Vec<u16> = civil
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|octet| u16::from(octet - b'0'))
        .take(18)
        .collect();
    match digits.len() {
        10 => run_together(&digits, 2, zone),
        12 => run_together(&digits, 2, zone).or_else(|| run_together(&digits, 4, zone)),
        14 => run_together(&digits, 4, zone),
        // milliseconds after the seconds
        17 => run_together(&digits[..14], 4, zone),
        // YYMMDDhhmmss, a tenth, and the quarters of an hour that the sign goes with
        15 => {
            let quarters = (digits[13] * 10 + digits[14]).min(48).cast_signed();
            let offset = match text.as_bytes().last() {
                Some(b'+') => Some(quarters * 15),
                Some(b'-') => Some(-quarters * 15),
                _ => None,
            };
            run_together(&digits[..12], 2, offset)
        }
        _ => None,
    }
}

/// ISO's zone and fraction taken off: what is left, and the zone in minutes.
fn split_zone(text: &str) -> (&str, Option<i16>) {
    let Some(colon) = text.find(':') else {
        return (text, None);
    };
    let time_end = text[colon..]
        .find(|c: char| c != ':' && !c.is_ascii_digit())
        .map_or(text.len(), |length| colon + length);
    let (civil, rest) = text.split_at(time_end);
    let zone = rest.trim_start_matches(|c: char| c == '.' || c == ',' || c.is_ascii_digit());
    let zone = zone.trim();
    let digits = || -> Option<i16> {
        let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = digits.split_at_checked(2)?;
        let minutes = match minutes.len() {
            0 => 0,
            2 => minutes.parse().ok()?,
            _ => return None,
        };
        let minutes = hours.parse::<i16>().ok()? * 60 + minutes;
        (minutes <= 14 * 60).then_some(minutes)
    };
    let offset = match zone.as_bytes().first() {
        Some(b'Z' | b'z') => Some(0),
        Some(b'+') => digits(),
        Some(b'-') => digits().map(|minutes| -minutes),
        _ => None,
    };
    (civil, offset)
}

fn run_together(
    digits: &[u16],
    year_digits: usize,
    offset_minutes: Option<i16>,
) -> Option<ReceiptDate> {
    let (year, rest) = digits.split_at_checked(year_digits)?;
    let year = year.iter().fold(0, |sum, digit| sum * 10 + digit);
    let year = if year_digits == 2 { 2000 + year } else { year };
    let pair = |i: usize| Some(rest.get(2 * i)? * 10 + rest.get(2 * i + 1)?);
    dated(
        [
            year,
            pair(0)?,
            pair(1)?,
            pair(2)?,
            pair(3)?,
            pair(4).unwrap_or(0),
        ],
        offset_minutes,
    )
}

/// Year, month, day, hour, minute, second as a date, if there is one.
fn dated(fields: [u16; 6], offset_minutes: Option<i16>) -> Option<ReceiptDate> {
    let [year, rest @ ..] = fields;
    let [month, day, hour, minute, second] = rest.map(|field| u8::try_from(field).unwrap_or(99));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let valid = (1990..=9999).contains(&year)
        && (1..=days).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    valid.then_some(ReceiptDate {
        year,
        month,
        day,
        hour,
        minute,
        second,
        offset_minutes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (String, String, String) {
        let receipt = parse_receipt(text).unwrap_or_else(|| panic!("not a receipt: {text}"));
        (
            receipt.id.unwrap_or_default(),
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
                id: Some("9".into()),
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
            "text:id:3 stat:DELIVRD",
        ] {
            assert_eq!(parse_receipt(text), None, "{text}");
        }
    }

    #[test]
    fn dates() {
        let at = |year, month, day, hour, minute, second, offset_minutes| ReceiptDate {
            year,
            month,
            day,
            hour,
            minute,
            second,
            offset_minutes,
        };
        let local = |minute, second| Some(at(2026, 11, 21, 4, minute, second, None));
        for (text, expected) in [
            ("2611210406", local(6, 0)),
            ("261121040644", local(6, 44)),
            ("20261121040644", local(6, 44)),
            ("20261121040644123", local(6, 44)),
            ("202611210406", local(6, 0)),
            ("2026-11-21 04:06", local(6, 0)),
            ("2026/11/21 4:6:44", local(6, 44)),
            ("26-11-21 04:06:44", local(6, 44)),
            ("21/11/2026 04:06:44", local(6, 44)),
            ("20261121 040644", local(6, 44)),
            ("2026-11-21T04:06:44.123", local(6, 44)),
            (
                "2026-11-21T04:06:44Z",
                Some(at(2026, 11, 21, 4, 6, 44, Some(0))),
            ),
            (
                "2026-11-21T04:06:44.5+11:00",
                Some(at(2026, 11, 21, 4, 6, 44, Some(660))),
            ),
            (
                "2026-11-21 04:06:44 -0330",
                Some(at(2026, 11, 21, 4, 6, 44, Some(-210))),
            ),
            (
                "2026-11-21 04:06:44+9932766",
                Some(at(2026, 11, 21, 4, 6, 44, None)),
            ),
            (
                "261121040644000+",
                Some(at(2026, 11, 21, 4, 6, 44, Some(0))),
            ),
            (
                "261121040644944+",
                Some(at(2026, 11, 21, 4, 6, 44, Some(660))),
            ),
            (
                "261121040644020-",
                Some(at(2026, 11, 21, 4, 6, 44, Some(-300))),
            ),
            ("2402290000", Some(at(2024, 2, 29, 0, 0, 0, None))),
            ("2302290000", None),
            ("2613210406", None),
            ("2611212406", None),
            ("0000000000", None),
            ("1970-01-01 00:00:00", None),
            ("", None),
            ("DELIVRD", None),
            ("null", None),
            ("26112104", None),
            ("2026-11-21", None),
        ] {
            assert_eq!(parse_receipt_date(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,80}|[idstatubmerlvxdone :_=;\"\u{e9}]{0,60}|[0-9:,+TZ. -]{0,30}", octets in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse_receipt(&text);
            let _ = parse_receipt_date(&text);
            let _ = parse_receipt(&plain_text(&octets));
        }

        #[test]
        fn fields_in_any_order(order in Just(vec!["id:4f", "stat:DELIVRD", "err:000", "done date:2611210406", "sub:001"]).prop_shuffle()) {
            let receipt = parse_receipt(&order.join(" ")).expect("a receipt");
            prop_assert_eq!(receipt.id.as_deref(), Some("4f"));
            prop_assert_eq!(receipt.stat.as_deref(), Some("DELIVRD"));
            prop_assert_eq!(receipt.done.as_deref(), Some("2611210406"));
        }
    }
}
