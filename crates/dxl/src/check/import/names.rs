//! Names and aliases of design elements: the importer replaces by them.

use super::super::finding::{Findings, excerpt};
use super::super::rules::Rule;
use super::super::seen::Seen;
use crate::position::Position;
use crate::source::Attributes;

/// Elements whose names share a room, and the room.
const ROOMS: &[(&str, &str)] = &[
    ("agent", "agent"),
    ("appletresource", "applet"),
    ("dataconnection", "data connection"),
    ("db2accessview", "DB2 access view"),
    ("fileresource", "file"),
    ("folder", "view or folder"),
    ("form", "form"),
    ("frameset", "frameset"),
    ("imageresource", "image"),
    ("outline", "outline"),
    ("page", "page"),
    ("scriptlibrary", "script library"),
    ("sharedcolumn", "shared column"),
    ("sharedfield", "shared field"),
    ("stylesheetresource", "style sheet"),
    ("subform", "subform"),
    ("view", "view or folder"),
    ("webservice", "web service"),
];

/// Compares the names of a design element with those before it.
pub(super) fn compare(
    seen: &mut Seen,
    element: &str,
    attributes: Attributes<'_>,
    at: Position,
    path: &str,
    findings: &mut Findings,
) {
    let Ok(room) = ROOMS.binary_search_by_key(&element, |(element, _)| element) else {
        return;
    };
    let room = ROOMS[room].1;
    for (name, attribute) in names_of(attributes) {
        let first = seen.meet(&[room, name], at);
        // Its own alias may be its name.
        if let Some(first) = first.filter(|first| *first != at) {
            findings.add(
                Rule::DuplicateName,
                attribute,
                path,
                format!(
                    "there is a {room} {:?} already, on line {}",
                    excerpt(name),
                    first.line
                ),
                "give it a name and aliases that nothing of its kind has",
            );
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(ROOMS.is_sorted());
    }
}
