//! The classes of the Notes client: what is open on the desk, and windows that a script of answers answers.

use crate::convert::Content;
use crate::form::{self, FieldOf, Purpose};
use crate::object::{Arguments, Handle, Object, not_here, once, value_of};
use crate::objects::collection::NotesDocumentCollection;
use crate::objects::database::{OpenDatabase, document_of};
use crate::objects::document::{Doc, NotesDocument, notes_error};
use crate::objects::view::OpenView;
use crate::store::index;
use crate::windows::{Choice, Window};
use crate::{World, convert};
use lotusscript::run::{Answer, Array, Fault, ScalarType, ScriptError, Stop, Value};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// What is open in the client.
#[derive(Default)]
pub(crate) struct Desk {
    /// The document in front.
    pub current: Option<Rc<OpenWindow>>,
}

/// A document in a window.
pub(crate) struct OpenWindow {
    doc: Rc<Doc>,
    is_edited: Cell<bool>,
    is_open: Cell<bool>,
    field: RefCell<String>,
    handle: RefCell<Weak<Handle>>,
}

impl OpenWindow {
    /// A window of a document.
    pub fn new(doc: &Rc<Doc>, is_edited: bool) -> Rc<Self> {
        Rc::new(Self {
            doc: Rc::clone(doc),
            is_edited: Cell::new(is_edited),
            is_open: Cell::new(true),
            field: RefCell::default(),
            handle: RefCell::default(),
        })
    }

    fn value(self: &Rc<Self>) -> Value {
        once(&self.handle, || Rc::new(NotesUiDocument(Rc::clone(self))))
    }
}

/// `NotesUIWorkspace`
pub(crate) struct NotesUiWorkspace;

fn window(name: &str, title: String, text: String, choices: Vec<String>) -> Window {
    Window {
        window: name.to_owned(),
        title,
        text,
        choices,
        answer: None,
    }
}

/// An answer that does not fit its window.
fn odd(window: &str, answer: &Choice) -> Box<Fault> {
    Stop::Host(format!("the answer {answer} is none for {window}")).into()
}

fn texts(list: Vec<String>) -> Value {
    Array::of_typed(
        ScalarType::Text,
        list.into_iter().map(Value::text).collect(),
    )
}

/// The database of two arguments; the current one, if they are empty.
fn database_of(
    world: &World,
    given: &Arguments<'_>,
    at: usize,
) -> Result<Rc<OpenDatabase>, Box<Fault>> {
    let (server, path) = (given.text_or(at, "")?, given.text_or(at + 1, "")?);
    let found = match path.as_str() {
        "" => world.current.database.clone(),
        path => OpenDatabase::find(world, &server, path),
    };
    found.ok_or_else(|| {
        ScriptError::new(
            4060,
            format!("Database open failed: there is no {path} in this run"),
        )
        .into()
    })
}

impl NotesUiWorkspace {
    /// `Prompt(type, title, prompt, default, values)`
    fn prompt(world: &mut World, given: Arguments<'_>) -> Answer {
        let kind = given.long_or(0, 0)?;
        let (title, text) = (given.text(1)?, given.text(2)?);
        let choices: Vec<String> = match given.has(4) {
            true => match Content::of_value(&given.value(4), world)? {
                Content::Texts(list) => list,
                other => vec![other.to_text(world, ";")],
            },
            false => Vec::new(),
        };
        const OK: i32 = 1;
        if kind == OK {
            world.tell("Prompt", &title, &text);
            return Ok(Value::Boolean(true));
        }
        let answer = world.ask(window("Prompt", title, text, choices))?;
        let yes_no = matches!(kind, 2 | 8);
        let gives_list = matches!(kind, 7 | 14);
        Ok(match answer {
            // PROMPT_YESNO gives 0 or 1; with a third button -1 is that it was cancelled.
            Choice::Flag(truth) if yes_no => Value::Integer(i16::from(truth)),
            Choice::Number(number) if yes_no => Value::Integer(if number < 0.0 {
                -1
            } else {
                i16::from(number != 0.0)
            }),
            Choice::Text(word) if yes_no => match word.to_lowercase().as_str() {
                "yes" => Value::Integer(1),
                "no" => Value::Integer(0),
                "cancel" => Value::Integer(-1),
                _ => return Err(odd("Prompt", &Choice::Text(word))),
            },
            Choice::Flag(false) => Value::Empty,
            Choice::Flag(true) => match given.value(3) {
                Value::Empty => Value::text(""),
                default => default,
            },
            Choice::Text(one) if gives_list => texts(vec![one]),
            Choice::Text(one) => Value::text(one),
            Choice::Number(number) => Value::text(number.to_string()),
            Choice::List(list) if gives_list => texts(list),
            Choice::List(list) => return Err(odd("Prompt", &Choice::List(list))),
        })
    }

