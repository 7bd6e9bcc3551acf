//! Documents of DXL as formulas see them: items to values and back, and a host that has one of them.

use super::host::Memory;
use super::value::{Time, Value};
use dxl::notes::{self, DateTime, Document, Item, Moment, WrittenDateTime};
use std::fmt;

/// Why a value cannot be an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAnItem {
    /// A keyword, an error, or nothing.
    Type,
    /// A range of times; `dxl` writes single ones.
    Range,
}

impl fmt::Display for NotAnItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotAnItem::Type => "a field holds texts, numbers or date-times",
            NotAnItem::Range => "ranges of times are not written to documents",
        })
    }
}

impl std::error::Error for NotAnItem {}

impl Value {
    /// What an item holds; rich text is its plain text. `None` for what a formula cannot see, such as files and what is encrypted, and for numbers and times
    /// that are none.
    pub fn of_item(item: Item<'_>) -> Option<Value> {
        let time = |written: &WrittenDateTime<'_>| written.value.clone().ok();
        match item.value() {
            notes::Value::Text(text) => Some(Value::text(text)),
            notes::Value::TextList(list) => {
                Some(Value::texts(list.into_iter().map(Into::into).collect()))
            }
            notes::Value::Number(number) => number.value.map(Value::number),
            notes::Value::NumberList(list) => {
                let numbers: Option<Vec<f64>> = list.iter().map(|number| number.value).collect();
                numbers.map(Value::numbers)
            }
            notes::Value::DateTime(written) => time(&written).map(of_time),
            notes::Value::DateTimeList(list) => {
                let times: Option<Vec<Time>> = list
                    .iter()
                    .map(|moment| match moment {
                        Moment::At(written) => time(written).map(Time::At),
                        Moment::From(from, to) => Some(Time::Range(time(from)?, time(to)?)),
                    })
                    .collect();
                times.map(Value::times)
            }
            notes::Value::RichText(text) => Some(Value::text(text.plain_text())),
            notes::Value::Empty => Some(Value::text("")),
            _ => None,
        }
    }

    /// Sets an item to this; [`Value::Unavailable`] takes it away.
    pub fn write_to(&self, document: &mut Document, name: &str) -> Result<(), NotAnItem> {
        match self {
            Value::Text(list) => {
                let texts: Vec<&str> = list.iter().map(String::as_str).collect();
                document.set_texts(name, &texts);
            }
            Value::Number(list) => document.set_numbers(name, list),
            Value::Time(list) => {
                let times: Option<Vec<DateTime>> = list
                    .iter()
                    .map(|time| match time {
                        Time::At(time) => Some(*time),
                        Time::Range(..) => None,
                    })
                    .collect();
                document.set_date_times(name, &times.ok_or(NotAnItem::Range)?);
            }
            Value::Unavailable => {
                document.remove_item(name);
            }
            Value::Keyword(_) | Value::Error(_) | Value::Nothing => return Err(NotAnItem::Type),
        }
        Ok(())
    }
}

/// A time that was never set is the empty text.
fn of_time(time: DateTime) -> Value {
    if time.is_blank() {
        Value::text("")
    } else {
        time.into()
    }
}

