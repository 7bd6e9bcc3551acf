//! How somebody's settings write numbers, dates and times, and read them. Scripts and formulas are given the settings; the machine's own are never asked.
//! Scripts write dates and times by them; their numbers have a point, whatever the settings say.

use crate::formula::Time as Element;
use dxl::notes::{Date, DateTime, Time, Zone};

/// In which order a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum DateOrder {
    MonthDayYear,
    DayMonthYear,
    YearMonthDay,
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct International {
    /// `12/31/2025`, `31/12/2025`, `2025/12/31`
    pub date_order: DateOrder,
    /// Between the parts of a date.
    pub date_separator: char,
    /// Between the parts of a time.
    pub time_separator: char,
    /// Morning and afternoon; `None` counts hours to 23.
    pub halves_of_day: Option<(String, String)>,
    /// Between a whole number and its fraction.
    pub decimal: char,
    /// Between thousands.
    pub thousands: char,
    /// The sign of money.
    pub currency: String,
    /// Whether it stands before the number.
    pub currency_is_before: bool,
    /// Whether a fraction begins with 0.
    pub leading_zero: bool,
    /// Whether years are written with all four digits; otherwise those from 1950 to 2049 have two.
    pub four_digit_years: bool,
}

impl Default for International {
    /// English (United States).
    fn default() -> Self {
        Self {
            date_order: DateOrder::MonthDayYear,
            date_separator: '/',
            time_separator: ':',
            halves_of_day: Some(("AM".into(), "PM".into())),
            decimal: '.',
            thousands: ',',
            currency: "$".into(),
            currency_is_before: true,
            leading_zero: true,
            four_digit_years: true,
        }
    }
}

impl International {
    /// English (Australia): the day first.
    pub fn australia() -> Self {
        Self {
            date_order: DateOrder::DayMonthYear,
            ..Self::default()
        }
    }

    /// A date in this order, for messages.
    pub fn date_pattern(&self) -> String {
        self.date_text(Date {
            year: 2025,
            month: 12,
            day: 31,
        })
    }

    /// A time in this shape, for messages.
    pub fn time_pattern(&self) -> String {
        self.time_text(
            Time {
                hour: 17,
                minute: 30,
                second: 0,
                hundredth: None,
            },
            false,
        )
    }

    /// Month, day and year.
    pub fn date_text(&self, date: Date) -> String {
        let year = self.year_text(date.year);
        self.ordered(
            &format!("{:02}", date.month),
            &format!("{:02}", date.day),
            &year,
        )
    }

    /// Month and day.
    pub(crate) fn month_and_day(&self, date: Date) -> String {
        let (month, day) = (format!("{:02}", date.month), format!("{:02}", date.day));
        let separator = self.date_separator;
        match self.date_order {
            DateOrder::DayMonthYear => format!("{day}{separator}{month}"),
            _ => format!("{month}{separator}{day}"),
        }
    }

    /// Month and year.
    pub(crate) fn month_and_year(&self, date: Date) -> String {
        let (month, year) = (format!("{:02}", date.month), self.year_text(date.year));
        let separator = self.date_separator;
        match self.date_order {
            DateOrder::YearMonthDay => format!("{year}{separator}{month}"),
            _ => format!("{month}{separator}{year}"),
        }
    }

    fn year_text(&self, year: u16) -> String {
        if !self.four_digit_years && (1950..=2049).contains(&year) {
            format!("{:02}", year % 100)
        } else {
            format!("{year:04}")
        }
    }

    fn ordered(&self, month: &str, day: &str, year: &str) -> String {
        let separator = self.date_separator;
        match self.date_order {
            DateOrder::MonthDayYear => format!("{month}{separator}{day}{separator}{year}"),
            DateOrder::DayMonthYear => format!("{day}{separator}{month}{separator}{year}"),
            DateOrder::YearMonthDay => format!("{year}{separator}{month}{separator}{day}"),
        }
    }

