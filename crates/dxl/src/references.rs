//! Ids by which elements of one file mean each other: which definition a paragraph has, which shared action a form shows. The numbers are
//! the exporter's; what counts is what they mean.

use crate::tree::{Element, NodeId, Step};
use std::collections::HashMap;

/// The attribute that others point to an element by, if that is within its own file. Elsewhere an id counts as it is written: other files
/// may point to it.
pub(crate) fn own_id(element: Element<'_>) -> Option<&'static str> {
    match element.name() {
        "pardef" => Some("id"),
        "action" if is_shared_in_database(element) => Some("id"),
        _ => None,
    }
}

fn is_shared_in_database(action: Element<'_>) -> bool {
    let list = action
        .parent()
        .filter(|list| list.name() == "sharedactions");
    let around = list.and_then(Element::parent);
    around.is_some_and(|around| around.name() == "database")
}

/// The attribute by which an element points to a definition.
pub(crate) fn pointer(element: &str) -> Option<&'static str> {
    match element {
        "par" => Some("def"),
        "sectiontitle" => Some("pardef"),
        "sharedactionref" => Some("id"),
        _ => None,
    }
}

/// What each reference in a tree, or a part of one, means.
#[derive(Debug, Default)]
pub(crate) struct References {
    meant: HashMap<NodeId, NodeId>,
    has_lost_paragraphs: bool,
}

impl References {
    /// Of an element and all that is in it. A paragraph means the last definition of that id before it in the same rich text; of what is
    /// defined twice, what comes between has the first.
    pub(crate) fn within(root: Element<'_>) -> References {
        let mut found = References::default();
        let mut shared: HashMap<&str, NodeId> = HashMap::new();
        for action in shared_actions(root) {
            if let Some(id) = action.attribute("id") {
                shared.entry(id).or_insert(action.id());
            }
        }
        let mut paragraphs: Vec<HashMap<&str, NodeId>> = Vec::new();
        for step in root.walk() {
            match step {
                Step::Enter(node) => {
                    let Some(element) = node.as_element() else {
                        continue;
                    };
                    if element.name() == "richtext" {
                        paragraphs.push(HashMap::new());
                    }
                    let Some(id) = pointer(element.name()).and_then(|id| element.attribute(id))
                    else {
                        continue;
                    };
                    let is_paragraph = element.name() != "sharedactionref";
                    let known = match is_paragraph {
                        true => paragraphs.last(),
                        false => Some(&shared),
                    };
                    match known.and_then(|known| known.get(id)) {
                        Some(definition) => {
                            found.meant.insert(element.id(), *definition);
                        }
                        None => found.has_lost_paragraphs |= is_paragraph,
                    }
                }
                Step::Leave(element) if element.name() == "richtext" => {
                    paragraphs.pop();
                }
                Step::Leave(element) if element.name() == "pardef" => {
                    if let (Some(known), Some(id)) =
                        (paragraphs.last_mut(), element.attribute("id"))
                    {
                        known.insert(id, element.id());
                    }
                }
                Step::Leave(_) => {}
            }
        }
        found
    }

    /// The definition that an element points to.
    pub(crate) fn meant_by(&self, element: NodeId) -> Option<NodeId> {
        self.meant.get(&element).copied()
    }

    /// Whether a paragraph points to a definition that is not there.
    pub(crate) fn has_lost_paragraphs(&self) -> bool {
        self.has_lost_paragraphs
    }
}

/// The actions that the notes of a database share.
pub(crate) fn shared_actions<'t>(root: Element<'t>) -> impl Iterator<Item = Element<'t>> {
    let lists = root
        .all("sharedactions")
        .filter(move |_| root.name() == "database");
    lists.flat_map(|list| list.all("action"))
}
