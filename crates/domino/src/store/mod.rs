//! Databases in memory: read from DXL, changed by scripts, written back as DXL.
//!
//! A document is kept as it was read, what is not understood in it included; what a script changes is its own copy until it saves. Ids of new documents follow from a seed,
//! so that the same run makes the same ids.

mod ids;
pub(crate) mod index;

use crate::names;
use dxl::notes::{DateTime, Document, DocumentKind};
use dxl::{Limits, NAMESPACE, NodeId, Tree, WriteError};
use ids::{Ids, note_id_of, shaped};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// All databases of a [`World`](crate::World).
#[derive(Debug, Clone, Default)]
pub struct Store {
    databases: Vec<Database>,
    ids: Ids,
}

/// Which database, by its place in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatabaseId(pub(crate) usize);

/// A database.
#[derive(Debug, Clone)]
pub struct Database {
    /// The server, empty for the machine itself.
    pub server: String,
    /// The path, as in `mail\ann.nsf`.
    pub path: String,
    /// As read, with its documents; what was changed lies in `notes`.
    tree: Tree,
    notes: Vec<Note>,
    by_unid: HashMap<String, usize>,
    by_id: HashMap<u32, usize>,
    /// Goes up with each change, so that views know when they are old.
    /// The highest of all.
    last_note_id: u32,
    generation: u64,
    /// UNIDs in folders, by the folder's name in small letters.
    folders: BTreeMap<String, Vec<String>>,
}

/// A document of a database.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub unid: String,
    pub note_id: u32,
    pub document: Rc<Document>,
    /// How often it was saved.
    pub sequence: u32,
    pub is_removed: bool,
    /// As it was when the run began; `None` of a new one.
    before: Option<Rc<Document>>,
    /// Where it stands in the tree.
    origin: Option<NodeId>,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// Its universal id.
    pub unid: String,
    /// As it was; `None` if it is new.
    pub before: Option<Rc<Document>>,
    /// As it is; `None` if it is gone.
    pub after: Option<Rc<Document>>,
}

/// Four below the note id of the first document of a database.
const BEFORE_FIRST_NOTE: u32 = 0x8F2;

impl Store {
    /// Empty; new ids follow from the seed.
    pub fn new(seed: u64) -> Self {
        Self {
            databases: Vec::new(),
            ids: Ids::new(seed),
        }
    }

    /// Adds a database, or one document or piece of design as a database of its own.
    pub fn add(&mut self, server: &str, path: &str, tree: Tree) -> DatabaseId {
        let tree = match tree.root().name() {
            "database" => tree,
            _ => in_a_database(&tree),
        };
        let mut database = Database {
            server: server.to_owned(),
            path: path.to_owned(),
            tree,
            notes: Vec::new(),
            by_unid: HashMap::new(),
            by_id: HashMap::new(),
            last_note_id: BEFORE_FIRST_NOTE,
            generation: 1,
            folders: BTreeMap::new(),
        };
        let found: Vec<(NodeId, Document)> = database
            .tree
            .root()
            .elements()
            .filter_map(|element| Some((element.id(), Document::from_element(element)?)))
            .collect();
        for (origin, document) in found {
            database.take(Some(origin), document, &mut self.ids);
        }
        self.databases.push(database);
        DatabaseId(self.databases.len() - 1)
    }

    /// Adds the documents of another file to a database, in place of those with the same universal id. Gives their universal ids.
    pub fn add_documents(&mut self, to: DatabaseId, tree: &Tree) -> Vec<String> {
        let root = tree.root();
        let documents: Vec<Document> = match root.name() {
            "database" => root.elements().filter_map(Document::from_element).collect(),
            _ => Document::from_element(root).into_iter().collect(),
        };
        let Self { databases, ids } = self;
        let Some(database) = databases.get_mut(to.0) else {
            return Vec::new();
        };
        documents
            .into_iter()
            .map(|document| database.take(None, document, ids))
            .collect()
    }

    /// A database.
    pub fn get(&self, id: DatabaseId) -> Option<&Database> {
        self.databases.get(id.0)
    }

    pub(crate) fn get_mut(&mut self, id: DatabaseId) -> Option<&mut Database> {
        self.databases.get_mut(id.0)
    }

    /// All databases with their ids.
    pub fn databases(&self) -> impl Iterator<Item = (DatabaseId, &Database)> {
        self.databases
            .iter()
            .enumerate()
            .map(|(at, database)| (DatabaseId(at), database))
    }

