//! The listener over real sockets, spoken to byte by byte.

use super::*;
use crate::security::Authority;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

const SHORT: Duration = Duration::from_millis(150);
/// What takes longer than this hangs.
const LONG: Duration = Duration::from_secs(20);

struct Running {
    addr: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
    /// Lets `/wait` answer.
    go: Arc<Notify>,
    /// Told when `/wait` has been asked.
    asked: Arc<Notify>,
}

async fn start(limits: Limits, tls: Option<Arc<ServerConfig>>) -> Running {
    let (go, asked) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let echo = warp::path("echo")
        .and(peer())
        .and(warp::body::stream())
        .then(|peer: Peer, body| async move {
            let (status, text) = match read_body(body, 100_000).await {
                Ok(body) => (
                    StatusCode::OK,
                    format!("tls={} {}", peer.tls, String::from_utf8_lossy(&body)),
                ),
                Err(BodyError::TooLarge(_)) => (StatusCode::PAYLOAD_TOO_LARGE, "large".to_owned()),
                Err(BodyError::Broken) => (StatusCode::BAD_REQUEST, "broken".to_owned()),
            };
            warp::reply::with_status(text, status).into_response()
        });
    let (going, asking) = (go.clone(), asked.clone());
    let wait = warp::path("wait").then(move || {
        let (go, asked) = (going.clone(), asking.clone());
        async move {
            asked.notify_one();
            go.notified().await;
            "waited".into_response()
        }
    });
    let refuse = warp::path("refuse")
        .map(|| warp::reply::with_status("refused", StatusCode::UNAUTHORIZED).into_response());
    let big = warp::path("big").map(|| vec![b'x'; 64 << 20].into_response());
    let filter = echo.or(wait).unify().or(refuse).unify();
    let filter = filter.or(big).unify().boxed();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let addr = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let task = tokio::spawn(serve(listener, tls, filter, limits, stop.clone()));
    Running {
        addr,
        stop,
        task,
        go,
        asked,
    }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.expect("connected")
    }

    /// Sends the bytes and reads until the other side closes.
    async fn converse(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("sent");
        read_to_end(&mut stream).await
    }
}

/// Everything until the end; a reset is an end too.
async fn read_to_end<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut all = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut all)).await;
    let _ = read.expect("the other side closes");
    String::from_utf8_lossy(&all).into_owned()
}

async fn read_until<S: AsyncRead + Unpin>(stream: &mut S, end: &str) -> String {
    let mut all = Vec::new();
    while !all.ends_with(end.as_bytes()) {
        let byte = timeout(LONG, stream.read_u8()).await.expect("in time");
        match byte {
            Ok(byte) => all.push(byte),
            Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&all)),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test]
async fn old_and_new_http_are_answered() {
    let server = start(Limits::default(), None).await;
    let answer = server
        .converse(b"POST /echo HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello")
        .await;
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    assert!(answer.ends_with("tls=false hello"), "{answer}");

    let mut kept = server.connect().await;
    for text in ["one", "two"] {
        let request = format!(
            "POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\n{text}"
        );
        kept.write_all(request.as_bytes()).await.expect("sent");
        read_until(&mut kept, text).await;
    }
    for text in ["three", "four"] {
        let request = format!(
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        );
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.expect("sent");
        stream.shutdown().await.expect("half closed");
        assert!(read_to_end(&mut stream).await.ends_with(text));
    }
}

#[tokio::test]
async fn chunked_bodies_are_read_and_end_their_connection() {
    let server = start(Limits::default(), None).await;
    let answer = server
        .converse(
            b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n\
              GET /echo HTTP/1.1\r\nHost: smuggled\r\n\r\n",
        )
        .await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    assert!(
        answer.contains("connection: close") && answer.ends_with("tls=false hello"),
        "{answer}"
    );
}

