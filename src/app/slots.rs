//! The slots of this node: its share of each carrier's binds, taken when they are free, given back when others have too few, renewed with the node's signs of life [SPEC 4.5].
//!
//! Which share is whose is decided under a lock of the database from what it says, so that all nodes decide alike. On SQLite there is one node, and it holds all.

use crate::store::slots::{Slot, Table};
use crate::store::{Batch, Moment, Reader, StoreError, Tenure, Work, Writer};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

/// How often slots are renewed.
const RENEW_EVERY: Duration = Duration::from_secs(5);

/// What a carrier's slots ask of a node now.
#[derive(Debug, Default, PartialEq, Eq)]
struct Share {
    take: Vec<u16>,
    /// How many of its own it has too many.
    give: usize,
}

impl Share {
    /// What is due to the node `me` of the binds 1 to `binds`, as `table` says who holds them.
    ///
    /// Each node is due the same number; what is left over after that goes to whoever comes first and stays there, so that nothing moves that need not.
    fn of(carrier_id: i64, binds: u16, me: i64, table: &Table) -> Self {
        if table.has_older_build || !table.nodes.contains(&me) {
            return Self::default();
        }
        let held: BTreeMap<u16, i64> = table
            .held
            .iter()
            .filter(|held| held.slot.carrier_id == carrier_id && held.slot.number <= binds)
            .map(|held| (held.slot.number, held.epoch))
            .collect();
        let count = |epoch: i64| held.values().filter(|holder| **holder == epoch).count();
        let (least, most) = {
            let (binds, nodes) = (usize::from(binds), table.nodes.len());
            (binds / nodes, binds.div_ceil(nodes))
        };
        let free: Vec<u16> = (1..=binds)
            .filter(|slot| !held.contains_key(slot))
            .collect();
        let mine = count(me);
        let missing_to = |epoch: &i64| least.saturating_sub(count(*epoch));
        let others = table.nodes.iter().filter(|epoch| **epoch != me);
        let missing_to_others: usize = others.map(missing_to).sum();
        let mut wanted = missing_to(&me);
        if mine + wanted < most && free.len() > wanted + missing_to_others {
            wanted += 1;
        }
        let take = free.iter().copied().take(wanted).collect();
        // What free slots do not cover is given by whoever has most; of equals by the oldest.
        let mut uncovered = (missing_to_others + missing_to(&me)).saturating_sub(free.len());
        let mut rich: Vec<i64> = table.nodes.clone();
        rich.sort_by_key(|epoch| (std::cmp::Reverse(count(*epoch)), *epoch));
        let mut give = mine.saturating_sub(most);
        for epoch in rich {
            let spare = count(epoch).saturating_sub(least).min(uncovered);
            uncovered -= spare;
            if epoch == me {
                give = give.max(spare);
            }
        }
        Self { take, give }
    }
}

/// A slot of this node.
#[derive(Debug)]
struct Mine {
    tenure: Tenure,
    /// Its link has to end, so that another node gets it.
    is_leaving: bool,
}

impl Mine {
    /// Whether a link may stand on it: not when it has to go, nor when its time is over because the database was away, for it may be another's by now.
    fn carries(&self) -> bool {
        !self.is_leaving && !self.tenure.remains().is_zero()
    }
}

/// What this node holds, and what others do.
pub(super) struct Slots {
    reader: Reader,
    writer: Writer,
    epoch: i64,
    /// Whether there may be other nodes.
    is_shared: bool,
    mine: BTreeMap<Slot, Mine>,
    /// Carriers to which links of other nodes stand.
    bound_elsewhere: HashSet<i64>,
    /// What the database was last told, and when.
    told: BTreeSet<Slot>,
    renewed: Option<Instant>,
}

impl Slots {
    pub fn new(reader: Reader, writer: Writer, epoch: i64, is_shared: bool) -> Self {
        Self {
            reader,
            writer,
            epoch,
            is_shared,
            mine: BTreeMap::new(),
            bound_elsewhere: HashSet::new(),
            told: BTreeSet::new(),
            renewed: None,
        }
    }

    /// Until when a slot surely is ours, if a link may stand on it.
    pub fn tenure(&self, slot: Slot) -> Option<Tenure> {
        let mine = self.mine.get(&slot).filter(|mine| mine.carries())?;
        Some(mine.tenure.clone())
    }

    /// The slots of a carrier on which links may stand.
    pub fn of(&self, carrier_id: i64) -> impl Iterator<Item = Slot> {
        self.mine
            .iter()
            .filter(move |(slot, mine)| slot.carrier_id == carrier_id && mine.carries())
            .map(|(slot, _)| *slot)
    }

