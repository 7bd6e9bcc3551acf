//! The ESME's side: bind, then submit and answer through a handle while events tell what becomes of it.
//!
//! The window is the caller's: [`Client::submit`] queues without limit, and every token comes back exactly once as
//! [`Event::Response`], [`Event::TimedOut`] (perhaps followed by [`Event::LateResponse`]), or in [`Event::Closed`].
//!
//! Set `TCP_NODELAY` on the socket: the session writes whole batches, and Nagle would only hold back their ends.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::timeout,
};

use crate::{
    handshake::{NoFrame, read_frame, write_frame},
    inbox::Inbox,
    message::{Address, ShortMessage},
    pdu::{Bind, BindKind, BindResp, Frame, Pdu, command},
    secret::Secret,
    session::{self, Carrier, Conduct, Happening, Order},
    status::CommandStatus,
};

pub use crate::session::Gate;

/// How to bind and how to behave then. Fill in from `default()`.
#[derive(Clone)]
pub struct ClientSettings {
    /// The account's name.
    pub system_id: String,
    /// The account's password.
    pub password: Secret,
    /// Mostly empty.
    pub system_type: String,
    /// What to bind as.
    pub kind: BindKind,
    /// Mostly empty.
    pub address_range: Address,
    /// 0x34 for 3.4, the default.
    pub interface_version: u8,
    /// From the first octet of the bind to its answer: 10 s.
    pub bind_timeout: Duration,
    /// From a request's first octet to its answer; also the longest that the peer may take no octets at all: 10 s.
    pub response_timeout: Duration,
    /// After so long without a PDU from the peer an enquire_link is sent; unanswered within `response_timeout` it ends the
    /// session. Zero: never. 30 s.
    pub enquire_link: Duration,
    /// After so long without a PDU from the peer the session ends. Zero (the default): never; `enquire_link` finds dead links.
    pub inactivity: Duration,
    /// Room for events that wait to be received; when it is full no more PDUs are read, see [`bind`]. 1,024.
    pub event_capacity: usize,
    /// Asked just before octets of submits are given to the socket, at each attempt; `false` ends the session at once, and what
    /// had not begun to be written is `unwritten`. It must not block.
    pub gate: Option<Gate>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            system_id: String::new(),
            password: Secret::default(),
            system_type: String::new(),
            kind: BindKind::Transceiver,
            address_range: Address::default(),
            interface_version: 0x34,
            bind_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(10),
            enquire_link: Duration::from_secs(30),
            inactivity: Duration::ZERO,
            event_capacity: 1024,
            gate: None,
        }
    }
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The SMSC said no. ESME_RALYBND and the like mean: try later.
    #[error("the bind was refused with {0}")]
    Refused(CommandStatus),
    /// No answer within `bind_timeout`.
    #[error("the bind was not answered in time")]
    TimedOut,
    /// The SMSC closed the link instead of answering.
    #[error("the peer closed the link before it answered the bind")]
    Closed,
    /// The socket failed.
    #[error("the link failed before the bind was answered")]
    Io(#[from] io::Error),
    /// What came is not an answer to this bind.
    #[error("the bind was not answered by SMPP: {0}")]
    Protocol(String),
}

/// The session has ended; [`Event::Closed`] tells why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session has ended")]
pub struct Gone;

/// With which request a delivery came, and so with which response it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryKind {
    /// deliver_sm
    DeliverSm,
    /// data_sm
    DataSm,
}

