//! `Scripting.Dictionary`: values under keys, in the order in which they came.

use super::{count, failed, long};
use crate::World;
use crate::object::{Arguments, Object, not_here, value_of};
use lotusscript::run::{Answer, Array, Fault, ScriptError, Value};
use std::cell::RefCell;
use std::collections::HashMap;

pub(super) fn dictionary() -> Value {
    value_of(Dictionary(RefCell::new(State::default())))
}

/// The most entries.
const MAX_ENTRIES: usize = 1 << 20;

struct Dictionary(RefCell<State>);

#[derive(Default)]
struct State {
    /// 0 keeps cases apart, 1 does not.
    compare_mode: i16,
    next: u64,
    places: HashMap<Key, u64>,
    entries: std::collections::BTreeMap<u64, (Value, Value)>,
}

/// A key: texts and numbers are different, whole numbers of any type are the same.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Text(String),
    Number(u64),
}

impl State {
    fn key(&self, value: &Value) -> Result<Key, Box<Fault>> {
        match value {
            Value::Text(text) if self.compare_mode == 0 => Ok(Key::Text(text.as_str().to_owned())),
            Value::Text(text) => Ok(Key::Text(text.as_str().to_lowercase())),
            Value::Empty => Ok(Key::Text(String::new())),
            other => match other.as_number() {
                Some(number) => Ok(Key::Number((number + 0.0).to_bits())),
                None => Err(failed("a key of a dictionary is a text or a number")),
            },
        }
    }

    fn add(&mut self, key: &Value, value: Value) -> Result<(), Box<Fault>> {
        let place = self.key(key)?;
        if self.places.contains_key(&place) {
            return Err(failed(
                "This key is already associated with an element of this collection",
            ));
        }
        if self.entries.len() >= MAX_ENTRIES {
            return Err(failed(format!(
                "a dictionary holds at most {MAX_ENTRIES} entries"
            )));
        }
        self.places.insert(place, self.next);
        self.entries.insert(self.next, (key.clone(), value));
        self.next += 1;
        Ok(())
    }

    /// The value under a key; one that is not there is added as Empty. [Scripting.Dictionary, Item]
    fn item(&mut self, key: &Value) -> Answer {
        let place = self.key(key)?;
        match self.places.get(&place).and_then(|at| self.entries.get(at)) {
            Some((_, value)) => Ok(value.clone()),
            None => self.add(key, Value::Empty).map(|()| Value::Empty),
        }
    }

    fn remove(&mut self, key: &Value) -> Result<(), Box<Fault>> {
        let place = self.key(key)?;
        match self.places.remove(&place) {
            Some(at) => {
                self.entries.remove(&at);
                Ok(())
            }
            None => Err(failed("Element not found")),
        }
    }

    fn column(&self, of: fn(&(Value, Value)) -> &Value) -> Vec<Value> {
        self.entries
            .values()
            .map(|entry| of(entry).clone())
            .collect()
    }
}

impl Object for Dictionary {
    fn class(&self) -> &'static str {
        "Dictionary"
    }

    fn is_method(&self, member: &str) -> bool {
        !matches!(member, "count" | "comparemode")
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let state = self.0.borrow();
        match member {
            "count" => Ok(long(state.entries.len())),
            "comparemode" => Ok(Value::Integer(state.compare_mode)),
            _ => not_here(self.class(), member),
        }
    }

    fn set(&self, _: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let mut state = self.0.borrow_mut();
        if member != "comparemode" {
            return not_here(self.class(), member).map(|_| ());
        }
        if !state.entries.is_empty() {
            return Err(failed("CompareMode is set while the dictionary is empty"));
        }
        state.compare_mode = match value.as_number() {
            Some(0.0) => 0,
            Some(1.0) => 1,
            _ => return Err(ScriptError::of(5).into()),
        };
        Ok(())
    }

    fn call(&self, _: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        let mut state = self.0.borrow_mut();
        let key = arguments.value(0);
        let wanted = match member {
            "add" => 2,
            "exists" | "item" | "remove" => 1,
            _ => 0,
        };
        count(arguments, wanted, wanted)?;
        match member {
            "add" => state.add(&key, arguments.value(1))?,
            "exists" => {
                let place = state.key(&key)?;
                return Ok(Value::Boolean(state.places.contains_key(&place)));
            }
            "item" => return state.item(&key),
            "remove" => state.remove(&key)?,
            "removeall" => {
                state.places.clear();
                state.entries.clear();
            }
            "keys" => return Ok(Array::of_values(state.column(|(key, _)| key))),
            "items" => return Ok(Array::of_values(state.column(|(_, value)| value))),
            _ => return not_here(self.class(), member),
        }
        Ok(Value::Empty)
    }

    fn index(&self, _: &mut World, arguments: Arguments<'_>) -> Answer {
        count(arguments, 1, 1)?;
        self.0.borrow_mut().item(&arguments.value(0))
    }

    /// A dictionary is gone over by its keys.
    fn elements(&self, _: &mut World) -> Result<Vec<Value>, Box<Fault>> {
        Ok(self.0.borrow().column(|(key, _)| key))
    }
}
