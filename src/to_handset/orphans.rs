//! What a dead node left in hand: taken over, and in doubt where it may have been written.

use crate::store::attempts::{self, Outcome};
use crate::store::events::{Event, Kind};
use crate::store::{Batch, StoreError, Work, outgoing};
use futures::future::BoxFuture;
use sms::State;

/// A sign of life of this node, as every batch is one; and nodes whose lease ended are forgotten, so that what they had in hand can be taken over: by the one that
/// sweeps, which it answers whether this is.
pub(super) struct Renew;

impl Work for Renew {
    type Answer = bool;
    const NAME: &'static str = "renew";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<bool>, StoreError>> {
        Box::pin(async move {
            batch.forget_dead_nodes().await?;
            Ok(vec![batch.is_sweeper().await?; works.len()])
        })
    }
}

/// Takes over what a dead node had in hand. What it may have written is in doubt.
pub(super) struct TakeOver {
    pub wait_ms: i64,
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
    batch.add_events(events);
    Ok(rows.len())
}
