//! The built-in SMSC: real SMPP on a listener, texts to the phones of [`handsets`](super::handsets), receipts and replies back.
//!
//! A delivery (a receipt or a part of a reply) is owed until the ESME has answered it: what a link takes with it goes out again over
//! the next one, in its old order; what is answered with a temporary error, or not in time, goes out again after
//! [`Settings::redelivery_pause`]. Every queue is bounded; at the bound submits are answered with `ESME_RMSGQFUL`.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use smpp::{
    Address, BindKind, BindRequest, CommandStatus, Limits, Secret, Server, ServerEvent,
    ShortMessage, Tlv, tag,
};
use sms::{Incoming, MAX_PARTS, Reference, ReferenceSize, Text, TextError, decode_user_data};
use subtle::ConstantTimeEq;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::handsets::{
    Acknowledgement, Alphabet, Arrival, Arriving, Behaviour, Change, Digits, Handsets, Place,
    ReferenceKind, TooManyArranged,
};
use crate::clock::{Clock, real_now};

/// The name under which the SMSC answers binds.
const NAME: &str = "EmailSMS";
/// Connections at once, bound or not.
const MOST_LINKS: usize = 256;
/// How long [`Smsc::stop`] waits for the ESMEs.
const STOP_WAIT: Duration = Duration::from_secs(8);

/// Who may bind.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account's name.
    pub system_id: String,
    /// The account's password.
    pub password: Secret,
}

/// How the SMSC behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Receipts and parts of replies that may be owed: 100,000.
    pub most_owed: usize,
    /// Deliveries that may be unanswered on one link: 64.
    pub window: usize,
    /// Binds at once: 64.
    pub most_binds: usize,
    /// Until a delivery that got a temporary error or no answer goes out again: 2 s.
    pub redelivery_pause: Duration,
    /// What the SMSC bears from an ESME.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            most_owed: 100_000,
            window: 64,
            most_binds: 64,
            redelivery_pause: Duration::from_secs(2),
            limits: Limits::default(),
        }
    }
}

/// Why a reply was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// It is no text, or needs too many parts.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The ESME owes answers to too many deliveries. It may be tried again later.
    #[error(
        "{0} deliveries wait for the other side to bind as a receiver and take them; try again when it has"
    )]
    Full(usize),
}

/// A running SMSC. Clones are handles to the same one.
#[derive(Clone)]
pub struct Smsc(Arc<Shared>);

