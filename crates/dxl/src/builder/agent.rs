//! Agents with their triggers and schedules, script libraries, and the script of the database.

use super::code::{Code, emit_all};
use super::error::{Built, Fault};
use super::out::{Attributes, Out};
use super::script::split_lotusscript;
use super::{Emit, setters, titled};
use crate::notes::Date;

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    attributes: Attributes,
    trigger: Trigger,
    codes: Vec<Code>,
}
titled!(Agent);

/// What starts an agent, and on which documents it works where it can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// People, by the menu.
    ActionsMenu(DocumentSet),
    /// Other code; it is in no menu.
    AgentList(DocumentSet),
    /// Mail that has arrived. It works on that mail.
    AfterNewMail,
    /// Documents that were made or changed.
    DocumentUpdate,
    /// Documents that were pasted.
    DocumentPaste,
    /// Time.
    Scheduled(Schedule, DocumentSet),
    /// The server's start.
    ServerStart,
}

/// On which documents an agent works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentSet {
    /// None; it runs once.
    RunOnce,
    /// All of the database.
    All,
    /// Those made or changed since it ran.
    Modified,
    /// Those that are selected.
    Selected,
    /// All of the view.
    AllInView,
    /// Those of the view that are unread.
    UnreadInView,
}

impl DocumentSet {
    /// As DXL writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::RunOnce => "runonce",
            Self::All => "all",
            Self::Modified => "modified",
            Self::Selected => "selected",
            Self::AllInView => "allinview",
            Self::UnreadInView => "unreadinview",
        }
    }
}

/// When a scheduled agent runs, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    attributes: Attributes,
    start: TimeOfDay,
    end: Option<TimeOfDay>,
    dates: (Option<Date>, Option<Date>),
    /// Minutes between two runs, of those that run several times a day.
    every: Option<u32>,
    day_of_month: Option<u8>,
}

/// A time of day, without seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Weekday {
    Sunday,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
}

impl Weekday {
    /// As DXL writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sunday => "sunday",
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
        }
    }
}

/// Where a scheduled agent runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunOn {
    /// On any server.
    Any,
    /// In the client.
    Local,
    /// On the server that is chosen when it is enabled.
    Choose,
    /// On this server.
    Server(String),
}

impl Schedule {
    fn new(kind: &str, start: TimeOfDay) -> Self {
        Self {
            attributes: Attributes::of("schedule")
                .with("type", kind)
                .with("runlocation", "any"),
            start,
            end: None,
            dates: (None, None),
            every: None,
            day_of_month: None,
        }
    }

    /// Every so many minutes, five at least, the whole day.
    pub fn every_minutes(minutes: u32) -> Self {
        let midnight = TimeOfDay { hour: 0, minute: 0 };
        let end = TimeOfDay {
            hour: 23,
            minute: 59,
        };
        let mut schedule = Self::new("byminutes", midnight);
        schedule.every = Some(minutes);
        schedule.between(midnight, end)
    }

    /// Of one that runs several times a day: only between these times.
    pub fn between(mut self, start: TimeOfDay, end: TimeOfDay) -> Self {
        (self.start, self.end) = (start, Some(end));
        self
    }

    /// Every day.
    pub fn daily(at: TimeOfDay) -> Self {
        Self::new("daily", at)
    }

    /// Every week.
    pub fn weekly(on: Weekday, at: TimeOfDay) -> Self {
        let mut schedule = Self::new("weekly", at);
        schedule.attributes.set("dayofweek", on.word());
        schedule
    }

    /// Every month, on this day of it.
    pub fn monthly(day: u8, at: TimeOfDay) -> Self {
        let mut schedule = Self::new("monthly", at);
        schedule.day_of_month = Some(day);
        schedule
    }

    /// Where.
    pub fn run_on(mut self, place: RunOn) -> Self {
        let word = match place {
            RunOn::Any => "any",
            RunOn::Local => "local",
            RunOn::Choose => "choose",
            RunOn::Server(server) => {
                self.attributes.set("runserver", server);
                "specific"
            }
        };
        self.attributes.set("runlocation", word);
        self
    }

    /// Whether on Saturdays and Sundays too.
    pub fn on_weekends(mut self, is: bool) -> Self {
        self.attributes.flag("onweekends", is);
        self
    }

    /// From a day, until a day.
    pub fn dates(mut self, first: Option<Date>, last: Option<Date>) -> Self {
        self.dates = (first, last);
        self
    }

    fn emit(&self, out: &mut Out) -> Built {
        let mut attributes = self.attributes.clone();
        if let Some(minutes) = self.every {
            attributes.set("hours", (minutes / 60).to_string());
            attributes.set("minutes", (minutes % 60).to_string());
        }
        if let Some(day) = self.day_of_month {
            attributes.set("dateinmonth", day.to_string());
        }
        out.enter(&attributes)?;
        self.check(out)?;
        time(out, "starttime", self.start)?;
        if let Some(end) = self.end {
            time(out, "endtime", end)?;
        }
        for (element, date) in [("startdate", self.dates.0), ("enddate", self.dates.1)] {
            if let Some(date) = date {
                let Date { year, month, day } = date;
                out.enter_bare(element);
                out.bare_leaf("datetime", &format!("{year:04}{month:02}{day:02}"))?;
                out.leave();
            }
        }
        out.leave();
        Ok(())
    }

