//! A link: one bind to a carrier's SMSC, made again whenever it is lost. A bind is a transceiver, or a transmitter and a receiver that stand and fall together.
//!
//! The window is ours: as many parts are marked as places are free, so **a crash leaves at most a window in doubt**. Every deposit that was marked is reported, whatever
//! happens to the session; reports and marks that the database cannot take wait until it can.

use super::Settings;
use super::bind::{Bound, Events, Pauses, Side};
use super::pacing::Pacer;
use super::pdu::{self, Delivered};
use super::status;
use crate::clock::Clock;
use crate::config::rooms::StatusClass;
use crate::faults::Faults;
use crate::metrics::{LinkMeter, Metrics};
use crate::store::Ids;
use crate::to_desktop::ToDesktop;
use crate::to_handset::{Answer, Deposit, LINK_KILLED, Reported, ToHandset};
use smpp::{Client, CommandStatus, DeliveryKind, Event, IdPlace, ShortMessage, canonical};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// How often it is looked whether this node may write again.
const WITHOUT_LEASE: Duration = Duration::from_millis(250);
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

/// Whether this node's lease surely stands long enough for one more PDU and its answer [SPEC 16.4]. Asked before each is written; it must not block.
pub type MayWrite = Arc<dyn Fn() -> bool + Send + Sync>;

/// A link and all it needs.
#[derive(Clone)]
pub struct Link {
    pub account: Account,
    /// Which of the carrier's binds it is, from 1.
    pub slot: u16,
    pub settings: Settings,
    pub may_write: MayWrite,
    pub to_handset: ToHandset,
    pub to_desktop: ToDesktop,
    pub ids: Arc<Ids>,
    pub clock: Clock,
    pub faults: Faults,
    pub metrics: Metrics,
}

impl Link {
    /// Keeps the link up until told to stop; then takes no more, drains the window and unbinds.
    pub async fn run(self, stop: CancellationToken) {
        let (carrier, slot) = (self.account.name.as_str(), self.slot);
        let mut pauses = Pauses::new(self.settings.reconnect);
        let meter = self.metrics.link(carrier, slot);
        meter.bound(None);
        let mut is_idle = false;
        while !stop.is_cancelled() {
            if !(self.may_write)() {
                if !std::mem::replace(&mut is_idle, true) {
                    tracing::warn!(
                        carrier,
                        slot,
                        "this node's lease is too short to write anything; no link until the database extends it"
                    );
                }
                if !self.rest(WITHOUT_LEASE, &stop).await {
                    return;
                }
                continue;
            }
            is_idle = false;
            let pause = match self.bind().await {
                Ok(bound) => {
                    tracing::info!(carrier, slot, "bound");
                    meter.bind_tried("bound");
                    meter.bound(Some(self.settings.window));
                    let bound_at = Instant::now();
                    let standing = self.to_handset.link_stands(self.account.carrier_id);
                    let session = Session::new(&self, &bound, &meter);
                    let why = session.run(bound.events, &stop).await;
                    drop(standing);
                    meter.bound(None);
                    tracing::info!(carrier, slot, why, "the link ended");
                    pauses.after_link(bound_at.elapsed())
                }
                Err(no_bind) => {
                    no_bind.log(carrier, slot);
                    meter.bind_tried(no_bind.refusal.word());
                    pauses.after_refusal(no_bind.refusal)
                }
            };
            if !self.rest(pause, &stop).await {
                return;
            }
        }
    }

