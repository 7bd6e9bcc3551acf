//! Reads the compact notation, which `domino-9.0.1.schema` explains at its top.

use super::model::MAX_DEPTH;
use super::{Attribute, AttributeKind, Draft, Model, Particle, Presence, Repeat, SchemaError};
use std::collections::HashMap;

/// Reads a schema in the compact notation.
pub(super) fn read(text: &str) -> Result<Draft, SchemaError> {
    let mut reader = Reader::default();
    for definition in definitions(text)? {
        reader.define(&definition)?;
    }
    Ok(reader.draft)
}

/// A word with its place.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    line: u64,
    column: u64,
}

/// `kind name = first-line` and what is indented below.
#[derive(Debug)]
struct Definition {
    kind: Word,
    name: Word,
    first: Vec<Word>,
    below: Vec<Word>,
}

fn definitions(text: &str) -> Result<Vec<Definition>, SchemaError> {
    let mut found: Vec<Definition> = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let words = words_of(line, number)?;
        let Some(first) = words.first().cloned() else {
            continue;
        };
        if line.starts_with(char::is_whitespace) {
            match found.last_mut() {
                Some(definition) => definition.below.extend(words),
                None => return first.fail("an indented line must stand below a definition"),
            }
            continue;
        }
        match words.as_slice() {
            [kind, name, equals, rest @ ..] if equals.text == "=" => found.push(Definition {
                kind: kind.clone(),
                name: name.clone(),
                first: rest.to_vec(),
                below: Vec::new(),
            }),
            _ => return first.fail("a definition is written `element NAME = …`"),
        }
    }
    Ok(found)
}

/// Words end at white space; parentheses and `/` stand for themselves, quoted text is one with what it follows, a comment goes to the end of the line.
fn words_of(line: &str, number: u64) -> Result<Vec<Word>, SchemaError> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    let mut quoted = false;
    for (column, letter) in (1_u64..).zip(line.chars()) {
        let alone = !quoted && matches!(letter, '(' | ')' | '/');
        if !quoted && letter == '#' {
            break;
        }
        if !quoted && letter.is_whitespace() {
            open = false;
            continue;
        }
        quoted ^= letter == '"';
        if open && !alone {
            if let Some(word) = words.last_mut() {
                word.text.push(letter);
            }
        } else {
            words.push(Word {
                text: letter.to_string(),
                line: number,
                column,
            });
        }
        open = !alone;
    }
    match words.last() {
        Some(last) if quoted => last.fail("a quote is not closed on this line"),
        _ => Ok(words),
    }
}

impl Word {
    fn fail<T>(&self, what: impl Into<String>) -> Result<T, SchemaError> {
        Err(SchemaError {
            line: self.line,
            column: self.column,
            what: format!("`{}`: {}", self.text, what.into()),
        })
    }
}

#[derive(Default)]
struct Reader {
    words: HashMap<String, Vec<String>>,
    sets: HashMap<String, Vec<Attribute>>,
    groups: HashMap<String, Particle>,
    draft: Draft,
}

impl Reader {
    fn define(&mut self, definition: &Definition) -> Result<(), SchemaError> {
        let name = definition.name.text.clone();
        let all: Vec<Word> = [definition.first.as_slice(), &definition.below].concat();
        let first_time = match definition.kind.text.as_str() {
            "words" => {
                let words = all.into_iter().map(|word| word.text).collect();
                self.words.insert(name, words).is_none()
            }
            "set" => {
                let attributes = self.attributes(&all)?;
                self.sets.insert(name, attributes).is_none()
            }
            "group" => {
                let particle = self.particle(definition, &all)?;
                self.groups.insert(name, particle).is_none()
            }
            "element" => self.element(&name, definition)?,
            _ => {
                return definition
                    .kind
                    .fail("is none of words, set, group, element");
            }
        };
        if first_time {
            Ok(())
        } else {
            definition.name.fail("is defined twice")
        }
    }

    fn element(&mut self, name: &str, definition: &Definition) -> Result<bool, SchemaError> {
        let model = self.model(definition)?;
        let mut first_time = self.draft.declare(name, model);
        for attribute in self.attributes(&definition.below)? {
            first_time &= self.draft.attribute(name, attribute);
        }
        Ok(first_time)
    }

    fn model(&self, definition: &Definition) -> Result<Model, SchemaError> {
        let words = definition.first.as_slice();
        let shape: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        match shape.as_slice() {
            ["-"] => Ok(Model::Empty),
            ["*"] => Ok(Model::Any),
            ["~"] => Ok(Model::Mixed(Vec::new())),
            ["~", "/", ..] => {
                let among = self.particle(definition, &words[2..])?;
                let names = Model::Children(among);
                Ok(Model::Mixed(
                    names.names().into_iter().map(str::to_owned).collect(),
                ))
            }
            _ => Ok(Model::Children(self.particle(definition, words)?)),
        }
    }

    fn particle(&self, definition: &Definition, words: &[Word]) -> Result<Particle, SchemaError> {
        let mut rest = words;
        let particle = self.choice(&mut rest, 0)?;
        match (particle, rest.first()) {
            (Some(particle), None) => Ok(particle),
            (_, Some(word)) => word.fail("no element may stand here"),
            (None, None) => definition.name.fail("holds nothing; write `-` for that"),
        }
    }

