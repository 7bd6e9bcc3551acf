//! `NotesDocumentCollection`: documents of a database in an order.

use crate::World;
use crate::convert::{Content, mismatch};
use crate::object::{Arguments, Object, not_here, object_of, value_of};
use crate::objects::database::OpenDatabase;
use crate::objects::document::{Doc, NotesDocument, notes_error};
use lotusscript::run::{Answer, Fault, Value};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// `NotesDocumentCollection`
pub(crate) struct NotesDocumentCollection {
    pub database: Rc<OpenDatabase>,
    unids: RefCell<Vec<String>>,
    is_sorted: bool,
    query: String,
    /// Where the last one that was asked for stands.
    last: Cell<usize>,
}

impl NotesDocumentCollection {
    /// Of the documents with these ids.
    pub fn new(database: &Rc<OpenDatabase>, unids: Vec<String>) -> Self {
        Self {
            database: Rc::clone(database),
            unids: RefCell::new(unids),
            is_sorted: false,
            query: String::new(),
            last: Cell::new(0),
        }
    }

    /// In the order of a view.
    pub fn sorted(database: &Rc<OpenDatabase>, unids: Vec<String>) -> Self {
        Self {
            is_sorted: true,
            ..Self::new(database, unids)
        }
    }

    /// That a formula found.
    pub fn found(database: &Rc<OpenDatabase>, unids: Vec<String>, query: &str) -> Self {
        Self {
            query: query.to_owned(),
            ..Self::new(database, unids)
        }
    }

    /// The ids.
    pub fn unids(&self) -> Vec<String> {
        self.unids.borrow().clone()
    }

    /// The first document from a place on that is still there.
    fn from(&self, world: &mut World, start: Option<usize>, goes_back: bool) -> Value {
        let mut at = start;
        while let Some(place) = at {
            let Some(unid) = self.unids.borrow().get(place).cloned() else {
                break;
            };
            if let Some(doc) = self.database.document(world, &unid) {
                return doc.value();
            }
            at = if goes_back {
                place.checked_sub(1)
            } else {
                Some(place + 1)
            };
        }
        Value::Nothing
    }

    fn place(&self, given: &Arguments<'_>) -> Result<usize, Box<Fault>> {
        let document = given.object::<NotesDocument>(0)?;
        let unid = document.0.state.borrow().unid.clone();
        let unids = self.unids.borrow();
        let last = self.last.get();
        // Whoever goes from one to the next does not look for each from the beginning.
        let near = (last..unids.len().min(last.saturating_add(3))).find(|at| unids[*at] == unid);
        let place = near.or_else(|| unids.iter().position(|known| *known == unid));
        self.last.set(place.unwrap_or(0));
        place.ok_or_else(|| notes_error("the document is not in this collection"))
    }

    /// The ids that another collection, a document or a note id stands for.
    fn ids_of(&self, world: &World, value: &Value) -> Result<Vec<String>, Box<Fault>> {
        match value {
            Value::Product(product) => {
                let object: Rc<dyn Any> = object_of(product)?;
                if let Some(other) = object.downcast_ref::<Self>() {
                    return Ok(other.unids());
                }
                if let Some(document) = object.downcast_ref::<NotesDocument>() {
                    return Ok(vec![document.0.state.borrow().unid.clone()]);
                }
                if let Some(entries) =
                    object.downcast_ref::<super::entries::NotesViewEntryCollection>()
                {
                    return Ok(entries.unids());
                }
                Err(mismatch("a collection, a document or a note id is wanted"))
            }
            Value::Text(id) => {
                let store = self.database.id.get().and_then(|id| world.store.get(id));
                let note = store.and_then(|store| store.note_by_id(id.as_str()));
                let note =
                    note.ok_or_else(|| notes_error("there is no document of this note id"))?;
                Ok(vec![note.unid.clone()])
            }
            _ => Err(mismatch("a collection, a document or a note id is wanted")),
        }
    }

    fn documents(&self, world: &mut World) -> Vec<Rc<Doc>> {
        let unids = self.unids();
        unids
            .iter()
            .filter_map(|unid| self.database.document(world, unid))
            .collect()
    }

