//! Making a bind: the connection, TLS on it, one session or two that belong together; and what it means when there is none.

use super::status::BindRefusal;
use super::{Link, tls};
use crate::config::rooms::BindForm;
use smpp::{BindError, BindKind, Client, ClientSettings, Event};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

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
        let stream = tokio::time::timeout(patience, TcpStream::connect(&place))
            .await
            .map_err(|_| format!("{place}: no connection in time"))?
            .map_err(|error| format!("{place}: {error}"))?;
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
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
                let is_here = stream
                    .peer_addr()
                    .is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
                if !is_here && !settings.private_network {
                    return Err(NoBind::from(format!(
                        "{place} would be reached in the clear: set carrier.tls = \"tls\", or carrier.private_network = true if a VPN or private line carries it"
                    )));
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