struct Shared {
    account: Account,
    settings: Settings,
    clock: Clock,
    address: SocketAddr,
    handsets: Handsets,
    owed: Mutex<Owed>,
    /// Rung when something is held that may be due before all else.
    held: Notify,
    next_id: AtomicU64,
    links: Arc<Semaphore>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Smsc {
    /// Starts to accept binds on a listener. Times in receipts and on phones are those of `clock`; message ids are hexadecimal
    /// and count on from the machine's time, so that none comes again after a restart.
    pub fn start(
        listener: TcpListener,
        account: Account,
        settings: Settings,
        clock: Clock,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            address: listener.local_addr()?,
            owed: Mutex::new(Owed::new(&settings)),
            account,
            settings,
            clock,
            handsets: Handsets::default(),
            held: Notify::new(),
            // Microseconds: no SMSC of this kind answers a million submits a second for long.
            next_id: AtomicU64::new(real_now().unsigned_abs() * 1_000),
            links: Arc::new(Semaphore::new(MOST_LINKS)),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        let tasks = shared.tasks.clone();
        tasks.spawn(accept_links(shared.clone(), listener));
        tasks.spawn(release_held(shared.clone()));
        Ok(Self(shared))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// The phones. Their behaviour is changed by [`arrange`](Self::arrange).
    pub fn handsets(&self) -> &Handsets {
        &self.0.handsets
    }

    /// Changes how a phone behaves; a phone that comes back into coverage gets its texts, and their receipts go out.
    pub fn arrange(&self, digits: &Digits, change: Change) -> Result<Behaviour, TooManyArranged> {
        let now = self.0.clock.now();
        let (behaviour, acknowledgements) = self.0.handsets.arrange(digits, change, now)?;
        for acknowledgement in acknowledgements {
            self.0.acknowledge(acknowledgement);
        }
        Ok(behaviour)
    }

    /// Sends a text from a phone to one of the ESME's numbers, in as many parts as it needs; how many is returned. It goes out as
    /// soon as a receiver is bound.
    pub fn reply(&self, from: &Digits, to: &Digits, text: &str) -> Result<usize, ReplyError> {
        let text = Text::new(text)?;
        let mut owed = self.0.owed();
        owed.reference = owed.reference.wrapping_add(1);
        let parts = text.cut(Reference::Eight(owed.reference), MAX_PARTS)?;
        if owed.count() + parts.len() > owed.most {
            return Err(ReplyError::Full(owed.count()));
        }
        let count = parts.len();
        for part in parts {
            let reply = ShortMessage {
                source: address_of(from),
                dest: address_of(to),
                esm_class: if part.udh.is_some() { 0x40 } else { 0 },
                data_coding: if part.encoding == sms::Encoding::Gsm7 {
                    0
                } else {
                    8
                },
                short_message: part.user_data().into(),
                ..ShortMessage::default()
            };
            owed.add(reply);
        }
        owed.pump();
        Ok(count)
    }

    /// ESMEs that are bound.
    pub fn binds(&self) -> usize {
        self.0.owed().sessions.len()
    }

    /// Receipts and parts of replies that are owed.
    pub fn owed(&self) -> usize {
        self.0.owed().count()
    }

    /// Accepts no more, unbinds every ESME, sends home who waits for a text, and returns when that is done or 8 s have passed.
    pub async fn stop(&self) {
        self.0.stopping.cancel();
        self.0.handsets.close();
        self.0.tasks.close();
        if timeout(STOP_WAIT, self.0.tasks.wait()).await.is_err() {
            tracing::warn!("some ESMEs did not take leave in time");
        }
    }
}

fn address_of(digits: &Digits) -> Address {
    const UNKNOWN: u8 = 0;
    const INTERNATIONAL: u8 = 1;
    const NATIONAL: u8 = 2;
    let ton = match digits.as_str() {
        short if short.len() < 7 => UNKNOWN,
        national if national.starts_with('0') => NATIONAL,
        _ => INTERNATIONAL,
    };
    Address::new(ton, 1, digits.as_str())
}

// ---- links ----

async fn accept_links(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            () = shared.stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Ok(permit) = shared.links.clone().try_acquire_owned() else {
                    tracing::warn!(%peer, "a link was closed: there are {MOST_LINKS} already");
                    continue;
                };
                let shared = shared.clone();
                let tasks = shared.tasks.clone();
                tasks.spawn(async move {
                    serve_link(&shared, stream, peer).await;
                    drop(permit);
                });
            }
            Err(error) => {
                // Mostly too many open files: without a pause this would spin.
                tracing::warn!(%error, "a link could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve_link(shared: &Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "the link was gone at once");
        return;
    }
    let accepted = tokio::select! {
        () = shared.stopping.cancelled() => return,
        accepted = smpp::accept(stream, shared.settings.limits.clone()) => accepted,
    };
    let (request, pending) = match accepted {
        Ok(bind) => bind,
        Err(error) => {
            tracing::info!(%peer, %error, "no bind");
            return;
        }
    };
    if let Err(status) = shared.judge(&request) {
        tracing::info!(%peer, system_id = request.bind.system_id, %status, "a bind was refused");
        let _ = pending.refuse(status).await;
        return;
    }
    let (server, events) = pending.accept(NAME);
    let session = shared.owed().join(server.clone());
    tracing::info!(%peer, session, kind = %request.kind, "bound");
    let why = serve_session(shared, session, server, events).await;
    shared.owed().leave(session);
    tracing::info!(%peer, session, why, "the session ended");
}

/// Takes what an ESME sends until its session ends; why it did.
async fn serve_session(
    shared: &Arc<Shared>,
    session: u64,
    server: Server,
    mut events: tokio::sync::mpsc::Receiver<ServerEvent>,
) -> String {
    let mut is_parting = false;
    loop {
        let event = tokio::select! {
            () = shared.stopping.cancelled(), if !is_parting => {
                is_parting = true;
                shared.owed().part(session);
                let server = server.clone();
                shared.tasks.spawn(async move { server.unbind().await });
                continue;
            }
            event = events.recv() => event,
        };
        match event {
            Some(ServerEvent::Submit { sequence, sm }) => shared.take(&server, sequence, sm),
            Some(ServerEvent::DeliverResponse { token, status }) => {
                shared.settle(token, status);
            }
            Some(ServerEvent::DeliverTimedOut { token }) => shared.hold_on(token),
            Some(ServerEvent::Unbind) => shared.owed().part(session),
            Some(ServerEvent::Odd { what }) => tracing::debug!(session, what, "odd"),
            Some(ServerEvent::AnswerWritten { .. }) => {}
            Some(ServerEvent::Closed { why, .. }) => return why,
            None => return "its events ended".to_owned(),
        }
    }
}

impl Shared {
    fn owed(&self) -> MutexGuard<'_, Owed> {
        // Nothing that is done under the lock leaves the queues half changed.
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(&self, request: &BindRequest) -> Result<(), CommandStatus> {
        if request.bind.system_id != self.account.system_id {
            return Err(CommandStatus::ESME_RINVSYSID);
        }
        let given = request.bind.password.expose().as_bytes();
        let right = self.account.password.expose().as_bytes();
        if !bool::from(given.ct_eq(right)) {
            return Err(CommandStatus::ESME_RINVPASWD);
        }
        if self.owed().sessions.len() >= self.settings.most_binds {
            return Err(CommandStatus::ESME_RALYBND);
        }
        Ok(())
    }

    /// Answers a submit, and brings it to its phone.
    fn take(&self, server: &Server, sequence: u32, sm: ShortMessage) {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let message_id = format!("{id:x}");
        let (status, acknowledgement) = match self.route(id, &message_id, sm) {
            Ok(acknowledgement) => (CommandStatus::ESME_ROK, acknowledgement),
            Err(status) => {
                tracing::debug!(%status, "a submit was refused");
                (status, None)
            }
        };
        // The answer first: most SMSCs send the receipt later. If the link is gone the ESME is in doubt, as in life.
        let _ = server.answer_submit(sequence, status, message_id);
        if let Some(acknowledgement) = acknowledgement {
            self.acknowledge(acknowledgement);
        }
    }

    fn route(
        &self,
        id: u64,
        message_id: &str,
        sm: ShortMessage,
    ) -> Result<Option<Acknowledgement>, CommandStatus> {
        let now = self.clock.now();
        let (to, mut part) = read_submit(&sm, now)?;
        let wish = sm.registered_delivery & 0x03;
        if wish != 0 {
            part.ticket = Some(id);
            let promise = Promise {
                message_id: message_id.to_owned(),
                wish,
                submitted_at: now,
                excerpt: excerpt(&part),
                source: sm.dest,
                dest: sm.source,
            };
            if !self.owed().promise(id, promise) {
                return Err(CommandStatus::ESME_RMSGQFUL);
            }
        }
        match self.handsets.receive(&to, part, now) {
            Arrival::Received(acknowledgement) => Ok(acknowledgement),
            Arrival::Withheld => Ok(None),
            Arrival::Full => {
                self.owed().promises.remove(&id);
                Err(CommandStatus::ESME_RMSGQFUL)
            }
        }
    }

    /// Turns a promise into a receipt, if one is wanted.
    fn acknowledge(&self, acknowledgement: Acknowledgement) {
        let mut owed = self.owed();
        let Some(promise) = owed.promises.remove(&acknowledgement.ticket) else {
            return;
        };
        let Some(state) = acknowledgement.receipt else {
            return;
        };
        if !promise.is_for(state) {
            return;
        }
        let token = owed.add(promise.receipt(state, self.clock.now()));
        if acknowledgement.delay.is_zero() {
            owed.pump();
        } else {
            owed.hold(token, Instant::now() + acknowledgement.delay);
            self.held.notify_one();
        }
    }

    /// A delivery was answered.
    fn settle(&self, token: u64, status: CommandStatus) {
        if is_temporary(status) {
            tracing::debug!(token, %status, "a delivery goes out again later");
            return self.hold_on(token);
        }
        if !status.is_ok() {
            tracing::info!(token, %status, "a delivery was refused for good");
        }
        let mut owed = self.owed();
        owed.remove(token);
        owed.pump();
    }

    fn hold_on(&self, token: u64) {
        let mut owed = self.owed();
        owed.hold(token, Instant::now() + self.settings.redelivery_pause);
        owed.pump();
        self.held.notify_one();
    }
}

/// Whether the ESME wants the same delivery again.
fn is_temporary(status: CommandStatus) -> bool {
    matches!(
        status,
        CommandStatus::ESME_RX_T_APPN
            | CommandStatus::ESME_RMSGQFUL
            | CommandStatus::ESME_RTHROTTLED
            | CommandStatus::ESME_RSYSERR
    )
}

async fn release_held(shared: Arc<Shared>) {
    loop {
        let next = shared.owed().release(Instant::now());
        let due = async {
            match next {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.stopping.cancelled() => return,
            () = shared.held.notified() => {}
            () = due => {}
        }
    }
}

// ---- what is owed to the ESME ----

/// Deliveries from their making to their answer, and the links that they can take.
struct Owed {
    most: usize,
    window: usize,
    /// Receipts that a phone has not decided yet, by ticket.
    promises: HashMap<u64, Promise>,
    deliveries: HashMap<u64, Delivery>,
    /// To go out now; tokens count up, so this is the order of making.
    waiting: BTreeSet<u64>,
    /// To go out later.
    held: BTreeSet<(Instant, u64)>,
    sessions: BTreeMap<u64, Session>,
    next_token: u64,
    next_session: u64,
    /// Of the last reply with several parts.
    reference: u8,
}

struct Delivery {
    sm: ShortMessage,
    whereabouts: Whereabouts,
}

#[derive(Clone, Copy)]
enum Whereabouts {
    Waiting,
    Held(Instant),
    Open(u64),
}

struct Session {
    server: Server,
    takes_deliveries: bool,
    open: BTreeSet<u64>,
}

impl Owed {
    fn new(settings: &Settings) -> Self {
        Self {
            most: settings.most_owed,
            window: settings.window.max(1),
            promises: HashMap::new(),
            deliveries: HashMap::new(),
            waiting: BTreeSet::new(),
            held: BTreeSet::new(),
            sessions: BTreeMap::new(),
            next_token: 1,
            next_session: 1,
            reference: 0,
        }
    }

    fn count(&self) -> usize {
        self.promises.len() + self.deliveries.len()
    }

    /// False if too much is owed already.
    fn promise(&mut self, ticket: u64, promise: Promise) -> bool {
        let fits = self.count() < self.most;
        if fits {
            self.promises.insert(ticket, promise);
        }
        fits
    }

    fn add(&mut self, sm: ShortMessage) -> u64 {
        let token = self.next_token;
        self.next_token += 1;
        let whereabouts = Whereabouts::Waiting;
        self.deliveries.insert(token, Delivery { sm, whereabouts });
        self.waiting.insert(token);
        token
    }

    fn remove(&mut self, token: u64) {
        self.lift(token);
        self.deliveries.remove(&token);
    }

    fn hold(&mut self, token: u64, due: Instant) {
        if self.put(token, Whereabouts::Held(due)) {
            self.held.insert((due, token));
        }
    }

    fn wait(&mut self, token: u64) {
        if self.put(token, Whereabouts::Waiting) {
            self.waiting.insert(token);
        }
    }

    /// Moves a delivery; false if there is none (an answer may come twice).
    fn put(&mut self, token: u64, whereabouts: Whereabouts) -> bool {
        self.lift(token);
        let delivery = self.deliveries.get_mut(&token);
        delivery.is_some_and(|delivery| {
            delivery.whereabouts = whereabouts;
            true
        })
    }

    /// Takes a delivery from where it is.
    fn lift(&mut self, token: u64) {
        match self.deliveries.get(&token).map(|d| d.whereabouts) {
            Some(Whereabouts::Waiting) => {
                self.waiting.remove(&token);
            }
            Some(Whereabouts::Held(due)) => {
                self.held.remove(&(due, token));
            }
            Some(Whereabouts::Open(session)) => {
                if let Some(session) = self.sessions.get_mut(&session) {
                    session.open.remove(&token);
                }
            }
            None => {}
        }
    }

    /// Lets go what is due; when the next will be.
    fn release(&mut self, now: Instant) -> Option<Instant> {
        while let Some(&(due, token)) = self.held.first() {
            if due > now {
                break;
            }
            self.wait(token);
        }
        self.pump();
        self.held.first().map(|&(due, _)| due)
    }

    /// Gives the links what waits, as far as their windows go.
    fn pump(&mut self) {
        while let Some(&token) = self.waiting.first() {
            let window = self.window;
            let freest = self
                .sessions
                .iter_mut()
                .filter(|(_, session)| session.takes_deliveries && session.open.len() < window)
                .min_by_key(|(_, session)| session.open.len());
            let Some((&id, session)) = freest else { return };
            self.waiting.pop_first();
            let Some(delivery) = self.deliveries.get_mut(&token) else {
                continue;
            };
            if session.server.deliver(token, delivery.sm.clone()).is_err() {
                session.takes_deliveries = false;
                self.waiting.insert(token);
                continue;
            }
            delivery.whereabouts = Whereabouts::Open(id);
            session.open.insert(token);
        }
    }

    fn join(&mut self, server: Server) -> u64 {
        let id = self.next_session;
        self.next_session += 1;
        let session = Session {
            takes_deliveries: server.kind() != BindKind::Transmitter,
            server,
            open: BTreeSet::new(),
        };
        self.sessions.insert(id, session);
        self.pump();
        id
    }

    /// A session that takes leave gets nothing more.
    fn part(&mut self, id: u64) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.takes_deliveries = false;
        }
    }

    /// What a session left unanswered waits for another.
    fn leave(&mut self, id: u64) {
        let Some(session) = self.sessions.remove(&id) else {
            return;
        };
        for token in session.open {
            self.wait(token);
        }
        self.pump();
    }
}

// ---- receipts ----

/// A receipt that is wanted, once it is known what it says.
struct Promise {
    message_id: String,
    /// 1: whatever happens, 2: only of failure, 3: only of success.
    wish: u8,
    submitted_at: i64,
    excerpt: String,
    source: Address,
    dest: Address,
}

impl Promise {
    fn is_for(&self, state: sms::ReceiptState) -> bool {
        let is_success = state == sms::ReceiptState::Delivered;
        match self.wish {
            2 => !is_success,
            3 => is_success,
            _ => true,
        }
    }

