//! The relay's manners, good and bad, played by a raw peer: it refuses, stalls or hangs up at each stage.
#![allow(clippy::unwrap_used)] // a test that unwraps nothing fails

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::super::letter::{
    AttemptLine, Matter, Occasion, OriginalHeader, Style, ZoneNames, write,
};
use super::*;
use crate::simulator::catcher::{self, Catcher};
use crate::simulator::mailbox::Mailboxes;

/// What the peer does at one stage.
#[derive(Clone, Copy)]
enum Act {
    Say(&'static str),
    Stall,
    HangUp,
}

/// The stages at which a peer may deviate: `hello`, the commands, `content` (in the middle of the mail) and `.` (after it).
type Script = HashMap<&'static str, Act>;

#[derive(Default)]
struct Seen {
    connections: u32,
    commands: Vec<String>,
    mails: Vec<String>,
}

struct Peer {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Peer {
    /// `scripts`: one for each connection in turn, then the last one for all others.
    async fn start(scripts: Vec<Script>) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Peer {
            port: listener.local_addr().unwrap().port(),
            seen: Arc::default(),
        };
        let seen = Arc::clone(&peer.seen);
        tokio::spawn(async move {
            for nth in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                seen.lock().unwrap().connections += 1;
                let script = scripts
                    .get(nth)
                    .or(scripts.last())
                    .cloned()
                    .unwrap_or_default();
                tokio::spawn(converse(stream, script, Arc::clone(&seen)));
            }
        });
        peer
    }

    fn relay(&self) -> Relay {
        let mut settings = Settings::new("127.0.0.1", self.port, "sms.example.com");
        settings.tls = Tls::None;
        settings.connections = 2;
        settings.command_timeout = Duration::from_secs(1);
        settings.data_timeout = Duration::from_secs(1);
        settings.connect_timeout = Duration::from_secs(1);
        Relay::new(settings).unwrap()
    }
}

/// Plays one connection; ends at the first deviation that is not a line.
async fn converse(mut stream: TcpStream, script: Script, seen: Arc<Mutex<Seen>>) -> Option<()> {
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader);
    act(&mut writer, &script, "hello", "220 ready").await?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let verb = line.split([' ', '\r']).next().unwrap().to_ascii_uppercase();
        seen.lock()
            .unwrap()
            .commands
            .push(line.trim_end().to_owned());
        match verb.as_str() {
            "EHLO" => act(&mut writer, &script, "EHLO", "250-peer\r\n250 PIPELINING").await?,
            "DATA" => {
                act(&mut writer, &script, "DATA", "354 go on").await?;
                if script.contains_key("DATA") {
                    continue;
                }
                if let Some(Act::HangUp) = script.get("content") {
                    reader.read_exact(&mut [0; 20]).await.ok()?;
                    return None;
                }
                let mail = read_mail(&mut reader).await?;
                seen.lock().unwrap().mails.push(mail);
                act(&mut writer, &script, ".", "250 2.0.0 queued as A1").await?;
            }
            "QUIT" => return None,
            other => {
                act(
                    &mut writer,
                    &script,
                    ["MAIL", "RCPT", "RSET"]
                        .into_iter()
                        .find(|v| *v == other)
                        .unwrap_or("?"),
                    "250 ok",
                )
                .await?
            }
        }
    }
}

async fn act(
    writer: &mut (impl AsyncWriteExt + Unpin),
    script: &Script,
    stage: &str,
    normal: &'static str,
) -> Option<()> {
    match script.get(stage).copied().unwrap_or(Act::Say(normal)) {
        Act::Say(line) => writer
            .write_all(format!("{line}\r\n").as_bytes())
            .await
            .ok(),
        Act::HangUp => None,
        Act::Stall => std::future::pending().await,
    }
}

async fn read_mail(reader: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut mail = String::new();
    while !mail.ends_with("\r\n.\r\n") {
        if reader.read_line(&mut mail).await.ok()? == 0 {
            return None;
        }
    }
    Some(mail)
}

