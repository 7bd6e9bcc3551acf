//! Where something stands in a source: spans of bytes, and lines and columns for people.

use serde::Serialize;

/// Bytes of a source, from `start` up to but without `end`; both stand between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl Span {
    /// From one byte to another.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The same by sizes; what lies beyond 4 GiB stands at their end.
    pub(crate) fn between(start: usize, end: usize) -> Self {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self::new(byte(start), byte(end))
    }

    /// The place in front of a byte, with nothing in it.
    pub fn at(byte: u32) -> Self {
        Self::new(byte, byte)
    }

    /// From the start of this to the end of the other.
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end.max(self.start))
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether all of the other is in it.
    pub fn holds(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Its text; empty if the source is another than it is of.
    pub fn of(self, source: &str) -> &str {
        source
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// A line and a column, both from 1. A column is a character, not a byte; a tab is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[allow(missing_docs)]
pub struct LineColumn {
    pub line: u32,
    pub column: u32,
}

/// Where the lines of a source begin. They end with LF, CR LF or CR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Of a source.
    pub fn new(source: &str) -> Self {
        let bytes = source.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
            if ends {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Self { starts }
    }

    /// The line that a byte is on, from 1.
    pub fn line(&self, byte: u32) -> u32 {
        let line = self.starts.partition_point(|start| *start <= byte);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// How many lines there are; at least one.
    pub fn lines(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// Where a byte stands. Takes time with the length of its line.
    pub fn place(&self, source: &str, byte: u32) -> LineColumn {
        let line = self.line(byte);
        let start = self
            .starts
            .get(line.saturating_sub(1) as usize)
            .copied()
            .unwrap_or_default();
        let before = Span::new(start, byte).of(source);
        let column = u32::try_from(before.chars().count()).unwrap_or(u32::MAX);
        LineColumn {
            line,
            column: column.saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_three_ways() {
        let source = "a\r\nbä\rc\n";
        let lines = LineIndex::new(source);
        let places: Vec<(u32, u32)> = [0, 3, 4, 6, 7, 9]
            .iter()
            .map(|byte| {
                let place = lines.place(source, *byte);
                (place.line, place.column)
            })
            .collect();
        assert_eq!(places, [(1, 1), (2, 1), (2, 2), (2, 3), (3, 1), (4, 1)]);
        assert_eq!(lines.lines(), 4);
    }

    #[test]
    fn a_span_of_another_source_is_empty() {
        assert_eq!(Span::new(1, 2).of("ä"), "");
        assert_eq!(Span::new(5, 9).of("short"), "");
        assert_eq!(Span::new(9, 5).of("short and long"), "");
    }
}
