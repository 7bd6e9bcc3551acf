//! XPath 1.0 over a tree: all axes but `namespace`, all functions but `id` and `lang`, no variables. What is not there is refused with its name.
//!
//! The old patterns of Windows (`XSLPattern`), which DOM documents of version 3 speak unless told otherwise, are the same here but for two things: positions count from 0,
//! and prefixes are compared as they are written. [MSXML SDK, SelectionLanguage]

mod evaluate;
mod read;

use super::{NodeId, Tree};
use std::collections::HashMap;

/// How an expression is understood.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathOptions {
    /// What prefixes mean in it.
    pub namespaces: HashMap<String, String>,
    /// Whether it is a pattern of the old language.
    pub is_pattern: bool,
}

/// Why an expression gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathError {
    #[error("expected {expected} at character {at} of the expression")]
    Expected { expected: &'static str, at: usize },
    #[error("{0} is not there")]
    NotThere(String),
    #[error("the prefix '{0}' is not declared; see SelectionNamespaces")]
    Prefix(String),
    #[error("{0} takes other arguments")]
    Arguments(String),
    #[error("the expression gives no nodes")]
    NoNodes,
    #[error("the expression goes too deep")]
    TooDeep,
    #[error("the expression looks at too many nodes")]
    TooMuch,
}

/// The nodes that an expression selects, in the order of the document; and how many were looked at.
pub(crate) fn select(
    tree: &Tree,
    context: NodeId,
    expression: &str,
    options: &PathOptions,
) -> (Result<Vec<NodeId>, PathError>, usize) {
    match read::read(expression) {
        Ok(expression) => evaluate::nodes(tree, context, &expression, options),
        Err(error) => (Err(error), 0),
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
enum Expression {
    Binary(Operator, Box<[Expression; 2]>),
    Negate(Box<Expression>),
    Number(f64),
    Text(String),
    Call(String, Vec<Expression>),
    Path(Path),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    Union,
}

/// Steps from somewhere.
#[derive(Debug, Clone, PartialEq)]
struct Path {
    from: From,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
enum From {
    /// Where one stands.
    Here,
    /// `/`
    Document,
    /// What another expression gives, as in `(a | b)[1]/c`.
    Nodes(Box<Expression>, Vec<Expression>),
}

#[derive(Debug, Clone, PartialEq)]
struct Step {
    axis: Axis,
    test: Test,
    predicates: Vec<Expression>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

impl Axis {
    /// Whether positions count against the order of the document.
    fn is_reverse(self) -> bool {
        matches!(
            self,
            Self::Ancestor | Self::AncestorOrSelf | Self::Preceding | Self::PrecedingSibling
        )
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Any,
    /// `*`
    Named,
    /// `prefix:*`
    InNamespace(String),
    /// `name`, `prefix:name`
    Name(String),
    Text,
    Comment,
    Instruction(Option<String>),
}
