//! Reads a DTD: elements, attributes, parameter entities, conditional sections. What it puts in is bounded, what it would have to fetch is refused.

use super::model::MAX_DEPTH;
use super::{Attribute, AttributeKind, Draft, Model, Particle, Presence, Repeat, SchemaError};
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// Entities put in may make the text this much longer; Domino's DTD becomes half a megabyte.
const MAX_EXPANDED: usize = 4 << 20;
const TOO_LONG: &str = "with its entities put in the DTD is too long";
/// Entities within entities; 5 in Domino's DTD.
const MAX_NESTING: usize = 32;
const MAX_ENTITIES: usize = 10_000;
const MAX_NAME: usize = 1_000;

/// Reads a DTD in UTF-8, or in Latin-1 if it is not that.
pub(super) fn read(bytes: &[u8]) -> Result<Draft, SchemaError> {
    let text: Cow<'_, str> = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{FEFF}').into(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let mut reader = Reader::new(&text);
    reader.declarations()?;
    Ok(reader.draft)
}

/// A text that is being read: the file, or an entity that is put in.
struct Frame {
    /// The entity's name; none for the file.
    name: Option<String>,
    letters: Rc<[char]>,
    at: usize,
}

struct Entity {
    /// None if it lies in another file.
    value: Option<Rc<[char]>>,
}

struct Reader {
    frames: Vec<Frame>,
    entities: HashMap<String, Entity>,
    expanded: usize,
    /// Sections of `<![INCLUDE[` that are open.
    included: usize,
    draft: Draft,
}

type Read<T> = Result<T, SchemaError>;

impl Reader {
    fn new(text: &str) -> Self {
        Self {
            frames: vec![Frame {
                name: None,
                letters: text.chars().collect(),
                at: 0,
            }],
            entities: HashMap::new(),
            expanded: 0,
            included: 0,
            draft: Draft::default(),
        }
    }

    fn fail<T>(&self, what: impl Into<String>) -> Read<T> {
        let mut what = what.into();
        for frame in &self.frames[1..] {
            if let Some(name) = &frame.name {
                what.push_str(&format!(", in %{name};"));
            }
        }
        let file = &self.frames[0];
        let before = &file.letters[..file.at];
        let line = before.iter().filter(|letter| **letter == '\n').count();
        let column = before
            .iter()
            .rev()
            .take_while(|letter| **letter != '\n')
            .count();
        Err(SchemaError {
            line: line as u64 + 1,
            column: column as u64 + 1,
            what,
        })
    }

    // --- letters ---

