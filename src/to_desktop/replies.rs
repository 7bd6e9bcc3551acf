//! Replies: put together from their parts, given to the owner of their pair, kept before the carrier is told so [SPEC 4.5, 5.3].

use super::{Shared, ToDesktop};
use crate::metrics::Tally;
use crate::security::{Field, OpenKey};
use crate::store::cdrs::{Cdr, Direction};
use crate::store::events::{Event, Kind};
use crate::store::inbound::{self, part};
use crate::store::mails::{self, NewMail};
use crate::store::{Batch, StoreError, Work};
use crate::vault::{NO_COMPANY, VaultError};
use futures::future::BoxFuture;
use sms::SmscAddress;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Within this time the same deliver_sm in a new session is a redelivery [SPEC 4.5].
const REDELIVERY_MS: i64 = 5 * 60_000;
/// Rounds of finding the owner's key.
const ROUNDS: usize = 4;

/// A text from a handset, or a part of one, as a link translates it.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub carrier_id: i64,
    pub sender: SmscAddress,
    /// Our number.
    pub number: SmscAddress,
    /// That of a part may begin or end with half a character; see [`sms::mend`].
    pub text: String,
    /// Which part of which text, if it is one of several.
    pub concat: Option<sms::Concat>,
    /// The link's session.
    pub session: i64,
    /// Equal for equal deliver_sm.
    pub digest: Vec<u8>,
}

/// A reply that was kept.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    /// To be given to [`ToDesktop::answers_written`].
    pub delivery_id: i64,
    /// It was kept before; nothing was done.
    pub is_repeated: bool,
}

impl ToDesktop {
    /// Keeps a text from a handset and queues its mail. On disk on return.
    pub async fn receive(&self, incoming: Incoming) -> Result<Received, VaultError> {
        let shared = &self.0;
        let received = shared
            .write_sealed(|keys| Receive {
                shared: shared.clone(),
                incoming: incoming.clone(),
                keys,
            })
            .await?;
        shared.mail_queued.notify_one();
        Ok(received)
    }

    /// Notes that the carrier got the answers to these deliveries, so that the same text again is another one.
    pub async fn answers_written(&self, delivery_ids: Vec<i64>) -> Result<(), StoreError> {
        self.0.writer.write(Answered(delivery_ids)).await
    }

    /// Makes replies of parts whose others did not come in time; forgets old deliveries.
    pub(crate) async fn look_after_parts(&self) -> Result<(), VaultError> {
        let shared = &self.0;
        let before = shared.clock.now() - shared.policy.to_desktop.reassembly_s.ms();
        shared
            .write_sealed(|keys| Overdue {
                shared: shared.clone(),
                before,
                keys,
            })
            .await?;
        Ok(())
    }
}

/// Data keys by company.
type DataKeys = HashMap<i64, Arc<OpenKey>>;

impl Shared {
    /// Writes a work that learns only inside the transaction whose key it needs: again with that key, until it has all.
    async fn write_sealed<W: Work<Answer = Step>>(
        &self,
        work: impl Fn(DataKeys) -> W,
    ) -> Result<Received, VaultError> {
        let mut keys = DataKeys::from([(NO_COMPANY, self.key_of(NO_COMPANY).await?)]);
        for _ in 0..ROUNDS {
            match self.writer.write(work(keys.clone())).await? {
                Step::Kept(received) => return Ok(received),
                Step::NeedsKey(company_id) => {
                    keys.insert(company_id, self.key_of(company_id).await?);
                }
            }
        }
        let restless = "the owner of a reply changes faster than it can be kept";
        Err(StoreError::Unreachable(restless.into()).into())
    }

    async fn key_of(&self, company_id: i64) -> Result<Arc<OpenKey>, VaultError> {
        self.vault
            .sealing_key(&self.writer, company_id, self.clock.now())
            .await
    }
}

enum Step {
    Kept(Received),
    /// It belongs to this company, whose key is needed to keep it. Nothing was done.
    NeedsKey(i64),
}

