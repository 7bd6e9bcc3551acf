//! What really differs between two files of DXL: two exports of one design from two servers are the same here, and of a script in which
//! one line was changed it is that line that is found.
//!
//! What does not count is what [`clean`](fn@crate::clean::clean) takes out, and order where it has none to keep; attributes that say what
//! they would mean if they were left out; comments, and white space between elements. Ids of notes and of the database count by what they point to within the
//! file, and so do those of paragraph definitions and, in a database, of shared actions. Design elements are paired by kind and name, or an alias;
//! documents by UNID if both have it, else by form and what names them, else by what is in them; items and code by name. Text is
//! compared by line, rich text by paragraph, base64 as bytes.
//!
//! ```
//! use dxl::{Tree, diff::{Options, diff}};
//!
//! let old = Tree::parse("<agent name='Dun' version='9.0'><trigger type='agentlist'/><code event='initialize'><lotusscript>Sub Initialize
//! Print 1
//! End Sub</lotusscript></code></agent>")?;
//! let new = Tree::parse("<agent version='12.0' name='Dun'><trigger type='agentlist'/><code event='initialize'><lotusscript>Sub Initialize
//! Print 2
//! End Sub</lotusscript></code></agent>")?;
//! assert_eq!(diff(&old, &new, &Options::default()).to_string(), "\
//! @@ -1:98 +1:99 @@ /agent[Dun]/code[initialize]/lotusscript
//! @@ -1,3 +1,3 @@
//!  Sub Initialize
//! -Print 1
//! +Print 2
//!  End Sub
//! ");
//! assert!(diff(&new, &new, &Options::default()).is_empty());
//! # Ok::<(), dxl::Error>(())
//! ```

mod align;
mod definitions;
mod meanings;
mod pairs;
mod report;
#[cfg(test)]
mod tests;
mod text;

pub use report::{Change, Difference, Hunk, Line, Role, Sign, Spot, What};

use crate::meaning::{self, Texts};
use crate::position::{Place, Position};
use crate::references::own_id;
use crate::tree::{Element, Tree};
use align::{Step, align};
use meanings::{Meanings, Part, SOME_NOTE, THIS_DATABASE, Targets, attributes, parts};
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;
use std::io::{self, Write};
use text::{Placed, lines_of};

/// How files are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// So many lines that are the same are told before and after those that differ: 3.
    pub context: usize,
    /// So many changes are listed; the others are counted: 1,000.
    pub most_changes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            context: 3,
            most_changes: 1_000,
        }
    }
}

/// Compares two files.
pub fn diff(old: &Tree, new: &Tree, options: &Options) -> Difference {
    let state = RandomState::new();
    let mut old_meanings = Meanings::of(old, targets_of(old), &state);
    let mut new_meanings = Meanings::of(new, targets_of(new), &state);
    let pairs = pairs::pair_notes(
        (&old_meanings, &notes_of(old)),
        (&new_meanings, &notes_of(new)),
        &state,
    );
    let changed = definitions::changed(
        &old_meanings,
        &new_meanings,
        &pairs_of_notes(old, new, &pairs),
        &state,
    );
    if old_meanings.has_pointers || new_meanings.has_pointers || !changed.is_empty() {
        // Now it is known which note is which.
        let (old_ids, new_ids) = ids_of_pairs(old, new, &pairs);
        let targets = |ids, definitions| Targets { ids, definitions };
        old_meanings = Meanings::of(old, targets(old_ids, changed.old), &state);
        new_meanings = Meanings::of(new, targets(new_ids, changed.new), &state);
    }
    let comparison = Comparison {
        old: old_meanings,
        new: new_meanings,
        state,
        options,
        found: Difference::default(),
        todo: Vec::new(),
    };
    comparison.run(&pairs)
}

