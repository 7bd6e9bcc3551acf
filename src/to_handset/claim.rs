//! The claimer: takes due texts back into hand (retries, restarts, what did not fit into memory), lane by lane, and decides over which carrier each of them goes.

use super::network::{Closed, Network};
use super::orphans::{Renew, TakeOver};
use super::ready::{Chunk, Sms};
use super::settle::Settle;
use super::suspended::{HandBack, HandedBack, LetGo};
use super::transit::Transit;
use super::{Shared, ToHandset};
use crate::metrics::Tally;
use crate::security::Field;
use crate::store::attempts::{self, Outcome};
use crate::store::outgoing::{self, Lane};
use crate::store::{Batch, StoreError, Work, external};
use crate::to_desktop::receipts;
use futures::future::BoxFuture;
use sms::{PhoneNumber, State, Text};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often due texts are looked for. Fresh ones do not wait for it.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Texts claimed in one commit, shared by the lanes in which some are due.
const CLAIM: usize = 200;
/// A lane's share at least.
const LEAST_SHARE: usize = 10;
/// Lanes looked at before something is claimed; the next look goes on behind them.
const LANES: usize = 32;
/// How often what is counted in memory is set right by the database, and dead nodes are looked for.
const SET_RIGHT_EVERY: Duration = Duration::from_secs(5);
/// Below so much free space on SQLite's disk nothing more is accepted.
const LEAST_FREE_OCTETS: u64 = 64 << 20;

