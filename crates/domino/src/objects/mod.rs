//! The classes of Notes, one file for each family, and how a script makes objects of them.

use crate::World;
use crate::object::Arguments;
use lotusscript::run::{Answer, missing};

/// `New Class(…)`, by the name as Notes writes it.
pub(crate) fn create(_: &mut World, class: &str, _: Arguments<'_>) -> Answer {
    missing(&format!("the class {class}"))
}

/// `CreateObject`, by the name in small letters.
pub(crate) fn create_object(_: &mut World, class: &str) -> Answer {
    missing(&format!("the object {class}"))
}