    fn choice(&self, rest: &mut &[Word], depth: usize) -> Result<Option<Particle>, SchemaError> {
        let mut ways = Vec::new();
        while let Some(way) = self.sequence(rest, depth)? {
            ways.push(way);
            match rest.split_first() {
                Some((word, after)) if word.text == "/" => *rest = after,
                _ => break,
            }
        }
        Ok(one_or(ways, Particle::Choice))
    }

    fn sequence(&self, rest: &mut &[Word], depth: usize) -> Result<Option<Particle>, SchemaError> {
        let mut parts = Vec::new();
        while let Some((word, after)) = rest.split_first() {
            match word.text.as_str() {
                "/" | ")" => break,
                "(" if depth == MAX_DEPTH => return word.fail("parentheses nest too deep"),
                "(" => {
                    *rest = after;
                    let inner = self.choice(rest, depth + 1)?;
                    let (Some(inner), Some((close, after))) = (inner, rest.split_first()) else {
                        return word.fail("has no `)`, or nothing before it");
                    };
                    if close.text != ")" {
                        return close.fail("here a `)` was to come");
                    }
                    *rest = after;
                    // `)` is a word of its own, so its sign is the next one.
                    let sign = rest
                        .first()
                        .filter(|next| next.line == close.line && next.column == close.column + 1);
                    let repeat = sign
                        .filter(|next| next.text.len() == 1)
                        .and_then(|next| next.text.chars().next())
                        .and_then(Repeat::of);
                    if repeat.is_some() {
                        *rest = &rest[1..];
                    }
                    parts.push(inner.repeated(repeat));
                }
                _ => {
                    *rest = after;
                    parts.push(self.name(word)?);
                }
            }
        }
        Ok(one_or(parts, Particle::Sequence))
    }

    fn name(&self, word: &Word) -> Result<Particle, SchemaError> {
        let repeat = word.text.chars().next_back().and_then(Repeat::of);
        let name = match repeat {
            Some(_) => &word.text[..word.text.len() - 1],
            None => &word.text,
        };
        let particle = match name.strip_prefix('$') {
            Some(group) => match self.groups.get(group) {
                Some(particle) => particle.clone(),
                None => return word.fail("this group is not defined above"),
            },
            None if is_name(name) => Particle::Name(name.to_owned()),
            None => return word.fail("is no name of an element"),
        };
        Ok(particle.repeated(repeat))
    }

    fn attributes(&self, words: &[Word]) -> Result<Vec<Attribute>, SchemaError> {
        let mut found = Vec::new();
        let mut rest = words;
        while let Some((word, after)) = rest.split_first() {
            rest = after;
            if let Some(set) = word.text.strip_prefix('@') {
                match self.sets.get(set) {
                    Some(attributes) => found.extend(attributes.iter().cloned()),
                    None => return word.fail("this set is not defined above"),
                }
                continue;
            }
            let choices = match rest.first() {
                Some(open) if open.text == "(" => {
                    let Some(close) = rest.iter().position(|word| word.text == ")") else {
                        return open.fail("has no `)`");
                    };
                    let choices = &rest[1..close];
                    rest = &rest[close + 1..];
                    Some(choices)
                }
                _ => None,
            };
            found.push(match choices {
                Some(choices) => self.choices(word, choices)?,
                None => attribute(word)?,
            });
        }
        Ok(found)
    }

    /// `name(a [b] c)`, `name!(…)`
    fn choices(&self, word: &Word, choices: &[Word]) -> Result<Attribute, SchemaError> {
        let (name, required) = match word.text.strip_suffix('!') {
            Some(name) => (name, true),
            None => (word.text.as_str(), false),
        };
        let mut words = Vec::new();
        let mut presence = if required {
            Presence::Required
        } else {
            Presence::Optional
        };
        for choice in choices {
            let text = choice.text.as_str();
            if let Some(shared) = text.strip_prefix('%') {
                match self.words.get(shared) {
                    Some(shared) => words.extend(shared.iter().cloned()),
                    None => return choice.fail("these words are not defined above"),
                }
            } else if let Some(text) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
                words.push(text.to_owned());
                presence = Presence::Default(text.to_owned());
            } else {
                words.push(text.to_owned());
            }
        }
        if !is_name(name) || words.is_empty() {
            return word.fail("an attribute is written `name(a b c)`");
        }
        Ok(Attribute {
            name: name.to_owned(),
            kind: one_of(words),
            presence,
        })
    }
}