    /// In the text form and as TLVs [SMPP 3.4 Appendix B, §5.3.2.12, §5.3.2.35]; dates are UTC.
    fn receipt(self, state: sms::ReceiptState, done_at: i64) -> ShortMessage {
        let is_success = state == sms::ReceiptState::Delivered;
        let text = format!(
            "id:{} sub:001 dlvrd:{} submit date:{} done date:{} stat:{} err:{} text:{}",
            self.message_id,
            if is_success { "001" } else { "000" },
            receipt_date(self.submitted_at),
            receipt_date(done_at),
            state.as_stat(),
            if is_success { "000" } else { "001" },
            self.excerpt,
        );
        let message_state = u8::try_from(state.code()).unwrap_or_default();
        ShortMessage {
            source: self.source,
            dest: self.dest,
            esm_class: 0x04,
            short_message: text.into_bytes().into(),
            tlvs: vec![
                Tlv::c_string(tag::RECEIPTED_MESSAGE_ID, &self.message_id),
                Tlv::u8(tag::MESSAGE_STATE, message_state),
            ],
            ..ShortMessage::default()
        }
    }
}

/// `YYMMDDhhmm`.
fn receipt_date(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%y%m%d%H%M").to_string()
}

/// The first 20 characters, as far as they are the same in ASCII and in every alphabet that a receipt may be read in.
fn excerpt(part: &Arriving) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,!?:;'()/+*&%#-".contains(c);
    part.text
        .chars()
        .take(20)
        .map(|c| if plain(c) { c } else { '.' })
        .collect()
}

