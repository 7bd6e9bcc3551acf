//! What a repository should keep of an export: an order that is always the same, and nothing that changes by itself.
//!
//! Taken out is what servers write and no developer means: note ids, UNIDs and sequence numbers, dates and names of who saved, revisions,
//! signatures, run data of agents, the history of the access control list, size and replica id of the database, the release that
//! exported it, LotusScript compiled beside its source. An id stays if something points to it ([`Links`]), and so does the date at which
//! a document was made. Dates of files in design elements, which must be there, become one and the same, and paragraph definitions are
//! numbered in the order in which they stand. Notes, items, entries of the
//! access control list, roles, code and attributes are put into an order of their own; script libraries come before what uses them.
//! Between elements every line begins where it always does. What counts is kept to the byte: text, scripts, formulas, all that stands in
//! a paragraph, comments. How it is written has one spelling: UTF-8, LF, text rather than CDATA, references for `&`, `<` and `>` only,
//! and in attributes for apostrophes.
//!
//! Cleaned twice is the same as cleaned once, and [`diff`](fn@crate::diff::diff) finds nothing between a file and its cleaned self.
//!
//! ```
//! use dxl::{Tree, clean::clean};
//!
//! let mut tree = Tree::parse("<form name='Boat' version='12.0'><noteinfo unid='85257C43005FA91585257C43005FA915'/><body><richtext/></body>
//!     <item name='b'><text>2</text></item><item name='a'><text>1</text></item></form>")?;
//! clean(&mut tree);
//! assert_eq!(tree.to_xml()?, "<?xml version='1.0' encoding='utf-8'?>
//! <form name='Boat'>
//! <body><richtext/></body>
//! <item name='a'><text>1</text></item>
//! <item name='b'><text>2</text></item>
//! </form>
//! ");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::meaning::{self, Fate};
use crate::references::{References, pointer};
use crate::schema::Content;
use crate::source::is_name;
use crate::tree::{Element, Kind, Node, NodeId, Step, Tree};
use crate::uses::Uses;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// Elements whose children stand on lines of their own, besides notes.
const LINES: &[&str] = &[
    "acl",
    "actionbar",
    "block",
    "database",
    "datetimelist",
    "globals",
    "javaproject",
    "launchsettings",
    "numberlist",
    "richtext",
    "section",
    "table",
    "tablecell",
    "tablerow",
    "textlist",
    "textproperties",
    "viewentries",
];

/// The ids of notes and databases that something points to, gathered from one file or from several that belong together: what they are
/// the ids of keeps them.
#[derive(Debug, Clone, Default)]
pub struct Links {
    ids: HashSet<Id>,
}

/// An id of 16 or of 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Id {
    Database(u64),
    Note(u128),
}

impl Id {
    fn of(value: &str) -> Option<Id> {
        match value.len() {
            16 => u64::from_str_radix(value, 16).ok().map(Id::Database),
            32 => u128::from_str_radix(value, 16).ok().map(Id::Note),
            _ => None,
        }
    }
}

impl Links {
    /// None as yet.
    pub fn new() -> Links {
        Links::default()
    }

    /// So many different ids are pointed to. Each takes 64 bytes or so.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nothing points anywhere.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Adds the ids that stand in a file anywhere but at what they are the ids of, and in what clean leaves of it.
    pub fn gather(&mut self, tree: &Tree) {
        let root = tree.root();
        let mut compiled = HashSet::new();
        let mut taken_out = 0;
        for step in root.walk() {
            let (element, entered) = match step {
                Step::Leave(element) => (element, false),
                Step::Enter(node) => match node.as_element() {
                    Some(element) => (element, true),
                    None => continue,
                },
            };
            if entered {
                compiled.extend(meaning::compiled_items(element));
            }
            let is_taken_out = element.id() != root.id()
                && (meaning::fate_of_element(element).is_some()
                    || compiled.contains(&element.id()));
            if is_taken_out {
                taken_out += if entered { 1 } else { -1 };
            } else if entered && taken_out == 0 {
                let pointers = meaning::pointers(element);
                self.ids.extend(pointers.filter_map(|id| Id::of(&id)));
            }
        }
    }

    fn points_to(&self, value: &str) -> bool {
        meaning::as_id(value)
            .and_then(|value| Id::of(&value))
            .is_some_and(|id| self.ids.contains(&id))
    }
}

