//! Our client and our server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use smpp::{
    AcceptError, BindError, BindKind, BindResp, CommandStatus, DeliveryKind, Event, Frame, Gone,
    Limits, Pdu, ServerEvent, accept, bind,
};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::peer::{accepted, ended, link, next, octets, pair, settings, text};

#[tokio::test]
async fn texts_go_out_and_come_in() {
    let (client, mut events, server, mut server_events) = pair(settings(), Limits::default()).await;
    assert_eq!(client.smsc().system_id, "SMSC");
    client.submit(7, text("hello")).unwrap();
    let ServerEvent::Submit { sequence, sm } = next(&mut server_events).await else {
        panic!("not a submit")
    };
    assert_eq!(sm, text("hello"));
    server
        .answer_submit(sequence, CommandStatus::ESME_ROK, "1f")
        .unwrap();
    assert_eq!(
        next(&mut server_events).await,
        ServerEvent::AnswerWritten { sequence }
    );
    assert_eq!(next(&mut events).await, accepted(7, "1f"));

    for (token, kind, words) in [
        (1, DeliveryKind::DeliverSm, "yes"),
        (2, DeliveryKind::DataSm, "by data_sm"),
    ] {
        match kind {
            DeliveryKind::DeliverSm => server.deliver(token, text(words)).unwrap(),
            DeliveryKind::DataSm => server.deliver_by_data_sm(token, text(words)).unwrap(),
        }
        let Event::Deliver {
            sequence,
            kind: came_by,
            sm,
        } = next(&mut events).await
        else {
            panic!("not a delivery")
        };
        assert_eq!((came_by, &sm.user_data()[..]), (kind, words.as_bytes()));
        client
            .answer(sequence, kind, CommandStatus::ESME_RX_T_APPN)
            .unwrap();
        assert_eq!(next(&mut events).await, Event::AnswerWritten { sequence });
        let status = CommandStatus::ESME_RX_T_APPN;
        assert_eq!(
            next(&mut server_events).await,
            ServerEvent::DeliverResponse { token, status }
        );
    }

    client.unbind().await;
    assert_eq!(
        ended(next(&mut events).await),
        (vec![], vec![], "unbound".into())
    );
    assert_eq!(next(&mut server_events).await, ServerEvent::Unbind);
    assert!(matches!(
        next(&mut server_events).await,
        ServerEvent::Closed { .. }
    ));
    assert_eq!(client.submit(8, text("late")), Err(Gone));
    assert!(events.recv().await.is_none());
}

#[tokio::test]
async fn ten_thousand_through_a_window_of_a_hundred() {
    const COUNT: u64 = 10_000;
    let (client, mut events, server, mut server_events) = pair(settings(), Limits::default()).await;
    tokio::spawn(async move {
        while let Some(event) = server_events.recv().await {
            if let ServerEvent::Submit { sequence, sm } = event {
                let id = String::from_utf8(sm.short_message.to_vec()).unwrap();
                let _ = server.answer_submit(sequence, CommandStatus::ESME_ROK, id);
            }
        }
    });
    let mut sent = 0;
    for answered in 0..COUNT {
        while sent < COUNT && sent - answered < 100 {
            client.submit(sent, text(&sent.to_string())).unwrap();
            sent += 1;
        }
        assert_eq!(
            next(&mut events).await,
            accepted(answered, &answered.to_string())
        );
    }
}

#[tokio::test]
async fn a_refused_bind() {
    let (near, far) = link().await;
    let accepting = tokio::spawn(accept(far, Limits::default()));
    let binding = tokio::spawn(bind(near, settings()));
    let (request, pending) = accepting.await.unwrap().unwrap();
    assert_eq!(
        (request.kind, &*request.bind.system_id),
        (BindKind::Transceiver, "esme")
    );
    assert_eq!(request.bind.password.expose(), "pw");
    assert!(!format!("{request:?}").contains("pw"));
    pending.refuse(CommandStatus::ESME_RALYBND).await.unwrap();
    let refusal = binding.await.unwrap();
    assert!(matches!(
        refusal,
        Err(BindError::Refused(CommandStatus::ESME_RALYBND))
    ));
}

