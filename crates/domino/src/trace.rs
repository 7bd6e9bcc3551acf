//! What happened in a run, as it is told.

use serde::Serialize;
use std::fmt;

/// What is traced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wish {
    /// Prints, requests and errors.
    #[default]
    Little,
    /// What is asked of product objects as well.
    Calls,
    /// Each statement as well.
    Statements,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Traced {
    /// A statement begins.
    Statement {
        file: String,
        line: u32,
        procedure: String,
    },
    /// A line was printed.
    Print { line: String },
    /// A member of an object was asked for.
    Call {
        object: String,
        member: String,
        arguments: Vec<String>,
    },
    /// HTTP went out, or failed.
    Http { exchange: String },
    /// An error was raised, handled or not.
    Error { error: String },
}

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement {
                file,
                line,
                procedure,
            } => write!(f, "{file}({line}) {procedure}"),
            Self::Print { line } => write!(f, "print {line}"),
            Self::Call {
                object,
                member,
                arguments,
            } => write!(f, "call  {object}.{member}({})", arguments.join(", ")),
            Self::Http { exchange } => write!(f, "http  {exchange}"),
            Self::Error { error } => write!(f, "error {error}"),
        }
    }
}

/// All that happened, up to a bound.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// What is kept.
    pub wish: Wish,
    /// In the order in which it happened.
    pub events: Vec<Traced>,
    /// So many more came after those.
    pub left_out: u64,
}

impl Trace {
    /// How many are kept.
    const MOST: usize = 100_000;

    /// Something happened.
    pub fn add(&mut self, event: Traced) {
        match self.events.len() < Self::MOST {
            true => self.events.push(event),
            false => self.left_out += 1,
        }
    }
}
