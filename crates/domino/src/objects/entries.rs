//! `NotesViewEntry`, `NotesViewEntryCollection` and `NotesViewNavigator`: the rows of a view.

use crate::convert::{Content, cell_of_formula};
use crate::object::{Arguments, Object, not_here, object_of, value_of};
use crate::objects::collection::NotesDocumentCollection;
use crate::objects::document::{NotesDocument, notes_error};
use crate::objects::view::{OpenView, child_of, parent_of, sibling_of};
use crate::store::index::{Index, Row};
use crate::{World, convert};
use lotusscript::run::{Answer, Array, Fault, Value};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// `NotesViewEntry`: a row.
pub(crate) struct NotesViewEntry {
    view: Rc<OpenView>,
    index: Rc<Index>,
    at: usize,
}

impl NotesViewEntry {
    /// A row of a view.
    pub fn new(view: &Rc<OpenView>, index: &Rc<Index>, at: usize) -> Self {
        Self {
            view: Rc::clone(view),
            index: Rc::clone(index),
            at,
        }
    }

    /// Which row.
    pub fn at(&self) -> usize {
        self.at
    }

    fn row(&self) -> &Row {
        &self.index.rows[self.at]
    }
}

fn long(number: usize) -> Value {
    Value::Long(i32::try_from(number).unwrap_or(i32::MAX))
}

impl Object for NotesViewEntry {
    fn class(&self) -> &'static str {
        "NotesViewEntry"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let row = self.row();
        Ok(match member {
            "columnvalues" => {
                let values = row.values.iter();
                Array::of_values(
                    values
                        .map(|value| cell_of_formula(value, &world.zone))
                        .collect(),
                )
            }
            "document" => self.view.document(world, &self.index, self.at),
            "universalid" => Value::text(row.unid.clone().unwrap_or_default()),
            "noteid" => {
                let store = self
                    .view
                    .database
                    .id
                    .get()
                    .and_then(|id| world.store.get(id));
                let note = store.and_then(|store| store.note(row.unid.as_deref()?));
                Value::text(
                    note.map(crate::store::Note::note_id_text)
                        .unwrap_or_default(),
                )
            }
            "iscategory" => Value::Boolean(row.unid.is_none()),
            "isdocument" => Value::Boolean(row.unid.is_some()),
            "isconflict" => Value::Boolean(row.is_conflict),
            "istotal" => Value::Boolean(false),
            "isvalid" => {
                let store = self
                    .view
                    .database
                    .id
                    .get()
                    .and_then(|id| world.store.get(id));
                let there = |unid: &String| store.is_some_and(|store| store.note(unid).is_some());
                Value::Boolean(row.unid.as_ref().is_none_or(there))
            }
            "childcount" => long(row.children),
            "descendantcount" => long(row.descendants),
            "siblingcount" => long(row.siblings),
            "indentlevel" => Value::Integer(i16::try_from(row.response_level).unwrap_or(i16::MAX)),
            "columnindentlevel" => {
                Value::Integer(i16::try_from(row.column_indent).unwrap_or(i16::MAX))
            }
            "ftsearchscore" => Value::Integer(0),
            "parent" => self.view.value(),
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, _: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            "getposition" => {
                let between = given.text(0)?;
                let numbers: Vec<String> = self.row().position.iter().map(u32::to_string).collect();
                Ok(Value::text(numbers.join(&between)))
            }
            "getread" => Ok(Value::Boolean(false)),
            _ => not_here(self.class(), member),
        }
    }
}

/// `NotesViewEntryCollection`
pub(crate) struct NotesViewEntryCollection {
    view: Rc<OpenView>,
    index: Rc<Index>,
    rows: RefCell<Vec<usize>>,
}

impl NotesViewEntryCollection {
    /// Of rows of a view.
    pub fn new(view: &Rc<OpenView>, index: &Rc<Index>, rows: Vec<usize>) -> Self {
        Self {
            view: Rc::clone(view),
            index: Rc::clone(index),
            rows: RefCell::new(rows),
        }
    }

    /// The documents of its rows.
    pub fn unids(&self) -> Vec<String> {
        let rows = self.rows.borrow();
        rows.iter()
            .filter_map(|at| self.index.rows[*at].unid.clone())
            .collect()
    }

