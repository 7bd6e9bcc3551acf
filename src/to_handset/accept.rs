//! The one accept point [SPEC 2]: whatever the door, the same checks in the same order, and a yes only after the commit is on disk.

use super::ready::Sms;
use super::refusal::sentence;
use super::{Refusal, Shared, ToHandset, Who};
use crate::accounts::{Caller, Identified, quota_day};
use crate::config::rooms::LongText;
use crate::security::{Field, Lookup};
use crate::store::events::{Event, Kind};
use crate::store::mails::{self, NewMail};
use crate::store::quota::Scope;
use crate::store::{Batch, StoreError, Work, outgoing, references};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sms::{
    MailAddress, NumberError, Part, PhoneNumber, ReferenceSize, State, Text, TextError, Wish,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// How long a client reference is remembered.
const REFERENCE_MS: i64 = 24 * 3_600_000;
/// Legacy ids taken from the counter at a time.
const LEGACY_BLOCK: i64 = 1_000;
/// How often a request is judged anew because people or rules changed while it was under way.
const JUDGED_AT_MOST: usize = 5;

/// A request to send, as every door makes it: parsed, with what could not be parsed as the reason why.
#[derive(Debug, Clone)]
pub struct SendRequest {
    /// Who asks.
    pub who: Identified,
    /// `soap`, `rest` …
    pub door: &'static str,
    /// In the order of the request. None at all is refused as check 5.
    pub to: Vec<Destination>,
    pub text: Result<Text, TextError>,
    /// Where answers go; the user's own address if none.
    pub reply_to: Option<String>,
    /// Must be empty or absent until sender IDs exist.
    pub originator: Option<String>,
    pub flash: bool,
    /// Higher is more urgent; 0 is normal.
    pub priority: i64,
    /// The company's wish if none.
    pub receipts: Option<Wish>,
    /// From now; the policy's if none.
    pub validity_ms: Option<i64>,
    /// Makes a repeat return the first acceptance.
    pub reference: Option<Reference>,
    /// Nothing is accepted unless every destination is; an opted-out one among several is aborted instead (classic SOAP).
    pub all_or_nothing: bool,
}

/// A destination as given and what it was understood as.
#[derive(Debug, Clone)]
pub struct Destination {
    pub given: String,
    pub number: Result<PhoneNumber, NumberError>,
}

impl Destination {
    /// Reads a number as the caller's country writes them.
    pub fn parse(given: &str, caller: &Caller) -> Self {
        Self {
            given: given.to_owned(),
            number: PhoneNumber::parse(given, caller.country),
        }
    }
}

/// A client reference and the request it stands for.
#[derive(Debug, Clone)]
pub struct Reference {
    /// As the client wrote it.
    pub key: String,
    /// The request in a form that is equal for equal requests.
    pub request: Vec<u8>,
}

/// The outcome of a request of which something was accepted, or each destination was judged.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Accepted {
    /// In the order of the request, one per destination accepted; a duplicate repeats the id of the first.
    pub messages: Vec<AcceptedSms>,
    /// In the order of the request.
    pub refused: Vec<RefusedTo>,
    /// An earlier acceptance under the same client reference.
    #[serde(skip)]
    pub is_replayed: bool,
}

/// An SMS that is ours now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AcceptedSms {
    pub to: i64,
    pub id: i64,
    pub legacy_id: i64,
    /// [`State`]'s word.
    pub state: String,
    pub parts: u8,
    /// [`sms::Encoding`]'s word.
    pub encoding: String,
}

/// A destination that was refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefusedTo {
    /// As given.
    pub to: String,
    pub refusal: Refusal,
}

/// What is left of the block of legacy ids that this node has.
#[derive(Debug, Default)]
pub(super) struct LegacyIds {
    next: i64,
    end: i64,
}

impl ToHandset {
    /// Judges a request and keeps what passes; returns when that is on disk.
    ///
    /// `Err` refuses the request as a whole (checks 0–4, and everything for `all_or_nothing`); otherwise each destination was judged for itself. Dropping the returned
    /// future cancels nothing that was handed to the writer.
    pub async fn accept(&self, request: SendRequest) -> Result<Accepted, Refusal> {
        let (door, texts) = (request.door, request.to.len().max(1));
        let judged = self.judge(request).await;
        let metrics = &self.0.metrics;
        match &judged {
            Ok(accepted) if accepted.is_replayed => {}
            Ok(accepted) => {
                for refused in &accepted.refused {
                    metrics.texts_refused(door, refused.refusal.code(), 1);
                }
            }
            Err(refusal) => metrics.texts_refused(door, refusal.code(), texts),
        }
        judged
    }

