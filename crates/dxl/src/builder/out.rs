//! The tree as it grows: attributes and texts pass here, and nothing else gets into it.

use super::error::{BuildError, Built, Fault};
use crate::NAMESPACE;
use crate::check::{Options, Profile, check};
use crate::schema::{AttributeKind, Content, Element, Presence, Schema};
use crate::tree::{NodeId, Tree};
use std::collections::BTreeMap;

/// How deep tables, sections and frame sets may nest: Notes itself stops at eight.
const MAX_DEPTH: usize = 60;

/// Attributes of one element, by name. They are looked at when they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attributes {
    pub element: &'static str,
    values: BTreeMap<String, String>,
}

impl Attributes {
    pub fn of(element: &'static str) -> Self {
        Self {
            element,
            values: BTreeMap::new(),
        }
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &str, is: bool) -> &mut Self {
        self.set(name, is.to_string())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// A tree that grows from its root, and the way to the element that is open.
pub(super) struct Out {
    tree: Tree,
    open: Vec<NodeId>,
    /// What tells the open elements from their siblings.
    labels: Vec<String>,
    /// Of the open rich text.
    pub styles: Styles,
}

/// The paragraph styles of the rich text that is open, in the order of their ids.
#[derive(Default)]
pub(super) struct Styles {
    pub known: Vec<super::rich_text::Style>,
    /// How deep its blocks nest here.
    pub depth: usize,
}

impl Out {
    /// A root with the name space, open.
    pub fn new(attributes: &Attributes) -> Result<Self, BuildError> {
        let mut out = Self {
            tree: Tree::new(attributes.element),
            open: Vec::new(),
            labels: Vec::new(),
            styles: Styles::default(),
        };
        let root = out.tree.root().id();
        out.tree.set_attribute(root, "xmlns", NAMESPACE);
        out.open.push(root);
        out.labels.push(label(attributes));
        out.write_attributes(root, attributes)?;
        Ok(out)
    }

    /// Opens an element in the one that is open.
    pub fn enter(&mut self, attributes: &Attributes) -> Built {
        let node = self.tree.create_element(attributes.element);
        if let Some(parent) = self.open.last() {
            self.tree.append(*parent, node);
        }
        self.open.push(node);
        self.labels.push(label(attributes));
        self.write_attributes(node, attributes)
    }

    /// Opens an element that bears nothing.
    pub fn enter_bare(&mut self, element: &'static str) {
        let node = self.tree.create_element(element);
        if let Some(parent) = self.open.last() {
            self.tree.append(*parent, node);
        }
        self.open.push(node);
        self.labels.push(element.to_owned());
    }

    /// Closes it.
    pub fn leave(&mut self) {
        self.open.pop();
        self.labels.pop();
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, attributes: &Attributes) -> Built {
        self.enter(attributes)?;
        self.leave();
        Ok(())
    }

    /// An element with nothing but text in it.
    pub fn leaf(&mut self, attributes: &Attributes, text: &str) -> Built {
        self.enter(attributes)?;
        self.text(text)?;
        self.leave();
        Ok(())
    }

    /// An element that bears nothing, with nothing but text in it.
    pub fn bare_leaf(&mut self, element: &'static str, text: &str) -> Built {
        self.enter_bare(element);
        self.text(text)?;
        self.leave();
        Ok(())
    }

    /// A copy of what was read elsewhere.
    pub fn copy(&mut self, element: crate::tree::Element<'_>) {
        let node = self.tree.create_copy(element);
        if let Some(parent) = self.open.last() {
            self.tree.append(*parent, node);
        }
    }

    /// The element that is open.
    pub fn here(&self) -> NodeId {
        self.open
            .last()
            .copied()
            .unwrap_or_else(|| self.tree.root().id())
    }

    pub fn tree_mut(&mut self) -> &mut Tree {
        &mut self.tree
    }

    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Text in the open element. Lines end with LF, or with `<break/>` where that may stand; control characters become `<nonxmlchar>` where that may.
    pub fn text(&mut self, text: &str) -> Built {
        let here = self.here();
        let name = self.tree.element(here).map_or("", |element| element.name());
        let has = |child: &str| match declared(name).map(|declared| &declared.content) {
            Some(Content::Mixed(children)) => Schema::domino_9_0_1()
                .find(child)
                .is_some_and(|child| children.contains(&child)),
            _ => false,
        };
        let is_code = matches!(name, "lotusscript" | "formula" | "javascript");
        let (has_breaks, has_controls) = (has("break"), has("nonxmlchar"));
        let mut plain = String::new();
        for character in lines(text).chars() {
            match character {
                '\n' if is_code => plain.push('\n'),
                '\n' if has_breaks => {
                    self.plain(&mut plain);
                    self.empty(&Attributes::of("break"))?;
                }
                '\t' => plain.push('\t'),
                _ if is_control(character) && has_controls => {
                    self.plain(&mut plain);
                    let code = format!("{:x}", u32::from(character));
                    self.empty(&Attributes::of("nonxmlchar").with("value", code))?;
                }
                _ if is_control(character) => {
                    return Err(self.fault(
                        Fault::Character,
                        format!("{character:?} may not stand in its text"),
                        "leave it out: the text is one line without control characters",
                    ));
                }
                _ => plain.push(character),
            }
        }
        self.plain(&mut plain);
        Ok(())
    }

    fn plain(&mut self, text: &mut String) {
        if !text.is_empty() {
            let node = self.tree.create_text(text);
            let here = self.here();
            self.tree.append(here, node);
            text.clear();
        }
    }

    fn write_attributes(&mut self, node: NodeId, attributes: &Attributes) -> Built {
        for (name, value) in &attributes.values {
            self.check_attribute(attributes.element, name, value)?;
            self.tree.set_attribute(node, name, value);
        }
        for attribute in declared(attributes.element).map_or(&[][..], |known| &known.attributes) {
            let is_missing = attribute.presence == Presence::Required
                && attributes.get(&attribute.name).is_none();
            if is_missing {
                let name = &attribute.name;
                return Err(self.fault(
                    Fault::Missing,
                    format!("it lacks {name}"),
                    format!("set {name}"),
                ));
            }
        }
        Ok(())
    }

    fn check_attribute(&self, element: &str, name: &str, value: &str) -> Built {
        let Some(attribute) = declared(element).and_then(|known| known.attribute(name)) else {
            return Err(self.fault(
                Fault::Value,
                format!("<{element}> has no attribute {name:?}"),
                "leave it out; an attribute that the importer does not know ends the import",
            ));
        };
        if let Some(control) = value.chars().find(|character| is_control(*character)) {
            return Err(self.fault(
                Fault::Character,
                format!("{control:?} may not stand in {name}"),
                "leave it out: an attribute is one line without control characters",
            ));
        }
        let tokens = |text: &str| {
            text.split(' ')
                .all(|token| !token.is_empty() && token.chars().all(is_token_character))
        };
        let wrong = match &attribute.kind {
            AttributeKind::OneOf(words) if !words.iter().any(|word| word == value) => {
                format!("one of {}", words.join(", "))
            }
            AttributeKind::Token if value.contains(' ') || !tokens(value) => "one word".to_owned(),
            AttributeKind::Tokens if !tokens(value) => "words".to_owned(),
            AttributeKind::Id if !crate::source::is_name(value) => {
                "a name that begins with a letter".to_owned()
            }
            _ => match &attribute.presence {
                Presence::Fixed(only) if only != value => format!("{only:?}"),
                _ => return Ok(()),
            },
        };
        Err(self.fault(
            Fault::Value,
            format!("{name} cannot be {value:?}"),
            format!("write {wrong}"),
        ))
    }

    /// A mistake in the open element.
    pub fn fault(&self, fault: Fault, message: String, remedy: impl Into<String>) -> BuildError {
        BuildError {
            element: self.labels.join("/"),
            fault,
            message,
            remedy: remedy.into(),
        }
    }

    /// One deeper in rich text or frame sets.
    pub fn deeper(&mut self) -> Built {
        self.styles.depth += 1;
        if self.styles.depth > MAX_DEPTH {
            return Err(self.fault(
                Fault::Depth,
                format!("it lies more than {MAX_DEPTH} deep in others"),
                "lay it out side by side",
            ));
        }
        Ok(())
    }

    /// The whole, once our own checker finds nothing in it.
    pub fn finish(self) -> Result<Tree, BuildError> {
        let text = self
            .tree
            .to_xml()
            .map_err(|why| self.fault(Fault::Character, why.to_string(), "leave it out"))?;
        let mut options = Options::new(Profile::Import);
        options.most_findings = 1;
        let checked = check("", text.as_bytes(), &options)
            .map_err(|why| self.fault(Fault::Value, why.to_string(), "build it again"))?;
        match checked.findings.into_iter().next() {
            Some(finding) => Err(BuildError::of(finding)),
            None => Ok(self.tree),
        }
    }
}

/// `form[SMS]`
fn label(attributes: &Attributes) -> String {
    let known = ["name", "event", "title", "itemname", "label"];
    match known.iter().find_map(|name| attributes.get(name)) {
        Some(label) => format!("{}[{}]", attributes.element, label.escape_debug()),
        None => attributes.element.to_owned(),
    }
}

fn declared(element: &str) -> Option<&'static Element> {
    crate::meaning::declared(element)
}

/// What XML has no place for, or the importer takes for a mistake.
pub(super) fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn is_token_character(character: char) -> bool {
    // What may stand anywhere in a name may stand anywhere in a token.
    let mut name = String::from("a");
    name.push(character);
    crate::source::is_name(&name)
}

/// A text with LF at the ends of its lines.
pub(super) fn lines(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        text.into()
    }
}

