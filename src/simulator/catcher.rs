//! The mail catcher of `demo`: a small SMTP server on loopback that takes every mail and keeps it in [`Mailboxes`].
//!
//! It takes all recipients and relays nothing, but is strict where it costs senders their mail elsewhere: lines end in CRLF and nothing else, sizes and
//! counts have limits, nothing follows DATA before its 354 [RFC 5321, RFC 2920].

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use smtp_proto::{MAIL_SMTPUTF8, MailFrom, Request};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::mailbox::Mailboxes;

/// What one client may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one mail, as announced by SIZE.
    pub mail_bytes: usize,
    /// Bytes of one command line with its CRLF [RFC 5321 §4.5.3.1.4; more for parameters].
    pub command_bytes: usize,
    /// Recipients of one mail [RFC 5321 §4.5.3.1.8].
    pub recipients: usize,
    /// Refused commands until we hang up.
    pub errors: u32,
    /// Clients at one time; further ones wait in the backlog.
    pub connections: usize,
    /// Silence until we hang up.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            mail_bytes: 10 << 20,
            command_bytes: 2_048,
            recipients: 100,
            errors: 20,
            connections: 200,
            silence: Duration::from_secs(120),
        }
    }
}

/// The catcher's parts. `now` gives UTC milliseconds.
pub struct Catcher<N> {
    /// Where the mails go.
    pub boxes: Arc<Mailboxes>,
    /// What one client may use.
    pub limits: Limits,
    /// The clock.
    pub now: N,
}

/// Serves until `stop`; then ends all connections and returns. A connection that fails concerns nobody else.
pub async fn serve<N>(listener: TcpListener, catcher: Catcher<N>, stop: CancellationToken)
where
    N: Fn() -> i64 + Send + Sync + 'static,
{
    let catcher = Arc::new(catcher);
    let places = Arc::new(Semaphore::new(catcher.limits.connections));
    let connections = TaskTracker::new();
    let accepting = async {
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                // Out of file handles, most likely: they come back.
                Err(error) => {
                    tracing::warn!(%error, "mail catcher cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            stream.set_nodelay(true).ok();
            let (catcher, stop) = (Arc::clone(&catcher), stop.clone());
            connections.spawn(async move {
                let _place = place;
                let ended = stop
                    .run_until_cancelled(Session::new(stream, &catcher).converse())
                    .await;
                if let Some(Err(error)) = ended {
                    tracing::debug!(%error, "mail catcher: a client went away");
                }
            });
        }
    };
    stop.run_until_cancelled(accepting).await;
    connections.close();
    connections.wait().await;
}

/// Why a line cannot be taken.
enum Unfit {
    /// A bare CR, a bare LF, or a NUL.
    BareLineEnd,
    TooLong,
}

/// Whether the dialogue goes on.
enum Next {
    GoOn,
    HangUp,
}

struct Session<'a, S, N> {
    stream: S,
    catcher: &'a Catcher<N>,
    /// Read, not yet taken.
    input: BytesMut,
    /// Answers not yet written: pipelined commands are answered together.
    output: Vec<u8>,
    greeted: bool,
    sender: Option<String>,
    recipients: Vec<String>,
    errors: u32,
}

