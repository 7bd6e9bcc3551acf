//! The SMSC's side, for the simulator and for tests: accept a bind, take submits, deliver.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    time::timeout,
};

use crate::{
    client::Gone,
    handshake::{NoFrame, read_frame, write_frame},
    inbox::Inbox,
    message::ShortMessage,
    pdu::{Bind, BindKind, BindResp, Frame, Pdu, command},
    session::{self, Carrier, Conduct, Happening, Order},
    status::CommandStatus,
};

/// What an SMSC bears from an ESME.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the connection to the bind: 10 s.
    pub bind_timeout: Duration,
    /// From a delivery's first octet to its answer: 10 s.
    pub response_timeout: Duration,
    /// As [`ClientSettings::enquire_link`](crate::ClientSettings::enquire_link). Zero: never. 60 s.
    pub enquire_link: Duration,
    /// As [`ClientSettings::inactivity`](crate::ClientSettings::inactivity). Zero: never. 5 min.
    pub inactivity: Duration,
    /// As [`ClientSettings::event_capacity`](crate::ClientSettings::event_capacity). 1,024.
    pub event_capacity: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bind_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(10),
            enquire_link: Duration::from_secs(60),
            inactivity: Duration::from_secs(300),
            event_capacity: 1024,
        }
    }
}

/// Why a connection did not come to a bind.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// No bind within `bind_timeout`.
    #[error("no bind came in time")]
    TimedOut,
    /// The peer went away first.
    #[error("the peer closed the link before it bound")]
    Closed,
    /// The socket failed.
    #[error("the link failed before the bind")]
    Io(#[from] io::Error),
    /// It does not speak SMPP, or does not bind.
    #[error("the peer does not bind: {0}")]
    Protocol(String),
}

/// Who wants to bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindRequest {
    /// As what.
    pub kind: BindKind,
    /// Name, password and the rest.
    pub bind: Bind,
}

/// A bind that waits for its answer. Dropped, it closes the link.
pub struct PendingBind<S> {
    stream: S,
    inbox: Inbox,
    kind: BindKind,
    sequence: u32,
    limits: Limits,
}

/// What a session tells. [`ServerEvent::Closed`] is always told, last.
#[derive(Debug, PartialEq, Eq)]
pub enum ServerEvent {
    /// A submit_sm or data_sm; to be answered with [`Server::answer_submit`].
    Submit {
        /// For the answer.
        sequence: u32,
        /// What is to be sent.
        sm: ShortMessage,
    },
    /// The answer to a submit was given to the socket whole.
    AnswerWritten {
        /// As given to [`Server::answer_submit`].
        sequence: u32,
    },
    /// A delivery was answered, in time or after [`ServerEvent::DeliverTimedOut`].
    DeliverResponse {
        /// As given to [`Server::deliver`].
        token: u64,
        /// 0 is acceptance.
        status: CommandStatus,
    },
    /// A delivery was not answered within `response_timeout`.
    DeliverTimedOut {
        /// As given to [`Server::deliver`].
        token: u64,
    },
    /// The ESME unbinds; [`ServerEvent::Closed`] follows.
    Unbind,
    /// Something that the specification does not foresee; dealt with already, for the log.
    Odd {
        /// A sentence.
        what: String,
    },
    /// The end. Deliveries that timed out are in neither list.
    Closed {
        /// Deliveries of which not an octet was given to the socket.
        unwritten: Vec<u64>,
        /// Deliveries written, or perhaps written, and not answered.
        unanswered: Vec<u64>,
        /// A sentence for the log.
        why: String,
    },
}

