//! What a handset's text looks like on its way in: the user data header and the encodings of SMPP.

/// The header that user data begins with when the UDHI bit is set [3GPP TS 23.040 §9.2.3.24].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserDataHeader {
    /// The information elements in their order: identifier and data.
    pub elements: Vec<(u8, Vec<u8>)>,
}

/// Which part of a longer text this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Concat {
    /// What the parts of one text share; 8 bits unless `wide`.
    pub reference: u16,
    /// Which part this is, from 1 to `of`.
    pub number: u8,
    /// How many parts there are, at least 1.
    pub of: u8,
    /// The reference has 16 bits: an equal 8-bit reference is another text.
    pub wide: bool,
}

impl UserDataHeader {
    /// Reads the header at the front and returns it with what follows. `None` if the length octet promises more than
    /// there is: then it was no header. An element that is cut short ends the list.
    pub fn parse(user_data: &[u8]) -> Option<(UserDataHeader, &[u8])> {
        let (length, rest) = user_data.split_first()?;
        let (mut header, payload) = rest.split_at_checked(usize::from(*length))?;
        let mut elements = Vec::new();
        while let [identifier, length, rest @ ..] = header {
            let Some((data, rest)) = rest.split_at_checked(usize::from(*length)) else {
                break;
            };
            elements.push((*identifier, data.to_vec()));
            header = rest;
        }
        Some((UserDataHeader { elements }, payload))
    }

    /// The last concatenation element that makes sense; others are to be ignored [3GPP TS 23.040 §9.2.3.24.1].
    pub fn concat(&self) -> Option<Concat> {
        self.elements
            .iter()
            .rev()
            .filter_map(|(identifier, data)| match (identifier, data.as_slice()) {
                (0x00, [reference, of, number]) => Some(Concat {
                    reference: u16::from(*reference),
                    number: *number,
                    of: *of,
                    wide: false,
                }),
                (0x08, [high, low, of, number]) => Some(Concat {
                    reference: u16::from_be_bytes([*high, *low]),
                    number: *number,
                    of: *of,
                    wide: true,
                }),
                _ => None,
            })
            .find(|concat| (1..=concat.of).contains(&concat.number))
    }
}

/// Parts user data whose UDHI bit is set into its place in a longer text, if it has one, and its payload. Without a
/// readable header everything is payload.
pub fn split(user_data: &[u8]) -> (Option<Concat>, &[u8]) {
    match UserDataHeader::parse(user_data) {
        Some((header, payload)) => (header.concat(), payload),
        None => (None, user_data),
    }
}

/// What a handset sent.
#[derive(Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A text; line ends are LF, no NULs.
    Text(String),
    /// Octets that are no text, or whose text nobody here can read.
    Binary(Vec<u8>),
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Incoming::Text(text) => write!(f, "Text({} characters)", text.chars().count()),
            Incoming::Binary(octets) => write!(f, "Binary({} octets)", octets.len()),
        }
    }
}

/// Reads a payload without its header by its `data_coding` [SMPP 3.4 §5.2.19, 3GPP TS 23.038 §4].
///
/// | data_coding | read as |
/// |---|---|
/// | 0 | the SMSC's default alphabet: GSM, one septet per octet; octets from 0x80 as Latin-1 |
/// | 1, 3 | ASCII, Latin-1; 0x80 to 0x9F as Windows-1252 |
/// | 2, 4, 9 | binary |
/// | 6, 7 | Cyrillic (ISO 8859-5), Hebrew (ISO 8859-8) |
/// | 8 | UTF-16 big-endian, or as its byte order mark says; a lone surrogate is U+FFFD, an odd last octet is dropped |
/// | 5, 10, 13, 14 | binary: Japanese and Korean character sets are kept, not guessed |
/// | 0x10–0x3F, 0x50–0x7F | GSM general groups: bits 3 and 2 choose GSM, binary or UTF-16; compressed is binary |
/// | 0xC0–0xDF, 0xE0–0xEF | message waiting: GSM, UTF-16 |
/// | 0xF0–0xFF | message class: bit 2 chooses GSM or binary |
/// | any other | UTF-8 if it is that, else binary |
pub fn decode_user_data(data_coding: u8, payload: &[u8]) -> Incoming {
    let text = match data_coding {
        0 => crate::gsm::decode(payload),
        1 | 3 => by_octet(payload, crate::gsm::latin_character),
        2 | 4 | 5 | 9 | 10 | 13 | 14 => return Incoming::Binary(payload.to_vec()),
        6 => by_octet(payload, cyrillic_character),
        7 => by_octet(payload, hebrew_character),
        8 => utf16(payload),
        0x10..=0x1F | 0x50..=0x5F => return by_alphabet_bits(data_coding, payload),
        0xC0..=0xDF => crate::gsm::decode(payload),
        0xE0..=0xEF => utf16(payload),
        0xF0..=0xFF if data_coding & 0x04 == 0 => crate::gsm::decode(payload),
        // Compressed text has no reader here, and class bits with bit 2 set mean data.
        0x20..=0x3F | 0x60..=0x7F | 0xF0..=0xFF => return Incoming::Binary(payload.to_vec()),
        _ => match std::str::from_utf8(payload) {
            Ok(text) => text.to_owned(),
            Err(_) => return Incoming::Binary(payload.to_vec()),
        },
    };
    Incoming::Text(clean(text))
}