/// Cleans a whole file; what its own links point to keeps its id.
pub fn clean(tree: &mut Tree) {
    let mut links = Links::new();
    links.gather(tree);
    clean_among(tree, &links);
}

/// Cleans one of several files that belong together. `links` has those of all, its own as well; each file is to be gathered as it was
/// read, or as it was cleaned: the links are the same.
pub fn clean_among(tree: &mut Tree, links: &Links) {
    drop_doctype(tree);
    // What is inside comes first: notes are told apart by what is left of them.
    let inside_out: Vec<NodeId> = tree
        .root()
        .walk()
        .filter_map(|step| match step {
            Step::Leave(element) => Some(element.id()),
            Step::Enter(_) => None,
        })
        .collect();
    for id in inside_out {
        clean_attributes(tree, id, links);
        clean_children(tree, id, links);
        if let Some(element) = tree.element(id)
            && is_layout(element)
        {
            let blanks: Vec<NodeId> = element
                .children()
                .filter(|node| meaning::is_blank_node(*node))
                .map(Node::id)
                .collect();
            for blank in blanks {
                tree.detach(blank);
            }
            sort_children(tree, id);
            break_lines(tree, id);
        }
        if is_note(tree, id) {
            number_paragraphs(tree, id);
        }
    }
}

/// Whether an element is a note in its place: in a database, or as a file of its own.
fn is_note(tree: &Tree, id: NodeId) -> bool {
    tree.element(id).is_some_and(|element| {
        meaning::note_rank(element.name()).is_some()
            && element
                .parent()
                .is_none_or(|around| around.name() == "database")
    })
}

/// Numbers the paragraph definitions of a note in the order in which they stand, and what points to them alike. Where a paragraph points
/// to one that is not there, all keep their ids: a new one might be the one that it lacks. So they do where one is no id: that is a mistake,
/// and not for cleaning to hide.
fn number_paragraphs(tree: &mut Tree, note: NodeId) {
    let Some(note) = tree.element(note) else {
        return;
    };
    let references = References::within(note);
    if references.has_lost_paragraphs() {
        return;
    }
    let definitions = || {
        note.descendants()
            .filter(|element| element.name() == "pardef")
    };
    let is_id = |id: &str| !id.is_empty() && is_name(&format!("a{id}"));
    if !definitions().all(|definition| definition.attribute("id").is_some_and(is_id)) {
        return;
    }
    let numbers: HashMap<NodeId, String> = definitions()
        .zip(1_u32..)
        .map(|(definition, number)| (definition.id(), number.to_string()))
        .collect();
    let mut changes = Vec::new();
    for element in note.descendants() {
        let (attribute, definition) = match element.name() {
            "pardef" => (Some("id"), Some(element.id())),
            "par" | "sectiontitle" => (pointer(element.name()), references.meant_by(element.id())),
            _ => continue,
        };
        if let (Some(attribute), Some(number)) =
            (attribute, definition.and_then(|id| numbers.get(&id)))
            && element
                .attribute(attribute)
                .is_some_and(|old| old != number)
        {
            changes.push((element.id(), attribute, number));
        }
    }
    for (element, attribute, number) in changes {
        tree.set_attribute(element, attribute, number);
    }
}

/// It names the release that exported the file, and ends an import.
fn drop_doctype(tree: &mut Tree) {
    let doctypes: Vec<NodeId> = tree
        .top()
        .filter(|node| matches!(node.kind(), Kind::Doctype(_)))
        .map(Node::id)
        .collect();
    for doctype in doctypes {
        tree.detach(doctype);
    }
}

fn clean_attributes(tree: &mut Tree, id: NodeId, links: &Links) {
    let Some(element) = tree.element(id) else {
        return;
    };
    let name = element.name().to_owned();
    let is_kept = |attribute: &str, value: &str| {
        if name == "noteinfo" {
            return attribute == "unid" && links.points_to(value);
        }
        match meaning::fate_of_attribute(&name, attribute) {
            Some(Fate::Stripped) => attribute == "replicaid" && links.points_to(value),
            _ => true,
        }
    };
    if !element
        .attributes()
        .all(|(name, value)| is_kept(name, value))
    {
        tree.retain_attributes(id, is_kept);
    }
    tree.sort_attributes(id);
}