/// What a session tells. [`Event::Closed`] is always told, last.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// A submit was answered in time, by submit_sm_resp or generic_nack.
    ///
    /// A text that fits no PDU is answered here with `ESME_RINVMSGLEN` without having been written.
    Response {
        /// As given to [`Client::submit`].
        token: u64,
        /// 0 is acceptance.
        status: CommandStatus,
        /// As written by the SMSC; empty if it gave none.
        message_id: String,
    },
    /// A submit was written and not answered within `response_timeout`.
    TimedOut {
        /// As given to [`Client::submit`].
        token: u64,
    },
    /// The answer came after [`Event::TimedOut`], in the same session.
    LateResponse {
        /// As given to [`Client::submit`].
        token: u64,
        /// 0 is acceptance.
        status: CommandStatus,
        /// As written by the SMSC.
        message_id: String,
    },
    /// A receipt or a handset's text; to be answered with [`Client::answer`].
    Deliver {
        /// For the answer.
        sequence: u32,
        /// For the answer.
        kind: DeliveryKind,
        /// What came.
        sm: ShortMessage,
    },
    /// The answer to a delivery was given to the socket whole. Without it the peer may deliver again in another session.
    AnswerWritten {
        /// As given to [`Client::answer`].
        sequence: u32,
    },
    /// Something that the specification does not foresee; dealt with already, for the log.
    Odd {
        /// A sentence without anything private.
        what: String,
    },
    /// The end; nothing is written any more. Tokens that were told to have timed out are in neither list.
    Closed {
        /// Not an octet of these was given to the socket; in the order of submission.
        unwritten: Vec<u64>,
        /// Written, or perhaps written, and not answered; in the order of submission.
        unanswered: Vec<u64>,
        /// A sentence for the log.
        why: String,
    },
}

impl From<Happening> for Event {
    fn from(happening: Happening) -> Self {
        match happening {
            Happening::Response {
                token,
                status,
                message_id,
            } => Self::Response {
                token,
                status,
                message_id,
            },
            Happening::TimedOut { token } => Self::TimedOut { token },
            Happening::LateResponse {
                token,
                status,
                message_id,
            } => Self::LateResponse {
                token,
                status,
                message_id,
            },
            Happening::Message {
                sequence,
                carrier,
                sm,
            } => {
                let kind = match carrier {
                    Carrier::Data => DeliveryKind::DataSm,
                    Carrier::Submit | Carrier::Deliver => DeliveryKind::DeliverSm,
                };
                Self::Deliver { sequence, kind, sm }
            }
            Happening::AnswerWritten { sequence } => Self::AnswerWritten { sequence },
            Happening::PeerUnbound => Self::Odd {
                what: "the peer unbinds".to_owned(),
            },
            Happening::Odd { what } => Self::Odd { what },
            Happening::Closed {
                unwritten,
                unanswered,
                why,
            } => Self::Closed {
                unwritten,
                unanswered,
                why,
            },
        }
    }
}

/// A bound session. Clones are handles to the same one; when the last is dropped, or the receiver of its events, it ends.
#[derive(Debug, Clone)]
pub struct Client {
    orders: mpsc::UnboundedSender<Order>,
    smsc: Arc<BindResp>,
}

/// Binds on a connected stream, and returns the handle and the events of the session.
///
/// Nothing but the bind is sent until it is answered (but an SMSC's own enquire_link is). On an error the stream is closed.
///
/// The events must be received all the time. When `event_capacity` of them wait, nothing more is read and no deadline passes
/// until there is room, while writing goes on: a slow listener slows the peer down, and can never lock the session up.
pub async fn bind<S>(
    mut stream: S,
    settings: ClientSettings,
) -> Result<(Client, mpsc::Receiver<Event>), BindError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    const BIND_SEQUENCE: u32 = 1;
    let mut inbox = Inbox::default();
    let request = Frame::new(BIND_SEQUENCE, Pdu::Bind(settings.kind, bind_of(&settings)));
    let dialogue = async {
        write_frame(&mut stream, &request).await?;
        await_bind_resp(&mut stream, &mut inbox, settings.kind).await
    };
    let answer = timeout(settings.bind_timeout, dialogue).await;
    let smsc = answer.map_err(|_| BindError::TimedOut)??;
    let conduct = Conduct {
        is_server: false,
        takes_submits: false,
        response_timeout: settings.response_timeout,
        enquire_link: settings.enquire_link,
        inactivity: settings.inactivity,
        gate: settings.gate,
        first_sequence: BIND_SEQUENCE + 1,
    };
    let (orders, events) = session::start(stream, inbox, None, conduct, settings.event_capacity);
    Ok((
        Client {
            orders,
            smsc: Arc::new(smsc),
        },
        events,
    ))
}

