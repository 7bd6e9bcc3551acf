//! A formula as a tree, in one list of nodes: it takes no recursion to drop, and a child always stands before its parent.

use super::functions::Function;
use super::value::Value;
use crate::place::Span;

/// A formula that was understood.
///
/// ```
/// use lotusscript::formula::{Formula, Limits, host::Memory, Value};
///
/// let formula = Formula::parse("@Implode(@Trim(Name : \"\" : \"Sam\"); \" and \")").unwrap();
/// let mut host = Memory::default();
/// host.document.insert("name".into(), Value::text("Ann"));
/// let outcome = formula.evaluate(&mut host, &Limits::default()).unwrap();
/// assert_eq!(outcome.value, Value::text("Ann and Sam"));
/// ```
#[derive(Debug, Clone)]
pub struct Formula {
    pub(crate) source: String,
    pub(crate) nodes: Vec<Node>,
    /// Those of each node in a row.
    pub(crate) children: Vec<NodeId>,
    pub(crate) statements: Vec<NodeId>,
}

/// A node of a [`Formula`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

/// A part of a formula.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
}

/// What a [`Node`] is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum NodeKind {
    /// A text, number, date-time or keyword.
    Constant(Value),
    /// A variable, or a field of the document; in lower case.
    Name(Box<str>),
    /// `-x`, `+x`, `!x`
    Unary(Unary, NodeId),
    /// `x + y`
    Binary(Binary, NodeId, NodeId),
    /// `x[2]`
    Subscript(NodeId, NodeId),
    /// `@Left(x; 2)`
    Call(Call),
    /// `x := y`
    Assign(Assignment),
    /// `SELECT x`
    Select(NodeId),
    /// `REM {…}`
    Remark,
    /// What could not be understood.
    Missing,
}

/// A call of an @function.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// What the table knows of it; `None` if there is no such function.
    pub function: Option<&'static Function>,
    /// Where its name stands.
    pub name: Span,
    /// Where its arguments are listed.
    pub(crate) first: u32,
    pub(crate) count: u32,
    /// Whether there are parentheses.
    pub has_parentheses: bool,
}

/// An assignment.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// To what sort of thing.
    pub target: Target,
    /// In lower case.
    pub name: Box<str>,
    /// Where that stands.
    pub name_span: Span,
    /// What it becomes.
    pub value: NodeId,
}

/// What an assignment changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A variable of this formula.
    Variable,
    /// `FIELD`: the document.
    Field,
    /// `DEFAULT`: the field's value where the document has none.
    Default,
    /// `ENVIRONMENT`: the user's settings.
    Environment,
}

/// An operator before its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unary {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `!`
    Not,
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Binary {
    /// What is done with each pair.
    pub operation: Operation,
    /// Whether each of the left meets each of the right, rather than its neighbour only.
    pub is_permuted: bool,
}

/// What an operator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Operation {
    Concatenate,
    Multiply,
    Divide,
    Add,
    Subtract,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    And,
    Or,
}

impl Binary {
    pub(crate) const fn pairwise(operation: Operation) -> Self {
        Self {
            operation,
            is_permuted: false,
        }
    }

    pub(crate) const fn permuted(operation: Operation) -> Self {
        Self {
            operation,
            is_permuted: true,
        }
    }

    /// How tightly it binds; the tightest is the greatest. [H_OPERATOR_OVERVIEW_AND_PRECEDENCE]
    pub(crate) fn binding(self) -> u8 {
        match self.operation {
            Operation::Concatenate => 13,
            Operation::Multiply | Operation::Divide => 9,
            Operation::Add | Operation::Subtract => 7,
            Operation::And | Operation::Or => 3,
            _ => 5,
        }
    }
}

impl Unary {
    /// How tightly what it applies to must bind.
    pub(crate) fn binding(self) -> u8 {
        match self {
            Unary::Plus | Unary::Minus => 11,
            Unary::Not => 5,
        }
    }
}

impl Formula {
    /// The text that it was.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its statements in order.
    pub fn statements(&self) -> &[NodeId] {
        &self.statements
    }

    /// A node of this formula. That of another one may be none of this; then it is [`NodeKind::Missing`].
    pub fn node(&self, id: NodeId) -> &Node {
        static NONE: Node = Node {
            kind: NodeKind::Missing,
            span: Span { start: 0, end: 0 },
        };
        self.nodes.get(id.0 as usize).unwrap_or(&NONE)
    }

    /// All nodes, children first.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0..).map(NodeId).zip(&self.nodes)
    }

    /// What a call is given.
    pub fn arguments(&self, call: &Call) -> &[NodeId] {
        let first = call.first as usize;
        self.children
            .get(first..first + call.count as usize)
            .unwrap_or_default()
    }

    /// The nodes right below one.
    pub fn children_of(&self, id: NodeId) -> Vec<NodeId> {
        match &self.node(id).kind {
            NodeKind::Unary(_, one) | NodeKind::Select(one) => vec![*one],
            NodeKind::Binary(_, one, two) | NodeKind::Subscript(one, two) => vec![*one, *two],
            NodeKind::Call(call) => self.arguments(call).to_vec(),
            NodeKind::Assign(assignment) => vec![assignment.value],
            _ => Vec::new(),
        }
    }

    /// The names of variables and fields that it reads, in lower case, each once.
    pub fn names_read(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .nodes
            .iter()
            .filter_map(|node| match &node.kind {
                NodeKind::Name(name) => Some(&**name),
                _ => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn text_of(&self, id: NodeId) -> &str {
        self.node(id).span.of(&self.source)
    }
}