    /// The rows of a view that a pick list shows.
    fn rows(
        world: &mut World,
        database: &Rc<OpenDatabase>,
        view: &str,
        category: &str,
    ) -> Result<Vec<(String, Vec<String>)>, Box<Fault>> {
        let id = database.store_id()?;
        let element = index::find_view(world, id, view).ok_or_else(|| {
            ScriptError::new(4039, format!("Notes error: there is no view {view:?}"))
        })?;
        let shown = index::index_of(world, id, element)?;
        let is_in = |row: &index::Row| {
            category.is_empty()
                || shown
                    .columns
                    .iter()
                    .zip(&row.values)
                    .any(|(column, value)| {
                        let texts = value.as_texts().and_then(<[String]>::first);
                        column.is_category
                            && texts.is_some_and(|text| text.eq_ignore_ascii_case(category))
                    })
        };
        let rows = shown.rows.iter().filter(|row| is_in(row));
        Ok(rows
            .filter_map(|row| {
                let values = row.values.iter().map(|value| {
                    let content = Content::of_formula(value);
                    content.map_or(String::new(), |content| content.to_text(world, ", "))
                });
                Some((row.unid.clone()?, values.collect()))
            })
            .collect())
    }

    fn pick(world: &mut World, name: &str, given: Arguments<'_>) -> Answer {
        /// `PICKLIST_CUSTOM`; the others show directories, rooms and resources.
        const CUSTOM: i32 = 3;
        let is_strings = name == "PickListStrings";
        if given.long_or(0, 0)? != CUSTOM {
            return Self::pick_names(world, name, given);
        }
        let database = database_of(world, &given, 2)?;
        let (view, title, text) = (
            given.text_or(4, "")?,
            given.text_or(5, "")?,
            given.text_or(6, "")?,
        );
        let (column, category) = match is_strings {
            true => (given.long_or(7, 1)?, given.text_or(8, "")?),
            false => (1, given.text_or(7, "")?),
        };
        let column = usize::try_from(column - 1).unwrap_or(0);
        let rows = Self::rows(world, &database, &view, &category)?;
        let cell = |row: &(String, Vec<String>)| row.1.get(column).cloned().unwrap_or_default();
        let choices = rows.iter().map(|row| row.1.join(" | ")).collect();
        let answer = world.ask(window(name, title, text, choices))?;
        let wanted = match answer {
            Choice::Flag(false) => Vec::new(),
            Choice::Flag(true) => rows.iter().take(1).map(|row| row.0.clone()).collect(),
            Choice::Text(one) => vec![one],
            Choice::List(list) => list,
            number @ Choice::Number(_) => return Err(odd(name, &number)),
        };
        let mut picked = Vec::new();
        for wanted in &wanted {
            let row = rows.iter().find(|row| {
                row.0.eq_ignore_ascii_case(wanted) || row.1.iter().any(|value| value == wanted)
            });
            match row {
                Some(row) => picked.push(row.clone()),
                None => {
                    return Err(
                        Stop::Host(format!("{name}: no row of {view:?} shows {wanted:?}")).into(),
                    );
                }
            }
        }
        Ok(match is_strings {
            true if picked.is_empty() => Value::Empty,
            true => texts(picked.iter().map(cell).collect()),
            false => {
                let unids = picked.into_iter().map(|row| row.0).collect();
                value_of(NotesDocumentCollection::new(&database, unids))
            }
        })
    }

    /// People of the directories; what is answered is what was picked.
    fn pick_names(world: &mut World, name: &str, given: Arguments<'_>) -> Answer {
        let what = match given.long_or(0, 0)? {
            0 => "people",
            1 => "rooms",
            2 => "resources",
            _ => return not_here("NotesUIWorkspace", name),
        };
        if name != "PickListStrings" {
            return not_here("NotesUIWorkspace", name);
        }
        let answer = world.ask(window(name, String::new(), what.to_owned(), Vec::new()))?;
        Ok(match answer {
            Choice::Flag(false) => Value::Empty,
            Choice::Text(one) => texts(vec![one]),
            Choice::List(list) => texts(list),
            other => return Err(odd(name, &other)),
        })
    }

