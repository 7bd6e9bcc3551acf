//! Bytes to events: XML in the shape that DXL has, streaming, with every limit that outside input needs.
//!
//! quick-xml finds the pieces; this module holds them to the letter of XML 1.0 and adds what a file from outside calls for:
//! encodings, positions, limits, and errors that say how to mend the file. Nothing that a file names is ever fetched.
//!
//! ```
//! use dxl::{Event, Limits, Source};
//!
//! let file = "<database xmlns='http://www.lotus.com/dxl'><form name='Memo'/></database>";
//! let mut source = Source::new(file.as_bytes(), Limits::default());
//! let mut forms = Vec::new();
//! while let Some(event) = source.next()? {
//!     if let Event::Start { name: "form", attributes, position, .. } = event {
//!         forms.push((attributes.get("name").unwrap_or_default().to_owned(), position.column));
//!     }
//! }
//! assert_eq!(forms, [("Memo".to_owned(), 44)]);
//! # Ok::<(), dxl::Error>(())
//! ```

mod encoding;
mod octets;
mod tag;
#[cfg(test)]
mod tests;

pub(crate) use tag::is_name;
pub use tag::{Attribute, AttributeIter, Attributes};

use crate::NAMESPACE;
use crate::error::Error;
use crate::position::{Place, Position};
use octets::{Fault, Octets};
use quick_xml::errors::{IllFormedError, SyntaxError};
use quick_xml::events::Event as Piece;
use std::io::BufRead;
use tag::{Complaint, Scratch, TagLimits, Wrong, check_name, excerpt, resolve};

/// What input may ask for, at most. The defaults lie far above every real export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Elements inside each other: 1,000.
    pub depth: usize,
    /// Attributes of one element: 1,000.
    pub attributes: usize,
    /// Bytes of a name of an element or attribute: 1,024.
    pub name: usize,
    /// Bytes of one text (from tag to tag), comment or tag: 256 MiB. An attachment is one text, a third larger than its file.
    pub text: usize,
    /// Elements, texts and attributes of one tree: 20 million.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            depth: 1_000,
            attributes: 1_000,
            name: 1_024,
            text: 256 << 20,
            nodes: 20_000_000,
        }
    }
}

/// A piece of a file. Whatever is borrowed lasts until the next event.
#[derive(Debug, Clone, Copy)]
pub enum Event<'s> {
    /// `<?xml version='1.0' encoding='utf-8'?>`
    Declaration {
        /// As declared, whatever the bytes really are.
        encoding: Option<&'s str>,
        /// Its `<`.
        position: Position,
    },
    /// `<!DOCTYPE …>`, which is never fetched.
    Doctype {
        /// Between `<!DOCTYPE` and `>`, as in `database SYSTEM 'domino_9_0_1.dtd'`.
        text: &'s str,
        /// Its `<`.
        position: Position,
    },
    /// A start tag, or a tag that is both.
    Start {
        /// The element's name.
        name: &'s str,
        /// Its attributes.
        attributes: Attributes<'s>,
        /// Written `<name/>`. Its end follows all the same.
        empty: bool,
        /// Its `<`.
        position: Position,
    },
    /// An element's end; each start has one.
    End {
        /// The element's name.
        name: &'s str,
        /// The `<` of its end tag; of `<name/>`, what follows it.
        position: Position,
    },
    /// All text up to the next tag, comment, instruction or CDATA: references resolved, lines ending with LF. Never empty, and only
    /// inside the root.
    Text {
        /// With its white space.
        text: &'s str,
        /// Its first character.
        position: Position,
    },
    /// The text of `<![CDATA[…]]>`, lines ending with LF.
    CData {
        /// As it stands.
        text: &'s str,
        /// Its `<`.
        position: Position,
    },
    /// `<!--…-->`
    Comment {
        /// Between the dashes.
        text: &'s str,
        /// Its `<`.
        position: Position,
    },
    /// `<?target data?>`
    Instruction {
        /// Its first word.
        target: &'s str,
        /// What follows, without the space before it.
        data: &'s str,
        /// Its `<`.
        position: Position,
    },
}