    async fn judge(&self, mut request: SendRequest) -> Result<Accepted, Refusal> {
        for _ in 0..JUDGED_AT_MOST {
            self.0.is_able_to_keep(&request)?;
            let revision = request.who.caller.revision;
            let network = self.0.refresh_if_stale(revision).await?;
            let verdict = match self.0.draft(&request, &network).await {
                Ok(drafts) => self.0.writer.write(drafts).await?,
                // A no, too, is said on what is true now.
                Err(_) if self.0.reader.accounts_revision().await? != revision => Verdict::Stale,
                Err(refusal) => Verdict::Refused(refusal),
            };
            match verdict {
                Verdict::Accepted(accepted) => return Ok(accepted),
                Verdict::Refused(refusal) => return Err(refusal),
                Verdict::Stale => {
                    request.who = self.0.book.again(&request.who, self.0.clock.now()).await?
                }
            }
        }
        tracing::warn!("people or rules change faster than a request can be judged");
        Err(Refusal::Unavailable)
    }
}

impl Shared {
    /// Check 0 [SPEC 2.8].
    fn is_able_to_keep(&self, request: &SendRequest) -> Result<(), Refusal> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err(Refusal::Unavailable);
        }
        if self.disk_full.load(Ordering::Relaxed) {
            return Err(Refusal::DiskFull);
        }
        let cap = i64::try_from(self.policy.to_handset.queue_cap).unwrap_or(i64::MAX);
        let queued = self.queued.lock().map_or(0, |queued| {
            queued
                .get(&request.who.caller.company_id())
                .copied()
                .unwrap_or(0)
        });
        let more = i64::try_from(request.to.len()).unwrap_or(i64::MAX);
        if queued.saturating_add(more) > cap {
            return Err(Refusal::Busy { queued, cap });
        }
        Ok(())
    }

    async fn refresh_if_stale(
        &self,
        revision: i64,
    ) -> Result<Arc<super::network::Network>, Refusal> {
        let known = self.network();
        if known.revision == revision {
            Ok(known)
        } else {
            Ok(self.refresh_network().await?)
        }
    }

    /// Checks 2 to 5, and everything of the rows that needs no look at the database.
    async fn draft(
        self: &Arc<Self>,
        request: &SendRequest,
        network: &super::network::Network,
    ) -> Result<Drafts, Refusal> {
        let caller = &request.who.caller;
        is_active(caller)?;
        let reply_to = self.may_send_so(request)?;
        let text = request
            .text
            .clone()
            .map_err(|error| Refusal::Text(sentence(&error)))?;
        let text = self.within_policy(text)?;
        if request.to.is_empty() {
            return Err(Refusal::Number(
                "There is nobody to text: please give one to 1,000 mobile numbers.".into(),
            ));
        }
        let now = self.clock.now();
        let sealing_key = self
            .vault
            .sealing_key(&self.writer, caller.company_id(), now)
            .await
            .map_err(|error| {
                tracing::error!(%error, "no key to seal a text with");
                Refusal::Unavailable
            })?;
        let day = quota_day(now, &caller.zone);
        let wish = request.receipts.unwrap_or(caller.receipts);
        let valid_until = now
            + request
                .validity_ms
                .unwrap_or(i64::from(self.policy.to_handset.validity_h) * 3_600_000);
        let parts_needed = text.parts_needed(ReferenceSize::Eight);
        let mut legacy_ids = self.legacy_ids(request.to.len()).await?.into_iter();
        let mut seen: HashMap<PhoneNumber, usize> = HashMap::new();
        let mut drafts = Vec::with_capacity(request.to.len());
        for destination in &request.to {
            let served = match &destination.number {
                Err(error) => Err(Refusal::Number(format!(
                    "The number `{}` cannot be texted: {error}.",
                    clip(&destination.given)
                ))),
                Ok(number) => {
                    let id = self.ids.next();
                    match network.way(*number, id, None, |carrier| self.is_up(carrier)) {
                        Some(way) => Ok((id, *number, way)),
                        None => Err(Refusal::NotServed(number.to_string())),
                    }
                }
            };
            let (id, number, way) = match served {
                Ok(served) => served,
                Err(refusal) if request.all_or_nothing => return Err(refusal),
                Err(refusal) => {
                    drafts.push(Draft::Refused(RefusedTo {
                        to: destination.given.clone(),
                        refusal,
                    }));
                    continue;
                }
            };
            if let Some(first) = seen.get(&number) {
                drafts.push(Draft::SameAs(*first));
                continue;
            }
            seen.insert(number, drafts.len());
            let carrier_id = way.carrier_id;
            let closed = network.holds_on(Some(way), caller.company_id());
            // Where another node has the links, the text is anyone's from the beginning.
            let keep_in_memory = closed.is_none()
                && self.takes(carrier_id)
                && self.ready.room(carrier_id) >= request.to.len();
            let reference = u8::try_from(id & 0xff).unwrap_or_default();
            let parts = text
                .cut(
                    sms::Reference::Eight(reference),
                    usize::from(self.policy.to_handset.max_parts),
                )
                .map_err(|error| Refusal::Text(sentence(&error)))?;
            let row = outgoing::Model {
                id,
                legacy_id: legacy_ids.next().ok_or(Refusal::Unavailable)?,
                company_id: caller.company_id(),
                department_id: caller.department_id(),
                user_id: caller.user_id(),
                handset: number.as_i64(),
                text: sealing_key.seal(id, Field::SmsText, text.as_str().as_bytes()),
                encoding: i64::from(text.encoding().as_i16()),
                parts: i64::try_from(parts_needed).unwrap_or(1),
                flash: request.flash,
                priority: request.priority,
                receipts: i64::from(wish.code()),
                reply_to: reply_to.clone(),
                door: request.door.to_owned(),
                state: i64::from(State::Pending.code()),
                cause: closed.map(|closed| closed.cause().to_owned()),
                tries: 0,
                resends: 0,
                in_doubt: false,
                reference: i64::from(reference),
                carrier_id: Some(carrier_id),
                number: None,
                accepted_at: now,
                valid_until,
                quota_day: day,
                due_at: now,
                lease: Some(if keep_in_memory { self.lease } else { 0 }),
            };
            let in_hand = keep_in_memory.then(|| {
                (
                    Arc::new(in_hand(&row, carrier_id, number, wish, caller.revision)),
                    parts,
                )
            });
            drafts.push(Draft::Fresh(Box::new(Fresh {
                row,
                given: destination.given.clone(),
                to: number,
                in_hand,
                encoding: text.encoding().as_str(),
            })));
        }
        let reference = request.reference.as_ref().map(|reference| HashedReference {
            key: self
                .vault
                .keys()
                .lookup(Lookup::Reference, &reference.key)
                .as_bytes()
                .to_vec(),
            fingerprint: self
                .vault
                .keys()
                .fingerprint(&reference.request)
                .as_bytes()
                .to_vec(),
        });
        Ok(Drafts {
            journey: self.clone(),
            door: request.door,
            caller: caller.clone(),
            network_revision: network.revision,
            drafts,
            limits: limits(caller, day),
            reference,
            all_or_nothing: request.all_or_nothing,
        })
    }

    /// Check 3; the address that answers go to.
    fn may_send_so(&self, request: &SendRequest) -> Result<String, Refusal> {
        let caller = &request.who.caller;
        if !request.who.is_live {
            return Err(Refusal::Kind(
                "This is a test key, and the sandbox is not built yet. Please use a live key."
                    .into(),
            ));
        }
        if let Some(originator) = request
            .originator
            .as_deref()
            .map(str::trim)
            .filter(|originator| !originator.is_empty())
        {
            return Err(Refusal::Originator(clip(originator)));
        }
        let own = &caller.standing.user.email;
        let Some(given) = request
            .reply_to
            .as_deref()
            .map(str::trim)
            .filter(|given| !given.is_empty())
        else {
            return Ok(own.clone());
        };
        let address = MailAddress::parse(given).map_err(|_| {
            Refusal::ReplyAddress(format!(
                "`{}` is no mail address. Write one like name@example.com, or leave it out: then answers come to you.",
                clip(given)
            ))
        })?;
        let is_own = address.as_str().eq_ignore_ascii_case(own);
        let is_ours = caller
            .standing
            .mail_domains
            .iter()
            .any(|domain| domain.eq_ignore_ascii_case(address.domain()));
        if is_own || is_ours {
            Ok(address.to_string())
        } else {
            Err(Refusal::ReplyAddress(format!(
                "Answers cannot be sent to `{}`. Use your own address, or one in a mail domain of your company.",
                clip(given)
            )))
        }
    }

    /// Check 4: the long-text policy [SPEC 3.2].
    fn within_policy(&self, text: Text) -> Result<Text, Refusal> {
        let policy = &self.policy.to_handset;
        let needed = text.parts_needed(ReferenceSize::Eight);
        match policy.long_text {
            LongText::Truncate if needed > 1 && text.octets().is_some() => {
                Err(Refusal::Text(format!(
                    "The octets need {needed} parts, and your policy is one part. They cannot be shortened."
                )))
            }
            LongText::Truncate if needed > 1 => Ok(text.transliterate().truncate_to_one_part()),
            LongText::Reject if needed > 1 => Err(Refusal::Text(format!(
                "The text needs {needed} parts, and your policy is one part. Please shorten it."
            ))),
            _ if needed > usize::from(policy.max_parts) => Err(Refusal::Text(format!(
                "The text needs {needed} parts, and {} is the limit. Please shorten it.",
                policy.max_parts
            ))),
            _ => Ok(text),
        }
    }

    /// `count` legacy ids, from this node's block; a new block is on disk before it is used.
    async fn legacy_ids(&self, count: usize) -> Result<Vec<i64>, Refusal> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let mut ids = self.take_legacy_ids(count);
        while (ids.len() as i64) < count {
            let first = self
                .writer
                .write(TakeBlock(LEGACY_BLOCK.max(count)))
                .await?;
            // Whoever asked at the same time got another block; the shorter rest is given up, ids are plenty.
            if let Ok(mut block) = self.legacy_ids.lock() {
                *block = LegacyIds {
                    next: first,
                    end: first + LEGACY_BLOCK.max(count),
                };
            }
            ids.extend(self.take_legacy_ids(count - ids.len() as i64));
        }
        Ok(ids)
    }

    fn take_legacy_ids(&self, count: i64) -> Vec<i64> {
        let Ok(mut block) = self.legacy_ids.lock() else {
            return Vec::new();
        };
        let end = block.end.min(block.next + count);
        let taken = (block.next..end).collect();
        block.next = end;
        taken
    }
}

