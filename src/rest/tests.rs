//! The door, asked without a socket: first what needs no database, then over one.

use super::*;
use crate::administration::request::{ApiKeyWish, NumbersOf, OfUser, Scope};
use crate::testbed::{BEGINNING, Bed, Log, Person};
use bytes::Bytes;
use http::Response as HttpResponse;
use serde_json::{Value, json};

struct Door {
    bed: Bed,
    filter: BoxedFilter<(Response,)>,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

impl From<HttpResponse<Bytes>> for Answer {
    fn from(response: HttpResponse<Bytes>) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_slice(response.body()).unwrap_or(Value::Null),
        }
    }
}

impl Door {
    async fn open() -> Self {
        Self::open_as(|_| {}).await
    }

    async fn open_as(change: impl Fn(&mut Rest)) -> Self {
        let bed = Bed::open().await;
        let mut rest = Rest {
            to_handset: bed.to_handset.clone(),
            to_desktop: bed.to_desktop.clone(),
            book: bed.book.clone(),
            administration: bed.administration(),
            clock: bed.clock,
            readiness: Arc::new(|| Box::pin(async { Readiness::default() })),
            version: "1.2.3",
            metrics: bed.metrics.clone(),
            sight: Arc::new({
                let metrics = bed.metrics.clone();
                move || {
                    let text = metrics.text(Vec::new()).unwrap();
                    Box::pin(async move { text })
                }
            }),
            metrics_open: false,
            in_the_clear: false,
        };
        change(&mut rest);
        let filter = routes(rest).or(nowhere()).unify().boxed();
        Self { bed, filter }
    }

    async fn get(&self, person: &Person, path: &str) -> Answer {
        let authorization = format!("Bearer {}", person.api_key);
        let request = warp::test::request().path(path);
        let request = request.header("authorization", authorization);
        request.reply(&self.filter).await.into()
    }

    async fn post(&self, person: &Person, body: &Value, key: Option<&str>) -> Answer {
        let mut request = warp::test::request()
            .method("POST")
            .path("/v1/messages")
            .header("authorization", format!("Bearer {}", person.api_key))
            .json(body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request.reply(&self.filter).await.into()
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = warp::test::request().method(method).path(path).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.reply(&self.filter).await.into()
    }
}

/// Method, path, headers and body, and the status and code of the problem that they get.
type Bad<'a> = (
    &'a str,
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a [u8],
    u16,
    &'a str,
);

/// Neither a good key nor none gets further; what takes no key is answered.
#[tokio::test]
async fn no_key_is_taken_in_the_clear() {
    let door = Door::open_as(|rest| rest.in_the_clear = true).await;
    let bearer = format!("Bearer {}", door.bed.ann.api_key);
    for headers in [&[("authorization", bearer.as_str())][..], &[]] {
        for (method, path) in [
            ("POST", "/v1/messages"),
            ("GET", "/v1/inbound"),
            ("GET", "/metrics"),
        ] {
            let answer = door.ask(method, path, headers, b"{}").await;
            assert_eq!(answer.status, 403, "{method} {path}");
            assert!(answer.body["detail"].as_str().unwrap().contains("https"));
        }
    }
    assert_eq!(door.ask("GET", "/healthz", &[], b"").await.status, 200);
}