/// The notes of a database; of another root there are none to pair.
fn notes_of(tree: &Tree) -> Vec<Element<'_>> {
    let root = tree.root();
    let is_note = |note: &Element<'_>| meaning::order_key(*note, root.name()).is_some();
    match root.name() {
        "database" => root.elements().filter(is_note).collect(),
        _ => Vec::new(),
    }
}

/// What can be pointed to in a file.
fn targets_of(tree: &Tree) -> Targets {
    let mut ids = own_ids(tree);
    for note in notes_of(tree).into_iter().chain([tree.root()]) {
        if let Some(unid) = pairs::unid_of(note) {
            ids.insert(unid, SOME_NOTE);
        }
    }
    Targets {
        ids,
        ..Targets::default()
    }
}

fn own_ids(tree: &Tree) -> HashMap<String, u64> {
    let root = tree.root();
    let info = root.first("databaseinfo");
    let ids = [
        root.attribute("replicaid"),
        info.and_then(|info| info.attribute("replicaid")),
        info.and_then(|info| info.attribute("dbid")),
    ];
    let ids = ids.into_iter().flatten().filter_map(meaning::as_id);
    ids.map(|id| (id.into_owned(), THIS_DATABASE)).collect()
}

/// The notes of each pair. The roots are one, too.
fn pairs_of_notes<'t>(
    old: &'t Tree,
    new: &'t Tree,
    pairs: &pairs::Pairs,
) -> Vec<(Element<'t>, Element<'t>)> {
    let (old_notes, new_notes) = (notes_of(old), notes_of(new));
    let pairs = pairs
        .iter()
        .map(|(old, new)| (old_notes[*old], new_notes[*new]));
    pairs.chain([(old.root(), new.root())]).collect()
}

/// Ids, and a number for both notes of a pair. What is in one file only is told by its id.
fn ids_of_pairs(
    old: &Tree,
    new: &Tree,
    pairs: &pairs::Pairs,
) -> (HashMap<String, u64>, HashMap<String, u64>) {
    let (mut old_ids, mut new_ids) = (own_ids(old), own_ids(new));
    for (target, (old, new)) in (SOME_NOTE + 1..).zip(pairs_of_notes(old, new, pairs)) {
        for (note, ids) in [(old, &mut old_ids), (new, &mut new_ids)] {
            if let Some(unid) = pairs::unid_of(note) {
                ids.insert(unid, target);
            }
        }
    }
    (old_ids, new_ids)
}

/// What is known of the text around an element that belongs to that text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    /// It belongs to none.
    Nothing,
    /// The lines of that text differ, which is told.
    Told,
    /// They do not.
    Same,
}

/// What is to be compared or told yet.
enum Task<'t> {
    Pair(Element<'t>, Element<'t>, Around),
    Parts {
        old: Option<Part<'t>>,
        new: Option<Part<'t>>,
        /// What they are in.
        within: (Element<'t>, Element<'t>),
    },
}

/// Pairs of what is in two elements, or one of them.
type PartPairs<'t> = Vec<(Option<Part<'t>>, Option<Part<'t>>)>;

struct Comparison<'t, 'o> {
    old: Meanings<'t>,
    new: Meanings<'t>,
    state: RandomState,
    options: &'o Options,
    found: Difference,
    /// The next one is the last.
    todo: Vec<Task<'t>>,
}

