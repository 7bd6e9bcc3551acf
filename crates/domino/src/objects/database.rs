//! `NotesDatabase` and `NotesDbDirectory`.

use crate::formulas::is_profile;
use crate::object::{Arguments, Handle, Object, not_here, once, value_of};
use crate::objects::collection::NotesDocumentCollection;
use crate::objects::datetime::NotesDateTime;
use crate::objects::document::{Doc, NotesDocument, notes_error};
use crate::objects::session::NotesSession;
use crate::objects::view::OpenView;
use crate::objects::{acl, agent, design};
use crate::store::{Database, DatabaseId, Note, index};
use crate::{World, names, time};
use dxl::design::{Database as Design, DesignElement, Sort};
use dxl::notes::{DateTime, Document};
use dxl::{NAMESPACE, Tree};
use lotusscript::run::{Answer, Array, Fault, ScriptError, Value, charge};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

/// A database in the hands of a script; the same document opened twice through it is one.
pub(crate) struct OpenDatabase {
    pub id: Cell<Option<DatabaseId>>,
    server: RefCell<String>,
    path: RefCell<String>,
    documents: RefCell<HashMap<String, Weak<Doc>>>,
    /// With how many of these it is looked which are held no more.
    room: Cell<usize>,
    handle: RefCell<Weak<Handle>>,
}

/// `NotesDatabase`
pub(crate) struct NotesDatabase(pub Rc<OpenDatabase>);

impl OpenDatabase {
    /// Of a database of the store; without one it is not open.
    pub fn new(id: Option<DatabaseId>, server: &str, path: &str) -> Rc<Self> {
        Rc::new(Self {
            id: Cell::new(id),
            server: RefCell::new(server.to_owned()),
            path: RefCell::new(path.to_owned()),
            documents: RefCell::default(),
            room: Cell::new(64),
            handle: RefCell::default(),
        })
    }

    /// Of one of the store.
    pub fn of(world: &World, id: DatabaseId) -> Rc<Self> {
        let (server, path) = match world.store.get(id) {
            Some(store) => (store.server.clone(), store.path.clone()),
            None => Default::default(),
        };
        Self::new(Some(id), &server, &path)
    }

    /// By its place; `None` if there is none.
    pub fn find(world: &World, server: &str, path: &str) -> Option<Rc<Self>> {
        let id = world.find_database(server, path)?;
        // What is current is what is open already.
        let current = world.current.database.as_ref();
        match current.filter(|current| current.id.get() == Some(id)) {
            Some(current) => Some(Rc::clone(current)),
            None => Some(Self::of(world, id)),
        }
    }

    /// As a value.
    pub fn value(self: &Rc<Self>) -> Value {
        once(&self.handle, || Rc::new(NotesDatabase(Rc::clone(self))))
    }

    /// Which database of the store; an error if it is not open.
    pub fn store_id(&self) -> Result<DatabaseId, Box<Fault>> {
        self.id.get().ok_or_else(|| {
            let why = format!("Database {} has not been opened yet", self.path.borrow());
            ScriptError::new(4063, why).into()
        })
    }

    /// That a document is open.
    pub fn remember(&self, unid: &str, doc: &Rc<Doc>) {
        let mut documents = self.documents.borrow_mut();
        // Those that nobody holds any more, now and then.
        if documents.len() >= self.room.get() {
            documents.retain(|_, known| known.strong_count() > 0);
            self.room.set(64 + 2 * documents.len());
        }
        documents.insert(unid.to_owned(), Rc::downgrade(doc));
    }

    /// A document by its universal id: as it is open, else as it is stored.
    pub fn document(self: &Rc<Self>, world: &World, unid: &str) -> Option<Rc<Doc>> {
        let note = world.store.get(self.id.get()?)?.note(unid)?;
        let open = self
            .documents
            .borrow()
            .get(&note.unid)
            .and_then(Weak::upgrade);
        let open = open.filter(|doc| !doc.state.borrow().is_deleted);
        Some(open.unwrap_or_else(|| Doc::open(world, self, note)))
    }

    pub fn store<'w>(&self, world: &'w World) -> Result<&'w Database, Box<Fault>> {
        let id = self.store_id()?;
        world
            .store
            .get(id)
            .ok_or_else(|| notes_error("the database is gone"))
    }
}