#[tokio::test]
async fn bad_requests_get_problems() {
    let door = Door::open().await;
    let bearer = format!("Bearer {}", door.bed.ann.api_key);
    let key = ("authorization", bearer.as_str());
    let unknown = format!("Bearer gw_live_{}", "A".repeat(43));
    let json = ("content-type", "application/json");
    let big = vec![b' '; send::BODY_CAP + 1];
    let table: &[Bad<'_>] = &[
        ("GET", "/v1/inbound", &[], b"", 401, "no_api_key"),
        // Who asks is settled before the body is looked at.
        ("POST", "/v1/messages", &[], b"{", 401, "no_api_key"),
        (
            "POST",
            "/v1/messages",
            &[("authorization", "Basic YTpi")],
            b"{",
            401,
            "no_api_key",
        ),
        (
            "POST",
            "/v1/messages",
            &[("authorization", "Bearer x"), json],
            b"{",
            401,
            "unknown_caller",
        ),
        (
            "POST",
            "/v1/messages",
            &[("authorization", &unknown), json],
            b"{",
            401,
            "unknown_caller",
        ),
        ("POST", "/v1/messages", &[key], b"{}", 415, "not_json"),
        (
            "POST",
            "/v1/messages",
            &[key, json],
            b"{",
            400,
            "malformed_json",
        ),
        ("POST", "/v1/messages", &[key, json], b"{}", 422, "invalid"),
        ("POST", "/v1/messages", &[key, json], &big, 413, "too_large"),
        (
            "DELETE",
            "/v1/messages",
            &[key],
            b"",
            405,
            "method_not_allowed",
        ),
        ("POST", "/healthz", &[], b"", 405, "method_not_allowed"),
        ("GET", "/v1/nonsense", &[key], b"", 404, "not_found"),
        ("GET", "/nonsense", &[], b"", 404, "not_found"),
        ("GET", "/v1/messages/7", &[key], b"", 404, "not_found"),
        (
            "PATCH",
            "/v1/messages/msg_0000000000001",
            &[key],
            b"{}",
            501,
            "not_built",
        ),
        ("GET", "/v1/webhooks/x", &[key], b"", 501, "not_built"),
        ("GET", "/v1/webhooks/x", &[], b"", 401, "no_api_key"),
        ("GET", "/v1/inbound?limit=x", &[key], b"", 422, "invalid"),
        ("GET", "/v1/inbound?since=x", &[key], b"", 422, "not_built"),
    ];
    for (method, path, headers, body, status, code) in table {
        let answer = door.ask(method, path, headers, body).await;
        let place = format!("{method} {path} {:?}", answer.body);
        assert_eq!(answer.status, *status, "{place}");
        assert_eq!(answer.body["code"], *code, "{place}");
        assert_eq!(answer.body["status"], *status, "{place}");
        assert_eq!(
            answer.body["type"],
            format!("urn:emailsms:problem:{code}"),
            "{place}"
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.body["request_id"], answer.header("x-request-id"));
        assert_eq!(
            answer.headers.contains_key("www-authenticate"),
            *status == 401
        );
        assert_eq!(answer.headers.contains_key("allow"), *status == 405);
    }
}

#[tokio::test]
async fn probes_answer_without_a_key() {
    let door = Door::open().await;
    let version = door.ask("GET", "/version", &[], b"").await;
    assert_eq!(
        version.body,
        json!({"name": "emailsms", "version": "1.2.3"})
    );
    assert_eq!(door.ask("GET", "/healthz", &[], b"").await.status, 200);
    let ready = door.ask("GET", "/readyz", &[], b"").await;
    assert_eq!((ready.status, ready.header("retry-after")), (503, "5"));
    let document = door.ask("GET", "/openapi.json", &[], b"").await;
    assert_eq!(document.body["openapi"], "3.1.0");
}

#[tokio::test]
async fn a_text_is_accepted_and_shown_to_its_sender_only() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let body = json!({"to": ["0491 570 156"], "text": "hello 😀"});
    let sent = door.post(ann, &body, None).await;
    assert_eq!(sent.status, 202, "{:?}", sent.body);
    let message = &sent.body["messages"][0];
    let id = message["id"].as_str().unwrap();
    assert_eq!(sent.header("location"), format!("/v1/messages/{id}"));
    assert_eq!(
        *message,
        json!({"to": "+61491570156", "id": id, "legacy_id": message["legacy_id"].as_i64().unwrap(), "state": "pending", "parts": 1, "encoding": "ucs2"})
    );
    assert_eq!(sent.body["refused"], json!([]));

    let shown = door.get(ann, &format!("/v1/messages/{id}")).await;
    assert_eq!(shown.status, 200);
    assert_eq!(
        shown.body,
        json!({
            "id": id, "legacy_id": message["legacy_id"], "state": "pending", "classic": "PENDING", "cause": null, "to": "+61491570156", "from": null,
            "text": "hello 😀", "encoding": "ucs2", "parts": 1, "parts_accepted": 0, "tries": 0, "in_doubt": false, "reply_to": "ann@example.com",
            "accepted_at": shown.body["accepted_at"], "valid_until": shown.body["valid_until"],
        })
    );
    let accepted_at: jiff::Timestamp = shown.body["accepted_at"].as_str().unwrap().parse().unwrap();
    assert!(accepted_at.as_millisecond() >= BEGINNING);
    let events = door.get(ann, &format!("/v1/messages/{id}/events")).await;
    assert_eq!(events.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(events.body["data"][0]["event"], "accepted");
    assert_eq!(events.body["data"][0]["try"], Value::Null);

    let bob = door
        .bed
        .add_user(door.bed.company_id, "bob@example.com")
        .await;
    for path in [
        format!("/v1/messages/{id}"),
        format!("/v1/messages/{id}/events"),
        "/v1/messages/msg_0000000000001".to_owned(),
    ] {
        let hidden = door.get(&bob, &path).await;
        assert_eq!(
            (hidden.status, &hidden.body["code"]),
            (404, &json!("not_found"))
        );
    }
}

