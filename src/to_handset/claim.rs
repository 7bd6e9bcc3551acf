//! The claimer: takes due texts back into hand (retries, restarts, what did not fit into memory), settles those in doubt, and takes over what a dead node left.

use super::ending::{self, Ending};
use super::outcome::{KILLS, LINK_KILLED, charge, may_resend};
use super::ready::Sms;
use super::{Shared, ToHandset};
use crate::security::Field;
use crate::store::attempts::{self, Outcome, PartsStanding};
use crate::store::events::{Event, Kind};
use crate::store::{Batch, StoreError, Work, outgoing};
use crate::to_desktop::receipts;
use futures::future::BoxFuture;
use sms::{PhoneNumber, State, Text};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often due texts are looked for. Fresh ones do not wait for it.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Texts claimed in one statement.
const CLAIM: usize = 200;
/// How often what is counted in memory is set right by the database, and dead nodes are looked for.
const SET_RIGHT_EVERY: Duration = Duration::from_secs(5);
/// Below so much free space on SQLite's disk nothing more is accepted.
const LEAST_FREE_OCTETS: u64 = 64 << 20;

/// Claims until told to stop. `database_file` is SQLite's, whose disk is watched.
pub async fn keep_claiming(
    journey: ToHandset,
    database_file: Option<std::path::PathBuf>,
    stop: CancellationToken,
) {
    let shared = journey.0;
    let mut last_set_right = None;
    loop {
        if last_set_right.is_none_or(|at: std::time::Instant| at.elapsed() >= SET_RIGHT_EVERY) {
            last_set_right = Some(std::time::Instant::now());
            if let Err(error) = shared.set_right(database_file.as_deref()).await {
                tracing::warn!(%error, "the queue could not be looked after");
            }
        }
        let more = match shared.claim_due().await {
            Ok(claimed) => claimed == CLAIM,
            Err(error) => {
                tracing::warn!(%error, "due texts could not be claimed");
                false
            }
        };
        let pause = if more { Duration::ZERO } else { LOOK_EVERY };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

impl Shared {
    /// Claims what is due, up to a batch; how many.
    async fn claim_due(self: &Arc<Self>) -> Result<usize, StoreError> {
        // Who may send is as fresh as this, for those who only look; an accept judges by its own transaction.
        self.book.turn_to(self.reader.accounts_revision().await?);
        let limit = CLAIM.min(self.ready.room());
        let due = self.reader.next_sms_due_at().await?;
        if limit == 0 || due.is_none_or(|due| due > self.clock.now()) {
            return Ok(0);
        }
        let network = self.refresh_network().await?;
        let rows = self.writer.write(Claim { limit }).await?;
        let claimed = rows.len();
        let (mut doubtful, mut unreceipted, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let Some(handset) = PhoneNumber::from_i64(row.handset) else {
                continue;
            };
            let carrier_id = row
                .carrier_id
                .or_else(|| network.carrier_of(handset))
                .unwrap_or_default();
            match row.state() {
                State::InDoubt => {
                    doubtful.push((Arc::new(Sms::from_row(&row, carrier_id, handset)), row))
                }
                State::Ok => unreceipted.push(row.id),
                _ => waiting.push((Arc::new(Sms::from_row(&row, carrier_id, handset)), row)),
            }
        }
        if !unreceipted.is_empty() {
            receipts::give_up(&self.writer, unreceipted, self.policy.clone()).await?;
        }
        if !doubtful.is_empty() {
            let texts = doubtful.iter().map(|(sms, _)| sms.clone()).collect();
            let resent = self
                .writer
                .write(Settle {
                    journey: self.clone(),
                    texts,
                })
                .await?;
            waiting.extend(
                doubtful
                    .into_iter()
                    .filter(|(sms, _)| resent.contains(&sms.id)),
            );
        }
        for (sms, row) in waiting {
            self.take_in_hand(sms, &row).await?;
        }
        Ok(claimed)
    }

    /// Opens the text again, cuts it as before, and queues the parts that no attempt got through.
    async fn take_in_hand(&self, sms: Arc<Sms>, row: &outgoing::Model) -> Result<(), StoreError> {
        let opened = self.vault.open(row.id, Field::SmsText, &row.text).await;
        let parts = opened.map_err(|error| error.to_string()).and_then(|text| {
            let text = Text::new(&text).map_err(|error| error.to_string())?;
            text.cut(sms::Reference::Eight(sms.reference), sms::MAX_PARTS)
                .map_err(|error| error.to_string())
        });
        let mut parts = match parts {
            Ok(parts) => parts,
            Err(error) => {
                tracing::error!(sms = row.id, %error, "a stored text cannot be read; it is held for an operator");
                return Ok(());
            }
        };
        if sms.try_no > 1 || sms.in_doubt {
            let attempts = self.reader.attempts_of(row.id).await?;
            let accepted = |part: u8| {
                attempts.iter().any(|attempt| {
                    attempt.part == i64::from(part) && attempt.outcome() == Outcome::Accepted
                })
            };
            parts.retain(|part| !accepted(part.number));
        }
        self.ready.push(sms, parts);
        Ok(())
    }

    async fn set_right(&self, database_file: Option<&std::path::Path>) -> Result<(), StoreError> {
        if let Some(free) =
            database_file.and_then(|file| fs4::available_space(file.parent().unwrap_or(file)).ok())
        {
            let is_full = free < LEAST_FREE_OCTETS;
            if self.disk_full.swap(is_full, Ordering::Relaxed) != is_full {
                tracing::warn!(free, is_full, "room on the database's disk");
            }
        }
        let counted = self.reader.queued_by_company().await?.into_iter().collect();
        if let Ok(mut queued) = self.queued.lock() {
            *queued = counted;
        }
        if self.reader.has_dead_nodes().await? || self.reader.has_orphans(self.lease).await? {
            self.writer.write(Forget).await?;
        }
        while self.reader.has_orphans(self.lease).await? {
            let wait_ms = self.policy.to_handset.in_doubt_wait_s.ms();
            let taken = self.writer.write(TakeOver { wait_ms }).await?;
            if taken == 0 {
                break;
            }
            tracing::info!(taken, "texts that a dead process left were taken over");
        }
        Ok(())
    }
}

struct Claim {
    limit: usize,
}

impl Work for Claim {
    type Answer = Vec<outgoing::Model>;
    const NAME: &'static str = "claim";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Vec<outgoing::Model>>, StoreError>> {
        Box::pin(async move {
            let mut claimed = Vec::with_capacity(works.len());
            for work in works.iter() {
                claimed.push(batch.claim_sms(work.limit as u64).await?);
            }
            Ok(claimed)
        })
    }
}

/// Settles texts in doubt whose wait is over: proof, one more try, or unknown for good [SPEC 4.3]. Answers the ids of those to be sent again.
struct Settle {
    journey: Arc<Shared>,
    texts: Vec<Arc<Sms>>,
}

impl Work for Settle {
    type Answer = Vec<i64>;
    const NAME: &'static str = "settle";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Vec<i64>>, StoreError>> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(works.len());
            for work in works.iter() {
                let mut resent = Vec::new();
                for sms in &work.texts {
                    if settle(&work.journey, sms, batch).await? {
                        resent.push(sms.id);
                    }
                }
                answers.push(resent);
            }
            Ok(answers)
        })
    }
}

