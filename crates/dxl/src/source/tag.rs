//! What stands between `<` and `>`: names, attributes, references [XML 1.0 §2.3, §3.1, §4.1].

use super::encoding::Encoding;
use super::octets::advance;
use crate::position::Position;
use std::ops::Range;

/// One attribute as found in a tag's text.
#[derive(Debug, Clone)]
pub(super) struct Span {
    name: Range<usize>,
    value: Range<usize>,
    /// The value is in the decoded values, not in the tag.
    decoded: bool,
}

/// What is wrong in a tag, `at` so many bytes of its text.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) at: usize,
    pub(super) what: Wrong,
}

#[derive(Debug)]
pub(super) enum Wrong {
    Syntax(&'static str),
    Name(String),
    NameTooLong,
    TooMany,
    Twice(String),
    Entity(String),
    /// The number of no character.
    Reference(String),
    CharacterReference(String),
}

/// The attributes of a start tag, in the order of the file.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'s> {
    spans: &'s [Span],
    tag: &'s str,
    values: &'s str,
    position: Position,
    encoding: Option<Encoding>,
}

/// One attribute. Its value has references resolved and white space made spaces, as XML wants.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'s> {
    /// With its prefix, if it has one.
    pub name: &'s str,
    /// What it says.
    pub value: &'s str,
    before: &'s str,
    tag: Position,
    encoding: Option<Encoding>,
}

impl<'s> Attributes<'s> {
    pub(super) fn new(
        spans: &'s [Span],
        tag: &'s str,
        values: &'s str,
        position: Position,
        encoding: Option<Encoding>,
    ) -> Self {
        Attributes {
            spans,
            tag,
            values,
            position,
            encoding,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The value of the attribute with this name, to the letter.
    pub fn get(&self, name: &str) -> Option<&'s str> {
        self.into_iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value)
    }

    /// One after the other.
    pub fn iter(&self) -> AttributeIter<'s> {
        self.into_iter()
    }
}

impl<'s> IntoIterator for Attributes<'s> {
    type Item = Attribute<'s>;
    type IntoIter = AttributeIter<'s>;

    fn into_iter(self) -> AttributeIter<'s> {
        AttributeIter { all: self, next: 0 }
    }
}

/// Attributes one after the other.
#[derive(Debug, Clone)]
pub struct AttributeIter<'s> {
    all: Attributes<'s>,
    next: usize,
}

impl<'s> Iterator for AttributeIter<'s> {
    type Item = Attribute<'s>;

    #[inline]
    fn next(&mut self) -> Option<Attribute<'s>> {
        let all = &self.all;
        let span = all.spans.get(self.next)?;
        self.next += 1;
        let text = if span.decoded { all.values } else { all.tag };
        Some(Attribute {
            name: &all.tag[span.name.clone()],
            value: &text[span.value.clone()],
            before: &all.tag[..span.name.start],
            tag: all.position,
            encoding: all.encoding,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.all.spans.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for AttributeIter<'_> {}

impl Attribute<'_> {
    /// Where its name begins.
    pub fn position(&self) -> Position {
        let behind_bracket = advance(self.tag, b"<", self.encoding);
        advance(behind_bracket, self.before.as_bytes(), self.encoding)
    }
}

/// Room for the attributes of one tag after the other.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) spans: Vec<Span>,
    pub(super) values: String,
}

/// The most attributes and the longest name.
#[derive(Debug, Clone, Copy)]
pub(super) struct TagLimits {
    pub(super) attributes: usize,
    pub(super) name: usize,
}

impl Scratch {
    /// For a tag without attributes.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.values.clear();
    }

    /// Finds the attributes in `tag` from the byte `from` on.
    pub(super) fn scan(
        &mut self,
        tag: &str,
        from: usize,
        limits: TagLimits,
    ) -> Result<(), Complaint> {
        self.clear();
        let bytes = tag.as_bytes();
        let mut at = from;
        loop {
            let begin = skip_space(bytes, at);
            if begin == bytes.len() {
                return self.find_doubles(tag);
            }
            if begin == at {
                return syntax(at, "an attribute begins with a space before it; write one");
            }
            if self.spans.len() == limits.attributes {
                return complain(begin, Wrong::TooMany);
            }
            at = self.scan_one(tag, begin, limits)?;
        }
    }

