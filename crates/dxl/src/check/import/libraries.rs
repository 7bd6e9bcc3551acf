//! Script libraries and what uses them: a library comes first.

use super::super::finding::{Findings, behind, excerpt};
use super::super::rules::Rule;
use super::super::seen::Seen;
use super::names::names_of;
use crate::position::Position;
use crate::source::Attributes;
use crate::uses::Uses;
use std::collections::HashMap;

/// So many libraries may be waited for.
const MOST_WAITING: usize = 10_000;
/// Longer names are not kept.
const LONGEST_NAME: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Libraries {
    defined: Seen,
    /// Used, and not defined so far: who used it first, and where.
    waiting: HashMap<String, (Position, String)>,
    /// The script that is being read.
    script: Uses,
    forgotten: u64,
}

impl Libraries {
    pub(super) fn forgotten(&self) -> u64 {
        self.defined.forgotten() + self.forgotten
    }

    /// A library begins.
    pub(super) fn defined(
        &mut self,
        attributes: Attributes<'_>,
        at: Position,
        findings: &mut Findings,
    ) {
        for (name, _) in names_of(attributes) {
            let key = name.to_lowercase();
            self.defined.meet(&[&key], at);
            if let Some((used, path)) = self.waiting.remove(&key) {
                findings.add(
                    Rule::LibraryOrder,
                    used,
                    &path,
                    format!(
                        "the library {:?} is used here and comes later, on line {}",
                        excerpt(name),
                        at.line
                    ),
                    "put the library before everything that uses it; where two use each other, neither can be first: move what both need into a third that uses neither",
                );
            }
        }
    }

    pub(super) fn script_begins(&mut self) {
        self.script = Uses::default();
    }

    /// Looks for `Use "…"` in a script; whether there is one.
    pub(super) fn script(&mut self, text: &str, mut at: Position, path: &str) -> bool {
        let mut uses = false;
        for line in text.split_inclusive('\n') {
            let named = self.script.next(line);
            if let Some(library) = named.filter(|name| name.len() <= LONGEST_NAME) {
                uses = true;
                let indent = line.len() - line.trim_start().len();
                self.used(library, behind(at, &line[..indent]), path);
            }
            at.line = at.line.saturating_add(1);
            at.column = 1;
        }
        uses
    }

    fn used(&mut self, library: &str, at: Position, path: &str) {
        let key = library.to_lowercase();
        if self.defined.has(&[&key]) || self.waiting.contains_key(&key) {
            return;
        }
        if self.waiting.len() >= MOST_WAITING {
            self.forgotten += 1;
            return;
        }
        self.waiting.insert(key, (at, path.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_uses_is_waited_for() {
        let mut libraries = Libraries::default();
        let script = "%REM\nUse \"a\"\n%END REM\n' Use \"b\"\n  Use \"C\"";
        assert!(libraries.script(script, Position::default(), "/agent"));
        assert_eq!(libraries.waiting.keys().collect::<Vec<_>>(), ["c"]);
    }
}
