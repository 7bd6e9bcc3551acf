//! Date, time and zone as DXL writes them, and the instants they stand for.
//!
//! `19990713T060306,52+05` is ISO 8601 in its basic form with hundredths of a second: a date, a time, or both, with a zone (`Z`, `+05`,
//! `-0330`) or without. The offset is what was in effect, summer time included; `dst='true'` beside it only says that it was.

use std::fmt;
use thiserror::Error;

/// A `<datetime>`, parsed; shown again it is what was written, to the letter. Without date and time it is blank, as a time that was never set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DateTime {
    /// The day, in its zone.
    pub date: Option<Date>,
    /// The time of that day, in its zone.
    pub time: Option<Time>,
    /// What to subtract for UTC. Only with a time.
    pub zone: Option<Zone>,
    /// Whether summer time was in effect; the zone's offset has it already.
    pub dst: bool,
}

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 99, if they are written.
    pub hundredth: Option<u8>,
}

/// A zone as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zone {
    /// `Z`
    Utc,
    /// `+05`, `-11`
    Hours(i8),
    /// `+0530`, in minutes; `-0030` is -30.
    Minutes(i16),
    /// `-00` and `-0000`, which is UTC: the field says whether minutes are written.
    MinusZero(bool),
}

/// Why a date and time is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OddDateTime {
    /// Not the shape.
    #[error(
        "{0:?} is no date and time; it is written 19990713T060306,52+05, or the date or the time of it alone"
    )]
    Shape(String),
    /// No such day.
    #[error("{0:?} has a day that no calendar has")]
    Day(String),
    /// No such time of day.
    #[error("{0:?} has a time that no clock shows; it goes from 000000,00 to 235959,99")]
    Time(String),
    /// No such zone.
    #[error(
        "{0:?} has a zone that is nowhere; it lies between -1400 and +1400, and its minutes between 00 and 59"
    )]
    Zone(String),
}

/// The farthest zone from UTC, in minutes. UTC+14 exists, and there is room for the same to the west.
const FARTHEST: i16 = 14 * 60;

impl DateTime {
    /// Of the text of a `<datetime>` and its attribute `dst`. White space around it does not count.
    pub fn parse(written: &str, dst: bool) -> Result<DateTime, OddDateTime> {
        let text = written.trim_matches([' ', '\t', '\r', '\n']);
        let odd = |kind: fn(String) -> OddDateTime| kind(text.chars().take(60).collect());
        if text.is_empty() {
            return Ok(DateTime {
                dst,
                ..DateTime::default()
            });
        }
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let date = match digits::<8>(date) {
            Some([y1, y2, y3, y4, m1, m2, d1, d2]) => Some(
                Date::new(
                    u16::from(two(y1, y2)) * 100 + u16::from(two(y3, y4)),
                    two(m1, m2),
                    two(d1, d2),
                )
                .ok_or_else(|| odd(OddDateTime::Day))?,
            ),
            None if date.is_empty() && time.is_some() => None,
            None => return Err(odd(OddDateTime::Shape)),
        };
        let Some(time) = time else {
            return Ok(DateTime {
                date,
                time: None,
                zone: None,
                dst,
            });
        };
        let clock = time.find(['+', '-', 'Z']).unwrap_or(time.len());
        let (clock, zone) = time.split_at(clock);
        let time = read_time(clock).map_err(odd)?;
        let zone = read_zone(zone).map_err(odd)?;
        Ok(DateTime {
            date,
            time: Some(time),
            zone,
            dst,
        })
    }

    /// Neither date nor time: never set.
    pub fn is_blank(&self) -> bool {
        self.date.is_none() && self.time.is_none()
    }

    /// Milliseconds since 1970-01-01 00:00 UTC; `None` unless date, time and zone are all there.
    pub fn instant(&self) -> Option<i64> {
        self.instant_at(self.zone?.offset_minutes())
    }

    /// The same, in a zone so many minutes east of UTC where none is written; for times that mean the reader's own clock.
    pub fn instant_at(&self, offset_minutes: i16) -> Option<i64> {
        let offset = self.zone.map_or(offset_minutes, Zone::offset_minutes);
        let day = self.date?.days_since_1970() * 86_400_000;
        Some(day + self.time?.milliseconds() - i64::from(offset) * 60_000)
    }

    /// An instant as a zone so many minutes east of UTC shows it, to the hundredth of a second (what is below is cut off). `None` outside of the
    /// years 1 to 9999, and for a zone that is nowhere.
    pub fn from_instant(milliseconds: i64, offset_minutes: i16, dst: bool) -> Option<DateTime> {
        if !(-FARTHEST..=FARTHEST).contains(&offset_minutes) {
            return None;
        }
        let local = milliseconds.checked_add(i64::from(offset_minutes) * 60_000)?;
        let date = Date::from_days_since_1970(local.div_euclid(86_400_000))?;
        let hundredths = u32::try_from(local.rem_euclid(86_400_000) / 10).ok()?;
        let part = |size: u32, count: u32| u8::try_from(hundredths / size % count).ok();
        Some(DateTime {
            date: Some(date),
            time: Some(Time {
                hour: part(360_000, 24)?,
                minute: part(6_000, 60)?,
                second: part(100, 60)?,
                hundredth: Some(part(1, 100)?),
            }),
            zone: Some(Zone::of(offset_minutes)),
            dst,
        })
    }
}

