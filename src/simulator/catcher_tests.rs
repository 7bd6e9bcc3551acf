//! Dialogues over real TCP: what is caught arrives to the byte, what is malformed is refused without harm to the next mail.
#![allow(clippy::unwrap_used)] // a test that unwraps nothing fails

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

use super::*;

struct House {
    boxes: Arc<Mailboxes>,
    port: u16,
    stop: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

async fn house(limits: Limits) -> House {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (boxes, stop) = (Arc::new(Mailboxes::default()), CancellationToken::new());
    let catcher = Catcher {
        boxes: Arc::clone(&boxes),
        limits,
        now: || 1_000,
    };
    let serving = tokio::spawn(serve(listener, catcher, stop.clone()));
    House {
        boxes,
        port,
        stop,
        serving,
    }
}

struct Client(BufReader<TcpStream>);

impl House {
    async fn client(&self) -> Client {
        let mut client = Client(BufReader::new(
            TcpStream::connect(("127.0.0.1", self.port)).await.unwrap(),
        ));
        assert!(client.answer().await.starts_with("220 "));
        client
    }

    fn raws(&self, address: &str) -> Vec<String> {
        use base64::Engine;
        let decode = |mail: &str| {
            String::from_utf8(
                base64::engine::general_purpose::STANDARD
                    .decode(mail)
                    .unwrap(),
            )
            .unwrap()
        };
        self.boxes
            .view(address, None)
            .mails
            .iter()
            .map(|mail| decode(&mail.raw_base64))
            .collect()
    }
}

impl Client {
    /// One answer, all its lines; empty when the catcher hung up.
    async fn answer(&mut self) -> String {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await.unwrap_or(0) == 0 {
                return answer;
            }
            answer.push_str(&line);
            if line.as_bytes().get(3) != Some(&b'-') {
                return answer;
            }
        }
    }

    async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        // It may hang up while we still write.
        self.0.get_mut().write_all(bytes.as_ref()).await.ok();
    }

    async fn ask(&mut self, bytes: impl AsRef<[u8]>) -> String {
        self.say(bytes).await;
        self.answer().await
    }

    /// Up to the 354.
    async fn open_mail(&mut self, to: &str) {
        for line in [
            "EHLO me\r\n",
            "MAIL FROM:<s@x>\r\n",
            &format!("RCPT TO:<{to}>\r\n"),
        ] {
            assert!(self.ask(line).await.starts_with("250"), "{line}");
        }
        assert!(self.ask("DATA\r\n").await.starts_with("354"));
    }
}

#[tokio::test]
async fn a_mail_arrives_to_the_byte_in_every_recipients_box() {
    let house = house(Limits::default()).await;
    let mut client = house.client().await;
    let hello = client.ask("EHLO me\r\n").await;
    for word in ["PIPELINING", "8BITMIME", "SIZE 10485760"] {
        assert!(hello.contains(word), "{hello}");
    }
    // Pipelined up to DATA, as relays do.
    client.say("MAIL FROM:<> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<A@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<a@X>\r\nDATA\r\n").await;
    for code in ["250", "250", "250", "250", "354"] {
        assert!(client.answer().await.starts_with(code));
    }
    assert!(
        client
            .ask("Subject: x\r\n\r\n..\r\n.. two\r\n\u{e4}\r\n.\r\n")
            .await
            .starts_with("250")
    );
    assert_eq!(
        house.raws("a@x"),
        ["Subject: x\r\n\r\n.\r\n. two\r\n\u{e4}\r\n"]
    );
    assert_eq!(house.raws("b@x").len(), 1);
    assert_eq!(house.boxes.view("a@x", None).mails[0].envelope_from, "");
    // The next mail starts from nothing.
    assert!(client.ask("DATA\r\n").await.starts_with("503"));
    client.open_mail("c@x").await;
    assert!(client.ask(".\r\n").await.starts_with("250"));
    assert_eq!(house.raws("c@x"), [""]);
    assert!(client.ask("QUIT\r\n").await.starts_with("221"));
    assert_eq!(client.answer().await, "");
}

#[tokio::test]
async fn a_mail_in_single_bytes_is_the_same_mail() {
    let house = house(Limits::default()).await;
    let mut client = house.client().await;
    client.open_mail("a@x").await;
    for byte in b"Subject: slow\r\n\r\n..dot\r\n.\r\n" {
        client.say([*byte]).await;
    }
    assert!(client.answer().await.starts_with("250"));
    assert_eq!(house.raws("a@x"), ["Subject: slow\r\n\r\n.dot\r\n"]);
}

