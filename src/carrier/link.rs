//! A link: one transceiver bind to a carrier's SMSC, made again whenever it is lost.
//!
//! The window is ours: as many parts are marked as places are free, so **a crash leaves at most a window in doubt**. Every deposit that was marked is reported, whatever
//! happens to the session; reports and marks that the database cannot take wait until it can.

use super::pacing::Pacer;
use super::pdu::{self, Delivered};
use super::{Settings, status};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::store::{Ids, StoreError};
use crate::to_desktop::ToDesktop;
use crate::to_handset::{Answer, Chunk, Deposit, LINK_KILLED, Reported, ToHandset};
use smpp::{
    Client, ClientSettings, CommandStatus, DeliveryKind, Event, IdPlace, ShortMessage, canonical,
};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// The longest wait before connecting again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Deliveries on their way to disk at one time; beyond it the carrier waits.
const DELIVERIES: usize = 512;
/// Timed-out deposits whose late answer would still be understood.
const LATE_KEPT: usize = 10_000;
/// How long a link that ends waits for the answers to what is in its window.
const DRAIN: Duration = Duration::from_secs(10);
/// How often a link looks for work that nobody announced (a rate that has tokens again).
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// An account at a carrier's SMSC.
#[derive(Clone)]
pub struct Account {
    pub carrier_id: i64,
    pub name: String,
    pub host: String,
    pub port: u16,
    pub system_id: String,
    pub password: smpp::Secret,
}

/// How a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    Down = 0,
    Bound = 1,
}

/// A link and all it needs.
#[derive(Clone)]
pub struct Link {
    pub account: Account,
    pub settings: Settings,
    pub to_handset: ToHandset,
    pub to_desktop: ToDesktop,
    pub ids: Arc<Ids>,
    pub clock: Clock,
    pub faults: Faults,
    /// Shows [`LinkState`] to whoever asks.
    pub state: Arc<AtomicU8>,
}

impl Link {
    /// Keeps the link up until told to stop; then takes no more, drains the window and unbinds.
    pub async fn run(self, stop: CancellationToken) {
        let name = self.account.name.clone();
        let mut pause = self.settings.reconnect;
        while !stop.is_cancelled() {
            match self.bind().await {
                Ok((client, events)) => {
                    tracing::info!(carrier = name, "bound");
                    let bound_at = Instant::now();
                    self.state.store(LinkState::Bound as u8, Ordering::Relaxed);
                    self.to_handset.link_bound(self.account.carrier_id);
                    let why = Session::new(&self, client).run(events, &stop).await;
                    self.state.store(LinkState::Down as u8, Ordering::Relaxed);
                    self.to_handset.link_lost(self.account.carrier_id);
                    tracing::info!(carrier = name, why, "the link ended");
                    if bound_at.elapsed() > LONGEST_PAUSE {
                        pause = self.settings.reconnect;
                    }
                }
                Err(error) => tracing::warn!(carrier = name, error, "no link"),
            }
            if !self.rest(jittered(pause), &stop).await {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE.max(self.settings.reconnect));
        }
    }

    async fn bind(&self) -> Result<(Client, mpsc::Receiver<Event>), String> {
        let account = &self.account;
        let place = format!("{}:{}", account.host, account.port);
        let connecting = tokio::time::timeout(
            self.settings.response_timeout.max(Duration::from_secs(5)),
            TcpStream::connect(&place),
        );
        let stream = connecting
            .await
            .map_err(|_| format!("{place}: no connection in time"))?
            .map_err(|error| format!("{place}: {error}"))?;
        let is_here = stream
            .peer_addr()
            .is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        if !is_here && !self.settings.private_network {
            return Err(format!(
                "{place} would be reached in the clear: set carrier.private_network = true if a VPN or private line carries it"
            ));
        }
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
        let settings = ClientSettings {
            system_id: account.system_id.clone(),
            password: account.password.clone(),
            system_type: self.settings.system_type.clone(),
            response_timeout: self.settings.response_timeout,
            enquire_link: self.settings.enquire_link,
            ..ClientSettings::default()
        };
        smpp::bind(stream, settings)
            .await
            .map_err(|error| format!("{place}: {error}"))
    }