#[tokio::test]
async fn doubtful_framings_are_refused() {
    let server = start(Limits::default(), None).await;
    let before =
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\nTransfer-Encoding: chunked";
    let chunks = "5\r\nhello\r\n0\r\n\r\n";
    for (first, head) in [
        (
            "",
            "HTTP/1.1\r\nContent-Length: 15\r\nTransfer-Encoding: chunked",
        ),
        (
            "",
            "HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 15",
        ),
        (
            "",
            "HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length:15",
        ),
        (
            "",
            "HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0",
        ),
        (
            "",
            "HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: none",
        ),
        (
            before,
            "HTTP/1.1\r\nContent-Length: 15\r\nTransfer-Encoding: chunked",
        ),
        (
            "\r\n",
            "HTTP/1.1\nContent-Length: 15\nTransfer-Encoding: chunked",
        ),
        ("", "HTTP/1.0\r\nTransfer-Encoding: chunked"),
        ("", "HTTP/1.1\r\nContent-Length: 15\r\nContent-Length: 16"),
        ("", "HTTP/1.1\r\nContent-Length: +15"),
        ("", "HTTP/1.1\r\nTransfer-Encoding: chunked, identity"),
        ("", "HTTP/1.1\r\nTransfer-Encoding : chunked"),
    ] {
        let bytes = format!(
            "{first}POST /echo {head}\r\nHost: x\r\n\r\n{chunks}GET /echo HTTP/1.1\r\nHost: smuggled\r\n\r\n"
        );
        let answer = server.converse(bytes.as_bytes()).await;
        let last = answer.rsplit("HTTP/1.").next().expect("a part");
        assert!(last.contains(" 400 "), "{head}: {answer}");
        let expected = if first == before { 2 } else { 1 };
        assert_eq!(
            answer.matches("HTTP/1.").count(),
            expected,
            "{head}: {answer}"
        );
    }
}

