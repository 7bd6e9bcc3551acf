//! Two lists side by side: what is the same in both, in order.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// A pair, or one that stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// In both: numbers in the old and the new list.
    Both(usize, usize),
    /// In the old list only.
    Old(usize),
    /// In the new list only.
    New(usize),
}

/// Lists up to this length together are compared exactly; the time for that grows with its square.
const EXACT: usize = 10_000;

/// The way from `old` to `new`. The old of a change come before the new.
///
/// Long lists that differ in most are cut at what stands once in both; between these cuts they are compared exactly, or taken as
/// replaced if that is too long still.
pub(super) fn align<T: Hash + Eq + Ord + Copy>(old: &[T], new: &[T]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(old.len().max(new.len()));
    let mut done = (0, 0);
    let all = (0..old.len(), 0..new.len());
    let (front, middle, back) = trimmed(old, new, all);
    steps.extend((0..front).map(|at| Step::Both(at, at)));
    done.0 += front;
    done.1 += front;
    if middle.0.len() + middle.1.len() <= EXACT {
        exact(old, new, middle.clone(), &mut steps);
    } else {
        for (old_at, new_at) in anchors(old, new, &middle) {
            between(old, new, (done.0..old_at, done.1..new_at), &mut steps);
            steps.push(Step::Both(old_at, new_at));
            done = (old_at + 1, new_at + 1);
        }
        between(
            old,
            new,
            (done.0..middle.0.end, done.1..middle.1.end),
            &mut steps,
        );
    }
    steps.extend((0..back).map(|at| Step::Both(middle.0.end + at, middle.1.end + at)));
    steps
}

type Ranges = (Range<usize>, Range<usize>);

/// How many are the same in front, what lies between, how many are the same at the back.
fn trimmed<T: Eq>(old: &[T], new: &[T], ranges: Ranges) -> (usize, Ranges, usize) {
    let (one, other) = (&old[ranges.0.clone()], &new[ranges.1.clone()]);
    let front = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count();
    let (one, other) = (&one[front..], &other[front..]);
    let back = one
        .iter()
        .rev()
        .zip(other.iter().rev())
        .take_while(|(one, other)| one == other)
        .count();
    let middle = (
        ranges.0.start + front..ranges.0.end - back,
        ranges.1.start + front..ranges.1.end - back,
    );
    (front, middle, back)
}

fn between<T: Hash + Eq + Ord + Copy>(old: &[T], new: &[T], ranges: Ranges, steps: &mut Vec<Step>) {
    let (start, new_start) = (ranges.0.start, ranges.1.start);
    let (front, middle, back) = trimmed(old, new, ranges);
    steps.extend((0..front).map(|at| Step::Both(start + at, new_start + at)));
    let (end, new_end) = (middle.0.end, middle.1.end);
    if middle.0.len() + middle.1.len() <= EXACT {
        exact(old, new, middle, steps);
    } else {
        steps.extend(middle.0.map(Step::Old));
        steps.extend(middle.1.map(Step::New));
    }
    steps.extend((0..back).map(|at| Step::Both(end + at, new_end + at)));
}

fn exact<T: Hash + Eq + Ord + Copy>(old: &[T], new: &[T], ranges: Ranges, steps: &mut Vec<Step>) {
    let (start, new_start) = (ranges.0.start, ranges.1.start);
    let ops = capture_diff_slices(Algorithm::Myers, &old[ranges.0], &new[ranges.1]);
    for op in ops {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => {
                let pairs = old_range.zip(new_range);
                steps.extend(pairs.map(|(one, other)| Step::Both(start + one, new_start + other)));
            }
            _ => {
                steps.extend(old_range.map(|at| Step::Old(start + at)));
                steps.extend(new_range.map(|at| Step::New(new_start + at)));
            }
        }
    }
}

/// Pairs of what stands exactly once in both, as many as keep their order.
fn anchors<T: Hash + Eq + Copy>(old: &[T], new: &[T], ranges: &Ranges) -> Vec<(usize, usize)> {
    let mut seen: HashMap<T, (usize, usize, usize, usize)> = HashMap::new();
    for at in ranges.0.clone() {
        let entry = seen.entry(old[at]).or_default();
        (entry.0, entry.1) = (entry.0 + 1, at);
    }
    for at in ranges.1.clone() {
        let entry = seen.entry(new[at]).or_default();
        (entry.2, entry.3) = (entry.2 + 1, at);
    }
    let mut unique: Vec<(usize, usize)> = seen
        .into_values()
        .filter(|(in_old, _, in_new, _)| (*in_old, *in_new) == (1, 1))
        .map(|(_, old_at, _, new_at)| (old_at, new_at))
        .collect();
    unique.sort_unstable();
    longest_rise(&unique)
}

/// Of pairs that rise in their first number, the most that rise in the second as well.
fn longest_rise(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair with the lowest end of each length so far, and before each pair the one that it follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, new_at)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *new_at);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut rise = Vec::with_capacity(ends.len());
    let mut here = ends.last().copied();
    while let Some(at) = here {
        rise.push(pairs[at]);
        here = before[at];
    }
    rise.reverse();
    rise
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check_way(old: &[u32], new: &[u32]) -> usize {
        let (mut old_at, mut new_at, mut same) = (0, 0, 0);
        for step in align(old, new) {
            match step {
                Step::Both(one, other) => {
                    assert_eq!((one, other), (old_at, new_at));
                    assert_eq!(old[one], new[other]);
                    (old_at, new_at, same) = (old_at + 1, new_at + 1, same + 1);
                }
                Step::Old(at) => {
                    assert_eq!(at, old_at);
                    old_at += 1;
                }
                Step::New(at) => {
                    assert_eq!(at, new_at);
                    new_at += 1;
                }
            }
        }
        assert_eq!((old_at, new_at), (old.len(), new.len()));
        same
    }

    #[test]
    fn long_lists_are_compared_between_what_is_in_both_once() {
        let old: Vec<u32> = (0..100_000).collect();
        let mut new = old.clone();
        new[10] = 1_000_000;
        new.remove(50_000);
        new.insert(99_000, 1_000_001);
        assert_eq!(check_way(&old, &new), 99_998);
    }

    #[test]
    fn long_lists_that_have_nothing_in_common_are_replaced() {
        let old = vec![1; 100_000];
        let new: Vec<u32> = (0..100_000).map(|at| 2 + at % 7).collect();
        assert_eq!(check_way(&old, &new), 0);
    }

    proptest! {
        #[test]
        fn the_way_is_complete(old in prop::collection::vec(0_u32..6, 0..40), new in prop::collection::vec(0_u32..6, 0..40)) {
            check_way(&old, &new);
            prop_assert_eq!(check_way(&old, &old), old.len());
        }
    }
}
