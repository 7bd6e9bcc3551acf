//! XML as a tree that scripts change: one row of nodes that know their neighbours, so that long and deep trees are walked, changed and let go without a deep stack.
//!
//! The `NotesDOM` classes and the DOM of Windows stand on it. Nodes are numbers; one that was taken out of its place stays in the row until the tree goes. How many nodes
//! there are and how deep they stand is limited, whether they were read or made.

use lotusscript::run::Burden;

mod path;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use path::{PathOptions, select};
pub(crate) use read::{ReadError, ReadOptions, Reason, parse};

/// The most nodes of a tree, attributes too.
pub(crate) const MAX_NODES: usize = 1 << 18;

/// How deep elements may stand in each other.
pub(crate) const MAX_DEPTH: usize = 256;

/// The most attributes of an element.
pub(crate) const MAX_ATTRIBUTES: usize = 1024;

/// The prefix `xml` is bound to it, always.
pub(crate) const XML_URI: &str = "http://www.w3.org/XML/1998/namespace";

/// The prefix `xmlns` is bound to it, always.
pub(crate) const XMLNS_URI: &str = "http://www.w3.org/2000/xmlns/";

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    Element,
    Attribute,
    Text,
    CData,
    EntityReference,
    Instruction,
    Comment,
    /// `<!DOCTYPE …>`, kept as it was written and never followed.
    DocumentType,
    Fragment,
    /// `<?xml …?>`
    Declaration,
}

impl Kind {
    /// Whether it may stand in a document, element or fragment.
    fn is_child(self) -> bool {
        !matches!(self, Self::Document | Self::Attribute | Self::Fragment)
    }

    fn has_children(self) -> bool {
        matches!(self, Self::Document | Self::Element | Self::Fragment)
    }

    /// Whether its value is characters.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::CData)
    }
}

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

/// The document of every tree.
pub(crate) const DOCUMENT: NodeId = NodeId(0);

#[derive(Debug, Clone)]
struct Node {
    kind: Kind,
    /// As it is written, with its prefix; of an instruction, its target.
    name: String,
    uri: String,
    value: String,
    parent: Option<NodeId>,
    previous: Option<NodeId>,
    next: Option<NodeId>,
    first: Option<NodeId>,
    last: Option<NodeId>,
    attributes: Vec<NodeId>,
}

/// A tree, and what was taken out of it.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// What the nodes and their texts weigh.
    burden: Burden,
}

/// Why a tree was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TreeError {
    #[error("a tree holds at most {MAX_NODES} nodes")]
    TooManyNodes,
    #[error("elements stand in each other at most {MAX_DEPTH} deep")]
    TooDeep,
    #[error("an element has at most {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    #[error("a node cannot stand in itself")]
    Cycle,
    #[error("a document has one element, and no text beside it")]
    SecondRoot,
    #[error("such a node cannot stand there")]
    WrongPlace,
    #[error("the node is no child of this one")]
    NoChild,
}

impl Default for Tree {
    fn default() -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            burden: Burden::default(),
        };
        tree.push(Kind::Document, String::new(), String::new(), String::new());
        tree
    }
}

impl Tree {
    fn push(&mut self, kind: Kind, name: String, uri: String, value: String) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.burden
            .add(size_of::<Node>() + name.len() + uri.len() + value.len());
        self.nodes.push(Node {
            kind,
            name,
            uri,
            value,
            parent: None,
            previous: None,
            next: None,
            first: None,
            last: None,
            attributes: Vec::new(),
        });
        id
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    /// How many nodes it has, those that stand nowhere too.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// A node that stands nowhere yet.
    pub fn create(
        &mut self,
        kind: Kind,
        name: &str,
        uri: &str,
        value: &str,
    ) -> Result<NodeId, TreeError> {
        match self.nodes.len() < MAX_NODES {
            true => Ok(self.push(kind, name.to_owned(), uri.to_owned(), value.to_owned())),
            false => Err(TreeError::TooManyNodes),
        }
    }

    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// The name with its prefix; empty of what has none.
    pub fn name(&self, id: NodeId) -> &str {
        &self.node(id).name
    }

    pub fn prefix(&self, id: NodeId) -> &str {
        split_name(self.name(id)).0
    }

    pub fn local_name(&self, id: NodeId) -> &str {
        split_name(self.name(id)).1
    }

    /// Gives a node another prefix; an empty one takes it away.
    pub fn set_prefix(&mut self, id: NodeId, prefix: &str) {
        let local = self.local_name(id);
        self.node_mut(id).name = match prefix {
            "" => local.to_owned(),
            prefix => format!("{prefix}:{local}"),
        };
    }