impl Event<'_> {
    /// Where it begins.
    pub fn position(&self) -> Position {
        match self {
            Event::Declaration { position, .. }
            | Event::Doctype { position, .. }
            | Event::Start { position, .. }
            | Event::End { position, .. }
            | Event::Text { position, .. }
            | Event::CData { position, .. }
            | Event::Comment { position, .. }
            | Event::Instruction { position, .. } => *position,
        }
    }
}

/// A piece that was read; its text is the source's.
#[derive(Debug, Clone, Copy)]
enum Found {
    Declaration,
    Doctype,
    Start { name: usize, empty: bool },
    End,
    Text,
    CData,
    Comment,
    Instruction { target: usize },
}

/// How far the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was read.
    Begin,
    /// Before the root; a DOCTYPE may come.
    Prolog,
    /// Before the root; no DOCTYPE any more.
    AfterDoctype,
    Root,
    /// After the root.
    Epilog,
    /// At the end, or after an error.
    Done,
}

/// Reads a file's events one after the other, in memory that does not grow with the file.
///
/// After an error, or the end, there is nothing more.
#[derive(Debug)]
pub struct Source<R> {
    reader: quick_xml::Reader<Octets<R>>,
    limits: Limits,
    stage: Stage,
    /// quick-xml's buffer.
    markup: Vec<u8>,
    /// Of the event that was read.
    text: String,
    scratch: Scratch,
    position: Position,
    /// The open elements' names, each behind a `/`.
    path: String,
    /// Where in `path` they begin.
    open: Vec<usize>,
    /// `<name/>` was read: its end comes next.
    end_pending: bool,
    /// An end was read: its element is left before the next event.
    leaving: bool,
}

impl<R: BufRead> Source<R> {
    /// Of any bytes; `&[u8]` is such a reader, and a file in a `BufReader`.
    pub fn new(bytes: R, limits: Limits) -> Self {
        let mut reader = quick_xml::Reader::from_reader(Octets::new(bytes, limits.text));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Source {
            reader,
            limits,
            stage: Stage::Begin,
            markup: Vec::new(),
            text: String::new(),
            scratch: Scratch::default(),
            position: Position::START,
            path: String::new(),
            open: Vec::new(),
            end_pending: false,
            leaving: false,
        }
    }