    /// The database at a path, in any case and with either slash. `own` is the server that an empty name stands for.
    pub fn find(&self, server: &str, path: &str, own: &str) -> Option<DatabaseId> {
        let wanted = plain_path(path);
        let server_of = |name: &str| match name {
            "" => names::canonical(own).to_lowercase(),
            name => names::canonical(name).to_lowercase(),
        };
        let (id, _) = self.databases().find(|(_, database)| {
            plain_path(&database.path) == wanted && server_of(&database.server) == server_of(server)
        })?;
        Some(id)
    }

    /// The database of a replica id.
    pub fn find_replica(&self, server: &str, replica: &str, own: &str) -> Option<DatabaseId> {
        let plain = |id: &str| id.replace(':', "").to_uppercase();
        let (id, _) = self.databases().find(|(_, database)| {
            plain(database.replica_id()) == plain(replica)
                && self.find(server, &database.path, own).is_some()
        })?;
        Some(id)
    }

    /// A new, empty database.
    pub(crate) fn create(&mut self, server: &str, path: &str) -> DatabaseId {
        let mut tree = Tree::new("database");
        let replica = self.ids.replica_id();
        tree.root_mut()
            .set("xmlns", NAMESPACE)
            .set("title", "")
            .set("replicaid", &replica);
        self.add(server, path, tree)
    }

    pub(crate) fn next_unid(&mut self) -> String {
        self.ids.unid()
    }
}

/// A database around one note, which is a copy.
fn in_a_database(tree: &Tree) -> Tree {
    let mut database = Tree::new("database");
    database
        .root_mut()
        .set("xmlns", NAMESPACE)
        .append_copy(tree.root());
    database
}

/// Paths are the same in any case and with either slash; `.nsf` may be left out.
fn plain_path(path: &str) -> String {
    let path = path.trim().replace('\\', "/").to_lowercase();
    match path.rsplit('/').next() {
        Some(name) if !name.is_empty() && !name.contains('.') => path + ".nsf",
        _ => path,
    }
}

impl Database {
    /// Its title.
    pub fn title(&self) -> &str {
        self.tree.root().attribute("title").unwrap_or_default()
    }

    /// Its replica id, 16 digits; empty if the file has none.
    pub fn replica_id(&self) -> &str {
        self.tree.root().attribute("replicaid").unwrap_or_default()
    }

    /// The file as it was read: design, access control list and the documents of that time.
    pub fn design(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn design_mut(&mut self) -> &mut Tree {
        self.generation += 1;
        &mut self.tree
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// How many notes are gone through to find one by what it holds.
    pub(crate) fn size(&self) -> usize {
        self.notes.len()
    }

    /// The documents, without profiles, in the order in which they came.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Note> {
        self.notes
            .iter()
            .filter(|note| !note.is_removed && note.document.kind() != DocumentKind::Profile)
    }

    /// The profile documents.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &Note> {
        self.notes
            .iter()
            .filter(|note| !note.is_removed && note.document.kind() == DocumentKind::Profile)
    }

    pub(crate) fn note(&self, unid: &str) -> Option<&Note> {
        let at = self.by_unid.get(&unid.trim().to_uppercase())?;
        self.notes.get(*at).filter(|note| !note.is_removed)
    }

    pub(crate) fn note_by_id(&self, id: &str) -> Option<&Note> {
        let at = self.by_id.get(&note_id_of(id)?)?;
        self.notes.get(*at).filter(|note| !note.is_removed)
    }

    /// The documents that answer one.
    pub(crate) fn responses_to<'a>(&'a self, unid: &'a str) -> impl Iterator<Item = &'a Note> {
        self.documents().filter(move |note| {
            let parent = note.document.parent();
            parent.is_some_and(|parent| parent.eq_ignore_ascii_case(unid))
        })
    }

    /// Takes a document that was read.
    fn take(&mut self, origin: Option<NodeId>, document: Document, ids: &mut Ids) -> String {
        let unid = match document.unid().filter(|unid| !unid.is_empty()) {
            Some(unid) => unid.to_uppercase(),
            None => ids.unid(),
        };
        let known = self.by_unid.get(&unid).copied();
        let written = document.note_id().and_then(note_id_of);
        let free = written.filter(|id| !self.by_id.contains_key(id));
        let note_id = free.unwrap_or_else(|| self.next_note_id());
        let document = Rc::new(document);
        let note = Note {
            unid: unid.clone(),
            note_id,
            sequence: document.sequence().unwrap_or(1),
            is_removed: false,
            before: Some(Rc::clone(&document)),
            document,
            origin: origin.or(known.and_then(|at| self.notes[at].origin)),
        };
        let at = known.unwrap_or(self.notes.len());
        self.by_unid.insert(unid.clone(), at);
        self.by_id.insert(note_id, at);
        self.last_note_id = self.last_note_id.max(note_id);
        match known {
            Some(at) => self.notes[at] = note,
            None => self.notes.push(note),
        }
        self.generation += 1;
        unid
    }