    fn compose(world: &mut World, given: Arguments<'_>) -> Answer {
        let database = database_of(world, &given, 0)?;
        let form = given.text_or(2, "")?;
        let doc = Doc::create(world, &database)?;
        doc.set("Form", &Content::text(&form));
        form::compute(world, &doc, Purpose::Compose)?;
        let opened = OpenWindow::new(&doc, true);
        world.ui.current = Some(Rc::clone(&opened));
        Ok(opened.value())
    }

    fn edit(world: &mut World, given: Arguments<'_>) -> Answer {
        let edits = given.is_true_or(0, false)?;
        let doc = match document_of(&given, 1)? {
            Some(doc) => doc,
            None => match Self::selected(world) {
                Some(doc) => doc,
                None => return Err(notes_error("no document is selected in the view")),
            },
        };
        let open = world.ui.current.clone().filter(|open| {
            open.is_open.get()
                && Rc::ptr_eq(&open.doc, &doc)
                && !given.is_true_or(5, false).unwrap_or(false)
        });
        let opened = open.unwrap_or_else(|| OpenWindow::new(&doc, edits));
        if edits {
            opened.is_edited.set(true);
        }
        world.ui.current = Some(Rc::clone(&opened));
        Ok(opened.value())
    }

    /// The first document that is selected.
    fn selected(world: &World) -> Option<Rc<Doc>> {
        let database = world.current.database.clone()?;
        let unid = world.selected.first()?;
        database.document(world, unid)
    }

    fn dialog(world: &mut World, given: Arguments<'_>) -> Answer {
        let (form, title) = (given.text(0)?, given.text_or(7, "")?);
        let answer = world.ask(window("DialogBox", title, form, Vec::new()))?;
        match answer {
            Choice::Flag(truth) => Ok(Value::Boolean(truth)),
            // What the person fills in: `Field=value`.
            Choice::List(list) => {
                let doc = match document_of(&given, 8)? {
                    Some(doc) => doc,
                    None => match &world.ui.current {
                        Some(open) => Rc::clone(&open.doc),
                        None => {
                            return Err(notes_error(
                                "there is no document that the dialog could fill",
                            ));
                        }
                    },
                };
                for entry in list {
                    match entry.split_once('=') {
                        Some((field, value)) => doc.set(field.trim(), &Content::text(value)),
                        None => return Err(odd("DialogBox", &Choice::Text(entry))),
                    }
                }
                Ok(Value::Boolean(true))
            }
            other => Err(odd("DialogBox", &other)),
        }
    }
}

impl Object for NotesUiWorkspace {
    fn class(&self) -> &'static str {
        "NotesUIWorkspace"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        Ok(match member {
            "currentdatabase" => value_of(NotesUiDatabase),
            "currentdocument" => match &world.ui.current {
                Some(open) if open.is_open.get() => open.value(),
                _ => Value::Nothing,
            },
            "currentview" => match world.open_view {
                Some(_) => value_of(NotesUiView),
                None => Value::Nothing,
            },
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            "prompt" => Self::prompt(world, given),
            "pickliststrings" => Self::pick(world, "PickListStrings", given),
            "picklistcollection" => Self::pick(world, "PickListCollection", given),
            "composedocument" => Self::compose(world, given),
            "editdocument" => Self::edit(world, given),
            "dialogbox" => Self::dialog(world, given),
            "getcurrentdatabase" => Ok(value_of(NotesUiDatabase)),
            "opendatabase" => {
                let view = given.text_or(2, "")?;
                database_of(world, &given, 0)?;
                if !view.is_empty() {
                    world.open_view = Some(view);
                }
                Ok(Value::Empty)
            }
            "editprofile" => {
                let (name, user) = (given.text(0)?, given.text_or(1, "")?);
                let answer = world.ask(window("EditProfile", name, user, Vec::new()))?;
                Ok(Value::Boolean(!matches!(answer, Choice::Flag(false))))
            }
            "openfiledialog" | "savefiledialog" => {
                let name = if member == "openfiledialog" {
                    "OpenFileDialog"
                } else {
                    "SaveFileDialog"
                };
                let answer = world.ask(window(
                    name,
                    given.text_or(1, "")?,
                    given.text_or(2, "")?,
                    Vec::new(),
                ))?;
                Ok(match answer {
                    Choice::Flag(false) => Value::Empty,
                    Choice::Text(path) => texts(vec![path]),
                    Choice::List(paths) => texts(paths),
                    other => return Err(odd(name, &other)),
                })
            }
            "urlopen" => {
                let url = given.text_or(0, "")?;
                world.tell("URLOpen", "", &url);
                Ok(Value::Empty)
            }
            // What changes the screen only.
            "viewrefresh" | "viewrebuild" | "refreshparentnote" | "settargetframe"
            | "openframeset" | "openpage" | "checkalarms" | "enablealarms" => Ok(Value::Empty),
            "reloadwindow" => Ok(Value::Boolean(true)),
            _ => not_here(self.class(), member),
        }
    }
}

