//! @functions on dates and times.

use crate::formula::clock::{self, Adjustment};
use crate::formula::run::{Break, Done, Run, keywords, numbers, texts, times, whole, wrong};
use crate::formula::tree::{Binary, Operation};
use crate::formula::value::{Fault, Time, Value};
use dxl::notes::{DateTime, Zone};

/// `None` is no date-time that exists.
fn made(time: Option<DateTime>) -> Done {
    time.map(Value::from)
        .ok_or_else(|| wrong("There is no such date or time"))
}

/// Now, in the host's zone.
fn now_of(run: &Run<'_>) -> Result<DateTime, Break> {
    clock::at(run.host.now(), &run.zone).ok_or_else(|| wrong("There is no such date or time"))
}

/// The host's clock; a server's is the host's affair. [H_NOW]
pub(super) fn now(run: &mut Run<'_>, given: &[Value]) -> Done {
    if !given.is_empty() {
        return run.ask("@Now", given);
    }
    let mut now = now_of(run)?;
    if let Some(time) = &mut now.time {
        time.hundredth = None;
    }
    Ok(now.into())
}

fn day(run: &Run<'_>, later: i64) -> Done {
    let today = now_of(run)?.date.map_or(0, |date| date.days_since_1970());
    let date = dxl::notes::Date::from_days_since_1970(today + later);
    made(date.map(|date| DateTime {
        date: Some(date),
        ..DateTime::default()
    }))
}

/// [H_TODAY]
pub(super) fn today(run: &mut Run<'_>, _: &[Value]) -> Done {
    day(run, 0)
}

/// [H_TOMORROW]
pub(super) fn tomorrow(run: &mut Run<'_>, _: &[Value]) -> Done {
    day(run, 1)
}

/// [H_YESTERDAY]
pub(super) fn yesterday(run: &mut Run<'_>, _: &[Value]) -> Done {
    day(run, -1)
}

/// A number of each date-time as the host's clock shows it; -1 of what it does not have.
fn part(run: &mut Run<'_>, given: &[Value], of: impl Fn(&DateTime) -> Option<i64>) -> Done {
    let list = times(&given[0])?;
    run.step(list.len())?;
    let mut parts = Vec::with_capacity(list.len());
    for time in list {
        let Time::At(time) = time else {
            return Err(Fault::wrong_type("Time/Date").into());
        };
        parts.push(of(&clock::seen(time, &run.zone)).unwrap_or(-1) as f64);
    }
    Ok(Value::numbers(parts))
}

/// [H_YEAR]
pub(super) fn year(run: &mut Run<'_>, given: &[Value]) -> Done {
    part(run, given, |time| Some(time.date?.year.into()))
}

/// [H_MONTH]
pub(super) fn month(run: &mut Run<'_>, given: &[Value]) -> Done {
    part(run, given, |time| Some(time.date?.month.into()))
}

/// [H_DAY]
pub(super) fn day_of_month(run: &mut Run<'_>, given: &[Value]) -> Done {
    part(run, given, |time| Some(time.date?.day.into()))
}

/// [H_WEEKDAY]
pub(super) fn weekday(run: &mut Run<'_>, given: &[Value]) -> Done {
    part(run, given, |time| Some(clock::weekday(time.date?)))
}

/// [H_HOUR]
pub(super) fn hour(run: &mut Run<'_>, given: &[Value]) -> Done {
    part(run, given, |time| Some(time.time?.hour.into()))
}

/// [H_MINUTE]
pub(super) fn minute(run: &mut Run<'_>, given: &[Value]) -> Done {
    part(run, given, |time| Some(time.time?.minute.into()))
}

/// [H_SECOND]
pub(super) fn second(run: &mut Run<'_>, given: &[Value]) -> Done {
    part(run, given, |time| Some(time.time?.second.into()))
}

fn three(given: &[Value]) -> Result<[i64; 3], Break> {
    Ok([whole(&given[0])?, whole(&given[1])?, whole(&given[2])?])
}

