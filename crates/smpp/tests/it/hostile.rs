//! Peers that break the rules: none of them costs the session more than it must.

use std::time::{Duration, Instant};

use bytes::Bytes;
use proptest::prelude::*;
use smpp::{
    BindError, BindKind, BindResp, ClientSettings, CommandStatus, DeliveryKind, Event, Frame,
    MAX_PDU, Pdu, accept, bind, pdu::command,
};
use tokio::io::AsyncWriteExt;

use crate::peer::{
    RawPeer, accepted, ended, link, next, octets, oddity, settings, submitted, text,
};

fn impatient() -> ClientSettings {
    ClientSettings {
        response_timeout: Duration::from_secs(1),
        ..settings()
    }
}

#[tokio::test]
async fn answers_doubled_stray_and_of_another_kind() {
    let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
    client.submit(1, text("one")).unwrap();
    let sequence = peer.read().await.sequence;
    peer.write(&submitted(0x7fff_fff0, "stray")).await;
    peer.write(&Frame::new(sequence, Pdu::DeliverSmResp)).await;
    peer.write(&submitted(sequence, "a")).await;
    peer.write(&submitted(sequence, "a")).await;
    for expected in ["stray", "of another kind", "", "doubled"] {
        match next(&mut events).await {
            Event::Odd { what } => assert!(what.contains("not open"), "{expected}: {what}"),
            event => assert_eq!((event, expected), (accepted(1, "a"), "")),
        }
    }
    client.submit(2, text("two")).unwrap();
    peer.accept_submit("b").await;
    assert_eq!(next(&mut events).await, accepted(2, "b"));
}

#[tokio::test]
async fn late_answers_and_none() {
    let (client, mut events, mut peer) = RawPeer::bound(impatient()).await;
    client.submit(1, text("late")).unwrap();
    client.submit(2, text("never")).unwrap();
    let sequence = peer.read().await.sequence;
    peer.read().await;
    assert_eq!(next(&mut events).await, Event::TimedOut { token: 1 });
    assert_eq!(next(&mut events).await, Event::TimedOut { token: 2 });
    peer.write(&submitted(sequence, "a")).await;
    let status = CommandStatus::ESME_ROK;
    assert_eq!(
        next(&mut events).await,
        Event::LateResponse {
            token: 1,
            status,
            message_id: "a".into()
        }
    );
    client.submit(3, text("three")).unwrap();
    peer.read().await;
    client.close();
    // 2 was told to have timed out, so it is not told again
    assert_eq!(ended(next(&mut events).await).1, [3]);
}

#[tokio::test]
async fn answers_with_a_status_without_a_body_and_generic_nack() {
    let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
    for (token, pdu, status) in [
        (
            1,
            Pdu::SubmitSmResp {
                message_id: String::new(),
            },
            CommandStatus::ESME_RTHROTTLED,
        ),
        (2, Pdu::GenericNack, CommandStatus::ESME_RMSGQFUL),
        (
            3,
            Pdu::Unknown {
                command_id: 0x8000_0004,
                body: Bytes::new(),
            },
            CommandStatus::ESME_ROK,
        ),
        (
            4,
            Pdu::Unknown {
                command_id: 0x8000_0004,
                body: Bytes::new(),
            },
            CommandStatus(0x400),
        ),
    ] {
        client.submit(token, text("x")).unwrap();
        let sequence = peer.read().await.sequence;
        peer.write(&Frame::with_status(status, sequence, pdu)).await;
        assert_eq!(
            next(&mut events).await,
            Event::Response {
                token,
                status,
                message_id: String::new()
            }
        );
    }
    peer.write(&Frame::new(999, Pdu::GenericNack)).await;
    assert!(oddity(next(&mut events).await).contains("generic_nack"));
}

