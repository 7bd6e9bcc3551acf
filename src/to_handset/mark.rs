//! Marking: just before a text leaves it gets its pool number and its attempts, in one commit; only then is it written to the link. A crash in between leaves it in doubt.

use super::ending::{self, Ending};
use super::numbers::{self, Choice, For};
use super::ready::{Chunk, Sms};
use super::{Shared, ToHandset};
use crate::config::rooms::PoolExhausted;
use crate::store::attempts::{self, Outcome};
use crate::store::events::{Event, Kind};
use crate::store::pairs::NumbersGiven;
use crate::store::{Batch, StoreError, Work, outgoing, pairs};
use futures::future::BoxFuture;
use sms::{Part, State};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How long a text waits that found no free pair.
const DEFERRED_MS: i64 = 60_000;

/// One part, ready to be written to the link: its attempt is on disk.
#[derive(Debug, Clone)]
pub struct Deposit {
    pub attempt_id: i64,
    pub sms: Arc<Sms>,
    pub part: Part,
    /// The pool number that it comes from.
    pub number: i64,
    /// When it was marked, UTC ms.
    pub marked_at: i64,
}

impl ToHandset {
    /// Marks parts taken from [`super::Ready`]; what may leave now. What may not (opted out meanwhile, expired, no free pair) is dealt with.
    pub async fn mark(&self, chunks: Vec<Chunk>) -> Result<Vec<Deposit>, StoreError> {
        self.0.refresh_network().await?;
        self.0
            .writer
            .write(Mark {
                journey: self.0.clone(),
                chunks,
                stopped: Vec::new(),
            })
            .await
    }
}

struct Mark {
    journey: Arc<Shared>,
    chunks: Vec<Chunk>,
    /// Texts whose journey was decided in the batch: stopped in memory when that is on disk, and not before, for a batch may be done again.
    stopped: Vec<Arc<Sms>>,
}

impl Work for Mark {
    type Answer = Vec<Deposit>;
    const NAME: &'static str = "mark";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Vec<Deposit>>, StoreError>> {
        Box::pin(async move {
            let Some(journey) = works.first().map(|work| work.journey.clone()) else {
                return Ok(Vec::new());
            };
            let mut marking = Marking::default();
            marking.judge(works, batch).await?;
            let numbers = marking.choose_numbers(&journey, batch).await?;
            let mut marked = Vec::with_capacity(works.len());
            for work in works.iter() {
                marked.push(marking.mark(&work.chunks, &numbers, batch));
            }
            let stopped = std::mem::take(&mut marking.stopped);
            marking.write(&journey, batch).await?;
            if let Some(work) = works.first_mut() {
                work.stopped = stopped.into_values().collect();
            }
            Ok(marked)
        })
    }

    fn committed(works: Vec<Self>, marked: &mut [Vec<Deposit>]) {
        for (work, deposits) in works.iter().zip(marked) {
            work.stopped.iter().for_each(|sms| sms.stop());
            for chunk in &work.chunks {
                chunk
                    .sms
                    .unmarked
                    .fetch_sub(chunk.parts.len(), Ordering::Relaxed);
            }
            for deposit in deposits {
                deposit.sms.remember_number(deposit.number);
            }
        }
    }
}

/// A batch of marks in the making.
#[derive(Default)]
struct Marking {
    /// First chunks that may leave, by SMS; later chunks follow theirs.
    leaving: BTreeMap<i64, Arc<Sms>>,
    /// Texts that do not leave any more, by id.
    stopped: BTreeMap<i64, Arc<Sms>>,
    /// Parts that another try got through meanwhile.
    accepted: HashSet<(i64, u8)>,
    endings: Vec<Ending>,
    changes: Vec<outgoing::Change>,
    events: Vec<Event>,
    attempts: Vec<attempts::Model>,
}

impl Marking {
    /// The checks that are made again when a text is about to leave [SPEC 2.2, 4.2].
    async fn judge(&mut self, works: &[Mark], batch: &Batch<'_>) -> Result<(), StoreError> {
        let revision = batch.accounts_revision().await?;
        let firsts: Vec<&Chunk> = works
            .iter()
            .flat_map(|work| &work.chunks)
            .filter(|chunk| chunk.is_first && !chunk.sms.is_stopped())
            .collect();
        let again: Vec<i64> = firsts
            .iter()
            .filter(|chunk| chunk.sms.was_tried)
            .map(|chunk| chunk.sms.id)
            .collect();
        let mut settled: HashSet<i64> = HashSet::new();
        if !again.is_empty() {
            // A proof or a late answer may have come while it waited in memory.
            let rows = batch.sms_by_ids(&again).await?;
            settled.extend(
                rows.iter()
                    .filter(|row| {
                        row.lease != Some(batch.lease)
                            || row.state().is_final()
                            || row.state() == State::Ok
                    })
                    .map(|row| row.id),
            );
            let accepted = batch
                .attempts_of(&again)
                .await?
                .into_iter()
                .filter(|attempt| attempt.outcome() == Outcome::Accepted);
            self.accepted.extend(accepted.map(|attempt| {
                (
                    attempt.sms_id,
                    u8::try_from(attempt.part).unwrap_or_default(),
                )
            }));
        }
        let unchecked: Vec<&Arc<Sms>> = firsts
            .iter()
            .map(|chunk| &chunk.sms)
            .filter(|sms| sms.revision != revision && !settled.contains(&sms.id))
            .collect();
        let causes = recheck(&unchecked, batch).await?;
        for chunk in firsts {
            let sms = &chunk.sms;
            if settled.contains(&sms.id) {
                self.stopped.insert(sms.id, sms.clone());
                continue;
            }
            let ending = if batch.now >= sms.valid_until || chunk.parts.is_empty() {
                Some((State::Abort, "expired"))
            } else {
                causes.get(&sms.id).map(|cause| (State::Cancelled, *cause))
            };
            match ending {
                None => {
                    self.leaving.insert(sms.id, sms.clone());
                }
                Some((state, cause)) => {
                    self.stopped.insert(sms.id, sms.clone());
                    self.endings.push(Ending::new(sms, state, cause));
                }
            }
        }
        Ok(())
    }

