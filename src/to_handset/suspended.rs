//! Texts in memory that cannot leave from where they are: suspended by an operator, for a carrier without a link, or not to be read [SPEC 4.6].

use super::ending;
use super::network::{Closed, Network};
use super::ready::Sms;
use super::transit::Transit;
use super::{Shared, ToHandset};
use crate::store::events::{Event, Kind};
use crate::store::{Batch, StoreError, Work, outgoing};
use futures::future::BoxFuture;
use sms::State;
use std::sync::Arc;

/// How soon a text that was handed back is looked at again; those of a lane that is held as a whole are not looked at.
const AGAIN_AFTER_MS: i64 = 5_000;

impl Shared {
    /// Takes the texts out of memory that cannot leave from where they are: what never left goes over another carrier that can take it, what is suspended back
    /// into the database, and so is what another node's links are for. Nothing is counted as a try.
    pub(super) async fn sort_out(self: &Arc<Self>, network: &Network) -> Result<(), StoreError> {
        self.let_go().await?;
        let down: Vec<i64> = network
            .carriers()
            .filter(|carrier| !self.is_up(*carrier))
            .collect();
        if down.is_empty() && !network.holds_something() {
            return Ok(());
        }
        let is_up = |carrier: i64| !down.contains(&carrier);
        let way_of = |sms: &Sms| network.way(sms.handset, sms.id, None, is_up);
        let holds = |sms: &Sms| match sms.is_bound {
            true => network.holds(sms),
            false => network.holds_on(way_of(sms), sms.company_id),
        };
        let moves = |sms: &Sms| {
            let closed = network.closed(sms.handset, sms.carrier_id);
            !sms.is_bound
                && (closed.is_some() || !is_up(sms.carrier_id))
                && way_of(sms).is_some_and(|way| way.carrier_id != sms.carrier_id)
        };
        let misplaced = self
            .ready
            .take_out(|sms| holds(sms).is_some() || moves(sms));
        let mut handed_back = Vec::new();
        for chunk in misplaced {
            match (holds(&chunk.sms), way_of(&chunk.sms)) {
                (None, Some(way)) => {
                    let sms = Arc::new(chunk.sms.over(way.carrier_id));
                    self.ready.push(sms, chunk.parts);
                }
                (held, _) => {
                    let closed = held.unwrap_or(Closed::Suspended);
                    let now = self.clock.now();
                    handed_back.push(HandedBack::waiting(chunk.sms, None, closed, now));
                }
            }
        }
        let transit = Transit::begin(self, handed_back.iter().map(|back| back.sms.id));
        if !handed_back.is_empty() {
            self.writer.write(HandBack(handed_back)).await?;
        }
        transit.all_arrived();
        Ok(())
    }
}

impl Shared {
    /// Hands back what waits for a carrier whose texts are another node's to take, at once: that node claims it.
    async fn let_go(self: &Arc<Self>) -> Result<(), StoreError> {
        for carrier_id in self.ready.carriers() {
            if self.takes(carrier_id) {
                continue;
            }
            let whole = self.ready.take_out(|sms| sms.carrier_id == carrier_id);
            if !whole.is_empty() {
                let transit = Transit::begin(self, whole.iter().map(|chunk| chunk.sms.id));
                let texts = whole.iter().map(|chunk| (chunk.sms.id, carrier_id));
                self.writer.write(LetGo(texts.collect())).await?;
                transit.all_arrived();
            }
            // Of these some parts left already: the others did not, as at a link that went down.
            let begun = self.ready.take_all(carrier_id);
            let journey = ToHandset(self.clone());
            tokio::spawn(async move { journey.mark_unwritten(begun).await });
        }
        Ok(())
    }
}

/// Lets texts go that this node has in hand and did not begin, each to the lane of a carrier: they are anyone's who has its links, and nothing else about them changes.
pub(super) struct LetGo(pub Vec<(i64, i64)>);

impl Work for LetGo {
    type Answer = ();
    const NAME: &'static str = "let_go";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            let all: Vec<(i64, i64)> = works.iter().flat_map(|work| &work.0).copied().collect();
            batch.let_sms_go(&all).await?;
            Ok(vec![(); works.len()])
        })
    }
}

/// A text that goes back into the database.
pub(super) struct HandedBack {
    sms: Arc<Sms>,
    /// The cause that its row shows already.
    known: Option<String>,
    cause: &'static str,
    due_at: i64,
}

impl HandedBack {
    /// Until an operator opens a way.
    pub fn waiting(sms: Arc<Sms>, known: Option<String>, closed: Closed, now: i64) -> Self {
        let due_at = now + AGAIN_AFTER_MS;
        Self {
            sms,
            known,
            cause: closed.cause(),
            due_at,
        }
    }

    /// Until an operator lets it go, or its validity ends.
    pub fn held(sms: Arc<Sms>, cause: &'static str) -> Self {
        let due_at = sms.valid_until;
        Self {
            sms,
            known: None,
            cause,
            due_at,
        }
    }
}

/// Hands texts back.
pub(super) struct HandBack(pub Vec<HandedBack>);

impl Work for HandBack {
    type Answer = ();
    const NAME: &'static str = "hand_back";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            let (mut changes, mut events) = (Vec::new(), Vec::new());
            for back in works.iter().flat_map(|work| &work.0) {
                let sms = &back.sms;
                sms.stop();
                if back.known.as_deref() != Some(back.cause) {
                    events.push(Event::new(sms.id, Kind::Pending).because(back.cause));
                }
                changes.push(outgoing::Change {
                    cause: Some(back.cause.to_owned()),
                    tries: sms.try_no - 1,
                    due_at: back.due_at,
                    lease: Some(0),
                    ..ending::change(sms, State::Pending)
                });
            }
            batch.change_sms(changes).await?;
            batch.add_events(events);
            Ok(vec![(); works.len()])
        })
    }
}
