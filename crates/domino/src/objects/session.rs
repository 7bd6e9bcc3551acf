//! `NotesSession`: who runs, where, and how all else is reached.

use crate::object::{Arguments, Object, not_here, value_of};
use crate::objects::database::{NotesDbDirectory, OpenDatabase, document_of};
use crate::objects::datetime::{self, NotesDateRange};
use crate::objects::log::NotesLog;
use crate::objects::name::{NotesInternational, NotesName};
use crate::objects::{acl, agent};
use crate::{World, names};
use lotusscript::run::{Answer, Array, Host, Value};

/// `NotesSession`. There is one, however many objects a script makes.
pub(crate) struct NotesSession;

impl Object for NotesSession {
    fn class(&self) -> &'static str {
        "NotesSession"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let current = &world.current;
        Ok(match member {
            "username" => Value::text(&world.user),
            "effectiveusername" => Value::text(&world.user),
            "commonusername" => Value::text(names::common(&world.user)),
            "usernameobject" => value_of(NotesName::new(&world.user, "")),
            "usernamelist" => {
                let list = [world.user.clone()];
                Array::of_values(
                    list.iter()
                        .map(|name| value_of(NotesName::new(name, "")))
                        .collect(),
                )
            }
            "usergroupnamelist" => {
                let database = current.database.as_ref().and_then(|open| open.id.get());
                let names = acl::names_of(world, database, &world.user);
                let names = names.into_iter().skip(1);
                Array::of_values(
                    names
                        .map(|name| value_of(NotesName::new(&name, "")))
                        .collect(),
                )
            }
            "servername" => Value::text(&world.server),
            "isonserver" => Value::Boolean(!world.server.is_empty()),
            "notesversion" => Value::text(&world.release.0),
            "notesbuildversion" => Value::Long(world.release.1),
            "platform" => Value::text("Linux"),
            "international" => value_of(NotesInternational),
            "convertmime" => Value::Boolean(true),
            "currentdatabase" => match &current.database {
                Some(database) => database.value(),
                None => Value::Nothing,
            },
            "documentcontext" => match &current.context {
                Some(document) => document.value(),
                None => Value::Nothing,
            },
            "currentagent" => agent::current(world),
            "lastrun" => agent::last_run(world),
            "lastexitstatus" => Value::Integer(0),
            "addressbooks" => Array::of_values(address_books(world)),
            "orgdirectorypath" => Value::text(""),
            "saveddata" => return not_here(self.class(), "SavedData"),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(
        &self,
        _: &mut World,
        member: &str,
        _: Value,
    ) -> Result<(), Box<lotusscript::run::Fault>> {
        match member {
            // Documents in MIME are as DXL has them, either way.
            "convertmime" => Ok(()),
            _ => not_here(self.class(), member).map(|_| ()),
        }
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        Ok(match member {
            "getdatabase" => {
                let (server, path) = (given.text(0)?, given.text(1)?);
                match OpenDatabase::find(world, &server, &path) {
                    Some(database) => database.value(),
                    None if given.is_true_or(2, false)? || path.is_empty() => {
                        OpenDatabase::new(None, &server, &path).value()
                    }
                    None => Value::Nothing,
                }
            }
            "getdbdirectory" => value_of(NotesDbDirectory::new(&given.text(0)?)),
            "createdatetime" => value_of(datetime::of_text(world, &given.text(0)?)?),
            "createdaterange" => value_of(NotesDateRange::new()),
            "createname" => value_of(NotesName::new(&given.text(0)?, &given.text_or(1, "")?)),
            "createlog" => value_of(NotesLog::new(&given.text(0)?)),
            "evaluate" => {
                let document = document_of(&given, 1)?.map(|doc| doc.value());
                return world.evaluate(&given.text(0)?, document.as_ref());
            }
            "getenvironmentstring" | "getenvironmentvalue" => {
                let name = given.text(0)?.to_lowercase();
                let found = world.environment.get(&name).cloned().unwrap_or_default();
                match member {
                    "getenvironmentstring" => Value::text(found),
                    // A number where it is one.
                    _ => match found.trim().parse::<f64>() {
                        Ok(number) => Value::Double(number),
                        Err(_) if found.is_empty() => Value::Integer(0),
                        Err(_) => Value::text(found),
                    },
                }
            }
            "setenvironmentvar" => {
                let (name, value) = (given.text(0)?.to_lowercase(), given.text(1)?);
                world.grow(100 + name.len() + value.len())?;
                world.environment.insert(name, value);
                Value::Empty
            }
            "updateprocesseddoc" => {
                if let Some(doc) = document_of(&given, 0)? {
                    let unid = doc.state.borrow().unid.clone();
                    world.current.processed.push(unid);
                }
                Value::Empty
            }
            "createhttprequest" | "createjsonnavigator" | "createdomparser" | "createstream" => {
                return super::create_of_session(world, member, given);
            }
            _ => return not_here(self.class(), member),
        })
    }
}

/// The directories among the databases; they are not open.
fn address_books(world: &World) -> Vec<Value> {
    let is_book = |kind: Option<&str>| matches!(kind, Some("addressbook" | "personaladdressbook"));
    world
        .store
        .databases()
        .filter(|(_, database)| is_book(database.design().root().attribute("type")))
        .map(|(_, database)| OpenDatabase::new(None, &database.server, &database.path).value())
        .collect()
}
