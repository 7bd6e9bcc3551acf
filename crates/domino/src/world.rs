//! What all objects of a run share, and what stands between them and the interpreter.

use crate::files::{self, OpenFiles};
use crate::formulas::{self, Subject};
use crate::mail::Mail;
use crate::object::{Arguments, Object, member_name, member_of, object_of};
use crate::objects::database::OpenDatabase;
use crate::objects::document::{Doc, NotesDocument};
use crate::objects::{self, ui};
use crate::store::index::Index;
use crate::store::{DatabaseId, Store};
use crate::trace::{Trace, Traced, Wish};
use crate::transport::{Exchange, NoNetwork, Transport};
use crate::windows::{Choice, Window, WindowAnswer, answer_to, unanswered};
use crate::{convert, time};
use dxl::NodeId;
use dxl::notes::DateTime;
use jiff::tz::TimeZone;
use lotusscript::formula::{self, Formula};
use lotusscript::international::International;
use lotusscript::notes::{Library, MemberKind, NotesParameter};
use lotusscript::run::{
    Answer, Burden, Event, Fault, FileStatement, Host, Limits, NOT_THERE, Product, ScriptError,
    Stop, Value, charge, expect_memory, missing,
};
use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::rc::Rc;

/// What asking an object for anything costs, in statements.
const ASKING: u64 = 16;

/// What a run sees of the world.
pub struct World {
    /// How dates and numbers are written, by Notes and by the language; [`World::set_international`] sets it.
    pub international: Rc<International>,
    /// The network.
    pub transport: Box<dyn Transport>,
    /// What was sent over the network, in its order.
    pub exchanges: Vec<Exchange>,
    /// What was printed.
    pub printed: Vec<String>,
    /// The clock: milliseconds since 1970, UTC. `Sleep` moves it.
    pub now: i64,
    /// The zone in which scripts see dates.
    pub zone: TimeZone,
    /// Who runs: a hierarchical name.
    pub user: String,
    /// On which server; empty on a workstation.
    pub server: String,
    /// The release that scripts are told, as `NotesVersion` and `NotesBuildVersion` have it.
    pub release: (String, i32),
    /// The groups and roles of the user, beside what the access control lists say.
    pub groups: Vec<String>,
    /// The databases.
    pub store: Store,
    /// Answers to windows.
    pub answers: Vec<WindowAnswer>,
    /// Windows that were shown.
    pub windows: Vec<Window>,
    /// Mails that were sent.
    pub mails: Vec<Mail>,
    /// What `NotesLog` wrote.
    pub log: Vec<String>,
    /// The settings of the user, by their names in small letters, without the `$` before names.
    pub environment: BTreeMap<String, String>,
    /// What happened.
    pub trace: Trace,
    /// What scripts may use, all that run within each other together or each alone: the innermost limit that is reached counts.
    pub limits: Limits,
    /// Files that `%Include` and streams may name, by their paths as scripts write them.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Whether scripts may open, make and remove files: those above, in memory.
    pub has_files: bool,
    /// What a script is told where they are not there: how whoever runs it gives them. Empty tells nothing.
    pub files_remedy: String,
    /// What the user selected in the view, by universal ids.
    pub selected: Vec<String>,
    /// The name of the view that is open.
    pub open_view: Option<String>,
    /// The ids of documents that agents marked as processed.
    pub processed: Vec<String>,
    /// Files that scripts made, changed or removed.
    pub(crate) touched_files: BTreeSet<String>,
    pub(crate) open_files: OpenFiles,
    pub(crate) current: Current,
    pub(crate) ui: ui::Desk,
    pub(crate) indexes: HashMap<(DatabaseId, NodeId), (u64, Rc<Index>)>,
    /// A view is being computed.
    pub(crate) is_indexing: bool,
    /// Bytes that scripts put into documents, logs and mails, as far as they are counted.
    written: RefCell<Burden>,
    pub(crate) formulas: RefCell<HashMap<String, Rc<Formula>>>,
    /// Names of members and fields as scripts and formulas first wrote them, by small letters: what items are called that a script makes.
    pub(crate) spellings: RefCell<HashMap<String, String>>,
    pub(crate) random: u64,
}

/// What is current while an agent runs.
#[derive(Default)]
pub(crate) struct Current {
    pub database: Option<Rc<OpenDatabase>>,
    pub agent: Option<(DatabaseId, NodeId)>,
    pub context: Option<Rc<Doc>>,
    /// The documents on which the agent runs.
    pub documents: Vec<String>,
    /// Those that it has marked.
    pub processed: Vec<String>,
    pub parameter_id: Option<String>,
    /// Agents that run within each other.
    pub depth: usize,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("user", &self.user)
            .field("now", &self.now)
            .field("transport", &self.transport)
            .field("printed", &self.printed)
            .finish_non_exhaustive()
    }
}

