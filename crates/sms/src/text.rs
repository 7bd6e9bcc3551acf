//! The text of an SMS, its encoding, and how it is cut into parts [SPEC 3.1, 3.2].

use std::fmt;

use thiserror::Error;

use crate::gsm;
use crate::octets::cut_octets;
use crate::transliteration::transliterate;
use crate::user_data::UserDataHeader;

/// The longest text that is taken, in octets of UTF-8 [THREATS: a limit on everything].
pub const MAX_TEXT_OCTETS: usize = 100_000;
/// The most parts that a header can count [3GPP TS 23.040 §9.2.3.24.1].
pub const MAX_PARTS: usize = 255;

/// Octets of user data in one SMS.
pub(crate) const MAX_PART_OCTETS: usize = 140;

/// What a text may not be, in a sentence for whoever wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing, or only blanks.
    #[error(
        "the text is empty, or nothing but blanks; write at least one character that can be seen"
    )]
    Empty,
    /// A NUL character, at this character (the first counts 1).
    #[error("the text contains a NUL at character {at}; remove it")]
    Nul {
        /// Which character it is; the first counts 1.
        at: usize,
    },
    /// A character that stands for no sign and breaks no line, at this character (the first counts 1).
    #[error("the text contains the control character {} at character {at}; remove it", code_point(*control))]
    Control {
        /// Which one.
        control: char,
        /// Which character it is; the first counts 1.
        at: usize,
    },
    /// Longer than any text that is taken.
    #[error("the text has {octets} octets; at most {limit} are taken")]
    TooLarge {
        /// Octets of UTF-8 that came.
        octets: usize,
        /// Octets of UTF-8 that are allowed.
        limit: usize,
    },
    /// Of octets that are no text: their user data header does not hold together, or names a place among parts and the octets need several.
    #[error(
        "the user data header is none that these octets can have; give whole information elements, and none of concatenation where several parts are needed"
    )]
    Header,
    /// Longer than the long-text policy allows.
    #[error("the text needs {needed} parts; at most {allowed} are allowed: shorten it")]
    TooManyParts {
        /// Parts that it needs.
        needed: usize,
        /// Parts that are allowed.
        allowed: usize,
    },
}

fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// How the octets of a part are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The GSM 7-bit default alphabet with its extension table.
    Gsm7,
    /// UCS-2, carrying UTF-16 in big-endian order.
    Ucs2,
    /// Octets that are no text.
    Binary,
}

impl Encoding {
    /// The word in JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Encoding::Gsm7 => "gsm7",
            Encoding::Ucs2 => "ucs2",
            Encoding::Binary => "binary",
        }
    }

    /// The number in the database.
    pub const fn as_i16(self) -> i16 {
        match self {
            Encoding::Gsm7 => 0,
            Encoding::Ucs2 => 1,
            Encoding::Binary => 2,
        }
    }

    /// The encoding of that number, if there is one.
    pub fn from_i16(code: i16) -> Option<Encoding> {
        [Encoding::Gsm7, Encoding::Ucs2, Encoding::Binary]
            .into_iter()
            .find(|encoding| encoding.as_i16() == code)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How wide the reference is that ties the parts of a text together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferenceSize {
    /// 8 bits: 153 septets or 67 units a part.
    Eight,
    /// 16 bits: 152 septets or 66 units a part.
    Sixteen,
}

impl ReferenceSize {
    /// Octets of the header, its length octet included.
    const fn header_octets(self) -> usize {
        match self {
            ReferenceSize::Eight => 6,
            ReferenceSize::Sixteen => 7,
        }
    }
}

/// The reference that ties the parts of a text together; it must differ between texts under way to one handset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reference {
    /// 8 bits, what every handset knows.
    Eight(u8),
    /// 16 bits, collides less often.
    Sixteen(u16),
}

impl Reference {
    /// How wide it is.
    pub const fn size(self) -> ReferenceSize {
        match self {
            Reference::Eight(_) => ReferenceSize::Eight,
            Reference::Sixteen(_) => ReferenceSize::Sixteen,
        }
    }

    /// The concatenation element of one part [3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.8].
    pub(crate) fn element(self, number: u8, of: u8) -> Vec<u8> {
        match self {
            Reference::Eight(reference) => vec![0x00, 3, reference, of, number],
            Reference::Sixteen(reference) => {
                let [high, low] = reference.to_be_bytes();
                vec![0x08, 4, high, low, of, number]
            }
        }
    }

