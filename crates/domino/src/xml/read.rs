//! XML read into a tree: whole or not at all, nothing fetched, no entities of its own.

use super::{
    DOCUMENT, Kind, MAX_ATTRIBUTES, MAX_DEPTH, NodeId, Tree, TreeError, XML_URI, XMLNS_URI,
    is_blank, is_name, is_qualified_name, is_xml, split_name,
};
use quick_xml::Reader;
use quick_xml::errors::{IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::HashMap;

/// The longest text that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// How XML is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadOptions {
    /// Whether `<!DOCTYPE …>` may stand there; it is kept and not followed.
    pub allows_doctype: bool,
    /// Whether prefixes must be declared.
    pub checks_namespaces: bool,
    /// Whether texts of nothing but white space are kept.
    pub keeps_blanks: bool,
    /// Whether `<?xml …?>` becomes a node.
    pub keeps_declaration: bool,
}

/// Why a text is not read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub(crate) struct ReadError {
    pub reason: Reason,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// From 0, in characters.
    pub offset: usize,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    #[error("the document has no element")]
    NoRoot,
    #[error("a document has one element only")]
    SecondRoot,
    #[error("text stands outside of the element of the document")]
    TextOutside,
    #[error("the end tag '{end}' does not match the start tag '{start}'")]
    WrongEnd { start: String, end: String },
    #[error("these elements have no end tag: {0}")]
    NotClosed(String),
    #[error("the end tag '{0}' has no start tag")]
    NotOpened(String),
    #[error("a document type declaration is not allowed here")]
    Doctype,
    #[error("the entity '{0}' is not known; no entities are taken from document types")]
    Entity(String),
    #[error("the prefix '{0}' is not declared")]
    Prefix(String),
    #[error("the attribute '{0}' stands twice")]
    Twice(String),
    #[error("'{0}' is no name")]
    Name(String),
    #[error("a character that XML does not have")]
    Character,
    #[error("{0}")]
    Limit(TreeError),
    #[error("the text is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("{0}")]
    Malformed(&'static str),
}

/// Reads a document.
pub(crate) fn parse(text: &str, options: ReadOptions) -> Result<Tree, ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fail = |reason, offset| Err(place(text, offset, reason));
    if text.len() > MAX_BYTES {
        return fail(Reason::TooLong, 0);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut builder = Builder {
        tree: Tree::default(),
        open: Vec::new(),
        bindings: HashMap::new(),
        pending: String::new(),
        options,
    };
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(0);
        let taken = match reader.read_event() {
            Ok(Event::Eof) => builder.finish(),
            Ok(event) => builder.take(event, offset).map(|()| false),
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(0);
                return fail(builder.explain(&error), at);
            }
        };
        match taken {
            Ok(true) => return Ok(builder.tree),
            Ok(false) => {}
            Err(reason) => return fail(reason, offset),
        }
    }
}

fn place(text: &str, offset: usize, reason: Reason) -> ReadError {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    ReadError {
        reason,
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        offset: before.chars().count(),
    }
}

struct Builder {
    tree: Tree,
    /// The elements that have no end yet, and the prefixes that each declares.
    open: Vec<(NodeId, Vec<String>)>,
    /// What each prefix means here and further out, the innermost last.
    bindings: HashMap<String, Vec<String>>,
    /// Characters that came and are no node yet.
    pending: String,
    options: ReadOptions,
}

impl Builder {
    fn parent(&self) -> NodeId {
        self.open.last().map_or(DOCUMENT, |(id, _)| *id)
    }

    fn take(&mut self, event: Event<'_>, offset: usize) -> Result<(), Reason> {
        match event {
            Event::Text(text) => {
                let text = text.xml10_content();
                if text.contains("]]>") {
                    return Err(Reason::Malformed("]]> stands in a text"));
                }
                self.characters(&text)
            }
            Event::GeneralRef(reference) => {
                let character = resolve(&reference)?;
                if self.open.is_empty() {
                    return Err(Reason::TextOutside);
                }
                self.pending.push(character);
                Ok(())
            }
            other => {
                self.finish_text()?;
                self.take_markup(other, offset)
            }
        }
    }

