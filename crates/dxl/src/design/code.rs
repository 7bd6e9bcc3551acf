//! Code in a design: each piece with its language, its event, what it belongs to, and where it stands.

use crate::notes::{Item, Value, character_of, text_of};
use crate::position::Position;
use crate::tree::{Element, Kind, Step, Walk};
use std::borrow::Cow;

/// Behind this stands the text of a section.
const CDATA: &str = "<![CDATA[";

/// In what a piece of code is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Language {
    Formula,
    /// A formula as Notes stores it: Base64.
    CompiledFormula,
    LotusScript,
    JavaScript,
    /// The source of one class.
    Java,
    /// One simple action; its text is what is chosen, as XML.
    SimpleAction,
}

/// A piece of code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Code<'a> {
    element: Element<'a>,
    language: Language,
}

impl<'a> Code<'a> {
    /// Of an element that holds code; `None` for any other.
    pub fn of(element: Element<'a>) -> Option<Self> {
        let language = match element.name() {
            "formula" if element.attribute("compiled") == Some("true") => Language::CompiledFormula,
            "formula" => Language::Formula,
            "lotusscript" => Language::LotusScript,
            "javascript" => Language::JavaScript,
            "java" => Language::Java,
            "simpleaction" => Language::SimpleAction,
            "text" if is_script_item(element) => Language::LotusScript,
            _ => return None,
        };
        Some(Self { element, language })
    }

    /// The element that holds it.
    pub fn element(self) -> Element<'a> {
        self.element
    }

    /// What it is written in.
    pub fn language(self) -> Language {
        self.language
    }

    /// The event, or name of the procedure, that it is for; of a formula that is no event's, what it is: `keywords`, `sendto`; in a raw note the item's name.
    pub fn event(self) -> &'a str {
        let around = self.element.parent();
        match around {
            Some(code) if code.name() == "code" => code.attribute("event").unwrap_or_default(),
            Some(item) if item.name() == "item" => item.attribute("name").unwrap_or_default(),
            Some(project) if project.name() == "javaproject" => {
                self.element.attribute("name").unwrap_or_default()
            }
            Some(other) => other.name(),
            None => "",
        }
    }

    /// `client` or `web`, if it is for one of them only.
    pub fn audience(self) -> Option<&'a str> {
        self.around("code")?.attribute("for")
    }

    /// Whether it is in effect; formulas that hide something can be switched off.
    pub fn is_enabled(self) -> bool {
        let code = self.around("code");
        code.and_then(|code| code.attribute("enabled")) != Some("false")
    }

    /// What it belongs to: the form, field, action, column and so on that it is in.
    pub fn owner(self) -> Element<'a> {
        let mut owner = self.element;
        while let Some(around) = owner.parent() {
            owner = around;
            let is_code = matches!(
                owner.name(),
                "code" | "globals" | "javaproject" | "item" | "simpleaction" | "keywords"
            );
            if !is_code {
                break;
            }
        }
        owner
    }

    /// The text. Line ends are `\n`, control characters themselves.
    pub fn text(self) -> Cow<'a, str> {
        if self.language == Language::SimpleAction {
            // What was read can be written.
            return self.element.to_xml().unwrap_or_default().into();
        }
        text_of(self.element)
    }

    /// Where its first character stands; where its element does, if it has none.
    pub fn position(self) -> Position {
        let first = self.element.children().next();
        let is_whole = self.language == Language::SimpleAction;
        let Some(first) = first.filter(|_| !is_whole) else {
            return self.element.position();
        };
        let mut position = first.position();
        if matches!(first.kind(), Kind::CData(_)) {
            position.column = position.column.saturating_add(CDATA.len() as u32);
            position.byte += CDATA.len() as u64;
        }
        position
    }

    /// It by events: in a raw note one text holds the options, the declarations and all procedures, each behind a line that names it. Anything else is one part.
    pub fn parts(self) -> Vec<ScriptPart> {
        let mut parts: Vec<ScriptPart> = Vec::new();
        let is_cut = self.language == Language::LotusScript && self.element.name() == "text";
        let whole = |event: &str| ScriptPart {
            event: event.to_owned(),
            text: String::new(),
            line: self.position().line,
        };
        if !is_cut {
            let text = self.text().into_owned();
            return vec![ScriptPart {
                text,
                ..whole(self.event())
            }];
        }
        for (line, number) in lines_of(self.element) {
            match marked(&line) {
                Some(event) => parts.push(ScriptPart {
                    event: event.to_owned(),
                    text: String::new(),
                    line: number.saturating_add(1),
                }),
                None => match parts.last_mut() {
                    Some(part) => part.text += &line,
                    None => parts.push(ScriptPart {
                        text: line,
                        ..whole(self.event())
                    }),
                },
            }
        }
        parts
    }

    fn around(self, name: &str) -> Option<Element<'a>> {
        let mut around = self.element.parent();
        while let Some(element) = around.filter(|element| element.name() != name) {
            around = element
                .parent()
                .filter(|_| matches!(element.name(), "javaproject" | "simpleaction"));
        }
        around
    }
}

