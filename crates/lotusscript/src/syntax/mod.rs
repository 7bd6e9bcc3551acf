//! LotusScript from text to a tree and back.
//!
//! [`parse`] takes any text and always gives a [`Script`]: the tokens, of which every byte of the source is in exactly one; a tree over them; and all errors at once, each
//! with its place, what stands there and what should. **Nothing is lost**: remarks, blanks and what is wrong are tokens like all others, and [`Script::print`] walks tree and
//! tokens together to give the source back.
//!
//! ```
//! use lotusscript::syntax::{StatementKind, parse};
//!
//! let script = parse("Sub Initialize\n\tIf busy Then Exit Sub ' later\n\tPrint \"Ready\"\nEnd Sub\n");
//! assert!(script.errors().is_empty());
//! let StatementKind::Procedure(sub) = &script.module()[0].kind else { panic!() };
//! assert_eq!((sub.name.key.as_ref(), sub.body.len()), ("initialize", 2));
//! assert_eq!(script.print(), script.source());
//!
//! let script = parse("Sub Initialize\n\tIf busy\n\t\tPrint \"Wait\"\nEnd Sub\n");
//! let first = &script.errors()[0];
//! assert_eq!((first.place.line, first.place.column), (2, 9));
//! assert_eq!(first.message, "expected `Then` or `GoTo` behind the condition, found the end of the line");
//! ```

mod error;
mod lexer;
mod parser;
mod print;
#[cfg(test)]
mod tests;
mod token;
mod tree;
mod walk;

pub use crate::place::{LineColumn, LineIndex, Span};
pub use error::{SyntaxCode, SyntaxError};
pub use token::{Keyword, Mark, Suffix, Token, TokenKind};
pub use tree::*;
pub use walk::{Part, parts_of_expression, parts_of_statement};

use std::sync::Arc;

/// The most bytes of a source that are read; what is longer is one error.
pub const MAX_SOURCE_BYTES: usize = 64 << 20;
/// The most levels that blocks and expressions may be nested, together.
pub const MAX_DEPTH: usize = 100;
/// The most operators, calls and members that one expression may hang on each other, as in `a & b & c`.
pub const MAX_CHAIN: usize = 250;
/// The most errors that are listed.
pub const MAX_ERRORS: usize = 1000;

/// What a source is read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseOptions {
    /// For which `%If` holds, in small letters.
    pub defined: Vec<String>,
    /// Whether statements may stand outside of procedures, as in what `Execute` is given.
    pub loose_statements: bool,
}

impl Default for ParseOptions {
    /// A module, on a Notes client for 32-bit Windows.
    fn default() -> Self {
        let defined = ["win32", "windows", "winnt", "ole"];
        Self {
            defined: defined.map(str::to_owned).to_vec(),
            loose_statements: false,
        }
    }
}

/// A source that was read.
#[derive(Debug, Clone)]
pub struct Script {
    source: Arc<str>,
    lines: LineIndex,
    tokens: Vec<Token>,
    module: Block,
    errors: Vec<SyntaxError>,
}

/// Reads a module. Takes time with the length of the source.
pub fn parse(source: &str) -> Script {
    parse_with(source, &ParseOptions::default())
}

/// Reads a source.
pub fn parse_with(source: &str, options: &ParseOptions) -> Script {
    let whole: Arc<str> = source.into();
    let lines = LineIndex::new(source);
    if source.len() > MAX_SOURCE_BYTES {
        return too_long(whole, lines);
    }
    let lexed = lexer::lex(source, &options.defined);
    let parsed = parser::parse(source, &lines, &lexed, options);
    Script {
        source: whole,
        lines,
        tokens: lexed.tokens,
        module: parsed.module,
        errors: parsed.errors,
    }
}

fn too_long(source: Arc<str>, lines: LineIndex) -> Script {
    let span = Span::new(0, u32::try_from(source.len()).unwrap_or(u32::MAX));
    let error = SyntaxError {
        code: SyntaxCode::Limit,
        span,
        place: LineColumn { line: 1, column: 1 },
        found: format!("{} bytes", source.len()),
        expected: format!("at most {MAX_SOURCE_BYTES}"),
        message: "the source is too long to be a script".to_owned(),
        remedy: None,
        opened: None,
    };
    Script {
        source,
        lines,
        tokens: vec![Token {
            kind: TokenKind::Unknown,
            span,
        }],
        module: Block::new(),
        errors: vec![error],
    }
}

impl Script {
    /// The source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// All tokens, in order, without a gap; the last is [`TokenKind::End`].
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The statements of the module: options, declarations, classes, procedures.
    pub fn module(&self) -> &[Statement] {
        &self.module
    }

    /// What is wrong, in the order of the source.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Where the lines begin.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// The line and column of a byte.
    pub fn place(&self, byte: u32) -> LineColumn {
        self.lines.place(&self.source, byte)
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        span.of(&self.source)
    }

    /// The source, put together again from tree and tokens. It is the source if, and only if, each node of the tree lies in the one around it and behind the one
    /// before it, and the tokens leave no gap.
    pub fn print(&self) -> String {
        print::print(self)
    }
}
