//! Agents: triggers, schedules, and what they may do.

use super::super::finding::{Findings, excerpt};
use super::super::rules::Rule;
use crate::position::Position;
use crate::source::Attributes;

/// An agent runs every so many minutes at the most.
const SHORTEST_MINUTES: u64 = 5;
/// How times of a schedule are written.
const START: &str = "<starttime><datetime>T000000,00</datetime></starttime>";
const END: &str = "<endtime><datetime>T235900,00</datetime></endtime>";
/// Of a time so much is kept.
const MOST_LETTERS: usize = 40;

/// An agent that is open.
#[derive(Debug)]
pub(super) struct Agent {
    path: String,
    /// Where it says that it is unrestricted.
    unrestricted: Option<Position>,
    /// Its code asks for files, the environment or COM, or it cannot be said.
    asks_for_more: bool,
    trigger: String,
    /// Where it waits for a schedule, and in what.
    unscheduled: Option<(Position, String)>,
    schedule: Option<Schedule>,
    /// Whether the open element directly below the agent is `<code>`.
    in_code: bool,
    /// What the first `<code>` holds.
    action: Option<&'static str>,
    /// How many elements below the agent are open.
    depth: usize,
    /// The open element below `<schedule>` that holds a time, and how deep it lies.
    in_time: Option<(Time, usize)>,
    /// How deep the open script lies.
    in_script: Option<usize>,
}

#[derive(Debug)]
struct Schedule {
    kind: String,
    at: Position,
    depth: usize,
    start: Option<String>,
    end: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum Time {
    Start,
    End,
}

/// What an agent needs the right to run unrestricted for, in small letters.
const ASKING: &[&str] = &[
    "createobject",
    "getobject",
    "environ",
    "open ",
    "open(",
    "shell",
    "kill ",
    "dir$",
    "dir(",
    "filecopy",
    "filelen",
    "mkdir",
    "rmdir",
    "name ",
    "setfileattr",
    "getfileattr",
    "filedatetime",
    "openfilelog",
    "chdir",
    "declare ",
    "extractfile",
    "embedobject",
    "createhttprequest",
    "createstream",
    "activateapp",
];

/// What an agent may be made of, by the element that holds it.
const ACTIONS: &[(&str, &str)] = &[
    ("formula", "a formula"),
    ("javaproject", "Java"),
    ("lotusscript", "LotusScript"),
    ("simpleaction", "simple actions"),
];

impl Agent {
    pub(super) fn new(attributes: Attributes<'_>, path: &str) -> Self {
        let unrestricted = attributes.iter().find(|attribute| {
            attribute.name == "restrictions"
                && matches!(attribute.value, "unrestricted" | "fulladminunrestricted")
        });
        Self {
            path: path.to_owned(),
            unrestricted: unrestricted.map(|attribute| attribute.position()),
            asks_for_more: false,
            trigger: String::new(),
            unscheduled: None,
            schedule: None,
            in_code: false,
            action: None,
            depth: 0,
            in_time: None,
            in_script: None,
        }
    }

    pub(super) fn start(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        at: Position,
        path: &str,
        findings: &mut Findings,
    ) {
        let of = |name: &str| attributes.get(name).unwrap_or_default();
        match self.depth {
            1 => self.in_code = name == "code",
            2 if self.in_code => self.compare_action(name, at, path, findings),
            _ => {}
        }
        match name {
            "trigger" => {
                self.trigger = excerpt(of("type"));
                let is_scheduled = self.trigger == "scheduled";
                self.unscheduled = is_scheduled.then(|| (at, path.to_owned()));
                if self.trigger == "beforenewmail" {
                    findings.add(
                        Rule::BeforeNewMail,
                        at,
                        path,
                        "the agent runs before new mail arrives".to_owned(),
                        "let it run after new mail has arrived: type='afternewmail'",
                    );
                }
            }
            "documentset" if matches!(self.trigger.as_str(), "beforenewmail" | "afternewmail") => {
                findings.add(
                    Rule::NewMailDocuments,
                    at,
                    path,
                    "an agent for new mail has a document set".to_owned(),
                    "remove <documentset>",
                );
            }
            "schedule" => {
                check_interval(attributes, at, path, findings);
                self.unscheduled = None;
                self.schedule = Some(Schedule {
                    kind: excerpt(of("type")),
                    at,
                    depth: self.depth,
                    start: None,
                    end: None,
                });
            }
            "starttime" => self.in_time = Some((Time::Start, self.depth)),
            "endtime" => self.in_time = Some((Time::End, self.depth)),
            "lotusscript" => self.in_script = Some(self.depth),
            // What these do is not looked into.
            "javaproject" | "simpleaction" | "formula" => self.asks_for_more = true,
            _ => {}
        }
        self.depth += 1;
    }

