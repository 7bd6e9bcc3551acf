//! A file as a tree, lossless: elements, attributes in their order, text with its white space, comments and instructions, each with
//! its position.
//!
//! All nodes lie in one store and know each other by number, so a tree of any depth is dropped, copied and compared without
//! recursion, and reading one costs no allocation per node. Looking is done through [`Node`] and [`Element`], which are as cheap as
//! references; changing through [`Tree`] by [`NodeId`], or through an [`ElementMut`].
//!
//! ```
//! use dxl::Tree;
//!
//! let mut tree = Tree::parse("<form name='Memo'><body><richtext><par>Dear &amp; near</par></richtext></body></form>")?;
//! let form = tree.root();
//! assert_eq!(form.attribute("name"), Some("Memo"));
//! let par = form.descendants().find(|element| element.name() == "par").unwrap();
//! assert_eq!(par.text(), "Dear & near");
//! assert_eq!(par.path(), "/form/body/richtext/par");
//!
//! let par = par.id();
//! tree.edit(par).set("def", "1").append("run").append_text("!");
//! assert_eq!(
//!     tree.to_xml()?,
//!     "<?xml version='1.0' encoding='utf-8'?>\n\
//!      <form name='Memo'><body><richtext><par def='1'>Dear &amp; near<run>!</run></par></richtext></body></form>\n",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::error::Error;
use crate::position::{Place, Position};
use crate::source::{Attributes, Event, Limits, Source};
use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

/// A node's number in its tree. It stays the node's own, even while that is detached. Given to another tree it means whatever node has
/// that number there, or panics if none has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// No node.
const NONE: u32 = u32::MAX;
/// What the root, and comments beside it, hang on.
const FILE: NodeId = NodeId(0);

/// A piece of a tree's text store.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    File,
    Element,
    Text,
    CData,
    Comment,
    Instruction,
    Doctype,
}

#[derive(Debug, Clone, Copy)]
struct Data {
    sort: Sort,
    parent: u32,
    first: u32,
    last: u32,
    previous: u32,
    next: u32,
    first_attribute: u32,
    attributes: u32,
    /// An element's name; of anything else its text.
    text: Span,
    position: Position,
}

#[derive(Debug, Clone, Copy)]
struct AttributeData {
    name: Span,
    value: Span,
}

/// A file as a tree.
#[derive(Clone)]
pub struct Tree {
    nodes: Vec<Data>,
    attributes: Vec<AttributeData>,
    text: String,
    root: u32,
}

