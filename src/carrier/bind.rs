//! Making a bind: the connection, TLS on it, one session or two that belong together; and what it means when there is none.

use super::prompt::Prompt;
use super::status::BindRefusal;
use super::{Link, tls};
use crate::config::rooms::{BindForm, in_the_clear, is_this_machine};
use smpp::{BindError, BindKind, Client, ClientSettings, Event};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// The shortest and the longest wait before connecting again.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Before the next bind where the account is bound already: the SMSC may have to notice first that our last link is dead.
const ALREADY_BOUND_PAUSE: Duration = Duration::from_secs(10);
/// Before the next bind with a password that was refused, doubled each time: an account that is tried too often is locked.
const WRONG_PASSWORD_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_WRONG_PASSWORD_PAUSE: Duration = Duration::from_secs(600);
/// Events that are taken at once.
const BATCH: usize = 256;

/// One of the sessions that make a bind. A transceiver is its own receiver, and counts as a transmitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Transmitter,
    Receiver,
}

/// A bind that stands, whole.
pub(super) struct Bound {
    pub transmitter: Client,
    /// `None`: the transmitter is a transceiver.
    pub receiver: Option<Client>,
    pub events: Events,
}

/// What the sessions of a bind tell, and which of them; a side that has told its last is gone.
pub(super) struct Events {
    transmitter: Option<mpsc::Receiver<Event>>,
    receiver: Option<mpsc::Receiver<Event>>,
}

impl Events {
    /// Waits for events of a side, at least one; none: that side told its last. Cancelling it loses nothing.
    pub async fn recv(&mut self, happened: &mut Vec<Event>) -> Side {
        let (side, first) = tokio::select! {
            first = next(&mut self.transmitter) => (Side::Transmitter, first),
            first = next(&mut self.receiver) => (Side::Receiver, first),
        };
        let events = match side {
            Side::Transmitter => &mut self.transmitter,
            Side::Receiver => &mut self.receiver,
        };
        match first {
            Some(first) => happened.push(first),
            None => *events = None,
        }
        if let Some(events) = events {
            while happened.len() < BATCH
                && let Ok(event) = events.try_recv()
            {
                happened.push(event);
            }
        }
        side
    }
}

