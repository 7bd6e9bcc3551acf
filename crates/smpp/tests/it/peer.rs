//! Both ends of a loopback link, and a peer that writes whatever octets it likes.

use std::time::Duration;

use bytes::Bytes;
use smpp::{
    Address, BindKind, BindResp, Client, ClientSettings, CommandStatus, Event, Frame, Limits, Pdu,
    Server, ServerEvent, ShortMessage, accept, bind,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

/// No wait in a test that passes takes so long.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn link() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (far, _) = listener.accept().await.unwrap();
    near.set_nodelay(true).unwrap();
    far.set_nodelay(true).unwrap();
    (near, far)
}

pub fn settings() -> ClientSettings {
    ClientSettings {
        system_id: "esme".into(),
        password: "pw".into(),
        enquire_link: Duration::ZERO,
        ..Default::default()
    }
}

pub fn text(words: &str) -> ShortMessage {
    ShortMessage {
        source: Address::new(1, 1, "61400000001"),
        dest: Address::new(1, 1, "61491570156"),
        short_message: Bytes::copy_from_slice(words.as_bytes()),
        ..Default::default()
    }
}

pub async fn next<E>(events: &mut mpsc::Receiver<E>) -> E {
    timeout(PATIENCE, events.recv())
        .await
        .expect("an event comes in time")
        .expect("Closed is the last event")
}

/// Client and server of this crate, bound.
pub async fn pair(
    settings: ClientSettings,
    limits: Limits,
) -> (
    Client,
    mpsc::Receiver<Event>,
    Server,
    mpsc::Receiver<ServerEvent>,
) {
    let (near, far) = link().await;
    let accepting = tokio::spawn(accept(far, limits));
    let binding = tokio::spawn(bind(near, settings));
    let (_, pending) = accepting.await.unwrap().unwrap();
    let (server, server_events) = pending.accept("SMSC");
    let (client, events) = binding.await.unwrap().unwrap();
    (client, events, server, server_events)
}

/// An SMSC by hand.
pub struct RawPeer(pub TcpStream);

impl RawPeer {
    /// A client bound to a peer by hand.
    pub async fn bound(settings: ClientSettings) -> (Client, mpsc::Receiver<Event>, Self) {
        let (near, far) = link().await;
        let binding = tokio::spawn(bind(near, settings));
        let mut peer = Self(far);
        let request = peer.read().await;
        peer.write(&Frame::new(
            request.sequence,
            Pdu::BindResp(BindKind::Transceiver, BindResp::default()),
        ))
        .await;
        let (client, events) = binding.await.unwrap().unwrap();
        (client, events, peer)
    }

    pub async fn write(&mut self, frame: &Frame) {
        self.write_octets(&octets(frame)).await;
    }

    pub async fn write_octets(&mut self, octets: &[u8]) {
        self.0.write_all(octets).await.unwrap();
    }

    pub async fn read(&mut self) -> Frame {
        timeout(PATIENCE, async {
            let mut pdu = vec![0; 4];
            self.0.read_exact(&mut pdu).await.unwrap();
            let length = u32::from_be_bytes(pdu[..4].try_into().unwrap()) as usize;
            pdu.resize(length, 0);
            self.0.read_exact(&mut pdu[4..]).await.unwrap();
            Frame::decode(&pdu).unwrap().0
        })
        .await
        .expect("a PDU comes in time")
    }

    /// Reads a submit and answers it; its sequence number.
    pub async fn accept_submit(&mut self, message_id: &str) -> u32 {
        let request = self.read().await;
        assert!(matches!(request.pdu, Pdu::SubmitSm(_)), "{request:?}");
        self.write(&submitted(request.sequence, message_id)).await;
        request.sequence
    }

    /// Reads until the other side has closed, orderly or not; how many octets still came.
    pub async fn read_to_end(&mut self) -> usize {
        let mut rest = Vec::new();
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest))
            .await
            .expect("the link is closed in time");
        rest.len()
    }
}

pub fn octets(frame: &Frame) -> Vec<u8> {
    let mut octets = Vec::new();
    frame.encode(&mut octets).unwrap();
    octets
}

pub fn submitted(sequence: u32, message_id: &str) -> Frame {
    Frame::new(
        sequence,
        Pdu::SubmitSmResp {
            message_id: message_id.into(),
        },
    )
}

pub fn accepted(token: u64, message_id: &str) -> Event {
    Event::Response {
        token,
        status: CommandStatus::ESME_ROK,
        message_id: message_id.into(),
    }
}

pub fn ended(event: Event) -> (Vec<u64>, Vec<u64>, String) {
    match event {
        Event::Closed {
            unwritten,
            unanswered,
            why,
        } => (unwritten, unanswered, why),
        other => panic!("not the end: {other:?}"),
    }
}

pub fn oddity(event: Event) -> String {
    match event {
        Event::Odd { what } => what,
        other => panic!("not odd: {other:?}"),
    }
}
