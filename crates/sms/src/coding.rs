//! How a handset's octets become a text: data_coding, the carrier's default alphabet, national tables, texts cut between two parts.

use std::fmt;

use crate::gsm;
use crate::language::Shift;
use crate::user_data::{Concat, Ports, UserDataHeader};

/// What a carrier means where data_coding says GSM, or its own default [SMPP 3.4 §5.2.19].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DefaultAlphabet {
    /// The GSM alphabet, one septet per octet.
    #[default]
    Gsm,
    /// The GSM alphabet, eight septets in seven octets as on the air.
    GsmPacked,
    /// data_coding 0 is Latin-1, or ASCII, which is its half; what names GSM expressly is GSM.
    Latin1,
}

/// What a handset sent.
#[derive(Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A text; line ends are LF, no NULs.
    Text(String),
    /// Octets that are no text, or whose text nobody here can read.
    Binary(Vec<u8>),
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Incoming::Text(text) => write!(f, "Text({} characters)", text.chars().count()),
            Incoming::Binary(octets) => write!(f, "Binary({} octets)", octets.len()),
        }
    }
}

/// Everything that user data says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserData {
    /// Which part of which text it is.
    pub concat: Option<Concat>,
    /// The ports that it names.
    pub ports: Option<Ports>,
    /// What it says. A text may end or begin with half a character; see [`mend`].
    pub content: Incoming,
}

/// Reads user data with their header, if they have one: `udhi` says what the PDU says. A header without its bit, and
/// a bit without a header, are told apart as far as that can be done without losing a text.
///
/// A text in tables that are not read here is [`Incoming::Binary`], and so nothing of it is lost.
pub fn read_user_data(
    octets: &[u8],
    udhi: bool,
    data_coding: u8,
    alphabet: DefaultAlphabet,
) -> UserData {
    // UTF-16 of a plain text begins with an octet of zero: that is no empty header.
    let may_have_header = udhi && !(is_utf16(data_coding) && octets.first() == Some(&0));
    let parsed = if may_have_header {
        UserDataHeader::parse(octets)
    } else {
        UserDataHeader::parse_unannounced(octets)
    };
    let (header, payload) = parsed.unwrap_or_else(|| (UserDataHeader::default(), octets));
    let script = header.shift().map(|shift| Script {
        alphabet,
        shift,
        header_octets: octets.len() - payload.len(),
    });
    UserData {
        concat: header.concat(),
        ports: header.ports(),
        content: match script {
            Some(script) => decode(data_coding, payload, script),
            None if is_utf16(data_coding) => decode(data_coding, payload, Script::default()),
            None => Incoming::Binary(payload.to_vec()),
        },
    }
}

/// Reads a payload without its header by its `data_coding` [SMPP 3.4 §5.2.19, 3GPP TS 23.038 §4].
///
/// | data_coding | read as |
/// |---|---|
/// | 0 | the carrier's default alphabet, here GSM, one septet per octet; octets from 0x80 as UTF-8 if all of it is that, else as Latin-1 |
/// | 1 | ASCII; GSM if it holds octets that are controls in ASCII |
/// | 3 | Latin-1; 0x80 to 0x9F as Windows-1252 |
/// | 2, 4, 9 | binary |
/// | 6, 7 | Cyrillic (ISO 8859-5), Hebrew (ISO 8859-8) |
/// | 8 | UTF-16 big-endian, or as its byte order mark says; a lone surrogate and an odd last octet are U+FFFD |
/// | 5, 10, 13, 14 | binary: Japanese and Korean character sets are kept, not guessed |
/// | 0x10–0x3F, 0x40–0x7F | GSM general groups: bits 3 and 2 choose GSM, binary or UTF-16; compressed is binary |
/// | 0xC0–0xDF, 0xE0–0xEF | message waiting: GSM, UTF-16 |
/// | 0xF0–0xFF | message class: bit 2 chooses GSM or binary |
/// | any other | UTF-8 if it is that, else binary |
pub fn decode_user_data(data_coding: u8, payload: &[u8]) -> Incoming {
    match decode(data_coding, payload, Script::default()) {
        Incoming::Text(text) => Incoming::Text(mend(text)),
        binary => binary,
    }
}

/// What GSM and the default alphabet mean in one message.
#[derive(Clone, Copy, Default)]
struct Script {
    alphabet: DefaultAlphabet,
    shift: Shift,
    /// Octets before the payload; packed septets begin on a boundary after them.
    header_octets: usize,
}

impl Script {
    fn gsm(self, payload: &[u8]) -> String {
        match self.alphabet {
            DefaultAlphabet::GsmPacked => {
                self.septets(&gsm::unpack_after(self.header_octets, payload))
            }
            DefaultAlphabet::Gsm | DefaultAlphabet::Latin1 => self.septets(payload),
        }
    }