/// Check 2: company, department and user are active; [`Refusal::Inactive`] otherwise. For what a door does besides sending: what somebody who is
/// switched off may not send, he may not see.
pub fn is_active(caller: &Caller) -> Result<(), Refusal> {
    match caller.inactive() {
        Some(who) => Err(Refusal::Inactive(who)),
        None => Ok(()),
    }
}

/// Whose quotas a caller's texts of a day use: company, department, user, each with its limit.
fn limits(caller: &Caller, day: i64) -> Vec<(Scope, Who, Option<i64>)> {
    let standing = &caller.standing;
    let mut limits = vec![(
        (standing.company.id, day),
        Who::Company,
        standing.company.quota,
    )];
    limits.extend(
        standing
            .department
            .as_ref()
            .map(|department| ((department.id, day), Who::Department, department.quota)),
    );
    limits.push(((standing.user.id, day), Who::User, standing.user.quota));
    limits
}

fn in_hand(
    row: &outgoing::Model,
    carrier_id: i64,
    handset: PhoneNumber,
    receipts: Wish,
    revision: i64,
) -> Sms {
    Sms {
        id: row.id,
        company_id: row.company_id,
        department_id: row.department_id,
        user_id: row.user_id,
        handset,
        carrier_id,
        parts: u8::try_from(row.parts).unwrap_or(1),
        flash: row.flash,
        priority: row.priority,
        receipts,
        reply_to: row.reply_to.clone(),
        reference: u8::try_from(row.reference).unwrap_or_default(),
        accepted_at: row.accepted_at,
        valid_until: row.valid_until,
        quota_day: row.quota_day,
        try_no: row.tries + 1,
        resends: row.resends,
        is_resend: AtomicBool::new(false),
        was_tried: row.was_tried(),
        is_bound: false,
        in_doubt: row.in_doubt,
        is_doubted: AtomicBool::new(false),
        number: row.number.filter(|_| row.carrier_id == Some(carrier_id)),
        revision,
        given: AtomicI64::new(0),
        unmarked: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
        setbacks: Mutex::default(),
    }
}

