//! `NotesDocument`: a document in the hands of a script. What it changes is its own until it is saved.

use crate::convert::{self, Content, append_item, set_item};
use crate::formulas::field_of;
use crate::mail::Mail;
use crate::object::{Arguments, Handle, Object, once, value_of};
use crate::objects::collection::NotesDocumentCollection;
use crate::objects::database::OpenDatabase;
use crate::objects::embedded::NotesEmbeddedObject;
use crate::objects::item::{self, NotesItem};
use crate::objects::view::OpenView;
use crate::store::{Note, note_id_text};
use crate::{World, form, time};
use dxl::Element;
use dxl::notes::{DateTime, Document, DocumentKind};
use lotusscript::formula;
use lotusscript::run::{Answer, Array, Fault, ScalarType, ScriptError, Value, charge};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// A document, shared by all variables of a script that hold it.
pub(crate) struct Doc {
    pub database: Rc<OpenDatabase>,
    pub state: RefCell<State>,
    handle: RefCell<Weak<Handle>>,
}

/// What a script has of it.
pub(crate) struct State {
    pub document: Document,
    pub unid: String,
    pub note_id: Option<u32>,
    /// How often it was saved when it was opened.
    sequence: u32,
    pub is_new: bool,
    pub is_deleted: bool,
    pub created: DateTime,
    /// The form is among its items although DXL has it beside them.
    form_is_added: bool,
    save_message: bool,
    column_values: Option<Vec<formula::Value>>,
    view: Option<Rc<OpenView>>,
}

/// `NotesDocument`.
pub(crate) struct NotesDocument(pub Rc<Doc>);

impl Doc {
    /// A new one.
    pub fn create(world: &mut World, database: &Rc<OpenDatabase>) -> Result<Rc<Self>, Box<Fault>> {
        let mut document = Document::new("");
        let root = document.element().id();
        document.tree_mut().remove_attribute(root, "form");
        Self::of_new(world, database, document)
    }

    /// A new one with content.
    pub fn of_new(
        world: &mut World,
        database: &Rc<OpenDatabase>,
        document: Document,
    ) -> Result<Rc<Self>, Box<Fault>> {
        world.grow(weight_of(document.element()))?;
        let unid = world.store.next_unid();
        let doc = Rc::new(Self {
            database: Rc::clone(database),
            state: RefCell::new(State {
                document,
                unid: unid.clone(),
                note_id: None,
                sequence: 0,
                is_new: true,
                is_deleted: false,
                created: world.date_time_now(),
                form_is_added: true,
                save_message: false,
                column_values: None,
                view: None,
            }),
            handle: RefCell::default(),
        });
        database.remember(&unid, &doc);
        Ok(doc)
    }

    /// One that lies in a database.
    pub fn open(world: &World, database: &Rc<OpenDatabase>, note: &Note) -> Rc<Self> {
        let mut document = Document::clone(&note.document);
        let mut form_is_added = false;
        if document.kind() == DocumentKind::Document && document.item("Form").is_none() {
            form_is_added = true;
            if let Some(form) = document.form().map(|form| form.into_owned()) {
                append_item(&mut document, "Form", &Content::text(form));
            }
        }
        let created = document.created().and_then(|created| created.value.ok());
        let doc = Rc::new(Self {
            database: Rc::clone(database),
            state: RefCell::new(State {
                document,
                unid: note.unid.clone(),
                note_id: Some(note.note_id),
                sequence: note.sequence,
                is_new: false,
                is_deleted: false,
                created: created.unwrap_or_else(|| world.date_time_now()),
                form_is_added,
                save_message: false,
                column_values: None,
                view: None,
            }),
            handle: RefCell::default(),
        });
        database.remember(&note.unid, &doc);
        doc
    }

    /// As a value; the same one each time, so that `Is` holds.
    pub fn value(self: &Rc<Self>) -> Value {
        once(&self.handle, || Rc::new(NotesDocument(Rc::clone(self))))
    }

    /// That it was found in a view.
    pub fn found_in(&self, view: &Rc<OpenView>, values: &[formula::Value]) {
        let mut state = self.state.borrow_mut();
        state.view = Some(Rc::clone(view));
        state.column_values = Some(values.to_vec());
    }

    /// What an item holds.
    pub fn content(&self, name: &str) -> Option<Content> {
        field_of(&self.state.borrow().document, name)
    }

