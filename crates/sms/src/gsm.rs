//! The GSM 7-bit default alphabet with its extension table, one octet per septet, and 7-bit packing.
//!
//! Source: [3GPP TS 23.038 §6.1.2, §6.2.1, §6.2.1.1]. "Unpacked" means one septet per octet, which is how SMPP
//! carries it; an extension character is [`ESCAPE`] followed by its code.

/// The septet that announces a character of the extension table. Never a character by itself.
pub const ESCAPE: u8 = 0x1B;

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
    let mut text = String::with_capacity(septets.len());
    let mut rest = septets.iter();
    while let Some(&septet) = rest.next() {
        text.push(match septet {
            ESCAPE => rest.next().map_or(' ', |&code| extension_character(code)),
            0x00..=0x7F => ALPHABET[usize::from(septet)],
            _ => latin_character(septet),
        });
    }
    text
}

fn extension_character(code: u8) -> char {
    EXTENSION
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, character)| *character)
        .or_else(|| ALPHABET.get(usize::from(code)).copied())
        .unwrap_or_else(|| latin_character(code))
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
        fn packing_and_unpacking_give_the_septets_back(septets in prop::collection::vec(0_u8..128, 0..200)) {
            let octets = pack(&septets);
            prop_assert_eq!(octets.len(), (septets.len() * 7).div_ceil(8));
            prop_assert_eq!(unpack(&octets, septets.len()), septets);
        }
    }
}
