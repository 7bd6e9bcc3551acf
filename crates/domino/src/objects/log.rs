//! `NotesLog`: what an agent writes down. It stays in the World; a log that is a database gets its documents there, a mail is sent when the log is closed.

use crate::World;
use crate::convert::Content;
use crate::object::{Arguments, Object, not_here, value_of};
use crate::objects::database::OpenDatabase;
use crate::objects::document::{Doc, notes_error};
use crate::objects::session::NotesSession;
use lotusscript::run::{Answer, Fault, ScriptError, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// `NotesLog`
pub(crate) struct NotesLog {
    program: RefCell<String>,
    actions: Cell<i32>,
    errors: Cell<i32>,
    logs_actions: Cell<bool>,
    logs_errors: Cell<bool>,
    overwrites: Cell<bool>,
    to: RefCell<Option<Target>>,
}

/// Where a log goes.
enum Target {
    Agent,
    File(String),
    Database(Rc<OpenDatabase>),
    Mail {
        recipients: Content,
        subject: String,
        lines: Vec<String>,
    },
}

impl NotesLog {
    /// Named for a program.
    pub fn new(program: &str) -> Self {
        Self {
            program: RefCell::new(program.to_owned()),
            actions: Cell::new(0),
            errors: Cell::new(0),
            logs_actions: Cell::new(true),
            logs_errors: Cell::new(true),
            overwrites: Cell::new(false),
            to: RefCell::new(None),
        }
    }

    fn write(&self, world: &mut World, what: &str, code: Option<i32>) -> Result<(), Box<Fault>> {
        let program = self.program.borrow().clone();
        let now = world.written(&world.date_time_now());
        let line = match code {
            Some(code) => format!("{now}: Error ({code}): {what}"),
            None => format!("{now}: {what}"),
        };
        let mut target = self.to.borrow_mut();
        let Some(target) = target.as_mut() else {
            return Err(notes_error(
                "the log is not open: OpenAgentLog, OpenFileLog, OpenMailLog or OpenNotesLog comes first",
            ));
        };
        world.grow(100 + line.len() + program.len())?;
        world.log.push(format!("{program}: {line}"));
        match target {
            Target::Agent => {}
            Target::File(path) => {
                world.touched_files.insert(path.clone());
                let bytes = world.files.entry(path.clone()).or_default();
                bytes.extend_from_slice(line.as_bytes());
                bytes.push(b'\n');
            }
            Target::Mail { lines, .. } => lines.push(line),
            Target::Database(database) => {
                let entry = Doc::create(world, database)?;
                entry.set("Form", &Content::text("Log Entry"));
                entry.set("A$PROGNAME", &Content::text(&program));
                let (name, text) = match code {
                    Some(_) => ("A$ERRMSG", what),
                    None => ("A$ACTION", what),
                };
                entry.set(name, &Content::text(text));
                if let Some(code) = code {
                    entry.set("A$ERRCODE", &Content::Numbers(vec![f64::from(code)]));
                }
                entry.save(world, true, false)?;
            }
        }
        Ok(())
    }

    fn close(&self, world: &mut World) -> Result<(), Box<Fault>> {
        let Some(Target::Mail {
            recipients,
            subject,
            lines,
        }) = self.to.take()
        else {
            return Ok(());
        };
        let Some(database) = world.current.database.clone() else {
            return Err(notes_error("there is no current database to send from"));
        };
        let mail = Doc::create(world, &database)?;
        mail.set("Form", &Content::text("Memo"));
        mail.set("Subject", &Content::text(subject));
        mail.set("Body", &Content::text(lines.join("\n")));
        mail.send(world, false, Some(recipients))
    }
}

impl Object for NotesLog {
    fn class(&self) -> &'static str {
        "NotesLog"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        Ok(match member {
            "numactions" => Value::Integer(i16::try_from(self.actions.get()).unwrap_or(i16::MAX)),
            "numerrors" => Value::Integer(i16::try_from(self.errors.get()).unwrap_or(i16::MAX)),
            "logactions" => Value::Boolean(self.logs_actions.get()),
            "logerrors" => Value::Boolean(self.logs_errors.get()),
            "overwritefile" => Value::Boolean(self.overwrites.get()),
            "programname" => Value::text(self.program.borrow().as_str()),
            "parent" => value_of(NotesSession),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let is_on = value.as_number().is_some_and(|number| number != 0.0);
        match member {
            "logactions" => self.logs_actions.set(is_on),
            "logerrors" => self.logs_errors.set(is_on),
            "overwritefile" => self.overwrites.set(is_on),
            "programname" => *self.program.borrow_mut() = value.text_by(&world.international)?,
            _ => return not_here(self.class(), member).map(|_| ()),
        }
        Ok(())
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            "openagentlog" => *self.to.borrow_mut() = Some(Target::Agent),
            "openfilelog" => {
                let path = given.text(0)?;
                if self.overwrites.get() {
                    world.touched_files.insert(path.clone());
                    world.files.remove(&path);
                }
                *self.to.borrow_mut() = Some(Target::File(path));
            }
            "opennoteslog" => {
                let (server, path) = (given.text(0)?, given.text(1)?);
                let database = OpenDatabase::find(world, &server, &path).ok_or_else(|| {
                    ScriptError::new(
                        4060,
                        format!("Database open failed: there is no {path} in this run"),
                    )
                })?;
                *self.to.borrow_mut() = Some(Target::Database(database));
            }
            "openmaillog" => {
                *self.to.borrow_mut() = Some(Target::Mail {
                    recipients: Content::of_value(&given.value(0), world)?,
                    subject: given.text(1)?,
                    lines: Vec::new(),
                });
            }
            "logaction" => {
                if self.logs_actions.get() {
                    self.write(world, &given.text(0)?, None)?;
                    self.actions.set(self.actions.get() + 1);
                }
            }
            "logerror" => {
                if self.logs_errors.get() {
                    let code = given.long_or(0, 0)?;
                    self.write(world, &given.text(1)?, Some(code))?;
                    self.errors.set(self.errors.get() + 1);
                }
            }
            "close" => self.close(world)?,
            _ => return not_here(self.class(), member),
        }
        Ok(Value::Empty)
    }
}
