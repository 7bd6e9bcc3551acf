//! The SMSC over loopback, with the client of `crates/smpp` as its ESME.

#![allow(clippy::unwrap_used)]

use super::*;
use smpp::{Client, ClientSettings, DeliveryKind, Event, bind};
use tokio::sync::mpsc;

const PATIENCE: Duration = Duration::from_secs(20);

fn account() -> Account {
    Account {
        system_id: "esme".into(),
        password: "pw".into(),
    }
}

fn quick() -> Settings {
    Settings {
        redelivery_pause: Duration::from_millis(20),
        ..Settings::default()
    }
}

async fn started(settings: Settings) -> Smsc {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Smsc::start(listener, account(), settings, Clock::default()).unwrap()
}

struct Esme {
    client: Client,
    events: mpsc::Receiver<Event>,
}

fn as_kind(kind: BindKind) -> ClientSettings {
    ClientSettings {
        system_id: "esme".into(),
        password: "pw".into(),
        kind,
        ..ClientSettings::default()
    }
}

async fn try_bind(smsc: &Smsc, settings: ClientSettings) -> Result<Esme, smpp::BindError> {
    let stream = TcpStream::connect(smsc.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (client, events) = bind(stream, settings).await?;
    Ok(Esme { client, events })
}

async fn esme(smsc: &Smsc) -> Esme {
    try_bind(smsc, as_kind(BindKind::Transceiver))
        .await
        .unwrap()
}

impl Esme {
    /// What comes next, but for word that an answer was written.
    async fn next(&mut self) -> Event {
        loop {
            let event = timeout(PATIENCE, self.events.recv()).await;
            match event.expect("an event in time").expect("Closed is last") {
                Event::AnswerWritten { .. } => {}
                event => return event,
            }
        }
    }

    /// Submits and returns the message id.
    async fn submit(&mut self, sm: ShortMessage) -> Result<String, CommandStatus> {
        self.client.submit(1, sm).unwrap();
        match self.next().await {
            Event::Response {
                status, message_id, ..
            } if status.is_ok() => Ok(message_id),
            Event::Response { status, .. } => Err(status),
            other => panic!("not a response: {other:?}"),
        }
    }

    async fn delivery(&mut self) -> (u32, ShortMessage) {
        match self.next().await {
            Event::Deliver { sequence, sm, .. } => (sequence, sm),
            other => panic!("not a delivery: {other:?}"),
        }
    }

    fn answer(&self, sequence: u32, status: CommandStatus) {
        let kind = DeliveryKind::DeliverSm;
        self.client.answer(sequence, kind, status).unwrap();
    }

    async fn accept_delivery(&mut self) -> ShortMessage {
        let (sequence, sm) = self.delivery().await;
        self.answer(sequence, CommandStatus::ESME_ROK);
        sm
    }
}

fn phone() -> Digits {
    Digits::parse("61491570156").unwrap()
}

fn ours() -> Digits {
    Digits::parse("61400000001").unwrap()
}

fn sm() -> ShortMessage {
    ShortMessage {
        source: Address::new(1, 1, ours().as_str()),
        dest: Address::new(1, 1, phone().as_str()),
        ..ShortMessage::default()
    }
}

fn plain(text: &str) -> ShortMessage {
    ShortMessage {
        short_message: Bytes::copy_from_slice(text.as_bytes()),
        ..sm()
    }
}

fn with_receipt(sm: ShortMessage) -> ShortMessage {
    ShortMessage {
        registered_delivery: 1,
        ..sm
    }
}

fn cut(text: &str, reference: Reference) -> Vec<ShortMessage> {
    let parts = Text::new(text).unwrap().cut(reference, 255).unwrap();
    parts
        .iter()
        .map(|part| ShortMessage {
            esm_class: if part.udh.is_some() { 0x40 } else { 0 },
            data_coding: if part.encoding == sms::Encoding::Gsm7 {
                0
            } else {
                8
            },
            short_message: part.user_data().into(),
            ..sm()
        })
        .collect()
}

fn shown(smsc: &Smsc) -> Vec<(String, usize, Alphabet)> {
    let texts = smsc.handsets().texts(&phone(), None);
    texts
        .into_iter()
        .map(|text| (text.text, text.parts, text.encoding))
        .collect()
}

fn read(sm: &ShortMessage) -> String {
    let payload = if sm.has_udhi() {
        sms::split(sm.user_data()).1
    } else {
        sm.user_data()
    };
    match decode_user_data(sm.data_coding, payload) {
        Incoming::Text(text) => text,
        Incoming::Binary(_) => panic!("binary"),
    }
}

/// Until the SMSC's side of an ended link has seen so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect(what);
}

