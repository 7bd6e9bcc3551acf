//! Why a text is no formula.

use crate::place::{LineColumn, LineIndex, Span};
use serde::Serialize;
use std::fmt;

/// One mistake in a formula's syntax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyntaxError {
    /// Which mistake; programs may rely on it.
    pub code: SyntaxCode,
    /// Where it stands.
    pub span: Span,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
    /// How to mend it.
    pub remedy: String,
}

/// The mistakes in syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum SyntaxCode {
    /// A value had to come.
    NoValue,
    /// Two values follow each other with nothing between.
    NoOperator,
    OpenText,
    OpenBrace,
    OpenBracket,
    /// A `(` that is not closed.
    OpenParenthesis,
    /// A `[` of a subscript that is not closed.
    OpenSubscript,
    /// A `)` or `]` too many.
    StrayClose,
    OddNumber,
    OddCharacter,
    /// Another language's.
    OddOperator,
    NoFunctionName,
    /// A name with parentheses and no `@`.
    NotAFunction,
    /// What stands in brackets is neither a date-time nor a keyword.
    OddBracket,
    /// `:=` behind something that cannot be assigned to.
    NotAssignable,
    /// `FIELD`, `DEFAULT` or `ENVIRONMENT` without a name.
    NoName,
    /// … or without `:=`.
    NoAssignment,
    /// `REM` without a text.
    NoRemark,
    /// A reserved word where a value had to come.
    ReservedWord,
    /// A `;` where no statement can end.
    StraySemicolon,
    TooDeep,
    TooLong,
    /// There are no statements.
    Empty,
}

impl fmt::Display for SyntaxError {
    /// On one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: found {}, expected {}; {}",
            self.line, self.column, self.found, self.expected, self.remedy
        )
    }
}

impl std::error::Error for SyntaxError {}

/// All that is wrong with a formula's syntax, in its order; never none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyntaxErrors {
    /// At least one, at most [`MOST_ERRORS`].
    pub errors: Vec<SyntaxError>,
}

/// How many mistakes of one formula are told.
pub const MOST_ERRORS: usize = 50;

impl fmt::Display for SyntaxErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.errors.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for SyntaxErrors {}

/// Gathers mistakes; where each stands is looked up once, at the end.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    errors: Vec<SyntaxError>,
}

impl Gathered {
    pub(super) fn add(
        &mut self,
        code: SyntaxCode,
        span: Span,
        found: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(SyntaxError {
                code,
                span,
                line: 0,
                column: 0,
                found: found.into(),
                expected: expected.into(),
                remedy: remedy.into(),
            });
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= MOST_ERRORS
    }

    pub(super) fn len(&self) -> usize {
        self.errors.len()
    }

    pub(super) fn placed(mut self, source: &str) -> Vec<SyntaxError> {
        if !self.errors.is_empty() {
            let lines = LineIndex::new(source);
            for error in &mut self.errors {
                LineColumn {
                    line: error.line,
                    column: error.column,
                } = lines.place(source, error.span.start);
            }
            self.errors.sort_by_key(|error| error.span);
        }
        self.errors
    }
}

/// A piece of source for a message: on one line, and short.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 30;
    let mut shown = String::from("`");
    for letter in text.chars().take(MOST) {
        if letter.is_control() {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown.push('`');
    shown
}