/// Settles one text; whether it is to be sent again.
async fn settle(journey: &Shared, sms: &Arc<Sms>, batch: &Batch<'_>) -> Result<bool, StoreError> {
    let attempts = batch.attempts_of(&[sms.id]).await?;
    let in_doubt: Vec<&attempts::Model> = attempts
        .iter()
        .filter(|attempt| attempt.outcome() == Outcome::InDoubt)
        .collect();
    let Some(first) = in_doubt.first() else {
        // A late answer settled the attempts; what it left is for a normal try.
        return Ok(attempts::standing_of(sms.parts, &attempts) == PartsStanding::ToRetry);
    };
    let since = in_doubt
        .iter()
        .map(|attempt| attempt.marked_at)
        .min()
        .unwrap_or_default();
    let receipts = batch
        .unmatched_receipts_between(first.carrier_id, first.number, first.handset, since)
        .await?;
    let answered = batch
        .was_answered(sms.id, first.number, first.handset)
        .await?;
    if receipts.len() >= in_doubt.len() || answered {
        prove(journey, sms, &attempts, &in_doubt, &receipts, batch).await?;
        return Ok(false);
    }
    if !may_resend(&journey.policy.to_handset, sms.resends) {
        let changes = vec![outgoing::Change {
            in_doubt: true,
            tries: sms.try_no - 1,
            ..ending::change(sms, State::InDoubt)
        }];
        batch.change_sms(changes).await?;
        ending::write(
            vec![Ending::new(sms, State::Unknown, "no_proof")],
            &journey.policy,
            batch,
        )
        .await?;
        return Ok(false);
    }
    if batch
        .count_events(sms.id, Kind::InDoubt, LINK_KILLED)
        .await?
        >= KILLS
    {
        // Until an operator looks, or its validity ends.
        let held = outgoing::Change {
            tries: sms.try_no - 1,
            cause: Some("held_killed_its_link".to_owned()),
            due_at: sms.valid_until,
            lease: Some(0),
            ..ending::change(sms, State::Pending)
        };
        batch.change_sms(vec![held]).await?;
        batch
            .insert_events(vec![
                Event::new(sms.id, Kind::Pending).because("held_killed_its_link"),
            ])
            .await?;
        tracing::error!(
            sms = sms.id,
            "a text killed its link three times; it is held for an operator"
        );
        return Ok(false);
    }
    let resent = in_doubt.iter().map(|attempt| attempts::Change {
        id: attempt.id,
        outcome: Outcome::Resent,
        message_id: None,
        status: None,
        answered_at: attempt.answered_at,
    });
    batch.change_attempts(resent.collect()).await?;
    let resends = sms.resends + 1;
    batch
        .change_sms(vec![outgoing::Change {
            resends,
            tries: sms.try_no - 1,
            cause: Some("resend".to_owned()),
            lease: Some(batch.lease),
            ..ending::change(sms, State::Pending)
        }])
        .await?;
    batch
        .insert_events(vec![Event {
            try_no: Some(sms.try_no),
            ..Event::new(sms.id, Kind::Resent).because("no_proof")
        }])
        .await?;
    sms.count_resend();
    Ok(true)
}

