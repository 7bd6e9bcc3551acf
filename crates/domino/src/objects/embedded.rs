//! `NotesEmbeddedObject`: the files in a document.

use crate::World;
use crate::object::{Arguments, Object, not_here, value_of};
use crate::objects::datetime::NotesDateTime;
use crate::objects::document::{Doc, notes_error};
use dxl::NodeId;
use dxl::notes::{Attachment, DateTime, Item, Value as Content};
use lotusscript::run::{Answer, Fault, Value};
use std::rc::Rc;

/// `NotesEmbeddedObject`: a file.
pub(crate) struct NotesEmbeddedObject {
    doc: Rc<Doc>,
    item: NodeId,
}

/// `EMBED_ATTACHMENT`
const EMBED_ATTACHMENT: i16 = 1454;

impl NotesEmbeddedObject {
    /// All files of a document.
    pub fn all(doc: &Rc<Doc>) -> Vec<Value> {
        let ids: Vec<NodeId> = {
            let state = doc.state.borrow();
            let items = state.document.items();
            items
                .filter(|item| matches!(item.value(), Content::Object(_)))
                .map(|item| item.element().id())
                .collect()
        };
        let file = |item| {
            value_of(Self {
                doc: Rc::clone(doc),
                item,
            })
        };
        ids.into_iter().map(file).collect()
    }

    /// The file of a name, or `Nothing`.
    pub fn find(doc: &Rc<Doc>, name: &str) -> Value {
        let id = {
            let state = doc.state.borrow();
            let mut items = state.document.items();
            items.find_map(|item| match item.value() {
                Content::Object(file) if file.name().eq_ignore_ascii_case(name) => {
                    Some(item.element().id())
                }
                _ => None,
            })
        };
        match id {
            Some(item) => value_of(Self {
                doc: Rc::clone(doc),
                item,
            }),
            None => Value::Nothing,
        }
    }

    fn with<T>(&self, see: impl FnOnce(Attachment<'_>) -> T) -> Result<T, Box<Fault>> {
        let state = self.doc.state.borrow();
        let element = state.document.element().tree().element(self.item);
        let element = element.filter(|element| element.parent().is_some());
        match element.map(|element| Item::new(element).value()) {
            Some(Content::Object(file)) => Ok(see(file)),
            _ => Err(notes_error("the file has been removed from its document")),
        }
    }
}

impl Object for NotesEmbeddedObject {
    fn class(&self) -> &'static str {
        "NotesEmbeddedObject"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let date = |of: fn(Attachment<'_>) -> Option<DateTime>| {
            let date = self.with(of)?;
            Ok(value_of(NotesDateTime::new(date.unwrap_or_default())))
        };
        Ok(match member {
            "name" | "source" => Value::text(self.with(|file| file.name().to_owned())?),
            "class" => Value::text(""),
            "type" => Value::Integer(EMBED_ATTACHMENT),
            "filesize" => {
                let size = self.with(|file| file.size().unwrap_or(0))?;
                Value::Long(i32::try_from(size).unwrap_or(i32::MAX))
            }
            "filecreated" => return date(|file| file.created()?.value.ok()),
            "filemodified" => return date(|file| file.modified()?.value.ok()),
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            "extractfile" => {
                let path = given.text(0)?;
                let bytes = self.with(|file| {
                    let data = file.data().filter(|_| !file.is_compressed())?;
                    data.decode().ok()
                })?;
                match bytes {
                    Some(bytes) => {
                        world.touched_files.insert(path.clone());
                        world.files.insert(path, bytes);
                        Ok(Value::Empty)
                    }
                    None => Err(notes_error(
                        "the bytes of the file are not in the DXL, or compressed by Domino",
                    )),
                }
            }
            "remove" => {
                self.with(|_| ())?;
                self.doc
                    .state
                    .borrow_mut()
                    .document
                    .tree_mut()
                    .detach(self.item);
                Ok(Value::Empty)
            }
            _ => not_here(self.class(), member),
        }
    }
}