    fn entry(&self, place: Option<usize>) -> Value {
        let at = place.and_then(|place| self.rows.borrow().get(place).copied());
        match at {
            Some(at) => value_of(NotesViewEntry::new(&self.view, &self.index, at)),
            None => Value::Nothing,
        }
    }

    fn unid_of(&self, value: &Value) -> Result<String, Box<Fault>> {
        if let Value::Product(product) = value {
            let object: Rc<dyn Any> = object_of(product)?;
            if let Some(entry) = object.downcast_ref::<NotesViewEntry>() {
                return Ok(entry.row().unid.clone().unwrap_or_default());
            }
            if let Some(document) = object.downcast_ref::<NotesDocument>() {
                return Ok(document.0.state.borrow().unid.clone());
            }
        }
        Err(convert::mismatch("an entry or a document is wanted"))
    }

    /// The documents of another collection, an entry or a document.
    fn unids_of(&self, value: &Value) -> Result<Vec<String>, Box<Fault>> {
        if let Value::Product(product) = value {
            let object: Rc<dyn Any> = object_of(product)?;
            if let Some(entries) = object.downcast_ref::<Self>() {
                return Ok(entries.unids());
            }
            if let Some(documents) = object.downcast_ref::<NotesDocumentCollection>() {
                return Ok(documents.unids());
            }
        }
        Ok(vec![self.unid_of(value)?])
    }

    fn place(&self, value: &Value) -> Result<Option<usize>, Box<Fault>> {
        let unid = self.unid_of(value)?;
        let at = match value {
            Value::Product(product) => {
                let object: Rc<dyn Any> = object_of(product)?;
                object
                    .downcast_ref::<NotesViewEntry>()
                    .map(|entry| entry.at)
            }
            _ => None,
        };
        let rows = self.rows.borrow();
        let exact = rows
            .iter()
            .position(|row| Some(*row) == at && self.index.rows[*row].unid.as_ref() == Some(&unid));
        Ok(exact.or_else(|| {
            rows.iter()
                .position(|row| self.index.rows[*row].unid.as_ref() == Some(&unid))
        }))
    }

    fn known_place(&self, given: &Arguments<'_>) -> Result<usize, Box<Fault>> {
        let place = self.place(&given.value(0))?;
        place.ok_or_else(|| notes_error("the entry is not in this collection"))
    }
}

