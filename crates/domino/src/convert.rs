//! What an item holds, between scripts, formulas and DXL: the one place where types of one are those of another.

use crate::World;
use crate::object::object_of;
use crate::objects::{datetime, item};
use crate::time;
use dxl::notes::{self, DateTime, Document, Item, Moment};
use dxl::{NodeId, Tree};
use jiff::tz::TimeZone;
use lotusscript::formula;
use lotusscript::run::{Array, Fault, ScalarType, ScriptError, Value};
use std::any::Any;
use std::rc::Rc;

/// What an item holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Texts(Vec<String>),
    Numbers(Vec<f64>),
    Times(Vec<formula::Time>),
}

/// What a value of an item weighs beside its text.
const VALUE_BYTES: usize = 100;

impl Content {
    /// A single text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Texts(vec![text.into()])
    }

    /// What a script assigns: a value, an array or list of one sort, a date-time, an item.
    pub fn of_value(value: &Value, world: &World) -> Result<Self, Box<Fault>> {
        world.grow(VALUE_BYTES)?;
        match value {
            Value::Array(_) | Value::List(_) => {
                let mut whole: Option<Self> = None;
                for one in value.as_items() {
                    if matches!(one, Value::Array(_) | Value::List(_)) {
                        return Err(mismatch("an item holds no arrays of arrays"));
                    }
                    let one = Self::of_value(&one, world)?;
                    whole = Some(match whole {
                        None => one,
                        Some(before) => before.joined(one)?,
                    });
                }
                Ok(whole.unwrap_or_else(|| Self::text("")))
            }
            Value::Empty | Value::Null => Ok(Self::text("")),
            Value::Text(text) => {
                world.grow(text.as_str().len())?;
                Ok(Self::text(text.as_str()))
            }
            Value::Date(date) => {
                let time = time::of_ole(*date, &world.zone);
                Ok(Self::Times(vec![formula::Time::At(time)]))
            }
            Value::Boolean(truth) => Ok(Self::Numbers(vec![f64::from(u8::from(*truth))])),
            Value::Product(product) => Self::of_object(object_of(product)?),
            other => match other.as_number() {
                Some(number) => Ok(Self::Numbers(vec![number])),
                None => Err(mismatch("an item holds texts, numbers or dates")),
            },
        }
    }

    fn of_object(object: Rc<dyn crate::object::Object>) -> Result<Self, Box<Fault>> {
        let class = object.class();
        let any: Rc<dyn Any> = object;
        if let Some(time) = any.downcast_ref::<datetime::NotesDateTime>() {
            return Ok(Self::Times(vec![formula::Time::At(time.value())]));
        }
        if let Some(range) = any.downcast_ref::<datetime::NotesDateRange>() {
            let (from, to) = range.ends();
            return Ok(Self::Times(vec![formula::Time::Range(from, to)]));
        }
        if let Some(item) = any.downcast_ref::<item::NotesItem>() {
            return Ok(item.content()?.unwrap_or_else(|| Self::text("")));
        }
        Err(mismatch(&format!(
            "an object {class} is no value of an item"
        )))
    }

    /// One behind the other; nothing takes the sort of the other.
    pub fn joined(self, other: Self) -> Result<Self, Box<Fault>> {
        Ok(match (self, other) {
            (Self::Texts(mut one), Self::Texts(other)) => {
                one.extend(other);
                Self::Texts(one)
            }
            (Self::Numbers(mut one), Self::Numbers(other)) => {
                one.extend(other);
                Self::Numbers(one)
            }
            (Self::Times(mut one), Self::Times(other)) => {
                one.extend(other);
                Self::Times(one)
            }
            _ => return Err(mismatch("the values of one item are of one sort")),
        })
    }

    /// Of a formula's value; `None` for what no item holds.
    pub fn of_formula(value: &formula::Value) -> Option<Self> {
        Some(match value {
            formula::Value::Text(list) => Self::Texts(list.to_vec()),
            formula::Value::Number(list) => Self::Numbers(list.to_vec()),
            formula::Value::Time(list) => Self::Times(list.to_vec()),
            _ => return None,
        })
    }

    /// What an item of DXL holds; rich text is its plain text. `None` for files, sealed and raw data.
    pub fn of_item(item: Item<'_>) -> Option<Self> {
        match item.value() {
            notes::Value::TextList(list) if list.is_empty() => Some(Self::text("")),
            notes::Value::DateTimeList(list) if list.is_empty() => Some(Self::text("")),
            notes::Value::NumberList(list) if list.is_empty() => Some(Self::text("")),
            notes::Value::DateTime(time) if time.value.as_ref().is_ok_and(DateTime::is_blank) => {
                Some(Self::text(""))
            }
            notes::Value::DateTimeList(list) => {
                let at = |time: notes::WrittenDateTime<'_>| time.value.ok();
                let times: Option<Vec<formula::Time>> = list
                    .into_iter()
                    .map(|moment| match moment {
                        Moment::At(time) => at(time).map(formula::Time::At),
                        Moment::From(from, to) => Some(formula::Time::Range(at(from)?, at(to)?)),
                    })
                    .collect();
                times.map(Self::Times)
            }
            _ => Self::of_formula(&formula::Value::of_item(item)?),
        }
    }

    /// For formulas.
    pub fn to_formula(&self) -> formula::Value {
        match self {
            Self::Texts(list) => formula::Value::texts(list.clone()),
            Self::Numbers(list) => formula::Value::numbers(list.clone()),
            Self::Times(list) => formula::Value::times(list.clone()),
        }
    }

    /// As an array for scripts: of String, Double, or dates in Variants.
    pub fn to_array(&self, zone: &TimeZone) -> Value {
        let of = match self {
            Self::Texts(_) => ScalarType::Text,
            Self::Numbers(_) => ScalarType::Double,
            Self::Times(_) => ScalarType::Variant,
        };
        Array::of_typed(of, self.to_values(zone))
    }

    /// One by one; of a range both its ends.
    pub fn to_values(&self, zone: &TimeZone) -> Vec<Value> {
        match self {
            Self::Texts(list) => list.iter().map(Value::text).collect(),
            Self::Numbers(list) => list.iter().copied().map(Value::Double).collect(),
            Self::Times(list) => list
                .iter()
                .flat_map(|time| match time {
                    formula::Time::At(time) => vec![*time],
                    formula::Time::Range(from, to) => vec![*from, *to],
                })
                .map(|time| Value::Date(time::ole_of(&time, zone)))
                .collect(),
        }
    }

    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        match self {
            Self::Texts(list) => list.iter().map(|text| text.len() + VALUE_BYTES).sum(),
            other => other.len() * VALUE_BYTES,
        }
    }

    /// How many values.
    pub fn len(&self) -> usize {
        match self {
            Self::Texts(list) => list.len(),
            Self::Numbers(list) => list.len(),
            Self::Times(list) => list.len(),
        }
    }

    /// As people read it; values divided by `between`.
    pub fn to_text(&self, world: &World, between: &str) -> String {
        let texts: Vec<String> = match self {
            Self::Texts(list) => list.clone(),
            Self::Numbers(list) => list
                .iter()
                .map(|number| world.international.number_text(*number))
                .collect(),
            Self::Times(list) => list
                .iter()
                .map(|time| match time {
                    formula::Time::At(time) => world.written(time),
                    formula::Time::Range(from, to) => {
                        format!("{} - {}", world.written(from), world.written(to))
                    }
                })
                .collect(),
        };
        texts.join(between)
    }

    /// Puts it into an item, whose flags stay.
    pub fn write(&self, tree: &mut Tree, item: NodeId) {
        tree.remove_attribute(item, "sealed");
        tree.edit(item).clear();
        match self {
            Self::Texts(list) => put(tree, item, ["text", "textlist"], list, |tree, id, text| {
                put_text(tree, id, text);
            }),
            Self::Numbers(list) => {
                put(
                    tree,
                    item,
                    ["number", "numberlist"],
                    list,
                    |tree, id, number| {
                        tree.edit(id).append_text(&number.to_string());
                    },
                );
            }
            Self::Times(list) => match list.as_slice() {
                [formula::Time::At(time)] => put_time(tree, item, time),
                _ => {
                    let holder = tree.edit(item).append("datetimelist").id();
                    for time in list {
                        match time {
                            formula::Time::At(time) => put_time(tree, holder, time),
                            formula::Time::Range(from, to) => {
                                let pair = tree.edit(holder).append("datetimepair").id();
                                put_time(tree, pair, from);
                                put_time(tree, pair, to);
                            }
                        }
                    }
                }
            },
        }
    }
}

