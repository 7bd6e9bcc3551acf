//! Texts: parts, places, case, letters and their codes. Counted from 1.

use super::super::arith::compare_texts;
use super::super::convert::leading_number;
use super::super::fault::{ILLEGAL_CALL, Outcome, fault};
use super::super::limit;
use super::super::value::{Text, Value};
use super::{Found, Scene};
use std::rc::Rc;

pub(super) fn find(name: &str) -> Found {
    Some(match name {
        "asc" => (code_of, 1..=1),
        "uni" => (code_of, 1..=1),
        "chr" | "uchr" => (letter_of, 1..=1),
        "cstr" => (
            |scene, values| Ok(Value::Text(values[0].to_text(&scene.setting)?)),
            1..=1,
        ),
        "str" => (str_of, 1..=1),
        "val" => (val, 1..=1),
        "len" | "lenc" => (|scene, values| length(scene, values, 1), 1..=1),
        "lenb" | "lenbp" => (|scene, values| length(scene, values, 2), 1..=1),
        "left" | "leftc" => (|scene, values| left(scene, values, 1), 2..=2),
        "leftb" | "leftbp" => (|scene, values| left(scene, values, 2), 2..=2),
        "right" | "rightc" => (|scene, values| right(scene, values, 1), 2..=2),
        "rightb" | "rightbp" => (|scene, values| right(scene, values, 2), 2..=2),
        "mid" | "midc" => (|scene, values| mid(scene, values, 1), 2..=3),
        "midb" | "midbp" => (|scene, values| mid(scene, values, 2), 2..=3),
        "lcase" => (
            |scene, values| mapped(scene, values, str::to_lowercase),
            1..=1,
        ),
        "ucase" => (
            |scene, values| mapped(scene, values, str::to_uppercase),
            1..=1,
        ),
        "trim" => (
            |scene, values| mapped(scene, values, |text| text.trim_matches(' ').to_owned()),
            1..=1,
        ),
        "ltrim" => (
            |scene, values| {
                mapped(scene, values, |text| {
                    text.trim_start_matches(' ').to_owned()
                })
            },
            1..=1,
        ),
        "rtrim" => (
            |scene, values| mapped(scene, values, |text| text.trim_end_matches(' ').to_owned()),
            1..=1,
        ),
        "space" => (space, 1..=1),
        "string" | "ustring" => (repeated, 2..=2),
        "instr" | "instrc" => (|scene, values| instr(scene, values, 1), 2..=4),
        "instrb" | "instrbp" => (|scene, values| instr(scene, values, 2), 2..=4),
        "strcompare" | "strcomp" => (strcompare, 2..=3),
        "strconv" => (strconv, 2..=2),
        "strleft" => (|scene, values| around(scene, values, true, false), 2..=4),
        "strleftback" => (|scene, values| around(scene, values, true, true), 2..=4),
        "strright" => (|scene, values| around(scene, values, false, false), 2..=4),
        "strrightback" => (|scene, values| around(scene, values, false, true), 2..=4),
        "strtoken" => (token, 3..=4),
        "format" => (super::format::format, 1..=2),
        _ => return None,
    })
}

/// What `Len` and the like are for a Variant.
pub(super) fn of_variant(name: &str) -> Option<super::Function> {
    match name {
        "len" | "lenc" => Some(|scene, values| length_as_text(scene, values, 1)),
        "lenb" | "lenbp" => Some(|scene, values| length_as_text(scene, values, 2)),
        _ => None,
    }
}

/// An argument as a text. One whose letters are not all of a byte is gone through to find a place in it, which counts as work.
pub(super) fn text_at(scene: &Scene<'_>, values: &[Value], at: usize) -> Outcome<Rc<Text>> {
    let text = values
        .get(at)
        .unwrap_or(&Value::Empty)
        .to_text(&scene.setting)?;
    if !text.is_ascii() {
        limit::spend_on(text.as_str().len())?;
    }
    Ok(text)
}

fn is_null(values: &[Value]) -> bool {
    matches!(values.first(), Some(Value::Null))
}

/// Whether a comparison goes without case: the method 1 or 5, or what Option Compare says. 2 is bit by bit.
pub(super) fn folds(scene: &Scene<'_>, method: Option<&Value>) -> Outcome<bool> {
    match method {
        None | Some(Value::Empty) => Ok(scene.folds),
        Some(method) => match method.to_long()? {
            0 | 2 | 4 => Ok(false),
            1 | 5 => Ok(true),
            _ => Err(fault(ILLEGAL_CALL)),
        },
    }
}

