//! The GSM 7-bit default alphabet with its extension table, one octet per septet, and 7-bit packing.
//!
//! Source: [3GPP TS 23.038 §6.1.2, §6.2.1, §6.2.1.1]. "Unpacked" means one septet per octet, which is how SMPP
//! carries it; an extension character is [`ESCAPE`] followed by its code.

use crate::language::Shift;

/// The septet that announces a character of the extension table. Never a character by itself.
pub const ESCAPE: u8 = 0x1B;
/// Carriage return, which fills a last octet that would hold a whole septet of zeros [3GPP TS 23.038 §6.1.2.3.1].
const CARRIAGE_RETURN: u8 = 0x0D;

/// Code to character. The place of the escape holds a space, as a receiver without that table shows it.
const ALPHABET: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', //
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', ' ', 'Æ', 'æ', 'ß', 'É', //
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', //
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', //
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', //
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', //
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', //
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// Code after the escape, and its character.
const EXTENSION: [(u8, char); 10] = [
    (0x0A, '\u{0C}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// Windows-1252 for 0x80..=0x9F, where Latin-1 has only controls; the five holes are U+FFFD.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž',
    '\u{FFFD}', //
    '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}', 'ž', 'Ÿ',
];

/// How a character is written.
#[derive(Clone, Copy)]
enum Code {
    None,
    Base(u8),
    Extended(u8),
}

/// Codes of the characters below U+0100, made from the two tables by the compiler.
const LATIN: [Code; 256] = latin_codes();

const fn latin_codes() -> [Code; 256] {
    let mut codes = [Code::None; 256];
    let mut code = 0;
    while code < 128 {
        let character = ALPHABET[code] as usize;
        if character < 256 && code != ESCAPE as usize {
            codes[character] = Code::Base(code as u8);
        }
        code += 1;
    }
    let mut row = 0;
    while row < EXTENSION.len() {
        let (code, character) = EXTENSION[row];
        if (character as usize) < 256 {
            codes[character as usize] = Code::Extended(code);
        }
        row += 1;
    }
    codes
}

fn code_of(character: char) -> Code {
    if let Some(code) = LATIN.get(character as usize) {
        return *code;
    }
    match character {
        '€' => Code::Extended(0x65),
        'Δ' => Code::Base(0x10),
        'Φ' => Code::Base(0x12),
        'Γ' => Code::Base(0x13),
        'Λ' => Code::Base(0x14),
        'Ω' => Code::Base(0x15),
        'Π' => Code::Base(0x16),
        'Ψ' => Code::Base(0x17),
        'Σ' => Code::Base(0x18),
        'Θ' => Code::Base(0x19),
        'Ξ' => Code::Base(0x1A),
        _ => Code::None,
    }
}

/// Septets that one character costs: 1, 2 for the extension table, `None` when the alphabet lacks it.
pub fn septets_of(character: char) -> Option<usize> {
    match code_of(character) {
        Code::Base(_) => Some(1),
        Code::Extended(_) => Some(2),
        Code::None => None,
    }
}

/// Septets that the whole text costs, or `None` when one of its characters is not in the alphabet.
pub fn septets(text: &str) -> Option<usize> {
    text.chars().map(septets_of).sum()
}

/// The text unpacked, one octet per septet, or `None` when one of its characters is not in the alphabet.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut septets = Vec::with_capacity(text.len());
    for character in text.chars() {
        match code_of(character) {
            Code::Base(code) => septets.push(code),
            Code::Extended(code) => septets.extend([ESCAPE, code]),
            Code::None => return None,
        }
    }
    Some(septets)
}

/// Reads unpacked septets; every sequence of octets has a meaning.
///
/// An escape before a code that the extension table lacks shows the character of the base table, a doubled or a
/// last escape a space [3GPP TS 23.038 §6.2.1.1]. Octets from 0x80 cannot be septets: SMSCs that send them in the
/// default alphabet mean Latin-1, so they are read as Windows-1252.
pub fn decode(septets: &[u8]) -> String {
    decode_shifted(septets, Shift::default())
}

/// Like [`decode`], with national tables where a header asks for them.
pub fn decode_shifted(septets: &[u8], shift: Shift) -> String {
    let mut text = String::with_capacity(septets.len());
    let mut rest = septets.iter();
    while let Some(&septet) = rest.next() {
        text.push(match septet {
            ESCAPE => rest
                .next()
                .map_or(' ', |&code| extension_character(code, shift)),
            _ => base_character(septet, shift),
        });
    }
    text
}

fn base_character(septet: u8, shift: Shift) -> char {
    shift
        .base(septet)
        .or_else(|| ALPHABET.get(usize::from(septet)).copied())
        .unwrap_or_else(|| latin_character(septet))
}

