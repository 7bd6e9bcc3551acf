//! @functions on texts.

use crate::formula::pattern;
use crate::formula::run::{Break, Done, Run, keywords, numbers, text, texts, whole, wrong};
use crate::formula::value::{Fault, Value};

/// Where a part of a text begins or ends: so many characters on, or at a piece of the text.
enum Mark<'v> {
    Count(i64),
    Piece(&'v str),
}

fn mark(value: &Value) -> Result<Mark<'_>, Break> {
    match value {
        Value::Number(_) => Ok(Mark::Count(whole(value)?)),
        Value::Text(_) => Ok(Mark::Piece(text(value)?)),
        _ => Err(Fault::wrong_type("Text").into()),
    }
}

/// The byte at which so many characters are over; the end if there are less.
fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices()
        .nth(characters)
        .map_or(text.len(), |(at, _)| at)
}

fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// The characters from one up to but not another, as far as there are such.
fn slice(text: &str, from: i64, to: i64) -> &str {
    let place = |at: i64| usize::try_from(at).unwrap_or(0);
    if to <= from {
        return "";
    }
    text.get(byte_of(text, place(from))..byte_of(text, place(to)))
        .unwrap_or_default()
}

/// [H_LEFT]
pub(super) fn left(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mark = mark(&given[1])?;
    run.each_text(&given[0], |text| {
        match mark {
            Mark::Count(count) if count < 0 => text,
            Mark::Count(count) => slice(text, 0, count),
            Mark::Piece(piece) => text.find(piece).map_or("", |at| &text[..at]),
        }
        .to_owned()
    })
}

/// [H_LEFTBACK]
pub(super) fn left_back(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mark = mark(&given[1])?;
    run.each_text(&given[0], |text| {
        match mark {
            Mark::Count(count) => slice(text, 0, length(text).saturating_sub(count.max(0))),
            Mark::Piece(piece) => text.rfind(piece).map_or("", |at| &text[..at]),
        }
        .to_owned()
    })
}

/// [H_RIGHT]
pub(super) fn right(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mark = mark(&given[1])?;
    run.each_text(&given[0], |text| {
        match mark {
            Mark::Count(count) if count < 0 => text,
            Mark::Count(count) => {
                let all = length(text);
                slice(text, all.saturating_sub(count).max(0), all)
            }
            Mark::Piece(piece) => behind(text, text.find(piece), piece),
        }
        .to_owned()
    })
}

/// [H_RIGHTBACK]
pub(super) fn right_back(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mark = mark(&given[1])?;
    run.each_text(&given[0], |text| {
        match mark {
            Mark::Count(count) => slice(text, count.max(0), i64::MAX),
            Mark::Piece(piece) => behind(text, text.rfind(piece), piece),
        }
        .to_owned()
    })
}

fn behind<'t>(text: &'t str, at: Option<usize>, piece: &str) -> &'t str {
    at.and_then(|at| text.get(at + piece.len()..))
        .unwrap_or_default()
}

/// [H_MIDDLE]
pub(super) fn middle(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (from, to) = (mark(&given[1])?, mark(&given[2])?);
    run.each_text(&given[0], |text| {
        let begins = match from {
            Mark::Count(count) => Some((count, count)),
            Mark::Piece(piece) => text
                .find(piece)
                .map(|at| (length(&text[..at]), length(&text[..at + piece.len()]))),
        };
        begins.map_or_else(String::new, |begins| between(text, begins, &to))
    })
}

/// [H_MIDDLEBACK]
pub(super) fn middle_back(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (from, to) = (mark(&given[1])?, mark(&given[2])?);
    run.each_text(&given[0], |text| {
        let begins = match from {
            // The end counts as a character.
            Mark::Count(count) => {
                let at = length(text).saturating_sub(count).saturating_add(2);
                Some((at, at))
            }
            Mark::Piece(piece) => text
                .rfind(piece)
                .map(|at| (length(&text[..at]), length(&text[..at + piece.len()]))),
        };
        begins.map_or_else(String::new, |begins| between(text, begins, &to))
    })
}

/// From what begins it (its first character, and the one behind it) to the end, which may lie before it.
fn between(text: &str, (first, behind): (i64, i64), to: &Mark<'_>) -> String {
    match to {
        Mark::Count(count) if *count < 0 => slice(text, first.saturating_add(*count), first),
        Mark::Count(count) => slice(text, behind, behind.saturating_add(*count)),
        Mark::Piece(piece) => {
            let rest = slice(text, behind, i64::MAX);
            rest.find(piece).map_or(rest, |at| &rest[..at])
        }
    }
    .to_owned()
}