    /// Its code is all of one kind.
    fn compare_action(&mut self, name: &str, at: Position, path: &str, findings: &mut Findings) {
        let Some((_, kind)) = ACTIONS.iter().find(|(element, _)| *element == name) else {
            return;
        };
        let first = *self.action.get_or_insert(kind);
        if first != *kind {
            findings.add(
                Rule::AgentActions,
                at,
                path,
                format!("the agent is made of {first}, and here is {kind}"),
                "make two agents, or keep one of the two",
            );
        }
    }

    pub(super) fn uses_library(&mut self) {
        self.asks_for_more = true;
    }

    pub(super) fn text(&mut self, text: &str) {
        if let (Some((time, _)), Some(schedule)) = (self.in_time, &mut self.schedule) {
            let kept = match time {
                Time::Start => &mut schedule.start,
                Time::End => &mut schedule.end,
            };
            let kept = kept.get_or_insert_default();
            let room = MOST_LETTERS.saturating_sub(kept.len());
            kept.extend(text.trim().chars().take(room));
        }
        if self.in_script.is_some() && self.unrestricted.is_some() && !self.asks_for_more {
            let script = text.to_lowercase();
            self.asks_for_more = ASKING.iter().any(|word| script.contains(word));
        }
    }

    pub(super) fn end(&mut self, path: &str, findings: &mut Findings) {
        self.depth = self.depth.saturating_sub(1);
        let depth = self.depth;
        self.in_script = self.in_script.filter(|script| *script != depth);
        self.in_time = self.in_time.filter(|(_, time)| *time != depth);
        if self
            .schedule
            .as_ref()
            .is_some_and(|schedule| schedule.depth == self.depth)
            && let Some(schedule) = self.schedule.take()
        {
            schedule.check(path, findings);
        }
    }

    pub(super) fn finish(self, findings: &mut Findings) {
        if let Some((at, path)) = &self.unscheduled {
            findings.add(
                Rule::ScheduleTimes,
                *at,
                path,
                "the agent is scheduled and has no schedule".to_owned(),
                format!("write <schedule type='daily'>{START}</schedule> into the trigger, or another trigger"),
            );
        }
        if let (Some(at), false) = (self.unrestricted, self.asks_for_more) {
            findings.add(
                Rule::AgentUnrestricted,
                at,
                &self.path,
                "the agent is unrestricted, and no word in it looks like access to files, the environment, COM or the network"
                    .to_owned(),
                "leave restrictions out, unless something in it needs them all the same",
            );
        }
    }
}

/// More than once a day is every so many hours and minutes.
fn check_interval(attributes: Attributes<'_>, at: Position, path: &str, findings: &mut Findings) {
    if attributes.get("type") != Some("byminutes") {
        return;
    }
    let number = |name: &str| match attributes.get(name) {
        None => Some(0),
        Some(number) => number.trim().parse::<u64>().ok(),
    };
    let minutes = match (number("hours"), number("minutes")) {
        (Some(hours), Some(minutes)) => Some(hours.saturating_mul(60).saturating_add(minutes)),
        _ => None,
    };
    if minutes.is_none_or(|minutes| minutes < SHORTEST_MINUTES) {
        let found = minutes.map_or("a time that is no number".to_owned(), |minutes| {
            format!("{minutes} minutes")
        });
        findings.add(
            Rule::ScheduleInterval,
            at,
            path,
            format!("the agent is to run every {found}"),
            "write hours='0' minutes='5', or more",
        );
    }
}

impl Schedule {
    fn check(self, path: &str, findings: &mut Findings) {
        let kind = self.kind.as_str();
        let (needs_start, needs_end) = match kind {
            "byminutes" => (true, true),
            "daily" | "weekly" | "monthly" => (true, false),
            _ => (false, false),
        };
        let is_midnight = |time: &Option<String>| {
            time.as_deref()
                .and_then(|time| time.split_once('T'))
                .is_some_and(|(_, time)| time.starts_with("000000"))
        };
        let lacks = [
            (needs_start && self.start.is_none(), "start", START),
            (needs_end && self.end.is_none(), "end", END),
        ];
        let (lacks, elements): (Vec<&str>, Vec<&str>) = lacks
            .into_iter()
            .filter(|(lacks, ..)| *lacks)
            .map(|(_, what, element)| (what, element))
            .unzip();
        if !lacks.is_empty() {
            findings.add(
                Rule::ScheduleTimes,
                self.at,
                path,
                format!("the schedule has no {} time", lacks.join(" and no ")),
                format!("write {} into it", elements.join(" and ")),
            );
        } else if needs_end && is_midnight(&self.start) && is_midnight(&self.end) {
            findings.add(
                Rule::ScheduleMidnight,
                self.at,
                path,
                "the schedule is from 00:00 to 00:00".to_owned(),
                format!("let it end at 23:59: {END}"),
            );
        }
    }
}