/// Of a date-time its date; of numbers one that is made of them, with a time of day or without. [H_DATE]
pub(super) fn date(run: &mut Run<'_>, given: &[Value]) -> Done {
    match given {
        [list] => each_at(run, list, |time| DateTime {
            date: time.date,
            ..DateTime::default()
        }),
        [_, _, _] => made(clock::made_of(Some(three(given)?), None)),
        [_, _, _, _, _, _] => {
            let made_of = clock::made_of(Some(three(given)?), Some(three(&given[3..])?));
            made(made_of.map(|time| clock::seen(&time, &run.zone)))
        }
        _ => Err(wrong("@Date takes 1, 3 or 6 arguments")),
    }
}

/// Of a date-time its time; of three or six numbers one that is made of them. [H_TIME]
pub(super) fn time(run: &mut Run<'_>, given: &[Value]) -> Done {
    match given {
        [list] => each_at(run, list, |time| DateTime {
            time: time.time,
            ..DateTime::default()
        }),
        [_, _, _] => {
            let midnight_on = clock::made_of(None, Some(three(given)?));
            made(midnight_on)
        }
        [_, _, _, _, _, _] => {
            let made_of = clock::made_of(Some(three(given)?), Some(three(&given[3..])?));
            made(made_of.map(|time| DateTime { date: None, ..time }))
        }
        _ => Err(wrong("@Time takes 1, 3 or 6 arguments")),
    }
}

/// Each date-time, as the host's clock shows it, made another.
fn each_at(run: &mut Run<'_>, list: &Value, of: impl Fn(&DateTime) -> DateTime) -> Done {
    let list = times(list)?;
    run.step(list.len())?;
    let mut changed = Vec::with_capacity(list.len());
    for time in list {
        let Time::At(time) = time else {
            return Err(Fault::wrong_type("Time/Date").into());
        };
        let found = of(&clock::seen(time, &run.zone));
        if found.is_blank() {
            return Err(Fault::wrong_type("Time/Date").into());
        }
        changed.push(Time::At(found));
    }
    Ok(Value::times(changed))
}

/// [H_ADJUST]
pub(super) fn adjust(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mut by = [0_i64; 6];
    for (by, value) in by.iter_mut().zip(&given[1..]) {
        *by = whole(value)?;
    }
    let [years, months, days, hours, minutes, seconds] = by;
    let is_local = match given.get(7) {
        None => false,
        Some(words) => keywords(words)?
            .iter()
            .any(|word| word.eq_ignore_ascii_case("InLocalTime")),
    };
    let seconds = hours
        .saturating_mul(3600)
        .saturating_add(minutes.saturating_mul(60))
        .saturating_add(seconds);
    let by = Adjustment {
        years,
        months,
        days,
        seconds,
        is_local,
    };
    let list = times(&given[0])?;
    run.step(list.len())?;
    let mut moved = Vec::with_capacity(list.len());
    for time in list {
        let Time::At(time) = time else {
            return Err(Fault::wrong_type("Time/Date").into());
        };
        let time = clock::adjusted(time, by, &run.zone);
        moved.push(Time::At(
            time.ok_or_else(|| wrong("There is no such date or time"))?,
        ));
    }
    Ok(Value::times(moved))
}

/// [H_BUSINESSDAYS_FUNCTION]
pub(super) fn business_days(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (starts, ends) = (times(&given[0])?, times(&given[1])?);
    let mut is_off = [false; 8];
    if let Some(days) = given.get(2) {
        for day in numbers(days)? {
            let day = day.round();
            if (1.0..=7.0).contains(&day) {
                is_off[day as usize] = true;
            }
        }
    }
    let day_of = |time: &Time| match time {
        Time::At(time) => clock::seen(time, &run.zone)
            .date
            .map(|date| date.days_since_1970()),
        Time::Range(..) => None,
    };
    let mut holidays: Vec<i64> = match given.get(3) {
        None => Vec::new(),
        Some(days) => times(days)?.iter().filter_map(day_of).collect(),
    };
    holidays.sort_unstable();
    holidays.dedup();
    let starts: Vec<_> = starts.iter().map(day_of).collect();
    let ends: Vec<_> = ends.iter().map(day_of).collect();
    let pairs = run.pairs(Binary::pairwise(Operation::Equal), &given[0], &given[1])?;
    let mut counts = Vec::new();
    for (one, other) in pairs {
        run.step(holidays.len())?;
        let count = match (starts[one], ends[other]) {
            (Some(from), Some(to)) if from <= to => working_days(from, to, &is_off, &holidays),
            _ => -1,
        };
        counts.push(count as f64);
    }
    Ok(Value::numbers(counts))
}