#[tokio::test]
async fn each_destination_is_judged_and_each_request_as_a_whole() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let company_id = door.bed.company_id;
    door.bed
        .write(move |batch| Box::pin(batch.set_opt_out(company_id, 61_491_570_157, Some("STOP"))))
        .await;
    let body = json!({
        "to": ["0491570156", "nonsense", "+61 491 570 156", "0491570157", "+64211234567", "0491570158"],
        "text": "hi",
    });
    let sent = door.post(ann, &body, None).await;
    assert_eq!(sent.status, 202, "{:?}", sent.body);
    let messages = sent.body["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[0]["id"], messages[1]["id"], "a duplicate");
    assert_eq!(messages[2]["to"], "+61491570158");
    assert!(!sent.headers.contains_key("location"));
    let refused: Vec<_> = sent.body["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refused| {
            (
                refused["to"].as_str().unwrap(),
                refused["code"].as_str().unwrap(),
                refused["soap_code"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        refused,
        [
            ("nonsense", "not_a_mobile_number", 8),
            ("0491570157", "opted_out", 13),
            ("+64211234567", "destination_not_served", 8),
        ]
    );

    for (body, status, code) in [
        (json!({"to": ["0491570156"]}), 422, "text_refused"),
        (
            json!({"to": ["0491570156"], "text": " "}),
            422,
            "text_refused",
        ),
        (
            json!({"to": ["0491570156"], "text": "a\u{0}b"}),
            422,
            "text_refused",
        ),
        (
            json!({"to": ["0491570156"], "text": "x".repeat(100_000)}),
            422,
            "text_refused",
        ),
        (
            json!({"to": ["0491570156"], "text": "hi", "from": "ACME"}),
            403,
            "originator_not_permitted",
        ),
        (
            json!({"to": ["0491570156"], "text": "hi", "reply_to": "x@elsewhere.example"}),
            403,
            "reply_address_not_permitted",
        ),
        (
            json!({"to": ["0491570156"], "text": "hi", "send_at": "2026-12-01T00:00:00Z"}),
            422,
            "not_built",
        ),
        (
            json!({"to": ["0491570156"], "text": "hi", "reply_to": "nobody"}),
            403,
            "reply_address_not_permitted",
        ),
        (
            json!({"to": ["0491570156"], "text": "a\u{7}b"}),
            422,
            "text_refused",
        ),
        (
            json!({"to": ["0491570156"], "text": "hi", "replyTo": "ann@example.com"}),
            422,
            "invalid",
        ),
        (json!({"to": "0491570156", "text": "hi"}), 422, "invalid"),
        (json!([]), 422, "invalid"),
    ] {
        let answer = door.post(ann, &body, None).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (status, &json!(code)),
            "{:?}",
            answer.body
        );
        let detail = answer.body["detail"].as_str().unwrap();
        let first = detail.trim_start_matches('`').chars().next().unwrap();
        assert!(!first.is_lowercase() || detail.starts_with('`'), "{detail}");
        assert!(detail.ends_with(['.', '?']), "{detail}");
        assert!(
            answer.body["errors"][0]["pointer"].is_string(),
            "{:?}",
            answer.body
        );
    }
    for (to, status, code) in [
        (json!(["nonsense", ""]), 422, "not_a_mobile_number"),
        (json!(["0491570157"]), 403, "opted_out"),
        (json!(["0491570157", "nonsense"]), 422, "opted_out"),
    ] {
        let answer = door.post(ann, &json!({"to": to, "text": "hi"}), None).await;
        assert_eq!(answer.status, status, "{:?}", answer.body);
        assert_eq!(answer.body["messages"], json!([]));
        assert_eq!(answer.body["refused"][0]["code"], code);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.body["status"], status);
    }
    let mixed = json!({"to": ["0491570157", "nonsense"], "text": "hi"});
    let mixed = door.post(ann, &mixed, None).await;
    assert_eq!(mixed.body["code"], "all_refused");
    assert!(!mixed.body.as_object().unwrap().contains_key("soap_code"));
}

