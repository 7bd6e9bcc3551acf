//! What of a file says something about the database, and what only says where and when it was exported: the one table behind
//! [`mod@crate::clean`] and [`mod@crate::diff`].

use crate::schema::{Content, Element as Declared, Presence, Schema};
use crate::tree::{Element, Kind, Node, NodeId};
use std::borrow::Cow;
use std::collections::HashSet;

/// What becomes of a part that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Clean takes it out, diff passes it over.
    Stripped,
    /// Diff passes it over. Clean leaves it, since the file would no longer be valid, or lose what the importer does not make anew.
    PassedOver,
    /// Diff passes it over. Clean puts the same time, [`NO_TIME`], into all, for the same reason.
    Evened,
}
use Fate::{Evened, PassedOver, Stripped};

/// The time that stands where one must stand and none counts.
pub(crate) const NO_TIME: &str = "19700101T000000,00Z";

/// Elements that do not count: name, the element around it if that matters, fate. Each is the work of a server, not of a developer.
const ELEMENTS: &[(&str, Option<&str>, Fate)] = &[
    // Size, percentage and dates of the file.
    ("databaseinfo", None, Stripped),
    // Note id, UNID, sequence and dates of a note. Clean leaves the UNID if something points to it. When a document was made is data.
    ("noteinfo", None, Stripped),
    ("modified", Some("noteinfo"), Stripped),
    ("revised", Some("noteinfo"), Stripped),
    ("lastaccessed", Some("noteinfo"), Stripped),
    ("addedtofile", Some("noteinfo"), Stripped),
    // Who saved it and when, who signed it.
    ("updatedby", None, Stripped),
    ("revisions", None, Stripped),
    ("wassignedby", None, Stripped),
    // When an agent was changed and last ran, and what it said then.
    ("designchange", None, Stripped),
    ("rundata", None, Stripped),
    // The history of the access control list.
    ("logentry", Some("acl"), Stripped),
    // When the full-text index was brought up to date.
    ("lastindexed", None, Stripped),
    // Dates of a file in a design element; the DTD demands them. In a document they are data.
    ("created", Some("file"), Evened),
    ("modified", Some("file"), Evened),
];

/// Attributes that do not count, by element. Those of the outermost element, and of notes: see [`OF_ROOTS`].
const ATTRIBUTES: &[(&str, &str, Fate)] = &[
    // Of a document, whose date counts.
    ("noteinfo", "noteid", Stripped),
    ("noteinfo", "unid", Stripped),
    ("noteinfo", "sequence", Stripped),
    // The server and file that it was exported from.
    ("database", "path", Stripped),
    ("fulltextsettings", "size", Stripped),
    ("fulltextsettings", "unindexeddocumentcount", Stripped),
    // The UNID of a form that says how rows look.
    ("view", "formatnoteid", PassedOver),
    ("folder", "formatnoteid", PassedOver),
    // The highest id that an action ever had.
    ("sharedactions", "maxid", PassedOver),
    // As it lies on the disk of one server.
    ("file", "storagesize", PassedOver),
    // Always the same; and a file without it is DXL as well.
    ("", "xmlns", PassedOver),
];

/// What any root may bear: the release that exported it, and the database that it comes from.
const OF_ROOTS: &[&str] = &[
    "version",
    "maintenanceversion",
    "milestonebuild",
    "replicaid",
];

/// Items that do not count, in small letters: the same things where a note is written item by item.
const ITEMS: &[(&str, Fate)] = &[
    ("$updatedby", Stripped),
    ("$revisions", Stripped),
    ("$signature", Stripped),
    // An agent's last change, last run, and what it said then.
    ("$assistversion", Stripped),
    ("$assistlastrun", Stripped),
    ("$assistdoccount", Stripped),
    ("$assistruninfo", Stripped),
    // The date of a file resource.
    ("$filemoddt", Evened),
];

/// Compiled LotusScript: it does not count beside its source, which has the same name without this. Clean takes it out, diff passes it over.
const COMPILED: [&str; 2] = ["_o", "_ex"];

/// Notes in a database, in the order in which the importer needs them: what is used before what uses it.
const NOTES: &[&str] = &[
    "imageresource",
    "fileresource",
    "stylesheetresource",
    "appletresource",
    "dataconnection",
    "sharedfield",
    "sharedcolumn",
    "subform",
    "form",
    "view",
    "folder",
    "scriptlibrary",
    "agent",
    "webservice",
    "agentdata",
    "outline",
    "page",
    "frameset",
    "sharedactions",
    "databasescript",
    "helpaboutdocument",
    "helpusingdocument",
    "db2accessview",
    "note",
    "profiledocument",
    "document",
];

