//! How HTTP goes out: requests and responses as the objects of Notes and Windows speak of them. Who runs a script brings the network.

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

/// No network: every request fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNetwork;

impl Transport for NoNetwork {
    fn send(&mut self, request: &Request) -> Result<Response, TransportError> {
        Err(TransportError {
            url: request.url.clone(),
            why: "this run has no network".to_owned(),
        })
    }
}
