//! The session: one task that owns a bound socket, from the first PDU after the bind to the last word about each request.
//!
//! One task reads, writes and keeps the time, so nothing is locked and every account is exact:
//!
//! - **A request is queued, started, open, timed out, or gone.** It is *started* when the socket accepted its first octet; what the
//!   socket never accepted is `unwritten` at the end, all else without an answer `unanswered`. If a write fails, everything that was
//!   in the socket's hands at that moment counts as started.
//! - **Nothing is written once the end is decided**: the socket is dropped before [`Happening::Closed`] is told.
//! - **Reading goes before writing**, so that a peer's hanging up is seen before more is given to it; and what the peer had answered
//!   is still read after a failed write, so that fewer requests stay in doubt.
//! - **A slow listener holds up reading, nothing else**: while events wait for room, no more PDUs are read (the peer feels it
//!   through TCP), deadlines that depend on reading rest, and writing goes on.

mod open;
mod outbox;
mod outlet;

use std::{
    collections::{HashSet, VecDeque},
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    time::{Instant, Sleep, sleep_until},
};

use self::{
    open::{Answered, OpenRequests, Request},
    outbox::{Outbox, Placed},
    outlet::Outlet,
};
use crate::{
    inbox::Inbox,
    message::ShortMessage,
    pdu::{Frame, Oddity, Pdu, Undecodable, command},
    status::CommandStatus,
};

/// PDUs given to the socket at once.
const BATCH: usize = 64;
/// Answers that wait for a peer which does not read them; above it nothing more is read from that peer.
const MOST_ANSWERS: usize = 1024;
/// How long a peer may take over an unbind.
const UNBIND_WAIT: Duration = Duration::from_secs(5);
/// How long the last octets of a session that ends well may take.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Asked before octets of a new request go to the socket.
pub type Gate = Arc<dyn Fn() -> bool + Send + Sync>;

/// Which kind of request carries a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Carrier {
    Submit,
    Deliver,
    Data,
}

/// How a session behaves; the same on both sides.
pub(crate) struct Conduct {
    pub is_server: bool,
    /// Server: whether the ESME bound so that it may submit.
    pub takes_submits: bool,
    pub response_timeout: Duration,
    /// Zero: never.
    pub enquire_link: Duration,
    /// Zero: never.
    pub inactivity: Duration,
    pub gate: Option<Gate>,
    pub first_sequence: u32,
}

/// What the owner of a session asks of it.
pub(crate) enum Order {
    Request {
        token: u64,
        carrier: Carrier,
        sm: Box<ShortMessage>,
    },
    /// Its sequence is told back once it is written.
    Answer(Frame),
    /// The answer to a submit_sm or data_sm, whichever came under this sequence.
    AnswerSubmit {
        sequence: u32,
        status: CommandStatus,
        message_id: String,
    },
    Raw(Frame),
    Unbind,
    Close,
}

/// What a session tells its owner; each side turns it into its own event.
pub(crate) enum Happening {
    Response {
        token: u64,
        status: CommandStatus,
        message_id: String,
    },
    TimedOut {
        token: u64,
    },
    LateResponse {
        token: u64,
        status: CommandStatus,
        message_id: String,
    },
    Message {
        sequence: u32,
        carrier: Carrier,
        sm: ShortMessage,
    },
    AnswerWritten {
        sequence: u32,
    },
    PeerUnbound,
    Odd {
        what: String,
    },
    Closed {
        unwritten: Vec<u64>,
        unanswered: Vec<u64>,
        why: String,
    },
}

/// Why a session ends.
struct Ending {
    why: String,
    /// The peer may still have sent answers that wait to be read.
    read_the_rest: bool,
    /// The socket is shut down in order instead of dropped.
    in_order: bool,
}

impl Ending {
    fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            read_the_rest: true,
            in_order: false,
        }
    }

    fn nothing_to_read(why: impl Into<String>) -> Self {
        Self {
            read_the_rest: false,
            ..Self::new(why)
        }
    }

    fn in_order(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            read_the_rest: false,
            in_order: true,
        }
    }
}

/// Whether a step did anything.
type Step = Result<bool, Ending>;

/// The way to an orderly end.
#[derive(PartialEq)]
enum Parting {
    /// Not in sight.
    No,
    /// Ours: unbind goes out once the queue is empty; then its answer is awaited.
    WeUnbind { by: Instant },
    /// Ours is written.
    WeUnbound { by: Instant },
    /// The peer unbound; we leave once its answer is written.
    PeerUnbound,
}