    fn check(&self, out: &Out) -> Built {
        let is_time = |time: TimeOfDay| time.hour < 24 && time.minute < 60;
        let is_date = |date: Option<Date>| {
            date.is_none_or(|date| Date::new(date.year, date.month, date.day).is_some())
        };
        let (message, remedy) = if !is_time(self.start) || !self.end.is_none_or(is_time) {
            (
                "its time is none",
                "write hours from 0 to 23 and minutes from 0 to 59",
            )
        } else if !is_date(self.dates.0) || !is_date(self.dates.1) {
            ("no calendar has its date", "write a day that there is")
        } else if self
            .every
            .is_some_and(|minutes| !(5..=24 * 60).contains(&minutes))
        {
            (
                "it cannot run so often, or so seldom",
                "let it run every 5 to 1440 minutes",
            )
        } else if self.end == Some(self.start) {
            ("it ends when it begins", "let it end at 23:59")
        } else if self.every.is_none() && self.end.is_some() {
            (
                "it runs once, and has two times",
                "use between only with every_minutes",
            )
        } else if self
            .day_of_month
            .is_some_and(|day| !(1..=31).contains(&day))
        {
            ("no month has its day", "write a day from 1 to 31")
        } else {
            return Ok(());
        };
        Err(out.fault(Fault::Value, message.to_owned(), remedy))
    }
}

fn time(out: &mut Out, element: &'static str, time: TimeOfDay) -> Built {
    out.enter_bare(element);
    let TimeOfDay { hour, minute } = time;
    out.bare_leaf("datetime", &format!("T{hour:02}{minute:02}00,00"))?;
    out.leave();
    Ok(())
}

impl Trigger {
    fn emit(&self, out: &mut Out) -> Built {
        let (word, schedule, documents) = match self {
            Self::ActionsMenu(documents) => ("actionsmenu", None, Some(documents)),
            Self::AgentList(documents) => ("agentlist", None, Some(documents)),
            Self::AfterNewMail => ("afternewmail", None, None),
            Self::DocumentUpdate => ("docupdate", None, None),
            Self::DocumentPaste => ("docpaste", None, None),
            Self::Scheduled(schedule, documents) => ("scheduled", Some(schedule), Some(documents)),
            Self::ServerStart => ("serverstart", None, None),
        };
        out.enter(&Attributes::of("trigger").with("type", word))?;
        if let Some(schedule) = schedule {
            schedule.emit(out)?;
        }
        out.leave();
        if let Some(documents) = documents {
            out.empty(&Attributes::of("documentset").with("type", documents.word()))?;
        }
        Ok(())
    }
}

impl Agent {
    /// By its name, with what starts it; `(Name)` is in no menu.
    pub fn new(name: &str, trigger: Trigger) -> Self {
        Self {
            attributes: Attributes::of("agent").with("name", name),
            trigger,
            codes: Vec::new(),
        }
    }

    /// A whole LotusScript: options, declarations, `Sub Initialize` and other procedures.
    pub fn script(mut self, script: &str) -> Self {
        self.codes.extend(split_lotusscript(script));
        self
    }

    /// What it does in a formula.
    pub fn formula(self, formula: &str) -> Self {
        self.code(Code::formula("action", formula))
    }

    /// Code for one event.
    pub fn code(mut self, code: Code) -> Self {
        self.codes.push(code);
        self
    }

    /// Whether it runs; one that does not is switched on by people.
    pub fn enabled(mut self, is: bool) -> Self {
        self.attributes.flag("enabled", is);
        if !is {
            self.attributes.flag("activatable", true);
        }
        self
    }

    /// It may reach files, the environment and COM. Refused if nothing in it asks for that.
    pub fn unrestricted(mut self) -> Self {
        self.attributes.set("restrictions", "unrestricted");
        self
    }
}

impl Emit for Agent {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn is_named(&self) -> bool {
        true
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        if self.codes.is_empty() {
            return Err(out.fault(
                Fault::Missing,
                "the agent has no code".to_owned(),
                "give it a script, a formula or simple actions",
            ));
        }
        self.trigger.emit(out)?;
        emit_all(&self.codes, out)
    }
}

/// A library of LotusScript or JavaScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptLibrary {
    attributes: Attributes,
    codes: Vec<Code>,
}
titled!(ScriptLibrary);

impl ScriptLibrary {
    /// Of a whole LotusScript.
    pub fn lotusscript(name: &str, script: &str) -> Self {
        Self::of(name, split_lotusscript(script))
    }

    /// Of JavaScript.
    pub fn javascript(name: &str, script: &str) -> Self {
        Self::of(name, vec![Code::javascript("library", script)])
    }

    fn of(name: &str, codes: Vec<Code>) -> Self {
        Self {
            attributes: Attributes::of("scriptlibrary").with("name", name),
            codes,
        }
    }

    /// More code.
    pub fn code(mut self, code: Code) -> Self {
        self.codes.push(code);
        self
    }
}

impl Emit for ScriptLibrary {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn is_named(&self) -> bool {
        true
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        emit_all(&self.codes, out)
    }
}

/// What runs as the database is opened, closed and so on; there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseScript {
    attributes: Attributes,
    codes: Vec<Code>,
}
setters!(DatabaseScript);

impl DatabaseScript {
    /// Of a whole LotusScript.
    pub fn lotusscript(script: &str) -> Self {
        Self {
            attributes: Attributes::of("databasescript"),
            codes: split_lotusscript(script),
        }
    }

    /// More code.
    pub fn code(mut self, code: Code) -> Self {
        self.codes.push(code);
        self
    }
}

impl Emit for DatabaseScript {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        emit_all(&self.codes, out)
    }
}