/// What a node is.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'t> {
    /// An element.
    Element(Element<'t>),
    /// Text.
    Text(&'t str),
    /// Text that was written as `<![CDATA[…]]>`. It is written back with references.
    CData(&'t str),
    /// A comment.
    Comment(&'t str),
    /// `<?target data?>`
    Instruction {
        /// Its first word.
        target: &'t str,
        /// The rest.
        data: &'t str,
    },
    /// What stands between `<!DOCTYPE` and `>`.
    Doctype(&'t str),
}

/// A node, to look at.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
}

/// An element, to look at.
#[derive(Clone, Copy)]
pub struct Element<'t> {
    tree: &'t Tree,
    id: NodeId,
}

/// An element, to change.
pub struct ElementMut<'t> {
    tree: &'t mut Tree,
    id: NodeId,
}

impl Tree {
    /// A root and nothing else.
    pub fn new(root: &str) -> Tree {
        let mut tree = Tree::empty(0, 0, 0);
        let root = tree.create_element(root);
        tree.hang(FILE, root);
        tree.root = root.0;
        tree
    }

    /// An element and all that is in it as a tree of its own.
    pub fn copy_of(element: Element<'_>) -> Tree {
        let mut tree = Tree::empty(0, 0, 0);
        let root = tree.create_copy(element);
        tree.hang(FILE, root);
        tree.root = root.0;
        tree
    }

    /// Reads a whole file.
    pub fn read(bytes: impl BufRead, limits: Limits) -> Result<Tree, Error> {
        let mut source = Source::new(bytes, limits);
        let mut growth = Growth::new(Tree::empty(0, 0, 0));
        while let Some(event) = source.next()? {
            growth.take(&event);
            if growth.size() > limits.nodes {
                return Err(Error::TooMany {
                    at: source.place(),
                    limit: limits.nodes,
                });
            }
        }
        Ok(growth.tree)
    }

    /// Reads a whole text, within the usual limits.
    pub fn parse(text: &str) -> Result<Tree, Error> {
        Tree::read(text.as_bytes(), Limits::default())
    }

    /// With room for so many nodes, attributes and bytes of text.
    fn empty(nodes: usize, attributes: usize, text: usize) -> Tree {
        let mut tree = Tree {
            nodes: Vec::with_capacity(nodes + 1),
            attributes: Vec::with_capacity(attributes),
            text: String::with_capacity(text),
            root: NONE,
        };
        tree.create(Sort::File, Span::default(), Position::NONE);
        tree
    }

    /// The root element.
    pub fn root(&self) -> Element<'_> {
        Element {
            tree: self,
            id: NodeId(self.root),
        }
    }

    /// What stands at the top of the file, in order: the root, and any DOCTYPE, comments and instructions beside it.
    pub fn top(&self) -> Children<'_> {
        Children {
            tree: self,
            next: self.data(FILE).first,
        }
    }

    /// The node with this number.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// The element with this number; `None` for another kind of node.
    pub fn element(&self, id: NodeId) -> Option<Element<'_>> {
        self.node(id).as_element()
    }

    /// The root, to change.
    pub fn root_mut(&mut self) -> ElementMut<'_> {
        let id = NodeId(self.root);
        ElementMut { tree: self, id }
    }

    /// The element with this number, to change.
    ///
    /// # Panics
    /// If the node is no element.
    pub fn edit(&mut self, id: NodeId) -> ElementMut<'_> {
        assert_eq!(self.data(id).sort, Sort::Element, "{id:?} is no element");
        ElementMut { tree: self, id }
    }

    #[inline]
    fn data(&self, id: NodeId) -> &Data {
        &self.nodes[id.0 as usize]
    }

    #[inline]
    fn data_mut(&mut self, id: NodeId) -> &mut Data {
        &mut self.nodes[id.0 as usize]
    }

    #[inline]
    fn str(&self, span: Span) -> &str {
        &self.text[span.start..span.end]
    }

    #[inline]
    fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span {
            start,
            end: self.text.len(),
        }
    }

    fn attributes_of(&self, id: NodeId) -> &[AttributeData] {
        let data = self.data(id);
        let first = data.first_attribute as usize;
        &self.attributes[first..first + data.attributes as usize]
    }

    #[inline]
    fn create(&mut self, sort: Sort, text: Span, position: Position) -> NodeId {
        // 2^32 nodes take 300 GB.
        let id = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        assert_ne!(id, NONE, "a tree has at most 2^32 - 1 nodes");
        self.nodes.push(Data {
            sort,
            parent: NONE,
            first: NONE,
            last: NONE,
            previous: NONE,
            next: NONE,
            first_attribute: 0,
            attributes: 0,
            text,
            position,
        });
        NodeId(id)
    }
}

/// Changing a tree.
impl Tree {
    /// An element that hangs nowhere yet.
    pub fn create_element(&mut self, name: &str) -> NodeId {
        let name = self.keep(name);
        self.create(Sort::Element, name, Position::NONE)
    }

    /// A text that hangs nowhere yet.
    pub fn create_text(&mut self, text: &str) -> NodeId {
        let text = self.keep(text);
        self.create(Sort::Text, text, Position::NONE)
    }

    /// A comment that hangs nowhere yet.
    pub fn create_comment(&mut self, text: &str) -> NodeId {
        let text = self.keep(text);
        self.create(Sort::Comment, text, Position::NONE)
    }

    /// A copy of an element with all that is in it, of this tree's sort or another's; it hangs nowhere yet. Positions are copied too.
    pub fn create_copy(&mut self, of: Element<'_>) -> NodeId {
        let from = of.tree;
        let top = self.copy_one(from, of.id);
        let (mut source, mut target) = (of.id, top);
        loop {
            let data = from.data(source);
            if data.first != NONE {
                source = NodeId(data.first);
            } else {
                // Up to the next one that has a sibling.
                while source != of.id && from.data(source).next == NONE {
                    source = NodeId(from.data(source).parent);
                    target = NodeId(self.data(target).parent);
                }
                if source == of.id {
                    return top;
                }
                source = NodeId(from.data(source).next);
                target = NodeId(self.data(target).parent);
            }
            let copied = self.copy_one(from, source);
            self.hang(target, copied);
            target = copied;
        }
    }

