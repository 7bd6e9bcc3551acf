//! JSON as clients write it, read strictly: no member of an object comes twice, and where something is wrong the answer says where and what to do.

use super::problem::FieldError;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, error::Category};
use std::fmt;

/// What doubled members are remembered at most; more tell nobody more.
const MOST_DOUBLED: usize = 20;

/// A body that is JSON, and the members that it has twice; or the place at which it is none.
pub fn read(body: &[u8]) -> Result<(Value, Vec<FieldError>), FieldError> {
    let (mut place, mut doubled) = (String::new(), Vec::new());
    let mut source = serde_json::Deserializer::from_slice(body);
    let seed = Strict {
        place: &mut place,
        doubled: &mut doubled,
    };
    let read = seed
        .deserialize(&mut source)
        .and_then(|value| source.end().map(|()| value));
    match read {
        Ok(value) => Ok((value, doubled)),
        Err(error) => Err(FieldError {
            pointer: Some(super::problem::clip(&place)),
            parameter: None,
            detail: complaint(body, &error),
        }),
    }
}

/// What is wrong, where, and what to do; nothing of the body is repeated.
fn complaint(body: &[u8], error: &serde_json::Error) -> String {
    if body.trim_ascii().is_empty() {
        return "The body is empty; send a JSON object with `to` and `text`.".into();
    }
    let (line, column) = (error.line(), error.column());
    let told = error.to_string();
    let told = told.split(" at line ").next().unwrap_or_default();
    let why = match told {
        "recursion limit exceeded" => {
            "it is nested deeper than 127 levels; send one object whose members are plain values".into()
        }
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            "half of a surrogate pair stands alone; write a character beyond U+FFFF as itself in UTF-8, or as both halves, such as \\ud83d\\ude00".into()
        }
        "invalid unicode code point" => "these octets are no UTF-8; send the body in UTF-8".into(),
        _ if told.starts_with("control character") => {
            "a control character stands in a string; write a line break as \\n, a tab as \\t".into()
        }
        "invalid escape" => {
            "this escape is none of JSON's; write a backslash itself as two".into()
        }
        "key must be a string" => "a name stands without double quotes".into(),
        "trailing comma" => "a comma has nothing behind it; take it out".into(),
        "trailing characters" => {
            "something follows behind the end; send one object and nothing else".into()
        }
        _ if error.classify() == Category::Eof => "it ends too early; send it whole".into(),
        other => format!("{other}; send it as a JSON library writes it"),
    };
    format!("The body is not JSON: at line {line}, column {column}, {why}.")
}

/// Reads a value, its place always at hand as a JSON pointer [RFC 6901].
struct Strict<'a> {
    place: &'a mut String,
    doubled: &'a mut Vec<FieldError>,
}

impl Strict<'_> {
    fn within(&mut self) -> Strict<'_> {
        Strict {
            place: self.place,
            doubled: self.doubled,
        }
    }
}

/// One step of a pointer.
pub fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let (here, mut list) = (self.place.len(), Vec::new());
        loop {
            // On an error the place stays: that is where it happened.
            self.place.push_str(&format!("/{}", list.len()));
            let item = items.next_element_seed(self.within())?;
            self.place.truncate(here);
            match item {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let (here, mut object) = (self.place.len(), Map::new());
        while let Some(name) = members.next_key::<String>()? {
            self.place.push_str(&step(&name));
            let value = members.next_value_seed(self.within())?;
            if object.contains_key(&name) && self.doubled.len() < MOST_DOUBLED {
                self.doubled.push(FieldError::field(
                    self.place.as_str(),
                    "came twice; send it once, for it would be a guess which is meant",
                ));
            }
            self.place.truncate(here);
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn complaints_say_where_and_what_to_do() {
        let deep = format!("{{\"text\":{}", "[".repeat(500));
        for (body, pointer, words) in [
            (&b" "[..], "", "is empty"),
            (b"{", "", "ends too early"),
            (
                b"{'to':1}",
                "",
                "column 2, a name stands without double quotes",
            ),
            (
                br#"{"to":["x"],"text":"\ud83d"}"#,
                "/text",
                "surrogate pair",
            ),
            (br#"{"to":["x","\ude00\ud83d"]}"#, "/to/1", "surrogate pair"),
            (b"{\"text\":\"\xff\"}", "/text", "no UTF-8"),
            (b"{\"text\":\"a\nb\"}", "/text", "as \\n"),
            (br#"{"text":"a\qb"}"#, "/text", "escape"),
            (br#"{"to":["x"],}"#, "", "a comma has nothing behind it"),
            (b"{} {}", "", "something follows"),
            (b"{\n\"text\": hello}", "/text", "line 2, column 9"),
            (deep.as_bytes(), "/text", "nested deeper"),
        ] {
            let error = read(body).unwrap_err();
            let shown = String::from_utf8_lossy(body);
            assert!(error.detail.contains(words), "{shown}: {}", error.detail);
            assert!(error.detail.ends_with('.'), "{}", error.detail);
            let place = error.pointer.unwrap();
            assert!(place.starts_with(pointer), "{shown}: {place}");
            assert_eq!(place.is_empty(), pointer.is_empty(), "{shown}: {place}");
        }
    }

    #[test]
    fn doubled_members_are_found_at_any_depth() {
        let (_, doubled) =
            read(br#"{"a":1,"b":{"c~/d":1,"c~/d":null},"a":[{"e":1,"e":1}]}"#).unwrap();
        let places: Vec<_> = doubled
            .iter()
            .filter_map(|error| error.pointer.as_deref())
            .collect();
        assert_eq!(places, ["/b/c~0~1d", "/a/0/e", "/a"]);
        let many = format!("{{{}\"x\":1}}", "\"x\":1,".repeat(10_000));
        assert_eq!(read(many.as_bytes()).unwrap().1.len(), MOST_DOUBLED);
    }

    proptest! {
        #[test]
        fn what_a_library_wrote_is_read_as_it_was(text: String, number: i64, names: [String; 2]) {
            let written = serde_json::json!({"a": [text, number, null, true, 1.5], (names[0].clone()): {(names[1].clone()): {}}});
            let (read, doubled) = read(&serde_json::to_vec(&written).unwrap()).unwrap();
            prop_assert_eq!(read, written);
            prop_assert!(doubled.is_empty());
        }
    }
}
