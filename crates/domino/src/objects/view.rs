//! `NotesView` and `NotesViewColumn`.

use crate::World;
use crate::convert::{Content, mismatch};
use crate::object::{Arguments, Handle, Object, not_here, once, value_of};
use crate::objects::collection::NotesDocumentCollection;
use crate::objects::database::OpenDatabase;
use crate::objects::document::{NotesDocument, notes_error};
use crate::objects::entries::{NotesViewEntry, NotesViewEntryCollection, NotesViewNavigator, Part};
use crate::store::index::{ColumnOf, Index, Row, find_view, index_of};
use dxl::NodeId;
use lotusscript::formula;
use lotusscript::run::{Answer, Array, Fault, ScalarType, Value};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// A view in the hands of a script, with the rows that it knows.
pub(crate) struct OpenView {
    pub database: Rc<OpenDatabase>,
    element: NodeId,
    index: RefCell<Rc<Index>>,
    /// Whether it follows what changes.
    updates: Cell<bool>,
    /// The row that was handed out last.
    last: Cell<usize>,
    handle: RefCell<Weak<Handle>>,
}

/// `NotesView`
pub(crate) struct NotesView(pub Rc<OpenView>);

impl OpenView {
    /// By its name or alias; `None` if there is no such view.
    pub fn open(
        world: &mut World,
        database: &Rc<OpenDatabase>,
        name: &str,
    ) -> Result<Option<Rc<Self>>, Box<Fault>> {
        let id = database.store_id()?;
        let Some(element) = find_view(world, id, name) else {
            return Ok(None);
        };
        let index = index_of(world, id, element)?;
        Ok(Some(Rc::new(Self {
            database: Rc::clone(database),
            element,
            index: RefCell::new(index),
            updates: Cell::new(true),
            last: Cell::new(0),
            handle: RefCell::default(),
        })))
    }

    /// As a value.
    pub fn value(self: &Rc<Self>) -> Value {
        once(&self.handle, || Rc::new(NotesView(Rc::clone(self))))
    }

    /// Its rows: those of now, or as long as it does not follow changes those of then.
    pub fn index(&self, world: &mut World) -> Result<Rc<Index>, Box<Fault>> {
        if self.updates.get() {
            self.refresh(world)?;
        }
        Ok(Rc::clone(&self.index.borrow()))
    }

    /// Looks at the database again.
    pub fn refresh(&self, world: &mut World) -> Result<(), Box<Fault>> {
        let index = index_of(world, self.database.store_id()?, self.element)?;
        *self.index.borrow_mut() = index;
        Ok(())
    }

    /// Which columns say the same for every document.
    pub fn constants(&self) -> Vec<bool> {
        let index = self.index.borrow();
        index
            .columns
            .iter()
            .map(|column| column.is_constant)
            .collect()
    }

    /// The document of a row.
    pub fn document(self: &Rc<Self>, world: &mut World, index: &Index, at: usize) -> Value {
        let Some(row) = index.rows.get(at) else {
            return Value::Nothing;
        };
        let Some(unid) = &row.unid else {
            return Value::Nothing;
        };
        let Some(doc) = self.database.document(world, unid) else {
            return Value::Nothing;
        };
        self.last.set(at);
        doc.found_in(self, &row.values);
        doc.value()
    }

    /// The first document from a row on.
    fn document_from(
        self: &Rc<Self>,
        world: &mut World,
        index: &Index,
        rows: impl Iterator<Item = usize>,
    ) -> Value {
        for at in rows {
            if index.rows.get(at).is_some_and(|row| row.unid.is_some()) {
                let found = self.document(world, index, at);
                if !matches!(found, Value::Nothing) {
                    return found;
                }
            }
        }
        Value::Nothing
    }

    /// In which row a document stands: that in which it was found last, if it stands in several.
    fn row_of(&self, index: &Index, document: &NotesDocument) -> Result<usize, Box<Fault>> {
        let unid = document.0.state.borrow().unid.clone();
        let is_it = |row: &Row| row.unid.as_ref() == Some(&unid);
        if index.rows.get(self.last.get()).is_some_and(is_it) {
            return Ok(self.last.get());
        }
        let found = index.rows.iter().position(is_it);
        found.ok_or_else(|| {
            notes_error("Entry not found in index: the document is not in this view")
        })
    }
}

/// Keys as the columns have values.
fn keys_of(world: &World, value: &Value) -> Result<Vec<formula::Value>, Box<Fault>> {
    let mut keys = Vec::new();
    for key in value.as_items() {
        keys.push(Content::of_value(&key, world)?.to_formula());
    }
    match keys.is_empty() {
        true => Err(mismatch("a key is wanted")),
        false => Ok(keys),
    }
}

