//! `Format`: named formats, and those that people put together from signs.

use super::super::convert::{Setting, general};
use super::super::date::{self, DAYS, MONTHS, moment_of};
use super::super::fault::{ILLEGAL_CALL, Outcome, fault};
use super::super::value::{Text, Value};
use super::Scene;

/// The longest format that is read.
const MAX_FORMAT: usize = 1024;

pub(super) fn format(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let setting = &scene.setting;
    let value = &values[0];
    let pattern = match values.get(1) {
        None | Some(Value::Empty) => Text::new(""),
        Some(pattern) => pattern.to_text(setting)?,
    };
    let pattern = pattern.as_str();
    if pattern.len() > MAX_FORMAT {
        return Err(fault(ILLEGAL_CALL));
    }
    if pattern.is_empty() {
        return Ok(match value {
            Value::Null => Value::text(""),
            other => Value::Text(other.to_text(setting)?),
        });
    }
    if let Some(text) = named(value, &pattern.to_lowercase(), setting)? {
        return Ok(Value::text(text));
    }
    Ok(Value::text(match value {
        Value::Text(text) if pattern.contains(['@', '&', '<', '>', '!']) => {
            of_text(text.as_str(), pattern)
        }
        Value::Text(text) if value.to_double().is_err() && value.to_date(setting).is_err() => {
            text.as_str().to_owned()
        }
        Value::Date(date) => of_date(*date, pattern, setting),
        Value::Null => section(pattern, 3).map_or(String::new(), literal),
        _ if is_of_date(pattern) => of_date(value.to_date(setting)?, pattern, setting),
        _ => of_number(value.to_double()?, pattern),
    }))
}

/// The formats that have a name.
fn named(value: &Value, name: &str, setting: &Setting) -> Outcome<Option<String>> {
    let number = || value.to_double();
    Ok(Some(match name {
        "general number" => general(number()?, 15),
        "currency" => {
            let number = number()?;
            let text = of_number(number.abs(), "#,##0.00");
            if number < 0.0 {
                format!("(${text})")
            } else {
                format!("${text}")
            }
        }
        "fixed" => of_number(number()?, "0.00"),
        "standard" => of_number(number()?, "#,##0.00"),
        "percent" => of_number(number()?, "0.00%"),
        "scientific" => of_number(number()?, "0.00E+00"),
        "yes/no" => (if number()? == 0.0 { "No" } else { "Yes" }).to_owned(),
        "true/false" => (if number()? == 0.0 { "False" } else { "True" }).to_owned(),
        "on/off" => (if number()? == 0.0 { "Off" } else { "On" }).to_owned(),
        "general date" => date::write(value.to_date(setting)?, &setting.international),
        "long date" => of_date(value.to_date(setting)?, "dddd, mmmm dd, yyyy", setting),
        "medium date" => of_date(value.to_date(setting)?, "dd-mmm-yy", setting),
        "short date" => date::write_day(value.to_date(setting)?, &setting.international),
        "long time" => date::write_time(value.to_date(setting)?, &setting.international),
        "medium time" => of_date(value.to_date(setting)?, "hh:nn AM/PM", setting),
        "short time" => of_date(value.to_date(setting)?, "hh:nn", setting),
        _ => return Ok(None),
    }))
}

/// One of the parts between semicolons; those in quotes do not count.
fn section(pattern: &str, wanted: usize) -> Option<&str> {
    let mut sections = Vec::new();
    let (mut from, mut quoted, mut escaped) = (0, false, false);
    for (at, letter) in pattern.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                sections.push(&pattern[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    sections.push(&pattern[from..]);
    sections.get(wanted).copied()
}

/// A sign of a pattern, or a letter that stands for itself.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sign {
    Of(char),
    Itself(char),
}

fn signs(pattern: &str) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => signs.extend(letters.next().map(Sign::Itself)),
            '"' => signs.extend(
                letters
                    .by_ref()
                    .take_while(|letter| *letter != '"')
                    .map(Sign::Itself),
            ),
            letter => signs.push(Sign::Of(letter)),
        }
    }
    signs
}

fn literal(pattern: &str) -> String {
    signs(pattern)
        .into_iter()
        .map(|sign| match sign {
            Sign::Of(letter) | Sign::Itself(letter) => letter,
        })
        .collect()
}