struct Receive {
    shared: Arc<Shared>,
    incoming: Incoming,
    keys: DataKeys,
}

impl Work for Receive {
    type Answer = Step;
    const NAME: &'static str = "reply";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Step>, StoreError>> {
        Box::pin(async move {
            let turns: BTreeSet<Vec<u8>> = works.iter().flat_map(Receive::turns).collect();
            batch.take_turns(&turns).await?;
            let mut steps = Vec::with_capacity(works.len());
            for work in works.iter() {
                steps.push(work.keep(batch).await?);
            }
            batch.end_turns(&turns).await?;
            Ok(steps)
        })
    }
}

impl Receive {
    /// What no two nodes may have in hand at one time: the same deliver_sm, and the parts of one text.
    fn turns(&self) -> impl Iterator<Item = Vec<u8>> {
        let incoming = &self.incoming;
        let text = incoming.concat.map(|concat| {
            let (sender, number) = (&incoming.sender, &incoming.number);
            let (carrier, reference, of) = (incoming.carrier_id, concat.reference, concat.of);
            format!("text {carrier} {reference} {of} {sender} {number}").into_bytes()
        });
        std::iter::once(incoming.digest.clone()).chain(text)
    }

    async fn keep(&self, batch: &Batch<'_>) -> Result<Step, StoreError> {
        let incoming = &self.incoming;
        let (sender, number) = (&incoming.sender, &incoming.number);
        let owner = Owner::find(number, sender, batch).await?;
        // Before anything is written, so that the next round finds nothing half done.
        if !self.keys.contains_key(&owner.company_id()) {
            return Ok(Step::NeedsKey(owner.company_id()));
        }
        let delivery = batch
            .note_delivery(
                &incoming.digest,
                incoming.session,
                batch.now - REDELIVERY_MS,
            )
            .await?;
        let received = Received {
            delivery_id: delivery.id,
            is_repeated: delivery.is_repeated,
        };
        if delivery.is_repeated {
            batch.tally(Tally::ReplyRepeated, 1);
            return Ok(Step::Kept(received));
        }
        let whole = match incoming.concat {
            None => Some((incoming.text.clone(), 1)),
            Some(concat) => self.put_together(concat, batch).await?,
        };
        if let Some((text, parts)) = whole {
            let reply = Reply {
                carrier_id: incoming.carrier_id,
                sender: sender.clone(),
                number: number.clone(),
                text,
                parts,
                is_incomplete: false,
            };
            keep_reply(&self.shared, &reply, owner, &self.keys, batch).await?;
        }
        Ok(Step::Kept(received))
    }

    /// Keeps a part; the whole text when it was the last that was missing.
    async fn put_together(
        &self,
        concat: sms::Concat,
        batch: &Batch<'_>,
    ) -> Result<Option<(String, i64)>, StoreError> {
        let incoming = &self.incoming;
        let gateways_own = self
            .keys
            .get(&NO_COMPANY)
            .ok_or_else(|| StoreError::Refused("no key for parts".into()))?;
        let id = batch.ids.next();
        let row = part::Model {
            id,
            carrier_id: incoming.carrier_id,
            sender: incoming.sender.to_string(),
            number: incoming.number.to_string(),
            reference: i64::from(concat.reference),
            part: i64::from(concat.number),
            of: i64::from(concat.of),
            text: gateways_own.seal(id, Field::ReplyPart, incoming.text.as_bytes()),
            arrived_at: batch.now,
            digest: Some(incoming.digest.clone()),
        };
        let parts = batch.insert_inbound_part(row).await?;
        if parts.len() < usize::from(concat.of) {
            batch.tally(Tally::ReplyPart, 1);
            return Ok(None);
        }
        let text = join(&self.shared, &parts).await?;
        batch.note_joined(&parts).await?;
        batch
            .delete_inbound_parts(&parts.iter().map(|part| part.id).collect::<Vec<_>>())
            .await?;
        Ok(Some((text, i64::from(concat.of))))
    }
}