    /// The same, and those from which the link has to go.
    pub fn of_even_leaving(&self, carrier_id: i64) -> impl Iterator<Item = Slot> {
        let slots = self.mine.keys().copied();
        slots.filter(move |slot| slot.carrier_id == carrier_id)
    }

    /// Whether links of other nodes to this carrier stand.
    pub fn is_bound_elsewhere(&self, carrier_id: i64) -> bool {
        self.bound_elsewhere.contains(&carrier_id)
    }

    /// Whether a slot waits for its link to end.
    pub fn are_moving(&self) -> bool {
        self.mine.values().any(|mine| mine.is_leaving)
    }

    /// Looks who holds what; takes, gives and renews what is this node's. `binds`: how many each carrier has; `running`: slots whose link has not ended; `bound`:
    /// those whose carrier a link of this node stands to.
    pub async fn look(
        &mut self,
        binds: &BTreeMap<i64, u16>,
        running: &BTreeSet<Slot>,
        bound: &BTreeSet<Slot>,
    ) -> Result<(), StoreError> {
        if !self.is_shared {
            let all = binds.iter().flat_map(|(carrier_id, binds)| {
                let carrier_id = *carrier_id;
                (1..=*binds).map(move |number| Slot { carrier_id, number })
            });
            let mine = |slot| {
                let (tenure, is_leaving) = (Tenure::endless(), false);
                (slot, Mine { tenure, is_leaving })
            };
            self.mine = all.map(mine).collect();
            return Ok(());
        }
        let table = self.reader.slots().await?;
        self.understand(binds, &table);
        let give: Vec<Slot> = self
            .mine
            .iter()
            .filter(|(slot, mine)| mine.is_leaving && !running.contains(slot))
            .map(|(slot, _)| *slot)
            .collect();
        let takes = binds.iter().any(|(carrier, binds)| {
            !Share::of(*carrier, *binds, self.epoch, &table)
                .take
                .is_empty()
        });
        let is_due = self.renewed.is_none_or(|at| at.elapsed() >= RENEW_EVERY);
        if takes || is_due || !give.is_empty() || *bound != self.told {
            self.hold(binds, give, bound).await?;
        }
        Ok(())
    }

    /// What the table says of the slots here: which are another's now, which have to leave.
    fn understand(&mut self, binds: &BTreeMap<i64, u16>, table: &Table) {
        let held = |epoch: i64| {
            let held = table.held.iter().filter(move |held| held.epoch == epoch);
            held.map(|held| held.slot).collect::<BTreeSet<Slot>>()
        };
        let ours = held(self.epoch);
        self.mine.retain(|slot, _| ours.contains(slot));
        self.bound_elsewhere = table
            .held
            .iter()
            .filter(|held| held.epoch != self.epoch && held.is_bound)
            .map(|held| held.slot.carrier_id)
            .collect();
        for (slot, mine) in &mut self.mine {
            mine.is_leaving |= binds
                .get(&slot.carrier_id)
                .is_none_or(|binds| slot.number > *binds);
        }
        for (carrier_id, binds) in binds {
            let mut share = Share::of(*carrier_id, *binds, self.epoch, table).give;
            let mut of_carrier: Vec<&mut Mine> = self
                .mine
                .iter_mut()
                .filter(|(slot, _)| slot.carrier_id == *carrier_id && slot.number <= *binds)
                .map(|(_, mine)| mine)
                .collect();
            share = share.saturating_sub(of_carrier.iter().filter(|mine| mine.is_leaving).count());
            let staying = of_carrier.iter_mut().filter(|mine| !mine.is_leaving);
            for mine in staying.rev().take(share) {
                mine.is_leaving = true;
            }
        }
    }

    async fn hold(
        &mut self,
        binds: &BTreeMap<i64, u16>,
        give: Vec<Slot>,
        bound: &BTreeSet<Slot>,
    ) -> Result<(), StoreError> {
        let since = Moment::now();
        let hold = Hold {
            binds: binds.clone(),
            give,
            bound: bound.clone(),
        };
        let ours = self.writer.write(hold).await?;
        self.mine.retain(|slot, _| ours.contains(slot));
        for slot in ours {
            match self.mine.get(&slot) {
                Some(mine) => mine.tenure.renewed(since),
                None => {
                    let (tenure, is_leaving) = (Tenure::taken(since), false);
                    self.mine.insert(slot, Mine { tenure, is_leaving });
                }
            }
        }
        self.told = bound.clone();
        self.renewed = Some(Instant::now());
        Ok(())
    }

