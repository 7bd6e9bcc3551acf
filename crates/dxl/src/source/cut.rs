//! A window of text cut into its pieces: tags, texts, comments, and so on.
//!
//! The end of a tag is found by quick-xml's own parser for it; what is around it is this crate's, because quick-xml's readers take three times
//! as long over a stream, and stop short of what XML demands.

use super::tag::plain_len;
use quick_xml::parser::{ElementParser, Parser};

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    Empty,
    End,
    /// A run of text up to the next markup.
    Text,
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
}

impl Token {
    /// What is between the signs around it.
    #[inline]
    pub(super) fn inside(self, text: &str) -> &str {
        let (before, after) = match self.kind {
            Kind::Start => (1, 1),
            Kind::Empty => (1, 2),
            Kind::End => (2, 1),
            Kind::Text => (0, 0),
            Kind::CData => ("<![CDATA[".len(), "]]>".len()),
            Kind::Comment => ("<!--".len(), "-->".len()),
            Kind::Instruction | Kind::Declaration => (2, 2),
            Kind::Doctype => ("<!DOCTYPE".len(), 1),
        };
        text.get(self.start + before..self.end - after)
            .unwrap_or_default()
    }
}

/// Why there is no piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uncut {
    /// The window ends.
    Nothing,
    /// It is longer than it may be.
    TooLong,
    /// The window ends in the middle of one, such as `a tag`.
    Inside(&'static str),
    /// `<!` and nothing that it begins.
    Bang,
    /// A DOCTYPE with declarations of its own.
    InternalSubset,
}

/// The piece that begins at `start`, where something is. `ended`: nothing comes after the window.
#[inline(always)]
pub(super) fn cut(text: &str, start: usize, ended: bool) -> Result<Token, Uncut> {
    let bytes = &text.as_bytes()[start..];
    let (kind, length) = match bytes {
        [b'<', b'/', rest @ ..] => {
            // As it nearly always is: a plain name, and no space behind it.
            let name = plain_len(rest);
            let behind = &rest[name..];
            let end = match behind.first() {
                Some(b'>') => Some(0),
                _ => memchr::memchr(b'>', behind),
            };
            match end {
                Some(at) => (Kind::End, 2 + name + at + 1),
                None => return Err(Uncut::Inside("a tag")),
            }
        }
        [b'<', b'!', ..] => cut_bang(bytes)?,
        [b'<', b'?', ..] => cut_instruction(bytes)?,
        [b'<', rest @ ..] => {
            let name = plain_len(rest);
            let behind = &rest[name..];
            // Most tags have no attributes.
            let end = match behind.first() {
                Some(b'>') => Some(0),
                _ => ElementParser::Outside.feed(behind),
            };
            match end.map(|end| name + end) {
                Some(at) if at > 0 && rest[at - 1] == b'/' => (Kind::Empty, at + 2),
                Some(at) => (Kind::Start, at + 2),
                None => return Err(Uncut::Inside("a tag")),
            }
        }
        // The line's end between two elements is every other text.
        [_, b'<', ..] => (Kind::Text, 1),
        _ => match memchr::memchr(b'<', bytes) {
            Some(at) => (Kind::Text, at),
            None if ended => (Kind::Text, bytes.len()),
            None => return Err(Uncut::Inside("a text")),
        },
    };
    Ok(Token {
        kind,
        start,
        end: start + length,
    })
}

/// As long as this a text may be before it is given in pieces, where that was asked for.
const PIECE: usize = 1 << 20;

/// The first piece of a long text that begins at `start` and goes on behind the window: up to a line's end where there is one, and never
/// through what only counts as a whole, such as a reference.
pub(super) fn cut_piece(text: &str, start: usize) -> Option<Token> {
    /// Longer than any reference that is one.
    const REFERENCE: usize = 64;
    let bytes = &text.as_bytes()[start..];
    if bytes.len() < PIECE || bytes.starts_with(b"<") {
        return None;
    }
    let length = match memchr::memrchr(b'\n', bytes) {
        Some(line_end) => line_end + 1,
        None => {
            let tail = bytes.len() - REFERENCE;
            let end = match memchr::memrchr(b'&', &bytes[tail..]) {
                Some(at) if !bytes[tail + at..].contains(&b';') => tail + at,
                _ => bytes.len(),
            };
            let is_open = |byte: &u8| matches!(byte, b']' | b'\r');
            let open = bytes[..end].iter().rev().take_while(|byte| is_open(byte));
            end - open.count()
        }
    };
    (length > 0).then_some(Token {
        kind: Kind::Text,
        start,
        end: start + length,
    })
}

fn cut_bang(bytes: &[u8]) -> Result<(Kind, usize), Uncut> {
    let closed = |kind: Kind, open: &str, close: &str, inside: &'static str| {
        let at = memchr::memmem::find(&bytes[open.len()..], close.as_bytes());
        at.map(|at| (kind, open.len() + at + close.len()))
            .ok_or(Uncut::Inside(inside))
    };
    if bytes.starts_with(b"<!--") {
        return closed(Kind::Comment, "<!--", "-->", "a comment <!--…-->");
    }
    if bytes.starts_with(b"<![CDATA[") {
        return closed(Kind::CData, "<![CDATA[", "]]>", "a <![CDATA[…]]>");
    }
    if bytes.starts_with(b"<!DOCTYPE") {
        return cut_doctype(bytes);
    }
    let may_become = |opening: &[u8]| opening.starts_with(bytes);
    if may_become(b"<!--") || may_become(b"<![CDATA[") || may_become(b"<!DOCTYPE") {
        return Err(Uncut::Inside("markup that begins with <!"));
    }
    Err(Uncut::Bang)
}

/// `>` and `[` in quotes are not the DOCTYPE's.
fn cut_doctype(bytes: &[u8]) -> Result<(Kind, usize), Uncut> {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Ok((Kind::Doctype, at + 1)),
            (None, b'[') => return Err(Uncut::InternalSubset),
            (None, b'\'' | b'"') => quote = Some(*byte),
            (Some(open), _) if open == *byte => quote = None,
            _ => {}
        }
    }
    Err(Uncut::Inside("a <!DOCTYPE …>"))
}

fn cut_instruction(bytes: &[u8]) -> Result<(Kind, usize), Uncut> {
    let Some(at) = memchr::memmem::find(&bytes[2..], b"?>") else {
        return Err(Uncut::Inside("an instruction <?…?>"));
    };
    let is_declaration = bytes.starts_with(b"<?xml") && !is_name_byte(bytes[5]);
    let kind = if is_declaration {
        Kind::Declaration
    } else {
        Kind::Instruction
    };
    Ok((kind, 2 + at + 2))
}

/// Whether a name goes on here.
fn is_name_byte(byte: u8) -> bool {
    !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'?')
}
