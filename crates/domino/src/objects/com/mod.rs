//! Objects of Windows that agents of older releases use: HTTP and XML of MSXML, and a dictionary. Members are named in any case; what is not here fails with its name.

mod dictionary;
mod document;
mod request;
#[cfg(test)]
mod tests;

use crate::object::Arguments;
use lotusscript::run::{Fault, ScriptError, Value};

/// "Automation object error."
const AUTOMATION: i32 = 213;

/// `CreateObject`, by a name in small letters.
pub(crate) fn create(class: &str) -> Option<Value> {
    Some(match class {
        "msxml2.serverxmlhttp"
        | "msxml2.serverxmlhttp.3.0"
        | "msxml2.serverxmlhttp.6.0"
        | "microsoft.serverxmlhttp" => request::request(request::Sort::Server),
        "msxml2.xmlhttp" | "msxml2.xmlhttp.3.0" | "msxml2.xmlhttp.6.0" | "microsoft.xmlhttp" => {
            request::request(request::Sort::Client)
        }
        "msxml2.domdocument"
        | "msxml2.domdocument.3.0"
        | "msxml2.freethreadeddomdocument"
        | "msxml2.freethreadeddomdocument.3.0"
        | "microsoft.xmldom" => document::document(document::Version::Three),
        "msxml2.domdocument.6.0" | "msxml2.freethreadeddomdocument.6.0" => {
            document::document(document::Version::Six)
        }
        "scripting.dictionary" => dictionary::dictionary(),
        _ => return None,
    })
}

/// An error as an object of Windows raises it.
fn failed(what: impl std::fmt::Display) -> Box<Fault> {
    ScriptError::new(AUTOMATION, format!("Automation object error: {what}")).into()
}

/// That a call has at least some arguments, and at most some.
fn count(arguments: Arguments<'_>, least: usize, most: usize) -> Result<(), Box<Fault>> {
    let count = arguments.values.len();
    match (least..=most).contains(&count) {
        true => Ok(()),
        false => Err(failed(format!(
            "{} takes {least} to {most} arguments, and is given {count}",
            arguments.of
        ))),
    }
}

fn long(number: usize) -> Value {
    Value::Long(i32::try_from(number).unwrap_or(i32::MAX))
}
