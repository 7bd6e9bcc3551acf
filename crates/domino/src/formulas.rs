//! Formulas over the store: what `@DbLookup`, `@GetProfileField`, `@UserName`, `@Created` and their like find.

use crate::convert::Content;
use crate::objects::database::find_profile;
use crate::objects::document::Doc;
use crate::store::{DatabaseId, index, note_id_text};
use crate::windows::{Choice, Window};
use crate::{World, names, time};
use dxl::notes::{DateTime, Document, DocumentKind};
use jiff::tz::TimeZone;
use lotusscript::formula::host::{Answer, Host};
use lotusscript::formula::{
    Formula, International, Limits, NodeKind, Outcome, StopReason, Target, Value,
};
use lotusscript::run::{Fault, NOT_THERE, ScriptError, Stop, charge};
use std::rc::Rc;

/// What a formula is about.
#[derive(Clone)]
pub(crate) enum Subject {
    /// Nothing.
    None,
    /// A document as it lies in a database, with its universal id and its note id. It cannot be changed.
    Stored(Rc<Document>, String, u32),
    /// A document in the hands of a script.
    Working(Rc<Doc>),
}

impl Subject {
    /// A field of it, by its name in any case.
    pub fn field(&self, name: &str) -> Option<Value> {
        let content = match self {
            Self::None => None,
            Self::Stored(document, ..) => field_of(document, name),
            Self::Working(document) => document.content(name),
        };
        content.map(|content| content.to_formula())
    }

    fn with<T>(&self, see: impl FnOnce(&Document) -> T) -> Option<T> {
        match self {
            Self::None => None,
            Self::Stored(document, ..) => Some(see(document)),
            Self::Working(document) => Some(see(&document.state.borrow().document)),
        }
    }
}

/// A field of a document: its first item of the name. The form and the parent are fields too, where DXL has them beside the items.
pub(crate) fn field_of(document: &Document, name: &str) -> Option<Content> {
    if let Some(item) = document.item(name) {
        return Content::of_item(item);
    }
    match name.to_lowercase().as_str() {
        "form" => document.form().map(|form| Content::text(form.into_owned())),
        "$ref" => document
            .parent()
            .map(|parent| Content::text(parent.into_owned())),
        _ => None,
    }
}

/// A formula out of its text; each text is read once.
pub(crate) fn parse(world: &World, source: &str) -> Result<Rc<Formula>, Box<Fault>> {
    /// More texts than these are read anew each time.
    const MOST: usize = 1000;
    if let Some(known) = world.formulas.borrow().get(source) {
        return Ok(Rc::clone(known));
    }
    match Formula::parse_in(source, &world.international) {
        Ok(formula) => {
            spell(&formula, world);
            let formula = Rc::new(formula);
            let mut known = world.formulas.borrow_mut();
            if known.len() < MOST {
                known.insert(source.to_owned(), Rc::clone(&formula));
            }
            Ok(formula)
        }
        Err(errors) => {
            let first = errors.errors.first().map(ToString::to_string);
            let message = format!("Formula error: {}", first.unwrap_or_default());
            Err(ScriptError::new(4000, message).into())
        }
    }
}

/// What fields are called where the formula sets them.
fn spell(formula: &Formula, world: &World) {
    let mut spellings = world.spellings.borrow_mut();
    for (_, node) in formula.nodes() {
        if let NodeKind::Assign(assignment) = &node.kind
            && matches!(assignment.target, Target::Field | Target::Default)
        {
            let written = assignment.name_span.of(formula.source());
            let known = spellings.entry(assignment.name.to_string());
            known.or_insert_with(|| written.to_owned());
        }
    }
}

/// Runs a formula. An error within it is a value; what ends it early is a fault of the script.
pub(crate) fn evaluate(
    world: &mut World,
    database: Option<DatabaseId>,
    subject: &Subject,
    formula: &Formula,
) -> Result<Outcome, Box<Fault>> {
    evaluate_field(world, database, subject, formula, None)
}

/// As how many statements a formula counts, and each of its steps.
const EVALUATION: u64 = 64;
const STEP: u64 = 4;

