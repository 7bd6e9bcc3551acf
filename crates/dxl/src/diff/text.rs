//! Texts as lines that know where they stand in their file, and the lines in which two texts differ.

use super::align::{Step, align};
use super::report::{Hunk, Line, Sign};
use crate::meaning::{Texts, is_binary, texts_in};
use crate::position::Position;
use crate::tree::{self, Element, Kind};
use std::collections::HashMap;

/// A line of a text, and where it begins in its file.
#[derive(Debug, Clone, Default)]
pub(super) struct Placed {
    pub(super) text: String,
    pub(super) at: Position,
}

/// The lines of an element's text, at any depth. A `<break/>` ends a line. What stands in a paragraph without being text is named in
/// brackets, so that one sees where.
pub(super) fn lines_of(element: Element<'_>) -> Vec<Placed> {
    let mut lines = Lines::new(element.position());
    // The element whose inside is passed over.
    let mut passing: Option<tree::NodeId> = None;
    for step in element.walk() {
        match step {
            tree::Step::Leave(left) => {
                if passing == Some(left.id()) {
                    passing = None;
                }
            }
            tree::Step::Enter(_) if passing.is_some() => {}
            tree::Step::Enter(node) => match node.kind() {
                Kind::Text(text) | Kind::CData(text) => lines.push(text, node.position()),
                Kind::Element(inner) if inner.id() != element.id() => {
                    let belongs = lines.enter(inner);
                    passing = (!belongs).then(|| inner.id());
                }
                _ => {}
            },
        }
    }
    lines.lines
}

/// The lines of one text.
pub(super) fn placed(text: &str, at: Position) -> Vec<Placed> {
    let mut lines = Lines::new(at);
    lines.push(text, at);
    lines.lines
}

/// Whether the text in an element belongs to the text around it.
pub(super) fn is_descended(element: Element<'_>) -> bool {
    texts_in(element.name()) == Texts::Content && !is_binary(element)
}

/// Whether all that is in an element is shown by lines: text, and how it looks.
pub(super) fn is_text_only(element: Element<'_>) -> bool {
    element.descendants().all(|element| {
        matches!(
            element.name(),
            "run" | "span" | "font" | "break" | "nonxmlchar"
        )
    })
}

struct Lines {
    lines: Vec<Placed>,
    /// Nothing was put into the last line so far.
    is_fresh: bool,
}

impl Lines {
    fn new(at: Position) -> Lines {
        Lines {
            lines: vec![Placed {
                text: String::new(),
                at,
            }],
            is_fresh: true,
        }
    }

    fn push(&mut self, text: &str, mut at: Position) {
        for (number, part) in text.split('\n').enumerate() {
            if number > 0 {
                (at.line, at.column) = (at.line.saturating_add(1), 1);
                self.end(at);
            }
            self.add(part, at);
        }
    }

    fn add(&mut self, part: &str, at: Position) {
        let Some(line) = self.lines.last_mut() else {
            return;
        };
        if self.is_fresh && !part.is_empty() {
            line.at = at;
            self.is_fresh = false;
        }
        line.text.push_str(part);
    }

    fn end(&mut self, at: Position) {
        self.is_fresh = true;
        self.lines.push(Placed {
            text: String::new(),
            at,
        });
    }

    /// Whether what is in the element belongs to the text.
    fn enter(&mut self, element: Element<'_>) -> bool {
        let at = element.position();
        match element.name() {
            "break" => {
                self.end(at);
                false
            }
            "nonxmlchar" => {
                let code = element.attribute("value").unwrap_or_default();
                self.add(&format!("\\u{{{code}}}"), at);
                false
            }
            "code" | "font" => false,
            _ if is_descended(element) => true,
            name => {
                let label = ["name", "title"]
                    .iter()
                    .find_map(|label| element.attribute(label));
                match label {
                    Some(label) => self.add(&format!("[{name} {label}]"), at),
                    None => self.add(&format!("[{name}]"), at),
                }
                false
            }
        }
    }
}

/// Whether two texts have the same lines.
pub(super) fn are_equal(old: &[Placed], new: &[Placed]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.text == new.text)
}

/// The lines in which two texts differ, with so many beside them that are the same.
pub(super) fn hunks(old: &[Placed], new: &[Placed], context: usize) -> Vec<Hunk> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut all = Vec::with_capacity(old.len() + new.len());
    for line in old.iter().chain(new) {
        let next = numbers.len();
        all.push(*numbers.entry(&line.text).or_insert(next));
    }
    let (old_numbers, new_numbers) = all.split_at(old.len());
    let steps = align(old_numbers, new_numbers);
    let mut hunks: Vec<Hunk> = Vec::new();
    // Behind the last line that belongs to a hunk.
    let mut told = 0;
    for (at, step) in steps.iter().enumerate() {
        if matches!(step, Step::Both(..)) {
            continue;
        }
        let from = at.saturating_sub(context).max(told);
        if hunks.is_empty() || from > told {
            hunks.push(Hunk { lines: Vec::new() });
        }
        let to = (at + 1 + context).min(steps.len());
        // What follows the change belongs to it as far as nothing else changes.
        let same = steps[at + 1..to]
            .iter()
            .take_while(|step| matches!(step, Step::Both(..)));
        let to = at + 1 + same.count();
        if let Some(hunk) = hunks.last_mut() {
            hunk.lines
                .extend(steps[from..to].iter().map(|step| line(old, new, *step)));
        }
        told = to;
    }
    hunks
}

fn line(old: &[Placed], new: &[Placed], step: Step) -> Line {
    let (sign, placed) = match step {
        Step::Both(at, _) => (Sign::Same, &old[at]),
        Step::Old(at) => (Sign::Old, &old[at]),
        Step::New(at) => (Sign::New, &new[at]),
    };
    let (old_line, new_line) = match step {
        Step::Both(at, new_at) => (Some(old[at].at.line), Some(new[new_at].at.line)),
        Step::Old(at) => (Some(old[at].at.line), None),
        Step::New(at) => (None, Some(new[at].at.line)),
    };
    let is_last = match step {
        Step::Both(..) => false,
        Step::Old(at) => at > 0 && at + 1 == old.len(),
        Step::New(at) => at > 0 && at + 1 == new.len(),
    };
    Line {
        sign,
        text: placed.text.clone(),
        is_end: is_last && placed.text.is_empty(),
        old_line,
        new_line,
    }
}