// ---- what a submit says ----

/// Reads a submit as a network and a phone would; the status with which an SMSC refuses it otherwise.
fn read_submit(sm: &ShortMessage, now: i64) -> Result<(Digits, Arriving), CommandStatus> {
    let to = Digits::parse(&sm.dest.addr).ok_or(CommandStatus::ESME_RINVDSTADR)?;
    let from = sm.source.addr.strip_prefix('+').unwrap_or(&sm.source.addr);
    if !(1..=20).contains(&from.chars().count()) || from.chars().any(char::is_control) {
        return Err(CommandStatus::ESME_RINVSRCADR);
    }
    if !sm.schedule_delivery_time.is_empty() {
        return Err(CommandStatus::ESME_RINVSCHED);
    }
    let user_data: &Bytes = sm.user_data();
    let (place, header, payload) = place_of(sm, user_data);
    let incoming = decode_user_data(sm.data_coding, payload);
    let encoding = alphabet_of(sm.data_coding, &incoming);
    let is_cut_already = place.is_some() || header > 0;
    let parts = if is_cut_already {
        let room = room_of(encoding, header);
        if payload.len() > room {
            return Err(CommandStatus::ESME_RINVMSGLEN);
        }
        1
    } else {
        parts_of(&incoming)
    };
    if parts > MAX_PARTS {
        return Err(CommandStatus::ESME_RINVMSGLEN);
    }
    let part = Arriving {
        from: from.to_owned(),
        text: match incoming {
            Incoming::Text(text) => text,
            Incoming::Binary(octets) => HEXLOWER.encode(&octets),
        },
        encoding,
        flash: is_flash(sm),
        place,
        parts,
        expires_at: expiry(&sm.validity_period, now)?,
        ticket: None,
    };
    Ok((to, part))
}