/// By the id that a client was given the log tells who it was and why; what was written is not in it.
#[tokio::test]
async fn a_request_id_is_found_in_the_log() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let user = external("usr", ann.id);
    let log = Log::listen();
    for (body, status, code, word) in [
        (
            json!({"to": ["0491570156"], "text": "my secret", "reply-to": "x"}),
            422,
            "invalid",
            "did you mean `reply_to`?",
        ),
        (
            json!({"to": ["0491570156"], "my secret": 1}),
            422,
            "invalid",
            "a field whose name is not shown here",
        ),
        (
            json!({"to": ["0491570156"], "my_secret_4711": 1}),
            422,
            "invalid",
            "a field whose name is not shown here",
        ),
        (
            json!({"to": ["0491570156"], "text": "hi", "from": "my secret"}),
            403,
            "originator_not_permitted",
            "`…` is not registered",
        ),
        (
            json!({"to": ["my secret"], "text": "hi"}),
            422,
            "not_a_mobile_number",
            "not_a_mobile_number 1",
        ),
    ] {
        let answer = door.post(ann, &body, None).await;
        let id = answer.body["request_id"].as_str().unwrap();
        let line = log.take_line("a request was refused");
        for part in [
            id,
            &user,
            &format!("status={status}"),
            code,
            word,
            "INFO",
            "POST",
            "/v1/messages",
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!line.contains("secret"), "{line}");
    }
    let part = json!({"to": ["0491570156", "my secret"], "text": "hi"});
    let answer = door.post(ann, &part, None).await;
    let line = log.take_line("refused in part");
    assert!(line.contains(answer.header("x-request-id")), "{line}");
    assert!(line.contains(&user) && !line.contains("secret"), "{line}");

    let key = format!("Bearer {}", ann.api_key);
    let not_built = door
        .ask(
            "GET",
            "/v1/webhooks/my-secret",
            &[("authorization", &key)],
            b"",
        )
        .await;
    assert_eq!(not_built.status, 501);
    let line = log.take_line("a request was refused");
    assert!(line.contains("INFO") && line.contains("webhooks"), "{line}");
    assert!(!line.contains("secret"), "{line}");
    let unknown = door.ask("GET", "/v1/inbound", &[], b"").await;
    let line = log.take_line("a request was refused");
    assert!(
        line.contains(unknown.header("x-request-id")) && line.contains("no_api_key"),
        "{line}"
    );
    door.get(ann, "/v1/inbound").await;
    assert_eq!(log.take(), "");
}

/// A look that fails says so as a look, within seconds, and its cause is in the log.
#[tokio::test]
async fn reads_say_that_they_could_not_read() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let sent = door
        .post(ann, &json!({"to": ["0491570156"], "text": "hi"}), None)
        .await;
    let id = sent.body["messages"][0]["id"].as_str().unwrap();
    let log = Log::listen();
    door.bed.store.reader.close_for_test().await;
    for path in ["/v1/inbound".to_owned(), format!("/v1/messages/{id}")] {
        let answer = door.get(ann, &path).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (503, &json!("unavailable"))
        );
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("nothing can be shown"), "{detail}");
        assert_eq!(answer.header("retry-after"), "5");
        let line = log.take_line("a request failed");
        assert!(
            line.contains("WARN") && line.contains("cause=\"the database"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let body = json!({"to": ["0491570156"], "text": "hi"});
    let first = door.post(ann, &body, Some("order 7")).await;
    assert_eq!(first.status, 202);
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let same = json!({"text": "hi", "to": ["+61491570156"], "priority": "normal", "client_reference": "ignored"});
    let again = door.post(ann, &same, Some("order 7")).await;
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (202, "true")
    );
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("location"), first.header("location"));
    let in_body = json!({"text": "hi", "to": ["0491570156"], "client_reference": "order 7"});
    assert_eq!(door.post(ann, &in_body, None).await.body, first.body);
    let other = json!({"to": ["0491570156"], "text": "ho"});
    let mismatch = door.post(ann, &other, Some("order 7")).await;
    assert_eq!(
        (mismatch.status, &mismatch.body["code"]),
        (422, &json!("reference_reused"))
    );
    let bob = door
        .bed
        .add_user(door.bed.company_id, "bob@example.com")
        .await;
    let his = door.post(&bob, &other, Some("order 7")).await;
    assert_eq!(his.status, 202, "references are each user's own");
}

#[tokio::test]
async fn quotas_take_the_first_and_refuse_the_rest() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    door.bed
        .change_company(door.bed.company_id, |company| company.quota = Some(2))
        .await;
    let body = json!({"to": ["0491570156", "0491570157", "0491570158"], "text": "hi"});
    let sent = door.post(ann, &body, None).await;
    assert_eq!(sent.status, 202);
    assert_eq!(sent.body["messages"].as_array().unwrap().len(), 2);
    assert_eq!(sent.body["refused"][0]["code"], "quota_company");
    let none = door.post(ann, &body, None).await;
    assert_eq!(none.status, 429, "{:?}", none.body);
    assert_eq!(none.body["refused"].as_array().unwrap().len(), 3);
    let midnight_s = 9 * 3600 + 26 * 60;
    let retry_s: i64 = none.header("retry-after").parse().unwrap();
    assert!((1..=midnight_s).contains(&retry_s), "{retry_s}");
    assert!(retry_s > midnight_s - 600, "{retry_s}");
}

