//! Ids of documents, and what a server writes about a document when it is saved.

use dxl::NodeId;
use dxl::notes::{DateTime, Document};

/// Where new ids come from.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    state: u64,
}

impl Ids {
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 32 digits.
    pub fn unid(&mut self) -> String {
        format!("{:016X}{:016X}", self.next(), self.next())
    }

    /// 16 digits.
    pub fn replica_id(&mut self) -> String {
        format!("{:016X}", self.next())
    }
}

/// Of hexadecimal digits, with or without `NT` before them.
pub(super) fn note_id_of(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = match text.get(..2) {
        Some(mark) if mark.eq_ignore_ascii_case("nt") => &text[2..],
        _ => text,
    };
    u32::from_str_radix(digits, 16).ok()
}

/// As scripts see it.
pub(crate) fn shaped(id: u32) -> String {
    format!("{id:X}")
}

/// Writes who saved a document when and how often.
pub(super) fn stamp(
    document: &mut Document,
    unid: &str,
    note_id: u32,
    sequence: u32,
    now: &DateTime,
    user: &str,
) {
    let info = match document.element().first("noteinfo").map(|info| info.id()) {
        Some(info) => info,
        None => put_first(document, "noteinfo"),
    };
    let tree = document.tree_mut();
    tree.set_attribute(info, "noteid", &format!("{note_id:x}"));
    tree.set_attribute(info, "unid", unid);
    tree.set_attribute(info, "sequence", &sequence.to_string());
    let has_created = tree
        .element(info)
        .is_some_and(|info| info.first("created").is_some());
    if sequence == 1 && !has_created {
        put_date(document, info, "created", now);
    }
    put_date(document, info, "modified", now);
    add_author(document, info, user);
}

/// A new element before all others of a document, on a line of its own.
fn put_first(document: &mut Document, name: &str) -> NodeId {
    let first = document.element().children().next().map(|node| node.id());
    let root = document.element().id();
    let tree = document.tree_mut();
    let made = tree.create_element(name);
    let line_end = tree.create_text("\n");
    match first {
        Some(first) => {
            tree.insert_before(first, line_end);
            tree.insert_before(first, made);
        }
        None => {
            tree.append(root, line_end);
            tree.append(root, made);
        }
    }
    made
}

/// The dates of `<noteinfo>`, in the order that they have.
const DATES: [&str; 5] = [
    "created",
    "modified",
    "revised",
    "lastaccessed",
    "addedtofile",
];

fn put_date(document: &mut Document, info: NodeId, name: &str, now: &DateTime) {
    let tree = document.tree_mut();
    let place = DATES.iter().position(|known| *known == name).unwrap_or(0);
    let Some(element) = tree.element(info) else {
        return;
    };
    let known = element.first(name).map(|date| date.id());
    let next = element
        .elements()
        .find(|date| DATES.iter().position(|known| *known == date.name()) > Some(place))
        .map(|date| date.id());
    let holder = known.unwrap_or_else(|| {
        let made = tree.create_element(name);
        match next {
            Some(next) => tree.insert_before(next, made),
            None => tree.append(info, made),
        }
        made
    });
    let mut holder = tree.edit(holder);
    holder.clear();
    let mut date = holder.append("datetime");
    if now.dst {
        date.set("dst", "true");
    }
    date.append_text(&now.to_string());
}

/// Whoever saves it comes last, once in a row.
fn add_author(document: &mut Document, info: NodeId, user: &str) {
    if document
        .updated_by()
        .last()
        .is_some_and(|last| last.as_ref() == user)
    {
        return;
    }
    let holder = match document
        .element()
        .first("updatedby")
        .map(|names| names.id())
    {
        Some(holder) => holder,
        None => {
            let next = document
                .tree_mut()
                .element(info)
                .and_then(|info| info.as_node().next())
                .map(|node| node.id());
            let root = document.element().id();
            let tree = document.tree_mut();
            let made = tree.create_element("updatedby");
            let line_end = tree.create_text("\n");
            match next {
                Some(next) => {
                    tree.insert_before(next, line_end);
                    tree.insert_before(next, made);
                }
                None => {
                    tree.append(root, line_end);
                    tree.append(root, made);
                }
            }
            made
        }
    };
    document
        .tree_mut()
        .edit(holder)
        .append("name")
        .append_text(user);
}