/// Word 0 is the first, too. [H_WORD]
pub(super) fn word(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (separator, number) = (text(&given[1])?, whole(&given[2])?);
    let number = if number == 0 { 1 } else { number };
    run.each_text(&given[0], |text| {
        let place = |number: i64| usize::try_from(number).ok()?.checked_sub(1);
        let found = if separator.is_empty() {
            (number.abs() == 1).then_some(text)
        } else if number < 0 {
            place(number.saturating_neg()).and_then(|at| text.rsplit(separator).nth(at))
        } else {
            place(number).and_then(|at| text.split(separator).nth(at))
        };
        found.unwrap_or_default().to_owned()
    })
}

/// Whether any of the first is so with any of the second.
fn any_pair(run: &mut Run<'_>, given: &[Value], is_so: impl Fn(&str, &str) -> bool) -> Done {
    let (ones, others) = (texts(&given[0])?, texts(&given[1])?);
    run.step(ones.len().saturating_mul(others.len()))?;
    run.step(given[0].bytes().saturating_mul(others.len()) / 64)?;
    let found = ones
        .iter()
        .any(|one| others.iter().any(|other| is_so(one, other)));
    Ok(Value::truth(found))
}

/// [H_CONTAINS]
pub(super) fn contains(run: &mut Run<'_>, given: &[Value]) -> Done {
    any_pair(run, given, |text, piece| text.contains(piece))
}

/// [H_BEGINS]
pub(super) fn begins(run: &mut Run<'_>, given: &[Value]) -> Done {
    any_pair(run, given, |text, piece| text.starts_with(piece))
}

/// [H_ENDS]
pub(super) fn ends(run: &mut Run<'_>, given: &[Value]) -> Done {
    any_pair(run, given, |text, piece| text.ends_with(piece))
}

/// [H_MATCHES]
pub(super) fn matches(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (ones, patterns) = (texts(&given[0])?, texts(&given[1])?);
    for pattern in patterns {
        let pattern = pattern::Pattern::of_matches(pattern).map_err(wrong)?;
        for one in ones {
            run.step(pattern.cost(one))?;
            if pattern.matches(one) {
                return Ok(Value::truth(true));
            }
        }
    }
    Ok(Value::truth(false))
}

/// [H_LIKE]
pub(super) fn like(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (ones, patterns) = (texts(&given[0])?, texts(&given[1])?);
    let escape = match given.get(2) {
        None => None,
        Some(escape) => text(escape)?.chars().next(),
    };
    for pattern in patterns {
        let pattern = pattern::Pattern::of_like(pattern, escape);
        for one in ones {
            run.step(pattern.cost(one))?;
            if pattern.matches(one) {
                return Ok(Value::truth(true));
            }
        }
    }
    Ok(Value::truth(false))
}

/// [H_LENGTH]
pub(super) fn lengths(run: &mut Run<'_>, given: &[Value]) -> Done {
    let list = texts(&given[0])?;
    run.step(list.len() + given[0].bytes() / 64)?;
    let lengths = list.iter().map(|text| text.chars().count() as f64);
    Ok(Value::numbers(lengths.collect()))
}

/// [H_REPEAT]
pub(super) fn repeat(run: &mut Run<'_>, given: &[Value]) -> Done {
    let times = usize::try_from(whole(&given[1])?.max(0)).unwrap_or(0);
    let most = match given.get(2) {
        None => usize::MAX,
        Some(most) => usize::try_from(whole(most)?.max(0)).unwrap_or(0),
    };
    let mut list = Vec::new();
    for text in texts(&given[0])? {
        let characters = text.chars().count();
        let wanted = characters.saturating_mul(times).min(most);
        let whole_ones = wanted.checked_div(characters).unwrap_or(0);
        let rest = byte_of(text, wanted.checked_rem(characters).unwrap_or(0));
        run.grow(text.len().saturating_mul(whole_ones).saturating_add(rest))?;
        list.push(text.repeat(whole_ones) + &text[..rest]);
    }
    Ok(Value::texts(list))
}

/// [H_REPLACESUBSTRING]
pub(super) fn replace_substring(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (from, to) = (texts(&given[1])?, texts(&given[2])?);
    let mut list = texts(&given[0])?.to_vec();
    for (at, piece) in from.iter().enumerate() {
        let new = &to[at.min(to.len() - 1)];
        if piece.is_empty() {
            continue;
        }
        for text in &mut list {
            run.step(1 + text.len() / 64)?;
            let count = text.matches(piece.as_str()).count();
            if count > 0 {
                run.grow(
                    (text.len() - count * piece.len())
                        .saturating_add(count.saturating_mul(new.len())),
                )?;
                *text = text.replace(piece.as_str(), new);
            }
        }
    }
    Ok(Value::texts(list))
}

/// [H_LOWERCASE]
pub(super) fn lower_case(run: &mut Run<'_>, given: &[Value]) -> Done {
    run.each_text(&given[0], str::to_lowercase)
}

/// [H_UPPERCASE]
pub(super) fn upper_case(run: &mut Run<'_>, given: &[Value]) -> Done {
    run.each_text(&given[0], str::to_uppercase)
}

