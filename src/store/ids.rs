//! Ids: 63 bits, ordered by time, made by a node without asking the database, never backwards on a clock step.

use crate::clock::real_now;
use data_encoding::Encoding;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2024-01-01, so that 41 bits of milliseconds last until 2093.
const FIRST_MS: i64 = 1_704_067_200_000;
const NODE_BITS: u32 = 8;
const COUNT_BITS: u32 = 14;

/// Makes ids: 41 bits time (ms), 8 bits node, 14 bits count. Two nodes never make the same one.
#[derive(Debug)]
pub struct Ids {
    node_no: i64,
    /// Time and count of the newest id, side by side; a burst of more than 2^14 in a millisecond borrows from the next.
    newest: AtomicI64,
}

impl Ids {
    /// Continues after `newest_id`, the highest id that this node may have made before (0: none).
    pub fn new(node_no: i64, newest_id: i64) -> Self {
        let newest = (newest_id >> (NODE_BITS + COUNT_BITS) << COUNT_BITS)
            | (newest_id & ((1 << COUNT_BITS) - 1));
        Self {
            node_no: node_no & ((1 << NODE_BITS) - 1),
            newest: AtomicI64::new(newest),
        }
    }

    /// From now on all ids are above `id`, which another node made.
    pub fn rise_above(&self, id: i64) {
        let time = id >> (NODE_BITS + COUNT_BITS);
        // To the end of its millisecond: within one, the node's number counts before the count.
        let end = (time << COUNT_BITS) | ((1 << COUNT_BITS) - 1);
        self.newest.fetch_max(end, Ordering::Relaxed);
    }

    /// The next id: greater than all before it from this node.
    pub fn next(&self) -> i64 {
        let from_clock = (real_now() - FIRST_MS) << COUNT_BITS;
        let mut newest = self.newest.load(Ordering::Relaxed);
        loop {
            let next = from_clock.max(newest + 1);
            match self.newest.compare_exchange_weak(
                newest,
                next,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    let (time, count) = (next >> COUNT_BITS, next & ((1 << COUNT_BITS) - 1));
                    return (time << (NODE_BITS + COUNT_BITS))
                        | (self.node_no << COUNT_BITS)
                        | count;
                }
                Err(seen) => newest = seen,
            }
        }
    }
}

/// Below all ids that were made from `at` on, UTC ms.
pub fn before_all_since(at: i64) -> i64 {
    (at - FIRST_MS).max(0) << (NODE_BITS + COUNT_BITS)
}

/// Crockford's base 32, which has no letters that are taken for digits.
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = data_encoding::Specification::new();
    specification
        .symbols
        .push_str("0123456789abcdefghjkmnpqrstvwxyz");
    specification
        .translate
        .from
        .push_str("ABCDEFGHJKMNPQRSTVWXYZoOiIlL");
    specification
        .translate
        .to
        .push_str("abcdefghjkmnpqrstvwxyz001111");
    specification
        .encoding()
        .expect("the alphabet is 32 different letters")
});

/// The id as clients see it: `msg_…`, 13 letters that sort as the ids do.
pub fn external(prefix: &str, id: i64) -> String {
    format!("{prefix}_{}", CROCKFORD.encode(&id.to_be_bytes()))
}

/// The id behind an [`external`] one, if it has this prefix and shape.
pub fn parse_external(prefix: &str, text: &str) -> Option<i64> {
    let letters = text.strip_prefix(prefix)?.strip_prefix('_')?;
    let octets: [u8; 8] = CROCKFORD.decode(letters.as_bytes()).ok()?.try_into().ok()?;
    Some(i64::from_be_bytes(octets)).filter(|id| *id >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_above_those_of_a_node_whose_clock_is_ahead() {
        let one = Ids::new(1, 0);
        let ahead = one.next() + (5_000 << (NODE_BITS + COUNT_BITS));
        for node_no in [1, 2, 255] {
            let ids = Ids::new(node_no, 0);
            ids.rise_above(ahead);
            assert!(ids.next() > ahead);
            ids.rise_above(0);
            assert!(ids.next() > ahead, "never back");
        }
    }

    #[test]
    fn ids_rise_and_two_nodes_differ() {
        let (one, two) = (Ids::new(1, 0), Ids::new(2, 0));
        let mut last = 0;
        for _ in 0..40_000 {
            let id = one.next();
            assert!(id > last);
            last = id;
        }
        assert_ne!(two.next() >> COUNT_BITS & 0xff, last >> COUNT_BITS & 0xff);
    }

    #[test]
    fn ids_of_a_time_are_above_its_beginning() {
        let before = real_now();
        let id = Ids::new(255, 0).next();
        assert!(before_all_since(before) <= id && id < before_all_since(real_now() + 1));
    }

    #[test]
    fn ids_never_go_back_behind_the_newest_stored() {
        let far = Ids::new(1, 0).next() + (1 << 40);
        assert!(Ids::new(1, far).next() > far);
    }

    #[test]
    fn external_ids_come_back() {
        for id in [0, 1, i64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(parse_external("msg", &external("msg", id)), Some(id));
        }
        for wrong in [
            "",
            "msg",
            "msg_",
            "msg_0",
            "usr_0000000000000",
            "msg_zzzzzzzzzzzzz",
            "msg_000000000000u",
        ] {
            assert_eq!(parse_external("msg", wrong), None, "{wrong}");
        }
    }
}
