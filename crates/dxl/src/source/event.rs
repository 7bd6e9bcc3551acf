//! What a source gives, piece by piece, and how much of it.

use super::tag::Attributes;
use crate::position::Position;

/// What input may ask for, at most. The defaults lie far above every real export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Elements inside each other: 1,000.
    pub depth: usize,
    /// Attributes of one element: 1,000.
    pub attributes: usize,
    /// Bytes of a name of an element or attribute: 1,024.
    pub name: usize,
    /// Bytes of one text (from tag to tag), comment or tag: 256 MiB. An attachment is one text, a third larger than its file. Texts that
    /// come [in pieces](super::Source::in_pieces) have no limit.
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
    /// inside the root. Of a [source in pieces](super::Source::in_pieces) a long one is several events.
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