/// When a validity period ends: `YYMMDDhhmmsstnnp`, relative if `p` is `R` [SMPP 3.4 §7.1.1]. Relative years have 365 days,
/// months 30.
fn expiry(validity_period: &str, now: i64) -> Result<Option<i64>, CommandStatus> {
    if validity_period.is_empty() {
        return Ok(None);
    }
    let at = parse_time(validity_period.as_bytes(), now);
    at.map(Some).ok_or(CommandStatus::ESME_RINVEXPIRY)
}

fn parse_time(text: &[u8], now: i64) -> Option<i64> {
    const QUARTER_MS: i64 = 15 * 60_000;
    let (direction, digits) = text.split_last()?;
    if digits.len() != 15 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |tens: usize| (digits[tens] - b'0') * 10 + digits[tens + 1] - b'0';
    let [year, month, day, hour, minute, second] = [0, 2, 4, 6, 8, 10].map(number);
    if *direction == b'R' {
        let days = 365 * i64::from(year) + 30 * i64::from(month) + i64::from(day);
        let minutes = (days * 24 + i64::from(hour)) * 60 + i64::from(minute);
        return Some(now + (minutes * 60 + i64::from(second)) * 1_000);
    }
    let [month, day, hour, minute, second] =
        [month, day, hour, minute, second].map(|two_digits| two_digits as i8);
    let local = DateTime::new(2_000 + i16::from(year), month, day, hour, minute, second, 0).ok()?;
    let at = local.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let ahead_ms = i64::from(number(13)) * QUARTER_MS;
    match direction {
        b'+' => Some(at.as_millisecond() - ahead_ms),
        b'-' => Some(at.as_millisecond() + ahead_ms),
        _ => None,
    }
}