impl<'t> Comparison<'t, '_> {
    fn run(mut self, pairs: &pairs::Pairs) -> Difference {
        let (old, new) = (self.old.tree, self.new.tree);
        let roots = (old.root(), new.root());
        if roots.0.name() == roots.1.name() {
            self.todo
                .push(Task::Pair(roots.0, roots.1, Around::Nothing));
        } else {
            self.tell_rewritten(roots.0, roots.1);
        }
        while let Some(task) = self.todo.pop() {
            match task {
                Task::Pair(old, new, around) => self.compare(old, new, around, pairs),
                Task::Parts { old, new, within } => self.tell_parts(old, new, within),
            }
        }
        self.found
    }

    fn compare(
        &mut self,
        old: Element<'t>,
        new: Element<'t>,
        around: Around,
        pairs: &pairs::Pairs,
    ) {
        if self.old.of_element(old) == self.new.of_element(new) {
            return;
        }
        let before = (self.count(), self.todo.len());
        self.compare_attributes(old, new);
        if meaning::is_binary(old) && meaning::is_binary(new) {
            self.compare_binary(old, new);
        } else {
            let (old_parts, new_parts) = (parts(old), parts(new));
            let around = self.compare_text(old, new, around, (&old_parts, &new_parts));
            let within = (old, new);
            let mut found = self.pair_parts(within, old_parts, new_parts, pairs);
            found.reverse();
            for (old, new) in found {
                self.plan(old, new, within, around);
            }
        }
        // Something differs, or the numbers would be the same; so something must be told.
        if around != Around::Told && before == (self.count(), self.todo.len()) {
            self.tell_rewritten(old, new);
        }
    }

    fn count(&self) -> u64 {
        self.found.changes.len() as u64 + self.found.left_out
    }

    fn plan(
        &mut self,
        old: Option<Part<'t>>,
        new: Option<Part<'t>>,
        within: (Element<'t>, Element<'t>),
        around: Around,
    ) {
        if let (Some(Part::Element(old)), Some(Part::Element(new))) = (&old, &new) {
            if self.old.of_element(*old) != self.new.of_element(*new) {
                let around = match text::is_descended(*new) {
                    true => around,
                    false => Around::Nothing,
                };
                self.todo.push(Task::Pair(*old, *new, around));
            }
            return;
        }
        let is_text = |part: &Option<Part<'_>>| match part {
            None | Some(Part::Text { .. }) => true,
            Some(Part::Element(element)) => text::is_text_only(*element),
        };
        if around == Around::Told && is_text(&old) && is_text(&new) {
            return;
        }
        if let (Some(Part::Text { text: old, .. }), Some(Part::Text { text: new, .. })) =
            (&old, &new)
            && self.old.value(old) == self.new.value(new)
        {
            return;
        }
        self.todo.push(Task::Parts { old, new, within });
    }

    fn compare_attributes(&mut self, old: Element<'t>, new: Element<'t>) {
        let of_old: BTreeMap<&str, &str> = attributes(old).into_iter().collect();
        let of_new: BTreeMap<&str, &str> = attributes(new).into_iter().collect();
        let names: std::collections::BTreeSet<&str> =
            of_old.keys().chain(of_new.keys()).copied().collect();
        for name in names {
            let (old_value, new_value) = (of_old.get(name).copied(), of_new.get(name).copied());
            if let (Some(old_value), Some(new_value)) = (old_value, new_value)
                && self.old.said(old, name, old_value) == self.new.said(new, name, new_value)
            {
                continue;
            }
            let is_same_id = old_value == new_value;
            let shown = |meanings: &Meanings<'_>, element, value: Option<&str>| match value {
                Some(id) if is_same_id => Some(meanings.explained(element, name, id)),
                value => value.map(str::to_owned),
            };
            let old_value = shown(&self.old, old, old_value);
            let new_value = shown(&self.new, new, new_value);
            self.tell(new, old.position(), new.position(), || What::Attribute {
                name: name.to_owned(),
                old_value,
                new_value,
            });
        }
    }

    fn compare_binary(&mut self, old: Element<'t>, new: Element<'t>) {
        let written =
            |element: Element<'_>| -> String { element.text().split_ascii_whitespace().collect() };
        let (old_text, new_text) = (written(old), written(new));
        if old_text != new_text {
            self.tell(new, old.position(), new.position(), || What::Binary {
                old_bytes: bytes_in(&old_text),
                new_bytes: bytes_in(&new_text),
            });
        }
    }

    /// Tells which lines differ, where a text begins here; says what is known for what is in it.
    fn compare_text(
        &mut self,
        old: Element<'t>,
        new: Element<'t>,
        around: Around,
        parts: (&[Part<'t>], &[Part<'t>]),
    ) -> Around {
        let has_text =
            |parts: &[Part<'_>]| parts.iter().any(|part| matches!(part, Part::Text { .. }));
        let is_text = meaning::texts_in(new.name()) == Texts::Content
            || has_text(parts.0)
            || has_text(parts.1);
        if around != Around::Nothing || !is_text {
            return around;
        }
        if let (Some(old), Some(new)) = (meaning::sole_text(old), meaning::sole_text(new))
            && self.old.value(old) == self.new.value(new)
        {
            return Around::Same;
        }
        let (old_lines, new_lines) = (lines_of(old), lines_of(new));
        if text::are_equal(&old_lines, &new_lines) {
            return Around::Same;
        }
        let at = (first_of(&old_lines, old), first_of(&new_lines, new));
        let context = self.options.context;
        self.tell(new, at.0, at.1, || What::Text {
            hunks: text::hunks(&old_lines, &new_lines, context),
        });
        Around::Told
    }

    /// Which part of one element is which part of another: by key where the order has no meaning, in order elsewhere.
    fn pair_parts(
        &self,
        within: (Element<'t>, Element<'t>),
        old: Vec<Part<'t>>,
        new: Vec<Part<'t>>,
        pairs: &pairs::Pairs,
    ) -> PartPairs<'t> {
        let (old_keyed, old) = keyed(within.0, old);
        let (new_keyed, new) = keyed(within.1, new);
        let mut found = self.pair_in_order(Level::Meaning, old, new);
        if within.1.name() == "database" {
            found.extend(paired(old_keyed, new_keyed, pairs));
            return found;
        }
        let mut groups: BTreeMap<(usize, String), (Vec<Part<'t>>, Vec<Part<'t>>)> = BTreeMap::new();
        for (key, part) in old_keyed {
            groups.entry(key).or_default().0.push(part);
        }
        for (key, part) in new_keyed {
            groups.entry(key).or_default().1.push(part);
        }
        for (old, new) in groups.into_values() {
            found.extend(self.pair_in_order(Level::Meaning, old, new));
        }
        found
    }

    /// The same go together; between them what looks alike; between that what has the same name.
    fn pair_in_order(&self, level: Level, old: Vec<Part<'t>>, new: Vec<Part<'t>>) -> PartPairs<'t> {
        let mut found = PartPairs::new();
        let next = match level {
            _ if old.is_empty() || new.is_empty() => None,
            Level::Meaning => Some(Level::Look),
            Level::Look => Some(Level::Name),
            Level::Name => None,
        };
        let steps = align(
            &self.numbers(level, &old, &self.old),
            &self.numbers(level, &new, &self.new),
        );
        let (mut old, mut new) = (old.into_iter(), new.into_iter());
        let (mut old_gap, mut new_gap) = (Vec::new(), Vec::new());
        for step in steps.into_iter().map(Some).chain([None]) {
            match step {
                Some(Step::Old(_)) => old_gap.extend(old.next()),
                Some(Step::New(_)) => new_gap.extend(new.next()),
                Some(Step::Both(..)) | None => {
                    let gap = (std::mem::take(&mut old_gap), std::mem::take(&mut new_gap));
                    match next {
                        Some(next) => found.extend(self.pair_in_order(next, gap.0, gap.1)),
                        None => {
                            found.extend(gap.0.into_iter().map(|part| (Some(part), None)));
                            found.extend(gap.1.into_iter().map(|part| (None, Some(part))));
                        }
                    }
                    if step.is_some() {
                        found.push((old.next(), new.next()));
                    }
                }
            }
        }
        found
    }

    fn numbers(&self, level: Level, parts: &[Part<'t>], meanings: &Meanings<'t>) -> Vec<u64> {
        let number = |part: &Part<'t>| match (level, part) {
            (Level::Meaning, part) => meanings.of_part(part, &self.state),
            (_, Part::Text { .. }) => self.state.hash_one(""),
            (Level::Look, Part::Element(element)) => self.state.hash_one(look_of(*element)),
            (Level::Name, Part::Element(element)) => self.state.hash_one(element.name()),
        };
        parts.iter().map(number).collect()
    }

    /// Tells of what is in one file only, and of text that stands among elements.
    fn tell_parts(
        &mut self,
        old: Option<Part<'t>>,
        new: Option<Part<'t>>,
        within: (Element<'t>, Element<'t>),
    ) {
        if let Some(Part::Element(gone)) = old {
            let at = (gone.position(), within.1.position());
            self.tell(gone, at.0, at.1, || {
                let (lines, more) = beginning(gone);
                What::Removed { lines, more }
            });
            return self.tell_new(new, within);
        }
        let placed = |part: &Option<Part<'t>>, tree: &Tree| match part {
            Some(Part::Text { first, text }) => text::placed(text, tree.node(*first).position()),
            _ => Vec::new(),
        };
        let old_lines = placed(&old, self.old.tree);
        let new_lines = placed(&new, self.new.tree);
        if old_lines.is_empty() && new_lines.is_empty() {
            return self.tell_new(new, within);
        }
        let at = (
            first_of(&old_lines, within.0),
            first_of(&new_lines, within.1),
        );
        let context = self.options.context;
        self.tell(within.1, at.0, at.1, || What::Text {
            hunks: text::hunks(&old_lines, &new_lines, context),
        });
        if matches!(new, Some(Part::Element(_))) {
            self.tell_new(new, within);
        }
    }

    fn tell_new(&mut self, new: Option<Part<'t>>, within: (Element<'t>, Element<'t>)) {
        let Some(Part::Element(added)) = new else {
            return;
        };
        self.tell(added, within.0.position(), added.position(), || {
            let (lines, more) = beginning(added);
            What::Added { lines, more }
        });
    }

    fn tell_rewritten(&mut self, old: Element<'t>, new: Element<'t>) {
        let within = (old, new);
        let (old, new) = (Some(Part::Element(old)), Some(Part::Element(new)));
        self.tell_parts(old, new, within);
    }

    fn tell(
        &mut self,
        element: Element<'t>,
        old: Position,
        new: Position,
        what: impl FnOnce() -> What,
    ) {
        if self.found.changes.len() >= self.options.most_changes {
            self.found.left_out += 1;
            return;
        }
        self.found.changes.push(Change {
            path: path_of(element),
            old: old.into(),
            new: new.into(),
            what: what(),
        });
    }
}

