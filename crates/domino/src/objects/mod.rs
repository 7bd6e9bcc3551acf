//! The classes of Notes, one file for each family, and how a script makes objects of them.

pub(crate) mod acl;
pub(crate) mod agent;
#[cfg(test)]
pub(crate) mod bench;
pub(crate) mod collection;
mod com;
pub(crate) mod database;
pub(crate) mod datetime;
pub(crate) mod design;
pub(crate) mod document;
mod dom;
pub(crate) mod embedded;
pub(crate) mod entries;
pub(crate) mod functions;
mod http;
pub(crate) mod item;
mod json;
pub(crate) mod log;
pub(crate) mod name;
pub(crate) mod session;
mod stream;
pub(crate) mod ui;
pub(crate) mod view;

use crate::World;
use crate::object::{Arguments, value_of};
use lotusscript::run::{Answer, missing};

/// `New Class(…)`, by the name as Notes writes it.
pub(crate) fn create(world: &mut World, class: &str, given: Arguments<'_>) -> Answer {
    Ok(match class {
        "NotesSession" => value_of(session::NotesSession),
        "NotesDatabase" => {
            let (server, path) = (given.text(0)?, given.text(1)?);
            let id = world.find_database(&server, &path);
            database::OpenDatabase::new(id, &server, &path).value()
        }
        "NotesDocument" => {
            let database = given.object::<database::NotesDatabase>(0)?;
            database.0.store_id()?;
            document::Doc::create(world, &database.0)?.value()
        }
        "NotesItem" => return item::create(world, given),
        "NotesRichTextItem" => return item::create_rich(given),
        "NotesDateTime" => value_of(datetime::of_text(world, &given.text(0)?)?),
        "NotesDateRange" => value_of(datetime::NotesDateRange::new()),
        "NotesName" => value_of(name::NotesName::new(
            &given.text(0)?,
            &given.text_or(1, "")?,
        )),
        "NotesLog" => value_of(log::NotesLog::new(&given.text(0)?)),
        "NotesDbDirectory" => value_of(database::NotesDbDirectory::new(&given.text(0)?)),
        "NotesACLEntry" => return acl::create_entry(given),
        "NotesUIWorkspace" => value_of(ui::NotesUiWorkspace),
        _ => return missing(&format!("the class {class}")),
    })
}

/// `CreateObject`, by the name in small letters.
pub(crate) fn create_object(_: &mut World, class: &str) -> Answer {
    match com::create(class) {
        Some(object) => Ok(object),
        None => missing(&format!("the object {class}")),
    }
}

/// What a session makes for HTTP, JSON, XML and streams, by the method in small letters.
pub(crate) fn create_of_session(world: &mut World, method: &str, given: Arguments<'_>) -> Answer {
    match method {
        "createhttprequest" => Ok(http::request()),
        "createjsonnavigator" => json::navigator(world, &given.value(0)),
        "createdomparser" => dom::parser(&given.value(0), &given.value(1)),
        "createstream" => Ok(stream::stream()),
        _ => missing(&format!("NotesSession.{method}")),
    }
}