/// Letters behind anything but letters, digits and apostrophes are great ones. [H_PROPERCASE]
pub(super) fn proper_case(run: &mut Run<'_>, given: &[Value]) -> Done {
    run.each_text(&given[0], |text| {
        let mut made = String::with_capacity(text.len());
        let mut is_inside = false;
        for letter in text.chars() {
            if is_inside {
                made.extend(letter.to_lowercase());
            } else {
                made.extend(letter.to_uppercase());
            }
            is_inside = letter.is_alphanumeric() || (is_inside && matches!(letter, '\'' | '’'));
        }
        made
    })
}

/// Blanks at both ends go, several within become one; of a list, empty elements go. [H_TRIM]
pub(super) fn trim(run: &mut Run<'_>, given: &[Value]) -> Done {
    let trimmed = run.each_text(&given[0], |text| {
        let mut made = String::with_capacity(text.len());
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if !made.is_empty() {
                made.push(' ');
            }
            made += word;
        }
        made
    })?;
    let left = texts(&trimmed)?.iter().filter(|text| !text.is_empty());
    Ok(Value::texts(left.cloned().collect()))
}

/// [H_NEWLINE]
pub(super) fn new_line(_: &mut Run<'_>, _: &[Value]) -> Done {
    Ok(Value::text("\n"))
}

/// The upper half of code page 850, which is what `@Char` counts in. [H_CHAR]
const CODE_PAGE: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

/// [H_CHAR]
pub(super) fn char(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mut list = Vec::new();
    for number in numbers(&given[0])? {
        run.step(1)?;
        let code = number.trunc();
        let letter = if (0.0..128.0).contains(&code) {
            Some(char::from(code as u8))
        } else if (128.0..256.0).contains(&code) {
            CODE_PAGE.chars().nth(code as usize - 128)
        } else {
            None
        };
        list.push(
            letter
                .ok_or_else(|| wrong("A character has a number from 0 to 255"))?
                .into(),
        );
    }
    Ok(Value::texts(list))
}

/// [H_ASCII]
pub(super) fn ascii(run: &mut Run<'_>, given: &[Value]) -> Done {
    let is_strict = match given.get(1) {
        None => false,
        Some(options) => keywords(options)?
            .iter()
            .any(|word| word.eq_ignore_ascii_case("AllInRange")),
    };
    run.each_text(&given[0], |text| {
        let is_plain = |letter: char| (' '..='\x7F').contains(&letter);
        if is_strict && !text.chars().all(is_plain) {
            return String::new();
        }
        text.chars()
            .map(|letter| if letter.is_ascii() { letter } else { '?' })
            .collect()
    })
}

/// All but letters, digits and `-_.~` as `%XX` of UTF-8. [H_URLENCODE]
pub(super) fn url_encode(run: &mut Run<'_>, given: &[Value]) -> Done {
    text(&given[0])?;
    run.each_text(&given[1], |text| {
        let mut made = String::with_capacity(text.len());
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                made.push(char::from(byte));
            } else {
                made += &format!("%{byte:02X}");
            }
        }
        made
    })
}

/// [H_URLDECODE]
pub(super) fn url_decode(run: &mut Run<'_>, given: &[Value]) -> Done {
    text(&given[0])?;
    run.each_text(&given[1], |text| {
        let bytes = text.as_bytes();
        let mut made = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let pair = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
            let digits = pair.and_then(|pair| std::str::from_utf8(pair).ok());
            let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            match decoded {
                Some(decoded) => {
                    made.push(decoded);
                    at += 3;
                }
                None => {
                    made.push(if *byte == b'+' { b' ' } else { *byte });
                    at += 1;
                }
            }
        }
        String::from_utf8_lossy(&made).into_owned()
    })
}

/// The first letter, and three digits for how the next sound. [H_SOUNDEX]
pub(super) fn soundex(run: &mut Run<'_>, given: &[Value]) -> Done {
    run.each_text(&given[0], |text| {
        let sound = |letter: char| match letter {
            'B' | 'F' | 'P' | 'V' => Some('1'),
            'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => Some('2'),
            'D' | 'T' => Some('3'),
            'L' => Some('4'),
            'M' | 'N' => Some('5'),
            'R' => Some('6'),
            _ => None,
        };
        let mut made = String::new();
        let mut before = None;
        for letter in text.chars().map(|letter| letter.to_ascii_uppercase()) {
            if !letter.is_ascii_alphabetic() {
                continue;
            }
            let own = sound(letter);
            if made.is_empty() {
                made.push(letter);
            } else if own != before {
                made.extend(own);
            }
            // What is between two alike does not part them, if it is silent.
            if !matches!(letter, 'H' | 'W') {
                before = own;
            }
        }
        while !made.is_empty() && made.len() < 4 {
            made.push('0');
        }
        made.truncate(4);
        made
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_code_page_has_a_character_for_each_number() {
        assert_eq!(super::CODE_PAGE.chars().count(), 128);
    }
}
