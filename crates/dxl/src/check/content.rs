//! The content of elements that hold more than text: Base64, numbers, and dates and times.

use super::finding::{Findings, behind, excerpt, halves};
use super::rules::Rule;
use crate::notes::{DateTime, read_number};
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
        /// What is wrong first, and where.
        bad: Option<(Position, String)>,
    },
    Number {
        /// No more of it than a number can be long.
        text: String,
        at: Position,
    },
    DateTime {
        /// No more of it than a date can be long.
        text: String,
        at: Position,
    },
}

/// Longer than any date and time.
const MOST_LETTERS: usize = 40;
/// Longer than any number of 64 bits with all its digits.
const MOST_DIGITS: usize = 400;

impl Reading {
    /// For an element that begins, if its content is of these.
    pub(super) fn of(element: &str, at: Position) -> Option<Self> {
        let text = String::new();
        match element {
            "datetime" => return Some(Self::DateTime { text, at }),
            "number" => return Some(Self::Number { text, at }),
            _ => {}
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
                        _ if *padding == 0 && is_letter(byte) => {}
                        _ => {
                            if bad.is_none() {
                                // The loop never stops inside a character: its first byte is one that does not belong.
                                let (before, rest) = text.split_at(offset);
                                let what = match *padding > 0 && is_letter(byte) {
                                    true => format!(
                                        "a = stands in the middle, before {:?}",
                                        excerpt(rest)
                                    ),
                                    false => format!("{:?} is not Base64", excerpt(rest)),
                                };
                                *bad = Some((behind(at, before), what));
                            }
                            return;
                        }
                    }
                    *letters += 1;
                }
            }
            Self::DateTime { text: all, .. } => gather(text, all, MOST_LETTERS),
            Self::Number { text: all, .. } => gather(text, all, MOST_DIGITS),
        }
    }

    /// At the element's end.
    pub(super) fn end(self, started: Position, path: &str, findings: &mut Findings) {
        match self {
            Self::Base64 { bad: Some((at, what)), .. } => findings.add(
                Rule::Base64,
                at,
                path,
                what,
                "export the note again; letters, digits, + and / stand there, and = at the end only",
            ),
            Self::Base64 { letters, .. } if letters % 4 != 0 => findings.add(
                Rule::Base64,
                started,
                path,
                format!("Base64 comes in groups of four, and here are {letters} letters"),
                "export the note again: some of the data is missing",
            ),
            Self::Number { text, at } => {
                if !is_number(&text) {
                    findings.add(
                        Rule::Number,
                        at,
                        path,
                        format!("{:?} is no number", excerpt(&text)),
                        "write it like -1.5 or 3e+10: digits, a point, an exponent; what is text stands in <text>",
                    );
                }
            }
            Self::DateTime { text, at } => {
                if let Err(odd) = DateTime::parse(&text, false) {
                    let sentence = odd.to_string();
                    let (message, remedy) = halves(&sentence).unwrap_or((
                        &sentence,
                        "write it like 20260713T060306,52+05, or only the date, or only T and the time",
                    ));
                    let message = message.to_owned();
                    findings.add(Rule::DateTime, at, path, message, remedy);
                }
            }
            Self::Base64 { .. } => {}
        }
    }
}

/// Whether it stands for six bits of Base64.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

fn gather(text: &str, all: &mut String, most: usize) {
    let room = most.saturating_sub(all.len());
    all.extend(
        text.trim_start_matches([' ', '\t', '\n'])
            .chars()
            .take(room),
    );
}

/// Also none at all, and what formulas have for what cannot be counted.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    text.is_empty()
        || text.len() >= MOST_DIGITS
        || matches!(word.as_str(), "inf" | "infinity" | "nan")
        || read_number(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_number() {
        for (text, wanted) in [
            ("1", true),
            (" -1.5e+3\n", true),
            ("", true),
            ("-INF", true),
            ("abc", false),
            ("1,5", false),
            ("0x1F", false),
            ("1 2", false),
        ] {
            assert_eq!(is_number(text), wanted, "{text:?}");
        }
        assert!(is_number(&"9".repeat(MOST_DIGITS)));
    }

    #[test]
    fn what_is_wrong_with_base64_is_said() {
        for (text, wanted) in [
            (
                "aGV=bG8=",
                Some("1:5 a = stands in the middle, before \"bG8=\""),
            ),
            ("aGVsbG8=*", Some("1:9 \"*\" is not Base64")),
            ("aG*=", Some("1:3 \"*=\" is not Base64")),
            ("aGV\nsbG8=", None),
        ] {
            let at = Position {
                line: 1,
                column: 1,
                byte: 0,
            };
            let mut reading = Reading::of("gif", at).unwrap();
            reading.text(text, at);
            let mut findings = Findings::new("", 9);
            reading.end(at, "", &mut findings);
            let found = findings.finish().findings;
            let told = found
                .first()
                .map(|found| format!("{}:{} {}", found.line, found.column, found.message));
            assert_eq!(told.as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(BINARY.is_sorted());
    }
}