/// The profile document of a name, and of a user if it is one user's.
pub(crate) fn find_profile<'d>(database: &'d Database, name: &str, user: &str) -> Option<&'d Note> {
    database
        .profiles()
        .find(|note| is_profile(&note.document, name, user))
}

/// A new profile document.
pub(crate) fn new_profile(name: &str, user: &str) -> Option<Document> {
    let mut tree = Tree::new("profiledocument");
    tree.root_mut().set("xmlns", NAMESPACE).set("name", name);
    if !user.is_empty() {
        tree.root_mut().set("username", user);
    }
    Document::from_element(tree.root())
}

/// A replica id as people write it.
pub(crate) fn with_colon(id: &str) -> String {
    match id.split_at_checked(8) {
        Some((one, other)) if !other.is_empty() => format!("{one}:{other}"),
        _ => id.to_owned(),
    }
}

/// What a `<databaseinfo>` or the clock says.
fn date_of(store: &Database, name: &str) -> Option<DateTime> {
    Design::of(store.design().root())?
        .info()?
        .date(name)?
        .value
        .ok()
}

impl NotesDatabase {
    fn pieces(&self, world: &mut World, sort: fn(Sort) -> bool) -> Result<Vec<String>, Box<Fault>> {
        let store = self.0.store(world)?;
        let design = Design::of(store.design().root());
        let pieces = design.into_iter().flat_map(Design::designs);
        Ok(pieces
            .filter(|piece| sort(piece.sort()))
            .map(|piece| piece.name().into_owned())
            .collect())
    }

    fn views(&self, world: &mut World) -> Answer {
        let names = self.pieces(world, |sort| matches!(sort, Sort::View | Sort::Folder))?;
        let mut views = Vec::new();
        for name in names {
            if let Some(view) = OpenView::open(world, &self.0, &name)? {
                views.push(view.value());
            }
        }
        Ok(Array::of_values(views))
    }

    fn of_design(&self, world: &mut World, member: &str) -> Answer {
        let database = &self.0;
        let values = match member {
            "views" => return self.views(world),
            "forms" => {
                let names =
                    self.pieces(world, |sort| matches!(sort, Sort::Form | Sort::Subform))?;
                let forms = names.iter();
                forms
                    .filter_map(|name| design::form(world, database, name))
                    .collect()
            }
            _ => {
                let names = self.pieces(world, |sort| sort == Sort::Agent)?;
                names
                    .iter()
                    .filter_map(|name| agent::find(world, database, name))
                    .collect()
            }
        };
        Ok(Array::of_values(values))
    }

    fn profile(&self, world: &mut World, given: Arguments<'_>) -> Answer {
        let (name, user) = (given.text(0)?, given.text_or(1, "")?);
        let store = self.0.store(world)?;
        charge(16 * (store.size() + self.0.documents.borrow().len()) as u64)?;
        let known = find_profile(store, &name, &user).map(|note| note.unid.clone());
        let open = self.0.documents.borrow().values().find_map(|known| {
            let doc = known.upgrade()?;
            let is_it = is_profile(&doc.state.borrow().document, &name, &user);
            is_it.then_some(doc)
        });
        if let Some(doc) = open {
            return Ok(doc.value());
        }
        let doc = match known {
            Some(unid) => self.0.document(world, &unid),
            None => match new_profile(&name, &user) {
                Some(document) => Some(Doc::of_new(world, &self.0, document)?),
                None => None,
            },
        };
        Ok(doc.map_or(Value::Nothing, |doc| doc.value()))
    }

    fn search(&self, world: &mut World, given: Arguments<'_>) -> Answer {
        let id = self.0.store_id()?;
        let formula = given.text(0)?;
        let since = given.object_if::<NotesDateTime>(1)?;
        let most = usize::try_from(given.long_or(2, 0)?).unwrap_or(0);
        let mut found = index::search(world, id, &formula)?;
        if let Some(since) = since.filter(|since| !since.value().is_blank()) {
            let since = time::ole_of(&since.value(), &world.zone);
            found = self.changed_since(world, found, since)?;
        }
        if most > 0 {
            found.truncate(most);
        }
        Ok(value_of(NotesDocumentCollection::found(
            &self.0, found, &formula,
        )))
    }