/// The SMSC has them after all: receipts, or an answer from the handset, say so.
async fn prove(
    journey: &Shared,
    sms: &Arc<Sms>,
    attempts: &[attempts::Model],
    in_doubt: &[&attempts::Model],
    found: &[crate::store::receipts::Model],
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    let mut changes = Vec::new();
    let mut cdrs = Vec::new();
    let mut matches = Vec::new();
    let mut pairs = Vec::new();
    for (place, attempt) in in_doubt.iter().enumerate() {
        let receipt = found.get(place);
        matches.extend(receipt.map(|receipt| (receipt.id, attempt.id)));
        pairs.extend(receipt.map(|receipt| (receipt.clone(), (*attempt).clone())));
        changes.push(attempts::Change {
            id: attempt.id,
            outcome: Outcome::Accepted,
            message_id: receipt.and_then(|receipt| receipt.message_id.clone()),
            status: None,
            answered_at: Some(crate::clock::real_now()),
        });
        cdrs.push(charge(
            sms,
            attempt.part,
            attempt.number,
            attempt.carrier_id,
        ));
    }
    batch.change_attempts(changes).await?;
    batch.insert_cdrs(&cdrs).await?;
    let proved: Vec<attempts::Model> = attempts
        .iter()
        .cloned()
        .map(|attempt| {
            if in_doubt.iter().any(|doubt| doubt.id == attempt.id) {
                attempts::Model {
                    outcome: Outcome::Accepted.code(),
                    ..attempt
                }
            } else {
                attempt
            }
        })
        .collect();
    let cause = if found.is_empty() {
        "proved_by_reply"
    } else {
        "proved_by_receipt"
    };
    let tries = sms.try_no - 1;
    let all = attempts::standing_of(sms.parts, &proved) == PartsStanding::AllAccepted;
    let change = if all {
        let waits = journey.waits_for_receipt(sms);
        let due_at = sms.valid_until + journey.policy.to_desktop.receipt_wait_s.ms();
        outgoing::Change {
            tries,
            due_at,
            lease: waits.then_some(0),
            ..ending::change(sms, State::Ok)
        }
    } else {
        outgoing::Change {
            tries,
            cause: Some(cause.to_owned()),
            due_at: batch.now,
            lease: Some(0),
            ..ending::change(sms, State::Fail)
        }
    };
    let kind = if all { Kind::Ok } else { Kind::Fail };
    batch.change_sms(vec![change]).await?;
    batch
        .insert_events(vec![Event {
            carrier_id: Some(sms.carrier_id),
            ..Event::new(sms.id, kind).because(cause)
        }])
        .await?;
    batch.match_receipts(&matches).await?;
    receipts::apply(pairs, &journey.policy, batch).await
}