/// Elements of base64, in which white space does not count.
const BINARY: &[&str] = &[
    "bitmap",
    "cgm",
    "compositedata",
    "filedata",
    "gif",
    "itemdata",
    "javaarchive",
    "javaresource",
    "jpeg",
    "nativeimage",
    "notesbitmap",
    "oledata",
    "png",
    "rawitemdata",
    "richtextdata",
];

/// A note's place among the kinds of notes.
pub(crate) fn note_rank(name: &str) -> Option<usize> {
    NOTES.iter().position(|note| *note == name)
}

/// Whether the text of an element is base64.
pub(crate) fn is_binary(element: Element<'_>) -> bool {
    BINARY.contains(&element.name()) || element.attribute("compiled") == Some("true")
}

/// Whether a note is a plain document: dates in it are data, and no item of it is compiled.
fn is_document(note: Element<'_>) -> bool {
    match note.name() {
        "document" => true,
        "note" => note.attribute("class") == Some("document"),
        _ => false,
    }
}

/// Whether an element stands in a plain document.
fn is_in_document(element: Element<'_>) -> bool {
    let mut around = element.parent();
    while let Some(element) = around {
        if is_document(element) {
            return true;
        }
        around = element.parent();
    }
    false
}

/// What becomes of an element that does not count; `None` if it does. Compiled items: see [`compiled_items`].
pub(crate) fn fate_of_element(element: Element<'_>) -> Option<Fate> {
    let name = element.name();
    let parent = element.parent();
    let fate = if name == "item" {
        let item = element.attribute("name")?;
        ITEMS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(item))
            .map(|(_, fate)| *fate)
    } else {
        let parent = parent.map(Element::name);
        ELEMENTS
            .iter()
            .find(|(known, around, _)| *known == name && (around.is_none() || *around == parent))
            .map(|(.., fate)| *fate)
    }?;
    let is_data = match fate {
        Evened => is_in_document(element),
        _ => {
            name == "noteinfo"
                && parent.is_some_and(is_document)
                && element.first("created").is_some()
        }
    };
    (!is_data).then_some(fate)
}

/// What becomes of an attribute that does not count; `None` if it does.
pub(crate) fn fate_of_attribute(element: &str, attribute: &str) -> Option<Fate> {
    let is_root =
        || matches!(element, "database" | "acl" | "viewentries") || note_rank(element).is_some();
    if OF_ROOTS.contains(&attribute) && is_root() {
        return Some(Stripped);
    }
    ATTRIBUTES
        .iter()
        .find(|(known, name, _)| *name == attribute && (known.is_empty() || *known == element))
        .map(|(.., fate)| *fate)
}

/// The items of a design note that are compiled from others beside them.
pub(crate) fn compiled_items(note: Element<'_>) -> HashSet<NodeId> {
    if note_rank(note.name()).is_none() || is_document(note) {
        return HashSet::new();
    }
    let items = || {
        note.all("item").filter_map(|item| {
            let name = item.attribute("name")?.to_ascii_lowercase();
            Some((item.id(), name))
        })
    };
    let mut compiled: Vec<(NodeId, String)> = items()
        .filter(|(_, name)| source_of_compiled(name).is_some())
        .collect();
    if compiled.is_empty() {
        return HashSet::new();
    }
    let names: HashSet<String> = items().map(|(_, name)| name).collect();
    compiled.retain(|(_, name)| {
        source_of_compiled(name).is_some_and(|source| {
            // `$$Script_O` is that of `$Script`, `$$$FormScript_O` that of `$$FormScript`.
            names.contains(source) || names.contains(&source[1..])
        })
    });
    compiled.into_iter().map(|(id, _)| id).collect()
}

/// What a compiled item's source is called, but for one more `$`, if the item is named as compiled ones are, in small letters.
fn source_of_compiled(item: &str) -> Option<&str> {
    let source = COMPILED.iter().find_map(|end| item.strip_suffix(end))?;
    source.starts_with('$').then_some(source)
}

/// What an element is told by where the order among its siblings has no meaning: siblings are sorted by it, and found by it in another
/// file. `None` where the order counts.
///
/// | sibling | told by | why its place has no meaning |
/// |---|---|---|
/// | a note in a database | kind and name | the order of a database is that of its note ids |
/// | role of an access control list or entry | its text | Notes looks them up by name |
/// | entry of an access control list | name | the same |
/// | item | name | Notes looks it up by name; items of one name keep their order |
/// | code | event, `for` | each is bound to its event; procedures may call each other in any order |
pub(crate) fn order_key(element: Element<'_>, parent: &str) -> Option<(usize, String)> {
    let attribute = |name| element.attribute(name).unwrap_or_default();
    match (parent, element.name()) {
        ("database", name) => {
            let rank = note_rank(name)?;
            Some((rank, name_of_note(element)))
        }
        ("acl" | "aclentry", "role") => Some((0, element.text().into_owned())),
        ("acl", "aclentry") => {
            // The default entry's name means nothing.
            let is_default = attribute("default") == "true";
            let name = if is_default { "" } else { attribute("name") };
            Some((1 + usize::from(!is_default), name.to_owned()))
        }
        (_, "item") if note_rank(parent).is_some() => Some((1, attribute("name").to_lowercase())),
        ("javaproject", _) => None,
        (_, "code") => {
            let event = attribute("event").to_lowercase();
            let audience = attribute("for");
            Some((code_rank(&event), format!("{event}\0{audience}")))
        }
        _ => None,
    }
}