    fn copy_one(&mut self, from: &Tree, id: NodeId) -> NodeId {
        let data = from.data(id);
        let text = self.keep(from.str(data.text));
        let copied = self.create(data.sort, text, data.position);
        let first_attribute = small(self.attributes.len());
        for attribute in from.attributes_of(id) {
            let name = self.keep(from.str(attribute.name));
            let value = self.keep(from.str(attribute.value));
            self.attributes.push(AttributeData { name, value });
        }
        let copy = self.data_mut(copied);
        (copy.first_attribute, copy.attributes) = (first_attribute, data.attributes);
        copied
    }

    /// Makes `node` the last child of `parent`, wherever it hung before.
    ///
    /// # Panics
    /// If `parent` is no element, or `node` is `parent` or around it.
    pub fn append(&mut self, parent: NodeId, node: NodeId) {
        self.check_fit(parent, node);
        self.detach(node);
        self.hang(parent, node);
    }

    /// Makes `node` the sibling before `sibling`, wherever it hung before.
    ///
    /// # Panics
    /// If `sibling` is the root or hangs nowhere, or `node` is `sibling` or around it.
    pub fn insert_before(&mut self, sibling: NodeId, node: NodeId) {
        let parent = NodeId(self.data(sibling).parent);
        assert_ne!(sibling, node, "a node beside itself");
        self.check_fit(parent, node);
        self.detach(node);
        let previous = self.data(sibling).previous;
        let data = self.data_mut(node);
        (data.parent, data.previous, data.next) = (parent.0, previous, sibling.0);
        self.data_mut(sibling).previous = node.0;
        if previous == NONE {
            self.data_mut(parent).first = node.0;
        } else {
            self.data_mut(NodeId(previous)).next = node.0;
        }
    }

    /// Takes a node out of its parent, with all that is in it. Its number stays good. The root stays where it is.
    pub fn detach(&mut self, node: NodeId) {
        let Data {
            parent,
            previous,
            next,
            ..
        } = *self.data(node);
        if parent == NONE || node.0 == self.root {
            return;
        }
        if previous == NONE {
            self.data_mut(NodeId(parent)).first = next;
        } else {
            self.data_mut(NodeId(previous)).next = next;
        }
        if next == NONE {
            self.data_mut(NodeId(parent)).last = previous;
        } else {
            self.data_mut(NodeId(next)).previous = previous;
        }
        let data = self.data_mut(node);
        (data.parent, data.previous, data.next) = (NONE, NONE, NONE);
    }

    /// Puts the children of an element into this order; those that are not named keep theirs, behind the named.
    ///
    /// # Panics
    /// If one that is named is no child of `parent`.
    pub fn reorder(&mut self, parent: NodeId, order: &[NodeId]) {
        for child in order {
            assert_eq!(self.data(*child).parent, parent.0, "{child:?} is no child");
        }
        let first_unnamed = self.create_text("");
        match self.data(parent).first {
            NONE => return,
            first => self.insert_before(NodeId(first), first_unnamed),
        }
        for child in order {
            self.insert_before(first_unnamed, *child);
        }
        self.detach(first_unnamed);
    }

    /// Gives an element another name.
    ///
    /// # Panics
    /// If the node is no element.
    pub fn rename(&mut self, element: NodeId, name: &str) {
        self.edit(element);
        let name = self.keep(name);
        self.data_mut(element).text = name;
    }

    /// Puts another text into a text, CDATA or comment.
    ///
    /// # Panics
    /// If the node is none of these.
    pub fn set_text(&mut self, node: NodeId, text: &str) {
        let sort = self.data(node).sort;
        assert!(
            matches!(sort, Sort::Text | Sort::CData | Sort::Comment),
            "{node:?} has no text of its own"
        );
        let text = self.keep(text);
        self.data_mut(node).text = text;
    }

