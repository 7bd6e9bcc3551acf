//! Names that Notes takes.

use super::error::{Built, Fault};
use super::out::{Attributes, Out};

/// Names of design elements are no longer, in bytes of UTF-8.
const MAX_NAME: usize = 64;
/// Names of fields are no longer.
const MAX_FIELD_NAME: usize = 32;

/// A design element's name and aliases: as `name` and `alias` have them.
pub(super) fn check_design_names(attributes: &Attributes, is_needed: bool, out: &Out) -> Built {
    let element = attributes.element;
    match attributes.get("name") {
        None if is_needed => {
            return Err(out.fault(
                Fault::Missing,
                format!("the {element} has no name"),
                "give it one",
            ));
        }
        None => {}
        Some(name) => check_name(name, out)?,
    }
    for alias in attributes
        .get("alias")
        .into_iter()
        .flat_map(|aliases| aliases.split('|'))
    {
        check_name(alias, out)?;
    }
    Ok(())
}

/// A name that people see.
pub(super) fn check_name(name: &str, out: &Out) -> Built {
    let wrong = if name.trim().is_empty() {
        "is empty"
    } else if name.trim() != name {
        "begins or ends with a space"
    } else if name.contains('|') {
        "has a | in it, which divides aliases"
    } else if name.len() > MAX_NAME {
        "is longer than 64 bytes"
    } else {
        return Ok(());
    };
    Err(out.fault(
        Fault::Name,
        format!("the name {name:?} {wrong}"),
        "write a name of up to 64 bytes, without | and without spaces around it",
    ))
}

/// A field's or item's name.
pub(super) fn check_field_name(name: &str, out: &Out) -> Built {
    let begins =
        |character: char| character.is_alphabetic() || matches!(character, '_' | '$' | '%');
    let goes_on = |character: char| begins(character) || character.is_numeric() || character == '.';
    let is_good =
        name.starts_with(begins) && name.chars().all(goes_on) && name.len() <= MAX_FIELD_NAME;
    if is_good {
        return Ok(());
    }
    Err(out.fault(
        Fault::Name,
        format!("{name:?} is no name for a field or item"),
        "begin with a letter, _ or $, go on with letters, digits, _ and $, up to 32 bytes",
    ))
}
