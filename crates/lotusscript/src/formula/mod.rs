//! The formula language of Notes: from text to a tree, to what is wrong with it, to values.
//!
//! - [`Formula::parse`] reads a formula, or tells all that is wrong with its syntax; [`parse()`] gives a tree in either case.
//! - [`check`](mod@check) finds what is wrong although it can be read: functions that there are not, arguments too few, keywords nobody knows.
//! - [`Formula::evaluate`] runs it against a [`host::Host`], within [`Limits`].
//! - [`tokens`] are the text to the byte, for whoever colours or reformats it.
//! - [`functions::Function`] is what is known of an @function; `docs/FORMULA.md` lists all.
//!
//! Sources of rules stand in square brackets: `[H_LEFT]` is that page of the Domino Designer documentation.
//!
//! ```
//! use lotusscript::formula::{Formula, Limits, check, host::Memory};
//!
//! let found = check::check("@Uppercase(Name", &check::Options::default());
//! assert_eq!(found[0].to_string(), "1:11: error[open-parenthesis]: found `(`, and then the end, expected `)`");
//!
//! let formula = Formula::parse("SELECT Form = \"Memo\" & @Created > [01/01/2025]").unwrap();
//! let mut host = Memory::default();
//! host.document.insert("form".into(), "Memo".into());
//! // What the host does not have ends the formula with its name.
//! let stop = formula.evaluate(&mut host, &Limits::default()).unwrap_err();
//! assert_eq!(stop.to_string(), "line 1, column 24: @Created is not available here");
//! ```

pub mod check;
mod clock;
mod collation;
mod documents;
mod error;
pub mod functions;
pub mod host;
mod lex;
mod operators;
mod parse;
mod pattern;
mod run;
mod tree;
mod value;

pub use crate::international::{DateOrder, International, zone_text};
pub use crate::place::Span;
pub use collation::Collation;
pub use documents::NotAnItem;
pub use error::{MOST_ERRORS, SyntaxCode, SyntaxError, SyntaxErrors};
pub use lex::{Odd, Token, TokenKind, Tokens, tokens};
pub use parse::{MOST_BYTES, MOST_DEPTH, Parsed, parse};
pub use run::{Limits, Outcome, Stop, StopReason};
pub use tree::{
    Assignment, Binary, Call, Formula, Node, NodeId, NodeKind, Operation, Target, Unary,
};
pub use value::{Fault, FaultKind, Time, Value};

#[cfg(test)]
mod tests;
