//! What a repository should keep of an export: an order that is always the same, and nothing that changes by itself.
//!
//! Taken out is what servers write and no developer means: note ids, UNIDs and sequence numbers, dates and names of who saved, revisions,
//! signatures, run data of agents, the history of the access control list, size and replica id of the database, the release that
//! exported it. An id stays if something else in the file points to it. Notes, items, entries of the access control list, roles, code
//! and attributes are put into an order of their own; script libraries come before what uses them. Between elements every line begins
//! where it always does. What counts is kept to the byte: text, scripts, formulas, all that stands in a paragraph, comments. How it is
//! written has one spelling: UTF-8, LF, text rather than CDATA, references for `&`, `<` and `>` only, and in attributes for apostrophes.
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
use crate::schema::Content;
use crate::tree::{Element, Node, NodeId, Step, Tree};
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

/// Cleans a whole file.
pub fn clean(tree: &mut Tree) {
    let pointed_to = ids_pointed_to(tree.root());
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
        clean_attributes(tree, id, &pointed_to);
        strip_elements(tree, id, &pointed_to);
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
    }
}

/// The ids of notes and databases that stand anywhere but at what they are the ids of.
fn ids_pointed_to(root: Element<'_>) -> HashSet<String> {
    let mut ids = HashSet::new();
    let mut stripped = 0;
    for step in root.walk() {
        let (element, entered) = match step {
            Step::Leave(element) => (element, false),
            Step::Enter(node) => match node.as_element() {
                Some(element) => (element, true),
                None => continue,
            },
        };
        let parent = element.parent().map(Element::name);
        if element.id() != root.id() && meaning::fate_of_element(element, parent).is_some() {
            stripped += if entered { 1 } else { -1 };
        } else if entered && stripped == 0 {
            ids.extend(meaning::pointers(element).map(std::borrow::Cow::into_owned));
        }
    }
    ids
}

fn clean_attributes(tree: &mut Tree, id: NodeId, pointed_to: &HashSet<String>) {
    let Some(element) = tree.element(id) else {
        return;
    };
    let name = element.name().to_owned();
    let is_kept = |attribute: &str, value: &str| {
        if name == "noteinfo" {
            return attribute == "unid" && is_pointed_to(value, pointed_to);
        }
        match meaning::fate_of_attribute(&name, attribute) {
            Some(Fate::Stripped) => attribute == "replicaid" && is_pointed_to(value, pointed_to),
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

fn is_pointed_to(value: &str, pointed_to: &HashSet<String>) -> bool {
    meaning::as_id(value).is_some_and(|value| pointed_to.contains(value.as_ref()))
}

fn strip_elements(tree: &mut Tree, id: NodeId, pointed_to: &HashSet<String>) {
    let Some(parent) = tree.element(id) else {
        return;
    };
    let is_stripped = |child: &Element<'_>| {
        meaning::fate_of_element(*child, Some(parent.name())) == Some(Fate::Stripped)
    };
    let stripped: Vec<NodeId> = parent
        .elements()
        .filter(is_stripped)
        .map(Element::id)
        .collect();
    for child in stripped {
        let unid = tree
            .element(child)
            .filter(|child| child.name() == "noteinfo")
            .and_then(|noteinfo| noteinfo.attribute("unid"));
        if unid.is_some_and(|unid| is_pointed_to(unid, pointed_to)) {
            tree.edit(child).clear();
        } else {
            tree.detach(child);
        }
    }
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