    /// Waits before the next bind; tries that pass by meanwhile are counted where outages count. False when told to stop.
    async fn rest(&self, pause: Duration, stop: &CancellationToken) -> bool {
        let until = Instant::now() + pause;
        loop {
            // Another bind to this carrier may stand: then its texts are on their way.
            if !self.to_handset.has_link(self.account.carrier_id) {
                let (journey, carrier_id) = (self.to_handset.clone(), self.account.carrier_id);
                // A task of its own, for it waits for a database that is away, and the end of this link need not.
                let counted = tokio::spawn(async move { journey.count_outage(carrier_id).await });
                tokio::select! {
                    () = stop.cancelled() => return false,
                    _ = counted => {}
                }
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

/// A bind that stands.
struct Session<'a> {
    link: &'a Link,
    meter: &'a LinkMeter,
    transmitter: Client,
    receiver: Option<Client>,
    /// Sides that have not ended, and why the first ended that did.
    standing: Vec<Side>,
    fell: Option<String>,
    id: i64,
    pacer: Pacer,
    /// Places in the window that marks on their way will fill.
    marking: usize,
    marked: mpsc::UnboundedSender<(usize, Vec<Deposit>)>,
    coming: mpsc::UnboundedReceiver<(usize, Vec<Deposit>)>,
    /// With the moment in which each was handed over.
    in_flight: HashMap<u64, (Deposit, Instant)>,
    late: HashMap<u64, Deposit>,
    late_order: VecDeque<u64>,
    deliveries: Arc<Semaphore>,
    /// Deliveries answered, until the session says that the answer was written: side and sequence → delivery id.
    answering: Arc<Mutex<HashMap<(Side, u32), i64>>>,
    unbinding: bool,
}

impl<'a> Session<'a> {
    fn new(link: &'a Link, bound: &Bound, meter: &'a LinkMeter) -> Self {
        let (marked, coming) = mpsc::unbounded_channel();
        let receiver = bound.receiver.clone();
        let mut standing = vec![Side::Transmitter];
        standing.extend(receiver.as_ref().map(|_| Side::Receiver));
        Self {
            link,
            meter,
            transmitter: bound.transmitter.clone(),
            receiver,
            standing,
            fell: None,
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

    /// Runs until the bind is closed; why it was. Where one of two sides falls, the other takes no more, drains and unbinds.
    async fn run(mut self, mut events: Events, stop: &CancellationToken) -> String {
        let mut happened = Vec::with_capacity(256);
        let mut drain_ends: Option<Instant> = None;
        let ready = self.link.to_handset.ready();
        while !self.standing.is_empty() {
            let stopping = stop.is_cancelled() || self.fell.is_some();
            if stopping {
                let ends = *drain_ends.get_or_insert_with(|| Instant::now() + DRAIN);
                if (self.in_flight.is_empty() && self.marking == 0) || Instant::now() >= ends {
                    self.unbind();
                }
            } else {
                self.mark_more();
            }
            let unanswered = self.in_flight.len() + self.marking;
            self.meter.stands(unanswered, self.pacer.rate());
            let arrived = ready.arrived();
            tokio::select! {
                side = events.recv(&mut happened) => {
                    if happened.is_empty() {
                        self.close(side, Vec::new(), Vec::new(), "the session's task ended".to_owned());
                    } else {
                        self.take(side, happened.drain(..));
                    }
                }
                Some((slots, deposits)) = self.coming.recv() => self.submit(slots, deposits),
                () = arrived, if !stopping && self.free() > 0 => {}
                () = stop.cancelled(), if !stopping => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        self.fell.unwrap_or_default()
    }

    /// Asks every side to end, once. Their last words come as events.
    fn unbind(&mut self) {
        if std::mem::replace(&mut self.unbinding, true) {
            return;
        }
        for client in std::iter::once(&self.transmitter).chain(&self.receiver) {
            let client = client.clone();
            tokio::spawn(async move { client.unbind().await });
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
            let Some(deposits) = journey.mark_patiently(chunks).await else {
                return;
            };
            if let Err(mpsc::error::SendError((_, deposits))) = marked.send((slots, deposits)) {
                journey.report_unwritten(deposits).await;
            }
        });
    }

    fn submit(&mut self, slots: usize, deposits: Vec<Deposit>) {
        self.marking -= slots;
        let (now, handed_over) = (self.link.clock.now(), Instant::now());
        let mut unwritten = Vec::new();
        self.meter.submitted(deposits.len());
        for deposit in deposits {
            let token = deposit.attempt_id.cast_unsigned();
            match self
                .transmitter
                .submit(token, pdu::submit_sm(&deposit, &self.link.settings, now))
            {
                Ok(()) => {
                    self.in_flight.insert(token, (deposit, handed_over));
                }
                Err(smpp::Gone) => unwritten.push(Reported {
                    deposit,
                    answer: Answer::NotWritten,
                }),
            }
        }
        self.report(unwritten);
    }

    /// Deals with what happened on a side.
    fn take(&mut self, side: Side, events: impl Iterator<Item = Event>) {
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
                    if let Some((deposit, _)) = self.in_flight.remove(&token) {
                        self.meter.unanswered("no_answer", 1);
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
                        self.meter.unanswered("late", 1);
                        reported.push(Reported {
                            deposit,
                            answer: self.answer_of(status, &message_id, false),
                        });
                    }
                }
                Event::Deliver { sequence, kind, sm } => {
                    self.receive(side, sequence, kind, sm);
                }
                Event::AnswerWritten { sequence } => written.extend(
                    self.answering
                        .lock()
                        .ok()
                        .and_then(|mut answering| answering.remove(&(side, sequence))),
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
        if let Some((unwritten, unanswered, why)) = end {
            self.close(side, unwritten, unanswered, why);
        }
    }

    fn response(
        &mut self,
        token: u64,
        status: CommandStatus,
        message_id: &str,
    ) -> Option<Reported> {
        let (deposit, handed_over) = self.in_flight.remove(&token)?;
        self.link.faults.fails_at("submit.after_write");
        let (in_flight, now) = (self.in_flight.len(), Instant::now());
        let refusal = (!status.is_ok()).then(|| status.known_name().unwrap_or("other"));
        self.meter.answered(refusal, now - handed_over);
        let mut is_frequent = false;
        match status::class_of(status, &self.link.settings.statuses) {
            Some(StatusClass::Throttled) => self.pacer.throttled(in_flight, now),
            Some(StatusClass::QueueFull) => {
                let handset = deposit.sms.handset.as_i64();
                is_frequent = self.pacer.queue_full(handset, in_flight, now);
            }
            _ => self.pacer.passed(in_flight, now),
        }
        let answer = self.answer_of(status, message_id, is_frequent);
        Some(Reported { deposit, answer })
    }

    /// What a response is to its text. A queue that is full at many handsets at once is the SMSC's own: that text is throttled.
    fn answer_of(&self, status: CommandStatus, message_id: &str, is_frequent: bool) -> Answer {
        let settings = &self.link.settings;
        let code = status.0;
        match status::class_of(status, &settings.statuses) {
            None => Answer::Accepted {
                message_id: canonical(settings.message_id, IdPlace::InResponse, message_id),
            },
            Some(StatusClass::Throttled) => Answer::Throttled { status: code },
            Some(StatusClass::QueueFull) if is_frequent => Answer::Throttled { status: code },
            Some(StatusClass::QueueFull | StatusClass::Temporary) => {
                Answer::RefusedForNow { status: code }
            }
            Some(StatusClass::Permanent) => Answer::RefusedForGood { status: code },
        }
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
            tokio::spawn(async move { journey.report_patiently(reported).await });
        }
    }

    /// Keeps what was delivered, then answers: ESME_ROK only once it is on disk, else ESME_RX_T_APPN, which every SMSC takes for "later" (ESME_RSYSERR some take for "never").
    fn receive(&mut self, side: Side, sequence: u32, kind: DeliveryKind, sm: ShortMessage) {
        let link = self.link;
        // Answered on the session that it came on.
        let client = match (side, &self.receiver) {
            (Side::Receiver, Some(receiver)) => receiver.clone(),
            _ => self.transmitter.clone(),
        };
        let meter = self.meter.deliveries();
        let Ok(permit) = self.deliveries.clone().try_acquire_owned() else {
            meter.answered("unread", "ESME_RMSGQFUL");
            let _ = client.answer(sequence, kind, CommandStatus::ESME_RMSGQFUL);
            return;
        };
        let delivered = pdu::delivered(
            &sm,
            link.account.carrier_id,
            self.id,
            &link.settings,
            link.clock,
        );
        let what = match &delivered {
            Delivered::Receipt(_) => "receipt",
            Delivered::Text(_) => "text",
        };
        let (journey, answering) = (link.to_desktop.clone(), self.answering.clone());
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
                        answering.insert((side, sequence), id);
                    }
                    CommandStatus::ESME_ROK
                }
                Err(error) => {
                    tracing::error!(
                        error,
                        "a delivery could not be kept; the carrier is asked to send it again"
                    );
                    CommandStatus::ESME_RX_T_APPN
                }
            };
            meter.answered(what, status.known_name().unwrap_or("other"));
            let _ = client.answer(sequence, kind, status);
            drop(permit);
        });
    }