/// Takes out the children that do not count, or what in them does not.
fn clean_children(tree: &mut Tree, id: NodeId, links: &Links) {
    let Some(parent) = tree.element(id) else {
        return;
    };
    let compiled = meaning::compiled_items(parent);
    let fate_of = |child: Element<'_>| match compiled.contains(&child.id()) {
        true => Some(Fate::Stripped),
        false => meaning::fate_of_element(child),
    };
    let fated: Vec<(NodeId, Fate)> = parent
        .elements()
        .filter_map(|child| Some((child.id(), fate_of(child)?)))
        .collect();
    for (child, fate) in fated {
        match fate {
            Fate::Stripped if keeps_unid(tree, child, links) => {
                tree.edit(child).clear();
            }
            Fate::Stripped => tree.detach(child),
            Fate::Evened => {
                let mut element = tree.edit(child);
                element.clear();
                element.append("datetime").append_text(meaning::NO_TIME);
            }
            Fate::PassedOver => {}
        }
    }
}

fn keeps_unid(tree: &Tree, noteinfo: NodeId, links: &Links) -> bool {
    tree.element(noteinfo)
        .filter(|element| element.name() == "noteinfo")
        .and_then(|noteinfo| noteinfo.attribute("unid"))
        .is_some_and(|unid| links.points_to(unid))
}

/// Whether nothing but elements may stand in it and nothing else does, so that white space in it is layout.
fn is_layout(element: Element<'_>) -> bool {
    let declared = meaning::declared(element.name());
    // What stands in an element that must be empty is a mistake, and not for cleaning to hide.
    declared.is_some_and(|declared| matches!(declared.content, Content::Children(_)))
        && element
            .children()
            .all(|node| node.as_text().is_none_or(meaning::is_blank))
}

/// An element among those that are sorted, and the comments before it, which belong to it.
#[derive(Debug)]
struct Sibling {
    key: (usize, bool, String),
    nodes: Vec<NodeId>,
    element: NodeId,
}

/// Sorts those children whose order has no meaning; they share out among them the places that they have, so that all others keep theirs.
fn sort_children(tree: &mut Tree, id: NodeId) {
    let Some(parent) = tree.element(id) else {
        return;
    };
    let name = parent.name().to_owned();
    let mut order: Vec<Place> = Vec::new();
    let mut siblings: Vec<Sibling> = Vec::new();
    let mut comments = Vec::new();
    for node in parent.children() {
        let Some(element) = node.as_element() else {
            comments.push(node.id());
            continue;
        };
        let mut nodes = std::mem::take(&mut comments);
        nodes.push(node.id());
        match meaning::order_key(element, &name) {
            None => order.push(Place::Kept(nodes)),
            Some((rank, key)) => {
                let is_answer = name == "database" && element.attribute("parent").is_some();
                order.push(Place::Sorted(group_of(element, &name)));
                siblings.push(Sibling {
                    key: (rank, is_answer, key),
                    nodes,
                    element: node.id(),
                });
            }
        }
    }
    if siblings.len() < 2 {
        return;
    }
    siblings.sort_by(|one, other| one.key.cmp(&other.key));
    if name == "database" {
        sort_namesakes(tree, &mut siblings);
        sort_libraries(tree, &mut siblings);
    }
    // Items never come to where code stood.
    let mut sorted: HashMap<String, VecDeque<Vec<NodeId>>> = HashMap::new();
    for sibling in siblings {
        if let Some(element) = tree.element(sibling.element) {
            let group = sorted.entry(group_of(element, &name)).or_default();
            group.push_back(sibling.nodes);
        }
    }
    let mut nodes: Vec<NodeId> = Vec::new();
    for place in order {
        match place {
            Place::Kept(kept) => nodes.extend(kept),
            Place::Sorted(group) => nodes.extend(
                sorted
                    .get_mut(&group)
                    .and_then(VecDeque::pop_front)
                    .unwrap_or_default(),
            ),
        }
    }
    nodes.extend(comments);
    if !parent.children().map(Node::id).eq(nodes.iter().copied()) {
        tree.reorder(id, &nodes);
    }
}

/// A place among siblings.
enum Place {
    /// What stands here stays.
    Kept(Vec<NodeId>),
    /// The next in order of this group comes here.
    Sorted(String),
}

