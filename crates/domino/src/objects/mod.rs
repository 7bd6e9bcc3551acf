//! The classes of Notes, one file for each family, and how a script makes objects of them.

#[cfg(test)]
mod bench;
mod com;
mod dom;
mod http;
mod json;
mod stream;

use crate::World;
use crate::object::Arguments;
use lotusscript::run::{Answer, missing};

/// `New Class(…)`, by the name as Notes writes it.
pub(crate) fn create(_: &mut World, class: &str, _: Arguments<'_>) -> Answer {
    #[cfg(test)]
    if class == "NotesSession" {
        return Ok(bench::session());
    }
    missing(&format!("the class {class}"))
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
