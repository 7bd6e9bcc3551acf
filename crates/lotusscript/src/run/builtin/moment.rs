//! Dates and times: their parts, how they are put together of them, and the clock that the host has.

use super::super::date::{self, moment_of};
use super::super::fault::{ILLEGAL_CALL, Outcome, fault};
use super::super::value::Value;
use super::{Found, Function, Scene};

pub(super) fn find(name: &str) -> Found {
    Some(match name {
        "now" => (|scene, _| Ok(Value::Date(scene.host.now())), 0..=0),
        "today" | "date" => (|scene, _| Ok(Value::Date(scene.host.now().floor())), 0..=0),
        "time" => (|scene, _| Ok(Value::Date(scene.host.now().fract())), 0..=0),
        "timer" => (timer, 0..=0),
        "year" => (
            |scene, values| part(scene, values, |moment, _| moment.year),
            1..=1,
        ),
        "month" => (
            |scene, values| part(scene, values, |moment, _| moment.month),
            1..=1,
        ),
        "day" => (
            |scene, values| part(scene, values, |moment, _| moment.day),
            1..=1,
        ),
        "hour" => (
            |scene, values| part(scene, values, |moment, _| moment.hour),
            1..=1,
        ),
        "minute" => (
            |scene, values| part(scene, values, |moment, _| moment.minute),
            1..=1,
        ),
        "second" => (
            |scene, values| part(scene, values, |moment, _| moment.second),
            1..=1,
        ),
        "weekday" => (
            |scene, values| part(scene, values, |_, date| date::weekday(date).into()),
            1..=1,
        ),
        "datenumber" | "dateserial" => (date_number, 3..=3),
        "timenumber" | "timeserial" => (time_number, 3..=3),
        "datevalue" => (|scene, values| kept(scene, values, f64::trunc), 1..=1),
        "timevalue" => (
            |scene, values| kept(scene, values, |date| date.fract().abs()),
            1..=1,
        ),
        "cdat" | "cdate" | "cvdate" => (|scene, values| kept(scene, values, |date| date), 1..=1),
        "isdate" => (is_date, 1..=1),
        _ => return None,
    })
}

/// `Date$` and `Time$` give texts.
pub(super) fn with_suffix(name: &str) -> Option<Function> {
    Some(match name {
        "date" => |scene, _| {
            let today = scene.host.now().floor();
            Ok(Value::text(date::write_day(
                today,
                &scene.setting.international,
            )))
        },
        "time" => |scene, _| {
            let time = scene.host.now().fract();
            Ok(Value::text(date::write_time(
                time,
                &scene.setting.international,
            )))
        },
        _ => return None,
    })
}

fn part(
    scene: &mut Scene<'_>,
    values: &[Value],
    part: impl Fn(date::Moment, f64) -> i32,
) -> Outcome<Value> {
    if matches!(values[0], Value::Null) {
        return Ok(Value::Null);
    }
    let date = values[0].to_date(&scene.setting)?;
    Ok(Value::Integer(
        i16::try_from(part(moment_of(date), date)).unwrap_or(0),
    ))
}

fn kept(scene: &mut Scene<'_>, values: &[Value], keep: impl Fn(f64) -> f64) -> Outcome<Value> {
    if matches!(values[0], Value::Null) {
        return Ok(Value::Null);
    }
    Ok(Value::Date(keep(values[0].to_date(&scene.setting)?)))
}

fn timer(scene: &mut Scene<'_>, _: &[Value]) -> Outcome<Value> {
    #[allow(clippy::cast_possible_truncation)]
    let seconds = (scene.host.now().fract().abs() * 86_400.0) as f32;
    Ok(Value::Single(seconds))
}

fn date_number(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let number = |at: usize| values[at].to_long().map(i64::from);
    Ok(Value::Date(date::date_of(
        number(0)?,
        number(1)?,
        number(2)?,
    )?))
}

fn time_number(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let number = |at: usize| values[at].to_long().map(i64::from);
    let (hour, minute, second) = (number(0)?, number(1)?, number(2)?);
    if !(-1000..=32_767).contains(&hour) {
        return Err(fault(ILLEGAL_CALL));
    }
    Ok(Value::Date(date::time_of(hour, minute, second)))
}

/// A date, or a text that can be read as one; numbers are none.
fn is_date(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    Ok(Value::Boolean(match &values[0] {
        Value::Date(_) => true,
        Value::Text(text) => {
            !text.as_str().trim().is_empty()
                && date::read(
                    text.as_str(),
                    &scene.setting.international,
                    scene.setting.this_year,
                )
                .is_ok()
        }
        _ => false,
    }))
}