    fn default_alphabet(self, payload: &[u8]) -> String {
        match self.alphabet {
            DefaultAlphabet::GsmPacked => self.gsm(payload),
            _ if payload.is_ascii() => self.unaccented(payload),
            // Gateways leak UTF-8 under data_coding 0; what is not that is hardly ever well-formed.
            _ => match std::str::from_utf8(payload) {
                Ok(text) => text.to_owned(),
                Err(_) => self.unaccented(payload),
            },
        }
    }

    fn unaccented(self, payload: &[u8]) -> String {
        match self.alphabet {
            DefaultAlphabet::Latin1 => by_octet(payload, gsm::latin_character),
            DefaultAlphabet::Gsm | DefaultAlphabet::GsmPacked => self.septets(payload),
        }
    }

    /// One septet per octet; an escape at the end is kept for the next part.
    fn septets(self, septets: &[u8]) -> String {
        match septets.split_last() {
            Some((&gsm::ESCAPE, before)) if before.last() != Some(&gsm::ESCAPE) => {
                let mut text = gsm::decode_shifted(before, self.shift);
                text.push(CUT_ESCAPE);
                text
            }
            _ => gsm::decode_shifted(septets, self.shift),
        }
    }
}

fn is_utf16(data_coding: u8) -> bool {
    match data_coding {
        8 | 0xE0..=0xEF => true,
        0x10..=0x1F | 0x40..=0x5F => data_coding & 0x0C == 0x08,
        _ => false,
    }
}

/// May leave halves of characters; see [`mend`].
fn decode(data_coding: u8, payload: &[u8], script: Script) -> Incoming {
    let text = match data_coding {
        0 => script.default_alphabet(payload),
        1 if has_gsm_controls(payload) => script.septets(payload),
        1 | 3 => by_octet(payload, gsm::latin_character),
        2 | 4 | 5 | 9 | 10 | 13 | 14 => return Incoming::Binary(payload.to_vec()),
        6 => by_octet(payload, cyrillic_character),
        7 => by_octet(payload, hebrew_character),
        _ if is_utf16(data_coding) => utf16(payload),
        // The general group and the one for automatic deletion: bits 3 and 2 choose the alphabet, 3 is reserved.
        0x10..=0x1F | 0x40..=0x5F if data_coding & 0x0C == 0 => script.gsm(payload),
        0xC0..=0xDF => script.gsm(payload),
        0xF0..=0xFF if data_coding & 0x04 == 0 => script.gsm(payload),
        // Compressed text has no reader here, and class bits with bit 2 set mean data.
        0x10..=0x7F | 0xF0..=0xFF => return Incoming::Binary(payload.to_vec()),
        _ => match std::str::from_utf8(payload) {
            Ok(text) => text.to_owned(),
            Err(_) => return Incoming::Binary(payload.to_vec()),
        },
    };
    Incoming::Text(clean(text))
}

/// Whether octets that are no characters of ASCII stand inside, as `@`, `_` and accents do in GSM. NULs at the end
/// only fill.
fn has_gsm_controls(payload: &[u8]) -> bool {
    let end = payload.iter().rposition(|octet| *octet != 0);
    let text = payload.get(..=end.unwrap_or_default()).unwrap_or_default();
    text.iter()
        .any(|octet| matches!(octet, 0x00..=0x08 | 0x0B | 0x0C | 0x0E..=0x1F))
        && text.is_ascii()
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
        _ => gsm::latin_character(octet),
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
        _ => gsm::latin_character(octet),
    }
}

/// Half a character that a text was cut in, until [`mend`] sees the other: a UTF-16 surrogate or the GSM escape, in a
/// private plane that no handset's font has.
const CUT_PLANE: u32 = 0x10_0000;
const CUT_ESCAPE: char = '\u{10001B}';