    /// The next event; `None` at the end of a file that is whole.
    #[allow(clippy::should_implement_trait)] // an event borrows from the source, which Iterator cannot say
    pub fn next(&mut self) -> Result<Option<Event<'_>>, Error> {
        match self.advance() {
            Ok(Some(found)) => Ok(Some(self.event(found))),
            Ok(None) => Ok(None),
            Err(why) => {
                self.stage = Stage::Done;
                Err(why)
            }
        }
    }

    /// After the start of an element: reads on past its end.
    pub fn skip_element(&mut self) -> Result<(), Error> {
        let depth = self.depth();
        while self.depth() >= depth {
            let left = match self.next()? {
                None => return Ok(()),
                Some(Event::End { .. }) => true,
                Some(_) => false,
            };
            if left && self.depth() == depth {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Where the last event begins.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The open elements, as `/database/form`; at a start or an end its own element is the last.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How many elements are open; at a start or an end its own element is among them.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Where the last event begins, with its path.
    pub fn place(&self) -> Place {
        Place::new(self.position, &self.path)
    }

    /// The limits that it was made with.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The encoding that the bytes turned out to have, once the first event was read.
    pub fn encoding(&self) -> Option<&'static str> {
        self.reader
            .get_ref()
            .encoding()
            .map(encoding::Encoding::name)
    }

    /// Where the first CR stands of what was read so far, in tags and texts alike. Events never show one that was no reference.
    pub fn first_carriage_return(&self) -> Option<Position> {
        self.reader.get_ref().first_carriage_return()
    }

    fn event(&self, found: Found) -> Event<'_> {
        let text = self.text.as_str();
        let position = self.position;
        match found {
            Found::Declaration => Event::Declaration {
                encoding: self.attributes().get("encoding"),
                position,
            },
            Found::Doctype => Event::Doctype { text, position },
            Found::Start { name, empty } => Event::Start {
                name: &text[..name],
                attributes: self.attributes(),
                empty,
                position,
            },
            Found::End => Event::End {
                name: self.open_name(),
                position,
            },
            Found::Text => Event::Text { text, position },
            Found::CData => Event::CData { text, position },
            Found::Comment => Event::Comment { text, position },
            Found::Instruction { target } => Event::Instruction {
                target: &text[..target],
                data: text[target..].trim_start_matches([' ', '\t', '\n', '\r']),
                position,
            },
        }
    }

    fn attributes(&self) -> Attributes<'_> {
        Attributes::new(
            &self.scratch.spans,
            &self.text,
            &self.scratch.values,
            self.position,
            self.reader.get_ref().encoding(),
        )
    }

    /// The innermost open element.
    fn open_name(&self) -> &str {
        match self.open.last() {
            Some(start) => &self.path[start + 1..],
            None => "",
        }
    }

    fn leave(&mut self) {
        self.leaving = false;
        if let Some(start) = self.open.pop() {
            self.path.truncate(start);
        }
        if self.open.is_empty() {
            self.stage = Stage::Epilog;
        }
    }

    /// Reads the next event into the fields that it borrows from.
    fn advance(&mut self) -> Result<Option<Found>, Error> {
        if self.leaving {
            self.leave();
        }
        if self.stage == Stage::Done {
            return Ok(None);
        }
        if self.end_pending {
            self.end_pending = false;
            self.leaving = true;
            self.position = self.reader.get_mut().locate();
            return Ok(Some(Found::End));
        }
        let mut markup = std::mem::take(&mut self.markup);
        let found = self.advance_with(&mut markup);
        self.markup = markup;
        found
    }

    fn advance_with(&mut self, markup: &mut Vec<u8>) -> Result<Option<Found>, Error> {
        loop {
            markup.clear();
            self.position = self.reader.get_mut().mark();
            let piece = match self.reader.read_event_into(markup) {
                Ok(piece) => piece,
                Err(why) => return Err(self.explain(&why)),
            };
            let found = match piece {
                Piece::Start(tag) => self.start(&tag, tag.name().as_ref().len(), false)?,
                Piece::Empty(tag) => self.start(&tag, tag.name().as_ref().len(), true)?,
                Piece::End(tag) => self.end(&tag)?,
                Piece::Text(text) => {
                    self.text.clear();
                    self.push_text(&text, self.position)?;
                    match self.rest_of_text(markup)? {
                        Some(found) => found,
                        None => continue,
                    }
                }
                Piece::GeneralRef(reference) => {
                    self.text.clear();
                    self.push_reference(&reference, self.position)?;
                    match self.rest_of_text(markup)? {
                        Some(found) => found,
                        None => continue,
                    }
                }
                Piece::CData(text) => self.cdata(&text)?,
                Piece::Comment(text) => self.comment(&text)?,
                Piece::PI(instruction) => {
                    self.instruction(&instruction, instruction.target().len())?
                }
                Piece::Decl(declaration) => self.declaration(&declaration)?,
                Piece::DocType(doctype) => {
                    let text = doctype.into_inner().into_owned();
                    self.doctype(&text, markup.starts_with(b"<!DOCTYPE"))?
                }
                Piece::Eof => return self.end_of_file(),
            };
            if self.stage == Stage::Begin {
                self.stage = Stage::Prolog;
            }
            return Ok(Some(found));
        }
    }

    fn start(&mut self, tag: &str, name_len: usize, empty: bool) -> Result<Found, Error> {
        self.text.clear();
        self.text.push_str(tag);
        let name = &tag[..name_len];
        check_name(name, self.limits.name).map_err(|what| self.complaint("<", 0, what))?;
        if name.contains(':') {
            return Err(Error::Prefix {
                at: self.place(),
                name: excerpt(name),
            });
        }
        if self.stage == Stage::Epilog {
            return Err(Error::SecondRoot {
                at: self.place(),
                name: excerpt(name),
            });
        }
        if self.open.len() == self.limits.depth {
            return Err(Error::TooDeep {
                at: self.place(),
                limit: self.limits.depth,
            });
        }
        self.open.push(self.path.len());
        self.path.push('/');
        self.path.push_str(name);
        self.stage = Stage::Root;
        self.scan_attributes("<", name_len)?;
        self.check_namespace()?;
        self.end_pending = empty;
        Ok(Found::Start {
            name: name_len,
            empty,
        })
    }

    /// The attributes in the tag that is `self.text`, behind `lead`.
    fn scan_attributes(&mut self, lead: &str, from: usize) -> Result<(), Error> {
        let limits = TagLimits {
            attributes: self.limits.attributes,
            name: self.limits.name,
        };
        self.scratch
            .scan(&self.text, from, limits)
            .map_err(|Complaint { at, what }| self.complaint(lead, at, what))
    }

    fn check_namespace(&self) -> Result<(), Error> {
        if self.scratch.spans.is_empty() {
            return Ok(());
        }
        match self
            .attributes()
            .into_iter()
            .find(|attribute| attribute.name == "xmlns")
        {
            Some(attribute) if attribute.value != NAMESPACE => Err(Error::Namespace {
                at: Place::new(attribute.position(), &self.path),
                found: excerpt(attribute.value),
            }),
            _ => Ok(()),
        }
    }

    fn end(&mut self, name: &str) -> Result<Found, Error> {
        if self.open.is_empty() {
            return Err(Error::StrayEnd {
                at: self.place(),
                found: excerpt(name),
            });
        }
        if self.open_name() != name {
            return Err(Error::WrongEnd {
                at: self.place(),
                found: excerpt(name),
                open: excerpt(self.open_name()),
            });
        }
        self.leaving = true;
        Ok(Found::End)
    }

    /// A text goes on through references. `None` if it is white space outside the root, which nobody needs.
    fn rest_of_text(&mut self, markup: &mut Vec<u8>) -> Result<Option<Found>, Error> {
        loop {
            let octets = self.reader.get_mut();
            match octets.peek() {
                Ok(None | Some(b'<')) => break,
                Ok(Some(_)) => {}
                Err(why) => return Err(self.explain(&why.into())),
            }
            if self.text.len() > self.limits.text {
                return Err(self.too_long());
            }
            let position = self.reader.get_mut().locate();
            markup.clear();
            match self.reader.read_event_into(markup) {
                Ok(Piece::Text(text)) => self.push_text(&text, position)?,
                Ok(Piece::GeneralRef(reference)) => self.push_reference(&reference, position)?,
                // Before `<` or the end there is nothing else.
                Ok(_) => break,
                Err(why) => return Err(self.explain(&why)),
            }
        }
        if self.text.len() > self.limits.text {
            return Err(self.too_long());
        }
        if !self.open.is_empty() {
            return Ok(Some(Found::Text));
        }
        if self.stage == Stage::Begin {
            self.stage = Stage::Prolog;
        }
        Ok(None)
    }

    fn too_long(&mut self) -> Error {
        let position = self.reader.get_mut().locate();
        Error::TooLong {
            at: Place::new(position, &self.path),
            limit: self.limits.text,
        }
    }

    fn push_text(&mut self, text: &str, position: Position) -> Result<(), Error> {
        if self.open.is_empty() {
            return self.check_blank(text, position);
        }
        let holds = self.reader.get_ref().holds();
        if holds.bracket
            && let Some(at) = text.find("]]>")
        {
            let position = self.reader.get_ref().beyond(position, &text[..at]);
            return Err(Error::Syntax {
                at: Place::new(position, &self.path),
                mend: "]]> in a text is written ]]&gt;",
            });
        }
        push_lines(&mut self.text, text, holds.carriage_return);
        Ok(())
    }

    /// Outside the root there is white space only.
    fn check_blank(&self, text: &str, position: Position) -> Result<(), Error> {
        match text.find(|letter| !is_xml_space(letter)) {
            None => Ok(()),
            Some(at) => Err(Error::Outside {
                at: Place::new(self.reader.get_ref().beyond(position, &text[..at]), ""),
            }),
        }
    }

    fn push_reference(&mut self, reference: &str, position: Position) -> Result<(), Error> {
        if self.open.is_empty() {
            return Err(Error::Outside {
                at: Place::new(position, ""),
            });
        }
        match resolve(reference) {
            Ok(character) => {
                self.text.push(character);
                Ok(())
            }
            Err(what) => Err(self.explain_wrong(position, what)),
        }
    }

    fn cdata(&mut self, text: &str) -> Result<Found, Error> {
        if self.open.is_empty() {
            return Err(Error::Outside { at: self.place() });
        }
        self.set_lines(text)?;
        Ok(Found::CData)
    }

    fn comment(&mut self, text: &str) -> Result<Found, Error> {
        if text.contains("--") || text.ends_with('-') {
            return Err(self.syntax("a comment has no -- in it; write - - instead"));
        }
        self.set_lines(text)?;
        Ok(Found::Comment)
    }

    fn instruction(&mut self, text: &str, target: usize) -> Result<Found, Error> {
        check_name(&text[..target], self.limits.name)
            .map_err(|what| self.complaint("<?", 0, what))?;
        if text[..target].eq_ignore_ascii_case("xml") {
            return Err(self.syntax("the XML declaration is written <?xml …?>, in small letters"));
        }
        self.set_lines(text)?;
        Ok(Found::Instruction { target })
    }

    fn set_lines(&mut self, text: &str) -> Result<(), Error> {
        self.text.clear();
        if text.len() > self.limits.text {
            return Err(self.too_long());
        }
        let holds = self.reader.get_ref().holds();
        push_lines(&mut self.text, text, holds.carriage_return);
        Ok(())
    }

    fn declaration(&mut self, text: &str) -> Result<Found, Error> {
        if self.stage != Stage::Begin {
            return Err(self.syntax(
                "<?xml …?> stands at the very beginning of a file; remove it here, or what is before it",
            ));
        }
        self.text.clear();
        self.text.push_str(text);
        self.scan_attributes("<?", "xml".len())?;
        match self.attributes().get("version") {
            Some("1.0") => Ok(Found::Declaration),
            None => {
                Err(self.syntax("the declaration names no version; write <?xml version='1.0'?>"))
            }
            Some(other) => Err(Error::Version {
                at: self.place(),
                version: excerpt(other),
            }),
        }
    }

    fn doctype(&mut self, text: &str, in_capitals: bool) -> Result<Found, Error> {
        if !matches!(self.stage, Stage::Begin | Stage::Prolog) {
            return Err(self.syntax("a DOCTYPE stands once, before the root; remove it"));
        }
        if has_internal_subset(text) {
            return Err(Error::InternalSubset { at: self.place() });
        }
        if !in_capitals || !is_doctype(text) {
            return Err(self.syntax(
                "the DOCTYPE is not <!DOCTYPE name SYSTEM 'address'>; remove it: DXL needs none",
            ));
        }
        self.set_lines(text)?;
        self.stage = Stage::AfterDoctype;
        Ok(Found::Doctype)
    }

    fn end_of_file(&mut self) -> Result<Option<Found>, Error> {
        self.position = self.reader.get_mut().locate();
        if !self.open.is_empty() {
            let inside = format!("<{}>", excerpt(self.open_name()));
            return Err(Error::CutOff {
                at: self.place(),
                inside,
            });
        }
        if self.stage != Stage::Epilog {
            return Err(Error::Empty { at: self.place() });
        }
        self.stage = Stage::Done;
        Ok(None)
    }

    fn syntax(&self, mend: &'static str) -> Error {
        Error::Syntax {
            at: self.place(),
            mend,
        }
    }

    /// A complaint about the byte `at` of the text behind `lead`, where the last event begins.
    fn complaint(&self, lead: &str, at: usize, what: Wrong) -> Error {
        let octets = self.reader.get_ref();
        let inside = octets.beyond(self.position, lead);
        let before = self.text.get(..at).unwrap_or_default();
        self.explain_wrong(octets.beyond(inside, before), what)
    }

    fn explain_wrong(&self, position: Position, what: Wrong) -> Error {
        let at = Place::new(position, &self.path);
        match what {
            Wrong::Syntax(mend) => Error::Syntax { at, mend },
            Wrong::Name(name) => Error::Name { at, name },
            Wrong::NameTooLong => Error::NameTooLong {
                at,
                limit: self.limits.name,
            },
            Wrong::TooMany => Error::TooManyAttributes {
                at,
                limit: self.limits.attributes,
            },
            Wrong::Twice(name) => Error::AttributeTwice { at, name },
            Wrong::Entity(name) => Error::Entity { at, name },
            Wrong::CharacterReference(reference) => Error::CharacterReference { at, reference },
        }
    }

    /// What quick-xml complained about: the bytes themselves, or markup without an end.
    fn explain(&mut self, why: &quick_xml::Error) -> Error {
        let here = self.reader.get_mut().locate();
        let at = Place::new(here, &self.path);
        if let Some(fault) = self.reader.get_mut().take_fault() {
            return match fault {
                Fault::Io(source) => Error::Io { at, source },
                Fault::Malformed(encoding) => Error::Malformed { at, encoding },
                Fault::Encoding(name) => Error::Encoding {
                    at,
                    name: excerpt(&name),
                },
                Fault::Character(code) => Error::Character { at, code },
                Fault::TooLong => Error::TooLong {
                    at,
                    limit: self.limits.text,
                },
            };
        }
        let cut_off_in = |inside: &str| Error::CutOff {
            at: at.clone(),
            inside: inside.to_owned(),
        };
        let ended = matches!(self.reader.get_mut().peek(), Ok(None));
        match why {
            quick_xml::Error::Syntax(why) => match why {
                SyntaxError::InvalidBangMarkup if ended => cut_off_in("markup that begins with <!"),
                SyntaxError::InvalidBangMarkup => self.syntax(
                    "behind <! comes -- (a comment), [CDATA[ or DOCTYPE; write a < in a text as &lt;",
                ),
                SyntaxError::UnclosedPI => cut_off_in("an instruction <?…?>"),
                SyntaxError::UnclosedXmlDecl => cut_off_in("the declaration <?xml …?>"),
                SyntaxError::UnclosedComment => cut_off_in("a comment <!--…-->"),
                SyntaxError::UnclosedDoctype => cut_off_in("a <!DOCTYPE …>"),
                SyntaxError::UnclosedCData => cut_off_in("a <![CDATA[…]]>"),
                SyntaxError::UnclosedTag => cut_off_in("a tag"),
                SyntaxError::UnclosedSingleQuotedAttributeValue
                | SyntaxError::UnclosedDoubleQuotedAttributeValue => {
                    cut_off_in("an attribute's value, whose quote is not closed")
                }
            },
            quick_xml::Error::IllFormed(IllFormedError::UnclosedReference) => {
                self.syntax("a & is written &amp;")
            }
            _ => self.syntax("this is not XML; export the file again"),
        }
    }
}

