//! From one type to another, as assignments and the `C…` functions do.

use super::date;
use super::fault::{Fault, MISMATCH, NULL_USE, OVERFLOW, Outcome, fault, mismatch_with};
use super::value::{ScalarType, Text, Value};
use crate::currency::parse_currency;
use crate::international::International;
use std::rc::Rc;

/// What conversions depend on.
#[derive(Debug, Clone, Default)]
pub(super) struct Setting {
    pub international: Rc<International>,
    pub this_year: i32,
}

impl Value {
    /// As a Double.
    pub(super) fn to_double(&self) -> Outcome<f64> {
        #[allow(clippy::cast_precision_loss)]
        Ok(match self {
            Self::Empty => 0.0,
            Self::Boolean(truth) => f64::from(-i8::from(*truth)),
            Self::Byte(number) => f64::from(*number),
            Self::Integer(number) => f64::from(*number),
            Self::Long(number) => f64::from(*number),
            Self::Single(number) => f64::from(*number),
            Self::Double(number) | Self::Date(number) => *number,
            Self::Currency(parts) => *parts as f64 / 10_000.0,
            Self::Text(text) => number_of(text.as_str()).ok_or_else(|| fault(MISMATCH))?,
            Self::Null => return Err(fault(NULL_USE)),
            _ => return Err(fault(MISMATCH)),
        })
    }

    /// As a Long, rounded half to even.
    pub(super) fn to_long(&self) -> Outcome<i32> {
        Ok(match self {
            Self::Long(number) => *number,
            Self::Integer(number) => i32::from(*number),
            Self::Currency(parts) => {
                let whole = round_parts(*parts);
                i32::try_from(whole).map_err(|_| fault(OVERFLOW))?
            }
            _ => {
                let number = self.to_double()?.round_ties_even();
                if !(-2_147_483_648.0..=2_147_483_647.0).contains(&number) {
                    return Err(fault(OVERFLOW));
                }
                #[allow(clippy::cast_possible_truncation)]
                let whole = number as i32;
                whole
            }
        })
    }

    /// As an Integer, rounded half to even.
    pub(super) fn to_integer(&self) -> Outcome<i16> {
        if let Self::Integer(number) = self {
            return Ok(*number);
        }
        i16::try_from(self.to_long()?).map_err(|_| fault(OVERFLOW))
    }

    /// As a length or place, at least 0.
    pub(super) fn to_count(&self) -> Outcome<usize> {
        usize::try_from(self.to_long()?).map_err(|_| fault(super::fault::ILLEGAL_CALL))
    }

    /// As a Currency, in ten-thousandths.
    pub(super) fn to_currency(&self) -> Outcome<i64> {
        if let Self::Currency(parts) = self {
            return Ok(*parts);
        }
        if let Self::Text(text) = self
            && let Some(parts) = currency_of(text.as_str().trim())
        {
            return Ok(parts);
        }
        // 1.00005 lies a little above what it says; people mean what it says.
        let parts = self.to_double()? * 10_000.0;
        let parts = general(parts, 15)
            .parse()
            .unwrap_or(parts)
            .round_ties_even();
        if parts.abs() >= 9.223_372_036_854_775e18 || parts.is_nan() {
            return Err(fault(OVERFLOW));
        }
        #[allow(clippy::cast_possible_truncation)]
        let parts = parts as i64;
        Ok(parts)
    }

    /// As a truth value.
    pub(super) fn to_boolean(&self) -> Outcome<bool> {
        Ok(match self {
            Self::Boolean(truth) => *truth,
            Self::Integer(number) => *number != 0,
            Self::Text(text) if text.as_str().eq_ignore_ascii_case("true") => true,
            Self::Text(text) if text.as_str().eq_ignore_ascii_case("false") => false,
            _ => self.to_double()? != 0.0,
        })
    }

    /// As a condition: what is Null does not hold.
    pub(super) fn holds(&self) -> Outcome<bool> {
        match self {
            Self::Null => Ok(false),
            _ => self.to_boolean(),
        }
    }

    /// As a date.
    pub(super) fn to_date(&self, setting: &Setting) -> Outcome<f64> {
        let date = match self {
            Self::Text(text) => {
                match date::read(text.as_str(), &setting.international, setting.this_year) {
                    Ok(date) => date,
                    Err(not_a_date) => number_of(text.as_str()).ok_or(not_a_date)?,
                }
            }
            _ => self.to_double()?,
        };
        if date::is_valid(date) {
            Ok(date)
        } else {
            Err(fault(MISMATCH))
        }
    }

