//! Endings without success: abort, cancelled, unknown. The sender is told once, and the quota comes back if nothing of the text left.

use super::ready::Sms;
use crate::policy::Policy;
use crate::store::attempts::{self, Outcome};
use crate::store::events::{Event, Kind};
use crate::store::mails::{self, NewMail};
use crate::store::{Batch, StoreError, outgoing};
use sms::State;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An SMS that is over.
pub(super) struct Ending {
    pub sms: Arc<Sms>,
    pub state: State,
    /// A short word.
    pub cause: String,
    /// The command status that decided it.
    pub status: Option<i64>,
    /// Whether it had been tried, so that the try counts.
    pub was_tried: bool,
}

impl Ending {
    /// `state` is abort, cancelled or unknown; `cause` a short word.
    pub fn new(sms: &Arc<Sms>, state: State, cause: impl Into<String>) -> Self {
        Self {
            sms: sms.clone(),
            state,
            cause: cause.into(),
            status: None,
            was_tried: false,
        }
    }
}

/// The change of an SMS in hand to `state`, with everything else as it is in this try and nothing more to do.
pub(super) fn change(sms: &Sms, state: State) -> outgoing::Change {
    outgoing::Change {
        id: sms.id,
        state,
        cause: None,
        tries: sms.try_no,
        resends: sms.resends(),
        in_doubt: sms.was_in_doubt(),
        carrier_id: Some(sms.carrier_id),
        number: sms.given_number(),
        due_at: sms.accepted_at,
        lease: None,
    }
}

/// Writes endings: state, event, quota, mail.
pub(super) async fn write(
    endings: Vec<Ending>,
    policy: &Policy,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    if endings.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = endings.iter().map(|ending| ending.sms.id).collect();
    let attempts = batch.attempts_of(&ids).await?;
    let mut given_back: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    let mut events = Vec::with_capacity(endings.len());
    let mut changes = Vec::with_capacity(endings.len());
    for ending in endings {
        let sms = &ending.sms;
        sms.stop();
        let used = |outcome| {
            matches!(
                outcome,
                Outcome::Accepted | Outcome::InDoubt | Outcome::Resent | Outcome::Open
            )
        };
        if !attempts
            .iter()
            .any(|attempt| attempt.sms_id == sms.id && used(attempt.outcome()))
        {
            let scopes = [Some(sms.company_id), sms.department_id, Some(sms.user_id)];
            for scope in scopes.into_iter().flatten() {
                *given_back.entry((scope, sms.quota_day)).or_default() -= i64::from(sms.parts);
            }
        }
        let of_sms = attempts.iter().filter(|attempt| attempt.sms_id == sms.id);
        let state = match ending.state {
            // What may be at its handset is not said to have failed.
            State::Abort if attempts::may_have_arrived(sms.parts, of_sms) => State::Unknown,
            state => state,
        };
        let (event, mail) = match state {
            State::Cancelled => (Kind::Cancelled, mails::Kind::Failure),
            State::Unknown => (Kind::Unknown, mails::Kind::Abort),
            _ => (Kind::Abort, mails::Kind::Abort),
        };
        let tried = ending.was_tried.then_some(sms.try_no);
        events.push(Event {
            try_no: tried,
            carrier_id: tried.map(|_| sms.carrier_id),
            status: ending.status,
            ..Event::new(sms.id, event).because(ending.cause.clone())
        });
        let was_doubtful = attempts.iter().any(|attempt| {
            attempt.sms_id == sms.id
                && matches!(attempt.outcome(), Outcome::InDoubt | Outcome::Resent)
        });
        changes.push(outgoing::Change {
            cause: Some(ending.cause),
            in_doubt: sms.was_in_doubt() || was_doubtful,
            tries: if ending.was_tried {
                sms.try_no
            } else {
                sms.try_no - 1
            },
            ..change(sms, state)
        });
        batch.queue_mail(NewMail {
            kind: mail,
            event_id: sms.id,
            company_id: sms.company_id,
            sms_id: Some(sms.id),
            inbound_id: None,
            recipient: sms.reply_to.clone(),
            mail_domain: policy.mail_domain.clone(),
        });
    }
    batch.change_sms(changes).await?;
    batch.add_events(events);
    batch.add_quota(&given_back).await
}
