//! The mail queue's far end: due mails are claimed with all that their text needs, and their outcome is written. What a mail says is gathered when it is sent, not before [SPEC 5.6].

use super::{Shared, ToDesktop};
use crate::security::Field;
use crate::store::attempts::{self, Outcome};
use crate::store::events::{Event, Kind as EventKind};
use crate::store::mails::{self, Kind};
use crate::store::{Batch, StoreError, Work, external, outgoing};
use crate::vault::VaultError;
use futures::future::BoxFuture;
use jiff::tz::TimeZone;
use sms::State;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Mails claimed in one statement.
const CLAIM: u64 = 50;

/// A mail in hand: what to write, and to whom.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub mail_id: i64,
    pub sms_id: Option<i64>,
    pub kind: Kind,
    /// The same over all tries.
    pub message_id: String,
    pub recipient: String,
    /// UTC ms.
    pub dated_at: i64,
    /// Tries so far.
    pub tries: i64,
    /// The company's.
    pub zone: TimeZone,
    /// Gets the mail when its recipient refuses it for good.
    pub fallback_address: Option<String>,
    /// `61491570156`.
    pub handset: String,
    /// `msg_…`
    pub sms: String,
    pub subject: Subject,
}

/// What the mail tells. Times are UTC ms.
#[derive(Debug, Clone)]
pub enum Subject {
    Reply {
        text: String,
        original: String,
        sent_at: i64,
        arrived_at: i64,
        is_incomplete: bool,
        is_ambiguous: bool,
    },
    Receipt {
        delivered: bool,
        text: String,
        submitted_at: i64,
        received_at: i64,
    },
    Failure {
        at: i64,
        status: String,
    },
    Abort {
        at: i64,
        text: String,
        tries: u32,
        accepted: u32,
        parts: u32,
        attempts: Vec<AttemptLine>,
        is_unknown: bool,
    },
}

/// One attempt, as the abort mail lists it.
#[derive(Debug, Clone)]
pub struct AttemptLine {
    pub at: i64,
    pub carrier: Option<String>,
    /// Command status by name, or the cause.
    pub outcome: String,
}

/// What the relay said.
#[derive(Debug, Clone)]
pub enum MailAnswer {
    Sent,
    /// To be tried again after so long.
    Later {
        after: Duration,
        error: String,
    },
    /// Never.
    Refused {
        /// The text of the refusal.
        error: String,
        /// In a word or two, for the text's events.
        cause: String,
    },
}

impl ToDesktop {
    /// Claims due mails, gathered; one that cannot be gathered is put off and logged.
    pub async fn claim_mails(&self) -> Result<Vec<Claimed>, StoreError> {
        let due = self.0.reader.next_mail_due_at().await?;
        if due.is_none_or(|due| due > self.0.clock.now()) {
            return Ok(Vec::new());
        }
        let rows = self.0.writer.write(Claim).await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, tries) = (row.id, row.tries);
            match self.0.gather(row).await {
                Ok(mail) => claimed.push(mail),
                Err(error) => {
                    tracing::error!(mail = id, %error, "a mail cannot be written; it is put off");
                    let after = Duration::from_secs(60 << tries.clamp(0, 6));
                    self.write_outcome(Done {
                        mail_id: id,
                        sms_id: None,
                        kind: None,
                        answer: MailAnswer::Later {
                            after,
                            error: error.to_string(),
                        },
                        fallback: None,
                    })
                    .await?;
                }
            }
        }
        Ok(claimed)
    }

    /// Writes what became of a mail.
    pub async fn mail_answered(
        &self,
        mail: &Claimed,
        answer: MailAnswer,
    ) -> Result<(), StoreError> {
        let fallback = match &answer {
            MailAnswer::Refused { .. } => mail
                .fallback_address
                .clone()
                .filter(|address| !address.eq_ignore_ascii_case(&mail.recipient)),
            _ => None,
        };
        self.write_outcome(Done {
            mail_id: mail.mail_id,
            sms_id: mail.sms_id,
            kind: Some(mail.kind),
            answer,
            fallback,
        })
        .await
    }

    async fn write_outcome(&self, done: Done) -> Result<(), StoreError> {
        self.0
            .writer
            .write(Outcomes {
                shared: self.0.clone(),
                done,
            })
            .await
    }
}

