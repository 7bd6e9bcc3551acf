//! The accept loop of the HTTP doors: TLS, time-outs, caps, and an end that lets requests finish [SPEC 9.4, 16.6; THREATS T18].
//!
//! warp itself has none of these. Here a connection passes the caps, the handshake and the guard round its stream, then hyper serves
//! the warp filter on it with the [`Peer`] as a request extension. What a filter leaves of a request's body is read away behind the
//! answer, or a client that sends before it listens would find the connection broken in place of it. HEAD is asked as GET, and answered
//! without the body: doors need not know it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures::{Stream, TryStreamExt};
use http::{Method, Request, StatusCode, Version, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection};

/// What plain HTTP is told where TLS is spoken.
const SPEAK_TLS: &str = "This is HTTPS. Please ask again with https:// instead of http://.\n";

/// What one listener grants. Who exceeds it loses the connection, not the service.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at one time; more wait in the system's queue.
    pub connections: usize,
    /// Connections at one time from one address (IPv6: one /64); more are closed at once.
    pub connections_per_source: usize,
    /// For a TLS handshake.
    pub handshake: Duration,
    /// For the head of a request, and for silence between two requests.
    pub header: Duration,
    /// For silence within a request's body.
    pub body_idle: Duration,
    /// For a request's body as a whole.
    pub body: Duration,
    /// Bytes of a body that its answer did not wait for; more end the connection.
    pub unread: usize,
    /// For those bytes.
    pub unread_within: Duration,
    /// For a peer that takes none of its answer.
    pub write_stall: Duration,
    /// Requests at one time on one HTTP/2 connection.
    pub streams: u32,
    /// For requests still under way when the listener is told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 800,
            connections_per_source: 400,
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(10),
            body_idle: Duration::from_secs(10),
            body: Duration::from_secs(60),
            // Eight times the largest body that a door takes.
            unread: 8 << 20,
            unread_within: Duration::from_secs(5),
            write_stall: Duration::from_secs(30),
            streams: 100,
            drain: Duration::from_secs(10),
        }
    }
}

/// Who is at the other end, as the listener saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The address the connection came from.
    pub addr: SocketAddr,
    /// Whether it came by TLS.
    pub tls: bool,
}

/// Extracts the [`Peer`] of a request that came through [`serve`].
pub fn peer() -> impl Filter<Extract = (Peer,), Error = Rejection> + Copy {
    warp::ext::get::<Peer>()
}

/// Why a request's body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More than the cap; 413.
    #[error("the request's body is larger than {0} bytes")]
    TooLarge(usize),
    /// The peer stopped or broke off, or the framing is broken; 400 if anybody still listens.
    #[error("the request's body did not arrive whole")]
    Broken,
}

/// Reads a body, of a known length or chunked, up to `cap` bytes. No more than that is ever held.
pub async fn read_body<S, B, E>(stream: S, cap: usize) -> Result<Bytes, BodyError>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let mut stream = std::pin::pin!(stream);
    let mut body = BytesMut::new();
    while let Some(mut piece) = stream.try_next().await.map_err(|_| BodyError::Broken)? {
        if piece.remaining() > cap - body.len() {
            return Err(BodyError::TooLarge(cap));
        }
        if body.is_empty() {
            // Bodies of one piece, most of them, are not copied.
            body = BytesMut::from(piece.copy_to_bytes(piece.remaining()));
        } else {
            while piece.has_remaining() {
                let chunk = piece.chunk();
                body.extend_from_slice(chunk);
                let taken = chunk.len();
                piece.advance(taken);
            }
        }
    }
    Ok(body.freeze())
}

/// Serves the filter on every connection until `shutdown`; then accepts no more, lets requests finish for up to `limits.drain`, and
/// returns. Nothing that a peer does ends it.
pub async fn serve<R>(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    filter: BoxedFilter<(R,)>,
    limits: Limits,
    shutdown: CancellationToken,
) where
    R: Reply + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(limits.connections));
    let sources = Arc::new(Sources::default());
    let door = Arc::new(Door {
        tls: tls.map(TlsAcceptor::from),
        http: protocol(&limits),
        limits,
        shutdown: shutdown.clone(),
    });
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let (stream, addr, slot) = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &slots) => accepted,
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a connection's task ended badly");
                }
                continue;
            }
        };
        let Some(source) = sources.enter(addr.ip(), door.limits.connections_per_source) else {
            tracing::debug!(source = %addr.ip(), "too many connections from one source; closed");
            continue;
        };
        let (door, watcher, filter) = (door.clone(), graceful.watcher(), filter.clone());
        connections.spawn(async move {
            door.converse(stream, addr, filter, watcher).await;
            drop((slot, source));
        });
    }
    drop(listener);
    if timeout(door.limits.drain, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            left = connections.len(),
            "connections cut that did not end in time"
        );
    }
    connections.shutdown().await;
}