fn letter() -> Letter {
    let style = Style {
        mail_domain: "sms.example.com".into(),
        zone: TimeZone::UTC,
        original_header: OriginalHeader::OneLine,
        zone_names: ZoneNames::Current,
    };
    let occasion = Occasion {
        message_id: "m1@sms.example.com",
        date_at: 0,
        event_at: 0,
        to: "ann@example.com",
        to_name: None,
        handset: Some("61491570156"),
        sms_id: Some("msg_1"),
        answers: None,
    };
    write(
        &style,
        &occasion,
        &Matter::Reply {
            text: ".\r\n..\r\nQUIT\r\n",
            sent_at: 0,
            original: "Hi",
        },
        &[],
    )
    .unwrap()
}

async fn hand_over(peer: &Peer) -> Result<Accepted, Failure> {
    peer.relay()
        .hand_over(&letter(), None, "ann@example.com")
        .await
}

#[tokio::test]
async fn mails_follow_each_other_over_one_kept_connection() {
    let peer = Peer::start(vec![]).await;
    let relay = peer.relay();
    for _ in 0..3 {
        let accepted = relay
            .hand_over(
                &letter(),
                Some("no-reply@sms.example.com"),
                "ann@example.com",
            )
            .await
            .unwrap();
        assert_eq!(accepted.response, "250 2.0.0 queued as A1");
    }
    relay
        .hand_over(&letter(), None, "bob@example.com")
        .await
        .unwrap();
    let seen = peer.seen.lock().unwrap();
    assert_eq!((seen.connections, seen.mails.len()), (1, 4));
    assert_eq!(
        seen.commands[1..4],
        [
            "MAIL FROM:<no-reply@sms.example.com>",
            "RCPT TO:<ann@example.com>",
            "DATA"
        ]
    );
    assert!(
        seen.commands.iter().any(|c| c == "MAIL FROM:<>")
            && seen
                .commands
                .iter()
                .any(|c| c == "RCPT TO:<bob@example.com>")
    );
    assert!(seen.mails.iter().all(
        |mail| mail == &seen.mails[0] && mail.contains("Message-ID: <m1@sms.example.com>\r\n")
    ));
}

