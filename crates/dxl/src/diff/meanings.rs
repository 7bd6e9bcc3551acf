//! A tree as a comparison sees it: of each element the parts that count, and a number that is the same where all that counts is.

use crate::meaning::{self, Texts};
use crate::references::{References, own_id, pointer, shared_actions};
use crate::schema::Element as Declared;
use crate::tree::{Element, NodeId, Step, Tree};
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};

/// What ids point to within their own file: by a number, the same in both files where the same is meant.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Notes and the database, by their ids.
    pub(super) ids: HashMap<String, u64>,
    /// Definitions whose partner says something else; any other is told by what it says.
    pub(super) definitions: HashMap<NodeId, u64>,
}

/// Stands for the database itself.
pub(super) const THIS_DATABASE: u64 = 0;
/// Stands for some note of the file; which, is not known yet.
pub(super) const SOME_NOTE: u64 = 1;

/// A part of an element's content.
#[derive(Debug, Clone)]
pub(super) enum Part<'t> {
    Element(Element<'t>),
    /// Text, in one piece whatever comments or CDATA cut it.
    Text {
        first: NodeId,
        text: Cow<'t, str>,
    },
}

/// A tree, and what its elements mean.
pub(super) struct Meanings<'t> {
    pub(super) tree: &'t Tree,
    targets: Targets,
    references: References,
    numbers: HashMap<NodeId, u64>,
    /// Whether anything points to a note of the file.
    pub(super) has_pointers: bool,
}

impl<'t> Meanings<'t> {
    /// Both trees of a comparison have the same `state`, which nobody outside can know: so nobody can make two meanings with one number.
    pub(super) fn of(tree: &'t Tree, targets: Targets, state: &RandomState) -> Meanings<'t> {
        let mut meanings = Meanings {
            tree,
            targets,
            references: References::within(tree.root()),
            numbers: HashMap::new(),
            has_pointers: false,
        };
        // What is pointed to comes before what points to it; paragraph definitions do by themselves.
        for action in shared_actions(tree.root()) {
            meanings.take(action, state);
        }
        meanings.take(tree.root(), state);
        meanings
    }

    fn take(&mut self, root: Element<'t>, state: &RandomState) {
        for step in root.walk() {
            if let Step::Leave(element) = step {
                let number = self.number(element, state);
                self.numbers.insert(element.id(), number);
            }
        }
    }

    /// The number of an element: the same if and, but for one chance in 2⁶⁴, only if all is the same that counts.
    pub(super) fn of_element(&self, element: Element<'_>) -> u64 {
        self.numbers.get(&element.id()).copied().unwrap_or_default()
    }

    /// The number of a part.
    pub(super) fn of_part(&self, part: &Part<'_>, state: &RandomState) -> u64 {
        match part {
            Part::Element(element) => self.of_element(*element),
            Part::Text { text, .. } => state.hash_one(text),
        }
    }

    /// What a whole text says, whatever the ids are.
    pub(super) fn value<'v>(&self, value: &'v str) -> Cow<'v, str> {
        match meaning::as_id(value).and_then(|id| self.targets.ids.get(id.as_ref())) {
            Some(target) => Cow::Owned(format!("\0{target}")),
            None => Cow::Borrowed(value),
        }
    }

    /// What an attribute says, in one spelling and whatever the ids are.
    pub(super) fn said<'v>(
        &self,
        element: Element<'_>,
        name: &str,
        value: &'v str,
    ) -> Cow<'v, str> {
        if let Some(definition) = self.definition(element, name) {
            let number = self.numbers.get(&definition).copied();
            let target = self.targets.definitions.get(&definition).copied();
            return Cow::Owned(format!("\0{}", target.or(number).unwrap_or_default()));
        }
        let is_caseless = matches!((element.name(), name), ("item", "name") | ("code", "event"));
        if is_caseless && value.chars().any(char::is_uppercase) {
            Cow::Owned(value.to_lowercase())
        } else {
            self.value(value)
        }
    }

    /// An id, and what it means here, for people.
    pub(super) fn explained(&self, element: Element<'_>, name: &str, id: &str) -> String {
        let definition = self.definition(element, name);
        let Some(definition) = definition.and_then(|id| self.tree.element(id)) else {
            return id.to_owned();
        };
        let said: Vec<String> = attributes(definition)
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        match said.is_empty() {
            true => format!("{id} (nothing set)"),
            false => format!("{id} ({})", said.join(" ")),
        }
    }

    /// What an attribute points to, if that is a definition in the file.
    pub(super) fn definition(&self, element: Element<'_>, attribute: &str) -> Option<NodeId> {
        let is_pointer = pointer(element.name()) == Some(attribute);
        let meant = is_pointer.then(|| self.references.meant_by(element.id()));
        meant.flatten()
    }

    fn number(&mut self, element: Element<'t>, state: &RandomState) -> u64 {
        if !self.has_pointers {
            let points = |id: Cow<'_, str>| {
                self.targets
                    .ids
                    .get(id.as_ref())
                    .is_some_and(|target| *target != THIS_DATABASE)
            };
            self.has_pointers = meaning::pointers(element).any(points);
        }
        let mut hasher = state.build_hasher();
        element.name().hash(&mut hasher);
        for (name, value) in attributes(element) {
            (name, self.said(element, name, value)).hash(&mut hasher);
        }
        if meaning::is_binary(element) {
            let text: String = element.text().split_ascii_whitespace().collect();
            text.hash(&mut hasher);
            return hasher.finish();
        }
        let mut keyed: Vec<((usize, String), u64)> = Vec::new();
        for part in parts(element) {
            if let Part::Element(child) = part
                && let Some(key) = meaning::order_key(child, element.name())
            {
                keyed.push((key_in(element, key), self.of_element(child)));
                continue;
            }
            match &part {
                Part::Text { text, .. } if element.name() == "text" => {
                    self.value(text).hash(&mut hasher)
                }
                part => self.of_part(part, state).hash(&mut hasher),
            }
        }
        if element.name() == "database" {
            keyed.sort();
        } else {
            keyed.sort_by(|one, other| one.0.cmp(&other.0));
        }
        keyed.hash(&mut hasher);
        hasher.finish()
    }
}