#[tokio::test]
async fn requests_that_make_no_sense_are_answered() {
    let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
    let unknown = |command_id, body: &'static [u8]| Pdu::Unknown {
        command_id,
        body: Bytes::from_static(body),
    };
    for (pdu, answer, status) in [
        (
            unknown(0x777, b"\xff\xff\xff"),
            command::GENERIC_NACK,
            CommandStatus::ESME_RINVCMDID,
        ),
        (
            unknown(command::QUERY_SM, b"x"),
            command::GENERIC_NACK,
            CommandStatus::ESME_RINVCMDID,
        ),
        (
            unknown(command::DELIVER_SM, b"garbage"),
            0x8000_0005,
            CommandStatus::ESME_RINVCMDLEN,
        ),
        (
            unknown(command::DATA_SM, b""),
            0x8000_0103,
            CommandStatus::ESME_RINVCMDLEN,
        ),
        (
            unknown(command::BIND_TRANSCEIVER, b"a\0b\0c\0\x34"),
            0x8000_0009,
            CommandStatus::ESME_RALYBND,
        ),
        (
            Pdu::SubmitSm(text("x")),
            0x8000_0004,
            CommandStatus::ESME_RINVBNDSTS,
        ),
    ] {
        peer.write(&Frame::new(42, pdu.clone())).await;
        let got = peer.read().await;
        assert_eq!(
            (got.pdu.command_id(), got.status, got.sequence),
            (answer, status, 42),
            "{pdu:?}"
        );
        oddity(next(&mut events).await);
    }
    for command_id in [command::ALERT_NOTIFICATION, command::OUTBIND, 0x8000_0777] {
        peer.write(&Frame::new(43, unknown(command_id, b"junk")))
            .await;
        oddity(next(&mut events).await);
    }
    client.submit(1, text("still here")).unwrap();
    peer.accept_submit("a").await;
    assert_eq!(next(&mut events).await, accepted(1, "a"));
}

#[tokio::test]
async fn odd_deliveries_are_delivered_and_told_once() {
    let (_client, mut events, mut peer) = RawPeer::bound(settings()).await;
    let mut pdu = octets(&Frame::new(5, Pdu::DeliverSm(text("yes"))));
    pdu.extend_from_slice(&[0, 0x1e, 0, 99, b'x']); // a TLV that ends too soon
    pdu[3] += 5;
    for round in 0..3 {
        peer.write_octets(&pdu).await;
        if round == 0 {
            assert!(oddity(next(&mut events).await).contains("cut short"));
        }
        let kind = DeliveryKind::DeliverSm;
        assert_eq!(
            next(&mut events).await,
            Event::Deliver {
                sequence: 5,
                kind,
                sm: text("yes")
            }
        );
    }
}

#[tokio::test]
async fn lengths_that_cannot_be_end_the_session_with_the_reason() {
    for (length, reason) in [
        (0u32, "shorter than a header"),
        (15, "shorter"),
        (MAX_PDU as u32 + 1, "above"),
        (0x4745_5420, "above"),
    ] {
        let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
        client.submit(1, text("x")).unwrap();
        peer.read().await;
        peer.write_octets(&[&length.to_be_bytes()[..], &[0; 60]].concat())
            .await;
        let (unwritten, unanswered, why) = ended(next(&mut events).await);
        assert_eq!((unwritten, unanswered), (vec![], vec![1]));
        assert!(why.contains(reason), "{why}");
        assert_eq!(peer.read_to_end().await, 0);
    }
}

#[tokio::test]
async fn the_longest_pdu_is_read() {
    let (_client, mut events, mut peer) = RawPeer::bound(settings()).await;
    let body = Bytes::from(vec![7; MAX_PDU - 16]);
    peer.write(&Frame::new(
        1,
        Pdu::Unknown {
            command_id: 0x777,
            body,
        },
    ))
    .await;
    assert_eq!(peer.read().await.pdu, Pdu::GenericNack);
    oddity(next(&mut events).await);
}

#[tokio::test]
async fn half_a_pdu_then_gone() {
    let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
    client.submit(1, text("answered")).unwrap();
    client.submit(2, text("half answered")).unwrap();
    let (first, second) = (peer.read().await.sequence, peer.read().await.sequence);
    let half = &octets(&submitted(second, "b"))[..9];
    peer.write_octets(&[&octets(&submitted(first, "a"))[..], half].concat())
        .await;
    drop(peer);
    assert_eq!(next(&mut events).await, accepted(1, "a"));
    let (unwritten, unanswered, why) = ended(next(&mut events).await);
    assert_eq!((unwritten, unanswered), (vec![], vec![2]));
    assert!(why.contains("middle"), "{why}");
}

#[tokio::test]
async fn answers_sent_before_the_cut_still_count() {
    let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
    for token in 0..50 {
        client.submit(token, text("x")).unwrap();
    }
    for _ in 0..50 {
        peer.accept_submit("a").await;
    }
    for token in 50..60 {
        client.submit(token, text("x")).unwrap();
    }
    for _ in 50..60 {
        peer.read().await;
    }
    peer.0.set_zero_linger().unwrap(); // a reset instead of an orderly end
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(peer);
    for token in 0..50 {
        assert_eq!(next(&mut events).await, accepted(token, "a"));
    }
    let (unwritten, unanswered, _) = ended(next(&mut events).await);
    assert_eq!((unwritten, unanswered), (vec![], (50..60).collect()));
}

