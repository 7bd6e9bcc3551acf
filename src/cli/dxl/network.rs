//! The network of an agent that runs: HTTP and HTTPS with certificates verified, proxies, redirects counted, bodies limited.
//!
//! A run is a plain call that waits; the exchanges happen on threads of their own, so that it may be called from anywhere.

use ::domino::{Request, Response, Transport, TransportError, without_secrets};
use anyhow::Context;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Method, Proxy, redirect};
use std::fmt;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The longest that an exchange without a timeout takes.
const LONGEST: Duration = Duration::from_secs(3600);

/// HTTP over the network of this machine.
pub struct Network {
    /// Until it is let go, in the background: that must not wait for anything.
    runtime: Option<Runtime>,
    roots: Vec<Certificate>,
    max_body_bytes: usize,
    /// The client of the last request, for its connections.
    client: Option<(Route, Client)>,
}

/// What clients differ in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Route {
    proxy: Option<String>,
    proxy_user: Option<(String, String)>,
    max_redirects: u32,
}

impl Network {
    /// With the roots that this machine trusts, and those in files of PEM beside them.
    pub fn new(root_files: &[impl AsRef<Path>], max_body_bytes: usize) -> anyhow::Result<Self> {
        let mut roots = Vec::new();
        for file in root_files {
            let file = file.as_ref();
            let pem =
                std::fs::read(file).with_context(|| format!("{} is not read", file.display()))?;
            let found = Certificate::from_pem_bundle(&pem)
                .with_context(|| format!("{} holds no certificates in PEM", file.display()))?;
            if found.is_empty() {
                anyhow::bail!("{} holds no certificates in PEM", file.display());
            }
            roots.extend(found);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("no thread for the network")?;
        Ok(Self {
            runtime: Some(runtime),
            roots,
            max_body_bytes,
            client: None,
        })
    }

    fn client(&mut self, request: &Request) -> Result<Client, String> {
        let route = Route {
            proxy: request.proxy.clone(),
            proxy_user: request.proxy_user.clone(),
            max_redirects: request.max_redirects,
        };
        if let Some((_, client)) = self.client.as_ref().filter(|(last, _)| *last == route) {
            return Ok(client.clone());
        }
        let most = usize::try_from(route.max_redirects).unwrap_or(usize::MAX);
        let policy = redirect::Policy::custom(move |attempt| {
            let is_downgrade = attempt.url().scheme() == "http"
                && attempt
                    .previous()
                    .last()
                    .is_some_and(|last| last.scheme() == "https");
            match attempt.previous().len() > most || is_downgrade {
                true => attempt.stop(),
                false => attempt.follow(),
            }
        });
        // The status line is HTTP/1.1's, as scripts expect it.
        let mut builder = Client::builder()
            .http1_only()
            .no_proxy()
            .referer(false)
            .redirect(policy)
            .retry(reqwest::retry::never())
            .tls_certs_merge(self.roots.iter().cloned());
        if let Some(proxy) = &route.proxy {
            let address = match proxy.contains("://") {
                true => proxy.clone(),
                false => format!("http://{proxy}"),
            };
            let mut proxy =
                Proxy::all(address).map_err(|why| format!("the proxy: {}", told(&why)))?;
            if let Some((user, password)) = &route.proxy_user {
                proxy = proxy.basic_auth(user, password);
            }
            builder = builder.proxy(proxy);
        }
        let client = builder.build().map_err(|why| told(&why))?;
        self.client = Some((route, client.clone()));
        Ok(client)
    }

    fn exchange(&mut self, request: &Request) -> Result<Response, String> {
        let client = self.client(request)?;
        let prepared = prepare(&client, request)?;
        let most = self.max_body_bytes;
        let Some(runtime) = &self.runtime else {
            return Err("the network has been let go".to_owned());
        };
        let (answer, answered) = mpsc::sync_channel(1);
        runtime.spawn(async move {
            // Nobody waits for it only if the run was ended.
            let _ = answer.send(receive(client, prepared, most).await);
        });
        answered
            .recv()
            .unwrap_or_else(|_| Err("the exchange was broken off".to_owned()))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn prepare(client: &Client, request: &Request) -> Result<reqwest::Request, String> {
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|why| why.to_string())?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|why| format!("{name}: {why}"))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| format!("the value of {name} cannot be sent"))?;
        headers.append(name, value);
    }
    let timeout = match request.timeout.is_zero() {
        true => LONGEST,
        false => request.timeout.min(LONGEST),
    };
    let mut builder = client
        .request(method.clone(), &request.url)
        .headers(headers)
        .timeout(timeout);
    if let Some((user, password)) = &request.user {
        builder = builder.basic_auth(user, Some(password));
    }
    // A GET without a body says nothing of its length.
    if !request.body.is_empty() || matches!(method, Method::POST | Method::PUT | Method::PATCH) {
        builder = builder.body(request.body.clone());
    }
    builder.build().map_err(|why| told(&why))
}