impl Default for World {
    /// A workstation on 21 November 2026 at 07:00 UTC, without databases, people and network.
    fn default() -> Self {
        Self::new(1)
    }
}

impl World {
    /// New ids and random numbers follow from the seed.
    pub fn new(seed: u64) -> Self {
        Self {
            international: Rc::default(),
            transport: Box::new(NoNetwork),
            exchanges: Vec::new(),
            printed: Vec::new(),
            now: 1_795_244_400_000,
            zone: TimeZone::UTC,
            user: "CN=Ann Lee/O=Acme".to_owned(),
            server: String::new(),
            release: ("Release 9.0.1|October 14, 2013".to_owned(), 405),
            groups: Vec::new(),
            store: Store::new(seed),
            answers: Vec::new(),
            windows: Vec::new(),
            mails: Vec::new(),
            log: Vec::new(),
            environment: BTreeMap::new(),
            trace: Trace::default(),
            limits: Limits::default(),
            files: BTreeMap::new(),
            has_files: false,
            files_remedy: String::new(),
            selected: Vec::new(),
            open_view: None,
            processed: Vec::new(),
            touched_files: BTreeSet::new(),
            open_files: OpenFiles::default(),
            current: Current::default(),
            ui: ui::Desk::default(),
            indexes: HashMap::new(),
            is_indexing: false,
            written: RefCell::default(),
            formulas: RefCell::new(HashMap::new()),
            spellings: RefCell::new(HashMap::new()),
            random: seed,
        }
    }

    /// How dates and numbers are written, in the language and in Notes alike.
    pub fn set_international(&mut self, international: International) {
        self.international = Rc::new(international);
    }

    /// The clock in the World's zone.
    pub fn date_time_now(&self) -> DateTime {
        time::at(self.now, &self.zone)
    }

    /// A date-time as Notes writes it in this zone: `11/21/2026 06:00:00 PM`.
    pub(crate) fn written(&self, time: &DateTime) -> String {
        let seen = time::seen(time, &self.zone);
        let date = seen.date.map(|date| self.international.date_text(date));
        let clock = seen
            .time
            .map(|clock| self.international.time_text(clock, true));
        let parts: Vec<String> = date.into_iter().chain(clock).collect();
        parts.join(" ")
    }

    /// What somebody wrote as a date, a time or both; `Today`, `Tomorrow` and `Yesterday` too.
    pub(crate) fn read_time(&self, text: &str) -> Option<DateTime> {
        let text = text.trim();
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let later = match word.to_lowercase().as_str() {
            "today" => 0,
            "tomorrow" => 1,
            "yesterday" => -1,
            _ => {
                return match self.international.read_time(text)? {
                    formula::Time::At(time) => Some(self.placed(time)),
                    formula::Time::Range(..) => None,
                };
            }
        };
        let today = self.date_time_now().date?;
        let date = dxl::notes::Date::from_days_since_1970(today.days_since_1970() + later)?;
        let clock = match rest.trim() {
            "" => None,
            rest => match self.international.read_time(rest)? {
                formula::Time::At(time) if time.date.is_none() => Some(time),
                _ => return None,
            },
        };
        Some(self.placed(DateTime {
            date: Some(date),
            time: clock.and_then(|clock| clock.time),
            ..DateTime::default()
        }))
    }

    /// With the zone of the World, where a date and a time have none.
    fn placed(&self, time: DateTime) -> DateTime {
        match (time.zone, time::instant(&time, &self.zone)) {
            (None, Some(instant)) => time::at(instant, &self.zone),
            _ => time,
        }
    }

    /// Shows a window, and gives what the script of answers says. Where that says nothing, the run ends.
    pub(crate) fn ask(&mut self, mut window: Window) -> Result<Choice, Box<Fault>> {
        match answer_to(&mut self.answers, &window) {
            Some(answer) => {
                window.answer = Some(answer.clone());
                self.windows.push(window);
                Ok(answer)
            }
            None => {
                let why = unanswered(&window);
                self.windows.push(window);
                Err(Stop::Host(why).into())
            }
        }
    }

    /// Shows a window that wants no answer.
    pub(crate) fn tell(&mut self, window: &str, title: &str, text: &str) {
        /// More are not kept: a box in a loop.
        const MOST: usize = 10_000;
        if self.windows.len() >= MOST {
            return;
        }
        self.windows.push(Window {
            window: window.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            choices: Vec::new(),
            answer: None,
        });
    }