    /// The next letter; entities that end on the way are left.
    fn peek(&mut self) -> Option<char> {
        loop {
            let frame = self.frames.last()?;
            match frame.letters.get(frame.at) {
                Some(letter) => return Some(*letter),
                None if self.frames.len() > 1 => {
                    self.frames.pop();
                }
                None => return None,
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        if let Some(frame) = self.frames.last_mut() {
            frame.at += 1;
        }
        Some(letter)
    }

    /// Whether this stands next, in one piece.
    fn sees(&mut self, wanted: &str) -> bool {
        self.peek();
        self.frames.last().is_some_and(|frame| {
            let rest = &frame.letters[frame.at..];
            wanted
                .chars()
                .enumerate()
                .all(|(at, letter)| rest.get(at) == Some(&letter))
        })
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let seen = self.sees(wanted);
        if seen && let Some(frame) = self.frames.last_mut() {
            frame.at += wanted.chars().count();
        }
        seen
    }

    fn demand(&mut self, wanted: &str) -> Read<()> {
        if self.takes(wanted) {
            return Ok(());
        }
        match self.peek() {
            Some(found) => self.fail(format!("`{wanted}` was to come here, not `{found}`")),
            None => self.fail(format!("the DTD ends where `{wanted}` was to come")),
        }
    }

    /// Past `end`, which must come before the text that it began in ends.
    fn skip_past(&mut self, end: &str) -> Read<()> {
        while !self.takes(end) {
            if self.next().is_none() {
                return self.fail(format!("the DTD ends before `{end}`"));
            }
        }
        Ok(())
    }

    /// White space, and parameter entities put in.
    fn space(&mut self) -> Read<()> {
        loop {
            match self.peek() {
                Some(letter) if is_space(letter) => {
                    self.next();
                }
                Some('%') if self.entity_follows() => {
                    self.next();
                    let name = self.name()?;
                    self.demand(";")?;
                    self.put_in(&name, true)?;
                }
                _ => return Ok(()),
            }
        }
    }

    /// `%` alone stands in `<!ENTITY % name …>`.
    fn entity_follows(&self) -> bool {
        self.frames.last().is_some_and(|frame| {
            frame
                .letters
                .get(frame.at + 1)
                .is_some_and(|letter| starts_name(*letter))
        })
    }

    fn put_in(&mut self, name: &str, padded: bool) -> Read<()> {
        let Some(entity) = self.entities.get(name) else {
            return self.fail(format!("%{name}; is not declared above"));
        };
        let Some(value) = entity.value.clone() else {
            return self.fail(format!(
                "%{name}; lies in another file, which is not fetched; give one DTD that holds all"
            ));
        };
        let inside = |frame: &Frame| frame.name.as_deref() == Some(name);
        if self.frames.iter().any(inside) || self.frames.len() > MAX_NESTING {
            return self.fail(format!("%{name}; is put into itself, or too deep"));
        }
        self.expanded += value.len() + 2;
        if self.expanded > MAX_EXPANDED {
            return self.fail(TOO_LONG);
        }
        let letters = if padded {
            [&[' '], &*value, &[' ']].concat().into()
        } else {
            value
        };
        self.frames.push(Frame {
            name: Some(name.to_owned()),
            letters,
            at: 0,
        });
        Ok(())
    }

    /// Letters that may stand in a name token. It ends with the text that it began in.
    fn token(&mut self) -> Read<String> {
        self.peek();
        let mut token = String::new();
        while let Some(frame) = self.frames.last_mut() {
            match frame.letters.get(frame.at) {
                Some(letter) if in_name(*letter) => {
                    token.push(*letter);
                    frame.at += 1;
                }
                _ => break,
            }
            if token.len() > MAX_NAME {
                return self.fail(format!("a name is longer than {MAX_NAME} letters"));
            }
        }
        match self.peek() {
            _ if !token.is_empty() => Ok(token),
            Some(found) => self.fail(format!("a name was to come here, not `{found}`")),
            None => self.fail("the DTD ends where a name was to come"),
        }
    }

    fn name(&mut self) -> Read<String> {
        let token = self.token()?;
        if token.starts_with(starts_name) {
            Ok(token)
        } else {
            self.fail(format!("`{token}` is no name"))
        }
    }

    /// What stands between quotes, with parameter entities put in where `entities` says so, as values of entities want it.
    fn quoted(&mut self, entities: bool) -> Read<String> {
        let quote = match self.next() {
            Some(quote @ ('"' | '\'')) => quote,
            _ => return self.fail("a text in quotes was to come here"),
        };
        let depth = self.frames.len();
        let mut text = String::new();
        loop {
            match self.peek() {
                // A quote inside an entity that is put in is a letter like others.
                Some(letter) if letter == quote && self.frames.len() <= depth => {
                    self.next();
                    return Ok(text);
                }
                Some('%') if entities && self.entity_follows() => {
                    self.next();
                    let name = self.name()?;
                    self.demand(";")?;
                    self.put_in(&name, false)?;
                }
                Some(letter) => {
                    self.next();
                    text.push(letter);
                }
                None => return self.fail("the DTD ends within quotes"),
            }
            if text.len() > MAX_EXPANDED {
                return self.fail(TOO_LONG);
            }
        }
    }

    // --- declarations ---

    fn declarations(&mut self) -> Read<()> {
        loop {
            self.space()?;
            if self.peek().is_none() {
                return match self.included {
                    0 => Ok(()),
                    _ => self.fail("the DTD ends before `]]>`"),
                };
            }
            if self.takes("<!--") {
                self.skip_past("-->")?;
            } else if self.takes("<?") {
                self.skip_past("?>")?;
            } else if self.takes("<![") {
                self.section()?;
            } else if self.included > 0 && self.takes("]]>") {
                self.included -= 1;
            } else if self.takes("<!ELEMENT") {
                self.element()?;
            } else if self.takes("<!ATTLIST") {
                self.attributes()?;
            } else if self.takes("<!ENTITY") {
                self.entity()?;
            } else if self.takes("<!NOTATION") {
                self.skip_past(">")?;
            } else {
                return self.fail("a declaration was to come here, such as <!ELEMENT …>");
            }
        }
    }

    /// `<![INCLUDE[ … ]]>`, `<![IGNORE[ … ]]>`
    fn section(&mut self) -> Read<()> {
        self.space()?;
        let keyword = self.name()?;
        self.space()?;
        self.demand("[")?;
        if keyword == "INCLUDE" {
            self.included += 1;
            return Ok(());
        }
        if keyword != "IGNORE" {
            return self.fail(format!("`{keyword}` is neither INCLUDE nor IGNORE"));
        }
        let mut open = 1;
        while open > 0 {
            if self.takes("]]>") {
                open -= 1;
            } else if self.takes("<![") {
                open += 1;
            } else if self.next().is_none() {
                return self.fail("the DTD ends before `]]>`");
            }
        }
        Ok(())
    }

    fn entity(&mut self) -> Read<()> {
        // Not by `space`: the percent sign is part of the declaration.
        while self.peek().is_some_and(is_space) {
            self.next();
        }
        let parameter = self.takes("%");
        self.space()?;
        let name = self.name()?;
        self.space()?;
        let value = if matches!(self.peek(), Some('"' | '\'')) {
            let value = self.quoted(true)?;
            self.expanded += value.len();
            Some(value.chars().collect())
        } else {
            // PUBLIC "…" "…", SYSTEM "…", with NDATA.
            while matches!(self.peek(), Some(letter) if letter != '>') {
                match self.peek() {
                    Some('"' | '\'') => drop(self.quoted(false)?),
                    _ => drop(self.next()),
                }
            }
            None
        };
        self.space()?;
        self.demand(">")?;
        if self.expanded > MAX_EXPANDED {
            return self.fail(TOO_LONG);
        }
        if self.entities.len() >= MAX_ENTITIES {
            return self.fail("the DTD declares too many entities");
        }
        if parameter {
            self.entities.entry(name).or_insert(Entity { value });
        }
        Ok(())
    }

    fn element(&mut self) -> Read<()> {
        self.space()?;
        let name = self.name()?;
        self.space()?;
        let model = if self.peek() == Some('(') {
            self.next();
            self.group()?
        } else {
            match self.name()?.as_str() {
                "EMPTY" => Model::Empty,
                "ANY" => Model::Any,
                other => return self.fail(format!("`{other}` is neither EMPTY nor ANY")),
            }
        };
        self.space()?;
        self.demand(">")?;
        if self.draft.declare(&name, model) {
            Ok(())
        } else {
            self.fail(format!("the element `{name}` is declared twice"))
        }
    }

    /// After the first `(`.
    fn group(&mut self) -> Read<Model> {
        self.space()?;
        if !self.takes("#PCDATA") {
            return Ok(Model::Children(self.particles(1)?));
        }
        let mut names = Vec::new();
        loop {
            self.space()?;
            if self.takes(")") {
                break;
            }
            self.demand("|")?;
            self.space()?;
            names.push(self.name()?);
        }
        if !self.takes("*") && !names.is_empty() {
            return self.fail("text with elements among it ends in `)*`");
        }
        Ok(Model::Mixed(names))
    }

    /// After a `(`, up to its `)` and sign.
    fn particles(&mut self, depth: usize) -> Read<Particle> {
        if depth > MAX_DEPTH {
            return self.fail("parentheses nest too deep");
        }
        let mut parts = Vec::new();
        let mut divider = None;
        loop {
            self.space()?;
            let part = if self.takes("(") {
                self.particles(depth + 1)?
            } else {
                let name = Particle::Name(self.name()?);
                name.repeated(self.sign())
            };
            parts.push(part);
            self.space()?;
            match self.next() {
                Some(')') => break,
                Some(found @ (',' | '|')) if divider.is_none_or(|divider| divider == found) => {
                    divider = Some(found);
                }
                Some(found) => return self.fail(format!("`{found}` may not stand here")),
                None => return self.fail("the DTD ends within parentheses"),
            }
        }
        let particle = match divider {
            Some('|') => Particle::Choice(parts),
            _ => Particle::Sequence(parts),
        };
        Ok(particle.repeated(self.sign()))
    }

    fn sign(&mut self) -> Option<Repeat> {
        // Only right behind, and not from the text that an entity is put into.
        let frame = self.frames.last_mut()?;
        let repeat = frame.letters.get(frame.at).copied().and_then(Repeat::of);
        frame.at += usize::from(repeat.is_some());
        repeat
    }

    fn attributes(&mut self) -> Read<()> {
        self.space()?;
        let element = self.name()?;
        loop {
            self.space()?;
            if self.takes(">") {
                return Ok(());
            }
            let name = self.name()?;
            self.space()?;
            let kind = self.kind()?;
            self.space()?;
            let presence = self.presence(&kind)?;
            self.draft.attribute(
                &element,
                Attribute {
                    name,
                    kind,
                    presence,
                },
            );
        }
    }

    fn kind(&mut self) -> Read<AttributeKind> {
        if self.takes("(") {
            let mut words = Vec::new();
            loop {
                self.space()?;
                words.push(self.token()?);
                self.space()?;
                if self.takes(")") {
                    words.sort_unstable();
                    words.dedup();
                    return Ok(AttributeKind::OneOf(words));
                }
                self.demand("|")?;
            }
        }
        let name = self.name()?;
        Ok(match name.as_str() {
            "CDATA" => AttributeKind::Text,
            "NMTOKEN" => AttributeKind::Token,
            "NMTOKENS" => AttributeKind::Tokens,
            "ID" => AttributeKind::Id,
            other => {
                return self.fail(format!(
                    "attributes of the type {other} are not for DXL; Domino's DTDs have none"
                ));
            }
        })
    }

    fn presence(&mut self, kind: &AttributeKind) -> Read<Presence> {
        if self.takes("#IMPLIED") {
            return Ok(Presence::Optional);
        }
        if self.takes("#REQUIRED") {
            return Ok(Presence::Required);
        }
        let fixed = self.takes("#FIXED");
        self.space()?;
        let value = self.quoted(false)?;
        let Some(value) = resolved(&value) else {
            return self.fail("this default names an entity that is not one of the five of XML");
        };
        let value = match kind {
            AttributeKind::Text => value,
            _ => value.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        Ok(if fixed {
            Presence::Fixed(value)
        } else {
            Presence::Default(value)
        })
    }
}

/// With character references and the five entities of XML put in; None if there are others.
fn resolved(text: &str) -> Option<String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        whole.push_str(&rest[..at]);
        let (name, after) = rest[at + 1..].split_once(';')?;
        whole.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)?
            }
        });
        rest = after;
    }
    whole.push_str(rest);
    Some(whole)
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