#[tokio::test]
async fn each_refusal_is_told_apart_by_stage_and_code() {
    use Lasting::{Permanent, Temporary};
    let cases = [
        ("hello", "554 no service", Stage::Connect, Temporary, 554),
        ("hello", "421 busy", Stage::Connect, Temporary, 421),
        ("EHLO", "550 who are you", Stage::Connect, Temporary, 550),
        ("MAIL", "451 later", Stage::Sender, Temporary, 451),
        ("MAIL", "530 log in first", Stage::Sender, Temporary, 530),
        (
            "MAIL",
            "550 5.1.8 bad sender",
            Stage::Sender,
            Permanent,
            550,
        ),
        (
            "RCPT",
            "450 4.2.0 greylisted",
            Stage::Recipient,
            Temporary,
            450,
        ),
        (
            "RCPT",
            "550-5.1.1 no\r\n550 such user",
            Stage::Recipient,
            Permanent,
            550,
        ),
        ("DATA", "452 disk full", Stage::Data, Temporary, 452),
        ("DATA", "554 no", Stage::Data, Permanent, 554),
        (
            ".",
            "451 4.3.0 queue failed",
            Stage::Content,
            Temporary,
            451,
        ),
        (".", "552 too big", Stage::Content, Permanent, 552),
        (".", "421 going down", Stage::Content, Temporary, 421),
    ];
    for (at, line, stage, lasting, code) in cases {
        let peer = Peer::start(vec![Script::from([(at, Act::Say(line))])]).await;
        let failure = hand_over(&peer).await.unwrap_err();
        assert_eq!(
            (
                failure.stage,
                failure.lasting,
                failure.code,
                failure.in_doubt
            ),
            (stage, lasting, Some(code), false),
            "{line}"
        );
        assert!(
            line.contains(failure.text.split(' ').next().unwrap()),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn a_look_hands_no_mail_over_and_tells_what_keeps_mails_out() {
    let peer = Peer::start(vec![]).await;
    peer.relay().look().await.unwrap().unwrap();
    assert_eq!(
        peer.seen.lock().unwrap().commands,
        ["EHLO sms.example.com", "QUIT"]
    );
    for (at, deed, code) in [
        ("hello", Act::Say("421 busy"), Some(421)),
        ("EHLO", Act::Say("550 who are you"), Some(550)),
        ("hello", Act::Stall, None),
        ("EHLO", Act::HangUp, None),
    ] {
        let peer = Peer::start(vec![Script::from([(at, deed)])]).await;
        let failure = peer.relay().look().await.unwrap().unwrap_err();
        assert_eq!((failure.stage, failure.code), (Stage::Connect, code));
    }
}

#[tokio::test]
async fn nobody_looks_while_mails_have_all_connections() {
    let stalls = || Script::from([("MAIL", Act::Stall)]);
    let peer = Peer::start(vec![stalls(), stalls(), Script::new()]).await;
    let relay = Arc::new(peer.relay());
    let handing: Vec<_> = (0..2)
        .map(|_| {
            let relay = relay.clone();
            tokio::spawn(async move { relay.hand_over(&letter(), None, "ann@example.com").await })
        })
        .collect();
    while peer.seen.lock().unwrap().connections < 2 {
        tokio::task::yield_now().await;
    }
    assert!(relay.look().await.is_none());
    for one in handing {
        assert_eq!(one.await.unwrap().unwrap_err().stage, Stage::Sender);
    }
    relay.look().await.unwrap().unwrap();
}

#[tokio::test]
async fn the_watch_shows_what_it_hears_and_looks_by_itself() {
    let metrics = crate::metrics::Metrics::default();
    let up = || {
        let text = metrics.text(Vec::new()).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with("emailsms_relay_up"));
        line.map(str::to_owned)
    };
    let peer = Peer::start(vec![]).await;
    let watch = super::super::watch::Watch::new(Arc::new(peer.relay()), metrics.clone());
    assert_eq!(up(), None);
    let stop = CancellationToken::new();
    let watching = tokio::spawn(watch.clone().run(stop.clone()));
    while up().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(up().as_deref(), Some("emailsms_relay_up 1"));
    watch.heard(Err(&Failure::not_greeted()));
    assert_eq!(up().as_deref(), Some("emailsms_relay_up 0"));
    watch.heard(Ok(()));
    assert_eq!(up().as_deref(), Some("emailsms_relay_up 1"));
    stop.cancel();
    watching.await.unwrap();
    assert_eq!(peer.seen.lock().unwrap().connections, 1);
}

#[tokio::test]
async fn silence_and_hanging_up_are_temporary_and_doubtful_once_the_mail_was_written() {
    let stages = [
        ("hello", Stage::Connect),
        ("EHLO", Stage::Connect),
        ("MAIL", Stage::Sender),
        ("RCPT", Stage::Recipient),
        ("DATA", Stage::Data),
        (".", Stage::Content),
    ];
    for (at, stage) in stages {
        for deed in [Act::Stall, Act::HangUp] {
            let peer = Peer::start(vec![Script::from([(at, deed)])]).await;
            let failure = hand_over(&peer).await.unwrap_err();
            assert_eq!(
                (failure.stage, failure.lasting, failure.code),
                (stage, Lasting::Temporary, None),
                "{at}"
            );
            assert_eq!(failure.in_doubt, stage == Stage::Content, "{at}");
        }
    }
}

#[tokio::test]
async fn a_relay_that_dies_in_the_middle_gets_the_same_mail_again() {
    let peer = Peer::start(vec![
        Script::from([("content", Act::HangUp)]),
        Script::from([(".", Act::HangUp)]),
        Script::new(),
    ])
    .await;
    let relay = peer.relay();
    for _ in 0..2 {
        let failure = relay
            .hand_over(&letter(), None, "ann@example.com")
            .await
            .unwrap_err();
        assert!(failure.in_doubt && failure.lasting == Lasting::Temporary);
    }
    relay
        .hand_over(&letter(), None, "ann@example.com")
        .await
        .unwrap();
    let seen = peer.seen.lock().unwrap();
    assert_eq!(seen.mails.len(), 2);
    assert_eq!(seen.mails[0], seen.mails[1]);
}

#[tokio::test]
async fn a_refused_mail_spoils_neither_the_connection_nor_the_next_mail() {
    let peer = Peer::start(vec![Script::from([("RCPT", Act::Say("550 no such user"))])]).await;
    let relay = peer.relay();
    for _ in 0..2 {
        relay
            .hand_over(&letter(), None, "ann@example.com")
            .await
            .unwrap_err();
    }
    let seen = peer.seen.lock().unwrap();
    assert_eq!(seen.connections, 1);
    assert_eq!(seen.commands.iter().filter(|c| *c == "RSET").count(), 2);
}

#[tokio::test]
async fn a_kept_connection_that_died_costs_no_try() {
    // The peer accepts one mail, then dismisses the connection at the next MAIL.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for last_word in ["", "421 idle too long\r\n", ""] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (reader, mut writer) = stream.split();
            let mut reader = BufReader::new(reader);
            writer.write_all(b"220 x\r\n").await.unwrap();
            for answer in ["250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n"] {
                reader.read_line(&mut String::new()).await.unwrap();
                writer.write_all(answer.as_bytes()).await.unwrap();
            }
            read_mail(&mut reader).await.unwrap();
            writer.write_all(b"250 taken\r\n").await.unwrap();
            reader.read_line(&mut String::new()).await.unwrap();
            writer.write_all(last_word.as_bytes()).await.unwrap();
        }
    });
    let peer = Peer {
        port,
        seen: Arc::default(),
    };
    let relay = peer.relay();
    for _ in 0..3 {
        relay
            .hand_over(&letter(), None, "ann@example.com")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_abandoned_hand_over_leaves_no_broken_dialogue_behind() {
    let peer = Peer::start(vec![Script::from([("DATA", Act::Stall)]), Script::new()]).await;
    let relay = peer.relay();
    timeout(
        Duration::from_millis(100),
        relay.hand_over(&letter(), None, "ann@example.com"),
    )
    .await
    .unwrap_err();
    relay
        .hand_over(&letter(), None, "ann@example.com")
        .await
        .unwrap();
    assert_eq!(peer.seen.lock().unwrap().connections, 2);
}

#[tokio::test]
async fn no_more_connections_than_set_and_every_mail_arrives() {
    let peer = Peer::start(vec![]).await;
    let relay = peer.relay();
    let letter = letter();
    let handed: Vec<_> = futures::future::join_all(
        (0..40).map(|_| relay.hand_over(&letter, None, "ann@example.com")),
    )
    .await;
    assert!(handed.iter().all(Result::is_ok), "{handed:?}");
    let seen = peer.seen.lock().unwrap();
    assert_eq!(seen.mails.len(), 40);
    assert!(seen.connections <= 2);
}

#[tokio::test]
async fn nobody_listening_and_odd_answers_are_temporary() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = Peer {
        port: listener.local_addr().unwrap().port(),
        seen: Arc::default(),
    };
    drop(listener);
    assert_eq!(hand_over(&peer).await.unwrap_err().stage, Stage::Connect);
    for (at, line) in [
        ("hello", "HTTP/1.1 400 Bad Request"),
        ("MAIL", "\u{0}\u{1}"),
        ("RCPT", "354 what"),
        ("DATA", "250 ok"),
        (".", "999 x"),
        (".", "354 more"),
    ] {
        let peer = Peer::start(vec![Script::from([(at, Act::Say(line))])]).await;
        let failure = hand_over(&peer).await.unwrap_err();
        assert_eq!(failure.lasting, Lasting::Temporary, "{line:?}");
    }
}