    /// The header of one part, with its length octet.
    fn header(self, number: u8, of: u8) -> Vec<u8> {
        let element = self.element(number, of);
        let mut header = Vec::with_capacity(self.size().header_octets());
        header.extend(u8::try_from(element.len()));
        header.extend(element);
        header
    }
}

/// One of the PDUs that a text is split into.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Which part it is; the first counts 1.
    pub number: u8,
    /// How many there are.
    pub of: u8,
    /// How to read the payload.
    pub encoding: Encoding,
    /// The user data header with its length octet; none if the text is a single part.
    pub udh: Option<Vec<u8>>,
    /// One octet per septet for GSM 7-bit, UTF-16BE for UCS-2; without the header.
    pub payload: Vec<u8>,
}

impl Part {
    /// Header and payload in one, as `short_message` carries them when the UDHI bit is set.
    pub fn user_data(&self) -> Vec<u8> {
        let mut user_data = self.udh.clone().unwrap_or_default();
        user_data.extend_from_slice(&self.payload);
        user_data
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = self.payload.len();
        write!(
            f,
            "Part({} of {}, {}, {octets} octets)",
            self.number, self.of, self.encoding
        )
    }
}

/// A text that can be sent: not empty, no NUL, at most 100,000 octets, line ends as LF; or octets in its place that are none. Its `Debug` shows only the
/// length, so that texts do not reach logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// Of octets: their header and themselves in hexadecimal, a colon in between.
    text: String,
    form: Form,
}

/// In which form it leaves.
#[derive(Clone, PartialEq, Eq)]
enum Form {
    /// In the encoding that its characters need.
    Plain,
    /// As UCS-2, whatever its characters are.
    Wide,
    /// Octets that are no text, each part with these information elements.
    Octets { elements: Vec<u8>, octets: Vec<u8> },
}

impl Text {
    /// Takes a text as it came; CRLF and lone CR become LF.
    pub fn new(text: &str) -> Result<Text, TextError> {
        if text.len() > MAX_TEXT_OCTETS {
            return Err(TextError::TooLarge {
                octets: text.len(),
                limit: MAX_TEXT_OCTETS,
            });
        }
        if let Some(before) = text.find('\0') {
            let at = text.get(..before).unwrap_or_default().chars().count() + 1;
            return Err(TextError::Nul { at });
        }
        if text.trim().is_empty() {
            return Err(TextError::Empty);
        }
        Ok(Text {
            text: with_line_feeds(text),
            form: Form::Plain,
        })
    }

    /// Octets that are no text, for a program on the handset. `elements` are information elements for the header of each part, without its length octet.
    pub fn of_octets(octets: &[u8], elements: &[u8]) -> Result<Text, TextError> {
        if octets.len() > MAX_TEXT_OCTETS {
            return Err(TextError::TooLarge {
                octets: octets.len(),
                limit: MAX_TEXT_OCTETS,
            });
        }
        if octets.is_empty() {
            return Err(TextError::Empty);
        }
        let place = match u8::try_from(elements.len()) {
            Ok(0) => None,
            Ok(length) if elements.len() < MAX_PART_OCTETS - 7 => {
                let whole = [&[length][..], elements].concat();
                let (header, _) = UserDataHeader::parse(&whole).ok_or(TextError::Header)?;
                // Elements that are cut short are not among those that were read.
                if header.octets() != whole.len() {
                    return Err(TextError::Header);
                }
                header.concat()
            }
            _ => return Err(TextError::Header),
        };
        let text = Text {
            text: format!("{}:{}", hex(elements), hex(octets)),
            form: Form::Octets {
                elements: elements.to_vec(),
                octets: octets.to_vec(),
            },
        };
        match place {
            Some(_) if text.parts_needed(ReferenceSize::Eight) > 1 => Err(TextError::Header),
            _ => Ok(text),
        }
    }

    /// The same with a header as it is on the air, with its length octet; one without it is taken, too, unless it could be the other.
    pub fn of_octets_behind(octets: &[u8], header: &[u8]) -> Result<Text, TextError> {
        match header.split_first() {
            Some((length, elements)) if usize::from(*length) == elements.len() => {
                Text::of_octets(octets, elements).or_else(|_| Text::of_octets(octets, header))
            }
            _ => Text::of_octets(octets, header),
        }
    }

