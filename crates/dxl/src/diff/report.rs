//! What a comparison found: for machines as it is serialised, for people as it is displayed.

use crate::position::{Position, shown_path};
use serde::Serialize;
use std::fmt;

/// What differs between two files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Difference {
    /// In the order of the files, as far as they have one.
    pub changes: Vec<Change>,
    /// So many more are not listed.
    pub left_out: u64,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The element, by the names that people gave: `/database/form[Memo]/code[querysave]/lotusscript`.
    pub path: String,
    /// Where it stands in the old file; of what was added, where that would be in.
    pub old: Spot,
    /// Where it stands in the new file; of what was removed, where it would be in.
    pub new: Spot,
    /// What differs there.
    #[serde(flatten)]
    pub what: What,
}

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// From 1; 0 in a tree that was made, not read.
    pub line: u32,
    /// In characters.
    pub column: u32,
}

impl From<Position> for Spot {
    fn from(position: Position) -> Self {
        Spot {
            line: position.line,
            column: position.column,
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum What {
    /// The element is new.
    Added {
        /// Its beginning, cleaned, by line.
        lines: Vec<String>,
        /// Whether there is more of it.
        more: bool,
    },
    /// The element is gone.
    Removed {
        /// Its beginning, cleaned, by line.
        lines: Vec<String>,
        /// Whether there is more of it.
        more: bool,
    },
    /// An attribute says something else.
    Attribute {
        /// Its name.
        name: String,
        /// What it said; `None` if it was not there.
        old_value: Option<String>,
        /// What it says; `None` if it is gone.
        new_value: Option<String>,
    },
    /// The text has other lines.
    Text {
        /// Where.
        hunks: Vec<Hunk>,
    },
    /// The bytes, which are written as base64, are others.
    Binary {
        /// So many bytes there were.
        old_bytes: u64,
        /// So many there are.
        new_bytes: u64,
    },
}

/// Lines that differ, and some beside them that do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// In order.
    pub lines: Vec<Line>,
}

/// A line of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// In which file it is.
    pub sign: Sign,
    /// Without its end.
    pub text: String,
    /// What differs is that the line before ends the text with a line's end; there is nothing on this one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_end: bool,
    /// Its line in the old file.
    pub old_line: Option<u32>,
    /// Its line in the new file.
    pub new_line: Option<u32>,
}

/// In which file a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// In both.
    Same,
    /// In the old.
    Old,
    /// In the new.
    New,
}

impl Difference {
    /// Whether the files mean the same.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.left_out == 0
    }

    /// As it is displayed, by line, each with what it is; for those who want colours.
    pub fn lines(&self) -> impl Iterator<Item = (Role, String)> {
        let left_out = (self.left_out > 0).then(|| {
            let words = match self.left_out {
                1 => "1 more change is not listed".to_owned(),
                many => format!("{many} more changes are not listed"),
            };
            (Role::Place, words)
        });
        self.changes.iter().flat_map(Change::lines).chain(left_out)
    }
}

/// What a line of a displayed difference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It says where.
    Place,
    /// It is in both files.
    Same,
    /// It is in the old file.
    Old,
    /// It is in the new file.
    New,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|(_, line)| writeln!(f, "{line}"))
    }
}

impl Change {
    fn lines(&self) -> Vec<(Role, String)> {
        let Change { path, old, new, .. } = self;
        let mut lines = vec![(
            Role::Place,
            format!("@@ -{old} +{new} @@ {}", shown_path(path)),
        )];
        match &self.what {
            What::Added { lines: added, more } => {
                lines.extend(written(Role::New, '+', added, *more));
            }
            What::Removed { lines: gone, more } => {
                lines.extend(written(Role::Old, '-', gone, *more));
            }
            What::Attribute {
                name,
                old_value,
                new_value,
            } => {
                let line = |sign: char, value: &str| format!("{sign}{name}={value:?}");
                lines.extend(old_value.iter().map(|value| (Role::Old, line('-', value))));
                lines.extend(new_value.iter().map(|value| (Role::New, line('+', value))));
            }
            What::Text { hunks } => {
                // The element's own place is not that of its lines.
                for hunk in hunks {
                    lines.push((Role::Place, hunk.header()));
                    lines.extend(hunk.lines.iter().map(Line::displayed));
                }
            }
            What::Binary {
                old_bytes,
                new_bytes,
            } => {
                lines.push((Role::Old, format!("-{old_bytes} bytes")));
                lines.push((Role::New, format!("+{new_bytes} bytes, and others")));
            }
        }
        lines
    }
}

fn written(
    role: Role,
    sign: char,
    lines: &[String],
    more: bool,
) -> impl Iterator<Item = (Role, String)> {
    let more = more.then(|| (role, format!("{sign}…")));
    lines
        .iter()
        .map(move |line| (role, format!("{sign}{}", printable(line))))
        .chain(more)
}

impl Hunk {
    /// As in a unified diff; lines are those of the files.
    fn header(&self) -> String {
        let side = |line_of: fn(&Line) -> Option<u32>| {
            let mut lines = self.lines.iter().filter_map(line_of);
            let first = lines.next();
            let count = usize::from(first.is_some()) + lines.count();
            format!("{},{count}", first.unwrap_or_default())
        };
        let (old, new) = (side(|line| line.old_line), side(|line| line.new_line));
        format!("@@ -{old} +{new} @@")
    }
}

impl Line {
    fn displayed(&self) -> (Role, String) {
        let (role, sign) = match self.sign {
            Sign::Same => (Role::Same, ' '),
            Sign::Old => (Role::Old, '-'),
            Sign::New => (Role::New, '+'),
        };
        match self.is_end {
            true => (
                role,
                format!("{sign}\\ a line's end at the end of the text"),
            ),
            false => (role, format!("{sign}{}", printable(&self.text))),
        }
    }
}

/// What a terminal would take as a command is escaped.
fn printable(text: &str) -> String {
    let is_safe = |character: char| character == '\t' || !character.is_control();
    if text.chars().all(is_safe) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_safe(character) {
            safe.push(character);
        } else {
            safe.extend(character.escape_default());
        }
    }
    safe
}