/// Looks after what waits in this journey until told to stop: mails that a dead node held, parts that miss others, receipts that missed their attempt. One node does it at a
/// time.
pub async fn keep_in_order(journey: ToDesktop, stop: CancellationToken) {
    loop {
        match journey.0.writer.write(Release).await {
            Ok(true) => journey.look_after_all().await,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "mails of dead nodes could not be released"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
    }
}

impl ToDesktop {
    async fn look_after_all(&self) {
        if let Err(error) = self.look_after_parts().await {
            tracing::warn!(%error, "parts of replies could not be looked after");
        }
        if let Err(error) = self.match_missed().await {
            tracing::warn!(%error, "receipts could not be looked at once more");
        }
    }
}

impl Shared {
    async fn gather(&self, row: mails::Model) -> Result<Claimed, VaultError> {
        let missing =
            |what: &str| StoreError::Refused(format!("mail {}: {what} is missing", row.id));
        let kind = Kind::from_code(row.kind).ok_or_else(|| missing("its kind"))?;
        let company = self
            .reader
            .company(row.company_id)
            .await?
            .ok_or_else(|| missing("its company"))?;
        let sms = match row.sms_id {
            Some(id) => self
                .reader
                .sms(id)
                .await?
                .ok_or_else(|| missing("its SMS"))?,
            None => return Err(missing("its SMS").into()),
        };
        let text = self.vault.open(sms.id, Field::SmsText, &sms.text).await?;
        let attempts = self.reader.attempts_of(sms.id).await?;
        let subject = match kind {
            Kind::Reply => {
                let inbound = match row.inbound_id {
                    Some(id) => self
                        .reader
                        .inbound(id)
                        .await?
                        .ok_or_else(|| missing("its reply"))?,
                    None => return Err(missing("its reply").into()),
                };
                Subject::Reply {
                    text: self
                        .vault
                        .open(inbound.id, Field::ReplyText, &inbound.text)
                        .await?,
                    original: text,
                    sent_at: sms.accepted_at,
                    arrived_at: inbound.arrived_at,
                    is_incomplete: inbound.incomplete,
                    is_ambiguous: inbound.ambiguous,
                }
            }
            Kind::Receipt => Subject::Receipt {
                delivered: sms.state() == State::Delivered,
                text,
                submitted_at: sms.accepted_at,
                received_at: attempts
                    .iter()
                    .filter_map(|attempt| attempt.receipt_at)
                    .max()
                    .unwrap_or(row.dated_at),
            },
            Kind::Failure => Subject::Failure {
                at: row.dated_at,
                status: cancelled_because(&sms, &attempts),
            },
            Kind::Abort => self.abort(&sms, text, row.dated_at, &attempts).await?,
        };
        Ok(Claimed {
            mail_id: row.id,
            sms_id: row.sms_id,
            kind,
            message_id: row.message_id,
            recipient: row.recipient,
            dated_at: row.dated_at,
            tries: row.tries,
            zone: TimeZone::get(&company.zone).unwrap_or(TimeZone::UTC),
            fallback_address: company.fallback_address,
            handset: sms.handset.to_string(),
            sms: external("msg", sms.id),
            subject,
        })
    }

    async fn abort(
        &self,
        sms: &outgoing::Model,
        text: String,
        at: i64,
        attempts: &[attempts::Model],
    ) -> Result<Subject, StoreError> {
        let carriers = self.reader.carriers().await?;
        let mut lines: Vec<AttemptLine> = Vec::with_capacity(attempts.len());
        for attempt in attempts {
            let outcome = match (attempt.outcome(), attempt.status) {
                (Outcome::Accepted, _) => "ESME_ROK".to_owned(),
                (_, Some(status)) => {
                    smpp::CommandStatus(u32::try_from(status).unwrap_or_default()).name()
                }
                (Outcome::NotWritten, None) => "no_link".to_owned(),
                _ => "no_answer".to_owned(),
            };
            let carrier = carriers
                .iter()
                .find(|carrier| carrier.id == attempt.carrier_id)
                .map(|carrier| carrier.name.clone());
            lines.push(AttemptLine {
                at: attempt
                    .answered_at
                    .map_or(attempt.marked_at, |at| self.clock.shifted(at)),
                carrier,
                outcome,
            });
        }
        if lines.is_empty() {
            lines.push(AttemptLine {
                at,
                carrier: None,
                outcome: sms.cause.clone().unwrap_or_default(),
            });
        }
        let parts = u32::try_from(sms.parts).unwrap_or(1);
        let accepted = attempts::accepted_parts(sms.parts, attempts);
        Ok(Subject::Abort {
            at,
            text,
            tries: u32::try_from(sms.tries).unwrap_or_default(),
            accepted: u32::try_from(accepted).unwrap_or_default(),
            parts,
            attempts: lines,
            is_unknown: sms.state() == State::Unknown,
        })
    }
}

fn cancelled_because(sms: &outgoing::Model, attempts: &[attempts::Model]) -> String {
    let because = match sms.cause.as_deref() {
        Some("inactive") => "Your account is currently inactive.".to_owned(),
        Some("opted_out") => format!("{} asked not to get texts from your company.", sms.handset),
        Some("destination_restricted") => format!(
            "{} is not on the list of destinations that your company may text.",
            sms.handset
        ),
        other => format!(
            "The text was cancelled: {}.",
            other.unwrap_or("no cause is known")
        ),
    };
    // Whoever was told nothing would send it all again.
    match (attempts::accepted_parts(sms.parts, attempts), sms.parts) {
        (0, _) => because,
        (accepted, all) => format!("{because} {accepted} of {all} parts were accepted."),
    }
}

struct Claim;

impl Work for Claim {
    type Answer = Vec<mails::Model>;
    const NAME: &'static str = "mail_claim";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Vec<mails::Model>>, StoreError>> {
        Box::pin(async move {
            let mut claimed = Vec::with_capacity(works.len());
            for _ in works.iter() {
                claimed.push(batch.claim_mails(CLAIM).await?);
            }
            Ok(claimed)
        })
    }
}