#[tokio::test]
async fn every_way_to_smuggle_a_second_mail_ends_the_connection() {
    let evil = "MAIL FROM:<evil@x>\r\nRCPT TO:<a@x>\r\nDATA\r\nSubject: evil\r\n\r\n.\r\n";
    for end in [
        "\n.\n",
        "\n.\r\n",
        "\r.\r",
        "\r\n.\n",
        "\r\n.\r",
        "\r.\r\n",
        "\r\n\0.\r\n",
        "a\0b",
    ] {
        let house = house(Limits::default()).await;
        let mut client = house.client().await;
        client.open_mail("a@x").await;
        client
            .say(format!("Subject: a\r\n\r\ntext{end}{evil}"))
            .await;
        let answer = client.answer().await;
        assert!(
            answer.is_empty() || answer.starts_with("550 "),
            "{end:?}: {answer}"
        );
        assert_eq!(client.answer().await, "", "{end:?}");
        assert!(house.raws("a@x").is_empty(), "{end:?}");
    }
    let house = house(Limits::default()).await;
    let mut client = house.client().await;
    assert!(
        client
            .ask("EHLO me\nMAIL FROM:<s@x>\r\n")
            .await
            .starts_with("500")
    );
    let mut client = house.client().await;
    client
        .say("EHLO me\r\nMAIL FROM:<s@x>\r\nRCPT TO:<a@x>\r\nDATA\r\nSubject: early\r\n\r\n.\r\n")
        .await;
    for code in ["250", "250", "250", "554"] {
        assert!(client.answer().await.starts_with(code), "{code}");
    }
    assert!(house.raws("a@x").is_empty());
}

#[tokio::test]
async fn too_much_is_refused_by_name_and_the_next_mail_is_taken() {
    let house = house(Limits {
        mail_bytes: 1_000,
        recipients: 2,
        errors: 100,
        ..Limits::default()
    })
    .await;
    let mut client = house.client().await;
    client.ask("EHLO me\r\n").await;
    assert!(
        client
            .ask("MAIL FROM:<s@x> SIZE=1001\r\n")
            .await
            .starts_with("552")
    );
    client.ask("MAIL FROM:<s@x>\r\n").await;
    for (address, code) in [
        ("a@x", "250"),
        ("b@x", "250"),
        ("c@x", "452"),
        ("", "553"),
        ("j\u{f6}@x", "553"),
    ] {
        let answer = client.ask(format!("RCPT TO:<{address}>\r\n")).await;
        assert!(
            answer.starts_with(code) || code == "553" && answer.starts_with('5'),
            "{address}: {answer}"
        );
    }
    client.ask("RSET\r\n").await;
    let many_lines = "0123456789\r\n".repeat(1_000);
    let one_line = format!("{}.\r\n", "x".repeat(100_000));
    for content in [many_lines, one_line] {
        client.open_mail("a@x").await;
        assert!(
            client
                .ask(format!("{content}.\r\n"))
                .await
                .starts_with("552")
        );
    }
    client.open_mail("a@x").await;
    assert!(client.ask("fits\r\n.\r\n").await.starts_with("250"));
    assert_eq!(house.raws("a@x"), ["fits\r\n"]);
    assert!(
        client
            .ask(format!("NOOP {}\r\n", "x".repeat(5_000)))
            .await
            .starts_with("500")
    );
}

#[tokio::test]
async fn commands_out_of_order_or_unknown_are_refused_until_patience_ends() {
    let house = house(Limits {
        errors: 12,
        ..Limits::default()
    })
    .await;
    let mut client = house.client().await;
    for (line, code) in [
        ("MAIL FROM:<s@x>", "503"),
        ("HELO me", "250"),
        ("RCPT TO:<a@x>", "503"),
        ("DATA", "503"),
        ("", "500"),
        ("BREW coffee", "500"),
        ("MAIL FROM:<s@x> COLOUR=RED", "5"),
        ("MAIL FROM:s@x>", "5"),
        ("BDAT 5 LAST", "502"),
        ("STARTTLS", "502"),
        ("NOOP", "250"),
        ("VRFY a", "252"),
        ("MAIL FROM:<s@x>", "250"),
        ("MAIL FROM:<s@x>", "503"),
    ] {
        let answer = client.ask(format!("{line}\r\n")).await;
        assert!(answer.starts_with(code), "{line}: {answer}");
    }
    let mut last = String::new();
    for _ in 0..12 {
        last = client.ask("NONSENSE\r\n").await;
        if last.is_empty() {
            break;
        }
    }
    assert_eq!(last, "");
}

#[tokio::test]
async fn silence_ends_a_connection_and_stopping_ends_all() {
    let house = house(Limits {
        silence: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    let mut client = house.client().await;
    assert!(client.answer().await.starts_with("421"));
    let _idle = house.client().await;
    house.stop.cancel();
    house.serving.await.unwrap();
}