#[tokio::test]
async fn an_unfit_address_is_for_good_and_reaches_no_relay() {
    let peer = Peer::start(vec![]).await;
    let relay = peer.relay();
    for to in [
        "ann@example.com>\r\nRCPT TO:<eve@example.com",
        "",
        "a b@example.com",
    ] {
        let failure = relay.hand_over(&letter(), None, to).await.unwrap_err();
        assert_eq!(
            (failure.stage, failure.lasting),
            (Stage::Letter, Lasting::Permanent)
        );
    }
    assert_eq!(peer.seen.lock().unwrap().connections, 0);
}

#[tokio::test]
async fn starttls_that_is_not_offered_sends_no_mail() {
    let peer = Peer::start(vec![]).await;
    let settings = Settings {
        tls: Tls::Starttls,
        ..Settings::new("127.0.0.1", peer.port, "sms.example.com")
    };
    let failure = Relay::new(settings)
        .unwrap()
        .hand_over(&letter(), None, "ann@example.com")
        .await
        .unwrap_err();
    assert_eq!(
        (failure.stage, failure.lasting),
        (Stage::Connect, Lasting::Temporary)
    );
    assert_eq!(peer.seen.lock().unwrap().mails.len(), 0);
}

/// A peer that offers STARTTLS under a self-made certificate for `localhost`, and takes a login.
async fn start_tls_peer() -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                stream.write_all(b"220 x\r\n").await.ok()?;
                let mut plain = BufReader::new(&mut stream);
                for answer in ["250-x\r\n250 STARTTLS\r\n", "220 go\r\n"] {
                    plain.read_line(&mut String::new()).await.ok()?;
                    plain.get_mut().write_all(answer.as_bytes()).await.ok()?;
                }
                let mut sealed = BufReader::new(acceptor.accept(stream).await.ok()?);
                loop {
                    let mut line = String::new();
                    sealed.read_line(&mut line).await.ok()?;
                    let answer = match line.get(..4)? {
                        "EHLO" => "250-x\r\n250 AUTH PLAIN\r\n",
                        "AUTH" if line == "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" => "235 welcome\r\n",
                        "AUTH" => "535 wrong\r\n",
                        "DATA" => "354 go\r\n",
                        _ => "250 ok\r\n",
                    };
                    sealed.write_all(answer.as_bytes()).await.ok()?;
                    sealed.flush().await.ok()?;
                    if line.starts_with("DATA") {
                        read_mail(&mut sealed).await?;
                        sealed.write_all(b"250 taken\r\n").await.ok()?;
                        sealed.flush().await.ok()?;
                    }
                }
                #[allow(unreachable_code)]
                Some(())
            });
        }
    });
    (port, made.cert.pem())
}