/// The next connection, once there is room for one more.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let slot = slots.clone().acquire_owned().await.expect("never closed");
    loop {
        match listener.accept().await {
            Ok((stream, addr)) => return (stream, addr, slot),
            Err(error) => {
                // One peer's broken connection, or no file descriptors for a while: neither is a reason to stop, the latter one to wait.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn protocol(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        // Old clients say that they have finished speaking before they listen; they still want their answer.
        .half_close(true)
        .max_buf_size(64 * 1024);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(64 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(limits.header);
    http
}

/// Connections under way per source.
#[derive(Default)]
struct Sources(Mutex<HashMap<IpAddr, usize>>);

impl Sources {
    /// Counts one connection in, until what is returned is dropped; nothing if the source has its share.
    fn enter(self: &Arc<Self>, ip: IpAddr, cap: usize) -> Option<Entered> {
        let source = source_of(ip);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(source).or_default();
        if *count >= cap {
            return None;
        }
        *count += 1;
        Some(Entered {
            sources: self.clone(),
            source,
        })
    }
}

struct Entered {
    sources: Arc<Sources>,
    source: IpAddr,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut counts = self
            .sources
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.source);
            }
        }
    }
}

/// An IPv6 host has a whole /64 to call from.
fn source_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

/// What all connections of one listener share.
struct Door {
    tls: Option<TlsAcceptor>,
    http: auto::Builder<TokioExecutor>,
    limits: Limits,
    shutdown: CancellationToken,
}

impl Door {
    async fn converse<R: Reply + Send + 'static>(
        &self,
        stream: TcpStream,
        addr: SocketAddr,
        filter: BoxedFilter<(R,)>,
        watcher: Watcher,
    ) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%addr, %error, "TCP_NODELAY");
        }
        let peer = Peer {
            addr,
            tls: self.tls.is_some(),
        };
        let Some(tls) = &self.tls else {
            return self.speak(stream, peer, filter, watcher).await;
        };
        tokio::select! {
            () = self.shutdown.cancelled() => {}
            shaken = timeout(self.limits.handshake, shake_hands(tls, stream, &self.limits)) => match shaken {
                Ok(Ok(Some(stream))) => self.speak(stream, peer, filter, watcher).await,
                Ok(Ok(None)) => tracing::debug!(%addr, "plain HTTP where TLS is spoken; told so"),
                Ok(Err(error)) => tracing::debug!(%addr, %error, "TLS handshake failed"),
                Err(_) => tracing::debug!(%addr, "TLS handshake took too long"),
            },
        }
    }

    async fn speak<S, R>(&self, stream: S, peer: Peer, filter: BoxedFilter<(R,)>, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        R: Reply + Send + 'static,
    {
        let conflict = Arc::new(AtomicBool::new(false));
        let stream = Guard {
            stream,
            heads: Heads::new(),
            conflict: conflict.clone(),
            first_head_by: Some(Box::pin(sleep(self.limits.header))),
            stopping: Box::pin(self.shutdown.clone().cancelled_owned()),
            write_stall: self.limits.write_stall,
            stalled: None,
        };
        let service = Framed {
            inner: TowerToHyperService::new(warp::service(filter)),
            peer,
            conflict,
            limits: self.limits.clone(),
        };
        let connection = self
            .http
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(addr = %peer.addr, error, "connection ended");
        }
    }
}

/// The stream under TLS. Whoever begins with a letter speaks plain HTTP, is told so in its own language, and gets nothing else: `None`.
async fn shake_hands(
    tls: &TlsAcceptor,
    mut stream: TcpStream,
    limits: &Limits,
) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    if !first[0].is_ascii_uppercase() {
        return tls.accept(stream).await.map(Some);
    }
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{SPEAK_TLS}",
        SPEAK_TLS.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // To close on what was not read would take the answer away again.
    let (mut rest, mut nowhere) = (stream.take(limits.unread as u64), tokio::io::sink());
    let read = tokio::io::copy(&mut rest, &mut nowhere);
    let read = timeout(limits.unread_within, read).await;
    read.unwrap_or(Ok(0)).map(|_| None)
}

/// The filter as a service, with what must happen before and after it.
struct Framed<S> {
    inner: S,
    peer: Peer,
    conflict: Arc<AtomicBool>,
    limits: Limits,
}

