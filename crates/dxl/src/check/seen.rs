//! What was met before: names and keys, in bounded memory.

use crate::position::Position;
use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;

/// So many are remembered, in some 30 MB.
const MOST: usize = 500_000;

/// Names by where they were met first.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By two hashes with keys of their own, which nobody outside can make collide.
    first: HashMap<(u64, u64), Position>,
    hashers: (RandomState, RandomState),
    forgotten: u64,
}

impl Seen {
    /// Where this name was met first; None if that is here.
    pub(super) fn meet(&mut self, name: &[&str], at: Position) -> Option<Position> {
        let key = self.key(name);
        let room = self.first.len() < MOST;
        match self.first.entry(key) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(_) if !room => {
                self.forgotten += 1;
                None
            }
            Entry::Vacant(vacant) => {
                vacant.insert(at);
                None
            }
        }
    }

    /// Whether this name was met.
    pub(super) fn has(&self, name: &[&str]) -> bool {
        self.first.contains_key(&self.key(name))
    }

    /// How many found no room.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    fn key(&self, name: &[&str]) -> (u64, u64) {
        let (first, second) = &self.hashers;
        (first.hash_one(name), second.hash_one(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_counted() {
        let mut seen = Seen::default();
        for at in 0..MOST + 3 {
            assert_eq!(
                seen.meet(&["form", &at.to_string()], Position::default()),
                None
            );
        }
        assert_eq!(seen.forgotten(), 3);
        assert!(seen.has(&["form", "7"]) && !seen.has(&["view", "7"]));
        assert!(seen.meet(&["form", "7"], Position::default()).is_some());
    }
}
