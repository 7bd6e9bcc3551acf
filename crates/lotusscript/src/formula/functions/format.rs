//! `@Text`: any value as text, numbers and date-times in a format of letters.

use crate::formula::clock;
use crate::formula::run::{Done, Run, texts};
use crate::formula::value::{Time, Value};
use crate::international::International;
use dxl::notes::DateTime;

/// `@Text` of each element. [H_TEXT]
pub(super) fn as_text(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mut format = String::new();
    if let Some(formats) = given.get(1) {
        for one in texts(formats)? {
            format += one;
        }
    }
    let list = match &given[0] {
        Value::Text(_) => return Ok(given[0].clone()),
        Value::Number(list) => {
            run.step(list.len() * 4)?;
            let format = NumberFormat::of(&format);
            list.iter()
                .map(|number| format.text(*number, &run.international))
                .collect()
        }
        Value::Time(list) => {
            run.step(list.len() * 8)?;
            let shown = time_format(&format);
            let now = run.host.now();
            let text =
                |time: &DateTime| clock::text(time, shown, &run.international, &run.zone, now);
            list.iter()
                .map(|time| match time {
                    Time::At(time) => text(time),
                    Time::Range(from, to) => format!("{} - {}", text(from), text(to)),
                })
                .collect()
        }
        Value::Keyword(list) => list.iter().map(|word| format!("[{word}]")).collect(),
        _ => vec![String::new()],
    };
    let made: Vec<String> = list;
    run.grow(made.iter().map(String::len).sum())?;
    Ok(Value::texts(made))
}

fn time_format(format: &str) -> clock::Shown {
    let mut shown = clock::Shown::default();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        let digit = letters.peek().and_then(|next| next.to_digit(10));
        let number = digit
            .and_then(|digit| u8::try_from(digit).ok())
            .unwrap_or(0);
        match (letter.to_ascii_uppercase(), digit.is_some()) {
            ('D', true) => shown.date = number,
            ('T', true) => shown.time = number,
            ('Z', true) => shown.zone = number,
            ('S', true) => shown.parts = number,
            ('S', false) => shown.parts = 4,
            _ => {}
        }
    }
    shown
}

/// What the letters of `@Text` say of a number. [H_TEXT]
struct NumberFormat {
    kind: char,
    places: Option<usize>,
    has_thousands: bool,
    is_share: bool,
    has_parentheses: bool,
}

impl NumberFormat {
    fn of(format: &str) -> Self {
        let mut found = Self {
            kind: 'G',
            places: None,
            has_thousands: false,
            is_share: false,
            has_parentheses: false,
        };
        for letter in format.chars() {
            match letter.to_ascii_uppercase() {
                kind @ ('G' | 'F' | 'S' | 'C') => found.kind = kind,
                ',' => found.has_thousands = true,
                '%' => found.is_share = true,
                '(' | ')' => found.has_parentheses = true,
                digit @ '0'..='9' => {
                    let before = found.places.unwrap_or(0);
                    let digit = digit.to_digit(10).unwrap_or(0) as usize;
                    found.places = Some((before * 10 + digit).min(15));
                }
                _ => {}
            }
        }
        found
    }

    fn text(&self, number: f64, international: &International) -> String {
        let number = if self.is_share {
            number * 100.0
        } else {
            number
        };
        let shown = if self.has_parentheses {
            number.abs()
        } else {
            number
        };
        let mut text = match (self.kind, self.places) {
            ('S', places) => international.scientific(shown, Some(places.unwrap_or(2))),
            ('F' | 'C', places) => self.fixed(shown, places.unwrap_or(2), international),
            (_, Some(places)) if self.is_share => self.fixed(shown, places, international),
            (_, Some(digits)) => international.number_text(significant(shown, digits)),
            (_, None) if self.has_thousands => {
                let plain = International::default().number_text(shown);
                match plain.contains('E') {
                    true => plain,
                    false => international.localized(&plain, true),
                }
            }
            (_, None) => international.number_text(shown),
        };
        if self.kind == 'C' {
            text = with_currency(&text, international);
        }
        if self.is_share {
            text.push('%');
        }
        if self.has_parentheses && number < 0.0 {
            text = format!("({text})");
        }
        text
    }

    fn fixed(&self, number: f64, places: usize, international: &International) -> String {
        let plain = format!("{:.places$}", rounded(number, places));
        international.localized(&plain, self.has_thousands)
    }
}

fn with_currency(text: &str, international: &International) -> String {
    let currency = &international.currency;
    match (text.strip_prefix('-'), international.currency_is_before) {
        (Some(text), true) => format!("-{currency}{text}"),
        (None, true) => format!("{currency}{text}"),
        (_, false) => format!("{text} {currency}"),
    }
}

/// To so many digits that count.
fn significant(number: f64, digits: usize) -> f64 {
    format!("{number:.*e}", digits.max(1) - 1)
        .parse()
        .unwrap_or(number)
}

/// Halves away from zero, as they are written in decimals.
fn rounded(number: f64, places: usize) -> f64 {
    let factor = 10_f64.powi(i32::try_from(places).unwrap_or(0));
    let scaled = number * factor;
    if scaled.abs() < 1e15 {
        significant(scaled, 15).round() / factor
    } else {
        number
    }
}
