//! Receipts: matched to their attempts by the carrier's id, before or after the response; one final word per text [SPEC 4.5, 6.2]. The place where a text's state changes on the way home.

use super::ToDesktop;
use crate::clock::real_now;
use crate::config::rooms::Receipts;
use crate::policy::Policy;
use crate::store::attempts::{self, Outcome};
use crate::store::events::{Event, Kind};
use crate::store::mails::{self, NewMail};
use crate::store::{Batch, StoreError, Work, Writer, before_all_since, outgoing, receipts};
use futures::future::BoxFuture;
use smpp::other_spellings;
use sms::{ReceiptState, State, Wish};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A carrier's word on what became of a part, as a link translates it.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub carrier_id: i64,
    /// Canonical, as accepted deposits report it.
    pub message_id: Option<String>,
    /// Our number, the text's source.
    pub number: Option<i64>,
    pub handset: Option<i64>,
    pub state: ReceiptState,
    /// The carrier's done date, UTC ms.
    pub done_at: Option<i64>,
}

impl ToDesktop {
    /// Keeps a receipt, and what it makes of its text. On disk on return.
    pub async fn receive_receipt(&self, receipt: Receipt) -> Result<(), StoreError> {
        self.0
            .writer
            .write(Receive {
                policy: self.0.policy.clone(),
                receipt,
            })
            .await?;
        self.0.mail_queued.notify_one();
        Ok(())
    }
}

/// How far back receipts are looked at once more.
const LOOK_BACK_MS: i64 = 5 * 60_000;
/// Receipts looked at together.
const PAGE: u64 = 500;

impl ToDesktop {
    /// Matches receipts that missed their attempt: when the response came at one node while the receipt came at another, each committed before it could see the other.
    pub(crate) async fn match_missed(&self) -> Result<(), StoreError> {
        let shared = &self.0;
        let mut after = before_all_since(real_now() - LOOK_BACK_MS);
        loop {
            let page = shared.reader.unmatched_receipts(after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.id;
            let ids: Vec<(i64, String)> = page
                .into_iter()
                .filter_map(|receipt| Some((receipt.carrier_id, receipt.message_id?)))
                .collect();
            let written = ids.iter().map(|(carrier, id)| (*carrier, id.as_str()));
            let spelled = spellings(written, &shared.policy);
            let spelled: Vec<&str> = spelled.iter().map(String::as_str).collect();
            if shared.reader.has_message_ids(&spelled).await? {
                let policy = shared.policy.clone();
                shared.writer.write(MatchMissed { policy, ids }).await?;
                shared.mail_queued.notify_one();
            }
        }
    }
}

struct MatchMissed {
    policy: Arc<Policy>,
    /// Of the receipts.
    ids: Vec<(i64, String)>,
}

impl Work for MatchMissed {
    type Answer = ();
    const NAME: &'static str = "receipt_missed";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter() {
                match_waiting(&work.ids, &work.policy, batch).await?;
            }
            Ok(vec![(); works.len()])
        })
    }
}

struct Receive {
    policy: Arc<Policy>,
    receipt: Receipt,
}

impl Work for Receive {
    type Answer = ();
    const NAME: &'static str = "receipt";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            let answers = vec![(); works.len()];
            let Some(policy) = works.first().map(|work| work.policy.clone()) else {
                return Ok(answers);
            };
            let ids = spellings(
                works.iter().filter_map(|work| {
                    let id = work.receipt.message_id.as_deref()?;
                    Some((work.receipt.carrier_id, id))
                }),
                &policy,
            );
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let attempts = batch.attempts_by_message_ids(&ids).await?;
            let (mut matched, mut early) = (Vec::new(), Vec::new());
            for work in works.iter() {
                let row = row_of(&work.receipt, batch);
                match attempt_of(&row, &attempts, guesses_ids(&policy, &row)) {
                    Some(attempt) => matched.push((row, attempt.clone())),
                    None => early.push(row),
                }
            }
            if !early.is_empty() {
                keep_early(early, &ids, batch).await?;
            }
            apply(matched, &policy, batch).await?;
            Ok(answers)
        })
    }
}

