//! Why something cannot be built: which element, what is wrong with it, and how to mend it.

use crate::check::{Finding, Rule};
use std::fmt;

/// What was given cannot become DXL that Domino imports as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// The elements around the mistake, such as `form[SMS]/body/richtext/par/field[SendTo]`.
    pub element: String,
    /// What sort of mistake it is.
    pub fault: Fault,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub remedy: String,
}

/// Sorts of mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A name that Notes does not take.
    Name,
    /// Something that there is already.
    Duplicate,
    /// A character that has no place there.
    Character,
    /// An attribute that the element does not have, or a value that it cannot be.
    Value,
    /// Something that must be there.
    Missing,
    /// Nested deeper than anything that people read.
    Depth,
    /// A rule of the checker's that was found broken in the whole.
    Rule(Rule),
}

impl BuildError {
    pub(super) fn of(finding: Finding) -> Self {
        Self {
            element: finding.path,
            fault: Fault::Rule(finding.rule),
            message: finding.message,
            remedy: finding.remedy,
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            element,
            message,
            remedy,
            ..
        } = self;
        write!(f, "{element}: {message}; {remedy}")
    }
}

impl std::error::Error for BuildError {}

/// What goes through a builder.
pub(super) type Built = Result<(), BuildError>;
