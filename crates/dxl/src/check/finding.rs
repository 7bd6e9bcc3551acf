//! What was found, and the list that it is gathered in.

use super::import::DesignName;
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The file, as it was named.
    pub file: String,
    /// In the order of the file; but what ended the check comes first, and is listed whatever the limit.
    pub findings: Vec<Finding>,
    /// How many more there were than are listed.
    pub left_out: u64,
    /// Errors, listed or not.
    pub errors: u64,
    /// Warnings, listed or not.
    pub warnings: u64,
    /// Names and keys that were not compared with others, because there are too many to remember.
    pub uncompared: u64,
    /// What the file's design is called, if it is one note and was checked for the importer: for [`Names`](super::Names).
    #[serde(skip)]
    pub names: Vec<DesignName>,
}

/// Gathers findings up to a limit.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) checked: Checked,
    most: usize,
    /// What ended the check.
    end: Option<Finding>,
}

impl Findings {
    pub(super) fn new(file: &str, most: usize) -> Self {
        Self {
            checked: Checked {
                file: file.to_owned(),
                ..Checked::default()
            },
            most,
            end: None,
        }
    }

    /// With what was found already.
    pub(super) fn of(checked: Checked, most: usize) -> Self {
        Self {
            checked,
            most,
            end: None,
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
        self.add_as((rule, rule.severity()), at, path, message, remedy);
    }

    /// The same for one that is graver or less grave here than its rule has it.
    pub(super) fn add_as(
        &mut self,
        (rule, severity): (Rule, Severity),
        at: Position,
        path: &str,
        message: String,
        remedy: impl Into<String>,
    ) {
        match severity {
            Severity::Error => self.checked.errors += 1,
            Severity::Warning => self.checked.warnings += 1,
        }
        if self.is_full() {
            self.checked.left_out += 1;
            return;
        }
        let finding = self.finding((rule, severity), at, path, message, remedy.into());
        self.checked.findings.push(finding);
    }

    /// Takes down what ends the check.
    pub(super) fn add_end(
        &mut self,
        rule: Rule,
        at: Position,
        path: &str,
        message: String,
        remedy: String,
    ) {
        self.checked.errors += 1;
        self.end = Some(self.finding((rule, Severity::Error), at, path, message, remedy));
    }

    fn finding(
        &self,
        (rule, severity): (Rule, Severity),
        at: Position,
        path: &str,
        message: String,
        remedy: String,
    ) -> Finding {
        let path = Place::new(at, path).path;
        Finding {
            file: self.checked.file.clone(),
            line: at.line,
            column: at.column,
            path: path.strip_prefix('/').unwrap_or(&path).to_owned(),
            rule,
            severity,
            message,
            why: rule.why(),
            remedy,
        }
    }

    pub(super) fn finish(mut self) -> Checked {
        self.checked
            .findings
            .sort_by_key(|finding| (finding.line, finding.column));
        if let Some(end) = self.end {
            // Nothing is known of what comes behind it.
            self.checked.names.clear();
            self.checked.findings.insert(0, end);
        }
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