impl Object for NotesViewEntryCollection {
    fn class(&self) -> &'static str {
        "NotesViewEntryCollection"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        Ok(match member {
            "count" => long(self.rows.borrow().len()),
            "parent" => self.view.value(),
            "query" => Value::text(""),
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        Ok(match member {
            "getfirstentry" => self.entry(Some(0)),
            "getlastentry" => self.entry(self.rows.borrow().len().checked_sub(1)),
            "getnextentry" => self.entry(Some(self.known_place(&given)? + 1)),
            "getpreventry" => self.entry(self.known_place(&given)?.checked_sub(1)),
            "getnthentry" => {
                let number = usize::try_from(given.long_or(0, 0)?).unwrap_or(0);
                self.entry(number.checked_sub(1))
            }
            "getentry" => self.entry(self.place(&given.value(0))?),
            "contains" => Value::Boolean(self.place(&given.value(0))?.is_some()),
            "addentry" => {
                let unid = self.unid_of(&given.value(0))?;
                let row = self
                    .index
                    .rows
                    .iter()
                    .position(|row| row.unid.as_ref() == Some(&unid));
                let row = row.ok_or_else(|| notes_error("the entry is not in this view"))?;
                let mut rows = self.rows.borrow_mut();
                if !rows.contains(&row) {
                    rows.push(row);
                }
                Value::Empty
            }
            "deleteentry" => {
                let place = self.known_place(&given)?;
                self.rows.borrow_mut().remove(place);
                Value::Empty
            }
            "merge" | "subtract" | "intersect" => {
                let others = self.unids_of(&given.value(0))?;
                let is_theirs = |row: &usize| {
                    let unid = self.index.rows[*row].unid.as_ref();
                    unid.is_some_and(|unid| others.contains(unid))
                };
                let mut rows = self.rows.borrow_mut();
                match member {
                    "merge" => {
                        let more = (0..self.index.rows.len()).filter(is_theirs);
                        let more: Vec<usize> = more.filter(|row| !rows.contains(row)).collect();
                        rows.extend(more);
                    }
                    "subtract" => rows.retain(|row| !is_theirs(row)),
                    _ => rows.retain(is_theirs),
                }
                Value::Empty
            }
            "clone" => value_of(Self::new(
                &self.view,
                &self.index,
                self.rows.borrow().clone(),
            )),
            "removeall" => {
                let id = self.view.database.store_id()?;
                for unid in self.unids() {
                    if let Some(store) = world.store.get_mut(id) {
                        store.remove(&unid);
                    }
                }
                self.rows.borrow_mut().clear();
                Value::Empty
            }
            "stampall" => {
                let (name, content) = (given.text(0)?, Content::of_value(&given.value(1), world)?);
                for unid in self.unids() {
                    if let Some(doc) = self.view.database.document(world, &unid) {
                        world.grow(content.weight())?;
                        doc.set(&name, &content);
                        doc.save(world, true, false)?;
                    }
                }
                Value::Empty
            }
            "updateall" => {
                world.current.processed.extend(self.unids());
                Value::Empty
            }
            "putallinfolder" | "removeallfromfolder" => {
                let (folder, id) = (given.text(0)?, self.view.database.store_id()?);
                for unid in self.unids() {
                    if let Some(store) = world.store.get_mut(id) {
                        match member {
                            "putallinfolder" => store.put_in_folder(&folder, &unid),
                            _ => store.remove_from_folder(&folder, &unid),
                        }
                    }
                }
                Value::Empty
            }
            "markallread" | "markallunread" => Value::Empty,
            _ => return not_here(self.class(), member),
        })
    }
}

/// Which rows a navigator walks over.
pub(crate) enum Part {
    All,
    Category(String),
    /// Down to a level, from 0; categories count.
    Level(usize),
    From(usize),
    Children(usize),
    Descendants(usize),
}

/// `NotesViewNavigator`
pub(crate) struct NotesViewNavigator {
    view: Rc<OpenView>,
    index: Rc<Index>,
    rows: Vec<usize>,
    current: Cell<usize>,
}

impl NotesViewNavigator {
    /// Over a part of a view.
    pub fn new(view: &Rc<OpenView>, index: &Rc<Index>, part: &Part) -> Self {
        let all = 0..index.rows.len();
        let below = |at: usize| {
            let depth = index.rows[at].position.len();
            (at + 1..index.rows.len())
                .take_while(move |row| index.rows[*row].position.len() > depth)
        };
        let rows: Vec<usize> = match part {
            Part::All => all.collect(),
            Part::Level(level) => all
                .filter(|at| index.rows[*at].position.len() <= level + 1)
                .collect(),
            Part::From(at) => (*at..index.rows.len()).collect(),
            Part::Descendants(at) => below(*at).collect(),
            Part::Children(at) => {
                let depth = index.rows[*at].position.len();
                below(*at)
                    .filter(|row| index.rows[*row].position.len() == depth + 1)
                    .collect()
            }
            Part::Category(name) => match category(index, name) {
                Some(at) => below(at).collect(),
                None => Vec::new(),
            },
        };
        Self {
            view: Rc::clone(view),
            index: Rc::clone(index),
            rows,
            current: Cell::new(0),
        }
    }

    fn entry(&self, place: Option<usize>) -> Value {
        match place.and_then(|place| self.rows.get(place).map(|at| (place, *at))) {
            Some((place, at)) => {
                self.current.set(place);
                value_of(NotesViewEntry::new(&self.view, &self.index, at))
            }
            None => Value::Nothing,
        }
    }

    fn place_of(&self, row: Option<usize>) -> Option<usize> {
        let row = row?;
        self.rows.iter().position(|at| *at == row)
    }

    /// Where to go from a place.
    fn to(&self, member: &str, from: usize) -> Option<usize> {
        let row = *self.rows.get(from)?;
        let is_document = |place: &usize| self.index.rows[self.rows[*place]].unid.is_some();
        let is_category = |place: &usize| self.index.rows[self.rows[*place]].unid.is_none();
        let after = from + 1..self.rows.len();
        match member {
            "next" => Some(from + 1),
            "prev" => from.checked_sub(1),
            "nextdocument" => after.into_iter().find(is_document),
            "prevdocument" => (0..from).rev().find(is_document),
            "nextcategory" => after.into_iter().find(is_category),
            "prevcategory" => (0..from).rev().find(is_category),
            "nextsibling" => self.place_of(sibling_of(&self.index, row, false)),
            "prevsibling" => self.place_of(sibling_of(&self.index, row, true)),
            "parent" => self.place_of(parent_of(&self.index, row)),
            "child" => self.place_of(child_of(&self.index, row)),
            _ => None,
        }
    }