    /// The first text of an item.
    pub fn text(&self, name: &str) -> String {
        match self.content(name) {
            Some(Content::Texts(list)) => list.into_iter().next().unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Sets an item.
    pub fn set(&self, name: &str, content: &Content) {
        let mut state = self.state.borrow_mut();
        set_item(&mut state.document, name, content);
    }

    /// Takes the items of a name away.
    pub fn remove_item(&self, name: &str) -> bool {
        let mut state = self.state.borrow_mut();
        let removed = state.document.remove_item(name);
        if name.eq_ignore_ascii_case("form") {
            let root = state.document.element().id();
            state.document.tree_mut().remove_attribute(root, "form");
        }
        removed
    }

    /// That it is still there.
    fn check(&self) -> Result<(), Box<Fault>> {
        match self.state.borrow().is_deleted {
            true => Err(notes_error("the document has been deleted")),
            false => Ok(()),
        }
    }

    /// What it costs to look through its items.
    fn charge(&self) -> Result<(), Box<Fault>> {
        let items = self.state.borrow().document.element().children().count();
        charge(items as u64)
    }

    /// As it is stored: the form stands in the element, not among the items, unless it stood there before.
    fn to_store(&self) -> Document {
        let state = self.state.borrow();
        let mut document = state.document.clone();
        if document.kind() != DocumentKind::Document {
            return document;
        }
        let form = match document.item("Form").and_then(Content::of_item) {
            Some(Content::Texts(list)) => list.into_iter().next(),
            _ => None,
        };
        let root = document.element().id();
        match form {
            Some(form) => document.tree_mut().set_attribute(root, "form", &form),
            None => {
                document.tree_mut().remove_attribute(root, "form");
            }
        }
        if state.form_is_added {
            document.remove_item("Form");
        }
        document
    }

    /// When it was last saved, as scripts have it.
    pub fn value_of_modified(&self, world: &World) -> Value {
        let state = self.state.borrow();
        let date = state.document.modified().and_then(|date| date.value.ok());
        Value::Date(time::ole_of(&date.unwrap_or(state.created), &world.zone))
    }

    /// Saves it. What happens when somebody else saved it meanwhile, the arguments say; whether it was saved.
    pub fn save(
        self: &Rc<Self>,
        world: &mut World,
        force: bool,
        makes_response: bool,
    ) -> Result<bool, Box<Fault>> {
        self.check()?;
        let id = self.database.store_id()?;
        let unid = self.state.borrow().unid.clone();
        let (sequence, is_new) = {
            let state = self.state.borrow();
            (state.sequence, state.is_new)
        };
        let stored = world.store.get(id).and_then(|store| store.note(&unid));
        let conflicts = match stored {
            Some(note) => note.sequence != sequence,
            None => !is_new,
        };
        if conflicts && !force {
            if !makes_response || stored.is_none() {
                return Ok(false);
            }
            return self.save_as_conflict(world, &unid).map(|()| true);
        }
        let document = self.to_store();
        let (now, user) = (world.date_time_now(), world.user.clone());
        let is_more = world
            .store
            .get(id)
            .is_some_and(|store| store.is_untouched(&unid));
        if is_more {
            world.grow(weight_of(document.element()))?;
        }
        let Some(store) = world.store.get_mut(id) else {
            return Ok(false);
        };
        let (note_id, sequence) = store.save(&unid, document, &now, &user);
        let info = store.note(&unid).map(|note| Rc::clone(&note.document));
        let mut state = self.state.borrow_mut();
        state.note_id = Some(note_id);
        state.sequence = sequence;
        state.is_new = false;
        if let Some(info) = info {
            take_over(&mut state.document, &info);
        }
        Ok(true)
    }

    /// Saves it as an answer to the one that was saved before it.
    fn save_as_conflict(
        self: &Rc<Self>,
        world: &mut World,
        original: &str,
    ) -> Result<(), Box<Fault>> {
        let id = self.database.store_id()?;
        let unid = world.store.next_unid();
        let mut document = self.to_store();
        let root = document.element().id();
        let info = document.element().first("noteinfo").map(|info| info.id());
        let tree = document.tree_mut();
        if let Some(info) = info {
            tree.detach(info);
        }
        tree.set_attribute(root, "parent", original);
        tree.set_attribute(root, "response", "true");
        tree.set_attribute(root, "conflict", "true");
        world.grow(weight_of(document.element()))?;
        let (now, user) = (world.date_time_now(), world.user.clone());
        if let Some(store) = world.store.get_mut(id) {
            store.save(&unid, document, &now, &user);
        }
        Ok(())
    }

    fn remove(&self, world: &mut World, force: bool) -> Result<bool, Box<Fault>> {
        self.check()?;
        let id = self.database.store_id()?;
        let (unid, sequence) = {
            let state = self.state.borrow();
            (state.unid.clone(), state.sequence)
        };
        let Some(store) = world.store.get_mut(id) else {
            return Ok(false);
        };
        let was_changed = store
            .note(&unid)
            .is_some_and(|note| note.sequence != sequence);
        if was_changed && !force {
            return Ok(false);
        }
        store.remove(&unid);
        self.state.borrow_mut().is_deleted = true;
        Ok(true)
    }

    /// Makes it an answer to another.
    fn make_response(&self, parent: &Self) {
        let unid = parent.state.borrow().unid.clone();
        let mut state = self.state.borrow_mut();
        let root = state.document.element().id();
        if state.document.kind() == DocumentKind::Note {
            set_item(&mut state.document, "$REF", &Content::text(unid));
            return;
        }
        let tree = state.document.tree_mut();
        tree.set_attribute(root, "parent", &unid);
        tree.set_attribute(root, "response", "true");
    }

    /// Sends it; the mail stays in the World.
    pub fn send(
        self: &Rc<Self>,
        world: &mut World,
        with_form: bool,
        recipients: Option<Content>,
    ) -> Result<(), Box<Fault>> {
        self.check()?;
        if let Some(recipients) = recipients {
            self.set("SendTo", &recipients);
        }
        let names = |name: &str| match self.content(name) {
            Some(Content::Texts(list)) => list
                .into_iter()
                .filter(|name| !name.trim().is_empty())
                .collect(),
            _ => Vec::new(),
        };
        let (to, copy_to, blind_copy_to) = (names("SendTo"), names("CopyTo"), names("BlindCopyTo"));
        if to.is_empty() && copy_to.is_empty() && blind_copy_to.is_empty() {
            let why = "No recipients: the document has no SendTo, CopyTo or BlindCopyTo";
            return Err(ScriptError::new(4294, why).into());
        }
        let now = formula::Time::At(world.date_time_now());
        self.set("PostedDate", &Content::Times(vec![now]));
        if self.content("From").is_none() {
            self.set("From", &Content::text(&world.user));
        }
        let text = self.state.borrow().document.plain_text("Body");
        world.grow(weight_of(self.state.borrow().document.element()))?;
        world.mails.push(Mail {
            to,
            copy_to,
            blind_copy_to,
            subject: self.text("Subject"),
            text,
            with_form,
            document: Rc::new(self.to_store()),
        });
        if self.state.borrow().save_message {
            self.save(world, true, false)?;
        }
        Ok(())
    }

    /// A copy of all items in another document.
    pub fn copy_items(
        &self,
        world: &World,
        target: &Self,
        replaces: bool,
    ) -> Result<(), Box<Fault>> {
        if std::ptr::eq(self, target) {
            return Ok(());
        }
        let source = self.state.borrow();
        world.grow(weight_of(source.document.element()))?;
        let mut into = target.state.borrow_mut();
        for item in source.document.items() {
            if replaces {
                into.document.remove_item(item.name());
            }
            let copy = into.document.tree_mut().create_copy(item.element());
            item::append(&mut into.document, copy);
        }
        Ok(())
    }

    fn set_unid(&self, text: &str) -> Result<(), Box<Fault>> {
        let unid = text.trim().to_uppercase();
        let is_one = unid.len() == 32 && unid.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_one {
            return Err(ScriptError::new(4091, "Invalid universal id").into());
        }
        let mut state = self.state.borrow_mut();
        // A document with another id is another document: it is saved beside the one it was.
        state.unid = unid;
        state.is_new = true;
        state.note_id = None;
        state.sequence = 0;
        let info = state
            .document
            .element()
            .first("noteinfo")
            .map(|info| info.id());
        if let Some(info) = info {
            state.document.tree_mut().detach(info);
        }
        Ok(())
    }
}

/// What a save wrote beside the items.
fn take_over(document: &mut Document, saved: &Document) {
    for name in ["updatedby", "noteinfo"] {
        let old = document.element().first(name).map(|info| info.id());
        let tree = document.tree_mut();
        if let Some(old) = old {
            tree.detach(old);
        }
        if let Some(info) = saved.element().first(name) {
            let copy = tree.create_copy(info);
            let root = tree.root().id();
            match tree.root().children().next().map(|node| node.id()) {
                Some(first) => tree.insert_before(first, copy),
                None => tree.append(root, copy),
            }
        }
    }
}

/// About how many bytes an element takes.
pub(crate) fn weight_of(element: Element<'_>) -> usize {
    let nodes = element.descendants().flat_map(Element::children);
    1000 + nodes
        .map(|node| 100 + node.as_text().map_or(0, str::len))
        .sum::<usize>()
}

/// An error of Notes without a number of its own.
pub(crate) fn notes_error(why: &str) -> Box<Fault> {
    ScriptError::new(4000, format!("Notes error: {why}")).into()
}

fn texts(list: Vec<String>) -> Value {
    Array::of_typed(
        ScalarType::Text,
        list.into_iter().map(Value::text).collect(),
    )
}

impl NotesDocument {
    fn date(&self, world: &World, which: fn(&Document) -> Option<DateTime>) -> Value {
        let state = self.0.state.borrow();
        let date = which(&state.document).unwrap_or(state.created);
        Value::Date(time::ole_of(&date, &world.zone))
    }

    fn own(&self, world: &mut World, member: &str) -> Option<Answer> {
        let doc = &self.0;
        let value = match member {
            "universalid" => Value::text(doc.state.borrow().unid.clone()),
            "noteid" => {
                let id = doc.state.borrow().note_id;
                Value::text(id.map_or("0".to_owned(), note_id_text))
            }
            "isnewnote" => Value::Boolean(doc.state.borrow().is_new),
            "isdeleted" => {
                let unid = doc.state.borrow().unid.clone();
                let state = doc.state.borrow();
                let is_gone = doc.database.id.get().is_some_and(|id| {
                    let store = world.store.get(id);
                    store.is_some_and(|store| store.note(&unid).is_none())
                });
                Value::Boolean(state.is_deleted || is_gone && !state.is_new)
            }
            "isvalid" => Value::Boolean(!doc.state.borrow().is_deleted),
            "isprofile" => {
                Value::Boolean(doc.state.borrow().document.kind() == DocumentKind::Profile)
            }
            "isresponse" => Value::Boolean(doc.state.borrow().document.is_response()),
            "issigned" | "isencrypted" | "sentbyagent" | "isuidocopen" => Value::Boolean(false),
            "encryptonsend" | "signonsend" => Value::Boolean(false),
            "savemessageonsend" => Value::Boolean(doc.state.borrow().save_message),
            "nameofprofile" => {
                let state = doc.state.borrow();
                Value::text(state.document.profile_name().unwrap_or_default())
            }
            "key" => {
                let state = doc.state.borrow();
                Value::text(state.document.profile_user().unwrap_or_default())
            }
            "parentdatabase" => doc.database.value(),
            "parentdocumentunid" => {
                let state = doc.state.borrow();
                Value::text(state.document.parent().unwrap_or_default().to_uppercase())
            }
            "parentview" => match &doc.state.borrow().view {
                Some(view) => view.value(),
                None => Value::Nothing,
            },
            "created" => self.date(world, |document| document.created()?.value.ok()),
            "lastmodified" | "lastaccessed" => {
                self.date(world, |document| document.modified()?.value.ok())
            }
            "authors" => {
                let names = doc.state.borrow();
                let names = names.document.updated_by();
                texts(names.into_iter().map(|name| name.into_owned()).collect())
            }
            "signer" | "verifier" => Value::text(""),
            "size" => {
                let bytes = doc
                    .state
                    .borrow()
                    .document
                    .to_xml()
                    .map_or(0, |xml| xml.len());
                Value::Long(i32::try_from(bytes).unwrap_or(i32::MAX))
            }
            "items" => {
                let ids: Vec<_> = {
                    let state = doc.state.borrow();
                    state
                        .document
                        .items()
                        .map(|item| item.element().id())
                        .collect()
                };
                Array::of_values(ids.into_iter().map(|id| item::value(doc, id)).collect())
            }
            "hasembedded" => Value::Boolean(doc.state.borrow().document.attachments().count() > 0),
            "embeddedobjects" => Value::Empty,
            "encryptionkeys" => texts(vec![String::new()]),
            "ftsearchscore" => Value::Integer(0),
            "columnvalues" => {
                let state = doc.state.borrow();
                let values = state.column_values.as_ref()?;
                let view = state.view.as_ref()?;
                let columns = view.constants();
                let values = values.iter().enumerate();
                Array::of_values(
                    values
                        .filter(|(at, _)| columns.get(*at) != Some(&true))
                        .map(|(_, value)| convert::cell_of_formula(value, &world.zone))
                        .collect(),
                )
            }
            "responses" => {
                let unid = doc.state.borrow().unid.clone();
                let store = doc.database.id.get().and_then(|id| world.store.get(id));
                let unids = store.map_or_else(Vec::new, |store| {
                    store
                        .responses_to(&unid)
                        .map(|note| note.unid.clone())
                        .collect()
                });
                value_of(NotesDocumentCollection::new(&doc.database, unids))
            }
            "folderreferences" => {
                let unid = doc.state.borrow().unid.clone();
                let store = doc.database.id.get().and_then(|id| world.store.get(id));
                texts(store.map_or_else(Vec::new, |store| store.folders_of(&unid)))
            }
            "lockholders" => texts(vec![String::new()]),
            "httpurl" | "notesurl" => {
                return Some(crate::object::not_here("NotesDocument", member));
            }
            _ => return None,
        };
        Some(Ok(value))
    }

    fn copy_item(&self, world: &World, given: Arguments<'_>) -> Answer {
        let item = given.object::<NotesItem>(0)?;
        let name = given.text_or(1, "")?;
        let name = if name.is_empty() { item.name() } else { name };
        item.copy_to(world, &self.0, &name)
    }

    fn to_database(&self, world: &mut World, given: Arguments<'_>) -> Answer {
        let target = given.object::<super::database::NotesDatabase>(0)?;
        target.0.store_id()?;
        let mut document = self.0.to_store();
        for name in ["noteinfo", "updatedby"] {
            let info = document.element().first(name).map(|info| info.id());
            if let Some(info) = info {
                document.tree_mut().detach(info);
            }
        }
        // Without the room that is left of what was taken out: copies of copies would gather it.
        let document = Document::from_element(document.element()).unwrap_or(document);
        let copy = Doc::of_new(world, &target.0, document)?;
        if let Some(form) = copy.content("Form")
            && copy.state.borrow().document.item("Form").is_none()
        {
            copy.set("Form", &form);
        }
        copy.save(world, true, false)?;
        Ok(copy.value())
    }

    fn stamp_or_replace(&self, world: &World, given: Arguments<'_>, appends: bool) -> Answer {
        let name = given.text(0)?;
        let content = Content::of_value(&given.value(1), world)?;
        let mut state = self.0.state.borrow_mut();
        let id = match appends {
            true => append_item(&mut state.document, &name, &content),
            false => set_item(&mut state.document, &name, &content),
        };
        drop(state);
        Ok(item::value(&self.0, id))
    }
}

impl Object for NotesDocument {
    fn class(&self) -> &'static str {
        "NotesDocument"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        self.0.charge()?;
        if let Some(answer) = self.own(world, member) {
            return answer;
        }
        let content = self.0.content(member).unwrap_or(Content::text(""));
        Ok(content.to_array(&world.zone))
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        self.0.check()?;
        self.0.charge()?;
        match member {
            "universalid" => {
                return self.0.set_unid(value.as_text().unwrap_or_default());
            }
            "savemessageonsend" => {
                let is_on = value.as_number().is_some_and(|number| number != 0.0);
                self.0.state.borrow_mut().save_message = is_on;
                return Ok(());
            }
            // There are no keys here: what is to be encrypted or signed stays readable.
            "encryptonsend" | "signonsend" | "encryptionkeys" => {
                return crate::object::not_here("NotesDocument", member).map(|_| ());
            }
            _ => {}
        }
        let content = Content::of_value(&value, world)?;
        let known = {
            let state = self.0.state.borrow();
            state
                .document
                .item(member)
                .map(|item| item.name().to_owned())
        };
        let name = known.unwrap_or_else(|| world.spelled(member));
        let mut state = self.0.state.borrow_mut();
        set_item(&mut state.document, &name, &content);
        Ok(())
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        let doc = &self.0;
        doc.charge()?;
        if !matches!(member, "save" | "remove" | "removepermanently") {
            doc.check()?;
        }
        Ok(match member {
            "getitemvalue" => {
                let content = doc.content(&given.text(0)?).unwrap_or(Content::text(""));
                content.to_array(&world.zone)
            }
            "getitemvaluedatetimearray" => {
                let content = doc.content(&given.text(0)?);
                return super::datetime::array_of(content);
            }
            "getreceiveditemtext" => texts(match doc.content("Received") {
                Some(Content::Texts(list)) => list,
                _ => vec![String::new()],
            }),
            "hasitem" => {
                let name = given.text(0)?;
                let there = doc.state.borrow().document.item(&name).is_some();
                let is_ref = name.eq_ignore_ascii_case("$ref");
                Value::Boolean(there || is_ref && doc.content(&name).is_some())
            }
            "getfirstitem" => {
                let name = given.text(0)?;
                let id = {
                    let state = doc.state.borrow();
                    state.document.item(&name).map(|item| item.element().id())
                };
                id.map_or(Value::Nothing, |id| item::value(doc, id))
            }
            "replaceitemvalue" => return self.stamp_or_replace(world, given, false),
            "appenditemvalue" => return self.stamp_or_replace(world, given, true),
            "removeitem" => {
                doc.remove_item(&given.text(0)?);
                Value::Empty
            }
            "copyitem" => return self.copy_item(world, given),
            "copyallitems" => {
                let target = given.object::<Self>(0)?;
                doc.copy_items(world, &target.0, given.is_true_or(1, false)?)?;
                Value::Empty
            }
            "copytodatabase" => return self.to_database(world, given),
            "createrichtextitem" => return item::create_rich_text(doc, &given.text(0)?),
            "save" => {
                let (force, responds) = (given.is_true_or(0, false)?, given.is_true_or(1, false)?);
                Value::Boolean(doc.save(world, force, responds)?)
            }
            "remove" | "removepermanently" => {
                Value::Boolean(doc.remove(world, given.is_true_or(0, false)?)?)
            }
            "makeresponse" => {
                let parent = given.object::<Self>(0)?;
                doc.make_response(&parent.0);
                Value::Empty
            }
            "send" => {
                let recipients = match given.has(1) {
                    true => Some(Content::of_value(&given.value(1), world)?),
                    false => None,
                };
                doc.send(world, given.is_true_or(0, false)?, recipients)?;
                Value::Empty
            }
            "computewithform" => {
                let outcome = form::compute(world, doc, form::Purpose::Check)?;
                match outcome {
                    Some(why) if given.is_true_or(1, false)? => return Err(notes_error(&why)),
                    outcome => Value::Boolean(outcome.is_none()),
                }
            }
            "getattachment" => NotesEmbeddedObject::find(doc, &given.text(0)?),
            "createreplymessage" => return self.reply(world, given.is_true_or(0, false)?),
            "putinfolder" | "removefromfolder" => {
                let (folder, unid) = (given.text(0)?, doc.state.borrow().unid.clone());
                let id = doc.database.store_id()?;
                if let Some(store) = world.store.get_mut(id) {
                    match member {
                        "putinfolder" => store.put_in_folder(&folder, &unid),
                        _ => store.remove_from_folder(&folder, &unid),
                    }
                }
                Value::Empty
            }
            "markread" | "markunread" => Value::Empty,
            "getread" => Value::Boolean(false),
            _ => return crate::object::not_here("NotesDocument", member),
        })
    }
}

impl NotesDocument {
    /// A new mail that answers this one.
    fn reply(&self, world: &mut World, to_all: bool) -> Answer {
        let answer = Doc::create(world, &self.0.database)?;
        answer.set("Form", &Content::text("Reply"));
        let subject = self.0.text("Subject");
        let subject = match subject.get(..3) {
            Some(start) if start.eq_ignore_ascii_case("re:") => subject,
            _ => format!("Re: {subject}"),
        };
        answer.set("Subject", &Content::text(subject));
        let from = match self.0.text("ReplyTo") {
            from if from.is_empty() => self.0.text("From"),
            from => from,
        };
        answer.set("SendTo", &Content::text(from));
        if to_all {
            let mut copies = Vec::new();
            for name in ["SendTo", "CopyTo"] {
                if let Some(Content::Texts(list)) = self.0.content(name) {
                    copies.extend(list);
                }
            }
            answer.set("CopyTo", &Content::Texts(copies));
        }
        answer.make_response(&self.0);
        Ok(answer.value())
    }
}
