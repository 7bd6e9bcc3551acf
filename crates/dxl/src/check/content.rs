//! The content of elements that hold more than text: Base64, and dates and times.

use super::finding::{Findings, behind, excerpt, halves};
use super::rules::Rule;
use crate::notes::DateTime;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(BINARY.is_sorted());
    }
}