/// A LotusScript for one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptPart {
    /// `options`, `forward`, `declarations`, or the name of the procedure.
    pub event: String,
    /// Its text.
    pub text: String,
    /// The line of the file on which that begins.
    pub line: u32,
}

/// The event that a line of Designer's names: the parts of a script in a raw note begin with one.
fn marked(line: &str) -> Option<&str> {
    let mark = line.strip_prefix("'++LotusScript Development Environment:")?;
    let name = mark.split(':').nth(2)?;
    Some(match name {
        "(Options)" => "options",
        "(Forward)" => "forward",
        "(Declarations)" => "declarations",
        _ => name,
    })
}

/// The lines of a text with their ends, and on which line of the file each begins.
fn lines_of(element: Element<'_>) -> Vec<(String, u32)> {
    let mut lines: Vec<(String, u32)> = Vec::new();
    let mut is_open = false;
    let mut add = |piece: &str, number: u32| {
        match lines.last_mut() {
            Some((line, _)) if is_open => line.push_str(piece),
            _ => lines.push((piece.to_owned(), number)),
        }
        is_open = !piece.ends_with('\n');
    };
    for node in element.children() {
        let first = node.position().line;
        if let Some(text) = node.as_text() {
            for (piece, number) in text.split_inclusive('\n').zip(first..) {
                add(piece, number);
            }
        } else if let Some(inner) = node.as_element() {
            match inner.name() {
                "break" => add("\n", first),
                "nonxmlchar" => add(character_of(inner).encode_utf8(&mut [0; 4]), first),
                _ => {}
            }
        }
    }
    lines
}

/// Whether it is the text of an item in which a raw note keeps its LotusScript.
fn is_script_item(text: Element<'_>) -> bool {
    let item = text.parent().filter(|item| item.name() == "item");
    let Some((item, note)) = item.and_then(|item| Some((item, item.parent()?))) else {
        return false;
    };
    let name = item.attribute("name").unwrap_or_default();
    let is_script = [
        "$Script",
        "$$FormScript",
        "$ScriptLib",
        "$$Script",
        "$DBScript",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(name));
    is_script && note.name() == "note" && matches!(Item::new(item).value(), Value::Text(_))
}

/// All code in an element.
#[derive(Clone)]
pub struct Codes<'a> {
    walk: Walk<'a>,
}

impl<'a> Codes<'a> {
    /// Of an element and everything in it, in the order of the file.
    pub fn of(element: Element<'a>) -> Self {
        Self {
            walk: element.walk(),
        }
    }
}

impl<'a> Iterator for Codes<'a> {
    type Item = Code<'a>;

    fn next(&mut self) -> Option<Code<'a>> {
        self.walk.by_ref().find_map(|step| match step {
            Step::Enter(node) => Code::of(node.as_element()?),
            Step::Leave(_) => None,
        })
    }
}
