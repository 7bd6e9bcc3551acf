//! The `NotesJSON` classes: a navigator over a tree, and elements, objects and arrays that point into it.
//!
//! Each object counts its own way through its elements, and `Value` of an element gives the same object each time, so that `el.Value.GetNextElement()` goes on
//! [NotesJSONNavigator.GetElementByPointer, example]. JSON null is `JSONELEM_TYPE_EMPTY`, its value is Empty.

mod read;
#[cfg(test)]
mod tests;
mod tree;

use crate::World;
use crate::bytes::{bytes_of, charge_for};
use crate::charset;
use crate::object::{Arguments, NOTES_ERROR, Object, not_here, object_of, value_of};
use crate::objects::stream::Stream;
use lotusscript::run::{Answer, Fault, ScriptError, Value};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tree::{Node, NodeId, ROOT, Tree, TreeError};

/// "JSON Element not found." [NotesJSONNavigator.GetElementByName]
const NOT_FOUND: i32 = 4843;

/// `NotesSession.CreateJSONNavigator`: of nothing, a text, a stream, or the bytes that `NotesHTTPRequest.Get` gives. [NotesHTTPRequest.PreferUTF8, example]
pub(crate) fn navigator(world: &World, input: &Value) -> Answer {
    let text = match input {
        Value::Empty => String::new(),
        Value::Text(text) => text.as_str().to_owned(),
        Value::Product(product) => {
            let stream = object_of(product)? as Rc<dyn Any>;
            match stream.downcast::<Stream>() {
                Ok(stream) => charset::decode(&stream.content(world), None),
                Err(_) => return wrong_input(),
            }
        }
        other => match bytes_of(other) {
            Some(bytes) => charset::decode(&bytes, None),
            None => return wrong_input(),
        },
    };
    navigator_of_text(&text)
}

fn wrong_input() -> Answer {
    let message = "Type mismatch: a JSON navigator is made of a text, bytes or a NotesStream";
    Err(ScriptError::new(13, message).into())
}

/// A navigator over a text; an empty one gives an empty object.
pub(crate) fn navigator_of_text(text: &str) -> Answer {
    charge_for(text.len())?;
    let tree = match text.trim_start_matches('\u{feff}') {
        "" => Tree::new(Node::Object(Vec::new())),
        text => {
            read::read(text).map_err(|error| ScriptError::new(NOTES_ERROR, error.to_string()))?
        }
    };
    let place = Place {
        tree: Rc::new(RefCell::new(tree)),
        id: ROOT,
    };
    Ok(value_of(Container::new(Sort::Navigator, place)))
}

/// A value in a tree.
#[derive(Debug, Clone)]
struct Place {
    tree: Rc<RefCell<Tree>>,
    id: NodeId,
}

impl Place {
    fn at(&self, id: NodeId) -> Self {
        Self {
            tree: Rc::clone(&self.tree),
            id,
        }
    }

    /// Copies what another place holds into this one.
    fn copy_from(&self, other: &Self) -> Result<(), Box<Fault>> {
        let copied = match Rc::ptr_eq(&self.tree, &other.tree) {
            // The other may hold this place.
            true => {
                let source = other.tree.borrow().clone();
                self.tree.borrow_mut().copy_from(self.id, &source, other.id)
            }
            false => {
                let source = other.tree.borrow();
                self.tree.borrow_mut().copy_from(self.id, &source, other.id)
            }
        };
        copied.map_err(refused)
    }
}

fn refused(error: TreeError) -> Box<Fault> {
    ScriptError::new(NOTES_ERROR, error.to_string()).into()
}

/// Which of the classes that hold elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Navigator,
    Object,
    Array,
}

/// `NotesJSONNavigator`, `NotesJSONObject`, `NotesJSONArray`.
#[derive(Debug)]
struct Container {
    sort: Sort,
    place: Place,
    /// The element that `GetNextElement` gives.
    next: Cell<usize>,
    prefers_utf8: Cell<bool>,
}

impl Container {
    fn new(sort: Sort, place: Place) -> Self {
        Self {
            sort,
            place,
            next: Cell::new(0),
            prefers_utf8: Cell::new(false),
        }
    }

    fn element(&self, name: &str, id: NodeId) -> Value {
        value_of(Element {
            name: name.to_owned(),
            place: self.place.at(id),
            value: RefCell::new(None),
        })
    }