/// The same for the formula of a field, which knows its name.
pub(crate) fn evaluate_field(
    world: &mut World,
    database: Option<DatabaseId>,
    subject: &Subject,
    formula: &Formula,
    field: Option<&str>,
) -> Result<Outcome, Box<Fault>> {
    charge(EVALUATION)?;
    let mut scene = Scene {
        database,
        subject,
        fault: None,
        field,
        world,
    };
    let outcome = formula.evaluate(&mut scene, &Limits::default());
    match (scene.fault.take(), outcome) {
        (Some(fault), _) => Err(fault),
        (None, Ok(outcome)) => {
            charge(STEP * outcome.steps)?;
            Ok(outcome)
        }
        (None, Err(stop)) => Err(match &stop.reason {
            StopReason::NotHere(_) | StopReason::Refused(..) | StopReason::Unknown(_) => {
                ScriptError::new(NOT_THERE, format!("formula: {stop}")).into()
            }
            StopReason::Arity(_) | StopReason::Syntax => {
                ScriptError::new(4000, format!("Formula error: {stop}")).into()
            }
            _ => Stop::Host(format!("formula: {stop}")).into(),
        }),
    }
}

/// A formula that runs.
struct Scene<'w> {
    world: &'w mut World,
    database: Option<DatabaseId>,
    subject: &'w Subject,
    /// What ended it and is more than an error of a formula.
    fault: Option<Box<Fault>>,
    field: Option<&'w str>,
}

impl Host for Scene<'_> {
    fn now(&self) -> i64 {
        self.world.now
    }

    fn zone(&self) -> TimeZone {
        self.world.zone.clone()
    }

    fn international(&self) -> International {
        International::clone(&self.world.international)
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.subject.field(name)
    }

    fn set_field(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let Subject::Working(document) = self.subject else {
            return Err("there is no document here that could be changed".to_owned());
        };
        match Content::of_formula(value) {
            Some(content) => {
                if let Err(fault) = self.world.grow(content.weight()) {
                    self.fault = Some(fault);
                    return Err("no room is left".to_owned());
                }
                document.set(&self.world.spelled(name), &content);
            }
            None if *value == Value::Unavailable => {
                document.remove_item(name);
            }
            None => return Err("a field holds texts, numbers or date-times".to_owned()),
        }
        Ok(())
    }

    fn random(&mut self) -> Option<f64> {
        Some(self.world.next_random())
    }

    fn ask(&mut self, function: &str, arguments: &[Value]) -> Answer {
        let name = function.to_lowercase();
        let about_document = self.of_document(&name);
        let answer = about_document
            .or_else(|| self.of_database(&name, arguments))
            .or_else(|| self.of_people(&name))
            .or_else(|| self.of_settings(&name, arguments));
        match answer {
            Some(answer) => answer,
            None => match self.reaching_out(&name, arguments) {
                Ok(Some(answer)) => answer,
                Ok(None) => Answer::NotHere,
                Err(fault) => {
                    self.fault = Some(fault);
                    Answer::NotHere
                }
            },
        }
    }
}

fn said(value: Value) -> Option<Answer> {
    Some(Answer::Value(value))
}

fn first_text(value: Option<&Value>) -> String {
    let texts = value.and_then(Value::as_texts);
    texts
        .and_then(<[String]>::first)
        .cloned()
        .unwrap_or_default()
}

fn time_value(time: DateTime) -> Value {
    match time.is_blank() {
        true => Value::text(""),
        false => time.into(),
    }
}