#[tokio::test]
async fn the_quota_that_is_used_up_is_named() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let body = json!({"to": ["0491570156"], "text": "hi"});
    door.bed.add_department(ann, Some(1)).await;
    assert_eq!(door.post(ann, &body, None).await.status, 202);
    let refused = door.post(ann, &body, None).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.body["refused"][0]["code"], "quota_department");
    assert_eq!(refused.body["refused"][0]["soap_code"], 12);
    door.bed
        .change_user(ann, |user| user.department_id = None)
        .await;
    assert_eq!(door.post(ann, &body, None).await.status, 202);
}

#[tokio::test]
async fn who_is_disabled_or_tests_is_refused() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let body = json!({"to": ["0491570156"], "text": "hi"});
    let tester = Person {
        api_key: ann.api_key_test.clone(),
        ..ann.clone()
    };
    let test = door.post(&tester, &body, None).await;
    assert_eq!(
        (test.status, &test.body["code"]),
        (403, &json!("not_permitted"))
    );
    door.bed.change_user(ann, |user| user.active = false).await;
    for answer in [
        door.post(ann, &body, None).await,
        door.get(ann, "/v1/inbound").await,
    ] {
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (403, &json!("inactive"))
        );
        assert_eq!(answer.body["soap_code"], 2);
    }
}

#[tokio::test]
async fn replies_come_page_by_page_and_the_cursor_goes_on() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let empty = door.get(ann, "/v1/inbound").await;
    assert_eq!(empty.body, json!({"data": [], "next": "in_0000000000000"}));
    let sent = door
        .post(ann, &json!({"to": ["0491570156"], "text": "hi"}), None)
        .await;
    let message_id = sent.body["messages"][0]["id"].as_str().unwrap();
    let sms_id = crate::store::parse_external("msg", message_id);
    for text in ["one", "two", "three"] {
        door.bed.add_reply(ann, sms_id, text).await;
    }
    let first = door.get(ann, "/v1/inbound?limit=2").await;
    let data = first.body["data"].as_array().unwrap();
    assert_eq!(data.len(), 2);
    assert_eq!(
        data[0],
        json!({"id": data[0]["id"], "from": "+61491570156", "to": "+61491570006", "text": "one", "message_id": message_id, "at": "2026-03-11T03:34:00.000Z"})
    );
    let next = first.body["next"].as_str().unwrap();
    assert_eq!(
        first.header("link"),
        format!("</v1/inbound?limit=2&after={next}>; rel=\"next\"")
    );
    let last = door
        .get(ann, &format!("/v1/inbound?limit=2&after={next}"))
        .await;
    assert_eq!(last.body["data"][0]["text"], "three");
    assert!(!last.headers.contains_key("link"));
    let end = last.body["next"].as_str().unwrap();
    let beyond = door.get(ann, &format!("/v1/inbound?after={end}")).await;
    assert_eq!(beyond.body, json!({"data": [], "next": end}));
    let events = door
        .get(ann, &format!("/v1/messages/{message_id}/events?limit=1"))
        .await;
    assert_eq!(events.body["data"].as_array().unwrap().len(), 1);
    let bob = door
        .bed
        .add_user(door.bed.company_id, "bob@example.com")
        .await;
    assert_eq!(door.get(&bob, "/v1/inbound").await.body["data"], json!([]));
}

/// A key of Ann's with these scopes.
async fn key_for(door: &Door, scopes: &[Scope]) -> String {
    new_key(door, scopes, false).await
}

async fn new_key(door: &Door, scopes: &[Scope], test: bool) -> String {
    let wish = ApiKeyWish {
        user: OfUser {
            email: door.bed.ann.email.clone(),
            company: None,
        },
        test,
        expires_days: None,
        scopes: scopes.to_vec(),
    };
    let made = door.bed.administration().add_api_key(&wish).await;
    format!("Bearer {}", made.unwrap().api_key.expose())
}

#[tokio::test]
async fn keys_are_for_what_they_are_for() {
    let door = Door::open().await;
    let (send, read, admin) = (
        key_for(&door, &[Scope::Send]).await,
        key_for(&door, &[Scope::Read]).await,
        key_for(&door, &[Scope::Admin]).await,
    );
    let body = br#"{"to":["0491570156"],"text":"hi"}"#;
    for (method, path, body, who) in [
        ("POST", "/v1/messages", &body[..], &send),
        ("GET", "/v1/inbound", b"", &read),
        ("GET", "/v1/carriers", b"", &admin),
        ("GET", "/v1/routes", b"", &admin),
        ("GET", "/v1/numbers", b"", &admin),
        ("POST", "/v1/carriers/one/suspend", b"", &admin),
        ("POST", "/v1/routes/SAU/resume", b"", &admin),
        ("GET", "/metrics", b"", &admin),
    ] {
        for key in [&send, &read, &admin] {
            let headers = [
                ("authorization", key.as_str()),
                ("content-type", "application/json"),
            ];
            let answer = door.ask(method, path, &headers, body).await;
            let fits = key == who;
            assert_eq!(
                answer.status < 300,
                fits,
                "{method} {path}: {}",
                answer.body
            );
            if !fits {
                assert_eq!(answer.status, 403, "{method} {path}");
                assert_eq!(answer.body["code"], "not_permitted", "{method} {path}");
            }
        }
    }
    // A path that does not exist yet is told so whatever the key is for.
    let headers = [("authorization", send.as_str())];
    let answer = door.ask("GET", "/v1/webhooks", &headers, b"").await;
    assert_eq!(answer.status, 501);
}