fn bind_of(settings: &ClientSettings) -> Bind {
    Bind {
        system_id: settings.system_id.clone(),
        password: settings.password.clone(),
        system_type: settings.system_type.clone(),
        interface_version: settings.interface_version,
        address_range: settings.address_range.clone(),
    }
}

/// The answer may bear any sequence number: only one request is open. What else comes before it is no reason to give up; a
/// delivery stays unanswered, and comes again.
async fn await_bind_resp<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    inbox: &mut Inbox,
    kind: BindKind,
) -> Result<BindResp, BindError> {
    loop {
        let Ok(frame) = read_frame(stream, inbox).await? else {
            continue;
        };
        match frame.pdu {
            Pdu::BindResp(..) | Pdu::GenericNack if !frame.status.is_ok() => {
                return Err(BindError::Refused(frame.status));
            }
            Pdu::BindResp(answered, resp) if answered == kind => return Ok(resp),
            Pdu::BindResp(answered, _) => {
                return Err(BindError::Protocol(format!(
                    "bound as {kind}, answered as {answered}"
                )));
            }
            Pdu::GenericNack => {
                return Err(BindError::Protocol(
                    "generic_nack without a status".to_owned(),
                ));
            }
            Pdu::EnquireLink => {
                write_frame(stream, &Frame::new(frame.sequence, Pdu::EnquireLinkResp)).await?;
            }
            Pdu::Unbind => return Err(BindError::Closed),
            Pdu::SubmitSm(_) | Pdu::Bind(..) => {
                let name = command::name(frame.pdu.command_id());
                return Err(BindError::Protocol(format!(
                    "the peer sent {name}, it is no SMSC"
                )));
            }
            _ => {}
        }
    }
}

impl From<NoFrame> for BindError {
    fn from(reason: NoFrame) -> Self {
        match reason {
            NoFrame::Closed => Self::Closed,
            NoFrame::Io(e) => Self::Io(e),
            NoFrame::Unframed(e) => Self::Protocol(e.to_string()),
        }
    }
}

impl Client {
    /// Queues a submit_sm. Never blocks and has no limit: the caller keeps the window.
    ///
    /// On `Ok` the token comes back in exactly one of the ways named at the top of this file. `Err` means that it will not.
    pub fn submit(&self, token: u64, sm: ShortMessage) -> Result<(), Gone> {
        self.order(Order::Request {
            token,
            carrier: Carrier::Submit,
            sm: Box::new(sm),
        })
    }

    /// Answers a delivery. [`Event::AnswerWritten`] tells that the answer was given to the socket.
    pub fn answer(
        &self,
        sequence: u32,
        kind: DeliveryKind,
        status: CommandStatus,
    ) -> Result<(), Gone> {
        let pdu = match kind {
            DeliveryKind::DeliverSm => Pdu::DeliverSmResp,
            DeliveryKind::DataSm => Pdu::DataSmResp {
                message_id: String::new(),
            },
        };
        self.order(Order::Answer(Frame::with_status(status, sequence, pdu)))
    }

    /// Writes what was queued before, unbinds, waits for the answer (at most 5 s or `response_timeout`), closes. Returns when
    /// nothing more will be written. Answers to open requests that come before unbind_resp still count.
    pub async fn unbind(&self) {
        let _ = self.order(Order::Unbind);
        self.orders.closed().await;
    }

    /// Drops the link at once.
    pub fn close(&self) {
        let _ = self.order(Order::Close);
    }

    /// Whether the session has ended.
    pub fn is_closed(&self) -> bool {
        self.orders.is_closed()
    }

    /// What the SMSC said of itself when it answered the bind.
    pub fn smsc(&self) -> &BindResp {
        &self.smsc
    }

    fn order(&self, order: Order) -> Result<(), Gone> {
        self.orders.send(order).map_err(|_| Gone)
    }
}
