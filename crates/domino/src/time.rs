//! Dates and times between the three that speak of them: scripts (days since 30 December 1899, on the clock of the World's zone), formulas and DXL (parts with a zone), and
//! instants (milliseconds since 1970, UTC).

use dxl::notes::{Date, DateTime, Time, Zone};
use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use lotusscript::run::moment_of;

/// Days between 30 December 1899 and 1970.
const OLE_EPOCH_DAYS: i64 = 25_569;
const DAY_MS: i64 = 86_400_000;

/// How far a zone is from UTC at an instant, in minutes east, and whether summer time is in effect.
pub(crate) fn offset_at(instant: i64, zone: &TimeZone) -> (i16, bool) {
    let Ok(timestamp) = Timestamp::from_millisecond(instant) else {
        return (0, false);
    };
    let info = zone.to_offset_info(timestamp);
    let minutes = i16::try_from(info.offset().seconds().div_euclid(60)).unwrap_or(0);
    (minutes, info.dst().is_dst())
}

/// An instant as a zone shows it; blank where no calendar has it.
pub(crate) fn at(instant: i64, zone: &TimeZone) -> DateTime {
    let (minutes, dst) = offset_at(instant, zone);
    DateTime::from_instant(instant, minutes, dst).unwrap_or_default()
}

/// The instant of a date and a time on a clock of a zone.
pub(crate) fn instant_of_civil(date: Date, time: Time, zone: &TimeZone) -> Option<i64> {
    let day = civil_date(date)?;
    let hour = civil::Time::new(
        i8::try_from(time.hour).ok()?,
        i8::try_from(time.minute).ok()?,
        i8::try_from(time.second).ok()?,
        i32::from(time.hundredth.unwrap_or(0)) * 10_000_000,
    )
    .ok()?;
    let civil = civil::DateTime::from_parts(day, hour);
    let timestamp = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    Some(timestamp.as_millisecond())
}

/// The instant of a date-time; `None` where its date or its time is missing.
pub(crate) fn instant(time: &DateTime, zone: &TimeZone) -> Option<i64> {
    match time.instant() {
        Some(instant) => Some(instant),
        None => instant_of_civil(time.date?, time.time?, zone),
    }
}

/// What the clock in a zone shows; a date or a time alone stays.
pub(crate) fn seen(time: &DateTime, zone: &TimeZone) -> DateTime {
    instant(time, zone).map_or(*time, |instant| at(instant, zone))
}

#[allow(clippy::cast_precision_loss)]
fn ole(days: i64, milliseconds: i64) -> f64 {
    let day = (days + OLE_EPOCH_DAYS) as f64;
    let fraction = milliseconds as f64 / DAY_MS as f64;
    if day < 0.0 {
        day - fraction
    } else {
        day + fraction
    }
}

/// As scripts have it.
pub(crate) fn ole_of(time: &DateTime, zone: &TimeZone) -> f64 {
    let seen = seen(time, zone);
    let days = seen.date.map(Date::days_since_1970);
    let clock = seen.time.map_or(0, Time::milliseconds);
    match days {
        Some(days) => ole(days, clock),
        None => ole(-OLE_EPOCH_DAYS, clock),
    }
}

/// An instant as scripts have it.
pub(crate) fn ole_of_instant(instant: i64, zone: &TimeZone) -> f64 {
    ole_of(&at(instant, zone), zone)
}

/// What a script's date is: without a fraction a day, below a day a time.
pub(crate) fn of_ole(date: f64, zone: &TimeZone) -> DateTime {
    let moment = moment_of(date);
    let part = |number: i32| u8::try_from(number).unwrap_or_default();
    let day = Date::new(
        u16::try_from(moment.year).unwrap_or_default(),
        part(moment.month),
        part(moment.day),
    );
    let time = Time {
        hour: part(moment.hour),
        minute: part(moment.minute),
        second: part(moment.second),
        hundredth: Some(0),
    };
    let (has_day, has_time) = (date.trunc() != 0.0, date.fract() != 0.0);
    match (day.filter(|_| has_day || !has_time), has_time) {
        (Some(day), true) => match instant_of_civil(day, time, zone) {
            Some(instant) => at(instant, zone),
            None => DateTime::default(),
        },
        (Some(day), false) => DateTime {
            date: Some(day),
            ..DateTime::default()
        },
        (None, true) => DateTime {
            time: Some(time),
            ..DateTime::default()
        },
        (None, false) => DateTime::default(),
    }
}

/// What is added to a date or time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub years: i64,
    pub months: i64,
    pub days: i64,
    pub seconds: i64,
}