/// By what parts are taken for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// All that counts is the same.
    Meaning,
    /// Name, label and text are.
    Look,
    /// Only the element's name is.
    Name,
}

/// Parts with what they are found by.
type Keyed<'t> = Vec<((usize, String), Part<'t>)>;

/// The parts whose order has no meaning, and the others.
fn keyed<'t>(parent: Element<'t>, parts: Vec<Part<'t>>) -> (Keyed<'t>, Vec<Part<'t>>) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for part in parts {
        let key = match &part {
            Part::Element(element) => meaning::order_key(*element, parent.name()),
            Part::Text { .. } => None,
        };
        match key {
            Some(key) => with.push((key, part)),
            None => without.push(part),
        }
    }
    (with, without)
}

/// Notes as they were paired before; what is gone comes first.
fn paired<'t>(old: Keyed<'t>, new: Keyed<'t>, pairs: &pairs::Pairs) -> PartPairs<'t> {
    let of_new: BTreeMap<usize, usize> = pairs.iter().map(|(old, new)| (*new, *old)).collect();
    let stays: HashSet<usize> = of_new.values().copied().collect();
    let old: Vec<Part<'t>> = old.into_iter().map(|(_, part)| part).collect();
    let gone = old.iter().enumerate().filter(|(at, _)| !stays.contains(at));
    let mut found: PartPairs<'t> = gone.map(|(_, part)| (Some(part.clone()), None)).collect();
    for (at, (_, part)) in new.into_iter().enumerate() {
        let partner = of_new.get(&at).and_then(|at| old.get(*at)).cloned();
        found.push((partner, Some(part)));
    }
    found
}