    fn next_note_id(&self) -> u32 {
        self.last_note_id.saturating_add(4)
    }

    /// Whether nobody has saved a document since the run began; of a new one, too.
    pub(crate) fn is_untouched(&self, unid: &str) -> bool {
        let note = self.by_unid.get(unid).and_then(|at| self.notes.get(*at));
        note.is_none_or(|note| {
            let before = note.before.as_ref();
            before.is_some_and(|before| Rc::ptr_eq(before, &note.document))
        })
    }

    /// Keeps a document that a script saved, with what the server writes about it. Gives its note id and how often it was saved.
    pub(crate) fn save(
        &mut self,
        unid: &str,
        mut document: Document,
        now: &DateTime,
        user: &str,
    ) -> (u32, u32) {
        let known = self.by_unid.get(unid).copied();
        let note_id = known.map_or_else(|| self.next_note_id(), |at| self.notes[at].note_id);
        let sequence = known.map_or(1, |at| self.notes[at].sequence + 1);
        ids::stamp(&mut document, unid, note_id, sequence, now, user);
        let document = Rc::new(document);
        match known {
            Some(at) => {
                let note = &mut self.notes[at];
                note.document = document;
                note.sequence = sequence;
                note.is_removed = false;
            }
            None => {
                self.by_unid.insert(unid.to_owned(), self.notes.len());
                self.by_id.insert(note_id, self.notes.len());
                self.last_note_id = self.last_note_id.max(note_id);
                self.notes.push(Note {
                    unid: unid.to_owned(),
                    note_id,
                    document,
                    sequence,
                    is_removed: false,
                    before: None,
                    origin: None,
                });
            }
        }
        self.generation += 1;
        (note_id, sequence)
    }

    /// Takes a document away; whether it was there.
    pub(crate) fn remove(&mut self, unid: &str) -> bool {
        let Some(at) = self.by_unid.get(unid).copied() else {
            return false;
        };
        let note = &mut self.notes[at];
        self.generation += 1;
        !std::mem::replace(&mut note.is_removed, true)
    }

    pub(crate) fn folder(&self, name: &str) -> &[String] {
        let found = self.folders.get(&name.to_lowercase());
        found.map_or(&[], Vec::as_slice)
    }

    /// The folders that a document is in, in small letters.
    pub(crate) fn folders_of(&self, unid: &str) -> Vec<String> {
        let holding = self
            .folders
            .iter()
            .filter(|(_, unids)| unids.iter().any(|known| known == unid));
        holding.map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn put_in_folder(&mut self, name: &str, unid: &str) {
        let folder = self.folders.entry(name.to_lowercase()).or_default();
        if !folder.iter().any(|known| known == unid) {
            folder.push(unid.to_owned());
        }
        self.generation += 1;
    }

    pub(crate) fn remove_from_folder(&mut self, name: &str, unid: &str) {
        if let Some(folder) = self.folders.get_mut(&name.to_lowercase()) {
            folder.retain(|known| known != unid);
        }
        self.generation += 1;
    }

    /// What a run did to the documents, in the order in which they came.
    pub fn changes(&self) -> Vec<Changed> {
        let changed = self.notes.iter().filter_map(|note| {
            let after = (!note.is_removed).then(|| Rc::clone(&note.document));
            let before = note.before.clone();
            let is_same = match (&before, &after) {
                (None, None) => true,
                (Some(before), Some(after)) => Rc::ptr_eq(before, after),
                _ => false,
            };
            (!is_same).then(|| Changed {
                unid: note.unid.clone(),
                before,
                after,
            })
        });
        changed.collect()
    }

    /// The whole database: what was read and not touched as it was, changed documents in their places, new ones at the end.
    pub fn to_tree(&self) -> Tree {
        let mut tree = self.tree.clone();
        let root = tree.root().id();
        for note in &self.notes {
            let is_as_read = note.origin.is_some()
                && !note.is_removed
                && note
                    .before
                    .as_ref()
                    .is_some_and(|before| Rc::ptr_eq(before, &note.document));
            if is_as_read {
                continue;
            }
            let copy = (!note.is_removed).then(|| tree.create_copy(note.document.element()));
            match (note.origin, copy) {
                (Some(origin), copy) => {
                    if let Some(copy) = copy {
                        tree.insert_before(origin, copy);
                    }
                    tree.detach(origin);
                }
                (None, Some(copy)) => {
                    tree.append(root, copy);
                    let line_end = tree.create_text("\n");
                    tree.append(root, line_end);
                }
                (None, None) => {}
            }
        }
        tree
    }

    /// The same as text.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        self.to_tree().to_xml()
    }
}

