//! Bytes to events: XML in the shape that DXL has, streaming, with every limit that outside input needs.
//!
//! The window on the file is cut with quick-xml's parser for tags; this module holds the pieces to the letter of XML 1.0 and adds what a file
//! from outside calls for: encodings, positions, limits, and errors that say how to mend the file. Nothing that a file names is ever fetched.
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

mod cut;
mod encoding;
mod event;
mod octets;
mod tag;
#[cfg(test)]
mod tests;

pub use event::{Event, Limits};
pub use tag::{Attribute, AttributeIter, Attributes};
pub(crate) use tag::{is_character, is_name, is_tag_name};

use crate::NAMESPACE;
use crate::error::Error;
use crate::position::{Place, Position};
use cut::{Kind, Token, Uncut, cut, cut_piece};
use octets::{Fault, Octets};
use std::io::BufRead;
use tag::{
    Complaint, Scratch, TagLimits, Wrong, begins_plain, check_name, excerpt, is_space,
    may_begin_name, plain_len, resolve,
};

/// A piece that was read.
#[derive(Debug, Clone, Copy)]
enum Found {
    Declaration(Token),
    Doctype,
    Start {
        tag: Token,
        name: usize,
    },
    End,
    /// Its text is the window's, or, where that had to be mended, the source's own.
    Text(Option<Token>),
    CData,
    Comment,
    Instruction {
        target: usize,
    },
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

impl Stage {
    /// After something was read.
    fn begun(self) -> Stage {
        if self == Stage::Begin {
            Stage::Prolog
        } else {
            self
        }
    }
}

/// Reads a file's events one after the other, in memory that does not grow with the file, but with the longest text, comment or tag in it:
/// some three times as much. [In pieces](Source::in_pieces) texts do not count.
///
/// After an error, or the end, there is nothing more.
#[derive(Debug)]
pub struct Source<R> {
    octets: Octets<R>,
    /// In the window: what was not cut yet.
    next: usize,
    limits: Limits,
    /// Long texts are given piece by piece.
    in_pieces: bool,
    stage: Stage,
    /// Of the event that was read, if it is not the window's.
    text: String,
    scratch: Scratch,
    found: Found,
    /// The open elements' names, each behind a `/`.
    path: String,
    /// Where in `path` they begin.
    open: Vec<usize>,
    /// `<name/>` was read: its end comes next, at this place of the window.
    end_pending: Option<usize>,
    /// An end was read: its element is left before the next event.
    leaving: bool,
}

impl<R: BufRead> Source<R> {
    /// Of any bytes; `&[u8]` is such a reader, and a file in a `BufReader`.
    pub fn new(bytes: R, limits: Limits) -> Self {
        Source {
            octets: Octets::new(bytes),
            next: 0,
            limits,
            in_pieces: false,
            stage: Stage::Begin,
            text: String::new(),
            scratch: Scratch::default(),
            found: Found::End,
            path: String::new(),
            open: Vec::new(),
            end_pending: None,
            leaving: false,
        }
    }

    /// Gives a text of more than a MiB in pieces, each an event of its own that ends with a line where it can: for who looks at a text as it
    /// comes, such as Base64 of any length, in memory that does not grow with it.
    pub fn in_pieces(mut self) -> Self {
        self.in_pieces = true;
        self
    }

    /// The next event; `None` at the end of a file that is whole.
    #[allow(clippy::should_implement_trait)] // an event borrows from the source, which Iterator cannot say
    pub fn next(&mut self) -> Result<Option<Event<'_>>, Error> {
        match self.advance() {
            Ok(true) => Ok(Some(self.event())),
            Ok(false) => Ok(None),
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
        self.octets.here()
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
        Place::new(self.position(), &self.path)
    }

    /// The limits that it was made with.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The encoding that the bytes turned out to have, once the first event was read.
    pub fn encoding(&self) -> Option<&'static str> {
        self.octets.encoding().map(encoding::Encoding::name)
    }

    /// Where the first CR stands of what was read so far, in tags and texts alike. Events never show one that was no reference.
    pub fn first_carriage_return(&self) -> Option<Position> {
        self.octets.first_carriage_return()
    }