    fn changed_since(
        &self,
        world: &World,
        unids: Vec<String>,
        since: f64,
    ) -> Result<Vec<String>, Box<Fault>> {
        let store = self.0.store(world)?;
        let is_later = |unid: &String| {
            let note = store.note(unid);
            let date = note.and_then(|note| {
                let date = note
                    .document
                    .modified()
                    .or_else(|| note.document.created())?;
                date.value.ok()
            });
            date.is_none_or(|date| time::ole_of(&date, &world.zone) >= since)
        };
        Ok(unids.into_iter().filter(is_later).collect())
    }

    fn open(&self, world: &mut World, server: &str, path: &str) -> bool {
        let (server, path) = match path {
            "" => (self.0.server.borrow().clone(), self.0.path.borrow().clone()),
            path => (server.to_owned(), path.to_owned()),
        };
        let id = world.find_database(&server, &path);
        if id.is_some() {
            self.0.id.set(id);
            *self.0.server.borrow_mut() = server;
            *self.0.path.borrow_mut() = path;
        }
        id.is_some()
    }

    fn properties(&self, world: &mut World, member: &str) -> Answer {
        let store = self.0.store(world)?;
        let date = |name: &str| match date_of(store, name) {
            Some(date) => Value::Date(time::ole_of(&date, &world.zone)),
            None => Value::Date(time::ole_of_instant(world.now, &world.zone)),
        };
        let attribute =
            |name: &str| Value::text(store.design().root().attribute(name).unwrap_or_default());
        Ok(match member {
            "title" => Value::text(store.title()),
            "replicaid" => Value::text(store.replica_id()),
            "templatename" => attribute("templatename"),
            "designtemplatename" => attribute("fromtemplate"),
            "categories" => attribute("categories"),
            "created" => date("created"),
            "lastmodified" => date("datamodified"),
            "alldocuments" => {
                let all = store.documents().map(|note| note.unid.clone()).collect();
                value_of(NotesDocumentCollection::new(&self.0, all))
            }
            "unprocesseddocuments" => {
                let documents = unprocessed(world, &self.0);
                value_of(NotesDocumentCollection::new(&self.0, documents))
            }
            "acl" => acl::open(world, &self.0)?,
            "currentaccesslevel" => {
                let id = self.0.store_id()?;
                Value::Integer(acl::level_of(world, id, &world.user))
            }
            "managers" => {
                let entries = acl::entries_of(world, self.0.store_id()?);
                let managers = entries.into_iter().filter(|entry| entry.level == 6);
                Array::of_values(managers.map(|entry| Value::text(entry.name)).collect())
            }
            "isftindexed"
            | "ismultidbsearch"
            | "islink"
            | "isdirectorycatalog"
            | "ispendingdelete"
            | "iscurrentaccesspublicreader"
            | "iscurrentaccesspublicwriter"
            | "delayupdates" => Value::Boolean(false),
            "ispublicaddressbook" => {
                Value::Boolean(store.design().root().attribute("type") == Some("addressbook"))
            }
            "isprivateaddressbook" => Value::Boolean(
                store.design().root().attribute("type") == Some("personaladdressbook"),
            ),
            "views" | "forms" | "agents" => return self.of_design(world, member),
            _ => return not_here("NotesDatabase", member),
        })
    }
}

/// The documents of the current agent that it has not marked, if it runs in this database; none else.
fn unprocessed(world: &World, database: &Rc<OpenDatabase>) -> Vec<String> {
    let current = &world.current;
    let is_current = current
        .database
        .as_ref()
        .is_some_and(|open| open.id.get() == database.id.get());
    if !is_current {
        return Vec::new();
    }
    let left = current.documents.iter();
    left.filter(|unid| !current.processed.contains(unid))
        .cloned()
        .collect()
}