/// Keeps receipts that no attempt was found for, each once.
async fn keep_early(
    early: Vec<receipts::Model>,
    ids: &[&str],
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    let known = batch.unmatched_receipts(ids).await?;
    let mut unmatched: Vec<receipts::Model> = Vec::new();
    for row in early {
        if !known
            .iter()
            .chain(&unmatched)
            .any(|other| is_same(other, &row))
        {
            unmatched.push(row);
        }
    }
    batch.insert_receipts(&unmatched).await
}

fn row_of(receipt: &Receipt, batch: &Batch<'_>) -> receipts::Model {
    receipts::Model {
        id: batch.ids.next(),
        carrier_id: receipt.carrier_id,
        message_id: receipt.message_id.clone(),
        number: receipt.number,
        handset: receipt.handset,
        state: i64::from(receipt.state.code()),
        done_at: receipt.done_at,
        arrived_at: batch.now,
        attempt_id: None,
    }
}

fn guesses_ids(policy: &Policy, receipt: &receipts::Model) -> bool {
    policy.carriers.dialect_of(receipt.carrier_id).guesses_ids
}

/// The attempt that a receipt speaks of: by its id and handset. Where ids may be spelled in two ways, a proof by number and handset goes before an id that fits by its letters only.
/// Among several the newest whose fate is open, else the newest.
fn attempt_of<'a>(
    receipt: &receipts::Model,
    attempts: &'a [attempts::Model],
    guesses_ids: bool,
) -> Option<&'a attempts::Model> {
    let id = receipt.message_id.as_deref()?;
    let of_handset = |attempt: &attempts::Model| {
        attempt.carrier_id == receipt.carrier_id
            && receipt
                .handset
                .is_none_or(|handset| handset == attempt.handset)
    };
    let is_exact = |attempt: &attempts::Model| {
        of_handset(attempt) && attempt.message_id.as_deref() == Some(id)
    };
    let is_pair = |attempt: &attempts::Model| {
        receipt.handset.is_some() && receipt.number == Some(attempt.number)
    };
    let others = if guesses_ids {
        other_spellings(id)
    } else {
        Vec::new()
    };
    let is_spelled = |attempt: &attempts::Model| {
        of_handset(attempt)
            && is_pair(attempt)
            && attempt
                .message_id
                .as_ref()
                .is_some_and(|id| others.contains(id))
    };
    newest(attempts, |attempt| is_exact(attempt) && is_pair(attempt))
        .or_else(|| newest(attempts, is_spelled))
        .or_else(|| newest(attempts, is_exact))
}

fn newest(
    attempts: &[attempts::Model],
    fits: impl Fn(&attempts::Model) -> bool,
) -> Option<&attempts::Model> {
    let is_open =
        |attempt: &attempts::Model| state_of(attempt.receipt).is_none_or(|state| !state.is_final());
    let fitting = || attempts.iter().filter(|attempt| fits(attempt));
    fitting()
        .rfind(|attempt| is_open(attempt))
        .or_else(|| fitting().next_back())
}

/// Ids of carriers, each once, with their other spellings if these count at that carrier.
fn spellings<'a>(ids: impl Iterator<Item = (i64, &'a str)>, policy: &Policy) -> Vec<String> {
    let mut all = BTreeSet::new();
    for (carrier_id, id) in ids.collect::<BTreeSet<_>>() {
        if policy.carriers.dialect_of(carrier_id).guesses_ids {
            all.extend(other_spellings(id));
        }
        all.insert(id.to_owned());
    }
    all.into_iter().collect()
}

fn is_same(one: &receipts::Model, other: &receipts::Model) -> bool {
    one.carrier_id == other.carrier_id
        && one.message_id.is_some()
        && one.message_id == other.message_id
        && one.handset == other.handset
        && one.state == other.state
}

fn state_of(code: Option<i64>) -> Option<ReceiptState> {
    code.and_then(|code| i16::try_from(code).ok())
        .and_then(ReceiptState::from_code)
}