#[tokio::test]
async fn a_bind_that_never_comes() {
    let (near, far) = link().await;
    let limits = Limits {
        bind_timeout: Duration::from_millis(50),
        ..Default::default()
    };
    assert!(matches!(
        accept(far, limits).await,
        Err(AcceptError::TimedOut)
    ));
    drop(near);
}

#[tokio::test]
async fn a_receiver_may_not_submit() {
    let receiver = smpp::ClientSettings {
        kind: BindKind::Receiver,
        ..settings()
    };
    let (client, mut events, server, _server_events) = pair(receiver, Limits::default()).await;
    assert_eq!(server.kind(), BindKind::Receiver);
    client.submit(1, text("no")).unwrap();
    let status = CommandStatus::ESME_RINVBNDSTS;
    assert_eq!(
        next(&mut events).await,
        Event::Response {
            token: 1,
            status,
            message_id: String::new()
        }
    );
}

#[tokio::test]
async fn the_gate_ends_the_session_before_anything_is_written() {
    let open = Arc::new(AtomicBool::new(true));
    let gate = {
        let open = open.clone();
        Arc::new(move || open.load(Ordering::SeqCst))
    };
    let gated = smpp::ClientSettings {
        gate: Some(gate),
        ..settings()
    };
    let (client, mut events, server, mut server_events) = pair(gated, Limits::default()).await;
    client.submit(1, text("one")).unwrap();
    let ServerEvent::Submit { sequence, .. } = next(&mut server_events).await else {
        panic!("not a submit")
    };
    open.store(false, Ordering::SeqCst);
    // answers are not gated: only submits risk a double
    server
        .answer_submit(sequence, CommandStatus::ESME_ROK, "1")
        .unwrap();
    assert_eq!(next(&mut events).await, accepted(1, "1"));
    for token in 2..=200 {
        let _ = client.submit(token, text("never"));
    }
    let (unwritten, unanswered, why) = ended(next(&mut events).await);
    // what was submitted after the end was refused at once; what was taken is all here
    assert!(
        unwritten.len() <= 199 && unwritten == (2..2 + unwritten.len() as u64).collect::<Vec<_>>()
    );
    assert!(
        unanswered.is_empty() && why.contains("gate"),
        "{unanswered:?} {why}"
    );
    assert_eq!(
        next(&mut server_events).await,
        ServerEvent::AnswerWritten { sequence }
    );
    assert!(matches!(
        next(&mut server_events).await,
        ServerEvent::Closed { .. }
    ));
}

#[tokio::test]
async fn closing_accounts_for_every_token() {
    let (client, mut events, server, mut server_events) = pair(settings(), Limits::default()).await;
    client.submit(1, text("one")).unwrap();
    assert!(matches!(
        next(&mut server_events).await,
        ServerEvent::Submit { .. }
    ));
    client.close();
    client.close();
    let (unwritten, unanswered, _) = ended(next(&mut events).await);
    assert_eq!((unwritten, unanswered), (vec![], vec![1]));
    assert!(matches!(
        next(&mut server_events).await,
        ServerEvent::Closed { .. }
    ));
    assert!(client.is_closed() && server.is_closed());
    client.unbind().await;
}

#[tokio::test]
async fn dropping_the_handles_or_the_events_ends_the_session() {
    let (client, events, _server, mut server_events) = pair(settings(), Limits::default()).await;
    drop(client);
    assert!(matches!(
        next(&mut server_events).await,
        ServerEvent::Closed { .. }
    ));
    drop(events);

    let (client, events, server, mut server_events) = pair(settings(), Limits::default()).await;
    drop(events);
    server.deliver(1, text("to nobody")).unwrap();
    let ServerEvent::Closed { unanswered, .. } = next(&mut server_events).await else {
        panic!("not the end")
    };
    assert_eq!(unanswered, [1]);
    assert!(client.is_closed());
}

