//! Asking ourselves over HTTP, at the very listener that others ask: what it takes to know that a door answers, and nothing that it takes to ask strangers.

use crate::security::Certificates;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// An answer of ours is shorter.
const MOST_BYTES: usize = 64 << 10;

/// Why there was no whole answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    #[error("no connection: {0}")]
    Connection(io::Error),
    /// Nobody there, or somebody without our certificate.
    #[error("no TLS: {0}")]
    Tls(io::Error),
    #[error("no answer: {0}")]
    Http(hyper::Error),
    #[error("the answer was not read: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

/// A listener of our own.
#[derive(Clone)]
pub struct OwnDoor {
    address: SocketAddr,
    tls: Option<TlsConnector>,
}

impl OwnDoor {
    /// The one that listens there; with the certificate that it serves, if it speaks TLS. Where it listens on every address, it is asked on this machine's own.
    pub fn new(listens: SocketAddr, certificates: Option<&Arc<Certificates>>) -> Self {
        let own: IpAddr = match listens.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Self {
            address: SocketAddr::new(own, listens.port()),
            tls: certificates.map(|own| TlsConnector::from(own.client_config())),
        }
    }

    /// For the Host of a request.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks over a connection of its own. There is no time limit: whoever drops this ends it.
    pub async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, NoAnswer> {
        let stream = TcpStream::connect(self.address).await;
        let stream = stream.map_err(NoAnswer::Connection)?;
        match &self.tls {
            None => exchange(stream, request).await,
            Some(tls) => {
                let name = self.address.ip().into();
                let stream = tls.connect(name, stream).await.map_err(NoAnswer::Tls)?;
                exchange(stream, request).await
            }
        }
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, NoAnswer>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let opened = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = opened.map_err(NoAnswer::Http)?;
    // Ends with the set, whatever it waits for.
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let answer = sender.send_request(request).await;
    let (head, body) = answer.map_err(NoAnswer::Http)?.into_parts();
    let body = Limited::new(body, MOST_BYTES).collect().await;
    let body = body.map_err(NoAnswer::Body)?.to_bytes();
    Ok(Response::from_parts(head, body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security::Authority;
    use crate::web::listener::{self, Limits};
    use tokio::net::TcpListener;
    use tokio_util::sync::CancellationToken;
    use warp::{Filter, Reply};

    fn request() -> Request<Full<Bytes>> {
        let body = Full::new(Bytes::from_static(b"echo"));
        Request::post("/").body(body).unwrap()
    }

    /// A listener that says what it was told, or too much of it.
    async fn listen(certificates: Option<&Arc<Certificates>>, times: usize) -> SocketAddr {
        let socket = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let echo = warp::body::bytes()
            .map(move |body: Bytes| body.repeat(times).into_response())
            .boxed();
        tokio::spawn(listener::serve(
            socket,
            certificates.map(Certificates::https_config),
            echo,
            Limits::default(),
            CancellationToken::new(),
        ));
        address
    }

    #[tokio::test]
    async fn a_door_answers_with_and_without_tls_and_nobody_else_is_believed() {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::create_or_load(dir.path()).unwrap();
        let (own, other) = (authority.issue().unwrap(), authority.issue().unwrap());
        for certificates in [None, Some(&own)] {
            let door = OwnDoor::new(listen(certificates, 1).await, certificates);
            assert!(door.address().ip().is_loopback());
            let answer = door.ask(request()).await.unwrap();
            assert_eq!(
                (answer.status().as_u16(), &answer.body()[..]),
                (200, &b"echo"[..])
            );
        }
        let impostor = OwnDoor::new(listen(Some(&other), 1).await, Some(&own));
        assert!(matches!(
            impostor.ask(request()).await,
            Err(NoAnswer::Tls(_))
        ));
        let plain = OwnDoor::new(listen(None, 1).await, Some(&own));
        assert!(matches!(plain.ask(request()).await, Err(NoAnswer::Tls(_))));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_told_by_where_it_ended() {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let hangs_up = tokio::spawn(async move { drop(socket.accept().await.unwrap()) });
        let door = OwnDoor::new(address, None);
        assert!(matches!(door.ask(request()).await, Err(NoAnswer::Http(_))));
        hangs_up.await.unwrap();
        assert!(matches!(
            door.ask(request()).await,
            Err(NoAnswer::Connection(_))
        ));
        let floods = OwnDoor::new(listen(None, MOST_BYTES).await, None);
        assert!(matches!(
            floods.ask(request()).await,
            Err(NoAnswer::Body(_))
        ));
    }
}