#[tokio::test]
async fn bodies_have_a_cap() {
    let server = start(Limits::default(), None).await;
    for head in ["Content-Length: 200000", "Transfer-Encoding: chunked"] {
        let mut bytes = format!("POST /echo HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n").into_bytes();
        for _ in 0..2 {
            if head.contains("chunked") {
                bytes.extend_from_slice(b"186a0\r\n");
            }
            bytes.extend(std::iter::repeat_n(b'x', 100_000));
            if head.contains("chunked") {
                bytes.extend_from_slice(b"\r\n");
            }
        }
        let mut stream = server.connect().await;
        stream.write_all(&bytes).await.expect("sent");
        let answer = read_until(&mut stream, "large").await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let server = start(Limits::default(), None).await;
    let mut stream = server.connect().await;
    for (path, status, length) in [
        ("big", "200", 64 << 20),
        ("refuse", "401", 7),
        ("no", "404", 0),
    ] {
        let ask = format!("HEAD /{path} HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.expect("sent");
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        let told = answer.contains(&format!("content-length: {length}\r\n"));
        assert_eq!(told, length > 0, "{answer}");
    }
    // Nothing came behind those heads.
    let ask = b"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(ask).await.expect("sent");
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Larger than what the system takes for a socket that nobody reads.
const LARGE: usize = 6_000_000;

#[tokio::test]
async fn who_is_refused_may_send_all_of_it_first() {
    let server = start(Limits::default(), None).await;
    let mut stream = server.connect().await;
    let mut bytes =
        format!("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGE}\r\n\r\n").into_bytes();
    bytes.resize(bytes.len() + LARGE, b'x');
    for _ in 0..2 {
        stream.write_all(&bytes).await.expect("sent");
        let answer = read_until(&mut stream, "refused").await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    let ask = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nkept";
    stream.write_all(ask).await.expect("sent");
    read_until(&mut stream, "tls=false kept").await;

    let chunk = [format!("{LARGE:x}\r\n").into_bytes(), vec![b'x'; LARGE]].concat();
    for (head, status) in [
        ("POST /refuse HTTP/1.1", "401"),
        ("POST /echo HTTP/1.1", "413"),
        ("POST /refuse HTTP/1.1\r\nContent-Length: 3", "400"),
    ] {
        let head = format!("{head}\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        let answer = server
            .converse(&[head.as_bytes(), &chunk, b"\r\n0\r\n\r\n"].concat())
            .await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn who_waits_for_leave_to_send_hears_the_refusal_alone() {
    let server = start(Limits::default(), None).await;
    let mut stream = server.connect().await;
    let head =
        b"POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head).await.expect("sent");
    let answer = read_until(&mut stream, "refused").await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    // He may send it all the same.
    let rest = b"helloGET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(rest).await.expect("sent");
    let answer = read_until(&mut stream, "tls=false ").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn nobody_is_read_for_ever() {
    let limits = Limits {
        unread: 100_000,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    for head in ["Content-Length: 99999999", "Transfer-Encoding: chunked"] {
        let head = format!("POST /refuse HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n5f5e0ff\r\n");
        let (mut reader, mut writer) = server.connect().await.into_split();
        let flood = tokio::spawn(async move {
            let mut sent = writer.write_all(head.as_bytes()).await;
            while sent.is_ok() {
                sent = writer.write_all(&[b'x'; 10_000]).await;
            }
        });
        let answer = read_until(&mut reader, "refused").await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        timeout(LONG, flood).await.expect("cut").expect("cut");
    }
    let limits = Limits {
        unread_within: SHORT,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    for head in ["Content-Length: 10", "Transfer-Encoding: chunked"] {
        let request = format!("POST /refuse HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n3\r\n");
        let answer = server.converse(request.as_bytes()).await;
        assert!(answer.ends_with("refused"), "{answer}");
    }
}

#[tokio::test]
async fn dawdlers_are_cut() {
    let limits = Limits {
        header: SHORT,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    for silent_after in [
        &b""[..],
        b"G",
        b"GET /echo HTTP/1.1\r\nHost: x\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        let answer = server.converse(silent_after).await;
        assert!(!answer.contains("200 OK") || silent_after.ends_with(b"\r\n\r\n"));
    }
    let limits = Limits {
        body_idle: SHORT,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    for head in ["Content-Length: 10", "Transfer-Encoding: chunked"] {
        let request = format!("POST /echo HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n3\r\n");
        let answer = server.converse(request.as_bytes()).await;
        assert!(answer.ends_with("broken"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_has_a_time_as_a_whole() {
    let limits = Limits {
        body: SHORT,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    let (mut reader, mut writer) = server.connect().await.into_split();
    let drip = tokio::spawn(async move {
        let _ = writer
            .write_all(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            .await;
        while writer.write_all(b"x").await.is_ok() {
            sleep(SHORT / 10).await;
        }
    });
    let answer = read_until(&mut reader, "broken").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    drip.abort();
}

#[tokio::test]
async fn who_takes_no_answer_is_cut() {
    let limits = Limits {
        write_stall: SHORT,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .expect("sent");
    // The 64 MB are made first.
    sleep(SHORT * 12).await;
    assert!(read_to_end(&mut stream).await.len() < 64 << 20);
}

#[tokio::test]
async fn one_source_has_its_share() {
    let limits = Limits {
        connections_per_source: 2,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    let ask = b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    for stream in [&mut first, &mut second] {
        stream.write_all(ask).await.expect("sent");
        read_until(stream, "tls=false ").await;
    }
    assert_eq!(server.converse(ask).await, "", "the third is turned away");
    drop(first);
    // The listener learns of the end in its own time.
    let mut answered = false;
    for _ in 0..2_000 {
        let mut next = server.connect().await;
        let _ = next.write_all(ask).await;
        if next.read_u8().await.is_ok() {
            answered = true;
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    assert!(answered, "a place is free again");
}

#[tokio::test]
async fn above_the_overall_cap_connections_wait() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    let ask = b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut first = server.connect().await;
    first.write_all(ask).await.expect("sent");
    read_until(&mut first, "tls=false ").await;
    let mut second = server.connect().await;
    second.write_all(ask).await.expect("sent");
    assert!(timeout(SHORT, second.read_u8()).await.is_err(), "it waits");
    drop(first);
    read_until(&mut second, "tls=false ").await;
}

#[tokio::test]
async fn stopping_lets_requests_finish() {
    let server = start(Limits::default(), None).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .expect("sent");
    read_until(&mut idle, "tls=false ").await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .expect("sent");
    server.asked.notified().await;
    server.stop.cancel();
    assert_eq!(read_to_end(&mut idle).await, "", "the idle one is closed");
    server.go.notify_one();
    assert!(read_to_end(&mut busy).await.ends_with("waited"));
    timeout(LONG, server.task)
        .await
        .expect("it ends")
        .expect("without a panic");
    assert!(TcpStream::connect(server.addr).await.is_err());
}

#[tokio::test]
async fn stopping_waits_for_nobody_for_ever() {
    let limits = Limits {
        drain: SHORT,
        ..Limits::default()
    };
    let server = start(limits, None).await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .expect("sent");
    server.asked.notified().await;
    server.stop.cancel();
    timeout(LONG, server.task)
        .await
        .expect("it ends")
        .expect("without a panic");
    assert_eq!(read_to_end(&mut busy).await, "");
}

#[tokio::test]
async fn stopping_does_not_wait_for_heads_that_may_never_come() {
    // Whoever waits for these times has not been closed at once.
    let limits = Limits {
        header: Duration::from_secs(600),
        drain: Duration::from_secs(600),
        ..Limits::default()
    };
    let server = start(limits, None).await;
    let mut silent = server.connect().await;
    let mut stuck = server.connect().await;
    stuck
        .write_all(b"GET /echo HTTP/1.1\r\nHost: x\r\nX-More")
        .await
        .expect("sent");
    let mut idle = server.connect().await;
    let request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none";
    idle.write_all(request.as_bytes()).await.expect("sent");
    read_until(&mut idle, "one").await;
    let mut asking = server.connect().await;
    asking
        .write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /ec")
        .await
        .expect("sent");
    timeout(LONG, server.asked.notified()).await.expect("asked");
    server.stop.cancel();
    for stream in [&mut silent, &mut stuck, &mut idle] {
        read_to_end(stream).await;
    }
    server.go.notify_one();
    assert!(read_to_end(&mut asking).await.ends_with("waited"));
    timeout(LONG, server.task)
        .await
        .expect("in time")
        .expect("ended");
}

#[tokio::test]
async fn tls_speaks_http_1_and_2() {
    let dir = tempfile::tempdir().expect("a directory");
    let authority = Authority::create_or_load(dir.path()).expect("made");
    let limits = Limits {
        // Handshakes that succeed have to fit in.
        handshake: SHORT * 12,
        ..Limits::default()
    };
    let certificates = authority.issue().expect("issued");
    let server = start(limits, Some(certificates.https_config())).await;
    assert_eq!(server.converse(b"").await, "", "silence is cut");
    let plain = server
        .converse(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert!(plain.starts_with("HTTP/1.1 400 "), "{plain}");
    assert!(plain.ends_with(SPEAK_TLS), "{plain}");
    let binary = server.converse(b"\x00\x01nonsense").await;
    assert!(!binary.contains("HTTP"), "{binary}");

    let pem = std::fs::read(authority.certificate()).expect("read");
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(&pem).expect("PEM"))
        .expect("an authority");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    for (protocol, version) in [
        (&b"http/1.0"[..], &rustls::version::TLS12),
        (&b"http/1.1"[..], &rustls::version::TLS12),
        (b"h2", &rustls::version::TLS13),
    ] {
        let mut config = rustls::ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        let name = "localhost".try_into().expect("a name");
        let mut stream = TlsConnector::from(Arc::new(config))
            .connect(name, server.connect().await)
            .await
            .expect("a handshake");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
        if protocol == b"h2" {
            // The preface and empty SETTINGS; the answer begins with the server's SETTINGS. [RFC 9113 §3.4, §6.5]
            stream
                .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
                .await
                .expect("sent");
            let mut head = [0; 9];
            stream.read_exact(&mut head).await.expect("a frame");
            assert_eq!(head[3], 4, "SETTINGS");
            let mut settings = vec![0; usize::from(head[2])];
            stream.read_exact(&mut settings).await.expect("settings");
            assert!(
                settings.chunks(6).any(|one| one == [0, 3, 0, 0, 0, 100]),
                "100 streams: {settings:?}"
            );
        } else {
            stream
                .write_all(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
                .await
                .expect("sent");
            read_until(&mut stream, "tls=true hi").await;
        }
    }
}

#[test]
fn an_ipv6_network_is_one_source() {
    let source = |text: &str| source_of(text.parse().expect("an address"));
    assert_eq!(source("2001:db8::1"), source("2001:db8::ffff:2"));
    assert_ne!(source("2001:db8::1"), source("2001:db8:0:1::1"));
    assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
}

proptest::proptest! {
    /// However the bytes are cut, the same is seen.
    #[test]
    fn heads_are_seen_in_any_pieces(cuts in proptest::collection::vec(1usize..40, 1..40), clash: bool) {
        let extra = if clash { "Content-Length: 3\r\n" } else { "X-Long: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n" };
        let wire = format!(
            "\r\nPOST / HTTP/1.1\r\nContent-Length: 29\r\n\r\nTransfer-Encoding: chunked\r\n\r\
             GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.1\r\n{extra}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        );
        let mut heads = Heads::new();
        let mut rest = wire.as_bytes();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(rest.len().min(*cut));
            heads.pass(piece);
            rest = after;
        }
        proptest::prop_assert_eq!(heads.complete, 3);
        proptest::prop_assert_eq!(heads.conflict, clash);
    }

    #[test]
    fn heads_of_anything_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2000)) {
        Heads::new().pass(&bytes);
    }
}