    /// Waits before the next bind; tries that pass by meanwhile are counted where outages count. False when told to stop.
    async fn rest(&self, pause: Duration, stop: &CancellationToken) -> bool {
        let until = Instant::now() + pause;
        loop {
            if let Err(error) = self.to_handset.count_outage(self.account.carrier_id).await {
                tracing::warn!(%error, "tries without a link could not be counted");
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return !stop.is_cancelled();
            }
            tokio::select! {
                () = stop.cancelled() => return false,
                () = tokio::time::sleep(left.min(Duration::from_millis(500))) => {}
            }
        }
    }
}

/// Half to one and a half of it, so that many links do not come back at once.
fn jittered(pause: Duration) -> Duration {
    let mut octet = [128u8];
    aws_lc_rs::rand::fill(&mut octet).ok();
    pause.mul_f64(0.5 + f64::from(octet[0]) / 255.0)
}

/// One bound session.
struct Session<'a> {
    link: &'a Link,
    client: Client,
    id: i64,
    pacer: Pacer,
    /// Places in the window that marks on their way will fill.
    marking: usize,
    marked: mpsc::UnboundedSender<(usize, Vec<Deposit>)>,
    coming: mpsc::UnboundedReceiver<(usize, Vec<Deposit>)>,
    in_flight: HashMap<u64, Deposit>,
    late: HashMap<u64, Deposit>,
    late_order: VecDeque<u64>,
    deliveries: Arc<Semaphore>,
    /// Deliveries answered, until the session says that the answer was written: sequence → delivery id.
    answering: Arc<Mutex<HashMap<u32, i64>>>,
    unbinding: bool,
}

impl<'a> Session<'a> {
    fn new(link: &'a Link, client: Client) -> Self {
        let (marked, coming) = mpsc::unbounded_channel();
        Self {
            link,
            client,
            id: link.ids.next(),
            pacer: Pacer::new(link.settings.rate, Instant::now()),
            marking: 0,
            marked,
            coming,
            in_flight: HashMap::new(),
            late: HashMap::new(),
            late_order: VecDeque::new(),
            deliveries: Arc::new(Semaphore::new(DELIVERIES)),
            answering: Arc::default(),
            unbinding: false,
        }
    }