fn put<T>(
    tree: &mut Tree,
    item: NodeId,
    [single, many]: [&str; 2],
    values: &[T],
    write: impl Fn(&mut Tree, NodeId, &T),
) {
    let holder = match values {
        [_] => item,
        _ => tree.edit(item).append(many).id(),
    };
    for value in values {
        let id = tree.edit(holder).append(single).id();
        write(tree, id, value);
    }
}

/// Puts texts behind those of a list.
pub(crate) fn append_texts(tree: &mut Tree, list: NodeId, texts: &[String]) {
    for text in texts {
        let id = tree.edit(list).append("text").id();
        put_text(tree, id, text);
    }
}

fn put_text(tree: &mut Tree, id: NodeId, text: &str) {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            tree.edit(id).append("break");
        }
        if !line.is_empty() {
            tree.edit(id).append_text(line);
        }
    }
}

fn put_time(tree: &mut Tree, holder: NodeId, time: &DateTime) {
    let mut element = tree.edit(holder);
    let mut element = element.append("datetime");
    if time.dst {
        element.set("dst", "true");
    }
    element.append_text(&time.to_string());
}

/// Makes a new item behind all others, also where there is one of its name.
pub(crate) fn append_item(document: &mut Document, name: &str, content: &Content) -> NodeId {
    // No item bears this name.
    const UNNAMED: &str = "\u{1}";
    document.set_texts(UNNAMED, &[""]);
    let made = document.item(UNNAMED).map(|item| item.element().id());
    let id = made.unwrap_or_else(|| document.element().id());
    let tree = document.tree_mut();
    tree.set_attribute(id, "name", name);
    content.write(tree, id);
    id
}