/// Line ends as XML wants them: LF [XML 1.0 §2.11].
fn push_lines(out: &mut String, text: &str, may_hold_carriage_returns: bool) {
    if !may_hold_carriage_returns {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(rest);
}

/// Whether a DOCTYPE has a `[` outside its quotes.
fn has_internal_subset(text: &str) -> bool {
    let mut quote = None;
    for letter in text.chars() {
        match (quote, letter) {
            (None, '[') => return true,
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    false
}

/// `name`, `name SYSTEM "…"` or `name PUBLIC "…" "…"` [XML 1.0 §2.8].
fn is_doctype(text: &str) -> bool {
    let text = text.trim_end_matches(is_xml_space);
    let (name, rest) = text.split_at(text.find(is_xml_space).unwrap_or(text.len()));
    let rest = rest.trim_start_matches(is_xml_space);
    let literals = match rest.split_at_checked("SYSTEM".len()) {
        None => return is_name(name) && rest.is_empty(),
        Some(("SYSTEM", literals)) => (literals, 1),
        Some(("PUBLIC", literals)) => (literals, 2),
        Some(_) => return false,
    };
    let (mut rest, count) = literals;
    for _ in 0..count {
        let literal = rest.trim_start_matches(is_xml_space);
        let Some(quote) = literal
            .chars()
            .next()
            .filter(|quote| literal.len() < rest.len() && matches!(quote, '\'' | '"'))
        else {
            return false;
        };
        let Some((_, after)) = literal[1..].split_once(quote) else {
            return false;
        };
        rest = after;
    }
    is_name(name) && rest.is_empty()
}

fn is_xml_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}