    /// The text that `CStr` makes of it.
    pub fn text_by(&self, international: &International) -> Result<String, Box<Fault>> {
        self.written(international)
    }

    /// As a text, as `CStr` and `&` write it.
    pub(super) fn to_text(&self, setting: &Setting) -> Outcome<Rc<Text>> {
        Ok(match self {
            Self::Text(text) => Rc::clone(text),
            _ => Text::new(self.written(&setting.international)?),
        })
    }

    fn written(&self, international: &International) -> Outcome<String> {
        Ok(match self {
            Self::Empty => String::new(),
            Self::Boolean(true) => "True".to_owned(),
            Self::Boolean(false) => "False".to_owned(),
            Self::Byte(number) => number.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Long(number) => number.to_string(),
            Self::Single(number) => general(f64::from(*number), 7),
            Self::Double(number) => general(*number, 15),
            Self::Currency(parts) => write_currency(*parts),
            Self::Date(date) => date::write(*date, international),
            Self::Text(text) => text.as_str().to_owned(),
            Self::Null => return Err(fault(NULL_USE)),
            _ => return Err(fault(MISMATCH)),
        })
    }

    /// As `Print` shows it.
    pub(super) fn shown(&self, setting: &Setting) -> Outcome<String> {
        match self {
            Self::Null => Ok("#NULL#".to_owned()),
            _ => self.written(&setting.international),
        }
    }

    /// As a value of another type, so that it can be assigned. Of classes and records, only the sort is looked at here.
    pub(super) fn convert(self, of: ScalarType, setting: &Setting) -> Outcome<Self> {
        Ok(match (of, self) {
            (ScalarType::Variant, Self::Record(_)) => return Err(fault(MISMATCH)),
            (ScalarType::Variant, value) => value,
            (ScalarType::Integer, value @ Self::Integer(_))
            | (ScalarType::Long, value @ Self::Long(_))
            | (ScalarType::Double, value @ Self::Double(_))
            | (ScalarType::Text, value @ Self::Text(_)) => value,
            (ScalarType::Boolean, value) => Self::Boolean(value.to_boolean()?),
            (ScalarType::Byte, value) => {
                let number = value.to_long()?;
                Self::Byte(u8::try_from(number).map_err(|_| fault(OVERFLOW))?)
            }
            (ScalarType::Integer, value) => Self::Integer(value.to_integer()?),
            (ScalarType::Long, value) => Self::Long(value.to_long()?),
            (ScalarType::Single, value) => single(value.to_double()?)?,
            (ScalarType::Double, value) => Self::Double(value.to_double()?),
            (ScalarType::Currency, value) => Self::Currency(value.to_currency()?),
            (ScalarType::Text, value) => Self::Text(value.to_text(setting)?),
            (ScalarType::Fixed(length), value) => {
                Self::Text(fit(&value.to_text(setting)?, usize::from(length), false))
            }
            (ScalarType::Class(_), value @ (Self::Object(_) | Self::Nothing))
            | (ScalarType::Product, value @ (Self::Product(_) | Self::Nothing))
            | (ScalarType::Record(_), value @ Self::Record(_)) => value,
            (of, _) => return Err(mismatch_with(of)),
        })
    }
}

/// As a Single, if it is not too large.
pub(super) fn single(number: f64) -> Outcome<Value> {
    #[allow(clippy::cast_possible_truncation)]
    let short = number as f32;
    if short.is_finite() {
        Ok(Value::Single(short))
    } else {
        Err(fault(OVERFLOW))
    }
}

/// A text cut or filled up with blanks to a length; from the right, blanks stand in front.
pub(super) fn fit(text: &Rc<Text>, length: usize, from_right: bool) -> Rc<Text> {
    let has = text.length();
    if has == length {
        return Rc::clone(text);
    }
    if has > length {
        return text.part(0, length);
    }
    let blanks = " ".repeat(length - has);
    match from_right {
        true => Text::new(blanks + text.as_str()),
        false => Text::new(text.as_str().to_owned() + &blanks),
    }
}

/// Ten-thousandths to whole ones, half to even.
fn round_parts(parts: i64) -> i64 {
    let (whole, rest) = (parts.div_euclid(10_000), parts.rem_euclid(10_000));
    let up = rest > 5000 || rest == 5000 && whole % 2 != 0;
    whole + i64::from(up)
}