/// `NotesUIDatabase`: the one that is current.
pub(crate) struct NotesUiDatabase;

/// The selected documents of the current database.
fn selected(world: &World) -> Answer {
    match &world.current.database {
        Some(database) => Ok(value_of(NotesDocumentCollection::new(
            database,
            world.selected.clone(),
        ))),
        None => Err(notes_error("there is no current database")),
    }
}

impl Object for NotesUiDatabase {
    fn class(&self) -> &'static str {
        "NotesUIDatabase"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        match member {
            "database" => Ok(world
                .current
                .database
                .as_ref()
                .map_or(Value::Nothing, OpenDatabase::value)),
            "documents" => selected(world),
            _ => not_here(self.class(), member),
        }
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            "openview" => {
                world.open_view = Some(given.text(0)?);
                Ok(Value::Empty)
            }
            "close" | "opennavigator" | "openpage" => Ok(Value::Empty),
            _ => not_here(self.class(), member),
        }
    }
}

/// `NotesUIView`: the one that is open.
pub(crate) struct NotesUiView;

impl Object for NotesUiView {
    fn class(&self) -> &'static str {
        "NotesUIView"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let name = world.open_view.clone().unwrap_or_default();
        let database = world.current.database.clone();
        let database = database.ok_or_else(|| notes_error("there is no current database"))?;
        let view = |world: &mut World| OpenView::open(world, &database, &name);
        Ok(match member {
            "documents" => return selected(world),
            "view" => view(world)?.map_or(Value::Nothing, |view| view.value()),
            "viewname" | "viewinheritedname" => Value::text(name),
            "viewalias" => match view(world)? {
                Some(view) => {
                    let index = view.index(world)?;
                    Value::text(index.aliases.last().cloned().unwrap_or_default())
                }
                None => Value::text(""),
            },
            "caretnoteid" => match NotesUiWorkspace::selected(world) {
                Some(doc) => {
                    let id = doc.state.borrow().note_id;
                    Value::text(id.map_or("0".to_owned(), crate::store::note_id_text))
                }
                None => Value::text("0"),
            },
            "caretcategory" => Value::Empty,
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            "deselectall" => world.selected.clear(),
            "selectdocument" => {
                let document = given.object::<NotesDocument>(0)?;
                let unid = document.0.state.borrow().unid.clone();
                if !world.selected.contains(&unid) {
                    world.selected.push(unid);
                }
            }
            "close" => {}
            _ => return not_here(self.class(), member),
        }
        Ok(Value::Empty)
    }
}

/// `NotesUIDocument`
pub(crate) struct NotesUiDocument(Rc<OpenWindow>);

impl NotesUiDocument {
    fn doc(&self) -> &Rc<Doc> {
        &self.0.doc
    }

    /// A field of the form, or an item beside it.
    fn field(&self, world: &World, name: &str) -> Result<Option<FieldOf>, Box<Fault>> {
        let fields = form::fields_of(world, self.doc())?;
        let found = fields
            .into_iter()
            .find(|field| field.name.eq_ignore_ascii_case(name));
        match found {
            Some(field) => Ok(Some(field)),
            None if self.doc().content(name).is_some() => Ok(None),
            None => Err(
                ScriptError::new(4407, format!("Notes error: Cannot locate field {name}")).into(),
            ),
        }
    }

    /// The name of the field that is meant: the one where the cursor is, if none is named.
    fn name(&self, given: &Arguments<'_>) -> Result<String, Box<Fault>> {
        let name = given.text_or(0, "")?;
        Ok(if name.is_empty() {
            self.0.field.borrow().clone()
        } else {
            name
        })
    }

    fn text(&self, world: &World, name: &str) -> Result<String, Box<Fault>> {
        let field = self.field(world, name)?;
        let between = field.as_ref().map_or("; ", FieldOf::between);
        let content = self.doc().content(name);
        Ok(content.map_or(String::new(), |content| content.to_text(world, between)))
    }