    /// Gives everything back; to be called when all links have ended.
    pub async fn leave(&mut self) -> Result<(), StoreError> {
        self.mine.clear();
        match self.is_shared {
            true => self.writer.write(GiveAll).await,
            false => Ok(()),
        }
    }
}

/// Gives some slots back, renews the others, takes what is due; the slots that are ours afterwards.
struct Hold {
    binds: BTreeMap<i64, u16>,
    give: Vec<Slot>,
    bound: BTreeSet<Slot>,
}

impl Work for Hold {
    type Answer = BTreeSet<Slot>;
    const NAME: &'static str = "slots";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<BTreeSet<Slot>>, StoreError>> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(works.len());
            for work in works.iter() {
                let table = batch.lock_slots().await?;
                let held = table.held.iter().filter(|held| held.epoch == batch.lease);
                let mut ours: BTreeSet<Slot> = held.map(|held| held.slot).collect();
                for slot in &work.give {
                    batch.give_slot(*slot).await?;
                    ours.remove(slot);
                }
                for (carrier_id, binds) in &work.binds {
                    let share = Share::of(*carrier_id, *binds, batch.lease, &table);
                    ours.extend(share.take.into_iter().map(|number| Slot {
                        carrier_id: *carrier_id,
                        number,
                    }));
                }
                for slot in &ours {
                    batch.hold_slot(*slot, work.bound.contains(slot)).await?;
                }
                answers.push(ours);
            }
            Ok(answers)
        })
    }
}

struct GiveAll;

impl Work for GiveAll {
    type Answer = ();
    const NAME: &'static str = "slots_given";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            batch.give_all_slots().await?;
            Ok(vec![(); works.len()])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::slots::Held;

    fn table(nodes: &[i64], holders: &[i64]) -> Table {
        let held = holders.iter().zip(1..).filter(|(epoch, _)| **epoch != 0);
        Table {
            nodes: nodes.to_vec(),
            has_older_build: false,
            held: held
                .map(|(epoch, number)| Held {
                    slot: Slot {
                        carrier_id: 1,
                        number,
                    },
                    epoch: *epoch,
                    is_bound: true,
                })
                .collect(),
        }
    }

    /// Nodes, who holds slots 1, 2, … (0: nobody), who asks, what it takes, how many it gives.
    type Case = (&'static [i64], &'static [i64], i64, &'static [u16], usize);

    #[test]
    fn slots_are_shared_fairly_and_nothing_moves_that_need_not() {
        let table_of_cases: [Case; 18] = [
            (&[1], &[0, 0], 1, &[1, 2], 0),
            (&[1], &[1, 1], 1, &[], 0),
            // One joins: the first gives one, the other takes it when it is free.
            (&[1, 2], &[1, 1], 1, &[], 1),
            (&[1, 2], &[1, 1], 2, &[], 0),
            (&[1, 2], &[1, 0], 2, &[2], 0),
            (&[1, 2], &[1, 0], 1, &[], 0),
            // More nodes than binds: the rest stand by.
            (&[1, 2], &[2], 1, &[], 0),
            (&[1, 2], &[2], 2, &[], 0),
            (&[1, 2], &[0], 1, &[1], 0),
            (&[1, 2, 3], &[1, 2], 3, &[], 0),
            // What is left over stays where it is.
            (&[1, 2], &[1, 1, 2], 1, &[], 0),
            (&[1, 2], &[1, 1, 1], 1, &[], 1),
            (&[1, 2, 3], &[1, 1, 2, 2], 1, &[], 1),
            (&[1, 2, 3], &[1, 1, 2, 2], 2, &[], 0),
            (&[1, 2, 3], &[1, 1, 1, 2, 3], 1, &[], 1),
            // A slot that another lacks is not taken from before its nose.
            (&[1, 2, 3], &[1, 2, 0], 1, &[], 0),
            (&[1, 2, 3], &[1, 2, 0], 3, &[3], 0),
            // Held by one that is about to leave: not free.
            (&[1, 2], &[7, 1], 2, &[], 0),
        ];
        for (nodes, holders, me, take, give) in table_of_cases {
            let binds = u16::try_from(holders.len()).unwrap();
            let share = Share::of(1, binds, me, &table(nodes, holders));
            let expected = Share {
                take: take.to_vec(),
                give,
            };
            assert_eq!(share, expected, "{nodes:?} {holders:?} {me}");
        }
    }

    #[test]
    fn whoever_knows_no_slots_is_waited_for() {
        let beside = Table {
            has_older_build: true,
            ..table(&[1], &[0])
        };
        assert_eq!(Share::of(1, 1, 1, &beside), Share::default());
        assert_eq!(Share::of(1, 1, 5, &table(&[1], &[0])), Share::default());
    }
}
