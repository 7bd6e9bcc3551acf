//! The national language shift tables of the GSM alphabet: which one a header asks for, and how it reads [3GPP TS 23.038 §6.2.1.2, Annex A].
//!
//! Turkish, Spanish and Portuguese are read. The tables of the Indian languages are not: what needs them is told apart, never guessed.

/// A language whose tables are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Identifier 1.
    Turkish,
    /// Identifier 2; it has a single shift table only.
    Spanish,
    /// Identifier 3.
    Portuguese,
}

/// The tables that a text is written in beside, or instead of, the default ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Shift {
    /// Instead of the base table.
    pub locking: Option<Language>,
    /// Instead of the extension table.
    pub single: Option<Language>,
}

impl Language {
    /// The language of a National Language Identifier [3GPP TS 23.038 §6.2.1.2.4], if its tables are read here.
    pub fn from_identifier(identifier: u8) -> Option<Language> {
        match identifier {
            1 => Some(Language::Turkish),
            2 => Some(Language::Spanish),
            3 => Some(Language::Portuguese),
            _ => None,
        }
    }

    /// Where the locking shift table differs from the base table; Spanish has none.
    const fn locking(self) -> &'static [(u8, char)] {
        match self {
            Language::Turkish => &TURKISH_LOCKING,
            Language::Spanish => &[],
            Language::Portuguese => &PORTUGUESE_LOCKING,
        }
    }

    /// Where the single shift table differs from the extension table.
    const fn single(self) -> &'static [(u8, char)] {
        match self {
            Language::Turkish => &TURKISH_SINGLE,
            Language::Spanish => &SPANISH_SINGLE,
            Language::Portuguese => &PORTUGUESE_SINGLE,
        }
    }
}

impl Shift {
    /// The character of a septet, where a locking table changes it.
    pub(crate) fn base(self, septet: u8) -> Option<char> {
        find(self.locking?.locking(), septet)
    }

    /// The character of the septet after an escape, where a single shift table changes it.
    pub(crate) fn extension(self, septet: u8) -> Option<char> {
        find(self.single?.single(), septet)
    }
}

fn find(table: &[(u8, char)], septet: u8) -> Option<char> {
    table
        .iter()
        .find(|(code, _)| *code == septet)
        .map(|(_, character)| *character)
}

/// [3GPP TS 23.038 §A.3.1]
const TURKISH_LOCKING: [(u8, char); 8] = [
    (0x04, '€'),
    (0x07, 'ı'),
    (0x0B, 'Ğ'),
    (0x0C, 'ğ'),
    (0x1C, 'Ş'),
    (0x1D, 'ş'),
    (0x40, 'İ'),
    (0x60, 'ç'),
];

/// [3GPP TS 23.038 §A.2.1]
const TURKISH_SINGLE: [(u8, char); 7] = [
    (0x47, 'Ğ'),
    (0x49, 'İ'),
    (0x53, 'Ş'),
    (0x63, 'ç'),
    (0x67, 'ğ'),
    (0x69, 'ı'),
    (0x73, 'ş'),
];

/// [3GPP TS 23.038 §A.2.2]
const SPANISH_SINGLE: [(u8, char); 9] = [
    (0x09, 'ç'),
    (0x41, 'Á'),
    (0x49, 'Í'),
    (0x4F, 'Ó'),
    (0x55, 'Ú'),
    (0x61, 'á'),
    (0x69, 'í'),
    (0x6F, 'ó'),
    (0x75, 'ú'),
];

/// [3GPP TS 23.038 §A.3.3]
const PORTUGUESE_LOCKING: [(u8, char); 30] = [
    (0x04, 'ê'),
    (0x06, 'ú'),
    (0x07, 'í'),
    (0x08, 'ó'),
    (0x09, 'ç'),
    (0x0B, 'Ô'),
    (0x0C, 'ô'),
    (0x0E, 'Á'),
    (0x0F, 'á'),
    (0x12, 'ª'),
    (0x13, 'Ç'),
    (0x14, 'À'),
    (0x15, '∞'),
    (0x16, '^'),
    (0x17, '\\'),
    (0x18, '€'),
    (0x19, 'Ó'),
    (0x1A, '|'),
    (0x1C, 'Â'),
    (0x1D, 'â'),
    (0x1E, 'Ê'),
    (0x24, 'º'),
    (0x40, 'Í'),
    (0x5B, 'Ã'),
    (0x5C, 'Õ'),
    (0x5D, 'Ú'),
    (0x60, '~'),
    (0x7B, 'ã'),
    (0x7C, 'õ'),
    (0x7D, '`'),
];

/// [3GPP TS 23.038 §A.2.3]
const PORTUGUESE_SINGLE: [(u8, char); 27] = [
    (0x05, 'ê'),
    (0x09, 'ç'),
    (0x0B, 'Ô'),
    (0x0C, 'ô'),
    (0x0E, 'Á'),
    (0x0F, 'á'),
    (0x12, 'Φ'),
    (0x13, 'Γ'),
    (0x15, 'Ω'),
    (0x16, 'Π'),
    (0x17, 'Ψ'),
    (0x18, 'Σ'),
    (0x19, 'Θ'),
    (0x1F, 'Ê'),
    (0x41, 'À'),
    (0x49, 'Í'),
    (0x4F, 'Ó'),
    (0x55, 'Ú'),
    (0x5B, 'Ã'),
    (0x5C, 'Õ'),
    (0x61, 'Â'),
    (0x69, 'í'),
    (0x6F, 'ó'),
    (0x75, 'ú'),
    (0x7B, 'ã'),
    (0x7C, 'õ'),
    (0x7F, 'â'),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gsm;

    #[test]
    fn sentences_of_each_language() {
        let turkish = Some(Language::Turkish);
        let spanish = Some(Language::Spanish);
        let portuguese = Some(Language::Portuguese);
        let shift = |locking, single| Shift { locking, single };
        let table: [(Shift, &[u8], &str); 7] = [
            (shift(turkish, None), b"A\x0c\x1d\x07\x60\x40", "Ağşıçİ"),
            (
                shift(None, turkish),
                b"a\x1bg\x1bs\x1bi\x1bc\x1be",
                "ağşıç€",
            ),
            (shift(None, spanish), b"c\x1bomo est\x1ba\x09", "cómo estáÇ"),
            (shift(spanish, None), b"\x09", "Ç"),
            (
                shift(portuguese, None),
                b"n\x7bo \x13\x09 \x18\x1b\x65",
                "não Çç €€",
            ),
            (
                shift(None, portuguese),
                b"n\x1b\x7bo \x09\x1b\x09",
                "não Çç",
            ),
            // Both, and a code that the single table lacks: the locking table's character.
            (shift(portuguese, portuguese), b"\x1b\x06\x1b\x12", "úΦ"),
        ];
        for (shift, septets, text) in table {
            assert_eq!(gsm::decode_shifted(septets, shift), text, "{shift:?}");
        }
        assert_eq!(Language::from_identifier(0), None);
        assert_eq!(Language::from_identifier(4), None);
    }

    #[test]
    fn the_tables_change_only_what_differs() {
        for language in [Language::Turkish, Language::Spanish, Language::Portuguese] {
            for (code, character) in language.locking() {
                assert_ne!(gsm::decode(&[*code]), character.to_string(), "{code:#04x}");
                assert!(*code < 0x80 && *code != gsm::ESCAPE);
            }
            for (code, _) in language.single() {
                assert!(*code < 0x80 && *code != gsm::ESCAPE);
            }
        }
    }
}