    fn take_markup(&mut self, event: Event<'_>, offset: usize) -> Result<(), Reason> {
        match event {
            Event::Start(tag) => self.start(&tag).map(|opened| self.open.push(opened)),
            Event::Empty(tag) => self.start(&tag).map(|(_, declared)| self.unbind(declared)),
            Event::End(_) => {
                if let Some((_, declared)) = self.open.pop() {
                    self.unbind(declared);
                }
                Ok(())
            }
            Event::CData(data) => {
                if self.open.is_empty() {
                    return Err(Reason::TextOutside);
                }
                self.add(Kind::CData, "", &data.xml10_content())
            }
            Event::Comment(text) => self.add(Kind::Comment, "", &text.xml10_content()),
            Event::PI(instruction) => {
                let target = instruction.target();
                if !is_name(target) || target.eq_ignore_ascii_case("xml") {
                    return Err(Reason::Name(shorten(target)));
                }
                self.add(
                    Kind::Instruction,
                    target,
                    instruction.content().trim_start(),
                )
            }
            Event::Decl(declaration) => {
                if offset != 0 {
                    return Err(Reason::Malformed(
                        "the XML declaration stands at the very beginning only",
                    ));
                }
                let content = declaration.strip_prefix("xml").unwrap_or(&declaration);
                match self.options.keeps_declaration {
                    true => self.add(Kind::Declaration, "xml", content.trim()),
                    false => Ok(()),
                }
            }
            Event::DocType(content) => {
                if !self.options.allows_doctype || self.tree.root().is_some() {
                    return Err(Reason::Doctype);
                }
                let content = content.xml10_content();
                let name: String = content
                    .trim_start()
                    .chars()
                    .take_while(|c| !c.is_ascii_whitespace() && *c != '[')
                    .collect();
                self.add(Kind::DocumentType, &name, content.trim())
            }
            Event::Text(_) | Event::GeneralRef(_) | Event::Eof => Ok(()),
        }
    }

    fn characters(&mut self, text: &str) -> Result<(), Reason> {
        if !text.chars().all(is_xml) {
            return Err(Reason::Character);
        }
        if !self.open.is_empty() {
            self.pending.push_str(text);
            return Ok(());
        }
        match is_blank(text) {
            true => Ok(()),
            false => Err(Reason::TextOutside),
        }
    }

    fn finish_text(&mut self) -> Result<(), Reason> {
        let text = std::mem::take(&mut self.pending);
        if text.is_empty() || (!self.options.keeps_blanks && is_blank(&text)) {
            return Ok(());
        }
        self.add(Kind::Text, "", &text)
    }

    fn add(&mut self, kind: Kind, name: &str, value: &str) -> Result<(), Reason> {
        if !value.chars().all(is_xml) {
            return Err(Reason::Character);
        }
        let id = self.tree.create(kind, name, "", value);
        let id = id.map_err(Reason::Limit)?;
        self.tree.link(self.parent(), id, None);
        Ok(())
    }

    /// Makes an element, and says which prefixes it declares.
    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(NodeId, Vec<String>), Reason> {
        let name = tag.name().into_inner();
        self.check_name(name)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(Reason::Limit(TreeError::TooDeep));
        }
        if self.open.is_empty() && self.tree.root().is_some() {
            return Err(Reason::SecondRoot);
        }
        let element = self.tree.create(Kind::Element, name, "", "");
        let element = element.map_err(Reason::Limit)?;
        self.tree.link(self.parent(), element, None);
        let mut declared = Vec::new();
        for (name, value) in attributes(tag.attributes_raw())? {
            self.check_name(name)?;
            if self.tree.attributes(element).len() >= MAX_ATTRIBUTES {
                return Err(Reason::Limit(TreeError::TooManyAttributes));
            }
            if self.tree.attribute(element, name).is_some() {
                return Err(Reason::Twice(shorten(name)));
            }
            let prefix = match split_name(name) {
                ("", "xmlns") => Some(""),
                ("xmlns", prefix) => Some(prefix),
                _ => None,
            };
            if let Some(prefix) = prefix {
                let bound = self.bindings.entry(prefix.to_owned()).or_default();
                bound.push(value.clone());
                declared.push(prefix.to_owned());
            }
            let id = self.tree.create(Kind::Attribute, name, "", &value);
            let id = id.map_err(Reason::Limit)?;
            self.tree.node_mut(id).parent = Some(element);
            self.tree.node_mut(element).attributes.push(id);
        }
        self.name_spaces(element)?;
        Ok((element, declared))
    }

    fn unbind(&mut self, declared: Vec<String>) {
        for prefix in declared {
            if let Some(bound) = self.bindings.get_mut(&prefix) {
                bound.pop();
            }
        }
    }

    fn check_name(&self, name: &str) -> Result<(), Reason> {
        let is_good = match self.options.checks_namespaces {
            true => is_qualified_name(name),
            false => is_name(name),
        };
        match is_good {
            true => Ok(()),
            false => Err(Reason::Name(shorten(name))),
        }
    }

    /// Gives an element and its attributes their namespaces.
    fn name_spaces(&mut self, element: NodeId) -> Result<(), Reason> {
        let uri = match self.tree.prefix(element) {
            "" => self.bound("").unwrap_or_default().to_owned(),
            prefix => self.uri_of(prefix)?,
        };
        self.tree.node_mut(element).uri = uri;
        let attributes = self.tree.attributes(element).to_vec();
        for (at, id) in attributes.iter().enumerate() {
            let uri = match split_name(self.tree.name(*id)) {
                ("", "xmlns") | ("xmlns", _) => XMLNS_URI.to_owned(),
                ("", _) => continue,
                (prefix, _) => self.uri_of(prefix)?,
            };
            let local = self.tree.local_name(*id);
            let is_there = |other: &NodeId| {
                self.tree.uri(*other) == uri && self.tree.local_name(*other) == local
            };
            if attributes[..at].iter().any(is_there) {
                return Err(Reason::Twice(shorten(self.tree.name(*id))));
            }
            self.tree.node_mut(*id).uri = uri;
        }
        Ok(())
    }

    fn bound(&self, prefix: &str) -> Option<&str> {
        let bound = self.bindings.get(prefix)?;
        bound.last().map(String::as_str)
    }

    fn uri_of(&self, prefix: &str) -> Result<String, Reason> {
        match self.bound(prefix) {
            _ if prefix == "xml" => Ok(XML_URI.to_owned()),
            Some(uri) if !uri.is_empty() => Ok(uri.to_owned()),
            _ if self.options.checks_namespaces => Err(Reason::Prefix(shorten(prefix))),
            _ => Ok(String::new()),
        }
    }

    fn finish(&mut self) -> Result<bool, Reason> {
        self.finish_text()?;
        if !self.open.is_empty() {
            return Err(self.not_closed());
        }
        match self.tree.root() {
            Some(_) => Ok(true),
            None => Err(Reason::NoRoot),
        }
    }

    fn not_closed(&self) -> Reason {
        let open = self.open.iter().rev().take(8);
        let names: Vec<String> = open.map(|(id, _)| shorten(self.tree.name(*id))).collect();
        Reason::NotClosed(names.join(", "))
    }

    fn explain(&self, error: &quick_xml::Error) -> Reason {
        match error {
            quick_xml::Error::IllFormed(why) => match why {
                IllFormedError::MismatchedEndTag { expected, found } => Reason::WrongEnd {
                    start: shorten(expected),
                    end: shorten(found),
                },
                IllFormedError::UnmatchedEndTag(name) => Reason::NotOpened(shorten(name)),
                IllFormedError::MissingEndTag(_) => self.not_closed(),
                IllFormedError::DoubleHyphenInComment => {
                    Reason::Malformed("-- stands in a comment")
                }
                IllFormedError::UnclosedReference => Reason::Malformed("an & stands alone"),
                _ => Reason::Malformed("the text is not well-formed"),
            },
            quick_xml::Error::Syntax(why) => Reason::Malformed(match why {
                SyntaxError::UnclosedPI => "a processing instruction has no end",
                SyntaxError::UnclosedXmlDecl => "the XML declaration has no end",
                SyntaxError::UnclosedComment => "a comment has no end",
                SyntaxError::UnclosedDoctype => "the document type declaration has no end",
                SyntaxError::UnclosedCData => "a CDATA section has no end",
                _ => "a tag has no end",
            }),
            _ => Reason::Malformed("the text cannot be read"),
        }
    }
}

