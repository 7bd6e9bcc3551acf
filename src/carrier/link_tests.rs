//! Links against an SMSC of our own on loopback: a bind of two halves, a half that falls, a lease that is lost.

use super::Settings;
use super::link::{Account, Link};
use crate::config::rooms::{self, BindForm, Outage, Seconds};
use crate::faults::Faults;
use crate::store::attempts::Outcome;
use crate::testbed::{BEGINNING, Bed};
use crate::to_handset::{Destination, SendRequest};
use smpp::{Address, BindKind, CommandStatus, Limits, Server, ServerEvent, ShortMessage, accept};
use sms::{State, Text, Wish};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// An SMSC in this test's hand.
struct Smsc(TcpListener);

/// A bound session at the SMSC.
struct Session {
    server: Server,
    events: mpsc::Receiver<ServerEvent>,
}

impl Smsc {
    async fn bound(&self, kind: BindKind) -> Session {
        let (stream, _) = tokio::time::timeout(PATIENCE, self.0.accept())
            .await
            .unwrap()
            .unwrap();
        let (request, pending) = accept(stream, Limits::default()).await.unwrap();
        assert_eq!(request.kind, kind);
        let (server, events) = pending.accept("SMSC");
        Session { server, events }
    }
}

impl Session {
    async fn next(&mut self) -> ServerEvent {
        let event = tokio::time::timeout(PATIENCE, self.events.recv()).await;
        event
            .expect("something happens")
            .expect("the session stands")
    }

    /// The next event that is more than an answer written.
    async fn news(&mut self) -> ServerEvent {
        loop {
            match self.next().await {
                ServerEvent::AnswerWritten { .. } => {}
                other => return other,
            }
        }
    }

    /// The next submit, with its sequence.
    async fn submit(&mut self) -> (u32, ShortMessage) {
        match self.news().await {
            ServerEvent::Submit { sequence, sm } => (sequence, sm),
            other => panic!("{other:?}"),
        }
    }

    async fn ends_in_order(&mut self) {
        assert_eq!(self.news().await, ServerEvent::Unbind);
    }
}

