//! Dates as OLE has them: days since 30 December 1899, the time as a fraction of a day. Before that day the fraction still counts forward within its day.

use super::fault::{MISMATCH, Outcome, fault};
use crate::international::{DateOrder, International};
use dxl::notes::{Date, Time};

/// A date and time in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Moment {
    pub year: i32,
    pub month: i32,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
}

const DAY_SECONDS: i64 = 86_400;
/// 1 January 100.
const FIRST_DAY: i64 = -657_434;
/// 31 December 9999.
const LAST_DAY: i64 = 2_958_465;

/// Days since 1970-01-01 of a day of the Gregorian calendar; months beyond 1 to 12 count on.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let months = year * 12 + month - 1;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 + day - 1
}

/// Of days since 1970-01-01.
fn civil_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// Between 1970 and the first day of OLE.
const EPOCH_DAYS: i64 = 25_569;

/// Whether it is a date that can be.
pub(super) fn is_valid(date: f64) -> bool {
    #[allow(clippy::cast_precision_loss)]
    let (first, last) = (FIRST_DAY as f64, LAST_DAY as f64 + 1.0);
    date > first - 1.0 && date < last
}

/// A date from numbers, which may lie beyond their bounds; years below 100 are of the century that is usual.
pub(super) fn date_of(year: i64, month: i64, day: i64) -> Outcome<f64> {
    let year = match year {
        0..=49 => year + 2000,
        50..=99 => year + 1900,
        _ => year,
    };
    // What a text says may be too large to be reckoned with.
    if [year, month, day]
        .iter()
        .any(|part| part.unsigned_abs() > 1 << 32)
    {
        return Err(fault(super::fault::ILLEGAL_CALL));
    }
    let days = days_of(year, month, day) + EPOCH_DAYS;
    if !(FIRST_DAY..=LAST_DAY).contains(&days) {
        return Err(fault(super::fault::ILLEGAL_CALL));
    }
    #[allow(clippy::cast_precision_loss)]
    Ok(days as f64)
}

/// A time of day.
pub(super) fn time_of(hour: i64, minute: i64, second: i64) -> f64 {
    let seconds = (hour * 60 + minute) * 60 + second;
    #[allow(clippy::cast_precision_loss)]
    let fraction = seconds.rem_euclid(DAY_SECONDS) as f64 / DAY_SECONDS as f64;
    fraction
}

/// A day and a time together.
pub(super) fn join(day: f64, time: f64) -> f64 {
    if day < 0.0 { day - time } else { day + time }
}

/// The parts of a date, rounded to the second; what lies beyond the years 100 to 9999 is taken for day 0.
pub fn moment_of(date: f64) -> Moment {
    let date = if is_valid(date) { date } else { 0.0 };
    let day = date.trunc();
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    let (mut day, mut second) = (
        day as i64,
        ((date - day).abs() * DAY_SECONDS as f64).round() as i64,
    );
    if second >= DAY_SECONDS {
        day += 1;
        second = 0;
    }
    let (year, month, of_month) = civil_of(day - EPOCH_DAYS);
    let part = |number: i64| i32::try_from(number).unwrap_or_default();
    Moment {
        year: part(year),
        month: part(month),
        day: part(of_month),
        hour: part(second / 3600),
        minute: part(second / 60 % 60),
        second: part(second % 60),
    }
}

/// The day of the week, Sunday being 1.
pub(super) fn weekday(date: f64) -> i16 {
    #[allow(clippy::cast_possible_truncation)]
    let day = date.floor() as i64;
    i16::try_from((day + 6).rem_euclid(7)).unwrap_or_default() + 1
}

/// As `CStr` writes it: the date, the time, or both; what is zero is left out.
pub(super) fn write(date: f64, international: &International) -> String {
    let has_day = date.trunc() != 0.0;
    let has_time = date.fract() != 0.0;
    match (has_day, has_time) {
        (true, false) => write_day(date, international),
        (true, true) => format!(
            "{} {}",
            write_day(date, international),
            write_time(date, international)
        ),
        (false, _) => write_time(date, international),
    }
}

pub(super) fn write_day(date: f64, international: &International) -> String {
    let moment = moment_of(date);
    let part = |of: i32| u8::try_from(of).unwrap_or_default();
    international.date_text(Date {
        year: u16::try_from(moment.year).unwrap_or_default(),
        month: part(moment.month),
        day: part(moment.day),
    })
}