    /// The number of each SMS that leaves; those that get none are ended or deferred.
    async fn choose_numbers(
        &mut self,
        journey: &Shared,
        batch: &Batch<'_>,
    ) -> Result<HashMap<i64, i64>, StoreError> {
        let mut given: HashMap<i64, i64> = HashMap::new();
        let window_ends = batch.now + journey.policy.to_desktop.reply_window_s.ms();
        let mut prolonged = Vec::new();
        let mut by_carrier: BTreeMap<i64, Vec<Arc<Sms>>> = BTreeMap::new();
        for sms in self.leaving.values() {
            match sms.number {
                Some(number) => {
                    given.insert(sms.id, number);
                    prolonged.push((sms.id, number, sms.handset.as_i64(), window_ends));
                }
                None => by_carrier
                    .entry(sms.carrier_id)
                    .or_default()
                    .push(sms.clone()),
            }
        }
        batch.prolong_pairs(&prolonged).await?;
        let network = journey.network();
        for (carrier_id, mut leaving) in by_carrier {
            leaving.sort_by_key(|sms| (sms.handset, sms.id));
            let mut handsets: Vec<i64> = leaving.iter().map(|sms| sms.handset.as_i64()).collect();
            handsets.dedup();
            let NumbersGiven {
                mut cursors,
                open_pairs,
            } = batch.numbers_given(carrier_id, &handsets).await?;
            let mut open: HashMap<i64, Vec<pairs::Model>> = HashMap::new();
            for pair in open_pairs {
                open.entry(pair.handset).or_default().push(pair);
            }
            let (mut fresh, mut superseded, mut moved) = (Vec::new(), Vec::new(), BTreeMap::new());
            for sms in leaving {
                let handset = sms.handset.as_i64();
                let pairs = open.entry(handset).or_default();
                let who = For {
                    user_id: sms.user_id,
                    company_id: sms.company_id,
                };
                let borrowed: Vec<&pairs::Model> = pairs.iter().collect();
                let cursor = cursors.get(&handset).copied();
                let choice = numbers::choose(
                    network.pool(carrier_id),
                    cursor,
                    &borrowed,
                    who,
                    journey.policy.to_desktop.pool_mode,
                );
                let Some(Choice {
                    number,
                    supersedes,
                    moves_cursor,
                }) = choice
                else {
                    self.without_number(journey, &sms, batch);
                    continue;
                };
                if let Some(id) = supersedes {
                    pairs.retain(|pair| pair.id != id);
                    superseded.push(id);
                }
                if moves_cursor {
                    cursors.insert(handset, number);
                    moved.insert(handset, number);
                }
                let pair = pairs::Model {
                    id: batch.ids.next(),
                    number,
                    handset,
                    sms_id: sms.id,
                    user_id: sms.user_id,
                    company_id: sms.company_id,
                    opened_at: batch.now,
                    closes_at: window_ends,
                    superseded_at: None,
                };
                pairs.push(pair.clone());
                fresh.push(pair);
                given.insert(sms.id, number);
            }
            // A pair may be opened and taken over in the same batch.
            batch.insert_pairs(&fresh).await?;
            batch.supersede_pairs(&superseded).await?;
            let moved: Vec<(i64, i64)> = moved.into_iter().collect();
            batch.set_cursors(carrier_id, &moved).await?;
        }
        Ok(given)
    }

    fn without_number(&mut self, journey: &Shared, sms: &Arc<Sms>, batch: &Batch<'_>) {
        self.leaving.remove(&sms.id);
        self.stopped.insert(sms.id, sms.clone());
        match journey.policy.to_desktop.pool_exhausted {
            PoolExhausted::Reject => {
                self.endings
                    .push(Ending::new(sms, State::Abort, "pool_exhausted"))
            }
            PoolExhausted::Defer => {
                self.events
                    .push(Event::new(sms.id, Kind::Pending).because("pool_exhausted"));
                self.changes.push(outgoing::Change {
                    cause: Some("pool_exhausted".to_owned()),
                    due_at: batch.now + DEFERRED_MS,
                    lease: Some(0),
                    tries: sms.try_no - 1,
                    ..ending::change(sms, State::Pending)
                });
            }
        }
    }

