//! Notes item by item: the icon, profile documents; and image resources.

use super::error::{Built, Fault};
use super::names::check_field_name;
use super::out::{Attributes, Out, base64};
use super::{Emit, setters, titled};
use crate::notes::DateTime;
use std::collections::HashSet;

/// An item of a note.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    attributes: Attributes,
    value: Value,
}
setters!(Item);

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Texts(Vec<String>),
    Number(f64),
    Numbers(Vec<f64>),
    DateTime(DateTime),
    Raw(u16, Vec<u8>),
}

impl Item {
    fn new(name: &str, value: Value) -> Self {
        Self {
            attributes: Attributes::of("item").with("name", name),
            value,
        }
    }

    /// A text; `\n` begins a new line.
    pub fn text(name: &str, text: &str) -> Self {
        Self::new(name, Value::Text(text.to_owned()))
    }

    /// A list of texts.
    pub fn texts<T: Into<String>>(name: &str, texts: impl IntoIterator<Item = T>) -> Self {
        Self::new(
            name,
            Value::Texts(texts.into_iter().map(Into::into).collect()),
        )
    }

    /// A number.
    pub fn number(name: &str, number: f64) -> Self {
        Self::new(name, Value::Number(number))
    }

    /// A list of numbers.
    pub fn numbers(name: &str, numbers: impl IntoIterator<Item = f64>) -> Self {
        Self::new(name, Value::Numbers(numbers.into_iter().collect()))
    }

    /// A date and time.
    pub fn date_time(name: &str, at: DateTime) -> Self {
        Self::new(name, Value::DateTime(at))
    }

    /// Bytes in Domino's own format, of the type with this number.
    pub fn raw(name: &str, kind: u16, bytes: &[u8]) -> Self {
        Self::new(name, Value::Raw(kind, bytes.to_vec()))
    }

    fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        check_field_name(self.attributes.get("name").unwrap_or_default(), out)?;
        match &self.value {
            Value::Text(text) => out.bare_leaf("text", text)?,
            Value::Texts(texts) => {
                out.enter_bare("textlist");
                for text in texts {
                    out.bare_leaf("text", text)?;
                }
                out.leave();
            }
            Value::Number(value) => number(*value, out)?,
            Value::Numbers(values) => {
                out.enter_bare("numberlist");
                for value in values {
                    number(*value, out)?;
                }
                out.leave();
            }
            Value::DateTime(at) => date_time(*at, out)?,
            Value::Raw(kind, bytes) => {
                out.enter(&Attributes::of("rawitemdata").with("type", format!("{kind:x}")))?;
                base64_text(bytes, out);
                out.leave();
            }
        }
        out.leave();
        Ok(())
    }
}

fn number(value: f64, out: &mut Out) -> Built {
    if !value.is_finite() {
        return Err(out.fault(
            Fault::Value,
            format!("{value} is no number for Notes"),
            "write a finite number",
        ));
    }
    out.bare_leaf("number", &value.to_string())
}

fn date_time(at: DateTime, out: &mut Out) -> Built {
    let written = at.to_string();
    if DateTime::parse(&written, at.dst) != Ok(at) {
        return Err(out.fault(
            Fault::Value,
            format!("{written:?} is no date and time"),
            "write a day and a time that there are",
        ));
    }
    let mut attributes = Attributes::of("datetime");
    if at.dst {
        attributes.flag("dst", true);
    }
    out.leaf(&attributes, &written)
}

/// Lines of Base64, which no rule of text holds for.
fn base64_text(bytes: &[u8], out: &mut Out) {
    let here = out.here();
    out.tree_mut().edit(here).append_text(&base64(bytes));
}

fn emit_items(items: &[Item], out: &mut Out) -> Built {
    let mut met = HashSet::new();
    for item in items {
        let name = item.attributes.get("name").unwrap_or_default();
        if !met.insert(name.to_lowercase()) {
            return Err(out.fault(
                Fault::Duplicate,
                format!("there are two items {name:?}"),
                "make one list of them; upper and lower case do not count",
            ));
        }
        item.emit(out)?;
    }
    Ok(())
}

/// A note as it lies in the database, for what DXL has no element of its own: the icon and the like.
#[derive(Debug, Clone, PartialEq)]
pub struct RawNote {
    attributes: Attributes,
    items: Vec<Item>,
}
setters!(RawNote);

impl RawNote {
    /// Of a class: `icon`, `form`, `view`, `filter` and so on.
    pub fn new(class: &str) -> Self {
        Self {
            attributes: Attributes::of("note").with("class", class),
            items: Vec::new(),
        }
    }

    /// The icon of a database with this title.
    pub fn icon(title: &str) -> Self {
        Self::new("icon")
            .set("default", "true")
            .item(Item::text("$TITLE", title))
            .item(Item::text("$Flags", "J7"))
    }

    /// One more item.
    pub fn item(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }
}

impl Emit for RawNote {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        emit_items(&self.items, out)
    }
}

/// A profile document: settings, shipped as they are to begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    attributes: Attributes,
    items: Vec<Item>,
}
setters!(Profile);

impl Profile {
    /// By its name, which is that of its form.
    pub fn new(name: &str) -> Self {
        Self {
            attributes: Attributes::of("profiledocument").with("name", name),
            items: Vec::new(),
        }
    }

    /// For one user.
    pub fn user(self, name: &str) -> Self {
        self.set("username", name)
    }

    /// One more item.
    pub fn item(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }
}

impl Emit for Profile {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn is_named(&self) -> bool {
        true
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        emit_items(&self.items, out)
    }
}

/// A GIF, JPEG or PNG that forms and outlines show by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageResource {
    attributes: Attributes,
    bytes: Vec<u8>,
}
titled!(ImageResource);

impl ImageResource {
    /// By its name, with the file's bytes.
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        Self {
            attributes: Attributes::of("imageresource").with("name", name),
            bytes: bytes.to_vec(),
        }
    }
}

impl Emit for ImageResource {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn is_named(&self) -> bool {
        true
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        let element = match self.bytes.as_slice() {
            [b'G', b'I', b'F', b'8', ..] => "gif",
            [0xFF, 0xD8, 0xFF, ..] => "jpeg",
            [0x89, b'P', b'N', b'G', ..] => "png",
            _ => {
                return Err(out.fault(
                    Fault::Value,
                    "the image is no GIF, JPEG or PNG".to_owned(),
                    "save it as one of these",
                ));
            }
        };
        out.enter_bare(element);
        base64_text(&self.bytes, out);
        out.leave();
        Ok(())
    }
}