    /// Runs until the session is closed; why it was.
    async fn run(mut self, mut events: mpsc::Receiver<Event>, stop: &CancellationToken) -> String {
        let mut happened = Vec::with_capacity(256);
        let mut drain_ends: Option<Instant> = None;
        let ready = self.link.to_handset.ready();
        loop {
            let stopping = stop.is_cancelled();
            if stopping {
                let ends = *drain_ends.get_or_insert_with(|| Instant::now() + DRAIN);
                if !self.unbinding
                    && ((self.in_flight.is_empty() && self.marking == 0) || Instant::now() >= ends)
                {
                    self.unbinding = true;
                    let client = self.client.clone();
                    tokio::spawn(async move { client.unbind().await });
                }
            } else {
                self.mark_more();
            }
            let arrived = ready.arrived();
            tokio::select! {
                count = events.recv_many(&mut happened, 256) => {
                    if count == 0 {
                        return self.close(Vec::new(), Vec::new(), "the session's task ended".to_owned());
                    }
                    if let Some(why) = self.take(happened.drain(..)) {
                        return why;
                    }
                }
                Some((slots, deposits)) = self.coming.recv() => self.submit(slots, deposits),
                () = arrived, if !stopping && self.free() > 0 => {}
                () = stop.cancelled(), if !stopping => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    fn free(&self) -> usize {
        self.link
            .settings
            .window
            .saturating_sub(self.in_flight.len() + self.marking)
    }

    /// Has as many parts marked as places are free and the pace allows.
    fn mark_more(&mut self) {
        let ready = self.link.to_handset.ready();
        let carrier_id = self.link.account.carrier_id;
        let free = self.free();
        if free == 0 || ready.is_empty(carrier_id) {
            return;
        }
        let allowed = self.pacer.take(free, Instant::now());
        if allowed == 0 {
            return;
        }
        let chunks = ready.take(carrier_id, allowed);
        let slots: usize = chunks.iter().map(|chunk| chunk.parts.len()).sum();
        self.pacer.give_back(allowed - slots);
        if slots == 0 {
            return;
        }
        self.marking += slots;
        let (journey, marked) = (self.link.to_handset.clone(), self.marked.clone());
        tokio::spawn(async move {
            let Some(deposits) = mark(&journey, chunks).await else {
                return;
            };
            if let Err(mpsc::error::SendError((_, deposits))) = marked.send((slots, deposits)) {
                report(
                    &journey,
                    deposits
                        .into_iter()
                        .map(|deposit| Reported {
                            deposit,
                            answer: Answer::NotWritten,
                        })
                        .collect(),
                )
                .await;
            }
        });
    }

    fn submit(&mut self, slots: usize, deposits: Vec<Deposit>) {
        self.marking -= slots;
        let now = self.link.clock.now();
        let mut unwritten = Vec::new();
        for deposit in deposits {
            let token = deposit.attempt_id.cast_unsigned();
            match self
                .client
                .submit(token, pdu::submit_sm(&deposit, &self.link.settings, now))
            {
                Ok(()) => {
                    self.in_flight.insert(token, deposit);
                }
                Err(smpp::Gone) => unwritten.push(Reported {
                    deposit,
                    answer: Answer::NotWritten,
                }),
            }
        }
        self.report(unwritten);
    }

    /// Deals with what happened; why the session ended, if it did.
    fn take(&mut self, events: impl Iterator<Item = Event>) -> Option<String> {
        let mut reported = Vec::new();
        let mut written = Vec::new();
        let mut end = None;
        for event in events {
            match event {
                Event::Response {
                    token,
                    status,
                    message_id,
                } => reported.extend(self.response(token, status, &message_id)),
                Event::TimedOut { token } => {
                    if let Some(deposit) = self.in_flight.remove(&token) {
                        self.keep_late(token, deposit.clone());
                        reported.push(Reported {
                            deposit,
                            answer: Answer::NoAnswer {
                                cause: "response_timeout",
                            },
                        });
                    }
                }
                Event::LateResponse {
                    token,
                    status,
                    message_id,
                } => {
                    if let Some(deposit) = self.late.remove(&token) {
                        tracing::info!(carrier = self.link.account.name, "a late answer");
                        reported.push(Reported {
                            deposit,
                            answer: self.answer_of(status, &message_id),
                        });
                    }
                }
                Event::Deliver { sequence, kind, sm } => self.receive(sequence, kind, sm),
                Event::AnswerWritten { sequence } => written.extend(
                    self.answering
                        .lock()
                        .ok()
                        .and_then(|mut answering| answering.remove(&sequence)),
                ),
                Event::Odd { what } => {
                    tracing::warn!(carrier = self.link.account.name, what, "odd")
                }
                Event::Closed {
                    unwritten,
                    unanswered,
                    why,
                } => end = Some((unwritten, unanswered, why)),
            }
        }
        self.report(reported);
        if !written.is_empty() {
            let journey = self.link.to_desktop.clone();
            tokio::spawn(async move {
                if let Err(error) = journey.answers_written(written).await {
                    tracing::warn!(%error, "written answers could not be noted; the same texts again soon would be taken for redeliveries");
                }
            });
        }
        end.map(|(unwritten, unanswered, why)| self.close(unwritten, unanswered, why))
    }

    fn response(
        &mut self,
        token: u64,
        status: CommandStatus,
        message_id: &str,
    ) -> Option<Reported> {
        let deposit = self.in_flight.remove(&token)?;
        self.link.faults.fails_at("submit.after_write");
        let answer = self.answer_of(status, message_id);
        if matches!(answer, Answer::Throttled { .. }) {
            self.pacer.throttled(Instant::now());
        }
        Some(Reported { deposit, answer })
    }

    fn answer_of(&self, status: CommandStatus, message_id: &str) -> Answer {
        status::answer_of(
            status,
            canonical(
                self.link.settings.message_id,
                IdPlace::InResponse,
                message_id,
            ),
        )
    }

    fn keep_late(&mut self, token: u64, deposit: Deposit) {
        self.late.insert(token, deposit);
        self.late_order.push_back(token);
        if self.late_order.len() > LATE_KEPT
            && let Some(oldest) = self.late_order.pop_front()
        {
            self.late.remove(&oldest);
        }
    }

    fn report(&self, reported: Vec<Reported>) {
        if !reported.is_empty() {
            let journey = self.link.to_handset.clone();
            tokio::spawn(async move { report(&journey, reported).await });
        }
    }

    /// Keeps what was delivered, then answers: ESME_ROK only once it is on disk, else a temporary error.
    fn receive(&mut self, sequence: u32, kind: DeliveryKind, sm: ShortMessage) {
        let link = self.link;
        let Ok(permit) = self.deliveries.clone().try_acquire_owned() else {
            let _ = self
                .client
                .answer(sequence, kind, CommandStatus::ESME_RMSGQFUL);
            return;
        };
        let delivered = pdu::delivered(
            &sm,
            link.account.carrier_id,
            self.id,
            &link.settings,
            link.clock,
        );
        let (client, journey, answering) = (
            self.client.clone(),
            link.to_desktop.clone(),
            self.answering.clone(),
        );
        tokio::spawn(async move {
            let kept = match delivered {
                Delivered::Receipt(receipt) => journey
                    .receive_receipt(receipt)
                    .await
                    .map(|()| None)
                    .map_err(|error| error.to_string()),
                Delivered::Text(incoming) => journey
                    .receive(*incoming)
                    .await
                    .map(|received| Some(received.delivery_id))
                    .map_err(|error| error.to_string()),
            };
            let status = match kept {
                Ok(delivery_id) => {
                    if let (Some(id), Ok(mut answering)) = (delivery_id, answering.lock()) {
                        answering.insert(sequence, id);
                    }
                    CommandStatus::ESME_ROK
                }
                Err(error) => {
                    tracing::error!(
                        error,
                        "a delivery could not be kept; the carrier is asked to send it again"
                    );
                    CommandStatus::ESME_RSYSERR
                }
            };
            let _ = client.answer(sequence, kind, status);
            drop(permit);
        });
    }

    /// Reports everything that is left, each by what is known of it.
    fn close(&mut self, unwritten: Vec<u64>, unanswered: Vec<u64>, why: String) -> String {
        let mut reported = Vec::new();
        for token in unwritten {
            reported.extend(self.in_flight.remove(&token).map(|deposit| Reported {
                deposit,
                answer: Answer::NotWritten,
            }));
        }
        let unanswered = unanswered
            .into_iter()
            .filter_map(|token| self.in_flight.remove(&token))
            .collect::<Vec<_>>();
        // One alone is a suspect; of several nobody knows which the link died of.
        let cause = if unanswered.len() + self.in_flight.len() == 1 {
            LINK_KILLED
        } else {
            "link_lost"
        };
        // Whatever else was handed over may have been written.
        let rest = self.in_flight.drain().map(|(_, deposit)| deposit);
        reported.extend(unanswered.into_iter().chain(rest).map(|deposit| Reported {
            deposit,
            answer: Answer::NoAnswer { cause },
        }));
        self.report(reported);
        self.coming.close();
        while let Ok((_, deposits)) = self.coming.try_recv() {
            self.report(
                deposits
                    .into_iter()
                    .map(|deposit| Reported {
                        deposit,
                        answer: Answer::NotWritten,
                    })
                    .collect(),
            );
        }
        why
    }
}

/// Marks, for as long as the database is away. `None` when this node may not write any more.
async fn mark(journey: &ToHandset, chunks: Vec<Chunk>) -> Option<Vec<Deposit>> {
    let mut pause = Duration::from_millis(100);
    loop {
        match journey.mark(chunks.clone()).await {
            Ok(deposits) => return Some(deposits),
            Err(StoreError::LeaseLost) => return None,
            Err(error) => tracing::error!(%error, "texts could not be marked; they wait"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Reports, for as long as the database is away: what a carrier said must not be forgotten.
async fn report(journey: &ToHandset, reported: Vec<Reported>) {
    let mut pause = Duration::from_millis(100);
    loop {
        match journey.report(reported.clone()).await {
            Ok(()) | Err(StoreError::LeaseLost) => return,
            Err(error) => tracing::error!(%error, "outcomes could not be written; they wait"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}