/// Names of documents come of what is in them, and are in their numbers already.
fn key_in(parent: Element<'_>, (rank, name): (usize, String)) -> (usize, String) {
    let name = if parent.name() == "database" {
        String::new()
    } else {
        name
    };
    (rank, name)
}

/// The attributes that count, by name.
pub(super) fn attributes(element: Element<'_>) -> Vec<(&str, &str)> {
    let declared: Option<&Declared> = meaning::declared(element.name());
    let own_id = own_id(element);
    let mut attributes: Vec<(&str, &str)> = element
        .attributes()
        .filter(|(name, value)| {
            meaning::fate_of_attribute(element.name(), name).is_none()
                && own_id != Some(name)
                && !meaning::is_default(declared, name, value)
        })
        .collect();
    attributes.sort_unstable();
    attributes
}

/// What counts in an element, in order.
pub(super) fn parts(element: Element<'_>) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let compiled = meaning::compiled_items(element);
    let mut text_goes_on = false;
    for node in element.children() {
        if let Some(child) = node.as_element() {
            let does_count =
                meaning::fate_of_element(child).is_none() && !compiled.contains(&child.id());
            if does_count {
                parts.push(Part::Element(child));
                text_goes_on = false;
            }
        } else if let Some(text) = node.as_text().filter(|text| !text.is_empty()) {
            match parts.last_mut() {
                Some(Part::Text { text: so_far, .. }) if text_goes_on => {
                    so_far.to_mut().push_str(text)
                }
                _ => parts.push(Part::Text {
                    first: node.id(),
                    text: Cow::Borrowed(text),
                }),
            }
            text_goes_on = true;
        }
    }
    let is_layout = match meaning::texts_in(element.name()) {
        Texts::Layout => true,
        Texts::Content => false,
        Texts::Unknown => parts.iter().any(|part| matches!(part, Part::Element(_))),
    };
    if is_layout {
        parts.retain(|part| !matches!(part, Part::Text { text, .. } if meaning::is_blank(text)));
    }
    parts
}