/// The text of some parts, in their order; characters that were cut between two are whole again.
async fn join(shared: &Shared, parts: &[part::Model]) -> Result<String, StoreError> {
    let mut text = String::new();
    for part in parts {
        let opened = shared
            .vault
            .open(part.id, Field::ReplyPart, &part.text)
            .await;
        text.push_str(&opened.map_err(|error| StoreError::Refused(error.to_string()))?);
    }
    Ok(sms::mend(text))
}

/// A whole reply.
struct Reply {
    carrier_id: i64,
    sender: SmscAddress,
    number: SmscAddress,
    text: String,
    parts: i64,
    is_incomplete: bool,
}

/// Whose reply it is.
#[derive(Debug, Clone, Copy)]
enum Owner {
    /// The newest SMS of the pair; and whether an older one could be meant.
    Sms {
        sms_id: i64,
        company_id: i64,
        is_ambiguous: bool,
    },
    Nobody,
}

impl Owner {
    async fn find(
        number: &SmscAddress,
        sender: &SmscAddress,
        batch: &Batch<'_>,
    ) -> Result<Self, StoreError> {
        let (Some(number), Some(handset)) = (number.number(), sender.number()) else {
            return Ok(Self::Nobody);
        };
        let pairs = batch
            .pairs_between(number.as_i64(), handset.as_i64())
            .await?;
        let Some(newest) = pairs.first() else {
            return Ok(Self::Nobody);
        };
        Ok(Self::Sms {
            sms_id: newest.sms_id,
            company_id: newest.company_id,
            is_ambiguous: pairs.len() > 1,
        })
    }

    fn company_id(self) -> i64 {
        match self {
            Self::Sms { company_id, .. } => company_id,
            Self::Nobody => NO_COMPANY,
        }
    }
}

async fn keep_reply(
    shared: &Shared,
    reply: &Reply,
    owner: Owner,
    keys: &DataKeys,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    let id = batch.ids.next();
    let key = keys
        .get(&owner.company_id())
        .ok_or_else(|| StoreError::Refused("no key for a reply".into()))?;
    let answered = match owner {
        Owner::Sms { sms_id, .. } => batch.sms_by_ids(&[sms_id]).await?.into_iter().next(),
        Owner::Nobody => None,
    };
    if reply.is_incomplete {
        batch.tally(Tally::ReplyIncomplete, 1);
    }
    let fate = match &answered {
        Some(_) => Tally::ReplyMatched,
        None => Tally::ReplyUnmatched,
    };
    batch.tally(fate, 1);
    let is_ambiguous = matches!(
        owner,
        Owner::Sms {
            is_ambiguous: true,
            ..
        }
    );
    batch
        .insert_inbound(inbound::Model {
            id,
            carrier_id: reply.carrier_id,
            company_id: answered.as_ref().map(|sms| sms.company_id),
            department_id: answered.as_ref().and_then(|sms| sms.department_id),
            user_id: answered.as_ref().map(|sms| sms.user_id),
            sms_id: answered.as_ref().map(|sms| sms.id),
            handset: reply.sender.number().map(sms::PhoneNumber::as_i64),
            sender: reply.sender.to_string(),
            number: reply.number.to_string(),
            text: key.seal(id, Field::ReplyText, reply.text.as_bytes()),
            parts: reply.parts,
            incomplete: reply.is_incomplete,
            ambiguous: is_ambiguous,
            reply_to: answered.as_ref().map(|sms| sms.reply_to.clone()),
            arrived_at: batch.now,
            collected_at: None,
        })
        .await?;
    let Some(sms) = answered else {
        tracing::warn!(
            inbound = id,
            "a reply fits no pair; it is kept for an administrator"
        );
        return Ok(());
    };
    batch.add_events([Event {
        carrier_id: Some(reply.carrier_id),
        ..Event::new(sms.id, Kind::Reply)
    }]);
    batch.add_cdrs([Cdr {
        direction: Direction::In,
        company_id: sms.company_id,
        department_id: sms.department_id,
        user_id: Some(sms.user_id),
        sms_id: Some(sms.id),
        inbound_id: Some(id),
        part: reply.parts,
        handset: sms.handset,
        number: reply.number.number().map_or(0, sms::PhoneNumber::as_i64),
        carrier_id: reply.carrier_id,
        price: 0,
    }]);
    batch.queue_mail(NewMail {
        kind: mails::Kind::Reply,
        event_id: id,
        company_id: sms.company_id,
        sms_id: Some(sms.id),
        inbound_id: Some(id),
        recipient: sms.reply_to.clone(),
        mail_domain: shared.policy.mail_domain.clone(),
    });
    Ok(())
}