    /// The same text again, of what [`Self::as_str`] said, and the encoding that it had.
    pub fn stored(text: &str, encoding: Encoding) -> Result<Text, TextError> {
        match encoding {
            Encoding::Gsm7 => Text::new(text),
            Encoding::Ucs2 => {
                let text = Text::new(text)?;
                Ok(match text.encoding() {
                    Encoding::Ucs2 => text,
                    _ => text.wide(),
                })
            }
            Encoding::Binary => {
                let (elements, octets) = text.split_once(':').ok_or(TextError::Header)?;
                let read = |text| from_hex(text).ok_or(TextError::Header);
                Text::of_octets(&read(octets)?, &read(elements)?)
            }
        }
    }

    /// The same text as UCS-2, also where the GSM alphabet would do, now or when it is shortened.
    pub fn wide(self) -> Text {
        match self.form {
            Form::Octets { .. } => self,
            _ => Text {
                form: Form::Wide,
                ..self
            },
        }
    }

    /// The information elements and the octets, if it is no text.
    pub fn octets(&self) -> Option<(&[u8], &[u8])> {
        match &self.form {
            Form::Octets { elements, octets } => Some((elements, octets)),
            _ => None,
        }
    }

    /// Takes a text as somebody wrote it: as [`Self::new`], and without the control characters that no handset shows. Line ends, tabs and the page break of the GSM alphabet stay.
    pub fn written(text: &str) -> Result<Text, TextError> {
        let taken = Text::new(text)?;
        let is_control = |c: &char| *c < ' ' && !matches!(c, '\t' | '\n' | '\r' | '\u{c}');
        match text.chars().enumerate().find(|(_, c)| is_control(c)) {
            Some((before, control)) => Err(TextError::Control {
                control,
                at: before + 1,
            }),
            None => Ok(taken),
        }
    }