pub(super) fn write_time(date: f64, international: &International) -> String {
    let moment = moment_of(date);
    let part = |of: i32| u8::try_from(of).unwrap_or_default();
    let time = Time {
        hour: part(moment.hour),
        minute: part(moment.minute),
        second: part(moment.second),
        hundredth: None,
    };
    international.time_text(time, true)
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// Reads a date, a time or both, as people write them; `this_year` stands where no year does.
pub(super) fn read(text: &str, international: &International, this_year: i32) -> Outcome<f64> {
    read_parts(text, international, this_year).ok_or_else(|| fault(MISMATCH))
}

fn read_parts(text: &str, international: &International, this_year: i32) -> Option<f64> {
    let mut reader = Reader::default();
    for piece in pieces(text)? {
        reader.take(piece.usual(international))?;
    }
    reader.date(international, this_year)
}

/// A piece of a written date.
#[derive(Debug, Clone, PartialEq)]
enum Piece<'a> {
    Number(i64, usize),
    Word(&'a str),
    Mark(char),
}

impl Piece<'_> {
    /// What stands for it in the United States, where somebody has marks and words of their own.
    fn usual(self, international: &International) -> Self {
        let is = |word: &str, half: &str| word.to_lowercase() == half.to_lowercase();
        match (self, &international.halves_of_day) {
            (Self::Mark(mark), _) if mark == international.date_separator => Self::Mark('/'),
            (Self::Mark(mark), _) if mark == international.time_separator => Self::Mark(':'),
            (Self::Word(word), Some((morning, _))) if is(word, morning) => Self::Word("am"),
            (Self::Word(word), Some((_, afternoon))) if is(word, afternoon) => Self::Word("pm"),
            (piece, _) => piece,
        }
    }
}

fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    if rest.len() > 64 {
        return None;
    }
    while let Some(first) = rest.chars().next() {
        let end_of =
            |belongs: fn(char) -> bool| rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        let end = if first.is_ascii_digit() {
            let end = end_of(|letter| letter.is_ascii_digit());
            pieces.push(Piece::Number(rest[..end].parse().ok()?, end));
            end
        } else if first.is_alphabetic() {
            let end = end_of(char::is_alphabetic);
            pieces.push(Piece::Word(&rest[..end]));
            end
        } else {
            if !first.is_whitespace() {
                pieces.push(Piece::Mark(first));
            }
            first.len_utf8()
        };
        rest = &rest[end..];
    }
    Some(pieces)
}

#[derive(Debug, Default)]
struct Reader {
    /// Parts of the date, with their digits.
    numbers: Vec<(i64, usize)>,
    month: Option<i64>,
    time: Vec<i64>,
    is_time: bool,
    afternoon: Option<bool>,
}

impl Reader {
    fn take(&mut self, piece: Piece<'_>) -> Option<()> {
        match piece {
            Piece::Number(number, digits) if self.is_time => {
                self.is_time = false;
                if digits > 2 {
                    return None;
                }
                self.time.push(number);
            }
            Piece::Number(number, digits) => self.numbers.push((number, digits)),
            Piece::Mark(':') => {
                if self.time.is_empty() {
                    let (hour, _) = self.numbers.pop()?;
                    self.time.push(hour);
                }
                self.is_time = true;
            }
            Piece::Mark('/' | '-' | '.' | ',') => {}
            Piece::Mark(_) => return None,
            Piece::Word(word) => self.word(&word.to_ascii_lowercase())?,
        }
        (self.numbers.len() <= 4 && self.time.len() <= 3).then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        match word {
            "am" | "pm" => {
                if self.time.is_empty() {
                    let (hour, _) = self.numbers.pop()?;
                    self.time.push(hour);
                }
                self.afternoon = Some(word == "pm");
            }
            // Between date and time of ISO 8601.
            "t" => {}
            _ => {
                let month = MONTHS.iter().position(|month| {
                    word.len() >= 3 && month.to_ascii_lowercase().starts_with(word)
                });
                if let Some(month) = month {
                    self.month = Some(i64::try_from(month).ok()? + 1);
                } else if !DAYS
                    .iter()
                    .any(|day| word.len() >= 3 && day.to_ascii_lowercase().starts_with(word))
                {
                    return None;
                }
            }
        }
        Some(())
    }

    fn date(&self, international: &International, this_year: i32) -> Option<f64> {
        if self.is_time {
            return None;
        }
        let time = self.time_of_day()?;
        let day = self.day(international, i64::from(this_year))?;
        match (day, time) {
            (Some(day), time) => Some(join(day, time.unwrap_or(0.0))),
            (None, time) => time,
        }
    }