impl Object for NotesDatabase {
    fn class(&self) -> &'static str {
        "NotesDatabase"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        Ok(match member {
            "isopen" => Value::Boolean(self.0.id.get().is_some()),
            "server" => Value::text(self.0.server.borrow().as_str()),
            "filepath" => Value::text(self.0.path.borrow().as_str()),
            "filename" => {
                let path = self.0.path.borrow();
                Value::text(path.rsplit(['/', '\\']).next().unwrap_or_default())
            }
            "parent" => value_of(NotesSession),
            _ => return self.properties(world, member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let attribute = match member {
            "title" => "title",
            "categories" => "categories",
            "delayupdates" => return Ok(()),
            _ => return not_here(self.class(), member).map(|_| ()),
        };
        let id = self.0.store_id()?;
        let text = value.text_by(&world.international)?;
        if let Some(store) = world.store.get_mut(id) {
            store.design_mut().root_mut().set(attribute, &text);
        }
        Ok(())
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            "open" | "openwithfailover" | "openifmodified" => {
                let (server, path) = (given.text_or(0, "")?, given.text_or(1, "")?);
                return Ok(Value::Boolean(self.open(world, &server, &path)));
            }
            "openbyreplicaid" => {
                let (server, id) = (given.text(0)?, given.text(1)?);
                let found = world.store.find_replica(&server, &id, &world.server);
                if let Some(store) = found.and_then(|id| world.store.get(id)) {
                    *self.0.server.borrow_mut() = store.server.clone();
                    *self.0.path.borrow_mut() = store.path.clone();
                    self.0.id.set(found);
                }
                return Ok(Value::Boolean(found.is_some()));
            }
            "openmail" => return self.open_mail(world),
            "create" => {
                let (server, path) = (given.text(0)?, given.text(1)?);
                if world.find_database(&server, &path).is_some() {
                    return Err(ScriptError::new(
                        4041,
                        format!("Notes error: the file {path} exists already"),
                    )
                    .into());
                }
                world.grow(10_000)?;
                let id = world.store.create(&server, &path);
                if given.is_true_or(2, false)? {
                    self.0.id.set(Some(id));
                }
                *self.0.server.borrow_mut() = server;
                *self.0.path.borrow_mut() = path;
                return Ok(Value::Boolean(true));
            }
            _ => {}
        }
        self.0.store_id()?;
        Ok(match member {
            "createdocument" => Doc::create(world, &self.0)?.value(),
            "createdocumentcollection" => {
                value_of(NotesDocumentCollection::new(&self.0, Vec::new()))
            }
            "getdocumentbyunid" => {
                let unid = given.text(0)?;
                let doc = self.0.document(world, &unid);
                let doc = doc.ok_or_else(|| ScriptError::new(4091, "Invalid universal id"))?;
                doc.value()
            }
            "getdocumentbyid" => {
                let id = given.text(0)?;
                let note = self.0.store(world)?.note_by_id(&id);
                let unid = note.map(|note| note.unid.clone());
                let doc = unid.and_then(|unid| self.0.document(world, &unid));
                let doc = doc.ok_or_else(|| notes_error("Invalid or nonexistent document"))?;
                doc.value()
            }
            "getview" => match OpenView::open(world, &self.0, &given.text(0)?)? {
                Some(view) => view.value(),
                None => Value::Nothing,
            },
            "getform" => design::form(world, &self.0, &given.text(0)?).unwrap_or(Value::Nothing),
            "getagent" => agent::find(world, &self.0, &given.text(0)?).unwrap_or(Value::Nothing),
            "getprofiledocument" => return self.profile(world, given),
            "getprofiledoccollection" => {
                let name = given.text_or(0, "")?;
                let store = self.0.store(world)?;
                let profiles = store.profiles().filter(|note| {
                    let known = note.document.profile_name().unwrap_or_default();
                    name.is_empty() || known.eq_ignore_ascii_case(&name)
                });
                let unids = profiles.map(|note| note.unid.clone()).collect();
                value_of(NotesDocumentCollection::new(&self.0, unids))
            }
            "search" => return self.search(world, given),
            "unprocessedsearch" => {
                let found = self.search(world, given)?;
                let Value::Product(product) = &found else {
                    return Ok(found);
                };
                let object: Rc<dyn std::any::Any> = crate::object::object_of(product)?;
                let unids = object
                    .downcast_ref::<NotesDocumentCollection>()
                    .map_or_else(Vec::new, NotesDocumentCollection::unids);
                let left = unprocessed(world, &self.0);
                let unids = unids
                    .into_iter()
                    .filter(|unid| left.contains(unid))
                    .collect();
                value_of(NotesDocumentCollection::new(&self.0, unids))
            }
            "getmodifieddocuments" => {
                let since = given.object_if::<NotesDateTime>(0)?;
                let all: Vec<String> = self
                    .0
                    .store(world)?
                    .documents()
                    .map(|note| note.unid.clone())
                    .collect();
                let unids = match since {
                    Some(since) => {
                        let since = time::ole_of(&since.value(), &world.zone);
                        self.changed_since(world, all, since)?
                    }
                    None => all,
                };
                value_of(NotesDocumentCollection::new(&self.0, unids))
            }
            "queryaccess" => {
                let id = self.0.store_id()?;
                Value::Integer(acl::level_of(world, id, &given.text(0)?))
            }
            "queryaccessroles" => {
                let id = self.0.store_id()?;
                let roles = acl::roles_of(world, id, &given.text(0)?);
                Array::of_values(roles.into_iter().map(Value::text).collect())
            }
            "grantaccess" | "revokeaccess" => {
                let id = self.0.store_id()?;
                let level = match member {
                    "grantaccess" => Some(given.long_or(1, 0)?),
                    _ => None,
                };
                acl::change(world, id, &given.text(0)?, level)?;
                Value::Empty
            }
            "enablefolder" => Value::Empty,
            _ => return not_here(self.class(), member),
        })
    }
}

impl NotesDatabase {
    /// The user's own mail file, as the settings name it.
    fn open_mail(&self, world: &mut World) -> Answer {
        let setting = |name: &str| world.environment.get(name).cloned().unwrap_or_default();
        let (server, path) = (setting("mailserver"), setting("mailfile"));
        match self.open(world, &server, &path) && !path.is_empty() {
            true => Ok(Value::Empty),
            false => Err(ScriptError::new(
                4060,
                "Database open failed: the settings MailServer and MailFile name no database of this run",
            )
            .into()),
        }
    }
}

/// `NotesDbDirectory`
pub(crate) struct NotesDbDirectory {
    server: String,
    next: Cell<usize>,
}

impl NotesDbDirectory {
    /// Of a server.
    pub fn new(server: &str) -> Self {
        Self {
            server: server.to_owned(),
            next: Cell::new(0),
        }
    }

