//! Where something stands in a file: line, column and byte, and the elements around it.

use std::fmt;

/// A point in the bytes that were read. Lines and columns begin with 1; a column is a character, not a byte. [`Position::NONE`]
/// stands for what was made rather than read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Lines end with LF; so CR LF counts as one, and a lone CR as none.
    pub line: u32,
    /// In characters; a tab is one.
    pub column: u32,
    /// How many bytes stand before it in the file, byte order mark included, whatever the file's encoding.
    pub byte: u64,
}

impl Position {
    /// Of what was made, not read.
    pub const NONE: Position = Position {
        line: 0,
        column: 0,
        byte: 0,
    };

    /// The first character of a file.
    pub(crate) const START: Position = Position {
        line: 1,
        column: 1,
        byte: 0,
    };

    /// Whether it is a place in a file.
    pub fn is_some(self) -> bool {
        self.line > 0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_some() {
            write!(f, "line {}, column {}", self.line, self.column)
        } else {
            f.write_str("nowhere in a file")
        }
    }
}

/// The most bytes of a path that a [`Place`] keeps.
const MAX_PATH: usize = 1024;

/// The most bytes of a path that people are shown.
const SHOWN_PATH: usize = 300;

/// A path as people are shown it: the middle of a long one is left out.
pub fn shown_path(path: &str) -> String {
    shortened(path, SHOWN_PATH)
}

/// A position and the elements that are open there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Place {
    /// Where in the file.
    pub position: Position,
    /// `/database/form/body`; empty outside the root. The middle of a very deep path is left out: `/database/…/par`.
    pub path: String,
}

impl Place {
    /// `path` as the elements' names, each behind a `/`.
    pub fn new(position: Position, path: &str) -> Place {
        Place {
            position,
            path: shortened(path, MAX_PATH),
        }
    }
}

fn shortened(path: &str, most: usize) -> String {
    if path.len() <= most {
        return path.to_owned();
    }
    // At a slash, so that no name and no character is cut.
    let head = path.get(..floor(path, most / 2)).unwrap_or_default();
    let head = head.rfind('/').map_or("", |at| &head[..at]);
    let tail = path
        .get(floor(path, path.len() - most / 2)..)
        .unwrap_or_default();
    let tail = tail.find('/').map_or("", |at| &tail[at..]);
    format!("{head}/…{tail}")
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            self.position.fmt(f)
        } else {
            write!(f, "{}, in {}", self.position, self.path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_lose_their_middle() {
        let path = "/größe".repeat(400);
        let place = Place::new(Position::START, &path);
        assert!(place.path.len() <= MAX_PATH + 4, "{}", place.path.len());
        assert!(place.path.starts_with("/größe/größe/"));
        assert!(place.path.ends_with("/größe/größe"));
        assert_eq!(place.path.matches("/…/").count(), 1);
        let shown = shown_path(&path[1..]);
        assert!(shown.len() <= SHOWN_PATH + 4, "{shown}");
        assert!(shown.starts_with("größe/größe/") && shown.ends_with("/größe/größe"));
        assert_eq!(shown.matches("/…/").count(), 1);
        assert_eq!(shown_path("database/form[A]"), "database/form[A]");
        let one_name = "/".to_owned() + &"n".repeat(5000);
        assert_eq!(Place::new(Position::START, &one_name).path, "/…");
    }

    #[test]
    fn a_place_reads_like_a_sentence() {
        let place = Place::new(
            Position {
                line: 3,
                column: 7,
                byte: 40,
            },
            "/database/form",
        );
        assert_eq!(place.to_string(), "line 3, column 7, in /database/form");
        assert_eq!(
            Place::new(Position::START, "").to_string(),
            "line 1, column 1"
        );
    }
}