impl Memory {
    /// With a document: its items as fields (the first of those that share a name), and what it says of itself for `@DocumentUniqueID`, `@NoteID`, `@Created`,
    /// `@Modified`, `@Author`, `@IsResponseDoc`, `@IsNewDoc`, `@Attachments` and `@AttachmentNames`.
    pub fn of_document(document: &Document) -> Self {
        let mut host = Self::default();
        for item in document.items() {
            if let Some(value) = Value::of_item(item) {
                host.document
                    .entry(item.name().to_lowercase())
                    .or_insert(value);
            }
        }
        if let Some(unid) = document.unid() {
            host.fact("@DocumentUniqueID", Value::text(unid.to_uppercase()));
        }
        if let Some(id) = document.note_id() {
            host.fact(
                "@NoteID",
                Value::text(format!("NT{:0>8}", id.to_uppercase())),
            );
        }
        let moments = [
            ("@Created", document.created()),
            ("@Modified", document.modified()),
        ];
        for (function, written) in moments {
            if let Some(Ok(time)) = written.map(|written| written.value) {
                host.fact(function, of_time(time));
            }
        }
        let authors = document.updated_by().into_iter().map(Into::into);
        host.fact("@Author", Value::texts(authors.collect()));
        host.fact("@IsResponseDoc", Value::truth(document.is_response()));
        host.fact("@IsNewDoc", Value::truth(document.unid().is_none()));
        let names: Vec<String> = document
            .attachments()
            .map(|file| file.name().to_owned())
            .collect();
        host.fact("@Attachments", Value::number(names.len() as f64));
        host.fact("@AttachmentNames", Value::texts(names));
        host
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::{Formula, Limits};
    use dxl::{Limits as Bounds, notes::Reader};

    const FILE: &str = "<database xmlns='http://www.lotus.com/dxl'><document form='Memo'>\
        <noteinfo noteid='8fa' unid='0123456789ABCDEF0123456789abcdef'><created><datetime>20250102T030405,06Z</datetime></created></noteinfo>\
        <updatedby><name>CN=Ann/O=Acme</name></updatedby>\
        <item name='Form'><text>Memo</text></item>\
        <item name='Colors'><textlist><text>Red</text><text>Green</text></textlist></item>\
        <item name='Price'><number>2.5</number></item>\
        <item name='Day'><datetime>20250131</datetime></item>\
        <item name='Away'><datetimelist><datetimepair><datetime>20250101</datetime><datetime>20250103</datetime></datetimepair></datetimelist></item>\
        <item name='Body'><richtext><pardef id='1'/><par def='1'>Hi <run>there</run></par></richtext></item>\
        </document></database>";

    fn document() -> Document {
        let mut documents = Reader::new(FILE.as_bytes(), Bounds::default());
        documents.next().unwrap().unwrap()
    }

    #[test]
    fn a_formula_sees_the_items_and_what_the_document_says_of_itself() {
        let mut host = Memory::of_document(&document());
        for (source, expected) in [
            ("form + \"/\" + Body", Value::text("Memo/Hi there")),
            ("@Elements(Colors) * Price", Value::number(5.0)),
            (
                "@Text(@Adjust(Day; 0; 0; 1; 0; 0; 0))",
                Value::text("02/01/2025"),
            ),
            ("@Elements(@Explode(Away))", Value::number(3.0)),
            ("@Year(@Created)", Value::number(2025.0)),
            ("@NoteID", Value::text("NT000008FA")),
            (
                "@Left(@DocumentUniqueID; 17)",
                Value::text("0123456789ABCDEF0"),
            ),
            ("@Name([CN]; @Author)", Value::text("Ann")),
            (
                "@IsResponseDoc | @IsNewDoc | @Attachments",
                Value::number(0.0),
            ),
        ] {
            let formula = Formula::parse(source).unwrap();
            let value = formula.evaluate(&mut host, &Limits::default());
            assert_eq!(value.unwrap().value, expected, "{source}");
        }
    }

    #[test]
    fn values_are_written_and_read_back() {
        let mut document = document();
        let day = Value::from(DateTime::parse("20250615T101500Z", false).unwrap());
        for (name, value) in [
            ("Colors", Value::text("Blue")),
            ("New", Value::texts(vec!["a".into(), "".into()])),
            ("Price", Value::numbers(vec![1.0, -2.5])),
            ("Day", day),
        ] {
            value.write_to(&mut document, name).unwrap();
            let read = document.item(name).and_then(Value::of_item);
            assert_eq!(read, Some(value), "{name}");
        }
        Value::Unavailable.write_to(&mut document, "Price").unwrap();
        assert!(document.item("Price").is_none());
        let range = Value::of_item(document.item("Away").unwrap()).unwrap();
        assert_eq!(range.write_to(&mut document, "x"), Err(NotAnItem::Range));
        assert_eq!(
            Value::keyword("x").write_to(&mut document, "x"),
            Err(NotAnItem::Type)
        );
    }
}
