//! What is leased to this node and waits in memory for a free place in a carrier's window: by priority, then round-robin over companies [SPEC 2.8].

use super::outcome::Answer;
use sms::{Part, PhoneNumber, Wish};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Texts of a carrier in memory at most; the others wait in the database, so that memory stays flat.
pub const CAP: usize = 10_000;
/// Texts in memory at most over all carriers.
const CAP_OF_ALL: usize = 40_000;

/// One text in hand: what the steps after accept need of its row.
#[derive(Debug)]
pub struct Sms {
    pub id: i64,
    pub company_id: i64,
    pub department_id: Option<i64>,
    pub user_id: i64,
    pub handset: PhoneNumber,
    pub carrier_id: i64,
    pub parts: u8,
    pub flash: bool,
    pub priority: i64,
    pub receipts: Wish,
    pub reply_to: String,
    /// Of its parts' user data header.
    pub reference: u8,
    pub accepted_at: i64,
    pub valid_until: i64,
    pub quota_day: i64,
    /// This try, from 1.
    pub try_no: i64,
    pub resends: i64,
    /// Whether this try is one more resend.
    pub(super) is_resend: AtomicBool,
    /// Parts of it were marked before this try.
    pub was_tried: bool,
    /// Parts of it were accepted, or may have been: it stays with its carrier.
    pub is_bound: bool,
    /// In doubt before this try.
    pub in_doubt: bool,
    /// In doubt in this try.
    pub(super) is_doubted: AtomicBool,
    /// The pool number of an earlier try.
    pub number: Option<i64>,
    /// The accounts' revision at its last checks.
    pub revision: i64,
    /// The pool number of this try, once it is marked; 0 before.
    pub(super) given: AtomicI64,
    /// Parts in memory that were not marked yet.
    pub(super) unmarked: AtomicUsize,
    /// What is left in memory must not leave any more: the rest of the journey is decided.
    pub(super) stopped: AtomicBool,
    /// The parts of this try that were not accepted, and the last answer to each.
    pub(super) setbacks: Mutex<BTreeMap<u8, Answer>>,
}

impl Sms {
    /// Whether parts of this try still wait in memory.
    pub(super) fn has_unmarked(&self) -> bool {
        self.unmarked.load(Ordering::Relaxed) > 0 && !self.is_stopped()
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// The pool number of this try, once it is marked.
    pub(super) fn given_number(&self) -> Option<i64> {
        Some(self.given.load(Ordering::Relaxed))
            .filter(|number| *number != 0)
            .or(self.number)
    }

    pub(super) fn remember_number(&self, number: i64) {
        self.given.store(number, Ordering::Relaxed);
    }

    /// Ever in doubt.
    pub(super) fn was_in_doubt(&self) -> bool {
        self.in_doubt || self.is_doubted.load(Ordering::Relaxed)
    }

    /// It is in doubt from now on.
    pub(super) fn doubt(&self) {
        self.is_doubted.store(true, Ordering::Relaxed);
    }

    /// This try is a resend: counted from now on.
    pub(super) fn count_resend(&self) {
        self.is_resend.store(true, Ordering::Relaxed);
    }

    /// Resends, this try included.
    pub(super) fn resends(&self) -> i64 {
        self.resends + i64::from(self.is_resend.load(Ordering::Relaxed))
    }

    /// Notes the last answer to a part of this try.
    pub(super) fn note_answer(&self, part: u8, answer: &Answer) {
        let mut setbacks = self.setbacks.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Answer::Accepted { .. } => setbacks.remove(&part),
            _ => setbacks.insert(part, answer.clone()),
        };
    }