#[tokio::test]
async fn one_octet_at_a_time() {
    let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
    client.submit(1, text("x")).unwrap();
    let sequence = peer.read().await.sequence;
    let stream = [
        octets(&submitted(sequence, "slow")),
        octets(&Frame::new(9, Pdu::DeliverSm(text("drip")))),
    ]
    .concat();
    for octet in stream {
        peer.write_octets(&[octet]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(next(&mut events).await, accepted(1, "slow"));
    assert!(matches!(
        next(&mut events).await,
        Event::Deliver { sequence: 9, .. }
    ));
}

#[tokio::test]
async fn a_storm_of_enquiries_is_answered() {
    let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
    let storm: Vec<u8> = (0..20_000)
        .flat_map(|i| octets(&Frame::new(i, Pdu::EnquireLink)))
        .collect();
    let (mut reading, mut writing) = peer.0.into_split();
    let writer = tokio::spawn(async move {
        writing.write_all(&storm).await.unwrap();
        writing
    });
    let mut answers = vec![0; 20_000 * 16];
    tokio::io::AsyncReadExt::read_exact(&mut reading, &mut answers)
        .await
        .unwrap();
    assert!(
        answers
            .chunks(16)
            .enumerate()
            .all(|(i, answer)| answer[12..] == (i as u32).to_be_bytes())
    );
    peer = RawPeer(reading.reunite(writer.await.unwrap()).unwrap());
    client.submit(1, text("x")).unwrap();
    peer.accept_submit("a").await;
    assert_eq!(next(&mut events).await, accepted(1, "a"));
}

#[tokio::test]
async fn a_peer_that_reads_nothing_is_left() {
    let (client, mut events, peer) = RawPeer::bound(impatient()).await;
    const COUNT: u64 = 100_000; // far above what the sockets hold
    for token in 0..COUNT {
        client.submit(token, text(&"x".repeat(200))).unwrap();
    }
    let mut timed_out = 0;
    let (unwritten, unanswered, why) = loop {
        match next(&mut events).await {
            Event::TimedOut { .. } => timed_out += 1,
            event => break ended(event),
        }
    };
    assert!(why.contains("took no octets"), "{why}");
    assert!(unwritten.len() > 1000, "{}", unwritten.len());
    assert_eq!(
        timed_out + unanswered.len() as u64 + unwritten.len() as u64,
        COUNT
    );
    drop(peer);
}

#[tokio::test]
async fn idle_links_are_asked_and_dead_ones_left() {
    let settings = ClientSettings {
        enquire_link: Duration::from_millis(50),
        ..impatient()
    };
    let (_client, mut events, mut peer) = RawPeer::bound(settings).await;
    for _ in 0..2 {
        let enquiry = peer.read().await;
        assert_eq!(enquiry.pdu, Pdu::EnquireLink);
        peer.write(&Frame::new(enquiry.sequence, Pdu::EnquireLinkResp))
            .await;
    }
    assert_eq!(peer.read().await.pdu, Pdu::EnquireLink);
    let (.., why) = ended(next(&mut events).await);
    assert!(why.contains("enquire_link"), "{why}");
}

#[tokio::test]
async fn a_busy_link_is_not_asked() {
    let settings = ClientSettings {
        enquire_link: Duration::from_secs(2),
        ..settings()
    };
    let (client, mut events, mut peer) = RawPeer::bound(settings).await;
    let began = Instant::now();
    let mut token = 0;
    while began.elapsed() < Duration::from_millis(2_500) {
        client.submit(token, text("x")).unwrap();
        peer.accept_submit("a").await; // panics on an enquire_link
        assert_eq!(next(&mut events).await, accepted(token, "a"));
        token += 1;
    }
}

#[tokio::test]
async fn a_silent_link_is_left_after_the_inactivity_time() {
    let settings = ClientSettings {
        inactivity: Duration::from_millis(60),
        ..settings()
    };
    let (_client, mut events, _peer) = RawPeer::bound(settings).await;
    assert!(
        ended(next(&mut events).await)
            .2
            .contains("nothing was heard")
    );
}

#[tokio::test]
async fn an_unbind_that_is_not_answered() {
    let (client, mut events, mut peer) = RawPeer::bound(impatient()).await;
    client.submit(1, text("before")).unwrap();
    client.unbind().await;
    assert!(matches!(peer.read().await.pdu, Pdu::SubmitSm(_)));
    assert_eq!(peer.read().await.pdu, Pdu::Unbind);
    assert_eq!(peer.read_to_end().await, 0);
    let told = [
        next(&mut events).await,
        events.recv().await.unwrap_or(Event::TimedOut { token: 0 }),
    ];
    assert!(
        told.iter()
            .any(|event| matches!(event, Event::Closed { why, .. } if why.contains("unbind"))),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_peer_that_unbinds_gets_its_answer_and_nothing_more() {
    let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
    client.submit(1, text("x")).unwrap();
    peer.read().await;
    peer.write(&Frame::new(77, Pdu::Unbind)).await;
    assert_eq!(peer.read().await, Frame::new(77, Pdu::UnbindResp));
    assert_eq!(peer.read_to_end().await, 0);
    oddity(next(&mut events).await);
    let (unwritten, unanswered, why) = ended(next(&mut events).await);
    assert_eq!(
        (unwritten, unanswered, &*why),
        (vec![], vec![1], "the peer unbound")
    );
}

#[tokio::test]
async fn binds_that_come_to_nothing() {
    let answer = |pdu| octets(&Frame::new(1, pdu));
    let wrong_kind = answer(Pdu::BindResp(BindKind::Receiver, BindResp::default()));
    let nack = octets(&Frame::with_status(
        CommandStatus::ESME_RINVCMDID,
        1,
        Pdu::GenericNack,
    ));
    let cases: [(&[u8], &str); 5] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "Protocol"),
        (&wrong_kind, "Protocol"),
        (&nack, "Refused"),
        (&wrong_kind[..7], "Closed"),
        (b"", "Closed"),
    ];
    for (octets, expected) in cases {
        let (near, far) = link().await;
        let binding = tokio::spawn(bind(near, settings()));
        let mut peer = RawPeer(far);
        assert!(matches!(peer.read().await.pdu, Pdu::Bind(..)));
        peer.write_octets(octets).await;
        peer.0.shutdown().await.unwrap();
        let error = binding.await.unwrap().expect_err("no session");
        assert!(
            format!("{error:?}").starts_with(expected),
            "{error:?} for {expected}"
        );
    }
    let (near, far) = link().await;
    let hasty = ClientSettings {
        bind_timeout: Duration::from_millis(50),
        ..settings()
    };
    assert!(matches!(bind(near, hasty).await, Err(BindError::TimedOut)));
    drop(far);
}

#[tokio::test]
async fn a_bind_with_interruptions_and_a_hasty_delivery() {
    let (near, far) = link().await;
    let binding = tokio::spawn(bind(near, settings()));
    let mut peer = RawPeer(far);
    peer.read().await;
    peer.write(&Frame::new(3, Pdu::EnquireLink)).await;
    assert_eq!(peer.read().await, Frame::new(3, Pdu::EnquireLinkResp));
    let yes = Frame::new(0, Pdu::BindResp(BindKind::Transceiver, BindResp::default()));
    let hasty = Frame::new(8, Pdu::DeliverSm(text("already")));
    peer.write_octets(&[octets(&yes), octets(&hasty)].concat())
        .await;
    let (_client, mut events) = binding.await.unwrap().unwrap();
    assert!(matches!(
        next(&mut events).await,
        Event::Deliver { sequence: 8, .. }
    ));
}

#[tokio::test]
async fn clients_that_do_not_bind() {
    for octets in [
        &b"GET / HTTP/1.1\r\nHost: smsc\r\n\r\n"[..],
        &[0; 40],
        &[0, 0, 0, 17, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 65],
    ] {
        let (mut near, far) = link().await;
        near.write_all(octets).await.unwrap();
        assert!(accept(far, Default::default()).await.is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes inside whole PDUs, the session lives and goes on to work.
    #[test]
    fn any_pdus_are_survived(pdus in prop::collection::vec((ids(), prop::collection::vec(any::<u8>(), 0..80)), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, mut events, mut peer) = RawPeer::bound(settings()).await;
            for (command_id, body) in pdus {
                peer.write(&Frame::new(1_000_000, Pdu::Unknown { command_id, body: body.into() })).await;
            }
            client.submit(1, text("still here")).unwrap();
            let sequence = loop {
                let frame = peer.read().await;
                if let Pdu::SubmitSm(_) = frame.pdu {
                    break frame.sequence;
                }
            };
            peer.write(&submitted(sequence, "a")).await;
            while next(&mut events).await != accepted(1, "a") {}
        });
    }
}

/// Every command but unbind, which ends the session by right.
fn ids() -> impl Strategy<Value = u32> {
    prop_oneof![
        prop::sample::select(vec![
            1u32, 2, 3, 4, 5, 7, 8, 9, 0xb, 0x15, 0x21, 0x102, 0x103
        ]),
        prop::sample::select(vec![
            0x8000_0000u32,
            0x8000_0004,
            0x8000_0005,
            0x8000_0006,
            0x8000_0009,
            0x8000_0015,
            0x8000_0103
        ]),
        any::<u32>().prop_filter("not unbind", |&id| id != command::UNBIND),
    ]
}