/// Sets the items of a name to one with this content; its flags stay.
pub(crate) fn set_item(document: &mut Document, name: &str, content: &Content) -> NodeId {
    let first = document.item(name).map(|item| item.element().id());
    match first {
        None => append_item(document, name, content),
        Some(id) => {
            // Takes away the others.
            document.set_texts(name, &[""]);
            content.write(document.tree_mut(), id);
            id
        }
    }
}

/// What a formula came to, as `Evaluate` gives it: an array.
pub(crate) fn array_of_formula(value: &formula::Value, zone: &TimeZone) -> Value {
    match Content::of_formula(value) {
        Some(content) => content.to_array(zone),
        None => Array::of_values(vec![Value::text("")]),
    }
}

/// What stands in a column: one value, or an array of several.
pub(crate) fn cell_of_formula(value: &formula::Value, zone: &TimeZone) -> Value {
    match Content::of_formula(value) {
        Some(content) if content.len() == 1 => content
            .to_values(zone)
            .into_iter()
            .next()
            .unwrap_or_default(),
        Some(content) => content.to_array(zone),
        None => Value::text(""),
    }
}

/// Type mismatch, said more closely.
pub(crate) fn mismatch(why: &str) -> Box<Fault> {
    ScriptError::new(13, format!("Type mismatch: {why}")).into()
}