/// What an element is known by in its place: name, label, text of a paragraph.
fn look_of<'t>(element: Element<'t>) -> (&'t str, Option<&'t str>, String) {
    let text = match element.name() {
        "par" => lines_of(element)
            .into_iter()
            .map(|line| line.text + "\n")
            .collect(),
        "text" => element.text().into_owned(),
        _ => String::new(),
    };
    let own_id = own_id(element);
    let label = LABELS
        .iter()
        .chain(["id"].iter().filter(|id| own_id != Some(**id)))
        .find_map(|label| element.attribute(label));
    (element.name(), label, text)
}

/// Attributes that people know elements by.
const LABELS: [&str; 5] = ["name", "event", "title", "itemname", "label"];

/// The path, with labels where there are any, else numbers where there are several.
fn path_of(element: Element<'_>) -> String {
    let mut steps = Vec::new();
    let mut here = Some(element);
    while let Some(element) = here {
        here = element.parent();
        let label = LABELS.iter().find_map(|label| element.attribute(label));
        let label = match (label.filter(|label| !label.is_empty()), element.name()) {
            (None, "document") => element.attribute("form"),
            (label, _) => label,
        };
        steps.push(match label {
            Some(label) => format!("/{}[{}]", element.name(), excerpt(label)),
            None => numbered(element, here),
        });
    }
    steps.reverse();
    // The middle of a very long one is left out.
    Place::new(Position::NONE, &steps.concat()).path
}

