//! One document: who it is, its items, and how to change them.

use super::binary::Binary;
use super::date_time::DateTime;
use super::item::{Attachment, Item, Value, WrittenDateTime, same_name, text_of};
use crate::NAMESPACE;
use crate::position::Position;
use crate::tree::{Element, NodeId, Tree};
use crate::write::WriteError;
use std::borrow::Cow;

/// In which shape a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// `<document form='…'>`
    Document,
    /// `<profiledocument name='…'>`
    Profile,
    /// `<note class='document'>`, raw: the form is an item.
    Note,
}

impl DocumentKind {
    /// Of an element's name and class; `None` for design.
    pub fn of(name: &str, class: Option<&str>) -> Option<DocumentKind> {
        match (name, class) {
            ("document", _) => Some(DocumentKind::Document),
            ("profiledocument", _) => Some(DocumentKind::Profile),
            ("note", Some("document")) => Some(DocumentKind::Note),
            _ => None,
        }
    }
}

/// A document. It keeps the whole element, what is not modelled here included, and writes it back as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    tree: Tree,
    kind: DocumentKind,
}

impl Document {
    /// A new one with a form and no items.
    pub fn new(form: &str) -> Document {
        let mut tree = Tree::new("document");
        tree.root_mut().set("xmlns", NAMESPACE).set("form", form);
        Document {
            tree,
            kind: DocumentKind::Document,
        }
    }

    pub(super) fn from_tree(tree: Tree, kind: DocumentKind) -> Document {
        Document { tree, kind }
    }

    /// Of an element in a tree, copied; `None` if that is no document.
    pub fn from_element(element: Element<'_>) -> Option<Document> {
        let kind = DocumentKind::of(element.name(), element.attribute("class"))?;
        Some(Document {
            tree: Tree::copy_of(element),
            kind,
        })
    }

    /// In which shape it is written.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The whole element.
    pub fn element(&self) -> Element<'_> {
        self.tree.root()
    }

    /// The tree, to change what is not modelled here.
    pub fn tree_mut(&mut self) -> &mut Tree {
        &mut self.tree
    }

    /// The tree.
    pub fn into_tree(self) -> Tree {
        self.tree
    }

    /// Where it begins in the file that it was read from.
    pub fn position(&self) -> Position {
        self.element().position()
    }

    /// The element as a text, without a declaration.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        self.element().to_xml()
    }

    /// The form that it was made with.
    pub fn form(&self) -> Option<Cow<'_, str>> {
        match self.element().attribute("form") {
            Some(form) => Some(Cow::Borrowed(form)),
            None => self.item("Form")?.texts().into_iter().next(),
        }
    }

    /// Of a profile document: its name.
    pub fn profile_name(&self) -> Option<&str> {
        let is_profile = self.kind == DocumentKind::Profile;
        self.element().attribute("name").filter(|_| is_profile)
    }

    /// Of a profile document: whose it is, if it is one user's.
    pub fn profile_user(&self) -> Option<&str> {
        let is_profile = self.kind == DocumentKind::Profile;
        self.element().attribute("username").filter(|_| is_profile)
    }

    /// The universal id, 32 hexadecimal digits.
    pub fn unid(&self) -> Option<&str> {
        self.noteinfo("unid")
    }

    /// The note id, as written: hexadecimal.
    pub fn note_id(&self) -> Option<&str> {
        self.noteinfo("noteid")
    }

    /// How often it was saved.
    pub fn sequence(&self) -> Option<u32> {
        self.noteinfo("sequence")?.parse().ok()
    }

    fn noteinfo(&self, name: &str) -> Option<&str> {
        self.element().first("noteinfo")?.attribute(name)
    }

    /// When it was made.
    pub fn created(&self) -> Option<WrittenDateTime<'_>> {
        self.noteinfo_time("created")
    }

    /// When it was last changed.
    pub fn modified(&self) -> Option<WrittenDateTime<'_>> {
        self.noteinfo_time("modified")
    }

    fn noteinfo_time(&self, name: &str) -> Option<WrittenDateTime<'_>> {
        let time = self.element().first("noteinfo")?.first(name)?;
        Some(WrittenDateTime::of(time.first("datetime")?))
    }

    /// Who changed it, the first one first.
    pub fn updated_by(&self) -> Vec<Cow<'_, str>> {
        let names = self.element().first("updatedby");
        names
            .into_iter()
            .flat_map(|names| names.all("name"))
            .map(text_of)
            .collect()
    }

    /// The universal id (or the key) of the document that this one answers; of a raw note from its `$REF`.
    pub fn parent(&self) -> Option<Cow<'_, str>> {
        if let Some(parent) = self.element().attribute("parent") {
            return Some(Cow::Borrowed(parent));
        }
        match self.item("$REF")?.value() {
            Value::Raw { kind, data } if kind.eq_ignore_ascii_case("4") => {
                reference(&data).map(Cow::Owned)
            }
            Value::Text(unid) => Some(unid),
            _ => None,
        }
    }

    /// Whether it answers another document.
    pub fn is_response(&self) -> bool {
        self.element().attribute("response") == Some("true") || self.parent().is_some()
    }

    /// Whether it lost a conflict of saving or replicating.
    pub fn is_conflict(&self) -> bool {
        self.element().attribute("conflict") == Some("true") || self.item("$Conflict").is_some()
    }

    /// Whether replication cut it.
    pub fn is_truncated(&self) -> bool {
        self.element().attribute("truncated") == Some("true")
    }

    /// The MIME stream of a document that is stored as MIME.
    pub fn mime(&self) -> Option<Cow<'_, str>> {
        Some(self.element().first("mime")?.text())
    }

    /// Its items in their order; those of one name may be several.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> + Clone {
        self.element().all("item").map(Item::new)
    }

    /// The first item of a name, in any case.
    pub fn item(&self, name: &str) -> Option<Item<'_>> {
        self.items().find(|item| item.is_named(name))
    }

    /// Every item of a name, in any case. Notes cuts long rich text into several.
    pub fn items_named(&self, name: &str) -> impl Iterator<Item = Item<'_>> {
        self.items().filter(move |item| item.is_named(name))
    }

    /// The first text of an item, see [`Item::texts`]; empty if there is none.
    pub fn text(&self, name: &str) -> Cow<'_, str> {
        let texts = self.items_named(name).flat_map(Item::texts);
        texts.into_iter().next().unwrap_or_default()
    }

    /// All texts of the items of a name, see [`Item::texts`].
    pub fn texts(&self, name: &str) -> Vec<Cow<'_, str>> {
        self.items_named(name).flat_map(Item::texts).collect()
    }

    /// The numbers of the items of a name.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        self.items_named(name).flat_map(Item::numbers).collect()
    }

    /// The times of the items of a name.
    pub fn date_times(&self, name: &str) -> Vec<WrittenDateTime<'_>> {
        self.items_named(name).flat_map(Item::date_times).collect()
    }

    /// The plain text of a body, however many items it is cut into, see [`RichText`](super::RichText).
    pub fn plain_text(&self, name: &str) -> String {
        self.texts(name).join("\n")
    }

    /// The files in it.
    pub fn attachments(&self) -> impl Iterator<Item = Attachment<'_>> {
        self.items().filter_map(|item| match item.value() {
            Value::Object(file) => Some(file),
            _ => None,
        })
    }
}