    /// Hour, minute, and second if it is wanted.
    pub fn time_text(&self, time: Time, with_seconds: bool) -> String {
        let separator = self.time_separator;
        let hour = match &self.halves_of_day {
            Some(_) => (time.hour + 11) % 12 + 1,
            None => time.hour,
        };
        let mut text = format!("{hour:02}{separator}{:02}", time.minute);
        if with_seconds {
            text += &format!("{separator}{:02}", time.second);
        }
        if let Some((morning, afternoon)) = &self.halves_of_day {
            text.push(' ');
            text += if time.hour < 12 { morning } else { afternoon };
        }
        text
    }

    /// A number with as many digits as it needs, at most fifteen that count.
    pub fn number_text(&self, number: f64) -> String {
        if number == 0.0 {
            return "0".into();
        }
        let size = number.abs();
        if !(1e-5..1e15).contains(&size) {
            return self.scientific(number, None);
        }
        let digits_before = size.log10().floor() as i32 + 1;
        let places = usize::try_from((15 - digits_before).clamp(0, 20)).unwrap_or(0);
        let fixed = format!("{number:.places$}");
        let fixed = if fixed.contains('.') {
            fixed.trim_end_matches('0').trim_end_matches('.')
        } else {
            &fixed
        };
        self.localized(fixed, false)
    }

    /// With an exponent of two digits.
    pub(crate) fn scientific(&self, number: f64, places: Option<usize>) -> String {
        let written = match places {
            Some(places) => format!("{:.places$e}", half_up(number, places)),
            None => format!("{number:.14e}"),
        };
        let Some((mantissa, exponent)) = written.split_once('e') else {
            return written;
        };
        let mantissa = if places.is_none() && mantissa.contains('.') {
            mantissa.trim_end_matches('0').trim_end_matches('.')
        } else {
            mantissa
        };
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        format!("{}E{sign}{exponent:0>2}", self.localized(mantissa, false))
    }

    /// A number in Rust's spelling in this one.
    pub(crate) fn localized(&self, plain: &str, with_thousands: bool) -> String {
        let (sign, plain) = match plain.strip_prefix('-') {
            Some(plain) if plain.contains(|digit| matches!(digit, '1'..='9')) => ("-", plain),
            Some(plain) => ("", plain),
            None => ("", plain),
        };
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let mut text = String::from(sign);
        if !(whole == "0" && !self.leading_zero && !fraction.is_empty()) {
            for (at, digit) in whole.chars().enumerate() {
                if with_thousands && at > 0 && (whole.len() - at) % 3 == 0 {
                    text.push(self.thousands);
                }
                text.push(digit);
            }
        }
        if !fraction.is_empty() {
            text.push(self.decimal);
            text += fraction;
        }
        text
    }

    /// A number that somebody wrote: with sign, thousands, decimals, exponent, percent, currency, or parentheses around a negative one. What follows a
    /// blank behind it does not count, so that `12 apples` is 12.
    pub fn read_number(&self, text: &str) -> Option<f64> {
        let (number, rest) = self.leading_number(text)?;
        (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some(number)
    }

    /// The number that a text begins with, written as for [`Self::read_number`], and what follows it: `12ABC` is 12. `H_TEXTTONUMBER` has the rule.
    pub fn leading_number<'t>(&self, text: &'t str) -> Option<(f64, &'t str)> {
        let text = text.trim();
        let (text, is_negative) = match text.strip_prefix('(').and_then(|rest| rest.split_once(')'))
        {
            Some((inside, _)) => (inside.trim(), true),
            None => (text, false),
        };
        let (text, is_negative) = match text.strip_prefix('-') {
            Some(rest) => (rest.trim_start(), !is_negative),
            None => (
                text.strip_prefix('+').unwrap_or(text).trim_start(),
                is_negative,
            ),
        };
        let text = text
            .strip_prefix(self.currency.as_str())
            .unwrap_or(text)
            .trim_start();
        let (number, rest) = self.unsigned_number(text)?;
        let rest = rest.strip_prefix(self.currency.as_str()).unwrap_or(rest);
        let (number, rest) = match rest.strip_prefix('%') {
            Some(rest) => (number / 100.0, rest),
            None => (number, rest),
        };
        Some((if is_negative { -number } else { number }, rest))
    }