impl Date {
    /// `None` if there is no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if year.is_multiple_of(4)
                && (!year.is_multiple_of(100) || year.is_multiple_of(400)) =>
            {
                29
            }
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        let there_is = (1..=9999).contains(&year) && (1..=days).contains(&day);
        there_is.then_some(Date { year, month, day })
    }

    /// Days since 1970-01-01, negative before.
    pub fn days_since_1970(self) -> i64 {
        // Years that begin in March: the day that comes and goes is a year's last.
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let year = if month <= 2 { year - 1 } else { year };
        let month = (month + 9) % 12;
        let in_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + in_year
            - 719_468
    }

    /// The other way; `None` outside of the years 1 to 9999.
    pub fn from_days_since_1970(days: i64) -> Option<Date> {
        if !(-719_162..=2_932_896).contains(&days) {
            return None;
        }
        let days = days + 719_468;
        let (era, in_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let in_era_years = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
        let in_year = in_era - (365 * in_era_years + in_era_years / 4 - in_era_years / 100);
        let month = (5 * in_year + 2) / 153;
        let day = in_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = era * 400 + in_era_years + i64::from(month <= 2);
        Date::new(
            u16::try_from(year).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }
}

impl Time {
    /// Since midnight.
    pub fn milliseconds(self) -> i64 {
        let seconds =
            i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        seconds * 1000 + i64::from(self.hundredth.unwrap_or(0)) * 10
    }
}

impl Zone {
    /// As an export would write it: minutes only where there are some.
    pub fn of(offset_minutes: i16) -> Zone {
        match i8::try_from(offset_minutes / 60) {
            Ok(hours) if offset_minutes % 60 == 0 => Zone::Hours(hours),
            _ => Zone::Minutes(offset_minutes),
        }
    }

    /// East of UTC, summer time included.
    pub fn offset_minutes(self) -> i16 {
        match self {
            Zone::Utc | Zone::MinusZero(_) => 0,
            Zone::Hours(hours) => i16::from(hours) * 60,
            Zone::Minutes(minutes) => minutes,
        }
    }
}

fn two(tens: u8, ones: u8) -> u8 {
    tens * 10 + ones
}

/// Exactly so many digits.
fn digits<const COUNT: usize>(text: &str) -> Option<[u8; COUNT]> {
    let bytes: [u8; COUNT] = text.as_bytes().try_into().ok()?;
    bytes
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| bytes.map(|byte| byte - b'0'))
}