impl<S> Service<Request<Incoming>> for Framed<S>
where
    S: Service<Request<TimedBody>, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let chunked = request.version() < Version::HTTP_2
            && request.headers().contains_key(header::TRANSFER_ENCODING);
        let (unread, within) = (self.limits.unread, self.limits.unread_within);
        // hyper drops the Content-Length of such a request before it gets here, so it was looked for on the wire. [RFC 9112 §6.3]
        if chunked && self.conflict.load(Ordering::Acquire) {
            return Box::pin(async move {
                tokio::spawn(read_away(request.into_body(), unread, within));
                Ok(refuse_conflict())
            });
        }
        request.extensions_mut().insert(self.peer);
        let is_head = request.method() == Method::HEAD;
        if is_head {
            *request.method_mut() = Method::GET;
        }
        let left = Left::default();
        let answer = self.inner.call(request.map(|body| TimedBody {
            body: Some(body),
            left: left.clone(),
            idle: self.limits.body_idle,
            deadline: Instant::now() + self.limits.body,
            timer: None,
        }));
        Box::pin(async move {
            let mut response = answer.await?;
            if is_head {
                response = without_body(response);
            }
            let left = left.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(body) = left {
                // The answer goes out meanwhile: nobody has to send all of what is refused to learn that it is. hyper has written the answer's
                // head before it is asked for more of the body, so whoever waits for 100 Continue hears no such thing.
                tokio::spawn(read_away(body, unread, within));
            }
            if chunked {
                // A front that saw another end of this request than we did finds nobody to read the rest to.
                let close = header::HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok(response)
        })
    }
}

/// What HEAD is told of the answer to GET [RFC 9110 §9.3.2]. hyper would leave the body out over HTTP/1 alone.
fn without_body(response: Response) -> Response {
    let length = response.body().size_hint().exact();
    let (mut head, _) = response.into_parts();
    if let Some(length) = length.filter(|length| *length > 0) {
        head.headers.insert(header::CONTENT_LENGTH, length.into());
    }
    Response::from_parts(head, String::new().into())
}

fn refuse_conflict() -> Response {
    let text = "A request may have Content-Length or Transfer-Encoding, not both.\n";
    let refusal = warp::reply::with_status(text, StatusCode::BAD_REQUEST);
    warp::reply::with_header(refusal, header::CONNECTION, "close").into_response()
}

/// What a filter left of a request's body.
type Left = Arc<Mutex<Option<Incoming>>>;

/// Reads what nobody wants of a body, so that its sender comes to listen. To drop it would be to close the connection on what is still
/// sent, and the answer would be lost with it. Whoever sends more, or longer, is cut all the same.
async fn read_away(mut body: Incoming, most: usize, within: Duration) {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > most {
                break;
            }
        }
    };
    // What is over here is over for hyper too, which holds the connection.
    let _ = timeout(within, reading).await;
}