    /// The text; of octets, header and octets in hexadecimal, a colon in between.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn units(&self) -> Units {
        match self.form {
            Form::Wide => Units::Utf16(self.text.encode_utf16().collect()),
            _ => Units::of(&self.text),
        }
    }

    /// The encoding that carries it whole: GSM 7-bit if every character is in that alphabet.
    pub fn encoding(&self) -> Encoding {
        match (&self.form, gsm::septets(&self.text)) {
            (Form::Octets { .. }, _) => Encoding::Binary,
            (Form::Plain, Some(_)) => Encoding::Gsm7,
            _ => Encoding::Ucs2,
        }
    }

    /// The payload uncut, for carriers that take `message_payload` and cut it themselves.
    pub fn whole(&self) -> (Encoding, Vec<u8>) {
        if let Form::Octets { octets, .. } = &self.form {
            return (Encoding::Binary, octets.clone());
        }
        let units = self.units();
        (units.encoding(), units.payload(0, units.len()))
    }

    /// How many parts it takes with references of that size; not limited to what can be sent.
    pub fn parts_needed(&self, reference: ReferenceSize) -> usize {
        if let Form::Octets { elements, octets } = &self.form {
            let any = match reference {
                ReferenceSize::Eight => Reference::Eight(0),
                ReferenceSize::Sixteen => Reference::Sixteen(0),
            };
            return match cut_octets(octets, elements, any, MAX_PARTS) {
                Ok(parts) => parts.len(),
                Err(TextError::TooManyParts { needed, .. }) => needed,
                Err(_) => 1,
            };
        }
        self.units().ends(reference).len()
    }

    /// Cuts it into parts; no escape sequence or surrogate pair is split. Refuses more than `max_parts`, and more
    /// than [`MAX_PARTS`] whatever is allowed.
    pub fn cut(&self, reference: Reference, max_parts: usize) -> Result<Vec<Part>, TextError> {
        if let Form::Octets { elements, octets } = &self.form {
            return cut_octets(octets, elements, reference, max_parts);
        }
        let units = self.units();
        let ends = units.ends(reference.size());
        let allowed = max_parts.min(MAX_PARTS);
        let of = match u8::try_from(ends.len()) {
            Ok(of) if usize::from(of) <= allowed => of,
            _ => {
                return Err(TextError::TooManyParts {
                    needed: ends.len(),
                    allowed,
                });
            }
        };
        let mut start = 0;
        Ok((1..=of)
            .zip(ends)
            .map(|(number, end)| {
                let payload = units.payload(start, end);
                start = end;
                let udh = (of > 1).then(|| reference.header(number, of));
                Part {
                    number,
                    of,
                    encoding: units.encoding(),
                    udh,
                    payload,
                }
            })
            .collect())
    }

    /// Typographic characters (curly quotes, dashes, ellipsis, odd spaces, decomposed accents …) in their plain
    /// spelling, if that makes the text GSM 7-bit; else the text as it was, since nothing would be won.
    pub fn transliterate(&self) -> Text {
        if self.form != Form::Plain || self.encoding() == Encoding::Gsm7 {
            return self.clone();
        }
        let plain = transliterate(&self.text);
        match Text::new(&plain) {
            Ok(text) if text.encoding() == Encoding::Gsm7 => text,
            _ => self.clone(),
        }
    }

    /// The text itself if one part carries it; else, of its plain spelling, the longest beginning that one part
    /// carries [SPEC 3.2]. Octets stay as they are: half of them would be another thing.
    pub fn truncate_to_one_part(&self) -> Text {
        if self.fits_one_part() || matches!(self.form, Form::Octets { .. }) {
            return self.clone();
        }
        if self.form == Form::Wide {
            return self.truncate_wide();
        }
        let plain = transliterate(&self.text);
        let start = plain.get(..one_part_octets(&plain)).unwrap_or_default();
        // Never half an emoji that is joined from several.
        let start = start.trim_end_matches('\u{200D}');
        Text::new(start).unwrap_or_else(|_| self.without_leading_blanks())
    }

    /// The longest beginning of so many UTF-16 units that does not end in the middle of a character.
    fn truncate_wide(&self) -> Text {
        let mut units = 0;
        let fitting = self.text.chars().take_while(|character| {
            units += character.len_utf16();
            units <= MAX_PART_OCTETS / 2
        });
        let start: String = fitting.collect();
        let start = Text::new(start.trim_end_matches('\u{200D}'));
        start.map_or_else(|_| self.clone(), Text::wide)
    }

    fn fits_one_part(&self) -> bool {
        self.parts_needed(ReferenceSize::Eight) == 1
    }

    /// For a text that begins with more blanks than a part has room for.
    fn without_leading_blanks(&self) -> Text {
        let plain = transliterate(&self.text);
        let plain = plain.trim_start_matches(|character: char| {
            character.is_whitespace() || character == '\u{200D}'
        });
        let start = plain.get(..one_part_octets(plain)).unwrap_or_default();
        Text::new(start).unwrap_or_else(|_| self.clone())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            Form::Octets { octets, .. } => write!(f, "Text({} octets)", octets.len()),
            _ => write!(f, "Text({} characters)", self.text.chars().count()),
        }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// `None` if it is not all of whole octets in hexadecimal.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits?;
    let whole = digits.len().is_multiple_of(2);
    let octet = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).ok();
    digits
        .chunks_exact(2)
        .map(octet)
        .collect::<Option<_>>()
        .filter(|_| whole)
}