#[tokio::test]
async fn texts_reach_the_phone_whole_however_they_are_cut() {
    let smsc = started(quick()).await;
    let mut esme = esme(&smsc).await;
    let long = "All human beings [born] free €5. ".repeat(12);
    let emoji = "Grüße 😀 from a moving train 🚆. ".repeat(6);
    let mut expected = Vec::new();

    for text in ["hello", &long, &emoji] {
        for reference in [Reference::Eight(3), Reference::Sixteen(0x0303)] {
            let mut parts = cut(text, reference);
            parts.reverse();
            expected.push((text.to_owned(), parts.len()));
            for part in parts {
                esme.submit(part).await.unwrap();
            }
        }
    }
    // sar TLVs
    let parts = cut(&emoji, Reference::Eight(3));
    expected.push((emoji.clone(), parts.len()));
    for (index, part) in parts.iter().enumerate() {
        let (_, payload) = sms::split(&part.short_message);
        let sar = ShortMessage {
            data_coding: 8,
            short_message: Bytes::copy_from_slice(payload),
            tlvs: vec![
                Tlv::u16(tag::SAR_MSG_REF_NUM, 3),
                Tlv::u8(tag::SAR_TOTAL_SEGMENTS, parts.len() as u8),
                Tlv::u8(tag::SAR_SEGMENT_SEQNUM, index as u8 + 1),
            ],
            ..sm()
        };
        esme.submit(sar).await.unwrap();
    }
    // message_payload, uncut
    let (_, octets) = Text::new(&long).unwrap().whole();
    let payload = ShortMessage {
        tlvs: vec![Tlv::new(tag::MESSAGE_PAYLOAD, octets)],
        ..sm()
    };
    esme.submit(payload).await.unwrap();
    expected.push((long.clone(), 3));

    let texts = shown(&smsc);
    let told: Vec<_> = texts
        .iter()
        .map(|(t, parts, _)| (t.clone(), *parts))
        .collect();
    assert_eq!(told, expected);
    assert!(
        texts
            .iter()
            .all(|(text, _, encoding)| { (*encoding == Alphabet::Ucs2) == text.contains('😀') })
    );
    assert_eq!(
        smsc.handsets().texts(&phone(), None)[0].from,
        ours().as_str()
    );
    smsc.stop().await;
}