/// Looks whether receipts came before these ids, of these carriers, were known: to be called with the commit that makes them known.
pub(crate) async fn match_waiting(
    message_ids: &[(i64, String)],
    policy: &Policy,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    let accepted = message_ids
        .iter()
        .map(|(carrier, id)| (*carrier, id.as_str()));
    let wanted = spellings(accepted, policy);
    let waiting = batch
        .unmatched_receipts(&wanted.iter().map(String::as_str).collect::<Vec<_>>())
        .await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let written = waiting.iter().filter_map(|receipt| {
        let id = receipt.message_id.as_deref()?;
        Some((receipt.carrier_id, id))
    });
    let wanted = spellings(written, policy);
    let attempts = batch
        .attempts_by_message_ids(&wanted.iter().map(String::as_str).collect::<Vec<_>>())
        .await?;
    let matched: Vec<(receipts::Model, attempts::Model)> = waiting
        .into_iter()
        .filter_map(|receipt| {
            let guesses_ids = guesses_ids(policy, &receipt);
            let attempt = attempt_of(&receipt, &attempts, guesses_ids)?.clone();
            Some((receipt, attempt))
        })
        .collect();
    let pairs: Vec<(i64, i64)> = matched
        .iter()
        .map(|(receipt, attempt)| (receipt.id, attempt.id))
        .collect();
    batch.match_receipts(&pairs).await?;
    apply(matched, policy, batch).await
}

/// Notes what receipts say of their attempts, and what that makes of the texts: state, event, the one mail.
pub(crate) async fn apply(
    matched: Vec<(receipts::Model, attempts::Model)>,
    policy: &Policy,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    let mut words: BTreeMap<i64, (ReceiptState, i64)> = BTreeMap::new();
    let mut events = Vec::new();
    let mut touched = BTreeSet::new();
    for (receipt, attempt) in matched {
        let Some(state) = state_of(Some(receipt.state)) else {
            continue;
        };
        let earlier = words
            .get(&attempt.id)
            .map(|(state, _)| *state)
            .or_else(|| state_of(attempt.receipt));
        if earlier.is_some_and(|earlier| !outweighs(state, earlier)) {
            continue;
        }
        words.insert(attempt.id, (state, told_at(&receipt, &attempt)));
        touched.insert(attempt.sms_id);
        events.push(Event {
            part: Some(attempt.part),
            try_no: Some(attempt.try_no),
            carrier_id: Some(attempt.carrier_id),
            ..Event::new(attempt.sms_id, Kind::Receipt).because(state.as_stat())
        });
    }
    if touched.is_empty() {
        return Ok(());
    }
    let noted: Vec<(i64, i64, i64)> = words
        .iter()
        .map(|(id, (state, at))| (*id, i64::from(state.code()), *at))
        .collect();
    batch.set_attempt_receipts(&noted).await?;
    batch.add_events(events);
    let ids: Vec<i64> = touched.into_iter().collect();
    settle(&ids, policy, batch).await
}

/// When it happened that a receipt tells of. Many done dates have no seconds, and would lie before the text was handed over; then the receipt's arrival is the better word.
fn told_at(receipt: &receipts::Model, attempt: &attempts::Model) -> i64 {
    receipt
        .done_at
        .filter(|at| *at >= attempt.marked_at)
        .unwrap_or(receipt.arrived_at)
}

/// Whether a receipt says more than an earlier one of the same attempt: delivered wins, a final word beats a preliminary one.
fn outweighs(new: ReceiptState, earlier: ReceiptState) -> bool {
    if new.means_delivered() {
        return !earlier.means_delivered();
    }
    if new.is_final() {
        !earlier.is_final()
    } else {
        !earlier.is_final() && new != earlier
    }
}

/// Gives texts their final state if their attempts' receipts say one. To be called, too, when the last part of a text is accepted whose other parts may have their
/// receipts already: none may follow.
pub(crate) async fn settle(
    sms_ids: &[i64],
    policy: &Policy,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    // The texts first, which locks them: words on two parts may come at two nodes, and the second sees what the first wrote.
    let rows = batch.sms_by_ids(sms_ids).await?;
    let mut attempts: HashMap<i64, Vec<attempts::Model>> = HashMap::new();
    for attempt in batch.attempts_of(sms_ids).await? {
        attempts.entry(attempt.sms_id).or_default().push(attempt);
    }
    let mut ended = Vec::new();
    for row in rows {
        let verdict = attempts
            .get(&row.id)
            .and_then(|attempts| verdict_of(row.parts, asked_of(&row, policy), attempts));
        match (row.state(), verdict) {
            (State::Ok, Some(state)) => ended.push((row, state)),
            // A late word: the state is put right, a second mail is not sent (it would be the same event, kind and recipient).
            (State::Undeliverable, Some(State::Delivered)) => ended.push((row, State::Delivered)),
            _ => {}
        }
    }
    end(ended, policy, batch).await
}