/// The names and values of a tag.
fn attributes(raw: &str) -> Result<Vec<(&str, String)>, Reason> {
    let mut found = Vec::new();
    let mut rest = raw.trim_end();
    while !rest.is_empty() {
        let name_at = rest.trim_start();
        if name_at.len() == rest.len() {
            return Err(Reason::Malformed(
                "white space is missing between attributes",
            ));
        }
        let (name, value_at) = name_at
            .split_once('=')
            .ok_or(Reason::Malformed("an attribute has no value"))?;
        let value_at = value_at.trim_start();
        let quote = value_at
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or(Reason::Malformed("the value of an attribute has no quotes"))?;
        let (value, behind) = value_at[1..]
            .split_once(quote)
            .ok_or(Reason::Malformed("the value of an attribute has no end"))?;
        found.push((name.trim_end(), attribute_value(value)?));
        rest = behind;
    }
    Ok(found)
}

/// A value with its references resolved and its white space as blanks. [XML 1.0 §3.3.3]
fn attribute_value(raw: &str) -> Result<String, Reason> {
    if raw.contains('<') {
        return Err(Reason::Malformed("a < stands in the value of an attribute"));
    }
    if !raw.chars().all(is_xml) {
        return Err(Reason::Character);
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, reference)) = rest.split_once('&') {
        push_blanked(before, &mut value);
        let (name, behind) = reference
            .split_once(';')
            .ok_or(Reason::Malformed("an & stands alone"))?;
        value.push(resolve(&BytesRef::new(name))?);
        rest = behind;
    }
    push_blanked(rest, &mut value);
    Ok(value)
}

fn push_blanked(text: &str, value: &mut String) {
    let text = text.replace("\r\n", " ");
    value.extend(text.chars().map(|c| match c {
        '\t' | '\n' | '\r' => ' ',
        c => c,
    }));
}

fn resolve(reference: &BytesRef<'_>) -> Result<char, Reason> {
    if reference.is_char_ref() {
        let found = reference.resolve_char_ref().ok().flatten();
        return found.filter(|c| is_xml(*c)).ok_or(Reason::Character);
    }
    let name: &str = reference;
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        "" => Err(Reason::Malformed("an & stands alone")),
        _ => Err(Reason::Entity(shorten(name))),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