    /// The deposits of some chunks, and what is to be written for them.
    fn mark(
        &mut self,
        chunks: &[Chunk],
        numbers: &HashMap<i64, i64>,
        batch: &Batch<'_>,
    ) -> Vec<Deposit> {
        let mut deposits = Vec::new();
        for chunk in chunks {
            let sms = &chunk.sms;
            if sms.is_stopped() || self.stopped.contains_key(&sms.id) {
                continue;
            }
            let number = if chunk.is_first {
                numbers.get(&sms.id).copied()
            } else {
                self.number_of_begun(sms, numbers)
            };
            let Some(number) = number else { continue };
            if chunk.is_first {
                if sms.number.is_none() {
                    self.events.push(Event {
                        carrier_id: Some(sms.carrier_id),
                        ..Event::new(sms.id, Kind::NumberChosen).because(format!("+{number}"))
                    });
                }
                self.changes.push(outgoing::Change {
                    number: Some(number),
                    lease: Some(batch.lease),
                    due_at: batch.now,
                    ..ending::change(sms, State::Submitting)
                });
            }
            for part in &chunk.parts {
                if self.accepted.contains(&(sms.id, part.number)) {
                    continue;
                }
                let attempt_id = batch.ids.next();
                self.events.push(Event {
                    part: Some(i64::from(part.number)),
                    try_no: Some(sms.try_no),
                    carrier_id: Some(sms.carrier_id),
                    ..Event::new(sms.id, Kind::Submitting)
                });
                self.attempts.push(attempts::Model {
                    id: attempt_id,
                    sms_id: sms.id,
                    part: i64::from(part.number),
                    try_no: sms.try_no,
                    carrier_id: sms.carrier_id,
                    number,
                    handset: sms.handset.as_i64(),
                    message_id: None,
                    outcome: Outcome::Open.code(),
                    status: None,
                    lease: batch.lease,
                    marked_at: batch.now,
                    answered_at: None,
                    receipt: None,
                    receipt_at: None,
                });
                deposits.push(Deposit {
                    attempt_id,
                    sms: sms.clone(),
                    part: part.clone(),
                    number,
                    marked_at: batch.now,
                });
            }
        }
        deposits
    }

    /// The number that the first chunk of this try was given, in this batch or before.
    fn number_of_begun(&self, sms: &Sms, numbers: &HashMap<i64, i64>) -> Option<i64> {
        numbers.get(&sms.id).copied().or_else(|| sms.given_number())
    }

    async fn write(self, journey: &Shared, batch: &Batch<'_>) -> Result<(), StoreError> {
        batch.change_sms(self.changes).await?;
        batch.insert_attempts(&self.attempts).await?;
        batch.add_events(self.events);
        ending::write(self.endings, &journey.policy, batch).await
    }
}

/// Why texts may not leave any more, by id; whichever may is not among them.
async fn recheck(
    texts: &[&Arc<Sms>],
    batch: &Batch<'_>,
) -> Result<HashMap<i64, &'static str>, StoreError> {
    let mut causes = HashMap::new();
    let mut by_company: BTreeMap<i64, Vec<&Arc<Sms>>> = BTreeMap::new();
    for sms in texts {
        by_company.entry(sms.company_id).or_default().push(sms);
    }
    for (company_id, texts) in by_company {
        let handsets: BTreeSet<i64> = texts.iter().map(|sms| sms.handset.as_i64()).collect();
        let handsets: Vec<i64> = handsets.into_iter().collect();
        let opted_out = batch.opted_out(company_id, &handsets).await?;
        let company = batch.company(company_id).await?;
        let permitted = match company.is_some_and(|company| company.restricted) {
            true => batch.permitted(company_id, &handsets).await?,
            false => handsets,
        };
        let opted_out: HashSet<i64> = opted_out.into_iter().collect();
        let permitted: HashSet<i64> = permitted.into_iter().collect();
        let mut active: HashMap<(i64, Option<i64>), bool> = HashMap::new();
        for sms in texts {
            let (user_id, department_id) = (sms.user_id, sms.department_id);
            let is_active = match active.get(&(user_id, department_id)) {
                Some(is_active) => *is_active,
                None => {
                    let read = batch.is_active(user_id, department_id, company_id).await?;
                    active.insert((user_id, department_id), read);
                    read
                }
            };
            let handset = sms.handset.as_i64();
            let cause = match () {
                () if !is_active => "inactive",
                () if opted_out.contains(&handset) => "opted_out",
                () if !permitted.contains(&handset) => "destination_restricted",
                () => continue,
            };
            causes.insert(sms.id, cause);
        }
    }
    Ok(causes)
}