/// The parts that its carrier was asked to report on.
fn asked_of(row: &outgoing::Model, policy: &Policy) -> Receipts {
    let carrier_id = row.carrier_id.unwrap_or_default();
    policy.carriers.dialect_of(carrier_id).receipts
}

/// Delivered if every part that has receipts was; undeliverable if all are known and one was not.
fn verdict_of(parts: i64, asked: Receipts, attempts: &[attempts::Model]) -> Option<State> {
    let first = match asked {
        Receipts::EveryPart => 1,
        Receipts::LastPart => parts,
        Receipts::None => return None,
    };
    let mut all_delivered = true;
    for part in first..=parts {
        let accepted = attempts
            .iter()
            .filter(|attempt| attempt.part == part && attempt.outcome() == Outcome::Accepted);
        let words: Vec<Option<ReceiptState>> = accepted
            .map(|attempt| state_of(attempt.receipt).filter(|state| state.is_final()))
            .collect();
        if words.iter().flatten().any(|state| state.means_delivered()) {
            continue;
        }
        if words.is_empty() || words.contains(&None) {
            return None;
        }
        all_delivered = false;
    }
    Some(if all_delivered {
        State::Delivered
    } else {
        State::Undeliverable
    })
}

async fn end(
    ended: Vec<(outgoing::Model, State)>,
    policy: &Policy,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    let mut changes = Vec::with_capacity(ended.len());
    for (row, state) in ended {
        let wish = i16::try_from(row.receipts)
            .ok()
            .and_then(Wish::from_code)
            .unwrap_or(Wish::Never);
        if wish.wants(state == State::Delivered) && row.state() == State::Ok {
            batch.queue_mail(NewMail {
                kind: mails::Kind::Receipt,
                event_id: row.id,
                company_id: row.company_id,
                sms_id: Some(row.id),
                inbound_id: None,
                recipient: row.reply_to.clone(),
                mail_domain: policy.mail_domain.clone(),
            });
        }
        changes.push(outgoing::Change {
            id: row.id,
            state,
            cause: None,
            tries: row.tries,
            resends: row.resends,
            in_doubt: row.in_doubt,
            carrier_id: row.carrier_id,
            number: row.number,
            due_at: row.due_at,
            lease: None,
        });
    }
    batch.change_sms(changes).await
}

/// No receipt came in time: these are undeliverable [SPEC 6.2].
pub(crate) async fn give_up(
    writer: &Writer,
    sms_ids: Vec<i64>,
    policy: Arc<Policy>,
) -> Result<(), StoreError> {
    writer.write(GiveUp { sms_ids, policy }).await
}

struct GiveUp {
    sms_ids: Vec<i64>,
    policy: Arc<Policy>,
}