/// The place in a longer text, the octets that the header takes over the air, and what follows it.
fn place_of<'a>(sm: &ShortMessage, user_data: &'a [u8]) -> (Option<Place>, usize, &'a [u8]) {
    if sm.has_udhi() {
        let (concat, payload) = sms::split(user_data);
        let place = concat.map(|concat| Place {
            kind: if concat.wide {
                ReferenceKind::Sixteen
            } else {
                ReferenceKind::Eight
            },
            reference: concat.reference,
            number: concat.number,
            of: concat.of,
        });
        return (place, user_data.len() - payload.len(), payload);
    }
    match sar_place(sm) {
        // The SMSC writes the header that the TLVs stand for.
        Some(place) => (Some(place), 6, user_data),
        None => (None, 0, user_data),
    }
}

fn sar_place(sm: &ShortMessage) -> Option<Place> {
    let (number, of) = (sm.sar_segment_seqnum()?, sm.sar_total_segments()?);
    let place = Place {
        kind: ReferenceKind::Sar,
        reference: sm.sar_msg_ref_num()?,
        number,
        of,
    };
    (1..=of).contains(&number).then_some(place)
}

/// Octets of payload that one part has room for behind its header; GSM septets take an octet each.
fn room_of(encoding: Alphabet, header: usize) -> usize {
    let octets = 140_usize.saturating_sub(header);
    match encoding {
        Alphabet::Gsm7 | Alphabet::Latin1 => octets * 8 / 7,
        Alphabet::Ucs2 | Alphabet::Binary => octets,
    }
}