    fn nth(&self, at: usize) -> Option<Value> {
        let tree = self.place.tree.borrow();
        let (name, id) = tree.item(self.place.id, at)?;
        Some(self.element(name, id))
    }

    fn next_element(&self) -> Value {
        let at = self.next.get();
        self.next.set(at.saturating_add(1));
        self.nth(at).unwrap_or(Value::Nothing)
    }

    fn by_number(&self, arguments: Arguments<'_>) -> Answer {
        let number = arguments.long_or(0, 0)?;
        let at = usize::try_from(number)
            .ok()
            .and_then(|at| at.checked_sub(1));
        match at.and_then(|at| self.nth(at)) {
            Some(element) => Ok(element),
            None if arguments.is_true_or(1, false)? => Ok(Value::Nothing),
            None => Err(ScriptError::new(NOTES_ERROR, "Index is out of range").into()),
        }
    }

    fn by_name(&self, arguments: Arguments<'_>) -> Answer {
        let name = arguments.text(0)?;
        let found = self.place.tree.borrow().member(self.place.id, &name);
        found_or_not(found.map(|id| self.element(&name, id)), arguments)
    }

    fn by_pointer(&self, arguments: Arguments<'_>) -> Answer {
        let pointer = arguments.text(0)?;
        let found = self.place.tree.borrow().pointed(self.place.id, &pointer);
        found_or_not(found.map(|(name, id)| self.element(&name, id)), arguments)
    }

    fn append(&self, node: Node, name: &str) -> Result<NodeId, Box<Fault>> {
        let mut tree = self.place.tree.borrow_mut();
        tree.append(self.place.id, name, node).map_err(refused)
    }

    /// Adds an array or object. An empty navigator becomes an array if one without a name is added. [NotesJSONNavigator.AppendArray]
    fn append_container(&self, sort: Sort, name: &str) -> Answer {
        let is_empty_root = self.sort == Sort::Navigator
            && name.is_empty()
            && *self.place.tree.borrow().node(self.place.id) == Node::Object(Vec::new());
        if is_empty_root && sort == Sort::Array {
            let mut tree = self.place.tree.borrow_mut();
            tree.set(self.place.id, Node::Array(Vec::new()));
            return Ok(value_of(Container::new(sort, self.place.clone())));
        }
        let node = match sort {
            Sort::Array => Node::Array(Vec::new()),
            _ => Node::Object(Vec::new()),
        };
        let id = self.append(node, name)?;
        Ok(value_of(Container::new(sort, self.place.at(id))))
    }

    fn copy(&self, arguments: Arguments<'_>) -> Answer {
        let from: Rc<Self> = arguments.object(0)?;
        if from.sort != self.sort {
            return Err(arguments.mismatch(0, self.class()));
        }
        self.place.copy_from(&from.place)?;
        Ok(Value::Empty)
    }
}

fn found_or_not(found: Option<Value>, arguments: Arguments<'_>) -> Answer {
    match found {
        Some(element) => Ok(element),
        None if arguments.is_true_or(1, false)? => Ok(Value::Nothing),
        None => Err(ScriptError::new(NOT_FOUND, "JSON Element not found").into()),
    }
}

impl Object for Container {
    fn class(&self) -> &'static str {
        match self.sort {
            Sort::Navigator => "NotesJSONNavigator",
            Sort::Object => "NotesJSONObject",
            Sort::Array => "NotesJSONArray",
        }
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        match member {
            "size" => {
                let size = self.place.tree.borrow().size(self.place.id);
                Ok(Value::Long(i32::try_from(size).unwrap_or(i32::MAX)))
            }
            "preferutf8" => Ok(Value::Boolean(self.prefers_utf8.get())),
            // "PreferJSONNavigator has been added, defaults to True."
            "preferjsonnavigator" => Ok(Value::Boolean(true)),
            _ => not_here(self.class(), member),
        }
    }

    fn set(&self, _: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let truth = value.as_number().ok_or_else(|| ScriptError::of(13))? != 0.0;
        match member {
            // Texts are whole here whatever is in them.
            "preferutf8" => self.prefers_utf8.set(truth),
            "preferjsonnavigator" if truth => {}
            _ => return not_here(self.class(), member).map(|_| ()),
        }
        Ok(())
    }

    fn call(&self, _: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        match member {
            "getfirstelement" => {
                self.next.set(0);
                Ok(self.next_element())
            }
            "getnextelement" => Ok(self.next_element()),
            "getnthelement" => self.by_number(arguments),
            "getelementbyname" => self.by_name(arguments),
            "getelementbypointer" => self.by_pointer(arguments),
            "appendelement" => {
                let node = scalar(&arguments.value(0))
                    .ok_or_else(|| arguments.mismatch(0, "a text, a number or a truth value"))?;
                let name = arguments.text_or(1, "")?;
                let id = self.append(node, &name)?;
                Ok(self.element(&name, id))
            }
            "appendarray" => self.append_container(Sort::Array, &arguments.text_or(0, "")?),
            "appendobject" => self.append_container(Sort::Object, &arguments.text_or(0, "")?),
            "copy" => self.copy(arguments),
            "stringify" => {
                let text = self.place.tree.borrow().write(self.place.id);
                charge_for(text.len())?;
                Ok(Value::text(text))
            }
            _ => not_here(self.class(), member),
        }
    }
}