/// An attribute without choices of its own: text, a token, an id, true or false.
fn attribute(word: &Word) -> Result<Attribute, SchemaError> {
    let text = word.text.as_str();
    let flag = |name: &str, presence| {
        Ok(Attribute {
            name: name.to_owned(),
            kind: one_of(["true", "false"].map(str::to_owned).into()),
            presence,
        })
    };
    let default = |value: &str| Presence::Default(value.to_owned());
    let (text, presence) = if let Some(name) = text.strip_prefix('+') {
        return flag(name, default("true"));
    } else if let Some(name) = text.strip_prefix('-') {
        return flag(name, default("false"));
    } else if let Some(name) = text.strip_prefix('?') {
        return flag(name, Presence::Optional);
    } else if let Some((name, value)) = text.split_once("==") {
        (name, Presence::Fixed(value.trim_matches('"').to_owned()))
    } else if let Some((name, value)) = text.split_once('=') {
        (name, default(value.trim_matches('"')))
    } else {
        (text, Presence::Optional)
    };
    let (name, kind) = match text.split_once(':') {
        None => (text, AttributeKind::Text),
        Some((name, "token")) => (name, AttributeKind::Token),
        Some((name, "tokens")) => (name, AttributeKind::Tokens),
        Some((name, "id")) => (name, AttributeKind::Id),
        Some(_) => return word.fail("after the colon stands token, tokens or id"),
    };
    let (name, presence) = match name.strip_suffix('!') {
        Some(name) => (name, Presence::Required),
        None => (name, presence),
    };
    if !is_name(name) {
        return word.fail("is no name of an attribute");
    }
    Ok(Attribute {
        name: name.to_owned(),
        kind,
        presence,
    })
}

fn one_of(mut words: Vec<String>) -> AttributeKind {
    words.sort_unstable();
    words.dedup();
    AttributeKind::OneOf(words)
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(char::is_alphabetic)
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | ':'))
}

fn one_or(mut parts: Vec<Particle>, many: fn(Vec<Particle>) -> Particle) -> Option<Particle> {
    if parts.len() > 1 {
        return Some(many(parts));
    }
    parts.pop()
}

#[cfg(test)]
mod tests {
    use super::super::Schema;
    use super::*;

    #[test]
    fn attributes_are_what_they_say() {
        let text = "words w = p q\nset s = both\nelement a = - # \"#\n    @s t u! v=\"1 # 2\" w==\"x\" +on -off ?may c(%w [p] r) d!(%w) k:id n!:token\n    m:tokens=\"a b\"\n";
        let schema = Schema::from_compact(text).unwrap();
        let element = schema.element(schema.find("a").unwrap());
        let words = |words: &[&str]| {
            AttributeKind::OneOf(words.iter().map(|word| (*word).to_owned()).collect())
        };
        let flag = || words(&["false", "true"]);
        let default = |value: &str| Presence::Default(value.to_owned());
        use AttributeKind::{Id, Text, Token, Tokens};
        use Presence::{Fixed, Optional, Required};
        for (name, kind, presence) in [
            ("both", Text, Optional),
            ("t", Text, Optional),
            ("u", Text, Required),
            ("v", Text, default("1 # 2")),
            ("w", Text, Fixed("x".to_owned())),
            ("on", flag(), default("true")),
            ("off", flag(), default("false")),
            ("may", flag(), Optional),
            ("c", words(&["p", "q", "r"]), default("p")),
            ("d", words(&["p", "q"]), Required),
            ("k", Id, Optional),
            ("n", Token, Required),
            ("m", Tokens, default("a b")),
        ] {
            let found = element.attribute(name).unwrap();
            assert_eq!((&found.kind, &found.presence), (&kind, &presence), "{name}");
        }
        assert_eq!(element.attributes.len(), 13);
    }

    #[test]
    fn a_slip_is_found_where_it_is() {
        for (text, wanted) in [
            ("  x\n", "line 1, column 3: `x`: an indented line"),
            ("element a b\n", "line 1, column 1: `element`: a definition"),
            ("thing a = b\n", "line 1, column 1: `thing`: is none of"),
            (
                "element a = b\nelement a = -\n",
                "line 2, column 9: `a`: is defined twice",
            ),
            (
                "element a = -\n    x x\n",
                "line 1, column 9: `a`: is defined twice",
            ),
            ("element a =\n", "line 1, column 9: `a`: holds nothing"),
            ("element a = (b\n", "line 1, column 13: `(`: has no `)`"),
            ("element a = b)\n", "line 1, column 14: `)`: no element"),
            ("element a = $b\n", "line 1, column 13: `$b`: this group"),
            ("element a = &b\n", "line 1, column 13: `&b`: is no name"),
            (
                "element a = -\n    @s\n",
                "line 2, column 5: `@s`: this set",
            ),
            (
                "element a = -\n    x(%s)\n",
                "line 2, column 7: `%s`: these words",
            ),
            ("element a = -\n    x(p\n", "line 2, column 6: `(`: has no"),
            (
                "element a = -\n    x:y\n",
                "line 2, column 5: `x:y`: after the colon",
            ),
            (
                "element a = -\n    x=\"\n",
                "line 2, column 5: `x=\"`: a quote is not closed",
            ),
            ("# nothing\n", "line 1, column 1: no element is declared"),
        ] {
            let error = Schema::from_compact(text).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{text:?}: {error}");
        }
        let deep = format!("element a = {}b{}\n", "(".repeat(99), ")".repeat(99));
        let error = Schema::from_compact(&deep).unwrap_err().to_string();
        assert!(error.contains("nest too deep"), "{error}");
    }
}