/// Later or earlier. With `keeps_clock` the clock of the zone shows the same hour on the other side of a change to summer time; otherwise the hours that pass count.
pub(crate) fn moved(
    time: &DateTime,
    by: Span,
    keeps_clock: bool,
    zone: &TimeZone,
) -> Option<DateTime> {
    let seen = seen(time, zone);
    match (seen.date, seen.time) {
        (Some(_), Some(_)) => {
            let instant = instant(time, zone)?;
            let fixed = TimeZone::fixed(
                jiff::tz::Offset::from_seconds(i32::from(offset_at(instant, zone).0) * 60).ok()?,
            );
            let clock = if keeps_clock { zone } else { &fixed };
            let civil = clock.to_datetime(Timestamp::from_millisecond(instant).ok()?);
            let later = civil
                .checked_add(by.years.years().months(by.months).days(by.days))
                .ok()?;
            let later = clock.to_ambiguous_timestamp(later).compatible().ok()?;
            let later = match keeps_clock && by.seconds != 0 {
                // Hours of a clock: those of its face.
                true => {
                    let face = clock
                        .to_datetime(later)
                        .checked_add(by.seconds.seconds())
                        .ok()?;
                    clock.to_ambiguous_timestamp(face).compatible().ok()?
                }
                false => later.checked_add(by.seconds.seconds()).ok()?,
            };
            Some(at(later.as_millisecond(), zone))
        }
        (Some(date), None) => {
            let later = civil_date(date)?
                .checked_add(by.years.years().months(by.months).days(by.days))
                .ok()?;
            Some(DateTime {
                date: Some(date_of(later)?),
                ..seen
            })
        }
        (None, Some(clock)) => {
            let ms = (clock.milliseconds() + by.seconds.checked_mul(1000)?).rem_euclid(DAY_MS);
            let day = DateTime::from_instant(ms, 0, false)?;
            Some(DateTime {
                time: day.time,
                ..seen
            })
        }
        (None, None) => Some(seen),
    }
}

fn civil_date(date: Date) -> Option<civil::Date> {
    civil::Date::new(
        i16::try_from(date.year).ok()?,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
    .ok()
}

fn date_of(date: civil::Date) -> Option<Date> {
    Date::new(
        u16::try_from(date.year()).ok()?,
        u8::try_from(date.month()).ok()?,
        u8::try_from(date.day()).ok()?,
    )
}

/// A zone's distance as Notes counts it: hours to the west, those with minutes as minutes times 100 and hours: -10 for Sydney's winter, -3005 for India.
pub(crate) fn notes_zone(offset_minutes: i16) -> i16 {
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    let size = minutes * 100 + hours;
    if offset_minutes > 0 { -size } else { size }
}

/// The other way, in minutes to the east.
pub(crate) fn offset_of_notes_zone(zone: i32) -> Option<i16> {
    let size = i16::try_from(zone.abs()).ok()?;
    let minutes = (size % 100) * 60 + size / 100;
    (minutes <= 14 * 60).then_some(if zone > 0 { -minutes } else { minutes })
}

/// A zone that never changes.
pub(crate) fn fixed(offset_minutes: i16) -> TimeZone {
    match jiff::tz::Offset::from_seconds(i32::from(offset_minutes) * 60) {
        Ok(offset) => TimeZone::fixed(offset),
        Err(_) => TimeZone::UTC,
    }
}

/// The minutes east of a date-time's own zone; where it has none, of another.
pub(crate) fn offset_or(time: &DateTime, zone: &TimeZone) -> (i16, bool) {
    match (time.zone.map(Zone::offset_minutes), instant(time, zone)) {
        (Some(minutes), _) => (minutes, time.dst),
        (None, Some(instant)) => offset_at(instant, zone),
        (None, None) => (0, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sydney() -> TimeZone {
        TimeZone::get("Australia/Sydney").unwrap()
    }

    fn parse(text: &str) -> DateTime {
        DateTime::parse(text, false).unwrap()
    }

    #[test]
    fn scripts_see_the_clock_of_the_world_s_zone() {
        for (written, expected) in [
            ("20261121T070000,00Z", 46347.75),
            ("20261121", 46347.0),
            ("T120000,00", 0.5),
            ("", 0.0),
        ] {
            let seen = ole_of(&parse(written), &sydney());
            assert_eq!(seen, expected, "{written}");
        }
        let back = of_ole(46347.75, &sydney());
        assert_eq!(
            (back.to_string(), back.dst),
            ("20261121T180000,00+11".into(), true)
        );
        assert_eq!(of_ole(46347.0, &sydney()).to_string(), "20261121");
        assert_eq!(of_ole(0.5, &sydney()).to_string(), "T120000,00");
    }

    #[test]
    fn hours_that_pass_and_hours_of_the_clock() {
        // Summer time begins in Sydney on 4 October 2026 at two.
        let before = parse("20261003T120000,00+10");
        let day = Span {
            days: 1,
            ..Span::default()
        };
        let plain = moved(&before, day, false, &sydney()).unwrap();
        assert_eq!(plain.to_string(), "20261004T130000,00+11");
        let kept = moved(&before, day, true, &sydney()).unwrap();
        assert_eq!(kept.to_string(), "20261004T120000,00+11");
        let month = Span {
            months: 1,
            ..Span::default()
        };
        assert_eq!(
            moved(&parse("20260131"), month, false, &sydney())
                .unwrap()
                .to_string(),
            "20260228"
        );
    }

    #[test]
    fn zones_as_notes_counts_them() {
        for (minutes, zone) in [(600, -10), (-300, 5), (330, -3005), (-210, 3003), (0, 0)] {
            assert_eq!(notes_zone(minutes), zone);
            assert_eq!(offset_of_notes_zone(i32::from(zone)), Some(minutes));
        }
    }
}