    fn time_of_day(&self) -> Option<Option<f64>> {
        if self.time.is_empty() {
            return Some(None);
        }
        let part = |at: usize| self.time.get(at).copied().unwrap_or(0);
        let hour = match (self.afternoon, part(0)) {
            (None, hour) => hour,
            (Some(_), hour) if !(1..=12).contains(&hour) => return None,
            (Some(afternoon), hour) => hour % 12 + if afternoon { 12 } else { 0 },
        };
        if hour > 23 || part(1) > 59 || part(2) > 59 {
            return None;
        }
        Some(Some(time_of(hour, part(1), part(2))))
    }

    #[allow(clippy::type_complexity)]
    fn day(&self, international: &International, this_year: i64) -> Option<Option<f64>> {
        let numbers: Vec<i64> = self.numbers.iter().map(|(number, _)| *number).collect();
        let year_first = self.numbers.first().is_some_and(|(_, digits)| *digits >= 3);
        let (year, month, day) = match (self.month, numbers.as_slice()) {
            (None, []) => return Some(None),
            (Some(month), [day]) if *day <= 31 => (this_year, month, *day),
            (Some(month), [year]) => (*year, month, 1),
            (Some(month), [year, day]) if year_first => (*year, month, *day),
            (Some(month), [day, year]) => (*year, month, *day),
            (None, [year, month, day]) if year_first => (*year, *month, *day),
            (None, [one, two, three]) => match international.date_order {
                DateOrder::MonthDayYear => (*three, *one, *two),
                DateOrder::DayMonthYear => (*three, *two, *one),
                DateOrder::YearMonthDay => (*one, *two, *three),
            },
            (None, [one, two]) => match international.date_order {
                DateOrder::DayMonthYear => (this_year, *two, *one),
                _ => (this_year, *one, *two),
            },
            _ => return None,
        };
        let date = date_of(year, month, day).ok()?;
        // 30 February is none.
        let moment = moment_of(date);
        ((1..=12).contains(&month) && i64::from(moment.day) == day).then_some(Some(date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let us = International::default();
        let european = International {
            date_order: DateOrder::DayMonthYear,
            ..International::default()
        };
        let cases = [
            ("11/21/2026", 46347.0),
            ("1/1/1900", 2.0),
            ("12/30/1899", 0.0),
            ("2026-11-21", 46347.0),
            ("21 Nov 2026", 46347.0),
            ("November 21, 2026", 46347.0),
            ("12:00", 0.5),
            ("12:00 AM", 0.0),
            ("6 PM", 0.75),
            ("11/21/2026 6:00:00 PM", 46347.75),
            ("2026-11-21T18:00:00", 46347.75),
            ("11/21/26", 46347.0),
            ("2/29/2024", 45351.0),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text, &us, 2026).unwrap(), expected, "{text}");
        }
        assert_eq!(read("21.11.2026", &european, 2026).unwrap(), 46347.0);
        let own = International {
            date_separator: '_',
            time_separator: 'h',
            halves_of_day: Some(("früh".into(), "spät".into())),
            ..International::default()
        };
        assert_eq!(write(46347.75, &own), "11_21_2026 06h00h00 spät");
        let own = International {
            time_separator: '.',
            ..own
        };
        for text in [
            "11_21_2026 6.00 Spät",
            "11/21/2026 6:00 PM",
            "11_21_2026 18.00.00",
        ] {
            assert_eq!(read(text, &own, 2026).unwrap(), 46347.75, "{text}");
        }
        for bad in [
            "",
            "x",
            "2/29/2023",
            "13/1/2020",
            "25:00",
            "1:2:3:4",
            "1/2/3/4",
            "13 PM",
            "12:",
            "32767&,9223372036854775807.0",
            "1.1.9223372036854775807",
        ] {
            assert!(bad.is_empty() || read(bad, &us, 2026).is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_and_numbers_are_each_others_inverse() {
        for day in (-600_000..2_900_000).step_by(997) {
            let moment = moment_of(f64::from(day));
            let back = date_of(moment.year.into(), moment.month.into(), moment.day.into()).unwrap();
            assert_eq!(back, f64::from(day));
        }
        assert_eq!(weekday(46347.0), 7);
        assert_eq!(date_of(2026, 14, 0).unwrap(), date_of(2027, 1, 31).unwrap());
        assert!(date_of(20_000, 1, 1).is_err());
        assert!(date_of(i64::MAX, 1, 1).is_err() && date_of(2000, i64::MIN, 1).is_err());
        assert_eq!(moment_of(f64::INFINITY), moment_of(0.0));
    }
}
