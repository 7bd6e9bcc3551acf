//! A block of text cut into its pieces by quick-xml, many at a time.
//!
//! quick-xml reads a text in memory several times faster than a stream, so that is what it gets: a window on the file. What the
//! window's end cuts off is left for the next one.

use quick_xml::Error;
use quick_xml::errors::{IllFormedError, SyntaxError};
use quick_xml::events::Event;

/// As many pieces are cut at a time, at most; so the room for them does not grow with the window.
const MOST: usize = 4096;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    Empty,
    End,
    /// A run of text up to the next markup.
    Text,
    /// The same with references in it.
    TextWithReferences,
    CData,
    Comment,
    Instruction,
    Declaration,
    Doctype,
}

/// A piece, by its place in the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The length of an element's name or an instruction's target.
    pub(super) name: usize,
}

impl Token {
    /// What is between the signs around it.
    #[inline]
    pub(super) fn inside(self, text: &str) -> &str {
        let (before, after) = match self.kind {
            Kind::Start => (1, 1),
            Kind::Empty => (1, 2),
            Kind::End => (2, 1),
            Kind::Text | Kind::TextWithReferences => (0, 0),
            Kind::CData => ("<![CDATA[".len(), "]]>".len()),
            Kind::Comment => ("<!--".len(), "-->".len()),
            Kind::Instruction | Kind::Declaration => (2, 2),
            Kind::Doctype => ("<!DOCTYPE".len(), 1),
        };
        text.get(self.start + before..self.end - after)
            .unwrap_or_default()
    }
}

/// How a batch ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// The next one begins here.
    GoOn(usize),
    /// What begins here is not whole in this window.
    Cut(usize),
    /// What begins here is no XML.
    Wrong(usize, Error),
}

/// Cuts `text` from `from` on. `ended`: nothing comes after it.
pub(super) fn cut(text: &str, from: usize, ended: bool, tokens: &mut Vec<Token>) -> Ending {
    tokens.clear();
    let mut run = Run::default();
    // quick-xml takes a byte order mark at its beginning away; in the middle of a file it is a character.
    let marks = text[from..].len() - text[from..].trim_start_matches('\u{FEFF}').len();
    run.extend(from, from + marks, false);
    let base = from + marks;
    let mut reader = quick_xml::Reader::from_str(&text[base..]);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    loop {
        let start = base + place(&reader);
        if tokens.len() >= MOST && run.start.is_none() {
            return Ending::GoOn(start);
        }
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(why) => {
                let cut = !ended && may_go_on(&why, &text[start..]);
                return match (cut, run.start) {
                    (true, run) => Ending::Cut(run.unwrap_or(start)),
                    (false, _) => {
                        run.flush(tokens);
                        Ending::Wrong(start, why)
                    }
                };
            }
        };
        let end = base + place(&reader);
        let (kind, name) = match event {
            Event::Text(_) => {
                run.extend(start, end, false);
                continue;
            }
            Event::GeneralRef(_) => {
                run.extend(start, end, true);
                continue;
            }
            Event::Start(tag) => (Kind::Start, tag.name().as_ref().len()),
            Event::Empty(tag) => (Kind::Empty, tag.name().as_ref().len()),
            Event::End(_) => (Kind::End, 0),
            Event::CData(_) => (Kind::CData, 0),
            Event::Comment(_) => (Kind::Comment, 0),
            Event::PI(instruction) => (Kind::Instruction, instruction.target().len()),
            Event::Decl(_) => (Kind::Declaration, 0),
            Event::DocType(_) => (Kind::Doctype, 0),
            Event::Eof => {
                return match run.start {
                    Some(start) if !ended => Ending::Cut(start),
                    _ => {
                        run.flush(tokens);
                        Ending::Cut(text.len())
                    }
                };
            }
        };
        run.flush(tokens);
        tokens.push(Token {
            kind,
            start,
            end,
            name,
        });
    }
}

fn place(reader: &quick_xml::Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// A text between tags, whole: quick-xml cuts it at references.
#[derive(Debug, Default)]
struct Run {
    start: Option<usize>,
    end: usize,
    references: bool,
}

impl Run {
    fn extend(&mut self, start: usize, end: usize, reference: bool) {
        if start < end {
            self.start.get_or_insert(start);
            self.end = end;
            self.references |= reference;
        }
    }

    fn flush(&mut self, tokens: &mut Vec<Token>) {
        if let Some(start) = self.start.take() {
            let kind = if self.references {
                Kind::TextWithReferences
            } else {
                Kind::Text
            };
            tokens.push(Token {
                kind,
                start,
                end: self.end,
                name: 0,
            });
            self.references = false;
        }
    }
}

/// Whether more of the file could make it right; `rest` is the window from the complaint on.
pub(super) fn may_go_on(why: &Error, rest: &str) -> bool {
    match why {
        // `<!` and the beginning of what may follow it.
        Error::Syntax(SyntaxError::InvalidBangMarkup) => rest.len() < "<![CDATA[".len(),
        Error::Syntax(_) => true,
        Error::IllFormed(IllFormedError::UnclosedReference) => {
            !rest.get(1..).unwrap_or_default().contains(['<', '&'])
        }
        _ => false,
    }
}