/// A link to an SMSC, running.
struct Running {
    bed: Bed,
    smsc: Smsc,
    may_write: Arc<AtomicBool>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start(change: impl FnOnce(&mut rooms::Carrier)) -> Self {
        let bed = Bed::with(|policy| policy.to_handset.outage = Outage::Hold).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = rooms::Carrier {
            reconnect_s: Seconds::whole(0),
            ..rooms::Carrier::default()
        };
        change(&mut settings);
        let may_write = Arc::new(AtomicBool::new(true));
        let asked = may_write.clone();
        let link = Link {
            account: Account {
                carrier_id: bed.carrier_id,
                name: "one".into(),
                host: "127.0.0.1".into(),
                port: listener.local_addr().unwrap().port(),
                system_id: "esme".into(),
                password: smpp::Secret::new("pw"),
            },
            slot: 1,
            settings: Settings::from(&settings),
            may_write: Arc::new(move || asked.load(Ordering::SeqCst)),
            to_handset: bed.to_handset.clone(),
            to_desktop: bed.to_desktop.clone(),
            ids: bed.store.ids.clone(),
            clock: bed.clock,
            faults: Faults::default(),
            metrics: crate::metrics::Metrics::default(),
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(link.run(stop.clone()));
        let smsc = Smsc(listener);
        Self {
            bed,
            smsc,
            may_write,
            stop,
            task,
        }
    }

    async fn send(&self, text: &str) -> i64 {
        let who = self
            .bed
            .book
            .by_api_key(&self.bed.ann.api_key, BEGINNING)
            .await
            .unwrap();
        let request = SendRequest {
            to: vec![Destination::parse("0491570156", &who.caller)],
            who,
            door: "rest",
            text: Text::new(text),
            reply_to: None,
            originator: None,
            flash: false,
            priority: 0,
            receipts: Some(Wish::Never),
            validity_ms: None,
            reference: None,
            all_or_nothing: false,
        };
        self.bed.to_handset.accept(request).await.unwrap().messages[0].id
    }

    /// Waits until a text is in this state; its outcomes so far.
    async fn until(&self, id: i64, state: State) -> Vec<Outcome> {
        let waiting = async {
            loop {
                let row = self.bed.store.reader.sms(id).await.unwrap().unwrap();
                if row.state() == state {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .expect("it gets there");
        let attempts = self.bed.store.reader.attempts_of(id).await.unwrap();
        attempts.iter().map(|attempt| attempt.outcome()).collect()
    }

    /// Waits for this state after that outcome: where it comes to may be where it began.
    async fn until_come(&self, id: i64, state: State, outcome: Outcome) {
        let waiting = async {
            while self.until(id, state).await != [outcome] {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .expect("it gets there");
    }

    fn is_up(&self) -> bool {
        self.bed.to_handset.has_link(self.bed.carrier_id)
    }

    async fn until_link_is(&self, is_up: bool) {
        let waiting = async {
            while self.is_up() != is_up {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .expect("it gets there");
    }
}

fn answer_of_handset() -> ShortMessage {
    ShortMessage {
        source: Address::new(1, 1, "61491570156"),
        dest: Address::new(1, 1, "61491570006"),
        short_message: b"yes".as_slice().into(),
        ..ShortMessage::default()
    }
}

#[tokio::test]
async fn two_halves_are_one_bind() {
    let mut link = Running::start(|carrier| {
        carrier.bind = BindForm::Split;
        carrier.service_type = "VMA".into();
    })
    .await;
    let mut transmitter = link.smsc.bound(BindKind::Transmitter).await;
    assert!(!link.is_up(), "half a bind is none");
    let mut receiver = link.smsc.bound(BindKind::Receiver).await;

    let id = link.send("one").await;
    let (sequence, sm) = transmitter.submit().await;
    assert_eq!(sm.service_type, "VMA");
    transmitter
        .server
        .answer_submit(sequence, CommandStatus::ESME_ROK, "7")
        .unwrap();
    assert_eq!(link.until(id, State::Ok).await, [Outcome::Accepted]);

    // Both sides may deliver; each is answered where it came.
    receiver.server.deliver(1, answer_of_handset()).unwrap();
    let answered = ServerEvent::DeliverResponse {
        token: 1,
        status: CommandStatus::ESME_ROK,
    };
    assert_eq!(receiver.next().await, answered);
    let mut other = answer_of_handset();
    other.short_message = b"no".as_slice().into();
    transmitter.server.deliver(1, other).unwrap();
    assert!(
        matches!(transmitter.news().await, ServerEvent::DeliverResponse { token: 1, status } if status.is_ok())
    );

    // The receiver falls while a submit is open: its answer still counts, then both are made again.
    let id = link.send("two").await;
    let (sequence, _) = transmitter.submit().await;
    receiver.server.close();
    // Nothing shows when the link has learned of it.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let waiting = link.send("three").await;
    transmitter
        .server
        .answer_submit(sequence, CommandStatus::ESME_ROK, "8")
        .unwrap();
    transmitter.ends_in_order().await;
    assert_eq!(link.until(id, State::Ok).await, [Outcome::Accepted]);
    let mut transmitter = link.smsc.bound(BindKind::Transmitter).await;
    let mut receiver = link.smsc.bound(BindKind::Receiver).await;
    let (sequence, _) = transmitter.submit().await;
    transmitter
        .server
        .answer_submit(sequence, CommandStatus::ESME_ROK, "9")
        .unwrap();
    assert_eq!(
        link.until(waiting, State::Ok).await,
        [Outcome::Accepted],
        "it was never written before"
    );

    // The transmitter falls: what is open is in doubt, and of one alone that it may have done it.
    let id = link.send("four").await;
    transmitter.submit().await;
    transmitter.server.close();
    receiver.ends_in_order().await;
    assert_eq!(link.until(id, State::InDoubt).await, [Outcome::InDoubt]);
    let row = link.bed.store.reader.sms(id).await.unwrap().unwrap();
    assert_eq!(row.cause.as_deref(), Some("link_killed"));

    // TERM: both drain and unbind.
    let mut transmitter = link.smsc.bound(BindKind::Transmitter).await;
    let mut receiver = link.smsc.bound(BindKind::Receiver).await;
    link.until_link_is(true).await;
    let id = link.send("five").await;
    let (sequence, _) = transmitter.submit().await;
    link.stop.cancel();
    transmitter
        .server
        .answer_submit(sequence, CommandStatus::ESME_ROK, "a")
        .unwrap();
    transmitter.ends_in_order().await;
    receiver.ends_in_order().await;
    (&mut link.task).await.unwrap();
    assert_eq!(link.until(id, State::Ok).await, [Outcome::Accepted]);
}

#[tokio::test]
async fn a_refused_half_leaves_no_other() {
    let link = Running::start(|carrier| carrier.bind = BindForm::Split).await;
    let mut transmitter = link.smsc.bound(BindKind::Transmitter).await;
    let (stream, _) = link.smsc.0.accept().await.unwrap();
    let (_, pending) = accept(stream, Limits::default()).await.unwrap();
    pending.refuse(CommandStatus::ESME_RSYSERR).await.unwrap();
    transmitter.ends_in_order().await;
    let _transmitter = link.smsc.bound(BindKind::Transmitter).await;
    let _receiver = link.smsc.bound(BindKind::Receiver).await;
    link.until_link_is(true).await;
}

#[tokio::test]
async fn without_a_lease_nothing_is_written() {
    let link = Running::start(|_| {}).await;
    let mut session = link.smsc.bound(BindKind::Transceiver).await;
    link.until_link_is(true).await;
    link.may_write.store(false, Ordering::SeqCst);
    let id = link.send("not now").await;
    match session.next().await {
        ServerEvent::Closed { .. } => {}
        other => panic!("{other:?}"),
    }
    link.until_link_is(false).await;
    link.until_come(id, State::Pending, Outcome::NotWritten)
        .await;
    let knock = tokio::time::timeout(Duration::from_millis(300), link.smsc.0.accept()).await;
    assert!(knock.is_err(), "no bind without a lease");
    link.may_write.store(true, Ordering::SeqCst);
    link.smsc.bound(BindKind::Transceiver).await;
}

#[tokio::test]
async fn statuses_mean_what_the_carrier_says() {
    let link = Running::start(|carrier| {
        carrier.statuses =
            toml::from_str("1025 = 'throttled'\nESME_RSYSERR = 'permanent'").unwrap();
    })
    .await;
    let mut session = link.smsc.bound(BindKind::Transceiver).await;
    for (status, state, outcome, tries) in [
        (1025, State::Pending, Outcome::RefusedForNow, 0),
        (0x08, State::Abort, Outcome::RefusedForGood, 1),
        (0x14, State::Fail, Outcome::RefusedForNow, 1),
    ] {
        let id = link.send("status").await;
        let (sequence, _) = session.submit().await;
        session
            .server
            .answer_submit(sequence, CommandStatus(status), "")
            .unwrap();
        link.until_come(id, state, outcome).await;
        let row = link.bed.store.reader.sms(id).await.unwrap().unwrap();
        assert_eq!(row.tries, tries, "{status}");
    }
}

/// Without a database nothing is kept, and the carrier is told "later" in the one word that no SMSC takes for "never".
#[tokio::test]
async fn what_cannot_be_kept_is_refused_for_now() {
    let link = Running::start(|_| {}).await;
    let mut session = link.smsc.bound(BindKind::Transceiver).await;
    link.bed.store.reader.close_for_test().await;
    session.server.deliver(1, answer_of_handset()).unwrap();
    let told = session.news().await;
    let expected = ServerEvent::DeliverResponse {
        token: 1,
        status: CommandStatus::ESME_RX_T_APPN,
    };
    assert_eq!(told, expected);
}
