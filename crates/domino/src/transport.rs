//! How HTTP goes out: requests and responses as the objects of Notes and Windows speak of them. Who runs a script brings the network.

use crate::World;
use crate::trace::Traced;
use std::fmt;
use std::time::Duration;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// As in `POST`.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// In the order in which they were set; names as they were written.
    pub headers: Vec<(String, String)>,
    /// Empty if there is none.
    pub body: Vec<u8>,
    /// How long the whole may take.
    pub timeout: Duration,
    /// How many redirects are followed.
    pub max_redirects: u32,
    /// `host:port`, or a URL.
    pub proxy: Option<String>,
    /// For the proxy: user and password.
    pub proxy_user: Option<(String, String)>,
    /// For the server: user and password.
    pub user: Option<(String, String)>,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// As in 200.
    pub status: u16,
    /// The status line, as in `HTTP/1.1 200 OK`.
    pub status_line: String,
    /// In the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body, at most [`Transport::max_body_bytes`].
    pub body: Vec<u8>,
}

/// What was sent and what came, for the report of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// As in `POST`.
    pub method: String,
    /// Without user, password and query.
    pub url: String,
    /// How many bytes were sent as body.
    pub sent_bytes: usize,
    /// What came: the status and the bytes of the body, or why nothing did.
    pub outcome: Result<(u16, usize), String>,
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            method,
            url,
            sent_bytes,
            outcome,
        } = self;
        write!(f, "{method} {url}, {sent_bytes} bytes sent: ")?;
        match outcome {
            Ok((status, bytes)) => write!(f, "{status}, {bytes} bytes"),
            Err(why) => f.write_str(why),
        }
    }
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url}: {why}")]
pub struct TransportError {
    /// Where to, without secrets.
    pub url: String,
    /// What went wrong, for people.
    pub why: String,
}

/// The network.
pub trait Transport: fmt::Debug {
    /// Sends a request and waits for the response; any status is one.
    fn send(&mut self, request: &Request) -> Result<Response, TransportError>;

    /// The longest body of a response.
    fn max_body_bytes(&self) -> usize {
        16 << 20
    }
}

/// A URL without what may be secret: user, password, query, fragment.
pub fn without_secrets(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (bare, query) = url.split_at(end);
    let shown = match bare.split_once("://") {
        Some((scheme, rest)) => {
            let host_end = rest.find('/').unwrap_or(rest.len());
            let host = &rest[..host_end];
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}{}", &rest[host_end..])
        }
        None => bare.to_owned(),
    };
    match query.starts_with('?') {
        true => shown + "?…",
        false => shown,
    }
}

impl World {
    /// Sends a request and keeps a note of it.
    pub(crate) fn exchange(&mut self, request: &Request) -> Result<Response, TransportError> {
        let url = without_secrets(&request.url);
        let outcome = match fault_of(request) {
            Some(why) => Err(TransportError {
                url: url.clone(),
                why: why.to_owned(),
            }),
            None => self.transport.send(request),
        };
        let exchange = Exchange {
            method: request.method.clone(),
            url,
            sent_bytes: request.body.len(),
            outcome: match &outcome {
                Ok(response) => Ok((response.status, response.body.len())),
                Err(error) => Err(error.why.clone()),
            },
        };
        self.trace.add(Traced::Http {
            exchange: exchange.to_string(),
        });
        self.exchanges.push(exchange);
        outcome
    }
}

/// Why a request cannot be sent by anyone.
fn fault_of(request: &Request) -> Option<&'static str> {
    let is_token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let is_value = |text: &str| !text.contains(['\r', '\n', '\0']);
    let lower = request.url.to_lowercase();
    match () {
        () if !is_token(&request.method) => Some("the method is no word"),
        () if !(lower.starts_with("http://") || lower.starts_with("https://")) => {
            Some("the URL does not begin with http:// or https://")
        }
        () if request.url.contains(|c: char| c.is_control() || c == ' ') => {
            Some("the URL has blanks or line ends in it; they must be encoded")
        }
        () if !request.headers.iter().all(|(name, _)| is_token(name)) => {
            Some("the name of a header field has characters that cannot stand there")
        }
        () if !request.headers.iter().all(|(_, value)| is_value(value)) => {
            Some("the value of a header field has line ends in it")
        }
        () => None,
    }
}

/// No network: every request fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNetwork;

impl Transport for NoNetwork {
    fn send(&mut self, request: &Request) -> Result<Response, TransportError> {
        Err(TransportError {
            url: without_secrets(&request.url),
            why: "this run has no network".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let cases = [
            (
                "https://me:pass@host:81/a/b?key=1#x",
                "https://host:81/a/b?…",
            ),
            ("http://host", "http://host"),
            ("http://host/a@b", "http://host/a@b"),
            ("a?b", "a?…"),
        ];
        for (url, expected) in cases {
            assert_eq!(without_secrets(url), expected);
        }
    }
}