    /// Its namespace; empty if it has none.
    pub fn uri(&self, id: NodeId) -> &str {
        &self.node(id).uri
    }

    /// Its own value: characters, of an attribute, of an instruction.
    pub fn value(&self, id: NodeId) -> &str {
        &self.node(id).value
    }

    pub fn set_value(&mut self, id: NodeId, value: &str) {
        self.burden.add(value.len());
        value.clone_into(&mut self.node_mut(id).value);
    }

    /// What it stands in; of an attribute, its element.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).parent
    }

    pub fn first_child(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).first
    }

    pub fn last_child(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).last
    }

    pub fn next(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).next
    }

    pub fn previous(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).previous
    }

    pub fn attributes(&self, id: NodeId) -> &[NodeId] {
        &self.node(id).attributes
    }

    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(id), |child| self.next(*child))
    }

    /// All that stands in a node, in the order of the document, without attributes.
    pub fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(id), move |node| self.after(*node, id))
    }

    /// The node after one in the order of the document, in `top`.
    fn after(&self, node: NodeId, top: NodeId) -> Option<NodeId> {
        self.first_child(node)
            .or_else(|| self.after_all_in(node, top))
    }

    /// The node after all that stands in one.
    fn after_all_in(&self, mut node: NodeId, top: NodeId) -> Option<NodeId> {
        while node != top {
            if let Some(next) = self.next(node) {
                return Some(next);
            }
            node = self.parent(node)?;
        }
        None
    }

    /// What it stands in, the nearest first.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(id), |node| self.parent(*node))
    }

    /// The element of the document.
    pub fn root(&self) -> Option<NodeId> {
        self.children(DOCUMENT)
            .find(|child| self.kind(*child) == Kind::Element)
    }

    /// An attribute by its name as it is written.
    pub fn attribute(&self, element: NodeId, name: &str) -> Option<NodeId> {
        let attributes = self.attributes(element).iter().copied();
        attributes.into_iter().find(|id| self.name(*id) == name)
    }

    /// An attribute by its namespace and name.
    pub fn attribute_in(&self, element: NodeId, uri: &str, local: &str) -> Option<NodeId> {
        let mut attributes = self.attributes(element).iter().copied();
        attributes.find(|id| self.uri(*id) == uri && self.local_name(*id) == local)
    }

    /// Sets an attribute by its name as it is written.
    pub fn set_attribute(
        &mut self,
        element: NodeId,
        name: &str,
        value: &str,
    ) -> Result<NodeId, TreeError> {
        if let Some(found) = self.attribute(element, name) {
            self.set_value(found, value);
            return Ok(found);
        }
        let uri = match split_name(name) {
            ("", "xmlns") | ("xmlns", _) => XMLNS_URI.to_owned(),
            ("", _) => String::new(),
            (prefix, _) => self.uri_of_prefix(element, prefix).unwrap_or_default(),
        };
        let id = self.create(Kind::Attribute, name, &uri, value)?;
        self.put_attribute(element, id)?;
        Ok(id)
    }

    /// Puts an attribute on an element, and gives the one of the same name that went.
    pub fn put_attribute(
        &mut self,
        element: NodeId,
        attribute: NodeId,
    ) -> Result<Option<NodeId>, TreeError> {
        if self.kind(attribute) != Kind::Attribute || self.kind(element) != Kind::Element {
            return Err(TreeError::WrongPlace);
        }
        if self.parent(attribute).is_some() {
            return Err(TreeError::WrongPlace);
        }
        if self.attributes(element).len() >= MAX_ATTRIBUTES {
            return Err(TreeError::TooManyAttributes);
        }
        let old = self.attribute(element, self.name(attribute));
        if let Some(old) = old {
            self.take_attribute(old);
        }
        self.node_mut(attribute).parent = Some(element);
        self.node_mut(element).attributes.push(attribute);
        Ok(old)
    }

    /// Takes an attribute off its element.
    pub fn take_attribute(&mut self, attribute: NodeId) {
        if let Some(element) = self.node_mut(attribute).parent.take() {
            self.node_mut(element)
                .attributes
                .retain(|id| *id != attribute);
        }
    }

    /// What a prefix means where a node stands; the empty one is the default.
    pub fn uri_of_prefix(&self, at: NodeId, prefix: &str) -> Option<String> {
        if prefix == "xml" {
            return Some(XML_URI.to_owned());
        }
        let name = match prefix {
            "" => "xmlns".to_owned(),
            prefix => format!("xmlns:{prefix}"),
        };
        std::iter::once(at)
            .chain(self.ancestors(at))
            .find_map(|node| self.attribute(node, &name))
            .map(|declaration| self.value(declaration).to_owned())
    }

    /// The characters in it: of an element, all that stands in it.
    pub fn text(&self, id: NodeId) -> String {
        match self.kind(id) {
            Kind::Document | Kind::Element | Kind::Fragment => self
                .descendants(id)
                .filter(|node| self.kind(*node).is_text())
                .map(|node| self.value(node))
                .collect(),
            _ => self.value(id).to_owned(),
        }
    }

    /// Whether one node is another, or stands in it.
    fn is_in(&self, node: NodeId, other: NodeId) -> bool {
        node == other || self.ancestors(node).any(|above| above == other)
    }

    fn depth(&self, node: NodeId) -> usize {
        self.ancestors(node).count()
    }

    /// How many levels stand in a node.
    fn height(&self, top: NodeId) -> usize {
        let (mut deepest, mut depth, mut node) = (0, 0_usize, top);
        loop {
            if let Some(child) = self.first_child(node) {
                depth += 1;
                node = child;
            } else {
                loop {
                    if node == top {
                        return deepest;
                    }
                    if let Some(next) = self.next(node) {
                        node = next;
                        break;
                    }
                    let Some(above) = self.parent(node) else {
                        return deepest;
                    };
                    depth -= 1;
                    node = above;
                }
            }
            deepest = deepest.max(depth);
        }
    }

    /// Puts a node, or all that stands in a fragment, in another before a child of it, or behind all. What stands elsewhere is taken from there.
    pub fn insert(
        &mut self,
        parent: NodeId,
        node: NodeId,
        before: Option<NodeId>,
    ) -> Result<(), TreeError> {
        if before.is_some_and(|before| self.parent(before) != Some(parent)) {
            return Err(TreeError::NoChild);
        }
        if before == Some(node) {
            return Ok(());
        }
        let wanted: Vec<NodeId> = match self.kind(node) {
            Kind::Fragment => self.children(node).collect(),
            _ => vec![node],
        };
        self.check_place(parent, &wanted)?;
        for node in wanted {
            self.detach(node);
            self.link(parent, node, before);
        }
        Ok(())
    }

    fn check_place(&self, parent: NodeId, wanted: &[NodeId]) -> Result<(), TreeError> {
        if !self.kind(parent).has_children() {
            return Err(TreeError::WrongPlace);
        }
        let depth = self.depth(parent);
        for node in wanted {
            if !self.kind(*node).is_child() {
                return Err(TreeError::WrongPlace);
            }
            if self.is_in(parent, *node) {
                return Err(TreeError::Cycle);
            }
            if depth + 1 + self.height(*node) > MAX_DEPTH {
                return Err(TreeError::TooDeep);
            }
        }
        if parent == DOCUMENT {
            let is = |kind: Kind| move |id: &&NodeId| self.kind(**id) == kind;
            let others = self.root().filter(|root| !wanted.contains(root));
            let elements = wanted.iter().filter(is(Kind::Element)).count();
            let has_text = wanted.iter().any(|id| self.kind(*id).is_text());
            if elements + usize::from(others.is_some()) > 1 || has_text {
                return Err(TreeError::SecondRoot);
            }
        }
        Ok(())
    }

    /// Links a node that stands nowhere.
    fn link(&mut self, parent: NodeId, node: NodeId, before: Option<NodeId>) {
        let previous = match before {
            Some(before) => self.previous(before),
            None => self.last_child(parent),
        };
        let own = self.node_mut(node);
        own.parent = Some(parent);
        own.previous = previous;
        own.next = before;
        match previous {
            Some(previous) => self.node_mut(previous).next = Some(node),
            None => self.node_mut(parent).first = Some(node),
        }
        match before {
            Some(before) => self.node_mut(before).previous = Some(node),
            None => self.node_mut(parent).last = Some(node),
        }
    }

    /// Takes a node out of where it stands.
    pub fn detach(&mut self, node: NodeId) {
        let own = self.node_mut(node);
        let (parent, previous, next) = (own.parent.take(), own.previous.take(), own.next.take());
        let Some(parent) = parent else { return };
        match previous {
            Some(previous) => self.node_mut(previous).next = next,
            None => self.node_mut(parent).first = next,
        }
        match next {
            Some(next) => self.node_mut(next).previous = previous,
            None => self.node_mut(parent).last = previous,
        }
    }

    /// Takes a child out of a node.
    pub fn remove(&mut self, parent: NodeId, child: NodeId) -> Result<(), TreeError> {
        match self.parent(child) == Some(parent) && self.kind(child) != Kind::Attribute {
            true => {
                self.detach(child);
                Ok(())
            }
            false => Err(TreeError::NoChild),
        }
    }

    /// Puts a node in the place of a child.
    pub fn replace(&mut self, parent: NodeId, node: NodeId, old: NodeId) -> Result<(), TreeError> {
        if self.parent(old) != Some(parent) || self.kind(old) == Kind::Attribute {
            return Err(TreeError::NoChild);
        }
        if node == old {
            return Ok(());
        }
        let after_old = self.next(old);
        let before = match after_old == Some(node) {
            true => self.next(node),
            false => after_old,
        };
        self.detach(old);
        let put = self.insert(parent, node, before);
        if put.is_err() {
            self.link(parent, old, after_old);
        }
        put
    }

    /// Lets go of all that stands in a node, and puts a text there.
    pub fn set_text(&mut self, id: NodeId, text: &str) -> Result<(), TreeError> {
        if !self.kind(id).has_children() {
            self.set_value(id, text);
            return Ok(());
        }
        while let Some(child) = self.first_child(id) {
            self.detach(child);
        }
        if text.is_empty() {
            return Ok(());
        }
        let text = self.create(Kind::Text, "", "", text)?;
        self.insert(id, text, None)
    }

    /// A copy of a node of this or another tree, standing nowhere; with all that stands in it, if it goes deep. Attributes come along.
    pub fn copy_from(
        &mut self,
        other: &Self,
        node: NodeId,
        is_deep: bool,
    ) -> Result<NodeId, TreeError> {
        let top = self.copy_one(other, node)?;
        if !is_deep {
            return Ok(top);
        }
        let (mut into, mut from) = (top, node);
        loop {
            if let Some(child) = other.first_child(from) {
                from = child;
            } else {
                loop {
                    if from == node {
                        return Ok(top);
                    }
                    into = self.parent(into).unwrap_or(top);
                    if let Some(next) = other.next(from) {
                        from = next;
                        break;
                    }
                    let Some(above) = other.parent(from) else {
                        return Ok(top);
                    };
                    from = above;
                }
            }
            let copy = self.copy_one(other, from)?;
            self.link(into, copy, None);
            into = copy;
        }
    }

    fn copy_one(&mut self, other: &Self, node: NodeId) -> Result<NodeId, TreeError> {
        let of = other.node(node);
        let kind = match of.kind {
            Kind::Document => Kind::Fragment,
            kind => kind,
        };
        let copy = self.create(kind, &of.name, &of.uri, &of.value)?;
        for attribute in &of.attributes {
            let of = other.node(*attribute);
            let attribute = self.create(Kind::Attribute, &of.name, &of.uri, &of.value)?;
            self.node_mut(attribute).parent = Some(copy);
            self.node_mut(copy).attributes.push(attribute);
        }
        Ok(copy)
    }

    /// Where each node stands in the document, attributes behind their elements.
    fn order(&self) -> Vec<u32> {
        let mut order = vec![u32::MAX; self.nodes.len()];
        let mut count = 0;
        let mut number = |id: NodeId| {
            order[id.0 as usize] = count;
            count += 1;
        };
        let tops = (0..self.nodes.len())
            .map(|at| NodeId(u32::try_from(at).unwrap_or(u32::MAX)))
            .filter(|id| self.parent(*id).is_none());
        for top in tops {
            for node in std::iter::once(top).chain(self.descendants(top)) {
                number(node);
                self.attributes(node).iter().copied().for_each(&mut number);
            }
        }
        order
    }
}

/// A prefix, or nothing, and the name behind it.
pub(crate) fn split_name(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// Whether a text is a name. [XML 1.0 §2.3]
pub(crate) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c == ':' || begins_name(c))
        && letters.all(|c| c == ':' || is_in_name(c))
}

/// Whether a text is a name with at most one prefix. [Namespaces in XML 1.0 §4]
pub(crate) fn is_qualified_name(text: &str) -> bool {
    let is_part = |part: &str| is_name(part) && !part.contains(':');
    match text.split_once(':') {
        Some((prefix, local)) => is_part(prefix) && is_part(local),
        None => is_name(text),
    }
}

fn begins_name(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn is_in_name(c: char) -> bool {
    begins_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Whether a character may stand in XML. [XML 1.0 §2.2]
pub(crate) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether a text is nothing but white space. [XML 1.0 §2.3]
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