    /// One `name='value'`; where it ends.
    fn scan_one(&mut self, tag: &str, begin: usize, limits: TagLimits) -> Result<usize, Complaint> {
        let bytes = tag.as_bytes();
        let here = &bytes[begin..];
        let plain = plain_len(here);
        let is_plain = here.get(plain) == Some(&b'=') && begins_plain(here) && plain <= limits.name;
        let end = if is_plain {
            begin + plain
        } else {
            let length = here
                .iter()
                .position(|byte| *byte == b'=' || is_space(*byte))
                .unwrap_or(here.len());
            check_name(&tag[begin..begin + length], limits.name)
                .map_err(|what| Complaint { at: begin, what })?;
            begin + length
        };
        let equals = skip_space(bytes, end);
        if bytes.get(equals) != Some(&b'=') {
            return syntax(end, "an attribute has a value; write it as name='value'").map(|()| 0);
        }
        let open = skip_space(bytes, equals + 1);
        let Some(quote @ (b'\'' | b'"')) = bytes.get(open) else {
            return syntax(
                open.min(bytes.len()),
                "an attribute's value stands in quotes; write it as name='value'",
            )
            .map(|()| 0);
        };
        let Some(length) = memchr::memchr(*quote, &bytes[open + 1..]) else {
            return syntax(open, "the quote is not closed; write it as name='value'").map(|()| 0);
        };
        let value = open + 1..open + 1 + length;
        let raw = &tag[value.clone()];
        let plain = !raw
            .bytes()
            .any(|byte| matches!(byte, b'<' | b'&' | b'\t' | b'\n' | b'\r'));
        let span = if plain {
            Span {
                name: begin..end,
                value,
                decoded: false,
            }
        } else {
            let start = self.values.len();
            decode_value(raw, &mut self.values).map_err(|wrong| Complaint {
                at: value.start + wrong.at,
                ..wrong
            })?;
            Span {
                name: begin..end,
                value: start..self.values.len(),
                decoded: true,
            }
        };
        self.spans.push(span);
        Ok(open + 1 + length + 1)
    }

    fn find_doubles(&self, tag: &str) -> Result<(), Complaint> {
        let name = |span: &Span| &tag[span.name.clone()];
        let twice = if self.spans.len() <= 24 {
            self.spans.iter().enumerate().find(|(at, span)| {
                self.spans[..*at]
                    .iter()
                    .any(|earlier| name(earlier) == name(span))
            })
        } else {
            // Sorted, for time that does not grow with the square of what somebody sends.
            let mut sorted: Vec<usize> = (0..self.spans.len()).collect();
            sorted.sort_by_key(|at| name(&self.spans[*at]));
            sorted
                .windows(2)
                .filter(|pair| name(&self.spans[pair[0]]) == name(&self.spans[pair[1]]))
                .map(|pair| (pair[1], &self.spans[pair[1]]))
                .min_by_key(|(at, _)| *at)
        };
        match twice {
            None => Ok(()),
            Some((_, span)) => complain(span.name.start, Wrong::Twice(excerpt(name(span)))),
        }
    }
}

fn complain<T>(at: usize, what: Wrong) -> Result<T, Complaint> {
    Err(Complaint { at, what })
}

fn syntax(at: usize, mend: &'static str) -> Result<(), Complaint> {
    complain(at, Wrong::Syntax(mend))
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| !is_space(*byte))
        .map_or(bytes.len(), |count| from + count)
}