impl Sms {
    /// A row in hand again, for its next try, over this carrier.
    pub(super) fn from_row(
        row: &outgoing::Model,
        carrier_id: i64,
        handset: PhoneNumber,
        is_bound: bool,
    ) -> Self {
        let receipts = i16::try_from(row.receipts)
            .ok()
            .and_then(Wish::from_code)
            .unwrap_or(Wish::Never);
        // Revision 0 never is the current one, so its checks are made again.
        Self {
            is_bound,
            ..in_hand(row, carrier_id, handset, receipts, 0)
        }
    }
}

/// What a client wrote, short enough to be shown back.
fn clip(given: &str) -> String {
    sms::printable_line(given).chars().take(40).collect()
}

struct HashedReference {
    key: Vec<u8>,
    fingerprint: Vec<u8>,
}

enum Draft {
    Fresh(Box<Fresh>),
    SameAs(usize),
    Refused(RefusedTo),
}

struct Fresh {
    row: outgoing::Model,
    given: String,
    to: PhoneNumber,
    in_hand: Option<(Arc<Sms>, Vec<Part>)>,
    encoding: &'static str,
}

/// A judged request on its way into a batch: checks 6 to 8 and the insert.
struct Drafts {
    journey: Arc<Shared>,
    door: &'static str,
    caller: Arc<Caller>,
    network_revision: i64,
    drafts: Vec<Draft>,
    limits: Vec<(Scope, Who, Option<i64>)>,
    reference: Option<HashedReference>,
    all_or_nothing: bool,
}