/// The row above, by its position.
pub(crate) fn parent_of(index: &Index, at: usize) -> Option<usize> {
    let depth = index.rows.get(at)?.position.len();
    (0..at)
        .rev()
        .find(|above| index.rows[*above].position.len() < depth)
        .filter(|_| depth > 1)
}

/// The first row below.
pub(crate) fn child_of(index: &Index, at: usize) -> Option<usize> {
    let depth = index.rows.get(at)?.position.len();
    (index.rows.get(at + 1)?.position.len() > depth).then_some(at + 1)
}

/// The next row, or the one before, of the same parent.
pub(crate) fn sibling_of(index: &Index, at: usize, goes_back: bool) -> Option<usize> {
    let depth = index.rows.get(at)?.position.len();
    let step = |row: usize| {
        let other = index.rows[row].position.len();
        (other <= depth).then_some((row, other))
    };
    let found = match goes_back {
        true => (0..at).rev().find_map(step),
        false => (at + 1..index.rows.len()).find_map(step),
    };
    found
        .filter(|(_, other)| *other == depth)
        .map(|(row, _)| row)
}

impl NotesView {
    fn step(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        let view = &self.0;
        let document = given.object::<NotesDocument>(0)?;
        let index = view.index(world)?;
        let at = view.row_of(&index, &document)?;
        let row = match member {
            "getnextdocument" => {
                return Ok(view.document_from(world, &index, at + 1..index.rows.len()));
            }
            "getprevdocument" => return Ok(view.document_from(world, &index, (0..at).rev())),
            "getchild" => child_of(&index, at),
            "getparentdocument" => {
                parent_of(&index, at).filter(|row| index.rows[*row].unid.is_some())
            }
            "getnextsibling" => sibling_of(&index, at, false),
            _ => sibling_of(&index, at, true),
        };
        Ok(row.map_or(Value::Nothing, |row| view.document(world, &index, row)))
    }

    fn by_key(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        let view = &self.0;
        let keys = keys_of(world, &given.value(0))?;
        let is_exact = given.is_true_or(1, false)?;
        let index = view.index(world)?;
        let rows = index.find(&keys, is_exact, &world.zone);
        Ok(match member {
            "getdocumentbykey" => match rows.first() {
                Some(at) => view.document(world, &index, *at),
                None => Value::Nothing,
            },
            "getentrybykey" => match rows.first() {
                Some(at) => value_of(NotesViewEntry::new(view, &index, *at)),
                None => Value::Nothing,
            },
            "getalldocumentsbykey" => {
                let mut unids: Vec<String> = Vec::new();
                for at in rows {
                    if let Some(unid) = &index.rows[at].unid
                        && !unids.contains(unid)
                    {
                        unids.push(unid.clone());
                    }
                }
                value_of(NotesDocumentCollection::sorted(&view.database, unids))
            }
            _ => value_of(NotesViewEntryCollection::new(view, &index, rows)),
        })
    }

    fn navigator(&self, world: &mut World, part: &Part) -> Answer {
        let index = self.0.index(world)?;
        Ok(value_of(NotesViewNavigator::new(&self.0, &index, part)))
    }
}

