//! Where something stands in a formula: bytes for programs, lines and columns for people.

use serde::Serialize;

/// A stretch of a formula's text, in bytes; it begins and ends between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            start: byte(start),
            end: byte(end),
        }
    }

    /// From the beginning of this to the end of the other.
    pub(crate) fn to(self, other: Span) -> Self {
        Self {
            start: self.start,
            end: other.end.max(self.start),
        }
    }

    /// What stands there.
    pub fn of(self, source: &str) -> &str {
        source
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// Where the lines of a formula begin.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn of(source: &str) -> Self {
        let behind = source.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            starts: std::iter::once(0).chain(behind).collect(),
        }
    }

    /// Line and column of a byte, both from 1; a column is a character.
    pub(crate) fn place(&self, source: &str, byte: u32) -> (u32, u32) {
        let byte = (byte as usize).min(source.len());
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = source.get(start..byte).unwrap_or_default().chars().count();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (number(line), number(before + 1))
    }
}
