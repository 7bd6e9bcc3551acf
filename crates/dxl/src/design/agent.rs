//! Agents with their triggers and schedules, script libraries, and the script of the database.

use super::{DesignElement, Language, Sort, flag, piece, value, whole};
use crate::notes::WrittenDateTime;
use crate::tree::Element;

whole! {
    /// An agent.
    Agent, Sort::Agent
}

whole! {
    /// A library of code.
    ScriptLibrary, Sort::ScriptLibrary
}

whole! {
    /// What runs as the database is opened, closed and so on.
    DatabaseScript, Sort::DatabaseScript
}

piece! {
    /// When a scheduled agent runs, and where.
    Schedule
}

piece! {
    /// The Java of an agent or library; each source is a piece of its code.
    JavaProject
}

impl<'a> JavaProject<'a> {
    fn of(note: Element<'a>) -> Option<Self> {
        let mut codes = note.all("code");
        codes.find_map(|code| code.first("javaproject")).map(Self)
    }

    /// The class that runs.
    pub fn class(self) -> Option<&'a str> {
        self.0.attribute("class")
    }

    /// The names of its archives and other files.
    pub fn files(self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        let files = self.0.elements();
        files
            .filter(|file| matches!(file.name(), "javaarchive" | "javaresource"))
            .filter_map(|file| file.attribute("name"))
    }
}

impl<'a> Agent<'a> {
    /// Its Java.
    pub fn java_project(self) -> Option<JavaProject<'a>> {
        JavaProject::of(self.0)
    }

    /// What starts it: `actionsmenu`, `agentlist`, `afternewmail`, `docupdate`, `scheduled` and so on.
    pub fn trigger(self) -> &'a str {
        let trigger = self.0.first("trigger");
        trigger
            .and_then(|trigger| trigger.attribute("type"))
            .unwrap_or_default()
    }

    /// Of one that time starts: when.
    pub fn schedule(self) -> Option<Schedule<'a>> {
        self.0.first("trigger")?.first("schedule").map(Schedule)
    }

    /// On which documents it works: `runonce`, `all`, `modified`, `selected` and so on.
    pub fn document_set(self) -> Option<&'a str> {
        self.0.first("documentset")?.attribute("type")
    }

    /// Whether it runs.
    pub fn is_enabled(self) -> bool {
        self.flag("enabled") != Some(false)
    }

    /// What it may do: `restricted`, `unrestricted` or `fulladminunrestricted`.
    pub fn restrictions(self) -> &'a str {
        value(self.0, "restrictions").unwrap_or_default()
    }

    /// In whose name it runs, if not its signer's.
    pub fn runs_on_behalf_of(self) -> Option<&'a str> {
        self.0.attribute("runonbehalfof")
    }

    /// In what it is written; `None` if it has no code.
    pub fn language(self) -> Option<Language> {
        Some(self.code().next()?.language())
    }

    /// The libraries that its LotusScript names by `Use`, in small letters.
    pub fn uses(self) -> Vec<String> {
        crate::clean::uses_of(self.0)
    }

    /// When it last ran, on the server that exported it.
    pub fn last_run(self) -> Option<WrittenDateTime<'a>> {
        let run = self.0.first("rundata")?.first("agentrun")?;
        Some(WrittenDateTime::of(run.first("datetime")?))
    }
}

impl<'a> Schedule<'a> {
    /// How often: `byminutes`, `daily`, `weekly`, `monthly`, `never`, `automatic`.
    pub fn kind(self) -> &'a str {
        self.0.attribute("type").unwrap_or_default()
    }

    /// Of `byminutes`: the minutes between two runs; `None` if hours or minutes are no numbers.
    pub fn interval_minutes(self) -> Option<u32> {
        let number = |name: &str| match self.0.attribute(name) {
            None => Some(0),
            Some(number) => number.trim().parse::<u32>().ok(),
        };
        let minutes = number("hours")?.checked_mul(60)?;
        minutes.checked_add(number("minutes")?)
    }

    /// Of `weekly`: the day.
    pub fn day_of_week(self) -> Option<&'a str> {
        self.0.attribute("dayofweek")
    }

    /// Of `monthly`: the day, as it is written.
    pub fn day_of_month(self) -> Option<&'a str> {
        self.0.attribute("dateinmonth")
    }

    /// Where: `local`, `any`, `choose`, `server`, `specific`.
    pub fn run_location(self) -> Option<&'a str> {
        self.0.attribute("runlocation")
    }

    /// The server, if one is named.
    pub fn server(self) -> Option<&'a str> {
        self.0.attribute("runserver")
    }

    /// Whether it runs on Saturdays and Sundays.
    pub fn is_on_weekends(self) -> bool {
        flag(self.0, "onweekends") != Some(false)
    }

    /// The time at which, or from which, it runs.
    pub fn start_time(self) -> Option<WrittenDateTime<'a>> {
        self.time("starttime")
    }

    /// The time until which.
    pub fn end_time(self) -> Option<WrittenDateTime<'a>> {
        self.time("endtime")
    }

    /// The day from which.
    pub fn start_date(self) -> Option<WrittenDateTime<'a>> {
        self.time("startdate")
    }

    /// The day until which.
    pub fn end_date(self) -> Option<WrittenDateTime<'a>> {
        self.time("enddate")
    }

    fn time(self, name: &str) -> Option<WrittenDateTime<'a>> {
        Some(WrittenDateTime::of(self.0.first(name)?.first("datetime")?))
    }
}

impl<'a> ScriptLibrary<'a> {
    /// Its Java.
    pub fn java_project(self) -> Option<JavaProject<'a>> {
        JavaProject::of(self.0)
    }

    /// In what it is written; `None` if it has no code.
    pub fn language(self) -> Option<Language> {
        Some(self.code().next()?.language())
    }

    /// The libraries that its LotusScript names by `Use`, in small letters.
    pub fn uses(self) -> Vec<String> {
        crate::clean::uses_of(self.0)
    }
}
