//! `NotesForm`: what the design says of a form.

use crate::World;
use crate::object::{Arguments, Object, not_here, value_of};
use crate::objects::database::OpenDatabase;
use crate::objects::document::notes_error;
use dxl::design::{Database as Design, Design as Piece, DesignElement};
use lotusscript::run::{Answer, Array, Value};
use std::rc::Rc;

/// `NotesForm`
struct NotesForm {
    database: Rc<OpenDatabase>,
    name: String,
    aliases: Vec<String>,
    is_subform: bool,
    /// Names, and what DXL calls their types.
    fields: Vec<(String, String)>,
}

/// A form or subform by its name or alias.
pub(crate) fn form(world: &World, database: &Rc<OpenDatabase>, name: &str) -> Option<Value> {
    let tree = world.store.get(database.id.get()?)?.design();
    let design = Design::of(tree.root())?;
    let fields =
        |field: dxl::design::Field<'_>| (field.name().to_owned(), field.holds().to_owned());
    let found = design.designs().find_map(|piece| match piece {
        Piece::Form(form) if form.is_called(name) => Some((
            form.name(),
            form.aliases(),
            form.fields().map(fields).collect(),
            false,
        )),
        Piece::Subform(form) if form.is_called(name) => Some((
            form.name(),
            form.aliases(),
            form.fields().map(fields).collect(),
            true,
        )),
        _ => None,
    });
    let (name, aliases, fields, is_subform) = found?;
    Some(value_of(NotesForm {
        database: Rc::clone(database),
        name: name.into_owned(),
        aliases,
        is_subform,
        fields,
    }))
}

impl Object for NotesForm {
    fn class(&self) -> &'static str {
        "NotesForm"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let texts =
            |list: Vec<&String>| Array::of_values(list.into_iter().map(Value::text).collect());
        Ok(match member {
            "name" => Value::text(&self.name),
            "aliases" => texts(self.aliases.iter().collect()),
            "fields" => texts(self.fields.iter().map(|(name, _)| name).collect()),
            "issubform" => Value::Boolean(self.is_subform),
            "parent" => self.database.value(),
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, _: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            "getfieldtype" => {
                let name = given.text(0)?;
                let field = self
                    .fields
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(&name));
                let (_, sort) = field.ok_or_else(|| notes_error("the form has no such field"))?;
                Ok(Value::Integer(match sort.as_str() {
                    "number" => 768,
                    "datetime" => 1024,
                    "richtext" => 1,
                    "names" => 1074,
                    "readers" => 1075,
                    "authors" => 1076,
                    _ => 1280,
                }))
            }
            _ => not_here(self.class(), member),
        }
    }
}
