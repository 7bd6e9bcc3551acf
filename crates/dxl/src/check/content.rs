//! The content of elements that hold more than text: Base64, and dates and times.

use super::finding::{Findings, behind, excerpt};
use super::rules::Rule;
use crate::position::Position;

/// Elements that hold Base64.
const BINARY: &[&str] = &[
    "bitmap",
    "cgm",
    "compositedata",
    "filedata",
    "gif",
    "itemdata",
    "javaarchive",
    "javaresource",
    "jpeg",
    "notesbitmap",
    "png",
    "rawitemdata",
    "richtextdata",
    "webserviceopaquedata",
];

/// The content of the innermost element, as far as it came.
#[derive(Debug)]
pub(super) enum Reading {
    Base64 {
        /// Letters so far, padding included.
        letters: u64,
        padding: u64,
        /// What does not belong there, and where.
        bad: Option<(Position, String)>,
    },
    DateTime {
        /// No more of it than a date can be long.
        text: String,
        at: Position,
    },
}

/// Longer than any date and time.
const MOST_LETTERS: usize = 40;

impl Reading {
    /// For an element that begins, if its content is of these.
    pub(super) fn of(element: &str, at: Position) -> Option<Self> {
        if element == "datetime" {
            let text = String::new();
            return Some(Self::DateTime { text, at });
        }
        BINARY
            .binary_search(&element)
            .is_ok()
            .then_some(Self::Base64 {
                letters: 0,
                padding: 0,
                bad: None,
            })
    }

    pub(super) fn text(&mut self, text: &str, at: Position) {
        match self {
            Self::Base64 {
                letters,
                padding,
                bad,
            } => {
                for (offset, byte) in text.bytes().enumerate() {
                    match byte {
                        b' ' | b'\t' | b'\n' | b'\r' => continue,
                        b'=' if *padding < 2 => *padding += 1,
                        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if *padding == 0 => {}
                        _ => {
                            if bad.is_none() {
                                // The loop never stops inside a character: its first byte is one that does not belong.
                                let (before, rest) = text.split_at(offset);
                                *bad = Some((behind(at, before), excerpt(rest)));
                            }
                            return;
                        }
                    }
                    *letters += 1;
                }
            }
            Self::DateTime { text: all, .. } => {
                let room = MOST_LETTERS.saturating_sub(all.len());
                all.extend(
                    text.trim_start_matches([' ', '\t', '\n'])
                        .chars()
                        .take(room),
                );
            }
        }
    }

    /// At the element's end.
    pub(super) fn end(self, started: Position, path: &str, findings: &mut Findings) {
        match self {
            Self::Base64 { bad: Some((at, rest)), .. } => findings.add(
                Rule::Base64,
                at,
                path,
                format!("{rest:?} is not Base64"),
                "export the note again; letters, digits, + and / stand there, and = at the end only",
            ),
            Self::Base64 { letters, .. } if letters % 4 != 0 => findings.add(
                Rule::Base64,
                started,
                path,
                format!("Base64 comes in groups of four, and here are {letters} letters"),
                "export the note again: some of the data is missing",
            ),
            Self::DateTime { text, at } if !is_date_time(text.trim_end()) => findings.add(
                Rule::DateTime,
                at,
                path,
                format!("{:?} is neither date nor time", text.trim_end()),
                "write it like 20260713T060306,52+05, or only the date, or only T and the time",
            ),
            _ => {}
        }
    }
}

/// `20260713T060306,52+0530`: date, time with hundredths, zone; without date or without time, and empty where a note has none.
fn is_date_time(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let mut rest = text;
    if !rest.starts_with('T') {
        let Some((year, after)) = digits(rest, 4) else {
            return false;
        };
        let Some((month, after)) = digits(after, 2) else {
            return false;
        };
        let Some((day, after)) = digits(after, 2) else {
            return false;
        };
        if year == 0 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return false;
        }
        rest = after;
    }
    if let Some(time) = rest.strip_prefix('T') {
        match time_of_day(time) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty() || rest == "Z" || is_zone(rest)
}

/// What follows `060306,52`.
fn time_of_day(text: &str) -> Option<&str> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest, 2)?;
    let (second, rest) = digits(rest, 2)?;
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    match rest.strip_prefix(',') {
        Some(hundredths) => digits(hundredths, 2).map(|(_, rest)| rest),
        None => Some(rest),
    }
}

/// `+05`, `-0330`
fn is_zone(text: &str) -> bool {
    let Some(offset) = text.strip_prefix(['+', '-']) else {
        return false;
    };
    match digits(offset, 2) {
        Some((hours, "")) => hours <= 15,
        Some((hours, rest)) => {
            hours <= 15 && digits(rest, 2).is_some_and(|(m, rest)| m <= 59 && rest.is_empty())
        }
        None => false,
    }
}

fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    let all_digits = number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| all_digits)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(BINARY.is_sorted());
    }

    #[test]
    fn dates_and_times() {
        for good in [
            "",
            "20200729T154357,38+02",
            "20200729T154357,38+0530",
            "20200729T154357-0330",
            "20200729T154357Z",
            "20200729",
            "T000000,00",
            "T235900",
            "20200229T240000,00",
        ] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2020-07-29",
            "20201329",
            "20200700",
            "T1543",
            "T256000,00",
            "20200729T154357,3",
            "20200729T154357,38+2",
            "20200729T154357,38+02:00",
            "20200729 154357",
            "tomorrow",
            "+02",
            "20200729T154357,38é",
            "é",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }
}