    /// That a script puts so many bytes into what outlives its variables; they count with these.
    pub(crate) fn grow(&self, bytes: usize) -> Result<(), Box<Fault>> {
        self.written.borrow_mut().add(bytes);
        expect_memory()
    }

    /// The name of an item that a script wrote as a member.
    pub(crate) fn spelled(&self, member: &str) -> String {
        let spellings = self.spellings.borrow();
        let known = spellings.get(member).cloned();
        known.unwrap_or_else(|| member.to_owned())
    }

    /// From 0 up to but not 1.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn next_random(&mut self) -> f64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The database at a path.
    pub(crate) fn find_database(&self, server: &str, path: &str) -> Option<DatabaseId> {
        self.store.find(server, path, &self.server)
    }
}

impl Host for World {
    fn create(&mut self, class: &str, arguments: &[Value]) -> Answer {
        let library = Library::get();
        let Some(about) = library.class(class).map(|class| library.about(class)) else {
            return missing(&format!("the class {class}"));
        };
        let Some(parameters) = &about.new else {
            let message = format!("{} is not made with New", about.name);
            return Err(ScriptError::new(NOT_THERE, message).into());
        };
        count(about.name, parameters, arguments)?;
        let international = Rc::clone(&self.international);
        objects::create(
            self,
            about.name,
            given(about.name, arguments, &international),
        )
    }

    fn create_object(&mut self, class: &str, path: Option<&str>) -> Answer {
        match path {
            None => objects::create_object(self, &class.to_lowercase()),
            Some(path) => missing(&format!("the object in {path}")),
        }
    }

    fn is_method(&mut self, object: &Rc<Product>, member: &str) -> bool {
        object_of(object).is_ok_and(|object| object.is_method(member))
    }

    fn get(&mut self, object: &Rc<Product>, member: &str) -> Answer {
        let object = object_of(object)?;
        known(&*object, member)?;
        charge(ASKING)?;
        let given = object.get(self, member)?;
        expect_memory()?;
        Ok(given)
    }

    fn set(&mut self, object: &Rc<Product>, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let object = object_of(object)?;
        known(&*object, member)?;
        writable(object.class(), member)?;
        charge(ASKING)?;
        object.set(self, member, value)?;
        expect_memory()
    }

    fn call(&mut self, object: &Rc<Product>, member: &str, arguments: &[Value]) -> Answer {
        let object = object_of(object)?;
        charge(ASKING)?;
        let of = format!("{}.{}", object.class(), member_name(object.class(), member));
        if let Some(parameters) = parameters(object.class(), member) {
            count(&of, parameters, arguments)?;
        }
        let international = Rc::clone(&self.international);
        let answer = object.call(self, member, given(&of, arguments, &international))?;
        expect_memory()?;
        Ok(answer)
    }

    fn index(&mut self, object: &Rc<Product>, arguments: &[Value]) -> Answer {
        let object = object_of(object)?;
        let international = Rc::clone(&self.international);
        object.index(self, given(object.class(), arguments, &international))
    }

    fn elements(&mut self, object: &Rc<Product>) -> Result<Vec<Value>, Box<Fault>> {
        object_of(object)?.elements(self)
    }

    fn function(&mut self, name: &str, arguments: &[Value]) -> Answer {
        let international = Rc::clone(&self.international);
        objects::functions::call(self, name, given(name, arguments, &international))
    }

    fn file(&mut self, statement: &FileStatement, arguments: &[Value]) -> Answer {
        let international = Rc::clone(&self.international);
        let answer = files::statement(
            self,
            statement,
            given("a statement on files", arguments, &international),
        )?;
        expect_memory()?;
        Ok(answer)
    }

    fn print(&mut self, line: &str) {
        self.trace.add(Traced::Print {
            line: line.to_owned(),
        });
        self.printed.push(line.to_owned());
    }