impl Note {
    /// As `NotesDocument.NoteID` has it.
    pub fn note_id_text(&self) -> String {
        shaped(self.note_id)
    }
}

pub(crate) use ids::shaped as note_id_text;

/// A database out of text, for tests and examples.
pub fn tree_of(dxl: &str) -> Result<Tree, dxl::Error> {
    Tree::read(dxl.as_bytes(), Limits::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "<?xml version='1.0'?>\n<database xmlns='http://www.lotus.com/dxl' title='Names' replicaid='C12587AA00112233'>\n<!-- kept -->\n\
        <document form='Person'><noteinfo noteid='8fa' unid='A1B2C3D4E5F60718293A4B5C6D7E8F90' sequence='3'/><item name='Name'><text>Ann</text></item></document>\n\
        <document form='Group'><item name='Name'><text>All</text></item></document>\n\
        <profiledocument name='Settings'><item name='Url'><text>x</text></item></profiledocument>\n</database>\n";

    fn now() -> DateTime {
        DateTime::parse("20261121T180000,00+11", true).unwrap()
    }

    #[test]
    fn what_is_not_touched_is_written_as_it_was() {
        let mut store = Store::new(1);
        let id = store.add("", "names.nsf", tree_of(FILE).unwrap());
        let database = store.get(id).unwrap();
        assert_eq!(
            (database.documents().count(), database.profiles().count()),
            (2, 1)
        );
        assert_eq!(
            database.to_xml().unwrap(),
            tree_of(FILE).unwrap().to_xml().unwrap()
        );
        assert_eq!(database.changes(), []);
    }

    #[test]
    fn saved_documents_stand_where_they_were_and_new_ones_at_the_end() {
        let mut store = Store::new(1);
        let id = store.add("", "names.nsf", tree_of(FILE).unwrap());
        let made = store.next_unid();
        let database = store.get_mut(id).unwrap();
        let mut ann = Document::clone(&database.note_by_id("8FA").unwrap().document);
        ann.set_texts("Name", &["Bo"]);
        let saved = database.save("A1B2C3D4E5F60718293A4B5C6D7E8F90", ann, &now(), "CN=Me/O=X");
        assert_eq!(saved, (0x8FA, 4));
        let group = database.documents().nth(1).unwrap().unid.clone();
        assert!(database.remove(&group) && !database.remove(&group));
        database.save(&made, Document::new("Memo"), &now(), "CN=Me/O=X");
        let xml = database.to_xml().unwrap();
        let expected = [
            "sequence='4'><modified>",
            "<updatedby><name>CN=Me/O=X</name></updatedby>",
            "<text>Bo</text>",
            "<profiledocument",
            "<document xmlns='http://www.lotus.com/dxl' form='Memo'>",
        ];
        let mut rest = xml.as_str();
        for piece in expected {
            let at = rest
                .find(piece)
                .unwrap_or_else(|| panic!("{piece} is not in {xml}"));
            rest = &rest[at..];
        }
        assert!(!xml.contains("Group"));
        assert_eq!(database.changes().len(), 3);
        assert!(tree_of(&xml).is_ok());
    }

    #[test]
    fn the_same_seed_makes_the_same_ids() {
        let ids = |seed| {
            let mut store = Store::new(seed);
            (store.next_unid(), store.next_unid())
        };
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
        assert_ne!(ids(7).0, ids(7).1);
        assert_eq!(ids(7).0.len(), 32);
    }

    #[test]
    fn paths_are_found_as_people_write_them() {
        let mut store = Store::new(1);
        let id = store.add("CN=srv/O=X", "mail\\ann.nsf", tree_of(FILE).unwrap());
        for (server, path) in [("srv/X", "MAIL/ann"), ("CN=Srv/O=X", "mail\\ann.nsf")] {
            assert_eq!(store.find(server, path, ""), Some(id));
        }
        assert_eq!(store.find("", "mail/ann.nsf", "srv/X"), Some(id));
        assert_eq!(store.find("", "mail/ann.nsf", ""), None);
        assert_eq!(
            store.find_replica("srv/X", "C12587AA:00112233", ""),
            Some(id)
        );
    }
}