fn cut_surrogate(unit: u16) -> char {
    char::from_u32(CUT_PLANE + u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn surrogate_of(character: char) -> Option<u16> {
    u32::from(character)
        .checked_sub(CUT_PLANE)
        .and_then(|unit| u16::try_from(unit).ok())
        .filter(|unit| (0xD800..0xE000).contains(unit))
}

/// Makes whole what was cut between two parts (a surrogate pair, a GSM escape sequence), now that the parts are joined.
/// A half that stayed alone is U+FFFD, an escape a space [3GPP TS 23.038 §6.2.1.1].
pub fn mend(text: String) -> String {
    if !text.contains(|c| c == CUT_ESCAPE || surrogate_of(c).is_some()) {
        return text;
    }
    let mut mended = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character == CUT_ESCAPE {
            let escaped = rest.peek().copied().and_then(gsm::escaped);
            mended.push(escaped.unwrap_or(' '));
            if escaped.is_some() {
                rest.next();
            }
        } else if let Some(unit) = surrogate_of(character) {
            let pair = rest.peek().copied().and_then(surrogate_of);
            let whole = pair.and_then(|low| char::decode_utf16([unit, low]).next()?.ok());
            mended.push(whole.unwrap_or(char::REPLACEMENT_CHARACTER));
            if whole.is_some() {
                rest.next();
            }
        } else {
            mended.push(character);
        }
    }
    mended
}

fn utf16(payload: &[u8]) -> String {
    let (payload, little_endian) = match payload {
        [0xFE, 0xFF, rest @ ..] => (rest, false),
        [0xFF, 0xFE, rest @ ..] => (rest, true),
        _ => (payload, false),
    };
    let pairs = payload.chunks_exact(2);
    let odd = pairs.remainder().iter().any(|octet| *octet != 0);
    let units = pairs.map(|pair| match (pair, little_endian) {
        ([low, high], true) => u16::from_le_bytes([*low, *high]),
        ([high, low], _) => u16::from_be_bytes([*high, *low]),
        _ => 0xFFFD,
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or_else(|lone| cut_surrogate(lone.unpaired_surrogate())))
        .chain(odd.then_some(char::REPLACEMENT_CHARACTER))
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
    fn every_data_coding_is_read() {
        let table: [(u8, &[u8], &str); 32] = [
            (0, b"Hi\x00\x1B\x65", "Hi@€"),
            (0, b"a\r\nb\rc", "a\nb\nc"),
            (0, "50 € für dich".as_bytes(), "50 € für dich"),
            (0, b"f\xfcr dich", "für dich"),
            (1, b"Hi@$\x00", "Hi@$"),
            (1, b"a\x11b\x00c", "a_b@c"),
            (1, b"caf\xe9 \x01", "café \u{1}"),
            (3, &[b'c', b'a', b'f', 0xE9, 0x80], "café€"),
            (6, &[0xBF, 0xE0, 0xD8], "Пр\u{438}"),
            (7, &[0xF9, 0xEC, 0xE5, 0xED], "שלום"),
            (8, &[0x04, 0x1F, 0xD8, 0x3D, 0xDE, 0x00], "П😀"),
            (8, &[0xD8, 0x3D, 0x00, 0x41], "\u{FFFD}A"),
            (8, &[0x00, 0x41, 0xDE, 0x00], "A\u{FFFD}"),
            (8, &[0x00, 0x41, 0xD8, 0x3D], "A\u{FFFD}"),
            (8, &[0x00, 0x41, 0x00], "A"),
            (8, &[0x00, 0x41, 0x42], "A\u{FFFD}"),
            (8, &[0xFE, 0xFF, 0x00, 0x41], "A"),
            (8, &[0xFF, 0xFE, 0x41, 0x00], "A"),
            (8, &[0x00, 0x41, 0x00, 0x00], "A"),
            (8, &[], ""),
            (0x10, b"flash", "flash"),
            (0x11, b"\x00", "@"),
            (0x18, &[0x00, 0x41], "A"),
            (0x19, &[0x00, 0x41], "A"),
            (0x40, b"\x00", "@"),
            (0x48, &[0x00, 0x41], "A"),
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
        for data_coding in [
            2, 4, 5, 9, 10, 13, 14, 0x14, 0x1C, 0x44, 0x4C, 0x60, 0x20, 0x28, 0xF4, 0xF7,
        ] {
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

    #[test]
    fn what_is_cut_between_parts_is_mended() {
        let read = |octets: &[u8], data_coding| match read_user_data(
            octets,
            true,
            data_coding,
            DefaultAlphabet::Gsm,
        )
        .content
        {
            Incoming::Text(text) => text,
            Incoming::Binary(octets) => panic!("binary: {octets:02x?}"),
        };
        let first = read(&[5, 0, 3, 7, 2, 1, 0x00, 0x41, 0xD8, 0x3D], 8);
        let second = read(&[5, 0, 3, 7, 2, 2, 0xDE, 0x00, 0x00, 0x42], 8);
        assert_eq!(mend(format!("{first}{second}")), "A😀B");
        assert_eq!(mend(first), "A\u{FFFD}");
        assert_eq!(mend(second), "\u{FFFD}B");
        let first = read(b"\x05\x00\x03\x07\x02\x01a\x1b", 0);
        let second = read(b"\x05\x00\x03\x07\x02\x02eb", 0);
        assert_eq!(mend(format!("{first}{second}")), "a€b");
        assert_eq!(mend(first), "a ");
        assert_eq!(mend("plain".into()), "plain");
    }

    #[test]
    fn alphabets_of_carriers() {
        use DefaultAlphabet::{Gsm, GsmPacked, Latin1};
        let table: [(DefaultAlphabet, u8, &[u8], &str); 9] = [
            (Gsm, 0, b"\x00$", "@¤"),
            (Latin1, 0, b"@$\xe4", "@$ä"),
            (Latin1, 0, "€".as_bytes(), "€"),
            (Latin1, 0x10, b"\x00", "@"),
            (Latin1, 0xF1, b"\x00", "@"),
            (GsmPacked, 0, &[0xE8, 0x32, 0x9B, 0xFD, 0x06], "hello"),
            (GsmPacked, 0xF1, &[0xE8, 0x32, 0x9B, 0xFD, 0x06], "hello"),
            (GsmPacked, 8, &[0x00, 0x41], "A"),
            (GsmPacked, 3, b"plain", "plain"),
        ];
        for (alphabet, data_coding, octets, expected) in table {
            let read = read_user_data(octets, false, data_coding, alphabet);
            let expected = Incoming::Text(expected.into());
            assert_eq!(read.content, expected, "{alphabet:?} {data_coding:#04x}");
        }
        // After a header packed septets begin on the next boundary.
        let mut octets = vec![5, 0, 3, 7, 2, 1];
        octets.extend(gsm::pack_after(6, b"hello"));
        let read = read_user_data(&octets, true, 0, GsmPacked);
        assert_eq!(read.content, Incoming::Text("hello".into()));
    }

    #[test]
    fn headers_and_their_bit() {
        let gsm = DefaultAlphabet::Gsm;
        let long = b"Hello, this is a text whose UDHI bit is set although it has no header, and it is long.";
        type Row<'a> = (&'a [u8], bool, u8, Option<u8>, Incoming);
        let words = |text: &str| Incoming::Text(text.into());
        let table: [Row; 9] = [
            (&[5, 0, 3, 7, 3, 2, b'x'], true, 0, Some(2), words("x")),
            (&[5, 0, 3, 7, 3, 2, b'x'], false, 0, Some(2), words("x")),
            (&[5, 0, 3, 7, 3, 2, 0, b'x'], false, 8, Some(2), words("x")),
            (&[0, b'H', 0, b'i'], true, 8, None, words("Hi")),
            (
                long,
                true,
                0,
                None,
                words(std::str::from_utf8(long).unwrap()),
            ),
            (&[3, 0x25, 1, 1, b'A', 0x0C], true, 0, None, words("Ağ")),
            (
                &[3, 0x25, 1, 6, b'A', 0x0C],
                true,
                0,
                None,
                Incoming::Binary(vec![b'A', 0x0C]),
            ),
            (&[3, 0x25, 1, 6, 0, b'A'], true, 8, None, words("A")),
            (
                &[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 1, 6],
                true,
                4,
                None,
                Incoming::Binary(vec![1, 6]),
            ),
        ];
        for (octets, udhi, data_coding, number, content) in table {
            let read = read_user_data(octets, udhi, data_coding, gsm);
            assert_eq!(read.content, content, "{octets:02x?}");
            assert_eq!(
                read.concat.map(|concat| concat.number),
                number,
                "{octets:02x?}"
            );
        }
        let wap = read_user_data(&[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 1, 6], true, 4, gsm);
        assert_eq!(wap.ports.map(|ports| ports.destination), Some(2948));
    }

    proptest! {
        #[test]
        fn any_user_data_is_read(data_coding in any::<u8>(), udhi in any::<bool>(), user_data in prop::collection::vec(any::<u8>(), 0..300)) {
            for alphabet in [DefaultAlphabet::Gsm, DefaultAlphabet::GsmPacked, DefaultAlphabet::Latin1] {
                let read = read_user_data(&user_data, udhi, data_coding, alphabet);
                if let Incoming::Text(text) = read.content {
                    prop_assert!(!text.contains(['\0', '\r']));
                    prop_assert!(!mend(text).contains(|c| surrogate_of(c).is_some()));
                }
            }
            let _ = decode_user_data(data_coding, &user_data);
        }

        #[test]
        fn a_text_cut_anywhere_is_whole_again(text in "[a-z€😀\u{10FFFF}ж]{0,20}", at in 0_usize..60) {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let (first, second) = units.split_at((at * 2).min(units.len()));
            let read = |octets| match decode(8, octets, Script::default()) {
                Incoming::Text(text) => text,
                Incoming::Binary(_) => String::new(),
            };
            prop_assert_eq!(mend(read(first) + &read(second)), text);
        }
    }
}