#[test]
fn submits_that_a_network_would_refuse() {
    let udh = |octets: usize, data_coding| {
        let mut data = vec![5, 0, 3, 1, 2, 1];
        data.resize(6 + octets, b'a');
        ShortMessage {
            esm_class: 0x40,
            data_coding,
            short_message: data.into(),
            ..sm()
        }
    };
    let to = |dest: &str| ShortMessage {
        dest: Address::new(1, 1, dest),
        ..plain("x")
    };
    let from = |source: &str| ShortMessage {
        source: Address::new(5, 0, source),
        ..plain("x")
    };
    let later = ShortMessage {
        schedule_delivery_time: "000001000000000R".into(),
        ..plain("x")
    };
    let ok = None;
    for (sm, status) in [
        (to("+61491570156"), ok),
        (to(""), Some(CommandStatus::ESME_RINVDSTADR)),
        (to("bob"), Some(CommandStatus::ESME_RINVDSTADR)),
        (from("EmailSMS"), ok),
        (from(""), Some(CommandStatus::ESME_RINVSRCADR)),
        (from(&"x".repeat(21)), Some(CommandStatus::ESME_RINVSRCADR)),
        (later, Some(CommandStatus::ESME_RINVSCHED)),
        (udh(153, 0), ok),
        (udh(154, 0), Some(CommandStatus::ESME_RINVMSGLEN)),
        (udh(134, 8), ok),
        (udh(136, 8), Some(CommandStatus::ESME_RINVMSGLEN)),
        (udh(134, 4), ok),
        (udh(135, 4), Some(CommandStatus::ESME_RINVMSGLEN)),
        (plain(""), ok),
    ] {
        assert_eq!(read_submit(&sm, 0).err(), status, "{sm:?}");
    }
    for (data_coding, tlvs, flash) in [
        (0x10, vec![], true),
        (0x18, vec![], true),
        (0xF0, vec![], true),
        (0x11, vec![], false),
        (0, vec![], false),
        (8, vec![Tlv::u8(tag::DEST_ADDR_SUBUNIT, 1)], true),
    ] {
        let flashing = ShortMessage {
            data_coding,
            tlvs,
            ..plain("ab")
        };
        assert_eq!(
            read_submit(&flashing, 0).unwrap().1.flash,
            flash,
            "{data_coding:#x}"
        );
    }
}

#[tokio::test]
async fn receipts_say_what_the_phone_was_told_to_say() {
    let smsc = started(quick()).await;
    let mut esme = esme(&smsc).await;
    let mut ids = BTreeSet::new();
    for (receipt, wish, stat) in [
        (Some(sms::ReceiptState::Delivered), 1, Some(("DELIVRD", 2))),
        (
            Some(sms::ReceiptState::Undeliverable),
            1,
            Some(("UNDELIV", 5)),
        ),
        (Some(sms::ReceiptState::Expired), 2, Some(("EXPIRED", 3))),
        (Some(sms::ReceiptState::Delivered), 2, None),
        (Some(sms::ReceiptState::Delivered), 0, None),
        (None, 1, None),
    ] {
        let change = Change {
            receipt: Some(receipt),
            delay_s: Some(0.01),
            ..Change::default()
        };
        smsc.arrange(&phone(), change).unwrap();
        let sent = ShortMessage {
            registered_delivery: wish,
            ..plain("hi {id}")
        };
        let id = esme.submit(sent).await.unwrap();
        assert!(u64::from_str_radix(&id, 16).is_ok() && ids.insert(id.clone()));
        let Some((stat, message_state)) = stat else {
            assert_eq!(smsc.owed(), 0);
            continue;
        };
        let sm = esme.accept_delivery().await;
        assert!(sm.is_receipt());
        assert_eq!(
            (&*sm.source.addr, &*sm.dest.addr),
            (phone().as_str(), ours().as_str())
        );
        let text = smpp::parse_receipt(&read(&sm)).unwrap();
        assert_eq!(
            (text.id.as_deref(), text.stat.as_deref()),
            (Some(id.as_str()), Some(stat))
        );
        assert!(
            text.done
                .is_some_and(|done| smpp::parse_receipt_date(&done).is_some())
        );
        assert_eq!(sm.receipted_message_id(), Some(id));
        assert_eq!(sm.message_state(), Some(message_state));
        until("the receipt is settled", || smsc.owed() == 0).await;
    }
}

#[tokio::test]
async fn out_of_coverage_texts_and_receipts_wait() {
    let smsc = started(quick()).await;
    let mut esme = esme(&smsc).await;
    let coverage = |coverage| Change {
        coverage: Some(coverage),
        ..Change::default()
    };
    smsc.arrange(&phone(), coverage(false)).unwrap();
    let id = esme.submit(with_receipt(plain("one"))).await.unwrap();
    esme.submit(plain("two")).await.unwrap();
    assert_eq!((shown(&smsc).len(), smsc.owed()), (0, 1));
    smsc.arrange(&phone(), coverage(true)).unwrap();
    assert_eq!(
        esme.accept_delivery().await.receipted_message_id(),
        Some(id)
    );
    assert_eq!(shown(&smsc).len(), 2);
}

