//! Settling texts in doubt whose wait is over: proof, one more try, or unknown for good [SPEC 4.3].

use super::Shared;
use super::ending::{self, Ending};
use super::outcome::{KILLS, LINK_KILLED, charge, may_resend};
use super::ready::Sms;
use crate::store::attempts::{self, Outcome, PartsStanding};
use crate::store::events::{Event, Kind};
use crate::store::{Batch, StoreError, Work, external, outgoing};
use crate::to_desktop::receipts;
use futures::future::BoxFuture;
use sms::State;
use std::sync::Arc;

/// Settles these; answers the ids of those to be sent again.
pub(super) struct Settle {
    pub journey: Arc<Shared>,
    pub texts: Vec<Arc<Sms>>,
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
    // Locked: a late answer may come at the node that wrote it.
    batch.sms_by_ids(&[sms.id]).await?;
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
    let is_over = batch.now >= sms.valid_until;
    if is_over || !may_resend(&journey.policy.to_handset, sms.resends) {
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
        batch.add_events([Event::new(sms.id, Kind::Pending).because("held_killed_its_link")]);
        tracing::error!(
            sms = external("msg", sms.id),
            "a text killed its link three times; it is held for an operator: see `emailsms admin queue held`"
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
    batch.add_events([Event {
        try_no: Some(sms.try_no),
        ..Event::new(sms.id, Kind::Resent).because("no_proof")
    }]);
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
    batch.add_cdrs(cdrs);
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
    batch.add_events([Event {
        carrier_id: Some(sms.carrier_id),
        ..Event::new(sms.id, kind).because(cause)
    }]);
    batch.match_receipts(&matches).await?;
    receipts::apply(pairs, &journey.policy, batch).await
}
