//! What is wrong with the syntax of a script, in words for whoever wrote it.

use crate::place::{LineColumn, Span};
use serde::Serialize;
use std::fmt;

/// The sorts of errors, by stable names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyntaxCode {
    /// Something else stands where the grammar wants one of a few things.
    Unexpected,
    /// A block has no end.
    OpenBlock,
    /// An end, or a middle such as `Else`, without its block.
    StrayEnd,
    /// A string without its closing mark.
    OpenText,
    /// A `%REM` or `%If` without its end.
    OpenDirective,
    /// A directive where there can be none, or of no meaning.
    Directive,
    /// A character that the language has no use for.
    Character,
    /// A number that is none, or is too large.
    Number,
    /// A word of the language where a name is wanted.
    Reserved,
    /// A statement where there can be none of its sort.
    Misplaced,
    /// A name with a suffix for its type, and `As` behind it.
    TypedTwice,
    /// Nested too deep, or too long.
    Limit,
}

impl SyntaxCode {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unexpected => "unexpected",
            Self::OpenBlock => "open-block",
            Self::StrayEnd => "stray-end",
            Self::OpenText => "open-text",
            Self::OpenDirective => "open-directive",
            Self::Directive => "directive",
            Self::Character => "character",
            Self::Number => "number",
            Self::Reserved => "reserved",
            Self::Misplaced => "misplaced",
            Self::TypedTwice => "typed-twice",
            Self::Limit => "limit",
        }
    }
}

/// One error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyntaxError {
    /// What sort.
    pub code: SyntaxCode,
    /// Where in the source.
    pub span: Span,
    /// The line and column of its start.
    #[serde(flatten)]
    pub place: LineColumn,
    /// What stands there.
    pub found: String,
    /// What should; empty if nothing should.
    pub expected: String,
    /// Both in a sentence.
    pub message: String,
    /// How to mend it, where that can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Where that began of which the end is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<LineColumn>,
}

impl fmt::Display for SyntaxError {
    /// `line 3, column 7: …`, with the remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LineColumn { line, column } = self.place;
        write!(f, "line {line}, column {column}: {}", self.message)?;
        match &self.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SyntaxError {}
