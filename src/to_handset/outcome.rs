//! Outcomes: what a carrier answered to an attempt, and what that makes of the text [SPEC 4.1–4.3]. With [`super::ending`] the place where its state changes on the way out.

use super::ending::{self, Ending};
use super::ready::Sms;
use super::{Deposit, Shared, ToHandset};
use crate::config::rooms::{InDoubt, Outage, Receipts};
use crate::store::attempts::{self, Outcome, PartsStanding};
use crate::store::cdrs::{Cdr, Direction};
use crate::store::events::{Event, Kind};
use crate::store::{Batch, StoreError, Work, outgoing};
use crate::to_desktop::receipts;
use futures::future::BoxFuture;
use sms::State;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The link was lost with this deposit alone in flight.
pub const LINK_KILLED: &str = "link_killed";
/// So many lost links make a text one that is held for an operator [SPEC 4.2].
pub(super) const KILLS: u64 = 3;
/// How long a text rests that was throttled.
const THROTTLED_MS: i64 = 1_000;

/// What a link reports of a deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The SMSC took it under this id, canonical.
    Accepted { message_id: String },
    /// The SMSC refused it for now, with this command status.
    RefusedForNow { status: u32 },
    /// The SMSC has too much of us: no try is counted.
    Throttled { status: u32 },
    /// The SMSC refused it for good.
    RefusedForGood { status: u32 },
    /// Written, perhaps, and no answer came: `cause` is `response_timeout`, `link_lost`, or [`LINK_KILLED`].
    NoAnswer { cause: &'static str },
    /// Certainly not written: the link was lost before its turn.
    NotWritten,
}

impl Answer {
    /// How much it decides about its text: a refusal for good ends it, a doubt holds it, a refusal for now counts its try; the others cost nothing.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Answer::Accepted { .. } => 0,
            Answer::NotWritten => 1,
            Answer::Throttled { .. } => 2,
            Answer::RefusedForNow { .. } => 3,
            Answer::NoAnswer { .. } => 4,
            Answer::RefusedForGood { .. } => 5,
        }
    }
}

/// A deposit and its answer.
#[derive(Debug, Clone)]
pub struct Reported {
    pub deposit: Deposit,
    pub answer: Answer,
}

impl ToHandset {
    /// Writes what became of deposits. Every change is on disk on return.
    pub async fn report(&self, reported: Vec<Reported>) -> Result<(), StoreError> {
        self.0
            .writer
            .write(Report {
                journey: self.0.clone(),
                reported,
            })
            .await
    }

    /// No link is up for these, which wait in memory: a try that fails by itself, where outages count [SPEC 4.2].
    pub async fn count_outage(&self, carrier_id: i64) {
        let shared = &self.0;
        // A carrier is not down at once, and when it is, what has another way goes that way.
        if shared.policy.to_handset.outage == Outage::Hold || shared.is_up(carrier_id) {
            return;
        }
        if let Err(error) = shared.sort_out(&shared.network()).await {
            tracing::warn!(%error, "texts could not be moved to other carriers");
        }
        self.mark_unwritten(shared.ready.take_all(carrier_id)).await;
    }
}

struct Report {
    journey: Arc<Shared>,
    reported: Vec<Reported>,
}

impl Work for Report {
    type Answer = ();
    const NAME: &'static str = "outcome";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            let answers = vec![(); works.len()];
            let Some(journey) = works.first().map(|work| work.journey.clone()) else {
                return Ok(answers);
            };
            // A late answer may share a batch with the time-out before it: the last word on an attempt counts.
            let last: BTreeMap<i64, &Reported> = works
                .iter()
                .flat_map(|work| &work.reported)
                .map(|reported| (reported.deposit.attempt_id, reported))
                .collect();
            let all: Vec<&Reported> = last.into_values().collect();
            write_reports(&journey, &all, batch).await?;
            Ok(answers)
        })
    }
}