enum Verdict {
    Accepted(Accepted),
    Refused(Refusal),
    /// People or rules changed since the request was judged.
    Stale,
}

/// What is known of destinations when a batch is judged.
#[derive(Default)]
struct Lists {
    opted_out: HashMap<i64, Vec<i64>>,
    permitted: HashMap<i64, Vec<i64>>,
}

/// What a batch is going to write.
#[derive(Default)]
struct Writes {
    rows: Vec<outgoing::Model>,
    events: Vec<Event>,
    aborted: Vec<NewMail>,
}

impl Work for Drafts {
    type Answer = Verdict;
    const NAME: &'static str = "accept";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Verdict>, StoreError>> {
        Box::pin(async move {
            let revision = batch.accounts_revision().await?;
            let lists = Lists::load(works, batch).await?;
            let scopes: Vec<Scope> = works
                .iter()
                .flat_map(|work| &work.limits)
                .filter(|(.., limit)| limit.is_some())
                .map(|(scope, ..)| *scope)
                .collect();
            let used_before = batch.quota_used(&scopes).await?;
            let mut used = used_before.clone();
            let mut twins: HashMap<(i64, Vec<u8>), references::Reference> = HashMap::new();
            let mut writes = Writes::default();
            let mut verdicts = Vec::with_capacity(works.len());
            for work in works.iter() {
                verdicts.push(
                    work.judge(revision, &lists, &mut used, &mut twins, &mut writes, batch)
                        .await?,
                );
            }
            let added: BTreeMap<Scope, i64> = used
                .iter()
                .map(|(scope, used)| (*scope, used - used_before.get(scope).copied().unwrap_or(0)))
                .collect();
            batch.add_quota(&added).await?;
            batch.insert_sms(writes.rows).await?;
            batch.add_events(writes.events);
            for mail in writes.aborted {
                batch.queue_mail(mail);
            }
            Ok(verdicts)
        })
    }

    fn committed(works: Vec<Self>, verdicts: &mut [Verdict]) {
        for (work, verdict) in works.into_iter().zip(verdicts) {
            let Verdict::Accepted(accepted) = verdict else {
                continue;
            };
            if accepted.is_replayed {
                continue;
            }
            let kept: Vec<i64> = accepted
                .messages
                .iter()
                .filter(|message| message.state == State::Pending.as_str())
                .map(|message| message.id)
                .collect();
            let journey = work.journey;
            let mut fresh: Vec<i64> = accepted.messages.iter().map(|one| one.id).collect();
            fresh.sort_unstable();
            fresh.dedup();
            journey.metrics.texts_accepted(work.door, fresh.len());
            if let Ok(mut queued) = journey.queued.lock() {
                *queued.entry(work.caller.company_id()).or_default() +=
                    i64::try_from(kept.len()).unwrap_or_default();
            }
            for draft in work.drafts {
                if let Draft::Fresh(fresh) = draft
                    && let Some((sms, parts)) = fresh.in_hand
                    && kept.contains(&sms.id)
                {
                    journey.ready.push(sms, parts);
                }
            }
        }
    }
}

