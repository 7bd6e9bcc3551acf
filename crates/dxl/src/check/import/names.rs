//! Names and aliases of design elements: the importer replaces by them.

use super::super::finding::{Findings, excerpt};
use super::super::rules::Rule;
use super::super::seen::Seen;
use crate::design::{Sort, sort_of_note};
use crate::position::Position;
use crate::source::Attributes;
use std::mem;

/// Elements that names are of.
const SORTS: &[(&str, Sort)] = &[
    ("agent", Sort::Agent),
    ("appletresource", Sort::Applet),
    ("dataconnection", Sort::DataConnection),
    ("db2accessview", Sort::Db2AccessView),
    ("fileresource", Sort::File),
    ("folder", Sort::Folder),
    ("form", Sort::Form),
    ("frameset", Sort::Frameset),
    ("imageresource", Sort::Image),
    ("outline", Sort::Outline),
    ("page", Sort::Page),
    ("scriptlibrary", Sort::ScriptLibrary),
    ("sharedcolumn", Sort::SharedColumn),
    ("sharedfield", Sort::SharedField),
    ("stylesheetresource", Sort::StyleSheet),
    ("subform", Sort::Subform),
    ("view", Sort::View),
    ("webservice", Sort::WebService),
];

/// What shares its names, for people.
fn room_of(sort: Sort) -> Option<&'static str> {
    Some(match sort {
        Sort::Agent => "an agent",
        Sort::Applet => "an applet",
        Sort::DataConnection => "a data connection",
        Sort::Db2AccessView => "a DB2 access view",
        Sort::File => "a file",
        Sort::Form => "a form",
        Sort::Frameset => "a frameset",
        Sort::Image => "an image",
        Sort::Outline => "an outline",
        Sort::Page => "a page",
        Sort::ScriptLibrary => "a script library",
        Sort::SharedColumn => "a shared column",
        Sort::SharedField => "a shared field",
        Sort::StyleSheet => "a style sheet",
        Sort::Subform => "a subform",
        Sort::View | Sort::Folder => "a view or folder",
        Sort::WebService => "a web service",
        _ => return None,
    })
}

/// A name or an alias in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignName {
    /// What it is a name of, as in `a view or folder`: within it names are unique.
    pub(in super::super) room: &'static str,
    pub(in super::super) name: String,
    pub(in super::super) at: Position,
    /// As the reader has it, `/database/form[Main]`.
    pub(in super::super) path: String,
    /// It is there for one language, or for one sort of client, so that another of this name may be beside it.
    pub(in super::super) is_partial: bool,
}

/// The names of a file's design.
#[derive(Debug, Default)]
pub(super) struct Names {
    seen: Seen,
    /// Of the root, if it is no database.
    pub(super) of_root: Vec<DesignName>,
}

impl Names {
    /// How many could not be compared.
    pub(super) fn forgotten(&self) -> u64 {
        self.seen.forgotten()
    }

    /// Compares the names of a design element with those before it.
    pub(super) fn element(
        &mut self,
        element: &str,
        attributes: Attributes<'_>,
        (at, path): (Position, &str),
        is_root: bool,
        findings: &mut Findings,
    ) {
        let sort = SORTS.binary_search_by_key(&element, |(element, _)| element);
        let Some(room) = sort.ok().and_then(|sort| room_of(SORTS[sort].1)) else {
            return;
        };
        let of = |name| attributes.get(name).unwrap_or_default();
        let is_partial = !of("language").is_empty()
            || of("hide")
                .split_whitespace()
                .any(|from| matches!(from, "web" | "notes" | "mobile"));
        for (name, attribute) in names_of(attributes) {
            self.compare(room, name, (at, attribute, path), findings);
            if is_root {
                self.of_root.push(DesignName {
                    room,
                    name: name.to_owned(),
                    at: attribute,
                    path: path.to_owned(),
                    is_partial,
                });
            }
        }
    }

    /// Compares the names of a note that lies item by item.
    pub(super) fn note(&mut self, note: RawNote, is_root: bool, findings: &mut Findings) {
        let Some(room) = room_of(sort_of_note(&note.class, &note.flags)) else {
            return;
        };
        let is_partial = note.has_language || note.flags.contains(['w', 'n']);
        let names = note.titles.iter().flat_map(|title| title.split('|'));
        for name in names.map(str::trim).filter(|name| !name.is_empty()) {
            self.compare(room, name, (note.at, note.title_at, &note.path), findings);
            if is_root {
                self.of_root.push(DesignName {
                    room,
                    name: name.to_owned(),
                    at: note.title_at,
                    path: note.path.clone(),
                    is_partial,
                });
            }
        }
    }