/// Sections for what is above 0, below 0, 0.
fn of_number(number: f64, pattern: &str) -> String {
    let chosen = match (section(pattern, 1), section(pattern, 2)) {
        (_, Some(zero)) if number == 0.0 && !zero.is_empty() => {
            return one_number(0.0, zero, false);
        }
        (Some(negative), _) if number < 0.0 && !negative.is_empty() => {
            return one_number(-number, negative, false);
        }
        _ => section(pattern, 0).unwrap_or(pattern),
    };
    one_number(number.abs(), chosen, number < 0.0)
}

/// What a section of a numeric pattern asks for.
#[derive(Debug, Default)]
struct Shape {
    least_whole: usize,
    least_places: usize,
    places: usize,
    has_point: bool,
    groups: bool,
    percents: u32,
    /// Commas at the end of the whole part: each divides by a thousand.
    thousands: i32,
    exponent: Option<(char, bool, usize)>,
}

fn shape_of(signs: &[Sign]) -> Shape {
    let mut shape = Shape::default();
    let mut at = 0;
    let mut zero_seen = false;
    while at < signs.len() {
        match signs[at] {
            Sign::Of('0') if shape.has_point => {
                shape.places += 1;
                shape.least_places = shape.places;
            }
            Sign::Of('#') if shape.has_point => shape.places += 1,
            Sign::Of('0') => {
                zero_seen = true;
                shape.least_whole += 1;
            }
            Sign::Of('#') if zero_seen => shape.least_whole += 1,
            Sign::Of('.') => shape.has_point = true,
            Sign::Of(',') if !shape.has_point => {
                let behind = signs[at..].iter().find(|sign| **sign != Sign::Of(','));
                if shape.least_whole > 0 && behind == Some(&Sign::Of('.')) {
                    shape.thousands += 1;
                } else {
                    shape.groups = true;
                }
            }
            Sign::Of('%') => shape.percents += 1,
            Sign::Of(letter @ ('E' | 'e'))
                if matches!(signs.get(at + 1), Some(Sign::Of('+' | '-'))) =>
            {
                let plus = signs.get(at + 1) == Some(&Sign::Of('+'));
                let digits = signs[at + 2..]
                    .iter()
                    .take_while(|sign| matches!(sign, Sign::Of('0' | '#')))
                    .count();
                shape.exponent = Some((letter, plus, digits));
                at += 1 + digits;
            }
            _ => {}
        }
        at += 1;
    }
    shape
}

fn one_number(number: f64, pattern: &str, is_negative: bool) -> String {
    let signs = signs(pattern);
    let shape = shape_of(&signs);
    let mut number = number * 100_f64.powi(i32::try_from(shape.percents).unwrap_or(0))
        / 1000_f64.powi(shape.thousands);
    let mut exponent = 0;
    if shape.exponent.is_some() && number != 0.0 {
        let whole = i32::try_from(shape.least_whole.max(1)).unwrap_or(1);
        #[allow(clippy::cast_possible_truncation)]
        let power = number.log10().floor() as i32;
        exponent = power - whole + 1;
        number /= 10_f64.powi(exponent);
    }
    let places = shape.places.min(30);
    let written = rounded(number, places);
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    let whole = if whole == "0" { "" } else { whole };
    let whole = format!(
        "{}{whole}",
        "0".repeat(shape.least_whole.saturating_sub(whole.len()))
    );
    let mut fraction = fraction.to_owned();
    while fraction.len() > shape.least_places && fraction.ends_with('0') {
        fraction.pop();
    }
    let whole = if shape.groups { grouped(&whole) } else { whole };
    let is_zero = whole
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| !byte.is_ascii_digit() || byte == b'0');
    let sign = if is_negative && !is_zero { "-" } else { "" };
    sign.to_owned() + &laid_out(&signs, &shape, &whole, &fraction, exponent)
}