impl Lists {
    async fn load(works: &[Drafts], batch: &Batch<'_>) -> Result<Self, StoreError> {
        let mut handsets: BTreeMap<(i64, bool), Vec<i64>> = BTreeMap::new();
        for work in works {
            let company = &work.caller.standing.company;
            let numbers = work.drafts.iter().filter_map(|draft| {
                if let Draft::Fresh(fresh) = draft {
                    Some(fresh.to.as_i64())
                } else {
                    None
                }
            });
            handsets
                .entry((company.id, company.restricted))
                .or_default()
                .extend(numbers);
        }
        let mut lists = Self::default();
        for ((company_id, is_restricted), handsets) in handsets {
            lists
                .opted_out
                .entry(company_id)
                .or_default()
                .extend(batch.opted_out(company_id, &handsets).await?);
            if is_restricted {
                lists
                    .permitted
                    .entry(company_id)
                    .or_default()
                    .extend(batch.permitted(company_id, &handsets).await?);
            }
        }
        Ok(lists)
    }

    fn has_opted_out(&self, company_id: i64, handset: i64) -> bool {
        self.opted_out
            .get(&company_id)
            .is_some_and(|handsets| handsets.contains(&handset))
    }

    fn permits(&self, company_id: i64, handset: i64) -> bool {
        self.permitted
            .get(&company_id)
            .is_some_and(|handsets| handsets.contains(&handset))
    }
}

impl Drafts {
    async fn judge(
        &self,
        revision: i64,
        lists: &Lists,
        used: &mut BTreeMap<Scope, i64>,
        twins: &mut HashMap<(i64, Vec<u8>), references::Reference>,
        writes: &mut Writes,
        batch: &Batch<'_>,
    ) -> Result<Verdict, StoreError> {
        if self.caller.revision != revision || self.network_revision != revision {
            return Ok(Verdict::Stale);
        }
        let since = batch.now - REFERENCE_MS;
        let user_id = self.caller.user_id();
        if let Some(reference) = &self.reference {
            let earlier = match twins.get(&(user_id, reference.key.clone())) {
                Some(twin) => Some(twin.clone()),
                None => batch.reference(user_id, &reference.key, since).await?,
            };
            if let Some(earlier) = earlier {
                return Ok(replay(reference, &earlier));
            }
        }
        let (verdict, quota) = self.judge_destinations(lists, used);
        let Verdict::Accepted(accepted) = &verdict else {
            return Ok(verdict);
        };
        self.collect(accepted, writes);
        used.extend(quota);
        if let Some(reference) = &self.reference
            && !accepted.messages.is_empty()
        {
            let answer = serde_json::to_string(accepted)
                .map_err(|error| StoreError::Refused(error.to_string()))?;
            let new = references::Reference {
                fingerprint: reference.fingerprint.clone(),
                answer,
            };
            batch
                .insert_reference(user_id, &reference.key, &new, since)
                .await?;
            twins.insert((user_id, reference.key.clone()), new);
        }
        Ok(verdict)
    }