    /// `at` is the element's place, by which its own alias may be its name.
    fn compare(
        &mut self,
        room: &str,
        name: &str,
        (at, told_at, path): (Position, Position, &str),
        findings: &mut Findings,
    ) {
        let first = self.seen.meet(&[room, name], at);
        if let Some(first) = first.filter(|first| *first != at) {
            findings.add(
                Rule::DuplicateName,
                told_at,
                path,
                format!(
                    "there is {room} {:?} already, on line {}",
                    excerpt(name),
                    first.line
                ),
                REMEDY,
            );
        }
    }
}

pub(in super::super) const REMEDY: &str = "give it a name and aliases that nothing of its kind has";

/// Name and aliases, each with the place of its attribute. A bar divides aliases, and in names what is before it is the name.
pub(super) fn names_of<'a>(
    attributes: Attributes<'a>,
) -> impl Iterator<Item = (&'a str, Position)> {
    attributes
        .into_iter()
        .filter(|attribute| matches!(attribute.name, "name" | "alias"))
        .flat_map(|attribute| {
            let names = attribute.value.split('|').map(str::trim);
            names.map(move |name| (name, attribute.position()))
        })
        .filter(|(name, _)| !name.is_empty())
}

/// A `<note>` that is open: what it is and is called stands in its items.
#[derive(Debug)]
pub(super) struct RawNote {
    class: String,
    at: Position,
    path: String,
    titles: Vec<String>,
    title_at: Position,
    flags: String,
    has_language: bool,
    /// How many elements in it are open.
    depth: usize,
    item: RawItem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RawItem {
    Title,
    Flags,
    Other,
}

/// A note has so many names at the most, each so long.
const MOST_NAMES: usize = 32;
const MOST_LETTERS: usize = 256;

impl RawNote {
    pub(super) fn new(attributes: Attributes<'_>, at: Position, path: &str) -> Self {
        Self {
            class: excerpt(attributes.get("class").unwrap_or_default()),
            at,
            path: path.to_owned(),
            titles: Vec::new(),
            title_at: at,
            flags: String::new(),
            has_language: false,
            depth: 0,
            item: RawItem::Other,
        }
    }

    /// An element in it begins.
    pub(super) fn start(&mut self, name: &str, attributes: Attributes<'_>, at: Position) {
        if self.depth == 0 && name == "item" {
            let item = attributes.get("name").unwrap_or_default();
            let is = |known| item.eq_ignore_ascii_case(known);
            self.has_language |= is("$Language");
            self.item = match () {
                () if is("$TITLE") && self.titles.is_empty() => RawItem::Title,
                () if is("$Flags") => RawItem::Flags,
                () => RawItem::Other,
            };
            if self.item == RawItem::Title {
                self.title_at = at;
            }
        }
        let is_name = self.item == RawItem::Title && name == "text";
        if is_name && self.titles.len() < MOST_NAMES {
            self.titles.push(String::new());
        }
        self.depth += 1;
    }

    pub(super) fn text(&mut self, text: &str) {
        let kept = match self.item {
            RawItem::Title => self.titles.last_mut(),
            RawItem::Flags => Some(&mut self.flags),
            RawItem::Other => None,
        };
        if let Some(kept) = kept {
            let room = MOST_LETTERS.saturating_sub(kept.len());
            kept.extend(text.chars().take(room));
        }
    }

    /// An element ends; whether it is the note itself.
    pub(super) fn end(&mut self) -> bool {
        let ends = self.depth == 0;
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            self.item = RawItem::Other;
        }
        ends
    }
}

/// Taken out of what holds it, if it is the note itself that ends.
pub(super) fn ended(note: &mut Option<RawNote>) -> Option<RawNote> {
    let ends = note.as_mut().is_some_and(RawNote::end);
    if ends { mem::take(note) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(SORTS.is_sorted_by_key(|(element, _)| element));
        assert!(SORTS.iter().all(|(_, sort)| room_of(*sort).is_some()));
    }
}
