//! Date-times as formulas compute with them: what a clock on the wall of the host's zone shows, and instants behind that.
//!
//! A date-time with a zone is an instant, and is seen in the host's zone whatever zone it was written in. One without a zone is what the host's clock
//! shows. A date without a time has no instant, nor has a time without a date.

use crate::international::{International, zone_text};
use dxl::notes::{Date, DateTime, Time, Zone};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use std::cmp::Ordering;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// How far a time is moved.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Adjustment {
    pub(super) years: i64,
    pub(super) months: i64,
    pub(super) days: i64,
    pub(super) seconds: i64,
    /// Whether the wall's clock counts, rather than hours that pass.
    pub(super) is_local: bool,
}

/// An instant in a zone.
pub(super) fn at(milliseconds: i64, zone: &TimeZone) -> Option<DateTime> {
    let timestamp = Timestamp::from_millisecond(milliseconds).ok()?;
    let info = zone.to_offset_info(timestamp);
    let minutes = i16::try_from(info.offset().seconds().div_euclid(60)).ok()?;
    DateTime::from_instant(milliseconds, minutes, info.dst().is_dst())
}

/// The instant of a date and a time; `None` where one of them is not there.
pub(super) fn instant(time: &DateTime, zone: &TimeZone) -> Option<i64> {
    if let Some(instant) = time.instant() {
        return Some(instant);
    }
    let (date, clock) = (time.date?, time.time?);
    let day = civil::Date::new(
        i16::try_from(date.year).ok()?,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
    .ok()?;
    let hundredths = i32::from(clock.hundredth.unwrap_or(0));
    let hour = civil::Time::new(
        i8::try_from(clock.hour).ok()?,
        i8::try_from(clock.minute).ok()?,
        i8::try_from(clock.second).ok()?,
        hundredths * 10_000_000,
    )
    .ok()?;
    let civil = civil::DateTime::from_parts(day, hour);
    let timestamp = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    Some(timestamp.as_millisecond())
}

/// What the clock in a zone shows then. A date alone and a time alone stay.
pub(super) fn seen(time: &DateTime, zone: &TimeZone) -> DateTime {
    instant(time, zone)
        .and_then(|instant| at(instant, zone))
        .map_or(*time, |mut seen| {
            let has_hundredths = time.time.is_some_and(|written| written.hundredth.is_some());
            if let Some(clock) = seen.time.as_mut().filter(|_| !has_hundredths) {
                clock.hundredth = None;
            }
            seen
        })
}

/// Later, or earlier. First seconds are added, then days, months, and years at last; a day that a month has not is one of the next month. [H_ADJUST]
pub(super) fn adjusted(time: &DateTime, by: Adjustment, zone: &TimeZone) -> Option<DateTime> {
    let shown = seen(time, zone);
    let clock = shown.time.map_or(0, Time::milliseconds);
    let moved = clock.checked_add(by.seconds.checked_mul(1000)?)?;
    let Some(date) = shown.date else {
        let mut wrapped = clock_at(moved.rem_euclid(DAY))?;
        wrapped.hundredth = shown.time.and(time.time)?.hundredth.and(wrapped.hundredth);
        return Some(DateTime {
            time: Some(wrapped),
            ..shown
        });
    };
    let carried = if shown.time.is_some() {
        moved.div_euclid(DAY)
    } else {
        moved / DAY
    };
    let days = date
        .days_since_1970()
        .checked_add(by.days)?
        .checked_add(carried)?;
    let date = months_later(Date::from_days_since_1970(days)?, by.months, by.years)?;
    let Some(written) = time.time else {
        return Some(DateTime {
            date: Some(date),
            ..shown
        });
    };
    let mut clock = clock_at(moved.rem_euclid(DAY))?;
    clock.hundredth = written.hundredth.and(clock.hundredth);
    let moved = DateTime {
        date: Some(date),
        time: Some(clock),
        // The zone that it began in, so that hours that pass are counted.
        zone: if by.is_local { None } else { shown.zone },
        dst: false,
    };
    Some(seen(&moved, zone))
}

fn months_later(date: Date, months: i64, years: i64) -> Option<Date> {
    let months = i64::from(date.year)
        .checked_add(years)?
        .checked_mul(12)?
        .checked_add(i64::from(date.month) - 1)?
        .checked_add(months)?;
    let year = u16::try_from(months.div_euclid(12)).ok()?;
    let month = u8::try_from(months.rem_euclid(12) + 1).ok()?;
    let first = Date::new(year, month, 1)?;
    Date::from_days_since_1970(first.days_since_1970() + i64::from(date.day) - 1)
}

/// A time of day, so many milliseconds behind midnight.
fn clock_at(milliseconds: i64) -> Option<Time> {
    let hundredths = u32::try_from(milliseconds / 10).ok()?;
    let part = |size: u32, count: u32| u8::try_from(hundredths / size % count).ok();
    Some(Time {
        hour: part(360_000, 24)?,
        minute: part(6_000, 60)?,
        second: part(100, 60)?,
        hundredth: Some(part(1, 100)?),
    })
}

/// A date and a time of parts that may be too great or too small; what is too much goes to the next larger part.
pub(super) fn made_of(date: Option<[i64; 3]>, time: Option<[i64; 3]>) -> Option<DateTime> {
    let clock = match time {
        None => None,
        Some([hour, minute, second]) => {
            let seconds = hour
                .checked_mul(3600)?
                .checked_add(minute.checked_mul(60)?)?
                .checked_add(second)?;
            Some(seconds.checked_mul(1000)?)
        }
    };
    let carried = clock.map_or(0, |clock| clock.div_euclid(DAY));
    let date = match date {
        None => None,
        Some([year, month, day]) => {
            let start = Date::new(1, 1, 1)?;
            let first = months_later(start, month.checked_sub(1)?, year.checked_sub(1)?)?;
            let days = first
                .days_since_1970()
                .checked_add(day.checked_sub(1)?)?
                .checked_add(carried)?;
            Some(Date::from_days_since_1970(days)?)
        }
    };
    let time = match clock {
        None => None,
        Some(clock) => Some(Time {
            hundredth: None,
            ..clock_at(clock.rem_euclid(DAY))?
        }),
    };
    Some(DateTime {
        date,
        time,
        zone: None,
        dst: false,
    })
}

/// Which is earlier. Two dates are compared where one of them has no time, two times where one has no date; a date and a time cannot be.
pub(super) fn compare(one: &DateTime, other: &DateTime, zone: &TimeZone) -> Option<Ordering> {
    if let (Some(one), Some(other)) = (instant(one, zone), instant(other, zone)) {
        return Some(one.cmp(&other));
    }
    let (one, other) = (seen(one, zone), seen(other, zone));
    match (one.date, other.date, one.time, other.time) {
        (Some(one), Some(other), ..) => Some(one.cmp(&other)),
        (_, _, Some(one), Some(other)) => Some(one.milliseconds().cmp(&other.milliseconds())),
        _ => None,
    }
}

/// The seconds from the other to this one; a date without a time counts from its midnight.
pub(super) fn seconds_between(one: &DateTime, other: &DateTime, zone: &TimeZone) -> Option<f64> {
    let difference = if one.date.is_some() && other.date.is_some() {
        match (one.time, other.time) {
            (None, None) => {
                let days = one.date?.days_since_1970() - other.date?.days_since_1970();
                return Some(days as f64 * 86_400.0);
            }
            _ => from_midnight(one, zone)? - from_midnight(other, zone)?,
        }
    } else {
        let clock = |time: &DateTime| seen(time, zone).time.map(Time::milliseconds);
        clock(one)? - clock(other)?
    };
    Some(difference as f64 / 1000.0)
}

/// The instant; that of its beginning, for a day.
fn from_midnight(time: &DateTime, zone: &TimeZone) -> Option<i64> {
    const MIDNIGHT: Time = Time {
        hour: 0,
        minute: 0,
        second: 0,
        hundredth: None,
    };
    match time.time {
        Some(_) => instant(time, zone),
        None => instant(
            &DateTime {
                time: Some(MIDNIGHT),
                ..*time
            },
            zone,
        ),
    }
}

/// 1 for Sunday to 7 for Saturday.
pub(super) fn weekday(date: Date) -> i64 {
    (date.days_since_1970() + 4).rem_euclid(7) + 1
}

/// What is shown of a date-time, by the letters of `@Text`. [H_TEXT]
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    /// D0 … D3.
    pub(super) date: u8,
    /// T0, T1.
    pub(super) time: u8,
    /// Z0 … Z2.
    pub(super) zone: u8,
    /// S0 … S3, and 4 for Sx.
    pub(super) parts: u8,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            date: 0,
            time: 0,
            zone: 1,
            parts: 4,
        }
    }
}