    /// Where one of the ends is.
    fn end(&self, member: &str) -> Option<usize> {
        let is_document = |place: &usize| self.index.rows[self.rows[*place]].unid.is_some();
        match member {
            "first" => Some(0),
            "last" => self.rows.len().checked_sub(1),
            "firstdocument" => (0..self.rows.len()).find(is_document),
            "lastdocument" => (0..self.rows.len()).rev().find(is_document),
            "current" => Some(self.current.get()),
            _ => None,
        }
    }

    fn goal(&self, what: &str, given: &Arguments<'_>) -> Result<Option<usize>, Box<Fault>> {
        if let place @ Some(_) = self.end(what) {
            return Ok(place);
        }
        match what {
            "nth" => {
                let number = usize::try_from(given.long_or(0, 0)?).unwrap_or(0);
                Ok(number.checked_sub(1))
            }
            "pos" => {
                let (position, between) = (given.text(0)?, given.text(1)?);
                let numbers = position
                    .split(between.as_str())
                    .map(|part| part.trim().parse());
                let Ok(numbers) = numbers.collect::<Result<Vec<u32>, _>>() else {
                    return Ok(None);
                };
                let row = self
                    .index
                    .rows
                    .iter()
                    .position(|row| row.position == numbers);
                Ok(self.place_of(row))
            }
            "entry" => {
                let entry = given.object::<NotesViewEntry>(0)?;
                Ok(self.place_of(Some(entry.at)))
            }
            "first" | "last" | "firstdocument" | "lastdocument" => Ok(None),
            what => {
                let from = match given.object_if::<NotesViewEntry>(0)? {
                    Some(entry) => self.place_of(Some(entry.at)),
                    None => Some(self.current.get()),
                };
                let from = from.ok_or_else(|| notes_error("the entry is not in this navigator"))?;
                Ok(self.to(what, from))
            }
        }
    }
}

/// The row of a category, named as in `Sales\North`.
fn category(index: &Index, name: &str) -> Option<usize> {
    let wanted: Vec<String> = name.split('\\').map(str::to_lowercase).collect();
    let mut path: Vec<String> = Vec::new();
    index.rows.iter().position(|row| {
        if row.unid.is_some() {
            return false;
        }
        path.truncate(row.column_indent);
        let text = row.values.iter().find_map(|value| {
            let text = value.as_texts()?.first()?;
            (!text.is_empty()).then(|| text.to_lowercase())
        });
        path.push(text.unwrap_or_default());
        path == wanted
    })
}

impl Object for NotesViewNavigator {
    fn class(&self) -> &'static str {
        "NotesViewNavigator"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        Ok(match member {
            "count" => long(self.rows.len()),
            "parentview" => self.view.value(),
            "maxlevel" => Value::Integer(30),
            "cachesize" | "buffermaxentries" => Value::Integer(0),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, _: &mut World, member: &str, _: Value) -> Result<(), Box<Fault>> {
        match member {
            // How much is fetched at a time changes nothing here.
            "cachesize" | "buffermaxentries" => Ok(()),
            _ => not_here(self.class(), member).map(|_| ()),
        }
    }

    fn call(&self, _: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        const KNOWN: [&str; 18] = [
            "next",
            "prev",
            "nextdocument",
            "prevdocument",
            "nextcategory",
            "prevcategory",
            "nextsibling",
            "prevsibling",
            "parent",
            "child",
            "first",
            "last",
            "firstdocument",
            "lastdocument",
            "current",
            "nth",
            "pos",
            "entry",
        ];
        let (what, goes) = match (member.strip_prefix("get"), member.strip_prefix("goto")) {
            (_, Some(what)) => (what, true),
            (Some(what), _) => (what, false),
            _ => (member, false),
        };
        if member == "setbuffermaxentries" || member.starts_with("markall") {
            return Ok(Value::Empty);
        }
        if !KNOWN.contains(&what) {
            return not_here(self.class(), member);
        }
        let entry = self.entry(self.goal(what, &given)?);
        Ok(match goes {
            true => Value::Boolean(!matches!(entry, Value::Nothing)),
            false => entry,
        })
    }
}
