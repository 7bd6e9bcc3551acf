//! Names that stand in more than one file of a database.

use super::finding::{Checked, Findings, excerpt};
use super::import::NAME_REMEDY;
use super::rules::{Rule, Severity};
use std::collections::HashMap;

/// The names in files that together are the design of one database, a note in each, as a project of Designer on disk has them.
#[derive(Debug, Default)]
pub struct Names {
    /// The file and line where each was met first.
    first: HashMap<(&'static str, String), (String, u32)>,
}

impl Names {
    /// None as yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds to what was found in a file, by [`check`](fn@super::check) for the importer, a warning for each of its names that a file before
    /// it has, up to `most` findings in all. Names of one language or sort of client are passed over: another may have the same there.
    pub fn compare(&mut self, checked: &mut Checked, most: usize) {
        if checked.names.is_empty() {
            return;
        }
        let mut findings = Findings::of(std::mem::take(checked), most);
        for name in std::mem::take(&mut findings.checked.names) {
            if name.is_partial {
                continue;
            }
            let (file, line) = self
                .first
                .entry((name.room, name.name.clone()))
                .or_insert_with(|| (findings.checked.file.clone(), name.at.line));
            if *file != findings.checked.file {
                let message = format!(
                    "there is {} {:?} already, in {file} on line {line}",
                    name.room,
                    excerpt(&name.name)
                );
                let rule = (Rule::DuplicateName, Severity::Warning);
                findings.add_as(rule, name.at, &name.path, message, NAME_REMEDY);
            }
        }
        *checked = findings.finish();
    }
}