    fn combine(&self, world: &World, member: &str, given: &Arguments<'_>) -> Answer {
        let others = self.ids_of(world, &given.value(0))?;
        let mut own = self.unids.borrow_mut();
        match member {
            "merge" => {
                for unid in others {
                    if !own.contains(&unid) {
                        own.push(unid);
                    }
                }
            }
            "subtract" => own.retain(|unid| !others.contains(unid)),
            _ => own.retain(|unid| others.contains(unid)),
        }
        Ok(Value::Empty)
    }

    fn in_folder(&self, world: &mut World, folder: &str, is_put: bool) -> Answer {
        let id = self.database.store_id()?;
        for unid in self.unids() {
            if let Some(store) = world.store.get_mut(id) {
                match is_put {
                    true => store.put_in_folder(folder, &unid),
                    false => store.remove_from_folder(folder, &unid),
                }
            }
        }
        Ok(Value::Empty)
    }
}

impl Object for NotesDocumentCollection {
    fn class(&self) -> &'static str {
        "NotesDocumentCollection"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        Ok(match member {
            "count" => Value::Long(i32::try_from(self.unids.borrow().len()).unwrap_or(i32::MAX)),
            "issorted" => Value::Boolean(self.is_sorted),
            "parent" => self.database.value(),
            "query" => Value::text(self.query.as_str()),
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        Ok(match member {
            "getfirstdocument" => self.from(world, Some(0), false),
            "getlastdocument" => {
                let last = self.unids.borrow().len().checked_sub(1);
                self.from(world, last, true)
            }
            "getnextdocument" => {
                let place = self.place(&given)?;
                self.from(world, Some(place + 1), false)
            }
            "getprevdocument" => {
                let place = self.place(&given)?;
                self.from(world, place.checked_sub(1), true)
            }
            "getnthdocument" => {
                let number = usize::try_from(given.long_or(0, 0)?).unwrap_or(0);
                let unid = number
                    .checked_sub(1)
                    .and_then(|at| self.unids.borrow().get(at).cloned());
                let doc = unid.and_then(|unid| self.database.document(world, &unid));
                doc.map_or(Value::Nothing, |doc| doc.value())
            }
            "getdocument" => {
                let place = self.place(&given)?;
                self.from(world, Some(place), false)
            }
            "adddocument" => {
                let ids = self.ids_of(world, &given.value(0))?;
                let mut own = self.unids.borrow_mut();
                for unid in ids {
                    if own.contains(&unid) {
                        return Err(notes_error("the document is in this collection already"));
                    }
                    own.push(unid);
                }
                Value::Empty
            }
            "deletedocument" => {
                let place = self.place(&given)?;
                self.unids.borrow_mut().remove(place);
                Value::Empty
            }
            "contains" => {
                let ids = self.ids_of(world, &given.value(0))?;
                let own = self.unids.borrow();
                Value::Boolean(ids.iter().all(|unid| own.contains(unid)))
            }
            "clone" => value_of(Self {
                database: Rc::clone(&self.database),
                unids: RefCell::new(self.unids()),
                is_sorted: self.is_sorted,
                query: self.query.clone(),
                last: Cell::new(0),
            }),
            "merge" | "subtract" | "intersect" => return self.combine(world, member, &given),
            "stampall" => {
                let (name, content) = (given.text(0)?, Content::of_value(&given.value(1), world)?);
                for doc in self.documents(world) {
                    world.grow(content.weight())?;
                    doc.set(&name, &content);
                    doc.save(world, true, false)?;
                }
                Value::Empty
            }
            "stampallmulti" => {
                let stamp = given.object::<NotesDocument>(0)?;
                for doc in self.documents(world) {
                    stamp.0.copy_items(world, &doc, true)?;
                    doc.save(world, true, false)?;
                }
                Value::Empty
            }
            "removeall" => {
                let id = self.database.store_id()?;
                for unid in self.unids.take() {
                    if let Some(store) = world.store.get_mut(id) {
                        store.remove(&unid);
                    }
                }
                Value::Empty
            }
            "updateall" => {
                let done = self.unids();
                world.current.processed.extend(done);
                Value::Empty
            }
            "putallinfolder" => return self.in_folder(world, &given.text(0)?, true),
            "removeallfromfolder" => return self.in_folder(world, &given.text(0)?, false),
            "markallread" | "markallunread" => Value::Empty,
            _ => return not_here(self.class(), member),
        })
    }
}