impl<'a, S, N> Session<'a, S, N>
where
    S: AsyncRead + AsyncWrite + Unpin,
    N: Fn() -> i64,
{
    fn new(stream: S, catcher: &'a Catcher<N>) -> Self {
        Session {
            stream,
            catcher,
            input: BytesMut::new(),
            output: vec![],
            greeted: false,
            sender: None,
            recipients: vec![],
            errors: 0,
        }
    }

    async fn converse(&mut self) -> io::Result<()> {
        self.say("220 localhost ESMTP mail catcher");
        loop {
            let Some(line) = self.line(self.catcher.limits.command_bytes).await? else {
                return Ok(());
            };
            let next = match line {
                Ok(line) => self.command(&line).await?,
                Err(Unfit::BareLineEnd) => {
                    self.refuse_for_good("500 5.5.2 Lines end in CRLF and hold no NUL")
                }
                Err(Unfit::TooLong) => self.refuse_for_good("500 5.5.2 Line too long"),
            };
            if let Next::HangUp = next {
                self.flush().await?;
                return self.stream.shutdown().await;
            }
        }
    }

    fn say(&mut self, answer: &str) {
        self.output.extend_from_slice(answer.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }

    fn refuse(&mut self, answer: &str) -> Next {
        self.say(answer);
        self.errors += 1;
        if self.errors < self.catcher.limits.errors {
            return Next::GoOn;
        }
        self.refuse_for_good("421 4.7.0 Too many errors")
    }

    fn refuse_for_good(&mut self, answer: &str) -> Next {
        self.say(answer);
        Next::HangUp
    }

    async fn flush(&mut self) -> io::Result<()> {
        let output = std::mem::take(&mut self.output);
        self.stream.write_all(&output).await?;
        self.stream.flush().await
    }

    /// The next line without its CRLF, at most `limit` bytes with it; `None` at the end of the stream. Answers go out before we wait.
    async fn line(&mut self, limit: usize) -> io::Result<Option<Result<BytesMut, Unfit>>> {
        let mut searched = 0;
        loop {
            if let Some(found) = self.input[searched..].iter().position(|b| *b == b'\n') {
                let mut line = self.input.split_to(searched + found + 1);
                let ends_well = line.len() >= 2 && line[line.len() - 2] == b'\r';
                let long = line.len() > limit;
                line.truncate(line.len().saturating_sub(2));
                let fit = ends_well && !line.iter().any(|b| matches!(b, b'\r' | b'\n' | 0));
                return Ok(Some(if !fit {
                    Err(Unfit::BareLineEnd)
                } else if long {
                    Err(Unfit::TooLong)
                } else {
                    Ok(line)
                }));
            }
            searched = self.input.len();
            if searched > limit {
                // Two bytes stay, so that the rest of this line is never taken for a lone dot, nor its CRLF torn.
                self.input.advance(searched - 2);
                return Ok(Some(Err(Unfit::TooLong)));
            }
            self.flush().await?;
            let read = timeout(
                self.catcher.limits.silence,
                self.stream.read_buf(&mut self.input),
            )
            .await;
            match read {
                Ok(Ok(0)) => return Ok(None),
                Ok(read) => {
                    read?;
                }
                Err(_) => {
                    self.say("421 4.4.2 Nothing heard for too long");
                    self.flush().await?;
                    return Ok(None);
                }
            }
        }
    }

    async fn command(&mut self, line: &[u8]) -> io::Result<Next> {
        let whole = [line, b"\r\n"].concat();
        let next = match Request::parse(&mut whole.iter()) {
            Ok(Request::Ehlo { .. }) => self.hello(true),
            Ok(Request::Helo { .. }) => self.hello(false),
            Ok(Request::Mail { from }) => self.mail(from),
            Ok(Request::Rcpt { to }) => self.rcpt(&to.address),
            Ok(Request::Data) => return self.data().await,
            Ok(Request::Rset) => {
                self.reset();
                self.say("250 2.0.0 Forgotten");
                Next::GoOn
            }
            Ok(Request::Noop { .. }) => {
                self.say("250 2.0.0 Still here");
                Next::GoOn
            }
            Ok(Request::Vrfy { .. }) => {
                self.say("252 2.5.2 Send it and see");
                Next::GoOn
            }
            Ok(Request::Quit) => self.refuse_for_good("221 2.0.0 Goodbye"),
            Ok(other) => self.refuse(&format!("502 5.5.1 {} is not done here", other.name())),
            Err(_) => self.refuse("500 5.5.2 Not a command, or not with these parameters"),
        };
        Ok(next)
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    fn hello(&mut self, extended: bool) -> Next {
        self.reset();
        self.greeted = true;
        if extended {
            self.say(&format!("250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {}", self.catcher.limits.mail_bytes));
        } else {
            self.say("250 localhost");
        }
        Next::GoOn
    }

    fn mail(&mut self, from: MailFrom<Cow<'_, str>>) -> Next {
        if !self.greeted || self.sender.is_some() {
            return self.refuse("503 5.5.1 Out of order");
        }
        if from.flags & MAIL_SMTPUTF8 != 0 || !from.address.is_ascii() {
            return self.refuse("553 5.6.7 Addresses are ASCII here");
        }
        if from.size > self.catcher.limits.mail_bytes {
            return self.refuse("552 5.3.4 Too big");
        }
        self.sender = Some(from.address.into_owned());
        self.say("250 2.1.0 Sender taken");
        Next::GoOn
    }

    fn rcpt(&mut self, address: &str) -> Next {
        if self.sender.is_none() {
            return self.refuse("503 5.5.1 MAIL first");
        }
        if address.is_empty() || !address.is_ascii() {
            return self.refuse("553 5.1.3 Not an address that is taken here");
        }
        if self.recipients.len() >= self.catcher.limits.recipients {
            return self.refuse("452 4.5.3 Too many recipients");
        }
        if !self
            .recipients
            .iter()
            .any(|known| known.eq_ignore_ascii_case(address))
        {
            self.recipients.push(address.to_owned());
        }
        self.say("250 2.1.5 Recipient taken");
        Next::GoOn
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.recipients.is_empty() {
            return Ok(self.refuse("503 5.5.1 Recipients first"));
        }
        // Whoever writes on before our 354 would have the rest of one mail taken for commands by somebody.
        if !self.input.is_empty() {
            return Ok(self.refuse_for_good("554 5.5.0 Nothing may follow DATA before its answer"));
        }
        self.say("354 Go on, end with a dot");
        let Some(content) = self.content().await? else {
            return Ok(Next::HangUp);
        };
        let next = match content {
            Ok(mail) => {
                let sender = self.sender.take().unwrap_or_default();
                self.catcher
                    .boxes
                    .put(&sender, &self.recipients, &mail, (self.catcher.now)());
                self.say("250 2.0.0 Caught");
                Next::GoOn
            }
            Err(Unfit::TooLong) => self.refuse("552 5.3.4 Too big"),
            Err(Unfit::BareLineEnd) => {
                self.refuse_for_good("550 5.6.11 Lines end in CRLF and hold no NUL")
            }
        };
        self.reset();
        Ok(next)
    }

    /// The mail up to its dot, unstuffed; of one that is too big the rest is read and dropped.
    async fn content(&mut self) -> io::Result<Option<Result<Vec<u8>, Unfit>>> {
        let limit = self.catcher.limits.mail_bytes;
        let mut mail = vec![];
        let mut too_big = false;
        loop {
            let line = match self.line(limit).await? {
                None => return Ok(None),
                Some(Ok(line)) => line,
                Some(Err(Unfit::TooLong)) => {
                    too_big = true;
                    continue;
                }
                Some(Err(unfit)) => return Ok(Some(Err(unfit))),
            };
            if &line[..] == b"." {
                return Ok(Some(if too_big {
                    Err(Unfit::TooLong)
                } else {
                    Ok(mail)
                }));
            }
            let text = line.strip_prefix(b".").unwrap_or(&line);
            too_big |= mail.len() + text.len() + 2 > limit;
            if too_big {
                mail = vec![];
            } else {
                mail.extend_from_slice(text);
                mail.extend_from_slice(b"\r\n");
            }
        }
    }
}

#[cfg(test)]
#[path = "catcher_tests.rs"]
mod tests;