fn code_of(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let text = text_at(scene, values, 0)?;
    let unit = text.part(0, 1).units().first().copied();
    Ok(Value::Long(i32::from(
        unit.ok_or_else(|| fault(ILLEGAL_CALL))?,
    )))
}

fn letter_of(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let code = values[0].to_long()?;
    let unit = u16::try_from(code).map_err(|_| fault(ILLEGAL_CALL))?;
    Ok(Value::Text(Text::of_units(&[unit])))
}

fn str_of(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let number = match &values[0] {
        Value::Text(_) => Value::Double(values[0].to_double()?),
        other => other.clone(),
    };
    let text = number.to_text(&scene.setting)?;
    let blank = if text.as_str().starts_with('-') {
        ""
    } else {
        " "
    };
    Ok(Value::text(format!("{blank}{}", text.as_str())))
}

fn val(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let text = text_at(scene, values, 0)?;
    let trimmed = text.as_str().trim_start();
    let number = match trimmed.strip_prefix('&') {
        Some(based) => {
            let digits: String = based
                .chars()
                .skip(1)
                .take_while(char::is_ascii_hexdigit)
                .take(8)
                .collect();
            let marked: String = trimmed.chars().take(2).chain(digits.chars()).collect();
            super::super::convert::number_of(&marked).unwrap_or(0.0)
        }
        None => leading_number(trimmed, true).map_or(0.0, |(number, _)| number),
    };
    Ok(Value::Double(number))
}

/// Of a text its letters; of a number, and of all members of a `Type` together, the bytes that hold it.
fn length(scene: &mut Scene<'_>, values: &[Value], factor: usize) -> Outcome<Value> {
    let mut length = 0;
    let mut parts = vec![&values[0]];
    while let Some(part) = parts.pop() {
        length += match part {
            Value::Text(text) => {
                if !text.is_ascii() {
                    limit::spend_on(text.as_str().len())?;
                }
                text.length() * factor
            }
            Value::Boolean(_) | Value::Integer(_) => 2,
            Value::Byte(_) => 1,
            Value::Long(_) | Value::Single(_) => 4,
            Value::Double(_) | Value::Currency(_) | Value::Date(_) => 8,
            Value::Record(record) => {
                parts.extend(&record.fields);
                0
            }
            Value::Array(array) if !std::ptr::eq(part, &values[0]) => {
                parts.extend(array.items());
                0
            }
            other => other.to_text(&scene.setting)?.length() * factor,
        };
    }
    count(length)
}

/// Of a Variant, the letters of what it is as a text; a `Type` stands in none.
fn length_as_text(scene: &mut Scene<'_>, values: &[Value], factor: usize) -> Outcome<Value> {
    match &values[0] {
        Value::Record(_) => length(scene, values, factor),
        _ => count(text_at(scene, values, 0)?.length() * factor),
    }
}

fn count(number: usize) -> Outcome<Value> {
    i32::try_from(number)
        .map(Value::Long)
        .map_err(|_| fault(super::super::fault::OVERFLOW))
}

fn left(scene: &mut Scene<'_>, values: &[Value], factor: usize) -> Outcome<Value> {
    if is_null(values) {
        return Ok(Value::Null);
    }
    let text = text_at(scene, values, 0)?;
    Ok(Value::Text(text.part(0, values[1].to_count()? / factor)))
}

fn right(scene: &mut Scene<'_>, values: &[Value], factor: usize) -> Outcome<Value> {
    if is_null(values) {
        return Ok(Value::Null);
    }
    let text = text_at(scene, values, 0)?;
    let wanted = values[1].to_count()? / factor;
    Ok(Value::Text(
        text.part(text.length().saturating_sub(wanted), wanted),
    ))
}

fn mid(scene: &mut Scene<'_>, values: &[Value], factor: usize) -> Outcome<Value> {
    if is_null(values) {
        return Ok(Value::Null);
    }
    let text = text_at(scene, values, 0)?;
    let begin = values[1]
        .to_count()?
        .checked_sub(1)
        .ok_or_else(|| fault(ILLEGAL_CALL))?
        / factor;
    let wanted = match values.get(2) {
        None | Some(Value::Empty) => usize::MAX,
        Some(count) => count.to_count()? / factor,
    };
    Ok(Value::Text(text.part(begin, wanted)))
}