fn numbered(element: Element<'_>, parent: Option<Element<'_>>) -> String {
    let name = element.name();
    let mut namesakes = parent.into_iter().flat_map(|parent| parent.all(name));
    let before = namesakes
        .by_ref()
        .take_while(|other| other.id() != element.id())
        .count();
    if before == 0 && namesakes.next().is_none() {
        format!("/{name}")
    } else {
        format!("/{name}[{}]", before + 1)
    }
}

/// The beginning of a name, fit to be printed on one line.
fn excerpt(name: &str) -> String {
    const MOST: usize = 60;
    let mut characters = name.chars();
    let shown = characters.by_ref().take(MOST);
    let mut excerpt: String = shown
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    if characters.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}

fn first_of(lines: &[Placed], element: Element<'_>) -> Position {
    lines.first().map_or(element.position(), |line| line.at)
}

/// So many bytes base64 stands for.
fn bytes_in(text: &str) -> u64 {
    let digits = text.bytes().filter(|byte| *byte != b'=').count() as u64;
    digits * 3 / 4
}

/// The beginning of an element as clean writes it, by line, and whether there is more.
fn beginning(element: Element<'_>) -> (Vec<String>, bool) {
    let mut tree = Tree::copy_of(element);
    crate::clean::clean(&mut tree);
    let mut written = Beginning::default();
    // Ends early when enough is written.
    let all = tree.root().write(&mut written);
    let text = String::from_utf8_lossy(&written.0);
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let mut more = all.is_err() || lines.len() > Beginning::LINES;
    lines.truncate(Beginning::LINES);
    for line in &mut lines {
        if let Some((end, _)) = line.char_indices().nth(Beginning::WIDTH) {
            line.truncate(end);
            line.push('…');
            more = true;
        }
    }
    (lines, more)
}

/// Takes as much as is shown.
#[derive(Debug, Default)]
struct Beginning(Vec<u8>);

impl Beginning {
    const LINES: usize = 60;
    const WIDTH: usize = 400;
}

impl Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() > Beginning::LINES * Beginning::WIDTH {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