    /// Checks 6 and 8 for each destination in order. The counters as they would be afterwards.
    fn judge_destinations(
        &self,
        lists: &Lists,
        used: &BTreeMap<Scope, i64>,
    ) -> (Verdict, BTreeMap<Scope, i64>) {
        let company = &self.caller.standing.company;
        let mut counters: BTreeMap<Scope, i64> = self
            .limits
            .iter()
            .map(|(scope, ..)| (*scope, used.get(scope).copied().unwrap_or(0)))
            .collect();
        let mut fates: Vec<Result<AcceptedSms, RefusedTo>> = Vec::with_capacity(self.drafts.len());
        for draft in &self.drafts {
            let fate = match draft {
                Draft::Refused(refused) => Err(refused.clone()),
                Draft::SameAs(first) => fates[*first].clone(),
                Draft::Fresh(fresh) => {
                    let parts = fresh.row.parts;
                    let handset = fresh.to.as_i64();
                    let opted_out = lists.has_opted_out(company.id, handset);
                    let judged = if opted_out && !(self.all_or_nothing && self.drafts.len() > 1) {
                        Err(Refusal::OptedOut(fresh.to.to_string()))
                    } else if company.restricted && !lists.permits(company.id, handset) {
                        Err(Refusal::NotOnList(fresh.to.to_string()))
                    } else if opted_out {
                        Ok(State::Abort)
                    } else {
                        self.reserve(&mut counters, parts).map(|()| State::Pending)
                    };
                    match judged {
                        Ok(state) => Ok(AcceptedSms {
                            to: handset,
                            id: fresh.row.id,
                            legacy_id: fresh.row.legacy_id,
                            state: state.as_str().to_owned(),
                            parts: u8::try_from(parts).unwrap_or(u8::MAX),
                            encoding: fresh.encoding.to_owned(),
                        }),
                        Err(refusal) if self.all_or_nothing => {
                            return (Verdict::Refused(refusal), BTreeMap::new());
                        }
                        Err(refusal) => Err(RefusedTo {
                            to: fresh.given.clone(),
                            refusal,
                        }),
                    }
                }
            };
            fates.push(fate);
        }
        let mut accepted = Accepted::default();
        for fate in fates {
            match fate {
                Ok(message) => accepted.messages.push(message),
                Err(refused) => accepted.refused.push(refused),
            }
        }
        (Verdict::Accepted(accepted), counters)
    }

    /// Check 8: takes `parts` from company, department and user, or from none of them.
    fn reserve(&self, counters: &mut BTreeMap<Scope, i64>, parts: i64) -> Result<(), Refusal> {
        for (scope, who, limit) in &self.limits {
            let used = counters.get(scope).copied().unwrap_or(0);
            if let Some(limit) = limit
                && used + parts > *limit
            {
                return Err(Refusal::Quota {
                    scope: *who,
                    limit: *limit,
                    used,
                    needed: parts,
                });
            }
        }
        for (scope, ..) in &self.limits {
            *counters.entry(*scope).or_default() += parts;
        }
        Ok(())
    }

    /// Moves the rows of what was accepted into the batch's writes.
    fn collect(&self, accepted: &Accepted, writes: &mut Writes) {
        let fates: HashMap<i64, &AcceptedSms> = accepted
            .messages
            .iter()
            .map(|message| (message.id, message))
            .collect();
        for draft in &self.drafts {
            let Draft::Fresh(fresh) = draft else { continue };
            let Some(message) = fates.get(&fresh.row.id) else {
                continue;
            };
            let mut row = fresh.row.clone();
            writes.events.push(Event::new(row.id, Kind::Accepted));
            if message.state == State::Abort.as_str() {
                row.state = i64::from(State::Abort.code());
                row.cause = Some("opted_out".to_owned());
                row.lease = None;
                writes
                    .events
                    .push(Event::new(row.id, Kind::Abort).because("opted_out"));
                writes.aborted.push(NewMail {
                    kind: mails::Kind::Abort,
                    event_id: row.id,
                    company_id: row.company_id,
                    sms_id: Some(row.id),
                    inbound_id: None,
                    recipient: row.reply_to.clone(),
                    mail_domain: self.journey.policy.mail_domain.clone(),
                });
            }
            writes.rows.push(row);
        }
    }
}

fn replay(reference: &HashedReference, earlier: &references::Reference) -> Verdict {
    if earlier.fingerprint != reference.fingerprint {
        return Verdict::Refused(Refusal::ReferenceReused);
    }
    match serde_json::from_str::<Accepted>(&earlier.answer) {
        Ok(accepted) => Verdict::Accepted(Accepted {
            is_replayed: true,
            ..accepted
        }),
        Err(error) => {
            tracing::error!(%error, "a remembered acceptance cannot be read");
            Verdict::Refused(Refusal::Unavailable)
        }
    }
}

struct TakeBlock(i64);

impl Work for TakeBlock {
    type Answer = i64;
    const NAME: &'static str = "legacy_ids";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<i64>, StoreError>> {
        Box::pin(async move {
            let mut firsts = Vec::with_capacity(works.len());
            for work in works.iter() {
                firsts.push(batch.take_legacy_ids(work.0).await?);
            }
            Ok(firsts)
        })
    }
}