fn write_currency(parts: i64) -> String {
    let sign = if parts < 0 { "-" } else { "" };
    let (whole, rest) = (parts.unsigned_abs() / 10_000, parts.unsigned_abs() % 10_000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let text = format!("{sign}{whole}.{rest:04}");
    text.trim_end_matches('0').to_owned()
}

/// Ten-thousandths of a number in a text, exactly.
fn currency_of(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => parse_currency(digits).map(|parts| -parts),
        None => parse_currency(text),
    }
}

/// The number that a text is, all of it.
pub(super) fn number_of(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(based) = text.strip_prefix('&') {
        return based_number(based);
    }
    let (number, rest) = leading_number(text, false)?;
    (rest.is_empty() && number.is_finite()).then_some(number)
}

fn based_number(based: &str) -> Option<f64> {
    let radix = match based.as_bytes().first()? {
        b'h' | b'H' => 16,
        b'o' | b'O' => 8,
        b'b' | b'B' => 2,
        _ => return None,
    };
    let digits = based.get(1..)?;
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let bits = u32::from_str_radix(digits, radix).ok()?;
    Some(match u16::try_from(bits) {
        Ok(bits) => f64::from(bits.cast_signed()),
        Err(_) => f64::from(bits.cast_signed()),
    })
}

/// The number that a text begins with, and what is behind it. With `blanks`, those between the digits do not count, as for `Val`.
pub(super) fn leading_number(text: &str, blanks: bool) -> Option<(f64, &str)> {
    let mut digits = String::new();
    let mut end = 0;
    let (mut has_digit, mut has_point, mut exponent) = (false, false, None::<usize>);
    for (at, letter) in text.char_indices() {
        let ends_exponent = exponent == Some(digits.len());
        match letter {
            '0'..='9' => {
                digits.push(letter);
                has_digit = true;
                end = at + 1;
                continue;
            }
            '+' | '-' if digits.is_empty() || ends_exponent => digits.push(letter),
            '.' if !has_point && exponent.is_none() => {
                has_point = true;
                digits.push(letter);
                if has_digit {
                    end = at + 1;
                }
            }
            'e' | 'E' | 'd' | 'D' if has_digit && exponent.is_none() => {
                digits.push('e');
                exponent = Some(digits.len());
            }
            ' ' | '\t' | '\n' | '\r' if blanks => {}
            _ => break,
        }
        if digits.len() > 400 {
            break;
        }
    }
    if !has_digit {
        return None;
    }
    // An `e` without digits behind it belongs to what follows.
    let mut number = digits.as_str();
    if let Some(at) = exponent
        && !number[at..].bytes().any(|byte| byte.is_ascii_digit())
    {
        number = &number[..at - 1];
    }
    Some((number.parse().ok()?, text.get(end..).unwrap_or_default()))
}

/// A number with as many significant digits, without zeros behind; with an exponent if it is very large or small.
pub(super) fn general(number: f64, digits: usize) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:.*e}", digits - 1, number);
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let places = i32::try_from(digits).unwrap_or(15) - 1 - exponent;
    if exponent < -4 || places < 0 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}E{sign}{:02}", trim_zeros(mantissa), exponent.abs());
    }
    trim_zeros(&format!(
        "{:.*}",
        usize::try_from(places).unwrap_or_default(),
        number
    ))
    .to_owned()
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_fifteen_digits() {
        let cases = [
            (1e40, "1E+40"),
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333333333333"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e15, "1E+15"),
            (-0.00001, "-1E-05"),
            (0.0001, "0.0001"),
            (2.50, "2.5"),
        ];
        for (number, expected) in cases {
            assert_eq!(general(number, 15), expected);
        }
        assert_eq!(general(f64::from(1.1_f32), 7), "1.1");
        assert_eq!(write_currency(-12_500), "-1.25");
    }

    #[test]
    fn texts_are_numbers_whole_or_not_at_all() {
        let good = [
            ("12", 12.0),
            (" -1.5 ", -1.5),
            ("1e3", 1000.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("&HFF", 255.0),
            ("&HFFFF", -1.0),
        ];
        for (text, expected) in good {
            assert_eq!(number_of(text), Some(expected), "{text}");
        }
        for bad in [
            "", " ", "a", "1a", "1e", "--1", "1 2", "&H", "&H+1", "1e999", ".",
        ] {
            assert_eq!(number_of(bad), None, "{bad}");
        }
        assert_eq!(
            leading_number("12 3 apples", true),
            Some((123.0, " apples"))
        );
        assert_eq!(leading_number("12e", false), Some((12.0, "e")));
    }
}