#[tokio::test]
async fn a_slow_listener_loses_nothing_and_locks_nothing_up() {
    const COUNT: u64 = 3_000;
    let narrow = smpp::ClientSettings {
        event_capacity: 1,
        response_timeout: Duration::from_secs(4),
        ..settings()
    };
    let (client, mut events, server, mut server_events) = pair(narrow, Limits::default()).await;
    for token in 0..COUNT {
        client.submit(token, text("x")).unwrap();
    }
    // all are answered while nobody listens to the client
    for _ in 0..COUNT {
        let sequence = loop {
            if let ServerEvent::Submit { sequence, .. } = next(&mut server_events).await {
                break sequence;
            }
        };
        server
            .answer_submit(sequence, CommandStatus::ESME_ROK, "")
            .unwrap();
    }
    tokio::time::sleep(Duration::from_millis(4_500)).await;
    for token in 0..COUNT {
        assert_eq!(next(&mut events).await, accepted(token, ""));
    }
    client.unbind().await;
    ended(next(&mut events).await);
}

#[tokio::test]
async fn a_text_that_fits_no_pdu_is_answered_without_being_written() {
    let (client, mut events, _server, _server_events) = pair(settings(), Limits::default()).await;
    client.submit(1, text(&"x".repeat(70_000))).unwrap();
    let status = CommandStatus::ESME_RINVMSGLEN;
    assert_eq!(
        next(&mut events).await,
        Event::Response {
            token: 1,
            status,
            message_id: String::new()
        }
    );
}

#[tokio::test]
async fn a_pipe_that_takes_a_few_octets_at_a_time() {
    let (near, far) = tokio::io::duplex(37);
    let accepting = tokio::spawn(accept(far, Limits::default()));
    let binding = tokio::spawn(bind(near, settings()));
    let (_, pending) = accepting.await.unwrap().unwrap();
    let (server, mut server_events) = pending.accept("SMSC");
    let (client, mut events) = binding.await.unwrap().unwrap();
    for token in 0..300 {
        client.submit(token, text("in small bites")).unwrap();
    }
    for token in 0..300 {
        let sequence = loop {
            match next(&mut server_events).await {
                ServerEvent::Submit { sequence, .. } => break sequence,
                event => assert!(
                    matches!(event, ServerEvent::AnswerWritten { .. }),
                    "{event:?}"
                ),
            }
        };
        server
            .answer_submit(sequence, CommandStatus::ESME_ROK, "a")
            .unwrap();
        assert_eq!(next(&mut events).await, accepted(token, "a"));
    }
    client.unbind().await;
    assert_eq!(ended(next(&mut events).await).2, "unbound");
}

#[tokio::test]
async fn what_the_pipe_did_not_take_is_unwritten_to_the_octet() {
    const ROOM: usize = 1000;
    let (near, mut far) = tokio::io::duplex(ROOM);
    let binding = tokio::spawn(bind(near, settings()));
    let mut request = [0; 4];
    far.read_exact(&mut request).await.unwrap();
    let mut rest = vec![0; u32::from_be_bytes(request) as usize - 4];
    far.read_exact(&mut rest).await.unwrap();
    let yes = Pdu::BindResp(BindKind::Transceiver, BindResp::default());
    far.write_all(&octets(&Frame::new(1, yes))).await.unwrap();
    let (client, mut events) = binding.await.unwrap().unwrap();

    let length = octets(&Frame::new(1, Pdu::SubmitSm(text("x")))).len();
    for token in 0..100 {
        client.submit(token, text("x")).unwrap();
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    client.close();
    let (unwritten, unanswered, _) = ended(next(&mut events).await);
    let begun = ROOM.div_ceil(length) as u64;
    assert_eq!(unanswered, (0..begun).collect::<Vec<_>>());
    assert_eq!(unwritten, (begun..100).collect::<Vec<_>>());
    let mut written = Vec::new();
    far.read_to_end(&mut written).await.unwrap();
    assert_eq!(written.len(), ROOM);
}