async fn receive(
    client: Client,
    request: reqwest::Request,
    most: usize,
) -> Result<Response, String> {
    let mut response = client.execute(request).await.map_err(|why| told(&why))?;
    let status = response.status();
    let own_reason = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let reason = match own_reason {
        Some(own) => String::from_utf8_lossy(own.as_bytes()).into_owned(),
        None => status.canonical_reason().unwrap_or_default().to_owned(),
    };
    let status_line = format!("{:?} {} {reason}", response.version(), status.as_u16());
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let headers = headers.collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|why| told(&why))? {
        if body.len() + chunk.len() > most {
            return Err(format!("the response is longer than {most} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response {
        status: status.as_u16(),
        status_line: status_line.trim_end().to_owned(),
        headers,
        body,
    })
}

/// An error and its causes, without the URL: that may hold secrets and is said elsewhere.
fn told(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer within the time allowed".to_owned();
    }
    let mut text = match () {
        () if error.is_connect() => "no connection".to_owned(),
        () if error.is_builder() => "this cannot be sent".to_owned(),
        () => "the exchange failed".to_owned(),
    };
    let mut cause = std::error::Error::source(error);
    while let Some(why) = cause {
        let said = why.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = why.source();
    }
    text
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("roots", &self.roots.len())
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}

impl Transport for Network {
    fn send(&mut self, request: &Request) -> Result<Response, TransportError> {
        self.exchange(request).map_err(|why| TransportError {
            url: without_secrets(&request.url),
            why,
        })
    }

    fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{SocketAddr, TcpListener};

    /// A server that answers each connection with the next of some texts, and tells what it was asked.
    fn server(answers: &[&'static str]) -> (SocketAddr, mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = answers.to_vec();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept() else {
                    return;
                };
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut asked = String::new();
                let mut length = 0;
                while reader.read_line(&mut asked).unwrap() > 2 {
                    let last = asked.lines().last().unwrap_or_default().to_lowercase();
                    if let Some(said) = last.strip_prefix("content-length: ") {
                        length = said.parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                asked.push_str(&String::from_utf8_lossy(&body));
                let _ = tell.send(asked);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        (address, told)
    }

    fn request(url: String) -> Request {
        Request {
            method: "GET".to_owned(),
            url,
            headers: Vec::new(),
            body: Vec::new(),
            timeout: Duration::from_secs(20),
            max_redirects: 0,
            proxy: None,
            proxy_user: None,
            user: None,
        }
    }

    fn network(max_body_bytes: usize) -> Network {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Network::new(&[] as &[&Path], max_body_bytes).unwrap()
    }

    const FINE: &str =
        "HTTP/1.1 200 Fine\r\nX-A: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    const MOVED: &str =
        "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    #[test]
    fn a_request_goes_out_and_the_answer_comes_as_it_was_sent() {
        let (address, told) = server(&[FINE]);
        let request = Request {
            method: "POST".to_owned(),
            headers: vec![("X-Own".to_owned(), "ä".to_owned())],
            body: b"hello".to_vec(),
            user: Some(("u".to_owned(), "p".to_owned())),
            ..request(format!("http://{address}/a?b=c"))
        };
        let response = network(100).send(&request).unwrap();
        assert_eq!(
            (response.status, response.status_line.as_str()),
            (200, "HTTP/1.1 200 Fine")
        );
        assert!(
            response
                .headers
                .contains(&("x-a".to_owned(), "1".to_owned()))
        );
        assert_eq!(response.body, b"ok");
        let asked = told.recv().unwrap();
        assert!(asked.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{asked}");
        assert!(asked.ends_with("\r\n\r\nhello"), "{asked}");
        assert!(asked.to_lowercase().contains("\r\nx-own: ä\r\n"), "{asked}");
        assert!(asked.contains("Basic dTpw"), "{asked}");
    }

    #[test]
    fn redirects_are_counted() {
        let (address, _) = server(&[MOVED, FINE, MOVED]);
        let mut network = network(100);
        let url = format!("http://{address}/a");
        let followed = Request {
            max_redirects: 1,
            ..request(url.clone())
        };
        assert_eq!(network.send(&followed).unwrap().status, 200);
        assert_eq!(network.send(&request(url)).unwrap().status, 302);
    }

    #[test]
    fn a_proxy_is_asked_with_its_credentials() {
        let (address, told) = server(&[FINE]);
        let request = Request {
            proxy: Some(address.to_string()),
            proxy_user: Some(("u".to_owned(), "p".to_owned())),
            ..request("http://nowhere.invalid/a".to_owned())
        };
        assert_eq!(network(100).send(&request).unwrap().body, b"ok");
        let asked = told.recv().unwrap();
        assert!(
            asked.starts_with("GET http://nowhere.invalid/a HTTP/1.1\r\n"),
            "{asked}"
        );
        assert!(
            asked
                .to_lowercase()
                .contains("proxy-authorization: basic dtpw"),
            "{asked}"
        );
    }

    #[test]
    fn what_is_too_long_too_slow_or_not_there_is_said() {
        let (address, _) = server(&[FINE]);
        let error = network(1)
            .send(&request(format!("http://{address}/")))
            .unwrap_err();
        assert_eq!(error.why, "the response is longer than 1 bytes");
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let slow = Request {
            timeout: Duration::from_millis(50),
            ..request(format!(
                "http://me:secret@{}/",
                silent.local_addr().unwrap()
            ))
        };
        let error = network(1).send(&slow).unwrap_err();
        assert_eq!(error.why, "no answer within the time allowed");
        assert!(!error.to_string().contains("secret"));
        let gone = silent.local_addr().unwrap();
        drop(silent);
        let error = network(1)
            .send(&request(format!("http://{gone}/")))
            .unwrap_err();
        assert!(error.why.starts_with("no connection"), "{}", error.why);
    }

    #[tokio::test]
    async fn it_may_be_called_from_a_task() {
        let (address, _) = server(&[FINE]);
        let mut network = network(100);
        assert_eq!(
            network
                .send(&request(format!("http://{address}/")))
                .unwrap()
                .status,
            200
        );
        drop(network);
    }
}