/// Options and declarations must come before procedures; the rest of Designer's order is for the eye.
fn code_rank(event: &str) -> usize {
    [
        "options",
        "forward",
        "declarations",
        "initialize",
        "terminate",
    ]
    .iter()
    .position(|known| *known == event)
    .unwrap_or(5)
}

/// What a note is called, and in which language it is.
pub(crate) fn name_of_note(note: Element<'_>) -> String {
    let attribute = |name| note.attribute(name).unwrap_or_default();
    let (name, language) = (attribute("name"), attribute("language"));
    match note.name() {
        "note" => format!(
            "{}\0{}",
            attribute("class"),
            text_of_item(note, "$TITLE").unwrap_or_default()
        ),
        "document" => format!(
            "{}\0{}",
            attribute("form"),
            key_of_document(note).unwrap_or_default()
        ),
        "profiledocument" => format!("{name}\0{}", attribute("username")),
        _ => format!("{name}\0{language}"),
    }
}

/// Items by which people tell documents of one form from each other: of the first that is there, the first value.
const KEY_ITEMS: &[&str] = &[
    "FullName",
    "ListName",
    "ServerName",
    "Key",
    "Subject",
    "Name",
    "Title",
    "$TITLE",
];

fn key_of_document(document: Element<'_>) -> Option<String> {
    KEY_ITEMS
        .iter()
        .find_map(|item| text_of_item(document, item).filter(|text| !text.is_empty()))
}

/// The first text of an item.
pub(crate) fn text_of_item(note: Element<'_>, name: &str) -> Option<String> {
    let item = note.all("item").find(|item| {
        item.attribute("name")
            .is_some_and(|known| known.eq_ignore_ascii_case(name))
    })?;
    let value = item.elements().next()?;
    let value = match value.name() {
        "textlist" => value.elements().next()?,
        _ => value,
    };
    Some(value.text().into_owned())
}

/// How text may stand in an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texts {
    /// Elements only; white space between them is layout.
    Layout,
    /// Text, and white space counts.
    Content,
    /// No such element is known.
    Unknown,
}

/// What a schema says of an element.
pub(crate) fn declared(name: &str) -> Option<&'static Declared> {
    let schema = Schema::domino_9_0_1();
    schema.find(name).map(|id| schema.element(id))
}

/// How text may stand in an element of this name.
pub(crate) fn texts_in(name: &str) -> Texts {
    match declared(name).map(|declared| &declared.content) {
        None => Texts::Unknown,
        Some(Content::Any | Content::Mixed(_)) => Texts::Content,
        Some(Content::Children(_) | Content::Empty) => Texts::Layout,
    }
}

/// Whether an attribute says what it would mean if it were left out.
pub(crate) fn is_default(declared: Option<&Declared>, name: &str, value: &str) -> bool {
    let attribute = declared.and_then(|declared| declared.attribute(name));
    matches!(
        attribute.map(|attribute| &attribute.presence),
        Some(Presence::Default(usual) | Presence::Fixed(usual)) if usual == value
    )
}

/// Whether a text is nothing but white space.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// Whether a node is text of nothing but white space.
pub(crate) fn is_blank_node(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Text(text) | Kind::CData(text) if is_blank(text))
}

/// What may be an id of a note or database, as all are written alike; `None` for what is none.
pub(crate) fn as_id(value: &str) -> Option<Cow<'_, str>> {
    let is_id =
        matches!(value.len(), 16 | 32) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return None;
    }
    let is_upper = !value.bytes().any(|byte| byte.is_ascii_lowercase());
    Some(if is_upper {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(value.to_ascii_uppercase())
    })
}

/// Every value in which one note may point to another, or to its own database: attributes, and texts as a whole.
pub(crate) fn pointers<'t>(element: Element<'t>) -> impl Iterator<Item = Cow<'t, str>> {
    let name = element.name();
    let attributes = element
        .attributes()
        .filter(move |(attribute, _)| fate_of_attribute(name, attribute).is_none())
        .filter_map(|(_, value)| as_id(value));
    let text = (name == "text").then(|| sole_text(element)).flatten();
    attributes.chain(text.and_then(as_id))
}

/// The text of an element that has nothing but one.
pub(crate) fn sole_text(element: Element<'_>) -> Option<&str> {
    let mut children = element.children();
    let first = children.next()?.as_text()?;
    children.next().is_none().then_some(first)
}
