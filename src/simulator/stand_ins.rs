//! The phones over HTTP, for people's scripts and the demo's page [SPEC 16.2 Stand-ins]: loopback only, whatever name a browser was
//! lured by.
//!
//! | request | answer |
//! |---|---|
//! | `GET /demo/handsets/<digits>[?since=&wait_s=]` | 200 `{"texts":[{"from","text","at","parts","encoding","flash"}]}` |
//! | `PUT /demo/handsets/<digits>` with any of `coverage`, `receipt`, `delay_s` | 200, the three as they are now |
//! | `GET /demo/handsets/<digits>/behaviour` | 200, the same three |
//! | `DELETE /demo/handsets/<digits>` | 204; its texts are forgotten |
//! | `POST /demo/handsets/<digits>/replies` `{"to","text"}` | 202 `{"parts"}` |
//!
//! Whatever goes wrong is answered with `{"detail": <a sentence>}`.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Buf;
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, uri::Authority};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use sms::ReceiptState;
use warp::{
    Filter,
    filters::BoxedFilter,
    path::Tail,
    reply::{Reply, Response},
};

use super::{
    handsets::{Change, Digits, MOST_WAIT, ReceivedText},
    smsc::{ReplyError, Smsc},
};

/// The longest body: the longest text, every octet of it escaped.
const MOST_BODY: usize = 1 << 20;
/// The longest delay of a receipt: a day.
const MOST_DELAY_S: f64 = 86_400.0;

/// Whether a number without `+` is one that handsets can answer to.
pub type IsOurs = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Whose phones are asked for.
#[derive(Clone)]
pub enum StandIn {
    /// Those of the built-in SMSC.
    BuiltIn(Smsc),
    /// Real ones, behind somebody else's SMSC: every request is answered with 409.
    External,
}

/// Every request under `/demo/handsets`. `peer` tells where a request comes from; without an address on loopback it is refused.
pub fn handsets_filter(
    stand_in: StandIn,
    is_ours: IsOurs,
    peer: BoxedFilter<(Option<SocketAddr>,)>,
) -> BoxedFilter<(Response,)> {
    let host = warp::host::optional()
        .map(Ok)
        .or(warp::any().map(|| Err(())))
        .unify();
    warp::path!("demo" / "handsets" / ..)
        .and(warp::path::tail())
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(host)
        .and(peer)
        .and(warp::query::<Vec<(String, String)>>())
        .and(warp::body::stream())
        .then(
            move |tail: Tail, method, headers, host, peer, query, body| {
                let (stand_in, is_ours) = (stand_in.clone(), is_ours.clone());
                async move {
                    let answer = async {
                        refuse_strangers(peer, host, &headers)?;
                        let StandIn::BuiltIn(smsc) = stand_in else {
                            return Err(Problem::external());
                        };
                        let path = Path::parse(tail.as_str())?;
                        answer(&smsc, &is_ours, method, path, query, body).await
                    };
                    let response = answer.await.unwrap_or_else(Problem::into_response);
                    uncached(response)
                }
            },
        )
        .boxed()
}

// ---- who asks ----

/// Refuses what does not come from this machine, and what a page from elsewhere makes a browser on this machine ask.
pub(super) fn refuse_strangers(
    peer: Option<SocketAddr>,
    host: Result<Option<Authority>, ()>,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    if !peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "the stand-ins answer on loopback only",
        ));
    }
    match host {
        Ok(Some(host)) if is_loopback(host.host()) => {}
        _ => {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "the Host of a request to the stand-ins is 127.0.0.1, localhost or [::1]",
            ));
        }
    }
    let foreign = |origin: &HeaderValue| !comes_from_loopback(origin);
    if headers.get_all(header::ORIGIN).iter().any(foreign) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "pages from elsewhere may not use the stand-ins",
        ));
    }
    Ok(())
}

fn is_loopback(host: &str) -> bool {
    host == "127.0.0.1" || host == "[::1]" || host.eq_ignore_ascii_case("localhost")
}