fn with_line_feeds(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

/// Octets of UTF-8 of the longest beginning that one part carries, in whichever encoding suits that beginning.
fn one_part_octets(text: &str) -> usize {
    let (mut septets, mut units) = (Some(0), 0);
    let mut fitting = 0;
    for (start, character) in text.char_indices() {
        septets = septets.and_then(|sum| gsm::septets_of(character).map(|cost| sum + cost));
        units += character.len_utf16();
        let fits_gsm = septets.is_some_and(|sum| sum <= Units::GSM_ONE_PART);
        if fits_gsm || units <= MAX_PART_OCTETS / 2 {
            fitting = start + character.len_utf8();
        } else if units > Units::GSM_ONE_PART {
            break;
        }
    }
    fitting
}

/// What the parts are cut from: septets or UTF-16 units.
enum Units {
    Gsm(Vec<u8>),
    Utf16(Vec<u16>),
}

impl Units {
    /// Septets in the user data of one SMS.
    const GSM_ONE_PART: usize = MAX_PART_OCTETS * 8 / 7;

    fn of(text: &str) -> Units {
        gsm::encode(text).map_or_else(|| Units::Utf16(text.encode_utf16().collect()), Units::Gsm)
    }

    fn encoding(&self) -> Encoding {
        match self {
            Units::Gsm(_) => Encoding::Gsm7,
            Units::Utf16(_) => Encoding::Ucs2,
        }
    }

    fn len(&self) -> usize {
        match self {
            Units::Gsm(septets) => septets.len(),
            Units::Utf16(units) => units.len(),
        }
    }

    /// How many fit beside a header of that many octets.
    fn room(&self, header_octets: usize) -> usize {
        let octets = MAX_PART_OCTETS - header_octets;
        match self {
            Units::Gsm(_) => octets * 8 / 7,
            Units::Utf16(_) => octets / 2,
        }
    }

    /// Whether a part may end before this unit.
    fn may_end_at(&self, end: usize) -> bool {
        match self {
            Units::Gsm(septets) => septets.get(end - 1) != Some(&gsm::ESCAPE),
            Units::Utf16(units) => !units
                .get(end - 1)
                .is_some_and(|unit| (0xD800..0xDC00).contains(unit)),
        }
    }

    /// Where each part ends.
    fn ends(&self, reference: ReferenceSize) -> Vec<usize> {
        let len = self.len();
        if len <= self.room(0) {
            return vec![len];
        }
        let room = self.room(reference.header_octets());
        let mut ends = Vec::with_capacity(len / room + 1);
        let mut start = 0;
        while start < len {
            let mut end = (start + room).min(len);
            if end < len && !self.may_end_at(end) {
                end -= 1;
            }
            ends.push(end);
            start = end;
        }
        ends
    }

    fn payload(&self, start: usize, end: usize) -> Vec<u8> {
        match self {
            Units::Gsm(septets) => septets.get(start..end).unwrap_or_default().to_vec(),
            Units::Utf16(units) => units
                .get(start..end)
                .unwrap_or_default()
                .iter()
                .flat_map(|unit| unit.to_be_bytes())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Incoming, decode_user_data, split};
    use proptest::prelude::*;

    const BOTH: [Reference; 2] = [Reference::Eight(0xAB), Reference::Sixteen(0xABCD)];

    fn text(text: &str) -> Text {
        Text::new(text).unwrap()
    }

    /// Puts parts together again as a handset does: by the headers, decoding each part by itself.
    fn reassemble(parts: &[Part]) -> String {
        let mut whole = String::new();
        for (index, part) in parts.iter().enumerate() {
            let user_data = part.user_data();
            let payload = if parts.len() == 1 {
                assert_eq!(part.udh, None);
                &user_data[..]
            } else {
                let (concat, payload) = split(&user_data);
                let concat = concat.unwrap();
                assert_eq!(
                    (usize::from(concat.number), usize::from(concat.of)),
                    (index + 1, parts.len())
                );
                assert!(matches!(concat.reference, 0xAB | 0xABCD));
                payload
            };
            let data_coding = if part.encoding == Encoding::Gsm7 {
                0
            } else {
                8
            };
            let Incoming::Text(piece) = decode_user_data(data_coding, payload) else {
                panic!("binary")
            };
            whole.push_str(&piece);
        }
        whole
    }

    #[test]
    fn lengths_at_every_boundary() {
        let gsm = |septets: usize| "a".repeat(septets);
        let ucs = |units: usize| "я".repeat(units);
        let table = [
            (gsm(1), 1, 1),
            (gsm(160), 1, 1),
            (gsm(161), 2, 2),
            (gsm(304), 2, 2),
            (gsm(305), 2, 3),
            (gsm(306), 2, 3),
            (gsm(307), 3, 3),
            (gsm(1530), 10, 11),
            (gsm(1531), 11, 11),
            (ucs(70), 1, 1),
            (ucs(71), 2, 2),
            (ucs(132), 2, 2),
            (ucs(133), 2, 3),
            (ucs(134), 2, 3),
            (ucs(135), 3, 3),
            (gsm(158) + "€", 1, 1),
            (gsm(159) + "€", 2, 2),
            ("€".repeat(80), 1, 1),
            ("€".repeat(81), 2, 2),
            // 76 whole sequences in 153 septets, 76 in 152.
            ("€".repeat(152), 2, 2),
            ("€".repeat(153), 3, 3),
            ("😀".repeat(35), 1, 1),
            ("😀".repeat(36), 2, 2),
            // 33 whole pairs in 67 units, 33 in 66.
            ("😀".repeat(66), 2, 2),
            ("😀".repeat(67), 3, 3),
        ];
        for (original, eight, sixteen) in table {
            let text = text(&original);
            assert_eq!(text.parts_needed(ReferenceSize::Eight), eight, "{text:?}");
            assert_eq!(
                text.parts_needed(ReferenceSize::Sixteen),
                sixteen,
                "{text:?}"
            );
            for reference in BOTH {
                assert_eq!(reassemble(&text.cut(reference, 255).unwrap()), original);
            }
        }
    }

    #[test]
    fn a_sequence_at_the_border_moves_to_the_next_part() {
        let parts = text(&format!("{}€{}", "a".repeat(152), "b".repeat(20)))
            .cut(Reference::Eight(1), 10)
            .unwrap();
        assert_eq!(parts[0].payload.len(), 152);
        assert_eq!(parts[1].payload[..2], [0x1B, 0x65]);
        assert_eq!(parts[0].udh, Some(vec![5, 0, 3, 1, 2, 1]));
        assert_eq!(parts[1].udh, Some(vec![5, 0, 3, 1, 2, 2]));

        let parts = text(&format!("{}😀{}", "я".repeat(66), "я".repeat(20)))
            .cut(Reference::Sixteen(0x0102), 10)
            .unwrap();
        assert_eq!(parts[0].payload.len(), 132);
        assert_eq!(parts[1].payload[..4], [0xD8, 0x3D, 0xDE, 0x00]);
        assert_eq!(parts[0].udh, Some(vec![6, 8, 4, 1, 2, 2, 1]));

        let parts = text(&format!("{}😀{}", "я".repeat(66), "я".repeat(20)))
            .cut(Reference::Eight(1), 10)
            .unwrap();
        assert_eq!(
            parts[0].payload.len(),
            132,
            "67 units would end within the pair"
        );
    }

    #[test]
    fn too_many_parts_are_refused_with_the_count() {
        let long = text(&"a".repeat(1531));
        assert_eq!(
            long.cut(Reference::Eight(0), 10),
            Err(TextError::TooManyParts {
                needed: 11,
                allowed: 10
            })
        );
        assert_eq!(long.cut(Reference::Eight(0), 11).unwrap().len(), 11);
        assert_eq!(
            text(&"a".repeat(100_000)).cut(Reference::Eight(0), usize::MAX),
            Err(TextError::TooManyParts {
                needed: 654,
                allowed: 255
            })
        );
        assert_eq!(
            text(&"a".repeat(153 * 255))
                .cut(Reference::Eight(0), 300)
                .unwrap()
                .len(),
            255
        );
        assert_eq!(
            text("a").cut(Reference::Eight(0), 0),
            Err(TextError::TooManyParts {
                needed: 1,
                allowed: 0
            })
        );
    }

    #[test]
    fn texts_of_every_wrong_shape_are_refused() {
        assert_eq!(Text::new(""), Err(TextError::Empty));
        assert_eq!(Text::new(" \r\n\u{A0}"), Err(TextError::Empty));
        assert_eq!(Text::new("é\0"), Err(TextError::Nul { at: 2 }));
        let bell = TextError::Control {
            control: '\u{7}',
            at: 2,
        };
        assert_eq!(Text::written("é\u{7}"), Err(bell));
        assert_eq!(Text::written("é\0"), Err(TextError::Nul { at: 2 }));
        assert_eq!(Text::written(" "), Err(TextError::Empty));
        assert!(Text::written("a\tb\r\nc\u{c}\u{7f}\u{85}👩\u{200d}🚒").is_ok());
        assert_eq!(
            bell.to_string(),
            "the text contains the control character U+0007 at character 2; remove it"
        );
        assert_eq!(
            Text::new(&"a".repeat(100_001)),
            Err(TextError::TooLarge {
                octets: 100_001,
                limit: 100_000
            })
        );
        assert!(Text::new(&"a".repeat(100_000)).is_ok());
    }

    #[test]
    fn line_ends_become_line_feeds() {
        assert_eq!(text("a\r\nb\rc\nd\n\re").as_str(), "a\nb\nc\nd\n\ne");
    }

    #[test]
    fn debug_never_shows_the_text() {
        let secret = text("my PIN is 1234");
        assert_eq!(format!("{secret:?}"), "Text(14 characters)");
        let part = &secret.cut(Reference::Eight(0), 1).unwrap()[0];
        assert_eq!(format!("{part:?}"), "Part(1 of 1, gsm7, 14 octets)");
    }

    #[test]
    fn typographic_characters_become_plain_when_that_helps() {
        let fancy = "“It’s 5–6\u{A0}o’clock…” — ﬁne • ½";
        assert_eq!(text(fancy).encoding(), Encoding::Ucs2);
        assert_eq!(
            text(fancy).transliterate().as_str(),
            "\"It's 5-6 o'clock...\" - fine * 1/2"
        );
        assert_eq!(text("“Hi” 😀").transliterate().as_str(), "“Hi” 😀");
        assert_eq!(text("£5 [x]").transliterate().as_str(), "£5 [x]");
        assert_eq!(text("\u{200B}").transliterate().as_str(), "\u{200B}");
    }

    #[test]
    fn truncation_keeps_as_much_as_one_part_carries() {
        let kept = |original: &str| text(original).truncate_to_one_part().as_str().to_owned();
        let a = |count: usize| "a".repeat(count);
        let table = [
            ("“short”".to_owned(), "“short”".to_owned()),
            (a(160), a(160)),
            (a(161), a(160)),
            (a(159) + "€", a(159)),
            ("’".repeat(161), "'".repeat(160)),
            ("я".repeat(71), "я".repeat(70)),
            ("я".repeat(69) + "😀", "я".repeat(69)),
            // The emoji is beyond what is kept, so what is kept need not be UCS-2.
            (a(160) + "😀", a(160)),
            (a(100) + "😀" + &a(100), a(100)),
            (a(10) + "😀" + &a(100), a(10) + "😀" + &a(58)),
            ("я".repeat(67) + "👩\u{200D}💻", "я".repeat(67) + "👩"),
            (" ".repeat(200) + "x", "x".to_owned()),
        ];
        for (original, expected) in table {
            assert_eq!(kept(&original), expected);
        }
    }

    #[test]
    fn encodings_go_there_and_back() {
        for encoding in [Encoding::Gsm7, Encoding::Ucs2, Encoding::Binary] {
            assert_eq!(Encoding::from_i16(encoding.as_i16()), Some(encoding));
        }
        assert_eq!(Encoding::from_i16(3), None);
    }

    /// Texts with every kind of character near every border.
    fn texts() -> impl Strategy<Value = String> {
        let gsm = prop::sample::select(vec!["a", "€", "@", "[", "\n", "é", "0123456789"]);
        let ucs = prop::sample::select(vec![
            "a",
            "€",
            "😀",
            "я",
            "’",
            "\u{FFFD}",
            "👩\u{200D}💻",
            "\u{FFFF}",
        ]);
        prop_oneof![
            prop::collection::vec(gsm, 1..900).prop_map(|pieces| pieces.concat()),
            prop::collection::vec(ucs, 1..400).prop_map(|pieces| pieces.concat()),
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn cut_and_put_together_again_is_the_original(original in texts(), wide in any::<bool>()) {
            // At the front of a part these are byte order marks on the way in.
            prop_assume!(!original.contains(['\u{FEFF}', '\u{FFFE}']));
            let Ok(text) = Text::new(&original) else { return Ok(()) };
            let reference = BOTH[usize::from(wide)];
            let parts = text.cut(reference, 255).unwrap();
            prop_assert_eq!(parts.len(), text.parts_needed(reference.size()));
            prop_assert_eq!(reassemble(&parts), text.as_str());
            for part in &parts {
                let header = part.udh.as_ref().map_or(0, Vec::len);
                let octets = match part.encoding {
                    Encoding::Gsm7 => (part.payload.len() * 7).div_ceil(8),
                    _ => part.payload.len(),
                };
                prop_assert!(header + octets <= 140);
                prop_assert!(!part.payload.is_empty());
                prop_assert_eq!(part.encoding, text.encoding());
            }
        }

        #[test]
        fn truncated_texts_fit_one_part(original in texts()) {
            let Ok(text) = Text::new(&original) else { return Ok(()) };
            let short = text.truncate_to_one_part();
            prop_assert_eq!(short.parts_needed(ReferenceSize::Eight), 1);
        }

        #[test]
        fn transliteration_never_costs_more_parts(original in texts()) {
            let Ok(text) = Text::new(&original) else { return Ok(()) };
            let plain = text.transliterate();
            prop_assert!(plain.encoding() != Encoding::Ucs2 || plain == text);
        }
    }
    #[test]
    fn a_wide_text_is_ucs2_whatever_its_characters_are() {
        for (words, parts) in [
            ("hi", 1),
            (&"x".repeat(70)[..], 1),
            (&"x".repeat(71)[..], 2),
        ] {
            let wide = text(words).wide();
            assert_eq!((wide.encoding(), wide.as_str()), (Encoding::Ucs2, words));
            assert_eq!(wide.parts_needed(ReferenceSize::Eight), parts);
            let cut = wide.cut(Reference::Eight(0xAB), 9).unwrap();
            assert!(cut.iter().all(|part| part.encoding == Encoding::Ucs2));
            assert_eq!(reassemble(&cut), words);
            assert_eq!(Text::stored(words, Encoding::Ucs2).unwrap(), wide);
            assert_eq!(wide.transliterate(), wide);
        }
        let long = text(&format!("{}👍 and more", "x".repeat(69))).wide();
        let short = long.truncate_to_one_part();
        let expected = "x".repeat(69);
        assert_eq!(
            (short.as_str(), short.encoding()),
            (&expected[..], Encoding::Ucs2)
        );
        // What needs UCS-2 anyhow is cut the same either way.
        let cut = |text: Text| text.cut(Reference::Eight(0xAB), 9);
        assert_eq!(cut(text("👍").wide()), cut(text("👍")));
        assert_eq!(
            Text::stored("plain", Encoding::Gsm7).unwrap(),
            text("plain")
        );
    }

    #[test]
    fn octets_travel_in_the_place_of_a_text() {
        let ports = [5, 4, 0x0b, 0x84, 0x23, 0xf0];
        for (octets, elements, parts) in [
            (vec![0, 0xff], &[][..], 1),
            (vec![7; 140], &[], 1),
            (vec![7; 133], &ports, 1),
            (vec![7; 134], &ports, 2),
        ] {
            let taken = Text::of_octets(&octets, elements).unwrap();
            assert_eq!(taken.encoding(), Encoding::Binary);
            assert_eq!(taken.octets(), Some((elements, &octets[..])));
            assert_eq!(taken.parts_needed(ReferenceSize::Eight), parts);
            let cut = taken.cut(Reference::Eight(3), 9).unwrap();
            let joined: Vec<u8> = cut.iter().flat_map(|part| part.payload.clone()).collect();
            assert_eq!((cut.len(), joined), (parts, octets.clone()));
            let again = Text::stored(taken.as_str(), Encoding::Binary).unwrap();
            assert_eq!(again, taken);
            assert_eq!(taken.truncate_to_one_part(), taken);
            assert_eq!(taken.clone().wide(), taken);
            assert_eq!(
                format!("{taken:?}"),
                format!("Text({} octets)", octets.len())
            );
        }
        let with_length = [&[6][..], &ports].concat();
        for header in [&with_length[..], &ports] {
            let taken = Text::of_octets_behind(&[1, 2], header).unwrap();
            assert_eq!(
                taken.octets(),
                Some((&ports[..], &[1, 2][..])),
                "{header:02x?}"
            );
        }
        let place = [0, 3, 9, 2, 1];
        assert!(Text::of_octets(&[1], &place).is_ok(), "cut by its client");
        for (octets, elements) in [
            (vec![7; 140], &place[..]),
            (vec![7], &[5, 4, 1]),
            (vec![7], &[5]),
            (vec![7], &[0x20; 140]),
        ] {
            let refused = Text::of_octets(&octets, elements);
            assert_eq!(refused, Err(TextError::Header), "{elements:02x?}");
        }
        assert_eq!(Text::of_octets(&[], &ports), Err(TextError::Empty));
        for broken in ["", "00", ":0", ":zz", "05:00:", "é:00"] {
            assert!(Text::stored(broken, Encoding::Binary).is_err(), "{broken}");
        }
    }
}