fn read_time(text: &str) -> Result<Time, fn(String) -> OddDateTime> {
    let (clock, fraction) = match text.split_once([',', '.']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let [h1, h2, m1, m2, s1, s2] = digits::<6>(clock).ok_or(OddDateTime::Shape as fn(_) -> _)?;
    let hundredth = match fraction.map(digits::<2>) {
        None => None,
        Some(Some([tens, ones])) if text.contains(',') => Some(two(tens, ones)),
        Some(_) => return Err(OddDateTime::Shape),
    };
    let (hour, minute, second) = (two(h1, h2), two(m1, m2), two(s1, s2));
    if hour > 23 || minute > 59 || second > 59 {
        return Err(OddDateTime::Time);
    }
    Ok(Time {
        hour,
        minute,
        second,
        hundredth,
    })
}

fn read_zone(text: &str) -> Result<Option<Zone>, fn(String) -> OddDateTime> {
    if text.is_empty() {
        return Ok(None);
    }
    if text == "Z" {
        return Ok(Some(Zone::Utc));
    }
    let (sign, number) = match text.split_at_checked(1) {
        Some(("+", number)) => (1, number),
        Some(("-", number)) => (-1, number),
        _ => return Err(OddDateTime::Shape),
    };
    let (hours, minutes) = match (digits::<2>(number), digits::<4>(number)) {
        (Some([h1, h2]), _) => (two(h1, h2), None),
        (_, Some([h1, h2, m1, m2])) => (two(h1, h2), Some(two(m1, m2))),
        _ => return Err(OddDateTime::Shape),
    };
    let offset = i16::from(hours) * 60 + i16::from(minutes.unwrap_or(0));
    if offset > FARTHEST || minutes.is_some_and(|minutes| minutes > 59) {
        return Err(OddDateTime::Zone);
    }
    Ok(Some(match (offset, minutes) {
        (0, minutes) if sign < 0 => Zone::MinusZero(minutes.is_some()),
        (_, Some(_)) => Zone::Minutes(sign * offset),
        (_, None) => Zone::of(sign * offset),
    }))
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Date { year, month, day }) = self.date {
            write!(f, "{year:04}{month:02}{day:02}")?;
        }
        let Some(time) = self.time else {
            return Ok(());
        };
        write!(f, "T{:02}{:02}{:02}", time.hour, time.minute, time.second)?;
        if let Some(hundredth) = time.hundredth {
            write!(f, ",{hundredth:02}")?;
        }
        self.zone.map_or(Ok(()), |zone| zone.fmt(f))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Zone::Utc => f.write_str("Z"),
            Zone::Hours(hours) => write!(f, "{hours:+03}"),
            Zone::Minutes(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}{:02}", minutes / 60, minutes % 60)
            }
            Zone::MinusZero(true) => f.write_str("-0000"),
            Zone::MinusZero(false) => f.write_str("-00"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<DateTime, OddDateTime> {
        DateTime::parse(text, false)
    }

    #[test]
    fn instants() {
        for (text, expected) in [
            ("19700101T000000,00Z", Some(0)),
            ("19700101T000000+00", Some(0)),
            ("19990713T060306,52+05", Some(931_827_786_520)),
            ("20250110T080000,00-0330", Some(1_736_508_600_000)),
            ("20240701T091500,12+1030", Some(1_719_787_500_120)),
            ("20240229T235959,99-11", Some(1_709_290_799_990)),
            ("00010101T000000,00Z", Some(-62_135_596_800_000)),
            ("99991231T235959,99Z", Some(253_402_300_799_990)),
            ("19691231T233000,00-0030", Some(0)),
            ("20240101T000000,00", None),
            ("20240101", None),
            ("T060306,52", None),
            ("", None),
        ] {
            let parsed = parse(text).unwrap();
            assert_eq!(parsed.instant(), expected, "{text}");
            assert_eq!(parsed.to_string(), text);
        }
        let floating = parse("20240101T100000,00").unwrap();
        assert_eq!(floating.instant_at(600), Some(1_704_067_200_000));
        assert!(parse(" \n").unwrap().is_blank());
        assert!(!parse("T000000").unwrap().is_blank());
    }

    #[test]
    fn what_is_written_stays() {
        for text in [
            "20240101T000000,00-00",
            "20240101T000000,00-0000",
            "20240101T000000,00+0000",
            "20240101T000000+0545",
            "T235900,00",
            "T235900,00+14",
        ] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn odd_ones_are_errors() {
        type Kind = fn(String) -> OddDateTime;
        let (shape, day): (Kind, Kind) = (OddDateTime::Shape, OddDateTime::Day);
        let (time, zone): (Kind, Kind) = (OddDateTime::Time, OddDateTime::Zone);
        for (text, kind) in [
            ("yesterday", shape),
            ("2024", shape),
            ("T", shape),
            ("20240101T", shape),
            ("2024-01-01T00:00:00Z", shape),
            ("20240101 T000000", shape),
            ("20240101T0000", shape),
            ("20240101T000000,5", shape),
            ("20240101T000000,123", shape),
            ("20240101T000000.12", shape),
            ("20240101T000000,", shape),
            ("20240101T000000,00+5", shape),
            ("20240101T000000,00+053", shape),
            ("20240101T000000,00+05:30", shape),
            ("20240101T000000,00ZZ", shape),
            ("20240101T000000,00+", shape),
            ("20240101T000000,00Z+01", shape),
            ("２０２４０１０１", shape),
            ("+0240101", shape),
            ("20230229", day),
            ("19000229", day),
            ("20241301", day),
            ("20240100", day),
            ("20240431", day),
            ("00000101", day),
            ("20240101T240000,00Z", time),
            ("20240101T006000,00Z", time),
            ("20240101T000060,00Z", time),
            ("20240101T000000,00+15", zone),
            ("20240101T000000,00-9999", zone),
            ("20240101T000000,00+0560", zone),
            ("20240101T000000,00+1401", zone),
        ] {
            assert_eq!(parse(text).unwrap_err(), kind(text.to_owned()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_instant_there_and_back(
            hundredths in -6_213_559_680_000_i64 / 10..25_340_230_000_000_i64,
            offset in -840_i16..=840,
        ) {
            let milliseconds = hundredths * 10;
            let made = DateTime::from_instant(milliseconds, offset, false).unwrap();
            prop_assert_eq!(made.instant(), Some(milliseconds));
            prop_assert_eq!(DateTime::parse(&made.to_string(), false).unwrap(), made);
        }

        #[test]
        fn any_text_is_a_date_or_an_error(text in "[0-9T,+Z-]{0,24}") {
            if let Ok(parsed) = parse(&text) {
                prop_assert_eq!(parsed.to_string(), text);
                let _ = parsed.instant();
            }
        }

        #[test]
        fn days_there_and_back(days in -719_162_i64..=2_932_896) {
            let date = Date::from_days_since_1970(days).unwrap();
            prop_assert_eq!(date.days_since_1970(), days);
        }
    }
}
