//! Stray typographic characters, as word processors and mail clients put them in, and their plain spelling.
//!
//! Only characters that stand for a plain one: letters that GSM lacks are left alone, since changing them changes words.

/// The plain spelling of a typographic character, empty for an invisible one; `None` when it is to stay.
fn plain(character: char) -> Option<&'static str> {
    Some(match character {
        '‘' | '’' | '‚' | '‛' | '′' | '‵' | '‹' | '›' | 'ʼ' | 'ʻ' | '´' | '`' | '＇' => {
            "'"
        }
        '“' | '”' | '„' | '‟' | '″' | '‶' | '«' | '»' | '〝' | '〞' | '＂' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '⁃' | '﹣' | '－' => "-",
        '…' => "...",
        '‥' => "..",
        '•' | '‣' | '▪' | '●' | '◦' | '∙' => "*",
        '·' | '․' => ".",
        '\t'
        | '\u{A0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200A}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}' => " ",
        '\u{0B}' | '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",
        '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}' | '\u{FEFF}' => "",
        '⁄' | '∕' | '÷' => "/",
        '×' => "x",
        '≤' => "<=",
        '≥' => ">=",
        '©' => "(c)",
        '®' => "(r)",
        '™' => "(tm)",
        '¼' => "1/4",
        '½' => "1/2",
        '¾' => "3/4",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        '\u{2126}' => "Ω",
        '\u{2206}' => "Δ",
        '\u{212B}' => "Å",
        _ => return None,
    })
}

/// The GSM letter that a plain letter and a combining mark make; some systems send accents decomposed.
fn composed(letter: char, mark: char) -> Option<char> {
    Some(match (letter, mark) {
        ('a', '\u{300}') => 'à',
        ('e', '\u{300}') => 'è',
        ('i', '\u{300}') => 'ì',
        ('o', '\u{300}') => 'ò',
        ('u', '\u{300}') => 'ù',
        ('e', '\u{301}') => 'é',
        ('E', '\u{301}') => 'É',
        ('n', '\u{303}') => 'ñ',
        ('N', '\u{303}') => 'Ñ',
        ('a', '\u{308}') => 'ä',
        ('o', '\u{308}') => 'ö',
        ('u', '\u{308}') => 'ü',
        ('A', '\u{308}') => 'Ä',
        ('O', '\u{308}') => 'Ö',
        ('U', '\u{308}') => 'Ü',
        ('a', '\u{30A}') => 'å',
        ('A', '\u{30A}') => 'Å',
        ('C', '\u{327}') => 'Ç',
        _ => return None,
    })
}

/// The text with every typographic character in its plain spelling.
pub(crate) fn transliterate(text: &str) -> String {
    let mut plain_text = String::with_capacity(text.len());
    for character in text.chars() {
        let whole = plain_text
            .chars()
            .next_back()
            .and_then(|letter| composed(letter, character));
        if let Some(letter) = whole {
            plain_text.pop();
            plain_text.push(letter);
        } else if let Some(spelling) = plain(character) {
            plain_text.push_str(spelling);
        } else {
            plain_text.push(character);
        }
    }
    plain_text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_in_the_gsm_alphabet() {
        for character in (0..=0xFFFF).filter_map(char::from_u32) {
            if let Some(spelling) = plain(character) {
                assert!(crate::gsm::septets(spelling).is_some(), "{character:?}");
                assert!(
                    crate::gsm::septets_of(character).is_none(),
                    "{character:?} needs no spelling"
                );
            }
        }
    }

    #[test]
    fn decomposed_accents_become_one_letter() {
        assert_eq!(transliterate("cafe\u{301} n\u{303}"), "café ñ");
        assert_eq!(transliterate("x\u{301}"), "x\u{301}");
    }
}
