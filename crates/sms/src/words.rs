//! Words that mean something to the gateway itself, and what may reach the header of a mail.

/// What an opt-out word asks for [SPEC 5.5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OptWord {
    /// Send this handset nothing more.
    Out,
    /// Send again.
    In,
    /// Send again, if the handset had opted out; otherwise an ordinary answer (YES).
    InIfOut,
    /// Tell what this is.
    Help,
}

/// The opt word that a text consists of, by the default sets: STOP, STOPALL, UNSUBSCRIBE, OPTOUT; START, UNSTOP;
/// YES; HELP, INFO. The word must stand alone; case, and blanks or punctuation around it, do not matter.
pub fn opt_word(text: &str) -> Option<OptWord> {
    opt_word_with::<&str>(text, &[])
}

/// Like [`opt_word`], with further words that mean opting out (CANCEL, END, ARRET …).
pub fn opt_word_with<W: AsRef<str>>(text: &str, more_out: &[W]) -> Option<OptWord> {
    const WORDS: [(&str, OptWord); 9] = [
        ("STOP", OptWord::Out),
        ("STOPALL", OptWord::Out),
        ("UNSUBSCRIBE", OptWord::Out),
        ("OPTOUT", OptWord::Out),
        ("START", OptWord::In),
        ("UNSTOP", OptWord::In),
        ("YES", OptWord::InIfOut),
        ("HELP", OptWord::Help),
        ("INFO", OptWord::Help),
    ];
    let word = text.trim_matches(|character: char| !character.is_alphanumeric());
    if word.is_empty() {
        return None;
    }
    WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|(_, meaning)| *meaning)
        .or_else(|| {
            more_out
                .iter()
                .any(|known| known.as_ref().to_lowercase() == word.to_lowercase())
                .then_some(OptWord::Out)
        })
}

/// One line that may stand in a header or a name [THREATS T5]: controls (C0, DEL, C1) and bidi controls are gone,
/// line breaks and tabs are one space, none at either end.
pub fn printable_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t'..='\r' | ' ' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                if !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            _ if character.is_control() || is_bidi_control(character) => {}
            _ => line.push(character),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

fn is_bidi_control(character: char) -> bool {
    matches!(
        character,
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn opt_words_stand_alone() {
        let table = [
            ("STOP", Some(OptWord::Out)),
            (" stop. ", Some(OptWord::Out)),
            ("“Stop!”\r\n", Some(OptWord::Out)),
            ("StopAll", Some(OptWord::Out)),
            ("unsubscribe", Some(OptWord::Out)),
            ("OPTOUT", Some(OptWord::Out)),
            ("start", Some(OptWord::In)),
            ("Unstop", Some(OptWord::In)),
            ("YES", Some(OptWord::InIfOut)),
            ("help?", Some(OptWord::Help)),
            ("INFO", Some(OptWord::Help)),
            ("stop please", None),
            ("don't stop", None),
            ("nonstop", None),
            ("STOP1", None),
            ("CANCEL", None),
            ("", None),
            ("...", None),
            ("stöp", None),
        ];
        for (text, meaning) in table {
            assert_eq!(opt_word(text), meaning, "{text:?}");
        }
    }

    #[test]
    fn further_words_can_be_added() {
        let more = ["CANCEL", "Arrêt"];
        assert_eq!(opt_word_with("cancel.", &more), Some(OptWord::Out));
        assert_eq!(opt_word_with("ARRÊT", &more), Some(OptWord::Out));
        assert_eq!(opt_word_with("start", &more), Some(OptWord::In));
        assert_eq!(opt_word_with("?", &["?"]), None);
    }

    #[test]
    fn a_line_has_no_breaks_left() {
        assert_eq!(
            printable_line("Hi\r\nBcc: x@example.com\0"),
            "Hi Bcc: x@example.com"
        );
        assert_eq!(
            printable_line("\u{202E}abc\u{2066} \u{2029} d\u{9B}e "),
            "abc de"
        );
        assert_eq!(printable_line(" \t\n"), "");
        assert_eq!(printable_line("naïve 😀"), "naïve 😀");
    }

    proptest! {
        #[test]
        fn no_control_survives(text in any::<String>()) {
            let line = printable_line(&text);
            let bad = |c: char| c.is_control() || is_bidi_control(c) || matches!(c, '\u{2028}' | '\u{2029}');
            prop_assert!(!line.chars().any(bad));
            prop_assert_eq!(printable_line(&line), line);
        }
    }
}
