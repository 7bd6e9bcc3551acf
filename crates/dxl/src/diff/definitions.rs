//! Which definition of one note became which of another: paragraph definitions and shared actions are known by what they say, and by
//! their ids only where that changed.

use super::meanings::Meanings;
use crate::references::own_id;
use crate::tree::{Element, NodeId};
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

/// Definitions of both files whose partner says something else, each by a number that it has in common with its partner.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) old: HashMap<NodeId, u64>,
    pub(super) new: HashMap<NodeId, u64>,
}

impl Changed {
    pub(super) fn is_empty(&self) -> bool {
        self.old.is_empty()
    }
}

/// A definition by its id and the number of what it says.
struct Definition<'t> {
    node: NodeId,
    id: &'t str,
    says: u64,
}

/// Of two notes that are a pair, what only one of them says became what only the other says: first that of the same id, then one after the other.
pub(super) fn changed<'t>(
    old: &Meanings<'t>,
    new: &Meanings<'t>,
    notes: &[(Element<'t>, Element<'t>)],
    state: &RandomState,
) -> Changed {
    let mut changed = Changed::default();
    for (old_note, new_note) in notes {
        let is_same = old.of_element(*old_note) == new.of_element(*new_note);
        // The notes of a database are pairs of their own.
        if is_same || old_note.name() == "database" {
            continue;
        }
        let of_old = definitions_in(*old_note, old);
        let of_new = definitions_in(*new_note, new);
        let became = partners(&only_in(&of_old, &of_new), &only_in(&of_new, &of_old));
        let numbers: HashMap<u64, u64> = became
            .iter()
            .map(|(old, new)| (*new, state.hash_one((old, new))))
            .collect();
        for definition in of_old {
            let partner = became.get(&definition.says);
            if let Some(number) = partner.and_then(|says| numbers.get(says)) {
                changed.old.insert(definition.node, *number);
            }
        }
        for definition in of_new {
            if let Some(number) = numbers.get(&definition.says) {
                changed.new.insert(definition.node, *number);
            }
        }
    }
    changed
}

fn definitions_in<'t>(note: Element<'t>, meanings: &Meanings<'t>) -> Vec<Definition<'t>> {
    let of = |element: Element<'t>| {
        Some(Definition {
            node: element.id(),
            id: element.attribute(own_id(element)?)?,
            says: meanings.of_element(element),
        })
    };
    note.descendants().filter_map(of).collect()
}

/// What nothing in `others` says: each once, by its first id.
fn only_in<'t>(these: &[Definition<'t>], others: &[Definition<'_>]) -> Vec<(&'t str, u64)> {
    let mut said: HashSet<u64> = others.iter().map(|definition| definition.says).collect();
    let own = these
        .iter()
        .filter(|definition| said.insert(definition.says));
    own.map(|definition| (definition.id, definition.says))
        .collect()
}

/// Of each that has one.
fn partners(old: &[(&str, u64)], new: &[(&str, u64)]) -> HashMap<u64, u64> {
    let mut by_id: HashMap<&str, u64> = new.iter().copied().collect();
    let mut found = HashMap::new();
    for (id, says) in old {
        if let Some(partner) = by_id.remove(id) {
            found.insert(*says, partner);
        }
    }
    let taken: HashSet<u64> = found.values().copied().collect();
    let old_left = old.iter().filter(|(_, says)| !found.contains_key(says));
    let new_left = new.iter().filter(|(_, says)| !taken.contains(says));
    let left: Vec<(u64, u64)> = old_left
        .zip(new_left)
        .map(|((_, old), (_, new))| (*old, *new))
        .collect();
    found.extend(left);
    found
}
