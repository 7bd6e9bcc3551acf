//! Which note of the old file is which note of the new one.

use super::meanings::{Meanings, Part, parts};
use crate::meaning;
use crate::tree::Element;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::Hash;

/// Notes by their numbers in the two lists.
pub(super) type Pairs = Vec<(usize, usize)>;

/// A word that stands in more documents than these tells nothing about one of them.
const COMMON: usize = 32;

struct Pairing<'m, 't> {
    old: &'m [Element<'t>],
    new: &'m [Element<'t>],
    old_free: Vec<bool>,
    new_free: Vec<bool>,
    pairs: Pairs,
}

/// Pairs the notes of two databases: by UNID, or because all in them is the same, by kind and name, by alias, and documents at last by
/// most of what is in them.
pub(super) fn pair_notes<'t>(
    old: (&Meanings<'t>, &[Element<'t>]),
    new: (&Meanings<'t>, &[Element<'t>]),
    state: &RandomState,
) -> Pairs {
    let mut pairing = Pairing {
        old: old.1,
        new: new.1,
        old_free: vec![true; old.1.len()],
        new_free: vec![true; new.1.len()],
        pairs: Vec::new(),
    };
    let unid = |note: Element<'_>| Some((note.name().to_owned(), unid_of(note)?));
    pairing.pair(unid, unid);
    let (old_meanings, new_meanings) = (old.0, new.0);
    pairing.pair(
        |note| Some(old_meanings.of_element(note)),
        |note| Some(new_meanings.of_element(note)),
    );
    pairing.pair(name_of, name_of);
    pairing.pair_by_alias();
    pairing.pair_by_content(old_meanings, new_meanings, state);
    pairing.pairs.sort_unstable_by_key(|(_, new)| *new);
    pairing.pairs
}

/// A note's UNID, as all are written alike.
pub(super) fn unid_of(note: Element<'_>) -> Option<String> {
    let unid = note.first("noteinfo")?.attribute("unid")?;
    meaning::as_id(unid).map(std::borrow::Cow::into_owned)
}

/// Kind and name; none of a document that has nothing that names it.
fn name_of(note: Element<'_>) -> Option<(String, String)> {
    let name = meaning::name_of_note(note);
    let is_nameless = note.name() == "document" && name.ends_with('\0');
    (!is_nameless).then(|| (note.name().to_owned(), name))
}

impl<'t> Pairing<'_, 't> {
    /// Pairs what has the same key, the first with the first.
    fn pair<K: Hash + Eq>(
        &mut self,
        old_key: impl Fn(Element<'t>) -> Option<K>,
        new_key: impl Fn(Element<'t>) -> Option<K>,
    ) {
        let mut free: HashMap<K, Vec<usize>> = HashMap::new();
        // Backwards, so that the first is taken first.
        for at in (0..self.old.len()).rev().filter(|at| self.old_free[*at]) {
            if let Some(key) = old_key(self.old[at]) {
                free.entry(key).or_default().push(at);
            }
        }
        for at in 0..self.new.len() {
            if !self.new_free[at] {
                continue;
            }
            let known = new_key(self.new[at]).and_then(|key| free.get_mut(&key)?.pop());
            if let Some(old) = known {
                self.take(old, at);
            }
        }
    }

    fn take(&mut self, old: usize, new: usize) {
        (self.old_free[old], self.new_free[new]) = (false, false);
        self.pairs.push((old, new));
    }

    /// One that was renamed, and kept a name as its alias.
    fn pair_by_alias(&mut self) {
        let mut by_name: HashMap<(&str, &str), usize> = HashMap::new();
        for at in (0..self.old.len()).filter(|at| self.old_free[*at]) {
            for name in names_of(self.old[at]) {
                by_name.entry((self.old[at].name(), name)).or_insert(at);
            }
        }
        for at in 0..self.new.len() {
            if !self.new_free[at] {
                continue;
            }
            let note = self.new[at];
            let found = names_of(note)
                .filter_map(|name| by_name.get(&(note.name(), name)).copied())
                .find(|old| self.old_free[*old]);
            if let Some(old) = found {
                self.take(old, at);
            }
        }
    }

    /// Documents of which at least half is the same.
    fn pair_by_content(&mut self, old: &Meanings<'t>, new: &Meanings<'t>, state: &RandomState) {
        let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
        for at in (0..self.old.len()).filter(|at| self.old_free[*at]) {
            for number in content(self.old[at], old, state) {
                let holders = holders.entry(number).or_default();
                if holders.len() <= COMMON {
                    holders.push(at);
                }
            }
        }
        for at in 0..self.new.len() {
            if !self.new_free[at] {
                continue;
            }
            let content = content(self.new[at], new, state);
            let mut shared: HashMap<usize, usize> = HashMap::new();
            for number in &content {
                let holders = holders
                    .get(number)
                    .filter(|holders| holders.len() <= COMMON);
                for old in holders
                    .into_iter()
                    .flatten()
                    .filter(|old| self.old_free[**old])
                {
                    *shared.entry(*old).or_default() += 1;
                }
            }
            let form = self.new[at].attribute("form");
            let best = shared
                .into_iter()
                .filter(|(old, count)| {
                    count * 2 >= content.len() && self.old[*old].attribute("form") == form
                })
                .max_by_key(|(old, count)| (*count, usize::MAX - old));
            if let Some((old, _)) = best {
                self.take(old, at);
            }
        }
    }
}

fn names_of(note: Element<'_>) -> impl Iterator<Item = &str> {
    let names = [note.attribute("name"), note.attribute("alias")];
    names
        .into_iter()
        .flatten()
        .flat_map(|name| name.split('|'))
        .filter(|name| !name.is_empty())
}

/// The parts of a document as numbers; nothing of another note.
fn content(note: Element<'_>, meanings: &Meanings<'_>, state: &RandomState) -> Vec<u64> {
    if note.name() != "document" {
        return Vec::new();
    }
    let parts: Vec<Part<'_>> = parts(note);
    parts
        .iter()
        .map(|part| meanings.of_part(part, state))
        .collect()
}