/// A date-time as text.
pub(super) fn text(
    time: &DateTime,
    shown: Shown,
    international: &International,
    zone: &TimeZone,
    now: i64,
) -> String {
    // Z1 and Z2 keep a zone that is another; all else is told in this one.
    let local = seen(time, zone);
    let is_foreign = time.zone.is_some() && foreign(time, &local);
    let told = if shown.zone == 0 || !is_foreign {
        local
    } else {
        *time
    };
    let today = at(now, zone).and_then(|now| now.date);
    let mut parts = Vec::new();
    if let Some(date) = told.date.filter(|_| shown.parts != 1) {
        parts.push(date_text(date, today, shown, international));
    }
    if let Some(clock) = told.time.filter(|_| shown.parts != 0) {
        parts.push(international.time_text(clock, shown.time == 0));
        let names_zone = shown.zone == 2 || (shown.zone == 1 && is_foreign);
        let offset = told.zone.or(local.zone).map(Zone::offset_minutes);
        if let Some(offset) = offset.filter(|_| names_zone) {
            parts.push(zone_text(offset, told.dst));
        }
    }
    parts.join(" ")
}

fn foreign(written: &DateTime, local: &DateTime) -> bool {
    written.zone.map(Zone::offset_minutes) != local.zone.map(Zone::offset_minutes)
}

fn date_text(
    date: Date,
    today: Option<Date>,
    shown: Shown,
    international: &International,
) -> String {
    if let (3, Some(today)) = (shown.parts, today) {
        match today.days_since_1970() - date.days_since_1970() {
            0 => return "Today".into(),
            1 => return "Yesterday".into(),
            -1 => return "Tomorrow".into(),
            _ => {}
        }
    }
    match shown.date {
        1 if today.is_some_and(|today| today.year == date.year) => {
            international.month_and_day(date)
        }
        2 => international.month_and_day(date),
        3 => international.month_and_year(date),
        _ => international.date_text(date),
    }
}