#[tokio::test]
async fn words_are_for_keys_of_their_scope() {
    let door = Door::open().await;
    let ann = &door.bed.ann;
    let plain = json!({"to": ["0491570156"], "text": "hi"});
    let binary = json!({"to": ["0491570158"], "binary": "3wEC", "udh": "0605040b8423f0"});
    let mut paths = Vec::new();
    for body in [plain, binary] {
        let sent = door.post(ann, &body, None).await;
        let id = sent.body["messages"][0]["id"].as_str().unwrap().to_owned();
        paths.push(format!("/v1/messages/{id}"));
        let sms_id = crate::store::parse_external("msg", &id);
        door.bed.add_reply(ann, sms_id, "yes").await;
    }
    paths.push("/v1/inbound?limit=1".to_owned());
    let words = ["text", "binary", "udh"];
    let of = |body: Value| match body.get("data") {
        Some(data) => data[0].clone(),
        None => body,
    };
    for (scopes, sees) in [
        (&[][..], true),
        (&[Scope::Read, Scope::Text][..], true),
        (&[Scope::Read][..], false),
        (&[Scope::Send, Scope::Read, Scope::Admin][..], false),
    ] {
        let key = key_for(&door, scopes).await;
        for path in &paths {
            let answer = door.ask("GET", path, &[("authorization", &key)], b"").await;
            assert_eq!(answer.status, 200, "{path}");
            let (shown, mut whole) = (of(answer.body), of(door.get(ann, path).await.body));
            if !sees {
                for word in words {
                    assert_eq!(shown.get(word), None, "{path}");
                    whole.as_object_mut().unwrap().remove(word);
                }
            }
            assert_eq!(shown, whole, "{path} {scopes:?}");
        }
    }
    let binary = door.get(ann, &paths[1]).await.body;
    assert_eq!(
        (&binary["text"], &binary["binary"]),
        (&json!(""), &json!("3wEC"))
    );
    let alone = key_for(&door, &[Scope::Text]).await;
    let answer = door
        .ask("GET", &paths[0], &[("authorization", &alone)], b"")
        .await;
    assert_eq!(answer.body["code"], "not_permitted");
}

/// Whatever there is to be sent or changed, a test key of every scope is refused by name, and nothing comes of it. A new operation is asked here by itself.
#[tokio::test]
async fn a_test_key_sends_and_changes_nothing() {
    let door = Door::open().await;
    let all = [Scope::Send, Scope::Read, Scope::Text, Scope::Admin];
    let (test, live) = (new_key(&door, &all, true).await, key_for(&door, &all).await);
    let reference = json!({"to": ["0491570156"], "text": "hi", "client_reference": "r-1"});
    let kept = door.post(&door.bed.ann, &reference, None).await;
    assert_eq!(kept.status, 202);
    let standing = || {
        let reader = door.bed.store.reader.clone();
        async move { reader.standing_of_all(BEGINNING).await.unwrap().queue }
    };
    let before = standing().await;
    let bodies = [
        json!({"to": ["0491570156"], "text": "hi"}),
        json!({"to": ["0491570006"], "text": "hi", "flash": true, "priority": "urgent"}),
        json!({"to": ["0491570156"], "binary": "3wEC"}),
        json!({"to": ["0491570156", "nonsense"], "text": "hi", "client_reference": "r-2"}),
        reference,
    ];
    let json = ("content-type", "application/json");
    let mut asked = 0;
    for route in table::ROUTES {
        if route.method == Method::GET {
            continue;
        }
        for body in &bodies {
            let path = route.path.replace("{id}", "one");
            let headers = [("authorization", test.as_str()), json];
            let octets = body.to_string().into_bytes();
            let answer = door
                .ask(route.method.as_str(), &path, &headers, &octets)
                .await;
            let built = route.target != Target::NotBuilt;
            let expected = if built {
                (403, "not_permitted")
            } else {
                (501, "not_built")
            };
            let code = answer.body["code"].as_str().unwrap_or_default();
            assert_eq!((answer.status, code), expected, "{} {path}", route.method);
            let detail = answer.body["detail"].as_str().unwrap();
            assert_eq!(built, detail.contains("test key"), "{detail}");
            asked += 1;
        }
    }
    assert!(asked >= 5 * bodies.len(), "{asked}");
    assert_eq!(standing().await, before);
    let get = async |key: &str, path| door.ask("GET", path, &[("authorization", key)], b"").await;
    for path in ["/v1/carriers", "/v1/routes", "/v1/inbound"] {
        let (of_test, of_live) = (get(&test, path).await, get(&live, path).await);
        assert_eq!(
            (of_test.status, of_test.body),
            (200, of_live.body),
            "{path}"
        );
    }
    assert_eq!(
        get(&live, "/v1/carriers/one").await.body["suspended_at"],
        Value::Null
    );
}