/// Base64 in lines as exports have them.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    /// Of three bytes, four letters each.
    const GROUPS_PER_LINE: usize = 19;
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + bytes.len() / 57 + 4);
    for (number, group) in bytes.chunks(3).enumerate() {
        if number > 0 && number % GROUPS_PER_LINE == 0 {
            text.push('\n');
        }
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for letter in 0..4 {
            let six = (bits >> (18 - 6 * letter)) & 63;
            text.push(if letter <= group.len() {
                char::from(LETTERS[six as usize])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::Binary;

    #[test]
    fn base64_reads_back() {
        for length in 0..200_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(151)).collect();
            assert_eq!(Binary::new(base64(&bytes)).decode().unwrap(), bytes);
        }
        assert_eq!(base64(b"Ma"), "TWE=");
    }

    #[test]
    fn text_goes_where_it_may() {
        for (element, text, wanted) in [
            (
                "text",
                "a\r\nb\u{85}",
                Some("<text>a<break/>b<nonxmlchar value='85'/></text>"),
            ),
            (
                "formula",
                "a\rb\u{1}",
                Some("<formula>a\nb<nonxmlchar value='1'/></formula>"),
            ),
            (
                "par",
                "a\tb\u{0}",
                Some("<par>a\tb<nonxmlchar value='0'/></par>"),
            ),
            ("role", "[A]", Some("<role>[A]</role>")),
            ("role", "a\nb", None),
            ("name", "\u{7F}", None),
        ] {
            let mut out = Out::new(&Attributes::of("page")).unwrap();
            out.enter_bare(element);
            let here = out.here();
            let done = out.text(text).map_err(|why| why.fault);
            let written = out.tree().element(here).unwrap().to_xml().unwrap();
            let wanted = wanted.ok_or(Fault::Character);
            assert_eq!(done.map(|()| written.as_str()), wanted, "{text:?}");
        }
    }

    #[test]
    fn attributes_are_held_to_the_schema() {
        for (name, value, fault) in [
            ("nosuch", "x", Some(Fault::Value)),
            ("type", "letter", Some(Fault::Value)),
            ("type", "response", None),
            ("recalc", "yes", Some(Fault::Value)),
            ("bgcolor", "a\nb", Some(Fault::Character)),
            ("bgcolor", "#ffffff", None),
            ("key", "1a", Some(Fault::Value)),
        ] {
            let made = Out::new(&Attributes::of("form").with(name, value)).map(|_| ());
            assert_eq!(made.err().map(|why| why.fault), fault, "{name}={value:?}");
        }
        let why = Out::new(&Attributes::of("profiledocument")).err().unwrap();
        assert_eq!(why.to_string(), "profiledocument: it lacks name; set name");
    }
}