impl Work for GiveUp {
    type Answer = ();
    const NAME: &'static str = "receipt_overdue";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter() {
                let rows = batch.sms_by_ids(&work.sms_ids).await?;
                let open: Vec<_> = rows
                    .into_iter()
                    .filter(|row| row.state() == State::Ok)
                    .map(|row| (row, State::Undeliverable))
                    .collect();
                let unheard = |(row, _): &(outgoing::Model, State)| {
                    Event::new(row.id, Kind::Receipt).because("none_came")
                };
                batch.add_events(open.iter().map(unheard));
                end(open, &work.policy, batch).await?;
            }
            Ok(vec![(); works.len()])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(
        id: i64,
        part: i64,
        outcome: Outcome,
        receipt: Option<ReceiptState>,
    ) -> attempts::Model {
        attempts::Model {
            id,
            sms_id: 1,
            part,
            try_no: 1,
            carrier_id: 1,
            number: 1,
            handset: 61_491_570_156,
            message_id: Some("7a".into()),
            outcome: outcome.code(),
            status: None,
            lease: 1,
            marked_at: 0,
            answered_at: None,
            receipt: receipt.map(|state| i64::from(state.code())),
            receipt_at: None,
        }
    }

    /// How many parts, which of them ask for receipts, the attempts (part, outcome, receipt), and the word.
    type Case = (
        i64,
        Receipts,
        &'static [(i64, Outcome, Option<ReceiptState>)],
        Option<State>,
    );

    #[test]
    fn one_final_word_per_text() {
        use Outcome::{Accepted, Resent};
        use ReceiptState::{Accepted as Acceptd, Delivered, Enroute, Expired};
        let table: [Case; 9] = [
            (
                1,
                Receipts::EveryPart,
                &[(1, Accepted, Some(Delivered))],
                Some(State::Delivered),
            ),
            (
                1,
                Receipts::EveryPart,
                &[(1, Accepted, Some(Expired))],
                Some(State::Undeliverable),
            ),
            (
                1,
                Receipts::EveryPart,
                &[(1, Accepted, Some(Enroute))],
                None,
            ),
            (
                1,
                Receipts::EveryPart,
                &[(1, Accepted, Some(Acceptd))],
                None,
            ),
            (
                1,
                Receipts::EveryPart,
                &[(1, Accepted, Some(Expired)), (1, Accepted, Some(Delivered))],
                Some(State::Delivered),
            ),
            (
                1,
                Receipts::EveryPart,
                &[(1, Accepted, Some(Expired)), (1, Accepted, None)],
                None,
            ),
            (
                1,
                Receipts::EveryPart,
                &[(1, Resent, None), (1, Accepted, Some(Expired))],
                Some(State::Undeliverable),
            ),
            (
                2,
                Receipts::EveryPart,
                &[(1, Accepted, Some(Delivered)), (2, Accepted, None)],
                None,
            ),
            (
                2,
                Receipts::LastPart,
                &[(1, Accepted, None), (2, Accepted, Some(Delivered))],
                Some(State::Delivered),
            ),
        ];
        for (parts, asked, attempts, expected) in table {
            let attempts: Vec<_> = attempts
                .iter()
                .zip(1..)
                .map(|((part, outcome, receipt), id)| attempt(id, *part, *outcome, *receipt))
                .collect();
            assert_eq!(
                verdict_of(parts, asked, &attempts),
                expected,
                "{attempts:?}"
            );
        }
    }

    #[test]
    fn no_receipt_is_older_than_its_attempt() {
        let attempt = attempts::Model {
            marked_at: 60_500,
            ..attempt(1, 1, Outcome::Accepted, None)
        };
        for (done_at, expected) in [
            (None, 65_000),
            (Some(60_000), 65_000),
            (Some(60_500), 60_500),
            (Some(120_000), 120_000),
        ] {
            let receipt = receipts::Model {
                id: 9,
                carrier_id: 1,
                message_id: Some("7a".into()),
                number: None,
                handset: None,
                state: 2,
                done_at,
                arrived_at: 65_000,
                attempt_id: None,
            };
            assert_eq!(told_at(&receipt, &attempt), expected, "{done_at:?}");
        }
    }

    #[test]
    fn a_receipt_goes_to_the_newest_open_attempt_of_its_handset() {
        let done = attempt(1, 1, Outcome::Accepted, Some(ReceiptState::Delivered));
        let open = attempt(2, 1, Outcome::Accepted, None);
        let other = attempts::Model {
            handset: 61_491_570_006,
            ..attempt(3, 1, Outcome::Accepted, None)
        };
        let attempts = [done, open, other];
        let receipt = |handset| receipts::Model {
            id: 9,
            carrier_id: 1,
            message_id: Some("7a".into()),
            number: None,
            handset,
            state: 2,
            done_at: None,
            arrived_at: 0,
            attempt_id: None,
        };
        assert_eq!(
            attempt_of(&receipt(Some(61_491_570_156)), &attempts, false).map(|attempt| attempt.id),
            Some(2)
        );
        assert_eq!(
            attempt_of(&receipt(Some(61_491_570_006)), &attempts, false).map(|attempt| attempt.id),
            Some(3)
        );
        assert_eq!(attempt_of(&receipt(Some(1)), &attempts, false), None);
    }
}