/// [XML 1.0 §3.3.3], for attributes of no declared type.
fn decode_value(raw: &str, out: &mut String) -> Result<(), Complaint> {
    let mut at = 0;
    while let Some(found) = raw[at..].find(['<', '&', '\t', '\n', '\r']) {
        out.push_str(&raw[at..at + found]);
        at += found;
        let rest = &raw[at..];
        match rest.as_bytes()[0] {
            b'<' => return syntax(at, "a < in an attribute's value is written &lt;"),
            b'&' => {
                let Some(end) = rest.find(';') else {
                    return syntax(at, "a & is written &amp;");
                };
                let character = resolve(&rest[1..end]).map_err(|what| Complaint { at, what })?;
                out.push(character);
                at += end + 1;
            }
            // CR LF is one line's end, hence one space.
            b'\r' if rest.as_bytes().get(1) == Some(&b'\n') => {
                out.push(' ');
                at += 2;
            }
            _ => {
                out.push(' ');
                at += 1;
            }
        }
    }
    out.push_str(&raw[at..]);
    Ok(())
}

/// What `&reference;` stands for.
pub(super) fn resolve(reference: &str) -> Result<char, Wrong> {
    Ok(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => match reference.strip_prefix('#') {
            Some(number) => match number_of(number).and_then(char::from_u32) {
                Some(character) if is_character(character) => character,
                Some(_) => return Err(Wrong::CharacterReference(excerpt(reference))),
                None => return Err(Wrong::Reference(excerpt(reference))),
            },
            None if is_name(reference) => return Err(Wrong::Entity(excerpt(reference))),
            None => return Err(Wrong::Syntax("a & is written &amp;")),
        },
    })
}

fn number_of(digits: &str) -> Option<u32> {
    let (digits, radix) = match digits.strip_prefix('x') {
        Some(hex) => (hex, 16),
        None => (digits, 10),
    };
    // from_str_radix takes a sign, which a reference has not.
    digits
        .starts_with(|first: char| first.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, radix).ok())
        .flatten()
}

/// Whether XML has a place for it [XML 1.0 §2.2].
pub(crate) fn is_character(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Enough of a text to know it again.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}

pub(super) fn check_name(name: &str, limit: usize) -> Result<(), Wrong> {
    if name.len() > limit {
        return Err(Wrong::NameTooLong);
    }
    if !is_tag_name(name) {
        return Err(Wrong::Name(excerpt(name)));
    }
    Ok(())
}

/// A name of an element or attribute: one of XML whose prefix, if it has one, is not empty [Namespaces in XML 1.0 §4].
pub(crate) fn is_tag_name(name: &str) -> bool {
    !name.starts_with(':') && is_name(name)
}

/// A name of XML [XML 1.0 §2.3].
pub(crate) fn is_name(name: &str) -> bool {
    is_plain_name(name.as_bytes())
        || (name.chars().next().is_some_and(is_name_start) && name.chars().all(is_name_character))
}

/// For each byte whether it is one of a plain name: letters, digits and signs of ASCII, without a colon. Nearly every name of DXL is plain,
/// and names are a good part of a file.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let letter = byte as u8;
        plain[byte] = letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-' | b'.');
        byte += 1;
    }
    plain
};

/// How many bytes of a plain name stand here.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| !PLAIN[usize::from(*byte)])
        .unwrap_or(bytes.len())
}

/// Whether plain bytes begin as a name does.
#[inline]
pub(super) fn begins_plain(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(first) if first.is_ascii_alphabetic() || *first == b'_')
}

fn is_plain_name(bytes: &[u8]) -> bool {
    begins_plain(bytes) && plain_len(bytes) == bytes.len()
}

/// Whether a text begins with what a name may begin with.
pub(super) fn may_begin_name(text: &str) -> bool {
    text.starts_with(is_name_start)
}

fn is_name_start(character: char) -> bool {
    character.is_ascii_alphabetic()
        || matches!(character,
            '_' | ':' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
            | '\u{37F}'..='\u{1FFF}' | '\u{200C}' | '\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
            | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_character(character: char) -> bool {
    is_name_start(character)
        || character.is_ascii_digit()
        || matches!(
            character,
            '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}' | '\u{2040}'
        )
}