/// Among which siblings places are shared out: notes of all kinds, elsewhere elements of one name.
fn group_of(element: Element<'_>, parent: &str) -> String {
    let is_note = parent == "database";
    (if is_note { "" } else { element.name() }).to_owned()
}

/// Notes of one name are put in the order of what is written in them.
fn sort_namesakes(tree: &Tree, siblings: &mut [Sibling]) {
    for namesakes in siblings.chunk_by_mut(|one, other| one.key == other.key) {
        if namesakes.len() > 1 {
            // A tree that was read can be written.
            namesakes.sort_by_cached_key(|sibling| {
                tree.element(sibling.element)
                    .and_then(|note| note.to_xml().ok())
            });
        }
    }
}

/// Puts each script library behind those that it uses; otherwise the order stays.
fn sort_libraries(tree: &Tree, siblings: &mut [Sibling]) {
    let is_library = |sibling: &Sibling| {
        tree.element(sibling.element).map(Element::name) == Some("scriptlibrary")
    };
    let Some(first) = siblings.iter().position(is_library) else {
        return;
    };
    let count = siblings[first..]
        .iter()
        .take_while(|sibling| is_library(sibling))
        .count();
    let libraries = &mut siblings[first..first + count];
    let elements: Vec<Element<'_>> = libraries
        .iter()
        .filter_map(|sibling| tree.element(sibling.element))
        .collect();
    let mut ranks = vec![0; libraries.len()];
    for (rank, library) in used_first(&elements).into_iter().enumerate() {
        ranks[library] = rank;
    }
    let rank_of: HashMap<NodeId, usize> = elements
        .iter()
        .zip(ranks)
        .map(|(element, rank)| (element.id(), rank))
        .collect();
    libraries.sort_by_key(|sibling| rank_of.get(&sibling.element).copied());
}

/// The libraries, used before using. Where they use each other in a circle, the first comes last.
pub(crate) fn used_first(libraries: &[Element<'_>]) -> Vec<usize> {
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    for (at, library) in libraries.iter().enumerate() {
        let names = [library.attribute("name"), library.attribute("alias")];
        for name in names.into_iter().flatten().flat_map(|name| name.split('|')) {
            by_name.entry(name.trim().to_lowercase()).or_insert(at);
        }
    }
    let uses: Vec<Vec<usize>> = libraries
        .iter()
        .map(|library| {
            let used = uses_of(*library);
            used.iter()
                .filter_map(|name| by_name.get(name).copied())
                .collect()
        })
        .collect();
    let mut order = Vec::with_capacity(libraries.len());
    let mut met = vec![false; libraries.len()];
    for start in 0..libraries.len() {
        if std::mem::replace(&mut met[start], true) {
            continue;
        }
        // The way from `start`, and how many of each one's uses were followed.
        let mut way = vec![(start, 0)];
        while let Some((library, followed)) = way.last_mut() {
            match uses[*library].get(*followed) {
                Some(used) => {
                    *followed += 1;
                    if !std::mem::replace(&mut met[*used], true) {
                        way.push((*used, 0));
                    }
                }
                None => {
                    order.push(*library);
                    way.pop();
                }
            }
        }
    }
    order
}

/// What a library names by `Use "…"`, in small letters.
pub(crate) fn uses_of(library: Element<'_>) -> Vec<String> {
    let mut uses = Vec::new();
    let scripts = library
        .descendants()
        .filter(|element| element.name() == "lotusscript");
    for script in scripts {
        let mut reading = Uses::default();
        let text = script.text();
        uses.extend(
            text.lines()
                .filter_map(|line| reading.next(line))
                .map(str::to_lowercase),
        );
    }
    uses
}

/// Puts children on lines of their own where they should be; there is no white space between them so far.
fn break_lines(tree: &mut Tree, id: NodeId) {
    let Some(element) = tree.element(id) else {
        return;
    };
    let name = element.name();
    if !LINES.contains(&name) && meaning::note_rank(name).is_none() {
        return;
    }
    let children: Vec<NodeId> = element.children().map(Node::id).collect();
    for child in &children {
        let line = tree.create_text("\n");
        tree.insert_before(*child, line);
    }
    if !children.is_empty() {
        tree.edit(id).append_text("\n");
    }
}
