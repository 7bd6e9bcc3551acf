//! JSON as a tree that scripts change, and back again as text.

use lotusscript::run::Burden;
use std::fmt::Write as _;

/// How deep arrays and objects may stand in each other.
pub(super) const MAX_DEPTH: usize = 256;

/// The most values of a tree.
pub(super) const MAX_NODES: usize = 1 << 18;

/// A value in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(u32);

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Boolean(bool),
    /// As it is written.
    Number(String),
    Text(String),
    Array(Vec<NodeId>),
    /// In the order in which the members came.
    Object(Vec<(String, NodeId)>),
}

/// A tree; the first node is its root.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    nodes: Vec<(Node, u16)>,
    /// What the values weigh.
    burden: Burden,
}

/// Why a tree was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum TreeError {
    #[error("JSON goes at most {MAX_DEPTH} deep here")]
    TooDeep,
    #[error("JSON has at most {MAX_NODES} values here")]
    TooManyNodes,
    #[error("the element can have no elements of its own")]
    NoContainer,
}

/// The root of every tree.
pub(super) const ROOT: NodeId = NodeId(0);

impl Tree {
    /// With one value.
    pub fn new(root: Node) -> Self {
        let mut burden = Burden::default();
        burden.add(weight_of(&root));
        Self {
            nodes: vec![(root, 0)],
            burden,
        }
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize].0
    }

    fn depth(&self, id: NodeId) -> u16 {
        self.nodes[id.0 as usize].1
    }

    /// Puts another value in the place of one.
    pub fn set(&mut self, id: NodeId, node: Node) {
        self.burden.add(weight_of(&node));
        self.nodes[id.0 as usize].0 = node;
    }

    /// Adds a value to an array, or under a name to an object; a name that is there already stands twice, as in Notes.
    pub fn append(&mut self, parent: NodeId, name: &str, node: Node) -> Result<NodeId, TreeError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(TreeError::TooManyNodes);
        }
        let depth = self.depth(parent) + 1;
        if usize::from(depth) > MAX_DEPTH {
            return Err(TreeError::TooDeep);
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        match &mut self.nodes[parent.0 as usize].0 {
            Node::Array(items) => items.push(id),
            Node::Object(members) => members.push((name.to_owned(), id)),
            _ => return Err(TreeError::NoContainer),
        }
        self.burden.add(weight_of(&node) + name.len());
        self.nodes.push((node, depth));
        Ok(id)
    }

    /// How many values stand in one.
    pub fn size(&self, id: NodeId) -> usize {
        match self.node(id) {
            Node::Array(items) => items.len(),
            Node::Object(members) => members.len(),
            _ => 0,
        }
    }

    /// A value in an array or object by its place from 0, with its name.
    pub fn item(&self, id: NodeId, at: usize) -> Option<(&str, NodeId)> {
        match self.node(id) {
            Node::Array(items) => items.get(at).map(|item| ("", *item)),
            Node::Object(members) => members.get(at).map(|(name, item)| (name.as_str(), *item)),
            _ => None,
        }
    }

    /// The first member of an object with a name.
    pub fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let Node::Object(members) = self.node(id) else {
            return None;
        };
        let found = members.iter().find(|(other, _)| other == name);
        found.map(|(_, item)| *item)
    }

    /// What a JSON Pointer names, from a value on, with its own name. [RFC 6901]
    pub fn pointed(&self, from: NodeId, pointer: &str) -> Option<(String, NodeId)> {
        if pointer.is_empty() {
            return Some((String::new(), from));
        }
        let mut found = (String::new(), from);
        for token in pointer.strip_prefix('/')?.split('/') {
            let token = unescape(token)?;
            found = match self.node(found.1) {
                Node::Object(_) => {
                    let item = self.member(found.1, &token)?;
                    (token, item)
                }
                Node::Array(items) => (String::new(), *items.get(index(&token)?)?),
                _ => return None,
            };
        }
        Some(found)
    }

    /// Puts what stands in a value of this or another tree in the place of one.
    pub fn copy_from(&mut self, into: NodeId, other: &Self, from: NodeId) -> Result<(), TreeError> {
        let empty = |node: &Node| match node {
            Node::Array(_) => Node::Array(Vec::new()),
            Node::Object(_) => Node::Object(Vec::new()),
            scalar => scalar.clone(),
        };
        self.set(into, empty(other.node(from)));
        let mut pending = vec![(into, from, 0)];
        while let Some((target, source, at)) = pending.pop() {
            if let Some((name, item)) = other.item(source, at) {
                pending.push((target, source, at + 1));
                let copy = self.append(target, name, empty(other.node(item)))?;
                pending.push((copy, item, 0));
            }
        }
        Ok(())
    }

    /// As text without blanks.
    pub fn write(&self, top: NodeId) -> String {
        let mut out = String::new();
        self.write_opening(top, &mut out);
        let mut open = vec![(top, 0)];
        while let Some((id, at)) = open.pop() {
            let Some((name, item)) = self.item(id, at) else {
                match self.node(id) {
                    Node::Array(_) => out.push(']'),
                    Node::Object(_) => out.push('}'),
                    _ => {}
                }
                continue;
            };
            if at > 0 {
                out.push(',');
            }
            if matches!(self.node(id), Node::Object(_)) {
                write_text(name, &mut out);
                out.push(':');
            }
            self.write_opening(item, &mut out);
            open.push((id, at + 1));
            open.push((item, 0));
        }
        out
    }

    fn write_opening(&self, id: NodeId, out: &mut String) {
        match self.node(id) {
            Node::Null => out.push_str("null"),
            Node::Boolean(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Node::Number(number) => out.push_str(number),
            Node::Text(text) => write_text(text, out),
            Node::Array(_) => out.push('['),
            Node::Object(_) => out.push('{'),
        }
    }
}

/// A value with its place in an array or object.
fn weight_of(node: &Node) -> usize {
    let text = match node {
        Node::Number(text) | Node::Text(text) => text.len(),
        _ => 0,
    };
    2 * size_of::<Node>() + text
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// `~1` is a slash, `~0` a tilde, nothing else stands behind one.
fn unescape(token: &str) -> Option<String> {
    let is_good = token
        .split('~')
        .skip(1)
        .all(|part| part.starts_with(['0', '1']));
    is_good.then(|| token.replace("~1", "/").replace("~0", "~"))
}

/// Digits without a zero before them.
fn index(token: &str) -> Option<usize> {
    let is_good = token == "0"
        || (token.starts_with(|c: char| ('1'..='9').contains(&c))
            && token.bytes().all(|byte| byte.is_ascii_digit()));
    is_good.then(|| token.parse().ok()).flatten()
}