    /// Digits with thousands and decimals, and an exponent if one follows.
    fn unsigned_number<'t>(&self, text: &'t str) -> Option<(f64, &'t str)> {
        let mut plain = String::new();
        let mut has_decimals = false;
        let mut end = 0;
        for letter in text.chars() {
            match letter {
                '0'..='9' => plain.push(letter),
                _ if letter == self.decimal && !has_decimals => {
                    has_decimals = true;
                    plain.push('.');
                }
                _ if letter == self.thousands && !plain.is_empty() && !has_decimals => {}
                _ => break,
            }
            end += letter.len_utf8();
        }
        let rest = &text[end..];
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                let length = rest.len() - unsigned.len() + digits;
                plain.push_str(&rest[..length]);
                end += length;
            }
        }
        let number: f64 = plain.parse().ok()?;
        number.is_finite().then_some((number, &text[end..]))
    }

    /// A date, a time, both, or a range of them with ` - ` between.
    pub fn read_time(&self, text: &str) -> Option<Element> {
        if let Some((from, to)) = text.split_once(" - ") {
            return Some(Element::Range(
                self.read_date_time(from)?,
                self.read_date_time(to)?,
            ));
        }
        if let Some(one) = self.read_date_time(text) {
            return Some(Element::At(one));
        }
        // Without the blanks, too: where the halves are whole.
        text.match_indices('-').find_map(|(at, _)| {
            let from = self.read_date_time(&text[..at])?;
            let to = self.read_date_time(&text[at + 1..])?;
            Some(Element::Range(from, to))
        })
    }

    /// `12/31/2025 5:30:15 PM EST`, any part of that that makes sense alone.
    pub(crate) fn read_date_time(&self, text: &str) -> Option<DateTime> {
        let mut found = DateTime::default();
        let mut offset = None;
        for word in text.split_whitespace() {
            if let Some(half) = self.half_of_day(word) {
                let time = found.time.as_mut()?;
                set_half(time, half)?;
            } else if let Some(zone) = zone_named(word) {
                offset = Some(zone);
            } else if word.contains(self.time_separator) || word.contains(':') {
                if found.time.is_some() {
                    return None;
                }
                found.time = Some(self.read_clock(word)?);
            } else if found.date.is_none() {
                found.date = Some(self.read_date(word)?);
            } else {
                return None;
            }
        }
        if found.is_blank() {
            return None;
        }
        if let Some((minutes, dst)) = offset {
            found.time?;
            found.zone = Some(Zone::of(minutes));
            found.dst = dst;
        }
        Some(found)
    }

    fn half_of_day(&self, word: &str) -> Option<bool> {
        let (morning, afternoon) = match &self.halves_of_day {
            Some((morning, afternoon)) => (morning.as_str(), afternoon.as_str()),
            None => ("AM", "PM"),
        };
        if word.eq_ignore_ascii_case(morning) || word.eq_ignore_ascii_case("am") {
            Some(false)
        } else if word.eq_ignore_ascii_case(afternoon) || word.eq_ignore_ascii_case("pm") {
            Some(true)
        } else {
            None
        }
    }

    fn read_clock(&self, word: &str) -> Option<Time> {
        let end = word
            .find(|letter: char| letter.is_alphabetic())
            .unwrap_or(word.len());
        let (clock, half) = word.split_at(end);
        let half = match half {
            "" => None,
            half => Some(self.half_of_day(half)?),
        };
        let mut parts = clock.split([self.time_separator, ':']);
        let mut part = |most: u8| match parts.next() {
            None => Some(0),
            Some(part) => small(part).filter(|part| *part <= most),
        };
        let mut time = Time {
            hour: part(23)?,
            minute: part(59)?,
            second: 0,
            hundredth: None,
        };
        if let Some(seconds) = parts.next() {
            let (seconds, hundredths) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
            time.second = small(seconds).filter(|second| *second <= 59)?;
            time.hundredth = match hundredths {
                "" => None,
                written => Some(small(written)?),
            };
        }
        if parts.next().is_some() {
            return None;
        }
        if let Some(half) = half {
            set_half(&mut time, half)?;
        }
        Some(time)
    }

    fn read_date(&self, word: &str) -> Option<Date> {
        let parts: Vec<&str> = word.split([self.date_separator, '/', '-', '.']).collect();
        let [first, second, third] = match parts.as_slice() {
            [first, second, third] => [*first, *second, *third],
            _ => return None,
        };
        // A year that can be nothing else says the order.
        let order = if first.len() == 4 {
            DateOrder::YearMonthDay
        } else {
            self.date_order
        };
        let (month, day, year) = match order {
            DateOrder::MonthDayYear => (first, second, third),
            DateOrder::DayMonthYear => (second, first, third),
            DateOrder::YearMonthDay => (second, third, first),
        };
        Date::new(read_year(year)?, small(month)?, small(day)?)
    }
}