fn starts_name(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '_' | ':')
}

fn in_name(letter: char) -> bool {
    starts_name(letter) || letter.is_numeric() || matches!(letter, '-' | '.' | '\u{B7}')
}

#[cfg(test)]
mod tests {
    use super::super::{Schema, differences};

    #[test]
    fn a_dtd_and_our_notation_say_the_same() {
        let dtd = "\u{FEFF}<?xml version='1.0'?><!-- <!ELEMENT x EMPTY> -->
            <!ENTITY % flag.words ' true | false '>
            <!ENTITY % flag \"(%flag.words;)\">
            <!ENTITY % parts 'b?, (c|d)+'>
            <!ENTITY % more 'on %flag; \"true\"   off %flag; \"false\" may %flag; #IMPLIED'>
            <!ENTITY % more 'the second declaration does not count'>
            <!ENTITY copy '&#169;'><!ENTITY pic SYSTEM \"x>y\" NDATA gif><!NOTATION gif SYSTEM 'x'>
            <!ENTITY % wanted 'INCLUDE'> <!ENTITY % unwanted 'IGNORE'>
            <!ELEMENT a (%parts;)>
            <![%wanted;[<!ATTLIST a %more; x CDATA #FIXED 'a &lt;&#x41;&#66;' k ID #IMPLIED >]]>
            <![ %unwanted; [ <!ELEMENT e EMPTY> <![INCLUDE[ ]]> ]]>
            <!ATTLIST a x CDATA 'later' n NMTOKEN #REQUIRED m NMTOKENS ' p  q '>
            <!ELEMENT b (#PCDATA)> <!ELEMENT c (#PCDATA|b|c)*> <!ELEMENT d EMPTY> <!ELEMENT f ANY>
            <!ATTLIST never CDATA CDATA 'x'>";
        let compact = "element a = b? (c / d)+\n    +on -off ?may x==\"a <AB\" k:id n!:token m:tokens=\"p q\"\nelement b = ~\nelement c = ~ / b / c\nelement d = -\nelement f = *\n";
        let dtd = Schema::from_dtd(dtd.as_bytes()).unwrap();
        let compact = Schema::from_compact(compact).unwrap();
        assert_eq!(differences(&dtd, &compact), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        for (dtd, wanted) in [
            ("", "line 1, column 1: no element is declared"),
            ("<!ELEMENT a", "line 1, column 12: the DTD ends"),
            ("\n <!ELEMENT a (b,c|d)>", "line 2, column 19: `|` may not"),
            ("<!ELEMENT a (#PCDATA|b)>", "line 1, column 24: text with"),
            (
                "<!ELEMENT a EMPTY><!ELEMENT a ANY>",
                "line 1, column 35: the element `a`",
            ),
            ("%x;", "line 1, column 4: %x; is not declared"),
            (
                "<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;",
                "line 1, column 46: %x; lies in another file",
            ),
            (
                "<!ENTITY % x '%y;'>",
                "line 1, column 18: %y; is not declared",
            ),
            (
                "<!ENTITY % y '&#37;y;'><!ENTITY % x '<!ELEMENT a EMPTY>'>%x;<!ATTLIST a b CDATA '&y;'>",
                "line 1, column 86: this default",
            ),
            (
                "<!ELEMENT a EMPTY><!ATTLIST a b ENTITY #IMPLIED>",
                "line 1, column 39: attributes of the type ENTITY",
            ),
            (
                "<![IGNORE[ <![ ]]>",
                "line 1, column 19: the DTD ends before",
            ),
            ("<!-- ", "line 1, column 6: the DTD ends before `-->`"),
            ("<html>", "line 1, column 1: a declaration was to come here"),
        ] {
            let error = Schema::from_dtd(dtd.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{dtd:?}: {error}");
        }
    }

    #[test]
    fn what_would_grow_without_bound_is_refused() {
        let mut laughs = "<!ENTITY % l0 'lol | lol | lol | lol'>".to_owned();
        for at in 1..30 {
            let inner = format!("%l{}; | ", at - 1).repeat(10);
            laughs.push_str(&format!("<!ENTITY % l{at} '{inner} lol'>"));
        }
        laughs.push_str("<!ELEMENT a (%l29;)*>");
        let chain: String = (1..200)
            .map(|at| format!("<!ENTITY % c{at} 'b,%c{};'>", at - 1))
            .collect();
        for (dtd, wanted) in [
            (laughs, "put in the DTD is too long"),
            (
                format!("<!ENTITY % c0 'b'>{chain}<!ELEMENT a (%c199;)>"),
                "",
            ),
            (
                format!("<!ELEMENT a {}b{}>", "(".repeat(1_000_000), ")".repeat(9)),
                "nest too deep",
            ),
            (
                format!("<!ELEMENT a ({}b)>", "b,".repeat(100_000)),
                "too large",
            ),
            (
                format!("<!ELEMENT {} EMPTY>", "a".repeat(100_000)),
                "a name is longer",
            ),
        ] {
            match Schema::from_dtd(dtd.as_bytes()) {
                Ok(_) => assert!(wanted.is_empty()),
                Err(error) => assert!(
                    !wanted.is_empty() && error.to_string().contains(wanted),
                    "{error}"
                ),
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[<!>%;a-c\"'()|,?*+#&\\[\\] \n-]{0,80}", start in "(<!ELEMENT |<!ATTLIST a |<!ENTITY % )?") {
            let _ = Schema::from_dtd(format!("{start}{text}").as_bytes());
        }
    }
}