async fn write_reports(
    journey: &Shared,
    all: &[&Reported],
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    // A text of one part in its first try has no other attempt than the one reported, unless it was given up before (a late answer).
    let is_simple = |sms: &Sms| sms.parts == 1 && !sms.was_tried && !sms.is_stopped();
    let ids: BTreeSet<i64> = all
        .iter()
        .map(|one| &one.deposit.sms)
        .filter(|sms| !is_simple(sms))
        .map(|sms| sms.id)
        .collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut attempts: HashMap<i64, Vec<attempts::Model>> = HashMap::new();
    let mut current: HashMap<i64, outgoing::Model> = HashMap::new();
    if !ids.is_empty() {
        let rows = batch.sms_by_ids(&ids).await?;
        current.extend(rows.into_iter().map(|row| (row.id, row)));
        for attempt in batch.attempts_of(&ids).await? {
            attempts.entry(attempt.sms_id).or_default().push(attempt);
        }
    }
    let mut decided = Decided::default();
    let mut of_sms: BTreeMap<i64, Vec<&Reported>> = BTreeMap::new();
    for reported in all.iter().copied() {
        let known = attempts
            .get_mut(&reported.deposit.sms.id)
            .into_iter()
            .flatten();
        let attempt = known
            .into_iter()
            .find(|attempt| attempt.id == reported.deposit.attempt_id);
        // A proof was faster than this late answer: it is accepted, and charged, already.
        if attempt
            .as_ref()
            .is_some_and(|attempt| attempt.outcome() == Outcome::Accepted)
        {
            continue;
        }
        let outcome = decided.note_attempt(reported);
        if let Some(attempt) = attempt {
            attempt.outcome = outcome.code();
        }
        of_sms
            .entry(reported.deposit.sms.id)
            .or_default()
            .push(reported);
    }
    batch
        .change_attempts(std::mem::take(&mut decided.attempts))
        .await?;
    let mut accepted_ids = Vec::new();
    // Accepted whole only now, when receipts of some parts are here already.
    let mut reported_on = Vec::new();
    for (id, reported) in of_sms {
        let newest = reported[reported.len() - 1];
        let sms = &newest.deposit.sms;
        for one in &reported {
            sms.note_answer(one.deposit.part.number, &one.answer);
        }
        // What went wrong says more than what went right beside it, or after it.
        let (part, answer) = sms
            .worst_setback()
            .unwrap_or_else(|| (newest.deposit.part.number, newest.answer.clone()));
        let standing = match attempts.get(&id) {
            Some(attempts) => attempts::standing_of(sms.parts, attempts),
            None => standing_of_one(&answer),
        };
        let row = current.get(&id);
        if row.is_some_and(|row| row.state().is_final() || row.tries > sms.try_no) {
            // A late answer: the text was settled, or is tried again, without it. A part that is in after all is not sent again: marking looks at the attempts.
            continue;
        }
        accepted_ids.extend(reported.iter().filter_map(|one| match &one.answer {
            Answer::Accepted { message_id } if sms.receipts != sms::Wish::Never => {
                Some((sms.carrier_id, message_id.clone()))
            }
            _ => None,
        }));
        let heard_of = |attempt: &attempts::Model| attempt.receipt.is_some();
        if standing == PartsStanding::AllAccepted
            && attempts
                .get(&id)
                .is_some_and(|all| all.iter().any(heard_of))
        {
            reported_on.push(id);
        }
        decided.decide(journey, sms, (part, &answer), standing, batch);
    }
    batch.add_cdrs(decided.cdrs);
    batch.change_sms(decided.changes).await?;
    batch.add_events(decided.events);
    ending::write(decided.endings, &journey.policy, batch).await?;
    if !accepted_ids.is_empty() {
        receipts::match_waiting(&accepted_ids, &journey.policy, batch).await?;
    }
    if !reported_on.is_empty() {
        receipts::settle(&reported_on, &journey.policy, batch).await?;
    }
    Ok(())
}

fn standing_of_one(answer: &Answer) -> PartsStanding {
    match answer {
        Answer::Accepted { .. } => PartsStanding::AllAccepted,
        Answer::RefusedForGood { .. } => PartsStanding::RefusedForGood,
        Answer::NoAnswer { .. } => PartsStanding::InDoubt,
        Answer::RefusedForNow { .. } | Answer::Throttled { .. } | Answer::NotWritten => {
            PartsStanding::ToRetry
        }
    }
}

#[derive(Default)]
struct Decided {
    attempts: Vec<attempts::Change>,
    changes: Vec<outgoing::Change>,
    events: Vec<Event>,
    endings: Vec<Ending>,
    cdrs: Vec<Cdr>,
}

impl Decided {
    /// The attempt's own outcome, and the charge if it was accepted.
    fn note_attempt(&mut self, Reported { deposit, answer }: &Reported) -> Outcome {
        let (outcome, message_id, status) = match answer {
            Answer::Accepted { message_id } => (
                Outcome::Accepted,
                Some(message_id.clone()).filter(|id| !id.is_empty()),
                None,
            ),
            Answer::RefusedForNow { status } | Answer::Throttled { status } => {
                (Outcome::RefusedForNow, None, Some(i64::from(*status)))
            }
            Answer::RefusedForGood { status } => {
                (Outcome::RefusedForGood, None, Some(i64::from(*status)))
            }
            Answer::NoAnswer { .. } => (Outcome::InDoubt, None, None),
            Answer::NotWritten => (Outcome::NotWritten, None, None),
        };
        let answered_at = Some(crate::clock::real_now());
        self.attempts.push(attempts::Change {
            id: deposit.attempt_id,
            outcome,
            message_id,
            status,
            answered_at,
        });
        if outcome == Outcome::Accepted {
            self.cdrs.push(charge(
                &deposit.sms,
                deposit.part.number.into(),
                deposit.number,
                deposit.sms.carrier_id,
            ));
        }
        outcome
    }