impl Scene<'_> {
    /// What the document says of itself.
    fn of_document(&mut self, name: &str) -> Option<Answer> {
        match name {
            "@created" | "@modified" | "@accessed" => {
                let written = self.subject.with(|document| {
                    let written = match name {
                        "@created" => document.created(),
                        _ => document.modified(),
                    };
                    written.and_then(|written| written.value.ok())
                });
                let own = match self.subject {
                    Subject::Working(document) if name == "@created" => {
                        Some(document.state.borrow().created)
                    }
                    _ => None,
                };
                said(time_value(written.flatten().or(own).unwrap_or_default()))
            }
            "@documentuniqueid" => said(Value::text(self.unid())),
            "@noteid" => {
                let id = match self.subject {
                    Subject::Stored(_, _, id) => Some(*id),
                    Subject::Working(document) => document.state.borrow().note_id,
                    Subject::None => None,
                };
                said(Value::text(format!(
                    "NT{:0>8}",
                    id.map(note_id_text).unwrap_or_default()
                )))
            }
            "@author" => {
                let authors = self.subject.with(|document| {
                    let names = document.updated_by();
                    names.into_iter().map(|name| name.into_owned()).collect()
                });
                said(Value::texts(authors.unwrap_or_default()))
            }
            "@isresponsedoc" => {
                let is_response = self.subject.with(Document::is_response);
                said(Value::truth(is_response == Some(true)))
            }
            "@inheriteddocumentuniqueid" => {
                let parent = self
                    .subject
                    .with(|document| document.parent().map(|parent| parent.into_owned()));
                said(Value::text(parent.flatten().unwrap_or_default()))
            }
            "@isnewdoc" => said(Value::truth(match self.subject {
                Subject::Working(document) => document.state.borrow().is_new,
                _ => false,
            })),
            "@attachments" | "@attachmentnames" | "@attachmentlengths" => {
                let files: Vec<(String, f64)> = self
                    .subject
                    .with(|document| {
                        let size = |size: u64| f64::from(u32::try_from(size).unwrap_or(u32::MAX));
                        document
                            .attachments()
                            .map(|file| (file.name().to_owned(), size(file.size().unwrap_or(0))))
                            .collect()
                    })
                    .unwrap_or_default();
                said(match name {
                    "@attachments" => {
                        Value::number(f64::from(u32::try_from(files.len()).unwrap_or(u32::MAX)))
                    }
                    "@attachmentnames" => {
                        Value::texts(files.into_iter().map(|(name, _)| name).collect())
                    }
                    _ => Value::numbers(files.into_iter().map(|(_, size)| size).collect()),
                })
            }
            "@docfields" => {
                let names = self.subject.with(|document| {
                    document
                        .items()
                        .map(|item| item.name().to_owned())
                        .collect()
                });
                said(Value::texts(names.unwrap_or_default()))
            }
            "@doclength" => {
                let bytes = self
                    .subject
                    .with(|document| document.to_xml().map_or(0, |xml| xml.len()));
                let bytes = u32::try_from(bytes.unwrap_or(0)).unwrap_or(u32::MAX);
                said(Value::number(f64::from(bytes)))
            }
            "@thisname" => said(Value::text(self.field?)),
            "@thisvalue" => {
                let value = self.subject.field(self.field?);
                said(value.unwrap_or(Value::text("")))
            }
            "@responses" => {
                let unid = self.unid();
                let database = self.world.store.get(self.database?)?;
                let count = u32::try_from(database.responses_to(&unid).count()).ok()?;
                said(Value::number(f64::from(count)))
            }
            // The documents that these add are looked for by whoever selects.
            "@allchildren" | "@alldescendants" => said(Value::truth(false)),
            "@isdocbeingsaved"
            | "@isdocbeingloaded"
            | "@isdocbeingmailed"
            | "@isdocbeingrecalculated"
            | "@isdocbeingedited"
            | "@isdoctruncated" => said(Value::truth(false)),
            "@isvalid" => said(Value::truth(true)),
            "@docchildren" | "@docdescendants" | "@doclevel" | "@docnumber"
            | "@docparentnumber" | "@docsiblings" | "@isexpandable" | "@iscategory" => {
                said(Value::text(""))
            }
            _ => None,
        }
    }

    fn unid(&self) -> String {
        match self.subject {
            Subject::None => String::new(),
            Subject::Stored(_, unid, _) => unid.clone(),
            Subject::Working(document) => document.state.borrow().unid.clone(),
        }
    }

    fn of_database(&mut self, name: &str, given: &[Value]) -> Option<Answer> {
        fn store<'s>(scene: &'s Scene<'_>) -> Option<&'s crate::store::Database> {
            scene.world.store.get(scene.database?)
        }
        match name {
            "@dbname" => {
                let database = store(self)?;
                said(Value::texts(vec![
                    database.server.clone(),
                    database.path.clone(),
                ]))
            }
            "@webdbname" => {
                let path = store(self)?.path.replace('\\', "/").replace(' ', "%20");
                said(Value::text(path))
            }
            "@dbtitle" => said(Value::text(store(self)?.title())),
            "@replicaid" => {
                let id = store(self)?.replica_id().to_owned();
                said(Value::text(crate::objects::database::with_colon(&id)))
            }
            "@dbexists" => {
                let (server, path) = server_and_path(given.first()?);
                said(Value::truth(
                    self.world.find_database(&server, &path).is_some(),
                ))
            }
            "@dbmanager" => {
                let acl = crate::objects::acl::entries_of(self.world, self.database?);
                let managers = acl.into_iter().filter(|entry| entry.level == 6);
                said(Value::texts(managers.map(|entry| entry.name).collect()))
            }
            "@viewtitle" => {
                let name = self.world.open_view.clone()?;
                said(Value::text(name))
            }
            "@getdocfield" => {
                let unid = first_text(given.first());
                let field = first_text(given.get(1));
                let note = store(self)?.note(&unid)?;
                let content = field_of(&note.document, &field);
                said(content.map_or(Value::text(""), |content| content.to_formula()))
            }
            "@setdocfield" => {
                let (unid, field) = (first_text(given.first()), first_text(given.get(1)));
                let Some(content) = Content::of_formula(given.get(2)?) else {
                    return Some(Answer::Failed(
                        "a field holds texts, numbers or date-times".into(),
                    ));
                };
                let Some(note) = store(self)?.note(&unid) else {
                    return Some(Answer::Failed("Document not found".into()));
                };
                let mut document = Document::clone(&note.document);
                crate::convert::set_item(&mut document, &field, &content);
                self.save(&unid, document);
                said(content.to_formula())
            }
            "@getprofilefield" => {
                let profile = first_text(given.first());
                let (field, user) = (first_text(given.get(1)), first_text(given.get(2)));
                let note = store(self).and_then(|store| find_profile(store, &profile, &user));
                let content = note.and_then(|note| field_of(&note.document, &field));
                said(content.map_or(Value::text(""), |content| content.to_formula()))
            }
            "@setprofilefield" => self.set_profile_field(given),
            "@deletedocument" | "@harddeletedocument" => {
                let unid = self.unid();
                let id = self.database?;
                self.world.store.get_mut(id)?.remove(&unid);
                said(Value::truth(true))
            }
            _ => None,
        }
    }

    fn save(&mut self, unid: &str, document: Document) {
        let (now, user) = (self.world.date_time_now(), self.world.user.clone());
        if let Some(database) = self.database.and_then(|id| self.world.store.get_mut(id)) {
            database.save(unid, document, &now, &user);
        }
    }

    fn set_profile_field(&mut self, given: &[Value]) -> Option<Answer> {
        let (profile, field) = (first_text(given.first()), first_text(given.get(1)));
        let user = first_text(given.get(3));
        let value = given.get(2)?;
        let content = Content::of_formula(value)?;
        let id = self.database?;
        let known = find_profile(self.world.store.get(id)?, &profile, &user)
            .map(|note| (note.unid.clone(), Document::clone(&note.document)));
        let (unid, mut document) = match known {
            Some(known) => known,
            None => (
                self.world.store.next_unid(),
                crate::objects::database::new_profile(&profile, &user)?,
            ),
        };
        crate::convert::set_item(&mut document, &field, &content);
        self.save(&unid, document);
        said(value.clone())
    }

    /// The first letter of the user and three of the last name, and six that are unlike all others. [@Unique]
    fn unique(&mut self) -> String {
        let common = names::common(&self.world.user);
        let mut words = common.split_whitespace();
        let first = words.next().unwrap_or_default().chars().take(1);
        let last = words.next_back().unwrap_or_default().chars().take(3);
        let letters: String = first.chain(last).collect();
        let id = self.world.store.next_unid();
        format!(
            "{}-{}",
            letters.to_uppercase(),
            &id[id.len().saturating_sub(6)..]
        )
    }

    fn of_people(&mut self, name: &str) -> Option<Answer> {
        if name == "@unique" {
            let text = self.unique();
            return said(Value::text(text));
        }
        let world = &*self.world;
        match name {
            "@username" | "@v3username" => said(Value::text(&world.user)),
            "@usernameslist" => {
                let database = self.database;
                said(Value::texts(crate::objects::acl::names_of(
                    world,
                    database,
                    &world.user,
                )))
            }
            "@userroles" => {
                let roles = self
                    .database
                    .map(|id| crate::objects::acl::roles_of(world, id, &world.user));
                said(Value::texts(roles.unwrap_or_default()))
            }
            "@useraccess" => None,
            "@servername" => said(Value::text(&world.server)),
            "@domain" => {
                let domain = world.environment.get("domain").cloned();
                said(Value::text(domain.unwrap_or_default()))
            }
            "@maildbname" => {
                let setting = |name: &str| world.environment.get(name).cloned().unwrap_or_default();
                said(Value::texts(vec![
                    setting("mailserver"),
                    setting("mailfile"),
                ]))
            }
            "@platform" => said(Value::text("UNIX")),
            "@version" => said(Value::text(world.release.1.to_string())),
            "@clienttype" => said(Value::text("Notes")),
            "@getcurrenttimezone" => {
                let (minutes, dst) = time::offset_at(world.now, &world.zone);
                let standard = if dst { minutes - 60 } else { minutes };
                said(Value::text(format!(
                    "Z={}$DO={}",
                    time::notes_zone(standard),
                    u8::from(dst)
                )))
            }
            _ => None,
        }
    }

    fn of_settings(&mut self, name: &str, given: &[Value]) -> Option<Answer> {
        match name {
            "@environment" if given.len() == 1 => {
                let key = first_text(given.first()).to_lowercase();
                let found = self.world.environment.get(&key).cloned();
                said(Value::text(found.unwrap_or_default()))
            }
            "@environment" | "@setenvironment" => {
                let (key, value) = (first_text(given.first()), first_text(given.get(1)));
                self.world
                    .environment
                    .insert(key.to_lowercase(), value.clone());
                said(Value::text(value))
            }
            "@statusbar" => {
                let text = first_text(given.first());
                self.world.printed.push(text);
                said(Value::truth(true))
            }
            _ => None,
        }
    }

    /// Views of any database, and windows.
    fn reaching_out(&mut self, name: &str, given: &[Value]) -> Result<Option<Answer>, Box<Fault>> {
        match name {
            "@dbcolumn" | "@dblookup" => self.look_up(name == "@dblookup", given).map(Some),
            "@prompt" => self.prompt(given).map(Some),
            "@mailsend" if given.is_empty() => {
                let Subject::Working(document) = self.subject else {
                    return Ok(Some(Answer::Failed("there is no document to send".into())));
                };
                document.send(self.world, false, None)?;
                Ok(said(Value::truth(true)))
            }
            _ => Ok(None),
        }
    }

    fn look_up(&mut self, by_key: bool, given: &[Value]) -> Result<Answer, Box<Fault>> {
        let failed = |why: &str| Ok(Answer::Failed(why.to_owned()));
        // A view that looked into itself would never be done; Notes refuses it in all.
        if self.world.is_indexing {
            return failed("views cannot look into views");
        }
        let class = first_text(given.first());
        if !matches!(
            class.to_lowercase().as_str(),
            "" | "notes" | "nocache" | "recache"
        ) {
            return failed("only databases of Notes can be looked into");
        }
        let place = given.get(1).cloned().unwrap_or(Value::text(""));
        let (server, path) = server_and_path(&place);
        let database = match path.as_str() {
            "" => self.database,
            path => self.world.find_database(&server, path).or_else(|| {
                self.world
                    .store
                    .find_replica(&server, path, &self.world.server)
            }),
        };
        let Some(database) = database else {
            return failed("File does not exist");
        };
        let view = first_text(given.get(2));
        let Some(element) = index::find_view(self.world, database, &view) else {
            return failed("Cannot find specified view");
        };
        let shown = index::index_of(self.world, database, element)?;
        let (rows, wanted) = match by_key {
            false => ((0..shown.rows.len()).collect(), given.get(3)),
            true => {
                let words: Vec<String> = given
                    .get(5)
                    .map(|words| match words {
                        Value::Keyword(words) => {
                            words.iter().map(|word| word.to_lowercase()).collect()
                        }
                        _ => Vec::new(),
                    })
                    .unwrap_or_default();
                let has = |word: &str| words.iter().any(|known| known == word);
                let keys = given.get(3).cloned().unwrap_or(Value::text(""));
                let mut rows: Vec<usize> = Vec::new();
                for at in 0..keys.len() {
                    let key = keys.element(at).into_iter().collect::<Vec<_>>();
                    rows.extend(shown.find(&key, !has("partialmatch"), &self.world.zone));
                }
                if rows.is_empty() {
                    return match has("failsilent") {
                        true => Ok(Answer::Value(Value::text(""))),
                        false => failed("Entry not found in index"),
                    };
                }
                if has("returndocumentuniqueid") {
                    let unids = rows.iter().filter_map(|at| shown.rows[*at].unid.clone());
                    return Ok(Answer::Value(Value::texts(unids.collect())));
                }
                (rows, given.get(4))
            }
        };
        self.gathered(database, &shown, &rows, wanted, by_key)
    }

    /// The values of a column, or of a field of the rows' documents.
    fn gathered(
        &self,
        database: DatabaseId,
        shown: &index::Index,
        rows: &[usize],
        wanted: Option<&Value>,
        by_key: bool,
    ) -> Result<Answer, Box<Fault>> {
        let column = match wanted {
            Some(Value::Number(number)) => {
                let number = number.first().copied().unwrap_or(0.0);
                let at = (1..=shown.columns.len())
                    .find(|at| u32::try_from(*at).is_ok_and(|at| f64::from(at) == number));
                match at {
                    Some(at) => Some(at - 1),
                    None => return Ok(Answer::Failed("the view has no such column".into())),
                }
            }
            Some(name) => shown.column(&first_text(Some(name))),
            None => None,
        };
        let field = first_text(wanted);
        let mut whole: Option<Content> = None;
        for at in rows {
            let row = &shown.rows[*at];
            let is_category_here = |column: usize| shown.columns[column].is_category;
            let value = match (column, &row.unid) {
                // A column of categories gives each once.
                (Some(column), unid) if !by_key && is_category_here(column) == unid.is_some() => {
                    None
                }
                (Some(column), _) => Content::of_formula(&row.values[column]),
                (None, Some(unid)) => self
                    .world
                    .store
                    .get(database)
                    .and_then(|store| store.note(unid))
                    .and_then(|note| field_of(&note.document, &field)),
                (None, None) => None,
            };
            let Some(value) = value else { continue };
            whole = Some(match whole {
                None => value,
                Some(before) => {
                    let text = value.to_text(self.world, ", ");
                    match before.clone().joined(value) {
                        Ok(joined) => joined,
                        Err(_) => before.joined(Content::text(text))?,
                    }
                }
            });
        }
        Ok(Answer::Value(
            whole.map_or(Value::text(""), |whole| whole.to_formula()),
        ))
    }

    fn prompt(&mut self, given: &[Value]) -> Result<Answer, Box<Fault>> {
        let style = match given.first() {
            Some(Value::Keyword(words)) => words.first().map(|word| word.to_lowercase()),
            _ => None,
        };
        let style = style.unwrap_or_default();
        let choices = match given.get(4) {
            Some(choices) => choices
                .as_texts()
                .map(<[String]>::to_vec)
                .unwrap_or_default(),
            None => Vec::new(),
        };
        let (title, text) = (first_text(given.get(1)), first_text(given.get(2)));
        if style == "ok" {
            self.world.tell("@Prompt", &title, &text);
            return Ok(Answer::Value(Value::number(1.0)));
        }
        let answer = self.world.ask(Window {
            window: "@Prompt".to_owned(),
            title,
            text,
            choices,
            answer: None,
        })?;
        Ok(Answer::Value(match answer {
            Choice::Flag(truth) if style.starts_with("yesno") => Value::truth(truth),
            Choice::Flag(false) => return Ok(Answer::Failed("the window was cancelled".into())),
            Choice::Flag(true) => given.get(3).cloned().unwrap_or(Value::text("")),
            Choice::Number(number) => Value::number(number),
            Choice::Text(text) => Value::text(text),
            Choice::List(list) => Value::texts(list),
        }))
    }
}

/// `server : path`, or `server!!path`, or a replica id.
fn server_and_path(value: &Value) -> (String, String) {
    match value.as_texts() {
        Some([server, path, ..]) => (server.clone(), path.clone()),
        Some([one]) => match one.split_once("!!") {
            Some((server, path)) => (server.to_owned(), path.to_owned()),
            None => (String::new(), one.clone()),
        },
        _ => (String::new(), String::new()),
    }
}

/// Whether a document is a profile, and which.
pub(crate) fn is_profile(document: &Document, name: &str, user: &str) -> bool {
    document.kind() == DocumentKind::Profile
        && document
            .profile_name()
            .is_some_and(|known| known.eq_ignore_ascii_case(name))
        && match document.profile_user() {
            None => user.is_empty(),
            Some(known) => known.eq_ignore_ascii_case(user) || names::is_same(known, user),
        }
}

#[cfg(test)]
mod tests {
    use crate::objects::bench::printed;

    #[test]
    fn unique_texts_are_unlike_each_other() {
        let script = "v = Evaluate(\"@Unique\")\nw = Evaluate(\"@Unique\")\nPrint (v(0) = w(0)) & Left(v(0), 5) & Len(v(0))";
        assert_eq!(printed(script), "FalseALEE-11");
    }
}