    /// Sets one attribute; a new one comes last.
    ///
    /// # Panics
    /// If the node is no element.
    pub fn set_attribute(&mut self, element: NodeId, name: &str, value: &str) {
        self.edit(element);
        let value = self.keep(value);
        let first = self.data(element).first_attribute as usize;
        let known = self
            .attributes_of(element)
            .iter()
            .position(|attribute| self.str(attribute.name) == name);
        if let Some(at) = known {
            self.attributes[first + at].value = value;
            return;
        }
        let name = self.keep(name);
        let count = self.data(element).attributes as usize;
        if first + count != self.attributes.len() {
            // Others follow: these move to the end.
            let moved = small(self.attributes.len());
            self.attributes.extend_from_within(first..first + count);
            self.data_mut(element).first_attribute = moved;
        }
        self.attributes.push(AttributeData { name, value });
        self.data_mut(element).attributes += 1;
    }

    /// Takes one attribute away; whether it was there.
    pub fn remove_attribute(&mut self, element: NodeId, name: &str) -> bool {
        let count = self.data(element).attributes;
        self.retain_attributes(element, |known, _| known != name);
        self.data(element).attributes < count
    }

    /// Keeps the attributes of which `keep(name, value)` is true.
    pub fn retain_attributes(&mut self, element: NodeId, mut keep: impl FnMut(&str, &str) -> bool) {
        let first = self.data(element).first_attribute as usize;
        let count = self.data(element).attributes as usize;
        let mut kept = first;
        for at in first..first + count {
            let AttributeData { name, value } = self.attributes[at];
            if keep(self.str(name), self.str(value)) {
                self.attributes.swap(kept, at);
                kept += 1;
            }
        }
        self.data_mut(element).attributes = small(kept - first);
    }

    /// Puts the attributes of an element into the order of their names.
    pub fn sort_attributes(&mut self, element: NodeId) {
        let first = self.data(element).first_attribute as usize;
        let count = self.data(element).attributes as usize;
        let Tree {
            attributes, text, ..
        } = self;
        attributes[first..first + count]
            .sort_by_key(|attribute| &text[attribute.name.start..attribute.name.end]);
    }

    fn check_fit(&self, parent: NodeId, node: NodeId) {
        assert!(
            parent.0 != NONE && self.data(parent).sort == Sort::Element,
            "only an element has children"
        );
        assert!(
            node != FILE && node.0 != self.root,
            "the root hangs where it is"
        );
        if self.data(node).first == NONE {
            assert_ne!(parent, node, "a node in itself");
            return;
        }
        let mut around = parent.0;
        while around != NONE {
            assert_ne!(around, node.0, "a node in itself");
            around = self.data(NodeId(around)).parent;
        }
    }

    #[inline]
    fn hang(&mut self, parent: NodeId, node: NodeId) {
        let last = self.data(parent).last;
        let data = self.data_mut(node);
        (data.parent, data.previous, data.next) = (parent.0, last, NONE);
        if last == NONE {
            self.data_mut(parent).first = node.0;
        } else {
            self.data_mut(NodeId(last)).next = node.0;
        }
        self.data_mut(parent).last = node.0;
    }
}

fn small(count: usize) -> u32 {
    // 2^32 attributes take 130 GB.
    u32::try_from(count).unwrap_or(NONE)
}

/// How much room a tree takes; a guess for the next one of its sort.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Room {
    nodes: usize,
    attributes: usize,
    text: usize,
}

impl Room {
    /// A little more than `tree` took, and never much.
    pub(crate) fn like(tree: &Tree) -> Room {
        let some_more = |count: usize, most: usize| (count + count / 8).min(most);
        Room {
            nodes: some_more(tree.nodes.len(), 1 << 12),
            attributes: some_more(tree.attributes.len(), 1 << 12),
            text: some_more(tree.text.len(), 1 << 16),
        }
    }
}

/// A tree as it grows out of a source's events.
pub(crate) struct Growth {
    pub(crate) tree: Tree,
    open: NodeId,
}

impl Growth {
    pub(crate) fn new(tree: Tree) -> Growth {
        Growth { tree, open: FILE }
    }

    /// With room for so much.
    pub(crate) fn roomy(room: Room) -> Growth {
        Growth::new(Tree::empty(room.nodes, room.attributes, room.text))
    }

    /// How many nodes and attributes there are.
    pub(crate) fn size(&self) -> usize {
        self.tree.nodes.len() + self.tree.attributes.len()
    }

