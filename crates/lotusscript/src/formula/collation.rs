//! The order of texts, as Notes sorts them: digits, letters in any case, the apostrophe, the dash, everything else. `H_SORT` has that order.

/// What counts when texts are put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Collation {
    /// Texts that differ in case alone are the same; else the one in small letters goes first.
    pub ignores_case: bool,
    /// Texts that differ in accents alone are the same; else the one without them goes first.
    pub ignores_accents: bool,
}

/// Letters with accents behind the letter that they are beside: those of Latin 1 and of Latin Extended-A, as far as they are small.
const ACCENTED: [&str; 22] = [
    "aàáâãäåāăą",
    "cçćĉċč",
    "dďđ",
    "eèéêëēĕėęě",
    "gĝğġģ",
    "hĥħ",
    "iìíîïĩīĭįı",
    "jĵ",
    "kķ",
    "lĺļľŀł",
    "nñńņň",
    "oòóôõöøōŏő",
    "rŕŗř",
    "sśŝşš",
    "tţťŧ",
    "uùúûüũūŭůűų",
    "wŵ",
    "yýÿŷ",
    "zźżž",
    "æǽ",
    "œ",
    "ß",
];

/// Nothing is before it but the end of a text.
const END: u8 = 0;

impl Collation {
    /// What orders a text among others: all its letters go before the accents of any, and these before the case of any.
    pub fn key(self, text: &str) -> Vec<u8> {
        let mut key = Vec::with_capacity(text.len() * 3 + 2);
        let mut accents = Vec::new();
        let mut cases = Vec::new();
        for letter in text.chars() {
            let (small, is_capital) = small(letter);
            let (base, accent) = match small.is_ascii() {
                true => (small, 0),
                false => without_accent(small),
            };
            push_base(&mut key, base);
            if !self.ignores_accents {
                accents.push(accent + 1);
            }
            if !self.ignores_case {
                cases.push(u8::from(is_capital) + 1);
            }
        }
        for level in [accents, cases] {
            key.push(END);
            key.extend(level);
        }
        key
    }
}

/// A letter, written small, and whether it was not.
fn small(letter: char) -> (char, bool) {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(small), None) if small != letter => (small, true),
        _ => (letter, false),
    }
}

fn without_accent(letter: char) -> (char, u8) {
    let place = |row: &&str| {
        let at = row.chars().position(|one| one == letter)?;
        Some((row.chars().next()?, u8::try_from(at).ok()?))
    };
    ACCENTED.iter().find_map(place).unwrap_or((letter, 0))
}

/// Its class, and its place there.
fn push_base(key: &mut Vec<u8>, base: char) {
    let mut bytes = [0; 4];
    let bytes = base.encode_utf8(&mut bytes).as_bytes();
    let class = match base {
        _ if base.is_numeric() => 1,
        // Two letters in one stand behind the first of them.
        'æ' => return key.extend(*b"\x02a\x02e"),
        'œ' => return key.extend(*b"\x02o\x02e"),
        'ß' => return key.extend(*b"\x02s\x02s"),
        _ if base.is_alphabetic() => 2,
        '\'' => 3,
        '-' => 4,
        _ => 5,
    };
    key.push(class);
    key.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::Collation;

    #[test]
    fn texts_are_in_the_order_of_notes() {
        // As documented in H_SORT, but for accents, which it leaves to the language of the machine.
        let ordered = [
            "", "0", "1", "10", "9", "a", "A", "aa", "ab", "Ab", "AB", "cat", "Cat", "CAT", "cats",
            "e", "é", "ea", "émile", "Émile", "Emily", "strasse", "strata", "Zoo", "ж", "'", "-",
            " ", "!", "€",
        ];
        let mut sorted = ordered;
        sorted.reverse();
        sorted.sort_by_key(|text| Collation::default().key(text));
        assert_eq!(sorted, ordered);
    }

    #[test]
    fn what_does_not_count_makes_no_difference() {
        let case = Collation {
            ignores_case: true,
            ignores_accents: false,
        };
        assert_eq!(case.key("ÉmILE"), case.key("émile"));
        assert_ne!(case.key("Emile"), case.key("émile"));
        let accents = Collation {
            ignores_case: false,
            ignores_accents: true,
        };
        assert_eq!(accents.key("émile"), accents.key("emile"));
        assert_ne!(accents.key("Emile"), accents.key("emile"));
        assert!(Collation::default().key("straße") > Collation::default().key("strasa"));
    }
}