    fn evaluate(&mut self, formula: &str, document: Option<&Value>) -> Answer {
        let subject = match document {
            None | Some(Value::Empty | Value::Nothing) => Subject::None,
            Some(Value::Product(product)) => {
                let object: Rc<dyn Any> = object_of(product)?;
                match object.downcast::<NotesDocument>() {
                    Ok(document) => Subject::Working(Rc::clone(&document.0)),
                    Err(_) => return Err(convert::mismatch("Evaluate takes a NotesDocument")),
                }
            }
            Some(_) => return Err(convert::mismatch("Evaluate takes a NotesDocument")),
        };
        let database = match &subject {
            Subject::Working(document) => document.database.id.get(),
            _ => None,
        };
        let database = database.or_else(|| {
            self.current
                .database
                .as_ref()
                .and_then(|open| open.id.get())
        });
        let formula = formulas::parse(self, formula)?;
        let outcome = formulas::evaluate(self, database, &subject, &formula)?;
        match outcome.value.as_fault() {
            Some(fault) => {
                Err(ScriptError::new(4000, format!("Formula error: {}", fault.message)).into())
            }
            None => Ok(convert::array_of_formula(&outcome.value, &self.zone)),
        }
    }

    fn now(&mut self) -> f64 {
        time::ole_of_instant(self.now, &self.zone)
    }

    #[allow(clippy::cast_possible_truncation)]
    fn sleep(&mut self, seconds: f64) {
        self.now = self.now.saturating_add((seconds * 1000.0) as i64);
    }

    fn trace(&mut self, event: &Event<'_>) {
        let traced = match event {
            Event::Statement {
                file,
                line,
                procedure,
            } if self.trace.wish == Wish::Statements => Traced::Statement {
                file: (*file).to_owned(),
                line: *line,
                procedure: (*procedure).to_owned(),
            },
            Event::Host {
                what,
                member,
                arguments,
            } if self.trace.wish != Wish::Little => Traced::Call {
                object: (*what).to_owned(),
                member: match member_of(what, member) {
                    Some(found) => found.name.to_owned(),
                    None => self.spelled(member),
                },
                arguments: arguments.iter().map(|value| shown(value, self)).collect(),
            },
            Event::Error(error) => Traced::Error {
                error: error.to_string(),
            },
            _ => return,
        };
        self.trace.add(traced);
    }
}

/// A value in a trace: short, on one line.
fn shown(value: &Value, world: &World) -> String {
    const MOST: usize = 80;
    let text = match value {
        Value::Text(text) => format!("{:?}", text.as_str()),
        Value::Array(array) => format!("array of {}", array.items().len()),
        Value::List(_) => "list".to_owned(),
        Value::Product(product) => product.class.to_string(),
        Value::Nothing => "Nothing".to_owned(),
        Value::Empty => String::new(),
        other => other
            .text_by(&world.international)
            .unwrap_or_else(|_| "…".to_owned()),
    };
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn given<'a>(of: &'a str, values: &'a [Value], international: &'a International) -> Arguments<'a> {
    Arguments {
        of,
        values,
        international,
    }
}

/// That a class of Notes has a member; any name is one of a document, and of what is in no table.
fn known(object: &dyn Object, member: &str) -> Result<(), Box<Fault>> {
    let library = Library::get();
    let Some(class) = library.class(object.class()) else {
        return Ok(());
    };
    let about = library.about(class);
    match about.has_items || library.is_open(class) || library.member(class, member).is_some() {
        true => Ok(()),
        false => {
            let message = format!("{} has no member {member}", about.name);
            Err(ScriptError::new(NO_MEMBER, message).into())
        }
    }
}

/// That a property may be set.
fn writable(class: &str, member: &str) -> Result<(), Box<Fault>> {
    match member_of(class, member).map(|member| (&member.kind, member.name)) {
        Some((MemberKind::Property { is_writable: false }, name)) => {
            let message = format!("{class}.{name} is read-only");
            Err(ScriptError::new(NO_MEMBER, message).into())
        }
        _ => Ok(()),
    }
}

/// Member does not exist.
const NO_MEMBER: i32 = 185;

fn parameters(class: &str, member: &str) -> Option<&'static [NotesParameter]> {
    match &member_of(class, member)?.kind {
        MemberKind::Method { parameters } => Some(parameters),
        MemberKind::Property { .. } => None,
    }
}

fn count(of: &str, parameters: &[NotesParameter], arguments: &[Value]) -> Result<(), Box<Fault>> {
    let least = parameters
        .iter()
        .filter(|parameter| !parameter.is_optional)
        .count();
    let fits = (least..=parameters.len()).contains(&arguments.len());
    match fits {
        true => Ok(()),
        false => {
            let takes = match least == parameters.len() {
                true => least.to_string(),
                false => format!("{least} to {}", parameters.len()),
            };
            let message = format!(
                "{of} takes {takes} arguments, and is given {}",
                arguments.len()
            );
            Err(ScriptError::new(WRONG_COUNT, message).into())
        }
    }
}

/// Wrong number of arguments for method.
const WRONG_COUNT: i32 = 183;