    #[inline]
    pub(crate) fn take(&mut self, event: &Event<'_>) {
        match *event {
            Event::Declaration { .. } => {}
            Event::Start {
                name,
                attributes,
                position,
                ..
            } => self.start(name, attributes, position),
            Event::End { .. } => {
                self.open = NodeId(self.tree.data(self.open).parent);
            }
            Event::Text { text, position } => self.leaf(Sort::Text, text, position),
            Event::CData { text, position } => self.leaf(Sort::CData, text, position),
            Event::Comment { text, position } => self.leaf(Sort::Comment, text, position),
            Event::Doctype { text, position } => self.leaf(Sort::Doctype, text, position),
            Event::Instruction {
                target,
                data,
                position,
            } => {
                let text = if data.is_empty() {
                    target.to_owned()
                } else {
                    format!("{target} {data}")
                };
                self.leaf(Sort::Instruction, &text, position);
            }
        }
    }

    #[inline]
    fn leaf(&mut self, sort: Sort, text: &str, position: Position) {
        let text = self.tree.keep(text);
        let node = self.tree.create(sort, text, position);
        self.tree.hang(self.open, node);
    }

    #[inline]
    fn start(&mut self, name: &str, attributes: Attributes<'_>, position: Position) {
        let name = self.tree.keep(name);
        let node = self.tree.create(Sort::Element, name, position);
        if !attributes.is_empty() {
            let first = small(self.tree.attributes.len());
            for attribute in attributes {
                let name = self.tree.keep(attribute.name);
                let value = self.tree.keep(attribute.value);
                self.tree.attributes.push(AttributeData { name, value });
            }
            let data = self.tree.data_mut(node);
            data.first_attribute = first;
            data.attributes = small(attributes.len());
        }
        self.tree.hang(self.open, node);
        if self.open == FILE {
            self.tree.root = node.0;
        }
        self.open = node;
    }
}

impl<'t> Node<'t> {
    /// Its number.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// What it is.
    pub fn kind(self) -> Kind<'t> {
        let data = self.tree.data(self.id);
        let text = self.tree.str(data.text);
        match data.sort {
            // The file itself is never handed out.
            Sort::File | Sort::Element => Kind::Element(Element {
                tree: self.tree,
                id: self.id,
            }),
            Sort::Text => Kind::Text(text),
            Sort::CData => Kind::CData(text),
            Sort::Comment => Kind::Comment(text),
            Sort::Instruction => {
                let (target, data) = text.split_once(' ').unwrap_or((text, ""));
                Kind::Instruction { target, data }
            }
            Sort::Doctype => Kind::Doctype(text),
        }
    }

    /// The element that it is.
    pub fn as_element(self) -> Option<Element<'t>> {
        match self.kind() {
            Kind::Element(element) => Some(element),
            _ => None,
        }
    }

    /// Its text, if it is text, as CDATA or not.
    pub fn as_text(self) -> Option<&'t str> {
        match self.kind() {
            Kind::Text(text) | Kind::CData(text) => Some(text),
            _ => None,
        }
    }

    /// Where it begins.
    pub fn position(self) -> Position {
        self.tree.data(self.id).position
    }

    /// The element that it is in.
    pub fn parent(self) -> Option<Element<'t>> {
        let parent = self.tree.data(self.id).parent;
        (parent != NONE && parent != FILE.0).then_some(Element {
            tree: self.tree,
            id: NodeId(parent),
        })
    }

    /// The sibling after it.
    pub fn next(self) -> Option<Node<'t>> {
        self.other(self.tree.data(self.id).next)
    }

    /// The sibling before it.
    pub fn previous(self) -> Option<Node<'t>> {
        self.other(self.tree.data(self.id).previous)
    }

    fn other(self, id: u32) -> Option<Node<'t>> {
        (id != NONE).then_some(Node {
            tree: self.tree,
            id: NodeId(id),
        })
    }
}