    /// The part, and its answer, that tells most of why this try is not whole; `None` if every answer was a yes.
    pub(super) fn worst_setback(&self) -> Option<(u8, Answer)> {
        let setbacks = self.setbacks.lock().unwrap_or_else(PoisonError::into_inner);
        setbacks
            .iter()
            .max_by_key(|(_, answer)| answer.weight())
            .map(|(part, answer)| (*part, answer.clone()))
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// The same text over another carrier, whose numbers are others. For one that waits.
    pub(super) fn over(&self, carrier_id: i64) -> Self {
        Self {
            carrier_id,
            number: None,
            given: AtomicI64::new(0),
            unmarked: AtomicUsize::new(0),
            is_resend: AtomicBool::new(self.is_resend.load(Ordering::Relaxed)),
            is_doubted: AtomicBool::new(self.is_doubted.load(Ordering::Relaxed)),
            stopped: AtomicBool::new(self.is_stopped()),
            setbacks: Mutex::default(),
            reply_to: self.reply_to.clone(),
            ..*self
        }
    }
}

/// Some parts of a text that leave together.
#[derive(Debug, Clone)]
pub struct Chunk {
    pub sms: Arc<Sms>,
    pub parts: Vec<Part>,
    /// Whether these are the first of this try.
    pub is_first: bool,
}

impl Chunk {
    /// A text whose validity is over, and of which nothing leaves any more.
    pub(super) fn over(sms: Arc<Sms>) -> Self {
        Self {
            sms,
            parts: Vec::new(),
            is_first: true,
        }
    }
}

/// Texts that wait for a link, per carrier.
#[derive(Debug, Default)]
pub struct Ready {
    queues: Mutex<HashMap<i64, Queue>>,
    size: AtomicUsize,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    /// By priority, most urgent first.
    levels: BTreeMap<i64, Level>,
    /// Texts in it.
    size: usize,
}

/// Texts of one priority: each company has a line, the lines are served in turn.
#[derive(Debug, Default)]
struct Level {
    turns: VecDeque<i64>,
    lines: HashMap<i64, VecDeque<Chunk>>,
}

impl Ready {
    /// How many more texts may wait in memory for a carrier.
    pub fn room(&self, carrier_id: i64) -> usize {
        let of_all = CAP_OF_ALL.saturating_sub(self.size.load(Ordering::Relaxed));
        let of_carrier = self.queues.lock().map_or(0, |queues| {
            CAP.saturating_sub(queues.get(&carrier_id).map_or(0, |queue| queue.size))
        });
        of_all.min(of_carrier)
    }

    /// How many texts wait in memory for a carrier.
    pub fn size_of(&self, carrier_id: i64) -> usize {
        let queues = self.queues.lock();
        queues.map_or(0, |queues| {
            queues.get(&carrier_id).map_or(0, |queue| queue.size)
        })
    }

    /// Puts a text at the end of its company's line.
    pub fn push(&self, sms: Arc<Sms>, parts: Vec<Part>) {
        sms.unmarked.store(parts.len(), Ordering::Relaxed);
        self.size.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut queues) = self.queues.lock() {
            let queue = queues.entry(sms.carrier_id).or_default();
            queue.size += 1;
            queue.push_back(Chunk {
                sms,
                parts,
                is_first: true,
            });
        }
        self.arrived.notify_waiters();
    }

    /// Takes up to `slots` parts for a carrier; a text that does not fit leaves its rest at the front of its line.
    pub fn take(&self, carrier_id: i64, slots: usize) -> Vec<Chunk> {
        let mut taken = Vec::new();
        let Ok(mut queues) = self.queues.lock() else {
            return taken;
        };
        let Some(queue) = queues.get_mut(&carrier_id) else {
            return taken;
        };
        let mut left = slots;
        while left > 0 {
            let Some(mut chunk) = queue.pop() else { break };
            if chunk.sms.is_stopped() {
                queue.size -= 1;
                self.size.fetch_sub(1, Ordering::Relaxed);
                continue;
            }
            if chunk.parts.len() > left {
                let rest = chunk.parts.split_off(left);
                queue.push_front(Chunk {
                    sms: chunk.sms.clone(),
                    parts: rest,
                    is_first: false,
                });
            } else {
                queue.size -= 1;
                self.size.fetch_sub(1, Ordering::Relaxed);
            }
            left -= chunk.parts.len();
            taken.push(chunk);
        }
        taken
    }