#[tokio::test]
async fn carriers_and_routes_are_shown_suspended_and_resumed() {
    let door = Door::open().await;
    let key = key_for(&door, &[Scope::Admin]).await;
    let headers = [("authorization", key.as_str())];
    let ask =
        async |method: &'static str, path: String| door.ask(method, &path, &headers, b"").await;
    let get = async |path: &str| ask("GET", path.to_owned()).await;
    let post = async |path: &str| ask("POST", path.to_owned()).await;

    let all = get("/v1/carriers").await;
    assert_eq!(all.status, 200);
    assert_eq!(all.body["next"], Value::Null);
    let one = &all.body["data"][0];
    let id = one["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&one["name"], &one["state"], &one["settings"]),
        (&json!("one"), &json!("down"), &json!({}))
    );
    assert!(one.get("password").is_none(), "{one}");
    assert_eq!(get(&format!("/v1/carriers/{id}")).await.body, *one);

    let standing = door.bed.to_handset.link_stands(door.bed.carrier_id);
    assert_eq!(get("/v1/carriers/one").await.body["state"], "up");
    for _ in 0..2 {
        let suspended = post(&format!("/v1/carriers/{id}/suspend")).await;
        assert_eq!(
            (suspended.status, &suspended.body["state"]),
            (200, &json!("suspended"))
        );
        assert!(suspended.body["suspended_at"].is_string());
    }
    let sent = door.bed.request("0491570156", "hi").await;
    let sent = door.bed.to_handset.accept(sent).await.unwrap();
    let view = door
        .bed
        .store
        .reader
        .sms(sent.messages[0].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(view.cause.as_deref(), Some("suspended"));
    let resumed = post(&format!("/v1/carriers/{id}/resume")).await;
    assert_eq!(
        (resumed.status, &resumed.body["state"]),
        (200, &json!("up"))
    );
    drop(standing);

    assert_eq!(
        get("/v1/routes").await.body,
        json!({"data": [{"name": "SAU", "prefix": "61", "carrier": "one", "rank": 1, "weight": 1, "state": "open", "suspended_at": null}], "next": null})
    );
    let suspended = post("/v1/routes/SAU/suspend").await;
    assert_eq!(
        (suspended.status, &suspended.body["data"][0]["state"]),
        (200, &json!("suspended"))
    );
    assert_eq!(get("/v1/routes/S%41U").await.body, suspended.body);
    assert_eq!(
        post("/v1/routes/SAU/resume").await.body["data"][0]["state"],
        "open"
    );

    for path in [
        "/v1/carriers/two",
        "/v1/carriers/car_0000000000001",
        "/v1/routes/SNZ",
        "/v1/routes/%",
        "/v1/numbers/61400000009",
        "/v1/numbers/x",
    ] {
        let answer = get(path).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (404, &json!("not_found")),
            "{path}"
        );
    }
    assert_eq!(post("/v1/routes/SNZ/suspend").await.status, 404);
    for path in [
        "/v1/carriers?x=1",
        "/v1/carriers/one?x=1",
        "/v1/routes?limit=1",
        "/v1/numbers?carrier=one",
    ] {
        let answer = get(path).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (422, &json!("invalid")),
            "{path}"
        );
    }
    let deleted = ask("DELETE", format!("/v1/carriers/{id}")).await;
    assert_eq!(
        (deleted.status, deleted.header("allow")),
        (405, "GET, HEAD")
    );
}