/// Changing a document. What an item held goes, its flags stay; further items of the name go. A new item comes last.
impl Document {
    /// Sets texts: one as a text, several or none as a list. `\n` begins a new line.
    pub fn set_texts(&mut self, name: &str, texts: &[&str]) {
        self.set_values(name, ["text", "textlist"], texts, |tree, id, text| {
            for (number, line) in text.split('\n').enumerate() {
                if number > 0 {
                    tree.edit(id).append("break");
                }
                if !line.is_empty() {
                    tree.edit(id).append_text(line);
                }
            }
        });
    }

    /// Sets numbers; what is no number (infinite, not a number) is left out.
    pub fn set_numbers(&mut self, name: &str, numbers: &[f64]) {
        let finite: Vec<f64> = numbers
            .iter()
            .copied()
            .filter(|number| number.is_finite())
            .collect();
        self.set_values(
            name,
            ["number", "numberlist"],
            &finite,
            |tree, id, number| {
                tree.edit(id).append_text(&number.to_string());
            },
        );
    }

    /// Sets times.
    pub fn set_date_times(&mut self, name: &str, times: &[DateTime]) {
        self.set_values(
            name,
            ["datetime", "datetimelist"],
            times,
            |tree, id, time| {
                if time.dst {
                    tree.edit(id).set("dst", "true");
                }
                tree.edit(id).append_text(&time.to_string());
            },
        );
    }

    /// Takes every item of a name away; whether there was one.
    pub fn remove_item(&mut self, name: &str) -> bool {
        let ids = self.ids_of(name);
        for id in &ids {
            self.remove(*id);
        }
        !ids.is_empty()
    }

    fn ids_of(&self, name: &str) -> Vec<NodeId> {
        self.items()
            .filter(|item| same_name(item.name(), name))
            .map(|item| item.element().id())
            .collect()
    }

    /// With the line end before it.
    fn remove(&mut self, item: NodeId) {
        let before = self.tree.node(item).previous();
        let blank = before.filter(|node| node.as_text().is_some_and(|text| text.trim().is_empty()));
        if let Some(blank) = blank.map(|node| node.id()) {
            self.tree.detach(blank);
        }
        self.tree.detach(item);
    }

    fn set_values<T>(
        &mut self,
        name: &str,
        [single, list]: [&str; 2],
        values: &[T],
        write: impl Fn(&mut Tree, NodeId, &T),
    ) {
        let item = self.make_room(name);
        let mut element = self.tree.edit(item);
        let holder = match values {
            [_] => item,
            _ => element.append(list).id(),
        };
        for value in values {
            let id = self.tree.edit(holder).append(single).id();
            write(&mut self.tree, id, value);
        }
    }

    /// The one item of a name, empty.
    fn make_room(&mut self, name: &str) -> NodeId {
        let ids = self.ids_of(name);
        if let Some((first, others)) = ids.split_first() {
            for other in others {
                self.remove(*other);
            }
            self.tree.remove_attribute(*first, "sealed");
            self.tree.edit(*first).clear();
            return *first;
        }
        let line_end = self.tree.create_text("\n");
        let item = self.tree.create_element("item");
        self.tree.set_attribute(item, "name", name);
        let last_item = self.items().last().map(|item| item.element().as_node());
        match last_item.and_then(|node| node.next()).map(|node| node.id()) {
            Some(next) => {
                self.tree.insert_before(next, line_end);
                self.tree.insert_before(next, item);
            }
            None => {
                let root = self.tree.root().id();
                self.tree.append(root, line_end);
                self.tree.append(root, item);
            }
        }
        item
    }
}

/// The universal id in a list of note links: a count, then eight bytes of file and eight of note, the last byte first.
fn reference(data: &Binary<'_>) -> Option<String> {
    let bytes = data.decode().ok()?;
    let unid = bytes.get(2..18)?;
    let half = |bytes: &[u8]| -> String {
        bytes
            .iter()
            .rev()
            .map(|byte| format!("{byte:02X}"))
            .collect()
    };
    Some(half(&unid[..8]) + &half(&unid[8..]))
}