fn comes_from_loopback(origin: &HeaderValue) -> bool {
    let uri = origin.to_str().ok().and_then(|origin| origin.parse().ok());
    uri.is_some_and(|uri: http::Uri| uri.host().is_some_and(is_loopback))
}

// ---- what is asked ----

enum Path {
    Handset(Digits),
    Behaviour(Digits),
    Replies(Digits),
}

impl Path {
    fn parse(tail: &str) -> Result<Self, Problem> {
        let (number, rest) = tail.split_once('/').unwrap_or((tail, ""));
        let number = number.strip_prefix("%2B").unwrap_or(number);
        let Some(digits) = Digits::parse(number) else {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "a handset is named by its digits, such as /demo/handsets/61491570156",
            ));
        };
        match rest {
            "" => Ok(Self::Handset(digits)),
            "behaviour" => Ok(Self::Behaviour(digits)),
            "replies" => Ok(Self::Replies(digits)),
            _ => Err(Problem::new(
                StatusCode::NOT_FOUND,
                "a handset has only replies and a behaviour",
            )),
        }
    }
}

async fn answer<B: Buf>(
    smsc: &Smsc,
    is_ours: &IsOurs,
    method: Method,
    path: Path,
    query: Vec<(String, String)>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Response, Problem> {
    match (path, method) {
        (Path::Handset(digits), Method::GET) => show(smsc, &digits, &query).await,
        (Path::Handset(digits), Method::PUT) => arrange(smsc, &digits, read(body).await?),
        (Path::Handset(digits), Method::DELETE) => {
            smsc.handsets().clear(&digits);
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        (Path::Replies(digits), Method::POST) => reply(smsc, is_ours, &digits, read(body).await?),
        (Path::Behaviour(digits), Method::GET) => {
            Ok(json(StatusCode::OK, &smsc.handsets().behaviour(&digits)))
        }
        (Path::Behaviour(_), _) => Err(Problem::method("GET, HEAD")),
        (Path::Handset(_), _) => Err(Problem::method("GET, HEAD, PUT, DELETE")),
        (Path::Replies(_), _) => Err(Problem::method("POST")),
    }
}

#[derive(Serialize)]
struct Texts {
    texts: Vec<ReceivedText>,
}

async fn show(
    smsc: &Smsc,
    digits: &Digits,
    query: &[(String, String)],
) -> Result<Response, Problem> {
    let (mut since, mut wait) = (None, Duration::ZERO);
    for (key, value) in query {
        match key.as_str() {
            "since" => since = Some(parse_since(value)?),
            "wait_s" => wait = parse_wait(value)?,
            _ => {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    format!("{key:?} is not known here; since and wait_s are"),
                ));
            }
        }
    }
    let texts = smsc.handsets().wait(digits, since, wait).await;
    Ok(json(StatusCode::OK, &Texts { texts }))
}

fn parse_since(value: &str) -> Result<Timestamp, Problem> {
    // A `+` that nobody escaped arrives as a blank.
    let unescaped = value.trim().replacen(' ', "+", 1);
    unescaped.parse().map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "since is a time by RFC 3339, such as 2026-11-21T04:07:00.000001Z",
        )
    })
}

fn parse_wait(value: &str) -> Result<Duration, Problem> {
    let seconds = value.parse().ok().filter(|s| (0.0..=30.0).contains(s));
    let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    wait.ok_or_else(|| {
        let most = MOST_WAIT.as_secs();
        Problem::new(
            StatusCode::BAD_REQUEST,
            format!("wait_s is a number of seconds from 0 to {most}"),
        )
    })
}

/// What is left out stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrangement {
    #[serde(default, deserialize_with = "not_null")]
    coverage: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    receipt: Option<ReceiptWord>,
    #[serde(default, deserialize_with = "not_null")]
    delay_s: Option<f64>,
}

fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

#[derive(Deserialize, Clone, Copy)]
enum ReceiptWord {
    #[serde(rename = "DELIVRD")]
    Delivered,
    #[serde(rename = "UNDELIV")]
    Undeliverable,
    #[serde(rename = "EXPIRED")]
    Expired,
    #[serde(rename = "none")]
    None,
}

