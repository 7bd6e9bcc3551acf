//! Answers as JSON, and the words that ids, numbers and times have in them [SPEC 12.1].

use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use warp::Reply;
use warp::reply::Response;

/// Prefix of an SMS's id.
pub const MESSAGE: &str = "msg";
/// Prefix of a reply's id, which is also the cursor of that feed.
pub const INBOUND: &str = "in";
/// Prefix of an event's id, which is also the cursor of that feed.
pub const EVENT: &str = "evt";

/// Prefix of a user's id.
pub const USER: &str = "usr";

/// A JSON answer.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => octets(status, body),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            octets(StatusCode::INTERNAL_SERVER_ERROR, b"{}".to_vec())
        }
    }
}

/// An answer that is JSON already.
pub fn octets(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = warp::reply::with_status(body, status).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// UTC ms as RFC 3339.
pub fn time(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    // Always three digits, so that times sort as text too.
    format!("{at:.3}")
}

/// E.164 with `+`.
pub fn number(number: i64) -> String {
    format!("+{number}")
}
