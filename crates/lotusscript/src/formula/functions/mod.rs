//! All @functions: how many arguments each takes, since when there is it, what it does, and who does it.

mod control;
mod format;
mod lists;
mod names;
mod numbers;
mod table;
mod text;
mod times;

use super::run::{Done, Run};
use super::tree::{Formula, NodeId};
use super::value::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) use names::ACTIONS as NAME_ACTIONS;
pub use names::part_of_name;

/// What is known of an @function.
pub struct Function {
    /// As the documentation writes it.
    pub name: &'static str,
    /// The fewest arguments.
    pub least: u8,
    /// The most; [`MANY`] for any number.
    pub most: u8,
    /// The release that its documentation says it is new with, such as `6`; empty if it says none.
    pub since: &'static str,
    /// What it does.
    pub description: &'static str,
    pub(super) body: Body,
}

/// As many arguments as one likes.
pub const MANY: u8 = u8::MAX;

/// Who computes an @function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Covered {
    /// This crate.
    Here,
    /// The host, if it can.
    ByHost,
    /// Nobody; why.
    Not(&'static str),
}

#[derive(Clone, Copy)]
pub(super) enum Body {
    /// Of values. An error among them is handed on without a call.
    Plain(fn(&mut Run<'_>, &[Value]) -> Done),
    /// Of what is written, to compute what it needs.
    Form(fn(&mut Run<'_>, &Formula, &[NodeId]) -> Done),
    Host,
    Refused(&'static str),
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

static BY_NAME: LazyLock<HashMap<String, &'static Function>> = LazyLock::new(|| {
    table::TABLE
        .iter()
        .map(|function| (function.name.to_ascii_lowercase(), function))
        .collect()
});

impl Function {
    /// By its name with `@`, in any case.
    pub fn named(name: &str) -> Option<&'static Function> {
        BY_NAME.get(&name.to_ascii_lowercase()).copied()
    }

    /// All, by name.
    pub fn all() -> &'static [Function] {
        table::TABLE
    }

    /// Who computes it.
    pub fn covered(&self) -> Covered {
        match self.body {
            Body::Plain(_) | Body::Form(_) => Covered::Here,
            Body::Host => Covered::ByHost,
            Body::Refused(why) => Covered::Not(why),
        }
    }

    /// What is wrong with so many arguments, if anything.
    pub(super) fn wrong_count(&self, count: usize) -> Option<String> {
        let name = self.name;
        if matches!(name, "@If" | "@V2If") && count > 0 && count.is_multiple_of(2) {
            return Some(format!(
                "{name} takes pairs of a condition and a value, and one value for all else; here are {count} arguments"
            ));
        }
        if matches!(name, "@Date" | "@Time") && ![1, 3, 6].contains(&count) {
            return Some(format!(
                "{name} takes 1, 3 or 6 arguments; here {}",
                are(count)
            ));
        }
        let (least, most) = (usize::from(self.least), usize::from(self.most));
        let is_right = count >= least && (self.most == MANY || count <= most);
        (!is_right).then(|| format!("{name} takes {}; here {}", self.counts(), are(count)))
    }

    /// How many arguments it takes, in words.
    pub fn counts(&self) -> String {
        let arguments = |count: u8| if count == 1 { "argument" } else { "arguments" };
        match (self.least, self.most) {
            _ if matches!(self.name, "@Date" | "@Time") => "1, 3 or 6 arguments".to_owned(),
            (0, 0) => "no arguments".to_owned(),
            (least, MANY) => format!("at least {least} {}", arguments(least)),
            (least, most) if least == most => format!("{most} {}", arguments(most)),
            (least, most) => format!("{least} to {most} arguments"),
        }
    }

    /// The one that was probably meant by a name that there is not.
    pub(super) fn like(name: &str) -> Option<&'static Function> {
        // The longest names have 24 letters.
        if name.len() > 40 {
            return None;
        }
        let name = name.to_ascii_lowercase();
        let distance = |function: &Function| {
            strsim::damerau_levenshtein(&name, &function.name.to_ascii_lowercase())
        };
        let most = if name.len() > 6 { 2 } else { 1 };
        table::TABLE
            .iter()
            .filter(|function| function.name.len().abs_diff(name.len()) <= most)
            .map(|function| (distance(function), function))
            .filter(|(distance, _)| *distance <= most)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, function)| function)
    }
}

fn are(count: usize) -> String {
    match count {
        0 => "are none".to_owned(),
        1 => "is 1".to_owned(),
        count => format!("are {count}"),
    }
}