/// The general data coding group: bits 3 and 2 choose the alphabet, 3 is reserved.
fn by_alphabet_bits(data_coding: u8, payload: &[u8]) -> Incoming {
    match (data_coding >> 2) & 0x03 {
        0 => Incoming::Text(clean(crate::gsm::decode(payload))),
        2 => Incoming::Text(clean(utf16(payload))),
        _ => Incoming::Binary(payload.to_vec()),
    }
}

fn by_octet(payload: &[u8], character_of: fn(u8) -> char) -> String {
    payload.iter().map(|octet| character_of(*octet)).collect()
}

fn cyrillic_character(octet: u8) -> char {
    match octet {
        0xA0 | 0xAD => char::from(octet),
        0xF0 => '№',
        0xFD => '§',
        0xA1..=0xFF => {
            char::from_u32(u32::from(octet) + 0x360).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => crate::gsm::latin_character(octet),
    }
}

fn hebrew_character(octet: u8) -> char {
    match octet {
        0xE0..=0xFA => {
            char::from_u32(u32::from(octet) + 0x4F0).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        0xAA => '×',
        0xBA => '÷',
        0xDF => '‗',
        0xFD => '\u{200E}',
        0xFE => '\u{200F}',
        0xA1 | 0xBF..=0xFF => char::REPLACEMENT_CHARACTER,
        _ => crate::gsm::latin_character(octet),
    }
}

fn utf16(payload: &[u8]) -> String {
    let (payload, little_endian) = match payload {
        [0xFE, 0xFF, rest @ ..] => (rest, false),
        [0xFF, 0xFE, rest @ ..] => (rest, true),
        _ => (payload, false),
    };
    let units = payload
        .chunks_exact(2)
        .map(|pair| match (pair, little_endian) {
            ([low, high], true) => u16::from_le_bytes([*low, *high]),
            ([high, low], _) => u16::from_be_bytes([*high, *low]),
            _ => 0xFFFD,
        });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Line ends as LF, without the NULs that some SMSCs end or fill texts with.
fn clean(text: String) -> String {
    if !text.contains(['\0', '\r']) {
        return text;
    }
    text.replace('\0', "")
        .replace("\r\n", "\n")
        .replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(data_coding: u8, payload: &[u8]) -> String {
        match decode_user_data(data_coding, payload) {
            Incoming::Text(text) => text,
            Incoming::Binary(_) => panic!("{data_coding:#04x} is not binary"),
        }
    }

    #[test]
    fn headers_are_read_leniently() {
        let eight = Concat {
            reference: 7,
            number: 2,
            of: 3,
            wide: false,
        };
        let sixteen = Concat {
            reference: 0x0107,
            number: 2,
            of: 3,
            wide: true,
        };
        let table: [(&[u8], Option<Concat>, &[u8]); 13] = [
            (&[5, 0, 3, 7, 3, 2, b'x'], Some(eight), b"x"),
            (&[6, 8, 4, 1, 7, 3, 2, b'x'], Some(sixteen), b"x"),
            // Another element (a port address) before it.
            (&[11, 5, 4, 0, 1, 0, 2, 0, 3, 7, 3, 2], Some(eight), b""),
            // Both: the last wins.
            (&[11, 8, 4, 1, 7, 3, 2, 0, 3, 7, 3, 2], Some(eight), b""),
            (&[5, 0, 3, 7, 0, 0, b'x'], None, b"x"),
            (&[5, 0, 3, 7, 3, 4, b'x'], None, b"x"),
            (&[5, 0, 3, 7, 3, 0, b'x'], None, b"x"),
            (&[5, 0, 9, 7, 3, 2, b'x'], None, b"x"),
            (&[4, 0, 2, 7, 3, b'x'], None, b"x"),
            (&[1, 0, b'x'], None, b"x"),
            (&[0, b'x'], None, b"x"),
            (&[200, 0, 3], None, &[200, 0, 3]),
            (&[], None, &[]),
        ];
        for (user_data, concat, payload) in table {
            assert_eq!(split(user_data), (concat, payload), "{user_data:02x?}");
        }
        let (header, _) = UserDataHeader::parse(&[4, 0x24, 1, 1, 9]).unwrap();
        assert_eq!(header.elements, [(0x24, vec![1])]);
    }

    #[test]
    fn every_data_coding_is_read() {
        let table: [(u8, &[u8], &str); 25] = [
            (0, b"Hi\x00\x1B\x65", "Hi@€"),
            (0, b"a\r\nb\rc", "a\nb\nc"),
            (1, b"Hi@$\x00", "Hi@$"),
            (3, &[b'c', b'a', b'f', 0xE9, 0x80], "café€"),
            (6, &[0xBF, 0xE0, 0xD8], "Пр\u{438}"),
            (7, &[0xF9, 0xEC, 0xE5, 0xED], "שלום"),
            (8, &[0x04, 0x1F, 0xD8, 0x3D, 0xDE, 0x00], "П😀"),
            (8, &[0xD8, 0x3D, 0x00, 0x41], "\u{FFFD}A"),
            (8, &[0x00, 0x41, 0xDE, 0x00], "A\u{FFFD}"),
            (8, &[0x00, 0x41, 0xD8, 0x3D], "A\u{FFFD}"),
            (8, &[0x00, 0x41, 0x00], "A"),
            (8, &[0xFE, 0xFF, 0x00, 0x41], "A"),
            (8, &[0xFF, 0xFE, 0x41, 0x00], "A"),
            (8, &[0x00, 0x41, 0x00, 0x00], "A"),
            (8, &[], ""),
            (0x10, b"flash", "flash"),
            (0x11, b"\x00", "@"),
            (0x18, &[0x00, 0x41], "A"),
            (0x19, &[0x00, 0x41], "A"),
            (0xC8, b"\x02", "$"),
            (0xE0, &[0x00, 0x41], "A"),
            (0xF0, b"\x00", "@"),
            (0xF1, b"\x02", "$"),
            (0x0B, "é".as_bytes(), "é"),
            (0x80, b"plain", "plain"),
        ];
        for (data_coding, payload, expected) in table {
            assert_eq!(
                text(data_coding, payload),
                expected,
                "{data_coding:#04x} {payload:02x?}"
            );
        }
        for data_coding in [2, 4, 5, 9, 10, 13, 14, 0x14, 0x1C, 0x20, 0x28, 0xF4, 0xF7] {
            assert_eq!(
                decode_user_data(data_coding, &[0, 1]),
                Incoming::Binary(vec![0, 1]),
                "{data_coding:#04x}"
            );
        }
        assert_eq!(
            decode_user_data(0x80, &[0xFF]),
            Incoming::Binary(vec![0xFF])
        );
    }

    #[test]
    fn debug_never_shows_the_text() {
        assert_eq!(
            format!("{:?}", decode_user_data(0, b"secret")),
            "Text(6 characters)"
        );
    }

    proptest! {
        #[test]
        fn any_user_data_is_read(data_coding in any::<u8>(), user_data in prop::collection::vec(any::<u8>(), 0..300)) {
            let (concat, payload) = split(&user_data);
            prop_assert!(payload.len() <= user_data.len());
            if let Some(concat) = concat {
                prop_assert!(concat.number >= 1 && concat.number <= concat.of);
                prop_assert!(concat.wide || concat.reference < 256);
            }
            if let Incoming::Text(text) = decode_user_data(data_coding, payload) {
                prop_assert!(!text.contains(['\0', '\r']));
            }
        }
    }
}