/// A value of a script as one of JSON.
fn scalar(value: &Value) -> Option<Node> {
    Some(match value {
        Value::Empty | Value::Null => Node::Null,
        Value::Boolean(truth) => Node::Boolean(*truth),
        Value::Text(text) => Node::Text(text.as_str().to_owned()),
        Value::Byte(number) => Node::Number(number.to_string()),
        Value::Integer(number) => Node::Number(number.to_string()),
        Value::Long(number) => Node::Number(number.to_string()),
        Value::Single(number) if number.is_finite() => Node::Number(number.to_string()),
        Value::Double(number) if number.is_finite() => Node::Number(number.to_string()),
        Value::Currency(_) => Node::Number(value.as_number()?.to_string()),
        _ => return None,
    })
}

/// A number as the narrowest of Integer, Long and Double that holds it. [NotesJSONElement.Value, data type]
fn number_value(number: &str) -> Value {
    if let Ok(small) = number.parse::<i16>() {
        return Value::Integer(small);
    }
    if let Ok(whole) = number.parse::<i32>() {
        return Value::Long(whole);
    }
    Value::Double(number.parse().unwrap_or_default())
}

/// `NotesJSONElement`
#[derive(Debug)]
struct Element {
    name: String,
    place: Place,
    /// The object or array that it holds, once it was asked for.
    value: RefCell<Option<Value>>,
}

impl Element {
    fn value(&self) -> Value {
        if let Some(held) = self.value.borrow().as_ref() {
            return held.clone();
        }
        let tree = self.place.tree.borrow();
        let sort = match tree.node(self.place.id) {
            Node::Null => return Value::Empty,
            Node::Boolean(truth) => return Value::Boolean(*truth),
            Node::Number(number) => return number_value(number),
            Node::Text(text) => return Value::text(text.as_str()),
            Node::Array(_) => Sort::Array,
            Node::Object(_) => Sort::Object,
        };
        let held = value_of(Container::new(sort, self.place.clone()));
        *self.value.borrow_mut() = Some(held.clone());
        held
    }
}

impl Object for Element {
    fn class(&self) -> &'static str {
        "NotesJSONElement"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        Ok(match member {
            "name" => Value::text(self.name.as_str()),
            "type" => Value::Integer(match self.place.tree.borrow().node(self.place.id) {
                Node::Object(_) => 1,
                Node::Array(_) => 2,
                Node::Text(_) => 3,
                Node::Number(_) => 4,
                Node::Boolean(_) => 5,
                Node::Null => 64,
            }),
            "value" => self.value(),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, _: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        if member != "value" {
            return not_here(self.class(), member).map(|_| ());
        }
        *self.value.borrow_mut() = None;
        if let Value::Product(product) = &value {
            let other = object_of(product)? as Rc<dyn Any>;
            return match other.downcast::<Container>() {
                Ok(container) => self.place.copy_from(&container.place),
                Err(_) => Err(ScriptError::of(13).into()),
            };
        }
        let node = scalar(&value).ok_or_else(|| ScriptError::of(13))?;
        self.place.tree.borrow_mut().set(self.place.id, node);
        Ok(())
    }

    fn call(&self, _: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        match member {
            "copy" => {
                let from: Rc<Self> = arguments.object(0)?;
                *self.value.borrow_mut() = None;
                self.place.copy_from(&from.place)?;
                Ok(Value::Empty)
            }
            _ => not_here(self.class(), member),
        }
    }
}
