//! Where a value stands, so that it can be changed from elsewhere: the variable at the root, and the steps down from it.

use super::value::{Object, ScalarType};
use std::rc::Rc;

/// A variable, or something in it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub root: Root,
    /// Of the variable, or of its elements.
    pub of: ScalarType,
    pub steps: Vec<Step>,
}

/// A variable.
#[derive(Debug, Clone)]
pub(super) enum Root {
    /// From the bottom of the stack. Calls end before what they were given does.
    Stack(u32),
    Global(u32),
    Member(Rc<Object>, u32),
}

/// A step down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The element of an array.
    Element(usize),
    /// The element of a list.
    Entry(usize),
    /// The member of a record.
    Field(usize),
}

impl Place {
    pub fn new(root: Root, of: ScalarType) -> Self {
        Self {
            root,
            of,
            steps: Vec::new(),
        }
    }
}