fn mapped(scene: &mut Scene<'_>, values: &[Value], map: impl Fn(&str) -> String) -> Outcome<Value> {
    if is_null(values) {
        return Ok(Value::Null);
    }
    let text = text_at(scene, values, 0)?;
    limit::expect_bytes(text.as_str().len())?;
    limit::spend_on(text.as_str().len())?;
    Ok(Value::text(map(text.as_str())))
}

fn space(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let count = values[0].to_count()?;
    limit::expect_bytes(count)?;
    limit::spend_on(count / 16)?;
    Ok(Value::text(" ".repeat(count)))
}

fn repeated(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let count = values[0].to_count()?;
    let letter = match &values[1] {
        Value::Text(text) => text.part(0, 1),
        code => match letter_of(scene, std::slice::from_ref(code))? {
            Value::Text(letter) => letter,
            _ => return Err(fault(ILLEGAL_CALL)),
        },
    };
    limit::expect_bytes(count.saturating_mul(letter.as_str().len()))?;
    limit::spend_on(count / 16)?;
    Ok(Value::text(letter.as_str().repeat(count)))
}

/// Where a text is found in another, in units from 0.
fn found_at(text: &Text, wanted: &Text, from: usize, folds: bool) -> Outcome<Option<usize>> {
    if text.is_ascii() && !folds {
        let rest = text.as_str().get(from..).unwrap_or_default();
        let found = rest.find(wanted.as_str());
        limit::spend_on(found.unwrap_or(rest.len()) / 4)?;
        return Ok(found.map(|at| at + from));
    }
    limit::spend_on(text.as_str().len())?;
    let fold = |text: &Text| match folds {
        true => super::super::value::units_of(&simple_fold(text.as_str())),
        false => text.units(),
    };
    let (text, wanted) = (fold(text), fold(wanted));
    if wanted.is_empty() {
        return Ok((from <= text.len()).then_some(from));
    }
    let rest = text.get(from..).unwrap_or_default();
    limit::spend(rest.len() as u64 * wanted.len().min(64) as u64 / 1024)?;
    Ok(rest
        .windows(wanted.len())
        .position(|window| window == wanted)
        .map(|at| at + from))
}

/// Small letters, where that keeps the length.
fn simple_fold(text: &str) -> String {
    text.chars()
        .map(|letter| {
            let mut small = letter.to_lowercase();
            match (small.next(), small.next()) {
                (Some(small), None) if small.len_utf16() == letter.len_utf16() => small,
                _ => letter,
            }
        })
        .collect()
}

fn instr(scene: &mut Scene<'_>, values: &[Value], factor: usize) -> Outcome<Value> {
    let (begin, rest) = match values {
        [_, _] => (1, values),
        [Value::Text(_), Value::Text(_), _] => (1, values),
        [begin, rest @ ..] => (begin.to_count()?, rest),
        [] => return Err(fault(ILLEGAL_CALL)),
    };
    if rest
        .iter()
        .take(2)
        .any(|value| matches!(value, Value::Null))
    {
        return Ok(Value::Null);
    }
    let begin = begin.checked_sub(1).ok_or_else(|| fault(ILLEGAL_CALL))? / factor;
    let (text, wanted) = (text_at(scene, rest, 0)?, text_at(scene, rest, 1)?);
    if text.length() == 0 || begin >= text.length() {
        return Ok(Value::Long(0));
    }
    let found = found_at(&text, &wanted, begin, folds(scene, rest.get(2))?)?;
    count(found.map_or(0, |at| at * factor + 1))
}

fn strcompare(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    if values
        .iter()
        .take(2)
        .any(|value| matches!(value, Value::Null))
    {
        return Ok(Value::Null);
    }
    let (one, two) = (text_at(scene, values, 0)?, text_at(scene, values, 1)?);
    let folds = folds(scene, values.get(2))?;
    Ok(Value::Integer(
        compare_texts(one.as_str(), two.as_str(), folds) as i16,
    ))
}

fn strconv(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    if is_null(values) {
        return Ok(Value::Null);
    }
    let text = text_at(scene, values, 0)?;
    limit::spend_on(text.as_str().len())?;
    Ok(Value::text(match values[1].to_long()? {
        1 => text.as_str().to_uppercase(),
        2 => text.as_str().to_lowercase(),
        3 => {
            let mut begins = true;
            let proper = |letter: char| {
                let part: String = if begins {
                    letter.to_uppercase().collect()
                } else {
                    letter.to_lowercase().collect()
                };
                begins = !letter.is_alphanumeric() && letter != '\'';
                part
            };
            text.as_str().chars().map(proper).collect()
        }
        _ => return Err(fault(ILLEGAL_CALL)),
    }))
}