#[tokio::test]
async fn tls_holds_certificates_to_the_mode_and_logs_in() {
    let (port, authority) = start_tls_peer().await;
    let login = |password: &str| {
        Some(Login {
            user: "user".into(),
            password: zeroize::Zeroizing::new(password.into()),
        })
    };
    let with = |tls, authority: Option<&str>, login| Settings {
        tls,
        authority: authority.map(|pem| pem.as_bytes().to_vec()),
        login,
        ..Settings::new("localhost", port, "sms.example.com")
    };
    let send = async |settings| {
        Relay::new(settings)
            .unwrap()
            .hand_over(&letter(), None, "ann@example.com")
            .await
    };

    send(with(Tls::Opportunistic, None, None)).await.unwrap();
    send(with(Tls::Starttls, Some(&authority), login("pass")))
        .await
        .unwrap();
    let wrong = send(with(Tls::Starttls, Some(&authority), login("word")))
        .await
        .unwrap_err();
    assert_eq!(
        (wrong.stage, wrong.lasting, wrong.code),
        (Stage::Connect, Lasting::Temporary, Some(535))
    );
    let stranger = send(with(Tls::Starttls, None, None)).await.unwrap_err();
    assert_eq!(
        (stranger.stage, stranger.lasting),
        (Stage::Connect, Lasting::Temporary)
    );
}

#[test]
fn a_password_never_travels_in_the_clear_nor_shows_in_debug() {
    let login = Some(Login {
        user: "u".into(),
        password: zeroize::Zeroizing::new("hunter2".into()),
    });
    for (host, tls, fits) in [
        ("mx.example.com", Tls::None, false),
        ("mx.example.com", Tls::Opportunistic, false),
        ("mx.example.com", Tls::Starttls, true),
        ("127.0.0.1", Tls::None, true),
    ] {
        let settings = Settings {
            tls,
            login: login.clone(),
            ..Settings::new(host, 25, "sms.example.com")
        };
        assert!(!format!("{settings:?}").contains("hunter2"));
        assert_eq!(Relay::new(settings).is_ok(), fits, "{host} {tls:?}");
    }
}

#[test]
fn waits_double_to_two_hours_within_a_quarter() {
    for (tries, middle_s) in [
        (1, 60.0),
        (2, 120.0),
        (3, 240.0),
        (7, 3840.0),
        (8, 7200.0),
        (u32::MAX, 7200.0),
    ] {
        for _ in 0..50 {
            let wait = next_try(tries, Duration::from_secs(60)).as_secs_f64() / middle_s;
            assert!((0.75..=1.25).contains(&wait), "{tries}: {wait}");
        }
    }
    assert!(next_try(0, Duration::ZERO) > Duration::ZERO);
    let five_days = 5 * 24 * 3_600_000;
    assert!(
        !gives_up(1_000, 1_000 + five_days)
            && gives_up(1_000, 1_001 + five_days)
            && !gives_up(i64::MAX, 0)
    );
}

