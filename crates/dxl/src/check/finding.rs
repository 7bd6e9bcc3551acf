//! What was found, and the list that it is gathered in.

use super::rules::{Rule, Severity};
use crate::position::{Place, Position};
use serde::Serialize;
use std::fmt;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file, as it was named.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// The elements around it, as in `database/form[Main]/body/richtext/par`; empty outside the root.
    pub path: String,
    /// The rule that is broken.
    pub rule: Rule,
    /// How grave that is.
    pub severity: Severity,
    /// What is wrong here.
    pub message: String,
    /// Why that is a rule.
    pub why: &'static str,
    /// How to mend it.
    pub remedy: String,
}

impl fmt::Display for Finding {
    /// As compilers write it, on one line: `file:line:column: error[rule]: message`. Names from the file are printed with control characters escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = (self.line, self.column);
        f.write_str(&one_line(
            &self.file,
            place,
            self.severity,
            self.rule,
            &self.message,
        ))
    }
}

/// A mistake as compilers write it: `file:line:column: severity[rule]: message`, on one line whatever is in file and message.
pub fn one_line(
    file: &str,
    (line, column): (u32, u32),
    severity: Severity,
    rule: impl fmt::Display,
    message: &str,
) -> String {
    format!(
        "{}:{line}:{column}: {severity}[{rule}]: {}",
        printable(file),
        printable(message)
    )
}

/// A text on one line, whatever was in it.
pub fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control()
            || matches!(letter, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

/// What came of checking a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The file, as it was named.
    pub file: String,
    /// In the order of the file.
    pub findings: Vec<Finding>,
    /// How many more there were than are listed.
    pub left_out: u64,
    /// Errors, listed or not.
    pub errors: u64,
    /// Warnings, listed or not.
    pub warnings: u64,
    /// Names and keys that were not compared with others, because there are too many to remember.
    pub uncompared: u64,
}

/// Gathers findings up to a limit.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) checked: Checked,
    most: usize,
}

impl Findings {
    pub(super) fn new(file: &str, most: usize) -> Self {
        Self {
            checked: Checked {
                file: file.to_owned(),
                findings: Vec::new(),
                left_out: 0,
                errors: 0,
                warnings: 0,
                uncompared: 0,
            },
            most,
        }
    }

    /// Whether no more are listed. What is costly to say need not be said then.
    pub(super) fn is_full(&self) -> bool {
        self.checked.findings.len() >= self.most
    }

    /// Counts one that is not listed.
    pub(super) fn count(&mut self, rule: Rule) {
        self.add(rule, Position::NONE, "", String::new(), "");
    }

    /// Takes one down. `path` as the reader has it, `/database/form[Main]`.
    pub(super) fn add(
        &mut self,
        rule: Rule,
        at: Position,
        path: &str,
        message: String,
        remedy: impl Into<String>,
    ) {
        match rule.severity() {
            Severity::Error => self.checked.errors += 1,
            Severity::Warning => self.checked.warnings += 1,
        }
        if self.is_full() {
            self.checked.left_out += 1;
            return;
        }
        let path = Place::new(at, path).path;
        self.checked.findings.push(Finding {
            file: self.checked.file.clone(),
            line: at.line,
            column: at.column,
            path: path.strip_prefix('/').unwrap_or(&path).to_owned(),
            rule,
            severity: rule.severity(),
            message,
            why: rule.why(),
            remedy: remedy.into(),
        });
    }

    pub(super) fn finish(mut self) -> Checked {
        self.checked
            .findings
            .sort_by_key(|finding| (finding.line, finding.column));
        self.checked
    }
}

/// Enough of a text from the file to know it again.
pub(super) fn excerpt(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A sentence before and behind its first semicolon, those of references like `&#1;` not counted.
pub(super) fn halves(sentence: &str) -> Option<(&str, &str)> {
    sentence.match_indices("; ").find_map(|(at, _)| {
        let (before, behind) = (&sentence[..at], &sentence[at + 2..]);
        let word = before.rsplit(' ').next().unwrap_or_default();
        (!word.starts_with('&')).then_some((before, behind))
    })
}

/// The place behind `text`, which stands at `at`.
pub(super) fn behind(mut at: Position, text: &str) -> Position {
    for letter in text.chars() {
        if letter == '\n' {
            at.line = at.line.saturating_add(1);
            at.column = 1;
        } else {
            at.column = at.column.saturating_add(1);
        }
        at.byte += letter.len_utf8() as u64;
    }
    at
}