/// Forgets nodes whose lease ended; what they had in hand is then to be taken over.
struct Forget;

impl Work for Forget {
    type Answer = ();
    const NAME: &'static str = "forget";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            batch.forget_dead_nodes().await?;
            Ok(vec![(); works.len()])
        })
    }
}

/// Takes over what a dead node had in hand. What it may have written is in doubt.
struct TakeOver {
    wait_ms: i64,
}

impl Work for TakeOver {
    type Answer = usize;
    const NAME: &'static str = "take_over";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<usize>, StoreError>> {
        Box::pin(async move {
            let mut taken = Vec::with_capacity(works.len());
            for work in works.iter() {
                taken.push(take_over(work.wait_ms, batch).await?);
            }
            Ok(taken)
        })
    }
}

async fn take_over(wait_ms: i64, batch: &Batch<'_>) -> Result<usize, StoreError> {
    let rows = batch.orphaned_sms(500).await?;
    let ids: Vec<i64> = rows
        .iter()
        .filter(|row| row.state() == State::Submitting)
        .map(|row| row.id)
        .collect();
    let attempts = if ids.is_empty() {
        Vec::new()
    } else {
        batch.attempts_of(&ids).await?
    };
    let (mut doubts, mut changes, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        let open: Vec<&attempts::Model> = attempts
            .iter()
            .filter(|attempt| attempt.sms_id == row.id && attempt.outcome() == Outcome::Open)
            .collect();
        let is_doubtful = attempts.iter().any(|attempt| {
            attempt.sms_id == row.id
                && matches!(attempt.outcome(), Outcome::Open | Outcome::InDoubt)
        });
        doubts.extend(open.iter().map(|attempt| attempts::Change {
            id: attempt.id,
            outcome: Outcome::InDoubt,
            message_id: None,
            status: None,
            answered_at: None,
        }));
        let (state, cause, due_at) = match row.state() {
            State::Submitting if is_doubtful => (
                State::InDoubt,
                Some("crash".to_owned()),
                batch.now + wait_ms,
            ),
            State::Submitting => (State::Pending, row.cause.clone(), batch.now),
            state => (state, row.cause.clone(), row.due_at),
        };
        if state == State::InDoubt && row.state() != state {
            events.push(Event {
                carrier_id: row.carrier_id,
                try_no: Some(row.tries),
                ..Event::new(row.id, Kind::InDoubt).because("crash")
            });
        }
        changes.push(outgoing::Change {
            id: row.id,
            state,
            cause,
            tries: row.tries,
            resends: row.resends,
            in_doubt: row.in_doubt || state == State::InDoubt,
            carrier_id: row.carrier_id,
            number: row.number,
            due_at,
            lease: Some(0),
        });
    }
    batch.change_attempts(doubts).await?;
    batch.change_sms(changes).await?;
    batch.insert_events(events).await?;
    Ok(rows.len())
}
