//! The stand-ins asked as a script asks them.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    clock::Clock,
    simulator::{
        handsets::{Alphabet, Arriving},
        smsc::{Account, Settings},
    },
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const PHONE: &str = "/demo/handsets/61491570156";

struct Door {
    filter: BoxedFilter<(Response,)>,
    smsc: Smsc,
}

async fn door() -> Door {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let account = Account {
        system_id: "esme".into(),
        password: "pw".into(),
    };
    let smsc = Smsc::start(listener, account, Settings::default(), Clock::default()).unwrap();
    let stand_in = StandIn::BuiltIn(smsc.clone());
    let filter = handsets_filter(stand_in, ours(), from("127.0.0.1:5"));
    Door { filter, smsc }
}

fn ours() -> IsOurs {
    Arc::new(|number| number == "61400000001")
}

fn from(peer: &str) -> BoxedFilter<(Option<SocketAddr>,)> {
    let peer = peer.parse().ok();
    warp::any().map(move || peer).boxed()
}

type Asked = http::request::Builder;

fn request(method: &str, path: &str) -> Asked {
    http::Request::builder().method(method).uri(path)
}

/// As a listener would ask the filter; status and body.
async fn asked(filter: &BoxedFilter<(Response,)>, asked: Asked, body: &str) -> (u16, Value) {
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    let service = TowerToHyperService::new(warp::service(filter.clone()));
    let response = service.call(asked.body(body).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

impl Door {
    async fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let request = request(method, path).header("host", "127.0.0.1:8080");
        asked(&self.filter, request, body).await
    }

    fn text(&self, text: &str) {
        let part = Arriving {
            from: "61400000001".into(),
            text: text.into(),
            encoding: Alphabet::Gsm7,
            flash: true,
            place: None,
            parts: 1,
            expires_at: None,
            ticket: None,
        };
        let phone = Digits::parse("61491570156").unwrap();
        self.smsc.handsets().receive(&phone, part, 1_000);
    }
}

#[tokio::test]
async fn texts_are_shown_from_since_on_and_cleared() {
    let door = door().await;
    assert_eq!(
        door.ask("GET", PHONE, "").await,
        (200, json!({"texts": []}))
    );
    door.text("one");
    door.text("two");
    let (_, all) = door.ask("GET", PHONE, "").await;
    let first = json!({"from": "61400000001", "text": "one", "at": "1970-01-01T00:00:01.000000Z",
        "parts": 1, "encoding": "gsm7", "flash": true});
    assert_eq!(all["texts"][0], first);
    for since in ["1970-01-01T00:00:01.000000Z", "1970-01-01T00:00:01+00:00"] {
        let path = format!("{PHONE}?since={since}&wait_s=5");
        let (status, later) = door.ask("GET", &path, "").await;
        assert_eq!(
            (status, later["texts"].as_array().unwrap().len()),
            (200, 1),
            "{since}"
        );
        assert_eq!(later["texts"][0]["text"], "two");
    }
    assert_eq!(door.ask("DELETE", PHONE, "").await.0, 204);
    assert_eq!(door.ask("GET", PHONE, "").await.1, json!({"texts": []}));
}

#[tokio::test]
async fn behaviour_is_changed_by_what_is_named() {
    let door = door().await;
    let (status, now) = door
        .ask("PUT", PHONE, r#"{"receipt":"UNDELIV","delay_s":0.5}"#)
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        now,
        json!({"coverage": true, "receipt": "UNDELIV", "delay_s": 0.5})
    );
    let (_, now) = door
        .ask("PUT", PHONE, r#"{"coverage":false,"receipt":"none"}"#)
        .await;
    assert_eq!(
        now,
        json!({"coverage": false, "receipt": "none", "delay_s": 0.5})
    );
    let behaviour = format!("{PHONE}/behaviour");
    assert_eq!(door.ask("GET", &behaviour, "").await, (200, now));
    assert_eq!(door.ask("PUT", &behaviour, "{}").await.0, 405);
    let other = "/demo/handsets/61491570157/behaviour";
    let (_, now) = door.ask("GET", other, "").await;
    assert_eq!(
        now,
        json!({"coverage": true, "receipt": "DELIVRD", "delay_s": 0.0})
    );
}

#[tokio::test]
async fn replies_go_to_our_numbers_only() {
    let door = door().await;
    let replies = format!("{PHONE}/replies");
    for (to, text, expected) in [
        ("61400000001", "yes", (202, 1)),
        ("+61400000001", &*"é😀".repeat(60), (202, 3)),
        ("61400000002", "yes", (404, 0)),
        ("EmailSMS", "yes", (422, 0)),
        ("61400000001", " ", (422, 0)),
        ("61400000001", &*"x".repeat(60_000), (422, 0)),
    ] {
        let body = json!({"to": to, "text": text}).to_string();
        let (status, answer) = door.ask("POST", &replies, &body).await;
        let parts = answer["parts"].as_u64().unwrap_or(0);
        assert_eq!((status, parts), expected, "{to} {answer}");
        assert!(status == 202 || answer["detail"].as_str().unwrap().len() > 20);
    }
}

#[tokio::test]
async fn wrong_requests_get_a_sentence() {
    let door = door().await;
    let replies = format!("{PHONE}/replies");
    for (method, path, body, expected) in [
        ("GET", "/demo/handsets/nonsense", "", 400),
        ("GET", "/demo/handsets/", "", 400),
        ("GET", "/demo/handsets", "", 400),
        ("GET", &*format!("{PHONE}/texts"), "", 404),
        ("PATCH", PHONE, "{}", 405),
        ("GET", &replies, "", 405),
        ("GET", &format!("{PHONE}?since=yesterday"), "", 400),
        ("GET", &format!("{PHONE}?wait_s=31"), "", 400),
        ("GET", &format!("{PHONE}?wait_s=NaN"), "", 400),
        ("GET", &format!("{PHONE}?wait=1"), "", 400),
        ("PUT", PHONE, "", 400),
        ("PUT", PHONE, "{", 400),
        ("PUT", PHONE, "[]", 422),
        ("PUT", PHONE, r#"{"coverage":1}"#, 422),
        ("PUT", PHONE, r#"{"coverage":null}"#, 422),
        ("PUT", PHONE, r#"{"receipt":"LOST"}"#, 422),
        ("PUT", PHONE, r#"{"delay_s":-1}"#, 422),
        ("PUT", PHONE, r#"{"delay":1}"#, 422),
        ("POST", &replies, r#"{"to":"61400000001"}"#, 422),
        ("POST", &replies, r#"{"to":61400000001,"text":"x"}"#, 422),
        (
            "POST",
            &replies,
            r#"{"to":"61400000001","text":"\ud800"}"#,
            400,
        ),
        ("POST", &replies, &" ".repeat(MOST_BODY + 1), 413),
    ] {
        let (status, answer) = door.ask(method, path, body).await;
        assert_eq!(status, expected, "{method} {path} {answer}");
        assert!(
            answer["detail"].as_str().is_some_and(|s| s.len() > 10),
            "{path} {answer}"
        );
    }
}

#[tokio::test]
async fn strangers_are_refused() {
    let door = door().await;
    for (host, origin, expected) in [
        ("127.0.0.1", None, 200),
        ("LOCALHOST:81", None, 200),
        ("[::1]:81", None, 200),
        ("127.0.0.1", Some("http://127.0.0.1:8080"), 200),
        ("evil.example", None, 403),
        ("127.0.0.1.evil.example", None, 403),
        ("localhost.", None, 403),
        ("a b", None, 403),
        ("127.0.0.1", Some("https://evil.example"), 403),
        ("127.0.0.1", Some("null"), 403),
    ] {
        let mut request = request("GET", PHONE).header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let (status, _) = asked(&door.filter, request, "").await;
        assert_eq!(status, expected, "{host} {origin:?}");
    }
    let no_host = asked(&door.filter, request("GET", PHONE), "").await;
    assert_eq!(no_host.0, 403);
    for (peer, expected) in [
        ("[::1]:5", 200),
        ("[::ffff:127.0.0.1]:5", 200),
        ("192.0.2.1:5", 403),
        ("unknown", 403),
    ] {
        let stand_in = StandIn::BuiltIn(door.smsc.clone());
        let filter = handsets_filter(stand_in, ours(), from(peer));
        let request = request("GET", PHONE).header("host", "localhost");
        assert_eq!(asked(&filter, request, "").await.0, expected, "{peer}");
    }
}

#[tokio::test]
async fn with_an_external_smsc_there_are_no_phones() {
    let filter = handsets_filter(StandIn::External, ours(), from("127.0.0.1:5"));
    let host = |request: Asked| request.header("host", "127.0.0.1");
    for (method, path) in [
        ("GET", PHONE),
        ("GET", "/demo/handsets/1/behaviour"),
        ("POST", "/demo/handsets/1/replies"),
        ("PUT", PHONE),
    ] {
        let (status, answer) = asked(&filter, host(request(method, path)), "{}").await;
        assert_eq!(status, 409);
        assert!(answer["detail"].as_str().unwrap().contains("SMSC"));
    }
    let elsewhere = host(request("GET", "/demo/mailboxes/a@b.example"));
    assert_eq!(asked(&filter, elsewhere, "").await.0, 404);
}