impl From<Happening> for ServerEvent {
    fn from(happening: Happening) -> Self {
        match happening {
            Happening::Response { token, status, .. }
            | Happening::LateResponse { token, status, .. } => {
                Self::DeliverResponse { token, status }
            }
            Happening::TimedOut { token } => Self::DeliverTimedOut { token },
            Happening::Message { sequence, sm, .. } => Self::Submit { sequence, sm },
            Happening::AnswerWritten { sequence } => Self::AnswerWritten { sequence },
            Happening::PeerUnbound => Self::Unbind,
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

/// A bound ESME, seen from the SMSC. Clones are handles to the same session; when the last is dropped, or the receiver of its
/// events, it ends.
#[derive(Debug, Clone)]
pub struct Server {
    orders: mpsc::UnboundedSender<Order>,
    bound: BindKind,
}

/// Waits for a bind on a fresh connection; other requests are refused meanwhile.
pub async fn accept<S>(
    mut stream: S,
    limits: Limits,
) -> Result<(BindRequest, PendingBind<S>), AcceptError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut inbox = Inbox::default();
    let waited = timeout(limits.bind_timeout, await_bind(&mut stream, &mut inbox)).await;
    let (request, sequence) = waited.map_err(|_| AcceptError::TimedOut)??;
    let pending = PendingBind {
        stream,
        inbox,
        kind: request.kind,
        sequence,
        limits,
    };
    Ok((request, pending))
}

async fn await_bind<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    inbox: &mut Inbox,
) -> Result<(BindRequest, u32), AcceptError> {
    const PATIENCE: usize = 16;
    for _ in 0..PATIENCE {
        let frame = read_frame(stream, inbox)
            .await?
            .map_err(|e| AcceptError::Protocol(e.to_string()))?;
        let command_id = frame.pdu.command_id();
        let answer = match frame.pdu {
            Pdu::Bind(kind, bind) => return Ok((BindRequest { kind, bind }, frame.sequence)),
            Pdu::EnquireLink => Frame::new(frame.sequence, Pdu::EnquireLinkResp),
            Pdu::Unbind => {
                write_frame(stream, &Frame::new(frame.sequence, Pdu::UnbindResp)).await?;
                return Err(AcceptError::Closed);
            }
            _ if command_id & command::RESPONSE != 0 => continue,
            _ => Frame::with_status(
                CommandStatus::ESME_RINVBNDSTS,
                frame.sequence,
                Pdu::GenericNack,
            ),
        };
        write_frame(stream, &answer).await?;
    }
    Err(AcceptError::Protocol(format!(
        "{PATIENCE} PDUs and no bind among them"
    )))
}

impl From<NoFrame> for AcceptError {
    fn from(reason: NoFrame) -> Self {
        match reason {
            NoFrame::Closed => Self::Closed,
            NoFrame::Io(e) => Self::Io(e),
            NoFrame::Unframed(e) => Self::Protocol(e.to_string()),
        }
    }
}

impl<S> PendingBind<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    /// Says yes under the SMSC's name and starts the session.
    pub fn accept(self, system_id: impl Into<String>) -> (Server, mpsc::Receiver<ServerEvent>) {
        let Self {
            stream,
            inbox,
            kind,
            sequence,
            limits,
        } = self;
        let resp = BindResp {
            system_id: system_id.into(),
            interface_version: Some(0x34),
        };
        let yes = Frame::new(sequence, Pdu::BindResp(kind, resp));
        let conduct = Conduct {
            is_server: true,
            takes_submits: kind != BindKind::Receiver,
            response_timeout: limits.response_timeout,
            enquire_link: limits.enquire_link,
            inactivity: limits.inactivity,
            gate: None,
            first_sequence: 1,
        };
        let (orders, events) =
            session::start(stream, inbox, Some(yes), conduct, limits.event_capacity);
        (
            Server {
                orders,
                bound: kind,
            },
            events,
        )
    }

    /// Says no and closes the link.
    pub async fn refuse(mut self, status: CommandStatus) -> io::Result<()> {
        let no = Frame::with_status(
            status,
            self.sequence,
            Pdu::BindResp(self.kind, BindResp::default()),
        );
        let say = async {
            write_frame(&mut self.stream, &no).await?;
            self.stream.shutdown().await
        };
        timeout(self.limits.response_timeout, say).await?
    }
}

impl Server {
    /// Answers a submit. [`ServerEvent::AnswerWritten`] tells that the answer was given to the socket.
    ///
    /// Any sequence number may be answered, at any time and more than once: the simulator plays odd SMSCs too.
    pub fn answer_submit(
        &self,
        sequence: u32,
        status: CommandStatus,
        message_id: impl Into<String>,
    ) -> Result<(), Gone> {
        self.order(Order::AnswerSubmit {
            sequence,
            status,
            message_id: message_id.into(),
        })
    }

    /// Queues a deliver_sm. Never blocks and has no limit. `Ok`: the token comes back in exactly one event, timed out or not.
    pub fn deliver(&self, token: u64, sm: ShortMessage) -> Result<(), Gone> {
        self.order(Order::Request {
            token,
            carrier: Carrier::Deliver,
            sm: Box::new(sm),
        })
    }

    /// As [`deliver`](Self::deliver), by data_sm.
    pub fn deliver_by_data_sm(&self, token: u64, sm: ShortMessage) -> Result<(), Gone> {
        self.order(Order::Request {
            token,
            carrier: Carrier::Data,
            sm: Box::new(sm),
        })
    }

    /// Writes any PDU as it is.
    pub fn send(&self, frame: Frame) -> Result<(), Gone> {
        self.order(Order::Raw(frame))
    }

    /// As what the ESME bound; only a transceiver or receiver should be delivered to.
    pub fn kind(&self) -> BindKind {
        self.bound
    }

    /// Writes what was queued before, unbinds, waits for the answer (at most 5 s or `response_timeout`), closes.
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

    fn order(&self, order: Order) -> Result<(), Gone> {
        self.orders.send(order).map_err(|_| Gone)
    }
}