    fn event(&self) -> Event<'_> {
        let text = self.text.as_str();
        let position = self.position();
        match self.found {
            Found::Declaration(token) => Event::Declaration {
                encoding: self.attributes(token).get("encoding"),
                position,
            },
            Found::Doctype => Event::Doctype { text, position },
            Found::Start { tag, name } => Event::Start {
                name: &tag.inside(self.octets.text())[..name],
                attributes: self.attributes(tag),
                empty: tag.kind == Kind::Empty,
                position,
            },
            Found::End => Event::End {
                name: self.open_name(),
                position,
            },
            Found::Text(token) => Event::Text {
                text: token.map_or(text, |token| token.inside(self.octets.text())),
                position,
            },
            Found::CData => Event::CData { text, position },
            Found::Comment => Event::Comment { text, position },
            Found::Instruction { target } => Event::Instruction {
                target: &text[..target],
                data: text[target..].trim_start_matches(is_xml_space),
                position,
            },
        }
    }

    fn attributes(&self, token: Token) -> Attributes<'_> {
        Attributes::new(
            &self.scratch.spans,
            token.inside(self.octets.text()),
            &self.scratch.values,
            self.position(),
            self.octets.encoding(),
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
    fn advance(&mut self) -> Result<bool, Error> {
        if self.leaving {
            self.leave();
        }
        if let Some(at) = self.end_pending.take() {
            self.leaving = true;
            self.octets.locate(at);
            self.found = Found::End;
            return Ok(true);
        }
        while self.stage != Stage::Done {
            // An error is large, and a result that may be one is slow to hand on: pieces come by a way of their own.
            let token = match self.cut() {
                Ok(token) => token,
                Err(why) => match self.piece(why) {
                    Some(piece) => piece,
                    None if self.widen(why)? => continue,
                    None => return self.end_of_file(),
                },
            };
            self.next = token.end;
            self.octets.locate(token.start);
            match token.kind {
                Kind::Start | Kind::Empty => self.start(token)?,
                Kind::End => self.end(token)?,
                Kind::Text if self.open.is_empty() => {
                    self.check_blank(token)?;
                    self.stage = self.stage.begun();
                    continue;
                }
                Kind::Text => self.run(token)?,
                Kind::CData => self.cdata(token)?,
                Kind::Comment => self.comment(token)?,
                Kind::Instruction => self.instruction(token)?,
                Kind::Declaration => self.declaration(token)?,
                Kind::Doctype => self.doctype(token)?,
            }
            self.stage = self.stage.begun();
            return Ok(true);
        }
        Ok(false)
    }

    /// The next piece.
    #[inline(always)]
    fn cut(&self) -> Result<Token, Uncut> {
        let text = self.octets.text();
        if self.next == text.len() {
            return Err(Uncut::Nothing);
        }
        let token = cut(text, self.next, self.octets.ended())?;
        if token.end - token.start > self.limits.text {
            return Err(Uncut::TooLong);
        }
        Ok(token)
    }

    /// What is there of a long text, if that is asked for.
    #[cold]
    fn piece(&self, why: Uncut) -> Option<Token> {
        let goes_on = why == Uncut::Inside("a text") && !self.octets.ended();
        let is_wanted = self.in_pieces && goes_on && !self.open.is_empty();
        let piece = is_wanted.then(|| cut_piece(self.octets.text(), self.next));
        piece.flatten()
    }

    /// More of the file, if that is what a piece lacks; false at the end.
    #[cold]
    fn widen(&mut self, why: Uncut) -> Result<bool, Error> {
        let ended = self.octets.ended();
        match why {
            Uncut::Nothing if ended => self.end_of_text().map(|()| false),
            Uncut::Nothing | Uncut::Inside(_) if !ended => {
                if self.octets.text().len() - self.next > self.limits.text {
                    return Err(self.too_long());
                }
                self.octets.move_to(self.next);
                self.next = 0;
                Ok(true)
            }
            Uncut::Inside(inside) => {
                self.end_of_text()?;
                self.octets.locate(self.octets.text().len());
                Err(Error::CutOff {
                    at: self.place(),
                    inside: inside.to_owned(),
                })
            }
            Uncut::Bang => {
                self.octets.locate(self.next);
                Err(self.syntax(
                    "behind <! comes -- (a comment), [CDATA[ or DOCTYPE; write a < in a text as &lt;",
                ))
            }
            Uncut::InternalSubset => {
                self.octets.locate(self.next);
                Err(Error::InternalSubset { at: self.place() })
            }
            Uncut::Nothing | Uncut::TooLong => Err(self.too_long()),
        }
    }

    fn start(&mut self, token: Token) -> Result<(), Error> {
        let tag = token.inside(self.octets.text());
        let plain = plain_len(tag.as_bytes());
        let name_len = match tag.as_bytes().get(plain) {
            Some(byte) if !is_space(*byte) => tag.find(is_xml_space).unwrap_or(tag.len()),
            _ => plain,
        };
        let (tag_len, name) = (tag.len(), &tag[..name_len]);
        let is_plain = name_len == plain && begins_plain(tag.as_bytes());
        if !is_plain && !may_begin_name(tag) {
            return Err(self.syntax(
                "in a text a < is written &lt;, and in a tag the name stands directly behind it",
            ));
        }
        if !is_plain || name_len > self.limits.name {
            check_name(name, self.limits.name).map_err(|what| self.complaint("<", "", what))?;
        }
        if !is_plain && name.contains(':') {
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
        if name_len < tag_len {
            self.scan_attributes("<", token, name_len)?;
            self.check_namespace(token)?;
        } else {
            self.scratch.clear();
        }
        if token.kind == Kind::Empty {
            self.end_pending = Some(token.end);
        }
        self.found = Found::Start {
            tag: token,
            name: name_len,
        };
        Ok(())
    }

    /// The attributes in a tag from its byte `from` on; `lead` is what the tag begins with.
    fn scan_attributes(&mut self, lead: &str, token: Token, from: usize) -> Result<(), Error> {
        let limits = TagLimits {
            attributes: self.limits.attributes,
            name: self.limits.name,
        };
        let tag = token.inside(self.octets.text());
        self.scratch
            .scan(tag, from, limits)
            .map_err(|Complaint { at, what }| {
                self.complaint(lead, tag.get(..at).unwrap_or_default(), what)
            })
    }

    fn check_namespace(&self, token: Token) -> Result<(), Error> {
        match self
            .attributes(token)
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

    fn end(&mut self, token: Token) -> Result<(), Error> {
        let name = token.inside(self.octets.text());
        let is_its = |name: &str| !self.open.is_empty() && self.open_name() == name;
        if is_its(name) || is_its(name.trim_end_matches(is_xml_space)) {
            self.leaving = true;
            self.found = Found::End;
            return Ok(());
        }
        let (at, found) = (self.place(), excerpt(name));
        if self.open.is_empty() {
            return Err(Error::StrayEnd { at, found });
        }
        let open = excerpt(self.open_name());
        Err(Error::WrongEnd { at, found, open })
    }

    /// A text up to the next markup.
    fn run(&mut self, token: Token) -> Result<(), Error> {
        let raw = token.inside(self.octets.text());
        let holds = self.octets.holds();
        if holds.bracket
            && let Some(at) = raw.find("]]>")
        {
            return Err(Error::Syntax {
                at: self.at_beyond(&raw[..at]),
                mend: "]]> in a text is written ]]&gt;",
            });
        }
        let is_plain = raw == "\n" || memchr::memchr(b'&', raw.as_bytes()).is_none();
        if !holds.carriage_return && is_plain {
            self.found = Found::Text(Some(token));
            return Ok(());
        }
        self.text.clear();
        let mut rest = raw;
        while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
            push_lines(&mut self.text, &rest[..at], holds.carriage_return);
            let (before, reference) = rest.split_at(at);
            let resolved = match reference.split_once(';') {
                Some((name, after)) => resolve(&name[1..]).map(|character| (character, after)),
                None => Err(Wrong::Syntax("a & is written &amp;")),
            };
            match resolved {
                Ok((character, after)) => {
                    self.text.push(character);
                    rest = after;
                }
                Err(what) => {
                    let before = &raw[..raw.len() - rest.len() + before.len()];
                    return Err(self.complaint("", before, what));
                }
            }
        }
        push_lines(&mut self.text, rest, holds.carriage_return);
        self.found = Found::Text(None);
        Ok(())
    }

    /// Outside the root there is white space only.
    fn check_blank(&self, token: Token) -> Result<(), Error> {
        let text = token.inside(self.octets.text());
        match text.find(|letter| !is_xml_space(letter)) {
            None => Ok(()),
            Some(at) => {
                let at = self.at_beyond(&text[..at]);
                Err(self.outside(at))
            }
        }
    }

    /// The error of text outside the root.
    fn outside(&self, at: Place) -> Error {
        match self.stage {
            Stage::Epilog => Error::Outside { at },
            _ => Error::NotXml { at },
        }
    }

    /// Whether what is left of the window begins as a tag, a comment or the like.
    fn is_in_markup(&self) -> bool {
        self.octets.text()[self.next..].starts_with('<')
    }

    #[cold]
    fn too_long(&mut self) -> Error {
        self.octets.locate(self.next);
        Error::TooLong {
            at: self.place(),
            limit: self.limits.text,
        }
    }

    fn cdata(&mut self, token: Token) -> Result<(), Error> {
        if self.open.is_empty() {
            return Err(Error::Outside { at: self.place() });
        }
        self.set_lines(token);
        self.found = Found::CData;
        Ok(())
    }

    fn comment(&mut self, token: Token) -> Result<(), Error> {
        let text = token.inside(self.octets.text());
        if text.contains("--") || text.ends_with('-') {
            return Err(self.syntax("a comment has no -- in it; write - - instead"));
        }
        self.set_lines(token);
        self.found = Found::Comment;
        Ok(())
    }

    fn instruction(&mut self, token: Token) -> Result<(), Error> {
        let inside = token.inside(self.octets.text());
        let target = inside.split(is_xml_space).next().unwrap_or_default();
        check_name(target, self.limits.name).map_err(|what| self.complaint("<?", "", what))?;
        if target.eq_ignore_ascii_case("xml") {
            return Err(self.syntax("the XML declaration is written <?xml …?>, in small letters"));
        }
        let target = target.len();
        self.set_lines(token);
        self.found = Found::Instruction { target };
        Ok(())
    }

    fn set_lines(&mut self, token: Token) {
        self.text.clear();
        let holds = self.octets.holds();
        let text = token.inside(self.octets.text());
        push_lines(&mut self.text, text, holds.carriage_return);
    }

    fn declaration(&mut self, token: Token) -> Result<(), Error> {
        if self.stage != Stage::Begin {
            return Err(self.syntax(
                "<?xml …?> stands at the very beginning of a file; remove it here, or what is before it",
            ));
        }
        self.scan_attributes("<?", token, "xml".len())?;
        match self.attributes(token).get("version") {
            Some("1.0") => {
                self.found = Found::Declaration(token);
                Ok(())
            }
            None => {
                Err(self.syntax("the declaration names no version; write <?xml version='1.0'?>"))
            }
            Some(other) => Err(Error::Version {
                at: self.place(),
                version: excerpt(other),
            }),
        }
    }

    fn doctype(&mut self, token: Token) -> Result<(), Error> {
        if !matches!(self.stage, Stage::Begin | Stage::Prolog) {
            return Err(self.syntax("a DOCTYPE stands once, before the root; remove it"));
        }
        let text = token
            .inside(self.octets.text())
            .trim_start_matches(is_xml_space);
        if !is_doctype(text) {
            return Err(self.syntax(
                "the DOCTYPE is not <!DOCTYPE name SYSTEM 'address'>; remove it: DXL needs none",
            ));
        }
        self.text.clear();
        push_lines(&mut self.text, text, true);
        self.stage = Stage::AfterDoctype;
        self.found = Found::Doctype;
        Ok(())
    }

    fn end_of_file(&mut self) -> Result<bool, Error> {
        self.octets.locate(self.octets.text().len());
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
        Ok(false)
    }

    /// Whether the text ended because the bytes are no text.
    fn end_of_text(&mut self) -> Result<(), Error> {
        let Some(fault) = self.octets.take_fault() else {
            return Ok(());
        };
        self.octets.locate(self.octets.text().len());
        let at = self.place();
        Err(match fault {
            Fault::Io(source) => Error::Io { at, source },
            Fault::Malformed(encoding) => Error::Malformed { at, encoding },
            Fault::Encoding(name) => Error::Encoding {
                at,
                name: excerpt(&name),
            },
            // Outside the root there is no text at all, unless it is in a tag.
            Fault::Character(_) if self.open.is_empty() && !self.is_in_markup() => self.outside(at),
            Fault::Character(code) => Error::Character { at, code },
        })
    }

    fn syntax(&self, mend: &'static str) -> Error {
        Error::Syntax {
            at: self.place(),
            mend,
        }
    }

    /// The place that is `text` behind the beginning of the last event.
    fn at_beyond(&self, text: &str) -> Place {
        Place::new(self.octets.beyond(self.position(), text), &self.path)
    }

    /// A complaint about what is `lead` and `before` behind the beginning of the last event.
    fn complaint(&self, lead: &str, before: &str, what: Wrong) -> Error {
        let lead = self.octets.beyond(self.position(), lead);
        let at = Place::new(self.octets.beyond(lead, before), &self.path);
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
            Wrong::Reference(reference) => Error::Reference { at, reference },
            Wrong::CharacterReference(reference) => Error::CharacterReference { at, reference },
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