impl<'t> Element<'t> {
    /// Its number.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The tree that it is in.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// It as a node.
    pub fn as_node(self) -> Node<'t> {
        Node {
            tree: self.tree,
            id: self.id,
        }
    }

    /// Its name.
    pub fn name(self) -> &'t str {
        self.tree.str(self.tree.data(self.id).text)
    }

    /// The value of an attribute.
    pub fn attribute(self, name: &str) -> Option<&'t str> {
        self.attributes()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Names and values, in order.
    pub fn attributes(self) -> impl ExactSizeIterator<Item = (&'t str, &'t str)> + Clone + use<'t> {
        let tree = self.tree;
        tree.attributes_of(self.id)
            .iter()
            .map(move |attribute| (tree.str(attribute.name), tree.str(attribute.value)))
    }

    /// What is directly in it, in order.
    pub fn children(self) -> Children<'t> {
        Children {
            tree: self.tree,
            next: self.tree.data(self.id).first,
        }
    }

    /// The elements directly in it, in order.
    pub fn elements(self) -> impl Iterator<Item = Element<'t>> + Clone + use<'t> {
        self.children().filter_map(Node::as_element)
    }

    /// The elements of this name directly in it, in order.
    pub fn all<'n>(self, name: &'n str) -> impl Iterator<Item = Element<'t>> + Clone + use<'t, 'n> {
        self.elements()
            .filter(move |element| element.name() == name)
    }

    /// The first element of this name directly in it.
    pub fn first(self, name: &str) -> Option<Element<'t>> {
        self.elements().find(|element| element.name() == name)
    }

    /// It and every element in it, at any depth, in the order of the file.
    pub fn descendants(self) -> impl Iterator<Item = Element<'t>> + Clone + use<'t> {
        self.walk().filter_map(|step| match step {
            Step::Enter(node) => node.as_element(),
            Step::Leave(_) => None,
        })
    }

    /// The way through it and everything in it, in the order of the file.
    pub fn walk(self) -> Walk<'t> {
        Walk {
            tree: self.tree,
            top: self.id,
            next: Some(Step::Enter(self.as_node())),
        }
    }

    /// The text directly in it, without that of the elements in it.
    pub fn text(self) -> Cow<'t, str> {
        let mut texts = self.children().filter_map(Node::as_text);
        let Some(first) = texts.next() else {
            return Cow::Borrowed("");
        };
        match texts.next() {
            None => Cow::Borrowed(first),
            Some(second) => {
                let mut all = [first, second].concat();
                all.extend(texts);
                Cow::Owned(all)
            }
        }
    }

    /// The element that it is in; none for the root.
    pub fn parent(self) -> Option<Element<'t>> {
        self.as_node().parent()
    }

    /// Where its tag begins.
    pub fn position(self) -> Position {
        self.as_node().position()
    }

    /// Its position and path.
    pub fn place(self) -> Place {
        Place::new(self.position(), &self.path())
    }

    /// Such as `/database/form[2]/body`: the number among siblings of the same name stands where there are several.
    pub fn path(self) -> String {
        let mut steps = Vec::new();
        let mut here = Some(self);
        while let Some(element) = here {
            here = element.parent();
            steps.push(element.step_in(here));
        }
        steps.reverse();
        steps.concat()
    }

    fn step_in(self, parent: Option<Element<'t>>) -> String {
        let name = self.name();
        let mut of_the_name = parent.into_iter().flat_map(|parent| parent.all(name));
        let number = of_the_name.position(|element| element.id == self.id);
        match number {
            None => format!("/{name}"),
            Some(0) if of_the_name.next().is_none() => format!("/{name}"),
            Some(before) => format!("/{name}[{}]", before + 1),
        }
    }
}

impl ElementMut<'_> {
    /// Its number.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// It, to look at.
    pub fn as_element(&self) -> Element<'_> {
        Element {
            tree: self.tree,
            id: self.id,
        }
    }

    /// Sets an attribute; a new one comes last.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.tree.set_attribute(self.id, name, value);
        self
    }

    /// A new element as its last child.
    pub fn append(&mut self, name: &str) -> ElementMut<'_> {
        let id = self.tree.create_element(name);
        self.tree.hang(self.id, id);
        ElementMut {
            tree: self.tree,
            id,
        }
    }

    /// A text as its last child.
    pub fn append_text(&mut self, text: &str) -> &mut Self {
        let id = self.tree.create_text(text);
        self.tree.hang(self.id, id);
        self
    }

    /// A comment as its last child.
    pub fn append_comment(&mut self, text: &str) -> &mut Self {
        let id = self.tree.create_comment(text);
        self.tree.hang(self.id, id);
        self
    }

    /// A copy of an element, of any tree but this, as its last child.
    pub fn append_copy(&mut self, of: Element<'_>) -> &mut Self {
        let id = self.tree.create_copy(of);
        self.tree.hang(self.id, id);
        self
    }

    /// Takes all that is in it away.
    pub fn clear(&mut self) -> &mut Self {
        while self.tree.data(self.id).first != NONE {
            let first = NodeId(self.tree.data(self.id).first);
            self.tree.detach(first);
        }
        self
    }
}