/// What is to the left or right of a text, seen from the front or from the back; empty if it is not there.
fn around(
    scene: &mut Scene<'_>,
    values: &[Value],
    wants_left: bool,
    from_back: bool,
) -> Outcome<Value> {
    if is_null(values) {
        return Ok(Value::Null);
    }
    let (text, wanted) = (text_at(scene, values, 0)?, text_at(scene, values, 1)?);
    let folds = folds(scene, values.get(2))?;
    let occurrence = match values.get(3) {
        None | Some(Value::Empty) => 1,
        Some(number) => number.to_count()?.max(1),
    };
    if wanted.length() == 0 {
        return Ok(Value::text(""));
    }
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(at) = found_at(&text, &wanted, from, folds)? {
        places.push(at);
        from = at + wanted.length();
        if !from_back && places.len() == occurrence {
            break;
        }
    }
    let at = match from_back {
        true => places.len().checked_sub(occurrence).map(|at| places[at]),
        false => places.get(occurrence - 1).copied(),
    };
    Ok(Value::Text(match (at, wants_left) {
        (None, _) => Text::new(""),
        (Some(at), true) => text.part(0, at),
        (Some(at), false) => text.part(at + wanted.length(), usize::MAX),
    }))
}

fn token(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let (text, separator) = (text_at(scene, values, 0)?, text_at(scene, values, 1)?);
    let number = values[2].to_long()?;
    let folds = folds(scene, values.get(3))?;
    let tokens = split(&text, &separator, usize::MAX, folds)?;
    let at = match number {
        0 => None,
        1.. => usize::try_from(number - 1).ok(),
        _ => tokens.len().checked_sub(number.unsigned_abs() as usize),
    };
    let found = at.and_then(|at| tokens.get(at)).cloned();
    Ok(Value::Text(found.unwrap_or_else(|| Text::new(""))))
}

/// The parts between separators, at most so many.
pub(super) fn split(
    text: &Text,
    separator: &Text,
    most: usize,
    folds: bool,
) -> Outcome<Vec<Rc<Text>>> {
    let mut parts = Vec::new();
    if separator.length() == 0 || most == 0 {
        return Ok(vec![text.part(0, usize::MAX)]);
    }
    limit::expect_bytes(text.as_str().len() * 2)?;
    limit::spend_on(text.as_str().len())?;
    if text.is_ascii() && !folds {
        for part in text.as_str().splitn(most, separator.as_str()) {
            if parts.len() % 1024 == 0 {
                limit::expect_bytes(0)?;
            }
            parts.push(Text::new(part));
        }
        return Ok(parts);
    }
    let units = text.units();
    let fold = |text: &Text| {
        if folds {
            super::super::value::units_of(&simple_fold(text.as_str()))
        } else {
            text.units()
        }
    };
    let (folded, wanted) = (fold(text), fold(separator));
    let (mut from, mut at) = (0, 0);
    while at + wanted.len() <= folded.len() && parts.len() + 1 < most {
        if folded[at..at + wanted.len()] == wanted[..] {
            parts.push(Text::of_units(&units[from..at]));
            at += wanted.len();
            from = at;
        } else {
            at += 1;
        }
        if at % 65_536 == 0 {
            limit::expect_bytes(0)?;
        }
    }
    parts.push(Text::of_units(&units[from..]));
    Ok(parts)
}

/// All of one text in another by a third, from a place in units, at most so many.
pub(super) fn replaced(
    text: &Text,
    find: &Text,
    by: &Text,
    most: usize,
    folds: bool,
) -> Outcome<Rc<Text>> {
    if find.length() == 0 {
        return Ok(text.part(0, usize::MAX));
    }
    let parts = split(text, find, most.saturating_add(1), folds)?;
    let size = parts.iter().map(|part| part.as_str().len()).sum::<usize>()
        + parts.len().saturating_mul(by.as_str().len());
    limit::expect_bytes(size)?;
    let mut joined = String::with_capacity(size);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            joined += by.as_str();
        }
        joined += part.as_str();
    }
    Ok(Text::new(joined))
}