/// So rounded that a half behind so many places of its mantissa is one more.
fn half_up(number: f64, places: usize) -> f64 {
    let exponent = number.abs().log10().floor();
    let factor = 10_f64.powf(places as f64 - exponent);
    let rounded = (number * factor).round() / factor;
    if rounded.is_finite() { rounded } else { number }
}

/// Years of two digits are those from 1950 to 2049. [H_WAYS_TO_USE_CONSTANTS]
fn read_year(text: &str) -> Option<u16> {
    if text.is_empty() || text.len() > 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: u16 = text.parse().ok()?;
    Some(match (text.len(), year) {
        (1 | 2, 0..=49) => 2000 + year,
        (1 | 2, _) => 1900 + year,
        _ => year,
    })
}

/// One or two digits.
fn small(text: &str) -> Option<u8> {
    let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn set_half(time: &mut Time, is_afternoon: bool) -> Option<()> {
    time.hour = match (time.hour, is_afternoon) {
        (12, false) => 0,
        (hour @ 1..=11, true) => hour + 12,
        (hour, false) if hour > 12 => return None,
        (hour, _) => hour,
    };
    Some(())
}

/// Zones with a name of their own: minutes east of UTC, and whether that is summer time.
const ZONES: &[(&str, i16, bool)] = &[
    ("GMT", 0, false),
    ("UTC", 0, false),
    ("Z", 0, false),
    ("NST", -210, false),
    ("NDT", -150, true),
    ("AST", -240, false),
    ("ADT", -180, true),
    ("EST", -300, false),
    ("EDT", -240, true),
    ("CST", -360, false),
    ("CDT", -300, true),
    ("MST", -420, false),
    ("MDT", -360, true),
    ("PST", -480, false),
    ("PDT", -420, true),
    ("YST", -540, false),
    ("YDT", -480, true),
    ("HST", -600, false),
    ("HDT", -540, true),
    ("CET", 60, false),
    ("CEDT", 120, true),
];

fn zone_named(word: &str) -> Option<(i16, bool)> {
    let known = ZONES
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(word));
    if let Some((_, minutes, dst)) = known {
        return Some((*minutes, *dst));
    }
    let upper = word.to_ascii_uppercase();
    let (sign, rest) = match (upper.strip_prefix("ZE"), upper.strip_prefix("ZW")) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let digits = rest.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let minutes = match &rest[digits.len()..] {
        "" => 0,
        "A" => 15,
        "B" => 30,
        "C" => 45,
        _ => return None,
    };
    let offset = i16::from(small(digits)?) * 60 + minutes;
    (offset <= 14 * 60).then_some((sign * offset, false))
}

/// What a zone is called: `EST`, `EDT`, or `ZE10` for ten hours east.
pub fn zone_text(offset_minutes: i16, dst: bool) -> String {
    let known = ZONES
        .iter()
        .find(|(_, minutes, summer)| *minutes == offset_minutes && *summer == dst);
    if let Some((name, ..)) = known {
        return (*name).to_owned();
    }
    let side = if offset_minutes < 0 { 'W' } else { 'E' };
    let (hours, minutes) = (
        offset_minutes.unsigned_abs() / 60,
        offset_minutes.unsigned_abs() % 60,
    );
    let part = match minutes {
        0 => "",
        15 => "A",
        30 => "B",
        _ => "C",
    };
    format!("Z{side}{hours}{part}")
}