struct Answered(Vec<i64>);

impl Work for Answered {
    type Answer = ();
    const NAME: &'static str = "answered";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter() {
                batch.deliveries_answered(&work.0).await?;
            }
            Ok(vec![(); works.len()])
        })
    }
}

/// Parts that waited long enough for the others.
struct Overdue {
    shared: Arc<Shared>,
    before: i64,
    keys: DataKeys,
}

impl Work for Overdue {
    type Answer = Step;
    const NAME: &'static str = "overdue_parts";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Step>, StoreError>> {
        Box::pin(async move {
            let mut steps = Vec::with_capacity(works.len());
            for work in works.iter() {
                steps.push(work.make_replies(batch).await?);
            }
            Ok(steps)
        })
    }
}

impl Overdue {
    async fn make_replies(&self, batch: &Batch<'_>) -> Result<Step, StoreError> {
        batch
            .delete_old_deliveries(batch.now - 2 * REDELIVERY_MS)
            .await?;
        let mut texts: BTreeMap<(i64, String, String, i64, i64), Vec<part::Model>> =
            BTreeMap::new();
        for part in batch.overdue_inbound_parts(self.before).await? {
            texts
                .entry((
                    part.carrier_id,
                    part.sender.clone(),
                    part.number.clone(),
                    part.reference,
                    part.of,
                ))
                .or_default()
                .push(part);
        }
        // A part that comes once more waits for others in vain for as long as any.
        let forgotten = self.before - 2 * REDELIVERY_MS;
        batch.forget_joined(forgotten).await?;
        for ((carrier_id, sender, number, ..), parts) in texts {
            if all_were_joined(&parts, batch).await? {
                tracing::info!(
                    parts = parts.len(),
                    "parts of a reply came once more after it was whole"
                );
                let ids: Vec<i64> = parts.iter().map(|part| part.id).collect();
                batch.delete_inbound_parts(&ids).await?;
                continue;
            }
            let (sender, number) = (stored_address(&sender), stored_address(&number));
            let owner = Owner::find(&number, &sender, batch).await?;
            if !self.keys.contains_key(&owner.company_id()) {
                // What was done for texts before this one is done; the next round goes on here.
                return Ok(Step::NeedsKey(owner.company_id()));
            }
            let text = join(&self.shared, &parts).await?;
            let reply = Reply {
                carrier_id,
                sender,
                number,
                text,
                parts: i64::try_from(parts.len()).unwrap_or(1),
                is_incomplete: true,
            };
            keep_reply(&self.shared, &reply, owner, &self.keys, batch).await?;
            batch
                .delete_inbound_parts(&parts.iter().map(|part| part.id).collect::<Vec<_>>())
                .await?;
        }
        Ok(Step::Kept(Received {
            delivery_id: 0,
            is_repeated: false,
        }))
    }
}

/// Whether each of these parts was part of a reply before: they are no reply of their own.
async fn all_were_joined(parts: &[part::Model], batch: &Batch<'_>) -> Result<bool, StoreError> {
    for part in parts {
        if !batch.was_joined(part).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn stored_address(text: &str) -> SmscAddress {
    match text
        .strip_prefix('+')
        .and_then(sms::PhoneNumber::from_e164_digits)
    {
        Some(number) => SmscAddress::Number(number),
        None => SmscAddress::Other(text.to_owned()),
    }
}