/// A request's body that must keep coming. What is left of it when it is dropped goes where the listener finds it, unless it broke.
struct TimedBody {
    /// None once it has ended or broken.
    body: Option<Incoming>,
    left: Left,
    idle: Duration,
    deadline: Instant,
    /// Armed while a frame is waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            self.timer = None;
            if !matches!(frame, Some(Ok(_))) {
                self.body = None;
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let at = self.deadline.min(Instant::now() + self.idle);
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(at)));
        ready!(timer.as_mut().poll(cx));
        self.body = None;
        Poll::Ready(Some(Err("the body came too slowly".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.body.as_ref();
        body.map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for TimedBody {
    fn drop(&mut self) {
        let body = self.body.take().filter(|body| !body.is_end_stream());
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = body;
    }
}

/// A stream that gives up on a peer who sends no first head or takes no answer, and that looks at heads as they pass.
struct Guard<S> {
    stream: S,
    heads: Heads,
    conflict: Arc<AtomicBool>,
    /// hyper counts from the moment it knows the protocol; a peer that says nothing at all would stay for ever.
    first_head_by: Option<Pin<Box<Sleep>>>,
    /// From then on nobody may begin a request, nor go on beginning one.
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
    write_stall: Duration,
    /// Armed while the peer takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Guard<S> {
    fn watch_write<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.write_stall;
        let timer = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        if Pin::new(&mut self.stream).poll_read(cx, buf)?.is_ready() {
            self.heads.pass(&buf.filled()[before..]);
            if self.heads.conflict {
                self.conflict.store(true, Ordering::Release);
            }
            if self.heads.complete > 0 {
                self.first_head_by = None;
            }
            return Poll::Ready(Ok(()));
        }
        // hyper would wait for a head that has begun until its time is over. What was asked already is still answered: the end of what a
        // peer says is not the end of what it hears.
        if self.heads.is_within_head() && self.stopping.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        if let Some(timer) = &mut self.first_head_by {
            ready!(timer.as_mut().poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch_write(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.watch_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch_write(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch_write(cx, shut)
    }
}

/// Follows the requests of an HTTP/1 connection closely enough to see a head that names both framings. It stops looking at the first
/// head with Transfer-Encoding, which is the last of its connection anyway, and at whatever it does not understand, which hyper refuses.
struct Heads {
    state: HeadState,
    complete: u64,
    conflict: bool,
}

enum HeadState {
    /// Within a head: the beginning of the line that is being read, and what was seen of the head.
    Head {
        line: Vec<u8>,
        begun: bool,
        content_length: Option<u64>,
        transfer_encoding: bool,
    },
    /// Within a body of which so many bytes are to come.
    Body(u64),
    /// Within the preface of HTTP/2, of which so many bytes are to come.
    Preface(usize),
    Done,
}

/// `CR LF SM CR LF CR LF`
const PREFACE_REST: usize = 8;

impl HeadState {
    fn head() -> Self {
        HeadState::Head {
            line: Vec::new(),
            begun: false,
            content_length: None,
            transfer_encoding: false,
        }
    }
}

impl Heads {
    /// Enough of a line for either header's name and a length.
    const LINE: usize = 64;

    fn new() -> Self {
        Heads {
            state: HeadState::head(),
            complete: 0,
            conflict: false,
        }
    }

    /// Whether the next thing to come is a request's head, or the rest of one.
    fn is_within_head(&self) -> bool {
        matches!(self.state, HeadState::Head { .. })
    }

    fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match &mut self.state {
                HeadState::Done => return,
                HeadState::Preface(left) => {
                    *left = left.saturating_sub(bytes.len());
                    if *left == 0 {
                        self.complete += 1;
                        self.state = HeadState::Done;
                    }
                    return;
                }
                HeadState::Body(left) => {
                    let step = bytes
                        .len()
                        .min(usize::try_from(*left).unwrap_or(usize::MAX));
                    bytes = &bytes[step..];
                    *left -= step as u64;
                    if *left == 0 {
                        self.state = HeadState::head();
                    }
                }
                HeadState::Head { line, .. } => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let piece = &bytes[..end.unwrap_or(bytes.len())];
                    let room = Self::LINE - line.len();
                    line.extend_from_slice(&piece[..piece.len().min(room)]);
                    match end {
                        Some(end) => {
                            bytes = &bytes[end + 1..];
                            self.line_complete();
                        }
                        None => return,
                    }
                }
            }
        }
    }

    fn line_complete(&mut self) {
        let HeadState::Head {
            line,
            begun,
            content_length,
            transfer_encoding,
        } = &mut self.state
        else {
            return;
        };
        let text = line.trim_ascii_end();
        if text.is_empty() {
            if !*begun {
                // Blank lines before a request are tolerated. [RFC 9112 §2.2]
                line.clear();
                return;
            }
            self.complete += 1;
            self.conflict |= *transfer_encoding && content_length.is_some();
            self.state = match (*transfer_encoding, *content_length) {
                (true, _) => HeadState::Done,
                (false, None | Some(0)) => HeadState::head(),
                (false, Some(length)) => HeadState::Body(length),
            };
            return;
        }
        if !*begun && text == b"PRI * HTTP/2.0" {
            // The preface of HTTP/2 is made like a head, and goes on with what looks like another. [RFC 9113 §3.4]
            self.state = HeadState::Preface(PREFACE_REST);
            return;
        }
        if let Some(colon) = text
            .iter()
            .position(|byte| *byte == b':')
            .filter(|_| *begun)
        {
            let (name, value) = (&text[..colon], &text[colon + 1..]);
            if name.eq_ignore_ascii_case(b"transfer-encoding") {
                *transfer_encoding = true;
            } else if name.eq_ignore_ascii_case(b"content-length") {
                let value = std::str::from_utf8(value.trim_ascii()).ok();
                // A length that is none counts as one, or Transfer-Encoding beside it would go unseen; hyper refuses it by itself.
                *content_length = Some(value.and_then(|value| value.parse().ok()).unwrap_or(0));
            }
        }
        *begun = true;
        line.clear();
    }
}

#[cfg(test)]
mod tests;