/// One mail of each kind, handed over to the demo's catcher, which reads it with another parser: what a mailbox shows is what was written, to the byte.
#[tokio::test]
async fn one_of_each_arrives_as_written() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (boxes, stop) = (Arc::new(Mailboxes::default()), CancellationToken::new());
    let catcher = Catcher {
        boxes: Arc::clone(&boxes),
        limits: catcher::Limits::default(),
        now: || 1_000,
    };
    let serving = tokio::spawn(catcher::serve(listener, catcher, stop.clone()));
    let relay = Relay::new(Settings::new("127.0.0.1", port, "sms.example.com")).unwrap();
    let style = Style {
        mail_domain: "sms.example.com".into(),
        zone: TimeZone::get("Australia/Sydney").unwrap(),
        original_header: OriginalHeader::OneLine,
        zone_names: ZoneNames::Current,
    };
    let (sent_at, event_at) = (1_047_353_640_000, 1_047_538_028_000);
    let text = "Dinner \u{1f600}?\n.\n..\n--\nFrom me";
    let attempts = [AttemptLine {
        at: event_at,
        carrier: Some("telco"),
        outcome: "ESME_RSYSERR",
    }];
    let matters = [
        (
            Matter::Reply {
                text: "Yes",
                sent_at,
                original: text,
            },
            "Reply from Mobile# 61491570156",
            format!("Yes\n\n---Original Message--- Sent: 11/03/2003 14:34\n\n{text}"),
        ),
        (
            Matter::Receipt {
                delivered: true,
                submitted_at: sent_at,
                received_at: sent_at + 60_000,
                text,
            },
            "Delivery Receipt from Mobile# 61491570156",
            format!(
                "Delivery Receipt:\n\nStatus: DELIVERED\nDestination: 61491570156\nSubmitted: 11/03/03 14:34\nReceived: 11/03/03 14:35\n\nMessage:\n\n{text}"
            ),
        ),
        (
            Matter::Failure {
                status: "Invalid PIN.",
            },
            "Message Failed",
            "Date: 13/03/2003 17:47:08 AEDT\n\nStatus: Invalid PIN.".to_owned(),
        ),
        (
            Matter::Abort {
                tries: 11,
                parts: None,
                attempts: &attempts,
                text,
            },
            "Message Failed",
            format!(
                "Date: 13/03/2003 17:47:08 AEDT\n\nStatus: Message to 61491570156 could not be delivered after 11 attempts.\n\n13/03/2003 17:47:08 telco ESME_RSYSERR\n\nMessage:\n\n{text}"
            ),
        ),
    ];
    for (nth, (matter, subject, body)) in matters.iter().enumerate() {
        let message_id = format!("proof.{nth}@sms.example.com");
        let occasion = Occasion {
            message_id: &message_id,
            date_at: event_at,
            event_at,
            to: "ann@example.com",
            to_name: Some("Ann \u{d6}hman,\r\nBcc: eve@example.com\u{202e}"),
            handset: Some("+61491570156"),
            sms_id: Some("msg_42"),
            answers: None,
        };
        let letter = write(&style, &occasion, matter, &[]).unwrap();
        relay
            .hand_over(&letter, letter.envelope_from.as_deref(), &letter.to)
            .await
            .unwrap();
        let view = boxes.view("ann@example.com", None);
        assert_eq!(view.mails.len(), nth + 1);
        let mail = &view.mails[nth];
        assert_eq!((mail.subject.as_str(), &mail.text), (*subject, body));
        assert_eq!(mail.to, "ann@example.com");
        assert_eq!(
            mail.envelope_from,
            letter.envelope_from.clone().unwrap_or_default()
        );
        let header = |name: &str| {
            let mut found = mail.headers.iter().filter(|(n, _)| n == name);
            (found.next().map(|(_, value)| value.trim()), found.count())
        };
        let id = format!("<{message_id}>");
        assert_eq!(header("Message-ID"), (Some(id.as_str()), 0));
        if matches!(matter, Matter::Reply { .. }) {
            let threads = header("In-Reply-To");
            assert_eq!(threads, (Some("<msg_42@sms.example.com>"), 0));
        }
        assert_eq!(header("Bcc"), (None, 0), "a name must not become a header");
        assert_eq!(
            header("Auto-Submitted").0.is_none(),
            matches!(matter, Matter::Reply { .. })
        );
    }
    relay.close().await;
    stop.cancel();
    serving.await.unwrap();
}