/// Half up, seen as the number is written.
fn rounded(number: f64, places: usize) -> String {
    let said = general(number, 15);
    match said.contains('E') {
        true => format!("{number:.places$}"),
        false => {
            let (whole, fraction) = said.split_once('.').unwrap_or((&said, ""));
            if fraction.len() <= places {
                return match places {
                    0 => whole.to_owned(),
                    _ => format!("{whole}.{fraction:0<places$}"),
                };
            }
            let digits: Vec<u8> = format!("0{whole}{}", &fraction[..places]).into_bytes();
            let mut digits = digits;
            if fraction.as_bytes()[places] >= b'5' {
                for digit in digits.iter_mut().rev() {
                    if *digit == b'9' {
                        *digit = b'0';
                    } else {
                        *digit += 1;
                        break;
                    }
                }
            }
            let text: String = digits.into_iter().map(char::from).collect();
            let (whole, fraction) = text.split_at(text.len() - places);
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            if places == 0 {
                whole.to_owned()
            } else {
                format!("{whole}.{fraction}")
            }
        }
    }
}

fn grouped(whole: &str) -> String {
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The digits in place of the signs.
fn laid_out(signs: &[Sign], shape: &Shape, whole: &str, fraction: &str, exponent: i32) -> String {
    let mut out = String::new();
    let (mut whole_done, mut fraction_done) = (false, false);
    let mut behind_point = false;
    let mut at = 0;
    while at < signs.len() {
        match signs[at] {
            Sign::Of('0' | '#') if behind_point => {
                if !fraction_done {
                    out += fraction;
                    fraction_done = true;
                }
            }
            Sign::Of('0' | '#') => {
                if !whole_done {
                    out += whole;
                    whole_done = true;
                }
            }
            Sign::Of('.') => {
                if !whole_done {
                    out += whole;
                    whole_done = true;
                }
                out.push('.');
                behind_point = true;
            }
            Sign::Of(',') => {}
            Sign::Of('e' | 'E') if shape.exponent.is_some() => {
                if let Some((letter, plus, digits)) = shape.exponent {
                    let sign = if exponent < 0 {
                        "-"
                    } else if plus {
                        "+"
                    } else {
                        ""
                    };
                    out += &format!("{letter}{sign}{:0digits$}", exponent.abs());
                    at += 1 + digits;
                }
            }
            Sign::Of(letter) | Sign::Itself(letter) => out.push(letter),
        }
        at += 1;
    }
    out
}

/// Whether a pattern has signs of dates and none of numbers.
fn is_of_date(pattern: &str) -> bool {
    let signs = signs(pattern);
    let has = |letters: &str| {
        signs
            .iter()
            .any(|sign| matches!(sign, Sign::Of(letter) if letters.contains(*letter)))
    };
    !has("0#") && has("dmyhnsqwtDMYHNSQWT")
}

fn of_date(date: f64, pattern: &str, setting: &Setting) -> String {
    let signs = signs(pattern);
    let lower = pattern.to_lowercase();
    let twelve = ["am/pm", "a/p", "ampm"]
        .iter()
        .any(|half| lower.contains(half));
    let moment = moment_of(date);
    let hour = if twelve {
        (moment.hour + 11) % 12 + 1
    } else {
        moment.hour
    };
    let mut out = String::new();
    let mut at = 0;
    let mut behind_hour = false;
    while at < signs.len() {
        let Sign::Of(letter) = signs[at] else {
            if let Sign::Itself(letter) = signs[at] {
                out.push(letter);
            }
            at += 1;
            continue;
        };
        let small = letter.to_ascii_lowercase();
        let rest: String = signs[at..]
            .iter()
            .map_while(|sign| match sign {
                Sign::Of(letter) => Some(*letter),
                Sign::Itself(_) => None,
            })
            .take(5)
            .collect();
        if let Some((half, length)) = half_of_day(&rest, moment.hour >= 12) {
            out += &half;
            at += length;
            continue;
        }
        let run = rest
            .chars()
            .take_while(|other| other.to_ascii_lowercase() == small)
            .count()
            .max(1);
        let month = usize::try_from(moment.month - 1).unwrap_or(0).min(11);
        let day = usize::try_from(date::weekday(date) - 1).unwrap_or(0).min(6);
        match (small, run) {
            ('d', 1) => out += &moment.day.to_string(),
            ('d', 2) => out += &format!("{:02}", moment.day),
            ('d', 3) => out += &DAYS[day][..3],
            ('d', 4) => out += DAYS[day],
            ('d', _) => out += &date::write_day(date, &setting.international),
            ('m', 1 | 2) if behind_hour => out += &two(moment.minute, run),
            ('m', 1 | 2) => out += &two(moment.month, run),
            ('m', 3) => out += &MONTHS[month][..3],
            ('m', _) => out += MONTHS[month],
            ('y', 1) => out += &day_of_year(date).to_string(),
            ('y', 2) => out += &format!("{:02}", moment.year.rem_euclid(100)),
            ('y', _) => out += &format!("{:04}", moment.year),
            ('h', _) => out += &two(hour, run),
            ('n', _) => out += &two(moment.minute, run),
            ('s', _) => out += &two(moment.second, run),
            ('q', _) => out += &((moment.month + 2) / 3).to_string(),
            ('w', 1) => out += &date::weekday(date).to_string(),
            ('w', _) => out += &((day_of_year(date) + 6) / 7).to_string(),
            ('t', 5..) => out += &date::write_time(date, &setting.international),
            ('c', _) => out += &date::write(date, &setting.international),
            _ => {
                out.push(letter);
                at += 1;
                continue;
            }
        }
        behind_hour = small == 'h';
        at += run;
        // `hh:mm`: what stands between does not matter.
        while behind_hour && matches!(signs.get(at), Some(Sign::Of(':' | '.' | ' '))) {
            if let Some(Sign::Of(letter)) = signs.get(at) {
                out.push(*letter);
            }
            at += 1;
        }
    }
    out
}

fn two(number: i32, run: usize) -> String {
    if run == 1 {
        number.to_string()
    } else {
        format!("{number:02}")
    }
}

fn half_of_day(rest: &str, afternoon: bool) -> Option<(String, usize)> {
    let pick =
        |morning: &str, evening: &str| (if afternoon { evening } else { morning }).to_owned();
    Some(match rest {
        _ if rest.starts_with("AM/PM") => (pick("AM", "PM"), 5),
        _ if rest.to_lowercase().starts_with("am/pm") => (pick("am", "pm"), 5),
        _ if rest.starts_with("A/P") => (pick("A", "P"), 3),
        _ if rest.to_lowercase().starts_with("a/p") => (pick("a", "p"), 3),
        _ if rest.to_lowercase().starts_with("ampm") => (pick("AM", "PM"), 4),
        _ => return None,
    })
}

fn day_of_year(date: f64) -> i32 {
    let year = i64::from(moment_of(date).year);
    let first = date::date_of(year, 1, 1).unwrap_or(date);
    #[allow(clippy::cast_possible_truncation)]
    let days = (date.trunc() - first) as i32;
    days + 1
}

/// `@` a letter or a blank, `&` a letter or nothing, `<` and `>` small and capital letters, `!` from the left.
fn of_text(text: &str, pattern: &str) -> String {
    let pattern = match text.is_empty() {
        true => section(pattern, 1)
            .or(section(pattern, 0))
            .unwrap_or(pattern),
        false => section(pattern, 0).unwrap_or(pattern),
    };
    let signs = signs(pattern);
    let has = |letter: char| signs.contains(&Sign::Of(letter));
    let text: Vec<char> = match (has('<'), has('>')) {
        (true, _) => text.to_lowercase().chars().collect(),
        (_, true) => text.to_uppercase().chars().collect(),
        _ => text.chars().collect(),
    };
    let places = signs
        .iter()
        .filter(|sign| matches!(sign, Sign::Of('@' | '&')))
        .count();
    // Places are filled from the right, so the first may stay without a letter.
    let mut empty = if has('!') {
        0
    } else {
        places.saturating_sub(text.len())
    };
    let mut letters = text.into_iter();
    let mut out = String::new();
    for sign in &signs {
        match sign {
            Sign::Of(place @ ('@' | '&')) => {
                let letter = if empty > 0 { None } else { letters.next() };
                empty = empty.saturating_sub(1);
                match (letter, place) {
                    (Some(letter), _) => out.push(letter),
                    (None, '@') => out.push(' '),
                    _ => {}
                }
            }
            Sign::Of('<' | '>' | '!') => {}
            Sign::Of(letter) | Sign::Itself(letter) => out.push(*letter),
        }
    }
    out.extend(letters);
    out
}
