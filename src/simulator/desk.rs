//! The demo's desk: mailboxes over HTTP, and the page where a phone and an inbox stand side by side. On loopback only, by a loopback name only.

use super::mailbox::Mailboxes;
use super::page;
use super::stand_ins::{Problem, json, refuse_strangers, uncached};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::filters::path::Tail;
use warp::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

/// The longest wait for a mail, s.
const MOST_WAIT_S: f64 = 30.0;

/// Every request under `/demo/mailboxes`; with an external relay (`None`) all are answered with 409.
pub fn mailboxes_filter(
    boxes: Option<Arc<Mailboxes>>,
    peer: BoxedFilter<(Option<SocketAddr>,)>,
) -> BoxedFilter<(Response,)> {
    let host = warp::host::optional()
        .map(Ok)
        .or(warp::any().map(|| Err(())))
        .unify();
    warp::path!("demo" / "mailboxes" / ..)
        .and(warp::path::tail())
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(host)
        .and(peer)
        .and(warp::query::<Vec<(String, String)>>())
        .then(move |tail: Tail, method: Method, headers: HeaderMap, host, peer, query: Vec<(String, String)>| {
            let boxes = boxes.clone();
            async move {
                let answer = async {
                    refuse_strangers(peer, host, &headers)?;
                    let Some(boxes) = boxes else {
                        return Err(Problem::new(StatusCode::CONFLICT, "the mail relay is not ours, so there are no mailboxes to look at; read the mail where it was delivered, or start without --relay"));
                    };
                    let address = address(tail.as_str())?;
                    match method {
                        Method::GET => {
                            let (since, wait) = asked(&query)?;
                            Ok(json(StatusCode::OK, &boxes.wait(&address, since, wait).await))
                        }
                        Method::DELETE => {
                            boxes.clear(&address);
                            Ok(json(StatusCode::OK, &boxes.view(&address, None)))
                        }
                        _ => Err(Problem::method("GET, HEAD, DELETE")),
                    }
                };
                uncached(answer.await.unwrap_or_else(Problem::into_response))
            }
        })
        .boxed()
}

/// The page at `/`, its files, and what it must be told.
pub fn page_filter(
    config: &page::Config,
    peer: BoxedFilter<(Option<SocketAddr>,)>,
) -> BoxedFilter<(Response,)> {
    let config = serde_json::to_vec(config).unwrap_or_default();
    let host = warp::host::optional()
        .map(Ok)
        .or(warp::any().map(|| Err(())))
        .unify();
    let file = warp::get()
        .and(warp::path::full())
        .and_then(move |path: warp::path::FullPath| {
            let file: Option<(&str, Vec<u8>)> = match path.as_str() {
                "/" => Some(("text/html; charset=utf-8", page::HTML.into())),
                "/demo/page.css" => Some(("text/css; charset=utf-8", page::CSS.into())),
                "/demo/page.js" => Some(("text/javascript; charset=utf-8", page::JS.into())),
                "/demo/config.json" => Some(("application/json", config.clone())),
                _ => None,
            };
            async move { file.ok_or_else(warp::reject::not_found) }
        });
    file.and(warp::header::headers_cloned())
        .and(host)
        .and(peer)
        .map(
            |(kind, content): (&'static str, Vec<u8>), headers: HeaderMap, host, peer| {
                if let Err(problem) = refuse_strangers(peer, host, &headers) {
                    return problem.into_response();
                }
                let mut response = Response::new(content.into());
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
                headers.insert(
                    CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static(page::CONTENT_SECURITY_POLICY),
                );
                headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
                headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
                uncached(response)
            },
        )
        .boxed()
}

fn address(tail: &str) -> Result<String, Problem> {
    let decoded = percent_decode(tail)
        .filter(|address| address.contains('@') && address.len() <= 254 && !address.contains('/'));
    decoded.ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "a mailbox is /demo/mailboxes/<address>, such as /demo/mailboxes/alice@acme.example",
        )
    })
}

fn percent_decode(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        if octet == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            octets.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            octets.push(octet);
        }
    }
    String::from_utf8(octets).ok()
}

/// What is asked of a mailbox: mails that came after `since` (RFC 3339), waiting up to `wait_s` for one.
fn asked(query: &[(String, String)]) -> Result<(Option<i64>, Duration), Problem> {
    let (mut since, mut wait) = (None, 0.0);
    for (name, value) in query {
        match name.as_str() {
            "since" => {
                // A `+` that was not escaped arrives as a blank.
                let at = value.replace(' ', "+").parse::<jiff::Timestamp>();
                since = Some(
                    at.map_err(|_| {
                        Problem::unprocessable("since is a time such as 2026-11-21T05:36:25.443Z")
                    })?
                    .as_millisecond(),
                );
            }
            "wait_s" => {
                wait = value
                    .parse::<f64>()
                    .ok()
                    .filter(|seconds| (0.0..=MOST_WAIT_S).contains(seconds))
                    .ok_or_else(|| {
                        Problem::unprocessable("wait_s is a number of seconds from 0 to 30")
                    })?;
            }
            _ => {
                return Err(Problem::unprocessable(format!(
                    "`{name}` is not asked for here; since and wait_s are"
                )));
            }
        }
    }
    Ok((since, Duration::from_secs_f64(wait)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_decoded_once() {
        assert_eq!(
            percent_decode("alice%40acme.example").as_deref(),
            Some("alice@acme.example")
        );
        assert_eq!(percent_decode("a%2540b").as_deref(), Some("a%40b"));
        for broken in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(percent_decode(broken), None, "{broken}");
        }
    }
}