/// Claims until told to stop. `database_file` is SQLite's, whose disk is watched.
pub async fn keep_claiming(
    journey: ToHandset,
    database_file: Option<PathBuf>,
    stop: CancellationToken,
) {
    let shared = journey.0;
    let mut last_set_right = None;
    let mut behind = None;
    loop {
        if let Some(file) = &database_file {
            shared.look_at_disk(file);
        }
        if let Err(error) = shared.give_strays_back().await {
            tracing::warn!(%error, "texts could not be given back to the database");
        }
        if last_set_right.is_none_or(|at: std::time::Instant| at.elapsed() >= SET_RIGHT_EVERY) {
            last_set_right = Some(std::time::Instant::now());
            if let Err(error) = shared.set_right().await {
                tracing::warn!(%error, "the queue could not be looked after");
            }
        }
        let more = match shared.claim_due(&mut behind).await {
            Ok(more) => more,
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
    /// Claims what is due, up to a batch, from the lanes behind `behind`; whether there may be more at once.
    async fn claim_due(self: &Arc<Self>, behind: &mut Option<Lane>) -> Result<bool, StoreError> {
        let network = self.refresh_network().await?;
        // Who may send is as fresh as this, for those who only look; an accept judges by its own transaction.
        self.book.turn_to(network.revision);
        self.sort_out(&network).await?;
        let wanted = self.wanted(&network, behind).await?;
        if wanted.is_empty() {
            return Ok(behind.is_some());
        }
        let rows = self.writer.write(Claim { wanted }).await?;
        let more = behind.is_some() || rows.len() >= CLAIM;
        self.take_up(&network, rows).await?;
        Ok(more)
    }

    /// What to claim: what is to be settled, and from each lane its share, the most urgent first. `behind` is `None` again when every lane was seen.
    async fn wanted(
        &self,
        network: &Network,
        behind: &mut Option<Lane>,
    ) -> Result<Vec<Wanted>, StoreError> {
        let now = self.clock.now();
        let mut wanted = Vec::new();
        let standing = self.reader.waiting_beside_lanes(now).await?;
        if standing.to_settle {
            wanted.push(Wanted::ToSettle(CLAIM));
        }
        if standing.unrouted {
            wanted.push(Wanted::Unrouted(CLAIM));
        }
        if standing.expired {
            wanted.push(Wanted::Expired(CLAIM));
        }
        let mut lanes = Vec::new();
        for _ in 0..LANES {
            let next = self.reader.next_lane(*behind).await?;
            *behind = next.map(|(lane, _)| lane);
            match next {
                Some((lane, due_at)) if due_at <= now && self.may_leave(network, lane) => {
                    lanes.push(lane);
                }
                Some(_) => {}
                None => break,
            }
        }
        lanes.sort_by_key(|lane| std::cmp::Reverse(lane.priority));
        let share = (CLAIM / lanes.len().max(1)).max(LEAST_SHARE);
        for lane in lanes {
            let limit = share.min(self.ready.room(lane.carrier_id));
            if limit > 0 {
                wanted.push(Wanted::Lane(lane, limit));
            }
        }
        Ok(wanted)
    }

    /// Whether a lane's texts could leave if they were in hand.
    fn may_leave(&self, network: &Network, lane: Lane) -> bool {
        let carrier_id = lane.carrier_id;
        let open = !network.is_carrier_closed(carrier_id)
            || network.has_way_round(carrier_id, |carrier| self.is_up(carrier));
        // Over this node's links, that is, at once or by a way round.
        let here = self.takes(carrier_id)
            || !self.is_up(carrier_id)
                && network.has_way_round(carrier_id, |carrier| {
                    self.is_up(carrier) && self.takes(carrier)
                });
        open && here && !network.is_held(lane.company_id)
    }

    /// Does with claimed rows what is their turn.
    async fn take_up(
        self: &Arc<Self>,
        network: &Network,
        rows: Vec<outgoing::Model>,
    ) -> Result<(), StoreError> {
        let mut transit = Transit::begin(self, rows.iter().map(|row| row.id));
        let Claimed {
            unreadable,
            unreceipted,
            expired,
            doubtful,
            waiting,
        } = Claimed::sort(rows, self.clock.now());
        for id in unreadable {
            tracing::error!(sms = id, "a stored number is none; its text cannot go on");
            transit.arrived(id);
        }
        if !unreceipted.is_empty() {
            receipts::give_up(&self.writer, unreceipted.clone(), self.policy.clone()).await?;
            unreceipted.iter().for_each(|id| transit.arrived(*id));
        }
        if !expired.is_empty() {
            let texts: Vec<Arc<Sms>> = expired.iter().map(Leased::sms).collect();
            self.end(texts).await?;
            expired.iter().for_each(|one| transit.arrived(one.row.id));
        }
        let mut placed = Vec::with_capacity(waiting.len() + doubtful.len());
        if !doubtful.is_empty() {
            placed = self.settle(network, doubtful, &mut transit).await?;
        }
        for one in waiting {
            placed.push(self.place(network, one).await?);
        }
        self.send_on(placed, &mut transit).await?;
        transit.all_arrived();
        Ok(())
    }

    /// Ends texts whose validity is over.
    async fn end(self: &Arc<Self>, expired: Vec<Arc<Sms>>) -> Result<(), StoreError> {
        let over = expired.into_iter().map(Chunk::over);
        ToHandset(self.clone()).mark(over.collect()).await?;
        Ok(())
    }

    /// Takes in hand what can leave from here; the others go back, to wait for an operator or for another node.
    async fn send_on(&self, placed: Vec<Placed>, transit: &mut Transit) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (mut handed_back, mut let_go) = (Vec::new(), Vec::new());
        for Placed { sms, row, closed } in placed {
            if let Some(closed) = closed {
                handed_back.push(HandedBack::waiting(sms, row.cause, closed, now));
            } else if !self.takes(sms.carrier_id) {
                let_go.push((sms.id, sms.carrier_id));
            } else {
                self.take_in_hand(&sms, &row).await?;
                transit.arrived(sms.id);
            }
        }
        if !handed_back.is_empty() {
            self.writer.write(HandBack(handed_back)).await?;
        }
        if !let_go.is_empty() {
            self.writer.write(LetGo(let_go)).await?;
        }
        Ok(())
    }

    /// Settles texts in doubt; those that are sent again.
    async fn settle(
        self: &Arc<Self>,
        network: &Network,
        doubtful: Vec<Leased>,
        transit: &mut Transit,
    ) -> Result<Vec<Placed>, StoreError> {
        let mut placed: Vec<Placed> = doubtful
            .into_iter()
            .map(|one| one.placed(network))
            .collect();
        let settle = Settle {
            journey: self.clone(),
            texts: placed.iter().map(|placed| placed.sms.clone()).collect(),
        };
        let resent = self.writer.write(settle).await?;
        placed.retain(|Placed { sms, .. }| {
            let goes_on = resent.contains(&sms.id);
            if !goes_on {
                transit.arrived(sms.id);
            }
            goes_on
        });
        Ok(placed)
    }

    /// Over which carrier a text goes now [SPEC 4.2, 4.6]: the same if parts of it were accepted or are in doubt, else another than the one that refused it, if there
    /// is another.
    async fn place(&self, network: &Network, one: Leased) -> Result<Placed, StoreError> {
        let attempts = match one.row.was_tried() {
            true => self.reader.attempts_of(one.row.id).await?,
            false => Vec::new(),
        };
        let stays = attempts.iter().any(|attempt| {
            !matches!(
                attempt.outcome(),
                Outcome::RefusedForNow | Outcome::RefusedForGood | Outcome::NotWritten
            )
        });
        if stays && one.row.carrier_id.is_some() {
            return Ok(one.placed(network));
        }
        let Leased { handset, row } = one;
        let avoid = attempts
            .iter()
            .max_by_key(|attempt| attempt.id)
            .filter(|last| !is_throttled(last))
            .map(|last| last.carrier_id);
        let way = network.way(handset, row.id, avoid, |carrier| self.is_up(carrier));
        // Without a route any more it stays where it was, until its validity ends.
        let carrier_id = way
            .map(|way| way.carrier_id)
            .or(row.carrier_id)
            .unwrap_or_default();
        Ok(Placed {
            sms: Arc::new(Sms::from_row(&row, carrier_id, handset, false)),
            closed: network.holds_on(way, row.company_id),
            row,
        })
    }

    /// Opens the text again, cuts it as before, and queues the parts that no attempt got through.
    async fn take_in_hand(&self, sms: &Arc<Sms>, row: &outgoing::Model) -> Result<(), StoreError> {
        let opened = self.vault.open(row.id, Field::SmsText, &row.text).await;
        let parts = opened.map_err(|error| error.to_string()).and_then(|text| {
            let text = Text::stored(&text, row.encoding()).map_err(|error| error.to_string())?;
            text.cut(sms::Reference::Eight(sms.reference), sms::MAX_PARTS)
                .map_err(|error| error.to_string())
        });
        let mut parts = match parts {
            Ok(parts) => parts,
            Err(error) => {
                let id = external("msg", row.id);
                tracing::error!(sms = id, %error, "a stored text cannot be read; it is held for an operator: see `emailsms admin queue held`");
                return self
                    .writer
                    .write(HandBack(vec![HandedBack::held(
                        sms.clone(),
                        "held_unreadable",
                    )]))
                    .await;
            }
        };
        if sms.was_tried {
            let attempts = self.reader.attempts_of(row.id).await?;
            let accepted = |part: u8| {
                attempts.iter().any(|attempt| {
                    attempt.part == i64::from(part) && attempt.outcome() == Outcome::Accepted
                })
            };
            parts.retain(|part| !accepted(part.number));
        }
        self.ready.push(sms.clone(), parts);
        Ok(())
    }

    /// Ends what waits in memory for longer than it is worth something.
    async fn end_expired(self: &Arc<Self>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let expired = self.ready.take_out(|sms| sms.valid_until <= now);
        if expired.is_empty() {
            return Ok(());
        }
        let transit = Transit::begin(self, expired.iter().map(|chunk| chunk.sms.id));
        let texts = expired.into_iter().map(|chunk| chunk.sms);
        self.end(texts.collect()).await?;
        transit.all_arrived();
        Ok(())
    }

    fn look_at_disk(&self, database_file: &Path) {
        let folder = database_file.parent().unwrap_or(database_file);
        if let Ok(free) = fs4::available_space(folder) {
            let is_full = free < LEAST_FREE_OCTETS;
            if self.disk_full.swap(is_full, Ordering::Relaxed) != is_full {
                tracing::warn!(free, is_full, "room on the database's disk");
            }
        }
    }

    async fn set_right(self: &Arc<Self>) -> Result<(), StoreError> {
        self.end_expired().await?;
        let counted = self.reader.queued_by_company().await?.into_iter().collect();
        if let Ok(mut queued) = self.queued.lock() {
            *queued = counted;
        }
        let is_sweeper = self.writer.write(Renew).await?;
        while is_sweeper && self.reader.has_orphans(self.lease).await? {
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

/// What was claimed, by what is its turn.
#[derive(Default)]
struct Claimed {
    /// Their handset's number is broken.
    unreadable: Vec<i64>,
    /// Their receipts did not come.
    unreceipted: Vec<i64>,
    /// Their validity is over.
    expired: Vec<Leased>,
    /// They may have been submitted, and no proof came.
    doubtful: Vec<Leased>,
    /// They are to leave.
    waiting: Vec<Leased>,
}

impl Claimed {
    fn sort(rows: Vec<outgoing::Model>, now: i64) -> Self {
        let mut claimed = Self::default();
        for row in rows {
            let Some(handset) = PhoneNumber::from_i64(row.handset) else {
                claimed.unreadable.push(row.id);
                continue;
            };
            match row.state() {
                State::Ok => claimed.unreceipted.push(row.id),
                State::InDoubt => claimed.doubtful.push(Leased { handset, row }),
                _ if row.valid_until <= now => claimed.expired.push(Leased { handset, row }),
                _ => claimed.waiting.push(Leased { handset, row }),
            }
        }
        claimed
    }
}

/// A text that this node holds now.
struct Leased {
    handset: PhoneNumber,
    row: outgoing::Model,
}

impl Leased {
    /// It, with the carrier that it was for.
    fn sms(&self) -> Arc<Sms> {
        let carrier_id = self.row.carrier_id.unwrap_or_default();
        Arc::new(Sms::from_row(&self.row, carrier_id, self.handset, true))
    }

    /// It goes over that carrier, or not at all.
    fn placed(self, network: &Network) -> Placed {
        let sms = self.sms();
        Placed {
            closed: network.holds(&sms),
            sms,
            row: self.row,
        }
    }
}

/// A text that was claimed to leave, and over which carrier.
struct Placed {
    sms: Arc<Sms>,
    row: outgoing::Model,
    /// It has to wait for an operator, because of this.
    closed: Option<Closed>,
}

/// Whether an attempt met nothing but a carrier that had too much of us: no reason to go elsewhere.
fn is_throttled(attempt: &attempts::Model) -> bool {
    attempt.status == Some(i64::from(smpp::CommandStatus::ESME_RTHROTTLED.0))
}

/// What is claimed, and how much of it.
enum Wanted {
    Lane(Lane, usize),
    ToSettle(usize),
    Unrouted(usize),
    Expired(usize),
}

struct Claim {
    wanted: Vec<Wanted>,
}

impl Work for Claim {
    type Answer = Vec<outgoing::Model>;
    const NAME: &'static str = "claim";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Vec<outgoing::Model>>, StoreError>> {
        Box::pin(async move {
            let mut all = Vec::with_capacity(works.len());
            for work in works.iter() {
                let mut claimed = Vec::new();
                for wanted in &work.wanted {
                    claimed.extend(match wanted {
                        Wanted::Lane(lane, limit) => batch.claim_lane(*lane, *limit).await?,
                        Wanted::ToSettle(limit) => batch.claim_to_settle(*limit).await?,
                        Wanted::Unrouted(limit) => batch.claim_unrouted(*limit).await?,
                        Wanted::Expired(limit) => batch.claim_expired(*limit).await?,
                    });
                }
                batch.tally(Tally::Claimed, claimed.len());
                all.push(claimed);
            }
            Ok(all)
        })
    }
}