/// Nodes beside each other.
#[derive(Clone)]
pub struct Children<'t> {
    tree: &'t Tree,
    next: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        let id = NodeId(self.next);
        if self.next == NONE {
            return None;
        }
        self.next = self.tree.data(id).next;
        Some(Node {
            tree: self.tree,
            id,
        })
    }
}

/// A step of a [`Walk`].
#[derive(Debug, Clone, Copy)]
pub enum Step<'t> {
    /// Into an element, or by any other node.
    Enter(Node<'t>),
    /// Out of an element.
    Leave(Element<'t>),
}

/// The way through an element, without recursion.
#[derive(Clone)]
pub struct Walk<'t> {
    tree: &'t Tree,
    top: NodeId,
    next: Option<Step<'t>>,
}

impl<'t> Iterator for Walk<'t> {
    type Item = Step<'t>;

    fn next(&mut self) -> Option<Step<'t>> {
        let step = self.next?;
        let id = match step {
            Step::Enter(node) => node.id,
            Step::Leave(element) => element.id,
        };
        let data = self.tree.data(id);
        self.next = match step {
            Step::Enter(node) if data.sort == Sort::Element => match data.first {
                NONE => node.as_element().map(Step::Leave),
                first => Some(Step::Enter(self.at(first))),
            },
            _ if id == self.top => None,
            _ => match data.next {
                NONE => self.at(data.parent).as_element().map(Step::Leave),
                next => Some(Step::Enter(self.at(next))),
            },
        };
        Some(step)
    }
}

impl<'t> Walk<'t> {
    fn at(&self, id: u32) -> Node<'t> {
        Node {
            tree: self.tree,
            id: NodeId(id),
        }
    }
}

/// What counts when trees are compared: texts beside each other are one, CDATA or not, and empty ones are none.
#[derive(PartialEq)]
enum Mark<'t> {
    Enter(&'t str, Vec<(&'t str, &'t str)>),
    Leave,
    Text(Cow<'t, str>),
    Other(Sort, &'t str),
}

struct Marks<'t> {
    walk: std::iter::Peekable<Walk<'t>>,
}

impl<'t> Marks<'t> {
    fn of(element: Element<'t>) -> Self {
        Marks {
            walk: element.walk().peekable(),
        }
    }
}

impl<'t> Iterator for Marks<'t> {
    type Item = Mark<'t>;

    fn next(&mut self) -> Option<Mark<'t>> {
        loop {
            let node = match self.walk.next()? {
                Step::Leave(_) => return Some(Mark::Leave),
                Step::Enter(node) => node,
            };
            if let Some(element) = node.as_element() {
                let mut attributes: Vec<_> = element.attributes().collect();
                attributes.sort_unstable();
                return Some(Mark::Enter(element.name(), attributes));
            }
            let Some(text) = node.as_text() else {
                let data = node.tree.data(node.id);
                return Some(Mark::Other(data.sort, node.tree.str(data.text)));
            };
            let mut text = Cow::Borrowed(text);
            while let Some(Step::Enter(next)) = self.walk.peek()
                && let Some(more) = next.as_text()
            {
                text += more;
                self.walk.next();
            }
            if !text.is_empty() {
                return Some(Mark::Text(text));
            }
        }
    }
}

/// Equal are trees with the same elements, attributes (in any order), texts with their white space, comments and instructions in the same
/// order. Positions, and whether a text was CDATA, do not count; nor does what stands beside the root.
impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (mut left, mut right) = (Marks::of(*self), Marks::of(*other));
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some(left), Some(right)) if left == right => {}
                _ => return false,
            }
        }
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.to_xml().unwrap_or_else(|why| why.to_string());
        f.write_str(&shown)
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Element(element) => element.fmt(f),
            other => other.fmt(f),
        }
    }
}

impl fmt::Debug for ElementMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_element().fmt(f)
    }
}

#[cfg(test)]
mod tests;
