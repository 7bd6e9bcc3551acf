//! The sender: claims due mails from the journey home, writes them, hands them to the relay, reports what it said.

use super::letter::{self, AttemptLine, Matter, Note, Occasion, OriginalHeader, Style, ZoneNames};
use super::relay::{self, Lasting, Relay};
use super::watch::Watch;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::to_desktop::{Claimed, MailAnswer, Subject, ToDesktop};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long the sender sleeps at most before it looks for mails that nobody announced (retries, other nodes).
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What the sender needs.
#[derive(Clone)]
pub struct Sender {
    pub journey: ToDesktop,
    pub relay: Arc<Relay>,
    /// Is told what came of each mail.
    pub watch: Watch,
    /// The domain of our own addresses.
    pub mail_domain: String,
    /// The first wait before a mail is tried again.
    pub retry: Duration,
    pub clock: Clock,
    pub faults: Faults,
    pub metrics: Metrics,
}

impl Sender {
    /// Sends until told to stop; mails in hand are finished first.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let claimed = self.journey.claim_mails().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "mails could not be claimed");
                Vec::new()
            });
            if claimed.is_empty() {
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = self.journey.mail_queued() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
                continue;
            }
            // The relay's own turns bound how many are handed over at a time.
            let mut sending = JoinSet::new();
            for mail in claimed {
                let sender = self.clone();
                sending.spawn(async move { sender.send(mail).await });
            }
            while sending.join_next().await.is_some() {}
        }
        self.relay.close().await;
    }

    async fn send(&self, mail: Claimed) {
        let answer = match self.write(&mail) {
            Ok(letter) => match self.hand_over(&mail, &letter).await {
                Ok(accepted) => {
                    tracing::info!(
                        mail = mail.message_id,
                        kind = mail.kind.as_str(),
                        response = accepted.response,
                        "handed to the relay"
                    );
                    self.faults.fails_at("mail.after_relay");
                    MailAnswer::Sent
                }
                Err(failure) => self.refused(&mail, &failure),
            },
            Err(error) => {
                tracing::error!(mail = mail.message_id, %error, "given up: this mail cannot be written");
                MailAnswer::Refused {
                    error: error.to_string(),
                    cause: "not_written".to_owned(),
                }
            }
        };
        let outcome = match &answer {
            MailAnswer::Sent => "sent",
            MailAnswer::Later { .. } => "later",
            MailAnswer::Refused { .. } => "refused",
        };
        self.metrics.mail(mail.kind.as_str(), outcome);
        let mut pause = Duration::from_millis(100);
        while let Err(error) = self.journey.mail_answered(&mail, answer.clone()).await {
            tracing::error!(%error, "what the relay said could not be written; it waits");
            if matches!(error, crate::store::StoreError::LeaseLost) {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    async fn hand_over(
        &self,
        mail: &Claimed,
        letter: &letter::Letter,
    ) -> Result<relay::Accepted, relay::Failure> {
        let from = self.envelope_from(mail);
        let handing = self
            .relay
            .hand_over(letter, from.as_deref(), &mail.recipient);
        let outcome = handing.await;
        self.watch.heard(outcome.as_ref().map(|_| ()));
        outcome
    }

    fn refused(&self, mail: &Claimed, failure: &relay::Failure) -> MailAnswer {
        let error = failure.to_string();
        let after = relay::next_try(
            u32::try_from(mail.tries + 1).unwrap_or(u32::MAX),
            self.retry,
        );
        let next_at = self.clock.now() + i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        let (id, kind) = (&mail.message_id, mail.kind.as_str());
        match failure.lasting {
            Lasting::Temporary if !relay::gives_up(mail.dated_at, next_at) => {
                let again_in_s = after.as_secs();
                tracing::warn!(
                    mail = id,
                    kind,
                    error,
                    again_in_s,
                    "not taken by the relay; it is tried again"
                );
                MailAnswer::Later { after, error }
            }
            lasting => {
                let cause = cause_of(lasting, failure.code);
                let to_fallback = mail.fallback_address.is_some();
                tracing::warn!(
                    mail = id,
                    kind,
                    error,
                    cause,
                    to_fallback,
                    "not taken by the relay; given up"
                );
                MailAnswer::Refused { error, cause }
            }
        }
    }

    /// A reply comes from its handset; what the gateway says by itself has no return path, so that nothing can loop.
    fn envelope_from(&self, mail: &Claimed) -> Option<String> {
        matches!(mail.subject, Subject::Reply { .. })
            .then(|| format!("no-reply@{}", self.mail_domain))
    }

    fn write(&self, mail: &Claimed) -> Result<letter::Letter, letter::LetterError> {
        let style = Style {
            mail_domain: self.mail_domain.clone(),
            zone: mail.zone.clone(),
            original_header: OriginalHeader::OneLine,
            zone_names: ZoneNames::Current,
        };
        let occasion = |event_at| Occasion {
            message_id: &mail.message_id,
            date_at: mail.dated_at,
            event_at,
            to: &mail.recipient,
            to_name: None,
            handset: Some(&mail.handset),
            sms_id: Some(&mail.sms),
            answers: None,
        };
        match &mail.subject {
            Subject::Reply {
                text,
                original,
                sent_at,
                arrived_at,
                is_incomplete,
                is_ambiguous,
            } => {
                let notes: Vec<Note> = [
                    (*is_incomplete, Note::Incomplete),
                    (*is_ambiguous, Note::Ambiguous),
                ]
                .into_iter()
                .filter_map(|(is, note)| is.then_some(note))
                .collect();
                letter::write(
                    &style,
                    &occasion(*arrived_at),
                    &Matter::Reply {
                        text,
                        sent_at: *sent_at,
                        original,
                    },
                    &notes,
                )
            }
            Subject::Receipt {
                delivered,
                text,
                submitted_at,
                received_at,
            } => {
                let matter = Matter::Receipt {
                    delivered: *delivered,
                    submitted_at: *submitted_at,
                    received_at: *received_at,
                    text,
                };
                letter::write(&style, &occasion(*received_at), &matter, &[])
            }
            Subject::Failure { at, status } => {
                letter::write(&style, &occasion(*at), &Matter::Failure { status }, &[])
            }
            Subject::Abort {
                at,
                text,
                tries,
                accepted,
                parts,
                attempts,
                is_unknown,
            } => {
                let lines: Vec<AttemptLine<'_>> = attempts
                    .iter()
                    .map(|line| AttemptLine {
                        at: line.at,
                        carrier: line.carrier.as_deref(),
                        outcome: &line.outcome,
                    })
                    .collect();
                let went = (*accepted > 0).then_some((*accepted, *parts));
                let notes: &[Note] = if *is_unknown { &[Note::Unknown] } else { &[] };
                letter::write(
                    &style,
                    &occasion(*at),
                    &Matter::Abort {
                        tries: *tries,
                        parts: went,
                        attempts: &lines,
                        text,
                    },
                    notes,
                )
            }
        }
    }
}

/// Why a mail was given up, in a word and the relay's code.
fn cause_of(lasting: Lasting, code: Option<u16>) -> String {
    let word = match lasting {
        Lasting::Permanent => "relay_refused",
        Lasting::Temporary => "tried_too_long",
    };
    match code {
        Some(code) => format!("{word} {code}"),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_tell_never_from_no_longer() {
        for (lasting, code, expected) in [
            (Lasting::Permanent, Some(550), "relay_refused 550"),
            (Lasting::Temporary, Some(451), "tried_too_long 451"),
            (Lasting::Temporary, None, "tried_too_long"),
        ] {
            assert_eq!(cause_of(lasting, code), expected);
        }
    }
}