impl Object for NotesView {
    fn class(&self) -> &'static str {
        "NotesView"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let view = &self.0;
        let index = view.index(world)?;
        let count = |count: usize| Value::Long(i32::try_from(count).unwrap_or(i32::MAX));
        let texts = |list: Vec<String>| {
            Array::of_typed(
                ScalarType::Text,
                list.into_iter().map(Value::text).collect(),
            )
        };
        Ok(match member {
            "name" => Value::text(&index.name),
            "aliases" => texts(index.aliases.clone()),
            "autoupdate" => Value::Boolean(view.updates.get()),
            "columncount" => Value::Integer(i16::try_from(index.columns.len()).unwrap_or(i16::MAX)),
            "columnnames" => texts(
                index
                    .columns
                    .iter()
                    .map(|column| column.title.clone())
                    .collect(),
            ),
            "columns" => Array::of_values(
                (0..index.columns.len())
                    .map(|at| value_of(NotesViewColumn::new(view, &index, at)))
                    .collect(),
            ),
            "allentries" => {
                let rows = (0..index.rows.len()).filter(|at| index.rows[*at].unid.is_some());
                value_of(NotesViewEntryCollection::new(view, &index, rows.collect()))
            }
            "entrycount" => count(index.rows.iter().filter(|row| row.unid.is_some()).count()),
            "toplevelentrycount" => count(
                index
                    .rows
                    .iter()
                    .filter(|row| row.position.len() == 1)
                    .count(),
            ),
            "selectionformula" => Value::text(&index.selection),
            "isfolder" => Value::Boolean(index.is_folder),
            "iscalendar" => Value::Boolean(index.is_calendar),
            "iscategorized" => {
                Value::Boolean(index.columns.iter().any(|column| column.is_category))
            }
            "ishierarchical" => Value::Boolean(index.is_hierarchical),
            "isdefaultview" => Value::Boolean(index.is_default),
            "isconflict" => Value::Boolean(index.rows.iter().any(|row| row.is_conflict)),
            "isprivate" | "ismodified" => Value::Boolean(false),
            "parent" => view.database.value(),
            "universalid" => Value::text(index.unid.clone().unwrap_or_default()),
            "viewinheritedname" => Value::text(&index.name),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, _: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        match member {
            "autoupdate" => {
                let is_on = value.as_number().is_some_and(|number| number != 0.0);
                self.0.updates.set(is_on);
                Ok(())
            }
            _ => not_here(self.class(), member).map(|_| ()),
        }
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        let view = &self.0;
        Ok(match member {
            "getfirstdocument" => {
                let index = view.index(world)?;
                view.document_from(world, &index, 0..index.rows.len())
            }
            "getlastdocument" => {
                let index = view.index(world)?;
                view.document_from(world, &index, (0..index.rows.len()).rev())
            }
            "getnthdocument" => {
                // It counts those of the highest level only.
                let number = usize::try_from(given.long_or(0, 0)?).unwrap_or(0);
                let index = view.index(world)?;
                let at = (0..index.rows.len())
                    .filter(|at| {
                        let row = &index.rows[*at];
                        row.unid.is_some() && row.response_level == 0
                    })
                    .nth(number.wrapping_sub(1));
                at.map_or(Value::Nothing, |at| view.document(world, &index, at))
            }
            "getnextdocument" | "getprevdocument" | "getchild" | "getparentdocument"
            | "getnextsibling" | "getprevsibling" => return self.step(world, member, given),
            "getdocumentbykey"
            | "getalldocumentsbykey"
            | "getentrybykey"
            | "getallentriesbykey" => {
                return self.by_key(world, member, given);
            }
            "refresh" => {
                view.refresh(world)?;
                Value::Empty
            }
            "clear" => Value::Empty,
            "getcolumn" => {
                let number = usize::try_from(given.long_or(0, 0)?).unwrap_or(0);
                let index = view.index(world)?;
                match number.checked_sub(1).filter(|at| *at < index.columns.len()) {
                    Some(at) => value_of(NotesViewColumn::new(view, &index, at)),
                    None => return Err(notes_error("the view has no such column")),
                }
            }
            "createviewnav" => return self.navigator(world, &Part::All),
            "createviewnavfromcategory" => {
                let category = given.text(0)?;
                return self.navigator(world, &Part::Category(category));
            }
            "createviewnavmaxlevel" => {
                let level = usize::try_from(given.long_or(0, 0)?).unwrap_or(0);
                return self.navigator(world, &Part::Level(level));
            }
            "createviewnavfrom" | "createviewnavfromchildren" | "createviewnavfromdescendants" => {
                let entry = given.object::<NotesViewEntry>(0)?;
                let part = match member {
                    "createviewnavfrom" => Part::From(entry.at()),
                    "createviewnavfromchildren" => Part::Children(entry.at()),
                    _ => Part::Descendants(entry.at()),
                };
                return self.navigator(world, &part);
            }
            "markallread" | "markallunread" => Value::Empty,
            _ => return not_here("NotesView", member),
        })
    }
}

/// `NotesViewColumn`
pub(crate) struct NotesViewColumn {
    view: Rc<OpenView>,
    index: Rc<Index>,
    at: usize,
}

impl NotesViewColumn {
    fn new(view: &Rc<OpenView>, index: &Rc<Index>, at: usize) -> Self {
        Self {
            view: Rc::clone(view),
            index: Rc::clone(index),
            at,
        }
    }

    fn about(&self) -> &ColumnOf {
        &self.index.columns[self.at]
    }
}

impl Object for NotesViewColumn {
    fn class(&self) -> &'static str {
        "NotesViewColumn"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let about = self.about();
        Ok(match member {
            "title" => Value::text(&about.title),
            "itemname" => Value::text(&about.item),
            "formula" => Value::text(about.formula.clone().unwrap_or_default()),
            "isformula" => Value::Boolean(about.formula.is_some()),
            "isfield" => Value::Boolean(about.formula.is_none()),
            "issorted" => Value::Boolean(about.is_sorted),
            "issortdescending" => Value::Boolean(about.is_descending),
            "iscategory" => Value::Boolean(about.is_category),
            "ishidden" => Value::Boolean(about.is_hidden),
            "isresponse" => Value::Boolean(about.is_for_responses),
            "position" => Value::Integer(i16::try_from(self.at + 1).unwrap_or(i16::MAX)),
            "parent" => self.view.value(),
            _ => return not_here(self.class(), member),
        })
    }
}
