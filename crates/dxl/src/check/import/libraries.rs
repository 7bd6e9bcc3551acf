//! Script libraries and what uses them: a library comes first.

use super::super::finding::{Findings, behind, excerpt};
use super::super::rules::Rule;
use super::super::seen::Seen;
use super::names::names_of;
use crate::position::Position;
use crate::source::Attributes;
use std::collections::HashMap;

/// So many libraries may be waited for.
const MOST_WAITING: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Libraries {
    defined: Seen,
    /// Used, and not defined so far: who used it first, and where.
    waiting: HashMap<String, (Position, String)>,
    /// In a remark of several lines.
    in_remark: bool,
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
                    "put the library before everything that uses it",
                );
            }
        }
    }

    pub(super) fn script_begins(&mut self) {
        self.in_remark = false;
    }

    /// Looks for `Use "…"` in a script; whether there is one.
    pub(super) fn script(&mut self, text: &str, mut at: Position, path: &str) -> bool {
        let mut uses = false;
        for line in text.split_inclusive('\n') {
            let statement = line.trim_start();
            let word = statement.get(..4).unwrap_or(statement);
            if word.eq_ignore_ascii_case("%rem") {
                self.in_remark = true;
            } else if word.eq_ignore_ascii_case("%end") {
                self.in_remark = false;
            } else if let Some(library) = used(statement).filter(|_| !self.in_remark) {
                uses = true;
                let mut place = at;
                place = behind(place, &line[..line.len() - statement.len()]);
                self.used(library, place, path);
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

/// The library that a line names by `Use "…"`, in one of the three kinds of quotes.
fn used(statement: &str) -> Option<&str> {
    let (word, rest) = statement.split_at_checked(3)?;
    let quoted = rest.trim_start();
    if !word.eq_ignore_ascii_case("use") || quoted.len() == rest.len() {
        return None;
    }
    let close = match quoted.chars().next()? {
        '{' => '}',
        quote @ ('"' | '|') => quote,
        _ => return None,
    };
    let name = quoted[1..].split(close).next()?;
    // A name of any length would be kept.
    (name.len() <= 256).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_found() {
        for (line, wanted) in [
            ("Use \"a.b\"\n", Some("a.b")),
            ("use |c d| ' why", Some("c d")),
            ("USE\t{e}", Some("e")),
            ("Use\"a\"", None),
            ("User \"a\"", None),
            ("UseLSX \"*javacon\"", None),
            ("Us", None),
            ("Üse \"a\"", None),
        ] {
            assert_eq!(used(line), wanted, "{line}");
        }
        let mut libraries = Libraries::default();
        let script = "%REM\nUse \"a\"\n%END REM\n' Use \"b\"\n  Use \"C\"";
        assert!(libraries.script(script, Position::default(), "/agent"));
        assert_eq!(libraries.waiting.keys().collect::<Vec<_>>(), ["c"]);
    }
}