#[tokio::test]
async fn numbers_tell_how_they_are_used() {
    let door = Door::open().await;
    let admin = door.bed.administration();
    let numbers = NumbersOf {
        carrier: None,
        numbers: vec!["+61400000001..+61400000002".to_owned()],
    };
    admin.add_numbers(&numbers).await.unwrap();
    let pair = |id: i64, opened_at: i64| crate::store::pairs::Model {
        id,
        number: 61_400_000_001,
        handset: 61_491_570_156 + id,
        sms_id: id,
        user_id: door.bed.ann.id,
        company_id: door.bed.company_id,
        opened_at,
        closes_at: BEGINNING + 864_000_000,
        superseded_at: None,
    };
    let pairs = [pair(1, BEGINNING - 60_000), pair(2, BEGINNING - 1_000)];
    door.bed
        .write(move |batch| Box::pin(async move { batch.insert_pairs(&pairs).await }))
        .await;
    let key = key_for(&door, &[Scope::Admin]).await;
    let headers = [("authorization", key.as_str())];
    let get = async |path: &str| door.ask("GET", path, &headers, b"").await.body;
    let page = get("/v1/numbers").await;
    let used = |number: &Value| {
        ["pairs", "held_since", "last_used_at", "counted_since"].map(|key| number[key].clone())
    };
    let (oldest, newest) = (
        answer::time(BEGINNING - 60_000),
        answer::time(BEGINNING - 1_000),
    );
    assert_eq!(
        used(&page["data"][0]),
        [json!(2), json!(oldest), json!(newest), Value::Null]
    );
    let unused = [json!(0), Value::Null, Value::Null, Value::Null];
    assert_eq!(used(&page["data"][1]), unused);
    for number in page["data"].as_array().unwrap() {
        let path = format!("/v1/numbers/{}", number["number"].as_str().unwrap());
        assert_eq!(get(&path).await, *number);
    }
}

#[tokio::test]
async fn numbers_are_paged() {
    let door = Door::open().await;
    let numbers = NumbersOf {
        carrier: None,
        numbers: vec!["+61400000001..+61400000003".to_owned()],
    };
    door.bed
        .administration()
        .add_numbers(&numbers)
        .await
        .unwrap();
    let key = key_for(&door, &[Scope::Admin]).await;
    let headers = [("authorization", key.as_str())];
    let (mut path, mut seen) = ("/v1/numbers?limit=3".to_owned(), Vec::new());
    loop {
        let page = door.ask("GET", &path, &headers, b"").await;
        assert_eq!(page.status, 200, "{}", page.body);
        for one in page.body["data"].as_array().unwrap() {
            assert_eq!(
                (&one["carrier"], &one["state"]),
                (&json!("one"), &json!("in_pool"))
            );
            seen.push(one["number"].as_str().unwrap().to_owned());
        }
        let Some(next) = page.body["next"].as_str() else {
            assert_eq!(page.header("link"), "");
            break;
        };
        path = format!("/v1/numbers?limit=3&after={next}");
        assert_eq!(page.header("link"), format!("<{path}>; rel=\"next\""));
    }
    assert_eq!(
        seen,
        [
            "+61400000001",
            "+61400000002",
            "+61400000003",
            "+61491570006"
        ]
    );
    let one = door
        .ask("GET", "/v1/numbers/+61400000002", &headers, b"")
        .await;
    assert_eq!(
        (one.status, &one.body["number"]),
        (200, &json!("+61400000002"))
    );
}

#[tokio::test]
async fn what_the_door_answered_is_counted_by_words_of_our_own() {
    let door = Door::open().await;
    let ann = door.bed.ann.clone();
    door.post(
        &ann,
        &json!({"to": ["0491570156", "0491570157", "12"], "text": "hi"}),
        None,
    )
    .await;
    door.post(&ann, &json!({"to": ["0491570156"], "text": ""}), None)
        .await;
    door.get(&ann, "/v1/messages/msg_secret").await;
    door.get(&ann, "/v1/0491570156").await;
    let text = door.bed.metrics.text(Vec::new()).unwrap();
    for sample in [
        "emailsms_requests_total{code=\"ok\",door=\"rest\",operation=\"/v1/messages\"} 1",
        "emailsms_requests_total{code=\"text_refused\",door=\"rest\",operation=\"/v1/messages\"} 1",
        "emailsms_requests_total{code=\"not_found\",door=\"rest\",operation=\"/v1/messages/{id}\"} 1",
        "emailsms_requests_total{code=\"not_found\",door=\"rest\",operation=\"unknown\"} 1",
        "emailsms_texts_accepted_total{door=\"rest\"} 2",
        "emailsms_texts_refused_total{code=\"not_a_mobile_number\",door=\"rest\"} 1",
        "emailsms_texts_refused_total{code=\"text_refused\",door=\"rest\"} 1",
        "emailsms_events_total{event=\"accepted\"} 2",
        "emailsms_works_total{work=\"accept\"} 1",
    ] {
        assert!(text.contains(sample), "{sample} is not in\n{text}");
    }
    assert!(
        !text.contains("0491570156") && !text.contains("secret"),
        "{text}"
    );
}