    /// Takes out the texts that did not begin and are `misplaced`, from all queues, in their order.
    pub fn take_out(&self, misplaced: impl Fn(&Sms) -> bool) -> Vec<Chunk> {
        let Ok(mut queues) = self.queues.lock() else {
            return Vec::new();
        };
        let mut taken = Vec::new();
        for queue in queues.values_mut() {
            let before = taken.len();
            for level in queue.levels.values_mut() {
                for line in level.lines.values_mut() {
                    let goes = |chunk: &Chunk| chunk.is_first && misplaced(&chunk.sms);
                    if line.iter().any(goes) {
                        let (out, stays) = line.drain(..).partition::<Vec<_>, _>(goes);
                        taken.extend(out);
                        line.extend(stays);
                    }
                }
                level.lines.retain(|_, line| !line.is_empty());
                let lines = &level.lines;
                level.turns.retain(|company| lines.contains_key(company));
            }
            queue.levels.retain(|_, level| !level.turns.is_empty());
            queue.size -= taken.len() - before;
        }
        self.size.fetch_sub(taken.len(), Ordering::Relaxed);
        taken
    }

    /// Takes everything that waits for a carrier.
    pub fn take_all(&self, carrier_id: i64) -> Vec<Chunk> {
        self.take(carrier_id, usize::MAX)
    }

    /// The carriers for which something waits.
    pub fn carriers(&self) -> Vec<i64> {
        self.queues.lock().map_or_else(
            |_| Vec::new(),
            |queues| {
                let waiting = queues.iter().filter(|(_, queue)| !queue.levels.is_empty());
                waiting.map(|(carrier_id, _)| *carrier_id).collect()
            },
        )
    }

    /// Whether anything waits for a carrier.
    pub fn is_empty(&self, carrier_id: i64) -> bool {
        self.queues.lock().map_or(true, |queues| {
            queues
                .get(&carrier_id)
                .is_none_or(|queue| queue.levels.is_empty())
        })
    }

    /// Resolves at the next [`push`](Self::push) after the call.
    pub fn arrived(&self) -> tokio::sync::futures::Notified<'_> {
        self.arrived.notified()
    }
}

impl Queue {
    fn push_back(&mut self, chunk: Chunk) {
        let level = self.levels.entry(-chunk.sms.priority).or_default();
        let company = chunk.sms.company_id;
        let line = level.lines.entry(company).or_default();
        if line.is_empty() {
            level.turns.push_back(company);
        }
        line.push_back(chunk);
    }

    fn push_front(&mut self, chunk: Chunk) {
        let level = self.levels.entry(-chunk.sms.priority).or_default();
        let company = chunk.sms.company_id;
        let line = level.lines.entry(company).or_default();
        line.push_front(chunk);
        // Wherever the company's turn was: a text that has begun goes on first.
        level.turns.retain(|other| *other != company);
        level.turns.push_front(company);
    }