    fn next(&self, world: &World) -> Value {
        let wanted = names::canonical(&self.server).to_lowercase();
        let own = names::canonical(&world.server).to_lowercase();
        let found = world
            .store
            .databases()
            .skip(self.next.get())
            .find(|(_, database)| {
                let server = names::canonical(&database.server).to_lowercase();
                let server = if server.is_empty() {
                    own.clone()
                } else {
                    server
                };
                server == wanted || wanted.is_empty() && server == own
            });
        match found {
            Some((id, database)) => {
                self.next.set(id.0 + 1);
                // What a directory gives is not open yet.
                OpenDatabase::new(None, &database.server, &database.path).value()
            }
            None => Value::Nothing,
        }
    }
}

impl Object for NotesDbDirectory {
    fn class(&self) -> &'static str {
        "NotesDbDirectory"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        Ok(match member {
            "name" => Value::text(names::abbreviated(&self.server)),
            "isavailable" => Value::Boolean(true),
            "clustername" => Value::text(""),
            "parent" => value_of(NotesSession),
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        let opened = |found: Option<Rc<OpenDatabase>>| match found {
            Some(database) => Ok(database.value()),
            None => Err(ScriptError::new(
                4060,
                "Database open failed: there is no such database in this run",
            )
            .into()),
        };
        match member {
            "getfirstdatabase" => {
                self.next.set(0);
                Ok(self.next(world))
            }
            "getnextdatabase" => Ok(self.next(world)),
            "opendatabase" => {
                let path = given.text(0)?;
                opened(OpenDatabase::find(world, &self.server, &path))
            }
            "opendatabasebyreplicaid" => {
                let id = world
                    .store
                    .find_replica(&self.server, &given.text(0)?, &world.server);
                opened(id.map(|id| OpenDatabase::of(world, id)))
            }
            "openmaildatabase" => {
                let mail = OpenDatabase::new(None, "", "");
                NotesDatabase(Rc::clone(&mail)).open_mail(world)?;
                Ok(mail.value())
            }
            "createdatabase" => {
                let path = given.text(0)?;
                world.grow(10_000)?;
                let id = world.store.create(&self.server, &path);
                Ok(OpenDatabase::of(world, id).value())
            }
            _ => not_here(self.class(), member),
        }
    }
}

/// A document out of the arguments of a function, opened in its database.
pub(crate) fn document_of(given: &Arguments<'_>, at: usize) -> Result<Option<Rc<Doc>>, Box<Fault>> {
    Ok(given
        .object_if::<NotesDocument>(at)?
        .map(|document| Rc::clone(&document.0)))
}
