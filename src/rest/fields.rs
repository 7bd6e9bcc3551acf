//! The members of a JSON object taken one by one; what is wrong with each is gathered, so that one answer names everything.

use super::json;
use super::problem::{Fault, FieldError};
use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value};

/// Errors that one answer lists at most.
pub const MOST_ERRORS: usize = 100;
const LONGEST_REFERENCE: usize = 255;

/// The fields of a body, and what was found wrong with them. `null` is the same as nothing.
pub struct Fields {
    object: Map<String, Value>,
    wrong: Vec<FieldError>,
}

impl Fields {
    /// An object, and what was found wrong with it already.
    pub fn new(object: Map<String, Value>, wrong: Vec<FieldError>) -> Self {
        Self { object, wrong }
    }

    /// Says no if anything is wrong, or if a field came that is known by name only.
    pub fn finish(mut self, not_built: &[&str]) -> Result<(), Fault> {
        if !self.wrong.is_empty() {
            self.wrong.truncate(MOST_ERRORS);
            return Err(Fault::Fields(self.wrong));
        }
        let found: Vec<FieldError> = not_built
            .iter()
            .filter(|name| self.get(name).is_some())
            .map(|name| FieldError::field(json::step(name), "is not built yet; leave it out"))
            .collect();
        if found.is_empty() {
            Ok(())
        } else {
            Err(Fault::FieldsNotBuilt(found))
        }
    }

    /// Refuses every field that is neither known nor known by name: its client meant something by it, and would not get it.
    pub fn refuse_unknown(
        &mut self,
        known: &[&str],
        not_built: &[&str],
        aliases: &[(&str, &'static str)],
    ) {
        let is_known = |name: &str| known.contains(&name) || not_built.contains(&name);
        let unknown = self.object.keys().filter(|name| !is_known(name));
        let errors = unknown.take(MOST_ERRORS).map(|name| {
            let must = match meant(name, known, not_built, aliases) {
                Some(field) if not_built.contains(&field) => {
                    format!("is not known here; did you mean `{field}`, which is not built yet?")
                }
                Some(field) => format!("is not known here; did you mean `{field}`?"),
                None => "is not known here; leave it out".into(),
            };
            FieldError::field(json::step(name), must)
        });
        let errors: Vec<FieldError> = errors.collect();
        self.wrong.extend(errors);
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Notes what is wrong with the field that a pointer names.
    pub fn refuse(&mut self, pointer: impl AsRef<str>, must: impl std::fmt::Display) {
        self.wrong.push(FieldError::field(pointer, must));
    }

    /// A string.
    pub fn string(&mut self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => {
                let must = format!("must be a string, not {}", kind_of(other));
                self.refuse(json::step(name), must);
                None
            }
        }
    }

    /// A string without blanks around it; a blank one is the same as nothing.
    pub fn name(&mut self, name: &str) -> Option<String> {
        let text = self.string(name)?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(yes) => Some(*yes),
            other => {
                let must = format!("must be true or false, not {}", kind_of(other));
                self.refuse(json::step(name), must);
                None
            }
        }
    }

    /// One of these words.
    pub fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let value = self.get(name)?;
        let found = words.iter().find(|(word, _)| value.as_str() == Some(word));
        if found.is_none() {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let must = format!("must be one of {}", known.join(", "));
            self.refuse(json::step(name), must);
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// A list of 1 to `most` strings, which are `called` so.
    pub fn texts(&mut self, name: &str, most: usize, called: &str) -> Vec<String> {
        let (mut texts, mut wrong) = (Vec::new(), Vec::new());
        let place = json::step(name);
        let range = format!("must be a list of 1 to {most} {called}");
        match self.get(name) {
            Some(Value::Array(given)) if (1..=most).contains(&given.len()) => {
                for (at, item) in given.iter().enumerate() {
                    match item {
                        Value::String(text) => texts.push(text.clone()),
                        other => wrong.push(FieldError::field(
                            format!("{place}/{at}"),
                            format!("must be a string, not {}", kind_of(other)),
                        )),
                    }
                }
            }
            Some(Value::Array(given)) => {
                let must = format!("{range}, and has {}", given.len());
                wrong.push(FieldError::field(place, must));
            }
            Some(other) => {
                let must = format!("{range}, not {}", kind_of(other));
                wrong.push(FieldError::field(place, must));
            }
            None => wrong.push(FieldError::field(place, range)),
        }
        self.wrong.extend(wrong);
        texts
    }

    /// A whole number from 1 to `most`.
    pub fn whole_number(&mut self, name: &str, most: u64) -> Option<u64> {
        let value = self.get(name)?;
        let valid = value.as_u64().filter(|number| (1..=most).contains(number));
        if valid.is_none() {
            let must = format!("must be a whole number from 1 to {most}");
            self.refuse(json::step(name), must);
        }
        valid
    }

    /// A client reference: from the header, or else the field. Both are looked at.
    pub fn reference(
        &mut self,
        name: &str,
        headers: &HeaderMap,
        header: &HeaderName,
    ) -> Option<String> {
        let rule = format!("must be 1 to {LONGEST_REFERENCE} visible characters");
        let in_body = self.string(name);
        if in_body.as_deref().is_some_and(|key| !is_reference(key)) {
            self.refuse(json::step(name), &rule);
        }
        let mut values = headers.get_all(header).iter();
        let Some(value) = values.next() else {
            return in_body;
        };
        let key = value.to_str().ok().filter(|key| is_reference(key));
        if values.next().is_some() {
            let must = "came twice; send it once, for it would be a guess which is meant";
            self.wrong.push(FieldError::header("Idempotency-Key", must));
        } else if key.is_none() {
            self.wrong.push(FieldError::header("Idempotency-Key", rule));
        }
        key.map(str::to_owned)
    }
}

fn is_reference(key: &str) -> bool {
    (1..=LONGEST_REFERENCE).contains(&key.chars().count())
        && !key.trim().is_empty()
        && !key.contains(char::is_control)
}

/// What JSON calls a value.
pub const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The field that an unknown name probably stands for: spelled in another habit, called so elsewhere, or mistyped.
fn meant<'a>(
    name: &str,
    known: &[&'a str],
    not_built: &[&'a str],
    aliases: &[(&str, &'a str)],
) -> Option<&'a str> {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_lowercase()).take(40).collect()
    };
    let given = bare(name);
    let fields = || known.iter().chain(not_built);
    let alias = || aliases.iter().find(|(alias, _)| *alias == given);
    fields()
        .find(|field| bare(field) == given)
        .copied()
        .or_else(|| alias().map(|(_, field)| *field))
        .or_else(|| {
            // Short names are near to everything.
            let near = |field: &&&str| bare(field).len() > 3 && distance(&bare(field), &given) <= 2;
            fields().find(near).copied()
        })
}

/// How many letters have to be changed, put in or taken out.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_counted_in_letters() {
        for (one, other, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("text", "texts", 1),
            ("priority", "priorty", 1),
            ("receipts", "reciepts", 2),
            ("flash", "xyz", 5),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
            assert_eq!(distance(other, one), expected, "{other} {one}");
        }
    }
}