    fn put(&self, world: &World, name: &str, text: &str) -> Result<(), Box<Fault>> {
        if !self.0.is_edited.get() {
            return Err(
                ScriptError::new(4000, "Notes error: the document is not in edit mode").into(),
            );
        }
        let field = self.field(world, name)?;
        let content = match &field {
            Some(field) => field.read(world, text).ok_or_else(|| {
                convert::mismatch(&format!("{text:?} is no value for the field {name}"))
            })?,
            None => Content::text(text),
        };
        world.grow(content.weight())?;
        self.doc()
            .set(&world_name(self.doc(), name, field.as_ref()), &content);
        Ok(())
    }

    fn save(&self, world: &mut World) -> Result<(), Box<Fault>> {
        if let Some(why) = form::compute(world, self.doc(), Purpose::Check)? {
            world.tell("Validation", "", &why);
            return Err(notes_error(&why));
        }
        self.doc().save(world, true, false)?;
        Ok(())
    }
}

/// What an item is called: as it is, or as the form calls it.
fn world_name(doc: &Doc, name: &str, field: Option<&FieldOf>) -> String {
    let state = doc.state.borrow();
    let known = state.document.item(name).map(|item| item.name().to_owned());
    known.unwrap_or_else(|| field.map_or(name.to_owned(), |field| field.name.clone()))
}

impl Object for NotesUiDocument {
    fn class(&self) -> &'static str {
        "NotesUIDocument"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        Ok(match member {
            "document" => self.doc().value(),
            "editmode" => Value::Boolean(self.0.is_edited.get()),
            "isnewdoc" => Value::Boolean(self.doc().state.borrow().is_new),
            "currentfield" => Value::text(self.0.field.borrow().as_str()),
            "dialogboxcanceled" | "inpreviewpane" | "ruler" | "fieldhelp" | "hiddenchars"
            | "horzscrollbar" | "previewdoclink" | "previewparentdoc" => Value::Boolean(false),
            "autoreload" => Value::Boolean(true),
            "windowtitle" => Value::text(self.doc().text("Subject")),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, _: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        match member {
            "editmode" => {
                self.0
                    .is_edited
                    .set(value.as_number().is_some_and(|number| number != 0.0));
                Ok(())
            }
            "autoreload" | "ruler" | "fieldhelp" | "hiddenchars" | "horzscrollbar" => Ok(()),
            _ => not_here(self.class(), member).map(|_| ()),
        }
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        if !self.0.is_open.get() {
            return Err(notes_error("the window of the document is closed"));
        }
        Ok(match member {
            "fieldgettext" => Value::text(self.text(world, &self.name(&given)?)?),
            "fieldsettext" => {
                self.put(world, &given.text(0)?, &given.text(1)?)?;
                Value::Empty
            }
            "fieldappendtext" => {
                let name = self.name(&given)?;
                let text = self.text(world, &name)? + &given.text(1)?;
                self.put(world, &name, &text)?;
                Value::Empty
            }
            "fieldclear" => {
                self.put(world, &self.name(&given)?, "")?;
                Value::Empty
            }
            "fieldcontains" => {
                let text = self.text(world, &self.name(&given)?)?;
                Value::Boolean(text.to_lowercase().contains(&given.text(1)?.to_lowercase()))
            }
            "gotofield" => {
                let name = given.text(0)?;
                self.field(world, &name)?;
                *self.0.field.borrow_mut() = name;
                Value::Empty
            }
            "inserttext" => {
                let name = self.0.field.borrow().clone();
                let text = self.text(world, &name)? + &given.text(0)?;
                self.put(world, &name, &text)?;
                Value::Empty
            }
            "refresh" => {
                if let Some(why) = form::compute(world, self.doc(), Purpose::Check)? {
                    world.tell("Validation", "", &why);
                    return Err(notes_error(&why));
                }
                Value::Empty
            }
            "save" => {
                self.save(world)?;
                Value::Empty
            }
            "send" => {
                self.doc().send(world, false, None)?;
                Value::Empty
            }
            "close" => {
                self.0.is_open.set(false);
                if world
                    .ui
                    .current
                    .as_ref()
                    .is_some_and(|open| Rc::ptr_eq(open, &self.0))
                {
                    world.ui.current = None;
                }
                Value::Empty
            }
            // What changes the screen only.
            "reload"
            | "refreshhideformulas"
            | "gototop"
            | "gotobottom"
            | "expandallsections"
            | "collapseallsections"
            | "selectall"
            | "deselectall" => Value::Empty,
            _ => return not_here(self.class(), member),
        })
    }
}