async fn next(events: &mut Option<mpsc::Receiver<Event>>) -> Option<Event> {
    match events {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}

/// Why there is no bind, and whether that will pass.
#[derive(Debug)]
pub(super) struct NoBind {
    pub why: String,
    pub refusal: BindRefusal,
}

impl From<String> for NoBind {
    fn from(why: String) -> Self {
        Self {
            why,
            refusal: BindRefusal::Other,
        }
    }
}

impl NoBind {
    /// Says what happened, and what an operator can do about it.
    pub fn log(&self, carrier: &str, slot: u16) {
        let error = self.why.as_str();
        match self.refusal {
            BindRefusal::Other => tracing::warn!(carrier, slot, error, "no link"),
            BindRefusal::AlreadyBound => tracing::warn!(
                carrier,
                slot,
                error,
                "the account is bound already: by another node or program, or the carrier has not noticed yet that our last link ended. It is tried again; \
                 if this stays, end the other, or lower carrier.binds to what the carrier allows"
            ),
            BindRefusal::WrongPassword => tracing::error!(
                carrier,
                slot,
                error,
                "the carrier refused the account or its password: check both, and set them with `emailsms admin carrier set --name NAME --system-id ID \
                 --password-file FILE`. It is tried again rarely, so that the account is not locked"
            ),
        }
    }
}

/// How long is waited before the next bind: longer each time, never alike on many links.
#[derive(Debug)]
pub(super) struct Pauses {
    first: Duration,
    next: Duration,
    wrong_password: Duration,
}

impl Pauses {
    pub fn new(reconnect: Duration) -> Self {
        let first = reconnect.max(SHORTEST_PAUSE);
        Self {
            first,
            next: first,
            wrong_password: WRONG_PASSWORD_PAUSE,
        }
    }

    /// After a link that stood for so long.
    pub fn after_link(&mut self, lasted: Duration) -> Duration {
        self.wrong_password = WRONG_PASSWORD_PAUSE;
        if lasted > LONGEST_PAUSE {
            self.next = self.first;
        }
        self.take_next()
    }

    /// After a bind that came to nothing.
    pub fn after_refusal(&mut self, refusal: BindRefusal) -> Duration {
        let pause = self.take_next();
        match refusal {
            BindRefusal::Other => pause,
            BindRefusal::AlreadyBound => pause.max(later(ALREADY_BOUND_PAUSE)),
            BindRefusal::WrongPassword => {
                let least = later(self.wrong_password);
                self.wrong_password = (self.wrong_password * 2).min(LONGEST_WRONG_PASSWORD_PAUSE);
                pause.max(least)
            }
        }
    }

    fn take_next(&mut self) -> Duration {
        let pause = jittered(self.next);
        self.next = (self.next * 2).min(LONGEST_PAUSE.max(self.first));
        pause
    }
}

/// Half to one and a half of it, so that many links do not come back at once.
fn jittered(pause: Duration) -> Duration {
    let mut octet = [128u8];
    aws_lc_rs::rand::fill(&mut octet).ok();
    pause.mul_f64(0.5 + f64::from(octet[0]) / 255.0)
}

/// So long, or up to twice as long.
fn later(pause: Duration) -> Duration {
    pause / 2 + jittered(pause)
}

impl Link {
    /// Binds. Of two sessions both stand, or neither does.
    pub(super) async fn bind(&self) -> Result<Bound, NoBind> {
        let kind = match self.settings.bind {
            BindForm::Transceiver => BindKind::Transceiver,
            BindForm::Split => BindKind::Transmitter,
        };
        let (transmitter, transmitted) = self.bind_as(kind).await?;
        if self.settings.bind == BindForm::Transceiver {
            return Ok(Bound {
                transmitter,
                receiver: None,
                events: Events {
                    transmitter: Some(transmitted),
                    receiver: None,
                },
            });
        }
        match self.bind_as(BindKind::Receiver).await {
            Ok((receiver, received)) => Ok(Bound {
                transmitter,
                receiver: Some(receiver),
                events: Events {
                    transmitter: Some(transmitted),
                    receiver: Some(received),
                },
            }),
            Err(no_bind) => {
                transmitter.unbind().await;
                Err(no_bind)
            }
        }
    }

    async fn bind_as(&self, kind: BindKind) -> Result<(Client, mpsc::Receiver<Event>), NoBind> {
        let (account, settings) = (&self.account, &self.settings);
        let place = format!("{}:{}", account.host, account.port);
        let patience = settings.response_timeout.max(Duration::from_secs(5));
        let must_stay = settings.tls.is_none() && !settings.private_network;
        if must_stay && !is_this_machine(&account.host) {
            return Err(NoBind::from(in_the_clear(&place)));
        }
        let stream = tokio::time::timeout(patience, TcpStream::connect(&place))
            .await
            .map_err(|_| format!("{place}: no connection in time"))?
            .map_err(|error| format!("{place}: {error}"))?;
        let is_here = stream
            .peer_addr()
            .is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        let stream = Prompt::new(stream).map_err(|error| error.to_string())?;
        let client = self.client_settings(kind);
        let bound = match &settings.tls {
            Some(tls) => {
                let shaken = tokio::time::timeout(patience, tls::handshake(stream, &account.host, tls))
                    .await
                    .map_err(|_| format!("{place}: no TLS handshake in time; does the SMSC speak TLS at this port? Else ask for the right port, or set carrier.tls = \"none\""))?
                    .map_err(|error| format!("{place}: {error}"))?;
                smpp::bind(shaken, client).await
            }
            None => {
                // A resolver may say otherwise than the name.
                if must_stay && !is_here {
                    return Err(NoBind::from(in_the_clear(&place)));
                }
                smpp::bind(stream, client).await
            }
        };
        bound.map_err(|error| NoBind {
            why: format!("{place}: as {kind}: {error}"),
            refusal: match error {
                BindError::Refused(status) => BindRefusal::of(status),
                _ => BindRefusal::Other,
            },
        })
    }

    fn client_settings(&self, kind: BindKind) -> ClientSettings {
        ClientSettings {
            system_id: self.account.system_id.clone(),
            password: self.account.password.clone(),
            system_type: self.settings.system_type.clone(),
            interface_version: self.settings.interface_version,
            kind,
            response_timeout: self.settings.response_timeout,
            enquire_link: self.settings.enquire_link,
            gate: Some(self.may_write.clone()),
            ..ClientSettings::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_an_account_is_not_locked_out() {
        let mut pauses = Pauses::new(Duration::ZERO);
        for exponent in 0..20 {
            let most = SHORTEST_PAUSE * 2u32.pow(exponent) * 3 / 2;
            let pause = pauses.after_refusal(BindRefusal::Other);
            assert!(pause <= most.min(LONGEST_PAUSE * 3 / 2), "{pause:?}");
            assert!(pause >= SHORTEST_PAUSE / 2);
        }
        assert!(pauses.after_link(LONGEST_PAUSE * 2) <= SHORTEST_PAUSE * 3 / 2);
        assert!(pauses.after_refusal(BindRefusal::AlreadyBound) >= ALREADY_BOUND_PAUSE);
        let mut least = WRONG_PASSWORD_PAUSE;
        for _ in 0..10 {
            let pause = pauses.after_refusal(BindRefusal::WrongPassword);
            assert!(
                least <= pause && pause <= LONGEST_WRONG_PASSWORD_PAUSE * 2,
                "{pause:?}"
            );
            least = (least * 2).min(LONGEST_WRONG_PASSWORD_PAUSE);
        }
        pauses.after_link(Duration::ZERO);
        assert!(pauses.after_refusal(BindRefusal::WrongPassword) <= WRONG_PASSWORD_PAUSE * 2);
    }
}