    /// A side has ended: what was submitted on it is reported, each by what is known of it, and the other side is to end as well.
    fn close(&mut self, side: Side, unwritten: Vec<u64>, unanswered: Vec<u64>, why: String) {
        self.standing.retain(|standing| *standing != side);
        let why = match (&self.receiver, side) {
            (None, _) => why,
            (Some(_), Side::Transmitter) => format!("transmitter: {why}"),
            (Some(_), Side::Receiver) => format!("receiver: {why}"),
        };
        let was_whole = self.fell.is_none() && !self.unbinding;
        self.fell.get_or_insert(why);
        if side == Side::Transmitter {
            self.settle(unwritten, unanswered, was_whole);
            self.unbind();
        }
    }

    fn settle(&mut self, unwritten: Vec<u64>, unanswered: Vec<u64>, was_whole: bool) {
        let mut reported = Vec::new();
        for token in unwritten {
            reported.extend(self.in_flight.remove(&token).map(|(deposit, _)| Reported {
                deposit,
                answer: Answer::NotWritten,
            }));
        }
        self.meter.unanswered("not_written", reported.len());
        self.meter.unanswered("no_answer", self.in_flight.len());
        let unanswered = unanswered
            .into_iter()
            .filter_map(|token| self.in_flight.remove(&token))
            .map(|(deposit, _)| deposit)
            .collect::<Vec<_>>();
        // One alone is a suspect, unless it was we who ended the link; of several nobody knows which it died of.
        let is_suspect = was_whole && (self.link.may_write)();
        let cause = if is_suspect && unanswered.len() + self.in_flight.len() == 1 {
            LINK_KILLED
        } else {
            "link_lost"
        };
        // Whatever else was handed over may have been written.
        let rest = self.in_flight.drain().map(|(_, (deposit, _))| deposit);
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
    }
}