#[tokio::test]
async fn what_expires_out_of_coverage_never_arrives() {
    let smsc = started(quick()).await;
    let mut esme = esme(&smsc).await;
    let coverage = |coverage| Change {
        coverage: Some(coverage),
        ..Change::default()
    };
    smsc.arrange(&phone(), coverage(false)).unwrap();
    for validity_period in ["000000000000000R", "991231235959000+"] {
        let sent = ShortMessage {
            validity_period: validity_period.into(),
            ..with_receipt(plain(validity_period))
        };
        esme.submit(sent).await.unwrap();
    }
    smsc.arrange(&phone(), coverage(true)).unwrap();
    assert_eq!(esme.accept_delivery().await.message_state(), Some(3));
    assert_eq!(esme.accept_delivery().await.message_state(), Some(2));
    assert_eq!(shown(&smsc)[0].0, "991231235959000+");
    assert_eq!(shown(&smsc).len(), 1);
}

#[test]
fn validity_periods() {
    const DAY_MS: i64 = 86_400_000;
    for (text, ends_at) in [
        ("", Ok(None)),
        ("000001000000000R", Ok(Some(5 + DAY_MS))),
        ("010101010101000R", Ok(Some(5 + 396 * DAY_MS + 3_661_000))),
        ("000103000000000+", Ok(Some(946_857_600_000))),
        ("000103000000044+", Ok(Some(946_857_600_000 - 39_600_000))),
        ("000103000000004-", Ok(Some(946_857_600_000 + 3_600_000))),
        ("001303000000000+", Err(CommandStatus::ESME_RINVEXPIRY)),
        ("000103000000000X", Err(CommandStatus::ESME_RINVEXPIRY)),
        ("00010", Err(CommandStatus::ESME_RINVEXPIRY)),
        ("é00010300000000+", Err(CommandStatus::ESME_RINVEXPIRY)),
    ] {
        assert_eq!(expiry(text, 5), ends_at, "{text}");
    }
}

#[tokio::test]
async fn replies_come_in_parts_and_wait_for_a_receiver() {
    let smsc = started(quick()).await;
    let long = "Ça va, 😀! ".repeat(15);
    assert_eq!(smsc.reply(&phone(), &ours(), "yes [€]"), Ok(1));
    assert_eq!(smsc.reply(&phone(), &ours(), &long), Ok(3));
    assert!(matches!(
        smsc.reply(&phone(), &ours(), " "),
        Err(ReplyError::Text(TextError::Empty))
    ));
    // a transmitter gets nothing
    let mut transmitter = try_bind(&smsc, as_kind(BindKind::Transmitter))
        .await
        .unwrap();
    transmitter.submit(plain("x")).await.unwrap();
    let mut receiver = try_bind(&smsc, as_kind(BindKind::Receiver)).await.unwrap();
    let first = receiver.accept_delivery().await;
    assert_eq!((&*read(&first), first.esm_class), ("yes [€]", 0));
    assert_eq!(
        (&*first.source.addr, &*first.dest.addr),
        (phone().as_str(), ours().as_str())
    );
    let mut whole = String::new();
    for number in 1..=3 {
        let part = receiver.accept_delivery().await;
        let concat = sms::split(part.user_data()).0.unwrap();
        assert_eq!((part.data_coding, concat.number, concat.of), (8, number, 3));
        whole += &read(&part);
    }
    assert_eq!(whole, long);
    until("all is settled", || smsc.owed() == 0).await;
}

