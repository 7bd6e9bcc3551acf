//! One item of a document: its flags, and its value in every type that DXL has.

use super::binary::Binary;
use super::date_time::{DateTime, OddDateTime};
use super::rich_text::RichText;
use crate::position::Position;
use crate::tree::{Element, Kind};
use std::borrow::Cow;

/// An item, to look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item<'d> {
    element: Element<'d>,
}

/// What an item holds. The same item is a text in one document and a list in the next; [`Item::texts`] and its like do not mind.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'d> {
    /// `<text>`: line breaks are `\n`, control characters themselves.
    Text(Cow<'d, str>),
    /// `<textlist>`
    TextList(Vec<Cow<'d, str>>),
    /// `<number>`
    Number(Number<'d>),
    /// `<numberlist>`
    NumberList(Vec<Number<'d>>),
    /// `<datetime>`
    DateTime(WrittenDateTime<'d>),
    /// `<datetimelist>`, times and spans.
    DateTimeList(Vec<Moment<'d>>),
    /// `<richtext>`
    RichText(RichText<'d>),
    /// `<formula>`
    Formula {
        /// Its text, or base64.
        text: Cow<'d, str>,
        /// Whether it is compiled code as base64.
        compiled: bool,
    },
    /// `<object>`: a file.
    Object(Attachment<'d>),
    /// `<rawitemdata>`, or `<itemdata>` of old: Domino's own format.
    Raw {
        /// The type's number, in hexadecimal as it is written; `1` is rich text, `19` MIME.
        kind: &'d str,
        /// The bytes.
        data: Binary<'d>,
    },
    /// Encrypted by Notes; nobody can read it here.
    Sealed,
    /// Nothing.
    Empty,
    /// An element that no item of DXL holds.
    Unknown(Element<'d>),
}

/// A number as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Number<'d> {
    /// The text of the element.
    pub written: Cow<'d, str>,
    /// What it says; `None` for a text that is no number.
    pub value: Option<f64>,
}

/// A date and time as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenDateTime<'d> {
    /// The text of the element.
    pub written: Cow<'d, str>,
    /// What it says.
    pub value: Result<DateTime, OddDateTime>,
    /// Where the element stands.
    pub position: Position,
}

/// An entry of a list of times.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment<'d> {
    /// `<datetime>`
    At(WrittenDateTime<'d>),
    /// `<datetimepair>`
    From(WrittenDateTime<'d>, WrittenDateTime<'d>),
}

/// A file in a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attachment<'d> {
    file: Element<'d>,
}

impl<'d> Item<'d> {
    /// Of an `<item>`.
    pub fn new(element: Element<'d>) -> Self {
        Item { element }
    }

    /// The element.
    pub fn element(self) -> Element<'d> {
        self.element
    }

    /// Its name as written.
    pub fn name(self) -> &'d str {
        self.element.attribute("name").unwrap_or_default()
    }

    /// Whether it bears this name, in any case, as Notes compares them.
    pub fn is_named(self, name: &str) -> bool {
        same_name(self.name(), name)
    }

    /// Whether a flag (`names`, `authors`, `readers`, `sign`, `seal`, `sealed`, `summary`, `protected`, `placeholder`) is written as true.
    pub fn has(self, flag: &str) -> bool {
        self.element.attribute(flag) == Some("true")
    }

    /// Whether it is encrypted, and so unreadable.
    pub fn is_sealed(self) -> bool {
        self.has("sealed")
    }

    /// What it holds.
    pub fn value(self) -> Value<'d> {
        if self.is_sealed() {
            return Value::Sealed;
        }
        let Some(inner) = self.element.elements().next() else {
            return Value::Empty;
        };
        match inner.name() {
            "text" => Value::Text(text_of(inner)),
            "textlist" => Value::TextList(inner.all("text").map(text_of).collect()),
            "number" => Value::Number(Number::of(inner)),
            "numberlist" => Value::NumberList(inner.all("number").map(Number::of).collect()),
            "datetime" => Value::DateTime(WrittenDateTime::of(inner)),
            "datetimelist" => {
                Value::DateTimeList(inner.elements().filter_map(Moment::of).collect())
            }
            "richtext" => Value::RichText(RichText::new(inner)),
            "formula" => Value::Formula {
                text: text_of(inner),
                compiled: inner.attribute("compiled") == Some("true"),
            },
            "object" => match inner.first("file") {
                Some(file) => Value::Object(Attachment { file }),
                None => Value::Unknown(inner),
            },
            "rawitemdata" | "itemdata" => Value::Raw {
                kind: inner.attribute("type").unwrap_or_default(),
                data: Binary::new(inner.text()),
            },
            _ => Value::Unknown(inner),
        }
    }

    /// Its values as texts: a text alone or each of a list, numbers and times as they are written, rich text as plain text. None for anything else.
    pub fn texts(self) -> Vec<Cow<'d, str>> {
        match self.value() {
            Value::Text(text) => vec![text],
            Value::TextList(texts) => texts,
            Value::Number(number) => vec![number.written],
            Value::NumberList(numbers) => {
                numbers.into_iter().map(|number| number.written).collect()
            }
            Value::DateTime(time) => vec![time.written],
            Value::DateTimeList(moments) => moments.into_iter().map(Moment::into_text).collect(),
            Value::RichText(text) => vec![Cow::Owned(text.plain_text())],
            Value::Formula {
                text,
                compiled: false,
            } => vec![text],
            _ => Vec::new(),
        }
    }

    /// Its numbers, one or a list; those that are none are left out.
    pub fn numbers(self) -> Vec<f64> {
        let numbers = match self.value() {
            Value::Number(number) => vec![number],
            Value::NumberList(numbers) => numbers,
            _ => Vec::new(),
        };
        numbers
            .into_iter()
            .filter_map(|number| number.value)
            .collect()
    }

    /// Its times, one or a list; of a span both its ends.
    pub fn date_times(self) -> Vec<WrittenDateTime<'d>> {
        match self.value() {
            Value::DateTime(time) => vec![time],
            Value::DateTimeList(moments) => moments
                .into_iter()
                .flat_map(|moment| match moment {
                    Moment::At(time) => vec![time],
                    Moment::From(from, to) => vec![from, to],
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Item names in any case.
pub(super) fn same_name(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
        || (!left.is_ascii() && left.to_lowercase() == right.to_lowercase())
}

/// The text in an element: `<break/>` is a line's end, `<nonxmlchar>` the character, or U+FFFD if it is half of one.
pub(crate) fn text_of(element: Element<'_>) -> Cow<'_, str> {
    let mut whole = Cow::Borrowed("");
    for node in element.children() {
        match node.kind() {
            Kind::Text(text) | Kind::CData(text) => whole += text,
            Kind::Element(inner) if inner.name() == "break" => whole += "\n",
            Kind::Element(inner) if inner.name() == "nonxmlchar" => {
                whole.to_mut().push(character_of(inner));
            }
            _ => {}
        }
    }
    whole
}

/// The character that a `<nonxmlchar value='1b'/>` stands for.
pub(crate) fn character_of(element: Element<'_>) -> char {
    let value = element.attribute("value").unwrap_or_default().trim();
    let digits = value
        .strip_prefix("0x")
        .or_else(|| value.strip_prefix("0X"))
        .unwrap_or(value);
    u32::from_str_radix(digits, 16)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

impl<'d> Number<'d> {
    fn of(element: Element<'d>) -> Self {
        let written = text_of(element);
        let value = read_number(&written);
        Number { written, value }
    }
}

/// Digits with or without sign, point and exponent; `inf` and `nan` are words, not numbers.
pub(crate) fn read_number(written: &str) -> Option<f64> {
    let text = written.trim();
    let is_written = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    text.bytes()
        .all(is_written)
        .then(|| text.parse().ok())
        .flatten()
}

impl<'d> WrittenDateTime<'d> {
    /// Of a `<datetime>`.
    pub fn of(element: Element<'d>) -> Self {
        let written = element.text();
        let value = DateTime::parse(&written, element.attribute("dst") == Some("true"));
        WrittenDateTime {
            written,
            value,
            position: element.position(),
        }
    }
}

impl<'d> Moment<'d> {
    fn of(element: Element<'d>) -> Option<Self> {
        match element.name() {
            "datetime" => Some(Moment::At(WrittenDateTime::of(element))),
            "datetimepair" => {
                let mut ends = element.all("datetime").map(WrittenDateTime::of);
                let from = ends.next()?;
                Some(match ends.next() {
                    Some(to) => Moment::From(from, to),
                    None => Moment::At(from),
                })
            }
            _ => None,
        }
    }

    fn into_text(self) -> Cow<'d, str> {
        match self {
            Moment::At(time) => time.written,
            Moment::From(from, to) => Cow::Owned(format!("{} - {}", from.written, to.written)),
        }
    }
}

impl<'d> Attachment<'d> {
    /// The `<file>`.
    pub fn element(self) -> Element<'d> {
        self.file
    }

    /// The file's name; empty if none is written.
    pub fn name(self) -> &'d str {
        self.file.attribute("name").unwrap_or_default()
    }

    /// Its size in bytes, as written.
    pub fn size(self) -> Option<u64> {
        self.file.attribute("size")?.trim().parse().ok()
    }

    /// Whether the bytes are compressed Domino's way, and so are not the file's own.
    pub fn is_compressed(self) -> bool {
        !matches!(self.file.attribute("compression"), None | Some("none"))
    }

    /// When the file was made.
    pub fn created(self) -> Option<WrittenDateTime<'d>> {
        self.time("created")
    }

    /// When it was changed.
    pub fn modified(self) -> Option<WrittenDateTime<'d>> {
        self.time("modified")
    }

    fn time(self, name: &str) -> Option<WrittenDateTime<'d>> {
        let time = self.file.first(name)?.first("datetime")?;
        Some(WrittenDateTime::of(time))
    }

    /// Its bytes; `None` if the export left them out.
    pub fn data(self) -> Option<Binary<'d>> {
        Some(Binary::new(self.file.first("filedata")?.text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn value_of(inner: &str) -> (Tree, String) {
        let tree = Tree::parse(&format!("<item name='X'>\n{inner}\n</item>")).unwrap();
        let texts = Item::new(tree.root()).texts().join("|");
        (tree, texts)
    }

    #[test]
    fn every_type_as_texts() {
        for (inner, expected) in [
            (
                "<text>a<break/>b<nonxmlchar value='1b'/></text>",
                "a\nb\u{1B}",
            ),
            (
                "<text>a<nonxmlchar value='0xFFFF'/><nonxmlchar value='d800'/><nonxmlchar/></text>",
                "a\u{FFFF}\u{FFFD}\u{FFFD}",
            ),
            ("<text/>", ""),
            ("<text> a&amp;<![CDATA[b]]> </text>", " a&b "),
            (
                "<textlist><text>a</text><text/><text>b</text></textlist>",
                "a||b",
            ),
            ("<textlist/>", ""),
            ("<number>-1.5e+3</number>", "-1.5e+3"),
            (
                "<numberlist><number>1</number><number>2</number></numberlist>",
                "1|2",
            ),
            (
                "<datetime dst='true'>20240701T091500,12+10</datetime>",
                "20240701T091500,12+10",
            ),
            (
                "<datetimelist><datetime>20240701</datetime><datetimepair><datetime>T08</datetime><datetime/></datetimepair></datetimelist>",
                "20240701|T08 - ",
            ),
            ("<formula>@Now</formula>", "@Now"),
            ("<formula compiled='true'>AAAA</formula>", ""),
            ("<rawitemdata type='1'>AAAA</rawitemdata>", ""),
            ("<richtext><par>a</par></richtext>", "a"),
            ("<song/>", ""),
            ("", ""),
        ] {
            assert_eq!(value_of(inner).1, expected, "{inner}");
        }
    }

    #[test]
    fn numbers_that_are_none() {
        for (written, expected) in [
            ("42", Some(42.0)),
            (" -.5 ", Some(-0.5)),
            ("1.5e+300", Some(1.5e300)),
            ("94,9999999998", None),
            ("nan", None),
            ("inf", None),
            ("", None),
            ("1e", None),
        ] {
            assert_eq!(read_number(written), expected, "{written}");
        }
        let (tree, _) = value_of("<numberlist><number>1</number><number>x</number></numberlist>");
        assert_eq!(Item::new(tree.root()).numbers(), [1.0]);
    }

    #[test]
    fn files() {
        let (tree, _) = value_of(
            "<object><file hosttype='msdos' compression='none' flags='storedindoc' encoding='none' name='a b.txt' size='3'>\
             <created><datetime>20240701T091500,12+10</datetime></created><modified><datetime>soon</datetime></modified>\
             <filedata>\nZm9v\n</filedata></file></object>",
        );
        let Value::Object(file) = Item::new(tree.root()).value() else {
            panic!("no file");
        };
        assert_eq!(
            (file.name(), file.size(), file.is_compressed()),
            ("a b.txt", Some(3), false)
        );
        assert_eq!(file.data().unwrap().decode().unwrap(), b"foo");
        assert!(file.created().unwrap().value.is_ok());
        assert!(file.modified().unwrap().value.is_err());
    }

    #[test]
    fn sealed_items_are_not_read() {
        let tree = Tree::parse(
            "<item name='X' sealed='true' seal='true'><rawitemdata type='500'>AAAA</rawitemdata></item>",
        )
        .unwrap();
        let item = Item::new(tree.root());
        assert_eq!(item.value(), Value::Sealed);
        assert!(item.has("seal") && !item.has("names") && item.texts().is_empty());
    }

    #[test]
    fn names_in_any_case() {
        assert!(same_name("FullName", "FULLNAME"));
        assert!(same_name("GRÖSSE", "größe".to_uppercase().as_str()));
        assert!(same_name("Straßeä", "STRAßEÄ"));
        assert!(!same_name("FullName", "FullNames"));
    }
}