    /// What the attempts together make of the text; `part` and `answer` say why.
    fn decide(
        &mut self,
        journey: &Shared,
        sms: &Arc<Sms>,
        (part, answer): (u8, &Answer),
        standing: PartsStanding,
        batch: &Batch<'_>,
    ) {
        let policy = &journey.policy.to_handset;
        let part = i64::from(part);
        let status = match answer {
            Answer::RefusedForNow { status }
            | Answer::Throttled { status }
            | Answer::RefusedForGood { status } => Some(i64::from(*status)),
            _ => None,
        };
        let event = |kind| Event {
            part: Some(part),
            try_no: Some(sms.try_no),
            carrier_id: Some(sms.carrier_id),
            status,
            ..Event::new(sms.id, kind)
        };
        match standing {
            PartsStanding::Open => {}
            PartsStanding::ToRetry
                if sms.has_unmarked() && matches!(answer, Answer::Accepted { .. }) => {}
            PartsStanding::AllAccepted => {
                let waits = journey.waits_for_receipt(sms);
                let due_at = sms.valid_until + journey.policy.to_desktop.receipt_wait_s.ms();
                self.events.push(Event {
                    status: Some(0),
                    ..event(Kind::Ok)
                });
                self.changes.push(outgoing::Change {
                    due_at,
                    lease: waits.then_some(0),
                    ..ending::change(sms, State::Ok)
                });
            }
            PartsStanding::RefusedForGood => {
                let cause = status.map_or_else(
                    || "refused".to_owned(),
                    |status| smpp::CommandStatus(u32::try_from(status).unwrap_or_default()).name(),
                );
                self.endings.push(Ending {
                    status,
                    was_tried: true,
                    ..Ending::new(sms, State::Abort, cause)
                });
            }
            PartsStanding::InDoubt => {
                sms.stop();
                sms.doubt();
                let cause = match answer {
                    Answer::NoAnswer { cause } => *cause,
                    _ => "no_answer",
                };
                self.events.push(event(Kind::InDoubt).because(cause));
                self.changes.push(outgoing::Change {
                    cause: Some(cause.to_owned()),
                    in_doubt: true,
                    due_at: batch.now + policy.in_doubt_wait_s.ms(),
                    lease: Some(0),
                    ..ending::change(sms, State::InDoubt)
                });
            }
            PartsStanding::ToRetry => {
                sms.stop();
                let no_link = *answer == Answer::NotWritten;
                let cause = match status {
                    Some(status) => {
                        smpp::CommandStatus(u32::try_from(status).unwrap_or_default()).name()
                    }
                    None if no_link => "no_link".to_owned(),
                    None => "part_refused".to_owned(),
                };
                let is_throttled = matches!(answer, Answer::Throttled { .. });
                if is_throttled || (no_link && policy.outage == Outage::Hold) {
                    self.events
                        .push(event(Kind::Pending).because(cause.clone()));
                    let tries = sms.try_no - 1;
                    self.changes.push(outgoing::Change {
                        cause: Some(cause),
                        tries,
                        due_at: batch.now + if is_throttled { THROTTLED_MS } else { 0 },
                        lease: Some(0),
                        ..ending::change(sms, State::Pending)
                    });
                } else if sms.try_no > i64::from(policy.retries) {
                    self.endings.push(Ending {
                        status,
                        was_tried: true,
                        ..Ending::new(sms, State::Abort, cause)
                    });
                } else {
                    self.events.push(event(Kind::Fail).because(cause.clone()));
                    let due_at = batch.now + policy.retry_delay_s.ms();
                    self.changes.push(outgoing::Change {
                        cause: Some(cause),
                        due_at,
                        lease: Some(0),
                        ..ending::change(sms, State::Fail)
                    });
                }
            }
        }
    }
}

impl Shared {
    /// Whether a word on its delivery is to come: its sender wants it and its carrier is asked for it.
    pub(super) fn waits_for_receipt(&self, sms: &Sms) -> bool {
        sms.receipts != sms::Wish::Never
            && self.policy.carriers.dialect_of(sms.carrier_id).receipts != Receipts::None
    }
}

/// The charge of an accepted part.
pub(super) fn charge(sms: &Sms, part: i64, number: i64, carrier_id: i64) -> Cdr {
    Cdr {
        direction: Direction::Out,
        company_id: sms.company_id,
        department_id: sms.department_id,
        user_id: Some(sms.user_id),
        sms_id: Some(sms.id),
        inbound_id: None,
        part,
        handset: sms.handset.as_i64(),
        number,
        carrier_id,
        price: 0,
    }
}

/// Whether a text in doubt, for which no proof came, is sent once more.
pub(super) fn may_resend(policy: &crate::config::rooms::ToHandset, resends: i64) -> bool {
    policy.in_doubt == InDoubt::Resend && resends < i64::from(policy.in_doubt_resends)
}