pub(crate) struct Session<S, E> {
    stream: S,
    conduct: Conduct,
    inbox: Inbox,
    outbox: Outbox,
    orders: mpsc::UnboundedReceiver<Order>,
    taken: Vec<Order>,
    outlet: Outlet<E>,
    /// Answers and enquiries: they go before requests.
    answers: VecDeque<(Frame, bool)>,
    queue: VecDeque<(u64, Carrier, Box<ShortMessage>)>,
    open: OpenRequests,
    data_sm_from_peer: HashSet<u32>,
    /// (its sequence, when it is given up)
    enquiry: Option<(u32, Instant)>,
    parting: Parting,
    heard_at: Instant,
    stalled_at: Option<Instant>,
    now: Instant,
    timer: Pin<Box<Sleep>>,
    odd_before: HashSet<Oddity>,
}

/// Starts a session on a bound stream; `inbox` is what was read behind the bind, `first_words` what is written before all else.
pub(crate) fn start<S, E>(
    stream: S,
    inbox: Inbox,
    first_words: Option<Frame>,
    conduct: Conduct,
    capacity: usize,
) -> (mpsc::UnboundedSender<Order>, mpsc::Receiver<E>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    E: From<Happening> + Send + 'static,
{
    let (order_sender, orders) = mpsc::unbounded_channel();
    let (event_sender, events) = mpsc::channel(capacity.max(1));
    let now = Instant::now();
    let session = Session {
        stream,
        open: OpenRequests::new(conduct.first_sequence),
        conduct,
        inbox,
        outbox: Outbox::default(),
        orders,
        taken: Vec::with_capacity(BATCH),
        outlet: Outlet::new(event_sender),
        answers: first_words
            .map(|frame| (frame, false))
            .into_iter()
            .collect(),
        queue: VecDeque::new(),
        data_sm_from_peer: HashSet::new(),
        enquiry: None,
        parting: Parting::No,
        heard_at: now,
        stalled_at: None,
        now,
        timer: Box::pin(sleep_until(now)),
        odd_before: HashSet::new(),
    };
    tokio::spawn(session.run());
    (order_sender, events)
}

impl<S, E> Session<S, E>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    E: From<Happening> + Send + 'static,
{
    async fn run(mut self) {
        let ending = poll_fn(|cx| self.poll(cx)).await;
        if ending.read_the_rest {
            poll_fn(|cx| {
                self.read_last_responses(cx);
                Poll::Ready(())
            })
            .await;
        }
        let Self {
            mut stream,
            mut orders,
            mut outlet,
            open,
            outbox,
            queue,
            taken,
            ..
        } = self;
        if ending.in_order {
            // nothing is left to write; this only tells the peer so
            let _ = tokio::time::timeout(LAST_WORDS, stream.shutdown()).await;
        }
        drop(stream);
        orders.close();
        let (mut unwritten, unanswered) = open.settle(&outbox);
        unwritten.extend(queue.into_iter().map(|(token, ..)| token));
        let mut keep = |order| {
            if let Order::Request { token, .. } = order {
                unwritten.push(token);
            }
        };
        taken.into_iter().for_each(&mut keep);
        while let Some(order) = orders.recv().await {
            keep(order);
        }
        outlet.push(
            Happening::Closed {
                unwritten,
                unanswered,
                why: ending.why,
            }
            .into(),
        );
        outlet.drain().await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        match self.turn(cx) {
            Ok(()) => Poll::Pending,
            Err(ending) => Poll::Ready(ending),
        }
    }

    /// Does all that can be done now, then sets the timer for what is due next.
    fn turn(&mut self, cx: &mut Context<'_>) -> Result<(), Ending> {
        loop {
            self.now = Instant::now();
            while self
                .outlet
                .poll_room(cx)
                .map_err(|_| Ending::new("nobody listens to the session any more"))?
                | self.read(cx)?
                | self.take_orders(cx)?
                | self.write(cx)?
            {}
            // after reading, so that an answer which is already here is not called late
            if !self.look_at_the_clock()? && !self.poll_timer(cx) {
                return Ok(());
            }
        }
    }

    // ---- reading ----

    fn is_held_up(&self) -> bool {
        self.outlet.is_full() || self.answers.len() > MOST_ANSWERS
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Step {
        let mut progress = self.take_pdus()?;
        while !self.is_held_up() {
            match self.inbox.poll_fill(&mut self.stream, cx) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => return Err(self.end_of_stream()),
                Poll::Ready(Ok(_)) => progress |= self.take_pdus()?,
                Poll::Ready(Err(e)) => {
                    return Err(Ending::nothing_to_read(format!("reading failed: {e}")));
                }
            }
        }
        Ok(progress)
    }

    fn end_of_stream(&self) -> Ending {
        Ending::nothing_to_read(match (&self.parting, self.inbox.holds_a_part()) {
            (_, true) => "the peer closed the link in the middle of a PDU",
            (Parting::WeUnbound { .. }, _) => "unbound; the peer closed the link",
            _ => "the peer closed the link",
        })
    }

    /// Handles whole PDUs that were read, as far as their events and answers find room.
    fn take_pdus(&mut self) -> Step {
        let mut progress = false;
        while !self.is_held_up() {
            let decoded = match self.inbox.next_pdu() {
                Ok(Some(pdu)) => Frame::decode(pdu),
                Ok(None) => break,
                Err(e) => return Err(Ending::nothing_to_read(e.to_string())),
            };
            progress = true;
            self.heard_at = self.now;
            match decoded {
                Ok((frame, oddity)) => {
                    self.tell_oddity(&frame, oddity);
                    self.handle(frame)?;
                }
                Err(e) => self.answer_undecodable(e),
            }
        }
        Ok(progress)
    }

    /// After a failed write: what the peer had answered before still counts. Its requests do not, they could not be answered.
    fn read_last_responses(&mut self, cx: &mut Context<'_>) {
        const MOST_READS: usize = 1024;
        for _ in 0..MOST_READS {
            while let Ok(Some(pdu)) = self.inbox.next_pdu() {
                if let Ok((frame, _)) = Frame::decode(pdu)
                    && frame.pdu.is_response()
                {
                    let _ = self.handle(frame);
                }
            }
            if !matches!(
                self.inbox.poll_fill(&mut self.stream, cx),
                Poll::Ready(Ok(1..))
            ) {
                return;
            }
        }
    }

    fn handle(&mut self, frame: Frame) -> Result<(), Ending> {
        let Frame {
            status,
            sequence,
            pdu,
        } = frame;
        let command_id = pdu.command_id();
        match pdu {
            Pdu::EnquireLink => self
                .answers
                .push_back((Frame::new(sequence, Pdu::EnquireLinkResp), false)),
            Pdu::Unbind => self.on_unbind(sequence),
            Pdu::SubmitSm(sm) if self.conduct.is_server => {
                self.on_submit(sequence, Carrier::Submit, sm)
            }
            Pdu::DataSm(sm) if self.conduct.is_server => {
                self.on_submit(sequence, Carrier::Data, sm)
            }
            Pdu::DeliverSm(sm) if !self.conduct.is_server => {
                self.on_message(sequence, Carrier::Deliver, sm)
            }
            Pdu::DataSm(sm) => self.on_message(sequence, Carrier::Data, sm),
            Pdu::Bind(..) => self.refuse(command_id, sequence, CommandStatus::ESME_RALYBND),
            Pdu::SubmitSm(_) | Pdu::DeliverSm(_) => {
                self.refuse(command_id, sequence, CommandStatus::ESME_RINVBNDSTS)
            }
            Pdu::EnquireLinkResp | Pdu::UnbindResp | Pdu::GenericNack => {
                return self.on_response(command_id, sequence, status, String::new());
            }
            Pdu::SubmitSmResp { message_id } | Pdu::DataSmResp { message_id } => {
                return self.on_response(command_id, sequence, status, message_id);
            }
            Pdu::DeliverSmResp => {
                return self.on_response(command_id, sequence, status, String::new());
            }
            Pdu::BindResp(..) => self.odd(format!(
                "a second {} was ignored",
                command::name(command_id)
            )),
            Pdu::Unknown { .. } => self.on_unknown(command_id, sequence),
        }
        Ok(())
    }

    fn on_message(&mut self, sequence: u32, carrier: Carrier, sm: ShortMessage) {
        self.tell(Happening::Message {
            sequence,
            carrier,
            sm,
        });
    }

    fn on_submit(&mut self, sequence: u32, carrier: Carrier, sm: ShortMessage) {
        if !self.conduct.takes_submits {
            let id = if carrier == Carrier::Data {
                command::DATA_SM
            } else {
                command::SUBMIT_SM
            };
            return self.refuse(id, sequence, CommandStatus::ESME_RINVBNDSTS);
        }
        if carrier == Carrier::Data {
            self.data_sm_from_peer.insert(sequence);
        }
        self.on_message(sequence, carrier, sm);
    }

    fn on_unbind(&mut self, sequence: u32) {
        self.answers
            .push_back((Frame::new(sequence, Pdu::UnbindResp), false));
        if self.parting != Parting::PeerUnbound {
            self.parting = Parting::PeerUnbound;
            self.tell(Happening::PeerUnbound);
        }
    }

    fn on_unknown(&mut self, command_id: u32, sequence: u32) {
        let name = command::name(command_id);
        match command_id {
            // these want no answer
            command::OUTBIND | command::ALERT_NOTIFICATION => {
                self.odd(format!("{name} was ignored"))
            }
            _ if command_id & command::RESPONSE != 0 => {
                self.odd(format!("{name} for sequence {sequence} was ignored"))
            }
            _ => self.nack(
                sequence,
                CommandStatus::ESME_RINVCMDID,
                format!("{name} is not supported"),
            ),
        }
    }

    fn answer_undecodable(&mut self, e: Undecodable) {
        self.odd(format!("{e} (sequence {})", e.sequence));
        self.send_refusal(e.command_id, e.sequence, CommandStatus::ESME_RINVCMDLEN);
    }

    fn refuse(&mut self, command_id: u32, sequence: u32, status: CommandStatus) {
        self.odd(format!(
            "{} (sequence {sequence}) was answered with {status}",
            command::name(command_id)
        ));
        self.send_refusal(command_id, sequence, status);
    }

    fn send_refusal(&mut self, command_id: u32, sequence: u32, status: CommandStatus) {
        let pdu = match command_id {
            command::SUBMIT_SM => Pdu::SubmitSmResp {
                message_id: String::new(),
            },
            command::DELIVER_SM => Pdu::DeliverSmResp,
            command::DATA_SM => Pdu::DataSmResp {
                message_id: String::new(),
            },
            other => Pdu::Unknown {
                command_id: other | command::RESPONSE,
                body: Default::default(),
            },
        };
        self.answers
            .push_back((Frame::with_status(status, sequence, pdu), false));
    }

    fn nack(&mut self, sequence: u32, status: CommandStatus, what: String) {
        self.odd(format!(
            "{what}: sequence {sequence} was answered with generic_nack"
        ));
        self.answers.push_back((
            Frame::with_status(status, sequence, Pdu::GenericNack),
            false,
        ));
    }

    fn on_response(
        &mut self,
        command_id: u32,
        sequence: u32,
        status: CommandStatus,
        message_id: String,
    ) -> Result<(), Ending> {
        match self.open.answer(sequence, command_id) {
            Answered::InTime(token) => self.tell(Happening::Response {
                token,
                status,
                message_id,
            }),
            Answered::Late(token) => self.tell(Happening::LateResponse {
                token,
                status,
                message_id,
            }),
            Answered::Enquiry => self.enquiry = None,
            Answered::Unbind => return Err(Ending::in_order("unbound")),
            Answered::Nothing => {
                let name = command::name(command_id);
                self.odd(format!(
                    "{name} {status} for sequence {sequence}, which is not open, was ignored"
                ));
            }
        }
        Ok(())
    }

    // ---- telling ----

    fn tell(&mut self, happening: Happening) {
        self.outlet.push(happening.into());
    }

    fn odd(&mut self, what: String) {
        self.tell(Happening::Odd { what });
    }

    /// Each kind of forgiven oddity is told once a session: a peer that has the habit has it in every PDU.
    fn tell_oddity(&mut self, frame: &Frame, oddity: Option<Oddity>) {
        if let Some(oddity) = oddity
            && self.odd_before.insert(oddity)
        {
            let name = command::name(frame.pdu.command_id());
            self.odd(format!(
                "{name} (sequence {}): {oddity}; not told again in this session",
                frame.sequence
            ));
        }
    }

    // ---- orders ----

    fn take_orders(&mut self, cx: &mut Context<'_>) -> Step {
        match self.orders.poll_recv_many(cx, &mut self.taken, BATCH) {
            Poll::Pending => return Ok(false),
            Poll::Ready(0) => return Err(Ending::new("the session was dropped by its owner")),
            Poll::Ready(_) => {}
        }
        let mut taken = std::mem::take(&mut self.taken);
        let mut close = false;
        for order in taken.drain(..) {
            match order {
                Order::Request { token, carrier, sm } => self.queue.push_back((token, carrier, sm)),
                Order::Answer(frame) => self.answers.push_back((frame, true)),
                Order::AnswerSubmit {
                    sequence,
                    status,
                    message_id,
                } => {
                    let pdu = match self.data_sm_from_peer.remove(&sequence) {
                        true => Pdu::DataSmResp { message_id },
                        false => Pdu::SubmitSmResp { message_id },
                    };
                    self.answers
                        .push_back((Frame::with_status(status, sequence, pdu), true));
                }
                Order::Raw(frame) => self.answers.push_back((frame, false)),
                Order::Unbind if self.parting == Parting::No => {
                    self.parting = Parting::WeUnbind {
                        by: self.now + UNBIND_WAIT.min(self.conduct.response_timeout),
                    };
                }
                Order::Unbind => {}
                Order::Close => close = true,
            }
        }
        self.taken = taken;
        if close {
            Err(Ending::new("closed on our side"))
        } else {
            Ok(true)
        }
    }

    // ---- writing ----

    fn write(&mut self, cx: &mut Context<'_>) -> Step {
        let mut progress = false;
        loop {
            if self.outbox.is_empty() {
                progress |= self.fill_outbox();
            }
            if self.outbox.is_empty() {
                break;
            }
            if self.outbox.has_unstarted_request()
                && self.conduct.gate.as_ref().is_some_and(|gate| !gate())
            {
                return Err(Ending::new("the gate forbade writing"));
            }
            match Pin::new(&mut self.stream).poll_write(cx, self.outbox.waiting()) {
                Poll::Pending => {
                    self.stalled_at.get_or_insert(self.now);
                    break;
                }
                Poll::Ready(Ok(0)) => {
                    return Err(self.write_failed(io::ErrorKind::WriteZero.into()));
                }
                Poll::Ready(Err(e)) => return Err(self.write_failed(e)),
                Poll::Ready(Ok(octets)) => {
                    progress = true;
                    self.stalled_at = None;
                    let deadline = self.now + self.conduct.response_timeout;
                    let open = &mut self.open;
                    self.outbox
                        .accept(octets, |sequence| open.start(sequence, deadline));
                }
            }
        }
        Ok(progress | self.flush(cx)?)
    }

    fn write_failed(&mut self, e: io::Error) -> Ending {
        self.outbox.fail();
        Ending::new(format!("writing failed: {e}"))
    }

    /// TLS holds octets back until a flush; answers count as written after it.
    fn flush(&mut self, cx: &mut Context<'_>) -> Step {
        if !self.outbox.wants_flush {
            return Ok(false);
        }
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Pending => {
                self.stalled_at.get_or_insert(self.now);
                return Ok(false);
            }
            Poll::Ready(Err(e)) => return Err(self.write_failed(e)),
            Poll::Ready(Ok(())) => {}
        }
        self.outbox.wants_flush = false;
        if self.outbox.is_empty() {
            self.stalled_at = None;
        }
        for sequence in std::mem::take(&mut self.outbox.answers_accepted) {
            self.tell(Happening::AnswerWritten { sequence });
        }
        let farewell_is_written = self.outbox.is_empty() && self.answers.is_empty();
        if self.parting == Parting::PeerUnbound && farewell_is_written {
            return Err(Ending::in_order("the peer unbound"));
        }
        Ok(true)
    }

    /// Encodes the next batch: answers first, then requests in their order. True if anything was taken off a queue.
    fn fill_outbox(&mut self) -> bool {
        let mut room = BATCH;
        while room > 0
            && let Some((frame, tell)) = self.answers.pop_front()
        {
            room -= 1;
            let placed = if tell {
                Placed::Answer(frame.sequence)
            } else {
                Placed::Other
            };
            if let Err(e) = self.outbox.place(&frame, placed) {
                self.odd(format!("an answer was not written: {e}"));
            }
        }
        let may_request = matches!(self.parting, Parting::No | Parting::WeUnbind { .. });
        while may_request
            && room > 0
            && let Some((token, carrier, sm)) = self.queue.pop_front()
        {
            room -= 1;
            self.place_request(token, carrier, *sm);
        }
        if let Parting::WeUnbind { by } = self.parting
            && self.queue.is_empty()
            && room > 0
        {
            self.parting = Parting::WeUnbound { by };
            let sequence = self.open.insert(
                Request::Unbind,
                command::UNBIND | command::RESPONSE,
                self.outbox.end(),
            );
            let _ = self
                .outbox
                .place(&Frame::new(sequence, Pdu::Unbind), Placed::Other);
        }
        room < BATCH || !self.outbox.is_empty()
    }

    fn place_request(&mut self, token: u64, carrier: Carrier, sm: ShortMessage) {
        let pdu = match carrier {
            Carrier::Submit => Pdu::SubmitSm(sm),
            Carrier::Deliver => Pdu::DeliverSm(sm),
            Carrier::Data => Pdu::DataSm(sm),
        };
        let response = pdu.command_id() | command::RESPONSE;
        let sequence = self
            .open
            .insert(Request::Message(token), response, self.outbox.end());
        let placed = self
            .outbox
            .place(&Frame::new(sequence, pdu), Placed::Request(sequence));
        if placed.is_err() {
            self.open.forget(sequence);
            let status = CommandStatus::ESME_RINVMSGLEN;
            self.tell(Happening::Response {
                token,
                status,
                message_id: String::new(),
            });
        }
    }

    // ---- time ----

    /// Acts on all that is due; true if there is something new to do.
    fn look_at_the_clock(&mut self) -> Step {
        let Conduct {
            response_timeout,
            enquire_link,
            inactivity,
            ..
        } = self.conduct;
        let now = self.now;
        if self
            .stalled_at
            .is_some_and(|at| at + response_timeout <= now)
        {
            return Err(Ending::new(format!(
                "the peer took no octets for {response_timeout:?}"
            )));
        }
        if let Parting::WeUnbind { by } | Parting::WeUnbound { by } = self.parting
            && by <= now
        {
            return Err(Ending::new("unbind was not answered"));
        }
        if self.is_held_up() {
            return Ok(false);
        }
        if self.enquiry.is_some_and(|(_, by)| by <= now) {
            return Err(Ending::new(format!(
                "enquire_link was not answered within {response_timeout:?}"
            )));
        }
        if !inactivity.is_zero() && self.heard_at + inactivity <= now {
            return Err(Ending::new(format!("nothing was heard for {inactivity:?}")));
        }
        let mut progress = false;
        while let Some(token) = self.open.next_overdue(now) {
            self.tell(Happening::TimedOut { token });
            progress = true;
        }
        let idle = !enquire_link.is_zero() && self.heard_at + enquire_link <= now;
        if idle && self.enquiry.is_none() && self.parting == Parting::No {
            let sequence = self.open.insert(
                Request::Enquiry,
                command::ENQUIRE_LINK | command::RESPONSE,
                0,
            );
            self.answers
                .push_back((Frame::new(sequence, Pdu::EnquireLink), false));
            self.enquiry = Some((sequence, now + response_timeout));
            progress = true;
        }
        Ok(progress)
    }

    /// When the clock must be looked at again, if nothing happens before.
    fn next_due(&mut self) -> Option<Instant> {
        let Conduct {
            response_timeout,
            enquire_link,
            inactivity,
            ..
        } = self.conduct;
        let parting = match self.parting {
            Parting::WeUnbind { by } | Parting::WeUnbound { by } => Some(by),
            Parting::No | Parting::PeerUnbound => None,
        };
        let stalled = self.stalled_at.map(|at| at + response_timeout);
        if self.is_held_up() {
            return parting.into_iter().chain(stalled).min();
        }
        let enquiry = match self.enquiry {
            Some((_, by)) => Some(by),
            None => (!enquire_link.is_zero() && self.parting == Parting::No)
                .then(|| self.heard_at + enquire_link),
        };
        let inactive = (!inactivity.is_zero()).then(|| self.heard_at + inactivity);
        [
            parting,
            stalled,
            self.open.next_deadline(),
            enquiry,
            inactive,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// True if the timer rang. It is set anew only when it rang or would ring too late: it may ring early for nothing, and
    /// that is cheaper than moving it with every PDU.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(due) = self.next_due() else {
            return false;
        };
        if self.timer.is_elapsed() || due < self.timer.deadline() {
            self.timer.as_mut().reset(due);
        }
        self.timer.as_mut().poll(cx).is_ready()
    }
}