/// Releases the mails of dead nodes, if this node is the one that sweeps; whether it is.
struct Release;

impl Work for Release {
    type Answer = bool;
    const NAME: &'static str = "mail_release";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<bool>, StoreError>> {
        Box::pin(async move {
            let is_sweeper = batch.is_sweeper().await?;
            if is_sweeper {
                batch.release_orphaned_mails().await?;
            }
            Ok(vec![is_sweeper; works.len()])
        })
    }
}

struct Done {
    mail_id: i64,
    sms_id: Option<i64>,
    kind: Option<Kind>,
    answer: MailAnswer,
    fallback: Option<String>,
}

struct Outcomes {
    shared: Arc<Shared>,
    done: Done,
}

impl Work for Outcomes {
    type Answer = ();
    const NAME: &'static str = "mail";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            let mut events = Vec::new();
            for Outcomes { shared, done } in works.iter() {
                let event = match &done.answer {
                    MailAnswer::Sent => {
                        batch.mail_sent(done.mail_id).await?;
                        Some(EventKind::MailSent)
                    }
                    MailAnswer::Later { after, error } => {
                        let after_ms = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                        batch
                            .mail_refused(
                                done.mail_id,
                                Some(batch.now.saturating_add(after_ms)),
                                error,
                            )
                            .await?;
                        None
                    }
                    MailAnswer::Refused { error, .. } => {
                        batch.mail_refused(done.mail_id, None, error).await?;
                        if let Some(fallback) = &done.fallback {
                            batch
                                .redirect_mail(done.mail_id, fallback, &shared.policy.mail_domain)
                                .await?;
                        }
                        Some(EventKind::MailFailed)
                    }
                };
                if let (Some(event), Some(sms_id), Some(kind)) = (event, done.sms_id, done.kind) {
                    events.push(Event::new(sms_id, event).because(match &done.answer {
                        MailAnswer::Refused { cause, .. } => format!("{} {cause}", kind.as_str()),
                        _ => kind.as_str().to_owned(),
                    }));
                }
            }
            batch.add_events(events);
            Ok(vec![(); works.len()])
        })
    }
}