    fn pop(&mut self) -> Option<Chunk> {
        let mut first = self.levels.first_entry()?;
        let level = first.get_mut();
        let company = level.turns.pop_front()?;
        let line = level.lines.get_mut(&company)?;
        let chunk = line.pop_front();
        if line.is_empty() {
            level.lines.remove(&company);
        } else {
            level.turns.push_back(company);
        }
        if level.turns.is_empty() {
            first.remove();
        }
        chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms::{Reference, Text};

    fn sms(id: i64, company_id: i64, priority: i64, text: &str) -> (Arc<Sms>, Vec<Part>) {
        let parts = Text::new(text)
            .unwrap()
            .cut(Reference::Eight(1), 10)
            .unwrap();
        let sms = Sms {
            id,
            company_id,
            department_id: None,
            user_id: 1,
            handset: PhoneNumber::from_e164_digits("61491570156").unwrap(),
            carrier_id: 1,
            parts: u8::try_from(parts.len()).unwrap(),
            flash: false,
            priority,
            receipts: Wish::Never,
            reply_to: String::new(),
            reference: 1,
            accepted_at: 0,
            valid_until: 0,
            quota_day: 0,
            try_no: 1,
            resends: 0,
            is_resend: AtomicBool::new(false),
            was_tried: false,
            is_bound: false,
            in_doubt: false,
            is_doubted: AtomicBool::new(false),
            number: None,
            revision: 0,
            given: AtomicI64::new(0),
            unmarked: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            setbacks: Mutex::default(),
        };
        (Arc::new(sms), parts)
    }

    fn ids(chunks: &[Chunk]) -> Vec<(i64, usize, bool)> {
        chunks
            .iter()
            .map(|chunk| (chunk.sms.id, chunk.parts.len(), chunk.is_first))
            .collect()
    }

    #[test]
    fn companies_take_turns_and_urgent_texts_go_first() {
        let ready = Ready::default();
        for (id, company, priority) in [(1, 1, 0), (2, 1, 0), (3, 1, 0), (4, 2, 0), (5, 2, 1)] {
            let (sms, parts) = sms(id, company, priority, "hello");
            ready.push(sms, parts);
        }
        let order: Vec<i64> = ready.take(1, 9).iter().map(|chunk| chunk.sms.id).collect();
        assert_eq!(order, [5, 1, 4, 2, 3]);
        assert!(ready.is_empty(1));
        assert_eq!(ready.room(1), CAP);
    }

    #[test]
    fn a_long_text_leaves_as_slots_are_free_and_goes_on_first() {
        let ready = Ready::default();
        for id in [1, 2] {
            let (sms, parts) = sms(id, id, 0, &"x".repeat(400));
            ready.push(sms, parts);
        }
        assert_eq!(ids(&ready.take(1, 2)), [(1, 2, true)]);
        assert_eq!(ids(&ready.take(1, 2)), [(1, 1, false), (2, 1, true)]);
        assert_eq!(ids(&ready.take(1, 0)), []);
        assert_eq!(ids(&ready.take(1, 9)), [(2, 2, false)]);
        assert_eq!(ready.room(1), CAP);
    }

    #[test]
    fn what_is_misplaced_is_taken_out_unless_it_began() {
        let ready = Ready::default();
        for id in 1..=4 {
            let (sms, parts) = sms(id, id % 2, 0, &"x".repeat(400));
            ready.push(sms, parts);
        }
        // Text 1 begins.
        assert_eq!(ids(&ready.take(1, 1)), [(1, 1, true)]);
        let out = ready.take_out(|sms| sms.company_id == 1);
        assert_eq!(ids(&out), [(3, 3, true)]);
        assert_eq!(ready.room(1), CAP - 3);
        assert_eq!(
            ids(&ready.take(1, 99)),
            [(1, 2, false), (2, 3, true), (4, 3, true)]
        );
        assert_eq!(ready.room(1), CAP);
        let other = out[0].sms.over(2);
        ready.push(Arc::new(other), out[0].parts.clone());
        assert!(ready.is_empty(1));
        assert_eq!(ids(&ready.take(2, 9)), [(3, 3, true)]);
    }

    #[test]
    fn what_was_stopped_does_not_leave() {
        let ready = Ready::default();
        let (sms, parts) = sms(1, 1, 0, &"x".repeat(400));
        ready.push(sms.clone(), parts);
        assert_eq!(ready.take(1, 1).len(), 1);
        sms.stop();
        assert!(ready.take(1, 9).is_empty());
        assert_eq!(ready.room(1), CAP);
    }
}
