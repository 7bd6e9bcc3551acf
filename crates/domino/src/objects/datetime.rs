//! `NotesDateTime` and `NotesDateRange`.

use crate::convert::Content;
use crate::object::{Arguments, Object, not_here, value_of};
use crate::objects::session::NotesSession;
use crate::time::{self, Span};
use crate::{World, convert};
use dxl::notes::{DateTime, Zone};
use lotusscript::formula::{self, zone_text};
use lotusscript::run::{Answer, Array, Fault, ScriptError, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// `NotesDateTime`: a date, a time, both, or neither.
pub(crate) struct NotesDateTime {
    /// In its own zone, where it has one.
    at: Cell<DateTime>,
}

/// `NotesDateRange`
pub(crate) struct NotesDateRange {
    start: RefCell<Rc<NotesDateTime>>,
    end: RefCell<Rc<NotesDateTime>>,
}

impl NotesDateTime {
    /// Of a date-time.
    pub fn new(at: DateTime) -> Self {
        Self { at: Cell::new(at) }
    }

    /// What it stands for.
    pub fn value(&self) -> DateTime {
        self.at.get()
    }

    fn shift(&self, world: &World, by: Span, keeps_clock: bool) -> Answer {
        let own = self.at.get();
        match time::moved(&own, by, keeps_clock, &world.zone) {
            Some(moved) => {
                // The zone that it was converted to stays; the World's moves with summer time.
                let (offset, dst) = time::offset_or(&own, &world.zone);
                let at_home = time::instant(&own, &world.zone)
                    .is_none_or(|instant| time::offset_at(instant, &world.zone) == (offset, dst));
                let moved = match (at_home, moved.instant()) {
                    (false, Some(instant)) => {
                        DateTime::from_instant(instant, offset, dst).unwrap_or(moved)
                    }
                    _ => moved,
                };
                self.at.set(moved);
                Ok(Value::Empty)
            }
            None => Err(ScriptError::new(4000, "Notes error: no calendar has this date").into()),
        }
    }

    fn seconds_from(&self, other: &Self, world: &World) -> Result<f64, Box<Fault>> {
        const DAY: f64 = 86_400.0;
        let ole = |time: &Self| time::ole_of(&time.at.get(), &world.zone);
        let instant = |time: &Self| time::instant(&time.at.get(), &world.zone);
        #[allow(clippy::cast_precision_loss)]
        let seconds = match (instant(self), instant(other)) {
            (Some(one), Some(other)) => (one - other) as f64 / 1000.0,
            _ => ((ole(self) - ole(other)) * DAY).round(),
        };
        Ok(seconds)
    }

    fn zoned(&self, world: &World, shown: DateTime, zone: Option<(i16, bool)>) -> String {
        let date = shown.date.map(|date| world.international.date_text(date));
        let clock = shown
            .time
            .map(|clock| world.international.time_text(clock, true));
        let name = zone.filter(|_| shown.date.is_some() && shown.time.is_some());
        let name = name.map(|(offset, dst)| zone_text(offset, dst));
        let parts: Vec<String> = date.into_iter().chain(clock).chain(name).collect();
        parts.join(" ")
    }

    /// In UTC; a date or time alone stays.
    fn greenwich(&self, world: &World) -> DateTime {
        let own = self.at.get();
        match time::instant(&own, &world.zone) {
            Some(instant) => time::at(instant, &time::fixed(0)),
            None => own,
        }
    }

    fn convert(&self, world: &World, given: Arguments<'_>) -> Answer {
        let wanted = given.long_or(0, 0)?;
        let dst = given.is_true_or(1, false)?;
        let Some(offset) = time::offset_of_notes_zone(wanted) else {
            return Err(ScriptError::new(4000, format!("Notes error: {wanted} is no zone")).into());
        };
        let offset = offset + if dst { 60 } else { 0 };
        if let Some(instant) = time::instant(&self.at.get(), &world.zone) {
            let converted = DateTime::from_instant(instant, offset, dst);
            self.at.set(converted.unwrap_or_default());
        }
        Ok(Value::Empty)
    }
}

/// Of a text as people write it: `New NotesDateTime`, `CreateDateTime`. What is none is neither date nor time.
pub(crate) fn of_text(world: &World, text: &str) -> Result<NotesDateTime, Box<Fault>> {
    if text.trim().is_empty() {
        return Ok(NotesDateTime::new(DateTime::default()));
    }
    match world.read_time(text) {
        Some(time) => Ok(NotesDateTime::new(time)),
        None => Err(ScriptError::new(
            4000,
            format!("Notes error: Unable to interpret Time or Date: {text:?}"),
        )
        .into()),
    }
}

/// The date-times of an item as objects.
pub(crate) fn array_of(content: Option<Content>) -> Answer {
    let Some(Content::Times(list)) = content else {
        return Err(convert::mismatch("the item holds no dates"));
    };
    let object = |time: formula::Time| match time {
        formula::Time::At(time) => value_of(NotesDateTime::new(time)),
        formula::Time::Range(from, to) => value_of(NotesDateRange::of(from, to)),
    };
    Ok(Array::of_values(list.into_iter().map(object).collect()))
}

impl Object for NotesDateTime {
    fn class(&self) -> &'static str {
        "NotesDateTime"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let own = self.at.get();
        let local = time::seen(&own, &world.zone);
        let (offset, dst) = time::offset_or(&own, &world.zone);
        Ok(match member {
            "localtime" => Value::text(world.written(&own)),
            "gmttime" => {
                let text = self.zoned(world, self.greenwich(world), Some((0, false)));
                Value::text(text)
            }
            "zonetime" => Value::text(self.zoned(world, own, Some((offset, dst)))),
            "dateonly" => Value::text(world.written(&DateTime {
                time: None,
                ..local
            })),
            "timeonly" => Value::text(world.written(&DateTime {
                date: None,
                ..local
            })),
            "lslocaltime" => Value::Date(time::ole_of(&own, &world.zone)),
            "lsgmttime" => Value::Date(time::ole_of(&self.greenwich(world), &time::fixed(0))),
            "timezone" => {
                let standard = if dst { offset - 60 } else { offset };
                Value::Integer(time::notes_zone(standard))
            }
            "isdst" => Value::Boolean(dst),
            "isvaliddate" => Value::Boolean(!own.is_blank()),
            "parent" => value_of(NotesSession),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let at = match (member, &value) {
            ("localtime" | "lslocaltime", Value::Text(text)) => {
                of_text(world, text.as_str())?.at.get()
            }
            ("localtime" | "lslocaltime", Value::Date(date)) => time::of_ole(*date, &world.zone),
            ("localtime" | "lslocaltime", _) => {
                return Err(convert::mismatch("LocalTime takes a date"));
            }
            _ => return not_here(self.class(), member).map(|_| ()),
        };
        self.at.set(at);
        Ok(())
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        let count = || given.long_or(0, 0).map(i64::from);
        let keeps = || given.is_true_or(1, false);
        let span = Span::default();
        match member {
            "adjustyear" => self.shift(
                world,
                Span {
                    years: count()?,
                    ..span
                },
                keeps()?,
            ),
            "adjustmonth" => self.shift(
                world,
                Span {
                    months: count()?,
                    ..span
                },
                keeps()?,
            ),
            "adjustday" => self.shift(
                world,
                Span {
                    days: count()?,
                    ..span
                },
                keeps()?,
            ),
            "adjusthour" => self.shift(
                world,
                Span {
                    seconds: count()? * 3600,
                    ..span
                },
                keeps()?,
            ),
            "adjustminute" => self.shift(
                world,
                Span {
                    seconds: count()? * 60,
                    ..span
                },
                keeps()?,
            ),
            "adjustsecond" => self.shift(
                world,
                Span {
                    seconds: count()?,
                    ..span
                },
                keeps()?,
            ),
            "converttozone" => self.convert(world, given),
            "setnow" => {
                self.at.set(world.date_time_now());
                Ok(Value::Empty)
            }
            "setanydate" => {
                let local = time::seen(&self.at.get(), &world.zone);
                self.at.set(DateTime {
                    time: local.time,
                    ..DateTime::default()
                });
                Ok(Value::Empty)
            }
            "setanytime" => {
                let local = time::seen(&self.at.get(), &world.zone);
                self.at.set(DateTime {
                    date: local.date,
                    ..DateTime::default()
                });
                Ok(Value::Empty)
            }
            "timedifference" => {
                let other = given.object::<Self>(0)?;
                let seconds = self.seconds_from(&other, world)?;
                Ok(match seconds.abs() < 2_147_483_648.0 {
                    #[allow(clippy::cast_possible_truncation)]
                    true => Value::Long(seconds as i32),
                    false => return Err(ScriptError::of(6).into()),
                })
            }
            "timedifferencedouble" => {
                let other = given.object::<Self>(0)?;
                Ok(Value::Double(self.seconds_from(&other, world)?))
            }
            _ => not_here(self.class(), member),
        }
    }
}

impl NotesDateRange {
    /// Empty.
    pub fn new() -> Self {
        Self::of(DateTime::default(), DateTime::default())
    }

    /// From one to another.
    pub fn of(from: DateTime, to: DateTime) -> Self {
        Self {
            start: RefCell::new(Rc::new(NotesDateTime::new(from))),
            end: RefCell::new(Rc::new(NotesDateTime::new(to))),
        }
    }

    /// Its two ends.
    pub fn ends(&self) -> (DateTime, DateTime) {
        (self.start.borrow().value(), self.end.borrow().value())
    }
}

impl Object for NotesDateRange {
    fn class(&self) -> &'static str {
        "NotesDateRange"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        Ok(match member {
            "startdatetime" => crate::object::value_of_shared(self.start.borrow().clone()),
            "enddatetime" => crate::object::value_of_shared(self.end.borrow().clone()),
            "text" => {
                let (from, to) = self.ends();
                Value::text(format!("{} - {}", world.written(&from), world.written(&to)))
            }
            "parent" => value_of(NotesSession),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let values = [value];
        let international = Rc::clone(&world.international);
        let given = Arguments {
            of: "NotesDateRange",
            values: &values,
            international: &international,
        };
        match member {
            "startdatetime" => *self.start.borrow_mut() = given.object::<NotesDateTime>(0)?,
            "enddatetime" => *self.end.borrow_mut() = given.object::<NotesDateTime>(0)?,
            "text" => match world.international.read_time(&given.text(0)?) {
                Some(formula::Time::Range(from, to)) => {
                    *self.start.borrow_mut() = Rc::new(NotesDateTime::new(placed(world, from)));
                    *self.end.borrow_mut() = Rc::new(NotesDateTime::new(placed(world, to)));
                }
                _ => return Err(convert::mismatch("Text takes two dates with ` - ` between")),
            },
            _ => return not_here(self.class(), member).map(|_| ()),
        }
        Ok(())
    }
}

fn placed(world: &World, time: DateTime) -> DateTime {
    match (
        time.zone.map(Zone::offset_minutes),
        time::instant(&time, &world.zone),
    ) {
        (None, Some(instant)) => time::at(instant, &world.zone),
        _ => time,
    }
}