impl ReceiptWord {
    fn state(self) -> Option<ReceiptState> {
        match self {
            Self::Delivered => Some(ReceiptState::Delivered),
            Self::Undeliverable => Some(ReceiptState::Undeliverable),
            Self::Expired => Some(ReceiptState::Expired),
            Self::None => None,
        }
    }
}

fn arrange(smsc: &Smsc, digits: &Digits, wanted: Arrangement) -> Result<Response, Problem> {
    let fits = |delay_s: f64| (0.0..=MOST_DELAY_S).contains(&delay_s);
    if !wanted.delay_s.is_none_or(fits) {
        return Err(Problem::unprocessable(format!(
            "delay_s is a number of seconds from 0 to {MOST_DELAY_S}"
        )));
    }
    let change = Change {
        coverage: wanted.coverage,
        receipt: wanted.receipt.map(ReceiptWord::state),
        delay_s: wanted.delay_s,
    };
    let behaviour = smsc
        .arrange(digits, change)
        .map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    Ok(json(StatusCode::OK, &behaviour))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyBody {
    to: String,
    text: String,
}

#[derive(Serialize)]
struct Parts {
    parts: usize,
}

fn reply(
    smsc: &Smsc,
    is_ours: &IsOurs,
    from: &Digits,
    body: ReplyBody,
) -> Result<Response, Problem> {
    let Some(to) = Digits::parse(&body.to) else {
        return Err(Problem::unprocessable(
            "to is the number that the text came from, in digits",
        ));
    };
    if !is_ours(to.as_str()) {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("{to} is not one of our numbers; answer to the number that a text came from"),
        ));
    }
    match smsc.reply(from, &to, &body.text) {
        Ok(parts) => Ok(json(StatusCode::ACCEPTED, &Parts { parts })),
        Err(ReplyError::Text(error)) => Err(Problem::unprocessable(error.to_string())),
        Err(error @ ReplyError::Full(_)) => {
            let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string());
            problem.header = Some((header::RETRY_AFTER, "5"));
            Err(problem)
        }
    }
}

// ---- bodies ----

async fn read<T: DeserializeOwned, B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<T, Problem> {
    let mut octets = Vec::new();
    let mut body = std::pin::pin!(body);
    while let Some(piece) = body.next().await {
        let mut piece = piece
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body did not arrive whole"))?;
        if octets.len() + piece.remaining() > MOST_BODY {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body is longer than {MOST_BODY} octets"),
            ));
        }
        while piece.has_remaining() {
            let chunk = piece.chunk();
            octets.extend_from_slice(chunk);
            let length = chunk.len();
            piece.advance(length);
        }
    }
    // Through a map, since a list would do for a struct too.
    serde_json::from_slice::<serde_json::Map<_, _>>(&octets)
        .and_then(|object| T::deserialize(serde_json::Value::Object(object)))
        .map_err(|error| refuse_body(&error))
}

/// A wrong value or field is the caller's meaning, everything else the caller's spelling.
fn refuse_body(error: &serde_json::Error) -> Problem {
    let status = if error.is_data() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::BAD_REQUEST
    };
    Problem::new(
        status,
        format!("the body is not the JSON wanted here: {error}"),
    )
}

pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    warp::reply::with_status(warp::reply::json(body), status).into_response()
}

pub(super) fn uncached(mut response: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    header: Option<(header::HeaderName, &'static str)>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            header: None,
        }
    }

    pub(super) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    fn external() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "the SMSC is not ours, so there are no handsets to look at; ask the phone itself, or start without --smsc",
        )
    }

    pub(super) fn method(allowed: &'static str) -> Self {
        let mut problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("only {allowed} can be asked of this"),
        );
        problem.header = Some((header::ALLOW, allowed));
        problem
    }

    pub(super) fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body {
            detail: String,
        }
        let detail = self.detail;
        let mut response = json(self.status, &Body { detail });
        if let Some((name, value)) = self.header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// The peer of requests that come through warp's own server.
pub fn warp_peer() -> BoxedFilter<(Option<SocketAddr>,)> {
    warp::addr::remote().boxed()
}

#[cfg(test)]
#[path = "stand_ins_tests.rs"]
mod tests;