/// Both ends count. Days are numbered from 1970.
fn working_days(from: i64, to: i64, is_off: &[bool; 8], holidays: &[i64]) -> i64 {
    let weekday = |day: i64| usize::try_from((day + 4).rem_euclid(7) + 1).unwrap_or(0);
    let is_on = |day: &i64| !is_off[weekday(*day)];
    let all = to - from + 1;
    let in_a_week = (1..=7).filter(|day| !is_off[*day]).count() as i64;
    let rest = (to - all % 7 + 1..=to).filter(is_on).count() as i64;
    let lost = holidays
        .iter()
        .filter(|day| (from..=to).contains(*day) && is_on(day))
        .count() as i64;
    all / 7 * in_a_week + rest - lost
}

/// How many hours west of Greenwich; where there are minutes, those before the hours. Without an argument, the host's zone now. [H_ZONE]
pub(super) fn zone(run: &mut Run<'_>, given: &[Value]) -> Done {
    let of = |time: &DateTime| {
        let minutes = time.zone.map(Zone::offset_minutes)?;
        let standard = minutes - if time.dst { 60 } else { 0 };
        let (hours, rest) = (i64::from(standard) / 60, i64::from(standard) % 60);
        Some(-(rest * 100 + hours))
    };
    let Some(list) = given.first() else {
        let now = now_of(run)?;
        return Ok(Value::number(of(&now).unwrap_or(0) as f64));
    };
    let mut zones = Vec::new();
    for time in times(list)? {
        run.step(1)?;
        let Time::At(time) = time else {
            return Err(Fault::wrong_type("Time/Date").into());
        };
        // Written without a zone it is the host's.
        let with_zone = match time.zone {
            Some(_) => *time,
            None => clock::seen(time, &run.zone),
        };
        zones.push(of(&with_zone).unwrap_or(0) as f64);
    }
    Ok(Value::numbers(zones))
}

/// The date of one and the time of another. [H_TIMEMERGE]
pub(super) fn time_merge(run: &mut Run<'_>, given: &[Value]) -> Done {
    if given.len() > 2 {
        return run.ask("@TimeMerge", given);
    }
    let (dates, clocks) = (times(&given[0])?, times(&given[1])?);
    let pairs = run.pairs(Binary::pairwise(Operation::Equal), &given[0], &given[1])?;
    let mut merged = Vec::new();
    for (one, other) in pairs {
        let part = |time: &Time| match time {
            Time::At(time) => Some(clock::seen(time, &run.zone)),
            Time::Range(..) => None,
        };
        let date = part(&dates[one]).and_then(|time| time.date);
        let time = part(&clocks[other]).and_then(|time| time.time);
        if date.is_none() || time.is_none() {
            return Err(Fault::wrong_type("Time/Date").into());
        }
        let both = DateTime {
            date,
            time,
            zone: None,
            dst: false,
        };
        merged.push(Time::At(clock::seen(&both, &run.zone)));
    }
    Ok(Value::times(merged))
}

/// [H_TEXTTOTIME]
pub(super) fn text_to_time(run: &mut Run<'_>, given: &[Value]) -> Done {
    let list = texts(&given[0])?;
    let mut read = Vec::with_capacity(list.len());
    for text in list {
        run.step(1 + text.len())?;
        let text = text.trim();
        let days_later = ["Yesterday", "Today", "Tomorrow"]
            .iter()
            .position(|word| word.eq_ignore_ascii_case(text));
        if let Some(at) = days_later {
            let day = day(run, i64::try_from(at).unwrap_or(0) - 1)?;
            read.extend_from_slice(times(&day)?);
            continue;
        }
        // What is longer is none, and ranges are tried at each dash.
        let time = Some(text)
            .filter(|text| text.len() <= 100)
            .and_then(|text| run.international.read_time(text));
        read.push(time.ok_or_else(|| wrong("Unable to interpret Time or Date"))?);
    }
    Ok(Value::times(read))
}

/// A date-time stays one. [H_TOTIME]
pub(super) fn to_time(run: &mut Run<'_>, given: &[Value]) -> Done {
    match &given[0] {
        Value::Time(_) => Ok(given[0].clone()),
        Value::Number(_) => Err(Fault::wrong_type("Time/Date").into()),
        _ => text_to_time(run, given),
    }
}