#[tokio::test]
async fn what_a_link_takes_with_it_comes_again_in_order() {
    let smsc = started(quick()).await;
    let mut first = esme(&smsc).await;
    for text in ["a", "b", "c", "d"] {
        smsc.reply(&phone(), &ours(), text).unwrap();
    }
    assert_eq!(read(&first.accept_delivery().await), "a");
    for text in ["b", "c", "d"] {
        assert_eq!(read(&first.delivery().await.1), text);
    }
    until("the answer has come", || smsc.owed() == 3).await;
    first.client.close();
    until("the link is gone", || smsc.binds() == 0).await;
    assert_eq!(smsc.owed(), 3);
    let mut second = esme(&smsc).await;
    for text in ["b", "c", "d"] {
        assert_eq!(read(&second.accept_delivery().await), text);
    }
    until("all is settled", || smsc.owed() == 0).await;
}

#[tokio::test]
async fn temporary_errors_bring_it_again_permanent_ones_do_not() {
    let settings = Settings {
        limits: Limits {
            response_timeout: Duration::from_secs(1),
            ..Limits::default()
        },
        ..quick()
    };
    let smsc = started(settings).await;
    let mut esme = esme(&smsc).await;
    smsc.reply(&phone(), &ours(), "again").unwrap();
    let (sequence, _) = esme.delivery().await;
    esme.answer(sequence, CommandStatus::ESME_RX_T_APPN);
    // this one is not answered at all
    let (_, sm) = esme.delivery().await;
    assert_eq!(read(&sm), "again");
    let (sequence, sm) = esme.delivery().await;
    assert_eq!(read(&sm), "again");
    esme.answer(sequence, CommandStatus::ESME_RX_P_APPN);
    until("it is given up", || smsc.owed() == 0).await;
}

#[tokio::test]
async fn queues_are_bounded() {
    let settings = Settings {
        most_owed: 2,
        ..quick()
    };
    let smsc = started(settings).await;
    let mut transmitter = try_bind(&smsc, as_kind(BindKind::Transmitter))
        .await
        .unwrap();
    for _ in 0..2 {
        transmitter.submit(with_receipt(plain("x"))).await.unwrap();
    }
    assert_eq!(
        transmitter.submit(with_receipt(plain("x"))).await,
        Err(CommandStatus::ESME_RMSGQFUL)
    );
    transmitter.submit(plain("x")).await.unwrap();
    assert_eq!(smsc.reply(&phone(), &ours(), "x"), Err(ReplyError::Full(2)));
    let mut receiver = try_bind(&smsc, as_kind(BindKind::Receiver)).await.unwrap();
    receiver.accept_delivery().await;
    receiver.accept_delivery().await;
    until("there is room again", || smsc.owed() == 0).await;
    assert_eq!(smsc.reply(&phone(), &ours(), "x"), Ok(1));
}

#[tokio::test]
async fn binds_are_judged_and_counted() {
    let settings = Settings {
        most_binds: 1,
        ..quick()
    };
    let smsc = started(settings).await;
    let stranger = ClientSettings {
        system_id: "other".into(),
        ..as_kind(BindKind::Transceiver)
    };
    let guesser = ClientSettings {
        password: "PW".into(),
        ..as_kind(BindKind::Transceiver)
    };
    let _bound = esme(&smsc).await;
    for (settings, expected) in [
        (stranger, CommandStatus::ESME_RINVSYSID),
        (guesser, CommandStatus::ESME_RINVPASWD),
        (as_kind(BindKind::Receiver), CommandStatus::ESME_RALYBND),
    ] {
        match try_bind(&smsc, settings).await {
            Err(smpp::BindError::Refused(status)) => assert_eq!(status, expected),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("bound"),
        }
    }
}

#[tokio::test]
async fn a_stop_takes_leave_of_everybody() {
    let smsc = started(quick()).await;
    let mut esme = esme(&smsc).await;
    let waiter = {
        let smsc = smsc.clone();
        tokio::spawn(async move {
            let wait = Duration::from_secs(30);
            smsc.handsets().wait(&phone(), None, wait).await
        })
    };
    timeout(STOP_WAIT, smsc.stop()).await.expect("in time");
    assert!(waiter.await.unwrap().is_empty());
    loop {
        if let Event::Closed { .. } = esme.next().await {
            break;
        }
    }
    assert!(TcpStream::connect(smsc.address()).await.is_err());
}