/// As how many parts a text without any header reaches the phone.
fn parts_of(incoming: &Incoming) -> usize {
    match incoming {
        Incoming::Text(text) => {
            Text::new(text).map_or(1, |text| text.parts_needed(ReferenceSize::Eight))
        }
        Incoming::Binary(octets) if octets.len() <= 140 => 1,
        Incoming::Binary(octets) => octets.len().div_ceil(134),
    }
}

/// [SMPP 3.4 §5.2.19, 3GPP TS 23.038 §4]
fn alphabet_of(data_coding: u8, incoming: &Incoming) -> Alphabet {
    if matches!(incoming, Incoming::Binary(_)) {
        return Alphabet::Binary;
    }
    match data_coding {
        8 | 0xE0..=0xEF => Alphabet::Ucs2,
        0x10..=0x1F | 0x50..=0x5F if data_coding >> 2 & 0x03 == 2 => Alphabet::Ucs2,
        0 | 0x10..=0x1F | 0x50..=0x5F | 0xC0..=0xDF | 0xF0..=0xFF => Alphabet::Gsm7,
        _ => Alphabet::Latin1,
    }
}

/// Class 0, by data_coding [3GPP TS 23.038 §4] or by dest_addr_subunit [SMPP 3.4 §5.3.2.1].
fn is_flash(sm: &ShortMessage) -> bool {
    let has_class = matches!(sm.data_coding, 0x10..=0x1F | 0x50..=0x5F | 0xF0..=0xFF);
    let to_display = sm.tlv(tag::DEST_ADDR_SUBUNIT).and_then(Tlv::number) == Some(1);
    has_class && sm.data_coding & 0x03 == 0 || to_display
}

#[cfg(test)]
#[path = "smsc_tests.rs"]
mod tests;