fn extension_character(code: u8, shift: Shift) -> char {
    shift
        .extension(code)
        .or_else(|| extension_of(code))
        .unwrap_or_else(|| base_character(code, shift))
}

/// The character of the extension table, where it has one.
fn extension_of(code: u8) -> Option<char> {
    EXTENSION
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, character)| *character)
}

/// What an escape makes of the character after it, where a text was cut between the two.
pub(crate) fn escaped(character: char) -> Option<char> {
    match code_of(character) {
        Code::Base(code) => extension_of(code),
        Code::Extended(_) | Code::None => None,
    }
}

/// One octet of Latin-1 as it is used in practice: 0x80..=0x9F are Windows-1252.
pub(crate) fn latin_character(octet: u8) -> char {
    match octet {
        0x80..=0x9F => WINDOWS_1252[usize::from(octet - 0x80)],
        _ => char::from(octet),
    }
}

/// Packs septets eight into seven octets [3GPP TS 23.038 §6.1.2.1.1]; the last octet is filled with zero bits.
/// The eighth bit of each input octet is ignored.
pub fn pack(septets: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity((septets.len() * 7).div_ceil(8));
    let (mut held, mut bits) = (0_u16, 0);
    for septet in septets {
        held |= u16::from(septet & 0x7F) << bits;
        bits += 7;
        if bits >= 8 {
            octets.push((held & 0xFF) as u8);
            held >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        octets.push((held & 0xFF) as u8);
    }
    octets
}

/// Unpacks at most `count` septets, fewer if the octets do not hold that many. The count cannot be told from the
/// octets: seven of them may hold seven septets or eight, the last being `@`.
pub fn unpack(octets: &[u8], count: usize) -> Vec<u8> {
    let count = count.min(octets.len() * 8 / 7);
    let mut septets = Vec::with_capacity(count);
    let (mut held, mut bits) = (0_u16, 0);
    let mut rest = octets.iter();
    while septets.len() < count {
        if bits < 7 {
            let Some(octet) = rest.next() else { break };
            held |= u16::from(*octet) << bits;
            bits += 8;
        }
        septets.push((held & 0x7F) as u8);
        held >>= 7;
        bits -= 7;
    }
    septets
}

/// Bits between a header of that many octets and the first septet, so that septets begin on a septet boundary
/// [3GPP TS 23.040 §9.2.3.24].
const fn fill_bits(header_octets: usize) -> usize {
    (7 - header_octets * 8 % 7) % 7
}

/// Packs septets as they stand after a header of that many octets; 0 for none. The header is not part of the result.
pub fn pack_after(header_octets: usize, septets: &[u8]) -> Vec<u8> {
    shifted_left(&pack(septets), fill_bits(header_octets), septets.len())
}

/// Unpacks all septets after a header of that many octets; 0 for none. A last septet that only fills the last octet is
/// left out, so that no `@` is read where there was none.
pub fn unpack_after(header_octets: usize, octets: &[u8]) -> Vec<u8> {
    let fill = fill_bits(header_octets);
    let bits = (octets.len() * 8).saturating_sub(fill);
    let mut septets = unpack(&shifted_right(octets, fill), bits / 7);
    if bits.is_multiple_of(7) && matches!(septets.last(), Some(&(0 | CARRIAGE_RETURN))) {
        septets.pop();
    }
    septets
}

/// The packed octets moved up by some bits (fewer than 8), as long as so many septets need.
fn shifted_left(octets: &[u8], bits: usize, septets: usize) -> Vec<u8> {
    let mut held = 0_u16;
    let mut shifted: Vec<u8> = octets
        .iter()
        .chain([&0])
        .map(|octet| {
            held = held >> 8 | u16::from(*octet) << bits;
            (held & 0xFF) as u8
        })
        .collect();
    shifted.truncate((septets * 7 + bits).div_ceil(8));
    shifted
}

/// The octets moved down by some bits (fewer than 8).
fn shifted_right(octets: &[u8], bits: usize) -> Vec<u8> {
    let next = octets.iter().skip(1).chain([&0]);
    octets
        .iter()
        .zip(next)
        .map(|(octet, next)| ((u16::from(*next) << 8 | u16::from(*octet)) >> bits) as u8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any text of the alphabet, extension characters included.
    fn gsm_text() -> impl Strategy<Value = String> {
        let characters: Vec<char> = ALPHABET
            .iter()
            .copied()
            .chain(EXTENSION.iter().map(|(_, c)| *c))
            .collect();
        prop::collection::vec(prop::sample::select(characters), 0..400)
            .prop_map(|characters| characters.into_iter().collect())
    }

    #[test]
    fn known_texts_have_the_octets_of_the_standard() {
        let table: [(&str, &[u8]); 8] = [
            ("@", &[0x00]),
            ("", &[]),
            ("hello", b"hello"),
            ("€", &[0x1B, 0x65]),
            ("a\u{0C}b", &[0x61, 0x1B, 0x0A, 0x62]),
            (
                "[{~}]^\\|",
                &[
                    0x1B, 0x3C, 0x1B, 0x28, 0x1B, 0x3D, 0x1B, 0x29, 0x1B, 0x3E, 0x1B, 0x14, 0x1B,
                    0x2F, 0x1B, 0x40,
                ],
            ),
            ("_$¤¡¿§Ç", &[0x11, 0x02, 0x24, 0x40, 0x60, 0x5F, 0x09]),
            (
                "ΔΦΓΛΩΠΨΣΘΞ",
                &[0x10, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A],
            ),
        ];
        for (text, octets) in table {
            assert_eq!(encode(text).as_deref(), Some(octets), "{text}");
            assert_eq!(decode(octets), text);
            assert_eq!(septets(text), Some(octets.len()));
        }
    }

    #[test]
    fn characters_outside_the_alphabet_are_not_guessed() {
        for text in [
            "ç", "`", "“", "😀", "\u{1B}", "\0", "\t", "á", "Α", "\u{7F}", "\u{80}", "\u{A0}",
        ] {
            assert_eq!(encode(text), None, "{text:?}");
            assert_eq!(septets(text), None, "{text:?}");
        }
    }

    #[test]
    fn odd_escapes_and_octets_are_read() {
        let table: [(&[u8], &str); 7] = [
            (&[0x1B], " "),
            (&[0x1B, 0x1B], " "),
            (&[0x1B, 0x1B, 0x65], " e"),
            (&[0x1B, 0x41], "A"),
            (&[0x41, 0x1B], "A "),
            (&[0x80, 0xE9], "€é"),
            (&[0x1B, 0xE9], "é"),
        ];
        for (octets, text) in table {
            assert_eq!(decode(octets), text, "{octets:02x?}");
        }
    }

    #[test]
    fn packing_matches_the_well_known_example() {
        assert_eq!(
            pack(b"hellohello"),
            [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]
        );
        assert_eq!(
            unpack(&[0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37], 10),
            b"hellohello"
        );
        assert_eq!(unpack(&[0xE8], 10), b"h");
        assert_eq!(pack(&[0; 8]).len(), 7);
        // A six-octet header leaves one bit to fill: the first septet is moved up by it.
        assert_eq!(pack_after(6, b"h"), [b'h' << 1]);
        assert_eq!(unpack_after(6, &[b'h' << 1]), b"h");
        // Seven septets fill seven octets but for seven bits: neither zeros nor a carriage return there are text.
        assert_eq!(unpack_after(0, &pack(b"1234567")), b"1234567");
        assert_eq!(unpack_after(0, &pack(b"1234567\r")), b"1234567");
        assert_eq!(pack(&[0x61; 160]).len(), 140);
    }

    proptest! {
        #[test]
        fn encoding_and_decoding_give_the_text_back(text in gsm_text()) {
            let octets = encode(&text).unwrap();
            prop_assert_eq!(septets(&text), Some(octets.len()));
            prop_assert!(octets.iter().all(|octet| *octet < 0x80));
            prop_assert_eq!(decode(&octets), text);
        }

        #[test]
        fn any_text_encodes_exactly_or_not_at_all(text in any::<String>()) {
            if let Some(octets) = encode(&text) {
                prop_assert_eq!(decode(&octets), text);
            }
        }

        #[test]
        fn any_octets_decode(octets in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(decode(&octets).chars().count() <= octets.len());
        }

        #[test]
        fn packing_after_a_header_gives_the_septets_back(header in 0_usize..20, septets in prop::collection::vec(1_u8..128, 0..160)) {
            prop_assume!(septets.last() != Some(&CARRIAGE_RETURN));
            let octets = pack_after(header, &septets);
            prop_assert_eq!(octets.len(), (fill_bits(header) + septets.len() * 7).div_ceil(8));
            prop_assert_eq!(unpack_after(header, &octets), septets);
        }

        #[test]
        fn packing_and_unpacking_give_the_septets_back(septets in prop::collection::vec(0_u8..128, 0..200)) {
            let octets = pack(&septets);
            prop_assert_eq!(octets.len(), (septets.len() * 7).div_ceil(8));
            prop_assert_eq!(unpack(&octets, septets.len()), septets);
        }
    }
}
