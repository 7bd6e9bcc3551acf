//! The checker: names, arguments, members, releases, labels. What it says is certain, or not said.
//!
//! ```
//! use lotusscript::check::{CheckOptions, check};
//! use lotusscript::syntax::parse;
//!
//! let script = parse("Option Declare\nSub Initialize\n\tDim session As New NotesSession\n\tDim db As NotesDatabase\n\tdb = session.CurrentDatabse\nEnd Sub\n");
//! let findings = check(&script, &CheckOptions::default());
//! let told: Vec<String> = findings.iter().map(|finding| finding.to_string()).collect();
//! assert_eq!(told, ["5:15: error[unknown-member]: NotesSession has no member `CurrentDatabse`"]);
//! assert_eq!(findings[0].remedy, "perhaps `CurrentDatabase` is meant");
//! ```

mod arguments;
mod arrays;
mod assign;
mod flow;
mod forms;
mod loops;
mod module;
mod operands;
mod procedure;
mod rules;
mod symbols;
#[cfg(test)]
mod tests;
mod values;

pub use rules::{Code, Severity};
pub use symbols::Interface;

use crate::notes::{Library, Release};
use crate::syntax::{LineColumn, Script, Span};
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// The most findings that are listed.
pub const MAX_FINDINGS: usize = 1000;

/// Behind so many findings it is no longer guessed what names were meant.
const MOST_GUESSED: usize = 100;
/// So many libraries at most are looked into for one script.
const MOST_LIBRARIES: usize = 1000;
/// With so many names at most is one compared.
const MOST_COMPARED: usize = 5000;

/// What a script is held to.
#[derive(Debug, Clone)]
pub struct CheckOptions<'a> {
    /// The oldest release that it is to run on.
    pub notes: Release,
    /// Script libraries that can be looked into, by their names and aliases in small letters.
    pub libraries: HashMap<String, &'a Interface>,
    /// What its form declares for all its scripts.
    pub globals: Option<&'a Interface>,
    /// The script may see declarations that are not at hand, so that nothing is said of names that nobody declares.
    pub is_partial: bool,
}

impl Default for CheckOptions<'_> {
    /// For the newest release, without libraries.
    fn default() -> Self {
        Self {
            notes: Release::NEWEST,
            libraries: HashMap::new(),
            globals: None,
            is_partial: false,
        }
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// By which rule.
    pub code: Code,
    /// How grave that is.
    pub severity: Severity,
    /// Where in the source.
    pub span: Span,
    /// The line and column of its start.
    #[serde(flatten)]
    pub place: LineColumn,
    /// What is wrong there.
    pub message: String,
    /// Why that is a rule.
    pub why: &'static str,
    /// How to mend it; empty if that is plain.
    pub remedy: String,
}

impl fmt::Display for Finding {
    /// `line:column: error[code]: message`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LineColumn { line, column } = self.place;
        write!(
            f,
            "{line}:{column}: {}[{}]: {}",
            self.severity, self.code, self.message
        )
    }
}

/// Checks a module: its syntax errors and all else, in the order of the source.
pub fn check(script: &Script, options: &CheckOptions<'_>) -> Vec<Finding> {
    let interface = Interface::of(script);
    let mut findings = Findings {
        script,
        found: Vec::new(),
    };
    for error in script.errors() {
        let remedy = error.remedy.clone().unwrap_or_default();
        findings.add(Code::Syntax, error.span, error.message.clone(), remedy);
    }
    let scope = module::ModuleScope::new(&interface, script, options, Library::get());
    scope.check(script, &mut findings);
    let mut found = findings.found;
    found.sort_by_key(|finding| (finding.span, finding.code));
    found.dedup_by(|one, other| one.span == other.span && one.code == other.code);
    found.truncate(MAX_FINDINGS);
    found
}

/// Gathers what is found.
struct Findings<'a> {
    script: &'a Script,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn add(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.found.len() >= MAX_FINDINGS * 2 {
            return;
        }
        self.found.push(Finding {
            code,
            severity: code.severity(),
            span,
            place: self.script.place(span.start),
            message: message.into(),
            why: code.why(),
            remedy: remedy.into(),
        });
    }

    /// The name that is most like another, if one is like it at all. Looked for only while there are few findings: it takes time with all names that are known.
    fn nearest<'n>(&self, name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        if !self.may_guess() {
            return None;
        }
        let name = name.to_lowercase();
        let length = name.chars().count();
        if length < 3 || name.len() > 64 {
            return None;
        }
        known
            .take(MOST_COMPARED)
            .filter(|known| known.len().abs_diff(name.len()) <= 8)
            .map(|known| (strsim::osa_distance(&name, &known.to_lowercase()), known))
            .filter(|(distance, known)| *distance * 3 <= length.max(known.chars().count()))
            .min()
            .map(|(_, known)| known)
    }

    /// "perhaps … is meant", if something is near.
    fn perhaps<'n>(
        &self,
        name: &str,
        known: impl Iterator<Item = &'n str>,
        otherwise: &str,
    ) -> String {
        match self.nearest(name, known) {
            Some(near) => format!("perhaps `{near}` is meant"),
            None => otherwise.to_owned(),
        }
    }

    /// Whether it is worth while to look for names that may be meant.
    fn may_guess(&self) -> bool {
        self.found.len() < MOST_GUESSED
    }

    fn line(&self, span: Span) -> u32 {
        self.script.lines().line(span.start)
    }
}
